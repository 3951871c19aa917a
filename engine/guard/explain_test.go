package guard

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestExplain keeps what --explain prints: the leaves, the SQL for the person
// engine, and the rule of every cell.
func TestExplain(t *testing.T) {
	g := guardOf(t, world(t, "exhaustive", ""), "")
	for name, query := range map[string]string{
		"flags":    "SELECT population.province_v1(pp0025) AS province, sum(flag_dmg) AS dmg FROM population.photo_v1(2008) JOIN flags.dmg_v1(2008) AS f ON f.ss00010 = pp0010 GROUP BY 1 HAVING count(*) > 10",
		"gathered": "WITH a AS (SELECT ss00010 AS id, sum(ss00160) FILTER (WHERE ss00050 > 0) AS tm FROM soins_sante GROUP BY 1) SELECT pp0025, avg(tm) FROM a JOIN population ON pp0010 = id GROUP BY 1",
		"public":   "SELECT categorie, count(*) FROM ref.qualifications GROUP BY 1",
	} {
		p, err := g.Plan(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "explain", name+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(p.Explain()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Explain(); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}
