package load

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"epsql/catalog"
)

// converted gives what a value becomes: its stored form, NULL, or the reason of
// its refusal.
func converted(t *testing.T, typ catalog.Type, length int, raw string) string {
	t.Helper()
	zone := &catalog.Zone{ID: "Z", Type: typ, Length: length}
	table := &catalog.Table{Zones: []*catalog.Zone{zone}}
	b := newBatch([]format{formatOf(typ)}, 10, nil)
	defer b.free()
	col := column{Column: table.Columns()[0], length: length, nulls: [][]byte{[]byte("99999999")}}
	if typ == catalog.TypeCode {
		col.known = newCodeSet([]string{"01", "a rather long code"})
	}
	v := &b.vectors[0]
	reason, known := col.convert(v, 5, []byte(raw), unicode)
	switch {
	case reason != "":
		return reason
	case v.null(5):
		return "NULL"
	case !known:
		return "unknown " + string(v.text(5))
	}
	switch typ.SQL() {
	case "VARCHAR":
		return string(v.text(5))
	case "DATE":
		return time.Unix(int64(v.int32(5))*86400, 0).UTC().Format(time.DateOnly)
	case "INTEGER":
		return fmt.Sprint(v.int32(5))
	}
	return fmt.Sprint(v.int64(5))
}

func (v *vector) null(i int) bool   { return v.nulls && v.mask[i>>6]>>(i&63)&1 == 0 }
func (v *vector) int32(i int) int32 { return unsafe.Slice((*int32)(v.data), i+1)[i] }
func (v *vector) int64(i int) int64 { return unsafe.Slice((*int64)(v.data), i+1)[i] }

// text reads a text as Arrow's specification says.
func (v *vector) text(i int) []byte {
	header := unsafe.Add(v.data, i*16)
	n := *(*uint32)(header)
	if n <= inlined {
		return unsafe.Slice((*byte)(unsafe.Add(header, 4)), n)
	}
	at := *(*uint32)(unsafe.Add(header, 12))
	return unsafe.Slice((*byte)(v.long.data), v.long.used)[at : at+n]
}

func TestConversion(t *testing.T) {
	for _, test := range []struct {
		sentence string
		typ      catalog.Type
		raw      string
		want     string
	}{
		{"a blank is nothing", catalog.TypeText, "   ", "NULL"},
		{"text loses the blanks around it", catalog.TypeText, " a b  ", "a b"},
		{"text longer than a word is kept whole", catalog.TypeText, "0123456789abcdefg", "0123456789abcdefg"},
		{"text longer than its zone is refused", catalog.TypeText, "0123456789abcdefghijk", tooLongFor},
		{"zeros in front of digits, beyond the length, are padding", catalog.TypeText, "0012345678901234567890", "12345678901234567890"},
		{"a zone counts characters, not bytes", catalog.TypeText, "éééééééééééééééééééé", "éééééééééééééééééééé"},
		{"a cut character is refused", catalog.TypeText, "\xC3", strayBytes},
		{"a special value means nothing", catalog.TypeText, "99999999", "NULL"},
		{"codes keep their zeros", catalog.TypeCode, "01 ", "01"},
		{"long codes are known too", catalog.TypeCode, "a rather long code", "a rather long code"},
		{"other codes are kept and told", catalog.TypeCode, "1", "unknown 1"},

		{"a day", catalog.TypeDate, "20080229", "2008-02-29"},
		{"the first day of counting", catalog.TypeDate, "19700101", "1970-01-01"},
		{"a day before it", catalog.TypeDate, "19691231", "1969-12-31"},
		{"a day of 1900", catalog.TypeDate, "19000301", "1900-03-01"},
		{"a day as Parquet has it", catalog.TypeDate, "2008-12-31", "2008-12-31"},
		{"a day that the year lacks", catalog.TypeDate, "20070229", notDate},
		{"1900 had no leap day", catalog.TypeDate, "19000229", notDate},
		{"2000 had one", catalog.TypeDate, "20000229", "2000-02-29"},
		{"zeros are no day", catalog.TypeDate, "00000000", "NULL"},
		{"month 13", catalog.TypeDate, "20081301", notDate},
		{"day 0", catalog.TypeDate, "20080100", notDate},
		{"seven digits", catalog.TypeDate, "2008010", notDate},
		{"nine digits", catalog.TypeDate, "200801011", notDate},
		{"letters", catalog.TypeDate, "2008ABCD", notDate},

		{"a month", catalog.TypeMonth, "200812", "200812"},
		{"a month with zeros in front", catalog.TypeMonth, "00200812", "200812"},
		{"month 0", catalog.TypeMonth, "200800", notMonth},
		{"no month", catalog.TypeMonth, "000000", "NULL"},
		{"a day is no month", catalog.TypeMonth, "20081231", notMonth},
		{"a year", catalog.TypeYear, "1948", "1948"},
		{"a year with month 00", catalog.TypeYear, "194800", "1948"},
		{"a year with a month is no year", catalog.TypeYear, "194812", notYear},
		{"no year", catalog.TypeYear, "000000", "NULL"},

		{"a number with zeros in front", catalog.TypeInt, "000042", "42"},
		{"a negative number", catalog.TypeCents, "-0042", "-42"},
		{"a positive sign", catalog.TypeCents, "+42", "42"},
		{"zero is a number", catalog.TypeInt, "0", "0"},
		{"the largest number", catalog.TypeInt, "9223372036854775807", "9223372036854775807"},
		{"one more", catalog.TypeInt, "9223372036854775808", tooLarge},
		{"much more", catalog.TypeInt, "99999999999999999999999", tooLarge},
		{"much more with a letter", catalog.TypeInt, "9999999999999999999999x", notNumber},
		{"a sign alone", catalog.TypeInt, "-", notNumber},
		{"a blank inside", catalog.TypeInt, "1 2", notNumber},
		{"no fraction", catalog.TypeInt, "12.00", "12"},
		{"a fraction", catalog.TypeInt, "12.5", notWhole},
		{"a comma", catalog.TypeCents, "12,50", notNumber},

		{"a decimal", catalog.TypeNum, "1.5", "15000"},
		{"a decimal comma", catalog.TypeNum, "-0,0001", "-1"},
		{"a decimal without a whole part", catalog.TypeNum, ".25", "2500"},
		{"five decimals", catalog.TypeNum, "0.00001", tooPrecise},
		{"five decimals of which the last is zero", catalog.TypeNum, "0.12340", "1234"},
		{"two points", catalog.TypeNum, "1.2.3", notNumber},
		{"a point alone", catalog.TypeNum, ".", notNumber},
		{"the largest decimal", catalog.TypeNum, "99999999999999.9999", "999999999999999999"},
		{"a larger one", catalog.TypeNum, "100000000000000", tooLarge},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			got := converted(t, test.typ, 20, test.raw)
			if got != test.want {
				t.Errorf("%q became %s, not %s", test.raw, got, test.want)
			}
		})
	}
}

