package load

import (
	"context"
	"io"
	"strings"

	"epsql/catalog"
	"epsql/engine/columnar"
	"epsql/engine/store"
	"epsql/sql/diag"
)

// parquet recognises a Parquet file by the names of its columns.
func (l *loader) parquet(s *source, candidates []*catalog.Table) error {
	if s.zipped || strings.ContainsAny(s.path, "*?[]{}") {
		return diag.New(diag.Data, "cannot-read", "the Parquet file cannot be opened under this name").
			WithHint("unzip it, and rename it to letters and digits")
	}
	names, err := l.parquetColumns(s)
	if err != nil {
		return err
	}
	s.format, s.sep = "parquet", ' '
	if l.hits(names, candidates) == 0 {
		return unknownColumns("Parquet file")
	}
	return l.columns(s, names, candidates)
}

func unknownColumns(of string) error {
	return diag.New(diag.Data, "unknown-file", "no column of the %s is a known zone", of).
		WithHint("name the columns by the zone ids")
}

func (l *loader) parquetColumns(s *source) (names []string, err error) {
	rows, err := l.conn.QueryContext(context.Background(), "SELECT name FROM parquet_schema("+quoted(s.path)+") WHERE type IS NOT NULL")
	if err != nil {
		return nil, parquetFault(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, parquetFault(err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func parquetFault(err error) error {
	if strings.Contains(err.Error(), "disabled by configuration") {
		return diag.New(diag.Data, "no-file-access", "the workspace is open without access to other files").
			WithHint("open it for loading").Wrap(err)
	}
	return diag.New(diag.Data, "damaged-file", "the Parquet file is damaged, cut off or of an unknown kind").
		WithHint("ask for the file again").Wrap(err)
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// parquetReader has DuckDB read the columns as text, which then goes the way of
// delimited text.
type parquetReader struct {
	source *source
	scan   *columnar.Scan
	size   int
	fields []int // for each field of the file, its column in the scan, -1 when not read
	rows   int64
	total  int64
}

func (l *loader) parquetReader(ctx context.Context, s *source) (reader, error) {
	r := &parquetReader{source: s, size: l.opts.Block}
	names, err := l.parquetColumns(s)
	if err != nil {
		return nil, err
	}
	var columns []string
	for i, zone := range s.zones {
		if zone == "" {
			r.fields = append(r.fields, -1)
			continue
		}
		r.fields = append(r.fields, len(columns))
		columns = append(columns, "CAST("+store.Quote(names[i])+" AS VARCHAR)")
	}
	from := " FROM read_parquet(" + quoted(s.path) + ")"
	if err := l.conn.QueryRowContext(ctx, "SELECT count(*)"+from).Scan(&r.total); err != nil {
		return nil, parquetFault(err)
	}
	if r.scan, err = columnar.Open(ctx, l.ws.DB, "SELECT "+strings.Join(columns, ", ")+from); err != nil {
		return nil, parquetFault(err)
	}
	return r, nil
}

func (r *parquetReader) next(b *block) error {
	b.reset()
	b.first = r.rows + 1
	for len(b.data) < r.size {
		n, err := r.scan.Next()
		if err != nil {
			return parquetFault(err)
		}
		if n == 0 {
			break
		}
		r.take(b, n)
		r.rows += int64(n)
	}
	if len(b.lines) == 0 {
		return io.EOF
	}
	b.bytes = r.source.size * r.rows / max(r.total, 1)
	return nil
}

// take writes the rows of a chunk into the block, a byte between two fields.
func (r *parquetReader) take(b *block, n int) {
	columns := make([]columnar.Values, 0, len(r.fields))
	for _, at := range r.fields {
		if at >= 0 {
			columns = append(columns, r.scan.Column(at))
		}
	}
	for row := range n {
		start := len(b.data)
		for i, at := range r.fields {
			if i > 0 {
				b.data = append(b.data, r.source.sep)
			}
			if at >= 0 && !columns[at].Null(row) {
				b.data = append(b.data, columns[at].Text(row)...)
			}
			b.ends = append(b.ends, uint16(min(len(b.data)-start, maxLineSize)))
		}
		b.lines = append(b.lines, span{uint32(start), uint32(len(b.data) - start)})
	}
}

func (r *parquetReader) hash() (string, error) { return r.source.digest() }

func (r *parquetReader) warnings() []string { return nil }

func (r *parquetReader) close() { r.scan.Close() }

// reader opens a source.
func (l *loader) reader(ctx context.Context, s *source) (reader, error) {
	switch s.format {
	case "parquet":
		return l.parquetReader(ctx, s)
	case "cobol":
		return l.cobolReader(s)
	case "sas7bdat", "xport":
		return l.sasReader(s)
	}
	return l.textReader(s)
}
