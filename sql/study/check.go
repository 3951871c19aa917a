package study

import (
	"strings"

	"epsql/sql/diag"
)

// check compares the parts of a plan with each other.
func (r *reader) check(p *Plan) {
	r.checkSteps(p)
	r.checkOutputs(p)
	r.checkExtracts(p)
}

// checkSteps wants every step to be one thing, under a name of its own, with
// arguments that the plan knows.
func (r *reader) checkSteps(p *Plan) {
	names := map[string]bool{}
	for _, s := range p.Steps {
		switch {
		case names[s.Name]:
			r.FailAt(s.Pos, fault("study-step", "the step %s is defined twice", s.Name).WithHint("give each step its own name"))
		case (s.Macro == "") == (s.SQL == ""):
			r.FailAt(s.Pos, fault("study-step", "the step %s is neither a macro nor SQL, or both", s.Name).
				WithHint("write macro: family.name_vN, or sql: file.sql"))
		case s.SQL != "" && len(s.With) > 0:
			r.FailAt(s.With[0].Pos, fault("study-step", "a step of SQL takes no arguments").WithHint("use the plan's parameters in it, as $name"))
		case s.Macro != "" && !Pinned(p.Macros, s.Macro):
			r.FailAt(s.Pos, notPinned(s.Macro, p.Macros))
		}
		names[s.Name] = true
		for _, v := range s.With {
			r.checkParameter(p, v)
		}
	}
}

func (p *Plan) parameterNames() []string {
	var names []string
	for _, v := range p.Parameters {
		names = append(names, v.Name)
	}
	return names
}

// notPinned is the error for a macro that the plan uses and does not pin.
func notPinned(name string, pins []Pin) *diag.Error {
	var names []string
	for _, p := range pins {
		names = append(names, p.Name)
	}
	return fault("study-pin", "the plan does not pin %s", name).
		WithHint("%s", diag.DidYouMean(name, names, "add it to macros, so that a reader sees what the study depends on"))
}

// checkOutputs wants every output to have a name of its own and a plot that can
// be drawn.
func (r *reader) checkOutputs(p *Plan) {
	names := map[string]bool{}
	for _, o := range p.Outputs {
		switch {
		case names[o.Name]:
			r.FailAt(o.Pos, fault("study-output", "the output %s is defined twice", o.Name).WithHint("give each output its own name"))
		case len(o.Formats) == 0:
			r.FailAt(o.Pos, fault("study-output", "the output %s has no format", o.Name).WithHint("write formats: [csv]"))
		case o.Plot != nil && o.Plot.Kind != "bars":
			r.FailAt(o.Pos, fault("study-plot", "a plot is of kind bars").WithHint("add by: COLUMN for one panel for each of its values"))
		}
		names[o.Name] = true
	}
	if len(p.Outputs) == 0 {
		r.FailAt(diag.Pos{File: File, Line: 1, Col: 1}, fault("study-output", "the study has no output").WithHint("add what should leave to outputs"))
	}
}

// Question is the text that answers an output: the steps of SQL, each as CREATE
// VIEW, then the output's own SQL. Every question has all of them; those that it
// does not name cost nothing.
type Question struct {
	Text  string
	parts []part
}

// part is where a file stands in a question.
type part struct {
	file        string
	first, last int // lines of the question
}

// Question puts together what an output asks.
func (p *Plan) Question(o Output) Question {
	var b strings.Builder
	var q Question
	add := func(file string) {
		first := strings.Count(b.String(), "\n") + 1
		b.WriteString(strings.TrimRight(p.Files[file], " \t\r\n") + "\n")
		q.parts = append(q.parts, part{file, first, strings.Count(b.String(), "\n")})
	}
	for _, s := range p.Steps {
		if s.SQL != "" {
			b.WriteString("CREATE VIEW " + s.Name + " AS\n")
			add(s.SQL)
			b.WriteString(";\n")
		}
	}
	add(o.SQL)
	q.Text = b.String()
	return q
}

// Locate turns a place in the question into one in the file that it came from.
func (q Question) Locate(at diag.Pos) diag.Pos {
	for _, p := range q.parts {
		if at.Line >= p.first && at.Line <= p.last {
			return diag.Pos{File: p.file, Line: at.Line - p.first + 1, Col: at.Col}
		}
	}
	return diag.Pos{File: q.parts[len(q.parts)-1].file}
}
