// Package extract lets coded rows leave: the one way by which anything about one
// person comes out of the house, in a channel for rows and under a dossier.
//
// A [Design] says which rows and columns leave. It is made of the plan's extracts,
// the catalogue and the dossier, and of no SQL by anybody: a column leaves when
// the dossier asks for it and the catalogue lets it; all others are dropped, and
// the reason is told. Only this package can make the relations that its writer
// takes, and a relation has no identifier that is not coded.
//
// [Run] writes them, and hands nothing over before it has read all of it again:
//
//  1. identifiers get their codes (package coding), in tables of the session;
//  2. every relation is written to a folder under another name, its rows in an
//     order that depends on nothing but themselves;
//  3. every value of every file is compared with every identifier that the
//     workspace knows (see scan.go for the rule);
//  4. the conversion tables are written, apart, for the trusted third party;
//  5. the ledger records what leaves, and the folder gets its name.
//
// The same rows with the same key give the same bytes. Memory is bounded by the
// database's limit; what is stopped leaves nothing with its final name.
package extract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/engine/dossier"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// Design is what would leave.
type Design struct {
	project   string
	cat       *catalog.Catalog
	channel   *catalog.Channel
	dossier   *dossier.Dossier
	plan      *study.Plan
	relations []*relation
	fates     []Fate
}

// Fate is what becomes of a column.
type Fate struct {
	Extract, Column string
	Leaves          bool
	Why             string // "coded as person", "as it is", "dropped: …"
}

// relation is a file of coded rows.
type relation struct {
	study.Extract
	source
	columns []column
	joined  []source // steps whose columns stand beside
	where   []string // conditions, on t0
	keyed   []string // columns that other extracts are compared with
}

// source is a table of the catalogue or a step.
type source struct {
	name    string         // the table, or the step
	macro   *macros.Macro  // of a step
	table   *catalog.Table // of the catalogue
	owner   string         // the column of the unit whose rows they are, "" for none
	columns []field
}

// field is a column that a source has.
type field struct {
	name     string
	sqlType  string
	unit     string // of an identifier
	coding   string // of anything else that is coded
	zone     *catalog.Zone
	part     *catalog.Part
	help     string
	domain   []string
	closed   bool
	codes    string // the code list
	asked    bool
	leaves   bool
	why      string
	specials []string
}

// column is a column of a relation.
type column struct {
	field
	from string // the alias of its source
}

// New designs the extraction of a plan. Its errors point at the plan or at the
// dossier.
func New(plan *study.Plan, cat *catalog.Catalog, reg *macros.Registry, channel *catalog.Channel, d *dossier.Dossier) (*Design, error) {
	out := &Design{project: plan.Name, cat: cat, channel: channel, dossier: d, plan: plan}
	if d.Project != plan.Name || d.Channel != channel.ID {
		return nil, refuse("other-dossier", "the dossier is about %s by channel %s, not about %s by %s", d.Project, d.Channel, plan.Name, channel.ID).
			WithHint("name the dossier of this study")
	}
	for _, pin := range plan.Lists {
		if !d.AsksList(pin.Name) {
			return nil, refuse("not-asked", "the dossier does not ask for the list %s", pin.Name).At(pin.Pos).
				WithHint("add it to the dossier's lists: they are the applicant's responsibility")
		}
	}
	if q := channel.Request(d.Request); q != nil && !q.Rows && len(plan.Extracts) > 0 {
		return nil, refuse("no-rows", "a request %s lets no rows leave", d.Request).At(plan.Extracts[0].Pos).WithHint("leave extracts out of the plan")
	}
	for _, e := range plan.Extracts {
		r, err := out.relation(e, reg)
		if err != nil {
			return nil, err
		}
		out.relations = append(out.relations, r)
	}
	return out, out.checkCoincidences()
}

// Fates tells of every column of every extract whether it leaves, and how.
func (d *Design) Fates() []Fate { return d.fates }

