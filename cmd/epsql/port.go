package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
			&cli.BoolFlag{Name: "study", Usage: "write a study plan of it into DIR too"},
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
	if err := deliverPort(c, file, out); err != nil {
		return err
	}
	return tellPort(c, &out.Report)
}

// deliverPort prints the script, or writes the files.
func deliverPort(c *cli.Context, file string, out *sas.Output) error {
	dir, name := c.String("output"), strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	switch {
	case dir == "" && c.Bool("study"):
		return diag.New(diag.Usage, "no-folder", "a study plan is a folder").WithHint("add -o DIR")
	case dir == "":
		_, err := fmt.Fprint(c.App.Writer, out.SQL)
		return err
	}
	files := map[string]string{name + ".sql": out.SQL}
	if c.Bool("study") {
		plan, err := portStudy(c, filepath.Base(file), name, out)
		if err != nil {
			return err
		}
		files = plan
	}
	return writePort(c, dir, name, files, &out.Report)
}

// portStudy writes the program as a study plan for the catalogue's first population
// and its first channel.
func portStudy(c *cli.Context, program, name string, out *sas.Output) (map[string]string, error) {
	cat, err := loadCatalog(c)
	if err != nil {
		return nil, err
	}
	population := cat.Populations[0]
	files, left, err := out.Study(sas.Plan{Name: planName(name), Population: population.ID, Channel: population.Channels[0], Program: program})
	for _, what := range left {
		fmt.Fprintf(c.App.ErrWriter, "not in the study: %s\n", what)
	}
	return files, err
}

// planName is a file's name as a plan takes it.
func planName(file string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(file))
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		name = "port_" + name
	}
	return name
}

// portOptions are the tables of the catalogue, under their own names and those of
// the mapping file.
func portOptions(c *cli.Context, folder string) (sas.Options, error) {
	opts := sas.Options{Now: time.Now(), Include: func(name string) (string, error) {
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

// writePort writes the script or the plan, and the report.
func writePort(c *cli.Context, dir, name string, files map[string]string, r *sas.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return diag.New(diag.Usage, "no-folder", "the folder cannot be made: %s", foreign(err)).Wrap(err).WithHint("check the path given to -o")
	}
	report := name + ".report.json"
	names := append(slices.Sorted(maps.Keys(files)), report)
	for _, file := range names {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil && !c.Bool("force") {
			return diag.New(diag.Usage, "exists", "%s exists and was kept", filepath.Join(dir, file)).WithHint("add --force, or give another folder")
		}
	}
	err := place.JSON(filepath.Join(dir, report), r)
	for file, text := range files {
		err = errors.Join(err, place.File(filepath.Join(dir, file), []byte(text)))
	}
	if err != nil {
		return err
	}
	main := "study.yaml"
	if files[main] == "" {
		main = name + ".sql"
	}
	fmt.Fprintf(c.App.ErrWriter, "written to %s, report in %s\n", filepath.Join(dir, main), filepath.Join(dir, report))
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
