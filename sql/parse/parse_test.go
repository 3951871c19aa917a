package parse

import (
	"errors"
	"strings"
	"testing"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

func parser(t testing.TB) *Parser {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestSelectsOfAllKindsAreRead(t *testing.T) {
	p := parser(t)
	for _, text := range []string{
		"SELECT a.x AS k, count(*) FILTER (WHERE y > 5), sum(DISTINCT z) FROM main.t AS a JOIN u USING (id) WHERE x IN (1,2) AND y BETWEEN 1 AND 2 AND z IS NOT NULL AND NOT w GROUP BY 1 HAVING count(*)>3 ORDER BY k DESC NULLS LAST LIMIT 10 OFFSET 2",
		"WITH a AS (SELECT 1 AS x), b(y) AS MATERIALIZED (SELECT x FROM a) SELECT * FROM b",
		"SELECT b.*, a.* EXCLUDE (x) REPLACE (1 AS z) FROM t",
		"SELECT CASE WHEN a THEN 1 ELSE 2 END, x::INT, CAST(x AS DECIMAL(10,2)), DATE '2008-01-01', -1.05, 1e3, 'it''s', NULL, true, 12345678901234567890",
		"SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC), lag(x,1,0) OVER (ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
		"SELECT (SELECT 1), EXISTS (SELECT 1), x IN (SELECT y FROM t), x NOT IN (SELECT 2) FROM t",
		"SELECT * FROM flags.dmg_v1(2008, seuil := 3) AS f(a,b)",
		"SELECT * FROM (VALUES (1,'a')) v(x,y)",
		"SELECT x FROM a UNION ALL SELECT y FROM b ORDER BY 1",
		"SELECT x, count(*) FROM t GROUP BY ALL ORDER BY ALL",
		"SELECT date_part('year', d), x || 'a', x LIKE 'a%', d - INTERVAL 3 DAY, $annee FROM t",
		"FROM t",
	} {
		if _, err := p.Script(t.Context(), "", text); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

func TestWhatIsNotUnderstoodIsRefusedWithItsPlace(t *testing.T) {
	p := parser(t)
	for _, c := range []struct{ name, text, want string }{
		{"two statements", "SELECT 1; SELECT 2", "1:11: exactly one SELECT is answered, and it comes last"},
		{"no statement", " -- nothing\n;", "there is no SELECT to answer"},
		{"a statement that writes", "DROP TABLE t", "1:1: only SELECT is answered"},
		{"a write after a step", "CREATE VIEW a AS SELECT 1;\nDELETE FROM t", "2:1: only SELECT is answered"},
		{"a write inside a step", "CREATE VIEW a AS DELETE FROM t; SELECT 1", "1:18: only SELECT is answered"},
		{"a syntax error in line two", "SELECT x\nFROM t x y z", "2:10: syntax error at or near \"y\""},
		{"columns()", "SELECT COLUMNS('x.*') FROM t", "1:8: columns() is not supported"},
		{"a sample", "SELECT * FROM t TABLESAMPLE 10%", "base table with sample is not supported"},
		{"distinct on", "SELECT DISTINCT ON (x) x FROM t", "distinct on is not supported"},
		{"a lambda", "SELECT list_transform([1], lambda x : x+1)", "1:35: lambda is not supported"},
		{"a recursive step", "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 2 FROM r) SELECT 1", "recursive cte node is not supported"},
		{"an as-of join", "SELECT * FROM a ASOF JOIN b ON a.x >= b.x", "asof join is not supported"},
		{"describe", "DESCRIBE t", "show ref is not supported"},
		{"limit percent", "SELECT x FROM t LIMIT 10%", "limit percent modifier is not supported"},
		{"a list index", "SELECT x[1] FROM t", "array extract is not supported"},
		{"an unknown type", "SELECT x::blob FROM t", "a cast to type blob is not supported"},
		{"a step defined twice", "CREATE VIEW a AS SELECT 1; CREATE VIEW A AS SELECT 2; SELECT 3", "1:28: the step A is defined twice"},
	} {
		_, err := p.Script(t.Context(), "", c.text)
		e, ok := errors.AsType[*diag.Error](err)
		if !ok || !strings.Contains(e.Error(), c.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestStepsBecomeNamedQueriesOfTheSelect(t *testing.T) {
	q, err := parser(t).Script(t.Context(), "f.sql", "CREATE OR REPLACE TEMP VIEW \"Étape 1\"(x) AS SELECT 1; -- a comment; with a semicolon\nCREATE VIEW b AS SELECT ';' AS s;\nSELECT * FROM b")
	if err != nil {
		t.Fatal(err)
	}
	with := q.Common().With
	if len(with) != 2 || with[0].Name != "Étape 1" || with[0].Columns[0] != "x" || with[1].Name != "b" {
		t.Errorf("steps are %+v", with)
	}
}

func TestOffsetsPointIntoTheWholeText(t *testing.T) {
	const text = "CREATE VIEW a AS SELECT 1 AS é;\nSELECT inconnu FROM a"
	q, err := parser(t).Script(t.Context(), "f.sql", text)
	if err != nil {
		t.Fatal(err)
	}
	off := q.(*ast.Select).Items[0].At()
	if got := diag.PosOf("f.sql", text, off).String(); got != "f.sql:2:8" {
		t.Errorf("the column is at %s", got)
	}
}

func TestRedactHidesLiteralsAndComments(t *testing.T) {
	got := Redact("SELECT x /* Jean */ FROM t WHERE n = 'Jean' AND m = E'it\\'s' AND d = $$x$$ AND y > 1.5 -- bis\nAND \"a 1\" = $p")
	want := `SELECT x FROM t WHERE n = ? AND m = ? AND d = ? AND y > ? AND "a 1" = $p`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzScript(f *testing.F) {
	for _, s := range []string{"SELECT 1", "CREATE VIEW a AS SELECT 1; SELECT * FROM a", "SELECT 'a;b', \"c;d\", $$;$$ /* ; */ -- ;\n", "VALUES (1)", "SELECT 1e400", "PIVOT t ON x IN (1,2) USING sum(y)"} {
		f.Add(s)
	}
	p := parser(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := p.Script(t.Context(), "", text)
		if (q == nil) == (err == nil) {
			t.Fatalf("query %v, error %v", q, err)
		}
		Redact(text)
	})
}
