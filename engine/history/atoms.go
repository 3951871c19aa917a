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
	size  []int    // persons by atom; of atom 0 it is unknown
	base  []uint32 // by atom: the one in lists that it was cut from; 0 is none
	head  []int32  // by atom: the later sets it is in, a list in nodes; -1 is the end
	lists lists
	// nodes are shared: when an atom is cut, both sides keep the list so far.
	nodes arena
	in    []int32 // by atom: scratch, zero between uses
	// The parts of the last cut, inside and with those outside: room for the next.
	inside, both cut
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

// reach makes room for a person.
func (a *atoms) reach(person uint32) {
	if len(a.size) == 0 {
		a.fresh(0, -1, 0)
	}
	if int(person) >= len(a.of) {
		a.of = append(a.of, make([]uint32, int(person)+1-len(a.of))...)
	}
}

// room is made for so many atoms.
func (a *atoms) room(n int) {
	a.size, a.base = make([]int, 0, n+1), make([]uint32, 0, n+1)
	a.head, a.in = make([]int32, 0, n+1), make([]int32, 0, n+1)
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
			if a.in[atom] == 0 {
				c = append(c, part{side{atom, 1}, 0})
			}
			a.in[atom]++
		}
	})
	for i, p := range c {
		c[i].weight = int(a.in[p.atom])
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
			a.in[p.atom]++
			if a.size[p.atom] == 1 {
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
		if rest := a.size[p.atom] - int(a.in[p.atom]); rest > 0 && p.atom != 0 {
			out = append(out, part{side{p.atom, 0}, rest})
		}
		a.in[p.atom] = 0
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
		a.in[p.atom] = 0
	}
	for _, p := range c {
		if to := a.enter(p, set); to != p.atom {
			moved[p.side], a.in[p.atom] = to, 1
		}
	}
	if len(moved) > 0 {
		each(s.Members, func(from int, persons []uint32) {
			for i, n := range persons {
				if atom := a.of[n]; a.in[atom] != 0 {
					if to, is := moved[side{atom, s.Values[from+i]}]; is {
						a.of[n] = to
					}
				}
			}
		})
	}
	for _, p := range c {
		a.in[p.atom] = 0
	}
}

// addPersons is add for a set to which each person contributes 1.
func (a *atoms) addPersons(s Set, set int32) {
	c, moves := a.cutPersons(s), false
	for _, p := range c {
		a.in[p.atom] = int32(a.enter(p, set)) //nolint:gosec // not more than persons
		moves = moves || uint32(a.in[p.atom]) != p.atom
	}
	if moves {
		each(s.Members, func(_ int, persons []uint32) {
			for _, n := range persons {
				a.of[n] = uint32(a.in[a.of[n]]) //nolint:gosec // not negative
			}
		})
	}
	for _, p := range c {
		a.in[p.atom] = 0
	}
}

// enter notes that part of an atom is in a set, and gives the atom that the part
// is now.
func (a *atoms) enter(p part, set int32) uint32 {
	head := a.nodes.add(node{set, a.head[p.atom], p.value})
	if p.atom != 0 && p.weight == a.size[p.atom] {
		a.head[p.atom] = head
		return p.atom
	}
	a.size[p.atom] -= p.weight
	return a.fresh(p.weight, head, a.base[p.atom])
}

// fresh makes an atom.
func (a *atoms) fresh(size int, head int32, base uint32) uint32 {
	a.size, a.head, a.base, a.in = append(a.size, size), append(a.head, head), append(a.base, base), append(a.in, 0)
	return uint32(len(a.size) - 1) //nolint:gosec // not more than persons
}

// sets visits the sets that an atom is in, with the value of its persons.
func (a *atoms) sets(atom uint32, visit func(set int32, value uint64)) {
	for i := a.head[atom]; i >= 0; {
		n := a.nodes.at(i)
		visit(n.set, n.value)
		i = n.next
	}
	if base := a.base[atom]; base != 0 {
		sets, values := a.lists.of(base)
		for i, set := range sets {
			visit(set, valueAt(values, i))
		}
	}
}

// count adds the weight of an atom to each set that it is in.
func (a *atoms) count(atom uint32, weight int32, out []int32) {
	for i := a.head[atom]; i >= 0; {
		n := a.nodes.at(i)
		out[n.set] += weight
		i = n.next
	}
	if base := a.base[atom]; base != 0 {
		sets, _ := a.lists.of(base)
		for _, set := range sets {
			out[set] += weight
		}
	}
}

// marks are atoms that were seen, in one walk after the other.
type marks struct {
	at   []uint32 // by atom: the last walk that saw it
	walk uint32
}

// begin forgets all.
func (m *marks) begin(atoms int) {
	if len(m.at) < atoms {
		m.at = append(m.at, make([]uint32, atoms-len(m.at))...)
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

func (a arena) at(i int32) *node { return &a[i/arenaBlock][i%arenaBlock] }
