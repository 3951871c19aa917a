package guard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
)

// ruled is a guard of a channel with a dominance rule.
func ruled(t testing.TB, ws *store.Workspace, channel string, d catalog.Dominance) *Guard {
	t.Helper()
	g := guardOf(t, ws, channel)
	ch := *g.cfg.Channel
	ch.Dominance, ch.Secondary = &d, false
	g.cfg.Channel = &ch
	return g
}

// parts replaces the claims of the world: person i has one claim of parts[i]
// cents from provider 100+i.
func parts(amounts ...int) string {
	var rows []string
	for i, a := range amounts {
		rows = append(rows, fmt.Sprintf("(%d, %d, %d, 1)", i+1, 100+i, a))
	}
	return "DELETE FROM main.soins_sante; INSERT INTO main.soins_sante (ss00010, ss00065, ss00060, livraison) VALUES " + strings.Join(rows, ", ") + ";"
}

func TestAmountsOfAFewAreHidden(t *testing.T) {
	ws := world(t, "eps", "")
	nk, p := catalog.Dominance{N: 1, K: 75}, catalog.Dominance{P: 10}
	for _, c := range []struct {
		name  string
		rule  catalog.Dominance
		data  string
		query string
		want  string
	}{
		{"one holds more than three quarters", nk, parts(760, 60, 60, 60, 60), "sum(ss00060)", "*"},
		{"one holds just three quarters", nk, parts(750, 50, 50, 50, 50, 50), "sum(ss00060)", "1000"},
		{"a mean is judged by its sum", nk, parts(760, 60, 60, 60, 60), "avg(ss00060)", "*"},
		{"a count is no amount", nk, parts(760, 60, 60, 60, 60), "count(*)", "5"},
		{"several rows of one person are one part", nk, parts(400, 60, 60, 60, 60) + "INSERT INTO main.soins_sante (ss00010, ss00060, livraison) VALUES (1, 400, 1);", "sum(ss00060)", "*"},
		{"a correction is netted before", nk, parts(800, 90, 90, 90, 90) + "INSERT INTO main.soins_sante (ss00010, ss00060, livraison) VALUES (1, -700, 1);", "sum(ss00060)", "460"},
		{"a large refund dominates as a large amount does", nk, parts(-800, 50, 50, 50, 50), "sum(ss00060)", "*"},
		{"two together hold more than nine tenths", catalog.Dominance{N: 2, K: 90}, parts(500, 450, 20, 20, 10), "sum(ss00060)", "*"},
		{"the second could work out the first to within a tenth", p, parts(500, 450, 20, 20, 9), "sum(ss00060)", "*"},
		{"the second errs by a tenth", p, parts(500, 450, 20, 20, 10), "sum(ss00060)", "1000"},
		{"parts outside the filter do not count", nk, parts(760, 60, 60, 60, 60, 600, 600, 600, 600), "sum(ss00060) FILTER (WHERE ss00060 < 100)", "240"},
		{"and parts inside do", nk, parts(60, 1, 1, 1, 1, 600, 600, 600, 600), "sum(ss00060) FILTER (WHERE ss00060 < 100)", "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ws.DB.Exec(c.data); err != nil {
				t.Fatal(err)
			}
			g := ruled(t, ws, "eps", c.rule)
			got, err := ask(t, g, "SELECT "+c.query+" AS x FROM soins_sante")
			if err != nil || strings.TrimSpace(got) != "x\n"+c.want {
				t.Errorf("%s\n%s (%v), want %s", c.query, got, err, c.want)
			}
		})
	}
}

