package sas

import (
	"fmt"
	"slices"
	"strings"
)

// What the variables of a DATA step hold, and the columns of inner queries.

// lookup is the value of a variable at this point of the step.
func (d *dataStep) lookup(n name) (val, error) {
	switch {
	case n.qualifier == "" && n.name == d.ends && n.name != "":
		return d.lastRow(), nil
	case n.qualifier == "first" || n.qualifier == "last":
		return d.boundary(n)
	case n.qualifier != "":
		return null, fmt.Errorf("%s.%s is not understood in a DATA step", n.qualifier, n.name)
	case n.name == "_n_" && d.counts:
		n.name = countRows
	case n.name == "_n_":
		return d.column("_n_row", val{sql: "row_number() OVER (" + d.across() + ")", kind: numberKind, sure: true, window: true}), nil
	case n.name == "_error_":
		return constant(0), nil
	}
	if element, ok := d.over[n.name]; ok {
		n.name = element
	}
	v, ok := d.env[n.name]
	if ok {
		if g := given(v, both(d.alive, d.path).sql); g.sql != v.sql {
			return g, nil
		}
		if v.tree != nil && v.tree.op == "set" && v.tree.v.number != nil {
			return v.tree.v, nil
		}
		return d.hoist(n.name, v), nil
	}
	if d.src.open {
		c := &column{name: n.name}
		d.src.columns = append(d.src.columns, c)
		d.src.sql[n.name] = sqlName(n.name)
		d.taken[n.name] = true
		v = val{sql: sqlName(n.name), prec: precAtom}
		d.env[n.name] = v
		d.variable(n.name)
		return v, nil
	}
	if !slices.Contains(d.vars, n.name) {
		d.p.noteAt(d.at, "the variable %s has no value anywhere: it is missing", n.name)
		d.variable(n.name)
	}
	v = null
	v.kind = d.kinds[n.name]
	return v, nil
}

// hoist makes a long expression a column of an inner query, so that it stands in
// one place.
func (d *dataStep) hoist(variable string, v val) val {
	if v.tree != nil || v.number != nil || v.text != nil || len(v.sql) <= 40 && !v.window || v.prec == precAtom && !strings.ContainsAny(v.sql, " (") {
		return v
	}
	c := d.column(variable, v)
	c.split = v.split
	d.env[variable] = c
	return c
}

// column adds a column to the inner queries, or finds the one that is the same.
func (d *dataStep) column(wanted string, v val) val {
	if d.spread != nil && d.spread.in(v.sql) {
		return v // the loop stands behind the inner queries
	}
	for _, c := range d.columns {
		if c.sql == v.sql {
			return val{sql: sqlName(c.name), kind: v.kind, prec: precAtom, length: v.length, sure: v.sure, cond: v.cond}
		}
	}
	unique := d.fresh(wanted)
	d.columns = append(d.columns, computed{name: unique, sql: v.sql, window: v.window})
	return val{sql: sqlName(unique), kind: v.kind, prec: precAtom, length: v.length, sure: v.sure, cond: v.cond}
}

// boundary is first.x or last.x.
func (d *dataStep) boundary(n name) (val, error) {
	i := slices.Index(d.by, n.name)
	if i < 0 {
		return null, fmt.Errorf("%s.%s needs %s in a BY statement", n.qualifier, n.name, n.name)
	}
	if d.trial && n.qualifier == "first" && i >= d.group()-1 {
		return always, nil
	}
	direction := ""
	if n.qualifier == "last" {
		direction = " DESC"
	}
	d.demand(i + 1)
	v := val{sql: fmt.Sprintf("row_number() OVER (PARTITION BY %s ORDER BY _row%s) = 1", d.keys(i+1), direction), cond: true, sure: true, window: true}
	return d.column(n.qualifier+"_"+n.name, v), nil
}

// keys are the first n BY variables in SQL.
func (d *dataStep) keys(n int) string {
	list := make([]string, n)
	for i, b := range d.by[:n] {
		list[i] = d.keyOf(b)
	}
	return strings.Join(list, ", ")
}

// keyOf is a BY variable in SQL.
func (d *dataStep) keyOf(b string) string {
	if sql := d.src.sql[b]; sql != "" {
		return sql
	}
	return sqlName(b)
}
