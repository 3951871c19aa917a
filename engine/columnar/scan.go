package columnar

import (
	"context"
	"database/sql"

	"github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Scan is a query whose result comes chunk by chunk.
type Scan struct {
	// Types of the result's columns.
	Types     []Type
	own       *sql.Conn // closed with the scan; nil when it is the caller's
	stop      func()
	statement mapping.PreparedStatement
	pending   mapping.PendingResult
	result    mapping.Result
	chunk     mapping.DataChunk
	ended     bool
}

// Open starts a query on a connection of its own.
func Open(ctx context.Context, db *sql.DB, query string) (*Scan, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s, err := Query(ctx, conn, query)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	s.own = conn
	return s, nil
}

// Query starts a query on a connection, which must do nothing else until the
// scan is closed. A cancelled context interrupts it.
func Query(ctx context.Context, conn *sql.Conn, query string) (*Scan, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := Native(conn)
	if err != nil {
		return nil, err
	}
	s := &Scan{stop: interruptOn(ctx, c)}
	if err := s.start(c, query); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// interruptOn interrupts the connection when ctx ends. stop waits until nobody
// may touch the connection any more.
func interruptOn(ctx context.Context, c mapping.Connection) (stop func()) {
	done := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(done)
		mapping.Interrupt(c)
	})
	return func() {
		if !cancel() {
			<-done
		}
	}
}

func (s *Scan) start(conn mapping.Connection, query string) error {
	if mapping.Prepare(conn, query, &s.statement) == mapping.StateError {
		return prepareFault(mapping.PrepareError(s.statement))
	}
	if duckdb_go_bindings.PendingPreparedStreaming(s.statement, &s.pending) == mapping.StateError {
		return invalid(mapping.PendingError(s.pending))
	}
	if mapping.ExecutePending(s.pending, &s.result) == mapping.StateError {
		return s.fault()
	}
	for i := range mapping.ColumnCount(&s.result) {
		s.Types = append(s.Types, typeOf(&s.result, i))
	}
	return nil
}

func (s *Scan) fault() error {
	return &duckdb.Error{Type: duckdb.ErrorType(mapping.ResultErrorType(&s.result)), Msg: mapping.ResultError(&s.result)}
}

// Next fetches a chunk and gives its number of rows, 0 at the end.
func (s *Scan) Next() (int, error) {
	if s.ended {
		return 0, nil
	}
	mapping.DestroyDataChunk(&s.chunk)
	s.chunk = mapping.FetchChunk(s.result)
	if s.chunk.Ptr == nil {
		s.ended = true
		if mapping.ResultError(&s.result) != "" {
			return 0, s.fault()
		}
		return 0, nil
	}
	n := int(mapping.DataChunkGetSize(s.chunk))
	s.ended = n == 0
	return n, nil
}

// Column gives a column of the chunk, valid until the next one.
func (s *Scan) Column(i int) Values {
	v := mapping.DataChunkGetVector(s.chunk, mapping.IdxT(i))
	return Values{data: mapping.VectorGetData(v), mask: (*uint64)(mapping.VectorGetValidity(v))}
}

// Close ends the query; a second time it does nothing.
func (s *Scan) Close() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop = nil
	mapping.DestroyDataChunk(&s.chunk)
	mapping.DestroyResult(&s.result)
	mapping.DestroyPending(&s.pending)
	mapping.DestroyPrepare(&s.statement)
	if s.own != nil {
		_ = s.own.Close()
	}
}
