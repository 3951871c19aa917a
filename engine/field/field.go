// Package field calculates with whole numbers modulo the prime 2^61-1, where
// equations are solved exactly, fast and without overflow. What adds up in whole
// numbers adds up here; the reverse can fail only where the prime divides a
// determinant of the system, which the small coefficients of tables do not make.
//
// Numbers are below [Prime] everywhere.
package field

import "math/bits"

// Prime is the modulus: products fit two words and reduction is a shift.
const Prime = 1<<61 - 1

// Add is a + b.
func Add(a, b uint64) uint64 { return below(a + b) }

// Sub is a - b.
func Sub(a, b uint64) uint64 { return below(a + Prime - b) }

// Neg is -a.
func Neg(a uint64) uint64 { return below(Prime - a) }

// Mul is a * b.
func Mul(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return below(low&Prime + (high<<3 | low>>61))
}

// Inverse is 1 / a, by the exponent Prime-2; of 0 it is 0.
func Inverse(a uint64) uint64 {
	out := uint64(1)
	for e := uint64(Prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = Mul(out, a)
		}
		a = Mul(a, a)
	}
	return out
}

// Int is a whole number.
func Int(n int64) uint64 {
	if n %= Prime; n < 0 {
		n += Prime
	}
	return uint64(n) //nolint:gosec // not negative
}

// Wide is the number high * 2^64 + low.
func Wide(high int64, low uint64) uint64 {
	return Add(Mul(Int(high), 8), below(low&Prime+low>>61)) // 2^64 is 8
}

// below brings a number under twice the prime under it, without a branch: which
// way it would go cannot be foretold.
func below(n uint64) uint64 {
	n -= Prime
	return n + Prime&-(n>>63)
}
