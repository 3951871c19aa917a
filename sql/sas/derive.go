package sas

import (
	"fmt"
	"slices"
	"strings"
)

// What procedures share that make a data set of another.

// derived is a data set that a procedure makes: its columns, and its query, with a
// column _row when the order of its rows counts.
type derived struct {
	columns []*column
	unique  [][]string
	core    func(row bool) string
	inputs  []*relation // besides the data set that is read
	// order demands the order of what is read, for rows that are numbered so; nil
	// where none is needed.
	order func(n numbering)
	open  bool     // more columns than are known, which the data tell
	notes []string // for the script alone
	shown bool     // no data set: it is printed
}

// emit adds the step that makes a data set, with the options behind its name.
func (c *procCall) emit(ref setRef, d derived) error {
	if ref.name == "" {
		ref.name = "data1"
	}
	items, columns := ref.apply(sqlNames((&relation{columns: d.columns}).names()), d.columns)
	if err := apart(columns); err != nil {
		return err
	}
	if ref.obs > 0 || ref.firstobs > 0 || ref.none {
		return fmt.Errorf("obs= and firstobs= are not understood: filter on a key")
	}
	where, err := ref.condition(c.d.r, d.columns)
	if err != nil {
		return err
	}
	plain := ref.keep == nil && ref.drop == nil && ref.rename == nil && where == ""
	s := &step{inputs: append([]*relation{c.data.rel}, d.inputs...), table: d.open, notes: d.notes}
	rel := (*relation)(nil)
	if d.shown {
		rel = c.p.show(ref.name)
	} else {
		rel = c.p.make(ref.name)
	}
	s.out = rel
	rel.columns, rel.known = columns, !d.open
	if ref.rename == nil {
		rel.unique = d.unique
	}
	s.order = func() {
		if d.order != nil {
			d.order(rel.numbering)
		}
	}
	s.query = func() string {
		core := d.core(rel.row)
		if plain {
			return core
		}
		list := items
		if d.open {
			list = openItems(ref)
		} else if rel.row {
			list = append(slices.Clone(items), "_row")
		}
		return "SELECT " + wrap(list) + "\nFROM (\n" + indent(core) + "\n)" + where
	}
	c.p.add(c.from, c.to, s)
	return nil
}

// rows demands the order of all rows that are read.
func (c *procCall) rows(numbering) { c.data.need(numbering{row: true}) }

// same demands the order of the rows that are read where that of the rows that are
// written is needed.
func (c *procCall) same(n numbering) { c.data.need(numbering{row: n.row}) }

// openItems are the columns of a data set whose columns the data tell.
func openItems(ref setRef) []string {
	var gone, renamed []string
	for _, e := range ref.drop {
		if n, ok := e.(name); ok {
			gone = append(gone, sqlName(n.name))
		}
	}
	for _, pair := range ref.rename {
		renamed = append(renamed, sqlName(pair[0])+" AS "+sqlName(pair[1]))
	}
	text := "*"
	if gone != nil {
		text += " EXCLUDE (" + strings.Join(gone, ", ") + ")"
	}
	if renamed != nil {
		text += " RENAME (" + strings.Join(renamed, ", ") + ")"
	}
	return []string{text}
}

// condition is where= of the data set that is written.
func (ref setRef) condition(own *renderer, columns []*column) (string, error) {
	if len(ref.where) == 0 {
		return "", nil
	}
	e, err := (&parser{tokens: ref.where}).parse()
	if err != nil {
		return "", err
	}
	r := *own
	r.lookup = func(n name) (val, error) {
		old, ok := ref.before(n.name) // RENAME= comes before WHERE=
		for _, col := range columns {
			if ok && col.name == old && n.qualifier == "" {
				return val{sql: sqlName(old), kind: col.kind, prec: precAtom, length: col.length}, nil
			}
		}
		return null, fmt.Errorf("%s has no variable %s", ref.name, n.name)
	}
	w, err := r.cond(e, false)
	if err != nil || w.sql == "true" {
		return "", err
	}
	return "\nWHERE " + w.sql, nil
}

// numericExcept are the numeric variables but some.
func (c *procCall) numericExcept(others []string) (names []string) {
	for _, col := range c.data.list {
		if col.kind != textKind && !slices.Contains(others, col.name) {
			names = append(names, col.name)
		}
	}
	return names
}

// allows tells of every option of the statement PROC that is not among those
// that are understood, or change no data.
func (c *procCall) allows(known ...string) {
	for _, option := range c.options {
		if !contains(known, option) && option != "noprint" && option != "print" && option != "out" {
			c.p.noteAt(c.from, "the option %s is left out", option)
		}
	}
}

// listed are the values that the conditions allow a variable, as SQL; nil when
// they do not say.
func (c *procCall) listed(variable string) []string {
	conditions := slices.Clone(c.conditions)
	if e, err := (&parser{tokens: c.data.ref.where}).parse(); err == nil {
		conditions = append(conditions, e)
	}
	for _, e := range conditions {
		if list := c.allowed(e, variable); list != nil {
			return list
		}
	}
	return nil
}

func (c *procCall) allowed(e expr, variable string) (values []string) {
	of := func(x expr) bool { n, ok := x.(name); return ok && n.name == variable }
	switch e := e.(type) {
	case grouped:
		return c.allowed(e.x, variable)
	case binary:
		switch {
		case e.op == "and":
			if list := c.allowed(e.x, variable); list != nil {
				return list
			}
			return c.allowed(e.y, variable)
		case e.op == "=" && of(e.x):
			return c.constants([]expr{e.y})
		}
	case inList:
		if of(e.x) && !e.not {
			return c.constants(e.list)
		}
	}
	return nil
}

// constants are constants as SQL; spans of whole numbers are written out.
func (c *procCall) constants(list []expr) (values []string) {
	for _, e := range list {
		if b, ok := e.(binary); ok && b.op == ":" {
			low, okLow := b.x.(numberLit)
			high, okHigh := b.y.(numberLit)
			if !okLow || !okHigh || high.value-low.value > 1000 {
				return nil
			}
			for x := low.value; x <= high.value; x++ {
				values = append(values, formatNumber(x))
			}
			continue
		}
		v, err := c.d.r.value(e)
		if err != nil || v.number == nil && v.text == nil {
			return nil
		}
		values = append(values, v.sql)
	}
	return values
}

// apart refuses columns of which two have the same name: RENAME took one that was
// there.
func apart(columns []*column) error {
	taken := map[string]bool{}
	for _, c := range columns {
		if taken[c.name] {
			return fmt.Errorf("a variable is renamed to %s, which there is already", c.name)
		}
		taken[c.name] = true
	}
	return nil
}

// apply applies keep, drop and rename of the data set that is written.
func (ref setRef) apply(items []string, columns []*column) ([]string, []*column) {
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

// before is the name that a column of the data set that is written had.
func (ref setRef) before(n string) (string, bool) {
	for _, pair := range ref.rename {
		switch n {
		case pair[1]:
			return pair[0], true
		case pair[0]:
			return "", false
		}
	}
	return n, true
}

// after are keys under the names that their columns have in the data set that is
// written.
func (ref setRef) after(unique [][]string) (out [][]string) {
	for _, key := range unique {
		key = slices.Clone(key)
		for i, k := range key {
			for _, pair := range ref.rename {
				if k == pair[0] {
					key[i] = pair[1]
				}
			}
		}
		out = append(out, key)
	}
	return out
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
