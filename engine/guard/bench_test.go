package guard

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"epsql/engine/store"
)

// BenchmarkGuarded reports how much longer a guarded answer takes than the same
// query in plain DuckDB on the same file. EPSQL_BENCH_PERSONS sets the size;
// every person has ten rows, stored in person order.
func BenchmarkGuarded(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("EPSQL_BENCH_PERSONS"))
	if err != nil {
		n = 100_000
	}
	ws := world(b, "eps", `
DELETE FROM main.population; DELETE FROM main.soins_sante;
INSERT INTO main.population (pp0010, pp0015, pp0020, pp0025, pp0030, pp0050, livraison)
SELECT n, 1920 + n % 90, CASE n % 2 WHEN 1 THEN '1' ELSE '2' END, CAST(11000 + n % 580 AS VARCHAR), '110', 200812, 1 FROM range(1, `+strconv.Itoa(n)+`) AS t(n);
INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00050, ss00060, ss00160, ss00165, livraison)
SELECT n // 10 + 1, DATE '2008-01-01' + CAST(n % 365 AS INTEGER), CAST(101000 + n % 700 AS VARCHAR), 1, n % 10000, n % 300, CASE WHEN n % 9 = 0 THEN 500 ELSE 0 END, 1 FROM range(1, `+strconv.Itoa(10*n)+`) AS t(n);`)
	g := guardOf(b, ws, "")
	for _, c := range []struct{ name, query string }{
		{"few groups", "SELECT ss00015 >= DATE '2008-07-01' AS h, count(*), sum(ss00060), sum(ss00160) FROM soins_sante GROUP BY 1"},
		{"many groups", "SELECT ss00020, count(*), sum(ss00060) FROM soins_sante GROUP BY 1"},
		{"a join and a condition", "SELECT pp0020, pp0025, count(*), count(*) FILTER (WHERE ss00165 > 0) FROM soins_sante JOIN population ON pp0010 = ss00010 GROUP BY ALL"},
		{"within a person", "SELECT pp0020, avg(t), count(*) FROM (SELECT ss00010 AS id, sum(ss00160) AS t FROM soins_sante GROUP BY ss00010) JOIN population ON pp0010 = id GROUP BY 1"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var plain, guarded time.Duration
			for b.Loop() {
				start := time.Now()
				if err := plainly(b.Context(), ws, c.query); err != nil {
					b.Fatal(err)
				}
				plain += time.Since(start)
				start = time.Now()
				if _, err := ask(b, g, c.query); err != nil {
					b.Fatal(err)
				}
				guarded += time.Since(start)
			}
			b.ReportMetric(float64(guarded)/float64(plain), "x_plain")
		})
	}
}

// plainly runs a query in DuckDB itself and reads its result.
func plainly(ctx context.Context, ws *store.Workspace, query string) error {
	rows, err := ws.DB.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Close()
}
