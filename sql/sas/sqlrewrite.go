package sas

import (
	"fmt"
	"strings"
)

// PROC SQL is parsed by a parser of MySQL's dialect, after what SAS alone has is
// rewritten: names are quoted, functions and tables get names that the parser has
// no opinion on, and operators become operators of the same precedence.

// rewriter writes one SELECT for the parser.
type rewriter struct {
	p      *parser
	b      strings.Builder
	tables []setRef
	into   []intoVar
	err    error
}

// intoVar is a macro variable that a query fills.
type intoVar struct {
	name string
	list bool
}

// sqlKeywords are the words that keep their meaning.
var sqlKeywords = strings.Fields(`select distinct from where group by having order asc desc as on inner left right outer join
	and or not in is null between like case when then else end exists any all union`)

// openers are keywords that may stand in front of a parenthesis.
var openers = strings.Fields(`select distinct from where by having on and or not in between like when then else exists any all join as case`)

func rewrite(tokens []token) (text string, tables []setRef, into []intoVar, err error) {
	r := &rewriter{p: &parser{tokens: tokens}}
	r.query("")
	if r.err == nil {
		r.err = r.p.err
	}
	return r.b.String(), r.tables, r.into, r.err
}

func (r *rewriter) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.p.at = len(r.p.tokens)
}

func (r *rewriter) put(text string) { r.b.WriteString(text + " ") }

func quotedName(n string) string { return "`" + strings.ReplaceAll(n, "`", "``") + "`" }

// query rewrites tokens up to a closing parenthesis that it does not open.
// In the clause FROM names are tables.
func (r *rewriter) query(clause string) {
	p := r.p
	if p.depth++; p.depth > 100 {
		r.fail("nested too deep")
		return
	}
	defer func() { p.depth-- }()
	for r.err == nil && p.err == nil && !p.done() && !p.is(")") {
		t := p.peek()
		switch {
		case t.kind == wordToken && contains([]string{"select", "from", "where", "group", "having", "order", "on"}, t.text) && p.ahead(1).text != ".":
			clause = t.text
		case t.kind == wordToken && t.text == "join":
			clause = "from"
		}
		before := p.at
		r.one(clause)
		if p.at == before && r.err == nil {
			r.fail("%q is not understood here", t.original)
		}
	}
}

// one rewrites one token, or what belongs together.
func (r *rewriter) one(clause string) {
	p := r.p
	t := p.peek()
	switch t.kind {
	case numberToken:
		r.number(t)
	case textToken:
		r.text(t)
	case missingToken:
		p.at++
		r.put("null")
	case opToken:
		r.operator(t, clause)
	case wordToken:
		r.word(t, clause)
	default:
		r.fail("%q is not understood here", t.original)
	}
}

// literal tells whether the token before ended a literal: SAS takes lists
// without commas.
func (r *rewriter) afterLiteral() bool {
	if r.p.at == 0 {
		return false
	}
	k := r.p.tokens[r.p.at-1].kind
	return k == textToken || k == numberToken
}

func (r *rewriter) number(t token) {
	p := r.p
	if r.afterLiteral() {
		r.put(",")
	}
	p.at++
	if p.is(":") && p.ahead(1).kind == numberToken {
		p.at++
		r.put("f_span(" + strings.TrimSuffix(t.text, ".") + "," + strings.TrimSuffix(p.peek().text, ".") + ")")
		p.at++
		return
	}
	text := strings.TrimSuffix(t.text, ".")
	if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	r.put(text)
}

func mysqlText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''", "\x00", "").Replace(text) + "'"
}

func (r *rewriter) text(t token) {
	if r.afterLiteral() {
		r.put(",")
	}
	r.p.at++
	switch t.suffix {
	case 'd', 'D', 't':
		r.put("f_sas_" + string(t.suffix|0x20) + map[byte]string{'D': "t"}[t.suffix] + "(" + mysqlText(t.text) + ")")
	case 'x':
		r.fail("hexadecimal texts are not understood")
	default:
		r.put(mysqlText(t.text))
	}
}

var mysqlOperators = map[string]string{
	"^=": "!=", "~=": "!=", "<>": "!=", "||": "|", "!!": "|", "**": "^", "&": "and", "|": "or", "!": "or", "^": "not", "~": "not",
	"=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "+": "+", "-": "-", "*": "*", "/": "/", ",": ",", "?": "regexp",
}

func (r *rewriter) operator(t token, clause string) {
	p := r.p
	if t.text == "(" {
		p.at++
		r.put("(")
		inner := clause
		if p.is("select") {
			inner = ""
		}
		r.query(inner)
		if !p.accept(")") {
			r.fail("a parenthesis is not closed")
		}
		r.put(")")
		return
	}
	out, ok := mysqlOperators[t.text]
	if !ok {
		r.fail("%q is not understood here", t.original)
		return
	}
	p.at++
	r.put(out)
}

