package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"

	"epsql/engine/grid"
	"epsql/engine/guard"
)

func writeTable(_ context.Context, w io.Writer, r *guard.Result) error {
	columns := make([]grid.Column, len(r.Columns()))
	for i, c := range r.Columns() {
		columns[i] = grid.Column{Title: c.Name, Right: numeric(c)}
	}
	g := grid.New(w, columns)
	for cells := range rows(r) {
		if err := g.Add(cells...); err != nil {
			return err
		}
	}
	return g.Render()
}

func writeCSV(_ context.Context, w io.Writer, r *guard.Result) error {
	out := csv.NewWriter(w)
	header := make([]string, len(r.Columns()))
	for i, c := range r.Columns() {
		header[i] = c.Name
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for cells := range rows(r) {
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// rows gives each row as texts.
func rows(r *guard.Result) func(yield func([]string) bool) {
	columns, mask := r.Columns(), r.Summary().Mask
	return func(yield func([]string) bool) {
		for row := range r.Rows() {
			cells := make([]string, len(row))
			for i, c := range row {
				cells[i] = text(c, columns[i], mask)
			}
			if !yield(cells) {
				return
			}
		}
	}
}

// writeJSON writes an array with one object per row, keys in column order.
func writeJSON(_ context.Context, w io.Writer, r *guard.Result) error {
	out := bufio.NewWriter(w)
	columns, mask := r.Columns(), r.Summary().Mask
	names := uniqueNames(columns)
	for i, name := range names {
		names[i], _ = marshal(name) // a string always marshals
	}
	out.WriteString("[")
	separator := "\n"
	for row := range r.Rows() {
		out.WriteString(separator + "  {")
		separator = ",\n"
		for i, c := range row {
			if i > 0 {
				out.WriteString(", ")
			}
			value, err := marshal(jsonValue(c, columns[i], mask))
			if err != nil {
				return err
			}
			out.WriteString(names[i] + ": " + value)
		}
		out.WriteString("}")
	}
	out.WriteString("\n]\n")
	return out.Flush()
}

// marshal leaves signs such as & as they are: the output is no web page.
func marshal(v any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(text.String(), "\n"), err
}

func jsonValue(c guard.Cell, col guard.Column, mask string) any {
	switch {
	case c.Masked:
		return mask
	case c.Value == nil:
		return nil
	case col.Kind == "decimal":
		return json.Number(text(c, col, mask))
	case numeric(col) && finite(c.Value), col.Kind == "bool":
		return c.Value
	}
	return text(c, col, mask)
}

// uniqueNames are the column names, repeated ones numbered from the second on.
func uniqueNames(columns []guard.Column) []string {
	taken := map[string]bool{}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = unique(c.Name, taken)
	}
	return names
}
