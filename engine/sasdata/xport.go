package sasdata

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"epsql/sql/diag"
)

// The header records of a transport file begin with these.
const (
	libraryV5 = "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
	libraryV8 = "HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
	header    = "HEADER RECORD*******"
)

// recordSize is the size of everything in a transport file.
const recordSize = 80

// xport reads the records of a transport file.
type xport struct {
	from    *bufio.Reader
	charset charset
	text    func([]byte) string // without the blanks behind it
	v8      bool
	row     []byte
	ahead   []byte // a record read too early
	rest    []byte // bytes of rows that are not given yet
	ended   bool   // there are no more
}

func newXPORT(from io.Reader, name string, read func(charset) charset) (*Reader, error) {
	charset := read(transport)
	x := &xport{from: bufio.NewReaderSize(from, 1<<20), text: func(b []byte) string { return charset.decode(trimmed(b)) }, charset: charset}
	first, err := x.record()
	if err != nil {
		return nil, unexpected(err)
	}
	x.v8 = strings.HasPrefix(string(first), libraryV8)
	for range 2 { // SAS, its version, the dates of the library
		if _, err := x.record(); err != nil {
			return nil, unexpected(err)
		}
	}
	var found []string
	for {
		r, err := x.member()
		if errors.Is(err, io.EOF) {
			return nil, noMember(name, found)
		}
		if err != nil {
			return nil, err
		}
		if name == "" {
			r.rows = &soleRows{x}
			return r, nil
		}
		if strings.EqualFold(name, r.Name) {
			return r, nil
		}
		found = append(found, r.Name)
		if err := x.pass(); err != nil {
			return nil, err
		}
	}
}

func noMember(name string, found []string) error {
	if len(found) == 0 {
		return damaged("it holds no data set")
	}
	return diag.New(diag.Data, "no-dataset", "the transport file has no data set %s", name).
		WithHint("it holds %s", strings.Join(found, ", "))
}

// soleRows are the rows of a data set that must be the only one of its file.
type soleRows struct{ x *xport }

func (s *soleRows) next() ([]byte, error) {
	row, err := s.x.next()
	if errors.Is(err, io.EOF) && s.x.ahead != nil {
		return nil, diag.New(diag.Usage, "several-datasets", "the transport file holds several data sets").
			WithHint("name the one to read")
	}
	return row, err
}

// record reads the next record.
func (x *xport) record() ([]byte, error) {
	if x.ahead != nil {
		out := x.ahead
		x.ahead = nil
		return out, nil
	}
	out := make([]byte, recordSize)
	switch _, err := io.ReadFull(x.from, out); {
	case err == nil:
		return out, nil
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	default:
		return nil, cannotRead(err)
	}
}

// member reads the description of the next data set.
func (x *xport) member() (*Reader, error) {
	first, err := x.record()
	if err != nil {
		return nil, err
	}
	if !isHeader(first, "MEMBER", "MEMBV8") {
		return nil, damaged("a data set does not begin where it should")
	}
	size := number(first[74:78]) // of a column's description: 140, or 136 on VAX
	about := make([][]byte, 4)   // DSCRPTR, name and dates, label
	for i := range about[:3] {
		if about[i], err = x.record(); err != nil {
			return nil, unexpected(err)
		}
	}
	columns, err := x.record()
	if err != nil {
		return nil, unexpected(err)
	}
	if !isHeader(columns, "NAMESTR", "NAMSTV8") || size < 136 || size > 140 {
		return nil, damaged("the columns of a data set are not described where they should")
	}
	x.rest, x.ended = nil, false
	r := &Reader{rows: x, decode: x.charset.decode, number: ibm}
	r.Dataset = x.dataset(about[1], about[2])
	return r, x.columns(r, number(columns[52:58]), size)
}

func (x *xport) dataset(named, labelled []byte) Dataset {
	d := Dataset{Format: "xport 5", Rows: -1, Name: x.text(named[8:16]), Label: x.text(labelled[32:72])}
	if x.v8 {
		d.Format, d.Name = "xport 8", x.text(named[8:40])
	}
	if t, err := time.Parse("02Jan06:15:04:05", string(named[64:80])); err == nil {
		d.Created = t
	}
	return d
}

// columns reads the descriptions of the columns and the records up to the rows.
func (x *xport) columns(r *Reader, n, size int) error {
	if n < 0 || n > maxColumns {
		return damaged("it claims too many columns")
	}
	text, err := x.bytes(n * size)
	if err != nil {
		return err
	}
	length := 0
	for i := range n {
		c, ok := x.column(text[i*size : (i+1)*size])
		if length += c.Length; !ok || c.at < 0 || c.at > maxRow || length > maxRow {
			return damaged("a description of its columns makes no sense")
		}
		r.Columns = append(r.Columns, c)
	}
	for _, c := range r.Columns {
		if c.at+c.Length > length {
			return damaged("a column lies outside the row")
		}
	}
	x.row = make([]byte, length)
	return x.labels(r)
}

// bytes reads n bytes and the rest of their last record.
func (x *xport) bytes(n int) ([]byte, error) {
	out := make([]byte, 0, n)
	for len(out) < n {
		record, err := x.record()
		if err != nil {
			return nil, unexpected(err)
		}
		out = append(out, record...)
	}
	return out[:n], nil
}

