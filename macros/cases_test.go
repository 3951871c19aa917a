package macros

import (
	"errors"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/sql/diag"
)

// shelf is a catalogue of one table.
func shelf() *catalog.Catalog {
	return &catalog.Catalog{Tables: []*catalog.Table{{Name: "books", Zones: []*catalog.Zone{{ID: "TITLE", Type: catalog.TypeText}}}}}
}

const goodCase = `Two lines
of a sentence.
-- books.csv --
# a remark
title
 Emma
-- call.sql --
SELECT title FROM main.books
-- expected.csv --
title
Emma
`

func TestACaseIsASentenceRowsACallAndAnAnswer(t *testing.T) {
	c, err := parseCase("a.txtar", []byte(goodCase), shelf())
	if err != nil {
		t.Fatal(err)
	}
	if c.title != "Two lines of a sentence." || c.given[0].lines[1][0] != "Emma" || c.call == "" || len(c.expected) != 2 {
		t.Errorf("read as %+v", c)
	}
}

func TestAFaultyCaseIsRefused(t *testing.T) {
	for _, c := range []struct{ sentence, old, new, says string }{
		{"no sentence", "Two lines\nof a sentence.\n", "", "not whole"},
		{"no call", "call.sql", "books.csv", "not whole"},
		{"no answer", "-- expected.csv --\ntitle\nEmma\n", "", "not whole"},
		{"an answer and an error", "-- expected.csv --", "-- error.txt --\nx\n-- expected.csv --", "not whole"},
		{"an unknown table", "books.csv", "book.csv", "book.csv"},
		{"an unknown list", "books.csv", "ref.books.csv", "ref.books.csv"},
		{"rows of unequal length", " Emma\n", " Emma, Persuasion\n", "not a table"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			_, err := parseCase("a.txtar", []byte(strings.Replace(goodCase, c.old, c.new, 1)), shelf())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestACaseIsJudgedByItsRowsInAnyOrder(t *testing.T) {
	rows := func(lines ...string) (out [][]string) {
		for _, l := range lines {
			out = append(out, strings.Fields(l))
		}
		return out
	}
	c := goldenCase{expected: rows("a b", "1 2", "3 4")}
	for _, judged := range []struct {
		sentence string
		got      [][]string
		err      error
		passes   bool
	}{
		{"the same rows in another order", rows("a b", "3 4", "1 2"), nil, true},
		{"a row too few", rows("a b", "1 2"), nil, false},
		{"a row twice", rows("a b", "1 2", "3 4", "3 4"), nil, false},
		{"another value", rows("a b", "1 2", "3 5"), nil, false},
		{"another column name", rows("a c", "1 2", "3 4"), nil, false},
		{"an error", nil, errors.New("no"), false},
	} {
		if problem := c.judge(judged.got, judged.err); (problem == "") != judged.passes {
			t.Errorf("%s: %q", judged.sentence, problem)
		}
	}
	failing := goldenCase{failure: "no such list"}
	if failing.judge(nil, errors.New("error: no such list")) != "" || failing.judge(nil, errors.New("other")) == "" || failing.judge(rows("a"), nil) == "" {
		t.Error("an expected error is misjudged")
	}
}

// FuzzCase reads any text as a golden case: a whole case, or a refusal that
// tells where and what to do.
func FuzzCase(f *testing.F) {
	f.Add(goodCase)
	f.Add("A sentence.\n-- call.sql --\nSELECT 1\n-- error.txt --\nno\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCase("a.txtar", []byte(text), shelf())
		var fault *diag.Error
		switch {
		case errors.As(err, &fault):
			if fault.Pos.File == "" || fault.Hint == "" {
				t.Fatalf("a refusal without place or advice: %v", err)
			}
		case c.title == "" || c.call == "":
			t.Fatalf("half a case: %+v", c)
		}
	})
}

// The guard takes a declared list for all values that occur: quotes around its
// words would make every row one that is not listed.
func TestACaseHoldsTheHeadersLists(t *testing.T) {
	m := &Macro{Columns: []Column{{Name: "age", Domain: []string{"'00-17'", "'18+'"}}, {Name: "n"}}}
	if got := m.unlisted([][]string{{"age", "n"}, {"", "1"}, {"18+", "2"}}); !strings.Contains(got, "age is 18+, which the header does not list") {
		t.Errorf("got %q", got)
	}
	m.Columns[0].Domain = []string{"00-17", "18+"}
	if got := m.unlisted([][]string{{"age", "n"}, {"", "1"}, {"18+", "2"}}); got != "" {
		t.Errorf("got %q", got)
	}
}
