package sas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xwb1989/sqlparser"
)

func (p *program) procSQL() {
	from := p.at
	to := p.stepEnd(from, "quit", "run")
	for _, option := range []string{"inobs", "outobs"} {
		if slices.ContainsFunc(p.statements[from].tokens, func(t token) bool { return t.text == option }) {
			p.noteAt(from, "%s= is left out: queries read and give all rows", option)
		}
	}
	p.inert(from)
	for p.at = from + 1; p.at < to; p.at++ {
		s := p.current()
		var err error
		switch first := s.first(); {
		case first == "quit" || first == "run" || first == "reset" || strings.HasPrefix(first, "title"):
			p.inert(p.at)
			continue
		case first == "describe" || first == "validate" || first == "create" && (s.word(1) == "index" || s.word(1) == "unique") || first == "lock":
			p.inert(p.at)
			continue
		case first == "create" && (s.word(1) == "table" || s.word(1) == "view"):
			err = p.createTable(s)
		case first == "select":
			err = p.plainSelect(s)
		case first == "drop":
			p.inert(p.at)
			p.comment("left out: a view that nobody reads costs nothing")
			continue
		case first == "delete" && s.word(1) == "from":
			err = p.deleteFrom(s)
		case first == "insert" && s.word(1) == "into":
			err = p.insertInto(s)
		case first == "update":
			err = p.update(s)
		case first == "alter" && s.word(1) == "table":
			err = p.alter(s)
		default:
			err = fmt.Errorf("the statement %s is not understood in PROC SQL", first)
		}
		if err != nil {
			p.fail(p.at, "%v", err)
			p.leave(p.at, p.at+1)
		}
	}
	p.at = to
}

func (p *program) createTable(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 2}
	ref := ps.tableRef()
	if ps.err != nil {
		return ps.err
	}
	if !ps.accept("as") {
		return p.declared(ref, ps)
	}
	q, err := p.query(s.tokens[ps.at:])
	if err != nil {
		return err
	}
	if q, err = p.withOptions(ref, q); err != nil {
		return err
	}
	p.addQuery(p.make(ref.name), q)
	return nil
}

// plainSelect is a query that prints, or fills macro variables.
func (p *program) plainSelect(s *statement) error {
	q, err := p.query(s.tokens)
	if err != nil {
		return err
	}
	if len(q.into) == 0 {
		p.addQuery(p.show(fmt.Sprintf("select_%d", s.line)), q)
		return nil
	}
	columns := q.columns
	if len(q.into) > len(columns) {
		return fmt.Errorf("into has more variables than the query has columns")
	}
	last, final := p.last, p.final
	rel := p.addQuery(p.make("into_"+q.into[0].name), q)
	p.last, p.final = last, final
	for i, v := range q.into {
		column := sqlName(columns[i].name)
		for j, n := range v.rows {
			rel.need(numbering{row: true})
			p.into[n] = raw{fmt.Sprintf("(SELECT %s FROM %s WHERE _row = %d)", column, rel.name, j+1), columns[i].kind, false}
		}
		if v.rows == nil {
			p.into[v.name] = raw{"(SELECT " + column + " FROM " + rel.name + map[bool]string{false: " LIMIT 1)", true: ")"}[v.list], columns[i].kind, false}
		}
	}
	return nil
}

// addQuery adds the step of a query that makes a data set.
func (p *program) addQuery(rel *relation, q *query) *relation {
	s := &step{inputs: q.inputs, out: rel, ordered: q.ordered}
	rel.columns, rel.unique, rel.known = q.columns, q.unique, q.known
	s.query = func() string { return q.text(rel.row) }
	if q.origin != nil && !q.ordered && len(q.inputs) == 1 {
		s.order = func() { q.inputs[0].need(rel.named(q.origin)) }
	}
	p.add(p.at, p.at+1, s)
	return rel
}

