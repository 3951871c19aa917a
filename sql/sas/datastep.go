package sas

import (
	"fmt"
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

	trial    bool // the row is the first of its group
	confined int  // the BY variables within whose groups all stays that is kept from row to row; 0: none
	crosses  bool // something looks at rows beyond such a group
	turning  int  // depth of loops
	writes   bool // it has statements OUTPUT
	stops    val  // the condition of STOP
	filtered bool // WHERE was applied to each data set
	puts     []symput
	spread   *spread
	place    int
	risky    map[string]bool // variables that a row need not read anew
	steady   map[string]bool // those of them that stay while they are not read
	flags    []string        // variables of in=
	hidden   map[string]bool // variables of ours
	assigned map[string]bool // by some statement

	ends    string   // the variable of end=
	singles []*input // of which the first row is read once for all

	wantedSides []string // of a merge, when a view is written

	keep, drop []expr
	rename     [][2]string
}

// computed is a column of an inner query.
type computed struct {
	name   string
	sql    string
	window bool
	walk   *walk // in place of sql: columns of a recursive query, of which name is one
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
	d, outs, err := p.runStep(from, to)
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

// runStep runs the statements of a step; first for the first row of a BY group
// alone, to learn whether what is kept from row to row stays within the group.
func (p *program) runStep(from, to int) (*dataStep, []setRef, error) {
	trial := p.newDataStep(from, to)
	trial.trial = true
	outs, err := trial.execute()
	if err == nil && trial.forgets(outs) {
		d := p.newDataStep(from, to)
		d.confined = trial.group()
		if outs, err = d.execute(); err != nil || !d.crosses {
			return d, outs, err
		}
	}
	d := p.newDataStep(from, to)
	outs, err = d.execute()
	return d, outs, err
}

func (p *program) newDataStep(from, to int) *dataStep {
	d := &dataStep{
		p: p, from: from, to: to, env: map[string]val{}, kinds: map[string]kind{}, lengths: map[string]int{}, formats: map[string]format{},
		arrays: map[string][]string{}, sizes: map[string][]dimension{}, over: map[string]string{}, constants: map[string]val{}, desc: map[string]bool{}, retained: map[string]*retained{}, path: always, alive: always, where: always, stops: never,
		taken: map[string]bool{"_row": true, "_i": true}, hidden: map[string]bool{}, risky: map[string]bool{}, steady: map[string]bool{}, assigned: map[string]bool{}, at: from,
	}
	d.r = &renderer{lookup: d.lookup, formats: p.formats, note: func(f string, a ...any) { p.noteAt(d.at, f, a...) }, into: p.into, lag: d.lag}
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
	if err := d.persistent(body); err != nil {
		return nil, err
	}
	d.writes = d.explicit(body)
	d.keepConstants()
	d.run(body)
	if !d.writes {
		d.outputs = append(d.outputs, outputRow{cond: d.alive, env: clone(d.env), place: d.place})
	}
	d.stopped()
	return outs, nil
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

// declare reads what holds for the step as a whole, and gives its statements.
func (d *dataStep) declare() (outs []setRef, body []*dataStmt, err error) {
	head := &parser{tokens: d.p.statements[d.from].tokens, at: 1}
	outs = head.setRefs()
	if head.accept("/") {
		head.at = len(head.tokens)
	}
	if head.err == nil && !head.done() {
		head.fail("%q is not understood here", head.peek().original)
	}
	if head.err != nil {
		return nil, nil, head.err
	}
	if len(outs) == 0 {
		outs = []setRef{{name: "data1"}}
	}
	// BY comes after SET, which must know it.
	for i := d.from; i < d.to; i++ {
		if s := &d.p.statements[i]; s.first() == "by" {
			if err := d.byStatement(s); err != nil {
				d.at = i
				return nil, nil, err
			}
		}
	}
	sources := 0
	for d.at = d.from + 1; d.at < d.to; {
		s := &d.p.statements[d.at]
		handled, err := d.declaration(s, &sources)
		if err != nil {
			return nil, nil, err
		}
		if handled {
			d.at++
			continue
		}
		parse := &dataParser{p: d.p, at: d.at, to: d.to}
		if s.first() == "end" {
			d.p.fail(d.at, "end without do")
			d.at++
			continue
		}
		if st := parse.statement(s.tokens, d.at); st != nil {
			body = append(body, st)
			d.mention([]*dataStmt{st})
		}
		d.at = max(parse.at, d.at+1)
	}
	if sources == 0 {
		d.src = rowSource{sql: map[string]string{}, from: func(numbering) ([]string, string) { return nil, "(SELECT 1 AS _row)" }, needs: func(numbering) {}}
	}
	d.at = d.from
	return outs, body, nil
}

func (d *dataStep) byStatement(s *statement) error {
	p := &parser{tokens: s.tokens, at: 1}
	for p.err == nil && !p.done() {
		descending := p.accept("descending")
		if p.is("notsorted") {
			return fmt.Errorf("by with notsorted is not understood")
		}
		n := p.name()
		d.by = append(d.by, n)
		d.desc[n] = descending
	}
	return p.err
}

// declaration takes a statement that is none of those that are run.
func (d *dataStep) declaration(s *statement, sources *int) (bool, error) {
	p := &parser{tokens: s.tokens, at: 1}
	if s.assigns() {
		return false, nil
	}
	switch s.first() {
	case "run", "quit":
		d.p.inert(d.at)
	case "by":
	case "set", "merge":
		*sources++
		return true, d.readSource(s.first(), p)
	case "if":
		if !firstRowSet(s.tokens) {
			return false, nil
		}
		p.at = 6
		return true, d.once(p)
	case "keep":
		d.keep = append(d.keep, p.variables("")...)
	case "drop":
		d.drop = append(d.drop, p.variables("")...)
	case "rename":
		d.rename = append(d.rename, p.renames()...)
	case "length":
		return true, d.lengthStatement(p)
	case "format":
		return true, d.formatStatement(p)
	case "attrib":
		return true, d.attribStatement(p)
	case "retain":
		return true, d.retainStatement(p)
	case "array":
		return true, d.arrayStatement(p)
	case "input":
		*sources++
		return true, d.inputStatement(p)
	case "datalines", "cards", "lines":
	default:
		return false, nil
	}
	return true, p.err
}

// variable makes a variable known.
func (d *dataStep) variable(name string) {
	if !slices.Contains(d.vars, name) {
		d.vars = append(d.vars, name)
	}
}

// mention makes the variables that statements assign known, in their order.
func (d *dataStep) mention(list []*dataStmt) {
	for _, s := range list {
		if e, ok := s.target.(element); ok {
			for _, n := range d.arrays[e.array] {
				d.assigned[n] = true
				d.begin(s, n)
			}
		}
		for _, e := range s.list {
			d.mention([]*dataStmt{{target: e}})
		}
		if n, ok := s.target.(name); ok && d.arrays[n.name] != nil {
			d.mention([]*dataStmt{{op: s.op, target: element{array: n.name}}})
		} else if ok {
			d.variable(n.name)
			d.assigned[n.name] = true
			d.begin(s, n.name)
		}
		if s.variable != "" && s.op != "over" {
			d.variable(s.variable)
			d.assigned[s.variable] = true
		}
		if s.op == "where" {
			d.wherever(s)
		}
		d.mention(s.body)
		d.mention(s.other)
	}
}

// begin retains the variable of a sum statement, unless it is read in every row.
func (d *dataStep) begin(s *dataStmt, n string) {
	if _, read := d.src.sql[n]; s.op == "sum" && !read && d.retained[n] == nil {
		d.retain(n, constant(0))
	}
}

// wherever takes a where statement: it filters what is read.
func (d *dataStep) wherever(s *dataStmt) {
	if s.op = "none"; d.filtered {
		return
	}
	c, err := d.r.cond(s.cond, false)
	if err != nil {
		d.p.fail(s.at, "%v", err)
		return
	}
	d.where = both(d.where, c)
}

func (d *dataStep) lengthStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		switch {
		case p.accept("$"):
			for _, n := range names {
				d.kinds[n], d.lengths[n] = textKind, atoi(p.peek().text)
			}
			p.at++
			names = nil
		case p.peek().kind == numberToken:
			p.at++
			for _, n := range names {
				d.kinds[n] = numberKind
			}
			names = nil
		default:
			list, err := d.r.variables(p.oneVariable())
			if err != nil {
				return err
			}
			for _, e := range list {
				n := e.(name).name
				names = append(names, n)
				d.variable(n)
			}
		}
	}
	return p.err
}

