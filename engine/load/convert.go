package load

import (
	"bytes"
	"math"
	"unicode/utf8"

	"epsql/catalog"
	"epsql/engine/columnar"
)

// The reasons a value is refused for.
const (
	notDate    = "not a date"
	notMonth   = "not a month"
	notYear    = "not a year"
	notNumber  = "not a number"
	notWhole   = "not a whole number"
	tooLarge   = "number too large"
	tooPrecise = "more than four decimals"
	tooLongFor = "longer than its zone"
	notIdent   = "not an identifier"
)

// column is how one column of a table is filled.
type column struct {
	catalog.Column
	at     slot
	length int // of the zone or part; 0 when free
	nulls  [][]byte
	known  *codeSet // nil when any value will do
	id     int      // for identifiers: which of block.ids

	limit     int64    // of a number: ten to the power of its zone's length; 0 when free
	how       how      // by which a tile is converted
	nullWords []uint64 // those of nulls that fit into a word
}

// convert writes a value of a line into row i of a vector. The reason is ""
// when the value fits; known is false when it is a code outside its list.
func (c *column) convert(v *vector, i int, raw []byte, enc encoding) (reason string, known bool) {
	b := trim(raw)
	if len(b) == 0 || len(c.nulls) > 0 && c.isNull(b) {
		v.setNull(i)
		return "", true
	}
	switch c.Type {
	case catalog.TypeCode, catalog.TypeText:
		if reason := c.text(v, i, b, enc); reason != "" {
			return reason, true
		}
		return "", c.known == nil || c.known.has(b)
	case catalog.TypeDate:
		return date(v, i, b), true
	case catalog.TypeInt, catalog.TypeCents:
		n, reason := integer(b)
		if reason == "" && c.exceeds(n) {
			reason = tooLarge
		}
		v.setInt64(i, n)
		return reason, true
	case catalog.TypeMonth:
		return month(v, i, b), true
	case catalog.TypeYear:
		return year(v, i, b), true
	default:
		n, reason := decimal(b)
		v.setInt64(i, n)
		return reason, true
	}
}

// encoding is how the bytes of a line are to be read.
type encoding int

const (
	plainASCII encoding = iota
	unicode
	latin1
)

func (s *source) encodingOf(line []byte) encoding {
	switch {
	case ascii(line):
		return plainASCII
	case s.latin1:
		return latin1
	}
	return unicode
}

// exceeds tells whether a number has more digits than its zone: sums of such
// numbers could overflow.
func (c *column) exceeds(n int64) bool {
	return c.limit > 0 && (n >= c.limit || n <= -c.limit)
}

func (c *column) isNull(b []byte) bool {
	for _, null := range c.nulls {
		if bytes.Equal(null, b) {
			return true
		}
	}
	return false
}

func (c *column) text(v *vector, i int, b []byte, enc encoding) string {
	// A code may be delivered padded with zeros beyond its length: 0102771.
	for c.length > 0 && len(b) > c.length && b[0] == '0' && digits(b) {
		b = b[1:]
	}
	if c.length > 0 && len(b) > c.length && (enc != unicode || utf8.RuneCount(b) > c.length) {
		return tooLongFor
	}
	switch enc {
	case latin1:
		b = fromLatin1(b)
	case unicode:
		if !utf8.Valid(b) { // a slice may cut a character
			return strayBytes
		}
	}
	v.setText(i, b)
	return ""
}

// date reads AAAAMMJJ, or AAAA-MM-JJ as Parquet gives it; zeros mean none.
func date(v *vector, i int, b []byte) string {
	if len(b) == 10 && b[4] == '-' && b[7] == '-' {
		b = append(append(append(make([]byte, 0, 8), b[:4]...), b[5:7]...), b[8:]...)
	}
	if len(b) > 8 {
		return notDate
	}
	n, ok := plain(b)
	if !ok {
		return notDate
	}
	if n == 0 {
		v.setNull(i)
		return ""
	}
	y, m, d := n/10000, n/100%100, n%100
	if len(b) != 8 || y == 0 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return notDate
	}
	v.setInt32(i, epochDays(y, m, d))
	return ""
}

func daysIn(y, m int) int {
	if m == 2 {
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (m+m>>3)&1
}

// epochDays counts days from 1970-01-01 in the Gregorian calendar, with the
// year beginning in March so that the leap day comes last.
func epochDays(y, m, d int) int32 {
	if m <= 2 {
		y--
		m += 12
	}
	return int32(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468)
}

// month reads AAAAMM, with zeros in front or not; zero means none.
func month(v *vector, i int, b []byte) string {
	n, ok := plain(b)
	if !ok || n > 999912 {
		return notMonth
	}
	if n == 0 {
		v.setNull(i)
		return ""
	}
	if n < 100 || n%100 < 1 || n%100 > 12 {
		return notMonth
	}
	v.setInt32(i, int32(n))
	return ""
}

// year reads AAAA, or AAAAMM with month 00; zero means none.
func year(v *vector, i int, b []byte) string {
	n, ok := plain(b)
	if ok && n > 9999 && n%100 == 0 {
		n /= 100
	}
	if !ok || n > 9999 {
		return notYear
	}
	if n == 0 {
		v.setNull(i)
		return ""
	}
	v.setInt32(i, int32(n))
	return ""
}

// plain reads up to nine digits.
func plain(b []byte) (int, bool) {
	if len(b) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int(d)
	}
	return n, true
}

