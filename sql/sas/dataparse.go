package sas

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// setRef is a data set as a statement names it, with its options.
type setRef struct {
	name       string
	keep, drop []expr
	rename     [][2]string
	where      []token
	in         string
	firstobs   int
	obs        int  // 0: all
	none       bool // obs=0: no row
}

// setRefs reads names of data sets with their options until something else.
func (p *parser) setRefs() (refs []setRef) {
	for p.err == nil && p.peek().kind == wordToken {
		if t := p.ahead(1); t.kind == opToken && t.text == "=" { // an option of the statement
			return refs
		}
		refs = append(refs, p.setRef())
		if p.is("-") && p.ahead(1).kind == wordToken { // x1-x3
			refs = append(refs[:len(refs)-1], p.setSpan(refs[len(refs)-1].name)...)
		}
	}
	return refs
}

// setSpan is a numbered list of data sets.
func (p *parser) setSpan(first string) (refs []setRef) {
	p.at++
	last := p.setRef()
	library, stem := "", first
	if i := strings.LastIndex(first, "."); i >= 0 {
		library, stem = first[:i+1], first[i+1:]
	}
	names, err := numbered(binary{"-", name{"", stem}, name{"", strings.TrimPrefix(last.name, library)}})
	if err != nil {
		p.fail("%v", err)
	}
	for _, n := range names {
		ref := last
		ref.name = library + n
		refs = append(refs, ref)
	}
	return refs
}

func (p *parser) setRef() setRef {
	ref := setRef{name: p.name()}
	if t := p.peek(); t.kind == opToken && t.text == "." || t.kind == missingToken {
		p.at++
		ref.name += "." + p.name()
	}
	if p.accept(":") {
		ref.name += ":"
	}
	if !p.accept("(") {
		return ref
	}
	for p.err == nil && !p.accept(")") {
		p.setOption(&ref)
	}
	return ref
}

func (p *parser) setOption(ref *setRef) {
	option := p.name()
	p.want("=")
	switch option {
	case "keep":
		ref.keep = p.optionVariables()
	case "drop":
		ref.drop = p.optionVariables()
	case "rename":
		p.want("(")
		ref.rename = p.renames()
		p.want(")")
	case "where":
		ref.where = p.parens()
	case "in":
		ref.in = p.name()
	case "obs", "firstobs":
		t := p.peek()
		p.at++
		n, err := strconv.Atoi(t.text)
		switch {
		case option == "obs" && t.text == "0":
			ref.none = true
			return
		case t.text == "max":
			return
		case err != nil || n < 1:
			p.fail("%s needs a number", option)
			return
		}
		if option == "obs" {
			ref.obs = n
		} else {
			ref.firstobs = n
		}
	case "compress", "index", "label", "sortedby", "bufsize", "reuse", "type":
		if p.is("(") {
			p.parens()
		} else {
			p.at++
		}
	default:
		p.fail("the option %s of a data set is not understood", option)
	}
}

// optionVariables reads variables until the next option.
func (p *parser) optionVariables() (list []expr) {
	for p.err == nil && !p.done() && !p.is(")") {
		if t := p.ahead(1); p.peek().kind == wordToken && t.kind == opToken && t.text == "=" {
			break
		}
		from := p.at
		sub := parser{tokens: p.tokens[:p.variableEnd()], at: from}
		list = append(list, sub.variables("")...)
		if sub.err != nil {
			p.fail("%v", sub.err)
		}
		p.at = max(sub.at, from+1)
	}
	return list
}

// variableEnd is where one variable, or one list such as x1-x3, ends.
func (p *parser) variableEnd() int {
	n := p.at + 1
	for n < len(p.tokens) && p.tokens[n].kind == opToken && (p.tokens[n].text == "-" || p.tokens[n].text == ":") {
		if p.tokens[n].text == ":" {
			return n + 1
		}
		n++
		if n < len(p.tokens) && p.tokens[n].kind == wordToken {
			return n + 1
		}
	}
	return n
}

func (p *parser) renames() (list [][2]string) {
	for p.err == nil && p.peek().kind == wordToken {
		old := p.name()
		p.want("=")
		list = append(list, [2]string{old, p.name()})
	}
	return list
}

