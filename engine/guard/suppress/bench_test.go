package suppress_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"epsql/engine/guard/suppress"
)

// BenchmarkProtect masks tables of about 10 000 cells, all margins included, of
// which one inner cell in a hundred, or in three, is small.
func BenchmarkProtect(b *testing.B) {
	for _, shape := range [][]int{{10000}, {100, 100}, {21, 21, 21}, {9, 9, 9, 9}} {
		for _, rare := range []int{100, 3} {
			r := rand.New(rand.NewPCG(1, 1))
			var dims [][]node
			for _, n := range shape {
				dims = append(dims, dimension(r, n, n > 50))
			}
			w := crossed(dims, func() int64 {
				if r.IntN(rare) == 0 {
					return r.Int64N(threshold)
				}
				return 4 + r.Int64N(100)
			})
			b.Run(fmt.Sprintf("%v one in %d", shape, rare), func(b *testing.B) {
				masked := 0
				for range b.N {
					masked = len(w.system.Protect(suppress.Limits{}))
				}
				b.ReportMetric(float64(masked), "masked")
				b.ReportMetric(float64(len(w.system.Cells)), "cells")
			})
		}
	}
}
