package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// perUnit plans a block that groups by the owners of its rows: the rows it
// gives still belong to one person each.
func (b *block) perUnit(keys []ast.Expr, bound []value) (*relation, error) {
	if b.q.Having != nil || b.q.Limit != nil || b.q.Offset != nil || b.q.Qualify != nil {
		return nil, b.p.refuse(q0(b.q), "having-unit", "HAVING, QUALIFY and LIMIT within one person are not answered").
			WithHint("put the grouped query into FROM and filter its columns with WHERE")
	}
	units, err := b.unitsOf(keys, bound)
	if err != nil {
		return nil, err
	}
	s := b.engineScope()
	s.hook = func(e ast.Expr) (value, bool, error) { return b.withinUnit(bound, e) }
	o, err := b.project(s)
	if err != nil {
		return nil, err
	}
	where, err := b.where(b.engineScope())
	if err != nil {
		return nil, err
	}
	list := make([]string, len(bound))
	for i, v := range bound {
		list[i] = v.guarded()
	}
	if err := b.fansGrouped(bound); err != nil {
		return nil, err
	}
	out := o.relation(person, b.f, units, b.gatheredSupports(), b.fromClause()+where+" GROUP BY "+strings.Join(list, ", "))
	out.unique = len(bound) == len(out.owners())
	return out, nil
}

// gatheredSupports are the conditions on the number of rows, by person.
func (b *block) gatheredSupports() []support {
	var out []support
	for _, sp := range b.f.supports {
		sp.sql = "bool_or(" + sp.sql + ")"
		sp.bits = nil
		out = append(out, sp)
	}
	return out
}

// unitsOf are the units of the grouped rows: the owners, which must all be among
// the keys, stay exact; the units besides them are kept as bits.
func (b *block) unitsOf(keys []ast.Expr, bound []value) ([]unitRef, error) {
	var units []unitRef
	for _, u := range b.f.units {
		if u.bits {
			u.sql = "bit_or(" + u.sql + ")"
		} else if !slices.ContainsFunc(bound, func(v value) bool { return v.ident != "" && v.sql == u.sql }) {
			return nil, b.p.refuse(keys[0], "group-identifier", "grouping by this identifier gathers the rows of several %ss", u.unit).
				WithHint("add the identifier of the %s to GROUP BY, or group by an attribute", u.unit)
		}
		units = append(units, u)
	}
	return units, nil
}

// withinUnit answers an expression of a block grouped by the owners.
func (b *block) withinUnit(keys []value, e ast.Expr) (value, bool, error) {
	s := b.engineScope()
	if f, ok := e.(*ast.Func); ok && (f.Schema == "" || f.Schema == "main") && isAggregate(f.Name) {
		a, err := s.aggregate(f, 'p')
		if err != nil {
			return value{}, false, err
		}
		return b.gathered(a), true, nil
	}
	if isConst(e) {
		return value{}, false, nil
	}
	if v, err := s.bind(e); err == nil {
		for _, k := range keys {
			if k.sql == v.sql {
				return k, true, nil
			}
		}
	}
	return value{}, false, b.notGrouped(e)
}

// gathered is the value of an aggregate within one person. It depends on the
// parts of its argument: on any row of the person that has them.
func (b *block) gathered(a aggregate) value {
	v := value{sql: a.sql, kind: a.kind, measure: a.measure, domain: a.domain, query: true}
	for _, t := range a.parts {
		if len(t.when) == 0 {
			continue
		}
		sp := support{sql: "bool_or(" + t.condition() + ")", twoSided: t.twoSided, full: t.full}
		for _, u := range b.f.units {
			if u.bits {
				sp.bits = append(sp.bits, unitBits{u.name, "bit_or(CASE WHEN " + t.condition() + " THEN " + u.sql + " END)"})
			}
		}
		if t.twoSided || len(a.parts) > 1 || len(sp.bits) > 0 {
			v.supports = append(v.supports, sp)
		}
	}
	return v
}

