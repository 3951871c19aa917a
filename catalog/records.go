package catalog

import (
	"errors"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/catalog/copybook"
	"epsql/sql/diag"
	"epsql/sql/strict"
)

// Records say how the records of a COBOL file become rows. A record is of one
// of several types, told by characters at the same place in all of them, and
// described by a level 01 of a copybook. The records of somebody (a provider)
// make up the rows of a table together.
type Records struct {
	Copybook string // its file in copybooks/
	Book     *copybook.Book
	// Type is characters Start..Start+Length-1 (1-based) of every record.
	Type Slice
	Rows []*RowsOf
	Skip []*RecordOf // known types that are not read
}

// RowsOf is how one table gets its rows: one for each combination of the zones
// Per. The first of these says whose record it is. A record that fills all of
// them is of one row; a record that fills only the first ones is of every row
// that agrees on these. Of two that fill the same zone of a row, the one that is
// of fewer rows counts.
type RowsOf struct {
	Table string
	Per   []string
	Of    []*RecordOf
}

// RecordOf is one type of record and the zones that it fills. Per are the zones
// that tell its rows: the first ones of the rows' own. Of several records
// for the same row the last one is taken, or the one whose zone Latest is the
// greatest text.
type RecordOf struct {
	Code   string
	Record string
	Item   *copybook.Item
	Per    []string
	Each   string // a table in the record: every element counts as a record of its own
	Table  *copybook.Item
	Latest string
	Fields []RecordField
	Source Source
}

// RecordField fills a zone with the fields From, one after the other (its own id
// when none are named), if the conditions hold. Fields of a refused zone are
// known, and never read.
type RecordField struct {
	Zone         string
	From         []string
	Items        []*copybook.Item
	When, Unless *Condition
	Ours         []string // of From, those whose place is not sourced
}

// Condition holds when a field of the record has one of the codes.
type Condition struct {
	Field string
	Item  *copybook.Item
	Codes []string
}

// recordPositions are the places of a zone in the records of a COBOL layout.
func (y *Layout) recordPositions(t *Table, z *Zone) (out []Position) {
	if y.Records == nil {
		return nil
	}
	for _, rows := range y.Records.Rows {
		if rows.Table != t.Name {
			continue
		}
		for _, of := range rows.Of {
			for _, f := range of.Fields {
				if f.Zone != z.ID {
					continue
				}
				for _, item := range f.Items {
					out = append(out, Position{Layout: y, Record: of, Field: Field{
						Zone: z.ID, Name: item.Name, Start: item.Offset + 1, Length: item.Size, Ours: slices.Contains(f.Ours, item.Name),
					}})
				}
			}
		}
	}
	return out
}

const copybooks = "copybooks"

func (l *loader) readCopybook(name string) error {
	book, err := copybook.Parse(string(l.files[name]))
	if e, ok := errors.AsType[*diag.Error](err); ok {
		e.Pos.File = name
		return e
	}
	l.books[path.Base(name)] = book
	return err
}

func (r *reader) records(into **Records) strict.Field {
	return func(n *yaml.Node) {
		y := &Records{}
		*into = y
		r.Mark(y, n)
		r.Object(n, "the records", strict.Fields{
			"copybook": r.Text(&y.Copybook),
			"type": func(n *yaml.Node) {
				r.Mark(&y.Type, n)
				r.Object(n, "the type", strict.Fields{"start": r.Integer(&y.Type.Start), "length": r.Integer(&y.Type.Length)}, "start", "length")
			},
			"rows": strict.Pointers(r.Reader, &y.Rows, r.rowsOf),
			"skip": strict.Pointers(r.Reader, &y.Skip, r.recordOf),
		}, "copybook", "type", "rows")
	}
}

func (r *reader) rowsOf(y *RowsOf, n *yaml.Node) {
	r.Mark(y, n)
	r.Object(n, "the rows of a table", strict.Fields{
		"table": r.Text(&y.Table), "per": r.Texts(&y.Per), "of": strict.Pointers(r.Reader, &y.Of, r.recordOf),
	}, "table", "per", "of")
}

func (r *reader) recordOf(y *RecordOf, n *yaml.Node) {
	r.Mark(y, n)
	r.Object(n, "a record", strict.Fields{
		"code":   r.Text(&y.Code),
		"record": r.Text(&y.Record),
		"per":    r.Texts(&y.Per),
		"each":   r.Text(&y.Each),
		"latest": r.Text(&y.Latest),
		"fields": strict.Sequence(r.Reader, &y.Fields, r.recordField),
		"source": r.source(&y.Source),
	}, "code", "record")
}

func (r *reader) recordField(f *RecordField, n *yaml.Node) {
	r.Mark(f, n)
	r.Object(n, "a field of a record", strict.Fields{
		"zone":   r.Text(&f.Zone),
		"from":   r.Texts(&f.From),
		"when":   r.condition(&f.When),
		"unless": r.condition(&f.Unless),
		"ours":   r.Texts(&f.Ours),
	}, "zone")
}

func (r *reader) condition(into **Condition) strict.Field {
	return func(n *yaml.Node) {
		c := &Condition{}
		*into = c
		r.Object(n, "a condition", strict.Fields{"field": r.Text(&c.Field), "codes": r.Texts(&c.Codes)}, "field", "codes")
	}
}

