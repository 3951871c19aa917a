package guard

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/load"
	"epsql/engine/store"
	"epsql/engine/synth"
	"epsql/macros"
)

// classes of questions, by what makes them cheap or dear to guard.
var classes = []struct{ name, query string }{
	{"a total", "SELECT count(*), sum(ss00060), sum(ss00160) FROM soins_sante"},
	{"two groups of many rows", "SELECT ss00015 >= DATE '2008-07-01' AS h, count(*), sum(ss00060), sum(ss00160) FROM soins_sante GROUP BY 1"},
	{"persons by municipality, sex and year of birth", "SELECT pp0025, pp0020, pp0015, count(*) FROM population WHERE pp0050 = 200812 GROUP BY ALL"},
	{"rows by code", "SELECT ss00020, count(*), sum(ss00060) FROM soins_sante GROUP BY 1"},
	{"persons by code", "SELECT ss00020, count(DISTINCT ss00010), sum(ss00060) FROM soins_sante GROUP BY 1"},
	{"a condition", "SELECT ss00020, count(*), count(*) FILTER (WHERE ss00165 > 0) FROM soins_sante GROUP BY 1"},
	{"a mean and its spread", "SELECT ss00020, avg(ss00160), stddev(ss00160) FROM soins_sante GROUP BY 1"},
	{"a join", "SELECT pp0020, population.province_v1(pp0025) AS p, count(*), sum(ss00060) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 GROUP BY ALL"},
	{"a join and a condition", "SELECT pp0020, pp0025, count(*), count(*) FILTER (WHERE ss00165 > 0) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 GROUP BY ALL"},
	{"many groups", "SELECT pp0025, ss00020, count(*), sum(ss00060) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 GROUP BY ALL"},
	{"within a person", "SELECT pp0020, avg(t), count(*) FROM (SELECT ss00010 AS id, sum(ss00160) AS t FROM soins_sante GROUP BY ss00010) JOIN population ON pp0010 = id WHERE pp0050 = 200812 GROUP BY 1"},
	{"a code by municipality", "SELECT pp0025, count(DISTINCT ss00010) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 AND ss00020 = '102771' GROUP BY ALL"},
	{"grouping sets", "SELECT pp0020, ss00020, count(*) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 GROUP BY ROLLUP (pp0020, ss00020)"},
	{"classes made by CASE", "SELECT CASE WHEN 2008 - pp0015 < 18 THEN '0-17' WHEN 2008 - pp0015 < 65 THEN '18-64' ELSE '65+' END AS age, pp0020, count(*), sum(ss00160) FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0050 = 200812 GROUP BY ALL"},
	{"months", "SELECT date_trunc('month', ss00015) AS m, count(*), sum(ss00060) FROM soins_sante GROUP BY ALL"},
	{"medicines", "SELECT ss00135, count(*), count(DISTINCT ss00010), sum(ss00060) FROM pharmanet GROUP BY 1"},
}

// BenchmarkGuarded reports how many times longer a guarded answer takes than the
// same query in plain DuckDB on the same file: for each class of questions, for
// the median class and the worst one, and for the median of the utility corpus.
// The file is EPSQL_BENCH_DB, or made-up deliveries of EPSQL_BENCH_PERSONS persons
// loaded as always; EPSQL_BENCH_CHANNEL is the rule.
func BenchmarkGuarded(b *testing.B) {
	ws := benchWorkspace(b)
	g := guardOf(b, ws, os.Getenv("EPSQL_BENCH_CHANNEL"))
	var all []float64
	for _, c := range classes {
		b.Run(c.name, func(b *testing.B) {
			var x ratio
			for b.Loop() {
				x = answeredTwice(b, g, c.query)
			}
			x.report(b)
			all = append(all, x.times())
		})
	}
	b.Run("all classes", func(b *testing.B) { spreadOf(b, all) })
	b.Run("utility corpus", func(b *testing.B) {
		var all []float64
		for _, q := range readCorpus(b) {
			if q.pending != "" || q.refused != "" {
				continue
			}
			x, err := compared(b, g, q)
			if err != nil {
				b.Logf("%s: %v", q.title, err)
				continue
			}
			b.Logf("%6.2f x %8.1f ms  %s", x.times(), 1000*x.plain.Seconds(), q.title)
			all = append(all, x.times())
		}
		spreadOf(b, all)
	})
}

