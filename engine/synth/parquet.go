package synth

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the converter
	"golang.org/x/sync/errgroup"

	"epsql/sql/diag"
)

// convert turns the text of Parquet files into Parquet, values as text: a
// delivery's types are the catalogue's business. The database has one thread,
// which keeps the bytes of a file the same from run to run; files are converted
// side by side, each by the thread that asks.
func (p *plan) convert(ctx context.Context, dir string) error {
	if !slices.ContainsFunc(p.files, func(f *file) bool { return f.format == "parquet" }) {
		return nil
	}
	db, err := sql.Open("duckdb", "?threads=1&memory_limit=1GB")
	if err != nil {
		return diag.New(diag.Data, "duckdb", "the converter to Parquet cannot start").Wrap(err)
	}
	defer func() { _ = db.Close() }()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range p.files {
		if f.format == "parquet" {
			group.Go(func() error { return f.convert(ctx, db, filepath.Join(dir, f.Name)) })
		}
	}
	return group.Wait()
}

// convert turns one file into Parquet and takes its text away.
func (f *file) convert(ctx context.Context, db *sql.DB, to string) error {
	query := "COPY (FROM read_csv(" + quote(f.path) + ", delim = '" + string(separator) +
		"', quote = '', escape = '', header = true, all_varchar = true)) TO " + quote(to) + " (FORMAT parquet, COMPRESSION zstd)"
	if _, err := db.ExecContext(ctx, query); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return diag.New(diag.Data, "duckdb", "%s cannot be converted to Parquet", f.Name).Wrap(err)
	}
	info, err := os.Stat(to)
	if err != nil {
		return unwritable(err)
	}
	f.Bytes = info.Size()
	if err := os.Remove(f.path); err != nil {
		return unwritable(err)
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
