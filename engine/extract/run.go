package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"epsql/engine/coding"
	"epsql/engine/ledger"
	"epsql/engine/place"
	"epsql/engine/store"
	"epsql/sql/diag"
)

// Names in the folder of a run.
const (
	Folder      = "extraction"
	ReceiptFile = "receipt.json"
	csvDict     = "dictionary.csv"
	textDict    = "dictionary.md"
	part        = place.Part
)

// Config is what an extraction works with.
type Config struct {
	Workspace *store.Workspace // opened with Run and Conversion among its folders
	Kept      map[string]string
	Key       *coding.Key
	Tables    map[string]coding.Table // by coding
	// Run is the folder of the run; Conversion is another one, where the tables go
	// that turn codes back, under Name.
	Run, Conversion, Name string
	User                  string
	Macros                []string // names with hashes, for the ledger
	Deliveries            string   // hash, for the ledger
	Today                 time.Time
	Tell                  func(format string, args ...any)
	// Timed does a part of the extraction, one of [Design.Parts], and may tell how
	// long it takes; nil only does it.
	Timed func(ctx context.Context, part string, do func() error) error
	done  func(step string) // for tests: after each step
}

// CheckPlaces refuses keys, tables and folders that lie beside what they decode.
func CheckPlaces(workspace, plan, run, conversion string, secrets ...string) error {
	apart := []string{filepath.Dir(workspace), plan, run}
	for _, secret := range secrets {
		if err := coding.CheckApart(secret, "file of secrets", apart...); err != nil {
			return err
		}
	}
	if err := coding.CheckApart(conversion, "folder of conversion tables", apart...); err != nil {
		return err
	}
	return coding.CheckApart(run, "run", conversion)
}

// Run writes the extraction into the run's folder, and its conversion tables
// apart.
func Run(ctx context.Context, d *Design, cfg Config) (*Receipt, error) {
	if cfg.done == nil {
		cfg.done = func(string) {}
	}
	if cfg.Timed == nil {
		cfg.Timed = func(_ context.Context, _ string, do func() error) error { return do() }
	}
	if cfg.Key == nil || cfg.Key.Project() != d.project {
		return nil, refuse("other-key", "the key is not that of the project %s", d.project).WithHint("make one: epsql code key FILE --project %s", d.project)
	}
	conn, err := cfg.Workspace.DB.Conn(ctx)
	if err != nil {
		return nil, engine(err)
	}
	s := &session{Design: d, cfg: cfg, conn: conn, count: map[string]int64{}}
	defer s.close()
	if err := s.sweep(); err != nil {
		return nil, err
	}
	receipt, err := s.run(ctx)
	if err != nil {
		return nil, errors.Join(err, s.sweep())
	}
	return receipt, nil
}

// Parts are what takes time of an extraction, in order.
func (d *Design) Parts() []string {
	out := []string{partCodes}
	for _, r := range d.relations {
		out = append(out, r.part())
	}
	return append(out, partTables)
}

const partCodes, partTables = "codes", "conversion tables"

func (r *relation) part() string { return "extract " + r.Name }

