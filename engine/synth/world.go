package synth

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
)

const (
	maxAge = 110
	never  = -1 // no such day
	nobody = -1 // no provider
)

// world is a compiled recipe: everything that all households share. It does not
// grow with the number of persons and is only read once made.
type world struct {
	cat    *catalog.Catalog
	recipe *Recipe
	opts   Options
	seed   uint64
	salts  uint64

	cal      calendar
	periods  []period
	quarters int // delivered quarters, the first one is January of FromYear

	places    []place
	where     wheel
	suffixes  []string
	insurers  wheel
	shapes    wheel // household kind x age of the holder
	mortality [maxAge + 1]float64
	ids       scrambler

	rowsHave   subject // while compiling: what the rows at hand are about
	valuesSeen int     // while compiling: how many named values may be used
	states     []stateRule
	stateIndex map[string]int
	reduced    uint64 // bit of the state that lowers co-payments
	groups     []group
	groupIndex map[string]int
	stays      []stayRule
	claims     []claimRule
}

// period is a stretch of one year in which care is made up. The half year before
// the first delivery gives the late bookings of its first quarters.
type period struct {
	year     int
	from, to int // days, both included
	share    float64
}

// place is a municipality.
type place struct {
	code    string
	sectors int
}

type stateRule struct {
	rate      [maxAge + 1]float64
	household bool
	when      []test
	salt      uint64
}

// group is a kind of provider: its members are numbered from 0, and everything
// about one follows from its number.
type group struct {
	*Group
	n     int
	quals wheel
	salt  uint64
	step  int // walks through the numbers in a scrambled order
}

type stayRule struct {
	rate  [maxAge + 1]float64
	days  float64
	at    int
	when  []test
	items []*itemRule
}

type claimRule struct {
	table string
	lags  wheel
	items []*itemRule // outside stays
}

type itemRule struct {
	*Item
	claim    int // index of the claim rule
	rate     [maxAge + 1]float64
	holds    *[maxAge + 1]float64
	when     []test
	salt     uint64
	by       choice
	asked    choice
	at       choice
	payee    choice
	perMonth bool
	perYear  bool
}

// choice draws one of several groups of providers; empty: none.
type choice struct {
	groups []int
	wheel  wheel
}

// compile checks a recipe against its catalogue and makes the world.
func compile(cat *catalog.Catalog, r *Recipe, opts Options) (*world, error) {
	w := &world{cat: cat, recipe: r, opts: opts, seed: mix(opts.Seed), stateIndex: map[string]int{}, groupIndex: map[string]int{}}
	w.setClock()
	w.rowsHave = aPerson
	for _, step := range []func() error{w.setPlaces, w.setPeople, w.setGroups, w.setStates, w.setStays, w.setClaims} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *world) setClock() {
	first, last := w.opts.FromYear, w.opts.ToYear
	w.cal = newCalendar(first-1, last+2)
	w.quarters = (last - first + 1) * 4
	w.periods = []period{{first - 1, w.cal.day(first-1, 7), w.cal.day(first, 1) - 1, 0.5}}
	for y := first; y <= last; y++ {
		w.periods = append(w.periods, period{y, w.cal.day(y, 1), w.cal.day(y+1, 1) - 1, 1})
	}
}

func (w *world) setPlaces() error {
	p := w.recipe.Places
	list := w.cat.List(p.List.Name)
	if list == nil {
		names := make([]string, len(w.cat.Lists))
		for i, l := range w.cat.Lists {
			names[i] = l.Name
		}
		return w.unknownIn("places", p.List, "code list", names)
	}
	column := func(r Ref) (int, error) {
		var names []string
		for i, c := range list.Columns {
			if c.Name == r.Name {
				return i, nil
			}
			names = append(names, c.Name)
		}
		return 0, w.unknownIn("places", r, "column of the list", names)
	}
	code, err := column(p.Code)
	if err != nil {
		return err
	}
	weight, err := column(p.Weight)
	if err != nil {
		return err
	}
	w.suffixes = countUp(p.Sectors, 1000)
	var weights []float64
	for _, row := range list.Rows {
		v, err := strconv.ParseFloat(row[weight], 64)
		if err != nil || v <= 0 {
			continue
		}
		sectors := min(max(1, int(v/max(p.SectorSize, 1))), len(w.suffixes))
		w.places, weights = append(w.places, place{row[code], sectors}), append(weights, v)
	}
	if len(w.places) == 0 {
		return w.badIn("places", p.List, "the code list has no row with a weight")
	}
	w.where = newWheel(weights)
	return nil
}

