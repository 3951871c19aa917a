package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/engine/ledger"
	"epsql/engine/place"
	"epsql/engine/store"
	"epsql/sql/diag"
)

// RetentionFile says, in the folder of a run, until when what left may be kept.
// It stays when the rows are gone.
const RetentionFile = "retention.json"

// Retention is how long the rows and the tables of a run may be kept. Until it is
// known when the rows were received whole, they are kept as if they had been on
// the day of the extraction. Days are AAAA-MM-JJ.
type Retention struct {
	Study       string `json:"study"`
	Channel     string `json:"channel"`
	Months      int    `json:"months"`
	Extracted   string `json:"extracted"`
	Received    string `json:"received,omitempty"`
	DestroyBy   string `json:"destroy_by"`
	TablesUntil string `json:"tables_until"`
	Destroyed   string `json:"destroyed,omitempty"`
	Ledger      int64  `json:"ledger"` // the entry of the extraction
	Run         string `json:"-"`
}

// Due tells whether the rows must be gone on a day.
func (r Retention) Due(today time.Time) bool {
	return r.Destroyed == "" && r.DestroyBy < today.Format(time.DateOnly)
}

// retention is until when what a receipt is about may be kept; the entry of the
// ledger is not known yet.
func (r *Receipt) retention(channel *catalog.Channel, months int, today time.Time) Retention {
	return Retention{
		Study: r.Study, Channel: r.Channel, Months: months, Extracted: r.Extracted, DestroyBy: r.DestroyBy,
		TablesUntil: after(today, 0, channel.Retention.Tables),
	}
}

// Retentions finds the runs below a folder that had an extraction.
func Retentions(folder string) ([]Retention, error) {
	var out []Retention
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != RetentionFile {
			return err
		}
		r := Retention{Run: filepath.Dir(path)}
		if err := readJSON(path, &r); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return out, err
}

// Received notes the day on which an extraction was received whole, from which
// its rows may be kept so many months.
func Received(ctx context.Context, ws *store.Workspace, run string, day time.Time, user string) (Retention, error) {
	r, err := retentionOf(run)
	if err != nil {
		return r, err
	}
	received := day.Format(time.DateOnly)
	switch {
	case r.Destroyed != "":
		return r, fault("destroyed", "the rows of %s were destroyed on %s", run, r.Destroyed).WithHint("there is nothing left to receive")
	case received < r.Extracted:
		return r, diag.New(diag.Usage, "bad-day", "the rows of %s were extracted later, on %s", run, r.Extracted).WithHint("give the day on which all of it was there")
	case r.Received != "" && received > r.Received:
		return r, refuse("bad-day", "the rows of %s were received on %s, and are not kept for longer", run, r.Received).
			WithHint("only an earlier day can take its place")
	}
	next := r
	next.Received, next.DestroyBy = received, after(day, r.Months, 0)
	what := fmt.Sprintf("%s on %s; to be destroyed by %s", reception(r.Ledger), next.Received, next.DestroyBy)
	if err := note(ctx, ws, r, next, user, what); err != nil {
		return r, err
	}
	return next, place.JSON(filepath.Join(run, RetentionFile), next)
}

func retentionOf(run string) (Retention, error) {
	r := Retention{Run: run}
	err := readJSON(filepath.Join(run, RetentionFile), &r)
	if errors.Is(err, fs.ErrNotExist) {
		return r, diag.New(diag.Usage, "no-extraction", "%s holds no run with an extraction", run).WithHint("find them with epsql study expire").Wrap(err)
	}
	return r, err
}

// Destroy removes the rows of a run's extraction, and keeps its tables, receipts
// and data dictionary. The ledger has it first: rows are never gone unrecorded.
func Destroy(ctx context.Context, ws *store.Workspace, run string, today time.Time, user string) (Retention, error) {
	r, err := retentionOf(run)
	if err != nil || r.Destroyed != "" {
		return r, err
	}
	files, err := rowsIn(filepath.Join(run, Folder))
	if err != nil {
		return r, err
	}
	next := r
	if next.Destroyed, err = begunOn(ctx, ws, r); err != nil {
		return r, err
	}
	if next.Destroyed == "" {
		next.Destroyed = today.Format(time.DateOnly)
	}
	what := fmt.Sprintf("%s on %s, %d files; tables kept until %s", destruction(r.Ledger), next.Destroyed, len(files), r.TablesUntil)
	if err := note(ctx, ws, r, next, user, what); err != nil {
		return r, err
	}
	for _, name := range append(files, filepath.Join(run, Folder+part)) {
		if err := os.RemoveAll(name); err != nil {
			return r, err
		}
	}
	return next, errors.Join(syncFolder(run), place.JSON(filepath.Join(run, RetentionFile), next))
}

