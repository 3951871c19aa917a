package study

import (
	"bytes"
	_ "embed"
	"html/template"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"epsql/sql/study"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is the report of a run: every table, with a plot where the plan asks for
// one, on one page that fetches nothing. It is made of the CSV files, so of what
// was masked and written.
func (r *run) page(m *Manifest) ([]byte, error) {
	view := struct {
		Plan     *study.Plan
		Manifest *Manifest
		Mask     string
		Tables   []pageTable
	}{Plan: r.Plan, Manifest: m, Mask: r.cfg.Channel.Mask}
	for _, o := range r.Plan.Outputs {
		t, err := r.pageTable(m, o)
		if err != nil {
			return nil, err
		}
		view.Tables = append(view.Tables, t)
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, view)
	return out.Bytes(), err
}

// pageTable is an output on the page.
type pageTable struct {
	Title   study.Text
	Record  OutputRecord
	Columns []string
	Rows    [][]pageCell
	Panels  []panel
}

type pageCell struct {
	Text           string
	Masked, Number bool
}

// panel is one plot: bars with a common scale over all panels of a table.
type panel struct {
	Title  string
	Height int
	Bars   []bar
	left   int     // where bars begin
	scale  float64 // of a value to a length
}

// bar is one row of a plot: its label ends at Label, the bar begins at X and its
// value stands behind it, at After. A masked bar has no length: it is drawn as
// masked.
type bar struct {
	Text, Value        string
	Label, X, Y, Width int
	After              int
	Masked             bool
}

// Sizes in a plot, which is plotWidth wide.
const (
	plotWidth   = 900
	barHeight   = 22
	maskedWidth = 60
	valueWidth  = 90
	letterWidth = 7 // about that of a letter in the plot's font
)

func (r *run) pageTable(m *Manifest, o study.Output) (pageTable, error) {
	t := pageTable{Title: o.Title}
	for _, record := range m.Outputs {
		if record.Name == o.Name {
			t.Record = record
		}
	}
	columns, lines, err := readTable(r.folder, o.Name)
	if err != nil {
		return t, err
	}
	t.Columns = columns
	for _, line := range lines {
		row := make([]pageCell, len(line))
		for i, text := range line {
			_, err := strconv.ParseFloat(text, 64)
			row[i] = pageCell{Text: text, Masked: text == r.cfg.Channel.Mask, Number: err == nil}
		}
		t.Rows = append(t.Rows, row)
	}
	if o.Plot != nil {
		t.Panels, err = t.panels(o)
	}
	return t, err
}

// panels draws the plot of a table.
func (t *pageTable) panels(o study.Output) ([]panel, error) {
	index := map[string]int{}
	for _, name := range []string{o.Plot.Label, o.Plot.Value, o.Plot.By} {
		i := slices.Index(t.Columns, name)
		if i < 0 && name != "" {
			return nil, fault("study-plot", "the output %s has no column %s to plot", o.Name, name).At(o.Pos).
				WithHint("name a column of its SQL")
		}
		index[name] = i
	}
	largest, longest := 0.0, 0
	for _, row := range t.Rows {
		if v, err := strconv.ParseFloat(row[index[o.Plot.Value]].Text, 64); err == nil {
			largest = math.Max(largest, math.Abs(v))
		}
		longest = max(longest, utf8.RuneCountInString(row[index[o.Plot.Label]].Text))
	}
	blank := panel{left: min(letterWidth*longest+15, plotWidth/2)}
	if largest > 0 {
		blank.scale = float64(plotWidth-blank.left-valueWidth) / largest
	}
	var out []panel
	for _, row := range t.Rows {
		title := ""
		if o.Plot.By != "" {
			title = row[index[o.Plot.By]].Text
		}
		i := slices.IndexFunc(out, func(p panel) bool { return p.Title == title })
		if i < 0 {
			i = len(out)
			out = append(out, blank)
			out[i].Title = title
		}
		out[i].add(row[index[o.Plot.Label]], row[index[o.Plot.Value]])
	}
	return out, nil
}

func (p *panel) add(label, value pageCell) {
	b := bar{Text: label.Text, Value: value.Text, Masked: value.Masked, Label: p.left - 8, X: p.left, Y: p.Height, Width: maskedWidth}
	if !b.Masked {
		v, _ := strconv.ParseFloat(value.Text, 64) // what is no number has no length
		b.Width = int(math.Round(math.Abs(v) * p.scale))
	}
	b.After = b.X + b.Width + 8
	p.Bars = append(p.Bars, b)
	p.Height += barHeight
}
