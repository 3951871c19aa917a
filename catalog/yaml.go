package catalog

import (
	"epsql/sql/diag"
	"epsql/sql/strict"
)

// reader reads the files of a catalogue.
type reader struct{ *strict.Reader }

// fault is a catalogue error.
func fault(code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...)
}
