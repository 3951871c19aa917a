package synth

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the converter

	"epsql/sql/diag"
)

// convert turns the text of Parquet files into Parquet, values as text: a
// delivery's types are the catalogue's business. One thread keeps the bytes the
// same from run to run.
func (p *plan) convert(ctx context.Context, dir string) error {
	var db *sql.DB
	for _, f := range p.files {
		if f.format != "parquet" {
			continue
		}
		if db == nil {
			var err error
			if db, err = sql.Open("duckdb", "?threads=1&memory_limit=1GB"); err != nil {
				return diag.New(diag.Data, "duckdb", "the converter to Parquet cannot start").Wrap(err)
			}
			defer db.Close()
		}
		to := filepath.Join(dir, f.Name)
		query := "COPY (FROM read_csv(" + quote(f.path) + ", delim = ';', quote = '', escape = '', header = true, all_varchar = true)) TO " +
			quote(to) + " (FORMAT parquet, COMPRESSION zstd)"
		if _, err := db.ExecContext(ctx, query); err != nil {
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
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
