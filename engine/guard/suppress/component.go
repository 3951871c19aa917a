package suppress

import (
	"cmp"
	"maps"
	"slices"

	"epsql/engine/field"
)

// part is the cells and equations that hang together.
type part struct{ cells, equations []int }

// parts splits the system; parts without a small cell are left out. Fixed cells
// join nothing: they are constants.
func (s *System) parts() []part {
	root := make([]int, len(s.Cells))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, e := range s.Equations {
		first := -1
		for _, t := range e {
			if s.Cells[t.Cell].State == Fixed || t.Coef == 0 {
				continue
			}
			if first < 0 {
				first = find(t.Cell)
			}
			root[find(t.Cell)] = first
		}
	}
	byRoot := map[int]*part{}
	var out []*part
	for i, c := range s.Cells {
		if r := find(i); c.State == Small && byRoot[r] == nil {
			byRoot[r] = &part{}
			out = append(out, byRoot[r])
		}
	}
	for i, c := range s.Cells {
		if p := byRoot[find(i)]; p != nil && c.State != Fixed {
			p.cells = append(p.cells, i)
		}
	}
	for i, e := range s.Equations {
		for _, t := range e {
			if s.Cells[t.Cell].State != Fixed && t.Coef != 0 {
				if p := byRoot[find(t.Cell)]; p != nil {
					p.equations = append(p.equations, i)
				}
				break
			}
		}
	}
	parts := make([]part, len(out))
	for i, p := range out {
		parts[i] = *p
	}
	return parts
}

// component is one part with its columns, by local numbers of cells and rows.
type component struct {
	system  *System
	limits  Limits
	cells   []int // to cells of the system
	rows    []int // to equations of the system
	columns []sparse
	// inner rows, from this one on, hold nothing but small cells.
	inner  int32
	small  []int32
	hidden []int32
	// candidates by rank.
	candidates []int32
	masked     map[int32]bool
	extras     []Extra
	// programs is how many linear programs were solved.
	programs int
	// directions in which small cells were found to be able to change.
	directions []direction
	steps      int
}

func newComponent(s *System, p part, l Limits) *component {
	c := &component{system: s, limits: l, cells: p.cells, masked: map[int32]bool{}}
	local := make(map[int]int32, len(p.cells))
	for i, cell := range p.cells {
		local[cell] = int32(i) //nolint:gosec // fewer cells than 2^31
		switch s.Cells[cell].State {
		case Small:
			c.small = append(c.small, int32(i)) //nolint:gosec // as above
		case Hidden:
			c.hidden = append(c.hidden, int32(i)) //nolint:gosec // as above
		case Shown:
			c.candidates = append(c.candidates, int32(i)) //nolint:gosec // as above
		case Fixed:
		}
	}
	slices.SortStableFunc(c.candidates, func(a, b int32) int {
		return cmp.Compare(s.Cells[p.cells[a]].Rank, s.Cells[p.cells[b]].Rank)
	})
	c.order(p.equations)
	c.columns = make([]sparse, len(c.cells))
	for r := len(c.rows) - 1; r >= 0; r-- {
		for _, t := range s.Equations[c.rows[r]] {
			if i, ok := local[t.Cell]; ok && t.Coef != 0 {
				c.columns[i] = axpy(c.columns[i], 1, sparse{{int32(r), field.Int(t.Coef)}}) //nolint:gosec // as above
			}
		}
	}
	return c
}

// order numbers the rows: those that hold nothing but small cells come last.
func (c *component) order(equations []int) {
	var inner []int
	for _, e := range equations {
		only := !slices.ContainsFunc(c.system.Equations[e], func(t Term) bool {
			st := c.system.Cells[t.Cell].State
			return st != Small && st != Fixed && t.Coef != 0
		})
		if only {
			inner = append(inner, e)
		} else {
			c.rows = append(c.rows, e)
		}
	}
	c.inner = int32(len(c.rows)) //nolint:gosec // fewer rows than 2^31
	c.rows = append(c.rows, inner...)
}

// maxRounds bounds how often cells are masked for want of room.
const maxRounds = 8

