package catalog

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"epsql/sql/diag"
)

// FuzzLoad replaces one file of a good catalogue by anything: the answer is a
// catalogue or a refusal with a place, never a panic.
func FuzzLoad(f *testing.F) {
	files := map[string][]byte{}
	src := os.DirFS("testdata/vetcare")
	var names []string
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		names = append(names, name)
		files[name], err = fs.ReadFile(src, name)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range names {
		f.Add(i, files[name])
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		name := names[uint(which)%uint(len(names))]
		fsys := fstest.MapFS{}
		for n, d := range files {
			fsys[n] = &fstest.MapFile{Data: d}
		}
		fsys[name] = &fstest.MapFile{Data: data}
		c, err := Load(fsys)
		if err == nil {
			use(t, c)
			return
		}
		e, ok := errors.AsType[*diag.Error](err)
		if !ok || e.Kind != diag.Data || e.Hint == "" || e.Pos.File == "" || e.Pos.Line == 0 || e.Pos.Col == 0 {
			t.Errorf("a refusal without kind, hint or place: %#v", err)
		}
	})
}

// use asks a loaded catalogue everything: it must hold together.
func use(t *testing.T, c *Catalog) {
	if _, err := c.Export(); err != nil {
		t.Error(err)
	}
	c.Find("a")
	for _, table := range c.Tables {
		for _, col := range table.Columns() {
			c.Domain(col)
			if _, err := c.Explain(col.Name); err != nil {
				t.Error(err)
			}
		}
		if _, ok := table.ColumnByName(table.Owner); table.Owner != "" && !ok {
			t.Errorf("table %s belongs to a column that it lacks", table.Name)
		}
	}
}
