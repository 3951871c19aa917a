package coding

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"epsql/sql/diag"
)

// fixed is a key that never changes.
func fixed(project string) *Key { return &Key{project, bytes.Repeat([]byte{7}, 32)} }

func TestACodeIsTheProjectsOwn(t *testing.T) {
	k := fixed("a")
	code := k.Code("person", "", "000000000000012")
	for _, c := range []struct {
		sentence, other string
		same            bool
	}{
		{"the same identifier has the same code", fixed("a").Code("person", "", "000000000000012"), true},
		{"another identifier has another one", k.Code("person", "", "000000000000013"), false},
		{"without its zeros it is another identifier", k.Code("person", "", "12"), false},
		{"another project has another one", fixed("b").Code("person", "", "000000000000012"), false},
		{"another key has another one", NewKey("a").Code("person", "", "000000000000012"), false},
		{"another unit has another one", k.Code("provider", "", "000000000000012"), false},
		{"what is coded cannot run into the identifier", k.Code("person\x000000", "", "00000000012"), false},
	} {
		if (code == c.other) != c.same {
			t.Errorf("%s: %s and %s", c.sentence, code, c.other)
		}
	}
	if code != "rprlhkckjdhjqtbdscmfndcq" {
		t.Errorf("the code of old extractions was another one: now %s", code)
	}
}

func TestACodeHasAFormOfItsOwn(t *testing.T) {
	k := fixed("a")
	legible := regexp.MustCompile("^" + Form(1) + "$")
	lookalike := regexp.MustCompile("^(" + Lookalike + ")$")
	for i := range 1000 {
		id := fmt.Sprintf("%08d", i*7919)
		plain, kept := k.Code("person", "", id), k.Code("provider", id[:1], id)
		if !IsCode(plain) || !IsCode(kept) || !legible.MatchString(kept) || strings.ContainsAny(plain, "0123456789") {
			t.Fatalf("%s and %s are codes of another form", plain, kept)
		}
		if !lookalike.MatchString(plain) || !lookalike.MatchString(kept) {
			t.Fatalf("%s and %s could be identifiers", plain, kept)
		}
		if IsCode(id) || lookalike.MatchString(id) {
			t.Fatalf("the identifier %s could be a code", id)
		}
	}
	for _, text := range []string{"", "bcd", "bcdfghjklmnpqrstbcdfghj", "bcdfghjklmnpqrstbcdfghjkl", "Bcdfghjklmnpqrstbcdfghjk", "bcdfghjklmnpqrstbcdfghj1", "abcd_bcdfghjklmnpqrstbcdfghjk"} {
		if IsCode(text) {
			t.Errorf("%q is no code", text)
		}
	}
}

func TestAKeyTellsNothing(t *testing.T) {
	k := fixed("a")
	secret := "0707070707"
	for _, said := range []string{fmt.Sprint(k), fmt.Sprintf("%#v", k), fmt.Sprintf("%+v", k), k.Fingerprint()} {
		if strings.Contains(said, secret) || strings.Contains(said, "7, 7") {
			t.Errorf("it says %s", said)
		}
	}
	if k.Fingerprint() == fixed("b").Fingerprint() || k.Fingerprint() != fixed("a").Fingerprint() {
		t.Error("fingerprints do not tell keys apart")
	}
}

func TestAKeyIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	k := NewKey("a")
	if err := k.Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v, %v", info.Mode(), err)
	}
	read, err := ReadKey(path)
	if err != nil || read.Fingerprint() != k.Fingerprint() || read.Project() != "a" {
		t.Errorf("it reads as %v, %v", read, err)
	}
	if err := k.Write(path); err == nil {
		t.Error("a key was overwritten")
	}
	for _, c := range []struct {
		sentence string
		spoil    func() error
		code     string
	}{
		{"one that the group may read", func() error { return os.Chmod(path, 0o640) }, "open-secret"},
		{"one that all may write", func() error { return os.Chmod(path, 0o602) }, "open-secret"},
		{"one that was cut", func() error {
			return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte(keyHeader+"\nproject: a\nkey: 07\n"), 0o600))
		}, "bad-key"},
		{"one of nobody", func() error {
			return os.WriteFile(path, []byte(keyHeader+"\nproject: \nkey: "+strings.Repeat("07", 32)+"\n"), 0o600)
		}, "bad-key"},
		{"a folder", func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, "no-key"},
	} {
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		_, err := ReadKey(path)
		if e, ok := errors.AsType[*diag.Error](err); !ok || e.Code != c.code || e.Hint == "" || strings.Contains(e.Error(), "0707") {
			t.Errorf("%s: %v, want %s", c.sentence, err, c.code)
		}
	}
}

