package guard

import (
	"strings"
	"testing"

	"epsql/engine/store"
)

// TestWhatIsNotMaskedEqualsPlainDuckDB asks each question of the guard and of
// DuckDB itself, on data where nothing is masked.
func TestWhatIsNotMaskedEqualsPlainDuckDB(t *testing.T) {
	ws := world(t, "eps", manyClaims)
	g := guardOf(t, ws, "")
	for _, c := range []struct{ name, query string }{
		{
			"HAVING within a person filters persons",
			"SELECT pp0020, count(*) FROM population WHERE pp0010 IN (SELECT ss00010 FROM soins_sante GROUP BY 1 HAVING sum(ss00060) > 3000) GROUP BY 1 ORDER BY 1",
		},
		{
			"HAVING without GROUP BY's columns, in FROM",
			"SELECT count(*) AS n, sum(m) AS m FROM (SELECT ss00010 AS id, sum(ss00060) AS m FROM soins_sante GROUP BY ss00010 HAVING count(*) >= 3 AND max(ss00015) > DATE '2008-03-01')",
		},
		{
			"the first claim of every person",
			"SELECT ss00020, count(*) AS n, sum(ss00160) AS tm FROM (SELECT * FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY ss00015) = 1) GROUP BY 1 ORDER BY 1",
		},
		{
			"the last claim of every person, by DISTINCT rows",
			"SELECT pp0020, avg(d) AS jours FROM (SELECT ss00010 AS id, date_diff('day', min(ss00015), max(ss00015)) AS d FROM soins_sante GROUP BY 1) JOIN population ON pp0010 = id GROUP BY 1 ORDER BY 1",
		},
		{
			"arg_max within a person",
			"SELECT c, count(*) AS n FROM (SELECT ss00010 AS id, arg_min(ss00020, ss00015) AS c FROM soins_sante GROUP BY ss00010) GROUP BY c ORDER BY c",
		},
		{
			"first with its order",
			"SELECT c, count(*) AS n FROM (SELECT ss00010 AS id, first(ss00020 ORDER BY ss00015 DESC) AS c FROM soins_sante GROUP BY ss00010) GROUP BY c ORDER BY c",
		},
		{
			"the gap to the claim before",
			"SELECT date_diff('day', avant, d) AS jours, count(*) AS n FROM (SELECT ss00010, ss00015 AS d, lag(ss00015) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS avant FROM soins_sante) WHERE avant IS NOT NULL GROUP BY 1 ORDER BY 1",
		},
		{
			"islands: numbered by a running sum of gaps",
			"WITH g AS (SELECT ss00010 AS id, ss00015 AS d, CASE WHEN ss00015 - lag(ss00015) OVER (PARTITION BY ss00010 ORDER BY ss00015) <= 30 THEN 0 ELSE 1 END AS neuf FROM soins_sante), i AS (SELECT id, sum(neuf) OVER (PARTITION BY id ORDER BY d) AS ile FROM g) SELECT n, count(*) AS personnes FROM (SELECT id, max(ile) AS n FROM i GROUP BY id) GROUP BY n ORDER BY n",
		},
		{
			"the share of a claim in the person's total",
			"SELECT round(part, 1) AS part, count(*) AS n FROM (SELECT ss00060 / sum(ss00060) OVER (PARTITION BY ss00010) AS part FROM soins_sante) GROUP BY 1 ORDER BY 1",
		},
		{
			"a window over the grouped rows of a person",
			"SELECT r, count(*) AS n FROM (SELECT ss00010, ss00020, rank() OVER (PARTITION BY ss00010 ORDER BY count(*) DESC) AS r FROM soins_sante GROUP BY ss00010, ss00020) GROUP BY r ORDER BY r",
		},
		{
			"the same provider as the time before",
			"SELECT p = avant AS meme, count(*) AS n FROM (SELECT ss00065 AS p, lag(ss00065) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS avant FROM soins_sante) WHERE avant IS NOT NULL GROUP BY 1 ORDER BY 1",
		},
		{
			"whether the first provider is the last",
			"SELECT a = z AS fidele, count(*) AS n FROM (SELECT ss00010 AS id, arg_min(ss00065, ss00015) AS a, arg_max(ss00065, ss00015) AS z FROM soins_sante GROUP BY 1) GROUP BY 1 ORDER BY 1",
		},
		{
			"rows that everybody has some of, added up by person",
			"SELECT sum(x) AS n FROM (SELECT ss00010 AS id, count(*) FILTER (WHERE ss00015 > DATE '2008-01-15') AS x FROM soins_sante GROUP BY 1)",
		},
		{
			"a rollup with its labels",
			"SELECT CASE WHEN grouping(pp0020) = 1 THEN 'tous' ELSE pp0020 END AS sexe, pp0030, grouping(pp0020, pp0030) AS niveau, count(*) AS n, sum(ss00060) AS m FROM soins_sante JOIN population ON pp0010 = ss00010 GROUP BY ROLLUP (pp0020, pp0030) HAVING count(*) > 10 ORDER BY niveau, 1, 2",
		},
		{
			"a cube",
			"SELECT pp0020 AS s, ss00160 > 2 AS c, count(DISTINCT ss00010) AS n FROM soins_sante JOIN population ON pp0010 = ss00010 GROUP BY CUBE (s, c) ORDER BY ALL",
		},
		{
			"grouping sets named, one twice, and a window over them",
			"SELECT pp0020, pp0030, count(*) AS n, sum(count(*)) OVER (PARTITION BY pp0030) AS t FROM population GROUP BY GROUPING SETS ((pp0020), (pp0030), (pp0030), ()) ORDER BY ALL",
		},
		{
			"GROUPING without grouping sets is 0",
			"SELECT pp0020, grouping(pp0020) AS g, count(*) AS n FROM population GROUP BY pp0020 ORDER BY 1",
		},
		{
			"a rollup above the wall",
			"SELECT s, e, sum(n) AS n, grouping(s, e) AS g FROM (SELECT pp0020 AS s, pp0030 AS e, count(*) AS n FROM population WHERE pp0025 <> '62063' GROUP BY ALL) GROUP BY GROUPING SETS ((s, e), (e), ()) ORDER BY ALL",
		},
		{
			"grouped by whether the person is in a set",
			"SELECT pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00160 > 4) AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
		},
		{
			"EXISTS on the same person, with a comparison of two of the person's rows",
			"SELECT pp0020, count(*) AS n FROM population AS p WHERE EXISTS (SELECT 1 FROM soins_sante AS a WHERE a.ss00010 = p.pp0010 AND EXISTS (SELECT 1 FROM soins_sante AS b WHERE b.ss00010 = a.ss00010 AND b.ss00015 > a.ss00015 + 100)) GROUP BY 1 ORDER BY 1",
		},
		{
			"NOT EXISTS as a label",
			"SELECT NOT EXISTS (SELECT * FROM soins_sante WHERE ss00010 = pp0010 AND ss00160 > 4) AS sans, count(*) AS n, sum(CASE WHEN EXISTS (FROM soins_sante WHERE ss00010 = pp0010 AND ss00020 = '101076') THEN 1 ELSE 0 END) AS k FROM population GROUP BY 1 ORDER BY 1",
		},
		{
			"EXISTS in public data",
			"SELECT count(*) AS n FROM population WHERE EXISTS (SELECT 1 FROM ref.communes AS c WHERE c.code = pp0025)",
		},
		{
			"a semi join on the person and an anti join on more than the person",
			"SELECT count(*) AS n FROM (SELECT a.ss00010 FROM soins_sante AS a SEMI JOIN population AS p ON p.pp0010 = a.ss00010 AND p.pp0020 = '1') AS x ANTI JOIN soins_sante AS b ON b.ss00010 = x.ss00010 AND b.ss00160 > 4",
		},
		{
			"persons whose policy holder is in a set",
			"SELECT c.pp0020, count(*) AS n FROM population AS c SEMI JOIN (SELECT ss00010 AS id FROM soins_sante WHERE ss00020 = '102771') AS t ON t.id = c.pp0045 GROUP BY 1 ORDER BY 1",
		},
		{
			"the child and its policy holder",
			"SELECT t.pp0020 AS titulaire, count(*) AS n FROM population AS c JOIN population AS t ON t.pp0010 = c.pp0045 GROUP BY 1 ORDER BY 1",
		},
		{
			"NOT IN the set of the same persons",
			"SELECT count(*) AS n FROM population WHERE pp0010 NOT IN (SELECT ss00010 FROM soins_sante GROUP BY 1 HAVING count(*) > 4)",
		},
		{
			"a union of labelled steps, grouped by the label",
			"SELECT quoi, pp0020, count(*) AS n FROM (SELECT pp0010 AS id, 'tous' AS quoi FROM population UNION ALL SELECT ss00010, 'dmg' FROM soins_sante WHERE ss00020 = '102771' UNION ALL SELECT ss00010, 'autre' FROM soins_sante WHERE ss00020 = '101076') JOIN population ON pp0010 = id GROUP BY 1, 2 ORDER BY 1, 2",
		},
		{
			"sums of labelled steps, with a condition on one",
			"SELECT quoi, sum(x) AS x, count(*) AS n FROM (SELECT ss00010 AS id, 'a' AS quoi, CASE WHEN ss00020 = '101076' THEN ss00060 ELSE 0 END AS x FROM soins_sante UNION ALL SELECT ss00010, 'b', ss00165 FROM soins_sante UNION ALL SELECT ss00010, 'c', ss00160 FROM soins_sante) GROUP BY 1 ORDER BY 1",
		},
		{
			"costs of two kinds, added up by person",
			"SELECT count(*) AS n, sum(m) AS m FROM (SELECT id, sum(x) AS m FROM (SELECT ss00010 AS id, ss00160 AS x FROM soins_sante WHERE ss00020 <> '101032' UNION ALL SELECT ss00010, ss00165 FROM soins_sante) GROUP BY id)",
		},
		{
			"a union of person sets",
			"SELECT pp0020, count(*) AS n FROM (SELECT ss00010 AS id FROM soins_sante WHERE ss00160 > 4 UNION SELECT pp0010 FROM population WHERE pp0015 > 1970) JOIN population ON pp0010 = id GROUP BY 1 ORDER BY 1",
		},
		{
			"an intersection and a difference of person sets",
			"SELECT count(*) AS n FROM (SELECT ss00010 AS id FROM soins_sante WHERE ss00160 > 2 INTERSECT SELECT pp0010 FROM population WHERE pp0020 = '1' EXCEPT SELECT pp0010 FROM population WHERE pp0025 = '11001')",
		},
		{
			"grouped results: which keys one has and the other has not",
			"SELECT ss00020 FROM soins_sante GROUP BY 1 EXCEPT SELECT ss00020 FROM soins_sante WHERE ss00020 <> '101076' GROUP BY 1 ORDER BY 1",
		},
		{
			"PIVOT over persons",
			"PIVOT (SELECT pp0020, pp0030, pp0015 FROM population) ON pp0020 IN ('1' AS hommes, '2') USING count(*) AS n, avg(pp0015) AS a GROUP BY pp0030 ORDER BY 1",
		},
		{
			"PIVOT over grouped results, by two keys",
			"SELECT * FROM (SELECT pp0020 AS s, pp0030 AS c, pp0015 > 1950 AS j, count(*) AS n FROM population GROUP BY ALL) PIVOT (sum(n) FOR s IN ('1', '2') c IN ('110', '111')) ORDER BY j",
		},
		{
			"PIVOT within each person, then over persons",
			"SELECT count(*) AS n, sum(a) AS a FROM (PIVOT (SELECT ss00010, ss00020, ss00160 FROM soins_sante) ON ss00020 IN ('101032' AS a, '102771' AS b) USING sum(ss00160) GROUP BY ss00010)",
		},
		{
			"UNPIVOT over grouped results",
			"SELECT quoi, s, v FROM (UNPIVOT (SELECT pp0020 AS s, count(*) AS n, sum(pp0015) AS a FROM population GROUP BY 1) ON n, a INTO NAME quoi VALUE v) ORDER BY ALL",
		},
		{
			"UNPIVOT over persons",
			"SELECT quoi, sum(v) AS v, count(*) AS n FROM (UNPIVOT (SELECT ss00010, ss00060 AS a, ss00160 AS b FROM soins_sante) ON a, b INTO NAME quoi VALUE v) GROUP BY 1 ORDER BY 1",
		},
		{
			"a series of months",
			"SELECT m, count(*) AS n FROM soins_sante JOIN range(DATE '2008-01-01', DATE '2008-04-01', INTERVAL 1 MONTH) AS r(m) ON ss00015 >= m AND ss00015 < m + INTERVAL 1 MONTH GROUP BY m ORDER BY m",
		},
		{
			"medians and quartiles of what many share",
			"SELECT pp0030, median(x) AS m, quantile_cont(x, 0.25) AS q1, median(x) FILTER (WHERE pp0020 = '1') AS hommes, count(*) AS n FROM (SELECT *, 10 * (pp0015 // 20) AS x FROM population) GROUP BY ROLLUP (pp0030) HAVING median(x) > 5 ORDER BY ALL",
		},
		{
			"quartiles between two values that many share",
			"SELECT quantile_cont(x, 0.25) AS q1, quantile_cont(x, 0.35) AS a, median(x) AS b FROM (SELECT CASE WHEN pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00160 > 4) THEN 10 WHEN pp0020 = '1' THEN 20 ELSE 40 END AS x FROM population)",
		},
		{
			"a median that many share and of which each has several rows",
			"SELECT ss00020, median(ss00160) AS m, quantile_cont(ss00160, 0.25) AS q1 FROM soins_sante GROUP BY ROLLUP (1) HAVING count(*) > 40 ORDER BY ALL",
		},
		{
			"a median of persons' totals, without groups",
			"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY m) AS m FROM (SELECT ss00010 AS id, sum(ss00060) // 4000 AS m FROM soins_sante GROUP BY 1)",
		},
		{
			"an average as a constant on rows of persons",
			"SELECT pp0020, count(*) AS n, sum(CASE WHEN pp0015 > (SELECT avg(pp0015) FROM population) THEN 1 ELSE 0 END) AS jeunes FROM population WHERE pp0015 > (SELECT avg(pp0015) - 20 FROM population) GROUP BY 1 ORDER BY 1",
		},
		{
			"a difference from the average, within a step",
			"WITH m AS (SELECT avg(pp0015) AS a FROM population) SELECT round(avg(x), 4) AS x, count(*) AS n FROM (SELECT pp0015 - (SELECT a FROM m) AS x FROM population) WHERE x > (SELECT a FROM m) - 1950",
		},
		{
			"keys of a grouped result as a set",
			"SELECT count(*) AS n FROM population WHERE pp0025 IN (SELECT pp0025 FROM population GROUP BY 1 HAVING count(*) > 50)",
		},
		{
			"a public value as a constant",
			"SELECT count(*) AS n FROM population WHERE pp0015 > (SELECT count(*) + 1900 FROM ref.qualifications WHERE code < '004')",
		},
		{
			"every form of a conditional aggregate",
			"SELECT pp0030, count(*) FILTER (WHERE pp0020 = '1') AS a, count_if(pp0020 = '1') AS b, sum(CASE WHEN pp0020 = '1' THEN 1 ELSE 0 END) AS c, sum(CAST(pp0020 = '1' AS INTEGER)) AS d, count(CASE WHEN pp0020 = '1' THEN 1 END) AS e, sum(pp0020 = '1') AS f, avg(CASE WHEN pp0020 = '1' THEN pp0015 END) AS g, sum(pp0015) FILTER (WHERE pp0020 = '1' AND pp0015 > 1950) AS h, count(DISTINCT CASE WHEN pp0020 = '1' THEN pp0010 END) AS i FROM population GROUP BY 1 ORDER BY 1",
		},
		{
			"weighted estimates, of persons counted without their weight",
			"SELECT pp0020, sum(CASE WHEN 2008 - pp0015 >= 65 THEN 20 ELSE 40 END) AS estimes, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
		},
		{
			"a weight from a public list",
			"SELECT q.categorie, sum(q.quota * ss00060) AS s, sum(q.quota) AS w FROM soins_sante JOIN ref.qualifications AS q ON q.code = ss00065_qual GROUP BY 1",
		},
		{
			"regressions over persons",
			"SELECT round(regr_slope(ss00060, ss00160), 6) AS a, round(regr_r2(ss00060, ss00160), 6) AS b, regr_count(ss00060, ss00160) AS n, round(corr(ss00060, ss00160), 6) AS c, round(covar_pop(ss00060, ss00160), 6) AS d FROM soins_sante",
		},
		{
			"grouped by the other side of an equality",
			"SELECT count(*) AS n FROM (SELECT s.ss00010, count(*) AS k FROM population AS p JOIN soins_sante AS s ON s.ss00010 = p.pp0010 GROUP BY s.ss00010 HAVING k > 2)",
		},
		{
			"three tables of one person are one person",
			"SELECT count(*) AS n FROM (SELECT a.pp0010 FROM population AS a JOIN population AS b ON b.pp0010 = a.pp0010 JOIN population AS c ON c.pp0010 = b.pp0010 GROUP BY a.pp0010)",
		},
	} {
		got, err := ask(t, g, c.query)
		if err != nil {
			t.Errorf("%s:\n%s\n%v", c.name, c.query, err)
			continue
		}
		if want := plainAnswer(t, ws, c.query); got != want {
			t.Errorf("%s:\n%s\ngot\n%swant\n%s", c.name, c.query, got, want)
		}
	}
}

