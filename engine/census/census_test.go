package census

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

func open(t testing.TB, settings string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("duckdb", settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func install(t testing.TB, conn *sql.Conn, limits ...int) {
	t.Helper()
	for _, n := range limits {
		if err := Install(t.Context(), conn, n); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCountsAreThoseOfCountDistinct compares with count(DISTINCT) on random
// rows: many and few groups, runs of one person, NULL persons and conditions,
// groups without rows, both widths of numbers.
func TestCountsAreThoseOfCountDistinct(t *testing.T) {
	conn := open(t, "?threads=4")
	install(t, conn, 1, 4, 5, 20)
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 12 {
		groups, persons, run := 1+r.IntN(2000), 1+r.IntN(400), 1+r.IntN(50)
		limit := []int{1, 4, 5, 20}[r.IntN(4)]
		typ := []string{"INTEGER", "BIGINT"}[r.IntN(2)]
		data := fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE r AS SELECT
			CAST(hash(i, 1) %% %d AS INTEGER) AS k,
			CASE WHEN hash(i, 2) %% 11 > 0 THEN CAST(hash(i // %d, 3) %% %d AS %s) - 5 END AS id,
			CASE hash(i, 4) %% %d WHEN 0 THEN TRUE WHEN 1 THEN NULL ELSE FALSE END AS c
			FROM range(%d) AS t(i)`, groups, run, persons, typ, 2+r.IntN(100), 20000+r.IntN(100000))
		if _, err := conn.ExecContext(t.Context(), data); err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{"GROUP BY k", "GROUP BY ROLLUP (k)", ""} {
			query := fmt.Sprintf(`SELECT count(*) FROM (SELECT least(%[1]d, count(DISTINCT id)) AS a, %[2]s(id) AS b,
				least(%[1]d, count(DISTINCT CASE WHEN c THEN id END))
				+ (least(%[1]d, count(DISTINCT CASE WHEN NOT coalesce(c, FALSE) THEN id END)) << 20)
				+ (least(%[1]d, count(DISTINCT id)) << 40) AS x, %[3]s(id, c) AS y
				FROM r WHERE hash(k) %% 10 > 0 %[4]s) WHERE a <> b OR x <> y`, limit, Units(limit), Sides(limit), by)
			var wrong int
			if err := conn.QueryRowContext(t.Context(), query).Scan(&wrong); err != nil || wrong > 0 {
				t.Fatalf("round %d, up to %d, %s: %d groups differ (%v)\n%s", round, limit, by, wrong, err, data)
			}
		}
	}
}

// TestNobodyIsZero: no rows, or only rows of nobody, are a count of zero.
func TestNobodyIsZero(t *testing.T) {
	conn := open(t, "")
	install(t, conn, 4)
	var a, b, c int64
	err := conn.QueryRowContext(t.Context(), `SELECT units_to_4(x), units_to_4(NULL::INTEGER), sides_to_4(x, TRUE)
		FROM range(10) AS t(x) WHERE x > 10`).Scan(&a, &b, &c)
	if err != nil || a+b+c != 0 {
		t.Fatal(a, b, c, err)
	}
}

// TestGroupsThatDoNotFitInMemory: states are spilled and read back.
func TestGroupsThatDoNotFitInMemory(t *testing.T) {
	conn := open(t, "?threads=2&memory_limit=120MB")
	if _, err := conn.ExecContext(t.Context(), "SET temp_directory = '"+t.TempDir()+"'"); err != nil {
		t.Fatal(err)
	}
	install(t, conn, 5)
	var groups, wrong int
	err := conn.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE n <> 2) FROM (
		SELECT k, units_to_5(id) AS n FROM (SELECT i % 1000000 AS k, i // 1000000 % 2 AS id FROM range(3000000) AS t(i)) GROUP BY k)`).Scan(&groups, &wrong)
	if err != nil || groups != 1_000_000 || wrong != 0 {
		t.Fatal(groups, wrong, err)
	}
}

// TestInstalledOnce: a second guard of the same workspace, or another
// connection, finds the aggregates there.
func TestInstalledOnce(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for range 2 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		install(t, conn, 4, 4)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if Install(t.Context(), conn, MaxLimit+1) == nil {
		t.Error("a limit without room is taken")
	}
}
