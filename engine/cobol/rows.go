package cobol

import (
	"iter"
	"slices"
	"strings"

	"epsql/catalog"
)

// Rows turns records into rows: those of one owner make up the rows of a table
// together ([catalog.RowsOf]), wherever they stand in the file. What is kept of
// the records is held in memory until the last one was added.
type Rows struct {
	charset *Charset
	types   map[*catalog.RecordOf]*binding
	tables  []*table
	scratch []byte
}

// Row is a row of a table: a text for each of its zones.
type Row struct {
	Table  int   // index in the layout's rows
	Number int64 // of the first record that is of this row more than of others
	Values []string
}

// Fault is why a record, or a field of it, is not kept.
type Fault struct {
	Zone   string // empty for the whole record
	Reason string
}

// table collects the parts of one table's rows.
type table struct {
	rows   *catalog.RowsOf
	zones  []string
	types  []*binding // those that are of most rows first
	owners map[string]int
	parts  [][]part // by owner
}

// binding is a type of record with what is kept of it.
type binding struct {
	of     *catalog.RecordOf
	table  *table
	order  int // in the layout
	fields []boundField
	per    []int // the fields that tell the row
	latest int   // a field, or -1
	lost   int64 // records that another one of the same row replaced
}

type boundField struct {
	*catalog.RecordField
	zone int // index in table.zones
}

// part is what is kept of a record, or of an element of its table.
type part struct {
	of     *binding
	number int64
	text   string // the values of the fields, each ended by a separator
	used   bool
}

// separator ends a value: no text has it.
const separator = "\x1f"

// NewRows prepares for the records of a layout. Stored says which zones may be
// kept: fields of the others are never read.
func NewRows(rs *catalog.Records, charset *Charset, stored func(table, zone string) bool) *Rows {
	a := &Rows{charset: charset, types: map[*catalog.RecordOf]*binding{}}
	for _, rows := range rs.Rows {
		t := &table{rows: rows, owners: map[string]int{}}
		a.tables = append(a.tables, t)
		for i, of := range rows.Of {
			b := t.bind(of, stored)
			b.order = i
			a.types[of] = b
		}
		slices.SortStableFunc(t.types, func(a, b *binding) int { return len(a.per) - len(b.per) })
	}
	return a
}

func (t *table) bind(of *catalog.RecordOf, stored func(table, zone string) bool) *binding {
	b := &binding{of: of, table: t, latest: -1}
	t.types = append(t.types, b)
	for i := range of.Fields {
		f := &of.Fields[i]
		if !stored(t.rows.Table, f.Zone) {
			continue
		}
		zone := slices.Index(t.zones, f.Zone)
		if zone < 0 {
			zone = len(t.zones)
			t.zones = append(t.zones, f.Zone)
		}
		b.fields = append(b.fields, boundField{f, zone})
	}
	field := func(zone string) int {
		return slices.IndexFunc(b.fields, func(f boundField) bool { return f.Zone == zone && f.When == nil && f.Unless == nil })
	}
	for _, zone := range of.Per {
		b.per = append(b.per, field(zone))
	}
	if of.Latest != "" {
		b.latest = field(of.Latest)
	}
	return b
}

// Zones are the zones that rows of a table have, in the order of their values.
func (a *Rows) Zones(table int) []string { return a.tables[table].zones }

// Add keeps what is to be kept of a record without a fault.
func (a *Rows) Add(rec Record) (Fault, bool) {
	b := a.types[rec.Of]
	if b == nil {
		return Fault{}, true // a type that is skipped
	}
	elements := 1
	if t := b.of.Table; t != nil {
		elements = t.Max
		if t.DependsOn != nil {
			elements = rec.Count
		}
	}
	if elements == 0 {
		return a.add(b, rec, -1)
	}
	for k := range elements {
		if fault, ok := a.add(b, rec, k); !ok {
			return fault, false
		}
	}
	return Fault{}, true
}

