package history

import (
	"cmp"
	"slices"
)

// MaxSystem bounds the earlier sets whose combinations with a new one are
// searched completely.
const MaxSystem = 256

const (
	firstEquations = 512     // of the new set, to begin with
	newEquations   = 64      // added when coefficients fail elsewhere
	outsideEach    = 4       // of every earlier set, to begin with
	maxHolders     = 4       // smallest sets that hold the new one, whose parts are looked for
	maxWalk        = 1 << 21 // persons and list entries visited to find them
)

// spanning looks for a combination of a new set with earlier ones that leaves
// fewer than k persons.
type spanning struct {
	past  *past
	set   Set
	cut   cut
	inCut map[uint32]int // place of an atom in cut
	sets  []int32        // the unknowns: their coefficients are asked
	place map[int32]int32
	asked map[side]bool
	sys   system
}

// side is the persons of an atom in the new set, or those outside.
type side struct {
	atom   uint32
	inside bool
}

// span tells which earlier sets combine with s to fewer than k persons. In doubt
// it says that some do.
func (p *past) span(s Set, c cut, k int) (sets []int32, bad bool) {
	z := &spanning{past: p, set: s, cut: c, place: map[int32]int32{}, asked: map[side]bool{}, inCut: make(map[uint32]int, len(c.atoms))}
	for i, a := range c.atoms {
		z.inCut[a] = i
	}
	z.sets = z.related()
	for i, set := range z.sets {
		z.place[set] = int32(i) //nolint:gosec // at most MaxSystem
	}
	z.sys.unknowns = len(z.sets)
	z.begin()
	coefficients, left, found := z.search(k - 1)
	if found == none || found == some && left == 0 {
		return nil, false
	}
	// A set that others add up to exactly tells nothing new.
	if _, left, exact := z.search(0); exact == some && left == 0 {
		return nil, false
	}
	for i, c := range coefficients {
		if c != 0 {
			sets = append(sets, z.sets[i])
		}
	}
	return sets, true
}

// search solves what was asked so far and asks where the solution fails, until
// nothing is left to ask.
func (z *spanning) search(budget int) (coefficients []uint64, left int, found answer) {
	for {
		coefficients, found = z.sys.solve(budget)
		if found != some {
			return nil, 0, found
		}
		fails := z.failures(coefficients)
		left = 0
		for _, f := range fails {
			left += f.weight
		}
		if left <= budget {
			return coefficients, left, some
		}
		slices.SortStableFunc(fails, func(x, y failure) int { return cmp.Compare(y.weight, x.weight) })
		asked := 0
		for _, f := range fails {
			if asked < newEquations && z.ask(f.side, f.weight) {
				asked++
			}
		}
	}
}

// ask adds the equation of a side; false when it was asked before.
func (z *spanning) ask(s side, weight int) bool {
	if z.asked[s] || weight <= 0 {
		return false
	}
	z.asked[s] = true
	e := equation{inside: s.inside, weight: weight}
	z.past.atoms.sets(s.atom, func(set int32) {
		if i, ok := z.place[set]; ok {
			e.sets = append(e.sets, i)
		}
	})
	z.sys.equations = append(z.sys.equations, e)
	return true
}

// begin asks for the heaviest sides in and around the new set, and for some
// atoms of every earlier one.
func (z *spanning) begin() {
	var sides []failure
	for i, a := range z.cut.atoms {
		sides = append(sides, failure{side{a, true}, z.cut.in[i]})
		if a != 0 {
			sides = append(sides, failure{side{a, false}, z.cut.out[i]})
		}
	}
	slices.SortStableFunc(sides, func(x, y failure) int { return cmp.Compare(y.weight, x.weight) })
	for _, f := range sides[:min(len(sides), firstEquations)] {
		z.ask(f.side, f.weight)
	}
	atoms := &z.past.atoms
	for _, set := range z.sets {
		found := 0
		it := z.past.sets[set].Members.ManyIterator()
		block := make([]uint32, 256)
		for _, n := range block[:it.NextMany(block)] {
			a := atoms.of[n]
			if _, in := z.inCut[a]; !in && z.ask(side{a, false}, atoms.size[a]) {
				if found++; found == outsideEach {
					break
				}
			}
		}
	}
}

