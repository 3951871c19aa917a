// Package parse turns SQL text into an [ast.Query] with DuckDB's own parser, so
// that there is no gap between what is checked and what DuckDB understands.
//
// DuckDB's json_serialize_sql gives the tree; this package decodes it strictly:
// a node, a key or a value that it does not know is refused with its place.
// Nothing is ever executed here.
package parse

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"unicode/utf8"

	_ "github.com/duckdb/duckdb-go/v2" // the parser

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// maxText bounds a query's text, in bytes.
const maxText = 1 << 20

// Parser holds an empty in-memory DuckDB whose parser is used.
type Parser struct{ db *sql.DB }

// New opens a parser.
func New() (*Parser, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, diag.New(diag.Query, "parser", "the SQL parser cannot be opened").Wrap(err)
	}
	db.SetMaxOpenConns(1)
	return &Parser{db: db}, nil
}

// Close releases the parser.
func (p *Parser) Close() error { return p.db.Close() }

// Text is a piece of an analyst's text: where it stands decides the places in
// messages. Whole is the complete text and Start the byte offset of the piece.
type Text struct {
	File  string
	Whole string
	Start int
}

// At gives the place of a byte offset in the piece.
func (t Text) At(offset int) diag.Pos {
	if offset < 0 {
		return diag.Pos{File: t.File}
	}
	return diag.PosOf(t.File, t.Whole, t.Start+offset)
}

// Select parses sqlText, one SELECT and nothing else. Offsets in the tree count
// from the start of t.Whole.
func (p *Parser) Select(ctx context.Context, t Text, sqlText string) (ast.Query, error) {
	if len(sqlText) > maxText || !utf8.ValidString(sqlText) || strings.ContainsRune(sqlText, 0) {
		return nil, diag.New(diag.Query, "text", "the query is not valid text of at most 1 MiB").At(t.At(0))
	}
	var out string
	err := p.db.QueryRowContext(ctx, "SELECT json_serialize_sql($1::VARCHAR)::VARCHAR", sqlText).Scan(&out)
	if err != nil {
		return nil, parserError(ctx, t, err)
	}
	var reply struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []struct {
			Node map[string]any `json:"node"`
		} `json:"statements"`
	}
	dec := json.NewDecoder(strings.NewReader(out))
	dec.UseNumber()
	if err := dec.Decode(&reply); err != nil {
		return nil, diag.New(diag.Query, "parser", "the query cannot be read").At(t.At(0)).
			WithHint("numbers must be finite; write it in plain SQL").Wrap(err)
	}
	if reply.Error {
		return nil, syntaxError(t, sqlText, reply.Message, reply.Position)
	}
	if len(reply.Statements) != 1 {
		return nil, diag.New(diag.Guard, "one-select", "exactly one SELECT is answered, this text holds %d", len(reply.Statements)).
			At(t.At(0)).WithHint("ask one question at a time, or name steps with CREATE VIEW name AS SELECT …; in a script")
	}
	d := decoder{text: t}
	q := d.query(reply.Statements[0].Node)
	if d.err != nil {
		return nil, d.err
	}
	return q, nil
}

func parserError(ctx context.Context, t Text, err error) error {
	if ctx.Err() != nil {
		return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(ctx.Err())
	}
	// The parser knows the analyst's text only: its message quotes no data.
	msg, _, _ := strings.Cut(err.Error(), "\n")
	msg = strings.TrimPrefix(msg, "Not implemented Error: ")
	return diag.New(diag.Query, "syntax", "the query cannot be parsed: %s", msg).At(t.At(0)).Wrap(err)
}

func syntaxError(t Text, sqlText, message, position string) error {
	if strings.Contains(message, "Only SELECT statements") {
		return diag.New(diag.Guard, "select-only", "only SELECT is answered").At(t.At(firstWord(sqlText))).
			WithHint("write SELECT …; name steps with CREATE VIEW name AS SELECT …; PIVOT needs the values of its columns: PIVOT t ON x IN ('a', 'b') USING sum(y)")
	}
	e := diag.New(diag.Query, "syntax", "%s", lowerFirst(message))
	if n, err := json.Number(position).Int64(); err == nil {
		// A position past the end means that the text stops too early.
		return e.At(t.At(min(int(n), len(sqlText))))
	}
	return e.At(t.At(firstWord(sqlText)))
}

func firstWord(s string) int {
	return len(s) - len(strings.TrimLeft(s, " \t\r\n"))
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// Unsupported is the refusal of syntax that the program does not understand.
func Unsupported(what string, at diag.Pos) *diag.Error {
	return diag.New(diag.Guard, "unsupported", "%s is not supported", what).At(at).
		WithHint("deny by default: write it with plain SELECT, JOIN, WHERE and GROUP BY")
}