// begunOn is the day of a destruction that the ledger has and that was stopped
// before it was through; "" when there is none.
func begunOn(ctx context.Context, ws *store.Workspace, r Retention) (day string, err error) {
	entries, err := ledger.List(ctx, ws.DB)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Query, destruction(r.Ledger)+" on "); ok && len(rest) >= len(time.DateOnly) {
			day = rest[:len(time.DateOnly)]
		}
	}
	return day, nil
}

// rowsIn are all files of an extraction that hold rows, whatever the receipt says
// of them: also what somebody made of them and left there.
func rowsIn(folder string) ([]string, error) {
	found, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, entry := range found {
		if name := entry.Name(); name != csvDict && name != textDict && filepath.Ext(name) != ".json" {
			out = append(out, filepath.Join(folder, name))
		}
	}
	return out, err
}

// mark is what the ledger has of a retention, so that a changed day is found. The
// number of the entry is not part of it: the entry of the extraction has it first.
func (r Retention) mark() string {
	r.Ledger = 0
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	sum := sha256.Sum256(text)
	return "; retention " + hex.EncodeToString(sum[:])
}

func reception(entry int64) string {
	return fmt.Sprintf("RECEPTION of the extraction of entry %d", entry)
}

func destruction(entry int64) string {
	return fmt.Sprintf("DESTRUCTION of the rows of entry %d", entry)
}

// Check compares a retention with the last that the ledger has of its extraction.
func (r Retention) Check(entries []ledger.Entry) error {
	last, err := r.last(entries)
	if err == nil && !strings.HasSuffix(last.Query, r.mark()) {
		err = diag.New(diag.Ledger, "retention-changed", "%s is not as the ledger has it", filepath.Join(r.Run, RetentionFile)).
			WithHint("compare it with a backup, and with epsql ledger show %d", last.Number)
	}
	return err
}

// last is the last entry about the rows of an extraction. An extraction of another
// workspace is not this ledger's.
func (r Retention) last(entries []ledger.Entry) (ledger.Entry, error) {
	if r.Ledger < 1 || r.Ledger > int64(len(entries)) || entries[r.Ledger-1].Release == nil || entries[r.Ledger-1].Channel != r.Channel {
		return ledger.Entry{}, diag.New(diag.Ledger, "other-ledger", "the ledger has no extraction of %s as entry %d", r.Run, r.Ledger).
			WithHint("name the workspace of the extraction with --db")
	}
	last := entries[r.Ledger-1]
	for _, e := range entries[r.Ledger:] {
		if strings.HasPrefix(e.Query, reception(r.Ledger)+" on ") || strings.HasPrefix(e.Query, destruction(r.Ledger)+" on ") {
			last = e
		}
	}
	return last, nil
}

// ReadRetention reads a file of the name RetentionFile.
func ReadRetention(path string) (Retention, error) { return retentionOf(filepath.Dir(path)) }

// note has the ledger record what becomes of an extraction: what it is kept by
// becomes next. What was recorded already, by a process that was stopped then, is
// not recorded twice.
func note(ctx context.Context, ws *store.Workspace, r, next Retention, user, text string) error {
	ws.Recording.Lock()
	defer ws.Recording.Unlock()
	entries, err := ledger.List(ctx, ws.DB)
	if err != nil {
		return err
	}
	last, err := r.last(entries)
	if err != nil || strings.HasSuffix(last.Query, next.mark()) {
		return err
	}
	if err := r.Check(entries); err != nil {
		return err
	}
	_, err = ledger.Append(ctx, ws.DB, ledger.Entry{
		User: user, Channel: r.Channel, Query: text + next.mark(), Catalogue: ws.Catalog.Name + "@" + ws.Catalog.Hash,
	}, nil)
	return err
}
