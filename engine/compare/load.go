package compare

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/sasdata"
	"epsql/engine/store"
	"epsql/sql/diag"
)

// table is a side as it was read: raw_0 or raw_1 in the database, with the
// columns v0, v1 … and, of an answer, m0, m1 … that say which cells are masked.
type table struct {
	Side
	columns []column
	rows    int64
}

// column is a column of a side as it was read.
type column struct {
	name          string // in lower case
	kind          string // "number", "text", "date", "datetime", "time" or "boolean"; "" when its texts must tell
	label, format string
	length        int
	sas           bool // a number may be a date
	masks         bool // has a column of masks
}

func textual(kind string) bool { return kind == "text" }

func number(n int) string { return strconv.Itoa(n) }

// load reads both sides.
func (c *comparison) load(ctx context.Context) error {
	for i, t := range c.sides {
		if err := c.read(ctx, t, "raw_"+number(i)); err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, col := range t.columns {
			if seen[col.name] {
				return diag.New(diag.Data, "compare-columns", "%s has two columns named %s", t.Name, col.name).
					WithHint("rename one: capitals do not tell columns apart")
			}
			seen[col.name] = true
		}
		if err := c.db.QueryRowContext(ctx, "SELECT count(*) FROM raw_"+number(i)).Scan(&t.rows); err != nil {
			return err
		}
	}
	c.report.Expected = Table{Name: c.sides[0].Name, Rows: c.sides[0].rows, Columns: len(c.sides[0].columns)}
	c.report.Actual = Table{Name: c.sides[1].Name, Rows: c.sides[1].rows, Columns: len(c.sides[1].columns)}
	return nil
}

// read reads one side into a table.
func (c *comparison) read(ctx context.Context, t *table, into string) error {
	switch {
	case t.Answer != nil:
		return c.readAnswer(ctx, t, into)
	case t.Rows != nil:
		return c.readRows(ctx, t, into)
	}
	kind, err := kindOf(t.Path)
	if err != nil {
		return err
	}
	switch kind {
	case "parquet":
		return c.scan(ctx, t, into, "read_parquet("+quoted(t.Path)+")")
	case "csv":
		return c.scan(ctx, t, into, "read_csv("+quoted(t.Path)+", all_varchar = true, header = true, sample_size = 100000)")
	}
	return c.readSAS(ctx, t, into)
}

// kindOf tells by its first bytes, then by its name, what a file is.
func kindOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", diag.New(diag.Data, "cannot-read", "%s cannot be opened", path).
			WithHint("check its name and that you may read it").Wrap(err)
	}
	defer file.Close() //nolint:errcheck // only read
	head := make([]byte, 288)
	n, _ := io.ReadFull(file, head)
	head = head[:n]
	if kind := sasdata.Kind(head); kind != "" {
		return kind, nil
	}
	if strings.HasPrefix(string(head), "PAR1") {
		return "parquet", nil
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".txt", ".tsv":
		return "csv", nil
	}
	return "", diag.New(diag.Data, "compare-kind", "%s is of no kind that can be compared", path).
		WithHint("give a .sas7bdat, .xpt, .csv or .parquet file, or a query of the workspace")
}

// scan has the database read a file; what it finds in CSV are texts.
func (c *comparison) scan(ctx context.Context, t *table, into, from string) error {
	rows, err := c.db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM "+from+")")
	if err != nil {
		return unreadable(t, err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return unreadable(t, err)
		}
		col := column{name: strings.ToLower(strings.TrimSpace(name)), kind: kindOfType(typ)}
		if strings.HasPrefix(from, "read_csv") {
			col.kind = ""
		}
		list = append(list, store.Quote(name)+" AS v"+number(len(t.columns)))
		t.columns = append(t.columns, col)
	}
	if err := rows.Err(); err != nil {
		return unreadable(t, err)
	}
	if _, err := c.db.ExecContext(ctx, "CREATE TABLE "+into+" AS SELECT "+strings.Join(list, ", ")+" FROM "+from); err != nil {
		return unreadable(t, err)
	}
	return nil
}

func unreadable(t *table, err error) error {
	return diag.New(diag.Data, "cannot-read", "%s cannot be read as what its name says", t.Name).
		WithHint("a CSV file has a line of column names and the same number of fields on every line").Wrap(err)
}

// kindOfType is the kind of a column of the database.
func kindOfType(typ string) string {
	switch {
	case typ == "DATE":
		return "date"
	case strings.HasPrefix(typ, "TIMESTAMP"):
		return "datetime"
	case strings.HasPrefix(typ, "TIME"):
		return "time"
	case typ == "BOOLEAN":
		return "boolean"
	case strings.HasSuffix(typ, "INT"), strings.HasSuffix(typ, "INTEGER"), strings.HasPrefix(typ, "DECIMAL"), typ == "DOUBLE", typ == "FLOAT":
		return "number"
	}
	return "text"
}

