//go:build unix

package load

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/engine/synth"
)

// BenchmarkLoad loads health-care lines and, in the same run, has plain DuckDB
// read the same file into the same typed columns. "x_plain" is how many times
// faster loading is, "x_plain_cpu" the same in processor time, which a busy
// machine disturbs less. EPSQL_BENCH_LINES sets the number of lines.
func BenchmarkLoad(b *testing.B) {
	cat, err := catalog.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	lines := 2_000_000
	if testing.Short() {
		lines = 100_000
	}
	if n, err := strconv.Atoi(os.Getenv("EPSQL_BENCH_LINES")); err == nil {
		lines = n
	}
	for _, format := range []string{"fixed", "delimited"} {
		b.Run(format, func(b *testing.B) {
			path := claims(b, cat, format, lines)
			for b.Loop() {
				b.StopTimer()
				plain, plainCPU := plainDuckDB(b, cat, format, path, lines)
				ws := benchWorkspace(b, cat)
				lowerPeak()
				b.StartTimer()
				start, cpu := time.Now(), processorTime()
				reports, err := Files(b.Context(), ws, []string{path}, Options{})
				took, tookCPU := time.Since(start), processorTime()-cpu
				b.StopTimer()
				if err != nil || reports[0].Stored != int64(lines) {
					b.Fatal(err, reports)
				}
				b.ReportMetric(float64(lines)/took.Seconds(), "rows/s")
				b.ReportMetric(float64(lines)/plain.Seconds(), "plain_rows/s")
				b.ReportMetric(plain.Seconds()/took.Seconds(), "x_plain")
				b.ReportMetric(plainCPU.Seconds()/tookCPU.Seconds(), "x_plain_cpu")
				b.ReportMetric(peakMemory(), "peak_MB")
				_ = ws.Close()
				b.StartTimer()
			}
		})
	}
}

func benchWorkspace(b *testing.B, cat *catalog.Catalog) *store.Workspace {
	b.Helper()
	path := filepath.Join(b.TempDir(), "w.duckdb")
	if err := store.Create(b.Context(), path, cat.Populations[0].ID, cat, nil); err != nil {
		b.Fatal(err)
	}
	ws, err := store.Open(b.Context(), path, cat, Limits(0))
	if err != nil {
		b.Fatal(err)
	}
	return ws
}

// lowerPeak makes the kernel forget the highest memory use so far, if it may.
func lowerPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) }

// peakMemory is the highest resident memory since, in megabytes; 0 when unknown.
func peakMemory() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}

// layout finds the fixed-width layout of health care.
func layout(b testing.TB, cat *catalog.Catalog) (*catalog.Layout, *catalog.Table) {
	b.Helper()
	for _, l := range cat.Layouts {
		if l.ID == "soins_fixe" {
			return l, cat.Table("soins_sante")
		}
	}
	b.Fatal("the catalogue has no fixed-width layout of health care")
	return nil, nil
}

// claims makes one file of health-care lines: the synthetic deliveries of all
// insurers over three years, one after the other.
func claims(b *testing.B, cat *catalog.Catalog, format string, lines int) string {
	b.Helper()
	made := map[string]string{"fixed": "fixed", "delimited": "csv"}[format]
	folder := b.TempDir()
	report, err := synth.Generate(b.Context(), cat, synth.Options{
		Persons: lines/50 + 100, FromYear: 2006, ToYear: 2008, Seed: 1, Population: cat.Populations[0].ID, Format: made, Out: folder,
	})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "soins_"+format+".txt")
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	w := bufio.NewWriterSize(out, 1<<20)
	header := format == "delimited"
	for _, f := range report.Files {
		if lines == 0 || f.Superseded || !slices.Equal(f.Tables, []string{"soins_sante"}) {
			continue
		}
		lines -= appendLines(b, w, filepath.Join(folder, f.Name), lines, header, format == "delimited")
		header = false
	}
	if err := w.Flush(); err != nil || lines > 0 {
		b.Fatal("lines wanting:", lines, err)
	}
	return path
}

// appendLines copies up to n lines of a file, its header too if wanted.
func appendLines(b *testing.B, w *bufio.Writer, path string, n int, header, hasHeader bool) (copied int) {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if hasHeader && !header {
			hasHeader = false
			continue
		}
		if copied == n {
			break
		}
		_, _ = w.Write(line)
		if hasHeader {
			hasHeader, header = false, false
			continue
		}
		copied++
	}
	return copied
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plainDuckDB times what one would write without this package.
func plainDuckDB(b *testing.B, cat *catalog.Catalog, format, path string, lines int) (took, cpu time.Duration) {
	b.Helper()
	l, t := layout(b, cat)
	db, err := sql.Open("duckdb", filepath.Join(b.TempDir(), "plain.duckdb"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	query := plainFixed(l, t, path)
	if format == "delimited" {
		query = plainDelimited(l, t, path)
	}
	start, used := time.Now(), processorTime()
	if _, err := db.ExecContext(context.Background(), query); err != nil {
		b.Fatal(err)
	}
	took, cpu = time.Since(start), processorTime()-used
	var rows int
	if err := db.QueryRow("SELECT count(*) FROM plain").Scan(&rows); err != nil || rows != lines {
		b.Fatalf("plain DuckDB read %d of %d lines: %v", rows, lines, err)
	}
	return took, cpu
}

func plainType(t *catalog.Table, zone string) string {
	z := t.Zone(zone)
	switch {
	case z == nil || len(z.Parts) > 0:
		return "VARCHAR"
	case z.Type == catalog.TypeID:
		return "BIGINT"
	}
	return z.Type.SQL()
}

func plainFixed(l *catalog.Layout, t *catalog.Table, path string) string {
	var columns []string
	for _, f := range l.Fields {
		piece := fmt.Sprintf("trim(substr(line, %d, %d))", f.Start, f.Length)
		z := t.Zone(f.Zone)
		switch {
		case z != nil && len(z.Parts) > 0:
			for _, p := range z.Parts {
				part := fmt.Sprintf("substr(line, %d, %d)", f.Start+p.Start-1, p.Length)
				if p.Type == catalog.TypeID {
					part = "try_cast(" + part + " AS BIGINT)"
				}
				columns = append(columns, part+" AS "+p.Column)
			}
			continue
		case plainType(t, f.Zone) == "VARCHAR":
			piece = "nullif(" + piece + ", '')"
		case plainType(t, f.Zone) == "DATE":
			piece = "try_strptime(" + piece + ", '%Y%m%d')::DATE"
		default:
			piece = "try_cast(" + piece + " AS " + plainType(t, f.Zone) + ")"
		}
		columns = append(columns, piece+" AS "+f.Zone)
	}
	return fmt.Sprintf(`CREATE TABLE plain AS SELECT %s FROM read_csv('%s', columns={'line': 'VARCHAR'}, delim='\x01', quote='', escape='', header=false, auto_detect=false)`,
		strings.Join(columns, ", "), path)
}

func plainDelimited(l *catalog.Layout, t *catalog.Table, path string) string {
	var columns []string
	for _, f := range l.Fields {
		columns = append(columns, fmt.Sprintf("'%s': '%s'", f.Zone, plainType(t, f.Zone)))
	}
	return fmt.Sprintf(`CREATE TABLE plain AS SELECT * FROM read_csv('%s', columns={%s}, delim=';', header=true, auto_detect=false, dateformat='%%Y%%m%%d', nullstr=['', '00000000'], store_rejects=true, rejects_limit=0)`,
		path, strings.Join(columns, ", "))
}
