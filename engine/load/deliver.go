package load

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"epsql/engine/store"
	"epsql/sql/diag"
)

// delivery is a delivery that a file holds: the rows of one table that have the
// same key and version.
type delivery struct {
	plan    *plan
	key     string
	version int64
	insurer string
	period  string

	id       int64
	rows     int64
	rejects  int64
	replaces *current
}

// current is a delivery that is in the workspace and not replaced.
type current struct {
	id, version, rows int64
	hash              string
}

// ledger knows the deliveries of the workspace, and collects those of a file.
type ledger struct {
	current map[string]current // by table and key
	next    int64              // the first free id
	found   []*delivery
	byName  map[string]int32 // by plan and raw name
}

// Delivery is a row of the list of deliveries.
type Delivery struct {
	ID         int64
	Table      string
	Key        string // the delivery's name without its version
	Version    int64
	Insurer    string
	Period     string
	File       string
	Size       int64
	Hash       string
	Format     string
	Encoding   string
	Rows       int64
	Rejects    int64
	LoadedAt   time.Time
	ReplacedBy int64 // 0 when current
	Replaces   int64 // 0 when it replaced none
}

// Deliveries lists what was loaded, in order.
func Deliveries(ctx context.Context, ws *store.Workspace) ([]Delivery, error) {
	rows, err := ws.DB.QueryContext(ctx, deliveriesSQL)
	if err != nil {
		return nil, store.Fault(err, "cannot-read", "the list of deliveries cannot be read")
	}
	defer func() { _ = rows.Close() }()
	var out []Delivery
	for rows.Next() {
		var d Delivery
		if err := rows.Scan(&d.ID, &d.Table, &d.Key, &d.Version, &d.Insurer, &d.Period, &d.File, &d.Size, &d.Hash,
			&d.Format, &d.Encoding, &d.Rows, &d.Rejects, &d.LoadedAt, &d.ReplacedBy, &d.Replaces); err != nil {
			return nil, store.Fault(err, "cannot-read", "the list of deliveries cannot be read")
		}
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, store.Fault(err, "cannot-read", "the list of deliveries cannot be read")
	}
	return out, nil
}

func currentKey(table, key string) string { return table + "\x00" + key }

func newLedger(ctx context.Context, conn *sql.Conn) (*ledger, error) {
	led := &ledger{current: map[string]current{}, byName: map[string]int32{}}
	rows, err := conn.QueryContext(ctx, "SELECT id, table_name, key, version, rows, hash, replaced_by IS NULL FROM epsql.deliveries")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c current
		var table, key string
		var live bool
		if err := rows.Scan(&c.id, &table, &key, &c.version, &c.rows, &c.hash, &live); err != nil {
			return nil, err
		}
		led.next = max(led.next, c.id)
		if live {
			led.current[currentKey(table, key)] = c
		}
	}
	led.next++
	return led, rows.Err()
}

// add gives the index of a delivery by its raw name, and keeps it when new.
func (led *ledger) add(name string, d delivery) int32 {
	if i, ok := led.byName[name]; ok {
		return i
	}
	i := int32(len(led.found))
	d.id = led.next + int64(i)
	led.found = append(led.found, &d)
	led.byName[name] = i
	return i
}

// confirm checks a delivery when its first row is stored: a damaged line that
// names a delivery but is itself refused must not decide anything.
func (led *ledger) confirm(d *delivery) error {
	old, ok := led.current[currentKey(d.plan.table.Name, d.key)]
	if !ok || !d.plan.byZone {
		return nil
	}
	switch {
	case d.version < old.version:
		return diag.New(diag.Data, "older-version", "version %d of %s %s is older than version %d, which is loaded",
			d.version, d.plan.table.Name, d.key, old.version).WithHint("keep the newer version: there is nothing to do")
	case d.version == old.version:
		return diag.New(diag.Data, "same-version", "version %d of %s %s is loaded already, from a file with other content",
			d.version, d.plan.table.Name, d.key).WithHint("a correction must be delivered as version %d", d.version+1)
	}
	d.replaces = &old
	return nil
}

