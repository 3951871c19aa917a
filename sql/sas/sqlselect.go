package sas

import (
	"fmt"
	"slices"
	"strings"
)

// aggregates are the functions over rows, as SQL with x for the argument.
var aggregates = map[string]string{
	"count": "count(x)", "n": "count(x)", "freq": "count(x)", "nmiss": "count(*) FILTER (x IS NULL)", "sum": "sum(x)", "avg": "avg(x)", "mean": "avg(x)",
	"min": "min(x)", "max": "max(x)", "std": "stddev_samp(x)", "var": "var_samp(x)", "range": "max(x) - min(x)", "median": "median(x)",
}

// isAggregate tells a function over rows from one over its arguments.
func isAggregate(c call) bool { return aggregates[c.name] != "" && len(c.args) == 1 && !c.of }

// aggregated tells whether an expression has a function over rows.
func aggregated(e expr) bool {
	found := false
	visit(e, func(e expr) bool {
		if c, ok := e.(call); ok && isAggregate(c) {
			found = true
		}
		return !found
	})
	return found
}

// visit goes over an expression while f says so.
func visit(e expr, f func(expr) bool) {
	if e == nil || !f(e) {
		return
	}
	switch e := e.(type) {
	case grouped:
		visit(e.x, f)
	case unary:
		visit(e.x, f)
	case binary:
		visit(e.x, f)
		visit(e.y, f)
	case inList:
		visit(e.x, f)
		for _, x := range e.list {
			visit(x, f)
		}
	case between:
		visit(e.x, f)
		visit(e.low, f)
		visit(e.high, f)
	case isMissing:
		visit(e.x, f)
	case call:
		for _, a := range e.args {
			visit(a, f)
		}
	case element:
		for _, x := range e.index {
			visit(x, f)
		}
	case method:
		for _, a := range e.args {
			visit(a.value, f)
		}
	case patch:
		visit(e.from, f)
		visit(e.count, f)
		visit(e.with, f)
	case caseExpr:
		for _, w := range e.whens {
			visit(w.cond, f)
			visit(w.value, f)
		}
		visit(e.otherwise, f)
	}
}

// free tells whether an expression has a column outside the functions over rows
// that is not grouped by.
func (q *selection) free(e expr) bool {
	found := false
	visit(e, func(e expr) bool {
		if c, ok := e.(call); ok && isAggregate(c) || q.groupedBy(e) {
			return false
		}
		if n, ok := e.(name); ok && !strings.HasPrefix(n.name, intoPrefix) {
			found = true
		}
		return !found
	})
	return found
}

// groupedBy tells whether an expression is one that the query groups by.
func (q *selection) groupedBy(e expr) bool {
	v, err := q.r.value(e)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(q.groups, func(g expr) bool {
		o, err := q.r.value(g)
		return err == nil && o.sql == v.sql
	})
}

// written is a column of the answer as SQL.
type written struct {
	sql string
	col *column
}

// query finishes a SELECT.
func (q *selection) query(order []token) (*query, error) {
	anyAggregate := q.having != nil && aggregated(q.having)
	remerge := false
	q.r.aggregates = func(call) (string, error) { return "", fmt.Errorf("functions over rows within each other") }
	for _, it := range q.items {
		if it.all != nil {
			remerge = true
			continue
		}
		anyAggregate = anyAggregate || aggregated(it.e)
		remerge = remerge || q.free(it.e)
	}
	if q.having != nil {
		remerge = remerge || q.free(q.having)
	}
	remerge = remerge && anyAggregate
	if len(q.groups) > 0 && !anyAggregate {
		q.p.note("a GROUP BY without a function over rows only orders the rows in SAS: it is left out here")
		q.groups = nil
	}
	var by []string
	for _, g := range q.groups {
		v, err := q.r.value(g)
		if err != nil {
			return nil, err
		}
		by = append(by, v.sql)
	}
	over := ""
	if remerge { // SAS merges the statistics back with the rows
		over = " OVER ()"
		if len(by) > 0 {
			over = " OVER (PARTITION BY " + strings.Join(by, ", ") + ")"
		}
	}
	q.r.aggregates = func(c call) (string, error) { return q.aggregate(c, over) }
	columns, err := q.columnsOf()
	if err != nil {
		return nil, err
	}
	return q.build(columns, by, anyAggregate, remerge, order)
}

