package sas

import (
	"fmt"
	"slices"
	"strings"
)

// output writes the script and the report.
func (p *program) output(m *macros) *Output {
	p.wrapUp()
	out := &Output{}
	var b strings.Builder
	p.numbered(&b)
	for _, s := range p.steps {
		writeStep(&b, s)
	}
	for _, c := range p.trailing {
		b.WriteString(commentLines(c, "-- "))
	}
	for _, t := range m.trouble {
		fmt.Fprintf(&b, "-- NOT TRANSLATED, line %d: %s\n", t.line, t.why)
		b.WriteString(commentLines(t.text, "--   "))
	}
	for _, key := range p.order {
		if rel := p.sets[key]; rel != nil && !rel.base {
			out.Views = append(out.Views, View{key, rel.name})
		}
	}
	out.SQL = b.String()
	if p.final != nil {
		out.SQL += "SELECT * " + leaveOut(p.final) + "FROM " + p.final.name + ";\n"
	}
	out.Shown = p.tables()
	p.report(&out.Report, m)
	return out
}

// numbered writes the views that number the rows of tables whose order counts.
func (p *program) numbered(b *strings.Builder) {
	var seen []string
	for _, s := range p.steps {
		for _, in := range s.inputs {
			if in.base && in.row && !slices.Contains(seen, in.name) {
				seen = append(seen, in.name)
				fmt.Fprintf(b, "-- The order of rows counts below: it is the one in which they are stored.\n")
				fmt.Fprintf(b, "CREATE VIEW %s AS\nSELECT *, %s\nFROM %s;\n\n", in.ref(), in.number(), in.name)
			}
		}
	}
}

func leaveOut(rel *relation) string {
	if rel.row {
		return "EXCLUDE (_row) "
	}
	return ""
}

func writeStep(b *strings.Builder, s *step) {
	for _, c := range s.comments {
		b.WriteString(commentLines(c, "-- "))
	}
	place := fmt.Sprintf("line %d", s.line)
	if s.until > s.line {
		place = fmt.Sprintf("lines %d-%d", s.line, s.until)
	}
	fmt.Fprintf(b, "-- %s: %s\n", place, oneLine(s.sas))
	for _, n := range s.notes {
		b.WriteString(commentLines(n, "--   "))
	}
	switch {
	case s.query != nil && s.out != nil:
		what := map[bool]string{true: "TABLE", false: "VIEW"}[s.table]
		fmt.Fprintf(b, "CREATE %s %s AS\n%s;\n\n", what, s.out.name, strings.TrimSpace(s.query()))
	default:
		b.WriteString(s.text + "\n")
	}
}

// oneLine is a text as one line that is not too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 100 {
		text = string(r[:97]) + "..."
	}
	return text
}

func commentLines(text, prefix string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		b.WriteString(strings.TrimRight(prefix+strings.TrimRight(line, " \t\r"), " ") + "\n")
	}
	return b.String()
}

// report lists the statements.
func (p *program) report(r *Report, m *macros) {
	for i, s := range p.statements {
		state := p.state[i]
		if state.state == "" {
			state.state = Translated
		}
		r.Statements = append(r.Statements, Statement{Line: s.line, Text: oneLine(s.text), State: state.state, Why: strings.Join(state.why, "; ")})
	}
	for _, t := range m.trouble {
		r.Statements = append(r.Statements, Statement{Line: t.line, Text: oneLine(t.text), State: Untranslated, Why: t.why})
	}
	for range m.ran {
		r.Statements = append(r.Statements, Statement{Text: "a statement of the macro language", State: Translated})
	}
}

// notesOf are what a step's own statements have to say, for the comment above it.
func (p *program) notesOf(from, to int) (notes []string) {
	for i := from; i < to; i++ {
		m := p.state[i]
		switch m.state {
		case Untranslated:
			notes = append(notes, fmt.Sprintf("NOT TRANSLATED, line %d: %s\n  %s", p.statements[i].line, strings.Join(m.why, "; "), p.statements[i].text))
		case Approximated:
			notes = append(notes, fmt.Sprintf("line %d: %s", p.statements[i].line, strings.Join(m.why, "; ")))
		}
	}
	return notes
}
