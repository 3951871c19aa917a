package synth

import (
	"bytes"
	"strconv"

	"epsql/catalog"
	"epsql/engine/cobol"
	"epsql/sql/diag"
)

// record renders rows of one table in one kind of file. Each worker has its own.
type record struct {
	table *catalog.Table
	fixed bool
	host  *cobol.Writer // of a file of COBOL records
	err   error         // what the host writer could not write
	cols  []column
	line  []byte // of a fixed-width file: the last row, its constants in place
	stamp int    // of the person and period that the columns were rendered for

	dates, codes, texts []int // columns that a defect can hit
}

// column is one zone of a record.
type column struct {
	name          string
	start, length int // in a fixed-width line; 0-based
	pad           padding
	run           op // nil: always empty
	level         level
	value         []byte
}

// padding is how a value stands in its field.
type padding int

const (
	blanksAfter padding = iota
	blanksBefore
	zerosBefore
)

// separator stands between the values of delimited text.
const separator = ';'

// blueprint compiles how rows of a table are written in a file of a layout.
func (w *world) blueprint(table *catalog.Table, layout *catalog.Layout, all []*catalog.Table) (*record, error) {
	zones, ok := w.recipe.Zones[table.Name]
	if !ok {
		return nil, diag.New(diag.Data, "bad-recipe", "the recipe does not say what fills the zones of %s", table.Name)
	}
	values := map[string]*Expr{}
	for i := range zones {
		z := &zones[i]
		zone := table.Zone(z.Zone.Name)
		if zone == nil {
			names := make([]string, len(table.Zones))
			for j, known := range table.Zones {
				names[j] = known.ID
			}
			return nil, w.unknownIn("zones", z.Zone, "zone", names)
		}
		values[zone.ID] = &z.Value
	}
	r := &record{table: table, fixed: layout.Format == "fixed", stamp: never}
	for _, f := range w.fields(layout, all) {
		if err := w.addColumn(r, f, values[f.Zone]); err != nil {
			return nil, err
		}
	}
	if r.fixed {
		r.line = bytes.Repeat([]byte{' '}, layout.RecordLength)
	}
	if layout.Records != nil {
		r.host = cobol.NewWriter(layout.Records, cobol.HostFormat())
	}
	for i := range r.cols {
		if c := &r.cols[i]; c.run != nil && c.level == always {
			r.set(c, c.run(nil, nil))
		}
	}
	return r, nil
}

// fields are the columns of a file: those of a fixed layout, or all zones of
// its tables under the names that the layout gives them; of the refused zones
// those that the recipe fills.
func (w *world) fields(layout *catalog.Layout, tables []*catalog.Table) []catalog.Field {
	if layout.Format == "fixed" {
		return layout.Fields
	}
	names := map[string]string{}
	for _, f := range layout.Fields {
		names[f.Zone] = f.Name
	}
	var out []catalog.Field
	seen := map[string]bool{}
	for _, t := range tables {
		for _, z := range t.Zones {
			refused := z.Role == catalog.RoleRefused && !w.recipe.Zones[t.Name].fills(z.ID)
			if !seen[z.ID] && !refused {
				seen[z.ID] = true
				out = append(out, catalog.Field{Zone: z.ID, Name: names[z.ID]})
			}
		}
	}
	return out
}

func (w *world) addColumn(r *record, f catalog.Field, value *Expr) error {
	c := column{name: f.Name, start: f.Start - 1, length: f.Length}
	if c.name == "" {
		c.name = f.Zone
	}
	zone := r.table.Zone(f.Zone)
	if zone != nil && value != nil {
		var err error
		if c.run, c.level, err = w.expr(value); err != nil {
			return w.inFile("zones", err)
		}
		c.pad = paddingOf(zone, value)
		r.canSpoil(len(r.cols), zone, w.cat)
	}
	r.cols = append(r.cols, c)
	return nil
}

func paddingOf(z *catalog.Zone, value *Expr) padding {
	switch z.Type {
	case catalog.TypeText, catalog.TypeCode:
		if value.Right {
			return blanksBefore
		}
		return blanksAfter
	}
	return zerosBefore
}

// canSpoil notes which defects a column can have.
func (r *record) canSpoil(i int, z *catalog.Zone, cat *catalog.Catalog) {
	switch {
	case z.Type == catalog.TypeDate:
		r.dates = append(r.dates, i)
	case z.Type == catalog.TypeCode:
		if _, closed := cat.Domain(catalog.Column{Zone: z}); closed {
			r.codes = append(r.codes, i)
		}
		r.texts = append(r.texts, i)
	case z.Type == catalog.TypeText && len(z.Parts) == 0:
		r.texts = append(r.texts, i)
	}
}

