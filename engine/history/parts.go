package history

import (
	"cmp"
	"maps"
	"slices"
)

// parted finds an earlier release whose cells, however many they are, are the
// parts of s but for fewer than k persons: a total less its parts. It is asked
// where there are too many sets to search all their combinations.
func (p *past) parted(s Set, shared []int32, k int) []int32 {
	if s.Values != nil {
		return nil
	}
	inside, covered := map[int64][]int32{}, map[int64]int{}
	for i, n := range shared {
		if n > 0 && int(n) > p.sizes[i]-k && p.sets[i].Values == nil {
			e := p.sets[i].Entry
			inside[e] = append(inside[e], int32(i)) //nolint:gosec // fewer sets than 2^31
			covered[e] += int(n)
		}
	}
	for _, e := range slices.Sorted(maps.Keys(inside)) {
		if covered[e] <= s.size()-k {
			continue
		}
		parts, left := p.disjoint(inside[e]), s.size()
		for _, i := range parts {
			left += p.sizes[i] - 2*int(shared[i])
		}
		if 0 < left && left < k {
			return parts
		}
	}
	return nil
}

// disjoint takes sets that share nobody, the largest first.
func (p *past) disjoint(sets []int32) []int32 {
	slices.SortStableFunc(sets, func(x, y int32) int { return cmp.Compare(p.sizes[y], p.sizes[x]) })
	p.taken.begin(len(p.atoms.of))
	var out []int32
	for _, i := range sets {
		free := true
		each(p.sets[i].Members, func(_ int, persons []uint32) {
			free = free && !slices.ContainsFunc(persons, p.taken.has)
		})
		if !free {
			continue
		}
		each(p.sets[i].Members, func(_ int, persons []uint32) {
			for _, n := range persons {
				p.taken.add(n)
			}
		})
		out = append(out, i)
	}
	return out
}

// shared counts the persons of a cut set in every earlier set.
func (p *past) shared(c cut) []int32 {
	out := make([]int32, len(p.sets))
	p.atoms.count(c, out)
	return out
}

// within counts the persons that every earlier set shares with one of them; of
// many persons it asks some, evenly. It is kept: many sets lie in the same total.
func (p *past) within(holder int32) []int32 {
	if p.inside == nil {
		p.inside = map[int32][]int32{}
	}
	s := p.sets[holder]
	step := s.size()/maxWalk + 1
	out, known := p.inside[holder]
	if !known {
		out = p.walk(s, step)
	}
	for i := len(out); i < len(p.sets); i++ {
		out = append(out, int32(p.sets[i].Members.AndCardinality(s.Members))/int32(step)) //nolint:gosec // fewer persons than 2^31
	}
	p.inside[holder] = out
	return out
}

// walk counts the sets of every so many persons.
func (p *past) walk(s Set, step int) []int32 {
	out := make([]int32, len(p.sets))
	var met cut
	each(s.Members, func(from int, persons []uint32) {
		met = met[:0]
		for i := (step - from%step) % step; i < len(persons); i += step {
			met = append(met, part{side{p.atoms.of[persons[i]], 1}, 1})
		}
		p.atoms.count(met, out)
	})
	return out
}
