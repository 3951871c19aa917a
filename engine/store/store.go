// Package store owns the workspace: one DuckDB file for one population, its
// tables made from the catalogue, its macros and its bookkeeping.
//
// Inside the file:
//
//	main.<table>       one table per catalogue table: Table.Columns(), then livraison INTEGER (epsql.deliveries.id)
//	ref.<list>         one public table per code list: version VARCHAR, then the list's columns; all versions
//	<family>.<macro>   the published macros
//	epsql.workspace    key, value: population, catalogue name, version and hash, program version, creation time
//	epsql.deliveries   what was loaded (see package load)
//	epsql.rejects      bad rows with reasons
//	epsql.ids_<unit>   num INTEGER (dense from 1; natural persons positive, others negative), id VARCHAR
//	epsql.ledger       what was answered (see package ledger)
//
// Identifier columns hold the dense number of their unit; the delivered text
// stands in epsql.ids_<unit> alone.
package store

import (
	"context"
	"database/sql"

	"epsql/catalog"
	"epsql/macros"
)

// Options bound what an open workspace may use. The zero value gives defaults:
// two thirds of the machine's memory, all cores, a temp folder beside the file.
type Options struct {
	Memory    string // DuckDB memory_limit, e.g. "4GB"
	Threads   int
	Temp      string // temp folder for spilling
	TempLimit string // max_temp_directory_size
	// Files opens external access, which loading Parquet needs; queries run without.
	Files bool
}

// Workspace is an open workspace. It is used by one process at a time.
type Workspace struct {
	DB         *sql.DB
	Path       string
	Population *catalog.Population
	Catalog    *catalog.Catalog
}

// Create makes a new workspace at path: it fails when the file exists, and
// leaves nothing behind when it fails.
func Create(ctx context.Context, path, population string, cat *catalog.Catalog, reg *macros.Registry) error {
	panic("not yet")
}

// Open opens a workspace. Its errors: no such file, not a workspace, in use by
// another process, made with another catalogue (its hash differs).
func Open(ctx context.Context, path string, cat *catalog.Catalog, opts Options) (*Workspace, error) {
	panic("not yet")
}

// Close releases the file.
func (w *Workspace) Close() error { return w.DB.Close() }
