package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// persons makes a set of persons: ranges "from to" of numbers.
func persons(bounds ...uint64) *roaring.Bitmap {
	m := roaring.New()
	for i := 0; i < len(bounds); i += 2 {
		m.AddRange(bounds[i], bounds[i+1]+1)
	}
	return m
}

func TestSetsThatTogetherTellOfFewPersonsCollide(t *testing.T) {
	type sets = []*roaring.Bitmap
	for _, c := range []struct {
		name string
		past sets
		next *roaring.Bitmap
		want string
	}{
		{"nothing left before", nil, persons(1, 100), ""},
		{"the same set again is a repetition", sets{persons(1, 100)}, persons(1, 100), ""},
		{"one person more than a set that left", sets{persons(1, 100)}, persons(1, 101), "[1]"},
		{"three persons less", sets{persons(1, 100)}, persons(4, 100), "[1]"},
		{"four persons less are enough", sets{persons(1, 100)}, persons(5, 100), ""},
		{"one person in the place of another", sets{persons(1, 100)}, persons(2, 101), "[1]"},
		{"two in the place of two others are four", sets{persons(1, 100)}, persons(3, 102), ""},
		{"a part of a set", sets{persons(1, 100)}, persons(1, 50), ""},
		{"the rest of a total", sets{persons(1, 100), persons(1, 50)}, persons(51, 100), ""},
		{"the rest of a total but for one", sets{persons(1, 100), persons(1, 50)}, persons(52, 100), "[1 2]"},
		{"a total of parts that left", sets{persons(1, 30), persons(31, 60), persons(61, 90)}, persons(1, 90), ""},
		{"a total with two persons more than its parts", sets{persons(1, 30), persons(31, 60), persons(61, 90)}, persons(1, 92), "[1 2 3]"},
		{"overlapping sets: A and B less the union is the intersection", sets{persons(1, 52), persons(50, 100)}, persons(1, 100), "[1 2]"},
		{"an overlap of four is enough", sets{persons(1, 53), persons(50, 100)}, persons(1, 100), ""},
		{
			"a ring of overlapping sets that closes but for one person",
			sets{persons(11, 30), persons(21, 40), persons(31, 40, 1, 10)},
			persons(1, 21), "[1 2 3]",
		},
		{"four times four persons between", sets{persons(1, 4, 11, 40), persons(1, 8, 11, 40)}, persons(1, 12, 11, 40), "[2]"},
		{"coefficients beside one: three sets that each count two parts twice", sets{persons(1, 20), persons(11, 30)}, persons(1, 10, 21, 31), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h History
			for i, m := range c.past {
				if _, bad := h.Compare(Set{Unit: "person", Members: m, Threshold: 4}); bad {
					t.Fatalf("set %d collides already", i+1)
				}
				h.Add(Set{Unit: "person", Members: m, Threshold: 4, Entry: int64(i + 1)})
			}
			got := ""
			if collision, bad := h.Compare(Set{Unit: "person", Members: c.next, Threshold: 4}); bad {
				got = fmt.Sprint(collision.Entries)
			}
			if got != c.want {
				t.Errorf("collides with %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatPersonsContributeIsComparedToo(t *testing.T) {
	// Sixteen persons, four quarters: person n has n euros in each quarter, and
	// only persons 1 and 2 have any in the last.
	quarter := func(last bool, times int64) []int64 {
		v := make([]int64, 16)
		for i := range v {
			if !last || i < 2 {
				v[i] = int64(i+1) * times
			}
		}
		return v
	}
	year := make([]int64, 16)
	for i := range year {
		year[i] = 3*quarter(false, 1)[i] + quarter(true, 1)[i]
	}
	for _, c := range []struct {
		name string
		past [][]int64
		next []int64
		want bool
	}{
		{"the same persons with other amounts", [][]int64{quarter(false, 1)}, squares(), false},
		{"the same amounts but for one person's", [][]int64{quarter(false, 1)}, but(quarter(false, 1), 5, 70), true},
		{"twice the amounts tell the same", [][]int64{quarter(false, 1)}, quarter(false, 2), false},
		{"twice the amounts but for one person's", [][]int64{quarter(false, 1)}, but(quarter(false, 2), 5, 70), true},
		{"a year less its three large quarters is the small one", [][]int64{quarter(false, 1)}, year, true},
		{"amounts and one euro each, less the amounts, is the number of persons", [][]int64{quarter(false, 1), ones()}, but(plusOne(), 3, 9), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h History
			for _, v := range c.past {
				h.Add(setOf(v, 4, 1))
			}
			if _, bad := h.Compare(setOf(c.next, 4, 0)); bad != c.want {
				t.Errorf("collides: %v", bad)
			}
		})
	}
}

func squares() []int64 { return mapped(func(n int64) int64 { return n * n }) }
func ones() []int64    { return mapped(func(int64) int64 { return 1 }) }
func plusOne() []int64 { return mapped(func(n int64) int64 { return n + 1 }) }

func mapped(f func(int64) int64) []int64 {
	v := make([]int64, 16)
	for i := range v {
		v[i] = f(int64(i + 1))
	}
	return v
}

func but(v []int64, person int, value int64) []int64 {
	v[person-1] = value
	return v
}

func TestAmongManySetsTheNearestAreFound(t *testing.T) {
	// Forty parts of thirty persons, a total over half of them, hundreds of sets of
	// others, and 150 parts of twenty.
	const parts, others = 40, 2 * MaxSystem
	var h History
	add := func(m *roaring.Bitmap, entry int64) {
		h.Add(Set{Unit: "person", Members: m, Threshold: 4, Entry: entry})
	}
	for i := range uint64(others) {
		add(persons(10_000+20*i, 10_000+20*i+25), 3)
	}
	for i := range uint64(parts) {
		add(persons(30*i+1, 30*i+30), 1)
	}
	add(persons(1, 600), 2)
	for i := range uint64(150) {
		add(persons(100_001+20*i, 100_020+20*i), 4)
	}
	for _, c := range []struct {
		name string
		next *roaring.Bitmap
		want string
	}{
		{"the total of all", persons(1, 1200), ""},
		{"the total of all and two more", persons(1, 1202), "[1]"},
		{"the other half but for one", persons(602, 1200), "[1]"},
		{"what the total over half has besides ten parts, but for three", persons(301, 597), "[1]"},
		{"a part of a part", persons(1, 10), ""},
		{"the total of more parts than are combined", persons(100_001, 103_000), ""},
		{"the total of more parts than are combined and one more", persons(100_001, 103_001), "[4]"},
		{"others and one more", persons(10_000, 10_026), "[3]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if collision, bad := h.Compare(Set{Unit: "person", Members: c.next, Threshold: 4}); bad {
				got = fmt.Sprint(collision.Entries)
			}
			if got != c.want {
				t.Errorf("collides with %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheStricterThresholdDecides(t *testing.T) {
	var h History
	h.Add(Set{Unit: "person", Members: persons(1, 100), Threshold: 5, Entry: 1})
	if _, bad := h.Compare(Set{Unit: "person", Members: persons(1, 104), Threshold: 4}); !bad {
		t.Error("four persons between: too few for the first, whose threshold is 5")
	}
	if _, bad := h.Compare(Set{Unit: "person", Members: persons(1, 105), Threshold: 4}); bad {
		t.Error("five persons between are enough for both")
	}
}

func TestUnitsDoNotCombine(t *testing.T) {
	var h History
	h.Add(Set{Unit: "provider", Members: persons(1, 100), Threshold: 4, Entry: 1})
	if _, bad := h.Compare(Set{Unit: "person", Members: persons(1, 101), Threshold: 4}); bad {
		t.Error("person 101 is not the difference to 100 providers")
	}
}

// TestFewPersonsAgreeWithTheDefinition compares with the definition, worked out
// by trying every group of persons: some vector of the span has just them.
func TestFewPersonsAgreeWithTheDefinition(t *testing.T) {
	rounds := 4000
	if testing.Short() {
		rounds = 500
	}
	collisions := 0
	for seed := range rounds {
		bulk := seed%2 == 0
		rnd := rand.New(rand.NewPCG(uint64(seed), 3)) //nolint:gosec // a test
		people, k := 5+rnd.IntN(8), 2+rnd.IntN(3)
		var h History
		var past [][]int64
		for entry := range 3 + rnd.IntN(7) {
			v := randomVector(rnd, people, past)
			s := setOf(v, k, int64(entry+1))
			if s.Members.IsEmpty() {
				continue
			}
			_, got := h.Compare(s)
			want := tellsOfFew(append(slices.Clone(past), v), k)
			if got != want {
				t.Fatalf("seed %d: %d persons, k = %d, past %v, next %v: collides %v, want %v", seed, people, k, past, v, got, want)
			}
			if got {
				collisions++
				continue
			}
			past = append(past, v)
			if h.Add(s); bulk {
				h = taken(h)
			}
		}
	}
	if collisions < rounds/10 {
		t.Errorf("only %d collisions in %d rounds: the test says little", collisions, rounds)
	}
}

// TestAHistoryThatGrowsDecidesAsOneThatIsReadAnew releases cells of tables and
// what is nearly one; every request is compared with a copy of a history that was
// kept, and with one that was made for it.
func TestAHistoryThatGrowsDecidesAsOneThatIsReadAnew(t *testing.T) {
	collisions := 0
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 9)) //nolint:gosec // a test
		p := people(3000, 2, 3, 5, 12, 20, 30)
		var kept History
		var past []Set
		for i := range uint64(MaxSystem + 44) { // others
			past = append(past, Set{Unit: "person", Members: persons(10_000+20*i, 10_000+20*i+25), Threshold: 2})
			kept.Add(past[i])
		}
		for entry := int64(1); entry <= 6; entry++ {
			request := kept.Clone()
			var fresh History
			for _, s := range past {
				fresh.Add(s)
			}
			var released []Set
			cells := p.cells(rnd.IntN(6), rnd.IntN(6))
			slices.SortFunc(cells, func(x, y *roaring.Bitmap) int { return int(x.Minimum()) - int(y.Minimum()) }) //nolint:gosec // small numbers
			for _, m := range cells[:min(len(cells), 60)] {
				s := disturbed(rnd, Set{Unit: "person", Members: m, Threshold: 2 + rnd.IntN(3)})
				got, bad := request.Compare(s)
				if want, is := fresh.Compare(s); bad != is || !slices.Equal(got.Entries, want.Entries) {
					t.Fatalf("seed %d, entry %d: collides with %v (%v), want %v (%v)", seed, entry, got.Entries, bad, want.Entries, is)
				}
				if bad {
					collisions++
					continue
				}
				request.Add(s)
				fresh.Add(s)
				if s.Entry = entry; rnd.IntN(9) > 0 { // some are hidden for other reasons
					released = append(released, s)
				}
			}
			for _, m := range cells[min(len(cells), 60):] {
				released = append(released, Set{Unit: "person", Members: m, Threshold: 2, Entry: entry})
			}
			for _, s := range released {
				kept.Add(s)
			}
			past = append(past, released...)
		}
	}
	if collisions < 10 {
		t.Errorf("only %d collisions: the test says little", collisions)
	}
}

// disturbed takes a person from some sets, adds one to some, and values to some.
func disturbed(rnd *rand.Rand, s Set) Set {
	switch rnd.IntN(20) {
	case 0:
		s.Members.Remove(s.Members.Minimum())
	case 1:
		s.Members.Add(1 + rnd.Uint32N(3000))
	case 2:
		for range s.size() {
			s.Values = append(s.Values, 1+rnd.Uint64N(3))
		}
	}
	return s
}

func TestSetsTakenInByPartsMakeTheSameAtoms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5)) //nolint:gosec // a test
	var sets []Set
	for range 300 {
		s := Set{Unit: "person", Members: roaring.New()}
		for n := uint32(1); n < 30_000; n += 1 + rnd.Uint32N(2000) {
			s.Members.Add(n)
		}
		if rnd.IntN(3) == 0 {
			for range s.size() {
				s.Values = append(s.Values, 1+rnd.Uint64N(3))
			}
		}
		sets = append(sets, s)
	}
	whole, hashes := bulk(sets, maxMembers)
	split, again := bulk(sets, 1000)
	if !slices.Equal(hashes, again) || !slices.Equal(whole.of, split.of) || !slices.Equal(whole.all, split.all) {
		t.Error("not the same atoms")
	}
	for i, s := range sets {
		if hashes[i] != partsOf(s) {
			t.Fatal("not the parts of the set")
		}
	}
	for n, atom := range whole.of {
		got := map[int32]uint64{}
		whole.sets(atom, func(set int32, value uint64) { got[set] = value })
		split.sets(split.of[n], func(set int32, value uint64) {
			if got[set] != value {
				t.Errorf("person %d has %d in set %d, and %d", n, value, set, got[set])
			}
		})
		for i, s := range sets {
			want := uint64(0)
			if s.Members.ContainsInt(n) {
				want = s.value(int(s.Members.Rank(uint32(n))) - 1) //nolint:gosec // small numbers
			}
			if got[int32(i)] != want { //nolint:gosec // few sets
				t.Fatalf("person %d has %d in set %d, want %d", n, got[int32(i)], i, want) //nolint:gosec // few sets
			}
		}
	}
}

