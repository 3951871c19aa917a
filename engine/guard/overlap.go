package guard

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"epsql/sql/diag"
)

// Cells of one request may be about nearly the same persons without anything in
// their SQL that says so: a sum over one table beside the parts of it over a join,
// a province made by a macro beside municipalities, two bands of years, conditions
// that share a total out. So the persons behind them are compared, as those of
// releases are (package history): of cells of which a combination is about 1 to
// k-1 persons the last is masked. Totals come first, so that parts are masked
// rather than totals. Levels of a place or an age need no list of which is part of
// which: the persons tell.
//
// Where the linear system of secondary.go holds all there is to know, nothing is
// compared: one leaf with one condition at most, and leaves of the same rows with
// their common total. Of one leaf with several conditions only cells of the same
// row are: different rows of a table are about different rows of the data, even
// where the persons are the same.
//
// As for releases, nobody at all in a combination is no collision: sums that agree
// show it anyway. And what is asked of grouped results as constants below the wall
// is a request of its own.

// maxCompared bounds the listed rows of leaves that are compared with each other,
// maxByRow those of a leaf of which only cells of the same row are. A request with
// more is refused: to mask all of one leaf would help nobody.
const (
	maxCompared = 20_000
	maxByRow    = 200_000
)

// most is how many listed rows of some tables may be compared.
func (c *comparison) most() int {
	if c.byRow {
		return maxByRow
	}
	return maxCompared
}

// bearable refuses tables of which too many rows would be compared with each other.
func (c *comparison) bearable(tables []*table) error {
	rows := 0
	for _, t := range tables {
		for _, listed := range t.listed {
			if listed {
				rows++
			}
		}
	}
	if c.earlier || rows <= c.most() {
		return nil
	}
	return diag.New(diag.Guard, "too-many-rows", "the parts of the request have more than %d rows together", c.most()).
		WithHint("ask for its tables and conditions one by one, or coarsen their keys")
}

// unlike are the leaves whose cells must be compared by the persons behind them.
func (p *Plan) unlike() []*leaf {
	if !p.channel.Secondary {
		return nil
	}
	var asked []*leaf
	several := false
	for _, l := range p.leaves {
		if !l.public && !l.shadow {
			asked = append(asked, l)
			several = several || len(l.conditions()) > 1
		}
	}
	if several || len(p.families) > 1 || len(p.families) == 1 && !p.families[0].total() {
		return asked
	}
	return nil
}

// total tells whether the leaves of a family are all over the same rows and one
// holds the totals of all others.
func (f *family) total() bool {
	for _, t := range f.members {
		holds := !t.leaf.shadow
		for _, m := range f.members {
			holds = holds && m.rows == t.rows && subset(t.keys, m.keys)
		}
		if holds {
			return true
		}
	}
	return false
}

// conditions are those that tell cells apart, a condition and its opposite once.
func (l *leaf) conditions() []string {
	var out []string
	for k, c := range l.checks {
		s := plain(c.condition)
		if s = plain(strings.TrimPrefix(s, "NOT ")); l.tellsApart(k) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// tellsApart tells whether some cells stand on a condition that matters on both
// of its sides, and others do not.
func (l *leaf) tellsApart(check int) bool {
	without := func(c leafCell) bool { return !slices.Contains(c.checks, check) }
	return l.checks[check].condition != "" && l.checks[check].twoSided && slices.ContainsFunc(l.cells, without)
}

// counted marks a unit of which rows are counted: these numbers are not shown, so
// that they combine with each other only.
const counted = " rows"

// sides are what is compared of a leaf: with earlier releases all that it has.
//
// Within a request rows are counted, not persons, on either side of a condition:
// what the cells measure does not matter then, and a person who has rows on both
// sides is on both. Cells that do not add up are compared by their persons; so are
// all of a group with those of other leaves, since rows may be joined to more rows.
// With these, what the cells add up is compared too.
func (c *comparison) sides(l *leaf) []sideSQL {
	if c.earlier {
		return l.sidesSQL()
	}
	all := numbers(len(l.cells))
	out := []sideSQL{{cells: all}}
	if c.byRow {
		out[0].cells = l.unadded(all)
		out = append(out, sideSQL{sql: "count(*)", amount: true, apart: true, cells: all})
	}
	for k, check := range l.checks {
		if !l.tellsApart(k) {
			continue
		}
		on := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return !slices.Contains(l.cells[i].checks, k) })
		out = append(out, sideSQL{sql: "count(*) FILTER (WHERE " + check.condition + ")", condition: check.condition, amount: true, apart: true, cells: on})
		if on = l.unadded(on); len(on) > 0 {
			out = append(out, sideSQL{sql: "coalesce(bool_or(" + check.condition + "), FALSE)", cells: on})
		}
	}
	if c.byRow {
		return out
	}
	for i, cell := range l.cells {
		if sql := additive(cell.sql); sql != "" {
			out = append(out, sideSQL{sql: exactly(sql, cell.floating), amount: true, cells: []int{i}})
		}
	}
	return out
}

