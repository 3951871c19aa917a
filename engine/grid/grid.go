// Package grid draws text tables: one look for results and for statistics.
package grid

import (
	"io"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/tw"
)

// Column is a column's title and whether its cells are numbers, which stand right.
type Column struct {
	Title string
	Right bool
}

// Grid collects rows and draws them at Render.
type Grid struct {
	table *tablewriter.Table
}

// New starts a grid that will be drawn on w.
func New(w io.Writer, columns []Column) *Grid {
	align := make(tw.Alignment, len(columns))
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i], align[i] = c.Title, tw.AlignLeft
		if c.Right {
			align[i] = tw.AlignRight
		}
	}
	table := tablewriter.NewTable(w,
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	)
	table.Header(titles)
	return &Grid{table}
}

// Add appends a row: one text per column.
func (g *Grid) Add(cells ...string) error { return g.table.Append(cells) }

// Render draws the grid.
func (g *Grid) Render() error { return g.table.Render() }
