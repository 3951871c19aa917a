package synth

import (
	"slices"
	"strconv"
	"strings"
)

// level is how often a value changes: never, with the person and period, or
// with the row. What changes rarely is rendered rarely.
type level int

const (
	always level = iota
	perPerson
	perRow
)

// op appends a value to out; nothing when there is none.
type op func(s *scene, out []byte) []byte

// test is a compiled condition.
type test func(s *scene) bool

// expr compiles e.
func (w *world) expr(e *Expr) (op, level, error) {
	run, lv, err := w.form(e)
	if err != nil || e.Else == nil || e.Case != nil {
		return run, lv, err
	}
	otherwise, l2, err := w.expr(e.Else)
	return func(s *scene, out []byte) []byte {
		n := len(out)
		if out = run(s, out); len(out) == n {
			out = otherwise(s, out)
		}
		return out
	}, max(lv, l2), err
}

// form compiles e without its else.
func (w *world) form(e *Expr) (op, level, error) {
	if e.Shared {
		if err := w.known(Ref{"a household", e.Line, e.Col}, aPerson); err != nil {
			return nil, 0, err
		}
	}
	switch {
	case e.Const != nil:
		v := *e.Const
		return func(_ *scene, out []byte) []byte { return append(out, v...) }, always, nil
	case e.Pick != nil:
		return w.pick(e)
	case e.Range != nil:
		return w.drawn(e)
	case e.Join != nil:
		return w.join(e)
	case e.Case != nil:
		return w.cases(e)
	case e.Holder != nil:
		run, lv, err := w.expr(e.Holder)
		if err == nil {
			err = w.known(Ref{"holder", e.Line, e.Col}, aPerson)
		}
		return func(s *scene, out []byte) []byte {
			p := s.p
			s.p = s.holder(p)
			out = run(s, out)
			s.p = p
			return out
		}, max(lv, perPerson), err
	}
	return w.concept(e)
}

// sticky draws the same for a person or a household at any time; nil when e is
// drawn anew for each row.
func (w *world) sticky(e *Expr) func(*scene) float64 {
	salt := w.salt()
	switch {
	case e.Sticky:
		return func(s *scene) float64 { return unit(mix(s.key(), salt)) }
	case e.Shared:
		return func(s *scene) float64 { return unit(mix(s.h.key, salt)) }
	}
	return nil
}

// pick draws a code by weight.
func (w *world) pick(e *Expr) (op, level, error) {
	weights := make([]float64, len(e.Pick))
	for i, c := range e.Pick {
		weights[i] = c.Weight
	}
	wheel, codes := newWheel(weights), e.Pick
	if draw := w.sticky(e); draw != nil {
		return func(s *scene, out []byte) []byte {
			return append(out, codes[wheel.at(draw(s))].Code...)
		}, perPerson, nil
	}
	return func(s *scene, out []byte) []byte {
		return append(out, codes[wheel.at(s.dice.float())].Code...)
	}, perRow, nil
}

// drawn draws a whole number.
func (w *world) drawn(e *Expr) (op, level, error) {
	lo, hi := e.Range[0], e.Range[1]
	if draw := w.sticky(e); draw != nil {
		return func(s *scene, out []byte) []byte {
			return strconv.AppendInt(out, int64(lo)+int64(draw(s)*float64(hi-lo+1)), 10)
		}, perPerson, nil
	}
	return func(s *scene, out []byte) []byte {
		return strconv.AppendInt(out, int64(s.dice.between(lo, hi)), 10)
	}, perRow, nil
}

func (w *world) join(e *Expr) (op, level, error) {
	var runs []op
	lv := always
	for i := range e.Join {
		run, l, err := w.expr(&e.Join[i])
		if err != nil {
			return nil, 0, err
		}
		runs, lv = append(runs, run), max(lv, l)
	}
	return func(s *scene, out []byte) []byte {
		for _, run := range runs {
			out = run(s, out)
		}
		return out
	}, lv, nil
}

