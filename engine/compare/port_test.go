package compare_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"epsql/catalog"
	"epsql/engine/compare"
	"epsql/macros"
	"epsql/sql/sas"
)

// The programs of testdata/sas are ported, run on an in-memory database, and
// their data sets compared with what SAS gives. Each file begins with a sentence,
// the source of the expectation, and the key to compare by:
//
//	A sentence. Source: hand-worked. By: id.
//	-- program.sas --
//	-- work.csv --       the data set WORK.WORK that must come out
//	-- report --         what is told of statements that do not come through as they are
func corpus(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("../../testdata/sas/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no programs")
	}
	out := map[string]*txtar.Archive{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".txtar")] = archive
	}
	return out
}

// part is the text of one file of an archive.
func part(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// key is what stands behind "By:".
func key(a *txtar.Archive) []string {
	_, by, ok := strings.Cut(string(a.Comment), "By:")
	if !ok {
		return nil
	}
	return strings.Fields(strings.Trim(strings.TrimSpace(by), "."))
}

// house is the catalogue and the macros.
func house(t *testing.T) (*catalog.Catalog, *macros.Registry) {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	return cat, reg
}

func memory(t *testing.T) *sql.DB {
	t.Helper()
	_, reg := house(t)
	db, err := reg.Memory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// result runs a script, and writes one of its views into a file.
func result(t *testing.T, db *sql.DB, script, view string) compare.Side {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(script); err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	path := filepath.Join(t.TempDir(), "actual.parquet")
	if _, err := tx.Exec("COPY (SELECT COLUMNS(lambda c: c <> '_row') FROM " + view + ") TO '" + path + "' (FORMAT parquet)"); err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	return compare.Side{Name: view, Path: path}
}

// reported is what the report tells of each statement that is approximated or lost.
func reported(r *sas.Report) string {
	var b strings.Builder
	for _, s := range r.Statements {
		if s.State == sas.Approximated || s.State == sas.Untranslated {
			fmt.Fprintf(&b, "%s: %s: %s\n", s.Text, s.State, s.Why)
		}
	}
	return b.String()
}

func TestPortedProgramsGiveWhatSASGives(t *testing.T) {
	db := memory(t)
	db.SetMaxOpenConns(1) // one script at a time, while others are compared
	for name, archive := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := sas.Port(part(archive, "program.sas"), sas.Options{})
			if told := part(archive, "report"); told != "" {
				if got := reported(&out.Report); got != told {
					t.Fatalf("the report tells\n%s", got)
				}
			} else if n := out.Report.Count(sas.Untranslated); n > 0 {
				t.Fatalf("%d statements are not translated: %+v\n%s", n, out.Report.Statements, out.SQL)
			}
			for _, f := range archive.Files {
				set, ok := strings.CutSuffix(f.Name, ".csv")
				if !ok {
					continue
				}
				view := ""
				for _, v := range out.Views {
					if v.SAS == set {
						view = v.SQL
					}
				}
				if view == "" {
					t.Fatalf("there is no data set %s in %v", set, out.Views)
				}
				expected := filepath.Join(t.TempDir(), f.Name)
				if err := os.WriteFile(expected, f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
				r, err := compare.Run(t.Context(), compare.Side{Name: f.Name, Path: expected}, result(t, db, out.SQL, view),
					compare.Options{By: key(archive), Relative: 1e-9})
				if err != nil {
					t.Fatalf("%v\n%s", err, out.SQL)
				}
				if !r.Equal {
					t.Errorf("%s is different: %+v\n%s", set, r, out.SQL)
				}
			}
		})
	}
}
