package study

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/study"
)

const reference = "../../sql/studies/kce_2008_08"

// shelf holds what several tests begin with: a workspace, and a whole run of it.
var shelf string

// TestMain runs the reference study instead of the tests when it is asked to, so
// that a test can kill it.
func TestMain(m *testing.M) {
	if db := os.Getenv("STUDY_TEST_DB"); db != "" {
		if err := runIn(context.Background(), db, os.Getenv("STUDY_TEST_FOLDER"), 0); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var err error
	if shelf, err = os.MkdirTemp("", "study-test-"); err == nil {
		err = fill(context.Background(), filepath.Join(shelf, "world.duckdb"), "eps", 1)
	}
	if err == nil {
		err = copyFile(filepath.Join(shelf, "world.duckdb"), filepath.Join(shelf, "used.duckdb"))
	}
	if err == nil {
		err = runIn(context.Background(), filepath.Join(shelf, "used.duckdb"), filepath.Join(shelf, "whole"), 1)
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

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}

// runIn runs the reference study on a workspace file.
func runIn(ctx context.Context, db, folder string, threads int) error {
	cat, err := catalog.Embedded()
	if err != nil {
		return err
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		return err
	}
	ws, err := store.Open(ctx, db, cat, store.Options{Threads: threads})
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // every step is committed
	plan, err := study.Read(os.DirFS(reference))
	if err != nil {
		return err
	}
	_, _, err = Run(ctx, Config{Workspace: ws, Macros: reg, Version: "test"}, plan, folder)
	return err
}

// fill makes a small workspace of made-up rows: 300 persons, 40 prescribers, two
// years; or as many times more persons and rows. Everything follows from the row's
// number.
func fill(ctx context.Context, path, population string, times int) error {
	cat, err := catalog.Embedded()
	if err != nil {
		return err
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		return err
	}
	if err := store.Create(ctx, path, population, cat, reg); err != nil {
		return err
	}
	ws, err := store.Open(ctx, path, cat, store.Options{})
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // the last statement writes everything
	persons, supplies, care := strconv.Itoa(300*times), strconv.Itoa(12000*times), strconv.Itoa(2000*times)
	for _, statement := range []string{
		`INSERT INTO epsql.ids_provider SELECT i, CASE WHEN i % 10 = 0 THEN '3' ELSE '1' END || lpad(i::VARCHAR, 7, '0') FROM range(1, 41) AS t(i)`,
		`INSERT INTO main.pharmanet (ss00010, ss00015, ss00020, ss00050, ss00070, ss00070_qual, ss00135, livraison)
			SELECT 1 + (i * 7919) % ` + persons + `, DATE '2008-01-01' + ((i * 31) % 366)::INTEGER, '751012', 1 + i % 3, 1 + (i * 17) % 40,
				CASE WHEN (i * 17) % 40 < 30 THEN '001' ELSE '580' END, CASE WHEN i % 5 < 2 THEN '1256922' ELSE '1254961' END, 1
			FROM range(` + supplies + `) AS t(i)`,
		`INSERT INTO main.population (pp0010, pp0015, pp0020, pp0030, pp0045, pp0050, pp1002, pp1004, livraison)
			SELECT i, 1915 + (i * 13) % 93, (1 + i % 2)::VARCHAR, CASE WHEN i % 6 = 0 THEN '111' ELSE '110' END, i, 200812, '1', '0', 2
			FROM range(1, ` + persons + ` + 1) AS t(i)`,
		`INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00050, ss00160, ss00165, livraison)
			SELECT 1 + (i * 101) % ` + persons + `, DATE '2007-01-01' + (i % 365)::INTEGER, CASE WHEN i % 3 = 0 THEN '102771' ELSE '101076' END, 1, 150, 10, 3
			FROM range(` + care + `) AS t(i)`,
		`INSERT INTO epsql.deliveries SELECT i + 1, n, '1' || n, 1, '1', '2008', 'f', 1, repeat(i::VARCHAR, 64), 'csv', 'utf-8', 1, 0, now()::TIMESTAMP, NULL
			FROM (SELECT unnest(['pharmanet', 'population', 'soins_sante']) AS n, unnest(range(3)) AS i)`,
		"CHECKPOINT",
	} {
		if _, err := ws.DB.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// world is that workspace, with nothing kept in it yet.
func world(t *testing.T) (path string, cat *catalog.Catalog, reg *macros.Registry) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "w.duckdb")
	if err := copyFile(filepath.Join(shelf, "world.duckdb"), path); err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if reg, err = macros.Embedded(cat); err != nil {
		t.Fatal(err)
	}
	return path, cat, reg
}

func openAt(t *testing.T, path string, cat *catalog.Catalog, threads int) *store.Workspace {
	t.Helper()
	ws, err := store.Open(t.Context(), path, cat, store.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// plan is the reference study, its files changed by replacing texts.
func plan(t *testing.T, replace ...string) *study.Plan {
	t.Helper()
	p, err := study.Read(os.DirFS(reference))
	if err != nil {
		t.Fatal(err)
	}
	text := p.Files[study.File]
	changed := strings.NewReplacer(replace...).Replace(text)
	if len(replace) > 0 && changed == text {
		t.Fatal("the plan has nothing to replace")
	}
	files := p.Files
	if p, err = study.Parse([]byte(changed)); err != nil {
		t.Fatal(err)
	}
	p.Files = files
	p.Files[study.File] = changed
	return p
}

// contents are the files of a run that must never vary.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(folder, path)
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".receipt.json") || name == timesFile || name == journalFile {
			return err
		}
		text, err := os.ReadFile(path)
		out[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantSame(t *testing.T, a, b map[string]string) {
	t.Helper()
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs:\n%.600s\n--\n%.600s", name, a[name], b[name])
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			t.Errorf("%s is one too many", name)
		}
	}
}

// wantKept checks that every step is kept once: a table for each note of one,
// and no table besides.
func wantKept(t *testing.T, path string, cat *catalog.Catalog, steps int) {
	t.Helper()
	ws := openAt(t, path, cat, 0)
	defer ws.Close() //nolint:errcheck // only read
	var notes, tables, both int
	err := ws.DB.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM epsql.study_kept),
		(SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'study'),
		(SELECT count(*) FROM epsql.study_kept JOIN duckdb_tables() ON schema_name = 'study' AND table_name = 's_' || key[:32])`).Scan(&notes, &tables, &both)
	if err != nil || notes != steps || tables != steps || both != steps {
		t.Errorf("%d notes, %d tables, %d of both, want %d: %v", notes, tables, both, steps, err)
	}
}

func TestTheSameManifestGivesTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	path, cat, _ := world(t)
	a, b := filepath.Join(shelf, "whole"), filepath.Join(t.TempDir(), "b") // the first on one thread
	if err := runIn(t.Context(), path, b, 4); err != nil {
		t.Fatal(err)
	}
	wantSame(t, contents(t, a), contents(t, b))
	// Of forty prescribers four are dentists; the others are kept.
	if table := contents(t, a)["outputs/prescripteurs_exclus.csv"]; !strings.Contains(table, "\nprofession,4,2") || !strings.Contains(table, "\nretenu,36,") {
		t.Errorf("the prescribers are\n%s", table)
	}
	wantKept(t, path, cat, 10)
}

// TestManyRowsGiveTheSameBytesOnAnyNumberOfThreads: enough rows for threads to
// share them, and on one of the runs too little memory to hold them.
func TestManyRowsGiveTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	first := filepath.Join(t.TempDir(), "w.duckdb")
	if err := fill(t.Context(), first, "eps", 25); err != nil {
		t.Fatal(err)
	}
	_, cat, reg := world(t)
	var runs []map[string]string
	for i, opts := range []store.Options{{Threads: 1}, {Threads: 4}, {Threads: 2, Memory: "120MB"}} {
		path := first + strconv.Itoa(i)
		if err := copyFile(first, path); err != nil {
			t.Fatal(err)
		}
		ws, err := store.Open(t.Context(), path, cat, opts)
		if err != nil {
			t.Fatal(err)
		}
		folder, _, err := Run(t.Context(), Config{Workspace: ws, Macros: reg, Version: "test"}, plan(t), filepath.Join(t.TempDir(), "run"))
		if err := errors.Join(err, ws.Close()); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, contents(t, folder))
	}
	wantSame(t, runs[0], runs[1])
	wantSame(t, runs[0], runs[2])
	if table := runs[0]["outputs/patients_enseignement.csv"]; !strings.Contains(table, ".") {
		t.Errorf("no share is shown:\n%s", table)
	}
}

func TestTheSamePlanRunsOnEverybodyUnderTheStricterRule(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.duckdb")
	if err := fill(t.Context(), path, "exhaustive", 1); err != nil {
		t.Fatal(err)
	}
	_, cat, reg := world(t)
	ws := openAt(t, path, cat, 0)
	defer ws.Close() //nolint:errcheck // nothing is pending
	cfg := Config{Workspace: ws, Macros: reg, Version: "test"}
	if _, _, err := Run(t.Context(), cfg, plan(t), filepath.Join(t.TempDir(), "run")); err == nil || !strings.Contains(err.Error(), "channel eps is not allowed") {
		t.Errorf("under the channel of the sample: %v", err)
	}
	cfg.Channel = cat.Channel("exhaustive")
	folder, m, err := Run(t.Context(), cfg, plan(t), filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Population != "exhaustive" || m.Channel != "exhaustive" {
		t.Errorf("population %s, channel %s", m.Population, m.Channel)
	}
	// Four dentists may be shown on the sample, not here.
	if table := contents(t, folder)["outputs/prescripteurs_exclus.csv"]; !strings.Contains(table, "\nprofession,small cell") {
		t.Errorf("the prescribers are\n%s", table)
	}
	// Few prescribers stand behind what patients of the sample got.
	const shares = "outputs/bon_marche.csv"
	sample, all := contents(t, filepath.Join(shelf, "whole"))[shares], contents(t, folder)[shares]
	if !strings.Contains(sample, ".") || strings.Contains(all, ".") {
		t.Errorf("the purchases of few prescribers' patients are on the sample\n%s\nand here\n%s", sample, all)
	}
}

func TestARunThatIsStoppedAnywhereGoesOn(t *testing.T) {
	path, cat, reg := world(t)
	want := filepath.Join(shelf, "whole")
	folder := filepath.Join(t.TempDir(), "stopped")
	ws := openAt(t, path, cat, 0)
	stops := 0
	for after := 1; ; after += 3 { // one more thing gets done each time
		ctx, stop := context.WithCancel(t.Context())
		lines := 0
		_, m, err := Run(ctx, Config{Workspace: ws, Macros: reg, Version: "test", Tell: func(string) {
			if lines++; lines == after {
				stop()
			}
		}}, plan(t), folder)
		stop()
		if m != nil {
			break
		}
		if stops++; stops > 50 {
			t.Fatal("it never ends:", err)
		}
	}
	if stops < 5 {
		t.Errorf("stopped %d times only", stops)
	}
	if err := ws.Close(); err != nil {
		t.Fatal(err)
	}
	wantSame(t, contents(t, want), contents(t, folder))
	wantKept(t, path, cat, 10)
}

func TestKillingARunAtTenRandomMomentsLosesAndDoublesNothing(t *testing.T) {
	path, cat, _ := world(t)
	want := filepath.Join(shelf, "whole")
	folder := filepath.Join(t.TempDir(), "killed")
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "STUDY_TEST_DB="+path, "STUDY_TEST_FOLDER="+folder)
		cmd.Stderr = &bytes.Buffer{}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for range 10 {
		cmd := start()
		time.Sleep(100*time.Millisecond + rand.N(time.Second))
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	}
	if cmd := start(); cmd.Wait() != nil {
		t.Fatalf("the last run failed: %s", cmd.Stderr)
	}
	wantSame(t, contents(t, want), contents(t, folder))
	wantKept(t, path, cat, 10)
}

func TestAStepIsComputedAgainOnlyWhenWhatItDependsOnChanged(t *testing.T) {
	path, cat, reg := world(t)
	ws := openAt(t, path, cat, 0)
	defer ws.Close() //nolint:errcheck // nothing is pending
	computed := func(p *study.Plan) (steps []string) {
		t.Helper()
		_, _, err := Run(t.Context(), Config{Workspace: ws, Macros: reg, Version: "test", Tell: func(line string) {
			if name, rest, ok := strings.Cut(strings.TrimPrefix(line, "step "), ": "); ok && strings.Contains(rest, "computed in") {
				steps = append(steps, name)
			}
		}}, p, filepath.Join(t.TempDir(), "run"))
		if err != nil {
			t.Fatal(err)
		}
		return steps
	}
	change := func(statement string) {
		t.Helper()
		if _, err := ws.DB.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	selection := []string{"prescripteurs", "echantillon", "patients", "achats"}
	for _, c := range []struct {
		sentence string
		change   string
		plan     *study.Plan
		want     []string
	}{
		{"everything the first time", "", plan(t), []string{"prescripteurs", "echantillon", "patients", "photo", "drapeaux", "dmg", "maison_medicale", "maison_repos", "couts", "achats"}},
		{"nothing the second", "", plan(t), nil},
		{"what has the argument that changed", "", plan(t, "seuil: 200", "seuil: 150"), selection},
		{"nothing when the argument is as before", "", plan(t), nil},
		{"what reads the delivery that was replaced", "UPDATE epsql.deliveries SET hash = repeat('9', 64) WHERE table_name = 'pharmanet'", plan(t), selection},
	} {
		if c.change != "" {
			change(c.change)
		}
		if got := computed(c.plan); !slices.Equal(got, c.want) {
			t.Errorf("%s: computed %v, want %v", c.sentence, got, c.want)
		}
	}
	var tables int
	if err := ws.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'study'").Scan(&tables); err != nil || tables != 10 {
		t.Errorf("%d tables are kept, those of the replaced delivery among them: %v", tables, err)
	}
}

func TestAFolderHoldsOneRun(t *testing.T) {
	path, cat, reg := world(t)
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(shelf, "whole"))); err != nil {
		t.Fatal(err)
	}
	ws := openAt(t, path, cat, 0)
	defer ws.Close() //nolint:errcheck // nothing is pending
	cfg := Config{Workspace: ws, Macros: reg, Version: "test"}
	if _, _, err := Run(t.Context(), cfg, plan(t, "seuil: 200", "seuil: 150"), folder); err == nil || !strings.Contains(err.Error(), "parameter seuil: 200 -> 150") {
		t.Errorf("another run in the same folder: %v", err)
	}
	if _, m, err := Run(t.Context(), cfg, plan(t), folder); err != nil || m == nil {
		t.Errorf("the same run: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, tableFolder, "patients.csv"), []byte("age\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Run(t.Context(), cfg, plan(t), folder); err == nil || !strings.Contains(err.Error(), "patients is not as it was written") {
		t.Errorf("a table that was changed: %v", err)
	}
}

func TestAPlanThatDoesNotFitTheHouseIsRefusedWithItsPlace(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sentence, old, new, says string }{
		{"a population that is not there", "population: eps", "population: epss", "no population epss"},
		{"a channel that is not there", "channel: eps", "channel: ep", "no channel ep"},
		{"a macro that is not there", "- flags.dmg_v1", "- flags.dmg_v9", "does not pin flags.dmg_v1"},
		{"a list that is not there", "dmg@2016.1", "dmg@1999", "no list dmg@1999"},
		{"a list that is not pinned", "  - dmg@2016.1\n", "", "reads the list dmg, which the plan does not pin"},
		{"an argument that the macro does not have", "seuil: $seuil, liste", "seuils: $seuil, liste", "no parameter seuils"},
		{"an argument of another type", "{annee: $annee_soins}", "{annee: hier}", "not of type INTEGER"},
		{"an argument that is missing", "with: {annee: $annee}", "with: {}", "needs the argument annee"},
		{"a format that is none", "formats: [csv, xlsx]", "formats: [sas]", "no file has the format sas"},
		{"a step with the name of a table", "name: photo", "name: population", "the name of a table"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			p, err := study.Parse([]byte(strings.Replace(plan(t).Files[study.File], c.old, c.new, 1)))
			if err == nil {
				p.Files = plan(t).Files
				_, err = Resolve(p, cat, reg)
			}
			e, ok := asDiag(err)
			if !ok || !strings.Contains(e.Msg, c.says) || e.Pos.File != study.File || e.Hint == "" {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestTheReferenceStudyIsInOrder(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), plan(t), cat, reg); err != nil {
		t.Fatal(err)
	}
	p := plan(t)
	p.Files["profils.sql"] = strings.Replace(p.Files["profils.sql"], "d.flag_chomage", "d.flag_chomages", 1)
	_, err = Check(t.Context(), p, cat, reg)
	if e, ok := asDiag(err); !ok || e.Pos.String() != "profils.sql:11:5" {
		t.Errorf("a mistake in a step is told at %v", err)
	}
}

func TestDiffTellsWhatWentInAndWhatCameOut(t *testing.T) {
	a := &Manifest{
		Inputs: Inputs{
			Study: "s", Version: "1", Channel: "eps", Plan: map[string]string{"a.sql": "1", "gone.sql": "1"}, Parameters: map[string]string{"n": "1"},
			Macros: map[string]string{"f.x_v1": "1"}, Lists: map[string]string{"l@1": "1"},
			Deliveries: []Delivery{{Table: "t", Key: "1", Version: 1, SHA256: "1"}},
		},
		Outputs: []OutputRecord{{Name: "o", Files: map[string]string{"o.csv": "1"}}},
	}
	b := &Manifest{
		Inputs: Inputs{
			Study: "s", Version: "2", Channel: "eps", Plan: map[string]string{"a.sql": "2", "new.sql": "1"}, Parameters: map[string]string{"n": "2"},
			Macros: map[string]string{"f.x_v1": "2"}, Lists: map[string]string{"l@2": "1"},
			Deliveries: []Delivery{{Table: "t", Key: "1", Version: 2, SHA256: "2"}},
		},
		Outputs: []OutputRecord{{Name: "o", Files: map[string]string{"o.csv": "2"}}},
	}
	want := []string{
		"program: 1 -> 2", "plan file a.sql: changed", "plan file gone.sql: only in the first", "plan file new.sql: only in the second",
		"parameter n: 1 -> 2", "macro f.x_v1: changed", "list l@1: only in the first", "list l@2: only in the second",
		"delivery t 1: changed", "output o.csv: changed",
	}
	var got []string
	for _, d := range Diff(a, b) {
		got = append(got, d.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if d := Diff(a, a); len(d) != 0 {
		t.Errorf("a run differs from itself: %v", d)
	}
}
