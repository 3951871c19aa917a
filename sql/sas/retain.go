package sas

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A retained variable keeps its value from row to row. What happens to it in one
// row is a tree: it stays, is set, is added to, or one of two things by a
// condition. Such a tree becomes window functions: rows are put into runs that
// begin where the variable is set, and within a run things are added up.
type tree struct {
	op    string // prev, set, add, max, min, case
	cond  val
	a, b  *tree
	v     val
	lax   bool // a sum statement: a missing value counts as 0
	maybe bool // nothing is added when the value is missing
	spoil val  // of what may be added with +: the condition under which it is missing
	id    int
	name  string
}

type retained struct {
	initial val
	by      string // the runs: a list of keys, or the number of the run
}

func (d *dataStep) retain(n string, initial val) {
	if d.retained[n] != nil {
		return
	}
	d.retained[n] = &retained{initial: initial}
	d.variable(n)
	d.env[n] = d.untouched(n)
}

// untouched is the value of a variable that nothing happened to.
func (d *dataStep) untouched(n string) val {
	if r := d.retained[n]; r != nil {
		return d.tree(n, &tree{op: "prev"}, r.initial.kind)
	}
	return null
}

var placeholder = regexp.MustCompile("\x01([0-9]+)\x01")

// tree is a value that is a tree; its SQL is not known before the end.
func (d *dataStep) tree(n string, t *tree, k kind) val {
	t.id, t.name = len(d.trees), n
	d.trees = append(d.trees, t)
	return val{sql: "\x01" + strconv.Itoa(t.id) + "\x01", kind: k, prec: precAtom, tree: t, length: d.lengths[n]}
}

// add is what a sum statement does.
func (d *dataStep) add(n string, v val) val {
	return d.tree(n, &tree{op: "add", a: d.env[n].tree, v: v, lax: true}, numberKind)
}

// treeSum is x + y, or x - y, where one of them is a retained variable.
func (r *renderer) treeSum(op string, x, y val) (val, bool) {
	if op != "+" && op != "-" || x.tree != nil && y.tree != nil || op == "-" && x.tree == nil {
		return null, false
	}
	if x.tree == nil {
		x, y = y, x
	}
	y = r.toNumber(y)
	sql := x.sql + " " + op + " " + in(y, precProduct)
	if op == "-" {
		y.sql, y.prec = "-"+in(y, precAtom), precSign
	}
	return val{sql: sql, kind: numberKind, prec: precSum, tree: &tree{op: "add", a: x.tree, v: y, name: x.tree.name, id: -1}}, true
}

// accumulate is an assignment that carries a retained variable on: n = sum(n, x),
// n = max(n, x), n = min(n, x).
func (d *dataStep) accumulate(n string, e expr) (val, bool, error) {
	c, ok := e.(call)
	op := map[string]string{"sum": "add", "max": "max", "min": "min"}[c.name]
	if !ok || op == "" || d.retained[n] == nil || d.env[n].tree == nil || c.of {
		return null, false, nil
	}
	own := slices.IndexFunc(c.args, func(a expr) bool { return a == name{"", n} })
	if own < 0 || len(c.args) < 2 {
		return null, false, nil
	}
	c.args = slices.Delete(slices.Clone(c.args), own, own+1)
	if op != "add" && len(c.args) > 1 {
		return null, false, nil
	}
	var v val
	var err error
	if len(c.args) == 1 {
		v, err = d.r.value(c.args[0])
	} else {
		v, err = d.r.value(c)
	}
	if err != nil {
		return null, false, err
	}
	return d.carry(n, op, v), true, nil
}

// carry adds to a retained variable, or makes it the greater or lesser.
func (d *dataStep) carry(n, op string, v val) val {
	if op == "add" || v.cond || d.kinds[n] != v.kind && d.kinds[n] != unknownKind {
		v = d.r.toNumber(v)
	}
	if d.kinds[n] == unknownKind {
		d.kinds[n] = v.kind
	}
	return d.tree(n, &tree{op: op, a: d.env[n].tree, v: v, lax: true, maybe: true, spoil: never}, v.kind)
}

