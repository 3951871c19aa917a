package place_test

import (
	"os"
	"path/filepath"
	"testing"

	"epsql/engine/place"
)

func TestFileReplacesWhatStoodThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	must(t, place.File(path, []byte("a longer first version, of more bytes than the second")))
	must(t, place.JSON(path, map[string]string{"hint": "a < b"}))
	text, err := os.ReadFile(path)
	must(t, err)
	if want := "{\n  \"hint\": \"a < b\"\n}\n"; string(text) != want {
		t.Errorf("the file holds %q, want %q", text, want)
	}
	alone(t, path)
}

func TestWhatAKilledProcessLeftIsNoObstacle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	must(t, os.WriteFile(path+place.Part, []byte("half of something much longer"), 0o600))
	must(t, place.File(path, []byte("whole")))
	text, err := os.ReadFile(path)
	must(t, err)
	if string(text) != "whole" {
		t.Errorf("the file holds %q", text)
	}
	alone(t, path)
}

func TestAFileThatCannotBePlacedLeavesAllAsItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	must(t, os.MkdirAll(filepath.Join(path, "a folder in its place"), 0o700))
	if err := place.File(path, []byte("text")); err == nil {
		t.Error("a folder that is not empty was replaced")
	}
	if err := place.JSON(path, func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
	alone(t, path)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alone says that the folder of the path holds nothing else.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Errorf("the folder holds %v", entries)
	}
}
