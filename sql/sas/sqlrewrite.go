package sas

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// PROC SQL is parsed by a parser of MySQL's dialect, after what SAS alone has is
// rewritten: names are quoted, functions and tables get names that the parser has
// no opinion on, and operators become operators of the same precedence.

// rewriter writes one SELECT for the parser.
type rewriter struct {
	p       *parser
	b       strings.Builder
	tables  []setRef
	into    []intoVar
	aliases int
	unions  [][]token // queries within the query that are unions and the like
	err     error
}

// intoVar is a macro variable that a query fills.
type intoVar struct {
	name string
	list bool
	rows []string // the variables of a range, one for each row
}

// sqlKeywords are the words that keep their meaning.
var sqlKeywords = strings.Fields(`select distinct from where group by having order asc desc as on inner left right outer join
	and or not in is null between like case when then else end exists any all union`)

// openers are keywords that may stand in front of a parenthesis.
var openers = strings.Fields(`select distinct from where by having on and or not in between like when then else exists any all join as case`)

func rewrite(tokens []token) (r *rewriter, text string, err error) {
	r = &rewriter{p: &parser{tokens: unchained(tokens)}}
	r.query("")
	if r.err == nil {
		r.err = r.p.err
	}
	return r, r.b.String(), r.err
}

func (r *rewriter) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.p.at = len(r.p.tokens)
}

func (r *rewriter) put(text string) { r.b.WriteString(text + " ") }

// quotedName is a name for the parser, which knows no letters but those of ASCII.
func quotedName(n string) string {
	var b strings.Builder
	for _, c := range n {
		switch {
		case c == '`':
			b.WriteString("``")
		case c < 128:
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "#%05x", c)
		}
	}
	return "`" + b.String() + "`"
}

var codedLetter = regexp.MustCompile(`#[0-9a-f]{5}`)

// plainName is the name that was quoted so.
func plainName(n string) string {
	return strings.ToLower(codedLetter.ReplaceAllStringFunc(n, func(code string) string {
		c, _ := strconv.ParseInt(code[1:], 16, 32)
		return string(rune(c))
	}))
}

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
	case 'n':
		r.put(quotedName(strings.ToLower(t.text)))
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
		if p.ahead(1).text == "select" {
			start := p.at
			inner := p.parens()
			if parts, _ := splitSets(inner); len(parts) > 1 {
				r.unions = append(r.unions, inner)
				r.put(fmt.Sprintf("(select 1 from `union#%d`)", len(r.unions)-1))
				r.derived(clause)
				return
			}
			p.at = start
		}
		p.at++
		r.put("(")
		inner := clause
		query := p.is("select")
		if query {
			inner = ""
		}
		r.query(inner)
		if !p.accept(")") {
			r.fail("a parenthesis is not closed")
		}
		r.put(")")
		if query {
			r.derived(clause)
		}
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

// derived gives a query in FROM the alias that the parser wants.
func (r *rewriter) derived(clause string) {
	if next := r.p.peek(); clause == "from" && next.text != "as" && (next.kind != wordToken || contains(sqlKeywords, next.text)) {
		r.aliases++
		r.put(fmt.Sprintf("as `q%d`", r.aliases))
	}
}

var wordOperators = map[string]string{"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "contains": "regexp", "missing": "null", "unique": "distinct"}

func (r *rewriter) word(t token, clause string) {
	p := r.p
	next := p.ahead(1)
	opens := next.kind == opToken && next.text == "("
	dotted := next.kind == opToken && next.text == "." && next.at == t.end
	switch {
	case dotted && clause == "from" && r.wantsTable():
		r.table()
	case dotted && clause != "from":
		r.qualified(t)
	case t.text == "is" || t.text == "not" && next.text == "is":
		r.isMissing()
	case r.bareAttribute(t, next, clause):
		p.at--
		r.attribute(t.text)
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
		r.table()
	default:
		p.at++
		r.put(quotedName(t.text))
	}
}

// table rewrites a table of FROM; without an alias its name is one.
func (r *rewriter) table() {
	p := r.p
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
}

// isMissing rewrites IS MISSING and IS NULL, with NOT on either side of IS.
func (r *rewriter) isMissing() {
	p := r.p
	not := p.accept("not")
	p.want("is")
	not = p.accept("not") || not
	if !p.accept("missing") && !p.accept("null") {
		r.fail("missing or null is expected after is")
		return
	}
	r.put(map[bool]string{true: "is not null", false: "is null"}[not])
}

// bareAttribute tells whether a word is an attribute of a column without its =.
func (r *rewriter) bareAttribute(t, next token, clause string) bool {
	if clause != "select" || r.p.at == 0 || !contains([]string{"format", "informat", "label"}, t.text) {
		return false
	}
	before := r.p.tokens[r.p.at-1]
	if before.text == "," || before.text == "select" || before.text == "distinct" || before.text == "as" || before.kind == opToken && before.text != ")" && before.text != "." {
		return false
	}
	if t.text == "label" {
		return next.kind == textToken
	}
	return next.text == "$" || next.kind == numberToken && strings.Contains(next.text, ".") || next.kind == wordToken && r.p.ahead(2).at == next.end && r.p.ahead(2).text != ")"
}

// unchained writes a < b < c as a < b and b < c, which SAS takes for the same.
func unchained(tokens []token) []token {
	var out, segment []token
	var signs []int // places of comparisons in the segment
	flush := func() {
		for i, at := range signs {
			if i == 0 {
				continue
			}
			// What stands between two comparisons stands on both sides of an and.
			end := len(segment)
			if i+1 < len(signs) {
				end = signs[i+1]
			}
			middle := segment[signs[i-1]+1 : at]
			if i == 1 {
				out = append(out, segment[:at]...)
			}
			out = append(append(append(out, wordOf("and")), middle...), segment[at:end]...)
		}
		if len(signs) < 2 {
			out = append(out, segment...)
		}
		segment, signs = nil, nil
	}
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch {
		case t.kind == opToken && t.text == "(":
			p := &parser{tokens: tokens, at: i}
			inner := p.parens()
			if p.err != nil {
				return tokens
			}
			if options := len(inner) > 1 && contains(setOptions, inner[0].text) && inner[1].text == "="; !options {
				inner = unchained(inner)
			}
			segment = append(append(append(segment, t), inner...), tokens[p.at-1])
			i = p.at - 1
		case t.kind == wordToken && contains(boundaries, t.text) || t.kind == opToken && (t.text == "," || t.text == "&" || t.text == "|"):
			flush()
			out = append(out, t)
		default:
			attribute := i > 0 && contains([]string{"format", "informat", "label", "length"}, tokens[i-1].text)
			if comparisons[t.text] != "" && (t.kind == opToken || t.kind == wordToken) && !attribute {
				signs = append(signs, len(segment))
			}
			segment = append(segment, t)
		}
	}
	flush()
	return out
}

// setOptions are the first words of the options of a data set.
var setOptions = strings.Fields("keep drop rename where obs firstobs in compress label")

// boundaries are the words that end a comparison.
var boundaries = strings.Fields(`select from where on having group order by and or not when then else end case as join left right full inner outer cross
	union except intersect between format informat label into`)

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
		if p.accept("-") || p.accept("thru") || p.accept("through") {
			p.want(":")
			names, err := numbered(binary{"-", name{"", v.name}, name{"", p.name()}})
			if err != nil {
				r.fail("%v", err)
				return
			}
			v.rows = names
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
