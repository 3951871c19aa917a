package sasdata

import (
	"bytes"
	"strconv"
	"strings"
)

// metadata is what the subheaders of a SAS7BDAT file tell.
type metadata struct {
	rowLength   int
	rows        int64
	mixRows     int // on a page that holds metadata too
	columns     int
	texts       [][]byte // which names, labels and formats are slices of
	names       []ref
	places      []place
	formats     []format
	label       ref
	packing     ref
	compression func(row, packed []byte) bool // nil for a plain data set
}

// ref is a slice of one of the texts.
type ref struct{ text, offset, length int }

type place struct {
	offset, length int
	kind           byte
}

type format struct {
	name, label   ref
	width, digits int
}

// Signatures of subheaders.
const (
	rowSize      = 0xF7F7F7F7
	columnSize   = 0xF6F6F6F6
	columnCounts = 0xFFFFFC00
	columnFormat = 0xFFFFFBFE
	columnMask   = 0xFFFFFFF8
	columnPlaces = 0xFFFFFFFC
	columnText   = 0xFFFFFFFD
	columnList   = 0xFFFFFFFE
	columnNames  = 0xFFFFFFFF
)

const (
	truncated = 1 // a subheader that is to be passed over
	packedRow = 4
	rowKind   = 1 // of a subheader that may be a row
)

// fields reads numbers out of a subheader; what is beyond its end is told by bad.
type fields struct {
	s    *sas7bdat
	data []byte
	bad  bool
}

func (f *fields) slice(at, n int) []byte {
	if at < 0 || n < 0 || at+n > len(f.data) {
		f.bad = true
		return make([]byte, min(max(n, 0), 8))
	}
	return f.data[at : at+n]
}

func (f *fields) u16(at int) int { return int(f.s.order.Uint16(f.slice(at, 2))) }
func (f *fields) u32(at int) int { return int(f.s.order.Uint32(f.slice(at, 4))) }

func (f *fields) word(at int) int {
	if f.s.word == 4 {
		return f.u32(at)
	}
	n := f.s.order.Uint64(f.slice(at, 8))
	if n > 1<<62 {
		f.bad = true
		return 0
	}
	return int(n)
}

func (f *fields) ref(at int) ref { return ref{f.u16(at), f.u16(at + 2), f.u16(at + 4)} }

// subheaders reads the subheaders of a page, and finds the compressed rows.
func (s *sas7bdat) subheaders() error {
	page := &fields{s: s, data: s.page}
	for i := range s.header.subheaders {
		at := s.headerSize() + i*s.pointerSize()
		h := subheader{page.word(at), page.word(at + s.word), int(page.slice(at+2*s.word, 1)[0]), int(page.slice(at+2*s.word+1, 1)[0])}
		if page.bad || h.offset < 0 || h.length < 0 || h.offset+h.length > len(s.page) {
			return damaged("a page points outside itself")
		}
		if h.length == 0 || h.compression == truncated {
			continue
		}
		f := &fields{s: s, data: s.page[h.offset : h.offset+h.length]}
		if h.compression != packedRow && f.signature() != 0 {
			if err := s.read(f); err != nil {
				return err
			}
		} else if s.meta.compression != nil && h.kind == rowKind {
			s.pending = append(s.pending, h)
		}
	}
	return nil
}

// signature tells what a subheader is.
func (f *fields) signature() int {
	if len(f.data) < f.s.word {
		return 0
	}
	signature := f.u32(0)
	if bigEndian := f.s.order.Uint16([]byte{0, 1}) == 1; bigEndian && f.s.word == 8 && signature == columnNames {
		signature = f.u32(4) // the low half
	}
	switch signature {
	case rowSize, columnSize, columnCounts, columnFormat, columnMask, columnPlaces, columnText, columnList, columnNames:
		return signature
	}
	return 0
}

// read reads a subheader; some are of no use here.
func (s *sas7bdat) read(f *fields) error {
	m := &s.meta
	switch f.signature() {
	case rowSize:
		s.rowSize(f)
	case columnSize:
		m.columns = f.word(s.word)
	case columnText:
		m.text(f, s.word)
	case columnNames:
		for at := s.word + 8; at+8 <= len(f.data)-s.word-4; at += 8 {
			m.names = append(m.names, f.ref(at))
		}
	case columnPlaces:
		size := s.word + 8
		for at := s.word + 8; at+size <= len(f.data)-s.word-4; at += size {
			m.places = append(m.places, place{f.word(at), f.u32(at + s.word), f.slice(at+s.word+6, 1)[0]})
		}
	case columnFormat:
		at := 22 + 3*s.word
		m.formats = append(m.formats, format{name: f.ref(at), label: f.ref(at + 6), width: f.u16(at - 22), digits: f.u16(at - 20)})
	}
	if f.bad || m.columns > maxColumns || len(m.names) > maxColumns || len(m.places) > maxColumns || len(m.formats) > maxColumns {
		return damaged("a description of its columns makes no sense")
	}
	return nil
}

func (s *sas7bdat) rowSize(f *fields) {
	m := &s.meta
	m.rowLength, m.rows, m.mixRows = f.word(5*s.word), int64(f.word(6*s.word)), f.word(15*s.word)
	if m.rowLength > maxRow || len(f.data) < 130 {
		f.bad = true
		return
	}
	m.label, m.packing = f.ref(len(f.data)-130), f.ref(len(f.data)-118)
}

// text keeps a text; one of them names the compression of the rows.
func (m *metadata) text(f *fields, word int) {
	m.texts = append(m.texts, bytes.Clone(f.data[min(word, len(f.data)):]))
	switch string(m.cut(m.packing)) {
	case "SASYZCRL":
		m.compression = runLengths
	case "SASYZCR2":
		m.compression = ross
	}
}

// complete tells whether the columns are known.
func (m *metadata) complete() bool {
	return m.columns > 0 && len(m.names) >= m.columns && len(m.places) >= m.columns && m.rowLength > 0
}

// cut gives a slice of a text, nil when there is none.
func (m *metadata) cut(r ref) []byte {
	if r.text >= len(m.texts) || r.offset+r.length > len(m.texts[r.text]) {
		return nil
	}
	return bytes.TrimRight(m.texts[r.text][r.offset:r.offset+r.length], " \x00")
}

// columnsOf puts together what the subheaders tell of the columns.
func (m *metadata) columnsOf(decode func([]byte) string) ([]Column, error) {
	if !m.complete() {
		return nil, damaged("it does not describe its columns")
	}
	out := make([]Column, m.columns)
	for i := range out {
		p := m.places[i]
		if p.offset < 0 || p.length < 0 || p.offset+p.length > m.rowLength || p.kind != 2 && (p.length < 1 || p.length > 8) {
			return nil, damaged("a column lies outside the row")
		}
		out[i] = Column{Name: decode(m.cut(m.names[i])), Text: p.kind == 2, Length: p.length, at: p.offset}
		if i < len(m.formats) {
			f := m.formats[i]
			out[i].Label = decode(m.cut(f.label))
			out[i].Format = formatName(decode(m.cut(f.name)), f.width, f.digits)
		}
	}
	return out, nil
}

// formatName writes a format as SAS does: DATE9., 8.2, $4.
func formatName(name string, width, digits int) string {
	if name == "" && width == 0 || strings.Contains(name, ".") {
		return name
	}
	if width > 0 {
		name += strconv.Itoa(width)
	}
	name += "."
	if digits > 0 {
		name += strconv.Itoa(digits)
	}
	return name
}
