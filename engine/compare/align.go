package compare

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"epsql/sql/diag"
)

// shared is a column of both sides. In the tables side_0 and side_1 it is c0, c1
// …, a DOUBLE or a VARCHAR in which blanks behind do not count and a blank text
// is NULL.
type shared struct {
	*Column
	at      [2]int // in the sides
	numbers bool
	masks   [2]bool
}

// align finds the columns of both sides and makes their values comparable.
func (c *comparison) align(ctx context.Context) error {
	if err := c.kinds(ctx); err != nil {
		return err
	}
	if err := c.match(); err != nil {
		return err
	}
	for side := range c.sides {
		var list []string
		for i, s := range c.shared {
			col := c.sides[side].columns[s.at[side]]
			list = append(list, fmt.Sprintf("%s AS c%d", value(fmt.Sprintf("v%d", s.at[side]), col.kind, s.numbers), i))
			mask := "false"
			if s.masks[side] {
				mask = fmt.Sprintf("m%d", s.at[side])
			}
			list = append(list, fmt.Sprintf("%s AS m%d", mask, i))
		}
		list = append(list, "row_number() OVER () AS n")
		if _, err := c.db.ExecContext(ctx, fmt.Sprintf("CREATE TABLE side_%d AS SELECT %s FROM raw_%d", side, strings.Join(list, ", "), side)); err != nil {
			return err
		}
	}
	return nil
}

// value is what is compared of a column as it was read.
func value(v, kind string, numbers bool) string {
	switch {
	case !numbers:
		return "nullif(rtrim(" + v + "::VARCHAR), '')"
	case kind == "date":
		return "(" + v + "::DATE - DATE '1960-01-01')::DOUBLE"
	case kind == "datetime":
		return "epoch(" + v + "::TIMESTAMP) - epoch(TIMESTAMP '1960-01-01')"
	case kind == "time":
		return "epoch(" + v + "::TIME)"
	case kind == "boolean":
		return v + "::BOOLEAN::DOUBLE"
	}
	return "try_cast(" + v + " AS DOUBLE)"
}

