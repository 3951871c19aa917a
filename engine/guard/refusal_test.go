package guard

import (
	"errors"
	"strings"
	"testing"

	"epsql/sql/diag"
)

// TestRefusals lists what is not answered, where the message points, and what it
// says to write instead. No refusal runs anything.
func TestRefusals(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, c := range []struct{ name, query, want, hint string }{
		{"rows of persons", "SELECT * FROM population", "1:8: the query gives rows of persons", "count or sum them"},
		{"rows by person", "SELECT pp0010, count(*) FROM population GROUP BY pp0010", "the query gives rows of persons", "count or sum"},
		{"an identifier picked by number", "SELECT count(*) FROM population WHERE pp0010 = 5", "1:46: an identifier of a person is compared", "nobody can be picked"},
		{"an identifier in a range", "SELECT count(*) FROM population WHERE pp0010 BETWEEN 1 AND 5", "an identifier of a person cannot be used in an expression", "joined, grouped by and counted"},
		{"an identifier in a list", "SELECT count(*) FROM population WHERE pp0010 IN (1, 2)", "an identifier of a person cannot be used", ""},
		{"an identifier in arithmetic", "SELECT pp0010 % 10, count(*) FROM population GROUP BY 1", "1:8: an identifier of a person cannot be used", "count(DISTINCT pp0010)"},
		{"an identifier cast", "SELECT count(*) FROM population WHERE pp0010::VARCHAR = '5'", "an identifier of a person cannot be used", ""},
		{"an ordered comparison of identifiers", "SELECT count(*) FROM population WHERE pp0010 < pp0045", "an identifier of a person is compared", ""},
		{"an invented list of persons", "SELECT count(*) FROM population JOIN (VALUES (5)) AS v(n) ON pp0010 = n", "an identifier of a person is compared", ""},
		{"an invented list of persons, by USING", "SELECT count(*) FROM population JOIN (VALUES (5)) AS v(pp0010) USING (pp0010)", "the two columns pp0010 cannot be compared", ""},
		{"the sum of identifiers", "SELECT sum(pp0010) FROM population", "an identifier of a person cannot be used", ""},
		{"a maximum", "SELECT max(pp0015) FROM population", "1:8: max is not answered over persons", "counts by class"},
		{"any value", "SELECT any_value(pp0015) FROM population", "any_value is not answered over persons", "group by the column"},
		{"a list of values", "SELECT list(pp0015) FROM population", "list is not answered", "group by the column"},
		{"a fingerprint", "SELECT bit_xor(pp0015) FROM population", "bit_xor is not answered", "fingerprints"},
		{"a sum of distinct values", "SELECT sum(DISTINCT pp0015) FROM population", "sum with DISTINCT or ORDER BY is not answered", ""},
		{"a number made from text, summed", "SELECT sum(strpos('a1b2', pp0020)) FROM population", "a number made from text or codes is aggregated", "group by the text"},
		{"the same through a step", "SELECT sum(x) FROM (SELECT strpos('a1b2', pp0020) AS x FROM population)", "a number made from text or codes is aggregated", ""},
		{"a power of an attribute, summed", "SELECT sum(pp0015 * pp0015) FROM population", "two numbers that are no amounts are multiplied", "stddev"},
		{"an unknown function", "SELECT sum(power(10, pp0015)) FROM population", "power is not answered row by row", ""},
		{"a misspelt function", "SELECT cuont(*) FROM population", "the function cuont is not on the list", "did you mean count?"},
		{"a misspelt table", "SELECT count(*) FROM poplation", "1:22: there is no table poplation", "did you mean population?"},
		{"a misspelt zone", "SELECT count(*) FROM population WHERE pp002 = '1'", "1:39: there is no column pp002 here", "did you mean pp0020?"},
		{"a misspelt macro", "SELECT count(*) FROM flags.dgm_v1(2008)", "there is no macro flags.dgm_v1", "did you mean flags.dmg_v1?"},
		{"a macro without its version", "SELECT count(*) FROM flags.dmg(2008)", "there is no macro flags.dmg", "did you mean flags.dmg_v1?"},
		{"a macro without its argument", "SELECT count(*) FROM flags.dmg_v1()", "flags.dmg_v1 needs the argument annee", ""},
		{"a macro with a wrong argument name", "SELECT count(*) FROM flags.dmg_v1(anne := 2008)", "has no parameter anne", "did you mean annee?"},
		{"a macro with a version of a list that is not there", "SELECT count(*) FROM flags.maison_repos_v1(2008, liste := '0.synthetiqe')", "flags.maison_repos_v1 does not take this value for liste", "did you mean 0.synthetique?"},
		{"a parameter without value", "SELECT count(*) FROM flags.dmg_v1($annee)", "the parameter $annee has no value", "--param annee="},
		{"a column neither grouped nor aggregated", "SELECT pp0020, count(*) FROM population", "1:8: the column pp0020 is neither grouped by nor aggregated", "GROUP BY"},
		{"two tables of persons joined on a code", "SELECT count(*) FROM soins_sante AS a JOIN population AS b ON a.ss00020 = b.pp0020", "two tables of persons are joined without an identifier", "a.id = b.id"},
		{"two tables of persons side by side", "SELECT count(*) FROM soins_sante, population", "two tables of persons are joined without an identifier", ""},
		{"rows chosen by other persons' rows", "SELECT count(*) FROM soins_sante WHERE ss00020 IN (SELECT ss00020 FROM soins_sante)", "rows are chosen by other persons' rows", ""},
		{"rows chosen through a provider", "SELECT count(*) FROM soins_sante WHERE ss00065 IN (SELECT ss00065 FROM soins_sante)", "rows are chosen by other persons' rows", ""},
		{"grouping by a provider", "SELECT avg(n) FROM (SELECT ss00065, count(*) AS n FROM soins_sante GROUP BY ss00065)", "gathers the rows of several persons", "add the identifier of the person"},
		{"a window over persons", "SELECT row_number() OVER (ORDER BY pp0015) FROM population", "1:8: a window runs over rows of several persons", "PARTITION BY the identifier"},
		{"a window over a household", "SELECT count(*) FROM (SELECT lag(pp0015) OVER (PARTITION BY pp0045 ORDER BY pp0015) AS x FROM population) WHERE x > 0", "a window runs over rows of several persons", "PARTITION BY the identifier"},
		{"QUALIFY over persons", "SELECT pp0015 FROM population QUALIFY row_number() OVER () = 1", "a window runs over rows of several persons", ""},
		{"QUALIFY over all grouped persons", "SELECT count(*) FROM (SELECT pp0010 FROM population GROUP BY pp0010 QUALIFY row_number() OVER () = 1)", "a window runs over rows of several persons", ""},
		{"a window that may fail on a row", "SELECT count(*) FROM (SELECT sum(ss00060) OVER (PARTITION BY ss00010 ORDER BY ss00060 RANGE BETWEEN 9 PRECEDING AND CURRENT ROW) AS x FROM soins_sante) WHERE x > 0", "a frame over a range of values", "ROWS"},
		{"an offset that differs by row", "SELECT count(*) FROM (SELECT lag(ss00060, ss00160) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante) WHERE x > 0", "this argument of lag must be a constant", ""},
		{"any row of a person", "SELECT count(*) FROM (SELECT ss00010, first(ss00020) AS x FROM soins_sante GROUP BY 1) WHERE x = '1'", "first without ORDER BY may give any row", "arg_min"},
		{"the identifier of the first claim, shown", "SELECT x, count(*) FROM (SELECT ss00010 AS id, arg_min(ss00065, ss00015) AS x FROM soins_sante GROUP BY 1) GROUP BY x", "gathers the rows of several persons", ""},
		{"a subquery inside arithmetic that may fail", "SELECT sum(CAST(pp0010 IN (SELECT ss00010 FROM soins_sante) AS BIGINT) * 9223372036854775807) FROM population", "a subquery stands inside a computation that may fail", "in a step"},
		{"LIMIT over persons", "SELECT count(*) FROM (SELECT pp0015 FROM population LIMIT 1)", "LIMIT would pick some persons", ""},
		{"LIMIT within persons", "SELECT count(*) FROM (SELECT pp0010 FROM population GROUP BY 1 LIMIT 1)", "LIMIT would pick some persons", "QUALIFY row_number()"},
		{"rows multiplied where a condition holds", "SELECT count(*) FROM population JOIN range(1000) AS r(n) ON pp0025 = '62063' OR n = 0", "the join with r may give several rows for one row of a person", "group by all its columns"},
		{"rows multiplied by doubled keys", "SELECT count(*) FROM population JOIN (VALUES ('62063'), ('62063'), ('11001')) AS v(c) ON c = pp0025", "the join with v may give several rows", "without duplicates"},
		{"the same in a step", "WITH a AS (SELECT pp0020 FROM population JOIN (VALUES ('62063'), ('62063')) AS v(c) ON c = pp0025) SELECT count(*) FROM a", "the join with v may give several rows", ""},
		{"invented weights", "SELECT sum(w) FROM population JOIN (VALUES ('62063', 1000), ('11001', 1)) AS v(c, w) ON c = pp0025", "a value that the query made up is aggregated over persons", "group by it"},
		{"invented weights from a public table", "SELECT avg(w) FROM population JOIN (SELECT code, CASE code WHEN '62063' THEN 1000 ELSE 1 END AS w FROM ref.communes) AS v ON v.code = pp0025", "a value that the query made up is aggregated", ""},
		{"weights picked by a computed key", "SELECT sum(q.quota) FROM population JOIN ref.qualifications AS q ON q.code = CASE pp0025 WHEN '62063' THEN '000' ELSE '100' END", "a value that the query made up is aggregated", ""},
		{"a year of an invented date", "SELECT sum(year(d)) FROM population JOIN (VALUES ('62063', DATE '2000-01-01'), ('11001', DATE '0001-01-01')) AS v(c, d) ON c = pp0025", "a value that the query made up is aggregated", ""},
		{"rows that show that nobody is there", "SELECT count(*) FROM population FULL JOIN (VALUES (1937)) AS v(y) ON y = pp0015 AND pp0025 = '62063'", "an outer join keeps rows of v that no person has", "join the grouped result"},
		{"a list that is no argument of a macro", "SELECT [pp0015, pp0050], count(*) FROM population GROUP BY 1", "the function list_value is not on the list", ""},
		{"an identifier in the list of a macro", "SELECT sas.n_v1([pp0010]), count(*) FROM population GROUP BY 1", "an identifier of a person cannot be used in an expression", ""},
		{"weights made of a list", "SELECT sum(sas.max_v1([pp0015, 5])) FROM population", "a number made from text or codes is aggregated", ""},
		{"weights drawn by a macro", "SELECT pp0020, sum(sas.ranuni_v1(45, pp0015)) FROM population GROUP BY 1", "a number made from text or codes is aggregated", ""},
		{"the average of such weights", "SELECT pp0020, avg(sas.ranuni_etat_v1(45, pp0015) + 1) FROM population GROUP BY 1", "a number made from text or codes is aggregated", ""},
		{"the same from the other side", "SELECT count(*) FROM ref.communes AS c LEFT JOIN population ON pp0025 = c.code", "an outer join keeps rows of c that no person has", ""},
		{"an endless series", "SELECT count(*) FROM range(10000000000)", "a series of numbers may go up to", ""},
		{"a quantile that is somebody's value", "SELECT quantile_disc(pp0015, 0.5) FROM population", "quantile_disc is not answered over persons", "quantile_cont"},
		{"places so close that one person is between them", "SELECT quantile_cont(pp0015, 0.5), quantile_cont(pp0015, 0.51) FROM population", "a place of 0.05, 0.10 … 0.95", "one column for each place"},
		{"the highest value as a quantile", "SELECT quantile_cont(pp0015, 1) FROM population", "a place of 0.05", ""},
		{"a median of a number made from text", "SELECT median(strpos('a1b2', pp0020)) FROM population", "a number made from text or codes is aggregated", ""},
		{"PIVOT whose columns would be values", "PIVOT population ON pp0025 USING count(*)", "only SELECT is answered", "IN ('a', 'b')"},
		{"PIVOT of a maximum", "SELECT * FROM (PIVOT population ON pp0020 IN ('1') USING max(pp0015) GROUP BY pp0030)", "max is not answered over persons", ""},
		{"a series of seconds", "SELECT count(*) FROM range(DATE '2008-01-01', DATE '2009-01-01', INTERVAL 1 SECOND)", "the function to_seconds is not on the list", ""},
		{"a rollup over persons", "SELECT pp0010, count(*) FROM population GROUP BY ROLLUP (pp0010)", "totals over several persons stand beside rows of one", "in a step"},
		{"too many grouping sets", "SELECT count(*) FROM population GROUP BY CUBE (pp0015, pp0020, pp0025, pp0030, pp0050, pp0040, pp0005)", "more than 64 grouping sets", "GROUPING SETS"},
		{"GROUPING of what is no key", "SELECT grouping(pp0015) FROM population GROUP BY ROLLUP (pp0020)", "GROUPING takes grouping keys", "GROUP BY"},
		{"a union of rows of persons with public rows", "SELECT count(*) FROM (SELECT pp0025 FROM population UNION ALL SELECT code FROM ref.communes)", "UNION of rows of persons with a grouped or public result", "group the persons first"},
		{"a union of different zones", "SELECT count(*) FROM (SELECT pp0010, pp0015 FROM population UNION ALL SELECT ss00010, ss00020 FROM soins_sante)", "column 2 of the two sides holds different things", "cast both"},
		{"a union of identifiers of two units", "SELECT count(*) FROM (SELECT pp0010 FROM population UNION ALL SELECT ss00065 FROM soins_sante)", "column 1 of the two sides holds different things", ""},
		{"a union that drops equal rows of several persons", "SELECT count(*) FROM (SELECT pp0025 FROM population UNION SELECT pp0025 FROM population)", "UNION would compare rows of several persons", "SELECT id"},
		{"an intersection of zones of persons", "SELECT count(*) FROM (SELECT pp0015 FROM population INTERSECT SELECT pp0015 FROM population WHERE pp0020 = '1')", "INTERSECT would compare rows of several persons", "SELECT id"},
		{"EXCEPT ALL of persons", "SELECT count(*) FROM (SELECT pp0010 FROM population EXCEPT ALL SELECT pp0010 FROM population)", "EXCEPT ALL would compare", ""},
		{"an intersection of masked values", "SELECT count(*) AS n FROM population INTERSECT SELECT count(*) FROM population", "INTERSECT compares values that may be masked", "compare the keys"},
		{"EXISTS over other persons", "SELECT count(*) FROM population WHERE EXISTS (SELECT 1 FROM soins_sante)", "EXISTS looks at rows of other persons", "inner.id = outer.id"},
		{"EXISTS linked by an attribute", "SELECT count(*) FROM population AS p WHERE EXISTS (SELECT 1 FROM population AS o WHERE o.pp0025 = p.pp0025 AND o.pp0020 <> p.pp0020)", "EXISTS looks at rows of other persons", ""},
		{"EXISTS linked by OR", "SELECT count(*) FROM population AS p WHERE EXISTS (SELECT 1 FROM soins_sante AS s WHERE s.ss00010 = p.pp0010 OR s.ss00165 > 0)", "EXISTS looks at rows of other persons", ""},
		{"EXISTS linked by the provider", "SELECT count(*) FROM soins_sante AS a WHERE EXISTS (SELECT 1 FROM soins_sante AS b WHERE b.ss00065 = a.ss00065 AND b.ss00165 > 0)", "EXISTS looks at rows of other persons", ""},
		{"EXISTS linked inside itself", "SELECT count(*) FROM population WHERE EXISTS (SELECT 1 FROM soins_sante AS a WHERE a.ss00010 = a.ss00010 AND ss00165 > 0)", "EXISTS looks at rows of other persons", ""},
		{"EXISTS linked through another person of the row", "SELECT count(*) FROM population AS p WHERE EXISTS (SELECT 1 FROM soins_sante AS s WHERE s.ss00010 = p.pp0045)", "EXISTS looks at rows of other persons", ""},
		{"an identifier inside EXISTS", "SELECT count(*) FROM population AS p WHERE EXISTS (SELECT 1 FROM soins_sante AS s WHERE s.ss00010 = p.pp0010 AND p.pp0010 = 5)", "an identifier of a person is compared", ""},
		{"a computed value of several rows", "SELECT count(*) FROM population WHERE pp0015 > (SELECT pp0020 FROM population GROUP BY 1)", "the subquery gives 2 rows, not one", "aggregate it"},
		{"rows of persons as a value", "SELECT count(*) FROM population WHERE pp0015 > (SELECT pp0015 FROM population)", "the query gives rows of persons", ""},
		{"a value of the row outside", "SELECT count(*) FROM population AS p WHERE pp0015 > (SELECT avg(o.pp0015) FROM population AS o WHERE o.pp0020 = p.pp0020)", "there is no table p in FROM", ""},
		{"a maximum as a value", "SELECT count(*) FROM population WHERE pp0015 = (SELECT max(pp0015) FROM population)", "max is not answered over persons", ""},
		{"persons joined with a grouped result", "SELECT count(*) FROM population AS p JOIN (SELECT pp0020, count(*) AS n FROM population GROUP BY 1) AS g ON g.pp0020 = p.pp0020", "rows of persons are joined with a grouped result", ""},
		{"a join on a masked value", "SELECT 1 FROM (SELECT pp0020, count(*) AS n FROM population GROUP BY 1) AS a JOIN (SELECT count(*) AS n FROM population) AS b ON a.n = b.n", "a join depends on values that may be masked", ""},
		{"a file", "SELECT * FROM 'secrets.csv'", "there is no table secrets.csv", ""},
		{"a table function that reads files", "SELECT * FROM read_csv('x.csv')", "read_csv is not answered in FROM", "epsql load"},
		{"SQL in a string", "SELECT * FROM query('SELECT 1')", "query is not answered in FROM", "write the SQL in place"},
		{"the house's own tables", "SELECT * FROM epsql.ids_person", "there is no table epsql.ids_person", ""},
		{"DuckDB's own tables", "SELECT * FROM duckdb_tables()", "the function duckdb_tables is not on the list", ""},
		{"an error that speaks", "SELECT count(*) FROM population WHERE error(pp0025) IS NULL", "error is not answered row by row", "speak about data"},
		{"a random sample", "SELECT count(*) FROM population WHERE random() < 0.5", "random is not answered row by row", "repeatable"},
		{"a whole row", "SELECT population FROM population", "there is no column population here", ""},
		{"the row number of the store", "SELECT count(*) FROM population WHERE rowid = 1", "there is no column rowid here", ""},
	} {
		_, err := g.Plan(t.Context(), Query{Text: c.query})
		e, ok := errors.AsType[*diag.Error](err)
		switch {
		case !ok:
			t.Errorf("%s: answered\n%s", c.name, c.query)
		case !strings.Contains(e.Error(), c.want):
			t.Errorf("%s:\n%s\ngot  %s\nwant %s", c.name, c.query, e.Error(), c.want)
		case !strings.Contains(e.Hint, c.hint) || e.Hint == "":
			t.Errorf("%s:\n%s\nhint %q\nwant %q", c.name, c.query, e.Hint, c.hint)
		}
	}
}