// champion sees the statement if x > n then n = x.
func (d *dataStep) champion(s *dataStmt) (n string, x expr, ok bool) {
	c, isBinary := s.cond.(binary)
	body := s.body
	if len(body) == 1 && body[0].op == "do" {
		body = body[0].body
	}
	if !isBinary || len(s.other) > 0 || len(body) != 1 || body[0].op != "assign" {
		return "", nil, false
	}
	target, named := body[0].target.(name)
	switch {
	case !named || d.retained[target.name] == nil || d.env[target.name].tree == nil:
	case (c.op == ">" || c.op == ">=") && reflect.DeepEqual(c.y, expr(target)) && reflect.DeepEqual(c.x, body[0].value):
		return target.name, c.x, true
	case (c.op == "<" || c.op == "<=") && reflect.DeepEqual(c.x, expr(target)) && reflect.DeepEqual(c.y, body[0].value):
		return target.name, c.y, true
	}
	return "", nil, false
}

// keepTree is the value of a retained variable after an assignment.
func (d *dataStep) keepTree(n string, v val) val {
	t := v.tree
	switch {
	case t == nil || t.name != n:
		t = &tree{op: "set", v: v}
	case t.id < 0:
		t.id = 0
	}
	if d.alive.sql != "true" && t != d.env[n].tree {
		t = d.either(d.alive, t, d.env[n].tree)
	}
	return d.tree(n, t, v.kind)
}

// caseTree is a retained variable after an if.
func (d *dataStep) caseTree(n string, c, yes, no val) val {
	k := yes.kind
	if k == unknownKind {
		k = no.kind
	}
	side := func(v val) *tree {
		if v.tree != nil {
			return v.tree
		}
		return &tree{op: "set", v: v}
	}
	return d.tree(n, d.either(c, side(yes), side(no)), k)
}

// either is one tree or the other. What both go on from stands in it once, so
// that a row of ifs does not double it each time.
func (d *dataStep) either(c val, yes, no *tree) *tree {
	if a, b, base := common(yes, no); base != nil && len(a)+len(b) > 0 && alike(append(slices.Clone(a), b...)) {
		x, y := added(a), added(b)
		v := val{sql: "CASE WHEN " + c.sql + " THEN " + x.sql, kind: numberKind, prec: precAtom, window: c.window, sure: x.sure && y.sure}
		if b != nil {
			v.sql += " ELSE " + y.sql
		}
		v.sql += " END"
		spoil := either(both(c, d.lacking(a)), both(negation(c), d.lacking(b)))
		return &tree{op: "add", a: base, v: v, lax: append(a, b...)[0].lax, maybe: true, spoil: spoil, name: yes.name}
	}
	if yes.op == "case" && yes.b == no {
		return &tree{op: "case", cond: both(c, yes.cond), a: yes.a, b: no}
	}
	return &tree{op: "case", cond: c, a: yes, b: no}
}

// alike tells whether sums treat missing values alike.
func alike(list []*tree) bool {
	return !slices.ContainsFunc(list, func(t *tree) bool { return t.lax != list[0].lax })
}

// lacking is the condition under which one of the values that are added with + is
// missing.
func (d *dataStep) lacking(list []*tree) val {
	out := never
	for _, t := range list {
		switch {
		case t.lax:
		case t.maybe:
			out = either(out, t.spoil)
		default:
			out = either(out, isNull(t.v, false))
		}
	}
	return out
}

// common finds the tree that two trees both add to, and what they add.
func common(yes, no *tree) (a, b []*tree, base *tree) {
	for t := yes; t != nil; t = t.a {
		b = nil
		for u := no; u != nil; u = u.a {
			if t == u {
				return a, b, t
			}
			if u.op != "add" {
				break
			}
			b = append(b, u)
		}
		if t.op != "add" {
			break
		}
		a = append(a, t)
	}
	return nil, nil, nil
}

