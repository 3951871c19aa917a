package history

import "math/bits"

// Prime is the modulus: numbers modulo the prime 2^61-1. What adds up in whole numbers adds up here;
// the reverse can fail only where the prime divides a determinant of zeros and
// ones, and then a set is held to collide that does not.
const Prime = 1<<61 - 1

func fold(n uint64) uint64 {
	n = n&Prime + n>>61
	if n >= Prime {
		n -= Prime
	}
	return n
}

// Residue is the number high * 2^64 + low modulo [Prime].
func Residue(high int64, low uint64) uint64 {
	h := high % Prime
	if h < 0 {
		h += Prime
	}
	return plus(times(uint64(h), 8), fold(low)) //nolint:gosec // not negative; 2^64 is 8
}

func plus(a, b uint64) uint64 { return fold(a + b) }

func minus(a, b uint64) uint64 { return fold(a + Prime - b) }

func times(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return fold(low&Prime + (high<<3 | low>>61))
}

func inverse(a uint64) uint64 {
	out := uint64(1)
	for e := uint64(Prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = times(out, a)
		}
		a = times(a, a)
	}
	return out
}

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
		c := Prime - r[i]
		for j := i; j < len(r); j++ {
			if p[j] != 0 {
				r[j] = plus(r[j], times(c, p[j]))
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
	c := inverse(r[first])
	for j := first; j < len(r); j++ {
		r[j] = times(r[j], c)
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
				v = minus(v, times(b[i][j], out[j]))
			}
		}
		out[i] = v
	}
	return out
}
