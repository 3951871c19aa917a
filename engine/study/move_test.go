package study

import (
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/study"
)

func TestAPlanOfTheSampleIsToldWhatChangesForEverybody(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	p := plan(t)
	p.Files["7_soins.sql"] = "-- ff_mh is a flag\nSELECT e.FF_MH AS eps, 'ff_dmg'\nFROM EPS.population AS e, x.eps.y"
	changes, files, err := Move(t.Context(), p, cat, reg, "exhaustive")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, c.Pos.String()+" "+c.What)
		if !c.Done && c.Advice == "" {
			t.Errorf("nobody does %q", c.What)
		}
	}
	want := []string{
		"study.yaml:9:13 population eps becomes exhaustive",
		"study.yaml:10:10 channel eps becomes exhaustive",
		"study.yaml a cell needs 5 of each protected unit, not 4",
		"study.yaml a cell needs 5 of the unit provider too, where one of them is behind it",
		"7_soins.sql:2:10 population exhaustive has no column ff_mh: flags.maison_medicale_v1 creates it",
		"7_soins.sql:3:6 EPS is the library of population eps: tables have no library here",
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("nothing says %q among\n%s", w, strings.Join(got, "\n"))
		}
	}
	if text := files["7_soins.sql"]; !strings.HasSuffix(text, "FROM population AS e, x.eps.y") {
		t.Errorf("the SQL became\n%s", text)
	}
	if p.Files["7_soins.sql"] == files["7_soins.sql"] {
		t.Error("the plan itself was changed")
	}
}

func TestTheReferenceStudyRunsOnEverybody(t *testing.T) {
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	_, files, err := Move(t.Context(), plan(t), cat, reg, "exhaustive")
	if err != nil {
		t.Fatal(err)
	}
	moved, err := study.Parse([]byte(files[study.File]))
	if err != nil {
		t.Fatal(err)
	}
	moved.Files = files
	if moved.Population != "exhaustive" || moved.Channel != "exhaustive" {
		t.Errorf("population %s, channel %s", moved.Population, moved.Channel)
	}
	if _, err := Check(t.Context(), moved, cat, reg); err != nil {
		t.Error(err)
	}
	if changes, _, err := Move(t.Context(), moved, cat, reg, "exhaustive"); err != nil || len(changes) != 0 {
		t.Errorf("moved twice: %v, %v", changes, err)
	}
}
