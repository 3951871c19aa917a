package catalog

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"epsql/sql/diag"
)

// A key that no object has makes the reader name all that it knows.
func TestTheReadmeNamesEveryKey(t *testing.T) {
	const stray = "zzzzzzzzzzzzzzzzzzzz: 1"
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ object, file, old, new string }{
		{"the catalogue", "catalog.yaml", "name: vetcare", stray},
		{"a unit", "catalog.yaml", "{id: animal", "{" + stray + ", id: animal"},
		{"the rule for natural persons", "catalog.yaml", "{start: 1", "{" + stray + ", start: 1"},
		{"a population", "catalog.yaml", "{id: pilot", "{" + stray + ", id: pilot"},
		{"a channel", "catalog.yaml", "- id: open", "- " + stray + "\n    id: open"},
		{"the dominance rule", "catalog.yaml", "{n: 2", "{" + stray + ", n: 2"},
		{"the legible part", "catalog.yaml", "{id: animal", "{legible: {" + stray + "}, id: animal"},
		{"a request", "catalog.yaml", "- id: study", "- " + stray + "\n        id: study"},
		{"a paper", "catalog.yaml", "{id: permit", "{" + stray + ", id: permit"},
		{"the retention", "catalog.yaml", "{rows: 6", "{" + stray + ", rows: 6"},
		{"a coding", "catalog.yaml", "{id: stable", "{" + stray + ", id: stable"},
		{"a source", "catalog.yaml", "{doc: handbook", "{" + stray + ", doc: handbook"},
		{"a table", "zones/visits.yaml", "name: visits", stray},
		{"the row rule", "zones/visits.yaml", "select: {", "select: {" + stray + ", "},
		{"the delivery rule", "zones/visits.yaml", "delivery:", "delivery:\n  " + stray},
		{"a slice", "zones/visits.yaml", "version: {", "version: {" + stray + ", "},
		{"a zone", "zones/visits.yaml", "- {id: BATCH", "- {" + stray + ", id: BATCH"},
		{"a code", "zones/visits.yaml", "{code: V", "{" + stray + ", code: V"},
		{"a special value", "zones/visits.yaml", "{value:", "{" + stray + ", value:"},
		{"a validity period", "zones/visits.yaml", "specials: [", "validity: [{" + stray + "}], specials: ["},
		{"a part", "zones/visits.yaml", "- {column:", "- {" + stray + ", column:"},
		{"a layout", "layouts/herd_fixed.yaml", "id: herd_fixed", stray},
		{"a field", "layouts/herd_fixed.yaml", "- {zone:", "- {" + stray + ", zone:"},
		{"the records", "layouts/herd_cobol.yaml", "copybook: herd.cpy", stray},
		{"the rows of a table", "layouts/herd_cobol.yaml", "- table: herd", "- " + stray + "\n      table: herd"},
		{"a record", "layouts/herd_cobol.yaml", "- code: A", "- " + stray + "\n          code: A"},
		{"a field of a record", "layouts/herd_cobol.yaml", "- {zone: FARM", "- {" + stray + ", zone: FARM"},
		{"a condition", "layouts/herd_cobol.yaml", "{field: INSURER", "{" + stray + ", field: INSURER"},
		{"a code list", "lists/species_1.yaml", "name: species", stray},
		{"a column", "lists/species_1.yaml", "- {name:", "- {" + stray + ", name:"},
	} {
		t.Run(test.object, func(t *testing.T) {
			_, err := Load(changed(t, test.file, test.old, test.new))
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || !strings.HasPrefix(e.Msg, test.object+" has no key") {
				t.Fatalf("got %v", err)
			}
			var row string
			for line := range strings.Lines(string(readme)) {
				if name, _, _ := strings.Cut(line, ":"); strings.HasPrefix(line, "| "+test.object+" |") || name == "| "+test.object {
					row = line
				}
			}
			for key := range strings.SplitSeq(strings.TrimPrefix(e.Hint, "its keys are "), ", ") {
				label := slices.Contains([]string{"fr", "en", "nl"}, key) && strings.Contains(row, "labels")
				if !label && !strings.Contains(row, "`"+key+"`") {
					t.Errorf("the README's row of %s lacks %s", test.object, key)
				}
			}
		})
	}
}
