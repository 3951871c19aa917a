package sas

import (
	"fmt"
	"math"
	"strings"
)

// function renders one function of SAS.
type function func(r *renderer, c call) (val, error)

// functions are those that are understood, by name. Where a function of DuckDB is
// the same it stands here; where it is not, a macro sas.… does what SAS does.
var functions map[string]function

func init() {
	functions = map[string]function{
		"sum": sumOf, "mean": list("list_avg"), "min": extreme("least"), "max": extreme("greatest"),
		"n": list("list_count"), "nmiss": missingOf, "std": list("list_stddev_samp"), "median": list("list_median"),
		"abs": numeric1("abs"), "int": numeric1("sas.int_v1"), "floor": numeric1("sas.floor_v1"), "ceil": numeric1("sas.ceil_v1"),
		"intz": numeric1("trunc"), "floorz": numeric1("floor"), "ceilz": numeric1("ceil"), "var": list("list_var_samp"), "range": rangeOf, "sign": numeric1("sign"),
		"exp": numeric1("exp"), "sqrt": guarded1("sqrt(%[1]s)", "%[1]s >= 0"), "log": guarded1("ln(%[1]s)", "%[1]s > 0"),
		"log10": guarded1("log10(%[1]s)", "%[1]s > 0"), "log2": guarded1("log2(%[1]s)", "%[1]s > 0"),
		"round": roundOf, "mod": modOf,
		"coalesce": coalesceOf, "coalescec": coalesceOf, "ifn": ifOf, "ifc": ifOf, "missing": missingValue, "cmiss": missingOf,
		"year": datePart("year"), "month": datePart("month"), "day": datePart("day"), "qtr": datePart("quarter"), "weekday": weekday,
		"hour": clock("hour", 3600, 24), "minute": clock("minute", 60, 60), "second": clock("second", 1, 60),
		"mdy": mdy, "today": today, "date": today, "datepart": datepart, "intck": intck, "intnx": intnx, "yrdif": yrdif, "datdif": datdif,
		"substr": substr, "substrn": substr, "scan": scanOf, "upcase": text1("upper(%s)"), "lowcase": text1("lower(%s)"),
		"trim": text1("%s"), "trimn": text1("%s"), "left": text1("ltrim(%s)"), "strip": text1("ltrim(%s)"), "reverse": text1("nullif(rtrim(reverse(%s)), '')"),
		"compbl": text1(`regexp_replace(%s, ' +', ' ', 'g')`), "quote": text1(`'"' || coalesce(%s, '') || '"'`),
		"propcase": text1("sas.propcase_v1(%s)"), "char": charOf, "anydigit": anyOf("0-9"), "anyalpha": anyOf("A-Za-z"),
		"compress": compress, "tranwrd": tranwrd, "translate": translate, "index": indexOf, "find": indexOf,
		"length": lengthOf(1), "lengthn": lengthOf(0), "countw": countWords, "cats": cats, "catt": cats, "cat": cat, "catx": catx, "repeat": repeat, "verify": verify,
		"put": putOf, "input": inputOf, "whichn": which, "whichc": which, "monotonic": monotonic, "ranuni": ranuni, "lag": lagOf, "dif": difOf,
		"rank": text1("ascii(%s)"), "byte": numeric1("chr"), "count": countOf, "largest": ordered("DESC"), "smallest": ordered("ASC"),
	}
}

func (r *renderer) call(c call) (val, error) {
	if r.aggregates != nil && isAggregate(c) {
		sql, err := r.aggregates(c)
		k := numberKind
		if v, err := r.value(c.args[0]); err == nil && (c.name == "min" || c.name == "max") {
			k = v.kind
		}
		return val{sql: sql, kind: k, prec: precAtom, sure: strings.HasPrefix(sql, "count")}, err
	}
	if c.of {
		args, err := r.variables(c.args)
		if err != nil {
			return null, err
		}
		c.args = args
	}
	if r.array != nil && len(c.args) == 1 {
		if _, ok := r.array(c.name); ok {
			return r.elementOf(element{c.name, c.args})
		}
	}
	if c.name == "dim" || c.name == "hbound" || c.name == "lbound" {
		return r.dim(c)
	}
	fn, ok := functions[c.name]
	if !ok && strings.HasPrefix(c.name, "lag") {
		fn, ok = lagOf, true
	}
	if !ok {
		return null, fmt.Errorf("the function %s is not understood", c.name)
	}
	for _, a := range c.args {
		if _, ok := a.(star); ok {
			return null, fmt.Errorf("* is no argument of %s", c.name)
		}
	}
	return fn(r, c)
}

