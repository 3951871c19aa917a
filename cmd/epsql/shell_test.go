package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
)

// typed is an input that types lines; "^C" drops what was typed.
type typed struct {
	lines   []string
	prompts []string
}

func (t *typed) line(prompt string) (string, error) {
	t.prompts = append(t.prompts, prompt)
	if len(t.lines) == 0 {
		return "", io.EOF
	}
	line := t.lines[0]
	t.lines = t.lines[1:]
	if line == "^C" {
		return "", errDropped
	}
	return line, nil
}

func TestAtATerminalErrorsAreToldAndTheShellGoesOn(t *testing.T) {
	s, out, told := openShell(t)
	in := &typed{lines: []string{
		"SELECT 1 AS un",
		"  , 2 AS deux;",
		"SELECT 3 AS trois; SELECT 4 AS quatre; SELECT 5",
		"^C",
		"SELECT wrong FROM ref.dmg;",
		".fromat",
		"CREATE VIEW codes AS SELECT code FROM ref.dmg;",
		"SELECT count(*) AS combien FROM codes;",
		".quit",
		"SELECT 6 AS six;",
	}}
	if err := s.interact(in); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "un,deux\n1,2\ntrois\n3\nquatre\n4\ncombien\n4\n"; got != want {
		t.Errorf("answers:\n%s\nwant:\n%s", got, want)
	}
	for _, want := range []string{"there is no column wrong", "did you mean .format?"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, told)
		}
	}
	want := []string{
		"epsql> ", "   ...> ", // a statement on two lines
		"epsql> ", "   ...> ", // three statements, the last one dropped
		"epsql> ", "epsql> ", // two errors
		"epsql> ", "   ...> ", // a step waits for its SELECT
		"epsql> ",
	}
	if !slices.Equal(in.prompts, want) {
		t.Errorf("prompts %q, want %q", in.prompts, want)
	}
}

func TestTheEndOfTheInputLeavesTheShell(t *testing.T) {
	s, _, _ := openShell(t)
	if err := s.interact(&typed{}); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestCompletion(t *testing.T) {
	words := []string{".catalog", "flags.dmg_v1", "population", "pp0010", "pp0015"}
	for _, row := range []struct {
		name, line string
		pos        int
		head       string
		found      []string
		tail       string
	}{
		{"a table", "SELECT * FROM popu", 18, "SELECT * FROM ", []string{"population"}, ""},
		{"several columns", "SELECT pp00 FROM population", 11, "SELECT ", []string{"pp0010", "pp0015"}, " FROM population"},
		{"case is ignored", "SELECT PP001", 12, "SELECT ", []string{"pp0010", "pp0015"}, ""},
		{"a macro with its family", "FROM flags.d", 12, "FROM ", []string{"flags.dmg_v1"}, ""},
		{"a dot command", ".ca", 3, "", []string{".catalog"}, ""},
		{"behind an accent", "-- é popu", 9, "-- é ", []string{"population"}, ""},
		{"nothing typed completes to nothing", "SELECT ", 7, "SELECT ", nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			head, found, tail := completeWord(words, row.line, row.pos)
			if head != row.head || !slices.Equal(found, row.found) || tail != row.tail {
				t.Errorf("got %q %q %q", head, found, tail)
			}
		})
	}
}

func TestTheShellKnowsTheNamesOfTablesZonesMacrosAndFunctions(t *testing.T) {
	s, _, _ := openShell(t)
	words := s.words()
	for _, want := range []string{".help", "soins_sante", "ss00070_qual", "ref.dmg", "flags.dmg_v1", "flags.dmg", "count"} {
		if !slices.Contains(words, want) {
			t.Errorf("%s is not completed", want)
		}
	}
}

// openShell opens a shell on an empty workspace that answers in CSV.
func openShell(t *testing.T) (s *shell, out, told *strings.Builder) {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := store.Create(t.Context(), path, "eps", cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	out, told = &strings.Builder{}, &strings.Builder{}
	s = &shell{ctx: t.Context(), runner: runner{ws: ws, reg: reg, latest: true, out: out, err: told}}
	if err := s.setFormat("csv"); err != nil {
		t.Fatal(err)
	}
	if err := s.use(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s, out, told
}
