package extract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/ledger"
	"epsql/engine/place"
	"epsql/engine/release"
	"epsql/sql/diag"
)

// Receipt goes with an extraction: what left, for whom, under which papers, and
// until when it may be kept. It holds nothing of a person. Beside every file
// stands a receipt of its own, which epsql ledger verify checks.
type Receipt struct {
	Study     string            `json:"study"`
	Channel   string            `json:"channel"`
	Request   string            `json:"request"`
	Applicant string            `json:"applicant"`
	Papers    map[string]string `json:"papers"` // reference, date
	Dossier   string            `json:"dossier_sha256"`
	Key       string            `json:"key_fingerprint"`
	Tables    map[string]string `json:"tables_sha256,omitempty"` // made by others, by coding
	Catalogue string            `json:"catalogue"`
	// Coincidences are the columns in which numbers equal to an identifier were
	// let pass, with the dossier's reason.
	Coincidences map[string]string `json:"coincidences,omitempty"`
	Files        []File            `json:"files"`
	Extracted    string            `json:"extracted"`
	DestroyBy    string            `json:"destroy_by"`
	Ledger       Seal              `json:"ledger"`
}

// File is a file of the extraction.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Seal names the ledger entry.
type Seal struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Hash   string    `json:"hash"`
}

// Hashes are the hashes of the files, and of the tables that others made, by name.
func (r *Receipt) Hashes() map[string]string {
	out := map[string]string{}
	for name, hash := range r.Tables {
		out["table "+name] = hash
	}
	for _, f := range r.Files {
		out[f.Name] = f.SHA256
	}
	return out
}

// ReadReceipt reads the receipt of a run's extraction and checks the files that
// it is about; os.ErrNotExist when there is none.
func ReadReceipt(run string) (*Receipt, error) {
	r := &Receipt{}
	if err := readJSON(filepath.Join(run, Folder, ReceiptFile), r); err != nil {
		return nil, err
	}
	for _, f := range r.Files {
		now, err := seal(filepath.Join(run, Folder, f.Name))
		if err != nil || now.SHA256 != f.SHA256 {
			return nil, diag.New(diag.Ledger, "study-changed", "%s of the extraction is not as it was written", f.Name).
				WithHint("run the study again into another folder")
		}
	}
	return r, nil
}

// receipt is what is known before the ledger records it.
func (s *session) receipt(files []File) *Receipt {
	d := s.dossier
	r := &Receipt{
		Study: s.project, Channel: s.channel.ID, Request: d.Request, Applicant: d.Applicant.Name, Papers: map[string]string{},
		Dossier: d.Hash(), Key: s.cfg.Key.Fingerprint(), Catalogue: s.cat.Name + "@" + s.cat.Version + " " + s.cat.Hash, Files: files,
		Extracted: s.cfg.Today.Format(time.DateOnly), DestroyBy: after(s.cfg.Today, s.months(), 0),
	}
	for _, p := range d.Papers {
		r.Papers[p.ID] = p.Reference + ", " + p.Date
	}
	for name, table := range s.cfg.Tables {
		if r.Tables == nil {
			r.Tables = map[string]string{}
		}
		r.Tables[name] = table.Hash()
	}
	for _, c := range d.Coincidences {
		if r.Coincidences == nil {
			r.Coincidences = map[string]string{}
		}
		r.Coincidences[c.Column] = c.Reason
	}
	return r
}

// months is how long the rows may be kept: as the channel says, or less.
func (s *session) months() int {
	if n := s.dossier.Retention; n > 0 {
		return n
	}
	return s.channel.Retention.Rows
}

// record has the ledger record what leaves.
func (s *session) record(ctx context.Context, r *Receipt, keep Retention) (ledger.Entry, error) {
	var files []ledger.File
	for _, f := range r.Files {
		files = append(files, ledgerFile(f))
	}
	var names []string
	for _, x := range s.relations {
		names = append(names, x.Name)
	}
	e := ledger.Entry{
		User: s.cfg.User, Channel: s.channel.ID, PlanHash: r.Dossier, Catalogue: s.cat.Name + "@" + s.cat.Hash,
		Query: fmt.Sprintf("EXTRACTION of %s: %s; request %s; key %s; to be destroyed by %s%s", s.project, strings.Join(names, ", "),
			r.Request, r.Key, r.DestroyBy, keep.mark()),
		Macros: s.cfg.Macros, Deliveries: s.cfg.Deliveries,
		Release: &ledger.Release{Files: files, Rules: []string{
			"coded rows of the columns that the dossier asks for and the catalogue lets leave",
			"every value compared with every identifier of the workspace",
		}},
	}
	s.cfg.Workspace.Recording.Lock()
	defer s.cfg.Workspace.Recording.Unlock()
	return ledger.Append(ctx, s.cfg.Workspace.DB, e, nil)
}

