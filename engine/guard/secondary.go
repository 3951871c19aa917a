package guard

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"epsql/engine/guard/suppress"
	"epsql/sql/diag"
)

// Secondary suppression: cells on which enough persons stand are masked too, when
// a masked one could be worked out from them. All leaves of a request are one
// linear system. Its equations are
//
//   - a total is the sum of its parts, where two leaves are over the same rows and
//     the keys of one are among those of the other (ROLLUP and CUBE are such
//     leaves; of leaves with other keys, what they have in common is counted);
//   - what is not listed is the rest of a total, and is protected when fewer
//     persons than the threshold may stand behind it; so are those whom a leaf
//     leaves out that has conditions more than another;
//   - cells of one row that are sums of others on every row.
//
// Aggregates that do not add up (averages, deviations, distinct counts) are
// treated as if they did: whoever knows the total's and all parts' but one knows
// that one's too.
//
// What is chosen follows from the equations, the levels of the totals and which
// cells are masked, not from what is counted: see package suppress.

// maxSystem bounds the cells that are looked at together; beyond it totals are
// masked.
const maxSystem = 2_000_000

// protect hides further cells of the request, so that no cell that is hidden can
// be worked out from those that are shown. It sees all tables of the request at
// once, completed over their public keys, and may only add bits to masks:
// [secondary] is the reason.
func (g *Guard) protect(ctx context.Context, p *Plan, tables []*table, r rules) error {
	at := map[*leaf]*table{}
	for _, t := range tables {
		at[t.leaf] = t
	}
	for i := range p.families {
		if ctx.Err() != nil {
			return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(ctx.Err())
		}
		w := web{rules: r, family: &p.families[i]}
		for _, m := range w.family.members {
			w.tables = append(w.tables, at[m.leaf])
		}
		w.protect(int64(p.channel.Width))
	}
	return nil
}

// web is the system of one family: the cells of table after table, row by row,
// then the rests of totals.
type web struct {
	rules  rules
	family *family
	tables []*table
	// order are the rows of each table in the order of their keys: that of the data
	// would change from run to run. at is where a row stands in it.
	order, at [][]int
	first     []int
	ties      [][]tie // within the rows of each table
	system    suppress.System
	names     []string // of the equations
	// wide: a shadow had too many rows.
	wide bool
}

func (w *web) protect(width int64) {
	// Of several tables a listing shows also which parts are not there; whether
	// these matter must not hang on a masked cell somewhere else.
	if len(w.tables) == 1 && !w.anyMasked() {
		return
	}
	ties := 0
	for _, t := range w.tables {
		w.ties = append(w.ties, t.ties())
		ties += len(w.ties[len(w.ties)-1])
	}
	if len(w.tables) == 1 && ties == 0 {
		return
	}
	size := 0
	for i, t := range w.tables {
		if t.leaf.shadow && !w.isSplit(i) && (t.n > maxShadow || t.n == 0) {
			t.n, t.listed, w.wide = 0, nil, true
		}
		size += t.n * len(t.cells)
	}
	if size > maxSystem {
		w.maskTotals()
		return
	}
	w.cells(size)
	for _, holders := range w.quantities() {
		w.totals(holders)
		w.common(holders)
		w.inner(holders)
	}
	w.rows()
	for _, e := range w.system.Protect(suppress.Limits{Width: width}) {
		t, row, cell := w.place(e.Cell)
		if t < 0 || w.tables[t].leaf.shadow {
			continue
		}
		w.tables[t].hide(row, cell, secondary)
		w.tables[t].why = append(w.tables[t].why, w.reason(t, row, cell, e))
	}
	w.follow()
}

func (w *web) anyMasked() bool {
	for _, t := range w.tables {
		for row, listed := range t.listed {
			if !listed {
				return true
			}
			for c := range t.masks {
				if t.masks[c][row] != 0 {
					return true
				}
			}
		}
	}
	return false
}

// cells makes the cells of all tables.
func (w *web) cells(size int) {
	w.system.Cells = make([]suppress.Cell, 0, size)
	for n, t := range w.tables {
		w.first = append(w.first, len(w.system.Cells))
		order := t.byKeys()
		at := make([]int, t.n)
		// Totals last: a leaf with fewer keys and conditions has coarser cells.
		_, where := conditions(w.family.members[n].rows)
		rank := -int64(64*len(t.keys) + len(where))
		for i, row := range order {
			at[row] = i
			for c := range t.cells {
				x := w.cell(t, row, c)
				switch {
				case t.leaf.shadow && !t.listed[row] && !w.holds(n, row):
					x.State = suppress.Small
				case t.leaf.shadow:
					x.State, x.Low, x.High = suppress.Hidden, 0, -1
				}
				x.Rank = rank
				w.system.Cells = append(w.system.Cells, x)
			}
		}
		w.order, w.at = append(w.order, order), append(w.at, at)
	}
}

