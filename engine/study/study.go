// Package study runs study plans on a workspace.
//
// A plan (package sql/study) names steps and outputs. A step that is a house
// macro is computed once and kept as a table of the workspace, in the schema
// study, under a key made of all it depends on: the macro's files, its
// arguments, its code lists and the deliveries of the tables that it reads. While
// the key is the same the step is not computed again, in whichever study it
// occurs. Such a table is never visible outside the guard: a question names the
// step, and the guard takes the kept rows for what the macro's header says they
// are. So nothing but published macros is kept, whose grain and roles are proven
// by their tests; a step that an analyst wrote is part of every question that
// names it, and guarded like the question itself. When a run begins, kept tables
// that no plan can ask for any more are dropped.
//
// An output is one question, released by the guard: compared with what left
// before, recorded in the ledger, and written with a receipt by package release.
// A run fills a folder:
//
//	plan/           the plan's files as they were; a run goes on with these
//	outputs/        the tables
//	extraction/     the coded rows, in a channel for them (package extract)
//	retention.json  until when those may be kept
//	report.html     the tables and plots on one page
//	manifest.json   everything the tables depend on and what came out; written last
//	times.json      who, when, how long, which ledger entries: never the same twice
//	journal.txt     what happened, in words
//	state.json      what is done so far; gone when the run is complete
//
// The same manifest gives the same tables, byte for byte. A run that was stopped
// goes on where it stopped: steps are kept in one transaction each, files put
// into place whole.
package study

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/engine/guard"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// Study is a plan whose macros and lists were found.
type Study struct {
	Plan  *study.Plan
	cat   *catalog.Catalog
	reg   *macros.Registry
	steps []step
}

// step is a step that is a house macro.
type step struct {
	study.Step
	macro *macros.Macro
	call  string // the macro with its arguments, as SQL
}

// Resolve finds what a plan names in the catalogue and among the macros. Its
// errors point into the plan.
func Resolve(plan *study.Plan, cat *catalog.Catalog, reg *macros.Registry) (*Study, error) {
	s := &Study{Plan: plan, cat: cat, reg: reg}
	for _, check := range []func() error{s.checkPopulation, s.checkPins, s.checkFormats} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	for _, st := range plan.Steps {
		if cat.Table(st.Name) != nil {
			return nil, fault("study-step", "the step %s has the name of a table", st.Name).At(st.Pos).WithHint("give it another name")
		}
		if st.Macro == "" {
			continue
		}
		resolved, err := s.step(st)
		if err != nil {
			return nil, err
		}
		s.steps = append(s.steps, resolved)
	}
	return s, nil
}

// checkPopulation wants a population and a channel of the catalogue.
func (s *Study) checkPopulation() error {
	at := diag.Pos{File: study.File}
	var populations, channels []string
	for _, p := range s.cat.Populations {
		populations = append(populations, p.ID)
	}
	for _, c := range s.cat.Channels {
		channels = append(channels, c.ID)
	}
	population := s.cat.Population(s.Plan.Population)
	switch {
	case population == nil:
		return fault("study-population", "the catalogue has no population %s", s.Plan.Population).At(at).
			WithHint("%s", diag.DidYouMean(s.Plan.Population, populations, "one of: "+strings.Join(populations, ", ")))
	case s.cat.Channel(s.Plan.Channel) == nil:
		return fault("study-channel", "the catalogue has no channel %s", s.Plan.Channel).At(at).
			WithHint("%s", diag.DidYouMean(s.Plan.Channel, channels, "one of: "+strings.Join(channels, ", ")))
	case !slices.Contains(population.Channels, s.Plan.Channel):
		return fault("study-channel", "population %s may not use channel %s", population.ID, s.Plan.Channel).At(at).
			WithHint("use %s", strings.Join(population.Channels, " or "))
	}
	return nil
}