// parens takes what stands in parentheses.
func (p *parser) parens() []token {
	p.want("(")
	start, depth := p.at, 1
	for ; p.at < len(p.tokens); p.at++ {
		switch t := p.tokens[p.at]; {
		case t.kind != opToken:
		case t.text == "(":
			depth++
		case t.text == ")":
			if depth--; depth == 0 {
				p.at++
				return p.tokens[start : p.at-1]
			}
		}
	}
	p.fail("a parenthesis is not closed")
	return nil
}

// outside gives the tokens that stand in no parentheses, with their places.
func outside(tokens []token) iter.Seq2[int, token] {
	return func(yield func(int, token) bool) {
		depth := 0
		for i, t := range tokens {
			switch {
			case t.kind == opToken && t.text == "(":
				depth++
			case t.kind == opToken && t.text == ")":
				depth--
			case depth == 0 && !yield(i, t):
				return
			}
		}
	}
}

// dataStmt is a statement of a DATA step.
type dataStmt struct {
	op       string // assign, sum, if, subset, do, loop, while, over, output, delete, return, stop, leave, continue, missing, symput, shape, hash, method, none
	at       int    // of the statement in the program
	target   expr
	value    expr
	cond     expr
	until    bool // of a loop: its condition ends it
	body     []*dataStmt
	other    []*dataStmt // of else
	names    []string
	list     []expr
	variable string
	items    []loopItem
	refs     []setRef // of shape
}

// loopItem is a span or a value of a do loop.
type loopItem struct{ from, to, by expr }

// dataParser reads the statements of a DATA step.
type dataParser struct {
	p     *program
	at    int
	to    int
	depth int
}

func (d *dataParser) statements(untilEnd bool) (list []*dataStmt, closed bool) {
	for d.at < d.to {
		s := &d.p.statements[d.at]
		if s.first() == "end" && len(s.tokens) == 1 {
			if untilEnd {
				d.at++
				return list, true
			}
			d.p.fail(d.at, "end without do")
			d.at++
			continue
		}
		if st := d.statement(s.tokens, d.at); st != nil {
			list = append(list, st)
		}
	}
	return list, !untilEnd
}

// statement reads one statement, with those that belong to it, and moves on.
func (d *dataParser) statement(tokens []token, at int) *dataStmt {
	if d.depth++; d.depth > 300 {
		d.p.fail(at, "nested too deep")
		d.at = d.to
		return nil
	}
	defer func() { d.depth-- }()
	p := &parser{tokens: tokens}
	first := ""
	if len(tokens) > 0 && tokens[0].kind == wordToken {
		first = tokens[0].text
	}
	assigns := len(tokens) > 1 && tokens[1].kind == opToken && tokens[1].text == "="
	var st *dataStmt
	switch {
	case assigns || first == "":
		st = d.simple(p, at)
	case first == "if":
		return d.ifStatement(p, at)
	case first == "do":
		return d.do(p, at)
	case first == "select":
		return d.selectStatement(p, at)
	case first == "output":
		p.at = 1
		st = &dataStmt{op: "output"}
		for _, ref := range p.setRefs() {
			st.names = append(st.names, setName(ref.name))
		}
	case first == "delete" && len(tokens) == 1:
		p.at = 1
		st = &dataStmt{op: "delete"}
	case contains(standing, first) && len(tokens) == len(d.p.statements[at].tokens):
		st, p.at = &dataStmt{op: "none"}, len(tokens)
	case contains([]string{"set", "merge", "by"}, first): // in a loop over groups
		st, p.at = &dataStmt{op: map[bool]string{true: "none", false: "set"}[first == "by"]}, len(tokens)
	case first == "where":
		p.at = 1
		e, err := p.parse()
		p.err = err
		st = &dataStmt{op: "where", cond: e}
	case first == "call":
		p.at = 1
		st = p.routine()
	case first == "file" && !p.ahead(1).plain("print", "log"):
		d.p.noteAt(at, "the lines that it writes into a file are left out")
		st, p.at = &dataStmt{op: "none"}, len(tokens)
	case contains([]string{"put", "putlog", "file", "label", "informat", "list", "error"}, first):
		d.p.inert(at)
		st, p.at = &dataStmt{op: "none"}, len(tokens)
	case contains([]string{"return", "stop", "leave", "continue"}, first) && len(tokens) == 1:
		p.at = 1
		st = &dataStmt{op: first}
	case first == "declare" || first == "dcl":
		p.at = 1
		st = p.object()
	case contains([]string{"abort", "link", "goto", "go", "update", "modify", "infile", "window", "remove", "replace"}, first):
		p.fail("the statement %s is not understood", first)
		st = &dataStmt{op: "none"}
	default:
		st = d.simple(p, at)
	}
	d.at++
	if p.err == nil && !p.done() {
		p.fail("%q is not understood here", p.peek().original)
	}
	if p.err != nil {
		d.p.fail(at, "%v", p.err)
		return nil
	}
	st.at = at
	return st
}

