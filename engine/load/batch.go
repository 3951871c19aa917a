package load

import (
	"context"
	"runtime/cgo"
	"slices"
	"unsafe"

	"epsql/catalog"
	"epsql/engine/columnar"
)

// format is the layout of a column in Arrow's notation.
type format string

// The formats that tables are filled with.
const (
	formatInt32   format = "i"
	formatInt64   format = "l"
	formatDate    format = "tdD"
	formatDecimal format = "d:18,4,64"
	formatText    format = "vu"
)

// formatOf is the layout of a catalogue type.
func formatOf(t catalog.Type) format {
	switch t.SQL() {
	case "INTEGER":
		return formatInt32
	case "BIGINT":
		return formatInt64
	case "DATE":
		return formatDate
	case "VARCHAR":
		return formatText
	}
	return formatDecimal
}

// width is the size of a value in bytes.
func (f format) width() int {
	switch f {
	case formatInt32, formatDate:
		return 4
	case formatText:
		return 16
	}
	return 8
}

// vector is one column of a batch, written in place.
type vector struct {
	format format
	data   unsafe.Pointer
	mask   []uint64 // one bit a row, clear for NULL
	nulls  bool     // some bit is clear
	long   heap     // the texts that are not inlined
}

// heap is growing memory that Go does not manage.
type heap struct {
	data      unsafe.Pointer
	used, cap int
}

func (h *heap) add(b []byte) (at int) {
	if h.used+len(b) > h.cap {
		h.cap = max(2*h.cap, h.used+len(b), 4096)
		h.data = reallocate(h.data, h.cap)
	}
	copy(unsafe.Slice((*byte)(h.data), h.cap)[h.used:], b)
	h.used += len(b)
	return h.used - len(b)
}

func (v *vector) setNull(i int) {
	if !v.nulls {
		v.nulls = true
		for k := range v.mask {
			v.mask[k] = ^uint64(0)
		}
	}
	v.mask[i>>6] &^= 1 << (i & 63)
}

func (v *vector) setValid(i int) {
	if v.nulls {
		v.mask[i>>6] |= 1 << (i & 63)
	}
}

func (v *vector) setInt32(i int, n int32) { *(*int32)(unsafe.Add(v.data, i*4)) = n }
func (v *vector) setInt64(i int, n int64) { *(*int64)(unsafe.Add(v.data, i*8)) = n }

// inlined is the longest text that is kept inside its 16-byte header, as nearly
// all codes are.
const inlined = 12

// setText writes a text, which must be UTF-8: its length in four bytes, then
// the text; or, of a long one, its beginning and where it is on the heap.
func (v *vector) setText(i int, b []byte) {
	n := len(b)
	low, high := columnar.First8(b), uint64(0)
	header := (*[2]uint64)(unsafe.Add(v.data, i*16))
	if n > inlined {
		header[0], header[1] = uint64(n)|low<<32, uint64(v.long.add(b))<<32
		return
	}
	if n > 8 {
		high = columnar.First8(b[8:])
	}
	header[0], header[1] = uint64(n)|low<<32, low>>32|high<<32
}

// batch is a number of rows being filled or on their way into a table.
type batch struct {
	vectors []vector
	n       int // rows filled
	rows    int // rows there is room for
	arrays  *arrays
	handle  cgo.Handle
	home    chan<- *batch
}

// Rows in a batch. The engine stores groups of 122 880 rows; batches of less
// are copied once more, to be put together.
const (
	largeBatch = 122_880
	smallBatch = 2048
)

func newBatch(formats []format, rows int, home chan<- *batch) *batch {
	b := &batch{vectors: make([]vector, len(formats)), rows: rows, arrays: newArrays(len(formats)), home: home}
	words := (rows + 63) / 64
	for i, f := range formats {
		b.vectors[i] = vector{
			format: f, data: allocate(rows * f.width()),
			mask: unsafe.Slice((*uint64)(allocate(words*8)), words),
		}
	}
	b.handle = cgo.NewHandle(b)
	return b
}

// forget undoes the NULLs of rows that were begun after the last one filled.
func (b *batch) forget(rows int) {
	for k := range b.vectors {
		for i := range rows {
			b.vectors[k].setValid(b.n + i)
		}
	}
}

// giveBack returns a batch to its pool, empty.
func (b *batch) giveBack() {
	b.n = 0
	for i := range b.vectors {
		b.vectors[i].nulls, b.vectors[i].long.used = false, 0
	}
	b.home <- b
}

func (b *batch) free() {
	b.handle.Delete()
	b.arrays.free()
	for i := range b.vectors {
		v := &b.vectors[i]
		release(v.data)
		release(unsafe.Pointer(unsafe.SliceData(v.mask)))
		release(v.long.data)
	}
}

// batchPool holds the batches of one table, made as they are needed and as large.
type batchPool struct {
	formats []format
	most    int
	made    []*batch
	idle    chan *batch
}

func newBatchPool(formats []format, most int) *batchPool {
	return &batchPool{formats: formats, most: most, idle: make(chan *batch, most)}
}

// take gives a batch with room for a number of rows.
func (p *batchPool) take(ctx context.Context, rows int) (*batch, error) {
	if len(p.idle) == 0 && len(p.made) < p.most {
		return p.add(rows), nil
	}
	b, _, err := receive(ctx, p.idle)
	if err != nil || b.rows >= rows {
		return b, err
	}
	b.free()
	p.made = slices.DeleteFunc(p.made, func(m *batch) bool { return m == b })
	return p.add(rows), nil
}

func (p *batchPool) add(rows int) *batch {
	b := newBatch(p.formats, rows, p.idle)
	p.made = append(p.made, b)
	return b
}

// free releases the batches: none may be on its way any more.
func (p *batchPool) free() {
	for _, b := range p.made {
		b.free()
	}
}
