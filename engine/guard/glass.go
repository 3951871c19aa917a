package guard

import (
	"strings"

	"epsql/sql/ast"
)

// Above the wall nothing is left to steal: the query runs on masked leaves.
// What is kept track of here is correctness: beside every value runs its mask,
// so that what depends on a masked cell is shown as masked, never as a wrong
// number.

// noMask is the mask of a value that is always shown.
const noMask = "0::UTINYINT"

// glass plans a block above the wall.
func (b *block) glass() (*relation, error) {
	return b.glassWith(&scope{
		p: b.p, place: 'g', members: b.f.members, merged: b.f.merged, aliases: b.aliases, env: b.env,
		aggregates: b.grouped, windows: true,
	})
}

// glassWith plans a block above the wall with a scope that may know the cells of
// a leaf. A block that aggregated persons is already grouped: its HAVING filters
// rows.
func (b *block) glassWith(s *scope) (*relation, error) {
	q := b.q
	var where, groupBy, having []string
	fromLeaf := s.hook != nil
	conditions := q.Where
	if fromLeaf {
		conditions = q.Having
	}
	for _, c := range ast.Conjuncts(conditions) {
		v, err := s.plain(c)
		if err != nil {
			return nil, err
		}
		switch {
		case v.mask == "":
			where = append(where, v.sql)
		case b.grouped && !fromLeaf:
			// A row that may or may not count makes the totals unknown.
			where = append(where, "("+v.sql+" OR "+v.mask+" <> 0)")
			s.hidden = orMasks(s.hidden, v.mask)
		default:
			where = append(where, v.sql, shown(v.mask))
		}
	}
	if b.grouped && !fromLeaf {
		var err error
		if groupBy, having, err = b.glassGroups(s); err != nil {
			return nil, err
		}
	}
	out := &relation{zone: glass, open: b.f.open}
	var list []string
	for i, it := range b.items {
		v, err := s.plain(it)
		if err != nil {
			return nil, err
		}
		n := itoa(i)
		list = append(list, v.sql+" AS c"+n)
		col := column{name: itemName(it, i), value: value{sql: "c" + n, kind: v.kind, domain: v.domain}}
		if v.mask != "" {
			list = append(list, v.mask+" AS m"+n)
			col.mask = "m" + n
		}
		out.columns = append(out.columns, col)
	}
	qualify, err := b.qualify(s)
	if err != nil {
		return nil, err
	}
	order, err := b.order(s, out)
	if err != nil {
		return nil, err
	}
	limit, err := b.p.limit(q.Common())
	if err != nil {
		return nil, err
	}
	distinct := ""
	if q.Distinct && !b.deduplicated {
		distinct = "DISTINCT "
	}
	out.sql = "SELECT " + distinct + strings.Join(list, ", ") + b.fromClause() +
		clause(" WHERE ", " AND ", where) + clause(" GROUP BY ", ", ", groupBy) + clause(" HAVING ", " AND ", having) +
		clause(" QUALIFY ", " AND ", qualify) + order + limit
	return out, nil
}

func clause(word, sep string, parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return word + strings.Join(parts, sep)
}

// glassGroups prints GROUP BY and HAVING above the wall: a masked key groups
// with its mask, so that masked rows stay apart.
func (b *block) glassGroups(s *scope) (groupBy, having []string, err error) {
	keys, err := b.keys()
	if err != nil {
		return nil, nil, err
	}
	ungrouped := *s
	ungrouped.aggregates, ungrouped.windows = false, false
	for _, k := range keys {
		v, err := ungrouped.plain(k)
		if err != nil {
			return nil, nil, err
		}
		if v.constant {
			continue
		}
		groupBy = append(groupBy, v.sql)
		if v.mask != "" {
			groupBy = append(groupBy, v.mask)
		}
	}
	for _, c := range ast.Conjuncts(b.q.Having) {
		v, err := s.plain(c)
		if err != nil {
			return nil, nil, err
		}
		having = append(having, v.sql)
		if v.mask != "" {
			having = append(having, shown(v.mask))
		}
	}
	return groupBy, having, nil
}

func (b *block) qualify(s *scope) ([]string, error) {
	var out []string
	for _, c := range ast.Conjuncts(b.q.Qualify) {
		v, err := s.plain(c)
		if err != nil {
			return nil, err
		}
		out = append(out, v.sql)
		if v.mask != "" {
			out = append(out, shown(v.mask))
		}
	}
	return out, nil
}

