package catalog

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/catalog/copybook"
	"epsql/sql/diag"
	"epsql/sql/strict"
)

//go:embed be
var embedded embed.FS

// Embedded is the catalogue that comes with the program.
func Embedded() (*Catalog, error) {
	sub, err := fs.Sub(embedded, "be")
	if err != nil {
		return nil, err
	}
	return Load(sub)
}

// Load reads a catalogue folder:
//
//	catalog.yaml        name, version, units, populations, channels
//	zones/<table>.yaml  one table: its zones, owner, delivery rule
//	layouts/<id>.yaml   one layout
//	copybooks/<name>    a COBOL record description that a layout names
//	lists/<file>.yaml   one version of a code list, its rows in <file>.csv beside it
//	synth/              not read here, see [Catalog.Files]
//
// Any doubt is a [*diag.Error] with file, line and column: a catalogue is whole
// and consistent, or refused.
func Load(fsys fs.FS) (*Catalog, error) {
	// Looked for first: a wrong folder may be large.
	if _, err := fs.Stat(fsys, mainFile); err != nil {
		return nil, fault("no-catalogue", "there is no %s in the catalogue folder", mainFile).
			WithHint("give the folder that holds it").Wrap(err)
	}
	files, err := readAll(fsys)
	if err != nil {
		return nil, err
	}
	l := &loader{files: files, cat: &Catalog{Hash: hashFiles(files), files: fsys}, at: map[any]diag.Pos{}, books: map[string]*copybook.Book{}}
	if err := l.read(); err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	return l.cat, nil
}

// loader is the state of one Load.
type loader struct {
	files map[string][]byte
	cat   *Catalog
	at    map[any]diag.Pos
	books map[string]*copybook.Book // by name
}

// mainFile names the catalogue itself.
const mainFile = "catalog.yaml"

// readAll reads every file of the folder.
func readAll(fsys fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fault("unreadable", "the catalogue folder cannot be read").At(diag.Pos{File: name}).Wrap(err)
		}
		if d.IsDir() && name == Recipes {
			return fs.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fault("unreadable", "the file cannot be read").At(diag.Pos{File: name}).Wrap(err)
		}
		files[name] = data
		return nil
	})
	return files, err
}

// hashFiles is the hash of all names and bytes, in name order.
func hashFiles(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// read reads the files one by one, in name order.
func (l *loader) read() error {
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		if err := l.readFile(name); err != nil {
			return err
		}
	}
	return nil
}

// readFile reads one file by its place in the folder.
func (l *loader) readFile(name string) error {
	var read func(*reader, *yaml.Node)
	ext := path.Ext(name)
	switch dir := path.Dir(name); {
	case name == mainFile:
		read = l.readMain
	case name == "README.md":
		return nil
	case dir == "zones" && ext == ".yaml":
		read = l.readTable
	case dir == "layouts" && ext == ".yaml":
		read = l.readLayout
	case dir == "lists" && ext == ".yaml":
		read = l.readList
	case dir == "lists" && ext == ".csv":
		return l.listHeader(name)
	case dir == copybooks:
		return l.readCopybook(name)
	default:
		return fault("unknown-file", "the file has no place in a catalogue").At(diag.Pos{File: name}).
			WithHint("a catalogue holds %s, zones/*.yaml, layouts/*.yaml, %s/*, lists/*.yaml and lists/*.csv", mainFile, copybooks)
	}
	r := &reader{&strict.Reader{File: name, At: l.at}}
	if root := r.Document(l.files[name]); root != nil {
		read(r, root)
	}
	if r.Err != nil {
		return r.Err
	}
	return nil
}

// listHeader sees to it that rows have their description beside them.
func (l *loader) listHeader(name string) error {
	header := strings.TrimSuffix(name, ".csv") + ".yaml"
	if _, ok := l.files[header]; !ok {
		return fault("no-header", "the rows have no description").At(diag.Pos{File: name}).
			WithHint("write %s with name, version, validity, source, owner and columns", header)
	}
	return nil
}

func (l *loader) readMain(r *reader, n *yaml.Node) {
	c := l.cat
	r.Object(n, "the catalogue", strict.Fields{
		"name":        r.Text(&c.Name),
		"version":     r.Text(&c.Version),
		"title":       r.label(&c.Title),
		"units":       strict.Pointers(r.Reader, &c.Units, r.unit),
		"populations": strict.Pointers(r.Reader, &c.Populations, r.population),
		"channels":    strict.Pointers(r.Reader, &c.Channels, r.channel),
		"codings":     strict.Pointers(r.Reader, &c.Codings, r.coding),
	}, "name", "version", "title", "units", "populations", "channels")
}

// label reads {fr: …, en: …, nl: …}.
func (r *reader) label(into *Text) strict.Field {
	return func(n *yaml.Node) { r.Object(n, "a label", labelled(r, into, strict.Fields{})) }
}

// labelled adds the three languages to the keys of an object.
func labelled(r *reader, into *Text, known strict.Fields) strict.Fields {
	known["fr"], known["en"], known["nl"] = r.Text(&into.Fr), r.Text(&into.En), r.Text(&into.Nl)
	return known
}

