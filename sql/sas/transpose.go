package sas

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// PROC TRANSPOSE turns columns into rows, and rows into columns. Which columns
// rows become depends on the data. They are known here when a key has one row, when
// the values of ID stand in the program (after DATALINES, as constants, in a
// condition or a format), or when a later statement names them; else the step is
// a table that DuckDB pivots when the script runs, and no view.

// transposition is a PROC TRANSPOSE under way.
type transposition struct {
	c       *procCall
	vars    []string
	values  []val // of vars, of one kind
	ids     []string
	name    string // the column that holds the names of variables
	prefix  string
	suffix  string
	made    []pivoted
	placed  bool // rows are told apart by their places within a key
	dynamic bool
}

// pivoted is a column made of the rows for which a condition holds; "" when a key
// has one row.
type pivoted struct{ name, when string }

func (p *program) procTranspose(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		t := &transposition{c: c, name: "_name_"}
		if err := t.read(); err != nil {
			return err
		}
		if err := t.columns(); err != nil {
			return err
		}
		return t.write()
	})
}

// read reads the options and statements.
func (t *transposition) read() (err error) {
	c := t.c
	if err := c.known("var", "id", "idlabel", "format"); err != nil {
		return err
	}
	c.allows("prefix", "suffix", "name", "label", "delim", "let")
	if s, i := c.statement("format"); s != nil {
		if err := c.formats(s); err != nil {
			c.p.fail(i, "%v", err)
		}
	}
	if n := c.values["name"]; n != "" {
		t.name = strings.ToLower(n)
	}
	t.prefix, t.suffix = strings.ToLower(c.values["prefix"]), strings.ToLower(c.values["suffix"])
	if t.ids, err = c.variables("id"); err != nil {
		return err
	}
	if t.vars, err = c.variables("var"); err != nil {
		return err
	}
	if t.vars == nil {
		t.vars = c.numericExcept(append(slices.Clone(c.by), t.ids...))
	}
	if len(t.vars) == 0 {
		return fmt.Errorf("transpose needs a statement var: the columns of the data set are not known")
	}
	for _, v := range t.vars {
		x, err := c.lookup(name{"", v})
		if err != nil {
			return err
		}
		t.values = append(t.values, x)
		if c.p.labelled(v) {
			c.p.noteAt(c.from, "%s has a label: the column _label_ of SAS is left out", v)
		}
	}
	return t.unify()
}

// unify gives the variables one kind: SAS makes texts of all when one is a text.
func (t *transposition) unify() error {
	values, k := t.c.d.r.unify(t.values)
	if k == textKind && slices.ContainsFunc(t.values, func(v val) bool { return v.kind == numberKind || v.kind == dateKind }) {
		t.c.p.noteAt(t.c.from, "numbers and texts are transposed together: the numbers become texts without the blanks and formats of SAS")
	}
	t.values = values
	return nil
}

func (t *transposition) kind() kind {
	for _, v := range t.values {
		if v.kind != unknownKind {
			return v.kind
		}
	}
	return unknownKind
}

// columns finds the columns that rows become.
func (t *transposition) columns() error {
	c := t.c
	switch {
	case len(t.ids) == 0 && len(c.by) > 0 && c.data.unique:
		t.made = []pivoted{{t.numbered(1), ""}}
		return nil
	case len(t.ids) == 0:
		return t.places()
	case len(t.ids) == 1:
		if err := t.stated(); err != nil || t.made != nil {
			return err
		}
	}
	if t.mentioned(); t.made != nil {
		c.p.noteAt(c.from, "the columns are those that the program names (%s): SAS makes one for each value of %s", t.list(), strings.Join(t.ids, " and "))
		return nil
	}
	t.dynamic = true
	c.p.noteAt(c.from, "the columns come from the data: the script makes a table of this step in DuckDB; for the guard write PIVOT ... ON %s IN (the values)", strings.Join(t.ids, ", "))
	return nil
}

func (t *transposition) numbered(n int) string {
	stem := t.prefix
	if stem == "" {
		stem = "col"
	}
	return stem + strconv.Itoa(n) + t.suffix
}

