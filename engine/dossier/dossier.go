// Package dossier reads the file under which coded rows may leave: who asked, by
// which papers, and for what. Nothing leaves that it does not ask for.
//
//	dossier: kce_2008_08            # the study that it is about
//	channel: individual
//	request: donnees_brutes         # one of the channel's kinds of request
//	applicant: {name: …, contact: …}
//	circumstances: {couplage: true, scra_demandee: false}
//	papers:
//	  autorisation: {reference: …, date: 2009-06-09}
//	years:
//	  pharmanet: [2008]             # of each table that comes in deliveries
//	zones:
//	  pharmanet: [SS00010, SS00015] # of a table ...
//	  flags.dmg_v1: [flag_dmg]      # ... or columns of a macro
//	lists: [medicaments@0.synthetique]
//	retention: 24                   # months; no longer than the channel's
//	coincidences:
//	  pharmanet.ss00060: why numbers that equal an identifier are none here
//
// Which papers a channel wants, and under which circumstances, is data of the
// catalogue.
package dossier

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
	"epsql/sql/strict"
)

// File is the name of a dossier that stands beside a study plan.
const File = "dossier.yaml"

// Dossier is what the file says.
type Dossier struct {
	Project       string
	Channel       string
	Request       string
	Applicant     Applicant
	Circumstances []Circumstance
	Papers        []Paper
	Years         []Years
	Zones         []Asked
	Lists         []Name
	Retention     int // months; 0: those of the channel
	Coincidences  []Coincidence
	Text          []byte
	file          string
	at            map[any]diag.Pos
}

// Applicant is who asked, and who is written to.
type Applicant struct{ Name, Contact string }

// Circumstance says whether something on which papers depend holds.
type Circumstance struct {
	Name  string
	Holds bool
	Pos   diag.Pos
}

// Paper is a document by its reference and its date (AAAA-MM-JJ).
type Paper struct {
	ID, Reference, Date string
	Pos                 diag.Pos
}

// Years are the calendar years of a table that are asked for.
type Years struct {
	Table string
	Years []int
	Pos   diag.Pos
}

// Asked are the zones of a table, or the columns of a macro, that are asked for.
type Asked struct {
	Source string
	Names  []Name
	Pos    diag.Pos
}

// Name is a name with its place in the file.
type Name struct {
	Name string
	Pos  diag.Pos
}

// Coincidence names a column of numbers, as extract.column, some of which equal
// an identifier without being one, with the reason why that is known.
type Coincidence struct {
	Column, Reason string
	Pos            diag.Pos
}

// Read reads a dossier from a file.
func Read(path string) (*Dossier, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, diag.New(diag.Guard, "no-dossier", "there is no dossier %s, and no row leaves without one", path).
			WithHint("write one: go doc epsql/engine/dossier").Wrap(err)
	}
	if err != nil {
		return nil, fault("no-dossier", "the dossier %s cannot be read", path).WithHint("name a file with --dossier").Wrap(err)
	}
	return Parse(path, text)
}

// Parse reads the text of a dossier strictly; file is its name in messages.
func Parse(file string, text []byte) (*Dossier, error) {
	r := &reader{&strict.Reader{File: file, At: map[any]diag.Pos{}}}
	d := &Dossier{Text: text, file: file, at: r.At}
	if root := r.Document(text); root != nil {
		r.dossier(root, d)
	}
	if r.Err != nil {
		return nil, r.Err
	}
	return d, nil
}

// Hash is the hex SHA-256 of the file.
func (d *Dossier) Hash() string {
	sum := sha256.Sum256(d.Text)
	return hex.EncodeToString(sum[:])
}

type reader struct{ *strict.Reader }

func (r *reader) dossier(n *yaml.Node, d *Dossier) {
	r.Mark(d, n)
	r.Object(n, "a dossier", strict.Fields{
		"dossier": r.filled(&d.Project), "channel": r.filled(&d.Channel), "request": r.filled(&d.Request),
		"applicant": func(n *yaml.Node) {
			r.Object(n, "the applicant", strict.Fields{"name": r.filled(&d.Applicant.Name), "contact": r.filled(&d.Applicant.Contact)}, "name", "contact")
		},
		"circumstances": r.entries("the circumstances", func(name string, key, n *yaml.Node) {
			c := Circumstance{Name: name, Pos: r.Pos(key)}
			r.Boolean(&c.Holds)(n)
			d.Circumstances = append(d.Circumstances, c)
		}),
		"papers": r.entries("the papers", func(name string, key, n *yaml.Node) {
			p := Paper{ID: name, Pos: r.Pos(key)}
			r.Object(n, "a paper", strict.Fields{"reference": r.filled(&p.Reference), "date": r.day(&p.Date)}, "reference", "date")
			d.Papers = append(d.Papers, p)
		}),
		"years": r.entries("the years", func(name string, key, n *yaml.Node) {
			y := Years{Table: name, Pos: r.Pos(key)}
			strict.Sequence(r.Reader, &y.Years, func(year *int, n *yaml.Node) { r.year(year)(n) })(n)
			d.Years = append(d.Years, y)
		}),
		"zones": r.entries("the zones", func(name string, key, n *yaml.Node) {
			a := Asked{Source: name, Pos: r.Pos(key)}
			strict.Sequence(r.Reader, &a.Names, r.name)(n)
			d.Zones = append(d.Zones, a)
		}),
		"lists":     strict.Sequence(r.Reader, &d.Lists, r.name),
		"retention": r.Integer(&d.Retention),
		"coincidences": r.entries("the coincidences", func(name string, key, n *yaml.Node) {
			c := Coincidence{Column: strings.ToLower(name), Pos: r.Pos(key)}
			r.filled(&c.Reason)(n)
			d.Coincidences = append(d.Coincidences, c)
		}),
	}, "dossier", "channel", "request", "applicant", "circumstances", "papers", "years", "zones", "lists")
}

// entries reads keys that the catalogue knows, with their values: the names are
// compared with it later.
func (r *reader) entries(what string, read func(name string, key, value *yaml.Node)) strict.Field {
	return func(n *yaml.Node) {
		known := strict.Fields{}
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				known[key.Value] = func(value *yaml.Node) { read(key.Value, key, value) }
			}
		}
		r.Object(n, what, known)
	}
}

// filled reads a text that is not blank.
func (r *reader) filled(into *string) strict.Field {
	return func(n *yaml.Node) {
		if r.Text(into)(n); r.Err == nil && strings.TrimSpace(*into) == "" {
			r.Fail(n, fault("yaml", "the value is blank").WithHint("write what the paper says, or leave the key out"))
		}
	}
}

func (r *reader) name(into *Name, n *yaml.Node) {
	into.Pos = r.Pos(n)
	r.filled(&into.Name)(n)
}

// day reads a day as AAAA-MM-JJ.
func (r *reader) day(into *string) strict.Field {
	return func(n *yaml.Node) {
		r.Text(into)(n)
		if _, err := time.Parse(time.DateOnly, *into); r.Err == nil && err != nil {
			r.Fail(n, fault("date", "not a day").WithHint("write it as 2009-06-09"))
		}
	}
}

// year reads a calendar year.
func (r *reader) year(into *int) strict.Field {
	return func(n *yaml.Node) {
		text, ok := r.Scalar(n)
		year, err := strconv.Atoi(text)
		if ok && (err != nil || len(text) != 4 || year < 1900) {
			r.Fail(n, fault("year", "not a year").WithHint("write a year such as 2008"))
		}
		*into = year
	}
}

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
