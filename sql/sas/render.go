package sas

import (
	"fmt"
	"math"
	"strings"
)

// kind is what a value is in SQL. A date is a number in SAS; here it is a DATE as
// long as it can, and its number where the program computes with it.
type kind int

const (
	unknownKind kind = iota
	numberKind
	textKind
	dateKind
	stampKind
)

func (k kind) String() string { return [...]string{"", "number", "text", "date", "timestamp"}[k] }

// How tightly an SQL expression is held together.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precConcat
	precSum
	precProduct
	precSign
	precAtom
)

// val is a value as SQL. A missing value is NULL; a text has no blanks behind,
// and a blank text is NULL.
type val struct {
	sql    string
	kind   kind
	prec   int
	length int // of a text, 0 when not known
	room   int // the length that it gives a new variable, where that is another; -1 when not known
	sure   bool
	number *float64 // of a constant
	text   *string
	cond   bool   // sql is a condition; NULL means false
	split  *split // of what a hash object is asked for
	tree   *tree  // of a retained variable
	window bool
	id     bool // an identifier, as it stands in a table
}

// renderer turns expressions into SQL.
type renderer struct {
	lookup  func(n name) (val, error)
	array   func(name string) ([]string, bool)
	sizes   func(name string) []dimension
	formats map[string]*userFormat
	note    func(format string, args ...any) // an approximation
	order   func() string                    // the order of rows, for monotonic and the like; nil when there is none
	lag     func(x val, n int) (val, error)  // nil when there is none
	calls   int                              // of ranuni in this step
	sql     bool                             // PROC SQL
	guarded bool                             // within a condition: lag is not understood
	into    map[string]raw                   // macro variables that a query fills
	method  func(m method) (val, error)      // nil when there are no objects
	// aggregates renders a function over rows in PROC SQL; nil elsewhere.
	aggregates func(c call) (string, error)
}

func in(v val, least int) string {
	if v.prec < least {
		return "(" + v.sql + ")"
	}
	return v.sql
}

func atom(k kind, format string, args ...any) val {
	return val{sql: fmt.Sprintf(format, args...), kind: k, prec: precAtom}
}

func constant(x float64) val {
	v := val{sql: formatNumber(x), kind: numberKind, prec: precAtom, sure: true, number: &x}
	if x < 0 {
		v.prec = precSign
	}
	return v
}

func constantText(text string) val {
	trimmed := strings.TrimRight(text, " ")
	v := val{sql: quoteText(trimmed), kind: textKind, prec: precAtom, sure: true, text: &text, length: max(len(text), 1)}
	if trimmed == "" {
		v.sql, v.sure = "NULL", false
	}
	return v
}

func quoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

var null = val{sql: "NULL", prec: precAtom}

func (v val) isNull() bool { return v.sql == "NULL" }

// value renders an expression as a value.
func (r *renderer) value(e expr) (val, error) {
	switch e := e.(type) {
	case grouped:
		return r.value(e.x)
	case numberLit:
		v := constant(e.value)
		v.sql = e.text
		return v, nil
	case textLit:
		if v, ok := strings.CutPrefix(strings.TrimSpace(e.value), intoPrefix); ok {
			filled, err := r.filled(v)
			return r.toText(filled), err
		}
		if strings.Contains(e.value, intoPrefix) {
			return null, fmt.Errorf("a text that holds a macro variable of a query is not understood")
		}
		return constantText(e.value), nil
	case dateLit:
		return val{sql: fmt.Sprintf("DATE '%04d-%02d-%02d'", e.year, e.month, e.day), kind: dateKind, prec: precAtom, sure: true}, nil
	case stampLit:
		return constant(e.seconds), nil
	case noValue:
		return null, nil
	case name:
		if v, ok := strings.CutPrefix(e.name, intoPrefix); ok && e.qualifier == "" {
			return r.filled(v)
		}
		return r.lookup(e)
	case element:
		return r.elementOf(e)
	case raw:
		return val{sql: e.sql, kind: e.kind, prec: precAtom, cond: e.cond}, nil
	case unary:
		return r.unary(e)
	case binary:
		return r.binary(e)
	case inList, between, isMissing:
		return r.truth(e)
	case caseExpr:
		return r.caseOf(e)
	case call:
		return r.call(e)
	case method:
		if r.method != nil {
			return r.method(e)
		}
	}
	return null, fmt.Errorf("this expression is not understood")
}

// intoPrefix begins the value of a macro variable that a query fills: what it
// holds is known when the SQL runs.
const intoPrefix = "__into_"

// filled is a macro variable that a query fills.
func (r *renderer) filled(n string) (val, error) {
	v, ok := r.into[n]
	if !ok {
		return null, fmt.Errorf("the macro variable %s is not filled before it is used", n)
	}
	return val{sql: v.sql, kind: v.kind, prec: precAtom}, nil
}

