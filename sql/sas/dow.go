package sas

import (
	"errors"
	"fmt"
	"slices"
)

// A loop around SET that ends at LAST., or with the last row of all, reads a BY group,
// or everything, in one turn of the step. What it does is the same as reading the rows
// one by one: the variables begin anew at FIRST., what stands behind the loop is run at
// LAST. Two such loops over the same data set bring back to the rows what the first has
// found about their group: that becomes a view with a row for each group, which the
// rows are joined with.

// groupLoop is such a loop, and what stands around it.
type groupLoop struct {
	loop          *dataStmt
	key           string // of LAST.; "" where the loop ends with the last row
	first, last   expr   // the conditions of the first and the last row
	set           *dataStmt
	before, after []*dataStmt
}

// mode says how a step is run.
type mode struct {
	firm   bool      // what if 0 then set makes known is kept from row to row
	pass   int       // of two loops over groups: which is run; 0: there is one at most
	groups *relation // what the first has found
	found  []string  // its variables
}

// errTwoLoops tells that a step has two loops over groups.
var errTwoLoops = errors.New("the step reads its groups twice")

// groupLoopOf is a statement as a loop over groups, nil when it is none.
func (d *dataStep) groupLoopOf(s *dataStmt) *groupLoop {
	end, ok := s.cond.(name)
	if !ok || !s.until || len(s.items) > 1 || len(s.body) == 0 || s.body[0].op != "set" {
		return nil
	}
	g := &groupLoop{loop: s, set: s.body[0], last: end}
	p := &parser{tokens: d.p.statements[g.set.at].tokens, at: 1}
	p.setRefs()
	switch {
	case end.qualifier == "last":
		g.key, g.first = end.name, name{"first", end.name}
	case end.qualifier == "" && p.sourceOptions().end == end.name:
		g.first = binary{"=", name{"", "_n_"}, numberLit{1, "1"}}
	default:
		return nil
	}
	return g
}

// countRows is the variable that _n_ becomes in a loop that counts with it.
const countRows = "n_in_group"

// readInLoop reads the data set of a loop over groups, where it stands.
func (d *dataStep) readInLoop(s *dataStmt, sources *int) error {
	g := d.groupLoopOf(s)
	if g == nil {
		return nil
	}
	switch {
	case s.variable == "_n_" && g.key == "":
		return fmt.Errorf("_n_ is 1 in a loop over all rows: count with a variable")
	case s.variable == "_n_":
		s.variable = countRows
		d.hidden[countRows], d.counts = true, true
	}
	*sources++
	if d.looped != nil {
		if !slices.Equal(plainTokens(d.p.statements[d.looped.at].tokens), plainTokens(d.p.statements[g.set.at].tokens)) {
			return fmt.Errorf("two loops over groups must read the same data set")
		}
		return nil
	}
	if len(d.src.inputs) > 0 {
		return fmt.Errorf("a loop around set is understood where nothing else is read")
	}
	d.looped = g.set
	st := &d.p.statements[g.set.at]
	return d.readSource(st.first(), &parser{tokens: st.tokens, at: 1})
}

func plainTokens(tokens []token) (out []string) {
	for _, t := range tokens {
		out = append(out, t.text)
	}
	return out
}

// groupLoops writes loops over groups as statements that are run for each row.
func (d *dataStep) groupLoops(body []*dataStmt) ([]*dataStmt, error) {
	var loops []*groupLoop
	var between []*dataStmt
	for _, s := range body {
		if g := d.groupLoopOf(s); g != nil {
			g.before, between = between, nil
			loops = append(loops, g)
			continue
		}
		between = append(between, s)
	}
	switch {
	case len(loops) == 0:
		return body, nil
	case len(loops) > 2 || len(loops) == 2 && (loops[0].key == "" || loops[0].key != loops[1].key):
		return nil, fmt.Errorf("two loops around set are understood over the groups of the same key, and no more")
	case len(loops) == 2 && d.pass == 0:
		return nil, errTwoLoops
	case d.pass == 1:
		loops[0].after = loops[1].before
		return d.firstLoop(loops[0], slices.Concat(loops[1].loop.body, between))
	}
	g := loops[len(loops)-1]
	g.after = between
	if d.pass == 2 {
		g.before = nil
		if err := d.secondLoop(g); err != nil {
			return nil, err
		}
	}
	return d.byRow(g)
}

