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
		d.src.inputs = append(d.src.inputs, in.rel)
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
		from: func(bool) ([]string, string) { return nil, in.rel.ref() },
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

// concatenate reads data sets one after the other, or interleaved by their keys.
func (d *dataStep) concatenate(inputs []*input) {
	columns := union(inputs)
	from := func(row bool) ([]string, string) {
		var parts []string
		for i, in := range inputs {
			var list []string
			for _, c := range columns {
				list = append(list, as(d.typed(in, c, ""), c.name))
			}
			for j, other := range inputs {
				if other.ref.in != "" {
					list = append(list, fmt.Sprintf("%v AS %s", i == j, sqlName("in_"+other.ref.in)))
				}
			}
			if row {
				list = append(list, fmt.Sprintf("%d AS _set, _row", i+1))
			}
			part := "  SELECT " + strings.Join(list, ", ") + "\n  FROM " + in.rel.ref()
			if in.where != "" {
				part += "\n  WHERE " + in.where
			}
			parts = append(parts, part)
		}
		ctes := []string{"together AS (\n" + strings.Join(parts, "\n  UNION ALL\n") + "\n)"}
		if !row {
			return ctes, "together"
		}
		order := d.orderBy("")
		ctes = append(ctes, "in_order AS (\n  SELECT * EXCLUDE (_set, _row), row_number() OVER (ORDER BY "+order+"_set, _row) AS _row\n  FROM together\n)")
		return ctes, "in_order"
	}
	d.src = rowSource{columns: columns, sql: plainNames(columns), from: from}
}

// orderBy is the order of the keys, with a comma behind.
func (d *dataStep) orderBy(prefix string) string {
	var b strings.Builder
	for _, k := range d.by {
		b.WriteString(prefix + sqlName(k))
		if d.desc[k] {
			b.WriteString(" DESC NULLS LAST, ")
		} else {
			b.WriteString(" NULLS FIRST, ")
		}
	}
	return b.String()
}

// mergeBy pairs the rows of each key: the first with the first, the second with
// the second; a data set that has no more keeps giving its last. Where at most one
// data set has several rows of a key, that is a join.
func (d *dataStep) mergeBy(inputs []*input) {
	many := 0
	seen := map[string]bool{}
	for i, in := range inputs {
		if !in.unique {
			many++
		}
		in.alias = strings.Trim(in.rel.name, `"`) + "_n"
		if seen[in.alias] {
			in.alias = fmt.Sprintf("%s%d", in.alias, i+1)
		}
		seen[in.alias] = true
	}
	columns := union(inputs)
	// Keys stand first.
	slices.SortStableFunc(columns, func(a, b *column) int { return rankOf(d.by, a.name) - rankOf(d.by, b.name) })
	shared := false
	for _, c := range columns {
		n := 0
		for _, in := range inputs {
			if _, ok := in.sql[c.name]; ok {
				n++
			}
		}
		shared = shared || n > 1 && !slices.Contains(d.by, c.name)
	}
	d.src = rowSource{columns: columns, sql: plainNames(columns)}
	if many == 0 {
		d.src.unique = append(d.src.unique, slices.Clone(d.by))
	}
	for _, b := range d.by {
		if many <= 1 && same(inputs, b) == " = " {
			d.p.noteAt(d.at, meeting)
		}
	}
	paired := many > 1 || many == 1 && shared
	d.src.ordered = paired
	d.src.from = func(row bool) ([]string, string) {
		if paired {
			return d.pairs(inputs, columns, row)
		}
		return d.join(inputs, columns, row)
	}
}

func rankOf(by []string, n string) int {
	if i := slices.Index(by, n); i >= 0 {
		return i
	}
	return len(by)
}

// subquery reads an input of a join under the names of SAS.
func (in *input) subquery(d *dataStep, columns []*column, more ...string) string {
	var list []string
	for _, c := range columns {
		if _, ok := in.sql[c.name]; ok {
			list = append(list, as(d.typed(in, c, ""), c.name))
		}
	}
	text := "  SELECT " + strings.Join(append(list, more...), ", ") + "\n  FROM " + in.rel.ref()
	if in.where != "" {
		text += "\n  WHERE " + in.where
	}
	return in.alias + " AS (\n" + text + "\n)"
}

