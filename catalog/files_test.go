package catalog

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// TestRecipesAreNoPartOfTheCatalogue adds a recipe: the hash, by which a
// workspace knows its catalogue, stays; the recipe can be read.
func TestRecipesAreNoPartOfTheCatalogue(t *testing.T) {
	files := fstest.MapFS{}
	if err := fs.WalkDir(embedded, "be", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(embedded, name)
		files[name[len("be/"):]] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	before, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	files[Recipes+"/more.yaml"] = &fstest.MapFile{Data: []byte("not: read here")}
	after, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	if before.Hash != after.Hash {
		t.Error("a recipe changes the hash")
	}
	if _, err := fs.ReadFile(after.Files(), Recipes+"/more.yaml"); err != nil {
		t.Errorf("the recipe cannot be read: %v", err)
	}
}
