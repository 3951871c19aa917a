package ledger

import (
	"database/sql"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"epsql/sql/diag"
)

func workspace(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE SCHEMA epsql"); err != nil {
		t.Fatal(err)
	}
	return db
}

func filled(t *testing.T) *sql.DB {
	t.Helper()
	db := workspace(t)
	for _, q := range []string{"SELECT ?", "SELECT count ( * )", "SELECT x"} {
		if _, err := Append(t.Context(), db, Entry{User: "a", Query: q, Macros: []string{"flags.a_v1@12"}}); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestANewWorkspaceHasAnEmptyLedger(t *testing.T) {
	entries, err := List(t.Context(), workspace(t))
	if err != nil || len(entries) != 0 || Verify(entries) != nil {
		t.Errorf("entries %v, error %v", entries, err)
	}
}

func TestEntriesAreChained(t *testing.T) {
	entries, err := List(t.Context(), filled(t))
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, error %v", len(entries), err)
	}
	if err := Verify(entries); err != nil {
		t.Error(err)
	}
	if entries[1].Previous != entries[0].Hash || entries[2].Number != 3 {
		t.Errorf("not chained: %+v", entries)
	}
}

func TestAChangeIsFound(t *testing.T) {
	for name, change := range map[string]string{
		"a changed text":       "UPDATE epsql.ledger SET query = 'SELECT 1' WHERE number = 2",
		"a removed entry":      "DELETE FROM epsql.ledger WHERE number = 2",
		"a changed count":      "UPDATE epsql.ledger SET masked = 0, cells = 7 WHERE number = 3",
		"a changed macro list": "UPDATE epsql.ledger SET macros = '[]' WHERE number = 1",
	} {
		db := filled(t)
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
		entries, err := List(t.Context(), db)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := Verify(entries); diag.ExitCode(err) != 5 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
