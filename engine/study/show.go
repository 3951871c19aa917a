package study

import (
	"encoding/csv"
	"os"
	"path/filepath"

	"epsql/sql/diag"
	"epsql/sql/study"
)

// Shown is a table of a complete run, as it was masked and written.
type Shown struct {
	Name    string
	Title   study.Text
	Columns []string
	Rows    [][]string
	Record  OutputRecord
}

// Show reads the tables of a complete run, in the order of its plan; of name only
// when it is not "". A table that is not as it was written is an error.
func Show(folder, name string) ([]Shown, error) {
	m, err := ReadManifest(folder)
	if err != nil {
		return nil, err
	}
	if err := Verify(folder, m); err != nil {
		return nil, err
	}
	plan, err := PlanOf(folder)
	if err != nil {
		return nil, err
	}
	var out []Shown
	var names []string
	for _, record := range m.Outputs {
		names = append(names, record.Name)
		if name != "" && record.Name != name {
			continue
		}
		s := Shown{Name: record.Name, Record: record, Title: study.Text{Fr: "Lignes de chaque étape", En: "Rows of each step"}}
		if o := plan.Output(record.Name); o != nil {
			s.Title = o.Title
		}
		if s.Columns, s.Rows, err = readTable(folder, record.Name); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 && name != "" {
		return nil, diag.New(diag.Usage, "study-output", "the run has no output %s", name).
			WithHint("%s", diag.DidYouMean(name, names, "leave the name out to see them all"))
	}
	return out, nil
}

// readTable reads back a table that was written: its columns, then its rows.
func readTable(folder, name string) (columns []string, rows [][]string, err error) {
	file, err := os.Open(filepath.Join(folder, tableFolder, name+".csv"))
	if err != nil {
		return nil, nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, nil, fault("study-file", "the output %s cannot be read back", name).WithHint("run the study again into another folder").Wrap(err)
	}
	return lines[0], lines[1:], nil
}
