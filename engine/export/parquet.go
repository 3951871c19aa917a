package export

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/guard"
)

// writeParquet fills a table of an in-memory database and copies it out. The
// database writes files only, so the bytes pass through a temp folder.
func writeParquet(ctx context.Context, w io.Writer, r *guard.Result) error {
	dir, err := os.MkdirTemp("", "epsql-parquet")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover of masked data harms nobody
	path := filepath.Join(dir, "result.parquet")
	if err := copyParquet(ctx, path, r); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	_, err = io.Copy(w, file)
	return err
}

func copyParquet(ctx context.Context, path string, r *guard.Result) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx) // an in-memory table lives in its connection's database
	if err != nil {
		return err
	}
	defer conn.Close()
	fields := parquetFields(r)
	if _, err := conn.ExecContext(ctx, "CREATE TABLE result ("+joinFields(fields, field.declare)+")"); err != nil {
		return err
	}
	if err := conn.Raw(func(c any) error { return appendRows(c.(driver.Conn), fields, r) }); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("COPY (SELECT %s FROM result) TO '%s' (FORMAT parquet)",
		joinFields(fields, field.output), strings.ReplaceAll(path, "'", "''")))
	return err
}

// field is a Parquet column: the values of a result column, or whether they
// are masked. Values are staged under temp, so that any output name will do.
type field struct {
	source      int // the result column
	flag        bool
	temp, name  string
	store, cast string // SQL types
}

func (f field) declare() string { return f.temp + " " + f.store }

func (f field) output() string {
	return fmt.Sprintf(`CAST(%s AS %s) AS "%s"`, f.temp, f.cast, strings.ReplaceAll(f.name, `"`, `""`))
}

// parquetFields gives each column, and behind one whose cells may be masked the
// column that tells which are: the columns do not depend on the data.
func parquetFields(r *guard.Result) []field {
	taken := map[string]bool{}
	suffix := "_" + strings.ReplaceAll(r.Summary().Mask, " ", "_")
	names := uniqueNames(r.Columns())
	for _, n := range names {
		taken[strings.ToLower(n)] = true
	}
	var out []field
	for i, c := range r.Columns() {
		store, cast := parquetType(i, c, r)
		out = append(out, field{source: i, temp: fmt.Sprintf("c%d", i), name: names[i], store: store, cast: cast})
		if c.Maskable {
			out = append(out, field{
				source: i, flag: true, temp: fmt.Sprintf("m%d", i),
				name: unique(names[i]+suffix, taken), store: "BOOLEAN", cast: "BOOLEAN",
			})
		}
	}
	return out
}

// parquetType is how column i is staged and what it becomes. Decimals come as
// text and get the scale that the longest of them needs.
func parquetType(i int, c guard.Column, r *guard.Result) (store, cast string) {
	switch c.Kind {
	case "bool":
		return "BOOLEAN", "BOOLEAN"
	case "int":
		return "BIGINT", "BIGINT"
	case "float":
		return "DOUBLE", "DOUBLE"
	case "date":
		return "DATE", "DATE"
	case "timestamp":
		return "TIMESTAMP", "TIMESTAMP"
	case "decimal":
		scale := 0
		for row := range r.Rows() {
			if v, ok := row[i].Value.(string); ok {
				_, fraction, _ := strings.Cut(v, ".")
				scale = max(scale, utf8.RuneCountInString(fraction))
			}
		}
		return "VARCHAR", fmt.Sprintf("DECIMAL(38,%d)", min(scale, 38))
	}
	return "VARCHAR", "VARCHAR"
}

func appendRows(conn driver.Conn, fields []field, r *guard.Result) (err error) {
	appender, err := duckdb.NewAppenderFromConn(conn, "", "result")
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := appender.Close(); err == nil {
			err = closeErr
		}
	}()
	values := make([]driver.Value, len(fields))
	for row := range r.Rows() {
		for i, f := range fields {
			values[i] = f.value(row[f.source])
		}
		if err := appender.AppendRow(values...); err != nil {
			return err
		}
	}
	return nil
}

func (f field) value(c guard.Cell) driver.Value {
	switch {
	case f.flag:
		return c.Masked
	case c.Masked:
		return nil
	}
	return c.Value
}

func joinFields(fields []field, render func(field) string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = render(f)
	}
	return strings.Join(parts, ", ")
}

// unique is name, or name with a number behind it when it is taken (case
// ignored, as in SQL); it takes what it gives.
func unique(name string, taken map[string]bool) string {
	found := name
	for n := 2; taken[strings.ToLower(found)]; n++ {
		found = fmt.Sprintf("%s_%d", name, n)
	}
	taken[strings.ToLower(found)] = true
	return found
}
