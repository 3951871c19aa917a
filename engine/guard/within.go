package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// gather is the level of a grouping by the owners of the rows: its rows still
// belong to one person each. HAVING filters persons.
func (b *block) gather(l *level, keys []ast.Expr, bound []value) (*level, error) {
	units, err := b.unitsOf(keys, bound)
	if err != nil {
		return nil, err
	}
	if err := b.fansGrouped(bound); err != nil {
		return nil, err
	}
	list := make([]string, len(bound))
	for i, v := range bound {
		list[i] = v.guarded()
	}
	st, up := b.p.stage(units, b.gatheredSupports())
	st.units = l.units
	up.unique = len(bound) == len(ownersAmong(units))
	for _, v := range bound {
		if b.p.picking && v.stored && v.ident == "" {
			up.places = append(up.places, st.alias+"."+st.out.hide(v.guarded()))
		}
	}
	look := func(e ast.Expr) (value, bool, error) { return b.withinUnit(bound, e) }
	return b.raised(st, up, look, b.q.Having, func() string { return l.tail() + " GROUP BY " + strings.Join(list, ", ") })
}

// ownersAmong are the owners among units.
func ownersAmong(units []unitRef) []unitRef {
	return slices.DeleteFunc(slices.Clone(units), func(u unitRef) bool { return u.bits })
}

// gatheredSupports are the conditions on the number of rows, by person.
func (b *block) gatheredSupports() []support {
	var out []support
	for _, sp := range b.f.supports {
		sp = sp.gathered()
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
// parts of its argument: on any row of the person that has them, or on the row
// that the aggregate picks. What is added up tells of the rows without a part
// too; anything else of the persons without it.
func (b *block) gathered(a aggregate) value {
	v := value{sql: exactly(a.sql, a.floating), kind: a.kind, measure: a.measure, domain: a.domain, ident: a.ident, encoded: a.encoded}
	var besides []unitRef
	for _, u := range b.f.units {
		if u.bits {
			besides = append(besides, u)
		}
	}
	for _, t := range a.parts {
		if len(t.when) == 0 || !t.twoSided && len(a.parts) == 1 && len(besides) == 0 {
			continue
		}
		with := support{sql: "bool_or(" + t.condition() + ")", twoSided: t.twoSided, full: t.full, spare: t.spare, bits: bitsOf(besides, t.condition())}
		if a.pick != nil {
			with.sql = a.pick(t.condition())
		}
		if t.twoSided && a.adds {
			with.twoSided = false
			without := "NOT (" + t.condition() + ")"
			v.supports = append(v.supports, support{sql: "bool_or(" + without + ")", spare: !t.full, bits: bitsOf(besides, without)})
		}
		v.supports = append(v.supports, with)
	}
	for _, t := range a.order {
		v.supports = append(v.supports, support{sql: "bool_or(" + t.condition() + ")", twoSided: t.twoSided, full: t.full})
	}
	return v
}

// bitsOf are the units besides the owner behind the rows that meet a condition.
func bitsOf(units []unitRef, condition string) []unitBits {
	var out []unitBits
	for _, u := range units {
		out = append(out, unitBits{u.name, "bit_or(CASE WHEN " + condition + " THEN " + u.sql + " END)"})
	}
	return out
}
