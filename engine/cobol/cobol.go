// Package cobol reads and writes files of COBOL records: those of a host, where
// a record is of one of several types, numbers are binary or packed, letters may
// be EBCDIC, and nothing but the length tells where a record ends.
//
// What the records hold is data: the catalogue's copybook and layout
// ([catalog.Records]). A [Reader] cuts a file into records, [Detect] finds out
// how; [Rows] turns them into rows. Only fields that a zone is bound to and
// that may be stored are ever decoded.
//
// A record that is not as it should be comes with a fault and does not stop the
// reading, as long as it is clear where the next one begins.
package cobol

import (
	"bytes"

	"epsql/catalog"
	"epsql/catalog/copybook"
)

// Framing is how a file tells where a record ends.
type Framing int

// The framings.
const (
	Lines    Framing = iota // a line end after each record; blanks at its end may be missing
	Variable                // a record descriptor word of four bytes before each record
	Fixed                   // all records have the same length, the rest filled up
)

func (f Framing) String() string {
	return [...]string{"lines", "variable", "fixed"}[f]
}

// Format is how a file is written.
type Format struct {
	Framing Framing
	Charset *Charset
	// Length is that of every record of a fixed file.
	Length int
	// Inclusive says that a descriptor counts its own four bytes too, as hosts
	// do; compilers on other machines do not.
	Inclusive bool
	// End is the byte that ends a line.
	End byte
}

// Record is one record of a file.
type Record struct {
	Number int64 // from 1
	Of     *catalog.RecordOf
	Bytes  []byte // valid until the next one
	Count  int    // the elements of its variable table
	// Fault says why the record cannot be used; "" when it can.
	Fault string
	// Exact says that the record had its own length in the file, without anything
	// cut off or filled up.
	Exact bool
}

// The faults of records.
const (
	UnknownType = "of no known type of record"
	CutOff      = "cut off by the end of the file"
	TooShort    = "shorter than its type of record"
	TooLong     = "longer than its type of record"
	BadCounter  = "a counter outside its bounds"
)

// shape knows the types of records in one character set.
type shape struct {
	records  *catalog.Records
	charset  *Charset
	types    map[string]*catalog.RecordOf // by the bytes that tell it
	from, to int                          // where these stand
	longest  int
}

func newShape(rs *catalog.Records, charset *Charset) *shape {
	s := &shape{
		records: rs, charset: charset, types: map[string]*catalog.RecordOf{},
		from: rs.Type.Start - 1, to: rs.Type.Start - 1 + rs.Type.Length,
	}
	for _, of := range All(rs) {
		s.types[string(charset.bytes(of.Code))] = of
		s.longest = max(s.longest, of.Item.Longest())
	}
	return s
}

// All are the types of records that a layout knows, those that it skips too.
func All(rs *catalog.Records) []*catalog.RecordOf {
	var out []*catalog.RecordOf
	for _, rows := range rs.Rows {
		out = append(out, rows.Of...)
	}
	return append(out, rs.Skip...)
}

// kind tells a record's type; nil when it has none that is known.
func (s *shape) kind(data []byte) *catalog.RecordOf {
	if len(data) < s.to {
		return nil
	}
	return s.types[string(data[s.from:s.to])]
}

// length gives the bytes that a record of a type has, and the elements of its
// variable table. ok is false when data do not tell.
func (s *shape) length(of *catalog.RecordOf, data []byte) (n, count int, ok bool) {
	v := of.Item.Variable()
	if v == nil {
		return of.Item.Size, 0, true
	}
	if len(data) < of.Item.Shortest() {
		return 0, 0, false
	}
	count, ok = number(data, v.DependsOn, s.charset)
	if !ok || count < v.Min || count > v.Max {
		return 0, 0, false
	}
	return v.Offset + count*v.Size, count, true
}

// judge completes a record that takes all of data in the file.
func (s *shape) judge(r *Record, data []byte) {
	r.Of, r.Bytes, r.Fault = s.kind(data), data, ""
	if r.Of == nil {
		r.Fault = UnknownType
		return
	}
	n, count, ok := s.length(r.Of, data)
	switch {
	case len(data) < r.Of.Item.Shortest() || ok && len(data) < n:
		r.Fault = TooShort
	case !ok:
		r.Fault = BadCounter
	default:
		r.Bytes, r.Count, r.Exact = data[:n], count, len(data) == n
	}
}

// blank reports whether bytes are all blanks, or all zero: both mean nothing.
func (c *Charset) blank(data []byte) bool {
	return len(bytes.Trim(data, string(rune(0)))) == 0 || allOf(data, c.Blank)
}

func allOf(data []byte, b byte) bool {
	for _, c := range data {
		if c != b {
			return false
		}
	}
	return true
}

// at gives a field's bytes in a record; element counts in the table it is in.
func at(record []byte, item *copybook.Item, element int) []byte {
	from := item.Offset
	if t := item.Table(); t != nil {
		from += element * t.Size
	}
	return record[from : from+item.Size]
}
