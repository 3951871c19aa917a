package suppress

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// move is a direction in whole numbers, smallest ones.
type move map[int32]int64

// whole reads a direction back from its residues; false when its numbers are
// not small fractions.
func (d direction) whole() (move, bool) {
	out := make(move, len(d.moves))
	scale := int64(1)
	dens := make(map[int32]int64, len(d.moves))
	for i, v := range d.moves {
		n, den, ok := rational(v)
		if !ok {
			return nil, false
		}
		out[i], dens[i] = n, den
		if scale = scale / gcd(scale, den) * den; scale > maxRational {
			return nil, false
		}
	}
	common := int64(0)
	for i := range out {
		out[i] *= scale / dens[i]
		common = gcd(common, abs(out[i]))
	}
	for i := range out {
		out[i] /= common
	}
	return out, true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// cramped are the small counts that have too little room within the bounds of
// counts, and those for whose sake cells were masked that have one value left.
// That depends on shown values alone where the part is small enough to be looked
// at whole: the room is the interval that they allow. Elsewhere a count may be
// found cramped that is not.
func (c *component) cramped() map[int32]bool {
	r := c.room()
	out := map[int32]bool{}
	for _, i := range c.small {
		if c.cell(i).Count && r.short(i, c.need(i)) {
			out[i] = true
		}
	}
	for _, i := range c.candidates {
		if c.masked[i] && c.cell(i).Count && r.short(i, 1) {
			for _, d := range c.directions {
				if d.moves[i] != 0 {
					out[d.small] = true
				}
			}
		}
	}
	return out
}

// room is what is known of the intervals of counts.
type room struct {
	*component
	moves    []move
	touching map[int32][]int // by cell: the moves that change it
	sure     map[int32]int64 // how far each cell can certainly move
	all      *polytope       // nil until it is needed
}

func (c *component) room() *room {
	r := &room{component: c, touching: map[int32][]int{}, sure: map[int32]int64{}}
	for _, d := range c.directions {
		m, ok := d.whole()
		if !ok {
			continue
		}
		low, high := c.along(m)
		for i, z := range m {
			r.touching[i] = append(r.touching[i], len(r.moves))
			r.sure[i] = max(r.sure[i], abs(z)*min(high-low, far))
		}
		r.moves = append(r.moves, m)
	}
	return r
}

// short tells whether the interval of a count is shorter than need.
func (r *room) short(i int32, need int64) bool {
	if r.sure[i] >= need {
		return false
	}
	if r.all == nil {
		r.all = r.whole()
	}
	p := r.all
	if !p.known {
		if r.programs++; r.programs > maxPrograms {
			return true
		}
		p = r.near(i)
	}
	return p.width(i) < float64(need)-1e-6
}

func (c *component) cell(i int32) *Cell { return &c.system.Cells[c.cells[i]] }

// need is how far apart the ends of a small count's interval must be: one more
// than wider than the limit, so that a count that has not got it, which shows in
// that more is masked, still has several values.
func (c *component) need(i int32) int64 {
	x := c.cell(i)
	need := c.limits.Width + 2
	if x.High >= 0 {
		need = min(need, x.High-x.Low)
	}
	return need
}

// far stands for no bound.
const far = math.MaxInt32

// along is how many steps may be taken along m, backward and forward, until a
// count leaves its bounds.
func (c *component) along(m move) (low, high int64) {
	low, high = -far, far
	for i, z := range m {
		x := c.cell(i)
		if !x.Count {
			continue
		}
		down, up := max(x.Value-x.Low, 0), int64(far)
		if x.High >= 0 {
			up = max(x.High-x.Value, 0)
		}
		if z < 0 {
			down, up, z = up, down, -z
		}
		if down < far {
			low = max(low, -(down / z))
		}
		if up < far {
			high = min(high, up/z)
		}
	}
	return low, high
}

// polytope is values that the masked counts may have, as far as shown values and
// bounds tell: the true ones plus steps along moves.
type polytope struct {
	component *component
	moves     []move
	cells     []int32 // the counts that move
	known     bool    // false: too large to be looked at
}

// The largest polytope that is looked at, and how many moves are where the whole
// is larger.
const (
	maxMoves  = 60
	maxMoving = 300
	maxNear   = 16
	// maxPrograms bounds how many counts are looked at there; the others are taken
	// to be cramped.
	maxPrograms = 2000
)

// add takes a move in.
func (p *polytope) add(m move) {
	p.moves = append(p.moves, m)
	for i := range m {
		if p.component.cell(i).Count && !slices.Contains(p.cells, i) {
			p.cells = append(p.cells, i)
		}
	}
	slices.Sort(p.cells)
	p.known = len(p.moves) <= maxMoves && len(p.cells) <= maxMoving
}

// whole has all changes of the cells that are not shown.
func (c *component) whole() *polytope {
	p := &polytope{component: c}
	if len(c.small)+len(c.masked)+len(c.hidden) > maxMoving {
		return p
	}
	directions, ok := c.freedom()
	if !ok {
		return p
	}
	for _, d := range directions {
		m, ok := d.whole()
		if !ok {
			return &polytope{}
		}
		if p.add(m); !p.known {
			return p
		}
	}
	return p
}

// near has some changes of a small cell and of cells that move with it.
func (r *room) near(i int32) *polytope {
	p := &polytope{component: r.component}
	taken := map[int]bool{}
	for next, seen := []int32{i}, map[int32]bool{i: true}; len(next) > 0; next = next[1:] {
		for _, k := range r.touching[next[0]] {
			if taken[k] {
				continue
			}
			before := *p
			before.cells = slices.Clone(p.cells)
			if p.add(r.moves[k]); !p.known || len(p.moves) > maxNear {
				return &before
			}
			taken[k] = true
			// Cells that few moves change are nearer.
			for _, j := range slices.SortedFunc(maps.Keys(r.moves[k]), func(a, b int32) int {
				return cmp.Or(cmp.Compare(len(r.touching[a]), len(r.touching[b])), cmp.Compare(a, b))
			}) {
				if !seen[j] {
					seen[j] = true
					next = append(next, j)
				}
			}
		}
	}
	return p
}

// width is the length of the interval of a count.
func (p *polytope) width(i int32) float64 {
	if !p.known {
		return 0
	}
	goal := make([]float64, len(p.moves))
	back := make([]float64, len(p.moves))
	for k, m := range p.moves {
		goal[k], back[k] = float64(m[i]), -float64(m[i])
	}
	var rows [][]float64
	var limits []float64
	for _, j := range p.cells {
		x := p.component.cell(j)
		up, down := make([]float64, len(p.moves)), make([]float64, len(p.moves))
		for k, m := range p.moves {
			up[k], down[k] = float64(m[j]), -float64(m[j])
		}
		rows, limits = append(rows, down), append(limits, float64(max(x.Value-x.Low, 0)))
		if x.High >= 0 {
			rows, limits = append(rows, up), append(limits, float64(max(x.High-x.Value, 0)))
		}
	}
	return maximum(goal, rows, limits) + maximum(back, rows, limits)
}

// maximum of goal*t where rows*t <= limits, t free, limits not negative: the
// simplex method from t = 0, by Bland's rule.
func maximum(goal []float64, rows [][]float64, limits []float64) float64 {
	const epsilon = 1e-9
	n := len(goal) + 1 // t = t' - s, all of them not negative
	table := make([][]float64, len(rows)+1)
	widen := func(row []float64, limit float64) []float64 {
		out := make([]float64, n+1)
		for j, v := range row {
			out[j] = v
			out[n-1] -= v
		}
		out[n] = limit
		return out
	}
	for i, r := range rows {
		table[i] = widen(r, limits[i])
	}
	last := len(rows)
	table[last] = widen(goal, 0)
	labels := make([]int, n+len(rows)) // columns, then rows: the variable that stands there
	for i := range labels {
		labels[i] = i
	}
	for {
		column := -1
		for j := range n {
			if table[last][j] > epsilon && (column < 0 || labels[j] < labels[column]) {
				column = j
			}
		}
		if column < 0 {
			return -table[last][n]
		}
		row := -1
		for i := range last {
			if table[i][column] <= epsilon {
				continue
			}
			if row < 0 {
				row = i
				continue
			}
			a, b := table[i][n]/table[i][column], table[row][n]/table[row][column]
			if a < b-epsilon || a <= b+epsilon && labels[n+i] < labels[n+row] {
				row = i
			}
		}
		if row < 0 {
			return math.Inf(1)
		}
		pivot(table, row, column)
		labels[column], labels[n+row] = labels[n+row], labels[column]
	}
}

// pivot exchanges the variable of a column with that of a row.
func pivot(table [][]float64, row, column int) {
	p := table[row][column]
	for j := range table[row] {
		table[row][j] /= p
	}
	table[row][column] = 1 / p
	for i := range table {
		f := table[i][column]
		if i == row || f == 0 {
			continue
		}
		for j := range table[i] {
			if j != column {
				table[i][j] -= f * table[row][j]
			}
		}
		table[i][column] = -f / p
	}
}
