package suppress_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"epsql/engine/guard/suppress"
)

// count is a shown or small cell of n persons.
func count(n int64) suppress.Cell {
	c := suppress.Cell{Value: n, Count: true}
	judge(&c)
	return c
}

// sum is the equation total - parts = 0.
func sum(total int, parts ...int) suppress.Equation {
	e := suppress.Equation{{Cell: total, Coef: 1}}
	for _, p := range parts {
		e = append(e, suppress.Term{Cell: p, Coef: -1})
	}
	return e
}

func cellsOf(extras []suppress.Extra) []int {
	var out []int
	for _, e := range extras {
		out = append(out, e.Cell)
	}
	return out
}

func TestProtect(t *testing.T) {
	total := func(c suppress.Cell) suppress.Cell { c.Rank = 1; return c }
	for _, test := range []struct {
		name   string
		system suppress.System
		limits suppress.Limits
		want   []int
	}{
		{
			"without a small cell nothing is masked",
			suppress.System{Cells: []suppress.Cell{total(count(30)), count(10), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2)}},
			suppress.Limits{},
			nil,
		},
		{
			"a small cell without a total needs nothing",
			suppress.System{Cells: []suppress.Cell{count(2), count(20)}},
			suppress.Limits{},
			nil,
		},
		{
			"a small cell beside a total needs a second cell, and the total stays",
			suppress.System{Cells: []suppress.Cell{total(count(32)), count(2), count(10), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2, 3)}},
			suppress.Limits{},
			[]int{2},
		},
		{
			"the sum of two small cells is a small cell itself, so they need a third",
			suppress.System{Cells: []suppress.Cell{total(count(22)), count(1), count(1), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2, 3)}},
			suppress.Limits{},
			[]int{3},
		},
		{
			"when all parts are small the total is masked",
			suppress.System{Cells: []suppress.Cell{total(count(5)), count(2), count(3)}, Equations: []suppress.Equation{sum(0, 1, 2)}},
			suppress.Limits{},
			[]int{0},
		},
		{
			"a small sub-total and its small parts need one cell beside the sub-total",
			suppress.System{
				Cells:     []suppress.Cell{total(count(43)), count(3), count(40), count(1), count(2)},
				Equations: []suppress.Equation{sum(0, 1, 2), sum(1, 3, 4)},
			},
			suppress.Limits{},
			[]int{2},
		},
		{
			"a rest that is never shown and large protects",
			suppress.System{
				Cells:     []suppress.Cell{total(count(43)), count(3), count(20), {State: suppress.Hidden, Count: true, Value: 20, Low: 0, High: -1}},
				Equations: []suppress.Equation{sum(0, 1, 2, 3)},
			},
			suppress.Limits{},
			nil,
		},
		{
			"a cell that is always shown is no protection",
			suppress.System{
				Cells:     []suppress.Cell{{State: suppress.Fixed, Count: true, Value: 23}, count(3), {State: suppress.Fixed, Count: true}, count(20)},
				Equations: []suppress.Equation{sum(0, 1, 2, 3)},
			},
			suppress.Limits{},
			[]int{3},
		},
		{
			"a second cell of just the threshold would leave one value, so a third is masked",
			suppress.System{Cells: []suppress.Cell{total(count(24)), count(0), count(4), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2, 3)}},
			suppress.Limits{},
			[]int{2, 3},
		},
		{
			"a wider interval than two values may be asked for",
			suppress.System{Cells: []suppress.Cell{total(count(26)), count(1), count(5), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2, 3)}},
			suppress.Limits{Width: 2},
			[]int{2, 3},
		},
		{
			"out of steps, the totals are masked",
			suppress.System{Cells: []suppress.Cell{total(count(32)), count(2), count(10), count(20)}, Equations: []suppress.Equation{sum(0, 1, 2, 3)}},
			suppress.Limits{Steps: 1},
			[]int{0},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := cellsOf(test.system.Protect(test.limits)); !slices.Equal(got, test.want) {
				t.Fatalf("masked %v, want %v", got, test.want)
			}
		})
	}
}

func TestAnExtraCellSaysWhatItProtectsFromWhichTotal(t *testing.T) {
	s := suppress.System{
		Cells:     []suppress.Cell{count(62), count(32), count(30), count(2), count(10), count(20)},
		Equations: []suppress.Equation{sum(0, 1, 2), sum(1, 3, 4, 5)},
	}
	s.Cells[0].Rank, s.Cells[1].Rank = 2, 1
	want := []suppress.Extra{{Cell: 4, Protects: 3, Equation: 1}}
	if got := s.Protect(suppress.Limits{}); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// secret fails when shown cells tell anything linear of small cells that the
// equations among small cells do not, or solve a masked cell.
func secret(t *testing.T, s *suppress.System, extras []suppress.Extra) {
	t.Helper()
	x := setsOf(s, extras)
	may := rank(s, without(x.all, x.small...)) - rank(s, x.all)
	can := rank(s, without(x.unknown, x.small...)) - rank(s, x.unknown)
	if can != may {
		t.Fatalf("small cells can change in %d ways fewer than they may\n%s", may-can, describe(s, extras))
	}
	for _, c := range x.masked {
		if rank(s, x.unknown) != rank(s, without(x.unknown, c)) && rank(s, x.all) == rank(s, without(x.all, c)) {
			t.Fatalf("cell %d is solved\n%s", c, describe(s, extras))
		}
	}
}

func TestShownCellsTellNothingOfSmallCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range rounds(200, 20000) {
		w := randomWorld(r, 120)
		secret(t, &w.system, w.system.Protect(suppress.Limits{}))
	}
}