// order prints ORDER BY: ordinals and output names first, then expressions.
func (b *block) order(s *scope, out *relation) (string, error) {
	var keys []string
	if b.q.OrderAll {
		for _, c := range out.columns {
			keys = append(keys, c.sql)
		}
	}
	for _, o := range b.q.Order {
		sql, err := b.p.orderKey(o.Expr, s, out)
		if err != nil {
			return "", err
		}
		keys = append(keys, sql+direction(o))
	}
	return clause(" ORDER BY ", ", ", keys), nil
}

func direction(o ast.Order) string {
	out := ""
	if o.Descending {
		out = " DESC"
	}
	if o.Nulls != "" {
		out += " NULLS " + o.Nulls
	}
	return out
}

func (p *planner) orderKey(e ast.Expr, s *scope, out *relation) (string, error) {
	if c, ok := e.(*ast.Const); ok {
		for i := range out.columns {
			if c.Text == itoa(i+1) {
				return out.columns[i].sql, nil
			}
		}
		return "", p.fail(e, "order-ordinal", "ORDER BY %s names no column", c.Text).WithHint("write a number from 1 to %d, or a name", len(out.columns))
	}
	if c, ok := e.(*ast.Column); ok && len(c.Parts) == 1 {
		if found := out.find(c.Parts[0]); len(found) > 0 {
			return found[0].sql, nil
		}
	}
	if s == nil {
		return "", p.fail(e, "order", "ORDER BY of a combined query names no column of it").WithHint("order by a name or a number of the select list")
	}
	v, err := s.plain(e)
	return v.sql, err
}

// limit prints LIMIT and OFFSET; both are constants.
func (p *planner) limit(c *ast.Clauses) (string, error) {
	out := ""
	for _, part := range []struct {
		word string
		e    ast.Expr
	}{{" LIMIT ", c.Limit}, {" OFFSET ", c.Offset}} {
		if part.e == nil {
			continue
		}
		v, err := (&scope{p: p, place: 'g'}).plain(part.e)
		if err != nil {
			return "", err
		}
		if !v.constant || v.kind != number {
			return "", p.refuse(part.e, "limit", "LIMIT and OFFSET take a number").WithHint("write a whole number")
		}
		out += part.word + v.sql
	}
	return out, nil
}

// glassAggregate binds an aggregate over rows above the wall.
func (s *scope) glassAggregate(f *ast.Func) (value, error) {
	if s.place != 'g' {
		return value{}, s.p.refuse(f, "aggregate-place", "the aggregate %s cannot stand here", f.Name).WithHint("group the query")
	}
	def, refusal := allowed(f.Name, 'g')
	if refusal != nil {
		return value{}, s.p.place(f, refusal)
	}
	if len(f.Order) > 0 {
		return value{}, s.p.refuse(f, "unsupported", "ORDER BY inside an aggregate is not answered").WithHint("order the rows of the query")
	}
	inner := *s
	inner.aggregates, inner.windows = false, false
	vs, err := inner.list(f.Args)
	if err != nil {
		return value{}, err
	}
	out := combine(def.kind, "", vs...)
	if def.same && len(vs) > 0 {
		out.kind = vs[0].kind
	}
	out.constant = false
	name, args := f.Name, strings.Join(sqlOf(vs), ", ")
	if name == "count_star" {
		name, args = "count", "*"
	}
	if f.Distinct {
		args = "DISTINCT " + args
	}
	out.sql = name + "(" + args + ")"
	mask := orMasks(out.mask, s.hidden)
	if f.Filter != nil {
		v, err := inner.plain(f.Filter)
		if err != nil {
			return value{}, err
		}
		out.sql += " FILTER (WHERE " + v.sql + ")"
		mask = orMasks(mask, v.mask)
	}
	out.mask = ""
	if mask != "" {
		out.mask = "coalesce(bit_or(" + mask + "), " + noMask + ")"
	}
	return out, nil
}

// offsets are the window functions that take the value of one other row.
var offsets = []string{"lag", "lead", "first_value", "last_value", "nth_value"}

// window binds a window above the wall.
func (s *scope) window(w *ast.Window) (value, error) {
	if s.place != 'g' || !s.windows {
		return value{}, s.p.refuse(w, "window-place", "a window cannot stand here").WithHint("windows run over grouped results: group first")
	}
	place := byte('g')
	if !isAggregate(w.Name) {
		place = 'w'
	}
	def, refusal := allowed(w.Name, place)
	if refusal != nil {
		return value{}, s.p.place(w, refusal)
	}
	inner := *s
	inner.windows = false
	vs, err := inner.list(w.Args)
	if err != nil {
		return value{}, err
	}
	over, keyMask, partition, err := inner.over(w)
	if err != nil {
		return value{}, err
	}
	name, args := w.Name, sqlOf(vs)
	if name == "count_star" {
		name, args = "count", []string{"*"}
	}
	out := combine(def.kind, "", vs...)
	if def.same && len(vs) > 0 {
		out.kind = vs[0].kind
	}
	out.constant = false
	nulls, filter := "", ""
	if w.IgnoreNulls {
		nulls = " IGNORE NULLS"
	}
	if w.Filter != nil {
		v, err := inner.plain(w.Filter)
		if err != nil {
			return value{}, err
		}
		filter, keyMask = " FILTER (WHERE "+v.sql+")", orMasks(keyMask, v.mask)
	}
	if w.Distinct {
		args[0] = "DISTINCT " + args[0]
	}
	out.sql = name + "(" + strings.Join(args, ", ") + nulls + ")" + filter + " OVER " + over
	out.mask = windowMask(w, vs, over, keyMask, partition)
	return out, nil
}