// truth is a condition as a number: 1 or 0.
func (r *renderer) truth(e expr) (val, error) {
	c, err := r.cond(e, false)
	if err != nil {
		return c, err
	}
	switch c.sql {
	case "true":
		return constant(1), nil
	case "false":
		return constant(0), nil
	}
	return val{sql: "CASE WHEN " + c.sql + " THEN 1 ELSE 0 END", kind: numberKind, prec: precAtom, sure: true, window: c.window}, nil
}

// variableOf finds the variable that an element of an array is; its index must be
// constant, as it is in an unrolled loop.
func (r *renderer) variableOf(e element) (string, error) {
	list, index, constant, err := r.indexed(e)
	if err == nil && !constant {
		err = fmt.Errorf("the index of the array %s depends on the data", e.array)
	}
	if err != nil {
		return "", err
	}
	return r.place(e, list, index)
}

func (r *renderer) unary(e unary) (val, error) {
	if e.op == "not" {
		return r.truth(e)
	}
	x, err := r.numeric(e.x)
	if err != nil {
		return x, err
	}
	if x.number != nil {
		return constant(-*x.number), nil
	}
	return val{sql: "-" + in(x, precAtom), kind: numberKind, prec: precSign, sure: x.sure, window: x.window}, nil
}

func (r *renderer) binary(e binary) (val, error) {
	switch e.op {
	case "+", "-", "*", "/", "**":
		return r.arithmetic(e)
	case "||":
		return r.concat(e)
	}
	return r.truth(e)
}

// numeric renders a value as a number: a text is read as one, a date counted from
// 1960.
func (r *renderer) numeric(e expr) (val, error) {
	v, err := r.value(e)
	if err != nil {
		return v, err
	}
	return r.toNumber(v), nil
}

func (r *renderer) toNumber(v val) val {
	switch {
	case v.cond:
		return val{sql: "CASE WHEN " + v.sql + " THEN 1 ELSE 0 END", kind: numberKind, prec: precAtom, sure: true, window: v.window}
	case v.isNull():
		v.kind = numberKind
	case v.kind == textKind:
		return val{sql: "try_cast(" + v.sql + " AS DOUBLE)", kind: numberKind, prec: precAtom, window: v.window}
	case v.kind == dateKind:
		return val{sql: "(" + in(v, precSum) + " - DATE '1960-01-01')", kind: numberKind, prec: precAtom, sure: v.sure, window: v.window}
	case v.kind == stampKind:
		return val{sql: "(epoch(" + v.sql + ") + 315619200)", kind: numberKind, prec: precAtom, sure: v.sure, window: v.window}
	}
	return v
}

// toText is a value as a text: SAS writes a number with the format BEST12.
func (r *renderer) toText(v val) val {
	if v.kind == textKind || v.kind == unknownKind || v.isNull() {
		v.kind = textKind
		return v
	}
	if v.number != nil {
		return constantText(formatNumber(*v.number))
	}
	v = r.toNumber(v)
	text := "sas.best_v1(" + v.sql + ")"
	if !v.sure {
		text = "coalesce(" + text + ", '.')" // as SAS writes a missing number
	}
	return val{sql: text, kind: textKind, prec: precAtom, sure: true, length: 12, window: v.window}
}

func (r *renderer) arithmetic(e binary) (val, error) {
	x, err := r.value(e.x)
	if err != nil {
		return x, err
	}
	y, err := r.value(e.y)
	if err != nil {
		return y, err
	}
	if x.tree != nil || y.tree != nil {
		if v, ok := r.treeSum(e.op, x, y); ok {
			return v, nil
		}
	}
	window := x.window || y.window
	if e.op == "-" && x.kind == dateKind && y.kind == dateKind {
		return val{sql: in(x, precSum) + " - " + in(y, precProduct), kind: numberKind, prec: precSum, window: window}, nil
	}
	if (e.op == "-" || e.op == "+") && x.kind == dateKind && y.number != nil && *y.number == math.Trunc(*y.number) {
		return val{sql: in(x, precSum) + " " + e.op + " " + y.sql, kind: dateKind, prec: precSum, sure: x.sure, window: window}, nil
	}
	x, y = r.toNumber(x), r.toNumber(y)
	if x.number != nil && y.number != nil && !(e.op == "/" && *y.number == 0) {
		if v := arithmetic(e.op, *x.number, *y.number); !math.IsNaN(v) && !math.IsInf(v, 0) {
			return constant(v), nil
		}
	}
	out := val{kind: numberKind, sure: x.sure && y.sure, window: window}
	switch e.op {
	case "+", "-":
		out.prec, out.sql = precSum, in(x, precSum)+" "+e.op+" "+in(y, precProduct)
	case "*":
		out.prec, out.sql = precProduct, in(x, precProduct)+" * "+in(y, precSign)
	case "/":
		if y.number == nil || *y.number == 0 {
			y, out.sure = atom(numberKind, "nullif(%s, 0)", y.sql), false
		}
		out.prec, out.sql = precProduct, in(x, precProduct)+" / "+in(y, precSign)
	default:
		out.prec, out.sql, out.sure = precAtom, "sas.power_v1("+x.sql+", "+y.sql+")", false
	}
	return out, nil
}

