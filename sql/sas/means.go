package sas

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// PROC MEANS and PROC SUMMARY, and what PROC UNIVARIATE writes.

// statistics are those of PROC MEANS, with x for the value and w for the weight.
var statistics = map[string]struct{ plain, weighted string }{
	"n": {"count(x)", "count(x) FILTER (w IS NOT NULL)"}, "nmiss": {"count(*) - count(x)", ""}, "nobs": {"count(*)", ""},
	"sum": {"sum(x)", "sum(x * w)"}, "mean": {"avg(x)", "sum(x * w) / nullif(sum(w) FILTER (x IS NOT NULL), 0)"},
	"min": {"min(x)", "min(x) FILTER (w IS NOT NULL)"}, "max": {"max(x)", "max(x) FILTER (w IS NOT NULL)"},
	"range": {"max(x) - min(x)", ""}, "sumwgt": {"count(x)", "sum(w) FILTER (x IS NOT NULL)"},
	"var": {"var_samp(x)", weightedVariance}, "std": {"stddev_samp(x)", "sqrt(" + weightedVariance + ")"},
	"stddev": {"stddev_samp(x)", "sqrt(" + weightedVariance + ")"}, "stderr": {"stddev_samp(x) / sqrt(count(x))", ""},
	"cv": {"100 * stddev_samp(x) / nullif(avg(x), 0)", ""}, "uss": {"sum(x * x)", "sum(w * x * x)"}, "css": {"var_pop(x) * count(x)", ""},
	"median": {"median(x)", ""}, "p50": {"median(x)", ""}, "q1": {percentile(25), ""}, "q3": {percentile(75), ""},
	"p1": {percentile(1), ""}, "p5": {percentile(5), ""}, "p10": {percentile(10), ""}, "p20": {percentile(20), ""}, "p25": {percentile(25), ""},
	"p30": {percentile(30), ""}, "p40": {percentile(40), ""}, "p60": {percentile(60), ""}, "p70": {percentile(70), ""}, "p75": {percentile(75), ""},
	"p80": {percentile(80), ""}, "p90": {percentile(90), ""}, "p95": {percentile(95), ""}, "p99": {percentile(99), ""},
	"qrange": {percentile(75) + " - " + percentile(25), ""},
}

const weightedVariance = "(sum(w * x * x) - sum(w * x) * sum(w * x) / sum(w) FILTER (x IS NOT NULL)) / nullif(count(x * w) - 1, 0)"

// percentile is that of SAS's definition 5: the mean of the value that so many
// percent do not exceed and of the next, where the percentage falls between two
// rows. The value from below is a discrete quantile; the one from above is that of
// the values with their signs turned.
func percentile(percent float64) string {
	if percent == 50 {
		return "median(x)"
	}
	return "(quantile_disc(x, " + formatNumber(percent/100) + ") - quantile_disc(-x, " + formatNumber((100-percent)/100) + ")) / 2"
}

// statistic is one column of the answer.
type statistic struct{ stat, variable, name string }

// summary is a PROC MEANS, or a procedure that counts in the same way.
type summary struct {
	c      *procCall
	class  []string
	vars   []string
	sets   [][]string // the combinations of class variables; nil: all of them
	weight string
	keys   []grouping // BY, then CLASS
}

// grouping is a variable that rows are grouped by, as SQL.
type grouping struct {
	name string
	v    val
	col  *column
}

