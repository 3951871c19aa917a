package guard

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"epsql/catalog"
)

// Enough persons stand behind an amount, and still one of them may make up
// nearly all of it: who knows the total then knows that person's part. By the
// (n,k) rule an amount is hidden when its n largest contributors hold more than
// k percent. By the p% rule it is hidden when what remains without the two
// largest is less than p percent of the largest: so near could the second come
// to the first. See Hundepool and others, Statistical Disclosure Control (2012),
// chapter 4.
//
// A contributor's part is the sum of all rows of that unit, whatever its sign: a
// correction is netted first. What no protected unit contributed counts in the
// total only. Means are judged by their sums, spreads by the sums of squares;
// aggregates over pairs of numbers are always hidden where there is a rule.

// dominated masks the amounts of a table that a few units make up. It needs the
// parts of every unit, so the leaf's rows are grouped a second time, by the unit.
func (t *table) dominated(ctx context.Context, conn *sql.Conn, r rules) error {
	if r.dominance == nil {
		return nil
	}
	cells, others := t.leaf.amounts()
	t.hideAll(others)
	if len(cells) == 0 {
		return nil
	}
	for _, u := range t.leaf.units {
		number, mask := u.counted()
		if mask {
			// Whose parts they are was given up when the rows were gathered.
			t.hideAll(cells)
			continue
		}
		if err := t.dominatedBy(ctx, conn, number, cells, r); err != nil {
			return err
		}
	}
	return nil
}

// amounts are the cells that a dominance rule can judge, and those of amounts
// that none can.
func (l *leaf) amounts() (cells, unknown []int) {
	for i, c := range l.cells {
		switch c.amount {
		case "":
		case unjudged:
			unknown = append(unknown, i)
		default:
			cells = append(cells, i)
		}
	}
	return cells, unknown
}

func (t *table) hideAll(cells []int) {
	for _, c := range cells {
		for row := range t.n {
			t.hide(row, c, dominance)
		}
	}
}

// dominatedBy masks the amounts that a few members of one unit make up.
func (t *table) dominatedBy(ctx context.Context, conn *sql.Conn, number string, cells []int, r rules) error {
	scan, err := t.leaf.query(ctx, conn, t.leaf.dominanceSQL(number, cells, r.dominance))
	if err != nil {
		return err
	}
	defer scan.Close()
	columns, n, err := columnsOf(scan)
	if err != nil {
		return personFault(ctx, err)
	}
	keys, verdicts := columns[:len(t.keys)], columns[len(t.keys):]
	found := make(map[string]int, n)
	var key []byte
	for i := range n {
		key = rowKey(key[:0], keys, i)
		found[string(key)] = i
	}
	for row := 0; n > 0 && row < t.n; row++ {
		key = rowKey(key[:0], t.keys, row)
		if i, ok := found[string(key)]; ok {
			for j, c := range cells {
				if verdicts[j].value(i) == true {
					t.hide(row, c, dominance)
				}
			}
		}
	}
	return nil
}

// dominanceSQL gives the groups in which a few members of a unit make up an
// amount: their keys, and for each cell whether it is one.
func (l *leaf) dominanceSQL(number string, cells []int, d *catalog.Dominance) string {
	var inner, outer []string
	for i, k := range l.keys {
		inner = append(inner, k.sql+" AS k"+itoa(i))
		outer = append(outer, "k"+itoa(i))
	}
	inner = append(inner, number+" AS u")
	by := ordinals(len(inner))
	var verdicts []string
	for i, c := range cells {
		inner = append(inner, "abs(CAST("+l.cells[c].amount+" AS DOUBLE)) AS x"+itoa(i))
		outer = append(outer, dominates("x"+itoa(i), d)+" AS d"+itoa(i))
		verdicts = append(verdicts, "d"+itoa(i))
	}
	groups := ""
	if len(l.keys) > 0 {
		groups = " GROUP BY " + strings.Join(numbered("k", len(l.keys)), ", ")
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(inner, ", ") + l.tail + " GROUP BY " + by + ")" +
		groups + " HAVING " + strings.Join(verdicts, " OR ")
}

// dominates is the condition that a few of the parts x make up their total.
func dominates(x string, d *catalog.Dominance) string {
	largest := func(n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = "coalesce(array_extract(max(" + x + ", " + itoa(n) + ") FILTER (WHERE u IS NOT NULL), " + itoa(i+1) + "), 0)"
		}
		return "(" + strings.Join(parts, " + ") + ")"
	}
	total := "coalesce(" + exactly("sum("+x+")", true) + ", 0)"
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) + "::DOUBLE" }
	var rules []string
	if d.N > 0 {
		rules = append(rules, "100 * "+largest(d.N)+" > "+number(d.K)+" * "+total)
	}
	if d.P > 0 {
		rules = append(rules, "100 * ("+total+" - "+largest(2)+") < "+number(d.P)+" * "+largest(1))
	}
	return "(" + strings.Join(rules, " OR ") + ")"
}

func ordinals(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = itoa(i + 1)
	}
	return strings.Join(out, ", ")
}

// describeDominance tells the rule of a channel, "" when it has none.
func describeDominance(d *catalog.Dominance) string {
	if d == nil {
		return ""
	}
	var out []string
	if d.N > 0 {
		out = append(out, fmt.Sprintf("its %d largest contributors hold more than %g percent", d.N, d.K))
	}
	if d.P > 0 {
		out = append(out, fmt.Sprintf("the largest contributor could be known to within %g percent", d.P))
	}
	return "a sum or mean is masked when " + strings.Join(out, ", or when ")
}
