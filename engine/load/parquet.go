package load

import (
	"context"

	"epsql/catalog"
	"epsql/sql/diag"
)

func (l *loader) parquet(s *source, candidates []*catalog.Table) error {
	return diag.New(diag.Data, "unknown-file", "Parquet is not read yet")
}

// reader opens a source.
func (l *loader) reader(_ context.Context, s *source) (reader, error) { return l.textReader(s) }
