package sas

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// finish makes the views of a DATA step.
func (d *dataStep) finish(outs []setRef) {
	before := d.p.last
	if err := d.putMacros(); err != nil {
		d.p.fail(d.from, "%v", err)
		d.p.abandon(d.from, d.to)
		return
	}
	d.p.last = before
	for _, ref := range outs {
		if setName(ref.name) == "_null_" {
			if len(outs) == 1 && len(d.puts) == 0 {
				for i := d.from; i < d.to; i++ {
					d.p.inert(i)
				}
				d.p.at = d.from
				d.p.comment("left out: it writes no data set")
			}
			continue
		}
		var outputs []outputRow
		for _, o := range d.outputs {
			if o.into == nil || slices.Contains(o.into, setName(ref.name)) {
				outputs = append(outputs, o)
			}
		}
		if err := d.view(ref, outputs); err != nil {
			d.p.fail(d.from, "%v", err)
			d.p.abandon(d.from, d.to)
			return
		}
	}
}

// view makes one view.
func (d *dataStep) view(ref setRef, outputs []outputRow) error {
	names, err := d.kept(ref)
	if err != nil {
		return err
	}
	own := *d // the columns that this view needs
	own.columns = slices.Clone(d.columns)
	for i := range outputs {
		env := map[string]val{}
		for _, n := range names {
			env[n] = outputs[i].env[n]
			switch {
			case slices.Contains(d.codes, n) && env[n].number == nil:
				d.p.noteAt(d.from, "%s is 1 where a key is not there: SAS has another number", n)
			case slices.Contains(d.defined, n) && !slices.Contains(d.codes, n):
				d.p.noteAt(d.from, "%s is missing: in SAS it is 0 where a hash object is defined", n)
			}
		}
		outputs[i].env = env
		if n := outputs[i].carried(); n != "" {
			return fmt.Errorf("%s goes from turn to turn of a loop whose bounds depend on the data", n)
		}
	}
	if err := d.chosen(ref, outputs); err != nil {
		return err
	}
	own.besides(outputs)
	own.used(outputs)
	layers, err := own.layers()
	if err != nil {
		return err
	}
	columns := d.outColumns(names, outputs)
	// The data sets that are read are looked up before a new one takes a name.
	if !needsOrder(own.columns, outputs) {
		own.scope = numbering{}
	}
	step := &step{}
	for _, in := range append(slices.Clone(d.src.inputs), d.singles...) {
		step.inputs = append(step.inputs, in.rel)
	}
	asked := own.asked()
	for _, h := range asked {
		step.inputs = append(step.inputs, h.in.rel)
	}
	rel := d.p.make(ref.name)
	step.out = rel
	renamed := d.renamed(ref)
	for i, c := range columns {
		if to, ok := renamed[c.name]; ok {
			columns[i].name = to
		}
	}
	if err := apart(columns); err != nil {
		return err
	}
	rel.columns, rel.unique = columns, d.uniqueness(names, outputs, renamed)
	rel.known = !d.src.open
	if d.src.open {
		d.p.noteAt(d.from, "only the variables that the program names are there: the columns of %s are not known", d.src.inputs[0].rel.name)
	}
	wanted := own.wanted(outputs)
	step.order = func() {
		own.scope = own.scope.and(rel.named(func(k string) (string, bool) { return own.origin(k, names, columns, outputs) }))
		own.src.needs(own.scope)
		for _, in := range d.singles {
			in.need(in.places())
		}
		for _, h := range asked {
			h.need()
		}
	}
	step.query = func() string {
		d.wantedSides = wanted
		return own.write(names, columns, layers, outputs, rel.numbering)
	}
	d.p.add(d.from, d.to, step)
	return nil
}

// besides computes windows in front of a condition on what is written: they look at
// all rows that are read.
func (d *dataStep) besides(outputs []outputRow) {
	for i, o := range outputs {
		for _, n := range slices.Sorted(maps.Keys(o.env)) {
			if v := o.env[n]; (o.cond.sql != "true" || o.spread != nil) && strings.Contains(v.sql, " OVER (") {
				outputs[i].env[n] = d.column(n, v)
			}
		}
	}
}

