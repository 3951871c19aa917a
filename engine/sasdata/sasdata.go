// Package sasdata reads SAS data sets: SAS7BDAT files as SAS writes them, and
// transport files (XPORT) of versions 5 and 8. Rows stream: memory does not
// depend on the size of a file.
//
// SAS publishes the transport format (TS-140 and its extension to version 8).
// SAS7BDAT is known from what others found out: M. Shotwell, "SAS7BDAT Database
// Binary Format"; the compression "SASYZCR2" is Ross Data Compression, E. Ross,
// The C Users Journal, October 1992.
package sasdata

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"epsql/sql/diag"
)

// Dataset describes a data set.
type Dataset struct {
	Name    string
	Label   string
	Format  string // "sas7bdat", "xport 5" or "xport 8"
	Charset string // of its texts, as SAS names it; empty when not told
	Created time.Time
	// Rows is the number of rows, -1 when the file does not tell.
	Rows    int64
	Columns []Column
}

// Column describes a column.
type Column struct {
	Name   string
	Label  string
	Format string // with its width and decimals, as DATE9. or 8.2; empty when none
	Text   bool
	Length int // bytes of a value
	// Special columns hold the letters of the special missing values of the column
	// before: nothing, "_", or "A" to "Z".
	Special bool
	at      int // where it begins in a row
}

// Value is a value of a row: a text, a number, or a missing number.
type Value struct {
	Text   string // without the blanks behind it
	Number float64
	// Missing is 0 for a number, '.' for the missing value, '_' or 'A' to 'Z'
	// for the special ones.
	Missing byte
}

// Epoch is the day that SAS counts dates from, and the second for times of day.
var Epoch = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)

// Reader reads a data set row by row.
type Reader struct {
	Dataset
	rows   rowReader
	decode func([]byte) string
	number func([]byte) Value
	close  func() error
}

// rowReader gives the bytes of the next row, valid until the one after; io.EOF
// at the end.
type rowReader interface{ next() ([]byte, error) }

// Options say how a file is read. The zero value is right for most.
type Options struct {
	// Member is the data set to read of a transport file with several; empty
	// means the only one.
	Member string
	// Charset, named as SAS does (utf-8, latin1, wlatin1 …), is used in place of
	// the one that the file claims.
	Charset string
	// Special puts a column behind each one of numbers, with its name and _missing,
	// that holds the letters of its special missing values.
	Special bool
}

// Open opens a SAS7BDAT or transport file.
func Open(path string, opts Options) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, diag.New(diag.Data, "cannot-read", "the file cannot be opened").WithHint("check its name and that you may read it").Wrap(err)
	}
	r, err := New(file, opts)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	r.close = file.Close
	return r, nil
}

// New reads a data set from a file's content.
func New(from io.Reader, opts Options) (*Reader, error) {
	read := fileText
	if opts.Charset != "" {
		c, err := charsetOf(opts.Charset)
		if err != nil {
			return nil, err
		}
		read = func(charset) charset { return c }
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(from, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, cannotRead(err)
	}
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), from)
	var r *Reader
	switch Kind(head) {
	case "sas7bdat":
		r, err = newSAS7BDAT(all, read)
	case "xport":
		r, err = newXPORT(all, opts.Member, read)
	default:
		return nil, notSAS()
	}
	if err == nil && opts.Special {
		r.Columns = withSpecial(r.Columns)
	}
	return r, err
}

// SpecialSuffix ends the name of a column of special missing values.
const SpecialSuffix = "_missing"

// withSpecial puts the columns of special missing values behind those of numbers.
func withSpecial(columns []Column) (out []Column) {
	for _, c := range columns {
		out = append(out, c)
		name := c.Name + SpecialSuffix
		taken := slices.ContainsFunc(columns, func(x Column) bool { return strings.EqualFold(x.Name, name) })
		if !c.Text && !taken {
			out = append(out, Column{Name: name, Text: true, Length: 1, Special: true})
		}
	}
	return out
}

func notSAS() error {
	return diag.New(diag.Data, "not-sas", "the file is no SAS data set").
		WithHint("deliver a .sas7bdat file, or a transport file of version 5 or 8; a file of PROC CPORT must be written again with the XPORT engine")
}

// headSize is enough of a file to tell what it is.
const headSize = 288

// Kind tells by its first bytes what a file is: "sas7bdat", "xport" or "".
func Kind(head []byte) string {
	switch {
	case bytes.HasPrefix(head, magic):
		return "sas7bdat"
	case bytes.HasPrefix(head, []byte(libraryV5)), bytes.HasPrefix(head, []byte(libraryV8)):
		return "xport"
	}
	return ""
}

// Next reads a row into row, which has a value for each column; io.EOF at the end.
func (r *Reader) Next(row []Value) error {
	raw, err := r.rows.next()
	if err != nil {
		return err
	}
	for i, c := range r.Columns {
		if c.Special {
			row[i] = Value{Text: letter(row[i-1].Missing)}
			continue
		}
		field := raw[c.at : c.at+c.Length]
		if c.Text {
			row[i] = Value{Text: r.decode(bytes.TrimRight(field, " \x00"))}
			continue
		}
		row[i] = r.number(field)
	}
	return nil
}

// letter is that of a special missing value, and nothing of any other value.
func letter(missing byte) string {
	if missing == 0 || missing == '.' {
		return ""
	}
	return string(missing)
}

// Close closes the file.
func (r *Reader) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

func cannotRead(err error) error {
	return diag.New(diag.Data, "cannot-read", "the file cannot be read to its end").
		WithHint("it may be cut off: ask for it again").Wrap(err)
}

func damaged(what string) error {
	return diag.New(diag.Data, "damaged-file", "the SAS file is damaged: %s", what).
		WithHint("ask for it again")
}
