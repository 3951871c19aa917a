package load

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync/atomic"

	"epsql/catalog"
	"epsql/engine/cobol"
	"epsql/sql/diag"
)

// source is a file and how it is to be read.
type source struct {
	path     string
	name     string // without folders and .gz
	size     int64
	optional bool // found in a folder under a name that tells nothing: it need not be a delivery
	err      error

	format string // "fixed", "delimited", "parquet", "cobol", "sas7bdat", "xport"
	layout *catalog.Layout
	cobol  cobol.Format
	sep    byte
	latin1 bool
	zipped bool
	bom    bool
	zones  []string // the zone of each field, "" for a column that is not kept
	// special: the catalogue has zones for the letters of special missing values.
	special bool
	fixed   []catalog.Field
	tables  []*catalog.Table
	order   int64 // the version of the first line's delivery: older ones are loaded first

	extra, notKept []string
}

func (s *source) encoding() string {
	switch {
	case s.cobol.Charset != nil:
		return s.cobol.Charset.Name
	case s.latin1:
		return "latin-1"
	}
	return "utf-8"
}

// lined tells whether the file is lines of text, of which blank ones are none.
func (s *source) lined() bool { return s.format == "fixed" || s.format == "delimited" }

// field gives the index of a zone among the file's fields, -1 when it has none.
func (s *source) field(zone string) int {
	for i, z := range s.zones {
		if strings.EqualFold(z, zone) {
			return i
		}
	}
	return -1
}

// find lists the files behind the paths; folders are walked, hidden files left out.
func find(paths []string) ([]*source, error) {
	var out []*source
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, diag.New(diag.Usage, "no-file", "there is no file or folder %s", path).
				WithHint("check the path").Wrap(err)
		}
		if !info.IsDir() {
			out = append(out, newSource(path, info, false))
			continue
		}
		inside, err := walk(path)
		if err != nil {
			return nil, err
		}
		out = append(out, inside...)
	}
	if len(out) == 0 {
		return nil, diag.New(diag.Usage, "no-file", "there is nothing to load").WithHint("name files or folders that hold deliveries")
	}
	return out, nil
}

func walk(folder string) ([]*source, error) {
	var out []*source
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != folder && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			out = append(out, newSource(path, info, true))
		}
		return nil
	})
	if err != nil {
		return nil, diag.New(diag.Data, "cannot-read", "the folder %s cannot be read", folder).
			WithHint("check its permissions").Wrap(err)
	}
	return out, nil
}

func newSource(path string, info os.FileInfo, optional bool) *source {
	name := filepath.Base(path)
	zipped := strings.EqualFold(filepath.Ext(name), ".gz")
	if zipped {
		name = name[:len(name)-len(".gz")]
	}
	return &source{path: path, name: name, size: info.Size(), optional: optional, zipped: zipped}
}

// stream reads a file's text, unzipped, while it hashes the file's own bytes.
type stream struct {
	file *os.File
	text io.Reader
	sum  hash.Hash
	read atomic.Int64 // bytes of the file
}

func (s *source) open() (*stream, error) {
	file, err := os.Open(s.path)
	if err != nil {
		return nil, cannotRead(err)
	}
	st := &stream{file: file, sum: sha256.New()}
	st.text = io.TeeReader(file, st)
	if s.zipped {
		if st.text, err = gzip.NewReader(st.text); err != nil {
			_ = file.Close()
			return nil, cannotRead(err)
		}
	}
	return st, nil
}

// Write sees every byte read.
func (st *stream) Write(p []byte) (int, error) {
	st.read.Add(int64(len(p)))
	return st.sum.Write(p)
}

// hash finishes reading and gives the digest of the whole file.
func (st *stream) hash() (string, error) {
	if _, err := io.Copy(st, st.file); err != nil {
		return "", cannotRead(err)
	}
	return hex.EncodeToString(st.sum.Sum(nil)), nil
}

func (st *stream) close() { _ = st.file.Close() }

// digest hashes a file without loading it.
func (s *source) digest() (string, error) {
	file, err := os.Open(s.path)
	if err != nil {
		return "", cannotRead(err)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", cannotRead(err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func cannotRead(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return diag.New(diag.Data, "damaged-file", "the compressed file is damaged or cut off").
			WithHint("ask for the file again").Wrap(err)
	}
	return diag.New(diag.Data, "cannot-read", "the file cannot be read").WithHint("check its permissions").Wrap(err)
}

