package guard

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/sql/diag"
)

// TestTheGlassEngineReadsNoFile: above the wall there is no way to files, to
// settings or to extensions, and no folder to spill to.
func TestTheGlassEngineReadsNoFile(t *testing.T) {
	glass, err := openGlass()
	if err != nil {
		t.Fatal(err)
	}
	defer glass.db.Close() //nolint:errcheck // in memory
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"FROM '" + file + "'",
		"FROM read_text('" + file + "')",
		"FROM read_blob('" + file + "')",
		"COPY (SELECT 1) TO '" + file + "'",
		"ATTACH '" + file + ".db' AS x",
		"SET enable_external_access = true",
		"SET memory_limit = '10GB'",
		"SET temp_directory = '/tmp'",
		"INSTALL httpfs",
		"LOAD httpfs",
	} {
		if _, err := glass.db.Exec(query); err == nil {
			t.Errorf("%s must fail", query)
		}
	}
	for setting, want := range map[string]string{"memory_limit": "1.8 GiB", "threads": "1", "temp_directory": ""} {
		var got string
		if err := glass.db.QueryRow("SELECT current_setting('" + setting + "')::VARCHAR").Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q: %v", setting, got, want, err)
		}
	}
}

// TestTheGlassEngineHoldsOnlyLeaves: the tables of persons are not there.
func TestTheGlassEngineHoldsOnlyLeaves(t *testing.T) {
	glass, err := openGlass()
	if err != nil {
		t.Fatal(err)
	}
	defer glass.db.Close() //nolint:errcheck // in memory
	var n int
	if err := glass.db.QueryRow("SELECT count(*) FROM duckdb_tables()").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tables: %v", n, err)
	}
}

// TestTheGlassEngineIsEmptyForEveryQuestion: what waits for the next question is
// the engine of the last one without anything that it made, and no engine that
// met an error.
func TestTheGlassEngineIsEmptyForEveryQuestion(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for range 3 {
		if _, err := ask(t, g, "SELECT pp0020, count(*) FROM population GROUP BY 1"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(g.glasses); n != 1 {
		t.Fatalf("%d engines wait, want the one that served all", n)
	}
	glass := <-g.glasses
	var things int
	count := "SELECT (SELECT count(*) FROM duckdb_tables()) + (SELECT count(*) FROM duckdb_views() WHERE NOT internal) + (SELECT count(*) FROM duckdb_schemas() WHERE NOT internal)"
	if err := glass.db.QueryRow(count).Scan(&things); err != nil || things != 0 {
		t.Errorf("%d things are left: %v", things, err)
	}
	if _, err := glass.db.Exec("SET threads = 8"); err == nil {
		t.Error("its settings are open")
	}
	g.glasses <- glass
	if _, err := ask(t, g, "SELECT count(*) OVER (ORDER BY n RANGE BETWEEN -1 PRECEDING AND 1 FOLLOWING) FROM (SELECT count(*) AS n FROM population)"); err == nil {
		t.Fatal("the question must fail above the wall")
	}
	if len(g.glasses) != 0 {
		t.Error("an engine that met an error waits for the next question")
	}
}

// TestTheGlassEngineHasAMemoryLimit and says so in words of ours.
func TestTheGlassEngineHasAMemoryLimit(t *testing.T) {
	err := (&glassEngine{}).fault(t.Context(), &duckdb.Error{Type: duckdb.ErrorTypeOutOfMemory, Msg: "failed to allocate 1932"})
	if e, ok := errors.AsType[*diag.Error](err); !ok || e.Code != "memory" || strings.Contains(e.Error()+e.Hint, "1932") {
		t.Errorf("error %v", err)
	}
}

// stopped runs a query under a time limit and wants it to stop soon.
func stopped(t *testing.T, g *Guard, query string, after time.Duration) {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	start := time.Now()
	_, err = g.Run(ctx, p)
	if e, ok := errors.AsType[*diag.Error](err); !ok || e.Kind != diag.Cancel {
		t.Errorf("error %v, want one that says stopped", err)
	}
	if d := time.Since(start); d > after+10*time.Second {
		t.Errorf("stopped %s after it was told to", d-after)
	}
}

// TestCancellingStopsThePersonEngine in the middle of a leaf.
func TestCancellingStopsThePersonEngine(t *testing.T) {
	g := guardOf(t, world(t, "eps", `INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00060, livraison)
		SELECT 1 + i % 120, DATE '2008-01-01', (i % 1000)::VARCHAR, 1000, 1 FROM range(60000) AS r(i);`), "")
	stopped(t, g, "SELECT count(*) FROM soins_sante AS a JOIN soins_sante AS b ON a.ss00010 = b.ss00010 JOIN soins_sante AS c ON a.ss00010 = c.ss00010 WHERE a.ss00060 + b.ss00060 > c.ss00060", 300*time.Millisecond)
}

// TestCancellingStopsTheGlassEngine in the middle of a product of answers.
func TestCancellingStopsTheGlassEngine(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	stopped(t, g, "SELECT count(*) FROM range(300000) AS a(i), range(300000) AS b(j), (SELECT count(*) AS n FROM population) AS c WHERE i + j < 7 + n", 3*time.Second)
}