// standing are statements that hold for the step wherever they stand in it.
var standing = strings.Fields("array retain length format attrib keep drop rename")

// simple is an assignment or a sum statement.
func (d *dataParser) simple(p *parser, _ int) *dataStmt {
	if p.peek().kind != wordToken {
		p.fail("this statement is not understood")
		return nil
	}
	t := p.peek()
	p.at++
	var target expr = name{"", t.text}
	switch {
	case p.is("(") || p.is("{") || p.is("["):
		closing := map[string]string{"(": ")", "{": "}", "[": "]"}[p.peek().text]
		p.at++
		target = element{t.text, p.args(closing)}
	}
	switch {
	case p.accept("="):
		st := &dataStmt{op: "assign", target: target}
		st.value = p.or()
		if e, ok := target.(element); ok && e.array == "substr" {
			var err error
			if st.target, st.value, err = newPatch(e.index, st.value); err != nil {
				p.fail("%v", err)
			}
		}
		return st
	case p.is("+"):
		p.at++
		return &dataStmt{op: "sum", target: target, value: p.or()}
	case p.is("."):
		p.at--
		return &dataStmt{op: "method", value: p.or()}
	case p.is("-"):
		p.fail("x - y; is no statement of SAS: write x + (-y);")
		return nil
	}
	p.fail("the statement %s is not understood", t.text)
	return nil
}

// splitThen finds the word then outside parentheses.
func splitThen(tokens []token) int {
	for i, t := range outside(tokens) {
		if t.kind == wordToken && t.text == "then" && i > 1 {
			return i
		}
	}
	return -1
}

func (d *dataParser) ifStatement(p *parser, at int) *dataStmt {
	then := splitThen(p.tokens)
	end := len(p.tokens)
	if then >= 0 {
		end = then
	}
	c := parser{tokens: p.tokens[1:end]}
	cond, err := c.parse()
	if err != nil {
		d.p.fail(at, "%v", err)
	}
	if n, ok := cond.(numberLit); ok && n.value == 0 && then >= 0 && then+1 < len(p.tokens) && p.tokens[then+1].plain("set") {
		return d.shape(&parser{tokens: p.tokens, at: then + 2}, at)
	}
	if then < 0 {
		d.at++
		if err != nil {
			return nil
		}
		return &dataStmt{op: "subset", cond: cond, at: at}
	}
	st := &dataStmt{op: "if", cond: cond, at: at}
	st.body = d.clause(p.tokens[then+1:], at)
	if d.at < d.to && d.p.statements[d.at].first() == "else" {
		st.other = d.clause(d.p.statements[d.at].tokens[1:], d.at)
	}
	if err != nil {
		return nil
	}
	return st
}

// shape is if 0 then set x: its variables are there, and nothing is read.
func (d *dataParser) shape(p *parser, at int) *dataStmt {
	d.at++
	st := &dataStmt{op: "shape", refs: p.setRefs(), at: at}
	p.sourceOptions()
	if p.err != nil {
		d.p.fail(at, "%v", p.err)
		return nil
	}
	return st
}

// object reads what stands behind DECLARE.
func (p *parser) object() *dataStmt {
	if kind := p.name(); kind != "hash" {
		p.fail("objects of the kind %s are not understood", kind)
	}
	st := &dataStmt{op: "hash", names: []string{p.name()}}
	h := method{object: st.names[0], name: "declare"}
	if p.accept("(") {
		h.args = p.arguments()
	}
	st.value = h
	return st
}

// clause reads what follows then or else.
func (d *dataParser) clause(tokens []token, at int) []*dataStmt {
	if len(tokens) == 0 {
		d.at++
		return nil
	}
	if st := d.statement(tokens, at); st != nil {
		return []*dataStmt{st}
	}
	return nil
}

