package guard

import (
	"maps"
	"slices"
	"strings"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// from is a bound FROM clause.
type from struct {
	sql     string
	zone    zone
	members []*relation
	merged  map[string]value
	units   []unitRef
	open    bool
	// supports are conditions on which the number of rows depends.
	supports []support
	// fans are public tables that may multiply the rows of persons.
	fans []fan
	// same gives of an identifier's SQL the one that it always equals.
	same map[string]string
}

// canon is the SQL of the identifier that sql always equals, itself otherwise.
func (f *from) canon(sql string) string {
	if c, ok := f.same[sql]; ok {
		return c
	}
	return sql
}

// equate notes that two identifiers are always equal; the owner of rows stands
// for both.
func (f *from) equate(a, b string) {
	a, b = f.canon(a), f.canon(b)
	if a == b {
		return
	}
	if f.owned(b) && !f.owned(a) {
		a, b = b, a
	}
	if f.same == nil {
		f.same = map[string]string{}
	}
	for k, v := range f.same {
		if v == b {
			f.same[k] = a
		}
	}
	f.same[b] = a
}

// owned tells whether the rows belong to an identifier.
func (f *from) owned(sql string) bool { return owned(f.units, sql) }

// fan is a public table joined without a unique key.
type fan struct {
	at     positioned
	member *relation
}

// unique tells whether there is at most one row per owner.
func (f *from) unique() bool { return len(f.members) == 1 && f.members[0].unique }

// bindFrom binds a FROM clause. needGlass brings public tables above the wall:
// a block that aggregates or orders them runs there.
func (p *planner) bindFrom(t ast.Table, where ast.Expr, env *environment, needGlass func(zone) bool) (*from, error) {
	bound := map[ast.Table]*relation{}
	if err := p.bindTables(t, env, bound); err != nil {
		return nil, err
	}
	highest := public
	for _, r := range bound {
		highest = max(highest, r.zone)
	}
	for _, r := range bound {
		if highest == glass && r.zone == person {
			return nil, p.refuse(t, "mixed-zones", "rows of persons are joined with a grouped result").
				WithHint("group the persons first, each side by the same keys, and join the grouped results")
		}
	}
	if highest == glass || needGlass(highest) && highest == public {
		for k, r := range bound {
			if r.zone == public {
				bound[k] = p.publicLeaf(r)
			}
		}
		highest = glass
	}
	f, err := p.join(t, bound, where)
	if err != nil {
		return nil, err
	}
	f.zone = highest
	return f, nil
}

// bindTables binds every table of a join tree.
func (p *planner) bindTables(t ast.Table, env *environment, bound map[ast.Table]*relation) error {
	var r *relation
	var err error
	var alias string
	var columns []string
	switch t := t.(type) {
	case *ast.Join:
		if err := p.bindTables(t.Left, env, bound); err != nil {
			return err
		}
		return p.bindTables(t.Right, env, bound)
	case *ast.Empty:
		return nil
	case *ast.BaseTable:
		r, err = p.baseTable(t, env)
		alias, columns = t.Alias, t.Columns
	case *ast.DerivedTable:
		if r, err = p.query(t.Query, env); err == nil {
			r = p.member(r, t.Alias)
		}
		alias, columns = t.Alias, t.Columns
	case *ast.Pivot:
		if r, err = p.pivot(t, env); err == nil {
			r = p.member(r, t.Alias)
		}
		alias, columns = t.Alias, t.Columns
	case *ast.TableFunc:
		r, err = p.tableFunction(t)
		alias, columns = t.Alias, t.Columns
	case *ast.Values:
		r, err = p.values(t)
		alias, columns = t.Alias, t.Columns
	}
	if err != nil {
		return err
	}
	if r, err = p.rename(r, columns, t); err != nil {
		return err
	}
	if alias != "" {
		r.alias = alias
	}
	bound[t] = r
	return nil
}

// member makes a query's result a member of FROM: its outputs get a prefix.
func (p *planner) member(r *relation, alias string) *relation {
	a := p.alias()
	out := &relation{zone: r.zone, sql: "(" + r.sql + ") AS " + a, alias: alias, open: r.open, unique: r.unique}
	for _, sp := range r.supports {
		out.supports = append(out.supports, prefixedSupport(a, sp))
	}
	for _, c := range r.columns {
		out.columns = append(out.columns, column{name: c.name, value: prefixed(a, c.value)})
	}
	for _, u := range r.units {
		u.sql = a + "." + u.sql
		out.units = append(out.units, u)
	}
	for _, place := range r.places {
		out.places = append(out.places, a+"."+place)
	}
	return out
}

func (p *planner) baseTable(t *ast.BaseTable, env *environment) (*relation, error) {
	schema := strings.ToLower(t.Schema)
	if schema == "" {
		if e := env.find(t.Name); e != nil {
			r, err := p.step(e, t)
			if err != nil {
				return nil, err
			}
			return p.member(r, t.Name), nil
		}
	}
	if r, err := p.keptStep(t); r != nil || err != nil {
		return r, err
	}
	if schema == "" || schema == "main" {
		if table := p.cfg.Catalog.Table(t.Name); table != nil {
			return p.tableRelation(table), nil
		}
	}
	if schema == "ref" {
		if l := p.cfg.Catalog.List(t.Name); l != nil {
			return p.listRelation(l), nil
		}
	}
	name := t.Name
	if t.Schema != "" {
		name = t.Schema + "." + t.Name
	}
	return nil, p.fail(t, "unknown-table", "there is no table %s", name).
		WithHint("%s", diag.DidYouMean(name, p.tableNames(env), "see the tables with `epsql catalog`"))
}

func (p *planner) tableNames(env *environment) []string {
	var out []string
	for ; env != nil; env = env.outer {
		out = append(out, env.cte.Name)
	}
	for _, t := range p.cfg.Catalog.Tables {
		out = append(out, t.Name)
	}
	for _, l := range p.cfg.Catalog.Lists {
		out = append(out, "ref."+l.Name)
	}
	return out
}

// tableFunction binds a published table macro or a series of numbers or dates.
func (p *planner) tableFunction(t *ast.TableFunc) (*relation, error) {
	args := make([]string, len(t.Call.Args))
	kinds := make([]kind, len(t.Call.Args))
	s := &scope{p: p, place: 'r'}
	for i, a := range t.Call.Args {
		if holdsQuery(a) {
			return nil, p.refuse(a, "macro-argument", "an argument of a table function must be a constant").WithHint("write a number or text, or $name with --param")
		}
		v, err := s.plain(a)
		if err != nil {
			return nil, err
		}
		if !v.constant {
			return nil, p.refuse(a, "macro-argument", "an argument of a table function must be a constant").WithHint("write a number or text, or $name with --param")
		}
		kinds[i] = v.kind
		args[i] = v.guarded()
		if name, ok := t.Call.Named[i]; ok {
			args[i] = quote(name) + " := " + args[i]
		}
	}
	if t.Call.Schema != "" && t.Call.Schema != "main" {
		m, err := p.macroNamed(t.Call.Schema+"."+t.Call.Name, t)
		if err != nil {
			return nil, err
		}
		if !m.Table {
			return nil, p.fail(t, "macro-place", "%s is a scalar macro", m.Name).WithHint("use it in an expression, for example in SELECT")
		}
		if err := p.checkArguments(m.Params, t.Call, m.Name); err != nil {
			return nil, err
		}
		return p.macroRelation(m, args, t)
	}
	def, refusal := allowed(t.Call.Name, 't')
	if refusal != nil {
		return nil, p.place(t, refusal)
	}
	kind, err := p.series(t, kinds)
	if err != nil {
		return nil, err
	}
	a := p.alias()
	return &relation{
		zone: public, alias: t.Call.Name, sql: call(t.Call, args) + " AS " + a + "(c0)",
		columns: []column{{name: def.name, value: value{sql: a + ".c0", kind: kind, invented: true}}},
	}, nil
}

// series checks that a series of numbers or dates is not endless, and tells what
// it is of.
func (p *planner) series(t *ast.TableFunc, kinds []kind) (kind, error) {
	args := t.Call.Args
	if len(args) == 3 && kinds[0] == date && kinds[1] == date {
		step, ok := args[2].(*ast.Func)
		if !ok || !slices.Contains([]string{"to_days", "to_weeks", "to_months", "to_years"}, step.Name) {
			return date, p.refuse(args[2], "series", "a series of dates goes by days, weeks, months or years").WithHint("write range(DATE '2008-01-01', DATE '2009-01-01', INTERVAL 1 MONTH)")
		}
		return date, nil
	}
	for i, arg := range args {
		c, ok := arg.(*ast.Const)
		if f, minus := arg.(*ast.Func); minus && f.Name == "-" && len(f.Args) == 1 {
			c, ok = f.Args[0].(*ast.Const)
		}
		if !ok || kinds[i] != number || len(c.Text) > 6 {
			return number, p.refuse(arg, "series", "a series of numbers may go up to 999999").WithHint("write whole numbers with smaller bounds")
		}
	}
	return number, nil
}

// values binds a list of constant rows.
func (p *planner) values(t *ast.Values) (*relation, error) {
	a := p.alias()
	r := &relation{zone: public, alias: t.Alias}
	s := &scope{p: p, place: 'r'}
	rows := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		vs, err := s.list(row)
		if err != nil {
			return nil, err
		}
		for _, v := range vs {
			if !v.constant {
				return nil, p.refuse(t, "values", "a list of rows must hold constants").WithHint("write literals")
			}
		}
		rows[i] = "(" + strings.Join(sqlOf(vs), ", ") + ")"
		if i > 0 {
			continue
		}
		for j, v := range vs {
			r.columns = append(r.columns, column{name: "col" + itoa(j), value: value{sql: a + ".c" + itoa(j), kind: v.kind, invented: true}})
		}
	}
	names := make([]string, len(r.columns))
	for j := range names {
		names[j] = "c" + itoa(j)
	}
	r.sql = "(VALUES " + strings.Join(rows, ", ") + ") AS " + a + "(" + strings.Join(names, ", ") + ")"
	return r, nil
}

