package sas

import (
	"fmt"
	"strconv"
	"strings"
)

// The functions on texts, put and input, and those that look at other rows.

func text1(format string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.texts(c, 1, 1)
		if err != nil {
			return null, err
		}
		if args[0].isNull() {
			return args[0], nil
		}
		v := made(textKind, args, format, args[0].sql)
		v.length, v.room = args[0].length, args[0].room
		switch c.name {
		case "rank":
			v.kind = numberKind
		case "quote": // two longer than its argument
			v.length, v.room = 0, usualLength
		}
		return v, nil
	}
}

// usualLength is that of a variable whose first value is made by CATS and the like.
const usualLength = 200

// declares is the length that a value gives a variable that has none yet, 0 when it
// is not known.
func (v val) declares() int {
	if v.room != 0 {
		return max(v.room, 0)
	}
	return v.length
}

// wide gives a value the usual length, for a new variable.
func (v val) wide() val {
	v.room = usualLength
	return v
}

// like gives a value the length of the text that it is made of, for a new variable.
func (v val) like(x val) val {
	if v.room = x.declares(); v.room == 0 {
		v.room = -1
	}
	return v
}

func substr(r *renderer, c call) (val, error) {
	if len(c.args) < 2 || len(c.args) > 3 {
		return null, fmt.Errorf("%s has two or three arguments", c.name)
	}
	x, err := r.value(c.args[0])
	if err != nil {
		return x, err
	}
	if x.kind != textKind && x.kind != unknownKind {
		r.note("substr of a number: SAS writes it with 12 positions, right-aligned")
		x = val{sql: "lpad(" + r.toText(x).sql + ", 12, ' ')", kind: textKind, prec: precAtom, length: 12, window: x.window}
	}
	rest, err := r.numbers(call{name: c.name, args: c.args[1:]}, 1, 2)
	if err != nil {
		return null, err
	}
	args := append([]val{x}, rest...)
	v := made(textKind, args, "nullif(rtrim(substring(%s)), '')", join(args)).like(x)
	if len(rest) == 2 && rest[1].number != nil {
		v.length = int(*rest[1].number)
	}
	for i, n := range rest {
		if n.number == nil || *n.number < 1 && i == 0 {
			v.sql = fmt.Sprintf("sas.substr_v1(%s)", join(args))
			if len(rest) == 1 {
				v.sql = fmt.Sprintf("sas.substr_v1(%s, 32767)", join(args))
			}
			return v, nil
		}
	}
	return v, nil
}

// usualSeparators are those of scan and countw where the program runs in ASCII.
const usualSeparators = " .<(+&!$*);^-/,%|"

func scanOf(r *renderer, c call) (val, error) {
	if len(c.args) < 2 || len(c.args) > 3 {
		return null, fmt.Errorf("scan is understood with two or three arguments")
	}
	x, err := r.texts(call{name: c.name, args: append([]expr{c.args[0]}, c.args[2:]...)}, 1, 2)
	if err != nil {
		return null, err
	}
	n, err := r.numeric(c.args[1])
	if err != nil {
		return n, err
	}
	separators := quoteText(usualSeparators)
	if len(x) == 2 {
		if x[1].text == nil {
			return null, fmt.Errorf("scan needs constant separators")
		}
		separators = quoteText(*x[1].text)
	}
	return made(textKind, append(x, n), "sas.scan_v1(%s, %s, %s)", x[0].sql, n.sql, separators).like(x[0]), nil
}

func countWords(r *renderer, c call) (val, error) {
	x, err := r.texts(c, 1, 2)
	if err != nil {
		return null, err
	}
	separators := quoteText(usualSeparators)
	if len(x) == 2 {
		if x[1].text == nil {
			return null, fmt.Errorf("countw needs constant separators")
		}
		separators = quoteText(*x[1].text)
	}
	return made(numberKind, x, "sas.countw_v1(%s, %s)", x[0].sql, separators), nil
}

