package sas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// input is a data set that a step reads, with its options.
type input struct {
	rel    *relation
	ref    setRef
	list   []*column         // as SAS names them
	sql    map[string]string // as the relation names them
	where  string
	alias  string
	unique bool // no two rows of a key
}

// read makes an input of a data set and its options.
func (d *dataStep) read(ref setRef) (*input, error) {
	if ref.obs > 0 || ref.firstobs > 0 {
		return nil, fmt.Errorf("obs= and firstobs= are not understood here: filter on a key")
	}
	return d.open(ref)
}

// open is read for those that can leave rows out by their places.
func (d *dataStep) open(ref setRef) (*input, error) {
	if line, lost := d.p.lost[setName(ref.name)]; lost {
		return nil, fmt.Errorf("it reads %s, which the step that is not translated at line %d makes", ref.name, line)
	}
	rel := d.p.set(ref.name)
	in := &input{rel: rel, ref: ref, sql: map[string]string{}}
	keep, err := pick(rel.columns, ref.keep)
	if err != nil {
		return nil, err
	}
	drop, err := pick(rel.columns, ref.drop)
	if err != nil {
		return nil, err
	}
	for _, c := range rel.columns {
		if ref.keep != nil && !slices.Contains(keep, c.name) || slices.Contains(drop, c.name) {
			continue
		}
		copied := *c
		for _, pair := range ref.rename {
			if pair[0] == c.name {
				copied.name = pair[1]
			}
		}
		in.list = append(in.list, &copied)
		in.sql[copied.name] = sqlName(c.name)
	}
	if err := apart(in.list); err != nil {
		return nil, err
	}
	in.unique = rel.uniqueBy(in.originals(d.by))
	if len(ref.where) > 0 {
		if err := d.restrict(in, ref.where); err != nil {
			return nil, err
		}
	}
	if ref.none {
		in.where = never.sql
	}
	return in, nil
}

// restrict filters what is read of an input.
func (d *dataStep) restrict(in *input, where []token) error {
	r := *d.r
	r.lookup = func(n name) (val, error) {
		for _, c := range in.list {
			if c.name == n.name && n.qualifier == "" {
				return val{sql: in.sql[c.name], kind: c.kind, prec: precAtom, length: c.length}, nil
			}
		}
		if !in.rel.known && n.qualifier == "" {
			return val{sql: sqlName(n.name), prec: precAtom}, nil
		}
		return null, fmt.Errorf("%s has no variable %s", in.ref.name, n.name)
	}
	e, err := (&parser{tokens: where}).parse()
	if err != nil {
		return err
	}
	c, err := r.cond(e, false)
	if err != nil {
		return err
	}
	if in.where != "" {
		c = both(val{sql: in.where, prec: precOr, cond: true}, c)
	}
	in.where = c.sql
	return nil
}

// originals are the names that variables have in the data set itself.
func (in *input) originals(names []string) (out []string) {
	for _, n := range names {
		if sql, ok := in.sql[n]; ok {
			n = strings.Trim(sql, `"`)
		}
		out = append(out, n)
	}
	return out
}

// pick are the names of the columns that a list of variables means.
func pick(columns []*column, list []expr) ([]string, error) {
	var out []string
	index := func(n string) int { return slices.IndexFunc(columns, func(c *column) bool { return c.name == n }) }
	for _, e := range list {
		switch e := e.(type) {
		case name:
			out = append(out, e.name)
		case unary:
			stem := e.x.(name).name
			for _, c := range columns {
				if strings.HasPrefix(c.name, stem) {
					out = append(out, c.name)
				}
			}
		case binary:
			if e.op == "-" {
				names, err := numbered(e)
				if err != nil {
					return nil, err
				}
				out = append(out, names...)
				continue
			}
			from, to := index(e.x.(name).name), index(e.y.(name).name)
			if from < 0 || to < from {
				return nil, fmt.Errorf("%s--%s is no list of variables here", e.x.(name).name, e.y.(name).name)
			}
			for _, c := range columns[from : to+1] {
				out = append(out, c.name)
			}
		default:
			return nil, fmt.Errorf("this list of variables is not understood")
		}
	}
	return out, nil
}

