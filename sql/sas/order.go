package sas

import (
	"slices"
	"strings"
)

// The order of rows. Where it counts, a column _row carries it from view to view.
// Most programs on claims look at the rows of one person at a time: then the rows
// are numbered within the person alone, which costs less, and which the guard
// answers. How far an order reaches is found from the last step to the first.

// numbering says how the rows of a data set are numbered.
type numbering struct {
	row    bool     // somebody needs the order of its rows
	within []string // columns: the order of the rows that share them is enough; nil: that of all rows
}

// need adds a demand to a data set's numbering.
func (rel *relation) need(n numbering) {
	switch {
	case !n.row:
	case !rel.row:
		rel.numbering = n
	default:
		rel.numbering = rel.and(n)
	}
}

// and is what serves both demands: the order of the rows that share fewer columns
// is also that of those that share more.
func (n numbering) and(m numbering) numbering {
	switch {
	case !m.row:
		return n
	case !n.row:
		return m
	case covers(m.within, n.within):
		return n
	case covers(n.within, m.within):
		return m
	}
	return numbering{row: true}
}

// covers tells whether all of part are in whole.
func covers(whole, part []string) bool {
	return !slices.ContainsFunc(part, func(k string) bool { return !slices.Contains(whole, k) })
}

// named is a numbering under the names that its columns have elsewhere; where one
// of them has none, all rows are numbered.
func (n numbering) named(name func(string) (string, bool)) numbering {
	out := numbering{row: n.row}
	for _, k := range n.within {
		other, ok := name(k)
		if !ok {
			return numbering{row: n.row}
		}
		out.within = append(out.within, other)
	}
	return out
}

// number is the column _row of rows in an order. Terms are those of ORDER BY; rows
// that are numbered within keys need not be ordered by them.
func (n numbering) number(terms ...string) string { return n.numberAs(sqlName, terms) }

// numberAs is number for keys that are written in a way of their own.
func (n numbering) numberAs(write func(k string) string, terms []string) string {
	var keys []string
	for _, k := range n.within {
		keys = append(keys, write(k))
	}
	terms = slices.DeleteFunc(slices.Clone(terms), func(t string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return t == k || strings.HasPrefix(t, k+" ") })
	})
	return "row_number() OVER (" + strings.TrimSpace(partition(keys)+orderClause(terms)) + ") AS _row"
}

// partition is PARTITION BY, with a blank behind.
func partition(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return "PARTITION BY " + strings.Join(keys, ", ") + " "
}

func orderClause(terms []string) string {
	if len(terms) == 0 {
		return ""
	}
	return "ORDER BY " + strings.Join(terms, ", ")
}

// wrapUp decides whose order of rows is needed, from the last step to the first.
func (p *program) wrapUp() {
	for _, s := range slices.Backward(p.steps) {
		switch {
		case s.out == nil:
		case s.order != nil:
			s.order()
		case s.ordered || s.out.row:
			for _, in := range s.inputs {
				in.need(numbering{row: true})
			}
		}
	}
}
