package sas

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The macro language works on text, before anything else: [macros.expand] runs
// it and gives the program as SAS itself would see it, every byte with the line
// it comes from.

// Limits on what a macro may do, far above what programs need: a loop that does
// not end must not hang the translator.
const (
	maxDepth    = 40
	maxTurns    = 20_000
	maxTrouble  = 500
	maxExpanded = 1 << 22
)

// source is text of which every byte knows its line.
type source struct {
	text  []byte
	lines []int32
}

func (s *source) add(text string, line int) {
	for i := range len(text) {
		s.text = append(s.text, text[i])
		s.lines = append(s.lines, int32(line))
		if text[i] == '\n' {
			line++
		}
	}
}

// macros is the state of the macro language.
type macros struct {
	vars    []map[string]string // scopes, the global one first
	defs    map[string]*macroDef
	include func(name string) (string, error)
	depth   int
	turns   int
	size    int
	left    bool // the macro that runs is left
	trouble []problem
	now     time.Time // the moment of the run; zero when it is not known
	ran     int       // statements of the macro language that were run
}

type macroDef struct {
	params []macroParam
	listed bool // it has parentheses, even of nothing: a call takes those behind it
	body   string
	line   int
}

type macroParam struct{ name, value string }

// problem is what was not understood, or not as SAS does it, and where.
type problem struct {
	line  int
	text  string // the SAS
	why   string
	state State
}

func newMacros(opts Options) *macros {
	return &macros{vars: []map[string]string{{}}, defs: map[string]*macroDef{}, include: opts.Include, now: opts.Now}
}

func (m *macros) fail(line int, text, format string, args ...any) {
	m.trouble = append(m.trouble, problem{line, strings.TrimSpace(text), fmt.Sprintf(format, args...), Untranslated})
}

// atRun gives what depends on the moment of the run: it is that of the translation
// here, which is told.
func (m *macros) atRun(line int, text string, value func(time.Time) string) (string, bool) {
	if m.now.IsZero() {
		return "", false
	}
	m.trouble = append(m.trouble, problem{line, text, "the moment of the run is that of the translation", Approximated})
	return value(m.now), true
}

// automatic are the macro variables that SAS fills at the start of a session.
var automatic = map[string]func(time.Time) string{
	"sysdate":  func(t time.Time) string { return strings.ToUpper(t.Format("02Jan06")) },
	"sysdate9": func(t time.Time) string { return strings.ToUpper(t.Format("02Jan2006")) },
	"systime":  func(t time.Time) string { return t.Format("15:04") },
	"sysday":   func(t time.Time) string { return t.Format("Monday") },
}

// get finds a macro variable, the innermost first.
func (m *macros) get(name string) (string, bool) {
	name = strings.ToLower(name)
	for i := len(m.vars) - 1; i >= 0; i-- {
		if v, ok := m.vars[i][name]; ok {
			return v, true
		}
	}
	return "", false
}

// set changes a macro variable where it is, or makes it in the innermost scope.
func (m *macros) set(name, value string) {
	name = strings.ToLower(name)
	for i := len(m.vars) - 1; i >= 0; i-- {
		if _, ok := m.vars[i][name]; ok {
			m.vars[i][name] = value
			return
		}
	}
	m.vars[len(m.vars)-1][name] = value
}

var reference = regexp.MustCompile(`^(?:&+[A-Za-z_]\w*\.?)+`)

// resolve replaces macro variables until nothing changes.
func (m *macros) resolve(text string) string {
	for range 10 {
		next := m.resolveOnce(text)
		if next == text || len(next) > maxExpanded {
			break
		}
		text = next
	}
	return text
}

func (m *macros) resolveOnce(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '&' {
			out.WriteByte(text[i])
			i++
			continue
		}
		if i+1 < len(text) && text[i+1] == '&' {
			out.WriteByte('&')
			i += 2
			continue
		}
		name := leadingWord(text[i+1:])
		value, ok := m.get(name)
		if name == "" || !ok {
			out.WriteByte('&')
			i++
			continue
		}
		out.WriteString(value)
		if i += 1 + len(name); i < len(text) && text[i] == '.' {
			i++
		}
	}
	return out.String()
}

