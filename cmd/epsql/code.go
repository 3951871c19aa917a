package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/sql/diag"
)

func codeCommand() *cli.Command {
	key := &cli.StringFlag{Name: "key", Usage: "the project's key `FILE`"}
	as := &cli.StringFlag{Name: "as", Usage: "what the values are: a `UNIT` or a coding of the catalogue"}
	column := &cli.StringFlag{Name: "column", Usage: "the `NAME` of the column to code", Required: true}
	comma := &cli.StringFlag{Name: "separator", Usage: "the `CHARACTER` between columns, or tab", Value: ";"}
	output := &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` to write", Required: true}
	return &cli.Command{
		Name:        "code",
		Usage:       "make keys, project-specific numbers and conversion tables",
		Description: describe("code"),
		Action:      group(nil),
		Subcommands: []*cli.Command{
			{
				Name: "key", Usage: "make the key of a project", ArgsUsage: "FILE", Description: describe("code_key"),
				Flags:  []cli.Flag{&cli.StringFlag{Name: "project", Usage: "the `NAME` of the study", Required: true}},
				Action: makeKey,
			},
			{
				Name: "table", Usage: "make the conversion table of the values of a column", ArgsUsage: "FILE", Description: describe("code_table"),
				Flags: []cli.Flag{key, as, column, comma, output}, Action: makeTable,
			},
			{
				Name: "apply", Usage: "copy a file with a column coded, by a key or a table", ArgsUsage: "FILE", Description: describe("code_apply"),
				Flags: []cli.Flag{
					key, as, column, comma, output,
					&cli.StringFlag{Name: "table", Usage: "the conversion table `FILE` to code by"},
				},
				Action: applyCode,
			},
		},
	}
}

func makeKey(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	path := c.Args().First()
	if err := coding.CheckApart(path, "key", filepath.Dir(c.String("db"))); err != nil {
		return err
	}
	k := coding.NewKey(c.String("project"))
	if err := k.Write(path); err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "made the key of %s, fingerprint %s, in %s: keep a copy, and keep it from everybody else\n", k.Project(), k.Fingerprint(), path)
	return nil
}

// codeByKey is how the values of a unit or a coding are coded with the key that
// the command names.
func codeByKey(c *cli.Context) (func(string) string, error) {
	cat, err := loadCatalog(c)
	if err != nil {
		return nil, err
	}
	as := c.String("as")
	unit, domain, err := codedAs(cat, as)
	if err != nil {
		return nil, err
	}
	if c.String("key") == "" {
		return nil, diag.New(diag.Usage, "no-key", "nothing is coded without a key").WithHint("name it with --key FILE; epsql code key makes one")
	}
	k, err := coding.ReadKey(c.String("key"))
	if err != nil {
		return nil, err
	}
	return func(v string) string {
		legible := ""
		if unit != nil {
			legible = unit.Legible(v)
		}
		return k.Code(domain, legible, v)
	}, nil
}

// codedAs finds the unit or the coding that values are of. A unit that shares the
// numbers of another one shares its codes.
func codedAs(cat *catalog.Catalog, name string) (*catalog.Unit, string, error) {
	if u := cat.Unit(name); u != nil {
		if u.Numbering != "" {
			u = cat.Unit(u.Numbering)
		}
		return u, u.ID, nil
	}
	if k := cat.Coding(name); k != nil {
		return nil, k.ID, nil
	}
	var known []string
	for _, u := range cat.Units {
		known = append(known, u.ID)
	}
	for _, k := range cat.Codings {
		known = append(known, k.ID)
	}
	return nil, "", diag.New(diag.Usage, "unknown-coding", "--as %q is neither a unit nor a coding", name).
		WithHint("%s", diag.DidYouMean(name, known, "one of: "+strings.Join(known, ", ")))
}

func makeTable(c *cli.Context) error {
	in, column, err := codedColumn(c)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	code, err := codeByKey(c)
	if err != nil {
		return err
	}
	t, err := coding.Tabulate(c.Context, in, column, code)
	if err != nil {
		return atFile(err, c.Args().First())
	}
	if err := t.Write(c.String("output")); err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "%s coded, in %s: it turns codes back, so hand it over by a safe way\n", count(len(t), "value"), c.String("output"))
	return nil
}

func applyCode(c *cli.Context) error {
	in, column, err := codedColumn(c)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	n := 0
	err = coding.WriteSecret(c.String("output"), func(w *bufio.Writer) error {
		n, err = coding.Apply(c.Context, in, w, column, code)
		return err
	})
	if err != nil {
		return atFile(err, c.Args().First())
	}
	fmt.Fprintf(c.App.ErrWriter, "%s written to %s with %s coded; the other columns are as they were\n", count(n, "row"), c.String("output"), column.Name)
	return nil
}

// codeOf codes by the table or by the key, whichever the command names.
func codeOf(c *cli.Context) (func(string) (string, bool), error) {
	table, key := c.String("table"), c.String("key")
	if (table == "") == (key == "") {
		return nil, diag.New(diag.Usage, "key-or-table", "a column is coded by a key or by a table").WithHint("write --key FILE --as UNIT, or --table FILE")
	}
	if table != "" {
		t, err := coding.ReadTable(table)
		return func(v string) (string, bool) { coded, ok := t[v]; return coded, ok }, err
	}
	code, err := codeByKey(c)
	return func(v string) (string, bool) { return code(v), true }, err
}

// codedColumn opens the file that the command names, and says which column is meant.
func codedColumn(c *cli.Context) (*os.File, coding.Column, error) {
	if err := wantArgs(c, 1, 1); err != nil {
		return nil, coding.Column{}, err
	}
	comma, err := coding.ParseComma(c.String("separator"))
	if err != nil {
		return nil, coding.Column{}, err
	}
	file, err := os.Open(c.Args().First())
	if err != nil {
		return nil, coding.Column{}, diag.New(diag.Usage, "no-file", "there is no file %s", c.Args().First()).WithHint("name a delimited file with a header").Wrap(err)
	}
	return file, coding.Column{Name: c.String("column"), Comma: comma}, nil
}

// atFile names the file of an error that knows only its line.
func atFile(err error, path string) error {
	if e, ok := errors.AsType[*diag.Error](err); ok && e.Pos.Line > 0 && e.Pos.File == "" {
		e.Pos.File = path
	}
	return err
}
