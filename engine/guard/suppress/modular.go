package suppress

import "epsql/engine/field"

// maxRational bounds numerator and denominator of a coefficient that is read
// back from its residue.
const maxRational = 1 << 20

// rational gives the fraction with small parts whose residue is a; false when
// there is none.
func rational(a uint64) (num, den int64, ok bool) {
	r0, r1 := int64(field.Prime), int64(a)
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
			out, x = append(out, entry{x[0].at, field.Mul(a, x[0].v)}), x[1:]
		default:
			if v := field.Add(y[0].v, field.Mul(a, x[0].v)); v != 0 {
				out = append(out, entry{x[0].at, v})
			}
			y, x = y[1:], x[1:]
		}
	}
	out = append(out, y...)
	for _, e := range x {
		out = append(out, entry{e.at, field.Mul(a, e.v)})
	}
	return out
}