// leadingWord is the name that text begins with.
func leadingWord(text string) string {
	n := 0
	for n < len(text) && (isLetter(text[n]) || n > 0 && isDigit(text[n])) {
		n++
	}
	return text[:n]
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// scan is a place in text that is being expanded.
type scan struct {
	text string
	at   int
	line int
}

// take moves n bytes on and gives them.
func (s *scan) take(n int) string {
	n = min(n, len(s.text)-s.at)
	out := s.text[s.at : s.at+n]
	s.at += n
	s.line += strings.Count(out, "\n")
	return out
}

func (s *scan) rest() string { return s.text[s.at:] }

func (s *scan) blanks() {
	for s.at < len(s.text) && isSpace(s.text[s.at]) {
		s.take(1)
	}
}

// until takes text up to a semicolon outside quotes and parentheses, which it
// takes too.
func (s *scan) until() string {
	n := 0
	for rest := s.rest(); n < len(rest) && rest[n] != ';'; {
		n += unit(rest[n:])
	}
	out := s.take(n)
	s.take(1)
	return out
}

// remark takes a comment that ends with a semicolon, which it takes too: an
// apostrophe in it is a letter.
func (s *scan) remark() string {
	out, _, _ := strings.Cut(s.rest(), ";")
	s.take(len(out) + 1)
	return out
}

// uncommented is text without its comments.
func uncommented(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		n := unit(text[i:])
		if !strings.HasPrefix(text[i:], "/*") {
			out.WriteString(text[i : i+n])
		}
		i += n
	}
	return out.String()
}

// unit is the length of what must not be cut: a quoted text, a comment, or a byte.
func unit(text string) int {
	switch {
	case text == "":
		return 0
	case strings.HasPrefix(text, "/*"):
		if end := strings.Index(text[2:], "*/"); end >= 0 {
			return end + 4
		}
		return len(text)
	case text[0] == '\'' || text[0] == '"':
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return end + 2
		}
	}
	return 1
}

// expand runs text and writes the program.
func (m *macros) expand(text string, line int, out *source) {
	s := &scan{text: text, line: line}
	for s.at < len(s.text) && m.turns <= maxTurns && len(m.trouble) < maxTrouble && !m.left {
		before, from := s.at, s.line
		m.step(s, out)
		if m.size += s.at - before; m.size > maxExpanded || len(out.text) > maxExpanded {
			m.fail(from, "", "the macros make more text than a program has")
			return
		}
		if s.at == before { // cannot happen; never hang
			out.add(s.take(1), from)
		}
	}
}

// step takes one piece of text.
func (m *macros) step(s *scan, out *source) {
	rest, line := s.rest(), s.line
	switch {
	case strings.HasPrefix(rest, "/*"), rest[0] == '\'':
		out.add(s.take(unit(rest)), line)
	case rest[0] == '"':
		quoted := s.take(unit(rest))
		out.add(m.inner(quoted, line), line)
	case rest[0] == '*' && startsStatement(out.text):
		out.add(s.remark()+";", line)
	case strings.HasPrefix(rest, "%*"):
		out.add("/*"+strings.ReplaceAll(strings.TrimPrefix(s.remark(), "%*"), "*/", "")+"*/", line)
	case rest[0] == '&':
		chunk := reference.FindString(rest)
		if chunk == "" {
			chunk = rest[:1]
		}
		s.take(len(chunk))
		if name := strings.ToLower(strings.Trim(chunk, "&.")); automatic[name] != nil {
			if _, known := m.get(name); !known {
				if value, ok := m.atRun(line, chunk, automatic[name]); ok {
					out.add(value, line)
					return
				}
			}
		}
		resolved := m.resolve(chunk)
		if strings.HasPrefix(resolved, "&") && len(resolved) > 1 {
			m.fail(line, chunk, "the macro variable %s has no value", chunk)
		}
		out.add(resolved, line)
	case rest[0] == '%' && len(rest) > 1 && isLetter(rest[1]):
		m.command(s, out)
	default:
		out.add(s.take(1), line)
	}
}

// startsStatement tells whether what follows begins a statement.
func startsStatement(before []byte) bool {
	text := strings.TrimRight(string(before[max(0, len(before)-4000):]), " \t\r\n")
	for strings.HasSuffix(text, "*/") {
		open := strings.LastIndex(text, "/*")
		if open < 0 {
			break
		}
		text = strings.TrimRight(text[:open], " \t\r\n")
	}
	return text == "" || strings.HasSuffix(text, ";")
}

// inner runs text of which only the result is wanted.
func (m *macros) inner(text string, line int) string {
	if !strings.ContainsAny(text, "&%") {
		return text
	}
	if m.depth++; m.depth > maxDepth {
		m.depth--
		return text
	}
	defer func() { m.depth-- }()
	if strings.HasPrefix(text, "\"") && len(text) >= 2 {
		return `"` + m.inner(text[1:len(text)-1], line) + `"`
	}
	var out source
	m.expand(text, line, &out)
	return string(out.text)
}

