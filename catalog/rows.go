package catalog

import (
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
	"epsql/sql/strict"
)

// What a channel for rows says besides its rule: which papers it wants, how its
// columns are coded and how long the rows may be kept.

// Request is a kind of request that a channel for rows answers.
type Request struct {
	ID     string
	Label  Text
	Rows   bool // rows leave; otherwise tables only
	Papers []*Paper
	Source Source
}

// Paper is a document without which no row leaves. When names the circumstance
// in which it is wanted; empty: always. Every dossier says of each circumstance
// of its request whether it holds.
type Paper struct {
	ID    string
	Label Text
	When  string
}

// Circumstances are the circumstances on which papers depend, each once.
func (r *Request) Circumstances() []string {
	var out []string
	for _, p := range r.Papers {
		if p.When != "" && !slices.Contains(out, p.When) {
			out = append(out, p.When)
		}
	}
	return out
}

// Retention says how long what left may be kept: rows so many months after they
// were received whole, tables so many years after they were made.
type Retention struct {
	Rows, Tables int
	Source       Source
}

// Coding is how a column is coded that is no identifier of a unit: with the key
// of the project, or by the table that somebody else made with a key of his own.
type Coding struct {
	ID    string
	Label Text
	By    string // "key" or "table"
	// Holder is who makes the table.
	Holder string
	Source Source
}

// Kept are the characters of an identifier that stay legible before its code,
// such as the profession of a provider.
type Kept struct {
	Start, Length int // 1-based
	Source        Source
}

// Coding finds a coding by id; nil when there is none.
func (c *Catalog) Coding(id string) *Coding {
	for _, k := range c.Codings {
		if k.ID == id {
			return k
		}
	}
	return nil
}

