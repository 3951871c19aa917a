package diag

import (
	"errors"
	"fmt"
	"testing"
)

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		name, text string
		offset     int
		want       string
	}{
		{"the first character", "abc", 0, "f:1:1"},
		{"a later line", "a\nbc", 3, "f:2:2"},
		{"columns count characters, not bytes", "é x", 3, "f:1:3"},
		{"the end of the text", "ab", 2, "f:1:3"},
		{"past the end there is no line", "ab", 9, "f"},
		{"an unknown offset has no line", "ab", -1, "f"},
	} {
		if got := PosOf("f", c.text, c.offset).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestCaret(t *testing.T) {
	for _, c := range []struct {
		name, text string
		pos        Pos
		want       string
	}{
		{"under the column", "SELECT x", Pos{Line: 1, Col: 8}, "SELECT x\n       ^"},
		{"of its own line", "a\nbc\nd", Pos{Line: 2, Col: 2}, "bc\n ^"},
		{"tabs keep their width", "\tx", Pos{Line: 1, Col: 2}, "\tx\n\t^"},
		{"after accents", "é x", Pos{Line: 1, Col: 3}, "é x\n  ^"},
		{"behind the line's end", "ab", Pos{Line: 1, Col: 5}, "ab\n  ^"},
		{"nowhere when the place is unknown", "ab", Pos{}, ""},
		{"nowhere when there is no such line", "ab", Pos{Line: 3, Col: 1}, ""},
	} {
		if got := Caret(c.text, c.pos); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"population", "pharmanet", "soins_sante"}
	for name, want := range map[string]string{
		"popluation":  "population",
		"PHARMANET":   "pharmanet",
		"soin_sante":  "soins_sante",
		"osins_snate": "soins_sante", // two swaps, not four changes
		"zebra":       "",
		"":            "",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"no error", nil, 0},
		{"an error of ours", New(Guard, "x", "refused"), 4},
		{"one wrapped in another", fmt.Errorf("while loading: %w", New(Data, "x", "bad")), 3},
		{"a foreign error", errors.New("boom"), 1},
	} {
		if got := ExitCode(c.err); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func TestAnErrorTellsItsPlaceFirstAndKeepsItsCause(t *testing.T) {
	cause := errors.New("secret value 42")
	e := New(Query, "syntax", "no such table %s", "t").At(Pos{File: "q.sql", Line: 2, Col: 3}).WithHint("write u").Wrap(cause)
	if e.Error() != "q.sql:2:3: no such table t" || e.Hint != "write u" || !errors.Is(e, cause) {
		t.Errorf("got %q, hint %q", e.Error(), e.Hint)
	}
}
