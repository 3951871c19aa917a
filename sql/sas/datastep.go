package sas

import (
	"errors"
	"slices"
	"strings"
)

// dataStep is a DATA step being translated. Its statements are run once, for a
// row that nobody knows yet: every variable holds the SQL of its value. What is
// computed more than once becomes a column of an inner query.
type dataStep struct {
	p        *program
	from, to int
	r        *renderer
	src      rowSource

	vars      []string // in the order in which SAS would have them
	env       map[string]val
	kinds     map[string]kind
	lengths   map[string]int
	formats   map[string]format
	arrays    map[string][]string
	sizes     map[string][]dimension
	over      map[string]string // arrays of do over, and the variable that each stands for
	constants map[string]val    // initial values
	by        []string
	desc      map[string]bool
	retained  map[string]*retained
	trees     []*tree

	path    val // what holds where we are
	alive   val // the row was not deleted
	outputs []outputRow
	columns []computed // of inner queries
	taken   map[string]bool
	where   val
	scope   numbering // of the rows of the source, for windows
	at      int       // statement at hand
	guard   int       // depth of conditions
	work    int       // statements run, to stop endless unrolling

	trial     bool // the row is the first of its group
	confined  int  // the BY variables within whose groups all stays that is kept from row to row; 0: none
	crosses   bool // something looks at rows beyond such a group
	turning   int  // depth of loops
	writes    bool // it has statements OUTPUT
	stops     val  // the condition of STOP
	ending    val  // that of the end of a row: update takes several to make one
	onePerKey val  // the condition under which a key has one row, if any
	filtered  bool // WHERE was applied to each data set
	puts      []symput
	spread    *spread
	place     int
	risky     map[string]bool // variables that a row need not read anew
	steady    map[string]bool // those of them that stay while they are not read
	flags     []string        // variables of in=
	hidden    map[string]bool // variables of ours
	assigned  map[string]bool // by some statement

	ends    string   // the variable of end=
	singles []*input // of which the first row is read once for all

	wantedSides []string // of a merge, when a view is written

	objects map[string]*hashObject
	codes   []string // variables that hold what hash objects answer
	defined []string // and those that hold what their definition answers
	shaped  []string // variables of data sets that are named and never read
	mode
	looped *dataStmt // SET in a loop over groups
	counts bool      // such a loop counts with _n_

	keep, drop []expr
	rename     [][2]string
}

// computed is a column of an inner query.
type computed struct {
	name   string
	sql    string
	window bool
	relay  relay // in place of sql: it makes several columns, of which name is one
}

// relay is a query that goes over the rows of the one in front, and adds columns.
type relay interface {
	columns() []string
	text() string                        // all its SQL, to see what it reads
	ctes(from string) ([]string, string) // and the name of the last
}

// columns are the names of what is computed.
func (c computed) columns() []string {
	if c.relay != nil {
		return c.relay.columns()
	}
	return []string{c.name}
}

// text is the SQL of a column, to see what it reads.
func (c computed) text() string {
	if c.relay != nil {
		return c.relay.text()
	}
	return c.sql
}

// in tells whether one of its columns is among some words of SQL.
func (c computed) in(words map[string]bool) bool {
	return slices.ContainsFunc(c.columns(), func(n string) bool { return words[sqlName(n)] })
}

// outputRow is a place where a row is written.
type outputRow struct {
	cond   val
	env    map[string]val
	into   []string // empty: every data set
	place  int      // among those of a row; all turns of a loop that depends on the data have one
	spread *spread
}

// Limits on what a step may become, so that a loop never hangs the translator.
const (
	maxWork = 3000
	maxSQL  = 1 << 17
)

// rowSource is where the rows of a step come from.
type rowSource struct {
	inputs  []*input
	columns []*column         // as SAS names them
	sql     map[string]string // what a column is called in SQL
	from    func(n numbering) (ctes []string, from string)
	needs   func(n numbering) // demands of the inputs what a numbering takes
	unique  [][]string
	open    bool // more columns than are known
}