// join prints a join tree and works out to whom its rows belong.
func (p *planner) join(t ast.Table, bound map[ast.Table]*relation, where ast.Expr) (*from, error) {
	j, ok := t.(*ast.Join)
	if !ok {
		r := bound[t]
		if r == nil {
			return &from{}, nil
		}
		return &from{sql: r.sql, zone: r.zone, members: []*relation{r}, units: r.units, open: r.open, supports: r.supports}, nil
	}
	l, err := p.join(j.Left, bound, where)
	if err != nil {
		return nil, err
	}
	r, err := p.join(j.Right, bound, where)
	if err != nil {
		return nil, err
	}
	out := &from{zone: max(l.zone, r.zone), members: append(slices.Clone(l.members), r.members...), merged: map[string]value{}, open: l.open || r.open, same: map[string]string{}}
	for _, side := range []*from{l, r} {
		maps.Copy(out.merged, side.merged)
		maps.Copy(out.same, side.same)
	}
	condition, links, err := p.condition(j, l, r, out, where)
	if err != nil {
		return nil, err
	}
	for i, k := range links {
		links[i] = link{l.canon(k.left), r.canon(k.right)}
	}
	if out.units, err = p.joinUnits(j, l, r, links); err != nil {
		return nil, err
	}
	if j.Kind == "INNER" || j.Kind == "CROSS" {
		for _, k := range links {
			out.equate(k.left, k.right)
		}
	}
	out.supports = append(slices.Clone(l.supports), r.supports...)
	out.fans = append(slices.Clone(l.fans), r.fans...)
	if err := p.multiplicity(j, l, r, out, where); err != nil {
		return nil, err
	}
	kind := map[string]string{"FULL": "FULL OUTER"}[j.Kind]
	if kind == "" {
		kind = j.Kind
	}
	out.sql = l.sql + " " + kind + " JOIN " + r.sql + condition
	if j.Kind == "SEMI" || j.Kind == "ANTI" {
		out.members, out.merged = l.members, l.merged
	}
	return out, nil
}

