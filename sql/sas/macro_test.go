package sas_test

import (
	"strings"
	"testing"
	"time"

	"epsql/sql/sas"
)

// The macro language makes text: what stands for x is told by what the script selects.
func TestMacrosMakeTheTextThatSASMakes(t *testing.T) {
	for _, c := range []struct{ name, before, x, want string }{
		{"%eval computes with whole numbers at every step", "", "%eval(7/2*2)", "6"},
		{"%sysevalf computes with all numbers", "", "%sysevalf(7/2*2)", "7"},
		{"%sysevalf turns its result into a whole number when asked", "", "%sysevalf(7/2, ceil)", "4"},
		{"%if compares what is no whole number as a text", "%let v = 0; %if 10.5 > 9.5 %then %let v = 1;", "&v", "0"},
		{"a comment in a value is no value", "%let v = 1 /* one */ ;", "&v", "1"},
		{"a comma that %str hides parts no arguments", "", "%scan(%str(4,5,6), 2, %str(,))", "5"},
		{"a comma of a variable that %superq hides parts none", "%let v = 4,5,6;", "%scan(%superq(v), 3, %str(,))", "6"},
		{"a word from the end", "%let v = 4 5 6;", "%scan(&v, -1)", "6"},
		{"a loop over a list", "%macro m(list); %let total = 0; %do i = 1 %to %sysfunc(countw(&list)); %let total = %eval(&total + %scan(&list, &i)); %end; &total %mend;", "%m(1 2 3)", "6"},
		{"a macro with parentheses of nothing takes those of its call", "%macro m(); 5 %mend;", "%m()", "5"},
		{"a call in an expression leaves the semicolon to the statement", "%macro m(a); &a %mend;", "%m(5)", "5"},
		{"a word of another macro in a comment closes nothing", "%macro m; /* %mend */ %* %mend; 5 %mend;", "%m", "5"},
		{"%return leaves the macro", "%macro m; 5 %return; + 1 %mend;", "%m", "5"},
		{"%return within a loop leaves the macro", "%macro m; %do i = 1 %to 3; 5 %return; %end; + 1 %mend;", "%m", "5"},
		{"a variable that is or is not there", "%let v = 1;", "%symexist(v)%symexist(w)", "10"},
		{"an apostrophe in a comment opens no text", "* it didn't; %let v = 5;", "&v", "5"},
		{"%sysfunc writes with a format", "", "%sysfunc(mdy(1, 2, 2008), yymmddn8.)", "20080102"},
		{"%sysfunc reads dates", "", "%sysfunc(year('31DEC2008'd))", "2008"},
		{"months are added to the first of the month", "", "%sysfunc(intnx(month, '31JAN2008'd, 1), yymmddn8.)", "20080201"},
		{"or to the last one", "", "%sysfunc(intnx(month, '31JAN2008'd, 1, e), yymmddn8.)", "20080229"},
		{"months between", "", "%sysfunc(intck(month, '31JAN2008'd, '01MAR2009'd))", "14"},
		{"%sysfunc compresses what it is told to", "", "%sysfunc(compress(1-2-3, -))", "123"},
		{"leading zeros", "", "1%sysfunc(putn(7, z3.))", "1007"},
		{"%substr without a length goes to the end", "%let v = 2008;", "1%substr(&v, 3)", "108"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := sas.Port(c.before+" data a; x = "+c.x+"; run;", sas.Options{})
			if n := out.Report.Count(sas.Untranslated); n > 0 || !strings.Contains(out.SQL, "SELECT "+c.want+" AS x") {
				t.Errorf("want %s, got\n%s", c.want, out.SQL)
			}
		})
	}
}

func TestTheMomentOfTheRunIsThatOfTheTranslationAndTold(t *testing.T) {
	now := time.Date(2008, 3, 9, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct{ name, x, want string }{
		{"the day of the session", `"&sysdate9"`, "'09MAR2008'"},
		{"in a date", `put("&sysdate"d, yymmddn8.)`, "2008-03-09"},
		{"today", "%sysfunc(today(), yymmddn8.)", "20080309"},
		{"seconds since midnight", "%sysfunc(time())", "50700"},
	} {
		t.Run(c.name, func(t *testing.T) {
			program := "data a; x = " + c.x + "; run;"
			out := sas.Port(program, sas.Options{Now: now})
			if !strings.Contains(out.SQL, c.want) || out.Report.Count(sas.Approximated) != 1 {
				t.Errorf("got\n%s", out.SQL)
			}
			if out := sas.Port(program, sas.Options{}); out.Report.Count(sas.Untranslated) == 0 {
				t.Errorf("without a moment nothing is told:\n%s", out.SQL)
			}
		})
	}
}

func TestWhatTheMacroLanguageDoesNotKnowIsTold(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"a function", "%let v = %sysfunc(frobnicate(1));", "%sysfunc(frobnicate) is not known here"},
		{"a format", "%let v = %sysfunc(putn(1, roman8.));", "%sysfunc does not know the format roman8."},
		{"a condition that depends on data", "%if &n > 0 %then %do; %end;", "the macro variable &n has no value"},
		{"a jump", "%macro m; %goto end; %mend; %m", "this statement of the macro language is not understood here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out := sas.Port(c.program, sas.Options{}); !strings.Contains(out.SQL, c.want) {
				t.Errorf("want %s, got\n%s", c.want, out.SQL)
			}
		})
	}
}

// Global statements are carried out at once: they end no step, and are part of none.
func TestGlobalStatements(t *testing.T) {
	step := "data a; x = 1; %s y = 2; run;"
	for _, c := range []struct {
		name, statement string
		want            sas.State
	}{
		{"a title within a step", "title 'x';", sas.Inert},
		{"a second footnote", "footnote2 'x';", sas.Inert},
		{"options of printing", "options nocenter ls=80;", sas.Inert},
		{"where listings go", "ods html close;", sas.Inert},
		{"a limit of all rows that are read", "options obs=10;", sas.Untranslated},
		{"no limit", "options obs=max;", sas.Inert},
		{"another century", "options yearcutoff=1900;", sas.Approximated},
		{"a data set of what is printed", "ods output x=y;", sas.Untranslated},
		{"a variable called title", "title = 'x';", sas.Translated},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := sas.Port(strings.Replace(step, "%s", c.statement, 1), sas.Options{})
			got := sas.State("no statement")
			for _, s := range out.Report.Statements {
				if strings.HasPrefix(c.statement, s.Text) {
					got = s.State
				}
			}
			if got != c.want || out.Report.Count(sas.Translated) < 3 {
				t.Errorf("%s, want %s: %+v", got, c.want, out.Report.Statements)
			}
		})
	}
}

func TestProceduresOfFiles(t *testing.T) {
	tables := []sas.Table{{SAS: "read", SQL: "read", Columns: []sas.Column{{Name: "x", Type: "number"}}}}
	for _, c := range []struct {
		name, program string
		want          sas.State
	}{
		{"a file that is written", "proc export data=a outfile='a.csv' dbms=csv;", sas.Inert},
		{"a file that is a table here", "proc import datafile='a.csv' out=read dbms=csv;", sas.Approximated},
		{"a file that is none", "proc import datafile='a.csv' out=work.other dbms=csv;", sas.Untranslated},
		{"a listing", "proc print data=a;", sas.Inert},
		{"a listing that becomes a data set", "proc contents data=a out=b;", sas.Untranslated},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := sas.Port(c.program+" run;", sas.Options{Tables: tables})
			if got := out.Report.Statements[0].State; got != c.want {
				t.Errorf("%s, want %s: %+v", got, c.want, out.Report.Statements)
			}
		})
	}
}
