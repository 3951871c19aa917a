package sas

import (
	"fmt"
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
	op   string // prev, set, add, case
	cond val
	a, b *tree
	v    val
	lax  bool // a sum statement: a missing value counts as 0
	// maybe: nothing is added when the value is missing.
	maybe bool
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

// treeSum is x + y where one of them is a retained variable.
func (r *renderer) treeSum(op string, x, y val) (val, bool) {
	if op != "+" || x.tree != nil && y.tree != nil {
		return null, false
	}
	if x.tree == nil {
		x, y = y, x
	}
	y = r.toNumber(y)
	sql := x.sql + " + " + in(y, precProduct)
	return val{sql: sql, kind: numberKind, prec: precSum, tree: &tree{op: "add", a: x.tree, v: y, name: x.tree.name, id: -1}}, true
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
	if a, b, base := common(yes, no); base != nil && (a != nil || b != nil) {
		whens := "CASE WHEN " + c.sql + " THEN " + added(a)
		if b != nil {
			whens += " ELSE " + added(b)
		}
		lax := !slices.ContainsFunc(append(a, b...), func(t *tree) bool { return !t.lax && !t.v.sure })
		v := val{sql: whens + " END", kind: numberKind, prec: precAtom, window: c.window, sure: lax && a != nil && b != nil}
		return &tree{op: "add", a: base, v: v, lax: lax, maybe: true, name: yes.name}
	}
	if yes.op == "case" && yes.b == no {
		return &tree{op: "case", cond: both(c, yes.cond), a: yes.a, b: no}
	}
	return &tree{op: "case", cond: c, a: yes, b: no}
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

// added is the sum of what trees add, NULL for none.
func added(list []*tree) string {
	var parts []string
	for i := len(list) - 1; i >= 0; i-- {
		t := list[i]
		if t.lax && !t.v.sure && !t.maybe {
			parts = append(parts, "coalesce("+t.v.sql+", 0)")
		} else {
			parts = append(parts, t.v.sql)
		}
	}
	switch len(parts) {
	case 0:
		return "NULL"
	case 1:
		return parts[0]
	}
	return "list_sum([" + strings.Join(parts, ", ") + "])"
}

// begins is the condition under which a tree sets its variable.
func (d *dataStep) begins(t *tree) val {
	switch t.op {
	case "set":
		return always
	case "add":
		return d.begins(t.a)
	case "case":
		return either(both(t.cond, d.begins(t.a)), both(d.not(t.cond), d.begins(t.b)))
	}
	return never
}

// adds tells whether something is added on some way through a tree.
func adds(t *tree) bool {
	return t != nil && (t.op == "add" || adds(t.a) || adds(t.b))
}

// gives is what a row adds to its run, or begins it with.
func (d *dataStep) gives(t *tree) string {
	switch t.op {
	case "set":
		return t.v.sql
	case "add":
		v := added([]*tree{t})
		if before := d.gives(t.a); before != "NULL" {
			return "list_sum([" + before + ", " + v + "])"
		}
		return v
	case "case":
		a, b := d.gives(t.a), d.gives(t.b)
		switch {
		case a == b:
			return a
		case b == "NULL":
			return "CASE WHEN " + t.cond.sql + " THEN " + a + " END"
		case wholeCase(b):
			return "CASE WHEN " + t.cond.sql + " THEN " + a + strings.TrimPrefix(b, "CASE")
		}
		return "CASE WHEN " + t.cond.sql + " THEN " + a + " ELSE " + b + " END"
	}
	return "NULL"
}

// strict tells whether a missing value that is added makes the variable missing.
func strict(t *tree) bool {
	return t != nil && (t.op == "add" && !t.lax && !t.v.sure || strict(t.a) || strict(t.b))
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

// settle finds the columns of the retained variables.
func (d *dataStep) settle() error {
	for _, t := range d.trees {
		if size(t, maxTree) >= maxTree {
			return fmt.Errorf("what becomes of %s in a row has too many branches", t.name)
		}
	}
	final := map[string]*tree{}
	for n := range d.retained {
		v := d.env[n]
		if v.tree == nil {
			return fmt.Errorf("what is retained in %s is not understood", n)
		}
		final[n] = v.tree
	}
	names := make([]string, 0, len(final))
	for _, n := range d.vars {
		if final[n] != nil {
			names = append(names, n)
		}
	}
	settled := map[string]val{}
	for _, n := range names {
		v, err := d.settleOne(n, final[n])
		if err != nil {
			return err
		}
		settled[n] = v
	}
	return d.fill(final, settled)
}

// settleOne makes the column of one retained variable.
func (d *dataStep) settleOne(n string, t *tree) (val, error) {
	begin, give := d.begins(t), d.gives(t)
	if strict(t) {
		return null, fmt.Errorf("%s is added to with +, which keeps a missing value for good: write a sum statement, or sum()", n)
	}
	for _, id := range append(placeholder.FindAllStringSubmatch(give, -1), placeholder.FindAllStringSubmatch(begin.sql, -1)...) {
		if i, _ := strconv.Atoi(id[1]); d.trees[i].name == n {
			return null, fmt.Errorf("what becomes of %s depends on its own value in the row before: this cannot be written as windows", n)
		}
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
		return d.column(n, val{sql: give, kind: k, length: d.lengths[n]}), nil
	}
	over, whole := d.runs(n, begin)
	if !adds(t) {
		v := window("first_value(%s) OVER (%s)", give, over)
		if !whole && begin.sql != "false" && !initial.isNull() {
			v = window("CASE WHEN %s = 0 THEN %s ELSE %s END", d.retained[n].by, initial.sql, v.sql)
		}
		if begin.sql == "false" {
			v = initial
			v.kind = k
		}
		return d.column(n, v), nil
	}
	v := window("sum(%s) OVER (%s ROWS UNBOUNDED PRECEDING)", give, over)
	if !whole && !initial.isNull() {
		start := "coalesce(" + v.sql + ", 0)"
		if initial.number == nil || *initial.number != 0 {
			start += " + " + initial.sql
		}
		if begin.sql == "false" {
			v = window("%s", start)
		} else {
			v = window("CASE WHEN %s = 0 THEN %s ELSE %s END", d.retained[n].by, start, v.sql)
		}
	}
	return d.column(n, v), nil
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

// fill puts SQL in the place of trees.
func (d *dataStep) fill(final map[string]*tree, settled map[string]val) error {
	before := map[string]string{}
	var text func(t *tree, depth int) string
	previous := func(n string) string {
		if before[n] == "" {
			initial := ""
			if v := d.retained[n].initial; !v.isNull() {
				initial = ", 1, " + v.sql
			}
			before[n] = d.column(n+"_before", val{sql: "lag(" + settled[n].sql + initial + ") OVER (" + d.state() + ")", window: true}).sql
		}
		return before[n]
	}
	text = func(t *tree, depth int) string {
		switch {
		case t == final[t.name] || depth > 100:
			return settled[t.name].sql
		case t.op == "prev":
			return previous(t.name)
		case t.op == "set":
			return t.v.sql
		case t.op == "add" && t.maybe:
			return "list_sum([" + text(t.a, depth+1) + ", " + t.v.sql + "])"
		case t.op == "add" && t.lax:
			return "(coalesce(" + text(t.a, depth+1) + ", 0) + coalesce(" + t.v.sql + ", 0))"
		case t.op == "add":
			return "(" + text(t.a, depth+1) + " + " + t.v.sql + ")"
		}
		return "CASE WHEN " + t.cond.sql + " THEN " + text(t.a, depth+1) + " ELSE " + text(t.b, depth+1) + " END"
	}
	replace := func(sql string) string {
		for range 50 {
			next := placeholder.ReplaceAllStringFunc(sql, func(m string) string {
				id, _ := strconv.Atoi(strings.Trim(m, "\x01"))
				return text(d.trees[id], 0)
			})
			if next == sql {
				break
			}
			sql = next
		}
		return sql
	}
	for i := range d.outputs {
		o := &d.outputs[i]
		o.cond.sql = replace(o.cond.sql)
		for n, v := range o.env {
			v.sql = replace(v.sql)
			o.env[n] = v
		}
	}
	for i := 0; i < len(d.columns); i++ {
		d.columns[i].sql = replace(d.columns[i].sql)
	}
	return d.check()
}

// check refuses what could not be resolved.
func (d *dataStep) check() error {
	for _, c := range d.columns {
		if strings.Contains(c.sql, "\x01") {
			return fmt.Errorf("what is retained in %s depends on itself", c.name)
		}
	}
	return nil
}

var sqlWord = regexp.MustCompile(`"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_]\w*`)

// layers sorts the columns into inner queries: a column stands behind those that
// it reads, and a window never in the same query as what it reads.
func (d *dataStep) layers() ([][]computed, error) {
	index := map[string]int{}
	for i, c := range d.columns {
		index[sqlName(c.name)] = i
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
		for _, word := range sqlWord.FindAllString(d.columns[i].sql, -1) {
			j, ok := index[word]
			if !ok {
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
		for i, c := range d.columns {
			if level[i] == l {
				layer = append(layer, c)
			}
		}
		if layer == nil {
			break
		}
		out = append(out, layer)
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
			gather(words, c.sql)
		}
		n := len(d.columns)
		d.columns = slices.DeleteFunc(d.columns, func(c computed) bool { return !words[sqlName(c.name)] })
		if len(d.columns) == n {
			return
		}
	}
}

func gather(words map[string]bool, sql string) {
	for _, w := range sqlWord.FindAllString(sql, -1) {
		words[w] = true
	}
}
