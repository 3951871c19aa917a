package load

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"epsql/catalog"
)

// A tile is a run of clean fixed-width lines, converted column by column: the
// branches of a column are known in advance, and a value of up to eight bytes is
// one word. It must give what converter.row gives, line by line; whatever it
// does not know it leaves to it.

// tileRows lines stay in the processor's cache while all columns are read.
const tileRows = 128

// tile is the state of one converter.
type tile struct {
	at      [tileRows]uint32 // where each line begins
	unknown []int64          // by column
}

// how says by which loop a column of a tile is converted.
type how int

const (
	byValue  how = iota // converter.row's way
	byNumber            // identifiers, which are numbered already
	byAbsence
	byCode
	byDate
	byWhole
)

// way chooses a column's loop.
func (c *column) way() how {
	width := c.at.to - c.at.from
	switch {
	case c.Type == catalog.TypeID:
		return byNumber
	case c.at.field < 0:
		return byAbsence
	case (c.Type == catalog.TypeCode || c.Type == catalog.TypeText) && width <= 8 && (c.length == 0 || width <= c.length):
		return byCode
	case c.Type == catalog.TypeDate && width == 8:
		return byDate
	case c.Type == catalog.TypeInt || c.Type == catalog.TypeCents:
		return byWhole
	}
	return byValue
}

// convert converts lines, which follow each other in the order of storage, into
// the next rows of the task's batch; false when one of them needs more care.
func (x *tile) convert(c *converter, t *task, p *plan, lines []uint64) bool {
	source := c.splitter.source
	if source.format != "fixed" || !x.locate(t.block, lines, source.layout.RecordLength) {
		return false
	}
	x.unknown = grown(x.unknown, len(p.columns))
	for k := range p.columns {
		if !x.column(&p.columns[k], &t.batch.vectors[k], t, lines, &x.unknown[k]) {
			t.batch.forget(len(lines))
			return false
		}
	}
	return true
}

// locate finds where the lines begin; false when one is not clean, or is so near
// the end of the block that a word may reach over it.
func (x *tile) locate(b *block, lines []uint64, length int) bool {
	for i, word := range lines {
		line := int(uint32(word))
		x.at[i] = b.lines[line].off
		if !b.clean[line] || int(x.at[i])+length+8 > cap(b.data) {
			return false
		}
	}
	return true
}

// column converts one column.
func (x *tile) column(c *column, v *vector, t *task, lines []uint64, unknown *int64) bool {
	data, at, n := t.block.data[:cap(t.block.data)], x.at[:len(lines)], t.batch.n
	*unknown = 0
	switch c.how {
	case byNumber:
		numbers(v, n, t.block, lines, c.id)
	case byAbsence:
		for i := range at {
			v.setNull(n + i)
		}
	case byCode:
		*unknown = c.codes(v, n, data, at)
	case byDate:
		return c.dates(v, n, data, at)
	case byWhole:
		return c.wholes(v, n, data, at)
	default:
		return c.values(v, n, data, at, unknown)
	}
	return true
}

func numbers(v *vector, n int, b *block, lines []uint64, id int) {
	for i, word := range lines {
		if num := b.ids[int(uint32(word))*b.width+id]; num != 0 {
			v.setInt32(n+i, num)
		} else {
			v.setNull(n + i)
		}
	}
}

// values converts a column value by value.
func (c *column) values(v *vector, n int, data []byte, at []uint32, unknown *int64) bool {
	for i, line := range at {
		raw := data[int(line)+c.at.from : int(line)+c.at.to]
		reason, known := c.convert(v, n+i, raw, plainASCII)
		if reason != "" {
			return false
		}
		if !known {
			*unknown++
		}
	}
	return true
}

const blanks = 0x2020202020202020

// low masks the first n bytes of a word.
func low(n int) uint64 { return ^uint64(0) >> (64 - 8*n) }

