package guard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/ledger"
	"epsql/sql/diag"
	"epsql/sql/parse"
)

// Run answers a plan and appends it to the ledger.
func (g *Guard) Run(ctx context.Context, p *Plan) (*Result, error) {
	glass, err := openGlass()
	if err != nil {
		return nil, err
	}
	defer glass.db.Close() //nolint:errcheck // in memory, nothing to lose
	r := rulesOf(g.cfg.Catalog, g.cfg.Channel)
	for _, l := range p.leaves {
		if err := g.raise(ctx, glass, l, r); err != nil {
			return nil, err
		}
	}
	res, err := glass.answer(ctx, p)
	if err != nil {
		return nil, err
	}
	res.summary = g.summary(p, res, r)
	res.summary.Ledger, err = g.record(ctx, p, res)
	if err != nil {
		return nil, err
	}
	return res, nil
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

// raise runs a leaf on the person engine and puts what may be shown into the
// glass engine. Raw values stay in this function.
func (g *Guard) raise(ctx context.Context, glass *glassEngine, l *leaf, r rules) error {
	rows, err := g.cfg.Workspace.DB.QueryContext(ctx, l.sql)
	if err != nil {
		return personFault(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	types, err := rows.ColumnTypes()
	if err != nil {
		return personFault(ctx, err)
	}
	shape := l.shape(types)
	if err := glass.create(ctx, l, shape); err != nil {
		return err
	}
	if err := glass.fill(ctx, l, rows, r); err != nil {
		return err
	}
	return glass.finish(ctx, l, shape, r)
}

// record appends the answer to the ledger.
func (g *Guard) record(ctx context.Context, p *Plan, res *Result) (int64, error) {
	deliveries, err := g.deliveries(ctx)
	if err != nil {
		return 0, err
	}
	var used []string
	for _, name := range p.macros {
		if m := g.cfg.Macros.Lookup(name); m != nil {
			used = append(used, name+"@"+m.Hash)
		}
	}
	slices.Sort(used)
	return ledger.Append(ctx, g.cfg.Workspace.DB, ledger.Entry{
		User: g.cfg.User, Channel: g.cfg.Channel.ID, Query: parse.Redact(p.text), PlanHash: p.hash,
		Catalogue: g.cfg.Catalog.Name + "@" + g.cfg.Catalog.Hash, Macros: used, Deliveries: deliveries,
		Cells: res.summary.Cells, Masked: res.summary.Masked,
	})
}

// deliveries is a hash over the deliveries in force.
func (g *Guard) deliveries(ctx context.Context) (string, error) {
	rows, err := g.cfg.Workspace.DB.QueryContext(ctx, "SELECT table_name, hash FROM epsql.deliveries WHERE replaced_by IS NULL ORDER BY ALL")
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
