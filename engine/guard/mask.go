package guard

import (
	"fmt"

	"epsql/catalog"
)

// Masking is pure: counts of units in, verdicts out.

// The reasons besides small units, as bits of a mask. The lower bits are those
// of the units.
const (
	dominance uint8 = 1 << (5 + iota) // one or few units make up the amount
	secondary                         // could be worked out from other cells of the request
	history                           // could be worked out with an earlier release
)

// maxUnitBit is the bit that the last units of a catalogue share.
const maxUnitBit = 4

// rules is what a channel asks of a cell.
type rules struct {
	threshold int64
	// zeroSafe: a cell behind which nobody stands may be shown.
	zeroSafe bool
	// dominance is the rule for amounts, nil when there is none.
	dominance *catalog.Dominance
	// bit of each unit in a mask, by unit id.
	bit map[string]uint8
}

func rulesOf(c *catalog.Catalog, ch *catalog.Channel) rules {
	r := rules{threshold: int64(ch.Threshold), zeroSafe: ch.Zero == "publish", dominance: ch.Dominance, bit: map[string]uint8{}}
	for i, u := range c.Units {
		r.bit[u.ID] = 1 << min(i, maxUnitBit)
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
	for _, reason := range []struct {
		bit  uint8
		text string
	}{
		{dominance, "a few make up nearly all of the amount"},
		{secondary, "could be worked out from other cells"},
		{history, "could be worked out with an earlier release"},
	} {
		if mask&reason.bit != 0 {
			out = append(out, reason.text)
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

// judge reads the counts of one group in the order of leaf.readings and writes
// the mask of every cell, 0 where it is shown. It tells whether the row may be
// listed at all.
func (l *leaf) judge(r rules, counts []int64, checks, masks []uint8) (listed bool) {
	listed = true
	var group uint8
	next := func() int64 { n := counts[0]; counts = counts[1:]; return n }
	for _, u := range l.units {
		bad := r.inside(u, next())
		group |= bad
		listed = listed && bad == 0
	}
	for i, c := range l.checks {
		checks[i] = 0
		for _, u := range l.counted(c) {
			if n := next(); n != 0 || !c.spare {
				checks[i] |= r.inside(u, n)
			}
			if c.twoSided {
				checks[i] |= r.outside(u, next(), c.full)
			}
		}
	}
	for i, c := range l.cells {
		m := group
		for _, k := range c.checks {
			m |= checks[k]
		}
		masks[i] = first(m)
	}
	return listed
}

// first is the first reason of a mask: the others may depend on what it hides.
func first(mask uint8) uint8 { return mask & -mask }

// worst is the mask of a row behind which nobody may stand.
func (l *leaf) worst(r rules) uint8 {
	var out uint8
	for _, u := range l.units {
		if !u.bits {
			out |= r.bit[u.unit]
		}
	}
	return first(out)
}
