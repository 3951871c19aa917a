// Package export writes masked results: as a text table, CSV, JSON, Parquet or
// an XLSX sheet.
//
// It takes a [guard.Result] and nothing else. Only the guard can make one, so
// what has not been masked cannot be written. A masked cell reads the channel's
// mask word; in Parquet, whose columns are typed, it is NULL, and a boolean
// column named after the column and the mask word tells.
package export

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"epsql/engine/guard"
	"epsql/sql/diag"
)

// Format is a way to write a result.
type Format struct {
	Name string
	// Binary marks a format that is of no use on a terminal.
	Binary bool
	write  func(context.Context, io.Writer, *guard.Result) error
}

// Formats are all formats, the one for reading first.
func Formats() []Format {
	return []Format{
		{Name: "table", write: writeTable},
		{Name: "csv", write: writeCSV},
		{Name: "json", write: writeJSON},
		{Name: "parquet", write: writeParquet, Binary: true},
		{Name: "xlsx", write: writeXLSX, Binary: true},
	}
}

// FormatNames are the names that [ParseFormat] knows.
func FormatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// ParseFormat finds a format by name.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, diag.New(diag.Usage, "unknown-format", "unknown format %q", name).
		WithHint("%s", diag.DidYouMean(name, FormatNames(), "one of: "+strings.Join(FormatNames(), ", ")))
}

// FormatOf is the format that a file name asks for by its ending.
func FormatOf(path string) (Format, bool) {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	all := Formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == ending })
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}

// Write writes r to w.
func Write(ctx context.Context, w io.Writer, r *guard.Result, f Format) error {
	return f.write(ctx, w, r)
}

// CheckTarget refuses a file that exists, unless overwrite is set, and a
// folder that does not, so that nobody waits for an answer that has no place to go.
func CheckTarget(path string, overwrite bool) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return diag.New(diag.Usage, "output-is-folder", "%s is a folder", path).WithHint("name a file in it")
	}
	if err == nil && !overwrite {
		return diag.New(diag.Usage, "output-exists", "%s exists and was kept", path).
			WithHint("choose another name, or add --force to replace it")
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return diag.New(diag.Usage, "no-output-folder", "there is no folder %s", filepath.Dir(path)).
			WithHint("create it first: mkdir -p %s", filepath.Dir(path))
	}
	return nil
}
