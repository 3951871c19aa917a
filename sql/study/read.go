package study

import (
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
)

// File is the name of a plan's main file.
const File = "study.yaml"

// Read reads the plan in a folder strictly: an unknown key, a key given twice,
// an empty value or a name that nothing bears is an error with its place.
func Read(folder fs.FS) (*Plan, error) {
	text, err := fs.ReadFile(folder, File)
	if err != nil {
		return nil, fault("study-file", "there is no %s", File).At(diag.Pos{File: File}).
			WithHint("name the folder of a study plan").Wrap(err)
	}
	p, err := Parse(text)
	if err != nil {
		return nil, err
	}
	p.Files = map[string]string{File: string(text)}
	for _, f := range p.sqlFiles() {
		sql, err := fs.ReadFile(folder, f.name)
		if err != nil {
			return nil, fault("study-sql", "the file %s cannot be read", f.name).At(f.pos).
				WithHint("write it beside %s", File).Wrap(err)
		}
		p.Files[f.name] = string(sql)
	}
	return p, nil
}

type sqlFile struct {
	name string
	pos  diag.Pos
}

// sqlFiles are the SQL files that the plan names.
func (p *Plan) sqlFiles() []sqlFile {
	var out []sqlFile
	for _, s := range p.Steps {
		if s.SQL != "" {
			out = append(out, sqlFile{s.SQL, s.Pos})
		}
	}
	for _, o := range p.Outputs {
		out = append(out, sqlFile{o.SQL, o.Pos})
	}
	return out
}

// Parse reads the text of a study.yaml.
func Parse(text []byte) (*Plan, error) {
	r := &reader{}
	root := r.document(text)
	p := &Plan{}
	if root != nil {
		r.plan(root, p)
	}
	if r.err == nil {
		r.check(p)
	}
	if r.err != nil {
		return nil, r.err
	}
	return p, nil
}

// reader keeps the first error; what is read after it does not matter.
type reader struct{ err *diag.Error }

type (
	field  = func(*yaml.Node)
	fields map[string]field
)

func (r *reader) plan(n *yaml.Node, p *Plan) {
	r.object(n, "a study", fields{
		"study":      r.name(&p.Name),
		"title":      r.title(&p.Title),
		"population": r.text(&p.Population),
		"channel":    r.text(&p.Channel),
		"dossier": func(n *yaml.Node) {
			r.object(n, "the dossier", fields{
				"reference": r.text(&p.Dossier.Reference), "applicant": r.text(&p.Dossier.Applicant), "date": r.text(&p.Dossier.Date),
			}, "reference", "applicant")
		},
		"parameters": r.values(&p.Parameters, "the parameters"),
		"macros":     r.pins(&p.Macros),
		"lists":      r.pins(&p.Lists),
		"steps": r.sequence(func(n *yaml.Node) {
			s := Step{Pos: pos(n)}
			r.object(n, "a step", fields{
				"name": r.name(&s.Name), "macro": r.text(&s.Macro), "sql": r.file(&s.SQL), "with": r.values(&s.With, "the arguments"),
			}, "name")
			p.Steps = append(p.Steps, s)
		}),
		"outputs": r.sequence(func(n *yaml.Node) {
			o := Output{Pos: pos(n), Formats: []string{"csv"}}
			r.object(n, "an output", fields{
				"name": r.name(&o.Name), "title": r.title(&o.Title), "sql": r.file(&o.SQL), "formats": r.texts(&o.Formats),
				"plot": func(n *yaml.Node) {
					o.Plot = &Plot{}
					r.object(n, "a plot", fields{
						"kind": r.text(&o.Plot.Kind), "label": r.text(&o.Plot.Label), "value": r.text(&o.Plot.Value), "by": r.text(&o.Plot.By),
					}, "kind", "label", "value")
				},
			}, "name", "title", "sql")
			p.Outputs = append(p.Outputs, o)
		}),
	}, "study", "title", "population", "channel", "dossier", "outputs")
}

