package sas

import (
	"fmt"
	"slices"
	"strings"
)

// Hash objects that are made of a data set in front of all rows, and asked for a key
// in each: a join with a query that has one row for a key.

// hashObject is such an object.
type hashObject struct {
	alias      string // of its query
	in         *input
	keys, data []string
	latest     bool // of several rows of a key it has the last, not the first
	done       bool
}

// hashes takes the statements that make hash objects out of a step, and gives those
// that are left.
func (d *dataStep) hashes(body []*dataStmt) (left []*dataStmt, err error) {
	for _, s := range body {
		switch {
		case s.op == "if" && firstRow(s.cond) && len(s.other) == 0 && d.declares(s.body):
			rest, err := d.hashes(unfolded(s.body))
			if err != nil {
				return nil, err
			}
			rest = slices.DeleteFunc(rest, func(s *dataStmt) bool { return s.op == "missing" && d.idle(s) })
			if len(rest) > 0 {
				left = append(left, &dataStmt{op: "if", cond: s.cond, body: rest, at: s.at})
			}
		case s.op == "shape":
		case s.op == "hash" || definition(s.value) != nil:
			d.at = s.at
			if err := d.define(s); err != nil {
				return nil, err
			}
		default:
			left = append(left, s)
		}
	}
	return left, nil
}

// firstRow tells whether a condition is _n_ = 1.
func firstRow(e expr) bool {
	if g, ok := e.(grouped); ok {
		return firstRow(g.x)
	}
	b, ok := e.(binary)
	n, isNumber := b.y.(numberLit)
	return ok && b.op == "=" && b.x == expr(name{"", "_n_"}) && isNumber && n.value == 1
}

// unfolded are the statements of DO groups.
func unfolded(list []*dataStmt) (out []*dataStmt) {
	for _, s := range list {
		if s.op == "do" {
			out = append(out, unfolded(s.body)...)
			continue
		}
		out = append(out, s)
	}
	return out
}

// declares tells whether statements make a hash object, or a variable known.
func (d *dataStep) declares(list []*dataStmt) bool {
	return slices.ContainsFunc(unfolded(list), func(s *dataStmt) bool { return s.op == "hash" || s.op == "shape" })
}

// idle tells whether CALL MISSING in front of all rows changes nothing: its
// variables are read from no data set, and have no other value yet.
func (d *dataStep) idle(s *dataStmt) bool {
	list, err := d.r.variables(s.list)
	return err == nil && !slices.ContainsFunc(list, func(e expr) bool {
		n, plain := e.(name)
		_, read := d.src.sql[n.name]
		_, constant := d.constants[n.name]
		r := d.retained[n.name]
		return !plain || read || constant || r != nil && !r.initial.isNull()
	})
}

// definition is the call of a method that defines a hash object.
func definition(e expr) *method {
	m, ok := e.(method)
	if !ok || !contains([]string{"definekey", "definedata", "definedone"}, m.name) {
		return nil
	}
	return &m
}

// define runs DECLARE, DEFINEKEY, DEFINEDATA or DEFINEDONE.
func (d *dataStep) define(s *dataStmt) error {
	m := s.value.(method)
	if n, ok := s.target.(name); ok {
		d.defined = append(d.defined, n.name)
	}
	if s.op == "hash" {
		return d.declareHash(m)
	}
	h := d.objects[m.object]
	if h == nil {
		return fmt.Errorf("there is no hash object %s", m.object)
	}
	switch m.name {
	case "definekey":
		return h.names(&h.keys, m)
	case "definedata":
		return h.names(&h.data, m)
	}
	return d.definedHash(m.object, h)
}

