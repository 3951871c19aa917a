package sas

import (
	"fmt"
	"math"
	"strings"
)

// Conditions. In SAS a missing value is below every number and a blank text below
// every other; a comparison is therefore always true or false. In SQL it may be
// NULL: what is written here is NULL only where SAS says false, and a negation is
// carried down to the comparisons, so that it never meets a NULL.

var negated = map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

// meeting is what is told where rows meet by an identifier.
const meeting = "rows without an identifier meet no others here: in SAS missing equals missing"

func condition(prec int, format string, args ...any) val {
	return val{sql: fmt.Sprintf(format, args...), prec: prec, cond: true}
}

var (
	always = condition(precAtom, "true")
	never  = condition(precAtom, "false")
)

func constantCondition(b bool) val {
	if b {
		return always
	}
	return never
}

// cond renders a condition, or its negation.
func (r *renderer) cond(e expr, negate bool) (val, error) {
	switch e := e.(type) {
	case grouped:
		return r.cond(e.x, negate)
	case unary:
		if e.op == "not" {
			return r.cond(e.x, !negate)
		}
	case binary:
		switch e.op {
		case "and", "or":
			return r.junction(e, negate)
		case "=", "<>", "<", "<=", ">", ">=":
			return r.comparison(e, negate)
		case "=:", "contains", "like":
			return r.textTest(e, negate)
		}
	case inList:
		return r.in(e, negate != e.not)
	case between:
		return r.cond(binary{"and", binary{">=", e.x, e.low}, binary{"<=", e.x, e.high}}, negate != e.not)
	case isMissing:
		return r.missing(e.x, negate != e.not)
	case call:
		if e.name == "missing" && len(e.args) == 1 {
			return r.missing(e.args[0], negate)
		}
	}
	v, err := r.value(e)
	if err != nil {
		return v, err
	}
	return r.isTrue(v, negate), nil
}

// isTrue is a value as a condition: a number is true unless it is 0 or missing.
func (r *renderer) isTrue(v val, negate bool) val {
	if v.cond {
		if !negate {
			return v
		}
		return negation(v)
	}
	v = r.toNumber(v)
	switch {
	case v.number != nil:
		return constantCondition((*v.number != 0) != negate)
	case v.isNull():
		return constantCondition(negate)
	case negate:
		return val{sql: "coalesce(" + v.sql + ", 0) = 0", prec: precCompare, cond: true, window: v.window}
	}
	return val{sql: in(v, precConcat) + " <> 0", prec: precCompare, cond: true, window: v.window}
}

// negation is the negation of a condition.
func negation(c val) val {
	out := val{sql: "NOT coalesce(" + c.sql + ", false)", prec: precNot, cond: true, sure: true, window: c.window}
	switch positive, negative := strings.CutPrefix(c.sql, "NOT "); {
	case c.sql == "true":
		return never
	case c.sql == "false":
		return always
	case c.sure && negative && c.prec == precNot:
		out.sql, out.prec = positive, precAtom
	case c.sure && c.prec == precAtom:
		out.sql = "NOT " + c.sql
	}
	return out
}

func (r *renderer) junction(e binary, negate bool) (val, error) {
	x, err := r.cond(e.x, negate)
	if err != nil {
		return x, err
	}
	y, err := r.cond(e.y, negate)
	if err != nil {
		return y, err
	}
	if (e.op == "and") != negate {
		return both(x, y), nil
	}
	return either(x, y), nil
}

func both(x, y val) val {
	switch {
	case x.sql == "true" || y.sql == "false":
		return y
	case y.sql == "true" || x.sql == "false":
		return x
	}
	return val{sql: in(x, precAnd) + " AND " + in(y, precAnd), prec: precAnd, cond: true, window: x.window || y.window}
}

func either(x, y val) val {
	switch {
	case x.sql == "false" || y.sql == "true":
		return y
	case y.sql == "false" || x.sql == "true":
		return x
	}
	return val{sql: in(x, precOr) + " OR " + in(y, precOr), prec: precOr, cond: true, window: x.window || y.window}
}

func (r *renderer) missing(e expr, negate bool) (val, error) {
	v, err := r.value(e)
	if err != nil {
		return v, err
	}
	return isNull(v, negate), nil
}

func isNull(v val, negate bool) val {
	if v.sure {
		return constantCondition(negate)
	}
	if v.isNull() {
		return constantCondition(!negate)
	}
	test := " IS NULL"
	if negate {
		test = " IS NOT NULL"
	}
	return val{sql: in(v, precConcat) + test, prec: precCompare, cond: true, window: v.window}
}

