package macros_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/macros"
)

// The oracles below compute each macro again in plain Go, row by row, from the
// words of its header and not from its SQL, on random data full of traps.

// record is a row: int64, string (text and dates), or nil for NULL.
type record map[string]any

// world is a random little data set.
type world struct {
	population, claims, pharmanet []record
	providers                     map[int64]string // delivered numbers
	cat                           *catalog.Catalog
}

// pick is one of values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// someCodes are nomenclature codes: of each list, with a leading zero, of none,
// and none at all.
func someCodes(cat *catalog.Catalog) []any {
	codes := []any{nil, "101010", "0101010", "102395", "102852"}
	for _, l := range cat.Lists {
		if slices.Contains([]string{"dmg", "maison_medicale", "maison_repos"}, l.Name) {
			for _, row := range l.Rows {
				codes = append(codes, row[0], "0"+row[0])
			}
		}
	}
	return codes
}

// newWorld makes a world of a few persons, so that every coincidence occurs.
func newWorld(seed uint64, cat *catalog.Catalog) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{cat: cat}
	codes := someCodes(cat)
	person := func() any {
		if r.IntN(20) == 0 {
			return nil
		}
		return int64(1 + r.IntN(25))
	}
	claim := func() record {
		row := record{
			"ss00010": person(),
			"ss00015": pick[any](r, nil, "2006-12-31", "2007-01-01", "2007-06-15", "2007-12-31", "2008-01-01", "2008-02-29", "2008-12-31", "2009-01-01"),
			"ss00020": pick(r, codes...),
			"ss00050": pick[any](r, nil, int64(0), int64(1), int64(1), int64(-1), int64(2)),
			"ss00160": pick[any](r, nil, int64(0), int64(r.IntN(100000)), -int64(r.IntN(100000)), int64(9_000_000_000)),
			"ss00165": pick[any](r, nil, int64(0), int64(r.IntN(100000)), -int64(r.IntN(100000))),
		}
		return row
	}
	for range r.IntN(120) {
		w.claims = append(w.claims, claim())
		if r.IntN(3) == 0 { // the correction of the row before
			c := record{}
			for k, v := range w.claims[len(w.claims)-1] {
				if n, ok := v.(int64); ok && k != "ss00010" {
					v = -n
				}
				c[k] = v
			}
			w.claims = append(w.claims, c)
		}
	}
	for range r.IntN(400) {
		w.pharmanet = append(w.pharmanet, newSupply(r, claim(), cat))
	}
	w.providers = newProviders(r)
	for range r.IntN(80) {
		w.population = append(w.population, newPerson(r, person, cat))
		if r.IntN(3) == 0 { // the same person again, with one zone changed
			twin, other := record{}, newPerson(r, person, cat)
			maps.Copy(twin, w.population[len(w.population)-1])
			columns := cat.Table("population").Columns()
			name := columns[r.IntN(len(columns))].Name
			twin[name] = other[name]
			w.population = append(w.population, twin)
		}
	}
	return w
}

// newPerson is a random row of a photo. Few values per column, so that two rows
// of one person and photo often differ late, or not at all.
func newPerson(r *rand.Rand, person func() any, cat *catalog.Catalog) record {
	row := record{}
	for _, c := range cat.Table("population").Columns() {
		switch c.Type {
		case catalog.TypeInt:
			row[c.Name] = pick[any](r, nil, int64(0), int64(3))
		case catalog.TypeDate:
			row[c.Name] = pick[any](r, nil, "2006-01-01", "2007-01-01")
		case catalog.TypeID:
			row[c.Name] = person()
		default:
			row[c.Name] = pick[any](r, nil, "0", "1")
		}
	}
	row["pp0050"] = pick[any](r, nil, int64(200606), int64(200612), int64(200706), int64(200712), int64(200812))
	row["pp0040"] = pick[any](r, nil, int64(200605))
	row["pp0015"] = pick[any](r, nil, int64(1900+r.IntN(110)))
	row["pp0025"] = pick[any](r, nil, "0", "000", "150", "995", "999", "1000", "11002", "21004", "22001", "23088", "24062", "25072", "93090", "94000", "62063", "x", " 62063")
	row["pp0030"] = pick[any](r, nil, "0", "000", "110", "111", "131", "132", "1", "11", "1111", "1a1", " 111 ")
	row["pp1002"] = pick[any](r, nil, "0", "1", "2", "3", "3")
	row["pp1003"] = pick[any](r, nil, "00", "0", "05", "5", "14", " ")
	row["pp1004"] = pick[any](r, nil, "0", "00", "1", "10", "A", " ")
	return row
}

