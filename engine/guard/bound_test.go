package guard

import (
	"database/sql"
	"strings"
	"testing"

	"epsql/macros"
	"epsql/sql/diag"
)

// boundCheckOf asks DuckDB of a workspace what a statement would run.
func boundCheckOf(t *testing.T, g *Guard, used ...string) func(string) error {
	t.Helper()
	conn, err := g.cfg.Workspace.DB.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	b := newBoundCheck(g.cfg.Catalog, g.cfg.Macros, used, nil)
	return func(statement string) error { return b.allow(t.Context(), conn, statement) }
}

// TestTheBoundPlanIsChecked lists what must never run on the data of persons,
// even if the planner wrote it.
func TestTheBoundPlanIsChecked(t *testing.T) {
	g := guardOf(t, world(t, "eps", "CREATE VIEW main.dehors AS SELECT * FROM duckdb_tables();"), "")
	allow := boundCheckOf(t, g, "flags.dmg_v1")
	for _, c := range []struct{ name, statement, want string }{
		{"a table of the catalogue", "SELECT count(*) FROM main.population", ""},
		{"a code list", "SELECT code FROM ref.communes", ""},
		{"a series", "SELECT c0 FROM range(3) AS t(c0)", ""},
		{"a macro that is used", "SELECT sum(flag_dmg) FROM flags.dmg_v1(2008)", ""},
		{"what cannot be bound, and so does not run", "SELECT nowhere FROM main.population", ""},
		{"the delivered identifiers", "SELECT id FROM epsql.ids_person", "the table epsql.ids_person"},
		{"the ledger's neighbours", "SELECT value FROM epsql.rejects", "the table epsql.rejects"},
		{"the engine's tables", "SELECT * FROM duckdb_settings()", "the table function duckdb_settings"},
		{"a table of the standard", "SELECT * FROM information_schema.tables", "the table function duckdb_"},
		{"a view over the engine's tables", "SELECT count(*) FROM main.dehors", "the table function duckdb_tables"},
		{"SQL in a text", "SELECT * FROM query('SELECT id FROM epsql.ids_person')", "the table epsql.ids_person"},
		{"a list of values", "SELECT list(pp0015) FROM main.population", "the function list"},
		{"a fingerprint below a window", "SELECT bit_xor(pp0015) OVER () FROM main.population", "the function bit_xor"},
		{"a random number", "SELECT random() FROM main.population", "the function random"},
		{"a hash", "SELECT count(*) FROM main.population WHERE hash(pp0015) > 0", "the function hash"},
		{"a setting", "SELECT current_setting('temp_directory')", "current_setting"},
		{"an opened list", "SELECT unnest([1, 2])", "LOGICAL_UNNEST"},
		{"a positional join", "SELECT count(*) FROM main.population POSITIONAL JOIN ref.communes", "LOGICAL_POSITIONAL_JOIN"},
		{"a sample", "SELECT count(*) FROM main.population USING SAMPLE 5", "LOGICAL_SAMPLE"},
		{"a recursion", "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT i FROM r", "LOGICAL_RECURSIVE_CTE"},
		{"a change", "DELETE FROM main.population", "the operator LOGICAL_DELETE"},
		{"a copy", "COPY main.population TO '/dev/null'", "a plan that cannot be shown"},
		{"two statements", "SELECT 1; SELECT 2", "a plan that cannot be shown"},
	} {
		err := allow(c.statement)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want a refusal of %s", c.name, err, c.want)
		case c.want != "" && diag.ExitCode(err) != 4:
			t.Errorf("%s: exit %d", c.name, diag.ExitCode(err))
		}
	}
}

// TestEveryMacroPassesTheBoundCheck: what the house publishes can run.
func TestEveryMacroPassesTheBoundCheck(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, m := range g.cfg.Macros.All {
		if err := boundCheckOf(t, g, m.Name)(callOf(m)); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// callOf is a SELECT that uses a macro.
func callOf(m *macros.Macro) string {
	var args []string
	for _, p := range m.Params {
		if p.Default == "" {
			args = append(args, "NULL::"+p.Type)
		}
	}
	call := m.Name + "(" + strings.Join(args, ", ") + ")"
	if m.Table {
		return "SELECT * FROM " + call
	}
	return "SELECT " + call
}

// TestTheBoundCheckIsMadeOnce: the same statement is looked at once.
func TestTheBoundCheckIsMadeOnce(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	conn, err := g.cfg.Workspace.DB.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := newBoundCheck(g.cfg.Catalog, g.cfg.Macros, nil, nil)
	const statement = "SELECT count(*) FROM main.population"
	if err := b.allow(t.Context(), conn, statement); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.allow(t.Context(), conn, statement); err != nil {
		t.Errorf("asked again: %v", err)
	}
	if err := b.allow(t.Context(), conn, "SELECT 1"); err == nil || err == sql.ErrConnDone {
		t.Errorf("another statement on a closed connection: %v", err)
	}
}

// BenchmarkTheBoundCheck is what the check adds to a request.
func BenchmarkTheBoundCheck(b *testing.B) {
	g := guardOf(b, world(b, "eps", ""), "")
	conn, err := g.cfg.Workspace.DB.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // a test
	p, err := g.Plan(b.Context(), Query{Text: "SELECT pp0020, count(*), sum(ss00060) FILTER (WHERE ss00165 > 0) FROM soins_sante JOIN population ON pp0010 = ss00010 GROUP BY 1"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := newBoundCheck(g.cfg.Catalog, g.cfg.Macros, nil, nil).allow(b.Context(), conn, p.leaves[0].sql); err != nil {
			b.Fatal(err)
		}
	}
}
