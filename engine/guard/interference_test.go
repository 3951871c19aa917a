package guard

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"epsql/sql/diag"
)

// rounds is how many random queries a property is tried on; EPSQL_ROUNDS asks
// for more.
func rounds(n int) int {
	if more, err := strconv.Atoi(os.Getenv("EPSQL_ROUNDS")); err == nil {
		return more
	}
	return n
}

// outcome is everything that leaves: the answer or the error, with its notes.
func outcome(t *testing.T, g *Guard, query string) string {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err == nil {
		var r *Result
		if r, err = g.Run(t.Context(), p); err == nil {
			s := r.Summary()
			s.Ledger = 0
			return draw(r) + fmt.Sprint(s)
		}
	}
	return err.Error() + fmt.Sprint(diag.ExitCode(err))
}

// speaker makes random expressions.
type speaker struct{ r *rand.Rand }

func (s speaker) pick(options ...string) string { return options[s.r.IntN(len(options))] }

// number is a numeric expression over x (a number), c (a condition) and y
// (another number).
func (s speaker) number(depth int) string {
	if depth == 0 {
		return s.pick("x", "y", "1", "1000", "0", "CAST(c AS INTEGER)", "NULL", "0.5")
	}
	a, b := s.number(depth-1), s.number(depth-1)
	return s.pick(
		a, "("+a+" + "+b+")", "("+a+" - "+b+")", "("+a+" * "+b+")", "(-"+a+")", "abs("+a+")", "round("+a+")",
		"("+a+" / 7)", "coalesce("+a+", "+b+")", "nullif("+a+", "+b+")", "greatest("+a+", "+b+")",
		"CASE WHEN "+s.condition(depth-1)+" THEN "+a+" ELSE "+b+" END", "CASE WHEN "+s.condition(depth-1)+" THEN "+a+" END",
		"CASE WHEN "+s.condition(depth-1)+" THEN 0 ELSE "+b+" END", "CAST("+s.condition(depth-1)+" AS INTEGER)", "CAST("+a+" AS DOUBLE)", "sign("+a+")", "("+a+" % 10)",
	)
}

func (s speaker) condition(depth int) string {
	if depth <= 0 {
		return s.pick("c", "NOT c", "x > 0", "x IS NOT NULL", "x = 500", "x BETWEEN 1 AND 900", "x IN (500, 700)")
	}
	return s.pick(
		s.condition(depth-1)+" AND y > 100", "("+s.number(depth-1)+") > 3",
		"coalesce("+s.condition(depth-1)+", FALSE)", "("+s.number(depth-1)+") IS NULL", s.condition(0),
	)
}

func (s speaker) aggregate() string {
	x := s.number(1 + s.r.IntN(2))
	return s.pick(
		"sum("+x+")", "avg("+x+")", "count("+x+")", "count(DISTINCT "+x+")", "stddev("+x+")", "var_pop("+x+")",
		"covar_samp("+x+", y)", "count_if("+s.condition(1)+")", "count(*) FILTER (WHERE "+s.condition(1)+")",
		"sum(y) FILTER (WHERE "+s.condition(0)+")", "sum("+x+") / count(*)", "round(100.0 * count("+x+") / count(*), 3)",
	)
}

// query aggregates rows whose columns are id, g (a key), x, c and y.
func (s speaker) query(source string) string {
	steps := "CREATE VIEW r AS " + source + ";\n"
	if s.r.IntN(3) == 0 {
		steps += "CREATE VIEW s AS SELECT id, g, " + s.number(1) + " AS x, " + s.condition(0) + " AS c, y FROM r;\n"
	} else {
		steps += "CREATE VIEW s AS SELECT * FROM r;\n"
	}
	if s.r.IntN(3) == 0 {
		steps += "CREATE VIEW q AS SELECT id, g, " + s.pick("sum", "max", "min", "avg", "count") + "(" + s.number(1) + ") AS x, bool_or(c) AS c, sum(y) AS y FROM s GROUP BY id, g;\n"
	} else {
		steps += "CREATE VIEW q AS SELECT * FROM s;\n"
	}
	cells := s.aggregate() + " AS a, " + s.aggregate() + " AS b"
	if s.r.IntN(2) == 0 {
		return steps + "SELECT " + cells + " FROM q"
	}
	return steps + "SELECT g, " + cells + " FROM q GROUP BY g" + s.pick("", " ORDER BY a", " HAVING a > 10", " ORDER BY b DESC LIMIT 1")
}