func (p *program) dataStep() {
	from := p.at
	to := p.stepEnd(from, "run")
	defer func() { p.at = to }()
	d, outs, err := p.runStep(from, to, mode{})
	if errors.Is(err, errTwoLoops) {
		d, outs, err = p.twoLoops(from, to)
	}
	if err != nil {
		p.fail(d.at, "%v", err)
	}
	for i := from; i < to; i++ {
		if p.state[i].state == Untranslated {
			p.abandon(from, to) // a step with a hole gives wrong rows: none are better
			return
		}
	}
	if err := d.settle(); err != nil {
		p.fail(from, "%v", err)
		p.abandon(from, to)
		return
	}
	d.finish(outs)
}

// runStep runs the statements of a step. What if 0 then set makes known is kept from
// row to row; most programs do not notice, and it need not be.
func (p *program) runStep(from, to int, m mode) (*dataStep, []setRef, error) {
	d, outs, err := p.tryStep(from, to, m)
	if err == nil && d.leans(outs) {
		m.firm = true
		return p.tryStep(from, to, m)
	}
	return d, outs, err
}

// tryStep runs the statements first for the first row of a BY group alone, to learn
// whether what is kept from row to row stays within the group.
func (p *program) tryStep(from, to int, m mode) (*dataStep, []setRef, error) {
	trial := p.newDataStep(from, to, m)
	trial.trial = true
	outs, err := trial.execute()
	if err == nil && trial.forgets(outs) {
		d := p.newDataStep(from, to, m)
		d.confined = trial.group()
		if outs, err = d.execute(); err != nil || !d.crosses {
			return d, outs, err
		}
	}
	d := p.newDataStep(from, to, m)
	outs, err = d.execute()
	return d, outs, err
}

func (p *program) newDataStep(from, to int, m mode) *dataStep {
	d := &dataStep{
		p: p, from: from, to: to, mode: m, objects: map[string]*hashObject{}, env: map[string]val{}, kinds: map[string]kind{}, lengths: map[string]int{}, formats: map[string]format{},
		arrays: map[string][]string{}, sizes: map[string][]dimension{}, over: map[string]string{}, constants: map[string]val{}, desc: map[string]bool{}, retained: map[string]*retained{}, path: always, alive: always, where: always, stops: never, ending: always, onePerKey: never,
		taken: map[string]bool{"_row": true, "_i": true}, hidden: map[string]bool{}, risky: map[string]bool{}, steady: map[string]bool{}, assigned: map[string]bool{}, at: from,
	}
	d.r = &renderer{lookup: d.lookup, formats: p.formats, note: func(f string, a ...any) { p.noteAt(d.at, f, a...) }, into: p.into, lag: d.lag}
	d.r.method = d.ask
	d.r.array = func(name string) ([]string, bool) { list, ok := d.arrays[name]; return list, ok }
	d.r.sizes = func(name string) []dimension { return d.sizes[name] }
	d.r.order = func() string { return strings.TrimSpace(d.across()) }
	return d
}

// execute reads the statements and runs them.
func (d *dataStep) execute() ([]setRef, error) {
	outs, body, err := d.declare()
	if err != nil {
		return nil, err
	}
	if body, err = d.prepareHashes(body); err != nil {
		return nil, err
	}
	if body, err = d.groupLoops(body); err != nil {
		return nil, err
	}
	if err := d.persistent(body); err != nil {
		return nil, err
	}
	d.writes = d.explicit(body)
	d.keepConstants()
	d.run(body)
	if !d.writes {
		d.outputs = append(d.outputs, d.written(both(d.alive, d.ending)))
	}
	d.stopped()
	return outs, nil
}

// written is a row as it is written here, under a condition.
func (d *dataStep) written(cond val) outputRow {
	env := make(map[string]val, len(d.env))
	for n, v := range d.env {
		v = given(v, cond.sql)
		v.split = nil
		env[n] = v
	}
	return outputRow{cond: cond, env: env, place: d.place, spread: d.spread}
}

func clone(env map[string]val) map[string]val {
	out := make(map[string]val, len(env))
	for k, v := range env {
		out[k] = v
	}
	return out
}

// explicit tells whether the step writes rows itself.
func (d *dataStep) explicit(list []*dataStmt) bool {
	return slices.ContainsFunc(list, func(s *dataStmt) bool {
		return s.op == "output" || d.explicit(s.body) || d.explicit(s.other)
	})
}
