package guard

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
)

// world is a small workspace whose persons are known by heart: person n
//
//   - lives in municipality 11001 (n <= 60), 21004 (n <= 100), 62063 (n <= 103)
//     or 92094 (the rest, to 120);
//   - is a man when n is odd; born in 1900 + n%60 + 20;
//   - has n%5+1 health-care rows of 1000 cents and n%7 cents of co-payment each,
//     a supplement of 500 cents on every row for persons 1, 2 only;
//   - persons 1 to 50 have a booked global medical record.
const worldSQL = `
INSERT INTO main.population (pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, livraison)
SELECT n, 1920 + n % 60, CASE n % 2 WHEN 1 THEN '1' ELSE '2' END,
  CASE WHEN n <= 60 THEN '11001' WHEN n <= 100 THEN '21004' WHEN n <= 103 THEN '62063' ELSE '92094' END,
  CASE WHEN n % 3 = 0 THEN '111' ELSE '110' END, n, 200812, 1
FROM range(1, 121) AS t(n);
INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, ss00165, livraison)
SELECT n, DATE '2008-01-15' + CAST(k * 30 AS INTEGER), CASE WHEN k = 0 AND n <= 50 THEN '102771' ELSE '101032' END, 'S', 1, 1000,
  CASE WHEN n <= 60 THEN 1 ELSE 2 + n % 10 END, '001', n % 7, CASE WHEN n <= 2 THEN 500 ELSE 0 END, 1
FROM range(1, 121) AS t(n), range(0, 5) AS u(k) WHERE k <= n % 5;
`

func world(t testing.TB, population, extra string) *store.Workspace {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	ctx := context.Background()
	if err := store.Create(ctx, path, population, cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(ctx, path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	if _, err := ws.DB.Exec(worldSQL + extra); err != nil {
		t.Fatal(err)
	}
	return ws
}

func guardOf(t testing.TB, ws *store.Workspace, channel string) *Guard {
	t.Helper()
	reg, err := macros.Embedded(ws.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := ws.Channel(channel)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(t.Context(), Config{Workspace: ws, Catalog: ws.Catalog, Macros: reg, Channel: ch, User: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// ask answers a query and draws the answer as text, one line per row.
func ask(t testing.TB, g *Guard, query string) (string, error) {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		return "", err
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		return "", err
	}
	return draw(r), nil
}

func draw(r *Result) string {
	var b strings.Builder
	for i, c := range r.Columns() {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(c.Name)
	}
	b.WriteByte('\n')
	for row := range r.Rows() {
		for i, c := range row {
			if i > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(drawCell(c))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func drawCell(c Cell) string {
	switch v := c.Value.(type) {
	case nil:
		if c.Masked {
			return "*"
		}
		return "NULL"
	case time.Time:
		return v.Format("2006-01-02")
	default:
		return fmt.Sprint(v)
	}
}
