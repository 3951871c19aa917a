package sasdata

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"epsql/sql/diag"
)

// content gives a file of testdata, unzipped.
func content(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		return text
	}
	file, err := os.Open(filepath.Join("testdata", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t testing.TB, name string, opts Options) *Reader {
	t.Helper()
	r, err := New(bytes.NewReader(content(t, name)), opts)
	if err != nil {
		t.Fatal(name, err)
	}
	return r
}

func rowsOf(r *Reader) (out [][]Value, err error) {
	for {
		row := make([]Value, len(r.Columns))
		err := r.Next(row)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, row)
	}
}

// SAS wrote the same data in every way that a SAS7BDAT file can be: what is read
// is what was imported.
func TestSASWrote(t *testing.T) {
	for i := 1; i <= 21; i++ {
		source, opts := "test1.csv", Options{}
		if i > 15 { // UTF-8 texts in a session that was not
			source, opts.Charset = "test2.csv", "utf-8"
		}
		r := open(t, fmt.Sprintf("test%d.sas7bdat", i), opts)
		if r.Name != fmt.Sprint("TEST", i) || r.Rows != 10 || len(r.Columns) != 100 || r.Created.Year() != 2019 {
			t.Errorf("%d: %s has %d rows and %d columns, of %v", i, r.Name, r.Rows, len(r.Columns), r.Created)
		}
		if c := r.Columns[1]; c.Name != "Column2" || c.Label != "Column 2 label" || !c.Text {
			t.Errorf("%d: column 2 is %+v", i, c)
		}
		if f := r.Columns[3].Format; f != "MMDDYY10." {
			t.Errorf("%d: column 4 has format %s", i, f)
		}
		rows, err := rowsOf(r)
		if err != nil {
			t.Fatal(i, err)
		}
		agree(t, i, r, rows, imported(t, source))
	}
}

