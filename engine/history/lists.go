package history

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// lists are the sets that the atoms of many sets are in, those of an atom one
// after the other. They are made for all sets at once: memberships are put in
// the order of persons block by block, so that what is worked on stays in the
// processor's cache, where a walk over set after set would wait for memory at
// every person.
type lists struct {
	number []int32  // of the set
	values []uint64 // of the persons there; those beyond its end are 1
	start  []int    // by atom: where its list starts; one more at the end
}

const (
	blockBits   = 13 // persons of a block, as a power of two
	blockMask   = 1<<blockBits - 1
	maxMembers  = 1 << 26               // memberships put in order at a time
	maxBulk     = 1 << (32 - blockBits) // sets whose numbers fit above the bits of a block
	firstMember = 1 << 25               // room that is made for lists before they are known
)

// of gives the sets of an atom, and the values of its persons there, which are 1
// where there are none.
func (l *lists) of(atom uint32) (sets []int32, values []uint64) {
	from, to := l.start[atom], l.start[atom+1]
	return l.number[from:to], l.values[min(from, len(l.values)):min(to, len(l.values))]
}

// members are the persons of a block in all sets, set after set: the number of
// the set above the lower bits of the person's.
type members struct {
	at     []uint32
	values []uint64 // those beyond its end are 1
}

func (m *members) value(i int) uint64 { return valueAt(m.values, i) }

func valueAt(values []uint64, i int) uint64 {
	if i < len(values) {
		return values[i]
	}
	return 1
}

// setValue notes the value of the last of n, and ones for those before that have none.
func setValue(values []uint64, n int, v uint64) []uint64 {
	if v == 1 && len(values) == 0 {
		return values
	}
	for len(values) < n-1 {
		values = append(values, 1)
	}
	return append(values, v)
}

// bulk makes the atoms of sets, which are not more than maxBulk, and hashes their
// parts. At most so many memberships are held at a time, besides the atoms.
func bulk(sets []Set, most uint64) (atoms, []parts) {
	last, total := uint32(0), uint64(0)
	for _, s := range sets {
		last = max(last, s.Members.Maximum())
		total += s.Members.GetCardinality()
	}
	b := &builder{sets: sets, parts: make([]parts, len(sets)), blocks: make([]members, last>>blockBits+1)}
	b.atoms.of = make([]uint32, last+1)
	b.atoms.room(int(min(total, uint64(last)+1)))
	b.atoms.reach(0)
	b.atoms.lists = lists{number: make([]int32, 0, min(total, firstMember)), start: []int{0, 0}}
	b.slots = make([]slot, tableSize(2*int(min(total, uint64(last)))))
	walks := total/most + 1
	room := min(total, most) / uint64(len(b.blocks)) * 9 / 8
	for i := range b.blocks {
		b.blocks[i].at = make([]uint32, 0, room)
	}
	each := (uint64(len(b.blocks)) + walks - 1) / walks << blockBits
	for from := uint64(0); from <= uint64(last); from += each {
		b.read(from, from+each, walks == 1)
		for i := range b.blocks {
			b.block(uint32(i)<<blockBits, &b.blocks[i]) //nolint:gosec // persons are 32 bits
		}
	}
	return b.atoms, b.parts
}

type builder struct {
	sets   []Set
	parts  []parts
	blocks []members
	atoms  atoms
	slots  []slot // a hash table of lists
	// For the lists of a block: where those of each person start, and all of them.
	start  [1<<blockBits + 1]uint32
	number []int32
	values []uint64
}

type slot struct{ hash, atom uint32 }

func tableSize(n int) int {
	size := 16
	for size < n {
		size *= 2
	}
	return size
}

// read puts the memberships of the persons in a range into blocks.
func (b *builder) read(from, to uint64, all bool) {
	for i, s := range b.sets {
		m, skipped := s.Members, 0
		if !all {
			m = roaring.New()
			m.AddRange(from, to)
			m.And(s.Members)
			if from > 0 {
				skipped = int(s.Members.Rank(uint32(from - 1))) //nolint:gosec // persons are 32 bits
			}
		}
		each(m, func(at int, persons []uint32) {
			if s.Values != nil {
				b.putValues(i, persons, s.Values[skipped+at:])
			} else {
				b.put(i, persons)
			}
		})
	}
}

