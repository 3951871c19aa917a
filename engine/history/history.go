// Package history finds out what releases would tell together. Behind every
// released cell stands a set of persons; a cell that is about to leave is
// compared with the sets of all cells that left before, and told to collide
// when some combination of it with them is about 1 to k-1 persons.
//
// # What is compared with what
//
// Write a set as a vector with a 1 for each of its persons. Whoever has the
// values of cells can compute every linear combination of them, and each is a
// number about the persons whose coefficients are not zero: 117 persons here
// and 118 there tell of one; so does a total less its parts. A new set collides
// when the span of it and the earlier sets has a vector with 1 to k-1 non-zero
// coefficients. The signs do not matter: {A, p} less {A, q} is the amount of p
// to whoever is q.
//
// What the cells measure is not compared. The analyst words the measure, so no
// reading of the words could keep apart what does not combine: sum(x) less
// sum(2 * x) / 2 is nothing. A difference of few persons is therefore dangerous
// between any two cells, and cells of all measures form one system. Sets of
// different units (persons, providers) never combine.
//
// k is the strictest threshold under which anything left. The same set again is
// a repetition, and allowed; so is a set that others already add up to, since it
// tells nothing new.
//
// # How
//
// Three tests, each cheaper than the next. All near pairs are found by the
// fingerprints of k slices of each set: two sets that differ by fewer than k
// persons agree in one slice ([near]). Persons who are in exactly the same earlier
// sets form an atom ([atoms]); a new set that cuts atoms so that at least k persons
// stand on the smaller sides is in no bad combination: whatever the
// coefficients, each cut leaves one side in. The rest is exact elimination
// modulo a prime over the atoms ([past.span]): which coefficients leave fewer
// than k persons? That a combination leaves nobody, so that the set tells nothing
// new, is seen from the fingerprints, which combine as sets do.
//
// The first two tests see every earlier set, however many there are. The
// elimination is complete up to [MaxSystem] different sets, where it is not too
// much work; beyond, it takes the nearest: those that share most with the new set
// and with the smallest sets that hold it; only the cells of one release that are
// the parts of the new set are found however many they are ([past.parted]).
//
// Many sets are taken in at once, person by person ([lists]), at the first
// comparison; what is compared and released after that is added set by set. To
// take in ten thousand sets is most of a decision: who decides often keeps the
// history and compares with a copy ([History.Clone]).
//
// # What a collision tells
//
// That some combination is about 1 to k-1 persons: what the mask of that very
// combination, asked as a cell, would tell. Where zero is masked too, a collision
// says a little more than a mask: not zero. Equal numbers that may be shown
// would tell the zero in any case, and a rule that hid repetitions could not
// be kept. Which sets take part says nothing of persons: they left before.
package history

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// Set is the persons behind a released cell, by the dense numbers of their
// unit. A person keeps the number over reloads, so sets of different days
// compare.
type Set struct {
	Unit    string
	Members *roaring.Bitmap
	// Values are what each person, in order, contributes to the cell, modulo
	// [field.Prime] and not zero; nil when each contributes 1.
	Values []uint64
	// Threshold is the smallest number of persons that may be shown.
	Threshold int
	// Entry is the ledger entry that released it; 0 for the request at hand.
	Entry int64
}

// value is what the person at a place of Members contributes.
func (s Set) value(i int) uint64 {
	if s.Values == nil {
		return 1
	}
	return s.Values[i]
}

// size is the number of persons.
func (s Set) size() int { return int(s.Members.GetCardinality()) } //nolint:gosec // fewer persons than 2^31

// differs counts the persons whose values differ.
func (s Set) differs(o Set) int {
	both := int(s.Members.AndCardinality(o.Members)) //nolint:gosec // fewer persons than 2^31
	n := s.size() + o.size() - 2*both
	if s.Values == nil && o.Values == nil {
		return n
	}
	mine, others := s.Members.ToArray(), o.Members.ToArray()
	for i, j := 0, 0; i < len(mine) && j < len(others); {
		switch {
		case mine[i] < others[j]:
			i++
		case mine[i] > others[j]:
			j++
		default:
			if s.value(i) != o.value(j) {
				n++
			}
			i, j = i+1, j+1
		}
	}
	return n
}

// Collision says which earlier ledger entries a set collides with, in order; the
// request at hand is left out.
type Collision struct{ Entries []int64 }

// History is what was released. Its zero value is empty.
type History struct{ units map[string]*past }

// Add records a set as released.
func (h *History) Add(s Set) {
	if s.Members.IsEmpty() {
		return
	}
	h.unit(s.Unit).add(s)
}

// Compare tells whether a set would collide with those recorded.
func (h *History) Compare(s Set) (Collision, bool) {
	if s.Members.IsEmpty() {
		return Collision{}, false
	}
	return h.unit(s.Unit).compare(s)
}