func (s *session) run(ctx context.Context) (*Receipt, error) {
	s.tellDropped()
	err := s.cfg.Timed(ctx, partCodes, func() error {
		for _, step := range []func(context.Context) error{s.selectRows, s.code, s.prepareScan} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.cfg.done("coded")
	staged := filepath.Join(s.cfg.Run, Folder+part)
	if err := os.Mkdir(staged, 0o700); err != nil {
		return nil, unwritable(staged, err)
	}
	files, err := s.writeAll(ctx, staged)
	if err != nil {
		return nil, err
	}
	s.cfg.done("scanned")
	if err := s.cfg.Timed(ctx, partTables, func() error { return s.convert(ctx) }); err != nil {
		return nil, err
	}
	s.cfg.done("converted")
	return s.place(ctx, staged, files)
}

// writeAll writes and scans every relation, and the dictionary of all.
func (s *session) writeAll(ctx context.Context, staged string) ([]File, error) {
	var files []File
	for _, r := range s.relations {
		err := s.cfg.Timed(ctx, r.part(), func() error {
			written, err := s.write(ctx, r, staged)
			files = append(files, written...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	dictionary, err := s.dictionary(staged)
	return append(files, dictionary...), err
}

// write writes a relation in its formats, rows in the order of their own values,
// and scans each file.
func (s *session) write(ctx context.Context, r *relation, staged string) ([]File, error) {
	var out []File
	began := time.Now()
	from := "(" + r.coded(s.cfg.Kept) + " ORDER BY ALL)"
	formats := slices.Clone(r.Formats)
	slices.SortFunc(formats, func(a, b string) int { return strings.Compare(b, a) }) // parquet first: CSV is made of it, sorted already
	for _, format := range formats {
		path := filepath.Join(staged, r.Name+"."+format)
		if err := s.exec(ctx, "COPY "+from+" TO "+quoted(path)+" ("+options(format)+")"); err != nil {
			return nil, err
		}
		reading := r.reading(path, format)
		check := s.scan
		if format == "csv" && len(out) > 0 {
			check = s.same(from)
		}
		if err := check(ctx, r, reading); err != nil {
			return nil, err
		}
		file, err := seal(path)
		if err != nil {
			return nil, err
		}
		out = append(out, file)
		if format == "parquet" {
			from = "(SELECT * FROM " + reading + ")"
		}
	}
	// How many rows there are is not told: the journal outlives them, and no table
	// that the guard masked may be had from it.
	s.tell("extract %s: %d columns, written and scanned in %.1f s (%s)", r.Name, len(r.columns), time.Since(began).Seconds(), strings.Join(formats, ", "))
	return out, nil
}

func options(format string) string {
	if format == "parquet" {
		return "FORMAT parquet, COMPRESSION zstd"
	}
	return "FORMAT csv, HEADER true, DELIMITER ','"
}

// reading is SQL that reads a file as it was written.
func (r *relation) reading(path, format string) string {
	if format == "parquet" {
		return "read_parquet(" + quoted(path) + ")"
	}
	columns := make([]string, len(r.columns))
	for i, c := range r.columns {
		columns[i] = quoted(c.name) + ": 'VARCHAR'"
	}
	return fmt.Sprintf(`read_csv(%s, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {%s})`,
		quoted(path), strings.Join(columns, ", "))
}

// seal has a file on the disk, and gives its hash and size.
func seal(path string) (File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return File{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err == nil {
		err = file.Sync()
	}
	return File{Name: filepath.Base(path), Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, errors.Join(err, file.Close())
}

// convert writes the conversion tables of what was coded with the key, for the
// trusted third party, under another name. Those of tables that somebody else
// made are his.
func (s *session) convert(ctx context.Context) error {
	staged := s.conversion() + part
	if err := os.Mkdir(staged, 0o700); err != nil {
		return unwritable(staged, err)
	}
	for domain := range s.count {
		if k := s.cat.Coding(domain); k != nil && k.By == "table" {
			continue
		}
		path := filepath.Join(staged, domain+".csv")
		err := s.exec(ctx, fmt.Sprintf("COPY (SELECT original AS %s, code AS %s FROM %s ORDER BY 1) TO %s (FORMAT csv, HEADER true, DELIMITER ';')",
			store.Quote(coding.Original), store.Quote(coding.Coded), codes(domain), quoted(path)))
		if err != nil {
			return err
		}
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
		if _, err := seal(path); err != nil {
			return err
		}
	}
	return nil
}

// conversion is the folder of the tables that turn codes back.
func (s *session) conversion() string { return filepath.Join(s.cfg.Conversion, s.cfg.Name) }

// place records what leaves and gives everything its name, the rows last.
func (s *session) place(ctx context.Context, staged string, files []File) (*Receipt, error) {
	r := s.receipt(files)
	keep := r.retention(s.channel, s.months(), s.cfg.Today)
	entry, err := s.record(ctx, r, keep)
	if err != nil {
		return nil, err
	}
	s.cfg.done("recorded")
	r.Ledger = Seal{entry.Number, entry.At, entry.Hash}
	keep.Ledger = entry.Number
	if err := receipts(staged, r, entry); err != nil {
		return nil, unplaced(entry, err)
	}
	if err := place.JSON(filepath.Join(s.cfg.Run, RetentionFile), keep); err != nil {
		return nil, unplaced(entry, err)
	}
	// The tables of an earlier extraction of the same are the same.
	if err := os.RemoveAll(s.conversion()); err != nil {
		return nil, unplaced(entry, err)
	}
	if err := os.Rename(s.conversion()+part, s.conversion()); err != nil {
		return nil, unplaced(entry, err)
	}
	s.cfg.done("tables")
	if err := os.RemoveAll(filepath.Join(s.cfg.Run, Folder)); err != nil {
		return nil, unplaced(entry, err)
	}
	if err := os.Rename(staged, filepath.Join(s.cfg.Run, Folder)); err != nil {
		return nil, unplaced(entry, err)
	}
	s.tell("extraction: ledger entry %d; conversion tables for the trusted third party in %s; to be destroyed by %s", entry.Number, s.conversion(), r.DestroyBy)
	return r, errors.Join(syncFolder(s.cfg.Run), syncFolder(s.cfg.Conversion))
}

// sweep removes what was not handed over.
func (s *session) sweep() error {
	return errors.Join(os.RemoveAll(filepath.Join(s.cfg.Run, Folder+part)), os.RemoveAll(s.conversion()+part))
}

// tellDropped tells of every column that does not leave, and why.
func (s *session) tellDropped() {
	for _, r := range s.relations {
		byReason := map[string][]string{}
		for _, f := range s.fates {
			if f.Extract == r.Name && !f.Leaves {
				byReason[f.Why] = append(byReason[f.Why], f.Column)
			}
		}
		for _, why := range slices.Sorted(maps.Keys(byReason)) {
			s.tell("extract %s: %s: %s", r.Name, why, strings.Join(slices.Compact(byReason[why]), ", "))
		}
	}
}

func (s *session) tell(format string, args ...any) {
	if s.cfg.Tell != nil {
		s.cfg.Tell(format, args...)
	}
}

// syncFolder has names that were given on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func unwritable(path string, err error) error {
	return fault("unwritable", "nothing can be written to %s", path).WithHint("check the folder, and that nothing else runs in it").Wrap(err)
}

func unplaced(e ledger.Entry, err error) error {
	return diag.New(diag.Data, "not-placed", "the extraction was recorded as ledger entry %d, but cannot be put into place", e.Number).
		WithHint("check the folders and the space left, and run it again").Wrap(err)
}