// statements of the macro language, by name.
var macroStatements map[string]func(m *macros, s *scan, out *source)

func init() {
	macroStatements = map[string]func(m *macros, s *scan, out *source){
		"let": (*macros).let, "macro": (*macros).define, "if": (*macros).condition, "do": (*macros).loop,
		"include": (*macros).included, "inc": (*macros).included, "put": (*macros).ignored, "global": (*macros).declare,
		"local": (*macros).declareLocal, "else": (*macros).stray, "end": (*macros).stray, "mend": (*macros).stray,
		"goto": (*macros).stray, "return": (*macros).leaveMacro, "abort": (*macros).stray, "window": (*macros).stray, "symdel": (*macros).forget,
	}
}

// command runs what begins with a percent sign.
func (m *macros) command(s *scan, out *source) {
	name := leadingWord(s.rest()[1:])
	lower := strings.ToLower(name)
	line := s.line
	if run, ok := macroStatements[lower]; ok {
		s.take(1 + len(name))
		m.ran++
		run(m, s, out)
		return
	}
	if fn, ok := macroFunctions[lower]; ok {
		if inner, length, ok := parenthesised(s.rest()[1+len(name):]); ok {
			text := s.take(1 + len(name) + length)
			value, err := fn(m, inner, line)
			if err != nil {
				m.fail(line, text, "%v", err)
			}
			out.add(value, line)
			return
		}
	}
	if def, ok := m.defs[lower]; ok {
		m.call(s, out, def, name)
		return
	}
	start := s.at
	s.take(1 + len(name))
	if _, length, ok := parenthesised(s.rest()); ok {
		s.take(length)
	}
	text := s.text[start:s.at]
	m.fail(line, text, "there is no macro %s: include the file that defines it", name)
	out.add("/* "+text+" */", line)
}

// parenthesised finds what stands in parentheses at the beginning of text.
func parenthesised(text string) (inner string, length int, ok bool) {
	start := 0
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	if start >= len(text) || text[start] != '(' {
		return "", 0, false
	}
	depth := 0
	for i := start; i < len(text); i += max(unit(text[i:]), 1) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[start+1 : i], i + 1, true
			}
		}
	}
	return "", 0, false
}

// splitArgs cuts a list at its commas, but not within parentheses or quotes.
func splitArgs(text string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(text); i += max(unit(text[i:]), 1) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, text[start:i])
				start = i + 1
			}
		}
	}
	return append(out, text[start:])
}

func (m *macros) let(s *scan, _ *source) {
	line := s.line
	name, value, ok := strings.Cut(uncommented(s.until()), "=")
	name = strings.TrimSpace(m.inner(name, line))
	if !ok || leadingWord(name) != name || name == "" {
		m.fail(line, "%let "+name, "%%let needs a name and a value")
		return
	}
	m.set(name, strings.TrimSpace(m.inner(value, line)))
}

func (m *macros) declare(s *scan, _ *source) {
	for _, name := range strings.Fields(s.until()) {
		if _, ok := m.vars[0][strings.ToLower(name)]; !ok {
			m.vars[0][strings.ToLower(name)] = ""
		}
	}
}

func (m *macros) declareLocal(s *scan, _ *source) {
	for _, name := range strings.Fields(s.until()) {
		m.vars[len(m.vars)-1][strings.ToLower(name)] = ""
	}
}

// forget is %symdel: the variables are gone.
func (m *macros) forget(s *scan, _ *source) {
	for _, name := range strings.Fields(s.until()) {
		delete(m.vars[0], strings.ToLower(name))
	}
}

// leaveMacro is %return: the rest of the macro does not run.
func (m *macros) leaveMacro(s *scan, _ *source) {
	s.until()
	m.left = true
}

func (m *macros) ignored(s *scan, _ *source) { s.until() }

func (m *macros) stray(s *scan, _ *source) {
	line := s.line
	m.fail(line, "%... "+s.until(), "this statement of the macro language is not understood here")
}

func (m *macros) included(s *scan, out *source) {
	line := s.line
	name := strings.Trim(strings.TrimSpace(m.inner(s.until(), line)), `"'`)
	if m.include == nil || m.depth > maxDepth {
		m.fail(line, "%include "+name, "files are not included here")
		return
	}
	text, err := m.include(name)
	if err != nil {
		m.fail(line, "%include "+name, "the file cannot be read: give its folder")
		return
	}
	m.depth++
	defer func() { m.depth-- }()
	m.lineOf(text, line, out)
}

