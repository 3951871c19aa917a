package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// PIVOT with its list of values is a grouped query whose aggregates have a
// filter each, and UNPIVOT a UNION ALL of its columns; so they are planned, below
// the wall as above it. The names of the columns stand in the query: without a
// list they would be values of persons.

// maxPivot bounds the columns of PIVOT and the rows of UNPIVOT for each row.
const maxPivot = 500

// pivot plans PIVOT or UNPIVOT.
func (p *planner) pivot(t *ast.Pivot, env *environment) (*relation, error) {
	p.branches++
	name := "pivot " + itoa(p.branches)
	env = &environment{outer: env, cte: &ast.CTE{Name: name, Query: &ast.Select{
		Clauses: ast.Clauses{Off: t.Off}, Items: []ast.Expr{&ast.Star{Base: ast.Base{Off: t.Off}}}, From: t.Source,
	}}}
	source, err := p.step(env, t)
	if err != nil {
		return nil, err
	}
	from := &ast.BaseTable{Name: name, Off: t.Off}
	if t.Unpivot {
		return p.unpivot(t, from, source, env)
	}
	q := &ast.Select{Clauses: ast.Clauses{Off: t.Off}, From: from, Pivoted: true}
	for _, g := range pivotGroups(t, source) {
		c := &ast.Column{Base: ast.Base{Off: t.Off, Alias: g}, Parts: []string{g}}
		q.Items, q.GroupBy = append(q.Items, c), append(q.GroupBy, c)
	}
	for _, e := range combinations(t.On) {
		for _, u := range t.Using {
			f, ok := u.(*ast.Func)
			if !ok {
				return nil, p.refuse(u, "pivot", "USING takes aggregates").WithHint("compute with them above: SELECT a / b FROM (PIVOT …)")
			}
			q.Items = append(q.Items, e.filtered(t, f))
		}
	}
	if len(t.Using) == 0 || len(q.Items) > maxPivot {
		return nil, p.refuse(t, "pivot", "PIVOT takes USING and at most %d columns", maxPivot).WithHint("write PIVOT t ON x IN ('a', 'b') USING count(*) GROUP BY y")
	}
	return p.query(q, env)
}

// pivotGroups are the columns that a pivot groups by: those named, or all that
// it does not speak of.
func pivotGroups(t *ast.Pivot, source *relation) []string {
	if len(t.Groups) > 0 {
		return t.Groups
	}
	spoken := func(name string) bool {
		here := func(e ast.Expr) bool {
			c, ok := e.(*ast.Column)
			return ok && strings.EqualFold(c.Parts[len(c.Parts)-1], name)
		}
		inKeys := func(k ast.PivotKey) bool {
			return slices.ContainsFunc(k.Keys, func(e ast.Expr) bool { return ast.Any(e, here) })
		}
		return slices.ContainsFunc(t.On, inKeys) || slices.ContainsFunc(t.Using, func(e ast.Expr) bool { return ast.Any(e, here) })
	}
	var out []string
	for _, c := range source.columns {
		if !spoken(c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// pivoted is one combination of values that becomes columns.
type pivoted struct {
	name string
	when []ast.Expr
}

// combinations are the columns of a pivot, the last key varying first.
func combinations(on []ast.PivotKey) []pivoted {
	out := []pivoted{{}}
	for _, key := range on {
		var next []pivoted
		for _, left := range out {
			for _, e := range key.Entries {
				next = append(next, left.and(key, e))
			}
		}
		if len(next) > maxPivot {
			return next
		}
		out = next
	}
	return out
}

func (x pivoted) and(key ast.PivotKey, e ast.PivotEntry) pivoted {
	var names []string
	out := pivoted{when: slices.Clone(x.when)}
	for i, k := range key.Keys {
		if i >= len(e.Values) {
			break
		}
		v := e.Values[i]
		names = append(names, v.Text)
		if v.Null {
			out.when = append(out.when, &ast.Unary{Base: ast.Base{Off: k.At()}, Op: "IS NULL", Arg: k})
		} else {
			out.when = append(out.when, &ast.Compare{Base: ast.Base{Off: k.At()}, Op: "=", Left: k, Right: v})
		}
	}
	name := strings.Join(names, "_")
	if e.Alias != "" {
		name = e.Alias
	}
	out.name = strings.TrimPrefix(x.name+"_"+name, "_")
	return out
}

// filtered is an aggregate of a pivot for one combination.
func (x pivoted) filtered(t *ast.Pivot, f *ast.Func) ast.Expr {
	out := *f
	when := x.when
	if f.Filter != nil {
		when = append(slices.Clone(when), f.Filter)
	}
	out.Filter = when[0]
	if len(when) > 1 {
		out.Filter = &ast.Logic{Base: ast.Base{Off: f.Off}, Op: "AND", Args: when}
	}
	out.Alias = x.name
	if f.Alias != "" || len(t.Using) > 1 {
		out.Alias += "_" + itemName(f, 0)
	}
	return &out
}

// unpivot plans UNPIVOT: one row for each column named.
func (p *planner) unpivot(t *ast.Pivot, from ast.Table, source *relation, env *environment) (*relation, error) {
	var named []string
	for _, e := range t.On[0].Entries {
		for _, v := range e.Values {
			if len(source.find(v.Text)) == 0 {
				return nil, p.fail(t, "unknown-column", "there is no column %s to unpivot", v.Text).WithHint("name columns of the table")
			}
			named = append(named, v.Text)
		}
	}
	if len(named) == 0 || len(named) > maxPivot {
		return nil, p.refuse(t, "pivot", "UNPIVOT takes 1 to %d columns", maxPivot).WithHint("write UNPIVOT t ON a, b INTO NAME n VALUE v")
	}
	base := ast.Base{Off: t.Off}
	var q ast.Query
	for _, n := range named {
		side := &ast.Select{Clauses: ast.Clauses{Off: t.Off}, From: from}
		for _, c := range source.columns {
			if !containsFold(named, c.name) {
				side.Items = append(side.Items, &ast.Column{Base: base, Parts: []string{c.name}})
			}
		}
		side.Items = append(side.Items,
			&ast.Const{Base: ast.Base{Off: t.Off, Alias: t.Name}, Type: "VARCHAR", Text: n},
			&ast.Column{Base: ast.Base{Off: t.Off, Alias: t.Value}, Parts: []string{n}})
		if q == nil {
			q = side
		} else {
			q = &ast.SetOp{Clauses: ast.Clauses{Off: t.Off}, Op: "UNION", All: true, Left: q, Right: side}
		}
	}
	r, err := p.query(q, env)
	if err != nil || t.Nulls {
		return r, err
	}
	// Empty values are no rows; a masked one may or may not be empty.
	v := r.columns[len(r.columns)-1]
	keep := v.sql + " IS NOT NULL"
	if v.mask != "" {
		keep += " OR " + v.mask + " <> 0"
	}
	r.sql = "SELECT * FROM (" + r.sql + ") AS " + p.alias() + " WHERE " + keep
	return r, nil
}