// sameOutcome asks a query of three databases, each made by a change, and wants
// one outcome.
func sameOutcome(t *testing.T, g *Guard, query string, change func() string) {
	t.Helper()
	first := ""
	for range 3 {
		if _, err := g.cfg.Workspace.DB.Exec(change()); err != nil {
			t.Fatal(err)
		}
		got := outcome(t, g, query)
		if first == "" {
			first = got
		} else if got != first {
			t.Fatalf("%s\ntells about a few persons:\n%s\nand\n%s", query, first, got)
		}
	}
}

// TestFewPersonsBehindAConditionTellNothing: two databases differ only in which
// persons, none to three, have a supplement, and how much. Whatever is
// aggregated over supplements, the outcome is the same to the byte. (Conditions
// that join a supplement by OR to something that many meet are left out: there
// only the difference with another answer tells, which one answer cannot stop.)
func TestFewPersonsBehindAConditionTellNothing(t *testing.T) {
	s := speaker{rand.New(rand.NewPCG(3, 4))}
	g := guardOf(t, world(t, "eps", ""), "")
	const source = "SELECT ss00010 AS id, pp0020 AS g, ss00165 AS x, ss00165 > 0 AS c, ss00060 AS y FROM soins_sante JOIN population ON pp0010 = ss00010"
	for range rounds(60) {
		sameOutcome(t, g, s.query(source), func() string {
			var ids []string
			for range s.r.IntN(4) {
				ids = append(ids, fmt.Sprint(1+s.r.IntN(120)))
			}
			change := "UPDATE main.soins_sante SET ss00165 = 0;"
			if len(ids) > 0 {
				change += fmt.Sprintf("UPDATE main.soins_sante SET ss00165 = %d WHERE ss00010 IN (%s)", []int{1, 500, 700}[s.r.IntN(3)], strings.Join(ids, ", "))
			}
			return change
		})
	}
}

// TestFewPersonsInAStepTellNothing: two databases differ in who, none to three
// persons, lives in a municipality, and in all that is known of them. Whatever is
// asked about that municipality, the outcome is the same to the byte.
func TestFewPersonsInAStepTellNothing(t *testing.T) {
	s := speaker{rand.New(rand.NewPCG(5, 6))}
	g := guardOf(t, world(t, "eps", ""), "")
	const source = "SELECT ss00010 AS id, pp0020 AS g, ss00160 AS x, ss00165 > 0 AS c, ss00060 AS y FROM soins_sante JOIN population ON pp0010 = ss00010 WHERE pp0025 = '62063'"
	for range rounds(40) {
		sameOutcome(t, g, s.query(source), func() string {
			change := "UPDATE main.population SET pp0025 = '21004' WHERE pp0025 = '62063';"
			for range s.r.IntN(4) {
				id := 1 + s.r.IntN(120)
				change += fmt.Sprintf("UPDATE main.population SET pp0025 = '62063', pp0020 = '%d' WHERE pp0010 = %d;", 1+s.r.IntN(2), id)
				change += fmt.Sprintf("UPDATE main.soins_sante SET ss00160 = %d, ss00165 = %d, ss00060 = %d WHERE ss00010 = %d;", s.r.IntN(1000), s.r.IntN(2)*500, s.r.IntN(5000), id)
			}
			return change
		})
	}
}