var wordOperators = map[string]string{"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "contains": "regexp", "missing": "null", "unique": "distinct"}

func (r *rewriter) word(t token, clause string) {
	p := r.p
	next := p.ahead(1)
	opens := next.kind == opToken && next.text == "("
	dotted := next.kind == opToken && next.text == "." && next.at == t.end
	switch {
	case dotted && clause != "from":
		r.qualified(t)
	case t.text == "into" && clause == "select":
		r.intoClause()
	case contains([]string{"format", "informat", "label", "length"}, t.text) && next.kind == opToken && next.text == "=" && clause == "select":
		r.attribute(t.text)
	case t.text == "calculated":
		p.at += 2
		r.put("`calculated`." + quotedName(next.text))
	case t.text == "full":
		p.at++
		p.accept("outer")
		p.want("join")
		r.put("straight_join")
	case t.text == "cross" || t.text == "natural":
		if t.text == "natural" {
			r.fail("a natural join is not understood: name the columns")
		}
		p.at++
	case opens && !contains(openers, t.text) && !(clause == "from" && r.wantsTable()):
		r.function(t)
	case contains(sqlKeywords, t.text) && t.original != "":
		p.at++
		r.put(t.text)
	case wordOperators[t.text] != "" && (t.text != "missing" || r.previous() == "is" || r.previous() == "not") && (t.text != "unique" || r.previous() == "select"):
		p.at++
		r.put(wordOperators[t.text])
	case t.text == "eqt" || t.text == "gtt" || t.text == "ltt":
		r.fail("the operator %s is not understood", t.text)
	case clause == "from" && r.wantsTable():
		r.tables = append(r.tables, p.setRef())
		ref := r.tables[len(r.tables)-1]
		r.put(fmt.Sprintf("`t#%d`", len(r.tables)-1))
		if n := p.peek(); n.text == "as" || n.kind == wordToken && !contains(sqlKeywords, n.text) && n.text != "full" && n.text != "cross" && n.text != "natural" {
			return
		}
		_, last, found := strings.Cut(ref.name, ".")
		if !found {
			last = ref.name
		}
		r.put("as " + quotedName(last))
	default:
		p.at++
		r.put(quotedName(t.text))
	}
}

// previous is the word before the one at hand.
func (r *rewriter) previous() string {
	if r.p.at > 0 {
		return r.p.tokens[r.p.at-1].text
	}
	return ""
}

// wantsTable tells whether a table's name is expected in FROM.
func (r *rewriter) wantsTable() bool {
	switch r.previous() {
	case "from", "join", ",", "(":
		return true
	}
	return false
}

func (r *rewriter) qualified(t token) {
	p := r.p
	p.at += 2
	if p.accept("*") {
		r.put(quotedName(t.text) + ".*")
		return
	}
	r.put(quotedName(t.text) + "." + quotedName(p.name()))
}

// function rewrites a call; the format of put and input becomes a text.
func (r *rewriter) function(t token) {
	p := r.p
	p.at += 2
	r.put("f_" + t.text + "(")
	if p.accept("distinct") || p.accept("unique") {
		r.put("distinct")
	}
	if t.text != "put" && t.text != "input" {
		r.query("function")
	} else {
		for r.err == nil && p.err == nil && !p.done() && !p.is(",") {
			r.one("function")
		}
		p.want(",")
		start := p.at
		p.format()
		var text strings.Builder
		for _, f := range p.tokens[min(start, len(p.tokens)):min(p.at, len(p.tokens))] {
			text.WriteString(f.text)
		}
		r.put("," + mysqlText(text.String()))
	}
	if !p.accept(")") {
		r.fail("a parenthesis is not closed")
	}
	r.put(")")
}

// attribute leaves out format=, label= and length= of a column.
func (r *rewriter) attribute(word string) {
	p := r.p
	p.at += 2
	switch word {
	case "format", "informat":
		p.format()
	default:
		p.at++
	}
}

// intoClause reads INTO :a, :b SEPARATED BY ','.
func (r *rewriter) intoClause() {
	p := r.p
	p.at++
	for p.err == nil && !p.done() && !p.is("from") {
		p.want(":")
		v := intoVar{name: p.name()}
		if p.is("-") {
			r.fail("a range of macro variables is not understood")
			return
		}
		if p.accept("separated") {
			p.want("by")
			p.at++
			v.list = true
		}
		p.accept("trimmed")
		p.accept("notrim")
		r.into = append(r.into, v)
		p.accept(",")
	}
}
