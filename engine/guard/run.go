package guard

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/ledger"
	"epsql/sql/diag"
)

// Run answers a plan and appends it to the ledger.
func (g *Guard) Run(ctx context.Context, p *Plan) (*Result, error) {
	res, _, err := g.run(ctx, p, nil)
	return res, err
}

// run answers a plan; with write it is a release.
func (g *Guard) run(ctx context.Context, p *Plan, write writeFunc) (*Result, ledger.Entry, error) {
	glass, err := g.glass()
	if err != nil {
		return nil, ledger.Entry{}, err
	}
	clean := false
	defer func() { g.empty(glass, clean) }()
	c, done, err := g.comparing(ctx, p, write != nil)
	defer done()
	if err != nil {
		return nil, ledger.Entry{}, err
	}
	deliveries, why, err := g.raise(ctx, glass, p, c)
	if err != nil {
		return nil, ledger.Entry{}, err
	}
	res, err := glass.answer(ctx, p)
	if err != nil {
		return nil, ledger.Entry{}, err
	}
	clean = true
	res.summary = g.summary(p, res, p.rules)
	res.summary.Notes = append(res.summary.Notes, why...)
	entry, err := g.record(ctx, p, res, deliveries, c, write)
	if err != nil {
		return nil, ledger.Entry{}, err
	}
	res.summary.Ledger = entry.Number
	return res, entry, nil
}

// raise runs all leaves on one snapshot of the person data, masks them together
// and puts what may be shown into the glass engine. Raw values stay in this
// function. It gives the hash of the deliveries that were read, and notes on why
// cells were masked to protect others. With c the cells are compared with earlier
// releases.
func (g *Guard) raise(ctx context.Context, glass *glassEngine, p *Plan, c *comparison) (deliveries string, why []string, err error) {
	var tables []*table
	err = g.snapshot(ctx, func(conn *sql.Conn) error {
		for _, l := range p.leaves {
			t, err := collect(ctx, conn, l, p.rules)
			if err != nil {
				return err
			}
			if err := t.merge(ctx, conn, p); err != nil {
				return err
			}
			tables = append(tables, t)
		}
		if err := c.collectAll(ctx, conn, tables); err != nil {
			return err
		}
		deliveries, err = deliveriesOf(ctx, conn)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	for _, t := range tables {
		if err := glass.complete(ctx, t, p.rules); err != nil {
			return "", nil, err
		}
	}
	if err := g.protect(ctx, p, tables, p.rules); err != nil {
		return "", nil, err
	}
	if err := g.compare(p, c); err != nil {
		return "", nil, err
	}
	if err := g.protect(ctx, p, tables, p.rules); err != nil {
		return "", nil, err
	}
	c.settle()
	why = notes(tables)
	for i, t := range tables {
		if !t.leaf.shadow {
			t.round(int64(p.channel.Round))
			if err := glass.fill(ctx, t); err != nil {
				return "", nil, err
			}
		}
		tables[i] = nil
	}
	return deliveries, why, nil
}

// snapshot runs read on one connection to the person engine and in one
// transaction, so that everything read is of one moment.
func (g *Guard) snapshot(ctx context.Context, read func(*sql.Conn) error) error {
	conn, err := g.cfg.Workspace.DB.Conn(ctx)
	if err != nil {
		return personFault(ctx, err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	if _, err := conn.ExecContext(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		return personFault(ctx, err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // nothing was written
	return read(conn)
}

// personFault replaces an error of the person engine: its text may quote data.
func personFault(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(err)
	}
	if e, ok := errors.AsType[*duckdb.Error](err); ok {
		switch e.Type {
		case duckdb.ErrorTypeOutOfMemory:
			return diag.New(diag.Query, "memory", "the query needs more memory than it may use").
				WithHint("coarsen the keys, or give more with --memory").Wrap(err)
		case duckdb.ErrorTypeBinder, duckdb.ErrorTypeCatalog, duckdb.ErrorTypeParser:
			return diag.New(diag.Query, "types", "the query does not fit the types of its columns").
				WithHint("see the types with `epsql catalog show`; compare codes with text: 'x'").Wrap(err)
		}
	}
	return diag.New(diag.Query, "person-run", "the query could not be computed on the data").
		WithHint("simplify its arithmetic; values may be too large").Wrap(err)
}

// deliveriesOf is a hash over the deliveries in force. Its statement is always the
// same and holds nothing of a query, so that no bound plan of it is checked.
func deliveriesOf(ctx context.Context, conn *sql.Conn) (string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT table_name, hash FROM epsql.deliveries WHERE replaced_by IS NULL ORDER BY ALL")
	if err != nil {
		return "", personFault(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	h := sha256.New()
	for rows.Next() {
		var table, hash string
		if err := rows.Scan(&table, &hash); err != nil {
			return "", personFault(ctx, err)
		}
		h.Write([]byte(table + " " + hash + "\n"))
	}
	if err := rows.Err(); err != nil {
		return "", personFault(ctx, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