// declareHash opens the data set of a hash object.
func (d *dataStep) declareHash(m method) error {
	h := &hashObject{}
	for _, a := range m.args {
		value, ok := a.value.(textLit)
		word := strings.ToLower(strings.TrimSpace(value.value))
		switch {
		case a.tag == "ordered" || a.tag == "hashexp":
		case a.tag == "dataset" && ok:
			var err error
			if h.in, err = d.hashInput(value.value); err != nil {
				return err
			}
		case a.tag == "duplicate" && ok && word != "" && strings.HasPrefix("replace", word):
			h.latest = true
		case a.tag == "duplicate" && ok && word != "" && strings.HasPrefix("error", word):
		case a.tag == "multidata" && ok:
		default:
			return fmt.Errorf("%s: of a hash object is not understood", a.tag)
		}
	}
	if h.in == nil {
		return fmt.Errorf("a hash object without a data set that the program names is not understood: what the step itself puts into it, write with BY and FIRST., or with GROUP BY")
	}
	h.alias = strings.Trim(h.in.rel.name, `"`) + "_keyed"
	for i := 2; d.taken[h.alias]; i++ {
		h.alias = fmt.Sprintf("%s_keyed_%d", strings.Trim(h.in.rel.name, `"`), i)
	}
	d.taken[h.alias] = true
	d.objects[m.object] = h
	return nil
}

// hashInput reads the data set that stands in the text of dataset:.
func (d *dataStep) hashInput(text string) (*input, error) {
	var src source
	src.add(text+";", 1)
	statements, _ := lex(&src)
	if len(statements) != 1 {
		return nil, fmt.Errorf("the data set of a hash object is not understood")
	}
	p := &parser{tokens: statements[0].tokens}
	ref := p.setRef()
	if p.err == nil && !p.done() {
		p.fail("%q is not understood here", p.peek().original)
	}
	if p.err != nil {
		return nil, p.err
	}
	in, err := d.read(ref)
	if err == nil && !in.rel.known {
		err = fmt.Errorf("the columns of %s must be known here: say what they are in the mapping file", ref.name)
	}
	return in, err
}

// names takes the names of variables that a method is given.
func (h *hashObject) names(into *[]string, m method) error {
	for _, a := range m.args {
		value, ok := a.value.(textLit)
		n := strings.ToLower(strings.TrimSpace(value.value))
		switch {
		case !ok:
			return fmt.Errorf("the variables of a hash object must stand in quotes")
		case a.tag == "all" && strings.HasPrefix(n, "y"):
			for _, c := range h.in.list {
				*into = append(*into, c.name)
			}
		case a.tag == "":
			*into = append(*into, n)
		default:
			return fmt.Errorf("%s: is not understood in %s", a.tag, m.name)
		}
	}
	return nil
}

// definedHash checks a hash object that is defined.
func (d *dataStep) definedHash(object string, h *hashObject) error {
	if len(h.keys) == 0 {
		return fmt.Errorf("the hash object %s has no key", object)
	}
	if len(h.data) == 0 {
		h.data = h.keys
	}
	for _, n := range slices.Concat(h.keys, h.data) {
		i := slices.IndexFunc(h.in.list, func(c *column) bool { return c.name == n })
		switch {
		case i < 0:
			return fmt.Errorf("%s has no variable %s", h.in.ref.name, n)
		case !slices.Contains(d.vars, n):
			return fmt.Errorf("%s is no variable of the step, and SAS stops: declare it with LENGTH, or with if 0 then set", n)
		case d.kinds[n] != unknownKind && (d.kinds[n] == textKind) != (h.in.list[i].kind == textKind):
			return fmt.Errorf("%s is a text in one place and a number in another, and SAS stops", n)
		}
	}
	for _, n := range h.data {
		d.assigned[n] = true
	}
	originals := h.in.originals(h.keys)
	h.in.unique = h.in.rel.uniqueBy(originals)
	h.done = true
	return nil
}

// query is the query of a hash object: one row for each key.
func (h *hashObject) query(d *dataStep) string {
	var columns []*column
	for _, c := range h.in.list {
		if slices.Contains(h.keys, c.name) || slices.Contains(h.data, c.name) {
			columns = append(columns, c)
		}
	}
	own := *h.in
	own.alias = h.alias
	text := own.subquery(d, columns, "true AS _in")
	if h.in.unique {
		return text
	}
	keys := make([]string, len(h.keys))
	for i, k := range h.keys {
		keys[i] = h.in.sql[k]
	}
	order := "ORDER BY _row" + map[bool]string{true: " DESC"}[h.latest]
	return strings.TrimSuffix(text, "\n)") + "\n  QUALIFY row_number() OVER (" + partition(keys) + order + ") = 1\n)"
}

