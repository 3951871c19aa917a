package export

import (
	"database/sql"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"epsql/catalog"
	"epsql/engine/guard"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// everyKind has a column of each kind, a NULL, and what formats must escape.
const everyKind = `
SELECT * FROM (VALUES
	(1::BIGINT, 2.5::DOUBLE, 12.50::DECIMAL(9,2), 'plain', DATE '2008-06-30', TIMESTAMP '2008-06-30 12:00:00', TRUE),
	(-20, -0.001, -0.25, 'semi;colon, "quotes" & <é>', DATE '1999-12-31', TIMESTAMP '1999-12-31 23:59:59', FALSE),
	(NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS t(entier, reel, decimal, texte, jour, instant, vrai)`

// bySex has a masked cell: ten men, three women.
const bySex = `SELECT pp0020 AS sexe, count(*) AS personnes, sum(pp4001) AS jours FROM population GROUP BY 1 ORDER BY 1`

// TestFormatsAgainstGoldenFiles reads like a page of samples: testdata holds
// what each format makes of the two answers.
func TestFormatsAgainstGoldenFiles(t *testing.T) {
	g := openGuard(t)
	for _, answer := range []struct{ name, query string }{
		{"every_kind", everyKind},
		{"masked", bySex},
	} {
		result := ask(t, g, answer.query)
		for _, format := range []string{"table", "csv", "json"} {
			t.Run(answer.name+" as "+format, func(t *testing.T) {
				var out strings.Builder
				if err := Write(t.Context(), &out, result, mustFormat(t, format)); err != nil {
					t.Fatal(err)
				}
				golden(t, answer.name+"."+format, out.String())
			})
		}
	}
}

func TestJSONHoldsNumbersAsNumbersAndTheMaskWordAsText(t *testing.T) {
	var out strings.Builder
	if err := Write(t.Context(), &out, ask(t, openGuard(t), bySex), mustFormat(t, "json")); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out.String()), &rows); err != nil {
		t.Fatal(err)
	}
	if rows[0]["personnes"] != 10.0 || rows[1]["personnes"] != "small cell" {
		t.Errorf("got %v", rows)
	}
}

func TestParquetHasNullAndAFlagWhereACellIsMasked(t *testing.T) {
	path := write(t, bySex, "parquet")
	got := query(t, "SELECT sexe, personnes, personnes_small_cell, jours, jours_small_cell FROM '"+path+"' ORDER BY sexe")
	want := "1|10|false|60|false\n2|NULL|true|NULL|true\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestParquetHasTheFlagThoughNothingIsMasked(t *testing.T) {
	path := write(t, "SELECT count(*) AS personnes FROM population", "parquet")
	if got := query(t, "SELECT * FROM '"+path+"'"); got != "13|false\n" {
		t.Errorf("got %s", got)
	}
}