func (p *program) procMeans(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("class", "var", "output", "weight", "types", "ways", "format", "id"); err != nil {
			return err
		}
		c.allows(append([]string{"nway", "missing", "maxdec", "fw", "order", "nonobs", "printalltypes", "n", "sum", "qntldef", "pctldef", "alpha", "nolabels"}, statisticNames()...)...)
		if d := c.values["qntldef"] + c.values["pctldef"]; d != "" && d != "5" {
			p.noteAt(from, "percentiles are those of definition 5, not of %s", d)
		}
		s := &summary{c: c}
		if err := s.read(); err != nil {
			return err
		}
		outputs := 0
		for i := from + 1; i < to; i++ {
			if p.statements[i].first() != "output" {
				continue
			}
			outputs++
			if err := s.output(i); err != nil {
				return err
			}
		}
		if outputs > 0 {
			return nil
		}
		return s.view(setRef{name: fmt.Sprintf("means_%d", p.statements[from].line)}, c.printed(s.vars), viewOf{shown: true})
	})
}

func statisticNames() (names []string) {
	for n := range statistics {
		names = append(names, n)
	}
	return names
}

// read reads CLASS, VAR, WEIGHT, TYPES and WAYS.
func (s *summary) read() (err error) {
	c := s.c
	if st, i := c.statement("format"); st != nil {
		if err := c.formats(st); err != nil {
			c.p.fail(i, "%v", err)
		}
	}
	if err := s.classes(); err != nil {
		return err
	}
	if s.vars, err = c.variables("var"); err != nil {
		return err
	}
	if s.weight, err = c.weight(); err != nil {
		return err
	}
	if st, i := c.statement("var"); st != nil && strings.Contains(st.text, "/") {
		c.p.noteAt(i, "the options of var are left out")
	}
	if s.vars == nil {
		for _, col := range c.data.list {
			if col.kind == numberKind && !slices.Contains(s.class, col.name) && !slices.Contains(c.by, col.name) {
				s.vars = append(s.vars, col.name)
			}
		}
	}
	for _, k := range append(slices.Clone(c.by), s.class...) {
		g, err := c.grouped(k)
		if err != nil {
			return err
		}
		s.keys = append(s.keys, g)
	}
	return s.types()
}

// maxClass is how many class variables there may be: they are combined in all ways.
const maxClass = 12

