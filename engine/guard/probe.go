package guard

import (
	"context"
	"database/sql"
	"strings"
)

// A total over millions of rows takes DuckDB next to no time, and counting the
// units behind it several times as long. But any part of the rows that has enough
// units proves that all of them have: so a total is first counted over the rows
// of few persons, which lie together in the file.

// probed is the largest number of a person whose rows are looked at first.
const probed = 4096

// proven tells whether the rows of few persons alone have enough units on every
// side of every condition. False says nothing.
func (l *leaf) proven(ctx context.Context, conn *sql.Conn) (bool, error) {
	// Rows are ranked or compared over all persons in no plain total.
	if l.public || len(l.keys) > 0 || len(l.cells) == 0 || len(l.units) == 0 || strings.Contains(l.tail, " OVER ") {
		return false, nil
	}
	if _, mask := l.units[0].counted(); mask {
		return false, nil
	}
	scan, err := l.query(ctx, conn, l.probeSQL())
	if err != nil {
		return false, err
	}
	defer scan.Close()
	n, err := scan.Next()
	if err != nil {
		return false, personFault(ctx, err)
	}
	if n == 0 {
		return false, nil
	}
	columns := make([]int64, len(l.tallies))
	for i := range columns {
		columns[i] = count(scan.Column(i), scan.Types[i], 0)
	}
	for _, r := range l.readings {
		if r.of(columns) < int64(l.limit) {
			return false, nil
		}
	}
	return true, nil
}

// probeSQL counts the units behind the rows of few persons.
func (l *leaf) probeSQL() string {
	number, _ := l.units[0].counted()
	inner := []string{number + " AS o"}
	var outer []string
	for i, c := range l.tallies {
		n := itoa(i)
		inner = append(inner, c.x+" AS x"+n)
		c.x = "x" + n
		if c.condition != "" {
			inner = append(inner, bare(c.condition)+" AS c"+n)
			c.condition = "c" + n
		}
		outer = append(outer, c.sql(l.limit)+" AS r"+n)
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(inner, ", ") + l.tail + ") WHERE o BETWEEN 1 AND " + itoa(probed)
}

// cellsSQL gives the cells of a total without counting anybody.
func (l *leaf) cellsSQL() string {
	out := make([]string, len(l.cells))
	for i, c := range l.cells {
		out[i] = exactly(c.sql, c.floating) + " AS r" + itoa(i)
	}
	return "SELECT " + strings.Join(out, ", ") + l.tail
}
