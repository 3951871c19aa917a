package macros_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
)

// Steps 1 and 2 of the reference study, computed again from the words of the
// deliberation (point 12): one prescriber after the other, every row looked at
// for each of them.

// rules are what the text leaves open; the zero value is what the macros do by
// default, but for the threshold.
type rules struct {
	fewest       int64
	grossOnly    bool   // corrections are left out rather than deducted
	byPackages   bool   // the most frequent qualification has most packages
	prescribedOn bool   // the most recent one by day of prescription
	other        bool   // the prescriber stands in SS00065
	rounding     string // proche, haut, bas
	rowsOnly     bool   // the quota's share is one of rows
}

const seed = "graine d'essai"

// prescriber is what step 1, a to d, finds out about one.
type prescriber struct {
	num                     int64
	id                      string
	rows, packages          int64
	qualification, category any
	dropped                 any
}

// newProviders gives delivered numbers to providers: physicians, dentists,
// nurses, one with a number that is too short.
func newProviders(r *rand.Rand) map[int64]string {
	ids := map[int64]string{}
	for n := int64(1); n <= 30; n++ {
		ids[n] = fmt.Sprintf("%s%07d", pick(r, "1", "1", "1", "1", "3", "4"), r.IntN(9_999_999))
	}
	ids[30] = "1234567"
	ids[-1] = "71000034" // an organisation
	return ids
}

// newSupply makes a claim one of Pharmanet. Few days and codes, so that
// qualifications are often equally frequent, and as often equally recent.
func newSupply(r *rand.Rand, row record, cat *catalog.Catalog) record {
	provider := func() any {
		if r.IntN(25) == 0 {
			return nil
		}
		return pick[any](r, int64(1+r.IntN(30)), int64(1+r.IntN(4)), int64(-1))
	}
	medicines := cat.List("medicaments").Rows
	medicine := medicines[r.IntN(6)][0]
	exclusions := cat.List("exclusions_pharmanet").Rows
	row["ss00015"] = pick[any](r, nil, "2007-12-31", "2008-01-01", "2008-02-29", "2008-02-29", "2008-12-31", "2009-01-01")
	row["ss00020"] = pick[any](r, nil, "751012", "751012", "0751012", exclusions[0][0], "0"+exclusions[1][0])
	row["ss00050"] = pick[any](r, nil, int64(0), int64(1), int64(1), int64(2), int64(3), int64(-1), int64(-2), int64(60))
	row["ss00135"] = pick[any](r, nil, medicine, medicine, "0"+medicine, "9999999")
	row["ss00155"] = pick[any](r, nil, "2008-01-01", "2008-02-29")
	for _, zone := range []string{"ss00065", "ss00070"} {
		row[zone] = provider()
		row[zone+"_qual"] = pick[any](r, nil, "001", "001", "003", "580", "076", "730", "999")
	}
	return row
}

// supplies are the rows of a year, without corrections where these do not count.
func (w *world) supplies(annee int64, o rules) []record {
	var rows []record
	for _, row := range w.pharmanet {
		if n, ok := row["ss00050"].(int64); inYear(row, annee) && !(o.grossOnly && ok && n < 0) {
			rows = append(rows, row)
		}
	}
	return rows
}

// of are the rows of one prescriber.
func (o rules) of(num int64, rows []record) []record {
	var own []record
	for _, row := range rows {
		if row[o.zone()] == num {
			own = append(own, row)
		}
	}
	return own
}

func (o rules) zone() string { return ternary(o.other, "ss00065", "ss00070") }

// quantity is the packages of a row, none when it does not say.
func quantity(row record) int64 {
	n, _ := row["ss00050"].(int64)
	return n
}

// line1 is what a row counts for where rows are counted: a correction takes one away.
func line1(row record) int64 { return ternary(quantity(row) < 0, int64(-1), 1) }

