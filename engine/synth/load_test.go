package synth_test

import (
	"context"
	"path/filepath"
	"testing"

	"epsql/catalog"
	"epsql/engine/load"
	"epsql/engine/store"
	"epsql/engine/synth"
	"epsql/macros"
)

// TestLoads makes deliveries and loads them: every row arrives or is rejected,
// nothing is rejected without defects, no code is outside a closed list, and a
// second version takes the place of the first.
func TestLoads(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct {
		name, format string
		defects      float64
	}{
		{"delimited text without defects", "csv", 0},
		{"fixed width with defects", "fixed", 0.02},
		{"parquet with defects", "parquet", 0.02},
		{"records of a host without defects", "cobol", 0},
	} {
		t.Run(run.name, func(t *testing.T) {
			made, loaded, ws := makeAndLoad(t, cat, synth.Options{
				Persons: 120, FromYear: 2008, ToYear: 2008, Seed: 5, Population: "eps", Format: run.format, Defects: run.defects,
			})
			rows := map[string]int64{}
			for _, f := range made.Files {
				rows[f.Name] = f.Rows
			}
			stored, rejected := int64(0), int64(0)
			for _, r := range loaded {
				name := filepath.Base(r.File)
				if r.Status != load.Loaded || r.Lines != rows[name] || r.Stored+r.Rejected != r.Lines {
					t.Errorf("%s: %s: %v: %d rows made, %d lines read, %d stored, %d rejected",
						name, r.Status, r.Err, rows[name], r.Lines, r.Stored, r.Rejected)
				}
				stored, rejected = stored+r.Stored-r.Removed, rejected+r.Rejected
				for _, u := range r.Unknown {
					if run.defects == 0 && closed(cat, u.Table, u.Zone) {
						t.Errorf("%s: %d rows of %s.%s have a code outside its list", name, u.Rows, u.Table, u.Zone)
					}
				}
			}
			if run.defects == 0 && rejected > 0 || run.defects > 0 && rejected == 0 {
				t.Errorf("%d rows rejected at a rate of %v", rejected, run.defects)
			}
			if n := count(t, ws, cat); n != stored {
				t.Errorf("the workspace holds %d rows; the reports say %d", n, stored)
			}
		})
	}
}

// closed says whether the list of a column's codes is complete.
func closed(cat *catalog.Catalog, table, column string) bool {
	for _, c := range cat.Table(table).Columns() {
		if c.Name == column {
			_, ok := cat.Domain(c)
			return ok
		}
	}
	return false
}

// count is the number of rows in all tables.
func count(t *testing.T, ws *store.Workspace, cat *catalog.Catalog) (all int64) {
	for _, table := range cat.Tables {
		var n int64
		if err := ws.DB.QueryRow("SELECT count(*) FROM main." + table.Name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		all += n
	}
	return all
}

func makeAndLoad(t *testing.T, cat *catalog.Catalog, opts synth.Options) (synth.Report, []load.Report, *store.Workspace) {
	t.Helper()
	ctx := context.Background()
	opts.Out = t.TempDir()
	made, err := synth.Generate(ctx, cat, opts)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "essai.duckdb")
	if err := store.Create(ctx, path, opts.Population, cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(ctx, path, cat, store.Options{Files: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	loaded, err := load.Files(ctx, ws, []string{opts.Out}, load.Options{})
	if err != nil {
		t.Error(err)
	}
	return made, loaded, ws
}