func (r *renderer) dim(c call) (val, error) {
	if len(c.args) == 1 && r.array != nil {
		if n, ok := c.args[0].(name); ok {
			if list, ok := r.array(n.name); ok {
				low := 1
				if c.name != "dim" && r.sizes != nil {
					low = r.sizes(n.name)[0].low
				}
				if c.name == "lbound" {
					return constant(float64(low)), nil
				}
				return constant(float64(low + len(list) - 1)), nil
			}
		}
	}
	return null, fmt.Errorf("%s needs an array", c.name)
}

// variables spreads out x1-x3 and array{*}.
func (r *renderer) variables(list []expr) ([]expr, error) {
	var out []expr
	for _, e := range list {
		switch e := e.(type) {
		case binary:
			names, err := numbered(e)
			if err != nil {
				return nil, err
			}
			for _, n := range names {
				out = append(out, name{"", n})
			}
		case element:
			elements, err := r.listItems(inList{list: []expr{e}})
			if err != nil {
				return nil, err
			}
			out = append(out, elements...)
		case name:
			if r.array != nil {
				if elements, ok := r.array(e.name); ok {
					for _, n := range elements {
						out = append(out, name{"", n})
					}
					continue
				}
			}
			out = append(out, e)
		default:
			return nil, fmt.Errorf("this list of variables is not understood")
		}
	}
	return out, nil
}

// numbered are x1, x2, x3 of x1-x3.
func numbered(e binary) ([]string, error) {
	first, ok1 := e.x.(name)
	last, ok2 := e.y.(name)
	if e.op != "-" || !ok1 || !ok2 {
		return nil, fmt.Errorf("this list of variables is not understood")
	}
	stem := strings.TrimRight(first.name, "0123456789")
	var low, high int
	_, err1 := fmt.Sscanf(first.name[len(stem):], "%d", &low)
	_, err2 := fmt.Sscanf(strings.TrimPrefix(last.name, stem), "%d", &high)
	if err1 != nil || err2 != nil || !strings.HasPrefix(last.name, stem) || high < low || high-low > 1000 {
		return nil, fmt.Errorf("%s-%s is no list of variables", first.name, last.name)
	}
	width := 0
	if first.name[len(stem)] == '0' {
		width = len(first.name) - len(stem)
	}
	var out []string
	for i := low; i <= high; i++ {
		out = append(out, fmt.Sprintf("%s%0*d", stem, width, i))
	}
	return out, nil
}

// numbers renders arguments as numbers.
func (r *renderer) numbers(c call, least, most int) ([]val, error) {
	if len(c.args) < least || len(c.args) > most {
		return nil, fmt.Errorf("%s has another number of arguments", c.name)
	}
	out := make([]val, len(c.args))
	for i, a := range c.args {
		v, err := r.numeric(a)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// texts renders arguments as texts.
func (r *renderer) texts(c call, least, most int) ([]val, error) {
	if len(c.args) < least || len(c.args) > most {
		return nil, fmt.Errorf("%s has another number of arguments", c.name)
	}
	out := make([]val, len(c.args))
	for i, a := range c.args {
		v, err := r.value(a)
		if err != nil {
			return nil, err
		}
		out[i] = r.toText(v)
	}
	return out, nil
}

func anyWindow(values []val) bool {
	for _, v := range values {
		if v.window {
			return true
		}
	}
	return false
}

func join(values []val) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = v.sql
	}
	return strings.Join(list, ", ")
}

func made(k kind, args []val, format string, a ...any) val {
	return val{sql: fmt.Sprintf(format, a...), kind: k, prec: precAtom, window: anyWindow(args)}
}

func list(fn string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.numbers(c, 1, 10000)
		if err != nil {
			return null, err
		}
		v := made(numberKind, args, "%s([%s])", fn, join(args))
		v.sure = fn == "list_count"
		for _, a := range args {
			v.sure = v.sure || a.sure && fn != "list_stddev_samp"
		}
		return v, nil
	}
}

// shortSum is how many arguments a sum is written out for.
const shortSum = 4

// sumOf leaves missing arguments out; of nothing but missing ones it is missing.
func sumOf(r *renderer, c call) (val, error) {
	args, err := r.numbers(c, 1, 10000)
	if err != nil || len(args) > shortSum {
		return list("list_sum")(r, c)
	}
	return sumOfValues(args), nil
}

