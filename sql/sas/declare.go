package sas

import (
	"fmt"
	"slices"
	"strings"
)

// What holds for a DATA step as a whole: its data sets, BY, LENGTH, FORMAT, ATTRIB,
// RETAIN, and the variables that its statements name.

// declare reads what holds for the step as a whole, and gives its statements.
func (d *dataStep) declare() (outs []setRef, body []*dataStmt, err error) {
	head := &parser{tokens: d.p.statements[d.from].tokens, at: 1}
	outs = head.setRefs()
	if head.accept("/") {
		head.at = len(head.tokens)
	}
	if head.err == nil && !head.done() {
		head.fail("%q is not understood here", head.peek().original)
	}
	if head.err != nil {
		return nil, nil, head.err
	}
	if len(outs) == 0 {
		outs = []setRef{{name: "data1"}}
	}
	// BY comes after SET, which must know it.
	for i := d.from; i < d.to; i++ {
		if s := &d.p.statements[i]; s.first() == "by" {
			if err := d.byStatement(s); err != nil {
				d.at = i
				return nil, nil, err
			}
		}
	}
	sources := 0
	for d.at = d.from + 1; d.at < d.to; {
		s := &d.p.statements[d.at]
		handled, err := d.declaration(s, &sources)
		if err != nil {
			return nil, nil, err
		}
		if handled {
			d.at++
			continue
		}
		parse := &dataParser{p: d.p, at: d.at, to: d.to}
		if s.first() == "end" {
			d.p.fail(d.at, "end without do")
			d.at++
			continue
		}
		if st := parse.statement(s.tokens, d.at); st != nil {
			body = append(body, st)
			if err := d.within(st, parse.at, &sources); err != nil {
				return nil, nil, err
			}
			d.mention([]*dataStmt{st})
		}
		d.at = max(parse.at, d.at+1)
	}
	if sources == 0 {
		d.src = rowSource{sql: map[string]string{}, from: func(numbering) ([]string, string) { return nil, "(SELECT 1 AS _row)" }, needs: func(numbering) {}}
	}
	d.at = d.from
	return outs, body, nil
}

// within takes what stands in a group of statements, up to some place, and holds for
// the step as a whole.
func (d *dataStep) within(st *dataStmt, to int, sources *int) error {
	if err := d.readInLoop(st, sources); err != nil {
		return err
	}
	at := d.at
	for d.at = at + 1; d.at < to; d.at++ {
		s := &d.p.statements[d.at]
		if !contains(standing, s.first()) {
			continue
		}
		if _, err := d.declaration(s, sources); err != nil {
			return err
		}
	}
	d.at = at
	return nil
}

func (d *dataStep) byStatement(s *statement) error {
	p := &parser{tokens: s.tokens, at: 1}
	var by []string
	for p.err == nil && !p.done() {
		descending := p.accept("descending")
		if p.is("notsorted") {
			return fmt.Errorf("by with notsorted is not understood")
		}
		n := p.name()
		by = append(by, n)
		d.desc[n] = descending
	}
	if p.err == nil && d.by != nil && !slices.Equal(d.by, by) {
		return fmt.Errorf("a step with several statements BY is understood when they are the same")
	}
	d.by = by
	return p.err
}

// declaration takes a statement that is none of those that are run.
func (d *dataStep) declaration(s *statement, sources *int) (bool, error) {
	p := &parser{tokens: s.tokens, at: 1}
	if s.assigns() {
		return false, nil
	}
	switch s.first() {
	case "run", "quit":
		d.p.inert(d.at)
	case "by":
	case "set", "merge", "update":
		*sources++
		return true, d.readSource(s.first(), p)
	case "if":
		if !firstRowSet(s.tokens) {
			return false, nil
		}
		p.at = 6
		return true, d.once(p)
	case "keep":
		d.keep = append(d.keep, p.variables("")...)
	case "drop":
		d.drop = append(d.drop, p.variables("")...)
	case "rename":
		d.rename = append(d.rename, p.renames()...)
	case "length":
		return true, d.lengthStatement(p)
	case "format":
		return true, d.formatStatement(p)
	case "attrib":
		return true, d.attribStatement(p)
	case "retain":
		return true, d.retainStatement(p)
	case "array":
		return true, d.arrayStatement(p)
	case "input":
		*sources++
		return true, d.inputStatement(p)
	case "datalines", "cards", "lines":
	default:
		return false, nil
	}
	return true, p.err
}

// variable makes a variable known.
func (d *dataStep) variable(name string) {
	if !slices.Contains(d.vars, name) {
		d.vars = append(d.vars, name)
	}
}

