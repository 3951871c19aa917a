package macros_test

import (
	"flag"
	"os"
	"testing"

	"epsql/catalog"
	"epsql/macros"
)

var update = flag.Bool("update", false, "append the checksums of new macro files; rewrite golden files")

// house is the house's registry on the house's catalogue.
func house(t *testing.T) *macros.Registry {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// The files are read from the disk, not from the binary, because -update may
// just have written them.
func TestChecksumsProveThatNoPublishedMacroChanged(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Load(os.DirFS("."), cat)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		text, err := reg.ChecksumsWithNew()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("checksums.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := reg.Verify(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryHeaderTellsWhatTheDatabaseSees(t *testing.T) {
	reg := house(t)
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := reg.Check(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

func TestEveryGoldenCasePasses(t *testing.T) {
	results, err := house(t).RunCases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Problem != "" {
			t.Errorf("%s: %s\n%s", r.File, r.Title, r.Problem)
		}
	}
}
