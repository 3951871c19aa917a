package sas

import (
	"fmt"
	"slices"
	"strings"
)

// PROC FREQ and PROC MEANS.

func (p *program) procFreq(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("tables", "table", "weight", "format"); err != nil {
			return err
		}
		if s, i := c.statement("format"); s != nil {
			if err := c.formats(s); err != nil {
				p.fail(i, "%v", err)
			}
		}
		done := 0
		for i := from + 1; i < to; i++ {
			s := &p.statements[i]
			if first := s.first(); first != "tables" && first != "table" {
				continue
			}
			n, err := c.tables(s, i)
			if err != nil {
				return err
			}
			done += n
		}
		if done == 0 {
			return fmt.Errorf("freq is understood with a statement tables")
		}
		return nil
	})
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
func (c *procCall) tables(s *statement, at int) (int, error) {
	p := &parser{tokens: s.tokens, at: 1}
	var requests [][]string
	for p.err == nil && !p.done() && !p.is("/") {
		if p.is("(") {
			return 0, fmt.Errorf("a*(b c) is not understood: write a*b a*c")
		}
		request := []string{p.name()}
		for p.accept("*") {
			if p.is("(") {
				return 0, fmt.Errorf("a*(b c) is not understood: write a*b a*c")
			}
			request = append(request, p.name())
		}
		requests = append(requests, request)
	}
	var out setRef
	missing := false
	p.accept("/")
	for p.err == nil && !p.done() {
		option := p.name()
		switch {
		case option == "out":
			p.want("=")
			out = p.setRef()
		case option == "missing":
			missing = true
		case contains([]string{"noprint", "nocum", "nopercent", "norow", "nocol", "nofreq", "list", "missprint", "format"}, option):
			if p.accept("=") {
				p.format()
			}
		default:
			c.p.noteAt(at, "the option %s is left out: the view has counts and percentages", option)
			if p.accept("=") {
				p.at++
			}
		}
	}
	if p.err != nil {
		return 0, p.err
	}
	for i, request := range requests {
		target := fmt.Sprintf("freq_%s", strings.Join(request, "_"))
		if out.name != "" && i == len(requests)-1 {
			target = out.name
		}
		if err := c.table(request, target, missing); err != nil {
			return 0, err
		}
	}
	return len(requests), nil
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

// table is one table of PROC FREQ.
func (c *procCall) table(request []string, target string, missing bool) error {
	keys := append(slices.Clone(c.by), request...)
	weight, err := c.weight()
	if err != nil {
		return err
	}
	var list, order, absent []string
	var columns []*column
	for _, k := range keys {
		v, err := c.lookup(name{"", k})
		if err != nil {
			return err
		}
		col := *c.column(k)
		if user, ok := c.p.formats[col.format.name]; ok {
			if v, err = user.render(c.d.r, v); err != nil {
				return err
			}
			col.kind, col.length, col.format = textKind, v.length, format{}
			c.p.noteAt(c.from, "%s is counted by its format; the view shows the labels where SAS keeps the first value of each", k)
		}
		list, order = append(list, as(v.sql, k)), append(order, sqlName(k)+" NULLS FIRST")
		if slices.Contains(request, k) {
			absent = append(absent, sqlName(k)+" IS NULL")
		}
		columns = append(columns, &col)
	}
	counted := "count(*)"
	if weight != "" {
		counted = "sum(" + weight + ")"
	}
	s := &step{inputs: []*relation{c.data.rel}}
	rel := c.p.make(target)
	s.out = rel
	rel.columns = append(columns, &column{name: "count", kind: numberKind}, &column{name: "percent", kind: numberKind})
	rel.unique = [][]string{keys}
	s.query = func() string {
		group := make([]string, len(keys))
		for i := range keys {
			group[i] = fmt.Sprint(i + 1)
		}
		filter := c.filter()
		if weight != "" {
			filter = "\nWHERE " + both(c.where, val{sql: weight + " > 0", prec: precCompare, cond: true}).sql
		}
		over := "OVER ()"
		if len(c.by) > 0 {
			over = "OVER (PARTITION BY " + strings.Join(sqlNames(c.by), ", ") + ")"
		}
		percent := "100 * count / sum(count) " + over
		if !missing {
			gap := strings.Join(absent, " OR ")
			percent = "CASE WHEN NOT (" + gap + ") THEN 100 * count / sum(count) FILTER (NOT (" + gap + ")) " + over + " END"
		}
		row := ""
		if rel.row {
			row = ",\n  row_number() OVER (ORDER BY " + strings.Join(order, ", ") + ") AS _row"
		}
		return "WITH counts AS (\n  SELECT " + strings.Join(list, ", ") + ", " + counted + " AS count\n  FROM " + c.data.rel.ref() +
			strings.ReplaceAll(filter, "\n", "\n  ") + "\n  GROUP BY " + strings.Join(group, ", ") + "\n)\nSELECT *, " + percent + " AS percent" + row +
			"\nFROM counts\nORDER BY " + strings.Join(order, ", ")
	}
	c.p.add(c.from, c.to, s)
	return nil
}

// statistics are those of PROC MEANS, with x for the value and w for the weight.
var statistics = map[string]struct{ plain, weighted string }{
	"n": {"count(x)", "count(x)"}, "nmiss": {"count(*) - count(x)", "count(*) - count(x)"}, "sum": {"sum(x)", "sum(x * w)"},
	"mean": {"avg(x)", "sum(x * w) / nullif(sum(w) FILTER (x IS NOT NULL), 0)"}, "min": {"min(x)", "min(x)"}, "max": {"max(x)", "max(x)"},
	"std": {"stddev_samp(x)", ""}, "stddev": {"stddev_samp(x)", ""}, "var": {"var_samp(x)", ""}, "median": {"median(x)", ""}, "p50": {"median(x)", ""},
	"range": {"max(x) - min(x)", "max(x) - min(x)"}, "sumwgt": {"count(x)", "sum(w) FILTER (x IS NOT NULL)"}, "q1": {"quantile_cont(x, 0.25)", ""},
	"p25": {"quantile_cont(x, 0.25)", ""}, "q3": {"quantile_cont(x, 0.75)", ""}, "p75": {"quantile_cont(x, 0.75)", ""}, "p10": {"quantile_cont(x, 0.1)", ""},
	"p90": {"quantile_cont(x, 0.9)", ""}, "p5": {"quantile_cont(x, 0.05)", ""}, "p95": {"quantile_cont(x, 0.95)", ""}, "p1": {"quantile_cont(x, 0.01)", ""},
	"p99": {"quantile_cont(x, 0.99)", ""}, "stderr": {"stddev_samp(x) / sqrt(count(x))", ""}, "cv": {"100 * stddev_samp(x) / nullif(avg(x), 0)", ""},
}

// statistic is one column of the answer.
type statistic struct{ stat, variable, name string }

func (p *program) procMeans(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("class", "var", "output", "weight", "types", "ways"); err != nil {
			return err
		}
		if s, _ := c.statement("types"); s != nil {
			return fmt.Errorf("types is not understood: write a procedure with nway for each")
		}
		if s, _ := c.statement("ways"); s != nil {
			return fmt.Errorf("ways is not understood: write a procedure with nway for each")
		}
		class, err := c.variables("class")
		if err != nil {
			return err
		}
		vars, err := c.variables("var")
		if err != nil {
			return err
		}
		if vars == nil {
			for _, col := range c.data.list {
				if col.kind == numberKind && !slices.Contains(class, col.name) && !slices.Contains(c.by, col.name) {
					vars = append(vars, col.name)
				}
			}
		}
		outputs := 0
		for i := from + 1; i < to; i++ {
			if s := &p.statements[i]; s.first() == "output" {
				outputs++
				target, list, err := c.output(s, vars)
				if err != nil {
					return err
				}
				if err := c.means(target, class, list, true); err != nil {
					return err
				}
			}
		}
		if outputs > 0 {
			return nil
		}
		return c.means(fmt.Sprintf("means_%d", p.statements[from].line), class, c.printed(vars), false)
	})
}

