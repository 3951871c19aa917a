package guard

import (
	"strings"

	"epsql/sql/ast"
)

// A block over rows of persons is worked out in stages, each a subquery of the
// next: FROM and WHERE, the grouping within one person with its HAVING, the
// windows within one person with their QUALIFY. So every expression stands on
// plain columns and can be guarded against failing on some row.

// level is how far a block is worked out: whose rows there are, and where
// expressions over them are bound.
type level struct {
	s        *scope
	units    []unitRef
	supports []support
	unique   bool // at most one row per owner
	// places tell the rows of an owner apart: of stored rows where they stand, of
	// grouped ones their keys.
	places []string
	// tail is FROM and WHERE of what stands on the level, written when all that
	// is asked of the levels below is known.
	tail func() string
}

// stage is a subquery being written: what stands above asks for its columns one
// by one.
type stage struct {
	alias   string
	out     *output
	units   []unitRef // of the rows below, by their SQL there
	carried map[string]value
}

// stage begins a subquery over rows with units and supports, and gives the level
// above it.
func (p *planner) stage(units []unitRef, supports []support) (*stage, *level) {
	st := &stage{alias: p.alias(), out: &output{}, units: units, carried: map[string]value{}}
	up := &level{}
	for _, u := range units {
		u.sql = st.alias + "." + st.out.hide(u.sql)
		up.units = append(up.units, u)
	}
	for _, sp := range supports {
		up.supports = append(up.supports, prefixedSupport(st.alias, st.out.support(sp)))
	}
	return st, up
}

// carry makes v a column of the stage, once. The owner of the rows already is
// one.
func (st *stage) carry(v value) value {
	if v.constant {
		return v
	}
	key := v.sql + " " + v.ident
	if c, ok := st.carried[key]; ok {
		return c
	}
	for i, u := range st.units {
		if !u.bits && u.sql == v.sql && v.ident != "" {
			v.sql, v.owner, v.supports, v.risky = st.alias+".h"+itoa(i), true, nil, false
			st.carried[key] = v
			return v
		}
	}
	v.owner = false
	st.out.add("", v)
	c := prefixed(st.alias, st.out.columns[len(st.out.columns)-1].value)
	st.carried[key] = c
	return c
}

// sql is the subquery over a tail, a member of FROM.
func (st *stage) sql(tail string) string {
	list := st.out.list
	if len(list) == 0 {
		list = []string{"1"}
	}
	return " FROM (SELECT " + strings.Join(list, ", ") + tail + ") AS " + st.alias
}

// prefixed is a column of a subquery, seen from outside.
func prefixed(alias string, v value) value {
	v.sql = alias + "." + v.sql
	if v.mask != "" {
		v.mask = alias + "." + v.mask
	}
	supports := v.supports
	v.supports = nil
	for _, sp := range supports {
		v.supports = append(v.supports, prefixedSupport(alias, sp))
	}
	return v
}

func prefixedSupport(alias string, sp support) support {
	sp.sql = alias + "." + sp.sql
	if sp.side != "" {
		sp.side = alias + "." + sp.side
	}
	bits := sp.bits
	sp.bits = nil
	for _, b := range bits {
		sp.bits = append(sp.bits, unitBits{b.name, alias + "." + b.sql})
	}
	return sp
}

// ground is the level of FROM and WHERE.
func (b *block) ground() (*level, error) {
	s := b.engineScope()
	where, err := b.where(s, b.q.Where)
	if err != nil {
		return nil, err
	}
	return &level{s: s, units: b.f.units, supports: b.f.supports, unique: b.f.unique(), places: b.places(), tail: func() string { return b.fromClause() + where }}, nil
}

// within plans a block whose rows stay with their persons. Keys are nil when it
// is not grouped.
func (b *block) within(keys []ast.Expr, bound []value) (*relation, error) {
	l, err := b.ground()
	if err != nil {
		return nil, err
	}
	if keys != nil {
		l, err = b.gather(l, keys, bound)
	} else if len(b.f.fans) > 0 {
		err = b.fanRefusal(b.f.fans[0])
	}
	if err == nil && anyWindow(b.q) {
		l, err = b.windows(l)
	}
	if err != nil {
		return nil, err
	}
	o := &output{}
	for i, it := range b.items {
		v, err := l.s.bind(it)
		if err != nil {
			return nil, err
		}
		if v, err = l.s.derive(it, v); err != nil {
			return nil, err
		}
		v.owner = v.ident != "" && owned(l.units, v.sql)
		v.invented = v.invented || b.f.zone == public && !v.stored
		o.add(itemName(it, i), v)
	}
	var places []string
	if keys == nil {
		for _, place := range l.places {
			places = append(places, o.hide(place))
		}
	}
	out := o.relation(b.f.zone, l.units, l.supports, l.tail())
	out.open, out.unique, out.places = b.f.open, l.unique, places
	return out, nil
}

// raised gives a level over a stage; look answers what the stage computes, the
// rest of an expression is bound on it.
func (b *block) raised(st *stage, up *level, look func(ast.Expr) (value, bool, error), condition ast.Expr, tail func() string) (*level, error) {
	up.s = b.engineScope()
	up.s.same = nil
	up.s.units = up.units
	up.s.from = func() string { return st.sql(tail()) }
	up.s.hook = func(e ast.Expr) (value, bool, error) {
		v, ok, err := look(e)
		if ok {
			v = st.carry(v)
		}
		return v, ok, err
	}
	where, err := b.where(up.s, condition)
	if err != nil {
		return nil, err
	}
	up.tail = func() string { return st.sql(tail()) + where }
	return up, nil
}
