package sas

import (
	"fmt"
	"slices"
	"strings"
)

// The statements of PROC SQL that change a table: here each makes the table anew.

// word and op make tokens for statements that are rewritten as queries.
func wordOf(text string) token { return token{kind: wordToken, text: text, original: text} }
func opOf(text string) token   { return token{kind: opToken, text: text, original: text} }

// tableRef reads a table's name; what stands in parentheses behind it is a list of
// columns, unless options do.
func (p *parser) tableRef() setRef {
	n := 1
	if p.ahead(1).text == "." {
		n = 3
	}
	if p.ahead(n).text != "(" || contains(setOptions, p.ahead(n+1).text) && p.ahead(n+2).text == "=" {
		return p.setRef()
	}
	name := &parser{tokens: p.tokens[:p.at+n], at: p.at}
	ref := name.setRef()
	p.at, p.err = p.at+n, orElse(p.err, name.err)
	return ref
}

// declared is CREATE TABLE with columns, or LIKE another table: it has no rows.
func (p *program) declared(ref setRef, ps *parser) error {
	var columns []*column
	if ps.accept("like") {
		like := ps.setRef()
		d := &dataStep{p: p, r: &renderer{formats: p.formats, note: p.note, into: p.into}, desc: map[string]bool{}}
		in, err := d.read(like)
		if err := orElse(err, ps.err); err != nil {
			return err
		}
		columns = copyColumns(in.list)
	} else {
		for _, part := range splitTokens(ps.parens()) {
			if first := part[0].text; contains([]string{"constraint", "primary", "unique", "check", "foreign", "not", "distinct"}, first) {
				continue
			}
			c, err := declaredColumn(part)
			if err != nil {
				return err
			}
			columns = append(columns, c)
		}
	}
	if ps.err != nil || len(columns) == 0 {
		return orElse(ps.err, fmt.Errorf("create table is understood with a query, with columns or like another table"))
	}
	p.addQuery(p.make(ref.name), &query{columns: columns, known: true, text: func(row bool) string {
		var list []string
		for _, c := range columns {
			list = append(list, "CAST(NULL AS "+typeOf(c.kind)+") AS "+sqlName(c.name))
		}
		if row {
			list = append(list, "1 AS _row")
		}
		return "SELECT " + wrap(list) + "\nWHERE false"
	}})
	return nil
}

// declaredColumn reads a name and a type.
func declaredColumn(tokens []token) (*column, error) {
	p := &parser{tokens: tokens}
	c := &column{name: p.name(), kind: numberKind}
	switch t := p.name(); t {
	case "char", "character", "varchar":
		c.kind, c.length = textKind, 8
		if p.accept("(") {
			c.length = atoi(p.peek().text)
		}
	case "date":
		c.kind = dateKind
	case "num", "numeric", "decimal", "dec", "float", "real", "double", "int", "integer", "smallint":
	default:
		return nil, fmt.Errorf("%s is no type of a column", t)
	}
	return c, p.err
}

// changed finds a table that a statement changes.
func (p *program) changed(name string) (*relation, error) {
	rel, ok := p.sets[setName(name)]
	if line, lost := p.lost[setName(name)]; lost {
		return nil, fmt.Errorf("it changes %s, which the step that is not translated at line %d makes", name, line)
	}
	if !ok || !rel.known {
		return nil, fmt.Errorf("nobody made %s", name)
	}
	return rel, nil
}

// inserted are the rows of INSERT with VALUES or SET, as a query with the columns
// of the table.
func (p *program) inserted(base *relation, names []string, ps *parser) (*query, error) {
	var rows []map[string][]token
	for ps.err == nil && !ps.done() {
		row := map[string][]token{}
		switch {
		case ps.accept("values"):
			values := splitValues(ps.parens())
			if len(values) != len(names) {
				return nil, fmt.Errorf("values has another number of values than there are columns")
			}
			for i, v := range values {
				row[names[i]] = v
			}
		case ps.accept("set"):
			end := ps.at
			for end < len(ps.tokens) && ps.tokens[end].text != "set" {
				end++
			}
			for _, part := range splitTokens(ps.tokens[ps.at:end]) {
				if len(part) < 3 || part[1].text != "=" {
					return nil, fmt.Errorf("set is understood with a column, = and a value")
				}
				row[part[0].text] = part[2:]
			}
			ps.at = end
		default:
			return nil, fmt.Errorf("insert is understood with a query, values or set")
		}
		rows = append(rows, row)
	}
	texts, err := p.valueRows(base, rows)
	return &query{columns: base.columns, known: true, text: func(row bool) string {
		list := slices.Clone(texts)
		for i := range list {
			if row {
				list[i] += fmt.Sprintf(", %d AS _row", i+1)
			}
		}
		return strings.Join(list, "\nUNION ALL\n")
	}}, orElse(err, ps.err)
}

// splitValues cuts a list of values at commas, or where the next value begins.
func splitValues(tokens []token) (parts [][]token) {
	for _, part := range splitTokens(tokens) {
		start := 0
		for i := 1; i < len(part); i++ {
			if part[i].kind != opToken && part[i-1].kind != opToken {
				parts, start = append(parts, part[start:i]), i
			}
		}
		parts = append(parts, part[start:])
	}
	return parts
}