func (p *program) deleteFrom(s *statement) error {
	tokens := append([]token{{kind: wordToken, text: "select", original: "select"}, {kind: opToken, text: "*", original: "*"}}, s.tokens[1:]...)
	ps := &parser{tokens: s.tokens, at: 2}
	ref := ps.setRef()
	if !ps.accept("where") {
		return fmt.Errorf("delete is understood with where")
	}
	// The rows that stay are those for which the condition is false.
	n := len(tokens) - (len(s.tokens) - ps.at)
	negated := slices.Concat(tokens[:n], []token{{kind: wordToken, text: "not", original: "not"}, {kind: opToken, text: "("}}, s.tokens[ps.at:], []token{{kind: opToken, text: ")"}})
	q, err := p.query(negated)
	if err != nil {
		return err
	}
	p.addQuery(p.make(ref.name), q)
	return nil
}

func (p *program) insertInto(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 2}
	ref := ps.tableRef()
	base, err := p.changed(ref.name)
	if err != nil {
		return err
	}
	names := base.names()
	if ps.is("(") {
		names = nil
		for _, t := range ps.parens() {
			if t.kind == wordToken {
				names = append(names, t.text)
			}
		}
	}
	var q *query
	if ps.is("select") {
		if q, err = p.query(s.tokens[ps.at:]); err == nil && (len(q.columns) != len(base.columns) || !slices.Equal(names, base.names())) {
			err = fmt.Errorf("the query has other columns than %s", ref.name)
		}
	} else {
		q, err = p.inserted(base, names, ps)
	}
	if err != nil {
		return err
	}
	text := func(row bool) string {
		names := strings.Join(sqlNames(base.names()), ", ")
		if !row {
			return "SELECT " + names + "\nFROM " + base.ref() + "\nUNION ALL\n" + q.text(false)
		}
		return "SELECT " + names + ", row_number() OVER (ORDER BY _set, _row) AS _row\nFROM (\n  SELECT " + names + ", 1 AS _set, _row FROM " + base.ref() +
			"\n  UNION ALL\n  SELECT * EXCLUDE (_row), 2, _row FROM (\n" + indent(q.text(true)) + "\n  )\n)"
	}
	p.addQuery(p.make(ref.name), &query{inputs: append([]*relation{base}, q.inputs...), columns: copyColumns(base.columns), known: true, text: text})
	return nil
}

// query is a query ready to be written.
type query struct {
	inputs  []*relation
	columns []*column
	unique  [][]string
	known   bool
	ordered bool // needs the order of its inputs
	into    []intoVar
	text    func(row bool) string
	// origin is the name that a column has in the one table whose rows these are, in
	// their order; nil where they are no such rows.
	origin func(name string) (string, bool)
}

// query reads one query: SELECTs put together by UNION and the like, and ORDER BY.
func (p *program) query(tokens []token) (*query, error) {
	body, order := splitOrder(tokens)
	parts, operators := splitSets(body)
	if len(parts) == 1 {
		q, err := p.selection(parts[0], nil)
		if err != nil {
			return nil, err
		}
		return q.query(order)
	}
	return p.setQuery(parts, operators, order)
}

// splitOrder cuts ORDER BY off.
func splitOrder(tokens []token) (body, order []token) {
	for i, t := range outside(tokens) {
		if t.kind == wordToken && t.text == "order" && i+1 < len(tokens) && tokens[i+1].text == "by" {
			return tokens[:i], tokens[i+2:]
		}
	}
	return tokens, nil
}

// splitSets cuts a query at UNION, EXCEPT and INTERSECT.
func splitSets(tokens []token) (parts [][]token, operators []string) {
	start := 0
	for i, t := range outside(tokens) {
		next := func() bool { return i+1 < len(tokens) }
		if i < start || t.kind != wordToken || !contains([]string{"union", "except", "intersect"}, t.text) && (t.text != "outer" || !next() || tokens[i+1].text != "union") {
			continue
		}
		parts = append(parts, tokens[start:i])
		op := t.text
		if op == "outer" {
			i++
			op = "outer union"
		}
		for next() && contains([]string{"all", "corr", "corresponding"}, tokens[i+1].text) {
			i++
			op += " " + map[string]string{"all": "all", "corr": "corr", "corresponding": "corr"}[tokens[i].text]
		}
		operators = append(operators, op)
		start = i + 1
	}
	return append(parts, tokens[start:]), operators
}

