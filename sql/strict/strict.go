// Package strict reads YAML that people write (catalogues, plans) and forgives
// nothing: unknown keys, keys given twice, empty values, aliases and values of
// another kind are errors with their place. Values stay as written: 076 is 076.
package strict

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
)

// Reader reads one file. The first error stays in Err; what is read after it
// does not matter.
type Reader struct {
	File string // its name, for places
	Err  *diag.Error
	// At, when it is there, tells later checks where a value stood: its address
	// -> its place.
	At map[any]diag.Pos
}

type (
	// Field is how the value of one key is read.
	Field = func(*yaml.Node)
	// Fields are the keys of an object.
	Fields map[string]Field
)

// Document parses data into its root node; nil after an error.
func (r *Reader) Document(data []byte) *yaml.Node {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil || len(root.Content) != 1 {
		r.Err = r.broken(err)
		return nil
	}
	return root.Content[0]
}

const oneDocument = "a file holds one YAML document: keys with values"

// broken keeps the place of a syntax error.
func (r *Reader) broken(err error) *diag.Error {
	e := fault("yaml", "the file is not one YAML document").Wrap(err).At(diag.Pos{File: r.File, Line: 1, Col: 1})
	bad, ok := errors.AsType[*yaml.LoadError](err)
	if !ok || bad.Mark.Line == 0 {
		return e.WithHint(oneDocument)
	}
	e.Pos.Line, e.Pos.Col = bad.Mark.Line, bad.Mark.Column
	return e.WithHint("%s", bad.Message)
}

// Fail keeps the first error, at node n.
func (r *Reader) Fail(n *yaml.Node, e *diag.Error) { r.FailAt(r.Pos(n), e) }

// FailAt keeps the first error, at a place.
func (r *Reader) FailAt(at diag.Pos, e *diag.Error) {
	if r.Err == nil {
		r.Err = e.At(at)
	}
}

// Pos is the place of node n.
func (r *Reader) Pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: r.File, Line: n.Line, Col: n.Column}
}

// Mark remembers where the value at address v stood.
func (r *Reader) Mark(v any, n *yaml.Node) {
	if r.At != nil {
		r.At[v] = r.Pos(n)
	}
}

// Object reads a mapping whose keys are those of known; what names it in messages.
func (r *Reader) Object(n *yaml.Node, what string, known Fields, required ...string) {
	if n.Kind != yaml.MappingNode {
		r.Fail(n, fault("yaml", "%s must be keys with values", what).WithHint("write key: value lines"))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content) && r.Err == nil; i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !ok:
			names := slices.Sorted(maps.Keys(known))
			r.Fail(key, fault("unknown-key", "%s has no key %q", what, key.Value).
				WithHint("%s", diag.DidYouMean(key.Value, names, "its keys are "+strings.Join(names, ", "))))
		case seen[key.Value]:
			r.Fail(key, fault("duplicate-key", "%s has the key %q twice", what, key.Value).WithHint("keep one of them"))
		default:
			seen[key.Value] = true
			read(value)
		}
	}
	for _, name := range required {
		if !seen[name] {
			r.Fail(n, fault("missing-key", "%s lacks the key %q", what, name).WithHint("add %s: …", name))
		}
	}
}

// Scalar gives the text of a plain value, exactly as written (076 stays 076).
func (r *Reader) Scalar(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.Fail(n, fault("yaml", "one value is expected here, not a list, keys or an alias").WithHint("write a single value"))
		return "", false
	}
	if n.Tag == "!!null" {
		r.Fail(n, fault("yaml", "the value is missing").WithHint("give a value or leave the key out"))
		return "", false
	}
	return n.Value, true
}

// Text reads a text.
func (r *Reader) Text(into *string) Field {
	return func(n *yaml.Node) {
		r.Mark(into, n)
		*into, _ = r.Scalar(n)
	}
}

// largest bounds every whole number: no record of a file is longer.
const largest = 1_000_000

// Integer reads a whole number.
func (r *Reader) Integer(into *int) Field {
	return func(n *yaml.Node) {
		r.Mark(into, n)
		s, ok := r.Scalar(n)
		if !ok {
			return
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 || v > largest {
			r.Fail(n, fault("yaml", "%q is not a whole number up to %d", s, largest).WithHint("write digits only"))
		}
		*into = v
	}
}

// Percent reads a number from 0 to 100.
func (r *Reader) Percent(into *float64) Field {
	return func(n *yaml.Node) {
		s, ok := r.Scalar(n)
		if !ok {
			return
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || v < 0 || v > 100 {
			r.Fail(n, fault("yaml", "%q is not a percentage", s).WithHint("write a number from 0 to 100"))
		}
		*into = v
	}
}

// Boolean reads true or false, and no other spelling.
func (r *Reader) Boolean(into *bool) Field {
	return func(n *yaml.Node) {
		r.Mark(into, n)
		s, ok := r.Scalar(n)
		if ok && s != "true" && s != "false" {
			r.Fail(n, fault("yaml", "%q is neither true nor false", s).WithHint("write true or false"))
		}
		*into = s == "true"
	}
}

// Enum reads one of a few words.
func Enum[T ~string](r *Reader, into *T, what string, allowed ...T) Field {
	return func(n *yaml.Node) {
		r.Mark(into, n)
		s, ok := r.Scalar(n)
		if ok && !slices.Contains(allowed, T(s)) {
			names := make([]string, len(allowed))
			for i, a := range allowed {
				names[i] = string(a)
			}
			r.Fail(n, fault("unknown-"+what, "%q is not a %s", s, what).
				WithHint("%s", diag.DidYouMean(s, names, "one of "+strings.Join(names, ", "))))
		}
		*into = T(s)
	}
}

// Sequence reads a list; read fills one element in place, so that its address
// is the one that later checks ask for.
func Sequence[T any](r *Reader, into *[]T, read func(*T, *yaml.Node)) Field {
	return func(n *yaml.Node) {
		r.Mark(into, n)
		if n.Kind != yaml.SequenceNode {
			r.Fail(n, fault("yaml", "a list is expected here").WithHint("write - before each element, or [a, b]"))
			return
		}
		*into = make([]T, len(n.Content))
		for i, item := range n.Content {
			r.Mark(&(*into)[i], item)
			read(&(*into)[i], item)
		}
	}
}

// Pointers is Sequence for lists of pointers.
func Pointers[T any](r *Reader, into *[]*T, read func(*T, *yaml.Node)) Field {
	return Sequence(r, into, func(p **T, n *yaml.Node) {
		*p = new(T)
		read(*p, n)
	})
}

// Texts reads a list of texts.
func (r *Reader) Texts(into *[]string) Field {
	return Sequence(r, into, func(s *string, n *yaml.Node) { r.Text(s)(n) })
}

// fault is an error of a file.
func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