// taken is a history of the same sets, taken in together.
func taken(h History) (out History) {
	for unit, p := range h.units {
		p.settle()
		q := out.unit(unit)
		q.strict = p.strict
		q.bulk(append(p.sets, p.sets[0]))
	}
	return out
}

// setOf makes a set of the values of persons 1, 2, 3 …
func setOf(values []int64, k int, entry int64) Set {
	s := Set{Unit: "person", Members: roaring.New(), Threshold: k, Entry: entry}
	ones := true
	for i, v := range values {
		if v != 0 {
			s.Members.AddInt(i + 1)
			s.Values = append(s.Values, uint64(v)) //nolint:gosec // not negative
			ones = ones && v == 1
		}
	}
	if ones {
		s.Values = nil
	}
	return s
}

// randomVector draws who contributes what: at random, or made of earlier ones but
// for a person.
func randomVector(rnd *rand.Rand, people int, past [][]int64) []int64 {
	v := make([]int64, people)
	dense, most := rnd.Float64(), 1+rnd.Int64N(2)
	for i := range v {
		if rnd.Float64() < dense {
			v[i] = 1 + rnd.Int64N(most)
		}
	}
	if len(past) < 2 || rnd.IntN(2) == 0 {
		return v
	}
	a, b, op := past[rnd.IntN(len(past))], past[rnd.IntN(len(past))], rnd.IntN(4)
	for i := range v {
		switch op {
		case 0:
			v[i] = min(a[i]+b[i], 2)
		case 1:
			v[i] = a[i] & b[i]
		case 2:
			v[i] = a[i] &^ b[i]
		default:
			v[i] = min(2*a[i], 2)
		}
	}
	if rnd.IntN(2) == 0 {
		v[rnd.IntN(people)] ^= 1
	}
	return v
}

