package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/sql/diag"
)

func initCommand() *cli.Command {
	return &cli.Command{
		Name:        "init",
		Usage:       "create a workspace for one population",
		Description: describe("init"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "population", Usage: "`POPULATION` that the workspace will hold"},
			&cli.StringFlag{Name: "allow-rows", Usage: "let rows of persons be seen by compare --rows, for a `REASON`: 'made-up persons'"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0); err != nil {
				return err
			}
			cat, reg, err := loadDefinitions(c)
			if err != nil {
				return err
			}
			population := c.String("population")
			if population == "" {
				return noPopulation(cat)
			}
			var rows store.Permit
			if c.IsSet("allow-rows") {
				if rows, err = store.PermitFor(c.String("allow-rows")); err != nil {
					return err
				}
			}
			if err := store.Create(c.Context, c.String("db"), population, cat, reg, rows); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.App.ErrWriter, "created %s for population %s; next: epsql load PATH\n", c.String("db"), population)
			return err
		},
	}
}

func noPopulation(cat *catalog.Catalog) error {
	known := make([]string, len(cat.Populations))
	for i, p := range cat.Populations {
		known[i] = "--population " + p.ID
	}
	return diag.New(diag.Usage, "no-population", "init needs a population").WithHint("write %s", strings.Join(known, " or "))
}
