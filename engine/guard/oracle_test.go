package guard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
)

// claim is one row of claims joined with its person, as the naive oracle sees it.
type claim struct {
	id            int
	sex, ins, ct1 string
	code          string
	tm, sup, rem  int64
}

// measure is an aggregate: its SQL, its value over rows, and the conditions that
// it stands on. twoSided conditions need persons outside too.
type measure struct {
	sql   string
	value func([]claim) string
	parts []part
}

type part struct {
	holds    func(claim) bool
	twoSided bool
}

func sum(f func(claim) int64) func([]claim) string {
	return func(rows []claim) string {
		var n int64
		for _, r := range rows {
			n += f(r)
		}
		return fmt.Sprint(n)
	}
}

func one(cond func(claim) bool) func(claim) int64 {
	return func(c claim) int64 {
		if cond(c) {
			return 1
		}
		return 0
	}
}

func dmg(c claim) bool { return c.code == "102771" }

func supplement(c claim) bool { return c.sup > 0 }

var measures = []measure{
	{"count(*)", sum(func(claim) int64 { return 1 }), nil},
	{"count(DISTINCT ss00010)", func(rows []claim) string { return fmt.Sprint(persons(rows, func(claim) bool { return true })) }, nil},
	{"sum(ss00160)", sum(func(c claim) int64 { return c.tm }), []part{{func(c claim) bool { return c.tm != 0 }, false}}},
	{"sum(ss00165)", sum(func(c claim) int64 { return c.sup }), []part{{func(c claim) bool { return c.sup != 0 }, false}}},
	{"count_if(ss00165 > 0)", sum(one(supplement)), []part{{supplement, true}}},
	{"count(*) FILTER (WHERE ss00020 = '102771')", sum(one(dmg)), []part{{dmg, true}}},
	{
		"sum(CASE WHEN ss00020 = '102771' THEN ss00060 ELSE 0 END)",
		sum(func(c claim) int64 { return one(dmg)(c) * c.rem }),
		[]part{{func(c claim) bool { return dmg(c) && c.rem != 0 }, true}},
	},
	{
		"sum(100 + CAST(ss00165 > 0 AS INTEGER))",
		sum(func(c claim) int64 { return 100 + one(supplement)(c) }),
		[]part{{supplement, true}},
	},
}

type groupKey struct {
	sql    string
	value  func(claim) string
	domain []string
}

// keys are grouping expressions with their value and whether all their values
// are always listed.
var keys = []groupKey{
	{"pp0020", func(c claim) string { return c.sex }, []string{"1", "2"}},
	{"pp0025", func(c claim) string { return c.ins }, nil},
	{"substr(pp0030, 3, 1)", func(c claim) string { return c.ct1[2:] }, nil},
	{"ss00165 > 0", func(c claim) string { return fmt.Sprint(supplement(c)) }, []string{"true", "false"}},
}

var filters = []struct {
	sql   string
	holds func(claim) bool
}{
	{"TRUE", func(claim) bool { return true }},
	{"pp0020 = '1'", func(c claim) bool { return c.sex == "1" }},
	{"ss00020 <> '102771'", func(c claim) bool { return !dmg(c) }},
	{"ss00160 BETWEEN 1 AND 3 OR pp0025 = '11001'", func(c claim) bool { return c.tm >= 1 && c.tm <= 3 || c.ins == "11001" }},
}

func persons(rows []claim, cond func(claim) bool) int {
	ids := map[int]bool{}
	for _, r := range rows {
		if cond(r) {
			ids[r.id] = true
		}
	}
	return len(ids)
}

const threshold = 4

// expected is the cell that the rules allow: the value, or a star.
func (m measure) expected(rows []claim) string {
	if persons(rows, func(claim) bool { return true }) < threshold {
		return "*"
	}
	for _, p := range m.parts {
		if persons(rows, p.holds) < threshold {
			return "*"
		}
		if p.twoSided && persons(rows, func(c claim) bool { return !p.holds(c) }) < threshold {
			return "*"
		}
	}
	return m.value(rows)
}

// randomWorld replaces the world's rows by random ones and gives them.
func randomWorld(r *rand.Rand) (sqlText string, claims []claim) {
	var pop, soins []string
	for id := 1; id <= 20+r.IntN(40); id++ {
		p := claim{id: id, sex: fmt.Sprint(1 + r.IntN(2)), ins: []string{"11001", "11001", "21004", "62063"}[r.IntN(4)], ct1: []string{"110", "111"}[r.IntN(2)]}
		pop = append(pop, fmt.Sprintf("(%d, '%s', '%s', '%s', 1)", id, p.sex, p.ins, p.ct1))
		for range r.IntN(4) {
			c := p
			c.code = []string{"102771", "101032", "101076"}[r.IntN(3)]
			c.tm, c.rem = int64(r.IntN(5)), int64(r.IntN(2)*1000)
			if r.IntN(6) == 0 {
				c.sup = 500
			}
			claims = append(claims, c)
			soins = append(soins, fmt.Sprintf("(%d, '%s', %d, %d, %d, 1)", id, c.code, c.tm, c.sup, c.rem))
		}
	}
	sqlText = "DELETE FROM main.population; DELETE FROM main.soins_sante; INSERT INTO main.population (pp0010, pp0020, pp0025, pp0030, livraison) VALUES " + strings.Join(pop, ", ") + ";"
	if len(soins) > 0 {
		sqlText += "INSERT INTO main.soins_sante (ss00010, ss00020, ss00160, ss00165, ss00060, livraison) VALUES " + strings.Join(soins, ", ")
	}
	return sqlText, claims
}

