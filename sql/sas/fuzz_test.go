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
		"data a; length x 8; if _n_ = 1 then do; declare hash h(dataset: 'b(where=(x > 1))', duplicate: 'r'); rc = h.defineKey('k'); h.defineData('x'); h.defineDone(); end; set b; if h.find(key: k) ne 0 then x = .; run;",
		"data a; if 0 then set b; if _n_ = 1 then do; dcl hash h(dataset: 'b'); h.definekey('k'); h.definedata(all: 'y'); h.definedone(); end; set b; rc = h.find(); y + x; run;",
		"data a; n = 0; do _n_ = 1 by 1 until(last.k); set b; by k; n = sum(n, x); if x = 1 then continue; end; m = n / _n_; do until(last.k); set b; by k; output; end; run;",
		"data a; update b(obs=0) b updatemode=nomissingcheck; by k; substr(k, 2, 1) = 'z'; output; run; proc sort data=a out=c(keep=k rename=(k=j) where=(j ne ' ')); by k; run;",
		"proc transpose data=b out=c prefix=p; by k; id x; var x; run; data d; set c; y = p1 + p2; run;",
		"proc summary data=b; class k x; types k*x (); var x; output out=o p10= / autoname; run; proc univariate data=b; var x; output out=u pctlpts=1 to 9 by 2 pctlpre=p; run;",
		"proc tabulate data=b; class k; var x; table all k='K', (n x*(sum mean*f=8.)); run; proc report data=b; column k x; define k / group; run;",
		"proc format cntlin=b; invalue i 'a' = 1 other = .; run; proc freq data=b; tables k*(x k) / sparse outpct; run; proc rank data=b groups=3; run;",
		"proc surveyselect data=b n=(1 2) seed=3; strata k; run; proc datasets; change b=c; delete c; modify b; rename x=y; run; proc print data=b; var x; run;",
		"proc sql; create table t (x num); insert into t values (1); update t set x = 2 where 1 < x < 3; alter table t add y num; select x into :m1-:m3 from (select x from b union select x from t); quit;",
		"%if 1 %then %do; %end; %else %put x; %let y = %sysfunc(mod(7, 3));", "'", "/*", "%macro", "(((((", "data a; x = '01JAN2008'd - 'a' || b;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			t.Skip()
		}
		out := sas.Port(text, sas.Options{Tables: []sas.Table{{SAS: "b", SQL: "b", Columns: []sas.Column{{Name: "x", Type: "number"}, {Name: "k", Type: "text", Length: 3}}}}})
		if strings.ContainsAny(out.SQL, "\x01\x03\x04") {
			t.Error("the script has a hole")
		}
	})
}
