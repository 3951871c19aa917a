package cobol

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"

	"epsql/catalog/copybook"
)

// The faults of fields.
const (
	BadPacked = "not a packed number"
	BadZoned  = "not a number of digits"
	BadBinary = "more digits than its picture"
	NotText   = "bytes that are no text"
)

// decode appends a field's text to dst: characters without the blanks after
// them, numbers with all the digits of their picture. A field of blanks or of
// zero bytes is empty. The fault is "" when the bytes fit the picture.
func decode(dst, data []byte, item *copybook.Item, cs *Charset) (text []byte, fault string) {
	if item.Usage != copybook.Binary && cs.blank(data) {
		return dst, ""
	}
	switch item.Usage {
	case copybook.Packed:
		return packed(dst, data, item)
	case copybook.Zoned:
		return zoned(dst, data, item, cs)
	case copybook.Binary:
		return binaryNumber(dst, data, item)
	}
	from := len(dst)
	dst = cs.append(dst, bytes.TrimRight(data, string(rune(cs.Blank))))
	for _, c := range dst[from:] {
		if c < ' ' {
			return dst[:from], NotText
		}
	}
	return dst, ""
}

// packed reads two digits a byte and the sign in the last half: C, A, E and F
// are plus, D and B minus.
func packed(dst, data []byte, item *copybook.Item) ([]byte, string) {
	half := func(i int) byte { return data[i/2] >> (4 * (1 - i%2)) & 0xF }
	halves := 2*len(data) - 1
	sign := half(halves)
	minus := sign == 0xD || sign == 0xB
	if sign < 0xA || minus && !item.Signed {
		return dst, BadPacked
	}
	digits := make([]byte, 0, maxDigits)
	for i := range halves {
		if half(i) > 9 || i < halves-item.Digits && half(i) != 0 {
			return dst, BadPacked
		}
		if i >= halves-item.Digits {
			digits = append(digits, '0'+half(i))
		}
	}
	return appendNumber(dst, digits, item, minus), ""
}

// zoned reads a character a digit. A signed number has its sign in the last one:
// in EBCDIC in the upper half; in ASCII p to y are minus 0 to 9, as compilers on
// other machines write it.
func zoned(dst, data []byte, item *copybook.Item, cs *Charset) ([]byte, string) {
	digits, minus := make([]byte, 0, maxDigits), false
	for i, b := range data {
		last := item.Signed && i == len(data)-1
		digit, zone := b&0xF, b&0xF0
		plain := byte(0x30)
		if cs.ebcdic {
			plain = 0xF0
		}
		switch {
		case zone == plain:
		case last && cs.ebcdic && zone == 0xC0:
		case last && (cs.ebcdic && zone == 0xD0 || !cs.ebcdic && zone == 0x70):
			minus = true
		default:
			return dst, BadZoned
		}
		if digit > 9 {
			return dst, BadZoned
		}
		digits = append(digits, '0'+digit)
	}
	return appendNumber(dst, digits, item, minus), ""
}

// binaryNumber reads two's complement, or a number without a sign.
func binaryNumber(dst, data []byte, item *copybook.Item) ([]byte, string) {
	v, minus := integer(data, item.Signed)
	text := strconv.FormatUint(v, 10)
	if len(text) > item.Digits {
		return dst, BadBinary
	}
	return appendNumber(dst, []byte(strings.Repeat("0", item.Digits-len(text))+text), item, minus), ""
}

// integer gives the absolute value and the sign.
func integer(data []byte, signed bool) (v uint64, minus bool) {
	var wide [8]byte
	minus = signed && data[0]&0x80 != 0
	if minus {
		for i := range wide {
			wide[i] = 0xFF
		}
	}
	copy(wide[8-len(data):], data)
	v = binary.BigEndian.Uint64(wide[:])
	if minus {
		v = -v
	}
	return v, minus
}

// appendNumber puts sign and decimal point to digits.
func appendNumber(dst, digits []byte, item *copybook.Item, minus bool) []byte {
	if minus && !allOf(digits, '0') {
		dst = append(dst, '-')
	}
	whole := len(digits) - item.Scale
	dst = append(dst, digits[:whole]...)
	if item.Scale > 0 {
		dst = append(append(dst, '.'), digits[whole:]...)
	}
	return dst
}

// number gives a field as a whole number that is not negative.
func number(record []byte, item *copybook.Item, cs *Charset) (int, bool) {
	text, fault := decode(nil, at(record, item, 0), item, cs)
	n, err := strconv.Atoi(string(text))
	return n, fault == "" && err == nil && n >= 0
}

const maxDigits = 20
