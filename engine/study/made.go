package study

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/ast"
	"epsql/sql/diag"
	"epsql/sql/parse"
	"epsql/sql/study"
)

// made is a table as the population moved from has it: a step of SQL that gives
// it the columns that the other population lacks. Whatever a plan does with them,
// it does with this step as it did with the table.
type made struct {
	table   *catalog.Table
	step    string // "population_eps"
	flags   []joined
	weights []string
}

// joined is a flag, and the step that computes it.
type joined struct {
	flag  *catalog.Flag
	macro *macros.Macro
	step  string
	own   bool   // the plan had that step already
	args  string // as the plan writes them
	unit  string // the column of the macro that is joined
}

// makeColumns finds the columns that the plan names and the other population
// lacks, and makes the tables that have them. It gives why a column is not made.
func (m *move) makeColumns() map[string]string {
	whyNot := map[string]string{}
	for i := range m.from.Flags {
		f := &m.from.Flags[i]
		if m.named[f.Name] == 0 || m.flag(f.Name) == nil {
			continue
		}
		j, why := m.join(f)
		if why != "" {
			whyNot[f.Name] = why
			continue
		}
		t := m.makeTable(f.Table)
		t.flags = append(t.flags, j)
	}
	for _, w := range m.from.Weights {
		if m.named[w.Name] > 0 && m.weight(w.Name) {
			t := m.makeTable(w.Table)
			t.weights = append(t.weights, w.Name)
		}
	}
	return whyNot
}

// makeTable is the step that stands for a table.
func (m *move) makeTable(name string) *made {
	for _, t := range m.made {
		if t.table.Name == name {
			return t
		}
	}
	t := &made{table: m.cat.Table(name), step: m.free(name + "_" + m.from.ID)}
	m.made = append(m.made, t)
	return t
}

// free is a name that nothing in the plan has.
func (m *move) free(name string) string {
	base := name
	for n := 2; m.taken[name] || m.cat.Table(name) != nil; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	m.taken[name] = true
	return name
}

// join finds how the macro of a flag is joined with the rows of its table, by the
// unit whose rows they are; or why nobody can tell.
func (m *move) join(f *catalog.Flag) (joined, string) {
	j := joined{flag: f, macro: m.reg.Lookup(f.Macro)}
	if j.macro == nil || m.cat.Table(f.Table).Owner == "" {
		return j, "the catalogue does not say how it is joined:"
	}
	owner, _ := m.cat.Table(f.Table).ColumnByName(strings.ToLower(m.cat.Table(f.Table).Owner))
	for _, c := range j.macro.Columns {
		if c.Owner && sameUnit(m.cat, c.Protects, owner.Protects) {
			j.unit = c.Name
		}
	}
	if j.unit == "" || !slices.ContainsFunc(j.macro.Columns, func(c macros.Column) bool { return c.Name == f.Column }) {
		return j, "the catalogue does not say how it is joined:"
	}
	var args []string
	for _, p := range j.macro.Params {
		if _, ok := m.plan.Parameter(p.Name); p.Default == "" && !ok {
			return j, "give the plan a parameter " + p.Name + " before --fix, or"
		}
		if p.Default == "" {
			args = append(args, p.Name+": $"+p.Name)
		}
	}
	j.args = strings.Join(args, ", ")
	j.step, j.own = m.stepOf(j)
	return j, ""
}

func sameUnit(cat *catalog.Catalog, a, b string) bool {
	x, _ := store.IDTable(cat, a)
	y, _ := store.IDTable(cat, b)
	return a != "" && b != "" && x == y
}

// stepOf is the step of the plan that computes a flag, or the name of a new one.
func (m *move) stepOf(j joined) (name string, own bool) {
	for _, s := range m.plan.Steps {
		var args []string
		for _, v := range s.With {
			args = append(args, v.Name+": "+v.Text)
		}
		if strings.EqualFold(s.Macro, j.macro.Name) && strings.Join(args, ", ") == j.args {
			return s.Name, true
		}
	}
	return m.free(j.flag.Name), false
}

// sql is the step's text.
func (t *made) sql(from *catalog.Population) string {
	var columns, joins strings.Builder
	for _, j := range t.flags {
		fmt.Fprintf(&columns, ",\n    %s.%s AS %s", j.step, j.flag.Column, j.flag.Name)
		fmt.Fprintf(&joins, "\nLEFT JOIN %[1]s ON %[1]s.%[2]s = t.%[3]s", j.step, j.unit, strings.ToLower(t.table.Owner))
	}
	for _, w := range t.weights {
		fmt.Fprintf(&columns, ",\n    1 AS %s", w)
	}
	return fmt.Sprintf("-- %s with the columns that only population %s has.\nSELECT\n    t.*%s\nFROM %[1]s AS t%[4]s\n",
		t.table.Name, from.ID, columns.String(), joins.String())
}

