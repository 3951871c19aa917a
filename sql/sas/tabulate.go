package sas

import (
	"fmt"
	"slices"
)

// PROC TABULATE and PROC REPORT, as far as they count: a row for each cell that
// they print.

// cell is a cell of a table: what it is broken down by, and what it shows.
type cell struct {
	class      []string
	variable   string
	statistics []string
}

func (p *program) procTabulate(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("class", "var", "table", "tables", "format", "keylabel", "classlev", "keyword", "weight"); err != nil {
			return err
		}
		c.allows("missing", "format", "order", "formchar", "style", "noseps")
		s := &summary{c: c}
		if err := s.read(); err != nil {
			return err
		}
		for i := from + 1; i < to; i++ {
			st := &p.statements[i]
			if st.first() != "table" && st.first() != "tables" {
				continue
			}
			if err := s.tabulate(st, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// tabulate makes the view of one TABLE.
func (s *summary) tabulate(st *statement, at int) error {
	tokens := st.tokens[1:]
	for i, t := range outside(tokens) {
		if t.kind == opToken && t.text == "/" {
			tokens = tokens[:i]
			break
		}
	}
	cells := []cell{{}}
	for _, dimension := range splitTokens(tokens) {
		t := &tableReader{parser: &parser{tokens: dimension}, s: s}
		if cells = crossed(cells, t.list()); len(cells) > maxTables {
			t.fail("more than %d cells in one table are not understood", maxTables)
		}
		if t.err != nil {
			return t.err
		}
	}
	own := &summary{c: s.c, class: s.class, vars: s.vars, weight: s.weight, keys: s.keys}
	var list []statistic
	counted := false
	for _, one := range cells {
		if !slices.ContainsFunc(own.sets, func(set []string) bool { return slices.Equal(set, one.class) }) {
			own.sets = append(own.sets, one.class)
		}
		stats := one.statistics
		switch {
		case len(stats) > 1:
			return fmt.Errorf("a statistic of a statistic is not understood")
		case stats == nil && one.variable != "":
			stats = []string{"sum"}
		case stats == nil:
			stats = []string{"n"}
		}
		if one.variable == "" {
			if stats[0] != "n" {
				return fmt.Errorf("%s needs a variable", stats[0])
			}
			counted = true
			continue
		}
		next := statistic{stats[0], one.variable, one.variable + "_" + stats[0]}
		if !slices.Contains(list, next) {
			list = append(list, next)
		}
	}
	s.c.p.noteAt(at, "a row for each cell, with every statistic: SAS prints them as a cross table")
	return own.view(setRef{name: fmt.Sprintf("table_%d", st.line)}, list, viewOf{counted: counted, shown: true})
}

// tableReader reads the expression of a dimension.
type tableReader struct {
	*parser
	s *summary
}

// list reads things that stand one after the other.
func (t *tableReader) list() (cells []cell) {
	for t.err == nil && !t.done() && !t.is(")") {
		cells = append(cells, t.crossing()...)
	}
	return cells
}

// crossing reads a*b.
func (t *tableReader) crossing() []cell {
	cells := t.one()
	for t.err == nil && t.accept("*") {
		if (t.is("f") || t.is("format")) && t.ahead(1).text == "=" {
			t.at += 2
			t.format()
			continue
		}
		if cells = crossed(cells, t.one()); len(cells) > maxTables {
			t.fail("more than %d cells in one table are not understood", maxTables)
		}
	}
	return cells
}

// one reads a variable, a statistic, ALL, or a list in parentheses; labels are
// left out.
func (t *tableReader) one() (cells []cell) {
	if t.accept("(") {
		cells = t.list()
		t.want(")")
	} else {
		n := t.name()
		switch _, known := statistics[n]; {
		case n == "all":
			cells = []cell{{}}
		case slices.Contains(t.s.class, n):
			cells = []cell{{class: []string{n}}}
		case slices.Contains(t.s.vars, n):
			cells = []cell{{variable: n}}
		case known:
			cells = []cell{{statistics: []string{n}}}
		default:
			t.fail("%s is not understood in a table", n)
		}
	}
	if t.is("=") && t.ahead(1).kind == textToken {
		t.at += 2
	}
	return cells
}

// crossed are all pairs of two lists.
func crossed(a, b []cell) (out []cell) {
	for _, x := range a {
		for _, y := range b {
			out = append(out, cell{class: append(slices.Clone(x.class), y.class...), variable: x.variable + y.variable, statistics: append(slices.Clone(x.statistics), y.statistics...)})
		}
	}
	return out
}

func (p *program) procReport(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("column", "columns", "define", "format", "rbreak", "break"); err != nil {
			return err
		}
		c.allows("nowd", "nowindows", "headline", "headskip", "split", "missing", "ls", "ps", "style", "spacing")
		st, _ := c.statement("column")
		if st == nil {
			st, _ = c.statement("columns")
		}
		if st == nil {
			return fmt.Errorf("report needs a statement column")
		}
		s := &summary{c: c}
		list, counted, err := s.report(st)
		if err != nil {
			return err
		}
		for i := from + 1; i < to; i++ {
			if first := p.statements[i].first(); first == "rbreak" || first == "break" {
				p.noteAt(i, "the lines of totals are left out")
			}
		}
		return s.view(setRef{name: fmt.Sprintf("report_%d", st.line)}, list, viewOf{counted: counted, shown: true})
	})
}

// report reads COLUMN and DEFINE: variables to group by, and statistics.
func (s *summary) report(st *statement) (list []statistic, counted bool, err error) {
	c := s.c
	for _, t := range st.tokens[1:] {
		if t.kind != wordToken {
			return nil, false, fmt.Errorf("column is understood as a list of variables")
		}
		usage := s.usage(t.text)
		switch {
		case t.text == "n" && !slices.ContainsFunc(c.data.list, func(col *column) bool { return col.name == "n" }):
			counted = true
		case contains([]string{"group", "across"}, usage):
			s.class = append(s.class, t.text)
		case usage == "" && c.column(t.text).kind != textKind:
			list = append(list, statistic{"sum", t.text, t.text + "_sum"})
		case statistics[usage].plain != "":
			list = append(list, statistic{usage, t.text, t.text + "_" + usage})
		default:
			return nil, false, fmt.Errorf("a report that lists rows is not translated: %s is neither grouped by nor a statistic", t.text)
		}
	}
	c.flags["nway"] = true
	for _, k := range append(slices.Clone(c.by), s.class...) {
		g, err := c.grouped(k)
		if err != nil {
			return nil, false, err
		}
		s.keys = append(s.keys, g)
	}
	return list, counted, nil
}

// usage is what DEFINE says of a variable: group, across, display, order, computed
// or a statistic; "" when it says analysis, or nothing.
func (s *summary) usage(variable string) string {
	for i := s.c.from + 1; i < s.c.to; i++ {
		st := &s.c.p.statements[i]
		if st.first() != "define" || st.word(1) != variable {
			continue
		}
		for _, t := range st.tokens[2:] {
			if t.kind == wordToken && (statistics[t.text].plain != "" || contains([]string{"group", "across", "display", "order", "computed"}, t.text)) {
				return t.text
			}
		}
	}
	return ""
}
