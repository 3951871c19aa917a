// Package sas translates SAS programs into SQL: the macro language, DATA steps,
// PROC SQL and the procedures that claims programs use.
//
// The output is a script that reads as SQL a person would write: a CREATE VIEW for
// each step, in the program's order, with its comments and the SAS line that it
// comes from. What is SAS's own is kept: a missing value is below every number,
// sums leave missing values out, blanks behind a text do not count, the first row
// of a key is the first in the order of rows, and a merge of many with many pairs
// rows. Where the order of rows matters, a column _row carries it.
//
// Nothing is dropped in silence. A statement that is not understood stays as a
// comment where it stood, and the [Report] counts it; what SQL does a little
// differently is told.
//
// The macro language works on text (macro.go), the text is cut into statements
// (lex.go), statements are put together to steps (program.go), and every step
// becomes a query (datastep.go, join.go, update.go, hash.go, dow.go, procs.go,
// procsql.go). Expressions are parsed in expr.go and written in render.go,
// condition.go and functions.go. What the program prints and exports is told
// (show.go), and the whole can be written as a study plan (study.go).
package sas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Column is a column of a table that a program reads. Type is "number", "text",
// "date" or "timestamp"; Length is that of a text, 0 when it is not known.
type Column struct {
	Name   string
	Type   string
	Length int
	// Identifier: it is never missing where rows are to meet, so that they meet by =.
	Identifier bool
}

// Table is a table of the database under the name that SAS knows it by.
type Table struct {
	SAS     string // library.name, or a name
	SQL     string // as SQL writes it
	Columns []Column
}

// Options say what a program can use.
type Options struct {
	Tables []Table
	// Include gives the text of an %include; nil when there is none.
	Include func(name string) (string, error)
	// Now is the moment of the run, for programs that ask for it; zero when it is
	// not known.
	Now time.Time
}

// State is how a statement came through.
type State string

// The states of a statement.
const (
	Translated   State = "translated"
	Approximated State = "approximated" // with the difference told
	Untranslated State = "untranslated"
	Inert        State = "without effect" // on data: titles, options, printing
)

// Statement is a statement of the program in the report.
type Statement struct {
	Line  int    `json:"line"`
	Text  string `json:"text"`
	State State  `json:"state"`
	Why   string `json:"why,omitempty"`
}

// Report tells how every statement came through.
type Report struct {
	Statements []Statement `json:"statements"`
}

// Count counts the statements of a state.
func (r *Report) Count(s State) (n int) {
	for _, st := range r.Statements {
		if st.State == s {
			n++
		}
	}
	return n
}

// Output is a translated program.
type Output struct {
	SQL string
	// Steps are those of the script, in its order.
	Steps []Step
	// Views are the data sets that the program leaves, by their SAS names, and the
	// views that hold them; the last one is that of the last step.
	Views []View
	// Shown is what the program prints or exports.
	Shown  []Shown
	last   *Shown // the last data set
	Report Report
}

// View is a data set of the program.
type View struct{ SAS, SQL string }

// Port translates a program. It never fails: what it does not understand is in
// the report.
func Port(text string, opts Options) *Output {
	p := newProgram(opts)
	text = strings.ReplaceAll(text, "\x01", " ") // marks trees here
	m := newMacros(opts)
	for _, v := range filledByQueries.FindAllStringSubmatch(text, -1) {
		names := []string{strings.ToLower(v[1])}
		if more, err := numbered(binary{"-", name{"", names[0]}, name{"", strings.ToLower(v[2])}}); err == nil {
			names = more
		}
		for _, n := range names {
			m.vars[0][n] = intoPrefix + n
		}
	}
	for _, v := range filledBySteps.FindAllStringSubmatch(text, -1) {
		m.vars[0][strings.ToLower(v[1])] = intoPrefix + strings.ToLower(v[1])
	}
	var src source
	m.expand(text, 1, &src)
	p.macros = m
	statements, trailing := lex(&src)
	p.statements = statements
	p.state = make([]mark, len(statements))
	p.run()
	p.trailing = trailing
	return p.output(m)
}

// filledByQueries finds the macro variables of INTO in a program: what they hold
// depends on the data.
var filledByQueries = regexp.MustCompile(`(?i)(?:\binto|,)\s*:\s*([a-z_]\w*)(?:\s*(?:-|thru|through)\s*:\s*([a-z_]\w*))?`)

// filledBySteps finds those of CALL SYMPUT.
var filledBySteps = regexp.MustCompile(`(?i)\bcall\s+symputx?\s*\(\s*['"]([a-z_]\w*)\s*['"]`)

// mark is the state of a statement.
type mark struct {
	state State
	why   []string
}

// program is a translation under way.
type program struct {
	opts       Options
	macros     *macros
	statements []statement
	state      []mark
	at         int
	steps      []*step
	sets       map[string]*relation // by SAS name
	order      []string             // SAS names in the order of their making
	names      map[string]bool      // SQL names that are taken
	formats    map[string]*userFormat
	trailing   []string
	last       *relation
	final      *relation // that the script ends with: the last one that is made or shown
	shown      []shown
	into       map[string]raw // macro variables filled by PROC SQL
	lost       map[string]int // data sets that an untranslated step makes, and its line
}