// BenchmarkDominance costs the rule for amounts apart.
func BenchmarkDominance(b *testing.B) {
	ws := benchWorkspace(b)
	g := ruled(b, ws, os.Getenv("EPSQL_BENCH_CHANNEL"), catalog.Dominance{N: 1, K: 85, P: 10})
	for _, c := range classes {
		b.Run(c.name, func(b *testing.B) {
			var x ratio
			for b.Loop() {
				x = answeredTwice(b, g, c.query)
			}
			x.report(b)
		})
	}
}

// ratio is how long a question takes at best, in plain DuckDB and guarded.
type ratio struct{ plain, guarded time.Duration }

func (x ratio) times() float64 { return float64(x.guarded) / float64(x.plain) }

func (x ratio) report(b *testing.B) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000*x.plain.Seconds(), "ms_plain")
	b.ReportMetric(x.times(), "x_plain")
}

func spreadOf(b *testing.B, all []float64) {
	b.Helper()
	if len(all) == 0 {
		b.Skip("nothing was asked")
	}
	for b.Loop() {
		slices.Sort(all)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(all[len(all)/2], "x_plain_median")
	b.ReportMetric(all[len(all)*9/10], "x_plain_90%")
	b.ReportMetric(all[len(all)-1], "x_plain_worst")
}

// rivals is how often each side is tried; the best time counts.
const rivals = 3

// answeredTwice compares a query that both sides must answer.
func answeredTwice(b *testing.B, g *Guard, query string) ratio {
	b.Helper()
	x, err := compared(b, g, question{sql: query})
	if err != nil {
		b.Fatalf("%s: %v", query, err)
	}
	return x
}

// compared asks a question of both sides in turn.
func compared(b *testing.B, g *Guard, q question) (ratio, error) {
	b.Helper()
	x := ratio{plain: math.MaxInt64, guarded: math.MaxInt64}
	for range rivals {
		start := time.Now()
		if _, err := plainRows(b.Context(), g.cfg.Workspace, q.plainScript(q.sql)); err != nil {
			return x, fmt.Errorf("plain DuckDB: %w", err)
		}
		x.plain = min(x.plain, time.Since(start))
		start = time.Now()
		if err := answered(b.Context(), g, q); err != nil {
			return x, err
		}
		x.guarded = min(x.guarded, time.Since(start))
	}
	return x, nil
}

func answered(ctx context.Context, g *Guard, q question) error {
	p, err := g.Plan(ctx, Query{Text: q.sql, Params: q.params})
	if err != nil {
		return err
	}
	_, err = g.Run(ctx, p)
	return err
}

// benchWorkspace opens or makes the file that is measured.
func benchWorkspace(b *testing.B) *store.Workspace {
	b.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	path := os.Getenv("EPSQL_BENCH_DB")
	if path == "" {
		path = filepath.Join(b.TempDir(), "bench.duckdb")
	}
	if _, err := os.Stat(path); err != nil {
		madeUp(b, cat, path)
	}
	ws, err := store.Open(b.Context(), path, cat, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ws.Close() })
	return ws
}

// madeUp makes a workspace of made-up deliveries of three years.
func madeUp(b *testing.B, cat *catalog.Catalog, path string) {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("EPSQL_BENCH_PERSONS"))
	if err != nil {
		n = 5000
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		b.Fatal(err)
	}
	out := b.TempDir()
	_, err = synth.Generate(b.Context(), cat, synth.Options{Persons: n, FromYear: 2006, ToYear: 2008, Seed: 1, Population: "eps", Format: "csv", Out: out})
	if err != nil {
		b.Fatal(err)
	}
	if err := store.Create(b.Context(), path, "eps", cat, reg); err != nil {
		b.Fatal(err)
	}
	ws, err := store.Open(b.Context(), path, cat, store.Options{Files: true})
	if err != nil {
		b.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // what fails, fails when it is opened
	if _, err := load.Files(b.Context(), ws, []string{out}, load.Options{}); err != nil {
		b.Fatal(fmt.Errorf("loading: %w", err))
	}
}
