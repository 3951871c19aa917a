package history

import (
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// TestAProofHoldsOfEverybody compares with what the history finds of random sets:
// where a few persons prove that nothing collides, nothing does.
func TestAProofHoldsOfEverybody(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2)) //nolint:gosec // a test
	proven, byKinds, collide := 0, 0, 0
	for range 3000 {
		const k = 3
		persons := 4 + rnd.IntN(30)
		sets := 1 + rnd.IntN(4)
		kinds := kindsOf(rnd, sets)
		people := make([][]uint64, persons)
		having := make([]map[int]bool, len(kinds))
		for i := range people {
			people[i] = make([]uint64, sets)
			for range 1 + rnd.IntN(2) {
				n := rnd.IntN(rnd.IntN(len(kinds)) + 1)
				for j, v := range kinds[n] {
					people[i][j] += v
				}
				if having[n] == nil {
					having[n] = map[int]bool{}
				}
				having[n][i] = true
			}
		}
		var rows []Kind
		for n, persons := range having {
			if len(persons) > 0 {
				rows = append(rows, Kind{kinds[n], len(persons) >= k})
			}
		}
		proof := NewProof(sets, k)
		for _, p := range people[:rnd.IntN(persons)+1] {
			proof.Add(p)
		}
		bad := collides(people, sets, k)
		if proof.Holds() || proof.HoldsFor(rows) {
			if bad {
				t.Fatalf("proven of %v, though some combination is about fewer than %d", people, k)
			}
			if proven++; !proof.Holds() {
				byKinds++
			}
		}
		if bad {
			collide++
		}
	}
	if proven < 100 || byKinds < 100 || collide < 100 {
		t.Errorf("%d proven, %d of them by the kinds of rows, and %d collide: too few of some", proven, byKinds, collide)
	}
}

func kindsOf(rnd *rand.Rand, sets int) [][]uint64 {
	out := make([][]uint64, 1+rnd.IntN(4))
	for i := range out {
		out[i] = make([]uint64, sets)
		for j := range out[i] {
			out[i][j] = rnd.Uint64N(2)
		}
	}
	return out
}

// collides asks the history about all persons.
func collides(people [][]uint64, sets, k int) bool {
	var h History
	for j := range sets {
		s := Set{Unit: "person", Members: roaring.New(), Threshold: k}
		for i, p := range people {
			if p[j] != 0 {
				s.Members.Add(uint32(i)) //nolint:gosec // few
				s.Values = append(s.Values, p[j])
			}
		}
		if s.Members.IsEmpty() {
			continue
		}
		if _, bad := h.Compare(s); bad {
			return true
		}
		h.Add(s)
	}
	return false
}
