package catalog

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
)

// reader reads one YAML file strictly: unknown keys, keys given twice, empty
// values and aliases are errors with their place. The first error stays in err;
// what is read after it does not matter.
type reader struct {
	file string
	err  *diag.Error
	// at tells later checks where a value stood: its address -> its place.
	at map[any]diag.Pos
}

// field is how the value of one key is read; fields are the keys of an object.
type (
	field  = func(*yaml.Node)
	fields map[string]field
)

// document parses data into its root node; nil after an error.
func (r *reader) document(data []byte) *yaml.Node {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil || len(root.Content) != 1 {
		r.err = r.broken(err)
		return nil
	}
	return root.Content[0]
}

const oneDocument = "a file holds one YAML document: keys with values"

// broken keeps the place of a syntax error.
func (r *reader) broken(err error) *diag.Error {
	e := fault("yaml", "the file is not one YAML document").Wrap(err).At(diag.Pos{File: r.file, Line: 1, Col: 1})
	bad, ok := errors.AsType[*yaml.LoadError](err)
	if !ok || bad.Mark.Line == 0 {
		return e.WithHint(oneDocument)
	}
	e.Pos.Line, e.Pos.Col = bad.Mark.Line, bad.Mark.Column
	return e.WithHint("%s", bad.Message)
}

// fail keeps the first error, at node n.
func (r *reader) fail(n *yaml.Node, e *diag.Error) {
	if r.err == nil {
		r.err = e.At(r.pos(n))
	}
}

func (r *reader) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: r.file, Line: n.Line, Col: n.Column}
}

// mark remembers where the value at address v stood.
func (r *reader) mark(v any, n *yaml.Node) { r.at[v] = r.pos(n) }

// object reads a mapping whose keys are those of known; what names it in messages.
func (r *reader) object(n *yaml.Node, what string, known fields, required ...string) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, fault("yaml", "%s must be keys with values", what).WithHint("write key: value lines"))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content) && r.err == nil; i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !ok:
			names := slices.Sorted(maps.Keys(known))
			r.fail(key, fault("unknown-key", "%s has no key %q", what, key.Value).
				WithHint("%s", diag.DidYouMean(key.Value, names, "its keys are "+strings.Join(names, ", "))))
		case seen[key.Value]:
			r.fail(key, fault("duplicate-key", "%s has the key %q twice", what, key.Value).WithHint("keep one of them"))
		default:
			seen[key.Value] = true
			read(value)
		}
	}
	for _, name := range required {
		if !seen[name] {
			r.fail(n, fault("missing-key", "%s lacks the key %q", what, name).WithHint("add %s: …", name))
		}
	}
}

// scalar gives the text of a plain value, exactly as written (076 stays 076).
func (r *reader) scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.fail(n, fault("yaml", "one value is expected here, not a list, keys or an alias").WithHint("write a single value"))
		return "", false
	}
	if n.Tag == "!!null" {
		r.fail(n, fault("yaml", "the value is missing").WithHint("give a value or leave the key out"))
		return "", false
	}
	return n.Value, true
}

// text reads a text.
func (r *reader) text(into *string) field {
	return func(n *yaml.Node) {
		r.mark(into, n)
		*into, _ = r.scalar(n)
	}
}

// largest bounds every number of a catalogue: no record is longer.
const largest = 1_000_000

// integer reads a whole number.
func (r *reader) integer(into *int) field {
	return func(n *yaml.Node) {
		r.mark(into, n)
		s, ok := r.scalar(n)
		if !ok {
			return
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 || v > largest {
			r.fail(n, fault("yaml", "%q is not a whole number up to %d", s, largest).WithHint("write digits only"))
		}
		*into = v
	}
}

// number reads a decimal number.
func (r *reader) number(into *float64) field {
	return func(n *yaml.Node) {
		s, ok := r.scalar(n)
		if !ok {
			return
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || v < 0 || v > 100 {
			r.fail(n, fault("yaml", "%q is not a percentage", s).WithHint("write a number from 0 to 100"))
		}
		*into = v
	}
}

// boolean reads true or false, and no other spelling.
func (r *reader) boolean(into *bool) field {
	return func(n *yaml.Node) {
		r.mark(into, n)
		s, ok := r.scalar(n)
		if ok && s != "true" && s != "false" {
			r.fail(n, fault("yaml", "%q is neither true nor false", s).WithHint("write true or false"))
		}
		*into = s == "true"
	}
}

// enum reads one of a few words.
func enum[T ~string](r *reader, into *T, what string, allowed ...T) field {
	return func(n *yaml.Node) {
		r.mark(into, n)
		s, ok := r.scalar(n)
		if ok && !slices.Contains(allowed, T(s)) {
			names := make([]string, len(allowed))
			for i, a := range allowed {
				names[i] = string(a)
			}
			r.fail(n, fault("unknown-"+what, "%q is not a %s", s, what).
				WithHint("%s", diag.DidYouMean(s, names, "one of "+strings.Join(names, ", "))))
		}
		*into = T(s)
	}
}

// sequence reads a list; read fills one element in place, so that its address
// is the one that later checks ask for.
func sequence[T any](r *reader, into *[]T, read func(*T, *yaml.Node)) field {
	return func(n *yaml.Node) {
		r.mark(into, n)
		if n.Kind != yaml.SequenceNode {
			r.fail(n, fault("yaml", "a list is expected here").WithHint("write - before each element, or [a, b]"))
			return
		}
		*into = make([]T, len(n.Content))
		for i, item := range n.Content {
			r.mark(&(*into)[i], item)
			read(&(*into)[i], item)
		}
	}
}

// pointers is sequence for lists of pointers.
func pointers[T any](r *reader, into *[]*T, read func(*T, *yaml.Node)) field {
	return sequence(r, into, func(p **T, n *yaml.Node) {
		*p = new(T)
		read(*p, n)
	})
}

// texts reads a list of texts.
func (r *reader) texts(into *[]string) field {
	return sequence(r, into, func(s *string, n *yaml.Node) { r.text(s)(n) })
}

// fault is a catalogue error.
func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