// byRow writes a loop over groups as statements for each row.
func (d *dataStep) byRow(g *groupLoop) ([]*dataStmt, error) {
	inner := g.loop.body[1:]
	if err := d.understood(g, inner); err != nil {
		return nil, err
	}
	at := g.loop.at
	begin := d.anewAtFirst(g, inner)
	if v := g.loop.variable; v != "" {
		d.retain(v, null)
		item := g.loop.items[0]
		next := binary{"+", name{"", v}, item.by}
		count := &dataStmt{
			op: "if", cond: g.first, at: at,
			body:  []*dataStmt{{op: "assign", target: name{"", v}, value: item.from, at: at}},
			other: []*dataStmt{{op: "assign", target: name{"", v}, value: next, at: at}},
		}
		inner = append([]*dataStmt{count}, inner...)
	}
	var out []*dataStmt
	if begin = append(begin, g.before...); len(begin) > 0 {
		out = append(out, &dataStmt{op: "if", cond: g.first, body: begin, at: at})
	}
	if jumps(inner, "continue") {
		inner = []*dataStmt{{op: "turn", body: inner, at: at}}
	}
	out = append(out, inner...)
	end := g.after
	if !d.explicit(slices.Concat(g.loop.body, end)) {
		end = append(slices.Clone(end), &dataStmt{op: "output", at: at})
	}
	if len(end) > 0 {
		out = append(out, &dataStmt{op: "if", cond: g.last, body: end, at: at})
	}
	return out, nil
}

// understood refuses what would leave a group before its end, or look at rows that
// are not there yet.
func (d *dataStep) understood(g *groupLoop, inner []*dataStmt) error {
	switch {
	case g.key != "" && !slices.Contains(d.by, g.key):
		return fmt.Errorf("last.%s needs %s in a BY statement", g.key, g.key)
	case d.holds(slices.Concat(g.before, inner), "subset", "delete", "return", "stop") || jumps(inner, "leave"):
		return fmt.Errorf("a loop over groups that is left in the middle of one is not understood: put the condition around the statements")
	case d.explicit(g.before):
		return fmt.Errorf("output in front of a loop over groups is not understood")
	}
	all := map[string][]assignment{}
	d.assignments(g.before, nil, all)
	for _, c := range d.src.columns {
		if len(all[c.name]) > 0 || slices.ContainsFunc(g.before, func(s *dataStmt) bool { return d.mentions(s, c.name) }) {
			return fmt.Errorf("%s is used in front of the loop that reads it", c.name)
		}
	}
	for _, s := range slices.Concat(g.before, inner, g.after) {
		if d.mentions(s, "_n_") && (!d.counts || slices.Contains(g.before, s)) {
			return fmt.Errorf("_n_ counts groups in a step with a loop over them: count with a variable")
		}
	}
	return nil
}

// holds tells whether statements of a kind stand anywhere in a list.
func (d *dataStep) holds(list []*dataStmt, ops ...string) bool {
	return slices.ContainsFunc(list, func(s *dataStmt) bool {
		return slices.Contains(ops, s.op) || d.holds(s.body, ops...) || d.holds(s.other, ops...)
	})
}

// anewAtFirst retains the variables that go from row to row of a group, and gives the
// statements that begin them anew.
func (d *dataStep) anewAtFirst(g *groupLoop, inner []*dataStmt) (begin []*dataStmt) {
	all, early := map[string][]assignment{}, map[string][]assignment{}
	d.assignments(inner, nil, all)
	d.assignments(g.before, nil, early)
	for _, n := range slices.Clone(d.vars) {
		_, read := d.src.sql[n]
		_, constant := d.constants[n]
		if read || constant || d.retained[n] != nil || slices.Contains(d.shaped, n) || n == g.loop.variable {
			continue
		}
		if len(early[n]) == 0 {
			reads, _ := d.readsInFront(inner, n)
			if len(all[n]) == 0 || !reads && d.anew(n, all[n][0]) {
				continue
			}
		}
		old, there := d.env[n]
		var value expr = noValue{}
		if there {
			value = raw{old.sql, old.kind, false}
		}
		d.retain(n, null)
		begin = append(begin, &dataStmt{op: "assign", target: name{"", n}, value: value, at: g.loop.at})
	}
	return begin
}

