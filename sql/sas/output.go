package sas

import (
	"fmt"
	"slices"
	"strings"
)

// Step is a step of the script: a view, or remarks alone.
type Step struct {
	Name    string // of the view; "" for remarks
	Remarks string // lines of comments
	Query   string
	// Table tells that it cannot be a view: its columns come from the data.
	Table bool
}

// text is the step as it stands in the script.
func (s Step) text() string {
	if s.Name == "" {
		return s.Remarks
	}
	return s.Remarks + "CREATE " + map[bool]string{true: "TABLE", false: "VIEW"}[s.Table] + " " + s.Name + " AS\n" + s.Query + ";\n"
}

// output writes the script and the report.
func (p *program) output(m *macros) *Output {
	p.wrapUp()
	out := &Output{Steps: p.numbered()}
	for _, s := range p.steps {
		out.Steps = append(out.Steps, writeStep(s))
	}
	if end := p.end(m); end != "" {
		out.Steps = append(out.Steps, Step{Remarks: strings.TrimSuffix(end, "\n")})
	}
	for _, key := range p.order {
		if rel := p.sets[key]; rel != nil && !rel.base {
			out.Views = append(out.Views, View{key, rel.name})
		}
	}
	var b strings.Builder
	for _, s := range out.Steps {
		b.WriteString(s.text() + "\n")
	}
	if p.final != nil {
		last := shown{name: strings.Trim(p.final.name, `"`), rel: p.final}
		b.WriteString(last.query() + ";\n")
		out.last = &Shown{Name: last.name, SQL: last.query(), Rows: last.personal()}
	}
	out.SQL = b.String()
	out.Shown = p.tables()
	p.report(&out.Report, m)
	return out
}

// end is what stands behind the last step.
func (p *program) end(m *macros) string {
	var b strings.Builder
	for _, c := range p.trailing {
		b.WriteString(commentLines(c, "-- "))
	}
	for _, t := range m.trouble {
		fmt.Fprintf(&b, "-- %sline %d: %s\n", map[bool]string{true: "NOT TRANSLATED, "}[t.state == Untranslated], t.line, t.why)
		b.WriteString(commentLines(t.text, "--   "))
	}
	return b.String()
}

// numbered are the views that number the rows of tables whose order counts.
func (p *program) numbered() (steps []Step) {
	for _, s := range p.steps {
		for _, in := range s.inputs {
			if in.base && in.row && !slices.ContainsFunc(steps, func(o Step) bool { return o.Name == in.ref() }) {
				steps = append(steps, Step{
					Name: in.ref(), Remarks: "-- The order of rows counts below: it is the one in which they are stored.\n",
					Query: "SELECT *, " + in.number() + "\nFROM " + in.name,
				})
			}
		}
	}
	return steps
}

func leaveOut(rel *relation) string {
	if rel.row {
		return "EXCLUDE (_row) "
	}
	return ""
}

// writeStep writes a step, which is known whole by now.
func writeStep(s *step) Step {
	var b strings.Builder
	for _, c := range s.comments {
		b.WriteString(commentLines(c, "-- "))
	}
	place := fmt.Sprintf("line %d", s.line)
	if s.until > s.line {
		place = fmt.Sprintf("lines %d-%d", s.line, s.until)
	}
	fmt.Fprintf(&b, "-- %s: %s\n", place, oneLine(s.sas))
	for _, n := range s.notes {
		b.WriteString(commentLines(n, "--   "))
	}
	if s.query == nil || s.out == nil {
		return Step{Remarks: b.String() + s.text}
	}
	return Step{Name: s.out.name, Remarks: b.String(), Query: strings.TrimSpace(s.query()), Table: s.table}
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
		r.Statements = append(r.Statements, Statement{Line: t.line, Text: oneLine(t.text), State: t.state, Why: t.why})
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