func (b *builder) put(set int, persons []uint32) {
	high, parts := uint32(set)<<blockBits, &b.parts[set] //nolint:gosec // as many as fit above the bits
	for _, n := range persons {
		parts.put(n, 1)
		m := &b.blocks[n>>blockBits]
		m.at = append(m.at, high|n&blockMask)
	}
}

func (b *builder) putValues(set int, persons []uint32, values []uint64) {
	high, parts := uint32(set)<<blockBits, &b.parts[set] //nolint:gosec // as many as fit above the bits
	for i, n := range persons {
		parts.put(n, values[i])
		m := &b.blocks[n>>blockBits]
		m.at = append(m.at, high|n&blockMask)
		m.values = setValue(m.values, len(m.at), values[i])
	}
}

// block makes the lists of the persons of a block, and their atoms.
func (b *builder) block(first uint32, m *members) {
	if len(m.at) == 0 {
		return
	}
	clear(b.start[:])
	for _, at := range m.at {
		b.start[at&blockMask]++
	}
	sum := uint32(0)
	for i, n := range b.start {
		b.start[i] = sum
		sum += n
	}
	b.number = slices.Grow(b.number[:0], len(m.at))[:len(m.at)]
	if b.values = b.values[:0]; len(m.values) > 0 {
		b.values = slices.Grow(b.values, len(m.at))[:len(m.at)]
	}
	for i, at := range m.at {
		to := b.start[at&blockMask]
		b.start[at&blockMask]++
		b.number[to] = int32(at >> blockBits) //nolint:gosec // fewer sets than 2^31
		if len(m.values) > 0 {
			b.values[to] = m.value(i)
		}
	}
	m.at, m.values = m.at[:0], m.values[:0]
	from := uint32(0)
	for i, to := range b.start[:1<<blockBits] { // each start has moved to its end
		if to > from {
			var values []uint64
			if len(b.values) > 0 && slices.ContainsFunc(b.values[from:to], func(v uint64) bool { return v != 1 }) {
				values = b.values[from:to]
			}
			a := b.atom(b.number[from:to], values)
			b.atoms.of[first+uint32(i)] = a //nolint:gosec // in the block
			b.atoms.size[a]++
		}
		from = to
	}
}

// atom finds the atom of a list, or makes it.
func (b *builder) atom(number []int32, values []uint64) uint32 {
	h := hashOf(number, values)
	mask := uint32(len(b.slots) - 1) //nolint:gosec // twice the persons at most
	hash := uint32(h >> 32)
	at := uint32(h) & mask //nolint:gosec // the lower bits
	for ; b.slots[at].atom != 0; at = (at + 1) & mask {
		if s := b.slots[at]; s.hash == hash && b.atoms.lists.same(s.atom, number, values) {
			return s.atom
		}
	}
	a := b.atoms.fresh(0, -1, 0)
	b.slots[at], b.atoms.base[a] = slot{hash, a}, a
	l := &b.atoms.lists
	if values != nil || len(l.values) > 0 {
		for i := range number {
			l.values = setValue(l.values, len(l.number)+i+1, valueAt(values, i))
		}
	}
	l.number = append(l.number, number...)
	l.start = append(l.start, len(l.number))
	return a
}

func hashOf(number []int32, values []uint64) uint64 {
	const odd = 0x9E3779B97F4A7C15
	h := uint64(len(number))
	for _, n := range number {
		h = (h^uint64(n))*odd ^ h>>29 //nolint:gosec // not negative
	}
	for _, v := range values {
		h = (h^v)*odd ^ h>>29
	}
	return h ^ h>>31
}

// same tells whether an atom has this list.
func (l *lists) same(atom uint32, number []int32, values []uint64) bool {
	n, v := l.of(atom)
	if !slices.Equal(n, number) {
		return false
	}
	for i := range max(len(v), len(values)) {
		if valueAt(v, i) != valueAt(values, i) {
			return false
		}
	}
	return true
}
