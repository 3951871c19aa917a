package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// TestSettingsOfAnOpenWorkspace: every door is named, and shut.
func TestSettingsOfAnOpenWorkspace(t *testing.T) {
	w := open1(t, create(t), Options{Threads: 1, Memory: "500MB", TempLimit: "10MB"})
	for setting, want := range map[string]string{
		"enable_external_access":       "false",
		"lock_configuration":           "true",
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"allow_unsigned_extensions":    "false",
		"disabled_optimizers":          "common_subexpressions",
		"memory_limit":                 "476.8 MiB",
		"max_temp_directory_size":      "9.5 MiB",
	} {
		if got := value(t, w, "SELECT current_setting('"+setting+"')::VARCHAR"); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if got := value(t, w, "SELECT current_setting('temp_directory')"); !strings.HasPrefix(got, w.Path) {
		t.Errorf("what does not fit into memory goes to %s, want a folder beside the workspace", got)
	}
	for _, query := range []string{"LOAD httpfs", "INSTALL spatial", "LOAD '" + w.Path + ".duckdb_extension'"} {
		if _, err := w.DB.Exec(query); err == nil {
			t.Errorf("%s must fail", query)
		}
	}
}

// TestATempFolderIsBounded: what is larger than memory and temp folder together
// ends with an error instead of filling the disk.
func TestATempFolderIsBounded(t *testing.T) {
	w := open1(t, create(t), Options{Threads: 1, Memory: "100MB", TempLimit: "1MB"})
	_, err := w.DB.Exec("SELECT count(*) FROM (SELECT DISTINCT hash(i) || 'x' || hash(i + 1) FROM range(4000000) AS r(i))")
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok || e.Type != duckdb.ErrorTypeOutOfMemory {
		t.Errorf("error %v, want one of memory", err)
	}
}

// TestNoErrorIsTakenOutOfATry: what two TRY have in common fails inside of them.
// Left to itself the engine computes it once, outside, where one row's error ends
// the query.
func TestNoErrorIsTakenOutOfATry(t *testing.T) {
	w := open1(t, create(t), Options{Threads: 1})
	for _, query := range []string{
		"SELECT count(TRY(x * 9223372036854775807)) + count(TRY(x * 9223372036854775807 + 1)) FROM range(3) AS r(x)",
		"SELECT count(TRY(CAST(CASE WHEN x > 1 THEN 'a' END AS INTEGER))) + count(TRY(CAST(CASE WHEN x > 1 THEN 'a' END AS INTEGER) + 1)) FROM range(3) AS r(x)",
		"SELECT count(TRY(regexp_matches('a', CASE WHEN x > 1 THEN '(' ELSE 'a' END))) + count(TRY(CASE WHEN regexp_matches('a', CASE WHEN x > 1 THEN '(' ELSE 'a' END) THEN 1 END)) FROM range(3) AS r(x)",
	} {
		var n int
		if err := w.DB.QueryRow(query).Scan(&n); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestACancelledQueryStops within a second or two.
func TestACancelledQueryStops(t *testing.T) {
	w := open1(t, create(t), Options{Threads: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := w.DB.ExecContext(ctx, "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range + b.range = 7"); err == nil {
		t.Error("the query ended by itself")
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("stopped after %s", d)
	}
}

// TestOnlyTheNamedFoldersAreOpen: an extraction writes where it was told to, and
// nowhere else.
func TestOnlyTheNamedFoldersAreOpen(t *testing.T) {
	inside, outside := t.TempDir(), t.TempDir()
	w := open1(t, create(t), Options{Threads: 1, Folders: []string{inside}})
	if _, err := w.DB.Exec("COPY (SELECT 1) TO '" + inside + "/a.csv'"); err != nil {
		t.Errorf("the named folder is shut: %v", err)
	}
	for _, query := range []string{
		"COPY (SELECT 1) TO '" + outside + "/a.csv'",
		"COPY (SELECT 1) TO '" + inside + "/../a.csv'",
		"COPY (SELECT 1) TO '" + inside + "x.csv'",
		"SELECT * FROM read_csv('/etc/passwd')",
		"SET allowed_directories = ['/']",
	} {
		if _, err := w.DB.Exec(query); err == nil {
			t.Errorf("%s must fail", query)
		}
	}
}

// TestWhatAKilledProcessLeftInTheTempFolderGoes, as it holds rows; files of
// somebody else stay.
func TestWhatAKilledProcessLeftInTheTempFolderGoes(t *testing.T) {
	path := create(t)
	left := []string{"duckdb_temp_storage_DEFAULT-0.tmp", "duckdb_temp_block-7.block", "notes.txt"}
	if err := os.Mkdir(path+".tmp", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		if err := os.WriteFile(filepath.Join(path+".tmp", name), []byte("rows"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open1(t, path, Options{})
	entries, err := os.ReadDir(path + ".tmp")
	if err != nil || len(entries) != 1 || entries[0].Name() != "notes.txt" {
		t.Errorf("left are %v: %v", entries, err)
	}
}
