package compare

import (
	"context"
	"fmt"
	"strings"
)

// examplesOf is how many differences are shown of each column.
const examplesOf = 5

// Example is one difference between the answers of two queries. Rows of a file
// are never shown: they may be those of persons.
type Example struct {
	Column   string   `json:"column"`
	Key      []string `json:"key"`
	Expected string   `json:"expected"`
	Actual   string   `json:"actual"`
}

// illustrate shows the first differences when both sides are answers, which
// passed the guard and may be read anyway.
func (c *comparison) illustrate(ctx context.Context) error {
	if c.sides[0].Answer == nil || c.sides[1].Answer == nil {
		return nil
	}
	keys := []string{"e_n"}
	for i, s := range c.shared {
		if s.Key {
			keys = append(keys, "e"+number(i))
		}
	}
	for i, s := range c.shared {
		if s.Key || s.Differ == 0 {
			continue
		}
		query := fmt.Sprintf("SELECT [%s], coalesce(e%d::VARCHAR, ''), coalesce(a%d::VARCHAR, '') FROM pairs WHERE %s AND %s ORDER BY e_n LIMIT %d",
			texts(keys), i, i, inBoth, c.differs(i), examplesOf)
		if err := c.examples(ctx, s.Name, query); err != nil {
			return err
		}
	}
	return nil
}

func texts(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "coalesce(" + n + "::VARCHAR, '')"
	}
	return strings.Join(out, ", ")
}

func (c *comparison) examples(ctx context.Context, column, query string) error {
	rows, err := c.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		x := Example{Column: column}
		var key []any
		if err := rows.Scan(&key, &x.Expected, &x.Actual); err != nil {
			return err
		}
		for i, k := range key {
			if i > 0 || len(c.opts.By) == 0 { // the row's place stands for a key
				x.Key = append(x.Key, fmt.Sprint(k))
			}
		}
		c.report.Examples = append(c.report.Examples, x)
	}
	return rows.Err()
}
