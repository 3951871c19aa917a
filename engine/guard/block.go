package guard

import (
	"slices"
	"strconv"
	"strings"

	"epsql/sql/ast"
)

func itoa(n int) string { return strconv.Itoa(n) }

// selectBlock plans one SELECT block: row by row or within one person on the
// person engine, as a leaf at the wall, or above it.
func (p *planner) selectBlock(q *ast.Select, env *environment) (*relation, error) {
	grouped := len(q.GroupBy) > 0 || q.GroupAll || q.Having != nil || p.anyAggregate(q)
	above := grouped || len(q.Order) > 0 || q.OrderAll || q.Limit != nil || q.Offset != nil || q.Distinct || q.Qualify != nil || anyWindow(q)
	// Single values beside each other are one answer: they are protected together.
	_, single := q.From.(*ast.Empty)
	above = above || single && slices.ContainsFunc(q.Items, holdsQuery)
	f, err := p.bindFrom(q.From, q.Where, env, func(zone) bool { return above })
	if err != nil {
		return nil, err
	}
	items, err := p.expand(q.Items, f)
	if err != nil {
		return nil, err
	}
	b := &block{p: p, q: q, f: f, items: items, env: env, grouped: grouped}
	b.aliases = map[string]ast.Expr{}
	for _, it := range items {
		if it.Label() != "" {
			b.aliases[strings.ToLower(it.Label())] = it
		}
	}
	switch f.zone {
	case glass:
		return b.glass()
	case person:
		return b.person()
	}
	if above {
		return b.glass()
	}
	return b.within(nil, nil)
}

type offset int

func (o offset) At() int { return int(o) }

func q0(q *ast.Select) positioned { return offset(q.Off) }

func (p *planner) anyAggregate(q *ast.Select) bool {
	aggregate := func(e ast.Expr) bool {
		f, ok := e.(*ast.Func)
		return ok && (f.Schema == "" || f.Schema == "main") && isAggregate(f.Name)
	}
	for _, e := range q.Items {
		if ast.Any(e, aggregate) {
			return true
		}
	}
	for _, o := range q.Order {
		if ast.Any(o.Expr, aggregate) {
			return true
		}
	}
	return q.Having != nil
}

func anyWindow(q *ast.Select) bool {
	window := func(e ast.Expr) bool { _, ok := e.(*ast.Window); return ok }
	for _, e := range q.Items {
		if ast.Any(e, window) {
			return true
		}
	}
	return q.Qualify != nil
}

// block is a SELECT block being planned.
type block struct {
	p       *planner
	q       *ast.Select
	f       *from
	items   []ast.Expr // stars expanded
	env     *environment
	aliases map[string]ast.Expr
	grouped bool
	// deduplicated: a leaf below already made the rows distinct.
	deduplicated bool
}

// owned tells whether an identifier is one of the owners among units.
func owned(units []unitRef, sql string) bool {
	return slices.ContainsFunc(units, func(u unitRef) bool { return !u.bits && u.sql == sql })
}

// engineScope is where expressions on the person engine are bound.
func (b *block) engineScope() *scope {
	return &scope{p: b.p, place: 'r', members: b.f.members, merged: b.f.merged, same: b.f.same, units: b.f.units, from: b.fromClause, aliases: b.aliases, env: b.env}
}

// expand replaces stars by columns.
func (p *planner) expand(items []ast.Expr, f *from) ([]ast.Expr, error) {
	var out []ast.Expr
	for _, it := range items {
		star, ok := it.(*ast.Star)
		if !ok {
			out = append(out, it)
			continue
		}
		n := len(out)
		seen := map[string]bool{}
		for _, m := range f.members {
			if star.Table != "" && !strings.EqualFold(star.Table, m.alias) {
				continue
			}
			for _, c := range m.columns {
				lower := strings.ToLower(c.name)
				_, merged := f.merged[lower]
				if containsFold(star.Exclude, c.name) || merged && seen[lower] {
					continue
				}
				seen[lower] = true
				out = append(out, starColumn(star, m, c, merged))
			}
		}
		if len(out) == n {
			return nil, p.fail(star, "star", "there are no columns for *").WithHint("name a table in FROM")
		}
	}
	return out, nil
}

