package guard

import (
	"strings"

	"epsql/sql/ast"
)

// subquery binds a query in an expression: above the wall a single value or a
// set of keys, on the person engine a set of the same persons or of public codes.
func (s *scope) subquery(e *ast.Subquery) (value, error) {
	if e.Kind == "EXISTS" {
		return s.exists(e)
	}
	if s.place == 'r' && e.Kind == "SCALAR" {
		return s.scalarBelow(e)
	}
	env, leaves := s.env, len(s.p.leaves)
	if s.place == 'r' {
		env = env.fresh()
	}
	r, err := s.p.query(e.Query, env)
	if err != nil {
		return value{}, err
	}
	if s.place == 'r' {
		// A grouped result is answered as a question of its own.
		s.p.leaves = s.p.leaves[:leaves]
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
		return s.setBelow(e, arg)
	case person:
		if arg.ident == "" || !owned(s.units, arg.sql) || !ownsOnly(r, c) {
			return value{}, s.p.refuse(e, "between-persons", "rows are chosen by other persons' rows").
				WithHint("compare the identifier of the row's owner with the owner in the subquery: id IN (SELECT id …); choose by another person of the row with SEMI JOIN")
		}
	}
	a := s.p.alias()
	out := combine(boolean, "("+arg.guarded()+" IN (SELECT "+a+"."+c.sql+" FROM ("+r.sql+") AS "+a+"))", arg)
	out.query, out.risky, out.domain = true, false, []string{"true", "false"}
	return out, nil
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
