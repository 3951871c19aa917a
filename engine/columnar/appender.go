package columnar

import (
	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Chunk is a data chunk being filled: N rows so far.
type Chunk struct {
	Vectors []Vector
	N       int
	data    mapping.DataChunk
}

// NewChunk makes an empty chunk with a column of each type.
func NewChunk(types []mapping.LogicalType) *Chunk {
	c := &Chunk{data: mapping.CreateDataChunk(types), Vectors: make([]Vector, len(types))}
	c.bind()
	return c
}

// bind finds the memory of the vectors, which a reset may move.
func (c *Chunk) bind() {
	c.N = 0
	for i := range c.Vectors {
		h := mapping.DataChunkGetVector(c.data, mapping.IdxT(i))
		c.Vectors[i] = Vector{handle: h, data: mapping.VectorGetData(h)}
	}
}

// Reset empties the chunk.
func (c *Chunk) Reset() {
	mapping.DataChunkReset(c.data)
	c.bind()
}

// Destroy gives the memory back.
func (c *Chunk) Destroy() { mapping.DestroyDataChunk(&c.data) }

// Appender appends chunks to one table within the connection's transaction.
type Appender struct {
	// Types of the table's columns.
	Types  []mapping.LogicalType
	handle mapping.Appender
	held   int // chunks since the last flush
}

// flushEvery bounds what an appender holds back: left to itself it keeps a
// hundred chunks, which is more than the processor's caches do.
const flushEvery = 16

// NewAppender opens a table for appending.
func NewAppender(conn mapping.Connection, schema, table string) (*Appender, error) {
	a := &Appender{}
	if mapping.AppenderCreateExt(conn, "", schema, table, &a.handle) == mapping.StateError {
		err := a.fault()
		mapping.AppenderDestroy(&a.handle)
		return nil, err
	}
	for i := range mapping.AppenderColumnCount(a.handle) {
		a.Types = append(a.Types, mapping.AppenderColumnType(a.handle, i))
	}
	return a, nil
}

// Append adds the rows of a chunk; the chunk stays as it is.
func (a *Appender) Append(c *Chunk) error {
	mapping.DataChunkSetSize(c.data, mapping.IdxT(c.N))
	if mapping.AppendDataChunk(a.handle, c.data) == mapping.StateError {
		return a.fault()
	}
	if a.held++; a.held < flushEvery {
		return nil
	}
	return a.Flush()
}

// Flush hands everything over to the transaction.
func (a *Appender) Flush() error {
	a.held = 0
	if mapping.AppenderFlush(a.handle) == mapping.StateError {
		return a.fault()
	}
	return nil
}

// Close releases the appender; what was not flushed is forgotten.
func (a *Appender) Close() {
	mapping.AppenderClear(a.handle)
	mapping.AppenderDestroy(&a.handle)
	for i := range a.Types {
		mapping.DestroyLogicalType(&a.Types[i])
	}
}

func (a *Appender) fault() error {
	data := mapping.AppenderErrorData(a.handle)
	defer mapping.DestroyErrorData(&data)
	return &duckdb.Error{Type: duckdb.ErrorType(mapping.ErrorDataErrorType(data)), Msg: mapping.ErrorDataMessage(data)}
}
