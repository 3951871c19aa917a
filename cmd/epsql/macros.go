package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/macros"
	"epsql/sql/diag"
)

func macrosCommand() *cli.Command {
	return &cli.Command{
		Name:        "macros",
		Usage:       "what the house computes: list, show and test the SQL macros",
		Description: describe("macros"),
		Flags:       []cli.Flag{jsonFlag()},
		Action:      group(listMacros),
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "list the macros",
				Description: describe("macros_list"),
				Flags:       []cli.Flag{jsonFlag()},
				Action:      listMacros,
			},
			{
				Name:        "show",
				Usage:       "explain a macro: parameters, columns, sources, SQL beside SAS",
				ArgsUsage:   "NAME",
				Description: describe("macros_show"),
				Action:      showMacro,
			},
			{
				Name:        "test",
				Usage:       "check every macro's checksum and run its cases",
				Description: describe("macros_test"),
				Action:      testMacros,
			},
		},
	}
}

func listMacros(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	_, reg, err := loadDefinitions(c)
	if err != nil {
		return err
	}
	return macroListing(reg).print(c)
}

func showMacro(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	_, reg, err := loadDefinitions(c)
	if err != nil {
		return err
	}
	return printMacros(c.App.Writer, reg, c.Args().First())
}

// printMacros lists the macros, or explains the one that is named.
func printMacros(w io.Writer, reg *macros.Registry, name string) error {
	if name != "" {
		m, err := findMacro(reg, name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, strings.Join(m.Show(), "\n"))
		return err
	}
	return macroListing(reg).draw(w)
}

func macroListing(reg *macros.Registry) *listing {
	l := newListing("macro", "status", "title", "call")
	for _, m := range reg.All {
		l.add(m.Name, m.Status, wording(m.Title), m.ShortCall())
	}
	return l
}

func findMacro(reg *macros.Registry, name string) (*macros.Macro, error) {
	if m := reg.Lookup(name); m != nil {
		return m, nil
	}
	if m := reg.Latest(name); m != nil {
		return m, nil
	}
	var names []string
	for _, m := range reg.All {
		names = append(names, m.Name)
	}
	return nil, diag.New(diag.Usage, "unknown-macro", "unknown macro %q", name).
		WithHint("%s", diag.DidYouMean(name, names, "epsql macros lists them"))
}

func testMacros(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	_, reg, err := loadDefinitions(c)
	if err != nil {
		return err
	}
	if err := reg.Verify(); err != nil {
		return err
	}
	results, err := reg.RunCases(c.Context)
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		verdict := "ok  "
		if r.Problem != "" {
			verdict, failed = "FAIL", failed+1
		}
		fmt.Fprintf(c.App.Writer, "%s %s: %s\n", verdict, r.Macro.Name, r.Title)
		if r.Problem != "" {
			fmt.Fprintln(c.App.Writer, indent(r.Problem))
		}
	}
	if failed > 0 {
		return diag.New(diag.Data, "macro-cases", "%d of %s failed", failed, count(len(results), "case")).
			WithHint("the differences stand under each FAIL; a published macro may not change: write a new version")
	}
	fmt.Fprintf(c.App.ErrWriter, "%s passed, checksums match\n", count(len(results), "case"))
	return nil
}
