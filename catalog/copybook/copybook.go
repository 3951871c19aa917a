// Package copybook reads COBOL record descriptions: the levels of a copybook,
// their pictures, and where each of them stands in a record.
//
// It knows the part of COBOL that files between institutions are written in:
//
//	level numbers 01 to 49, FILLER, comments
//	PIC of X, A, 9, S and V, with repetition: X(06), S9(5)V99
//	USAGE DISPLAY, COMP (BINARY, COMP-4), COMP-3 (PACKED-DECIMAL)
//	OCCURS n, and OCCURS n TO m DEPENDING ON a number, as the last thing of a record
//	REDEFINES
//
// What it does not know, it refuses with line and column: a description that is
// half understood would read the wrong bytes. Level 88 names values, takes no
// room and is passed over.
package copybook

import (
	"strings"

	"epsql/sql/diag"
)

// Book is a copybook.
type Book struct {
	Records []*Item // the items of level 01, in the order of the text
}

// Item is a record, a group or a field.
type Item struct {
	Name   string // upper case; empty for FILLER
	Level  int
	Line   int // in the copybook, from 1
	Record *Item
	Parent *Item // nil for a record
	Items  []*Item

	// Offset is where the item begins in its record, from 0: of a table, and of
	// what is in one, the first element. Size is the bytes of one element.
	Offset, Size int

	// A field's picture; a group has none.
	Usage  Usage
	Digits int  // of a number
	Scale  int  // of these, after the implied decimal point
	Signed bool // the number has a sign

	// Min to Max elements; both are 1 for what does not repeat. When DependsOn is
	// set, it holds how many there are, and nothing follows the table.
	Min, Max  int
	DependsOn *Item

	Redefines *Item // the item whose bytes these are too
}

// Usage is how a field's bytes are to be read.
type Usage int

// The usages. A group has Group.
const (
	Group  Usage = iota
	Text         // PIC X or A: characters
	Zoned        // PIC 9 DISPLAY: a character a digit, the sign in the last one
	Binary       // COMP: two's complement, the most significant byte first
	Packed       // COMP-3: two digits a byte, the sign in the last half
)

// Parse reads a copybook. The error has line and column.
func Parse(text string) (*Book, error) {
	p := &parser{sentences: nil, book: &Book{}}
	if err := p.split(text); err != nil {
		return nil, err
	}
	for _, s := range p.sentences {
		if err := p.item(s); err != nil {
			return nil, err
		}
	}
	if len(p.book.Records) == 0 {
		return nil, fault(word{line: 1, col: 1}, "the copybook describes no record").WithHint("begin with a level 01")
	}
	for _, r := range p.book.Records {
		if err := place(r); err != nil {
			return nil, err
		}
	}
	return p.book, nil
}

// Record finds a record by its name, case ignored; nil when there is none.
func (b *Book) Record(name string) *Item {
	for _, r := range b.Records {
		if strings.EqualFold(r.Name, name) {
			return r
		}
	}
	return nil
}

// Longest is the most bytes that a record of the book has.
func (b *Book) Longest() int {
	n := 0
	for _, r := range b.Records {
		n = max(n, r.Longest())
	}
	return n
}

// Names are those of the records.
func (b *Book) Names() []string {
	out := make([]string, len(b.Records))
	for i, r := range b.Records {
		out[i] = r.Name
	}
	return out
}

// Find gives the items of a name in a record, case ignored.
func (i *Item) Find(name string) []*Item {
	var out []*Item
	for _, item := range i.Items {
		if item.Name != "" && strings.EqualFold(item.Name, name) {
			out = append(out, item)
		}
		out = append(out, item.Find(name)...)
	}
	return out
}

// Fields are the names of everything in a record that has one.
func (i *Item) Fields() []string {
	var out []string
	for _, item := range i.Items {
		if item.Name != "" {
			out = append(out, item.Name)
		}
		out = append(out, item.Fields()...)
	}
	return out
}

// Table is the innermost table that the item is in or is itself; nil when it
// does not repeat.
func (i *Item) Table() *Item {
	for ; i != nil; i = i.Parent {
		if i.Max != 1 || i.DependsOn != nil {
			return i
		}
	}
	return nil
}

// Variable is the record's table whose number of elements varies; nil when the
// record always has the same length.
func (i *Item) Variable() *Item {
	for _, item := range i.Items {
		if item.DependsOn != nil {
			return item
		}
		if v := item.Variable(); v != nil {
			return v
		}
	}
	return nil
}

// Shortest is a record's length when its variable table has no elements.
func (i *Item) Shortest() int {
	if v := i.Variable(); v != nil {
		return v.Offset
	}
	return i.Size
}

// Longest is a record's length when its variable table is full.
func (i *Item) Longest() int { return i.Size }

func fault(at word, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, "bad-copybook", format, args...).At(diag.Pos{Line: at.line, Col: at.col})
}