// adopt makes the variables of the source known.
func (d *dataStep) adopt() {
	for _, c := range d.src.columns {
		d.variable(c.name)
		if k, ok := d.kinds[c.name]; !ok || k == unknownKind {
			d.kinds[c.name] = c.kind
		}
		if _, ok := d.lengths[c.name]; !ok {
			d.lengths[c.name] = c.length
		}
		if c.format.name != "" || c.format.width > 0 {
			d.formats[c.name] = c.format
		}
		sql := d.src.sql[c.name]
		d.taken[strings.Trim(sql, `"`)] = true
		d.taken[c.name] = true
		d.env[c.name] = d.sized(c, val{sql: sql, kind: c.kind, prec: precAtom, length: c.length, id: c.id}, d.lengths[c.name])
	}
}

// sized is a column cut to the length that its variable got earlier: from LENGTH, or
// from the data set that is named first. An identifier stays as it is.
func (d *dataStep) sized(c *column, v val, length int) val {
	if c.kind != textKind || length == 0 || c.id {
		return v
	}
	return cutTo(v, length)
}

func (d *dataStep) inFlag(in *input, single bool) {
	v := constant(1)
	if !single {
		v = val{sql: sqlName("in_" + in.ref.in), kind: numberKind, prec: precAtom, sure: true, cond: true}
		d.taken["in_"+in.ref.in] = true
	}
	d.env[in.ref.in] = v
}

// single reads one data set.
func (d *dataStep) single(in *input) {
	d.src = rowSource{columns: in.list, sql: in.sql, open: !in.rel.known, needs: func(n numbering) { in.need(n.and(in.places())) }}
	if in.placed() {
		d.src.from = func(numbering) ([]string, string) {
			return []string{"chosen AS (\n  SELECT *\n  FROM " + in.rel.ref() + in.filter("  ") + "\n)"}, "chosen"
		}
	} else {
		d.src.from = func(numbering) ([]string, string) { return nil, in.rel.ref() }
		if in.where != "" {
			d.where = both(d.where, val{sql: in.where, prec: precOr, cond: true})
		}
	}
	for _, c := range in.rel.columns { // those that are dropped are there in SQL
		d.taken[c.name] = true
	}
	for _, u := range in.rel.unique {
		if in.ref.rename == nil {
			d.src.unique = append(d.src.unique, u)
		}
	}
}

// union is the columns of several inputs as the step knows them: LENGTH in front of
// them says how long they are.
func (d *dataStep) union(inputs []*input) []*column {
	list := union(inputs)
	for i, c := range list {
		if n := d.lengths[c.name]; n > 0 && c.kind == textKind {
			copied := *c
			copied.length = n
			list[i] = &copied
		}
	}
	return list
}

// union is the columns of several inputs, in SAS's order.
func union(inputs []*input) (list []*column) {
	for _, in := range inputs {
		for _, c := range in.list {
			i := slices.IndexFunc(list, func(o *column) bool { return o.name == c.name })
			if i < 0 {
				list = append(list, c)
			} else if list[i].kind != c.kind && list[i].kind == dateKind && c.kind == numberKind {
				copied := *list[i]
				copied.kind = numberKind
				list[i] = &copied
			}
		}
	}
	return list
}

// typed reads a column of an input as the kind that it has in the step.
func (d *dataStep) typed(in *input, c *column, prefix string) string {
	sql, ok := in.sql[c.name]
	if !ok {
		if c.kind == unknownKind {
			return "NULL"
		}
		return "CAST(NULL AS " + typeOf(c.kind) + ")"
	}
	sql = prefix + sql
	for _, own := range in.list {
		switch {
		case own.name != c.name:
		case own.kind != c.kind && c.kind == numberKind:
			return d.r.toNumber(val{sql: sql, kind: own.kind, prec: precAtom}).sql
		case own.kind == textKind:
			return d.sized(c, val{sql: sql, kind: own.kind, prec: precAtom, length: own.length}, c.length).sql
		}
	}
	return sql
}

