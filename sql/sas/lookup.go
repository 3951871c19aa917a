package sas

import (
	"fmt"
	"slices"
	"strings"
)

// What hash objects are asked for: FIND and CHECK.

// lookup is the join of the rows with a hash object by some values.
type lookup struct {
	d     *dataStep
	hash  *hashObject
	keys  []val
	found string            // the column that tells whether the key is there
	data  map[string]string // the columns of its variables
}

func (l *lookup) columns() []string {
	out := []string{l.found}
	for _, n := range l.hash.data {
		out = append(out, l.data[n])
	}
	return out
}

func (l *lookup) text() string {
	var out []string
	for _, k := range l.keys {
		out = append(out, k.sql)
	}
	return strings.Join(out, " ")
}

func (l *lookup) ctes(from string) ([]string, string) {
	list := []string{from + ".*", l.hash.alias + "._in IS NOT NULL AS " + sqlName(l.found)}
	for _, n := range l.hash.data {
		list = append(list, l.hash.alias+"."+as(sqlName(n), l.data[n]))
	}
	var on []string
	for i, k := range l.hash.keys {
		c := l.hash.column(k)
		other := val{sql: l.hash.alias + "." + sqlName(k), kind: c.kind, prec: precAtom}
		own := l.keys[i]
		if own.number == nil && own.text == nil && !own.isNull() {
			own.sql = from + "." + own.sql
		}
		own, other = l.d.r.alike(own, other)
		on = append(on, other.sql+meets(own, c)+own.sql)
	}
	name := "with_" + strings.TrimPrefix(l.found, "in_")
	join := name + " AS (\n  SELECT " + strings.Join(list, ", ") + "\n  FROM " + from + "\n    LEFT JOIN " + sqlName(l.hash.alias) + " ON " + strings.Join(on, " AND ") + "\n)"
	return []string{l.hash.query(l.d), join}, name
}

// meets is how a value meets a key: identifiers by =.
func meets(own val, key *column) string {
	if own.sure || own.id && key.id {
		return " = "
	}
	return " IS NOT DISTINCT FROM "
}

// plainColumn tells whether SQL is the name of a column.
func plainColumn(sql string) bool { return sqlName(strings.Trim(sql, `"`)) == sql }

func (h *hashObject) column(n string) *column {
	for _, c := range h.in.list {
		if c.name == n {
			return c
		}
	}
	return nil
}

// ask asks a hash object for a key: 0 when it is there.
func (d *dataStep) ask(m method) (val, error) {
	h := d.objects[m.object]
	switch {
	case h == nil:
		return null, fmt.Errorf("there is no hash object %s", m.object)
	case !h.done:
		return null, fmt.Errorf("the hash object %s is asked before it is defined", m.object)
	case m.name != "find" && m.name != "check":
		return null, fmt.Errorf("%s.%s is not understood: what a step puts into a hash object, or reads out of it in order, write with BY, with RETAIN or with GROUP BY", m.object, m.name)
	case d.spread != nil || len(d.src.inputs) == 0:
		return null, fmt.Errorf("%s.%s is understood for rows that are read alone", m.object, m.name)
	}
	keys, err := d.askedKeys(h, m)
	if err != nil {
		return null, err
	}
	l := d.lookUp(m.object, h, keys)
	found := val{sql: sqlName(l.found), prec: precAtom, cond: true, sure: true}
	if m.name == "find" {
		for _, n := range h.data {
			d.take(n, found, l)
		}
	}
	code := negation(found)
	code.kind = numberKind
	code.split = &split{found.sql, constant(0), constant(1)}
	return code, nil
}

// askedKeys are the values of the keys that are asked for.
func (d *dataStep) askedKeys(h *hashObject, m method) (keys []val, err error) {
	if len(m.args) > 0 && len(m.args) != len(h.keys) {
		return nil, fmt.Errorf("the hash object %s has %d keys", m.object, len(h.keys))
	}
	for i, k := range h.keys {
		var e expr = name{"", k}
		if len(m.args) > 0 {
			if m.args[i].tag != "key" {
				return nil, fmt.Errorf("%s: is not understood in %s", m.args[i].tag, m.name)
			}
			e = m.args[i].value
		}
		v, err := d.r.value(e)
		if err != nil {
			return nil, err
		}
		if v.cond {
			v = d.r.toNumber(v)
		}
		c := h.column(k)
		switch {
		case v.kind != unknownKind && (v.kind == textKind) != (c.kind == textKind):
			return nil, fmt.Errorf("the key %s is a text in one place and a number in another, and SAS stops", k)
		case v.id && c.id:
			d.p.noteAt(d.at, meeting)
		case d.lengths[k] > 0 && v.length > d.lengths[k]:
			d.p.noteAt(d.at, "a key that is longer than %s is cut in SAS", k)
		}
		if v.number == nil && v.text == nil && !plainColumn(v.sql) {
			v = d.column(k, v)
		}
		keys = append(keys, v)
	}
	return keys, nil
}

