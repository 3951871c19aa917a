package sas

import (
	"fmt"
	"reflect"
	"slices"
)

// A variable of a data set keeps what a step assigns to it until that data set is
// read again: in a merge of one with many that is at the next key, in SET of
// several data sets when another one begins. Here every row begins with what was
// read. The two are the same when each row assigns the variable anew, or when
// the same constant is assigned under conditions that stay as they are meanwhile.

// assignment is a place where a variable gets a value.
type assignment struct {
	s     *dataStmt
	conds []expr
	found bool // by FIND, which may find nothing
}

// assignments are those of each variable; an element of an array counts for all.
func (d *dataStep) assignments(list []*dataStmt, conds []expr, into map[string][]assignment) {
	for _, s := range list {
		targets := s.list
		if s.target != nil {
			targets = append(targets, s.target)
		}
		for _, t := range targets {
			for _, n := range d.named(t) {
				into[n] = append(into[n], assignment{s: s, conds: conds})
			}
		}
		if s.variable != "" {
			into[s.variable] = append(into[s.variable], assignment{s: s, conds: conds})
		}
		for _, n := range d.findsInto(s) {
			into[n] = append(into[n], assignment{s: s, conds: conds, found: true})
		}
		inner := conds
		if s.cond != nil && s.op != "subset" {
			inner = append(slices.Clone(conds), s.cond)
		}
		d.assignments(s.body, inner, into)
		d.assignments(s.other, inner, into)
	}
}

// named are the variables that a target or an operand can be.
func (d *dataStep) named(e expr) []string {
	switch e := e.(type) {
	case name:
		if list, ok := d.arrays[e.name]; ok {
			return list
		}
		return []string{e.name}
	case element:
		return d.arrays[e.array]
	case call:
		return d.arrays[e.name]
	}
	return nil
}

// persistent refuses what depends on a value that SAS keeps from row to row.
func (d *dataStep) persistent(body []*dataStmt) error {
	if len(d.risky) == 0 {
		return nil
	}
	all := map[string][]assignment{}
	d.assignments(body, nil, all)
	for _, n := range d.vars {
		list := all[n]
		if !d.risky[n] || len(list) == 0 {
			continue
		}
		early, _ := d.readsInFront(body, n)
		if !early && (d.anew(n, list[0]) || d.settles(n, list, all)) {
			continue
		}
		return fmt.Errorf("%s is read from a data set, and SAS keeps what is assigned to it for the rows that follow: assign to a variable of another name", n)
	}
	return nil
}

// readsInFront tells whether a variable is read in front of the first statement
// that assigns it, and whether there is one: the value would be that of the row before.
func (d *dataStep) readsInFront(list []*dataStmt, n string) (reads, assigned bool) {
	for _, s := range list {
		own := map[string][]assignment{}
		d.assignments([]*dataStmt{s}, nil, own)
		switch {
		case len(own[n]) == 0:
			if d.mentions(s, n) {
				return true, false
			}
		case own[n][0].s == s:
			return false, true
		default:
			if reads, assigned = d.readsInFront(s.body, n); reads || assigned {
				return reads, assigned
			}
			return d.readsInFront(s.other, n)
		}
	}
	return false, false
}

// mentions tells whether a statement, or one within, reads a variable.
func (d *dataStep) mentions(s *dataStmt, n string) bool {
	for _, e := range s.reads() {
		if slices.Contains(d.operands(e), n) {
			return true
		}
	}
	inner := func(s *dataStmt) bool { return d.mentions(s, n) }
	return slices.ContainsFunc(s.body, inner) || slices.ContainsFunc(s.other, inner)
}

// reads are the expressions of a statement, without those within.
func (s *dataStmt) reads() []expr {
	out := []expr{s.value, s.cond}
	for _, i := range s.items {
		out = append(out, i.from, i.to, i.by)
	}
	if e, ok := s.target.(element); ok {
		out = append(out, e.index...)
	}
	return out
}

// anew tells whether every row assigns the variable, from other ones.
func (d *dataStep) anew(n string, a assignment) bool {
	_, plain := a.s.target.(name)
	if len(a.conds) > 0 || a.found || a.s.op == "sum" || !plain && a.s.op != "missing" && a.s.op != "loop" {
		return false
	}
	return !slices.Contains(d.operands(a.s.value), n)
}

// settles tells whether the variable gets one constant, under conditions that stay.
func (d *dataStep) settles(n string, list []assignment, all map[string][]assignment) bool {
	for _, a := range list {
		switch a.s.value.(type) {
		case numberLit, textLit, noValue:
		default:
			return false
		}
		if a.s.op != "assign" || !reflect.DeepEqual(a.s.value, list[0].s.value) {
			return false
		}
		for _, c := range a.conds {
			for _, o := range d.operands(c) {
				stays := slices.Contains(d.by, o) || slices.Contains(d.flags, o) || d.steady[o] && len(all[o]) == 0
				if o != n && !stays && !d.together(o, n) && !loopVariable(all[o]) {
					return false
				}
			}
		}
	}
	return true
}

// loopVariable tells whether loops alone assign a variable.
func loopVariable(list []assignment) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(a assignment) bool { return a.s.op != "loop" })
}

// together tells whether two variables stand in one array.
func (d *dataStep) together(a, b string) bool {
	for _, list := range d.arrays {
		if slices.Contains(list, a) && slices.Contains(list, b) {
			return true
		}
	}
	return false
}

// operands are the variables that an expression reads.
func (d *dataStep) operands(e expr) (names []string) {
	names = d.named(e)
	var inner []expr
	switch e := e.(type) {
	case name:
		if e.qualifier != "" {
			return []string{e.qualifier + "." + e.name}
		}
	case element:
		inner = e.index
	case call:
		inner = e.args
	case grouped:
		inner = []expr{e.x}
	case unary:
		inner = []expr{e.x}
	case binary:
		inner = []expr{e.x, e.y}
	case inList:
		inner = append(slices.Clone(e.list), e.x)
	case between:
		inner = []expr{e.x, e.low, e.high}
	case isMissing:
		inner = []expr{e.x}
	case method:
		for _, a := range e.args {
			inner = append(inner, a.value)
		}
	case patch:
		inner = []expr{e.of, e.from, e.count, e.with}
	}
	for _, x := range inner {
		names = append(names, d.operands(x)...)
	}
	return names
}

// keyed marks the variables that are the same in all rows of a key.
func (d *dataStep) keyed(columns []*column) {
	for _, c := range columns {
		d.steady[c.name] = d.risky[c.name]
	}
}

// risk marks the variables that a row need not read anew.
func (d *dataStep) risk(columns []*column, read func(c *column) bool) {
	for _, c := range columns {
		if !read(c) {
			d.risky[c.name] = true
		}
	}
}