func imported(t *testing.T, name string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(content(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// agree compares rows with the text they were imported from.
func agree(t *testing.T, i int, r *Reader, rows [][]Value, want [][]string) {
	t.Helper()
	if len(rows) != len(want) {
		t.Fatalf("%d: %d rows", i, len(rows))
	}
	for n, row := range rows {
		for k, v := range row {
			got := v.Text
			if !r.Columns[k].Text {
				got = strconv.FormatFloat(v.Number, 'f', -1, 64)
			}
			if v.Missing == '.' {
				got = ""
			}
			text := want[n][k]
			if f, err := strconv.ParseFloat(text, 64); err == nil && !r.Columns[k].Text {
				text = strconv.FormatFloat(f, 'f', -1, 64)
			}
			if got != text {
				t.Fatalf("%d: row %d, column %d is %q, not %q", i, n+1, k+1, got, text)
			}
		}
	}
}

// Another writer's files of every kind hold the same five rows, with missing
// values of all sorts.
func TestOthersWrote(t *testing.T) {
	for _, test := range []struct{ name, format, day, amount string }{
		{"claims_v5.xpt", "xport 5", "DAY", "Amount"},
		{"claims_v8.xpt", "xport 8", "day_of_the_first_prescription", "Amount paid by the insurer after corrections of later quarters"},
		{"claims.sas7bdat", "sas7bdat", "day_of_the_first_prescription", "Amount"},
		{"claims_compressed.sas7bdat", "sas7bdat", "DAY", "Amount"},
	} {
		r := open(t, test.name, Options{})
		if r.Format != test.format || r.Name != "CLAIMS" {
			t.Errorf("%s is %s of format %s", test.name, r.Name, r.Format)
		}
		if c := r.Columns; c[1].Label != test.amount || c[2].Name != test.day || c[2].Format != "DATE9." || c[1].Format != "12.2" {
			t.Errorf("%s has columns %+v", test.name, c)
		}
		rows, err := rowsOf(r)
		if err != nil {
			t.Fatal(test.name, err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, fmt.Sprintf("%s|%s|%s", row[0].Text, written(row[1]), written(row[2])))
		}
		want := []string{"person 1|12.5|17532", "person 2|-0.01|-1", "café 3|10000000000|0", "person 4|.|20000", "|Z|A"}
		if !slices.Equal(got, want) {
			t.Errorf("%s holds\n%s", test.name, strings.Join(got, "\n"))
		}
	}
}

// Asked for, the letters of special missing values stand in a column of their own.
func TestSpecialMissingValues(t *testing.T) {
	for _, name := range []string{"claims_v5.xpt", "claims_v8.xpt"} {
		r, err := New(bytes.NewReader(content(t, name)), Options{Special: true})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := rowsOf(r)
		if err != nil {
			t.Fatal(err)
		}
		letters := map[string][]string{}
		for i, c := range r.Columns {
			for _, row := range rows {
				if c.Special && row[i].Text != "" {
					letters[c.Name] = append(letters[c.Name], row[i].Text)
				}
			}
		}
		numbers := 0
		for i, c := range r.Columns {
			if !c.Text {
				numbers++
				if next := r.Columns[i+1]; !next.Special || next.Name != c.Name+"_missing" {
					t.Errorf("%s: no column of letters behind %s", name, c.Name)
				}
			}
		}
		if got := fmt.Sprint(letters); numbers == 0 || !strings.Contains(got, "[Z]") || !strings.Contains(got, "[A]") {
			t.Errorf("%s: letters %s behind %d columns of numbers", name, got, numbers)
		}
	}
}

func written(v Value) string {
	if v.Missing != 0 {
		return string(v.Missing)
	}
	// The mainframe's fractions have other last bits.
	return strconv.FormatFloat(v.Number, 'g', 14, 64)
}

// SAS counts days from 1960.
func TestEpoch(t *testing.T) {
	if day := Epoch.AddDate(0, 0, 17532).Format(time.DateOnly); day != "2008-01-01" {
		t.Errorf("day 17532 is %s", day)
	}
}

// Numbers of an IBM mainframe, by hand.
func TestMainframeNumbers(t *testing.T) {
	for _, test := range []struct {
		sentence string
		bytes    []byte
		want     Value
	}{
		{"one is a sixteenth times sixteen", []byte{0x41, 0x10, 0, 0, 0, 0, 0, 0}, Value{Number: 1}},
		{"the sign is the first bit", []byte{0xC2, 0x76, 0xA0, 0, 0, 0, 0, 0}, Value{Number: -118.625}},
		{"zero has no exponent", make([]byte, 8), Value{}},
		{"a short number lost its last bits, which are zeros", []byte{0x42, 0x64, 0x80}, Value{Number: 100.5}},
		{"the smallest exponent", []byte{0x00, 0x10, 0, 0, 0, 0, 0, 0}, Value{Number: math.Ldexp(1, -260)}},
		{"a point is missing", []byte{'.', 0, 0, 0, 0, 0, 0, 0}, Value{Missing: '.'}},
		{"a letter is a special missing value", []byte{'A', 0, 0, 0, 0, 0, 0, 0}, Value{Missing: 'A'}},
		{"so is an underscore", []byte{'_', 0, 0}, Value{Missing: '_'}},
	} {
		if got := ibm(test.bytes); got != test.want {
			t.Errorf("%s: got %+v", test.sentence, got)
		}
	}
}

// library joins the members of transport files into one.
func library(t testing.TB, names ...string) []byte {
	var out []byte
	for i, name := range names {
		text := bytes.ReplaceAll(content(t, name), []byte("CLAIMS  "), fmt.Appendf(nil, "CLAIMS%d ", i+1))
		if i > 0 {
			text = text[3*recordSize:]
		}
		out = append(out, text...)
	}
	return out
}

func TestMembersOfALibrary(t *testing.T) {
	text := library(t, "claims_v5.xpt", "claims_v5.xpt")
	for _, test := range []struct{ sentence, member, code string }{
		{"the first may be named", "claims1", ""},
		{"the second may be named, in any case", "Claims2", ""},
		{"one that is not there is refused", "CLAIMS3", "no-dataset"},
		{"one must be named when there are several", "", "several-datasets"},
	} {
		r, err := New(bytes.NewReader(text), Options{Member: test.member})
		if err == nil {
			var rows [][]Value
			if rows, err = rowsOf(r); err == nil && len(rows) != 5 {
				t.Errorf("%s: %d rows", test.sentence, len(rows))
			}
		}
		if code(err) != test.code {
			t.Errorf("%s: got %v", test.sentence, err)
		}
	}
}

func code(err error) string {
	if e, ok := errors.AsType[*diag.Error](err); ok {
		return e.Code
	}
	return ""
}

// A file that is cut anywhere is refused, or told of when its end is missed.
func TestCutFilesAreTold(t *testing.T) {
	for _, name := range []string{"claims_v5.xpt", "claims_v8.xpt", "claims.sas7bdat", "claims_compressed.sas7bdat", "test2.sas7bdat"} {
		text := content(t, name)
		for _, part := range []float64{0.01, 0.1, 0.3, 0.5, 0.6} {
			cut := text[:int(part*float64(len(text)))]
			r, err := New(bytes.NewReader(cut), Options{})
			if err == nil {
				_, err = rowsOf(r)
			}
			if code(err) == "" {
				t.Errorf("%s, %.0f %% of it, is not refused", name, 100*part)
			}
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for _, text := range []string{"", "a,b\n1,2\n", "**COMPRESSED** **COMPRESSED** of PROC CPORT"} {
		if _, err := New(strings.NewReader(text), Options{}); code(err) != "not-sas" {
			t.Errorf("%q: got %v", text, err)
		}
	}
	if _, err := New(bytes.NewReader(content(t, "claims_v5.xpt")), Options{Charset: "latin"}); code(err) != "unknown-charset" {
		t.Errorf("an unknown charset: got %v", err)
	}
}

// No bytes may make the reader panic, run on for ever or give texts that are no
// UTF-8.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"claims_v5.xpt", "claims_v8.xpt", "claims.sas7bdat", "claims_compressed.sas7bdat"} {
		f.Add(content(f, name))
	}
	f.Add(library(f, "claims_v5.xpt", "claims_v5.xpt"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := New(bytes.NewReader(text), Options{})
		if err != nil {
			if code(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		row := make([]Value, len(r.Columns))
		for range 100 {
			if err := r.Next(row); err != nil {
				if !errors.Is(err, io.EOF) && code(err) == "" {
					t.Fatalf("an error without a code: %v", err)
				}
				return
			}
			for _, v := range row {
				if strings.ToValidUTF8(v.Text, "") != v.Text {
					t.Fatal("a text is no UTF-8")
				}
			}
		}
	})
}