// oneVariable reads one variable, or one list such as x1-x3.
func (p *parser) oneVariable() []expr {
	sub := parser{tokens: p.tokens[:p.variableEnd()], at: p.at}
	list := sub.variables("")
	if sub.err != nil {
		p.fail("%v", sub.err)
	}
	p.at = max(sub.at, p.at+1)
	return list
}

func atoi(text string) int {
	n := 0
	for _, c := range strings.TrimSuffix(text, ".") {
		if c < '0' || c > '9' || n > 1<<20 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// attribStatement takes the lengths and formats of ATTRIB; labels do not reach SQL.
func (d *dataStep) attribStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		if t := p.ahead(1); t.kind != opToken || t.text != "=" {
			if len(names) > 0 && p.tokens[p.at-1].text != names[len(names)-1] {
				names = nil
			}
			for _, e := range p.oneVariable() {
				if n, ok := e.(name); ok {
					d.variable(n.name)
					names = append(names, n.name)
				}
			}
			continue
		}
		option := p.name()
		p.want("=")
		switch option {
		case "length":
			text := p.accept("$")
			for _, n := range names {
				d.kinds[n] = map[bool]kind{true: textKind, false: numberKind}[text]
				if text {
					d.lengths[n] = atoi(p.peek().text)
				}
			}
			p.at++
		case "format":
			f := p.format()
			for _, n := range names {
				d.formats[n] = f
			}
		case "label":
			p.at++
		case "informat":
			p.format()
		default:
			return fmt.Errorf("attrib with %s= is not understood", option)
		}
	}
	return p.err
}