// sumOfValues adds numbers; those that are missing are left out.
func sumOfValues(args []val) val {
	var terms, known []string
	sure := false
	for _, a := range args {
		sure = sure || a.sure
		switch {
		case a.isNull():
		case a.sure:
			if a.number == nil || *a.number != 0 || len(args) == 1 {
				terms = append(terms, in(a, precSum))
			}
		default:
			terms, known = append(terms, "coalesce("+a.sql+", 0)"), append(known, in(a, precConcat)+" IS NOT NULL")
		}
	}
	switch {
	case len(terms) == 0 && sure:
		return constant(0)
	case len(terms) == 0:
		return val{sql: "NULL", kind: numberKind, prec: precAtom}
	}
	v := val{sql: strings.Join(terms, " + "), kind: numberKind, prec: precSum, sure: true, window: anyWindow(args)}
	if !sure {
		v = val{sql: "CASE WHEN " + strings.Join(known, " OR ") + " THEN " + v.sql + " END", kind: numberKind, prec: precAtom, window: v.window}
	}
	return v
}

func missingOf(r *renderer, c call) (val, error) {
	var list []string
	var args []val
	for _, a := range c.args {
		v, err := r.value(a)
		if err != nil {
			return null, err
		}
		args, list = append(args, v), append(list, "("+in(v, precConcat)+" IS NULL)::INTEGER")
	}
	if len(list) == 0 {
		return null, fmt.Errorf("%s has no arguments", c.name)
	}
	v := made(numberKind, args, "%s", strings.Join(list, " + "))
	v.prec, v.sure = precSum, true
	return v, nil
}

func extreme(fn string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.numbers(c, 1, 10000)
		if err != nil {
			return null, err
		}
		return made(numberKind, args, "%s(%s)", fn, join(args)), nil
	}
}

func ordered(direction string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.numbers(c, 2, 10000)
		if err != nil {
			return null, err
		}
		return made(numberKind, args, "list_sort(list_filter([%s], lambda x: x IS NOT NULL), '%s')[%s]", join(args[1:]), direction, args[0].sql), nil
	}
}

func numeric1(fn string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.numbers(c, 1, 1)
		if err != nil {
			return null, err
		}
		if n := args[0].number; n != nil {
			switch fn {
			case "trunc", "sas.int_v1":
				return constant(math.Trunc(*n)), nil
			case "floor", "sas.floor_v1":
				return constant(math.Floor(*n)), nil
			case "ceil", "sas.ceil_v1":
				return constant(math.Ceil(*n)), nil
			}
		}
		v := made(numberKind, args, "%s(%s)", fn, args[0].sql)
		v.sure = args[0].sure
		if fn == "chr" {
			v.kind, v.length = textKind, 1
		}
		return v, nil
	}
}

func guarded1(format, test string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.numbers(c, 1, 1)
		if err != nil {
			return null, err
		}
		return made(numberKind, args, "CASE WHEN "+test+" THEN "+format+" END", in(args[0], precConcat)), nil
	}
}

func roundOf(r *renderer, c call) (val, error) {
	args, err := r.numbers(c, 1, 2)
	if err != nil {
		return null, err
	}
	if len(args) == 1 {
		args = append(args, constant(1))
	}
	return made(numberKind, args, "sas.round_v1(%s)", join(args)), nil
}

func modOf(r *renderer, c call) (val, error) {
	args, err := r.numbers(c, 2, 2)
	if err != nil {
		return null, err
	}
	if args[0].number != nil && args[1].number != nil && *args[1].number != 0 {
		return constant(math.Mod(*args[0].number, *args[1].number)), nil
	}
	return made(numberKind, args, "sas.mod_v1(%s)", join(args)), nil
}

func coalesceOf(r *renderer, c call) (val, error) {
	values := make([]val, len(c.args))
	for i, a := range c.args {
		v, err := r.value(a)
		if err != nil {
			return null, err
		}
		values[i] = v
	}
	values, k := r.unify(values)
	out := made(k, values, "coalesce(%s)", join(values))
	for _, v := range values {
		out.sure, out.length = out.sure || v.sure, max(out.length, v.length)
	}
	return out, nil
}