// manyClaims gives everybody more claims and enough persons to each value.
const manyClaims = `
INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, ss00165, livraison)
SELECT n, DATE '2008-07-01' + CAST(k * (n % 2 + 1) * 20 AS INTEGER), CASE k WHEN 1 THEN '101076' ELSE '102771' END, 'S', 1, 1500,
  CASE WHEN n % 3 > 0 THEN 10 + (n + k // 2) % 8 WHEN n <= 60 THEN 1 ELSE 2 + n % 10 END, '001', n % 5, CASE WHEN n % 2 = 0 THEN 500 ELSE 0 END, 1
FROM range(1, 121) AS t(n), range(0, 4) AS u(k) WHERE k <= n % 4;
`

// plainAnswer is the answer of DuckDB itself, drawn as the guard's.
func plainAnswer(t *testing.T, ws *store.Workspace, query string) string {
	t.Helper()
	rows, err := ws.DB.Query(query)
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	defer rows.Close() //nolint:errcheck // a test
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{}
	for _, n := range names {
		r.columns = append(r.columns, Column{Name: n})
	}
	raw, ptr := make([]any, len(names)), make([]any, len(names))
	for i := range raw {
		ptr[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptr...); err != nil {
			t.Fatal(err)
		}
		row := make([]Cell, len(raw))
		for i := range raw {
			row[i].Value = plainValue(raw[i])
		}
		r.rows = append(r.rows, row)
	}
	r.wideInts()
	return draw(r)
}

