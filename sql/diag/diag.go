// Package diag holds the one error type of the program: what was refused,
// where, and what to do instead.
//
// Every package returns [*Error] values; only cmd prints them. Messages are
// lower case, say what was refused first and what to do in the hint, and never
// carry data values.
package diag

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is the class of an error. It decides the exit code of the program.
type Kind int

// The kinds, each with its exit code.
const (
	Query  Kind = 1   // the SQL is wrong or cannot be run
	Usage  Kind = 2   // the command line is wrong
	Data   Kind = 3   // a delivery, catalogue, layout or macro does not match
	Guard  Kind = 4   // refused by the guard
	Ledger Kind = 5   // a checksum or the ledger is broken
	Cancel Kind = 130 // stopped by the user
)

// Error is a refusal: a kind, a stable code such as "unknown-table", a place, a
// message and a hint. The zero Pos means "no place".
type Error struct {
	Kind Kind
	Code string
	Pos  Pos
	Msg  string
	Hint string
	Err  error // the cause, never printed: causes may quote data values
}

// Pos is a place in a text: 1-based line and column (in runes), 0 when unknown.
type Pos struct {
	File string
	Line int
	Col  int
}

// New builds an error without a place.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Msg: fmt.Sprintf(format, args...)}
}

// At returns e with its place set.
func (e *Error) At(p Pos) *Error { e.Pos = p; return e }

// WithHint returns e with its hint set: one line that says what to do.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Wrap returns e with a cause that [errors.Is] and [errors.As] can reach.
func (e *Error) Wrap(err error) *Error { e.Err = err; return e }

// Error is "file:line:col: message", without the hint.
func (e *Error) Error() string {
	if p := e.Pos.String(); p != "" {
		return p + ": " + e.Msg
	}
	return e.Msg
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// String is "file:line:col", leaving out what is unknown.
func (p Pos) String() string {
	parts := make([]string, 0, 3)
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Line > 0 {
		parts = append(parts, fmt.Sprint(p.Line))
		if p.Col > 0 {
			parts = append(parts, fmt.Sprint(p.Col))
		}
	}
	return strings.Join(parts, ":")
}

// PosOf turns a byte offset in text into a place.
func PosOf(file, text string, offset int) Pos {
	if offset < 0 || offset > len(text) {
		return Pos{File: file}
	}
	before := text[:offset]
	line := strings.Count(before, "\n") + 1
	start := strings.LastIndexByte(before, '\n') + 1
	return Pos{File: file, Line: line, Col: len([]rune(before[start:])) + 1}
}

// ExitCode is the exit code for err: 0 for nil, 1 for a foreign error.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return int(e.Kind)
	}
	return 1
}

// Caret quotes the line of text at p with a caret under the column; "" when
// the place is unknown.
func Caret(text string, p Pos) string {
	if p.Line == 0 || p.Col == 0 {
		return ""
	}
	lines := strings.Split(text, "\n")
	if p.Line > len(lines) {
		return ""
	}
	line := []rune(strings.TrimRight(lines[p.Line-1], "\r"))
	pad := make([]rune, 0, p.Col)
	for i := 0; i < p.Col-1 && i < len(line); i++ {
		if line[i] == '\t' {
			pad = append(pad, '\t')
		} else {
			pad = append(pad, ' ')
		}
	}
	return string(line) + "\n" + string(pad) + "^"
}
