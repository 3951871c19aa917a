package sas

import (
	"fmt"
	"strconv"
	"strings"
)

// The expressions of SAS.
type (
	expr interface{}

	numberLit struct {
		value float64
		text  string
	}
	textLit  struct{ value string }
	dateLit  struct{ year, month, day int }
	stampLit struct{ seconds float64 } // date and time, or a time of day
	noValue  struct{}                  // a missing value

	// name is a variable; qualifier is the alias of a table in PROC SQL.
	name struct{ qualifier, name string }
	// element is an element of an array.
	element struct {
		array string
		index []expr
	}
	unary struct {
		op string
		x  expr
	}
	binary struct {
		op   string
		x, y expr
	}
	inList struct {
		x    expr
		list []expr // a span is a binary with the operator :
		not  bool
	}
	call struct {
		name     string
		args     []expr
		distinct bool
		of       bool // sum(of …)
	}
	// format is the format of put or input.
	format struct {
		name          string // in lower case, with $
		width, digits int
	}
	whenExpr struct{ cond, value expr }
	caseExpr struct {
		whens     []whenExpr
		otherwise expr
	}
	between struct {
		x, low, high expr
		not          bool
	}
	isMissing struct {
		x   expr
		not bool
	}
	// raw is SQL that was made elsewhere.
	raw struct {
		sql  string
		kind kind
		cond bool
	}
	star struct{ qualifier string }
	// method is what an object is asked to do: h.find(key: x).
	method struct {
		object, name string
		args         []argument
	}
	argument struct {
		tag   string // "" where there is none
		value expr
	}
)

// parser reads expressions from the tokens of a statement.
type parser struct {
	tokens []token
	at     int
	depth  int
	err    error
}

func (p *parser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{kind: endToken}
}

func (p *parser) ahead(n int) token {
	if p.at+n < len(p.tokens) {
		return p.tokens[p.at+n]
	}
	return token{kind: endToken}
}

// is tells whether the next token is this word or operator.
func (p *parser) is(text string) bool {
	t := p.peek()
	return (t.kind == wordToken || t.kind == opToken) && t.text == text
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.at = len(p.tokens)
}

func (p *parser) want(text string) {
	if !p.accept(text) {
		p.fail("%s is expected", text)
	}
}

// words reads words until something else.
func (p *parser) name() string {
	if t := p.peek(); t.kind == wordToken {
		p.at++
		return t.text
	}
	p.fail("a name is expected")
	return ""
}

// parse reads a whole expression.
func (p *parser) parse() (expr, error) {
	e := p.or()
	if p.err == nil && !p.done() {
		p.fail("%q is not understood here", p.peek().original)
	}
	return e, p.err
}

func (p *parser) or() expr {
	if p.depth++; p.depth > 500 {
		p.fail("the expression is nested too deep")
	}
	defer func() { p.depth-- }()
	x := p.and()
	for p.err == nil && (p.is("or") || p.is("|") || p.is("!")) {
		p.at++
		x = binary{"or", x, p.and()}
	}
	return x
}

func (p *parser) and() expr {
	x := p.comparison()
	for p.err == nil && (p.is("and") || p.is("&")) {
		p.at++
		x = binary{"and", x, p.comparison()}
	}
	return x
}

var comparisons = map[string]string{
	"=": "=", "eq": "=", "^=": "<>", "~=": "<>", "ne": "<>", "<": "<", "lt": "<", "<=": "<=", "le": "<=",
	">": ">", "gt": ">", ">=": ">=", "ge": ">=", "=:": "=:", "eqt": "=:", "contains": "contains", "?": "contains", "like": "like",
}

func (p *parser) comparison() expr {
	x := p.concat()
	var chain expr
	for p.err == nil {
		t := p.peek()
		op, ok := comparisons[t.text]
		switch {
		case (t.kind == opToken || t.kind == wordToken) && ok:
			p.at++
			if p.is(":") && op != "=:" {
				p.at++
				if op != "=" {
					p.fail("%s: is not understood", op)
				}
				op = "=:"
			}
			y := p.concat()
			next := expr(binary{op, x, y})
			if chain != nil {
				next = binary{"and", chain, next}
			}
			chain, x = next, y
		case p.is("in") || (p.is("not") || p.is("^")) && p.ahead(1).text == "in":
			not := !p.is("in")
			if not {
				p.at++
			}
			p.at++
			return p.list(x, not)
		case p.is("is"):
			p.at++
			not := p.accept("not")
			if !p.accept("missing") && !p.accept("null") {
				p.fail("missing or null is expected after is")
			}
			return isMissing{x, not}
		case p.is("between") || p.is("not") && p.ahead(1).text == "between":
			not := p.accept("not")
			p.at++
			low := p.concat()
			p.want("and")
			return between{x, low, p.concat(), not}
		default:
			if chain != nil {
				return chain
			}
			return x
		}
	}
	return x
}

