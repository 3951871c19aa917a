package load

import (
	"bytes"
	"io"
	"slices"

	"epsql/sql/diag"
)

// reader gives a file in blocks.
type reader interface {
	// next fills b; io.EOF when there was nothing left.
	next(b *block) error
	// hash is the digest of the whole file, when all is read.
	hash() (string, error)
	// warnings tell what is odd about the file, when all is read.
	warnings() []string
	close()
}

// textReader reads lines: blocks of text, cut after the last whole line.
type textReader struct {
	stream *stream
	size   int    // bytes a block at most
	now    int    // bytes the next block: the first are small, so that all stages soon have work
	step   int    // bytes to ask for at a time: what is likely to come
	carry  []byte // the beginning of a line whose rest is in the next block
	line   int64  // lines given so far
	ended  bool
	open   bool // the text does not end with a line end
}

const firstBlock = 4 << 20

func (l *loader) textReader(s *source) (reader, error) {
	st, err := s.open()
	if err != nil {
		return nil, err
	}
	r := &textReader{stream: st, size: l.opts.Block, now: min(l.opts.Block, firstBlock), step: min(l.opts.Block, int(s.size)+1)}
	if s.bom {
		if _, err := io.CopyN(io.Discard, st.text, int64(len(byteOrderMark))); err != nil {
			return nil, cannotRead(err)
		}
	}
	if s.format == "delimited" {
		return r, r.skipHeader()
	}
	return r, nil
}

// skipHeader reads on to the end of the first line.
func (r *textReader) skipHeader() error {
	r.line = 1
	for {
		if err := r.fill(&r.carry); err != nil {
			return err
		}
		_, rest, found := bytes.Cut(r.carry, []byte("\n"))
		if found || r.ended {
			r.carry = rest
			return nil
		}
		if len(r.carry) > r.size {
			return lineTooLong()
		}
	}
}

// fill appends up to 64 KiB.
func (r *textReader) fill(to *[]byte) error {
	return r.read(to, 64<<10)
}

// read appends up to n bytes of text.
func (r *textReader) read(to *[]byte, n int) error {
	have := len(*to)
	*to = slices.Grow(*to, n)
	got, err := io.ReadFull(r.stream.text, (*to)[have:have+n])
	*to = (*to)[:have+got]
	switch err {
	case nil:
		return nil
	case io.EOF:
		r.ended = true
		return nil
	case io.ErrUnexpectedEOF:
		// ReadFull says this for a short read too: ask again to tell a cut
		// compressed file from the end.
		if _, err := r.stream.text.Read(make([]byte, 1)); err != io.EOF {
			return cannotRead(err)
		}
		r.ended = true
		return nil
	}
	return cannotRead(err)
}

func (r *textReader) next(b *block) error {
	b.reset()
	b.data = append(b.data, r.carry...)
	r.carry = r.carry[:0]
	for !r.ended && len(b.data) < r.now {
		if err := r.read(&b.data, min(r.now-len(b.data), r.step)); err != nil {
			return err
		}
	}
	if len(b.data) == 0 {
		return io.EOF
	}
	b.first, b.bytes = r.line+1, r.stream.read.Load()
	used := r.cut(b)
	if used == 0 {
		return lineTooLong()
	}
	r.carry = append(r.carry, b.data[used:]...)
	b.data = slices.Grow(b.data[:used], 8) // a tile reads whole words
	r.line += int64(len(b.lines))
	r.now = min(2*r.now, r.size, used/len(b.lines)*(largeBatch+largeBatch/64))
	return nil
}

// cut finds the lines of a block, as many as fill a batch, and gives the bytes
// that they take.
func (r *textReader) cut(b *block) (used int) {
	for used < len(b.data) && len(b.lines) < largeBatch {
		end := bytes.IndexByte(b.data[used:], '\n')
		if end < 0 && !r.ended {
			return used
		}
		next := used + end + 1
		if end < 0 {
			r.open = true
			next = len(b.data) + 1
		}
		line := span{uint32(used), uint32(next - 1 - used)}
		if line.len > 0 && b.data[next-2] == '\r' {
			line.len--
		}
		b.lines = append(b.lines, line)
		used = min(next, len(b.data))
	}
	return used
}

func lineTooLong() error {
	return diag.New(diag.Data, "binary-file", "the file has no line ends").
		WithHint("deliver fixed width or delimited text with one record a line")
}

func (r *textReader) hash() (string, error) { return r.stream.hash() }

func (r *textReader) warnings() []string {
	if r.open {
		return []string{"the file does not end with a line end: it may be cut off"}
	}
	return nil
}

func (r *textReader) close() { r.stream.close() }
