package columnar

import (
	"encoding/binary"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Vector is one column of a data chunk, written in place.
type Vector struct {
	handle mapping.Vector
	data   unsafe.Pointer
	mask   []uint64 // one bit a row, clear for NULL; nil while nothing is NULL
}

// SetNull makes the mask at the first NULL: DuckDB takes a shorter way through
// vectors without one.
func (v *Vector) SetNull(i int) {
	if v.mask == nil {
		mapping.VectorEnsureValidityWritable(v.handle)
		v.mask = unsafe.Slice((*uint64)(mapping.VectorGetValidity(v.handle)), (Size+63)/64)
	}
	v.mask[i>>6] &^= 1 << (i & 63)
}

// SetBytes writes a value of a fixed width as DuckDB keeps it.
func (v *Vector) SetBytes(i int, b []byte) {
	copy(unsafe.Slice((*byte)(unsafe.Add(v.data, i*len(b))), len(b)), b)
}

// inlined is the longest text that DuckDB keeps inside its 16-byte string
// header: such texts, which nearly all codes are, need no call into DuckDB.
const inlined = 12

// SetText writes a text, which must be UTF-8.
func (v *Vector) SetText(i int, b []byte) {
	n := len(b)
	if n > inlined {
		mapping.VectorAssignStringElementLen(v.handle, mapping.IdxT(i), b)
		return
	}
	low, high := First8(b), uint64(0)
	if n > 8 {
		high = First8(b[8:])
	}
	// The header is the length in four bytes, then the text.
	header := (*[2]uint64)(unsafe.Add(v.data, i*16))
	header[0], header[1] = uint64(n)|low<<32, low>>32|high<<32
}

// First8 gives the first eight bytes of b as a little-endian word, zeros where
// b is shorter. Values are mostly slices of a block, so that there is nearly
// always room to read eight bytes at once.
func First8(b []byte) uint64 {
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

// Values is a column of a chunk, read in place and valid as long as the chunk.
type Values struct {
	data unsafe.Pointer
	mask *uint64 // nil when nothing is NULL
}

// Null tells whether a row is NULL.
func (v Values) Null(i int) bool {
	if v.mask == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(unsafe.Pointer(v.mask), i>>6*8))
	return word>>(i&63)&1 == 0
}

// AnyNull tells whether a row of the column may be NULL.
func (v Values) AnyNull() bool { return v.mask != nil }

// Int32 is an INTEGER.
func (v Values) Int32(i int) int32 { return *(*int32)(unsafe.Add(v.data, i*4)) }

// Int64 is a BIGINT.
func (v Values) Int64(i int) int64 { return *(*int64)(unsafe.Add(v.data, i*8)) }

// Bytes are n values of a fixed width as DuckDB keeps them.
func (v Values) Bytes(width, n int) []byte { return unsafe.Slice((*byte)(v.data), width*n) }

// Text is a VARCHAR; its bytes belong to DuckDB.
func (v Values) Text(i int) []byte {
	header := unsafe.Add(v.data, i*16)
	n := *(*uint32)(header)
	if n <= inlined {
		return unsafe.Slice((*byte)(unsafe.Add(header, 4)), n)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(header, 8)), n)
}