// join is a merge in which every key has several rows in one data set at most.
func (d *dataStep) join(inputs []*input, columns []*column, row bool) ([]string, string) {
	var ctes []string
	for _, in := range inputs {
		more := []string{"true AS _in"}
		if row && !in.unique {
			more = append(more, "_row")
		}
		ctes = append(ctes, in.subquery(d, columns, more...))
	}
	joinedAs := slices.Clone(inputs)
	wanted := func(in *input) bool { return in.ref.in != "" && slices.Contains(d.wantedSides, in.ref.in) }
	slices.SortStableFunc(joinedAs, func(a, b *input) int {
		return map[bool]int{true: -1}[wanted(a)] - map[bool]int{true: -1}[wanted(b)]
	})
	key := func(n int, k string) string {
		if wanted(joinedAs[0]) {
			n = 1
		}
		var list []string
		for _, in := range joinedAs[:n] {
			list = append(list, in.alias+"."+sqlName(k))
		}
		if n == 1 {
			return list[0]
		}
		return "coalesce(" + strings.Join(list, ", ") + ")"
	}
	from := joinedAs[0].alias
	for i, in := range joinedAs[1:] {
		var on []string
		for _, k := range d.by {
			on = append(on, in.alias+"."+sqlName(k)+same(inputs, k)+key(i+1, k))
		}
		join := "FULL JOIN "
		switch {
		case wanted(in):
			join = "JOIN "
		case wanted(joinedAs[0]):
			join = "LEFT JOIN "
		}
		from += "\n    " + join + in.alias + " ON " + strings.Join(on, " AND ")
	}
	var list []string
	for _, c := range columns {
		if slices.Contains(d.by, c.name) {
			list = append(list, key(len(inputs), c.name)+" AS "+sqlName(c.name))
			continue
		}
		list = append(list, d.last(inputs, c, func(in *input) string { return in.alias + "._in" })+" AS "+sqlName(c.name))
	}
	for _, in := range inputs {
		if in.ref.in != "" && wanted(in) {
			list = append(list, "true AS "+sqlName("in_"+in.ref.in))
		} else if in.ref.in != "" {
			list = append(list, "coalesce("+in.alias+"._in, false) AS "+sqlName("in_"+in.ref.in))
		}
	}
	if row {
		order := d.orderBy("")
		inner := ""
		for _, in := range inputs {
			if !in.unique {
				inner = in.alias + "._row"
			}
		}
		for _, k := range d.by { // the keys of the join, not of one side
			order = strings.Replace(order, sqlName(k)+" ", key(len(inputs), k)+" ", 1)
		}
		list = append(list, "row_number() OVER (ORDER BY "+strings.TrimSuffix(order+inner, ", ")+") AS _row")
	}
	ctes = append(ctes, "merged AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)")
	return ctes, "merged"
}

// same is how the keys of a join meet.
func same(inputs []*input, key string) string {
	for _, in := range inputs {
		for _, c := range in.list {
			if c.name == key && !c.id {
				return " IS NOT DISTINCT FROM "
			}
		}
	}
	return " = "
}

// last is the value of a column that several data sets have: that of the last
// one that has the key.
func (d *dataStep) last(inputs []*input, c *column, present func(in *input) string) string {
	var have []*input
	for _, in := range inputs {
		if _, ok := in.sql[c.name]; ok {
			have = append(have, in)
		}
	}
	out := have[0].alias + "." + sqlName(c.name)
	if len(have) == 1 {
		return out
	}
	text := "CASE"
	for i := len(have) - 1; i > 0; i-- {
		text += " WHEN " + present(have[i]) + " THEN " + have[i].alias + "." + sqlName(c.name)
	}
	return text + " ELSE " + out + " END"
}

// pairs is the general merge.
func (d *dataStep) pairs(inputs []*input, columns []*column, row bool) ([]string, string) {
	keys := strings.Join(sqlNames(d.by), ", ")
	partition := "PARTITION BY " + keys
	var ctes, spine []string
	for _, in := range inputs {
		ctes = append(ctes, in.subquery(d, columns,
			"row_number() OVER ("+partition+" ORDER BY _row) AS _i", "count(*) OVER ("+partition+") AS _of"))
		spine = append(spine, "SELECT "+keys+", _i FROM "+in.alias)
	}
	ctes = append(ctes, "places AS (\n  "+strings.Join(spine, "\n  UNION\n  ")+"\n)")
	from := "places"
	for _, in := range inputs {
		var on []string
		for _, k := range d.by {
			on = append(on, in.alias+"."+sqlName(k)+" IS NOT DISTINCT FROM places."+sqlName(k))
		}
		on = append(on, in.alias+"._i = least(places._i, "+in.alias+"._of)")
		from += "\n    LEFT JOIN " + in.alias + " ON " + strings.Join(on, " AND ")
	}
	var list []string
	for _, c := range columns {
		if slices.Contains(d.by, c.name) {
			list = append(list, "places."+sqlName(c.name))
			continue
		}
		list = append(list, d.lastRead(inputs, c)+" AS "+sqlName(c.name))
	}
	for _, in := range inputs {
		if in.ref.in != "" {
			list = append(list, in.alias+"._of IS NOT NULL AS "+sqlName("in_"+in.ref.in))
		}
	}
	if row {
		list = append(list, "row_number() OVER (ORDER BY "+d.orderBy("places.")+"places._i) AS _row")
	}
	ctes = append(ctes, "merged AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)")
	return ctes, "merged"
}

// lastRead is the value of a column that several data sets have: that of the one
// that was read last, the rightmost of those that were read together.
func (d *dataStep) lastRead(inputs []*input, c *column) string {
	var have []*input
	for _, in := range inputs {
		if _, ok := in.sql[c.name]; ok {
			have = append(have, in)
		}
	}
	out := have[0].alias + "." + sqlName(c.name)
	reads := func(in *input) string { return "coalesce(" + in.alias + "._i, 0)" }
	best := reads(have[0])
	for _, in := range have[1:] {
		out = fmt.Sprintf("CASE WHEN %s >= %s THEN %s ELSE %s END", reads(in), best, in.alias+"."+sqlName(c.name), out)
		best = "greatest(" + best + ", " + reads(in) + ")"
	}
	return out
}
