package sas

import (
	"fmt"
	"slices"
	"strings"
)

// PROC FREQ.

// frequency is one table of PROC FREQ.
type frequency struct {
	c       *procCall
	request []string
	keys    []grouping // BY, then those of the table
	weight  string
	count   string // the column of frequencies
	freqOptions
}

// freqOptions are those of a statement TABLES that change data.
type freqOptions struct {
	out                             setRef
	missing, outpct, outcum, sparse bool
}

func (p *program) procFreq(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("tables", "table", "weight", "format", "exact", "test", "output"); err != nil {
			return err
		}
		c.allows("order", "page", "compress", "formchar", "nlevels")
		if c.flags["nlevels"] {
			p.noteAt(from, "the option nlevels is left out: count(DISTINCT x) gives the levels")
		}
		if s, i := c.statement("format"); s != nil {
			if err := c.formats(s); err != nil {
				p.fail(i, "%v", err)
			}
		}
		if s, i := c.statement("weight"); s != nil && len(s.tokens) > 2 {
			p.noteAt(i, "the options of weight are left out")
		}
		return c.frequencies()
	})
}

// frequencies goes over the statements.
func (c *procCall) frequencies() error {
	tables := false
	for i := c.from + 1; i < c.to; i++ {
		s := &c.p.statements[i]
		switch s.first() {
		case "tables", "table":
			tables = true
			if err := c.tables(s, i); err != nil {
				return err
			}
		case "exact", "test", "output":
			c.p.fail(i, "the statistics of freq are not translated: its tables are")
		}
	}
	if !tables {
		for _, col := range c.data.list {
			if err := c.frequency([]string{col.name}, freqOptions{}); err != nil {
				return err
			}
		}
	}
	for i := c.from + 1; i < c.to; i++ {
		if c.p.state[i].state == Untranslated {
			c.p.leave(i, i+1)
		}
	}
	return nil
}

// formats notes formats that a procedure gives to variables.
func (c *procCall) formats(s *statement) error {
	d := &dataStep{formats: map[string]format{}, r: c.d.r}
	p := &parser{tokens: s.tokens, at: 1}
	if err := d.formatStatement(p); err != nil {
		return err
	}
	for i, col := range c.data.list {
		if f, ok := d.formats[col.name]; ok {
			copied := *col
			copied.format = f
			c.data.list[i] = &copied
		}
	}
	return nil
}

// tables makes a view of each table that is asked for.
func (c *procCall) tables(s *statement, at int) error {
	p := &parser{tokens: s.tokens, at: 1}
	var requests [][]string
	for p.err == nil && !p.done() && !p.is("/") {
		requests = append(requests, c.crossing(p)...)
	}
	p.accept("/")
	options := c.tableOptions(p, at)
	if p.err != nil {
		return p.err
	}
	for i, request := range requests {
		own := options
		if i < len(requests)-1 { // OUT= has the last table
			own.out = setRef{}
		}
		if err := c.frequency(request, own); err != nil {
			return err
		}
	}
	return nil
}

// maxTables is how many tables one request may make.
const maxTables = 1000

// crossing reads a*b, where lists in parentheses stand for each of theirs.
func (c *procCall) crossing(p *parser) [][]string {
	requests := [][]string{nil}
	for {
		var next []string
		if p.accept("(") {
			names, err := pick(c.data.list, p.variables(")"))
			if err != nil {
				p.fail("%v", err)
			}
			next = names
			p.want(")")
		} else {
			next = c.oneOrAll(p)
		}
		var more [][]string
		for _, r := range requests {
			for _, n := range next {
				more = append(more, append(slices.Clone(r), n))
			}
		}
		if len(more) > maxTables {
			p.fail("more than %d tables in one request are not understood", maxTables)
		}
		if requests = more; p.err != nil || !p.accept("*") {
			return requests
		}
	}
}

