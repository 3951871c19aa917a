package sas

import (
	"fmt"
	"slices"
	"strings"
)

// updateBy applies the rows of a data set of transactions to those of a master, one
// after the other: what is missing in a transaction leaves the master's value as it
// is. Each transaction is a row of the step; after the last one of its key the row is
// written. What several transactions have come to is found among them alone.
func (d *dataStep) updateBy(inputs []*input, checks bool) error {
	if len(inputs) != 2 || len(d.by) == 0 {
		return fmt.Errorf("update needs a master, a data set of transactions and by")
	}
	alias(inputs)
	master, trans := inputs[0], inputs[1]
	columns := keysFirst(d.union(inputs), d.by)
	d.src = rowSource{columns: columns, sql: plainNames(columns)}
	for _, b := range d.by {
		if same(inputs, b) == " = " {
			d.p.noteAt(d.at, meeting)
		}
	}
	switch {
	case !trans.unique:
		d.ending = val{sql: "last_update", prec: precAtom, cond: true, sure: true}
		d.taken[d.ending.sql] = true
		d.risk(columns, func(c *column) bool { return slices.Contains(d.by, c.name) })
		if master.unique {
			d.onePerKey = d.ending
		}
	case master.unique:
		d.src.unique = append(d.src.unique, slices.Clone(d.by))
	}
	d.src.from = func(n numbering) ([]string, string) {
		if !covers(d.by, n.within) {
			n.within = nil
		}
		return d.updated(master, trans, columns, n, checks)
	}
	d.src.needs = func(numbering) {
		for _, in := range inputs {
			in.need(numbering{row: !in.unique, within: d.by}.and(in.places()))
		}
	}
	return nil
}

// updated joins the transactions to the rows of the master; where a key stands
// several times in it, to the first.
func (d *dataStep) updated(master, trans *input, columns []*column, n numbering, checks bool) ([]string, string) {
	over := "OVER (" + partition(sqlNames(d.by)) + "ORDER BY _row"
	keys, own, other := d.by, []string{"true AS _in"}, []string{"true AS _in"}
	if !master.unique {
		keys = append(slices.Clone(keys), "_place")
		own, other = append(own, "row_number() "+over+") AS _place"), append(other, "1 AS _place")
	}
	inputs := []*input{master, trans}
	more, from, key := d.meet(inputs, keys, func(*input) bool { return false })
	ctes := append([]string{master.subquery(d, columns, own...), d.transactions(trans, columns, over, checks, other)}, more...)
	list := d.updatedColumns(inputs, columns, key, checks)
	terms := d.orderTerms(key)
	if !master.unique {
		terms = append(terms, key("_place"))
	}
	if !trans.unique {
		list = append(list, "coalesce("+trans.alias+"._last, true) AS "+d.ending.sql)
		terms = append(terms, trans.alias+"._i")
	}
	if n.row {
		list = append(list, n.numberAs(key, terms))
	}
	return append(ctes, "updated AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)"), "updated"
}

// transactions are the rows of the data set of transactions, each with what those of
// its key have come to.
func (d *dataStep) transactions(trans *input, columns []*column, over string, checks bool, more []string) string {
	if trans.unique {
		return trans.subquery(d, columns, more...)
	}
	if checks {
		for _, c := range columns[len(d.by):] {
			if _, ok := trans.sql[c.name]; ok {
				more = append(more, "last_value("+d.typed(trans, c, "")+" IGNORE NULLS) "+over+") AS "+sqlName(c.name))
			}
		}
		columns = columns[:len(d.by)]
	}
	return trans.subquery(d, columns, append(more, "row_number() "+over+") AS _i", "row_number() "+over+" DESC) = 1 AS _last")...)
}

// updatedColumns are the columns of the join of a master and its transactions.
func (d *dataStep) updatedColumns(inputs []*input, columns []*column, key func(k string) string, checks bool) (list []string) {
	for i, c := range columns {
		_, old := inputs[0].sql[c.name]
		_, changed := inputs[1].sql[c.name]
		own, other := inputs[0].alias+"."+sqlName(c.name), inputs[1].alias+"."+sqlName(c.name)
		switch {
		case i < len(d.by):
			list = append(list, as(key(c.name), c.name))
		case old && changed && checks:
			list = append(list, "coalesce("+other+", "+own+") AS "+sqlName(c.name))
		default:
			list = append(list, d.last(inputs, c, func(in *input) string { return in.alias + "._in" })+" AS "+sqlName(c.name))
		}
	}
	for _, in := range inputs {
		if in.ref.in != "" {
			list = append(list, "coalesce("+in.alias+"._in, false) AS "+sqlName("in_"+in.ref.in))
		}
	}
	return list
}
