package study

import (
	"context"
	"os"
	"path/filepath"

	"epsql/catalog"
	"epsql/engine/guard"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/study"
)

// Check checks a plan without any data: what it names is there, and the guard
// allows every question, on an empty workspace of the plan's population. It gives
// the guard's notes on each output by name.
func Check(ctx context.Context, plan *study.Plan, cat *catalog.Catalog, reg *macros.Registry) (map[string][]string, error) {
	s, err := Resolve(plan, cat, reg)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "epsql-check-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a folder for temporary files
	path := filepath.Join(folder, "empty.duckdb")
	if err := store.Create(ctx, path, plan.Population, cat, reg); err != nil {
		return nil, err
	}
	ws, err := store.Open(ctx, path, cat, store.Options{})
	if err != nil {
		return nil, err
	}
	defer ws.Close() //nolint:errcheck // nothing is in it
	g, err := guard.New(ctx, guard.Config{Workspace: ws, Catalog: cat, Macros: reg, Channel: cat.Channel(plan.Channel)})
	if err != nil {
		return nil, err
	}
	defer g.Close() //nolint:errcheck // in memory, nothing to lose
	return s.PlanOutputs(ctx, g)
}
