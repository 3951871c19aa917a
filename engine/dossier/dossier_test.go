package dossier

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
)

const good = `dossier: essai
channel: individual
request: donnees_brutes
applicant: {name: quelqu'un, contact: quelque part}
circumstances: {couplage: true, scra_demandee: false}
papers:
  autorisation: {reference: a, date: 2009-06-09}
  document_selection: {reference: b, date: 2009-06-10}
  contrat: {reference: c, date: 2009-06-11}
  dossier_ttp: {reference: d, date: 2009-06-12}
years: {pharmanet: [2008], population: [2007, 2008]}
zones:
  population: [PP0010, pp0015]
  flags.dmg_v1: [flag_dmg]
lists: [dmg@2016.1]
retention: 12
coincidences: {pharmanet.SS00060: looked at}
`

var today = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

func definitions(t *testing.T) (*catalog.Catalog, *macros.Registry) {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	return cat, reg
}

func TestADossierIsReadAsWritten(t *testing.T) {
	d, err := Parse(File, []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	cat, reg := definitions(t)
	if err := d.Check(cat, reg, today); err != nil {
		t.Fatal(err)
	}
	switch {
	case !d.Asks("population", "PP0015") || !d.Asks("flags.dmg_v1", "flag_dmg") || d.Asks("population", "pp0020") || d.Asks("pharmanet", "PP0010"):
		t.Errorf("it asks for %+v", d.Zones)
	case len(d.YearsOf("population")) != 2 || d.YearsOf("soins_sante") != nil:
		t.Errorf("it asks for the years %+v", d.Years)
	case !d.AsksList("dmg@2016.1") || d.AsksList("dmg"):
		t.Errorf("it asks for the lists %+v", d.Lists)
	case d.Retention != 12 || d.Coincidences[0].Column != "pharmanet.ss00060":
		t.Errorf("it reads as %+v", d)
	}
}

func TestTheDossierOfTheReferenceStudyIsComplete(t *testing.T) {
	text, err := os.ReadFile("../../sql/studies/kce_2008_08/" + File)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(File, text)
	if err != nil {
		t.Fatal(err)
	}
	cat, reg := definitions(t)
	if err := d.Check(cat, reg, time.Now()); err != nil {
		t.Error(err)
	}
}

func TestAFaultyDossierIsRefusedWithItsPlace(t *testing.T) {
	cat, reg := definitions(t)
	for _, c := range []struct{ sentence, old, now, says, hint string }{
		{"an unknown key", "channel:", "chanel:", "dossier.yaml:2:1: a dossier has no key \"chanel\"", "did you mean channel?"},
		{"a missing key", "lists: [dmg@2016.1]\n", "", "dossier.yaml:1:1: a dossier lacks the key \"lists\"", "add lists"},
		{"a blank reference", "reference: a,", "reference: ' ',", "dossier.yaml:7:29: the value is blank", "write what"},
		{"a paper without a date", "{reference: a, date: 2009-06-09}", "{reference: a}", "dossier.yaml:7:17: a paper lacks the key \"date\"", "add date"},
		{"a date that is none", "2009-06-09", "2009-06-31", "dossier.yaml:7:38: not a day", "2009-06-09"},
		{"a paper of tomorrow", "2009-06-09", "2010-01-02", "dossier.yaml:7:3: the paper autorisation is of a day to come", "correct its date"},
		{"an unknown paper", "contrat:", "contract:", "dossier.yaml:9:3: a request donnees_brutes knows no paper contract", "did you mean contrat?"},
		{"a paper twice", "  contrat:", "  autorisation:", "dossier.yaml:9:3: the papers has the key \"autorisation\" twice", "keep one"},
		{"an unknown request", "request: donnees_brutes", "request: donnees_brute", "dossier.yaml:3:10: channel individual knows no request donnees_brute", "did you mean donnees_brutes?"},
		{"a channel by which no rows leave", "channel: individual", "channel: eps", "dossier.yaml:2:10: eps is no channel by which rows leave", "one of: individual"},
		{"an unknown circumstance", "couplage: true", "couplages: true", "dossier.yaml:5:17: a request donnees_brutes depends on no circumstance couplages", "did you mean couplage?"},
		{"a circumstance that is perhaps so", "couplage: true", "couplage: perhaps", "dossier.yaml:5:27: \"perhaps\" is neither true nor false", "true or false"},
		{"a year of two digits", "[2008]", "[08]", "dossier.yaml:11:21: not a year", "such as 2008"},
		{"years of a table without periods", "years: {pharmanet", "years: {secteurs", "dossier.yaml:11:9: no table secteurs comes in deliveries of periods", "one of: "},
		{"an unknown zone", "pp0015", "pp015", "dossier.yaml:13:24: table population has no zone pp015", "did you mean PP0015?"},
		{"an unknown table", "  population:", "  populations:", "dossier.yaml:13:3: populations is neither a table nor a macro", "did you mean population?"},
		{"an unknown macro", "flags.dmg_v1", "flags.dmg_v11", "dossier.yaml:14:3: flags.dmg_v11 is neither a table nor a macro", "did you mean flags.dmg_v1?"},
		{"an unknown column", "[flag_dmg]", "[flag_dgm]", "dossier.yaml:14:18: flags.dmg_v1 returns no column flag_dgm", "did you mean flag_dmg?"},
		{"a zone that never leaves", "pp0015", "PP0045", "dossier.yaml:13:24: zone PP0045 of population never leaves by channel individual", "take it out"},
		{"a zone that leaves as a flag only", "pp0015", "PP1003", "dossier.yaml:13:24: zone PP1003 leaves channel individual as a flag only", "macro"},
		{"rows kept for too long", "retention: 12", "retention: 25", "dossier.yaml:16:12: rows of channel individual are kept for 24 months at most", "retention: 24"},
		{"a coincidence without a reason", "looked at", "''", "dossier.yaml:17:35: the value is blank", "write what"},
		{"no YAML", good, "a: [", "dossier.yaml:2:1: the file is not one YAML document", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("there is no %q", c.old)
			}
			d, err := Parse(File, []byte(strings.Replace(good, c.old, c.now, 1)))
			if err == nil {
				err = d.Check(cat, reg, today)
			}
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || !strings.HasPrefix(e.Error(), c.says) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("got %v (%v)", err, ok && e.Hint != "")
			}
		})
	}
}