// printed are the statistics of the printed table.
func (c *procCall) printed(vars []string) (list []statistic) {
	var asked []string
	for _, t := range c.p.statements[c.from].tokens[2:] {
		if _, ok := statistics[t.text]; ok && t.kind == wordToken && c.flags[t.text] {
			asked = append(asked, t.text)
		}
	}
	if asked == nil {
		asked = []string{"n", "mean", "std", "min", "max"}
	}
	for _, v := range vars {
		for _, s := range asked {
			list = append(list, statistic{s, v, v + "_" + s})
		}
	}
	return list
}

// output reads OUTPUT OUT=x sum= mean(a)=b … / autoname.
func (c *procCall) output(s *statement, vars []string) (setRef, []statistic, error) {
	p := &parser{tokens: s.tokens, at: 1}
	var target setRef
	var list []statistic
	autoname := slices.ContainsFunc(s.tokens, func(t token) bool { return t.text == "autoname" })
	for p.err == nil && !p.done() {
		if p.accept("/") {
			p.at = len(p.tokens)
			break
		}
		stat := p.name()
		if stat == "out" {
			p.want("=")
			target = p.setRef()
			continue
		}
		if _, ok := statistics[stat]; !ok {
			p.fail("the statistic %s is not understood", stat)
			break
		}
		of := vars
		if p.accept("(") {
			names, err := pick(c.data.list, p.variables(")"))
			if err != nil {
				return target, nil, err
			}
			of = names
			p.want(")")
		}
		p.want("=")
		for _, v := range of {
			n := v
			// A name for this column, unless the next statistic or option begins.
			if next := p.ahead(1); p.peek().kind == wordToken && next.text != "=" && !(next.text == "(" && statistics[p.peek().text].plain != "") {
				n = p.name()
			} else if autoname {
				n = v + "_" + stat
			}
			list = append(list, statistic{stat, v, n})
		}
	}
	seen := map[string]bool{}
	for _, st := range list {
		if seen[st.name] {
			p.fail("two statistics would be named %s: name them, or write autoname", st.name)
		}
		seen[st.name] = true
	}
	if p.err == nil && len(list) == 0 {
		p.fail("an output without statistics is not understood")
	}
	return target, list, p.err
}

