package guard

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
)

// The world: municipality 11001 has 60 persons, 21004 40, 62063 3, 92094 17.
func TestSecondarySuppression(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, test := range []struct{ name, query, want string }{
		{
			"without a total nothing more is masked",
			"SELECT pp0020, count(*) FILTER (WHERE pp0025 = '62063') AS n, count(*) AS m FROM population GROUP BY 1",
			"1 | * | 60\n2 | * | 60",
		},
		{
			"a total over unlisted persons needs a second cell",
			"SELECT pp0025, count(*) AS n FROM population GROUP BY ROLLUP (1) ORDER BY 1 NULLS LAST",
			"11001 | *\n21004 | 40\n92094 | 17\nNULL | 120",
		},
		{
			"a total asked for apart is a total as well",
			"SELECT pp0025, count(*) AS n, (SELECT count(*) FROM population) AS alle FROM population GROUP BY 1 ORDER BY 1",
			"11001 | * | 120\n21004 | 40 | 120\n92094 | 17 | 120",
		},
		{
			"a total of other rows is compared by the persons behind it",
			"SELECT pp0025, count(*) AS n, (SELECT count(*) FROM soins_sante) AS alle FROM population GROUP BY 1 ORDER BY 1",
			"11001 | 60 | 360\n21004 | 40 | 360\n92094 | * | 360",
		},
		{
			"a sum and its small part are masked together, the other part tells nothing",
			"SELECT sum(ss00160) AS tm, sum(ss00165) AS sup, sum(ss00160 + ss00165) AS total FROM soins_sante",
			"1067 | * | *",
		},
		{
			"with and without make the whole",
			"SELECT count(*) AS n, count(*) FILTER (WHERE ss00165 > 0) AS a, count(*) FILTER (WHERE NOT ss00165 > 0) AS b FROM soins_sante",
			"360 | * | *",
		},
		{
			"what another condition leaves out is a cell as well",
			"SELECT (SELECT count(*) FROM population) AS alle, (SELECT count(*) FROM population WHERE pp0025 <> '62063') AS sans, (SELECT count(*) FROM population WHERE pp0025 <> '11001') AS sans2",
			"120 | * | 60",
		},
		{
			"a condition that leaves out nobody tells of all",
			"SELECT (SELECT count(*) FROM population) AS alle, (SELECT count(*) FROM population WHERE pp0015 < 2000) AS avant",
			"120 | *",
		},
		{
			"a condition under the keys of the whole is taken apart row by row",
			"WITH a AS (SELECT pp0020 AS k, count(*) AS n FROM population GROUP BY 1), b AS (SELECT pp0020 AS k, count(*) AS m FROM population WHERE pp0025 <> '62063' GROUP BY 1) SELECT k, n, m FROM a JOIN b USING (k) ORDER BY k",
			"1 | 60 | *\n2 | 60 | *",
		},
		{
			"sub-totals by a function of the key are its sub-totals",
			"WITH m AS (SELECT pp0025 AS k, count(*) AS n FROM population GROUP BY 1), p AS (SELECT substr(pp0025, 1, 1) AS k, count(*) AS n FROM population GROUP BY 1) SELECT * FROM m UNION ALL SELECT * FROM p ORDER BY 1",
			"1 | 60\n11001 | 60\n2 | 40\n21004 | 40\n9 | 17\n92094 | 17",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := g.Plan(t.Context(), Query{Text: test.query})
			if err != nil {
				t.Fatal(err)
			}
			r, err := g.Run(t.Context(), p)
			if err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			_, got, _ := strings.Cut(strings.TrimSpace(draw(r)), "\n")
			if got != test.want {
				t.Fatalf("got\n%s\nwant\n%s\n%v", got, test.want, r.Summary())
			}
		})
	}
}

// narrowed is a guard whose channel is changed.
func narrowed(t *testing.T, change func(*catalog.Channel)) *Guard {
	t.Helper()
	g := guardOf(t, world(t, "eps", ""), "")
	ch := *g.cfg.Channel
	change(&ch)
	g.cfg.Channel = &ch
	return g
}

