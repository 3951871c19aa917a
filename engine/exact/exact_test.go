package exact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/big"
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
	if err := Install(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

func run(t testing.TB, conn *sql.Conn, query string) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// aggregates writes all of them over columns y and x.
func aggregates(name func(string) string) (list string) {
	for i, n := range names {
		args := "y"
		if n == "corr" || n[:3] == "cov" || n[:3] == "reg" {
			args = "y, x"
		}
		list += fmt.Sprintf(", %s(%s) AS v%d", name(n), args, i)
	}
	return list
}

// TestASumIsTheNumberNearestToTheTrueSum compares with arithmetic of any
// precision, on numbers of very different size that nearly cancel.
func TestASumIsTheNumberNearestToTheTrueSum(t *testing.T) {
	conn := open(t, "?threads=4")
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		run(t, conn, "CREATE OR REPLACE TEMP TABLE r (y DOUBLE)")
		want := new(big.Float).SetPrec(4000)
		values := ""
		for range 1 + r.IntN(300) {
			x := math.Ldexp(r.Float64()-0.5, r.IntN(1+20*round)-10*round)
			if r.IntN(3) == 0 {
				x = math.Round(x)
			}
			for _, x := range [][]float64{{x}, {x, -x * (1 + 1e-15*r.Float64())}}[r.IntN(2)] {
				values += fmt.Sprintf(", ('%v'::DOUBLE)", x)
				want.Add(want, new(big.Float).SetFloat64(x))
			}
		}
		run(t, conn, "INSERT INTO r VALUES "+values[1:])
		var got float64
		if err := conn.QueryRowContext(t.Context(), "SELECT exact_sum(y) FROM r").Scan(&got); err != nil {
			t.Fatal(err)
		}
		if nearest, _ := want.Float64(); got != nearest {
			t.Fatalf("round %d: %v, want %v", round, got, nearest)
		}
	}
}

// TestTheOrderOfRowsAndThreadsDoNotMatter asks for all aggregates of the same
// rows in many orders, by one thread and by four, in groups and in windows: to
// the last bit the same.
func TestTheOrderOfRowsAndThreadsDoNotMatter(t *testing.T) {
	conn := open(t, "?threads=4")
	for _, x := range []string{"u * 100 - 30", "exp(u * 200 - 100)", "round(u * 1000) / 7", "exp(-u * 700)", "1e15 + u", "round(u * 6e9) - 3e9"} {
		run(t, conn, `CREATE OR REPLACE TEMP TABLE r AS SELECT i % 7 AS k, i AS o, y, y / 3 + u AS x
			FROM (SELECT i, u, `+x+` AS y FROM (SELECT i, hash(i) / 18446744073709551616.0 AS u FROM range(8000) AS t(i)))`)
		first := ""
		for round, order := range []string{"ORDER BY o", "ORDER BY hash(o)", "ORDER BY y", "ORDER BY -abs(x), o", "ORDER BY o DESC"} {
			run(t, conn, fmt.Sprintf("SET threads = %d", []int{1, 4}[round%2]))
			run(t, conn, "CREATE OR REPLACE TEMP TABLE s AS SELECT * FROM r "+order)
			got := answer(t, conn, "SELECT k"+aggregates(Name)+" FROM s GROUP BY k ORDER BY k") +
				answer(t, conn, `SELECT o, exact_sum(y) OVER w, exact_stddev(y) OVER w, exact_corr(y, x) OVER w FROM s WHERE o < 500
					WINDOW w AS (PARTITION BY k ORDER BY o ROWS BETWEEN 40 PRECEDING AND CURRENT ROW) ORDER BY o`)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("%s, %s:\n%s\nwas\n%s", x, order, got, first)
			}
		}
	}
}

// TestTheyMeanWhatTheEngineMeans compares with the engine's own aggregates, which
// agree but for the last digits, on what is likely to be taken otherwise.
func TestTheyMeanWhatTheEngineMeans(t *testing.T) {
	conn := open(t, "")
	for name, rows := range map[string]string{
		"no row":          "(1, 1) LIMIT 0",
		"one row":         "(3, 5)",
		"two rows":        "(3, 5), (4, 9)",
		"nothing":         "(NULL, 5), (NULL, NULL)",
		"half of a pair":  "(1, 2), (2, 5), (NULL, 5), (7, NULL), (3, 1)",
		"y is constant":   "(4, 1), (4, 2), (4, 3)",
		"x is constant":   "(1, 4), (2, 4), (3, 4)",
		"both are":        "(4, 4), (4, 4)",
		"on a line":       "(1, 10), (2, 20), (3, 30)",
		"far from zero":   "(1000001, 1), (1000002, 3), (1000003, 4)",
		"small and large": "(1e-9, 1e9), (2e-9, 3e9), (-1e-9, 0)",
	} {
		from := " FROM (SELECT y::DOUBLE AS y, x::DOUBLE AS x FROM (VALUES " + rows + ") AS v(y, x))"
		exact := cells(t, conn, "SELECT 0"+aggregates(Name)+from)
		engine := cells(t, conn, "SELECT 0"+aggregates(func(n string) string { return n })+from)
		for i, n := range names {
			a, aIs := exact[i+1].(float64)
			b, bIs := engine[i+1].(float64)
			if aIs != bIs || math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 1e-9*(1e-6+math.Abs(b)) {
				t.Errorf("%s: %s is %v, the engine says %v", name, Name(n), exact[i+1], engine[i+1])
			}
		}
	}
}

// TestNothingFails: numbers that the engine's own aggregates end the query on.
func TestNothingFails(t *testing.T) {
	conn := open(t, "")
	for rows, want := range map[string]string{
		"('1e300'), ('1e300')":          "+Inf +Inf <nil>",
		"('-1e305')":                    "-Inf -Inf <nil>",
		"('inf'), ('-1e295')":           "NaN NaN <nil>",
		"('-1e295'), ('inf')":           "NaN NaN <nil>",
		"('nan'), ('1')":                "NaN NaN <nil>",
		"('1e200'), ('1')":              "1e+200 5e+199 <nil>",
		"('5e-324'), ('5e-324'), ('0')": "1e-323 5e-324 0",
	} {
		got := cells(t, conn, "SELECT exact_sum(y), exact_avg(y), exact_var_pop(y) FROM (SELECT y::DOUBLE AS y FROM (VALUES "+rows+") AS v(y))")
		if fmt.Sprint(got[0], " ", got[1], " ", got[2]) != want {
			t.Errorf("%s: %v, want %s", rows, got, want)
		}
	}
}

// cells are those of a single row.
func cells(t testing.TB, conn *sql.Conn, query string) []any {
	t.Helper()
	rows := table(t, conn, query)
	if len(rows) != 1 {
		t.Fatalf("%d rows: %s", len(rows), query)
	}
	return rows[0]
}

// answer draws rows, numbers to the last bit.
func answer(t testing.TB, conn *sql.Conn, query string) (out string) {
	t.Helper()
	for _, row := range table(t, conn, query) {
		for _, c := range row {
			if f, ok := c.(float64); ok {
				c = fmt.Sprintf("%v(%x)", f, math.Float64bits(f))
			}
			out += fmt.Sprint(c) + " "
		}
		out += "\n"
	}
	return out
}

func table(t testing.TB, conn *sql.Conn, query string) (out [][]any) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		err = rows.Scan(at...)
		out = append(out, row)
	}
	if err := errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return out
}