var setOperators = map[string]string{
	"union": "UNION", "union all": "UNION ALL", "except": "EXCEPT", "intersect": "INTERSECT", "outer union corr": "UNION ALL BY NAME",
	"union all corr": "UNION ALL", "union corr all": "UNION ALL", "union corr": "UNION", "except corr": "EXCEPT", "intersect corr": "INTERSECT",
}

// setQuery writes queries with set operators between them.
func (p *program) setQuery(parts [][]token, operators []string, order []token) (*query, error) {
	out := &query{known: true}
	t := setText{}
	var lists [][]*column
	for _, part := range parts {
		s, err := p.selection(part, nil)
		if err != nil {
			return nil, err
		}
		q, err := s.query(nil)
		if err != nil {
			return nil, err
		}
		out.inputs, out.known = append(out.inputs, q.inputs...), out.known && q.known
		t.parts, lists = append(t.parts, q.text), append(lists, q.columns)
	}
	out.columns = copyColumns(lists[0])
	for i, op := range operators {
		sql, ok := setOperators[op]
		if !ok {
			return nil, fmt.Errorf("%s is not understood", op)
		}
		if err := out.combine(op, lists[i+1]); err != nil {
			return nil, err
		}
		if strings.Contains(op, "corr") && op != "outer union corr" {
			t.selected = sqlNames((&relation{columns: out.columns}).names())
		}
		t.operators = append(t.operators, sql)
	}
	var err error
	if t.keys, err = orderKeys(order, out.columns); err != nil {
		return nil, err
	}
	out.text = t.text
	return out, nil
}

// combine makes the columns of a set operation of those so far and of the next
// query's.
func (q *query) combine(op string, next []*column) error {
	among := func(columns []*column, c *column) bool {
		return slices.ContainsFunc(columns, func(o *column) bool { return o.name == c.name })
	}
	switch {
	case op == "outer union corr":
		for _, c := range next {
			if !among(q.columns, c) {
				q.columns = append(q.columns, c)
			}
		}
	case strings.Contains(op, "corr"):
		q.columns = slices.DeleteFunc(q.columns, func(o *column) bool { return !among(next, o) })
	case len(next) != len(q.columns):
		return fmt.Errorf("the queries of %s have different numbers of columns", op)
	}
	return nil
}

// setText is what the text of a set operation is made of.
type setText struct {
	parts     []func(row bool) string
	operators []string
	selected  []string // of each part, where columns correspond
	keys      string   // of ORDER BY
}

func (t *setText) text(row bool) string {
	var b strings.Builder
	for i, part := range t.parts {
		if i > 0 {
			b.WriteString("\n" + t.operators[i-1] + "\n")
		}
		if t.selected != nil {
			b.WriteString("SELECT " + strings.Join(t.selected, ", ") + "\nFROM (\n" + indent(part(false)) + "\n)")
		} else {
			b.WriteString(part(false))
		}
	}
	order := ""
	if t.keys != "" {
		order = "ORDER BY " + t.keys
	}
	switch body := b.String(); {
	case row:
		return "SELECT *, row_number() OVER (" + order + ") AS _row\nFROM (\n" + indent(body) + "\n)"
	case order != "":
		return body + "\n" + order
	default:
		return body
	}
}

// orderKeys reads ORDER BY on the columns of a query.
func orderKeys(order []token, columns []*column) (string, error) {
	var list []string
	p := &parser{tokens: order}
	for p.err == nil && !p.done() {
		t := p.peek()
		p.at++
		key := t.text
		if t.kind == wordToken && p.is(".") {
			p.at++
			key = p.name()
		}
		if t.kind == numberToken {
			n := atoi(t.text)
			if n < 1 || n > len(columns) {
				return "", fmt.Errorf("there is no column %s to order by", t.text)
			}
			key = columns[n-1].name
		}
		if !slices.ContainsFunc(columns, func(c *column) bool { return c.name == key }) {
			return "", fmt.Errorf("%s to order by is no column of the query", key)
		}
		list = append(list, sqlName(key)+direction(p))
		p.accept(",")
	}
	return strings.Join(list, ", "), p.err
}

