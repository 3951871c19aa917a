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
	warm   int32    // means nothing: what touch read must go somewhere
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
func (l *lists) of(a *atom) (sets []int32, values []uint64) {
	from, to := a.from, a.from+int(a.n)
	return l.number[from:to], l.values[min(from, len(l.values)):min(to, len(l.values))]
}

// touch brings the lists of atoms near.
func (l *lists) touch(atoms []atom) {
	for i := range atoms {
		if a := &atoms[i]; a.n > 0 {
			l.warm += l.number[a.from] + l.number[a.from+int(a.n)-1]
		}
	}
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
	b.atoms.all = make([]atom, 0, min(total, uint64(last)+1)+1)
	b.atoms.reach(0)
	b.atoms.lists.number = make([]int32, 0, min(total, firstMember))
	for i := range sets {
		b.mixed = append(b.mixed, mix(uint64(i)))
	}
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
	mixed  []uint64 // by set, for the hash of a list
	parts  []parts
	blocks []members
	atoms  atoms
	slots  []slot // a hash table of lists
	// For the lists of a block: where those of each person start, and all of them.
	start  [1<<blockBits + 1]uint32
	hashes [1 << blockBits]uint64
	warm   uint32
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
	parts.putAll(persons)
	for len(persons) > 0 {
		block := persons[0] >> blockBits
		m := &b.blocks[block]
		at := m.at
		for len(persons) > 0 && persons[0]>>blockBits == block {
			at = append(at, high|persons[0]&blockMask)
			persons = persons[1:]
		}
		m.at = at
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
	b.hash()
	from := uint32(0)
	for i, to := range b.start[:1<<blockBits] { // each start has moved to its end
		if to > from {
			number, values := b.list(from, to)
			a := b.atom(b.hashes[i], number, values)
			b.atoms.of[first+uint32(i)] = a //nolint:gosec // in the block
			b.atoms.all[a].size++
		}
		from = to
	}
}

// list is a list of the block; values are nil when all are 1.
func (b *builder) list(from, to uint32) (number []int32, values []uint64) {
	if len(b.values) > 0 && slices.ContainsFunc(b.values[from:to], func(v uint64) bool { return v != 1 }) {
		values = b.values[from:to]
	}
	return b.number[from:to], values
}

// hash hashes the lists of the block, and visits their slots in the table: the
// waits for memory pass at once, where they would come one after the other.
func (b *builder) hash() {
	from := uint32(0)
	for i, to := range b.start[:1<<blockBits] {
		h := uint64(0)
		for _, n := range b.number[from:to] {
			h += b.mixed[n]
		}
		if len(b.values) > 0 {
			for j := from; j < to; j++ {
				h += b.mixed[b.number[j]] * (b.values[j] - 1)
			}
		}
		b.hashes[i], from = h, to
	}
	mask := uint64(len(b.slots) - 1) //nolint:gosec // not negative
	for _, h := range b.hashes {
		b.warm += b.slots[h&mask].atom
	}
}

// atom finds the atom of a list, or makes it.
func (b *builder) atom(h uint64, number []int32, values []uint64) uint32 {
	mask := uint32(len(b.slots) - 1) //nolint:gosec // twice the persons at most
	hash := uint32(h >> 32)
	at := uint32(h) & mask //nolint:gosec // the lower bits
	l := &b.atoms.lists
	for ; b.slots[at].atom != 0; at = (at + 1) & mask {
		if s := b.slots[at]; s.hash == hash && l.same(&b.atoms.all[s.atom], number, values) {
			return s.atom
		}
	}
	a := b.atoms.fresh(atom{from: len(l.number), n: int32(len(number)), head: -1}) //nolint:gosec // fewer sets than 2^31
	b.slots[at] = slot{hash, a}
	if values != nil || len(l.values) > 0 {
		for i := range number {
			l.values = setValue(l.values, len(l.number)+i+1, valueAt(values, i))
		}
	}
	l.number = append(l.number, number...)
	return a
}

// same tells whether an atom has this list.
func (l *lists) same(a *atom, number []int32, values []uint64) bool {
	n, v := l.of(a)
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
