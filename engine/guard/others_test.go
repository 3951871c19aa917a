package guard

import (
	"strings"
	"testing"

	"epsql/catalog"
)

func TestSmallRowsAreMergedWhereTheChannelSaysSo(t *testing.T) {
	// Seven persons of five rare codes: 2, 2, 1, 1 and 1 of them.
	const rare = `UPDATE main.population SET pp0030 = CASE WHEN pp0010 <= 2 THEN '200' WHEN pp0010 <= 4 THEN '201' ELSE '20' || (pp0010 - 3) END WHERE pp0010 <= 7;`
	top, guards := t, map[string]*Guard{}
	merge := func(c *catalog.Channel) { c.Others = "autres" }
	for _, test := range []struct {
		name, data, query, want string
		change                  func(*catalog.Channel)
	}{
		{
			"without the option small rows are left out", rare,
			"SELECT pp0030 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"110 | 75\n111 | 38", func(*catalog.Channel) {},
		},
		{
			"small rows that are many persons together are one row", rare,
			"SELECT pp0030 AS c, count(*) AS n, avg(pp0015) < 2000 AS z FROM population GROUP BY 1 ORDER BY 1",
			"110 | 75 | true\n111 | 38 | true\nautres | 7 | true", merge,
		},
		{
			"by several keys it is one row too", rare,
			"SELECT pp0030 AS c, pp0020 AS s, count(*) AS n FROM population GROUP BY 1, 2 ORDER BY 1, 2",
			"110 | 1 | 37\n110 | 2 | 38\n111 | 1 | 19\n111 | 2 | 19\nautres | autres | 7", merge,
		},
		{
			"a key that is no text is NULL there", rare,
			"SELECT pp0030 AS c, pp0050 AS p, count(*) AS n FROM population GROUP BY 1, 2 ORDER BY 1",
			"110 | 200812 | 75\n111 | 200812 | 38\nautres | NULL | 7", merge,
		},
		{
			"a merged row of few is masked", "",
			"SELECT pp0025 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"11001 | 60\n21004 | 40\n92094 | 17\nautres | *", merge,
		},
		{
			"it is there, masked, when nothing was merged", "",
			"SELECT pp0030 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"110 | 80\n111 | 40\nautres | *", merge,
		},
		{
			"two rows of three are three and three: masked", "UPDATE main.population SET pp0025 = '92003' WHERE pp0010 <= 3;",
			"SELECT pp0025 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"11001 | 57\n21004 | 40\n92094 | 17\nautres | *", merge,
		},
		{
			"two rows of three and two may each be either", "UPDATE main.population SET pp0025 = '92003' WHERE pp0010 <= 2;",
			"SELECT pp0025 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"11001 | 58\n21004 | 40\n92094 | 17\nautres | 5", merge,
		},
		{
			"unless the channel wants a wider interval", "UPDATE main.population SET pp0025 = '92003' WHERE pp0010 <= 2;",
			"SELECT pp0025 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"11001 | 58\n21004 | 40\n92094 | 17\nautres | *", func(c *catalog.Channel) { c.Others, c.Width = "autres", 1 },
		},
		{
			"one small condition masks the whole merged row", rare,
			"SELECT pp0030 AS c, count(*) AS n, count(*) FILTER (WHERE pp0015 < 1924) AS m FROM population GROUP BY 1 ORDER BY 1",
			"110 | 75 | *\n111 | 38 | *\nautres | * | *", merge,
		},
		{
			"where there is a total, small rows stay apart", rare,
			"SELECT pp0030 AS c, count(*) AS n FROM population GROUP BY ROLLUP (1) ORDER BY 1 NULLS LAST",
			"110 | *\n111 | 38\nNULL | 120", merge,
		},
		{
			"codes with a public list are merged as well", "UPDATE main.population SET pp0020 = '3' WHERE pp0010 <= 3;",
			"SELECT pp0020 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"1 | 58\n2 | 59\nautres | *", merge,
		},
		{
			"a table without a text among its keys stays as it is", "",
			"SELECT pp0015 AS c, count(*) AS n FROM population GROUP BY 1 ORDER BY 1",
			"", merge,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if guards[test.data] == nil {
				guards[test.data] = guardOf(top, world(top, "eps", test.data), "")
			}
			g := *guards[test.data]
			ch := *g.cfg.Channel
			test.change(&ch)
			g.cfg.Channel = &ch
			got, err := ask(t, &g, test.query)
			if err != nil {
				t.Fatal(err)
			}
			if _, got, _ = strings.Cut(strings.TrimSpace(got), "\n"); got != test.want {
				t.Fatalf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestTheMergedRowIsComparedWithReleases: what was released before less the merged
// row may be about few.
func TestTheMergedRowIsComparedWithReleases(t *testing.T) {
	g := guardOf(t, world(t, "eps", `UPDATE main.population SET pp0030 = '20' || pp0010 % 3 WHERE pp0010 <= 6;`), "")
	ch := *g.cfg.Channel
	ch.Others, ch.History = "autres", "answers"
	g.cfg.Channel = &ch
	if _, err := ask(t, g, "SELECT count(*) AS n FROM population WHERE pp0010 = pp0010 AND (pp0030 LIKE '20%' OR pp0025 = '62063')"); err != nil {
		t.Fatal(err)
	}
	got, err := ask(t, g, "SELECT pp0030 AS c, count(*) AS n FROM population WHERE pp0030 LIKE '20%' GROUP BY 1")
	if err != nil {
		t.Fatal(err)
	}
	if want := "c | n\nautres | *\n"; got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
}
