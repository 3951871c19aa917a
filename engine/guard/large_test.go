package guard

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"epsql/engine/store"
)

// TestTenMillionCells: a leaf of ten million cells is read, judged and taken
// above the wall by a process that never holds more than 4 GB. It is long:
// EPSQL_LONG asks for it.
func TestTenMillionCells(t *testing.T) {
	if os.Getenv("EPSQL_LONG") == "" {
		t.Skip("long: set EPSQL_LONG")
	}
	ws := limited(t, "1500MB")
	_, err := ws.DB.Exec(`DELETE FROM main.soins_sante;
		INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00060, ss00160, livraison)
		SELECT 1 + n % 5, DATE '1990-01-01' + CAST(n // 5 % 2500 AS INTEGER), CAST(100000 + n // 12500 AS VARCHAR), 100 + n % 7, n % 3 + 1, 1
		FROM range(12500000) AS t(n)`)
	if err != nil {
		t.Fatal(err)
	}
	g := guardOf(t, ws, "")
	const leaf = "SELECT ss00015 AS jour, ss00020 AS code, count(*) AS n, sum(ss00060) AS a, sum(ss00160) AS b, avg(ss00060) AS c FROM soins_sante GROUP BY ALL"
	for _, c := range []struct{ query, want string }{
		{"SELECT count(*) AS groups, sum(n) AS n FROM (" + leaf + ")", "groups | n\n2500000 | 12500000\n"},
		{leaf, ""},
	} {
		p, err := g.Plan(t.Context(), Query{Text: c.query})
		if err != nil {
			t.Fatal(err)
		}
		r, err := g.Run(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if c.want != "" && draw(r) != c.want {
			t.Errorf("%s, want %s", draw(r), c.want)
		}
		if c.want == "" && (r.Len() != 2_500_000 || r.Summary().Masked != 0) {
			t.Errorf("%d rows, %d masked", r.Len(), r.Summary().Masked)
		}
		peak := peakMemory(t)
		t.Logf("at most %d MB so far", peak)
		if peak > 4000 {
			t.Errorf("%d MB were needed", peak)
		}
	}
}

// limited is the world, its person engine bound to some memory.
func limited(t *testing.T, memory string) *store.Workspace {
	t.Helper()
	made := world(t, "eps", "")
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), made.Path, made.Catalog, store.Options{Memory: memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// peakMemory is the most that this process ever held, in MB.
func peakMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("the system does not tell")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n / 1024
		}
	}
	t.Fatal("no peak")
	return 0
}
