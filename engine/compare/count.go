package compare

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// pair puts the rows of the two sides side by side: by key, the n-th row of a
// key with the n-th, in the order of their values; or else by their places.
func (c *comparison) pair(ctx context.Context) error {
	keys := c.keys()
	on := "e.n = a.n"
	if len(c.opts.By) > 0 {
		var conditions []string
		for _, k := range keys {
			conditions = append(conditions, fmt.Sprintf("e.%s IS NOT DISTINCT FROM a.%s", k, k))
		}
		on = strings.Join(append(conditions, "e.turn = a.turn"), " AND ")
		for side := range c.sides {
			if err := c.turns(ctx, side, keys); err != nil {
				return err
			}
		}
	}
	list := []string{"e.n AS e_n", "a.n AS a_n"}
	for i := range c.shared {
		list = append(list, fmt.Sprintf("e.c%[1]d AS e%[1]d, a.c%[1]d AS a%[1]d, coalesce(e.m%[1]d, false) OR coalesce(a.m%[1]d, false) AS m%[1]d", i))
	}
	if _, err := c.db.ExecContext(ctx, "CREATE TABLE pairs AS SELECT "+strings.Join(list, ", ")+" FROM side_0 AS e FULL JOIN side_1 AS a ON "+on); err != nil {
		return err
	}
	r := &c.report
	return c.db.QueryRowContext(ctx, "SELECT count(*) FILTER (e_n IS NOT NULL AND a_n IS NOT NULL), count(*) FILTER (a_n IS NULL), count(*) FILTER (e_n IS NULL) FROM pairs").
		Scan(&r.Matched, &r.OnlyHere, &r.OnlyThen)
}

// keys are the key columns.
func (c *comparison) keys() (keys []string) {
	for i, s := range c.shared {
		if s.Key {
			keys = append(keys, "c"+number(i))
		}
	}
	return keys
}

// turns numbers the rows of each key.
func (c *comparison) turns(ctx context.Context, side int, keys []string) error {
	list := strings.Join(keys, ", ")
	var repeated int64
	err := c.db.QueryRowContext(ctx, fmt.Sprintf("SELECT coalesce(sum(k - 1), 0)::BIGINT FROM (SELECT count(*) AS k FROM side_%d GROUP BY %s HAVING count(*) > 1)", side, list)).Scan(&repeated)
	if err != nil {
		return err
	}
	turn := "1"
	if repeated > 0 {
		var order []string
		for i := range c.shared {
			order = append(order, "c"+number(i))
		}
		turn = fmt.Sprintf("row_number() OVER (PARTITION BY %s ORDER BY %s, n)", list, strings.Join(order, ", "))
	}
	[]*Table{&c.report.Expected, &c.report.Actual}[side].Duplicates = repeated
	_, err = c.db.ExecContext(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE side_%[1]d AS SELECT *, %[2]s AS turn FROM side_%[1]d", side, turn))
	return err
}

const inBoth = "e_n IS NOT NULL AND a_n IS NOT NULL"

// count counts the differences of each column, and the rows with one.
func (c *comparison) count(ctx context.Context) error {
	var any []string
	for i, s := range c.shared {
		if s.Key {
			continue
		}
		differs := c.differs(i)
		any = append(any, differs)
		largest := "0::DOUBLE, 0::DOUBLE"
		if s.numbers {
			largest = fmt.Sprintf("coalesce(max(abs(e%[1]d - a%[1]d)) FILTER (%[2]s), 0), coalesce(max(abs(e%[1]d - a%[1]d) / greatest(abs(e%[1]d), abs(a%[1]d))) FILTER (%[2]s), 0)", i, differs)
		}
		var pairs int64
		err := c.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FILTER (NOT m%[1]d), count(*) FILTER (%[2]s), count(*) FILTER (e%[1]d IS NULL AND a%[1]d IS NOT NULL AND NOT m%[1]d),
			count(*) FILTER (e%[1]d IS NOT NULL AND a%[1]d IS NULL AND NOT m%[1]d), count(*) FILTER (m%[1]d), %[3]s FROM pairs WHERE %[4]s`, i, differs, largest, inBoth)).
			Scan(&pairs, &s.Differ, &s.MissingHere, &s.MissingThere, &s.Masked, &s.Largest, &s.Column.Relative)
		if err != nil {
			return err
		}
		c.report.Compared += pairs
	}
	if len(any) == 0 {
		c.report.Compared = c.report.Matched // the keys are all there is
		return nil
	}
	return c.db.QueryRowContext(ctx, "SELECT count(*) FILTER ("+strings.Join(any, " OR ")+") FROM pairs WHERE "+inBoth).Scan(&c.report.Unequal)
}

// differs is the condition under which a pair of values is unequal. It is never
// NULL.
func (c *comparison) differs(i int) string {
	e, a := fmt.Sprintf("e%d", i), fmt.Sprintf("a%d", i)
	none, one := "''", fmt.Sprintf("(%s IS NULL) <> (%s IS NULL)", e, a)
	if c.shared[i].numbers {
		none = "0"
	}
	switch c.opts.Missing {
	case Zero:
		e, a, one = fmt.Sprintf("coalesce(%s, %s)", e, none), fmt.Sprintf("coalesce(%s, %s)", a, none), "false"
	case Never:
		one = fmt.Sprintf("%s IS NULL OR %s IS NULL", e, a)
	case Ignore:
		one = "false"
	}
	unequal := fmt.Sprintf("%s <> %s", e, a)
	if c.shared[i].numbers {
		unequal = fmt.Sprintf("abs(%[1]s - %[2]s) > %[3]s AND abs(%[1]s - %[2]s) > %[4]s * greatest(abs(%[1]s), abs(%[2]s))", e, a, float(c.opts.Absolute), float(c.opts.Relative))
	}
	return fmt.Sprintf("(NOT m%d AND (%s OR coalesce(%s, false)))", i, one, unequal)
}

// float writes a tolerance as SQL.
func float(x float64) string {
	return strconv.FormatFloat(math.Max(x, 0), 'e', -1, 64)
}
