package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
	"epsql/sql/strict"
)

func (l *loader) readList(r *reader, n *yaml.Node) {
	c := &CodeList{}
	l.cat.Lists = append(l.cat.Lists, c)
	r.Mark(c, n)
	r.Object(n, "a code list", strict.Fields{
		"name":      r.Text(&c.Name),
		"version":   r.Text(&c.Version),
		"title":     r.label(&c.Title),
		"from":      r.day(&c.From),
		"until":     r.day(&c.Until),
		"owner":     r.Text(&c.Owner),
		"source":    r.source(&c.Source),
		"synthetic": r.Boolean(&c.Synthetic),
		"open":      r.Boolean(&c.Open),
		"columns":   strict.Sequence(r.Reader, &c.Columns, r.listColumn),
	}, "name", "version", "title", "owner", "source", "columns")
	if r.Err != nil {
		return
	}
	rows := strings.TrimSuffix(r.File, ".yaml") + ".csv"
	data, ok := l.files[rows]
	if !ok {
		r.Fail(n, fault("no-rows", "the code list has no rows").WithHint("write %s beside it", rows))
		return
	}
	sum := sha256.Sum256(data)
	c.Hash = hex.EncodeToString(sum[:])
	r.Err = c.readRows(rows, data)
}

func (r *reader) listColumn(c *ListColumn, n *yaml.Node) {
	r.Object(n, "a column", labelled(r, &c.Label, strict.Fields{
		"name": r.Text(&c.Name),
		"type": strict.Enum(r.Reader, &c.Type, "type", TypeText, TypeCode, TypeInt, TypeCents, TypeDate, TypeMonth, TypeYear, TypeNum),
	}), "name", "type", "en")
}

// day reads AAAA-MM-JJ.
func (r *reader) day(into *string) strict.Field {
	return func(n *yaml.Node) {
		r.Text(into)(n)
		if _, err := time.Parse(time.DateOnly, *into); err != nil {
			r.Fail(n, fault("validity", "%q is not a date", *into).WithHint("write it as 2016-01-31"))
		}
	}
}

// readRows reads the rows of a list: text separated by semicolons, its header
// naming the columns in their order.
func (l *CodeList) readRows(file string, data []byte) *diag.Error {
	if !utf8.Valid(data) {
		valid := strings.ToValidUTF8(string(data), "\x00")
		return fault("csv", "the rows are not UTF-8").At(diag.PosOf(file, valid, strings.IndexByte(valid, 0))).
			WithHint("save the file as UTF-8 without a byte order mark")
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.Comma = ';'
	in.FieldsPerRecord = -1
	seen := map[string]bool{}
	for header := true; ; header = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) && !header {
			return nil
		}
		if err != nil {
			return csvError(file, err)
		}
		row := listRow{list: l, in: in, file: file, record: record}
		if header {
			if e := row.header(); e != nil {
				return e
			}
			continue
		}
		if e := row.check(seen); e != nil {
			return e
		}
		l.Rows = append(l.Rows, record)
	}
}

// csvError keeps the place of a broken line.
func csvError(file string, err error) *diag.Error {
	e := fault("csv", "the rows cannot be read").At(diag.Pos{File: file, Line: 1, Col: 1}).Wrap(err)
	if errors.Is(err, io.EOF) {
		return e.WithHint("the first line names the columns, separated by semicolons")
	}
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		e.Pos.Line, e.Pos.Col = bad.Line, bad.Column
	}
	return e.WithHint("separate values with semicolons and double a quote inside quotes")
}

// listRow is one line of a list with what is needed to tell its place.
type listRow struct {
	list   *CodeList
	in     *csv.Reader
	file   string
	record []string
}

func (r listRow) fail(field int, e *diag.Error) *diag.Error {
	line, col := r.in.FieldPos(field)
	return e.At(diag.Pos{File: r.file, Line: line, Col: col})
}

func (r listRow) header() *diag.Error {
	names := make([]string, len(r.list.Columns))
	for i, c := range r.list.Columns {
		names[i] = c.Name
	}
	want := strings.Join(names, ";")
	if strings.Join(r.record, ";") != want {
		return r.fail(0, fault("csv", "the first line does not name the list's columns").WithHint("write %s", want))
	}
	return nil
}

func (r listRow) check(seen map[string]bool) *diag.Error {
	columns := r.list.Columns
	if len(r.record) != len(columns) {
		return r.fail(0, fault("csv", "the line has %d values, the list %d columns", len(r.record), len(columns)).
			WithHint("write a value or nothing between semicolons, for each column"))
	}
	for i, c := range columns {
		if r.record[i] != "" && !c.Type.accepts(r.record[i]) {
			return r.fail(i, fault("csv", "%q is not of type %s, as column %s asks", r.record[i], c.Type, c.Name).
				WithHint("%s", c.Type.writtenAs()))
		}
	}
	code := r.record[0]
	if code == "" {
		return r.fail(0, fault("csv", "the code is missing").WithHint("the first column is the code"))
	}
	if seen[code] {
		return r.fail(0, fault("duplicate-code", "the code %q is there twice", code).WithHint("keep one of them"))
	}
	seen[code] = true
	return nil
}

// accepts says whether a list's value is written as the type asks.
func (t Type) accepts(s string) bool {
	var err error
	switch t {
	case TypeInt, TypeCents:
		_, err = strconv.ParseInt(s, 10, 64)
	case TypeNum:
		return isDecimal(s)
	case TypeDate:
		_, err = time.Parse(time.DateOnly, s)
	case TypeMonth:
		return isMonth(s)
	case TypeYear:
		return len(s) == 4 && isDigits(s)
	}
	return err == nil
}

// writtenAs tells how values of a type are written in a list.
func (t Type) writtenAs() string {
	switch t {
	case TypeInt, TypeCents:
		return "write a whole number"
	case TypeNum:
		return "write digits with a point and at most four decimals, as 0.27"
	case TypeDate:
		return "write it as 2016-01-31"
	case TypeMonth:
		return "write it as 201601"
	default:
		return "write it as 2016"
	}
}

// isDecimal accepts what DECIMAL(18,4) holds exactly.
func isDecimal(s string) bool {
	whole, decimals, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return isDigits(whole) && len(whole) <= 14 && (!point || isDigits(decimals) && len(decimals) <= 4)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isMonth accepts AAAAMM.
func isMonth(s string) bool {
	return len(s) == 6 && isDigits(s) && s[4:] >= "01" && s[4:] <= "12"
}