// aggregate is a function over rows.
func (q *selection) aggregate(c call, over string) (string, error) {
	if _, ok := c.args[0].(star); ok {
		if c.name != "count" && c.name != "n" && c.name != "freq" {
			return "", fmt.Errorf("%s(*) is not understood", c.name)
		}
		return "count(*)" + over, nil
	}
	inner := *q.r
	inner.aggregates = func(call) (string, error) { return "", fmt.Errorf("functions over rows within each other") }
	v, err := inner.value(c.args[0])
	if err != nil {
		return "", err
	}
	if c.name != "count" && c.name != "n" && c.name != "freq" && c.name != "min" && c.name != "max" && c.name != "nmiss" || v.cond {
		v = q.r.toNumber(v)
	}
	x := v.sql
	if c.distinct {
		x = "DISTINCT " + x
	}
	form := strings.ReplaceAll(aggregates[c.name], "(x)", "("+x+")")
	form = strings.ReplaceAll(form, "x IS NULL", in(v, precConcat)+" IS NULL")
	if over != "" && c.name == "range" {
		return "", fmt.Errorf("range merged back with the rows is not understood")
	}
	return form + over, nil
}

// columnsOf writes the columns of the answer; of two with one name SAS keeps the
// first.
func (q *selection) columnsOf() ([]written, error) {
	var out []written
	seen := map[string]bool{}
	add := func(w written) {
		if !seen[w.col.name] {
			seen[w.col.name] = true
			out = append(out, w)
		}
	}
	for _, it := range q.items {
		if it.all != nil {
			if !it.all.rel.known {
				out = append(out, written{sql: sqlName(it.all.alias) + ".*", col: &column{name: ""}})
				continue
			}
			for _, c := range it.all.rel.columns {
				v, err := q.lookup(name{it.all.alias, c.name})
				if err != nil {
					return nil, err
				}
				if len(q.tables) == 1 && q.outer == nil {
					v.sql = sqlName(c.name)
				}
				copied := *c
				add(written{as(v.sql, c.name), &copied})
			}
			continue
		}
		v, err := q.r.value(it.e)
		if err != nil {
			return nil, err
		}
		if v.cond {
			v = q.r.toNumber(v)
		}
		if v.isNull() {
			v.sql = "CAST(NULL AS " + typeOf(v.kind) + ")"
		}
		col := &column{name: it.name, kind: v.kind, length: v.length, id: v.id}
		if n, ok := it.e.(name); ok {
			for _, m := range q.tables {
				if c := m.rel.column(n.name); c != nil && (n.qualifier == "" || n.qualifier == m.alias) {
					col.format = c.format
					break
				}
			}
		}
		sql := v.sql
		if sql != sqlName(it.name) && !strings.HasSuffix(sql, "."+sqlName(it.name)) {
			sql += " AS " + sqlName(it.name)
		}
		add(written{sql, col})
	}
	return out, nil
}

// build writes the query.
func (q *selection) build(columns []written, by []string, anyAggregate, remerge bool, order []token) (*query, error) {
	if q.ordered && (!q.ofOne() || q.outer != nil || anyAggregate) {
		return nil, fmt.Errorf("monotonic() is understood in a query on the rows of one table alone")
	}
	out := &query{inputs: q.inputs, into: q.into, known: true, ordered: q.ordered}
	t := &selectText{q: q, columns: columns, by: by, aggregated: anyAggregate, grouped: anyAggregate && !remerge, distinct: q.node.Distinct != ""}
	for _, c := range columns {
		t.list = append(t.list, c.sql)
		if c.col.name == "" {
			out.known = false
			continue
		}
		out.columns = append(out.columns, c.col)
	}
	var err error
	if t.from, err = q.fromClause(); err != nil {
		return nil, err
	}
	if err := t.conditions(remerge); err != nil {
		return nil, err
	}
	if t.keys, err = q.orderBy(order, out.columns); err != nil {
		return nil, err
	}
	out.unique = t.unique(out.columns)
	out.text = t.text
	if q.ofOne() && !t.distinct && !t.aggregated && t.keys == "" {
		out.origin = t.origin
	}
	return out, nil
}