// tellsOfFew tries every group of fewer than k persons: without their columns
// the vectors are of lower rank when some combination has only them.
func tellsOfFew(vectors [][]int64, k int) bool {
	people := len(vectors[0])
	full := rank(vectors, 0)
	for group := 1; group < 1<<people; group++ {
		if n := popcount(group); n < k && rank(vectors, group) < full {
			return true
		}
	}
	return false
}

func popcount(n int) (c int) {
	for ; n > 0; n &= n - 1 {
		c++
	}
	return c
}

// rank is the rank over the rationals, without the columns in omit: Bareiss's
// elimination, whose divisions leave nothing.
func rank(vectors [][]int64, omit int) int {
	var rows [][]int64
	for _, v := range vectors {
		var r []int64
		for i, x := range v {
			if omit>>i&1 == 0 {
				r = append(r, x)
			}
		}
		rows = append(rows, r)
	}
	out, last := 0, int64(1)
	for col := 0; len(rows) > 0 && col < len(rows[0]) && out < len(rows); col++ {
		p := slices.IndexFunc(rows[out:], func(r []int64) bool { return r[col] != 0 })
		if p < 0 {
			continue
		}
		rows[out], rows[out+p] = rows[out+p], rows[out]
		pivot := rows[out]
		for _, r := range rows[out+1:] {
			f := r[col]
			for j := range r {
				r[j] = (r[j]*pivot[col] - f*pivot[j]) / last
			}
		}
		last = pivot[col]
		out++
	}
	return out
}