func (t *transposition) list() string {
	var names []string
	for _, m := range t.made {
		names = append(names, m.name)
	}
	return oneLine(strings.Join(names, ", "))
}

// places makes a column for each place of a row within its key.
func (t *transposition) places() error {
	stem := strings.TrimSuffix(t.numbered(1), "1"+t.suffix)
	most := 0
	for _, n := range t.c.p.mentions(t.c.from, stem) {
		digits := strings.TrimSuffix(strings.TrimPrefix(n, stem), t.suffix)
		if k, err := strconv.Atoi(digits); err == nil && k <= 1000 {
			most = max(most, k)
		}
	}
	t.placed = true
	if most == 0 {
		t.dynamic = true
		t.c.p.noteAt(t.c.from, "how many columns there are depends on the data: the script makes a table of this step in DuckDB; the guard needs a program that names them")
		return nil
	}
	for i := 1; i <= most; i++ {
		t.made = append(t.made, pivoted{t.numbered(i), "_place = " + strconv.Itoa(i)})
	}
	t.c.p.noteAt(t.c.from, "the columns are those that the program names, up to %s: SAS makes as many as a key has rows", t.numbered(most))
	return nil
}

// stated makes the columns of values that stand in the program.
func (t *transposition) stated() error {
	c, id := t.c, t.ids[0]
	v, err := c.lookup(name{"", id})
	if err != nil {
		return err
	}
	col := c.column(id)
	if user, ok := c.p.formats[col.format.name]; ok {
		text, err := user.render(c.d.r, v)
		if err != nil {
			return err
		}
		for _, label := range user.labels() {
			t.made = append(t.made, pivoted{t.nameOf(label), text.sql + " = " + quoteText(label)})
		}
		c.p.noteAt(c.from, "the columns are the labels of the format of %s: one that no row has gives a column of missing values here, and none in SAS", id)
		return nil
	}
	if col.format.name != "" && v.kind == dateKind {
		return nil // named by its format: see label
	}
	values := col.values
	if values == nil {
		if values = c.listed(id); values != nil {
			c.p.noteAt(c.from, "the columns are the values of %s in the condition: one that no row has gives a column of missing values here, and none in SAS", id)
		}
	}
	for _, value := range values {
		t.made = append(t.made, pivoted{t.nameOf(plainText(value)), in(v, precConcat) + " = " + value})
	}
	return nil
}

// plainText is a constant of SQL as it is written in SAS.
func plainText(sql string) string {
	if text, ok := strings.CutPrefix(sql, "'"); ok {
		return strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
	}
	return sql
}

// mentioned makes the columns that the program names later: those that begin with
// the prefix, or with the underscore that SAS puts before a digit.
func (t *transposition) mentioned() {
	stem, digits := t.prefix, false
	if stem == "" {
		stem, digits = "_", true
	}
	label, err := t.label()
	if err != nil {
		return
	}
	numeric := len(t.ids) == 1 && t.c.column(t.ids[0]).kind == numberKind
	for _, n := range t.c.p.mentions(t.c.from, stem) {
		value, ok := strings.CutSuffix(strings.TrimPrefix(n, stem), t.suffix)
		if !ok || value == "" || (digits || numeric) && !isDigit(value[0]) {
			continue
		}
		t.made = append(t.made, pivoted{n, label + " = " + quoteText(n)})
	}
}

var notOfNames = regexp.MustCompile(`[^A-Za-z0-9_]`)

// nameOf is the name that SAS makes of a value of ID.
func (t *transposition) nameOf(value string) string {
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		value = strings.NewReplacer("+", "P", "-", "N", ".", "D").Replace(value)
	}
	out := strings.ToLower(t.prefix + notOfNames.ReplaceAllString(value, "_") + t.suffix)
	if out == "" || isDigit(out[0]) {
		out = "_" + out
	}
	return out[:min(len(out), 32)]
}

