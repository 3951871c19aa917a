package guard

import (
	"database/sql"
	"fmt"
	"testing"
)

// TestTooManyRowsAreNotCompared shows the two bounds, and that what the refusal says
// to ask instead is answered.
func TestTooManyRowsAreNotCompared(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	some := func(rows int, counts, where string) string {
		return fmt.Sprintf("SELECT n, %s FROM population, generate_series(1, %d) AS s(n) WHERE %s GROUP BY n", counts, rows, where)
	}
	one := some(maxCompared/2+1, "count(*) AS c", "pp0025 = '11001'")
	other := some(maxCompared/2+1, "count(*) AS c", "pp0020 = '1'")
	halves := "count(*) FILTER (WHERE pp0020 = '1') AS m, count(*) FILTER (WHERE pp0030 = '110') AS f, count(*) AS c"
	for _, c := range []struct {
		name, query string
		refused     bool
	}{
		{"two tables with more rows than the bound", "SELECT count(*) FROM (" + one + ") AS a JOIN (" + other + ") AS b USING (n)", true},
		{"one of them", "SELECT count(*) FROM (" + one + ")", false},
		{"several conditions on more rows than the bound by row", "SELECT count(*) FROM (" + some(maxByRow+1, halves, "pp0025 = '92094'") + ")", true},
		{"several conditions on fewer rows", "SELECT count(*) FROM (" + some(1000, halves, "pp0025 = '92094'") + ")", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ask(t, g, c.query)
			if refused(err, "too-many-rows") != c.refused || err != nil && !c.refused {
				t.Errorf("refused: %v, want %v", err, c.refused)
			}
		})
	}
}

// TestWhatFewPersonsProveHoldsOfAll compares by all persons what few of them proved.
func TestWhatFewPersonsProveHoldsOfAll(t *testing.T) {
	// Persons 118 to 120 tell two conditions apart that hold of the same others.
	g := guardOf(t, world(t, "eps", "UPDATE main.population SET pp0030 = CASE WHEN pp0020 = '1' AND pp0010 < 118 THEN '111' ELSE '110' END, pp1001 = pp0020, pp1002 = '1';"), "")
	for _, c := range []struct {
		name, query string
		proven      bool
	}{
		{"two halves and the whole", "SELECT count_if(pp0020 = '1'), count_if(pp0020 = '2'), count(*) FROM population", true},
		{"two halves by a key", "SELECT pp0030, count_if(pp0015 < 1940), count_if(pp0015 >= 1940) FROM population GROUP BY 1", true},
		{"two conditions that differ in few persons", "SELECT count_if(pp0020 = '1'), count_if(pp0030 = '111'), count(*) FROM population", false},
		{"the same condition by two columns", "SELECT count_if(pp0020 = '1'), count_if(pp1001 = '1'), count(*) FROM population", true},
		{"rows, of some persons several", "SELECT count_if(ss00160 > 2), count_if(ss00015 < DATE '2008-02-01'), count(*) FROM soins_sante", true},
		{"a mean beside a median", "SELECT avg(ss00160), median(ss00160) FROM soins_sante", true},
		{"the two by a key", "SELECT ss00020, avg(ss00160), median(ss00160) FROM soins_sante GROUP BY 1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			free, hides := g.provenAndHidden(t, c.query)
			if free != c.proven {
				t.Errorf("proven: %v, want %v", free, c.proven)
			}
			if free && hides {
				t.Error("few persons prove it, and all hide cells")
			}
		})
	}
}

// provenAndHidden tells whether few persons prove that nothing collides, and whether
// the comparison of all persons hides something.
func (g *Guard) provenAndHidden(t *testing.T, query string) (free, hides bool) {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	c := p.within()
	if c == nil {
		t.Fatal("nothing is compared")
	}
	err = g.snapshot(t.Context(), func(conn *sql.Conn) error {
		var tables []*table
		for _, l := range c.leaves {
			x, err := collect(t.Context(), conn, l, p.rules)
			if err != nil {
				return err
			}
			tables = append(tables, x)
		}
		if free, err = c.free(t.Context(), conn, tables); err != nil {
			return err
		}
		return c.collectEach(t.Context(), conn, tables)
	})
	if err != nil {
		t.Fatal(err)
	}
	before := shownCells(c)
	c.hide()
	return free, shownCells(c) < before
}

func shownCells(c *comparison) int {
	n := 0
	for _, b := range c.behind {
		for row := range b.table.n {
			for cell := range b.table.cells {
				if b.table.shown(row, cell) {
					n++
				}
			}
		}
	}
	return n
}