type failure struct {
	side   side
	weight int
}

// failures are the sides whose equations do not hold: the persons that remain
// in the combination.
func (z *spanning) failures(coefficients []uint64) []failure {
	atoms := &z.past.atoms
	var out []failure
	sum := func(a uint32) (v uint64) {
		atoms.sets(a, func(set int32) {
			if i, ok := z.place[set]; ok {
				v = plus(v, coefficients[i])
			}
		})
		return v
	}
	note := func(s side, weight int) {
		if weight > 0 {
			out = append(out, failure{s, weight})
		}
	}
	for i, a := range z.cut.atoms {
		v := sum(a)
		if v != 1 {
			note(side{a, true}, z.cut.in[i])
		}
		if v != 0 {
			note(side{a, false}, z.cut.out[i])
		}
	}
	seen := map[uint32]bool{}
	for i, c := range coefficients {
		if c == 0 {
			continue
		}
		each(z.past.sets[z.sets[i]].Members, func(persons []uint32) {
			for _, n := range persons {
				a := atoms.of[n]
				if _, in := z.inCut[a]; in || seen[a] {
					continue
				}
				seen[a] = true
				if sum(a) != 0 {
					note(side{a, false}, atoms.size[a])
				}
			}
		})
	}
	return out
}

// related are the sets whose coefficients are asked: all, or the nearest.
func (z *spanning) related() []int32 {
	p := z.past
	if len(p.sets) <= MaxSystem {
		return p.near.all()
	}
	size := int(z.set.Members.GetCardinality()) //nolint:gosec // fewer persons than 2^31
	shared := make([]int, len(p.sets))
	walk := 0
	for i, a := range z.cut.atoms {
		p.atoms.sets(a, func(set int32) {
			shared[set] += z.cut.in[i]
			walk++
		})
	}
	r := &ranking{past: p, chosen: map[int32]bool{}, walk: walk}
	r.take(shared, func(set int32) float64 { return float64(shared[set]) / float64(min(p.sizes[set], size)) }, MaxSystem/2)
	// The parts of what holds the set may make up the rest of it.
	for _, holder := range r.holders(shared, size) {
		within := r.within(holder)
		r.take(within, func(set int32) float64 { return float64(within[set]) / float64(p.sizes[set]) }, MaxSystem)
	}
	return r.sets
}

type ranking struct {
	past   *past
	sets   []int32
	chosen map[int32]bool
	walk   int
}

// take chooses the sets with the highest scores among those that share persons,
// until most are chosen.
func (r *ranking) take(shared []int, score func(int32) float64, most int) {
	var touched []int32
	for set, n := range shared {
		if n > 0 && !r.chosen[int32(set)] { //nolint:gosec // fewer sets than 2^31
			touched = append(touched, int32(set)) //nolint:gosec // fewer sets than 2^31
		}
	}
	slices.SortStableFunc(touched, func(x, y int32) int { return cmp.Compare(score(y), score(x)) })
	for _, set := range touched {
		if len(r.sets) >= most {
			return
		}
		r.sets, r.chosen[set] = append(r.sets, set), true
	}
}

// holders are the smallest sets that hold nearly all of the new one.
func (r *ranking) holders(shared []int, size int) []int32 {
	var out []int32
	for set, n := range shared {
		if n > 0 && n+r.past.strict > size && r.past.sizes[set] > size {
			out = append(out, int32(set)) //nolint:gosec // fewer sets than 2^31
		}
	}
	slices.SortStableFunc(out, func(x, y int32) int { return cmp.Compare(r.past.sizes[x], r.past.sizes[y]) })
	return out[:min(len(out), maxHolders)]
}

// within counts the persons that the sets share with a holder, as far as the
// walk goes.
func (r *ranking) within(holder int32) []int {
	atoms := &r.past.atoms
	shared := make([]int, len(r.past.sets))
	seen := map[uint32]bool{}
	each(r.past.sets[holder].Members, func(persons []uint32) {
		for _, n := range persons {
			a := atoms.of[n]
			if r.walk++; r.walk > maxWalk || seen[a] {
				continue
			}
			seen[a] = true
			atoms.sets(a, func(set int32) {
				shared[set] += atoms.size[a]
				r.walk++
			})
		}
	})
	return shared
}
