// Package macros holds what the house computes: versioned SQL macros (flags,
// selections, recodings), the reader of their headers, the checksum file that
// keeps published ones unchanged, and their tests.
//
// One file is one macro in one version: <family>/<name>_v<N>.sql, installed as
// <family>.<name>_v<N>. Beside it stand
//
//	<family>/<name>_v<N>.sas                      the SAS program it is equivalent to
//	<family>/audits/<name>_v<N>.sql               queries on loaded data that must return nothing
//	<family>/testdata/<name>_v<N>/<case>.txtar    golden cases: given rows, a call, expected rows
//
// and checksums.txt lists every published file. A file starts with a header of
// "-- @key value" lines (see [Macro] and README.md), which a line that starts
// with "--" and three blanks continues.
package macros

import (
	"context"
	"database/sql"
	"io/fs"
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
	Table bool
	// Status is "draft", "published" or "deprecated". A file says draft or
	// published; a published macro becomes deprecated when another replaces it,
	// so that its file need not change.
	Status   string
	Catalog  string // name of the catalogue it is written for
	Title    catalog.Text
	From     string // validity of the logic, AAAA-MM-JJ
	Until    string
	Basis    string // legal or documentary basis
	Params   []Param
	Columns  []Column // of a table macro; one nameless column for a scalar one
	Zones    []string // "soins_sante.ss00010"
	Lists    []string // "dmg@2016.1"
	IDs      []string // units whose delivered identifiers the body reads: "provider"
	Uses     []string // macros that the body calls: "population.photo_v1"
	Replaces string   // the macro that this one replaces ...
	Why      string   // ... and why
	Notes    []string
	Audits   []Audit
	Header   string // the header, as written
	SQL      string // the CREATE MACRO statement
	SAS      string // the equivalent SAS program
	Hash     string // hex SHA-256 of the .sql file
	SASHash  string // of the .sas file
	File     string
}

// Param is a parameter: its name, SQL type, default (SQL text, "" when
// required) and meaning. VersionOf names the code list of which it is a version.
// Choices are the values that it may have: those that the header lists, or the
// versions that the catalogue has; nil when any value goes.
type Param struct {
	Name, Type, Default, Help string
	VersionOf                 string
	Choices                   []string
}

// Column is a returned column. Role and Protects have the catalogue's meaning;
// Owner marks the identifier whose unit a row belongs to (the grain); Domain
// lists all values the column may have beside NULL, nil when open; Nullable
// says that NULL occurs.
type Column struct {
	Name     string
	Type     string // SQL type
	Role     catalog.Role
	Protects string
	Owner    bool
	Domain   []string
	Nullable bool
	Help     string
}

// Audit is a query on loaded data that must return no row: a sentence that
// holds, and the SQL that looks for a counterexample.
type Audit struct {
	Title, SQL string
}

// Registry is a set of macros.
type Registry struct {
	All []*Macro // by name, then version

	cat   *catalog.Catalog
	files fs.FS
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
