package sas_test

import (
	"strings"
	"testing"

	"epsql/sql/sas"
)

// What a DATA step does that SQL cannot say is refused with the reason; no step is
// half translated.
func TestDataStepsThatAreRefused(t *testing.T) {
	const read = "data a; input k x; datalines;\n1 2\n;\nrun;\ndata b; input k y; datalines;\n1 3\n1 4\n;\nrun;\n"
	const hashOfB = "data c; length y 8; if _n_ = 1 then do; declare hash h(dataset: 'b'); h.defineKey('k'); h.defineData('y'); h.defineDone(); end; set a; "
	for _, c := range []struct{ name, step, want string }{
		{"a value is kept until its data set is read again", "data c; merge a b; by k; if y = 3 then x = 0; run;", "SAS keeps what is assigned to it"},
		{"a value is counted on from row to row of a key", "data c; merge a b; by k; x = x + 1; run;", "SAS keeps what is assigned to it"},
		{"a value stays in the rows of the next data set", "data c; set a b; if x = . then x = k; run;", "SAS keeps what is assigned to it"},
		{"a loop turns as often as the data say", "data c; set a; do while (x > 0); x = x - 1; end; run;", "how often the loop turns depends on the data"},
		{"a loop that the data bound counts on", "data c; set a; n = 0; do i = 1 to x; n = n + 1; output; end; run;", "goes from turn to turn"},
		{"a text is given a number", "data c; length t $ 2; set a; t = x; run;", "t is a text"},
		{"lag in a loop", "data c; set a; do i = 1 to 2; y = lag(x); end; run;", "lag in a loop"},
		{"rows are read by their number", "data c; set a point=i; run;", "point="},
		{"a variable is renamed to one that is there", "data c; set a; rename x = k; run;", "which there is already"},
		{"a variable is read under the name of another", "data c; set a(rename=(x=k)); run;", "which there is already"},
		{"a statistic is renamed to another", "proc means data=a noprint; var k x; output out=c(rename=(p=q)) mean=p q; run;", "which there is already"},
		{"characters beyond the text are replaced", "data c; length t $ 3; set a; t = 'abc'; substr(t, 3, 2) = 'xy'; run;", "the characters 3 to 4 of t, which has 3"},
		{"characters of a number are replaced", "data c; set a; substr(x, 1, 1) = '9'; run;", "x is a number"},
		{"characters are replaced by a number", "data c; length t $ 3; set a; substr(t, 1, 1) = x; run;", "t is a text"},
		{"as many characters are replaced as the data say", "data c; length t $ 3; set a; substr(t, 1, x) = 'ab'; run;", "depends on the data"},
		{"characters of a text without a length are replaced", "data c; set t.t; substr(n, 1, 1) = 'x'; run;", "whose length is not known"},
		{"an update of several data sets", "data c; update a b b; by k; run;", "update needs a master"},
		{"an update by place", "data c; update a b; run;", "update needs a master"},
		{"a value that an update keeps is assigned", "data c; update a b; by k; if y = 3 then x = x + 1; run;", "SAS keeps what is assigned to it"},
		{"a hash object that the step fills", "data c; if _n_ = 1 then do; declare hash h(); h.defineKey('k'); h.defineDone(); end; set a; h.add(); run;", "a hash object without a data set"},
		{"a hash object that the step changes", hashOfB + "y = 1; h.replace(); run;", "h.replace is not understood"},
		{"a hash object for each group", "data c; set a; by k; if first.k then do; declare hash h(dataset: 'b'); h.defineKey('k'); h.defineDone(); end; run;", "made in front of all rows"},
		{"a hash object of a data set that a row names", "data c; if _n_ = 1 then do; declare hash h(dataset: n); h.defineKey('k'); h.defineDone(); end; set a; run;", "dataset:"},
		{"a hash object whose data are no variables", "data c; if _n_ = 1 then do; declare hash h(dataset: 'b'); h.defineKey('k'); h.defineData('y'); h.defineDone(); end; set a; rc = h.find(); run;", "y is no variable of the step"},
		{"a hash object without a key", "data c; if _n_ = 1 then do; declare hash h(dataset: 'b'); h.defineDone(); end; set a; run;", "has no key"},
		{"a hash object that is read in order", "data c; declare hiter i('h'); set a; run;", "objects of the kind hiter"},
		{"find within a condition of several parts", hashOfB + "if x > 1 and h.find() = 0 then z = y; run;", "find stands within an expression"},
		{"find in place of what a merge keeps", hashOfB[:len(hashOfB)-len("set a; ")] + "merge a b; by k; rc = h.find(); run;", "SAS keeps what is assigned to it"},
		{"find in a loop that writes rows as often as the data say", hashOfB + "do i = k to x; rc = h.find(key: i); output; end; run;", "rows that are read alone"},
		{"a key that is a text and a number", hashOfB + "rc = h.find(key: 'a'); run;", "a text in one place and a number in another"},
		{"a loop over groups that is left", "data c; do until(last.k); set a; by k; if x = 2 then leave; end; run;", "left in the middle"},
		{"a loop over groups that leaves rows out", "data c; do until(last.k); set a; by k; if x > 1; n = sum(n, 1); end; run;", "left in the middle"},
		{"a loop over groups without by", "data c; do until(last.k); set a; end; run;", "needs k in a BY statement"},
		{"two loops over all rows", "data c; do until(e); set a end=e; n = sum(n, x); end; do until(f); set a end=f; output; end; run;", "must read the same data set"},
		{"two loops over other groups", "data c; do until(last.k); set a; by k x; end; do until(last.x); set a; by k x; output; end; run;", "over the groups of the same key"},
		{"a loop that ends somewhere", "data c; do until(n > 2); set a; n = sum(n, x); end; run;", "set within a condition or a loop"},
		{"set under a condition", "data c; set a; if x = 2 then set b; run;", "set within a condition or a loop"},
		{"two loops over groups of several data sets", "data c; do until(last.k); set a; by k; end; do until(last.k); set b; by k; output; end; run;", "must read the same data set"},
		{"rows in both loops over groups", "data c; do until(last.k); set a; by k; output; end; do until(last.k); set a; by k; output; end; run;", "output in the first of two loops"},
		{"groups are counted", "data c; do until(last.k); set a; by k; end; n = _n_; run;", "_n_ counts groups"},
		{"what is read is used in front of the loop", "data c; y = x; do until(last.k); set a; by k; end; run;", "in front of the loop that reads it"},
		{"a second loop as long as the first has counted", "data c; do _n_ = 1 by 1 until(last.k); set a; by k; end; do _n_ = 1 to _n_; set a; output; end; run;", "set within a condition or a loop"},
		{"the key of two loops is changed", "data c; do until(last.k); set a; by k; if x = 2 then k = 0; end; do until(last.k); set a; by k; output; end; run;", "k is changed in the first of two loops"},
		{"a count that goes on in the second loop", "data c; do until(last.k); set a; by k; n + 1; end; do until(last.k); set a; by k; n + 1; output; end; run;", "changed in two loops"},
		{"a loop over rows and another data set", "data c; set b; do until(last.k); set a; by k; end; run;", "where nothing else is read"},
		{"goto", "data c; set a; if x then goto ende; ende: run;", "goto"},
		{"a second set with several data sets", "data c; set a; set a b; run;", "a second set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := sas.Port(read+c.step, sas.Options{Tables: []sas.Table{{SAS: "t.t", SQL: "t", Columns: []sas.Column{{Name: "k", Type: "number"}, {Name: "n", Type: "text"}}}}})
			for _, s := range out.Report.Statements {
				if s.State == sas.Untranslated && strings.Contains(s.Why, c.want) {
					return
				}
			}
			t.Errorf("not refused: %+v\n%s", out.Report.Statements, out.SQL)
		})
	}
}
