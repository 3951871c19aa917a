package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"epsql/sql/diag"
)

func TestReport(t *testing.T) {
	at := diag.Pos{File: "query", Line: 2, Col: 8}
	refusal := diag.New(diag.Query, "unknown-column", "there is no column pp9").At(at).WithHint("did you mean pp0010?")
	for _, row := range []struct {
		name string
		err  error
		want string
	}{
		{"no error prints nothing", nil, ""},
		{
			"a place is shown under the user's own text", quote(refusal, "-- x\nSELECT pp9"),
			"epsql: query:2:8: there is no column pp9\n    SELECT pp9\n           ^\nhint: did you mean pp0010?\n",
		},
		{
			"a place without its text still names itself", refusal,
			"epsql: query:2:8: there is no column pp9\nhint: did you mean pp0010?\n",
		},
		{
			"the operating system's words are told", fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: "a.sql", Err: fs.ErrNotExist}),
			"epsql: open a.sql: file does not exist\n",
		},
		{"an unknown error's text is withheld", errors.New("could not convert 'Jean Dupont'"), "epsql: internal error (*errors.errorString)\n"},
		{"what was told already is not told again", told{refusal}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			report(&out, row.err)
			if out.String() != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", out.String(), row.want)
			}
		})
	}
}

func TestTheDatabasesWordsAreWithheldBecauseTheyQuoteValues(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec("SELECT CAST('Jean Dupont' AS INTEGER)")
	if err == nil {
		t.Fatal("the cast should fail")
	}
	var out strings.Builder
	report(&out, err)
	if got := out.String(); strings.Contains(got, "Dupont") || !strings.HasPrefix(got, "epsql: the database failed") {
		t.Errorf("got %q", got)
	}
}
