package catalog

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/sql/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata/golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs from what was made: look at the difference, then run with -update", file)
	}
}

// line is a hit in a few words.
func (h Hit) line() string {
	var where []string
	switch {
	case h.List != nil:
		where = append(where, "list "+h.List.Name)
	case h.Zone == nil:
		where = append(where, "table "+h.Table.Name)
	default:
		where = append(where, h.Table.Name+"."+h.Zone.ID)
	}
	if h.Code != "" {
		where = append(where, "code "+h.Code)
	}
	return strings.Join(where, " ")
}

func TestFindIgnoresAccentsAndCase(t *testing.T) {
	c := belgian(t)
	for _, test := range []struct{ says, query, want string }{
		{"an accent that the user left out", "SUPPLEMENT", "soins_sante.SS00165, pharmanet.SS00165"},
		{"an accent that the user typed", "supplément", "soins_sante.SS00165, pharmanet.SS00165"},
		{"an id finds every table's zone first", "ss00165", "pharmanet.SS00165, soins_sante.SS00165"},
		{"a column of a part", "ss00070_qual", "pharmanet.SS00070, soins_sante.SS00070"},
		{"a table", "pharmanet", "table pharmanet"},
		{"a list", "dmg", "list dmg"},
		{"a row of a list, by its label", "herstappe", "list communes code 73028"},
		{"a row of a list, by its code", "73028", "list communes code 73028"},
		{"a code of a zone, by its label", "orthoptiste", "dispensateurs.FSZVPPRO code 59, dispensateurs.FSZVPPRO17 code 59"},
		{"a special value", "secteur introuvable", "population.PP0055 code 9001"},
		{"another language", "geboortejaar", "population.PP0015"},
		{"all words must be there", "date prescription", "pharmanet.SS00155, soins_sante.SS00155"},
		{"a ligature", "voeren", "list communes code 73109"},
		{"nothing", "", ""},
		{"only blanks", "  ", ""},
		{"what is not there", "astronaute", ""},
	} {
		t.Run(test.says, func(t *testing.T) {
			var lines []string
			for _, h := range c.Find(test.query) {
				lines = append(lines, h.line())
			}
			all := "," + strings.Join(lines, ",") + ","
			for want := range strings.SplitSeq(test.want, ", ") {
				if want != "" && !strings.Contains(all, ","+want+",") {
					t.Errorf("%s is not among %v", want, lines)
				}
			}
			if test.want == "" && len(lines) > 0 {
				t.Errorf("found %v", lines)
			}
		})
	}
}

func TestNamesComeBeforeMeanings(t *testing.T) {
	hits := belgian(t).Find("pharmanet")
	if first := hits[0].line(); first != "table pharmanet" {
		t.Errorf("the first hit is %s", first)
	}
	if codes := hits[len(hits)-1]; codes.Code == "" {
		t.Errorf("the last hit, %s, is not a single code", codes.line())
	}
}

func TestExplainGivesEveryMeaning(t *testing.T) {
	all, err := belgian(t).Explain("ss00165")
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for _, e := range all {
		labels[e.Table.Name] = e.Zone.Label.Fr
		if len(e.Columns) != 1 || e.Columns[0].Name != "ss00165" || len(e.Positions) == 0 {
			t.Errorf("%s: columns %v, positions %v", e.Table.Name, e.Columns, e.Positions)
		}
	}
	if labels["soins_sante"] != "Supplément" || labels["pharmanet"] != "Diminution du montant de remboursement" {
		t.Errorf("meanings are %v", labels)
	}
}

func TestExplainShowsAPartWithItsList(t *testing.T) {
	all, err := belgian(t).Explain("SS00070_QUAL")
	if err != nil {
		t.Fatal(err)
	}
	e := all[0]
	if e.Zone.ID != "SS00070" || len(e.Columns) != 2 || len(e.Lists) != 1 || e.Lists[0].Name != "qualifications" {
		t.Errorf("zone %s, columns %v, lists %v", e.Zone.ID, e.Columns, e.Lists)
	}
}

func TestExplainShowsARefusedZoneWithoutColumns(t *testing.T) {
	all, err := belgian(t).Explain("FCRNFRNOM")
	if err != nil || len(all) != 1 || len(all[0].Columns) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestExplainSuggestsANearZone(t *testing.T) {
	_, err := belgian(t).Explain("ss0165")
	e, ok := errors.AsType[*diag.Error](err)
	if !ok || e.Error() != `there is no zone "ss0165"` || e.Hint != "did you mean ss00165?" {
		t.Errorf("got %v", err)
	}
}

func TestExportIsAFrictionlessDataPackage(t *testing.T) {
	got, err := foreign(t).Export()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "vetcare.json", got)
}

func TestTableSchemaOfPopulation(t *testing.T) {
	got, err := belgian(t).TableSchema("population")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "population.json", got)
}

func TestTableSchemaOfAnUnknownTable(t *testing.T) {
	_, err := belgian(t).TableSchema("poplation")
	e, ok := errors.AsType[*diag.Error](err)
	if !ok || e.Hint != "did you mean population?" {
		t.Errorf("got %v", err)
	}
}