func TestEveryDayIsCounted(t *testing.T) {
	for day := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2110; day = day.AddDate(0, 0, 1) {
		y, m, d := day.Date()
		if got := int64(epochDays(y, int(m), d)); got != day.Unix()/86400 {
			t.Fatalf("%s is day %d", day.Format(time.DateOnly), got)
		}
	}
}

func TestPrintable(t *testing.T) {
	for c := range 256 {
		for at := range 17 {
			text := []byte("0123456789abcdefg")
			text[at] = byte(c)
			if got, want := printable(text), c >= ' ' && c < 0x80; got != want {
				t.Fatalf("byte %#x at %d: %v", c, at, got)
			}
			if got, want := ascii(text), c < 0x80; got != want {
				t.Fatalf("byte %#x at %d: ascii is %v", c, at, got)
			}
		}
	}
}

func TestNumbering(t *testing.T) {
	n := newNumbering(&catalog.Unit{ID: "u"})
	for i := range 100_000 {
		id, reason := identOf(fmt.Appendf(nil, "%d", i+1), 12)
		if got := n.number(id); reason != "" || int(got) != i+1 {
			t.Fatalf("identifier %d has number %d %s", i+1, got, reason)
		}
	}
	for i := range 100_000 {
		id, _ := identOf(fmt.Appendf(nil, "%012d", i+1), 12)
		if got := n.known(id); int(got) != i+1 {
			t.Fatalf("identifier %d is found as %d", i+1, got)
		}
	}
	if len(n.fresh) != 100_000 || n.fresh[99_999].id.String() != "000000100000" {
		t.Errorf("%d fresh, the last %s", len(n.fresh), n.fresh[len(n.fresh)-1].id)
	}
}

func TestIdentifiers(t *testing.T) {
	for _, test := range []struct {
		sentence, raw string
		length        int
		want, reason  string
	}{
		{"digits get their zeros back", " 12 ", 6, "000012", ""},
		{"without a length they stay as they are", "0012", 0, "0012", ""},
		{"zeros are nobody", "000000", 6, "", ""},
		{"blanks are nobody", "    ", 6, "", ""},
		{"letters are allowed", "AB-12", 6, "AB-12", ""},
		{"long numbers are kept as text", "12345678901234567890", 20, "12345678901234567890", ""},
		{"and get their zeros too", "1234567890123456789", 20, "01234567890123456789", ""},
		{"many zeros are nobody", "00000000000000000000", 20, "", ""},
		{"blanks inside are refused", "1 2", 6, "", notIdent},
		{"longer than the zone is refused", "1234567", 6, "", tooLongFor},
		{"accents are refused", "é", 6, "", notIdent},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			id, reason := identOf([]byte(test.raw), test.length)
			if got := id.String(); got != test.want || reason != test.reason {
				t.Errorf("got %q %s", got, reason)
			}
		})
	}
}
