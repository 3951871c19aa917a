package history

import (
	"cmp"
	"slices"
)

// atoms are the classes of persons who have the same values in all sets, refined
// with every set that is added. Atom 0 are the persons in no set.
//
// The atoms of the sets that were read in bulk know theirs by [lists]; sets that
// are added later cut them further.
type atoms struct {
	of    []uint32 // atom by person
	all   []atom
	lists lists
	// nodes are shared: when an atom is cut, both sides keep the list so far.
	nodes arena
	// The parts of the last cut, inside and with those outside: room for the next.
	inside, both cut
}

// atom is what is known of an atom, in one place: a visit to an atom that was not
// looked at for long waits for memory once.
type atom struct {
	from int   // where its sets start in lists
	n    int32 // how many they are
	head int32 // the later sets, a list in nodes; -1 is the end
	size int32 // persons; of atom 0 it is unknown
	in   int32 // scratch, zero between uses
}

type node struct {
	set, next int32
	value     uint64
}

// side is the persons of an atom that have one value in a set; 0 is outside.
type side struct {
	atom  uint32
	value uint64
}

// part is a side with the number of its persons.
type part struct {
	side
	weight int
}

// cut is how a set cuts atoms: its parts, those of an atom one after the other.
type cut []part

// least is how many persons at least remain in any combination of the set with
// the earlier ones: an earlier combination treats an atom as one, so that all but
// one of its sides are left. Persons in no set have no other to cancel.
func (c cut) least() int {
	n, heaviest := 0, 0
	for i, p := range c {
		if i == 0 || p.atom != c[i-1].atom {
			n, heaviest = n-heaviest, 0
		}
		if p.atom != 0 || p.value != 0 {
			n += p.weight
		}
		if p.atom != 0 {
			heaviest = max(heaviest, p.weight)
		}
	}
	return n - heaviest
}

// clone shares the lists, which do not change, and nodes.
func (a *atoms) clone() atoms {
	return atoms{of: slices.Clone(a.of), all: slices.Clone(a.all), lists: a.lists, nodes: a.nodes.clone()}
}

// reach makes room for a person.
func (a *atoms) reach(person uint32) {
	if len(a.all) == 0 {
		a.fresh(atom{head: -1})
	}
	if int(person) >= len(a.of) {
		a.of = append(a.of, make([]uint32, int(person)+1-len(a.of))...)
	}
}

// cut tells how s cuts the atoms, until the next is asked for.
func (a *atoms) cut(s Set) cut {
	a.reach(s.Members.Maximum())
	if s.Values != nil {
		return a.outside(a.cutValues(s))
	}
	return a.outside(a.cutPersons(s))
}

// cutPersons are the parts inside a set to which each person contributes 1.
func (a *atoms) cutPersons(s Set) cut {
	c := a.inside[:0]
	each(s.Members, func(_ int, persons []uint32) {
		for _, n := range persons {
			atom := a.of[n]
			if a.all[atom].in == 0 {
				c = append(c, part{side{atom, 1}, 0})
			}
			a.all[atom].in++
		}
	})
	for i, p := range c {
		c[i].weight = int(a.all[p.atom].in)
	}
	a.inside = c
	return c
}

// cutValues are the parts inside a set with values.
func (a *atoms) cutValues(s Set) cut {
	var c cut
	place := map[side]int{}
	each(s.Members, func(from int, persons []uint32) {
		for i, n := range persons {
			p := side{a.of[n], s.Values[from+i]}
			a.all[p.atom].in++
			if a.all[p.atom].size == 1 {
				c = append(c, part{p, 1})
				continue
			}
			j, known := place[p]
			if !known {
				j, place[p] = len(c), len(c)
				c = append(c, part{p, 0})
			}
			c[j].weight++
		}
	})
	slices.SortStableFunc(c, func(x, y part) int { return cmp.Compare(x.atom, y.atom) })
	return c
}

// outside adds the parts outside the set, from the counts of persons inside,
// which it clears.
func (a *atoms) outside(c cut) cut {
	out := a.both[:0]
	for i, p := range c {
		out = append(out, p)
		if i+1 < len(c) && c[i+1].atom == p.atom {
			continue
		}
		if rest := int(a.all[p.atom].size - a.all[p.atom].in); rest > 0 && p.atom != 0 {
			out = append(out, part{side{p.atom, 0}, rest})
		}
		a.all[p.atom].in = 0
	}
	a.both = out
	return out
}

