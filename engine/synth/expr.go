package synth

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Expr is what fills a zone, as the recipe writes it:
//
//	person.id                                a concept, see concepts.go
//	{const: S}                               always the same
//	{of: person.sex, map: {male: 1, …}, else: 0}
//	{of: claim.provider, format: "0{number}{check}{qualification}", else: …}
//	{pick: {A: 90, B: 10}, sticky: true}     by weight; sticky: always the same for a person
//	{range: [1, 260]}                        a whole number
//	{join: [value, value …]}                 one after the other
//	{case: [{if: [state, "!male"], then: value} …], else: value}
//	{holder: value}                          of the person's holder
//
// {…, align: right} puts a text at the right of its field.
type Expr struct {
	Line, Col int
	Const     *string
	Of        string
	Map       map[string]string
	Format    string
	Pick      []Weighted
	Range     *[2]int
	Sticky    bool
	Right     bool // stands at the right of its field
	Join      []Expr
	Case      []Branch
	Holder    *Expr
	Else      *Expr
}

// Branch is a value under conditions, all of which must hold.
type Branch struct {
	If   []Ref
	Then Expr
}

// maxDepth bounds how deep expressions nest.
const maxDepth = 20

// UnmarshalYAML reads the forms above and nothing else.
func (e *Expr) UnmarshalYAML(n *yaml.Node) error { return e.read(n, 0) }

func (e *Expr) read(n *yaml.Node, depth int) error {
	e.Line, e.Col = n.Line, n.Column
	if depth > maxDepth {
		return wrong(n, "values nest too deep")
	}
	switch n.Kind {
	case yaml.ScalarNode:
		e.Of = n.Value
		return nil
	case yaml.MappingNode:
	default:
		return wrong(n, "a value is a concept, or {const: …}, {of: …}, {pick: …}, {range: …}, {join: …}, {case: …} or {holder: …}")
	}
	forms := 0
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if slices.Contains([]string{"const", "of", "pick", "range", "join", "case", "holder"}, key.Value) {
			forms++
		}
		if err := e.readKey(key, value, depth); err != nil {
			return err
		}
	}
	if forms != 1 {
		return wrong(n, "a value has exactly one of const, of, pick, range, join, case, holder")
	}
	return nil
}

func (e *Expr) readKey(key, value *yaml.Node, depth int) error {
	switch key.Value {
	case "const":
		e.Const = &value.Value
		return scalar(value)
	case "of":
		e.Of = value.Value
		return scalar(value)
	case "format":
		e.Format = value.Value
		return scalar(value)
	case "sticky":
		e.Sticky = value.Value == "true"
		return scalar(value)
	case "align":
		e.Right = value.Value == "right"
		return scalar(value)
	case "map":
		return e.readMap(value)
	case "pick":
		return e.readPick(value)
	case "range":
		return e.readRange(value)
	case "join":
		return each(value, func(n *yaml.Node) error {
			e.Join = append(e.Join, Expr{})
			return e.Join[len(e.Join)-1].read(n, depth+1)
		})
	case "case":
		return each(value, func(n *yaml.Node) error { return e.readBranch(n, depth) })
	case "holder":
		e.Holder = &Expr{}
		return e.Holder.read(value, depth+1)
	case "else":
		e.Else = &Expr{}
		return e.Else.read(value, depth+1)
	}
	return wrong(key, "a value has no key %q", key.Value)
}

func (e *Expr) readMap(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return wrong(n, "a map is {name: code, …}")
	}
	e.Map = map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		e.Map[n.Content[i].Value] = n.Content[i+1].Value
	}
	return nil
}

func (e *Expr) readPick(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return each(n, func(c *yaml.Node) error {
			e.Pick = append(e.Pick, Weighted{c.Value, 1})
			return scalar(c)
		})
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return wrong(n, "pick is {code: weight, …} or [code, …]")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		w, err := number(n.Content[i+1])
		if err != nil {
			return err
		}
		e.Pick = append(e.Pick, Weighted{n.Content[i].Value, w})
	}
	return nil
}

func (e *Expr) readRange(n *yaml.Node) error {
	var bounds []int
	err := each(n, func(c *yaml.Node) error {
		v, err := strconv.Atoi(c.Value)
		bounds = append(bounds, v)
		if err != nil || v < 0 {
			return wrong(c, "bounds are whole numbers")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(bounds) != 2 || bounds[0] > bounds[1] {
		return wrong(n, "a range is [from, to]")
	}
	e.Range = &[2]int{bounds[0], bounds[1]}
	return nil
}

func (e *Expr) readBranch(n *yaml.Node, depth int) error {
	if n.Kind != yaml.MappingNode {
		return wrong(n, "a case is {if: [condition, …], then: value}")
	}
	b, then := Branch{}, false
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		var err error
		switch key.Value {
		case "if":
			err = each(value, func(c *yaml.Node) error {
				b.If = append(b.If, Ref{c.Value, c.Line, c.Column})
				return scalar(c)
			})
		case "then":
			then = true
			err = b.Then.read(value, depth+1)
		default:
			err = wrong(key, "a case has no key %q", key.Value)
		}
		if err != nil {
			return err
		}
	}
	if !then {
		return wrong(n, "a case lacks then")
	}
	e.Case = append(e.Case, b)
	return nil
}

// each reads a list.
func each(n *yaml.Node, read func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return wrong(n, "a list is wanted here")
	}
	for _, c := range n.Content {
		if err := read(c); err != nil {
			return err
		}
	}
	return nil
}

func scalar(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return wrong(n, "one value is wanted here")
	}
	return nil
}

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

func (w *world) form(e *Expr) (op, level, error) {
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

// pick draws a code by weight.
func (w *world) pick(e *Expr) (op, level, error) {
	weights := make([]float64, len(e.Pick))
	for i, c := range e.Pick {
		weights[i] = c.Weight
	}
	wheel, codes := newWheel(weights), e.Pick
	if e.Sticky {
		salt := w.salt()
		return func(s *scene, out []byte) []byte {
			return append(out, codes[wheel.at(unit(mix(s.key(), salt)))].Code...)
		}, perPerson, nil
	}
	return func(s *scene, out []byte) []byte {
		return append(out, codes[wheel.at(s.dice.float())].Code...)
	}, perRow, nil
}

// drawn draws a whole number.
func (w *world) drawn(e *Expr) (op, level, error) {
	lo, hi := e.Range[0], e.Range[1]
	if e.Sticky {
		salt := w.salt()
		return func(s *scene, out []byte) []byte {
			return strconv.AppendInt(out, int64(lo)+int64(unit(mix(s.key(), salt))*float64(hi-lo+1)), 10)
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
