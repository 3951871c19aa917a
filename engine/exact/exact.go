// Package exact teaches DuckDB to add up floating-point numbers without loss.
//
// The engine's own sums of DOUBLE, and the means, spreads, correlations and
// regressions made of them, depend in their last digits on the order in which
// rows are met and on which thread met them, and so on rows of other groups.
// Here a sum is kept exactly, as a few numbers that do not overlap, and rounded
// once at the end: whatever the order and the threads, the answer is the same,
// and it is the number nearest to the true sum. See Shewchuk, Adaptive precision
// floating-point arithmetic (1997); squares and products are kept in two parts,
// so that a spread is exact up to its last division and root.
//
// The aggregates have the engine's names behind "exact_", take DOUBLE and ignore
// NULL. Numbers beyond 1e290 (1e140 where they are multiplied) count as infinite:
// a sum with such is infinite or no number, a spread is NULL; nothing fails.
//
// Like those of package census they are written in C, belong to the database
// instance, and are installed by whoever opens it.
package exact

/*
#cgo CFLAGS: -O2
#cgo LDFLAGS: -lm
#include "exact.h"
*/
import "C"

import (
	"context"
	"database/sql"
	"slices"

	"epsql/engine/columnar"
)

// Names are the engine's aggregates that have an exact one.
var names = []string{
	"sum", "avg", "mean", "var_pop", "var_samp", "variance", "stddev_pop", "stddev_samp", "stddev",
	"covar_pop", "covar_samp", "corr", "regr_slope", "regr_intercept", "regr_r2", "regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy",
}

// Has tells whether an aggregate of the engine has an exact one.
func Has(name string) bool { return slices.Contains(names, name) }

// Name is the exact aggregate in place of one of the engine's.
func Name(name string) string { return "exact_" + name }

// Install makes the aggregates known to the database of conn. Once they are, it
// does nothing.
func Install(ctx context.Context, conn *sql.Conn) error {
	native, err := columnar.Native(conn)
	if err != nil {
		return err
	}
	// The engine refuses what it already has: whether they work tells.
	C.exact_install(native.Ptr)
	var x float64
	return conn.QueryRowContext(ctx, "SELECT exact_sum(1) + exact_regr_sxy(1, 1)").Scan(&x)
}
