package export

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"epsql/engine/guard"
	"epsql/sql/diag"
)

// maxSheetRows is what a sheet can hold, header included.
const maxSheetRows = 1_048_576

// writeXLSX writes one sheet: a bold header, numbers as numbers, dates as dates.
func writeXLSX(_ context.Context, w io.Writer, r *guard.Result) (err error) {
	if r.Len() >= maxSheetRows {
		return diag.New(diag.Usage, "sheet-full", "a sheet holds %d rows, the answer has more", maxSheetRows-1).
			WithHint("write it with --format csv or parquet")
	}
	book := excelize.NewFile()
	defer func() {
		if closeErr := book.Close(); err == nil {
			err = closeErr
		}
	}()
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	styles, err := newStyles(book)
	if err != nil {
		return err
	}
	if err := writeSheet(sheet, styles, r); err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

func writeSheet(sheet *excelize.StreamWriter, s styles, r *guard.Result) error {
	columns, mask := r.Columns(), r.Summary().Mask
	header := make([]any, len(columns))
	for i, c := range columns {
		header[i] = excelize.Cell{StyleID: s.header, Value: c.Name}
	}
	if err := sheet.SetRow("A1", header); err != nil {
		return err
	}
	line := 1
	for row := range r.Rows() {
		line++
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = s.cell(c, columns[i], mask)
		}
		if err := sheet.SetRow("A"+strconv.Itoa(line), cells); err != nil {
			return err
		}
	}
	return nil
}

// styles are the numbers of the cell styles used.
type styles struct{ header, date, timestamp, masked int }

func newStyles(book *excelize.File) (s styles, err error) {
	date, stamp := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	for _, want := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.header, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&s.date, excelize.Style{CustomNumFmt: &date}},
		{&s.timestamp, excelize.Style{CustomNumFmt: &stamp}},
		{&s.masked, excelize.Style{Font: &excelize.Font{Italic: true}, Alignment: &excelize.Alignment{Horizontal: "right"}}},
	} {
		if *want.id, err = book.NewStyle(&want.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s styles) cell(c guard.Cell, col guard.Column, mask string) excelize.Cell {
	if c.Masked {
		return excelize.Cell{StyleID: s.masked, Value: mask}
	}
	switch v := c.Value.(type) {
	case time.Time:
		if col.Kind == "date" {
			return excelize.Cell{StyleID: s.date, Value: v}
		}
		return excelize.Cell{StyleID: s.timestamp, Value: v}
	case string:
		// Sheets count in binary floating point; a decimal that it cannot hold
		// exactly enough stays text rather than become another number.
		if f, err := strconv.ParseFloat(v, 64); err == nil && col.Kind == "decimal" && len(v) <= 15 {
			return excelize.Cell{Value: f}
		}
		return excelize.Cell{Value: v}
	case float64:
		if !finite(v) {
			return excelize.Cell{Value: text(c, col, mask)}
		}
	}
	return excelize.Cell{Value: c.Value}
}
