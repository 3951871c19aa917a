package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// setOp plans UNION, INTERSECT and EXCEPT: of rows of persons on the person
// engine, of grouped and public results above the wall.
func (p *planner) setOp(q *ast.SetOp, env *environment) (*relation, error) {
	var sides []*relation
	for _, sub := range []ast.Query{q.Left, q.Right} {
		r, err := p.query(sub, env)
		if err != nil {
			return nil, err
		}
		sides = append(sides, r)
	}
	l, r := sides[0], sides[1]
	if len(l.columns) != len(r.columns) {
		return nil, p.fail(offset(q.Off), "set-columns", "the two sides of %s have %d and %d columns", q.Op, len(l.columns), len(r.columns)).
			WithHint("give both sides the same columns")
	}
	switch {
	case l.zone == person && r.zone == person:
		return p.personSet(q, l, r)
	case l.zone == person || r.zone == person:
		return nil, p.refuse(offset(q.Off), "mixed-zones", "%s of rows of persons with a grouped or public result", q.Op).
			WithHint("group the persons first, then combine the grouped results")
	}
	return p.glassSet(q, sides)
}

// glassSet combines results above the wall.
func (p *planner) glassSet(q *ast.SetOp, sides []*relation) (*relation, error) {
	for i, r := range sides {
		if r.zone == public {
			sides[i] = p.raise(r)
		}
		if q.Op != "UNION" && slices.ContainsFunc(sides[i].columns, func(c column) bool { return c.mask != "" }) {
			return nil, p.refuse(offset(q.Off), "masked-set", "%s compares values that may be masked", q.Op).WithHint("compare the keys, and join the values to them")
		}
	}
	word := " " + q.Op + " "
	if q.All {
		word += "ALL "
	}
	out := &relation{zone: glass, open: sides[0].open || sides[1].open}
	var list []string
	for i, c := range sides[0].columns {
		n := itoa(i)
		col := column{name: c.name, value: value{sql: "c" + n, kind: c.kind}}
		list = append(list, "c"+n)
		if c.mask != "" || sides[1].columns[i].mask != "" {
			col.mask = "m" + n
			list = append(list, "m"+n)
		}
		out.columns = append(out.columns, col)
	}
	out.sql = "SELECT " + strings.Join(list, ", ") + " FROM (" + p.aligned(sides[0]) + word + p.aligned(sides[1]) + ")"
	var keys []string
	if q.OrderAll {
		keys = numbered("c", len(out.columns))
	}
	for _, o := range q.Order {
		sql, err := p.orderKey(o.Expr, nil, out)
		if err != nil {
			return nil, err
		}
		keys = append(keys, sql+direction(o))
	}
	limit, err := p.limit(q.Common())
	out.sql += clause(" ORDER BY ", ", ", keys) + limit
	return out, err
}

