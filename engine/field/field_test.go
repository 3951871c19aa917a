package field

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// numbers are those at the edges and some between.
func numbers() []uint64 {
	out := []uint64{0, 1, 2, 8, Prime / 2, Prime - 2, Prime - 1}
	rnd := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // a test
	for range 40 {
		out = append(out, rnd.Uint64N(Prime))
	}
	return out
}

func TestTheOperationsAreThoseOfWholeNumbers(t *testing.T) {
	p := new(big.Int).SetUint64(Prime)
	for _, a := range numbers() {
		for _, b := range numbers() {
			x, y := new(big.Int).SetUint64(a), new(big.Int).SetUint64(b)
			for name, c := range map[string]struct {
				got  uint64
				want *big.Int
			}{
				"+": {Add(a, b), new(big.Int).Add(x, y)},
				"-": {Sub(a, b), new(big.Int).Sub(x, y)},
				"*": {Mul(a, b), new(big.Int).Mul(x, y)},
			} {
				if want := c.want.Mod(c.want, p).Uint64(); c.got != want {
					t.Errorf("%d %s %d is %d, want %d", a, name, b, c.got, want)
				}
			}
		}
		if Add(a, Neg(a)) != 0 {
			t.Errorf("%d and its negative are not zero", a)
		}
		if want := min(a, 1); Mul(a, Inverse(a)) != want {
			t.Errorf("%d times its inverse is %d", a, Mul(a, Inverse(a)))
		}
	}
}

func TestWholeNumbersOfAnySizeHaveAResidue(t *testing.T) {
	p := new(big.Int).SetUint64(Prime)
	for _, text := range []string{
		"0", "1", "-1", "2305843009213693951", "-2305843009213693952", "9223372036854775807", "-9223372036854775808",
		"18446744073709551615", "-18446744073709551616", "170141183460469231731687303715884105727", "-170141183460469231731687303715884105728",
	} {
		n, _ := new(big.Int).SetString(text, 10)
		high := new(big.Int).Rsh(n, 64)
		low := new(big.Int).Sub(n, new(big.Int).Lsh(high, 64))
		want := new(big.Int).Mod(n, p).Uint64()
		if got := Wide(high.Int64(), low.Uint64()); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
		if n.IsInt64() && Int(n.Int64()) != want {
			t.Errorf("%s: %d, want %d", text, Int(n.Int64()), want)
		}
	}
}
