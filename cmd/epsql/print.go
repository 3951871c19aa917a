package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"epsql/engine/grid"
)

// jsonFlag is the option of commands that print statistics.
func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON instead of a table"}
}

// printJSON prints v for other programs.
func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

// printGrid prints statistics; a title that begins with ">" stands right, over numbers.
func printGrid(w io.Writer, titles []string, rows [][]string) error {
	columns := make([]grid.Column, len(titles))
	for i, title := range titles {
		columns[i] = grid.Column{Title: title}
		if title[0] == '>' {
			columns[i] = grid.Column{Title: title[1:], Right: true}
		}
	}
	g := grid.New(w, columns)
	for _, row := range rows {
		if err := g.Add(row...); err != nil {
			return err
		}
	}
	return g.Render()
}

// count words a number of things: "1 row", "2 rows".
func count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
