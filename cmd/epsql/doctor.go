package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:        "doctor",
		Usage:       "check the workspace, disk, memory, catalogue and macros",
		Description: describe("doctor"),
		Action:      runDoctor,
	}
}

func runDoctor(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	d := &doctor{out: c.App.Writer}
	d.tell("ok", "program", "epsql %s", programVersion())
	cat, err := loadCatalog(c)
	if d.trouble("catalogue", err) {
		return d.first
	}
	d.catalogue(cat)
	reg, err := macros.Embedded(cat)
	if !d.trouble("macros", err) {
		d.macros(reg)
	}
	d.workspace(c.Context, c.String("db"), cat, storeOptions(c))
	return d.first
}

// doctor tells the state of each thing and keeps the first trouble.
type doctor struct {
	out   io.Writer
	first error
}

func (d *doctor) tell(state, thing, format string, args ...any) {
	fmt.Fprintf(d.out, "%-5s %-10s %s\n", state, thing, fmt.Sprintf(format, args...))
}

func (d *doctor) advise(format string, args ...any) {
	fmt.Fprintf(d.out, "%16s do: %s\n", "", fmt.Sprintf(format, args...))
}

// trouble tells err, if there is one, with what to do.
func (d *doctor) trouble(thing string, err error) bool {
	if err == nil {
		return false
	}
	if d.first == nil {
		d.first = told{err}
	}
	e, ok := errors.AsType[*diag.Error](err)
	if !ok {
		d.tell("FAIL", thing, "%s", foreign(err))
		return true
	}
	d.tell("FAIL", thing, "%s", e.Error())
	if e.Hint != "" {
		d.advise("%s", e.Hint)
	}
	return true
}

func (d *doctor) catalogue(cat *catalog.Catalog) {
	zones := 0
	for _, t := range cat.Tables {
		zones += len(t.Zones)
	}
	d.tell("ok", "catalogue", "%s %s, checksum %.12s: %s, %s, %s", cat.Name, cat.Version, cat.Hash,
		count(len(cat.Tables), "table"), count(zones, "zone"), count(len(cat.Lists), "code list"))
}

func (d *doctor) macros(reg *macros.Registry) {
	if !d.trouble("macros", reg.Verify()) {
		d.tell("ok", "macros", "%s, checksums match", count(len(reg.All), "macro"))
	}
}

func (d *doctor) workspace(ctx context.Context, path string, cat *catalog.Catalog, opts store.Options) {
	ws, err := store.Open(ctx, path, cat, opts)
	if d.trouble("workspace", err) {
		return
	}
	defer ws.Close() //nolint:errcheck // only read
	h, err := ws.Health(ctx)
	if d.trouble("workspace", err) {
		return
	}
	d.tell("ok", "workspace", "%s, population %s, created %s, %s", path, h.Stamp.Population, h.Stamp.Created, sizeText(h.FileBytes))
	if h.Stamp.Rows.Given() {
		d.tell("ok", "permit", "rows of persons may be seen by compare --rows: %s", h.Stamp.Rows.Why())
	}
	d.tell("ok", "engine", "DuckDB %s, memory limit %s, %s", h.DuckDB, h.MemoryLimit, count(h.Threads, "thread"))
	d.disk(h)
	d.tables(h)
	d.ledger(ctx, ws)
}

func (d *doctor) ledger(ctx context.Context, ws *store.Workspace) {
	entries, err := ledger.List(ctx, ws.DB)
	if err == nil {
		err = ledger.Verify(ctx, ws.DB, entries)
	}
	if !d.trouble("ledger", err) {
		d.tell("ok", "ledger", "%s, chain unbroken", count(len(entries), "answered query"))
	}
}

// disk warns when the disk could not take the workspace once more: a delivery
// is loaded beside what it replaces.
func (d *doctor) disk(h store.Health) {
	const least = 1 << 30
	switch {
	case h.FreeBytes < 0:
		d.tell("warn", "disk", "the space left is not known")
	case h.FreeBytes < max(h.FileBytes, least):
		d.tell("warn", "disk", "%s left", sizeText(h.FreeBytes))
		d.advise("free space, or move the workspace: loading may need as much as it takes now, and at least %s", sizeText(least))
	default:
		d.tell("ok", "disk", "%s left", sizeText(h.FreeBytes))
	}
}

func (d *doctor) tables(h store.Health) {
	var rows int64
	var parts []string
	for _, t := range h.Tables {
		rows += t.Rows
		parts = append(parts, fmt.Sprintf("%s %d", t.Name, t.Rows))
	}
	if rows == 0 {
		d.tell("warn", "rows", "nothing is loaded yet")
		d.advise("epsql load PATH")
		return
	}
	d.tell("ok", "rows", "%s", strings.Join(parts, ", "))
}

// sizeText words a size.
func sizeText(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	size, i := float64(n), 0
	for size >= 1000 && i < len(units)-1 {
		size /= 1000
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[i])
}