// byKeys are the rows in the order of their keys.
func (t *table) byKeys() []int {
	keys := make([]string, t.n)
	out := make([]int, t.n)
	var key []byte
	for row := range t.n {
		key = rowKey(key[:0], t.keys, row)
		keys[row], out[row] = string(key), row
	}
	slices.SortFunc(out, func(a, b int) int { return strings.Compare(keys[a], keys[b]) })
	return out
}

func (w *web) number(t, row, cell int) int {
	return w.first[t] + w.at[t][row]*len(w.tables[t].cells) + cell
}

// place is where a cell stands; the table is -1 for a rest.
func (w *web) place(n int) (t, row, cell int) {
	for t = len(w.first) - 1; t >= 0; t-- {
		if k := len(w.tables[t].cells); k > 0 && n >= w.first[t] {
			if n -= w.first[t]; n >= w.tables[t].n*k {
				return -1, 0, 0
			}
			return t, w.order[t][n/k], n % k
		}
	}
	return -1, 0, 0
}

// cell is what is known of one cell.
func (w *web) cell(t *table, row, c int) suppress.Cell {
	x := suppress.Cell{High: -1}
	n := integerOf(&t.cells[c], row)
	if t.leaf.bounded(c) && n.IsInt64() && n.Sign() >= 0 {
		x.Count, x.Value = true, n.Int64()
	}
	switch {
	case !t.listed[row]:
		x.State = suppress.Hidden
	case t.masks[c][row] == secondary:
		// Masked before, to protect others.
		x.State, x.Low = suppress.Hidden, min(x.Value, w.rules.threshold)
	case t.masks[c][row] != 0:
		x.State = suppress.Small
		if x.Count && x.Value < w.rules.threshold {
			x.High = w.rules.threshold - 1
		}
	case w.rules.zeroSafe && counts(t.leaf.cells[c].sql) && n.Sign() == 0:
		x.State = suppress.Fixed
	default:
		x.Low = min(x.Value, w.rules.threshold)
	}
	return x
}

// counts tells whether an aggregate counts: its value is whole and not negative.
func counts(sql string) bool { return strings.HasPrefix(sql, "count") }

// adds tells whether parts of an aggregate make up its total exactly.
func adds(sql string) bool {
	return counts(sql) && !strings.HasPrefix(sql, "count(DISTINCT ") || strings.HasPrefix(sql, "sum(")
}

// bounded tells whether a cell counts what every row or person has once, so that
// the bounds of parts are bounds of their total. Of other distinct counts parts
// overlap: what few hide behind several parts would tell how it is spread.
func (l *leaf) bounded(c int) bool {
	return counts(l.cells[c].sql) && (adds(l.cells[c].sql) || l.cells[c].persons)
}

func integerOf(v *vector, row int) *big.Int {
	if n, ok := v.integer(row); ok {
		return n
	}
	return new(big.Int)
}

// holder is a table that has a quantity, and in which of its cells.
type holder struct{ table, cell int }

// quantities are the aggregates of the family with the tables that have them,
// in a fixed order.
func (w *web) quantities() [][]holder {
	at := map[string]int{}
	var out [][]holder
	for i, m := range w.family.members {
		for c, sql := range m.cells {
			if _, ok := at[sql]; !ok {
				at[sql] = len(out)
				out = append(out, nil)
			}
			out[at[sql]] = append(out[at[sql]], holder{i, c})
		}
	}
	return out
}

// totals ties every table that has a quantity to the next finer ones.
func (w *web) totals(holders []holder) {
	for i, total := range holders {
		for j, detail := range holders {
			if w.under(holders, i, j) {
				w.total(total, detail)
			}
		}
	}
}