// add refines the atoms by a set: each of its sides becomes an atom of its own,
// but for one that is all that is left of its atom.
func (a *atoms) add(s Set, set int32) {
	a.reach(s.Members.Maximum())
	if s.Values == nil {
		a.addPersons(s, set)
		return
	}
	moved := map[side]uint32{}
	c := a.cutValues(s)
	for _, p := range c {
		a.all[p.atom].in = 0
	}
	for _, p := range c {
		if to := a.enter(p, set); to != p.atom {
			moved[p.side], a.all[p.atom].in = to, 1
		}
	}
	if len(moved) > 0 {
		each(s.Members, func(from int, persons []uint32) {
			for i, n := range persons {
				if atom := a.of[n]; a.all[atom].in != 0 {
					if to, is := moved[side{atom, s.Values[from+i]}]; is {
						a.of[n] = to
					}
				}
			}
		})
	}
	for _, p := range c {
		a.all[p.atom].in = 0
	}
}

// addPersons is add for a set to which each person contributes 1.
func (a *atoms) addPersons(s Set, set int32) {
	c, moves := a.cutPersons(s), false
	for _, p := range c {
		a.all[p.atom].in = int32(a.enter(p, set)) //nolint:gosec // not more than persons
		moves = moves || uint32(a.all[p.atom].in) != p.atom
	}
	if moves {
		each(s.Members, func(_ int, persons []uint32) {
			for _, n := range persons {
				a.of[n] = uint32(a.all[a.of[n]].in) //nolint:gosec // not negative
			}
		})
	}
	for _, p := range c {
		a.all[p.atom].in = 0
	}
}

// enter notes that part of an atom is in a set, and gives the atom that the part
// is now.
func (a *atoms) enter(p part, set int32) uint32 {
	cut, weight := &a.all[p.atom], int32(p.weight) //nolint:gosec // fewer persons than 2^31
	head := a.nodes.add(node{set, cut.head, p.value})
	if p.atom != 0 && weight == cut.size {
		cut.head = head
		return p.atom
	}
	cut.size -= weight
	return a.fresh(atom{from: cut.from, n: cut.n, head: head, size: weight})
}

// fresh makes an atom.
func (a *atoms) fresh(new atom) uint32 {
	a.all = append(a.all, new)
	return uint32(len(a.all) - 1) //nolint:gosec // not more than persons
}

// sets visits the sets that an atom is in, with the value of its persons.
func (a *atoms) sets(of uint32, visit func(set int32, value uint64)) {
	at := &a.all[of]
	for i := at.head; i >= 0; {
		n := a.nodes.at(i)
		visit(n.set, n.value)
		i = n.next
	}
	sets, values := a.lists.of(at)
	for i, set := range sets {
		visit(set, valueAt(values, i))
	}
}

// count adds the weights of the parts inside a set to each earlier set that their
// atoms are in. Atoms and lists are visited some at a time before they are read:
// the waits for memory then pass at once, not one after the other.
func (a *atoms) count(c cut, out []int32) {
	var met [64]atom
	for len(c) > 0 {
		n := 0
		now := c[:min(len(c), len(met))]
		for _, p := range now {
			if p.value != 0 {
				met[n] = a.all[p.atom]
				met[n].in = int32(p.weight) //nolint:gosec // fewer persons than 2^31
				n++
			}
		}
		a.lists.touch(met[:n])
		for i := range met[:n] {
			a.countOne(&met[i], out)
		}
		c = c[len(now):]
	}
}

func (a *atoms) countOne(at *atom, out []int32) {
	for i := at.head; i >= 0; {
		n := a.nodes.at(i)
		out[n.set] += at.in
		i = n.next
	}
	sets, _ := a.lists.of(at)
	for _, set := range sets {
		out[set] += at.in
	}
}

// marks are atoms, or persons, that were seen, in one walk after the other.
type marks struct {
	at   []uint32 // by atom: the last walk that saw it
	walk uint32
}

// begin forgets all.
func (m *marks) begin(n int) {
	if len(m.at) < n {
		m.at = append(m.at, make([]uint32, n-len(m.at))...)
	}
	m.walk++
}

func (m *marks) add(atom uint32)      { m.at[atom] = m.walk }
func (m *marks) has(atom uint32) bool { return m.at[atom] == m.walk }

// arena holds nodes in blocks, which stay where they are when it grows.
type arena [][]node

const arenaBlock = 1 << 10

func (a *arena) add(n node) int32 {
	last := len(*a) - 1
	if last < 0 || len((*a)[last]) == arenaBlock {
		*a = append(*a, make([]node, 0, arenaBlock))
		last++
	}
	(*a)[last] = append((*a)[last], n)
	return int32(last*arenaBlock + len((*a)[last]) - 1) //nolint:gosec // fewer nodes than 2^31
}

func (a arena) clone() arena {
	out := slices.Clone(a)
	if last := len(out) - 1; last >= 0 {
		out[last] = slices.Clip(out[last])
	}
	return out
}

func (a arena) at(i int32) *node { return &a[i/arenaBlock][i%arenaBlock] }
