package suppress_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"epsql/engine/guard/suppress"
)

// An attacker has what was exported and nothing else: the shown numbers, where
// cells are masked and for which reason, and which cells add up to which. He
// solves linear programs. Nothing of package suppress is used here.

// export is what leaves.
type export struct {
	sums  [][]int // a total and its parts
	cells []exported
}

// exported is a cell: a number, or masked as small (fewer than the threshold) or
// for the sake of others (at least the threshold).
type exported struct {
	shown bool
	value int64
	small bool
}

func exportOf(s *suppress.System, extras []suppress.Extra) export {
	var out export
	for _, c := range s.Cells {
		out.cells = append(out.cells, exported{shown: c.State == suppress.Shown, small: c.State == suppress.Small, value: c.Value})
	}
	for _, e := range extras {
		out.cells[e.Cell].shown = false
	}
	for i := range out.cells {
		if !out.cells[i].shown {
			out.cells[i].value = -1
		}
	}
	for _, e := range s.Equations {
		var cells []int
		for _, t := range e {
			cells = append(cells, t.Cell)
		}
		out.sums = append(out.sums, cells)
	}
	return out
}

// attacker solves for masked cells: columns are masked cells less their lowest
// value, then the slack of each small cell below its highest.
type attacker struct {
	masked  []int
	low     []float64
	rows    *mat.Dense
	right   []float64
	columns int
	seen    [][2]float64 // lowest and highest value met, by masked cell
}

func newAttacker(x export) *attacker {
	a := &attacker{}
	column := map[int]int{}
	small := 0
	for i, c := range x.cells {
		if c.shown {
			continue
		}
		column[i] = len(a.masked)
		a.masked = append(a.masked, i)
		low := float64(threshold)
		if c.small {
			low = 0
			small++
		}
		a.low = append(a.low, low)
		a.seen = append(a.seen, [2]float64{math.Inf(1), math.Inf(-1)})
	}
	a.columns = len(a.masked) + small
	var rows [][]*big.Rat // one more column: the right side
	for _, e := range x.sums {
		row := zeros(a.columns + 1)
		for k, cell := range e {
			sign := int64(-1)
			if k == 0 {
				sign = 1
			}
			if j, ok := column[cell]; ok {
				add(row[j], sign)
				add(row[a.columns], -sign*int64(a.low[j]))
			} else {
				add(row[a.columns], -sign*x.cells[cell].value)
			}
		}
		rows = append(rows, row)
	}
	slack := len(a.masked)
	for j, cell := range a.masked {
		if x.cells[cell].small {
			row := zeros(a.columns + 1)
			add(row[j], 1)
			add(row[slack], 1)
			add(row[a.columns], threshold-1)
			rows = append(rows, row)
			slack++
		}
	}
	a.set(independent(rows))
	return a
}

func zeros(n int) []*big.Rat {
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = new(big.Rat)
	}
	return out
}

func add(r *big.Rat, n int64) { r.Add(r, new(big.Rat).SetInt64(n)) }

// independent are the rows in echelon form without those that are zero: the
// solver wants full rank.
func independent(rows [][]*big.Rat) [][]*big.Rat {
	r := 0
	for j := 0; len(rows) > 0 && j < len(rows[0])-1 && r < len(rows); j++ {
		p := r
		for p < len(rows) && rows[p][j].Sign() == 0 {
			p++
		}
		if p == len(rows) {
			continue
		}
		rows[r], rows[p] = rows[p], rows[r]
		for i := range rows {
			if i == r || rows[i][j].Sign() == 0 {
				continue
			}
			f := new(big.Rat).Quo(rows[i][j], rows[r][j])
			for k := j; k < len(rows[i]); k++ {
				if rows[r][k].Sign() != 0 {
					rows[i][k].Sub(rows[i][k], new(big.Rat).Mul(f, rows[r][k]))
				}
			}
		}
		r++
	}
	return rows[:r]
}

