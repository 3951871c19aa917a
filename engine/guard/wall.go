package guard

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/sql/diag"
)

// glassEngine is an in-memory DuckDB of one query that holds nothing but masked
// leaves. It reads no file and runs on one thread, so that the order of rows is
// always the same.
type glassEngine struct{ db *sql.DB }

const glassSettings = "?threads=1&memory_limit=2GB&enable_external_access=false&autoinstall_known_extensions=false" +
	"&autoload_known_extensions=false&lock_configuration=true"

func openGlass() (*glassEngine, error) {
	connector, err := duckdb.NewConnector(glassSettings, nil)
	if err != nil {
		return nil, diag.New(diag.Query, "glass", "the engine for masked results cannot be opened").Wrap(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	return &glassEngine{db: db}, nil
}

// shape are the SQL types of the keys and cells of a leaf.
type shape struct{ keys, cells []string }

func (l *leaf) shape(types []*sql.ColumnType) shape {
	name := func(t *sql.ColumnType) string {
		if n := t.DatabaseTypeName(); !strings.Contains(n, "NULL") && n != "" {
			return n
		}
		return "INTEGER"
	}
	var s shape
	for i := range l.keys {
		s.keys = append(s.keys, name(types[i]))
	}
	for i := range l.cells {
		s.cells = append(s.cells, name(types[len(l.keys)+i]))
	}
	return s
}

func (g *glassEngine) exec(ctx context.Context, query string) error {
	if _, err := g.db.ExecContext(ctx, query); err != nil {
		return g.fault(ctx, err)
	}
	return nil
}

// fault is an error above the wall. DuckDB's text speaks of masked leaves only,
// but in the names of generated SQL: it is kept as the cause.
func (g *glassEngine) fault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(err)
	}
	e, ok := errors.AsType[*duckdb.Error](err)
	switch {
	case ok && e.Type == duckdb.ErrorTypeBinder && strings.Contains(e.Msg, "GROUP BY"):
		return diag.New(diag.Query, "not-grouped", "a column of the grouped result is neither grouped by nor aggregated").
			WithHint("add it to GROUP BY or put it into an aggregate").Wrap(err)
	case ok && e.Type == duckdb.ErrorTypeOutOfMemory:
		return diag.New(diag.Query, "memory", "the masked result is too large").WithHint("coarsen the keys").Wrap(err)
	}
	return diag.New(diag.Query, "glass-run", "the part of the query above the masked cells cannot be computed").
		WithHint("check the types and arithmetic above the grouped query").Wrap(err)
}

// create makes the staging table of a leaf: keys, cells, masks, and whether the
// row is there only because somebody few stand behind it.
func (g *glassEngine) create(ctx context.Context, l *leaf, s shape) error {
	var cols []string
	for i, t := range s.keys {
		cols = append(cols, "k"+itoa(i)+" "+t)
	}
	for i, t := range s.cells {
		cols = append(cols, "a"+itoa(i)+" "+t)
	}
	for i := range s.cells {
		cols = append(cols, "m"+itoa(i)+" UTINYINT")
	}
	cols = append(cols, "small BOOLEAN")
	return g.exec(ctx, "CREATE TABLE raw_"+itoa(l.id)+" ("+strings.Join(cols, ", ")+")")
}

// fill judges every row and appends what may be shown of it.
func (g *glassEngine) fill(ctx context.Context, l *leaf, rows *sql.Rows, r rules) error {
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return g.fault(ctx, err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	err = conn.Raw(func(dc any) error {
		app, err := duckdb.NewAppenderFromConn(dc.(driver.Conn), "", "raw_"+itoa(l.id))
		if err != nil {
			return g.fault(ctx, err)
		}
		if err := l.append(ctx, app, rows, r); err != nil {
			return errors.Join(err, app.Close())
		}
		return app.Close()
	})
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*diag.Error](err); ok {
		return e
	}
	return g.fault(ctx, err)
}

// maxPublic bounds the rows of public data brought above the wall.
const maxPublic = 1_000_000

