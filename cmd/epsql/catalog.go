package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
)

func catalogCommand() *cli.Command {
	return &cli.Command{
		Name:  "catalog",
		Usage: "what the data are: tables, zones, codes",
		Description: describe("Without a subcommand it lists the tables and code lists.",
			"epsql catalog"),
		Action: group(listCatalog),
	}
}

func listCatalog(c *cli.Context) error {
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	return printTables(c.App.Writer, cat)
}

func printTables(w io.Writer, cat *catalog.Catalog) error {
	var rows [][]string
	for _, t := range cat.Tables {
		rows = append(rows, []string{t.Name, t.Label.Fr, t.Label.En, strconv.Itoa(len(t.Zones)), t.Owner})
	}
	fmt.Fprintf(w, "%s %s: %s\n", cat.Name, cat.Version, cat.Title.Fr)
	return printGrid(w, []string{"table", "fr", "en", ">zones", "a row belongs to"}, rows)
}
