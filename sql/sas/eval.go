package sas

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// eval computes an expression of %EVAL, and so of %IF and %DO: it knows whole
// numbers alone, and what is none it compares as texts.
func (m *macros) eval(text string) (float64, error) { return evaluate(text, true) }

// evalNumbers computes an expression of %SYSEVALF.
func (m *macros) evalNumbers(text string) (float64, error) { return evaluate(text, false) }

func evaluate(text string, whole bool) (float64, error) {
	if !whole {
		text = dateNumbers(text)
	}
	e := &evaluation{words: evalWord.FindAllString(text, -1), whole: whole}
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
	whole bool // it computes with whole numbers
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
	n, ok := e.parse(text)
	if !ok && e.err == nil {
		e.err = fmt.Errorf("the condition is no number: it may depend on the data")
	}
	return n
}

// parse reads a number, a whole one where no other is known.
func (e *evaluation) parse(text string) (float64, bool) {
	if e.whole && !wholeNumber.MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

var wholeNumber = regexp.MustCompile(`^[-+]?\d+$`)

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
		v := arithmetic(op, e.number(a), e.number(b))
		if e.whole {
			v = math.Trunc(v)
		}
		return formatNumber(v)
	case "in":
		return truth(contains(strings.Fields(b), a))
	}
	order := strings.Compare(a, b)
	x, okX := e.parse(a)
	y, okY := e.parse(b)
	if okX && okY {
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
