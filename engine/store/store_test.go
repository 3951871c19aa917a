package store

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
)

// small is a catalogue of another world: a table of loans and a list.
func small() *catalog.Catalog {
	reader := &catalog.Zone{ID: "READER", Type: catalog.TypeID, Role: catalog.RoleIdentifier, Protects: "reader"}
	return &catalog.Catalog{
		Name: "library", Version: "1", Hash: "abc",
		Units:       []*catalog.Unit{{ID: "reader"}, {ID: "family", Numbering: "reader"}, {ID: "clerk"}},
		Populations: []*catalog.Population{{ID: "all", Channels: []string{"open"}}},
		Channels:    []*catalog.Channel{{ID: "open"}, {ID: "loose"}},
		Tables: []*catalog.Table{{Name: "loans", Owner: "reader", Zones: []*catalog.Zone{
			reader,
			{ID: "DUE", Type: catalog.TypeDate},
			{ID: "CARD", Type: catalog.TypeText, Role: catalog.RoleRefused},
		}}},
		Lists: []*catalog.CodeList{
			{Name: "Genres", Version: "1", Columns: []catalog.ListColumn{{Name: "code", Type: catalog.TypeCode}, {Name: "since", Type: catalog.TypeDate}}, Rows: [][]string{{"01", "2001-02-03"}, {"02", ""}}},
			{Name: "genres", Version: "2", Columns: []catalog.ListColumn{{Name: "code", Type: catalog.TypeCode}, {Name: "since", Type: catalog.TypeDate}}, Rows: [][]string{{"09", ""}}},
		},
	}
}

