package synth

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/catalog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// folders lays folders over one another.
func folders(t testing.TB, dirs ...string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, dir := range dirs {
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, name))
			out[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// vetcare is a catalogue of another world, with a recipe of its own.
func vetcare(t testing.TB) fstest.MapFS {
	return folders(t, "../../catalog/testdata/vetcare", "testdata/vetcare")
}

// TestAnotherWorld makes deliveries of pet insurance from its recipe alone: no
// line of Go knows of pets.
func TestAnotherWorld(t *testing.T) {
	cat, err := catalog.Load(vetcare(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := Generate(context.Background(), cat, Options{
		Persons: 12, FromYear: 2020, ToYear: 2020, Seed: 1, Population: "pilot", Format: "fixed", Out: dir,
	}); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString("-- " + f.Name() + " --\n" + string(data))
	}
	golden := "testdata/golden/vetcare.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the deliveries are not those of %s; look at them and run with -update:\n%s", golden, got.String())
	}
}

// TestRecipesAreRefused changes one thing in a good recipe and asks for the
// place and the hint.
func TestRecipesAreRefused(t *testing.T) {
	good, err := os.ReadFile("testdata/vetcare/synth/pets.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want, hint string }{
		{"a key that does not exist", "frailty", "frailty", "", ""},
		{"an unknown key", "identifiers:", "identifyers:", "pets.yaml:3", ""},
		{"a zone that the table does not have", "    BATCH: batch\n    KIND: {const: V}", "    BATHC: batch\n    KIND: {const: V}", `no zone "BATHC"`, "did you mean BATCH?"},
		{"a table that the catalogue does not have", "table: visits", "table: visit", `no table "visit"`, "did you mean visits?"},
		{"a concept nobody knows", "DAY: claim.date", "DAY: claim.dat", `no concept "claim.dat"`, "did you mean claim.date?"},
		{"a concept of a claim in a photo", "BORN: {range: [2005, 2019], sticky: true}", "BORN: claim.date", "claim.date is not known in these rows", ""},
		{"a condition nobody knows", "if: [horse]", "if: [hourse]", `no condition "hourse"`, "did you mean horse?"},
		{"a state that looks at a later one", "rate: 0.2}", "rate: 0.2, if: [dog]}", `no condition "dog"`, ""},
		{"a group of providers nobody knows", "fee: 4500, by: {vet: 1}", "fee: 4500, by: {wet: 1}", `no group of providers "wet"`, ""},
		{"a code list nobody knows", "list: regions", "list: region", `no code list "region"`, "did you mean regions?"},
		{"a column the list does not have", "weight: herds", "weight: herd", `no column of the list "herd"`, "did you mean herds?"},
		{"a curve that goes back in age", "{20: 1, 70: 0}", "{70: 1, 20: 0}", "ages of a curve", ""},
		{"a rate below zero", "rate: 0.5", "rate: -0.5", "a number of 0 or more", ""},
		{"two forms in one value", "{const: D}", "{const: D, of: person.id}", "exactly one of", ""},
		{"a value of no form", "{const: D}", "{else: person.id}", "exactly one of", ""},
		{"an unknown key of a value", "{const: D}", "{constant: D}", `no key "constant"`, ""},
		{"a range that runs backwards", "[2005, 2019]", "[2019, 2005]", "a range is", ""},
		{"a stickiness nobody knows", "sticky: true", "sticky: glue", "sticky is true or household", ""},
		{"a concept of a claim in what all claims share", "animal: {join: [person.id", "animal: {join: [claim.date", "claim.date is not known in these rows", ""},
		{"an alias", "ANIMAL: animal\n    DAY: claim.date\n    FEE", "ANIMAL: &x animal\n    DAY: *x\n    FEE", "a value is", ""},
		{"an unknown part of a number", "{qualification}", "{kwalification}", `no part of a number "kwalification"`, "did you mean qualification?"},
		{"a provider without a format", `{of: claim.provider, format: "V{number}{qualification}"}`, "claim.provider", "lacks a format", "write format"},
		{"a rhythm nobody knows", "each: year", "each: moon", "each is quarter", ""},
		{"claims that no delivery takes", "tables: [visits, drugs]", "tables: [visits]", "no delivery takes drugs", ""},
		{"numbers wider than their digits", "digits: 5", "digits: 2", "group vet", ""},
		{"a choice nobody makes", "choice: near", "choice: far", "choice is near or any", ""},
		{"a recipe without households", "households:\n", "nobody:\n", "", ""},
		{"a value that uses itself", "animal: {join: [person.id", "animal: {join: [animal", `no concept "animal"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(good), c.old, c.new, 1)
			if text == string(good) {
				if c.old != c.new {
					t.Fatal("the recipe does not have what is to be changed")
				}
				text += "\nfrailtyy: 1\n"
			}
			files := vetcare(t)
			files["synth/pets.yaml"] = &fstest.MapFile{Data: []byte(text)}
			cat, err := catalog.Load(files)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Generate(context.Background(), cat, Options{
				Persons: 5, FromYear: 2020, ToYear: 2020, Population: "pilot", Format: "csv", Out: t.TempDir(),
			})
			e, ok := asDiag(err)
			if !ok || !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint, c.hint) {
				t.Fatalf("got %v (%v), want %q (%q)", err, e, c.want, c.hint)
			}
			if e.Pos.File != "pets.yaml" {
				t.Errorf("the refusal has no file: %v", err)
			}
		})
	}
}

func TestAKeyStandsInOneFileOnly(t *testing.T) {
	_, err := Read(fstest.MapFS{
		"synth/a.yaml": {Data: []byte("year: 2008\n")},
		"synth/b.yaml": {Data: []byte("frailty: 1\nyear: 2009\n")},
	})
	if err == nil || !strings.Contains(err.Error(), "b.yaml:2:1: year stands in a.yaml already") {
		t.Errorf("got %v", err)
	}
}

// FuzzRecipe reads and compiles anything: it is refused with an error of ours,
// or makes a household.
func FuzzRecipe(f *testing.F) {
	pets, err := os.ReadFile("testdata/vetcare/synth/pets.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pets)
	for _, section := range strings.Split(string(pets), "\n\n") {
		f.Add([]byte(section))
	}
	f.Add([]byte("zones: {a: {b: {join: [{case: [{if: ['!age>=65'], then: x}]}]}}}"))
	cat, err := catalog.Load(vetcare(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		recipe, err := Read(fstest.MapFS{"synth/x.yaml": {Data: data}})
		if err != nil {
			if _, ok := asDiag(err); !ok {
				t.Fatalf("a foreign error: %v", err)
			}
			return
		}
		w, err := compile(cat, recipe, Options{Persons: 10, FromYear: 2020, ToYear: 2020, Population: "pilot", Format: "csv"})
		if err == nil {
			var p *plan
			if p, err = w.plan(); err == nil {
				s := w.newScene(p)
				b := &batch{rows: make([]rows, len(p.files)), households: 1, last: 1}
				s.make(b)
			}
		}
		if _, ok := asDiag(err); err != nil && !ok {
			t.Fatalf("a foreign error: %v", err)
		}
	})
}
