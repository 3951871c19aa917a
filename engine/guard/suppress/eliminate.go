package suppress

import "epsql/engine/field"

// direction is a change of cells that keeps every equation: how much each of
// them moves, as residues.
type direction struct {
	small int32 // the cell for whose sake it was looked for
	moves map[int32]uint64
}

// element is an inserted column: vec = column + the sum of factor * elements.
type element struct {
	cell    int32
	vec     sparse
	lead    uint64 // inverse of the first number, negated
	factors []factor
}

type factor struct {
	element int32
	by      uint64
}

// basis holds columns in echelon form: no two begin at the same row.
type basis struct {
	elements []element
	at       []int32 // by row: the element that begins there, or -1
	steps    *int
	limit    int
}

func newBasis(rows int, steps *int, limit int) *basis {
	b := &basis{at: make([]int32, rows), steps: steps, limit: limit}
	for i := range b.at {
		b.at[i] = -1
	}
	return b
}

func (b *basis) exhausted() bool { return *b.steps > b.limit }

// reduce subtracts elements until the column is zero or begins where none does.
func (b *basis) reduce(x element) element {
	for len(x.vec) > 0 && !b.exhausted() {
		i := b.at[x.vec[0].at]
		if i < 0 {
			return x
		}
		e := &b.elements[i]
		by := field.Mul(x.vec[0].v, e.lead)
		*b.steps += len(x.vec) + len(e.vec)
		x.vec = axpy(x.vec, by, e.vec)
		x.factors = append(x.factors, factor{i, by})
	}
	return x
}

// insert adds a reduced column that is not zero and gives its row.
func (b *basis) insert(x element) int32 {
	row := x.vec[0].at
	x.lead = field.Neg(field.Inverse(x.vec[0].v))
	b.at[row] = int32(len(b.elements)) //nolint:gosec // fewer elements than rows
	b.elements = append(b.elements, x)
	return row
}

// moves expands a column that was reduced to zero into cells.
func (b *basis) moves(x element) map[int32]uint64 {
	out := map[int32]uint64{x.cell: 1}
	weights := make([]uint64, len(b.elements))
	top := -1
	for _, f := range x.factors {
		weights[f.element] = field.Add(weights[f.element], f.by)
		top = max(top, int(f.element))
	}
	for i := top; i >= 0; i-- {
		w := weights[i]
		if w == 0 {
			continue
		}
		e := &b.elements[i]
		out[e.cell] = w
		*b.steps += len(e.factors)
		for _, f := range e.factors {
			weights[f.element] = field.Add(weights[f.element], field.Mul(w, f.by))
		}
	}
	return out
}

// search looks for the changes of small cells, inserting column after column
// until all small cells can change.
type search struct {
	*basis
	waiting map[int32][]element // by the row where they begin
	open    int
	found   []direction
}

// await takes a reduced small column: it is zero, or waits for its first row.
func (s *search) await(x element) {
	if len(x.vec) == 0 {
		s.found = append(s.found, direction{x.cell, s.moves(x)})
		return
	}
	s.waiting[x.vec[0].at] = append(s.waiting[x.vec[0].at], x)
	s.open++
}

// offer inserts a column unless it adds nothing, and wakes who waited for it.
func (s *search) offer(x element) {
	if x = s.reduce(x); len(x.vec) == 0 {
		return
	}
	row := s.insert(x)
	woken := s.waiting[row]
	delete(s.waiting, row)
	s.open -= len(woken)
	for _, w := range woken {
		s.await(s.reduce(w))
	}
}

// choose finds directions in which the small cells can change in every way that
// the whole system allows, moving the cells that are best masked; those of after
// come last, since they gave too little room. It gives up when the work gets too
// large.
func (c *component) choose(after map[int32]bool) ([]direction, bool) {
	s := &search{basis: newBasis(len(c.rows), &c.steps, c.limits.Steps), waiting: map[int32][]element{}}
	for _, i := range c.small {
		x := s.reduce(element{cell: i, vec: c.columns[i]})
		if len(x.vec) > 0 && x.vec[0].at >= c.inner {
			// Small cells alone decide this row: this one follows the others.
			s.insert(x)
			continue
		}
		s.await(x)
	}
	for _, i := range c.hidden {
		s.offer(element{cell: i, vec: c.columns[i]})
	}
	for _, last := range []bool{false, true} {
		for _, i := range c.candidates {
			if s.open == 0 || s.exhausted() {
				break
			}
			if after[i] == last {
				s.offer(element{cell: i, vec: c.columns[i]})
			}
		}
	}
	s.settle()
	return s.found, !s.exhausted()
}

// settle lets the small cells that no shown cell can follow follow each other:
// what is left of them is nothing that shown cells tell.
func (s *search) settle() {
	for s.open > 0 && !s.exhausted() {
		row := int32(-1)
		for r := range s.waiting {
			row = max(row, r)
		}
		x := s.waiting[row][0]
		s.waiting[row] = s.waiting[row][1:]
		if len(s.waiting[row]) == 0 {
			delete(s.waiting, row)
		}
		s.open--
		s.offer(x)
	}
}

// freedom is a basis of all changes of the cells that are not shown.
func (c *component) freedom() ([]direction, bool) {
	b := newBasis(len(c.rows), &c.steps, c.limits.Steps)
	var out []direction
	for _, cells := range [][]int32{c.hidden, c.small, c.candidates} {
		for _, i := range cells {
			if c.system.Cells[c.cells[i]].State == Shown && !c.masked[i] {
				continue
			}
			x := b.reduce(element{cell: i, vec: c.columns[i]})
			if b.exhausted() {
				return nil, false
			}
			if len(x.vec) == 0 {
				out = append(out, direction{i, b.moves(x)})
			} else {
				b.insert(x)
			}
		}
	}
	return out, true
}