// column reads a NAMESTR record.
func (x *xport) column(b []byte) (Column, bool) {
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	c := Column{
		Name: x.text(b[8:16]), Label: x.text(b[16:56]),
		Format: formatName(x.text(b[56:64]), u16(64), u16(66)),
		Text:   u16(0) == 2, Length: u16(4), at: int(int32(binary.BigEndian.Uint32(b[84:]))),
	}
	if long := trimmed(b[88:120]); x.v8 && len(long) > 0 {
		c.Name = x.text(long)
	}
	return c, c.Length > 0 && (c.Text || c.Length <= 8)
}

// labels reads what stands between the columns and the rows: in version 8,
// labels and formats that are too long for their NAMESTR.
func (x *xport) labels(r *Reader) error {
	record, err := x.record()
	if err != nil {
		return unexpected(err)
	}
	for _, kind := range []string{"LABELV8", "LABELV9"} {
		if isHeader(record, kind, kind) {
			if err := x.longLabels(r, number(record[48:56]), kind == "LABELV9"); err != nil {
				return err
			}
			if record, err = x.record(); err != nil {
				return unexpected(err)
			}
		}
	}
	if !isHeader(record, "OBS", "OBSV8") {
		return damaged("its rows do not begin where they should")
	}
	return nil
}

// longLabels reads LABELV8 (column, name, label) or LABELV9 (and format and
// informat): their lengths, then the texts one after the other. They end where
// the rows' header begins.
func (x *xport) longLabels(r *Reader, n int, formats bool) error {
	parts := 3
	if formats {
		parts = 5
	}
	var text []byte
	for {
		record, err := x.record()
		if err != nil {
			return unexpected(err)
		}
		if isHeader(record, "OBS", "OBSV8") {
			x.ahead = record
			break
		}
		if text = append(text, record...); len(text) > maxPage {
			return damaged("its labels do not end")
		}
	}
	for range n {
		if len(text) < 2*parts {
			return damaged("a label is cut off")
		}
		sizes := make([]int, parts)
		for i := range sizes {
			sizes[i] = int(binary.BigEndian.Uint16(text[2*i:]))
		}
		text = text[2*parts:]
		if err := x.longLabel(r, sizes, &text); err != nil {
			return err
		}
	}
	return nil
}

func (x *xport) longLabel(r *Reader, sizes []int, text *[]byte) error {
	pieces := make([]string, 0, len(sizes)-1)
	for _, size := range sizes[1:] {
		if size > len(*text) {
			return damaged("a label is cut off")
		}
		pieces = append(pieces, x.text((*text)[:size]))
		*text = (*text)[size:]
	}
	column := sizes[0] - 1
	if column < 0 || column >= len(r.Columns) {
		return damaged("a label is of no column")
	}
	r.Columns[column].Label = pieces[1]
	if len(pieces) > 2 && pieces[2] != "" {
		r.Columns[column].Format = pieces[2]
	}
	return nil
}

// next gives the next row. Blanks fill the last record, and a row of blanks
// there cannot be told from them; another data set may follow.
func (x *xport) next() ([]byte, error) {
	if len(x.row) == 0 {
		return nil, io.EOF
	}
	if err := x.fill(); err != nil {
		return nil, err
	}
	if x.ended && len(x.rest) < recordSize && len(bytes.Trim(x.rest, " ")) == 0 {
		return nil, io.EOF
	}
	if len(x.rest) < len(x.row) {
		return nil, damaged("its last row is cut off")
	}
	copy(x.row, x.rest)
	x.rest = append(x.rest[:0], x.rest[len(x.row):]...)
	return x.row, nil
}

// fill reads on until there is more than a row, so that the last record is known
// when it is reached.
func (x *xport) fill() error {
	for !x.ended && len(x.rest) < len(x.row)+recordSize {
		record, err := x.record()
		switch {
		case errors.Is(err, io.EOF):
			x.ended = true
		case err != nil:
			return err
		case isHeader(record, "MEMBER", "MEMBV8"):
			x.ahead, x.ended = record, true
		default:
			x.rest = append(x.rest, record...)
		}
	}
	return nil
}

// pass reads over the rows of a data set that was not asked for.
func (x *xport) pass() error {
	for {
		if _, err := x.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return damaged("it is cut off")
	}
	return err
}

func isHeader(record []byte, v5, v8 string) bool {
	rest, ok := bytes.CutPrefix(record, []byte(header))
	return ok && (bytes.HasPrefix(rest, fmt.Appendf(nil, "%-8sHEADER", v5)) || bytes.HasPrefix(rest, fmt.Appendf(nil, "%-8sHEADER", v8)))
}

func trimmed(b []byte) []byte { return bytes.TrimRight(b, " \x00") }

func number(b []byte) int {
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return -1
	}
	return n
}

// ibm reads a number of an IBM mainframe: a sign, an exponent of 16 counted from
// 64, and a fraction of 56 bits or its beginning. A missing value is a letter,
// a point or an underscore before zeros.
func ibm(field []byte) Value {
	var full [8]byte
	copy(full[:], field)
	bits := binary.BigEndian.Uint64(full[:])
	fraction := bits & (1<<56 - 1)
	if fraction == 0 {
		if c := full[0]; c == '.' || c == '_' || c >= 'A' && c <= 'Z' {
			return Value{Missing: c}
		}
		return Value{}
	}
	exponent := 4*(int(bits>>56&0x7F)-64) - 56
	n := math.Ldexp(float64(fraction), exponent)
	if bits>>63 == 1 {
		n = -n
	}
	return Value{Number: n}
}
