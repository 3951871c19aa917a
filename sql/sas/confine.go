package sas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a step keeps from row to row - retained variables, the queues of LAG - goes
// on from one BY group to the next, unless the program begins anew at FIRST. When
// it always does, windows need not look beyond the group.

// demand asks for the order of the rows that share the first n BY variables.
func (d *dataStep) demand(n int) {
	d.scope = d.scope.and(numbering{row: true, within: slices.Clone(d.by[:n])})
}

// across is the window of all rows.
func (d *dataStep) across() string {
	d.demand(0)
	d.crosses = true
	return "ORDER BY _row"
}

// state is the window of the rows that what is kept goes through.
func (d *dataStep) state() string {
	d.demand(d.confined)
	if d.confined == 0 {
		return "ORDER BY _row"
	}
	return "PARTITION BY " + d.keys(d.confined) + " ORDER BY _row"
}

// group is the number of BY variables whose groups are tried: up to the first
// identifier, or else the first.
func (d *dataStep) group() int {
	for i, b := range d.by {
		for _, c := range d.src.columns {
			if c.name == b && c.id {
				return i + 1
			}
		}
	}
	return min(1, len(d.by))
}

// forgets tells, after a run for the first row of a group, whether nothing that is
// written or kept depends on the rows before.
func (d *dataStep) forgets(outs []setRef) bool {
	if d.group() == 0 {
		return false
	}
	if d.writesAny(outs, d.remembers) {
		return false
	}
	for n := range d.retained {
		if (d.assigned[n] || d.hidden[n]) && d.remembers(d.env[n].sql) {
			return false
		}
	}
	return true
}

// writesAny tells whether a value that is written, or the condition under which it is,
// is of some sort; it may be where that cannot be told.
func (d *dataStep) writesAny(outs []setRef, is func(sql string) bool) bool {
	for _, ref := range outs {
		names, err := d.kept(ref)
		if err != nil {
			return true
		}
		for _, o := range d.outputs {
			if is(o.cond.sql) || slices.ContainsFunc(names, func(n string) bool { return is(o.env[n].sql) }) {
				return true
			}
		}
	}
	return false
}

// remembers tells whether SQL reads something of the rows before.
func (d *dataStep) remembers(sql string) bool {
	return d.traces(sql, func(sql string) bool { return strings.Contains(sql, "(ORDER BY _row") }, func(t *tree) bool { return t.op == "prev" }, 0)
}

// traces tells whether SQL, or what it reads within the step, is such a text or such
// a tree.
func (d *dataStep) traces(sql string, text func(sql string) bool, node func(t *tree) bool, depth int) bool {
	if depth > 200 || text(sql) {
		return true
	}
	for _, id := range placeholder.FindAllStringSubmatch(sql, -1) {
		i, _ := strconv.Atoi(id[1])
		if d.tracesTree(d.trees[i], text, node, depth+1) {
			return true
		}
	}
	words := map[string]bool{}
	gather(words, sql)
	return slices.ContainsFunc(d.columns, func(c computed) bool { return c.in(words) && d.traces(c.text(), text, node, depth+1) })
}

func (d *dataStep) tracesTree(t *tree, text func(sql string) bool, node func(t *tree) bool, depth int) bool {
	switch {
	case t == nil:
		return false
	case depth > 200 || node(t):
		return true
	}
	return d.traces(t.v.sql, text, node, depth+1) || d.traces(t.cond.sql, text, node, depth+1) ||
		d.tracesTree(t.a, text, node, depth+1) || d.tracesTree(t.b, text, node, depth+1)
}

// lag is the value that an expression had n calls ago. Each LAG of a program has a
// queue of its own, which moves when it is called: within a condition it is kept
// like a retained variable.
func (d *dataStep) lag(x val, n int) (val, error) {
	switch {
	case d.turning > 0:
		return null, fmt.Errorf("lag in a loop is called several times in a row: write it in front of the loop")
	case !d.r.guarded:
		d.crosses = d.crosses || n > 1 || d.remembers(x.sql)
		back := map[bool]string{true: ", " + strconv.Itoa(n)}[n > 1]
		return val{sql: "lag(" + x.sql + back + ") OVER (" + d.state() + ")", kind: x.kind, prec: precAtom, length: x.length, window: true}, nil
	}
	d.crosses = true
	queue := make([]string, n)
	for i := range queue {
		queue[i] = "lag_" + strconv.Itoa(len(d.retained)+1)
		d.hidden[queue[i]], d.kinds[queue[i]], d.lengths[queue[i]] = true, x.kind, x.length
		d.retain(queue[i], val{sql: "NULL", kind: x.kind, prec: precAtom})
	}
	out := d.env[queue[n-1]]
	for i := n - 1; i > 0; i-- {
		d.env[queue[i]] = d.keepTree(queue[i], d.env[queue[i-1]])
	}
	d.env[queue[0]] = d.keepTree(queue[0], x)
	return out, nil
}
