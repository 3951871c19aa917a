package strict_test

import (
	"slices"
	"testing"

	"epsql/sql/diag"
	"epsql/sql/strict"
)

// person is what the tests read.
type person struct {
	Name   string
	Age    int
	Share  float64
	Member bool
	Sex    string
	Codes  []string
}

func read(text []byte) (*person, *diag.Error) {
	p := &person{}
	r := &strict.Reader{File: "person.yaml"}
	if n := r.Document(text); n != nil {
		r.Object(n, "a person", strict.Fields{
			"name": r.Text(&p.Name), "age": r.Integer(&p.Age), "share": r.Percent(&p.Share), "member": r.Boolean(&p.Member),
			"sex": strict.Enum(r, &p.Sex, "sex", "f", "m"), "codes": r.Texts(&p.Codes),
		}, "name")
	}
	return p, r.Err
}

func TestValuesAreReadAsWritten(t *testing.T) {
	p, err := read([]byte("name: 076\nage: 40\nshare: 12.5\nmember: true\nsex: f\ncodes: [0010, 'no', 2006-01-31]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "076" || p.Age != 40 || p.Share != 12.5 || !p.Member || p.Sex != "f" || !slices.Equal(p.Codes, []string{"0010", "no", "2006-01-31"}) {
		t.Errorf("read %+v", p)
	}
}

func TestErrorsHaveAPlaceAndAHint(t *testing.T) {
	for _, c := range []struct {
		about, text, code string
		line, col         int
	}{
		{"nothing at all", "", "yaml", 1, 1},
		{"not YAML", "name: [a", "yaml", 2, 1},
		{"two documents", "name: a\n---\nname: b\n", "yaml", 1, 1},
		{"a list instead of keys", "- name\n", "yaml", 1, 1},
		{"a key that nobody knows", "name: a\nnom: b\n", "unknown-key", 2, 1},
		{"a key given twice", "name: a\nname: b\n", "duplicate-key", 2, 1},
		{"a key that must be there", "age: 3\n", "missing-key", 1, 1},
		{"a key without a value", "name:\n", "yaml", 1, 6},
		{"a list where one value is expected", "name: [a]\n", "yaml", 1, 7},
		{"an alias", "name: &a b\nsex: *a\n", "yaml", 2, 6},
		{"an age in words", "name: a\nage: forty\n", "yaml", 2, 6},
		{"an age below nought", "name: a\nage: -1\n", "yaml", 2, 6},
		{"more than the whole", "name: a\nshare: 101\n", "yaml", 2, 8},
		{"yes is not true", "name: a\nmember: yes\n", "yaml", 2, 9},
		{"a word that is not allowed", "name: a\nsex: x\n", "unknown-sex", 2, 6},
		{"one value where a list is expected", "name: a\ncodes: b\n", "yaml", 2, 8},
	} {
		t.Run(c.about, func(t *testing.T) {
			_, err := read([]byte(c.text))
			if err == nil {
				t.Fatal("was accepted")
			}
			if err.Code != c.code || err.Pos != (diag.Pos{File: "person.yaml", Line: c.line, Col: c.col}) || err.Hint == "" {
				t.Errorf("gave %q at %v, hint %q; want %q at %d:%d", err.Code, err.Pos, err.Hint, c.code, c.line, c.col)
			}
		})
	}
}

// Nothing makes the reader panic, and what it refuses has a place in the file.
func FuzzRead(f *testing.F) {
	f.Add([]byte("name: a\nage: 3\ncodes: [a, b]\n"))
	f.Add([]byte("name: &a b\nsex: *a\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := read(text); err != nil && err.Pos.Line < 1 {
			t.Errorf("no place: %v", err)
		}
	})
}
