package parse

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// Script parses a script: CREATE VIEW steps, each ended by a semicolon, and one
// SELECT. The steps come back as common table expressions of the SELECT, so
// that later ones see earlier ones.
func (p *Parser) Script(ctx context.Context, file, text string) (ast.Query, error) {
	if len(text) > maxText || !utf8.ValidString(text) {
		return nil, diag.New(diag.Query, "text", "the query is not valid text of at most 1 MiB").At(diag.Pos{File: file})
	}
	var steps []*ast.CTE
	var answer ast.Query
	for _, stmt := range statements(text) {
		at := Text{File: file, Whole: text, Start: stmt[0].start}
		if answer != nil {
			return nil, diag.New(diag.Guard, "one-select", "exactly one SELECT is answered, and it comes last").At(at.At(0)).
				WithHint("ask one question at a time, or name steps with CREATE VIEW name AS SELECT …; before it")
		}
		end := stmt[len(stmt)-1].end
		name, columns, body := viewHead(stmt)
		if body > 0 {
			at.Start = body
		}
		q, err := p.Select(ctx, at, text[at.Start:end])
		if err != nil {
			return nil, err
		}
		if body == 0 {
			answer = q
			continue
		}
		for _, s := range steps {
			if strings.EqualFold(s.Name, name) {
				return nil, diag.New(diag.Query, "duplicate-step", "the step %s is defined twice", name).At(diag.PosOf(file, text, stmt[0].start)).
					WithHint("give each step its own name")
			}
		}
		steps = append(steps, &ast.CTE{Name: name, Columns: columns, Query: q})
	}
	if answer == nil {
		return nil, diag.New(diag.Query, "no-select", "there is no SELECT to answer").At(diag.Pos{File: file}).
			WithHint("end the script with a SELECT")
	}
	c := answer.Common()
	c.With = append(steps, c.With...)
	return answer, nil
}

// Statements gives the byte ranges [start, end) of the statements in text,
// without their semicolons; Complete says whether the last one was ended.
func Statements(text string) (ranges [][2]int, complete bool) {
	toks := tokens(text)
	complete = len(toks) == 0 || toks[len(toks)-1].text == ";"
	for _, s := range statements(text) {
		ranges = append(ranges, [2]int{s[0].start, s[len(s)-1].end})
	}
	return ranges, complete
}

// Redact replaces the literals of text by question marks and its comments by
// nothing, for records that must not hold what an analyst searched for.
func Redact(text string) string {
	var b strings.Builder
	for i, t := range tokens(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.literal {
			b.WriteByte('?')
		} else {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// token is a word, a quoted name, a literal or a sign.
type token struct {
	text       string
	start, end int
	literal    bool
}

func statements(text string) [][]token {
	var out [][]token
	var stmt []token
	for _, t := range tokens(text) {
		if t.text == ";" {
			if len(stmt) > 0 {
				out = append(out, stmt)
			}
			stmt = nil
			continue
		}
		stmt = append(stmt, t)
	}
	if len(stmt) > 0 {
		out = append(out, stmt)
	}
	return out
}

// viewHead recognises CREATE [OR REPLACE] [TEMP] VIEW name [(columns)] AS and
// gives where its query starts; 0 when stmt is something else.
func viewHead(stmt []token) (name string, columns []string, body int) {
	i := 0
	word := func(words ...string) bool {
		for _, w := range words {
			if i < len(stmt) && strings.EqualFold(stmt[i].text, w) {
				i++
				return true
			}
		}
		return false
	}
	if !word("CREATE") {
		return "", nil, 0
	}
	if word("OR") && !word("REPLACE") {
		return "", nil, 0
	}
	word("TEMP", "TEMPORARY")
	if !word("VIEW") || i >= len(stmt) {
		return "", nil, 0
	}
	name = unquote(stmt[i].text)
	i++
	if word("(") {
		for i < len(stmt) && !word(")") {
			columns = append(columns, unquote(stmt[i].text))
			i++
			word(",")
		}
	}
	if !word("AS") || i >= len(stmt) {
		return "", nil, 0
	}
	return name, columns, stmt[i].start
}

func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}

// tokens splits text as the SQL lexer does: comments are dropped; strings,
// quoted names and dollar-quoted texts are one token each.
func tokens(text string) []token {
	var out []token
	for i := 0; i < len(text); {
		start := i
		r, size := utf8.DecodeRuneInString(text[i:])
		literal := false
		switch {
		case unicode.IsSpace(r):
			i += size
			continue
		case strings.HasPrefix(text[i:], "--"):
			i = skipTo(text, i, "\n")
			continue
		case strings.HasPrefix(text[i:], "/*"):
			i = skipComment(text, i)
			continue
		case r == '\'':
			i, literal = skipQuoted(text, i, '\'', false), true
		case r == '"':
			i = skipQuoted(text, i, '"', false)
		case (r == 'e' || r == 'E') && strings.HasPrefix(text[i+1:], "'"):
			i, literal = skipQuoted(text, i+1, '\'', true), true
		case r == '$' && dollarTag(text[i:]) != "":
			tag := dollarTag(text[i:])
			i, literal = skipTo(text, i+len(tag), tag), true
		case unicode.IsDigit(r):
			i, literal = skipWord(text, i, "."), true
		case unicode.IsLetter(r) || r == '_' || r == '$':
			i = skipWord(text, i+size, "$")
		default:
			i += size
		}
		out = append(out, token{text: text[start:i], start: start, end: i, literal: literal})
	}
	return out
}

func skipTo(text string, i int, end string) int {
	n := strings.Index(text[i:], end)
	if n < 0 {
		return len(text)
	}
	return i + n + len(end)
}

// skipComment skips a block comment; they nest.
func skipComment(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			depth++
			i += 2
		case strings.HasPrefix(text[i:], "*/"):
			depth--
			i += 2
			if depth == 0 {
				return i
			}
		default:
			i++
		}
	}
	return i
}

// skipQuoted skips from the opening quote at i past the closing one; a doubled
// quote stands for itself, and a backslash escapes when escapes is set.
func skipQuoted(text string, i int, quote byte, escapes bool) int {
	for i++; i < len(text); i++ {
		switch {
		case escapes && text[i] == '\\':
			i++
		case text[i] == quote && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// dollarTag gives the opening tag of a dollar-quoted text: $$ or $tag$.
func dollarTag(s string) string {
	end := strings.IndexByte(s[1:], '$')
	if end < 0 {
		return ""
	}
	for i, r := range s[1 : end+1] {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r)) {
			return ""
		}
	}
	return s[:end+2]
}

func skipWord(text string, i int, extra string) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && !strings.ContainsRune(extra, r) {
			break
		}
		i += size
	}
	return i
}
