package parse

// Word is a token of a text: a name, a sign or a literal, with its byte range.
type Word struct {
	Text       string // a quoted name without its quotes
	Start, End int
	Literal    bool
}

// Words gives the tokens of a text in order, without comments.
func Words(text string) []Word {
	var out []Word
	for _, t := range tokens(text) {
		out = append(out, Word{unquote(t.text), t.start, t.end, t.literal})
	}
	return out
}
