package compare_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"epsql/sql/sas"
)

// Random programs of DATA steps and sorts over random tables, with missing values,
// ties, blanks and duplicates: what is translated in full must give, row by row and
// in its order, what the interpreter of naive_test.go gives. EPSQL_PROVE=1 tries a
// hundred times as many; EPSQL_SAS_SEED=n tries one program alone.
func TestRandomDataStepsGiveWhatTheInterpreterGives(t *testing.T) {
	db := memory(t)
	if _, err := db.Exec("SET threads = 1"); err != nil { // the data are tiny
		t.Fatal(err)
	}
	first, last := uint64(1), uint64(200)
	if os.Getenv("EPSQL_PROVE") != "" {
		last = 20_000
	}
	if seed, err := strconv.ParseUint(os.Getenv("EPSQL_SAS_SEED"), 10, 64); err == nil {
		first, last = seed, seed
	}
	full := 0
	for seed := first; seed <= last; seed++ {
		p := newProgram(seed)
		why, translated := p.differs(t.Context(), db)
		full += btoi(translated)
		if why != "" {
			p = p.smallest(t.Context(), db)
			why, _ = p.differs(t.Context(), db)
			t.Errorf("program %d:\n%s\n%s", seed, p.text(), why)
		}
	}
	if tried := int(last - first + 1); full*2 < tried && tried > 1 {
		t.Errorf("only %d of %d programs were translated in full: the rest proves nothing", full, tried)
	}
}

// randomProgram is a program: tables, steps, and the data set to look at.
type randomProgram struct {
	tables []table
	steps  []any // sortStep or dataStep
	result string
}

// table is a data set that the program makes of lines.
type table struct {
	name string
	data *dataset
}

func (tb table) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "data %s; length", tb.name)
	for _, f := range tb.data.fields {
		fmt.Fprintf(&b, " %s %s", f.name, map[bool]string{true: fmt.Sprintf("$%d", f.width), false: "8"}[f.width > 0])
	}
	b.WriteString("; input")
	for _, f := range tb.data.fields {
		b.WriteString(" " + f.name + map[bool]string{true: " $"}[f.width > 0])
	}
	b.WriteString(";\ndatalines;\n")
	for _, row := range tb.data.rows {
		for _, v := range row {
			cell := v.String()
			if cell == "" {
				cell = "."
			}
			b.WriteString(cell + " ")
		}
		b.WriteString("\n")
	}
	b.WriteString(";\nrun;\n")
	return b.String()
}

func (p randomProgram) text() string {
	var b strings.Builder
	for _, tb := range p.tables {
		b.WriteString(tb.text())
	}
	for _, s := range p.steps {
		switch s := s.(type) {
		case sortStep:
			b.WriteString(s.text())
		case dataStep:
			b.WriteString(s.text())
		}
	}
	fmt.Fprintf(&b, "data result_;\n  set %s;\n  place_ + 1;\nrun;\n", p.result)
	return b.String()
}

func (s sortStep) text() string {
	var by strings.Builder
	for i, name := range s.by {
		by.WriteString(map[bool]string{true: " descending"}[s.descending[i]] + " " + name)
	}
	return fmt.Sprintf("proc sort data=%s out=%s%s;\n  by%s;\nrun;\n", s.data, s.out, map[bool]string{true: " nodupkey"}[s.nodupkey], by.String())
}

func (in input) text() string {
	var options []string
	if in.in != "" {
		options = append(options, "in="+in.in)
	}
	if len(in.drop) > 0 {
		options = append(options, "drop="+strings.Join(in.drop, " "))
	}
	if in.from != "" {
		options = append(options, fmt.Sprintf("rename=(%s=%s)", in.from, in.to))
	}
	if in.where != nil {
		options = append(options, fmt.Sprintf("where=(%s)", in.where))
	}
	if len(options) == 0 {
		return in.data
	}
	return in.data + "(" + strings.Join(options, " ") + ")"
}

