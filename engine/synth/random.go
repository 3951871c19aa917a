package synth

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// dice draws. One is seeded anew for each household, so that the draws of a
// household depend on the seed and its number alone.
type dice struct{ rand.PCG }

func (d *dice) float() float64 { return float64(d.Uint64()>>11) / (1 << 53) }

func (d *dice) chance(p float64) bool { return p > 0 && d.float() < p }

// intn draws from 0 to n-1.
func (d *dice) intn(n int) int {
	hi, _ := bits.Mul64(d.Uint64(), uint64(n))
	return int(hi)
}

// between draws a whole number from lo to hi, both included.
func (d *dice) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + d.intn(hi-lo+1)
}

// poisson draws a number of events with the mean l, by inversion.
func (d *dice) poisson(l float64) int {
	u := d.float()
	if u < 1-l || l <= 0 { // exp(-l) is never below 1-l: most draws end here
		return 0
	}
	l = min(l, 200)
	p := math.Exp(-l)
	k := 0
	for sum := p; u > sum && k < 1000; sum += p {
		k++
		p *= l / float64(k)
	}
	return k
}

// spread draws a factor with the mean 1, log-normal with the deviation s.
func (d *dice) spread(s float64) float64 {
	if s == 0 {
		return 1
	}
	z := math.Sqrt(-2*math.Log(1-d.float())) * math.Cos(2*math.Pi*d.float())
	return math.Exp(s*z - s*s/2)
}

// mix scrambles its arguments into one number.
func mix(parts ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range parts {
		h ^= p
		h += 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// unit maps a scrambled number to [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// text scrambles a name.
func text(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// wheel draws an index by weight.
type wheel []float64

// newWheel accumulates weights; an empty or weightless wheel draws 0.
func newWheel(weights []float64) wheel {
	w := make(wheel, len(weights))
	sum := 0.0
	for i, x := range weights {
		sum += x
		w[i] = sum
	}
	return w
}

// at is the index for u in [0, 1).
func (w wheel) at(u float64) int {
	if len(w) == 0 {
		return 0
	}
	x := u * w[len(w)-1]
	lo, hi := 0, len(w)-1
	for lo < hi {
		if mid := (lo + hi) / 2; w[mid] > x {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// mulMod is a*b modulo m, without overflow.
func mulMod(a, b, m uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, rem := bits.Div64(hi%m, lo, m)
	return rem
}

// scrambler turns running numbers into codes of some digits that look like
// nothing: one to one, so that no two persons share one.
type scrambler struct {
	digits  int
	modulus uint64
	a, b    uint64
}

func newScrambler(digits int, seed uint64) scrambler {
	m := uint64(math.Pow10(digits))
	return scrambler{digits, m, uint64(0.6180339887498949*float64(m))/10*10 + 7, mix(seed, 1) % m}
}

func (c scrambler) code(n uint64) uint64 {
	return c.turn(c.reverse(c.turn(n % c.modulus)))
}

func (c scrambler) turn(n uint64) uint64 {
	return (mulMod(n, c.a, c.modulus) + c.b) % c.modulus
}

// reverse writes the digits from right to left.
func (c scrambler) reverse(n uint64) (r uint64) {
	for range c.digits {
		r = r*10 + n%10
		n /= 10
	}
	return r
}
