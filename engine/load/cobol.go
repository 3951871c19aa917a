package load

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/engine/cobol"
	"epsql/sql/diag"
)

// whichTable is the first field of every row of a COBOL file: the name of its
// table. No zone is called so.
const whichTable = "the table of the row"

// cobol recognises a file of COBOL records by the copybooks of the layouts.
func (l *loader) cobol(s *source, head []byte, candidates []*catalog.Table) (bool, error) {
	charset, err := l.charset()
	if err != nil {
		return false, err
	}
	whole := len(head) < sampleSize
	for _, layout := range l.ws.Catalog.Layouts {
		if layout.Records == nil || !holds(layout, candidates) {
			continue
		}
		format, ok := cobol.Detect(head, whole, layout.Records, charset)
		if !ok {
			continue
		}
		s.format, s.layout, s.cobol, s.sep = "cobol", layout, format, ' '
		l.useRecords(s)
		return true, nil
	}
	if charset != nil && charset.EBCDIC() {
		return false, diag.New(diag.Data, "unknown-file", "no layout knows records in %s like these", charset.Name).
			WithHint("only files of a copybook can be EBCDIC: add its layout to the catalogue, or name the encoding of the text")
	}
	return false, nil
}

// charset is the one asked for; nil when it is to be found out.
func (l *loader) charset() (*cobol.Charset, error) {
	if l.opts.Encoding == "" {
		return nil, nil
	}
	cs := cobol.CharsetNamed(l.opts.Encoding)
	if cs == nil && !strings.EqualFold(l.opts.Encoding, "windows-1252") {
		return nil, l.unknownEncoding()
	}
	return cs, nil
}

func (l *loader) unknownEncoding() error {
	names := cobol.CharsetNames()
	return diag.New(diag.Usage, "unknown-encoding", "there is no encoding %q here", l.opts.Encoding).
		WithHint("%s", diag.DidYouMean(l.opts.Encoding, names, "use one of: "+strings.Join(names, ", ")))
}

// useRecords says which fields the rows of a COBOL file have: the name of the
// table, and every zone that the layout fills and that may be stored.
func (l *loader) useRecords(s *source) {
	s.zones = []string{whichTable}
	for _, name := range s.layout.Tables {
		if l.opts.As != "" && !strings.EqualFold(l.opts.As, name) {
			continue
		}
		t := *l.ws.Catalog.Table(name)
		t.Select = &catalog.RowRule{Zone: whichTable, Codes: []string{t.Name}}
		s.tables = append(s.tables, &t)
	}
	for _, rows := range s.layout.Records.Rows {
		for _, of := range rows.Of {
			for _, f := range of.Fields {
				list := &s.zones
				if !l.stored(rows.Table, f.Zone) {
					list = &s.notKept
				}
				if !slices.Contains(*list, f.Zone) {
					*list = append(*list, f.Zone)
				}
			}
		}
	}
}

// stored reports whether a zone may be kept.
func (l *loader) stored(table, zone string) bool {
	return l.ws.Catalog.Table(table).Zone(zone).Role != catalog.RoleRefused
}

// cobolReader reads all records, and then gives the rows that they make up.
type cobolReader struct {
	loader  *loader
	source  *source
	stream  *stream
	rejects []reject
	skipped map[string]int64 // records of types that are not read
	rows    *cobol.Rows
	fields  [][]int // for each table, the field of each of its values
	row     func() (cobol.Row, bool)
	stop    func()
}

func (l *loader) cobolReader(s *source) (reader, error) {
	st, err := s.open()
	if err != nil {
		return nil, err
	}
	r := &cobolReader{loader: l, source: s, stream: st, skipped: map[string]int64{}}
	records := s.layout.Records
	r.rows = cobol.NewRows(records, s.cobol.Charset, l.stored)
	for i := range records.Rows {
		var at []int
		for _, zone := range r.rows.Zones(i) {
			at = append(at, s.field(zone))
		}
		r.fields = append(r.fields, at)
	}
	return r, nil
}

// readAll keeps what is to be kept of all records. A bad record is a reject
// without its text, which may hold what must not be stored.
func (r *cobolReader) readAll() error {
	records := cobol.NewReader(r.stream.text, r.source.layout.Records, r.source.cobol)
	for {
		rec, err := records.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if e, ok := errors.AsType[*diag.Error](err); ok {
			return e
		}
		if err != nil {
			return cannotRead(err)
		}
		fault := cobol.Fault{Reason: rec.Fault}
		switch {
		case rec.Fault != "":
		case slices.Contains(r.source.layout.Records.Skip, rec.Of):
			r.skipped[rec.Of.Code]++
		default:
			fault, _ = r.rows.Add(rec)
		}
		if fault.Reason != "" {
			r.rejects = append(r.rejects, reject{line: rec.Number, delivery: -1, zone: fault.Zone, reason: fault.Reason})
		}
	}
}

func (r *cobolReader) next(b *block) error {
	b.reset()
	if r.row == nil {
		if err := r.readAll(); err != nil {
			return err
		}
		r.row, r.stop = iter.Pull(r.rows.All())
		b.rejects, r.rejects = r.rejects, nil
	}
	b.bytes = r.stream.read.Load()
	for len(b.data) < r.loader.opts.Block {
		row, ok := r.row()
		if !ok {
			break
		}
		r.take(b, row)
	}
	if len(b.lines)+len(b.rejects) == 0 {
		return io.EOF
	}
	return nil
}

// take writes a row into the block, a byte between two fields.
func (r *cobolReader) take(b *block, row cobol.Row) {
	table := r.source.layout.Records.Rows[row.Table].Table
	if r.source.table(table) == nil {
		return // not the one asked for
	}
	fields := make([]string, len(r.source.zones))
	fields[0] = table
	for i, at := range r.fields[row.Table] {
		if at >= 0 {
			fields[at] = row.Values[i]
		}
	}
	start := len(b.data)
	for i, text := range fields {
		if i > 0 {
			b.data = append(b.data, r.source.sep)
		}
		b.data = append(b.data, text...)
		b.ends = append(b.ends, uint16(min(len(b.data)-start, maxLineSize)))
	}
	b.lines = append(b.lines, span{uint32(start), uint32(len(b.data) - start)})
	b.numbers = append(b.numbers, row.Number)
}

// table finds a table that the file may hold, by its name; nil when it may not.
func (s *source) table(name string) *catalog.Table {
	i := slices.IndexFunc(s.tables, func(t *catalog.Table) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return s.tables[i]
}

func (r *cobolReader) hash() (string, error) { return r.stream.hash() }

func (r *cobolReader) warnings() (out []string) {
	for _, code := range slices.Sorted(maps.Keys(r.skipped)) {
		out = append(out, fmt.Sprintf("%d records of type %s were not read, as the layout says", r.skipped[code], code))
	}
	lost := r.rows.Lost()
	for _, code := range slices.Sorted(maps.Keys(lost)) {
		out = append(out, fmt.Sprintf("%d records of type %s were not kept: a later one is of the same row", lost[code], code))
	}
	return out
}

func (r *cobolReader) close() {
	if r.stop != nil {
		r.stop()
	}
	r.stream.close()
}
