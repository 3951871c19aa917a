package catalog

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// numbered gives the zone ids of a row of numbers: PP1001, PP1002 …
func numbered(format string, first, last, step int) []string {
	var out []string
	for n := first; n <= last; n += step {
		out = append(out, fmt.Sprintf(format, n))
	}
	return out
}

func TestEveryZoneOfTheAnnexesIsThere(t *testing.T) {
	claims := numbered("SS%05d", 5, 185, 5)
	claims = append([]string{"SS00004"}, claims...) // SS00155 among them is the date of prescription, ours
	population := slices.Concat(
		[]string{"PP0004", "PP0005"}, numbered("PP%04d", 10, 55, 5), numbered("PP%04d", 1001, 1009, 1), numbered("PP%04d", 2001, 2011, 1), numbered("PP%04d", 3001, 3013, 1), numbered("PP%04d", 4001, 4003, 1),
	)
	c := belgian(t)
	for _, test := range []struct {
		says, table string
		zones       []string
	}{
		{"health care, annex 1a", "soins_sante", claims},
		{"Pharmanet, annex 1a", "pharmanet", claims},
		{"population, annexes 1b and 5", "population", population},
	} {
		t.Run(test.says, func(t *testing.T) {
			if got := zoneIDs(c.Table(test.table)); !slices.Equal(got, test.zones) {
				t.Errorf("zones\n%v\nwant\n%v", got, test.zones)
			}
		})
	}
}

