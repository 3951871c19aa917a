package macros_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// formatOracles answer the functions of SAS that cut texts, and that write and
// read numbers and dates.
var formatOracles = []oracle{
	drawn("sas.substr_v1", 400, []draw{
		someTexts, oneOf("DOUBLE", nil, -1.0, 0.0, 1.0, 2.0, 2.5, 4.0, 5.0, 9.0), oneOf("DOUBLE", nil, -1.0, 0.0, 1.0, 2.9, 4.0, 99.0),
	}, part),
	drawn("sas.scan_v1", 600, []draw{someTexts, oneOf("DOUBLE", nil, -9.0, -2.0, -1.0, 0.0, 1.0, 2.0, 2.5, 3.0, 9.0), separators}, func(a []any) any {
		n, ok := a[1].(float64)
		words := wordsOf(a[0], a[2])
		if n < 0 {
			n += float64(len(words)) + 1
		}
		if !ok || int(n) < 1 || int(n) > len(words) {
			return nil
		}
		return blank(words[int(n)-1])
	}),
	drawn("sas.countw_v1", 300, []draw{someTexts, separators}, func(a []any) any { return len(wordsOf(a[0], a[1])) }),
	drawn("sas.best_v1", 600, []draw{sevenths, oneOf("BIGINT", 3.0, 5.0, 6.0, 8.0, 12.0, 12.0, 16.0, 0.0, 33.0, nil)}, func(a []any) any {
		w, ok := a[1].(float64)
		if a[0] == nil || !ok || w < 1 || w > 32 {
			return nil
		}
		return best(a[0].(float64), int(w))
	}),
	drawn("sas.put_f_v1", 600, []draw{amounts, widths, decimals}, func(a []any) any {
		return printed(a, func(text string, _ int) string { return text }, best)
	}),
	drawn("sas.put_comma_v1", 600, []draw{amounts, widths, decimals}, func(a []any) any {
		return printed(a, func(text string, w int) string {
			whole, rest, _ := strings.Cut(text, ".")
			for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
				whole = whole[:i] + "," + whole[i:]
			}
			if out := whole + strings.Repeat(".", ternary(rest == "", 0, 1)) + rest; len(out) <= w {
				return out
			}
			return text
		}, best)
	}),
	drawn("sas.put_z_v1", 600, []draw{amounts, widths, decimals}, func(a []any) any {
		return printed(a, func(text string, w int) string {
			for len(text) < w {
				text = strings.Replace("0"+text, "0-", "-0", 1)
			}
			return text
		}, best)
	}),
	drawn("sas.put_date_v1", 300, []draw{someDays, oneOf("VARCHAR", "date7.", "DATE9", "date11.", "ddmmyy10.", "mmddyy8.", "yymmdd10.", "YYMMDDN8.", "yymmn6.", "monyy5.", "year4.", "roman.", nil)}, written),
	drawn("sas.input_f_v1", 400, []draw{
		numberTexts, oneOf("BIGINT", 32.0, 32.0, 3.0, 1.0, 0.0, nil), oneOf("BIGINT", 0.0, 0.0, 2.0, 1.0, -1.0, nil),
	}, func(a []any) any {
		text, ok := a[0].(string)
		w, ok1 := a[1].(float64)
		d, ok2 := a[2].(float64)
		if !ok || !ok1 || !ok2 || w < 1 || d < 0 {
			return nil
		}
		return readNumber(text[:min(len(text), int(w))], int(d))
	}),
	drawn("sas.input_comma_v1", 300, []draw{numberTexts, oneOf("BIGINT", 32.0, 4.0), oneOf("BIGINT", 0.0, 2.0)}, func(a []any) any {
		text, ok := a[0].(string)
		if !ok {
			return nil
		}
		text = strings.TrimLeft(text[:min(len(text), int(a[1].(float64)))], " ")
		sign := ternary(strings.HasPrefix(text, "-") || strings.HasPrefix(text, "("), -1.0, 1.0)
		for _, c := range ",$% ()-" {
			text = strings.ReplaceAll(text, string(c), "")
		}
		if x, ok := readNumber(text, int(a[2].(float64))).(float64); ok {
			return sign * x
		}
		return nil
	}),
	drawn("sas.input_date_v1", 600, []draw{dateTexts, oneOf("VARCHAR", "YMD", "DMY", "mdy", "DATE", "YDM", nil)}, readDate),
}

