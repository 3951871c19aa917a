package guard

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
)

// Noninterference is tried on databases that differ only in persons hidden
// behind masked cells. To know that they do, whatever is asked, the persons who
// differ are hidden by construction: a setting says where.

// setting is a way to hide few persons, and the rows that may be asked about.
type setting struct {
	name string
	// keyed: the few live in places of their own, and every cell is about one
	// place. alone: the rows are theirs only. Neither: they are hidden among all
	// by a condition that nobody else meets; placed: which is the place they live
	// in, so that places and totals may be asked for together.
	keyed, alone, placed bool
	sources              []string
	// state makes the statements that hide other persons, at most few of them.
	state func(d *dice, few int) string
	// channel is where the setting applies; "" is everywhere.
	channel string
}

const (
	careRows  = "SELECT ss00010 AS id, pp0020 AS g, pp0025 AS m, ss00165 AS x, ss00165 > 0 AS c, ss00060 AS y, pp0015 AS b, ss00015 AS d, pp0055 AS t, ss00065 AS p FROM soins_sante JOIN population ON pp0010 = ss00010"
	drugRows  = "SELECT h.ss00010 AS id, pp0020 AS g, pp0025 AS m, h.ss00160 AS x, h.ss00050 < 0 AS c, h.ss00060 AS y, pp0015 AS b, h.ss00015 AS d, h.ss00135 AS t, h.ss00070 AS p FROM pharmanet AS h JOIN population ON pp0010 = h.ss00010"
	photoRows = "SELECT q.pp0010 AS id, q.pp0020 AS g, q.pp0025 AS m, q.pp4001 AS x, flag_dmg = 1 AS c, total AS y, q.pp0015 AS b, q.pp1005 AS d, q.pp0055 AS t, q.pp0010 AS p FROM population.photo_v1(2008) AS q JOIN flags.dmg_v1(2008) AS f ON f.ss00010 = q.pp0010 LEFT JOIN couts.patient_v1(2008) AS k ON k.ss00010 = q.pp0010"
	// Of the holder the place is the child's: so are the cells.
	holderRows = "SELECT e.pp0010 AS id, h.pp0020 AS g, e.pp0025 AS m, h.pp4001 AS x, h.pp0015 > 1950 AS c, e.pp4001 AS y, h.pp0015 AS b, e.pp1005 AS d, h.pp0055 AS t, h.pp0010 AS p FROM population AS e JOIN population AS h ON h.pp0010 = e.pp0045"
	namedRows  = "SELECT ss00010 AS id, n.g AS g, z.code AS m, ss00165 AS x, ss00165 > 0 AS c, ss00060 AS y, pp0015 AS b, ss00015 AS d, pp0055 AS t, ss00065 AS p FROM soins_sante JOIN population ON pp0010 = ss00010 JOIN ref.communes AS z ON z.code = pp0025 JOIN (VALUES ('1', 'H'), ('2', 'F')) AS n(k, g) ON n.k = pp0020"
	movedRows  = "SELECT ss00010 AS id, pp0020 AS g, pp0025 AS m, CASE WHEN pp0025 = '62063' THEN ss00160 END AS x, pp0025 = '62063' AS c, ss00060 AS y, pp0015 AS b, ss00015 AS d, pp0055 AS t, ss00065 AS p FROM soins_sante JOIN population ON pp0010 = ss00010"
	codeRows   = "SELECT ss00010 AS id, pp0020 AS g, ss00020 AS m, ss00160 AS x, ss00165 > 0 AS c, ss00060 AS y, pp0015 AS b, ss00015 AS d, ss00065_qual AS t, ss00065 AS p FROM soins_sante JOIN population ON pp0010 = ss00010"
)

var settings = []setting{
	{name: "a few live in places of their own", keyed: true, sources: []string{careRows, drugRows, photoRows, holderRows, namedRows}, state: strangers},
	{
		name: "only the rows of places where a few live are asked for", alone: true,
		sources: []string{
			careRows + " WHERE pp0025 = '62063'", drugRows + " WHERE pp0025 IN ('62063', '62003')",
			photoRows + " WHERE population.province_v1(q.pp0025) = 60000", careRows + " SEMI JOIN (SELECT pp0010 AS i FROM population WHERE pp0025 = '62063') ON i = ss00010",
		},
		state: strangers,
	},
	{name: "a few have a supplement, and nobody else", sources: []string{careRows}, state: supplements},
	{name: "a few move between places of their own", placed: true, sources: []string{movedRows}, state: movers},
	{name: "many persons of a few providers", keyed: true, sources: []string{codeRows}, state: providers, channel: "exhaustive"},
}

