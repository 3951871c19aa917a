package history

import "epsql/engine/field"

// row is an equation: coefficients, then the right side.
type row []uint64

// basis is a system of equations in echelon form: the row at i has its first
// coefficient, a 1, at i.
type basis []row

// reduce takes from r what the basis says already: afterwards it has no
// coefficient where the basis has a first one. It gives the work that it was.
func (b basis) reduce(r row) (work int) {
	for i, p := range b {
		if p == nil || r[i] == 0 {
			continue
		}
		work += len(r) - i
		c := field.Neg(r[i])
		for j := i; j < len(r); j++ {
			if p[j] != 0 {
				r[j] = field.Add(r[j], field.Mul(c, p[j]))
			}
		}
	}
	return work
}

// first is the place of the first coefficient; -1 when there is none.
func (r row) first() int {
	for i, c := range r[:len(r)-1] {
		if c != 0 {
			return i
		}
	}
	return -1
}

// wrong tells an equation without coefficients that does not hold.
func (r row) wrong() bool { return r[len(r)-1] != 0 }

// normal scales r so that its first coefficient is 1.
func (r row) normal(first int) {
	if r[first] == 1 {
		return
	}
	c := field.Inverse(r[first])
	for j := first; j < len(r); j++ {
		r[j] = field.Mul(r[j], c)
	}
}

// hold adds a reduced equation whose first coefficient is at first.
func (b basis) hold(r row, first int) {
	r.normal(first)
	b[first] = r
}

// solution are values that meet all equations, zero where they may be chosen.
func (b basis) solution() []uint64 {
	out := make([]uint64, len(b))
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == nil {
			continue
		}
		v := b[i][len(b)]
		for j := i + 1; j < len(b); j++ {
			if b[i][j] != 0 && out[j] != 0 {
				v = field.Sub(v, field.Mul(b[i][j], out[j]))
			}
		}
		out[i] = v
	}
	return out
}