// comparison renders x op y.
func (r *renderer) comparison(e binary, negate bool) (val, error) {
	op := e.op
	if negate {
		op = negated[op]
	}
	x, err := r.value(e.x)
	if err != nil {
		return x, err
	}
	y, err := r.value(e.y)
	if err != nil {
		return y, err
	}
	if c, ok := r.flagTest(op, x, y); ok {
		return c, nil
	}
	x, y = r.alike(x, y)
	if x.id && y.id && op == "=" {
		r.note(meeting)
		return condition(precCompare, "%s = %s", x.sql, y.sql), nil
	}
	return compare(op, x, y), nil
}

// flagTest is a comparison of a condition with 0 or 1.
func (r *renderer) flagTest(op string, x, y val) (val, bool) {
	if y.cond {
		x, y = y, x
	}
	if !x.cond || y.number == nil || op != "=" && op != "<>" || *y.number != 0 && (*y.number != 1 || x.split != nil) {
		return null, false
	}
	return r.isTrue(x, (*y.number == 0) == (op == "=")), true
}

// alike gives the sides of a comparison one kind.
func (r *renderer) alike(x, y val) (val, val) {
	if x.cond {
		x = r.toNumber(x)
	}
	if y.cond {
		y = r.toNumber(y)
	}
	switch {
	case x.kind == y.kind || x.isNull() || y.isNull() || x.kind == unknownKind || y.kind == unknownKind:
		return x, y
	case x.kind == textKind && x.text != nil && r.sql, y.kind == textKind && y.text != nil && r.sql:
		return r.toText(x), r.toText(y)
	}
	return r.toNumber(x), r.toNumber(y)
}

func compare(op string, x, y val) val {
	if x.isNull() {
		x, y = y, x
		op = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op] + map[string]string{"=": "=", "<>": "<>"}[op]
	}
	if y.isNull() {
		switch op {
		case "=", "<=":
			return isNull(x, false)
		case "<>", ">":
			return isNull(x, true)
		}
		return constantCondition(op == ">=")
	}
	if c, ok := compareConstants(op, x, y); ok {
		return c
	}
	a, b := in(x, precConcat), in(y, precConcat)
	plain := val{sql: a + " " + op + " " + b, prec: precCompare, cond: true, window: x.window || y.window}
	or := func(z string, test string) val {
		return val{sql: plain.sql + " OR " + z + test, prec: precOr, cond: true, window: plain.window}
	}
	otherwise := func(z string, test string) val {
		return val{sql: "coalesce(" + plain.sql + ", " + z + test + ")", prec: precAtom, cond: true, window: plain.window}
	}
	switch {
	case x.sure && y.sure:
		return plain
	case op == "=" && (x.sure || y.sure):
		return plain
	case op == "=":
		plain.sql = a + " IS NOT DISTINCT FROM " + b
		return plain
	case op == "<>":
		plain.sql = a + " IS DISTINCT FROM " + b
		return plain
	case y.sure && (op == "<" || op == "<="):
		return or(a, " IS NULL")
	case x.sure && (op == ">" || op == ">="):
		return or(b, " IS NULL")
	case x.sure || y.sure:
		return plain
	case op == "<":
		return otherwise(b, " IS NOT NULL")
	case op == "<=":
		return otherwise(a, " IS NULL")
	case op == ">":
		return otherwise(a, " IS NOT NULL")
	}
	return otherwise(b, " IS NULL")
}

func compareConstants(op string, x, y val) (val, bool) {
	order := 0
	switch {
	case x.number != nil && y.number != nil:
		order = map[bool]int{true: -1}[*x.number < *y.number] + map[bool]int{true: 1}[*x.number > *y.number]
	case x.text != nil && y.text != nil:
		order = strings.Compare(strings.TrimRight(*x.text, " "), strings.TrimRight(*y.text, " "))
	default:
		return null, false
	}
	return constantCondition(map[string]bool{
		"=": order == 0, "<>": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0,
	}[op]), true
}