// link is an equality of two identifiers, one of each side of a join.
type link struct{ left, right string }

// condition prints the condition of a join and finds its identifier links.
func (p *planner) condition(j *ast.Join, l, r, out *from, where ast.Expr) (string, []link, error) {
	s := &scope{p: p, place: placeOf(out.zone), members: out.members, merged: out.merged}
	left := &scope{p: p, place: s.place, members: l.members, merged: l.merged}
	right := &scope{p: p, place: s.place, members: r.members, merged: r.merged}
	using := j.Using
	if j.Natural {
		using = commonNames(l, r)
	}
	var links []link
	var on []string
	for _, name := range using {
		a, err := left.column(&ast.Column{Base: ast.Base{Off: j.Off}, Parts: []string{name}})
		if err != nil {
			return "", nil, err
		}
		b, err := right.column(&ast.Column{Base: ast.Base{Off: j.Off}, Parts: []string{name}})
		if err != nil {
			return "", nil, err
		}
		if a.ident != b.ident || a.mask != "" || b.mask != "" {
			return "", nil, p.refuse(j, "join", "the two columns %s cannot be compared", name).WithHint("join identifiers with identifiers of the same unit, and keys with keys")
		}
		on = append(on, a.sql+" = "+b.sql)
		if a.ident != "" {
			links = append(links, link{a.sql, b.sql})
		}
		out.merged[strings.ToLower(name)] = mergedValue(j.Kind, a, b)
	}
	// Each conjunct is kept from failing by itself, so that the equations among them
	// stay in sight of the engine.
	for _, c := range ast.Conjuncts(j.On) {
		v, err := s.plain(c)
		if err != nil {
			return "", nil, err
		}
		if v.mask != "" {
			return "", nil, p.refuse(c, "join", "a join depends on values that may be masked").WithHint("join on the keys; compare values in WHERE")
		}
		on = append(on, v.guarded())
	}
	for _, c := range append(ast.Conjuncts(j.On), ast.Conjuncts(where)...) {
		if k, ok := identifierLink(c, left, right); ok {
			links = append(links, k)
		}
	}
	if j.Kind == "CROSS" {
		return "", links, nil
	}
	if len(on) == 0 {
		on = []string{"TRUE"}
	}
	return " ON " + strings.Join(on, " AND "), links, nil
}