// checkPins wants the pinned macros to be published, and every list that they
// read to be pinned in a version that the catalogue has.
func (s *Study) checkPins() error {
	var names []string
	for _, l := range s.cat.Lists {
		names = append(names, l.Name+"@"+l.Version)
	}
	for _, pin := range s.Plan.Lists {
		if !slices.Contains(names, pin.Name) {
			return fault("study-list", "the catalogue has no list %s", pin.Name).At(pin.Pos).
				WithHint("%s", diag.DidYouMean(pin.Name, names, "write name@version"))
		}
	}
	for _, pin := range s.Plan.Macros {
		m, err := s.published(pin)
		if err != nil {
			return err
		}
		for _, list := range listsOf(m) {
			if !s.pinsList(list, "") {
				return fault("study-pin", "%s reads the list %s, which the plan does not pin", m.Name, list).At(pin.Pos).
					WithHint("add a version of it to lists")
			}
		}
	}
	return nil
}

// published finds a pinned macro.
func (s *Study) published(pin study.Pin) (*macros.Macro, error) {
	m := s.reg.Lookup(pin.Name)
	if m == nil {
		var names []string
		for _, x := range s.reg.All {
			names = append(names, x.Name)
		}
		return nil, fault("study-macro", "there is no macro %s", pin.Name).At(pin.Pos).
			WithHint("%s", diag.DidYouMean(pin.Name, names, "write family.name_vN"))
	}
	if m.Status == "draft" {
		return nil, fault("study-macro", "%s is a draft", m.Name).At(pin.Pos).WithHint("publish it first: a draft may change under the study")
	}
	return m, nil
}

// listsOf are the names of the lists that a macro reads.
func listsOf(m *macros.Macro) []string {
	var out []string
	for _, ref := range m.Lists {
		name, _, _ := strings.Cut(ref, "@")
		out = append(out, name)
	}
	return out
}

// pinsList tells whether the plan pins a list, in a version unless that is "".
func (s *Study) pinsList(list, version string) bool {
	return slices.ContainsFunc(s.Plan.Lists, func(p study.Pin) bool {
		name, v, _ := strings.Cut(p.Name, "@")
		return name == list && (version == "" || v == version)
	})
}

// step finds the macro of a step and writes its call.
func (s *Study) step(st study.Step) (step, error) {
	m := s.reg.Lookup(st.Macro) // pinned, so it is there
	if !m.Table {
		return step{}, fault("study-step", "%s is a scalar macro", m.Name).At(st.Pos).WithHint("use it in the SQL of an output")
	}
	var names, args []string
	for _, p := range m.Params {
		names = append(names, p.Name)
		i := slices.IndexFunc(st.With, func(v study.Value) bool { return v.Name == p.Name })
		arg, err := s.argument(st, m, p, i)
		if err != nil {
			return step{}, err
		}
		if arg != "" {
			args = append(args, arg)
		}
	}
	for _, v := range st.With {
		if !slices.Contains(names, v.Name) {
			return step{}, fault("study-argument", "%s has no parameter %s", m.Name, v.Name).At(v.Pos).
				WithHint("%s", diag.DidYouMean(v.Name, names, "its parameters: "+strings.Join(names, ", ")))
		}
	}
	call := store.Quote(m.Family) + "." + store.Quote(m.Base+"_v"+strconv.Itoa(m.Version)) + "(" + strings.Join(args, ", ") + ")"
	return step{Step: st, macro: m, call: call}, nil
}