// settle completes the deliveries when the file is read: those without a row
// are forgotten, those that the file does not name get a key.
func (led *ledger) settle(hash string) ([]*delivery, error) {
	var out []*delivery
	for _, d := range led.found {
		if d.rows == 0 {
			continue
		}
		if !d.plan.byZone {
			led.name(d, hash)
		}
		if old := d.replaces; old != nil && d.plan.byZone && d.rows*10 < old.rows {
			return nil, diag.New(diag.Data, "shrunk-delivery",
				"version %d of %s %s has less than a tenth of the rows of version %d", d.version, d.plan.table.Name, d.key, old.version).
				WithHint("look for a damaged file: nothing was loaded")
		}
		out = append(out, d)
	}
	return out, nil
}

// name gives a key to what a file does not name: a table that is replaced as a
// whole is its own delivery, any other file stands for itself.
func (led *ledger) name(d *delivery, hash string) {
	d.version = 1
	if d.plan.table.Delivery != nil {
		d.key = "file " + hash[:12]
	}
	if old, ok := led.current[currentKey(d.plan.table.Name, d.key)]; ok {
		d.version, d.replaces = old.version+1, &old
	}
}

// unchanged reports whether a content was loaded before, so that loading it
// again would change nothing: all of it is current, or was replaced by newer
// versions. A table that is replaced as a whole may well go back to what it was.
func (l *loader) unchanged(ctx context.Context, s *source, report *Report) (bool, error) {
	var n int64
	if err := l.conn.QueryRowContext(ctx, "SELECT count(*) FROM epsql.deliveries WHERE size = ?", s.size).Scan(&n); err != nil || n == 0 {
		return false, err
	}
	var err error
	if report.Hash, err = s.digest(); err != nil {
		return false, err
	}
	var same bool
	var replaced int64
	err = l.conn.QueryRowContext(ctx, `SELECT coalesce(bool_and(replaced_by IS NULL OR key <> ''), false), count(replaced_by)
		FROM epsql.deliveries WHERE hash = ?`, report.Hash).Scan(&same, &replaced)
	if same && replaced > 0 {
		report.Warnings = append(report.Warnings, "it was loaded before, and replaced since by a newer version")
	}
	return same, err
}

// record writes the file's deliveries and removes what they replace.
func (l *loader) record(ctx context.Context, s *source, ds []*delivery, report *Report) error {
	for _, d := range ds {
		if d.replaces != nil {
			query := fmt.Sprintf("DELETE FROM %s WHERE %s = ?", d.plan.quoted(), store.Quote(store.DeliveryColumn))
			if err := run(ctx, l.conn, query, d.replaces.id); err != nil {
				return err
			}
			if err := run(ctx, l.conn, "UPDATE epsql.deliveries SET replaced_by = ? WHERE id = ?", d.id, d.replaces.id); err != nil {
				return err
			}
			report.Removed += d.replaces.rows
		}
		row := Delivery{
			ID: d.id, Table: d.plan.table.Name, Key: d.key, Version: d.version, Insurer: d.insurer, Period: d.period,
			File: s.base(), Size: s.size, Hash: report.Hash, Format: s.format, Encoding: s.encoding(),
			Rows: d.rows, Rejects: d.rejects, LoadedAt: time.Now().UTC(),
		}
		if d.replaces != nil {
			row.Replaces = d.replaces.id
		}
		if err := run(ctx, l.conn, "INSERT INTO epsql.deliveries VALUES ("+strings.Repeat("?, ", 14)+"NULL)",
			row.ID, row.Table, row.Key, row.Version, row.Insurer, row.Period, row.File, row.Size, row.Hash,
			row.Format, row.Encoding, row.Rows, row.Rejects, row.LoadedAt); err != nil {
			return err
		}
		report.Deliveries = append(report.Deliveries, row)
	}
	return nil
}
