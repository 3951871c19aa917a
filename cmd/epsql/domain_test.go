package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"epsql/catalog"
)

// TestNoGoCodeKnowsTheData looks in every string of the program for names that
// only the catalogue may know: zones, columns, tables, lists and long codes.
func TestNoGoCodeKnowsTheData(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	known := dataNames(cat)
	word := regexp.MustCompile(`[\pL\d_]+`)
	checked := 0
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		checked++
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				for _, w := range word.FindAllString(strings.ToLower(lit.Value), -1) {
					if known[w] {
						t.Errorf("%s speaks of %s", path, w)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 50 {
		t.Errorf("only %d files were looked at", checked)
	}
}

// dataNames are the catalogue's names, without those that are also English
// words of the program itself.
func dataNames(cat *catalog.Catalog) map[string]bool {
	names := map[string]bool{}
	for _, table := range cat.Tables {
		names[table.Name] = true
		for _, z := range table.Zones {
			names[strings.ToLower(z.ID)] = true
		}
		for _, c := range table.Columns() {
			names[c.Name] = true
		}
	}
	for _, l := range cat.Lists {
		names[l.Name] = true
		for _, row := range l.Rows {
			if len(row[0]) >= 5 {
				names[strings.ToLower(row[0])] = true
			}
		}
	}
	for _, english := range []string{"population", "qualifications"} {
		delete(names, english)
	}
	return names
}