// classes reads the statements CLASS with their options.
func (s *summary) classes() error {
	c := s.c
	for i := c.from + 1; i < c.to; i++ {
		st := &c.p.statements[i]
		if st.first() != "class" {
			continue
		}
		p := &parser{tokens: st.tokens, at: 1}
		names, err := pick(c.data.list, p.variables("/"))
		if err := orElse(err, p.err); err != nil {
			return err
		}
		s.class = append(s.class, names...)
		if len(s.class) > maxClass {
			return fmt.Errorf("more than %d class variables are not understood", maxClass)
		}
		for p.accept("/"); p.err == nil && !p.done(); {
			switch option := p.name(); option {
			case "missing":
				c.flags["missing"] = true
			case "order", "descending", "groupinternal":
				if p.accept("=") {
					p.at++
				}
			default:
				return fmt.Errorf("the option %s of class is not understood", option)
			}
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// grouped is how rows are grouped by a variable: by its format, where it has one
// that makes one of several values.
func (c *procCall) grouped(k string) (grouping, error) {
	v, err := c.lookup(name{"", k})
	if err != nil {
		return grouping{}, err
	}
	col := *c.column(k)
	g := grouping{k, v, &col}
	switch f := col.format; {
	case c.p.formats[f.name] != nil:
		g.v, err = c.p.formats[f.name].render(c.d.r, v)
	case v.kind == dateKind && coarse(f):
		g.v, err = putOf(c.d.r, call{args: []expr{name{"", k}, f}})
	default:
		return g, nil
	}
	col.kind, col.length, col.format = textKind, g.v.length, format{}
	c.p.noteAt(c.from, "%s is grouped by its format; the view shows the labels where SAS keeps the first value of each", k)
	return g, err
}

// coarse tells whether a format of dates writes several days alike.
func coarse(f format) bool {
	return contains([]string{"year", "monyy", "yymmn", "yymm", "yyq"}, f.name)
}

// types reads TYPES and WAYS: which combinations of class variables are wanted.
func (s *summary) types() error {
	c := s.c
	if st, i := c.statement("types"); st != nil {
		p := &parser{tokens: st.tokens, at: 1}
		for p.err == nil && !p.done() {
			if p.accept("(") {
				if !p.accept(")") {
					return fmt.Errorf("types with parentheses is not understood: write a*b a*c")
				}
				s.sets = append(s.sets, []string{})
				continue
			}
			set := []string{p.name()}
			for p.accept("*") {
				set = append(set, p.name())
			}
			for _, n := range set {
				if !slices.Contains(s.class, n) {
					c.p.fail(i, "%s is no variable of class", n)
					return fmt.Errorf("%s in types is no variable of class", n)
				}
			}
			s.sets = append(s.sets, set)
		}
		return p.err
	}
	if st, _ := c.statement("ways"); st != nil {
		var ways []string
		for _, t := range st.tokens[1:] {
			if t.kind != numberToken {
				return fmt.Errorf("ways is understood as a list of numbers")
			}
			ways = append(ways, t.text)
		}
		for kind := range 1 << len(s.class) {
			if !contains(ways, fmt.Sprint(bits.OnesCount(uint(kind)))) {
				continue
			}
			s.sets = append(s.sets, s.ofType(kind))
		}
	}
	return nil
}

// ofType are the class variables of a value of _TYPE_.
func (s *summary) ofType(kind int) []string {
	set := []string{}
	for i, n := range s.class {
		if kind&(1<<(len(s.class)-1-i)) != 0 {
			set = append(set, n)
		}
	}
	return set
}

// printed are the statistics of the printed table.
func (c *procCall) printed(vars []string) (list []statistic) {
	var asked []string
	for _, option := range c.options {
		if _, ok := statistics[option]; ok && c.flags[option] {
			asked = append(asked, option)
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

// output makes the data set of a statement OUTPUT.
func (s *summary) output(at int) error {
	target, list, err := s.asked(s.c.p.statements[at].tokens, at)
	if err != nil {
		return err
	}
	if target.name == "" {
		target.name = "data1"
	}
	if len(list) > 0 {
		return s.view(target, list, viewOf{types: true})
	}
	return s.five(target)
}

// asked reads OUTPUT OUT=x sum= mean(a)=b … / autoname.
func (s *summary) asked(tokens []token, at int) (target setRef, list []statistic, err error) {
	p := &parser{tokens: tokens, at: 1}
	autoname := slices.ContainsFunc(tokens, func(t token) bool { return t.text == "autoname" })
	for p.err == nil && !p.done() {
		if p.accept("/") {
			s.outputOptions(p, at)
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
		of := s.vars
		if p.accept("(") {
			if of, err = pick(s.c.data.list, p.variables(")")); err != nil {
				return target, nil, err
			}
			p.want(")")
		}
		if !p.accept("=") && !autoname {
			p.want("=")
		}
		list = append(list, s.namedBy(p, stat, of, autoname)...)
	}
	seen := map[string]bool{}
	for _, st := range list {
		if seen[st.name] {
			p.fail("two statistics would be named %s: name them, or write autoname", st.name)
		}
		seen[st.name] = true
	}
	return target, list, p.err
}

// namedBy gives each variable's statistic the next name, unless the next statistic
// or option begins.
func (s *summary) namedBy(p *parser, stat string, of []string, autoname bool) (list []statistic) {
	var names []string
	for p.err == nil && p.peek().kind == wordToken && len(names) < len(of) {
		next := p.ahead(1)
		if next.text == "=" || next.text == "(" && statistics[p.peek().text].plain != "" {
			break
		}
		more, err := pick(nil, p.oneVariable())
		if err != nil {
			p.fail("%v", err)
		}
		names = append(names, more...)
	}
	for i, v := range of {
		n := v
		switch {
		case i < len(names):
			n = names[i]
		case autoname:
			n = v + "_" + stat
		}
		list = append(list, statistic{stat, v, n})
	}
	return list
}

// outputOptions reads what stands behind the slash of OUTPUT.
func (s *summary) outputOptions(p *parser, at int) {
	for p.err == nil && !p.done() {
		if option := p.name(); !contains([]string{"autoname", "autolabel", "noinherit", "inherit"}, option) {
			s.c.p.noteAt(at, "the option %s is left out", option)
		}
	}
}

// viewOf says what stands beside the statistics of a view.
type viewOf struct {
	types   bool // _TYPE_ and _FREQ_
	counted bool // the number of rows
	shown   bool // it is printed, and no data set
}

// view makes one data set of statistics.
func (s *summary) view(ref setRef, list []statistic, of viewOf) error {
	nway := s.nway() || !of.types && s.sets == nil
	columns, items := s.head(nway, of.types)
	if of.counted {
		columns, items = append(columns, &column{name: "n", kind: numberKind}), append(items, "count(*) AS n")
	}
	for _, st := range list {
		item, col, err := s.statistic(st)
		if err != nil {
			return err
		}
		items, columns = append(items, item), append(columns, col)
	}
	if err := s.ids(&items, &columns); err != nil {
		return err
	}
	d := derived{columns: columns, notes: s.notes(items), shown: of.shown}
	if nway {
		d.unique = [][]string{append(slices.Clone(s.c.by), s.class...)}
	}
	d.core = func(row bool) string { return s.query(items, nway, row) }
	return s.c.emit(ref, d)
}

// nway tells whether the combination of all class variables alone is wanted.
func (s *summary) nway() bool {
	return s.c.flags["nway"] || len(s.class) == 0 || len(s.sets) == 1 && len(s.sets[0]) == len(s.class)
}

// head are the columns in front of the statistics.
func (s *summary) head(nway, types bool) (columns []*column, items []string) {
	for _, k := range s.keys {
		columns, items = append(columns, k.col), append(items, as(k.v.sql, k.name))
	}
	if !types {
		return columns, items
	}
	kind := fmt.Sprint(1<<len(s.class) - 1)
	if !nway {
		kind += " - " + s.level()
	}
	return append(columns, &column{name: "_type_", kind: numberKind}, &column{name: "_freq_", kind: numberKind}),
		append(items, kind+" AS _type_", "count(*) AS _freq_")
}

// level is which class variables a row has not.
func (s *summary) level() string {
	return "grouping(" + strings.Join(sqls(s.keys[len(s.c.by):]), ", ") + ")"
}

func sqls(keys []grouping) (out []string) {
	for _, k := range keys {
		out = append(out, k.v.sql)
	}
	return out
}

// ids are the variables of ID: the largest value of each.
func (s *summary) ids(items *[]string, columns *[]*column) error {
	ids, err := s.c.variables("id")
	for _, n := range ids {
		copied := *s.c.column(n)
		*items, *columns = append(*items, "max("+s.c.data.sql[n]+") AS "+sqlName(n)), append(*columns, &copied)
	}
	return err
}

// notes tell in the script what the guard answers in place of percentiles.
func (s *summary) notes(items []string) []string {
	if strings.Contains(strings.Join(items, " "), "quantile_disc(") {
		return []string{"percentiles as SAS defines them; the guard answers quantile_cont(x, p) alone, which lies between two values by distance"}
	}
	return nil
}

// five is a data set without statistics of its own: a row for each of five.
func (s *summary) five(ref setRef) error {
	nway := s.nway()
	columns, _ := s.head(nway, true)
	columns = append(columns, &column{name: "_stat_", kind: textKind, length: 8})
	var parts [][]string
	for _, stat := range []string{"n", "min", "max", "mean", "std"} {
		_, items := s.head(nway, true)
		items = append(items, quoteText(strings.ToUpper(stat))+" AS _stat_")
		for _, v := range s.vars {
			item, _, err := s.statistic(statistic{stat, v, v})
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		parts = append(parts, items)
	}
	for _, v := range s.vars {
		columns = append(columns, &column{name: v, kind: numberKind})
	}
	return s.c.emit(ref, derived{columns: columns, core: func(row bool) string {
		var texts []string
		for i, items := range parts {
			if row {
				items = append(slices.Clone(items), fmt.Sprintf("%d AS _turn", i))
			}
			query, _, _ := strings.Cut(s.query(items, nway, false), "\nORDER BY")
			texts = append(texts, query)
		}
		text := strings.Join(texts, "\nUNION ALL\n")
		if !row {
			return text
		}
		order := append(sqlNames(s.c.by), "_type_")
		for _, n := range s.class {
			order = append(order, sqlName(n)+" NULLS FIRST")
		}
		return "SELECT * EXCLUDE (_turn), row_number() OVER (ORDER BY " + strings.Join(append(order, "_turn"), ", ") + ") AS _row\nFROM (\n" + indent(text) + "\n)"
	}})
}

// statistic is one statistic of one variable.
func (s *summary) statistic(st statistic) (string, *column, error) {
	v, err := s.c.lookup(name{"", st.variable})
	if err != nil {
		return "", nil, err
	}
	k := numberKind
	switch {
	case v.kind == dateKind && (st.stat == "min" || st.stat == "max"):
		k = dateKind
	case v.kind == textKind:
		return "", nil, fmt.Errorf("%s is a text: it has no statistics", st.variable)
	default:
		v = s.c.d.r.toNumber(v)
	}
	form, err := s.formOf(st.stat)
	if err != nil {
		return "", nil, err
	}
	return fill(form, v.sql, s.weight) + " AS " + sqlName(st.name), &column{name: st.name, kind: k}, nil
}

// fill puts a value and a weight into the form of a statistic.
func fill(form, x, w string) string {
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
			word = x
		case "w":
			word = w
		}
		b.WriteString(word)
	}
	return b.String()
}

// query is the query of PROC MEANS: the keys are grouped by as they stand, and
// rows that miss one of CLASS are left out.
func (s *summary) query(items []string, nway, row bool) string {
	c := s.c
	where := c.where
	var order []string
	for i, k := range s.keys {
		if i >= len(c.by) && !c.flags["missing"] {
			where = both(where, isNull(k.v, true))
		}
		order = append(order, k.v.sql+" NULLS FIRST")
	}
	if !nway {
		order = slices.Insert(order, len(c.by), s.level()+" DESC")
	}
	list := slices.Clone(items)
	if row && len(order) > 0 {
		list = append(list, "row_number() OVER (ORDER BY "+strings.Join(order, ", ")+") AS _row")
	} else if row {
		list = append(list, "1 AS _row")
	}
	query := "SELECT " + wrap(list) + "\nFROM " + c.data.rel.ref()
	if where.sql != "true" {
		query += "\nWHERE " + where.sql
	}
	if len(s.keys) == 0 {
		return query
	}
	return query + "\nGROUP BY " + s.groups(nway) + "\nORDER BY " + strings.Join(order, ", ")
}

// groups is what follows GROUP BY.
func (s *summary) groups(nway bool) string {
	by, class := sqls(s.keys[:len(s.c.by)]), sqls(s.keys[len(s.c.by):])
	switch {
	case nway:
		return strings.Join(append(by, class...), ", ")
	case s.sets == nil:
		return strings.Join(append(by, "CUBE ("+strings.Join(class, ", ")+")"), ", ")
	}
	var sets []string
	for _, set := range s.sets {
		var list []string
		for i, n := range s.class {
			if slices.Contains(set, n) {
				list = append(list, class[i])
			}
		}
		sets = append(sets, "("+strings.Join(list, ", ")+")")
	}
	return strings.Join(append(by, "GROUPING SETS ("+strings.Join(sets, ", ")+")"), ", ")
}