func (s dataStep) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "data %s;\n", strings.Join(s.outs, " "))
	if s.hash != nil {
		b.WriteString(s.hash.text(s.fields))
	}
	if s.rounds != nil {
		b.WriteString(s.rounds.text(s.reading(), s.body))
	} else {
		b.WriteString(s.reading())
	}
	if s.where != nil {
		fmt.Fprintf(&b, "  where %s;\n", s.where)
	}
	if s.rounds == nil {
		b.WriteString(lineOf(s.body))
	}
	if len(s.keep) > 0 {
		fmt.Fprintf(&b, "  keep %s;\n", strings.Join(s.keep, " "))
	}
	if len(s.drop) > 0 {
		fmt.Fprintf(&b, "  drop %s;\n", strings.Join(s.drop, " "))
	}
	if s.from != "" {
		fmt.Fprintf(&b, "  rename %s = %s;\n", s.from, s.to)
	}
	return b.String() + "run;\n"
}

// lineOf is a line for each statement.
func lineOf(body []stmt) string {
	var b strings.Builder
	for _, st := range body {
		fmt.Fprintf(&b, "  %s\n", st)
	}
	return b.String()
}

func (g *rounds) text(reading string, body []stmt) string {
	loop := func(body []stmt) string {
		return fmt.Sprintf("  do until(last.%s);\n%s%s  end;\n", g.key, reading, lineOf(body))
	}
	text := lineOf(g.before) + loop(body) + lineOf(g.middle)
	if g.twice {
		text += loop(g.second)
	}
	return text + lineOf(g.after)
}

// reading is the statement that reads, with BY.
func (s dataStep) reading() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s", s.verb)
	for _, in := range s.inputs {
		b.WriteString(" " + in.text())
	}
	b.WriteString(map[bool]string{true: " updatemode=nomissingcheck"}[s.unchecked] + ";\n")
	if len(s.by) > 0 {
		fmt.Fprintf(&b, "  by %s;\n", strings.Join(s.by, " "))
	}
	return b.String()
}

// run interprets the program.
func (p randomProgram) run() *dataset {
	lib := library{}
	for _, tb := range p.tables {
		lib[tb.name] = tb.data
	}
	for _, s := range p.steps {
		switch s := s.(type) {
		case sortStep:
			s.run(lib)
		case dataStep:
			s.run(lib)
		}
	}
	return lib[p.result]
}

// differs translates the program, runs the script, and tells what is different from
// what the interpreter gives, and whether everything was translated.
func (p randomProgram) differs(ctx context.Context, db *sql.DB) (why string, translated bool) {
	out := sas.Port(p.text(), sas.Options{})
	if out.Report.Count(sas.Untranslated)+out.Report.Count(sas.Approximated) > 0 {
		return "", false
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err.Error(), true
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, out.SQL); err != nil {
		return fmt.Sprintf("the script does not run: %v\n%s", err, out.SQL), true
	}
	want := p.run()
	got, err := rowsOf(ctx, tx, want, out.Views[len(out.Views)-1].SQL)
	if err != nil {
		return fmt.Sprintf("the script's result is not there: %v\n%s", err, out.SQL), true
	}
	if !slices.EqualFunc(want.rows, got, sameRow) {
		return fmt.Sprintf("want %v\n%s\ngot\n%s\n%s", names(want.fields), lines(want.rows), lines(got), out.SQL), true
	}
	return "", true
}

func names(fields []field) (out []string) {
	for _, f := range fields {
		out = append(out, f.name)
	}
	return out
}

func lines(rows [][]value) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintln(&b, row)
	}
	return b.String()
}

func sameRow(a, b []value) bool {
	return slices.EqualFunc(a, b, func(v, w value) bool {
		if v.isText || v.missing || w.missing {
			return v.String() == w.String()
		}
		return math.Abs(v.number-w.number) <= 1e-9*(1+math.Abs(v.number))
	})
}