// FuzzProtect reads a system of random equations, with any small coefficients.
func FuzzProtect(f *testing.F) {
	f.Add([]byte{3, 2, 0, 1, 2, 255, 1, 255, 1, 255, 0, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		s := read(data)
		if s == nil {
			return
		}
		first := s.Protect(suppress.Limits{})
		if !slices.Equal(first, s.Protect(suppress.Limits{})) {
			t.Fatal("two runs give two answers")
		}
		secret(t, s, first)
	})
}

// read makes a system of up to eight cells and five equations from bytes. Of the
// cells nothing but their state is known.
func read(data []byte) *suppress.System {
	if len(data) < 3 {
		return nil
	}
	n, m := int(data[0]%8)+1, int(data[1]%5)
	data = data[2:]
	if len(data) < n+n*m {
		return nil
	}
	s := &suppress.System{}
	for i := range n {
		s.Cells = append(s.Cells, suppress.Cell{State: suppress.State(data[i] % 4), Rank: int64(data[i] / 4 % 4)})
	}
	for i := range m {
		var e suppress.Equation
		for j := range n {
			if c := int64(int8(data[n+i*n+j])) % 4; c != 0 {
				e = append(e, suppress.Term{Cell: j, Coef: c})
			}
		}
		if len(e) > 0 {
			s.Equations = append(s.Equations, e)
		}
	}
	return s
}

// solutions calls f with all values of unknown cells between their bounds that
// keep every equation.
func solutions(s *suppress.System, unknown []int, most int64, f func()) {
	var place func(k int)
	open := make([]int, len(s.Equations)) // unknown cells still to be placed
	for i, e := range s.Equations {
		for _, t := range e {
			if slices.Contains(unknown, t.Cell) {
				open[i]++
			}
		}
	}
	check := func(c int) bool {
		for i, e := range s.Equations {
			if open[i] > 0 || !slices.ContainsFunc(e, func(t suppress.Term) bool { return t.Cell == c }) {
				continue
			}
			var n int64
			for _, t := range e {
				n += t.Coef * s.Cells[t.Cell].Value
			}
			if n != 0 {
				return false
			}
		}
		return true
	}
	shift := func(c, by int) {
		for i, e := range s.Equations {
			for _, t := range e {
				if t.Cell == c {
					open[i] += by
				}
			}
		}
	}
	place = func(k int) {
		if k == len(unknown) {
			f()
			return
		}
		c := &s.Cells[unknown[k]]
		truth := c.Value
		high := c.High
		if high < 0 {
			high = most
		}
		shift(unknown[k], -1)
		for c.Value = c.Low; c.Value <= high; c.Value++ {
			if check(unknown[k]) {
				place(k + 1)
			}
		}
		shift(unknown[k], 1)
		c.Value = truth
	}
	place(0)
}

// TestEverySmallCountMayHaveSeveralValues enumerates, for tiny tables of small
// numbers, all tables that show the same: every small count has at least two
// values among them. It has as well when only those are admitted of which this
// program would show the same cells, so knowing the program does not help.
func TestEverySmallCountMayHaveSeveralValues(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	tables, lonely := 0, 0
	for tables < rounds(200, 20000) {
		dims := [][]node{dimension(r, 2+r.IntN(2), false)}
		if r.IntN(2) == 0 {
			dims = append(dims, dimension(r, 2, false))
		}
		w := crossed(dims, func() int64 { return r.Int64N(9) })
		s := &w.system
		extras := s.Protect(suppress.Limits{})
		x := setsOf(s, extras)
		if len(x.small) == 0 || len(x.unknown) > 7 {
			continue
		}
		tables++
		all, same := map[[2]int64]bool{}, map[[2]int64]bool{}
		solutions(s, x.unknown, 24, func() {
			other := suppress.System{Cells: slices.Clone(s.Cells), Equations: s.Equations}
			alike := slices.Equal(cellsOf(other.Protect(suppress.Limits{})), cellsOf(extras))
			for _, c := range x.small {
				all[[2]int64{int64(c), s.Cells[c].Value}] = true
				if alike {
					same[[2]int64{int64(c), s.Cells[c].Value}] = true
				}
			}
		})
		for _, c := range x.small {
			if n := distinct(all, c); n < 2 {
				t.Fatalf("cell %d has %d values\n%s", c, n, describe(s, extras))
			}
			if distinct(same, c) < 2 {
				lonely++
				t.Logf("cell %d is known to who knows the program\n%s", c, describe(s, extras))
			}
		}
	}
	if lonely > 0 {
		t.Fatalf("%d small counts are known to who knows the program", lonely)
	}
}

func distinct(values map[[2]int64]bool, c int) int {
	n := 0
	for v := range values {
		if v[0] == int64(c) {
			n++
		}
	}
	return n
}

// TestTheChoiceDoesNotDependOnHiddenValues: two tables with the same small cells
// and the same shown ones get the same masks.
func TestTheChoiceDoesNotDependOnHiddenValues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		w := randomWorld(r, 150)
		s := w.system
		first := s.Protect(suppress.Limits{})
		other := suppress.System{Cells: slices.Clone(s.Cells), Equations: s.Equations}
		masked := setsOf(&s, first).unknown
		for _, c := range masked {
			// Far above all bounds, so that room is never short.
			if other.Cells[c].State == suppress.Shown {
				other.Cells[c].Value += 1000 + r.Int64N(1000)
				s.Cells[c].Value += 1000
			}
		}
		if a, b := s.Protect(suppress.Limits{}), other.Protect(suppress.Limits{}); !slices.Equal(a, b) {
			t.Fatalf("%v and %v", a, b)
		}
	}
}
