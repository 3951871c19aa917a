package sas_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/sql/sas"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// tables are those that the programs here read.
var tables = []sas.Table{
	{SAS: "eps.soins", SQL: "soins_sante", Columns: []sas.Column{
		{Name: "ss00010", Type: "number"},
		{Name: "ss00015", Type: "date"},
		{Name: "ss00020", Type: "text"},
		{Name: "ss00050", Type: "number"},
		{Name: "ss00160", Type: "number"},
		{Name: "ss00165", Type: "number"},
	}},
	{SAS: "eps.population", SQL: "population", Columns: []sas.Column{
		{Name: "pp0010", Type: "number"},
		{Name: "pp0015", Type: "number"},
		{Name: "pp0020", Type: "text"},
		{Name: "pp0025", Type: "text"},
		{Name: "pp0050", Type: "number"},
	}},
}

// Each program of testdata has its script and the states of its statements
// beside it.
func TestProgramsReadAsSQLThatAPersonWouldWrite(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.sas")
	if len(files) == 0 {
		t.Fatal("no programs")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out := sas.Port(string(text), sas.Options{Tables: tables})
			var got strings.Builder
			got.WriteString(out.SQL + "\n")
			for _, s := range out.Report.Statements {
				if s.State != sas.Translated && s.State != sas.Inert {
					fmt.Fprintf(&got, "-- line %d, %s: %s\n--   %s\n", s.Line, s.State, s.Why, s.Text)
				}
			}
			golden := strings.TrimSuffix(file, ".sas") + ".sql"
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("got\n%s", got.String())
			}
		})
	}
}

func TestEveryStatementOfAProgramIsInTheReport(t *testing.T) {
	for _, c := range []struct {
		name, program string
		want          map[sas.State]int
	}{
		{"all come through", "data a; x = 1; run;", map[sas.State]int{sas.Translated: 2, sas.Inert: 1}},
		{"one is lost, and the step with it", "data a; x = nofunction(1); y = 2; run;", map[sas.State]int{sas.Untranslated: 3, sas.Inert: 1}},
		{"what reads a lost data set is lost", "data a; x = 1; run; data a; set a; x = nofunction(1); run; data b; set a; run;", map[sas.State]int{sas.Translated: 2, sas.Untranslated: 5, sas.Inert: 3}},
		{"what is made anew is not lost any more", "data a; x = nofunction(1); run; data a; x = 2; run; data b; set a; run;", map[sas.State]int{sas.Translated: 4, sas.Untranslated: 2, sas.Inert: 3}},
		{"a statement outside a step", "frobnicate now;", map[sas.State]int{sas.Untranslated: 1}},
		{"a macro that nobody defined", "%nowhere(1);", map[sas.State]int{sas.Untranslated: 1}},
		{"titles and options have no effect", "title 'x'; options nocenter;", map[sas.State]int{sas.Inert: 2}},
		{"the last statement without its semicolon", "data a; x = 1", map[sas.State]int{sas.Translated: 2}},
		{"an empty program", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := sas.Port(c.program, sas.Options{})
			for _, s := range []sas.State{sas.Translated, sas.Approximated, sas.Untranslated, sas.Inert} {
				if got := out.Report.Count(s); got != c.want[s] {
					t.Errorf("%d %s, want %d: %+v", got, s, c.want[s], out.Report.Statements)
				}
			}
		})
	}
}

func TestIncludedFilesAreRead(t *testing.T) {
	include := func(name string) (string, error) {
		if name != "lists.sas" {
			return "", os.ErrNotExist
		}
		return "%let n = 7;", nil
	}
	out := sas.Port("%include 'lists.sas'; data a; x = &n; run;", sas.Options{Include: include})
	if !strings.Contains(out.SQL, "SELECT 7 AS x") {
		t.Errorf("got\n%s", out.SQL)
	}
	out = sas.Port("%include 'nowhere.sas';", sas.Options{Include: include})
	if out.Report.Count(sas.Untranslated) != 1 {
		t.Errorf("a missing file is not told: %+v", out.Report)
	}
}

func TestMappings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"every table under a library", "eps = *", "eps.population population 5"},
		{"one table", "# a remark\nx.y = population", "x.y population 5"},
		{"a table that is described", "x.y = z: id number, code text 7", "x.y z 2"},
		{"a table that is not there", "x.y = popluation", "m:1:1: there is no table popluation"},
		{"no line of a mapping", "x", "m:1:1: not a line of a mapping"},
		{"a column without a type", "x.y = z: id", "m:1:1: not a column of a mapping"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := sas.ParseMapping("m", c.text, tables[1:])
			text := fmt.Sprint(err)
			if err == nil {
				text = fmt.Sprintf("%s %s %d", got[0].SAS, got[0].SQL, len(got[0].Columns))
			}
			if text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
}
