package guard

import (
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, c := range []struct{ name, query, want string }{
		{
			"a group of enough persons is shown",
			"SELECT pp0020 AS sexe, count(*) AS n FROM population GROUP BY pp0020",
			"sexe | n\n1 | 60\n2 | 60\n",
		},
		{
			"every value of a closed list is there, masked where few stand behind it",
			"SELECT population.province_v1(pp0025) AS p, count(*) AS n FROM population WHERE pp0025 <> '21004' GROUP BY p HAVING p IN (10000, 21000, 50000)",
			"p | n\n10000 | 60\n21000 | *\n50000 | *\n",
		},
		{
			"of an open list only rows over the threshold are there",
			"SELECT pp0025, count(*) AS n FROM population GROUP BY 1 ORDER BY n",
			"pp0025 | n\n92094 | 17\n21004 | 40\n11001 | 60\n",
		},
		{
			"conditions on keys bound the rows that are listed",
			"SELECT pp0020, count(*) FROM population WHERE pp0025 = '62063' AND pp0020 = '1' GROUP BY pp0020",
			"pp0020 | count_star()\n1 | *\n",
		},
		{
			"a sum to which two persons contribute is masked beside one to which all do",
			"SELECT sum(ss00165) AS supplements, sum(ss00060) AS remboursements FROM soins_sante",
			"supplements | remboursements\n* | 360000\n",
		},
		{
			"a constant added to a masked condition does not show it",
			"SELECT sum(1000 + CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END) AS s FROM soins_sante",
			"s\n*\n",
		},
		{
			"not even from a step below",
			"WITH a AS (SELECT 1000 + CAST(ss00165 > 0 AS INTEGER) AS x FROM soins_sante) SELECT sum(x), avg(x), count(*) FROM a",
			"sum | avg | count_star()\n* | * | 360\n",
		},
		{
			"nor gathered by person first",
			"WITH a AS (SELECT ss00010 AS id, 7 + max(CASE WHEN ss00165 > 0 THEN 1 ELSE 0 END) AS x FROM soins_sante GROUP BY ss00010) SELECT sum(x) AS s FROM a",
			"s\n*\n",
		},
		{
			"a condition cast to a number stays a condition, step by step",
			"WITH a AS (SELECT CAST(NOT (ss00165 > 0) AS INTEGER) AS x FROM soins_sante) SELECT stddev(coalesce(x, 2) * 3) AS s, count(*) AS n FROM a",
			"s | n\n* | 360\n",
		},
		{
			"a sum of codes is masked when few have one of them",
			"SELECT sum(population.province_v1(pp0025)) AS a, sum(CASE pp0025 WHEN '62063' THEN 1 WHEN '21004' THEN 1000 ELSE 0 END) AS b FROM population",
			"a | b\n* | *\n",
		},
		{
			"a condition that all but three meet is masked too",
			"SELECT count(*) FILTER (WHERE pp0025 <> '62063') AS n, count(*) AS tous FROM population",
			"n | tous\n* | 120\n",
		},
		{
			"a condition that all meet is masked too, where zero is",
			"SELECT count_if(pp0015 > 1900) AS n FROM population",
			"n\n*\n",
		},
		{
			"published flags count by person",
			"SELECT flag_dmg, count(*) AS n FROM flags.dmg_v1(2008) GROUP BY 1",
			"flag_dmg | n\n0 | 70\n1 | 50\n",
		},
		{
			"flags join photos on the person",
			"SELECT pp0020, sum(flag_dmg) AS dmg, round(100.0 * sum(flag_dmg) / count(*), 1) AS pct FROM population.photo_v1(2008) AS p JOIN flags.dmg_v1(2008) AS f ON f.ss00010 = p.pp0010 GROUP BY pp0020",
			"pp0020 | dmg | pct\n1 | 25 | 41.7\n2 | 25 | 41.7\n",
		},
		{
			"rows gathered by person still belong to the person",
			"WITH couts AS (SELECT ss00010 AS id, sum(ss00160) AS tm FROM soins_sante GROUP BY ss00010) SELECT pp0020, sum(tm) AS tm, count(*) AS n FROM couts JOIN population ON pp0010 = id GROUP BY pp0020",
			"pp0020 | tm | n\n1 | 532 | 60\n2 | 535 | 60\n",
		},
		{
			"a set of the same persons filters",
			"SELECT count(*) AS n FROM population WHERE pp0010 IN (SELECT ss00010 FROM soins_sante WHERE ss00020 = '102771')",
			"n\n50\n",
		},
		{
			"and so does its opposite",
			"SELECT count(*) AS n FROM population ANTI JOIN (SELECT ss00010 AS pp0010 FROM soins_sante WHERE ss00020 = '102771') USING (pp0010)",
			"n\n70\n",
		},
		{
			"public tables are free",
			"SELECT categorie, count(*) AS codes, max(quota) AS quota FROM ref.qualifications WHERE code < '002' GROUP BY categorie",
			"categorie | codes | quota\nGénéralistes | 2 | 0.2700\n",
		},
		{
			"a public table joins below the wall",
			"SELECT q.categorie, count(*) AS n FROM soins_sante AS s JOIN ref.qualifications AS q ON q.code = s.ss00065_qual GROUP BY 1",
			"categorie | n\nGénéralistes | 360\n",
		},
		{
			"a series joins when it is grouped by",
			"SELECT n, count(*) AS en_vie FROM population JOIN range(1930, 1932) AS r(n) ON pp0015 <= n GROUP BY n",
			"n | en_vie\n1930 | 22\n1931 | 24\n",
		},
		{
			"invented classes may be grouped by and counted, each side of a condition",
			"SELECT nom, count(*) AS n FROM population JOIN (VALUES ('11001', 'Aartselaar'), ('21004', 'Bruxelles'), ('62063', 'Liège')) AS v(c, nom) ON c = pp0025 GROUP BY nom",
			"nom | n\nAartselaar | 60\nBruxelles | 40\n",
		},
		{
			"who finds a partner in an outer join with several rows is a condition on every count",
			"SELECT count(*) AS n FROM population LEFT JOIN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0) ON ss00010 = pp0010",
			"n\n*\n",
		},
		{
			"an outer join with one row a person leaves counts alone",
			"SELECT count(*) AS n, sum(s) AS s FROM population LEFT JOIN (SELECT ss00010 AS id, sum(ss00165) AS s FROM soins_sante GROUP BY 1) ON id = pp0010",
			"n | s\n120 | *\n",
		},
		{
			"whether a sum of nothing has rows is a condition too",
			"SELECT sum(CASE WHEN ss00165 > 0 THEN 0 END) AS s FROM soins_sante",
			"s\n*\n",
		},
		{
			"grouped results combine with UNION ALL, and totals divide",
			"SELECT pp0020 AS g, count(*) * 1.0 / (SELECT count(*) FROM population) AS part FROM population GROUP BY 1 UNION ALL SELECT 'tous', 1 ORDER BY 1",
			"g | part\n1 | 0.5\n2 | 0.5\ntous | 1\n",
		},
		{
			"a value that depends on a masked cell is masked, through windows too",
			"SELECT p, n, n * 1.0 / sum(n) OVER () AS part, rank() OVER (ORDER BY n) AS r FROM (SELECT population.province_v1(pp0025) AS p, count(*) AS n FROM population GROUP BY 1) WHERE p IN (10000, 20001)",
			"p | n | part | r\n10000 | 60 | * | *\n20001 | * | * | *\n",
		},
		{
			"a condition above drops rows that it cannot decide, and totals over them are masked",
			"SELECT count(*) AS lignes FROM (SELECT population.province_v1(pp0025) AS p, count(*) AS n FROM population GROUP BY 1) WHERE n > 20",
			"lignes\n*\n",
		},
		{
			"a filter above leaves masked rows out",
			"SELECT sum(n) FILTER (WHERE p = 10000) AS a, sum(n) FILTER (WHERE p >= 80000) AS b, sum(n) FILTER (WHERE n > 50) AS c FROM (SELECT population.province_v1(pp0025) AS p, count(*) AS n FROM population GROUP BY 1)",
			"a | b | c\n60 | * | *\n",
		},
		{
			"two leaves join on their keys",
			"SELECT a.pp0020, a.n, b.m FROM (SELECT pp0020, count(*) AS n FROM population GROUP BY 1) AS a JOIN (SELECT pp0020, sum(ss00060) AS m FROM soins_sante JOIN population ON pp0010 = ss00010 GROUP BY 1) AS b USING (pp0020)",
			"pp0020 | n | m\n1 | 60 | 180000\n2 | 60 | 180000\n",
		},
		{
			"a column of PIVOT whose row is not listed is masked, not empty",
			"PIVOT (SELECT pp0020, pp0025, count(*) AS n FROM population GROUP BY ALL) ON pp0025 IN ('11001', '62063') USING sum(n) GROUP BY pp0020 ORDER BY 1",
			"pp0020 | 11001 | 62063\n1 | 30 | *\n2 | 30 | *\n",
		},
		{
			"steps of a script are inlined",
			"CREATE VIEW hommes AS SELECT pp0010 AS id FROM population WHERE pp0020 = '1';\nCREATE VIEW leurs_soins AS SELECT s.* FROM soins_sante AS s JOIN hommes ON id = ss00010;\nSELECT count(DISTINCT ss00010) AS n, sum(ss00060) AS m FROM leurs_soins",
			"n | m\n60 | 180000\n",
		},
		{
			"DISTINCT is a grouping",
			"SELECT DISTINCT pp0020 FROM population",
			"pp0020\n1\n2\n",
		},
		{
			"no row can make a query fail",
			"SELECT count(*) AS n, sum(9223372036854775807 * pp0015) AS s FROM population WHERE CAST(pp0025 || 'x' AS INTEGER) = 1 OR pp0020 = '1'",
			"n | s\n60 | NULL\n",
		},
	} {
		got, err := ask(t, g, c.query)
		if err != nil {
			t.Errorf("%s:\n%s\n%v", c.name, c.query, err)
		} else if got != c.want {
			t.Errorf("%s:\n%s\ngot\n%swant\n%s", c.name, c.query, got, c.want)
		}
	}
}