// prescribers is step 1, a to d.
func (w *world) prescribers(annee int64, o rules) []prescriber {
	rows := w.supplies(annee, o)
	var found []prescriber
	for num := int64(-1); num <= 30; num++ {
		own := o.of(num, rows)
		if len(own) == 0 {
			continue
		}
		p := prescriber{num: num, id: w.providers[num], rows: int64(len(own)), qualification: mostFrequent(own, o)}
		for _, row := range own {
			if w.listed("medicaments", row["ss00135"]) != nil {
				p.packages += quantity(row)
			}
		}
		if code, ok := p.qualification.(string); ok {
			if entry := w.listed("qualifications", code); entry != nil {
				p.category = entry[2]
			}
		}
		switch {
		case p.packages < o.fewest:
			p.dropped = "volume"
		case len(p.id) != 8 || p.id[0] != '1':
			p.dropped = "profession"
		case p.category == nil:
			p.dropped = "qualification"
		}
		found = append(found, p)
	}
	return found
}

// listed is the entry of a code list for a code; package numbers and categories
// come with or without a zero in front.
func (w *world) listed(list string, code any) []string {
	text, _ := code.(string)
	for _, entry := range w.cat.List(list).Rows {
		if entry[0] == text || list != "qualifications" && "0"+entry[0] == text {
			return entry
		}
	}
	return nil
}

// mostFrequent is step b: the most frequent qualification, the most recent of
// equally frequent ones, the lower of those.
func mostFrequent(own []record, o rules) any {
	var best any
	var bestCount int64
	var bestDay string
	for _, code := range []string{"001", "003", "076", "580", "730", "999"} {
		count, day, seen := int64(0), "", false
		for _, row := range own {
			if row["ss00070_qual"] != code && !o.other || row["ss00065_qual"] != code && o.other {
				continue
			}
			seen = true
			count += ternary(o.byPackages, quantity(row), line1(row))
			if d, _ := row[ternary(o.prescribedOn, "ss00155", "ss00015")].(string); d > day {
				day = d
			}
		}
		if seen && (best == nil || count > bestCount || count == bestCount && day > bestDay) {
			best, bestCount, bestDay = code, count, day
		}
	}
	return best
}

// sample is step e: for each kept prescriber the size of the stratum, how many
// of it are drawn, and whether this one is.
func (w *world) sample(annee int64, o rules) map[int64][4]any {
	strata := map[string][]prescriber{}
	for _, p := range w.prescribers(annee, o) {
		if p.dropped == nil {
			category := p.category.(string)
			strata[category] = append(strata[category], p)
		}
	}
	drawn := map[int64][4]any{}
	for category, members := range strata {
		slices.SortFunc(members, func(a, b prescriber) int { return strings.Compare(a.place(), b.place()) })
		size := o.size(len(members), ternary(category == "Généralistes", big.NewRat(1, 10), big.NewRat(1, 20)))
		for i, p := range members {
			drawn[p.num] = [4]any{category, len(members), size, ternary(i < size, 1, 0)}
		}
	}
	return drawn
}

// place is where a prescriber stands in the order of the draw.
func (p prescriber) place() string {
	sum := sha256.Sum256([]byte(seed + ":" + p.id))
	return hex.EncodeToString(sum[:]) + p.id
}

// size rounds the size of a sample.
func (o rules) size(members int, rate *big.Rat) int {
	exact := new(big.Rat).Mul(big.NewRat(int64(members), 1), rate)
	size := 0
	for big.NewRat(int64(size), 1).Cmp(exact) < 0 {
		size++ // up
	}
	over := new(big.Rat).Sub(big.NewRat(int64(size), 1), exact)
	down := o.rounding == "bas" && over.Sign() > 0 || o.rounding == "" && over.Cmp(big.NewRat(1, 2)) > 0
	return ternary(down, size-1, size)
}

