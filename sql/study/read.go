package study

import (
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
	"epsql/sql/strict"
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
	r := &reader{&strict.Reader{File: File}}
	root := r.Document(text)
	p := &Plan{}
	if root != nil {
		r.plan(root, p)
	}
	if r.Err == nil {
		r.check(p)
	}
	if r.Err != nil {
		return nil, r.Err
	}
	return p, nil
}

// reader reads the plan's main file.
type reader struct{ *strict.Reader }

func (r *reader) plan(n *yaml.Node, p *Plan) {
	r.Object(n, "a study", strict.Fields{
		"study":      r.name(&p.Name),
		"title":      r.title(&p.Title),
		"population": r.Text(&p.Population),
		"channel":    r.Text(&p.Channel),
		"dossier": func(n *yaml.Node) {
			r.Object(n, "the dossier", strict.Fields{
				"reference": r.Text(&p.Dossier.Reference), "applicant": r.Text(&p.Dossier.Applicant), "date": r.Text(&p.Dossier.Date),
			}, "reference", "applicant")
		},
		"parameters": r.values(&p.Parameters, "the parameters"),
		"macros":     r.pins(&p.Macros),
		"lists":      r.pins(&p.Lists),
		"steps": strict.Sequence(r.Reader, &p.Steps, func(s *Step, n *yaml.Node) {
			s.Pos = r.Pos(n)
			r.Object(n, "a step", strict.Fields{
				"name": r.name(&s.Name), "macro": r.Text(&s.Macro), "sql": r.file(&s.SQL), "with": r.values(&s.With, "the arguments"),
			}, "name")
		}),
		"outputs": strict.Sequence(r.Reader, &p.Outputs, func(o *Output, n *yaml.Node) {
			o.Pos, o.Formats = r.Pos(n), []string{"csv"}
			r.Object(n, "an output", strict.Fields{
				"name": r.name(&o.Name), "title": r.title(&o.Title), "sql": r.file(&o.SQL), "formats": r.Texts(&o.Formats),
				"plot": func(n *yaml.Node) {
					o.Plot = &Plot{}
					r.Object(n, "a plot", strict.Fields{
						"kind": r.Text(&o.Plot.Kind), "label": r.Text(&o.Plot.Label), "value": r.Text(&o.Plot.Value), "by": r.Text(&o.Plot.By),
					}, "kind", "label", "value")
				},
			}, "name", "title", "sql")
		}),
		"extracts": strict.Sequence(r.Reader, &p.Extracts, r.extract),
	}, "study", "title", "population", "channel", "dossier", "outputs")
}

// title reads the languages of a title.
func (r *reader) title(into *Text) strict.Field {
	return func(n *yaml.Node) {
		r.Object(n, "a title", strict.Fields{"fr": r.Text(&into.Fr), "nl": r.Text(&into.Nl), "en": r.Text(&into.En)}, "fr", "en")
	}
}

// values reads names with values; a value that starts with a dollar names a
// parameter of the plan.
func (r *reader) values(into *[]Value, what string) strict.Field {
	return func(n *yaml.Node) {
		known := strict.Fields{}
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				if !word.MatchString(key.Value) {
					r.Fail(key, fault("study-name", "not a name").WithHint(wordForm))
				}
				known[key.Value] = func(n *yaml.Node) {
					v := Value{Name: key.Value, Pos: r.Pos(n)}
					v.Text, _ = r.Scalar(n)
					v.Parameter, _ = strings.CutPrefix(v.Text, "$")
					if v.Parameter == v.Text {
						v.Parameter = ""
					}
					*into = append(*into, v)
				}
			}
		}
		r.Object(n, what, known)
	}
}

// pins reads a list of pinned names.
func (r *reader) pins(into *[]Pin) strict.Field {
	return strict.Sequence(r.Reader, into, func(p *Pin, n *yaml.Node) {
		p.Pos = r.Pos(n)
		r.Text(&p.Name)(n)
	})
}

var (
	word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	file = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\.sql$`)
)

const wordForm = "write small letters, digits and underscores, a letter first"

// name reads a name that can stand in SQL and as a file.
func (r *reader) name(into *string) strict.Field {
	return func(n *yaml.Node) {
		if *into, _ = r.Scalar(n); r.Err == nil && !word.MatchString(*into) {
			r.Fail(n, fault("study-name", "not a name").WithHint(wordForm))
		}
	}
}

// file reads the name of a SQL file of the plan's folder.
func (r *reader) file(into *string) strict.Field {
	return func(n *yaml.Node) {
		if *into, _ = r.Scalar(n); r.Err == nil && !file.MatchString(*into) {
			r.Fail(n, fault("study-sql", "not the name of a SQL file").WithHint("name a .sql file in the plan's own folder"))
		}
	}
}

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
