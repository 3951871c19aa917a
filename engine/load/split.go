package load

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// The reasons a whole line is refused for.
const (
	shortLine   = "line too short"
	longLine    = "line too long"
	fewFields   = "fewer fields than the header"
	manyFields  = "more fields than the header"
	badQuotes   = "quotes that do not close"
	strayBytes  = "bytes that are no text"
	noTable     = "of no table this file may hold"
	noDelivery  = "does not say which delivery it is"
	noOwner     = "does not say whose row it is"
	maxLineSize = math.MaxUint16
)

// splitter cuts lines into fields.
type splitter struct {
	source *source
}

// split prepares the record of a line that is not blank. The reason is "" when
// the line has the shape of its file.
func (sp *splitter) split(b *block, i int, r *record) (reason string) {
	line := b.text(i)
	*r = record{line: line}
	if sp.source.format == "fixed" {
		return sp.fixed(r)
	}
	r.ends = b.fields(i, len(sp.source.zones))
	if len(line) > maxLineSize {
		return longLine
	}
	if sp.source.format == "delimited" {
		return sp.delimited(r)
	}
	return ""
}

// again gives the record of a line that was split before.
func (sp *splitter) again(b *block, i int, r *record) {
	r.line = b.text(i)
	if sp.source.format == "fixed" {
		r.wide = len(r.line) != sp.source.layout.RecordLength
		return
	}
	r.ends = b.fields(i, len(sp.source.zones))
}

func (sp *splitter) fixed(r *record) string {
	length := sp.source.layout.RecordLength
	n := len(r.line)
	if n != length && !sp.source.latin1 && !ascii(r.line) {
		n = utf8.RuneCount(r.line)
		r.wide = n == length
	}
	switch {
	case n < length:
		return shortLine
	case n > length:
		return longLine
	}
	return ""
}

func (sp *splitter) delimited(r *record) string {
	if bytes.IndexByte(r.line, '"') >= 0 {
		return sp.quoted(r)
	}
	sep, ends, n := sp.source.sep, r.ends, 0
	for i, c := range r.line {
		if c == sep {
			if n == len(ends)-1 {
				return manyFields
			}
			ends[n] = uint16(i)
			n++
		}
	}
	if n < len(ends)-1 {
		return fewFields
	}
	ends[n] = uint16(len(r.line))
	return ""
}

// quoted splits a line with quotes, and takes them out in place: a field only
// gets shorter, and one byte still parts it from the next.
func (sp *splitter) quoted(r *record) string {
	line, n, out := r.line, 0, 0
	for i := 0; ; i++ {
		quoted := i < len(line) && line[i] == '"'
		if quoted {
			i++
		}
		for ; i < len(line); i++ {
			if quoted && line[i] == '"' {
				i++
				if i == len(line) || line[i] != '"' {
					quoted = false
					break
				}
			} else if !quoted && line[i] == sp.source.sep {
				break
			}
			line[out] = line[i]
			out++
		}
		if quoted || i < len(line) && line[i] != sp.source.sep {
			return badQuotes
		}
		if n == len(r.ends) {
			return manyFields
		}
		r.ends[n] = uint16(out)
		n++
		if i >= len(line) {
			break
		}
		line[out] = sp.source.sep
		out++
	}
	if n < len(r.ends) {
		return fewFields
	}
	r.line = line[:out]
	return ""
}
