package macros_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
)

// numberOracles answer the functions of SAS on numbers.
var numberOracles = []oracle{
	drawn("sas.eq_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c == 0 })),
	drawn("sas.ne_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c != 0 })),
	drawn("sas.lt_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c < 0 })),
	drawn("sas.le_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c <= 0 })),
	drawn("sas.gt_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c > 0 })),
	drawn("sas.ge_v1", 200, []draw{smallNumbers, smallNumbers}, ordered(func(c int) bool { return c >= 0 })),
	drawn("sas.sum_v1", 200, []draw{listOf(smallNumbers)}, ofThere(func(there []float64) any {
		total := 0.0
		for _, x := range there {
			total += x
		}
		return total
	})),
	drawn("sas.mean_v1", 200, []draw{listOf(smallNumbers)}, ofThere(func(there []float64) any {
		total := 0.0
		for _, x := range there {
			total += x
		}
		return total / float64(len(there))
	})),
	drawn("sas.min_v1", 200, []draw{listOf(smallNumbers)}, ofThere(func(there []float64) any { return slices.Min(there) })),
	drawn("sas.max_v1", 200, []draw{listOf(smallNumbers)}, ofThere(func(there []float64) any { return slices.Max(there) })),
	drawn("sas.n_v1", 200, []draw{listOf(smallNumbers)}, func(a []any) any { return len(there(a[0])) }),
	drawn("sas.nmiss_v1", 200, []draw{listOf(smallNumbers)}, func(a []any) any { return len(a[0].([]any)) - len(there(a[0])) }),
	drawn("sas.whichn_v1", 300, []draw{smallNumbers, listOf(smallNumbers)}, func(a []any) any {
		if a[0] == nil {
			return nil
		}
		return 1 + slices.Index(a[1].([]any), a[0])
	}),
	drawn("sas.round1_v1", 300, []draw{smallNumbers}, func(a []any) any { return decimalRound(a[0], 1.0) }),
	drawn("sas.round1_v1", 100, []draw{oneOf("DOUBLE", 1e14+0.25, 1e14+0.5, -1e14-0.75, 4503599627370495.5, 9007199254740991.0, 123456789.5, 1e11+0.4375)}, func(a []any) any {
		return decimalRound(a[0], 1.0)
	}),
	drawn("sas.round_v1", 600, []draw{amounts, oneOf("DOUBLE", nil, 0.0, -1.0, 1.0, 0.5, 0.1, 0.01, 0.001, 5.0, 10.0, 100.0)}, func(a []any) any {
		unit, ok := a[1].(float64)
		if !ok || unit <= 0 {
			return nil
		}
		return decimalRound(a[0], unit)
	}),
	drawn("sas.int_v1", 200, []draw{nearWhole}, fuzzed(math.Trunc)),
	drawn("sas.floor_v1", 200, []draw{nearWhole}, fuzzed(math.Floor)),
	drawn("sas.ceil_v1", 200, []draw{nearWhole}, fuzzed(math.Ceil)),
	rounded(drawn("sas.mod_v1", 600, []draw{amounts, oneOf("DOUBLE", nil, 0.0, 1.0, -1.0, 3.0, -7.0, 0.1, 0.25, -0.3, 1000.0)}, remainder), 9),
	drawn("sas.power_v1", 200, []draw{
		oneOf("DOUBLE", nil, 0.0, 1.0, -1.0, 2.0, -3.0, 10.0), oneOf("DOUBLE", nil, 0.0, 1.0, 2.0, 5.0, 10.0),
	}, func(a []any) any {
		if a[0] == nil || a[1] == nil {
			return nil
		}
		product := 1.0
		for range int(a[1].(float64)) {
			product *= a[0].(float64)
		}
		return product
	}),
}

// amounts have up to four decimals, halves among them.
var amounts = draw{"DOUBLE", func(r *rand.Rand) any {
	if r.IntN(20) == 0 {
		return nil
	}
	n := r.IntN(2_000_000) - 1_000_000
	if r.IntN(2) == 0 {
		n = n/10*10 + 5
	}
	return float64(n) / pick(r, 1.0, 10.0, 100.0, 1000.0, 10000.0)
}}

// nearWhole are halves, whole numbers, and numbers a little off these.
var nearWhole = draw{"DOUBLE", func(r *rand.Rand) any {
	return float64(r.IntN(41)-20)/2 + pick(r, 0, 1e-11, -1e-11, 1e-13, -1e-13)
}}

// ordered compares two numbers, a missing one as the least of all.
func ordered(is func(c int) bool) func(a []any) any {
	return func(a []any) any {
		x, y := math.Inf(-1), math.Inf(-1)
		if a[0] != nil {
			x = a[0].(float64)
		}
		if a[1] != nil {
			y = a[1].(float64)
		}
		switch {
		case x < y:
			return is(-1)
		case x > y:
			return is(1)
		}
		return is(0)
	}
}

// there are the numbers of a list that are not missing.
func there(list any) []float64 {
	var found []float64
	for _, x := range list.([]any) {
		if x != nil {
			found = append(found, x.(float64))
		}
	}
	return found
}

func ofThere(f func(there []float64) any) func(a []any) any {
	return func(a []any) any {
		if found := there(a[0]); len(found) > 0 {
			return f(found)
		}
		return nil
	}
}

// decimal is the exact number that the shortest decimal of a float names.
func decimal(x float64) *big.Rat {
	r, _ := new(big.Rat).SetString(shown(x).(string))
	return r
}

// decimalRound rounds as people do on paper: in decimals, halves away from zero.
func decimalRound(x any, unit float64) any {
	if x == nil {
		return nil
	}
	q := new(big.Rat).Quo(decimal(math.Abs(x.(float64))), decimal(unit))
	whole := new(big.Int).Quo(new(big.Int).Add(new(big.Int).Mul(q.Num(), big.NewInt(2)), q.Denom()), new(big.Int).Mul(q.Denom(), big.NewInt(2)))
	y, _ := new(big.Rat).Mul(new(big.Rat).SetInt(whole), decimal(unit)).Float64()
	if x.(float64) < 0 && y != 0 {
		y = -y
	}
	return y
}

// fuzzed takes a number within 1e-12 of a whole one as that one.
func fuzzed(f func(float64) float64) func(a []any) any {
	return func(a []any) any {
		x := a[0].(float64)
		if near := math.RoundToEven(x); math.Abs(x-near) < 1e-12 {
			return near + 0
		}
		return f(x) + 0
	}
}

// remainder divides in decimals.
func remainder(a []any) any {
	if a[0] == nil || a[1] == nil || a[1] == 0.0 {
		return nil
	}
	x, y := decimal(math.Abs(a[0].(float64))), decimal(math.Abs(a[1].(float64)))
	q := new(big.Rat).Quo(x, y)
	whole := new(big.Int).Quo(q.Num(), q.Denom())
	r, _ := new(big.Rat).Sub(x, new(big.Rat).Mul(new(big.Rat).SetInt(whole), y)).Float64()
	if a[0].(float64) < 0 && r != 0 {
		r = -r
	}
	return r
}
