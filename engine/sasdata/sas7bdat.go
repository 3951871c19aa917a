package sasdata

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"
)

// magic begins every SAS7BDAT file.
var magic = []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11")

// Kinds of pages, in the high bits of a page's type.
const (
	pageKind    = 0x0F00
	pageData    = 0x0100
	pageMix     = 0x0200
	pageAMD     = 0x0400
	pageRemoved = 0x9000 // holds no rows
)

// Limits on what a header may claim, far above what SAS writes.
const (
	maxPage    = 1 << 26
	maxRow     = 1 << 24
	maxColumns = 1 << 17
)

// sas7bdat reads a SAS7BDAT file page by page.
type sas7bdat struct {
	from   io.Reader
	order  binary.ByteOrder
	word   int // 4 or 8 bytes for lengths and offsets
	page   []byte
	header pageHeader
	meta   metadata

	pending []subheader // compressed rows of the page that are not read yet
	at      int         // of the next plain row in the page
	left    int         // plain rows left in the page
	seen    int64       // rows given
	row     []byte      // of a decompressed row
}

type pageHeader struct{ kind, blocks, subheaders int }

// subheader is where a piece of metadata, or a compressed row, stands in a page.
type subheader struct{ offset, length, compression, kind int }

func newSAS7BDAT(from io.Reader, read func(charset) charset) (*Reader, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, cannotRead(err)
	}
	s := &sas7bdat{from: from, order: binary.BigEndian, word: 4}
	align := 0
	if head[32] == '3' {
		s.word = 8
	}
	if head[35] == '3' {
		align = 4
	}
	if head[37] == 1 {
		s.order = binary.LittleEndian
	}
	size, page := int(s.order.Uint32(head[196+align:])), int(s.order.Uint32(head[200+align:]))
	if size < headSize || size > maxPage || page < 64 || page > maxPage {
		return nil, damaged("its header makes no sense")
	}
	if _, err := io.CopyN(io.Discard, from, int64(size-headSize)); err != nil {
		return nil, cannotRead(err)
	}
	s.page = make([]byte, page)
	charset := read(charsets[head[70]])
	created := math.Float64frombits(s.order.Uint64(head[164+align:]))
	r := &Reader{rows: s, decode: charset.decode, number: s.number}
	r.Dataset = Dataset{
		Name: r.decode(bytes.TrimRight(head[92:156], " \x00")), Format: "sas7bdat", Charset: charset.name,
		Created: Epoch.Add(time.Duration(created) * time.Second),
	}
	if err := s.describe(r); err != nil {
		return nil, err
	}
	return r, nil
}

// describe reads pages until the first that holds rows.
func (s *sas7bdat) describe(r *Reader) error {
	for {
		more, err := s.turn()
		if err != nil {
			return err
		}
		if !more || s.left > 0 || len(s.pending) > 0 || s.meta.complete() && s.header.kind&pageKind == pageData {
			break
		}
	}
	r.Rows, r.Label = s.meta.rows, r.decode(s.meta.cut(s.meta.label))
	var err error
	r.Columns, err = s.meta.columnsOf(r.decode)
	return err
}

// turn reads the next page; false at the end of the file.
func (s *sas7bdat) turn() (more bool, err error) {
	if _, err := io.ReadFull(s.from, s.page); err != nil {
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, cannotRead(err)
	}
	at := s.headerSize() - 8
	s.header = pageHeader{int(s.order.Uint16(s.page[at:])), int(s.order.Uint16(s.page[at+2:])), int(s.order.Uint16(s.page[at+4:]))}
	s.pending, s.left = s.pending[:0], 0
	if s.header.kind&0xF000 == pageRemoved {
		return true, nil
	}
	kind := s.header.kind & pageKind
	if kind == 0 || kind == pageMix || kind == pageAMD {
		if err := s.subheaders(); err != nil {
			return false, err
		}
	}
	return true, s.plainRows(kind)
}

// headerSize is the size of a page's header.
func (s *sas7bdat) headerSize() int { return 8 + map[int]int{4: 16, 8: 32}[s.word] }

// pointerSize is the size of what points to a subheader.
func (s *sas7bdat) pointerSize() int { return 3 * s.word }

// plainRows finds the rows of a page that stand one after the other.
func (s *sas7bdat) plainRows(kind int) error {
	switch kind {
	case pageData:
		s.at, s.left = s.headerSize(), s.header.blocks
	case pageMix:
		s.at = s.headerSize() + s.header.subheaders*s.pointerSize()
		s.at += s.at % 8
		s.left = int(min(s.meta.rows, int64(s.meta.mixRows)))
	default:
		return nil
	}
	s.left = int(min(int64(s.left), s.meta.rows-s.seen))
	if s.left > 0 && (s.meta.rowLength == 0 || s.at+s.left*s.meta.rowLength > len(s.page)) {
		return damaged("a page claims more rows than it holds")
	}
	return nil
}

// next gives the bytes of the next row.
func (s *sas7bdat) next() ([]byte, error) {
	for s.seen < s.meta.rows {
		switch {
		case len(s.pending) > 0:
			h := s.pending[0]
			s.pending = s.pending[1:]
			s.seen++
			return s.inflate(s.page[h.offset : h.offset+h.length])
		case s.left > 0:
			row := s.page[s.at : s.at+s.meta.rowLength]
			s.at += s.meta.rowLength
			s.left--
			s.seen++
			return row, nil
		}
		more, err := s.turn()
		if err != nil {
			return nil, err
		}
		if !more {
			return nil, damaged("it ends before its last row")
		}
	}
	return nil, io.EOF
}

// inflate gives a row of a compressed data set.
func (s *sas7bdat) inflate(packed []byte) ([]byte, error) {
	if len(packed) >= s.meta.rowLength {
		return packed[:s.meta.rowLength], nil
	}
	if s.row == nil {
		s.row = make([]byte, s.meta.rowLength)
	}
	if !s.meta.compression(s.row, packed) {
		return nil, damaged("a compressed row cannot be unpacked")
	}
	return s.row, nil
}

// number reads a number of up to eight bytes: a shorter one has lost the end of
// its fraction.
func (s *sas7bdat) number(field []byte) Value {
	var full [8]byte
	if s.order == binary.LittleEndian {
		copy(full[8-len(field):], field)
	} else {
		copy(full[:], field)
	}
	bits := s.order.Uint64(full[:])
	n := math.Float64frombits(bits)
	if !math.IsNaN(n) {
		return Value{Number: n}
	}
	return Value{Missing: missing(^byte(bits >> 40))}
}

// missing names a missing value by a byte of its NaN: SAS counts, 0 for ._, 1
// for the plain one, from 2 on for .A to .Z; others write the character.
func missing(code byte) byte {
	switch {
	case code == 0 || code == '_':
		return '_'
	case code >= 2 && code < 28:
		return 'A' + code - 2
	case code >= 'A' && code <= 'Z':
		return code
	}
	return '.'
}