// oneOrAll reads one variable, a list such as x1-x3, or _all_.
func (c *procCall) oneOrAll(p *parser) []string {
	all := p.peek().text
	if !contains([]string{"_all_", "_numeric_", "_character_"}, all) {
		names, err := pick(c.data.list, p.oneVariable())
		if err != nil {
			p.fail("%v", err)
		}
		return names
	}
	p.at++
	var names []string
	for _, col := range c.data.list {
		if all == "_all_" || (all == "_character_") == (col.kind == textKind) {
			names = append(names, col.name)
		}
	}
	return names
}

func (c *procCall) tableOptions(p *parser, at int) (o freqOptions) {
	for p.err == nil && !p.done() {
		switch option := p.name(); option {
		case "out":
			p.want("=")
			o.out = p.setRef()
		case "missing":
			o.missing = true
		case "outpct":
			o.outpct = true
		case "outcum":
			o.outcum = true
		case "sparse":
			o.sparse = true
		case "noprint", "nocum", "nopercent", "norow", "nocol", "nofreq", "list", "missprint", "nosparse", "crosslist", "format", "totpct":
			if p.accept("=") {
				p.format()
			}
		default:
			c.p.noteAt(at, "the option %s is left out: the view has counts and percentages", option)
			if p.accept("(") {
				p.at--
				p.parens()
			}
			if p.accept("=") {
				p.at++
			}
		}
	}
	return o
}

// weight is the number that the WEIGHT statement names; "" without one.
func (c *procCall) weight() (string, error) {
	s, _ := c.statement("weight")
	if s == nil {
		return "", nil
	}
	w, err := c.lookup(name{"", s.word(1)})
	if err != nil {
		return "", err
	}
	return c.d.r.toNumber(w).sql, nil
}

// frequency makes the view of one table.
func (c *procCall) frequency(request []string, options freqOptions) (err error) {
	f := &frequency{c: c, request: request, freqOptions: options}
	if f.weight, err = c.weight(); err != nil {
		return err
	}
	var columns []*column
	for _, k := range append(slices.Clone(c.by), request...) {
		g, err := c.grouped(k)
		if err != nil {
			return err
		}
		f.keys, columns = append(f.keys, g), append(columns, g.col)
	}
	f.count = "count"
	if options.out.name == "" && slices.Contains(request, "count") {
		f.count = "frequency" // as it is headed where it is printed; a data set has one COUNT
	}
	columns = append(columns, &column{name: f.count, kind: numberKind}, &column{name: "percent", kind: numberKind})
	percentages := f.percentages()
	for _, item := range percentages[1:] {
		columns = append(columns, &column{name: item[0], kind: numberKind})
	}
	if f.sparse && len(c.by) > 0 {
		return fmt.Errorf("sparse with by is not understood")
	}
	target := options.out
	if target.name == "" {
		target.name = "freq_" + strings.Join(request, "_")
	}
	return c.emit(target, derived{columns: columns, unique: [][]string{f.names(f.keys)}, shown: options.out.name == "", core: func(row bool) string { return f.query(percentages, row) }})
}

func (f *frequency) names(keys []grouping) (names []string) {
	for _, k := range keys {
		names = append(names, k.name)
	}
	return names
}

// percentages are the columns behind the count, with their SQL.
func (f *frequency) percentages() [][2]string {
	by := sqlNames(f.c.by)
	own := sqlNames(f.request)
	n := len(own)
	out := [][2]string{{"percent", f.share(by)}}
	if f.outcum && n == 1 {
		out = append(out, [2]string{"cum_freq", f.upTo("count", by)}, [2]string{"cum_pct", f.upTo("percent", by)})
	}
	if !f.outpct || n < 2 {
		return out
	}
	stratum := append(slices.Clone(by), own[:n-2]...)
	if n > 2 {
		out = append(out, [2]string{"pct_tabl", f.share(stratum)})
	}
	return append(out, [2]string{"pct_row", f.share(append(slices.Clone(stratum), own[n-2]))}, [2]string{"pct_col", f.share(append(slices.Clone(stratum), own[n-1]))})
}

// gap is the condition under which a row is in no percentage; "" when all are.
func (f *frequency) gap() string {
	if f.missing {
		return ""
	}
	var absent []string
	for _, k := range f.keys[len(f.c.by):] {
		if !k.v.sure {
			absent = append(absent, sqlName(k.name)+" IS NULL")
		}
	}
	return strings.Join(absent, " OR ")
}

