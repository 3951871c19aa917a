package study

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"epsql/engine/store"
	"epsql/macros"
)

// KeptStep is a step whose rows a workspace keeps.
type KeptStep struct {
	Key, Macro, Call string
	Kept, Used       time.Time
	// Stale says that no plan can ask for it any more: its macro, one of its code
	// lists or a delivery is not what it was.
	Stale bool
}

// Kept lists the steps that a workspace keeps, by macro and arguments.
func Kept(ctx context.Context, ws *store.Workspace, reg *macros.Registry) ([]KeptStep, error) {
	if _, err := ws.DB.ExecContext(ctx, keepSchema); err != nil {
		return nil, store.Fault(err, "study-keep", "the workspace cannot keep steps")
	}
	all, err := deliveries(ctx, ws)
	if err != nil {
		return nil, err
	}
	out, err := notes(ctx, ws)
	if err != nil {
		return nil, store.Fault(err, "study-keep", "the kept steps cannot be read")
	}
	s := &Study{cat: ws.Catalog, reg: reg}
	for i, k := range out {
		m := reg.Lookup(k.Macro)
		out[i].Stale = m == nil || s.key(m, k.Call, all) != k.Key
	}
	return out, nil
}

// notes are what the workspace says of kept steps.
func notes(ctx context.Context, ws *store.Workspace) ([]KeptStep, error) {
	rows, err := ws.DB.QueryContext(ctx, "SELECT key, macro, call, kept_at, used_at FROM epsql.study_kept ORDER BY macro, call, kept_at, key")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var out []KeptStep
	for rows.Next() {
		var k KeptStep
		if err := rows.Scan(&k.Key, &k.Macro, &k.Call, &k.Kept, &k.Used); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// Clean drops the kept steps that drop tells, and every table that no note tells
// of, in one transaction. It gives how many tables went. The space is used again
// by the workspace; its file does not shrink.
func Clean(ctx context.Context, ws *store.Workspace, reg *macros.Registry, drop func(KeptStep) bool) (int, error) {
	kept, err := Kept(ctx, ws, reg)
	if err != nil {
		return 0, err
	}
	gone := slices.DeleteFunc(slices.Clone(kept), func(k KeptStep) bool { return !drop(k) })
	n := 0
	err = inOne(ctx, ws, func(tx *sql.Tx) error {
		for _, k := range gone {
			if _, err := tx.ExecContext(ctx, "DELETE FROM epsql.study_kept WHERE key = ?", k.Key); err != nil {
				return err
			}
		}
		unnoted, err := unnoted(ctx, tx)
		n = len(unnoted)
		for _, name := range unnoted {
			if _, err := tx.ExecContext(ctx, "DROP TABLE study."+store.Quote(name)); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return 0, store.Fault(err, "study-keep", "the kept steps cannot be dropped")
	}
	return n, nil
}

// Stale is what Clean drops when nothing else is said.
func Stale(k KeptStep) bool { return k.Stale }

// unnoted are the tables of kept steps without a note.
func unnoted(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT table_name FROM duckdb_tables() WHERE schema_name = 'study' AND database_name = current_database()
		AND table_name NOT IN (SELECT 's_' || key[:32] FROM epsql.study_kept) ORDER BY table_name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}
