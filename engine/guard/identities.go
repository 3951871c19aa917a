package guard

import (
	"math/big"
	"slices"
	"strings"
)

// Some cells of a row are sums of others: a total of its parts, a count of those
// with and without. Some are so by their SQL. Others are found out by who sees
// enough rows, so they are found out here: what holds on every row of which all
// the cells are shown is taken for a relation. Rows with masked cells have no
// say: masks would tell of what they hide.

// tie is a combination of cells of a row that is always zero; the first
// cell has the factor one.
type tie []addend

type addend struct {
	cell   int
	factor int64
}

// maxParts bounds how many cells a tie adds up, maxCells of how many cells
// sums of three are looked for.
const (
	maxParts = 3
	maxCells = 24
)

// identities finds the shortest sums and differences that cells which add up make
// on all rows where they are shown. value is nil where a cell is not shown.
func identities(rows int, cells []int, value func(row, cell int) *big.Int) []tie {
	f := finder{rows: rows, value: value, found: map[string]bool{}}
	for size := 1; size <= maxParts && (size < maxParts || len(cells) <= maxCells); size++ {
		for i := range cells {
			f.extend(tie{{cells[i], 1}}, cells, 0, size)
		}
	}
	return f.out
}

type finder struct {
	rows  int
	value func(row, cell int) *big.Int
	out   []tie
	found map[string]bool
}

// extend adds size more cells, in their order, each with either sign.
func (f *finder) extend(x tie, cells []int, from, size int) {
	if size == 0 {
		f.try(x)
		return
	}
	for i := from; i < len(cells); i++ {
		if cells[i] == x[0].cell {
			continue
		}
		for _, sign := range []int64{-1, 1} {
			f.extend(append(slices.Clone(x), addend{cells[i], sign}), cells, i+1, size-1)
		}
	}
}

// try keeps x when it holds and none of its parts alone does.
func (f *finder) try(x tie) {
	key := x.key()
	if f.found[key] || !f.holds(x) {
		return
	}
	f.found[key] = true
	f.out = append(f.out, x)
}

// key is the same for a tie whichever of its cells is put first.
func (x tie) key() string {
	y := slices.Clone(x)
	slices.SortFunc(y, func(a, b addend) int { return a.cell - b.cell })
	out := ""
	for _, p := range y {
		out += itoa(p.cell) + ":" + itoa(int(p.factor*y[0].factor)) + " "
	}
	return out
}

// holds tells whether x is zero on every row where its cells are shown, and not
// only because all of them are.
func (f *finder) holds(x tie) bool {
	nonzero := false
	var n big.Int
	for row := range f.rows {
		n.SetInt64(0)
		known, any := true, false
		for _, a := range x {
			v := f.value(row, a.cell)
			if known = v != nil; !known {
				break
			}
			if a.factor > 0 {
				n.Add(&n, v)
			} else {
				n.Sub(&n, v)
			}
			any = any || v.Sign() != 0
		}
		if known && n.Sign() != 0 {
			return false
		}
		nonzero = nonzero || known && any
	}
	return nonzero
}

// written are the ties that the SQL of cells shows: sum(a + b) beside sum(a) and
// sum(b), and a count of those with a condition, of those without, and of all.
func written(cells []leafCell) []tie {
	at := map[string]int{}
	for i, c := range cells {
		at[c.sql] = i
	}
	var out []tie
	for i, c := range cells {
		terms, tail, ok := sumOf(c.sql)
		x := tie{{i, 1}}
		for _, t := range terms {
			j, there := at["sum("+t.sql+")"+tail]
			ok = ok && there && j != i
			x = append(x, addend{j, -t.factor})
		}
		if ok && len(terms) > 1 {
			out = append(out, x)
		}
		all, condition, ok := strings.Cut(c.sql, " FILTER (WHERE ")
		if !ok {
			continue
		}
		condition = strings.TrimSuffix(condition, ")")
		for _, not := range []string{"(NOT " + condition + ")", "(NOT " + plain(condition) + ")"} {
			j, there := at[all+" FILTER (WHERE "+not+")"]
			k, whole := at[all]
			if there && whole {
				out = append(out, tie{{k, 1}, {i, -1}, {j, -1}})
			}
		}
	}
	return out
}

type summand struct {
	sql    string
	factor int64
}

// sumOf takes sum(a + b - c) apart; tail is its FILTER.
func sumOf(sql string) (terms []summand, tail string, ok bool) {
	if !strings.HasPrefix(sql, "sum(") {
		return nil, "", false
	}
	end := len(sql)
	if i := outside(sql, " FILTER"); len(i) > 0 {
		end = i[0]
	}
	return addends(sql[len("sum("):end-1], 1), sql[end:], true
}

// addends splits an expression at its plus and minus signs.
func addends(sql string, factor int64) []summand {
	inner := plain(sql)
	for sign, f := range map[string]int64{" + ": 1, " - ": -1} {
		if at := outside(inner, sign); len(at) == 1 && inner != sql {
			return append(addends(inner[:at[0]], factor), addends(inner[at[0]+3:], factor*f)...)
		}
	}
	return []summand{{sql, factor}}
}

// plain strips what only keeps an expression together or from failing.
func plain(sql string) string {
	for _, prefix := range []string{"TRY(", "("} {
		if strings.HasPrefix(sql, prefix) && strings.HasSuffix(sql, ")") && balanced(sql[len(prefix):len(sql)-1]) {
			return plain(sql[len(prefix) : len(sql)-1])
		}
	}
	return sql
}

// balanced tells whether parentheses outside quotes match, as they do not in
// a) + (b.
func balanced(sql string) bool {
	depth := 0
	var quote byte
	for i := range len(sql) {
		switch c := sql[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}