// direction reads ASC or DESC; missing values are the smallest.
func direction(p *parser) string {
	if p.accept("desc") || p.accept("descending") {
		return " DESC NULLS LAST"
	}
	p.accept("asc")
	return " NULLS FIRST"
}

// selection is one SELECT.
type selection struct {
	p       *program
	outer   *selection
	r       *renderer
	tables  []*member
	refs    []setRef
	from    []joined
	aliases map[string]expr // of calculated columns
	into    []intoVar
	node    *sqlparser.Select
	items   []item
	where   val
	ordered bool // counts rows in their order
	unions  [][]token
	having  expr
	groups  []expr
	inputs  []*relation
}

// member is a table of FROM.
type member struct {
	alias string
	rel   *relation
	in    *input
	sub   string // a query in its place
}

// joined is how a member is joined to those before it.
type joined struct {
	m    *member
	join string
	on   sqlparser.Expr
}

// item is a column of the answer.
type item struct {
	e    expr
	name string
	all  *member // all its columns
}

// selection parses one SELECT.
func (p *program) selection(tokens []token, outer *selection) (*selection, error) {
	r, text, err := rewrite(tokens)
	if err != nil {
		return nil, err
	}
	if strings.Contains(text, ";") && strings.Count(text, "'") == 0 {
		return nil, fmt.Errorf("the query is not understood")
	}
	node, err := parseSafely(text)
	if err != nil {
		return nil, err
	}
	sel, ok := node.(*sqlparser.Select)
	if !ok {
		return nil, fmt.Errorf("one SELECT is expected")
	}
	q := &selection{p: p, refs: r.tables, unions: r.unions, into: r.into, node: sel, outer: outer}
	return q, q.resolve()
}

// parseSafely parses with a parser that may panic.
func parseSafely(text string) (node sqlparser.Statement, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("the query is not understood")
		}
	}()
	node, err = sqlparser.Parse(text)
	if err != nil {
		err = fmt.Errorf("the query is not understood: %s", strings.NewReplacer("`", "", "f_", "").Replace(err.Error()))
	}
	return node, err
}

// subquery is a query within an expression.
func (q *selection) subquery(sub *sqlparser.Subquery) (string, []*column, error) {
	sel, ok := sub.Select.(*sqlparser.Select)
	if !ok {
		return "", nil, fmt.Errorf("this query within a query is not understood")
	}
	if i, ok := unionOf(sel); ok {
		out, err := q.p.query(q.unions[i])
		if err != nil {
			return "", nil, err
		}
		q.inputs = append(q.inputs, out.inputs...)
		return strings.ReplaceAll(out.text(false), "\n", " "), out.columns, nil
	}
	inner := &selection{p: q.p, refs: q.refs, unions: q.unions, node: sel, outer: q}
	if err := inner.resolve(); err != nil {
		return "", nil, err
	}
	out, err := inner.query(nil)
	if err != nil {
		return "", nil, err
	}
	q.inputs = append(q.inputs, out.inputs...)
	return strings.ReplaceAll(out.text(false), "\n", " "), out.columns, nil
}

// unionOf tells which union a query stands for.
func unionOf(sel *sqlparser.Select) (i int, ok bool) {
	if len(sel.From) != 1 {
		return 0, false
	}
	t, ok := sel.From[0].(*sqlparser.AliasedTableExpr)
	if !ok {
		return 0, false
	}
	n, ok := t.Expr.(sqlparser.TableName)
	if !ok {
		return 0, false
	}
	_, err := fmt.Sscanf(n.Name.String(), "union#%d", &i)
	return i, err == nil
}

