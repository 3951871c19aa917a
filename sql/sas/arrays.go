package sas

import (
	"fmt"
	"slices"
)

// Arrays: names for lists of variables.

// dimension is how an index counts.
type dimension struct{ low, size int }

// sizes reads the sizes of an array: {3}, {2005:2008}, {2,12}, {*}.
func (p *parser) sizes() (list []dimension) {
	closing := map[string]string{"(": ")", "{": "}", "[": "]"}[p.peek().text]
	p.at++
	if p.accept("*") {
		p.want(closing)
		return nil
	}
	for p.err == nil {
		low, high := 1, p.whole()
		if p.accept(":") {
			low, high = high, p.whole()
		}
		if list = append(list, dimension{low, high - low + 1}); high < low || high-low > 10000 {
			p.fail("the size of the array is not understood")
		}
		if !p.accept(",") {
			break
		}
	}
	p.want(closing)
	return list
}

// whole reads a whole number.
func (p *parser) whole() int {
	v, ok := p.prefix().(numberLit)
	if !ok || v.value != float64(int(v.value)) {
		p.fail("the size of the array is not understood")
	}
	return int(v.value)
}

func (d *dataStep) arrayStatement(p *parser) error {
	array := p.name()
	var sizes []dimension
	if p.is("{") || p.is("[") || p.is("(") {
		sizes = p.sizes()
	}
	text, length := p.accept("$"), 0
	if p.peek().kind == numberToken {
		length = atoi(p.peek().text)
		p.at++
	}
	n := 1
	for _, s := range sizes {
		n = min(n*s.size, 1<<20)
	}
	names, err := d.arrayNames(p, array, sizes != nil, n, text)
	switch {
	case err != nil:
		return err
	case sizes == nil:
		sizes = []dimension{{1, len(names)}}
	case len(names) != n:
		return fmt.Errorf("the array %s has %d variables, not %d", array, len(names), n)
	}
	d.arrays[array], d.sizes[array] = names, sizes
	for _, n := range names {
		d.variable(n)
		if _, ok := d.kinds[n]; !ok && text {
			d.kinds[n], d.lengths[n] = textKind, length
		}
	}
	return d.initials(p, names)
}

// arrayNames are the variables of an array.
func (d *dataStep) arrayNames(p *parser, array string, sized bool, n int, text bool) (names []string, err error) {
	own := func() {
		for i := range min(n, maxWork) {
			names = append(names, fmt.Sprintf("%s%d", array, i+1))
		}
	}
	switch {
	case p.accept("_temporary_"):
		if !sized {
			return nil, fmt.Errorf("an array of _temporary_ variables needs a size")
		}
		own()
		for i, v := range names {
			v = d.fresh("_" + v)
			names[i], d.hidden[v], d.constants[v] = v, true, null
			if !text {
				d.kinds[v] = numberKind
			}
		}
		return names, nil
	case p.accept("_numeric_"), p.accept("_character_"):
		wanted := p.tokens[p.at-1].text == "_character_"
		for _, v := range d.vars {
			if !d.hidden[v] && (d.kinds[v] == textKind) == wanted {
				names = append(names, v)
			}
		}
		return names, nil
	}
	list, err := d.r.variables(p.variables("("))
	for _, e := range list {
		names = append(names, e.(name).name)
	}
	if len(names) == 0 && sized {
		own()
	}
	return names, err
}

// initials reads the values that the variables of an array have at first; they are
// retained.
func (d *dataStep) initials(p *parser, names []string) error {
	if !p.accept("(") {
		return p.err
	}
	var values []val
	for p.err == nil && !p.accept(")") {
		times := 1.0
		e := p.prefix()
		if p.accept("*") {
			if n, ok := e.(numberLit); ok {
				times = n.value
			}
			e = p.prefix()
		}
		v, err := d.r.value(e)
		if err != nil {
			return err
		}
		for range min(int(times), len(names)) {
			values = append(values, v)
		}
		p.accept(",")
	}
	for i, v := range values[:min(len(values), len(names))] {
		n := names[i]
		d.constants[n] = v
		if v.kind != unknownKind {
			d.kinds[n] = v.kind
		}
		d.lengths[n] = max(d.lengths[n], v.length)
	}
	return p.err
}

// keepConstants gives variables with initial values their values: retained when
// the program changes them.
func (d *dataStep) keepConstants() {
	for _, n := range d.vars {
		initial, ok := d.constants[n]
		switch {
		case !ok:
		case d.assigned[n]:
			delete(d.retained, n) // a sum statement began it with 0
			initial.kind = d.kinds[n]
			d.retain(n, initial)
		default:
			d.env[n] = initial
		}
	}
}

// place finds the element that constant indexes mean.
func (r *renderer) place(e element, list []string, index []val) (string, error) {
	sizes := []dimension{{1, len(list)}}
	if r.sizes != nil {
		sizes = r.sizes(e.array)
	}
	if len(index) != len(sizes) {
		return "", fmt.Errorf("the array %s has another number of dimensions", e.array)
	}
	at := 0
	for i, v := range index {
		k := int(*v.number) - sizes[i].low
		if k < 0 || k >= sizes[i].size {
			return "", fmt.Errorf("the array %s has no element %d", e.array, int(*v.number))
		}
		at = at*sizes[i].size + k
	}
	return list[at], nil
}