func ifOf(r *renderer, c call) (val, error) {
	if len(c.args) != 3 {
		return null, fmt.Errorf("%s is understood with three arguments", c.name)
	}
	return r.caseOf(caseExpr{[]whenExpr{{c.args[0], c.args[1]}}, c.args[2]})
}

func missingValue(r *renderer, c call) (val, error) { return r.truth(c) }

// dateOf renders an argument as a date.
func (r *renderer) dateOf(e expr) (val, error) {
	v, err := r.value(e)
	if err != nil {
		return v, err
	}
	return r.toDate(v), nil
}

func (r *renderer) toDate(v val) val {
	if v.kind == dateKind || v.isNull() {
		return v
	}
	window := v.window
	v = r.toNumber(v)
	return val{sql: "(DATE '1960-01-01' + trunc(" + v.sql + ")::INTEGER)", kind: dateKind, prec: precAtom, sure: v.sure, window: window}
}

func datePart(part string) function {
	return func(r *renderer, c call) (val, error) {
		if len(c.args) != 1 {
			return null, fmt.Errorf("%s has one argument", c.name)
		}
		d, err := r.dateOf(c.args[0])
		if err != nil {
			return d, err
		}
		out := made(numberKind, []val{d}, "%s(%s)", part, d.sql)
		out.sure = d.sure
		return out, nil
	}
}

func weekday(r *renderer, c call) (val, error) {
	v, err := datePart("dayofweek")(r, c)
	v.sql, v.prec = v.sql+" + 1", precSum
	return v, err
}

func mdy(r *renderer, c call) (val, error) {
	args, err := r.numbers(c, 3, 3)
	if err != nil {
		return null, err
	}
	if m, d, y := args[0].number, args[1].number, args[2].number; m != nil && d != nil && y != nil {
		text := fmt.Sprintf("%02.0f%s%04.0f", *d, monthNames[min(max(int(*m), 1), 12)-1], *y)
		if year, month, day, ok := parseDate(text); ok && *m >= 1 && *m <= 12 {
			return r.value(dateLit{year, month, day})
		}
		return null, nil
	}
	return made(dateKind, args, "sas.mdy_v1(%s)", join(args)), nil
}

func today(r *renderer, _ call) (val, error) {
	r.note("the day of the run is that of the SQL, not that of the SAS program")
	return val{sql: "current_date", kind: dateKind, prec: precAtom, sure: true}, nil
}

func datepart(r *renderer, c call) (val, error) {
	if len(c.args) != 1 {
		return null, fmt.Errorf("datepart has one argument")
	}
	v, err := r.value(c.args[0])
	if err != nil {
		return v, err
	}
	if v.kind == stampKind || v.kind == dateKind {
		return made(dateKind, []val{v}, "CAST(%s AS DATE)", v.sql), nil
	}
	v = r.toNumber(v)
	return made(dateKind, []val{v}, "(DATE '1960-01-01' + floor(%s / 86400)::INTEGER)", in(v, precProduct)), nil
}

// constantArg is a constant text among the arguments, in lower case.
func (r *renderer) constantArg(e expr) (string, bool) {
	v, err := r.value(e)
	if err != nil || v.text == nil {
		return "", false
	}
	return strings.ToLower(strings.TrimSpace(*v.text)), true
}

var intervals = map[string]string{"day": "day", "week": "week", "month": "month", "qtr": "quarter", "quarter": "quarter", "year": "year"}

// macroIntervals are those that the macros of sas.intck and sas.intnx know.
var macroIntervals = []string{"day", "week", "month", "qtr", "semiyear", "year"}

// interval is the constant name of an interval, as the macros know it.
func (r *renderer) interval(e expr) (string, error) {
	word, ok := r.constantArg(e)
	if word == "quarter" {
		word = "qtr"
	}
	if !ok || !contains(macroIntervals, word) {
		return "", fmt.Errorf("intck and intnx are understood for %s", strings.Join(macroIntervals, ", "))
	}
	return word, nil
}

