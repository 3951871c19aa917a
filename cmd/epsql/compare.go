package main

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/engine/compare"
	"epsql/engine/guard"
	"epsql/sql/diag"
)

// comparePage shows a report in a browser.
//
//go:embed compare.html
var comparePage string

var compareFormats = []string{"table", "json", "html"}

func compareCommand() *cli.Command {
	return &cli.Command{
		Name:        "compare",
		Usage:       "tell whether two tables are equal, and how they differ",
		ArgsUsage:   "EXPECTED ACTUAL",
		Description: describe("compare"),
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "by", Usage: "`COLUMN` of the key; may be repeated"},
			&cli.Float64Flag{Name: "absolute", Usage: "numbers may differ by `X`"},
			&cli.Float64Flag{Name: "relative", Usage: "numbers may differ by the share `X` of the larger one", Value: 1e-12},
			&cli.StringFlag{Name: "missing", Usage: "`WAY` missing values compare: " + strings.Join(compare.Ways(), ", "), Value: string(compare.Same)},
			&cli.BoolFlag{Name: "special", Usage: "compare the letters of SAS's special missing values, .A to .Z, too: in a column x_missing for each x"},
			&cli.StringSliceFlag{Name: "leave", Usage: "`COLUMN` that is not compared; may be repeated"},
			&cli.IntFlag{Name: "rows", Usage: "compare rows of persons too, and show the first `N` of each kind of difference: where the workspace permits it"},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: " + strings.Join(compareFormats, ", "), Value: "table"},
			&cli.StringFlag{Name: "channel", Usage: "`CHANNEL` whose rule masks answers of the workspace (default: the population's first)"},
		},
		Action: runCompare,
	}
}

func runCompare(c *cli.Context) error {
	if err := wantArgs(c, 2, 2); err != nil {
		return err
	}
	opts, err := compareOptions(c)
	if err != nil {
		return err
	}
	sides, done, err := compareSides(c, &opts)
	defer done()
	if err != nil {
		return err
	}
	r, err := compare.Run(c.Context, sides[0], sides[1], opts)
	if err != nil {
		return err
	}
	switch c.String("format") {
	case "json":
		err = printJSON(c.App.Writer, r)
	case "html":
		err = template.Must(template.New("compare").Parse(comparePage)).Execute(c.App.Writer, r)
	default:
		err = drawComparison(c.App.Writer, r)
	}
	if err == nil && !r.Equal {
		err = told{diag.New(diag.Query, "different", "the tables are different")}
	}
	return err
}

func compareOptions(c *cli.Context) (compare.Options, error) {
	o := compare.Options{
		By: c.StringSlice("by"), Leave: c.StringSlice("leave"), Absolute: c.Float64("absolute"), Relative: c.Float64("relative"),
		Missing: compare.Missing(c.String("missing")), Memory: c.String("memory"), Threads: c.Int("threads"),
		Special: c.Bool("special"), First: c.Int("rows"),
	}
	if !slices.Contains(compare.Ways(), string(o.Missing)) {
		return o, diag.New(diag.Usage, "bad-missing", "--missing knows no way %q", o.Missing).
			WithHint("%s", diag.DidYouMean(string(o.Missing), compare.Ways(), "one of: "+strings.Join(compare.Ways(), ", ")))
	}
	if format := c.String("format"); !slices.Contains(compareFormats, format) {
		return o, diag.New(diag.Usage, "bad-format", "a comparison has no format %q", format).
			WithHint("%s", diag.DidYouMean(format, compareFormats, "one of: "+strings.Join(compareFormats, ", ")))
	}
	if o.Absolute < 0 || o.Relative < 0 {
		return o, diag.New(diag.Usage, "bad-tolerance", "a tolerance is negative").WithHint("write how far apart equal numbers may be")
	}
	return o, nil
}

var (
	selects  = regexp.MustCompile(`(?i)^\s*(--|/\*|\(|(select|with|from|create)\b)`)
	oneTable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// compareSides finds the two sides. What is neither a query, nor a file with one,
// nor the name of a table, is a file of data. The workspace is opened for queries
// and for its permit; rows of persons are read while it is open.
func compareSides(c *cli.Context, opts *compare.Options) (sides [2]compare.Side, done func(), err error) {
	var ends []func()
	done = func() {
		for _, end := range slices.Backward(ends) {
			end()
		}
	}
	queries, err := comparedQueries(c, &sides)
	if err != nil || len(queries) == 0 && !c.IsSet("rows") {
		return sides, done, err
	}
	ws, reg, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return sides, done, err
	}
	ends = append(ends, func() { _ = ws.Close() }) // nothing is pending after an answer
	if c.IsSet("rows") {
		if err := ws.Rows.Check(); err != nil {
			return sides, done, err
		}
		dir, remove, err := ws.Scratch()
		if err != nil {
			return sides, done, err
		}
		ends = append(ends, remove)
		opts.Permit, opts.Folder = ws.Rows, dir
	}
	if len(queries) == 0 {
		return sides, done, nil
	}
	r := &runner{ws: ws, reg: reg, out: c.App.Writer, err: c.App.ErrWriter}
	if err := r.use(c.Context, c.String("channel")); err != nil {
		return sides, done, err
	}
	ends = append(ends, func() { _ = r.close() }) // an in-memory database
	for _, i := range queries {
		if sides[i], err = r.side(c.Context, sides[i].Name, sides[i].Path, c.IsSet("rows")); err != nil {
			break
		}
	}
	return sides, done, err
}

