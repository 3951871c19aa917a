package sas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Statements that leave their place: LEAVE, CONTINUE, RETURN and STOP, and loops
// that turn as often as the data say.

// jumps tells whether statements leave the loop that they stand in.
func jumps(list []*dataStmt, ops ...string) bool {
	return slices.ContainsFunc(list, func(s *dataStmt) bool {
		return slices.Contains(ops, s.op) || s.op != "loop" && s.op != "while" && s.op != "over" && (jumps(s.body, ops...) || jumps(s.other, ops...))
	})
}

var errBounds = fmt.Errorf("the bounds of the loop depend on the data")

// turns runs the body of a loop n times. Behind a turn that may be left, the others
// stand under the condition that it was not.
func (d *dataStep) turns(body []*dataStmt, n int, set func(i int), done func()) {
	d.turning++
	defer func() { d.turning-- }()
	leaves := jumps(body, "leave")
	var turn func(i int)
	turn = func(i int) {
		if i == n {
			done()
			return
		}
		set(i)
		switch {
		case leaves:
			d.flow(body, func() { turn(i + 1) })
		case jumps(body, "continue"):
			d.flow(body, func() {})
			turn(i + 1)
		default:
			d.run(body)
			turn(i + 1)
		}
	}
	turn(0)
}

// flow runs statements of which some leave the loop, and then what comes next
// unless one did.
func (d *dataStep) flow(list []*dataStmt, next func()) {
	for i, s := range list {
		if d.work++; d.work > maxWork {
			d.p.fail(s.at, "the loops of this step turn too often to be written out")
			return
		}
		rest := list[i+1:]
		d.at = s.at
		switch {
		case s.op == "leave":
			return
		case s.op == "continue":
			next()
			return
		case s.op == "do" && jumps(s.body, "leave", "continue"):
			d.flow(slices.Concat(s.body, rest), next)
			return
		case s.op == "if" && (jumps(s.body, "leave", "continue") || jumps(s.other, "leave", "continue")):
			err := d.fork(s, func() { d.flow(slices.Concat(s.body, rest), next) }, func() { d.flow(slices.Concat(s.other, rest), next) })
			if err != nil {
				d.p.fail(s.at, "%v", err)
			}
			return
		}
		if err := d.do(s); err != nil {
			d.p.fail(s.at, "%v", err)
		}
	}
	next()
}

// whileLoop runs a loop whose condition is known when the program is translated.
func (d *dataStep) whileLoop(s *dataStmt) error {
	d.turning++
	defer func() { d.turning-- }()
	for turn := 0; turn <= maxWork; turn++ {
		if turn > 0 || !s.until {
			c, err := d.r.cond(s.cond, s.until)
			switch {
			case err != nil:
				return err
			case c.sql == "false":
				return nil
			case c.sql != "true":
				return fmt.Errorf("how often the loop turns depends on the data")
			}
		}
		if jumps(s.body, "leave", "continue") {
			return fmt.Errorf("leave and continue are understood in loops over values alone")
		}
		d.run(s.body)
		if d.work > maxWork {
			break
		}
	}
	return fmt.Errorf("the loop turns too often to be written out")
}

// leaveRow ends the work on a row: RETURN writes it, unless the step says itself
// when; STOP ends the rows behind it too.
func (d *dataStep) leaveRow(s *dataStmt) {
	here := both(d.alive, d.path)
	switch {
	case s.op == "return" && !d.writes:
		d.outputs = append(d.outputs, d.written(both(here, d.ending)))
	case s.op == "stop":
		d.stops = either(d.stops, here)
	}
	d.alive = both(d.alive, negation(d.path))
}

// stopped leaves out what comes behind the row of STOP.
func (d *dataStep) stopped() {
	if d.stops.sql == "false" || len(d.src.inputs) == 0 {
		return
	}
	c := d.column("stop_here", d.stops)
	behind := d.column("stopped", val{
		sql:  "coalesce(max(CASE WHEN " + c.sql + " THEN 1 END) OVER (" + d.across() + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) = 1",
		cond: true, sure: true, window: true,
	})
	for i := range d.outputs {
		d.outputs[i].cond = both(d.outputs[i].cond, negation(behind))
	}
}

// symput is a place where a macro variable gets a value.
type symput struct {
	name string
	row  outputRow
}

// symput is call symput: later steps read the value of the last row that called it.
func (d *dataStep) symput(s *dataStmt) error {
	n, ok := s.list[0].(textLit)
	macro := strings.ToLower(strings.TrimSpace(n.value))
	switch {
	case !ok || leadingWord(macro) != macro:
		return fmt.Errorf("the name of the macro variable depends on the data")
	case d.turning > 0 || slices.ContainsFunc(d.puts, func(p symput) bool { return p.name == macro }):
		return fmt.Errorf("%s is given a value in several places of the step", macro)
	}
	v, err := d.r.value(s.value)
	if err != nil {
		return err
	}
	if v.cond {
		v = d.r.toNumber(v)
	}
	column := d.fresh(macro)
	d.kinds[column] = v.kind
	d.puts = append(d.puts, symput{macro, outputRow{cond: both(d.alive, d.path), env: map[string]val{column: v}}})
	return nil
}

