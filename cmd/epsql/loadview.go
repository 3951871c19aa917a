package main

import "epsql/engine/load"

// loadView is a file's report for other programs. It names what it shows, so
// that an error's cause, which may quote values, cannot slip through.
type loadView struct {
	File       string      `json:"file"`
	Status     load.Status `json:"status"`
	Error      string      `json:"error,omitempty"`
	Hint       string      `json:"hint,omitempty"`
	Format     string      `json:"format"`
	Layout     string      `json:"layout,omitempty"`
	Encoding   string      `json:"encoding"`
	Hash       string      `json:"hash"`
	Lines      int64       `json:"lines"`
	Stored     int64       `json:"stored"`
	Rejected   int64       `json:"rejected"`
	Removed    int64       `json:"removed"`
	Tables     []string    `json:"tables"`
	Rejects    []countView `json:"rejects,omitempty"`
	Unknown    []string    `json:"unknown_codes_in,omitempty"`
	Missing    []string    `json:"missing_zones,omitempty"`
	Extra      []string    `json:"unknown_columns,omitempty"`
	NotKept    []string    `json:"refused_zones,omitempty"`
	Warnings   []string    `json:"warnings,omitempty"`
	DurationMS int64       `json:"duration_ms"`
}

type countView struct {
	Table  string `json:"table"`
	Zone   string `json:"zone,omitempty"`
	Reason string `json:"reason,omitempty"`
	Rows   int64  `json:"rows"`
}

func loadViews(reports []load.Report) []loadView {
	views := make([]loadView, len(reports))
	for i, r := range reports {
		views[i] = loadView{
			File: r.File, Status: r.Status, Format: r.Format, Layout: r.Layout, Encoding: r.Encoding, Hash: r.Hash,
			Lines: r.Lines, Stored: r.Stored, Rejected: r.Rejected, Removed: r.Removed,
			Rejects: countViews(r.Rejects), Unknown: columnNames(r.Unknown),
			Missing: r.Missing, Extra: r.Extra, NotKept: r.NotKept, Warnings: r.Warnings,
			DurationMS: r.Duration.Milliseconds(),
		}
		for _, d := range r.Deliveries {
			views[i].Tables = append(views[i].Tables, d.Table)
		}
		if r.Err != nil {
			views[i].Error, views[i].Hint = r.Err.Error(), r.Err.Hint
		}
	}
	return views
}

func countViews(counts []load.Count) []countView {
	var views []countView
	for _, n := range counts {
		views = append(views, countView(n))
	}
	return views
}

func columnNames(counts []load.Count) []string {
	var names []string
	for _, n := range counts {
		names = append(names, n.Table+"."+n.Zone)
	}
	return names
}