// TestAttacksThroughFullSQL lists ways to carry what a few persons have past the
// counts; each must come back masked.
func TestAttacksThroughFullSQL(t *testing.T) {
	// Persons 1 to 20 have one policy holder, the first.
	g := guardOf(t, world(t, "eps", "UPDATE main.population SET pp0045 = 1 WHERE pp0010 <= 20;"), "")
	for _, c := range []struct{ name, query string }{
		{"a condition of two persons through the first claim", "SELECT sum(x) AS s FROM (SELECT ss00010 AS id, arg_min(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END, ss00015) AS x FROM soins_sante GROUP BY 1)"},
		{"through first", "SELECT sum(x) AS s FROM (SELECT ss00010 AS id, first(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END ORDER BY ss00015) AS x FROM soins_sante GROUP BY 1)"},
		{"through first_value", "SELECT sum(x) AS s FROM (SELECT first_value(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante)"},
		{"through lag, with its default", "SELECT sum(x) AS s FROM (SELECT lag(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END, 1, 7) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante)"},
		{"through a running sum", "SELECT avg(x) AS s FROM (SELECT sum(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante)"},
		{"through the order that numbers rows", "SELECT sum(x) AS s FROM (SELECT row_number() OVER (PARTITION BY ss00010 ORDER BY CASE WHEN ss00165 > 0 AND ss00020 = '102771' THEN 1 ELSE 0 END) AS x FROM soins_sante)"},
		{"through the order that picks the first", "SELECT sum(x) AS s FROM (SELECT ss00010 AS id, arg_max(ss00060 + 1000, ss00165 > 0) AS x FROM soins_sante GROUP BY 1)"},
		{"through a filter of a window", "SELECT sum(x) AS s FROM (SELECT 1 + count(*) FILTER (WHERE ss00165 > 0) OVER (PARTITION BY ss00010) AS x FROM soins_sante)"},
		{"through two windows", "SELECT sum(y) AS s FROM (SELECT 5 + lag(x) OVER (PARTITION BY id ORDER BY d) AS y FROM (SELECT ss00010 AS id, ss00015 AS d, first_value(CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante))"},
		{"by rows that few have not, gathered by person", "SELECT sum(x) AS s FROM (SELECT ss00010 AS id, count(*) FILTER (WHERE NOT (ss00165 > 0 AND ss00015 = DATE '2008-01-15')) AS x FROM soins_sante GROUP BY 1)"},
		{"through one policy holder of many", "SELECT count(*) AS n FROM population AS c SEMI JOIN (SELECT ss00010 AS id FROM soins_sante WHERE ss00165 > 0) AS t ON t.id = c.pp0045"},
		{"through one policy holder of many, joined", "SELECT count(*) AS n FROM population AS c JOIN (SELECT ss00010 AS id FROM soins_sante WHERE ss00165 > 0 GROUP BY 1) AS t ON t.id = c.pp0045"},
		{"by whether few have a row", "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM soins_sante WHERE ss00010 = pp0010 AND ss00165 > 0)) AS n FROM population"},
		{"by rows of a second table that few have", "SELECT count(*) AS n FROM (SELECT pp0010 AS id FROM population UNION ALL SELECT ss00010 FROM soins_sante WHERE ss00165 > 0)"},
		{"the same, gathered by person", "SELECT sum(n) AS n FROM (SELECT id, count(*) AS n FROM (SELECT pp0010 AS id FROM population UNION ALL SELECT ss00010 FROM soins_sante WHERE ss00165 > 0) GROUP BY id)"},
		{"by who is not in a second table", "SELECT count(*) AS n, count(DISTINCT id) AS m FROM (SELECT pp0010 AS id FROM population UNION ALL SELECT pp0010 FROM population WHERE NOT (pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0)))"},
		{"by who is in both", "SELECT count(*) AS n FROM (SELECT pp0010 AS id FROM population WHERE pp0020 = '1' UNION ALL SELECT pp0010 FROM population WHERE pp0020 = '2' OR pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0))"},
		{"by amounts of few stacked on amounts of many", "SELECT sum(x) AS s, avg(x) AS a FROM (SELECT ss00010 AS id, ss00060 AS x FROM soins_sante UNION ALL SELECT ss00010, ss00165 FROM soins_sante)"},
		{"the same, gathered by person first", "SELECT sum(x) AS s FROM (SELECT id, sum(x) AS x FROM (SELECT ss00010 AS id, ss00060 AS x FROM soins_sante UNION ALL SELECT ss00010, ss00165 FROM soins_sante) GROUP BY id)"},
		{"by a condition on one side, under labels", "SELECT sum(x) FILTER (WHERE l = 'b') AS s FROM (SELECT pp0010 AS id, 'a' AS l, 1000 AS x FROM population UNION ALL SELECT ss00010, 'b', 1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END FROM soins_sante)"},
		{"by amounts of few, unpivoted", "SELECT sum(v) AS v FROM (UNPIVOT (SELECT ss00010, ss00060 AS a, ss00165 AS b FROM soins_sante) ON a, b INTO NAME quoi VALUE v)"},
		{"by a count of few, written with CASE", "SELECT count(DISTINCT CASE WHEN ss00165 > 0 THEN ss00010 END) AS n FROM soins_sante"},
		{"by labels that do not tell the sides apart", "SELECT l, count(*) AS n FROM (SELECT pp0010 AS id, '*' AS l FROM population UNION ALL SELECT ss00010, '*' FROM soins_sante WHERE ss00165 > 0) GROUP BY l"},
		{"by a condition on one side of a union", "SELECT sum(x) AS s FROM (SELECT pp0010 AS id, 1000 AS x FROM population UNION ALL SELECT ss00010, 1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END FROM soins_sante)"},
		{"by a median of few", "SELECT median(pp0015) AS m, quantile_cont(pp0015, 0.25) AS q FROM population WHERE pp0025 = '62063'"},
		{"by a median with few on one side", "SELECT quantile_cont(pp0015, 0.1) AS m FROM population WHERE pp0025 = '92094'"},
		{"by a median of many rows of few", "SELECT median(ss00060) AS m FROM soins_sante WHERE ss00010 IN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0)"},
		{"by a median shifted for few", "SELECT median(pp0015 + CASE WHEN c THEN 1000 ELSE 0 END) AS m FROM (SELECT pp0015, pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0) AS c FROM population)"},
		{"by a constant that is masked", "SELECT count(*) AS n, sum(pp0015) AS s FROM population WHERE pp0015 > (SELECT avg(pp0015) FROM population WHERE pp0025 = '62063') OR pp0015 > 0"},
		{"by a set that is masked", "SELECT count(*) AS n FROM population WHERE pp0015 NOT IN (SELECT count(*) FROM population WHERE pp0025 = '62063')"},
		{"by a masked constant in a condition of one cell", "SELECT count(*) FILTER (WHERE pp0015 > (SELECT avg(pp0015) FROM population WHERE pp0025 = '62063')) AS n FROM population"},
		{"by pairs of which few are complete", "SELECT covar_pop(CASE WHEN ss00165 > 0 THEN ss00060 END, CASE WHEN pp0025 <> '21004' THEN ss00160 END) AS s FROM soins_sante JOIN population ON pp0010 = ss00010"},
		{"by pairs whose parts many have", "SELECT regr_slope(CASE WHEN pp0025 = '11001' THEN ss00160 END, CASE WHEN pp0025 = '21004' OR ss00165 > 0 THEN ss00060 END) AS s FROM soins_sante JOIN population ON pp0010 = ss00010"},
	} {
		got, err := ask(t, g, c.query)
		if err != nil {
			t.Errorf("%s:\n%s\n%v", c.name, c.query, err)
		} else if _, row, _ := strings.Cut(got, "\n"); strings.Trim(row, "*|\n ") != "" {
			t.Errorf("%s:\n%s\ntells\n%s", c.name, c.query, got)
		}
	}
}