// lookUp adds a join, or finds the one that is the same.
func (d *dataStep) lookUp(object string, h *hashObject, keys []val) *lookup {
	for _, c := range d.columns {
		if l, ok := c.relay.(*lookup); ok && l.hash == h && slices.EqualFunc(l.keys, keys, func(a, b val) bool { return a.sql == b.sql }) {
			return l
		}
	}
	l := &lookup{d: d, hash: h, keys: keys, found: d.fresh("in_" + object), data: map[string]string{}}
	for _, n := range h.data {
		l.data[n] = d.fresh(n)
	}
	d.columns = append(d.columns, computed{name: l.found, relay: l})
	return l
}

// take gives a variable what was found; else it stays as it is.
func (d *dataStep) take(n string, found val, l *lookup) {
	c := l.hash.column(n)
	d.variable(n)
	v := d.fit(n, val{sql: sqlName(l.data[n]), kind: c.kind, prec: precAtom, length: c.length})
	old, ok := d.env[n]
	switch {
	case d.retained[n] != nil:
		d.env[n] = d.caseTree(n, found, d.keepTree(n, v), old)
		return
	case !ok:
		old = d.untouched(n)
	}
	out := v // the join has NULL where nothing is found
	if !old.isNull() {
		out = d.choose(n, found, v, old)
	}
	out.split = &split{found.sql, v, old}
	d.env[n] = out
}

// split is a value that is one of two, by whether a hash object has a key.
type split struct {
	found   string
	yes, no val
}

// given is a value where a condition holds: it may say whether the key is there.
func given(v val, condition string) val {
	for depth := 0; v.split != nil && depth < 50; depth++ {
		parts := conjuncts(condition)
		switch {
		case slices.Contains(parts, v.split.found):
			v = v.split.yes
		case slices.Contains(parts, "NOT "+v.split.found):
			v = v.split.no
		default:
			return v
		}
	}
	return v
}

// findsInto are the variables to which FIND gives values in a statement.
func (d *dataStep) findsInto(s *dataStmt) (names []string) {
	for _, e := range []expr{s.value, s.cond} {
		visit(e, func(e expr) bool {
			if m, ok := e.(method); ok && m.name == "find" && d.objects[m.object] != nil {
				names = append(names, d.objects[m.object].data...)
			}
			return true
		})
	}
	return names
}

// asked are the hash objects that the columns of a view need.
func (d *dataStep) asked() (list []*hashObject) {
	for _, c := range d.columns {
		if l, ok := c.relay.(*lookup); ok && !slices.Contains(list, l.hash) {
			list = append(list, l.hash)
		}
	}
	return list
}

// kept stands for a value of an earlier row, where that is not to be computed.
const kept = "\x04"

// shape makes the variables of a data set known that is never read. What FIND puts
// into them stays until it finds something again.
func (d *dataStep) shape(s *dataStmt) {
	inputs, err := d.openAll(s.refs)
	if err != nil {
		d.p.fail(s.at, "%v", err)
		return
	}
	for _, in := range inputs {
		if !in.rel.known {
			d.p.fail(s.at, "the columns of %s must be known here: say what they are in the mapping file", in.ref.name)
			return
		}
		for _, c := range in.list {
			if slices.Contains(d.vars, c.name) {
				continue
			}
			d.variable(c.name)
			d.kinds[c.name], d.lengths[c.name] = c.kind, c.length
			if c.format.name != "" || c.format.width > 0 {
				d.formats[c.name] = c.format
			}
			d.shaped = append(d.shaped, c.name)
		}
	}
}

// keepShapes begins the variables that are known and not read.
func (d *dataStep) keepShapes() {
	for _, n := range d.shaped {
		switch _, read := d.env[n]; {
		case read:
		case !d.assigned[n]: // by nothing: it is missing
		case d.firm:
			d.retain(n, val{sql: "NULL", kind: d.kinds[n], prec: precAtom})
		default:
			d.env[n] = val{sql: kept, kind: d.kinds[n], prec: precAtom, length: d.lengths[n]}
		}
	}
}

// leans tells whether something that is written or retained depends on a value of an
// earlier row that is not there.
func (d *dataStep) leans(outs []setRef) bool {
	if d.firm || len(d.shaped) == 0 {
		return false
	}
	is := func(sql string) bool {
		return d.traces(sql, func(sql string) bool { return strings.Contains(sql, kept) }, func(*tree) bool { return false }, 0)
	}
	for n := range d.retained {
		if is(d.env[n].sql) {
			return true
		}
	}
	return d.writesAny(outs, is) || slices.ContainsFunc(d.puts, func(p symput) bool {
		for _, v := range p.row.env {
			if is(v.sql) {
				return true
			}
		}
		return is(p.row.cond.sql)
	})
}