// putMacros makes a view for each macro variable that the step fills.
func (d *dataStep) putMacros() error {
	for _, p := range d.puts {
		for column, v := range p.row.env {
			own := *d
			own.vars, own.keep, own.drop, own.rename = []string{column}, nil, nil, nil
			if err := own.view(setRef{name: "symput_" + p.name}, []outputRow{p.row}); err != nil {
				return err
			}
			last := ""
			if len(d.src.inputs) > 0 {
				last = " ORDER BY _row DESC LIMIT 1"
				d.p.last.need(numbering{row: true})
			}
			d.p.into[p.name] = raw{"(SELECT " + sqlName(column) + " FROM " + d.p.last.name + last + ")", v.kind, false}
		}
	}
	return nil
}

// spread is a loop that writes rows as often as the data say.
type spread struct {
	column string // its variable in SQL
	turn   string // counts its turns
	value  string
	times  string // of turning, less one
}

// carried stands for a value that goes from turn to turn of such a loop.
const carried = "\x03"

// spreadLoop is a loop whose bounds depend on the data. It is understood when it
// writes rows, and each turn does without what those before it left.
func (d *dataStep) spreadLoop(s *dataStmt, from, to val, by float64) error {
	switch {
	case !d.explicit(s.body):
		return fmt.Errorf("the bounds of the loop depend on the data, and it writes no rows")
	case d.spread != nil || by != 1 || jumps(s.body, "leave", "continue"):
		return errBounds
	}
	dates := from.kind == dateKind && to.kind == dateKind
	if !dates {
		from, to = d.r.toNumber(from), d.r.toNumber(to)
	}
	turn := d.fresh("turn")
	sp := &spread{column: d.fresh(s.variable), turn: turn, times: "CAST(floor(" + in(to, precSum) + " - " + in(from, precProduct) + ") AS BIGINT)"}
	v := val{sql: sqlName(sp.column), kind: numberKind, prec: precAtom}
	sp.value = in(from, precSum) + " + " + turn
	if dates {
		sp.times, v.kind = in(to, precSum)+" - "+in(from, precProduct), dateKind
		sp.value = in(from, precSum) + " + CAST(" + turn + " AS INTEGER)"
	}
	for _, n := range assigned(s.body) {
		if d.retained[n] != nil {
			return fmt.Errorf("%s is kept from turn to turn of a loop whose bounds depend on the data", n)
		}
		d.env[n] = val{sql: carried, kind: d.kinds[n], prec: precAtom}
	}
	d.env[s.variable] = d.fit(s.variable, v)
	d.spread = sp
	d.place++
	d.turning++
	d.run(s.body)
	d.turning--
	d.place++
	d.spread = nil
	for _, n := range append(assigned(s.body), s.variable) {
		d.env[n] = val{sql: carried, kind: d.kinds[n], prec: precAtom}
	}
	return nil
}

// assigned are the variables that statements give a value.
func assigned(list []*dataStmt) (names []string) {
	for _, s := range list {
		if n, ok := s.target.(name); ok {
			names = append(names, n.name)
		}
		if s.variable != "" {
			names = append(names, s.variable)
		}
		names = append(names, assigned(s.body)...)
		names = append(names, assigned(s.other)...)
	}
	return names
}

// in tells whether SQL reads the variable of the loop.
func (s *spread) in(sql string) bool {
	words := map[string]bool{}
	gather(words, sql)
	return words[sqlName(s.column)]
}

// from is the loop beside the rows that it is run for.
func (s *spread) from(rows string) string {
	return rows + ", LATERAL (SELECT " + s.turn + ", " + s.value + " AS " + sqlName(s.column) +
		" FROM (SELECT unnest(generate_series(0, " + s.times + ")) AS " + s.turn + "))"
}

// carried is a variable of a row that depends on how a loop went.
func (o outputRow) carried() string {
	if strings.Contains(o.cond.sql, carried) {
		return "what is written"
	}
	for n, v := range o.env {
		if strings.Contains(v.sql, carried) {
			return n
		}
	}
	return ""
}

// order are the columns that put the rows that one row becomes in order.
func (o outputRow) order(turn int) string {
	inner := "0"
	if o.spread != nil {
		inner = o.spread.turn
	}
	return strconv.Itoa(o.place) + " AS _place, " + inner + " AS _loop, " + strconv.Itoa(turn) + " AS _turn"
}
