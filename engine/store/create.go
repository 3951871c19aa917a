package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
)

//go:embed schema.sql
var schema string

// Create makes a new workspace at path: it fails when the file exists, and
// leaves nothing behind when it fails. The work is done under another name and
// linked into place at the end, so that a kill leaves no half-made workspace.
func Create(ctx context.Context, path, population string, cat *catalog.Catalog, reg *macros.Registry, rows ...Permit) error {
	if err := checkPopulation(cat, population); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	remove(temp)
	defer remove(temp)
	if err := build(ctx, temp, population, cat, reg, rows); err != nil {
		return err
	}
	err := os.Link(temp, path)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return diag.New(diag.Data, "cannot-create", "the workspace %s cannot be put into place", path).
			WithHint("check that the folder is writable").Wrap(err)
	}
	return nil
}

func checkPopulation(cat *catalog.Catalog, population string) error {
	if cat.Population(population) != nil {
		return nil
	}
	var known []string
	for _, p := range cat.Populations {
		known = append(known, p.ID)
	}
	return diag.New(diag.Usage, "unknown-population", "the catalogue %s has no population %q", cat.Name, population).
		WithHint("%s", diag.DidYouMean(population, known, "use one of: "+strings.Join(known, ", ")))
}

func exists(path string) error {
	return diag.New(diag.Data, "workspace-exists", "%s exists already", path).
		WithHint("open it, or choose another name with --db")
}

// remove deletes a database file and its write-ahead log, if there.
func remove(path string) {
	_ = os.Remove(path)
	_ = os.Remove(path + ".wal")
}

// build makes and fills the file, and closes it with everything checkpointed.
func build(ctx context.Context, path, population string, cat *catalog.Catalog, reg *macros.Registry, rows []Permit) error {
	db, err := open(path, Options{})
	if err != nil {
		return err
	}
	if err := fill(ctx, db, population, cat, reg, rows); err != nil {
		_ = db.Close()
		return err
	}
	if err := db.Close(); err != nil {
		return Fault(err, "create-failed", "the new workspace cannot be written")
	}
	return nil
}

func fill(ctx context.Context, db *sql.DB, population string, cat *catalog.Catalog, reg *macros.Registry, rows []Permit) error {
	steps := append([]string{schema}, tables(cat)...)
	for _, step := range steps {
		if _, err := db.ExecContext(ctx, step); err != nil {
			return Fault(err, "create-failed", "the tables of the catalogue %s cannot be made", cat.Name)
		}
	}
	for _, list := range cat.Lists {
		if err := insertList(ctx, db, list); err != nil {
			return err
		}
	}
	if err := stamp(ctx, db, population, cat, rows); err != nil {
		return err
	}
	if reg != nil {
		if err := installMacros(ctx, db, reg); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return Fault(err, "create-failed", "the new workspace cannot be written")
	}
	return nil
}

// tables gives the CREATE TABLE statements that the catalogue asks for.
func tables(cat *catalog.Catalog) []string {
	var out []string
	for _, t := range cat.Tables {
		out = append(out, createTable("main."+Quote(t.Name), columnsOf(t)))
	}
	for _, u := range cat.Units {
		if owner, table := IDTable(cat, u.ID); owner == u.ID {
			out = append(out, createTable(table, []string{"num INTEGER NOT NULL", "id VARCHAR NOT NULL"}))
		}
	}
	seen := map[string]bool{}
	for _, l := range cat.Lists {
		if name := strings.ToLower(l.Name); !seen[name] {
			seen[name] = true
			out = append(out, createTable("ref."+Quote(name), listColumns(l)))
		}
	}
	return out
}

func columnsOf(t *catalog.Table) []string {
	var defs []string
	for _, c := range t.Columns() {
		defs = append(defs, Quote(c.Name)+" "+c.Type.SQL())
	}
	return append(defs, Quote(DeliveryColumn)+" INTEGER NOT NULL")
}

func listColumns(l *catalog.CodeList) []string {
	defs := []string{"version VARCHAR NOT NULL"}
	for _, c := range l.Columns {
		defs = append(defs, Quote(c.Name)+" "+c.Type.SQL())
	}
	return defs
}

func createTable(name string, defs []string) string {
	return fmt.Sprintf("CREATE TABLE %s (%s)", name, strings.Join(defs, ", "))
}

// insertList adds one version of a code list, by column name: versions of a
// list may order their columns differently.
func insertList(ctx context.Context, db *sql.DB, l *catalog.CodeList) error {
	names, casts := []string{"version"}, []string{"?"}
	for _, c := range l.Columns {
		names = append(names, Quote(c.Name))
		casts = append(casts, "CAST(? AS "+c.Type.SQL()+")")
	}
	failed := func(err error) error {
		return Fault(err, "bad-list", "the code list %s %s does not fit its columns", l.Name, l.Version)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return failed(err)
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, fmt.Sprintf("INSERT INTO ref.%s (%s) VALUES (%s)",
		Quote(strings.ToLower(l.Name)), strings.Join(names, ", "), strings.Join(casts, ", ")))
	if err != nil {
		return failed(err)
	}
	defer func() { _ = insert.Close() }()
	for _, row := range l.Rows {
		args := []any{l.Version}
		for _, value := range row {
			args = append(args, sql.NullString{String: value, Valid: value != ""})
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return failed(err)
		}
	}
	return tx.Commit()
}

// The keys of epsql.workspace.
const (
	keyPopulation = "population"
	keyCatalog    = "catalogue"
	keyVersion    = "catalogue version"
	keyHash       = "catalogue hash"
	keyCreated    = "created"
	keyRows       = "rows of persons"
)

func stamp(ctx context.Context, db *sql.DB, population string, cat *catalog.Catalog, rows []Permit) error {
	pairs := [][2]string{
		{keyPopulation, population},
		{keyCatalog, cat.Name},
		{keyVersion, cat.Version},
		{keyHash, cat.Hash},
		{keyCreated, time.Now().UTC().Format(time.RFC3339)},
	}
	for _, p := range rows {
		if p.Given() {
			pairs = append(pairs, [2]string{keyRows, p.why})
		}
	}
	for _, pair := range pairs {
		if _, err := db.ExecContext(ctx, "INSERT INTO epsql.workspace VALUES (?, ?)", pair[0], pair[1]); err != nil {
			return Fault(err, "create-failed", "the workspace cannot be stamped")
		}
	}
	return nil
}
