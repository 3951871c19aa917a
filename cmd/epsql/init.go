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
		Name:  "init",
		Usage: "create a workspace for one population",
		Description: describe(`Creates the workspace file (--db) with the catalogue's tables, code lists and macros.
The population decides which channels may be used later: a stricter one always, a looser one never.`,
			"epsql init --population eps", "epsql --db full.duckdb init --population exhaustive"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "population", Usage: "`POPULATION` that the workspace will hold"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0); err != nil {
				return err
			}
			cat, reg, err := loadDefinitions(c)
			if err != nil {
				return err
			}
			population, err := choosePopulation(c.String("population"), cat)
			if err != nil {
				return err
			}
			if err := store.Create(c.Context, c.String("db"), population, cat, reg); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.App.ErrWriter, "created %s for population %s; next: epsql load PATH\n", c.String("db"), population)
			return err
		},
	}
}

// choosePopulation checks the name against the catalogue's populations.
func choosePopulation(name string, cat *catalog.Catalog) (string, error) {
	var known []string
	for _, p := range cat.Populations {
		known = append(known, p.ID)
	}
	if name == "" {
		return "", diag.New(diag.Usage, "no-population", "init needs a population").
			WithHint("write --population %s", strings.Join(known, " or --population "))
	}
	if cat.Population(name) == nil {
		return "", diag.New(diag.Usage, "unknown-population", "unknown population %q", name).
			WithHint("%s", diag.DidYouMean(name, known, "one of: "+strings.Join(known, ", ")))
	}
	return name, nil
}
