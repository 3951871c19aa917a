package cobol

import (
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Charset is a set of 256 characters.
type Charset struct {
	Name   string
	Blank  byte
	runes  [256]rune
	back   map[rune]byte
	ebcdic bool
	utf8   bool // bytes are passed on as they are
}

// The character sets. 500 and 1148 are what Belgian hosts write; 1148 and 1140
// are 500 and 37 with the euro sign.
var charsets = []*Charset{
	fromCharmap("latin-1", charmap.ISO8859_1, nil, false),
	{Name: "utf-8", Blank: ' ', utf8: true},
	fromCharmap("cp500", charmap.CodePage037, international, true),
	fromCharmap("cp1148", charmap.CodePage1140, international, true),
	fromCharmap("cp037", charmap.CodePage037, nil, true),
	fromCharmap("cp1140", charmap.CodePage1140, nil, true),
	fromCharmap("cp1047", charmap.CodePage1047, nil, true),
}

// international is where code page 500 differs from 37.
var international = map[byte]rune{0x4A: '[', 0x4F: '!', 0x5A: ']', 0x5F: '^', 0xB0: '¢', 0xBA: '¬', 0xBB: '|'}

func fromCharmap(name string, m *charmap.Charmap, but map[byte]rune, ebcdic bool) *Charset {
	c := &Charset{Name: name, back: map[rune]byte{}, ebcdic: ebcdic}
	for b := range 256 {
		c.runes[b] = m.DecodeByte(byte(b))
		if r, ok := but[byte(b)]; ok {
			c.runes[b] = r
		}
		c.back[c.runes[b]] = byte(b)
	}
	c.Blank = c.back[' ']
	return c
}

// aliases are other names that character sets go by.
var aliases = map[string]string{
	"latin1": "latin-1", "iso-8859-1": "latin-1", "ascii": "latin-1", "utf8": "utf-8",
	"ibm500": "cp500", "500": "cp500", "ibm1148": "cp1148", "1148": "cp1148", "ebcdic": "cp500",
	"ibm037": "cp037", "cp37": "cp037", "ibm1140": "cp1140", "ibm1047": "cp1047",
}

// CharsetNamed finds a character set by its name, case ignored; nil when there
// is none.
func CharsetNamed(name string) *Charset {
	name = strings.ToLower(name)
	if a, ok := aliases[name]; ok {
		name = a
	}
	i := slices.IndexFunc(charsets, func(c *Charset) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return charsets[i]
}

// CharsetNames are the names of all character sets.
func CharsetNames() []string {
	out := make([]string, len(charsets))
	for i, c := range charsets {
		out[i] = c.Name
	}
	return out
}

// EBCDIC says that the character set is a host's.
func (c *Charset) EBCDIC() bool { return c.ebcdic }

// append adds bytes as UTF-8.
func (c *Charset) append(dst, data []byte) []byte {
	if c.utf8 {
		return append(dst, data...)
	}
	for _, b := range data {
		if r := c.runes[b]; r < 0x80 {
			dst = append(dst, byte(r))
		} else {
			dst = append(dst, string(r)...)
		}
	}
	return dst
}

// bytes gives a text in the character set; what it does not have is a question mark.
func (c *Charset) bytes(text string) []byte {
	if c.utf8 {
		return []byte(text)
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := c.back[r]
		if !ok {
			b = c.back['?']
		}
		out = append(out, b)
	}
	return out
}
