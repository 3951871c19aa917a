package sas

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// eval computes an expression of the macro language: numbers, comparisons of
// texts, and, or, not.
func (m *macros) eval(text string) (float64, error) {
	e := &evaluation{words: evalWord.FindAllString(text, -1)}
	v := e.level(0)
	if e.err == nil && e.at < len(e.words) {
		e.err = fmt.Errorf("the condition is not understood: it may depend on the data")
	}
	n, err := strconv.ParseFloat(v, 64)
	if e.err != nil {
		return 0, e.err
	}
	if err != nil {
		return 0, fmt.Errorf("the condition is no number")
	}
	return n, nil
}

var evalWord = regexp.MustCompile(`(?i)"[^"]*"|'[^']*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|\*\*|[<>^~]=|<>|[-+*/()=<>^~&|,]|[^\s]`)

// evaluation goes over the words of an expression; its values are texts.
type evaluation struct {
	words []string
	at    int
	depth int
	err   error
}

// evalLevels are the operators, the weakest first.
var evalLevels = [][]string{
	{"or", "|"},
	{"and", "&"},
	{"=", "eq", "ne", "^=", "~=", "<", "lt", "<=", "le", ">", "gt", ">=", "ge", "in", "<>"},
	{"+", "-"},
	{"*", "/"},
	{"**"},
}

func (e *evaluation) peek() string {
	if e.at < len(e.words) {
		return strings.ToLower(e.words[e.at])
	}
	return ""
}

func (e *evaluation) level(n int) string {
	if e.err != nil {
		return ""
	}
	if n == len(evalLevels) {
		return e.atom()
	}
	left := e.level(n + 1)
	for e.err == nil && contains(evalLevels[n], e.peek()) {
		op := e.peek()
		e.at++
		left = e.apply(op, left, e.level(n+1))
	}
	return left
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

func (e *evaluation) atom() string {
	if e.depth++; e.depth > 1000 {
		e.err = fmt.Errorf("the condition is nested too deep")
		return ""
	}
	defer func() { e.depth-- }()
	word := e.peek()
	switch word {
	case "":
		return "" // an empty side of a comparison
	case "(":
		e.at++
		v := e.level(0)
		if e.peek() != ")" {
			e.err = fmt.Errorf("a parenthesis is not closed")
		}
		e.at++
		return v
	case "not", "^", "~":
		e.at++
		return truth(e.number(e.level(3)) == 0)
	case "-", "+":
		e.at++
		v := e.number(e.atom())
		if word == "-" {
			v = -v
		}
		return formatNumber(v)
	case ")", "=", "ne", "eq":
		return ""
	}
	e.at++
	return e.words[e.at-1]
}

func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (e *evaluation) number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("the condition is no number: it may depend on the data")
	}
	return n
}

func (e *evaluation) apply(op, a, b string) string {
	if e.err != nil {
		return ""
	}
	switch op {
	case "or", "|":
		return truth(e.number(a) != 0 || e.number(b) != 0)
	case "and", "&":
		return truth(e.number(a) != 0 && e.number(b) != 0)
	case "+", "-", "*", "/", "**":
		return formatNumber(arithmetic(op, e.number(a), e.number(b)))
	case "in":
		return truth(contains(strings.Fields(b), a))
	}
	order := strings.Compare(a, b)
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		order = map[bool]int{true: -1}[x < y] + map[bool]int{true: 1}[x > y]
	}
	switch op {
	case "=", "eq":
		return truth(order == 0)
	case "ne", "^=", "~=", "<>":
		return truth(order != 0)
	case "<", "lt":
		return truth(order < 0)
	case "<=", "le":
		return truth(order <= 0)
	case ">", "gt":
		return truth(order > 0)
	}
	return truth(order >= 0)
}

func arithmetic(op string, x, y float64) float64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return math.Pow(x, y)
}

// macroFunctions are the functions of the macro language: they are given what
// stands in the parentheses.
var macroFunctions map[string]func(m *macros, inner string, line int) (string, error)