func (p *parser) list(x expr, not bool) expr {
	out := inList{x: x, not: not}
	if t := p.peek(); t.kind == wordToken { // in an array
		p.at++
		out.list = append(out.list, element{array: t.text})
		return out
	}
	p.want("(")
	for p.err == nil && !p.is(")") {
		v := p.concat()
		if p.accept(":") {
			v = binary{":", v, p.concat()}
		}
		out.list = append(out.list, v)
		p.accept(",")
	}
	p.want(")")
	return out
}

func (p *parser) concat() expr {
	x := p.sum()
	for p.err == nil && (p.is("||") || p.is("!!")) {
		p.at++
		x = binary{"||", x, p.sum()}
	}
	return x
}

func (p *parser) sum() expr {
	x := p.product()
	for p.err == nil && (p.is("+") || p.is("-")) {
		op := p.peek().text
		p.at++
		x = binary{op, x, p.product()}
	}
	return x
}

func (p *parser) product() expr {
	x := p.prefix()
	for p.err == nil && (p.is("*") || p.is("/")) {
		op := p.peek().text
		p.at++
		x = binary{op, x, p.prefix()}
	}
	return x
}

func (p *parser) prefix() expr {
	if p.depth++; p.depth > 500 {
		p.fail("the expression is nested too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("-"):
		return unary{"-", p.prefix()}
	case p.accept("+"):
		return p.prefix()
	case p.accept("^"), p.accept("~"), p.accept("not"):
		return unary{"not", p.prefixed()}
	}
	x := p.atom()
	if p.err == nil && p.accept("**") {
		return binary{"**", x, p.prefix()}
	}
	for p.err == nil && (p.is("<>") || p.is("><")) {
		op := map[string]string{"<>": "max", "><": "min"}[p.peek().text]
		p.at++
		x = call{name: op, args: []expr{x, p.atom()}}
	}
	return x
}

// prefixed is what not negates: an operand, and after a word a comparison, as
// most people read it. SAS itself binds not closer than =; the two differ for
// not x = y alone, which is refused.
func (p *parser) prefixed() expr {
	x := p.prefix()
	t := p.peek()
	if _, ok := comparisons[t.text]; ok && (t.kind == opToken || t.kind == wordToken) {
		if _, closed := x.(grouped); !closed {
			p.fail("not before a comparison without parentheses negates the first operand alone in SAS: write parentheses")
		}
	}
	return x
}

// grouped marks what stood in parentheses.
type grouped struct{ x expr }

func (p *parser) atom() expr {
	t := p.peek()
	p.at++
	switch t.kind {
	case numberToken:
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail("%s is no number", t.text)
		}
		return numberLit{v, strings.TrimSuffix(t.text, ".")}
	case textToken:
		return p.quoted(t)
	case missingToken:
		return noValue{}
	case wordToken:
		return p.wordAtom(t)
	case opToken:
		if t.text == "(" {
			x := p.or()
			p.want(")")
			return grouped{x}
		}
	}
	p.at--
	if t.kind == endToken {
		p.fail("the expression breaks off")
	}
	p.fail("%q is not understood here", t.original)
	return nil
}

func (p *parser) quoted(t token) expr {
	switch t.suffix {
	case 'd':
		y, m, d, ok := parseDate(t.text)
		if !ok {
			p.fail("%q is no date", t.text)
		}
		return dateLit{y, m, d}
	case 'D', 't':
		seconds, ok := parseStamp(t.text, t.suffix == 't')
		if !ok {
			p.fail("%q is no time", t.text)
		}
		return stampLit{seconds}
	case 'x':
		p.fail("hexadecimal texts are not understood")
	}
	return textLit{t.text}
}

