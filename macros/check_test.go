package macros_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/macros"
)

// statements records what is executed.
type statements struct{ texts []string }

func (s *statements) ExecContext(_ context.Context, query string, _ ...any) (sql.Result, error) {
	s.texts = append(s.texts, query)
	return nil, nil
}

func TestAHeaderThatDiffersFromItsStatementIsFound(t *testing.T) {
	for _, c := range []struct{ sentence, old, new, pos, says string }{
		{"another parameter type", "@param depuis DATE", "@param depuis TIMESTAMP", "9:1", "depuis DATE"},
		{"a parameter left out", "-- @param genre VARCHAR = 'poetry' : the genre\n", "", "9:1", "genre VARCHAR"},
		{"another column type", "@column flag INTEGER", "@column flag BIGINT", "11:1", "flag INTEGER"},
		{"a column left out", "-- @column genre VARCHAR attribute, nullable, in loans.genre : the genre\n", "", "11:1", "genre VARCHAR"},
		{"a zone left out", "@zones loans reader day genre", "@zones loans reader genre", "14:1", "loans.day"},
		{"a list left out", "-- @list genres@1\n", "", "", "genres"},
		{"a list that is not read", "-- @list genres@1\n", "-- @list genres@1\n-- @list branches@1\n", "", "branches"},
		{"a list version that is not pinned", "version = '1'", "version >= '0'", "15:1", "version = '1'"},
		{"a scalar described as a table", "AS TABLE\nSELECT reader, any_value(l.genre)", "AS (\nSELECT any_value(l.genre)", "", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			files := folder(c.old, c.new)
			reg, err := macros.Load(files, library())
			if err != nil {
				t.Fatal(err)
			}
			db, err := reg.Memory(t.Context())
			if err != nil {
				wantFault(t, err, "macro-install", "", "") // DuckDB refuses it already
				return
			}
			defer db.Close()
			wantFault(t, reg.Check(t.Context(), db), "macro-check", c.pos, c.says)
		})
	}
}

func TestAMacroThatIsNotInstalledIsFound(t *testing.T) {
	reg, err := macros.Load(folder(), library())
	if err != nil {
		t.Fatal(err)
	}
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP MACRO TABLE readers.poetry_v1"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, reg.Check(t.Context(), db), "macro-check", "", "not installed")
}

func TestInstallingTwiceIsInstallingOnce(t *testing.T) {
	reg := house(t)
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := reg.Install(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	var installed, commented int
	err = db.QueryRowContext(t.Context(), `SELECT count(*), count(comment) FROM duckdb_functions()
		WHERE schema_name IN ('couts', 'etude', 'flags', 'population', 'sas', 'selection') AND NOT internal`).Scan(&installed, &commented)
	if err != nil || installed != len(reg.All) || commented != installed {
		t.Errorf("%d installed, %d commented, of %d: %v", installed, commented, len(reg.All), err)
	}
}

func TestAFamilyMayHaveTheNameOfATable(t *testing.T) {
	db, err := house(t).Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	err = db.QueryRowContext(t.Context(), `SELECT count(population.province_v1(population.pp0025))
		FROM population, population.photo_v1(2008) AS p WHERE population.pp0010 = p.pp0010`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
}

func TestAuditsHoldOnConsistentDataAndFindWhatIsWrong(t *testing.T) {
	reg := house(t)
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, step := range []struct {
		data   string
		broken []string
	}{
		{`INSERT INTO main.population (pp0010, pp0015, pp0020, pp0025, pp0030, pp0050, pp1002) VALUES (1, 1950, '1', '21004', '111', 200812, '1')`, nil},
		{
			`INSERT INTO main.soins_sante (ss00010, ss00015, ss00020, ss00050, ss00160) VALUES (1, '2008-02-01', '101010', -1, -500)`,
			[]string{"nobody has paid less than nothing"},
		},
		{
			`INSERT INTO main.population (pp0010, pp0015, pp0025, pp0050) VALUES (2, 1950, '26001', 200812)`,
			[]string{"nobody has paid less than nothing", "a municipality of Belgium has a province", "the sex of a person is known"},
		},
	} {
		if _, err := db.ExecContext(t.Context(), step.data); err != nil {
			t.Fatal(err)
		}
		results, err := reg.Audit(t.Context(), db, map[string]string{"annee": "2008"})
		if err != nil {
			t.Fatal(err)
		}
		broken := map[string]bool{}
		for _, r := range results {
			if !r.Held {
				broken[r.Title] = true
			}
		}
		for _, title := range step.broken {
			if !broken[title] {
				t.Errorf("not found: %s", title)
			}
		}
		if len(broken) != len(step.broken) {
			t.Errorf("found %v, want %v", broken, step.broken)
		}
	}
}

func TestAPublishedFileNeverChanges(t *testing.T) {
	files := folder()
	sql, sas := string(files["readers/poetry_v1.sql"].Data), sum(sasProgram)
	good := sum(sql) + "  readers/poetry_v1.sql\n" + sas + "  readers/poetry_v1.sas\n"
	for _, c := range []struct {
		sentence, checksums, removed, says string
	}{
		{"the files and the list agree", good, "", ""},
		{"a published file is not listed", sas + "  readers/poetry_v1.sas\n", "", "has no checksum"},
		{"the SQL changed", strings.Replace(good, sum(sql), sum("SELECT 1"), 1), "", "changed"},
		{"the SAS changed", strings.Replace(good, sas, sum("/* else */"), 1), "", "changed"},
		{"a published file vanished", good + sum("x") + "  readers/prose_v1.sql\n", "", "gone"},
		{"the list is damaged", good + "rubbish\n", "", "not a checksum line"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			files["checksums.txt"] = &fstest.MapFile{Data: []byte(c.checksums)}
			reg, err := macros.Load(files, library())
			if err != nil {
				t.Fatal(err)
			}
			if err = reg.Verify(); c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantFault(t, err, "macro-checksum", "", c.says)
		})
	}
}

func TestUpdatingAppendsNewFilesAndNothingElse(t *testing.T) {
	files := folder()
	sas := sum(sasProgram) + "  readers/poetry_v1.sas\n"
	files["checksums.txt"] = &fstest.MapFile{Data: []byte(sas)}
	reg, err := macros.Load(files, library())
	if err != nil {
		t.Fatal(err)
	}
	got, err := reg.ChecksumsWithNew()
	want := sas + sum(string(files["readers/poetry_v1.sql"].Data)) + "  readers/poetry_v1.sql\n"
	if err != nil || got != want {
		t.Errorf("got %q, error %v", got, err)
	}
	files["checksums.txt"] = &fstest.MapFile{Data: []byte(sum("an older text") + "  readers/poetry_v1.sql\n")}
	if _, err := reg.ChecksumsWithNew(); err == nil {
		t.Error("a published file was changed and its checksum rewritten")
	}
}
