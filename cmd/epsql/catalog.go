package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/sql/diag"
)

func catalogCommand() *cli.Command {
	return &cli.Command{
		Name:        "catalog",
		Usage:       "what the data are: tables, zones, codes",
		Description: describe("catalog"),
		Flags:       []cli.Flag{jsonFlag()},
		Action:      group(listCatalog),
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "list the tables and code lists, or the zones of a table",
				ArgsUsage:   "[TABLE]",
				Description: describe("catalog_list"),
				Flags:       []cli.Flag{jsonFlag()},
				Action:      listCatalog,
			},
			{
				Name:        "show",
				Usage:       "explain a zone in every table that has it, or list a table or a code list",
				ArgsUsage:   "ZONE",
				Description: describe("catalog_show"),
				Action:      showCatalog,
			},
			{
				Name:        "find",
				Usage:       "search names, labels, explanations and codes",
				ArgsUsage:   "TEXT...",
				Description: describe("catalog_find"),
				Flags:       []cli.Flag{jsonFlag()},
				Action:      findCatalog,
			},
			{
				Name:        "export",
				Usage:       "print the catalogue, or one table, as Frictionless JSON",
				ArgsUsage:   "[TABLE]",
				Description: describe("catalog_export"),
				Action:      exportCatalog,
			},
		},
	}
}

func listCatalog(c *cli.Context) error {
	if err := wantArgs(c, 0, 1); err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	if name := c.Args().First(); name != "" {
		t, err := findTable(cat, name)
		if err != nil {
			return err
		}
		return zoneListing(t).print(c)
	}
	if c.Bool("json") {
		return printJSON(c.App.Writer, map[string]any{
			"name": cat.Name, "version": cat.Version, "hash": cat.Hash,
			"tables": tableListing(cat).objects(), "lists": listListing(cat).objects(),
		})
	}
	return printOverview(c.App.Writer, cat)
}

func showCatalog(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	return printCatalog(c.App.Writer, cat, c.Args().First())
}

func findCatalog(c *cli.Context) error {
	if err := wantArgs(c, 1, -1); err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	text := strings.Join(c.Args().Slice(), " ")
	hits := cat.Find(text)
	if len(hits) == 0 && !c.Bool("json") {
		_, err := fmt.Fprintf(c.App.ErrWriter, "nothing in the catalogue speaks of %q\n", text)
		return err
	}
	return hitListing(hits).print(c)
}

func exportCatalog(c *cli.Context) error {
	if err := wantArgs(c, 0, 1); err != nil {
		return err
	}
	cat, err := loadCatalog(c)
	if err != nil {
		return err
	}
	var out []byte
	if table := c.Args().First(); table != "" {
		out, err = cat.TableSchema(table)
	} else {
		out, err = cat.Export()
	}
	if err != nil {
		return err
	}
	_, err = c.App.Writer.Write(out)
	return err
}

// printCatalog shows what a name stands for: nothing an overview, a table its
// zones, a list its rows, a zone its meanings.
func printCatalog(w io.Writer, cat *catalog.Catalog, name string) error {
	if name == "" {
		return printOverview(w, cat)
	}
	if t := cat.Table(name); t != nil {
		return zoneListing(t).draw(w)
	}
	if l := cat.List(strings.TrimPrefix(name, "ref.")); l != nil {
		return printList(w, l)
	}
	explained, err := cat.Explain(name)
	if err != nil {
		return err
	}
	for i, e := range explained {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printExplanation(w, e)
	}
	return nil
}

func printOverview(w io.Writer, cat *catalog.Catalog) error {
	fmt.Fprintf(w, "%s %s: %s\n", cat.Name, cat.Version, wording(cat.Title))
	if err := tableListing(cat).draw(w); err != nil {
		return err
	}
	return listListing(cat).draw(w)
}

func tableListing(cat *catalog.Catalog) *listing {
	l := newListing("table", "fr", "en", "zones", "a row belongs to")
	for _, t := range cat.Tables {
		l.add(t.Name, t.Label.Fr, t.Label.En, len(t.Zones), t.Owner)
	}
	return l
}

func listListing(cat *catalog.Catalog) *listing {
	l := newListing("code list", "version", "title", "codes", "owner")
	for _, list := range cat.Lists {
		l.add("ref."+list.Name, list.Version, wording(list.Title), len(list.Rows), list.Owner)
	}
	return l
}

func zoneListing(t *catalog.Table) *listing {
	l := newListing("zone", "columns", "fr", "en", "type", "role")
	for _, z := range t.Zones {
		var columns []string
		for _, col := range t.Columns() {
			if col.Zone == z {
				columns = append(columns, col.Name)
			}
		}
		l.add(z.ID, columns, z.Label.Fr, z.Label.En, string(z.Type), string(z.Role))
	}
	return l
}

func hitListing(hits []catalog.Hit) *listing {
	l := newListing("where", "zone", "code", "fr", "en")
	for _, h := range hits {
		var where, zone string
		switch {
		case h.List != nil:
			where = "ref." + h.List.Name
		case h.Table != nil:
			where = h.Table.Name
		}
		if h.Zone != nil {
			zone = h.Zone.ID
		}
		l.add(where, zone, h.Code, h.Label.Fr, h.Label.En)
	}
	return l
}

func printList(w io.Writer, list *catalog.CodeList) error {
	fmt.Fprintf(w, "ref.%s %s: %s\n", list.Name, list.Version, wording(list.Title))
	titles := make([]string, len(list.Columns))
	for i, col := range list.Columns {
		titles[i] = col.Name
	}
	l := newListing(titles...)
	for _, row := range list.Rows {
		cells := make([]any, len(row))
		for i, v := range row {
			cells[i] = v
		}
		l.add(cells...)
	}
	return l.draw(w)
}

func findTable(cat *catalog.Catalog, name string) (*catalog.Table, error) {
	if t := cat.Table(name); t != nil {
		return t, nil
	}
	var names []string
	for _, t := range cat.Tables {
		names = append(names, t.Name)
	}
	return nil, diag.New(diag.Usage, "unknown-table", "unknown table %q", name).
		WithHint("%s", diag.DidYouMean(name, names, "one of: "+strings.Join(names, ", ")))
}

// wording is a text in the source's language, or in another one.
func wording(t catalog.Text) string {
	for _, text := range []string{t.Fr, t.En, t.Nl} {
		if text != "" {
			return text
		}
	}
	return ""
}