// under tells whether table j is directly below table i: no other table with the
// quantity is between them. Of tables with the same keys the later is below.
func (w *web) under(holders []holder, i, j int) bool {
	below := func(i, j int) bool {
		a, b := w.family.members[holders[i].table], w.family.members[holders[j].table]
		return i != j && a.rows == b.rows && subset(a.keys, b.keys) && (i < j || !subset(b.keys, a.keys))
	}
	if !below(i, j) {
		return false
	}
	for k := range holders {
		if below(i, k) && below(k, j) {
			return false
		}
	}
	return true
}

// common ties the tables that have a quantity of the same rows by their sum, where
// no shadow ties them.
func (w *web) common(holders []holder) {
	if !w.wide {
		return
	}
	for i, h := range holders {
		j := slices.IndexFunc(holders, func(o holder) bool {
			return w.family.members[o.table].rows == w.family.members[h.table].rows && !w.tables[o.table].leaf.shadow
		})
		if j < 0 || j >= i || w.tables[h.table].leaf.shadow {
			continue
		}
		w.system.Equations = append(w.system.Equations, append(w.all(h, 1), w.all(holders[j], -1)...))
		w.names = append(w.names, "")
	}
}

// all are the terms of the sum over a table.
func (w *web) all(h holder, sign int64) suppress.Equation {
	t := w.tables[h.table]
	var e suppress.Equation
	var rest []int
	for _, row := range w.order[h.table] {
		if t.listed[row] {
			e = append(e, suppress.Term{Cell: w.number(h.table, row, h.cell), Coef: sign})
		} else {
			rest = append(rest, row)
		}
	}
	if len(rest) > 0 {
		e = append(e, suppress.Term{Cell: w.rest(true, h, rest), Coef: sign})
	}
	return e
}

// inner ties the part of a split where its condition holds to the leaf that has
// these rows.
func (w *web) inner(holders []holder) {
	of := func(table int) (holder, bool) {
		i := slices.IndexFunc(holders, func(h holder) bool { return h.table == table })
		if i < 0 {
			return holder{}, false
		}
		return holders[i], true
	}
	for _, s := range w.family.splits {
		part, ok1 := of(s.shadow)
		inner, ok2 := of(s.inner)
		if !ok1 || !ok2 {
			continue
		}
		keys := w.family.members[s.shadow].keys
		if subset(keys[:len(keys)-1], w.family.members[s.inner].keys) {
			w.total(part, inner)
		} else {
			w.total(inner, part)
		}
	}
}

// holds tells whether a row of a split is where its condition holds; the rows of
// other tables all do.
func (w *web) holds(table, row int) bool {
	if !w.isSplit(table) {
		return true
	}
	k := &w.tables[table].keys[len(w.tables[table].keys)-1]
	return !k.null(row) && k.bytes(row)[0] != 0
}

func (w *web) isSplit(table int) bool {
	return slices.ContainsFunc(w.family.splits, func(s split) bool { return s.shadow == table })
}

// total makes an equation for every row of a total.
func (w *web) total(total, detail holder) {
	coarse, fine := w.tables[total.table], w.tables[detail.table]
	same := w.family.members[total.table].rows == w.family.members[detail.table].rows
	var at, from []int // the keys of the total among those of the detail, and in it
	for i, k := range w.family.members[total.table].keys {
		if j := slices.Index(w.family.members[detail.table].keys, k); j >= 0 {
			at, from = append(at, j), append(from, i)
		}
	}
	parts := map[string][]int{}
	var key []byte
	for _, row := range w.order[detail.table] {
		if !same && !w.holds(detail.table, row) {
			continue
		}
		key = key[:0]
		for _, k := range at {
			key = fine.keys[k].appendKey(key, row)
		}
		parts[string(key)] = append(parts[string(key)], row)
	}
	for _, row := range w.order[total.table] {
		if !same && !w.holds(total.table, row) {
			continue
		}
		key = key[:0]
		for _, k := range from {
			key = coarse.keys[k].appendKey(key, row)
		}
		w.sum(total, row, detail, parts[string(key)])
	}
}

