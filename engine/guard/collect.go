package guard

import (
	"context"
	"database/sql"

	"epsql/engine/columnar"
	"epsql/sql/diag"
)

// maxPublic bounds the rows of public data brought above the wall.
const maxPublic = 1_000_000

// collect runs a leaf on the person engine and judges its rows.
func collect(ctx context.Context, conn *sql.Conn, l *leaf, r rules) (*table, error) {
	statement := l.sql
	proven, err := l.proven(ctx, conn)
	if err != nil {
		return nil, err
	}
	if proven {
		statement = l.cellsSQL()
	}
	scan, err := l.query(ctx, conn, statement)
	if err != nil {
		return nil, err
	}
	defer scan.Close()
	for _, typ := range scan.Types {
		if typ.Name == "" {
			return nil, diag.New(diag.Query, "types", "a key or cell has a type that is not answered").
				WithHint("cast it to a number, text or date")
		}
	}
	t := newTable(l, scan.Types)
	j := newJudge(t, r, scan.Types)
	if proven {
		j.enough()
	}
	for {
		n, err := scan.Next()
		if err != nil {
			return nil, personFault(ctx, err)
		}
		if n == 0 {
			scan.Close()
			return t, t.dominated(ctx, conn, r)
		}
		if l.public && t.n+n > maxPublic {
			return nil, diag.New(diag.Query, "public-size", "a public table above the wall has more than %d rows", maxPublic).
				WithHint("filter it, or join it below, inside the grouped query")
		}
		t.appendAll(scan, n)
		j.rows(scan, n)
	}
}

// appendAll adds the keys and cells of a chunk.
func (t *table) appendAll(scan *columnar.Scan, n int) {
	for i := range t.keys {
		t.keys[i].appendAll(scan.Column(i), n)
	}
	for i := range t.cells {
		t.cells[i].appendAll(scan.Column(len(t.keys)+i), n)
	}
	t.n += n
}

// judge applies the rules to the rows of a leaf, chunk by chunk.
type judge struct {
	table  *table
	rules  rules
	types  []columnar.Type // of the columns that count
	raw    []int64         // what these columns hold
	counts []int64         // in the order of the leaf's readings
	proven bool            // the counts hold for every row
	checks []uint8
	masks  []uint8
}

func newJudge(t *table, r rules, types []columnar.Type) *judge {
	types = types[len(t.keys)+len(t.cells):]
	return &judge{
		table: t, rules: r, types: types, raw: make([]int64, len(types)), counts: make([]int64, len(t.leaf.readings)),
		checks: make([]uint8, len(t.leaf.checks)), masks: make([]uint8, len(t.cells)),
	}
}

// enough says that enough units stand behind everything: nothing is counted.
func (j *judge) enough() {
	j.proven = true
	for i := range j.counts {
		j.counts[i] = int64(j.table.leaf.limit)
	}
}

// rows judges the n rows of a chunk, which were appended to the table before.
func (j *judge) rows(scan *columnar.Scan, n int) {
	t := j.table
	first := len(t.keys) + len(t.cells)
	columns := make([]columnar.Values, len(j.raw))
	for i := range columns {
		columns[i] = scan.Column(first + i)
	}
	for row := range n {
		for i, c := range columns {
			j.raw[i] = count(c, j.types[i], row)
		}
		for i, r := range t.leaf.readings {
			if !j.proven {
				j.counts[i] = r.of(j.raw)
			}
		}
		j.row()
	}
}

func (j *judge) row() {
	t := j.table
	if t.leaf.public {
		t.listed = append(t.listed, true)
		return
	}
	listed := t.leaf.judge(j.rules, j.counts, j.checks, j.masks) && !t.leaf.hidden
	if !listed {
		// Whatever else stands behind it belongs to the few.
		for i := range j.masks {
			j.masks[i] = t.leaf.worst(j.rules)
		}
	}
	for i, m := range j.masks {
		t.masks[i] = append(t.masks[i], m)
	}
	for u := range t.units {
		t.units[u] = append(t.units[u], j.counts[u])
	}
	// A total without keys is one row, whoever stands behind it.
	t.listed = append(t.listed, listed || len(t.keys) == 0)
}

// count reads a number of units; an unknown one protects: nobody stands behind.
func count(v columnar.Values, typ columnar.Type, row int) int64 {
	if v.Null(row) || typ.Width > 8 || typ.Width == 0 {
		return 0
	}
	b := v.Bytes(typ.Width, row+1)[row*typ.Width:]
	return signed(b).Int64()
}
