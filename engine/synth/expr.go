package synth

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Expr is what fills a zone, as the recipe writes it:
//
//	person.id                                a concept, see concepts.go
//	{const: S}                               always the same
//	{of: person.sex, map: {male: 1, …}, else: 0}
//	{of: claim.provider, format: "0{number}{check}{qualification}", else: …}
//	{pick: {A: 90, B: 10}, sticky: true}     by weight; sticky: always the same for a person,
//	                                         or with "household" for a household
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
	Sticky    bool // the same for a person at any time
	Shared    bool // the same for a household at any time
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
		e.Sticky, e.Shared = value.Value == "true", value.Value == "household"
		if !e.Sticky && !e.Shared {
			return wrong(value, "sticky is true or household")
		}
		return nil
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