func starColumn(star *ast.Star, m *relation, c column, merged bool) ast.Expr {
	if e, ok := star.Replace[strings.ToLower(c.name)]; ok {
		ast.SetAlias(e, c.name)
		return e
	}
	parts := []string{m.alias, c.name}
	if merged || m.alias == "" {
		parts = parts[1:]
	}
	return &ast.Column{Base: ast.Base{Off: star.Off, Alias: c.name}, Parts: parts}
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// name is the output name of an item, as DuckDB would give it.
func itemName(e ast.Expr, i int) string {
	if e.Label() != "" {
		return e.Label()
	}
	switch e := e.(type) {
	case *ast.Column:
		return e.Parts[len(e.Parts)-1]
	case *ast.Func:
		if e.Name == "count_star" {
			return "count_star()"
		}
		if !e.Operator && isWord(e.Name) {
			return e.Name
		}
	case *ast.Cast:
		return itemName(e.Arg, i)
	case *ast.Window:
		return e.Name
	}
	return "col" + itoa(i)
}

// output collects the select list of a block on the person engine: visible
// columns c0, c1 … and hidden ones h0, h1 … that the guard carries along.
type output struct {
	list    []string
	hidden  int
	columns []column
	owners  map[string]string // output names of identifiers by their SQL in FROM
}

func (o *output) hide(sql string) string {
	name := "h" + itoa(o.hidden)
	o.hidden++
	o.list = append(o.list, sql+" AS "+name)
	return name
}

// support carries a condition along.
func (o *output) support(sp support) support {
	hidden := support{sql: o.hide(sp.sql), twoSided: sp.twoSided, full: sp.full, spare: sp.spare, branch: sp.branch}
	if sp.side != "" {
		hidden.side = o.hide(sp.side)
	}
	for _, b := range sp.bits {
		hidden.bits = append(hidden.bits, unitBits{b.name, o.hide(b.sql)})
	}
	return hidden
}

func (o *output) add(label string, v value) {
	name := "c" + itoa(len(o.columns))
	if v.owner {
		if o.owners == nil {
			o.owners = map[string]string{}
		}
		o.owners[v.sql] = name
	}
	o.list = append(o.list, v.guarded()+" AS "+name)
	if v.constant {
		v.labels = []string{v.sql}
	}
	v.sql, v.risky, v.constant, v.query = name, false, false, false
	supports := v.supports
	v.supports = nil
	for _, sp := range supports {
		v.supports = append(v.supports, o.support(sp))
	}
	o.columns = append(o.columns, column{name: label, value: v})
}

// relation closes the block; tail is everything from FROM on.
func (o *output) relation(z zone, units []unitRef, supports []support, tail string) *relation {
	out := &relation{zone: z}
	for _, sp := range supports {
		out.supports = append(out.supports, o.support(sp))
	}
	for _, u := range units {
		if name, visible := o.owners[u.sql]; visible && !u.bits {
			u.sql = name
		} else {
			u.sql = o.hide(u.sql)
		}
		out.units = append(out.units, u)
	}
	out.columns = o.columns
	out.sql = "SELECT " + strings.Join(o.list, ", ") + tail
	return out
}

func (b *block) fromClause() string {
	if b.f.sql == "" {
		return ""
	}
	return " FROM " + b.f.sql
}

// where prints a condition on the person engine, each conjunct so that it cannot
// fail.
func (b *block) where(s *scope, condition ast.Expr) (string, error) {
	var out []string
	for _, c := range ast.Conjuncts(condition) {
		v, err := s.plain(c)
		if err != nil {
			return "", err
		}
		out = append(out, v.guarded())
	}
	return clause(" WHERE ", " AND ", out), nil
}

// person plans a block over rows of persons.
func (b *block) person() (*relation, error) {
	q := b.q
	if q.Distinct && (b.grouped || anyWindow(q)) {
		return b.distinctAbove()
	}
	if !b.grouped && !q.Distinct {
		if err := b.noLimit(); err != nil {
			return nil, err
		}
		return b.within(nil, nil)
	}
	keys, err := b.keys()
	if err != nil {
		return nil, err
	}
	s := b.engineScope()
	var bound []value
	within := false
	for _, k := range keys {
		v, err := s.bind(k)
		if err != nil {
			return nil, err
		}
		within = within || v.ident != ""
		bound = append(bound, v)
	}
	if !within {
		return b.leaf(keys, bound)
	}
	if b.q.GroupSets != nil {
		return nil, b.p.refuse(keys[0], "grouping-sets", "totals over several persons stand beside rows of one").
			WithHint("group by the person alone in a step, and use ROLLUP above it without the identifier")
	}
	if err := b.noLimit(); err != nil {
		return nil, err
	}
	return b.within(keys, bound)
}

// noLimit refuses to pick some of the persons.
func (b *block) noLimit() error {
	if b.q.Limit == nil && b.q.Offset == nil {
		return nil
	}
	return b.p.refuse(q0(b.q), "limit-persons", "LIMIT would pick some persons").
		WithHint("keep the first rows of each person with QUALIFY row_number() OVER (PARTITION BY id ORDER BY …) <= n, or use LIMIT above a grouped query")
}

// distinctAbove plans DISTINCT over a block that groups or has windows as a block
// of its own.
func (b *block) distinctAbove() (*relation, error) {
	inner := *b.q
	inner.Distinct, inner.With = false, nil
	inner.Order, inner.OrderAll, inner.Limit, inner.Offset = nil, false, nil, nil
	outer := &ast.Select{Clauses: b.q.Clauses, Items: []ast.Expr{&ast.Star{Base: ast.Base{Off: b.q.Off}}}, From: &ast.DerivedTable{Query: &inner, Off: b.q.Off}}
	outer.With = nil
	return b.p.selectBlock(outer, b.env)
}

// keys are the grouping expressions: ordinals, names of the select list, ALL
// and DISTINCT resolved.
func (b *block) keys() ([]ast.Expr, error) {
	if b.q.GroupAll || b.q.Distinct && !b.grouped {
		var out []ast.Expr
		for _, it := range b.items {
			if !b.p.anyAggregate(&ast.Select{Items: []ast.Expr{it}}) {
				out = append(out, it)
			}
		}
		return out, nil
	}
	var out []ast.Expr
	for _, g := range b.q.GroupBy {
		if c, ok := g.(*ast.Const); ok {
			n, err := strconv.Atoi(c.Text)
			if err != nil || n < 1 || n > len(b.items) {
				return nil, b.p.fail(g, "group-ordinal", "GROUP BY %s names no column of the select list", c.Text).WithHint("write a number from 1 to %d, or the expression", len(b.items))
			}
			g = b.items[n-1]
		}
		if c, ok := g.(*ast.Column); ok && len(c.Parts) == 1 {
			if _, err := (&scope{p: b.p, place: 'r', members: b.f.members, merged: b.f.merged}).bind(c); err != nil {
				if e, ok := b.aliases[strings.ToLower(c.Parts[0])]; ok {
					g = e
				}
			}
		}
		out = append(out, g)
	}
	return out, nil
}
