package macros_test

import (
	"strings"
	"unicode"
)

// fewCharacters are what functions are told to look for or take out.
var fewCharacters = oneOf("VARCHAR", nil, "", " ", "a", "ab", "b-", ",]", "é1", "23 ", "B", "bB")

// textOracles answer the functions of SAS on texts, character by character.
var textOracles = []oracle{
	drawn("sas.upcase_v1", 200, []draw{someTexts}, each(unicode.ToUpper)),
	drawn("sas.lowcase_v1", 200, []draw{someTexts}, each(unicode.ToLower)),
	drawn("sas.propcase_v1", 300, []draw{someTexts, oneOf("VARCHAR", " /-", "", "a", "é1")}, func(a []any) any {
		text, _ := a[0].(string)
		var b strings.Builder
		before := rune(0)
		for _, c := range text {
			if before == 0 || strings.ContainsRune(a[1].(string), before) {
				b.WriteRune(unicode.ToUpper(c))
			} else {
				b.WriteRune(unicode.ToLower(c))
			}
			before = c
		}
		return blank(b.String())
	}),
	drawn("sas.strip_v1", 200, []draw{someTexts}, func(a []any) any {
		text, _ := a[0].(string)
		for strings.HasPrefix(text, " ") {
			text = text[1:]
		}
		return blank(text)
	}),
	drawn("sas.compbl_v1", 200, []draw{someTexts}, func(a []any) any {
		text, _ := a[0].(string)
		for strings.Contains(text, "  ") {
			text = strings.ReplaceAll(text, "  ", " ")
		}
		return blank(text)
	}),
	drawn("sas.length_v1", 200, []draw{someTexts}, func(a []any) any {
		text, _ := a[0].(string)
		return max(1, len([]rune(strings.TrimRight(text, " "))))
	}),
	drawn("sas.compress_set_v1", 300, []draw{oneOf("VARCHAR", nil, "", "x", "Y-"), modifiers}, func(a []any) any {
		text, _ := a[0].(string)
		letters, _ := a[1].(string)
		return told(text, strings.ToLower(letters))
	}),
	drawn("sas.compress_v1", 900, []draw{someTexts, fewCharacters, modifiers}, func(a []any) any {
		text, ok := a[0].(string)
		chars, _ := a[1].(string)
		letters, _ := a[2].(string)
		if letters = strings.ToLower(letters); !ok {
			return nil
		}
		var b strings.Builder
		for _, c := range text {
			if strings.ContainsRune(told(chars, letters), c) == strings.Contains(letters, "k") {
				b.WriteRune(c)
			}
		}
		return blank(b.String())
	}),
	drawn("sas.translate_v1", 400, []draw{someTexts, oneOf("VARCHAR", "", "x", "xy", "é-z"), oneOf("VARCHAR", "", "a", "ba", " ,", "é")}, func(a []any) any {
		text, _ := a[0].(string)
		to, from := []rune(a[1].(string)), []rune(a[2].(string))
		var b strings.Builder
		for _, c := range text {
			for i, f := range from {
				if c == f {
					c = ' '
					if i < len(to) {
						c = to[i]
					}
					break
				}
			}
			b.WriteRune(c)
		}
		return blank(b.String())
	}),
	drawn("sas.tranwrd_v1", 400, []draw{someTexts, fewCharacters, oneOf("VARCHAR", nil, "", "x", "a", "é ")}, func(a []any) any {
		text, _ := a[0].(string)
		word, _ := a[1].(string)
		by, _ := a[2].(string)
		if by == "" {
			by = " "
		}
		out := ""
		for text != "" {
			if word != "" && strings.HasPrefix(text, word) {
				out, text = out+by, text[len(word):]
			} else {
				out, text = out+text[:1], text[1:]
			}
		}
		return blank(out)
	}),
	drawn("sas.index_v1", 400, []draw{someTexts, fewCharacters}, func(a []any) any {
		text, _ := a[0].(string)
		word, _ := a[1].(string)
		for i := range []rune(text) {
			if word != "" && strings.HasPrefix(string([]rune(text)[i:]), word) {
				return i + 1
			}
		}
		return 0
	}),
	drawn("sas.verify_v1", 400, []draw{someTexts, oneOf("VARCHAR", "", "ab", "aBbc123é", " ab", "abc,-;/]é123 B")}, func(a []any) any {
		text, _ := a[0].(string)
		if text = strings.TrimRight(text, " "); text == "" {
			text = " "
		}
		for i, c := range []rune(text) {
			if !strings.ContainsRune(a[1].(string), c) {
				return i + 1
			}
		}
		return 0
	}),
	drawn("sas.cats_v1", 300, []draw{listOf(someTexts)}, func(a []any) any {
		out := ""
		for _, x := range a[0].([]any) {
			text, _ := x.(string)
			out += strings.Trim(text, " ")
		}
		return blank(out)
	}),
	drawn("sas.catx_v1", 300, []draw{oneOf("VARCHAR", "-", ", ", "", nil), listOf(someTexts)}, func(a []any) any {
		separator, _ := a[0].(string)
		var there []string
		for _, x := range a[1].([]any) {
			if text, _ := x.(string); strings.Trim(text, " ") != "" {
				there = append(there, strings.Trim(text, " "))
			}
		}
		return blank(strings.Join(there, separator))
	}),
	drawn("sas.eq_text_v1", 300, []draw{nearTexts, nearTexts}, inOrder(func(c int) bool { return c == 0 })),
	drawn("sas.lt_text_v1", 300, []draw{nearTexts, nearTexts}, inOrder(func(c int) bool { return c < 0 })),
	drawn("sas.le_text_v1", 300, []draw{nearTexts, nearTexts}, inOrder(func(c int) bool { return c <= 0 })),
}

var (
	modifiers = oneOf("VARCHAR", "", "k", "d", "KD", "a", "l", "u", "ik", "i", "f", "n", "s", "sk", "p", "h", "dp", nil)
	nearTexts = oneOf("VARCHAR", nil, "", " ", "a", "a ", "a  ", " a", "ab", "a b", "b", "é", "a\t", "A")
)

func each(f func(rune) rune) func(a []any) any {
	return func(a []any) any {
		text, _ := a[0].(string)
		return blank(strings.Map(f, text))
	}
}

// told are the characters that COMPRESS is told: those given, then the classes.
func told(chars, letters string) string {
	between := func(low, high rune) string {
		text := ""
		for c := low; c <= high; c++ {
			text += string(c)
		}
		return text
	}
	for _, class := range []struct{ letters, characters string }{
		{"dn", between('0', '9')},
		{"alfn", between('a', 'z')},
		{"aufn", between('A', 'Z')},
		{"fn", "_"},
		{"s", " \t\n\v\f\r"},
		{"h", "\t"},
		{"p", between('!', '/') + between(':', '@') + between('[', '`') + between('{', '~')},
	} {
		if strings.ContainsAny(letters, class.letters) {
			chars += class.characters
		}
	}
	if strings.Contains(letters, "i") {
		chars = strings.ToLower(chars) + strings.ToUpper(chars)
	}
	return chars
}

// inOrder compares two texts character by character, blanks behind the shorter.
func inOrder(is func(c int) bool) func(a []any) any {
	return func(a []any) any {
		x, _ := a[0].(string)
		y, _ := a[1].(string)
		for len([]rune(x)) < len([]rune(y)) {
			x += " "
		}
		for len([]rune(y)) < len([]rune(x)) {
			y += " "
		}
		return is(strings.Compare(x, y))
	}
}