// load fills the tables, each in one statement.
func (w *world) load(ctx context.Context, t *testing.T, tx *sql.Tx) {
	t.Helper()
	for table, rows := range map[string][]record{"population": w.population, "soins_sante": w.claims, "pharmanet": w.pharmanet} {
		var names, tuples []string
		for _, c := range w.cat.Table(table).Columns() {
			names = append(names, c.Name)
		}
		for _, row := range rows {
			values := make([]string, len(names))
			for i, name := range names {
				values[i] = ternary(row[name] == nil, "NULL", fmt.Sprintf("'%v'", row[name]))
			}
			tuples = append(tuples, "("+strings.Join(values, ", ")+")")
		}
		if len(tuples) == 0 {
			continue
		}
		stmt := fmt.Sprintf("INSERT INTO main.%s (%s) VALUES %s", table, strings.Join(names, ", "), strings.Join(tuples, ", "))
		if _, err := tx.ExecContext(ctx, stmt); err != nil {
			t.Fatal(table, err)
		}
	}
	for num, id := range w.providers {
		if _, err := tx.ExecContext(ctx, "INSERT INTO epsql.ids_provider VALUES (?, ?)", num, id); err != nil {
			t.Fatal(err)
		}
	}
}

// persons are those in a photo or, when asked for, in the claims of the year.
func (w *world) persons(annee int64, claims bool) map[int64]bool {
	found := map[int64]bool{}
	for _, p := range w.population {
		photo, _ := p["pp0050"].(int64)
		if id, ok := p["pp0010"].(int64); ok && photo/100 == annee {
			found[id] = true
		}
	}
	for _, c := range w.claims {
		if id, ok := c["ss00010"].(int64); ok && claims && inYear(c, annee) {
			found[id] = true
		}
	}
	return found
}

// inYear tells whether a claim's day lies in the year.
func inYear(c record, annee int64) bool {
	day, _ := c["ss00015"].(string)
	return strings.HasPrefix(day, strconv.FormatInt(annee, 10)+"-")
}

// listFlag adds up the counts of the codes of a list, one claim after the other.
func listFlag(list string) func(w *world, annee int64) []string {
	return func(w *world, annee int64) []string {
		codes := map[string]bool{}
		for _, row := range w.cat.List(list).Rows {
			codes[row[0]] = true
			codes["0"+row[0]] = true
		}
		var lines []string
		for id := range w.persons(annee, true) {
			net := int64(0)
			for _, c := range w.claims {
				code, _ := c["ss00020"].(string)
				if c["ss00010"] == id && inYear(c, annee) && codes[code] {
					n, _ := c["ss00050"].(int64)
					net += n
				}
			}
			lines = append(lines, line(id, annee, ternary(net > 0, 1, 0)))
		}
		return lines
	}
}

// costs adds up cents, Pharmanet left alone.
func costs(w *world, annee int64) []string {
	var lines []string
	for id := range w.persons(annee, true) {
		ticket, supplement := int64(0), int64(0)
		for _, c := range w.claims {
			if c["ss00010"] == id && inYear(c, annee) {
				t, _ := c["ss00160"].(int64)
				s, _ := c["ss00165"].(int64)
				ticket, supplement = ticket+t, supplement+s
			}
		}
		lines = append(lines, line(id, annee, ticket, supplement, ticket+supplement))
	}
	return lines
}

// photos gives each person's chosen row.
func (w *world) photos(annee int64) map[int64]record {
	chosen := map[int64]record{}
	better := func(a, b record) bool {
		if d := b["pp0050"].(int64) - a["pp0050"].(int64); d != 0 {
			return d < 0
		}
		if d := compareValues(a["pp0004"], b["pp0004"]); d != 0 {
			return d < 0
		}
		return false
	}
	for _, p := range w.population {
		id, known := p["pp0010"].(int64)
		photo, _ := p["pp0050"].(int64)
		if !known || photo/100 != annee {
			continue
		}
		if now, ok := chosen[id]; !ok || better(p, now) { // otherwise the first line stays
			chosen[id] = p
		}
	}
	return chosen
}

// compareValues puts NULL first, as SAS sorts missing values.
func compareValues(a, b any) int {
	if a == nil || b == nil {
		return ternary(a != nil, 1, 0) - ternary(b != nil, 1, 0)
	}
	return strings.Compare(a.(string), b.(string))
}

func photoLines(w *world, annee int64) []string {
	var lines []string
	for id, p := range w.photos(annee) {
		values := []any{id, annee, p["pp0050"]}
		for _, c := range w.cat.Table("population").Columns() {
			if !slices.Contains([]string{"pp0004", "pp0005", "pp0010", "pp0050"}, c.Name) {
				values = append(values, p[c.Name])
			}
		}
		lines = append(lines, line(values...))
	}
	return lines
}