// append is where raw values are masked.
func (l *leaf) append(ctx context.Context, app *duckdb.Appender, rows *sql.Rows, r rules) error {
	nk, nc := len(l.keys), len(l.cells)
	width, err := rows.Columns()
	if err != nil {
		return personFault(ctx, err)
	}
	raw := make([]any, len(width))
	ptr := make([]any, len(width))
	for i := range raw {
		ptr[i] = &raw[i]
	}
	counts := make([]int64, len(width)-nk-nc)
	out := make([]driver.Value, nk+2*nc+1)
	for n := 0; rows.Next(); n++ {
		if l.public && n == maxPublic {
			return diag.New(diag.Query, "public-size", "a public table above the wall has more than %d rows", maxPublic).
				WithHint("filter it, or join it below, inside the grouped query")
		}
		if err := rows.Scan(ptr...); err != nil {
			return personFault(ctx, err)
		}
		for i := range counts {
			counts[i] = asInt(raw[nk+nc+i])
		}
		v := verdict{listed: true}
		if !l.public {
			v = l.judge(r, counts)
		}
		if !v.listed && nk > 0 && !(r.zeroSafe && l.complete()) {
			continue
		}
		for i := range nk {
			out[i] = raw[i]
		}
		for i := range nc {
			out[nk+i], out[nk+nc+i] = raw[nk+i], v.cells[i]
			if v.cells[i] != 0 {
				out[nk+i] = nil
			}
		}
		out[nk+2*nc] = !v.listed
		if err := app.AppendRow(out...); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return personFault(ctx, err)
	}
	return nil
}

func asInt(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case int8:
		return int64(n)
	case int32:
		return int64(n)
	case uint8:
		return int64(n)
	}
	return 0 // an unknown count protects: nobody stands behind
}

// finish completes the table over the public lists of its keys and sorts it, so
// that neither presence nor order of a row tells anything.
func (g *glassEngine) finish(ctx context.Context, l *leaf, s shape, r rules) error {
	raw := "raw_" + itoa(l.id)
	if !l.public && len(l.keys) > 0 && l.complete() {
		if err := g.exec(ctx, "CREATE TABLE grid_"+itoa(l.id)+" AS "+l.gridSQL(s)); err != nil {
			return err
		}
		if err := g.exec(ctx, l.completeSQL(s, r)); err != nil {
			return err
		}
		if err := g.exec(ctx, "DELETE FROM "+raw+" AS l WHERE small AND NOT EXISTS (SELECT 1 FROM grid_"+itoa(l.id)+" AS g WHERE "+l.sameKeys()+")"); err != nil {
			return err
		}
	}
	order := ""
	if !l.public {
		order = clause(" ORDER BY ", ", ", numbered("k", len(l.keys)))
	}
	return g.exec(ctx, "CREATE TABLE "+l.table()+" AS SELECT * EXCLUDE (small) FROM "+raw+order)
}

func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = prefix + itoa(i)
	}
	return out
}

// gridSQL lists every combination of the keys' public values that the query's
// own conditions on keys allow.
func (l *leaf) gridSQL(s shape) string {
	var parts []string
	for i, k := range l.keys {
		rows := make([]string, len(k.domain))
		for j, d := range k.domain {
			rows[j] = "(" + literal(d) + ")"
		}
		parts = append(parts, "(SELECT DISTINCT TRY_CAST(x AS "+s.keys[i]+") AS k"+itoa(i)+" FROM (VALUES "+strings.Join(rows, ", ")+") AS v(x) WHERE k"+itoa(i)+" IS NOT NULL)")
	}
	return "SELECT * FROM (SELECT * FROM " + strings.Join(parts, " CROSS JOIN ") + ") AS g" + clause(" WHERE ", " AND ", l.grid)
}

func (l *leaf) sameKeys() string {
	var out []string
	for i := range l.keys {
		out = append(out, "l.k"+itoa(i)+" = g.k"+itoa(i))
	}
	return strings.Join(out, " AND ")
}

// completeSQL adds the rows of the grid that are missing: masked, or as zeros
// where the channel publishes zeros.
func (l *leaf) completeSQL(s shape, r rules) string {
	list := numbered("g.k", len(l.keys))
	mask := l.worst(r)
	for i, c := range l.cells {
		if r.zeroSafe && strings.HasPrefix(c.sql, "count(") {
			list = append(list, "0::"+s.cells[i])
		} else {
			list = append(list, "NULL")
		}
	}
	if r.zeroSafe {
		mask = 0
	}
	for range l.cells {
		list = append(list, itoa(int(mask)))
	}
	list = append(list, "FALSE")
	return "INSERT INTO raw_" + itoa(l.id) + " SELECT " + strings.Join(list, ", ") + " FROM grid_" + itoa(l.id) +
		" AS g WHERE NOT EXISTS (SELECT 1 FROM raw_" + itoa(l.id) + " AS l WHERE " + l.sameKeys() + ")"
}
