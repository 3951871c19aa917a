package load

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"reflect"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// vectorSize is DuckDB's: rows in a data chunk.
var vectorSize = int(mapping.VectorSize())

// vector is one column of a data chunk, written in place.
type vector struct {
	handle mapping.Vector
	data   unsafe.Pointer
	mask   []uint64 // one bit a row, clear for NULL; nil while nothing is NULL
}

// setNull makes the mask at the first NULL: DuckDB takes a shorter way through
// vectors without one.
func (v *vector) setNull(i int) {
	if v.mask == nil {
		mapping.VectorEnsureValidityWritable(v.handle)
		v.mask = unsafe.Slice((*uint64)(mapping.VectorGetValidity(v.handle)), (vectorSize+63)/64)
	}
	v.mask[i>>6] &^= 1 << (i & 63)
}

func (v *vector) setValid(i int) {
	if v.mask != nil {
		v.mask[i>>6] |= 1 << (i & 63)
	}
}

// nulls is where the mask begins, nil while nothing is NULL.
func (v *vector) nulls() *uint64 { return unsafe.SliceData(v.mask) }

func (v *vector) setInt32(i int, n int32) { *(*int32)(unsafe.Add(v.data, i*4)) = n }
func (v *vector) setInt64(i int, n int64) { *(*int64)(unsafe.Add(v.data, i*8)) = n }

// inlined is the longest text that DuckDB keeps inside its 16-byte string
// header: such texts, which nearly all codes are, need no call into DuckDB.
const inlined = 12

// setText writes a text, which must be UTF-8.
func (v *vector) setText(i int, b []byte) {
	n := len(b)
	if n > inlined {
		mapping.VectorAssignStringElementLen(v.handle, mapping.IdxT(i), b)
		return
	}
	low, high := first8(b), uint64(0)
	if n > 8 {
		high = first8(b[8:])
	}
	// The header is the length in four bytes, then the text.
	header := (*[2]uint64)(unsafe.Add(v.data, i*16))
	header[0], header[1] = uint64(n)|low<<32, low>>32|high<<32
}

// first8 gives the first eight bytes of b as a little-endian word, zeros where
// b is shorter. Values are slices of a block, so that there is nearly always
// room to read eight bytes at once.
func first8(b []byte) uint64 {
	n := len(b)
	if cap(b) < 8 {
		var w uint64
		for i := n - 1; i >= 0; i-- {
			w = w<<8 | uint64(b[i])
		}
		return w
	}
	w := binary.LittleEndian.Uint64(b[:8])
	if n < 8 {
		w &= 1<<(8*n) - 1
	}
	return w
}

// chunk is a data chunk being filled.
type chunk struct {
	data    mapping.DataChunk
	vectors []vector
	n       int
}

func newChunk(types []mapping.LogicalType) *chunk {
	c := &chunk{data: mapping.CreateDataChunk(types), vectors: make([]vector, len(types))}
	c.bind()
	return c
}

// bind finds the memory of the vectors, which a reset may move.
func (c *chunk) bind() {
	c.n = 0
	for i := range c.vectors {
		h := mapping.DataChunkGetVector(c.data, mapping.IdxT(i))
		c.vectors[i] = vector{handle: h, data: mapping.VectorGetData(h)}
	}
}

func (c *chunk) reset() {
	mapping.DataChunkReset(c.data)
	c.bind()
}

func (c *chunk) destroy() { mapping.DestroyDataChunk(&c.data) }

// appender appends chunks to one table within the connection's transaction.
type appender struct {
	handle mapping.Appender
	types  []mapping.LogicalType
	held   int // chunks since the last flush
}

// flushEvery bounds what an appender holds back: left to itself it keeps a
// hundred chunks, which is more than the processor's caches do.
const flushEvery = 16

func newAppender(conn mapping.Connection, schema, table string) (*appender, error) {
	a := &appender{}
	if mapping.AppenderCreateExt(conn, "", schema, table, &a.handle) == mapping.StateError {
		err := a.fault()
		mapping.AppenderDestroy(&a.handle)
		return nil, err
	}
	for i := range mapping.AppenderColumnCount(a.handle) {
		a.types = append(a.types, mapping.AppenderColumnType(a.handle, i))
	}
	return a, nil
}

func (a *appender) append(c *chunk) error {
	mapping.DataChunkSetSize(c.data, mapping.IdxT(c.n))
	if mapping.AppendDataChunk(a.handle, c.data) == mapping.StateError {
		return a.fault()
	}
	if a.held++; a.held < flushEvery {
		return nil
	}
	return a.flush()
}

// flush hands everything over to the transaction.
func (a *appender) flush() error {
	a.held = 0
	if mapping.AppenderFlush(a.handle) == mapping.StateError {
		return a.fault()
	}
	return nil
}

// close releases the appender; what was not flushed is forgotten.
func (a *appender) close() {
	mapping.AppenderClear(a.handle)
	mapping.AppenderDestroy(&a.handle)
	for i := range a.types {
		mapping.DestroyLogicalType(&a.types[i])
	}
}

func (a *appender) fault() error {
	data := mapping.AppenderErrorData(a.handle)
	defer mapping.DestroyErrorData(&data)
	return &duckdb.Error{Type: duckdb.ErrorType(mapping.ErrorDataErrorType(data)), Msg: mapping.ErrorDataMessage(data)}
}

// native gives the driver's own connection, valid while conn is held. The
// driver offers no other way to append whole chunks in a transaction of its
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
