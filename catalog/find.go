package catalog

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"epsql/sql/diag"
)

// Hit is something that a search found: a table, a zone, a code of a zone, a
// code list, or a row of one.
type Hit struct {
	Table *Table    // of a table, zone or code
	Zone  *Zone     // of a zone or code
	List  *CodeList // of a list or row
	Code  string    // of a code or row
	Label Text      // what it means
	// Exact marks a hit by name or id, not by meaning; exact hits come first.
	Exact bool
}

// Find searches ids, names, labels, explanations and the labels of codes for all
// words of query, accents and case ignored.
func (c *Catalog) Find(query string) []Hit {
	words := strings.Fields(fold(query))
	if len(words) == 0 {
		return nil
	}
	s := search{words: words}
	for _, t := range c.Tables {
		s.table(t)
	}
	for _, l := range c.Lists {
		s.list(l)
	}
	slices.SortStableFunc(s.hits, func(a, b Hit) int { return rank(a) - rank(b) })
	return s.hits
}

// rank puts names before meanings, and zones before single codes.
func rank(h Hit) int {
	switch {
	case h.Exact:
		return 0
	case h.Code == "":
		return 1
	default:
		return 2
	}
}

// search collects hits.
type search struct {
	words []string
	hits  []Hit
}

// says reports whether all words occur in the texts together.
func (s *search) says(texts ...string) bool {
	text := fold(strings.Join(texts, " "))
	return !slices.ContainsFunc(s.words, func(w string) bool { return !strings.Contains(text, w) })
}

// names reports whether the search is for exactly this name.
func (s *search) names(name string) bool { return len(s.words) == 1 && s.words[0] == fold(name) }

func (s *search) table(t *Table) {
	if exact := s.names(t.Name); exact || s.says(t.Name, t.Label.all()) {
		s.hits = append(s.hits, Hit{Table: t, Label: t.Label, Exact: exact})
	}
	for _, z := range t.Zones {
		s.zone(t, z)
	}
}

func (s *search) zone(t *Table, z *Zone) {
	texts := []string{z.ID, z.Label.all(), z.Explain.all()}
	exact := s.names(z.ID)
	for _, p := range z.Parts {
		exact = exact || s.names(p.Column)
		texts = append(texts, p.Column, p.Label.all())
	}
	if exact || s.says(texts...) {
		s.hits = append(s.hits, Hit{Table: t, Zone: z, Label: z.Label, Exact: exact})
	}
	for _, code := range z.Codes {
		if s.says(code.Code, code.Label.all()) {
			s.hits = append(s.hits, Hit{Table: t, Zone: z, Code: code.Code, Label: code.Label})
		}
	}
	for _, special := range z.Specials {
		if s.says(special.Value, special.Label.all()) {
			s.hits = append(s.hits, Hit{Table: t, Zone: z, Code: special.Value, Label: special.Label})
		}
	}
}

func (s *search) list(l *CodeList) {
	if exact := s.names(l.Name); exact || s.says(l.Name, l.Title.all()) {
		s.hits = append(s.hits, Hit{List: l, Label: l.Title, Exact: exact})
	}
	for _, row := range l.Rows {
		if s.says(row...) {
			s.hits = append(s.hits, Hit{List: l, Code: row[0], Label: l.rowLabel(row), Exact: s.names(row[0])})
		}
	}
}

// rowLabel takes the columns named fr, en and nl as the row's label.
func (l *CodeList) rowLabel(row []string) Text {
	var label Text
	for i, c := range l.Columns {
		switch c.Name {
		case "fr":
			label.Fr = row[i]
		case "en":
			label.En = row[i]
		case "nl":
			label.Nl = row[i]
		}
	}
	return label
}

func (t Text) all() string { return t.Fr + " " + t.En + " " + t.Nl }

// fold takes away case and accents.
func fold(s string) string {
	decomposed := norm.NFD.String(strings.ToLower(s))
	return strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "’", "'").Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, decomposed))
}

// Explanation is all that the catalogue says of one zone of one table.
type Explanation struct {
	Table     *Table
	Zone      *Zone
	Columns   []Column    // as stored; none for a refused zone
	Lists     []*CodeList // the lists that its codes come from, newest versions
	Positions []Position  // where it stands in deliveries
}

// Position is the place of a zone in a layout; of a COBOL layout, in a type of
// record, where Field.Name is the copybook's name.
type Position struct {
	Layout *Layout
	Record *RecordOf // nil when all records are of one type
	Field  Field
}

// Explain gives every table's meaning of a zone id or column name, case
// ignored: the same zone can mean another thing elsewhere.
func (c *Catalog) Explain(id string) ([]Explanation, error) {
	var out []Explanation
	for _, t := range c.Tables {
		for _, z := range t.Zones {
			if z.named(id) {
				out = append(out, c.explain(t, z))
			}
		}
	}
	if len(out) == 0 {
		return nil, diag.New(diag.Usage, "unknown-zone", "there is no zone %q", id).
			WithHint("%s", diag.DidYouMean(id, c.zoneNames(), "search with: epsql catalog find WORD"))
	}
	return out, nil
}

// named reports whether id is the zone's id or one of its columns.
func (z *Zone) named(id string) bool {
	return strings.EqualFold(z.ID, id) ||
		slices.ContainsFunc(z.Parts, func(p *Part) bool { return strings.EqualFold(p.Column, id) })
}

func (c *Catalog) explain(t *Table, z *Zone) Explanation {
	e := Explanation{Table: t, Zone: z}
	for _, col := range t.Columns() {
		if col.Zone != z {
			continue
		}
		e.Columns = append(e.Columns, col)
		if list := c.List(col.CodesFrom()); list != nil {
			e.Lists = append(e.Lists, list)
		}
	}
	for _, y := range c.Layouts {
		if !slices.Contains(y.Tables, t.Name) {
			continue
		}
		for _, f := range y.Fields {
			if f.Zone == z.ID {
				e.Positions = append(e.Positions, Position{Layout: y, Field: f})
			}
		}
		e.Positions = append(e.Positions, y.recordPositions(t, z)...)
	}
	return e
}

// zoneNames are all zone ids and columns, in lower case.
func (c *Catalog) zoneNames() []string {
	var names []string
	for _, t := range c.Tables {
		for _, z := range t.Zones {
			names = append(names, strings.ToLower(z.ID))
			for _, p := range z.Parts {
				names = append(names, p.Column)
			}
		}
	}
	return names
}