func compress(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 1, 3)
	if err != nil {
		return null, err
	}
	x := args[0]
	set, modifiers := " ", ""
	if len(args) > 1 {
		if args[1].text == nil && !args[1].isNull() {
			return null, fmt.Errorf("compress needs constant characters")
		}
		if set = ""; args[1].text != nil {
			set = *args[1].text
		}
	}
	if len(args) > 2 {
		if args[2].text == nil {
			return null, fmt.Errorf("compress needs constant modifiers")
		}
		modifiers = strings.ToLower(*args[2].text)
	}
	class, err := characters(set, modifiers)
	if err != nil {
		return null, err
	}
	if modifiers == "" && set == " " {
		return made(textKind, args, "nullif(replace(%s, ' ', ''), '')", x.sql).like(x), nil
	}
	return made(textKind, args, "nullif(rtrim(regexp_replace(%s, %s, '', 'g')), '')", x.sql, quoteText(class)).like(x), nil
}

// characters is the class of characters that compress takes away.
func characters(set, modifiers string) (string, error) {
	var class strings.Builder
	keep, fold := false, ""
	for _, m := range modifiers {
		switch m {
		case 'k':
			keep = true
		case 'd':
			class.WriteString("0-9")
		case 'a':
			class.WriteString("A-Za-z")
		case 'l':
			class.WriteString("a-z")
		case 'u':
			class.WriteString("A-Z")
		case 's':
			class.WriteString(`\s`)
		case 'p':
			class.WriteString(`!-/:-@\[-` + "`" + `{-~`)
		case 'i':
			fold = "(?i)"
		default:
			return "", fmt.Errorf("the modifier %c of compress is not understood", m)
		}
	}
	for _, c := range set {
		if strings.ContainsRune(`\^-[]`, c) {
			class.WriteByte('\\')
		}
		class.WriteRune(c)
	}
	if class.Len() == 0 {
		return "", fmt.Errorf("compress of nothing is not understood")
	}
	if keep {
		return fold + "[^" + class.String() + "]", nil
	}
	return fold + "[" + class.String() + "]", nil
}

func tranwrd(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 3, 3)
	if err != nil {
		return null, err
	}
	if args[1].text == nil || args[2].text == nil {
		r.note("blanks behind the words of tranwrd do not count here")
		return made(textKind, args, "nullif(rtrim(replace(%s, %s, coalesce(%s, ' '))), '')", args[0].sql, args[1].sql, args[2].sql).wide(), nil
	}
	to := *args[2].text
	if to == "" {
		to = " " // SAS puts a blank for nothing
	}
	return made(textKind, args, "nullif(rtrim(replace(%s, %s, %s)), '')", args[0].sql, quoteText(*args[1].text), quoteText(to)).wide(), nil
}

func translate(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 3, 3)
	if err != nil {
		return null, err
	}
	if args[1].text == nil || args[2].text == nil {
		return null, fmt.Errorf("translate needs constant characters")
	}
	to := *args[1].text
	for len([]rune(to)) < len([]rune(*args[2].text)) {
		to += " "
	}
	return made(textKind, args, "nullif(rtrim(translate(%s, %s, %s)), '')", args[0].sql, quoteText(*args[2].text), quoteText(to)).like(args[0]), nil
}

func indexOf(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 2, 3)
	if err != nil {
		return null, err
	}
	modifiers := ""
	if len(args) == 3 {
		word, ok := r.constantArg(c.args[2])
		if !ok || strings.Trim(word, "it") != "" {
			return null, fmt.Errorf("find is understood with the modifiers i and t")
		}
		modifiers = word
	}
	x, y := args[0].sql, args[1].sql
	if args[1].text != nil {
		y = quoteText(*args[1].text)
	}
	if _, variable := c.args[1].(name); !strings.Contains(modifiers, "t") && (variable || strings.HasSuffix(y, " '")) {
		x, y = r.stored(args[0], x), r.stored(args[1], y)
	}
	if strings.Contains(modifiers, "i") {
		x, y = "lower("+x+")", "lower("+y+")"
	}
	v := made(numberKind, args, "coalesce(strpos(%s, %s), 0)", x, y)
	v.sure = true
	return v, nil
}

