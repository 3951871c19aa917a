package study

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

//go:embed keep.sql
var keepSchema string

// A Delivery is a delivery in force that a study depends on.
type Delivery struct {
	Table   string `json:"table"`
	Key     string `json:"key"`
	Version int    `json:"version"`
	SHA256  string `json:"sha256"`
	Rows    int64  `json:"rows"`
}

// deliveries are those in force of all tables, in an order that does not depend
// on when they were loaded.
func deliveries(ctx context.Context, ws *store.Workspace) ([]Delivery, error) {
	rows, err := ws.DB.QueryContext(ctx, `SELECT table_name, key, version, hash, rows FROM epsql.deliveries
		WHERE replaced_by IS NULL ORDER BY table_name, key, version, hash`)
	if err != nil {
		return nil, store.Fault(err, "study-deliveries", "the deliveries cannot be read")
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var out []Delivery
	for rows.Next() {
		var d Delivery
		if err := rows.Scan(&d.Table, &d.Key, &d.Version, &d.SHA256, &d.Rows); err != nil {
			return nil, store.Fault(err, "study-deliveries", "the deliveries cannot be read")
		}
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, store.Fault(err, "study-deliveries", "the deliveries cannot be read")
	}
	return out, nil
}

// hashOf is the hash of anything with a JSON form that does not vary.
func hashOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts, numbers and lists of them always marshal
	}
	return sha(text)
}

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// macroHashes are the files of a macro and of those that it uses.
func (s *Study) macroHashes(name string, into map[string]string) {
	m := s.reg.Lookup(name)
	if m == nil || into[m.Name] != "" {
		return
	}
	into[m.Name] = m.Hash
	for _, used := range m.Uses {
		s.macroHashes(used, into)
	}
}

// listHashes are the versions of the lists of those names.
func (s *Study) listHashes(names []string) map[string]string {
	out := map[string]string{}
	for _, l := range s.cat.Lists {
		if slices.Contains(names, l.Name) {
			out[l.Name+"@"+l.Version] = hashOf(l.Rows)
		}
	}
	return out
}

// stepFormat changes when kept tables are no longer what older ones were.
const stepFormat = 1

// key is the hash of all that a step depends on.
func (s *Study) key(m *macros.Macro, call string, all []Delivery) string {
	files := map[string]string{}
	s.macroHashes(m.Name, files)
	return hashOf([]any{stepFormat, files, call, s.listHashes(listsOf(m)), sourcesOf(m, all)})
}

// sourcesOf are the deliveries of the tables that a macro reads.
func sourcesOf(m *macros.Macro, all []Delivery) []Delivery {
	var out []Delivery
	for _, d := range all {
		if slices.ContainsFunc(m.Zones, func(z string) bool { return strings.HasPrefix(z, d.Table+".") }) {
			out = append(out, d)
		}
	}
	return out
}

// rowsOf are the rows of deliveries.
func rowsOf(all []Delivery) (n int64) {
	for _, d := range all {
		n += d.Rows
	}
	return n
}

// tableOf is where the rows of a step are kept.
func tableOf(key string) string { return "study." + store.Quote(tableName(key)) }

func tableName(key string) string { return "s_" + key[:32] }

// keep computes a step. The table and the note of it come into being in one
// transaction, in place of those that were kept under the same key.
func keep(ctx context.Context, ws *store.Workspace, st step, key string) error {
	owner := ""
	for _, c := range st.macro.Columns {
		if c.Owner {
			owner = " ORDER BY " + store.Quote(c.Name)
		}
	}
	err := inOne(ctx, ws, func(tx *sql.Tx) error {
		for _, statement := range []string{
			"DROP TABLE IF EXISTS " + tableOf(key),
			"CREATE TABLE " + tableOf(key) + " AS SELECT * FROM " + st.call + owner,
			"DELETE FROM epsql.study_kept WHERE key = '" + key + "'",
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO epsql.study_kept VALUES (?, ?, ?, now()::TIMESTAMP, now()::TIMESTAMP)", key, st.macro.Name, st.call)
		return err
	})
	return stepFault(err, st)
}

// inOne does something in one transaction.
func inOne(ctx context.Context, ws *store.Workspace, do func(tx *sql.Tx) error) error {
	tx, err := ws.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// stepFault is a failure of a macro. The database's own words stay out: they may
// quote values.
func stepFault(err error, st step) error {
	if err == nil {
		return nil
	}
	e := store.Fault(err, "study-step", "the step %s cannot be computed", st.Name)
	if d, ok := asDiag(e); ok && d.Kind == diag.Data {
		return d.At(st.Pos).WithHint("see what %s needs with epsql macros show", st.macro.Name)
	}
	return e
}
