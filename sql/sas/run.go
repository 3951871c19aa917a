package sas

import (
	"fmt"
	"slices"
	"strings"
)

// The statements of a DATA step that are run: one after the other, or by a condition.

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
		d.alive = both(d.alive, negation(d.path))
	case "output":
		row := d.written(both(d.alive, d.path))
		row.into = s.names
		d.outputs = append(d.outputs, row)
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
	case "method":
		d.p.noteAt(s.at, "where the key is not there SAS tells an error: here the variables stay as they are")
		_, err := d.r.value(s.value)
		return err
	case "hash":
		return fmt.Errorf("a hash object is understood when it is made in front of all rows, behind if _n_ = 1 then do")
	case "turn":
		d.turns(s.body, 1, func(int) {}, func() {})
	case "set":
		return fmt.Errorf("set within a condition or a loop is understood as do until(last.k); set x; by k; or do until(e); set x end=e; alone")
	case "leave", "continue":
		return fmt.Errorf("%s is understood in a loop alone", s.op)
	}
	return nil
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
	return either(negation(d.path), c)
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
		d.skipped(s.other)
		whenTrue()
		return nil
	case "false":
		d.skipped(s.body)
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
	d.path = both(path, negation(c))
	whenFalse()
	no := d.env
	d.guard--
	d.path, d.env = path, before
	return d.merge(c, yes, no)
}

// skipped makes the variables known that statements name which are never run: SAS
// writes them too.
func (d *dataStep) skipped(list []*dataStmt) {
	for _, s := range list {
		for _, e := range s.reads() {
			for _, n := range d.operands(e) {
				if !slices.Contains(d.vars, n) && leadingWord(n) == n && !strings.HasPrefix(n, "_") {
					_, _ = d.lookup(name{"", n})
				}
			}
		}
		d.skipped(s.body)
		d.skipped(s.other)
	}
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
	yes, no = given(yes, c.sql), given(no, negation(c).sql)
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
	if !strings.HasPrefix(text, "CASE ") {
		return false
	}
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
