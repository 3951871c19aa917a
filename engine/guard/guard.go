// Package guard is the one door: it takes an analyst's SQL, runs only SQL of
// its own on the person data, masks, and hands out a [Result] that nobody else
// can make.
package guard

import (
	"context"
	"iter"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
)

// Config is what a guard works with.
type Config struct {
	Workspace *store.Workspace
	Catalog   *catalog.Catalog
	Macros    *macros.Registry
	Channel   *catalog.Channel
	// Latest lets an unversioned macro name mean its newest published version;
	// for the shell only.
	Latest bool
}

// Guard answers queries of one workspace under one channel.
type Guard struct {
	cfg Config
}

// New makes a guard, with its glass engine.
func New(ctx context.Context, cfg Config) (*Guard, error) { panic("not yet") }

// Close releases the glass engine.
func (g *Guard) Close() error { panic("not yet") }

// Query is an analyst's text: one SELECT, or a script of CREATE VIEW steps and
// one SELECT. File is for messages only. Params replace $name.
type Query struct {
	File   string
	Text   string
	Params map[string]string
}

// Plan is a checked query that may run.
type Plan struct{}

// Plan parses and checks q without running it. A refusal is a [*diag.Error]
// with its place in q.Text.
func (g *Guard) Plan(ctx context.Context, q Query) (*Plan, error) { panic("not yet") }

// Explain tells the leaves, the SQL for the person engine, the rule of every
// cell and what will be masked.
func (p *Plan) Explain() string { panic("not yet") }

// Warnings are notes that do not depend on the data: zones outside their
// validity, rows that will not be listed.
func (p *Plan) Warnings() []string { panic("not yet") }

// Run answers a plan and appends it to the ledger.
func (g *Guard) Run(ctx context.Context, p *Plan) (*Result, error) { panic("not yet") }

// Result is a masked table: the only thing that may be printed or exported.
// Only this package can fill one.
type Result struct {
	columns []Column
	rows    [][]Cell
	summary Summary
}

// Column is an output column. Kind is "bool", "int", "float", "decimal",
// "text", "date" or "timestamp".
type Column struct {
	Name string
	Kind string
}

// Cell is a value or a masked cell. Value is nil (SQL NULL), bool, int64,
// float64, string (text, and decimals in plain notation), or time.Time.
type Cell struct {
	Value  any
	Masked bool
}

// Summary says what was masked and why. It holds nothing that a masked cell hides.
type Summary struct {
	Channel string
	Mask    string         // the mask word: "small cell"
	Cells   int            // cells in value columns of the answer
	Masked  int            // of these masked
	ByRule  map[string]int // "fewer than 4 persons": 12
	Notes   []string       // warnings, advice on which key to coarsen
	Ledger  int64          // number of the ledger entry
}

// Columns are the output columns.
func (r *Result) Columns() []Column { return r.columns }

// Len is the number of rows.
func (r *Result) Len() int { return len(r.rows) }

// Rows iterates over the rows.
func (r *Result) Rows() iter.Seq[[]Cell] {
	return func(yield func([]Cell) bool) {
		for _, row := range r.rows {
			if !yield(row) {
				return
			}
		}
	}
}

// Summary says what was masked.
func (r *Result) Summary() Summary { return r.summary }
