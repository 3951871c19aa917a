package study

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/sql/diag"
)

const good = `study: demo
title: {fr: Essai, en: Trial}
population: eps
channel: eps
dossier: {reference: r, applicant: a}
parameters: {annee: 2008, code: 007}
macros: [flags.dmg_v1]
lists: [dmg@2016.1]
steps:
  - name: dmg
    macro: flags.dmg_v1
    with: {annee: $annee}
  - name: joint
    sql: joint.sql
outputs:
  - name: tableau
    title: {fr: Tableau, en: Table}
    sql: tableau.sql
    formats: [csv, xlsx]
    plot: {kind: bars, label: a, value: b}
`

func TestAPlanIsReadAsWritten(t *testing.T) {
	p, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := p.Parameter("code"); code != "007" {
		t.Errorf("a code lost its zeros: %q", code)
	}
	if v := p.Steps[0].With[0]; v.Parameter != "annee" || p.Resolved(v) != "2008" {
		t.Errorf("the argument reads as %+v", v)
	}
	if o := p.Output("tableau"); o == nil || len(o.Formats) != 2 || o.Plot.Label != "a" || o.Pos.Line != 16 {
		t.Errorf("the output reads as %+v", o)
	}
}

func TestAFaultyPlanIsRefusedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ sentence, old, new, place, says string }{
		{"an unknown key", "channel: eps", "chanel: eps", "study.yaml:4:1", `no key "chanel"`},
		{"a key given twice", "population: eps", "study: x", "study.yaml:3:1", "twice"},
		{"a missing key", "channel: eps\n", "", "study.yaml:1:1", `lacks the key "channel"`},
		{"an empty value", "channel: eps", "channel:", "study.yaml:4:9", "missing"},
		{"a name that is none", "name: dmg", "name: Dmg 2", "study.yaml:10:11", "not a name"},
		{"a file outside the folder", "sql: joint.sql", "sql: ../joint.sql", "study.yaml:14:10", "not the name of a SQL file"},
		{"a parameter that is not there", "$annee", "$anne", "study.yaml:12:19", "no parameter anne"},
		{"a macro that is not pinned", "macro: flags.dmg_v1", "macro: flags.dmg_v2", "study.yaml:10:5", "does not pin flags.dmg_v2"},
		{"a step that is nothing", "    sql: joint.sql\n", "", "study.yaml:13:5", "neither"},
		{"two steps of one name", "name: joint", "name: dmg", "study.yaml:13:5", "twice"},
		{"arguments of SQL", "    sql: joint.sql", "    sql: joint.sql\n    with: {a: 1}", "study.yaml:15:15", "takes no arguments"},
		{"a plot of another kind", "kind: bars", "kind: pie", "study.yaml:16:5", "of kind bars"},
		{"no format", "[csv, xlsx]", "[]", "study.yaml:16:5", "no format"},
		{"a list where keys belong", "title: {fr: Essai, en: Trial}", "title: [a]", "study.yaml:2:8", "keys with values"},
		{"two documents", "study: demo", "---\na: 1\n---\nstudy: demo", "study.yaml:1:1", "not one YAML document"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the plan has no %q", c.old)
			}
			_, err := Parse([]byte(strings.Replace(good, c.old, c.new, 1)))
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || e.Pos.String() != c.place || !strings.Contains(e.Msg, c.says) || e.Hint == "" {
				t.Errorf("got %v, hint %v; want %s: … %s", err, ok && e.Hint != "", c.place, c.says)
			}
		})
	}
}

const rows = `extracts:
  - name: patients
    title: {fr: P, en: P}
    step: dmg
    with: [dmg]
    where: {annee: $annee}
  - name: soins
    title: {fr: S, en: S}
    table: soins_sante
    of: patients
    by: ss00010
`

