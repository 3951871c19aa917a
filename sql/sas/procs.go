package sas

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// procCall is a procedure with its options and statements.
type procCall struct {
	p        *program
	from, to int
	data     *input
	out      setRef
	hasOut   bool
	flags    map[string]bool
	values   map[string]string
	lists    map[string][]token // options with a list in parentheses
	options  []string           // of the statement PROC, in their order
	d        *dataStep          // a reader of data sets and expressions
	by       []string
	desc     map[string]bool
	where    val

	conditions []expr // of the statements WHERE
}

// call reads the statement PROC … and the statements that all procedures share.
func (p *program) call(from, to int) (*procCall, error) {
	c := &procCall{p: p, from: from, to: to, flags: map[string]bool{}, values: map[string]string{}, lists: map[string][]token{}, where: always}
	c.d = &dataStep{p: p, from: from, to: to, at: from, desc: map[string]bool{}}
	c.d.r = &renderer{formats: p.formats, note: func(f string, a ...any) { p.noteAt(from, f, a...) }, into: p.into}
	data, err := c.header()
	if err != nil {
		return nil, err
	}
	name := p.statements[from].word(1)
	if name == "print" { // it shows them all
		data.obs, data.firstobs = 0, 0
	}
	if data.name == "" {
		if data.name = p.lastName(); data.name == "" {
			return nil, fmt.Errorf("there is no data set to work on")
		}
	}
	if err := c.shared(); err != nil {
		return nil, err
	}
	if contains([]string{"print", "export", "contents"}, name) { // which columns there are does not matter
		rel := p.find(setName(data.name))
		told := rel.told
		rel.told = true
		defer func() { rel.told = told }()
	}
	c.d.by = c.by
	if c.data, err = c.d.read(data); err != nil {
		return nil, err
	}
	c.d.r.lookup = c.lookup
	if c.data.where != "" {
		c.where = val{sql: c.data.where, prec: precOr, cond: true}
	}
	return c, c.wheres()
}

// header reads the options of the statement that names the procedure.
func (c *procCall) header() (data setRef, err error) {
	first := &c.p.statements[c.from]
	ps := &parser{tokens: first.tokens, at: 2}
	if first.first() == "append" { // of PROC DATASETS
		ps.at = 1
	}
	for ps.err == nil && !ps.done() {
		word := ps.name()
		switch {
		case !ps.accept("="):
			c.flags[word] = true
		case word == "out" || word == "base":
			c.out, c.hasOut = ps.setRef(), true
		case word == "data" || word == "new":
			data = ps.setRef()
		case ps.is("("):
			c.lists[word] = ps.parens()
		default:
			c.values[word] = ps.peek().text
			ps.at++
		}
		if word != "data" {
			c.options = append(c.options, word)
		}
	}
	return data, ps.err
}

// lastName is the name of the data set that was written last (_LAST_), "" when there
// is none.
func (p *program) lastName() string {
	for _, name := range slices.Sorted(maps.Keys(p.sets)) {
		if p.last != nil && p.sets[name] == p.last {
			return name
		}
	}
	return ""
}

// shared reads BY.
func (c *procCall) shared() error {
	c.desc = c.d.desc
	for i := c.from + 1; i < c.to; i++ {
		if s := &c.p.statements[i]; s.first() == "by" {
			if err := c.d.byStatement(s); err != nil {
				return err
			}
		}
	}
	c.by = c.d.by
	return nil
}

func (c *procCall) wheres() error {
	for i := c.from + 1; i < c.to; i++ {
		s := &c.p.statements[i]
		if s.first() != "where" {
			continue
		}
		e, err := (&parser{tokens: s.tokens[1:]}).parse()
		if err != nil {
			return err
		}
		w, err := c.d.r.cond(e, false)
		if err != nil {
			return err
		}
		c.conditions = append(c.conditions, e)
		c.where = both(c.where, w)
	}
	return nil
}

func (c *procCall) lookup(n name) (val, error) {
	for _, col := range c.data.list {
		if col.name == n.name && n.qualifier == "" {
			return val{sql: c.data.sql[n.name], kind: col.kind, prec: precAtom, length: col.length}, nil
		}
	}
	if !c.data.rel.known && n.qualifier == "" {
		return val{sql: sqlName(n.name), prec: precAtom}, nil
	}
	return null, fmt.Errorf("%s has no variable %s", c.data.ref.name, n.name)
}

