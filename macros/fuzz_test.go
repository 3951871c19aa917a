package macros_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/macros"
	"epsql/sql/diag"
)

// FuzzHeader reads any text as a macro file: it is a macro that can be shown
// and whose statement is one statement, or a refusal that tells where and what
// to do.
func FuzzHeader(f *testing.F) {
	f.Add(withSAS(goodMacro))
	files, err := fs.Glob(os.DirFS("."), "*/*_v*.sql")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	cat := library()
	f.Fuzz(func(t *testing.T, text string) {
		reg, err := macros.Load(fstest.MapFS{
			"readers/poetry_v1.sql": {Data: []byte(text)},
			"readers/poetry_v1.sas": {Data: []byte(sasProgram)},
		}, cat)
		if err != nil {
			var fault *diag.Error
			if !errors.As(err, &fault) || fault.Pos.File == "" || fault.Hint == "" || fault.Kind != diag.Data {
				t.Fatalf("a refusal without place or advice: %v", err)
			}
			return
		}
		for _, m := range reg.All {
			if strings.Contains(m.SQL, ";") || !strings.HasPrefix(m.SQL, "CREATE OR REPLACE MACRO readers.poetry_v1(") {
				t.Fatalf("the statement is not one CREATE: %q", m.SQL)
			}
			if m.Table && m.Columns[0].Name == "" {
				t.Fatal("a nameless column")
			}
			if text := strings.Join(m.Show(), "\n"); !strings.Contains(text, m.Title.En) {
				t.Fatal("the page lacks the title")
			}
		}
	})
}