// aligned gives every column of r and its mask.
func (p *planner) aligned(r *relation) string {
	var list []string
	for i, c := range r.columns {
		mask := noMask
		if c.mask != "" {
			mask = c.mask
		}
		list = append(list, c.sql+" AS c"+itoa(i), mask+" AS m"+itoa(i))
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM (" + r.sql + ") AS " + p.alias()
}

// personSet combines rows of persons. Both sides belong to persons of one kind,
// and rows of two persons never fall together.
func (p *planner) personSet(q *ast.SetOp, l, r *relation) (*relation, error) {
	at := offset(q.Off)
	if q.Limit != nil || q.Offset != nil {
		return nil, p.refuse(at, "limit-persons", "LIMIT would pick some persons").WithHint("use LIMIT above a grouped query")
	}
	if a, b := ownersAmong(l.units), ownersAmong(r.units); len(a) != 1 || len(b) != 1 || a[0].unit != b[0].unit {
		return nil, p.refuse(at, "set-owners", "the rows of the two sides do not belong to one person of the same kind").
			WithHint("select rows of one person on both sides")
	}
	l, r = p.member(l, ""), p.member(r, "")
	owner := -1
	for i := range l.columns {
		a, b := &l.columns[i].value, &r.columns[i].value
		a.sql, b.sql = a.bounded(), b.bounded()
		if a.ident != b.ident || a.kind != b.kind && a.kind != unknown && b.kind != unknown {
			return nil, p.refuse(at, "set-columns", "column %d of the two sides holds different things", i+1).WithHint("select the same zone, or cast both to one type")
		}
		if a.owner && b.owner {
			owner = i
		}
	}
	if q.Op == "UNION" && q.All {
		return p.stacked(l, r), nil
	}
	if owner < 0 || q.All {
		return nil, p.refuse(at, "set-persons", "%s would compare rows of several persons", strings.TrimSpace(q.Op+map[bool]string{true: " ALL"}[q.All])).
			WithHint("select the identifier of the person on both sides: SELECT id … %s SELECT id …", q.Op)
	}
	if q.Op == "UNION" {
		both := p.stacked(l, r)
		both.supports = slices.DeleteFunc(both.supports, func(s support) bool { return s.branch != 0 })
		return p.distinctRows(p.member(both, "")), nil
	}
	word := map[string]string{"INTERSECT": " SEMI JOIN ", "EXCEPT": " ANTI JOIN "}[q.Op]
	var same []string
	for i := range l.columns {
		same = append(same, l.columns[i].sql+" IS NOT DISTINCT FROM "+r.columns[i].sql)
	}
	l.sql += word + r.sql + " ON (" + strings.Join(same, " AND ") + ")"
	return p.distinctRows(l), nil
}

// stacked is UNION ALL: from which side a row comes is a condition on the number
// of rows.
func (p *planner) stacked(l, r *relation) *relation {
	p.branches++
	out := &relation{zone: person, open: l.open || r.open}
	sides := []*stackSide{{r: l, o: &output{}}, {r: r, o: &output{}}}
	for n, s := range sides {
		s.tag = stackHide(sides, n, "TRUE", "FALSE")
		out.supports = append(out.supports, support{sql: s.tag, branch: p.branches})
		for _, sp := range s.r.supports {
			out.supports = append(out.supports, p.stackSupport(sides, n, sp)...)
		}
	}
	owner := ""
	for i := range l.columns {
		for _, s := range sides {
			v := s.r.columns[i].value
			v.supports = nil
			s.o.add(l.columns[i].name, v)
		}
		v := sides[0].o.columns[i].value
		v.merge(sides[1].o.columns[i].value, p.branches)
		for n, s := range sides {
			for _, sp := range p.sideSupports(s.r.columns[i].value) {
				v.supports = append(v.supports, p.stackSupport(sides, n, sp)...)
			}
		}
		if v.owner {
			owner = v.sql
		}
		out.columns = append(out.columns, column{name: l.columns[i].name, value: v})
	}
	out.units = stackUnits(sides, owner)
	shared := p.shared(sides[0].tag, sides[1].tag, ownersAmong(out.units)[0].sql)
	out.supports = append(out.supports, shared...)
	var branches []string
	for _, s := range sides {
		branches = append(branches, "SELECT "+strings.Join(s.o.list, ", ")+" FROM "+s.r.sql)
	}
	list := []string{"*"}
	for i, sp := range shared {
		list = append(list, overlapMark(sp.branch, i)+" AS "+sp.sql)
	}
	out.sql = "SELECT " + strings.Join(list, ", ") + " FROM (" + strings.Join(branches, " UNION ALL ") + ")"
	return out
}

// shared are the conditions that tell the persons of both sides from those of
// one: rows less persons is how many are in both. They are worked out only where
// a leaf asks for them.
func (p *planner) shared(a, b, owner string) []support {
	other := func(tag string) string { return "bool_or(" + tag + ") OVER (PARTITION BY " + owner + ")" }
	var out []support
	for i, sql := range []string{a + " AND NOT " + other(b), b + " AND NOT " + other(a), a + " AND " + other(b)} {
		if p.overlaps == nil {
			p.overlaps = map[int][]string{}
		}
		p.overlaps[p.branches] = append(p.overlaps[p.branches], sql)
		out = append(out, support{sql: "x" + itoa(p.branches) + "_" + itoa(i), spare: true, branch: p.branches})
	}
	return out
}

// overlapMark stands in SQL for a condition on both sides of a UNION.
func overlapMark(branch, i int) string { return "\x00x" + itoa(branch) + "." + itoa(i) + "\x00" }

// overlapped writes the conditions on both sides of those UNIONs that are asked
// for, and nothing for the others.
func (p *planner) overlapped(sql string, asked map[int]bool) string {
	if !strings.Contains(sql, "\x00x") {
		return sql
	}
	for branch, conditions := range p.overlaps {
		for i, c := range conditions {
			if !asked[branch] {
				c = "NULL::BOOLEAN"
			}
			sql = strings.ReplaceAll(sql, overlapMark(branch, i), c)
		}
	}
	return sql
}

// stackSide is one side of UNION ALL being written; tag is the column that is
// true on it.
type stackSide struct {
	r   *relation
	o   *output
	tag string
}

// stackHide adds a hidden column: sql on side n, other on the other one.
func stackHide(sides []*stackSide, n int, sql, other string) string {
	name := ""
	for i, s := range sides {
		if i == n {
			name = s.o.hide(sql)
		} else {
			name = s.o.hide(other)
		}
	}
	return name
}

// sideSupports are the conditions on which a column depends on one side: what is
// added up over both sides is made of the parts of each.
func (p *planner) sideSupports(v value) []support {
	out := v.supports
	if v.ident != "" || len(v.labels) > 0 {
		return out
	}
	v.supports = nil
	// What may not be aggregated at all needs no parts.
	ts, _ := (&scope{p: p, place: 'r'}).valueTerms(nil, v, nil)
	for _, t := range ts {
		if len(t.when) > 0 {
			out = append(out, support{sql: t.condition(), twoSided: t.twoSided, full: t.full, spare: t.spare})
		}
	}
	return append(out, support{sql: "(" + v.guarded() + " IS NOT NULL)", twoSided: true})
}

// stackSupport carries a condition of side n: both of its sides are among the
// rows of that side.
func (p *planner) stackSupport(sides []*stackSide, n int, sp support) []support {
	with := support{sql: stackHide(sides, n, "coalesce("+sp.sql+", FALSE)", "FALSE"), spare: sp.spare, branch: sp.branch}
	switch {
	case sp.branch == 0:
		with.branch, with.side = p.branches, sides[n].tag
	case sp.side != "":
		with.side = stackHide(sides, n, sp.side, "FALSE")
	}
	without := with
	for _, b := range sp.bits {
		with.bits = append(with.bits, unitBits{b.name, stackHide(sides, n, b.sql, "NULL")})
	}
	if !sp.twoSided {
		return []support{with}
	}
	without.sql, without.spare = stackHide(sides, n, "NOT coalesce("+sp.sql+", FALSE)", "FALSE"), !sp.full
	return []support{with, without}
}

// stackUnits lays the owners over each other, in their column when there is one,
// and the units besides them one by one of the same kind.
func stackUnits(sides []*stackSide, owner string) []unitRef {
	l, r := sides[0], sides[1]
	var out []unitRef
	taken := map[int]bool{}
	add := func(u unitRef, a, b string) {
		if !u.bits && owner != "" {
			u.sql = owner
		} else {
			l.o.hide(a)
			u.sql = r.o.hide(b)
		}
		out = append(out, u)
	}
	for _, u := range l.r.units {
		j := slices.IndexFunc(r.r.units, func(x unitRef) bool { return x.bits == u.bits && x.unit == u.unit })
		for j >= 0 && taken[j] {
			k := slices.IndexFunc(r.r.units[j+1:], func(x unitRef) bool { return x.bits == u.bits && x.unit == u.unit })
			if j += 1 + k; k < 0 {
				j = -1
			}
		}
		other := "NULL"
		if j >= 0 {
			taken[j] = true
			other = r.r.units[j].sql
		}
		add(u, u.sql, other)
	}
	for j, u := range r.r.units {
		if !taken[j] {
			add(u, "NULL", u.sql)
		}
	}
	return out
}

// merge makes v stand for itself and for w in UNION number id.
func (v *value) merge(w value, id int) {
	v.domain = unionDomain([]value{{domain: v.domain, sql: "?"}, {domain: w.domain, sql: "?"}})
	if v.kind == unknown {
		v.kind = w.kind
	}
	v.owner = v.owner && w.owner
	v.measure, v.stored = v.measure && w.measure, v.stored && w.stored
	v.invented, v.encoded, v.wide = v.invented || w.invented, v.encoded || w.encoded, v.wide || w.wide
	apart := len(v.labels) > 0 && len(w.labels) > 0 && !slices.ContainsFunc(v.labels, func(s string) bool { return slices.Contains(w.labels, s) })
	if !apart {
		v.labels, v.decides = nil, nil
		return
	}
	v.labels = append(slices.Clone(v.labels), w.labels...)
	v.decides = append(slices.Concat(v.decides, w.decides), id)
}

// distinctRows keeps one of equal rows; m is a member of FROM whose columns hold
// the owner.
func (p *planner) distinctRows(m *relation) *relation {
	o := &output{}
	var keys []string
	owner := ""
	for _, c := range m.columns {
		v := c.value
		keys = append(keys, v.sql)
		if v.owner {
			owner = v.sql
		}
		v.supports = gatheredAll(v.supports)
		o.add(c.name, v)
	}
	units := slices.Clone(m.units)
	for i, u := range units {
		if u.bits {
			units[i].sql = "bit_or(" + u.sql + ")"
		} else {
			units[i].sql = owner
		}
	}
	out := o.relation(person, units, gatheredAll(m.supports), " FROM "+m.sql+" GROUP BY "+strings.Join(keys, ", "))
	out.open, out.unique = m.open, len(keys) == 1
	return out
}

// gathered is the condition on any of the rows that fall together.
func (sp support) gathered() support {
	sp.sql = "bool_or(" + sp.sql + ")"
	if sp.side != "" {
		sp.side = "bool_or(" + sp.side + ")"
	}
	return sp
}

// gatheredAll are conditions on any of the rows that fall together.
func gatheredAll(supports []support) []support {
	var out []support
	for _, sp := range supports {
		sp = sp.gathered()
		bits := sp.bits
		sp.bits = nil
		for _, b := range bits {
			sp.bits = append(sp.bits, unitBits{b.name, "bit_or(" + b.sql + ")"})
		}
		out = append(out, sp)
	}
	return out
}