// everybody is the world that all databases of a universe share: a hundred
// persons in two places.
const everybody = `
DELETE FROM main.population; DELETE FROM main.soins_sante; DELETE FROM main.pharmanet;
INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, pp0055, pp1002, pp1005, pp3009, pp4001, livraison)
SELECT '1', n, 1920 + n % 60, CASE n % 2 WHEN 1 THEN '1' ELSE '2' END, CASE WHEN n <= 60 THEN '11001' ELSE '21004' END,
  CASE WHEN n % 3 = 0 THEN '111' ELSE '110' END, n - n % 4, 200812, CASE n % 5 WHEN 0 THEN 'a1' WHEN 1 THEN '12' WHEN 2 THEN NULL ELSE 'b' END,
  CASE n % 4 WHEN 0 THEN '1' ELSE '3' END, DATE '2000-01-01' + CAST(n AS INTEGER), n - n % 4, n % 11, 1
FROM range(1, 101) AS t(n);
INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, ss00165, livraison)
SELECT n, DATE '2008-01-15' + CAST(k * 30 + n % 9 AS INTEGER), CASE WHEN k = 0 THEN 'LAB' WHEN k = 1 AND n <= 50 THEN '102771' ELSE '101032' END, 'S', 1, 1000 + n % 13,
  1 + (n * 7 + k) % 30, '001', n % 7, 0, 1
FROM range(1, 101) AS t(n), range(0, 5) AS u(k) WHERE k <= n % 5;
INSERT INTO main.pharmanet (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00070, ss00070_qual, ss00135, ss00160, livraison)
SELECT n, DATE '2008-02-01' + CAST(k * 28 + n % 5 AS INTEGER), '751012', 'F', CASE WHEN n % 8 = 0 AND k = 0 THEN -1 ELSE 1 END, 500 + n % 17, 1 + (n + k) % 30, '003',
  CASE n % 3 WHEN 0 THEN '1258883' WHEN 1 THEN '1266727' ELSE 'a' END, n % 6, 1
FROM range(1, 101) AS t(n), range(0, 4) AS u(k) WHERE k < n % 4;
`

// nobodyElse takes the persons of a setting away again.
const nobodyElse = `
DELETE FROM main.population WHERE pp0010 > 100; DELETE FROM main.soins_sante WHERE ss00010 > 100; DELETE FROM main.pharmanet WHERE ss00010 > 100;
UPDATE main.soins_sante SET ss00165 = 0, ss00065 = 1 + (ss00010 * 7) % 30;
`

// strangers are none to few persons in places of their own, of whom nothing is
// the same. Amounts have at most the ten positions of their zones.
func strangers(d *dice, few int) string {
	var out strings.Builder
	amount := func() string {
		return d.pick("0", "1", "500", "-5", "1000000", "9999999999", "-9999999999", "NULL")
	}
	text := func() string {
		return d.pick("'a1'", "''", "'x'", "NULL", "'1e400'", "'2008-01-01'", "'''; --'", "'99999999999999999999'")
	}
	day := func() string {
		return d.pick("DATE '2008-03-01'", "DATE '2008-12-31'", "NULL", "DATE '0001-01-01'", "DATE '9999-12-31'")
	}
	for i := range d.n(few + 1) {
		id := 101 + i
		fmt.Fprintf(&out, "INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, pp0055, pp1002, pp1005, pp3009, pp4001, livraison) VALUES ('1', %d, %s, %s, %s, %s, %d, 200812, %s, '1', %s, %d, %s, 1);\n",
			id, d.pick("1950", "1999", "NULL", "1", "9999"), d.pick("'1'", "'2'", "'3'", "NULL"), d.pick("'62063'", "'62003'"), d.pick("'111'", "'110'", "''"), id, text(), day(), id, amount())
		for range d.n(4) {
			fmt.Fprintf(&out, "INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, ss00165, livraison) VALUES (%d, %s, %s, 'S', %s, %s, %d, '001', %s, %s, 1);\n",
				id, day(), d.pick("'102771'", "'R'", "NULL"), d.pick("1", "-1", "0", "NULL"), amount(), 1+d.n(40), amount(), amount())
			fmt.Fprintf(&out, "INSERT INTO main.pharmanet (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00070, ss00070_qual, ss00135, ss00160, livraison) VALUES (%d, %s, '751012', 'F', %s, %s, %d, '003', %s, %s, 1);\n",
				id, day(), d.pick("1", "-1", "0"), amount(), 1+d.n(40), text(), amount())
		}
	}
	return out.String()
}