// codes converts texts of up to eight bytes, and counts those outside their list.
func (c *column) codes(v *vector, n int, data []byte, at []uint32) (unknown int64) {
	width := c.at.to - c.at.from
	mask, blank := low(width), blanks&low(width)
	var last uint64 // a code that is on the list
	for i, line := range at {
		w := binary.LittleEndian.Uint64(data[int(line)+c.at.from:]) & mask
		if w == blank {
			v.setNull(n + i)
			continue
		}
		before := bits.TrailingZeros64(w^blank) &^ 7 // bits of blanks in front
		w >>= before
		size := (64 - bits.LeadingZeros64(w^blank>>before) + 7) / 8
		w &= low(size)
		if slices.Contains(c.nullWords, w) {
			v.setNull(n + i)
			continue
		}
		*(*[2]uint64)(unsafe.Add(v.data, (n+i)*16)) = [2]uint64{uint64(size) | w<<32, w >> 32}
		if c.known != nil && w != last {
			if c.known.hasWord(w) {
				last = w
			} else {
				unknown++
			}
		}
	}
	return unknown
}

// dates converts AAAAMMJJ; false when some value is no date.
func (c *column) dates(v *vector, n int, data []byte, at []uint32) bool {
	for i, line := range at {
		raw := data[int(line)+c.at.from : int(line)+c.at.to]
		w := binary.LittleEndian.Uint64(raw)
		date, ok := eightDigits(w)
		if y, m, d := date/10000, date/100%100, date%100; ok && y > 0 && m >= 1 && m <= 12 && d >= 1 && d <= 28 && !slices.Contains(c.nullWords, w) {
			v.setInt32(n+i, epochDays(y, m, d))
		} else if reason, _ := c.convert(v, n+i, raw, plainASCII); reason != "" {
			return false
		}
	}
	return true
}

// wholes converts whole numbers; false when some value is none.
func (c *column) wholes(v *vector, n int, data []byte, at []uint32) bool {
	for i, line := range at {
		raw := data[int(line)+c.at.from : int(line)+c.at.to : int(line)+c.at.to+8]
		number, ok := digitsOf(raw)
		if ok && len(c.nulls) == 0 && !c.exceeds(number) {
			v.setInt64(n+i, number)
		} else if reason, _ := c.convert(v, n+i, raw, plainASCII); reason != "" {
			return false
		}
	}
	return true
}

// digitsOf reads a sign and up to sixteen digits without blanks. Eight more
// bytes may be read behind raw.
func digitsOf(raw []byte) (int64, bool) {
	negative := raw[0] == '-'
	if negative || raw[0] == '+' {
		raw = raw[1:]
	}
	n := len(raw)
	if n == 0 || n > 16 {
		return 0, false
	}
	high, ok := 0, true
	if n > 8 {
		high, ok = padded(raw, n-8)
		raw, n = raw[n-8:], 8
	}
	rest, ok2 := padded(raw, n)
	number := int64(high)*100_000_000 + int64(rest)
	if negative {
		number = -number
	}
	return number, ok && ok2
}

// padded reads the first n bytes of raw as digits.
func padded(raw []byte, n int) (int, bool) {
	const zeros = 0x3030303030303030
	w := binary.LittleEndian.Uint64(raw[:8])
	if n < 8 {
		w = w<<(64-8*n) | zeros>>(8*n)
	}
	return eightDigits(w)
}

// eightDigits reads a word of eight digits, the first in its lowest byte; it
// adds neighbours to pairs, pairs to fours and those to the number.
func eightDigits(w uint64) (int, bool) {
	w ^= 0x3030303030303030
	if (w|(w+0x7676767676767676))&0x8080808080808080 != 0 {
		return 0, false
	}
	const pairs = 0x000000FF000000FF
	w = w*10 + w>>8
	w = (w&pairs*(100+1000000<<32) + w>>16&pairs*(1+10000<<32)) >> 32
	return int(w), true
}
