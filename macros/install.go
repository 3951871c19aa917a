package macros

import (
	"context"
	"strings"

	"epsql/sql/diag"
)

// Install creates the published and the deprecated macros in a database that
// has the catalogue's tables, with their titles as comments. It may be repeated.
func (r *Registry) Install(ctx context.Context, db Execer) error {
	return r.install(ctx, db, func(m *Macro) bool { return m.Status != "draft" })
}

// install creates the macros that pass, used ones first.
func (r *Registry) install(ctx context.Context, db Execer, pass func(*Macro) bool) error {
	ordered, err := r.ordered()
	if err != nil {
		return err
	}
	for _, m := range ordered {
		if !pass(m) {
			continue
		}
		for _, stmt := range m.statements() {
			if _, err := db.ExecContext(ctx, stmt); err != nil {
				return diag.New(diag.Data, "macro-install", "%s cannot be created in this database", m.Name).
					At(diag.Pos{File: m.File, Line: strings.Count(m.Header, "\n") + 1}).
					WithHint("check that the tables and lists its header names are there").Wrap(err)
			}
		}
	}
	return nil
}

// statements create the macro, its schema and its comment.
func (m *Macro) statements() []string {
	kind := "MACRO"
	if m.Table {
		kind = "MACRO TABLE"
	}
	comment := m.Title.Fr + " / " + m.Title.Nl + " / " + m.Title.En
	return []string{
		`CREATE SCHEMA IF NOT EXISTS "` + m.Family + `"`,
		m.SQL,
		"COMMENT ON " + kind + " " + m.Name + " IS " + quote(comment),
	}
}

// quote is text as an SQL string.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