const (
	codeA = "bcdfghjklmnpqrstbcdfghjk"
	codeB = "ccdfghjklmnpqrstbcdfghjk"
)

func TestAConversionTableIsReadStrictly(t *testing.T) {
	for _, c := range []struct{ sentence, text, place string }{
		{"a whole table", "original;coded\na;" + codeA + "\nb;" + codeB + "\n", ""},
		{"another header", "a;b\na;" + codeA + "\n", "t:1"},
		{"a code that is no code", "original;coded\na;1\n", "t:2"},
		{"a code that is the original", "original;coded\na;a\n", "t:2"},
		{"an original twice", "original;coded\na;" + codeA + "\na;" + codeB + "\n", "t:3"},
		{"two originals of one code", "original;coded\na;" + codeA + "\nb;" + codeA + "\n", "t:3"},
		{"a code of nothing", "original;coded\n;" + codeA + "\n", "t:2"},
		{"a line too long", "original;coded\na;" + codeA + ";x\n", "t:2"},
		{"nothing", "", "t:1"},
	} {
		table, err := parseTable("t", strings.NewReader(c.text))
		e, _ := errors.AsType[*diag.Error](err)
		switch {
		case c.place == "" && (err != nil || len(table) != 2):
			t.Errorf("%s: %v", c.sentence, err)
		case c.place != "" && (e == nil || e.Pos.String() != c.place || e.Hint == ""):
			t.Errorf("%s: %v, want it at %s", c.sentence, err, c.place)
		}
	}
}

func TestATableWrittenIsTheTableRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	want := Table{"11002A00-": codeA, `with ";" in it`: codeB}
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadTable(path)
	if err != nil || got.Hash() != want.Hash() || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTable(path); err == nil {
		t.Error("a table that others may read was read")
	}
}

func TestAColumnIsCodedAndTheOthersStay(t *testing.T) {
	table := Table{"10": codeA, "11": codeB}
	code := func(v string) (string, bool) { c, ok := table[v]; return c, ok }
	for _, c := range []struct{ sentence, in, out, fails string }{
		{"each value by its code", "n;NO\nx;10\ny;11\n", "n;NO\nx;" + codeA + "\ny;" + codeB + "\n", ""},
		{"blanks stay blank", "n;NO\nx;\n", "n;NO\nx;\n", ""},
		{"quotes are kept where they are needed", "n;NO\n\"a;b\";10\n", "n;NO\n\"a;b\";" + codeA + "\n", ""},
		{"a mark of the encoding is no part of the name", "\ufeffno;n\n10;x\n", "no;n\n" + codeA + ";x\n", ""},
		{"a value without a code ends it", "n;NO\nx;12\n", "", ":2: a value of NO has no code in the table"},
		{"a column that is not there", "n;NR\nx;12\n", "", "no column no"},
		{"a line with other columns", "n;NO\nx\n", "", "another number of columns"},
	} {
		var out bytes.Buffer
		_, err := Apply(t.Context(), strings.NewReader(c.in), &out, Column{"no", ';'}, code)
		switch {
		case c.fails == "" && (err != nil || out.String() != c.out):
			t.Errorf("%s: got %q, %v", c.sentence, out.String(), err)
		case c.fails != "" && (err == nil || !strings.Contains(":"+err.Error(), c.fails) || strings.Contains(err.Error(), "12")):
			t.Errorf("%s: got %v", c.sentence, err)
		}
	}
}

// FuzzTable reads any text as a conversion table: codes and nothing else, or a
// refusal with its place.
func FuzzTable(f *testing.F) {
	f.Add("original;coded\na;" + codeA + "\n")
	f.Add("original;coded\n\"a;" + codeA + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parseTable("t", strings.NewReader(text))
		if e, ok := errors.AsType[*diag.Error](err); err != nil && (!ok || e.Pos.Line == 0 || e.Hint == "") {
			t.Fatalf("a refusal without place or advice: %#v", err)
		}
		for original, code := range table {
			if original == "" || !IsCode(code) {
				t.Fatalf("%q is coded as %q", original, code)
			}
		}
	})
}