func TestProvidersAreProtectedInTheirChannel(t *testing.T) {
	// Municipality 11001 has one provider for its sixty persons, 21004 ten: that
	// somebody was treated there is about the one.
	const query = "SELECT pp0025, count(*) AS n FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0025 IN ('11001', '21004') GROUP BY 1"
	ws := world(t, "exhaustive", "")
	got, err := ask(t, guardOf(t, ws, ""), query)
	if err != nil {
		t.Fatal(err)
	}
	if want := "pp0025 | n\n21004 | 120\n"; got != want {
		t.Errorf("exhaustive: got\n%s", got)
	}
	const gathered = "WITH a AS (SELECT ss00010 AS id, count(*) AS n, count(*) FILTER (WHERE ss00020 = '102771') AS d FROM soins_sante GROUP BY 1) SELECT pp0020, sum(n) AS n, sum(d) AS d FROM a JOIN population ON pp0010 = id GROUP BY 1"
	got, err = ask(t, guardOf(t, ws, ""), gathered)
	if err != nil {
		t.Fatal(err)
	}
	if want := "pp0020 | n | d\n1 | 180 | *\n2 | 180 | *\n"; got != want {
		t.Errorf("a record booked by one provider, gathered by person: got\n%s", got)
	}
	if _, err := ws.Channel("eps"); err == nil {
		t.Error("a workspace of everybody allows the channel of the sample")
	}
}

