package history

import (
	"cmp"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// parted finds an earlier release whose cells, however many they are, are the
// parts of s but for fewer than k persons: a total less its parts. It is asked
// where there are too many sets to search all their combinations.
func (p *past) parted(s Set, c cut, k int) []int32 {
	if s.Values != nil {
		return nil
	}
	inside := map[int64][]int32{}
	for i, n := range p.shared(c) {
		if n > 0 && n > p.sizes[i]-k && p.sets[i].Values == nil {
			e := p.sets[i].Entry
			inside[e] = append(inside[e], int32(i)) //nolint:gosec // fewer sets than 2^31
		}
	}
	for _, e := range slices.Sorted(maps.Keys(inside)) {
		parts, union := p.disjoint(inside[e])
		both := s.Members.AndCardinality(union)
		left := s.size() + int(union.GetCardinality()) - 2*int(both) //nolint:gosec // fewer persons than 2^31
		if 0 < left && left < k {
			return parts
		}
	}
	return nil
}

// disjoint takes sets that share nobody, the largest first.
func (p *past) disjoint(sets []int32) ([]int32, *roaring.Bitmap) {
	slices.SortStableFunc(sets, func(x, y int32) int { return cmp.Compare(p.sizes[y], p.sizes[x]) })
	union := roaring.New()
	var out []int32
	for _, i := range sets {
		if m := p.sets[i].Members; !union.Intersects(m) {
			union.Or(m)
			out = append(out, i)
		}
	}
	return out, union
}

// shared counts the persons of a cut set in every earlier set.
func (p *past) shared(c cut) []int {
	out := make([]int, len(p.sets))
	for _, part := range c {
		if part.value != 0 {
			p.atoms.sets(part.atom, func(set int32, _ uint64) { out[set] += part.weight })
		}
	}
	return out
}
