package load

import (
	"context"
	"strings"
	"unicode/utf8"
)

// rejectFormats are the columns of epsql.rejects: delivery, line, zone, value, reason.
var rejectFormats = []format{formatInt32, formatInt64, formatText, formatText, formatText}

// storeRejects stores the bad lines kept since it was last called.
func (j *job) storeRejects(ctx context.Context) error {
	if len(j.rejects) == 0 {
		return nil
	}
	rest := j.rejects
	err := j.loader.insertAll(ctx, "epsql.rejects", rejectFormats, func(b *batch) bool {
		rest[0].write(b)
		rest = rest[1:]
		return len(rest) > 0
	})
	j.rejects = j.rejects[:0]
	return err
}

func (r *stored) write(b *batch) {
	v, n := b.vectors, b.n
	v[0].setInt32(n, int32(r.id))
	v[1].setInt64(n, r.line)
	if r.zone == "" {
		v[2].setNull(n)
	} else {
		v[2].setText(n, []byte(r.zone))
	}
	v[3].setText(n, []byte(r.value))
	v[4].setText(n, []byte(r.reason))
	b.n++
}

const maxValue = 1000 // bytes of a bad value that are kept

// evidence gives a whole bad line to be stored: nothing of it when it has columns
// that are not kept, for it may show what must never be stored.
func (s *source) evidence(line []byte) string {
	if len(s.notKept)+len(s.extra) > 0 {
		return ""
	}
	return readable(line)
}

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
