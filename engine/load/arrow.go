package load

/*
#include <stdlib.h>
#include "arrow.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/cgo"
	"unsafe"

	"epsql/engine/store"
)

// Rows reach the database engine as an Arrow stream: it takes batches on all
// its threads, keeps their order in the table, and inserts them in one
// statement of one transaction. (Its appender does all on one thread.)

// feed hands batches to a running INSERT.
type feed struct {
	next func() (*batch, error) // io.EOF ends it
	err  error                  // what next failed with
}

// insert inserts the batches that next gives into a table, in their order. The
// first is waited for before the engine starts: it spins while it waits.
func (l *loader) insert(ctx context.Context, table string, formats []format, next func() (*batch, error)) error {
	first, err := next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	f := &feed{next: func() (*batch, error) {
		if b := first; b != nil {
			first = nil
			return b, nil
		}
		return next()
	}}
	handle := cgo.NewHandle(f)
	defer handle.Delete()
	schema := newSchema(formats)
	defer schema.free()
	C.feed_open(schema.feed, C.uintptr_t(handle))
	const view = "rows being loaded"
	name := C.CString(view)
	defer C.free(unsafe.Pointer(name))
	if C.feed_scan(l.native.Ptr, name, schema.feed) != 0 {
		return errors.New("the engine does not take the stream of rows")
	}
	err = run(ctx, l.conn, fmt.Sprintf("INSERT INTO %s SELECT * FROM main.%s", table, store.Quote(view)))
	if f.err != nil {
		return f.err
	}
	if err != nil {
		return err
	}
	return run(ctx, l.conn, "DROP VIEW main."+store.Quote(view))
}

// insertAll inserts rows that fill writes one by one; it tells whether there
// are more.
func (l *loader) insertAll(ctx context.Context, table string, formats []format, fill func(b *batch) (more bool)) error {
	pool := newBatchPool(formats, l.threads+1)
	defer pool.free()
	more := true
	return l.insert(ctx, table, formats, func() (*batch, error) {
		if !more {
			return nil, io.EOF
		}
		b, err := pool.take(context.WithoutCancel(ctx), smallBatch)
		if err != nil {
			return nil, err
		}
		for more && b.n < b.rows {
			more = fill(b)
		}
		return b, nil
	})
}

//export feedNext
func feedNext(handle C.uintptr_t, out *C.struct_ArrowArray) C.int {
	f := cgo.Handle(handle).Value().(*feed)
	*out = C.struct_ArrowArray{}
	b, err := f.next()
	if errors.Is(err, io.EOF) {
		return 0 // an array without a release function is the end
	}
	if err != nil {
		f.err = err
		return 1
	}
	b.lend(out)
	return 0
}

//export batchReturned
func batchReturned(handle C.uintptr_t) {
	cgo.Handle(handle).Value().(*batch).giveBack()
}

const nullable = 2 // flag of a column that may be NULL

// schema are the columns of a stream, in memory of C.
type schema struct {
	feed   *C.struct_feed
	blocks []unsafe.Pointer
}

func newSchema(formats []format) *schema {
	s := &schema{}
	s.feed = (*C.struct_feed)(s.alloc(unsafe.Sizeof(C.struct_feed{})))
	n := len(formats)
	children := s.alloc(uintptr(n) * unsafe.Sizeof(uintptr(0)))
	columns := s.alloc(uintptr(n) * unsafe.Sizeof(C.struct_ArrowSchema{}))
	s.feed.schema.format = s.text("+s")
	s.feed.schema.n_children = C.int64_t(n)
	s.feed.schema.children = (**C.struct_ArrowSchema)(children)
	list := unsafe.Slice((*C.struct_ArrowSchema)(columns), n)
	for i := range list {
		list[i].format, list[i].name, list[i].flags = s.text(string(formats[i])), s.text(fmt.Sprint("c", i)), nullable
		unsafe.Slice((**C.struct_ArrowSchema)(children), n)[i] = &list[i]
	}
	return s
}

func (s *schema) alloc(size uintptr) unsafe.Pointer {
	p := C.calloc(1, C.size_t(size))
	s.blocks = append(s.blocks, p)
	return p
}

func (s *schema) text(text string) *C.char {
	p := C.CString(text)
	s.blocks = append(s.blocks, unsafe.Pointer(p))
	return p
}

func (s *schema) free() {
	for _, p := range s.blocks {
		C.free(p)
	}
}

// arrays are what Arrow is told of a batch: one array a column, four buffers
// each, in memory of C.
type arrays struct {
	columns  []C.struct_ArrowArray
	children []*C.struct_ArrowArray
	buffers  []unsafe.Pointer
	sizes    []C.int64_t
}

const buffersEach = 4 // validity, values, long texts, their length

func newArrays(n int) *arrays {
	a := &arrays{
		columns:  unsafe.Slice((*C.struct_ArrowArray)(allocate(n*int(unsafe.Sizeof(C.struct_ArrowArray{})))), n),
		children: unsafe.Slice((**C.struct_ArrowArray)(allocate(n*int(unsafe.Sizeof(uintptr(0))))), n),
		buffers:  unsafe.Slice((*unsafe.Pointer)(allocate((buffersEach*n+1)*int(unsafe.Sizeof(uintptr(0))))), buffersEach*n+1), // one for the whole
		sizes:    unsafe.Slice((*C.int64_t)(allocate(n*8)), n),
	}
	for i := range n {
		a.children[i] = &a.columns[i]
		a.columns[i].buffers = (*unsafe.Pointer)(unsafe.Pointer(&a.buffers[buffersEach*i]))
	}
	return a
}

func (a *arrays) free() {
	release(unsafe.Pointer(unsafe.SliceData(a.columns)))
	release(unsafe.Pointer(unsafe.SliceData(a.children)))
	release(unsafe.Pointer(unsafe.SliceData(a.buffers)))
	release(unsafe.Pointer(unsafe.SliceData(a.sizes)))
}

// lend describes the batch's rows to out.
func (b *batch) lend(out *C.struct_ArrowArray) {
	for i := range b.vectors {
		v, c := &b.vectors[i], &b.arrays.columns[i]
		buffers := b.arrays.buffers[buffersEach*i:]
		c.length, c.null_count, c.n_buffers = C.int64_t(b.n), 0, 2
		buffers[0], buffers[1] = nil, v.data
		if v.nulls {
			c.null_count, buffers[0] = -1, unsafe.Pointer(unsafe.SliceData(v.mask))
		}
		if v.format == formatText {
			b.arrays.sizes[i] = C.int64_t(v.long.used)
			buffers[2], buffers[3] = v.long.data, unsafe.Pointer(&b.arrays.sizes[i])
			c.n_buffers = buffersEach
		}
	}
	out.length, out.n_buffers, out.n_children = C.int64_t(b.n), 1, C.int64_t(len(b.vectors))
	out.buffers = (*unsafe.Pointer)(unsafe.Pointer(&b.arrays.buffers[buffersEach*len(b.vectors)]))
	out.children = (**C.struct_ArrowArray)(unsafe.Pointer(unsafe.SliceData(b.arrays.children)))
	C.array_lend(out, C.uintptr_t(b.handle))
}

// allocate gives zeroed memory that does not move and that Go does not manage.
func allocate(size int) unsafe.Pointer { return C.calloc(1, C.size_t(max(size, 1))) }

func reallocate(p unsafe.Pointer, size int) unsafe.Pointer { return C.realloc(p, C.size_t(size)) }

func release(p unsafe.Pointer) { C.free(p) }