// label is that name as SQL.
func (t *transposition) label() (string, error) {
	var parts []string
	if t.prefix != "" {
		parts = append(parts, quoteText(t.prefix))
	}
	for i, id := range t.ids {
		v, err := t.c.lookup(name{"", id})
		if err != nil {
			return "", err
		}
		number := v.kind == numberKind
		if f := t.c.column(id).format; f.name != "" && (v.kind == dateKind || number) {
			if v, err = putOf(t.c.d.r, call{args: []expr{name{"", id}, f}}); err != nil {
				return "", err
			}
			v.sql, number = "trim("+v.sql+")", false
		}
		sql := v.sql
		switch {
		case number:
			sql = "translate(sas.best_v1(" + v.sql + "), '+-.', 'PND')"
		case v.kind == dateKind:
			sql = "sas.best_v1(" + t.c.d.r.toNumber(v).sql + ")"
		}
		if i > 0 && t.c.values["delim"] != "" {
			parts = append(parts, quoteText(t.c.values["delim"]))
		}
		if !number {
			sql = "regexp_replace(" + sql + ", '[^A-Za-z0-9_]', '_', 'g')"
		}
		parts = append(parts, sql)
	}
	if t.suffix != "" {
		parts = append(parts, quoteText(t.suffix))
	}
	out := "lower(" + strings.Join(parts, " || ") + ")"
	if t.prefix == "" {
		out = "regexp_replace(" + out + `, '^([0-9])', '_\1')`
	}
	return out, nil
}

// write adds the step.
func (t *transposition) write() error {
	c := t.c
	var columns []*column
	for _, b := range c.by {
		copied := *c.column(b)
		columns = append(columns, &copied)
	}
	columns = append(columns, &column{name: t.name, kind: textKind, length: 32})
	for _, m := range t.made {
		columns = append(columns, &column{name: m.name, kind: t.kind(), format: c.column(t.vars[0]).format})
	}
	label := ""
	if t.dynamic && !t.placed {
		var err error
		if label, err = t.label(); err != nil {
			return err
		}
	}
	d := derived{columns: columns, order: t.order, open: t.dynamic}
	if !t.dynamic && len(t.vars) == 1 && (len(t.ids) > 0 || t.placed) {
		d.unique = [][]string{c.by}
	}
	d.core = func(row bool) string {
		if t.dynamic {
			return t.pivot(label, row)
		}
		return t.union(row)
	}
	return c.emit(c.out, d)
}

// order is what the step needs of the rows that are read: those of a key in their
// order where they get places, or the last of them is wanted.
func (t *transposition) order(n numbering) {
	switch {
	case t.placed || t.c.flags["let"]:
		t.c.data.need(numbering{row: true, within: t.c.by})
	case !t.dynamic && t.made[0].when == "":
		t.c.same(n)
	}
}

// source is what is read: the rows, with their places within a key.
func (t *transposition) source() (with, from, where string) {
	from, where = t.c.data.rel.ref(), t.c.filter()
	if !t.placed {
		return "", from, where
	}
	over := "ORDER BY _row"
	if len(t.c.by) > 0 {
		over = "PARTITION BY " + strings.Join(t.c.sqlOf(t.c.by), ", ") + " " + over
	}
	with = "WITH placed AS (\n  SELECT *, row_number() OVER (" + over + ") AS _place\n  FROM " + from + strings.ReplaceAll(where, "\n", "\n  ") + "\n)\n"
	return with, "placed", ""
}

func (t *transposition) keys() []string {
	var keys []string
	for _, b := range t.c.by {
		keys = append(keys, as(t.c.data.sql[b], b))
	}
	return keys
}

