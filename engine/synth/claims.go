package synth

import "math"

// provider is one provider: a group and a number in it. Changed marks a row
// under the second qualification.
type provider struct {
	group, index int
	changed      bool
}

var noProvider = provider{group: nobody}

// claim is one row to be.
type claim struct {
	item                                     *itemRule
	date, end, admitted, left, prescribed    int // days
	booked                                   int // month
	count, days                              int
	paid, copay, supplement, reduction       int64
	provider, prescriber, institution, payee provider
	earlierYear, correction                  bool
}

// scene is the state of one worker: the household, person and row at hand, and
// the dice.
type scene struct {
	w    *world
	dice dice
	lost dice // draws what a first version lacks
	flaw dice // draws defects: dice of their own, so that they change nothing else
	h    household
	p    *person

	year     int
	prices   float64 // of the year, to those of the recipe's year
	from     int     // first day of the period or photo
	to       int
	stamp    int // changes with the person and period: what is rendered once for both
	insurer  int
	claim    claim
	prov     provider
	place    int
	sector   int
	delivery delivery

	plan *plan
	out  *batch
	rec  []*record
}

// delivery is which file a row goes to.
type delivery struct {
	year, quarter, version int
	month                  int  // of a photo
	superseded             bool // a later version exists
}

// key is the number that sticky draws depend on.
func (s *scene) key() uint64 {
	switch {
	case s.p != nil:
		return s.p.key
	case s.prov.group != nobody:
		return mix(s.w.groups[s.prov.group].salt, uint64(s.prov.index))
	}
	return mix(s.w.seed, uint64(s.place), uint64(s.sector))
}

// care makes up everything that is claimed for the household.
func (s *scene) care() {
	for i := range s.h.members {
		for _, pd := range s.w.periods {
			p := &s.h.members[i]
			if !p.alive(pd.from, pd.to) {
				continue
			}
			s.enter(p, pd)
			for c := range s.w.claims {
				for _, it := range s.w.claims[c].items {
					s.item(it, pd)
				}
			}
			for j := range s.w.stays {
				s.stay(&s.w.stays[j], pd)
			}
		}
	}
}

// enter turns to a person and a period.
func (s *scene) enter(p *person, pd period) {
	s.p, s.year = p, pd.year
	s.live(s.h.in(s.year))
	s.prices = math.Pow(1+s.w.recipe.Index, float64(s.year-s.w.recipe.Year))
	s.from, s.to = max(pd.from, p.born), pd.to
	if p.died != never {
		s.to = min(s.to, p.died)
	}
	s.stamp++
}

// live turns to an address of the household.
func (s *scene) live(a address) { s.place, s.sector, s.insurer = a.place, a.sector, a.insurer }

// times is the factor on rates of care for the person and period.
func (s *scene) times(pd period, steady bool) float64 {
	f := float64(s.to-s.from+1) / float64(pd.to-pd.from+1) * pd.share
	if steady {
		return f
	}
	if s.p.died != never && s.p.died <= pd.to {
		f *= max(s.w.recipe.Dying, 1)
	}
	return f * s.p.frailty
}

// item claims one item over the period.
func (s *scene) item(it *itemRule, pd period) {
	age := s.p.age(s.year)
	if it.holds != nil && unit(mix(s.p.key, it.salt)) >= it.holds[age] {
		return
	}
	if !it.perMonth && !it.perYear && it.rate[age] == 0 {
		return
	}
	if !all(it.when, s) {
		return
	}
	switch {
	case it.perMonth:
		s.monthly(it)
	case it.perYear:
		if s.dice.chance(pd.share) {
			s.visit(it, s.dice.between(s.from, s.to))
		}
	default:
		for range s.dice.poisson(it.rate[age] * s.times(pd, it.Steady)) {
			s.visit(it, s.dice.between(s.from, s.to))
		}
	}
}

