package sas

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// macroFunctions are the functions of the macro language: they are given what
// stands in the parentheses.
var macroFunctions map[string]func(m *macros, inner string, line int) (string, error)

func init() {
	plain := func(m *macros, inner string, line int) (string, error) { return m.inner(inner, line), nil }
	raw := func(_ *macros, inner string, _ int) (string, error) { return inner, nil }
	macroFunctions = map[string]func(m *macros, inner string, line int) (string, error){
		"str": marked, "quote": plain, "nrquote": plain, "bquote": plain, "nrbquote": plain, "superq": superq, "nrstr": raw, "unquote": plain,
		"sysfunc": sysFunction, "qsysfunc": sysFunction,
		"eval": func(m *macros, inner string, line int) (string, error) {
			v, err := m.eval(m.inner(inner, line))
			return formatNumber(v), err
		},
		"sysevalf": func(m *macros, inner string, line int) (string, error) {
			return m.realValue(splitArgs(m.inner(inner, line)))
		},
		"symexist": func(m *macros, inner string, line int) (string, error) {
			_, ok := m.get(strings.TrimSpace(m.inner(inner, line)))
			return truth(ok), nil
		},
		"sysmacexist": func(m *macros, inner string, line int) (string, error) {
			_, ok := m.defs[strings.ToLower(strings.TrimSpace(m.inner(inner, line)))]
			return truth(ok), nil
		},
	}
	for _, name := range []string{"upcase", "lowcase", "length", "trim", "left", "cmpres"} {
		macroFunctions[name] = func(m *macros, inner string, line int) (string, error) {
			return m.textFunction(name, []string{strings.TrimSpace(m.inner(inner, line))})
		}
		macroFunctions["q"+name] = macroFunctions[name]
	}
	for _, name := range []string{"substr", "scan", "index", "verify"} {
		macroFunctions[name] = func(m *macros, inner string, line int) (string, error) {
			return m.textFunction(name, m.arguments(inner, line))
		}
		macroFunctions["q"+name] = macroFunctions[name]
	}
}

// marked is the text of %str, in which a percent sign takes the meaning from the
// quote or parenthesis behind it.
func marked(m *macros, inner string, line int) (string, error) {
	return m.inner(markedSign.ReplaceAllString(inner, "$1"), line), nil
}

var markedSign = regexp.MustCompile(`%(['"()%])`)

func superq(m *macros, inner string, _ int) (string, error) {
	v, _ := m.get(strings.TrimSpace(inner))
	return v, nil
}

// hidden are the functions whose commas part no arguments.
var hidden = regexp.MustCompile(`(?i)%(str|nrstr|quote|nrquote|bquote|nrbquote|superq|q\w+)\(`)

// arguments are the arguments of a function of the macro language, run: commas
// that come out of variables part them too, but not those that are quoted.
func (m *macros) arguments(inner string, line int) (out []string) {
	for _, arg := range splitArgs(inner) {
		quoted := hidden.MatchString(arg)
		run := m.inner(arg, line)
		if quoted {
			out = append(out, strings.Trim(run, "\n\t"))
			continue
		}
		for _, part := range splitArgs(run) {
			out = append(out, strings.TrimSpace(part))
		}
	}
	return out
}

// realValue is %sysevalf, with the conversion that may stand behind the expression.
func (m *macros) realValue(args []string) (string, error) {
	v, err := m.evalNumbers(args[0])
	if err != nil || len(args) == 1 {
		return formatNumber(v), err
	}
	switch word := strings.ToLower(strings.TrimSpace(args[1])); word {
	case "boolean":
		return truth(v != 0), nil
	case "integer":
		return formatNumber(math.Trunc(v)), nil
	case "floor", "ceil":
		return numberFunctions[word]([]float64{v}), nil
	default:
		return "", fmt.Errorf("%%sysevalf does not know the conversion %s", word)
	}
}

// sysFunction is %sysfunc(function(arguments), format).
func sysFunction(m *macros, inner string, line int) (string, error) {
	inner = strings.TrimSpace(inner)
	name := leadingWord(inner)
	args, length, ok := parenthesised(inner[len(name):])
	if !ok {
		return "", fmt.Errorf("%%sysfunc needs a function")
	}
	if fn, ok := momentFunctions[strings.ToLower(name)]; ok {
		if value, known := m.atRun(line, "%sysfunc("+name+")", fn); known {
			return m.written(value, inner[len(name)+length:], line)
		}
	}
	value, err := m.textFunction(strings.ToLower(name), m.arguments(args, line))
	if err != nil {
		return "", err
	}
	return m.written(value, inner[len(name)+length:], line)
}

// momentFunctions are those of the moment of the run.
var momentFunctions = map[string]func(time.Time) string{
	"today":    func(t time.Time) string { return strconv.Itoa(dayNumber(t)) },
	"date":     func(t time.Time) string { return strconv.Itoa(dayNumber(t)) },
	"time":     func(t time.Time) string { return formatNumber(float64(t.Hour()*3600 + t.Minute()*60 + t.Second())) },
	"datetime": func(t time.Time) string { return formatNumber(math.Floor(t.Sub(sasEpoch).Seconds())) },
}

