package cobol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/catalog/copybook"
)

// The reference files hold what iconv of the GNU C library makes of the bytes
// 0 to 255 in each code page.
func TestCodePagesAreThoseOfIconv(t *testing.T) {
	for _, name := range CharsetNames() {
		cs := CharsetNamed(name)
		if !cs.EBCDIC() {
			continue
		}
		want, err := os.ReadFile("testdata/" + name + ".utf8")
		if err != nil {
			t.Fatal(err)
		}
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		if got := cs.append(nil, all); !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if got := cs.bytes(string(want)); !bytes.Equal(got, all) {
			t.Errorf("%s does not go back to the same bytes", name)
		}
	}
}

func TestCharsetsHaveOtherNames(t *testing.T) {
	for name, want := range map[string]string{"CP500": "cp500", "ebcdic": "cp500", "IBM1148": "cp1148", "ascii": "latin-1", "koi8-r": ""} {
		got := ""
		if cs := CharsetNamed(name); cs != nil {
			got = cs.Name
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// field makes a field of a picture.
func field(t testing.TB, picture string) *copybook.Item {
	t.Helper()
	book, err := copybook.Parse("01 R.\n   02 F " + picture + ".")
	if err != nil {
		t.Fatal(err)
	}
	return book.Records[0].Items[0]
}

// The bytes are those that IBM documents for its compilers, and, for ASCII with
// a sign, those that GnuCOBOL writes.
func TestNumbersAndTexts(t *testing.T) {
	for _, test := range []struct{ sentence, picture, charset, bytes, text, fault string }{
		{"a packed month", "PIC 9(6) COMP-3", "cp500", "\x02\x00\x50\x1F", "200501", ""},
		{"a packed number may have the sign of a signed one", "PIC 9(6) COMP-3", "cp500", "\x02\x00\x50\x1C", "200501", ""},
		{"a packed amount below zero", "PIC S9(5)V99 COMP-3", "cp500", "\x12\x34\x56\x7D", "-12345.67", ""},
		{"packed nothing is not below zero", "PIC S9(3) COMP-3", "cp500", "\x00\x0D", "000", ""},
		{"a half that is not used holds a digit", "PIC 9(6) COMP-3", "cp500", "\x12\x00\x50\x1F", "", BadPacked},
		{"blanks are no packed number, but nothing", "PIC 9(6) COMP-3", "cp500", "\x40\x40\x40\x40", "", ""},
		{"zero bytes are nothing too", "PIC 9(6) COMP-3", "cp500", "\x00\x00\x00\x00", "", ""},
		{"a counter", "PIC S9(4) COMP", "cp500", "\x00\x32", "0050", ""},
		{"a negative counter", "PIC S9(4) COMP", "cp500", "\xFF\xFF", "-0001", ""},
		{"a counter without a sign", "PIC 9(4) COMP", "cp500", "\x27\x0F", "9999", ""},
		{"a counter beyond its picture", "PIC 9(4) COMP", "cp500", "\x27\x10", "", BadBinary},
		{"a number of nine digits has four bytes", "PIC S9(9) COMP", "cp500", "\xC4\x65\x36\x01", "-999999999", ""},
		{"a number of ten has eight", "PIC S9(10) COMP", "cp500", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE", "-0000000002", ""},
		{"the smallest of all numbers", "PIC S9(18) COMP", "cp500", "\x80\x00\x00\x00\x00\x00\x00\x00", "", BadBinary},
		{"digits", "PIC 9(3)", "latin-1", "042", "042", ""},
		{"digits of a host", "PIC 9(3)", "cp500", "\xF0\xF4\xF2", "042", ""},
		{"a sign in the last digit of a host", "PIC S9(3)", "cp500", "\xF0\xF4\xD2", "-042", ""},
		{"a plus in the last digit of a host", "PIC S9(3)V9", "cp500", "\xF0\xF4\xF2\xC1", "042.1", ""},
		{"a sign in the last digit in ASCII", "PIC S9(3)", "latin-1", "04r", "-042", ""},
		{"a letter among digits", "PIC 9(3)", "latin-1", "0x2", "", BadZoned},
		{"a blank among digits", "PIC 9(3)", "latin-1", " 42", "", BadZoned},
		{"a digit of ASCII in a host's file", "PIC 9(3)", "cp500", "042", "", BadZoned},
		{"a text without the blanks after it", "PIC X(6)", "latin-1", " caf\xe9 ", " café", ""},
		{"a text of a host", "PIC X(6)", "cp500", "\x83\x81\x86\x51\x40\x40", "café", ""},
		{"a bracket stands elsewhere in code page 37", "PIC X(2)", "cp037", "\xBA\xBB", "[]", ""},
		{"and again elsewhere in 500", "PIC X(2)", "cp500", "\x4A\x5A", "[]", ""},
		{"the euro of 1148", "PIC X", "cp1148", "\x9F", "€", ""},
		{"zero bytes are no text, but nothing", "PIC X(2)", "latin-1", "\x00\x00", "", ""},
		{"a control character in a text", "PIC X(2)", "latin-1", "a\x07", "", NotText},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			item, cs := field(t, test.picture), CharsetNamed(test.charset)
			if item.Size != len(test.bytes) {
				t.Fatalf("the field has %d bytes", item.Size)
			}
			text, fault := decode(nil, []byte(test.bytes), item, cs)
			if fault != test.fault || fault == "" && string(text) != test.text {
				t.Errorf("got %q %q, want %q %q", text, fault, test.text, test.fault)
			}
		})
	}
}

func TestWhatIsEncodedIsDecodedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		digits, scale := 1+r.IntN(14), r.IntN(4)
		sign, usage := []string{"", "S"}[r.IntN(2)], []string{"", " COMP", " COMP-3"}[r.IntN(3)]
		picture := fmt.Sprintf("PIC %s9(%d)", sign, digits)
		if scale > 0 {
			picture += fmt.Sprintf("V9(%d)", scale)
		}
		item := field(t, picture+usage)
		var text strings.Builder
		for i := range digits + scale {
			if i == digits {
				text.WriteByte('.')
			}
			text.WriteByte(byte('0' + r.IntN(10)))
		}
		want := text.String()
		if sign == "S" && r.IntN(2) == 0 && strings.Trim(want, "0.") != "" {
			want = "-" + want
		}
		cs := CharsetNamed([]string{"latin-1", "cp500"}[r.IntN(2)])
		into := make([]byte, item.Size)
		if err := encode(into, want, item, cs); err != nil {
			t.Fatalf("%s %s: %v", picture+usage, want, err)
		}
		got, fault := decode(nil, into, item, cs)
		if fault != "" || string(got) != want && !(cs.blank(into) && strings.Trim(want, "0.") == "") {
			t.Fatalf("%s%s: %s became % x and then %q %s", picture, usage, want, into, got, fault)
		}
	}
}

