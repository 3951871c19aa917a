// Package macros holds what the house computes: versioned SQL macros (flags,
// selections, recodings), the reader of their headers, the checksum file that
// keeps published ones unchanged, and their tests.
//
// One file is one macro in one version: <family>/<name>_v<N>.sql, installed as
// <family>.<name>_v<N>, with its SAS program beside it.
package macros

import (
	"context"
	"database/sql"
	"strings"

	"epsql/catalog"
)

// Macro is one version of a macro, as its file says.
type Macro struct {
	Family  string // schema: "flags"
	Base    string // "dmg"
	Version int
	Name    string // "flags.dmg_v1"
	// Table macros are used in FROM, scalar ones in expressions.
	Table    bool
	Status   string // "draft", "published" or "deprecated"
	Title    catalog.Text
	From     string // validity of the logic, AAAA-MM-JJ
	Until    string
	Basis    string // legal or documentary basis
	Params   []Param
	Columns  []Column // of a table macro; one nameless column for a scalar one
	Zones    []string // "soins_sante.ss00010"
	Lists    []string // "dmg@2016.1"
	Replaces string
	Notes    []string
	SQL      string // the CREATE MACRO statement
	SAS      string // the equivalent SAS program
	Hash     string // hex SHA-256 of the .sql file
	SASHash  string // of the .sas file
	File     string
}

// Param is a parameter: its name, SQL type, default (SQL text, "" when
// required) and meaning.
type Param struct {
	Name, Type, Default, Help string
}

// Column is a returned column. Role and Protects have the catalogue's meaning;
// Owner marks the identifier whose unit a row belongs to (the grain); Domain
// lists all values the column may have, nil when open.
type Column struct {
	Name     string
	Type     string // SQL type
	Role     catalog.Role
	Protects string
	Owner    bool
	Domain   []string
	Help     string
}

// Registry is a set of macros.
type Registry struct {
	All []*Macro // by name, then version
}

// Lookup finds a macro by its full name ("flags.dmg_v1"), case ignored; nil
// when there is none.
func (r *Registry) Lookup(name string) *Macro {
	for _, m := range r.All {
		if strings.EqualFold(m.Name, name) {
			return m
		}
	}
	return nil
}

// Latest finds the newest published version of an unversioned name
// ("flags.dmg"); nil when there is none.
func (r *Registry) Latest(name string) *Macro {
	var found *Macro
	for _, m := range r.All {
		if strings.EqualFold(m.Family+"."+m.Base, name) && m.Status == "published" && (found == nil || m.Version > found.Version) {
			found = m
		}
	}
	return found
}

// Execer is what installation needs of a database connection.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
