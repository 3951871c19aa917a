package study

import (
	"path/filepath"
	"testing"
)

// TestKeptStepsThatNothingCanAskForAreDropped: what came of another delivery,
// list, macro or program goes, and nothing else does.
func TestKeptStepsThatNothingCanAskForAreDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := copyFile(filepath.Join(shelf, "used.duckdb"), path); err != nil {
		t.Fatal(err)
	}
	_, cat, reg := world(t)
	ws := openAt(t, path, cat, 0)
	defer ws.Close() //nolint:errcheck // nothing is pending
	for _, c := range []struct {
		sentence, change string
		drop             func(KeptStep) bool
		gone, left       int
	}{
		{"nothing changed", "SELECT 1", Stale, 0, 10},
		{"one was computed with a list of another version", "UPDATE epsql.study_kept SET key = repeat('0', 64) WHERE macro = 'flags.dmg_v1'", Stale, 1, 9},
		{"a macro is no more", "UPDATE epsql.study_kept SET macro = 'flags.dmg_v0' WHERE macro = 'flags.maison_repos_v1'", Stale, 1, 8},
		{"a table has no note", "CREATE TABLE study.s_x AS SELECT 1 AS x", Stale, 1, 8},
		{"a delivery of the population was replaced", "UPDATE epsql.deliveries SET hash = repeat('9', 64) WHERE table_name = 'population'", Stale, 4, 4},
		{"all are to go", "SELECT 1", func(KeptStep) bool { return true }, 4, 0},
	} {
		if _, err := ws.DB.ExecContext(t.Context(), c.change); err != nil {
			t.Fatal(err)
		}
		gone, err := Clean(t.Context(), ws, reg, c.drop)
		if err != nil {
			t.Fatal(err)
		}
		left, err := Kept(t.Context(), ws, reg)
		if err != nil || gone != c.gone || len(left) != c.left {
			t.Errorf("%s: %d went and %d stayed, want %d and %d: %v", c.sentence, gone, len(left), c.gone, c.left, err)
		}
		for _, k := range left {
			if k.Stale || k.Call == "" || k.Kept.IsZero() || k.Used.Before(k.Kept) {
				t.Errorf("%s: kept is %+v", c.sentence, k)
			}
		}
	}
}