// resolve finds tables, columns and conditions.
func (q *selection) resolve() error {
	q.aliases = map[string]expr{}
	q.r = &renderer{
		lookup: q.lookup, formats: q.p.formats, note: q.p.note, sql: true, into: q.p.into,
	}
	q.r.order = q.rowOrder
	for _, t := range q.node.From {
		if err := q.table(t, "", nil); err != nil {
			return err
		}
	}
	if err := q.list(); err != nil {
		return err
	}
	q.where = always
	if q.node.Where != nil {
		e, err := q.convert(q.node.Where.Expr)
		if err != nil {
			return err
		}
		if q.where, err = q.r.cond(e, false); err != nil {
			return err
		}
		if q.where.window {
			return fmt.Errorf("monotonic() is not understood in where")
		}
	}
	if q.node.Having != nil {
		e, err := q.convert(q.node.Having.Expr)
		if err != nil {
			return err
		}
		q.having = q.named(e)
	}
	for _, g := range q.node.GroupBy {
		e, err := q.convert(g)
		if err != nil {
			return err
		}
		if n, ok := e.(numberLit); ok && int(n.value) >= 1 && int(n.value) <= len(q.items) {
			e = q.items[int(n.value)-1].e
		}
		q.groups = append(q.groups, q.named(e))
	}
	return nil
}

// named puts the expression in the place of a name that only the answer has.
func (q *selection) named(e expr) expr {
	n, ok := e.(name)
	if b, isBinary := e.(binary); isBinary {
		return binary{b.op, q.named(b.x), q.named(b.y)}
	}
	if u, isUnary := e.(unary); isUnary {
		return unary{u.op, q.named(u.x)}
	}
	if g, isGroup := e.(grouped); isGroup {
		return grouped{q.named(g.x)}
	}
	if !ok || n.qualifier != "" {
		return e
	}
	if _, err := q.lookup(n); err == nil && !q.guessed(n.name) {
		return e
	}
	if x, ok := q.aliases[n.name]; ok {
		return grouped{x}
	}
	return e
}

// guessed tells whether a name is a column only because the columns of a table
// are not known.
func (q *selection) guessed(n string) bool {
	for _, m := range q.tables {
		if m.rel.column(n) != nil {
			return false
		}
	}
	return true
}

func (q *selection) table(t sqlparser.TableExpr, join string, on sqlparser.Expr) error {
	switch t := t.(type) {
	case *sqlparser.AliasedTableExpr:
		m, err := q.member(t)
		if err != nil {
			return err
		}
		q.tables = append(q.tables, m)
		q.from = append(q.from, joined{m, join, on})
		return nil
	case *sqlparser.JoinTableExpr:
		if t.Condition.Using != nil {
			return fmt.Errorf("a join with using is not understood: write on")
		}
		if err := q.table(t.LeftExpr, join, on); err != nil {
			return err
		}
		kind := map[string]string{"join": "JOIN", "straight_join": "FULL JOIN", "left join": "LEFT JOIN", "right join": "RIGHT JOIN"}[t.Join]
		if _, nested := t.RightExpr.(*sqlparser.AliasedTableExpr); kind == "" || !nested {
			return fmt.Errorf("this join is not understood")
		}
		return q.table(t.RightExpr, kind, t.Condition.On)
	}
	if t, ok := t.(*sqlparser.ParenTableExpr); ok && len(t.Exprs) == 1 && len(q.from) == 0 && join == "" {
		return q.table(t.Exprs[0], "", nil)
	}
	return fmt.Errorf("joins in parentheses are understood in the first place alone")
}

