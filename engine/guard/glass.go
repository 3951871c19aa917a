package guard

import (
	"slices"
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
		aggregates: b.grouped, windows: true, absent: b.q.Pivoted && b.f.open,
	})
}

// glassWith plans a block above the wall with a scope that may know the cells of
// a leaf. A block that aggregated persons is already grouped: its HAVING filters
// rows.
func (b *block) glassWith(s *scope) (*relation, error) {
	fromLeaf := s.hook != nil
	conditions := b.q.Where
	if fromLeaf {
		conditions = b.q.Having
	}
	where, err := b.glassWhere(s, conditions, b.grouped && !fromLeaf)
	if err != nil {
		return nil, err
	}
	tail := b.fromClause() + clause(" WHERE ", " AND ", where)
	if b.grouped && !fromLeaf {
		groups, err := b.glassGroups(s)
		if err != nil {
			return nil, err
		}
		tail += groups
	}
	out, list, err := b.glassItems(s)
	if err != nil {
		return nil, err
	}
	qualify, err := b.decided(s, b.q.Qualify)
	if err != nil {
		return nil, err
	}
	order, err := b.order(s, out)
	if err != nil {
		return nil, err
	}
	limit, err := b.p.limit(b.q.Common())
	if err != nil {
		return nil, err
	}
	distinct := ""
	if b.q.Distinct && !b.deduplicated {
		distinct = "DISTINCT "
	}
	out.sql = "SELECT " + distinct + strings.Join(list, ", ") + tail + clause(" QUALIFY ", " AND ", qualify) + order + limit
	return out, nil
}

// glassWhere prints a condition on rows above the wall. Where the rows are then
// aggregated, a row that may or may not count is kept and makes the totals
// unknown.
func (b *block) glassWhere(s *scope, e ast.Expr, aggregated bool) ([]string, error) {
	if !aggregated {
		return b.decided(s, e)
	}
	var out []string
	for _, c := range ast.Conjuncts(e) {
		v, err := s.plain(c)
		if err != nil {
			return nil, err
		}
		if v.mask != "" {
			s.hidden = orMasks(s.hidden, v.mask)
			v.sql = "(" + v.sql + " OR " + v.mask + " <> 0)"
		}
		out = append(out, v.sql)
	}
	return out, nil
}

// decided prints a condition that a row meets only when no mask hides whether.
func (b *block) decided(s *scope, e ast.Expr) ([]string, error) {
	var out []string
	for _, c := range ast.Conjuncts(e) {
		v, err := s.plain(c)
		if err != nil {
			return nil, err
		}
		out = append(out, v.sql)
		if v.mask != "" {
			out = append(out, v.mask+" = 0")
		}
	}
	return out, nil
}

// glassItems prints the select list: every value, and its mask where it may have
// one.
func (b *block) glassItems(s *scope) (*relation, []string, error) {
	out := &relation{zone: glass, open: b.f.open}
	var list []string
	for i, it := range b.items {
		v, err := s.plain(it)
		if err != nil {
			return nil, nil, err
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
	return out, list, nil
}

func clause(word, sep string, parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return word + strings.Join(parts, sep)
}

// glassGroups prints GROUP BY and HAVING above the wall: a masked key groups
// with its mask, so that masked rows stay apart.
func (b *block) glassGroups(s *scope) (string, error) {
	keys, err := b.keys()
	if err != nil {
		return "", err
	}
	ungrouped := *s
	ungrouped.aggregates, ungrouped.windows = false, false
	groupBy := make([][]string, len(keys))
	for i, k := range keys {
		v, err := ungrouped.plain(k)
		switch {
		case err != nil:
			return "", err
		case v.mask != "" && b.q.GroupSets != nil:
			return "", b.p.refuse(k, "grouping-sets", "this key of ROLLUP, CUBE or GROUPING SETS may be masked").WithHint("group by it in a step of its own")
		case !v.constant:
			groupBy[i] = append(groupBy[i], v.sql)
		}
		if v.mask != "" {
			groupBy[i] = append(groupBy[i], v.mask)
		}
	}
	having, err := b.decided(s, b.q.Having)
	return groupingClause(groupBy, b.q.GroupSets) + clause(" HAVING ", " AND ", having), err
}

// groupingClause prints GROUP BY over keys, each one or more expressions.
func groupingClause(keys [][]string, sets [][]int) string {
	if sets == nil {
		return clause(" GROUP BY ", ", ", slices.Concat(keys...))
	}
	list := make([]string, len(sets))
	for i, set := range sets {
		var members []string
		for _, k := range set {
			members = append(members, keys[k]...)
		}
		list[i] = "(" + strings.Join(members, ", ") + ")"
	}
	return " GROUP BY GROUPING SETS (" + strings.Join(list, ", ") + ")"
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

// anyMask is the mask of a value computed over rows; "" when none has one.
func anyMask(mask, filter string) string {
	if mask == "" {
		return ""
	}
	return "coalesce(bit_or(" + mask + ")" + filter + ", " + noMask + ")"
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
	// Of a row that the filter leaves out only the filter's own mask counts.
	filter, everywhere := "", s.hidden
	if f.Filter != nil {
		v, err := inner.plain(f.Filter)
		if err != nil {
			return value{}, err
		}
		filter, everywhere = " FILTER (WHERE "+v.sql+")", orMasks(everywhere, v.mask)
	}
	out.sql += filter
	out.mask = orMasks(anyMask(out.mask, filter), anyMask(everywhere, ""))
	if s.absent && filter != "" {
		// The row may be missing because few stand behind it.
		out.mask = orMasks(out.mask, "CASE WHEN count(*)"+filter+" = 0 THEN 1::UTINYINT ELSE "+noMask+" END")
	}
	return out, nil
}