// alike bounds the persons of a kind that are compared: where only cells of the
// same row are, persons who are on all of its sides equally often are on the same
// sides of any combination too, and as many of them as a cell needs are as good as
// all. So rows of whole populations become a few numbers.
func (c *comparison) alike() int64 {
	if c.byRow {
		return c.rules.threshold
	}
	return 0
}

// alikeSQL counts the persons of every row who are alike, of the rows of
// contributorSQL with some sides.
func (l *leaf) alikeSQL(contributors string, sides int) string {
	var list []string
	for i := range l.keys {
		list = append(list, "r"+itoa(i))
	}
	person := "r" + itoa(len(list))
	list = append(list, "count(*)")
	for i := range sides {
		list = append(list, "r"+itoa(len(l.keys)+1+i))
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM (" + contributors + ") WHERE " + person + " > 0 GROUP BY ALL ORDER BY ALL"
}

// unadded are those of some cells that do not add up.
func (l *leaf) unadded(cells []int) []int {
	return slices.DeleteFunc(slices.Clone(cells), func(i int) bool { return additive(l.cells[i].sql) != "" })
}

// within is the comparison of a request's cells with each other; nil when it needs
// none.
func (p *Plan) within() *comparison {
	leaves := p.unlike()
	if len(leaves) == 0 {
		return nil
	}
	return &comparison{rules: p.rules, leaves: leaves, byRow: len(leaves) == 1}
}

// collectAll asks for the persons behind the leaves that are compared, those with
// the fewest keys and conditions first.
func (c *comparison) collectAll(ctx context.Context, conn *sql.Conn, tables []*table) error {
	if c == nil {
		return nil
	}
	var compared []*table
	for _, t := range tables {
		if !t.leaf.shadow && !t.leaf.public && (c.earlier || slices.Contains(c.leaves, t.leaf) && t.shows()) {
			compared = append(compared, t)
		}
	}
	if err := c.bearable(compared); err != nil {
		return err
	}
	slices.SortStableFunc(compared, func(a, b *table) int {
		return cmp.Or(cmp.Compare(len(a.keys), len(b.keys)), cmp.Compare(len(a.leaf.where()), len(b.leaf.where())))
	})
	if free, err := c.free(ctx, conn, compared); err != nil || free {
		return err
	}
	return c.collectEach(ctx, conn, compared)
}

// collectEach asks for the persons behind tables; of a leaf beside another that has
// the same they are asked for once.
func (c *comparison) collectEach(ctx context.Context, conn *sql.Conn, compared []*table) error {
	behind := map[*table]*contributors{}
	for _, t := range compared {
		if c.twin(t, compared) == nil {
			b, err := c.collect(ctx, conn, t)
			if err != nil {
				return err
			}
			behind[t] = b
		}
	}
	for _, t := range compared {
		b := behind[t]
		if b == nil {
			b = t.groupsOf(behind[c.twin(t, compared)])
		}
		c.behind = append(c.behind, b)
	}
	return nil
}

func (l *leaf) where() []string {
	_, where := conditions(l.tail)
	return where
}

// shows tells whether a value of the table may go above the wall.
func (t *table) shows() bool {
	all := numbers(len(t.cells))
	for row := range t.n {
		if t.showsAny(row, all) {
			return true
		}
	}
	return false
}

// showsAny tells whether some cells of a row may go above the wall.
func (t *table) showsAny(row int, cells []int) bool {
	return slices.ContainsFunc(cells, func(c int) bool { return t.shown(row, c) })
}

// mask hides cells that collide with others of the request. Those of which only
// what is added up collides take along what does not add up: an average tells a
// sum.
func (b *contributors) mask(row int, cells []int, amount bool) {
	t := b.table
	if amount {
		with := t.leaf.cells[cells[0]].checks
		for i, c := range t.leaf.cells {
			if !adds(c.sql) && !counts(c.sql) && slices.Equal(c.checks, with) && t.shown(row, i) {
				cells = append(cells, i)
			}
		}
	}
	for _, cell := range cells {
		if t.shown(row, cell) {
			t.why = append(t.why, reason{cell: t.label(row, cell), few: true})
		}
		t.hide(row, cell, secondary)
	}
}
