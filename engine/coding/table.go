package coding

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"epsql/sql/diag"
)

// Table is a conversion table: the code of every original.
type Table map[string]string

// The columns of a conversion table in a file.
const (
	Original = "original"
	Coded    = "coded"
)

// ReadTable reads a conversion table: a file that only its owner may read, with
// the columns original and coded, separated by semicolons. Its codes have the
// form that [Key.Code] gives, whoever made them: no other is sure not to hold
// what it stands for.
func ReadTable(path string) (Table, error) {
	if err := CheckSecret(path, "table"); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault("no-table", "the table %s cannot be read", path).WithHint("check the file's owner").Wrap(err)
	}
	defer file.Close() //nolint:errcheck // only read
	return parseTable(path, file)
}

func parseTable(path string, in io.Reader) (Table, error) {
	r := csv.NewReader(in)
	r.Comma, r.ReuseRecord = ';', true
	header, err := r.Read()
	if err != nil || !slices.Equal(header, []string{Original, Coded}) {
		return nil, fault("bad-table", "%s is no conversion table", path).At(diag.Pos{File: path, Line: 1}).
			WithHint("its first line is %s;%s: epsql code table makes one", Original, Coded).Wrap(err)
	}
	t, used := Table{}, map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		line := lineOf(r, err)
		wrong := ""
		switch {
		case err != nil:
			wrong = "not two columns"
		case row[0] == "":
			wrong = "no original"
		case !IsCode(row[1]):
			wrong = "a code of another form than epsql code gives"
		case t[row[0]] != "":
			wrong = "an original that is there already"
		case used[row[1]]:
			wrong = "a code that is there already"
		}
		if wrong != "" {
			return nil, fault("bad-table", "%s", wrong).At(diag.Pos{File: path, Line: line}).
				WithHint("make the table with epsql code table").Wrap(err)
		}
		t[strings.Clone(row[0])], used[row[1]] = strings.Clone(row[1]), true
	}
}

// lineOf is the line that was read last, also when it could not be.
func lineOf(r *csv.Reader, err error) int {
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		return bad.Line
	}
	if err != nil {
		return 1
	}
	line, _ := r.FieldPos(0)
	return line
}

// Write puts a table into a file that only its owner may read, in the order of
// the originals.
func (t Table) Write(path string) error {
	return WriteSecret(path, func(w *bufio.Writer) error {
		out := csv.NewWriter(w)
		out.Comma = ';'
		rows := [][]string{{Original, Coded}}
		for _, original := range slices.Sorted(maps.Keys(t)) {
			rows = append(rows, []string{original, t[original]})
		}
		return out.WriteAll(rows)
	})
}

// Hash is the hex SHA-256 of the table, whatever the order of its lines was.
func (t Table) Hash() string {
	h := sha256.New()
	for _, original := range slices.Sorted(maps.Keys(t)) {
		h.Write([]byte(original + "\x00" + t[original] + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Column is a column of a delimited file with a header.
type Column struct {
	Name  string
	Comma rune
}

// open reads the header and finds the column.
func (c Column) open(in io.Reader) (*csv.Reader, []string, int, error) {
	r := csv.NewReader(in)
	r.Comma, r.ReuseRecord = c.Comma, true
	header, err := r.Read()
	if err != nil {
		return nil, nil, 0, fault("bad-file", "the file has no header").At(diag.Pos{Line: 1}).WithHint("its first line names the columns").Wrap(err)
	}
	header = slices.Clone(header)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, c.Name) })
	if i < 0 {
		return nil, nil, 0, diag.New(diag.Usage, "unknown-column", "the file has no column %s", c.Name).
			WithHint("%s", diag.DidYouMean(c.Name, header, "its columns: "+strings.Join(header, ", ")))
	}
	return r, header, i, nil
}

// rows calls do with every line after the header.
func rows(ctx context.Context, r *csv.Reader, do func(row []string) error) error {
	for n := 0; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault("bad-file", "a line with another number of columns, or a quote that does not close").At(diag.Pos{Line: lineOf(r, err)}).
				WithHint("correct the file").Wrap(err)
		}
		if err := do(row); err != nil {
			return err
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(ctx.Err())
		}
	}
}

// Tabulate gives the code of every value of a column; blank ones have none.
func Tabulate(ctx context.Context, in io.Reader, c Column, code func(string) string) (Table, error) {
	r, _, i, err := c.open(in)
	if err != nil {
		return nil, err
	}
	t := Table{}
	err = rows(ctx, r, func(row []string) error {
		if v := strings.TrimSpace(row[i]); v != "" && t[v] == "" {
			t[strings.Clone(v)] = code(v)
		}
		return nil
	})
	return t, err
}

// Apply copies a delimited file with a column coded: blank values stay blank, and
// a value without a code ends it, because it would leave as it is.
func Apply(ctx context.Context, in io.Reader, out io.Writer, c Column, code func(string) (string, bool)) (int, error) {
	r, header, i, err := c.open(in)
	if err != nil {
		return 0, err
	}
	w := csv.NewWriter(out)
	w.Comma = c.Comma
	if err := w.Write(header); err != nil {
		return 0, err
	}
	n := 0
	err = rows(ctx, r, func(row []string) error {
		if v := strings.TrimSpace(row[i]); v != "" {
			coded, ok := code(v)
			if !ok || !IsCode(coded) {
				line, _ := r.FieldPos(i)
				return refuse("no-code", "a value of %s has no code in the table", header[i]).At(diag.Pos{Line: line}).
					WithHint("ask who made the table for one that has all values")
			}
			row[i] = coded
		}
		n++
		return w.Write(row)
	})
	if err != nil {
		return n, err
	}
	w.Flush()
	return n, w.Error()
}

// ParseComma reads a separator: one character, or the word tab.
func ParseComma(text string) (rune, error) {
	if text == "tab" {
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(text)
	if size != len(text) || size == 0 || r == '"' || r == '\n' || r == '\r' {
		return 0, diag.New(diag.Usage, "bad-separator", "%q is no separator", text).WithHint("write one character such as ; or , or the word tab")
	}
	return r, nil
}

// WriteValues writes, for the holder of a table, the values that it must have:
// one column, called like what they are of.
func WriteValues(path, name string, values []string) error {
	return WriteSecret(path, func(w *bufio.Writer) error {
		out := csv.NewWriter(w)
		out.Comma = ';'
		records := [][]string{{name}}
		for _, v := range values {
			records = append(records, []string{v})
		}
		return out.WriteAll(records)
	})
}