// stored is a text with the blanks behind it that SAS searches too.
func (r *renderer) stored(v val, sql string) string {
	switch {
	case v.text != nil:
		return sql
	case v.length == 0:
		r.note("SAS searches the blanks behind %s too: its length is not known", sql)
		return sql
	}
	return fmt.Sprintf("rpad(coalesce(%s, ''), %d, ' ')", sql, v.length)
}

func lengthOf(blank int) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.texts(c, 1, 1)
		if err != nil {
			return null, err
		}
		v := made(numberKind, args, "coalesce(length(%s), %d)", args[0].sql, blank)
		v.sure = true
		return v, nil
	}
}

func cats(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 1, 10000)
	if err != nil {
		return null, err
	}
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = "ltrim(" + a.sql + ")"
		if c.name == "catt" { // blanks in front stay
			list[i] = a.sql
		} else if a.text != nil {
			list[i] = quoteText(strings.TrimSpace(*a.text))
		}
	}
	return made(textKind, args, "nullif(concat(%s), '')", strings.Join(list, ", ")).wide(), nil
}

func cat(r *renderer, c call) (val, error) {
	if len(c.args) == 0 {
		return null, fmt.Errorf("cat has no arguments")
	}
	e := c.args[0]
	for _, a := range c.args[1:] {
		e = binary{"||", e, a}
	}
	v, err := r.concat(binary{"||", e, textLit{""}})
	return v.wide(), err
}

func catx(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 2, 10000)
	if err != nil {
		return null, err
	}
	if args[0].text == nil {
		return null, fmt.Errorf("catx needs a constant separator")
	}
	list := make([]string, len(args)-1)
	for i, a := range args[1:] {
		list[i] = "nullif(ltrim(" + a.sql + "), '')"
	}
	return made(textKind, args, "nullif(concat_ws(%s, %s), '')", quoteText(*args[0].text), strings.Join(list, ", ")).wide(), nil
}

func repeat(r *renderer, c call) (val, error) {
	if len(c.args) != 2 {
		return null, fmt.Errorf("repeat has two arguments")
	}
	x, err := r.texts(call{name: "repeat", args: c.args[:1]}, 1, 1)
	if err != nil {
		return null, err
	}
	n, err := r.numeric(c.args[1])
	if err != nil || n.number == nil || *n.number < 0 || *n.number > 1000 {
		return null, fmt.Errorf("repeat needs a constant number")
	}
	return made(textKind, x, "repeat(%s, %d)", x[0].sql, int(*n.number)+1).wide(), nil
}

func verify(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 2, 2)
	if err != nil {
		return null, err
	}
	if args[1].text == nil {
		return null, fmt.Errorf("verify needs constant characters")
	}
	class, err := characters(*args[1].text, "k")
	if err != nil {
		return null, err
	}
	return made(numberKind, args, "coalesce(nullif(strpos(%[1]s, regexp_extract(%[1]s, %[2]s)), 1 - regexp_matches(%[1]s, %[2]s)::INTEGER), 0)", args[0].sql, quoteText(class)), nil
}

func countOf(r *renderer, c call) (val, error) {
	args, err := r.texts(c, 2, 2)
	if err != nil {
		return null, err
	}
	if args[1].text == nil || *args[1].text == "" {
		return null, fmt.Errorf("count needs a constant text")
	}
	return made(numberKind, args, "coalesce((length(%[1]s) - length(replace(%[1]s, %[2]s, ''))) // %[3]d, 0)", args[0].sql, quoteText(*args[1].text), len([]rune(*args[1].text))), nil
}