// kinds finds out what the texts of a CSV file are: numbers when all are written
// as numbers are, without zeros in front; dates; or else texts. A point alone is
// a missing number, as SAS writes it.
func (c *comparison) kinds(ctx context.Context) error {
	for side, t := range c.sides {
		for i := range t.columns {
			col := &t.columns[i]
			if col.kind != "" {
				continue
			}
			col.kind = "text"
			v := fmt.Sprintf("trim(v%d)", i)
			var numbers, dates bool
			err := c.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT coalesce(bool_and(regexp_full_match(%[1]s, '[-+]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][-+]?[0-9]+)?')), false),
				coalesce(bool_and(regexp_full_match(%[1]s, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND try_cast(%[1]s AS DATE) IS NOT NULL), false)
				FROM raw_%[2]d WHERE %[1]s NOT IN ('', '.')`, v, side)).Scan(&numbers, &dates)
			switch {
			case err != nil:
				return err
			case dates:
				col.kind = "date"
			case numbers:
				col.kind = "number"
			case c.other(side, col.name) != nil && !textual(c.other(side, col.name).kind):
				// Nothing but missing values: of the kind of the other side.
				if err := c.adopt(ctx, side, i, v); err != nil {
					return err
				}
			}
			if col.kind != "text" {
				if _, err := c.db.ExecContext(ctx, fmt.Sprintf("UPDATE raw_%d SET v%d = NULL WHERE %s IN ('', '.')", side, i, v)); err != nil {
					return err
				}
			}
		}
	}
	c.codes()
	return nil
}

// adopt gives an empty column of a CSV file the kind of the other side.
func (c *comparison) adopt(ctx context.Context, side, i int, v string) error {
	var any bool
	err := c.db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) > 0 FROM raw_%d WHERE %s NOT IN ('', '.')", side, v)).Scan(&any)
	if col := &c.sides[side].columns[i]; err == nil && !any && c.other(side, col.name).kind != "" {
		col.kind = c.other(side, col.name).kind
	}
	return err
}

// codes makes numbers of a CSV file texts where the other side has texts: codes.
func (c *comparison) codes() {
	for side, t := range c.sides {
		for i := range t.columns {
			if o := c.other(side, t.columns[i].name); c.csv(side) && o != nil && textual(o.kind) {
				t.columns[i].kind = "text"
			}
		}
	}
}

// csv tells whether a side is a file whose columns have no types.
func (c *comparison) csv(side int) bool {
	t := c.sides[side]
	if t.Answer != nil || t.Rows != nil {
		return false
	}
	kind, err := kindOf(t.Path)
	return err == nil && kind == "csv"
}

// other is the column of that name on the other side, nil when there is none.
func (c *comparison) other(side int, name string) *column {
	columns := c.sides[1-side].columns
	if i := slices.IndexFunc(columns, func(col column) bool { return col.name == name }); i >= 0 {
		return &columns[i]
	}
	return nil
}

// match lists the columns of either side, and those of both, keys first.
func (c *comparison) match() error {
	by := make([]string, len(c.opts.By))
	for i, name := range c.opts.By {
		by[i] = strings.ToLower(name)
		for side, t := range c.sides {
			if c.other(1-side, by[i]) == nil {
				return noColumn(t, name)
			}
		}
	}
	var names []string
	for _, t := range c.sides {
		for _, col := range t.columns {
			if !slices.Contains(names, col.name) && !slices.ContainsFunc(c.opts.Leave, func(l string) bool { return strings.EqualFold(l, col.name) }) {
				names = append(names, col.name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(by, a) - rank(by, b) })
	for _, name := range names {
		if err := c.column(name, slices.Contains(by, name)); err != nil {
			return err
		}
	}
	return nil
}

// rank puts keys first, in the order in which they were named.
func rank(by []string, name string) int {
	if i := slices.Index(by, name); i >= 0 {
		return i
	}
	return len(by)
}

func noColumn(t *table, name string) error {
	var names []string
	for _, col := range t.columns {
		names = append(names, col.name)
	}
	return diag.New(diag.Usage, "compare-key", "%s has no column %s", t.Name, name).
		WithHint("%s", diag.DidYouMean(name, names, "its columns are "+strings.Join(names, ", ")))
}

// column reports one name.
func (c *comparison) column(name string, key bool) error {
	e, a := c.other(1, name), c.other(0, name)
	out := &Column{Name: name, Key: key}
	c.columns = append(c.columns, out)
	if e != nil {
		out.Expected = e.kind
	}
	if a != nil {
		out.Actual = a.kind
	}
	if e == nil || a == nil {
		return nil
	}
	c.tell(name, e, a)
	if out.Apart = !comparable(e, a); out.Apart {
		if key {
			return diag.New(diag.Data, "compare-key", "the key %s is %s on one side and %s on the other", name, e.kind, a.kind).
				WithHint("give it the same type on both")
		}
		return nil
	}
	c.shared = append(c.shared, &shared{
		Column: out, numbers: !textual(e.kind), masks: [2]bool{e.masks, a.masks},
		at: [2]int{position(c.sides[0], name), position(c.sides[1], name)},
	})
	return nil
}

// comparable tells whether two columns hold values that can be equal. A date is a
// number in SAS, and nowhere else.
func comparable(e, a *column) bool {
	if textual(e.kind) || textual(a.kind) {
		return e.kind == a.kind
	}
	return e.kind == a.kind || e.sas || a.sas || e.kind == "boolean" && a.kind == "number" || e.kind == "number" && a.kind == "boolean"
}

func position(t *table, name string) int {
	return slices.IndexFunc(t.columns, func(col column) bool { return col.name == name })
}

// tell notes what two SAS data sets say differently of a column.
func (c *comparison) tell(name string, e, a *column) {
	add := func(what, x, y string) {
		if x != y && (x != "" && y != "") {
			c.report.Told = append(c.report.Told, Told{Column: name, What: what, Expected: x, Actual: y})
		}
	}
	add("label", e.label, a.label)
	add("format", e.format, a.format)
	if e.length > 0 && a.length > 0 {
		add("length", number(e.length), number(a.length))
	}
}
