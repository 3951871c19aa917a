package history

import (
	"cmp"
	"slices"

	"epsql/engine/field"
)

// MaxSystem bounds the earlier sets whose combinations with a new one are all
// searched. Of more sets the nearest are taken.
const MaxSystem = 256

const (
	nearest        = 64      // sets, of more than are all searched
	firstEquations = 512     // of the new set, to begin with
	outsideEach    = 2       // of every earlier set, to begin with
	newEquations   = 64      // added when coefficients fail elsewhere
	maxHolders     = 4       // smallest sets that hold the new one, whose parts are looked for
	maxWalk        = 1 << 19 // persons and list entries visited to find them
)

// spanning looks for a combination of a new set with earlier ones that leaves
// fewer than k persons.
type spanning struct {
	past  *past
	set   Set
	cut   cut
	inCut map[uint32]bool
	sets  []int32 // the unknowns: their coefficients are asked
	place []int32 // by set: of its coefficient; -1 when it is not asked
	asked map[side]bool
	sys   system
}

// span tells which earlier sets combine with s to fewer than k persons. In doubt
// it says that some do.
func (p *past) span(s Set, c cut, k int) (sets []int32, bad bool) {
	found := doubt
	if len(p.sets) > MaxSystem {
		if parts := p.parted(s, c, k); parts != nil {
			return parts, true
		}
	} else {
		sets, found = p.spanOf(s, c, k, MaxSystem)
	}
	if found == doubt {
		sets, found = p.spanOf(s, c, k, nearest)
	}
	return sets, found != none
}

// spanOf searches the combinations with at most so many sets.
func (p *past) spanOf(s Set, c cut, k, most int) ([]int32, answer) {
	z := &spanning{past: p, set: s, cut: c, place: make([]int32, len(p.sets)), asked: map[side]bool{}, inCut: make(map[uint32]bool, len(c))}
	for _, part := range c {
		z.inCut[part.atom] = true
	}
	z.sets = z.related(most)
	// The smallest sets come first: what they share with few others is then
	// eliminated without filling the system.
	slices.SortStableFunc(z.sets, func(x, y int32) int { return cmp.Compare(p.sizes[x], p.sizes[y]) })
	for i := range z.place {
		z.place[i] = -1
	}
	for i, set := range z.sets {
		z.place[set] = int32(i) //nolint:gosec // at most MaxSystem
	}
	z.sys.unknowns = len(z.sets)
	z.begin()
	coefficients, left, found := z.search(k - 1)
	if found == none || found == some && left == 0 {
		return nil, none
	}
	// A set that others add up to exactly tells nothing new.
	if _, left, exact := z.search(0); exact == some && left == 0 {
		return nil, none
	}
	var sets []int32
	for i, c := range coefficients {
		if c != 0 {
			sets = append(sets, z.sets[i])
		}
	}
	return sets, found
}

// search solves what was asked so far and asks where the solution fails, until
// nothing is left to ask.
func (z *spanning) search(budget int) (coefficients []uint64, left int, found answer) {
	for {
		coefficients, found = z.sys.solve(budget)
		if found != some {
			return nil, 0, found
		}
		fails := z.failures(coefficients, max(newEquations, budget))
		left = 0
		for _, f := range fails {
			left += f.weight
		}
		if left <= budget {
			return coefficients, left, some
		}
		slices.SortStableFunc(fails, func(x, y part) int { return cmp.Compare(y.weight, x.weight) })
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
	e := equation{value: s.value, weight: weight}
	z.past.atoms.sets(s.atom, func(set int32, value uint64) {
		if i := z.place[set]; i >= 0 {
			e.sets = append(e.sets, term{i, value})
		}
	})
	z.sys.equations = append(z.sys.equations, e)
	return true
}

// begin asks for the heaviest sides of the atoms that the new set meets, and for
// some atoms of every earlier set.
func (z *spanning) begin() {
	sides := slices.Clone(z.cut)
	slices.SortStableFunc(sides, func(x, y part) int { return cmp.Compare(y.weight, x.weight) })
	for _, p := range sides[:min(len(sides), firstEquations)] {
		z.ask(p.side, p.weight)
	}
	atoms := &z.past.atoms
	block := make([]uint32, 64)
	for _, set := range z.sets {
		found := 0
		for _, n := range block[:z.past.sets[set].Members.ManyIterator().NextMany(block)] {
			a := atoms.of[n]
			if !z.inCut[a] && z.ask(side{a, 0}, atoms.size[a]) {
				if found++; found == outsideEach {
					break
				}
			}
		}
	}
}

// failures are the sides whose equations do not hold: the persons that remain
// in the combination. It stops when there are more than most.
func (z *spanning) failures(coefficients []uint64, most int) []part {
	atoms := &z.past.atoms
	var out []part
	sum := func(a uint32) (v uint64) {
		atoms.sets(a, func(set int32, value uint64) {
			if i := z.place[set]; i >= 0 {
				v = field.Add(v, field.Mul(coefficients[i], value))
			}
		})
		return v
	}
	for _, p := range z.cut {
		if sum(p.atom) != p.value {
			out = append(out, p)
		}
	}
	seen := map[uint32]bool{}
	for i, c := range coefficients {
		if c == 0 || len(out) > most {
			continue
		}
		each(z.past.sets[z.sets[i]].Members, func(_ int, persons []uint32) {
			for _, n := range persons {
				a := atoms.of[n]
				if z.inCut[a] || len(out) > most || seen[a] {
					continue
				}
				seen[a] = true
				if sum(a) != 0 {
					out = append(out, part{side{a, 0}, atoms.size[a]})
				}
			}
		})
	}
	return out
}

// related are the sets whose coefficients are asked: all, or the nearest.
func (z *spanning) related(most int) []int32 {
	p := z.past
	if len(p.sets) <= most {
		return p.near.all()
	}
	size := z.set.size()
	shared := p.shared(z.cut)
	r := &ranking{past: p, chosen: map[int32]bool{}}
	near := func(set int32) float64 { return float64(shared[set]) / float64(min(p.sizes[set], size)) }
	r.take(shared, near, most/2)
	// The parts of what holds the set may make up the rest of it.
	for _, holder := range r.holders(shared, size) {
		within := r.within(holder)
		r.take(within, func(set int32) float64 { return float64(within[set]) / float64(p.sizes[set]) }, most)
	}
	r.take(shared, near, most)
	return r.sets
}

type ranking struct {
	past   *past
	sets   []int32
	chosen map[int32]bool
	walk   int
}

// take chooses the sets with the highest scores among those that share persons,
// the larger share first where scores are equal, until most are chosen.
func (r *ranking) take(shared []int, score func(int32) float64, most int) {
	var touched []int32
	for set, n := range shared {
		if n > 0 && !r.chosen[int32(set)] { //nolint:gosec // fewer sets than 2^31
			touched = append(touched, int32(set)) //nolint:gosec // fewer sets than 2^31
		}
	}
	slices.SortStableFunc(touched, func(x, y int32) int {
		return cmp.Or(cmp.Compare(score(y), score(x)), cmp.Compare(shared[y], shared[x]))
	})
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
	each(r.past.sets[holder].Members, func(_ int, persons []uint32) {
		for _, n := range persons {
			a := atoms.of[n]
			if r.walk++; r.walk > maxWalk || seen[a] {
				continue
			}
			seen[a] = true
			atoms.sets(a, func(set int32, _ uint64) {
				shared[set] += atoms.size[a]
				r.walk++
			})
		}
	})
	return shared
}