// added is the sum of what trees add.
func added(list []*tree) val {
	var terms []val
	for _, t := range slices.Backward(list) {
		v := t.v
		if t.lax && !t.maybe && !v.sure {
			v = val{sql: "coalesce(" + v.sql + ", 0)", kind: numberKind, prec: precAtom, sure: true, window: v.window}
		}
		terms = append(terms, v)
	}
	switch len(terms) {
	case 0:
		return null
	case 1:
		return terms[0]
	}
	return sumOfValues(terms)
}

// begins is the condition under which a tree sets its variable.
func (d *dataStep) begins(t *tree) val {
	switch t.op {
	case "set":
		return always
	case "add", "max", "min":
		return d.begins(t.a)
	case "case":
		return either(both(t.cond, d.begins(t.a)), both(negation(t.cond), d.begins(t.b)))
	}
	return never
}

// does tells whether an operation stands on some way through a tree.
func (t *tree) does(ops ...string) bool {
	return t != nil && (slices.Contains(ops, t.op) || t.a.does(ops...) || t.b.does(ops...))
}

// gives is what a row adds to its run, or begins it with.
func (d *dataStep) gives(t *tree) val {
	switch t.op {
	case "set":
		return t.v
	case "add":
		before, v := d.gives(t.a), added([]*tree{t})
		switch {
		case before.isNull(), zero(before) && v.sure:
			return v
		case zero(before) && (d.confined > 0 || !d.retained[t.name].initial.isNull()):
			return atom(numberKind, "coalesce(%s, 0)", v.sql) // each run begins with 0
		}
		return sumOfValues([]val{before, v})
	case "max", "min":
		before := d.gives(t.a)
		if before.isNull() {
			return t.v
		}
		return atom(t.v.kind, "%s(%s, %s)", map[string]string{"max": "greatest", "min": "least"}[t.op], before.sql, t.v.sql)
	case "case":
		a, b := d.gives(t.a), d.gives(t.b)
		if a.sql == b.sql {
			return a
		}
		out := val{kind: a.kind, prec: precAtom, sure: a.sure && b.sure, sql: "CASE WHEN " + t.cond.sql + " THEN " + a.sql}
		switch {
		case b.isNull():
			out.sql += " END"
		case wholeCase(b.sql):
			out.sql += strings.TrimPrefix(b.sql, "CASE")
		default:
			out.sql += " ELSE " + b.sql + " END"
		}
		return out
	}
	return null
}

var zeroCase = regexp.MustCompile(`^CASE WHEN [^']* THEN 0 END$`)

// zero tells whether a value is 0 wherever it is not missing.
func zero(v val) bool {
	return v.sql == "0" || strings.Count(v.sql, "THEN") == 1 && zeroCase.MatchString(v.sql)
}

// spoils is the condition under which a row makes a sum missing for good: what is
// added with +, or the variable set to, is missing.
func (d *dataStep) spoils(t *tree) val {
	switch t.op {
	case "set":
		return isNull(t.v, false)
	case "add":
		return either(d.spoils(t.a), d.lacking([]*tree{t}))
	case "case":
		return either(both(t.cond, d.spoils(t.a)), both(negation(t.cond), d.spoils(t.b)))
	}
	return never
}

// strict tells whether a missing value that is added makes the variable missing,
// loose whether one counts as 0.
func strict(t *tree) bool {
	return t != nil && (t.op == "add" && !t.lax || strict(t.a) || strict(t.b))
}

func loose(t *tree) bool {
	return t != nil && (t.op == "add" && t.lax || loose(t.a) || loose(t.b))
}

// size counts the nodes that writing a tree out would visit, up to a limit.
func size(t *tree, limit int) int {
	if t == nil || limit <= 0 {
		return 0
	}
	n := 1 + size(t.a, limit-1)
	return n + size(t.b, limit-n)
}

