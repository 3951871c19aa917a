package cobol

import (
	"bytes"

	"epsql/catalog"
)

// Detect finds out how a file is written, from a sample of its beginning: the
// first format in which more than half of its records are sound. Whole
// says that the sample is the whole file. With no charset named, both families
// are tried: latin-1, and EBCDIC as Belgian hosts write it.
func Detect(sample []byte, whole bool, rs *catalog.Records, charset *Charset) (Format, bool) {
	tried := []*Charset{charset}
	if charset == nil {
		tried = []*Charset{CharsetNamed("latin-1"), CharsetNamed("cp500")}
	}
	for _, cs := range tried {
		for _, f := range formats(rs, cs) {
			if fits(sample, whole, rs, f) {
				return f, true
			}
		}
	}
	return Format{}, false
}

// formats are those that a file in a character set may have.
func formats(rs *catalog.Records, cs *Charset) []Format {
	out := []Format{
		{Framing: Variable, Charset: cs, Inclusive: true},
		{Framing: Variable, Charset: cs},
		{Framing: Fixed, Charset: cs, Length: newShape(rs, cs).longest},
		{Framing: Lines, Charset: cs, End: '\n'},
	}
	if cs.ebcdic {
		out = append(out, Format{Framing: Lines, Charset: cs, End: 0x15}, Format{Framing: Lines, Charset: cs, End: 0x25})
	}
	return out
}

// fits reports whether the records of a sample are sound in a format. Lines, of
// which any text has some, must have their own length now and then.
func fits(sample []byte, whole bool, rs *catalog.Records, f Format) bool {
	r := NewReader(bytes.NewReader(sample), rs, f)
	var all, sound, exact int
	for {
		rec, err := r.Next()
		if err != nil {
			break
		}
		// The last record of a sample may be cut by it.
		if !whole && int(r.place)+r.shape.longest+descriptor > len(sample) && all > 0 {
			break
		}
		all++
		if rec.Fault == "" {
			sound++
		}
		if rec.Exact {
			exact++
		}
	}
	return sound > 0 && 2*sound > all && (f.Framing != Lines || exact > 0)
}