// readSAS copies a SAS data set. Special missing values become missing; their
// letters stand in columns of their own when they are asked for.
func (c *comparison) readSAS(ctx context.Context, t *table, into string) error {
	r, err := sasdata.Open(t.Path, sasdata.Options{Special: c.opts.Special})
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	var list []string
	for i, col := range r.Columns {
		kind, typ := "number", "DOUBLE"
		if col.Text {
			kind, typ = "text", "VARCHAR"
		}
		list = append(list, fmt.Sprintf("v%d %s", i, typ))
		t.columns = append(t.columns, column{name: strings.ToLower(col.Name), kind: kind, label: col.Label, format: col.Format, length: col.Length, sas: !col.Text})
	}
	if _, err := c.db.ExecContext(ctx, "CREATE TABLE "+into+" ("+strings.Join(list, ", ")+")"); err != nil {
		return err
	}
	row, values := make([]sasdata.Value, len(r.Columns)), make([]driver.Value, len(r.Columns))
	return c.append(ctx, into, func(add func(...driver.Value) error) error {
		for {
			if err := r.Next(row); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
			for i, v := range row {
				switch {
				case r.Columns[i].Text:
					values[i] = v.Text
				case v.Missing != 0:
					values[i] = nil
				default:
					values[i] = v.Number
				}
			}
			if err := add(values...); err != nil {
				return err
			}
		}
	})
}

// append gives fill a function that adds a row to a table.
func (c *comparison) append(ctx context.Context, into string, fill func(add func(...driver.Value) error) error) error {
	conn, err := c.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		a, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", into)
		if err != nil {
			return err
		}
		if err := fill(a.AppendRow); err != nil {
			return errors.Join(err, a.Close())
		}
		return a.Close()
	})
}

// answerTypes are the types for the kinds of columns of an answer. A decimal
// comes as text.
var answerTypes = map[string][2]string{
	"bool": {"boolean", "BOOLEAN"}, "int": {"number", "BIGINT"}, "float": {"number", "DOUBLE"}, "decimal": {"number", "VARCHAR"},
	"text": {"text", "VARCHAR"}, "date": {"date", "DATE"}, "timestamp": {"datetime", "TIMESTAMP"},
}

// readAnswer copies an answer with its masks.
func (c *comparison) readAnswer(ctx context.Context, t *table, into string) error {
	var list []string
	for i, col := range t.Answer.Columns() {
		types := answerTypes[col.Kind]
		list = append(list, fmt.Sprintf("v%d %s, m%d BOOLEAN", i, types[1], i))
		t.columns = append(t.columns, column{name: strings.ToLower(col.Name), kind: types[0], masks: true})
	}
	if _, err := c.db.ExecContext(ctx, "CREATE TABLE "+into+" ("+strings.Join(list, ", ")+")"); err != nil {
		return err
	}
	return c.append(ctx, into, func(add func(...driver.Value) error) error {
		values := make([]driver.Value, 2*len(t.columns))
		for row := range t.Answer.Rows() {
			for i, cell := range row {
				values[2*i], values[2*i+1] = cell.Value, cell.Masked
				if cell.Masked {
					values[2*i] = nil
				}
			}
			if err := add(values...); err != nil {
				return err
			}
		}
		return nil
	})
}

// readRows copies rows of persons, by permit of their workspace.
func (c *comparison) readRows(ctx context.Context, t *table, into string) error {
	return t.Rows.Read(ctx, func(rows *sql.Rows) error {
		types, err := rows.ColumnTypes()
		if err != nil {
			return err
		}
		var list []string
		for i, typ := range types {
			name, kind := typ.DatabaseTypeName(), kindOfType(typ.DatabaseTypeName())
			switch {
			case kind == "number":
				name = "DOUBLE"
			case kind == "text" && name != "VARCHAR":
				return diag.New(diag.Data, "compare-type", "the column %s has a type that cannot be compared", t.Rows.Columns()[i]).
					WithHint("cast it to a number, text or date")
			}
			list = append(list, fmt.Sprintf("v%d %s", i, name))
			t.columns = append(t.columns, column{name: strings.ToLower(t.Rows.Columns()[i]), kind: kind})
		}
		if _, err := c.db.ExecContext(ctx, "CREATE TABLE "+into+" ("+strings.Join(list, ", ")+")"); err != nil {
			return err
		}
		return c.append(ctx, into, func(add func(...driver.Value) error) error { return copyRows(rows, len(types), add) })
	})
}

// copyRows adds all rows of n columns.
func copyRows(rows *sql.Rows, n int, add func(...driver.Value) error) error {
	values, places, row := make([]any, n), make([]any, n), make([]driver.Value, n)
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i, v := range values {
			row[i] = plain(v)
		}
		if err := add(row...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// plain is a value as the database of a comparison takes it.
func plain(v any) any {
	switch x := v.(type) {
	case duckdb.Decimal:
		return x.Float64()
	case *big.Int:
		f, _ := new(big.Float).SetInt(x).Float64()
		return f
	}
	return v
}
