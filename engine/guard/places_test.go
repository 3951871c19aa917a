package guard

import (
	"strings"
	"testing"
)

// tiedClaims are 240 000 claims of 600 persons on one day, in 400 rounds: every
// person has rows far apart, which threads meet in any order.
const tiedClaims = `
	DELETE FROM soins_sante;
	INSERT INTO soins_sante (ss00010, ss00015, ss00020, ss00060, livraison)
	SELECT i % 600 + 1, DATE '2008-05-05', CASE WHEN i < 600 THEN 'premier' WHEN i >= 600 * 399 THEN 'dernier' ELSE 'autre' END, i, 1 FROM range(240000) t(i)`

// Of rows that tie, the first is the first of the delivery, as SAS has it, however
// many threads there are.
func TestTiesAreBrokenByTheOrderOfTheDelivery(t *testing.T) {
	g := guardOf(t, world(t, "eps", tiedClaims), "")
	for _, c := range []struct{ name, steps, x, want string }{
		{"arg_min", "soins_sante", "arg_min(ss00020, ss00015)", "premier"},
		{"arg_max", "soins_sante", "arg_max(ss00020, ss00015)", "premier"},
		{"first", "soins_sante", "first(ss00020 ORDER BY ss00015)", "premier"},
		{"first of the latest", "soins_sante", "first(ss00020 ORDER BY ss00015 DESC)", "premier"},
		{"last", "soins_sante", "last(ss00020 ORDER BY ss00015)", "dernier"},
		{"through a step", "(SELECT * FROM soins_sante WHERE ss00060 >= 0)", "arg_min(ss00020, ss00015)", "premier"},
		{"beside a person of the population", "soins_sante JOIN (SELECT DISTINCT pp0010 FROM population) ON pp0010 = ss00010", "arg_min(ss00020, ss00015)", "premier"},
		{"of rows that are not stored, the smallest value", "(SELECT ss00010, ss00015, ss00020 FROM soins_sante GROUP BY ALL)", "arg_min(ss00020, ss00015)", "autre"},
		{"of both sides of a UNION ALL too", "(SELECT ss00010, ss00015, ss00020 FROM soins_sante UNION ALL SELECT ss00010, ss00015, ss00020 FROM soins_sante)", "first(ss00020 ORDER BY ss00015)", "autre"},
	} {
		t.Run(c.name, func(t *testing.T) {
			query := "SELECT x, count(*) AS n FROM (SELECT ss00010 AS id, " + c.x + " AS x FROM " + c.steps + " GROUP BY 1) GROUP BY 1 ORDER BY 1"
			got, err := ask(t, g, query)
			if err != nil || !strings.HasPrefix(got, "x | n\n"+c.want+" | ") || strings.Count(got, "\n") != 2 {
				t.Errorf("got %s %v", got, err)
			}
		})
	}
	for _, c := range []struct{ name, query string }{
		{"row_number", "SELECT ss00020 AS x FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY ss00015) = 1"},
		{"row_number without an order", "SELECT ss00020 AS x FROM soins_sante QUALIFY row_number() OVER (PARTITION BY ss00010) = 1"},
		{"numbers in a step, used in the next", "SELECT x FROM (SELECT ss00020 AS x, row_number() OVER (PARTITION BY ss00010) AS r FROM soins_sante) WHERE r = 1"},
		{"numbers over numbered rows", "SELECT x FROM (SELECT ss00010 AS id, ss00020 AS x, row_number() OVER (PARTITION BY ss00010) AS r FROM soins_sante) QUALIFY row_number() OVER (PARTITION BY id ORDER BY r % 1) = 1"},
		{"the row before", "SELECT x FROM (SELECT lag(ss00020, 399) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x FROM soins_sante) WHERE x IS NOT NULL"},
		{"the first value", "SELECT x FROM (SELECT first_value(ss00020) OVER (PARTITION BY ss00010 ORDER BY ss00015) AS x, row_number() OVER (PARTITION BY ss00010) AS r FROM soins_sante) WHERE r = 7"},
		{"the last of a frame of rows", "SELECT x FROM (SELECT last_value(ss00020) OVER (PARTITION BY ss00010 ORDER BY ss00015 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x, row_number() OVER (PARTITION BY ss00010) AS r FROM soins_sante) WHERE r = 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ask(t, g, "SELECT x, count(*) AS n FROM ("+c.query+") GROUP BY 1")
			if err != nil || got != "x | n\npremier | 600\n" {
				t.Errorf("got %s %v", got, err)
			}
		})
	}
	// Of a person's codes that are as frequent, the first in their order.
	for _, query := range []string{
		"SELECT ss00020 AS x FROM soins_sante WHERE ss00020 <> 'autre' GROUP BY ss00010, ss00020 QUALIFY row_number() OVER (PARTITION BY ss00010 ORDER BY count(*) DESC) = 1",
		"SELECT arg_max(x, n) AS x FROM (SELECT ss00010 AS id, ss00020 AS x, count(*) AS n FROM soins_sante WHERE ss00020 <> 'autre' GROUP BY ALL) GROUP BY id",
	} {
		got, err := ask(t, g, "SELECT x, count(*) AS n FROM ("+query+") GROUP BY 1")
		if err != nil || strings.Count(got, "\n") != 2 {
			t.Errorf("%s\ngot %s %v", query, got, err)
		}
	}
}