// someTexts are words and separators in all sorts of order.
var someTexts = draw{"VARCHAR", func(r *rand.Rand) any {
	if r.IntN(15) == 0 {
		return nil
	}
	text := ""
	for range r.IntN(9) {
		text += pick(r, "a", "b", "Bc", "é", "1", "23", " ", "  ", ",", "-", "]", ";", "/a")
	}
	return text
}}

var separators = oneOf("VARCHAR", " ", ",", " ,-", "]^-", "", "a", ";/ ")

// blank is nothing for a text of blanks, and the text without those behind.
func blank(text string) any {
	if text = strings.TrimRight(text, " "); text == "" {
		return nil
	}
	return text
}

func part(a []any) any {
	text, ok := a[0].(string)
	place, there := a[1].(float64)
	runes := []rune(text)
	if !ok || !there || int(place) < 1 || int(place) > len(runes) {
		return nil
	}
	rest := runes[int(place)-1:]
	if n, ok := a[2].(float64); ok && int(n) >= 1 && int(n) < len(rest) {
		rest = rest[:int(n)]
	}
	return blank(string(rest))
}

func wordsOf(text, separators any) []string {
	x, _ := text.(string)
	return strings.FieldsFunc(x, func(c rune) bool { return strings.ContainsRune(separators.(string), c) })
}

// sevenths have no end in decimals; whole numbers are among them.
var sevenths = draw{"DOUBLE", func(r *rand.Rand) any {
	x := float64(r.IntN(20001) - 10000)
	switch r.IntN(4) {
	case 0:
		return nil
	case 1:
		return x
	}
	return x / 7 * math.Pow10(r.IntN(22)-9)
}}

// best tries one way after the other to write a number, the most precise first.
func best(x float64, w int) string {
	if whole := strconv.FormatFloat(x, 'f', 0, 64); x == math.Trunc(x) && len(whole) <= w && math.Abs(x) < 1e16 {
		return whole
	}
	digits, _ := strconv.Atoi(strings.Split(strconv.FormatFloat(x, 'e', 14, 64), "e")[1])
	for d := 14 - digits; d >= 0 && math.Abs(x) >= 1e-5; d-- {
		text := strconv.FormatFloat(x, 'f', d, 64)
		if d == 0 {
			text = strconv.FormatFloat(math.Round(x), 'f', 0, 64) // halves away from zero
		} else if len(text) > w {
			continue
		}
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		if len(text) <= w && strings.Trim(text, "-0.") != "" {
			return text
		}
	}
	for d := 14; d >= 0; d-- {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', d, 64), "e")
		power, _ := strconv.Atoi(exponent)
		tail := fmt.Sprintf("E%d", power)
		if len(mantissa)+len(tail) > w {
			continue
		}
		if d > 0 {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return mantissa + tail
	}
	return strings.Repeat("*", w)
}

var (
	widths   = oneOf("BIGINT", 1.0, 3.0, 5.0, 7.0, 8.0, 10.0, 12.0, 0.0, nil)
	decimals = oneOf("BIGINT", 0.0, 0.0, 1.0, 2.0, 3.0, -1.0, nil)
)

// printed writes a number in decimals, dressed, and otherwise where it does not
// fit.
func printed(a []any, dress func(text string, w int) string, otherwise func(x float64, w int) string) any {
	w, ok := a[1].(float64)
	d, there := a[2].(float64)
	if !ok || !there || w < 1 || d < 0 {
		return nil
	}
	text := "."
	if x, ok := a[0].(float64); ok {
		text = new(big.Rat).Abs(decimal(x)).FloatString(int(d)) // halves away from zero
		if x < 0 {
			text = "-" + text
		}
		text = dress(text, int(w))
		if len(text) == int(w)+1 && strings.Contains(text, "0.") && math.Abs(x) < 0.5 {
			text = strings.Replace(text, "0.", ".", 1)
		}
		if len(text) > int(w) {
			text = otherwise(x, int(w))
		}
	}
	return fmt.Sprintf("%*s", int(w), text)
}

func written(a []any) any {
	name, _ := a[1].(string)
	layout := map[string]string{
		"DATE7": "02Jan06", "DATE9": "02Jan2006", "DATE11": "02-Jan-2006", "DDMMYY10": "02/01/2006", "MMDDYY8": "01/02/06",
		"YYMMDD10": "2006-01-02", "YYMMDDN8": "20060102", "YYMMN6": "200601", "MONYY5": "Jan06", "YEAR4": "2006",
	}[strings.TrimSuffix(strings.ToUpper(name), ".")]
	d, ok := a[0].(day)
	switch {
	case layout == "":
		return nil
	case !ok:
		return fmt.Sprintf("%*s", len(layout), ".")
	}
	return strings.ToUpper(d.Format(layout))
}

var numberTexts = oneOf("VARCHAR", nil, "", " ", ".", "0", "12", " 12 ", "1234", "12.5", "-7", "+7.", ".5", "-.5", "1e2", "1D2", "1E", "e5", "12x", "1 2", "--1", "$1,234", "(500)", "5-", "12%", "1.2.3", "NaN", "inf", "0x10")

// readNumber reads a number character by character.
func readNumber(text string, decimals int) any {
	text = strings.Trim(text, " ")
	i, digits, point := 0, 0, false
	if i < len(text) && strings.ContainsRune("+-", rune(text[i])) {
		i++
	}
	for ; i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] == '.' && !point); i++ {
		point = point || text[i] == '.'
		digits += ternary(text[i] == '.', 0, 1)
	}
	mantissa, power := text[:i], text[i:]
	if digits == 0 {
		return nil
	}
	if power != "" {
		n, err := strconv.Atoi(power[1:])
		if err != nil || !strings.ContainsRune("eEdD", rune(power[0])) {
			return nil
		}
		mantissa, decimals = mantissa+"e"+strconv.Itoa(n), 0
	}
	x, err := strconv.ParseFloat(mantissa, 64)
	if err != nil {
		return nil
	}
	if !point {
		x /= math.Pow10(decimals)
	}
	return x
}