// lineOf expands text that stands elsewhere: all of it has the line of the call.
func (m *macros) lineOf(text string, line int, out *source) {
	from := len(out.text)
	m.expand(text, line, out)
	for i := from; i < len(out.lines); i++ {
		out.lines[i] = int32(line)
	}
}

var (
	// What is in comments opens and closes nothing: they are found first.
	anyMacro = regexp.MustCompile(`(?is)/\*.*?\*/|%\*[^;]*;|%(macro|mend)\b`)
	anyDo    = regexp.MustCompile(`(?is)/\*.*?\*/|%\*[^;]*;|%(do|end)\b`)
	anyThen  = regexp.MustCompile(`(?i)%then\b`)
	anyElse  = regexp.MustCompile(`(?i)^\s*%else\b`)
	doBlock  = regexp.MustCompile(`(?i)^\s*%do\b`)
	doTo     = regexp.MustCompile(`(?is)^\s*([\w&.]+)\s*=(.*?)%to\b(.*?)(?:%by\b(.*))?$`)
	doWhile  = regexp.MustCompile(`(?is)^\s*%(while|until)\s*\((.*)\)\s*$`)
)

// nested takes text up to the word that closes what is open, and that word.
func (s *scan) nested(words *regexp.Regexp, closing string) (string, bool) {
	depth := 1
	for _, found := range words.FindAllStringIndex(s.rest(), -1) {
		switch word := s.rest()[found[0]:found[1]]; {
		case !isLetter(word[1]):
			continue // a comment
		case strings.EqualFold(word[1:], closing):
			depth--
		default:
			depth++
		}
		if depth == 0 {
			body := s.take(found[0])
			s.take(found[1] - found[0])
			return body, true
		}
	}
	return "", false
}

func (m *macros) define(s *scan, _ *source) {
	line := s.line
	head := s.until()
	name := leadingWord(strings.TrimLeft(head, " \t\n"))
	inner, _, hasParams := parenthesised(strings.TrimLeft(head, " \t\n")[len(name):])
	bodyLine := s.line
	body, ok := s.nested(anyMacro, "mend")
	if !ok || name == "" {
		m.fail(line, "%macro "+head, "the macro has no name or no %%mend")
		s.take(len(s.rest()))
		return
	}
	s.until()
	def := &macroDef{body: body, line: bodyLine, listed: hasParams}
	if hasParams {
		for _, p := range splitArgs(uncommented(inner)) {
			pname, value, _ := strings.Cut(p, "=")
			if pname = strings.TrimSpace(pname); pname != "" {
				def.params = append(def.params, macroParam{strings.ToLower(pname), strings.TrimSpace(value)})
			}
		}
	}
	m.defs[strings.ToLower(name)] = def
}

// call runs a macro with its arguments.
func (m *macros) call(s *scan, out *source, def *macroDef, name string) {
	line := s.line
	s.take(1 + len(name))
	scope := map[string]string{}
	for _, p := range def.params {
		scope[p.name] = m.inner(p.value, line)
	}
	if inner, length, ok := parenthesised(s.rest()); ok && def.listed {
		s.take(length)
		for i, arg := range splitArgs(uncommented(inner)) {
			key, value, named := strings.Cut(arg, "=")
			key = strings.ToLower(strings.TrimSpace(key))
			if _, known := scope[key]; named && known {
				scope[key] = strings.TrimSpace(m.inner(value, line))
			} else if i < len(def.params) {
				scope[def.params[i].name] = strings.TrimSpace(m.inner(arg, line))
			}
		}
	}
	if m.depth >= maxDepth {
		m.fail(line, "%"+name, "macros call each other too deep")
		return
	}
	if !m.turn(line) {
		return
	}
	m.depth++
	m.vars = append(m.vars, scope)
	m.expand(def.body, def.line, out)
	m.left = false
	m.vars = m.vars[:len(m.vars)-1]
	m.depth--
	m.ran++
}

// clause takes what %then or %else commands: a block or a statement.
func (m *macros) clause(s *scan) (body string, line int, ok bool) {
	if block := doBlock.FindString(s.rest()); block != "" {
		s.take(len(block))
		line = s.line
		head := s.until()
		if strings.TrimSpace(head) != "" { // a loop: it is its own clause
			inner, closed := s.nested(anyDo, "end")
			s.until()
			return "%do " + head + ";" + inner + "%end;", line, closed
		}
		body, ok = s.nested(anyDo, "end")
		s.until()
		return body, line, ok
	}
	s.blanks()
	line = s.line
	body = s.until()
	if word, ok := strings.CutPrefix(strings.TrimSpace(body), "%"); ok && macroStatements[strings.ToLower(leadingWord(word))] != nil {
		body += ";"
	}
	return body, line, true
}

