package load

import (
	"context"
	"database/sql"
	_ "embed"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"epsql/catalog"
	"epsql/engine/columnar"
	"epsql/engine/store"
	"epsql/sql/diag"
)

//go:embed deliveries.sql
var deliveriesSQL string

// loader loads files one after the other on one connection.
type loader struct {
	ws       *store.Workspace
	opts     Options
	conn     *sql.Conn
	native   mapping.Connection
	threads  int // of the engine
	units    []*numbering
	known    bool     // units hold what the workspace holds
	spare    []*block // kept from file to file
	progress Progress
}

func newLoader(ctx context.Context, ws *store.Workspace, opts Options) (*loader, error) {
	conn, err := ws.DB.Conn(ctx)
	if err != nil {
		return nil, store.Fault(err, "cannot-open", "the workspace cannot be used")
	}
	l := &loader{ws: ws, opts: opts, conn: conn}
	if l.native, err = columnar.Native(conn); err == nil {
		err = conn.QueryRowContext(ctx, "SELECT current_setting('threads')").Scan(&l.threads)
	}
	if err != nil {
		_ = conn.Close()
		return nil, store.Fault(err, "cannot-open", "the workspace cannot be used")
	}
	for _, u := range ws.Catalog.Units {
		if owner, _ := store.IDTable(ws.Catalog, u.ID); owner == u.ID {
			l.units = append(l.units, newNumbering(u))
		}
	}
	return l, nil
}

func (l *loader) close() { _ = l.conn.Close() }

// unit is the index of the numbering that a unit's identifiers have.
func (l *loader) unit(id string) int {
	owner, _ := store.IDTable(l.ws.Catalog, id)
	return slices.IndexFunc(l.units, func(n *numbering) bool { return n.unit == owner })
}

// base is the file's name as the workspace keeps it.
func (s *source) base() string { return filepath.Base(s.path) }

// load loads a recognised file in one transaction.
func (l *loader) load(ctx context.Context, s *source, report *Report) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	same, err := l.unchanged(ctx, s, report)
	if err != nil {
		return err
	}
	if same {
		report.Status = Unchanged
		return nil
	}
	if err := l.numbers(ctx); err != nil {
		return err
	}
	if err := run(ctx, l.conn, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			l.rollback(ctx)
		}
	}()
	j, err := l.newJob(ctx, s, report)
	if err != nil {
		return err
	}
	defer j.close()
	if err := j.run(ctx); err != nil {
		return err
	}
	if err := l.finish(ctx, j); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := run(ctx, l.conn, "COMMIT"); err != nil {
		return err
	}
	for _, u := range l.units {
		u.fresh = u.fresh[:0]
	}
	report.Status = Loaded
	return nil
}

// rollback forgets everything since the beginning of the transaction; the
// numbers given since then are in memory, which is read again for the next file.
func (l *loader) rollback(ctx context.Context) {
	_ = run(ctx, l.conn, "ROLLBACK")
	for i, u := range l.units {
		l.units[i] = newNumbering(l.ws.Catalog.Unit(u.unit))
	}
	l.known = false
}

// finish checks the whole and writes what the file as a whole decides.
func (l *loader) finish(ctx context.Context, j *job) error {
	if err := j.accept(); err != nil {
		return err
	}
	found, err := j.ledger.settle(j.report.Hash)
	if err != nil {
		return err
	}
	if err := j.adopt(ctx, found); err != nil {
		return err
	}
	if err := l.record(ctx, j.source, found, j.report); err != nil {
		return err
	}
	if err := l.saveNumbers(ctx); err != nil {
		return err
	}
	j.tell()
	return nil
}

// accept decides whether the file fits its layout.
func (j *job) accept() error {
	r := j.report
	if r.Lines == 0 {
		return diag.New(diag.Data, "empty-file", "the file has no rows").WithHint("ask for the file again")
	}
	lines := r.Lines
	if j.pass == 0 {
		lines += sum(j.others) // not judged yet
	}
	if r.Stored == 0 && lines == r.Lines || float64(r.Rejected) > j.loader.opts.MaxRejects*float64(lines) {
		return diag.New(diag.Data, "bad-file", "%d of %d lines are bad, most of them: %s", r.Rejected, lines, j.worst()).
			WithHint("the file does not fit its layout, or is damaged: nothing was loaded")
	}
	return nil
}

func sum(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// worst is the most frequent reason.
func (j *job) worst() string {
	var most Count
	for c, n := range j.reasons {
		c.Rows = n
		if n > most.Rows || n == most.Rows && c.Zone+c.Reason < most.Zone+most.Reason {
			most = c
		}
	}
	return strings.TrimSpace(most.Zone + " " + most.Reason)
}

// adopt gives the rejects of deliveries that came to nothing to the first one
// that did: every reject belongs to a delivery on the list.
func (j *job) adopt(ctx context.Context, found []*delivery) error {
	j.ledger.found[0].rejects += j.early
	for _, d := range j.ledger.found {
		if d.rows > 0 || d.rejects == 0 {
			continue
		}
		if err := run(ctx, j.loader.conn, "UPDATE epsql.rejects SET delivery = ? WHERE delivery = ?", found[0].id, d.id); err != nil {
			return err
		}
		found[0].rejects += d.rejects
	}
	return nil
}

// tell completes the report.
func (j *job) tell() {
	j.report.Rejects = counts(j.reasons)
	j.report.Unknown = counts(j.unknown)
	j.report.Missing = j.missing()
	j.report.Warnings = append(j.report.Warnings, j.warnings...)
}

// missing lists the zones of the tables with new rows that the file lacks.
func (j *job) missing() (out []string) {
	for _, d := range j.report.Deliveries {
		for _, z := range j.loader.ws.Catalog.Table(d.Table).Zones {
			if z.Role != catalog.RoleRefused && j.source.field(z.ID) < 0 && !slices.Contains(out, z.ID) {
				out = append(out, z.ID)
			}
		}
	}
	return out
}

func counts(of map[Count]int64) []Count {
	out := make([]Count, 0, len(of))
	for c, n := range of {
		c.Rows = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return strings.Compare(a.Table+"\x00"+a.Zone+"\x00"+a.Reason, b.Table+"\x00"+b.Zone+"\x00"+b.Reason)
	})
	return out
}

// run runs a statement that must not be interrupted half-way.
func run(ctx context.Context, conn *sql.Conn, query string, args ...any) error {
	_, err := conn.ExecContext(context.WithoutCancel(ctx), query, args...)
	return err
}