// union is the query when the columns are known: a SELECT for each variable.
func (t *transposition) union(row bool) string {
	with, from, where := t.source()
	grouped := t.made[0].when != ""
	var parts []string
	for i, v := range t.vars {
		list := append(t.keys(), quoteText(t.c.p.spelling(v))+" AS "+sqlName(t.name))
		for _, m := range t.made {
			x := t.values[i].sql
			switch {
			case grouped && t.c.flags["let"]:
				x = "last(" + x + " ORDER BY _row) FILTER (" + m.when + ")"
			case grouped:
				x = "max(" + x + ") FILTER (" + m.when + ")"
			}
			list = append(list, as(x, m.name))
		}
		if row {
			list = append(list, fmt.Sprintf("%d AS _turn", i+1))
			if !grouped {
				list = append(list, "_row")
			}
		}
		part := "SELECT " + wrap(list) + "\nFROM " + from + where
		if grouped && len(t.c.by) > 0 {
			part += "\nGROUP BY " + strings.Join(t.c.sqlOf(t.c.by), ", ")
		}
		parts = append(parts, part)
	}
	body := strings.Join(parts, "\nUNION ALL\n")
	order := strings.Join(t.c.d.orderTerms(sqlName), ", ")
	switch {
	case row && !grouped:
		return "SELECT * EXCLUDE (_turn, _row), row_number() OVER (ORDER BY _row, _turn) AS _row\nFROM (\n" + indent(with+body) + "\n)"
	case row:
		return "SELECT * EXCLUDE (_turn), row_number() OVER (ORDER BY " + strings.TrimPrefix(order+", _turn", ", ") + ") AS _row\nFROM (\n" + indent(with+body) + "\n)"
	case order != "":
		body += "\nORDER BY " + order
	}
	return with + body
}

// pivot is the query when the columns come from the data.
func (t *transposition) pivot(label string, row bool) string {
	with, from, where := t.source()
	if t.placed {
		label = quoteText(strings.TrimSuffix(t.numbered(1), "1"+t.suffix)) + " || _place"
		if t.suffix != "" {
			label += " || " + quoteText(t.suffix)
		}
	} else {
		gap := strings.Join(t.c.sqlOf(t.ids), " IS NOT NULL AND ") + " IS NOT NULL"
		where = map[bool]string{true: "\nWHERE ", false: where + " AND "}[where == ""] + gap
	}
	var parts []string
	for i, v := range t.vars {
		list := append(t.keys(), quoteText(t.c.p.spelling(v))+" AS "+sqlName(t.name), label+" AS _id", t.values[i].sql+" AS _value")
		parts = append(parts, "SELECT "+wrap(list)+"\nFROM "+from+where)
	}
	group := strings.Join(append(sqlNames(t.c.by), sqlName(t.name)), ", ")
	text := with + "PIVOT (\n" + indent(strings.Join(parts, "\nUNION ALL\n")) + "\n) ON _id USING max(_value) GROUP BY " + group
	if row {
		text = "SELECT *, row_number() OVER (ORDER BY " + group + ") AS _row\nFROM (" + text + ")"
	}
	return text
}

// mentions are the names that begin with a stem in the program from a statement
// on, x1-x3 written out, in their order.
func (p *program) mentions(from int, stem string) (names []string) {
	add := func(n string) {
		if strings.HasPrefix(n, stem) && n != stem && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for i := from; i < len(p.statements); i++ {
		tokens := p.statements[i].tokens
		for j, t := range tokens {
			if t.kind != wordToken {
				continue
			}
			add(t.text)
			if j+2 < len(tokens) && tokens[j+1].text == "-" && tokens[j+2].kind == wordToken {
				list, _ := numbered(binary{"-", name{"", t.text}, name{"", tokens[j+2].text}})
				for _, n := range list {
					add(n)
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(n string) bool {
		return contains(sqlKeywords, n) || functions[n] != nil || p.names[n] || p.isColumn(n)
	})
}

// isColumn tells whether a data set so far has a column.
func (p *program) isColumn(n string) bool {
	for _, rel := range p.sets {
		if rel.column(n) != nil {
			return true
		}
	}
	return n == "_name_" || n == "_n_"
}

// spelling is how the program first writes a name.
func (p *program) spelling(n string) string {
	for _, s := range p.statements {
		for _, t := range s.tokens {
			if t.kind == wordToken && t.text == n && t.original != "" {
				return t.original
			}
		}
	}
	return n
}

// labelled tells whether the program gives a variable a label.
func (p *program) labelled(n string) bool {
	return slices.ContainsFunc(p.statements, func(s statement) bool {
		if s.first() != "label" {
			return false
		}
		for i, t := range s.tokens {
			if t.text == n && i+1 < len(s.tokens) && s.tokens[i+1].text == "=" {
				return true
			}
		}
		return false
	})
}