func (m *macros) condition(s *scan, out *source) {
	line := s.line
	then := anyThen.FindStringIndex(s.rest())
	if then == nil {
		m.fail(line, "%if "+s.until(), "%%if without %%then")
		return
	}
	condition := s.take(then[0])
	s.take(then[1] - then[0])
	yes, yesLine, ok := m.clause(s)
	no, noLine := "", 0
	if found := anyElse.FindString(s.rest()); ok && found != "" {
		s.take(len(found))
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s.rest())), "%if") {
			no, noLine = m.chain(s)
		} else {
			no, noLine, ok = m.clause(s)
		}
	}
	if !ok {
		m.fail(line, "%if "+condition, "a %%do has no %%end")
		return
	}
	truth, err := m.eval(m.inner(condition, line))
	switch {
	case err != nil:
		m.fail(line, "%if "+condition, "%v", err)
	case truth != 0:
		m.expand(yes, yesLine, out)
	case no != "":
		m.expand(no, noLine, out)
	}
}

// chain takes an %else %if with everything that belongs to it, unexpanded.
func (m *macros) chain(s *scan) (text string, line int) {
	s.blanks()
	start, line := s.at, s.line
	s.take(len("%if"))
	if then := anyThen.FindStringIndex(s.rest()); then != nil {
		s.take(then[1])
	}
	m.clause(s)
	if found := anyElse.FindString(s.rest()); found != "" {
		s.take(len(found))
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s.rest())), "%if") {
			m.chain(s)
		} else {
			m.clause(s)
		}
	}
	return s.text[start:s.at], line
}

func (m *macros) loop(s *scan, out *source) {
	line := s.line
	head := s.until()
	bodyLine := s.line
	body, ok := s.nested(anyDo, "end")
	if !ok {
		m.fail(line, "%do "+head, "a %%do has no %%end")
		return
	}
	s.until()
	switch part := doTo.FindStringSubmatch(head); {
	case part != nil:
		m.countLoop(part, body, line, bodyLine, out)
	case doWhile.MatchString(head):
		part := doWhile.FindStringSubmatch(head)
		m.whileLoop(strings.EqualFold(part[1], "until"), part[2], body, line, bodyLine, out)
	case strings.TrimSpace(head) == "":
		m.expand(body, bodyLine, out)
	default:
		m.fail(line, "%do "+head, "this loop is not understood")
	}
}

func (m *macros) countLoop(part []string, body string, line, bodyLine int, out *source) {
	bounds := [3]float64{0, 0, 1}
	for i, text := range part[2:5] {
		if i == 2 && strings.TrimSpace(text) == "" {
			continue
		}
		n, err := m.eval(m.inner(text, line))
		if err != nil {
			m.fail(line, "%do", "%v", err)
			return
		}
		bounds[i] = n
	}
	if bounds[2] == 0 {
		m.fail(line, "%do", "a loop in steps of 0 does not end")
		return
	}
	name := strings.TrimSpace(m.inner(part[1], line))
	i := bounds[0]
	for ; bounds[2] > 0 && i <= bounds[1] || bounds[2] < 0 && i >= bounds[1]; i += bounds[2] {
		m.set(name, formatNumber(i))
		if !m.turn(line) {
			return
		}
		m.expand(body, bodyLine, out)
		if m.left {
			return
		}
	}
	m.set(name, formatNumber(i))
}

func (m *macros) whileLoop(until bool, condition, body string, line, bodyLine int, out *source) {
	for first := true; ; first = false {
		if !until || !first {
			truth, err := m.eval(m.inner(condition, line))
			if err != nil {
				m.fail(line, condition, "%v", err)
				return
			}
			if (truth != 0) == until {
				return
			}
		}
		if !m.turn(line) {
			return
		}
		m.expand(body, bodyLine, out)
	}
}

// turn counts the turns of loops, and calls.
func (m *macros) turn(line int) bool {
	if m.turns++; m.left || m.turns > maxTurns || m.size > maxExpanded {
		if m.turns == maxTurns+1 {
			m.fail(line, "%do", "the loops turn, or macros are called, too often")
		}
		return false
	}
	return true
}

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