// clone is a record of its own for a worker.
func (r *record) clone() *record {
	c := *r
	c.line = bytes.Clone(r.line)
	c.cols = make([]column, len(r.cols))
	copy(c.cols, r.cols)
	for i := range c.cols {
		c.cols[i].value = bytes.Clone(r.cols[i].value)
	}
	return &c
}

// fill renders what has changed since the last row.
func (r *record) fill(s *scene) {
	fresh := r.stamp != s.stamp
	r.stamp = s.stamp
	for i := range r.cols {
		c := &r.cols[i]
		if c.level == perRow || fresh && c.level == perPerson && c.run != nil {
			r.set(c, c.run(s, c.value[:0]))
		}
	}
}

// set puts a value in its column.
func (r *record) set(c *column, value []byte) {
	c.value = value
	if r.fixed {
		c.place(r.line[c.start : c.start+c.length])
	}
}

// place writes the value in its field of the line.
func (c *column) place(field []byte) {
	v := c.value
	if len(v) > len(field) {
		v = v[:len(field)]
	}
	free := len(field) - len(v)
	switch {
	case c.pad == blanksAfter || len(v) == 0:
		copy(field, v)
		blank(field[len(v):], ' ')
	case c.pad == blanksBefore:
		blank(field[:free], ' ')
		copy(field[free:], v)
	case v[0] == '-':
		field[0] = '-'
		blank(field[1:free+1], '0')
		copy(field[free+1:], v[1:])
	default:
		blank(field[:free], '0')
		copy(field[free:], v)
	}
}

func blank(b []byte, c byte) {
	for i := range b {
		b[i] = c
	}
}

// append writes the row as a line.
func (r *record) append(out []byte) []byte {
	if r.fixed {
		return append(append(out, r.line...), '\n')
	}
	if r.host != nil {
		out, r.err = r.host.Append(out, r.table.Name, r.value)
		return out
	}
	for i := range r.cols {
		if i > 0 {
			out = append(out, separator)
		}
		out = append(out, r.cols[i].value...)
	}
	return append(out, '\n')
}

// value is that of a zone in the row at hand.
func (r *record) value(zone string) string {
	for i := range r.cols {
		if r.cols[i].name == zone {
			return string(r.cols[i].value)
		}
	}
	return ""
}

// header is the first line of delimited text.
func (r *record) header() []byte {
	if r.fixed || r.host != nil {
		return nil
	}
	var out []byte
	for i := range r.cols {
		if i > 0 {
			out = append(out, separator)
		}
		out = append(out, r.cols[i].name...)
	}
	return append(out, '\n')
}

// The kinds of defects; the first three need a column that can have them.
const (
	badDate = iota
	unknownCode
	accent // a letter in latin-1, where there is none in the delivery's text
	truncated
	strayByte
	defectKinds
)

// spoil writes the row with one defect; text says that bytes may be anything
// (in Parquet they are UTF-8).
func (r *record) spoil(d *dice, out []byte, text bool) []byte {
	kind := d.intn(defectKinds)
	if !text {
		kind = d.intn(unknownCode + 1)
	}
	switch cols := [][]int{r.dates, r.codes, r.texts}; {
	case kind <= accent && len(cols[kind]) > 0:
		c := &r.cols[cols[kind][d.intn(len(cols[kind]))]]
		was := append([]byte(nil), c.value...)
		r.set(c, wrongValue(d, kind, c))
		out = r.append(out)
		r.set(c, was)
		return out
	case kind == truncated:
		start := len(out)
		out = r.append(out)
		return append(out[:start+1+d.intn(len(out)-start-2)], '\n')
	}
	start := len(out)
	out = r.append(out)
	strays := []byte{0x1a, 0x07, 0xff}
	if !text {
		strays = strays[:2]
	}
	out[start+d.intn(len(out)-start-1)] = strays[d.intn(len(strays))]
	return out
}

// wrongValue is a value that the column may not have.
func wrongValue(d *dice, kind int, c *column) []byte {
	switch kind {
	case badDate:
		year := strconv.Itoa(1990 + d.intn(30))
		return []byte(year + []string{"0231", "1350", "AB12", "0000", "1131"}[d.intn(5)])
	case unknownCode:
		return bytes.Repeat([]byte{'?'}, max(len(c.value), 1))
	}
	v := append([]byte(nil), c.value...)
	if len(v) == 0 {
		v = []byte{' '}
	}
	v[d.intn(len(v))] = 0xe9
	return v
}
