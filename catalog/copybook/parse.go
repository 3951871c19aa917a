package copybook

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// word is a word of the text with its place.
type word struct {
	text      string // upper case
	line, col int
}

// sentence is what stands before a full stop.
type sentence []word

// parser collects items as the sentences give them.
type parser struct {
	sentences []sentence
	book      *Book
	open      []*Item // the items that the next one may be in, outermost first
}

const (
	lastColumn = 72 // COBOL reads no further
	indicator  = 6  // 0-based column of * for a comment
	longestAt  = 1 << 20
)

// split cuts the text into sentences.
func (p *parser) split(text string) error {
	if !utf8.ValidString(text) {
		return fault(word{line: 1, col: 1}, "the copybook is not in UTF-8").WithHint("save it as UTF-8")
	}
	var now sentence
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if comment(line) {
			continue
		}
		if utf8.RuneCountInString(line) > lastColumn {
			return fault(word{line: n + 1, col: lastColumn + 1}, "the line goes beyond column %d, where COBOL stops reading", lastColumn).
				WithHint("break the line")
		}
		for _, w := range words(line, n+1) {
			name, ended := strings.CutSuffix(w.text, ".")
			if name != "" {
				now = append(now, word{name, w.line, w.col})
			}
			if ended && len(now) > 0 {
				p.sentences = append(p.sentences, now)
				now = nil
			}
		}
	}
	if len(now) > 0 {
		return fault(now[0], "the last sentence does not end").WithHint("end it with a full stop")
	}
	return nil
}

// comment reports whether a line is blank or says nothing to COBOL.
func comment(line string) bool {
	text := strings.TrimLeft(line, " ")
	return text == "" || text[0] == '*' || len(line) > indicator && strings.Trim(line[:indicator], "0123456789 ") == "" && line[indicator] == '*'
}

// words cuts a line at blanks. A number in the first six columns only counts lines.
func words(line string, n int) []word {
	var out []word
	if len(line) > indicator && strings.Trim(line[:indicator], "0123456789") == "" {
		line = strings.Repeat(" ", indicator) + line[indicator:]
	}
	for at := 0; at < len(line); {
		if line[at] == ' ' {
			at++
			continue
		}
		end := strings.IndexByte(line[at:], ' ')
		if end < 0 {
			end = len(line) - at
		}
		text := strings.ToUpper(line[at : at+end])
		if strings.HasPrefix(text, "*>") {
			break
		}
		out = append(out, word{text, n, utf8.RuneCountInString(line[:at]) + 1})
		at += end
	}
	return out
}

// item reads one sentence: a level, a name and clauses.
func (p *parser) item(s sentence) error {
	level, err := strconv.Atoi(s[0].text)
	if err != nil {
		return fault(s[0], "a level number is wanted").WithHint("describe records only: 01 to 49")
	}
	if level == 88 {
		return nil
	}
	if level < 1 || level > 49 {
		return fault(s[0], "level %d describes no part of a record", level).WithHint("use the levels 01 to 49")
	}
	c := &clauses{words: s[1:], last: s[len(s)-1], item: &Item{Level: level, Line: s[0].line, Min: 1, Max: 1}}
	c.name()
	if err := p.insert(s[0], c.item); err != nil {
		return err
	}
	for len(c.words) > 0 {
		if err := p.clause(c); err != nil {
			return err
		}
	}
	return c.finish()
}

