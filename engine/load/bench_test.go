//go:build unix

package load

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/store"
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
				plain, plainCPU := plainDuckDB(b, cat, format, path)
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
	ws, err := store.Open(b.Context(), path, cat, store.Options{Memory: Memory})
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

// claims writes lines that have the shape of health care: every zone filled by
// its type and codes, 300 000 persons in random order.
func claims(b *testing.B, cat *catalog.Catalog, format string, lines int) string {
	b.Helper()
	l, t := layout(b, cat)
	path := filepath.Join(b.TempDir(), "soins_"+format+".txt")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	if format == "delimited" {
		names := make([]string, len(l.Fields))
		for i, f := range l.Fields {
			names[i] = f.Zone
		}
		fmt.Fprintln(w, strings.Join(names, ";"))
	}
	values := make([][]string, len(l.Fields))
	for i, f := range l.Fields {
		for range 4096 {
			values[i] = append(values[i], benchValue(rng, t, f))
		}
	}
	line := make([]byte, 0, 2*l.RecordLength)
	for range lines {
		line = line[:0]
		for i, f := range l.Fields {
			value := values[i][rng.IntN(4096)]
			if f.Zone == "SS00010" {
				value = fmt.Sprintf("%015d", 10_000_000+rng.IntN(300_000)*7)
			}
			if format == "fixed" {
				line = append(line, blanks[:f.Start-1-len(line)+f.Length-len(value)]...)
			} else if i > 0 {
				line = append(line, ';')
			}
			line = append(line, value...)
		}
		_, _ = w.Write(append(line, '\n'))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	_ = file.Close()
	return path
}

const blanks = "                                                  "

func benchValue(rng *rand.Rand, t *catalog.Table, f catalog.Field) string {
	zone := t.Zone(f.Zone)
	switch f.Zone {
	case "SS00004":
		return "1200811"
	case "SS00030":
		return "S"
	}
	switch {
	case zone == nil: // of the other table
		return ""
	case len(zone.Parts) > 0 || zone.Type == catalog.TypeID:
		return fmt.Sprintf("01%0*d", f.Length-2, rng.IntN(20_000)*1000+rng.IntN(100))
	case len(zone.Codes) > 0:
		return zone.Codes[rng.IntN(len(zone.Codes))].Code
	}
	switch zone.Type {
	case catalog.TypeDate:
		return fmt.Sprintf("2008%02d%02d", 1+rng.IntN(12), 1+rng.IntN(28))
	case catalog.TypeMonth:
		return fmt.Sprintf("2008%02d", 1+rng.IntN(12))
	case catalog.TypeCents:
		return strconv.Itoa(rng.IntN(20_000) - 500)
	case catalog.TypeInt:
		return strconv.Itoa(rng.IntN(30))
	}
	return fmt.Sprintf("%0*d", zone.Length, rng.IntN(3000))[:zone.Length]
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plainDuckDB times what one would write without this package.
func plainDuckDB(b *testing.B, cat *catalog.Catalog, format, path string) (took, cpu time.Duration) {
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
	if err := db.QueryRow("SELECT count(*) FROM plain").Scan(&rows); err != nil || rows == 0 {
		b.Fatal("plain DuckDB read nothing", err)
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
	return fmt.Sprintf(`CREATE TABLE plain AS SELECT * FROM read_csv('%s', columns={%s}, delim=';', header=true, auto_detect=false, dateformat='%%Y%%m%%d', store_rejects=true, rejects_limit=0)`,
		path, strings.Join(columns, ", "))
}