// share is the count in percent of that of all rows that share some columns.
func (f *frequency) share(within []string) string {
	over := "OVER (" + strings.TrimSpace(partition(within)) + ")"
	gap := f.gap()
	if gap == "" {
		return "100 * " + f.count + " / sum(" + f.count + ") " + over
	}
	return "CASE WHEN NOT (" + gap + ") THEN 100 * " + f.count + " / sum(" + f.count + ") FILTER (NOT (" + gap + ")) " + over + " END"
}

// upTo is the sum of a column over a row and those in front of it.
func (f *frequency) upTo(column string, by []string) string {
	over := "OVER (" + partition(by) + "ORDER BY " + strings.Join(f.order(), ", ") + ")"
	if column == "percent" {
		gap := f.gap()
		if gap == "" {
			return "100 * sum(" + f.count + ") " + over + " / sum(" + f.count + ") OVER (" + strings.TrimSpace(partition(by)) + ")"
		}
		return "CASE WHEN NOT (" + gap + ") THEN 100 * sum(" + f.count + ") FILTER (NOT (" + gap + ")) " + over + " / sum(" + f.count + ") FILTER (NOT (" + gap + ")) OVER (" + strings.TrimSpace(partition(by)) + ") END"
	}
	gap := f.gap()
	if gap == "" {
		return "sum(" + f.count + ") " + over
	}
	return "CASE WHEN NOT (" + gap + ") THEN sum(" + f.count + ") FILTER (NOT (" + gap + ")) " + over + " END"
}

// order is that of the rows.
func (f *frequency) order() (order []string) {
	for _, k := range f.keys {
		order = append(order, sqlName(k.name)+" NULLS FIRST")
	}
	if f.c.values["order"] == "freq" {
		order = slices.Insert(order, len(f.c.by), f.count+" DESC")
	}
	return order
}

// query is the query of one table.
func (f *frequency) query(percentages [][2]string, row bool) string {
	counted := "count(*)"
	where := f.c.where
	if f.weight != "" {
		counted = "sum(" + f.weight + ")"
		where = both(where, val{sql: f.weight + " > 0", prec: precCompare, cond: true})
	}
	var list, group []string
	for i, k := range f.keys {
		list, group = append(list, as(k.v.sql, k.name)), append(group, fmt.Sprint(i+1))
	}
	text := "WITH counts AS (\n  SELECT " + strings.Join(append(list, counted+" AS "+f.count), ", ") + "\n  FROM " + f.c.data.rel.ref()
	if where.sql != "true" {
		text += "\n  WHERE " + where.sql
	}
	text += "\n  GROUP BY " + strings.Join(group, ", ") + "\n)"
	from := "counts"
	if f.sparse && len(f.keys) > 1 {
		text, from = text+f.cells(), "cells"
	}
	items := []string{"*"}
	for _, p := range percentages {
		items = append(items, p[1]+" AS "+p[0])
	}
	if row {
		items = append(items, "row_number() OVER (ORDER BY "+strings.Join(f.order(), ", ")+") AS _row")
	}
	return text + "\nSELECT " + wrap(items) + "\nFROM " + from + "\nORDER BY " + strings.Join(f.order(), ", ")
}

// cells crosses the levels of all variables: a combination that no row has counts 0.
func (f *frequency) cells() string {
	var list, on []string
	from := ""
	for i, k := range f.keys {
		n := sqlName(k.name)
		level := fmt.Sprintf("level%d", i+1)
		list, on = append(list, level+"."+n), append(on, "counts."+n+" IS NOT DISTINCT FROM "+level+"."+n)
		if i > 0 {
			from += "\n    CROSS JOIN "
		}
		from += "(SELECT DISTINCT " + n + " FROM counts) AS " + level
	}
	return ", cells AS (\n  SELECT " + strings.Join(list, ", ") + ", coalesce(counts." + f.count + ", 0) AS " + f.count + "\n  FROM " + from + "\n    LEFT JOIN counts ON " + strings.Join(on, " AND ") + "\n)"
}
