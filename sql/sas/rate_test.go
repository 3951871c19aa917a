package sas_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"epsql/sql/sas"
)

// BenchmarkRate tells how many statements come through, and why others do not, over
// the programs of the folder EPSQL_SAS_PROGRAMS, or over those of testdata/sas. A
// mapping beside a program, with its name and .map, says which tables it reads. This
// is a report: which programs these are decides what it says.
func BenchmarkRate(b *testing.B) {
	programs := ratePrograms(b)
	rate := newRate()
	for b.Loop() {
		rate = newRate()
		for _, p := range programs {
			rate.add(sas.Port(p.text, sas.Options{Tables: p.tables, Now: time.Unix(0, 0)}).Report)
		}
	}
	rate.report(b)
	b.ReportMetric(float64(len(programs)), "programs")
	if os.Getenv("EPSQL_SAS_PROGRAMS") != "" {
		fmt.Printf("\n%s", rate.reasons()) // a log of a benchmark is cut
	}
}

// rateProgram is a program, and the tables that its mapping knows.
type rateProgram struct {
	text   string
	tables []sas.Table
}

// ratePrograms are the programs of the folder.
func ratePrograms(b *testing.B) (programs []rateProgram) {
	b.Helper()
	folder := cmp.Or(os.Getenv("EPSQL_SAS_PROGRAMS"), "../../testdata/sas")
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".sas":
			p, err := readRateProgram(path)
			programs = append(programs, p)
			return err
		case ".txtar":
			archive, err := txtar.ParseFile(path)
			if err != nil {
				return err
			}
			for _, f := range archive.Files {
				if strings.HasSuffix(f.Name, ".sas") {
					programs = append(programs, rateProgram{text: string(f.Data)})
				}
			}
		}
		return nil
	})
	if err != nil || len(programs) == 0 {
		b.Fatalf("no programs in %s: %v", folder, err)
	}
	return programs
}

func readRateProgram(path string) (p rateProgram, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	p.text = string(text)
	mapping := strings.TrimSuffix(path, filepath.Ext(path)) + ".map"
	if text, err = os.ReadFile(mapping); err == nil {
		p.tables, err = sas.ParseMapping(mapping, string(text), nil)
		return p, err
	}
	return p, nil
}

// rate counts statements.
type rate struct {
	states map[sas.State]int
	why    map[string]int // of those that are not translated in full
	sample map[string]string
}

func newRate() *rate {
	return &rate{map[sas.State]int{}, map[string]int{}, map[string]string{}}
}

func (r *rate) add(report sas.Report) {
	for _, s := range report.Statements {
		r.states[s.State]++
		if s.State == sas.Approximated || s.State == sas.Untranslated {
			why := string(s.State) + ": " + s.Why
			r.why[why]++
			r.sample[why] = s.Text
		}
	}
}

// report prints percentages of the statements that have an effect on data.
func (r *rate) report(b *testing.B) {
	total := r.states[sas.Translated] + r.states[sas.Approximated] + r.states[sas.Untranslated]
	b.ReportMetric(float64(total), "statements")
	for state, unit := range map[sas.State]string{sas.Translated: "%translated", sas.Approximated: "%approximated", sas.Untranslated: "%refused"} {
		b.ReportMetric(100*float64(r.states[state])/float64(max(total, 1)), unit)
	}
}

// reasons lists why statements are not translated in full, the most frequent first.
func (r *rate) reasons() string {
	var out strings.Builder
	for _, why := range slices.SortedFunc(maps.Keys(r.why), func(x, y string) int {
		return cmp.Or(r.why[y]-r.why[x], strings.Compare(x, y))
	}) {
		fmt.Fprintf(&out, "%5d  %s\n         %s\n", r.why[why], why, r.sample[why])
	}
	return out.String()
}