// title reads the languages of a title.
func (r *reader) title(into *Text) field {
	return func(n *yaml.Node) {
		r.object(n, "a title", fields{"fr": r.text(&into.Fr), "nl": r.text(&into.Nl), "en": r.text(&into.En)}, "fr", "en")
	}
}

// values reads names with values; a value that starts with a dollar names a
// parameter of the plan.
func (r *reader) values(into *[]Value, what string) field {
	return func(n *yaml.Node) {
		known := fields{}
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				if !word.MatchString(key.Value) {
					r.fail(key, fault("study-name", "not a name").WithHint(wordForm))
				}
				known[key.Value] = func(n *yaml.Node) {
					v := Value{Name: key.Value, Pos: pos(n)}
					v.Text = r.scalar(n)
					v.Parameter, _ = strings.CutPrefix(v.Text, "$")
					if v.Parameter == v.Text {
						v.Parameter = ""
					}
					*into = append(*into, v)
				}
			}
		}
		r.object(n, what, known)
	}
}

// pins reads a list of pinned names.
func (r *reader) pins(into *[]Pin) field {
	return r.sequence(func(n *yaml.Node) {
		*into = append(*into, Pin{Name: r.scalar(n), Pos: pos(n)})
	})
}

var (
	word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	file = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\.sql$`)
)

const wordForm = "write small letters, digits and underscores, a letter first"

// name reads a name that can stand in SQL and as a file.
func (r *reader) name(into *string) field {
	return func(n *yaml.Node) {
		if *into = r.scalar(n); r.err == nil && !word.MatchString(*into) {
			r.fail(n, fault("study-name", "not a name").WithHint(wordForm))
		}
	}
}

// file reads the name of a SQL file of the plan's folder.
func (r *reader) file(into *string) field {
	return func(n *yaml.Node) {
		if *into = r.scalar(n); r.err == nil && !file.MatchString(*into) {
			r.fail(n, fault("study-sql", "not the name of a SQL file").WithHint("name a .sql file in the plan's own folder"))
		}
	}
}

// text reads a text.
func (r *reader) text(into *string) field {
	return func(n *yaml.Node) { *into = r.scalar(n) }
}

// texts reads a list of texts.
func (r *reader) texts(into *[]string) field {
	return func(n *yaml.Node) {
		*into = nil
		r.sequence(func(n *yaml.Node) { *into = append(*into, r.scalar(n)) })(n)
	}
}

// document parses the text into its root node; nil after an error.
func (r *reader) document(text []byte) *yaml.Node {
	var root yaml.Node
	err := yaml.Load(text, &root)
	if err == nil && len(root.Content) == 1 {
		return root.Content[0]
	}
	at := diag.Pos{File: File, Line: 1, Col: 1}
	hint := "a plan is one YAML document: keys with values"
	if bad, ok := errors.AsType[*yaml.LoadError](err); ok && bad.Mark.Line > 0 {
		at.Line, at.Col, hint = bad.Mark.Line, bad.Mark.Column, bad.Message
	}
	r.err = fault("yaml", "the file is not one YAML document").At(at).WithHint("%s", hint).Wrap(err)
	return nil
}

// object reads keys with values, all of them known.
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

// sequence reads a list.
func (r *reader) sequence(read field) field {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			r.fail(n, fault("yaml", "a list is expected here").WithHint("write - before each element, or [a, b]"))
			return
		}
		for _, item := range n.Content {
			read(item)
		}
	}
}

// scalar gives the text of a plain value, exactly as written.
func (r *reader) scalar(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.fail(n, fault("yaml", "one value is expected here, not a list, keys or an alias").WithHint("write a single value"))
	case n.Tag == "!!null":
		r.fail(n, fault("yaml", "the value is missing").WithHint("give a value or leave the key out"))
	}
	return n.Value
}

// fail keeps the first error, at node n.
func (r *reader) fail(n *yaml.Node, e *diag.Error) { r.failAt(pos(n), e) }

func (r *reader) failAt(at diag.Pos, e *diag.Error) {
	if r.err == nil {
		r.err = e.At(at)
	}
}

func pos(n *yaml.Node) diag.Pos { return diag.Pos{File: File, Line: n.Line, Col: n.Column} }

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