// Tables are the codings whose tables somebody else makes, each once.
func (d *Design) Tables() []*catalog.Coding {
	var out []*catalog.Coding
	for _, r := range d.relations {
		for _, c := range r.columns {
			if k := d.cat.Coding(c.coding); k != nil && k.By == "table" && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// relation designs one extract.
func (d *Design) relation(e study.Extract, reg *macros.Registry) (*relation, error) {
	r := &relation{Extract: e}
	var err error
	if r.source, err = d.open(e.Table, e.Step, e.Pos, reg); err != nil {
		return nil, err
	}
	for _, pin := range e.With {
		s, err := d.open("", pin.Name, pin.Pos, reg)
		if err != nil {
			return nil, err
		}
		if s.owner == "" || r.owner == "" || d.unitOf(s, s.owner) != d.unitOf(r.source, r.owner) {
			return nil, fault("study-extract", "the rows of %s are not of the same unit as those of %s", s.name, r.name).At(pin.Pos).
				WithHint("make an extract of it")
		}
		r.joined = append(r.joined, s)
	}
	if err := d.choose(r); err != nil {
		return nil, err
	}
	if err := d.conditions(r); err != nil {
		return nil, err
	}
	return r, d.selected(r)
}

// open describes the table or the step of an extract.
func (d *Design) open(table, step string, at diag.Pos, reg *macros.Registry) (source, error) {
	if table != "" {
		t := d.cat.Table(table)
		if t == nil {
			var names []string
			for _, x := range d.cat.Tables {
				names = append(names, x.Name)
			}
			return source{}, fault("study-extract", "there is no table %s", table).At(at).
				WithHint("%s", diag.DidYouMean(table, names, "one of: "+strings.Join(names, ", ")))
		}
		return d.ofTable(t), nil
	}
	i := slices.IndexFunc(d.plan.Steps, func(s study.Step) bool { return s.Name == step })
	s := d.ofMacro(step, reg.Lookup(d.plan.Steps[i].Macro))
	return s, d.stepYears(s, d.plan.Steps[i])
}

// ofTable takes every column of a table by what the catalogue lets leave.
func (d *Design) ofTable(t *catalog.Table) source {
	s := source{name: t.Name, table: t, owner: strings.ToLower(t.Owner)}
	for _, c := range t.Columns() {
		f := field{name: c.Name, sqlType: c.Type.SQL(), zone: c.Zone, part: c.Part, codes: c.CodesFrom(), help: c.Zone.Label.String()}
		if c.Part != nil {
			f.help = c.Part.Label.String()
		}
		f.domain, f.closed = d.cat.Known(c)
		f.asked = d.dossier.Asks(t.Name, c.Zone.ID)
		d.decide(&f, c, c.Zone.Use[d.channel.ID])
		s.columns = append(s.columns, f)
	}
	return s
}

// ofMacro takes every column of a macro. One that bears the name of a zone that
// the macro reads is that zone, and leaves as it does.
func (d *Design) ofMacro(step string, m *macros.Macro) source {
	s := source{name: step, macro: m}
	for _, mc := range m.Columns {
		f := field{name: mc.Name, sqlType: mc.Type, help: mc.Help, domain: mc.Domain, closed: mc.Domain != nil, asked: d.dossier.Asks(m.Name, mc.Name)}
		if mc.Owner {
			s.owner = mc.Name
		}
		read, known := d.readBy(m, mc.Name)
		switch {
		case mc.Role == catalog.RoleIdentifier:
			c := catalog.Column{Role: mc.Role, Protects: mc.Protects}
			use := catalog.UseRecoded
			if known && read.Zone.Use[d.channel.ID] != catalog.UseRecoded {
				use = read.Zone.Use[d.channel.ID]
			}
			d.decide(&f, c, use)
		case known:
			f.zone = read.Zone
			d.decide(&f, read, read.Zone.Use[d.channel.ID])
		default:
			d.decide(&f, catalog.Column{Role: mc.Role}, catalog.UseDelivered)
		}
		s.columns = append(s.columns, f)
	}
	return s
}

// readBy finds the column of that name in a table that the macro reads; of
// several the one that may do least.
func (d *Design) readBy(m *macros.Macro, name string) (catalog.Column, bool) {
	var found catalog.Column
	known := false
	for _, ref := range m.Zones {
		table, _, _ := strings.Cut(ref, ".")
		c, ok := d.cat.Table(table).ColumnByName(name)
		if !ok || known && c.Zone.Use[d.channel.ID] == catalog.UseDelivered {
			continue
		}
		found, known = c, true
	}
	return found, known
}

// decide says whether a column leaves, and how: it does when it is asked for and
// the catalogue lets it.
func (d *Design) decide(f *field, c catalog.Column, use catalog.Use) {
	identifier := c.Role == catalog.RoleIdentifier
	switch {
	case use == catalog.UseFlag:
		f.why = "dropped: it leaves as a flag only"
	case use == catalog.UseNever:
		f.why = "dropped: it never leaves by this channel"
	case use == "":
		f.why = "dropped: the catalogue does not list it for this channel"
	case !f.asked:
		f.why = "dropped: the dossier does not ask for it"
	case identifier:
		f.unit, _ = store.IDTable(d.cat, c.Protects)
		f.leaves, f.why = true, "coded as "+f.unit
	case use == catalog.UseRecoded && c.Part != nil:
		f.leaves, f.why = true, "as it is, beside the code" // the other part of a composite zone
	case use == catalog.UseRecoded:
		f.coding, f.leaves, f.why = c.Zone.Coding, true, "coded as "+c.Zone.Coding
		for _, s := range c.Zone.Specials {
			if !s.Null {
				f.specials = append(f.specials, s.Value)
			}
		}
	default:
		f.leaves, f.why = true, "as it is"
	}
}

// choose takes the columns that leave, and tells the fate of all.
func (d *Design) choose(r *relation) error {
	taken := map[string]bool{}
	for i, s := range append([]source{r.source}, r.joined...) {
		for _, f := range s.columns {
			if i > 0 && f.name == s.owner {
				continue // stands in the first source
			}
			d.fates = append(d.fates, Fate{r.Name, f.name, f.leaves, f.why})
			if !f.leaves {
				continue
			}
			if taken[f.name] {
				return fault("study-extract", "the extract %s has two columns %s", r.Name, f.name).At(r.Pos).
					WithHint("ask in the dossier for one of them only")
			}
			taken[f.name] = true
			r.columns = append(r.columns, column{f, alias(i)})
		}
	}
	if len(r.columns) == 0 {
		return refuse("not-asked", "no column of the extract %s may leave", r.Name).At(r.Pos).WithHint("ask for its columns in the dossier's zones")
	}
	return nil
}

// alias names the i-th source of a relation in its SQL.
func alias(i int) string { return "t" + strconv.Itoa(i) }

// column finds a column of a source.
func (s source) column(name string) *field {
	for i := range s.columns {
		if strings.EqualFold(s.columns[i].name, name) {
			return &s.columns[i]
		}
	}
	return nil
}

// unitOf is the unit whose numbers a column has; "" for none.
func (d *Design) unitOf(s source, name string) string {
	protects := ""
	if s.table != nil {
		if c, ok := s.table.ColumnByName(name); ok {
			protects = c.Protects
		}
	} else {
		for _, c := range s.macro.Columns {
			if c.Name == name {
				protects = c.Protects
			}
		}
	}
	if protects == "" {
		return ""
	}
	unit, _ := store.IDTable(d.cat, protects)
	return unit
}

// checkCoincidences wants the columns of numbers that the dossier speaks of to be
// there, and to be numbers that were not coded.
func (d *Design) checkCoincidences() error {
	var numbers []string
	for _, r := range d.relations {
		for _, c := range r.columns {
			if c.kind() == number || c.kind() == day {
				numbers = append(numbers, r.Name+"."+c.name)
			}
		}
	}
	for _, c := range d.dossier.Coincidences {
		if !slices.Contains(numbers, c.Column) {
			return fault("dossier-coincidence", "no extract has a column of numbers or days %s", c.Column).At(c.Pos).
				WithHint("%s", diag.DidYouMean(c.Column, numbers, "a text that equals an identifier is never a coincidence"))
		}
	}
	return nil
}

func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}

func refuse(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Guard, code, format, args...)
}

// quoted is a text as SQL.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// list is texts as SQL, between commas.
func list(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = quoted(t)
	}
	return strings.Join(out, ", ")
}

func col(alias, name string) string { return fmt.Sprintf("%s.%s", alias, store.Quote(name)) }