func as(sql, name string) string {
	if sql == sqlName(name) {
		return sql
	}
	return sql + " AS " + sqlName(name)
}

func plainNames(columns []*column) map[string]string {
	out := map[string]string{}
	for _, c := range columns {
		out[c.name] = sqlName(c.name)
	}
	return out
}

// need demands an order of the input's rows, told in the step's variables.
func (in *input) need(n numbering) {
	in.rel.need(n.named(func(k string) (string, bool) {
		sql, ok := in.sql[k]
		return strings.Trim(sql, `"`), ok
	}))
}

// concatenate reads data sets one after the other, or interleaved by their keys.
func (d *dataStep) concatenate(inputs []*input) {
	columns := d.union(inputs)
	from := func(n numbering) ([]string, string) {
		var parts []string
		for i, in := range inputs {
			parts = append(parts, d.stacked(inputs, i, columns, n.row)+in.filter("  "))
		}
		ctes := []string{"together AS (\n" + strings.Join(parts, "\n  UNION ALL\n") + "\n)"}
		if !n.row {
			return ctes, "together"
		}
		number := n.number(append(d.orderTerms(sqlName), "_set", "_row")...)
		ctes = append(ctes, "in_order AS (\n  SELECT * EXCLUDE (_set, _row), "+number+"\n  FROM together\n)")
		return ctes, "in_order"
	}
	needs := func(n numbering) {
		for _, in := range inputs {
			in.need(n.and(in.places()))
		}
	}
	d.src = rowSource{columns: columns, sql: plainNames(columns), from: from, needs: needs}
}

// stacked reads the i-th of the data sets that are read one after the other.
func (d *dataStep) stacked(inputs []*input, i int, columns []*column, row bool) string {
	var list []string
	for _, c := range columns {
		list = append(list, as(d.typed(inputs[i], c, ""), c.name))
	}
	var flags []string // a list of data sets has one for all
	for _, other := range inputs {
		if flag := other.ref.in; flag != "" && !slices.Contains(flags, flag) {
			flags = append(flags, flag)
			list = append(list, fmt.Sprintf("%v AS %s", inputs[i].ref.in == flag, sqlName("in_"+flag)))
		}
	}
	if row {
		list = append(list, fmt.Sprintf("%d AS _set, _row", i+1))
	}
	return "  SELECT " + strings.Join(list, ", ") + "\n  FROM " + inputs[i].rel.ref()
}

// condition is where= on a line of its own.
func (in *input) condition(before string) string {
	if in.where == "" {
		return ""
	}
	return before + "WHERE " + in.where
}

// filter are the conditions of where=, firstobs= and obs= on lines of their own.
func (in *input) filter(margin string) string {
	text := in.condition("\n" + margin)
	if !in.placed() {
		return text
	}
	test := ">= " + strconv.Itoa(in.ref.firstobs)
	switch {
	case in.ref.firstobs <= 1:
		test = "<= " + strconv.Itoa(in.ref.obs)
	case in.ref.obs > 0:
		test = fmt.Sprintf("BETWEEN %d AND %d", in.ref.firstobs, in.ref.obs)
	}
	return text + "\n" + margin + "QUALIFY row_number() OVER (ORDER BY _row) " + test
}

// placed tells whether rows are left out by their places.
func (in *input) placed() bool { return in.ref.obs > 0 || in.ref.firstobs > 1 }

// places is the order that this takes.
func (in *input) places() numbering { return numbering{row: in.placed()} }

// orderTerms are the BY variables as terms of ORDER BY.
func (d *dataStep) orderTerms(write func(k string) string) []string {
	terms := make([]string, len(d.by))
	for i, k := range d.by {
		terms[i] = write(k) + map[bool]string{true: " DESC NULLS LAST", false: " NULLS FIRST"}[d.desc[k]]
	}
	return terms
}
