// Package ledger records what was answered: one entry per answered query, each
// chained to the one before by its hash, so that a change is found.
package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"time"

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
	Previous   string    `json:"previous"`
	Hash       string    `json:"hash"`
}

// seal is the hash of an entry: of everything but the hash itself.
func (e Entry) seal() string {
	e.Hash = ""
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Append adds an entry and gives its number.
func Append(ctx context.Context, db *sql.DB, e Entry) (int64, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fault(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return 0, fault(err)
	}
	var last int64
	row := tx.QueryRowContext(ctx, "SELECT number, hash FROM epsql.ledger ORDER BY number DESC LIMIT 1")
	if err := row.Scan(&last, &e.Previous); err != nil && err != sql.ErrNoRows {
		return 0, fault(err)
	}
	e.Number, e.At = last+1, time.Now().UTC().Truncate(time.Second)
	e.Hash = e.seal()
	macros, err := json.Marshal(e.Macros)
	if err != nil {
		return 0, fault(err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO epsql.ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Number, e.At, e.User, e.Channel, e.Query, e.PlanHash, e.Catalogue, string(macros), e.Deliveries, e.Cells, e.Masked, e.Previous, e.Hash)
	if err != nil {
		return 0, fault(err)
	}
	if err := tx.Commit(); err != nil {
		return 0, fault(err)
	}
	return e.Number, nil
}

// List gives the entries, oldest first.
func List(ctx context.Context, db *sql.DB) ([]Entry, error) {
	var exists bool
	const find = "SELECT count(*) > 0 FROM duckdb_tables() WHERE schema_name = 'epsql' AND table_name = 'ledger'"
	if err := db.QueryRowContext(ctx, find).Scan(&exists); err != nil || !exists {
		return nil, fault(err)
	}
	rows, err := db.QueryContext(ctx, "SELECT * FROM epsql.ledger ORDER BY number")
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	var out []Entry
	for rows.Next() {
		var e Entry
		var macros string
		err := rows.Scan(&e.Number, &e.At, &e.User, &e.Channel, &e.Query, &e.PlanHash, &e.Catalogue, &macros, &e.Deliveries, &e.Cells, &e.Masked, &e.Previous, &e.Hash)
		if err != nil {
			return nil, fault(err)
		}
		e.At = e.At.UTC()
		if err := json.Unmarshal([]byte(macros), &e.Macros); err != nil {
			return nil, broken(e.Number)
		}
		out = append(out, e)
	}
	return out, fault(rows.Err())
}

// Verify checks the chain: numbers without holes, every hash true.
func Verify(entries []Entry) error {
	previous := ""
	for i, e := range entries {
		if e.Number != int64(i+1) || e.Previous != previous || e.Hash != e.seal() {
			return broken(int64(i + 1))
		}
		previous = e.Hash
	}
	return nil
}

func broken(number int64) error {
	return diag.New(diag.Ledger, "ledger-broken", "the ledger was changed at entry %d", number).
		WithHint("compare the workspace with its last backup")
}

func fault(err error) error {
	if err == nil {
		return nil
	}
	return diag.New(diag.Ledger, "ledger", "the ledger cannot be read or written").
		WithHint("check the workspace with epsql doctor").Wrap(err)
}
