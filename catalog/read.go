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
	r := &reader{file: name, at: l.at}
	if root := r.document(l.files[name]); root != nil {
		read(r, root)
	}
	if r.err != nil {
		return r.err
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
	r.object(n, "the catalogue", fields{
		"name":        r.text(&c.Name),
		"version":     r.text(&c.Version),
		"title":       r.label(&c.Title),
		"units":       pointers(r, &c.Units, r.unit),
		"populations": pointers(r, &c.Populations, r.population),
		"channels":    pointers(r, &c.Channels, r.channel),
	}, "name", "version", "title", "units", "populations", "channels")
}

// label reads {fr: …, en: …, nl: …}.
func (r *reader) label(into *Text) field {
	return func(n *yaml.Node) { r.object(n, "a label", labelled(r, into, fields{})) }
}

// labelled adds the three languages to the keys of an object.
func labelled(r *reader, into *Text, known fields) fields {
	known["fr"], known["en"], known["nl"] = r.text(&into.Fr), r.text(&into.En), r.text(&into.Nl)
	return known
}

func (r *reader) unit(u *Unit, n *yaml.Node) {
	r.object(n, "a unit", labelled(r, &u.Label, fields{
		"id":        r.text(&u.ID),
		"numbering": r.text(&u.Numbering),
		"natural": func(n *yaml.Node) {
			u.Natural = &NaturalRule{}
			r.mark(u.Natural, n)
			r.object(n, "the rule for natural persons", fields{
				"start":  r.integer(&u.Natural.Start),
				"length": r.integer(&u.Natural.Length),
				"codes":  r.texts(&u.Natural.Codes),
				"source": r.source(&u.Natural.Source),
			}, "start", "length", "codes")
		},
	}), "id", "en")
}

func (r *reader) population(p *Population, n *yaml.Node) {
	r.object(n, "a population", labelled(r, &p.Label, fields{
		"id":       r.text(&p.ID),
		"channels": r.texts(&p.Channels),
		"library":  r.text(&p.Library),
		"flags": sequence(r, &p.Flags, func(f *Flag, n *yaml.Node) {
			r.object(n, "a flag", fields{"name": r.text(&f.Name), "macro": r.text(&f.Macro), "source": r.source(&f.Source)}, "name", "macro")
		}),
	}), "id", "en", "channels")
}

func (r *reader) channel(c *Channel, n *yaml.Node) {
	c.Zero, c.History, c.Collision = "mask", "exports", "mask"
	r.object(n, "a channel", labelled(r, &c.Label, fields{
		"id":        r.text(&c.ID),
		"threshold": r.integer(&c.Threshold),
		"strict":    r.text(&c.Strict),
		"mask":      r.text(&c.Mask),
		"zero":      enum(r, &c.Zero, "zero rule", "mask", "publish"),
		"zero_why":  r.text(&c.ZeroWhy),
		"protect":   r.texts(&c.Protect),
		"tables":    r.boolean(&c.Tables),
		"rows":      r.boolean(&c.Rows),
		"secondary": r.boolean(&c.Secondary),
		"width":     r.integer(&c.Width),
		"round":     r.integer(&c.Round),
		"dominance": func(n *yaml.Node) {
			c.Dominance = &Dominance{}
			r.object(n, "the dominance rule", fields{
				"n": r.integer(&c.Dominance.N), "k": r.number(&c.Dominance.K), "p": r.number(&c.Dominance.P),
			})
		},
		"history":   enum(r, &c.History, "history rule", "exports", "answers"),
		"collision": enum(r, &c.Collision, "collision rule", "mask", "refuse"),
		"source":    r.source(&c.Source),
	}), "id", "en", "tables", "rows")
}

// source reads where something is told.
func (r *reader) source(into *Source) field {
	return func(n *yaml.Node) {
		r.object(n, "a source", fields{
			"doc": r.text(&into.Doc), "annex": r.text(&into.Annex), "page": r.text(&into.Page),
			"ours": r.boolean(&into.Ours), "note": r.text(&into.Note),
		})
	}
}

func (l *loader) readLayout(r *reader, n *yaml.Node) {
	y := &Layout{}
	l.cat.Layouts = append(l.cat.Layouts, y)
	r.mark(y, n)
	r.object(n, "a layout", fields{
		"id":            r.text(&y.ID),
		"version":       r.text(&y.Version),
		"format":        enum(r, &y.Format, "format", "fixed", "delimited", "parquet", "cobol"),
		"tables":        r.texts(&y.Tables),
		"record_length": r.integer(&y.RecordLength),
		"fields":        sequence(r, &y.Fields, r.layoutField),
		"records":       r.records(&y.Records),
		"source":        r.source(&y.Source),
	}, "id", "version", "format", "tables")
}

func (r *reader) layoutField(f *Field, n *yaml.Node) {
	r.object(n, "a field", fields{
		"zone":   r.text(&f.Zone),
		"name":   r.text(&f.Name),
		"start":  r.integer(&f.Start),
		"length": r.integer(&f.Length),
		"ours":   r.boolean(&f.Ours),
	}, "zone")
}