// insert finds the group that an item is in.
func (p *parser) insert(at word, item *Item) error {
	for len(p.open) > 0 && p.open[len(p.open)-1].Level >= item.Level {
		p.open = p.open[:len(p.open)-1]
	}
	switch {
	case item.Level == 1:
		if item.Name == "" {
			return fault(at, "the record has no name").WithHint("name it")
		}
		if p.book.Record(item.Name) != nil {
			return fault(at, "the record %s is there twice", item.Name).WithHint("rename one of them")
		}
		item.Record = item
		p.book.Records = append(p.book.Records, item)
	case len(p.open) == 0:
		return fault(at, "level %02d is in no record", item.Level).WithHint("begin with a level 01")
	default:
		parent := p.open[len(p.open)-1]
		if parent.Usage != Group {
			return fault(at, "%s has a picture and cannot have parts", parent.title()).WithHint("correct the level number")
		}
		if n := len(parent.Items); n > 0 && parent.Items[n-1].Level != item.Level {
			return fault(at, "level %02d stands beside level %02d", item.Level, parent.Items[n-1].Level).WithHint("correct the level number")
		}
		item.Parent, item.Record = parent, parent.Record
		parent.Items = append(parent.Items, item)
	}
	p.open = append(p.open, item)
	return nil
}

// title names an item in messages.
func (i *Item) title() string {
	if i.Name == "" {
		return "FILLER"
	}
	return i.Name
}

// clauses are the words of a sentence that are still to be read.
type clauses struct {
	words sentence
	last  word
	item  *Item
	usage string
	pic   word
	seen  []string
}

var usages = map[string]Usage{
	"DISPLAY": Zoned, "COMP": Binary, "COMPUTATIONAL": Binary, "COMP-4": Binary, "COMPUTATIONAL-4": Binary, "BINARY": Binary,
	"COMP-3": Packed, "COMPUTATIONAL-3": Packed, "PACKED-DECIMAL": Packed,
}

var keywords = []string{"PIC", "PICTURE", "USAGE", "OCCURS", "REDEFINES"}

// name takes the name, if the next word is one.
func (c *clauses) name() {
	if len(c.words) == 0 || slices.Contains(keywords, c.words[0].text) {
		return
	}
	if _, ok := usages[c.words[0].text]; ok {
		return
	}
	if name := c.next().text; name != "FILLER" {
		c.item.Name = name
	}
}

// next takes a word; an empty one when there is none.
func (c *clauses) next() word {
	if len(c.words) == 0 {
		return word{line: c.last.line, col: c.last.col}
	}
	w := c.words[0]
	c.words = c.words[1:]
	return w
}

// skip passes over words that may be left out.
func (c *clauses) skip(text string) {
	if len(c.words) > 0 && c.words[0].text == text {
		c.next()
	}
}

// clause reads one clause.
func (p *parser) clause(c *clauses) error {
	w := c.next()
	kind := w.text
	if _, ok := usages[kind]; ok || kind == "USAGE" {
		kind = "USAGE"
	}
	if kind == "PICTURE" {
		kind = "PIC"
	}
	if slices.Contains(c.seen, kind) {
		return fault(w, "%s is said twice", kind).WithHint("keep one of them")
	}
	c.seen = append(c.seen, kind)
	switch kind {
	case "PIC":
		c.skip("IS")
		c.pic = c.next()
		return nil
	case "USAGE":
		if w.text == "USAGE" {
			c.skip("IS")
			w = c.next()
		}
		if _, ok := usages[w.text]; !ok {
			return fault(w, "the usage is not known").WithHint("use DISPLAY, COMP or COMP-3")
		}
		c.usage = w.text
		return nil
	case "REDEFINES":
		return c.redefines()
	case "OCCURS":
		return c.occurs(w)
	}
	return fault(w, "%s is not known here", w.text).
		WithHint("a copybook may say PIC, USAGE, OCCURS, DEPENDING ON and REDEFINES")
}

// redefines reads the name of what stands just before.
func (c *clauses) redefines() error {
	w := c.next()
	i := c.item
	if i.Parent == nil {
		return fault(w, "a record cannot redefine another").WithHint("records of one file are side by side anyway")
	}
	before := i.Parent.Items[:len(i.Parent.Items)-1]
	for n := len(before) - 1; n >= 0; n-- {
		if o := before[n]; o.Redefines == nil {
			if o.Name == "" || o.Name != w.text {
				break
			}
			if o.Max != 1 || o.DependsOn != nil {
				return fault(w, "%s is a table", o.Name).WithHint("redefine a group that holds the table")
			}
			i.Redefines = o
			return nil
		}
	}
	return fault(w, "what is redefined must stand just before, at the same level").WithHint("name the item before this one")
}