// integer reads a signed whole number. Zeros after a point are no fraction.
func integer(b []byte) (int64, string) {
	n, reason := signed(b, math.MaxInt64)
	if reason != notNumber {
		return n, reason
	}
	dot := bytes.IndexByte(b, '.')
	if dot <= 0 || dot == len(b)-1 || !digits(b[dot+1:]) {
		return 0, notNumber
	}
	if n, reason = signed(b[:dot], math.MaxInt64); reason == "" && len(bytes.Trim(b[dot+1:], "0")) > 0 {
		return 0, notWhole
	}
	return n, reason
}

// signed reads an optional sign and digits, not above limit.
func signed(b []byte, limit uint64) (int64, string) {
	negative := b[0] == '-'
	if negative || b[0] == '+' {
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, notNumber
	}
	if n, ok := plain(b); ok {
		if negative {
			n = -n
		}
		return int64(n), ""
	}
	var n uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 {
			return 0, notNumber
		}
		if n > (limit-d)/10 {
			return 0, overflow(b)
		}
		n = n*10 + d
	}
	if negative {
		return -int64(n), ""
	}
	return int64(n), ""
}

func overflow(b []byte) string {
	if digits(b) {
		return tooLarge
	}
	return notNumber
}

const maxDecimal = 999_999_999_999_999_999 // DECIMAL(18,4), in ten thousandths

// decimal reads a number with up to four decimals, as ten thousandths.
func decimal(b []byte) (int64, string) {
	scaled := make([]byte, 0, 32)
	dot := bytes.IndexAny(b, ".,")
	if dot < 0 {
		dot = len(b)
	}
	scaled = append(scaled, b[:dot]...)
	var fraction []byte
	if dot < len(b) {
		fraction = bytes.TrimRight(b[dot+1:], "0")
	}
	if len(fraction) > 4 {
		if !digits(fraction) {
			return 0, notNumber
		}
		return 0, tooPrecise
	}
	scaled = append(scaled, fraction...)
	for range 4 - len(fraction) {
		scaled = append(scaled, '0')
	}
	if dot == 0 && len(fraction) == 0 {
		return 0, notNumber
	}
	return signed(scaled, maxDecimal)
}

// identOf reads an identifier; the zero ident means blank or all zeros.
func identOf(raw []byte, length int) (ident, string) {
	b := trim(raw)
	if len(b) == 0 {
		return ident{}, ""
	}
	if length > 0 && len(b) > length {
		return ident{}, tooLongFor
	}
	if key, ok := pack(b, length); ok {
		return ident{key: key}, ""
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7F {
			return ident{}, notIdent
		}
	}
	if len(bytes.Trim(b, "0")) == 0 {
		return ident{}, ""
	}
	if digits(b) && len(b) < length {
		b = append(bytes.Repeat([]byte{'0'}, length-len(b)), b...)
	}
	return ident{text: string(b)}, ""
}

// codeSet is the set of the values that a column may have. Codes of up to eight
// bytes, which is nearly all, are compared as words.
type codeSet struct {
	words []uint64 // open addressing; 0 is free
	text  map[string]bool
}

func newCodeSet(codes []string) *codeSet {
	size := 16
	for size < 3*len(codes) {
		size *= 2
	}
	s := &codeSet{words: make([]uint64, size), text: map[string]bool{}}
	for _, code := range codes {
		w, ok := word([]byte(code))
		if !ok {
			s.text[code] = true
			continue
		}
		i := s.slot(w)
		for s.words[i] != 0 && s.words[i] != w {
			i = (i + 1) & (size - 1)
		}
		s.words[i] = w
	}
	return s
}

// word packs up to eight bytes, none of which is zero.
func word(b []byte) (w uint64, ok bool) {
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	w = columnar.First8(b)
	return w, w != 0
}

func (s *codeSet) slot(w uint64) int {
	return int(w*0x9E3779B97F4A7C15>>32) & (len(s.words) - 1)
}

func (s *codeSet) has(b []byte) bool {
	w, ok := word(b)
	if !ok {
		return s.text[string(b)]
	}
	return s.hasWord(w)
}

func (s *codeSet) hasWord(w uint64) bool {
	for i := s.slot(w); s.words[i] != 0; i = (i + 1) & (len(s.words) - 1) {
		if s.words[i] == w {
			return true
		}
	}
	return false
}
