package guard

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/columnar"
	"epsql/sql/diag"
)

// glassEngine is an in-memory DuckDB that holds nothing but the masked leaves of
// one query. It reads and writes no file, not even for want of memory, and runs on
// one thread, so that the order of rows is always the same.
//
// To open one takes longer than to answer most questions. So it serves again,
// empty: all that a question makes is made in one transaction, which is rolled
// back. An engine that met an error is thrown away.
type glassEngine struct{ db *sql.DB }

const glassSettings = "?threads=1&memory_limit=2GB&autoinstall_known_extensions=false" +
	"&autoload_known_extensions=false&allow_community_extensions=false"

// glassLock is said once the engine is open: settings of its address are applied
// in any order, and some refuse to follow others.
const glassLock = "SET temp_directory = ''; SET enable_external_access = false; SET lock_configuration = true"

// glassTime is how long the part above the wall may take: rows there are few, and
// a query of a few words can join them a billion times.
const glassTime = 10 * time.Minute

func openGlass() (*glassEngine, error) {
	connector, err := duckdb.NewConnector(glassSettings, nil)
	if err != nil {
		return nil, diag.New(diag.Query, "glass", "the engine for masked results cannot be opened").Wrap(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(glassLock); err != nil {
		return nil, errors.Join(diag.New(diag.Query, "glass", "the engine for masked results cannot be opened").Wrap(err), db.Close())
	}
	return &glassEngine{db: db}, nil
}

// glass gives an empty engine.
func (g *Guard) glass() (*glassEngine, error) {
	var glass *glassEngine
	var err error
	select {
	case glass = <-g.glasses:
	default:
		if glass, err = openGlass(); err != nil {
			return nil, err
		}
	}
	if _, err := glass.db.Exec("BEGIN TRANSACTION"); err != nil {
		return nil, errors.Join(diag.New(diag.Query, "glass", "the engine for masked results cannot be used").Wrap(err), glass.db.Close())
	}
	return glass, nil
}

// empty takes an engine back after a question, clean when it was answered.
func (g *Guard) empty(glass *glassEngine, clean bool) {
	if clean {
		_, err := glass.db.Exec("ROLLBACK")
		clean = err == nil
	}
	if clean {
		select {
		case g.glasses <- glass:
			return
		default: // enough are waiting
		}
	}
	_ = glass.db.Close() // in memory, nothing to lose
}

// glassesKept is how many engines wait for questions.
const glassesKept = 2

func (g *glassEngine) exec(ctx context.Context, query string) error {
	if _, err := g.db.ExecContext(ctx, query); err != nil {
		return g.fault(ctx, err)
	}
	return nil
}

// fault is an error above the wall. DuckDB's text speaks of masked leaves only,
// but in the names of generated SQL: it is kept as the cause.
func (g *glassEngine) fault(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return diag.New(diag.Cancel, "time", "stopped: the part of the query above the masked cells took too long").
			WithHint("join and group fewer rows there").Wrap(err)
	}
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

// fill makes the table of a leaf above the wall: keys, cells, masks, sorted by
// the keys, so that the order of rows tells nothing. This is where raw values are
// left behind: a masked cell goes up as NULL.
func (g *glassEngine) fill(ctx context.Context, t *table) error {
	l := t.leaf
	raw := "raw_" + itoa(l.id)
	var columns []string
	for i, k := range t.keys {
		columns = append(columns, "k"+itoa(i)+" "+k.typ.Name)
	}
	for i, c := range t.cells {
		columns = append(columns, "a"+itoa(i)+" "+c.typ.Name)
	}
	for i := range t.cells {
		columns = append(columns, "m"+itoa(i)+" UTINYINT")
	}
	if err := g.exec(ctx, "CREATE TABLE "+raw+" ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	if err := g.append(ctx, t, raw); err != nil {
		return g.fault(ctx, err)
	}
	order := ""
	if !l.public {
		order = clause(" ORDER BY ", ", ", numbered("k", len(l.keys)))
	}
	if err := g.exec(ctx, "CREATE TABLE "+l.table()+" AS SELECT * FROM "+raw+order); err != nil {
		return err
	}
	return g.exec(ctx, "DROP TABLE "+raw)
}

// append writes the listed rows of t.
func (g *glassEngine) append(ctx context.Context, t *table, name string) error {
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	native, err := columnar.Native(conn)
	if err != nil {
		return err
	}
	app, err := columnar.NewAppender(native, "main", name)
	if err != nil {
		return err
	}
	defer app.Close()
	chunk := columnar.NewChunk(app.Types)
	defer chunk.Destroy()
	for row := range t.n {
		if !t.listed[row] {
			continue
		}
		t.write(chunk, row)
		if chunk.N == columnar.Size {
			if err := errors.Join(ctx.Err(), app.Append(chunk)); err != nil {
				return err
			}
			chunk.Reset()
		}
	}
	return errors.Join(app.Append(chunk), app.Flush())
}

// write adds a row to a chunk, masked.
func (t *table) write(chunk *columnar.Chunk, row int) {
	i, nk, nc := chunk.N, len(t.keys), len(t.cells)
	for k := range t.keys {
		t.keys[k].write(&chunk.Vectors[k], row, i)
	}
	for c := range t.cells {
		value, mask := &chunk.Vectors[nk+c], &chunk.Vectors[nk+nc+c]
		if t.shown(row, c) {
			t.cells[c].write(value, row, i)
		} else {
			value.SetNull(i)
		}
		mask.SetBytes(i, t.masks[c][row:row+1])
	}
	chunk.N++
}

func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = prefix + itoa(i)
	}
	return out
}

