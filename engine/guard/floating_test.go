package guard

import (
	"fmt"
	"strings"
	"testing"

	"epsql/engine/store"
)

// TestTheLastDigitDoesNotTellTheOrderOfRows asks for everything that is computed
// in floating-point numbers of databases that hold the same rows in another
// order, on one thread and on two. Hidden persons move the rows of others like
// this: no answer may differ, to the last bit.
func TestTheLastDigitDoesNotTellTheOrderOfRows(t *testing.T) {
	list := ""
	for _, f := range spread {
		args := "(ss00060"
		if arity(f) == 2 {
			args += ", ss00160"
		}
		list += ", " + f + args + ")"
	}
	queries := []string{
		"SELECT ss00020, avg(ss00060 / 7), sum(ss00060 / 7), sum(ss00160 * 1.5e0), avg(ss00060)" + list + " FROM soins_sante GROUP BY 1",
		"SELECT 1 AS one" + list + " FROM soins_sante",
		"SELECT ss00020, median(ss00060 / 7), quantile_cont(ss00060 / 3, 0.25) FROM soins_sante GROUP BY 1",
		"SELECT pp0020, avg(m), stddev(s), sum(t) FROM (SELECT ss00010 AS id, avg(ss00060 / 7) AS m, stddev(ss00060) AS s, sum(ss00160 / 3) AS t FROM soins_sante GROUP BY ss00010) JOIN population ON pp0010 = id WHERE pp0050 = 200812 GROUP BY 1",
		"SELECT ss00020, sum(r), avg(m) FROM (SELECT ss00020, sum(ss00060 / 7) OVER (PARTITION BY ss00010) AS r, avg(ss00160) OVER (PARTITION BY ss00010) AS m FROM soins_sante) GROUP BY 1",
		"SELECT round(100 * avg(x), 9), stddev(x) FROM (SELECT ss00020, avg(ss00060 / 7) AS x FROM soins_sante GROUP BY 1)",
	}
	var first []string
	for round, order := range []string{"n", "hash(n)", "ss00060, n"} {
		g := shuffled(t, order, 1+round%2)
		for i, q := range queries {
			got, planned := outcome(t, g, q)
			if !planned || strings.Contains(got, "*") {
				t.Fatalf("%s: %s", q, got)
			}
			if round == 0 {
				first = append(first, got)
			} else if got != first[i] {
				t.Errorf("%s\nin the order of %s:\n%s\nwas\n%s", q, order, got, first[i])
			}
		}
	}
}

// shuffled is a guard of a workspace whose rows were stored in an order.
func shuffled(t *testing.T, order string, threads int) *Guard {
	t.Helper()
	w := world(t, "eps", fmt.Sprintf(`
		DELETE FROM main.soins_sante;
		INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, livraison)
		SELECT 1 + n %% 120, DATE '2008-01-15', CASE n %% 3 WHEN 0 THEN '102771' ELSE '101032' END, 'S', 1, ss00060, 1, '001', hash(n, 1) %% 1000, 1
		FROM (SELECT n, (hash(n) %% 1000000)::BIGINT * 997 AS ss00060 FROM range(130000) AS t(n)) ORDER BY %s`, order))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := store.Open(t.Context(), w.Path, w.Catalog, store.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return guardOf(t, w, "")
}