func (w *world) cases(e *Expr) (op, level, error) {
	type branch struct {
		when []test
		then op
	}
	var branches []branch
	lv := always
	add := func(conds []Ref, then *Expr) error {
		when, l1, err := w.conditions(conds)
		if err != nil {
			return err
		}
		run, l2, err := w.expr(then)
		branches, lv = append(branches, branch{when, run}), max(lv, l1, l2)
		return err
	}
	for i := range e.Case {
		if err := add(e.Case[i].If, &e.Case[i].Then); err != nil {
			return nil, 0, err
		}
	}
	if e.Else != nil {
		if err := add(nil, e.Else); err != nil {
			return nil, 0, err
		}
	}
	return func(s *scene, out []byte) []byte {
		for i := range branches {
			if all(branches[i].when, s) {
				return branches[i].then(s, out)
			}
		}
		return out
	}, lv, nil
}

// all says whether every condition holds.
func all(tests []test, s *scene) bool {
	for _, t := range tests {
		if !t(s) {
			return false
		}
	}
	return true
}

// conditions compiles "name", "!name", "age>=65", "year<2005", "group:name".
func (w *world) conditions(refs []Ref) ([]test, level, error) {
	var tests []test
	lv := always
	for _, r := range refs {
		t, l, err := w.condition(r)
		if err != nil {
			return nil, 0, err
		}
		tests, lv = append(tests, t), max(lv, l)
	}
	return tests, lv, nil
}

func (w *world) condition(r Ref) (test, level, error) {
	if rest, ok := strings.CutPrefix(r.Name, "!"); ok {
		t, lv, err := w.condition(Ref{rest, r.Line, r.Col + 1})
		return func(s *scene) bool { return !t(s) }, lv, err
	}
	if name, ok := strings.CutPrefix(r.Name, "group:"); ok {
		i, err := w.group(Ref{name, r.Line, r.Col})
		if err == nil {
			err = w.known(r, aProvider)
		}
		return func(s *scene) bool { return s.prov.group == i }, perRow, err
	}
	for _, sign := range []string{">=", "<"} {
		if left, right, ok := strings.Cut(r.Name, sign); ok {
			return w.comparison(r, left, sign, right)
		}
	}
	if b, ok := builtins[r.Name]; ok {
		return b.test, b.level, w.known(r, b.needs)
	}
	if i, ok := w.stateIndex[r.Name]; ok {
		bit := uint64(1) << i
		return func(s *scene) bool { return s.states(s.p)&bit != 0 }, perPerson, w.known(r, aPerson)
	}
	names := make([]string, 0, len(builtins)+len(w.stateIndex))
	for n := range builtins {
		names = append(names, n)
	}
	for n := range w.stateIndex {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, 0, w.unknown(r, "condition", names)
}

func (w *world) comparison(r Ref, left, sign, right string) (test, level, error) {
	v, err := strconv.Atoi(right)
	if err != nil {
		return nil, 0, w.bad(r, "%q is not a whole number", right)
	}
	want := sign == ">="
	switch left {
	case "age":
		return func(s *scene) bool { return (s.p.age(s.year) >= v) == want }, perPerson, w.known(r, aPerson)
	case "year":
		return func(s *scene) bool { return (s.year >= v) == want }, perPerson, nil
	}
	return nil, 0, w.unknown(Ref{left, r.Line, r.Col}, "measure", []string{"age", "year"})
}

// builtins are the conditions that every recipe has.
var builtins = map[string]struct {
	test  test
	level level
	needs subject
}{
	"holder":       {func(s *scene) bool { return s.holder(s.p) == s.p }, perPerson, aPerson},
	"partner":      {func(s *scene) bool { return s.p.role == partner }, perPerson, aPerson},
	"child":        {func(s *scene) bool { return s.p.role == child }, perPerson, aPerson},
	"parent":       {func(s *scene) bool { return s.p.role == parent }, perPerson, aPerson},
	"male":         {func(s *scene) bool { return s.p.male }, perPerson, aPerson},
	"in_stay":      {func(s *scene) bool { return s.claim.admitted != never }, perRow, aClaim},
	"earlier_year": {func(s *scene) bool { return s.claim.earlierYear }, perRow, aClaim},
	"correction":   {func(s *scene) bool { return s.claim.correction }, perRow, aClaim},
	"superseded":   {func(s *scene) bool { return s.delivery.superseded }, perRow, 0},
}