func intck(r *renderer, c call) (val, error) {
	if len(c.args) < 3 || len(c.args) > 4 {
		return null, fmt.Errorf("intck has three or four arguments")
	}
	word, err := r.interval(c.args[0])
	if err != nil {
		return null, err
	}
	from, err := r.dateOf(c.args[1])
	if err != nil {
		return from, err
	}
	to, err := r.dateOf(c.args[2])
	if err != nil {
		return to, err
	}
	method := ""
	if len(c.args) == 4 {
		word, ok := r.constantArg(c.args[3])
		if !ok || word == "" {
			return null, fmt.Errorf("intck needs a constant method")
		}
		method = word[:1]
	}
	args := []val{from, to}
	switch unit := intervals[word]; {
	case method == "c":
		return made(numberKind, args, "sas.intck_v1('%s', %s, %s, 'c')", word, from.sql, to.sql), nil
	case unit == "" || unit == "week": // weeks begin on Sunday
		return made(numberKind, args, "sas.intck_v1('%s', %s, %s)", word, from.sql, to.sql), nil
	default:
		return made(numberKind, args, "date_diff('%s', %s, %s)", unit, from.sql, to.sql), nil
	}
}

func intnx(r *renderer, c call) (val, error) {
	if len(c.args) < 3 || len(c.args) > 4 {
		return null, fmt.Errorf("intnx has three or four arguments")
	}
	word, err := r.interval(c.args[0])
	if err != nil {
		return null, err
	}
	from, err := r.dateOf(c.args[1])
	if err != nil {
		return from, err
	}
	n, err := r.numeric(c.args[2])
	if err != nil {
		return n, err
	}
	align := "b"
	if len(c.args) == 4 {
		if word, ok := r.constantArg(c.args[3]); ok && word != "" {
			align = word[:1]
		} else {
			return null, fmt.Errorf("intnx needs a constant alignment")
		}
	}
	if unit := intervals[word]; unit != "" && unit != "week" && align != "m" {
		return shifted(unit, align, from, n)
	}
	return made(dateKind, []val{from, n}, "sas.intnx_v1('%s', %s, %s, '%s')", word, from.sql, n.sql, align), nil
}

func shifted(unit, align string, from, n val) (val, error) {
	steps := map[string]string{"day": "to_days", "month": "to_months", "year": "to_years"}
	count := "trunc(" + n.sql + ")::INTEGER"
	if n.number != nil {
		count = formatNumber(math.Trunc(*n.number))
	}
	add := steps[unit]
	if unit == "quarter" {
		add, count = "to_months", "3 * "+count
	}
	moved := fmt.Sprintf("%s + %s(%s)", in(from, precSum), add, count)
	args := []val{from, n}
	switch {
	case align == "s" || unit == "day":
		return made(dateKind, args, "CAST(%s AS DATE)", moved), nil
	case align == "b":
		return made(dateKind, args, "CAST(date_trunc('%s', %s) AS DATE)", unit, moved), nil
	case align == "e":
		return made(dateKind, args, "CAST(date_trunc('%s', %s) + to_months(%d) - to_days(1) AS DATE)", unit, moved, map[string]int{"month": 1, "quarter": 3, "year": 12}[unit]), nil
	}
	return null, fmt.Errorf("the alignment %s of intnx is not understood", align)
}

func yrdif(r *renderer, c call) (val, error) {
	basis := "age"
	if len(c.args) == 3 {
		word, ok := r.constantArg(c.args[2])
		if !ok {
			return null, fmt.Errorf("yrdif needs a constant basis")
		}
		basis = word
	}
	if len(c.args) < 2 || len(c.args) > 3 {
		return null, fmt.Errorf("yrdif has two or three arguments")
	}
	from, err := r.dateOf(c.args[0])
	if err != nil {
		return from, err
	}
	to, err := r.dateOf(c.args[1])
	if err != nil {
		return to, err
	}
	args := []val{from, to}
	switch basis = strings.NewReplacer("actual", "act").Replace(basis); basis {
	case "age":
		return made(numberKind, args, "sas.age_v1(%s, %s)", from.sql, to.sql), nil
	case "act":
		basis = "act/act"
		fallthrough
	case "act/act", "act/360", "act/365", "30/360":
		return made(numberKind, args, "sas.yrdif_v1(%s, %s, '%s')", from.sql, to.sql, strings.ToUpper(basis)), nil
	}
	return null, fmt.Errorf("yrdif does not know the basis %s", basis)
}

func datdif(r *renderer, c call) (val, error) {
	if len(c.args) < 2 {
		return null, fmt.Errorf("datdif has three arguments")
	}
	if basis, _ := r.constantArg(c.args[len(c.args)-1]); basis != "act/act" && basis != "actual" {
		return null, fmt.Errorf("datdif is understood with the basis ACT/ACT")
	}
	return r.arithmetic(binary{"-", c.args[1], c.args[0]})
}