// means is one view of PROC MEANS.
func (c *procCall) means(target any, class []string, list []statistic, types bool) error {
	ref, ok := target.(setRef)
	if !ok {
		ref = setRef{name: target.(string)}
	}
	weight, err := c.weight()
	if err != nil {
		return err
	}
	nway := c.flags["nway"] || !types
	var columns []*column
	var items []string
	where := c.where
	for _, k := range append(slices.Clone(c.by), class...) {
		v, err := c.lookup(name{"", k})
		if err != nil {
			return err
		}
		columns, items = append(columns, c.column(k)), append(items, as(v.sql, k))
		if slices.Contains(class, k) && !c.flags["missing"] {
			where = both(where, isNull(v, true))
		}
	}
	if types {
		kind := "0"
		switch {
		case len(class) > 0 && nway:
			kind = fmt.Sprint(1<<len(class) - 1)
		case len(class) > 0:
			kind = fmt.Sprintf("%d - grouping(%s)", 1<<len(class)-1, strings.Join(c.sqlOf(class), ", "))
		}
		items = append(items, kind+" AS _type_", "count(*) AS _freq_")
		columns = append(columns, &column{name: "_type_", kind: numberKind}, &column{name: "_freq_", kind: numberKind})
	}
	for _, st := range list {
		sql, err := c.statistic(st, weight)
		if err != nil {
			return err
		}
		items = append(items, sql+" AS "+sqlName(st.name))
		k := numberKind
		if v, _ := c.lookup(name{"", st.variable}); v.kind == dateKind && (st.stat == "min" || st.stat == "max") {
			k = dateKind
		}
		columns = append(columns, &column{name: st.name, kind: k})
	}
	items, columns = c.writeOptions(ref, items, columns)
	s := &step{inputs: []*relation{c.data.rel}}
	rel := c.p.make(ref.name)
	s.out = rel
	rel.columns = columns
	if nway {
		rel.unique = [][]string{append(slices.Clone(c.by), class...)}
	}
	s.query = func() string { return c.grouped(rel, items, class, where, nway) }
	c.p.add(c.from, c.to, s)
	return nil
}

