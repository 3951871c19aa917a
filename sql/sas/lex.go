package sas

import (
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	wordToken tokenKind = iota
	numberToken
	textToken // quoted; the letter behind it is the suffix
	opToken
	missingToken // . or .a
	endToken     // beyond the last
)

// token is a word of the program. Text is in lower case for words and operators.
type token struct {
	kind     tokenKind
	text     string
	suffix   byte // of a quoted text: d, t, n, x, or D for dt
	line     int
	at, end  int // in the expanded program
	original string
}

// statement is what ends with a semicolon.
type statement struct {
	tokens   []token
	line     int
	text     string   // as written
	comments []string // that stand in front of it
	data     []string // lines after datalines
	closed   bool     // it has its semicolon
}

// first is the first word.
func (s *statement) first() string {
	if len(s.tokens) > 0 && s.tokens[0].kind == wordToken {
		return s.tokens[0].text
	}
	return ""
}

// word is the i-th token when it is a word, or else "".
func (s *statement) word(i int) string {
	if i < len(s.tokens) && s.tokens[i].kind == wordToken {
		return s.tokens[i].text
	}
	return ""
}

type lexer struct {
	src        *source
	at         int
	comments   []string
	statements []statement
	current    statement
	start      int // of the current statement
}

// lex cuts the expanded program into statements.
func lex(src *source) ([]statement, []string) {
	l := &lexer{src: src, start: -1}
	for l.at < len(src.text) {
		l.next()
	}
	if l.start >= 0 {
		l.finish(len(src.text), false)
	}
	return l.statements, l.comments
}

func (l *lexer) rest() string { return string(l.src.text[l.at:min(len(l.src.text), l.at+1<<16)]) }

func (l *lexer) line() int { return int(l.src.lines[min(l.at, len(l.src.lines)-1)]) }

func (l *lexer) finish(end int, closed bool) {
	l.current.text = strings.TrimSpace(string(l.src.text[l.start:end]))
	l.current.comments, l.comments = l.comments, nil
	l.current.closed = closed
	if len(l.current.tokens) > 0 {
		l.statements = append(l.statements, l.current)
	}
	l.current, l.start = statement{}, -1
}

// next takes one token, comment or blank.
func (l *lexer) next() {
	c := l.src.text[l.at]
	switch {
	case isSpace(c):
		l.at++
	case c == '/' && l.at+1 < len(l.src.text) && l.src.text[l.at+1] == '*':
		l.comment()
	case c == '*' && l.start < 0:
		end := l.find(";")
		l.comments = append(l.comments, cleanComment(string(l.src.text[l.at+1:end])))
		l.at = min(end+1, len(l.src.text))
	case c == ';':
		l.at++
		if l.start >= 0 {
			l.finish(l.at-1, true)
			l.datalines()
		}
	default:
		l.token()
	}
}

func (l *lexer) find(what string) int {
	if i := strings.Index(string(l.src.text[l.at:]), what); i >= 0 {
		return l.at + i
	}
	return len(l.src.text)
}

func (l *lexer) comment() {
	l.at += len("/*")
	end := l.find("*/")
	l.comments = append(l.comments, cleanComment(string(l.src.text[l.at:end])))
	l.at = min(end+2, len(l.src.text))
}

// cleanComment takes the stars of boxes away.
func cleanComment(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.Trim(line, " \t\r*"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// datalines takes the lines after a datalines statement.
func (l *lexer) datalines() {
	s := &l.statements[len(l.statements)-1]
	switch s.first() {
	case "datalines", "cards", "lines":
	default:
		return
	}
	if len(s.tokens) != 1 {
		return
	}
	l.skipLine()
	for l.at < len(l.src.text) {
		start := l.at
		l.skipLine()
		line := strings.TrimRight(string(l.src.text[start:l.at]), "\r\n")
		if strings.Contains(line, ";") {
			return
		}
		s.data = append(s.data, line)
	}
}

func (l *lexer) skipLine() { l.at = min(l.find("\n")+1, len(l.src.text)) }

var operators = []string{"**", "<=", ">=", "<>", "><", "^=", "~=", "=:", "||", "!!"}

func (l *lexer) token() {
	rest := l.rest()
	if l.start < 0 {
		l.start = l.at
		l.current.line = l.line()
	}
	t := token{line: l.line(), at: l.at}
	n := 1
	switch c := rest[0]; {
	case isLetter(c) || c >= utf8.RuneSelf:
		n = wordLength(rest)
		t.kind, t.text = wordToken, strings.ToLower(rest[:n])
	case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
		n = numberLength(rest)
		t.kind, t.text = numberToken, rest[:n]
	case c == '.' && !l.adjacentWord():
		t.kind, t.text = missingToken, "."
		if len(rest) > 1 && isLetter(rest[1]) && (len(rest) == 2 || !isLetter(rest[2]) && !isDigit(rest[2])) {
			n, t.text = 2, strings.ToLower(rest[:2])
		}
	case c == '\'' || c == '"':
		n = l.quoted(rest, &t)
	default:
		t.kind, t.text = opToken, rest[:1]
		for _, op := range operators {
			if strings.HasPrefix(rest, op) {
				t.text, n = op, len(op)
				break
			}
		}
	}
	t.original = rest[:n]
	l.at += n
	t.end = l.at
	l.current.tokens = append(l.current.tokens, t)
}

// wordLength is how long the word is that text begins with. SAS takes letters
// beyond ASCII in names where it is told to (validvarname=any).
func wordLength(text string) int {
	n := 0
	for n < len(text) && (isLetter(text[n]) || isDigit(text[n]) || text[n] >= utf8.RuneSelf) {
		n++
	}
	return n
}

// adjacentWord tells whether a word or a closing quote ends right here.
func (l *lexer) adjacentWord() bool {
	if n := len(l.current.tokens); n > 0 {
		last := l.current.tokens[n-1]
		return last.end == l.at && (last.kind == wordToken || last.kind == textToken)
	}
	return false
}

func numberLength(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	if n < len(text) && text[n] == '.' {
		n++
		for n < len(text) && isDigit(text[n]) {
			n++
		}
	}
	if n+1 < len(text) && text[n]|0x20 == 'e' {
		k := n + 1
		if text[k] == '-' || text[k] == '+' {
			k++
		}
		if k < len(text) && isDigit(text[k]) {
			for k < len(text) && isDigit(text[k]) {
				k++
			}
			n = k
		}
	}
	return n
}

// quoted reads a quoted text, whose quotes are doubled within, and its suffix.
func (l *lexer) quoted(rest string, t *token) int {
	quote := rest[0]
	var out strings.Builder
	n := 1
	for n < len(rest) {
		if rest[n] == quote {
			if n+1 < len(rest) && rest[n+1] == quote {
				n++
			} else {
				break
			}
		}
		out.WriteByte(rest[n])
		n++
	}
	n = min(n+1, len(rest))
	t.kind, t.text = textToken, out.String()
	suffix := strings.ToLower(leadingWord(rest[n:min(len(rest), n+3)]))
	switch suffix {
	case "d", "t", "n", "x":
		t.suffix = suffix[0]
		n++
	case "dt":
		t.suffix = 'D'
		n += 2
	}
	if t.suffix == 'n' {
		t.kind, t.text = wordToken, strings.ToLower(t.text)
	}
	return n
}