// maxTree is more than a program written by hand has.
const maxTree = 5000

// settle finds the columns of the retained variables: windows where that can be,
// or else a walk from row to row.
func (d *dataStep) settle() error {
	for _, t := range d.trees {
		if size(t, maxTree) >= maxTree {
			return fmt.Errorf("what becomes of %s in a row has too many branches", t.name)
		}
	}
	final := map[string]*tree{}
	var names []string
	for _, n := range d.vars {
		if d.retained[n] == nil {
			continue
		}
		if d.env[n].tree == nil {
			return fmt.Errorf("what is retained in %s is not understood", n)
		}
		final[n] = d.env[n].tree
		names = append(names, n)
	}
	before := d.snapshot()
	err := d.settleByWindows(names, final)
	if err == nil || len(names) == 0 {
		return err
	}
	d.restore(before)
	return d.settleByWalk(names, final)
}

// snapshot is what settling changes.
func (d *dataStep) snapshot() dataStep {
	saved := *d
	saved.columns, saved.taken = slices.Clone(d.columns), maps.Clone(d.taken)
	saved.outputs = nil
	for _, o := range d.outputs {
		o.env = clone(o.env)
		saved.outputs = append(saved.outputs, o)
	}
	return saved
}

func (d *dataStep) restore(saved dataStep) {
	d.columns, d.taken, d.outputs, d.scope = saved.columns, saved.taken, saved.outputs, saved.scope
}

func (d *dataStep) settleByWindows(names []string, final map[string]*tree) error {
	settled := map[string]val{}
	for _, n := range names {
		v, err := d.settleOne(n, final[n])
		if err != nil {
			return err
		}
		settled[n] = v
	}
	if err := d.fill(final, settled); err != nil {
		return err
	}
	_, err := d.layers()
	return err
}

// settleOne makes the column of one retained variable.
func (d *dataStep) settleOne(n string, t *tree) (val, error) {
	begin, give := d.begins(t), d.gives(t)
	extreme, sum := t.does("max", "min"), t.does("add")
	spoilt := never
	if strict(t) {
		spoilt = d.spoils(t)
	}
	for _, id := range placeholder.FindAllStringSubmatch(give.sql+begin.sql+spoilt.sql, -1) {
		if i, _ := strconv.Atoi(id[1]); d.trees[i].name == n {
			return null, fmt.Errorf("%s depends on its own value in the row before", n)
		}
	}
	if extreme && (sum || t.does("max") && t.does("min")) || strict(t) && loose(t) {
		return null, fmt.Errorf("%s is kept in several ways", n)
	}
	k := d.kinds[n]
	if k == unknownKind {
		k = d.env[n].kind
	}
	window := func(format string, args ...any) val {
		return val{sql: fmt.Sprintf(format, args...), kind: k, prec: precAtom, length: d.lengths[n], window: true}
	}
	initial := d.retained[n].initial
	if begin.sql == "true" {
		return d.column(n, val{sql: give.sql, kind: k, length: d.lengths[n]}), nil
	}
	if begin.sql == "false" && !sum && !extreme {
		initial.kind = k
		return initial, nil
	}
	over, whole := d.runs(n, begin)
	var v, start val // start: in rows in front of the first run
	rows := over + " ROWS UNBOUNDED PRECEDING"
	switch {
	case extreme:
		fn, better := "max", "greatest"
		if t.does("min") {
			fn, better = "min", "least"
		}
		v = window("%s(%s) OVER (%s)", fn, give.sql, rows)
		start = v
		if !initial.isNull() {
			start = window("%s(%s, %s)", better, initial.sql, v.sql)
		}
	case sum:
		v = window("sum(%s) OVER (%s)", give.sql, rows)
		start = d.started(v, initial, strict(t))
	default:
		v = window("first_value(%s) OVER (%s)", give.sql, over)
		start = initial
	}
	switch {
	case begin.sql == "false":
		v = window("%s", start.sql)
	case !whole && start.sql != v.sql:
		v = window("CASE WHEN %s = 0 THEN %s ELSE %s END", d.retained[n].by, start.sql, v.sql)
	}
	if spoilt.sql != "false" {
		v = window("CASE WHEN max(CASE WHEN %s THEN 1 ELSE 0 END) OVER (%s) = 0 THEN %s END", spoilt.sql, rows, v.sql)
	}
	return d.column(n, v), nil
}