func create(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "epsql.duckdb") // named like a schema on purpose
	if err := Create(t.Context(), path, "all", small(), nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func open1(t *testing.T, path string, opts Options) *Workspace {
	t.Helper()
	w, err := Open(t.Context(), path, small(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func value(t *testing.T, w *Workspace, query string) (out string) {
	t.Helper()
	if err := w.DB.QueryRow(query).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCreateMakesWhatTheCatalogueSays(t *testing.T) {
	w := open1(t, create(t), Options{})
	for _, test := range []struct{ sentence, query, want string }{
		{
			"a table has its zones without the refused ones, and its delivery",
			"SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 'loans'",
			"reader INTEGER, due DATE, livraison INTEGER",
		},
		{
			"a unit that shares numbers has no table of its own",
			"SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM duckdb_tables() WHERE table_name LIKE 'ids_%'",
			"ids_clerk ids_reader",
		},
		{
			"all versions of a list are one public table",
			"SELECT string_agg(concat_ws(' ', version, code, since), ', ' ORDER BY code) FROM ref.genres",
			"1 01 2001-02-03, 1 02, 2 09",
		},
		{"the stamp names the catalogue", "SELECT value FROM epsql.workspace WHERE key = 'catalogue hash'", "abc"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			if got := value(t, w, test.query); got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
	if w.Population.ID != "all" {
		t.Errorf("population %v", w.Population)
	}
}

func TestCreateWithTheHouseCatalogueAndMacros(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	for _, p := range cat.Populations {
		if err := Create(t.Context(), path+p.ID, p.ID, cat, reg); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	path := create(t)
	folder := t.TempDir()
	text := filepath.Join(folder, "text.duckdb")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(folder, "foreign.duckdb")
	db, err := open(foreign, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE x (y INTEGER)"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	other := small()
	other.Hash, other.Version = "def", "2"
	opened := func(path string, cat *catalog.Catalog, opts Options) error {
		_, err := Open(t.Context(), path, cat, opts)
		return err
	}
	for _, test := range []struct {
		sentence string
		err      error
		code     string
		kind     diag.Kind
	}{
		{"a missing file", opened(filepath.Join(folder, "none"), small(), Options{}), "no-workspace", diag.Data},
		{"a folder", opened(folder, small(), Options{}), "no-workspace", diag.Data},
		{"a text file", opened(text, small(), Options{}), "not-a-workspace", diag.Data},
		{"a database of somebody else", opened(foreign, small(), Options{}), "not-a-workspace", diag.Data},
		{"a workspace of another catalogue", opened(path, other, Options{}), "other-catalogue", diag.Data},
		{"a limit that is no size", opened(path, small(), Options{Memory: "much"}), "bad-setting", diag.Usage},
		{"a workspace that is there", Create(t.Context(), path, "all", small(), nil), "workspace-exists", diag.Data},
		{"an unknown population", Create(t.Context(), path+"2", "al", small(), nil), "unknown-population", diag.Usage},
		{"a folder that is not there", Create(t.Context(), filepath.Join(folder, "no", "w"), "all", small(), nil), "cannot-open", diag.Data},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			var e *diag.Error
			if !errors.As(test.err, &e) || e.Code != test.code || e.Kind != test.kind || e.Hint == "" {
				t.Errorf("got %v", test.err)
			}
		})
	}
	open1(t, path, Options{}) // and the workspace is as good as before
}

func TestCreateLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	bad := small()
	bad.Lists[0].Rows[0][1] = "not a day"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for sentence, err := range map[string]error{
		"a list that does not fit": Create(t.Context(), filepath.Join(folder, "a"), "all", bad, nil),
		"a cancel":                 Create(ctx, filepath.Join(folder, "b"), "all", small(), nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", sentence)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestDoorsAreShut(t *testing.T) {
	path := create(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open1(t, path, Options{Threads: 1, Memory: "500MB"})
	for _, query := range []string{
		"FROM '" + secret + "'",
		"FROM read_text('" + secret + "')",
		"COPY epsql.workspace TO '" + secret + ".out'",
		"ATTACH '" + secret + ".db'",
		"SET enable_external_access = true",
		"SET memory_limit = '10GB'",
		"INSTALL httpfs",
	} {
		if _, err := w.DB.Exec(query); err == nil {
			t.Errorf("%s must fail", query)
		}
	}
	if got := value(t, w, "SELECT current_setting('threads')::VARCHAR"); got != "1" {
		t.Errorf("threads: %s", got)
	}
}

func TestFilesOpensOneDoor(t *testing.T) {
	path := create(t)
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open1(t, path, Options{Files: true})
	if _, err := w.DB.Exec("FROM '" + file + "'"); err != nil {
		t.Error(err)
	}
	if _, err := w.DB.Exec("SET memory_limit = '10GB'"); err == nil {
		t.Error("settings stay locked")
	}
}

func TestChannels(t *testing.T) {
	w := open1(t, create(t), Options{})
	for _, test := range []struct{ sentence, name, want, code string }{
		{"the default is the population's first", "", "open", ""},
		{"an allowed channel may be named", "open", "open", ""},
		{"a looser channel is refused", "loose", "", "looser-channel"},
		{"an unknown channel is refused", "opn", "", "unknown-channel"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			c, err := w.Channel(test.name)
			var e *diag.Error
			if errors.As(err, &e) {
				if e.Code != test.code {
					t.Errorf("got %v", err)
				}
			} else if c.ID != test.want {
				t.Errorf("got %s", c.ID)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	w := open1(t, create(t), Options{})
	h, err := w.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h.FileBytes == 0 || h.FreeBytes == 0 || h.DuckDB == "" || h.MemoryLimit == "" || h.Stamp.Population != "all" ||
		h.Stamp.Created == "" || len(h.Tables) != 1 || h.Tables[0] != (TableSize{"loans", 0}) {
		t.Errorf("got %+v", h)
	}
}

// A second process is this test binary run again.
func TestInUse(t *testing.T) {
	if path := os.Getenv("EPSQL_STORE_CHILD"); path != "" {
		_, err := Open(t.Context(), path, small(), Options{})
		var e *diag.Error
		if !errors.As(err, &e) || e.Code != "in-use" || !strings.Contains(e.Msg, "process") {
			t.Fatalf("got %v", err)
		}
		return
	}
	path := create(t)
	open1(t, path, Options{})
	cmd := exec.Command(os.Args[0], "-test.run=^TestInUse$")
	cmd.Env = append(os.Environ(), "EPSQL_STORE_CHILD="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFaultKeepsValuesOut(t *testing.T) {
	w := open1(t, create(t), Options{})
	_, err := w.DB.Exec("SELECT 'Jean Dupont'::INTEGER")
	e := Fault(err, "x", "it failed")
	if e.Error() != "it failed" {
		t.Errorf("got %s", e)
	}
	var d *diag.Error
	if !errors.As(e, &d) || strings.Contains(d.Hint, "Dupont") || d.Err == nil {
		t.Errorf("got %+v", d)
	}
}

// A process that is killed while it compares rows of persons leaves none behind.
func TestScratchFoldersEndWithTheirProcess(t *testing.T) {
	path := create(t)
	w := open1(t, path, Options{})
	dir, remove, err := w.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rows"), []byte("of persons"), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = w.Close() // and no remove: the process is gone
	open1(t, path, Options{})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("the rows of a killed process are still there")
	}
	remove() // late, and harmless
	if _, err := os.Stat(path + ".tmp"); !os.IsNotExist(err) {
		t.Error("an empty folder stays beside the workspace")
	}
}

func TestRowsOfPersonsArePermittedForAReasonOrNotAtAll(t *testing.T) {
	if _, err := PermitFor(" "); err == nil {
		t.Error("no reason was wanted")
	}
	if err := open1(t, create(t), Options{}).Rows.Check(); err == nil {
		t.Error("a workspace permits what nobody asked for")
	}
	permit, err := PermitFor("made-up readers")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := Create(t.Context(), path, "all", small(), nil, permit); err != nil {
		t.Fatal(err)
	}
	if w := open1(t, path, Options{}); w.Rows.Check() != nil || w.Rows.Why() != "made-up readers" {
		t.Errorf("got %+v", w.Rows)
	}
}
