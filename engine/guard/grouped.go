package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// A block that gives up the person becomes leaves, one for each set of keys that
// it groups by (a single one without ROLLUP, CUBE and GROUPING SETS), and the
// rest of the block above them.

// maxSets bounds the grouping sets of a block.
const maxSets = 64

// summit is a block at the wall.
type summit struct {
	b      *block
	engine *scope
	keys   []ast.Expr
	bound  []value
	sets   [][]int // the keys of each leaf
	leaves []*leaf
	alias  string
	// ranked are the quantiles asked for, ranks their leaves, beside each of the
	// others.
	ranked []*ast.Func
	ranks  []*leaf
	// places are the cells of the quantiles in their leaves.
	places []int
	// step: what the block above reads is more than one leaf.
	step bool
}

// leaf plans a block that aggregates persons.
func (b *block) leaf(keys []ast.Expr, bound []value) (*relation, error) {
	x := &summit{b: b, engine: b.engineScope(), keys: keys, bound: bound, sets: b.q.GroupSets, alias: b.p.alias()}
	if x.sets == nil {
		x.sets = [][]int{numbers(len(keys))}
	}
	x.engine.decided = x.decided()
	x.step = len(x.sets) > 1 || b.asksQuantile()
	if len(x.sets) > maxSets {
		return nil, b.p.refuse(q0(b.q), "grouping-sets", "the query has more than %d grouping sets", maxSets).WithHint("name the sets that you need: GROUPING SETS ((a, b), (a), ())")
	}
	for _, set := range x.sets {
		x.leaves = append(x.leaves, x.leafOf(set))
	}
	out, err := x.above()
	if err != nil {
		return nil, err
	}
	if err := b.fansGrouped(bound); err != nil {
		return nil, err
	}
	where, err := b.where(x.engine, b.q.Where)
	if err != nil {
		return nil, err
	}
	tail := b.p.overlapped(b.fromClause()+where, x.asked())
	for _, l := range x.leaves {
		l.supported(b.f.supports, x.engine.decided)
		l.grid = x.gridConditions(l)
		l.finish(tail)
	}
	if err := x.rankLeaves(); err != nil {
		return nil, err
	}
	for _, l := range x.leaves {
		if !x.onlyRanked(l) {
			b.p.leaves = append(b.p.leaves, l)
		}
	}
	b.p.leaves = append(b.p.leaves, x.ranks...)
	if x.step {
		out.sql = "WITH " + x.table() + " AS (" + x.union() + ") " + out.sql
	}
	return out, nil
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func (x *summit) leafOf(set []int) *leaf {
	l := &leaf{id: x.b.p.nextLeaf(), units: x.b.f.units, limit: x.b.p.cfg.Channel.Threshold}
	for _, i := range set {
		l.keys = append(l.keys, leafKey{sql: x.bound[i].guarded(), label: itemName(x.keys[i], i), domain: x.bound[i].domain})
	}
	return l
}

// supported adds conditions on which every cell stands.
func (l *leaf) supported(supports []support, decided map[int]bool) {
	for _, sp := range supports {
		when := sp.within(decided)
		if when == "" {
			continue
		}
		k := l.check(check{condition: when, twoSided: sp.twoSided, full: sp.full, spare: sp.spare})
		for i := range l.cells {
			l.cells[i].checks = append(l.cells[i].checks, k)
		}
	}
}

// decided are the UNIONs whose sides the keys of every leaf tell apart: there the
// row's own persons count.
func (x *summit) decided() map[int]bool {
	out := map[int]bool{}
	for i, v := range x.bound {
		everywhere := !slices.ContainsFunc(x.sets, func(set []int) bool { return !slices.Contains(set, i) })
		for _, branch := range v.decides {
			out[branch] = out[branch] || everywhere
		}
	}
	return out
}

// asked are the UNIONs whose sides the keys do not tell apart.
func (x *summit) asked() map[int]bool {
	out := map[int]bool{}
	for _, sp := range x.b.f.supports {
		out[sp.branch] = !x.engine.decided[sp.branch]
	}
	return out
}

// table is the name of what the block above reads.
func (x *summit) table() string {
	if !x.step {
		return x.leaves[0].table()
	}
	return "sets_" + itoa(x.leaves[0].id)
}

// above plans what stands above the leaves.
func (x *summit) above() (*relation, error) {
	b := x.b
	open := b.f.open
	for _, l := range x.leaves {
		open = open || !l.complete() && len(l.keys) > 0
	}
	up := &block{p: b.p, q: b.q, items: b.items, env: b.env, aliases: b.aliases, deduplicated: !b.grouped}
	up.f = &from{sql: x.table() + " AS " + x.alias, zone: glass, open: open}
	s := &scope{p: b.p, place: 'g', aliases: b.aliases, env: b.env, windows: true}
	s.hook = x.look
	return up.glassWith(s)
}

// look answers an expression above the leaves: an aggregate is a cell, an
// expression that is a grouping key is that key.
func (x *summit) look(e ast.Expr) (value, bool, error) {
	if f, ok := e.(*ast.Func); ok && (f.Schema == "" || f.Schema == "main") {
		if isGrouping(f.Name) {
			v, err := x.grouping(f)
			return v, true, err
		}
		if slices.Contains(quantiles, f.Name) {
			v, err := x.quantile(f)
			return v, err == nil, err
		}
		if isAggregate(f.Name) {
			v, err := x.cell(f)
			return v, err == nil, err
		}
	}
	if isConst(e) {
		return value{}, false, nil
	}
	if i := x.key(e); i >= 0 {
		v := x.bound[i]
		return value{sql: x.alias + ".k" + itoa(i), kind: v.kind, domain: v.domain}, true, nil
	}
	return value{}, false, x.b.notGrouped(e)
}

// key finds the grouping key that e is, -1 when it is none.
func (x *summit) key(e ast.Expr) int {
	if i := slices.Index(x.keys, e); i >= 0 || holdsQuery(e) {
		return i
	}
	depth := x.engine.depth
	v, err := x.engine.bind(e)
	x.engine.depth = depth
	if err != nil {
		return -1
	}
	return slices.IndexFunc(x.bound, func(k value) bool { return k.guarded() == v.guarded() })
}

// holdsQuery tells whether a subquery stands in e.
func holdsQuery(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool { _, ok := e.(*ast.Subquery); return ok })
}

