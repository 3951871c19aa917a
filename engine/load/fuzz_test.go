package load

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"epsql/engine/store"
	"epsql/sql/diag"
)

// FuzzFixed and FuzzDelimited send any bytes through everything but the
// database: recognising, reading, splitting, numbering, sorting, converting. No
// bytes may make them panic, and every line must be a row, a reject or blank.
func FuzzFixed(f *testing.F) {
	f.Add([]byte(loan("N0811", "000012", "") + "\n" + loan("N0811", "000013", "N20080231")))
	f.Add([]byte(loan("N0811", "000012", "N20080105   -250100107Émile       L    ") + "\r\n\n"))
	f.Add([]byte(loan("N0811", "00A-12", "S00000000    +1      \xC9          V  12") + "\nx"))
	f.Fuzz(func(t *testing.T, text []byte) {
		// The first line makes it fixed width whatever comes after.
		through(t, append([]byte(loan("N0811", "000012", "")+"\n"), text...))
	})
}

func FuzzDelimited(f *testing.F) {
	f.Add([]byte(header + "N0811;12;N;20080105;-250;100107;Émile;L\n"))
	f.Add([]byte("sent,reader,kind,price,title\nN0811,1,V,12,\n\"N0811\",\"a\"\"b\",L,,\"x,y\"\n"))
	f.Add([]byte("\xEF\xBB\xBFREADER|TITLE|KIND\r\n1|\xE9|L\r\n\r\n2|\"|L"))
	f.Add([]byte("SHELF\tWIDTH\n001\t-1,5\n002\t99999999999999999999\n"))
	f.Fuzz(through)
}

// through sends a text through the stages one after the other.
func through(t *testing.T, text []byte) {
	path := filepath.Join(t.TempDir(), "fuzz.txt")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &loader{ws: &store.Workspace{Catalog: library()}, opts: Options{Block: 4096, Workers: 2}.withDefaults()}
	for _, u := range l.ws.Catalog.Units {
		l.units = append(l.units, newNumbering(u))
	}
	s := newSource(path, must(os.Stat(path)), false)
	if err := l.recognise(s); err != nil {
		refusal(t, err)
		return
	}
	j := &job{loader: l, source: s, plans: l.plans(s), ledger: &ledger{current: map[string]current{}, byName: map[string]int32{}}}
	j.others = make([]int64, len(j.plans))
	var lines, rows, rejects int
	for j.pass = range j.plans {
		n, stored, bad, err := j.drain(t)
		if err != nil {
			refusal(t, err)
			return
		}
		lines, rows, rejects = n, rows+stored, rejects+bad
	}
	if rows+rejects != lines {
		t.Errorf("%d lines made %d rows and %d rejects", lines, rows, rejects)
	}
	if want := notBlank(text, s); lines != want {
		t.Errorf("%d lines were read of %d", lines, want)
	}
}

// drain reads, prepares and converts all blocks.
func (j *job) drain(t *testing.T) (lines, rows, rejects int, err error) {
	if j.reader, err = j.loader.textReader(j.source); err != nil {
		return 0, 0, 0, err
	}
	defer j.reader.close()
	b := &block{}
	for {
		if err := j.reader.next(b); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return lines, rows, rejects, err
		}
		for _, line := range b.lines {
			if line.len > 0 {
				lines++
			}
		}
		j.prepare(b)
		rejects += len(b.rejects)
		for part := range slices.Chunk(b.order, smallBatch) {
			n, bad := j.convert(t, b, part)
			rows, rejects = rows+n, rejects+bad
		}
	}
}

func (j *job) convert(t *testing.T, b *block, part []uint64) (rows, rejects int) {
	p := j.plan()
	to := newBatch(p.formats(), len(part), nil)
	defer to.free()
	conv := converter{splitter: splitter{source: j.source}}
	x := &task{block: b, rows: part, batch: to, stored: make([]int64, len(b.deliveries)), unknown: make([]int64, len(p.columns))}
	conv.fill(x, p, 1)
	for k := range p.columns {
		if v := &to.vectors[k]; v.format == formatText {
			for i := range to.n {
				if !v.null(i) && !utf8.Valid(v.text(i)) {
					t.Errorf("%s holds bytes that are no UTF-8", p.columns[k].Name)
				}
			}
		}
	}
	return to.n, len(x.rejects)
}

// notBlank counts lines the simple way.
func notBlank(text []byte, s *source) (n int) {
	lines := strings.Split(string(text), "\n")
	if s.bom {
		lines[0] = lines[0][len(byteOrderMark):]
	}
	if s.format == "delimited" {
		lines = lines[1:]
	}
	for _, line := range lines {
		if strings.TrimSuffix(line, "\r") != "" {
			n++
		}
	}
	return n
}

// refusal makes sure that an error is one that a user can be shown.
func refusal(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*diag.Error](err); !ok || e.Hint == "" || e.Code == "" {
		t.Errorf("not a refusal with a hint: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