// patients is step 2, a.
func (w *world) patients(annee int64, o rules) []string {
	sampled := w.sample(annee, o)
	type counts struct{ prescribers, packages int64 }
	found := map[int64]counts{}
	for num, draw := range sampled {
		if draw[3] != 1 {
			continue
		}
		for person := int64(1); person <= 25; person++ {
			var total int64
			rows, corrected := 0, false
			for _, row := range o.of(num, w.supplies(annee, o)) {
				if row["ss00010"] == person && w.listed("exclusions_pharmanet", row["ss00020"]) == nil {
					rows++
					total += quantity(row)
					corrected = corrected || quantity(row) < 0
				}
			}
			if rows > 0 && (!corrected || total > 0) {
				c := found[person]
				found[person] = counts{c.prescribers + 1, c.packages + total}
			}
		}
	}
	var lines []string
	for person, c := range found {
		lines = append(lines, line(person, annee, c.prescribers, c.packages))
	}
	return lines
}

// purchases are what each patient got of the list, and the quota of the main
// prescriber.
func (w *world) purchases(annee int64, o rules) []string {
	reached := map[string]string{}
	for _, l := range w.quotas(annee, rules{grossOnly: o.grossOnly, byPackages: o.byPackages, prescribedOn: o.prescribedOn, other: o.other}) {
		cells := strings.Split(l, "|")
		reached[cells[0]] = cells[7]
	}
	sampled := w.sample(annee, o)
	var lines []string
	for person := int64(1); person <= 25; person++ {
		var best *prescriber
		var most, packages, cheap int64
		for num, draw := range sampled {
			rows := slices.DeleteFunc(o.of(num, w.supplies(annee, o)), func(row record) bool {
				return row["ss00010"] != person || w.listed("exclusions_pharmanet", row["ss00020"]) != nil
			})
			var total int64
			corrected := false
			for _, row := range rows {
				total += quantity(row)
				corrected = corrected || quantity(row) < 0
			}
			if draw[3] != 1 || len(rows) == 0 || corrected && total <= 0 {
				continue
			}
			for _, row := range rows {
				if entry := w.listed("medicaments", row["ss00135"]); entry != nil {
					packages += quantity(row)
					cheap += ternary(entry[1] == "1", quantity(row), 0)
				}
			}
			if id := w.providers[num]; best == nil || total > most || total == most && id < best.id {
				best, most = &prescriber{num: num, id: id}, total
			}
		}
		if best != nil {
			lines = append(lines, line(person, annee, best.num, packages, cheap, reached[fmt.Sprint(best.num)]))
		}
	}
	return lines
}

// quotas compares each prescriber's share of cheap medicines with the quota.
func (w *world) quotas(annee int64, o rules) []string {
	o.fewest = math.MinInt64
	var lines []string
	for _, p := range w.prescribers(annee, o) {
		var total, cheap int64
		for _, row := range o.of(p.num, w.supplies(annee, o)) {
			if entry := w.listed("medicaments", row["ss00135"]); entry != nil {
				n := ternary(o.rowsOnly, line1(row), quantity(row))
				total += n
				cheap += ternary(entry[1] == "1", n, 0)
			}
		}
		var quota, share, reached any
		if p.dropped == nil {
			quota = w.quotaOf(p.qualification.(string)).FloatString(4)
		}
		if total > 0 {
			share = int64(math.Round(float64(cheap) / float64(total) * 1e6))
		}
		if quota != nil && total > 0 {
			enough := new(big.Rat).Mul(w.quotaOf(p.qualification.(string)), big.NewRat(total, 1)).Cmp(big.NewRat(cheap, 1)) <= 0
			reached = ternary(enough, 1, 0)
		}
		lines = append(lines, line(p.num, annee, p.category, quota, total, cheap, share, reached))
	}
	return lines
}

func (w *world) quotaOf(code string) *big.Rat {
	quota, _ := new(big.Rat).SetString(w.listed("qualifications", code)[3])
	return quota
}

