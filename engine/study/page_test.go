package study

import (
	"strings"
	"testing"
)

// TestTheReportStandsAlone: one file that fetches nothing, with all tables; what
// is masked is drawn as masked, nothing lies outside of its plot.
func TestTheReportStandsAlone(t *testing.T) {
	page := contents(t, shelf+"/whole")[pageFile]
	for _, o := range plan(t).Outputs {
		if !strings.Contains(page, "<h2>"+strings.ReplaceAll(o.Title.Fr, "'", "&#39;")+"</h2>") {
			t.Errorf("the report lacks %s", o.Name)
		}
	}
	for _, foreign := range []string{"http:", "https:", "src=", "<script", "@import", "url(//"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the report fetches something: %s", foreign)
		}
	}
	masked := strings.Count(page, `<td class="masked">small cell</td>`)
	if masked == 0 || !strings.Contains(page, `<rect class="masked"`) {
		t.Errorf("%d masked cells are to be seen in the report", masked)
	}
}

func TestAPlotHasRoomForItsLabelsAndValues(t *testing.T) {
	table := pageTable{Columns: []string{"who", "n", "by"}}
	for _, row := range [][]string{
		{strings.Repeat("é", 59), "1000", "a"}, {"short", "-500", "a"}, {"none", "", "b"}, {"masked", "small cell", "b"},
	} {
		table.Rows = append(table.Rows, []pageCell{{Text: row[0]}, {Text: row[1], Masked: row[1] == "small cell"}, {Text: row[2]}})
	}
	o := plan(t).Outputs[2]
	o.Plot.Label, o.Plot.Value, o.Plot.By = "who", "n", "by"
	panels, err := table.panels(o)
	if err != nil || len(panels) != 2 {
		t.Fatalf("%d panels: %v", len(panels), err)
	}
	long, short, none, masked := panels[0].Bars[0], panels[0].Bars[1], panels[1].Bars[0], panels[1].Bars[1]
	if long.Label < 59*letterWidth || long.After+valueWidth < plotWidth || long.After > plotWidth-valueWidth+10 {
		t.Errorf("the longest bar is %+v", long)
	}
	if d := 2*short.Width - long.Width; d < -1 || d > 1 || none.Width != 0 || masked.Width != maskedWidth {
		t.Errorf("the bars are %+v, %+v, %+v", short, none, masked)
	}
	o.Plot.Value = "m"
	if _, err := table.panels(o); err == nil || !strings.Contains(err.Error(), "no column m to plot") {
		t.Errorf("a column that is not there: %v", err)
	}
}