// checkRecords binds a layout to its copybook.
func (l *loader) checkRecords(y *Layout) *diag.Error {
	rs := y.Records
	if len(y.Fields) > 0 || y.RecordLength > 0 {
		return l.fail(y, fault("records", "the copybook says where the fields are").WithHint("leave out fields and record_length"))
	}
	var names []string
	for name := range l.books {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := l.known(&rs.Copybook, "copybook", names); err != nil {
		return err
	}
	rs.Book = l.books[rs.Copybook]
	codes := map[string]bool{}
	for _, rows := range rs.Rows {
		if err := l.known(&rows.Table, "table", y.Tables); err != nil {
			return err
		}
		for _, of := range rows.Of {
			if err := l.checkRecord(rs, of, codes); err != nil {
				return err
			}
			if err := l.checkFieldsOf(rows, of); err != nil {
				return err
			}
		}
	}
	for _, of := range rs.Skip {
		if err := l.checkRecord(rs, of, codes); err != nil {
			return err
		}
	}
	return nil
}

// checkRecord finds a record in the copybook, and sees to it that its type can be read.
func (l *loader) checkRecord(rs *Records, of *RecordOf, codes map[string]bool) *diag.Error {
	if err := l.known(&of.Record, "record", rs.Book.Names()); err != nil {
		return err
	}
	of.Item = rs.Book.Record(of.Record)
	if len(of.Code) != rs.Type.Length || codes[of.Code] {
		return l.fail(&of.Code, fault("record-type", "type %q is there twice, or has not %d characters", of.Code, rs.Type.Length).
			WithHint("give each type of record once"))
	}
	codes[of.Code] = true
	if rs.Type.Start < 1 || rs.Type.Length < 1 || rs.Type.Start+rs.Type.Length-1 > of.Item.Shortest() {
		return l.fail(&rs.Type, fault("record-type", "the type stands outside the record %s", of.Record).WithHint("correct start and length"))
	}
	if of.Each == "" {
		return nil
	}
	found := of.Item.Find(of.Each)
	if len(found) != 1 || found[0].Table() != found[0] || nested(found[0]) {
		return l.fail(&of.Each, fault("record-table", "%s is no table of %s that stands for itself", of.Each, of.Record).
			WithHint("name an item with OCCURS that is in no other table"))
	}
	of.Table = found[0]
	return nil
}

func nested(table *copybook.Item) bool { return table.Parent.Table() != nil }

func (l *loader) checkFieldsOf(rows *RowsOf, of *RecordOf) *diag.Error {
	table := l.cat.Table(rows.Table)
	zones := ids(table.Zones, func(z *Zone) string { return z.ID })
	for i := range of.Fields {
		f := &of.Fields[i]
		if err := l.known(&f.Zone, "zone", zones); err != nil {
			return err
		}
		if len(f.From) == 0 {
			f.From = []string{f.Zone}
		}
		refused := table.Zone(f.Zone).Role == RoleRefused
		for _, name := range f.From {
			item, err := l.fieldOf(f, of, name, refused)
			if err != nil {
				return err
			}
			f.Items = append(f.Items, item)
		}
		for _, c := range []*Condition{f.When, f.Unless} {
			if c == nil {
				continue
			}
			var err *diag.Error
			if c.Item, err = l.fieldOf(&c.Field, of, c.Field, false); err != nil {
				return err
			}
		}
	}
	return l.checkPer(rows, of, zones)
}

// fieldOf finds a field of a record by its name; of one in a table, there must
// be no doubt which element is meant.
func (l *loader) fieldOf(at any, of *RecordOf, name string, group bool) (*copybook.Item, *diag.Error) {
	found := of.Item.Find(name)
	if len(found) != 1 {
		names := of.Item.Fields()
		return nil, l.fail(at, fault("unknown-field", "the record %s has not one field %s", of.Record, name).
			WithHint("%s", diag.DidYouMean(name, names, "its fields are "+strings.Join(names, ", "))))
	}
	item := found[0]
	if item.Usage == copybook.Group && !group {
		return nil, l.fail(at, fault("unknown-field", "%s is a group", name).WithHint("name its fields"))
	}
	if t := item.Table(); t != nil && t != of.Table && !group {
		return nil, l.fail(at, fault("record-table", "%s repeats", name).WithHint("say each: with the table whose elements count as records"))
	}
	return item, nil
}

// checkPer sees to it that a record tells which rows it is of.
func (l *loader) checkPer(rows *RowsOf, of *RecordOf, zones []string) *diag.Error {
	table := l.cat.Table(rows.Table)
	bound := func(zone string) bool {
		return slices.ContainsFunc(of.Fields, func(f RecordField) bool {
			return strings.EqualFold(f.Zone, zone) && f.When == nil && f.Unless == nil && table.Zone(zone).Role != RoleRefused
		})
	}
	var fills []string // the first zones of per that the record fills
	for i := range rows.Per {
		if err := l.known(&rows.Per[i], "zone", zones); err != nil {
			return err
		}
		if len(fills) == i && bound(rows.Per[i]) {
			fills = append(fills, rows.Per[i])
		}
	}
	if len(of.Per) == 0 {
		of.Per = fills
	}
	if len(of.Per) == 0 || len(of.Per) > len(fills) || !slices.Equal(of.Per, fills[:len(of.Per)]) {
		return l.fail(of, fault("record-key", "record %s does not tell which rows it is of", of.Record).
			WithHint("fill the zones of per, from the first one on, and without conditions"))
	}
	if of.Latest != "" && !bound(of.Latest) {
		return l.fail(&of.Latest, fault("record-key", "record %s does not fill %s", of.Record, of.Latest).WithHint("name one of its zones"))
	}
	return nil
}