func placeOf(z zone) byte {
	if z == glass {
		return 'g'
	}
	return 'r'
}

func mergedValue(kind string, a, b value) value {
	switch kind {
	case "RIGHT":
		return b
	case "FULL":
		a.sql = "coalesce(" + a.sql + ", " + b.sql + ")"
	}
	return a
}

func commonNames(l, r *from) []string {
	var out []string
	for _, m := range l.members {
		for _, c := range m.columns {
			for _, n := range r.members {
				if len(n.find(c.name)) > 0 && !slices.Contains(out, c.name) {
					out = append(out, c.name)
				}
			}
		}
	}
	return out
}

// identifierLink recognises left.id = right.id.
func identifierLink(e ast.Expr, left, right *scope) (link, bool) {
	c, ok := e.(*ast.Compare)
	if !ok || c.Op != "=" {
		return link{}, false
	}
	for _, pair := range [][2]ast.Expr{{c.Left, c.Right}, {c.Right, c.Left}} {
		_, isColumn := pair[0].(*ast.Column)
		_, isOther := pair[1].(*ast.Column)
		if !isColumn || !isOther {
			continue
		}
		a, err := left.bind(pair[0])
		if err != nil || a.ident == "" {
			continue
		}
		if b, err := right.bind(pair[1]); err == nil && b.ident == a.ident {
			return link{a.sql, b.sql}, true
		}
	}
	return link{}, false
}

// joinUnits works out to whom the rows of a join belong. Rows of persons are
// joined through an identifier only: otherwise anything about one person could
// be hung on another.
func (p *planner) joinUnits(j *ast.Join, l, r *from, links []link) ([]unitRef, error) {
	if l.zone == person && r.zone == person && len(links) == 0 {
		return nil, p.refuse(j, "join", "two tables of persons are joined without an identifier").
			WithHint("join them on the person: a.id = b.id")
	}
	if j.Kind == "SEMI" || j.Kind == "ANTI" {
		if r.zone != person {
			return l.units, nil
		}
		more, ok := p.setOwner(l, r, links)
		if !ok {
			return nil, p.refuse(j, "join", "a set of rows is chosen by other persons' rows").WithHint("link the owners of both tables: a.id = b.id")
		}
		return append(slices.Clone(l.units), more...), nil
	}
	out := slices.Clone(l.units)
	for _, u := range r.units {
		i := slices.IndexFunc(out, func(x unitRef) bool { return !x.bits && !u.bits && linked(links, x.sql, u.sql) })
		switch {
		case i < 0:
			if j.Kind == "LEFT" || j.Kind == "FULL" {
				u.must = u.must && len(l.units) == 0
			}
			out = append(out, u)
		case j.Kind == "RIGHT":
			out[i] = u
		case j.Kind == "FULL":
			out[i].sql = "coalesce(" + out[i].sql + ", " + u.sql + ")"
		}
	}
	return out, nil
}

func linked(links []link, a, b string) bool {
	return slices.ContainsFunc(links, func(k link) bool { return k.left == a && k.right == b })
}
