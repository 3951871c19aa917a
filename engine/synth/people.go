package synth

import "math"

// role is a member's place in the household.
type role int

const (
	holder role = iota
	partner
	child
	parent
)

var roleNames = [...]string{"holder", "partner", "child", "parent"}

// maxMembers bounds a household, so that persons can be numbered by household.
const maxMembers = 16

// person is a member of a household.
type person struct {
	id       uint64
	key      uint64 // for sticky draws
	role     role
	own      bool // a holder of their own
	male     bool
	bornYear int
	born     int // day, negative before the calendar
	died     int // day, or never
	frailty  float64

	stateYear int
	stateBits uint64
}

func (p *person) age(year int) int { return min(max(year-p.bornYear, 0), maxAge) }

// alive says whether the person lives at some time of [from, to].
func (p *person) alive(from, to int) bool {
	return p.born <= to && (p.died == never || p.died >= from)
}

// household is everybody at one address.
type household struct {
	number  uint64
	key     uint64
	kind    *HouseholdKind
	at      address
	moved   address // from its year on
	members []person
}

// address is where a household lives and is insured from a year on.
type address struct {
	from, place, sector, insurer int
}

// in is the address in a year.
func (h *household) in(year int) address {
	if year >= h.moved.from {
		return h.moved
	}
	return h.at
}

// shape draws what decides the size of a household: its kind, its holder's age
// and its children. It takes the first draws of the household.
func (w *world) shape(d *dice) (kind *HouseholdKind, age, children int, withParent bool) {
	i := w.shapes.at(d.float())
	kind, age = &w.recipe.Households[i/(maxAge+1)], i%(maxAge+1)
	children = newWheel(kind.Children).at(d.float())
	return kind, age, min(children, maxMembers-3), d.chance(kind.Parent)
}

// size is the number of members.
func size(kind *HouseholdKind, children int, withParent bool) int {
	n := 1 + children
	if kind.Partner {
		n++
	}
	if withParent {
		n++
	}
	return n
}

// build makes household number n, keeping its first members only.
func (s *scene) build(n uint64, keep int) {
	w, h := s.w, &s.h
	s.dice.Seed(w.seed, n)
	kind, age, children, withParent := w.shape(&s.dice)
	*h = household{number: n, key: mix(w.seed, n), kind: kind, members: h.members[:0]}
	h.at = w.settle(&s.dice)
	h.moved = s.move(h.at)
	first := s.add(holder, age, s.dice.float() >= kind.Women)
	h.members[first].own = true
	if kind.Partner {
		i := s.add(partner, max(18, age+s.dice.between(-5, 5)), !h.members[first].male)
		h.members[i].own = s.dice.chance(kind.Second)
	}
	for i := range children {
		s.addChild(age, i == children-1)
	}
	if withParent {
		s.add(parent, min(age+s.dice.between(20, 32), maxAge-10), s.dice.chance(0.3))
	}
	h.members = h.members[:min(keep, len(h.members))]
}

// settle draws an address.
func (w *world) settle(d *dice) address {
	a := address{place: w.where.at(d.float())}
	a.sector = d.intn(w.places[a.place].sectors)
	a.insurer = w.insurers.at(d.float())
	return a
}

// move draws in which year the household changes, if ever, and to what.
func (s *scene) move(from address) address {
	for year := s.w.opts.FromYear + 1; year <= s.w.opts.ToYear; year++ {
		insurer, place := s.dice.chance(s.w.recipe.Moves.Insurer), s.dice.chance(s.w.recipe.Moves.Place)
		if !insurer && !place {
			continue
		}
		to := s.w.settle(&s.dice)
		if !insurer {
			to.insurer = from.insurer
		}
		if !place {
			to.place, to.sector = from.place, from.sector
		}
		to.from = year
		return to
	}
	return address{from: math.MaxInt}
}

// addChild adds a child that depends on the holder; the last one may be born
// only in the years of the deliveries.
func (s *scene) addChild(parentAge int, last bool) {
	c := s.w.recipe.Children
	male := s.dice.chance(0.512)
	if last && parentAge < 45 && s.dice.chance(c.Later) {
		s.add(child, -s.dice.between(1, s.w.opts.ToYear-s.w.opts.FromYear+1), male)
		return
	}
	oldest := min(c.Until, max(parentAge-c.After, 0))
	youngest := min(max(parentAge-45, 0), oldest)
	s.add(child, s.dice.between(youngest, oldest), male)
}

// add adds a member of an age at the start of the deliveries (negative: born later).
func (s *scene) add(r role, age int, male bool) int {
	w, h := s.w, &s.h
	i := len(h.members)
	p := person{
		id: w.ids.code(h.number*maxMembers + uint64(i)), key: mix(h.key, uint64(i)),
		role: r, male: male, bornYear: w.opts.FromYear - 1 - age, died: never, stateYear: never,
	}
	p.frailty = s.dice.spread(w.recipe.Frailty)
	birthday := s.dice.intn(365)
	p.born = math.MinInt32
	if p.bornYear >= w.cal.first {
		p.born = w.cal.day(p.bornYear, 1) + birthday
	}
	for _, pd := range w.periods {
		if q := w.mortality[p.age(pd.year)] * pd.share * min(max(p.frailty, 0.3), 4); p.bornYear <= pd.year && s.dice.chance(q) {
			if day := s.dice.between(pd.from, pd.to); day >= p.born {
				p.died = day
				break
			}
		}
	}
	h.members = append(h.members, p)
	return i
}

// holder is the member whom p depends on at the scene's time: p, when p holds
// rights of their own or nobody else is left.
func (s *scene) holder(p *person) *person {
	if p.own {
		return p
	}
	m := s.h.members
	for i := range m {
		if (m[i].own || m[i].role == partner) && (m[i].died == never || m[i].died >= s.from) {
			return &m[i]
		}
	}
	return p
}

// states are the states of p in the scene's year, as bits.
func (s *scene) states(p *person) uint64 {
	if p.stateYear == s.year {
		return p.stateBits
	}
	p.stateYear, p.stateBits = s.year, 0
	was := s.p
	for i := range s.w.states {
		st := &s.w.states[i]
		key := p.key
		s.p = p
		if st.household {
			s.p, key = &s.h.members[0], s.h.key
			if s.p != p {
				p.stateBits |= s.states(s.p) & (1 << i)
				continue
			}
		}
		if unit(mix(key, st.salt)) < st.rate[s.p.age(s.year)] && all(st.when, s) {
			p.stateBits |= 1 << i
		}
	}
	s.p = was
	return p.stateBits
}