// written gives a value the format that may stand behind a comma.
func (m *macros) written(value, rest string, line int) (string, error) {
	_, format, formatted := strings.Cut(rest, ",")
	if !formatted {
		return value, nil
	}
	return putText(value, strings.TrimSpace(m.inner(format, line)))
}

// textFunction computes a function, whose name is in lower case.
func (m *macros) textFunction(name string, args []string) (string, error) {
	if fn, ok := numberFunctions[name]; ok {
		values, err := m.numbers(args)
		if err != nil || len(values) == 0 {
			return "", fmt.Errorf("%%sysfunc(%s) needs numbers", name)
		}
		return fn(values), nil
	}
	args = append(args, make([]string, max(3-len(args), 0))...)
	given := func(i int) bool { return args[i] != "" }
	number := func(i, otherwise int) int {
		if v, err := m.evalNumbers(args[i]); err == nil && given(i) {
			return int(v)
		}
		return otherwise
	}
	text := args[0]
	switch name {
	case "upcase":
		return strings.ToUpper(text), nil
	case "lowcase":
		return strings.ToLower(text), nil
	case "trim", "left", "strip":
		return strings.TrimSpace(text), nil
	case "compbl", "cmpres":
		return strings.Join(strings.Fields(text), " "), nil
	case "compress":
		return removed(text, args[1], args[2])
	case "tranwrd":
		return strings.ReplaceAll(text, args[1], args[2]), nil
	case "translate":
		return translated(text, args[1], args[2]), nil
	case "cats":
		return strings.Join(args, ""), nil
	case "catx":
		return strings.Join(slices.DeleteFunc(args[1:], func(s string) bool { return s == "" }), text), nil
	case "quote":
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`, nil
	case "dequote":
		return strings.Trim(text, `'"`), nil
	case "length":
		return strconv.Itoa(len(text)), nil
	case "index", "find":
		return strconv.Itoa(strings.Index(text, args[1]) + 1), nil
	case "verify":
		return strconv.Itoa(strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(args[1], r) }) + 1), nil
	case "substr":
		from := min(max(number(1, 1)-1, 0), len(text))
		return text[from:min(len(text), from+max(number(2, len(text)), 0))], nil
	case "scan":
		return scanWord(text, number(1, 1), separators(args[2])), nil
	case "countw":
		return strconv.Itoa(len(words(text, separators(args[1])))), nil
	case "intnx", "intck":
		return m.dateFunction(name, args)
	case "putn", "putc":
		return putText(text, args[1])
	}
	return "", fmt.Errorf("%%sysfunc(%s) is not known here", name)
}

// removed is compress: without blanks, or without the characters that are named.
func removed(text, set, modifiers string) (string, error) {
	if set == "" && modifiers == "" {
		set = " "
	}
	class, err := characters(set, strings.ToLower(modifiers))
	if err != nil {
		return "", err
	}
	gone, err := regexp.Compile(class)
	if err != nil {
		return "", fmt.Errorf("these characters of compress are not understood")
	}
	return gone.ReplaceAllString(text, ""), nil
}

// translated puts the letters of to where those of from are.
func translated(text, to, from string) string {
	return strings.Map(func(r rune) rune {
		i := strings.IndexRune(from, r)
		switch {
		case i < 0:
			return r
		case i >= len(to):
			return ' '
		}
		return rune(to[i])
	}, text)
}