// valueRows writes rows of constants as SELECTs.
func (p *program) valueRows(base *relation, rows []map[string][]token) (texts []string, err error) {
	d := &dataStep{p: p, kinds: map[string]kind{}, lengths: map[string]int{}}
	d.r = &renderer{formats: p.formats, note: p.note, into: p.into, lookup: func(n name) (val, error) { return null, fmt.Errorf("%s is no value", n.name) }}
	for _, row := range rows {
		var list []string
		for _, c := range base.columns {
			v := null
			if tokens, ok := row[c.name]; ok {
				e, err := (&parser{tokens: tokens}).parse()
				if err != nil {
					return nil, err
				}
				if v, err = d.r.value(e); err != nil {
					return nil, err
				}
			}
			d.kinds[c.name], d.lengths[c.name] = c.kind, c.length
			list = append(list, as(d.output(d.fit(c.name, v), c.kind), c.name))
		}
		texts = append(texts, "SELECT "+strings.Join(list, ", "))
	}
	return texts, nil
}

// update is UPDATE … SET: a query in which the columns that are set are chosen by
// the condition.
func (p *program) update(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 1}
	ref := ps.setRef()
	base, err := p.changed(ref.name)
	if err != nil {
		return err
	}
	var alias []token
	if ps.accept("as") || !ps.is("set") {
		alias = []token{wordOf("as"), wordOf(ps.name())}
	}
	ps.want("set")
	if ps.err != nil {
		return ps.err
	}
	rest, where := ps.tokens[ps.at:], []token(nil)
	for i, t := range outside(rest) {
		if t.kind == wordToken && t.text == "where" {
			rest, where = rest[:i], rest[i+1:]
			break
		}
	}
	set := map[string][]token{}
	for _, part := range splitTokens(rest) {
		if len(part) < 3 || part[1].text != "=" || base.column(part[0].text) == nil {
			return fmt.Errorf("update is understood with set column = value")
		}
		set[part[0].text] = part[2:]
	}
	tokens := []token{wordOf("select")}
	for i, c := range base.columns {
		if i > 0 {
			tokens = append(tokens, opOf(","))
		}
		value, ok := set[c.name]
		switch {
		case !ok:
			tokens = append(tokens, wordOf(c.name))
			continue
		case where == nil:
			tokens = append(tokens, opOf("("))
			tokens = append(append(tokens, value...), opOf(")"))
		default:
			tokens = append(tokens, wordOf("case"), wordOf("when"), opOf("("))
			tokens = append(append(tokens, where...), opOf(")"), wordOf("then"), opOf("("))
			tokens = append(append(tokens, value...), opOf(")"), wordOf("else"), wordOf(c.name), wordOf("end"))
		}
		tokens = append(tokens, wordOf("as"), wordOf(c.name))
	}
	q, err := p.query(slices.Concat(tokens, []token{wordOf("from")}, nameTokens(ref.name), alias))
	if err != nil {
		return err
	}
	q.unique = nil
	for i, c := range q.columns { // they keep what they are
		c.kind, c.length, c.format = base.columns[i].kind, base.columns[i].length, base.columns[i].format
	}
	p.addQuery(p.make(ref.name), q)
	return nil
}

// nameTokens are the tokens of the name of a data set.
func nameTokens(n string) []token {
	library, member, ok := strings.Cut(n, ".")
	if !ok {
		return []token{wordOf(n)}
	}
	out := []token{wordOf(library), opOf("."), wordOf(member)}
	out[0].end, out[1].at = 1, 1
	return out
}

// alter is ALTER TABLE: columns are added and dropped; what MODIFY changes, none
// of the values shows.
func (p *program) alter(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 2}
	ref := ps.setRef()
	base, err := p.changed(ref.name)
	if err != nil {
		return err
	}
	columns := copyColumns(base.columns)
	var added []*column
	for ps.err == nil && !ps.done() {
		action := ps.name()
		end := ps.at
		for end < len(ps.tokens) && !contains([]string{"add", "drop", "modify"}, ps.tokens[end].text) {
			end++
		}
		for _, part := range splitTokens(ps.tokens[ps.at:end]) {
			switch action {
			case "add":
				c, err := declaredColumn(part)
				if err != nil {
					return err
				}
				added = append(added, c)
			case "drop":
				columns = slices.DeleteFunc(columns, func(c *column) bool { return c.name == part[0].text })
			case "modify":
			default:
				return fmt.Errorf("alter table is understood with add, drop and modify")
			}
		}
		ps.at = end
	}
	if len(columns) == len(base.columns) && added == nil {
		p.inert(p.at)
		return ps.err
	}
	p.addQuery(p.make(ref.name), &query{inputs: []*relation{base}, columns: append(columns, added...), known: true, text: func(row bool) string {
		list := sqlNames((&relation{columns: columns}).names()[:len(columns)])
		for _, c := range added {
			list = append(list, "CAST(NULL AS "+typeOf(c.kind)+") AS "+sqlName(c.name))
		}
		if row {
			list = append(list, "_row")
		}
		return "SELECT " + wrap(list) + "\nFROM " + base.ref()
	}})
	return ps.err
}

// withOptions applies the options of the data set that a query makes.
func (p *program) withOptions(ref setRef, q *query) (*query, error) {
	if ref.where == nil && ref.keep == nil && ref.drop == nil && ref.rename == nil {
		return q, nil
	}
	if !q.known {
		return nil, fmt.Errorf("options of the data set that is written need to know its columns")
	}
	items, columns := ref.apply(sqlNames((&relation{columns: q.columns}).names()), q.columns)
	where, err := ref.condition(&renderer{formats: p.formats, note: p.note, into: p.into}, q.columns)
	if err != nil {
		return nil, err
	}
	inner := q.text
	out := *q
	out.columns, out.unique = columns, nil
	out.text = func(row bool) string {
		list := slices.Clone(items)
		if row {
			list = append(list, "_row")
		}
		return "SELECT " + wrap(list) + "\nFROM (\n" + indent(inner(row)) + "\n)" + where
	}
	return &out, nil
}
