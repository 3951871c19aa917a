package load

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
)

// A SAS data set is a delivery like any other: its numbers with formats of dates
// are dates, its missing values are none, and the row whose fine is no whole
// number of cents is a reject.
func TestSASDataSets(t *testing.T) {
	for name, format := range map[string]string{"loans.xpt": "xport", "loans.sas7bdat.gz": "sas7bdat"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		ws := workspace(t)
		reports, err := Files(t.Context(), ws, []string{file(t, name, string(text))}, Options{MaxRejects: 0.5})
		if err != nil {
			t.Fatal(name, err)
		}
		r := reports[0]
		if r.Lines != 4 || r.Stored != 3 || r.Rejected != 1 || r.Format != format {
			t.Errorf("%s: %+v", name, r)
		}
		if len(r.Extra) != 1 || r.Extra[0] != "COLOUR" {
			t.Errorf("%s: columns that are no zones: %v", name, r.Extra)
		}
		if len(r.Warnings) != 1 || !strings.HasPrefix(r.Warnings[0], "1 special missing") {
			t.Errorf("%s: warnings %v", name, r.Warnings)
		}
		got := query(t, ws, "SELECT i.id, branch, CAST(due AS VARCHAR), fine, title FROM loans JOIN epsql.ids_reader i ON reader = num ORDER BY 1")
		want := "000012|N|2008-01-05|-250|novel\n000013|S|1959-12-31|0|café\n000015|-|-|-|atlas"
		if got != want {
			t.Errorf("%s holds\n%s", name, got)
		}
		if got := query(t, ws, "SELECT line, zone, reason FROM epsql.rejects"); got != "3|FINE|not a whole number" {
			t.Errorf("%s: rejects %s", name, got)
		}
	}
}

// The catalogue asks for the letters of special missing values by a zone for them.
func TestLettersOfSpecialMissingValues(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "loans.xpt"))
	if err != nil {
		t.Fatal(err)
	}
	cat := library()
	cat.Tables[0].Zones = append(cat.Tables[0].Zones, &catalog.Zone{ID: "FINE_MISSING", Type: catalog.TypeCode, Length: 1, Role: catalog.RoleAttribute})
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := store.Create(t.Context(), path, "all", cat, nil); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{Files: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	reports, err := Files(t.Context(), ws, []string{file(t, "loans.xpt", string(text))}, Options{MaxRejects: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if r := reports[0]; len(r.Warnings) != 0 || len(r.Extra) != 1 {
		t.Errorf("warnings %v, columns that are no zones %v", r.Warnings, r.Extra)
	}
	if got, want := query(t, ws, "SELECT title, fine, fine_missing FROM loans ORDER BY 1"), "atlas|-|B\ncafé|0|-\nnovel|-250|-"; got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestOtherSASDataSetsAreRefused(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "sasdata", "testdata", "claims_v5.xpt"))
	if err != nil {
		t.Fatal(err)
	}
	if r := one(t, file(t, "claims.xpt", string(text)), Options{}); r.Err == nil || r.Err.Code != "unknown-file" {
		t.Errorf("got %v", r.Err)
	}
	if r := one(t, file(t, "claims.xpt", string(text[:400])), Options{}); r.Err == nil || r.Err.Code != "damaged-file" {
		t.Errorf("a file that is cut off: got %v", r.Err)
	}
}
