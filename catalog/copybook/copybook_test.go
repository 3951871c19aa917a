package copybook

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"epsql/sql/diag"
)

// described lists a record's items: level, name, offset and size.
func described(i *Item) string {
	var out strings.Builder
	for _, item := range i.Items {
		name := item.Name
		if name == "" {
			name = "FILLER"
		}
		fmt.Fprintf(&out, "%s %d+%d", name, item.Offset, item.Size)
		if item.Max != 1 || item.DependsOn != nil {
			fmt.Fprintf(&out, " x%d-%d", item.Min, item.Max)
		}
		out.WriteString("; " + described(item))
	}
	return out.String()
}

func TestItemsStandWhereACompilerPutsThem(t *testing.T) {
	for _, test := range []struct{ sentence, text, want string }{
		{"fields follow each other", "01 R. 02 A PIC X(3). 02 B PIC 99. 02 C PIC XX.", "A 0+3; B 3+2; C 5+2; "},
		{"packed numbers have two digits a byte", "01 R. 02 A PIC 9(6) COMP-3. 02 B PIC S9(5) PACKED-DECIMAL. 02 C PIC X.", "A 0+4; B 4+3; C 7+1; "},
		{"binary numbers have two, four or eight bytes", "01 R. 02 A PIC S9(4) COMP. 02 B PIC 9(5) BINARY.\n02 C PIC S9(10) COMP-4. 02 D PIC X.", "A 0+2; B 2+4; C 6+8; D 14+1; "},
		{"a point takes no room, nor does a sign", "01 R. 02 A PIC S9(5)V99. 02 B PIC X.", "A 0+7; B 7+1; "},
		{"a group is as long as its parts", "01 R. 02 G. 03 A PIC X. 03 B PIC X(4). 02 C PIC X.", "G 0+5; A 0+1; B 1+4; C 5+1; "},
		{"what redefines stands in the same place", "01 R. 02 A PIC X(8). 02 FILLER REDEFINES A.\n04 Y PIC 9(4). 04 M PIC 99. 02 B PIC X.", "A 0+8; FILLER 0+6; Y 0+4; M 4+2; B 8+1; "},
		{"several may redefine the same", "01 R. 02 A PIC X(4). 02 B REDEFINES A PIC 9(4).\n02 C REDEFINES A PIC X(2).", "A 0+4; B 0+4; C 0+2; "},
		{"a table has its first element's place", "01 R. 02 T OCCURS 3 TIMES. 03 A PIC X. 03 B PIC XX. 02 C PIC X.", "T 0+3 x3-3; A 0+1; B 1+2; C 9+1; "},
		{"a table may vary when it is the last", "01 R. 02 N PIC 99. 02 T OCCURS 0 TO 5 DEPENDING ON N PIC X(4).", "N 0+2; T 2+4 x0-5; "},
		{"the name may be left out, and words come in any case", "01 r. 02 pic x. 02 usage is comp pic is 9(4).", "FILLER 0+1; FILLER 1+2; "},
		{"level 88 takes no room", "01 R. 02 A PIC X. 88 YES VALUE 1. 02 B PIC X.", "A 0+1; B 1+1; "},
		{"comments and line numbers say nothing", "000100 01 R.\n      * 02 X PIC X.\n000200     02 A PIC X. *> one\n* free\n", "A 0+1; "},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			book, err := Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := described(book.Records[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, test := range []struct{ sentence, text, want string }{
		{"nothing", "", "1:1: the copybook describes no record"},
		{"no level", "R PIC X.", "1:1: a level number is wanted"},
		{"a level of something else", "77 R PIC X.", "1:1: level 77 describes no part of a record"},
		{"a field without a record", "02 A PIC X.", "1:1: level 02 is in no record"},
		{"a record without a name", "01 FILLER. 02 A PIC X.", "1:1: the record has no name"},
		{"a record twice", "01 R. 02 A PIC X. 01 R. 02 A PIC X.", "1:19: the record R is there twice"},
		{"levels that do not match", "01 R. 05 A PIC X. 03 B PIC X.", "1:19: level 03 stands beside level 05"},
		{"a part of a field", "01 R. 02 A PIC X. 03 B PIC X.", "1:19: A has a picture and cannot have parts"},
		{"a group without parts", "01 R. 02 A. 02 B PIC X.", "1:1: A has neither a picture nor parts"},
		{"a picture for print", "01 R. 02 A PIC ZZ9.", "1:16: the picture is not known"},
		{"a picture of letters and digits", "01 R. 02 A PIC X9.", "1:16: the picture is not known"},
		{"a number of too many digits", "01 R. 02 A PIC 9(19).", "1:16: the picture is not known"},
		{"a text with a sign", "01 R. 02 A PIC SX.", "1:16: the picture is not known"},
		{"no end to a repetition", "01 R. 02 A PIC X(3.", "1:16: the picture is not known"},
		{"a repetition of millions", "01 R. 02 A PIC X(9999999).", "1:16: the picture is not known"},
		{"floating point", "01 R. 02 A COMP-1.", "1:12: COMP-1 is not known here"},
		{"a value", "01 R. 02 A PIC X VALUE SPACE.", "1:18: VALUE is not known here"},
		{"a text that is binary", "01 R. 02 A PIC X COMP.", "1:16: A is text and has the usage of a number"},
		{"a clause twice", "01 R. 02 A PIC X PIC X.", "1:18: PIC is said twice"},
		{"a usage without a picture", "01 R. 02 A COMP. 03 B PIC 9.", "1:12: A has a usage and no picture"},
		{"something that is not there", "01 R. 02 A PIC X. 02 B REDEFINES C PIC X.", "1:34: what is redefined must stand just before, at the same level"},
		{"something that is not just before", "01 R. 02 A PIC X. 02 B PIC X. 02 C REDEFINES A PIC X.", "1:46: what is redefined must stand just before, at the same level"},
		{"a table", "01 R. 02 A OCCURS 2 PIC X. 02 B REDEFINES A PIC X.", "1:43: A is a table"},
		{"more bytes than there are", "01 R. 02 A PIC X. 02 B REDEFINES A PIC XX.", "1:1: B has more bytes than what it redefines"},
		{"a table that varies without a number", "01 R. 02 A OCCURS 0 TO 5 PIC X.", "1:12: the table does not tell how many elements it has"},
		{"a table that depends on what is not there", "01 R. 02 A OCCURS 0 TO 5 DEPENDING ON N PIC X.", "1:39: what the table depends on must be one field of the record"},
		{"a table that depends on a text", "01 R. 02 N PIC X. 02 A OCCURS 0 TO 5 DEPENDING N PIC X.", "1:1: A depends on N, which is no whole number before it"},
		{"something behind a table that varies", "01 R. 02 N PIC 9. 02 A OCCURS 0 TO 5 DEPENDING N PIC X. 02 B PIC X.", "1:1: A varies, and something follows it"},
		{"a table that varies within a table", "01 R. 02 N PIC 9. 02 T OCCURS 2. 03 A OCCURS 0 TO 5 DEPENDING N PIC X.", "1:1: A varies, and something follows it"},
		{"more than there can be", "01 R. 02 A OCCURS 1000000. 03 B OCCURS 1000000 PIC X(1000000).", "1:1: B goes beyond 1048576 bytes"},
		{"no full stop", "01 R. 02 A PIC X", "1:7: the last sentence does not end"},
		{"a line that COBOL would cut", "01 R. 02 A PIC X." + strings.Repeat(" ", 60) + "02 B PIC X.", "1:73: the line goes beyond column 72, where COBOL stops reading"},
		{"bytes that are no UTF-8", "01 R. 02 \xff PIC X.", "1:1: the copybook is not in UTF-8"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			_, err := Parse(test.text)
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || e.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// The lengths are those that the annex prints above each record.
func TestRecordsOfTheProviderFile(t *testing.T) {
	text, err := os.ReadFile("../be/copybooks/inami_2007.cpy")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, length := range map[string]int{
		"SZVTYP-10": 133, "SZVTYP-11": 249, "SZVTYP-12": 78, "SZVTYP-13": 97, "SZVTYP-14": 21107, "SZVTYP-15": 21092,
		"SZVTYP-16": 14777, "SZVTYP-17": 138, "SZVTYP-21": 336, "SZVTYP-22": 78, "SZVTYP-23": 74,
	} {
		r := book.Record(name)
		if r == nil || r.Longest() != length || r.Items[0].Size != 54 {
			t.Errorf("%s has not the length %d, or no prefix of 54 positions", name, length)
		}
	}
	if book.Longest() != 21107 || len(book.Records) != 11 {
		t.Errorf("%d records, the longest of %d bytes", len(book.Records), book.Longest())
	}
}

// Whatever is accepted has every item inside its record, and parts inside groups.
func FuzzParse(f *testing.F) {
	f.Add("01 R. 02 N PIC S9(4) COMP. 02 T OCCURS 0 TO 50 DEPENDING ON N.\n 04 A PIC X(20). 04 FILLER REDEFINES A. 06 B PIC 9(6) COMP-3.")
	f.Add("01 R. 02 A PIC S9(5)V99. 02 B OCCURS 3 PIC X. 88 C VALUE 1.")
	f.Fuzz(func(t *testing.T, text string) {
		book, err := Parse(text)
		if err != nil {
			if _, ok := errors.AsType[*diag.Error](err); !ok {
				t.Fatal(err)
			}
			return
		}
		for _, r := range book.Records {
			if r.Shortest() > r.Longest() {
				t.Errorf("%s is longer when it is empty", r.Name)
			}
			inside(t, r)
		}
	})
}

func inside(t *testing.T, group *Item) {
	for _, i := range group.Items {
		if i.Size < 1 || i.Offset < group.Offset || i.Offset+i.Size*i.Max > group.Offset+group.Size {
			t.Errorf("%s at %d+%d is not inside %s at %d+%d", i.Name, i.Offset, i.Size, group.Name, group.Offset, group.Size)
		}
		inside(t, i)
	}
}