// mention makes the variables that statements assign known, in their order.
func (d *dataStep) mention(list []*dataStmt) {
	for _, s := range list {
		if e, ok := s.target.(element); ok {
			for _, n := range d.arrays[e.array] {
				d.assigned[n] = true
				d.begin(s, n)
			}
		}
		for _, e := range s.list {
			d.mention([]*dataStmt{{target: e}})
		}
		if n, ok := s.target.(name); ok && d.arrays[n.name] != nil {
			d.mention([]*dataStmt{{op: s.op, target: element{array: n.name}}})
		} else if ok {
			d.variable(n.name)
			d.assigned[n.name] = true
			d.begin(s, n.name)
		}
		if s.variable != "" && s.op != "over" {
			d.variable(s.variable)
			d.assigned[s.variable] = true
		}
		switch s.op {
		case "where":
			d.wherever(s)
		case "shape":
			d.shape(s)
		}
		d.mention(s.body)
		d.mention(s.other)
	}
}

// begin retains the variable of a sum statement, unless it is read in every row.
func (d *dataStep) begin(s *dataStmt, n string) {
	if _, read := d.src.sql[n]; s.op == "sum" && !read && d.retained[n] == nil {
		d.retain(n, constant(0))
	}
}

// wherever takes a where statement: it filters what is read.
func (d *dataStep) wherever(s *dataStmt) {
	if s.op = "none"; d.filtered {
		return
	}
	c, err := d.r.cond(s.cond, false)
	if err != nil {
		d.p.fail(s.at, "%v", err)
		return
	}
	d.where = both(d.where, c)
}

func (d *dataStep) lengthStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		switch {
		case p.accept("$"):
			for _, n := range names {
				d.textOf(n, atoi(p.peek().text))
			}
			p.at++
			names = nil
		case p.peek().kind == numberToken:
			p.at++
			for _, n := range names {
				d.kinds[n] = numberKind
			}
			names = nil
		default:
			list, err := d.r.variables(p.oneVariable())
			if err != nil {
				return err
			}
			for _, e := range list {
				n := e.(name).name
				names = append(names, n)
				d.variable(n)
			}
		}
	}
	return p.err
}

// textOf makes a variable a text of a length, unless a data set that stands in front
// gave it one.
func (d *dataStep) textOf(n string, length int) {
	d.kinds[n] = textKind
	if _, read := d.src.sql[n]; !read {
		d.lengths[n] = length
	}
}

// oneVariable reads one variable, or one list such as x1-x3.
func (p *parser) oneVariable() []expr {
	sub := parser{tokens: p.tokens[:p.variableEnd()], at: p.at}
	list := sub.variables("")
	if sub.err != nil {
		p.fail("%v", sub.err)
	}
	p.at = max(sub.at, p.at+1)
	return list
}

func atoi(text string) int {
	n := 0
	for _, c := range strings.TrimSuffix(text, ".") {
		if c < '0' || c > '9' || n > 1<<20 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// attribStatement takes the lengths and formats of ATTRIB; labels do not reach SQL.
func (d *dataStep) attribStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		if t := p.ahead(1); t.kind != opToken || t.text != "=" {
			if len(names) > 0 && p.tokens[p.at-1].text != names[len(names)-1] {
				names = nil
			}
			for _, e := range p.oneVariable() {
				if n, ok := e.(name); ok {
					d.variable(n.name)
					names = append(names, n.name)
				}
			}
			continue
		}
		option := p.name()
		p.want("=")
		switch option {
		case "length":
			text := p.accept("$")
			for _, n := range names {
				d.kinds[n] = numberKind
				if text {
					d.textOf(n, atoi(p.peek().text))
				}
			}
			p.at++
		case "format":
			f := p.format()
			for _, n := range names {
				d.formats[n] = f
			}
		case "label":
			p.at++
		case "informat":
			p.format()
		default:
			return fmt.Errorf("attrib with %s= is not understood", option)
		}
	}
	return p.err
}

func (d *dataStep) formatStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		t := p.peek()
		next := p.ahead(1)
		isFormat := t.kind == opToken && t.text == "$" || t.kind == numberToken || t.kind == wordToken && next.kind != wordToken && next.kind != endToken && next.at == t.end && next.text != "-" && next.text != ":"
		if !isFormat {
			for _, e := range p.oneVariable() {
				if n, ok := e.(name); ok {
					names = append(names, n.name)
				}
			}
			continue
		}
		f := p.format()
		for _, n := range names {
			d.formats[n] = f
		}
		names = nil
	}
	return p.err
}

func (d *dataStep) retainStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		switch t := p.peek(); {
		case t.kind == wordToken:
			list, err := d.r.variables(p.oneVariable())
			if err != nil {
				return err
			}
			names = nil
			for _, e := range list {
				n := e.(name).name
				d.variable(n)
				if _, input := d.src.sql[n]; input {
					continue // of a data set: it is retained anyway
				}
				d.retain(n, null)
				names = append(names, n)
			}
		default:
			initial := p.prefix()
			v, err := d.r.value(initial)
			if err != nil {
				return err
			}
			for _, n := range names {
				d.retained[n].initial = v
				d.kinds[n] = v.kind
				if v.kind == textKind {
					d.lengths[n] = v.length
				}
			}
		}
	}
	return p.err
}
