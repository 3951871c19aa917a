package suppress_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"

	"epsql/engine/guard/suppress"
)

// node is a category of a dimension; the first of a dimension is the total.
type node struct {
	children []int
	height   int
}

// dimension makes a total over n categories; with groups, in between, a level of
// groups of two to four.
func dimension(r *rand.Rand, n int, grouped bool) []node {
	d := []node{{}}
	leaf := func() int { d = append(d, node{}); return len(d) - 1 }
	if !grouped || n < 4 {
		for range n {
			d[0].children = append(d[0].children, leaf())
		}
		d[0].height = 1
		return d
	}
	for n > 0 {
		g := leaf()
		for range min(n, 2+r.IntN(3)) {
			d[g].children = append(d[g].children, leaf())
			n--
		}
		d[g].height = 1
		d[0].children = append(d[0].children, g)
	}
	d[0].height = 2
	return d
}

// world is a table with all its margins, as numbers of persons.
type world struct {
	system suppress.System
	leaves []int // the inner cells
}

const threshold = 4

// crossed makes the table over some dimensions; count gives the number of
// persons of an inner cell. Cells under the threshold are small.
func crossed(dims [][]node, count func() int64) world {
	var w world
	size := 1
	for _, d := range dims {
		size *= len(d)
	}
	w.system.Cells = make([]suppress.Cell, size)
	at := make([]int, len(dims))
	index := func(at []int) int {
		i := 0
		for k, d := range dims {
			i = i*len(d) + at[k]
		}
		return i
	}
	order := make([][]int, 0, size) // inner cells first
	for i := range size {
		x := i
		for k := len(dims) - 1; k >= 0; k-- {
			at[k], x = x%len(dims[k]), x/len(dims[k])
		}
		order = append(order, append([]int(nil), at...))
	}
	for level := 0; ; level++ {
		any := false
		for _, at := range order {
			height := 0
			for k, d := range dims {
				height += d[at[k]].height
			}
			if height != level {
				continue
			}
			any = true
			w.fill(dims, at, index, count, level)
		}
		if !any && level > 2*len(dims) {
			break
		}
	}
	return w
}

func (w *world) fill(dims [][]node, at []int, index func([]int) int, count func() int64, level int) {
	i := index(at)
	c := &w.system.Cells[i]
	c.Count, c.Rank = true, int64(level)
	if level == 0 {
		c.Value = count()
		w.leaves = append(w.leaves, i)
	}
	first := true
	for k, d := range dims {
		if d[at[k]].height == 0 {
			continue
		}
		e := suppress.Equation{{Cell: i, Coef: 1}}
		part := append([]int(nil), at...)
		var total int64
		for _, child := range d[at[k]].children {
			part[k] = child
			e = append(e, suppress.Term{Cell: index(part), Coef: -1})
			total += w.system.Cells[index(part)].Value
		}
		if first {
			c.Value, first = total, false
		}
		w.system.Equations = append(w.system.Equations, e)
	}
	judge(c)
}

// judge says what is known of a cell by its value.
func judge(c *suppress.Cell) {
	c.State, c.Low, c.High = suppress.Shown, threshold, -1
	if c.Value < threshold {
		c.State, c.Low, c.High = suppress.Small, 0, threshold-1
	}
}

// randomWorld makes a table of one to three dimensions, flat or grouped, in
// which some inner cells are small.
func randomWorld(r *rand.Rand, cells int) world {
	dims := make([][]node, 1+r.IntN(3))
	for k := range dims {
		n := 2 + r.IntN(3)
		if len(dims) == 1 {
			n = 2 + r.IntN(10)
		}
		dims[k] = dimension(r, n, r.IntN(3) == 0)
	}
	for size(dims) > cells {
		dims = dims[1:]
	}
	large := []int64{6, 12, 60, 1000}[r.IntN(4)]
	rare := 1 + r.IntN(8)
	return crossed(dims, func() int64 {
		if r.IntN(rare+1) == 0 {
			return r.Int64N(threshold)
		}
		return r.Int64N(large)
	})
}

func size(dims [][]node) int {
	n := 1
	for _, d := range dims {
		n *= len(d)
	}
	return n
}

// rank is the rank of the system over some columns, modulo a prime that the
// program does not use.
func rank(s *suppress.System, cells []int) int {
	const p = 1_000_000_007
	column := map[int]int{}
	for j, c := range cells {
		column[c] = j
	}
	m := make([][]int64, len(s.Equations))
	for i, e := range s.Equations {
		m[i] = make([]int64, len(cells))
		for _, t := range e {
			if j, ok := column[t.Cell]; ok {
				m[i][j] = ((m[i][j]+t.Coef)%p + p) % p
			}
		}
	}
	r := 0
	for j := 0; j < len(cells) && r < len(m); j++ {
		k := slices.IndexFunc(m[r:], func(row []int64) bool { return row[j] != 0 })
		if k < 0 {
			continue
		}
		m[r], m[r+k] = m[r+k], m[r]
		inverse := new(big.Int).ModInverse(big.NewInt(m[r][j]), big.NewInt(p)).Int64()
		for i := r + 1; i < len(m); i++ {
			if m[i][j] == 0 {
				continue
			}
			f := m[i][j] * inverse % p
			for k := j; k < len(cells); k++ {
				m[i][k] = (m[i][k] + (p-f)*m[r][k]) % p
			}
		}
		r++
	}
	return r
}

// sets are the cells by what is known of them after masking.
type sets struct{ all, unknown, small, masked []int }

func setsOf(s *suppress.System, extras []suppress.Extra) sets {
	extra := map[int]bool{}
	for _, e := range extras {
		extra[e.Cell] = true
	}
	var out sets
	for i, c := range s.Cells {
		if c.State == suppress.Fixed {
			continue
		}
		out.all = append(out.all, i)
		if c.State == suppress.Shown && !extra[i] {
			continue
		}
		out.unknown = append(out.unknown, i)
		if c.State == suppress.Small {
			out.small = append(out.small, i)
		}
		if c.State != suppress.Hidden {
			out.masked = append(out.masked, i)
		}
	}
	return out
}

func without(cells []int, drop ...int) []int {
	gone := map[int]bool{}
	for _, d := range drop {
		gone[d] = true
	}
	var out []int
	for _, c := range cells {
		if !gone[c] {
			out = append(out, c)
		}
	}
	return out
}

func describe(s *suppress.System, extras []suppress.Extra) string {
	out := ""
	for i, c := range s.Cells {
		out += fmt.Sprintf("%d: %+v\n", i, c)
	}
	for _, e := range s.Equations {
		out += fmt.Sprintln(e)
	}
	return out + fmt.Sprint(extras)
}

// rounds is how often a random test is repeated: often when proofs are asked for.
func rounds(short, long int) int {
	if os.Getenv("EPSQL_PROVE") != "" {
		return long
	}
	return short
}