// started is a sum that began with the initial value of its variable.
func (d *dataStep) started(sum, initial val, strict bool) val {
	switch {
	case initial.isNull() && strict:
		return null
	case initial.isNull():
		return sum
	}
	sum.sql = "coalesce(" + sum.sql + ", 0)"
	if initial.number == nil || *initial.number != 0 {
		sum.sql += " + " + initial.sql
	}
	return sum
}

// runs is the window of the rows of a run; whole says that every row is in one
// that began.
func (d *dataStep) runs(n string, begin val) (over string, whole bool) {
	if begin.sql == "false" {
		return d.state(), false
	}
	for i, b := range d.by {
		if begin.sql == sqlName("first_"+b) {
			d.demand(i + 1)
			return "PARTITION BY " + d.keys(i+1) + " ORDER BY _row", true
		}
	}
	run := d.column(n+"_run", val{sql: "sum(CASE WHEN " + begin.sql + " THEN 1 ELSE 0 END) OVER (" + d.state() + " ROWS UNBOUNDED PRECEDING)", window: true})
	d.retained[n].by = run.sql
	keys := run.sql
	if d.confined > 0 {
		keys = d.keys(d.confined) + ", " + keys
	}
	return "PARTITION BY " + keys + " ORDER BY _row", d.confined > 0
}

// filling puts SQL in the place of trees.
type filling struct {
	d        *dataStep
	previous func(n string) string // a variable at the end of the row before
	settled  func(t *tree) string  // of a tree whose value is a column, or ""
}

func (f *filling) text(t *tree, depth int) string {
	if sql := f.settled(t); sql != "" {
		return sql
	}
	if depth > maxTree {
		return ""
	}
	before := func() string { return f.text(t.a, depth+1) }
	switch {
	case t.op == "prev":
		return f.previous(t.name)
	case t.op == "set":
		return t.v.sql
	case t.op == "max", t.op == "min":
		return map[string]string{"max": "greatest(", "min": "least("}[t.op] + before() + ", " + t.v.sql + ")"
	case t.op == "add" && t.maybe && t.lax:
		return sumOfValues([]val{{sql: before(), prec: precOr}, t.v}).sql
	case t.op == "add" && t.maybe:
		sum := "(" + before() + " + coalesce(" + t.v.sql + ", 0))"
		if t.spoil.sql == "false" {
			return sum
		}
		return "CASE WHEN NOT coalesce(" + t.spoil.sql + ", false) THEN " + sum + " END"
	case t.op == "add" && t.lax:
		return "(coalesce(" + before() + ", 0) + coalesce(" + t.v.sql + ", 0))"
	case t.op == "add":
		return "(" + before() + " + " + t.v.sql + ")"
	}
	return "CASE WHEN " + t.cond.sql + " THEN " + before() + " ELSE " + f.text(t.b, depth+1) + " END"
}

// replace writes a text without trees.
func (f *filling) replace(sql string) string {
	for range 50 {
		next := placeholder.ReplaceAllStringFunc(sql, func(m string) string {
			id, _ := strconv.Atoi(strings.Trim(m, "\x01"))
			return f.text(f.d.trees[id], 0)
		})
		if next == sql || len(next) > maxSQL {
			break
		}
		sql = next
	}
	return sql
}

