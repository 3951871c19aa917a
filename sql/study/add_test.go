package study

import "testing"

func TestAnItemIsAddedToAListOfAPlan(t *testing.T) {
	for _, test := range []struct{ says, text, want string }{
		{"one item a line", "macros: # pinned\n  # the first\n  - a.b_v1\noutputs: []\n", "macros: # pinned\n  - x\n  # the first\n  - a.b_v1\noutputs: []\n"},
		{"without indentation", "macros:\n- a.b_v1\noutputs: []\n", "macros:\n- x\n- a.b_v1\noutputs: []\n"},
		{"on one line", "macros: [a.b_v1, c] # pinned\noutputs: []\n", "macros: [x, a.b_v1, c] # pinned\noutputs: []\n"},
		{"empty", "macros: []\noutputs: []\n", "macros: [x]\noutputs: []\n"},
		{"not there", "study: s\n# What leaves.\noutputs: []\n", "study: s\n# What leaves.\nmacros:\n  - x\noutputs: []\n"},
		{"no list", "macros: one\noutputs: []\n", ""},
		{"no plan", "a list\n", ""},
	} {
		got, ok := Add(test.text, "macros", "x")
		if ok != (test.want != "") || ok && got != test.want || !ok && got != test.text {
			t.Errorf("%s: %v\n%s", test.says, ok, got)
		}
	}
}
