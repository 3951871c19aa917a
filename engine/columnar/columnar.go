// Package columnar reads and writes DuckDB's data chunks in place: columns of
// up to [Size] rows each, without a Go value for every cell. A [Scan] streams
// the result of a query, where database/sql would hold all of it; an [Appender]
// adds filled chunks to a table.
package columnar

import (
	"database/sql"
	"errors"
	"reflect"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Size is the number of rows in a full chunk.
var Size = int(mapping.VectorSize())

// Native gives the driver's own connection, valid while conn is held. The
// driver offers no other way to append whole chunks in a transaction of its
// connection; reflection fails cleanly should its fields change.
func Native(conn *sql.Conn) (c mapping.Connection, err error) {
	err = conn.Raw(func(driver any) error {
		field := reflect.ValueOf(driver).Elem().FieldByName("conn")
		if !field.IsValid() || field.Type() != reflect.TypeFor[mapping.Connection]() {
			return errors.New("the database driver changed: its connection is not where it was")
		}
		c = mapping.Connection{Ptr: field.FieldByName("Ptr").UnsafePointer()}
		return nil
	})
	return c, err
}

func invalid(message string) error {
	return &duckdb.Error{Type: duckdb.ErrorTypeInvalidInput, Msg: message}
}
