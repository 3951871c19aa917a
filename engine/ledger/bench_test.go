package ledger

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"epsql/engine/history"
)

// BenchmarkReleased is how long ten thousand released sets take to come out of a
// file: those of one fine table, then of tables that all cover everybody.
func BenchmarkReleased(b *testing.B) {
	for _, c := range []struct {
		name    string
		persons int
	}{{"of 30 persons", 30}, {"of 600 persons", 600}} {
		b.Run(c.name, func(b *testing.B) {
			db, err := sql.Open("duckdb", filepath.Join(b.TempDir(), "w.duckdb"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("CREATE SCHEMA epsql"); err != nil {
				b.Fatal(err)
			}
			rnd := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // a benchmark
			sets := make([]history.Set, 10_000)
			for i := range sets {
				m := roaring.New()
				for range c.persons {
					m.Add(1 + rnd.Uint32N(300_000))
				}
				sets[i] = history.Set{Unit: "person", Members: m, Threshold: 4}
			}
			if _, err := Append(b.Context(), db, Entry{Release: &Release{}}, sets); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if got, err := Released(b.Context(), db, 0); err != nil || len(got) != len(sets) {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

// BenchmarkAppend is what recording an answer adds to it: one entry, on disk.
func BenchmarkAppend(b *testing.B) {
	db, err := sql.Open("duckdb", filepath.Join(b.TempDir(), "w.duckdb"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE SCHEMA epsql"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Append(b.Context(), db, Entry{User: "a", Query: "SELECT ?"}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
