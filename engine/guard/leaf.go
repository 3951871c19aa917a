package guard

import (
	"strings"

	"epsql/sql/ast"
)

// leaf is the first aggregation that gives up the person: generated SQL for the
// person engine that gives one row per cell group with the hidden counts by
// which it is masked. A public leaf brings reference data above the wall.
type leaf struct {
	id     int
	public bool
	sql    string
	keys   []leafKey
	cells  []leafCell
	units  []unitRef
	checks []check
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
	c := leafCell{sql: a.sql, label: label}
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
// units of the group, then per check the units on its sides.
func (l *leaf) selectList() []string {
	var out []string
	for _, k := range l.keys {
		out = append(out, k.sql)
	}
	for _, c := range l.cells {
		out = append(out, c.sql)
	}
	for _, u := range l.units {
		out = append(out, u.count(""))
	}
	for _, c := range l.checks {
		for _, u := range l.counted(c) {
			out = append(out, c.behind(u).count(c.condition))
			if c.twoSided {
				out = append(out, u.count("NOT ("+c.condition+")"))
			}
		}
	}
	for i := range out {
		out[i] += " AS r" + itoa(i)
	}
	return out
}

// finish writes the leaf's SQL; tail is FROM and WHERE.
func (l *leaf) finish(tail string) {
	l.sql = "SELECT " + strings.Join(l.selectList(), ", ") + tail
	if len(l.keys) > 0 {
		ordinals := make([]string, len(l.keys))
		for i := range ordinals {
			ordinals[i] = itoa(i + 1)
		}
		l.sql += " GROUP BY " + strings.Join(ordinals, ", ")
	}
}

// leaf plans a block that aggregates persons: a leaf and, above it, the rest.
func (b *block) leaf(keys []ast.Expr, bound []value) (*relation, error) {
	l := &leaf{id: len(b.p.leaves), units: b.f.units}
	b.p.leaves = append(b.p.leaves, l)
	engine := b.engineScope()
	for i, v := range bound {
		l.keys = append(l.keys, leafKey{sql: v.guarded(), label: itemName(keys[i], i), domain: v.domain})
	}
	a := b.p.alias()
	member := &relation{zone: glass, sql: l.table() + " AS " + a, open: b.f.open || !l.complete() && len(l.keys) > 0}
	above := &block{p: b.p, q: b.q, items: b.items, env: b.env, aliases: b.aliases, deduplicated: !b.grouped}
	above.f = &from{sql: member.sql, zone: glass, open: member.open}
	s := &scope{p: b.p, place: 'g', aliases: b.aliases, env: b.env, windows: true}
	s.hook = func(e ast.Expr) (value, bool, error) { return b.aboveLeaf(l, a, engine, e) }
	out, err := above.glassWith(s)
	if err != nil {
		return nil, err
	}
	where, err := b.where(engine, b.q.Where)
	if err != nil {
		return nil, err
	}
	if err := b.fansGrouped(bound); err != nil {
		return nil, err
	}
	for _, sp := range b.f.supports {
		k := l.check(check{condition: "coalesce(" + sp.sql + ", FALSE)", twoSided: sp.twoSided, full: sp.full, spare: sp.spare})
		for i := range l.cells {
			l.cells[i].checks = append(l.cells[i].checks, k)
		}
	}
	l.grid = b.gridConditions(l)
	l.finish(b.fromClause() + where)
	return out, nil
}

// aboveLeaf answers an expression above a leaf: an aggregate is a cell of the
// leaf, an expression that is a grouping key is that key.
func (b *block) aboveLeaf(l *leaf, alias string, engine *scope, e ast.Expr) (value, bool, error) {
	if f, ok := e.(*ast.Func); ok && (f.Schema == "" || f.Schema == "main") && isAggregate(f.Name) {
		a, err := engine.aggregate(f, 'l')
		if err != nil {
			return value{}, false, err
		}
		i := itoa(l.cell(a, itemName(f, 0)))
		return value{sql: alias + ".a" + i, mask: alias + ".m" + i, kind: a.kind}, true, nil
	}
	if isConst(e) {
		return value{}, false, nil
	}
	depth := engine.depth
	v, err := engine.bind(e)
	engine.depth = depth
	if err == nil {
		for i, k := range l.keys {
			if k.sql == v.guarded() {
				return value{sql: alias + ".k" + itoa(i), kind: v.kind, domain: v.domain}, true, nil
			}
		}
	}
	return value{}, false, b.notGrouped(e)
}

// gridConditions are the conjuncts of WHERE that speak of keys alone.
func (b *block) gridConditions(l *leaf) []string {
	engine := b.engineScope()
	s := &scope{p: b.p, place: 'g'}
	s.hook = func(e ast.Expr) (value, bool, error) {
		if isConst(e) {
			return value{}, false, nil
		}
		if v, err := engine.bind(e); err == nil {
			for i, k := range l.keys {
				if k.sql == v.guarded() {
					return value{sql: "g.k" + itoa(i), kind: v.kind}, true, nil
				}
			}
		}
		return value{}, false, nil
	}
	var out []string
	for _, c := range ast.Conjuncts(b.q.Where) {
		if v, err := s.plain(c); err == nil && !v.query {
			out = append(out, v.guarded())
		}
	}
	return out
}

// publicLeaf brings a public relation above the wall.
func (p *planner) publicLeaf(r *relation) *relation {
	l := &leaf{id: len(p.leaves), public: true}
	p.leaves = append(p.leaves, l)
	a := p.alias()
	out := &relation{zone: glass, sql: l.table() + " AS " + a, alias: r.alias}
	list := make([]string, len(r.columns))
	for i, c := range r.columns {
		list[i] = c.sql + " AS r" + itoa(i)
		l.keys = append(l.keys, leafKey{sql: c.sql, label: c.name})
		v := value{sql: a + ".k" + itoa(i), kind: c.kind, domain: c.domain}
		out.columns = append(out.columns, column{name: c.name, value: v})
	}
	l.sql = "SELECT " + strings.Join(list, ", ") + " FROM " + r.sql
	return out
}

// notGrouped is the error for a column that is neither a key nor aggregated;
// nil when e is no column of FROM.
func (b *block) notGrouped(e ast.Expr) error {
	c, ok := e.(*ast.Column)
	if !ok {
		return nil
	}
	s := &scope{p: b.p, place: 'r', members: b.f.members, merged: b.f.merged}
	if _, err := s.bind(c); err == nil {
		return b.p.fail(c, "not-grouped", "the column %s is neither grouped by nor aggregated", nameOf(c)).
			WithHint("add it to GROUP BY or put it into an aggregate")
	}
	return nil
}
