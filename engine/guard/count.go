package guard

import (
	"context"
	"slices"
	"strings"

	"epsql/engine/census"
	"epsql/engine/exact"
	"epsql/sql/diag"
)

// Units are counted up to the channel's threshold: below it exactly, and what
// is above it is enough. One aggregate counts the units where a condition holds,
// where it does not, and on either side, so that mostly a group's own units need
// no count of their own.

// install teaches the person engine to count, and to add up.
func install(ctx context.Context, cfg Config) error {
	conn, err := cfg.Workspace.DB.Conn(ctx)
	if err != nil {
		return personFault(ctx, err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	if err := census.Install(ctx, conn, cfg.Channel.Threshold); err != nil {
		return diag.New(diag.Guard, "count", "the units behind cells cannot be counted up to the threshold of channel %s", cfg.Channel.ID).
			WithHint("lower the threshold in the catalogue").Wrap(err)
	}
	if err := exact.Install(ctx, conn); err != nil {
		return personFault(ctx, err)
	}
	return nil
}

// aspect says which number of a column of counts is meant.
type aspect int

const (
	whole   aspect = iota // the column itself
	with                  // the units where a condition holds
	without               // those where it does not
	either                // both
)

// reading is where a count stands in a row.
type reading struct {
	column int // of the columns of counts
	aspect aspect
}

func (r reading) of(columns []int64) int64 {
	n := columns[r.column]
	a, b, both := census.Split(n)
	switch r.aspect {
	case with:
		return a
	case without:
		return b
	case either:
		return both
	}
	return n
}

// countColumn is a column of a leaf that counts units: of x, where a condition holds
// and where it does not; "" is none. Of a mask it counts the bits.
type countColumn struct {
	x, condition string
	mask         bool
}

// sql writes the column.
func (c countColumn) sql(limit int) string {
	switch {
	case c.mask && c.condition == "":
		return "coalesce(bit_count(bit_or(" + c.x + ")), 0)"
	case c.mask:
		return "coalesce(bit_count(bit_or(CASE WHEN " + c.condition + " THEN " + c.x + " END)), 0)"
	case c.condition == "":
		return census.Units(limit) + "(" + c.x + ")"
	}
	return census.Sides(limit) + "(" + c.x + ", " + bare(c.condition) + ")"
}

// bare leaves out of a condition what makes NULL FALSE: the counts take it so
// anyway, and it costs time on every row.
func bare(condition string) string {
	conjuncts := conjunctsOf(condition)
	for i, c := range conjuncts {
		if x, ok := strings.CutPrefix(c, "coalesce("); ok {
			if x, ok = strings.CutSuffix(x, ", FALSE)"); ok && closed(x) {
				conjuncts[i] = "(" + x + ")"
			}
		}
	}
	return strings.Join(conjuncts, " AND ")
}

// conjunctsOf splits a condition at every AND outside parentheses.
func conjunctsOf(condition string) []string {
	var out []string
	rest := condition
	for from := 0; ; {
		i := strings.Index(rest[from:], " AND ")
		if i < 0 {
			return append(out, rest)
		}
		if i += from; closed(rest[:i]) {
			out, rest, from = append(out, rest[:i]), rest[i+len(" AND "):], 0
		} else {
			from = i + 1
		}
	}
}

// closed tells whether parentheses and quotes are closed in a piece of SQL, and
// none was open before it.
func closed(sql string) bool {
	depth, quote := 0, rune(0)
	for _, r := range sql {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && quote == 0
}

// counter collects the columns that count units, each once.
type counter struct {
	columns []countColumn
	// sides is a column that has both sides, by what it counts.
	sides map[string]int
}

func (c *counter) column(x countColumn) int {
	i := slices.Index(c.columns, x)
	if i < 0 {
		i = len(c.columns)
		c.columns = append(c.columns, x)
	}
	return i
}

// all reads the units behind a group.
func (c *counter) all(u unitRef) reading {
	x, mask := u.counted()
	if i, ok := c.sides[x]; ok && !mask {
		return reading{i, either}
	}
	return reading{c.column(countColumn{x: x, mask: mask}), whole}
}

// where reads the units that meet a condition.
func (c *counter) where(u unitRef, condition string) reading {
	x, mask := u.counted()
	i := c.column(countColumn{x, condition, mask})
	if mask {
		return reading{i, whole}
	}
	if _, ok := c.sides[x]; !ok {
		c.sides[x] = i
	}
	return reading{i, with}
}

// unless reads the units that do not meet a condition.
func (c *counter) unless(u unitRef, condition string) reading {
	if _, mask := u.counted(); mask {
		return c.where(u, "NOT ("+condition+")")
	}
	return reading{c.where(u, condition).column, without}
}

// counts are the columns that count the units of a group, and where the count of
// each unit stands in them: those of the group, then per check those on its
// sides, as [leaf.judge] reads them.
func (l *leaf) counts() (columns []countColumn, readings []reading) {
	c := &counter{sides: map[string]int{}}
	var checks []reading
	for _, k := range l.checks {
		for _, u := range l.counted(k) {
			if k.condition == "" {
				checks = append(checks, c.all(u))
				continue
			}
			checks = append(checks, c.where(k.behind(u), k.condition))
			if k.twoSided {
				checks = append(checks, c.unless(u, k.condition))
			}
		}
	}
	for _, u := range l.units {
		readings = append(readings, c.all(u))
	}
	return c.columns, append(readings, checks...)
}