func which(r *renderer, c call) (val, error) {
	if len(c.args) < 2 {
		return null, fmt.Errorf("%s has two or more arguments", c.name)
	}
	var e caseExpr
	for i, a := range c.args[1:] {
		e.whens = append(e.whens, whenExpr{binary{"=", c.args[0], a}, numberLit{float64(i + 1), fmt.Sprint(i + 1)}})
	}
	e.otherwise = numberLit{0, "0"}
	return r.caseOf(e)
}

// putOf writes a value with a format.
func putOf(r *renderer, c call) (val, error) {
	f := c.args[1].(format)
	x, err := r.value(c.args[0])
	if err != nil {
		return x, err
	}
	if user, ok := r.formats[f.name]; ok {
		return user.put(r, x, f.width)
	}
	if pattern, ok := datePatterns[f.name]; ok {
		d := r.toDate(x)
		out := made(textKind, []val{x}, pattern.sql(f.width), d.sql)
		if out.length = f.width; out.length == 0 {
			out.length = pattern.width
		}
		return out, nil
	}
	switch f.name {
	case "z":
		n := r.toNumber(x)
		v := made(textKind, []val{n}, "sas.put_z_v1(%s, %d)", n.sql, max(f.width, 1))
		v.length = f.width
		if f.digits > 0 {
			return null, fmt.Errorf("the format Zw.d is understood without decimals alone")
		}
		return v, nil
	case "$", "$char", "$varying":
		t := r.toText(x)
		if f.width > 0 && (t.length == 0 || t.length > f.width) {
			t = made(textKind, []val{t}, "rtrim(left(%s, %d))", t.sql, f.width)
		}
		if t.length = f.width; f.width == 0 {
			t.length = x.length
		}
		return t, nil
	case "", "best", "f":
		n := r.toNumber(x)
		width := f.width
		if width == 0 {
			width = 12
		}
		v := made(textKind, []val{n}, "sas.put_f_v1(%s, %d, %d)", n.sql, width, f.digits)
		if f.name == "best" {
			v.sql = fmt.Sprintf("coalesce(lpad(sas.best_v1(%s), %d, ' '), lpad('.', %d, ' '))", n.sql, width, width)
		}
		v.length, v.sure = width, true
		return v, nil
	case "comma":
		n := r.toNumber(x)
		v := made(textKind, []val{n}, "coalesce(lpad(printf('%%,.%df', %s::DOUBLE), %d, ' '), lpad('.', %d, ' '))", f.digits, n.sql, max(f.width, 6), max(f.width, 6))
		v.length = f.width
		return v, nil
	}
	return null, fmt.Errorf("the format %s is not understood in put", f.name)
}

// datePattern is how a format writes dates: the pattern of strftime for each
// width, 0 being the usual one.
type datePattern struct {
	width    int
	patterns map[int]string
	upper    bool
}

func (p datePattern) sql(width int) string {
	if width == 0 {
		width = p.width
	}
	pattern, ok := p.patterns[width]
	if !ok {
		pattern = p.patterns[p.width]
	}
	out := "strftime(%s, '" + strings.ReplaceAll(pattern, "%", "%%") + "')"
	if p.upper {
		out = "upper(" + out + ")"
	}
	return out
}

var datePatterns = map[string]datePattern{
	"date":    {7, map[int]string{7: "%d%b%y", 9: "%d%b%Y", 11: "%d-%b-%Y"}, true},
	"ddmmyy":  {8, map[int]string{6: "%d%m%y", 8: "%d/%m/%y", 10: "%d/%m/%Y"}, false},
	"ddmmyyn": {8, map[int]string{6: "%d%m%y", 8: "%d%m%Y"}, false},
	"mmddyy":  {8, map[int]string{6: "%m%d%y", 8: "%m/%d/%y", 10: "%m/%d/%Y"}, false},
	"yymmdd":  {8, map[int]string{6: "%y%m%d", 8: "%y-%m-%d", 10: "%Y-%m-%d"}, false},
	"yymmddn": {8, map[int]string{6: "%y%m%d", 8: "%Y%m%d"}, false},
	"yymmn":   {6, map[int]string{4: "%y%m", 6: "%Y%m"}, false},
	"monyy":   {5, map[int]string{5: "%b%y", 7: "%b%Y"}, true},
	"year":    {4, map[int]string{2: "%y", 4: "%Y"}, false},
}