func TestEveryFieldOfTheProviderFileIsTold(t *testing.T) {
	names, err := os.ReadFile("testdata/annexe2.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := belgian(t)
	for line := range strings.Lines(string(names)) {
		record, fields, _ := strings.Cut(line, ":")
		table := c.Table("dispensateurs")
		if record >= "20" {
			table = c.Table("etablissements")
		}
		for _, field := range strings.Fields(fields) {
			if !slices.ContainsFunc(table.Zones, func(z *Zone) bool { return z.tells(record, field) }) {
				t.Errorf("record %s: no zone of %s tells of %s", record, table.Name, field)
			}
		}
	}
}

// tells reports whether a zone of the provider file is, or mentions, a field of a record.
func (z *Zone) tells(record, field string) bool {
	words := strings.FieldsFunc(z.Source.Note+" "+z.ID, func(r rune) bool { return strings.ContainsRune(" ,;:().", r) })
	return slices.Contains(words, record) && slices.Contains(words, field)
}

func TestWhatTheAnnexStruckOutIsNeverStored(t *testing.T) {
	c := belgian(t)
	refused := map[string]bool{}
	for _, table := range c.Tables {
		for _, z := range table.Zones {
			if z.Role == RoleRefused {
				refused[z.ID] = true
				if _, stored := table.ColumnByName(z.ID); stored {
					t.Errorf("refused zone %s has a column", z.ID)
				}
			}
		}
	}
	for _, id := range []string{
		"FCRNQRNNN", "FCRNFRNOM", "FCRNFRPR1", "FCRNFRPR2", "FSZVLRUE11", "FSZVLNRR11", "FSZVLBUS11", "FSZVLCPO11", "FSZVLLOC11",
		"FSZVSLIM1", "FSZVSLIM2", "FSZVPCTP", "FSZVPDTP", "FSZVPFTP", "FSZVLDEN16", "FSZVLRUE16", "FSZVLNRR16", "FSZVLBUS16", "FSZVLCPO16", "FSZVLLOC16",
	} {
		if !refused[id] {
			t.Errorf("zone %s is not refused", id)
		}
	}
}

func TestPharmanetHasItsOwnMeanings(t *testing.T) {
	c := belgian(t)
	var differ []string
	for _, z := range c.Table("soins_sante").Zones {
		if other := c.Table("pharmanet").Zone(z.ID); other.Label.Fr != z.Label.Fr {
			differ = append(differ, strings.TrimPrefix(z.ID, "SS00"))
		}
	}
	want := "015 020 050 080 085 105 110 140 145 165 170"
	if got := strings.Join(differ, " "); got != want {
		t.Errorf("zones with another label: %s, want %s", got, want)
	}
}

func TestSpecialValuesAndFormatsAreThoseOfTheAnnex(t *testing.T) {
	c := belgian(t)
	for _, test := range []struct{ table, zone, format, specials string }{
		{"population", "PP0015", "AAAA00", ""},
		{"population", "PP0040", "AAAAMM", "0=NULL 000000=NULL"},
		{"population", "PP0055", "", "9001 9002 9003"},
		{"population", "PP1005", "AAAAMMJJ", "00=NULL 00000000=NULL"},
		{"population", "PP3006", "AAAAMMJJ", "00000000=NULL"},
		{"soins_sante", "SS00110", "AAAAMMJJ", "00000000=NULL"},
		{"soins_sante", "SS00115", "AAAAMMJJ", "00000000=NULL"},
		{"pharmanet", "SS00110", "00AAAAMM", ""},
		{"pharmanet", "SS00115", "AAAAMMJJ", "00000000=NULL"},
	} {
		t.Run(test.table+" "+test.zone, func(t *testing.T) {
			z := c.Table(test.table).Zone(test.zone)
			var specials []string
			for _, s := range z.Specials {
				specials = append(specials, s.Value+map[bool]string{true: "=NULL"}[s.Null])
			}
			if got := strings.Join(specials, " "); z.Format != test.format || got != test.specials {
				t.Errorf("format %q, specials %q; want %q and %q", z.Format, got, test.format, test.specials)
			}
		})
	}
}

func TestIdentifiersNumberTheRightUnits(t *testing.T) {
	var got []string
	for _, table := range belgian(t).Tables {
		for _, c := range table.Columns() {
			if c.Role == RoleIdentifier {
				got = append(got, table.Name+"."+c.Name+" "+c.Protects)
			}
		}
	}
	want := []string{
		"dispensateurs.fszvpnro provider", "dispensateurs.fszvpnro10 provider", "dispensateurs.fszvpnro17 provider",
		"pharmanet.ss00010 person", "pharmanet.ss00065 provider", "pharmanet.ss00070 provider",
		"population.pp0010 person", "population.pp0045 person", "population.pp3009 household",
		"soins_sante.ss00010 person", "soins_sante.ss00065 provider", "soins_sante.ss00070 provider", "soins_sante.ss00105 provider",
	}
	if !slices.Equal(got, want) {
		t.Errorf("identifiers\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheUsesAreThoseOfAnnex5(t *testing.T) {
	byUse := map[Use][]string{}
	for _, z := range belgian(t).Table("population").Zones {
		use := z.Use["individual"]
		byUse[use] = append(byUse[use], z.ID)
	}
	for use, want := range map[Use]string{
		UseNever:   "PP0004 PP0005 PP0045 PP1001 PP1005 PP1006 PP1007", // PP0005 by point 16
		UseRecoded: "PP0010 PP0055 PP3009",
		UseFlag:    "PP1003 PP1004 PP1009",
	} {
		if got := strings.Join(byUse[use], " "); got != want {
			t.Errorf("%s: %s, want %s", use, got, want)
		}
	}
	if n := len(byUse[UseDelivered]); n != 48-13 {
		t.Errorf("%d zones are delivered, want %d", n, 48-13)
	}
}

func TestMAFZonesCarryTheirValidity(t *testing.T) {
	table := belgian(t).Table("population")
	for _, delivery := range []string{"200606", "200612"} {
		if !slices.ContainsFunc(table.Zone("PP3001").Validity, func(v Validity) bool {
			return !v.Usable && v.From == delivery && v.Until == delivery
		}) {
			t.Errorf("PP3001 is usable in %s", delivery)
		}
	}
	for _, test := range []struct{ zone, code, from, until string }{
		{"PP3001", "3", "", "200412"},
		{"PP3002", "5", "", "200412"},
		{"PP3002", "6", "200512", ""},
		{"PP3002", "8", "200512", ""},
		{"PP3004", "3", "200512", ""},
		{"PP3004", "5", "200512", ""},
	} {
		codes := table.Zone(test.zone).Codes
		i := slices.IndexFunc(codes, func(c Code) bool { return c.Code == test.code })
		if codes[i].From != test.from || codes[i].Until != test.until {
			t.Errorf("%s=%s occurs from %q until %q", test.zone, test.code, codes[i].From, codes[i].Until)
		}
	}
}

func TestQualificationsAreThoseOfAnnex4(t *testing.T) {
	list := belgian(t).List("qualifications")
	categories, quotas := map[string]bool{}, map[string]string{}
	for _, row := range list.Rows {
		categories[row[2]], quotas[row[2]] = true, row[3]
		if len(row[0]) != 3 {
			t.Errorf("code %s lost its leading zero", row[0])
		}
	}
	if len(list.Rows) != 173 || len(categories) != 30 {
		t.Errorf("%d codes in %d categories, want 173 in 30", len(list.Rows), len(categories))
	}
	codes, _ := belgian(t).ListCodes("qualifications")
	for _, code := range []string{"076", "080", "084", "090"} {
		if !slices.Contains(codes, code) {
			t.Errorf("code %s is missing", code)
		}
	}
	if quotas["Généralistes"] != "0.27" || quotas["Spécialistes en gastro-entérologie"] != "0.3" {
		t.Errorf("quotas are %v", quotas)
	}
}

func TestPlacesFitTogether(t *testing.T) {
	c := belgian(t)
	communes := c.List("communes")
	if len(communes.Rows) != 589 {
		t.Errorf("%d municipalities, want 589", len(communes.Rows))
	}
	districts := map[string]string{}
	for _, row := range c.List("arrondissements").Rows {
		districts[row[0]] = row[3]
	}
	provinces, _ := c.ListCodes("provinces")
	if len(districts) != 43 || len(provinces) != 11 {
		t.Errorf("%d districts and %d provinces, want 43 and 11", len(districts), len(provinces))
	}
	for _, row := range communes.Rows {
		code, district, province := row[0], row[3], row[4]
		if len(code) != 5 || district != code[:2]+"000" || districts[district] != province || !slices.Contains(provinces, province) {
			t.Errorf("municipality %s does not lie in district %s of province %s", code, district, province)
		}
	}
}

func TestSyntheticListsSaySo(t *testing.T) {
	var synthetic []string
	for _, l := range belgian(t).Lists {
		if l.Synthetic {
			synthetic = append(synthetic, l.Name+" "+l.Version)
		}
	}
	want := []string{"exclusions_pharmanet 0.synthetique", "maison_repos 0.synthetique", "medicaments 0.synthetique"}
	if !slices.Equal(synthetic, want) {
		t.Errorf("synthetic lists are %v, want %v", synthetic, want)
	}
}

func TestSourcedPositionsAreTheOnlyOnesNotMarkedOurs(t *testing.T) {
	var sourced []string
	for _, y := range belgian(t).Layouts {
		for _, f := range y.Fields {
			if y.Format == "fixed" && !f.Ours {
				sourced = append(sourced, fmt.Sprintf("%s %d-%d", f.Zone, f.Start, f.Start+f.Length-1))
			}
		}
	}
	want := []string{"PP0055 70-78", "SS00004 1-7", "SS00005 8-13", "SS00010 14-28", "SS00015 29-36", "SS00020 38-43"}
	if !slices.Equal(sourced, want) {
		t.Errorf("sourced positions %v, want %v", sourced, want)
	}
}
