package catalog

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// belgian loads the catalogue that comes with the program.
func belgian(t *testing.T) *Catalog {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// foreign loads an invented catalogue of another domain.
func foreign(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load(os.DirFS("testdata/vetcare"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAForeignCatalogueLoadsWithoutALineOfGo(t *testing.T) {
	c := foreign(t)
	visits := c.Table("VISITS")
	if visits == nil || visits.Owner != "keeper" || visits.Delivery == nil || visits.Source.Annex != "A" {
		t.Fatalf("the table visits is not as its file says: %+v", visits)
	}
	var columns []string
	for _, col := range visits.Columns() {
		columns = append(columns, col.Name+" "+string(col.Type)+" "+string(col.Role)+" "+col.Protects)
	}
	want := []string{
		"batch text attribute ", "kind code attribute ", "keeper id identifier keeper", "animal id identifier animal",
		"day date quasi ", "treatment code attribute ", "fee cents amount ", "times int count ",
		"practice id identifier practice", "practice_kind code attribute ",
	}
	if !slices.Equal(columns, want) {
		t.Errorf("columns\n%s\nwant\n%s", strings.Join(columns, "\n"), strings.Join(want, "\n"))
	}
	if _, stored := c.Table("herd").ColumnByName("keeper_name"); stored {
		t.Error("a refused zone has a column")
	}
	open := c.Channel("open")
	if open.Threshold != 3 || open.Zero != "publish" || open.Mask != "few" || c.Channel("sealed").Dominance.K != 85 {
		t.Errorf("channel open is not as its file says: %+v", open)
	}
	if sealed := c.Channel("sealed"); open.History != "exports" || open.Collision != "mask" || sealed.History != "answers" || sealed.Collision != "refuse" {
		t.Error("what a release is compared with is not as the file says, or not the default")
	}
	if c.Unit("farm").Numbering != "keeper" || c.Unit("practice").Natural.Codes[0] != "V" {
		t.Error("units are not as their file says")
	}
}

func TestZonesInheritTheSourceOfTheirTable(t *testing.T) {
	c := belgian(t)
	for _, test := range []struct{ says, table, zone, annex, page string }{
		{"annex and page of the table", "dispensateurs", "FSZVPSIT", "2", "1/4 to 3/4"},
		{"a page of its own", "soins_sante", "SS00165", "1a", "records 30, 40, 50 zones 30-31"},
		{"an annex of its own", "population", "PP0004", "5", ""},
	} {
		t.Run(test.says, func(t *testing.T) {
			s := c.Table(test.table).Zone(test.zone).Source
			if s.Annex != test.annex || s.Page != test.page || s.Doc != "délibération 09/026" {
				t.Errorf("told in %+v", s)
			}
		})
	}
}

func TestADelimitedLayoutKnowsEveryZoneByItsID(t *testing.T) {
	var names []string
	for _, y := range foreign(t).Layouts {
		if y.ID == "claims_delimited" {
			for _, f := range y.Fields {
				names = append(names, f.Zone+"="+f.Name)
			}
		}
	}
	want := []string{"KEEPER=KEEPER_NO", "BATCH=", "KIND=", "ANIMAL=", "DAY=", "FEE=", "TREATMENT=", "TIMES=", "PRACTICE="}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
}

func TestTheDomainOfAColumnIsKnownOnlyWhenItsListIsComplete(t *testing.T) {
	c := foreign(t)
	for _, test := range []struct {
		says, table, column string
		domain, known       string
	}{
		{"codes of the zone are the whole domain", "visits", "kind", "V D", "V D"},
		{"a complete list is the domain", "herd", "species", "C D H O", "C D H O"},
		{"an open list has known codes but no domain", "visits", "treatment", "", "T001 T002 T003"},
		{"a part without a list has neither", "visits", "practice_kind", "", ""},
		{"a number has neither", "visits", "fee", "", ""},
	} {
		t.Run(test.says, func(t *testing.T) {
			col, ok := c.Table(test.table).ColumnByName(test.column)
			if !ok {
				t.Fatal("no such column")
			}
			domain, _ := c.Domain(col)
			known, _ := c.Known(col)
			if got := strings.Join(domain, " "); got != test.domain {
				t.Errorf("domain %q, want %q", got, test.domain)
			}
			if got := strings.Join(known, " "); got != test.known {
				t.Errorf("known codes %q, want %q", got, test.known)
			}
		})
	}
}

func TestTheNewestListVersionIsTheOneMeant(t *testing.T) {
	c := &Catalog{Lists: []*CodeList{{Name: "a", Version: "2016.1"}, {Name: "a", Version: "0.synthetique"}}}
	if got := c.List("A").Version; got != "2016.1" {
		t.Errorf("version %s is meant, want 2016.1", got)
	}
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Embedded(); err != nil {
			b.Fatal(err)
		}
	}
}