func (d *dataStep) formatStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		t := p.peek()
		next := p.ahead(1)
		isFormat := t.kind == opToken && t.text == "$" || t.kind == numberToken || t.kind == wordToken && next.kind != wordToken && next.kind != endToken && next.at == t.end && next.text != "-" && next.text != ":"
		if !isFormat {
			for _, e := range p.oneVariable() {
				if n, ok := e.(name); ok {
					names = append(names, n.name)
				}
			}
			continue
		}
		f := p.format()
		for _, n := range names {
			d.formats[n] = f
		}
		names = nil
	}
	return p.err
}

func (d *dataStep) retainStatement(p *parser) error {
	var names []string
	for p.err == nil && !p.done() {
		switch t := p.peek(); {
		case t.kind == wordToken:
			list, err := d.r.variables(p.oneVariable())
			if err != nil {
				return err
			}
			names = nil
			for _, e := range list {
				n := e.(name).name
				d.variable(n)
				if _, input := d.src.sql[n]; input {
					continue // of a data set: it is retained anyway
				}
				d.retain(n, null)
				names = append(names, n)
			}
		default:
			initial := p.prefix()
			v, err := d.r.value(initial)
			if err != nil {
				return err
			}
			for _, n := range names {
				d.retained[n].initial = v
				d.kinds[n] = v.kind
				if v.kind == textKind {
					d.lengths[n] = v.length
				}
			}
		}
	}
	return p.err
}

// lookup is the value of a variable at this point of the step.
func (d *dataStep) lookup(n name) (val, error) {
	switch {
	case n.qualifier == "" && n.name == d.ends && n.name != "":
		return d.lastRow(), nil
	case n.qualifier == "first" || n.qualifier == "last":
		return d.boundary(n)
	case n.qualifier != "":
		return null, fmt.Errorf("%s.%s is not understood in a DATA step", n.qualifier, n.name)
	case n.name == "_n_":
		return d.column("_n_row", val{sql: "row_number() OVER (" + d.across() + ")", kind: numberKind, sure: true, window: true}), nil
	case n.name == "_error_":
		return constant(0), nil
	}
	if element, ok := d.over[n.name]; ok {
		n.name = element
	}
	v, ok := d.env[n.name]
	if ok {
		if v.tree != nil && v.tree.op == "set" && v.tree.v.number != nil {
			return v.tree.v, nil
		}
		return d.hoist(n.name, v), nil
	}
	if d.src.open {
		c := &column{name: n.name}
		d.src.columns = append(d.src.columns, c)
		d.src.sql[n.name] = sqlName(n.name)
		d.taken[n.name] = true
		v = val{sql: sqlName(n.name), prec: precAtom}
		d.env[n.name] = v
		d.variable(n.name)
		return v, nil
	}
	if !slices.Contains(d.vars, n.name) {
		d.p.noteAt(d.at, "the variable %s has no value anywhere: it is missing", n.name)
		d.variable(n.name)
	}
	v = null
	v.kind = d.kinds[n.name]
	return v, nil
}