func (r *renderer) textTest(e binary, negate bool) (val, error) {
	x, err := r.value(e.x)
	if err != nil {
		return x, err
	}
	y, err := r.value(e.y)
	if err != nil {
		return y, err
	}
	x, y = r.toText(x), r.toText(y)
	var out val
	switch {
	case e.op == "=:" && y.text != nil:
		out = condition(precAtom, "starts_with(%s, %s)", x.sql, quoteText(strings.TrimRight(*y.text, " ")))
	case e.op == "contains":
		out = condition(precAtom, "contains(%s, %s)", x.sql, y.sql)
	case e.op == "like":
		out = condition(precCompare, "%s LIKE %s", in(x, precConcat), y.sql)
	default:
		return null, fmt.Errorf("=: is understood with a text on its right side alone")
	}
	out.window = x.window || y.window
	return r.isTrue(out, negate), nil
}

// in renders a list; missing values and spans stand apart.
func (r *renderer) in(e inList, negate bool) (val, error) {
	x, err := r.value(e.x)
	if err != nil {
		return x, err
	}
	if x.cond {
		x = r.toNumber(x)
	}
	list, err := r.listItems(e)
	if err != nil {
		return null, err
	}
	var plain []string
	rest := never
	constants := true
	for _, item := range list {
		if n, ok := item.(name); ok && strings.HasPrefix(n.name, intoPrefix) && len(list) == 1 {
			v, err := r.value(item)
			if err != nil {
				return v, err
			}
			c := val{sql: in(x, precConcat) + " IN " + v.sql, prec: precCompare, cond: true}
			return r.isTrue(c, negate), nil
		}
		if span, ok := item.(binary); ok && span.op == ":" {
			c, err := r.span(x, span)
			if err != nil {
				return c, err
			}
			rest, constants = either(rest, c), constants && (c.sql == "true" || c.sql == "false")
			continue
		}
		v, err := r.value(item)
		if err != nil {
			return v, err
		}
		x2, v := r.alike(x, v)
		if v.isNull() || !v.sure || x2.sql != x.sql {
			rest = either(rest, compare("=", x2, v))
			continue
		}
		if c, ok := compareConstants("=", x, v); ok {
			rest = either(rest, c)
			continue
		}
		constants = false
		plain = append(plain, v.sql)
	}
	out := rest
	switch len(plain) {
	case 0:
	case 1:
		out = either(val{sql: in(x, precConcat) + " = " + plain[0], prec: precCompare, cond: true, window: x.window}, rest)
	default:
		out = either(val{sql: in(x, precConcat) + " IN (" + strings.Join(plain, ", ") + ")", prec: precCompare, cond: true, window: x.window}, rest)
	}
	if !negate {
		return out, nil
	}
	return r.notIn(x, plain, rest, out), nil
}

// notIn is the negation of a list, as people write it.
func (r *renderer) notIn(x val, plain []string, rest, out val) val {
	switch {
	case out.sql == "true" || out.sql == "false":
		return constantCondition(out.sql == "false")
	case rest.sql == "false" && len(plain) > 0:
		v := val{sql: in(x, precConcat) + " NOT IN (" + strings.Join(plain, ", ") + ")", prec: precCompare, cond: true, window: x.window}
		if x.sure {
			return v
		}
		return either(v, isNull(x, false))
	}
	return r.isTrue(out, true)
}

// span is x in a:b: whole numbers alone.
func (r *renderer) span(x val, e binary) (val, error) {
	low, err := r.value(e.x)
	if err != nil {
		return low, err
	}
	high, err := r.value(e.y)
	if err != nil {
		return high, err
	}
	if low.number == nil || high.number == nil || *high.number < *low.number {
		return null, fmt.Errorf("a span in a list needs two numbers, the smaller first")
	}
	x = r.toNumber(x)
	if x.number != nil {
		return constantCondition(*x.number >= *low.number && *x.number <= *high.number && *x.number == math.Trunc(*x.number)), nil
	}
	a := in(x, precConcat)
	return val{sql: fmt.Sprintf("%s BETWEEN %s AND %s AND %s = trunc(%s)", a, low.sql, high.sql, a, x.sql), prec: precAnd, cond: true, window: x.window}, nil
}

// listItems are the items of a list, those of an array one by one.
func (r *renderer) listItems(e inList) ([]expr, error) {
	var out []expr
	for _, item := range e.list {
		array, ok := item.(element)
		if !ok || len(array.index) > 0 {
			out = append(out, item)
			continue
		}
		list, ok := []string(nil), false
		if r.array != nil {
			list, ok = r.array(array.array)
		}
		if !ok {
			return nil, fmt.Errorf("there is no array %s", array.array)
		}
		for _, n := range list {
			out = append(out, name{"", n})
		}
	}
	return out, nil
}
