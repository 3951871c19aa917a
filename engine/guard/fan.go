package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// The number of rows of a person must not be a message about the person. A join
// that multiplies rows where a condition holds would let count(*) tell how many
// meet it: 117 + 3 * 1000.

// multiplicity notes what a join does to the number of rows: a public table must
// be joined by a unique key, or all its columns grouped by; an outer join with
// several rows a person makes every count depend on who found a partner.
func (p *planner) multiplicity(j *ast.Join, l, r, out *from, where ast.Expr) error {
	if j.Kind == "SEMI" || j.Kind == "ANTI" || out.zone != person {
		out.fans = l.fans
		return nil
	}
	if l.zone == person && r.zone == person {
		out.supports = append(out.supports, partners(j, l, r)...)
		return nil
	}
	side, other, keeps := r, l, "RIGHT"
	if l.zone == public {
		side, other, keeps = l, r, "LEFT"
	}
	if j.Kind == keeps || j.Kind == "FULL" {
		return p.refuse(j, "outer-public", "an outer join keeps rows of %s that no person has", side.members[0].alias).
			WithHint("group the persons first and join the grouped result; values of closed lists are listed anyway")
	}
	for _, m := range side.members {
		unique, err := p.joinedByKey(j, m, other, where)
		if err != nil {
			return err
		}
		if !unique || len(side.members) > 1 {
			out.fans = append(out.fans, fan{j, m})
		}
	}
	return nil
}

// partners are the conditions of having found a partner in an outer join.
func partners(j *ast.Join, l, r *from) []support {
	found := func(f *from) []support {
		for _, u := range f.units {
			if !u.bits && !f.unique() {
				return []support{{sql: "(" + u.sql + " IS NOT NULL)", twoSided: true}}
			}
		}
		return nil
	}
	switch j.Kind {
	case "LEFT":
		return found(r)
	case "RIGHT":
		return found(l)
	case "FULL":
		return append(found(l), found(r)...)
	}
	return nil
}

// joinedByKey tells whether the equalities of a join pick at most one row of the
// public table m. Public data may be asked.
func (p *planner) joinedByKey(j *ast.Join, m *relation, persons *from, where ast.Expr) (bool, error) {
	own := &scope{p: p, place: 'r', members: []*relation{m}}
	theirs := &scope{p: p, place: 'r', members: persons.members, merged: persons.merged}
	conditions := append(ast.Conjuncts(j.On), ast.Conjuncts(where)...)
	for _, name := range j.Using {
		c := &ast.Column{Parts: []string{name}}
		conditions = append(conditions, &ast.Compare{Op: "=", Left: c, Right: c})
	}
	var key, fixed []string
	for _, c := range conditions {
		column, other, ok := keyEquality(c, own, theirs)
		switch {
		case !ok:
		case other.constant:
			fixed = append(fixed, column.sql+" = "+other.guarded())
		default:
			key = append(key, column.sql)
			if !other.stored {
				// The analyst chose which row is found: so are its numbers.
				for i := range m.columns {
					m.columns[i].invented = true
				}
			}
		}
	}
	if len(key) == 0 {
		return false, nil
	}
	query := "SELECT count(*) = count(DISTINCT row(" + strings.Join(key, ", ") + ")) FROM " + m.sql + clause(" WHERE ", " AND ", fixed)
	return p.holds(query)
}

// holds asks the person engine a question about public data, once its bound plan
// is found to hold nothing but what is on the lists.
func (p *planner) holds(query string) (yes bool, err error) {
	conn, err := p.cfg.Workspace.DB.Conn(p.ctx)
	if err != nil {
		return false, personFault(p.ctx, err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	if err := newBoundCheck(p.cfg.Catalog, p.cfg.Macros, p.macros, p.steps).allow(p.ctx, conn, query); err != nil {
		return false, err
	}
	if err := conn.QueryRowContext(p.ctx, query).Scan(&yes); err != nil {
		return false, personFault(p.ctx, err)
	}
	return yes, nil
}

// keyEquality recognises column-of-m = expression-of-persons or = constant.
func keyEquality(e ast.Expr, own, theirs *scope) (column, other value, ok bool) {
	c, isCompare := e.(*ast.Compare)
	if !isCompare || c.Op != "=" {
		return value{}, value{}, false
	}
	for _, pair := range [][2]ast.Expr{{c.Left, c.Right}, {c.Right, c.Left}} {
		if _, bare := pair[0].(*ast.Column); !bare {
			continue
		}
		a, err := own.bind(pair[0])
		if err != nil {
			continue
		}
		if b, err := theirs.bind(pair[1]); err == nil {
			return a, b, true
		}
	}
	return value{}, value{}, false
}

// fansGrouped refuses a grouping that leaves out a column of a table that may
// multiply rows.
func (b *block) fansGrouped(keys []value) error {
	for _, f := range b.f.fans {
		for _, c := range f.member.columns {
			if !slices.ContainsFunc(keys, func(k value) bool { return k.sql == c.sql }) {
				return b.fanRefusal(f)
			}
		}
	}
	return nil
}

func (b *block) fanRefusal(f fan) *diag.Error {
	return b.p.refuse(f.at, "fan-out", "the join with %s may give several rows for one row of a person", f.member.alias).
		WithHint("join it by equality on a column without duplicates, use SEMI JOIN or IN, or group by all its columns")
}