// relation is a data set.
type relation struct {
	name    string
	columns []*column
	known   bool       // columns are all there is
	unique  [][]string // sets of columns that no two rows share
	base    bool       // a table of the database
	told    bool       // that its columns are not known
	numbering
}

type column struct {
	name   string
	kind   kind
	length int
	format format
	id     bool     // an identifier
	values []string // all that it can be, as SQL, when the program tells
}

func (rel *relation) column(name string) *column {
	for _, c := range rel.columns {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (rel *relation) names() []string {
	out := make([]string, len(rel.columns))
	for i, c := range rel.columns {
		out[i] = c.name
	}
	return out
}

// uniqueBy tells whether no two rows share these columns.
func (rel *relation) uniqueBy(by []string) bool {
	return slices.ContainsFunc(rel.unique, func(key []string) bool {
		for _, k := range key {
			if !slices.Contains(by, k) {
				return false
			}
		}
		return true
	})
}

// ref is how SQL reads a data set: a table of the database has its rows numbered
// first when their order counts.
func (rel *relation) ref() string {
	if rel.base && rel.row {
		return rel.name + "_rows"
	}
	return rel.name
}

// step is a view of the output.
type step struct {
	line, until int
	sas         string // the step's first statement
	comments    []string
	notes       []string
	out         *relation
	inputs      []*relation
	ordered     bool          // needs the order of its inputs, whether or not its own is needed
	order       func()        // in place of ordered: demands what it needs of its inputs
	query       func() string // written last, when it is known whose order is needed
	text        string        // in place of a query: a comment for what has none
	table       bool          // a table, because its columns come from the data
}

func newProgram(opts Options) *program {
	p := &program{
		opts: opts, sets: map[string]*relation{}, names: map[string]bool{}, formats: map[string]*userFormat{}, into: map[string]raw{}, lost: map[string]int{},
	}
	for _, t := range opts.Tables {
		rel := &relation{name: t.SQL, known: true, base: true}
		for _, c := range t.Columns {
			k := map[string]kind{"number": numberKind, "text": textKind, "date": dateKind, "timestamp": stampKind}[c.Type]
			rel.columns = append(rel.columns, &column{name: strings.ToLower(c.Name), kind: k, length: c.Length, id: c.Identifier})
		}
		p.sets[setName(t.SAS)] = rel
		p.names[strings.ToLower(t.SQL)] = true
	}
	return p
}

// setName is a SAS name without the library of temporary data sets.
func setName(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "work.")
}

// set finds a data set; one that nobody made is a table whose columns are not
// known.
func (p *program) set(name string) *relation {
	key := setName(name)
	rel := p.find(key)
	if rel.base && !rel.known && !rel.told {
		rel.told = true
		p.note("the columns of %s are not known: say what they are in the mapping file", key)
	}
	return rel
}

// find finds a data set of which the columns do not matter.
func (p *program) find(key string) *relation {
	if rel, ok := p.sets[key]; ok {
		return rel
	}
	rel := &relation{name: sqlName(strings.ReplaceAll(key, ".", "_")), base: true}
	p.sets[key] = rel
	p.names[rel.name] = true
	return rel
}

// make makes a data set under a SQL name of its own.
func (p *program) make(name string) *relation {
	key := setName(name)
	base := sqlName(strings.ReplaceAll(key, ".", "_"))
	sql := base
	for i := 2; p.names[sql] || p.names[strings.Trim(sql, `"`)]; i++ {
		sql = sqlName(fmt.Sprintf("%s_%d", strings.Trim(base, `"`), i))
	}
	p.names[sql] = true
	rel := &relation{name: sql, known: true}
	if !slices.Contains(p.order, key) {
		p.order = append(p.order, key)
	}
	p.sets[key] = rel
	p.last, p.final = rel, rel
	delete(p.lost, key)
	return rel
}

// current is the statement being translated.
func (p *program) current() *statement { return &p.statements[p.at] }

// note marks the statement at hand, or an earlier one, as approximated.
func (p *program) note(format string, args ...any) { p.noteAt(p.at, format, args...) }

func (p *program) noteAt(i int, format string, args ...any) {
	i = min(i, len(p.state)-1)
	if m := &p.state[i]; m.state != Untranslated {
		m.state = Approximated
		if why := fmt.Sprintf(format, args...); !slices.Contains(m.why, why) {
			m.why = append(m.why, why)
		}
	}
}

func (p *program) fail(i int, format string, args ...any) {
	m := &p.state[min(i, len(p.state)-1)]
	if m.state == Untranslated {
		return
	}
	m.state, m.why = Untranslated, []string{fmt.Sprintf(format, args...)}
}

func (p *program) inert(i int) {
	if p.state[i].state == "" {
		p.state[i].state = Inert
	}
}

// sqlWords are names that SQL does not take as they are.
var sqlWords = strings.Fields(`all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
	default deferrable desc describe distinct do else end except false fetch for foreign from grant group having in initially intersect into
	lambda lateral leading limit not null offset on only or order pivot placing primary qualify references returning row rows select show some
	summarize symmetric table then to trailing true union unique unpivot using variadic when where window with`)

// sqlName writes a name as SQL does.
func sqlName(name string) string {
	plain := name != "" && leadingWord(name) == name && name == strings.ToLower(name) && !slices.Contains(sqlWords, name)
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func sqlNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = sqlName(n)
	}
	return out
}
