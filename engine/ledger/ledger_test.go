package ledger

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	_ "github.com/duckdb/duckdb-go/v2"

	"epsql/engine/field"
	"epsql/engine/history"
	"epsql/sql/diag"
)

func workspace(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE SCHEMA epsql"); err != nil {
		t.Fatal(err)
	}
	return db
}

func set(numbers ...uint32) history.Set {
	return history.Set{Unit: "person", Members: roaring.BitmapOf(numbers...), Threshold: 4}
}

// filled has an answer, two releases that share a set, and an answer.
func filled(t *testing.T) *sql.DB {
	t.Helper()
	db := workspace(t)
	amounts := set(11, 12, 13, 14)
	amounts.Values = []uint64{5, 1, field.Prime - 1, 300}
	release := &Release{Files: []File{{Name: "a.csv", SHA256: "12"}}, Rules: []string{"a rule"}, ByRule: map[string]int{"few": 1}}
	for _, a := range []struct {
		query   string
		release *Release
		sets    []history.Set
	}{
		{"SELECT ?", nil, nil},
		{"SELECT count ( * )", release, []history.Set{set(1, 2, 3, 4), set(1, 2, 3, 4, 5, 6, 7, 8, 9)}},
		{"SELECT x", release, []history.Set{set(1, 2, 3, 4), amounts, set(1, 2, 3, 4)}},
		{"SELECT y", nil, nil},
	} {
		if _, err := Append(t.Context(), db, Entry{User: "a", Query: a.query, Macros: []string{"flags.a_v1@12"}, Release: a.release}, a.sets); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func verified(t *testing.T, db *sql.DB) error {
	t.Helper()
	entries, err := List(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return Verify(t.Context(), db, entries)
}

func TestANewWorkspaceHasAnEmptyLedger(t *testing.T) {
	db := workspace(t)
	entries, err := List(t.Context(), db)
	if err != nil || len(entries) != 0 || Verify(t.Context(), db, entries) != nil {
		t.Errorf("entries %v, error %v", entries, err)
	}
	if sets, err := Released(t.Context(), db, 0); err != nil || len(sets) != 0 {
		t.Errorf("sets %v, error %v", sets, err)
	}
}

func TestEntriesAreChained(t *testing.T) {
	db := filled(t)
	entries, err := List(t.Context(), db)
	if err != nil || len(entries) != 4 {
		t.Fatalf("%d entries, error %v", len(entries), err)
	}
	if err := verified(t, db); err != nil {
		t.Error(err)
	}
	if entries[1].Previous != entries[0].Hash || entries[3].Number != 4 {
		t.Errorf("not chained: %+v", entries)
	}
	if r := entries[1].Release; r == nil || r.Files[0].Name != "a.csv" || r.Sets == "" || r.Sets == entries[2].Release.Sets {
		t.Errorf("a release is not as it was recorded: %+v", r)
	}
}

func TestSetsAreKeptOnceAndComeBackAsTheyWere(t *testing.T) {
	db := filled(t)
	sets, err := Released(t.Context(), db, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sets {
		got = append(got, fmt.Sprint(s.Members, s.Values))
		if s.Unit != "person" || s.Threshold != 4 || s.Entry < 2 {
			t.Errorf("set %+v", s)
		}
	}
	slices.Sort(got)
	want := []string{"{1,2,3,4,5,6,7,8,9} []", "{1,2,3,4} []", "{11,12,13,14} [5 1 2305843009213693950 300]"}
	if !slices.Equal(got, want) {
		t.Errorf("sets %v, want %v", got, want)
	}
}

func TestThePastIsReadOnceAndThenEntryByEntry(t *testing.T) {
	db := filled(t)
	var past Past
	collides := func() string {
		t.Helper()
		h, err := past.History(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, s := range []history.Set{set(1, 2, 3, 4, 5), set(21, 22, 23, 24, 25)} {
			c, bad := h.Compare(s)
			out += fmt.Sprint(c.Entries, bad, " ")
			h.Add(s) // to a copy
		}
		return out
	}
	if got, want := collides(), "[2] true [] false "; got != want {
		t.Errorf("collisions %q, want %q", got, want)
	}
	if got, want := collides(), "[2] true [] false "; got != want {
		t.Errorf("asked again: collisions %q, want %q", got, want)
	}
	e := Entry{User: "b", Release: &Release{}}
	if _, err := Append(t.Context(), db, e, []history.Set{set(1, 2, 3, 4), set(21, 22, 23, 24, 25, 26)}); err != nil {
		t.Fatal(err)
	}
	if got, want := collides(), "[2] true [5] true "; got != want {
		t.Errorf("after another entry: collisions %q, want %q", got, want)
	}
	if _, err := db.Exec("DELETE FROM epsql.ledger; DELETE FROM epsql.released"); err != nil {
		t.Fatal(err)
	}
	if got, want := collides(), "[] false [] false "; got != want {
		t.Errorf("of another ledger: collisions %q, want %q", got, want)
	}
}

func TestAChangeIsFound(t *testing.T) {
	for name, change := range map[string]string{
		"a changed text":                   "UPDATE epsql.ledger SET query = 'SELECT 1' WHERE number = 2",
		"a removed entry":                  "DELETE FROM epsql.ledger WHERE number = 2",
		"a changed count":                  "UPDATE epsql.ledger SET masked = 0, cells = 7 WHERE number = 3",
		"a changed macro list":             "UPDATE epsql.ledger SET macros = '[]' WHERE number = 1",
		"another file name":                "UPDATE epsql.ledger SET release = replace(release, 'a.csv', 'b.csv') WHERE number = 2",
		"a release that is none any more":  "UPDATE epsql.ledger SET release = '' WHERE number = 3",
		"a set that an entry no more has":  "DELETE FROM epsql.released WHERE entry = 2",
		"a set more":                       "INSERT INTO epsql.released SELECT 1, hash, 4 FROM epsql.contributors LIMIT 1",
		"a set of an entry that is not":    "INSERT INTO epsql.released SELECT 9, hash, 4 FROM epsql.contributors LIMIT 1",
		"a lower threshold":                "UPDATE epsql.released SET threshold = 1 WHERE entry = 3",
		"a set that is gone":               "DELETE FROM epsql.contributors WHERE hash = (SELECT min(hash) FROM epsql.contributors)",
		"a set of other persons":           "UPDATE epsql.contributors SET members = (SELECT members FROM epsql.contributors ORDER BY hash LIMIT 1)",
		"a set of another unit":            "UPDATE epsql.contributors SET unit = 'provider'",
		"another amount":                   "UPDATE epsql.contributors SET amounts = NULL",
		"an amount too few":                "UPDATE epsql.contributors SET amounts = '\\x01'::BLOB",
		"a set that cannot be read":        "UPDATE epsql.contributors SET members = 'x'::BLOB",
		"the last entry, with its sets":    "UPDATE epsql.ledger SET hash = '0' WHERE number = 4",
		"a change of who asked what under": "UPDATE epsql.ledger SET channel = 'other' WHERE number = 2",
	} {
		t.Run(name, func(t *testing.T) {
			db := filled(t)
			if _, err := db.Exec(change); err != nil {
				t.Fatal(err)
			}
			if err := verified(t, db); diag.ExitCode(err) != 5 {
				t.Errorf("got %v", err)
			}
		})
	}
}