// column is the column of a variable.
func (c *procCall) column(n string) *column {
	for _, col := range c.data.list {
		if col.name == n {
			return col
		}
	}
	return &column{name: n}
}

// statement finds the statement of that name.
func (c *procCall) statement(name string) (*statement, int) {
	for i := c.from + 1; i < c.to; i++ {
		if s := &c.p.statements[i]; s.first() == name {
			return s, i
		}
	}
	return nil, -1
}

// variables are those of a statement such as VAR.
func (c *procCall) variables(statement string) ([]string, error) {
	s, _ := c.statement(statement)
	if s == nil {
		return nil, nil
	}
	p := &parser{tokens: s.tokens, at: 1}
	list := p.variables("/")
	if p.err != nil {
		return nil, p.err
	}
	names, err := pick(c.data.list, list)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if _, err := c.lookup(name{"", n}); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// known refuses statements that a procedure does not understand.
func (c *procCall) known(names ...string) error {
	for i := c.from + 1; i < c.to; i++ {
		s := &c.p.statements[i]
		first := s.first()
		switch {
		case contains(names, first) || contains([]string{"by", "where", "run", "quit", "label"}, first) || strings.HasPrefix(first, "title") || strings.HasPrefix(first, "footnote"):
		case first == "format" && !contains(names, "format"):
			c.p.inert(i)
		default:
			return fmt.Errorf("the statement %s is not understood in this procedure", first)
		}
	}
	return nil
}

func (c *procCall) filter() string {
	if c.where.sql == "true" {
		return ""
	}
	return "\nWHERE " + c.where.sql
}

// guardProc runs a procedure, and keeps it as a comment when it fails.
func (p *program) guardProc(from, to int, run func(c *procCall) error) {
	c, err := p.call(from, to)
	if err == nil {
		err = run(c)
	}
	if err != nil {
		p.leaveAll(from, to, err.Error())
	}
}

// list are columns of the data set as SQL, renamed where an option says so.
func (c *procCall) list() []string {
	if c.data.ref.keep == nil && c.data.ref.drop == nil && c.data.ref.rename == nil {
		return nil
	}
	var out []string
	for _, col := range c.data.list {
		out = append(out, as(c.data.sql[col.name], col.name))
	}
	return out
}

func copyColumns(list []*column) []*column {
	out := make([]*column, len(list))
	for i, c := range list {
		copied := *c
		out[i] = &copied
	}
	return out
}

func (p *program) procSort(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known(); err != nil {
			return err
		}
		for _, b := range c.by {
			if _, err := c.lookup(name{"", b}); err != nil && b != "_all_" {
				return err
			}
		}
		target := c.data.ref.name
		if c.hasOut {
			target = c.out.name
		}
		nodup := c.flags["nodup"] || c.flags["noduprecs"] || c.flags["noduprec"]
		if nodup && !c.data.rel.known {
			return fmt.Errorf("nodup compares all columns, and those of %s are not known: say what they are in the mapping file", c.data.ref.name)
		}
		items, columns := c.out.apply(sqlNames((&relation{columns: c.data.list}).names()), copyColumns(c.data.list))
		where, err := c.out.condition(c.d.r, c.data.list)
		if err == nil {
			err = apart(columns)
		}
		if err != nil {
			return err
		}
		chosen := c.out.keep != nil || c.out.drop != nil || c.out.rename != nil || where != ""
		if chosen && !c.data.rel.known {
			return fmt.Errorf("the columns of %s must be known here: say what they are in the mapping file", c.data.ref.name)
		}
		s := &step{inputs: []*relation{c.data.rel}}
		rel := p.make(target)
		numbered := func() numbering { return rel.named(c.out.before) }
		s.order = func() {
			n := numbered()
			if c.flags["nodupkey"] || nodup {
				n = n.and(numbering{row: true, within: c.by})
			}
			c.data.need(n)
		}
		rel.columns, rel.known = columns, c.data.rel.known
		if c.data.ref.rename == nil {
			rel.unique = c.out.after(c.data.rel.unique)
		}
		if c.flags["nodupkey"] {
			rel.unique = append(rel.unique, c.out.after([][]string{c.by})...)
		}
		s.out = rel
		s.query = func() string {
			query := c.sorted(numbered(), nodup)
			if !chosen {
				return query
			}
			if rel.row {
				items = append(items, "_row")
			}
			return "SELECT " + wrap(items) + "\nFROM (\n" + indent(query) + "\n)" + where
		}
		p.add(from, to, s)
		return nil
	})
}

