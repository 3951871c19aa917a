package sas

import (
	"fmt"
	"slices"
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
	if ref.obs > 0 || ref.firstobs > 0 {
		return nil, fmt.Errorf("obs= and firstobs= are not understood: filter on a key")
	}
	in.unique = rel.uniqueBy(d.by) && ref.rename == nil
	if len(ref.where) > 0 {
		r := *d.r
		r.lookup = func(n name) (val, error) {
			for _, c := range in.list {
				if c.name == n.name && n.qualifier == "" {
					return val{sql: in.sql[c.name], kind: c.kind, prec: precAtom, length: c.length}, nil
				}
			}
			if !rel.known && n.qualifier == "" {
				return val{sql: sqlName(n.name), prec: precAtom}, nil
			}
			return null, fmt.Errorf("%s has no variable %s", ref.name, n.name)
		}
		e, err := (&parser{tokens: ref.where}).parse()
		if err != nil {
			return nil, err
		}
		c, err := r.cond(e, false)
		if err != nil {
			return nil, err
		}
		in.where = c.sql
	}
	return in, nil
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

func (d *dataStep) readSource(op string, p *parser) error {
	refs := p.setRefs()
	if p.err == nil && !p.done() {
		p.fail("the option %s is not understood here", p.peek().original)
	}
	if p.err != nil {
		return p.err
	}
	var inputs []*input
	for _, ref := range refs {
		in, err := d.read(ref)
		if err != nil {
			return err
		}
		inputs = append(inputs, in)
	}
	switch {
	case len(inputs) == 0:
		return fmt.Errorf("%s without a data set is not understood", op)
	case len(inputs) == 1:
		d.single(inputs[0])
	case op == "set":
		d.concatenate(inputs)
	default:
		if len(d.by) == 0 {
			return fmt.Errorf("merge without by is not understood: it pairs rows by their places")
		}
		for _, b := range d.by {
			for _, in := range inputs {
				if _, ok := in.sql[b]; !ok {
					return fmt.Errorf("%s has no variable %s, or its columns are not known", in.ref.name, b)
				}
			}
		}
		d.mergeBy(inputs)
	}
	for _, in := range inputs {
		d.src.inputs = append(d.src.inputs, in)
		if !in.rel.known && len(inputs) > 1 {
			return fmt.Errorf("the columns of %s must be known here: say what they are in the mapping file", in.ref.name)
		}
	}
	d.adopt()
	for _, in := range inputs {
		if in.ref.in != "" {
			d.inFlag(in, len(inputs) == 1)
		}
	}
	return nil
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
		d.env[c.name] = val{sql: sql, kind: c.kind, prec: precAtom, length: c.length, id: c.id}
	}
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
	if in.where != "" {
		d.where = both(d.where, val{sql: in.where, prec: precOr, cond: true})
	}
	d.src = rowSource{
		columns: in.list, sql: in.sql, open: !in.rel.known,
		from:  func(numbering) ([]string, string) { return nil, in.rel.ref() },
		needs: func(n numbering) { in.need(n) },
	}
	for _, u := range in.rel.unique {
		if in.ref.rename == nil {
			d.src.unique = append(d.src.unique, u)
		}
	}
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
		return "NULL"
	}
	sql = prefix + sql
	for _, own := range in.list {
		if own.name == c.name && own.kind != c.kind && c.kind == numberKind {
			return d.r.toNumber(val{sql: sql, kind: own.kind, prec: precAtom}).sql
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
	columns := union(inputs)
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
			in.need(n)
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
	for j, other := range inputs {
		if other.ref.in != "" {
			list = append(list, fmt.Sprintf("%v AS %s", i == j, sqlName("in_"+other.ref.in)))
		}
	}
	if row {
		list = append(list, fmt.Sprintf("%d AS _set, _row", i+1))
	}
	return "  SELECT " + strings.Join(list, ", ") + "\n  FROM " + inputs[i].rel.ref()
}

// filter is the condition of where= on a line of its own.
func (in *input) filter(margin string) string {
	if in.where == "" {
		return ""
	}
	return "\n" + margin + "WHERE " + in.where
}

// orderTerms are the BY variables as terms of ORDER BY.
func (d *dataStep) orderTerms(write func(k string) string) []string {
	terms := make([]string, len(d.by))
	for i, k := range d.by {
		terms[i] = write(k) + map[bool]string{true: " DESC NULLS LAST", false: " NULLS FIRST"}[d.desc[k]]
	}
	return terms
}