// herd is a layout of another world: an animal, its weighings, its owners.
const herd = `
       01  ANIMAL.
           02  KIND     PIC X.
           02  EAR      PIC 9(4).
           02  BORN     PIC 9(6) COMP-3.
       01  SCALES.
           02  KIND     PIC X.
           02  EAR      PIC 9(4).
           02  TIMES    PIC S9(4) COMP.
           02  WEIGHED OCCURS 0 TO 20 DEPENDING ON TIMES.
               04  DAY    PIC X(4).
               04  SECRET PIC X(4).
               04  KILOS  PIC S9(3)V9 COMP-3.
`

func herdRecords(t testing.TB) *catalog.Records {
	t.Helper()
	book, err := copybook.Parse(herd)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(record string, names ...string) (out []catalog.RecordField) {
		for _, name := range names {
			out = append(out, catalog.RecordField{Zone: name, Items: book.Record(record).Find(name)})
		}
		return out
	}
	table := book.Record("SCALES").Find("WEIGHED")[0]
	return &catalog.Records{
		Book: book, Type: catalog.Slice{Start: 1, Length: 1},
		Rows: []*catalog.RowsOf{{Table: "herd", Per: []string{"EAR"}, Of: []*catalog.RecordOf{
			{Code: "A", Item: book.Record("ANIMAL"), Per: []string{"EAR"}, Fields: bound("ANIMAL", "EAR", "BORN")},
			{
				Code: "S", Item: book.Record("SCALES"), Per: []string{"EAR"}, Table: table, Each: "WEIGHED", Latest: "DAY",
				Fields: bound("SCALES", "EAR", "DAY", "SECRET", "KILOS"),
			},
		}}},
	}
}

func notSecret(_, zone string) bool { return zone != "SECRET" }

// rowsOf reads a file to its end.
func rowsOf(t testing.TB, data []byte, rs *catalog.Records, f Format) (rows []string, faults []string) {
	t.Helper()
	a := NewRows(rs, f.Charset, notSecret)
	r := NewReader(bytes.NewReader(data), rs, f)
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, []string{err.Error()}
		}
		if rec.Fault != "" {
			faults = append(faults, fmt.Sprint(rec.Number, " ", rec.Fault))
			continue
		}
		if fault, ok := a.Add(rec); !ok {
			faults = append(faults, fmt.Sprint(rec.Number, " ", fault.Zone, " ", fault.Reason))
		}
	}
	for row := range a.All() {
		rows = append(rows, strings.Join(row.Values, "|"))
	}
	return rows, faults
}

func TestWrittenRowsAreReadAgain(t *testing.T) {
	rs := herdRecords(t)
	longest := rs.Book.Longest()
	for _, name := range []string{"latin-1", "cp500"} {
		cs := CharsetNamed(name)
		for _, f := range []Format{
			{Framing: Variable, Charset: cs},
			{Framing: Variable, Charset: cs, Inclusive: true},
			{Framing: Fixed, Charset: cs, Length: longest},
			{Framing: Lines, Charset: cs, End: '\n'},
		} {
			w := NewWriter(rs, f)
			var data []byte
			for ear := range 10 {
				values := map[string]string{"EAR": fmt.Sprintf("%04d", ear), "BORN": "200801", "DAY": "0601", "SECRET": "HUSH", "KILOS": fmt.Sprintf("-%03d.5", ear+1)}
				var err error
				if data, err = w.Append(data, "herd", func(zone string) string { return values[zone] }); err != nil {
					t.Fatal(err)
				}
			}
			found, ok := Detect(data, true, rs, nil)
			if !ok || found.Framing != f.Framing || found.Charset != cs || found.Inclusive != f.Inclusive {
				t.Errorf("%s %s is taken for %s %v", name, f.Framing, found.Framing, found)
			}
			rows, faults := rowsOf(t, data, rs, found)
			if len(faults) > 0 || len(rows) != 10 || rows[2] != "0002|200801|0601|-003.5" {
				t.Errorf("%s %s: %q %q", name, f.Framing, rows, faults)
			}
		}
	}
}