// sorted is the query of PROC SORT.
func (c *procCall) sorted(n numbering, nodup bool) string {
	terms := c.d.orderTerms(sqlName)
	if slices.Contains(c.by, "_all_") {
		terms = nil
		for _, n := range (&relation{columns: c.data.list}).names() {
			terms = append(terms, sqlName(n)+" NULLS FIRST")
		}
	}
	columns := c.list()
	in := c.data.rel
	if columns == nil {
		columns = []string{"*"}
		if in.row {
			columns[0] = "* EXCLUDE (_row)"
		}
	}
	keys := strings.Join(terms, ", ")
	terms = append(terms, "_row") // ties stay as they were
	if n.row {
		columns = append(columns, n.number(terms...))
	}
	query := "SELECT " + wrap(columns) + "\nFROM " + in.ref() + c.filter()
	switch {
	case c.flags["nodupkey"]:
		return query + "\nQUALIFY row_number() OVER (" + c.neighbours(c.by) + ") = 1"
	case nodup:
		return query + "\nQUALIFY " + c.changes()
	case !n.row:
		return query + "\nORDER BY " + keys
	}
	return query
}

// changes tells of a row whether it is another one than the row before, which has the
// same values of the BY variables if it is the same.
func (c *procCall) changes() string {
	names := (&relation{columns: c.data.list}).names()
	others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(c.by, n) })
	if len(others) == 0 || slices.Contains(c.by, "_all_") {
		return "row_number() OVER (" + c.neighbours(names) + ") = 1"
	}
	row := "ROW(" + strings.Join(sqlNames(others), ", ") + ")"
	return row + " IS DISTINCT FROM lag(" + row + ") OVER (" + c.neighbours(c.by) + ")"
}

// neighbours is the window of rows with the same values, as they were.
func (c *procCall) neighbours(by []string) string {
	return partition(sqlNames(by)) + "ORDER BY _row"
}

func (p *program) procAppend(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if !c.hasOut {
			return fmt.Errorf("append needs base=")
		}
		base, ok := p.sets[setName(c.out.name)]
		if line, lost := p.lost[setName(c.out.name)]; lost {
			return fmt.Errorf("it adds to %s, which the step that is not translated at line %d makes", c.out.name, line)
		}
		s := &step{inputs: []*relation{c.data.rel}}
		if ok {
			s.inputs = []*relation{base, c.data.rel}
		}
		rel := p.make(c.out.name)
		s.out = rel
		rel.columns, rel.known = copyColumns(c.data.list), c.data.rel.known
		if ok {
			rel.columns, rel.known = copyColumns(base.columns), base.known
		}
		s.query = func() string { return c.appended(base, rel, ok) }
		p.add(from, to, s)
		return nil
	})
}

// appended is the query of PROC APPEND.
func (c *procCall) appended(base, rel *relation, exists bool) string {
	part := func(in *relation, turn int, columns map[string]string) string {
		var list []string
		for _, col := range rel.columns {
			sql, ok := columns[col.name]
			if !ok {
				sql = "NULL"
			}
			list = append(list, as(sql, col.name))
		}
		if rel.row {
			list = append(list, fmt.Sprintf("%d AS _set, _row", turn))
		}
		return "SELECT " + wrap(list) + "\nFROM " + in.ref()
	}
	query := part(c.data.rel, 2, c.data.sql) + c.filter()
	if exists {
		query = part(base, 1, plainNames(base.columns)) + "\nUNION ALL\n" + query
	}
	if rel.row {
		query = "SELECT * EXCLUDE (_set, _row), row_number() OVER (ORDER BY _set, _row) AS _row\nFROM (\n" + indent(query) + "\n)"
	}
	return query
}
