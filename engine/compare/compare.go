// Package compare tells whether two tables are equal and, where they are not,
// how: what PROC COMPARE tells of two SAS data sets, for any two of a SAS data
// set, a CSV or Parquet file, and an answer of the guard.
//
// A report holds shapes, counts and sizes of differences. A workspace is compared
// through the guard: masked cells are counted, and neither equal nor different.
// Rows of a file, which may be those of persons, and rows of persons of a workspace
// are shown where the workspace permits it.
//
// Both sides go into a database of their own in a temp folder, which bounds the
// memory whatever their size; every value becomes a number or a text there. A
// date is its number of SAS, so that a SAS data set, where dates are numbers, can
// be compared with anything.
package compare

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/guard"
	"epsql/engine/store"
	"epsql/sql/diag"
)

// Side is one of the two tables: a file, an answer, or rows of persons.
type Side struct {
	Name   string        // as the report calls it
	Path   string        // a .sas7bdat, .xpt, .csv or .parquet file
	Answer *guard.Result // in place of a file
	Rows   *guard.Rows   // in place of a file
}

// Missing says when two values are equal of which one or both are missing. A
// blank text is missing, as in SAS.
type Missing string

// The ways to treat missing values.
const (
	Same   Missing = "same"   // missing equals missing, and nothing else: as in SAS
	Never  Missing = "never"  // missing equals nothing: as in SQL
	Zero   Missing = "zero"   // missing is 0, or a blank text
	Ignore Missing = "ignore" // a pair with a missing value is not compared
)

// Ways are the ways to treat missing values, the usual one first.
func Ways() []string { return []string{string(Same), string(Never), string(Zero), string(Ignore)} }

// Options say what counts as equal. Numbers are equal when they differ by no more
// than Absolute, or by no more than Relative times the larger of the two.
type Options struct {
	// By are the columns that tell which rows belong together; without them the
	// first row is compared with the first, and so on.
	By       []string
	Absolute float64
	Relative float64
	Missing  Missing
	Leave    []string // columns that are not compared
	Special  bool     // the letters of SAS's special missing values are compared too
	Memory   string   // memory limit of the database; empty: its own
	Threads  int
	// First is how many rows of each kind of difference are shown, by permit of a
	// workspace. Without one only those of answers are: they passed the guard.
	First  int
	Permit store.Permit
	// Folder is where both sides are copied to, for as long as it takes: the
	// system's temp folder when empty.
	Folder string
}

// Report is what a comparison found. Labels, formats and lengths that differ are
// told, but tables that differ in nothing else are equal.
type Report struct {
	Equal    bool      `json:"equal"`
	Expected Table     `json:"expected"`
	Actual   Table     `json:"actual"`
	By       []string  `json:"by,omitempty"`
	Matched  int64     `json:"rows_in_both"`
	OnlyHere int64     `json:"rows_only_in_expected"`
	OnlyThen int64     `json:"rows_only_in_actual"`
	Unequal  int64     `json:"rows_that_differ"`
	Masked   int64     `json:"masked_values"`   // not compared
	Compared int64     `json:"values_compared"` // of rows in both
	Columns  []Column  `json:"columns"`
	Told     []Told    `json:"told,omitempty"`
	Examples []Example `json:"examples,omitempty"`  // where rows may be shown
	Lone     []Lone    `json:"lone_rows,omitempty"` // where rows may be shown
}

// Table is the shape of a side.
type Table struct {
	Name       string `json:"name"`
	Rows       int64  `json:"rows"`
	Columns    int    `json:"columns"`
	Duplicates int64  `json:"rows_with_a_key_seen_before"`
}

