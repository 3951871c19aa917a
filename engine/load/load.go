// Package load brings deliveries into a workspace.
//
// A file is recognised (by its name, header or layout), read in blocks, and
// every line goes through one converter into typed column vectors that DuckDB
// inserts: there is no row of Go values in between. One file is one
// transaction, whatever deliveries and tables it holds, so that a cancel, a kill
// or a full disk leaves the workspace as it was. The rules:
//
//   - The same content twice is a no-op that says so, also when it was replaced since.
//   - Version n+1 of a delivery replaces version n; an older version, or the same
//     version with another content, is refused. A file that does not say which
//     delivery it is stands for itself, by its content.
//   - A delivery that would replace another with less than a tenth of its rows
//     is refused: that is a damaged line more often than a correction.
//   - A table without a delivery rule is replaced as a whole.
//   - Every line that is not blank is either a row of a table or a row of
//     epsql.rejects, with its line number, zone and reason. The report proves it.
//   - A file in which more than Options.MaxRejects of the lines are bad does not
//     fit its layout and is refused whole.
//
// # Order of the rows
//
// The guard counts distinct persons, which is cheap over rows in person order.
// Sorting a whole file would take memory or a second pass, so the rows are
// sorted within each block of text (Options.Block bytes): the table is a
// sequence of sorted runs, and memory does not depend on the size of the file.
//
//	reader ──blocks──> preparer ──tasks──> converters ──batches──> INSERT
//	(lines)            (checks, numbers,   (parallel)              (in order, all
//	                    deliveries, sort)                           threads)
//
// One INSERT fills one table: a file with rows of two tables is read once for
// each.
package load

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"epsql/engine/store"
	"epsql/sql/diag"
)

// Options say how files are loaded. The zero value is right for most.
type Options struct {
	// As forces the table that the files belong to.
	As string
	// Encoding is "utf-8" or "latin-1"; it is detected when empty.
	Encoding string
	// MaxRejects is the share of bad lines from which a file is refused whole:
	// 0.2 when zero.
	MaxRejects float64
	// Workers convert lines in parallel: one per core when zero.
	Workers int
	// Block is the most bytes read and sorted at a time: 48 MiB when zero. Lines
	// that fill a batch (122 880) are a block too.
	Block int
	// Progress is told how far loading is, about ten times a second.
	Progress func(Progress)
}

// Progress is how far loading is.
type Progress struct {
	File        string
	Number      int // of the file, from 1
	Files       int
	Bytes, Size int64 // read so far, and the size of the file
	Before, All int64 // the sizes of the files before this one, and of all
	Rows        int64 // stored so far
}

// Status is what became of a file.
type Status string

// The outcomes.
const (
	Loaded    Status = "loaded"
	Unchanged Status = "unchanged" // the same content is in the workspace
	Refused   Status = "refused"   // see Report.Err
	Skipped   Status = "skipped"   // found in a folder, and no delivery
)

// Report is what became of one file.
type Report struct {
	File     string
	Status   Status
	Err      *diag.Error // why it was refused or skipped
	Format   string      // "fixed", "delimited", "parquet", "cobol", "sas7bdat", "xport"
	Layout   string      // the layout's id and version; empty when the header says all
	Encoding string      // "utf-8" or "latin-1"
	Size     int64
	Hash     string

	// Lines = Stored + Rejected: blank lines are not counted.
	Lines, Stored, Rejected int64

	Deliveries []Delivery // what the file brought, in order of appearance
	Removed    int64      // rows of replaced deliveries
	Rejects    []Count    // by zone and reason
	Unknown    []Count    // rows with a code outside its list, by zone
	Missing    []string   // zones of the tables it went to that the file lacks
	Extra      []string   // columns of the file that no zone explains
	NotKept    []string   // zones in the file that must not be stored
	Warnings   []string
	Duration   time.Duration
}

// Count is a number of rows for a zone and a reason.
type Count struct {
	Table  string
	Zone   string // empty when the whole line is meant
	Reason string
	Rows   int64
}

// Files loads files and folders, each file in a transaction of its own. A
// refused file does not stop the others: its report says why, and the error
// returned is the refusal, or the number of refusals when there are several.
func Files(ctx context.Context, ws *store.Workspace, paths []string, opts Options) ([]Report, error) {
	found, err := find(paths)
	if err != nil {
		return nil, err
	}
	l, err := newLoader(ctx, ws, opts.withDefaults())
	if err != nil {
		return nil, err
	}
	defer l.close()
	sources := l.recogniseAll(found)
	reports := make([]Report, 0, len(sources))
	var before, all int64
	for _, s := range sources {
		all += s.size
	}
	for i, s := range sources {
		l.progress = Progress{File: s.name, Number: i + 1, Files: len(sources), Size: s.size, Before: before, All: all}
		before += s.size
		report := l.file(ctx, s)
		reports = append(reports, report)
		if report.Err != nil && report.Err.Kind == diag.Cancel {
			return reports, report.Err
		}
	}
	return reports, refusals(reports)
}

func (o Options) withDefaults() Options {
	if o.MaxRejects == 0 {
		o.MaxRejects = 0.2
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Block == 0 {
		o.Block = 48 << 20
	}
	return o
}

// refusals is the error for a set of reports.
func refusals(reports []Report) error {
	var first *diag.Error
	n := 0
	for _, r := range reports {
		if r.Status == Refused {
			n++
			if first == nil {
				first = r.Err
			}
		}
	}
	switch {
	case n == 0:
		return nil
	case n == 1:
		return first
	}
	return diag.New(first.Kind, "files-refused", "%d of %d files were refused", n, len(reports)).
		WithHint("see the reason given for each; the other files are loaded").Wrap(first)
}

// file loads one file and tells what became of it.
func (l *loader) file(ctx context.Context, s *source) Report {
	start := time.Now()
	report := Report{File: s.path, Size: s.size, Format: s.format, Encoding: s.encoding(), Extra: s.extra, NotKept: s.notKept}
	if s.layout != nil {
		report.Layout = s.layout.ID + " " + s.layout.Version
	}
	err := s.err
	if err == nil {
		err = l.load(ctx, s, &report)
	}
	report.Duration = time.Since(start)
	if err == nil {
		return report
	}
	report.Status = Refused
	if s.optional && s.err != nil {
		report.Status = Skipped
	}
	report.Err = asDiag(err)
	if report.Err.Pos.File == "" {
		report.Err.Pos.File = filepath.Base(s.path)
	}
	return report
}

func asDiag(err error) *diag.Error {
	if e, ok := errors.AsType[*diag.Error](err); ok {
		return e
	}
	e, _ := errors.AsType[*diag.Error](store.Fault(err, "load-failed", "the file cannot be loaded"))
	return e
}

// Limits are what to open a workspace with for loading. Each thread of the
// engine builds and compresses a group of rows in memory, for which it needs
// some 380 MB; left to choose (0), more than four would wait for each other.
// Putting the rows of a small file into their place costs as much as loading
// them, so that is done for many files together.
func Limits(threads int) store.Options {
	if threads == 0 {
		threads = min(runtime.GOMAXPROCS(0), 4)
	}
	return store.Options{Threads: threads, Memory: strconv.Itoa(380*max(threads, 2)) + "MB", Log: "256MB"}
}