// Clone is a copy: what is added to one is not in the other.
func (h *History) Clone() History {
	out := History{units: make(map[string]*past, len(h.units))}
	for name, p := range h.units {
		out.units[name] = p.clone()
	}
	return out
}

func (h *History) unit(name string) *past {
	if h.units == nil {
		h.units = map[string]*past{}
	}
	p := h.units[name]
	if p == nil {
		p = &past{}
		h.units[name] = p
	}
	return p
}

// past are the released sets of one unit, each once.
type past struct {
	loaded []Set // before the first comparison, not yet taken in
	sets   []Set
	bulked int // of them, those that were taken in together
	sizes  []int
	same   chains // by hash
	near   near
	atoms  atoms
	strict int               // the highest threshold of all
	inside map[int32][]int32 // by set: what others share with it
	seen   marks
	inCut  marks // the atoms of the new set
	taken  marks // persons
}

func (p *past) has(s Set, hash uint64) (found bool) {
	p.same.of(hash, func(i int32) bool {
		found = p.sets[i].differs(s) == 0
		return !found
	})
	return found
}

func (p *past) add(s Set) {
	p.strict = max(p.strict, s.Threshold)
	if len(p.sets) == 0 {
		p.loaded = append(p.loaded, s)
		return
	}
	p.take(s)
}

func (p *past) take(s Set) {
	if i, fresh := p.number(s, partsOf(s)); fresh {
		p.atoms.add(s, i)
	}
}

// number gives a set its number, unless it was there.
func (p *past) number(s Set, parts parts) (i int32, fresh bool) {
	hash := parts.hash()
	if p.has(s, hash) {
		return 0, false
	}
	p.sets = append(p.sets, s)
	p.sizes = append(p.sizes, s.size())
	p.same.add(hash)
	p.near.add(parts)
	return int32(len(p.sets) - 1), true //nolint:gosec // fewer sets than 2^31
}

// settle takes in what was loaded.
func (p *past) settle() {
	loaded := p.loaded
	p.loaded = nil
	if len(loaded) >= bulkFrom {
		loaded = p.bulk(loaded)
	}
	for _, s := range loaded {
		p.take(s)
	}
}

// bulkFrom is the number of sets from which it pays to put them in the order of
// persons.
const bulkFrom = 256

// rebulkPart of the sets that were taken in together may come one by one before
// all are taken in together again.
const rebulkPart = 4

// bulk takes in many sets, before all others, and gives those that are too many.
func (p *past) bulk(sets []Set) (rest []Set) {
	most := min(len(sets), maxBulk)
	atoms, hashes := bulk(sets[:most], maxMembers)
	for i, s := range sets[:most] {
		p.number(s, hashes[i])
	}
	if len(p.sets) < most { // some came twice, and must not count twice
		atoms, _ = bulk(p.sets, maxMembers)
	}
	p.atoms, p.bulked = atoms, len(p.sets)
	return sets[most:]
}

// clone shares what does not change: each side appends to slices of its own.
func (p *past) clone() *past {
	p.settle()
	if n := len(p.sets); n <= maxBulk && n-p.bulked > max(bulkFrom, p.bulked/rebulkPart) {
		p.atoms, _ = bulk(p.sets, maxMembers)
		p.bulked = n
	}
	return &past{
		sets: slices.Clip(p.sets), sizes: slices.Clip(p.sizes), bulked: p.bulked, strict: p.strict,
		same: p.same.clone(), near: near{sets: slices.Clip(p.near.sets)}, atoms: p.atoms.clone(),
	}
}

func (p *past) compare(s Set) (Collision, bool) {
	p.settle()
	parts := partsOf(s)
	if p.has(s, parts.hash()) {
		return Collision{}, false
	}
	k := max(s.Threshold, p.strict)
	if found := p.nearest(s, parts, k); len(found) > 0 {
		return p.collision(found), true
	}
	cut := p.atoms.cut(s)
	if cut.least() >= k {
		return Collision{}, false
	}
	found, bad := p.span(s, parts, cut, k)
	return p.collision(found), bad
}

// nearest are the sets that differ from s by fewer persons than may be shown.
func (p *past) nearest(s Set, parts parts, k int) []int32 {
	var out []int32
	size := s.size()
	for _, i := range p.near.candidates(parts, k) {
		if abs(p.sizes[i]-size) < k && p.sets[i].differs(s) < k {
			out = append(out, i)
		}
	}
	return out
}

func (p *past) collision(sets []int32) Collision {
	var c Collision
	for _, i := range sets {
		if e := p.sets[i].Entry; e != 0 {
			c.Entries = append(c.Entries, e)
		}
	}
	slices.Sort(c.Entries)
	c.Entries = slices.Compact(c.Entries)
	return c
}

func abs(n int) int { return max(n, -n) }
