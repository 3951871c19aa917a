package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"epsql/sql/diag"
)

// quoted is an error with the text that its place points into.
type quoted struct {
	error
	text string
}

func (q quoted) Unwrap() error { return q.error }

// quote lets report show the place of err in text.
func quote(err error, text string) error {
	if err == nil {
		return nil
	}
	return quoted{err, text}
}

// report is the one place where errors are printed: the message with its
// place, the line with a caret, the hint.
func report(w io.Writer, err error) {
	if err == nil || isTold(err) {
		return
	}
	e, ok := errors.AsType[*diag.Error](err)
	if !ok {
		fmt.Fprintln(w, "epsql:", foreign(err))
		return
	}
	fmt.Fprintln(w, "epsql:", e.Error())
	if caret := diag.Caret(sourceOf(err, e.Pos), e.Pos); caret != "" {
		fmt.Fprintln(w, indent(caret))
	}
	if e.Hint != "" {
		fmt.Fprintln(w, "hint:", e.Hint)
	}
}

// told is an error that the user has read already.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

func isTold(err error) bool {
	_, ok := errors.AsType[told](err)
	return ok
}

// foreign words an error that is not ours. Only the operating system's words
// are told: others', the database's above all, may quote values of rows.
func foreign(err error) string {
	var path *fs.PathError
	var call *os.SyscallError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Error()
	case errors.As(err, &call):
		return call.Error()
	case errors.As(err, &link):
		return link.Error()
	}
	if e, ok := errors.AsType[*duckdb.Error](err); ok {
		return fmt.Sprintf("the database failed (class %d)", e.Type)
	}
	return fmt.Sprintf("internal error (%T)", err)
}

// sourceOf is the text that p points into: the one given with the error, or
// the file that p names.
func sourceOf(err error, p diag.Pos) string {
	if q, ok := errors.AsType[quoted](err); ok {
		return q.text
	}
	if p.Line == 0 || p.Col == 0 || p.File == "" {
		return ""
	}
	text, readErr := os.ReadFile(p.File)
	if readErr != nil {
		return "" // the place alone must do
	}
	return string(text)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}
