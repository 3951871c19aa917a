package sas

import (
	"fmt"
	"strings"
)

// run goes over the statements, step by step.
func (p *program) run() {
	p.statements = globalsFirst(p.statements)
	for p.at < len(p.statements) {
		start := p.at
		switch s := p.current(); s.first() {
		case "data":
			p.dataStep()
		case "proc":
			p.proc()
		case "run", "quit":
			p.inert(p.at)
			p.at++
		case "libname":
			p.inert(p.at)
			p.comment(fmt.Sprintf("line %d: the mapping file says which tables a library holds: %s", s.line, oneLine(s.text)))
			p.at++
		default:
			if isGlobal(s) {
				p.global()
			} else {
				p.fail(p.at, "this statement is not understood outside a step")
				p.leave(p.at, p.at+1)
			}
			p.at++
		}
		if p.at == start { // cannot happen; never hang
			p.at++
		}
	}
}

// stepEnd is the index behind the statements of the step that begins at i.
func (p *program) stepEnd(i int, ends ...string) int {
	for j := i + 1; j < len(p.statements); j++ {
		switch first := p.statements[j].first(); {
		case first == "data" || first == "proc":
			return j
		case contains(ends, first):
			return j + 1
		}
	}
	return len(p.statements)
}

// comment writes a line into the script.
func (p *program) comment(text string) {
	p.steps = append(p.steps, &step{line: p.current().line, sas: p.current().text, comments: p.current().comments, text: commentLines(text, "-- ")})
}

// lose notes what an untranslated step would have made: whoever reads it is lost
// too, and must not read an older data set of that name.
func (p *program) lose(from, to int) {
	p.last, p.final = nil, nil
	for i := from; i < to; i++ {
		s := &p.statements[i]
		var names []string
		ps := &parser{tokens: s.tokens, at: 1}
		switch first := s.first(); {
		case first == "data" && i == from:
			for _, ref := range ps.setRefs() {
				names = append(names, ref.name)
			}
		case p.statements[from].first() == "data":
		case contains([]string{"create", "insert", "delete", "alter", "update"}, first):
			ps.at = map[bool]int{true: 1, false: 2}[first == "update"]
			names = append(names, ps.setRef().name)
		default:
			names = targets(s)
		}
		for _, n := range names {
			p.lost[setName(n)] = s.line
		}
	}
}

// targets are the data sets that a statement of a procedure names to write: OUT=
// and BASE=, or else what PROC SORT sorts.
func targets(s *statement) (names []string) {
	sorted := ""
	for i := 0; i+2 < len(s.tokens); i++ {
		if s.tokens[i+1].text != "=" || s.tokens[i+1].kind != opToken {
			continue
		}
		ps := &parser{tokens: s.tokens, at: i + 2}
		switch s.tokens[i].text {
		case "out", "base":
			names = append(names, ps.setRef().name)
		case "data":
			if s.first() == "proc" && s.word(1) == "sort" {
				sorted = ps.setRef().name
			}
		}
	}
	if names == nil && sorted != "" {
		names = []string{sorted}
	}
	return names
}

// leave keeps statements as a comment.
func (p *program) leave(from, to int) {
	p.lose(from, to)
	s := p.statements[from]
	var text strings.Builder
	for i := from; i < to; i++ {
		st := p.statements[i]
		why := ""
		if m := p.state[i]; m.state == Untranslated {
			why = " (" + strings.Join(m.why, "; ") + ")"
		}
		text.WriteString(commentLines(fmt.Sprintf("NOT TRANSLATED, line %d%s: %s;", st.line, why, st.text), "-- "))
	}
	p.steps = append(p.steps, &step{line: s.line, until: p.lineOf(to - 1), sas: s.text, comments: p.comments(from, to), text: text.String()})
}

// abandon keeps a step as a comment of which at least one statement failed: the
// others did not come through either.
func (p *program) abandon(from, to int) {
	p.leaveAll(from, to, "its step has a statement that is not translated")
}

// leaveAll fails the statements of a step, for one reason, and keeps them.
func (p *program) leaveAll(from, to int, why string) {
	for i := from; i < to; i++ {
		if first := p.statements[i].first(); first == "run" || first == "quit" {
			p.inert(i)
			continue
		}
		p.fail(i, "%s", why)
	}
	p.leave(from, to)
}

func (p *program) lineOf(i int) int { return p.statements[min(i, len(p.statements)-1)].line }

func (p *program) comments(from, to int) (out []string) {
	for i := from; i < to; i++ {
		out = append(out, p.statements[i].comments...)
	}
	return out
}

// add adds the step of the statements from..to.
func (p *program) add(from, to int, s *step) {
	s.line, s.until, s.sas = p.statements[from].line, p.lineOf(to-1), p.statements[from].text
	s.comments = append(s.comments, p.comments(from, to)...)
	s.notes = append(s.notes, p.notesOf(from, to)...)
	p.steps = append(p.steps, s)
}

// procs are the procedures that are understood.
var procs map[string]func(p *program, from, to int)

func init() {
	procs = map[string]func(p *program, from, to int){
		"sort": (*program).procSort, "freq": (*program).procFreq, "means": (*program).procMeans, "summary": (*program).procMeans,
		"transpose": (*program).procTranspose, "format": (*program).procFormat, "rank": (*program).procRank, "append": (*program).procAppend,
		"surveyselect": (*program).procSurveySelect, "print": (*program).procPrint, "export": (*program).procExport, "contents": (*program).procContents,
		"datasets": (*program).procDatasets, "copy": (*program).procCopy, "delete": (*program).procDelete,
		"univariate": (*program).procUnivariate, "tabulate": (*program).procTabulate, "report": (*program).procReport,
	}
}

func (p *program) proc() {
	name := p.current().word(1)
	from := p.at
	if name == "sql" {
		p.procSQL()
		return
	}
	to := p.stepEnd(from, "run", "quit")
	defer func() { p.at = to }()
	for i := from; i < to; i++ {
		if first := p.statements[i].first(); first == "run" || first == "quit" {
			p.inert(i)
		}
	}
	switch name {
	case "printto", "options", "cport", "catalog":
		p.inertAll(from, to)
		p.comment("left out: it makes no data set")
		return
	case "import", "cimport", "xcopy":
		p.readIn(from, to)
		return
	case "gplot", "sgplot", "gchart":
		if targets(&p.statements[from]) != nil {
			p.leaveAll(from, to, "the data set that PROC "+strings.ToUpper(name)+" makes of what it prints is not translated")
			return
		}
		p.inertAll(from, to)
		p.comment("left out: it prints")
		return
	case "compare":
		p.leaveAll(from, to, "what PROC "+strings.ToUpper(name)+" prints is not translated")
		return
	}
	run, ok := procs[name]
	if !ok {
		p.leaveAll(from, to, "PROC "+strings.ToUpper(name)+" is not understood")
		return
	}
	run(p, from, to)
}
