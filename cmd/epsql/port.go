package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/place"
	"epsql/sql/diag"
	"epsql/sql/sas"
)

func portCommand() *cli.Command {
	return &cli.Command{
		Name:        "port",
		Usage:       "translate a SAS program into SQL",
		ArgsUsage:   "PROGRAM.sas",
		Description: describe("port"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "map", Usage: "`FILE` that says which tables the program's libraries hold"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the SQL and the report into `DIR`"},
			&cli.BoolFlag{Name: "force", Usage: "replace files that exist"},
		},
		Action: runPort,
	}
}

func runPort(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	file := c.Args().First()
	text, err := os.ReadFile(file)
	if err != nil {
		return diag.New(diag.Usage, "no-program", "cannot read the program: %s", foreign(err)).Wrap(err).WithHint("check its name")
	}
	opts, err := portOptions(c, filepath.Dir(file))
	if err != nil {
		return err
	}
	out := sas.Port(string(text), opts)
	if dir := c.String("output"); dir != "" {
		err = writePort(c, dir, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), out)
	} else {
		_, err = fmt.Fprint(c.App.Writer, out.SQL)
	}
	if err != nil {
		return err
	}
	return tellPort(c, &out.Report)
}

// portOptions are the tables of the catalogue, under their own names and those of
// the mapping file.
func portOptions(c *cli.Context, folder string) (sas.Options, error) {
	opts := sas.Options{Include: func(name string) (string, error) {
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		return string(text), err
	}}
	cat, err := loadCatalog(c)
	if err != nil {
		return opts, err
	}
	known := catalogTables(cat)
	opts.Tables = known
	mapping := c.String("map")
	if mapping == "" {
		return opts, nil
	}
	text, err := os.ReadFile(mapping)
	if err != nil {
		return opts, diag.New(diag.Usage, "no-mapping", "cannot read the mapping: %s", foreign(err)).Wrap(err).WithHint("check the path given to --map")
	}
	more, err := sas.ParseMapping(mapping, string(text), known)
	if err == nil {
		opts.Tables = append(opts.Tables, more...)
	}
	return opts, err
}

// catalogTables are the tables of the catalogue as SAS sees them.
func catalogTables(cat *catalog.Catalog) (tables []sas.Table) {
	for _, t := range cat.Tables {
		table := sas.Table{SAS: t.Name, SQL: t.Name}
		for _, col := range t.Columns() {
			typ := "number"
			switch col.Type.SQL() {
			case "VARCHAR":
				typ = "text"
			case "DATE":
				typ = "date"
			}
			table.Columns = append(table.Columns, sas.Column{Name: col.Name, Type: typ, Identifier: col.Role == catalog.RoleIdentifier})
		}
		tables = append(tables, table)
	}
	return tables
}

// writePort writes the script and the report.
func writePort(c *cli.Context, dir, name string, out *sas.Output) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return diag.New(diag.Usage, "no-folder", "the folder cannot be made: %s", foreign(err)).Wrap(err).WithHint("check the path given to -o")
	}
	script, report := filepath.Join(dir, name+".sql"), filepath.Join(dir, name+".report.json")
	for _, path := range []string{script, report} {
		if _, err := os.Stat(path); err == nil && !c.Bool("force") {
			return diag.New(diag.Usage, "exists", "%s exists and was kept", path).WithHint("add --force, or give another folder")
		}
	}
	if err := errors.Join(place.File(script, []byte(out.SQL)), place.JSON(report, &out.Report)); err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "written to %s, report in %s\n", script, report)
	return nil
}

// tellPort tells how the statements came through.
func tellPort(c *cli.Context, r *sas.Report) error {
	w := c.App.ErrWriter
	for _, s := range r.Statements {
		if s.State == sas.Approximated || s.State == sas.Untranslated {
			fmt.Fprintf(w, "line %d: %s: %s\n  %s\n", s.Line, s.State, s.Why, s.Text)
		}
	}
	lost := r.Count(sas.Untranslated)
	fmt.Fprintf(w, "%s: %d translated, %d approximated, %d untranslated, %d without effect on data\n", count(len(r.Statements), "statement"),
		r.Count(sas.Translated), r.Count(sas.Approximated), lost, r.Count(sas.Inert))
	if lost > 0 {
		return told{diag.New(diag.Query, "untranslated", "%s not translated", count(lost, "statement"))}
	}
	return nil
}
