package sasdata

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"epsql/sql/diag"
)

// charset is how the texts of a file are to be read.
type charset struct {
	name    string
	charmap encoding.Encoding // nil for UTF-8
	guess   bool              // what is UTF-8 is that
}

// charsets are those that a SAS7BDAT header names by a number. The zero one is
// for files that do not say: those were written on Windows, nearly always.
var charsets = map[byte]charset{
	0:  {name: "", charmap: charmap.Windows1252},
	20: {name: "utf-8"},
	28: {name: "us-ascii", charmap: charmap.Windows1252},
	29: {name: "latin1", charmap: charmap.ISO8859_1},
	30: {name: "latin2", charmap: charmap.ISO8859_2},
	37: {name: "latin5", charmap: charmap.ISO8859_9},
	40: {name: "latin9", charmap: charmap.ISO8859_15},
	60: {name: "wlatin2", charmap: charmap.Windows1250},
	61: {name: "wcyrillic", charmap: charmap.Windows1251},
	62: {name: "wlatin1", charmap: charmap.Windows1252},
	63: {name: "wgreek", charmap: charmap.Windows1253},
	64: {name: "wturkish", charmap: charmap.Windows1254},
}

// transport is for files that do not say how they are written: UTF-8 when a
// text can be that, else what Windows wrote.
var transport = charset{name: "", guess: true, charmap: charmap.Windows1252}

// fileText reads texts as the file says.
func fileText(c charset) charset { return c }

// charsetOf finds a charset by its name.
func charsetOf(name string) (charset, error) {
	var names []string
	for _, c := range charsets {
		if strings.EqualFold(c.name, name) {
			return c, nil
		}
		names = append(names, c.name)
	}
	return charset{}, diag.New(diag.Usage, "unknown-charset", "no charset is called %s", name).
		WithHint("%s", diag.DidYouMean(name, names, "name it as SAS does: utf-8, latin1, wlatin1"))
}

// decode reads a text. What is no text of the charset becomes the replacement
// character.
func (c charset) decode(b []byte) string {
	plain := true
	for _, x := range b {
		plain = plain && x < utf8.RuneSelf
	}
	if plain {
		return string(b)
	}
	if c.guess && utf8.Valid(b) {
		return string(b)
	}
	if c.charmap == nil {
		return strings.ToValidUTF8(string(b), string(utf8.RuneError))
	}
	text, err := c.charmap.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), string(utf8.RuneError))
	}
	return string(text)
}
