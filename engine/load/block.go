package load

// block is a stretch of a file: its bytes and what is known of each line.
type block struct {
	data  []byte
	lines []span
	first int64 // line number of the first line
	// numbers are those of the lines when they do not follow each other; else nil.
	numbers []int64
	bytes   int64 // how far the file is read, for progress

	// ends are where the fields of each line end, counted from its start, n a
	// line; the next field starts one byte further. Fixed width has none.
	ends []uint16

	taken    []bool  // the lines that are rows of the table
	clean    []bool  // the lines of ASCII characters only
	delivery []int32 // the delivery of each line
	ids      []int32 // numbers of the identifiers, a fixed number a line
	width    int     // that number
	rejects  []reject

	order      []uint64    // the lines taken, in the order of storage
	deliveries []*delivery // those of the file up to this block
}

// span is a line: offset and length in block.data, without its end.
type span struct{ off, len uint32 }

// reject is a bad line: the zone at fault ("" for the whole line), its value,
// and the reason. Rejects are stored, never printed.
type reject struct {
	line     int64
	delivery int32 // index in the file's deliveries, -1 when the line does not tell
	zone     string
	value    string
	reason   string
}

func (b *block) reset() {
	b.data, b.lines, b.ends, b.rejects, b.numbers = b.data[:0], b.lines[:0], b.ends[:0], nil, nil
}

// number is that of a line in its file.
func (b *block) number(i int) int64 {
	if b.numbers != nil {
		return b.numbers[i]
	}
	return b.first + int64(i)
}

// size makes room for what is known of each line.
func (b *block) size(fields, ids int) {
	n := len(b.lines)
	b.width = ids
	b.ends = grown(b.ends, n*fields)
	b.taken, b.clean = grown(b.taken, n), grown(b.clean, n)
	b.delivery = grown(b.delivery, n)
	b.ids = grown(b.ids, n*ids)
}

func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// fields are the ends of the n fields of a line.
func (b *block) fields(i, n int) []uint16 { return b.ends[i*n : (i+1)*n : (i+1)*n] }

func (b *block) text(i int) []byte {
	l := b.lines[i]
	return b.data[l.off : l.off+l.len]
}

// record is one line as its fields.
type record struct {
	line []byte
	ends []uint16 // nil for fixed width
	wide bool     // fixed width with characters of several bytes: positions are characters
	pad  [64]byte // room for a zone whose leading zeros were lost
}

// slot is where a value stands: a field of the file, or a slice of one.
type slot struct {
	field         int // -1 when the file lacks the zone
	from, to      int // fixed width: byte positions in the line
	start, length int // the slice of the zone, 0-based; length 0 means the whole zone
	zone          string
	zoneLength    int
}

// get gives the raw text of a slot. tooLong tells that a field is longer than
// its zone, so that its slices mean nothing.
func (r *record) get(s *slot) (raw []byte, tooLong bool) {
	if r.ends == nil {
		if r.wide {
			return runes(r.line, s.from, s.to), false
		}
		return r.line[s.from:s.to], false
	}
	begin := 0
	if s.field > 0 {
		begin = int(r.ends[s.field-1]) + 1
	}
	raw = r.line[begin:r.ends[s.field]]
	if s.length == 0 {
		return raw, false
	}
	return r.slice(raw, s)
}

// slice cuts a part out of a delimited field. Spreadsheets drop leading zeros:
// a number shorter than its zone gets them back before it is cut.
func (r *record) slice(raw []byte, s *slot) ([]byte, bool) {
	raw = trim(raw)
	if len(raw) == 0 {
		return nil, false
	}
	if s.zoneLength > 0 && len(raw) > s.zoneLength {
		return raw, true
	}
	if len(raw) < s.zoneLength && s.zoneLength <= len(r.pad) && digits(raw) {
		zeros := s.zoneLength - len(raw)
		for i := range zeros {
			r.pad[i] = '0'
		}
		copy(r.pad[zeros:], raw)
		raw = r.pad[:s.zoneLength]
	}
	return raw[min(s.start, len(raw)):min(s.start+s.length, len(raw))], false
}

// runes gives characters from..to of a UTF-8 text.
func runes(text []byte, from, to int) []byte {
	begin, n := len(text), 0
	for i := range string(text) {
		if n == from {
			begin = i
		}
		if n == to {
			return text[begin:i]
		}
		n++
	}
	return text[begin:]
}

// trim cuts blanks on both sides.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	return trimRight(b)
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func digits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}