// chosen applies where= of a data set that is written.
func (d *dataStep) chosen(ref setRef, outputs []outputRow) error {
	if ref.where == nil {
		return nil
	}
	e, err := (&parser{tokens: ref.where}).parse()
	if err != nil {
		return err
	}
	old := map[string]string{}
	for before, after := range d.renamed(ref) {
		old[after] = before
	}
	for i, o := range outputs {
		r := *d.r
		r.lookup = func(n name) (val, error) {
			v, ok := o.env[n.name]
			if before, renamed := old[n.name]; renamed {
				v, ok = o.env[before]
			}
			if !ok {
				return null, fmt.Errorf("where= names %s, which is not written", n.name)
			}
			return v, nil
		}
		c, err := r.cond(e, false)
		if err != nil {
			return err
		}
		outputs[i].cond = both(o.cond, c)
	}
	return nil
}

// origin is the variable of the source that a column is, unchanged.
func (d *dataStep) origin(name string, names []string, columns []*column, outputs []outputRow) (string, bool) {
	i := slices.IndexFunc(columns, func(c *column) bool { return c.name == name })
	if i < 0 {
		return "", false
	}
	n := names[i]
	sql, ok := d.src.sql[n]
	return n, ok && !slices.ContainsFunc(outputs, func(o outputRow) bool { return o.env[n].sql != sql })
}

// needsOrder tells whether the rows must be in order for what a view computes.
func needsOrder(columns []computed, outputs []outputRow) bool {
	for _, c := range columns {
		if _, walks := c.relay.(*walk); walks || strings.Contains(c.sql, "_row") {
			return true
		}
	}
	for _, o := range outputs {
		for _, v := range o.env {
			if strings.Contains(v.sql, "_row") {
				return true
			}
		}
	}
	return false
}

// wanted are the sides of a merge without which no row is written, by their IN=
// variables: the others are joined to them. Windows would see the rows that this
// leaves out.
func (d *dataStep) wanted(outputs []outputRow) (names []string) {
	for _, c := range d.columns {
		if strings.Contains(c.sql, "OVER (") {
			return nil
		}
	}
	for _, n := range d.inNames() {
		flag := sqlName("in_" + n)
		all := len(outputs) > 0
		for _, o := range outputs {
			all = all && slices.Contains(conjuncts(o.cond.sql), flag)
		}
		if all {
			names = append(names, n)
		}
	}
	return names
}