// sum makes the equation of one total: listed parts, and a rest of all others.
func (w *web) sum(total holder, row int, detail holder, parts []int) {
	coarse, fine := w.tables[total.table], w.tables[detail.table]
	e := suppress.Equation{{Cell: w.number(total.table, row, total.cell), Coef: 1}}
	var rest []int
	for _, p := range parts {
		if fine.listed[p] || fine.leaf.shadow {
			e = append(e, suppress.Term{Cell: w.number(detail.table, p, detail.cell), Coef: -1})
		} else {
			rest = append(rest, p)
		}
	}
	// Nobody left out tells that the condition holds for all.
	all := !w.rules.zeroSafe && coarse.listed[row] && w.isSplit(detail.table) && w.family.members[total.table].rows == w.family.members[detail.table].rows &&
		!slices.ContainsFunc(parts, func(p int) bool { return !w.holds(detail.table, p) })
	if len(rest) > 0 || all || w.missing(coarse, fine, len(parts)) {
		r := w.rest(coarse.listed[row], detail, rest)
		e = append(e, suppress.Term{Cell: r, Coef: -1})
	}
	name := ""
	if coarse.listed[row] && !coarse.leaf.shadow {
		name = w.label(total.table, row, total.cell)
	}
	w.system.Equations = append(w.system.Equations, e)
	w.names = append(w.names, name)
}

// missing tells whether the listing shows that a part is not there: of keys whose
// values are public, not all have one.
func (w *web) missing(coarse, fine *table, parts int) bool {
	if fine.leaf.shadow {
		return false
	}
	all := 1
	for _, k := range fine.leaf.keys {
		if !slices.ContainsFunc(coarse.leaf.keys, func(c leafKey) bool { return c.label == k.label && len(c.domain) == len(k.domain) }) {
			if all *= len(k.domain); all == 0 || all > maxGrid {
				return false
			}
		}
	}
	return !fine.leaf.complete() && parts < all
}

// rest makes the cell of what a total counts beside the listed parts. Several
// parts of few persons each may be of the same few: it is large only if one is.
func (w *web) rest(listed bool, detail holder, parts []int) int {
	fine := w.tables[detail.table]
	x := suppress.Cell{State: suppress.Small, Count: fine.leaf.bounded(detail.cell), High: -1}
	n := len(w.system.Cells)
	e := suppress.Equation{{Cell: n, Coef: 1}}
	for _, p := range parts {
		y := w.system.Cells[w.number(detail.table, p, detail.cell)]
		x.Value += y.Value
		e = append(e, suppress.Term{Cell: w.number(detail.table, p, detail.cell), Coef: -1})
	}
	if x.Count && x.Value < w.rules.threshold {
		x.High = w.rules.threshold - 1
	}
	if !listed {
		x.State = suppress.Hidden
	}
	w.system.Cells = append(w.system.Cells, x)
	if len(parts) > 0 {
		w.system.Equations = append(w.system.Equations, e)
		w.names = append(w.names, "")
	}
	return n
}

// rows ties the cells of each row that are sums of others.
func (w *web) rows() {
	for i, t := range w.tables {
		ties := w.ties[i]
		if len(ties) == 0 {
			continue
		}
		kept := map[string][]bool{} // by which cells are small
		for _, row := range w.order[i] {
			pattern := make([]byte, len(t.cells))
			for c := range pattern {
				pattern[c] = byte(w.system.Cells[w.number(i, row, c)].State)
			}
			if kept[string(pattern)] == nil {
				kept[string(pattern)] = together(ties, pattern)
			}
			for k, x := range ties {
				var e suppress.Equation
				for _, a := range x {
					if !kept[string(pattern)][k] || pattern[a.cell] != byte(suppress.Shown) {
						e = append(e, suppress.Term{Cell: w.number(i, row, a.cell), Coef: a.factor})
					}
				}
				w.system.Equations = append(w.system.Equations, e)
				w.names = append(w.names, "")
			}
		}
	}
}

// ties are the sums that hold on every row of a table.
func (t *table) ties() []tie {
	out := written(t.leaf.cells)
	var adding []int
	for c, cell := range t.leaf.cells {
		if adds(cell.sql) {
			adding = append(adding, c)
		}
		// An average tells the sum.
		if of, ok := strings.CutPrefix(cell.sql, "avg("); ok {
			if s := slices.IndexFunc(t.leaf.cells, func(x leafCell) bool { return x.sql == "sum("+of }); s >= 0 {
				out = append(out, tie{{c, 1}, {s, -1}})
			}
		}
	}
	return append(out, identities(t.n, adding, func(row, c int) *big.Int {
		if !t.listed[row] || t.masks[c][row]&^secondary != 0 {
			return nil
		}
		return integerOf(&t.cells[c], row)
	})...)
}