func (d *dataParser) do(p *parser, at int) *dataStmt {
	p.at = 1
	st := &dataStmt{op: "do", at: at}
	var cond expr // of a loop over values
	until := false
	switch {
	case p.done():
	case p.is("over") && p.ahead(1).kind == wordToken:
		p.at++
		st.op, st.variable = "over", p.name()
	case p.is("while") || p.is("until"):
		st.op = "while"
		st.until, st.cond = p.loopCondition()
	default:
		st.op = "loop"
		st.variable = p.name()
		p.want("=")
		for p.err == nil {
			st.items = append(st.items, p.loopItem())
			if !p.accept(",") {
				break
			}
		}
		if p.is("while") || p.is("until") {
			until, cond = p.loopCondition()
		}
	}
	if p.err == nil && !p.done() {
		p.fail("%q is not understood here", p.peek().original)
	}
	if p.err != nil {
		d.p.fail(at, "%v", p.err)
	}
	d.at++
	body, closed := d.statements(true)
	switch left := []*dataStmt{{op: "leave", at: at}}; {
	case cond == nil:
	case until && endless(st.items):
		st.until, st.cond = true, cond
	case until:
		body = append(body, &dataStmt{op: "if", cond: cond, body: left, at: at})
	default:
		body = append([]*dataStmt{{op: "if", cond: unary{"not", grouped{cond}}, body: left, at: at}}, body...)
	}
	if !closed {
		d.p.fail(at, "do without end")
	}
	if p.err != nil {
		for i := at; i < d.at; i++ {
			d.p.fail(i, "it stands in a loop that is not understood")
		}
		return nil
	}
	st.body = body
	return st
}

// loopCondition reads while(...) or until(...).
func (p *parser) loopCondition() (until bool, cond expr) {
	until = p.name() == "until"
	p.want("(")
	cond = p.or()
	p.want(")")
	return until, cond
}

// routine reads what stands behind CALL.
func (p *parser) routine() *dataStmt {
	n := p.name()
	st := &dataStmt{op: n}
	p.want("(")
	switch n {
	case "missing":
		p.accept("of")
		st.list = p.variables(")")
		p.want(")")
	case "symput", "symputx":
		st.op = "symput"
		args := p.args(")")
		if len(args) < 2 || len(args) > 3 {
			p.fail("%s has a name and a value", n)
			return st
		}
		st.list, st.value = args[:1], args[1]
	default:
		p.fail("call %s is not understood", n)
	}
	return st
}

// plain tells whether a token is one of these words.
func (t token) plain(words ...string) bool { return t.kind == wordToken && contains(words, t.text) }

func (p *parser) loopItem() (item loopItem) {
	item.from = p.or()
	if p.accept("to") {
		item.to = p.or()
	}
	if p.accept("by") {
		item.by = p.or()
	}
	return item
}

// endless tells whether the items of a loop have no end.
func endless(items []loopItem) bool {
	return slices.ContainsFunc(items, func(i loopItem) bool { return i.by != nil && i.to == nil })
}

// selectStatement turns a select group into a chain of ifs.
func (d *dataParser) selectStatement(p *parser, at int) *dataStmt {
	p.at = 1
	var subject expr
	if p.accept("(") {
		subject = p.or()
		p.want(")")
	}
	if p.err != nil {
		d.p.fail(at, "%v", p.err)
	}
	d.at++
	var first, last *dataStmt
	for d.at < d.to {
		s := &d.p.statements[d.at]
		switch s.first() {
		case "when":
			st, err := d.when(s, subject)
			if err != nil {
				d.p.fail(d.at-1, "%v", err)
				continue
			}
			if first == nil {
				first = st
			} else {
				last.other = []*dataStmt{st}
			}
			last = st
		case "otherwise":
			body := d.clause(s.tokens[1:], d.at)
			if last != nil {
				last.other = body
			}
		case "end":
			d.at++
			return first
		default:
			d.p.fail(d.at, "when, otherwise or end is expected in select")
			d.at++
		}
	}
	d.p.fail(at, "select without end")
	return first
}

func (d *dataParser) when(s *statement, subject expr) (*dataStmt, error) {
	at := d.at
	p := &parser{tokens: s.tokens, at: 1}
	p.want("(")
	values := p.args(")")
	body := d.clause(s.tokens[min(p.at, len(s.tokens)):], at)
	if p.err != nil {
		return nil, p.err
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("when without a condition")
	}
	var cond expr
	for _, v := range values {
		if subject != nil {
			v = binary{"=", subject, v}
		}
		if cond == nil {
			cond = v
		} else {
			cond = binary{"or", cond, v}
		}
	}
	return &dataStmt{op: "if", cond: cond, body: body, at: at}, nil
}