// argument is one argument of a call as SQL, "" for a default that stays; i is
// where the plan gives it, or -1.
func (s *Study) argument(st study.Step, m *macros.Macro, p macros.Param, i int) (string, error) {
	if i < 0 && p.Default == "" {
		return "", fault("study-argument", "%s needs the argument %s", m.Name, p.Name).At(st.Pos).WithHint("add it to with")
	}
	text, at := strings.Trim(p.Default, "'"), st.Pos
	if i >= 0 {
		text, at = s.Plan.Resolved(st.With[i]), st.With[i].Pos
	}
	if p.Choices != nil && !slices.Contains(p.Choices, text) {
		return "", fault("study-argument", "%s is no value of the argument %s", text, p.Name).At(at).
			WithHint("%s", diag.DidYouMean(text, p.Choices, "one of: "+strings.Join(p.Choices, ", ")))
	}
	if p.VersionOf != "" && !s.pinsList(p.VersionOf, text) {
		return "", fault("study-pin", "the plan does not pin %s@%s", p.VersionOf, text).At(at).WithHint("add it to lists")
	}
	if i < 0 {
		return "", nil
	}
	value, ok := literal(p.Type, text)
	if !ok {
		return "", fault("study-argument", "the argument %s is not of type %s", p.Name, p.Type).At(at).WithHint("%s", p.Help)
	}
	if p.Default != "" {
		value = store.Quote(p.Name) + " := " + value
	}
	return value, nil
}

// literal is a value of a plan as SQL of the type of a parameter.
func literal(sqlType, text string) (string, bool) {
	switch sqlType {
	case "VARCHAR":
		return "'" + strings.ReplaceAll(text, "'", "''") + "'", true
	case "INTEGER", "BIGINT":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || sqlType == "INTEGER" && int64(int32(n)) != n { //nolint:gosec // the comparison finds what does not fit
			return "", false
		}
		return "CAST(" + strconv.FormatInt(n, 10) + " AS " + sqlType + ")", true
	}
	return "", false
}

// checkFormats wants every output in formats that there are.
func (s *Study) checkFormats() error {
	for _, o := range s.Plan.Outputs {
		if o.Name == countsName {
			return fault("study-output", "%s is the table of how many rows the steps have", countsName).At(o.Pos).WithHint("give the output another name")
		}
		for _, name := range o.Formats {
			if _, refusal := fileFormat(name); refusal != nil {
				return refusal.At(o.Pos)
			}
		}
	}
	return nil
}

// question is what the guard is asked for an output; kept says where each step
// stands, its macro's call where it is not kept.
func (s *Study) question(o study.Output, kept map[string]string) (guard.Query, study.Question) {
	q := s.Plan.Question(o)
	return guard.Query{File: o.SQL, Text: q.Text, Params: s.params(), Steps: s.guardSteps(kept)}, q
}

func (s *Study) params() map[string]string {
	params := map[string]string{}
	for _, v := range s.Plan.Parameters {
		params[v.Name] = v.Text
	}
	return params
}

func (s *Study) guardSteps(kept map[string]string) []guard.Step {
	var out []guard.Step
	for _, st := range s.steps {
		from := st.call
		if table, ok := kept[st.Name]; ok {
			from = table
		}
		out = append(out, guard.Step{Name: st.Name, Macro: st.macro.Name, From: from})
	}
	return out
}

// plan has the guard check the question of an output; a refusal points into the
// file that it is about.
func (s *Study) plan(ctx context.Context, g *guard.Guard, o study.Output, kept map[string]string) (*guard.Plan, error) {
	q, question := s.question(o, kept)
	p, err := g.Plan(ctx, q)
	if err != nil {
		return nil, placed(err, question)
	}
	for _, name := range p.Macros() {
		if !study.Pinned(s.Plan.Macros, name) {
			return nil, fault("study-pin", "%s uses %s, which the plan does not pin", o.SQL, name).At(o.Pos).WithHint("add it to macros")
		}
	}
	return p, nil
}

// PlanOutputs has the guard check the questions of all outputs, before anything
// is computed. It gives the notes on each by the output's name.
func (s *Study) PlanOutputs(ctx context.Context, g *guard.Guard) (map[string][]string, error) {
	notes := map[string][]string{}
	for _, o := range s.Plan.Outputs {
		p, err := s.plan(ctx, g, o, nil)
		if err != nil {
			return nil, err
		}
		notes[o.Name] = p.Warnings()
	}
	return notes, nil
}

// placed moves the place of an error from a question to the file it came from.
func placed(err error, q study.Question) error {
	if e, ok := asDiag(err); ok && e.Pos.Line > 0 {
		e.Pos = q.Locate(e.Pos)
	}
	return err
}

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