// cell makes an aggregate a cell of every leaf.
func (x *summit) cell(f *ast.Func) (value, error) {
	a, err := x.engine.aggregate(f, 'l')
	if err != nil {
		return value{}, err
	}
	n := 0
	for _, l := range x.leaves {
		n = l.cell(a, itemName(f, 0))
	}
	i := itoa(n)
	return value{sql: x.alias + ".a" + i, mask: x.alias + ".m" + i, kind: a.kind}, nil
}

func isGrouping(name string) bool { return name == "grouping" || name == "grouping_id" }

// grouping is GROUPING(a, b): a bit for each argument, set where the row is a
// total over it.
func (x *summit) grouping(f *ast.Func) (value, error) {
	sql := "0::BIGINT"
	for _, a := range f.Args {
		i := x.key(a)
		if i < 0 {
			return value{}, x.b.p.fail(a, "not-grouped", "GROUPING takes grouping keys").WithHint("name what stands in GROUP BY")
		}
		if len(x.sets) == 1 {
			sql = "(2 * " + sql + ")"
		} else {
			sql = "(2 * " + sql + " + " + x.alias + ".g" + itoa(i) + ")"
		}
	}
	return value{sql: sql, kind: number}, nil
}

// union is the rows of all grouping sets; a key that a set leaves out is NULL
// there.
func (x *summit) union() string {
	parts := make([]string, len(x.sets))
	for n, set := range x.sets {
		l := x.leaves[n]
		from, rows := l.table()+" AS l", "l"
		if x.onlyRanked(l) {
			from, rows = x.ranks[n].table()+" AS q", "q"
		} else if len(x.ranked) > 0 {
			on := []string{"TRUE"}
			for i := range set {
				on = append(on, "l.k"+itoa(i)+" IS NOT DISTINCT FROM q.k"+itoa(i))
			}
			from += " LEFT JOIN " + x.ranks[n].table() + " AS q ON " + strings.Join(on, " AND ")
		}
		var list []string
		for i := range x.keys {
			k := slices.Index(set, i)
			if k < 0 {
				list = append(list, "NULL AS k"+itoa(i), "1 AS g"+itoa(i))
			} else {
				list = append(list, rows+".k"+itoa(k)+" AS k"+itoa(i), "0 AS g"+itoa(i))
			}
		}
		for i := range l.cells {
			list = append(list, "l.a"+itoa(i), "l.m"+itoa(i))
		}
		for i := range x.ranked {
			c := itoa(x.places[i])
			list = append(list, "q.a"+c+" AS q"+itoa(i), "q.m"+c+" AS n"+itoa(i))
		}
		parts[n] = "SELECT " + strings.Join(list, ", ") + " FROM " + from
	}
	return strings.Join(parts, " UNION ALL ")
}

// gridConditions are the conjuncts of WHERE that speak of keys alone.
func (x *summit) gridConditions(l *leaf) []string {
	engine := x.b.engineScope()
	s := &scope{p: x.b.p, place: 'g'}
	s.hook = func(e ast.Expr) (value, bool, error) {
		if isConst(e) || holdsQuery(e) {
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
	for _, c := range ast.Conjuncts(x.b.q.Where) {
		if holdsQuery(c) {
			continue
		}
		if v, err := s.plain(c); err == nil && !v.query {
			out = append(out, v.guarded())
		}
	}
	return out
}

// publicLeaf brings a public relation above the wall.
func (p *planner) publicLeaf(r *relation) *relation {
	l := &leaf{id: p.nextLeaf(), public: true}
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
