package load

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
)

// library is a catalogue of another world: loans of a library, so that nothing
// here can lean on the domain the program was made for.
func library() *catalog.Catalog {
	zone := func(id string, t catalog.Type, length int) *catalog.Zone {
		return &catalog.Zone{ID: id, Type: t, Length: length, Role: catalog.RoleAttribute}
	}
	reader := zone("READER", catalog.TypeID, 6)
	reader.Role, reader.Protects = catalog.RoleIdentifier, "reader"
	branch := zone("BRANCH", catalog.TypeCode, 1)
	branch.Codes = []catalog.Code{{Code: "N"}, {Code: "S"}}
	due := zone("DUE", catalog.TypeDate, 8)
	due.Specials = []catalog.Special{{Value: "99999999", Null: true}}
	desk := zone("DESK", catalog.TypeText, 6)
	desk.Parts = []*catalog.Part{
		{Column: "desk_clerk", Start: 1, Length: 4, Type: catalog.TypeID, Role: catalog.RoleIdentifier, Protects: "clerk"},
		{Column: "desk_grade", Start: 5, Length: 2, Type: catalog.TypeCode, Role: catalog.RoleAttribute},
	}
	card := zone("CARD", catalog.TypeText, 10)
	card.Role = catalog.RoleRefused
	zones := []*catalog.Zone{
		zone("SENT", catalog.TypeCode, 5), reader, branch, due, zone("FINE", catalog.TypeCents, 7),
		desk, zone("TITLE", catalog.TypeText, 12), card,
	}
	delivery := &catalog.DeliveryRule{
		Key:     []catalog.Slice{{Zone: "SENT", Start: 1, Length: 4}},
		Version: catalog.Slice{Zone: "SENT", Start: 5, Length: 1},
		Insurer: catalog.Slice{Zone: "SENT", Start: 1, Length: 1},
		Period:  []catalog.Slice{{Zone: "SENT", Start: 2, Length: 3}},
	}
	loans := &catalog.Table{
		Name: "loans", Owner: "reader", Zones: zones, Delivery: delivery,
		Select: &catalog.RowRule{Zone: "KIND", Codes: []string{"L"}}, Files: []string{"loans*"},
	}
	kind := zone("KIND", catalog.TypeCode, 1)
	loans.Zones = append(loans.Zones, kind)
	sales := &catalog.Table{
		Name: "sales", Owner: "reader", Zones: []*catalog.Zone{zones[0], reader, kind, zone("PRICE", catalog.TypeCents, 7)},
		Delivery: delivery, Select: &catalog.RowRule{Zone: "KIND", Codes: []string{"V"}},
	}
	shelves := &catalog.Table{
		Name: "shelves", Zones: []*catalog.Zone{zone("SHELF", catalog.TypeCode, 3), zone("WIDTH", catalog.TypeNum, 0)},
	}
	return &catalog.Catalog{
		Name: "library", Version: "1", Hash: "abc",
		Units:       []*catalog.Unit{{ID: "reader"}, {ID: "clerk", Natural: &catalog.NaturalRule{Start: 1, Length: 1, Codes: []string{"1"}}}},
		Populations: []*catalog.Population{{ID: "all", Channels: []string{"open"}}},
		Channels:    []*catalog.Channel{{ID: "open", Threshold: 4, Mask: "few"}},
		Tables:      []*catalog.Table{loans, sales, shelves},
		Layouts: []*catalog.Layout{{
			ID: "desk", Version: "1", Format: "fixed", Tables: []string{"loans", "sales"}, RecordLength: 50,
			Fields: []catalog.Field{
				{Zone: "SENT", Start: 1, Length: 5},
				{Zone: "READER", Start: 6, Length: 6},
				{Zone: "BRANCH", Start: 12, Length: 1},
				{Zone: "DUE", Start: 13, Length: 8},
				{Zone: "FINE", Start: 21, Length: 7},
				{Zone: "DESK", Start: 28, Length: 6},
				{Zone: "TITLE", Start: 34, Length: 12},
				{Zone: "KIND", Start: 46, Length: 1},
				{Zone: "PRICE", Start: 47, Length: 4},
			},
		}},
	}
}

// workspace makes and opens a workspace of the library.
func workspace(t testing.TB) *store.Workspace {
	t.Helper()
	return reopen(t, newWorkspace(t))
}

// empty is an empty workspace's file: made once, copied for each test.
var empty = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "epsql")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "w.duckdb")
	if err := store.Create(context.Background(), path, "all", library(), nil); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newWorkspace(t testing.TB) string {
	t.Helper()
	bytes, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "w.duckdb", string(bytes))
}

func reopen(t testing.TB, path string) *store.Workspace {
	t.Helper()
	ws, err := store.Open(context.Background(), path, library(), store.Options{Files: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// file writes a file of its own folder.
func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// query gives rows as lines of values joined by "|", NULL as "-".
func query(t testing.TB, ws *store.Workspace, text string) string {
	t.Helper()
	rows, err := ws.DB.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, _ := rows.Columns()
	var out []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		parts := make([]string, len(values))
		for i, v := range values {
			parts[i] = "-"
			if v != nil {
				parts[i] = fmt.Sprint(v)
			}
		}
		out = append(out, strings.Join(parts, "|"))
	}
	return strings.Join(out, "\n")
}

// writeParquet writes a query's result with a DuckDB of its own.
func writeParquet(t testing.TB, path, query string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("COPY (" + query + ") TO '" + path + "'"); err != nil {
		t.Fatal(err)
	}
}
