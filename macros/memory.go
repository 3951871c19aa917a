package macros

import (
	"context"
	"database/sql"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the in-memory database of the cases

	"epsql/catalog"
	"epsql/sql/diag"
)

// Memory opens an in-memory database with the catalogue's tables, empty, its
// code lists, filled, and every macro of the registry, drafts too. It is the
// bench for cases and checks; no workspace is touched.
func (r *Registry) Memory(ctx context.Context) (*sql.DB, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, diag.New(diag.Data, "macro-memory", "no in-memory database").Wrap(err)
	}
	// One connection: the cases run inside a transaction that is rolled back.
	db.SetMaxOpenConns(1)
	if err := r.furnish(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// furnish makes tables, lists and macros.
func (r *Registry) furnish(ctx context.Context, db *sql.DB) error {
	stmts := []string{`CREATE SCHEMA ref`}
	for _, t := range r.cat.Tables {
		var cols []string
		for _, c := range t.Columns() {
			cols = append(cols, ident(c.Name)+" "+c.Type.SQL())
		}
		stmts = append(stmts, "CREATE TABLE main."+ident(t.Name)+" ("+strings.Join(cols, ", ")+")")
	}
	stmts = append(stmts, "CREATE SCHEMA epsql")
	for _, u := range r.cat.Units {
		if u.Numbering == "" {
			stmts = append(stmts, "CREATE TABLE "+idTable(u.ID)+" (num INTEGER, id VARCHAR)")
		}
	}
	for _, stmt := range stmts {
		if _, err := db.ExecContext(ctx, stmt); err != nil {
			return diag.New(diag.Data, "macro-memory", "a table of the catalogue cannot be made").Wrap(err)
		}
	}
	for _, l := range r.cat.Lists {
		if err := furnishList(ctx, db, l); err != nil {
			return diag.New(diag.Data, "macro-memory", "the list %s@%s cannot be made", l.Name, l.Version).Wrap(err)
		}
	}
	return r.install(ctx, db, func(*Macro) bool { return true })
}

// idTable is where a workspace keeps the delivered identifiers of a unit.
func idTable(unit string) string { return "epsql." + ident("ids_"+unit) }

// furnishList makes and fills one version of a code list.
func furnishList(ctx context.Context, db *sql.DB, l *catalog.CodeList) error {
	cols := []string{"version VARCHAR"}
	for _, c := range l.Columns {
		cols = append(cols, ident(c.Name)+" "+c.Type.SQL())
	}
	table := "ref." + ident(l.Name)
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+table+" ("+strings.Join(cols, ", ")+")"); err != nil {
		return err
	}
	if len(l.Rows) == 0 {
		return nil
	}
	tuples := make([]string, len(l.Rows))
	for i, row := range l.Rows {
		values := []string{quote(l.Version)}
		for _, v := range row {
			values = append(values, literal(v))
		}
		tuples[i] = "(" + strings.Join(values, ", ") + ")"
	}
	_, err := db.ExecContext(ctx, "INSERT INTO "+table+" VALUES "+strings.Join(tuples, ", "))
	return err
}

// literal is text as an SQL value, NULL when blank, as at loading.
func literal(text string) string {
	if text == "" {
		return "NULL"
	}
	return quote(text)
}

// ident is a quoted SQL name.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