// windowMask: a value taken from another row is masked as that row is; anything
// computed over rows is masked when one of the partition's is.
func windowMask(w *ast.Window, vs []value, over, keyMask, partition string) string {
	all := keyMask
	for i, v := range vs {
		if i == 0 && containsFold(offsets, w.Name) && v.mask != "" {
			continue
		}
		all = orMasks(all, v.mask)
	}
	mask := ""
	if all != "" {
		mask = "coalesce(bit_or(" + all + ") OVER (" + partition + "), " + noMask + ")"
	}
	if containsFold(offsets, w.Name) && len(vs) > 0 && vs[0].mask != "" {
		args := sqlOf(vs[1:min(2, len(vs))])
		mask = orMasks(mask, "coalesce("+w.Name+"("+strings.Join(append([]string{vs[0].mask}, args...), ", ")+") OVER "+over+", "+noMask+")")
	}
	return mask
}

// over prints the window and gives the mask of its keys.
func (s *scope) over(w *ast.Window) (over, mask, partition string, err error) {
	parts, err := s.list(w.Partition)
	if err != nil {
		return "", "", "", err
	}
	for _, v := range parts {
		mask = orMasks(mask, v.mask)
	}
	partition = clause("PARTITION BY ", ", ", sqlOf(parts))
	var keys []string
	for _, o := range w.Order {
		v, err := s.plain(o.Expr)
		if err != nil {
			return "", "", "", err
		}
		mask = orMasks(mask, v.mask)
		keys = append(keys, v.sql+direction(o))
	}
	over = "(" + partition + clause(" ORDER BY ", ", ", keys)
	if w.Frame != "" {
		over += " " + w.Frame
	}
	return over + ")", mask, partition, nil
}

// subquery binds a query in an expression: above the wall a single value or a
// set of keys, on the person engine a set of the same persons or of public codes.
func (s *scope) subquery(e *ast.Subquery) (value, error) {
	if e.Kind == "EXISTS" {
		return value{}, s.p.refuse(e, "exists", "EXISTS is not answered").WithHint("write id IN (SELECT id …), or a SEMI JOIN")
	}
	if s.place == 'r' && e.Kind == "SCALAR" {
		return value{}, s.p.refuse(e, "scalar-below", "a single value computed by a query cannot be used on rows of persons yet").
			WithHint("ask for it first and pass it with --param, or use it above the grouped query")
	}
	r, err := s.p.query(e.Query, s.env)
	if err != nil {
		return value{}, err
	}
	if len(r.columns) != 1 {
		return value{}, s.p.fail(e, "subquery-columns", "the subquery gives %d columns, not one", len(r.columns)).WithHint("select one column")
	}
	c := r.columns[0]
	if s.place == 'r' {
		return s.inSet(e, r, c)
	}
	if r.zone == person {
		return value{}, s.p.refuse(e, "rows", "the subquery gives rows of persons").WithHint("group it, for example count(*)")
	}
	if r.zone == public {
		r = s.p.raise(r)
		c = r.columns[0]
	}
	a := s.p.alias()
	if e.Kind == "SCALAR" {
		v := value{sql: "(SELECT " + a + "." + c.sql + " FROM (" + r.sql + ") AS " + a + ")", kind: c.kind, query: true}
		if c.mask != "" {
			v.mask = "coalesce((SELECT " + a + "." + c.mask + " FROM (" + r.sql + ") AS " + a + "), " + noMask + ")"
		}
		return v, nil
	}
	arg, err := s.plain(e.Arg)
	if err != nil {
		return value{}, err
	}
	if c.mask != "" {
		return value{}, s.p.refuse(e, "masked-set", "the set of the subquery may hold masked values").WithHint("select the keys")
	}
	out := combine(boolean, "("+arg.sql+" IN (SELECT "+a+"."+c.sql+" FROM ("+r.sql+") AS "+a+"))", arg)
	out.query = true
	return out, nil
}

