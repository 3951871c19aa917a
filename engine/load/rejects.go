package load

import (
	"strings"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// rejectWriter stores bad lines.
type rejectWriter struct {
	table *appender
	chunk *chunk
}

func newRejectWriter(conn mapping.Connection) (*rejectWriter, error) {
	a, err := newAppender(conn, "epsql", "rejects")
	if err != nil {
		return nil, err
	}
	return &rejectWriter{table: a, chunk: newChunk(a.types)}, nil
}

func (w *rejectWriter) write(delivery int64, r *reject) error {
	v, n := w.chunk.vectors, w.chunk.n
	v[0].setInt32(n, int32(delivery))
	v[1].setInt64(n, r.line)
	if r.zone == "" {
		v[2].setNull(n)
	} else {
		v[2].setText(n, []byte(r.zone))
	}
	v[3].setText(n, []byte(r.value))
	v[4].setText(n, []byte(r.reason))
	w.chunk.n++
	if w.chunk.n == vectorSize {
		return w.flushChunk()
	}
	return nil
}

func (w *rejectWriter) flushChunk() error {
	if w.chunk.n == 0 {
		return nil
	}
	err := w.table.append(w.chunk)
	w.chunk.reset()
	return err
}

func (w *rejectWriter) flush() error {
	if err := w.flushChunk(); err != nil {
		return err
	}
	return w.table.flush()
}

func (w *rejectWriter) close() {
	w.table.close()
	w.chunk.destroy()
}

const maxValue = 1000 // bytes of a bad value that are kept

// readable gives a value as text that can be stored: bytes that are no UTF-8
// are read as latin-1, control characters become spaces.
func readable(b []byte) string {
	b = b[:min(len(b), maxValue)]
	if !utf8.Valid(b) {
		b = fromLatin1(b)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, string(b))
}
