// Package release lets a masked answer leave as a file. Beside the file stands a
// receipt: what it is a hash of, under which rules it was masked, and the ledger
// entry that recorded it. The receipt holds nothing of a person.
//
// Nothing is released without a record. The file is written under another name,
// the ledger records it together with the sets of persons behind its cells, then
// the receipt and at last the file get their names. An answer may leave as
// several files, of different formats: they are one entry of the ledger. A kill in between leaves at
// most a record of a file that never was.
package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"epsql/engine/export"
	"epsql/engine/guard"
	"epsql/engine/ledger"
	"epsql/engine/place"
	"epsql/sql/diag"
)

// Target is where a release goes.
type Target struct {
	Path   string
	Format export.Format
	// Overwrite replaces an existing file and its receipt.
	Overwrite bool
}

// Check refuses a target that cannot be written, or whose file or receipt exists
// and may not be replaced, before anybody waits for the answer.
func (t Target) Check() error {
	if err := export.CheckTarget(t.Path, t.Overwrite); err != nil {
		return err
	}
	return export.CheckTarget(ReceiptPath(t.Path), t.Overwrite)
}

// ReceiptPath is where the receipt of a file stands.
func ReceiptPath(file string) string { return file + ".receipt.json" }

// Write answers a plan into one file or several, each with its receipt beside it.
func Write(ctx context.Context, g *guard.Guard, p *guard.Plan, targets ...Target) (*guard.Result, error) {
	return writer{targets: targets, done: func(string) {}}.write(ctx, g, p)
}

// writer takes the steps; done is told after each.
type writer struct {
	targets []Target
	done    func(step string)
}