func (p *parser) wordAtom(t token) expr {
	if t.text == "case" && (p.peek().kind != opToken || p.is("(")) {
		return p.caseOf()
	}
	next := p.peek()
	switch {
	case next.kind == opToken && next.text == "(":
		p.at++
		return p.callOf(t.text)
	case next.kind == opToken && next.text == "{" || next.kind == opToken && next.text == "[":
		p.at++
		index := p.args(map[string]string{"{": "}", "[": "]"}[next.text])
		return element{t.text, index}
	case next.kind == opToken && next.text == "." && next.at == t.end:
		p.at++
		if p.accept("*") {
			return star{t.text}
		}
		n := p.name()
		if p.is("(") && p.peek().at == p.tokens[p.at-1].end {
			p.at++
			return method{t.text, n, p.arguments()}
		}
		return name{t.text, n}
	}
	return name{"", t.text}
}

// arguments are those of a method, of which some have names in front.
func (p *parser) arguments() (list []argument) {
	for p.err == nil && !p.accept(")") {
		var a argument
		if p.peek().kind == wordToken && p.ahead(1).kind == opToken && p.ahead(1).text == ":" {
			a.tag = p.name()
			p.at++
		}
		a.value = p.or()
		list = append(list, a)
		if !p.accept(",") && !p.is(")") {
			p.fail("%q is not understood in a list of arguments", p.peek().original)
		}
	}
	return list
}

func (p *parser) args(closing string) (args []expr) {
	for p.err == nil && !p.accept(closing) {
		if p.is("*") && (p.ahead(1).text == closing) {
			p.at++
			args = append(args, star{})
			continue
		}
		if p.accept(",") { // an argument that is left out
			args = append(args, noValue{})
			continue
		}
		args = append(args, p.or())
		if !p.accept(",") && !p.is(closing) {
			p.fail("%q is not understood in a list of arguments", p.peek().original)
		}
	}
	return args
}

func (p *parser) callOf(fn string) expr {
	out := call{name: fn}
	switch fn {
	case "put", "input", "putn", "inputn", "putc", "inputc":
		out.args = append(out.args, p.or())
		p.want(",")
		p.accept("?")
		p.accept("?")
		out.args = append(out.args, p.format())
		p.want(")")
		return out
	}
	if p.is("of") {
		p.at++
		out.of = true
		out.args = p.variables(")")
		p.want(")")
		return out
	}
	if p.is("distinct") {
		p.at++
		out.distinct = true
	}
	out.args = p.args(")")
	return out
}

// variables reads a list of variables: names, x1-x3, x:, a--b, array{*}.
func (p *parser) variables(closing string) (list []expr) {
	for p.err == nil && !p.done() && !p.is(closing) {
		if p.accept(",") {
			p.accept("of")
			continue
		}
		n := p.name()
		switch {
		case p.is("-") && p.ahead(1).kind == wordToken:
			p.at++
			list = append(list, binary{"-", name{"", n}, name{"", p.name()}})
		case p.is("-") && p.ahead(1).text == "-":
			p.at += 2
			list = append(list, binary{"--", name{"", n}, name{"", p.name()}})
		case p.is(":"):
			p.at++
			list = append(list, unary{":", name{"", n}})
		case (p.is("{") || p.is("[") || p.is("(")) && p.ahead(1).text == "*":
			p.at += 3
			list = append(list, element{array: n})
		default:
			list = append(list, name{"", n})
		}
	}
	return list
}

func (p *parser) caseOf() expr {
	var out caseExpr
	var subject expr
	if !p.is("when") {
		subject = p.or()
	}
	for p.err == nil && p.accept("when") {
		cond := p.or()
		if subject != nil {
			cond = binary{"=", subject, cond}
		}
		p.want("then")
		out.whens = append(out.whens, whenExpr{cond, p.or()})
	}
	if p.accept("else") {
		out.otherwise = p.or()
	}
	p.want("end")
	return out
}

// format reads a format, whose parts stand together: date9. $10. 8.2 z5.
func (p *parser) format() format {
	var text strings.Builder
	start := p.at
	for p.err == nil && !p.done() {
		t := p.peek()
		if p.at > start && t.at != p.tokens[p.at-1].end || t.kind == opToken && t.text != "$" && t.text != "." || t.kind == textToken {
			break
		}
		text.WriteString(t.text)
		p.at++
	}
	f, ok := parseFormat(text.String())
	if !ok {
		p.fail("%q is no format", text.String())
	}
	return f
}

// parseFormat cuts a format into name, width and digits.
func parseFormat(text string) (format, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	body, digits, point := strings.Cut(text, ".")
	if !point {
		return format{}, false
	}
	n := len(body)
	for n > 0 && isDigit(body[n-1]) {
		n--
	}
	f := format{name: body[:n]}
	f.width, _ = strconv.Atoi(body[n:])
	f.digits, _ = strconv.Atoi(digits)
	return f, true
}
