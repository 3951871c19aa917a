package compare_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"epsql/engine/compare"
)

// run compares two CSV texts; blanks behind commas are for reading.
func run(t *testing.T, expected, actual string, opts compare.Options) *compare.Report {
	t.Helper()
	r, err := compare.Run(t.Context(), side(t, "expected.csv", expected), side(t, "actual.csv", actual), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func side(t *testing.T, name, text string) compare.Side {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, ";", "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return compare.Side{Name: name, Path: path}
}

func TestWhatIsEqual(t *testing.T) {
	id := []string{"id"}
	for _, c := range []struct {
		name, expected, actual string
		opts                   compare.Options
		want                   bool
	}{
		{"the same rows in another order", "id,x;1,a;2,b", "id,x;2,b;1,a", compare.Options{By: id}, true},
		{"without a key the order counts", "id,x;1,a;2,b", "id,x;2,b;1,a", compare.Options{}, false},
		{"columns in another order and in capitals", "id,x;1,a", "X,ID;a,1", compare.Options{By: id}, true},
		{"a value that differs", "id,x;1,a", "id,x;1,b", compare.Options{By: id}, false},
		{"a row too few", "id,x;1,a;2,b", "id,x;1,a", compare.Options{By: id}, false},
		{"a row too many", "id,x;1,a", "id,x;1,a;2,b", compare.Options{By: id}, false},
		{"a row twice", "id,x;1,a", "id,x;1,a;1,a", compare.Options{By: id}, false},
		{"rows of one key in another order", "id,x;1,a;1,b", "id,x;1,b;1,a", compare.Options{By: id}, true},
		{"a column too few", "id,x,y;1,a,b", "id,x;1,a", compare.Options{By: id}, false},
		{"a column that is left out", "id,x,y;1,a,b", "id,x;1,a", compare.Options{By: id, Leave: []string{"Y"}}, true},
		{"blanks behind do not count", "id,x;1,a", "id,x;1,\"a  \"", compare.Options{By: id}, true},
		{"blanks within count", "id,x;1,a b", "id,x;1,a  b", compare.Options{By: id}, false},
		{"blanks in front count", "id,x;1,a", "id,x;1,\" a\"", compare.Options{By: id}, false},
		{"capitals count", "id,x;1,a", "id,x;1,A", compare.Options{By: id}, false},
		{"numbers written in two ways", "id,x;1,1.50", "id,x;1,1.5", compare.Options{By: id}, true},
		{"a code with a zero in front is no number", "id,x;1,01", "id,x;1,1", compare.Options{By: id}, false},
		{"a point is a missing number", "id,x;1,.;2,3", "id,x;1,;2,3", compare.Options{By: id}, true},
		{"missing is not 0", "id,x;1,.;2,3", "id,x;1,0;2,3", compare.Options{By: id}, false},
		{"missing as 0", "id,x;1,.;2,3", "id,x;1,0;2,3", compare.Options{By: id, Missing: compare.Zero}, true},
		{"missing equals nothing", "id,x;1,.;2,3", "id,x;1,.;2,3", compare.Options{By: id, Missing: compare.Never}, false},
		{"pairs with a missing value left out", "id,x;1,.;2,3", "id,x;1,7;2,3", compare.Options{By: id, Missing: compare.Ignore}, true},
		{"rows with a missing key belong together", "id,x;.,a;2,b", "id,x;2,b;,a", compare.Options{By: id}, true},
		{"within an absolute tolerance", "id,x;1,100", "id,x;1,100.4", compare.Options{By: id, Absolute: 0.5}, true},
		{"beyond an absolute tolerance", "id,x;1,100", "id,x;1,100.6", compare.Options{By: id, Absolute: 0.5}, false},
		{"within a relative tolerance", "id,x;1,1000", "id,x;1,1001", compare.Options{By: id, Relative: 0.01}, true},
		{"beyond a relative tolerance", "id,x;1,1000", "id,x;1,1020", compare.Options{By: id, Relative: 0.01}, false},
		{"dates", "id,x;1,2008-02-29", "id,x;1,2008-03-01", compare.Options{By: id}, false},
		{"a date is no number", "id,x;1,1960-01-02", "id,x;1,1", compare.Options{By: id}, false},
		{"two empty tables", "id,x", "id,x", compare.Options{By: id}, true},
		{"keys alone", "id;1;2", "id;2;1", compare.Options{By: id}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := run(t, c.expected, c.actual, c.opts); r.Equal != c.want {
				t.Errorf("equal is %v, want %v: %+v", r.Equal, c.want, r)
			}
		})
	}
}

func TestTheReportTellsHowTheyDiffer(t *testing.T) {
	r := run(t, "id,x,y,z;1,10,a,1;2,20,b,2;3,.,c,3;4,40,d,4;4,50,e,5", "id,x,y,w;1,12,a,1;2,20,B,2;3,30,c,3;5,1,z,9", compare.Options{By: []string{"id"}})
	if r.Matched != 3 || r.OnlyHere != 2 || r.OnlyThen != 1 || r.Unequal != 3 || r.Expected.Duplicates != 1 {
		t.Errorf("rows: %+v", r)
	}
	want := []compare.Column{
		{Name: "id", Expected: "number", Actual: "number", Key: true},
		{Name: "x", Expected: "number", Actual: "number", Differ: 2, MissingHere: 1, Largest: 2, Relative: 2.0 / 12},
		{Name: "y", Expected: "text", Actual: "text", Differ: 1},
		{Name: "z", Expected: "number"},
		{Name: "w", Actual: "number"},
	}
	for i, w := range want {
		if r.Columns[i] != w {
			t.Errorf("got %+v, want %+v", r.Columns[i], w)
		}
	}
	if len(r.Examples) > 0 {
		t.Error("rows of files are shown")
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	ok := side(t, "a.csv", "id,x;1,2")
	for _, c := range []struct {
		name string
		side compare.Side
		by   string
		want string
	}{
		{"no such file", compare.Side{Name: "b", Path: "nowhere.csv"}, "id", "nowhere.csv cannot be opened"},
		{"a file of another kind", side(t, "b.doc", "id,x"), "id", "b.doc is of no kind that can be compared"},
		{"a key that is not there", side(t, "b.csv", "ident,x;1,2"), "id", "b.csv has no column id"},
		{"a key of two types", side(t, "b.csv", "id,x;2008-01-01,2"), "id", "the key id is number on one side and date on the other"},
		{"a damaged Parquet file", side(t, "b.parquet", "PAR1 and no more"), "id", "b.parquet cannot be read as what its name says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := compare.Run(t.Context(), ok, c.side, compare.Options{By: []string{c.by}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestSASDataSetsAreComparedWithTransportFiles(t *testing.T) {
	v5 := compare.Side{Name: "v5", Path: "../sasdata/testdata/claims_v5.xpt"}
	v8 := compare.Side{Name: "v8", Path: "../sasdata/testdata/claims_v8.xpt"}
	r, err := compare.Run(t.Context(), v5, v8, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Matched == 0 || r.OnlyHere+r.OnlyThen != 0 {
		t.Errorf("rows: %+v", r)
	}
}

// Special missing values are all missing, unless their letters are asked for.
func TestLettersOfSpecialMissingValuesAreComparedWhenAskedFor(t *testing.T) {
	content, err := os.ReadFile("../sasdata/testdata/claims_v5.xpt")
	if err != nil {
		t.Fatal(err)
	}
	other := slices.Clone(content)
	z := bytes.LastIndex(other, []byte("Z\x00\x00\x00\x00\x00\x00\x00"))
	if z < 0 {
		t.Fatal("the file has no .Z")
	}
	other[z] = 'B'
	path := filepath.Join(t.TempDir(), "other.xpt")
	if err := os.WriteFile(path, other, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, special := range []bool{false, true} {
		r, err := compare.Run(t.Context(), compare.Side{Name: "one", Path: "../sasdata/testdata/claims_v5.xpt"},
			compare.Side{Name: "other", Path: path}, compare.Options{Special: special})
		if err != nil {
			t.Fatal(err)
		}
		if r.Equal == special {
			t.Errorf("letters asked for: %v, equal: %v", special, r.Equal)
		}
	}
}
