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
func (s *Study) key(st step, all []Delivery) string {
	files := map[string]string{}
	s.macroHashes(st.macro.Name, files)
	return hashOf([]any{stepFormat, files, st.call, s.listHashes(st.lists), sourcesOf(st, all)})
}

// sourcesOf are the deliveries of the tables that a step reads.
func sourcesOf(st step, all []Delivery) []Delivery {
	var out []Delivery
	for _, d := range all {
		if slices.ContainsFunc(st.macro.Zones, func(z string) bool { return strings.HasPrefix(z, d.Table+".") }) {
			out = append(out, d)
		}
	}
	return out
}

// tableOf is where the rows of a step are kept.
func tableOf(key string) string { return "study." + store.Quote("s_"+key[:32]) }

// keep computes a step unless it is kept already, and tells whether it did. The
// table and the note of it come into being in one transaction.
func (s *Study) keep(ctx context.Context, ws *store.Workspace, st step, all []Delivery, again bool) (key string, computed bool, err error) {
	key = s.key(st, all)
	if _, err := ws.DB.ExecContext(ctx, keepSchema); err != nil {
		return key, false, store.Fault(err, "study-keep", "the workspace cannot keep steps")
	}
	var known bool
	find := "SELECT count(*) > 0 FROM epsql.study_steps WHERE key = ?"
	if err := ws.DB.QueryRowContext(ctx, find, key).Scan(&known); err != nil {
		return key, false, store.Fault(err, "study-keep", "the kept steps cannot be read")
	}
	if known && !again {
		return key, false, nil
	}
	tx, err := ws.DB.BeginTx(ctx, nil)
	if err != nil {
		return key, false, store.Fault(err, "study-keep", "the step %s cannot be kept", st.Name)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := s.compute(ctx, tx, st, key, hashOf(sourcesOf(st, all))); err != nil {
		return key, false, stepFault(err, st)
	}
	if err := tx.Commit(); err != nil {
		return key, false, store.Fault(err, "study-keep", "the step %s cannot be kept", st.Name)
	}
	return key, true, nil
}

// compute fills the table of a step, ordered by the unit whose rows they are,
// and drops those of the same macro that came of other deliveries: nothing can
// ask for them any more.
func (s *Study) compute(ctx context.Context, tx *sql.Tx, st step, key, sources string) error {
	outdated, err := outdated(ctx, tx, st.macro.Name, sources)
	if err != nil {
		return err
	}
	statements := []string{"DROP TABLE IF EXISTS " + tableOf(key)}
	for _, old := range outdated {
		statements = append(statements, "DROP TABLE IF EXISTS "+tableOf(old))
	}
	owner := ""
	for _, c := range st.macro.Columns {
		if c.Owner {
			owner = " ORDER BY " + store.Quote(c.Name)
		}
	}
	statements = append(statements, "CREATE TABLE "+tableOf(key)+" AS SELECT * FROM "+st.call+owner)
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM epsql.study_steps WHERE key = ? OR macro = ? AND sources <> ?", key, st.macro.Name, sources); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO epsql.study_steps VALUES (?, ?, ?, now()::TIMESTAMP)", key, st.macro.Name, sources)
	return err
}

// outdated are the keys of a macro's tables that came of other deliveries.
func outdated(ctx context.Context, tx *sql.Tx, macro, sources string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT key FROM epsql.study_steps WHERE macro = ? AND sources <> ?", macro, sources)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var out []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, rows.Err()
}

// stepFault is a failure of a macro. The database's own words stay out: they may
// quote values.
func stepFault(err error, st step) error {
	e := store.Fault(err, "study-step", "the step %s cannot be computed", st.Name)
	if d, ok := asDiag(e); ok && d.Kind == diag.Data {
		return d.At(st.Pos).WithHint("see what %s needs with epsql macros show", st.macro.Name)
	}
	return e
}