// need demands the order of the rows of a key.
func (h *hashObject) need() {
	h.in.need(numbering{row: !h.in.unique, within: h.keys})
}

// prepareHashes takes what makes hash objects out of the statements, and sees to it
// that what is asked of them stands where it is understood.
func (d *dataStep) prepareHashes(body []*dataStmt) ([]*dataStmt, error) {
	if err := d.answers(body); err != nil {
		return nil, err
	}
	left, err := d.hashes(body)
	if err != nil {
		return nil, err
	}
	d.keepShapes()
	for _, s := range left {
		d.uses(s)
	}
	return left, nil
}

// answers collects the variables that take what hash objects answer. FIND changes
// variables: it must stand alone, where it is run in every case.
func (d *dataStep) answers(list []*dataStmt) error {
	for _, s := range list {
		d.at = s.at
		m, asks := s.value.(method)
		n, plain := s.target.(name)
		if asks && s.op == "assign" && plain && definition(m) == nil && !slices.Contains(d.codes, n.name) {
			d.codes = append(d.codes, n.name)
		}
		hidden := finds(s.value) && !(asks && (plain && s.op == "assign" || s.op == "method"))
		hidden = hidden || finds(s.cond) && !(contains([]string{"if", "subset"}, s.op) && alone(s.cond))
		for _, i := range s.items {
			hidden = hidden || finds(i.from) || finds(i.to) || finds(i.by)
		}
		if hidden {
			return fmt.Errorf("find stands within an expression: write rc = h.find(); in front of it")
		}
		if err := d.answers(slices.Concat(s.body, s.other)); err != nil {
			return err
		}
	}
	return nil
}

// finds tells whether FIND stands in an expression.
func finds(e expr) bool {
	found := false
	visit(e, func(e expr) bool {
		if m, ok := e.(method); ok && m.name == "find" {
			found = true
		}
		return !found
	})
	return found
}

// alone tells whether a condition is a method, its negation, or its comparison with a
// number.
func alone(e expr) bool {
	switch e := e.(type) {
	case grouped:
		return alone(e.x)
	case unary:
		return e.op == "not" && alone(e.x)
	case method:
		return true
	case binary:
		_, left := e.x.(method)
		_, right := e.y.(numberLit)
		return left && right
	}
	return false
}

// uses tells of a statement that needs more of an answer than whether it is 0.
func (d *dataStep) uses(s *dataStmt) {
	inner := *s // but for the condition, and the answer itself
	inner.cond = nil
	if _, asks := s.value.(method); asks {
		inner.value = nil
	}
	reckons := func(e expr) bool { return d.reckons(e, false) }
	if d.reckons(s.cond, true) || slices.ContainsFunc(inner.reads(), reckons) {
		d.p.noteAt(s.at, "what a hash object answers is 1 where a key is not there: SAS has another number")
	}
	for _, inner := range slices.Concat(s.body, s.other) {
		d.uses(inner)
	}
}

// reckons tells whether an expression needs the number that a hash object answers;
// truth is whether it is a condition.
func (d *dataStep) reckons(e expr, truth bool) bool {
	isCode := func(e expr) bool {
		n, plain := e.(name)
		m, asks := e.(method)
		return plain && slices.Contains(d.codes, n.name) || asks && definition(m) == nil
	}
	zero := func(e expr) bool { n, ok := e.(numberLit); return ok && n.value == 0 }
	switch e := e.(type) {
	case name, method:
		return isCode(e) && !truth
	case grouped:
		return d.reckons(e.x, truth)
	case unary:
		return d.reckons(e.x, e.op == "not")
	case binary:
		if tells := e.op == "=" || e.op == "<>"; tells && (isCode(e.x) && zero(e.y) || isCode(e.y) && zero(e.x)) {
			return false
		}
		truth = e.op == "and" || e.op == "or"
		return d.reckons(e.x, truth) || d.reckons(e.y, truth)
	}
	return slices.ContainsFunc(d.operands(e), func(n string) bool { return slices.Contains(d.codes, n) })
}
