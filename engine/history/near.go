package history

import (
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"epsql/engine/field"
)

// parts are the fingerprints of the slices into which the persons of a set fall by
// their mixed numbers. A fingerprint is the sum, modulo the prime, of what each
// person contributes times a number of the person's own: that of a combination of
// sets is the combination of theirs, and zero for nothing else than nothing but
// once in 2^61.
type parts [maxParts]uint64

// maxParts is the highest threshold for which near pairs are found by slices
// alone.
const maxParts = 16

func partsOf(s Set) parts {
	var out parts
	each(s.Members, func(from int, persons []uint32) {
		for i, n := range persons {
			out.put(n, s.value(from+i))
		}
	})
	return out
}

// put adds a person to the slice of the person's number.
func (p *parts) put(person uint32, value uint64) {
	n := mix(uint64(person)) >> 3
	if value != 1 {
		n = field.Mul(n, value)
	}
	at := &p[person*0x9E3779B1>>28]
	*at = field.Add(*at, n)
}

// putAll adds persons who contribute 1 each.
func (p *parts) putAll(persons []uint32) {
	for _, n := range persons {
		at := &p[n*0x9E3779B1>>28]
		*at = field.Add(*at, mix(uint64(n))>>3)
	}
}

func (p parts) hash() uint64 {
	var out uint64
	for i, h := range p {
		out += mix(h + uint64(i)) //nolint:gosec // a small index
	}
	return out
}

// slice is the fingerprint of the slices i, i+k, i+2k … together.
func (p parts) slice(i, k int) uint64 {
	var out uint64
	for ; i < maxParts; i += k {
		out = field.Add(out, p[i])
	}
	return out
}

// mix scatters the bits of a number (splitmix64).
func mix(n uint64) uint64 {
	n += 0x9E3779B97F4A7C15
	n = (n ^ n>>30) * 0xBF58476D1CE4E5B9
	n = (n ^ n>>27) * 0x94D049BB133111EB
	return n ^ n>>31
}

// near finds sets that differ by fewer than k persons: spread over k slices,
// k-1 differences leave one slice untouched, so its hash is the same.
type near struct {
	sets  []parts
	index []chains // by slice, made for len(index) slices
}

func (n *near) add(p parts) {
	for i := range n.index {
		n.index[i].add(p.slice(i, len(n.index)))
	}
	n.sets = append(n.sets, p)
}

// chains number things in the order in which they are added, and find those of a hash.
type chains struct {
	last map[uint64]int32 // the last of a hash, from 1
	next []int32          // the one before with the same hash, 0 when there is none
}

func (c *chains) add(hash uint64) {
	if c.last == nil {
		c.last = map[uint64]int32{}
	}
	c.next = append(c.next, c.last[hash])
	c.last[hash] = int32(len(c.next)) //nolint:gosec // fewer sets than 2^31
}

func (c *chains) clone() chains { return chains{maps.Clone(c.last), slices.Clip(c.next)} }

// of visits those of a hash until visit has seen enough.
func (c *chains) of(hash uint64, visit func(int32) bool) {
	for i := c.last[hash]; i != 0 && visit(i-1); {
		i = c.next[i-1]
	}
}

// candidates hold all sets that differ from p by fewer than k persons, and
// perhaps others.
func (n *near) candidates(p parts, k int) []int32 {
	if k > maxParts {
		return n.all()
	}
	if k != len(n.index) {
		n.build(k)
	}
	var out []int32
	for i := range n.index {
		n.index[i].of(p.slice(i, k), func(set int32) bool {
			out = append(out, set)
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (n *near) all() []int32 {
	out := make([]int32, len(n.sets))
	for i := range out {
		out[i] = int32(i) //nolint:gosec // fewer sets than 2^31
	}
	return out
}

func (n *near) build(k int) {
	n.index = make([]chains, k)
	for i := range n.index {
		n.index[i].last = make(map[uint64]int32, len(n.sets))
		for _, p := range n.sets {
			n.index[i].add(p.slice(i, k))
		}
	}
}

// each visits the persons of a set in blocks, in order; from is the place of the
// first.
func each(m *roaring.Bitmap, visit func(from int, persons []uint32)) {
	block := make([]uint32, min(4096, m.GetCardinality()))
	from := 0
	for it := m.ManyIterator(); ; {
		n := it.NextMany(block)
		if n == 0 {
			return
		}
		visit(from, block[:n])
		from += n
	}
}