// complete lists every combination of the keys' public values that the query's
// own conditions on keys allow, masked where few or none stand behind it, so
// that the presence of a row tells nothing.
func (g *glassEngine) complete(ctx context.Context, t *table, r rules) error {
	l := t.leaf
	if l.public || len(l.keys) == 0 || !l.complete() || t.others > 0 {
		return nil
	}
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return g.fault(ctx, err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	scan, err := columnar.Query(ctx, conn, t.gridSQL())
	if err != nil {
		return g.fault(ctx, err)
	}
	defer scan.Close()
	grid := make([]vector, len(t.keys))
	for i, k := range t.keys {
		grid[i].typ = k.typ
	}
	n, err := readAll(scan, grid)
	if err != nil {
		return g.fault(ctx, err)
	}
	t.list(grid, n, r)
	return nil
}

// columnsOf reads a scan to its end: its columns, and the number of rows.
func columnsOf(scan *columnar.Scan) ([]vector, int, error) {
	columns := make([]vector, len(scan.Types))
	for i, typ := range scan.Types {
		columns[i].typ = typ
	}
	n, err := readAll(scan, columns)
	return columns, n, err
}

// readAll appends all rows of a scan to columns and gives their number.
func readAll(scan *columnar.Scan, columns []vector) (int, error) {
	for total := 0; ; {
		n, err := scan.Next()
		if err != nil || n == 0 {
			return total, err
		}
		for i := range columns {
			columns[i].appendAll(scan.Column(i), n)
		}
		total += n
	}
}

// gridSQL gives every combination of the keys' public values; it reads no table.
func (t *table) gridSQL() string {
	l := t.leaf
	var parts []string
	for i, k := range l.keys {
		rows := make([]string, len(k.domain))
		for j, d := range k.domain {
			rows[j] = "(" + literal(d) + ")"
		}
		parts = append(parts, "(SELECT DISTINCT TRY_CAST(x AS "+t.keys[i].typ.Name+") AS k"+itoa(i)+" FROM (VALUES "+strings.Join(rows, ", ")+") AS v(x) WHERE k"+itoa(i)+" IS NOT NULL)")
	}
	return "SELECT * FROM (SELECT * FROM " + strings.Join(parts, " CROSS JOIN ") + ") AS g" + clause(" WHERE ", " AND ", l.grid)
}

// list makes sure that every row of the grid is listed.
func (t *table) list(grid []vector, n int, r rules) {
	at := make(map[string]int, t.n)
	var key []byte
	for row := range t.n {
		key = rowKey(key[:0], t.keys, row)
		at[string(key)] = row
	}
	for i := range n {
		key = rowKey(key[:0], grid, i)
		if row, ok := at[string(key)]; ok {
			t.listed[row] = true
			continue
		}
		t.appendEmpty(grid, i, r)
	}
}

func rowKey(key []byte, columns []vector, row int) []byte {
	for i := range columns {
		key = columns[i].appendKey(key, row)
	}
	return key
}

// appendEmpty adds a row behind which nobody stands: masked, or zeros where the
// channel publishes zeros.
func (t *table) appendEmpty(grid []vector, i int, r rules) {
	for k := range t.keys {
		t.keys[k].appendFrom(&grid[k], i)
	}
	mask := t.leaf.worst(r)
	zeros := r.zeroSafe && !t.leaf.hidden
	if zeros {
		mask = 0
	}
	for c := range t.cells {
		if zeros && strings.HasPrefix(t.leaf.cells[c].sql, "count(") {
			t.cells[c].appendZero()
		} else {
			t.cells[c].appendNull()
		}
		t.masks[c] = append(t.masks[c], mask)
	}
	for u := range t.units {
		t.units[u] = append(t.units[u], 0)
	}
	t.listed = append(t.listed, true)
	t.n++
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
	return 0
}
