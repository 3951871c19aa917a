// Package census teaches DuckDB to count distinct numbers up to a limit: exactly
// below the limit, and "at least" from there on.
//
// That is all that masking needs to know of the units behind a cell, and it
// costs about as much as a minimum: a group keeps a handful of numbers, and
// once it has enough of them a row costs one comparison. count(DISTINCT)
// remembers every unit of every group, for five to twenty times the time.
//
// The aggregates are written in C against DuckDB's C interface: the engine
// calls them on all its threads, a vector of rows at a time. They belong to the
// database instance, not to the file, and are installed by whoever opens it.
package census

/*
#cgo CFLAGS: -O2
#include <stdlib.h>
#include "census.h"
*/
import "C"

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"unsafe"

	"epsql/engine/columnar"
)

// MaxLimit is the largest limit that there is room for.
const MaxLimit = 1 << 16

// Units is the name of the aggregate units(number): how many distinct numbers
// there are, up to limit; NULL is none. Numbers are INTEGER or BIGINT.
func Units(limit int) string { return "units_to_" + strconv.Itoa(limit) }

// Sides is the name of the aggregate sides(number, condition): three counts
// like those of [Units], read by [Split]. A condition that is NULL does not hold.
func Sides(limit int) string { return "sides_to_" + strconv.Itoa(limit) }

// Split reads what sides gives: the distinct numbers where the condition holds,
// where it does not, and on either side.
func Split(n int64) (with, without, either int64) {
	const bits = 1<<20 - 1
	return n & bits, n >> 20 & bits, n >> 40 & bits
}

// Install makes the aggregates of a limit known to the database of conn. Once
// they are, it does nothing.
func Install(ctx context.Context, conn *sql.Conn, limit int) error {
	if limit < 0 || limit > MaxLimit {
		return errors.New("units are not counted up to " + strconv.Itoa(limit))
	}
	native, err := columnar.Native(conn)
	if err != nil {
		return err
	}
	// The engine refuses what it already has: whether they work tells.
	units, sides := C.CString(Units(limit)), C.CString(Sides(limit))
	defer C.free(unsafe.Pointer(units))
	defer C.free(unsafe.Pointer(sides))
	C.census_units(native.Ptr, units, C.int32_t(limit))
	C.census_sides(native.Ptr, sides, C.int32_t(limit))
	var n int64
	query := "SELECT " + Units(limit) + "(1) + " + Sides(limit) + "(1, TRUE)"
	return conn.QueryRowContext(ctx, query).Scan(&n)
}
