package extract

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/dossier"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/study"
)

// vetcare is another world's catalogue, whose herds leave coded in its channel.
func vetcare(t *testing.T) *catalog.Catalog {
	t.Helper()
	const root = "../../catalog/testdata/vetcare"
	files := fstest.MapFS{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(files["zones/herd.yaml"].Data)
	for _, change := range [][2]string{
		{"role: identifier, protects: keeper}", "role: identifier, protects: keeper, use: {coded: recoded}}"},
		{"role: identifier, protects: farm}", "role: identifier, protects: farm, use: {coded: recoded}}"},
		{"role: identifier, protects: animal}", "role: identifier, protects: animal, use: {coded: recoded}}"},
		{"type: year, length: 4, role: quasi}", "type: year, length: 4, role: quasi, use: {coded: delivered}}"},
		{"codes_from: species}", "codes_from: species, use: {coded: recoded}, coding: stable}"},
		{"type: month, length: 6, role: attribute}", "type: month, length: 6, role: attribute, use: {coded: delivered}}"},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("the herd has no %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	files["zones/herd.yaml"] = &fstest.MapFile{Data: []byte(text)}
	cat, err := catalog.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestAnotherWorldsRowsLeaveCodedWithoutALineOfGo(t *testing.T) {
	cat, reg := vetcare(t), &macros.Registry{}
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"run", "tables"} {
		if err := os.Mkdir(at(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Create(t.Context(), at("w.duckdb"), "country", cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), at("w.duckdb"), cat, store.Options{Threads: 1, Folders: []string{at("run"), at("tables")}})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close() //nolint:errcheck // a test
	for _, statement := range []string{
		"INSERT INTO epsql.ids_keeper SELECT i, 'K' || lpad(i::VARCHAR, 7, '0') FROM range(1, 6) AS t(i)",
		"INSERT INTO epsql.ids_animal SELECT i, 'A' || lpad(i::VARCHAR, 9, '0') FROM range(1, 6) AS t(i)",
		"INSERT INTO main.herd (month, keeper, farm, animal, born, species, region, livraison) SELECT 202001, i, 1, i, 2015, 'D', 'NO', 1 FROM range(1, 6) AS t(i)",
	} {
		if _, err := ws.DB.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := study.Parse([]byte(`study: pets
title: {fr: Animaux, en: Pets}
population: country
channel: coded
dossier: {reference: r, applicant: a}
outputs:
  - {name: t, title: {fr: T, en: T}, sql: t.sql}
extracts:
  - {name: herd, title: {fr: T, en: T}, table: herd, where: {month: 2020}, formats: [csv]}
`))
	if err != nil {
		t.Fatal(err)
	}
	d, err := dossier.Parse(dossier.File, []byte(`dossier: pets
channel: coded
request: study
applicant: {name: a, contact: b}
circumstances: {animals_named: false}
papers: {permit: {reference: p, date: 2020-02-02}}
years: {herd: [2020]}
zones: {herd: [MONTH, KEEPER, FARM, ANIMAL, BORN, SPECIES]}
lists: []
`))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(cat, reg, time.Now()); err != nil {
		t.Fatal(err)
	}
	design, err := New(plan, cat, reg, cat.Channel("coded"), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), design, Config{
		Workspace: ws, Key: coding.NewKey("pets"), Run: at("run"), Conversion: at("tables"), Name: "pets",
		Today: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(at("run/extraction/herd.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 6 || lines[0] != "month,keeper,farm,animal,born,species" {
		t.Errorf("the herd left as\n%s", text)
	}
	for _, line := range lines[1:] {
		cells := strings.Split(line, ",")
		for _, i := range []int{1, 2, 3, 5} {
			if !coding.IsCode(cells[i]) {
				t.Errorf("%s is not coded in %s", cells[i], line)
			}
		}
	}
	if r.DestroyBy != "2026-07-31" {
		t.Errorf("six months are over on %s", r.DestroyBy)
	}
	// An identifier of letters and digits is found as a word, wherever it stands.
	for _, c := range []struct {
		value string
		found bool
	}{{"K0000003", true}, {"of K0000003 only", true}, {"K00000033", false}} {
		if _, err := ws.DB.ExecContext(t.Context(), fmt.Sprintf("UPDATE main.herd SET species = 'D', region = '%s'", c.value)); err != nil {
			t.Fatal(err)
		}
		s := &session{Design: design, cfg: Config{Workspace: ws}, count: map[string]int64{}}
		if s.conn, err = ws.DB.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.prepareScan(t.Context()); err != nil {
			t.Fatal(err)
		}
		region := column{field{name: "region", sqlType: "VARCHAR"}, "t0"}
		n, err := s.number(t.Context(), s.inTexts(region, "main.herd"))
		if err != nil || (n > 0) != c.found {
			t.Errorf("%q: %d, %v", c.value, n, err)
		}
		s.close()
	}
}
