package guard

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"epsql/engine/columnar"
)

func TestNullConditionsNeedNoCoalesce(t *testing.T) {
	for _, c := range []struct{ name, condition, want string }{
		{"one condition", "coalesce((a > 0), FALSE)", "((a > 0))"},
		{"several", "coalesce(a, FALSE) AND (b IS NOT NULL) AND coalesce(c <> 0, FALSE)", "(a) AND (b IS NOT NULL) AND (c <> 0)"},
		{"an OR inside stays together", "coalesce(a OR b, FALSE) AND c", "(a OR b) AND c"},
		{"not under NOT", "NOT coalesce(a, FALSE)", "NOT coalesce(a, FALSE)"},
		{"not where two stand side by side", "coalesce(a, FALSE) OR coalesce(b, FALSE)", "coalesce(a, FALSE) OR coalesce(b, FALSE)"},
		{"a parenthesis in a text", "coalesce(a = ') AND (', FALSE)", "(a = ') AND (')"},
		{"a quote in a text", "coalesce(a = 'l''an)', FALSE) AND b", "(a = 'l''an)') AND b"},
		{"the AND of BETWEEN", "coalesce(a, FALSE) AND b BETWEEN 1 AND 2", "(a) AND b BETWEEN 1 AND 2"},
	} {
		if got := bare(c.condition); got != c.want {
			t.Errorf("%s: %s becomes %s, want %s", c.name, c.condition, got, c.want)
		}
	}
}

// slowly is the leaf's SQL with every unit counted by count(DISTINCT), in the
// order in which they are judged.
func (l *leaf) slowly() string {
	list := []string{}
	for _, k := range l.keys {
		list = append(list, k.sql)
	}
	for _, c := range l.cells {
		list = append(list, c.sql)
	}
	count := func(u unitRef, condition string) {
		x, mask := u.counted()
		if condition != "" {
			x = "CASE WHEN " + condition + " THEN " + x + " END"
		}
		if mask {
			list = append(list, "coalesce(bit_count(bit_or("+x+")), 0)::BIGINT")
		} else {
			list = append(list, "count(DISTINCT "+x+")")
		}
	}
	for _, u := range l.units {
		count(u, "")
	}
	for _, c := range l.checks {
		for _, u := range l.counted(c) {
			count(c.behind(u), c.condition)
			if c.twoSided {
				count(u, "NOT coalesce("+c.condition+", FALSE)")
			}
		}
	}
	text := "SELECT " + strings.Join(list, ", ") + l.tail
	if len(l.keys) > 0 {
		text += " GROUP BY " + ordinals(len(l.keys))
	}
	return text
}

// slowMasks judges a leaf by slowly, and gives per row its key and masks.
func slowMasks(t *testing.T, g *Guard, l *leaf, r rules) []string {
	t.Helper()
	scan, err := columnar.Open(t.Context(), g.cfg.Workspace.DB, l.slowly())
	if err != nil {
		t.Fatal(err, l.slowly())
	}
	defer scan.Close()
	columns, n, err := columnsOf(scan)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for row := range n {
		var counts []int64
		for _, c := range columns[len(l.keys)+len(l.cells):] {
			x, _ := c.integer(row)
			counts = append(counts, x.Int64())
		}
		checks, masks := make([]uint8, len(l.checks)), make([]uint8, len(l.cells))
		listed := l.judge(r, counts, checks, masks)
		if !listed {
			for i := range masks {
				masks[i] = l.worst(r)
			}
		}
		out = append(out, fmt.Sprint(string(rowKey(nil, columns[:len(l.keys)], row)), listed || len(l.keys) == 0, masks))
	}
	slices.Sort(out)
	return out
}

func fastMasks(t *testing.T, g *Guard, l *leaf, r rules) []string {
	t.Helper()
	var tab *table
	err := g.snapshot(t.Context(), func(conn *sql.Conn) (err error) {
		tab, err = collect(t.Context(), conn, l, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for row := range tab.n {
		masks := make([]uint8, len(tab.cells))
		for c := range masks {
			masks[c] = tab.masks[c][row]
		}
		out = append(out, fmt.Sprint(string(rowKey(nil, tab.keys, row)), tab.listed[row], masks))
	}
	slices.Sort(out)
	return out
}

// TestFastCountsMaskAsSlowOnes judges random questions over random rows twice: as
// the guard counts, and by count(DISTINCT). The rows have NULL keys and persons,
// many rows of one person, conditions that few or all meet, providers as numbers
// and gathered as bits; totals are proven on few persons or are not.
func TestFastCountsMaskAsSlowOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	for _, population := range []string{"eps", "exhaustive"} {
		ws := world(t, population, "")
		g := guardOf(t, ws, "")
		for range 4 {
			persons, runs := 5+r.IntN(9000), 1+r.IntN(60)
			data := fmt.Sprintf(`DELETE FROM main.soins_sante; INSERT INTO main.soins_sante
				(ss00010, ss00020, ss00065, ss00050, ss00060, ss00160, ss00165, livraison)
				SELECT CASE WHEN hash(n, 1) %% 50 > 0 THEN 1 + hash(n // %d, 2) %% %d END,
					CASE WHEN hash(n, 3) %% 9 > 0 THEN 'K' || CAST(sqrt(hash(n, 3) %% %d) AS INTEGER) END,
					CASE WHEN hash(n, 4) %% 3 > 0 THEN CAST(hash(n, 4) %% %d AS INTEGER) - 3 END,
					1, 100, hash(n, 5) %% %d, CASE WHEN hash(n, 6) %% %d = 0 THEN 1 END, 1 FROM range(%d) AS t(n)`,
				runs, persons, 2+r.IntN(900), 4+r.IntN(40), 1+r.IntN(4), 1+r.IntN(2000), 1+r.IntN(8000))
			if _, err := ws.DB.Exec(data); err != nil {
				t.Fatal(err)
			}
			for range 6 {
				cells := pick("count(*)", "count(ss00165)", "sum(ss00160)", "count(DISTINCT ss00010)") + ", " +
					pick("count_if(ss00165 > 0)", "sum(ss00165)", "avg(ss00160)", "count(*) FILTER (WHERE ss00160 = 0 AND ss00165 = 1)", "sum(CASE WHEN ss00160 > 1 THEN ss00060 ELSE 0 END)")
				query := "SELECT " + cells + " FROM soins_sante"
				if r.IntN(3) > 0 {
					query = "SELECT ss00020, " + cells + " FROM soins_sante GROUP BY 1"
				} else if r.IntN(2) == 0 {
					query = "SELECT k, sum(s), count(*) FROM (SELECT ss00010, min(ss00020) AS k, sum(ss00160) AS s FROM soins_sante GROUP BY ss00010) AS p GROUP BY k"
				}
				p, err := g.Plan(t.Context(), Query{Text: query})
				if err != nil {
					t.Fatal(query, err)
				}
				for _, l := range p.leaves {
					fast, slow := fastMasks(t, g, l, p.rules), slowMasks(t, g, l, p.rules)
					if !slices.Equal(fast, slow) {
						t.Fatalf("%s\n%s\n%s\nfast\n%q\nslow\n%q", data, query, l.sql, fast, slow)
					}
				}
			}
		}
	}
}