// countUp counts in a pattern: letters up to Z, digits up to 9, the rest stays.
func countUp(pattern string, most int) []string {
	out := []string{pattern}
	for len(out) < most {
		b := []byte(out[len(out)-1])
		i := len(b) - 1
		for ; i >= 0; i-- {
			if c := b[i]; c >= '0' && c < '9' || c >= 'A' && c < 'Z' {
				b[i]++
				break
			} else if c == '9' {
				b[i] = '0'
			} else if c == 'Z' {
				b[i] = 'A'
			}
		}
		if i < 0 {
			return out
		}
		out = append(out, string(b))
	}
	return out
}

func (w *world) setPeople() error {
	r := w.recipe
	over, ok := r.Populations[w.opts.Population]
	if !ok {
		names := make([]string, 0, len(r.Populations))
		for n := range r.Populations {
			names = append(names, n)
		}
		slices.Sort(names)
		return diag.New(diag.Usage, "unknown-population", "no population %q in the recipe", w.opts.Population).
			WithHint("%s", diag.DidYouMean(w.opts.Population, names, "one of "+strings.Join(names, ", ")))
	}
	if len(r.Households) == 0 || len(r.Insurers) == 0 {
		return diag.New(diag.Data, "bad-recipe", "the recipe needs households and insurers")
	}
	weights := make([]float64, 0, len(r.Households)*(maxAge+1))
	for _, k := range r.Households {
		ages := k.Ages.table()
		sum := 0.0
		for _, v := range ages {
			sum += v
		}
		for a, v := range ages {
			x := k.Weight * v / max(sum, 1e-9)
			if over.Times > 0 && a >= over.From {
				x *= over.Times
			}
			weights = append(weights, x)
		}
	}
	w.shapes = newWheel(weights)
	if w.shapes[len(w.shapes)-1] <= 0 {
		return diag.New(diag.Data, "bad-recipe", "no kind of household has a weight")
	}
	shares := make([]float64, len(r.Insurers))
	for i, o := range r.Insurers {
		shares[i] = o.Weight
	}
	w.insurers = newWheel(shares)
	w.mortality = r.Mortality.table()
	digits := r.Identifiers.Digits
	if digits < 6 || digits > 18 {
		return diag.New(diag.Data, "bad-recipe", "identifiers have 6 to 18 digits").At(diag.Pos{File: r.files["identifiers"]})
	}
	w.ids = newScrambler(digits, w.seed)
	return nil
}

func (w *world) setGroups() error {
	for i := range w.recipe.Providers {
		g := &w.recipe.Providers[i]
		w.groupIndex[g.Name] = i
	}
	for i := range w.recipe.Providers {
		g := &w.recipe.Providers[i]
		size := g.Numbers[1] - g.Numbers[0] + 1
		if size < 1 || g.Numbers[0] < 0 || g.Digits < len(strconv.Itoa(g.Numbers[1])) || g.Digits > 12 {
			return w.badIn("providers", Ref{}, "group %s: numbers go from a first to a last of at most digits digits", g.Name)
		}
		if g.Choice != "near" && g.Choice != "any" {
			return w.badIn("providers", Ref{}, "group %s: choice is near or any", g.Name)
		}
		n := max(1, int(math.Round(float64(w.opts.Persons)*g.Per1000/1000)))
		if g.Max > 0 {
			n = min(n, g.Max)
		}
		weights := make([]float64, len(g.Qualifications))
		for j, q := range g.Qualifications {
			weights[j] = q.Weight
		}
		w.groups = append(w.groups, group{
			Group: g, n: min(n, size), quals: newWheel(weights),
			salt: mix(w.seed, text(g.Name)), step: coprime(size*3/5, size),
		})
	}
	return nil
}

// coprime is the first number from a that shares no factor with n.
func coprime(a, n int) int {
	gcd := func(a, b int) int {
		for b != 0 {
			a, b = b, a%b
		}
		return a
	}
	for a = max(a, 1); gcd(a, n) != 1; a++ {
	}
	return a
}

func (w *world) group(r Ref) (int, error) {
	if i, ok := w.groupIndex[r.Name]; ok {
		return i, nil
	}
	return 0, w.unknown(r, "group of providers", w.groupNames())
}

func (w *world) groupNames() []string {
	var names []string
	for i := range w.recipe.Providers {
		names = append(names, w.recipe.Providers[i].Name)
	}
	return names
}

func (w *world) setStates() error {
	if len(w.recipe.States) > 64 {
		return diag.New(diag.Data, "bad-recipe", "at most 64 states")
	}
	for i := range w.recipe.States {
		st := &w.recipe.States[i]
		if st.Of != "person" && st.Of != "household" {
			return w.badIn("states", Ref{}, "state %s is of a person or of a household", st.Name)
		}
		when, err := w.when("states", st.If, st.Unless)
		if err != nil {
			return err
		}
		w.states = append(w.states, stateRule{st.Rate.table(), st.Of == "household", when, mix(w.seed, text(st.Name))})
		w.stateIndex[st.Name] = i // after its conditions: a state may only look at earlier ones
	}
	if name := w.recipe.Reduced; name.Name != "" {
		i, ok := w.stateIndex[name.Name]
		if !ok {
			return w.unknownIn("reduced", name, "state", nil)
		}
		w.reduced = 1 << i
	}
	return nil
}

