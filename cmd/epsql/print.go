package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"epsql/engine/grid"
	"epsql/engine/place"
	"epsql/engine/quality"
)

// jsonFlag is the option of commands that print statistics.
func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON instead of a table"}
}

// printJSON prints v for other programs.
func printJSON(w io.Writer, v any) error {
	text, err := place.Text(v)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// listing is a table of statistics: one thing per row.
type listing struct {
	titles []string
	rows   [][]any
}

func newListing(titles ...string) *listing { return &listing{titles: titles} }

func (l *listing) add(cells ...any) { l.rows = append(l.rows, cells) }

// print prints the listing as the command line asks: a table, or with --json
// an array of objects whose keys are the titles.
func (l *listing) print(c *cli.Context) error {
	if c.Bool("json") {
		return printJSON(c.App.Writer, l.objects())
	}
	return l.draw(c.App.Writer)
}

func (l *listing) objects() []map[string]any {
	out := make([]map[string]any, len(l.rows))
	for i, row := range l.rows {
		out[i] = map[string]any{}
		for k, cell := range row {
			out[i][strings.ReplaceAll(l.titles[k], " ", "_")] = cell
		}
	}
	return out
}

// withoutEmpty leaves out the columns that have nothing to say.
func (l *listing) withoutEmpty() *listing {
	out := newListing()
	out.rows = make([][]any, len(l.rows))
	for k, title := range l.titles {
		if !slices.ContainsFunc(l.rows, func(row []any) bool { return cellText(row[k]) != "" }) {
			continue
		}
		out.titles = append(out.titles, title)
		for i, row := range l.rows {
			out.rows[i] = append(out.rows[i], row[k])
		}
	}
	return out
}

// draw draws the table; columns of numbers stand right.
func (l *listing) draw(w io.Writer) error {
	columns := make([]grid.Column, len(l.titles))
	for i, title := range l.titles {
		columns[i] = grid.Column{Title: title, Right: len(l.rows) > 0 && isNumber(l.rows[0][i])}
	}
	g := grid.New(w, columns)
	for _, row := range l.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cellText(cell)
		}
		if err := g.Add(cells...); err != nil {
			return err
		}
	}
	return g.Render()
}

// number is a text that stands right in its column, as numbers do.
type number string

func isNumber(v any) bool {
	switch v.(type) {
	case int, int64, number, quality.Count, *quality.Count:
		return true
	}
	return false
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format(time.DateTime)
	case []string:
		return strings.Join(v, ", ")
	case *quality.Count:
		if v == nil {
			return ""
		}
	}
	return fmt.Sprint(v)
}

// count words a number of things: "1 row", "2 rows", "2 queries".
func count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if stem, ok := strings.CutSuffix(thing, "ry"); ok {
		return fmt.Sprintf("%d %sries", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
