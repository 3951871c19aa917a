package history

import "github.com/RoaringBitmap/roaring/v2"

// atoms are the classes of persons who are in exactly the same sets, refined
// with every set that is added. Atom 0 are the persons in no set.
type atoms struct {
	of   []uint32 // atom by person
	size []int    // persons by atom; of atom 0 it is unknown
	head []int32  // by atom: the sets it is in, a list in nodes; -1 is the end
	// nodes are shared: when an atom is cut, both sides keep the list so far.
	nodes []node
	in    []int32 // by atom: scratch, zero between uses
}

type node struct{ set, next int32 }

// cut is how a set cuts atoms.
type cut struct {
	atoms []uint32
	in    []int // persons inside the set, by place in atoms
	out   []int // persons of the atom outside
}

// least is how many persons at least remain in any combination of the set with
// the earlier ones: an earlier combination treats an atom as one, so either all
// inside or all outside are left. Persons in no set have no other to cancel.
func (c cut) least() int {
	n := 0
	for i, a := range c.atoms {
		if a == 0 {
			n += c.in[i]
		} else {
			n += min(c.in[i], c.out[i])
		}
	}
	return n
}

// reach makes room for a person.
func (a *atoms) reach(person uint32) {
	if len(a.size) == 0 {
		a.size, a.head, a.in = []int{0}, []int32{-1}, []int32{0}
	}
	if int(person) >= len(a.of) {
		a.of = append(a.of, make([]uint32, int(person)+1-len(a.of))...)
	}
}

// cut tells how m cuts the atoms, in the order of its persons.
func (a *atoms) cut(m *roaring.Bitmap) cut {
	a.reach(m.Maximum())
	var c cut
	each(m, func(persons []uint32) {
		for _, n := range persons {
			atom := a.of[n]
			if a.in[atom] == 0 {
				c.atoms = append(c.atoms, atom)
			}
			a.in[atom]++
		}
	})
	c.in, c.out = make([]int, len(c.atoms)), make([]int, len(c.atoms))
	for i, atom := range c.atoms {
		c.in[i], c.out[i] = int(a.in[atom]), a.size[atom]-int(a.in[atom])
		a.in[atom] = 0
	}
	return c
}

// add refines the atoms by a set.
func (a *atoms) add(m *roaring.Bitmap, set int32) {
	c := a.cut(m)
	for i, atom := range c.atoms {
		a.nodes = append(a.nodes, node{set, a.head[atom]})
		head := int32(len(a.nodes) - 1) //nolint:gosec // fewer nodes than 2^31
		if atom != 0 && c.out[i] == 0 {
			a.head[atom] = head
			continue
		}
		a.in[atom] = int32(len(a.size)) //nolint:gosec // the number of the new atom, not more than persons
		a.size[atom] -= c.in[i]
		a.size = append(a.size, c.in[i])
		a.head = append(a.head, head)
		a.in = append(a.in, 0)
	}
	each(m, func(persons []uint32) {
		for _, n := range persons {
			if moved := a.in[a.of[n]]; moved != 0 {
				a.of[n] = uint32(moved) //nolint:gosec // not negative
			}
		}
	})
	for _, atom := range c.atoms {
		a.in[atom] = 0
	}
}

// sets visits the sets that an atom is in.
func (a *atoms) sets(atom uint32, visit func(set int32)) {
	for i := a.head[atom]; i >= 0; i = a.nodes[i].next {
		visit(a.nodes[i].set)
	}
}
