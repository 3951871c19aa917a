package load

import (
	"encoding/binary"
	"unicode/utf8"
)

// ascii reports whether no byte has its high bit set.
func ascii(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// printable reports whether all bytes are ASCII characters from the blank on,
// eight bytes at a time: nearly every line passes here and needs no more care.
func printable(b []byte) bool {
	const high, blanks = 0x8080808080808080, 0x2020202020202020
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		// A byte below the blank borrows into its high bit.
		if (w|(((w|high)-blanks)^high))&high != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c < ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// strayByte finds the first byte of a line that is no text: a control
// character other than a tab, or what the encoding does not have; -1 when none.
func strayByte(b []byte, latin1 bool) int {
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < ' ' && c != '\t':
			return i
		case c < utf8.RuneSelf:
			i++
		case latin1:
			if c < 0xA0 {
				return i
			}
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 || r < 0xA0 {
				return i
			}
			i += n
		}
	}
	return -1
}

// fromLatin1 gives the UTF-8 of a latin-1 text.
func fromLatin1(b []byte) []byte {
	out := make([]byte, 0, len(b)+8)
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}

// isLatin1 guesses the encoding of a sample: latin-1 when more of its non-ASCII
// sequences are not UTF-8 than are.
func isLatin1(sample []byte) bool {
	valid, invalid := 0, 0
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(sample[i:])
		if r == utf8.RuneError && n == 1 {
			// The sample may end, or begin, inside a character.
			if i > 3 && i < len(sample)-3 {
				invalid++
			}
		} else {
			valid++
		}
		i += n
	}
	return invalid > valid
}
