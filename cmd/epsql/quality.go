package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"epsql/engine/quality"
)

func qualityCommand() *cli.Command {
	return &cli.Command{
		Name:        "quality",
		Usage:       "tell how good the loaded data are, zone by zone",
		ArgsUsage:   "[TABLE...]",
		Description: describe("quality"),
		Flags: []cli.Flag{
			jsonFlag(),
			&cli.BoolFlag{Name: "all", Usage: "list the zones without any remark too"},
		},
		Action: runQuality,
	}
}

func runQuality(c *cli.Context) error {
	ws, _, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // only read
	for _, name := range c.Args().Slice() {
		if _, err := findTable(ws.Catalog, name); err != nil {
			return err
		}
	}
	summary, err := quality.Report(c.Context, ws, c.Args().Slice()...)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, summary)
	}
	for _, t := range summary.Tables {
		if err := printQuality(c.App.Writer, t, c.Bool("all")); err != nil {
			return err
		}
	}
	return nil
}

func printQuality(w io.Writer, t quality.Table, all bool) error {
	fmt.Fprintf(w, "\n%s: %s rows\n", t.Name, t.Rows)
	l := newListing("column", "missing", "outside list", "before period", "after period", "wrong sign")
	silent := 0
	for _, z := range t.Zones {
		if !all && !remarkable(z, t.Rows) {
			silent++
			continue
		}
		l.add(z.Column, z.Missing, z.Outside, z.Before, z.After, z.Sign)
	}
	if len(l.rows) > 0 {
		if err := l.withoutEmpty().draw(w); err != nil {
			return err
		}
	}
	if silent > 0 {
		fmt.Fprintf(w, "%s without a remark: complete or empty, and as they should be (--all lists them)\n", count(silent, "column"))
	}
	if len(t.Series) == 0 {
		return nil
	}
	return printSeries(w, t)
}

// remarkable tells zones that are partly missing or hold what they should not.
func remarkable(z quality.Zone, rows quality.Count) bool {
	for _, c := range []*quality.Count{z.Outside, z.Before, z.After, z.Sign} {
		if c != nil && c.String() != "0" {
			return true
		}
	}
	return z.Missing.String() != "0" && z.Missing.String() != rows.String()
}

// printSeries prints the rows per period and insurer; a hole is a dash.
func printSeries(w io.Writer, t quality.Table) error {
	insurers := map[string]bool{}
	periods := map[string]map[string]string{}
	put := func(period, insurer, text string) {
		insurers[insurer] = true
		if periods[period] == nil {
			periods[period] = map[string]string{}
		}
		periods[period][insurer] = text
	}
	for _, c := range t.Series {
		put(c.Period, c.Insurer, c.Rows.String())
	}
	for _, h := range t.Holes {
		put(h.Period, h.Insurer, "-")
	}
	columns := slices.Sorted(maps.Keys(insurers))
	l := newListing(append([]string{"rows of"}, columns...)...)
	for _, period := range slices.Sorted(maps.Keys(periods)) {
		cells := []any{period}
		for _, insurer := range columns {
			cells = append(cells, number(periods[period][insurer]))
		}
		l.add(cells...)
	}
	if err := l.draw(w); err != nil {
		return err
	}
	if len(t.Holes) > 0 {
		fmt.Fprintf(w, "%s in the series, shown as -\n", count(len(t.Holes), "hole"))
	}
	return nil
}