func TestTheShellResolvesAnUnversionedMacro(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	g.cfg.Latest = true
	p, err := g.Plan(t.Context(), Query{Text: "SELECT flag_dmg, count(*) FROM flags.dmg(2008) GROUP BY 1"})
	if err != nil {
		t.Fatal(err)
	}
	if w := strings.Join(p.Warnings(), "\n"); !strings.Contains(w, "flags.dmg is read as flags.dmg_v1") {
		t.Errorf("warnings %q", w)
	}
}

func TestAZoneOutsideItsValidityIsNoted(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	p, err := g.Plan(t.Context(), Query{Text: "SELECT pp3001, count(*) FROM population GROUP BY 1"})
	if err != nil {
		t.Fatal(err)
	}
	if w := strings.Join(p.Warnings(), "\n"); !strings.Contains(w, "pp3001 cannot be used in deliveries 200606") {
		t.Errorf("warnings %q", w)
	}
}

func TestAChannelWithoutTablesIsRefused(t *testing.T) {
	ws := world(t, "eps", "")
	ch := *ws.Catalog.Channel("eps")
	ch.Tables = false
	if _, err := New(t.Context(), Config{Workspace: ws, Catalog: ws.Catalog, Channel: &ch}); diag.ExitCode(err) != 4 {
		t.Errorf("error %v", err)
	}
}
