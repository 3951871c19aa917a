package extract

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"

	"epsql/catalog"
	"epsql/engine/place"
)

// dictionary writes what the columns of the files are, as the catalogue says: for
// programs and for people.
func (s *session) dictionary(staged string) ([]File, error) {
	var text bytes.Buffer
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	if err := w.Write([]string{"file", "column", "label", "type", "unit", "how", "values", "source"}); err != nil {
		return nil, err
	}
	fmt.Fprintf(&text, "# %s: data dictionary\n", s.project)
	for _, r := range s.relations {
		fmt.Fprintf(&text, "\n## %s\n\n%s\n\n| column | label | type | how | values |\n|---|---|---|---|---|\n", r.Name, r.Title.Fr)
		for _, c := range r.columns {
			e := s.entry(c)
			if err := w.Write([]string{r.Name, c.name, c.help, e.sqlType, e.unit, c.why, e.values, e.source}); err != nil {
				return nil, err
			}
			cells := []string{c.name, c.help, e.sqlType, c.why, e.values}
			for i, cell := range cells {
				cells[i] = strings.ReplaceAll(cell, "|", "\\|")
			}
			fmt.Fprintf(&text, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, err
	}
	var out []File
	for _, d := range []struct {
		name string
		data []byte
	}{{csvDict, table.Bytes()}, {textDict, text.Bytes()}} {
		path := filepath.Join(staged, d.name)
		if err := place.File(path, d.data); err != nil {
			return nil, err
		}
		file, err := seal(path)
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	return out, nil
}

// entry is what a dictionary says of a column.
type entry struct{ sqlType, unit, values, source string }

func (s *session) entry(c column) entry {
	e := entry{sqlType: c.sqlType}
	if c.kind() == code {
		e.sqlType = "VARCHAR"
	}
	switch {
	case c.kind() == code:
		e.values = "project-specific code"
		if len(c.specials) > 0 {
			e.values += ", or " + strings.Join(c.specials, ", ")
		}
	case c.codes != "":
		e.values = "list " + c.codes
		if l := s.cat.List(c.codes); l != nil {
			e.values += "@" + l.Version
		}
	case c.zone != nil && c.part == nil && len(c.zone.Codes) > 0:
		e.values = codesText(c.zone.Codes)
	case c.closed:
		e.values = strings.Join(c.domain, ", ")
	}
	if c.zone != nil {
		e.unit = c.zone.Unit
		e.source = strings.TrimSpace(c.zone.Source.Doc + " " + c.zone.Source.Annex)
	}
	return e
}

func codesText(codes []catalog.Code) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = c.Code + " " + c.Label.String()
	}
	return strings.Join(out, "; ")
}