func (w writer) write(ctx context.Context, g *guard.Guard, p *guard.Plan) (*guard.Result, error) {
	for _, t := range w.targets {
		if err := t.Check(); err != nil {
			return nil, err
		}
		defer os.Remove(t.temp()) //nolint:errcheck // gone when it got its name
	}
	result, entry, err := g.Release(ctx, p, func(r *guard.Result) (files []ledger.File, err error) {
		for _, t := range w.targets {
			file, err := t.stage(ctx, r)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
		w.done("written")
		return files, nil
	})
	if err != nil {
		return nil, err
	}
	w.done("recorded")
	for i, t := range w.targets {
		if err := putReceipt(ReceiptPath(t.Path), receiptOf(entry, i)); err != nil {
			return nil, unplaced(entry, err)
		}
		w.done("receipt")
		if err := os.Rename(t.temp(), t.Path); err != nil {
			return nil, unplaced(entry, err)
		}
		w.done("placed")
	}
	return result, nil
}

// temp is the name of the file until it is recorded.
func (t Target) temp() string { return partOf(t.Path) }

// partOf is a name that no other process writes under.
func partOf(path string) string { return fmt.Sprintf("%s.%d%s", path, os.Getpid(), place.Part) }

func unplaced(e ledger.Entry, err error) error {
	return diag.New(diag.Data, "not-placed", "the release was recorded as ledger entry %d, but its file cannot be put into place", e.Number).
		WithHint("check the folder and the space left, and ask again: a repetition is allowed").Wrap(err)
}

// stage writes the file under another name.
func (t Target) stage(ctx context.Context, r *guard.Result) (ledger.File, error) {
	out := ledger.File{Name: filepath.Base(t.Path), Format: t.Format.Name}
	file, err := os.OpenFile(t.temp(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return out, err
	}
	hash, size := sha256.New(), &counter{}
	err = export.Write(ctx, io.MultiWriter(file, hash, size), r, t.Format)
	if err == nil {
		err = file.Sync()
	}
	out.Bytes, out.SHA256 = size.n, hex.EncodeToString(hash.Sum(nil))
	return out, errors.Join(err, file.Close())
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// Receipt goes with a released file.
type Receipt struct {
	File       ledger.File    `json:"file"`
	Ledger     Seal           `json:"ledger"`
	Channel    string         `json:"channel"`
	Rules      []string       `json:"rules"`
	Cells      int            `json:"cells"`
	Masked     int            `json:"masked"`
	ByRule     map[string]int `json:"masked_by_rule,omitempty"`
	Collides   []int64        `json:"collides_with,omitempty"`
	Query      string         `json:"query"` // literals redacted
	PlanHash   string         `json:"plan_hash"`
	Catalogue  string         `json:"catalogue"`
	Macros     []string       `json:"macros,omitempty"`
	Deliveries string         `json:"deliveries"`
}

// Seal names the ledger entry. Whoever keeps the receipt can show that the
// ledger was rewritten, even whole.
type Seal struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Hash   string    `json:"hash"`
}

// receiptOf is the receipt of a file of an entry.
func receiptOf(e ledger.Entry, file int) Receipt {
	return Receipt{
		File: e.Release.Files[file], Ledger: Seal{e.Number, e.At, e.Hash}, Channel: e.Channel, Rules: e.Release.Rules,
		Cells: e.Cells, Masked: e.Masked, ByRule: e.Release.ByRule, Collides: e.Release.Collides,
		Query: e.Query, PlanHash: e.PlanHash, Catalogue: e.Catalogue, Macros: e.Macros, Deliveries: e.Deliveries,
	}
}

// text is the one way in which a receipt is written.
func (r Receipt) text() []byte {
	text, err := place.Text(r)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return text
}

func putReceipt(path string, r Receipt) error {
	return place.Through(partOf(path), path, r.text())
}

// Verify checks a receipt against the ledger and, where it stands beside it,
// against the file. It reports whether the file was there.
func Verify(path string, entries []ledger.Entry) (file bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, diag.New(diag.Usage, "no-receipt", "cannot read the receipt %s", path).WithHint("name the .receipt.json beside a released file").Wrap(err)
	}
	var r Receipt
	if err := json.Unmarshal(text, &r); err != nil || r.File.Name == "" {
		return false, diag.New(diag.Ledger, "bad-receipt", "%s is not a receipt of this program", path).WithHint("name the .receipt.json beside a released file").Wrap(err)
	}
	if r.Ledger.Number < 1 || r.Ledger.Number > int64(len(entries)) {
		return false, mismatch(path, "the ledger has no entry %d", r.Ledger.Number)
	}
	e := entries[r.Ledger.Number-1]
	if e.Hash != r.Ledger.Hash {
		return false, mismatch(path, "ledger entry %d is another one", e.Number)
	}
	if !recorded(e, r.File, text) {
		return false, mismatch(path, "ledger entry %d says something else", e.Number)
	}
	sum, err := sumOf(filepath.Join(filepath.Dir(path), r.File.Name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if sum != r.File.SHA256 {
		return true, mismatch(path, "%s was changed since it was released", r.File.Name)
	}
	return true, nil
}

// recorded tells whether text is the receipt that the entry has for a file.
func recorded(e ledger.Entry, file ledger.File, text []byte) bool {
	if e.Release == nil {
		return false
	}
	i := slices.Index(e.Release.Files, file)
	return i >= 0 && bytes.Equal(receiptOf(e, i).text(), text)
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read
	h := sha256.New()
	_, err = io.Copy(h, file)
	return hex.EncodeToString(h.Sum(nil)), err
}

func mismatch(path, format string, args ...any) error {
	return diag.New(diag.Ledger, "receipt-mismatch", "%s: %s", path, fmt.Sprintf(format, args...)).
		WithHint("compare the receipt, the file and the workspace with their backups")
}

// WriteReceipts writes the receipts of all files of an entry into the folder
// where they stand, for those who write files in a way of their own.
func WriteReceipts(folder string, e ledger.Entry) error {
	for i, file := range e.Release.Files {
		if err := putReceipt(ReceiptPath(filepath.Join(folder, file.Name)), receiptOf(e, i)); err != nil {
			return err
		}
	}
	return nil
}