func TestParquetKeepsTheTypes(t *testing.T) {
	path := write(t, everyKind, "parquet")
	got := query(t, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '"+path+"')")
	want := "entier|BIGINT\nreel|DOUBLE\ndecimal|DECIMAL(38,2)\ntexte|VARCHAR\njour|DATE\ninstant|TIMESTAMP\nvrai|BOOLEAN\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	got = query(t, "SELECT * FROM '"+path+"' WHERE entier = -20")
	if want := "-20|-0.001|-0.25|semi;colon, \"quotes\" & <é>|1999-12-31|1999-12-31 23:59:59|false\n"; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestTheFlagGivesWayToAColumnOfThatName(t *testing.T) {
	path := write(t, `SELECT sexe, n, n AS n_small_cell FROM (SELECT pp0020 AS sexe, count(*) AS n FROM population GROUP BY 1)`, "parquet")
	got := query(t, "SELECT column_name FROM (DESCRIBE SELECT * FROM '"+path+"')")
	if want := "sexe\nn\nn_small_cell_2\nn_small_cell\nn_small_cell_small_cell\n"; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestSheetsHoldNumbersDatesAndTheMaskWord(t *testing.T) {
	book := openSheet(t, write(t, bySex, "xlsx"))
	want := [][]string{{"sexe", "personnes", "jours"}, {"1", "10", "60"}, {"2", "small cell", "small cell"}}
	rows, err := book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if strings.Join(rows[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: got %q, want %q", i+1, rows[i], want[i])
		}
	}
	for cell, want := range map[string]excelize.CellType{"B2": excelize.CellTypeUnset, "B3": excelize.CellTypeInlineString} {
		if got, err := book.GetCellType("Sheet1", cell); err != nil || got != want {
			t.Errorf("%s: type %v, %v; want %v", cell, got, err, want)
		}
	}
	all := openSheet(t, write(t, everyKind, "xlsx"))
	if got, _ := all.GetCellValue("Sheet1", "E2"); got != "2008-06-30" {
		t.Errorf("a date reads %q", got)
	}
}

func TestATargetMustBeWritableAndFree(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "answer.csv")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, path string
		overwrite  bool
		code       string
	}{
		{"an existing file is kept", path, false, "output-exists"},
		{"a folder is no file", dir, true, "output-is-folder"},
		{"a missing folder is told", filepath.Join(dir, "no", "answer.csv"), false, "no-output-folder"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := CheckTarget(row.path, row.overwrite)
			if e, ok := err.(*diag.Error); !ok || e.Code != row.code || e.Hint == "" {
				t.Errorf("got %v, want %s with a hint", err, row.code)
			}
		})
	}
	if err := CheckTarget(path, true); err != nil {
		t.Errorf("a file that may be replaced: %v", err)
	}
}

func TestFormatNames(t *testing.T) {
	for _, row := range []struct{ name, path, want string }{
		{"the ending tells the format", "a/b.PARQUET", "parquet"},
		{"another ending tells nothing", "a/b.txt", ""},
		{"no ending tells nothing", "answer", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if f, ok := FormatOf(row.path); f.Name != row.want || ok != (row.want != "") {
				t.Errorf("got %q, %v", f.Name, ok)
			}
		})
	}
	_, err := ParseFormat("exel")
	if e, ok := err.(*diag.Error); !ok || e.Hint == "" {
		t.Errorf("an unknown format gave %v", err)
	}
}

// openGuard opens a guard on a workspace of ten men and three women, 6 days each.
func openGuard(t *testing.T) *guard.Guard {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg := &macros.Registry{}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := store.Create(t.Context(), path, "eps", cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	_, err = ws.DB.Exec(`INSERT INTO main.population (pp0010, pp0020, pp4001, livraison)
		SELECT n, CASE WHEN n <= 10 THEN '1' ELSE '2' END, 6, 1 FROM range(1, 14) AS t(n)`)
	if err != nil {
		t.Fatal(err)
	}
	channel, err := ws.Channel("")
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(t.Context(), guard.Config{Workspace: ws, Catalog: cat, Macros: reg, Channel: channel})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func ask(t *testing.T, g *guard.Guard, text string) *guard.Result {
	t.Helper()
	p, err := g.Plan(t.Context(), guard.Query{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, text, format string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it's an answer."+format)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := Write(t.Context(), file, ask(t, openGuard(t), text), mustFormat(t, format)); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(path, "'", "''")
}

func mustFormat(t *testing.T, name string) Format {
	t.Helper()
	f, err := ParseFormat(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// query reads a file with another engine's eyes: one line per row.
func query(t *testing.T, text string) string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT concat_ws('|', * COLUMNS(lambda c: true)) FROM (SELECT COALESCE(COLUMNS(*)::VARCHAR, 'NULL') FROM (" + text + "))")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out.WriteString(line + "\n")
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return out.String()
}

func openSheet(t *testing.T, path string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenFile(strings.ReplaceAll(path, "''", "'"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