// inSet binds x IN (subquery) on the person engine.
func (s *scope) inSet(e *ast.Subquery, r *relation, c column) (value, error) {
	arg, err := s.bind(e.Arg)
	if err != nil {
		return value{}, err
	}
	if arg.ident != c.ident {
		return value{}, s.p.refuse(e, "identifier", "an identifier is looked up among other values").WithHint("select the same identifier in the subquery")
	}
	switch r.zone {
	case glass:
		return value{}, s.p.refuse(e, "scalar-below", "a grouped result cannot be used on rows of persons yet").WithHint("group by the person in the subquery, or filter above")
	case person:
		if arg.ident == "" || !s.owns(arg) || !ownsOnly(r, c) {
			return value{}, s.p.refuse(e, "between-persons", "rows are chosen by other persons' rows").
				WithHint("compare the identifier of the row's owner with the owner in the subquery: id IN (SELECT id …)")
		}
	}
	a := s.p.alias()
	out := combine(boolean, "("+arg.guarded()+" IN (SELECT "+a+"."+c.sql+" FROM ("+r.sql+") AS "+a+"))", arg)
	out.query, out.risky, out.domain = true, false, []string{"true", "false"}
	return out, nil
}

// owns tells whether v is an owner of the rows in scope.
func (s *scope) owns(v value) bool {
	for _, m := range s.members {
		for _, u := range m.units {
			if !u.bits && u.sql == v.sql {
				return true
			}
		}
	}
	return false
}

// ownsOnly tells whether the rows of r belong to c's identifier alone.
func ownsOnly(r *relation, c column) bool {
	exact := 0
	for _, u := range r.units {
		if !u.bits {
			exact++
		}
	}
	return exact == 1 && c.owner
}

// raise brings a public result above the wall.
func (p *planner) raise(r *relation) *relation {
	m := p.publicLeaf(p.member(r, ""))
	out := &relation{zone: glass, open: r.open}
	var list []string
	for i, c := range m.columns {
		n := "c" + itoa(i)
		list = append(list, c.sql+" AS "+n)
		out.columns = append(out.columns, column{name: c.name, value: value{sql: n, kind: c.kind, domain: c.domain}})
	}
	out.sql = "SELECT " + strings.Join(list, ", ") + " FROM " + m.sql
	return out
}

// setOp plans UNION [ALL] of grouped or public results.
func (p *planner) setOp(q *ast.SetOp, env *environment) (*relation, error) {
	if q.Op != "UNION" {
		return nil, p.refuse(offset(q.Off), "set-operation", "%s is not answered yet", q.Op).WithHint("use a SEMI or ANTI JOIN")
	}
	var sides []*relation
	for _, sub := range []ast.Query{q.Left, q.Right} {
		r, err := p.query(sub, env)
		if err != nil {
			return nil, err
		}
		switch r.zone {
		case person:
			return nil, p.refuse(offset(q.Off), "set-operation", "UNION of rows of persons is not answered yet").WithHint("group each side first, then combine them with UNION ALL")
		case public:
			r = p.raise(r)
		}
		sides = append(sides, r)
	}
	if len(sides[0].columns) != len(sides[1].columns) {
		return nil, p.fail(offset(q.Off), "set-columns", "the two sides of UNION have %d and %d columns", len(sides[0].columns), len(sides[1].columns)).
			WithHint("give both sides the same columns")
	}
	word := " UNION "
	if q.All {
		word = " UNION ALL "
	}
	out := &relation{zone: glass, open: sides[0].open || sides[1].open}
	out.sql = "SELECT * FROM (" + p.aligned(sides[0]) + word + p.aligned(sides[1]) + ")"
	for i, c := range sides[0].columns {
		n := itoa(i)
		out.columns = append(out.columns, column{name: c.name, value: value{sql: "c" + n, mask: "m" + n, kind: c.kind}})
	}
	var keys []string
	if q.OrderAll {
		keys = numbered("c", len(out.columns))
	}
	for _, o := range q.Order {
		sql, err := p.orderKey(o.Expr, nil, out)
		if err != nil {
			return nil, err
		}
		keys = append(keys, sql+direction(o))
	}
	limit, err := p.limit(q.Common())
	out.sql += clause(" ORDER BY ", ", ", keys) + limit
	return out, err
}

// aligned gives every column of r and its mask.
func (p *planner) aligned(r *relation) string {
	var list []string
	for i, c := range r.columns {
		mask := noMask
		if c.mask != "" {
			mask = c.mask
		}
		list = append(list, c.sql+" AS c"+itoa(i), mask+" AS m"+itoa(i))
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM (" + r.sql + ") AS " + p.alias()
}
