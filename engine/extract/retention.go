package extract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

func (r *Receipt) retention(channel *catalog.Channel, months int, today time.Time) Retention {
	return Retention{
		Study: r.Study, Channel: r.Channel, Months: months, Extracted: r.Extracted, DestroyBy: r.DestroyBy,
		TablesUntil: after(today, 0, channel.Retention.Tables), Ledger: r.Ledger.Number,
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
	r.Received, r.DestroyBy = received, after(day, r.Months, 0)
	if err := note(ctx, ws, r, user, fmt.Sprintf("RECEPTION of the extraction of entry %d on %s; to be destroyed by %s", r.Ledger, r.Received, r.DestroyBy)); err != nil {
		return r, err
	}
	return r, place.JSON(filepath.Join(run, RetentionFile), r)
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
	if err := note(ctx, ws, r, user, fmt.Sprintf("DESTRUCTION of the rows of entry %d, %d files; tables kept until %s", r.Ledger, len(files), r.TablesUntil)); err != nil {
		return r, err
	}
	for _, name := range append(files, filepath.Join(run, Folder+part)) {
		if err := os.RemoveAll(name); err != nil {
			return r, err
		}
	}
	r.Destroyed = today.Format(time.DateOnly)
	return r, errors.Join(syncFolder(run), place.JSON(filepath.Join(run, RetentionFile), r))
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

// note has the ledger record what becomes of an extraction. An extraction of
// another workspace is not this ledger's.
func note(ctx context.Context, ws *store.Workspace, r Retention, user, text string) error {
	ws.Recording.Lock()
	defer ws.Recording.Unlock()
	entries, err := ledger.List(ctx, ws.DB)
	if err != nil {
		return err
	}
	if r.Ledger < 1 || r.Ledger > int64(len(entries)) || entries[r.Ledger-1].Release == nil || entries[r.Ledger-1].Channel != r.Channel {
		return diag.New(diag.Ledger, "other-ledger", "the ledger of %s has no extraction as entry %d", ws.Path, r.Ledger).
			WithHint("name the workspace of the extraction with --db")
	}
	_, err = ledger.Append(ctx, ws.DB, ledger.Entry{User: user, Channel: r.Channel, Query: text, Catalogue: ws.Catalog.Name + "@" + ws.Catalog.Hash}, nil)
	return err
}