// concat joins texts as SAS does: each fills its length with blanks.
func (r *renderer) concat(e binary) (val, error) {
	parts, err := r.parts(e)
	if err != nil {
		return null, err
	}
	var list []string
	length, window, known := 0, false, true
	room := 0 // of a new variable
	for i, p := range parts {
		if number := p.kind != textKind && p.kind != unknownKind && p.number == nil && !p.isNull(); number {
			p = r.toText(p)
			p.sql = "lpad(" + p.sql + ", 12, ' ')"
		}
		p = r.toText(p)
		window = window || p.window
		length += p.length
		known = known && p.length > 0
		if n := p.declares(); n == 0 || room < 0 {
			room = -1
		} else {
			room += n
		}
		switch {
		case p.text != nil:
			list = append(list, quoteText(*p.text))
		case i == len(parts)-1:
			list = append(list, "coalesce("+p.sql+", '')")
		case p.prec < 0: // trimmed on purpose
			list = append(list, p.sql)
		case p.length > 0:
			list = append(list, fmt.Sprintf("rpad(coalesce(%s, ''), %d, ' ')", p.sql, p.length))
		default:
			r.note("the blanks with which SAS fills %s in front of || are not there: its length is not known", p.sql)
			list = append(list, "coalesce("+p.sql+", '')")
		}
	}
	if !known {
		length = 0
	}
	return val{sql: "nullif(rtrim(" + strings.Join(list, " || ") + "), '')", kind: textKind, prec: precAtom, length: length, room: room, window: window}, nil
}

// parts are the texts of a chain of ||.
func (r *renderer) parts(e expr) ([]val, error) {
	if g, ok := e.(grouped); ok {
		if b, ok := g.x.(binary); ok && b.op == "||" {
			e = b
		}
	}
	if b, ok := e.(binary); ok && b.op == "||" {
		left, err := r.parts(b.x)
		if err != nil {
			return nil, err
		}
		right, err := r.parts(b.y)
		return append(left, right...), err
	}
	if c, ok := e.(call); ok && len(c.args) == 1 {
		switch c.name {
		case "trim", "trimn", "strip":
			v, err := r.value(c.args[0])
			if err != nil {
				return nil, err
			}
			v = r.toText(v)
			blank := map[string]string{"trim": "' '"}[c.name]
			if blank == "" {
				blank = "''"
			}
			text := v.sql
			if c.name == "strip" {
				text = "ltrim(" + v.sql + ")"
			}
			return []val{val{sql: "coalesce(" + text + ", " + blank + ")", kind: textKind, prec: -1, window: v.window}.like(v)}, nil
		}
	}
	v, err := r.value(e)
	return []val{v}, err
}

func (r *renderer) caseOf(e caseExpr) (val, error) {
	var values []val
	var conds []string
	window := false
	for _, w := range e.whens {
		c, err := r.cond(w.cond, false)
		if err != nil {
			return c, err
		}
		v, err := r.value(w.value)
		if err != nil {
			return v, err
		}
		window = window || c.window
		conds, values = append(conds, c.sql), append(values, v)
	}
	otherwise := null
	if e.otherwise != nil {
		var err error
		if otherwise, err = r.value(e.otherwise); err != nil {
			return otherwise, err
		}
	}
	values = append(values, otherwise)
	values, k := r.unify(values)
	var out strings.Builder
	out.WriteString("CASE")
	length := 0
	for i, v := range values {
		window = window || v.window
		length = max(length, v.length)
		if i < len(conds) {
			fmt.Fprintf(&out, " WHEN %s THEN %s", conds[i], v.sql)
		} else if !v.isNull() {
			out.WriteString(" ELSE " + v.sql)
		}
	}
	return val{sql: out.String() + " END", kind: k, prec: precAtom, length: length, window: window}, nil
}

// unify gives values one kind.
func (r *renderer) unify(values []val) ([]val, kind) {
	k := unknownKind
	for _, v := range values {
		switch {
		case v.isNull() || v.kind == unknownKind || v.kind == k:
		case k == unknownKind:
			k = v.kind
		case k == textKind || v.kind == textKind:
			k = textKind
		default:
			k = numberKind
		}
	}
	out := make([]val, len(values))
	for i, v := range values {
		switch {
		case v.isNull() || v.kind == k || v.kind == unknownKind:
		case k == textKind:
			v = r.toText(v)
		case k == numberKind:
			v = r.toNumber(v)
		}
		if v.cond {
			v = r.toNumber(v)
		}
		out[i] = v
	}
	return out, k
}
