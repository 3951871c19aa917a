package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
)

// Stamp is what a workspace says of itself.
type Stamp struct {
	Population string
	Catalog    string
	Version    string
	Hash       string // of the catalogue
	Created    string // RFC 3339
	Rows       Permit
}

// Stamp reads the workspace's stamp.
func (w *Workspace) Stamp(ctx context.Context) (Stamp, error) {
	rows, err := w.DB.QueryContext(ctx, "SELECT key, value FROM epsql.workspace")
	if err != nil {
		if ctx.Err() != nil {
			return Stamp{}, Fault(ctx.Err(), "", "")
		}
		return Stamp{}, notWorkspace(w.Path, err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return Stamp{}, notWorkspace(w.Path, err)
		}
		found[key] = value
	}
	if rows.Err() != nil {
		return Stamp{}, notWorkspace(w.Path, rows.Err())
	}
	return Stamp{found[keyPopulation], found[keyCatalog], found[keyVersion], found[keyHash], found[keyCreated], Permit{found[keyRows]}}, nil
}

// Health is what a doctor looks at.
type Health struct {
	Stamp       Stamp
	DuckDB      string // version of the engine
	FileBytes   int64  // the workspace file and its write-ahead log
	FreeBytes   int64  // space left on its disk; -1 when unknown
	MemoryLimit string
	Threads     int64
	TempFolder  string
	TempLimit   string
	Tables      []TableSize
}

// TableSize is a table and its number of rows, as counted by the engine.
type TableSize struct {
	Name string
	Rows int64
}

// Health examines the workspace.
func (w *Workspace) Health(ctx context.Context) (Health, error) {
	stamp, err := w.Stamp(ctx)
	if err != nil {
		return Health{}, err
	}
	h := Health{Stamp: stamp, FileBytes: size(w.Path) + size(w.Path+".wal"), FreeBytes: free(filepath.Dir(w.Path))}
	err = w.DB.QueryRowContext(ctx, `SELECT version(), current_setting('memory_limit'), current_setting('threads'),
		current_setting('temp_directory'), current_setting('max_temp_directory_size')`).
		Scan(&h.DuckDB, &h.MemoryLimit, &h.Threads, &h.TempFolder, &h.TempLimit)
	if err != nil {
		return Health{}, Fault(err, "cannot-read", "the settings of %s cannot be read", w.Path)
	}
	for _, t := range w.Catalog.Tables {
		n, err := w.count(ctx, "main."+Quote(t.Name))
		if err != nil {
			return Health{}, err
		}
		h.Tables = append(h.Tables, TableSize{t.Name, n})
	}
	return h, nil
}

func (w *Workspace) count(ctx context.Context, table string) (n int64, err error) {
	err = w.DB.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	if err != nil && err != sql.ErrNoRows {
		return 0, Fault(err, "cannot-read", "%s cannot be read", table)
	}
	return n, nil
}

// Checkpoint writes the log back into the file.
func (w *Workspace) Checkpoint(ctx context.Context) error {
	if _, err := w.DB.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return Fault(err, "cannot-write", "%s cannot be written", w.Path)
	}
	return nil
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