func (a *attacker) set(rows [][]*big.Rat) {
	if len(rows) == 0 {
		return
	}
	a.rows = mat.NewDense(len(rows), a.columns, nil)
	for i, row := range rows {
		for j := range a.columns {
			v, _ := row[j].Float64()
			a.rows.Set(i, j, v)
		}
		v, _ := row[a.columns].Float64()
		a.right = append(a.right, v)
	}
}

// solve minimises or maximises a masked cell and notes all values of the
// solution.
func (a *attacker) solve(j int, sign float64) error {
	goal := make([]float64, a.columns)
	goal[j] = sign
	_, x, err := lp.Simplex(goal, a.rows, a.right, 1e-9, nil)
	if errors.Is(err, lp.ErrUnbounded) {
		a.seen[j][1] = math.Inf(1)
		return nil
	}
	if err != nil {
		return err
	}
	for k := range a.masked {
		a.seen[k][0] = min(a.seen[k][0], x[k]+a.low[k])
		a.seen[k][1] = max(a.seen[k][1], x[k]+a.low[k])
	}
	return nil
}

// open tells whether a masked cell was met with two values.
func (a *attacker) open(j int) bool { return a.seen[j][1]-a.seen[j][0] > 1-1e-6 }

// attack gives the masked cells that are solved.
func (a *attacker) attack() ([]int, error) {
	if a.rows == nil {
		return nil, nil
	}
	if r, c := a.rows.Dims(); r == c {
		return a.masked, nil // one solution
	}
	var solved []int
	for j := range a.masked {
		for _, sign := range []float64{1, -1} {
			if !a.open(j) {
				if err := a.solve(j, sign); err != nil {
					return nil, err
				}
			}
		}
		if !a.open(j) {
			solved = append(solved, a.masked[j])
		}
	}
	return solved, nil
}

// TestTheAttackerSolvesUnprotectedTables: what is found by this attacker when
// nothing but the small cells is masked shows that he can attack.
func TestTheAttackerSolvesUnprotectedTables(t *testing.T) {
	x := export{
		sums:  [][]int{{0, 1, 2, 3}, {4, 5, 6}},
		cells: []exported{{true, 32, false}, {small: true, value: -1}, {true, 10, false}, {true, 20, false}, {true, 4, false}, {small: true, value: -1}, {value: -1}},
	}
	solved, err := newAttacker(x).attack()
	if err != nil || fmt.Sprint(solved) != "[1 5 6]" {
		t.Fatalf("solved %v (%v): cell 1 is 32 - 10 - 20; 5 is none, since 6 is at least 4", solved, err)
	}
}

// TestTheAttackerSolvesNothing: random tables of one to three dimensions, flat
// and grouped, with all margins. EPSQL_PROVE=1 makes it 10 000 of them.
func TestTheAttackerSolvesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	tables, cells, small, extra, failed, before, told := 0, 0, 0, 0, 0, 0, 0
	for tables < rounds(200, 10000) {
		w := randomWorld(r, 90)
		extras := w.system.Protect(suppress.Limits{})
		x := setsOf(&w.system, extras)
		if len(x.small) == 0 {
			continue
		}
		if tables%20 == 0 {
			if bare, err := newAttacker(exportOf(&w.system, nil)).attack(); err == nil && len(bare) > 0 {
				before++
			}
		}
		solved, err := newAttacker(exportOf(&w.system, extras)).attack()
		if err != nil {
			failed++
			continue
		}
		if len(x.unknown) == len(x.all) {
			// Nothing is shown: what is solved is so by the reasons of masks alone,
			// which are told to this attacker cell by cell and to nobody else.
			told += len(solved)
			solved = nil
		}
		for _, c := range solved {
			t.Errorf("cell %d is solved\n%s", c, describe(&w.system, extras))
		}
		tables, cells, small, extra = tables+1, cells+len(x.all), small+len(x.small), extra+len(extras)
	}
	t.Logf("%d tables of %d cells, %d small and %d masked besides: the solver gave up on %d more; with the small cells masked alone, %d of %d were solved; %d cells are told by reasons alone",
		tables, cells, small, extra, failed, before, (tables+19)/20, told)
	if failed > tables/50 {
		t.Errorf("the solver gave up on %d tables", failed)
	}
}