// movers are few persons, always the same, who live in one or another of three
// places of their own.
func movers(d *dice, few int) string {
	var out strings.Builder
	for i := range few {
		fmt.Fprintf(&out, "INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, pp0055, pp1002, pp1005, pp3009, pp4001, livraison) VALUES ('1', %d, 1950, '1', %s, '110', %d, 200812, 'b', '1', DATE '2000-01-01', %d, 3, 1);\n",
			101+i, d.pick("'62063'", "'62003'", "'62038'"), 101+i, 101+i)
		fmt.Fprintf(&out, "INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00030, ss00050, ss00060, ss00065, ss00065_qual, ss00160, ss00165, livraison) VALUES (%d, DATE '2008-03-01', '101032', 'S', 1, %d, %d, '001', 7, 0, 1);\n",
			101+i, 1000+100*i, 1+i)
	}
	return out.String()
}

// supplements gives none to few of the many a supplement.
func supplements(d *dice, few int) string {
	var ids []string
	for range d.n(few + 1) {
		ids = append(ids, fmt.Sprint(1+d.n(100)))
	}
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprintf("UPDATE main.soins_sante SET ss00165 = %s WHERE ss00010 IN (%s);", d.pick("500", "1", "700"), strings.Join(ids, ", "))
}

// providers gives the rows of one code to one provider, who has no others: cells
// that are shown have as many providers in all databases then, and none comes
// under the threshold in one of them alone.
func providers(d *dice, _ int) string {
	return fmt.Sprintf("UPDATE main.soins_sante SET ss00065 = %d WHERE ss00020 = 'LAB';", 31+d.n(20))
}

// universe is several databases of one population, asked side by side.
type universe struct {
	guards []*Guard
	few    int
}

// newUniverse makes databases whose channel has been changed, or not. They are
// copies of one file: making one takes longer than asking it.
func newUniverse(t testing.TB, population string, databases int, change func(*catalog.Channel)) *universe {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	first := filepath.Join(dir, "first.duckdb")
	if err := store.Create(t.Context(), first, population, cat, reg); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	u := &universe{}
	for i := range databases {
		path := filepath.Join(dir, fmt.Sprintf("%d.duckdb", i))
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		ws, err := store.Open(t.Context(), path, cat, store.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ws.Close() })
		own, err := ws.Channel("")
		if err != nil {
			t.Fatal(err)
		}
		u.few = own.Threshold - 1
		u.guards = append(u.guards, guardIn(t, ws, reg, *own, change))
		if _, err := ws.DB.Exec(everybody); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// guardIn is a guard of a channel, changed or not.
func guardIn(t testing.TB, ws *store.Workspace, reg *macros.Registry, channel catalog.Channel, change func(*catalog.Channel)) *Guard {
	t.Helper()
	if change != nil {
		change(&channel)
	}
	g, err := New(t.Context(), Config{Workspace: ws, Catalog: ws.Catalog, Macros: reg, Channel: &channel, User: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// hide puts every database into a state of its own and gives the states.
func (u *universe) hide(t testing.TB, set *setting, d *dice) []string {
	t.Helper()
	var states []string
	for _, g := range u.guards {
		state := set.state(d, u.few)
		if _, err := g.cfg.Workspace.DB.Exec(nobodyElse + state); err != nil {
			t.Fatalf("%v in\n%s", err, state)
		}
		states = append(states, state)
	}
	return states
}
