package sas

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// What a program shows: printed tables and exported files. They make no data set,
// but they are what the program is for.

// Shown is a table that the program prints or writes into a file.
type Shown struct {
	Name  string // of the view, the data set or the file
	Title string // of the program; "" without one
	SQL   string // the query that gives it
	Line  int
	// Rows tells that it has rows of persons: one of its columns is an identifier.
	Rows bool
}

// shown is one of them while the program is being translated.
type shown struct {
	name, title, where string
	rel                *relation
	list               []string // columns; nil: all
	line               int
}

// show makes a view that is shown: it does not become the last data set.
func (p *program) show(target string) *relation {
	last := p.last
	rel := p.make(target)
	p.last = last
	p.shown = append(p.shown, shown{name: strings.Trim(rel.name, `"`), title: p.title(), rel: rel, line: p.current().line})
	return rel
}

// title is the title that is in force.
func (p *program) title() string {
	for i := p.at; i >= 0; i-- {
		s := &p.statements[i]
		if first := s.first(); first != "title" && first != "title1" {
			continue
		}
		if len(s.tokens) < 2 || s.tokens[1].kind != textToken {
			return ""
		}
		return strings.TrimSpace(s.tokens[1].text)
	}
	return ""
}

// query is the query of what is shown.
func (s *shown) query() string {
	text := "SELECT * " + leaveOut(s.rel) + "FROM " + s.rel.ref()
	if s.list != nil {
		text = "SELECT " + wrap(s.list) + "\nFROM " + s.rel.ref()
	}
	if s.where != "" {
		text += s.where
	}
	return text
}

// personal tells whether a column that is shown is an identifier.
func (s *shown) personal() bool {
	return slices.ContainsFunc(s.rel.columns, func(c *column) bool {
		return c.id && (s.list == nil || slices.Contains(s.list, sqlName(c.name)))
	})
}

// tables are what the program shows, each query once.
func (p *program) tables() (out []Shown) {
	for _, s := range p.shown {
		one := Shown{Name: s.name, Title: s.title, SQL: s.query(), Line: s.line, Rows: s.personal()}
		if !slices.ContainsFunc(out, func(o Shown) bool { return o.SQL == one.SQL }) {
			out = append(out, one)
		}
	}
	return out
}

// shows notes a data set, or part of it, as shown, and says so in the script.
func (c *procCall) shows(s shown) {
	s.rel, s.line, s.title = c.data.rel, c.p.statements[c.from].line, c.p.title()
	if f := c.filter(); f != "" {
		s.where = f
	}
	if s.list == nil && c.data.ref.keep != nil {
		s.list = c.list()
	}
	c.p.shown = append(c.p.shown, s)
	for i := c.from; i < c.to; i++ {
		c.p.inert(i)
	}
	if m := &c.p.state[c.from]; m.state == Inert {
		m.why = []string{"it shows the rows of " + c.data.ref.name + ", all of them"}
	}
	st := &c.p.statements[c.from]
	c.p.steps = append(c.p.steps, &step{
		line: st.line, until: c.p.lineOf(c.to - 1), sas: st.text, comments: c.p.comments(c.from, c.to), notes: c.p.notesOf(c.from, c.to),
		text: commentLines("shows "+oneLine(s.query()), "-- "),
	})
}

func (p *program) procPrint(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("var", "id", "sum", "format", "pageby", "sumby", "attrib", "options"); err != nil {
			return err
		}
		if c.hasOut {
			return fmt.Errorf("print makes no data set")
		}
		if s, i := c.statement("sum"); s != nil {
			p.noteAt(i, "the totals below the rows are left out")
		}
		var list []string
		for _, st := range []string{"id", "var"} {
			names, err := c.variables(st)
			if err != nil {
				return err
			}
			for _, n := range names {
				list = append(list, as(c.data.sql[n], n))
			}
		}
		if s, _ := c.statement("var"); s == nil {
			list = nil // ID only stands in front
		} else {
			list = append(c.sqlOf(c.by), list...)
		}
		c.shows(shown{name: strings.ReplaceAll(setName(c.data.ref.name), ".", "_"), list: list})
		return nil
	})
}

func (p *program) procExport(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("delimiter", "putnames", "sheet", "newfile", "dbencoding"); err != nil {
			return err
		}
		file := c.values["outfile"] + c.values["file"] + c.values["outtable"]
		if file == "" {
			return fmt.Errorf("export needs outfile=")
		}
		c.shows(shown{name: fileName(file)})
		return nil
	})
}

var notOfFile = regexp.MustCompile(`[^a-z0-9_]+`)

// fileName is the name of a file without folders and ending, as a name of SQL.
func fileName(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	name := strings.Trim(notOfFile.ReplaceAllString(strings.ToLower(base), "_"), "_")
	if name == "" || isDigit(name[0]) {
		name = "export_" + name
	}
	return name
}

func (p *program) procContents(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known(); err != nil {
			return err
		}
		if !c.hasOut {
			p.inertAll(from, to)
			p.comment("left out: it describes " + c.data.ref.name)
			return nil
		}
		if !c.data.rel.known {
			return fmt.Errorf("the columns of %s are not known", c.data.ref.name)
		}
		p.noteAt(from, "of what SAS tells of a variable there are libname, memname, name, type, length and varnum")
		return c.emit(c.out, c.contents())
	})
}

// contents describes the variables of a data set, as PROC CONTENTS does.
func (c *procCall) contents() derived {
	library, member, ok := strings.Cut(strings.ToUpper(c.data.ref.name), ".")
	if !ok {
		library, member = "WORK", library
	}
	var rows []string
	for i, col := range c.data.list {
		kind, length := 1, 8
		if col.kind == textKind {
			kind, length = 2, col.length
		}
		rows = append(rows, fmt.Sprintf("(%s, %s, %s, %d, %d, %d)", quoteText(library), quoteText(member), quoteText(c.p.spelling(col.name)), kind, length, i+1))
	}
	columns := []*column{
		{name: "libname", kind: textKind, length: 8},
		{name: "memname", kind: textKind, length: 32},
		{name: "name", kind: textKind, length: 32},
		{name: "type", kind: numberKind},
		{name: "length", kind: numberKind},
		{name: "varnum", kind: numberKind},
	}
	return derived{columns: columns, unique: [][]string{{"name"}}, core: func(row bool) string {
		items := []string{"*"}
		if row {
			items = append(items, "row_number() OVER (ORDER BY upper(name)) AS _row")
		}
		return "SELECT " + wrap(items) + "\nFROM (VALUES " + strings.Join(rows, ",\n  ") + ") AS described(libname, memname, name, type, length, varnum)"
	}}
}