func TestOrganisationsAreNotProtected(t *testing.T) {
	// Negative numbers are organisations: sixty persons of one laboratory.
	ws := world(t, "exhaustive", "UPDATE main.soins_sante SET ss00065 = -1")
	got, err := ask(t, guardOf(t, ws, ""), "SELECT count(*) AS n FROM soins_sante")
	if err != nil || got != "n\n360\n" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestZeroIsPublishedWhereTheChannelSaysSo(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	open := *g.cfg.Channel
	open.Zero, open.ZeroWhy = "publish", "asked for in writing"
	g.cfg.Channel = &open
	got, err := ask(t, g, "SELECT population.province_v1(pp0025) AS p, count(*) AS n FROM population WHERE pp0025 <> '21004' GROUP BY 1 HAVING p IN (21000, 60000)")
	if want := "p | n\n21000 | 0\n60000 | *\n"; err != nil || got != want {
		t.Errorf("got\n%s%v", got, err)
	}
}

func TestTheSummaryAndTheLedgerTellWhatWasMasked(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	p, err := g.Plan(t.Context(), Query{Text: "SELECT pp0025, sum(ss00165) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0025 <> 'secret' GROUP BY 1"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Summary()
	if s.Cells != 3 || s.Masked != 3 || s.ByRule["fewer than 4 persons"] != 3 || s.Ledger != 1 || s.Mask != "small cell" {
		t.Errorf("summary %+v", s)
	}
	notes := strings.Join(s.Notes, "\n")
	if !strings.Contains(notes, "coarsen pp0025") || !strings.Contains(notes, "not listed") {
		t.Errorf("notes %q", notes)
	}
	var query string
	if err := g.cfg.Workspace.DB.QueryRow("SELECT query FROM epsql.ledger").Scan(&query); err != nil || strings.Contains(query, "secret") {
		t.Errorf("ledger holds %q, %v", query, err)
	}
}