// fill puts SQL in the place of trees in all that the step writes.
func (d *dataStep) fill(final map[string]*tree, settled map[string]val) error {
	before := map[string]string{}
	f := &filling{d: d}
	f.settled = func(t *tree) string {
		if t == final[t.name] {
			return settled[t.name].sql
		}
		return ""
	}
	f.previous = func(n string) string {
		if before[n] == "" {
			initial := ""
			if v := d.retained[n].initial; !v.isNull() {
				initial = ", 1, " + v.sql
			}
			before[n] = d.column(n+"_before", val{sql: "lag(" + settled[n].sql + initial + ") OVER (" + d.state() + ")", window: true}).sql
		}
		return before[n]
	}
	return d.fillWith(f)
}

func (d *dataStep) fillWith(f *filling) error {
	for i := range d.outputs {
		o := &d.outputs[i]
		o.cond.sql = f.replace(o.cond.sql)
		for n, v := range o.env {
			v.sql = f.replace(v.sql)
			o.env[n] = v
		}
	}
	for i := range d.puts {
		row := &d.puts[i].row
		row.cond.sql = f.replace(row.cond.sql)
		for n, v := range row.env {
			v.sql = f.replace(v.sql)
			row.env[n] = v
		}
	}
	for i := 0; i < len(d.columns); i++ { // more may come on the way
		d.columns[i].sql = f.replace(d.columns[i].sql)
	}
	return d.check()
}

// check refuses what could not be resolved.
func (d *dataStep) check() error {
	for _, c := range d.columns {
		if strings.ContainsAny(c.text(), "\x01"+carried) {
			return fmt.Errorf("what is retained in %s depends on itself", c.name)
		}
	}
	return nil
}

var sqlWord = regexp.MustCompile(`"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_]\w*`)

// columnWords are the words of SQL that can be columns: no functions.
func columnWords(sql string) (words []string) {
	for _, at := range sqlWord.FindAllStringIndex(sql, -1) {
		if at[1] == len(sql) || sql[at[1]] != '(' {
			words = append(words, sql[at[0]:at[1]])
		}
	}
	return words
}

// layers sorts the columns into inner queries: a column stands behind those that
// it reads, and a window never in the same query as what it reads.
func (d *dataStep) layers() ([][]computed, error) {
	index := map[string]int{}
	for i, c := range d.columns {
		for _, n := range c.columns() {
			index[sqlName(n)] = i
		}
	}
	level := make([]int, len(d.columns))
	state := make([]int, len(d.columns))
	var visit func(i int) error
	visit = func(i int) error {
		if state[i] == 2 {
			return nil
		}
		if state[i] == 1 {
			return fmt.Errorf("what is retained depends on itself in a circle")
		}
		state[i] = 1
		for _, word := range columnWords(d.columns[i].text()) {
			j, ok := index[word]
			if !ok || j == i && d.columns[i].relay != nil {
				continue
			}
			if err := visit(j); err != nil {
				return err
			}
			level[i] = max(level[i], level[j]+1)
		}
		state[i] = 2
		return nil
	}
	for i := range d.columns {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	var out [][]computed
	for l := range len(d.columns) {
		var layer []computed
		var parts [][]computed
		for i, c := range d.columns {
			switch {
			case level[i] != l:
			case c.relay != nil: // it stands alone
				parts = append(parts, []computed{c})
			default:
				layer = append(layer, c)
			}
		}
		if layer != nil {
			out = append(out, layer)
		}
		out = append(out, parts...)
	}
	return out, nil
}

// used leaves out the columns that nobody reads.
func (d *dataStep) used(outputs []outputRow) {
	for {
		words := map[string]bool{}
		for _, o := range outputs {
			for _, v := range o.env {
				gather(words, v.sql)
			}
			gather(words, o.cond.sql)
		}
		for _, c := range d.columns {
			gather(words, c.text())
		}
		n := len(d.columns)
		d.columns = slices.DeleteFunc(d.columns, func(c computed) bool {
			return !c.in(words)
		})
		if len(d.columns) == n {
			return
		}
	}
}

func gather(words map[string]bool, sql string) {
	for _, w := range columnWords(sql) {
		words[w] = true
	}
}