// separators are those that are named, or the usual ones.
func separators(named string) string {
	if named != "" {
		return named
	}
	return usualSeparators
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

// numbers are arguments that are numbers, or dates as SAS writes them.
func (m *macros) numbers(args []string) (out []float64, err error) {
	for _, a := range args {
		v, err := m.evalNumbers(a)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// numberFunctions are those of numbers alone; they have at least one.
var numberFunctions = map[string]func(v []float64) string{
	"int":   func(v []float64) string { return formatNumber(math.Trunc(v[0])) },
	"floor": func(v []float64) string { return formatNumber(math.Floor(v[0])) },
	"ceil":  func(v []float64) string { return formatNumber(math.Ceil(v[0])) },
	"abs":   func(v []float64) string { return formatNumber(math.Abs(v[0])) },
	"max":   func(v []float64) string { return formatNumber(slices.Max(v)) },
	"min":   func(v []float64) string { return formatNumber(slices.Min(v)) },
	"round": func(v []float64) string {
		unit := 1.0
		if len(v) > 1 && v[1] > 0 {
			unit = v[1]
		}
		return formatNumber(math.Round(v[0]/unit) * unit)
	},
	"sum": func(v []float64) string {
		total := 0.0
		for _, x := range v {
			total += x
		}
		return formatNumber(total)
	},
	"mod": func(v []float64) string {
		if len(v) < 2 || v[1] == 0 {
			return "."
		}
		return formatNumber(math.Mod(v[0], v[1]))
	},
	"year":  func(v []float64) string { return strconv.Itoa(sasDay(v[0]).Year()) },
	"month": func(v []float64) string { return strconv.Itoa(int(sasDay(v[0]).Month())) },
	"day":   func(v []float64) string { return strconv.Itoa(sasDay(v[0]).Day()) },
	"qtr":   func(v []float64) string { return strconv.Itoa((int(sasDay(v[0]).Month()) + 2) / 3) },
	"mdy": func(v []float64) string {
		if len(v) != 3 {
			return "."
		}
		d := time.Date(int(v[2]), time.Month(v[0]), int(v[1]), 0, 0, 0, 0, time.UTC)
		if int(d.Month()) != int(v[0]) {
			return "."
		}
		return strconv.Itoa(dayNumber(d))
	},
}

// dateFunction is intnx or intck of days, months, quarters and years.
func (m *macros) dateFunction(name string, args []string) (string, error) {
	values, err := m.numbers(args[1:3])
	months := map[string]int{"month": 1, "qtr": 3, "quarter": 3, "year": 12}[strings.ToLower(strings.Trim(args[0], `'"`))]
	if err != nil || months == 0 && !strings.EqualFold(strings.Trim(args[0], `'"`), "day") {
		return "", fmt.Errorf("%%sysfunc(%s) is understood for day, month, qtr and year", name)
	}
	begin := func(d time.Time) int { return (d.Year()*12 + int(d.Month()) - 1) / max(months, 1) }
	from := sasDay(values[0])
	switch {
	case name == "intck" && months == 0:
		return formatNumber(values[1] - values[0]), nil
	case name == "intck":
		return strconv.Itoa(begin(sasDay(values[1])) - begin(from)), nil
	case months == 0:
		return formatNumber(values[0] + values[1]), nil
	}
	align := "b"
	if len(args) > 3 && args[3] != "" {
		align = strings.ToLower(strings.Trim(args[3], `'"`))[:1]
	}
	first := time.Date(0, time.Month((begin(from)+int(values[1]))*months+1), 1, 0, 0, 0, 0, time.UTC)
	switch align {
	case "b":
		return strconv.Itoa(dayNumber(first)), nil
	case "e":
		return strconv.Itoa(dayNumber(first.AddDate(0, months, -1))), nil
	}
	return "", fmt.Errorf("%%sysfunc(intnx) is understood with the alignments b and e")
}

var sasEpoch = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)

func sasDay(days float64) time.Time { return sasEpoch.AddDate(0, 0, int(math.Floor(days))) }

func dayNumber(d time.Time) int { return int(d.Sub(sasEpoch).Hours() / 24) }

var dateLiteral = regexp.MustCompile(`(?i)(?:'([^']*)'|"([^"]*)")d\b`)

// dateNumbers puts the number of its day where a date stands.
func dateNumbers(text string) string {
	return dateLiteral.ReplaceAllStringFunc(text, func(lit string) string {
		year, month, day, ok := parseDate(lit[1 : len(lit)-2])
		if !ok {
			return lit
		}
		return strconv.Itoa(dayNumber(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)))
	})
}

var (
	writtenFormat = regexp.MustCompile(`^(\$?[A-Za-z]*?)(\d*)\.(\d*)$`)
	goLayout      = strings.NewReplacer("%d", "02", "%b", "Jan", "%Y", "2006", "%y", "06", "%m", "01")
)

// putText writes a value of the macro language with a format.
func putText(text, format string) (string, error) {
	part := writtenFormat.FindStringSubmatch(format)
	if part == nil {
		return "", fmt.Errorf("%s is no format", format)
	}
	name := strings.ToLower(part[1])
	width, _ := strconv.Atoi(part[2])
	digits, _ := strconv.Atoi(part[3])
	if strings.HasPrefix(name, "$") {
		return text[:min(len(text), max(width, 1))], nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", fmt.Errorf("a value that is no number has the format %s", format)
	}
	if pattern, ok := datePatterns[name]; ok {
		return pattern.text(sasDay(v), width), nil
	}
	switch name {
	case "z":
		return fmt.Sprintf("%0*.*f", min(width, 32), digits, v), nil
	case "", "f":
		return strconv.FormatFloat(v, 'f', digits, 64), nil
	case "best":
		return formatNumber(v), nil
	}
	return "", fmt.Errorf("%%sysfunc does not know the format %s", format)
}

// text writes a day in Go as sql does in the database.
func (p datePattern) text(d time.Time, width int) string {
	pattern, ok := p.patterns[width]
	if !ok {
		pattern = p.patterns[p.width]
	}
	out := d.Format(goLayout.Replace(pattern))
	if p.upper {
		out = strings.ToUpper(out)
	}
	return out
}
