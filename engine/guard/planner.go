package guard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/ast"
	"epsql/sql/diag"
)

// planner turns one checked tree into leaves for the person engine and one
// query for the glass engine.
type planner struct {
	ctx      context.Context //nolint:containedctx // a planner lives for one call
	cfg      Config
	file     string
	text     string
	params   map[string]string
	steps    []Step
	leaves   []*leaf
	warnings []string
	macros   []string // names of the macros used
	aliases  int
	leafIDs  int
	branches int // UNIONs of rows of persons
	overlaps map[int][]string
	// guard answers what is used below the wall; answered are the subqueries that
	// it did, depth is how deep this planner stands in such.
	guard    *Guard
	answered map[*ast.Subquery]*Result
	// picking: some aggregate takes one of a person's rows by an order that may tie.
	picking bool
	depth   int
}

// environment is the chain of named steps that a query sees.
type environment struct {
	outer *environment
	cte   *ast.CTE
	// bound is the step's relation once somebody asked for it.
	bound *relation
}

func (e *environment) find(name string) *environment {
	for ; e != nil; e = e.outer {
		if strings.EqualFold(e.cte.Name, name) {
			return e
		}
	}
	return nil
}

func (p *planner) alias() string {
	p.aliases++
	return "t" + strconv.Itoa(p.aliases)
}

func (p *planner) nextLeaf() int {
	p.leafIDs++
	return p.leafIDs - 1
}

type positioned interface{ At() int }

func (p *planner) place(at positioned, e *diag.Error) *diag.Error {
	if at == nil || at.At() < 0 {
		return e.At(diag.Pos{File: p.file})
	}
	return e.At(diag.PosOf(p.file, p.text, at.At()))
}

// refuse is a refusal of the guard, fail an error of the query.
func (p *planner) refuse(at positioned, code, format string, args ...any) *diag.Error {
	return p.place(at, diag.New(diag.Guard, code, format, args...))
}

func (p *planner) fail(at positioned, code, format string, args ...any) *diag.Error {
	return p.place(at, diag.New(diag.Query, code, format, args...))
}

func (p *planner) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(p.warnings, w) {
		p.warnings = append(p.warnings, w)
	}
}

// query plans a query and gives its result as a relation.
func (p *planner) query(q ast.Query, env *environment) (*relation, error) {
	if p.aliases > 2000 {
		return nil, p.refuse(nil, "too-large", "the query is too large").WithHint("split it into several queries")
	}
	for _, cte := range q.Common().With {
		env = &environment{outer: env, cte: cte}
	}
	switch q := q.(type) {
	case *ast.SetOp:
		return p.setOp(q, env)
	case *ast.Select:
		return p.selectBlock(q, env)
	}
	return nil, p.refuse(nil, "unsupported", "this query is not supported")
}

// step gives the relation of a named step, planned once.
func (p *planner) step(e *environment, at positioned) (*relation, error) {
	if e.bound == nil {
		r, err := p.query(e.cte.Query, e.outer)
		if err != nil {
			return nil, err
		}
		if r, err = p.rename(r, e.cte.Columns, at); err != nil {
			return nil, err
		}
		e.bound = r
	}
	return e.bound, nil
}

// rename gives the columns of r new names, as in t(a, b).
func (p *planner) rename(r *relation, names []string, at positioned) (*relation, error) {
	if len(names) > len(r.columns) {
		return nil, p.fail(at, "column-count", "%d columns are named, there are %d", len(names), len(r.columns)).WithHint("name at most as many columns as there are")
	}
	out := *r
	out.columns = slices.Clone(r.columns)
	for i, n := range names {
		out.columns[i].name = n
	}
	return &out, nil
}

// macroNamed finds a published macro by "family.name_vN"; the shell may leave
// the version out.
func (p *planner) macroNamed(name string, at positioned) (*macros.Macro, error) {
	m := p.cfg.Macros.Lookup(name)
	if m == nil && p.cfg.Latest {
		if m = p.cfg.Macros.Latest(name); m != nil {
			p.warn("%s is read as %s", name, m.Name)
		}
	}
	if m == nil {
		var names []string
		for _, x := range p.cfg.Macros.All {
			names = append(names, x.Name)
		}
		return nil, p.fail(at, "unknown-macro", "there is no macro %s", name).
			WithHint("%s", diag.DidYouMean(name, names, "see them with `epsql macros`"))
	}
	if m.Status == "draft" {
		return nil, p.refuse(at, "draft-macro", "%s is a draft", m.Name).WithHint("publish it, or write its SQL in the query")
	}
	if !slices.Contains(p.macros, m.Name) {
		p.macros = append(p.macros, m.Name)
	}
	return m, nil
}

// numbering is the unit whose numbers an identifier of a unit uses.
func (p *planner) numbering(unit string) string {
	if u := p.cfg.Catalog.Unit(unit); u != nil && u.Numbering != "" {
		return u.Numbering
	}
	return unit
}

// unit is the contributor reference for an exact number. Of a unit that natural
// persons and organisations share, only natural persons are protected.
func (p *planner) unit(id, sql string) unitRef {
	u := p.cfg.Catalog.Unit(id)
	natural := u != nil && u.Natural != nil
	return unitRef{unit: id, name: sql, sql: sql, natural: natural, must: !natural}
}