// conjuncts are the parts of a condition that AND holds together.
func conjuncts(sql string) (parts []string) {
	depth, start := 0, 0
	for i := 0; i < len(sql); {
		switch {
		case sql[i] == '(':
			depth++
		case sql[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(sql[i:], " OR "), depth == 0 && strings.HasPrefix(sql[i:], "CASE "):
			return []string{sql}
		case depth == 0 && strings.HasPrefix(sql[i:], " AND "):
			parts = append(parts, sql[start:i])
			start = i + len(" AND ")
		}
		i += max(unit(sql[i:]), 1)
	}
	return append(parts, sql[start:])
}

// kept are the variables of a data set that is written, under their names in the
// step.
func (d *dataStep) kept(ref setRef) ([]string, error) {
	var all []*column
	for _, n := range d.vars {
		all = append(all, &column{name: n})
	}
	lists := map[string][]string{}
	for what, list := range map[string][]expr{"keep": d.keep, "drop": d.drop, "keep=": ref.keep, "drop=": ref.drop} {
		var plain []expr
		for _, e := range list {
			if el, ok := e.(name); ok {
				if array, ok := d.arrays[el.name]; ok {
					for _, n := range array {
						plain = append(plain, name{"", n})
					}
					continue
				}
			}
			plain = append(plain, e)
		}
		names, err := pick(all, plain)
		if err != nil {
			return nil, err
		}
		lists[what] = names
	}
	flags := map[string]bool{}
	for _, in := range d.inNames() {
		flags[in] = true
	}
	var out []string
	for _, n := range d.vars {
		switch {
		case flags[n] && d.src.sql[n] == "", d.hidden[n]:
		case d.keep != nil && !slices.Contains(lists["keep"], n), ref.keep != nil && !slices.Contains(lists["keep="], n):
		case slices.Contains(lists["drop"], n), slices.Contains(lists["drop="], n):
		default:
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no variable is left")
	}
	return out, nil
}

// inNames are the variables of in=, which are never written.
func (d *dataStep) inNames() (names []string) {
	for i := d.from; i < d.to; i++ {
		s := &d.p.statements[i]
		if first := s.first(); contains([]string{"set", "merge", "update"}, first) && !s.assigns() {
			p := &parser{tokens: s.tokens, at: 1}
			for _, ref := range p.setRefs() {
				if ref.in != "" {
					names = append(names, ref.in)
				}
			}
		}
	}
	return names
}

// renamed are the new names of variables that are written.
func (d *dataStep) renamed(ref setRef) map[string]string {
	out := map[string]string{}
	for _, pair := range append(slices.Clone(d.rename), ref.rename...) {
		out[pair[0]] = pair[1]
	}
	return out
}

// outColumns are the columns that a data set gets.
func (d *dataStep) outColumns(names []string, outputs []outputRow) []*column {
	var out []*column
	for _, n := range names {
		c := &column{name: n, kind: d.kinds[n], length: d.lengths[n], format: d.formats[n]}
		var values []val
		for _, o := range outputs {
			values = append(values, o.env[n])
		}
		c.id = len(values) > 0 && !slices.ContainsFunc(values, func(v val) bool { return !v.id })
		if _, k := d.r.unify(values); k != unknownKind {
			c.kind = k
		}
		c.values = d.told(values)
		out = append(out, c)
	}
	return out
}

// told are all the values that a column can have, when each place where a row is
// written gives it a constant, or a column of which that is known.
func (d *dataStep) told(values []val) (out []string) {
	add := func(sql string) {
		if !slices.Contains(out, sql) {
			out = append(out, sql)
		}
	}
	for _, v := range values {
		if v.number != nil || v.text != nil {
			add(v.sql)
			continue
		}
		i := slices.IndexFunc(d.src.columns, func(c *column) bool { return d.src.sql[c.name] == v.sql && c.values != nil })
		if i < 0 {
			return nil
		}
		for _, sql := range d.src.columns[i].values {
			add(sql)
		}
	}
	return out
}

// uniqueness are the keys of a data set that is written.
func (d *dataStep) uniqueness(names []string, outputs []outputRow, renamed map[string]string) (unique [][]string) {
	if len(outputs) != 1 || len(renamed) > 0 {
		return nil
	}
	candidates := d.src.unique
	for i, b := range d.by {
		for _, side := range []string{"first_", "last_"} {
			for _, part := range strings.Split(outputs[0].cond.sql, " AND ") {
				if part == sqlName(side+b) {
					candidates = append(candidates, d.by[:i+1])
				}
			}
		}
	}
	if slices.Contains(conjuncts(outputs[0].cond.sql), d.onePerKey.sql) {
		candidates = append(candidates, d.by)
	}
	for _, key := range candidates {
		whole := true
		for _, k := range key {
			v := outputs[0].env[k]
			whole = whole && slices.Contains(names, k) && v.sql == d.src.sql[k]
		}
		if whole {
			unique = append(unique, key)
		}
	}
	return unique
}

// write writes the query.
func (d *dataStep) write(names []string, columns []*column, layers [][]computed, outputs []outputRow, out numbering) string {
	ctes, from := d.src.from(d.scope)
	row := out.row
	where := d.where
	inside := len(layers) > 0 && where.sql != "true"
	if inside {
		ctes = append(ctes, "filtered AS (\n  SELECT *\n  FROM "+from+"\n  WHERE "+where.sql+"\n)")
		from, where = "filtered", always
	}
	recursive := ""
	for i, layer := range layers {
		if r := layer[0].relay; r != nil {
			more, last := r.ctes(from)
			more = slices.DeleteFunc(more, func(cte string) bool { return slices.Contains(ctes, cte) })
			ctes, from = append(ctes, more...), last
			if _, walks := r.(*walk); walks {
				recursive = "RECURSIVE "
			}
			continue
		}
		var list []string
		for _, c := range layer {
			list = append(list, c.sql+" AS "+sqlName(c.name))
		}
		cte := "computed"
		if i > 0 {
			cte += "_" + strconv.Itoa(i+1)
		}
		ctes = append(ctes, cte+" AS (\n  SELECT *,\n    "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)")
		from = cte
	}
	var parts []string
	for i, o := range outputs {
		parts = append(parts, d.part(i, names, columns, o, from, both(where, o.cond), row, len(outputs) > 1 || o.spread != nil))
	}
	body := strings.Join(parts, "\nUNION ALL\n")
	switch {
	case len(parts) == 0:
		body = d.part(0, names, columns, outputRow{cond: never, env: map[string]val{}}, from, never, row, false)
	case row && (len(parts) > 1 || outputs[0].spread != nil):
		ctes = append(ctes, "written AS (\n"+indent(body)+"\n)")
		body = "SELECT * EXCLUDE (_row, _place, _loop, _turn), " + out.number("_row", "_place", "_loop", "_turn") + "\nFROM written"
	}
	if len(ctes) == 0 {
		return body
	}
	return "WITH " + recursive + strings.Join(ctes, ", ") + "\n" + body
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// part is the query of one place where rows are written.
func (d *dataStep) part(turn int, names []string, columns []*column, o outputRow, from string, where val, row, several bool) string {
	var list []string
	untouched := len(names) >= len(d.src.columns) && d.whole(from, row)
	for i, n := range names {
		v, ok := o.env[n]
		if !ok || v.sql == "" {
			v = null
		}
		sql := d.output(v, columns[i].kind)
		list = append(list, as(sql, columns[i].name))
		if i < len(d.src.columns) {
			untouched = untouched && sql == sqlName(columns[i].name) && sql == d.src.sql[d.src.columns[i].name]
		}
	}
	if untouched && !several {
		list = append([]string{"*"}, list[len(d.src.columns):]...)
	} else if row {
		list = append(list, "_row")
	}
	if several && row {
		list = append(list, o.order(turn+1))
	}
	if o.spread != nil {
		from = o.spread.from(from)
	}
	query := "SELECT " + wrap(list) + "\nFROM " + from
	if where.sql != "true" {
		query += "\nWHERE " + where.sql
	}
	return query
}

// whole tells whether SELECT * would give just the columns of the source.
func (d *dataStep) whole(from string, row bool) bool {
	if len(d.src.inputs) != 1 || d.src.open {
		return false
	}
	rel := d.src.inputs[0].rel
	return from == rel.ref() && rel.row == row && len(rel.columns) == len(d.src.columns)
}

// wrap writes a list on one line, or on several when it is long.
func wrap(list []string) string {
	text := strings.Join(list, ", ")
	if len(text) <= 100 {
		return text
	}
	return strings.Join(list, ",\n  ")
}

// output is a value as a column of the kind that it has.
func (d *dataStep) output(v val, k kind) string {
	switch {
	case v.cond:
		return d.r.toNumber(v).sql
	case v.isNull():
		return "CAST(NULL AS " + typeOf(k) + ")"
	case k == numberKind:
		return d.r.toNumber(v).sql
	case k == textKind:
		return d.r.toText(v).sql
	}
	return v.sql
}

func typeOf(k kind) string {
	switch k {
	case textKind:
		return "VARCHAR"
	case dateKind:
		return "DATE"
	case stampKind:
		return "TIMESTAMP"
	}
	return "DOUBLE"
}

// inputStatement reads lines that stand in the program.
func (d *dataStep) inputStatement(p *parser) error {
	var columns []*column
	for p.err == nil && !p.done() {
		if p.peek().kind != wordToken {
			return fmt.Errorf("input is understood as a list of variables alone")
		}
		c := &column{name: p.name(), kind: numberKind}
		switch t := p.peek(); {
		case p.accept("$"):
			c.kind, c.length = textKind, 8
		case t.kind == opToken && t.text == ":":
			p.at++
			f := p.format()
			switch {
			case strings.HasPrefix(f.name, "$"):
				c.kind, c.length = textKind, f.width
			case datePatterns[f.name].width > 0:
				c.kind, c.format = dateKind, f
			}
		}
		if n := d.lengths[c.name]; n > 0 && d.kinds[c.name] == textKind {
			c.kind, c.length = textKind, n
		}
		columns = append(columns, c)
	}
	if p.err != nil {
		return p.err
	}
	rows, err := d.dataRows(columns)
	if err != nil {
		return err
	}
	d.src = rowSource{columns: columns, sql: plainNames(columns), needs: func(numbering) {}, from: func(n numbering) ([]string, string) {
		names := sqlNames((&relation{columns: columns}).names())
		list := slices.Clone(rows)
		if n.row {
			names = append(names, "_row")
			for i := range list {
				list[i] = strings.TrimSuffix(list[i], ")") + fmt.Sprintf(", %d)", i+1)
			}
		}
		values := "VALUES " + strings.Join(list, ",\n    ")
		if len(rows) == 0 {
			values = noLines(columns, n.row)
		}
		return []string{"lines(" + strings.Join(names, ", ") + ") AS (\n  " + values + "\n)"}, "lines"
	}}
	d.adopt()
	return nil
}

// noLines is the query of a data set without rows.
func noLines(columns []*column, row bool) string {
	var list []string
	for _, c := range columns {
		list = append(list, "CAST(NULL AS "+typeOf(c.kind)+")")
	}
	if row {
		list = append(list, "1")
	}
	return "SELECT " + strings.Join(list, ", ") + " WHERE false"
}

// dataRows are the lines after datalines as rows of SQL.
func (d *dataStep) dataRows(columns []*column) (rows []string, err error) {
	var lines []string
	found := false
	for i := d.from; i < d.to; i++ {
		switch s := &d.p.statements[i]; s.first() {
		case "datalines", "cards", "lines":
			lines, found = s.data, true
		case "infile":
			return nil, fmt.Errorf("infile is not understood: load the file and name it in the mapping file")
		}
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) < len(columns) {
			return nil, fmt.Errorf("a line has fewer values than there are variables")
		}
		var list []string
		for i, c := range columns {
			value, err := dataValue(fields[i], c)
			if err != nil {
				return nil, err
			}
			if value != "NULL" && !slices.Contains(c.values, value) {
				c.values = append(c.values, value)
			}
			if len(rows) == 0 {
				value = "CAST(" + value + " AS " + typeOf(c.kind) + ")"
			}
			list = append(list, value)
		}
		rows = append(rows, "("+strings.Join(list, ", ")+")")
	}
	if !found {
		return nil, fmt.Errorf("there are no datalines to read")
	}
	return rows, nil
}

// dataValue is one value of a line.
func dataValue(text string, c *column) (string, error) {
	if text == "." {
		return "NULL", nil
	}
	switch c.kind {
	case textKind:
		if c.length > 0 && len([]rune(text)) > c.length {
			text = string([]rune(text)[:c.length])
		}
		return quoteText(text), nil
	case dateKind:
		y, m, day, ok := readDate(text, c.format.name)
		if !ok {
			return "", fmt.Errorf("a value of %s is no date of its format", c.name)
		}
		return fmt.Sprintf("DATE '%04d-%02d-%02d'", y, m, day), nil
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return "", fmt.Errorf("a value of %s is no number", c.name)
	}
	return text, nil
}