// checkTables wants the table of every coding that somebody else has the key of.
// Where one is missing, its holder gets the values that it must have.
func (s *session) checkTables(ctx context.Context) error {
	var lacking []string
	for _, k := range s.Tables() {
		if s.cfg.Tables[k.ID] != nil {
			continue
		}
		if err := s.writeValues(ctx, k); err != nil {
			return err
		}
		lacking = append(lacking, fmt.Sprintf("%s, by its holder (%s) from %s", k.ID, k.Holder, s.valuesFile(k)))
	}
	if len(lacking) == 0 {
		return nil
	}
	return refuse("no-table", "conversion tables are missing:\n  - %s", strings.Join(lacking, "\n  - ")).
		WithHint("the holder makes one with a key of his own: epsql code table; then give it: --table CODING=FILE")
}

func (s *session) valuesFile(k *catalog.Coding) string {
	return filepath.Join(s.cfg.Conversion, s.cfg.Name+"."+k.ID+".csv")
}

// writeValues writes, for the holder of a table, the values that occur in what
// was selected. They are recorded like all that leaves.
func (s *session) writeValues(ctx context.Context, k *catalog.Coding) error {
	rows, err := s.conn.QueryContext(ctx, "SELECT v FROM "+values(k.ID)+" ORDER BY v")
	if err != nil {
		return engine(err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var found []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return engine(err)
		}
		found = append(found, v)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return engine(err)
	}
	staged := s.valuesFile(k) + part
	if err := os.RemoveAll(staged); err != nil {
		return err
	}
	if err := coding.WriteValues(staged, k.ID, found); err != nil {
		return err
	}
	file, err := seal(staged)
	if err != nil {
		return err
	}
	file.Name = filepath.Base(s.valuesFile(k))
	return s.handOver(ctx, k, staged, file)
}

// handOver gives the list of values its name, recorded and with a receipt.
func (s *session) handOver(ctx context.Context, k *catalog.Coding, staged string, file File) error {
	s.cfg.Workspace.Recording.Lock()
	defer s.cfg.Workspace.Recording.Unlock()
	entry, err := ledger.Append(ctx, s.cfg.Workspace.DB, ledger.Entry{
		User: s.cfg.User, Channel: s.channel.ID, PlanHash: s.dossier.Hash(), Catalogue: s.cat.Name + "@" + s.cat.Hash, Macros: s.cfg.Macros,
		Deliveries: s.cfg.Deliveries, Query: fmt.Sprintf("VALUES of %s for the holder of its table, for the extraction of %s", k.ID, s.project),
		Release: &ledger.Release{Files: []ledger.File{ledgerFile(file)}, Rules: []string{"the values that the holder's table must have, without whose they are"}},
	}, nil)
	if err != nil {
		return err
	}
	if err := release.WriteReceipts(s.cfg.Conversion, entry); err != nil {
		return err
	}
	if err := os.Chmod(release.ReceiptPath(s.valuesFile(k)), 0o600); err != nil {
		return err
	}
	return errors.Join(os.Rename(staged, s.valuesFile(k)), syncFolder(s.cfg.Conversion))
}

// ledgerFile is a file as the ledger has it.
func ledgerFile(f File) ledger.File {
	return ledger.File{Name: f.Name, Format: strings.TrimPrefix(filepath.Ext(f.Name), "."), Bytes: f.Bytes, SHA256: f.SHA256}
}

// receipts writes the receipt of every file, and of all.
func receipts(folder string, r *Receipt, e ledger.Entry) error {
	if err := release.WriteReceipts(folder, e); err != nil {
		return err
	}
	return place.JSON(filepath.Join(folder, ReceiptFile), r)
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault("study-file", "%s is damaged", filepath.Base(path)).At(diag.Pos{File: path}).WithHint("compare it with a backup").Wrap(err)
	}
	return nil
}

// after is a day so many months and years later: the last of the month where it
// has no such day.
func after(day time.Time, months, years int) string {
	first := time.Date(day.Year()+years, day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1).Format(time.DateOnly)
}