func unemployment(w *world, annee int64) []string {
	photos := w.photos(annee)
	var lines []string
	for id, p := range photos {
		child := p["pp1002"] == "3"
		reference := any(id)
		if child {
			reference = p["pp0045"]
		}
		var flag any
		if holder, ok := reference.(int64); ok && photos[holder] != nil {
			code, _ := photos[holder]["pp1004"].(string)
			flag = ternary(slices.Contains([]string{"", " ", "0", "00"}, code), 0, 1)
		}
		lines = append(lines, line(id, annee, ternary(child, 1, 0), flag))
	}
	return lines
}

// socialFlags are the flags of annex 5, with the codes of PP1003 that count.
func socialFlags(situations ...string) func(w *world, annee int64) []string {
	return func(w *world, annee int64) []string {
		unemployed := map[string]string{}
		for _, l := range unemployment(w, annee) {
			cells := strings.Split(l, "|")
			unemployed[cells[0]] = cells[3]
		}
		var lines []string
		for id, p := range w.photos(annee) {
			situation, _ := p["pp1003"].(string)
			handicap, _ := p["pp1009"].(string)
			lines = append(lines, line(id, annee, ternary(slices.Contains(situations, situation), 1, 0),
				unemployed[strconv.FormatInt(id, 10)], ternary(slices.Contains([]string{"", "0"}, handicap), 0, 1)))
		}
		return lines
	}
}

// province is the published table of codes, not the formula: the first two
// digits of a five-digit code name the arrondissement.
func province(ins any, _ int64) any {
	text, _ := ins.(string)
	text = strings.TrimSpace(text)
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n == 995 || n == 999:
		return nil
	case n >= 100 && n < 1000:
		return 0
	case n < 10000 || n > 93999:
		return nil
	}
	switch arrondissement := strconv.Itoa(n)[:2]; {
	case arrondissement == "21":
		return 21000
	case arrondissement == "23" || arrondissement == "24":
		return 20001
	case arrondissement == "25":
		return 20002
	case arrondissement[0] == '2':
		return nil
	default:
		return int(arrondissement[0]-'0') * 10000
	}
}

func ageClass(birth any, annee int64) any {
	b, ok := birth.(int64)
	if !ok || b > annee {
		return nil
	}
	for low := int64(0); low < 90; low += 5 {
		if annee-b <= low+4 {
			return fmt.Sprintf("%02d-%02d", low, low+4)
		}
	}
	return "90+"
}

func preferential(ct1 any, _ int64) any {
	text, _ := ct1.(string)
	part := regexp.MustCompile(`^\d?\d?([01])$`).FindStringSubmatch(strings.TrimSpace(text))
	if part == nil {
		return nil
	}
	return part[1]
}

// scalar applies an oracle to one column of every row of the photos.
func scalar(column string, oracle func(value any, annee int64) any) func(*world, int64) []string {
	return func(w *world, annee int64) []string {
		var lines []string
		for _, p := range w.population {
			lines = append(lines, line(p[column], oracle(p[column], annee)))
		}
		return lines
	}
}

// oracle is a call, with %d for the year, and what it must answer; only is the
// one year in which it is asked, 0 for all.
type oracle struct {
	macro, call string
	want        func(w *world, annee int64) []string
	only        int64
}

// oracles are those of all macros.
var oracles = slices.Concat([]oracle{
	{"flags.dmg_v1", "SELECT * FROM flags.dmg_v1(%d)", listFlag("dmg"), 0},
	{"flags.maison_medicale_v1", "SELECT * FROM flags.maison_medicale_v1(%d)", listFlag("maison_medicale"), 0},
	{"flags.maison_repos_v1", "SELECT * FROM flags.maison_repos_v1(%d)", listFlag("maison_repos"), 0},
	{"couts.patient_v1", "SELECT * FROM couts.patient_v1(%d)", costs, 0},
	{"population.photo_v1", "SELECT * FROM population.photo_v1(%d)", photoLines, 0},
	{"population.chomage_enfant_v1", "SELECT * FROM population.chomage_enfant_v1(%d)", unemployment, 0},
	{"population.province_v1", "SELECT pp0025, population.province_v1(pp0025) FROM main.population WHERE %d > 0", scalar("pp0025", province), 0},
	{"population.classe_age_v1", "SELECT pp0015, population.classe_age_v1(pp0015, %d) FROM main.population", scalar("pp0015", ageClass), 0},
	{"population.tarif_preferentiel_v1", "SELECT pp0030, population.tarif_preferentiel_v1(pp0030) FROM main.population WHERE %d > 0", scalar("pp0030", preferential), 0},
	{"population.drapeaux_v1", "SELECT * FROM population.drapeaux_v1(%d)", socialFlags("05", "5", "14"), 0},
	{"population.drapeaux_v1", "SELECT * FROM population.drapeaux_v1(%d, situations := '5, 06')", socialFlags("05", "5"), 0},
}, studyOracles, sasOracles)

