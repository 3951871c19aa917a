// Package ledger records what was answered and what was released: one entry per
// answered query, each chained to the one before by its hash, so that a change
// is found.
//
// An entry that counts for comparison with later releases has a [Release]: what
// was written to a file, under which rules, and a hash over the sets of persons
// behind the released cells. The sets stand beside the ledger, each once, as
// compressed bitmaps of dense numbers; only package history reads them.
package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/history"
	"epsql/sql/diag"
)

//go:embed ledger.sql
var schema string

// Entry is one answered query. Nothing in it is a data value: the text has its
// literals redacted.
type Entry struct {
	Number     int64     `json:"number"`
	At         time.Time `json:"at"` // UTC, to the second
	User       string    `json:"user"`
	Channel    string    `json:"channel"`
	Query      string    `json:"query"`
	PlanHash   string    `json:"plan_hash"`
	Catalogue  string    `json:"catalogue"`
	Macros     []string  `json:"macros"`     // names with the hashes of their files
	Deliveries string    `json:"deliveries"` // hex SHA-256 over the deliveries in force
	Cells      int       `json:"cells"`
	Masked     int       `json:"masked"`
	Release    *Release  `json:"release,omitempty"`
	Previous   string    `json:"previous"`
	Hash       string    `json:"hash"`
}

// Release is what is known besides of an entry that counts for comparison.
type Release struct {
	// Files are what was written, the same answer in each; none for an answer on
	// the screen.
	Files []File `json:"files,omitempty"`
	// Rules are those of the channel, in words.
	Rules []string `json:"rules"`
	// ByRule counts the masked cells by the reason.
	ByRule map[string]int `json:"masked_by_rule,omitempty"`
	// Collides are the earlier entries because of which cells were masked.
	Collides []int64 `json:"collides_with,omitempty"`
	// Sets is hex SHA-256 over the sets of persons behind the cells.
	Sets string `json:"sets"`
}

// File is a file that left, without its folder.
type File struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// seal is the hash of an entry: of everything but the hash itself.
func (e Entry) seal() string {
	e.Hash = ""
	sum := sha256.Sum256(marshal(e))
	return hex.EncodeToString(sum[:])
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return text
}

// Append adds an entry and gives it with its number and hash. The sets of a
// release are stored with it, in one transaction; without e.Release there are none.
func Append(ctx context.Context, db *sql.DB, e Entry, sets []history.Set) (Entry, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return e, fault(err)
	}
	defer conn.Close() //nolint:errcheck // returned to the pool
	// To make the tables every time would cost as much as the entry.
	entry, err := appendNow(ctx, conn, e, sets)
	if missing, ok := errors.AsType[*duckdb.Error](err); ok && missing.Type == duckdb.ErrorTypeCatalog {
		if _, err = conn.ExecContext(ctx, schema); err == nil {
			entry, err = appendNow(ctx, conn, e, sets)
		}
	}
	return entry, fault(err)
}

// appendNow adds an entry in a transaction.
func appendNow(ctx context.Context, conn *sql.Conn, e Entry, sets []history.Set) (Entry, error) {
	if _, err := conn.ExecContext(ctx, "BEGIN TRANSACTION"); err != nil {
		return e, err
	}
	e, err := appendIn(ctx, conn, e, sets)
	if err != nil {
		_, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return e, errors.Join(err, undo)
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return e, err
}

func appendIn(ctx context.Context, conn *sql.Conn, e Entry, sets []history.Set) (Entry, error) {
	var last int64
	row := conn.QueryRowContext(ctx, "SELECT coalesce(max(number), 0), coalesce(arg_max(hash, number), '') FROM epsql.ledger")
	if err := row.Scan(&last, &e.Previous); err != nil {
		return e, err
	}
	e.Number, e.At = last+1, time.Now().UTC().Truncate(time.Second)
	release := ""
	if e.Release != nil {
		named, rows := distinct(sets)
		if err := storeSets(ctx, conn, e.Number, named, rows); err != nil {
			return e, err
		}
		copied := *e.Release
		copied.Sets = sealSets(rows)
		e.Release, release = &copied, string(marshal(copied))
	}
	e.Hash = e.seal()
	_, err := conn.ExecContext(ctx, "INSERT INTO epsql.ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Number, e.At, e.User, e.Channel, e.Query, e.PlanHash, e.Catalogue, string(marshal(e.Macros)), e.Deliveries, e.Cells, e.Masked,
		release, e.Previous, e.Hash)
	return e, err
}

// List gives the entries, oldest first.
func List(ctx context.Context, db *sql.DB) ([]Entry, error) {
	if there, err := exists(ctx, db, "ledger"); err != nil || !there {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT * FROM epsql.ledger ORDER BY number")
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	var out []Entry
	for rows.Next() {
		var e Entry
		var macros, release string
		err := rows.Scan(&e.Number, &e.At, &e.User, &e.Channel, &e.Query, &e.PlanHash, &e.Catalogue, &macros, &e.Deliveries, &e.Cells, &e.Masked,
			&release, &e.Previous, &e.Hash)
		if err != nil {
			return nil, fault(err)
		}
		e.At = e.At.UTC()
		if err := json.Unmarshal([]byte(macros), &e.Macros); err != nil {
			return nil, broken(e.Number)
		}
		if release != "" {
			if err := json.Unmarshal([]byte(release), &e.Release); err != nil {
				return nil, broken(e.Number)
			}
		}
		out = append(out, e)
	}
	return out, fault(rows.Err())
}

// exists tells whether a table of the ledger was made: the first entry makes all.
func exists(ctx context.Context, db *sql.DB, table string) (there bool, err error) {
	const find = "SELECT count(*) > 0 FROM duckdb_tables() WHERE schema_name = 'epsql' AND table_name = ?"
	return there, fault(db.QueryRowContext(ctx, find, table).Scan(&there))
}

// Verify checks the entries, which [List] gave, and the sets beside them: numbers
// without holes, every hash true, every set there and unchanged.
func Verify(ctx context.Context, db *sql.DB, entries []Entry) error {
	previous := ""
	for i, e := range entries {
		if e.Number != int64(i+1) || e.Previous != previous || e.Hash != e.seal() {
			return broken(int64(i + 1))
		}
		previous = e.Hash
	}
	return verifySets(ctx, db, entries)
}

func broken(number int64) error {
	return diag.New(diag.Ledger, "ledger-broken", "the ledger was changed at entry %d", number).
		WithHint("compare the workspace with its last backup")
}

func fault(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*diag.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(err)
	}
	return diag.New(diag.Ledger, "ledger", "the ledger cannot be read or written").
		WithHint("check the workspace with epsql doctor").Wrap(err)
}