// rowsOf reads a view in its order, the columns in that of the expected fields.
func rowsOf(ctx context.Context, tx *sql.Tx, want *dataset, view string) ([][]value, error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+strings.Join(names(want.fields), "::VARCHAR, ")+"::VARCHAR FROM "+view+" ORDER BY place_")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]value
	for rows.Next() {
		cells := make([]sql.NullString, len(want.fields))
		into := make([]any, len(cells))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]value, len(cells))
		for i, f := range want.fields {
			row[i] = cellOf(f, cells[i])
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func cellOf(f field, cell sql.NullString) value {
	switch {
	case f.width > 0:
		return text(cell.String)
	case !cell.Valid:
		return missing
	case cell.String == "true" || cell.String == "false":
		return truth(cell.String == "true")
	}
	x, err := strconv.ParseFloat(cell.String, 64)
	if err != nil {
		return text(cell.String) // no number: it will differ
	}
	return number(x)
}

// smallest takes away what the difference does not need.
func (p randomProgram) smallest(ctx context.Context, db *sql.DB) randomProgram {
	for changed := true; changed; {
		changed = false
		for _, q := range p.smaller() {
			if why, _ := q.differs(ctx, db); why != "" {
				p, changed = q, true
				break
			}
		}
	}
	return p
}

// smaller are programs with one thing less, that still can run.
func (p randomProgram) smaller() (out []randomProgram) {
	add := func(q randomProgram) {
		defer func() { _ = recover() }() // a step that needs what is gone
		q.run()
		out = append(out, q)
	}
	for i := range p.tables {
		for j := range p.tables[i].data.rows {
			q := p
			q.tables = slices.Clone(p.tables)
			d := *p.tables[i].data
			d.rows = slices.Delete(slices.Clone(d.rows), j, j+1)
			q.tables[i].data = &d
			add(q)
		}
	}
	for i, s := range p.steps {
		q := p
		q.steps = slices.Delete(slices.Clone(p.steps), i, i+1)
		add(q)
		d, ok := s.(dataStep)
		if !ok {
			continue
		}
		for _, less := range d.smaller() {
			q.steps = slices.Clone(p.steps)
			q.steps[i] = less
			add(q)
		}
	}
	return out
}

func (s dataStep) smaller() (out []dataStep) {
	plain := s
	plain.where, plain.keep, plain.drop, plain.from = nil, nil, nil, ""
	if s.hash != nil {
		plain.drop = []string{"rc"}
	}
	if len(s.keep)+len(s.drop) > len(plain.drop) || s.where != nil || s.from != "" {
		out = append(out, plain)
	}
	for i, st := range s.body {
		d := s
		d.body = slices.Delete(slices.Clone(s.body), i, i+1)
		out = append(out, d)
		b, ok := st.(branch)
		if !ok {
			continue
		}
		for _, inner := range [][]stmt{b.yes, b.no} {
			d.body = slices.Concat(s.body[:i], inner, s.body[i+1:])
			out = append(out, d)
		}
	}
	for i, in := range s.inputs {
		d := s
		d.inputs = slices.Clone(s.inputs)
		d.inputs[i] = input{data: in.data, in: in.in}
		if in.where != nil || in.from != "" || in.drop != nil {
			out = append(out, d)
		}
	}
	return out
}

// generator makes random programs.
type generator struct {
	*rand.Rand
	numbers, texts []string // variables at hand
	ins            []string
	by             []string
	fresh          int
	outs           []string
	steps          []any
	fields         map[string][]field
}

func newProgram(seed uint64) randomProgram {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), fields: map[string][]field{}}
	shared := []field{{"k", 0}, {"c", 3}}
	p := randomProgram{tables: []table{
		g.table("a", append(shared, field{"x", 0}, field{"d", 2})),
		g.table("b", append(slices.Clone(shared), field{"y", 0}, field{"x", 0}, field{"d", 1})),
		g.table("e", append(slices.Clone(shared), field{"z", 0})),
	}}
	for i := range 1 + g.IntN(3) {
		p.result = g.step(i)
	}
	p.steps = g.steps
	return p
}

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

func (g *generator) chance(of int) bool { return g.IntN(of) == 0 }

func (g *generator) table(name string, fields []field) table {
	d := &dataset{fields: slices.Clone(fields)}
	for range g.IntN(7) {
		row := make([]value, len(fields))
		for i, f := range fields {
			switch {
			case f.width > 0:
				row[i] = f.fit(text(pick(g, []string{"", "a", "b", "ab", "B"})))
			case f.name == "k":
				row[i] = pick(g, []value{missing, number(1), number(1), number(2), number(3)})
			default:
				row[i] = pick(g, []value{missing, number(-1), number(0), number(1), number(2.5), number(10)})
			}
		}
		d.rows = append(d.rows, row)
	}
	g.fields[name] = d.fields
	return table{name, d}
}