// writeOptions applies keep, drop and rename of the data set that is written.
func (c *procCall) writeOptions(ref setRef, items []string, columns []*column) ([]string, []*column) {
	keep, _ := pick(columns, ref.keep)
	drop, _ := pick(columns, ref.drop)
	var outItems []string
	var outColumns []*column
	for i, col := range columns {
		if ref.keep != nil && !slices.Contains(keep, col.name) || slices.Contains(drop, col.name) {
			continue
		}
		copied := *col
		item := items[i]
		for _, pair := range ref.rename {
			if pair[0] == col.name {
				copied.name = pair[1]
				item = strings.TrimSuffix(item, " AS "+sqlName(pair[0])) + " AS " + sqlName(pair[1])
			}
		}
		outItems, outColumns = append(outItems, item), append(outColumns, &copied)
	}
	return outItems, outColumns
}

func (c *procCall) sqlOf(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = c.data.sql[n]
		if out[i] == "" {
			out[i] = sqlName(n)
		}
	}
	return out
}

func (c *procCall) statistic(st statistic, weight string) (string, error) {
	v, err := c.lookup(name{"", st.variable})
	if err != nil {
		return "", err
	}
	if v.kind != dateKind || st.stat != "min" && st.stat != "max" {
		v = c.d.r.toNumber(v)
	}
	form := statistics[st.stat].plain
	if weight != "" {
		if form = statistics[st.stat].weighted; form == "" {
			return "", fmt.Errorf("%s with weights is not understood", st.stat)
		}
	}
	if strings.HasPrefix(form, "quantile_cont") {
		c.p.noteAt(c.from, "SAS takes the mean of two values, or one of them, for %s; here it lies between them by distance", st.stat)
	}
	var b strings.Builder
	for i := 0; i < len(form); {
		if !isLetter(form[i]) {
			b.WriteByte(form[i])
			i++
			continue
		}
		word := leadingWord(form[i:])
		i += len(word)
		switch word {
		case "x":
			b.WriteString(v.sql)
		case "w":
			b.WriteString(weight)
		default:
			b.WriteString(word)
		}
	}
	return b.String(), nil
}

// grouped is the query of PROC MEANS.
func (c *procCall) grouped(rel *relation, items, class []string, where val, nway bool) string {
	keys := c.sqlOf(append(slices.Clone(c.by), class...))
	list := slices.Clone(items)
	var order []string
	for _, k := range append(slices.Clone(c.by), class...) {
		order = append(order, c.sqlOf([]string{k})[0]+" NULLS FIRST")
	}
	if !nway && len(class) > 0 {
		order = append(append(slices.Clone(order[:len(c.by)]), "grouping("+strings.Join(c.sqlOf(class), ", ")+") DESC"), order[len(c.by):]...)
	}
	if rel.row && len(order) > 0 {
		list = append(list, "row_number() OVER (ORDER BY "+strings.Join(order, ", ")+") AS _row")
	} else if rel.row {
		list = append(list, "1 AS _row")
	}
	query := "SELECT " + wrap(list) + "\nFROM " + c.data.rel.ref()
	if where.sql != "true" {
		query += "\nWHERE " + where.sql
	}
	switch {
	case len(keys) == 0:
		return query
	case nway || len(class) == 0:
		query += "\nGROUP BY " + strings.Join(keys, ", ")
	default:
		query += "\nGROUP BY " + strings.Join(append(c.sqlOf(c.by), "CUBE ("+strings.Join(c.sqlOf(class), ", ")+")"), ", ")
	}
	return query + "\nORDER BY " + strings.Join(order, ", ")
}