const sampleSize = 1 << 20

// sample reads the beginning of the text, and a piece of the middle and the end
// of a plain file, for the encoding is often told by a few accents only.
func (s *source) sample() (head, rest []byte, err error) {
	st, err := s.open()
	if err != nil {
		return nil, nil, err
	}
	defer st.close()
	head, err = io.ReadAll(io.LimitReader(st.text, sampleSize))
	if err != nil {
		return nil, nil, cannotRead(err)
	}
	if s.zipped || s.size <= sampleSize {
		return head, nil, nil
	}
	for _, at := range []int64{s.size / 2, s.size - sampleSize} {
		piece := make([]byte, sampleSize)
		n, err := st.file.ReadAt(piece, max(at, 0))
		if err != nil && err != io.EOF {
			return nil, nil, cannotRead(err)
		}
		rest = append(rest, piece[:n]...)
	}
	return head, rest, nil
}

// recogniseAll finds out what each file is and puts older versions first.
func (l *loader) recogniseAll(found []*source) []*source {
	for _, s := range found {
		s.err = l.recognise(s)
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].order < found[j].order })
	return found
}

// recognise decides what a file is: Parquet and SAS by its first bytes, COBOL records by
// the types and lengths that a copybook gives them, delimited text
// by a header with known zones, fixed width by the length of its lines.
func (l *loader) recognise(s *source) error {
	candidates, err := l.candidates(s)
	if err != nil {
		return err
	}
	head, rest, err := s.sample()
	if err != nil {
		return err
	}
	switch {
	case len(head) == 0:
		return diag.New(diag.Data, "empty-file", "the file is empty").WithHint("ask for the file again")
	case bytes.HasPrefix(head, []byte("PAR1")):
		return l.parquet(s, candidates)
	}
	if ok, err := l.sas(s, head, candidates); ok {
		return err
	}
	if ok, err := l.cobol(s, head, candidates); ok || err != nil {
		return err
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return diag.New(diag.Data, "binary-file", "the file is no text: it holds zero bytes").
			WithHint("deliver fixed width or delimited text, Parquet, a SAS data set, or records of a copybook that the catalogue knows; unpack archives first")
	}
	if s.bom = bytes.HasPrefix(head, byteOrderMark); s.bom {
		head = head[len(byteOrderMark):]
	}
	if s.latin1, err = l.isLatin1(s, head, rest); err != nil {
		return err
	}
	if ok, err := l.delimited(s, head, candidates); ok || err != nil {
		return err
	}
	return l.fixed(s, head, candidates)
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

func (l *loader) isLatin1(s *source, head, rest []byte) (bool, error) {
	switch strings.ToLower(l.opts.Encoding) {
	case "":
		return !s.bom && isLatin1(append(head[:len(head):len(head)], rest...)), nil
	case "utf-8", "utf8":
		return false, nil
	case "latin-1", "latin1", "iso-8859-1", "windows-1252":
		return true, nil
	}
	return false, l.unknownEncoding()
}

// candidates are the tables a file may hold: the one asked for, those whose
// globs have its name, or all.
func (l *loader) candidates(s *source) ([]*catalog.Table, error) {
	if l.opts.As != "" {
		if t := l.ws.Catalog.Table(l.opts.As); t != nil {
			s.optional = false
			return []*catalog.Table{t}, nil
		}
		var names []string
		for _, t := range l.ws.Catalog.Tables {
			names = append(names, t.Name)
		}
		return nil, diag.New(diag.Usage, "unknown-table", "there is no table %q", l.opts.As).
			WithHint("%s", diag.DidYouMean(l.opts.As, names, "use one of: "+strings.Join(names, ", ")))
	}
	var named []*catalog.Table
	for _, t := range l.ws.Catalog.Tables {
		if globbed(t, s.name) {
			named = append(named, t)
		}
	}
	if len(named) > 0 {
		s.optional = false
		return named, nil
	}
	return l.ws.Catalog.Tables, nil
}

func globbed(t *catalog.Table, name string) bool {
	for _, glob := range t.Files {
		if ok, _ := filepath.Match(strings.ToLower(glob), strings.ToLower(name)); ok {
			return true
		}
	}
	return false
}