// when compiles if and unless of a section.
func (w *world) when(section string, yes, no []Ref) ([]test, error) {
	refs := slices.Clone(yes)
	for _, r := range no {
		refs = append(refs, Ref{"!" + r.Name, r.Line, r.Col - 1})
	}
	tests, _, err := w.conditions(refs)
	return tests, w.inFile(section, err)
}

func (w *world) setStays() error {
	for i := range w.recipe.Stays {
		st := &w.recipe.Stays[i]
		at, err := w.group(st.At)
		if err != nil {
			return w.inFile("stays", err)
		}
		when, err := w.when("stays", st.If, st.Unless)
		if err != nil {
			return err
		}
		w.stays = append(w.stays, stayRule{rate: st.Rate.table(), days: st.Days, at: at, when: when})
	}
	return nil
}

func (w *world) setClaims() error {
	for i := range w.recipe.Claims {
		kind := &w.recipe.Claims[i]
		if w.cat.Table(kind.Table.Name) == nil {
			return w.unknownIn("claims", kind.Table, "table", w.tableNames())
		}
		w.claims = append(w.claims, claimRule{table: kind.Table.Name, lags: newWheel(kind.Lags)})
		for j := range kind.Items {
			if err := w.setItem(i, j, &kind.Items[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) setItem(claim, index int, it *Item) error {
	rule := &itemRule{Item: it, claim: claim, rate: it.Rate.table(), salt: mix(w.seed, text(it.Code), uint64(claim), uint64(index))}
	rule.perMonth, rule.perYear = it.Every == "month", it.Every == "year"
	if it.Every != "" && !rule.perMonth && !rule.perYear {
		return w.badIn("claims", Ref{}, "item %s: every is month or year", it.Code)
	}
	if it.Holds != nil {
		t := it.Holds.table()
		rule.holds = &t
	}
	var err error
	if rule.when, err = w.when("claims", it.If, it.Unless); err != nil {
		return err
	}
	for _, c := range []struct {
		into *choice
		from map[string]float64
	}{{&rule.by, it.By}, {&rule.asked, it.Asked}, {&rule.at, it.At}, {&rule.payee, it.Payee}} {
		if *c.into, err = w.choice(it.Code, c.from); err != nil {
			return err
		}
	}
	if it.Count == [2]int{} {
		it.Count = [2]int{1, 1}
	}
	if it.During.Name == "" {
		w.claims[claim].items = append(w.claims[claim].items, rule)
		return nil
	}
	for i := range w.recipe.Stays {
		if w.recipe.Stays[i].Name == it.During.Name {
			w.stays[i].items = append(w.stays[i].items, rule)
			return nil
		}
	}
	var names []string
	for i := range w.recipe.Stays {
		names = append(names, w.recipe.Stays[i].Name)
	}
	return w.unknownIn("claims", it.During, "kind of stay", names)
}

func (w *world) choice(item string, from map[string]float64) (choice, error) {
	var c choice
	var weights []float64
	for i, name := range w.groupNames() {
		if v, ok := from[name]; ok {
			c.groups, weights = append(c.groups, i), append(weights, v)
		}
	}
	if len(c.groups) < len(from) {
		for name := range from {
			if _, ok := w.groupIndex[name]; !ok {
				return c, w.badIn("claims", Ref{}, "item %s: no group of providers %q", item, name)
			}
		}
	}
	c.wheel = newWheel(weights)
	return c, nil
}

func (w *world) tableNames() []string {
	names := make([]string, len(w.cat.Tables))
	for i, t := range w.cat.Tables {
		names[i] = t.Name
	}
	return names
}

// salt is a number of its own for every sticky draw of the recipe.
func (w *world) salt() uint64 { w.salts++; return mix(w.seed, w.salts) }

func (w *world) bad(r Ref, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, "bad-recipe", format, args...).At(diag.Pos{Line: r.Line, Col: r.Col})
}

func (w *world) unknown(r Ref, what string, names []string) *diag.Error {
	return w.bad(r, "no %s %q", what, r.Name).WithHint("%s", diag.DidYouMean(r.Name, names, "known: "+strings.Join(names, ", ")))
}

func (w *world) badIn(section string, r Ref, format string, args ...any) error {
	return w.inFile(section, w.bad(r, format, args...))
}

func (w *world) unknownIn(section string, r Ref, what string, names []string) error {
	return w.inFile(section, w.unknown(r, what, names))
}

// inFile adds the file that has the section.
func (w *world) inFile(section string, err error) error {
	if e, ok := asDiag(err); ok && e.Pos.File == "" {
		e.Pos.File = w.recipe.files[section]
	}
	return err
}