// addMade writes the steps that stand for tables, and what they need, into the plan.
func (m *move) addMade() {
	for _, t := range m.made {
		file := t.step + ".sql"
		m.files[file] = t.sql(m.from)
		m.add("steps", fmt.Sprintf("{name: %s, sql: %s}", t.step, file), fmt.Sprintf("new step %s: %s with %s", t.step, t.table.Name, strings.Join(t.columns(), ", ")))
		for _, j := range t.flags {
			if j.own {
				continue
			}
			m.add("steps", fmt.Sprintf("{name: %s, macro: %s, with: {%s}}", j.step, j.macro.Name, j.args),
				fmt.Sprintf("new step %s: %s, %s", j.step, j.macro.Name, strings.ReplaceAll(j.args, "$", "the plan's ")))
			if !study.Pinned(m.plan.Macros, j.macro.Name) {
				m.add("macros", j.macro.Name, "macro "+j.macro.Name+" pinned")
			}
			for _, list := range j.macro.Lists {
				if !study.Pinned(m.plan.Lists, list) {
					m.add("lists", list, "list "+list+" pinned")
				}
			}
		}
	}
}

func (t *made) columns() []string {
	var out []string
	for _, j := range t.flags {
		out = append(out, j.flag.Name)
	}
	return append(out, t.weights...)
}

// add writes an item into a list of study.yaml, once.
func (m *move) add(list, item, what string) {
	if slices.ContainsFunc(m.changes, func(c Change) bool { return c.What == what }) {
		return
	}
	text, ok := study.Add(m.files[study.File], list, item)
	c := Change{Pos: diag.Pos{File: study.File, Line: 1, Col: 1}, What: what, Done: ok}
	if !ok {
		c.Advice = "write it by hand into " + list + ": " + item
	}
	m.files[study.File] = text
	m.changes = append(m.changes, c)
}

// edit is a piece of a text to be replaced.
type edit struct {
	start, end int
	text       string
}

// useMade has the questions of a file read the steps that stand for tables,
// where it names a column of theirs or takes all columns, and counts where a sum
// of weights was only a number of rows.
func (m *move) useMade(ctx context.Context, name string, words []parse.Word) ([]edit, error) {
	q, err := m.parser.Script(ctx, name, m.plan.Files[name])
	if err != nil {
		return nil, err
	}
	var edits []edit
	named, steps := false, map[string]bool{}
	var tables []*ast.BaseTable
	ast.Walk(q, func(node any) {
		switch n := node.(type) {
		case *ast.CTE:
			steps[strings.ToLower(n.Name)] = true
		case *ast.BaseTable:
			tables = append(tables, n)
		case *ast.Star:
			named = true
		case *ast.Column:
			named = named || m.makes(last(n))
		case *ast.Func:
			if e, ok := m.sumOfWeights(name, n); ok {
				edits = append(edits, e)
			}
			m.tellFactor(name, n)
		}
	})
	for _, t := range tables {
		i := slices.IndexFunc(m.made, func(x *made) bool { return strings.EqualFold(x.table.Name, t.Name) })
		if !named || i < 0 || t.Schema == "" && steps[strings.ToLower(t.Name)] || t.Schema != "" && !strings.EqualFold(t.Schema, m.from.Library) {
			continue
		}
		w := slices.IndexFunc(words, func(w parse.Word) bool { return w.Start == t.Off })
		if t.Schema != "" {
			w += 2
		}
		to := m.made[i].step
		m.tell(name, t.Off, "", "%s becomes the step %s", m.made[i].table.Name, to)
		if t.Alias == "" {
			to += " AS " + m.made[i].table.Name
		}
		edits = append(edits, edit{words[w].Start, words[w].End, to})
	}
	return edits, nil
}

// makes tells whether a step has a column that its table lacks.
func (m *move) makes(name string) bool {
	return slices.ContainsFunc(m.made, func(t *made) bool {
		return slices.ContainsFunc(t.columns(), func(c string) bool { return strings.EqualFold(c, name) })
	})
}

func last(c *ast.Column) string { return c.Parts[len(c.Parts)-1] }

// sumOfWeights has a sum of weights, which says how many persons there are,
// become a count of them.
func (m *move) sumOfWeights(name string, f *ast.Func) (edit, bool) {
	if f.Name != "sum" || len(f.Args) != 1 || f.Distinct {
		return edit{}, false
	}
	c, ok := f.Args[0].(*ast.Column)
	if !ok || !m.weight(last(c)) || !m.makes(last(c)) {
		return edit{}, false
	}
	if m.renamed[strings.ToLower(last(c))] {
		m.tell(name, f.Off, "write count where it is the weight of the sample", "sum(%s): the plan gives that name to something of its own too", last(c))
		return edit{}, false
	}
	m.tell(name, f.Off, "", "the sum of %s becomes a count", last(c))
	return edit{f.Off, f.Off + len(f.Name), "count"}, true
}

// tellFactor tells of a product with a number that a row of the sample weighs.
func (m *move) tellFactor(name string, f *ast.Func) {
	if f.Name != "*" {
		return
	}
	for _, arg := range f.Args {
		c, ok := arg.(*ast.Const)
		for _, w := range m.from.Weights {
			if ok && m.weight(w.Name) && slices.Contains(w.Values, c.Text) {
				m.tell(name, c.Off, "take it out if it is the weight", "%s is what a row of population %s may weigh: every row weighs 1 here", c.Text, m.from.ID)
			}
		}
	}
}
