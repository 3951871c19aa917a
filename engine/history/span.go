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
	firstEquations = 128     // of the new set, to begin with
	outsideEach    = 2       // of every earlier set, to begin with
	outsideHolder  = 32      // of every earlier set that holds the new one
	newEquations   = 64      // added when coefficients fail elsewhere
	maxHolders     = 4       // smallest sets that hold the new one, whose parts are looked for
	maxWalk        = 1 << 13 // persons visited to find them
)

// spanning looks for a combination of a new set with earlier ones that leaves
// fewer than k persons.
type spanning struct {
	past   *past
	set    Set
	parts  parts
	cut    cut
	sets   []int32 // the unknowns: their coefficients are asked
	shared []int32 // by set: persons of the new one
	place  []int32 // by set: of its coefficient; -1 when it is not asked
	asked  map[side]bool
	sys    system
}

// span tells which earlier sets combine with s to fewer than k persons. In doubt
// it says that some do.
func (p *past) span(s Set, parts parts, c cut, k int) (sets []int32, bad bool) {
	found, shared := doubt, p.shared(c)
	if len(p.sets) > MaxSystem {
		if found := p.parted(s, shared, k); found != nil {
			return found, true
		}
		if uncovered(s.size(), shared, nearest) >= k {
			return nil, false
		}
	} else {
		sets, found = p.spanOf(s, parts, c, shared, k, MaxSystem)
	}
	if found == doubt {
		sets, found = p.spanOf(s, parts, c, shared, k, nearest)
	}
	return sets, found != none
}

// uncovered is how many persons of a set at least are in none of so many earlier ones.
func uncovered(size int, shared []int32, sets int) int {
	top := newTop(sets)
	for set, n := range shared {
		if n > 0 {
			top.offer(int32(set), float64(n), 0) //nolint:gosec // fewer sets than 2^31
		}
	}
	for _, c := range top.best {
		size -= int(c.score)
	}
	return size
}

// spanOf searches the combinations with at most so many sets.
func (p *past) spanOf(s Set, parts parts, c cut, shared []int32, k, most int) ([]int32, answer) {
	z := &spanning{past: p, set: s, parts: parts, cut: c, shared: shared, place: make([]int32, len(p.sets)), asked: map[side]bool{}}
	p.inCut.begin(len(p.atoms.all))
	for _, part := range c {
		p.inCut.add(part.atom)
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
		if z.exact(coefficients) {
			return coefficients, 0, some
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

// exact tells by their fingerprints whether the earlier sets, times the
// coefficients, add up to the new one.
func (z *spanning) exact(coefficients []uint64) bool {
	sum := z.parts
	for i, c := range coefficients {
		if c == 0 {
			continue
		}
		for j, n := range z.past.near.sets[z.sets[i]] {
			sum[j] = field.Sub(sum[j], field.Mul(c, n))
		}
	}
	return sum == parts{}
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
	top := newTop(firstEquations)
	for i, p := range z.cut {
		top.offer(int32(i), float64(p.weight), 0) //nolint:gosec // fewer persons than 2^31
	}
	for _, c := range top.best {
		z.ask(z.cut[c.at].side, z.cut[c.at].weight)
	}
	atoms := &z.past.atoms
	block := make([]uint32, 256)
	for _, set := range z.sets {
		found, want := 0, outsideEach
		if z.past.holds(z.shared, set, z.set.size()) {
			want = outsideHolder
		}
		for _, n := range block[:z.past.sets[set].Members.ManyIterator().NextMany(block)] {
			a := atoms.of[n]
			if !z.past.inCut.has(a) && z.ask(side{a, 0}, int(atoms.all[a].size)) {
				if found++; found == want {
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
	seen, inCut := &z.past.seen, &z.past.inCut
	seen.begin(len(atoms.all))
	for i, c := range coefficients {
		if c == 0 || len(out) > most {
			continue
		}
		each(z.past.sets[z.sets[i]].Members, func(_ int, persons []uint32) {
			for _, n := range persons {
				a := atoms.of[n]
				if inCut.has(a) || len(out) > most || seen.has(a) {
					continue
				}
				seen.add(a)
				if sum(a) != 0 {
					out = append(out, part{side{a, 0}, int(atoms.all[a].size)})
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
	r := &ranking{sizes: p.sizes, chosen: map[int32]bool{}}
	near := func(set int32) float64 { return float64(z.shared[set]) / float64(min(p.sizes[set], size)) }
	r.take(z.shared, near, most/2)
	// The parts of what holds the set may make up the rest of it.
	for _, holder := range p.holders(z.shared, size) {
		if len(r.sets) == most {
			break
		}
		within := p.within(holder)
		r.take(within, func(set int32) float64 { return float64(within[set]) / float64(p.sizes[set]) }, most)
	}
	r.take(z.shared, near, most)
	return r.sets
}

type ranking struct {
	sizes  []int
	sets   []int32
	chosen map[int32]bool
}

// take chooses the sets with the highest scores among those that share persons,
// the larger share first where scores are equal, until most are chosen.
func (r *ranking) take(shared []int32, score func(int32) float64, most int) {
	top := newTop(most - len(r.sets))
	for i, n := range shared {
		set := int32(i) //nolint:gosec // fewer sets than 2^31
		if n == 0 {
			continue
		}
		if v := score(set); top.wants(v, float64(n)) && !r.chosen[set] {
			top.offer(set, v, float64(n))
		}
	}
	for _, c := range top.best {
		r.sets, r.chosen[c.at] = append(r.sets, c.at), true
	}
}

// holds tells whether an earlier set holds nearly all of a new one of some size.
func (p *past) holds(shared []int32, set int32, size int) bool {
	return shared[set] > 0 && int(shared[set])+p.strict > size && p.sizes[set] > size
}

// holders are the smallest sets that hold nearly all of the new one.
func (p *past) holders(shared []int32, size int) []int32 {
	top := newTop(maxHolders)
	for i := range shared {
		if set := int32(i); p.holds(shared, set, size) { //nolint:gosec // fewer sets than 2^31
			top.offer(set, -float64(p.sizes[set]), 0)
		}
	}
	out := make([]int32, len(top.best))
	for i, c := range top.best {
		out[i] = c.at
	}
	return out
}

// top keeps the best of what is offered, the best first; of equals those that
// came first.
type top struct {
	best []candidate
	most int
}

type candidate struct {
	at          int32
	score, then float64
}

func newTop(most int) *top { return &top{make([]candidate, 0, max(most, 0)), most} }

// wants tells whether an offer would be kept.
func (t *top) wants(score, then float64) bool {
	if len(t.best) < t.most {
		return true
	}
	return t.most > 0 && t.best[t.most-1].below(score, then)
}

func (c candidate) below(score, then float64) bool {
	return c.score < score || c.score == score && c.then < then
}

func (t *top) offer(at int32, score, then float64) {
	if !t.wants(score, then) {
		return
	}
	if len(t.best) == t.most {
		t.best = t.best[:t.most-1]
	}
	i, _ := slices.BinarySearchFunc(t.best, candidate{at, score, then}, func(c, o candidate) int {
		if c.below(o.score, o.then) {
			return 1
		}
		return -1
	})
	t.best = slices.Insert(t.best, i, candidate{at, score, then})
}