// together tells of each tie whether its small cells may be known together: a
// masked sum less its masked part is the shown part, which tells of nobody few.
// It may when several are small, and all such ties leave every one of them open.
func together(ties []tie, pattern []byte) []bool {
	out := make([]bool, len(ties))
	var s suppress.System
	for _, state := range pattern {
		c := suppress.Cell{State: suppress.State(state)}
		if c.State == suppress.Shown {
			c.State = suppress.Fixed
		}
		s.Cells = append(s.Cells, c)
	}
	for k, x := range ties {
		var e suppress.Equation
		for _, a := range x {
			if s.Cells[a.cell].State != suppress.Fixed {
				e = append(e, suppress.Term{Cell: a.cell, Coef: a.factor})
			}
		}
		if out[k] = len(e) > 1; out[k] {
			s.Equations = append(s.Equations, e)
		}
	}
	if len(s.Determined()) > 0 {
		return make([]bool, len(ties))
	}
	return out
}

// follow masks what does not add up in a row where a sum or count was masked to
// protect others: an average of n values is a fraction by n.
func (w *web) follow() {
	for _, t := range w.tables {
		for row := range t.n {
			masked := slices.ContainsFunc(t.masks, func(m []uint8) bool { return m[row] == secondary })
			for c, cell := range t.leaf.cells {
				if masked && !adds(cell.sql) && !counts(cell.sql) {
					t.hide(row, c, secondary)
				}
			}
		}
	}
}

// maskTotals is what is done when the family is too large to be looked at: every
// table that has a finer one is masked.
func (w *web) maskTotals() {
	for i, m := range w.family.members {
		total := slices.ContainsFunc(w.family.members, func(x member) bool { return !subset(x.keys, m.keys) || len(x.keys) > len(m.keys) })
		if m.leaf.shadow || !total {
			continue
		}
		for row := range w.tables[i].n {
			for c := range w.tables[i].cells {
				w.tables[i].hide(row, c, secondary)
			}
		}
	}
}

// round makes all counts multiples of base, half of it up.
func (t *table) round(base int64) {
	if base < 2 {
		return
	}
	b := big.NewInt(base)
	for c, cell := range t.leaf.cells {
		for row := 0; row < t.n && counts(cell.sql); row++ {
			n, ok := t.cells[c].integer(row)
			if !ok {
				continue
			}
			n.Add(n, big.NewInt(base/2))
			t.cells[c].setInteger(row, n.Sub(n, new(big.Int).Mod(n, b)))
		}
	}
}

// reason says why a cell was masked to protect another.
type reason struct {
	cell, protects, total string
	// few: nearly the same persons stand behind other cells.
	few bool
}

func (r reason) String() string {
	switch {
	case r.few:
		return fmt.Sprintf("%s is masked: less other cells of the request it would be about a few persons", r.cell)
	case r.total == "" || r.total == r.cell:
		return fmt.Sprintf("%s is masked: with other cells it would give back %s", r.cell, r.protects)
	default:
		return fmt.Sprintf("%s is masked so that %s does not give back %s", r.cell, r.total, r.protects)
	}
}

// maxReasons bounds how many reasons are told.
const maxReasons = 5

// notes tells why cells were masked that are not small. Listed rows are named by
// their keys, which are public; nothing is told of others.
func notes(tables []*table) []string {
	var why []reason
	for _, t := range tables {
		why = append(why, t.why...)
	}
	var out []string
	for i, r := range why {
		if i == maxReasons {
			return append(out, fmt.Sprintf("%d more cells are masked so that masked ones cannot be worked out", len(why)-i))
		}
		out = append(out, r.String())
	}
	return out
}

func (w *web) reason(t, row, cell int, e suppress.Extra) reason {
	out := reason{cell: w.label(t, row, cell), protects: "a few that are not shown"}
	if t, row, cell := w.place(e.Protects); t >= 0 && w.tables[t].listed[row] && !w.tables[t].leaf.shadow {
		out.protects = w.label(t, row, cell)
	}
	if e.Equation >= 0 {
		out.total = w.names[e.Equation] // "" of rows that are not shown
	}
	return out
}

// label names a cell by its public keys.
func (w *web) label(t, row, cell int) string { return w.tables[t].label(row, cell) }

func (t *table) label(row, cell int) string {
	name := t.leaf.cells[cell].label
	if len(t.keys) == 0 {
		return name + " of all"
	}
	var keys []string
	for i, k := range t.leaf.keys {
		keys = append(keys, k.label+" "+t.keys[i].label(row))
	}
	return name + " of " + strings.Join(keys, ", ")
}