// TestNoRowFailsTheQuery: an error that some row causes would tell that the row
// is there.
func TestNoRowFailsTheQuery(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, query := range []string{
		"SELECT sum(x) FROM (SELECT ss00010 AS id, CASE WHEN sum(ss00165) > 0 THEN count(*) * 9223372036854775807 ELSE 1 END AS x FROM soins_sante GROUP BY 1)",
		"SELECT sum(CASE WHEN ss00165 > 0 THEN 170000000000000000000000000000000000000 ELSE 1 END) FROM soins_sante",
		"SELECT avg(CASE WHEN ss00165 > 0 THEN 17000000000000000000000000 ELSE 1 END * 10000000000000) FROM soins_sante",
		"SELECT sum(x * 1000000000000000000 * 1000000000000000000) FROM (SELECT ss00010 AS id, sum(ss00060) AS x FROM soins_sante GROUP BY 1)",
		"SELECT stddev(CASE WHEN ss00165 > 0 THEN 1e200 ELSE 1 END), corr(ss00060 * 1e200, ss00160) FROM soins_sante",
		"SELECT avg(x) FROM (SELECT ss00010 AS id, stddev(ss00060 * 1e200) AS x FROM soins_sante GROUP BY 1)",
		"SELECT avg(x) FROM (SELECT stddev_pop(ss00060 * 1e200) OVER (PARTITION BY ss00010) + sum(ss00060 * 1000000000000000000 * 10000000000000000000) OVER (PARTITION BY ss00010) AS x FROM soins_sante)",
		"SELECT count(*) FROM (SELECT ss00010 FROM soins_sante GROUP BY 1 HAVING count(*) * 9223372036854775807 > 1 OR count(*) > 0)",
		"SELECT count(*) FROM (SELECT ss00010 FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY ss00015) * 9223372036854775807 > 1 OR ss00160 >= 0)",
		"SELECT count(*) FROM population WHERE CASE WHEN pp0010 IN (SELECT ss00010 FROM soins_sante) THEN pp0015 * 9223372036854775807 > 0 ELSE TRUE END OR pp0020 = '1'",
	} {
		if _, err := ask(t, g, query); err != nil {
			t.Errorf("%s\n%v", query, err)
		}
	}
}