// hoist makes a long expression a column of an inner query, so that it stands in
// one place.
func (d *dataStep) hoist(variable string, v val) val {
	if v.tree != nil || v.number != nil || v.text != nil || len(v.sql) <= 40 && !v.window || v.prec == precAtom && !strings.ContainsAny(v.sql, " (") {
		return v
	}
	c := d.column(variable, v)
	d.env[variable] = c
	return c
}

// column adds a column to the inner queries, or finds the one that is the same.
func (d *dataStep) column(wanted string, v val) val {
	if d.spread != nil && d.spread.in(v.sql) {
		return v // the loop stands behind the inner queries
	}
	for _, c := range d.columns {
		if c.sql == v.sql {
			return val{sql: sqlName(c.name), kind: v.kind, prec: precAtom, length: v.length, sure: v.sure, cond: v.cond}
		}
	}
	unique := d.fresh(wanted)
	d.columns = append(d.columns, computed{name: unique, sql: v.sql, window: v.window})
	return val{sql: sqlName(unique), kind: v.kind, prec: precAtom, length: v.length, sure: v.sure, cond: v.cond}
}

// boundary is first.x or last.x.
func (d *dataStep) boundary(n name) (val, error) {
	i := slices.Index(d.by, n.name)
	if i < 0 {
		return null, fmt.Errorf("%s.%s needs %s in a BY statement", n.qualifier, n.name, n.name)
	}
	if d.trial && n.qualifier == "first" && i >= d.group()-1 {
		return always, nil
	}
	direction := ""
	if n.qualifier == "last" {
		direction = " DESC"
	}
	d.demand(i + 1)
	v := val{sql: fmt.Sprintf("row_number() OVER (PARTITION BY %s ORDER BY _row%s) = 1", d.keys(i+1), direction), cond: true, sure: true, window: true}
	return d.column(n.qualifier+"_"+n.name, v), nil
}

// keys are the first n BY variables in SQL.
func (d *dataStep) keys(n int) string {
	list := make([]string, n)
	for i, b := range d.by[:n] {
		list[i] = d.keyOf(b)
	}
	return strings.Join(list, ", ")
}

// keyOf is a BY variable in SQL.
func (d *dataStep) keyOf(b string) string {
	if sql := d.src.sql[b]; sql != "" {
		return sql
	}
	return sqlName(b)
}

// run runs statements.
func (d *dataStep) run(list []*dataStmt) {
	for i, s := range list {
		if d.work++; d.work > maxWork {
			d.p.fail(s.at, "the loops of this step turn too often to be written out")
			return
		}
		d.at = s.at
		if s.op == "subset" {
			d.subset(s, list[i+1:])
			return
		}
		if err := d.do(s); err != nil {
			d.p.fail(s.at, "%v", err)
		}
	}
}

func (d *dataStep) do(s *dataStmt) error {
	switch s.op {
	case "assign", "sum":
		return d.assign(s)
	case "if":
		return d.branch(s)
	case "do":
		d.run(s.body)
	case "loop":
		return d.loop(s)
	case "delete":
		d.alive = both(d.alive, d.not(d.path))
	case "output":
		d.outputs = append(d.outputs, outputRow{cond: both(d.alive, d.path), env: clone(d.env), into: s.names, place: d.place, spread: d.spread})
	case "while":
		return d.whileLoop(s)
	case "over":
		return d.overLoop(s)
	case "return", "stop":
		d.leaveRow(s)
	case "missing":
		return d.blank(s)
	case "symput":
		return d.symput(s)
	case "leave", "continue":
		return fmt.Errorf("%s is understood in a loop alone", s.op)
	}
	return nil
}

// not is the negation of a condition in SQL.
func (d *dataStep) not(c val) val {
	switch c.sql {
	case "true":
		return never
	case "false":
		return always
	}
	return val{sql: "NOT coalesce(" + c.sql + ", false)", prec: precNot, cond: true, window: c.window}
}

// subset is an if without then: what follows happens under its condition.
func (d *dataStep) subset(s *dataStmt, rest []*dataStmt) {
	c, err := d.r.cond(s.cond, false)
	if err != nil {
		d.p.fail(s.at, "%v", err)
		return
	}
	d.alive = both(d.alive, d.and(c))
	d.run(rest)
}

// and is a condition that stands under the path.
func (d *dataStep) and(c val) val {
	if d.path.sql == "true" {
		return c
	}
	return either(d.not(d.path), c)
}