func (r *reader) unit(u *Unit, n *yaml.Node) {
	r.Object(n, "a unit", labelled(r, &u.Label, strict.Fields{
		"id":        r.Text(&u.ID),
		"numbering": r.Text(&u.Numbering),
		"legible":   r.kept(&u.Kept),
		"natural": func(n *yaml.Node) {
			u.Natural = &NaturalRule{}
			r.Mark(u.Natural, n)
			r.Object(n, "the rule for natural persons", strict.Fields{
				"start":  r.Integer(&u.Natural.Start),
				"length": r.Integer(&u.Natural.Length),
				"codes":  r.Texts(&u.Natural.Codes),
				"source": r.source(&u.Natural.Source),
			}, "start", "length", "codes")
		},
	}), "id", "en")
}

func (r *reader) population(p *Population, n *yaml.Node) {
	r.Object(n, "a population", labelled(r, &p.Label, strict.Fields{
		"id":       r.Text(&p.ID),
		"channels": r.Texts(&p.Channels),
		"library":  r.Text(&p.Library),
		"flags": strict.Sequence(r.Reader, &p.Flags, func(f *Flag, n *yaml.Node) {
			r.Object(n, "a flag", strict.Fields{
				"name": r.Text(&f.Name), "table": r.Text(&f.Table), "macro": r.Text(&f.Macro), "column": r.Text(&f.Column), "source": r.source(&f.Source),
			}, "name", "table", "macro", "column")
		}),
		"weights": strict.Sequence(r.Reader, &p.Weights, func(w *Weight, n *yaml.Node) {
			r.Object(n, "a weight", strict.Fields{
				"name": r.Text(&w.Name), "table": r.Text(&w.Table), "values": r.Texts(&w.Values), "source": r.source(&w.Source),
			}, "name", "table")
		}),
	}), "id", "en", "channels")
}

func (r *reader) channel(c *Channel, n *yaml.Node) {
	c.Zero, c.History, c.Collision = "mask", "exports", "mask"
	r.Object(n, "a channel", labelled(r, &c.Label, strict.Fields{
		"id":        r.Text(&c.ID),
		"threshold": r.Integer(&c.Threshold),
		"strict":    r.Text(&c.Strict),
		"mask":      r.Text(&c.Mask),
		"zero":      strict.Enum(r.Reader, &c.Zero, "zero rule", "mask", "publish"),
		"zero_why":  r.Text(&c.ZeroWhy),
		"protect":   r.Texts(&c.Protect),
		"tables":    r.Boolean(&c.Tables),
		"rows":      r.Boolean(&c.Rows),
		"secondary": r.Boolean(&c.Secondary),
		"width":     r.Integer(&c.Width),
		"round":     r.Integer(&c.Round),
		"others":    r.Text(&c.Others),
		"dominance": func(n *yaml.Node) {
			c.Dominance = &Dominance{}
			r.Object(n, "the dominance rule", strict.Fields{
				"n": r.Integer(&c.Dominance.N), "k": r.Percent(&c.Dominance.K), "p": r.Percent(&c.Dominance.P),
			})
		},
		"history":   strict.Enum(r.Reader, &c.History, "history rule", "exports", "answers"),
		"collision": strict.Enum(r.Reader, &c.Collision, "collision rule", "mask", "refuse"),
		"requests":  strict.Pointers(r.Reader, &c.Requests, r.request),
		"retention": r.retention(&c.Retention),
		"source":    r.source(&c.Source),
	}), "id", "en", "tables", "rows")
}

// source reads where something is told.
func (r *reader) source(into *Source) strict.Field {
	return func(n *yaml.Node) {
		r.Object(n, "a source", strict.Fields{
			"doc": r.Text(&into.Doc), "annex": r.Text(&into.Annex), "page": r.Text(&into.Page),
			"ours": r.Boolean(&into.Ours), "note": r.Text(&into.Note),
		})
	}
}

func (l *loader) readLayout(r *reader, n *yaml.Node) {
	y := &Layout{}
	l.cat.Layouts = append(l.cat.Layouts, y)
	r.Mark(y, n)
	r.Object(n, "a layout", strict.Fields{
		"id":            r.Text(&y.ID),
		"version":       r.Text(&y.Version),
		"format":        strict.Enum(r.Reader, &y.Format, "format", "fixed", "delimited", "parquet", "cobol"),
		"tables":        r.Texts(&y.Tables),
		"record_length": r.Integer(&y.RecordLength),
		"fields":        strict.Sequence(r.Reader, &y.Fields, r.layoutField),
		"records":       r.records(&y.Records),
		"source":        r.source(&y.Source),
	}, "id", "version", "format", "tables")
}

func (r *reader) layoutField(f *Field, n *yaml.Node) {
	r.Object(n, "a field", strict.Fields{
		"zone":   r.Text(&f.Zone),
		"name":   r.Text(&f.Name),
		"start":  r.Integer(&f.Start),
		"length": r.Integer(&f.Length),
		"ours":   r.Boolean(&f.Ours),
	}, "zone")
}