// occurs reads a number, or two and what tells between them.
func (c *clauses) occurs(at word) error {
	i := c.item
	if i.Parent == nil {
		return fault(at, "a record does not repeat").WithHint("put the table into the record")
	}
	low, err := c.number()
	if err != nil {
		return err
	}
	i.Min, i.Max = low, low
	if len(c.words) > 0 && c.words[0].text == "TO" {
		c.next()
		if i.Max, err = c.number(); err != nil {
			return err
		}
	}
	c.skip("TIMES")
	if len(c.words) > 0 && c.words[0].text == "DEPENDING" {
		c.next()
		c.skip("ON")
		w := c.next()
		found := i.Record.Find(w.text)
		if len(found) != 1 || found[0] == i {
			return fault(w, "what the table depends on must be one field of the record").WithHint("name a field that stands before it")
		}
		i.DependsOn = found[0]
	}
	if (i.DependsOn != nil) != (i.Min != i.Max) || i.Min > i.Max || i.Max < 1 {
		return fault(at, "the table does not tell how many elements it has").
			WithHint("write OCCURS 10, or OCCURS 0 TO 50 DEPENDING ON a field")
	}
	return nil
}

func (c *clauses) number() (int, error) {
	w := c.next()
	n, err := strconv.Atoi(w.text)
	if err != nil || n < 0 || n > longestAt {
		return 0, fault(w, "a number is wanted")
	}
	return n, nil
}

// finish puts picture and usage together.
func (c *clauses) finish() error {
	i := c.item
	if !slices.Contains(c.seen, "PIC") {
		if c.usage != "" {
			return fault(c.last, "%s has a usage and no picture", i.title()).WithHint("add PIC")
		}
		return nil
	}
	if err := c.picture(); err != nil {
		return err
	}
	switch {
	case c.usage == "" || c.usage == "DISPLAY":
	case i.Usage == Text:
		return fault(c.pic, "%s is text and has the usage of a number", i.title()).WithHint("use PIC 9")
	default:
		i.Usage = usages[c.usage]
	}
	i.Size = i.bytes()
	return nil
}

// maxDigits is what fits into eight bytes.
const maxDigits = 18

// picture reads X(06), 9(6), S9(4), S9(5)V99.
func (c *clauses) picture() error {
	i, text := c.item, c.pic.text
	bad := func() error {
		return fault(c.pic, "the picture is not known").WithHint("use X, A, 9, S and V, such as X(06) or S9(5)V99")
	}
	if strings.HasPrefix(text, "S") {
		i.Signed, text = true, text[1:]
	}
	characters, point := 0, false
	for text != "" {
		symbol := text[0]
		text = text[1:]
		if symbol == 'V' && !point {
			point = true
			continue
		}
		n := 1
		if strings.HasPrefix(text, "(") {
			inside, rest, ok := strings.Cut(text[1:], ")")
			count, err := strconv.Atoi(inside)
			if !ok || err != nil || count < 1 || count > longestAt {
				return bad()
			}
			n, text = count, rest
		}
		switch symbol {
		case 'X', 'A':
			characters += n
		case '9':
			i.Digits += n
			if point {
				i.Scale += n
			}
		default:
			return bad()
		}
	}
	number := i.Digits > 0 && characters == 0 && i.Digits <= maxDigits
	if !number && (characters == 0 || characters > longestAt || i.Digits > 0 || i.Signed || point) {
		return bad()
	}
	i.Usage, i.Size = Text, characters
	if number {
		i.Usage = Zoned
	}
	return nil
}

// bytes are those of one element of a field.
func (i *Item) bytes() int {
	switch i.Usage {
	case Zoned:
		return i.Digits
	case Packed:
		return i.Digits/2 + 1
	case Binary:
		switch {
		case i.Digits <= 4:
			return 2
		case i.Digits <= 9:
			return 4
		}
		return 8
	}
	return i.Size
}