// monthly claims the item for each month of the period.
func (s *scene) monthly(it *itemRule) {
	cal := &s.w.cal
	for m := cal.days[s.from].month; m <= cal.days[s.to].month; m++ {
		first, last := max(cal.months[m], s.from), min(cal.months[m+1]-1, s.to)
		s.claim = claim{item: it, date: first, end: last, admitted: never, left: never, prescribed: never}
		s.claim.days = last - first + 1
		s.charge(it)
	}
}

// visit claims the item once, outside any stay.
func (s *scene) visit(it *itemRule, day int) {
	s.claim = claim{item: it, date: day, end: day, admitted: never, left: never, prescribed: never}
	if it.Days {
		s.claim.days = s.dice.between(it.Count[0], it.Count[1])
	}
	s.charge(it)
}

// stay makes up stays and what is claimed during them.
func (s *scene) stay(st *stayRule, pd period) {
	age := s.p.age(s.year)
	if st.rate[age] == 0 || !all(st.when, s) {
		return
	}
	for range s.dice.poisson(st.rate[age] * s.times(pd, false)) {
		in := s.dice.between(s.from, s.to)
		length := 0
		if st.days > 0 {
			length = 1 + int(-st.days*math.Log(1-s.dice.float()))
		}
		out := min(in+length, s.to)
		where := s.find(st.at)
		for _, it := range st.items {
			if !all(it.when, s) {
				continue
			}
			n := s.dice.poisson(it.rate[age])
			if it.Days {
				n = 1
			}
			for range n {
				s.during(it, in, out, where)
			}
		}
	}
}

// during claims the item once in a stay.
func (s *scene) during(it *itemRule, in, out int, where provider) {
	day := s.dice.between(in, out)
	s.claim = claim{item: it, date: day, end: day, admitted: in, left: out, prescribed: never, institution: where}
	if it.Days {
		s.claim.date, s.claim.end, s.claim.days = in, out, max(out-in, 1)
	}
	s.charge(it)
}

// charge prices the claim, draws who is involved, and books it.
func (s *scene) charge(it *itemRule) {
	c := &s.claim
	c.count = s.dice.between(it.Count[0], it.Count[1])
	if it.Days {
		c.count = max(c.days, 1)
	}
	fee := it.Fee * s.prices * s.dice.spread(it.Spread)
	share := it.Copay[0]
	if s.w.reduced != 0 && s.states(s.p)&s.w.reduced != 0 {
		share = it.Copay[1]
	}
	n := int64(c.count)
	c.copay = int64(math.Round(fee*share)) * n
	c.paid = int64(math.Round(fee))*n - c.copay
	c.reduction = int64(math.Round(float64(c.paid) * it.Reduction))
	if s.dice.chance(it.Supplement[0]) {
		c.supplement = int64(math.Round(fee*it.Supplement[1]*s.dice.spread(0.5))) * n
	}
	if c.institution == (provider{}) {
		c.institution = s.choose(&it.at)
	}
	c.provider, c.prescriber, c.payee = s.choose(&it.by), s.choose(&it.asked), s.choose(&it.payee)
	if c.prescriber.group != nobody {
		c.prescribed = max(c.date-s.dice.intn(15), 0)
	}
	s.book()
}

// choose draws a provider.
func (s *scene) choose(c *choice) provider {
	switch len(c.groups) {
	case 0:
		return noProvider
	case 1:
		return s.find(c.groups[0])
	}
	return s.find(c.groups[c.wheel.at(s.dice.float())])
}

// find draws the provider of a group whom the person sees: mostly the same one.
func (s *scene) find(g int) provider {
	grp := &s.w.groups[g]
	lo, hi := 0, grp.n
	key := s.p.key
	if grp.Choice != "any" {
		lo, hi = s.w.around(s.place, grp.n)
		key = s.h.key
	}
	u := unit(mix(key, grp.salt))
	if s.dice.chance(grp.Stray) {
		u = s.dice.float()
	}
	p := provider{group: g, index: lo + int(float64(hi-lo)*math.Pow(u, max(grp.Skew, 1)))}
	if grp.Second > 0 && s.w.twice(p) && s.dice.chance(0.4) {
		p.changed = true
	}
	return p
}

