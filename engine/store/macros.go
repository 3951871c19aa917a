package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"epsql/macros"
)

// keyMacros is the key of epsql.workspace that tells which macros are installed.
const keyMacros = "macros"

// InstallMacros brings the macros of a program into a workspace that another one
// made: all of them, in one transaction, when they are not those that it has
// already. A workspace that has them is not written to.
func (w *Workspace) InstallMacros(ctx context.Context, reg *macros.Registry) error {
	var installed string
	err := w.DB.QueryRowContext(ctx, "SELECT value FROM epsql.workspace WHERE key = ?", keyMacros).Scan(&installed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Fault(err, "macro-install", "%s does not tell its macros", w.Path)
	}
	if installed == fingerprint(reg) {
		return nil
	}
	tx, err := w.DB.BeginTx(ctx, nil)
	if err != nil {
		return Fault(err, "macro-install", "the macros cannot be brought into %s", w.Path)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := installMacros(ctx, tx, reg); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return Fault(err, "macro-install", "the macros cannot be brought into %s", w.Path)
	}
	return nil
}

// installMacros installs the macros and notes which ones they are.
func installMacros(ctx context.Context, db macros.Execer, reg *macros.Registry) error {
	if err := reg.Install(ctx, db); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "INSERT OR REPLACE INTO epsql.workspace VALUES (?, ?)", keyMacros, fingerprint(reg)); err != nil {
		return Fault(err, "macro-install", "the macros cannot be noted")
	}
	return nil
}

// fingerprint is a hash of all the files that are installed.
func fingerprint(reg *macros.Registry) string {
	sum := sha256.New()
	for _, m := range reg.All {
		fmt.Fprintln(sum, m.Name, m.Status, m.Hash)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
