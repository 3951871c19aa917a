package guard

import (
	"math/big"
	"slices"
)

// Some cells of a row are sums of others: a total of its parts, a count of those
// with and without. Who sees enough rows finds out, so it is found out here: a
// relation that holds on every row is taken for one.

// identity is a combination of cells of a row that is always zero; the first
// cell has the factor one.
type tie []addend

type addend struct {
	cell   int
	factor int64
}

// maxParts bounds how many cells an identity adds up, maxCells of how many cells
// sums of three are looked for.
const (
	maxParts = 3
	maxCells = 24
)

// identities finds, for each cell that adds up, the shortest sums and differences
// of other cells that it equals on every row.
func identities(rows [][]*big.Int, cells []int) []tie {
	var out []tie
	if len(rows) == 0 {
		return nil
	}
	f := finder{rows: rows, found: map[string]bool{}}
	for size := 1; size <= maxParts && (size < maxParts || len(cells) <= maxCells); size++ {
		for i := range cells {
			f.extend(tie{{cells[i], 1}}, cells, 0, size)
		}
	}
	out = f.out
	return out
}

type finder struct {
	rows  [][]*big.Int
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
	if f.found[key] || !x.holds(f.rows) {
		return
	}
	f.found[key] = true
	f.out = append(f.out, x)
}

// key is the same for an identity whichever of its cells is put first.
func (x tie) key() string {
	y := slices.Clone(x)
	slices.SortFunc(y, func(a, b addend) int { return a.cell - b.cell })
	out := ""
	for _, p := range y {
		out += itoa(p.cell) + ":" + itoa(int(p.factor*y[0].factor)) + " "
	}
	return out
}

// holds tells whether x is zero on every row, and not only because all of its
// cells always are.
func (x tie) holds(rows [][]*big.Int) bool {
	nonzero := false
	var n big.Int
	for _, r := range rows {
		n.SetInt64(0)
		for _, p := range x {
			if p.factor > 0 {
				n.Add(&n, r[p.cell])
			} else {
				n.Sub(&n, r[p.cell])
			}
			nonzero = nonzero || r[p.cell].Sign() != 0
		}
		if n.Sign() != 0 {
			return false
		}
	}
	return nonzero
}