func init() {
	plain := func(m *macros, inner string, line int) (string, error) { return m.inner(inner, line), nil }
	raw := func(_ *macros, inner string, _ int) (string, error) { return inner, nil }
	macroFunctions = map[string]func(m *macros, inner string, line int) (string, error){
		"str": plain, "quote": plain, "bquote": plain, "nrbquote": plain, "superq": superq, "nrstr": raw, "unquote": plain,
		"eval": func(m *macros, inner string, line int) (string, error) {
			v, err := m.eval(m.inner(inner, line))
			return formatNumber(math.Trunc(v)), err
		},
		"sysevalf": func(m *macros, inner string, line int) (string, error) {
			v, err := m.eval(m.inner(inner, line))
			return formatNumber(v), err
		},
		"sysfunc": func(m *macros, inner string, line int) (string, error) {
			name := leadingWord(strings.TrimSpace(inner))
			args, _, ok := parenthesised(strings.TrimSpace(inner)[len(name):])
			if !ok {
				return "", fmt.Errorf("%%sysfunc needs a function")
			}
			return m.textFunction(name, m.inner(args, line))
		},
	}
	for _, name := range []string{"upcase", "lowcase", "substr", "scan", "length", "index", "trim", "left", "qscan", "qsubstr", "qupcase"} {
		macroFunctions[name] = func(m *macros, inner string, line int) (string, error) {
			return m.textFunction(strings.TrimPrefix(name, "q"), m.inner(inner, line))
		}
	}
}

func superq(m *macros, inner string, _ int) (string, error) {
	v, _ := m.get(strings.TrimSpace(inner))
	return v, nil
}

// textFunction computes a function on texts.
func (m *macros) textFunction(name, inner string) (string, error) {
	args := splitArgs(inner)
	for i := range args {
		if args[i] != " " {
			args[i] = strings.TrimSpace(args[i])
		}
	}
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	num := func(i, otherwise int) int {
		if v, err := m.eval(arg(i)); err == nil && i < len(args) {
			return int(v)
		}
		return otherwise
	}
	switch strings.ToLower(name) {
	case "upcase":
		return strings.ToUpper(inner), nil
	case "lowcase":
		return strings.ToLower(inner), nil
	case "trim", "left", "strip", "compbl":
		return strings.Join(strings.Fields(inner), " "), nil
	case "compress":
		return strings.ReplaceAll(arg(0), " ", ""), nil
	case "length":
		return strconv.Itoa(len(inner)), nil
	case "index":
		return strconv.Itoa(strings.Index(arg(0), arg(1)) + 1), nil
	case "substr":
		from := min(max(num(1, 1)-1, 0), len(arg(0)))
		return arg(0)[from:min(len(arg(0)), from+max(num(2, len(arg(0))), 0))], nil
	case "scan":
		return scanWord(arg(0), num(1, 1), separators(args)), nil
	case "countw":
		return strconv.Itoa(len(words(arg(0), separators(args[min(1, len(args)):])))), nil
	case "int", "floor", "ceil", "abs", "sum", "max", "min", "mod":
		return m.numberFunction(strings.ToLower(name), args)
	case "putn":
		return putNumber(arg(0), arg(1))
	}
	return "", fmt.Errorf("%%sysfunc(%s) is not known here", name)
}

// separators are those of %scan: the third argument, or the usual ones.
func separators(args []string) string {
	if len(args) > 2 && args[2] != "" {
		return args[2]
	}
	if len(args) == 1 {
		return strings.Trim(args[0], `'"`)
	}
	return " .<(+&!$*);^-/,%|"
}

func words(text, separators string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) })
}

func scanWord(text string, n int, separators string) string {
	list := words(text, separators)
	if n < 0 {
		n = len(list) + n + 1
	}
	if n < 1 || n > len(list) {
		return ""
	}
	return list[n-1]
}

func (m *macros) numberFunction(name string, args []string) (string, error) {
	var values []float64
	for _, a := range args {
		v, err := m.eval(a)
		if err != nil {
			return "", err
		}
		values = append(values, v)
	}
	out := values[0]
	for i, v := range values {
		switch {
		case name == "int":
			out = math.Trunc(v)
		case name == "floor":
			out = math.Floor(v)
		case name == "ceil":
			out = math.Ceil(v)
		case name == "abs":
			out = math.Abs(v)
		case i == 0:
		case name == "sum":
			out += v
		case name == "max":
			out = math.Max(out, v)
		case name == "min":
			out = math.Min(out, v)
		case name == "mod" && v != 0:
			out = math.Mod(out, v)
		}
	}
	return formatNumber(out), nil
}

var zFormat = regexp.MustCompile(`(?i)^z(\d+)\.$`)

// putNumber writes a number with a format.
func putNumber(text, format string) (string, error) {
	part := zFormat.FindStringSubmatch(strings.TrimSpace(format))
	n, err := strconv.Atoi(text)
	if part == nil || err != nil {
		return "", fmt.Errorf("%%sysfunc(putn) knows the format Zw. alone")
	}
	width, _ := strconv.Atoi(part[1])
	return fmt.Sprintf("%0*d", min(width, 32), n), nil
}
