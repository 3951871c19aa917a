package cobol

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/catalog/copybook"
)

// Writer writes rows as the records that a reader would make them of again: for
// made-up files and for tests.
type Writer struct {
	records *catalog.Records
	format  Format
	own     map[*catalog.RecordOf][]string // the zones that only this type of record fills
	last    map[*catalog.RecordOf][]byte
}

// NewWriter writes the records of a layout in a format.
func NewWriter(rs *catalog.Records, format Format) *Writer {
	w := &Writer{records: rs, format: format, own: map[*catalog.RecordOf][]string{}, last: map[*catalog.RecordOf][]byte{}}
	for _, rows := range rs.Rows {
		count := map[string]int{}
		for _, of := range rows.Of {
			for _, f := range of.Fields {
				count[f.Zone]++
			}
		}
		for _, of := range rows.Of {
			for _, f := range of.Fields {
				if count[f.Zone] == 1 {
					w.own[of] = append(w.own[of], f.Zone)
				}
			}
		}
	}
	return w
}

// HostFormat is how a host in Belgium writes.
func HostFormat() Format {
	return Format{Framing: Variable, Charset: CharsetNamed("cp500"), Inclusive: true}
}

// Append adds the records of a row: those of the types that fill a zone which no
// other type fills, and which the row has. A record that is the same as the one
// before it of its type is not repeated.
func (w *Writer) Append(dst []byte, table string, value func(zone string) string) ([]byte, error) {
	for _, rows := range w.records.Rows {
		if rows.Table != table {
			continue
		}
		for _, of := range rows.Of {
			if !slices.ContainsFunc(w.own[of], func(zone string) bool { return value(zone) != "" }) {
				continue
			}
			record, err := w.record(of, value)
			if err != nil {
				return dst, err
			}
			if !bytes.Equal(record, w.last[of]) {
				w.last[of] = record
				dst = w.frame(dst, record)
			}
		}
	}
	return dst, nil
}

// record makes one record: blanks, its type, its counters, and the fields.
func (w *Writer) record(of *catalog.RecordOf, value func(zone string) string) ([]byte, error) {
	cs := w.format.Charset
	record := bytes.Repeat([]byte{cs.Blank}, of.Item.Longest())
	copy(record[w.records.Type.Start-1:], cs.bytes(of.Code))
	length := len(record)
	if v := of.Item.Variable(); v != nil {
		count := v.Min
		if v == of.Table {
			count = max(count, 1)
		}
		length = v.Offset + count*v.Size
		if err := encode(at(record, v.DependsOn, 0), strconv.Itoa(count), v.DependsOn, cs); err != nil {
			return nil, err
		}
	}
	for _, conditional := range []bool{false, true} {
		for i := range of.Fields {
			f := &of.Fields[i]
			if (f.When != nil || f.Unless != nil) != conditional || !w.holds(record, f) {
				continue
			}
			if err := w.put(record, f, value(f.Zone)); err != nil {
				return nil, err
			}
		}
	}
	return record[:length], nil
}

// holds judges the conditions of a field by what the record has already.
func (w *Writer) holds(record []byte, f *catalog.RecordField) bool {
	is := func(c *catalog.Condition) bool {
		text, fault := decode(nil, at(record, c.Item, 0), c.Item, w.format.Charset)
		return fault == "" && slices.Contains(c.Codes, string(text))
	}
	return (f.When == nil || is(f.When)) && (f.Unless == nil || !is(f.Unless))
}

// put writes a zone's text over its fields, each taking as much as it has room for.
func (w *Writer) put(record []byte, f *catalog.RecordField, text string) error {
	for _, item := range f.Items {
		if item.Usage == copybook.Group || text == "" {
			return nil
		}
		part := text
		if runes := []rune(text); len(f.Items) > 1 && len(runes) > item.Size {
			part = string(runes[:item.Size])
		}
		text = strings.TrimPrefix(text, part)
		if err := encode(at(record, item, 0), part, item, w.format.Charset); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
	}
	return nil
}

// frame puts what tells a record's end around it.
func (w *Writer) frame(dst, record []byte) []byte {
	switch w.format.Framing {
	case Variable:
		n := len(record)
		if w.format.Inclusive {
			n += descriptor
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
		return append(append(dst, 0, 0), record...)
	case Fixed:
		dst = append(dst, record...)
		return append(dst, bytes.Repeat([]byte{w.format.Charset.Blank}, w.format.Length-len(record))...)
	}
	return append(append(dst, record...), w.format.End)
}

// encode writes a text into a field's bytes; a text that is too long is cut, a
// number that does not fit is an error.
func encode(into []byte, text string, item *copybook.Item, cs *Charset) error {
	if item.Usage == copybook.Text {
		for i := copy(into, cs.bytes(text)); i < len(into); i++ {
			into[i] = cs.Blank
		}
		return nil
	}
	digits, minus := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = whole + fraction + strings.Repeat("0", max(item.Scale-len(fraction), 0))
	digits = strings.Repeat("0", max(item.Digits-len(digits), 0)) + digits
	if len(digits) != item.Digits || strings.Trim(digits, "0123456789") != "" || minus && !item.Signed {
		return fmt.Errorf("the number does not fit its picture")
	}
	switch item.Usage {
	case copybook.Packed:
		encodePacked(into, digits, minus, item.Signed)
	case copybook.Zoned:
		encodeZoned(into, digits, minus, item.Signed, cs)
	default:
		v, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return err
		}
		if minus {
			v = -v
		}
		var wide [8]byte
		binary.BigEndian.PutUint64(wide[:], v)
		copy(into, wide[8-len(into):])
	}
	return nil
}

func encodePacked(into []byte, digits string, minus, signed bool) {
	sign := byte(0xF)
	switch {
	case minus:
		sign = 0xD
	case signed:
		sign = 0xC
	}
	if len(digits)%2 == 0 {
		digits = "0" + digits
	}
	for i := range into {
		low := sign
		if 2*i+1 < len(digits) {
			low = digits[2*i+1] - '0'
		}
		into[i] = (digits[2*i]-'0')<<4 | low
	}
}

func encodeZoned(into []byte, digits string, minus, signed bool, cs *Charset) {
	copy(into, cs.bytes(digits))
	last := &into[len(into)-1]
	switch {
	case minus && cs.ebcdic:
		*last = *last&0xF | 0xD0
	case minus:
		*last = *last&0xF | 0x70
	case signed && cs.ebcdic:
		*last = *last&0xF | 0xC0
	}
}