func TestEveryMacroAnswersAsItsOracleOnRandomData(t *testing.T) {
	reg := house(t)
	cat, _ := catalog.Embedded()
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows := 0
	for seed := range uint64(8) {
		w := newWorld(seed, cat)
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.load(t.Context(), t, tx)
		for annee := int64(2006); annee <= 2008; annee++ {
			for _, o := range oracles {
				if o.only != 0 && (o.only != annee || seed%2 == 1) {
					continue // dear ones, asked in every other world
				}
				got := ask(t, tx, fmt.Sprintf(o.call, annee))
				want := o.want(w, annee)
				rows += len(want)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("seed %d, %s in %d: %s", seed, o.macro, annee, firstDifference(got, want))
				}
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	if rows < 1000 {
		t.Errorf("the random worlds are too poor: %d rows compared", rows)
	}
}

// The guard trusts what a header says of its columns, so the headers are held
// against random data too.
func TestWhatTheGuardTrustsHoldsOnRandomData(t *testing.T) {
	reg := house(t)
	cat, _ := catalog.Embedded()
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for seed := range uint64(2) {
		w := newWorld(seed+100, cat)
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.load(t.Context(), t, tx)
		for i, o := range oracles {
			if slices.ContainsFunc(oracles[:i], func(x oracle) bool { return x.macro == o.macro }) {
				continue // one call of each macro will do
			}
			m := reg.Lookup(o.macro)
			for _, c := range m.Columns {
				from := "(" + fmt.Sprintf(o.call, 2008) + ")"
				name := c.Name
				if !m.Table {
					name, from = "answer", from+" AS t(given, answer)"
				}
				for claim, counterexample := range claims(cat, c, name) {
					if lines := ask(t, tx, strings.ReplaceAll(counterexample, "FROM it", "FROM "+from)); len(lines) > 0 {
						t.Errorf("seed %d, %s.%s is not %s: %s", seed, o.macro, name, claim, lines[0])
					}
				}
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// claims are what a header claims of a column, each with a query for a
// counterexample. A zone that is passed on as delivered may hold any code.
func claims(cat *catalog.Catalog, c macros.Column, name string) map[string]string {
	found := map[string]string{}
	if !c.Nullable {
		found["always there"] = "SELECT 1 FROM it WHERE " + name + " IS NULL"
	}
	if c.Owner {
		found["one row each"] = "SELECT " + name + " FROM it GROUP BY ALL HAVING count(*) > 1"
	}
	if _, delivered := cat.Table("population").ColumnByName(c.Name); len(c.Domain) > 0 && !delivered {
		found["one of "+strings.Join(c.Domain, " ")] = "SELECT " + name + " FROM it WHERE CAST(" + name +
			" AS VARCHAR) NOT IN ('" + strings.Join(c.Domain, "', '") + "')"
	}
	return found
}

func TestEveryMacroHasAnOracleAGoldenCaseAndAnAudit(t *testing.T) {
	reg := house(t)
	results, err := reg.RunCases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range reg.All {
		if !slices.ContainsFunc(results, func(r macros.CaseResult) bool { return r.Macro == m }) {
			t.Errorf("%s has no golden case", m.Name)
		}
		if !slices.ContainsFunc(slices.Concat(oracles, drawnOracles), func(o oracle) bool { return o.macro == m.Name }) {
			t.Errorf("%s has no oracle", m.Name)
		}
		if len(m.Audits) == 0 {
			t.Errorf("%s has no audit", m.Name)
		}
	}
}

// ask answers a query as sorted lines.
func ask(t *testing.T, tx *sql.Tx, query string) []string {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("+query+")")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	var lines []string
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		cells := make([]any, len(values))
		for i, v := range values {
			if v.Valid {
				cells[i] = v.String
			}
		}
		lines = append(lines, line(cells...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// line is values as one text, NULL told from blank.
func line(values ...any) string {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = ternary(v == nil, "NULL", fmt.Sprint(v))
	}
	return strings.Join(cells, "|")
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return "missing " + want[i]
		case i >= len(want):
			return "too much: " + got[i]
		case got[i] != want[i]:
			return "got " + got[i] + ", want " + want[i]
		}
	}
	return "none"
}

func ternary[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