func (q *selection) member(t *sqlparser.AliasedTableExpr) (*member, error) {
	alias := plainName(t.As.String())
	if sub, ok := t.Expr.(*sqlparser.Subquery); ok {
		text, columns, err := q.subquery(sub)
		if alias == "" {
			alias = fmt.Sprintf("q%d", len(q.tables)+1)
		}
		return &member{alias: alias, rel: &relation{columns: columns, known: true}, sub: "(" + text + ")"}, err
	}
	n, ok := t.Expr.(sqlparser.TableName)
	var i int
	if _, err := fmt.Sscanf(n.Name.String(), "t#%d", &i); !ok || err != nil || i >= len(q.refs) {
		return nil, fmt.Errorf("this table is not understood")
	}
	if library, _, _ := strings.Cut(q.refs[i].name, "."); library == "dictionary" || library == "sashelp" {
		return nil, fmt.Errorf("%s describes the session of SAS: the catalogue and information_schema are here", q.refs[i].name)
	}
	d := &dataStep{p: q.p, r: &renderer{formats: q.p.formats, note: q.p.note, into: q.p.into}, desc: map[string]bool{}}
	in, err := d.read(q.refs[i])
	if err != nil {
		return nil, err
	}
	q.inputs = append(q.inputs, in.rel)
	if ref := q.refs[i]; ref.rename != nil || ref.keep != nil || ref.drop != nil || in.where != "" {
		return &member{alias: alias, rel: &relation{columns: in.list, known: in.rel.known}, sub: in.selected()}, nil
	}
	return &member{alias: alias, rel: in.rel, in: in}, nil
}

// selected is a data set with its options, as a query.
func (in *input) selected() string {
	list := []string{"*"}
	if in.rel.known {
		list = nil
		for _, c := range in.list {
			list = append(list, as(in.sql[c.name], c.name))
		}
	}
	text := "(SELECT " + strings.Join(list, ", ") + " FROM " + in.rel.ref()
	if in.where != "" {
		text += " WHERE " + in.where
	}
	return text + ")"
}

// rowOrder is the order of the rows that monotonic() counts.
func (q *selection) rowOrder() string {
	q.ordered = true
	return "ORDER BY _row"
}

// lookup finds a column here or in the query around.
func (q *selection) lookup(n name) (val, error) {
	for _, m := range q.tables {
		if n.qualifier != "" && n.qualifier != m.alias {
			continue
		}
		c := m.rel.column(n.name)
		if c == nil && m.rel.known {
			continue
		}
		if c == nil {
			c = &column{name: n.name}
		}
		sql := sqlName(n.name)
		if len(q.tables) > 1 || n.qualifier != "" || q.outer != nil {
			sql = sqlName(m.alias) + "." + sql
		}
		return val{sql: sql, kind: c.kind, prec: precAtom, length: c.length, id: c.id}, nil
	}
	if q.outer != nil {
		return q.outer.lookup(n)
	}
	if n.qualifier != "" {
		return null, fmt.Errorf("there is no column %s.%s", n.qualifier, n.name)
	}
	if x, ok := q.aliases[n.name]; ok { // without calculated, as SAS allows in places
		delete(q.aliases, n.name) // an alias is not made of itself
		defer func() { q.aliases[n.name] = x }()
		return q.r.value(x)
	}
	return null, fmt.Errorf("there is no column %s", n.name)
}

// list reads the columns of the answer.
func (q *selection) list() error {
	unnamed := 0
	for _, se := range q.node.SelectExprs {
		switch se := se.(type) {
		case *sqlparser.StarExpr:
			alias := plainName(se.TableName.Name.String())
			for _, m := range q.tables {
				if alias == "" || alias == m.alias {
					q.items = append(q.items, item{all: m})
				}
			}
		case *sqlparser.AliasedExpr:
			e, err := q.convert(se.Expr)
			if err != nil {
				return err
			}
			it := item{e: e, name: plainName(se.As.String())}
			if n, ok := e.(name); ok && it.name == "" {
				it.name = n.name
			}
			if it.name == "" {
				unnamed++
				it.name = fmt.Sprintf("_tema%03d", unnamed)
			}
			if len(q.into) > 0 {
				if c, ok := e.(call); ok && c.name == "quote" && len(c.args) == 1 {
					it.e = c.args[0] // the list is a query here, not text
				}
			}
			q.aliases[it.name] = it.e
			q.items = append(q.items, it)
		default:
			return fmt.Errorf("this column is not understood")
		}
	}
	return nil
}