func TestAllMissingPapersAreListedAtOnce(t *testing.T) {
	cat, reg := definitions(t)
	papers := good[strings.Index(good, "papers:"):strings.Index(good, "years:")]
	for _, c := range []struct {
		sentence, old, now string
		lacks, not         []string
	}{
		{"none of them is there", papers, "papers: {}\n", []string{"autorisation", "document_selection", "contrat", "dossier_ttp"}, []string{"scra ("}},
		{"one is not", "  contrat: {reference: c, date: 2009-06-11}\n", "", []string{"contrat"}, []string{"autorisation"}},
		{"one that linkage wants", "  dossier_ttp: {reference: d, date: 2009-06-12}\n", "", []string{"dossier_ttp (dossier TTP global eHealth)"}, []string{"contrat"}},
		{"one that was asked for", "scra_demandee: false", "scra_demandee: true", []string{"scra ("}, []string{"contrat"}},
		{"whether it was asked for is not told", ", scra_demandee: false", "", []string{"whether scra_demandee holds", "scra ("}, []string{"contrat"}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			d, err := Parse(File, []byte(strings.Replace(good, c.old, c.now, 1)))
			if err != nil {
				t.Fatal(err)
			}
			e, ok := errors.AsType[*diag.Error](d.Check(cat, reg, today))
			if !ok || e.Kind != diag.Guard || e.Code != "missing-papers" {
				t.Fatalf("got %v", e)
			}
			for _, want := range c.lacks {
				if !strings.Contains(e.Msg, want) {
					t.Errorf("%s is not listed: %s", want, e.Msg)
				}
			}
			for _, not := range c.not {
				if strings.Contains(e.Msg, not) {
					t.Errorf("%s is listed: %s", not, e.Msg)
				}
			}
		})
	}
}

// FuzzParse reads any text as a dossier: a whole one, or a refusal that tells
// where and what to do.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("dossier: &a x\nchannel: *a\n")
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(File, []byte(text))
		if err == nil {
			if d.Project == "" || d.Request == "" || d.Applicant.Name == "" {
				t.Fatalf("half a dossier: %+v", d)
			}
			return
		}
		if e, ok := errors.AsType[*diag.Error](err); !ok || e.Pos.Line == 0 || e.Hint == "" {
			t.Fatalf("a refusal without place or advice: %#v", err)
		}
	})
}
