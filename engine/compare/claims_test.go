package compare_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/engine/compare"
	"epsql/engine/load"
	"epsql/engine/store"
	"epsql/engine/synth"
	"epsql/sql/sas"
)

// claims is a program of a partner: a macro that is run for two years, what every
// patient cost by FIRST. and LAST., a merge with the photo, and a table.
const claims = `
%macro couts(an);
  proc sort data=eps.soins_sante out=soins&an;
    by ss00010 ss00015;
    where year(ss00015) = &an;
  run;
  data couts&an;
    set soins&an;
    by ss00010;
    if first.ss00010 then do; n&an = 0; cout&an = 0; end;
    n&an + 1;
    cout&an + sum(ss00160, ss00165);
    if last.ss00010;
    keep ss00010 n&an cout&an;
  run;
%mend;
%macro annees(de, a);
  %do an = &de %to &a; %couts(&an) %end;
%mend;
%annees(2007, 2008)

proc sort data=eps.population out=photo nodupkey;
  by pp0010;
  where pp0050 = 200812;
run;

data tous;
  merge photo(in=assure keep=pp0010 pp0020 rename=(pp0010=ss00010)) couts2007 couts2008(in=soigne);
  by ss00010;
  if assure;
  if not soigne then n2008 = 0;
  plus = (cout2008 > cout2007);
  length classe $3;
  if n2008 = 0 then classe = '0';
  else if n2008 < 20 then classe = '<20';
  else classe = '20+';
run;

proc freq data=tous noprint;
  tables classe*plus / out=resultat;
run;
`

const claimsMap = `eps.soins_sante = soins_sante: ss00010 number, ss00015 date, ss00160 number, ss00165 number
eps.population = population: pp0010 number, pp0020 text 1, pp0050 number
`

// A partner's program on made-up claims gives what Go computes row by row from the
// same claims; a port that takes a missing cost for no cost does not.
func TestAProgramOnClaimsGivesWhatIsComputedWithoutIt(t *testing.T) {
	ws := claimsWorkspace(t)
	tables, err := sas.ParseMapping("map", claimsMap, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := sas.Port(claims, sas.Options{Tables: tables})
	if told := reported(&out.Report); told != "" {
		t.Fatalf("not all came through:\n%s", told)
	}
	rows, counts := claimsExpected(t, ws.DB)
	for _, c := range []struct {
		view, expected string
		by             []string
	}{{"tous", rows, []string{"ss00010"}}, {"resultat", counts, []string{"classe", "plus"}}} {
		expected := filepath.Join(t.TempDir(), c.view+".csv")
		if err := os.WriteFile(expected, []byte(c.expected), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []bool{false, true} {
			script := out.SQL
			if wrong {
				script = strings.ReplaceAll(script, "cout2008 > cout2007", "coalesce(cout2008, 0) > coalesce(cout2007, 0)")
			}
			r, err := compare.Run(t.Context(), compare.Side{Name: "expected", Path: expected}, result(t, ws.DB, script, c.view), compare.Options{By: c.by, Relative: 1e-9})
			if err != nil {
				t.Fatal(err)
			}
			if r.Equal == wrong {
				t.Errorf("%s, wrong %t: %+v\n%s", c.view, wrong, r, script)
			}
		}
	}
}

func claimsWorkspace(t *testing.T) *store.Workspace {
	t.Helper()
	cat, reg := house(t)
	folder := t.TempDir()
	deliveries, path := filepath.Join(folder, "d"), filepath.Join(folder, "w.duckdb")
	if _, err := synth.Generate(t.Context(), cat, synth.Options{Persons: 400, FromYear: 2007, ToYear: 2008, Seed: 5, Population: "eps", Format: "csv", Out: deliveries}); err != nil {
		t.Fatal(err)
	}
	if err := store.Create(t.Context(), path, "eps", cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{Files: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	if _, err := load.Files(t.Context(), ws, []string{deliveries}, load.Options{}); err != nil {
		t.Fatal(err)
	}
	return ws
}

// patient is what one person of the photo has; costs are by year, absent without
// care.
type patient struct {
	sex   string
	n     map[int]int
	costs map[int]int64
}

// claimsExpected works out both tables of the program by reading the claims.
func claimsExpected(t *testing.T, db *sql.DB) (rows, counts string) {
	t.Helper()
	patients := map[int64]*patient{}
	read(t, db, "SELECT pp0010, pp0020 FROM population WHERE pp0050 = 200812", func(scan func(...any) error) error {
		var id int64
		p := &patient{n: map[int]int{}, costs: map[int]int64{}}
		err := scan(&id, &p.sex)
		patients[id] = p
		return err
	})
	read(t, db, "SELECT ss00010, year(ss00015), ss00160, ss00165 FROM soins_sante WHERE ss00015 IS NOT NULL", func(scan func(...any) error) error {
		var id int64
		var year int
		var paid, supplement sql.NullInt64
		err := scan(&id, &year, &paid, &supplement)
		if p := patients[id]; p != nil {
			p.n[year]++
			p.costs[year] += paid.Int64 + supplement.Int64
		}
		return err
	})
	var text strings.Builder
	text.WriteString("ss00010,pp0020,n2007,cout2007,n2008,cout2008,plus,classe\n")
	cells := map[string]int{}
	for id, p := range patients {
		last, cared := p.costs[2008]
		before, known := p.costs[2007]
		class, plus := "20+", 0
		if p.n[2008] == 0 {
			class = "0"
		} else if p.n[2008] < 20 {
			class = "<20"
		}
		if cared && (!known || last > before) { // a missing cost is below every other
			plus = 1
		}
		fmt.Fprintf(&text, "%d,%s,%s,%s,%d,%s,%d,%s\n", id, p.sex, orMissing(p.n[2007], known), orMissing(before, known), p.n[2008], orMissing(last, cared), plus, class)
		cells[fmt.Sprintf("%s,%d", class, plus)]++
	}
	counts = "classe,plus,count,percent\n"
	for cell, n := range cells {
		counts += fmt.Sprintf("%s,%d,%v\n", cell, n, 100*float64(n)/float64(len(patients)))
	}
	return text.String(), counts
}

func orMissing[N int | int64](n N, known bool) string {
	if !known {
		return "."
	}
	return fmt.Sprint(n)
}

// read gives the rows of a query one by one.
func read(t *testing.T, db *sql.DB, query string, row func(scan func(...any) error) error) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
