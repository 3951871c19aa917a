package guard

import (
	"context"

	"epsql/engine/census"
	"epsql/sql/diag"
)

// Units are counted up to the channel's threshold: below it exactly, and what
// is above it is enough. One aggregate counts the units where a condition holds,
// where it does not, and on either side, so that mostly a group's own units need
// no count of their own.

// install teaches the person engine to count.
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

// counter collects the columns that count units, each once.
type counter struct {
	limit   int
	columns []string
	at      map[string]int
	// sides is a column that has both sides, by what it counts.
	sides map[string]int
}

func (c *counter) column(sql string) int {
	i, ok := c.at[sql]
	if !ok {
		i = len(c.columns)
		c.columns = append(c.columns, sql)
		c.at[sql] = i
	}
	return i
}

// all reads the units behind a group.
func (c *counter) all(u unitRef) reading {
	x, isMask := u.counted()
	if isMask {
		return reading{c.column("coalesce(bit_count(bit_or(" + x + ")), 0)"), whole}
	}
	if i, ok := c.sides[x]; ok {
		return reading{i, either}
	}
	return reading{c.column(census.Units(c.limit) + "(" + x + ")"), whole}
}

// where reads the units that meet a condition.
func (c *counter) where(u unitRef, condition string) reading {
	x, isMask := u.counted()
	if isMask {
		return reading{c.column("coalesce(bit_count(bit_or(CASE WHEN " + condition + " THEN " + x + " END)), 0)"), whole}
	}
	return reading{c.both(x, condition), with}
}

// unless reads the units that do not meet a condition.
func (c *counter) unless(u unitRef, condition string) reading {
	x, isMask := u.counted()
	if isMask {
		return c.where(u, "NOT ("+condition+")")
	}
	return reading{c.both(x, condition), without}
}

func (c *counter) both(x, condition string) int {
	i := c.column(census.Sides(c.limit) + "(" + x + ", " + condition + ")")
	if _, ok := c.sides[x]; !ok {
		c.sides[x] = i
	}
	return i
}

// counts are the columns that count the units of a group, and where the count of
// each unit stands in them: those of the group, then per check those on its
// sides, as [leaf.judge] reads them.
func (l *leaf) counts() (columns []string, readings []reading) {
	c := &counter{limit: l.limit, at: map[string]int{}, sides: map[string]int{}}
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