// ofOne tells whether the rows are those of one table.
func (q *selection) ofOne() bool { return len(q.tables) == 1 && q.tables[0].sub == "" }

// source is the SQL of a column without its name in the answer.
func (w written) source() string { return strings.TrimSuffix(w.sql, " AS "+sqlName(w.col.name)) }

// origin is the column of the one table that a column of the answer is.
func (t *selectText) origin(name string) (string, bool) {
	m := t.q.tables[0]
	for _, c := range t.columns {
		if c.col.name != name {
			continue
		}
		source := strings.TrimPrefix(c.source(), sqlName(m.alias)+".")
		for _, col := range m.rel.columns {
			if sqlName(col.name) == source {
				return col.name, true
			}
		}
	}
	return "", false
}

// selectText is what the text of a query is made of.
type selectText struct {
	q       *selection
	columns []written
	list    []string // their SQL
	by      []string
	from    func() string
	tail    string // WHERE, GROUP BY and what HAVING becomes
	keys    string // of ORDER BY
	// aggregated: a function over rows is asked for; grouped: what comes out are
	// groups, not the rows with what their group has.
	aggregated, grouped, distinct bool
}

// conditions writes the tail.
func (t *selectText) conditions(remerge bool) error {
	q, where, last := t.q, t.q.where, ""
	if q.having != nil {
		c, err := q.r.cond(q.having, false)
		if err != nil {
			return err
		}
		switch {
		case t.grouped:
			last = "\nHAVING " + c.sql
		case remerge || strings.Contains(c.sql, "OVER ("):
			last = "\nQUALIFY " + c.sql
		default:
			q.p.note("having without a function over rows filters rows")
			where = both(where, c)
		}
	}
	if where.sql != "true" {
		t.tail = "\nWHERE " + where.sql
	}
	if t.grouped && len(t.by) > 0 {
		t.tail += "\nGROUP BY " + strings.Join(t.by, ", ")
	}
	t.tail += last
	return nil
}

// unique are the sets of columns of which no two rows have the same.
func (t *selectText) unique(columns []*column) [][]string {
	var out [][]string
	if t.grouped && len(t.by) > 0 {
		out = append(out, t.q.uniqueNames(t.by, t.columns))
	}
	if t.distinct {
		out = append(out, (&relation{columns: columns}).names())
	}
	if len(t.q.tables) == 1 && !t.aggregated {
		out = append(out, t.q.inherited(t.columns)...)
	}
	return slices.DeleteFunc(out, func(u []string) bool { return len(u) == 0 })
}

// text is the query, with the number of each row when row asks for it.
func (t *selectText) text(row bool) string {
	q, selected := t.q, t.list
	plain := q.ofOne()
	all := plain && len(q.items) == 1 && q.items[0].all != nil && q.items[0].all.rel.known
	if all && !t.distinct && !t.aggregated && q.tables[0].rel.row == row {
		selected = []string{"*"}
		row = false // it is among them
		if t.keys != "" && q.tables[0].rel.row {
			selected, row = []string{"* EXCLUDE (_row)"}, true
		}
	}
	number := ""
	switch {
	case row && (t.distinct || t.grouped):
		return "SELECT *, row_number() OVER (ORDER BY " + q.sorted(t.keys, t.by, t.columns) + ") AS _row\nFROM (\n" + indent(t.plain(t.list)) + "\n)"
	case row && t.keys != "":
		number = "row_number() OVER (ORDER BY " + t.keys + q.ties() + ") AS _row"
	case row && plain:
		number = "_row"
	case row:
		number = "row_number() OVER (ORDER BY " + strings.TrimPrefix(q.ties(), ", ") + ") AS _row"
	}
	if number != "" {
		selected = append(slices.Clone(selected), number)
	}
	text := t.plain(selected)
	if t.keys != "" && !row {
		text += "\nORDER BY " + t.keys
	}
	return text
}

// plain is the query without order.
func (t *selectText) plain(selected []string) string {
	return "SELECT " + map[bool]string{true: "DISTINCT "}[t.distinct] + wrap(selected) + "\nFROM " + t.from() + t.tail
}

// ties orders rows that the keys leave equal: as they were read.
func (q *selection) ties() string {
	var b strings.Builder
	for _, m := range q.tables {
		if m.sub == "" {
			b.WriteString(", " + sqlName(m.alias) + "._row")
		}
	}
	if b.Len() == 0 {
		return ", 1"
	}
	return b.String()
}

