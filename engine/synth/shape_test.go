package synth

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"epsql/catalog"
)

// row is a line with the places of its zones.
type row struct {
	line  string
	zones map[string]catalog.Field
}

// get is the text of a zone without its padding.
func (r row) get(zone string) string {
	f, ok := r.zones[zone]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.line[f.Start-1 : f.Start-1+f.Length])
}

func (r row) cents(zone string) int64 {
	n, _ := strconv.ParseInt(r.get(zone), 10, 64)
	return n
}

// sample is one set of deliveries, as fixed-width files without defects, that
// the tests of this file look at: 2 500 persons in 2007 and 2008.
var sample = sync.OnceValues(func() (*made, error) {
	cat, err := catalog.Embedded()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "synth")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	report, err := Generate(context.Background(), cat, Options{
		Persons: 2500, FromYear: 2007, ToYear: 2008, Seed: 3, Population: "eps", Format: "fixed", Out: dir,
	})
	if err != nil {
		return nil, err
	}
	m := &made{cat: cat, report: report, rows: map[string][]row{}}
	for _, f := range report.Files {
		if err := m.read(filepath.Join(dir, f.Name), f); err != nil {
			return nil, err
		}
	}
	return m, nil
})

// made is a parsed set of deliveries; rows by table, superseded files left out.
type made struct {
	cat    *catalog.Catalog
	report Report
	rows   map[string][]row
	faults []string // lines that do not fit their layout
}

func (m *made) read(path string, f File) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	tables := make([]*catalog.Table, len(f.Tables))
	for i, name := range f.Tables {
		tables[i] = m.cat.Table(name)
	}
	w := &world{cat: m.cat, opts: Options{Format: "fixed", FromYear: 2007}}
	layout, _, err := w.layout(tables)
	if err != nil {
		return err
	}
	zones := map[string]catalog.Field{}
	for _, field := range layout.Fields {
		zones[field.Zone] = field
	}
	scan := bufio.NewScanner(in)
	lines := int64(0)
	for ; scan.Scan(); lines++ {
		line := scan.Text()
		if len(line) != layout.RecordLength {
			m.faults = append(m.faults, f.Name+": a line of "+strconv.Itoa(len(line)))
			continue
		}
		r := row{line, zones}
		table := tables[0]
		for _, t := range tables {
			if t.Select != nil && slices.Contains(t.Select.Codes, r.get(t.Select.Zone)) {
				table = t
			}
		}
		if !f.Superseded {
			m.rows[table.Name] = append(m.rows[table.Name], r)
		}
	}
	if lines != f.Rows {
		m.faults = append(m.faults, f.Name+": the report miscounts the rows")
	}
	return scan.Err()
}

