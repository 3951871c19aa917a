package history

import "slices"

// Proof looks for persons who show that no combination of some sets is about 1 to
// k-1 persons.
//
// Every person is a vector: what the person contributes to each set. Persons are
// put into k groups, none into two, and into the first whose others do not combine
// to the same. So the span of each group lies in that of the one before, and a
// combination that is not zero for somebody of the last group is not zero for
// somebody of each: for k persons. When the last group spans everything there is
// nothing left to prove.
//
// A few persons of a whole population mostly prove it. That they do not says
// nothing.
type Proof struct{ groups []basis }

// Kind are all rows of persons that are counted alike: what each adds to the sets,
// and whether at least k persons have such rows.
type Kind struct {
	Values []uint64
	Enough bool
}

// NewProof begins a proof about so many sets and the threshold k.
func NewProof(sets, k int) *Proof {
	p := &Proof{}
	for range k {
		p.groups = append(p.groups, make(basis, sets))
	}
	return p
}

// Add takes in a person; values are what the person contributes to each of the
// sets, modulo [field.Prime].
func (p *Proof) Add(values []uint64) {
	for _, b := range p.groups {
		r := rest(b, values)
		if first := r.first(); first >= 0 {
			b.hold(r, first)
			return
		}
	}
}

// Holds tells whether the persons that were taken in prove it of everybody.
func (p *Proof) Holds() bool {
	return !slices.ContainsFunc(p.groups[len(p.groups)-1], func(r row) bool { return r == nil })
}

// HoldsFor tells whether they prove it of persons who have rows of some kinds only,
// where the sets count rows. A combination that is zero for the last group, and for
// all kinds, is zero for everybody. When the other kinds are all the same to it, it
// is not zero for all who have such rows.
func (p *Proof) HoldsFor(kinds []Kind) bool {
	var other row
	enough := false
	for _, k := range kinds {
		r := rest(p.groups[len(p.groups)-1], k.Values)
		if r.first() < 0 {
			continue
		}
		if other != nil && !slices.Equal(r, other) {
			return false
		}
		other, enough = r, enough || k.Enough
	}
	return other == nil || enough
}

// rest is what a basis does not combine to of a vector.
func rest(b basis, values []uint64) row {
	r := append(slices.Clone(row(values)), 0)
	b.reduce(r)
	return r
}
