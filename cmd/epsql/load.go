package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"epsql/engine/load"
	"epsql/sql/diag"
)

func loadCommand() *cli.Command {
	return &cli.Command{
		Name:        "load",
		Usage:       "bring files or folders of deliveries into the workspace",
		ArgsUsage:   "PATH...",
		Description: describe("load"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "as", Usage: "`TABLE` that the files belong to, when they do not tell"},
			&cli.StringFlag{Name: "encoding", Usage: "`ENCODING` of the text: utf-8, latin-1, or cp500, cp1148, cp037, cp1140, cp1047 for records of a host (default: found out)"},
			&cli.Float64Flag{Name: "max-rejects", Value: 0.2, Usage: "refuse a file in which more than this `SHARE` of the lines is bad"},
			jsonFlag(),
		},
		Action: runLoad,
	}
}

func runLoad(c *cli.Context) error {
	if err := wantArgs(c, 1, -1); err != nil {
		return err
	}
	opts := storeOptions(c)
	opts.Files = true // the database reads Parquet itself
	limits := load.Limits(opts.Threads)
	opts.Threads, opts.Memory, opts.Log = limits.Threads, cmp.Or(opts.Memory, limits.Memory), limits.Log
	ws, _, err := openWorkspace(c, opts)
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // each file was committed or rolled back
	bar := newMeter(c.App.ErrWriter, "")
	reports, err := load.Files(c.Context, ws, c.Args().Slice(), load.Options{
		As: c.String("as"), Encoding: c.String("encoding"), MaxRejects: c.Float64("max-rejects"), Workers: c.Int("threads"),
		Progress: func(p load.Progress) {
			bar.show(fmt.Sprintf("%d/%d %s, %d rows", p.Number, p.Files, filepath.Base(p.File), p.Rows), p.Before+p.Bytes, p.All)
		},
	})
	bar.end()
	if c.Bool("json") {
		if printErr := printJSON(c.App.Writer, loadViews(reports)); printErr != nil {
			return printErr
		}
		return err
	}
	if len(reports) > 0 {
		tellLoad(c.App.ErrWriter, reports)
	}
	return err
}

// tellLoad tells what became of the files: those that went as they should by
// table, the others one by one.
func tellLoad(w io.Writer, reports []load.Report) {
	for _, r := range reports {
		tellFile(w, r)
	}
	tellTables(w, reports)
	tellRejects(w, reports)
	tellUnknown(w, reports)

	var files, refused int
	var lines, stored, rejected, removed int64
	var spent time.Duration
	for _, r := range reports {
		spent += r.Duration
		switch {
		case r.Status == load.Loaded:
			files++
			lines, stored, rejected, removed = lines+r.Lines, stored+r.Stored, rejected+r.Rejected, removed+r.Removed
		case r.Status == load.Refused && !stopped(r):
			refused++
		}
	}
	if refused > 0 {
		fmt.Fprintf(w, "%s refused: nothing of them was kept\n", count(refused, "file"))
	}
	if files == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %s = %d stored + %d rejected", count(files, "file"), count(lines, "line"), stored, rejected)
	if removed > 0 {
		fmt.Fprintf(w, "; %s replaced by a later version", count(removed, "row"))
	}
	fmt.Fprintf(w, "; %.1f s, %.0f lines/s\n", spent.Seconds(), float64(lines)/max(spent.Seconds(), 1e-3))
}

// stopped tells whether the user stopped the load of a file.
func stopped(r load.Report) bool { return r.Err != nil && r.Err.Kind == diag.Cancel }

// tellFile tells what there is to know of one file beyond its rows.
func tellFile(w io.Writer, r load.Report) {
	name := filepath.Base(r.File)
	switch {
	case stopped(r):
		fmt.Fprintf(w, "%s: stopped: nothing of it was kept\n", name)
		return
	case r.Err != nil:
		fmt.Fprintf(w, "%s: %s: %s\n", name, r.Status, strings.TrimPrefix(r.Err.Error(), name+": "))
		if r.Err.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", r.Err.Hint)
		}
	case r.Status == load.Unchanged:
		fmt.Fprintf(w, "%s: unchanged: the same content is loaded already\n", name)
	}
	tellNames(w, name, "zones the file lacks, stored as NULL", r.Missing)
	tellNames(w, name, "columns that no zone explains, not read", r.Extra)
	tellNames(w, name, "zones that may not be kept, not stored", r.NotKept)
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "%s: warning: %s\n", name, warning)
	}
}

func tellNames(w io.Writer, file, what string, names []string) {
	if len(names) > 0 {
		fmt.Fprintf(w, "%s: %s: %s\n", file, what, strings.Join(names, ", "))
	}
}

// tellTables draws what was stored in each table.
func tellTables(w io.Writer, reports []load.Report) {
	type sum struct{ deliveries, rows, rejects int64 }
	sums := map[string]*sum{}
	var tables []string
	for _, r := range reports {
		if r.Status != load.Loaded {
			continue
		}
		for _, d := range r.Deliveries {
			if sums[d.Table] == nil {
				sums[d.Table] = &sum{}
				tables = append(tables, d.Table)
			}
			s := sums[d.Table]
			s.deliveries, s.rows, s.rejects = s.deliveries+1, s.rows+d.Rows, s.rejects+d.Rejects
		}
	}
	if len(tables) == 0 {
		return
	}
	slices.Sort(tables)
	l := newListing("table", "deliveries", "rows", "rejected")
	for _, t := range tables {
		l.add(t, sums[t].deliveries, sums[t].rows, sums[t].rejects)
	}
	l.draw(w) //nolint:errcheck // narration on stderr
}

// tellRejects sums the rejected lines over the files: a line for each reason,
// with the zones that it concerns, most lines first.
func tellRejects(w io.Writer, reports []load.Report) {
	sums := map[string]map[string]int64{}
	for _, r := range reports {
		for _, n := range r.Rejects {
			if sums[n.Reason] == nil {
				sums[n.Reason] = map[string]int64{}
			}
			sums[n.Reason][cmp.Or(n.Zone, "the whole line")] += n.Rows
		}
	}
	for i, reason := range slices.Sorted(maps.Keys(sums)) {
		if i == 0 {
			fmt.Fprintln(w, "rejected:")
		}
		zones := byCount(sums[reason])
		for i, zone := range zones {
			zones[i] = fmt.Sprintf("%s %d", zone, sums[reason][zone])
		}
		fmt.Fprintf(w, "  %s: %s\n", reason, strings.Join(zones, ", "))
	}
}

// tellUnknown names the columns that hold codes outside their list. How many
// is for the quality report to say, which masks small counts.
func tellUnknown(w io.Writer, reports []load.Report) {
	columns := map[string]int64{}
	for _, r := range reports {
		for _, n := range r.Unknown {
			columns[n.Table+"."+n.Zone] += n.Rows
		}
	}
	if len(columns) > 0 {
		fmt.Fprintf(w, "kept, though codes are outside their list (see epsql quality): %s\n", strings.Join(byCount(columns), ", "))
	}
}

// byCount gives the keys, those with most rows first.
func byCount(sums map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b))
	})
}