// inputOf reads a text with a format.
func inputOf(r *renderer, c call) (val, error) {
	f := c.args[1].(format)
	v, err := r.value(c.args[0])
	if err != nil {
		return v, err
	}
	x := r.toText(v)
	cut := x.sql
	if f.width > 0 && (x.length == 0 || x.length > f.width) {
		cut = fmt.Sprintf("left(%s, %d)", x.sql, f.width)
	}
	switch f.name {
	case "", "f", "best", "comma", "numx":
		if f.digits > 0 {
			r.note("input with %d decimals: SAS divides a number that is written without a point by a power of ten", f.digits)
		}
		if f.name == "comma" {
			cut = "translate(" + cut + ", ',$ %', '')"
		}
		return made(numberKind, []val{x}, "try_cast(%s AS DOUBLE)", cut), nil
	case "$", "$char":
		out := made(textKind, []val{x}, "%s", cut)
		out.length = f.width
		return out, nil
	case "yymmdd":
		return made(dateKind, []val{x}, "sas.input_date_v1(%s, 'YMD')", cut), nil
	case "ddmmyy":
		return made(dateKind, []val{x}, "sas.input_date_v1(%s, 'DMY')", cut), nil
	case "mmddyy":
		return made(dateKind, []val{x}, "sas.input_date_v1(%s, 'MDY')", cut), nil
	case "date":
		return made(dateKind, []val{x}, "CAST(try_strptime(%s, ['%%d%%b%%Y', '%%d-%%b-%%Y']) AS DATE)", cut), nil
	}
	if user, ok := r.formats["@"+f.name]; ok {
		return user.reads(r, x)
	}
	return null, fmt.Errorf("the format %s is not understood in input", f.name)
}

func monotonic(r *renderer, _ call) (val, error) {
	if r.order == nil {
		return null, fmt.Errorf("monotonic() is not understood here")
	}
	return val{sql: "row_number() OVER (" + r.order() + ")", kind: numberKind, prec: precAtom, sure: true, window: true}, nil
}

// ranuni draws a number for each row: the stream of SAS, in the order of rows.
func ranuni(r *renderer, c call) (val, error) {
	seed, err := r.numbers(c, 1, 1)
	if err != nil {
		return null, err
	}
	if r.calls++; seed[0].number == nil || *seed[0].number < 1 || r.order == nil || r.guarded || r.calls > 1 {
		return null, fmt.Errorf("ranuni is understood once a row, unconditionally, with a constant seed above 0")
	}
	return val{sql: "sas.ranuni_v1(" + seed[0].sql + ", row_number() OVER (" + r.order() + "))", kind: numberKind, prec: precAtom, sure: true, window: true}, nil
}

func lagOf(r *renderer, c call) (val, error) {
	n, err := strconv.Atoi("0" + strings.TrimPrefix(c.name, "lag"))
	if err != nil || len(c.args) != 1 || r.lag == nil || n > 100 {
		return null, fmt.Errorf("%s is not understood here", c.name)
	}
	v, err := r.value(c.args[0])
	if err != nil {
		return v, err
	}
	return r.lag(v, max(n, 1))
}

func difOf(r *renderer, c call) (val, error) {
	if len(c.args) != 1 {
		return null, fmt.Errorf("dif has one argument")
	}
	return r.arithmetic(binary{"-", c.args[0], call{name: "lag", args: c.args}})
}
