package load

import (
	"context"
	"database/sql"
	"unsafe"

	"github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// scan is a query whose result comes chunk by chunk: database/sql would hold
// all of it.
type scan struct {
	conn      *sql.Conn
	statement mapping.PreparedStatement
	pending   mapping.PendingResult
	result    mapping.Result
	chunk     mapping.DataChunk
	ended     bool
}

// newScan starts a query on a connection of its own.
func newScan(ctx context.Context, db *sql.DB, query string) (*scan, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &scan{conn: conn}
	if err := s.start(query); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *scan) start(query string) error {
	conn, err := native(s.conn)
	if err != nil {
		return err
	}
	if mapping.Prepare(conn, query, &s.statement) == mapping.StateError {
		return &duckdb.Error{Type: duckdb.ErrorTypeInvalidInput, Msg: mapping.PrepareError(s.statement)}
	}
	if duckdb_go_bindings.PendingPreparedStreaming(s.statement, &s.pending) == mapping.StateError {
		return &duckdb.Error{Type: duckdb.ErrorTypeInvalidInput, Msg: mapping.PendingError(s.pending)}
	}
	if mapping.ExecutePending(s.pending, &s.result) == mapping.StateError {
		return s.fault()
	}
	return nil
}

func (s *scan) fault() error {
	return &duckdb.Error{Type: duckdb.ErrorType(mapping.ResultErrorType(&s.result)), Msg: mapping.ResultError(&s.result)}
}

// next fetches a chunk and gives its number of rows, 0 at the end.
func (s *scan) next() (int, error) {
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

// column gives a column of the chunk, valid until the next one.
func (s *scan) column(i int) values {
	v := mapping.DataChunkGetVector(s.chunk, mapping.IdxT(i))
	return values{data: mapping.VectorGetData(v), mask: (*uint64)(mapping.VectorGetValidity(v))}
}

func (s *scan) close() {
	mapping.DestroyDataChunk(&s.chunk)
	mapping.DestroyResult(&s.result)
	mapping.DestroyPending(&s.pending)
	mapping.DestroyPrepare(&s.statement)
	_ = s.conn.Close()
}

// values is a column of a fetched chunk.
type values struct {
	data unsafe.Pointer
	mask *uint64 // nil when nothing is NULL
}

func (v values) null(i int) bool {
	if v.mask == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(unsafe.Pointer(v.mask), i>>6*8))
	return word>>(i&63)&1 == 0
}

func (v values) int32(i int) int32 { return *(*int32)(unsafe.Add(v.data, i*4)) }

// text is a VARCHAR; its bytes belong to DuckDB.
func (v values) text(i int) []byte {
	header := unsafe.Add(v.data, i*16)
	n := *(*uint32)(header)
	if n <= inlined {
		return unsafe.Slice((*byte)(unsafe.Add(header, 4)), n)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(header, 8)), n)
}
