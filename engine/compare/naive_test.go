package compare_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// An interpreter of the DATA step, written from what SAS documents of it: a program
// data vector, observations read one at a time, statements run one at a time. It is
// for the tests alone, and shares nothing with the translator: programs are made as
// trees (random_test.go), run here, and written as SAS for the translator to read.

// value is a value of a variable: a number, that may be missing, or a text with the
// blanks behind it.
type value struct {
	isText  bool
	missing bool
	number  float64
	text    string
}

var missing = value{missing: true}

func number(x float64) value {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return missing
	}
	return value{number: x}
}

func text(s string) value { return value{isText: true, text: s} }

func truth(b bool) value {
	if b {
		return number(1)
	}
	return number(0)
}

// true is what is neither 0 nor missing.
func (v value) true() bool { return !v.missing && v.number != 0 }

// order compares: missing is below every number, blanks behind a text do not count.
func (v value) order(w value) int {
	if v.isText {
		return strings.Compare(strings.TrimRight(v.text, " "), strings.TrimRight(w.text, " "))
	}
	switch {
	case v.missing || w.missing:
		return btoi(w.missing) - btoi(v.missing)
	default:
		return cmp.Compare(v.number, w.number)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v value) String() string {
	switch {
	case v.isText:
		return strings.TrimRight(v.text, " ")
	case v.missing:
		return "."
	}
	return fmt.Sprint(v.number)
}

// field is a variable of a data set; width is the length of a text, 0 for a number.
type field struct {
	name  string
	width int
}

func (f field) blank() value {
	if f.width > 0 {
		return text(strings.Repeat(" ", f.width))
	}
	return missing
}

// fit gives a value the length of its variable.
func (f field) fit(v value) value {
	if f.width == 0 {
		return v
	}
	return text((v.text + strings.Repeat(" ", f.width))[:f.width])
}

// dataset is a data set: rows of the values of its fields.
type dataset struct {
	fields []field
	rows   [][]value
}

func (d *dataset) column(name string) int {
	return slices.IndexFunc(d.fields, func(f field) bool { return f.name == name })
}

// library holds the data sets of a program.
type library map[string]*dataset

// sortStep is PROC SORT: missing first, ties in the order in which they stood.
type sortStep struct {
	data, out  string
	by         []string
	descending []bool
	nodupkey   bool
}

func (s sortStep) run(lib library) {
	in := lib[s.data]
	out := &dataset{fields: in.fields, rows: slices.Clone(in.rows)}
	order := func(a, b []value) int {
		for i, name := range s.by {
			c := in.column(name)
			if o := a[c].order(b[c]); o != 0 {
				if s.descending[i] {
					return -o
				}
				return o
			}
		}
		return 0
	}
	slices.SortStableFunc(out.rows, order)
	if s.nodupkey {
		out.rows = slices.CompactFunc(out.rows, func(a, b []value) bool { return order(a, b) == 0 })
	}
	lib[s.out] = out
}

// input is a data set in SET or MERGE, with its options.
type input struct {
	data  string
	in    string // IN=
	drop  []string
	from  string // RENAME=(from=to)
	to    string
	where node
}

// dataStep is a DATA step that reads with one SET, MERGE or UPDATE.
type dataStep struct {
	verb      string
	outs      []string
	inputs    []input
	by        []string
	unchecked bool // of UPDATE: missing values overwrite too
	hash      *hash
	rounds    *rounds            // loops around SET
	fields    map[string][]field // of the data sets at hand, to declare what the hash object gives
	where     node               // the WHERE statement
	body      []stmt
	keep      []string
	drop      []string
	from      string // RENAME from = to
	to        string
}

// slot is a variable of the program data vector.
type slot struct {
	field
	value    value
	read     bool // from a data set: it keeps its value until the next is read
	retained bool
	hidden   bool // IN= and the like are not written
}

// vector is the program data vector.
type vector struct {
	slots       []*slot
	first, last map[string]bool
	arrays      map[string][]string
	queues      map[*lagged][]value
	outs        map[string]*dataset
	names       []string
	written     bool // there is an OUTPUT statement
	hash        *hash
	found       map[string][]value // the data of each key of the hash object
	write       func(v *vector, name string)
}

func (v *vector) slot(name string) *slot {
	for _, s := range v.slots {
		if s.name == name {
			return s
		}
	}
	return nil
}

// declare makes a variable where it is first met: its type and length stay.
func (v *vector) declare(name string, width int) *slot {
	s := v.slot(name)
	if s == nil {
		f := field{name, width}
		s = &slot{field: f, value: f.blank()}
		v.slots = append(v.slots, s)
	}
	return s
}

// options applies the options of an input to its data set.
func (in input) options(lib library) *dataset {
	d := lib[in.data]
	out := &dataset{}
	var kept []int
	for i, f := range d.fields {
		if slices.Contains(in.drop, f.name) {
			continue
		}
		if f.name == in.from {
			f.name = in.to
		}
		out.fields, kept = append(out.fields, f), append(kept, i)
	}
	for _, row := range d.rows {
		next := make([]value, len(kept))
		for i, k := range kept {
			next[i] = row[k]
		}
		if passes(out, next, in.where) {
			out.rows = append(out.rows, next)
		}
	}
	return out
}

// passes tells whether a row of a data set fulfils a condition on it alone.
func passes(d *dataset, row []value, where node) bool {
	if where == nil {
		return true
	}
	v := &vector{}
	for i, f := range d.fields {
		v.slots = append(v.slots, &slot{field: f, value: row[i]})
	}
	return where.eval(v).true()
}

// reading is what one iteration reads: a row of each input, -1 for none.
type reading struct {
	rows  []int
	in    []bool
	clear bool // what was read before is missing
	known bool // missing values that are read do not count
	part  bool // of the row that UPDATE writes after the last transaction
	key   []value
}

func (s dataStep) run(lib library) {
	v := &vector{arrays: map[string][]string{}, queues: map[*lagged][]value{}, outs: map[string]*dataset{}, names: s.outs, first: map[string]bool{}, last: map[string]bool{}}
	if s.hash != nil {
		s.hash.load(v, lib)
	}
	sets := make([]*dataset, len(s.inputs))
	for i, in := range s.inputs {
		sets[i] = in.options(lib)
		sets[i].rows = slices.DeleteFunc(sets[i].rows, func(row []value) bool { return !passes(sets[i], row, s.where) })
		for _, f := range sets[i].fields {
			sl := v.declare(f.name, f.width)
			sl.read, sl.retained = true, false
		}
		if in.in != "" {
			v.declare(in.in, 0).hidden = true
		}
	}
	for _, st := range slices.Concat(s.before(), s.body, s.behind()) {
		st.declare(v)
	}
	v.write = s.writer(v)
	readings := s.readings(sets)
	read := func(i int) {
		s.fetch(v, sets, readings[i])
		for q := range s.by {
			v.first[s.by[q]] = i == 0 || differs(readings[i-1].key, readings[i].key, q)
			v.last[s.by[q]] = i == len(readings)-1 || differs(readings[i+1].key, readings[i].key, q)
		}
	}
	for i := 0; i < len(readings); i++ {
		s.begin(v)
		if s.rounds != nil {
			i = s.rounds.run(v, s.body, i, read)
			continue
		}
		read(i)
		if runAll(v, s.body) && !v.written && !readings[i].part {
			v.write(v, "")
		}
	}
	for name, d := range v.outs {
		lib[name] = d
	}
}

func differs(a, b []value, upto int) bool {
	for i := range upto + 1 {
		if a[i].order(b[i]) != 0 {
			return true
		}
	}
	return false
}

// begin begins an iteration: what is not retained is missing.
func (s dataStep) begin(v *vector) {
	for _, sl := range v.slots {
		if !sl.retained && !sl.read && !sl.hidden {
			sl.value = sl.blank()
		}
	}
}

// rounds is a step that reads a BY group in each iteration: once in DO UNTIL(LAST.key),
// or twice.
type rounds struct {
	key            string
	before, middle []stmt
	second, after  []stmt // the body of the second loop, nil when there is none
	twice          bool
}

func (s dataStep) before() []stmt {
	if s.rounds == nil {
		return nil
	}
	return s.rounds.before
}

func (s dataStep) behind() []stmt {
	if s.rounds == nil {
		return nil
	}
	return slices.Concat(s.rounds.middle, s.rounds.second, s.rounds.after)
}

// run reads the group that begins at row i, and gives its last row.
func (g *rounds) run(v *vector, body []stmt, i int, read func(i int)) int {
	loop := func(at int, body []stmt) int {
		for ; ; at++ {
			read(at)
			runAll(v, body)
			if v.last[g.key] {
				return at
			}
		}
	}
	runAll(v, g.before)
	end := loop(i, body)
	runAll(v, g.middle)
	if g.twice {
		loop(i, g.second)
	}
	if runAll(v, g.after) && !v.written {
		v.write(v, "")
	}
	return end
}

// fetch reads rows.
func (s dataStep) fetch(v *vector, sets []*dataset, r reading) {
	for _, sl := range v.slots {
		if sl.read && r.clear {
			sl.value = sl.blank()
		}
	}
	for i, d := range sets {
		if s.inputs[i].in != "" {
			v.slot(s.inputs[i].in).value = truth(r.in[i])
		}
		if r.rows[i] < 0 {
			continue
		}
		for c, f := range d.fields {
			sl := v.slot(f.name)
			x := d.rows[r.rows[i]][c]
			if blank := x.missing || x.isText && strings.TrimSpace(x.text) == ""; blank && i > 0 && r.known {
				continue
			}
			sl.value = sl.fit(x)
		}
	}
}

// readings lists what the iterations read.
func (s dataStep) readings(sets []*dataset) []reading {
	switch {
	case s.verb == "merge":
		return s.merged(sets)
	case s.verb == "update":
		return s.updated(sets)
	case len(s.by) > 0:
		return s.interleaved(sets)
	}
	var out []reading
	for i, d := range sets {
		for j := range d.rows {
			out = append(out, s.single(sets, i, j, j == 0))
		}
	}
	return out
}

func (s dataStep) single(sets []*dataset, i, row int, clear bool) reading {
	r := reading{rows: slices.Repeat([]int{-1}, len(sets)), in: make([]bool, len(sets)), clear: clear}
	r.rows[i], r.in[i] = row, true
	if len(s.by) > 0 {
		r.key = s.key(sets[i], row)
	}
	return r
}

func (s dataStep) key(d *dataset, row int) (key []value) {
	for _, name := range s.by {
		key = append(key, d.rows[row][d.column(name)])
	}
	return key
}

// interleaved reads sorted data sets in the order of BY.
func (s dataStep) interleaved(sets []*dataset) (out []reading) {
	for _, group := range s.groups(sets) {
		for i, rows := range group {
			for j, row := range rows {
				out = append(out, s.single(sets, i, row, j == 0))
			}
		}
	}
	return out
}

// merged reads rows of each BY group side by side; a data set that has no more
// leaves what it gave last.
func (s dataStep) merged(sets []*dataset) (out []reading) {
	for _, group := range s.groups(sets) {
		most := 0
		for _, rows := range group {
			most = max(most, len(rows))
		}
		for j := range most {
			r := reading{rows: slices.Repeat([]int{-1}, len(sets)), in: make([]bool, len(sets)), clear: j == 0}
			for i, rows := range group {
				r.in[i] = len(rows) > 0
				if r.in[i] {
					r.key = s.key(sets[i], rows[0])
				}
				if j < len(rows) {
					r.rows[i] = rows[j]
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// updated reads the row of a key in the master, and then those of the transactions;
// no key stands in the master twice.
func (s dataStep) updated(sets []*dataset) (out []reading) {
	for _, group := range s.groups(sets) {
		master, trans := group[0], group[1]
		for j := range max(len(trans), 1) {
			r := reading{rows: []int{-1, -1}, in: []bool{len(master) > 0, len(trans) > 0}, clear: j == 0, known: !s.unchecked, part: j < len(trans)-1}
			if j == 0 && len(master) > 0 {
				r.rows[0], r.key = master[0], s.key(sets[0], master[0])
			}
			if len(trans) > 0 {
				r.rows[1], r.key = trans[j], s.key(sets[1], trans[j])
			}
			out = append(out, r)
		}
	}
	return out
}

// groups are the BY groups in their order: the rows of each data set in each.
func (s dataStep) groups(sets []*dataset) [][][]int {
	var keys [][]value
	order := func(a, b []value) int {
		for i := range a {
			if o := a[i].order(b[i]); o != 0 {
				return o
			}
		}
		return 0
	}
	for _, d := range sets {
		for row := range d.rows {
			keys = append(keys, s.key(d, row))
		}
	}
	slices.SortFunc(keys, order)
	keys = slices.CompactFunc(keys, func(a, b []value) bool { return order(a, b) == 0 })
	out := make([][][]int, len(keys))
	for g, key := range keys {
		out[g] = make([][]int, len(sets))
		for i, d := range sets {
			for row := range d.rows {
				if order(s.key(d, row), key) == 0 {
					out[g][i] = append(out[g][i], row)
				}
			}
		}
	}
	return out
}

// writer makes the data sets, and says how a row is written.
func (s dataStep) writer(v *vector) func(*vector, string) {
	var fields []field
	var from []*slot
	for _, sl := range v.slots {
		if sl.hidden || slices.Contains(s.drop, sl.name) || len(s.keep) > 0 && !slices.Contains(s.keep, sl.name) {
			continue
		}
		f := sl.field
		if f.name == s.from {
			f.name = s.to
		}
		fields, from = append(fields, f), append(from, sl)
	}
	for _, name := range s.outs {
		v.outs[name] = &dataset{fields: fields}
	}
	return func(v *vector, name string) {
		for _, out := range s.outs {
			if name != "" && name != out {
				continue
			}
			row := make([]value, len(from))
			for i, sl := range from {
				row[i] = sl.value
			}
			v.outs[out].rows = append(v.outs[out].rows, row)
		}
	}
}

// Statements.

// stmt is a statement. It tells whether the iteration goes on.
type stmt interface {
	declare(v *vector)
	run(v *vector) bool
	String() string
}

func runAll(v *vector, body []stmt) bool {
	for _, st := range body {
		if !st.run(v) {
			return false
		}
	}
	return true
}

type assign struct {
	name  string
	value node
}

func (a assign) declare(v *vector) { v.declare(a.name, a.value.width(v)) }
func (a assign) run(v *vector) bool {
	s := v.slot(a.name)
	s.value = s.fit(a.value.eval(v))
	return true
}
func (a assign) String() string { return fmt.Sprintf("%s = %s;", a.name, a.value) }

// sumStmt is the sum statement: it starts at 0 and leaves missing values out.
type sumStmt struct {
	name  string
	value node
}

func (a sumStmt) declare(v *vector) {
	s := v.declare(a.name, 0)
	if !s.retained && !s.read {
		s.value = number(0)
	}
	s.retained = true
}

func (a sumStmt) run(v *vector) bool {
	s := v.slot(a.name)
	s.value = sumOf(s.value, a.value.eval(v))
	return true
}
func (a sumStmt) String() string { return fmt.Sprintf("%s + %s;", a.name, a.value) }

type retain struct {
	name    string
	initial value
}

func (r retain) declare(v *vector) {
	s := v.declare(r.name, 0)
	s.retained, s.value = true, r.initial
}
func (r retain) run(*vector) bool { return true }
func (r retain) String() string   { return fmt.Sprintf("retain %s %s;", r.name, r.initial) }

type length struct {
	name  string
	bytes int
}

func (l length) declare(v *vector) { v.declare(l.name, l.bytes) }
func (l length) run(*vector) bool  { return true }
func (l length) String() string    { return fmt.Sprintf("length %s $%d;", l.name, l.bytes) }

type branch struct {
	test      node
	yes, no   []stmt
	bracketed bool // in DO ... END
}

func (b branch) declare(v *vector) {
	for _, st := range slices.Concat(b.yes, b.no) {
		st.declare(v)
	}
}

func (b branch) run(v *vector) bool {
	if b.test.eval(v).true() {
		return runAll(v, b.yes)
	}
	return runAll(v, b.no)
}

func (b branch) String() string {
	block := func(body []stmt) string {
		if len(body) == 1 && !b.bracketed {
			return body[0].String()
		}
		return "do; " + statements(body) + " end;"
	}
	if _, nested := b.yes[0].(branch); nested && len(b.no) > 0 {
		b.bracketed = true // ELSE belongs to the last IF
	}
	out := fmt.Sprintf("if %s then %s", b.test, block(b.yes))
	if len(b.no) > 0 {
		out += " else " + block(b.no)
	}
	return out
}

func statements(body []stmt) string {
	list := make([]string, len(body))
	for i, st := range body {
		list[i] = st.String()
	}
	return strings.Join(list, " ")
}

// subset is IF without THEN.
type subset struct{ test node }

func (s subset) declare(*vector)    {}
func (s subset) run(v *vector) bool { return s.test.eval(v).true() }
func (s subset) String() string     { return fmt.Sprintf("if %s;", s.test) }

// replaceText is SUBSTR on the left side: count 0 is all that is behind from.
type replaceText struct {
	name        string
	from, count int
	with        node
}

func (r replaceText) declare(v *vector) { v.declare(r.name, 8) }
func (r replaceText) run(v *vector) bool {
	s := v.slot(r.name)
	count := cmp.Or(r.count, s.width-r.from+1)
	with := field{width: count}.fit(r.with.eval(v))
	s.value = text(s.value.text[:r.from-1] + with.text + s.value.text[r.from-1+count:])
	return true
}

func (r replaceText) String() string {
	count := ""
	if r.count > 0 {
		count = fmt.Sprintf(", %d", r.count)
	}
	return fmt.Sprintf("substr(%s, %d%s) = %s;", r.name, r.from, count, r.with)
}

// hash is a hash object that is made of a data set in front of all rows.
type hash struct {
	data       string
	keys, vars []string
	latest     bool // DUPLICATE: 'REPLACE'
	shape      bool // its variables are declared by IF 0 THEN SET, and so retained
}

// load declares the variables, and reads the data set.
func (h *hash) load(v *vector, lib library) {
	d := lib[h.data]
	for _, f := range d.fields {
		if h.shape || slices.Contains(h.vars, f.name) {
			v.declare(f.name, f.width).retained = h.shape
		}
	}
	v.hash, v.found = h, map[string][]value{}
	for _, row := range d.rows {
		var key, data []value
		for _, n := range h.keys {
			key = append(key, row[d.column(n)])
		}
		for _, n := range h.vars {
			data = append(data, row[d.column(n)])
		}
		if _, there := v.found[fmt.Sprint(key)]; !there || h.latest {
			v.found[fmt.Sprint(key)] = data
		}
	}
}

func (h *hash) text(lib map[string][]field) string {
	var b strings.Builder
	if h.shape {
		fmt.Fprintf(&b, "  if 0 then set %s;\n", h.data)
	} else {
		for _, f := range lib[h.data] {
			if slices.Contains(h.vars, f.name) {
				fmt.Fprintf(&b, "  length %s %s;\n", f.name, map[bool]string{true: fmt.Sprintf("$%d", f.width), false: "8"}[f.width > 0])
			}
		}
	}
	quoted := func(names []string) string { return "'" + strings.Join(names, "', '") + "'" }
	fmt.Fprintf(&b, "  if _n_ = 1 then do;\n    declare hash h(dataset: '%s'%s);\n", h.data, map[bool]string{true: ", duplicate: 'r'"}[h.latest])
	fmt.Fprintf(&b, "    h.defineKey(%s); h.defineData(%s); h.defineDone();\n  end;\n", quoted(h.keys), quoted(h.vars))
	return b.String()
}

// ask is FIND, or CHECK, which reads nothing. Args are the keys, nil for those that
// the variables hold.
type ask struct {
	code  string
	check bool
	args  []node
}

func (a ask) declare(v *vector) { v.declare(a.code, 0) }
func (a ask) run(v *vector) bool {
	var key []value
	for i, n := range v.hash.keys {
		if a.args == nil {
			key = append(key, v.slot(n).value)
		} else {
			key = append(key, a.args[i].eval(v))
		}
	}
	data, there := v.found[fmt.Sprint(key)]
	v.slot(a.code).value = truth(!there)
	for i, n := range v.hash.vars {
		if sl := v.slot(n); there && !a.check {
			sl.value = sl.fit(data[i])
		}
	}
	return true
}

func (a ask) String() string {
	args := make([]string, len(a.args))
	for i, n := range a.args {
		args[i] = fmt.Sprintf("key: %s", n)
	}
	return fmt.Sprintf("%s = h.%s(%s);", a.code, map[bool]string{true: "check", false: "find"}[a.check], strings.Join(args, ", "))
}

type deleteRow struct{}

func (deleteRow) declare(*vector)  {}
func (deleteRow) run(*vector) bool { return false }
func (deleteRow) String() string   { return "delete;" }

type output struct{ name string }

func (o output) declare(v *vector) { v.written = true }
func (o output) run(v *vector) bool {
	v.write(v, o.name)
	return true
}
func (o output) String() string { return strings.TrimRight("output "+o.name, " ") + ";" }

// loop is DO i = from TO to; the index is one step further afterwards.
type loop struct {
	index    string
	from, to int
	body     []stmt
}

func (l loop) declare(v *vector) {
	v.declare(l.index, 0)
	for _, st := range l.body {
		st.declare(v)
	}
}

func (l loop) run(v *vector) bool {
	i := v.slot(l.index)
	for i.value = number(float64(l.from)); i.value.number <= float64(l.to); i.value.number++ {
		if !runAll(v, l.body) {
			return false
		}
	}
	return true
}

func (l loop) String() string {
	return fmt.Sprintf("do %s = %d to %d; %s end;", l.index, l.from, l.to, statements(l.body))
}

type array struct {
	name  string
	names []string
}

func (a array) declare(v *vector) {
	v.arrays[a.name] = a.names
	for _, n := range a.names {
		v.declare(n, 0)
	}
}
func (a array) run(*vector) bool { return true }
func (a array) String() string {
	return fmt.Sprintf("array %s{%d} %s;", a.name, len(a.names), strings.Join(a.names, " "))
}

// assignElement is array{index} = value.
type assignElement struct {
	element element
	value   node
}

func (a assignElement) declare(*vector) {}
func (a assignElement) run(v *vector) bool {
	a.element.slot(v).value = a.value.eval(v)
	return true
}
func (a assignElement) String() string { return fmt.Sprintf("%s = %s;", a.element, a.value) }

// Expressions.

// node is an expression; width is the length that it gives a variable, 0 for a number.
type node interface {
	eval(v *vector) value
	width(v *vector) int
	String() string
}

type constant struct{ value value }

func (c constant) eval(*vector) value { return c.value }
func (c constant) width(*vector) int  { return btoi(c.value.isText) * max(len(c.value.text), 1) }
func (c constant) String() string {
	if c.value.isText {
		return "'" + c.value.text + "'"
	}
	return c.value.String()
}

type variable string

func (n variable) eval(v *vector) value { return v.slot(string(n)).value }
func (n variable) width(v *vector) int {
	if s := v.slot(string(n)); s != nil {
		return s.field.width
	}
	v.declare(string(n), 0)
	return 0
}
func (n variable) String() string { return string(n) }

type edge struct {
	by   string
	last bool
}

func (e edge) eval(v *vector) value {
	if e.last {
		return truth(v.last[e.by])
	}
	return truth(v.first[e.by])
}
func (e edge) width(*vector) int { return 0 }
func (e edge) String() string {
	if e.last {
		return "last." + e.by
	}
	return "first." + e.by
}

type element struct{ array, index string }

func (e element) slot(v *vector) *slot {
	return v.slot(v.arrays[e.array][int(v.slot(e.index).value.number)-1])
}
func (e element) eval(v *vector) value { return e.slot(v).value }
func (e element) width(*vector) int    { return 0 }
func (e element) String() string       { return e.array + "{" + e.index + "}" }

// lagged is LAG: what its own argument was when it was last run.
type lagged struct{ of node }

func (l *lagged) eval(v *vector) value {
	queue := append(v.queues[l], l.of.eval(v))
	before := missing
	if w := l.of.width(v); w > 0 {
		before = field{width: w}.blank()
	}
	if len(queue) == 2 {
		before, queue = queue[0], queue[1:]
	}
	v.queues[l] = queue
	return before
}
func (l *lagged) width(v *vector) int { return l.of.width(v) }
func (l *lagged) String() string      { return fmt.Sprintf("lag(%s)", l.of) }

type operation struct {
	op   string
	x, y node
}

func (o operation) eval(v *vector) value {
	a, b := o.x.eval(v), o.y.eval(v) // both: SAS may run what it does not need, but no test depends on it
	switch o.op {
	case "and":
		return truth(a.true() && b.true())
	case "or":
		return truth(a.true() || b.true())
	case "||":
		return text(a.text + b.text)
	case "+", "-", "*", "/":
		if a.missing || b.missing {
			return missing
		}
		return number(map[string]func() float64{
			"+": func() float64 { return a.number + b.number }, "-": func() float64 { return a.number - b.number },
			"*": func() float64 { return a.number * b.number }, "/": func() float64 { return a.number / b.number },
		}[o.op]())
	}
	c := a.order(b)
	return truth(map[string]bool{"=": c == 0, "ne": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[o.op])
}

func (o operation) width(v *vector) int {
	x, y := o.x.width(v), o.y.width(v)
	return btoi(o.op == "||") * (x + y)
}
func (o operation) String() string { return fmt.Sprintf("(%s %s %s)", o.x, o.op, o.y) }

type negation struct{ x node }

func (n negation) eval(v *vector) value { return truth(!n.x.eval(v).true()) }
func (n negation) width(*vector) int    { return 0 }
func (n negation) String() string       { return fmt.Sprintf("(not %s)", n.x) }

type oneOf struct {
	x    node
	list []node
}

func (o oneOf) eval(v *vector) value {
	x := o.x.eval(v)
	return truth(slices.ContainsFunc(o.list, func(n node) bool { return n.eval(v).order(x) == 0 }))
}
func (o oneOf) width(*vector) int { return 0 }
func (o oneOf) String() string    { return fmt.Sprintf("(%s in (%s))", o.x, nodes(o.list)) }

func nodes(list []node) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.String()
	}
	return strings.Join(out, ", ")
}

// call is a function.
type call struct {
	name string
	args []node
}

func (c call) String() string { return fmt.Sprintf("%s(%s)", c.name, nodes(c.args)) }

func (c call) width(v *vector) int {
	switch c.name {
	case "upcase", "trim", "substr":
		return c.args[0].width(v)
	case "cats":
		return 200
	}
	return 0
}

func (c call) eval(v *vector) value {
	args := make([]value, len(c.args))
	var known []float64
	for i, a := range c.args {
		if args[i] = a.eval(v); !args[i].missing {
			known = append(known, args[i].number)
		}
	}
	switch c.name {
	case "sum":
		return sumOf(args...)
	case "n":
		return number(float64(len(known)))
	case "nmiss":
		return number(float64(len(args) - len(known)))
	case "missing":
		return truth(args[0].missing || args[0].isText && strings.TrimSpace(args[0].text) == "")
	case "upcase":
		return text(strings.ToUpper(args[0].text))
	case "trim": // of nothing but blanks, one is left
		return text(cmp.Or(strings.TrimRight(args[0].text, " "), " "))
	case "length":
		return number(float64(max(len(strings.TrimRight(args[0].text, " ")), 1)))
	case "substr":
		from := int(args[1].number) - 1
		return text((args[0].text + "   ")[from : from+int(args[2].number)])
	case "cats":
		var out strings.Builder
		for _, a := range args {
			out.WriteString(strings.TrimSpace(a.text))
		}
		return text(out.String())
	}
	if len(known) == 0 {
		return missing
	}
	switch c.name {
	case "mean":
		return number(sumOf(args...).number / float64(len(known)))
	case "max":
		return number(slices.Max(known))
	case "min":
		return number(slices.Min(known))
	case "coalesce":
		return number(known[0])
	case "abs":
		return number(math.Abs(known[0]))
	case "int":
		return number(math.Trunc(known[0]))
	}
	panic("no function " + c.name)
}

// sumOf leaves missing values out; of nothing but missing ones it is missing.
func sumOf(values ...value) value {
	out := missing
	for _, v := range values {
		if !v.missing {
			out = number(out.number + v.number)
		}
	}
	return out
}
