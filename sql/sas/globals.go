package sas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Statements that SAS carries out at once, wherever they stand.

var globalWord = regexp.MustCompile(`^(?:(?:title|footnote)\d*|options?|ods|goptions|filename|dm|page|skip|missing|sysecho|lock|symbol\d*|axis\d*|pattern\d*|legend\d*)$`)

// isGlobal tells whether a statement is carried out at once. title = 'x' is not.
func isGlobal(s *statement) bool {
	return globalWord.MatchString(s.first()) && (len(s.tokens) < 2 || s.tokens[1].text != "=" || s.tokens[1].kind != opToken)
}

// globalsFirst puts global statements in front of the step in which they stand:
// there they do what they do, and the step is whole.
func globalsFirst(statements []statement) []statement {
	out := make([]statement, 0, len(statements))
	begin := 0 // of the step at hand
	for _, s := range statements {
		switch first := s.first(); {
		case first == "data" || first == "proc":
			begin = len(out)
		case first == "run" || first == "quit":
			begin = len(out) + 1
		case isGlobal(&s):
			out = slices.Insert(out, begin, s)
			begin++
			continue
		}
		out = append(out, s)
	}
	return out
}

// changing are options that change what steps do, and how.
var changing = map[string]string{
	"obs": "it limits the rows that every step reads", "firstobs": "it leaves out rows that every step would read",
	"yearcutoff": "years of two digits are those from 1926 to 2025 here", "invaliddata": "what cannot be read is a plain missing value here",
	"missing": "put writes missing numbers as a point here",
}

// global carries out the global statement at hand: none of them touches data, but
// some options change what later steps do.
func (p *program) global() {
	s := p.current()
	switch first := s.first(); {
	case first == "missing":
		p.fail(p.at, "letters that stand for missing values are not understood")
	case first == "ods" && s.word(1) == "output":
		p.odsOutput(s)
	case first == "options" || first == "option":
		p.options(s)
	}
	p.inert(p.at)
}

// odsOutput makes data sets of what procedures print.
func (p *program) odsOutput(s *statement) {
	p.fail(p.at, "what procedures print is not made a data set here")
	for i, t := range s.tokens {
		if t.text == "=" && t.kind == opToken {
			ps := &parser{tokens: s.tokens, at: i + 1}
			p.lost[setName(ps.setRef().name)] = s.line
		}
	}
	p.leave(p.at, p.at+1)
}

func (p *program) options(s *statement) {
	for i := 1; i+2 < len(s.tokens); i++ {
		name, value := s.tokens[i].text, s.tokens[i+2].text
		why, ok := changing[name]
		if !ok || s.tokens[i+1].text != "=" || name == "obs" && value == "max" || name == "firstobs" && value == "1" {
			continue
		}
		if name == "obs" || name == "firstobs" {
			p.fail(p.at, "the option %s is not understood: %s", name, why)
			p.leave(p.at, p.at+1)
			return
		}
		p.note("the option %s has no effect here: %s", name, why)
	}
}

// inertAll marks a step that makes no data set.
func (p *program) inertAll(from, to int) {
	for i := from; i < to; i++ {
		p.inert(i)
	}
}

// readIn is a procedure that reads a file of another kind: its data set is a table
// of the database here, which the mapping describes.
func (p *program) readIn(from, to int) {
	ps := &parser{tokens: p.statements[from].tokens, at: 2}
	for ; ps.at+2 < len(ps.tokens); ps.at++ {
		if ps.tokens[ps.at].text == "out" && ps.tokens[ps.at+1].text == "=" {
			ps.at += 2
			break
		}
	}
	name := ps.setRef().name
	rel, ok := p.sets[setName(name)]
	if !ok || !rel.base {
		p.leaveAll(from, to, fmt.Sprintf("the file it reads must be a table here: describe %s in the mapping file", strings.ToLower(name)))
		return
	}
	p.inertAll(from, to)
	p.noteAt(from, "%s is the table of that name here, as the mapping file says", strings.ToLower(name))
	p.comment("left out: the mapping file says which table " + strings.ToLower(name) + " is")
}
