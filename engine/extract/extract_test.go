package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/dossier"
	"epsql/engine/ledger"
	"epsql/engine/place"
	"epsql/engine/release"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// shelf holds a workspace that tests copy, and a key.
var shelf string

// TestMain runs an extraction instead of the tests when it is asked to, so that a
// test can kill it after a step.
func TestMain(m *testing.M) {
	if step := os.Getenv("EXTRACT_TEST_STEP"); step != "" {
		os.Exit(child(step, os.Getenv("EXTRACT_TEST_FOLDER")))
	}
	var err error
	if shelf, err = os.MkdirTemp("", "extract-test-"); err == nil {
		err = fill(filepath.Join(shelf, "world.duckdb"))
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(shelf)
	os.Exit(code)
}

const planText = `study: essai
title: {fr: Essai, en: Trial}
population: eps
channel: individual
dossier: {reference: r, applicant: a}
parameters: {annee: 2008}
macros: [flags.dmg_v1]
lists: [dmg@2016.1]
steps:
  - {name: dmg, macro: flags.dmg_v1, with: {annee: $annee}}
outputs:
  - {name: t, title: {fr: T, en: T}, sql: t.sql}
extracts:
  - {name: population, title: {fr: P, en: P}, table: population, where: {pp0050: $annee}}
  - {name: pharmanet, title: {fr: P, en: P}, table: pharmanet, where: {ss00015: $annee}, of: population}
  - {name: secteurs, title: {fr: S, en: S}, table: secteurs, of: population.pp0055, by: secteur}
`

const dossierText = `dossier: essai
channel: individual
request: donnees_brutes
applicant: {name: quelqu'un, contact: quelque part}
circumstances: {couplage: false, scra_demandee: false}
papers:
  autorisation: {reference: a, date: 2009-06-09}
  document_selection: {reference: b, date: 2009-06-09}
  contrat: {reference: c, date: 2009-06-09}
years: {pharmanet: [2008], population: [2008], soins_sante: [2008]}
zones:
  population: [PP0010, PP0015, PP0020, PP0025, PP0050, PP0055, PP3009, PP4001]
  pharmanet: [SS00010, SS00015, SS00035, SS00050, SS00060, SS00070, SS00085, SS00135, SS00155, SS00170]
  secteurs: [SECTEUR, REVENU_MOYEN]
lists: [dmg@2016.1]
`

// fill makes a world of forty persons, eight providers and three sectors. The
// persons' numbers have fifteen digits; that of the first ten begin with zeros.
func fill(path string) error {
	ctx := context.Background()
	cat, _ := definitions()
	if err := store.Create(ctx, path, "eps", cat, &macros.Registry{}); err != nil {
		return err
	}
	ws, err := store.Open(ctx, path, cat, store.Options{})
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // the last statement writes everything
	for _, statement := range []string{
		`INSERT INTO epsql.ids_person SELECT i, CASE WHEN i <= 10 THEN lpad((91234500 + i)::VARCHAR, 15, '0') ELSE (512345678900000 + i * 7)::VARCHAR END FROM range(1, 41) AS t(i)`,
		`INSERT INTO epsql.ids_provider SELECT i, CASE WHEN i = 8 THEN '20080110' ELSE (10234500 + i * 11)::VARCHAR END FROM range(1, 9) AS t(i)`,
		`INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0045, pp0050, pp0055, pp3009, pp4001, livraison)
			SELECT '1', i, 1930 + i, (1 + i % 2)::VARCHAR, '11002', i, 200812, CASE WHEN i = 40 THEN '9001' ELSE '11002A0' || (i % 3)::VARCHAR || '-' END, greatest(1, i - i % 4), i * 7 % 50, 1
			FROM range(1, 41) AS t(i)`,
		`INSERT INTO main.population (pp0010, pp0050, livraison) VALUES (1, 200712, 1)`,
		`INSERT INTO main.pharmanet (ss00004, ss00010, ss00015, ss00035, ss00050, ss00060, ss00070, ss00070_qual, ss00085, ss00135, ss00155, ss00170, livraison)
			SELECT '1200811', 1 + i % 40, DATE '2008-01-15' + (i % 300)::INTEGER, '037', 1 + i % 3, 100 + i * 7, 1 + i % 7, '001', '0020107605000',
				'1254961', DATE '2008-01-15' + (i % 300)::INTEGER, 'barcode ' || i, 2
			FROM range(400) AS t(i)`,
		`INSERT INTO main.pharmanet (ss00010, ss00015, ss00070, livraison) VALUES (1, DATE '2007-05-05', 1, 2)`,
		`INSERT INTO main.secteurs (secteur, commune, revenu_moyen, livraison) SELECT '11002A0' || i || '-', '11002', 20000 + i, 3 FROM range(9) AS t(i)`,
		"CHECKPOINT",
	} {
		if _, err := ws.DB.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return coding.NewKey("essai").Write(filepath.Join(shelf, "key"))
}

// sectors is the table that the holder of the sectors made.
func sectors() coding.Table {
	key, t := coding.NewKey("holder"), coding.Table{}
	for i := range 3 {
		original := fmt.Sprintf("11002A0%d-", i)
		t[original] = key.Code("secteur", "", original)
	}
	return t
}

// trial is an extraction that a test changes before it runs.
type trial struct {
	folder        string // with world.duckdb, run and conversion
	plan, dossier string
	threads       int
	tables        map[string]coding.Table
	told          []string
	parts         []string // that were done
	done          func(string)
}

func newTrial(t *testing.T, statements ...string) *trial {
	t.Helper()
	x := &trial{folder: t.TempDir(), plan: planText, dossier: dossierText, tables: map[string]coding.Table{"secteur": sectors()}, threads: 1}
	data, err := os.ReadFile(filepath.Join(shelf, "world.duckdb"))
	if err == nil {
		err = os.WriteFile(filepath.Join(x.folder, "world.duckdb"), data, 0o600)
	}
	for _, name := range []string{"run", "conversion"} {
		err = errors.Join(err, os.Mkdir(filepath.Join(x.folder, name), 0o700))
	}
	if err != nil {
		t.Fatal(err)
	}
	x.change(t, statements...)
	return x
}

// change changes the rows of the workspace.
func (x *trial) change(t *testing.T, statements ...string) {
	t.Helper()
	ws, err := x.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // every statement is committed
	for _, statement := range statements {
		if _, err := ws.DB.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func (x *trial) run1() string       { return filepath.Join(x.folder, "run") }
func (x *trial) conversion() string { return filepath.Join(x.folder, "conversion") }

func (x *trial) open(ctx context.Context) (*store.Workspace, error) {
	cat, _ := definitions()
	return store.Open(ctx, filepath.Join(x.folder, "world.duckdb"), cat, store.Options{Threads: x.threads, Folders: []string{x.run1(), x.conversion()}})
}

// definitions are the catalogue and the macros.
var definitions = sync.OnceValues(func() (*catalog.Catalog, *macros.Registry) {
	cat, err := catalog.Embedded()
	if err != nil {
		panic(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		panic(err)
	}
	return cat, reg
})

// design reads the plan and the dossier.
func (x *trial) design() (*Design, error) {
	cat, reg := definitions()
	plan, err := study.Parse([]byte(x.plan))
	if err != nil {
		return nil, err
	}
	d, err := dossier.Parse(dossier.File, []byte(x.dossier))
	if err != nil {
		return nil, err
	}
	if err := d.Check(cat, reg, time.Now()); err != nil {
		return nil, err
	}
	return New(plan, cat, reg, cat.Channel("individual"), d)
}

// extract runs it.
func (x *trial) extract(ctx context.Context) (*Receipt, error) {
	d, err := x.design()
	if err != nil {
		return nil, err
	}
	keyFile := filepath.Join(shelf, "key")
	if file := os.Getenv("EXTRACT_TEST_KEY"); file != "" {
		keyFile = file
	}
	key, err := coding.ReadKey(keyFile)
	if err != nil {
		return nil, err
	}
	ws, err := x.open(ctx)
	if err != nil {
		return nil, err
	}
	defer ws.Close() //nolint:errcheck // what is recorded is committed
	return Run(ctx, d, Config{
		Workspace: ws, Key: key, Tables: x.tables, Run: x.run1(), Conversion: x.conversion(), Name: "essai-0123",
		Today: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), done: x.done,
		Tell: func(format string, args ...any) { x.told = append(x.told, fmt.Sprintf(format, args...)) },
		Timed: func(_ context.Context, part string, do func() error) error {
			x.parts = append(x.parts, part)
			return do()
		},
	})
}

// left are the files of the run and of the conversion folder.
func (x *trial) left(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, folder := range []string{"run", "conversion"} {
		err := filepath.WalkDir(filepath.Join(x.folder, folder), func(path string, d fs.DirEntry, err error) error {
			if err == nil && path != filepath.Join(x.folder, folder) {
				rel, _ := filepath.Rel(x.folder, path)
				out = append(out, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// value asks the workspace, with the files of the extraction open.
func (x *trial) value(t *testing.T, query string) string {
	t.Helper()
	ws, err := x.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // only read
	var v string
	if err := ws.DB.QueryRowContext(t.Context(), query).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatLeavesIsCodedAndJoinsAsTheOriginalsDid(t *testing.T) {
	x := newTrial(t)
	if _, err := x.extract(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return "'" + filepath.Join(x.run1(), Folder, name) + "'" }
	person := "'" + filepath.Join(x.conversion(), "essai-0123", "person.csv") + "'"
	for _, c := range []struct{ sentence, query, want string }{
		{"the rows of the year leave, the others do not", "SELECT count(*)::VARCHAR FROM read_parquet(" + file("pharmanet.parquet") + ")", "400"},
		{"persons keep who they are with in all files", "SELECT count(DISTINCT a.ss00010)::VARCHAR FROM read_parquet(" + file("pharmanet.parquet") + ") a JOIN read_parquet(" + file("population.parquet") + ") b ON a.ss00010 = b.pp0010", "40"},
		{"the head of a household has the code of that person", "SELECT count(DISTINCT pp3009)::VARCHAR FROM read_parquet(" + file("population.parquet") + ") WHERE pp3009 IN (SELECT pp0010 FROM read_parquet(" + file("population.parquet") + "))", "11"},
		{"sectors join their own file by the holder's codes", "SELECT count(*)::VARCHAR FROM read_parquet(" + file("secteurs.parquet") + ") WHERE secteur IN (SELECT pp0055 FROM read_parquet(" + file("population.parquet") + "))", "3"},
		{"a special value of a coded zone stays", "SELECT count(*)::VARCHAR FROM read_parquet(" + file("population.parquet") + ") WHERE pp0055 = '9001'", "1"},
		{"a provider keeps the profession and no more", "SELECT string_agg(DISTINCT left(ss00070, 2)) FROM read_parquet(" + file("pharmanet.parquet") + ")", "1_"},
		{"columns that were not asked for are not there", "SELECT string_agg(column_name, ' ') FROM (DESCRIBE FROM read_parquet(" + file("secteurs.parquet") + "))", "secteur revenu_moyen"},
		{"the conversion table turns every code back", "SELECT count(*)::VARCHAR FROM read_csv(" + person + ", delim = ';', all_varchar = true) c JOIN epsql.ids_person i ON i.id = c.original JOIN read_parquet(" + file("population.parquet") + ") p ON p.pp0010 = c.coded JOIN main.population m ON m.pp0010 = i.num AND m.pp0015 = p.pp0015", "40"},
		{"CSV says the same as Parquet", "SELECT count(*)::VARCHAR FROM (SELECT ss00010, ss00060::VARCHAR, ss00015::VARCHAR FROM read_parquet(" + file("pharmanet.parquet") + ") EXCEPT SELECT ss00010, ss00060, ss00015 FROM read_csv(" + file("pharmanet.csv") + ", all_varchar = true))", "0"},
	} {
		if got := x.value(t, c.query); got != c.want {
			t.Errorf("%s: got %s, want %s", c.sentence, got, c.want)
		}
	}
	info, err := os.Stat(filepath.Join(x.conversion(), "essai-0123", "person.csv"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the conversion table has mode %v, %v", info.Mode(), err)
	}
	if slices.ContainsFunc(x.left(t), func(name string) bool { return strings.Contains(name, "secteur.csv") }) {
		t.Error("the holder's table was written a second time")
	}
	if log := strings.Join(x.told, "\n"); !strings.Contains(log, "extract population: dropped: it never leaves by this channel: pp0004") ||
		!strings.Contains(log, "extract population: dropped: it leaves as a flag only: pp1003, pp1004, pp1009") {
		t.Errorf("the log does not tell what was dropped:\n%s", log)
	}
}

func TestTheSameRowsAndKeyGiveTheSameBytes(t *testing.T) {
	var all []map[string]string
	for i, threads := range []int{1, 2} {
		x := newTrial(t)
		x.threads = threads
		x.tables = map[string]coding.Table{"secteur": {"11002A00-": "bcdfghjklmnpqrstbcdfghjk", "11002A01-": "ccdfghjklmnpqrstbcdfghjk", "11002A02-": "dcdfghjklmnpqrstbcdfghjk"}}
		if i == 1 { // another order of rows, other dense numbers
			x.change(t, "CREATE TABLE p AS SELECT * FROM main.pharmanet ORDER BY hash(ss00060)", "DELETE FROM main.pharmanet", "INSERT INTO main.pharmanet FROM p",
				"UPDATE epsql.ids_person SET num = 100 - num", "UPDATE main.pharmanet SET ss00010 = 100 - ss00010",
				"UPDATE main.population SET pp0010 = 100 - pp0010, pp3009 = 100 - pp3009", "DROP TABLE p")
		}
		r, err := x.extract(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		hashes := r.Hashes()
		table, err := os.ReadFile(filepath.Join(x.conversion(), "essai-0123", "person.csv"))
		if err != nil {
			t.Fatal(err)
		}
		hashes["person.csv"] = string(table)
		all = append(all, hashes)
	}
	for name, hash := range all[0] {
		if all[1][name] != hash {
			t.Errorf("%s differs", name)
		}
	}
}

// What is planted is found wherever it stands, and told by its column alone.
func TestAPlantedIdentifierStopsTheExtraction(t *testing.T) {
	const long, short, provider = "512345678900140", "91234501", "10234522"
	for _, c := range []struct{ sentence, table, value, column, never string }{
		{"a person's number as it was delivered, in a text", "pharmanet", "CASE WHEN ss00060 = 100 THEN '" + long + "' ELSE ss00170 END AS ss00170", "ss00170", long},
		{"in a code", "pharmanet", "CASE WHEN ss00060 = 100 THEN '" + long + "' ELSE ss00135 END AS ss00135", "ss00135", long},
		{"in a code of a closed list, beside the list", "population", "CASE WHEN pp0015 = 1933 THEN '" + provider + "' ELSE pp0020 END AS pp0020", "pp0020", provider},
		{"in an open list of municipalities", "population", "CASE WHEN pp0015 = 1933 THEN '" + provider + "' ELSE pp0025 END AS pp0025", "pp0025", provider},
		{"as a word of a text", "pharmanet", "CASE WHEN ss00060 = 100 THEN 'box/" + provider + "/3' ELSE ss00170 END AS ss00170", "ss00170", provider},
		{"in the middle of digits, when it is long", "pharmanet", "CASE WHEN ss00060 = 100 THEN '7" + long + "9' ELSE ss00170 END AS ss00170", "ss00170", long},
		{"without its zeros", "pharmanet", "CASE WHEN ss00060 = 100 THEN '" + short + "' ELSE ss00170 END AS ss00170", "ss00170", short},
		{"with zeros of somebody else", "pharmanet", "CASE WHEN ss00060 = 100 THEN '000" + provider + "' ELSE ss00170 END AS ss00170", "ss00170", provider},
		{"in a composite zone", "pharmanet", "CASE WHEN ss00060 = 100 THEN '0" + provider + "001' ELSE ss00170 END AS ss00170", "ss00170", provider},
		{"in the part beside a code", "pharmanet", "CASE WHEN ss00060 = 100 THEN '" + provider + "' ELSE ss00070_qual END AS ss00070_qual", "ss00070_qual", provider},
		{"in an amount", "pharmanet", "CASE WHEN ss00060 = 100 THEN " + long + " ELSE ss00060 END AS ss00060", "ss00060", long},
		{"in a negative amount", "pharmanet", "CASE WHEN ss00060 = 100 THEN -" + provider + " ELSE ss00060 END AS ss00060", "ss00060", provider},
		{"in a count", "population", "CASE WHEN pp0015 = 1933 THEN " + short + " ELSE pp4001 END AS pp4001", "pp4001", short},
		{"in a decimal number", "secteurs", "CASE WHEN revenu_moyen = 20000 THEN " + provider + " ELSE revenu_moyen END AS revenu_moyen", "revenu_moyen", provider},
		{"in a year", "population", "CASE WHEN pp0015 = 1933 THEN " + provider + " ELSE pp0015 END AS pp0015", "pp0015", provider},
		{"in a day", "pharmanet", "CASE WHEN ss00060 = 100 THEN DATE '2008-01-10' ELSE ss00155 END AS ss00155", "ss00155", "2008"},
		{"of somebody who is not in the extraction", "pharmanet", "CASE WHEN ss00060 = 100 THEN '20080110' ELSE ss00170 END AS ss00170", "ss00170", "20080110"},
		{"the workspace's own numbers, as a column", "population", "(SELECT k.v FROM temp.main.codes_person AS k WHERE k.code = pp0010) AS pp4001", "pp4001", ""},
		{"the workspace's own numbers, as a text", "pharmanet", "(SELECT CAST(k.v AS VARCHAR) FROM temp.main.codes_person AS k WHERE k.code = ss00010) AS ss00170", "ss00170", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			err := scanned(t, c.table, c.value)
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || e.Kind != diag.Guard || e.Code != "identifier-found" || !strings.Contains(e.Msg, "column "+c.column+" ") {
				t.Fatalf("got %v", err)
			}
			if said := e.Error() + e.Hint; c.never != "" && strings.Contains(said, c.never) {
				t.Errorf("the refusal tells the value: %s", said)
			}
		})
	}
}

func TestNothingIsHandedOverNorRecordedWhereAnIdentifierStands(t *testing.T) {
	x := newTrial(t, "UPDATE main.secteurs SET revenu_moyen = 10234522 WHERE secteur = '11002A00-'") // in the last file
	_, err := x.extract(t.Context())
	if e, ok := errors.AsType[*diag.Error](err); !ok || e.Code != "identifier-found" || !strings.Contains(e.Msg, "revenu_moyen") {
		t.Errorf("got %v", err)
	}
	if left := x.left(t); len(left) > 0 {
		t.Errorf("something was left: %v", left)
	}
	if n := len(entries(t, x)); n != 0 {
		t.Errorf("the ledger has %d entries of what did not leave", n)
	}
}

// bench is a session in which everything was coded, for tests of the scan.
var bench = sync.OnceValues(func() (*session, error) {
	x := &trial{folder: shelf, plan: planText, dossier: dossierText, tables: map[string]coding.Table{"secteur": sectors()}, threads: 1}
	for _, folder := range []string{x.run1(), x.conversion()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	d, err := x.design()
	if err != nil {
		return nil, err
	}
	key, err := coding.ReadKey(filepath.Join(shelf, "key"))
	if err != nil {
		return nil, err
	}
	ws, err := x.open(context.Background())
	if err != nil {
		return nil, err
	}
	conn, err := ws.DB.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	s := &session{Design: d, cfg: Config{Workspace: ws, Key: key, Tables: x.tables}, conn: conn, count: map[string]int64{}}
	for _, step := range []func(context.Context) error{s.selectRows, s.code, s.prepareScan} {
		if err := step(context.Background()); err != nil {
			return nil, err
		}
	}
	for _, r := range d.relations {
		if err := s.exec(context.Background(), "CREATE TEMP TABLE leaving_"+r.Name+" AS "+r.coded(nil)); err != nil {
			return nil, err
		}
	}
	return s, nil
})

// scanned scans what would leave of a table with a value of it replaced, SQL as in
// "x AS column".
func scanned(t *testing.T, table, value string) error {
	t.Helper()
	s, err := bench()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.relations, func(r *relation) bool { return r.Name == table })
	return s.scan(t.Context(), s.relations[i], "(SELECT * REPLACE ("+value+") FROM temp.main.leaving_"+table+")")
}

func TestChanceIsNoIdentifier(t *testing.T) {
	coincidence := dossierText + "coincidences:\n  pharmanet.ss00060: looked at on paper, an amount\n"
	for _, c := range []struct{ sentence, statement, dossier string }{
		{"a small number that equals the number of somebody in the workspace", "UPDATE main.pharmanet SET ss00050 = 5", dossierText},
		{"an amount with the digits of a part of an identifier", "UPDATE main.pharmanet SET ss00060 = 1023452 WHERE ss00060 = 100", dossierText},
		{"a text that has digits of a short identifier among others", "UPDATE main.pharmanet SET ss00170 = '9910234522991' WHERE ss00060 = 100", dossierText},
		{"an amount that equals an identifier, when the dossier tells why", "UPDATE main.pharmanet SET ss00060 = 10234522 WHERE ss00060 = 100", coincidence},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			x := newTrial(t, c.statement)
			x.dossier = c.dossier
			r, err := x.extract(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (c.dossier == coincidence) != (r.Coincidences["pharmanet.ss00060"] != "") {
				t.Errorf("the receipt tells of the coincidences %v", r.Coincidences)
			}
		})
	}
}

func TestAFileThatSaysSomethingElseThanTheScannedOneIsFound(t *testing.T) {
	s, err := bench()
	if err != nil {
		t.Fatal(err)
	}
	r := s.relations[1]
	for _, c := range []struct {
		sentence, file string
		differs        bool
	}{
		{"the same rows in another order", "(SELECT * FROM temp.main.leaving_pharmanet ORDER BY ss00060 DESC)", false},
		{"the same rows as texts", "(SELECT CAST(COLUMNS(*) AS VARCHAR) FROM temp.main.leaving_pharmanet)", false},
		{"another value in one row", "(SELECT * REPLACE (CASE WHEN ss00060 = 100 THEN 101 ELSE ss00060 END AS ss00060) FROM temp.main.leaving_pharmanet)", true},
		{"two columns exchanged", "(SELECT * REPLACE (ss00010 AS ss00070, ss00070 AS ss00010) FROM temp.main.leaving_pharmanet)", true},
		{"a row less", "(FROM temp.main.leaving_pharmanet LIMIT 399)", true},
		{"a row twice", "(FROM temp.main.leaving_pharmanet UNION ALL (FROM temp.main.leaving_pharmanet LIMIT 1))", true},
	} {
		if err := s.same("temp.main.leaving_pharmanet")(t.Context(), r, c.file); (err != nil) != c.differs {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

func TestACodeThatIsNoneIsFound(t *testing.T) {
	for _, c := range []struct {
		sentence, value string
		found           bool
	}{
		{"a code of the extraction", "(SELECT code FROM temp.main.codes_person LIMIT 1)", false},
		{"an identifier", "'512345678900140'", true},
		{"a number of the workspace", "'3'", true},
		{"a code of another project", "'bcdfghjklmnpqrstbcdfghjk'", true},
		{"a code with an identifier behind it", "(SELECT code || '10234522' FROM temp.main.codes_person LIMIT 1)", true},
		{"nothing", "NULL", false},
	} {
		if err := scanned(t, "pharmanet", c.value+" AS ss00010"); (err != nil) != c.found {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

func TestWhatIsNotInOrderIsRefused(t *testing.T) {
	for _, c := range []struct{ sentence, plan, dossier, statement, code string }{
		{"an identifier that is made like a code", "", "", "UPDATE epsql.ids_person SET id = 'bcd_fgh' WHERE num = 3", "lookalike"},
		{"a sector that is made like a code", "", "", "UPDATE main.population SET pp0055 = 'bcdfg' WHERE pp0010 = 3", "lookalike"},
		{"a person without a number", "", "", "DELETE FROM epsql.ids_person WHERE num = 3", "no-code"},
		{"a sector that the holder's table lacks", "", "", "UPDATE main.population SET pp0055 = '21004A00-' WHERE pp0010 = 3", "no-code"},
		{"a year that the dossier does not ask for", "annee: 2008|annee: 2007", "", "", "not-asked"},
		{"a table without a year", "table: population, where: {pp0050: $annee}|table: population", "", "", "not-asked"},
		{"a list that the dossier does not ask for", "", "lists: [dmg@2016.1]|lists: []", "", "not-asked"},
		{"an extract of which no column is asked for", "", "  secteurs: [SECTEUR, REVENU_MOYEN]\n|", "", "not-asked"},
		{"a comparison with a column that does not leave", "", "PP0055, |", "", "study-extract"},
		{"an identifier compared with a value", "where: {ss00015: $annee}|where: {ss00015: $annee, ss00010: 3}", "", "", "study-extract"},
		{"a dossier of another study", "", "dossier: essai|dossier: autre", "", "other-dossier"},
		{"a request that gives tables only", "", "request: donnees_brutes|request: etude_aim", "", "no-rows"},
		{"a coincidence of a text", "", "lists:|coincidences: {pharmanet.ss00170: chance}\nlists:", "", "dossier-coincidence"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			var statements []string
			if c.statement != "" {
				statements = append(statements, c.statement)
			}
			x := newTrial(t, statements...)
			x.plan, x.dossier = replaced(t, x.plan, c.plan), replaced(t, x.dossier, c.dossier)
			_, err := x.extract(t.Context())
			if e, ok := errors.AsType[*diag.Error](err); !ok || e.Code != c.code || e.Hint == "" {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if left := x.left(t); len(left) > 0 {
				t.Errorf("something was left: %v", left)
			}
		})
	}
}

func replaced(t *testing.T, text, change string) string {
	t.Helper()
	if change == "" {
		return text
	}
	old, now, _ := strings.Cut(change, "|")
	if !strings.Contains(text, old) {
		t.Fatalf("there is no %q", old)
	}
	return strings.Replace(text, old, now, 1)
}

func TestTheHolderOfATableGetsTheValuesThatItMustHave(t *testing.T) {
	x := newTrial(t)
	x.tables = nil
	_, err := x.extract(t.Context())
	if e, ok := errors.AsType[*diag.Error](err); !ok || e.Code != "no-table" || e.Kind != diag.Guard {
		t.Fatalf("got %v", err)
	}
	values, err := os.ReadFile(filepath.Join(x.conversion(), "essai-0123.secteur.csv"))
	if err != nil || string(values) != "secteur\n11002A00-\n11002A01-\n11002A02-\n" {
		t.Errorf("got %q, %v", values, err)
	}
	beside, err := release.Verify(filepath.Join(x.conversion(), "essai-0123.secteur.csv.receipt.json"), entries(t, x))
	if err != nil || !beside {
		t.Errorf("the receipt of the values: %v, %v", beside, err)
	}
}

func TestOpenFoldersAreTheRunsOnly(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"data", "plan", "run", "keys", "tables"} {
		if err := os.Mkdir(at(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(at("data"), at("link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence, run, conversion, key string
		refused                        bool
	}{
		{"all apart", "run", "tables", "keys/k", false},
		{"a key beside the workspace", "run", "tables", "data/k", true},
		{"a key below the workspace's folder", "run", "tables", "data/new/k", true},
		{"a key beside it by another name", "run", "tables", "link/k", true},
		{"a key in the run", "run", "tables", "run/k", true},
		{"a key beside the plan", "run", "tables", "plan/k", true},
		{"tables in the run", "run", "run/tables", "keys/k", true},
		{"tables beside the workspace", "run", "data/tables", "keys/k", true},
		{"the run among the tables", "tables/run", "tables", "keys/k", true},
	} {
		err := CheckPlaces(at("data/w.duckdb"), at("plan"), at(c.run), at(c.conversion), at(c.key))
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

// child runs an extraction and waits to be killed after a step.
func child(step, folder string) int {
	x := &trial{folder: folder, plan: planText, dossier: dossierText, threads: 1, tables: map[string]coding.Table{"secteur": sectors()}}
	x.done = func(done string) {
		if done == step {
			fmt.Println("reached")
			time.Sleep(time.Minute)
		}
	}
	if _, err := x.extract(context.Background()); err != nil {
		fmt.Println(err)
	}
	return 1
}

func TestAKilledExtractionHandsNothingOver(t *testing.T) {
	for _, c := range []struct {
		sentence, step string
		records        int
	}{
		{"killed when the codes are made", "coded", 0},
		{"killed when all is written and scanned", "scanned", 0},
		{"killed when the tables are written", "converted", 0},
		{"killed when it is recorded", "recorded", 1},
		{"killed when the tables are in place", "tables", 1},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			x := newTrial(t)
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "EXTRACT_TEST_STEP="+c.step, "EXTRACT_TEST_FOLDER="+x.folder, "EXTRACT_TEST_KEY="+filepath.Join(shelf, "key"))
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line := make([]byte, len("reached"))
			if _, err := out.Read(line); err != nil || string(line) != "reached" {
				t.Fatalf("the process says %q, %v", line, err)
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
			for _, name := range x.left(t) {
				if strings.HasPrefix(name, filepath.Join("run", Folder)+string(filepath.Separator)) || name == filepath.Join("run", Folder) {
					t.Errorf("%s was handed over", name)
				}
			}
			if n := len(entries(t, x)); n != c.records {
				t.Errorf("%d records, want %d", n, c.records)
			}
			if _, err := x.extract(t.Context()); err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(x.left(t), func(name string) bool { return strings.HasSuffix(name, part) }) {
				t.Errorf("half-written files are left: %v", x.left(t))
			}
			if _, err := ReadReceipt(x.run1()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAStoppedExtractionLeavesNothing(t *testing.T) {
	x := newTrial(t)
	ctx, stop := context.WithCancel(t.Context())
	x.done = func(step string) {
		if step == "scanned" {
			stop()
		}
	}
	_, err := x.extract(ctx)
	if diag.ExitCode(err) != int(diag.Cancel) || len(x.left(t)) > 0 {
		t.Errorf("got %v, left %v", err, x.left(t))
	}
}

func entries(t *testing.T, x *trial) []ledger.Entry {
	t.Helper()
	ws, err := x.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // only read
	all, err := ledger.List(t.Context(), ws.DB)
	if err != nil {
		t.Fatal(err)
	}
	if err := ledger.Verify(t.Context(), ws.DB, all); err != nil {
		t.Error(err)
	}
	return all
}

func TestRowsAreKeptUntilTheirDayAndTablesStay(t *testing.T) {
	x := newTrial(t)
	if _, err := x.extract(t.Context()); err != nil {
		t.Fatal(err)
	}
	table := filepath.Join(x.run1(), "outputs")
	if err := os.WriteFile(table, []byte("a table"), 0o600); err != nil {
		t.Fatal(err)
	}
	ws, err := x.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // the ledger is committed
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	all, err := Retentions(x.folder)
	if err != nil || len(all) != 1 || all[0].DestroyBy != "2028-11-22" || all[0].TablesUntil != "2056-11-22" {
		t.Fatalf("got %+v, %v", all, err)
	}
	if _, err := Received(t.Context(), ws, x.run1(), day("2026-11-21"), "u"); err == nil {
		t.Error("rows were received before they were extracted")
	}
	r, err := Received(t.Context(), ws, x.run1(), day("2027-01-31"), "u")
	if err != nil || r.DestroyBy != "2029-01-31" {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := Received(t.Context(), ws, x.run1(), day("2027-03-01"), "u"); err == nil {
		t.Error("the rows may be kept for longer by receiving them later")
	}
	if r.Due(day("2029-01-31")) || !r.Due(day("2029-02-01")) {
		t.Error("the last day is not the last")
	}
	if r, err = Destroy(t.Context(), ws, x.run1(), day("2029-02-01"), "u"); err != nil || r.Destroyed != "2029-02-01" {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, name := range x.left(t) {
		if ext := filepath.Ext(name); strings.Contains(name, Folder) && (ext == ".parquet" || ext == ".csv" && !strings.HasSuffix(name, csvDict)) {
			t.Errorf("%s is left", name)
		}
	}
	if data, err := os.ReadFile(table); err != nil || !bytes.Equal(data, []byte("a table")) {
		t.Error("the tables are gone")
	}
	if r, err = Destroy(t.Context(), ws, x.run1(), day("2030-02-01"), "u"); err != nil || r.Destroyed != "2029-02-01" {
		t.Errorf("destroying twice gives %+v, %v", r, err)
	}
	list, err := ledger.List(t.Context(), ws.DB)
	if err := r.Check(list); err != nil {
		t.Error(err)
	}
	if err != nil || len(list) != 3 || !strings.HasPrefix(list[1].Query, "RECEPTION") || !strings.HasPrefix(list[2].Query, "DESTRUCTION") {
		t.Errorf("the ledger has %d entries, %v", len(list), err)
	}
}

// extracted is an extraction that was handed over, in its open workspace.
func extracted(t *testing.T) (*trial, *store.Workspace, Retention) {
	t.Helper()
	x := newTrial(t)
	if _, err := x.extract(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := x.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() }) // the ledger is committed
	r, err := retentionOf(x.run1())
	if err != nil {
		t.Fatal(err)
	}
	return x, ws, r
}

func TestAChangedRetentionIsFound(t *testing.T) {
	x, ws, first := extracted(t)
	received, err := Received(t.Context(), ws, x.run1(), first.day(t).AddDate(0, 1, 0), "u")
	if err != nil {
		t.Fatal(err)
	}
	list, err := ledger.List(t.Context(), ws.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence string
		change   func(r *Retention)
		want     string
	}{
		{"as it was recorded", func(*Retention) {}, ""},
		{"a later day", func(r *Retention) { r.DestroyBy = "2099-01-01" }, "retention-changed"},
		{"more months", func(r *Retention) { r.Months = 99 }, "retention-changed"},
		{"tables that may go earlier", func(r *Retention) { r.TablesUntil = "2030-01-01" }, "retention-changed"},
		{"rows that are said to be gone", func(r *Retention) { r.Destroyed = "2027-01-01" }, "retention-changed"},
		{"what was true before the reception", func(r *Retention) { *r = first }, "retention-changed"},
		{"an entry that is none", func(r *Retention) { r.Ledger = 99 }, "other-ledger"},
		{"an entry of something else", func(r *Retention) { r.Ledger = 2 }, "other-ledger"},
	} {
		r := received
		c.change(&r)
		got := ""
		if e, ok := errors.AsType[*diag.Error](r.Check(list)); ok {
			got = e.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.sentence, got, c.want)
		}
	}
	// What is not as it was recorded is neither received nor destroyed.
	if err := place.JSON(filepath.Join(x.run1(), RetentionFile), first); err != nil {
		t.Fatal(err)
	}
	if _, err := Received(t.Context(), ws, x.run1(), first.day(t).AddDate(0, 2, 0), "u"); diag.ExitCode(err) != int(diag.Ledger) {
		t.Errorf("the rows were received later: %v", err)
	}
	if _, err := Destroy(t.Context(), ws, x.run1(), first.day(t).AddDate(9, 0, 0), "u"); diag.ExitCode(err) != int(diag.Ledger) {
		t.Errorf("the rows were destroyed: %v", err)
	}
	// A reception that was recorded and then stopped is taken up.
	if r, err := Received(t.Context(), ws, x.run1(), first.day(t).AddDate(0, 1, 0), "u"); err != nil || r.Received != received.Received || r.DestroyBy != received.DestroyBy {
		t.Errorf("got %+v, %v", r, err)
	}
	if n := len(entries(t, x)); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
}

func TestADestructionThatWasStoppedIsTakenUp(t *testing.T) {
	x, ws, before := extracted(t)
	day := before.day(t).AddDate(3, 0, 0)
	if _, err := Destroy(t.Context(), ws, x.run1(), day, "u"); err != nil {
		t.Fatal(err)
	}
	if err := place.JSON(filepath.Join(x.run1(), RetentionFile), before); err != nil {
		t.Fatal(err)
	}
	r, err := Destroy(t.Context(), ws, x.run1(), day.AddDate(0, 0, 5), "u")
	if err != nil || r.Destroyed != day.Format(time.DateOnly) || len(entries(t, x)) != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// day is the day of the extraction.
func (r Retention) day(t *testing.T) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, r.Extracted)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestThePartsOfAnExtractionAreTold(t *testing.T) {
	x := newTrial(t)
	if _, err := x.extract(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := x.design()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x.parts, d.Parts()) || len(x.parts) != 2+len(d.relations) {
		t.Errorf("told %v of %v", x.parts, d.Parts())
	}
}

func TestMonthsEndInTheirMonth(t *testing.T) {
	for _, c := range []struct {
		day    string
		months int
		want   string
	}{{"2026-11-22", 24, "2028-11-22"}, {"2027-01-31", 1, "2027-02-28"}, {"2028-02-29", 12, "2029-02-28"}, {"2026-12-31", 2, "2027-02-28"}} {
		d, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := after(d, c.months, 0); got != c.want {
			t.Errorf("%d months after %s is %s, want %s", c.months, c.day, got, c.want)
		}
	}
}
