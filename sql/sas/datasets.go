package sas

import (
	"fmt"
	"slices"
	"strings"
)

// PROC DATASETS, COPY and DELETE: what is done to data sets as wholes.

func (p *program) procDatasets(from, to int) {
	if options := p.statements[from].tokens; slices.ContainsFunc(options, func(t token) bool { return t.text == "kill" }) {
		p.killed()
	}
	p.inert(from)
	p.comment("names of data sets alone")
	modified := "" // the data set of a statement MODIFY
	for p.at = from + 1; p.at < to; p.at++ {
		s := p.current()
		if first := s.first(); first == "modify" {
			modified = (&parser{tokens: s.tokens, at: 1}).setRef().name
		} else if first == "change" || first == "delete" || first == "append" {
			modified = ""
		}
		if err := p.datasetsStatement(s, modified); err != nil {
			p.fail(p.at, "%v", err)
			p.leave(p.at, p.at+1)
		}
	}
	p.at = from
}

// datasetsStatement carries out one statement of PROC DATASETS.
func (p *program) datasetsStatement(s *statement, modified string) error {
	ps := &parser{tokens: s.tokens, at: 1}
	switch first := s.first(); first {
	case "run", "quit", "modify", "label", "format", "informat", "index", "contents", "ic", "repair", "attrib":
		// A format would change how the values are grouped; labels change nothing.
		if first == "format" {
			p.note("formats that are given to %s here are left out", modified)
		}
		p.inert(p.at)
	case "delete":
		p.deleted(ps)
	case "change":
		for ps.err == nil && !ps.done() {
			old := ps.name()
			ps.want("=")
			if err := p.copied(old, ps.name(), nil); err != nil {
				return err
			}
			delete(p.sets, setName(old))
		}
	case "rename":
		if modified == "" {
			return fmt.Errorf("rename needs modify")
		}
		return p.copied(modified, modified, ps.renames())
	case "append":
		p.procAppend(p.at, p.at+1)
	case "save", "exchange", "age":
		return fmt.Errorf("%s is not understood: name the data sets in delete or change", first)
	default:
		return fmt.Errorf("the statement %s is not understood in this procedure", first)
	}
	return ps.err
}

// killed forgets the data sets of the program.
func (p *program) killed() {
	for _, key := range p.order {
		if !strings.Contains(key, ".") {
			delete(p.sets, key)
			delete(p.lost, key)
		}
	}
}

// deleted forgets data sets: nobody may read them any more.
func (p *program) deleted(ps *parser) {
	p.inert(p.at)
	for ps.err == nil && !ps.done() && !ps.is("/") {
		if ps.peek().kind != wordToken {
			ps.at++
			continue
		}
		key := setName(ps.setRef().name)
		if ps.accept(":") {
			for _, k := range slices.Clone(p.order) {
				if strings.HasPrefix(k, key) {
					delete(p.sets, k)
				}
			}
			continue
		}
		if rel, ok := p.sets[key]; ok && !rel.base {
			delete(p.sets, key)
		}
	}
	ps.err = nil
}

// copied makes a data set that is another one under a new name, or with new names
// of its variables.
func (p *program) copied(from, to string, renames [][2]string) error {
	d := &dataStep{p: p, r: &renderer{formats: p.formats, note: p.note, into: p.into}, desc: map[string]bool{}}
	in, err := d.read(setRef{name: from, rename: renames})
	if err != nil {
		return err
	}
	c := &procCall{p: p, from: p.at, to: p.at + 1, data: in, d: d, where: always}
	return c.emit(setRef{name: to}, derived{columns: copyColumns(in.list), unique: slices.Clone(in.rel.unique), order: c.same, core: func(row bool) string {
		list := c.list()
		if list == nil {
			return "SELECT *" + map[bool]string{true: " EXCLUDE (_row)"}[in.rel.row && !row] + "\nFROM " + in.rel.ref()
		}
		if row {
			list = append(list, "_row")
		}
		return "SELECT " + wrap(list) + "\nFROM " + in.rel.ref()
	}})
}

// procCopy is PROC COPY with SELECT: the data sets under the name of another library.
func (p *program) procCopy(from, to int) {
	ps := &parser{tokens: p.statements[from].tokens, at: 2}
	library := map[string]string{}
	for ps.err == nil && !ps.done() {
		option := ps.name()
		if ps.accept("=") {
			library[option] = ps.peek().text + "."
			ps.at++
		}
	}
	var names []string
	for i := from + 1; i < to; i++ {
		s := &p.statements[i]
		switch s.first() {
		case "select":
			for _, t := range s.tokens[1:] {
				names = append(names, t.text)
			}
		case "run", "quit":
		default:
			ps.fail("the statement %s is not understood in this procedure", s.first())
		}
	}
	if ps.err == nil && (names == nil || library["in"] == "" || library["out"] == "") {
		ps.fail("copy is understood with in=, out= and select")
	}
	for _, n := range names {
		if ps.err == nil {
			ps.err = p.copied(library["in"]+n, library["out"]+n, nil)
		}
	}
	if ps.err != nil {
		p.leaveAll(from, to, ps.err.Error())
	}
}

// procDelete is PROC DELETE.
func (p *program) procDelete(from, to int) {
	p.inertAll(from, to)
	p.comment("left out: a view that nobody reads costs nothing")
	ps := &parser{tokens: p.statements[from].tokens, at: 2}
	for ps.err == nil && !ps.done() {
		if option := ps.name(); ps.accept("=") && option == "data" {
			p.deleted(ps)
		}
	}
}