// Column is a column of either side and how it compares.
type Column struct {
	Name         string  `json:"name"`
	Expected     string  `json:"expected_type,omitempty"` // empty: not there
	Actual       string  `json:"actual_type,omitempty"`
	Key          bool    `json:"key,omitempty"`
	Apart        bool    `json:"types_differ,omitempty"` // and no value was compared
	Differ       int64   `json:"differ"`                 // pairs of values, those below included
	MissingHere  int64   `json:"missing_here"`           // missing in expected alone
	MissingThere int64   `json:"missing_there"`
	Masked       int64   `json:"masked,omitempty"`
	Largest      float64 `json:"largest_difference,omitempty"` // of numbers and dates
	Relative     float64 `json:"largest_relative_difference,omitempty"`
}

// Told is a difference that leaves the values alone.
type Told struct {
	Column   string `json:"column"`
	What     string `json:"what"` // "label", "format", "length" or "order"
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
}

// Wrong tells whether the column makes the tables different.
func (c *Column) Wrong() bool { return c.Expected == "" || c.Actual == "" || c.Apart || c.Differ > 0 }

// InBoth are the names of the columns that were compared: those of a lone row.
func (r *Report) InBoth() []string {
	var out []string
	for _, col := range r.Columns {
		if col.Expected != "" && col.Actual != "" && !col.Apart {
			out = append(out, col.Name)
		}
	}
	return out
}

// Run compares two tables. A side that cannot be read, or a key that it does not
// have, is an error; a difference is none.
func Run(ctx context.Context, expected, actual Side, opts Options) (_ *Report, err error) {
	if opts.Missing == "" {
		opts.Missing = Same
	}
	if opts.First < 0 {
		return nil, diag.New(diag.Usage, "bad-rows", "the number of rows is negative").WithHint("write how many rows of each kind are shown")
	}
	dir, err := os.MkdirTemp(opts.Folder, "epsql-compare")
	if err != nil {
		return nil, diag.New(diag.Data, "compare", "there is no temp folder").WithHint("set TMPDIR to a folder that can be written").Wrap(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // nothing follows
	c := &comparison{opts: opts, sides: [2]*table{{Side: expected}, {Side: actual}}}
	if err := c.open(ctx, dir); err != nil {
		return nil, err
	}
	defer c.db.Close()
	for _, step := range []func(context.Context) error{c.load, c.align, c.pair, c.count, c.illustrate} {
		if err := step(ctx); err != nil {
			return nil, store.Fault(err, "compare", "the tables cannot be compared")
		}
	}
	c.judge()
	return &c.report, nil
}

// comparison is one run.
type comparison struct {
	opts    Options
	db      *sql.DB
	sides   [2]*table
	shared  []*shared // columns of both, keys first
	columns []*Column // of the report
	report  Report
}

func (c *comparison) open(ctx context.Context, dir string) error {
	connector, err := duckdb.NewConnector(filepath.Join(dir, "compare.duckdb"), nil)
	if err != nil {
		return diag.New(diag.Data, "compare", "the database for comparing cannot be opened").Wrap(err)
	}
	c.db = sql.OpenDB(connector)
	c.db.SetMaxOpenConns(1)
	settings := "SET enable_progress_bar = false"
	if c.opts.Memory != "" {
		settings += "; SET memory_limit = " + quoted(c.opts.Memory)
	}
	if c.opts.Threads > 0 {
		settings += "; SET threads = " + number(c.opts.Threads)
	}
	if _, err := c.db.ExecContext(ctx, settings); err != nil {
		_ = c.db.Close()
		return diag.New(diag.Usage, "compare", "the limits of memory or threads are not understood").
			WithHint("write them as --memory 4GB and --threads 2").Wrap(err)
	}
	return nil
}

// judge sums the report up.
func (c *comparison) judge() {
	r := &c.report
	r.By = c.opts.By
	equal := r.OnlyHere+r.OnlyThen+r.Unequal == 0
	for _, col := range c.columns {
		r.Columns = append(r.Columns, *col)
		equal = equal && !col.Wrong()
		r.Masked += col.Masked
	}
	// A table of which everything is masked proves nothing.
	r.Equal = equal && (r.Compared > 0 || r.Expected.Rows+r.Actual.Rows == 0)
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
