package guard

import (
	"fmt"

	"epsql/catalog"
)

// Masking is pure: counts of units in, verdicts out.

// rules is what a channel asks of a cell.
type rules struct {
	threshold int64
	// zeroSafe: a cell behind which nobody stands may be shown.
	zeroSafe bool
	// bit of each unit in a mask, by unit id.
	bit map[string]uint8
}

func rulesOf(c *catalog.Catalog, ch *catalog.Channel) rules {
	r := rules{threshold: int64(ch.Threshold), zeroSafe: ch.Zero == "publish", bit: map[string]uint8{}}
	for i, u := range c.Units {
		r.bit[u.ID] = 1 << min(i, 7)
	}
	return r
}

// describe names the rule of each bit in a mask.
func (r rules) describe(mask uint8) []string {
	var out []string
	for unit, bit := range r.bit {
		if mask&bit != 0 {
			out = append(out, fmt.Sprintf("fewer than %d %ss", r.threshold, unit))
		}
	}
	return out
}

// inside is the verdict on the units that a cell counts.
func (r rules) inside(u unitRef, n int64) uint8 {
	if n >= r.threshold || n == 0 && (r.zeroSafe || !u.must) {
		return 0
	}
	return r.bit[u.unit]
}

// outside is the verdict on the units that a condition leaves out: few are as
// bad as few inside; none tells that all are inside.
func (r rules) outside(u unitRef, n int64, full bool) uint8 {
	if n >= r.threshold || n == 0 && (r.zeroSafe || !full || u.bits) {
		return 0
	}
	return r.bit[u.unit]
}

// verdict is what may be shown of one group.
type verdict struct {
	listed bool
	cells  []uint8 // mask bits per cell, 0 = shown
}

// judge reads the counts of one group in the order of leaf.selectList.
func (l *leaf) judge(r rules, counts []int64) verdict {
	v := verdict{listed: true, cells: make([]uint8, len(l.cells))}
	var group uint8
	next := func() int64 { n := counts[0]; counts = counts[1:]; return n }
	for _, u := range l.units {
		bad := r.inside(u, next())
		group |= bad
		// The owners of the rows decide whether the row is there at all.
		if bad != 0 && !u.bits {
			v.listed = false
		}
	}
	checks := make([]uint8, len(l.checks))
	for i, c := range l.checks {
		for _, u := range l.counted(c) {
			checks[i] |= r.inside(u, next())
			if c.twoSided {
				checks[i] |= r.outside(u, next(), c.full)
			}
		}
	}
	for i, c := range l.cells {
		v.cells[i] = group
		for _, k := range c.checks {
			v.cells[i] |= checks[k]
		}
	}
	return v
}

// worst is the mask of a row behind which nobody may stand.
func (l *leaf) worst(r rules) uint8 {
	var out uint8
	for _, u := range l.units {
		if !u.bits {
			out |= r.bit[u.unit]
		}
	}
	return out
}