// add keeps one element of a record; -1 is a record whose table is empty.
func (a *Rows) add(b *binding, rec Record, element int) (Fault, bool) {
	text := a.scratch[:0]
	for _, f := range b.fields {
		from := len(text)
		for _, item := range f.Items {
			if element < 0 && item.Table() != nil || !a.holds(rec, f.When, element, true) || a.holds(rec, f.Unless, element, false) {
				continue
			}
			var fault string
			if text, fault = decode(text, at(rec.Bytes, item, max(element, 0)), item, a.charset); fault != "" {
				return Fault{f.Zone, fault}, false
			}
		}
		if f.zone == b.fields[b.per[0]].zone && len(text) == from {
			return Fault{f.Zone, NoOwner}, false
		}
		text = append(text, separator...)
	}
	a.scratch = text
	p := part{of: b, number: rec.Number, text: string(text)}
	owner := p.value(b.per[0])
	n, ok := b.table.owners[owner]
	if !ok {
		n = len(b.table.parts)
		b.table.owners[strings.Clone(owner)] = n
		b.table.parts = append(b.table.parts, nil)
	}
	if len(b.table.parts[n]) == maxParts {
		return Fault{Reason: TooMany}, false
	}
	b.table.parts[n] = append(b.table.parts[n], p)
	return Fault{}, true
}

// The faults of records that cannot be put to a row.
const (
	NoOwner = "does not say whose row it is"
	TooMany = "one of too many records of one owner"
)

// maxParts bounds the records, and elements of tables, of one owner: nobody has
// as many, and a damaged file could have nothing else.
const maxParts = 4096

// holds judges a condition; an absent one is as otherwise says.
func (a *Rows) holds(rec Record, c *catalog.Condition, element int, otherwise bool) bool {
	if c == nil {
		return otherwise
	}
	text, fault := decode(nil, at(rec.Bytes, c.Item, max(element, 0)), c.Item, a.charset)
	return fault == "" && slices.Contains(c.Codes, string(text))
}

// value gives field i of a part.
func (p *part) value(i int) string {
	rest := p.text
	for range i {
		_, rest, _ = strings.Cut(rest, separator)
	}
	v, _, _ := strings.Cut(rest, separator)
	return v
}

// key is what tells the row of a part: the values of its first zones of per.
func (p *part) key() string {
	var key string
	for _, i := range p.of.per {
		key += p.value(i) + separator
	}
	return key
}

// All gives the rows, owner by owner as they first stand in the file.
func (a *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for i, t := range a.tables {
			for _, parts := range t.parts {
				of := keysOf(parts)
				for _, key := range distinct(of) {
					if !yield(t.row(i, key, parts, of)) {
						return
					}
				}
				for k := range parts {
					if !parts[k].used {
						parts[k].of.lost++
					}
				}
			}
		}
	}
}

// keysOf gives the key of each part.
func keysOf(parts []part) []string {
	out := make([]string, len(parts))
	for i := range parts {
		out[i] = parts[i].key()
	}
	return out
}

// distinct are the keys of an owner's rows: a key that begins another one is no
// row of its own.
func distinct(keys []string) []string {
	var all []string
	for _, key := range keys {
		if !slices.ContainsFunc(all, func(k string) bool { return strings.HasPrefix(k, key) }) {
			all = append(slices.DeleteFunc(all, func(k string) bool { return strings.HasPrefix(key, k) }), key)
		}
	}
	return all
}

// row fills a row with the parts that are of it, those of fewer rows last. Keys
// are those of the parts.
func (t *table) row(index int, key string, parts []part, keys []string) Row {
	r := Row{Table: index, Values: make([]string, len(t.zones))}
	own := false // the number is that of a record of this row alone
	for _, b := range t.types {
		n := b.choose(key, parts, keys)
		if n < 0 {
			continue
		}
		p := &parts[n]
		p.used = true
		if alone := keys[n] == key; r.Number == 0 || alone && (!own || p.number < r.Number) {
			r.Number, own = p.number, alone
		}
		rest := p.text
		for _, f := range b.fields {
			var v string
			v, rest, _ = strings.Cut(rest, separator)
			if v != "" {
				r.Values[f.zone] = v
			}
		}
	}
	return r
}

// choose finds the part of a type that counts for a row: the last one, or the
// one with the greatest zone; -1 when there is none.
func (b *binding) choose(key string, parts []part, keys []string) int {
	best := -1
	for i := range parts {
		if parts[i].of != b || !strings.HasPrefix(key, keys[i]) {
			continue
		}
		if best < 0 || b.latest < 0 || parts[i].value(b.latest) >= parts[best].value(b.latest) {
			best = i
		}
	}
	return best
}

// Lost tells how many records of each type came to nothing, because another one
// of the same row counts; types whose layout says which one counts are not told.
func (a *Rows) Lost() map[string]int64 {
	out := map[string]int64{}
	for of, b := range a.types {
		if b.lost > 0 && of.Latest == "" {
			out[of.Code] += b.lost
		}
	}
	return out
}