func TestExtractsAreReadStrictly(t *testing.T) {
	p, err := Parse([]byte(good + rows))
	if err != nil || len(p.Extracts) != 2 || len(p.Extracts[0].Formats) != 2 || p.Extracts[1].By != "ss00010" {
		t.Fatalf("got %+v, %v", p, err)
	}
	for _, c := range []struct{ sentence, old, new, place, says string }{
		{"an unknown key", "table: soins_sante", "tabel: soins_sante", "study.yaml:29:5", `no key "tabel"`},
		{"SQL", "table: soins_sante", "sql: a.sql", "study.yaml:29:5", `no key "sql"`},
		{"no source", "    table: soins_sante\n", "", "study.yaml:27:5", "neither of a table nor of a step"},
		{"two sources", "step: dmg", "step: dmg\n    table: population", "study.yaml:22:5", "or of both"},
		{"two extracts of one name", "name: soins", "name: patients", "study.yaml:27:5", "twice"},
		{"a step that is not there", "step: dmg", "step: dgm", "study.yaml:22:5", "no step dgm is a macro"},
		{"a step of SQL", "with: [dmg]", "with: [joint]", "study.yaml:25:12", "no step joint is a macro"},
		{"steps beside a table", "    by: ss00010", "    with: [dmg]", "study.yaml:31:12", "not of a table"},
		{"an extract that stands below", "of: patients", "of: soins", "study.yaml:27:5", "no extract soins stands above soins"},
		{"a comparison with nothing", "    of: patients\n", "", "study.yaml:27:5", "nothing to compare it with"},
		{"a parameter that is not there", "{annee: $annee}\n  - name: soins", "{annee: $anne}\n  - name: soins", "study.yaml:26:20", "no parameter anne"},
		{"a format that is no file of rows", "    by: ss00010", "    formats: [xlsx]", "study.yaml:27:5", "parquet and csv"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if !strings.Contains(rows, c.old) {
				t.Fatalf("there is no %q", c.old)
			}
			_, err := Parse([]byte(good + strings.Replace(rows, c.old, c.new, 1)))
			e, ok := errors.AsType[*diag.Error](err)
			if !ok || e.Pos.String() != c.place || !strings.Contains(e.Msg, c.says) || e.Hint == "" {
				t.Errorf("got %v; want %s: … %s", err, c.place, c.says)
			}
		})
	}
}

func TestAMissingFileIsToldWhereItIsNamed(t *testing.T) {
	_, err := Read(fstest.MapFS{File: {Data: []byte(good)}, "joint.sql": {Data: []byte("SELECT 1")}})
	if err == nil || !strings.Contains(err.Error(), "study.yaml:16:5: the file tableau.sql cannot be read") {
		t.Errorf("got %v", err)
	}
}

func TestAQuestionKnowsWhereItsLinesCameFrom(t *testing.T) {
	p, err := Read(fstest.MapFS{
		File: {Data: []byte(good)}, "joint.sql": {Data: []byte("-- a remark\nSELECT 1\n\n")}, "tableau.sql": {Data: []byte("SELECT *\nFROM joint")},
	})
	if err != nil {
		t.Fatal(err)
	}
	q := p.Question(p.Outputs[0])
	for i, line := range strings.Split(strings.TrimSpace(q.Text), "\n") {
		at := q.Locate(diag.Pos{Line: i + 1, Col: 1})
		switch line {
		case "SELECT 1":
			if at.String() != "joint.sql:2:1" {
				t.Errorf("%q is at %s", line, at)
			}
		case "FROM joint":
			if at.String() != "tableau.sql:2:1" {
				t.Errorf("%q is at %s", line, at)
			}
		}
	}
	if !strings.HasPrefix(q.Text, "CREATE VIEW joint AS\n") {
		t.Errorf("the question is\n%s", q.Text)
	}
}

// FuzzParse reads any text as a plan: a whole plan, or a refusal that tells
// where and what to do.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(good + rows)
	f.Add("study: &a demo\ntitle: *a\n")
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse([]byte(text))
		if err == nil {
			for _, o := range p.Outputs {
				if o.Name == "" || o.SQL == "" {
					t.Fatalf("half an output: %+v", o)
				}
			}
			return
		}
		if e, ok := errors.AsType[*diag.Error](err); !ok || e.Pos.Line == 0 || e.Hint == "" {
			t.Fatalf("a refusal without place or advice: %#v", err)
		}
	})
}