// step adds a DATA step, and the sorts that it needs, and gives its name.
func (g *generator) step(n int) string {
	out := fmt.Sprintf("s%d", n)
	s := dataStep{outs: []string{out}}
	if g.chance(6) {
		s.outs = append(s.outs, out+"b")
	}
	sets := slices.Sorted(func(yield func(string) bool) {
		for name := range g.fields {
			if !yield(name) {
				return
			}
		}
	})
	count := pick(g, []int{1, 1, 1, 2, 2, 3})
	g.by = nil
	if count > 1 && !g.chance(3) || g.chance(2) {
		g.by = pick(g, [][]string{{"k"}, {"c"}, {"k", "c"}})
	}
	s.by, s.verb = g.by, "set"
	if count > 1 && len(g.by) > 0 && !g.chance(3) {
		s.verb = "merge"
		if count == 2 && g.chance(4) {
			s.verb, s.unchecked = "update", g.chance(3)
		}
	}
	g.ins, g.outs = nil, s.outs
	for i := range count {
		s.inputs = append(s.inputs, g.input(pick(g, sets), i, s.verb))
	}
	g.scope(s)
	if g.chance(5) {
		s.hash = g.hash(pick(g, sets))
		s.fields = maps.Clone(g.fields)
	}
	s.body = g.body(s)
	if s.hash != nil {
		s.drop = append(s.drop, "rc")
	}
	if s.hash == nil && s.verb == "set" && count == 1 && len(g.by) > 0 && g.chance(3) {
		g.loops(&s)
	}
	g.finish(&s)
	g.steps = append(g.steps, s)
	for _, name := range s.outs {
		g.fields[name] = g.outputs(s)
	}
	return out
}

// loops puts the step into a loop around SET, or into two.
func (g *generator) loops(s *dataStep) {
	left := func(st stmt) bool { return leaves(st) }
	s.body = slices.DeleteFunc(s.body, left)
	s.rounds = &rounds{key: pick(g, g.by), twice: g.chance(2)}
	if g.chance(2) {
		name := g.name("n")
		s.rounds.before = []stmt{assign{name, constant{number(float64(g.IntN(3)))}}}
		s.body = append(s.body, pick(g, []stmt{sumStmt{name, g.numeric(1)}, assign{name, operation{"+", variable(name), g.numeric(1)}}}))
		g.numbers = append(g.numbers, name)
	}
	name := g.name("n")
	s.body = append(s.body, assign{name, call{pick(g, []string{"sum", "max", "min"}), []node{variable(name), g.numeric(1)}}})
	g.numbers = append(g.numbers, name)
	s.rounds.middle = []stmt{g.statement(1)}
	if s.rounds.twice {
		s.body = slices.DeleteFunc(s.body, writes)
		s.rounds.second = []stmt{g.statement(2), assign{g.name("n"), g.numeric(1)}}
		if g.chance(2) {
			last := g.name("n")
			s.rounds.second = append(s.rounds.second, assign{last, call{"sum", []node{variable(last), g.numeric(1)}}})
		}
		if g.chance(2) || len(s.outs) > 1 {
			s.rounds.second = append(s.rounds.second, output{})
		}
		s.rounds.second = slices.DeleteFunc(s.rounds.second, left)
	}
	if g.chance(2) {
		s.rounds.after = []stmt{g.statement(1)}
	}
	s.rounds.middle = slices.DeleteFunc(s.rounds.middle, left)
}

// leaves tells whether a statement may end the work on a row.
func leaves(st stmt) bool {
	switch st := st.(type) {
	case subset, deleteRow:
		return true
	case branch:
		return slices.ContainsFunc(slices.Concat(st.yes, st.no), leaves)
	}
	return false
}

// writes tells whether a statement may write a row.
func writes(st stmt) bool {
	b, ok := st.(branch)
	_, out := st.(output)
	return out || ok && slices.ContainsFunc(slices.Concat(b.yes, b.no), writes)
}