func theSample(t *testing.T) *made {
	t.Helper()
	m, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// photo is the population of one photo, by person.
func (m *made) photo(month string) map[string]row {
	out := map[string]row{}
	for _, r := range m.rows["population"] {
		if r.get("PP0050") == month {
			out[r.get("PP0010")] = r
		}
	}
	return out
}

func TestEveryLineFitsItsLayout(t *testing.T) {
	m := theSample(t)
	if len(m.faults) > 0 {
		t.Errorf("%d lines do not fit: %q", len(m.faults), m.faults[0])
	}
	for _, table := range m.cat.Tables {
		if len(m.rows[table.Name]) == 0 {
			t.Errorf("no rows of %s were made", table.Name)
		}
	}
}

func TestEveryValueFitsItsZone(t *testing.T) {
	m := theSample(t)
	for name, rows := range m.rows {
		for _, z := range m.cat.Table(name).Zones {
			codes, closed := m.cat.Domain(catalog.Column{Zone: z})
			for _, s := range z.Specials {
				codes = append(codes, s.Value)
			}
			for _, r := range rows {
				if v := r.get(z.ID); v != "" && !fits(z, v, codes, closed) {
					t.Errorf("%s.%s, of type %s, has a value that does not fit", name, z.ID, z.Type)
					break
				}
			}
		}
	}
}

// fits says whether a value is of the zone's type, and in its list when that is
// closed.
func fits(z *catalog.Zone, v string, codes []string, closed bool) bool {
	if slices.Contains(codes, v) {
		return true
	}
	n, err := strconv.ParseInt(v, 10, 64)
	switch z.Type {
	case catalog.TypeDate:
		return err == nil && n%100 >= 1 && n%100 <= 31 && n/100%100 >= 1 && n/100%100 <= 12
	case catalog.TypeMonth:
		return err == nil && n%100 >= 1 && n%100 <= 12
	case catalog.TypeInt, catalog.TypeCents, catalog.TypeYear, catalog.TypeID:
		return err == nil
	case catalog.TypeCode:
		return !closed
	}
	return true
}

func TestAChildsHolderStandsInTheSamePhoto(t *testing.T) {
	everybody := theSample(t).photo("200812")
	children := 0
	for _, r := range everybody {
		if r.get("PP1002") != "3" {
			continue
		}
		children++
		holder, there := everybody[r.get("PP0045")]
		if !there || holder.get("PP1002") == "3" || r.get("PP0045") == r.get("PP0010") {
			t.Fatal("a child's holder is missing from the photo, a child, or the child itself")
		}
	}
	if share := float64(children) / float64(len(everybody)); share < 0.15 || share > 0.4 {
		t.Errorf("%.2f of the persons are children", share)
	}
}

func TestAHolderIsTheirOwnHolder(t *testing.T) {
	for _, r := range theSample(t).photo("200806") {
		if (r.get("PP1002") == "1") != (r.get("PP0045") == r.get("PP0010")) && r.get("PP1002") != "0" {
			t.Fatal("a holder's own number is not in the holder's zone, or that of another is")
		}
	}
}

func TestThoseWhoDiedStandInOnePhotoMoreAndThenNoMore(t *testing.T) {
	m := theSample(t)
	before, after := m.photo("200712"), m.photo("200806")
	died := 0
	for id, r := range before {
		if r.get("PP0040") == "000000" {
			continue
		}
		died++
		if _, there := after[id]; there || r.get("PP0040") < "200707" || r.get("PP0040") > "200712" {
			t.Fatal("someone who died is in the next photo, or the month of death is not of the half-year")
		}
	}
	if died == 0 {
		t.Error("nobody died")
	}
}

func TestTheSampleTakesTheElderlyTwiceAsOften(t *testing.T) {
	share := func(population string) float64 {
		w := testWorld(t, Options{Persons: 20000, FromYear: 2008, ToYear: 2008, Population: population, Format: "fixed"})
		s := &scene{w: w, prov: noProvider}
		old, all := 0.0, 0.0
		for n := range uint64(8000) {
			s.build(n, maxMembers)
			for i := range s.h.members {
				all++
				if s.h.members[i].age(2008) >= 65 {
					old++
				}
			}
		}
		return old / (all - old)
	}
	if ratio := share("eps") / share("exhaustive"); ratio < 1.8 || ratio > 2.2 {
		t.Errorf("the elderly are %.2f times as frequent among the younger", ratio)
	}
}

func TestSomeMunicipalitiesAreTiny(t *testing.T) {
	sizes := map[string]int{}
	for _, r := range theSample(t).photo("200812") {
		sizes[r.get("PP0025")]++
	}
	tiny, large := 0, 0
	for _, n := range sizes {
		if n <= 3 {
			tiny++
		}
		if n > 50 {
			large++
		}
	}
	if tiny < 5 || large < 3 {
		t.Errorf("%d municipalities of up to 3 persons, %d of more than 50", tiny, large)
	}
}

func TestAFewPersonsCostMost(t *testing.T) {
	costs := map[string]int64{}
	total := int64(0)
	for _, r := range theSample(t).rows["soins_sante"] {
		costs[r.get("SS00010")] += r.cents("SS00060")
		total += r.cents("SS00060")
	}
	var sorted []int64
	for _, c := range costs {
		sorted = append(sorted, c)
	}
	slices.Sort(sorted)
	top := int64(0)
	for _, c := range sorted[len(sorted)*95/100:] {
		top += c
	}
	if share := float64(top) / float64(total); share < 0.3 || share > 0.8 {
		t.Errorf("the dearest 5 %% of the persons have %.2f of the costs", share)
	}
}

func TestPersonsHaveAPlausibleNumberOfLines(t *testing.T) {
	m := theSample(t)
	for table, want := range map[string][2]float64{"soins_sante": {14, 26}, "pharmanet": {7, 16}} {
		if n := float64(len(m.rows[table])) / float64(m.report.Persons) / 2; n < want[0] || n > want[1] {
			t.Errorf("%s: %.1f lines a person a year, want %v", table, n, want)
		}
	}
}

func TestCorrectionsTakeBackNoMoreThanWasPaid(t *testing.T) {
	m := theSample(t)
	for _, table := range []string{"soins_sante", "pharmanet"} {
		net, negative := map[string]int64{}, 0
		for _, r := range m.rows[table] {
			count, paid := r.cents("SS00050"), r.cents("SS00060")
			if count < 0 && paid > 0 || count > 0 && paid < 0 {
				t.Fatalf("%s: the sign of the count is not the sign of the amount", table)
			}
			if count < 0 {
				negative++
			}
			net[r.get("SS00010")+r.get("SS00015")+r.get("SS00020")+r.get("SS00135")] += paid
		}
		if share := float64(negative) / float64(len(m.rows[table])); share < 0.005 || share > 0.03 {
			t.Errorf("%s: %.4f of the rows are corrections", table, share)
		}
		for _, sum := range net {
			if sum < 0 {
				t.Fatalf("%s: more was taken back than was paid", table)
			}
		}
	}
}

func TestSomeCareIsDeliveredInALaterQuarter(t *testing.T) {
	late, before, rows := 0, 0, theSample(t).rows["soins_sante"]
	for _, r := range rows {
		month, _ := strconv.Atoi(r.get("SS00015")[4:6])
		quarter := r.get("SS00015")[:4] + strconv.Itoa((month+2)/3)
		switch delivered := r.get("SS00004")[1:6]; {
		case quarter < delivered:
			late++
		case quarter > delivered:
			before++
		}
	}
	if share := float64(late) / float64(len(rows)); before > 0 || share < 0.2 || share > 0.6 {
		t.Errorf("%.2f of the rows are late, %d come before their care", share, before)
	}
}

func TestASecondVersionSupersedesTheFirst(t *testing.T) {
	m := theSample(t)
	versions := map[string][]File{}
	for _, f := range m.report.Files {
		key := strings.TrimSuffix(strings.TrimSuffix(f.Name, ".txt"), strconv.Itoa(f.Version))
		versions[key] = append(versions[key], f)
	}
	again := 0
	for _, v := range versions {
		if len(v) < 2 {
			continue
		}
		again++
		if !v[0].Superseded || v[1].Superseded || v[1].Rows <= v[0].Rows*8/10 {
			t.Errorf("%s is not superseded by a fuller version", v[0].Name)
		}
	}
	if again == 0 {
		t.Error("no delivery has a second version")
	}
}

func TestOneFileHoldsBothSources(t *testing.T) {
	for _, f := range theSample(t).report.Files {
		if len(f.Tables) == 2 {
			return
		}
	}
	t.Error("no file of two tables")
}

func TestProviderNumbersCheck(t *testing.T) {
	m := theSample(t)
	check := func(number string) {
		n, err1 := strconv.Atoi(number[:6])
		c, err2 := strconv.Atoi(number[6:8])
		if err1 != nil || err2 != nil || c != 97-n%97 {
			t.Fatal("a provider's check digits are wrong")
		}
	}
	known := map[string]bool{}
	for _, r := range m.rows["dispensateurs"] {
		check(r.get("FSZVPNRO"))
		known[r.get("FSZVPNRO")] = true
	}
	for _, r := range m.rows["pharmanet"] {
		check(r.get("SS00070")[1:])
		if !known[r.get("SS00070")[1:9]] {
			t.Fatal("a prescriber is not in the provider file")
		}
	}
}

func TestPrescribersLieOnBothSidesOfTheStudysThreshold(t *testing.T) {
	volume := map[string]int64{}
	for _, r := range theSample(t).rows["pharmanet"] {
		if r.get("SS00015")[:4] == "2008" {
			volume[r.get("SS00070")[1:9]] += r.cents("SS00050")
		}
	}
	below, above := 0, 0
	for _, n := range volume {
		if n < 200 {
			below++
		} else {
			above++
		}
	}
	if below < 10 || above < 10 {
		t.Errorf("%d prescribers below 200 packages, %d from 200 on", below, above)
	}
}

// TestFlagsHaveTheirPersons counts the persons behind the codes that the flags
// of the macros look for.
func TestFlagsHaveTheirPersons(t *testing.T) {
	m := theSample(t)
	who := map[string]map[string]bool{}
	for _, r := range m.rows["soins_sante"] {
		for _, list := range []string{"dmg", "maison_medicale", "maison_repos"} {
			if codes, _ := m.cat.ListCodes(list); slices.Contains(codes, r.get("SS00020")) && r.get("SS00015")[:4] == "2008" {
				if who[list] == nil {
					who[list] = map[string]bool{}
				}
				who[list][r.get("SS00010")] = true
			}
		}
	}
	everybody := m.photo("200806")
	for list, want := range map[string][2]float64{"dmg": {0.25, 0.6}, "maison_medicale": {0.005, 0.05}, "maison_repos": {0.005, 0.05}} {
		if share := float64(len(who[list])) / float64(len(everybody)); share < want[0] || share > want[1] {
			t.Errorf("%s: %.3f of the persons, want %v", list, share, want)
		}
	}
	both := 0
	for id := range who["maison_medicale"] {
		if who["dmg"][id] {
			both++
		}
	}
	if both > 0 {
		t.Errorf("%d persons have a record in two practices", both)
	}
}

func TestUnemployedHoldersHaveChildren(t *testing.T) {
	everybody := theSample(t).photo("200812")
	children := 0
	for _, r := range everybody {
		if r.get("PP1002") == "3" && everybody[r.get("PP0045")].get("PP1004") != "0" {
			children++
			if r.get("PP1004") != "0" {
				t.Fatal("a child is unemployed")
			}
		}
	}
	if children == 0 {
		t.Error("no child of an unemployed holder")
	}
}

func TestNumbersOfPersonsTellNothing(t *testing.T) {
	w := testWorld(t, Options{Persons: 1000, FromYear: 2008, ToYear: 2008, Population: "eps", Format: "fixed"})
	seen, firsts := map[uint64]bool{}, map[uint64]int{}
	for n := range uint64(20000) {
		id := w.ids.code(n)
		if seen[id] {
			t.Fatal("two persons share a number")
		}
		seen[id] = true
		firsts[id/(w.ids.modulus/10)]++
	}
	for d := range uint64(10) {
		if firsts[d] < 1000 {
			t.Errorf("only %d of 20 000 numbers begin with %d", firsts[d], d)
		}
	}
}

func TestSomeChangeInsurerAndStandInOnePhotoOnce(t *testing.T) {
	m := theSample(t)
	before, changed := m.photo("200712"), 0
	for id, r := range m.photo("200806") {
		if was, there := before[id]; there && was.get("PP0004") != r.get("PP0004") {
			changed++
		}
	}
	if changed == 0 {
		t.Error("nobody changes insurer at the new year")
	}
	rows := 0
	for _, r := range m.rows["population"] {
		if r.get("PP0050") == "200806" {
			rows++
		}
	}
	if n := len(m.photo("200806")); n != rows {
		t.Errorf("%d rows of %d persons in one photo", rows, n)
	}
}

func TestAFamilyHasOneRightToTheMaximumBill(t *testing.T) {
	family := map[string]string{}
	for _, r := range theSample(t).photo("200812") {
		right := r.get("PP3001") + r.get("PP3002") + r.get("PP3004")
		if was, there := family[r.get("PP3009")]; there && was != right {
			t.Fatal("two members of a family have another right of the family")
		}
		family[r.get("PP3009")] = right
	}
}
