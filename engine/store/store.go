// Package store owns the workspace: one DuckDB file for one population, its
// tables made from the catalogue, its macros and its bookkeeping.
//
// Inside the file:
//
//	main.<table>       one table per catalogue table: Table.Columns(), then livraison INTEGER (epsql.deliveries.id)
//	ref.<list>         one public table per code list: version VARCHAR, then the list's columns; all versions
//	<family>.<macro>   the published macros
//	epsql.workspace    key, value: population, catalogue name, version and hash, creation time, why rows may be seen
//	epsql.deliveries   what was loaded (see package load)
//	epsql.rejects      bad rows with reasons
//	epsql.ids_<unit>   num INTEGER (dense from 1; natural persons positive, others negative), id VARCHAR
//	epsql.ledger       what was answered (see package ledger)
//
// Identifier columns hold the dense number of their unit; the delivered text
// stands in epsql.ids_<unit> alone.
//
// A workspace is locked by the process that has it open. Its DuckDB loads no
// extension, reads no other file unless [Options].Files says so, and accepts no
// change of these settings.
package store

import (
	"database/sql"
	"sync"

	"epsql/catalog"
)

// DeliveryColumn is the column of every data table that says which delivery a
// row came with.
const DeliveryColumn = "livraison"

// Options bound what an open workspace may use. The zero value gives defaults:
// two thirds of the machine's memory, all cores, a temp folder beside the file.
type Options struct {
	Memory    string // DuckDB memory_limit, e.g. "4GB"
	Threads   int
	Temp      string // temp folder for spilling
	TempLimit string // max_temp_directory_size
	// Log is how large the log of changes may grow before they are put into their
	// place in the file, "16MB" when empty. Nothing is lost either way; many small
	// loads take less time with a large one.
	Log string
	// Files opens external access, which loading Parquet needs; queries run without.
	Files bool
	// Folders may be read and written, and no other place, while Files is false:
	// those that an extraction of coded rows writes to. They must exist.
	Folders []string
}

// Workspace is an open workspace. It is used by one process at a time.
type Workspace struct {
	DB         *sql.DB
	Path       string
	Population *catalog.Population
	Catalog    *catalog.Catalog
	// Rows says whether rows of persons may be seen inside the house.
	Rows Permit
	// Recording is held while the ledger is written, and by a release from the
	// comparison with what left before, so that no two pass each other.
	Recording sync.Mutex
}

// Close releases the file.
func (w *Workspace) Close() error { return w.DB.Close() }

// IDTable is the table that holds the identifiers of a unit, following shared
// numbering: the unit whose numbers are used, and its table.
func IDTable(cat *catalog.Catalog, unit string) (owner, table string) {
	if u := cat.Unit(unit); u != nil && u.Numbering != "" {
		unit = u.Numbering
	}
	return unit, "epsql." + Quote("ids_"+unit)
}