// sources are ways to write the same rows: each goes through another part of the
// planner and must change nothing.
var sources = []string{
	"soins_sante JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY ss00060) >= 1) JOIN population ON pp0010 = ss00010",
	"(SELECT *, lag(ss00165) OVER (PARTITION BY ss00010 ORDER BY ss00060) AS avant FROM soins_sante) JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante AS s WHERE EXISTS (SELECT 1 FROM population AS p WHERE p.pp0010 = s.ss00010)) JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante WHERE ss00010 IN (SELECT ss00010 FROM soins_sante GROUP BY 1 HAVING count(*) > 0)) JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante WHERE ss00010 IN (SELECT pp0010 FROM population UNION SELECT ss00010 FROM soins_sante)) JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante SEMI JOIN (SELECT pp0010 FROM population INTERSECT SELECT ss00010 FROM soins_sante) AS e ON e.pp0010 = ss00010) JOIN population ON pp0010 = ss00010",
	"(SELECT * FROM soins_sante WHERE ss00160 > (SELECT count(*) - 1000 FROM population)) JOIN population ON pp0010 = ss00010",
}

// TestEveryCellIsShownOrMaskedAsTheRulesSay compares random grouped queries over
// random persons, with totals or without, with an oracle written from the rules:
// every cell with enough persons inside and outside its conditions has the exact
// value, every other one is masked, and rows of open keys under the threshold are
// not there. (That totals give nothing back is tested apart.)
func TestEveryCellIsShownOrMaskedAsTheRulesSay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ws := world(t, "eps", "")
	g := guardOf(t, ws, "")
	alone := *g.cfg.Channel
	alone.Secondary = false
	g.cfg.Channel = &alone
	for round := range 15 {
		data, claims := randomWorld(r)
		if _, err := ws.DB.Exec(data); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			checkRandomQuery(t, g, r, claims, round)
		}
	}
}

func checkRandomQuery(t *testing.T, g *Guard, r *rand.Rand, claims []claim, round int) {
	t.Helper()
	chosen := slices.Clone(keys)
	r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:r.IntN(3)]
	asked := slices.Clone(measures)
	r.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
	asked = asked[:1+r.IntN(4)]
	filter := filters[r.IntN(len(filters))]
	totals := len(chosen) > 0 && r.IntN(3) == 0

	query := "SELECT "
	var by []string
	for _, k := range chosen {
		query += k.sql + ", "
		by = append(by, k.sql)
	}
	var cells []string
	for _, m := range asked {
		cells = append(cells, m.sql)
	}
	query += strings.Join(cells, ", ") + " FROM " + sources[r.IntN(len(sources))] + " WHERE " + filter.sql
	switch {
	case totals:
		query += " GROUP BY ROLLUP (" + strings.Join(by, ", ") + ")"
	case len(by) > 0:
		query += " GROUP BY " + strings.Join(by, ", ")
	}
	want := expectedRows(chosen, asked, filter.sql, filter.holds, claims, len(chosen))
	for n := len(chosen) - 1; totals && n >= 0; n-- {
		want = append(want, expectedRows(chosen[:n], asked, filter.sql, filter.holds, claims, len(chosen))...)
	}
	text, err := ask(t, g, query)
	if err != nil {
		t.Fatalf("round %d: %s\n%v", round, query, err)
	}
	got := strings.Split(strings.TrimSpace(text), "\n")[1:]
	sort.Strings(got)
	sort.Strings(want)
	if !slices.Equal(got, want) {
		t.Fatalf("round %d: %s\ngot\n%s\nwant\n%s", round, query, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// expectedRows are the rows of one set of keys; of width keys the others are NULL.
func expectedRows(chosen []groupKey, asked []measure, filter string, holds func(claim) bool, claims []claim, width int) []string {
	groups := map[string][]claim{}
	complete := true
	for _, k := range chosen {
		complete = complete && k.domain != nil
	}
	if complete {
		for _, label := range grid(chosen, filter) {
			groups[label] = nil
		}
	}
	for _, c := range claims {
		if !holds(c) {
			continue
		}
		var label []string
		for _, k := range chosen {
			label = append(label, k.value(c))
		}
		groups[strings.Join(label, " | ")] = append(groups[strings.Join(label, " | ")], c)
	}
	var want []string
	for label, rows := range groups {
		if persons(rows, func(claim) bool { return true }) < threshold && !complete {
			continue
		}
		line := strings.Split(label, " | ")[:len(chosen)]
		for range width - len(chosen) {
			line = append(line, "NULL")
		}
		for _, m := range asked {
			line = append(line, m.expected(rows))
		}
		want = append(want, strings.Join(line, " | "))
	}
	return want
}

// grid lists the labels that are always there: every combination of the keys'
// values that the filter allows.
func grid(chosen []groupKey, filter string) []string {
	labels := []string{""}
	for i, k := range chosen {
		var next []string
		for _, l := range labels {
			for _, d := range k.domain {
				if k.sql == "pp0020" && filter == "pp0020 = '1'" && d != "1" {
					continue
				}
				if i > 0 {
					next = append(next, l+" | "+d)
				} else {
					next = append(next, d)
				}
			}
		}
		labels = next
	}
	return labels
}