// sorted is the order of groups: SAS gives them sorted.
func (q *selection) sorted(keys string, by []string, columns []written) string {
	if keys != "" {
		return keys
	}
	if names := q.uniqueNames(by, columns); len(names) > 0 {
		return strings.Join(sqlNames(names), " NULLS FIRST, ") + " NULLS FIRST"
	}
	var all []string
	for _, c := range columns {
		if c.col.name != "" {
			all = append(all, sqlName(c.col.name)+" NULLS FIRST")
		}
	}
	return strings.Join(all, ", ")
}

// uniqueNames are the columns of the answer that hold what is grouped by, when
// they all do.
func (q *selection) uniqueNames(by []string, columns []written) []string {
	var names []string
	for _, b := range by {
		i := slices.IndexFunc(columns, func(c written) bool { return c.sql == b || c.source() == b })
		if i < 0 {
			return nil
		}
		names = append(names, columns[i].col.name)
	}
	return names
}

// inherited are the keys of the one table that all stand in the answer.
func (q *selection) inherited(columns []written) (unique [][]string) {
	for _, key := range q.tables[0].rel.unique {
		if names := q.uniqueNames(sqlNames(key), columns); len(names) == len(key) {
			unique = append(unique, names)
		}
	}
	return unique
}

// fromClause writes FROM.
func (q *selection) fromClause() (func() string, error) {
	var on []string
	for _, j := range q.from {
		if j.on == nil {
			on = append(on, "")
			continue
		}
		e, err := q.convert(j.on)
		if err != nil {
			return nil, err
		}
		c, err := q.r.cond(e, false)
		if err != nil {
			return nil, err
		}
		on = append(on, c.sql)
	}
	return func() string {
		var b strings.Builder
		for i, j := range q.from {
			table := j.m.sub
			if table == "" {
				table = j.m.rel.ref()
			}
			if j.m.alias != "" && sqlName(j.m.alias) != table {
				table += " AS " + sqlName(j.m.alias)
			}
			switch {
			case i == 0:
			case j.join == "":
				b.WriteString(", ")
			case on[i] == "":
				b.WriteString("\n  CROSS JOIN ")
			default:
				b.WriteString("\n  " + j.join + " ")
			}
			b.WriteString(table)
			if on[i] != "" {
				b.WriteString(" ON " + on[i])
			}
		}
		return b.String()
	}, nil
}

// orderBy reads ORDER BY.
func (q *selection) orderBy(order []token, columns []*column) (string, error) {
	order = slices.DeleteFunc(slices.Clone(order), func(t token) bool { return t.kind == wordToken && t.text == "calculated" })
	if len(order) == 0 {
		return "", nil
	}
	if keys, err := orderKeys(order, columns); err == nil && !slices.ContainsFunc(order, func(t token) bool { return t.kind == opToken && t.text != "," }) {
		return keys, nil
	}
	var list []string
	for _, part := range splitTokens(order) {
		n := len(part)
		p := &parser{tokens: part, at: n - 1}
		dir := " NULLS FIRST"
		if n > 1 && part[n-1].kind == wordToken && contains([]string{"desc", "descending", "asc"}, part[n-1].text) {
			dir = direction(p)
			n--
		}
		e, err := (&parser{tokens: part[:n]}).parse()
		if err != nil {
			return "", err
		}
		if x, ok := e.(numberLit); ok && int(x.value) >= 1 && int(x.value) <= len(columns) {
			list = append(list, sqlName(columns[int(x.value)-1].name)+dir)
			continue
		}
		v, err := q.r.value(q.named(e))
		if err != nil {
			return "", err
		}
		list = append(list, v.sql+dir)
	}
	return strings.Join(list, ", "), nil
}

// splitTokens cuts a list at its commas.
func splitTokens(tokens []token) (parts [][]token) {
	start := 0
	for i, t := range outside(tokens) {
		if t.kind == opToken && t.text == "," {
			parts = append(parts, tokens[start:i])
			start = i + 1
		}
	}
	return slices.DeleteFunc(append(parts, tokens[start:]), func(p []token) bool { return len(p) == 0 })
}