// Request finds a kind of request by id; nil when there is none.
func (c *Channel) Request(id string) *Request {
	for _, r := range c.Requests {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (r *reader) coding(c *Coding, n *yaml.Node) {
	r.Mark(c, n)
	r.Object(n, "a coding", labelled(r, &c.Label, strict.Fields{
		"id": r.Text(&c.ID), "by": strict.Enum(r.Reader, &c.By, "way of coding", "key", "table"),
		"holder": r.Text(&c.Holder), "source": r.source(&c.Source),
	}), "id", "en", "by")
}

func (r *reader) kept(into **Kept) strict.Field {
	return func(n *yaml.Node) {
		*into = &Kept{}
		r.Mark(*into, n)
		r.Object(n, "the legible part", strict.Fields{
			"start": r.Integer(&(*into).Start), "length": r.Integer(&(*into).Length), "source": r.source(&(*into).Source),
		}, "start", "length")
	}
}

func (r *reader) request(q *Request, n *yaml.Node) {
	r.Object(n, "a request", labelled(r, &q.Label, strict.Fields{
		"id": r.Text(&q.ID), "rows": r.Boolean(&q.Rows), "source": r.source(&q.Source),
		"papers": strict.Pointers(r.Reader, &q.Papers, func(p *Paper, n *yaml.Node) {
			r.Object(n, "a paper", labelled(r, &p.Label, strict.Fields{"id": r.Text(&p.ID), "when": r.Text(&p.When)}), "id", "en")
		}),
	}), "id", "en", "rows", "papers")
}

func (r *reader) retention(into **Retention) strict.Field {
	return func(n *yaml.Node) {
		*into = &Retention{}
		r.Object(n, "the retention", strict.Fields{
			"rows": r.Integer(&(*into).Rows), "tables": r.Integer(&(*into).Tables), "source": r.source(&(*into).Source),
		}, "rows", "tables")
	}
}

// checkRows checks that a channel for rows says under which papers they leave
// and for how long.
func (l *loader) checkRows(c *Channel) *diag.Error {
	switch {
	case c.Rows && (len(c.Requests) == 0 || c.Retention == nil):
		return l.fail(&c.Rows, fault("rows", "channel %s lets rows leave without papers or without end", c.ID).
			WithHint("add requests: with their papers, and retention: {rows: months, tables: years}"))
	case !c.Rows && (len(c.Requests) > 0 || c.Retention != nil):
		return l.fail(&c.Rows, fault("rows", "channel %s lets no rows leave", c.ID).WithHint("leave requests and retention out, or say rows: true"))
	case c.Rows && (c.Retention.Rows < 1 || c.Retention.Tables < 1):
		return l.fail(&c.Retention.Rows, fault("rows", "rows are kept for months, tables for years").WithHint("write {rows: 24, tables: 30}"))
	}
	requests := map[string]bool{}
	for _, q := range c.Requests {
		if err := l.named(&q.ID, "request", requests); err != nil {
			return err
		}
		papers := map[string]bool{}
		for _, p := range q.Papers {
			if err := l.named(&p.ID, "paper", papers); err != nil {
				return err
			}
			if p.When != "" && !identifier.MatchString(p.When) {
				return l.fail(&p.When, fault("bad-name", "%q cannot name a circumstance", p.When).WithHint("use letters, digits and _, a letter first"))
			}
		}
	}
	return nil
}

func (l *loader) checkCodings() *diag.Error {
	seen := map[string]bool{}
	for _, c := range l.cat.Codings {
		// A code tells by its first word what it stands for: units and codings share their names.
		if l.cat.Unit(c.ID) != nil {
			return l.fail(&c.ID, fault("duplicate", "%s is a unit", c.ID).WithHint("give the coding another name"))
		}
		if err := l.named(&c.ID, "coding", seen); err != nil {
			return err
		}
		if (c.By == "table") != (c.Holder != "") {
			return l.fail(c, fault("coding", "a table has a holder, a key has none").WithHint("add holder: who makes the table, or write by: key"))
		}
	}
	for _, u := range l.cat.Units {
		if k := u.Kept; k != nil && (k.Start < 1 || k.Length < 1 || k.Length > 3) {
			return l.fail(k, fault("coding", "the legible part of unit %s is not within an identifier, or too long", u.ID).
				WithHint("give start from 1 on, and length from 1 to 3"))
		}
	}
	return nil
}

// checkCoding checks that a zone says how it is coded when it leaves coded: an
// identifier as its unit, anything else by a coding.
func (l *loader) checkCoding(z *Zone) *diag.Error {
	identifies := z.Role == RoleIdentifier
	for _, p := range z.Parts {
		identifies = identifies || p.Role == RoleIdentifier
	}
	recoded := false
	for _, use := range z.Use {
		recoded = recoded || use == UseRecoded
		if use == UseDelivered && identifies {
			return l.fail(z, fault("use", "zone %s identifies somebody and would leave as it is", z.ID).WithHint("write recoded, or never"))
		}
	}
	switch {
	case recoded && !identifies && z.Coding == "":
		return l.fail(z, fault("use", "zone %s leaves coded, without saying how", z.ID).WithHint("add coding: with one of the catalogue's codings"))
	case z.Coding != "" && (identifies || !recoded || len(z.Parts) > 0):
		return l.fail(&z.Coding, fault("use", "zone %s has a coding that it cannot use", z.ID).
			WithHint("a coding is for a zone without parts, no identifier, of use recoded"))
	case z.Coding != "" && z.Type != TypeText && z.Type != TypeCode:
		return l.fail(&z.Coding, fault("use", "zone %s is no text and has no code", z.ID).WithHint("code zones of type text or code"))
	case z.Coding != "":
		return l.known(&z.Coding, "coding", ids(l.cat.Codings, func(c *Coding) string { return c.ID }))
	}
	return nil
}

// Legible is the part of an identifier that its code keeps; "" when there is none.
func (u *Unit) Legible(id string) string {
	if u.Kept == nil || utf8.RuneCountInString(id) < u.Kept.Start-1+u.Kept.Length {
		return ""
	}
	return string([]rune(id)[u.Kept.Start-1 : u.Kept.Start-1+u.Kept.Length])
}