func TestChannelsMayAskForMoreOrLess(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*catalog.Channel)
		want   string
	}{
		{"counts as they are", func(*catalog.Channel) {}, "11001 | *\n21004 | 40\n92094 | 17\nNULL | 120"},
		{"counts as multiples of five", func(c *catalog.Channel) { c.Round = 5 }, "11001 | *\n21004 | 40\n92094 | 15\nNULL | 120"},
		{"small cells alone masked", func(c *catalog.Channel) { c.Secondary = false }, "11001 | 60\n21004 | 40\n92094 | 17\nNULL | 120"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ask(t, narrowed(t, test.change), "SELECT pp0025, count(*) AS n FROM population GROUP BY ROLLUP (1) ORDER BY 1 NULLS LAST")
			if err != nil {
				t.Fatal(err)
			}
			if _, got, _ = strings.Cut(strings.TrimSpace(got), "\n"); got != test.want {
				t.Fatalf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestExplainTellsWhichLeavesAreProtectedTogether(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	p, err := g.Plan(t.Context(), Query{Text: "SELECT pp0020, count(*) FROM population GROUP BY ROLLUP (1)"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "leaf_0, leaf_1 hold totals and parts of each other"; !strings.Contains(p.Explain(), want) {
		t.Fatalf("%q is not in\n%s", want, p.Explain())
	}
}

func TestExplainTellsWhereThePersonsAreCompared(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, test := range []struct{ name, query, want string }{
		{"tables of unlike rows", "SELECT pp0020, count(*), (SELECT count(*) FROM soins_sante) FROM population GROUP BY 1", "leaf_1, leaf_0 are over unlike rows"},
		{"several conditions", "SELECT count(*), count(*) FILTER (WHERE pp0020 = '1'), count(*) FILTER (WHERE pp0015 > 1950) FROM population", "leaf_0 has several conditions"},
		{"one condition is counted on both of its sides", "SELECT count(*), count(*) FILTER (WHERE pp0020 = '1') FROM population", ""},
		{"a total of the same rows is", "SELECT pp0020, count(*) FROM population GROUP BY ROLLUP (1)", ""},
	} {
		p, err := g.Plan(t.Context(), Query{Text: test.query})
		if err != nil {
			t.Fatal(err)
		}
		e := p.Explain()
		if !strings.Contains(e, test.want) || test.want == "" && strings.Contains(e, "a combination is about few") {
			t.Errorf("%s: %q in\n%s", test.name, test.want, e)
		}
	}
}

// TestCellsThatAreNotSmallSayWhyTheyAreMasked: the note names the cell by its
// public keys, and nobody else.
func TestCellsThatAreNotSmallSayWhyTheyAreMasked(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	p, err := g.Plan(t.Context(), Query{Text: "SELECT pp0025, count(*) AS n, (SELECT count(*) FROM soins_sante) FROM population GROUP BY 1"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	const want = "n of pp0025 92094 is masked: less other cells of the request it would be about a few persons"
	if !slices.Contains(r.Summary().Notes, want) {
		t.Errorf("%q is not in %q", want, r.Summary().Notes)
	}
}

// TestConditionsAreTakenApartOutsideParenthesesAndQuotes: which leaf has
// conditions more than another is read from generated SQL.
func TestConditionsAreTakenApartOutsideParenthesesAndQuotes(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		want       []string
	}{
		{"one condition more", " FROM x AS r0", " FROM x AS r0 WHERE (r0.a = 1)", []string{"(r0.a = 1)"}},
		{"a second one", " FROM x WHERE (a = 1)", " FROM x WHERE (a = 1) AND (b = ' AND ')", []string{"(b = ' AND ')"}},
		{"BETWEEN is one condition", " FROM x", " FROM x WHERE (a BETWEEN 1 AND 2)", []string{"(a BETWEEN 1 AND 2)"}},
		{"a WHERE inside is of the inner query", " FROM (SELECT 1 WHERE (a = 1)) AS t", " FROM (SELECT 1 WHERE (a = 1)) AS t WHERE b", []string{"b"}},
		{"other tables", " FROM x", " FROM y WHERE (a = 1)", nil},
		{"other conditions", " FROM x WHERE (a = 1)", " FROM x WHERE (a = 2) AND (b = 1)", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := more(test.a, test.b); !slices.Equal(got, test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAliasesAreTheSameForTheSameRows(t *testing.T) {
	a := renaming(` FROM main."t9" AS t4, u AS t12 WHERE (t12.x = 't4')`)
	if got, want := a(`sum(t12.x) + t4.y`), `sum(r1.x) + r0.y`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	back := renamingBack(` FROM main."t9" AS t4, u AS t12`)
	if got, want := back(`sum(r1.x) + r0.y + r7.z`), `sum(t12.x) + t4.y + r7.z`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestSumsAreReadFromTheirSQL(t *testing.T) {
	cells := []leafCell{
		{sql: `sum(TRY((t1."a" + (t1."b" - t1."c"))))`},
		{sql: `sum(t1."a")`},
		{sql: `sum(t1."b")`},
		{sql: `sum(t1."c")`},
		{sql: `count(*)`},
		{sql: `count(*) FILTER (WHERE (t1."a" > 0))`},
		{sql: `count(*) FILTER (WHERE (NOT (t1."a" > 0)))`},
	}
	got := fmt.Sprint(written(cells))
	if want := "[[{0 1} {1 -1} {2 -1} {3 1}] [{4 1} {5 -1} {6 -1}]]"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}