var dateTexts = draw{"VARCHAR", func(r *rand.Rand) any {
	d := dayOf(pick(r, 1900, 1926, 1999, 2008, 2025), pick(r, 1, 2, 3, 11, 12), 1+r.IntN(31))
	return pick[any](r, nil, "", ".", "00000000", "20081332", "2008", "1/2", "1//2/3", "abcdef", "29feb2007", "31xyz2008",
		d.Format("20060102"), d.Format("060102"), d.Format("2006-01-02"), d.Format("06.1.2"), d.Format("02012006"), d.Format("020106"),
		d.Format("2/1/2006"), d.Format("02 01 06"), d.Format("01/02/2006"), d.Format("010206"), d.Format("02Jan2006"), d.Format("2-jan-06"), " "+d.Format("02/01/2006")+" ")
}}

// readDate takes a text apart at its separators or at fixed places.
func readDate(a []any) any {
	text, ok := a[0].(string)
	order, there := a[1].(string)
	if !ok || !there {
		return nil
	}
	text = strings.ToLower(strings.Trim(text, " "))
	order = strings.ToUpper(order)
	if order == "DATE" {
		for _, layout := range []string{"2Jan2006", "2-Jan-2006", "2Jan06", "2-Jan-06"} {
			if d, err := time.Parse(layout, text); err == nil {
				year := d.Year()
				if !strings.HasSuffix(layout, "2006") {
					year = century(year % 100)
				}
				return calendarDay([]any{float64(d.Month()), float64(d.Day()), float64(year)})
			}
		}
		return nil
	}
	parts := strings.FieldsFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if len(parts) == 1 && parts[0] == text {
		parts = nil
		for rest := text; rest != ""; {
			n := min(2, len(rest))
			if place := len(parts); place < 3 && order[place] == 'Y' && len(text) == 8 {
				n = min(4, len(rest))
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
	} else if len(strings.Join(parts, "/")) != len(text) {
		return nil
	}
	if len(parts) != 3 || !strings.Contains("YMD DMY MDY", order) {
		return nil
	}
	found := map[byte]any{}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		isYear := order[i] == 'Y'
		if err != nil || len(p) > 2 && !(isYear && len(p) == 4) || isYear && len(p) == 1 {
			return nil
		}
		found[order[i]] = float64(n)
	}
	return calendarDay([]any{found['M'], found['D'], found['Y']})
}

func century(n int) int { return ternary(n < 26, 2000+n, 1900+n) }
