package load

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/engine/store"
)

// plan is how the lines of one file become rows of one table.
type plan struct {
	table   *catalog.Table
	columns []column // in the order of the table
	idents  []identColumn
	owner   int // index in idents, -1 when rows belong to nobody

	choice *slot // the zone that says whether a line is of this table
	codes  []string

	byZone  bool // lines say their delivery
	key     []slot
	version slot
	insurer slot
	period  []slot
}

// identColumn is an identifier to be numbered.
type identColumn struct {
	column int // index in plan.columns
	at     slot
	length int
	unit   int // index in loader.units
}

// plans are made for the tables of a source.
func (l *loader) plans(s *source) []*plan {
	var out []*plan
	for _, t := range s.tables {
		p := &plan{table: t, owner: -1}
		for _, c := range t.Columns() {
			p.columns = append(p.columns, l.column(s, p, c))
		}
		if t.Select != nil && s.field(t.Select.Zone) >= 0 {
			at := slotOf(s, t, catalog.Slice{Zone: t.Select.Zone})
			p.choice, p.codes = &at, t.Select.Codes
		}
		if d := t.Delivery; d != nil {
			p.key, p.version, p.insurer, p.period = slotsOf(s, t, d.Key), slotOf(s, t, d.Version), slotOf(s, t, d.Insurer), slotsOf(s, t, d.Period)
			p.byZone = p.version.field >= 0 && !slices.ContainsFunc(p.key, func(k slot) bool { return k.field < 0 })
		}
		out = append(out, p)
	}
	return out
}

func (l *loader) column(s *source, p *plan, c catalog.Column) column {
	out := column{Column: c, length: c.Zone.Length, id: -1}
	part := catalog.Slice{Zone: c.Zone.ID}
	if c.Part != nil {
		part.Start, part.Length = c.Part.Start, c.Part.Length
		out.length = c.Part.Length
	}
	out.at = slotOf(s, p.table, part)
	for _, special := range c.Zone.Specials {
		if special.Null && c.Part == nil {
			out.nulls = append(out.nulls, []byte(special.Value))
		}
	}
	if c.Type == catalog.TypeID {
		out.id = len(p.idents)
		p.idents = append(p.idents, identColumn{column: len(p.columns), at: out.at, length: out.length, unit: l.unit(c.Protects)})
		if strings.EqualFold(c.Name, p.table.Owner) {
			p.owner = out.id
		}
	}
	if codes, ok := l.ws.Catalog.Known(c); ok && c.Type == catalog.TypeCode {
		out.known = newCodeSet(codes)
	}
	for _, null := range out.nulls {
		if w, ok := word(null); ok {
			out.nullWords = append(out.nullWords, w)
		}
	}
	if out.length > 0 && out.length < 19 {
		out.limit = int64(math.Pow10(out.length))
	}
	out.how = out.way()
	return out
}

func slotsOf(s *source, t *catalog.Table, parts []catalog.Slice) []slot {
	var out []slot
	for _, part := range parts {
		out = append(out, slotOf(s, t, part))
	}
	return out
}

// slotOf finds where a slice of a zone stands in a file.
func slotOf(s *source, t *catalog.Table, part catalog.Slice) slot {
	out := slot{field: s.field(part.Zone), zone: part.Zone, start: max(part.Start-1, 0), length: part.Length}
	if zone := t.Zone(part.Zone); zone != nil {
		out.zone, out.zoneLength = zone.ID, zone.Length
	}
	if s.format == "fixed" && out.field >= 0 {
		f := s.fixed[out.field]
		out.from, out.to = f.Start-1, f.Start-1+f.Length
		if part.Length > 0 {
			out.from = min(out.from+out.start, out.to)
			out.to = min(out.from+part.Length, out.to)
		}
	}
	return out
}

// takes reports whether a line is of this table.
func (p *plan) takes(r *record) bool {
	if p.choice == nil {
		return true
	}
	raw, _ := r.get(p.choice)
	raw = trim(raw)
	for _, code := range p.codes {
		if string(raw) == code {
			return true
		}
	}
	return false
}

// name appends the raw text of a line's delivery to dst, parts apart by a byte
// that no text has.
func (p *plan) name(dst []byte, r *record) []byte {
	for i := range p.key {
		raw, _ := r.get(&p.key[i])
		dst = append(append(dst, trim(raw)...), 0)
	}
	raw, _ := r.get(&p.version)
	return append(dst, trim(raw)...)
}

// delivery reads a line's delivery; false when its name has a blank part or one
// that is no plain word (a stray byte does not found a delivery), or when its
// version is no number.
func (p *plan) delivery(r *record) (d delivery, ok bool) {
	parts, full := texts(r, p.key)
	version, _ := r.get(&p.version)
	n, err := strconv.ParseInt(string(trim(version)), 10, 32)
	if err != nil || !full || n < 0 {
		return delivery{}, false
	}
	period, _ := texts(r, p.period)
	insurer := ""
	if p.insurer.field >= 0 {
		raw, _ := r.get(&p.insurer)
		insurer = string(trim(raw))
	}
	return delivery{plan: p, key: strings.Join(parts, "-"), version: n, insurer: insurer, period: strings.Join(period, "-")}, true
}

func texts(r *record, slots []slot) (out []string, full bool) {
	full = true
	for i := range slots {
		if slots[i].field < 0 {
			return out, false
		}
		raw, long := r.get(&slots[i])
		text := string(trim(raw))
		full = full && text != "" && !long && !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
		out = append(out, text)
	}
	return out, full
}

// peek reads the version of the first data line, by which the files of one
// call are ordered.
func (l *loader) peek(s *source, head []byte) {
	lines := sampleLines(head)
	if s.format == "delimited" {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return
	}
	b := &block{data: bytes.Clone(lines[0]), lines: []span{{0, uint32(len(lines[0]))}}}
	b.size(len(s.zones), 0)
	sp := splitter{source: s}
	var rec record
	if reason := sp.split(b, 0, &rec); reason != "" {
		return
	}
	for _, p := range l.plans(s) {
		if !p.byZone || !p.takes(&rec) {
			continue
		}
		if d, ok := p.delivery(&rec); ok {
			s.order = d.version
		}
	}
}

// formats are those of the columns, and of the delivery after them.
func (p *plan) formats() []format {
	out := make([]format, 0, len(p.columns)+1)
	for _, c := range p.columns {
		out = append(out, formatOf(c.Type))
	}
	return append(out, formatInt32)
}

// quoted is a table's name for SQL.
func (p *plan) quoted() string { return "main." + store.Quote(p.table.Name) }