// input takes a data set, sorted when there is a BY.
func (g *generator) input(name string, i int, verb string) input {
	in := input{data: name}
	if len(g.by) > 0 {
		sorted := fmt.Sprintf("%s_%d%d", name, len(g.steps), i)
		g.fields[sorted] = g.fields[name]
		g.steps = append(g.steps, sortStep{data: name, out: sorted, by: g.by, descending: make([]bool, len(g.by)), nodupkey: g.chance(3) || verb == "update" && i == 0})
		in.data = sorted
	}
	if !g.chance(3) && (verb != "set" || g.chance(2)) {
		in.in = fmt.Sprintf("in%d", i)
		g.ins = append(g.ins, in.in)
	}
	others := slices.DeleteFunc(names(g.fields[name]), func(n string) bool { return n == "k" || n == "c" })
	if g.chance(6) && len(others) > 1 {
		in.drop = others[:1]
		others = others[1:]
	}
	if g.chance(6) {
		in.where = g.where([]string{"k"})
	}
	if g.chance(6) && len(others) > 0 {
		in.from, in.to = others[len(others)-1], fmt.Sprintf("q%d%d", len(g.steps), i)
	}
	return in
}

// scope collects the variables that a step reads.
func (g *generator) scope(s dataStep) {
	g.numbers, g.texts = nil, nil
	for _, in := range s.inputs {
		for _, f := range g.fields[in.data] {
			name := f.name
			if name == in.from {
				name = in.to
			}
			list := &g.numbers
			if f.width > 0 {
				list = &g.texts
			}
			if !slices.Contains(in.drop, name) && !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
	}
}

// where is a condition on variables of every row.
func (g *generator) where(vars []string) node {
	return operation{pick(g, []string{"=", "ne", "<", ">="}), variable(pick(g, vars)), constant{number(float64(g.IntN(3)))}}
}

// outputs are the fields that a step writes, found by running it on nothing.
func (g *generator) outputs(s dataStep) []field {
	lib := library{}
	for _, in := range s.inputs {
		lib[in.data] = &dataset{fields: g.fields[in.data]}
	}
	if s.hash != nil {
		lib[s.hash.data] = &dataset{fields: g.fields[s.hash.data]}
	}
	s.run(lib)
	return lib[s.outs[0]].fields
}

// hash is a hash object of a data set; its variables are at hand from here on.
func (g *generator) hash(data string) *hash {
	h := &hash{data: data, keys: pick(g, [][]string{{"k"}, {"c"}, {"k", "c"}}), latest: g.chance(3), shape: g.chance(2)}
	for _, f := range g.fields[data] {
		if f.name == "k" || f.name == "c" || g.chance(3) {
			continue
		}
		h.vars = append(h.vars, f.name)
		list := &g.numbers
		if f.width > 0 {
			list = &g.texts
		}
		if !slices.Contains(*list, f.name) {
			*list = append(*list, f.name)
		}
	}
	if h.vars == nil {
		return nil
	}
	return h
}

// asked asks the hash object, and looks at what it answers.
func (g *generator) asked(h *hash) []stmt {
	a := ask{code: "rc", check: g.chance(4)}
	if g.chance(2) {
		for _, k := range h.keys {
			if k == "k" {
				a.args = append(a.args, g.numeric(1))
			} else {
				a.args = append(a.args, g.textual(0))
			}
		}
	}
	there := operation{pick(g, []string{"=", "ne"}), variable("rc"), constant{number(0)}}
	switch g.IntN(4) {
	case 0:
		return []stmt{a, subset{there}}
	case 1:
		return []stmt{a, branch{test: there, yes: []stmt{assign{pick(g, g.numbers), g.numeric(1)}}, bracketed: true}}
	case 2:
		return []stmt{branch{test: g.condition(1), yes: []stmt{a, assign{g.name("n"), g.numeric(1)}}, bracketed: true}}
	}
	return []stmt{a}
}

// finish adds WHERE, KEEP, DROP and RENAME.
func (g *generator) finish(s *dataStep) {
	if g.chance(8) {
		s.where = g.where([]string{"k"})
	}
	fields := g.outputs(*s)
	var free []string
	for _, f := range fields {
		if f.name != "k" && f.name != "c" && f.name != "rc" {
			free = append(free, f.name)
		}
	}
	if len(free) < 2 {
		return
	}
	switch g.IntN(5) {
	case 0:
		s.drop = append(s.drop, free[0])
	case 1:
		s.drop = nil
		s.keep = append([]string{"k", "c"}, free[:len(free)-1]...)
	case 2:
		s.from, s.to = free[0], "w"+free[0]
	}
}

func (g *generator) name(prefix string) string {
	g.fresh++
	return fmt.Sprintf("%s%d", prefix, g.fresh)
}

// body makes the statements of a step.
func (g *generator) body(s dataStep) (out []stmt) {
	for range g.IntN(5) {
		switch g.IntN(12) {
		case 0:
			out = append(out, g.total()...)
		case 1:
			out = append(out, g.carried()...)
		case 2:
			out = append(out, g.looped()...)
		case 3:
			out = append(out, g.before()...)
		case 4:
			out = append(out, g.texted()...)
		case 5:
			if g.chance(2) {
				out = append(out, subset{g.condition(2)})
			}
		default:
			out = append(out, g.statement(2))
		}
	}
	if s.hash != nil {
		out = append(out, g.asked(s.hash)...)
	}
	if g.chance(8) || len(s.outs) > 1 {
		out = append(out, g.written(s)...)
	}
	return out
}

// written writes rows where the program says.
func (g *generator) written(s dataStep) []stmt {
	if len(s.outs) > 1 {
		return []stmt{branch{test: g.condition(1), yes: []stmt{output{s.outs[0]}}, no: []stmt{output{s.outs[1]}}}}
	}
	return []stmt{branch{test: g.condition(2), yes: []stmt{output{}}}}
}

// total is a sum statement, from the first row of a group on or from that of all.
func (g *generator) total() (out []stmt) {
	name := g.name("n")
	if len(g.by) > 0 && !g.chance(3) {
		out = append(out, branch{test: edge{by: pick(g, g.by)}, yes: []stmt{assign{name, constant{number(0)}}}})
	}
	var add stmt = sumStmt{name, g.numeric(1)}
	if g.chance(2) {
		add = branch{test: g.condition(1), yes: []stmt{add}}
	}
	g.numbers = append(g.numbers, name)
	return append(out, add)
}

// carried keeps a value from row to row.
func (g *generator) carried() []stmt {
	name := g.name("r")
	test := g.condition(1)
	if len(g.by) > 0 && g.chance(2) {
		test = edge{by: pick(g, g.by)}
	}
	st := branch{test: test, yes: []stmt{assign{name, g.numeric(1)}}}
	switch g.IntN(6) { // it depends on what it was
	case 0:
		st.no = []stmt{assign{name, operation{"+", variable(name), g.numeric(1)}}}
	case 1:
		st.no = []stmt{assign{name, call{pick(g, []string{"max", "min", "sum"}), []node{variable(name), g.numeric(1)}}}}
	case 2:
		at := operation{pick(g, []string{"<", ">=", "="}), variable(name), g.numeric(1)}
		st.no = []stmt{branch{test: at, yes: []stmt{assign{name, g.numeric(1)}}}}
	}
	out := []stmt{retain{name, pick(g, []value{missing, number(0)})}, st}
	g.numbers = append(g.numbers, name)
	return out
}

// looped goes over an array, or counts.
func (g *generator) looped() []stmt {
	index := g.name("i")
	if g.chance(2) {
		name := g.name("n")
		body := []stmt{assign{name, call{"sum", []node{variable(name), variable(index), g.numeric(1)}}}}
		out := []stmt{assign{name, constant{number(0)}}, loop{index, 1, 1 + g.IntN(3), body}}
		g.numbers = append(g.numbers, name, index)
		return out
	}
	a := array{g.name("v"), []string{g.name("m"), g.name("m"), pick(g, g.numbers)}}
	at := element{a.name, index}
	out := []stmt{a, loop{index, 1, 3, []stmt{branch{test: operation{"=", at, constant{missing}}, yes: []stmt{assignElement{at, g.numeric(1)}}}}}}
	g.numbers = append(g.numbers, append(a.names[:2:2], index)...)
	return out
}

// before looks at the row before.
func (g *generator) before() []stmt {
	name := g.name("l")
	out := []stmt{assign{name, &lagged{variable(pick(g, g.numbers))}}}
	if len(g.by) > 0 && g.chance(2) {
		out = append(out, branch{test: edge{by: pick(g, g.by)}, yes: []stmt{assign{name, constant{missing}}}})
	}
	g.numbers = append(g.numbers, name)
	return out
}

// texted gives a text its length first, or lets the first value do so.
func (g *generator) texted() (out []stmt) {
	name := g.name("t")
	width := 0
	if g.chance(2) {
		width = 1 + g.IntN(4)
		out = append(out, length{name, width})
	}
	out = append(out, assign{name, g.textual(2)})
	if g.chance(2) {
		out = append(out, branch{test: g.condition(1), yes: []stmt{assign{name, g.textual(1)}}})
	}
	if width > 0 && g.chance(2) {
		from := 1 + g.IntN(width)
		out = append(out, replaceText{name, from, g.IntN(width - from + 2), g.textual(1)})
	}
	g.texts = append(g.texts, name)
	return out
}

// statement is an assignment, or a branch of such.
func (g *generator) statement(depth int) stmt {
	if depth > 0 && g.chance(2) {
		b := branch{test: g.condition(2), yes: []stmt{g.statement(depth - 1)}, bracketed: g.chance(2)}
		if g.chance(2) {
			b.no = []stmt{g.statement(depth - 1)}
		}
		if g.chance(8) {
			b.no, b.yes = nil, []stmt{deleteRow{}}
		}
		return b
	}
	name := pick(g, append(g.numbers, g.name("n")))
	if slices.Contains([]string{"k"}, name) || strings.HasPrefix(name, "r") || strings.HasPrefix(name, "n") && slices.Contains(g.numbers, name) {
		name = g.name("n")
	}
	st := assign{name, g.numeric(2)}
	if !slices.Contains(g.numbers, name) {
		g.numbers = append(g.numbers, name)
	}
	return st
}

func (g *generator) numeric(depth int) node {
	if depth == 0 || g.chance(3) {
		if g.chance(3) {
			return constant{pick(g, []value{missing, number(0), number(1), number(2), number(3)})}
		}
		return variable(pick(g, g.numbers))
	}
	args := func(n int) (out []node) {
		for range n {
			out = append(out, g.numeric(depth-1))
		}
		return out
	}
	switch g.IntN(6) {
	case 0, 1:
		return operation{pick(g, []string{"+", "-", "*"}), g.numeric(depth - 1), g.numeric(depth - 1)}
	case 2:
		return call{pick(g, []string{"abs", "int"}), args(1)}
	case 3:
		return g.condition(depth - 1)
	case 4:
		if len(g.texts) > 0 {
			return call{"length", []node{variable(pick(g, g.texts))}}
		}
	}
	return call{pick(g, []string{"sum", "max", "min", "n", "nmiss", "coalesce", "mean"}), args(2)}
}

func (g *generator) textual(depth int) node {
	if depth == 0 || len(g.texts) == 0 || g.chance(3) {
		if len(g.texts) == 0 || g.chance(3) {
			return constant{text(pick(g, []string{" ", "a", "b", "abc", "B"}))}
		}
		return variable(pick(g, g.texts))
	}
	x := variable(pick(g, g.texts))
	switch g.IntN(5) {
	case 0:
		return operation{"||", x, g.textual(depth - 1)}
	case 1:
		return operation{"||", call{"trim", []node{x}}, g.textual(depth - 1)}
	case 2:
		return call{"upcase", []node{g.textual(depth - 1)}}
	case 3:
		return call{"cats", []node{x, g.textual(depth - 1)}}
	}
	return call{"substr", []node{x, constant{number(float64(1 + g.IntN(2)))}, constant{number(1)}}}
}

func (g *generator) condition(depth int) node {
	if depth > 1 && g.chance(2) {
		switch g.IntN(3) {
		case 0:
			return negation{g.condition(depth - 1)}
		default:
			return operation{pick(g, []string{"and", "or"}), g.condition(depth - 1), g.condition(depth - 1)}
		}
	}
	switch g.IntN(7) {
	case 0:
		if len(g.by) > 0 {
			return edge{pick(g, g.by), g.chance(2)}
		}
	case 1:
		if len(g.ins) > 0 {
			return variable(pick(g, g.ins))
		}
	case 2:
		if len(g.texts) > 0 {
			return operation{pick(g, []string{"=", "ne", "<", ">="}), variable(pick(g, g.texts)), g.textual(1)}
		}
	case 3:
		return oneOf{variable(pick(g, g.numbers)), []node{constant{number(1)}, constant{missing}, constant{number(2.5)}}}
	case 4:
		return call{"missing", []node{variable(pick(g, g.numbers))}}
	}
	return operation{pick(g, []string{"=", "ne", "<", "<=", ">", ">="}), variable(pick(g, g.numbers)), g.numeric(1)}
}
