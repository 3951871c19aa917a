package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/engine/synth"
	"epsql/sql/diag"
)

func synthCommand() *cli.Command {
	return &cli.Command{
		Name:        "synth",
		Usage:       "make up deliveries, for demonstrations and tests",
		Description: describe("synth"),
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "persons", Value: 20000, Usage: "`N` persons"},
			&cli.StringFlag{Name: "years", Value: "2006-2008", Usage: "`YEARS`: 2008, or 2006-2008"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "`SEED` of the dice"},
			&cli.StringFlag{Name: "population", Usage: "`POPULATION` that the deliveries are of", DefaultText: "the catalogue's first"},
			&cli.StringFlag{Name: "format", Value: "fixed", Usage: "`FORMAT` of the files: fixed, csv, parquet, cobol"},
			&cli.Float64Flag{Name: "defects", Usage: "`SHARE` of the rows that get a defect, such as 0.001"},
			&cli.StringFlag{Name: "out", Usage: "`DIR` for the files"},
		},
		Action: runSynth,
	}
}

func runSynth(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	if c.String("out") == "" {
		return diag.New(diag.Usage, "no-out", "synth needs a folder to write to").WithHint("write --out deliveries")
	}
	from, to, err := parseYears(c.String("years"))
	if err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	population := c.String("population")
	if population == "" {
		population = cat.Populations[0].ID
	}
	bar := newMeter(c.App.ErrWriter, "persons")
	report, err := synth.Generate(c.Context, cat, synth.Options{
		Persons: c.Int("persons"), FromYear: from, ToYear: to, Seed: c.Uint64("seed"),
		Population: population, Format: c.String("format"), Defects: c.Float64("defects"), Out: c.String("out"),
		Progress: func(done, total int) { bar.show("making up", int64(done), int64(total)) },
	})
	bar.end()
	if err != nil {
		return err
	}
	var rows, size int64
	for _, f := range report.Files {
		rows += f.Rows
		size += f.Bytes
	}
	_, err = fmt.Fprintf(c.App.ErrWriter, "wrote %s of %s in %s to %s: %s, %s, %d with a defect\n",
		count(len(report.Files), "file"), count(report.Persons, "person"), count(report.Households, "household"),
		c.String("out"), count(rows, "row"), sizeText(size), report.Defects())
	return err
}

// parseYears reads "2008" or "2006-2008".
func parseYears(text string) (from, to int, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err = strconv.Atoi(first)
	if err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil {
		return 0, 0, diag.New(diag.Usage, "bad-years", "%q is no year and no range of years", text).
			WithHint("write --years 2008 or --years 2006-2008")
	}
	return from, to, nil
}