func (d *dataStep) target(e expr) (string, error) {
	switch e := e.(type) {
	case name:
		if element, ok := d.over[e.name]; ok {
			return element, nil
		}
		return e.name, nil
	case element:
		return d.r.variableOf(e)
	}
	return "", fmt.Errorf("this cannot be assigned to")
}

func (d *dataStep) assign(s *dataStmt) error {
	if done, err := d.elementTarget(s); done || err != nil {
		return err
	}
	n, err := d.target(s.target)
	if err != nil {
		return err
	}
	d.variable(n)
	d.r.guarded = d.guard > 0 || d.alive.sql != "true"
	v, carried, err := d.accumulate(n, s.value)
	if err == nil && !carried {
		v, err = d.r.value(s.value)
	}
	switch {
	case err != nil:
		return err
	case s.op == "sum" && d.retained[n] == nil:
		old, err := d.lookup(name{"", n})
		if err != nil {
			return err
		}
		v = sumOfValues([]val{d.r.toNumber(old), constant(0), d.r.toNumber(v)})
	case s.op == "sum":
		v = d.add(n, d.r.toNumber(v))
	case d.kinds[n] == textKind && v.kind != textKind && v.kind != unknownKind && !v.isNull():
		return fmt.Errorf("%s is a text, and is given a number: write put()", n)
	case !carried:
		v = d.fit(n, v)
	}
	if d.retained[n] != nil {
		v = d.keepTree(n, v)
	}
	v.window = v.window && v.tree == nil
	if len(v.sql) > maxSQL {
		return fmt.Errorf("the value of %s is too long to be written out", n)
	}
	d.env[n] = v
	return nil
}

// fit gives a value the type and the length of its variable, which are those of
// the first value that it is given.
func (d *dataStep) fit(n string, v val) val {
	if v.cond {
		v = d.r.toNumber(v)
	}
	k, ok := d.kinds[n]
	if !ok || k == unknownKind {
		if v.kind != unknownKind {
			d.kinds[n] = v.kind
		}
		if v.kind == textKind {
			d.lengths[n] = v.declares()
			if v.length > 0 && v.text == nil { // blanks fill the variable
				v.length = max(v.length, d.lengths[n])
			}
		}
		return v
	}
	switch {
	case k == textKind && v.kind != textKind:
		v = d.r.toText(v)
	case k != textKind && v.kind == textKind && !v.isNull():
		v = d.r.toNumber(v)
	}
	if k == textKind && d.lengths[n] > 0 {
		v = cutTo(v, d.lengths[n])
	}
	return v
}

// cutTo cuts a text to the length of a variable.
func cutTo(v val, length int) val {
	switch {
	case v.text != nil && len([]rune(*v.text)) > length:
		return constantText(string([]rune(*v.text)[:length]))
	case v.text != nil || v.length > 0 && v.length <= length || v.isNull():
	default:
		window := v.window
		v = atom(textKind, "rtrim(left(%s, %d))", v.sql, length)
		v.window = window
	}
	v.length = length
	return v
}

// branch runs an if: both sides, and then every variable is one or the other.
func (d *dataStep) branch(s *dataStmt) error {
	if n, x, ok := d.champion(s); ok {
		d.r.guarded = d.guard > 0
		v, err := d.r.value(x)
		if err == nil {
			d.env[n] = d.keepTree(n, d.carry(n, "max", v))
		}
		return err
	}
	return d.fork(s, func() { d.run(s.body) }, func() { d.run(s.other) })
}

// fork goes on in two ways by the condition of a statement, and puts what becomes
// of the variables together.
func (d *dataStep) fork(s *dataStmt, whenTrue, whenFalse func()) error {
	d.r.guarded = d.guard > 0
	c, err := d.r.cond(s.cond, false)
	if err != nil {
		return err
	}
	switch c.sql {
	case "true":
		whenTrue()
		return nil
	case "false":
		whenFalse()
		return nil
	}
	if len(c.sql) > 60 && (len(s.body) > 0 && len(s.body[0].body) > 1) || c.window {
		c = d.column("if_"+fmt.Sprint(d.p.statements[s.at].line), c)
	}
	before, path := clone(d.env), d.path
	d.guard++
	d.path = both(path, c)
	whenTrue()
	yes := d.env
	d.env = clone(before)
	d.path = both(path, d.not(c))
	whenFalse()
	no := d.env
	d.guard--
	d.path, d.env = path, before
	return d.merge(c, yes, no)
}