// comparedQueries names the sides, and tells which are queries.
func comparedQueries(c *cli.Context, sides *[2]compare.Side) (queries []int, err error) {
	for i := range sides {
		text := c.Args().Get(i)
		sides[i] = compare.Side{Name: text, Path: text}
		asked, err := queryOf(text)
		if err != nil {
			return nil, err
		}
		if asked != "" {
			sides[i].Path = asked
			queries = append(queries, i)
		}
	}
	return queries, nil
}

// queryOf is the query that an argument is, or names: a SELECT, a file with one, or
// a table that is no file. It is "" for a file of data.
func queryOf(text string) (string, error) {
	switch {
	case selects.MatchString(text):
		return text, nil
	case oneTable.MatchString(text) && !isFile(text):
		return "SELECT * FROM " + text, nil
	case strings.EqualFold(filepath.Ext(text), ".sql"):
		script, err := os.ReadFile(text)
		if err != nil {
			return "", diag.New(diag.Data, "cannot-read", "%s cannot be read", text).WithHint("check its name and that you may read it").Wrap(err)
		}
		return string(script), nil
	}
	return "", nil
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// side answers a query; with rows, it may give rows of persons.
func (r *runner) side(ctx context.Context, name, text string, rows bool) (compare.Side, error) {
	if selects.MatchString(name) {
		name = "query"
	}
	var of *guard.Rows
	var p *guard.Plan
	var err error
	if q := (guard.Query{File: name, Text: text}); rows {
		of, p, err = r.guard.PersonRows(ctx, q)
	} else {
		p, err = r.guard.Plan(ctx, q)
	}
	if err != nil || of != nil {
		return compare.Side{Name: name, Rows: of}, quote(err, text)
	}
	result, err := r.guard.Run(ctx, p)
	if err != nil {
		return compare.Side{}, quote(err, text)
	}
	r.narrate(result)
	return compare.Side{Name: name, Answer: result}, nil
}

// drawComparison prints a report for reading: the verdict first.
func drawComparison(w io.Writer, r *compare.Report) error {
	fmt.Fprintln(w, verdict(r))
	shapes := newListing("", "expected", "actual")
	shapes.add("table", number(r.Expected.Name), number(r.Actual.Name))
	shapes.add("columns", r.Expected.Columns, r.Actual.Columns)
	shapes.add("rows", r.Expected.Rows, r.Actual.Rows)
	shapes.add("rows only here", r.OnlyHere, r.OnlyThen)
	shapes.add("rows whose key was seen before", r.Expected.Duplicates, r.Actual.Duplicates)
	if err := shapes.draw(w); err != nil {
		return err
	}
	columns := newListing("column", "expected", "actual", "differ", "missing in expected", "missing in actual", "masked", "largest difference", "relative")
	for _, col := range r.Columns {
		if col.Wrong() || col.Masked > 0 {
			columns.add(col.Name, kindText(col.Expected), kindText(col.Actual), col.Differ, col.MissingHere, col.MissingThere, col.Masked,
				sizeOf(col.Largest), sizeOf(col.Relative))
		}
	}
	if len(columns.rows) > 0 {
		if err := columns.draw(w); err != nil {
			return err
		}
	}
	return drawDetails(w, r)
}

// drawDetails prints what leaves the values alone, and examples where there are.
func drawDetails(w io.Writer, r *compare.Report) error {
	for _, t := range r.Told {
		fmt.Fprintf(w, "note: the %s of %s is %q, and %q in actual\n", t.What, t.Column, t.Expected, t.Actual)
	}
	if len(r.Examples) > 0 {
		examples := newListing("column", "key", "expected", "actual")
		for _, x := range r.Examples {
			examples.add(x.Column, strings.Join(x.Key, ", "), x.Expected, x.Actual)
		}
		if err := examples.draw(w); err != nil {
			return err
		}
	}
	if len(r.Lone) == 0 {
		return nil
	}
	lone := newListing(append([]string{"only in"}, r.InBoth()...)...)
	for _, x := range r.Lone {
		row := []any{x.In}
		for _, v := range x.Values {
			row = append(row, v)
		}
		lone.add(row...)
	}
	return lone.draw(w)
}

// verdict is the first line of a report.
func verdict(r *compare.Report) string {
	state := "different"
	if r.Equal {
		state = "equal"
	}
	text := fmt.Sprintf("%s: %s in both, %d of them with a difference; %s compared", state, count(r.Matched, "row"), r.Unequal, count(r.Compared, "value"))
	if r.Masked > 0 {
		text += fmt.Sprintf("; %d masked and not compared", r.Masked)
	}
	return text
}

func kindText(kind string) string {
	if kind == "" {
		return "not there"
	}
	return kind
}

func sizeOf(x float64) number {
	if x == 0 {
		return ""
	}
	return number(strconv.FormatFloat(x, 'g', 6, 64))
}
