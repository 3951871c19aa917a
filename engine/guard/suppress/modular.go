package suppress

import "math/bits"

// prime is 2^61 - 1: products fit two words and reduction is a shift.
const prime = 1<<61 - 1

func add(a, b uint64) uint64 { return fold(a + b) }

func fold(a uint64) uint64 {
	if a >= prime {
		a -= prime
	}
	return a
}

func neg(a uint64) uint64 {
	if a == 0 {
		return 0
	}
	return prime - a
}

func mul(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return fold(fold(lo&prime) + (hi<<3 | lo>>61))
}

// inverse is a^(prime-2).
func inverse(a uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = mul(out, a)
		}
		a = mul(a, a)
	}
	return out
}

func residue(n int64) uint64 {
	if r := n % prime; r < 0 {
		return uint64(r + prime)
	} else { //nolint:revive // the two signs read together
		return uint64(r)
	}
}

// maxRational bounds numerator and denominator of a coefficient that is read
// back from its residue.
const maxRational = 1 << 20

// rational gives the fraction with small parts whose residue is a; false when
// there is none.
func rational(a uint64) (num, den int64, ok bool) {
	r0, r1 := int64(prime), int64(a)
	t0, t1 := int64(0), int64(1)
	for r1 > maxRational {
		q := r0 / r1
		r0, r1 = r1, r0-q*r1
		t0, t1 = t1, t0-q*t1
	}
	if t1 < 0 {
		r1, t1 = -r1, -t1
	}
	return r1, t1, t1 != 0 && t1 <= maxRational
}

// entry is one number of a sparse vector.
type entry struct {
	at int32
	v  uint64
}

// sparse is a vector by falling index, without zeros.
type sparse []entry

// axpy is y + a*x.
func axpy(y sparse, a uint64, x sparse) sparse {
	out := make(sparse, 0, len(y)+len(x))
	for len(y) > 0 && len(x) > 0 {
		switch {
		case y[0].at > x[0].at:
			out, y = append(out, y[0]), y[1:]
		case y[0].at < x[0].at:
			out, x = append(out, entry{x[0].at, mul(a, x[0].v)}), x[1:]
		default:
			if v := add(y[0].v, mul(a, x[0].v)); v != 0 {
				out = append(out, entry{x[0].at, v})
			}
			y, x = y[1:], x[1:]
		}
	}
	out = append(out, y...)
	for _, e := range x {
		out = append(out, entry{e.at, mul(a, e.v)})
	}
	return out
}