// TestOneProviderDominates: in a channel that protects providers, the amount of
// many patients of one provider is hidden. Organisations are not protected, but
// what they brought counts in the total. Where rows were gathered by person
// nobody knows any more which provider they are of, and the amount is hidden.
func TestOneProviderDominates(t *testing.T) {
	const data = `DELETE FROM main.soins_sante;
		INSERT INTO main.soins_sante (ss00010, ss00020, ss00065, ss00060, livraison)
		SELECT n, 'one doctor', CASE WHEN n <= 40 THEN 7 ELSE n END, 100, 1 FROM range(1, 61) AS t(n) UNION ALL
		SELECT n, 'one hospital', CASE WHEN n <= 40 THEN -7 ELSE n END, 100, 1 FROM range(1, 61) AS t(n) UNION ALL
		SELECT n, 'many', n, 100, 1 FROM range(1, 61) AS t(n);`
	g := ruled(t, world(t, "exhaustive", data), "exhaustive", catalog.Dominance{N: 1, K: 50})
	for _, c := range []struct{ query, want string }{
		{
			"SELECT ss00020 AS code, count(*) AS n, sum(ss00060) AS x FROM soins_sante GROUP BY 1",
			"code | n | x\nmany | 60 | 6000\none doctor | 60 | *\none hospital | 60 | 6000\n",
		},
		{
			"SELECT count(*) AS n, sum(t) AS x FROM (SELECT ss00010, sum(ss00060) AS t FROM soins_sante GROUP BY 1) AS p",
			"n | x\n60 | *\n",
		},
	} {
		if got, err := ask(t, g, c.query); err != nil || got != c.want {
			t.Errorf("%s\n%s (%v), want\n%s", c.query, got, err, c.want)
		}
	}
}

// TestDominanceIsWhatTheRuleSays compares random tables with a naive reading of
// the rules.
func TestDominanceIsWhatTheRuleSays(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	ws := world(t, "eps", "")
	for round := range 12 {
		d := catalog.Dominance{N: 1 + r.IntN(3), K: float64(40 + r.IntN(50))}
		if r.IntN(2) == 0 {
			d = catalog.Dominance{P: float64(5 + r.IntN(100))}
		}
		g := ruled(t, ws, "eps", d)
		held := map[int]map[int]int{} // by code, by person
		var rows []string
		for range 50 + r.IntN(150) {
			code, id, a := r.IntN(4), 1+r.IntN(40), int(1000/(1+r.Float64()*100))-5
			if held[code] == nil {
				held[code] = map[int]int{}
			}
			held[code][id] += a
			rows = append(rows, fmt.Sprintf("(%d, 'C%d', %d, 1)", id, code, a))
		}
		if _, err := ws.DB.Exec("DELETE FROM main.soins_sante; INSERT INTO main.soins_sante (ss00010, ss00020, ss00060, livraison) VALUES " + strings.Join(rows, ", ")); err != nil {
			t.Fatal(err)
		}
		want := "ss00020 | x\n"
		for code := range 4 {
			x := "*"
			if sum, dominated := naive(held[code], d); len(held[code]) >= threshold && !dominated {
				x = fmt.Sprint(sum)
			}
			if len(held[code]) >= threshold {
				want += fmt.Sprintf("C%d | %s\n", code, x)
			}
		}
		got, err := ask(t, g, "SELECT ss00020, sum(ss00060 + 0) AS x FROM soins_sante GROUP BY 1")
		if err != nil || got != want {
			t.Fatalf("round %d, %+v: %v\ngot\n%s\nwant\n%s", round, d, err, got, want)
		}
	}
}

// naive reads the rules off the sorted parts.
func naive(parts map[int]int, d catalog.Dominance) (sum int, dominated bool) {
	var sizes []int
	total := 0
	for _, a := range parts {
		sum += a
		total += max(a, -a)
		sizes = append(sizes, max(a, -a))
	}
	slices.SortFunc(sizes, func(a, b int) int { return b - a })
	largest := func(n int) (s int) {
		for _, x := range sizes[:min(n, len(sizes))] {
			s += x
		}
		return s
	}
	if d.N > 0 && 100*float64(largest(d.N)) > d.K*float64(total) {
		dominated = true
	}
	if d.P > 0 && 100*float64(total-largest(2)) < d.P*float64(largest(1)) {
		dominated = true
	}
	return sum, dominated
}
