package guard

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/sql/diag"
)

// outcome is everything that leaves: the answer or the error, with its notes.
// planned tells whether the data were asked at all.
func outcome(t testing.TB, g *Guard, query string) (text string, planned bool) {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		return failure(err), false
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		return failure(err), true
	}
	s := r.Summary()
	s.Ledger = 0
	return draw(r) + fmt.Sprint(r.Columns(), s, p.Warnings()), true
}

// failure is an error as a user meets it.
func failure(err error) string {
	out := fmt.Sprint(err, " exit ", diag.ExitCode(err))
	if e, ok := errors.AsType[*diag.Error](err); ok {
		out += fmt.Sprint(e.Kind, e.Code, e.Pos, e.Hint)
	}
	return out
}

// experiment is what a run of the fuzzer found.
type experiment struct {
	pairs, queries, refused, shown int
}

// databases are asked side by side; every two of them are a pair, and all pairs
// are compared, because all outcomes must be the first one's.
const (
	databases = 6
	pairsOf   = databases * (databases - 1) / 2
	milestone = 5000 // pairs after which a long run tells that it goes on
)

// TestPersonsBehindMaskedCellsChangeNothing is the noninterference proof: of
// databases that differ only in persons hidden behind masked cells, whatever is
// asked, the outcome is the same to the byte: values, order, names, presence of
// rows, notes, errors and exit code. Pairs of which the query was refused before
// any data were read do not count.
//
// EPSQL_PROVE asks for a hundred thousand pairs in place of the two thousand of
// every test run, EPSQL_PAIRS for a number, EPSQL_SEED for others, and EPSQL_MINUTES
// for as many as can be tried in a time; with -update the result is written to
// testdata/noninterference.txt.
func TestPersonsBehindMaskedCellsChangeNothing(t *testing.T) {
	pairs, seed, start := askedPairs(), asked("EPSQL_SEED", 1), time.Now()
	until := start.Add(time.Duration(asked("EPSQL_MINUTES", 60*24)) * time.Minute)
	var all experiment
	var both sync.Mutex
	t.Run("in", func(t *testing.T) {
		for i, population := range []string{"eps", "exhaustive"} {
			t.Run(population, func(t *testing.T) {
				t.Parallel()
				e := interfere(t, population, pairs/2, uint64(seed+i), until) //nolint:gosec // a seed is any number
				both.Lock()
				defer both.Unlock()
				all.pairs, all.queries, all.refused, all.shown = all.pairs+e.pairs, all.queries+e.queries, all.refused+e.refused, all.shown+e.shown
			})
		}
	})
	t.Logf("%d pairs of databases under %d random queries (%d more were refused before data were read; %d of the answers show a value): no difference",
		all.pairs, all.queries, all.refused, all.shown)
	if all.shown < all.queries/8 {
		t.Errorf("only %d of %d answers show a value", all.shown, all.queries)
	}
	if *update && !t.Failed() {
		all.record(t, seed, time.Since(start))
	}
}

func askedPairs() int {
	if os.Getenv("EPSQL_PROVE") != "" {
		return asked("EPSQL_PAIRS", 100_000)
	}
	return asked("EPSQL_PAIRS", 2000)
}