// protect masks until every small cell can change unseen, and has room to: first
// what is best masked; then, for small cells without room, as much again beside
// it; at last everything. Which cells are taken instead does not depend on which
// of the first ones was too near to its bounds, and all stay masked, so that
// masking more tells no more than that there was no room.
func (c *component) protect() {
	wanted := map[int32]bool{}
	for _, i := range c.small {
		wanted[i] = true
	}
	last := map[int32]bool{}
	for range maxRounds {
		directions, ok := c.choose(last)
		if !ok {
			c.maskTotals()
			return
		}
		for _, d := range directions {
			if wanted[d.small] {
				c.mask(d)
				c.directions = append(c.directions, d)
			}
		}
		if wanted = c.cramped(); len(wanted) == 0 {
			return
		}
		for _, d := range c.directions {
			for i := range d.moves {
				last[i] = last[i] || wanted[d.small]
			}
		}
	}
	c.maskAll()
}

// mask masks the shown cells of a direction.
func (c *component) mask(d direction) {
	for _, i := range slices.Sorted(maps.Keys(d.moves)) {
		if c.system.Cells[c.cells[i]].State == Shown && !c.masked[i] {
			c.masked[i] = true
			c.extras = append(c.extras, Extra{Cell: c.cells[i], Protects: c.cells[d.small], Equation: c.between(i, d)})
		}
	}
}

// between is an equation that ties a cell to another one that moves, best to the
// small one.
func (c *component) between(i int32, d direction) int {
	best, score := -1, 0
	for _, e := range c.columns[i] {
		s := 1
		for _, t := range c.system.Equations[c.rows[e.at]] {
			if t.Cell == c.cells[d.small] {
				s += 2
			}
		}
		if s >= score {
			best, score = c.rows[e.at], s
		}
	}
	return best
}

// maskAll masks every shown cell of the component.
func (c *component) maskAll() {
	for _, i := range c.candidates {
		c.maskPlainly(i)
	}
}

// maskTotals is what is done when the component is too large to be solved: the
// first cell of every equation is masked, and all of an equation that would
// still have a small cell alone. What remains shown are parts without a total.
func (c *component) maskTotals() {
	local := make(map[int]int32, len(c.cells))
	for i, cell := range c.cells {
		local[cell] = int32(i) //nolint:gosec // fewer cells than 2^31
	}
	for _, r := range c.rows {
		if i, ok := local[c.system.Equations[r][0].Cell]; ok {
			c.maskPlainly(i)
		}
	}
	for again := true; again; {
		again = false
		for _, r := range c.rows {
			again = c.maskLonely(c.system.Equations[r], local) || again
		}
	}
}

// maskLonely masks an equation whose only cell that is not shown is small.
func (c *component) maskLonely(e Equation, local map[int]int32) bool {
	unknown, small := 0, false
	for _, t := range e {
		i, ok := local[t.Cell]
		if !ok || t.Coef == 0 {
			continue
		}
		st := c.system.Cells[t.Cell].State
		if st != Shown || c.masked[i] {
			unknown++
		}
		small = small || st == Small
	}
	if unknown != 1 || !small || unknown == len(e) {
		return false
	}
	changed := false
	for _, t := range e {
		if i, ok := local[t.Cell]; ok {
			changed = c.maskPlainly(i) || changed
		}
	}
	return changed
}

// maskPlainly masks a cell for the small cell that comes first.
func (c *component) maskPlainly(i int32) bool {
	if c.system.Cells[c.cells[i]].State != Shown || c.masked[i] {
		return false
	}
	c.masked[i] = true
	e := Extra{Cell: c.cells[i], Protects: c.cells[c.small[0]], Equation: -1}
	if len(c.columns[i]) > 0 {
		e.Equation = c.rows[c.columns[i][0].at]
	}
	c.extras = append(c.extras, e)
	return true
}

func inOrder(extras map[int]Extra) []Extra {
	out := make([]Extra, 0, len(extras))
	for _, i := range slices.Sorted(maps.Keys(extras)) {
		out = append(out, extras[i])
	}
	return out
}
