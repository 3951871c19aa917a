package guard

import "epsql/sql/ast"

// exists binds EXISTS on the person engine: the rows looked at are those of the
// same person, or public. Whatever else it compares are two rows of one person.
func (s *scope) exists(e *ast.Subquery) (value, error) {
	if s.place != 'r' {
		return value{}, s.p.refuse(e, "exists", "EXISTS is not answered above the masked cells").WithHint("write (SELECT count(*) FROM …) > 0")
	}
	q, ok := e.Query.(*ast.Select)
	if !ok || len(q.GroupBy) > 0 || q.GroupAll || q.Having != nil || q.Qualify != nil || q.Limit != nil || q.Offset != nil || anyWindow(q) || s.p.anyAggregate(q) {
		return value{}, s.p.refuse(e, "exists", "EXISTS takes a plain SELECT … FROM … WHERE").WithHint("group in a step, and write id IN (SELECT id …)")
	}
	env := s.env
	for _, cte := range q.With {
		env = &environment{outer: env, cte: cte}
	}
	f, err := s.p.bindFrom(q.From, q.Where, env, func(zone) bool { return false })
	if err != nil {
		return value{}, err
	}
	if f.zone == glass {
		return value{}, s.p.refuse(e, "scalar-below", "a grouped result cannot be used on rows of persons here").WithHint("group by the person in a step, and write id IN (SELECT id …)")
	}
	inner := &scope{p: s.p, place: 'r', members: f.members, merged: f.merged, same: f.same, units: f.units, env: env, outer: s, depth: s.depth}
	linked := f.zone == public
	var where []string
	for _, c := range ast.Conjuncts(q.Where) {
		v, err := inner.plain(c)
		if err != nil {
			return value{}, err
		}
		where = append(where, v.guarded())
		linked = linked || inner.ownersLink(c)
	}
	if !linked {
		return value{}, s.p.refuse(e, "between-persons", "EXISTS looks at rows of other persons").
			WithHint("compare the owners of both: WHERE inner.id = outer.id")
	}
	out := value{kind: boolean, query: true, domain: []string{"true", "false"}}
	out.sql = "EXISTS (SELECT 1" + clause(" FROM ", "", []string{f.sql}) + clause(" WHERE ", " AND ", where) + ")"
	return out, nil
}

// ownersLink recognises the equality of the only owner inside with an owner
// outside.
func (s *scope) ownersLink(e ast.Expr) bool {
	c, ok := e.(*ast.Compare)
	if !ok || c.Op != "=" {
		return false
	}
	within := *s
	within.outer = nil
	owners := ownersAmong(s.units)
	for _, pair := range [][2]ast.Expr{{c.Left, c.Right}, {c.Right, c.Left}} {
		if !isColumn(pair[0]) || !isColumn(pair[1]) {
			continue
		}
		in, err := within.bind(pair[0])
		if err != nil || len(owners) != 1 || in.ident == "" || in.sql != owners[0].sql {
			continue
		}
		if _, err := within.bind(pair[1]); err == nil {
			continue // both are inside
		}
		for o := s.outer; o != nil; o = o.outer {
			if out, err := o.bind(pair[1]); err == nil {
				return out.ident == in.ident && owned(o.units, out.sql)
			}
		}
	}
	return false
}

func isColumn(e ast.Expr) bool { _, ok := e.(*ast.Column); return ok }

// beyond looks a column up in the query outside; ok is false when there is none.
func (s *scope) beyond(c *ast.Column) (v value, ok bool) {
	if s.outer == nil {
		return value{}, false
	}
	v, err := s.outer.bind(c)
	return v, err == nil
}

// setOwner gives the unit by which a set of rows is chosen through a link: the
// owner of both sides adds nothing, another member that the row names is one
// more to count.
func (p *planner) setOwner(l, r *from, links []link) (more []unitRef, ok bool) {
	owners := ownersAmong(r.units)
	if len(owners) != 1 {
		return nil, false
	}
	for _, k := range links {
		if k.right != owners[0].sql {
			continue
		}
		if l.owned(k.left) {
			return nil, true
		}
		u := owners[0]
		u.sql, u.name, u.must = k.left, k.left, true
		more, ok = []unitRef{u}, true
	}
	return more, ok
}
