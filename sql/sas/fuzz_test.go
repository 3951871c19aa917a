package sas_test

import (
	"strings"
	"testing"

	"epsql/sql/sas"
)

// The translator reads what others wrote: it neither panics nor hangs, and every
// statement stands in its report.
func FuzzPort(f *testing.F) {
	for _, seed := range []string{
		"data a; set b; if x < 5 then y = 1; else y = 2; run;",
		"data a; merge b(in=i) c; by k; if first.k then n = 0; n + 1; if last.k; run;",
		"proc sql; create table a as select x, count(*) as n from b group by x having n > 1; quit;",
		"%macro m(a, b=2); %do i = &a %to &b; data x&i; set y; run; %end; %mend; %m(1)",
		"proc sort data=a nodupkey; by x descending y; run; proc freq; tables x*y / out=z; run;",
		"proc format; value f low-<5 = 'a' other = 'b'; run; data a; set b; c = put(x, f.); run;",
		"data a; input x $ y; datalines;\n1 2\n;\nrun;",
		"data a; array m{3} m1-m3; do i = 1 to dim(m); if m{i} = . then m{i} = 0; end; run;",
		"%if 1 %then %do; %end; %else %put x; %let y = %sysfunc(mod(7, 3));", "'", "/*", "%macro", "(((((", "data a; x = '01JAN2008'd - 'a' || b;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			t.Skip()
		}
		out := sas.Port(text, sas.Options{Tables: []sas.Table{{SAS: "b", SQL: "b", Columns: []sas.Column{{Name: "x", Type: "number"}, {Name: "k", Type: "text", Length: 3}}}}})
		if strings.Contains(out.SQL, "\x01") {
			t.Error("the script has a hole")
		}
	})
}
