package guard

import (
	"errors"
	"testing"

	"epsql/sql/diag"
)

// FuzzPlan throws texts at the planner. It never panics; what it refuses it
// refuses with an error of ours; and what it accepts becomes SQL that DuckDB
// reads as exactly one SELECT.
func FuzzPlan(f *testing.F) {
	for _, s := range []string{
		"SELECT pp0020, count(*) FROM population GROUP BY 1",
		"SELECT * FROM population",
		"SELECT population.province_v1(pp0025) AS p, sum(flag_dmg) FROM population.photo_v1(2008) JOIN flags.dmg_v1(2008) AS f ON f.ss00010 = pp0010 GROUP BY p HAVING count(*) > 3 ORDER BY 2 DESC LIMIT 3",
		"WITH a AS (SELECT ss00010 AS id, sum(ss00160) AS x FROM soins_sante GROUP BY ss00010) SELECT avg(x), stddev(x) FROM a LEFT JOIN population ON id = pp0010",
		"CREATE VIEW a AS SELECT 1000 + CAST(ss00165 > 0 AS INTEGER) AS x FROM soins_sante; SELECT sum(x), rank() OVER (ORDER BY count(*)) FROM a",
		"SELECT categorie, max(quota) FROM ref.qualifications GROUP BY ALL UNION ALL SELECT 'x', 1 ORDER BY ALL",
		"SELECT count(*) FILTER (WHERE ss00020 IN ('1', '2')), sum(CASE WHEN ss00050 < 0 THEN -ss00060 ELSE ss00060 * 2 END) / count(DISTINCT ss00010) FROM soins_sante WHERE ss00015 BETWEEN DATE '2008-01-01' AND DATE '2008-12-31' - INTERVAL 3 DAY",
		"SELECT count(*) FROM population WHERE pp0010 IN (SELECT ss00010 FROM soins_sante WHERE coalesce(ss00165, 0) > 0)",
		"SELECT a.*, b.* EXCLUDE (n) FROM (SELECT pp0020, count(*) n FROM population GROUP BY 1) a FULL JOIN (VALUES ('1', 2)) b(pp0020, n) USING (pp0020)",
		"SELECT lag(n, 1, 0) OVER (PARTITION BY left(k, 1) ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), (SELECT count(*) FROM population) FROM (SELECT ss00020 k, count(*) n FROM soins_sante GROUP BY 1) QUALIFY row_number() OVER (ORDER BY n) < 5",
		"SELECT grouping(pp0020), median(pp0015), count(*) FROM population GROUP BY CUBE (pp0020, pp0030)",
		"SELECT x, count(*) FROM (SELECT ss00010, lag(ss00060, 1, 0) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY ss00015 DESC) = 1) GROUP BY 1",
		"SELECT q, sum(v) FROM (SELECT ss00010 AS id, 'a' AS q, ss00060 AS v FROM soins_sante UNION ALL SELECT pp0010, 'b', pp0015 FROM population) GROUP BY ROLLUP (q)",
		"SELECT count(*) FROM (SELECT pp0010 FROM population EXCEPT SELECT ss00010 FROM soins_sante GROUP BY 1 HAVING sum(ss00160) > 3)",
		"PIVOT (SELECT ss00010, ss00020, ss00160 FROM soins_sante) ON ss00020 IN ('a', 'b' AS c) USING sum(ss00160) AS s, count(*) GROUP BY ss00010",
		"SELECT n, avg(v) FROM (UNPIVOT (SELECT pp0010, pp0015 AS a, pp0050 AS b FROM population) ON a, b INTO NAME n VALUE v) GROUP BY n",
		"SELECT count(*) FROM population AS p WHERE EXISTS (SELECT 1 FROM soins_sante AS s WHERE s.ss00010 = p.pp0010 AND s.ss00160 > p.pp0015) AND pp0015 > (SELECT avg(pp0015) FROM population)",
		"SELECT count(*) FROM population ANTI JOIN soins_sante ON pp0010 = ss00010",
		"SELECT \"a\"\"b\", 'it''s' FROM (VALUES (1)) t(\"a\"\"b\")",
	} {
		f.Add(s)
	}
	g := guardOf(f, world(f, "exhaustive", ""), "")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := g.Plan(t.Context(), Query{Text: text, Params: map[string]string{"annee": "2008", "x": "'"}})
		if err != nil {
			if _, ours := errors.AsType[*diag.Error](err); !ours {
				t.Fatalf("a foreign error: %v", err)
			}
			return
		}
		statements := []string{p.sql}
		for _, l := range p.leaves {
			statements = append(statements, l.sql)
		}
		for _, s := range statements {
			var n int
			const count = "SELECT coalesce(json_array_length(json_serialize_sql($1::VARCHAR), '$.statements'), 0)"
			if err := g.cfg.Workspace.DB.QueryRow(count, s).Scan(&n); err != nil || n != 1 {
				t.Fatalf("%d statements, %v: %s", n, err, s)
			}
		}
	})
}