// studyOracles are the macros of the study, under each of the rules that the
// text leaves open.
var studyOracles = func() []oracle {
	var all []oracle
	add := func(macro, columns, args string, want func(w *world, annee int64) []string) {
		all = append(all, oracle{macro, "SELECT " + columns + " FROM " + macro + "(%d" + args + ")", want, 2008})
	}
	drawn := ", '" + strings.ReplaceAll(seed, "'", "''") + "'"
	for i, c := range []struct {
		options string
		rules   rules
	}{
		{"", rules{}},
		{", corrections := 'ignorer', frequence := 'conditionnements'", rules{grossOnly: true, byPackages: true}},
		{", recent := 'prescription', zone := 'ss00065'", rules{prescribedOn: true, other: true}},
		{", frequence := 'conditionnements', recent := 'prescription'", rules{byPackages: true, prescribedOn: true}},
	} {
		usual, low, share := c.rules, c.rules, c.rules
		usual.fewest, low.fewest = 200, -9
		low.rounding = []string{"", "haut", "bas", ""}[i]
		share.rowsOnly = i%2 == 1
		fewer := c.options + ", seuil := -9" + ternary(low.rounding == "", "", ", arrondi := '"+low.rounding+"'")
		add("selection.prescripteurs_v1", "*", c.options, func(w *world, annee int64) []string { return w.prescriberLines(annee, usual) })
		add("selection.echantillon_v1", "* REPLACE (CAST(round(poids * 1e6) AS BIGINT) AS poids)", drawn+fewer, func(w *world, annee int64) []string { return w.sampleLines(annee, low) })
		add("selection.patients_v1", "*", drawn+fewer, func(w *world, annee int64) []string { return w.patients(annee, low) })
		add("etude.patients_v1", "*", drawn+fewer, func(w *world, annee int64) []string { return w.purchases(annee, low) })
		add("etude.quota_v1", "* REPLACE (CAST(round(part * 1e6) AS BIGINT) AS part)", c.options+ternary(share.rowsOnly, ", mesure := 'lignes'", ""),
			func(w *world, annee int64) []string { return w.quotas(annee, share) })
	}
	add("selection.prescripteurs_v1", "*", ", seuil := 5", func(w *world, annee int64) []string { return w.prescriberLines(annee, rules{fewest: 5}) })
	return all
}()

func (w *world) prescriberLines(annee int64, o rules) []string {
	var lines []string
	for _, p := range w.prescribers(annee, o) {
		lines = append(lines, line(p.num, annee, p.qualification, p.category, p.rows, p.packages, p.dropped))
	}
	return lines
}

func (w *world) sampleLines(annee int64, o rules) []string {
	var lines []string
	for num, d := range w.sample(annee, o) {
		var weight any
		if d[3] == 1 {
			weight = int64(math.Round(float64(d[1].(int)) / float64(d[2].(int)) * 1e6))
		}
		lines = append(lines, line(num, annee, d[0], d[3], weight))
	}
	return lines
}

func TestTheDrawNeitherDependsOnTheOrderOfRowsNorOnTheNumbersGivenAtLoading(t *testing.T) {
	reg := house(t)
	cat, _ := catalog.Embedded()
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := newWorld(7, cat)
	var answers []string
	for range 2 {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.load(t.Context(), t, tx)
		got := ask(t, tx, "SELECT n.id, e.categorie, e.tire FROM selection.echantillon_v1(2008, 'x', seuil := -9, arrondi := 'haut') AS e JOIN epsql.ids_provider AS n ON n.num = e.ss00070")
		answers = append(answers, strings.Join(got, "\n"))
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(w.pharmanet)
		renumbered := map[int64]string{}
		for num, id := range w.providers {
			renumbered[1000-num] = id
		}
		w.providers = renumbered
		for _, row := range w.pharmanet {
			if num, ok := row["ss00070"].(int64); ok {
				row["ss00070"] = 1000 - num
			}
		}
	}
	if answers[0] != answers[1] || !strings.Contains(answers[0], "|1") {
		t.Errorf("first\n%s\nthen\n%s", answers[0], answers[1])
	}
}
