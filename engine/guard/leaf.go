package guard

import "strings"

// leaf is the first aggregation that gives up the person: generated SQL for the
// person engine that gives one row per cell group with the hidden counts by
// which it is masked. A public leaf brings reference data above the wall.
type leaf struct {
	id     int
	public bool
	// bound says what a statement of the leaf may run.
	bound *boundCheck
	// shadow marks a leaf that nobody asked for: it is counted to know what others
	// have in common, and never goes above the wall.
	shadow bool
	// hidden marks a leaf that uses a masked value: all its cells are masked.
	hidden bool
	sql    string
	// ranked marks a leaf of quantiles: its tail depends on its keys.
	ranked bool
	// beside is the leaf over the same rows, by the same keys, beside which a leaf
	// of quantiles stands; else nil.
	beside *leaf
	// tail is FROM and WHERE of sql. Leaves of one tail are over the same rows: of
	// two whose keys are nested, by their SQL, one holds totals of the other, cell
	// by cell of the same SQL. Grouping sets give one leaf for each set.
	tail   string
	keys   []leafKey
	cells  []leafCell
	units  []unitRef
	checks []check
	// limit is up to where units are counted, tallies are the columns that count
	// them, readings where the counts stand in these.
	limit    int
	tallies  []countColumn
	readings []reading
	// grid are conditions of the query on keys alone: they bound the rows that
	// are listed whether or not somebody is behind them.
	grid []string
}

type leafKey struct {
	sql    string // on the person engine
	label  string
	domain []string
}

type leafCell struct {
	sql    string
	label  string // as the analyst wrote it, for explanations
	checks []int  // the conditions it stands on
	amount string // of an aggregate of amounts: SQL of what some rows contribute
	// floating: see exactly.
	floating bool
	// persons marks a count of those to whom rows belong.
	persons bool
}

// check is a condition whose units are counted in every group, on the true side
// and, when two-sided, on the false one.
type check struct {
	condition      string
	twoSided, full bool
	// spare: nobody on the true side is safe.
	spare bool
	// bits stand for units besides the owner behind the condition, where they
	// were kept apart.
	bits []unitBits
	// only limits the count to one unit: the members that an aggregate counts.
	only *unitRef
}

func (l *leaf) table() string { return "leaf_" + itoa(l.id) }

// complete tells whether every key has a closed public list of values, so that
// all rows can be listed.
func (l *leaf) complete() bool {
	size := 1
	for _, k := range l.keys {
		if k.domain == nil {
			return false
		}
		if size *= len(k.domain); size > maxGrid {
			return false
		}
	}
	return true
}

// maxGrid bounds the rows of a completed table.
const maxGrid = 20000

// cell adds an aggregate and gives its index.
func (l *leaf) cell(a aggregate, label string) int {
	for i, c := range l.cells {
		if c.sql == a.sql {
			return i
		}
	}
	c := leafCell{sql: a.sql, label: label, amount: a.amount, floating: a.floating, persons: a.persons}
	for _, t := range a.parts {
		if len(t.when) > 0 {
			c.checks = append(c.checks, l.check(check{condition: t.condition(), twoSided: t.twoSided, full: t.full, spare: t.spare, bits: t.bits}))
		}
	}
	if a.counted != nil {
		c.checks = append(c.checks, l.check(check{only: a.counted}))
	}
	l.cells = append(l.cells, c)
	return len(l.cells) - 1
}

func (l *leaf) check(c check) int {
	for i := range l.checks {
		same := l.checks[i].condition == c.condition && (c.only == nil) == (l.checks[i].only == nil)
		if same && (c.only == nil || *c.only == *l.checks[i].only) {
			l.checks[i].twoSided = l.checks[i].twoSided || c.twoSided
			l.checks[i].full = l.checks[i].full || c.full
			l.checks[i].spare = l.checks[i].spare && c.spare
			return i
		}
	}
	l.checks = append(l.checks, c)
	return len(l.checks) - 1
}

// counted are the units that a check counts.
func (l *leaf) counted(c check) []unitRef {
	if c.only != nil {
		return []unitRef{*c.only}
	}
	return l.units
}

// behind is the unit as the condition kept it.
func (c check) behind(u unitRef) unitRef {
	for _, b := range c.bits {
		if b.name == u.name && u.bits {
			u.sql = b.sql
		}
	}
	return u
}

// selectList is everything the person engine gives for a group: keys, cells,
// then the columns that count the units behind them.
func (l *leaf) selectList() []string {
	var out []string
	for _, k := range l.keys {
		out = append(out, k.sql)
	}
	for _, c := range l.cells {
		out = append(out, exactly(c.sql, c.floating))
	}
	for _, c := range l.tallies {
		out = append(out, c.sql(l.limit))
	}
	for i := range out {
		out[i] += " AS r" + itoa(i)
	}
	return out
}

// finish writes the leaf's SQL; tail is FROM and WHERE.
func (l *leaf) finish(tail string) {
	l.tail = tail
	l.tallies, l.readings = l.counts()
	l.sql = "SELECT " + strings.Join(l.selectList(), ", ") + tail
	if len(l.keys) > 0 {
		l.sql += " GROUP BY " + ordinals(len(l.keys))
	}
	l.hidden = hides(l.sql)
}