// indexed are the variables of an array, and the values of an index into it.
func (r *renderer) indexed(e element) (list []string, index []val, constant bool, err error) {
	ok := false
	if r.array != nil {
		list, ok = r.array(e.array)
	}
	if !ok {
		return nil, nil, false, fmt.Errorf("there is no array %s", e.array)
	}
	constant = true
	for _, x := range e.index {
		v, err := r.numeric(x)
		if err != nil {
			return nil, nil, false, err
		}
		constant = constant && v.number != nil
		index = append(index, v)
	}
	if !constant && (len(index) != 1 || r.sizes == nil) {
		return nil, nil, false, fmt.Errorf("an index of several dimensions that depends on the data is not understood")
	}
	return list, index, constant, nil
}

// elementOf reads an element of an array; when its index depends on the data, it is
// one of several.
func (r *renderer) elementOf(e element) (val, error) {
	list, index, constant, err := r.indexed(e)
	if err != nil {
		return null, err
	}
	if constant {
		n, err := r.place(e, list, index)
		if err != nil {
			return null, err
		}
		return r.lookup(name{"", n})
	}
	var values []val
	for _, n := range list {
		v, err := r.lookup(name{"", n})
		if err != nil {
			return null, err
		}
		values = append(values, v)
	}
	values, k := r.unify(values)
	out := val{sql: "CASE " + index[0].sql, kind: k, prec: precAtom, window: index[0].window}
	low := r.sizes(e.array)[0].low
	for i, v := range values {
		out.sql += fmt.Sprintf(" WHEN %d THEN %s", low+i, v.sql)
		out.window = out.window || v.window
		out.length = max(out.length, v.length)
	}
	out.sql += " END"
	return out, nil
}

// elementTarget sees an assignment to an element whose index depends on the data:
// each variable of the array is assigned under the condition that it is the one.
func (d *dataStep) elementTarget(s *dataStmt) (bool, error) {
	e, ok := s.target.(element)
	if !ok {
		return false, nil
	}
	list, _, constant, err := d.r.indexed(e)
	if err != nil || constant {
		return false, err
	}
	low := d.sizes[e.array][0].low
	for i, n := range list {
		one := *s
		one.target = name{"", n}
		cond := binary{"=", grouped{e.index[0]}, numberLit{float64(low + i), fmt.Sprint(low + i)}}
		if err := d.branch(&dataStmt{op: "if", cond: cond, body: []*dataStmt{&one}, at: s.at}); err != nil {
			return true, err
		}
	}
	return true, nil
}

// boundedLoop is a loop up to an end that depends on the data, over elements of an
// array: it cannot turn more often than the array is long.
func (d *dataStep) boundedLoop(s *dataStmt, from float64, to val, by float64) error {
	high := 0
	for array, sizes := range d.sizes {
		if end := sizes[0].low + sizes[0].size - 1; len(sizes) == 1 && indexes(s.body, array, s.variable) && (high == 0 || end < high) {
			high = end
		}
	}
	if high == 0 || by != 1 || from != float64(int(from)) {
		return errBounds
	}
	to = d.column("until_"+s.variable, d.r.toNumber(to))
	leave := &dataStmt{op: "if", cond: binary{">", name{"", s.variable}, raw{to.sql, numberKind, false}}, body: []*dataStmt{{op: "leave", at: s.at}}, at: s.at}
	values, after, err := span(from, float64(high), 1)
	if err != nil {
		return err
	}
	d.turns(append([]*dataStmt{leave}, s.body...), len(values), d.setting(s.variable, values), func() { d.env[s.variable] = d.fit(s.variable, after) })
	return nil
}

// indexes tells whether statements read or write elements of an array at a
// variable.
func indexes(list []*dataStmt, array, variable string) bool {
	at := func(called string, index []expr) bool {
		return called == array && len(index) == 1 && index[0] == expr(name{"", variable})
	}
	var in func(e expr) bool
	in = func(e expr) bool {
		switch e := e.(type) {
		case element:
			return at(e.array, e.index)
		case call:
			return at(e.name, e.args) || slices.ContainsFunc(e.args, in)
		case grouped:
			return in(e.x)
		case unary:
			return in(e.x)
		case binary:
			return in(e.x) || in(e.y)
		case inList:
			return in(e.x)
		}
		return false
	}
	return slices.ContainsFunc(list, func(s *dataStmt) bool {
		return in(s.target) || in(s.value) || in(s.cond) || indexes(s.body, array, variable) || indexes(s.other, array, variable)
	})
}

// overLoop is do over: the name of the array stands for each of its variables.
func (d *dataStep) overLoop(s *dataStmt) error {
	list, ok := d.arrays[s.variable]
	if !ok {
		return fmt.Errorf("there is no array %s", s.variable)
	}
	defer delete(d.over, s.variable)
	d.turns(s.body, len(list), func(i int) { d.over[s.variable] = list[i] }, func() {})
	return nil
}

// blank is call missing.
func (d *dataStep) blank(s *dataStmt) error {
	list, err := d.r.variables(s.list)
	if err != nil {
		return err
	}
	for _, v := range list {
		if err := d.assign(&dataStmt{op: "assign", target: v, value: noValue{}, at: s.at}); err != nil {
			return err
		}
	}
	return nil
}
