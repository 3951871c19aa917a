package load

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// native gives the driver's own connection, valid while conn is held. The
// driver offers no other way to stream rows into a transaction of its
// connection; reflection fails cleanly should its fields change.
func native(conn *sql.Conn) (c mapping.Connection, err error) {
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

// run runs a statement that must not be interrupted half-way.
func run(ctx context.Context, conn *sql.Conn, query string, args ...any) error {
	_, err := conn.ExecContext(context.WithoutCancel(ctx), query, args...)
	return err
}