// merge puts the two sides of an if together.
func (d *dataStep) merge(c val, yes, no map[string]val) error {
	for _, n := range d.vars {
		y, okY := yes[n]
		x, okX := no[n]
		if !okY && !okX || okY && okX && y.sql == x.sql {
			if okY {
				d.env[n] = y
			}
			continue
		}
		if !okY {
			y = d.untouched(n)
		}
		if !okX {
			x = d.untouched(n)
		}
		if d.retained[n] != nil {
			d.env[n] = d.caseTree(n, c, y, x)
			continue
		}
		d.env[n] = d.choose(n, c, y, x)
	}
	return nil
}

// choose is one value or the other; a chain of ifs stays one CASE.
func (d *dataStep) choose(n string, c, yes, no val) val {
	values, k := d.r.unify([]val{yes, no})
	if k != d.kinds[n] && k != unknownKind {
		d.kinds[n] = k
	}
	yes, no = values[0], values[1]
	out := val{kind: k, prec: precAtom, window: c.window || yes.window || no.window, sure: yes.sure && no.sure, length: max(yes.length, no.length)}
	inner := no.sql
	switch {
	case strings.HasPrefix(inner, "CASE WHEN ") && strings.HasSuffix(inner, " END") && wholeCase(inner):
		out.sql = "CASE WHEN " + c.sql + " THEN " + yes.sql + strings.TrimPrefix(inner, "CASE")
	case no.isNull():
		out.sql = "CASE WHEN " + c.sql + " THEN " + yes.sql + " END"
	default:
		out.sql = "CASE WHEN " + c.sql + " THEN " + yes.sql + " ELSE " + inner + " END"
	}
	return out
}

// wholeCase tells whether text is one CASE from its first word to its last.
func wholeCase(text string) bool {
	depth := 0
	for i := 0; i < len(text); {
		if text[i] == '\'' || text[i] == '"' {
			i += unit(text[i:])
			continue
		}
		if !isLetter(text[i]) {
			i++
			continue
		}
		n := i
		for n < len(text) && (isLetter(text[n]) || isDigit(text[n])) {
			n++
		}
		switch text[i:n] {
		case "CASE":
			depth++
		case "END":
			if depth--; depth == 0 {
				return n == len(text)
			}
		}
		i = n
	}
	return false
}

// loop writes a loop out; where its bounds depend on the data, it becomes rows.
func (d *dataStep) loop(s *dataStmt) error {
	var values []val
	after := null
	d.variable(s.variable)
	for _, item := range s.items {
		from, err := d.r.value(item.from)
		if err != nil {
			return err
		}
		if item.to == nil {
			values, after = append(values, from), from
			continue
		}
		to, by, err := d.bounds(item)
		if err != nil {
			return err
		}
		if from.number == nil || to.number == nil {
			return d.openLoop(s, from, to, by)
		}
		list, last, err := span(*from.number, *to.number, by)
		if err != nil {
			return err
		}
		values, after = append(values, list...), last
	}
	d.turns(s.body, len(values), d.setting(s.variable, values), func() { d.env[s.variable] = d.fit(s.variable, after) })
	return nil
}

// setting gives the variable of a loop its values, one after the other.
func (d *dataStep) setting(variable string, values []val) func(i int) {
	return func(i int) { d.env[variable] = d.fit(variable, values[i]) }
}

// openLoop is a loop whose bounds depend on the data.
func (d *dataStep) openLoop(s *dataStmt, from, to val, by float64) error {
	switch {
	case len(s.items) > 1:
		return errBounds
	case from.number != nil && !d.explicit(s.body):
		return d.boundedLoop(s, *from.number, to, by)
	}
	return d.spreadLoop(s, from, to, by)
}

// bounds are the end and the step of a span.
func (d *dataStep) bounds(item loopItem) (to val, by float64, err error) {
	if to, err = d.r.value(item.to); err != nil || item.by == nil {
		return to, 1, err
	}
	step, err := d.r.value(item.by)
	if err == nil && (step.number == nil || *step.number == 0) {
		err = fmt.Errorf("the step of the loop depends on the data")
	}
	if err != nil {
		return to, 0, err
	}
	return to, *step.number, nil
}

// span are the values from..to, and the one behind them.
func span(from, to, by float64) (out []val, after val, err error) {
	x := from
	for ; by > 0 && x <= to || by < 0 && x >= to; x += by {
		if out = append(out, constant(x)); len(out) > maxWork {
			return nil, null, fmt.Errorf("the loop turns too often to be written out")
		}
	}
	return out, constant(x), nil
}