// changed are the variables that statements give values, and no data set.
func (d *dataStep) changed(list []*dataStmt) (names []string) {
	all := map[string][]assignment{}
	d.assignments(list, nil, all)
	for _, n := range d.vars {
		if _, read := d.src.sql[n]; !read && len(all[n]) > 0 {
			names = append(names, n)
		}
	}
	return names
}

// firstLoop is the step of the first of two loops: a row for each group.
func (d *dataStep) firstLoop(g *groupLoop, later []*dataStmt) ([]*dataStmt, error) {
	if d.explicit(slices.Concat(g.loop.body, g.after)) {
		return nil, fmt.Errorf("output in the first of two loops over groups is not understood")
	}
	d.found = nil
	delete(d.hidden, countRows) // the second may read what the first has counted
	body := slices.Concat(g.before, []*dataStmt{g.loop}, g.after)
	all := map[string][]assignment{}
	d.assignments(body, nil, all)
	for _, b := range d.by {
		if len(all[b]) > 0 {
			return nil, fmt.Errorf("%s is changed in the first of two loops over its groups", b)
		}
	}
	for _, n := range d.changed(body) {
		switch {
		case d.hidden[n]:
			if slices.ContainsFunc(later, func(s *dataStmt) bool { return d.mentions(s, n) }) {
				return nil, fmt.Errorf("an array of _temporary_ variables that goes from one loop to the other is not understood")
			}
		case d.retained[n] != nil && slices.Contains(d.changed(later), n):
			return nil, fmt.Errorf("%s is retained, and changed in two loops over groups", n)
		default:
			d.found = append(d.found, n)
		}
	}
	d.keep, d.drop, d.rename = nil, nil, nil
	for _, n := range append(slices.Clone(d.by[:slices.Index(d.by, g.key)+1]), d.found...) {
		d.keep = append(d.keep, name{"", n})
	}
	return d.byRow(g)
}

// secondLoop begins the second of two loops with what the first has found.
func (d *dataStep) secondLoop(g *groupLoop) error {
	d.at = g.loop.at
	in := &input{rel: d.groups, list: d.groups.columns, sql: plainNames(d.groups.columns), unique: true}
	keys := d.by[:slices.Index(d.by, g.key)+1]
	h := &hashObject{alias: d.groups.name + "_keyed", in: in, keys: keys, data: d.found, done: true}
	asked, err := d.askedKeys(h, method{object: "groups"})
	if err != nil {
		return err
	}
	l := d.lookUp("groups", h, asked)
	for _, n := range d.found {
		c := h.column(n)
		delete(d.retained, n)
		d.kinds[n], d.lengths[n] = c.kind, c.length
		d.env[n] = val{sql: sqlName(l.data[n]), kind: c.kind, prec: precAtom, length: c.length}
	}
	return nil
}

// twoLoops makes the view of the first of two loops over groups, and runs the second.
func (p *program) twoLoops(from, to int) (*dataStep, []setRef, error) {
	steps, last, final := len(p.steps), p.last, p.final
	first, outs, err := p.runStep(from, to, mode{pass: 1})
	if err == nil {
		err = first.settle()
	}
	if err != nil {
		return first, outs, err
	}
	key := setName(outs[0].name) + "_groups"
	for i := 2; p.sets[key] != nil; i++ {
		key = fmt.Sprintf("%s_groups_%d", setName(outs[0].name), i)
	}
	if err := first.view(setRef{name: key}, first.outputs); err != nil {
		return first, outs, err
	}
	d, outs, err := p.runStep(from, to, mode{pass: 2, groups: p.last, found: first.found})
	if failed := err != nil || slices.ContainsFunc(p.state[from:to], func(m mark) bool { return m.state == Untranslated }); failed {
		p.steps, p.last, p.final = p.steps[:steps], last, final
		p.order = slices.DeleteFunc(p.order, func(k string) bool { return k == key })
		delete(p.sets, key)
	}
	return d, outs, err
}