func asked(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// record keeps the result of a long run.
func (e experiment) record(t *testing.T, seed int, took time.Duration) {
	text := fmt.Sprintf(`command   EPSQL_PAIRS=%d EPSQL_SEED=%d go test ./engine/guard -run PersonsBehindMaskedCells -parallel 2 -timeout 0 -args -update
version   %s, %s %s/%s
date      %s
pairs     %d of %d asked for, under %d random queries
refused   %d more queries, before any data were read
answers   %d show at least one value that is not masked
result    no difference in values, order, names, rows, notes, errors or exit codes
took      %s
`, askedPairs(), seed, cmp.Or(os.Getenv("EPSQL_VERSION"), "unknown"), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		time.Now().UTC().Format(time.DateOnly), e.pairs, askedPairs(), e.queries, e.refused, e.shown, took.Round(time.Second))
	if err := os.WriteFile(filepath.Join("testdata", "noninterference.txt"), []byte(text), 0o600); err != nil {
		t.Error(err)
	}
}

// interfere asks random queries of databases that differ in hidden persons, and
// fails with the simplest query it can find whose outcome tells them apart.
func interfere(t *testing.T, population string, pairs int, seed uint64, until time.Time) experiment {
	r := rand.New(rand.NewPCG(seed, 7))
	u := newUniverse(t, population, databases, nil)
	var e experiment
	for e.pairs < pairs && time.Now().Before(until) {
		set := &settings[r.IntN(len(settings))]
		if set.channel != "" && set.channel != u.guards[0].cfg.Channel.ID {
			continue
		}
		states := u.hide(t, set, throw(r, 400))
		for range 15 {
			d := throw(r, 300)
			query := speaker{d, set}.query()
			first, planned := outcome(t, u.guards[0], query)
			if !planned {
				e.refused++
				continue
			}
			e.queries++
			if showsValue(first) {
				e.shown++
			}
			if n := u.differs(t, query, first); n > 0 {
				t.Fatal(u.report(t, set, d, states, n))
			}
			if e.pairs += pairsOf; e.pairs/milestone > (e.pairs-pairsOf)/milestone {
				t.Logf("%d pairs: no difference", e.pairs)
			}
		}
	}
	return e
}

// showsValue tells whether an answer has a cell that is neither masked nor NULL.
func showsValue(outcome string) bool {
	for _, line := range strings.Split(outcome, "\n")[1:] {
		cells := strings.Split(line, " | ")
		if slices.ContainsFunc(cells[min(1, len(cells)-1):], func(c string) bool { return c != "*" && c != "NULL" && c != "" }) && !strings.HasPrefix(line, "[{") {
			return true
		}
	}
	return false
}

// differs gives the first database whose outcome is not the first one's, or 0.
func (u *universe) differs(t testing.TB, query, first string) int {
	for i, g := range u.guards[1:] {
		if got, _ := outcome(t, g, query); got != first {
			return i + 1
		}
	}
	return 0
}

// report shrinks the choices that made a query which tells the first database
// and the n-th apart.
func (u *universe) report(t testing.TB, set *setting, d *dice, states []string, n int) string {
	ask := func(b []byte) (query, first, second string) {
		query = speaker{&dice{bytes: b}, set}.query()
		first, _ = outcome(t, u.guards[0], query)
		second, _ = outcome(t, u.guards[n], query)
		return query, first, second
	}
	query, first, second := ask(shrink(d.bytes, func(b []byte) bool {
		_, first, second := ask(b)
		return first != second
	}))
	return fmt.Sprintf("%s (channel %s):\n%s\ntells\n%s\nwhere the database has\n%s\nand\n%s\nwhere it has\n%s",
		set.name, u.guards[0].cfg.Channel.ID, query, first, states[0], second, states[n])
}

// shrink makes a string of bytes shorter and smaller as long as it stays bad.
func shrink(b []byte, bad func([]byte) bool) []byte {
	for len(b) > 0 && bad(b[:len(b)/2]) {
		b = b[:len(b)/2]
	}
	for better := true; better; {
		better = false
		for size := len(b); size > 0; size /= 2 {
			for at := 0; at+size <= len(b); at += size {
				if shorter := slices.Delete(slices.Clone(b), at, at+size); bad(shorter) {
					b, better = shorter, true
				}
			}
		}
		for i := range b {
			for _, v := range []byte{0, b[i] / 2, b[i] - 1} {
				smaller := slices.Clone(b)
				smaller[i] = v
				if v < b[i] && bad(smaller) {
					b, better = smaller, true
				}
			}
		}
	}
	return b
}

// TestTheExperimentSeesAGuardThatIsOpen: the same experiment with a guard that
// masks nothing finds a difference soon, so it can fail.
func TestTheExperimentSeesAGuardThatIsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	u := newUniverse(t, "eps", 2, func(c *catalog.Channel) {
		c.Threshold, c.Zero, c.ZeroWhy = 1, "publish", "to see that the experiment can fail"
	})
	for i := range settings {
		set := &settings[i]
		if set.channel != "" {
			continue
		}
		found := false
		for range 40 {
			u.hide(t, set, throw(r, 400))
			query := speaker{throw(r, 300), set}.query()
			first, planned := outcome(t, u.guards[0], query)
			found = found || planned && u.differs(t, query, first) > 0
		}
		if !found {
			t.Errorf("%s: no difference in an open guard", set.name)
		}
	}
}

