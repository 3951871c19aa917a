package cobol

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Reader cuts a file into records.
type Reader struct {
	shape  *shape
	format Format
	in     *bufio.Reader
	number int64
	place  int64 // bytes read
	padded []byte
}

// descriptor is the length of a record descriptor word.
const descriptor = 4

// NewReader reads the records of a layout in a format.
func NewReader(in io.Reader, rs *catalog.Records, format Format) *Reader {
	s := newShape(rs, format.Charset)
	return &Reader{shape: s, format: format, in: bufio.NewReaderSize(in, max(s.longest, format.Length)+1<<16)}
}

// Next gives the next record, which may have a fault. The error is [io.EOF] at
// the end, and a [*diag.Error] when it is not clear where the next record is.
func (r *Reader) Next() (Record, error) {
	switch r.format.Framing {
	case Fixed:
		return r.fixed()
	case Variable:
		return r.variable()
	}
	return r.line()
}

// peek looks at the next n bytes, or at fewer at the end.
func (r *Reader) peek(n int) ([]byte, error) {
	data, err := r.in.Peek(n)
	if len(data) == 0 && errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data, nil
}

// take makes a record of the next skip+n bytes, without the first skip.
func (r *Reader) take(data []byte, skip, n int) Record {
	r.number++
	rec := Record{Number: r.number}
	if len(data) < skip+n {
		rec.Fault = CutOff
		n = len(data) - skip
	} else {
		r.shape.judge(&rec, data[skip:skip+n])
	}
	r.discard(skip + n)
	return rec
}

// discard goes on. The bytes stay where they are until the next peek.
func (r *Reader) discard(n int) {
	n, _ = r.in.Discard(n)
	r.place += int64(n)
}

func (r *Reader) fixed() (Record, error) {
	data, err := r.peek(r.format.Length)
	if err != nil {
		return Record{}, err
	}
	return r.take(data, 0, r.format.Length), nil
}

func (r *Reader) variable() (Record, error) {
	data, err := r.peek(descriptor)
	if err != nil {
		return Record{}, err
	}
	if len(data) < descriptor {
		return r.take(data, 0, descriptor), nil
	}
	n := int(binary.BigEndian.Uint16(data))
	if r.format.Inclusive {
		n -= descriptor
	}
	if n < r.shape.to || n > r.shape.longest || data[2] != 0 || data[3] != 0 {
		return Record{}, diag.New(diag.Data, "bad-descriptor",
			"record %d, at byte %d, begins with no length that a record can have", r.number+1, r.place).
			WithHint("the file is damaged from there on, or was changed on its way: transfer it as binary, with its record descriptors")
	}
	if data, err = r.peek(descriptor + n); err != nil {
		return Record{}, err
	}
	rec := r.take(data, descriptor, n)
	if rec.Fault == "" && !rec.Exact && n != rec.Of.Item.Longest() && n != r.shape.longest {
		rec.Fault = TooLong
	}
	return rec, nil
}

// line reads up to a line end. A binary number may look like one, so the place
// where the record should end is looked at first.
func (r *Reader) line() (Record, error) {
	for {
		data, err := r.peek(r.shape.longest + 2)
		if err != nil {
			return Record{}, err
		}
		whole := len(data) < r.shape.longest+2
		if rec, ok := r.wholeLine(data, whole); ok {
			return rec, nil
		}
		n := bytes.IndexByte(data, r.format.End)
		if n < 0 && !whole {
			return r.endless()
		}
		next := n + 1
		if n < 0 {
			n, next = len(data), len(data)
		}
		text := bytes.TrimRight(data[:n], "\r")
		if len(text) == 0 || r.format.Charset.blank(text) {
			r.discard(next)
			continue
		}
		rec := r.short(text)
		r.discard(next)
		return rec, nil
	}
}

// endless passes over a line that is longer than any record.
func (r *Reader) endless() (Record, error) {
	r.number++
	for {
		data, err := r.peek(r.shape.longest)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Record{}, err
		}
		n := bytes.IndexByte(data, r.format.End)
		if n >= 0 {
			r.discard(n + 1)
			break
		}
		r.discard(len(data))
	}
	return Record{Number: r.number, Fault: TooLong}, nil
}

// wholeLine takes a record whose line end is where it should be.
func (r *Reader) wholeLine(data []byte, end bool) (Record, bool) {
	of := r.shape.kind(data)
	if of == nil {
		return Record{}, false
	}
	n, _, ok := r.shape.length(of, data)
	if !ok || n > len(data) {
		return Record{}, false
	}
	rest := data[n:]
	ending := 1
	switch {
	case len(rest) == 0 && end:
		ending = 0
	case len(rest) > 0 && rest[0] == r.format.End:
	case len(rest) > 1 && rest[0] == '\r' && rest[1] == r.format.End:
		ending = 2
	default:
		return Record{}, false
	}
	rec := r.take(data[:n], 0, n)
	r.discard(ending)
	return rec, true
}

// short takes a record whose blanks at the end are missing, or that has too many.
func (r *Reader) short(text []byte) Record {
	r.number++
	rec := Record{Number: r.number}
	of := r.shape.kind(text)
	if of == nil {
		rec.Fault = UnknownType
		return rec
	}
	data := r.pad(text, of.Item.Shortest())
	n, _, ok := r.shape.length(of, data)
	if !ok {
		rec.Fault = BadCounter
		return rec
	}
	if len(data) > n && !allOf(data[n:], r.format.Charset.Blank) {
		rec.Fault = TooLong
		return rec
	}
	r.shape.judge(&rec, r.pad(data, n)[:n])
	rec.Exact = false
	return rec
}

// pad adds blanks up to n bytes, in the reader's own memory.
func (r *Reader) pad(text []byte, n int) []byte {
	r.padded = append(r.padded[:0], text...)
	for len(r.padded) < n {
		r.padded = append(r.padded, r.format.Charset.Blank)
	}
	return r.padded
}