// around are the providers of a municipality, or the nearest one, out of n
// spread like the population.
func (w *world) around(place, n int) (lo, hi int) {
	total, before := w.where[len(w.where)-1], 0.0
	if place > 0 {
		before = w.where[place-1]
	}
	lo = int(math.Ceil(before/total*float64(n) - 0.5))
	hi = int(math.Ceil(w.where[place]/total*float64(n) - 0.5))
	if lo >= hi {
		lo = min(lo, n-1)
		hi = lo + 1
	}
	return lo, hi
}

// home is the municipality of a provider: the inverse of around.
func (w *world) home(p provider) int {
	g := &w.groups[p.group]
	if g.Choice == "any" {
		return w.where.at(unit(mix(g.salt, uint64(p.index), 3)))
	}
	return w.where.at((float64(p.index) + 0.5) / float64(g.n))
}

// twice says whether a provider has a second qualification.
func (w *world) twice(p provider) bool {
	g := &w.groups[p.group]
	if unit(mix(g.salt, uint64(p.index), 2)) >= g.Second {
		return false
	}
	first, second := p, p
	first.changed, second.changed = false, true
	return w.qualification(first) != w.qualification(second)
}

// qualification is the provider's qualification, or the second one.
func (w *world) qualification(p provider) string {
	g := &w.groups[p.group]
	if len(g.Qualifications) == 0 {
		return ""
	}
	salt := uint64(1)
	if p.changed {
		salt = 4
	}
	return g.Qualifications[g.quals.at(unit(mix(g.salt, uint64(p.index), salt)))].Code
}

// number is the provider's number without check digits.
func (w *world) number(p provider) int {
	g := &w.groups[p.group]
	size := g.Numbers[1] - g.Numbers[0] + 1
	return g.Numbers[0] + int((uint64(p.index)*uint64(g.step)+g.salt%uint64(size))%uint64(size))
}

// book draws the quarter in which the claim is delivered, writes it, and now
// and then takes it back.
func (s *scene) book() {
	c, rule := &s.claim, &s.w.claims[s.claim.item.claim]
	month := s.w.cal.days[c.date].month
	quarter := month/3 + rule.lags.at(s.dice.float())
	c.booked = max(month, quarter*3+s.dice.intn(3))
	if lag := c.booked / 3; lag > quarter {
		c.booked = quarter*3 + 2
	}
	delivered := s.write()
	fix := s.w.recipe.Corrections
	if !s.dice.chance(fix.Rate) || !delivered {
		return
	}
	s.takeBack(quarter+1+s.dice.intn(2), s.dice.chance(fix.Partial), s.dice.chance(fix.Again))
}

// takeBack writes the negative row, in part or whole, and the claim made again
// at a lower amount.
func (s *scene) takeBack(quarter int, partly, again bool) {
	c := &s.claim
	was := *c
	n := int64(c.count)
	back := n
	if partly && n > 1 {
		back = 1 + int64(s.dice.intn(int(n-1)))
	}
	c.count, c.correction = -int(back), true
	c.booked = quarter*3 + s.dice.intn(3)
	c.days = -c.days * int(back) / int(n)
	for _, v := range []*int64{&c.paid, &c.copay, &c.supplement, &c.reduction} {
		*v = -(*v / n * back)
	}
	s.write()
	if again && back == n {
		booked := c.booked
		*c = was
		c.booked = booked
		c.paid -= c.paid / 10
		s.write()
	}
}

// write puts the row in its delivery, and in the earlier version when there is
// one; false when the deliveries do not reach that quarter.
func (s *scene) write() bool {
	c := &s.claim
	quarter := c.booked/3 - 4 // the calendar starts a year before the deliveries
	if quarter < 0 || quarter >= s.w.quarters {
		return false
	}
	c.earlierYear = c.date < s.w.cal.months[c.booked/12*12]
	s.delivery = delivery{year: s.w.opts.FromYear + quarter/4, quarter: quarter%4 + 1}
	s.put(c.item.claim, quarter)
	return true
}