// TestWhatTheExperimentFound keeps the queries that once told databases apart, as
// small as they were shrunk to.
func TestWhatTheExperimentFound(t *testing.T) {
	u := newUniverse(t, "eps", 2, nil)
	for _, c := range []struct{ name, one, other, query string }{
		{
			"a value that one person has is one more to count",
			"", "UPDATE main.soins_sante SET ss00165 = 500 WHERE ss00010 = 63;",
			"SELECT count(*), count(DISTINCT ss00165) FROM soins_sante",
		},
		{
			"a branch of zero or NULL is a value to a function that passes over NULL",
			"UPDATE main.soins_sante SET ss00165 = 1 WHERE ss00010 = 24;", "UPDATE main.soins_sante SET ss00165 = 500 WHERE ss00010 = 27;",
			"SELECT sum(least(CASE WHEN ss00165 > 0 THEN 0 ELSE NULL END, ss00060)), count(*) FROM soins_sante",
		},
		{
			"a column is what its branches make of it, also those of zero",
			"UPDATE main.soins_sante SET ss00165 = 1 WHERE ss00010 = 24;", "UPDATE main.soins_sante SET ss00165 = 500 WHERE ss00010 = 27;",
			"SELECT sum(greatest(z, ss00060)), count(*) FROM (SELECT ss00010, ss00060, CASE WHEN ss00165 > 0 THEN 0 END AS z FROM soins_sante)",
		},
		{
			"a number that one person lacks",
			"UPDATE main.soins_sante SET ss00165 = NULL WHERE ss00010 = 24;", "UPDATE main.soins_sante SET ss00165 = NULL WHERE ss00010 = 27;",
			"SELECT sum(least(ss00165, ss00060)), count(*) FROM soins_sante",
		},
		{
			"where a CASE of zero or NULL is NULL for everybody, nobody meets its condition",
			"UPDATE main.soins_sante SET ss00165 = 700 WHERE ss00010 = 22;", "UPDATE main.soins_sante SET ss00165 = 500 WHERE ss00010 = 69;",
			"SELECT sum(coalesce(CASE WHEN ss00165 = 500 THEN 0 END, ss00060)), count(*) FROM soins_sante",
		},
		{
			"which parts of a total are not there shows whether or not something is masked elsewhere",
			"", "INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, livraison) VALUES ('1', 101, 1950, NULL, '62063', '111', 101, 200812, 1);",
			"SELECT e.pp0025, h.pp0020, count(DISTINCT e.pp0010) FROM population AS e JOIN population AS h ON h.pp0010 = e.pp0045 GROUP BY GROUPING SETS ((1, 2), (1))",
		},
		{
			"distinct values of parts make no sum: in how many parts a few are hidden is nothing to count",
			lives(101, "62063") + lives(102, "62063") + lives(103, "62003"), lives(101, "62063") + lives(102, "62063") + lives(103, "62063"),
			"SELECT pp0025, count(DISTINCT pp0020), avg(pp0015) FROM population GROUP BY ROLLUP (pp0025)",
		},
	} {
		for i, state := range []string{c.one, c.other} {
			if _, err := u.guards[i].cfg.Workspace.DB.Exec(nobodyElse + state); err != nil {
				t.Fatal(err)
			}
		}
		first, _ := outcome(t, u.guards[0], c.query)
		if u.differs(t, c.query, first) > 0 {
			t.Errorf("%s: %s", c.name, c.query)
		}
	}
}

// lives puts somebody in a place.
func lives(id int, place string) string {
	return fmt.Sprintf("INSERT INTO main.population (pp0004, pp0010, pp0015, pp0020, pp0025, pp0030, pp0045, pp0050, livraison) VALUES ('1', %d, 1950, '1', '%s', '110', %d, 200812, 1);", id, place, id)
}