// besides is the contributor reference of an identifier that is not the owner
// of the row: as bits, and none is safe.
func (p *planner) besides(id, sql string) unitRef {
	u := p.unit(id, sql)
	mark := u.asBits()
	return unitRef{unit: id, name: sql, sql: mark, bits: true, number: u.contributor(), marked: mark}
}

// protected lists the units that the channel checks for every cell.
func (p *planner) protected(unit string) bool {
	return slices.Contains(p.cfg.Channel.Protect, unit)
}

// tableRelation is a table of the catalogue, as a member of FROM.
func (p *planner) tableRelation(t *catalog.Table) *relation {
	a := p.alias()
	r := &relation{zone: person, sql: "main." + quote(t.Name) + " AS " + a, alias: t.Name}
	if t.Owner == "" {
		r.zone = public
	} else {
		r.places = []string{a + ".rowid"}
	}
	owner, _ := t.ColumnByName(t.Owner)
	for _, c := range t.Columns() {
		col := column{name: c.Name, value: p.columnValue(c, a)}
		r.columns = append(r.columns, col)
		switch {
		case c.Role != catalog.RoleIdentifier || r.zone == public:
		case strings.EqualFold(c.Name, t.Owner):
			r.units = append([]unitRef{p.unit(c.Protects, col.sql)}, r.units...)
		case p.protected(c.Protects) && c.Protects != owner.Protects:
			r.units = append(r.units, p.besides(c.Protects, col.sql))
		}
	}
	p.warnValidity(t)
	return r
}

func (p *planner) columnValue(c catalog.Column, alias string) value {
	v := value{sql: alias + "." + quote(c.Name), kind: kindOf(c.Type), stored: true, measure: c.Role == catalog.RoleAmount || c.Role == catalog.RoleCount}
	if c.Role == catalog.RoleIdentifier && c.Protects != "" {
		v.ident = p.numbering(c.Protects)
	}
	if d, closed := p.cfg.Catalog.Domain(c); closed {
		v.domain = d
	}
	return v
}

// warnValidity notes the zones of a table that the text names and that some
// deliveries cannot use.
func (p *planner) warnValidity(t *catalog.Table) {
	for _, c := range t.Columns() {
		for _, v := range c.Zone.Validity {
			if !v.Usable && mentions(p.text, c.Name) {
				p.warn("%s cannot be used in deliveries %s to %s: %s", c.Name, v.From, v.Until, v.Note)
			}
		}
	}
}

// mentions tells whether a name stands in the analyst's text.
func mentions(text, name string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(name))
}

// listRelation is a code list, public.
func (p *planner) listRelation(l *catalog.CodeList) *relation {
	a := p.alias()
	r := &relation{zone: public, sql: "ref." + quote(l.Name) + " AS " + a, alias: l.Name}
	r.columns = append(r.columns, column{name: "version", value: value{sql: a + ".version", kind: text, stored: true}})
	for _, c := range l.Columns {
		r.columns = append(r.columns, column{name: c.Name, value: value{sql: a + "." + quote(c.Name), kind: kindOf(c.Type), stored: true}})
	}
	return r
}

// macroRelation is a published table macro: house code whose header tells whom
// its rows belong to. One that reads rows of persons and says of none whose they
// are is refused.
func (p *planner) macroRelation(m *macros.Macro, args []string, at positioned) (*relation, error) {
	return p.macroRows(m, quote(m.Family)+"."+quote(m.Base+"_v"+strconv.Itoa(m.Version))+"("+strings.Join(args, ", ")+")", at)
}

// macroRows are the rows of a table macro, from a call of it or from where they
// were kept.
func (p *planner) macroRows(m *macros.Macro, from string, at positioned) (*relation, error) {
	a := p.alias()
	r := &relation{zone: public, sql: from + " AS " + a, alias: m.Base}
	for _, c := range m.Columns {
		v := value{
			sql: a + "." + quote(c.Name), kind: kindOfSQL(c.Type), domain: c.Domain, stored: true,
			measure: c.Role == catalog.RoleAmount || c.Role == catalog.RoleCount,
		}
		if c.Role == catalog.RoleIdentifier && c.Protects != "" {
			v.ident = p.numbering(c.Protects)
		}
		r.columns = append(r.columns, column{name: c.Name, value: v})
		switch {
		case c.Owner:
			r.zone, r.unique = person, true
			r.units = append([]unitRef{p.unit(c.Protects, v.sql)}, r.units...)
		case v.ident != "" && p.protected(c.Protects) && c.Protects != ownerOf(m):
			r.units = append(r.units, p.besides(c.Protects, v.sql))
		}
	}
	if r.zone == public && p.readsPersons(m) {
		return nil, p.refuse(at, "macro-grain", "%s does not say whose its rows are", m.Name).
			WithHint("declare the owner of the rows in the macro's header")
	}
	return r, nil
}

// ownerOf is the unit whom the rows of a macro belong to.
func ownerOf(m *macros.Macro) string {
	for _, c := range m.Columns {
		if c.Owner {
			return c.Protects
		}
	}
	return ""
}

// readsPersons tells whether a macro reads a table whose rows have an owner.
func (p *planner) readsPersons(m *macros.Macro) bool {
	return slices.ContainsFunc(m.Zones, func(z string) bool {
		name, _, _ := strings.Cut(z, ".")
		t := p.cfg.Catalog.Table(name)
		return t != nil && t.Owner != ""
	})
}
