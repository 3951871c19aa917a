// Package synth makes up deliveries: files that look like the insurers' own,
// for demonstrations, tests and measurements.
//
// It knows concepts only (households with a holder, insurers, claims, stays,
// providers with numbers and qualifications, quarters booked late, versions).
// The recipe, data files in the catalogue's folder, says how frequent and how
// dear they are and which concept fills which zone of which table; see [Recipe]
// and [Expr].
//
// Households are independent: each draws from its own dice, seeded by the seed
// and its number. So the same seed gives the same bytes on any number of cores
// (of one processor architecture: the last bit of a logarithm may differ between
// two), and memory does not grow with the number of persons.
package synth

import (
	"context"
	"errors"
	"os"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Options say what to make.
type Options struct {
	Persons    int
	FromYear   int
	ToYear     int
	Seed       uint64
	Population string  // one of the recipe's
	Format     string  // "fixed", "csv", "parquet" or "cobol": text where there is no such layout
	Defects    float64 // share of claim and population rows with a defect
	Out        string  // folder; made when absent
	Progress   func(done, total int)

	workers int // 0: one for each core
}

// Report says what was made.
type Report struct {
	Persons    int
	Households int
	Files      []File
}

// File is one file made.
type File struct {
	Name       string
	Tables     []string
	Insurer    string // empty for reference files
	Year       int
	Quarter    int // of a quarterly delivery
	Month      int // of a photo
	Version    int
	Superseded bool // a later version is there too
	Rows       int64
	Bytes      int64
	Defects    int64 // rows with a defect

	format string
}

// Defects counts the rows with a defect.
func (r Report) Defects() (n int64) {
	for _, f := range r.Files {
		n += f.Defects
	}
	return n
}

// Generate makes deliveries in opts.Out. It overwrites nothing, and leaves
// nothing behind when it fails.
func Generate(ctx context.Context, cat *catalog.Catalog, opts Options) (Report, error) {
	if err := opts.check(); err != nil {
		return Report{}, err
	}
	files := cat.Files()
	if files == nil {
		return Report{}, noRecipe()
	}
	recipe, err := Read(files)
	if err != nil {
		return Report{}, err
	}
	return generate(ctx, cat, recipe, opts)
}

func generate(ctx context.Context, cat *catalog.Catalog, recipe *Recipe, opts Options) (Report, error) {
	w, err := compile(cat, recipe, opts)
	if err != nil {
		return Report{}, err
	}
	p, err := w.plan()
	if err != nil {
		return Report{}, err
	}
	if err := os.MkdirAll(opts.Out, 0o755); err != nil {
		return Report{}, unwritable(err)
	}
	report, err := w.run(ctx, p)
	if err != nil {
		p.remove()
		if errors.Is(err, context.Canceled) {
			err = diag.New(diag.Cancel, "cancelled", "stopped; no files were left behind").Wrap(err)
		}
		return Report{}, err
	}
	return report, nil
}

func (o Options) check() error {
	bad := func(format string, args ...any) error {
		return diag.New(diag.Usage, "bad-option", format, args...)
	}
	switch _, known := formats[o.Format]; {
	case o.Persons < 1:
		return bad("at least one person is needed")
	case o.FromYear < 1950 || o.ToYear > 2100 || o.FromYear > o.ToYear:
		return bad("the years must grow and lie between 1950 and 2100")
	case !known:
		return diag.New(diag.Usage, "bad-option", "no format %q", o.Format).WithHint("one of fixed, csv, parquet, cobol")
	case o.Defects < 0 || o.Defects > 1:
		return bad("the rate of defects is a share between 0 and 1")
	case o.Out == "":
		return bad("no folder to write to")
	}
	return nil
}

// asDiag unwraps one of our errors.
func asDiag(err error) (*diag.Error, bool) { return errors.AsType[*diag.Error](err) }

func unwritable(err error) error {
	return diag.New(diag.Usage, "unwritable", "the deliveries cannot be written").
		WithHint("check the folder, its rights and the space left").Wrap(err)
}

func noRecipe() error {
	return diag.New(diag.Data, "no-recipe", "this catalogue has no recipe for synthetic deliveries").
		WithHint("add %s/*.yaml to the catalogue folder", Folder)
}
