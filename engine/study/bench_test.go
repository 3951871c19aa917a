package study

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/load"
	"epsql/engine/store"
	"epsql/engine/synth"
	"epsql/macros"
	"epsql/sql/study"
)

// BenchmarkStudy brings the deliveries of a whole population over three years in
// and runs the reference study on them, on two threads. EPSQL_BENCH_PERSONS sets
// how many persons there are: 24 600 deliver 2 million lines, 738 000 deliver 60
// million. Told are, of loading and of the study, delivered lines a second and
// the highest memory of the process; how much of the file a year's query reads
// ("year_read_%", of groups of rows); and by how much the time that a second run
// was said to take was wrong ("estimate_off_%").
func BenchmarkStudy(b *testing.B) {
	persons := 24_600
	if testing.Short() {
		persons = 1_000
	}
	if n, err := strconv.Atoi(os.Getenv("EPSQL_BENCH_PERSONS")); err == nil {
		persons = n
	}
	cat, err := catalog.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		b.Fatal(err)
	}
	plan := everybody(b, cat, reg)
	for b.Loop() {
		b.StopTimer()
		folder := b.TempDir()
		lines := deliver(b, cat, reg, folder, persons)
		ws, err := store.Open(b.Context(), filepath.Join(folder, "w.duckdb"), cat, store.Options{Threads: 2, Memory: "4GB"})
		if err != nil {
			b.Fatal(err)
		}
		lowerPeak()
		b.StartTimer()
		began := time.Now()
		runBench(b, ws, reg, plan, filepath.Join(folder, "first"), false)
		b.StopTimer()
		b.ReportMetric(float64(lines)/time.Since(began).Seconds(), "study_lines/s")
		b.ReportMetric(peakMemory(), "study_peak_MB")
		b.ReportMetric(float64(lines), "lines")
		b.ReportMetric(100*readOfYear(b, ws), "year_read_%")
		said, took := runBench(b, ws, reg, plan, filepath.Join(folder, "second"), true)
		b.ReportMetric(100*math.Abs(said-took)/took, "estimate_off_%")
		_ = ws.Close()
		b.StartTimer()
	}
}

// everybody is the reference study, moved to the whole population.
func everybody(b *testing.B, cat *catalog.Catalog, reg *macros.Registry) *study.Plan {
	b.Helper()
	p, err := study.Read(os.DirFS(reference))
	if err != nil {
		b.Fatal(err)
	}
	_, files, err := Move(b.Context(), p, cat, reg, "exhaustive")
	if err != nil {
		b.Fatal(err)
	}
	moved, err := study.Parse([]byte(files[study.File]))
	if err != nil {
		b.Fatal(err)
	}
	moved.Files = files
	return moved
}

// deliver makes up deliveries and loads them, and gives their lines.
func deliver(b *testing.B, cat *catalog.Catalog, reg *macros.Registry, folder string, persons int) (lines int64) {
	b.Helper()
	path, deliveries := filepath.Join(folder, "w.duckdb"), filepath.Join(folder, "deliveries")
	if _, err := synth.Generate(b.Context(), cat, synth.Options{
		Persons: persons, FromYear: 2006, ToYear: 2008, Seed: 1, Population: "exhaustive", Format: "fixed", Out: deliveries,
	}); err != nil {
		b.Fatal(err)
	}
	if err := store.Create(b.Context(), path, "exhaustive", cat, reg); err != nil {
		b.Fatal(err)
	}
	opts := load.Limits(2)
	opts.Files = true
	ws, err := store.Open(b.Context(), path, cat, opts)
	if err != nil {
		b.Fatal(err)
	}
	lowerPeak()
	began := time.Now()
	reports, err := load.Files(b.Context(), ws, []string{deliveries}, load.Options{Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range reports {
		lines += r.Lines
	}
	if err := ws.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(lines)/time.Since(began).Seconds(), "load_lines/s")
	b.ReportMetric(peakMemory(), "load_peak_MB")
	if err := os.RemoveAll(deliveries); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(path); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "file_MB")
	}
	return lines
}

// runBench runs the study and gives the seconds that it said it would take, and
// those that it took.
func runBench(b *testing.B, ws *store.Workspace, reg *macros.Registry, plan *study.Plan, folder string, again bool) (said, took float64) {
	b.Helper()
	var first *Progress
	cfg := Config{Workspace: ws, Macros: reg, Version: "bench", Again: again, Progress: func(p Progress) {
		if first == nil {
			first = &p
		}
	}}
	began := time.Now()
	if _, _, err := Run(b.Context(), cfg, plan, folder); err != nil {
		b.Fatal(err)
	}
	return first.now.plus(first.rest).seconds, time.Since(began).Seconds()
}

// readOfYear is the share of the groups of rows of health care that hold a day of
// 2007: a query of that year reads these, and skips the others.
func readOfYear(b *testing.B, ws *store.Workspace) (share float64) {
	b.Helper()
	err := ws.DB.QueryRowContext(b.Context(), `SELECT avg(CASE WHEN least <= DATE '2007-12-31' AND most >= DATE '2007-01-01' THEN 1 ELSE 0 END) FROM (
		SELECT regexp_extract(stats, 'Min: ([0-9-]+)', 1)::DATE AS least, regexp_extract(stats, 'Max: ([0-9-]+)', 1)::DATE AS most
		FROM pragma_storage_info('soins_sante') WHERE column_name = 'ss00015' AND segment_type = 'DATE')`).Scan(&share)
	if err != nil {
		b.Fatal(err)
	}
	return share
}

// lowerPeak makes the kernel forget the highest memory so far.
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
