package compare

import (
	"context"
	"fmt"
	"strings"
)

// examplesOf is how many differences of answers are shown of each kind.
const examplesOf = 5

// Example is one value that differs.
type Example struct {
	Column   string   `json:"column"`
	Key      []string `json:"key"` // the number of the row where there is no key
	Expected string   `json:"expected"`
	Actual   string   `json:"actual"`
}

// Lone is a row that stands on one side only.
type Lone struct {
	In     string   `json:"in"`     // "expected" or "actual"
	Values []string `json:"values"` // of the columns that both sides have, in the report's order
}

// illustrate shows the first differences of each kind: of answers, which passed
// the guard and may be read anyway, and of anything by permit of a workspace.
func (c *comparison) illustrate(ctx context.Context) error {
	n := 0
	switch {
	case c.opts.Permit.Given():
		n = c.opts.First
	case c.sides[0].Answer != nil && c.sides[1].Answer != nil:
		n = examplesOf
	}
	if n == 0 {
		return nil
	}
	for i, s := range c.shared {
		if s.Key || s.Differ == 0 {
			continue
		}
		if err := c.examples(ctx, i, n); err != nil {
			return err
		}
	}
	for side, in := range []string{"expected", "actual"} {
		if err := c.lone(ctx, side, in, n); err != nil {
			return err
		}
	}
	return nil
}

// examples shows the first values that differ of a shared column.
func (c *comparison) examples(ctx context.Context, i, n int) error {
	keys := []string{"e_n::VARCHAR"}
	if len(c.opts.By) > 0 {
		keys = nil
		for k, s := range c.shared {
			if s.Key {
				keys = append(keys, c.shown("e", k))
			}
		}
	}
	query := fmt.Sprintf("SELECT [%s], %s, %s FROM pairs WHERE %s AND %s ORDER BY %s LIMIT %d",
		strings.Join(keys, ", "), c.shown("e", i), c.shown("a", i), inBoth, c.differs(i), c.order("e"), n)
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		x := Example{Column: c.shared[i].Name}
		var key []any
		if err := rows.Scan(&key, &x.Expected, &x.Actual); err != nil {
			return err
		}
		x.Key = texts(key)
		c.report.Examples = append(c.report.Examples, x)
	}
	return rows.Err()
}

// lone shows the first rows that only one side has.
func (c *comparison) lone(ctx context.Context, side int, in string, n int) error {
	if len(c.shared) == 0 {
		return nil
	}
	own, other := []string{"e", "a"}[side], []string{"a", "e"}[side]
	values := make([]string, len(c.shared))
	for i := range c.shared {
		values[i] = c.shown(own, i)
	}
	rows, err := c.db.QueryContext(ctx, fmt.Sprintf("SELECT [%s] FROM pairs WHERE %s_n IS NULL ORDER BY %s LIMIT %d", strings.Join(values, ", "), other, c.order(own), n))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row []any
		if err := rows.Scan(&row); err != nil {
			return err
		}
		c.report.Lone = append(c.report.Lone, Lone{In: in, Values: texts(row)})
	}
	return rows.Err()
}

// order is that of the keys of a side, and then of its rows.
func (c *comparison) order(side string) string {
	var keys []string
	for i, s := range c.shared {
		if s.Key {
			keys = append(keys, fmt.Sprintf("%s%d NULLS FIRST", side, i))
		}
	}
	return strings.Join(append(keys, side+"_n"), ", ")
}

// shown is the text of a shared column of one side: a date, which is compared as a
// number, is written as a date.
func (c *comparison) shown(side string, i int) string {
	s, v := c.shared[i], fmt.Sprintf("%s%d", side, i)
	text := v + "::VARCHAR"
	if s.numbers {
		text = "regexp_replace(" + text + ", '[.]0$', '')"
	}
	for _, kind := range []string{s.Column.Expected, s.Column.Actual} {
		switch {
		case s.numbers && kind == "date":
			text = "(DATE '1960-01-01' + " + v + "::INTEGER)::VARCHAR"
		case s.numbers && kind == "datetime":
			text = "(TIMESTAMP '1960-01-01' + to_seconds(" + v + "))::VARCHAR"
		}
	}
	masked := ""
	if s.masks[0] || s.masks[1] {
		masked = fmt.Sprintf("WHEN m%d THEN 'masked' ", i)
	}
	return "CASE " + masked + "WHEN " + v + " IS NULL THEN '' ELSE " + text + " END"
}

func texts(values []any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return out
}