func TestLines(t *testing.T) {
	rs := herdRecords(t)
	f := Format{Framing: Lines, Charset: CharsetNamed("latin-1"), End: '\n'}
	born := "\x02\x00\x80\x1F"
	day := "0601HUSH\x01\x23\x5C"
	for _, test := range []struct{ sentence, text, rows, faults string }{
		{"a record a line", "A0001" + born + "\nA0002" + born + "\n", "0001|200801||;0002|200801||", ""},
		{"the last line may lack its end", "A0001" + born, "0001|200801||", ""},
		{"lines may end as on Windows", "A0001" + born + "\r\nA0002" + born + "\r\n", "0001|200801||;0002|200801||", ""},
		{"a line feed in a number ends nothing", "S0001\x00\x0a" + strings.Repeat(day, 10) + "\nA0002" + born + "\n", "0001||0601|123.5;0002|200801||", ""},
		{"blank lines are nothing", "\n   \nA0001" + born + "\n\n", "0001|200801||", ""},
		{"an element cut off is no blank", "S0001\x00\x01" + day[:9] + "\n", "", "1 KILOS not a packed number"},
		{"of several, the latest day counts, whatever its place", "S0001\x00\x02" + "0902HUSH\x01\x23\x5C" + day + "\n", "0001||0902|123.5", ""},
		{"no elements", "S0001\x00\x00\n", "0001|||", ""},
		{"too much in a line", "A0001" + born + "X\nA0002" + born + "\n", "0002|200801||", "1 longer than its type of record"},
		{"a type that nobody knows", "Z0001\nA0002" + born + "\n", "0002|200801||", "1 of no known type of record"},
		{"more elements than there may be", "S0001\x00\x15" + strings.Repeat(day, 21) + "\nA0002" + born + "\n", "0002|200801||", "1 longer than its type of record"},
		{"a counter that is none", "S0001\x00\x15" + day + "\nA0002" + born + "\n", "0002|200801||", "1 a counter outside its bounds"},
		{"an animal without a number", "A    " + born + "\n", "", "1 EAR does not say whose row it is"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			rows, faults := rowsOf(t, []byte(test.text), rs, f)
			if got := strings.Join(rows, ";"); got != test.rows || strings.Join(faults, ";") != test.faults {
				t.Errorf("got  %s %q\nwant %s %q", got, faults, test.rows, test.faults)
			}
		})
	}
}

// An owner with very many records must not make reading slow: his later ones are faults.
func TestRecordsOfOneOwnerAreBounded(t *testing.T) {
	rs := herdRecords(t)
	line := "A0001\x02\x00\x80\x1F\n"
	f := Format{Framing: Lines, Charset: CharsetNamed("latin-1"), End: '\n'}
	rows, faults := rowsOf(t, []byte(strings.Repeat(line, maxParts+2)), rs, f)
	if len(rows) != 1 || len(faults) != 2 || !strings.HasSuffix(faults[0], TooMany) {
		t.Errorf("%d rows, faults %q", len(rows), faults)
	}
}

// Whatever the bytes, reading ends, and every byte is behind it.
func FuzzReader(f *testing.F) {
	rs := herdRecords(f)
	f.Add(uint8(0), []byte("A0001\x02\x00\x80\x1F\nS0001\x00\x01"+"0601HUSH\x01\x23\x5C\n"))
	f.Add(uint8(1), []byte("\x00\x09\x00\x00A0001\x02\x00\x80\x1F"))
	f.Add(uint8(2), []byte("\x00\x0d\x00\x00\xc1\xf0\xf0\xf0\xf1\x02\x00\x80\x1F"))
	f.Add(uint8(3), []byte("A0001\x02\x00\x80\x1F"))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		ascii, host := CharsetNamed("latin-1"), CharsetNamed("cp500")
		formats := []Format{
			{Framing: Lines, Charset: ascii, End: '\n'},
			{Framing: Variable, Charset: ascii},
			{Framing: Variable, Charset: host, Inclusive: true},
			{Framing: Fixed, Charset: ascii, Length: 20},
			{Framing: Lines, Charset: host, End: 0x15},
		}
		rows, _ := rowsOf(t, data, rs, formats[int(kind)%len(formats)])
		for _, row := range rows {
			if strings.HasPrefix(row, "|") {
				t.Errorf("a row of nobody: %q", row)
			}
		}
		Detect(data, kind&1 == 0, rs, nil)
	})
}
