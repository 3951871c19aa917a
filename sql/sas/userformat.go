package sas

import (
	"fmt"
	"slices"
	"strings"
)

// userFormat is a format of PROC FORMAT.
type userFormat struct {
	text      bool
	ranges    []formatRange
	otherwise *string
	width     int
	table     *formatTable // in place of ranges
}

// formatRange is a value or a span of one label.
type formatRange struct {
	low, high         val // a null val: as low or as high as it goes
	openLow, openHigh bool
	missing           bool
	label             string
}

func (p *program) procFormat(from, to int) {
	for i := from + 1; i < to; i++ {
		s := &p.statements[i]
		switch s.first() {
		case "value":
			if err := p.valueStatement(s); err != nil {
				p.fail(i, "%v", err)
			}
		case "invalue":
			if err := p.invalueStatement(s); err != nil {
				p.fail(i, "%v", err)
			}
		case "run", "quit":
		case "select", "exclude": // of what is printed
			p.inert(i)
		default:
			p.fail(i, "the statement %s is not understood in this procedure", s.first())
		}
	}
	ps := &parser{tokens: p.statements[from].tokens, at: 2}
	for ps.err == nil && !ps.done() {
		switch option := ps.name(); {
		case !ps.accept("="):
		case option == "cntlin":
			if err := orElse(ps.err, p.controlled(ps.setRef())); err != nil {
				p.fail(from, "%v", err)
			}
		case option == "cntlout":
			p.fail(from, "the data set of formats that cntlout= makes is not understood")
			p.lost[setName(ps.setRef().name)] = p.statements[from].line
		default:
			ps.setRef()
		}
	}
	step := &step{line: p.statements[from].line, until: p.lineOf(to - 1), sas: p.statements[from].text, comments: p.comments(from, to), notes: p.notesOf(from, to)}
	step.text = "-- The formats stand where they are used.\n"
	p.steps = append(p.steps, step)
}

func (p *program) valueStatement(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 1}
	f := &userFormat{text: ps.accept("$")}
	key := ps.name()
	if f.text {
		key = "$" + key
	}
	if ps.is("(") && slices.ContainsFunc(ps.parens(), func(t token) bool { return t.text == "multilabel" || t.text == "mlf" }) {
		p.note("a value has the first of its labels: several labels of one value are not understood")
	}
	for ps.err == nil && !ps.done() {
		f.read(ps)
	}
	if ps.err == nil {
		p.formats[key] = f
	}
	return ps.err
}

// read reads ranges, = and a label.
func (f *userFormat) read(ps *parser) {
	var ranges []formatRange
	other := false
	for ps.err == nil && !ps.accept("=") {
		if ps.accept("other") {
			other = true
		} else {
			ranges = append(ranges, f.span(ps))
		}
		ps.accept(",")
		if ps.done() {
			ps.fail("a label is expected")
		}
	}
	t := ps.peek()
	ps.at++
	label := t.text
	switch {
	case t.kind == opToken && t.text == "-" && ps.peek().kind == numberToken:
		label += ps.peek().text
		ps.at++
	case ps.err == nil && (t.kind == opToken || t.kind == endToken):
		ps.fail("a label must be a text")
		return
	}
	f.width = max(f.width, len([]rune(label)))
	if other {
		f.otherwise = &label
	}
	for _, r := range ranges {
		r.label = label
		f.ranges = append(f.ranges, r)
	}
}

func (f *userFormat) span(ps *parser) (r formatRange) {
	r.low, r.missing = f.end(ps)
	r.high = r.low
	if ps.is("<") && ps.ahead(1).text == "-" {
		ps.at++
		r.openLow = true
	}
	if !ps.accept("-") {
		return r
	}
	if ps.accept("<") {
		r.openHigh = true
	}
	r.high, _ = f.end(ps)
	return r
}

func (f *userFormat) end(ps *parser) (v val, missing bool) {
	t := ps.peek()
	switch {
	case ps.accept("low"), ps.accept("high"):
		return null, false
	case t.kind == missingToken:
		ps.at++
		return null, true
	case t.kind == textToken:
		ps.at++
		if strings.TrimSpace(t.text) == "" {
			return null, true
		}
		return constantText(t.text), false
	case t.kind == numberToken, t.text == "-" && t.kind == opToken:
		sign := ps.accept("-")
		n, err := (&parser{tokens: []token{ps.peek()}}).parse()
		ps.at++
		number, ok := n.(numberLit)
		if err != nil || !ok {
			ps.fail("a number is expected")
			return null, false
		}
		if sign {
			number.value = -number.value
		}
		return constant(number.value), false
	case t.kind == wordToken && f.text:
		ps.at++
		return constantText(t.original), false
	}
	ps.fail("%q is not understood in a range", t.original)
	return null, false
}

// labels are the labels, each once.
func (f *userFormat) labels() (out []string) {
	for _, r := range f.ranges {
		if !slices.Contains(out, r.label) {
			out = append(out, r.label)
		}
	}
	if f.otherwise != nil && !slices.Contains(out, *f.otherwise) {
		out = append(out, *f.otherwise)
	}
	return out
}

// render is a value in this format.
func (f *userFormat) render(r *renderer, x val) (val, error) { return f.put(r, x, 0) }

// put is a value in this format, in so many positions; 0: as many as the longest
// label has.
func (f *userFormat) put(r *renderer, x val, width int) (val, error) {
	if f.text {
		x = r.toText(x)
	} else {
		x = r.toNumber(x)
	}
	if f.table != nil {
		return f.table.put(r, f, x), nil
	}
	if width == 0 {
		width = f.width
	}
	type arm struct {
		label string
		cond  val
	}
	var arms []arm
	for _, rg := range f.ranges {
		c := rg.test(x)
		if n := len(arms); n > 0 && arms[n-1].label == rg.label {
			arms[n-1].cond = either(arms[n-1].cond, c)
			continue
		}
		arms = append(arms, arm{rg.label, c})
	}
	var b strings.Builder
	b.WriteString("CASE")
	for _, a := range arms {
		fmt.Fprintf(&b, " WHEN %s THEN %s", a.cond.sql, constantText(a.label).sql)
	}
	own := r.toText(x)
	if f.text && f.otherwise == nil {
		own = cutTo(own, width)
	}
	otherwise := own.sql
	if f.otherwise != nil {
		otherwise = constantText(*f.otherwise).sql
	}
	if len(arms) == 0 {
		return val{sql: otherwise, kind: textKind, prec: precAtom, length: f.width, window: x.window}, nil
	}
	return val{sql: b.String() + " ELSE " + otherwise + " END", kind: textKind, prec: precAtom, length: f.width, window: x.window}, nil
}

// test is the condition of a range. A missing value is in none but its own.
func (rg formatRange) test(x val) val {
	if rg.missing {
		return isNull(x, false)
	}
	a := in(x, precConcat)
	test := func(op string, v val) val {
		return val{sql: a + " " + op + " " + v.sql, prec: precCompare, cond: true, window: x.window}
	}
	switch {
	case !rg.low.isNull() && rg.low.sql == rg.high.sql:
		return test("=", rg.low)
	case rg.low.isNull() && rg.high.isNull():
		return isNull(x, true)
	}
	out := always
	if !rg.low.isNull() {
		out = test(map[bool]string{true: ">", false: ">="}[rg.openLow], rg.low)
	}
	if !rg.high.isNull() {
		out = both(out, test(map[bool]string{true: "<", false: "<="}[rg.openHigh], rg.high))
	}
	return out
}
