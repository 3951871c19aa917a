package guard

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

// released releases an answer and gives its rows, "small cell" where masked.
func released(t *testing.T, g *Guard, query string) string {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	res, _, err := g.Release(t.Context(), p, func(*Result) ([]ledger.File, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	return rowsText(res)
}

func rowsText(res *Result) string {
	var out []string
	for row := range res.Rows() {
		var cells []string
		for _, c := range row {
			if c.Masked {
				cells = append(cells, "-")
			} else {
				cells = append(cells, fmt.Sprint(c.Value))
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return strings.Join(out, ", ")
}

func TestThePersonsBehindEveryReleasedCellAreKept(t *testing.T) {
	for _, c := range []struct {
		name, query string
		sets        []string // SQL of the persons, in any order
	}{
		{
			"groups", "SELECT pp0020, count(*) FROM population WHERE pp0015 < 1950 GROUP BY 1",
			[]string{"pp0015 < 1950 AND pp0020 = '1'", "pp0015 < 1950 AND pp0020 = '2'"},
		},
		{
			"a condition inside an aggregate", "SELECT count(*) FILTER (WHERE pp0015 < 1950) FROM population",
			[]string{"TRUE", "pp0015 < 1950"},
		},
		{
			"nobody behind what is masked", "SELECT sum(ss00165) FROM soins_sante",
			nil, // two persons have a supplement: nothing is shown
		},
		{
			"who adds up", "SELECT sum(ss00160) FROM soins_sante JOIN population ON ss00010 = pp0010",
			[]string{"TRUE", "pp0010 % 7 <> 0", "amounts pp0010 % 7 <> 0"},
		},
		{
			"several rows a person", "SELECT ss00020, count(*) FROM soins_sante WHERE ss00020 = '102771' GROUP BY 1",
			[]string{"pp0010 <= 50"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws := world(t, "eps", "")
			released(t, guardOf(t, ws, "eps"), c.query)
			sets, err := ledger.Released(t.Context(), ws.DB, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, s := range sets {
				kind := s.Unit
				if s.Values != nil {
					kind += " amounts"
				}
				got = append(got, kind+fmt.Sprint(s.Members.ToArray()))
			}
			for _, condition := range c.sets {
				kind := "person"
				if rest, amounts := strings.CutPrefix(condition, "amounts "); amounts {
					kind, condition = "person amounts", rest
				}
				want = append(want, kind+numbersOf(t, ws, condition))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("kept\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func numbersOf(t *testing.T, ws *store.Workspace, condition string) string {
	t.Helper()
	var out string
	query := "SELECT '[' || string_agg(pp0010, ' ' ORDER BY pp0010) || ']' FROM population WHERE " + condition
	if err := ws.DB.QueryRow(query).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReleasesThatTellOfFewTogetherAreMasked(t *testing.T) {
	const men = "SELECT count(*) FROM population WHERE pp0020 = '1'"
	for _, c := range []struct {
		name, first, second, want string
	}{
		{"the same again", men, men, "60"},
		{"the same in other words", men, "SELECT count(DISTINCT pp0010) FROM population WHERE pp0020 IN ('1')", "60"},
		{"all but two", men, men + " AND pp0010 NOT IN (SELECT ss00010 FROM soins_sante WHERE ss00165 > 0)", "-"},
		{"another measure of all but one", men, "SELECT avg(pp0015) FROM population WHERE pp0020 = '1' AND NOT (pp0015 = 1921 AND pp0025 = '11001')", "-"},
		{"a condition inside an aggregate", men, "SELECT count(*) FILTER (WHERE pp0020 = '1' AND NOT (pp0015 = 1921 AND pp0025 = '11001')) FROM population", "-"},
		{"a quarter less", men, men + " AND pp0025 = '11001'", "30"},
		{
			"the same persons, other rows of two of them", "SELECT count(*) FROM soins_sante",
			"SELECT count(*) FROM soins_sante WHERE NOT (ss00165 > 0 AND ss00015 > DATE '2008-01-20')", "-",
		},
		{
			"the same in another measure", "SELECT sum(2 * ss00060) FROM soins_sante",
			"SELECT avg(ss00060) FROM soins_sante WHERE NOT (ss00165 > 0 AND ss00015 > DATE '2008-01-20')", "-",
		},
		{
			"other rows of many", "SELECT count(*) FROM soins_sante",
			"SELECT count(*) FROM soins_sante WHERE ss00015 < DATE '2008-03-01'", "216",
		},
		{"a table above the wall is compared by its cells", men, "SELECT sum(n) FROM (SELECT pp0025, count(*) AS n FROM population WHERE pp0020 = '1' AND NOT (pp0015 = 1921 AND pp0025 = '11001') GROUP BY 1)", "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := guardOf(t, world(t, "eps", ""), "eps")
			released(t, g, c.first)
			if got := released(t, g, c.second); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAScreenCountsWhereTheChannelSaysSo(t *testing.T) {
	const all, most = "SELECT count(*) FROM population", "SELECT count(*) FROM population WHERE pp0025 <> '62063'"
	for _, c := range []struct{ name, history, collision, want string }{
		{"exports: answers on the screen do not count", "exports", "mask", "117"},
		{"answers: they do", "answers", "mask", "-"},
		{"answers, refused", "answers", "refuse", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws := world(t, "eps", "")
			channel := *ws.Catalog.Channel("eps")
			channel.History, channel.Collision = c.history, c.collision
			g, err := New(t.Context(), Config{Workspace: ws, Catalog: ws.Catalog, Macros: &macros.Registry{}, Channel: &channel})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			if got := onScreen(t, g, all); got != "120" {
				t.Errorf("the first answer is %s", got)
			}
			if got := onScreen(t, g, most); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func onScreen(t *testing.T, g *Guard, query string) string {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	res, err := g.Run(t.Context(), p)
	if e, ok := err.(*diag.Error); ok && e.Code == "collision" {
		if diag.ExitCode(err) != 4 || !strings.Contains(e.Error(), "ledger entry 1") || e.Hint == "" {
			t.Errorf("refused with %v", e)
		}
		return "refused"
	}
	if err != nil {
		t.Fatal(err)
	}
	return rowsText(res)
}

func TestTwoReleasesAtOnceCannotPassEachOther(t *testing.T) {
	ws := world(t, "eps", "")
	questions := []string{"SELECT count(*) FROM population", "SELECT count(*) FROM population WHERE pp0025 <> '62063'"}
	answers := make([]string, len(questions))
	var wait sync.WaitGroup
	for i, q := range questions {
		g := guardOf(t, ws, "eps")
		wait.Go(func() { answers[i] = released(t, g, q) })
	}
	wait.Wait()
	slices.Sort(answers)
	if answers[0] != "-" || answers[1] == "-" {
		t.Errorf("answers %v, want one of them masked", answers)
	}
}

func TestTheStricterOfTwoChannelsDecides(t *testing.T) {
	// Four persons between: eps shows four, exhaustive does not.
	const all, most = "SELECT count(*) FROM population", "SELECT count(*) FROM population WHERE pp0015 NOT IN (1921, 1922)"
	for _, c := range []struct{ first, second, want string }{
		{"eps", "eps", "116"}, {"eps", "exhaustive", "-"}, {"exhaustive", "eps", "-"},
	} {
		t.Run(c.first+" then "+c.second, func(t *testing.T) {
			ws := world(t, "eps", "")
			released(t, guardOf(t, ws, c.first), all)
			if got := released(t, guardOf(t, ws, c.second), most); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestReleasesThatTellOfAProviderTogetherAreMaskedWhereProvidersAreProtected(t *testing.T) {
	// Provider 5 alone has the qualification 999, and six patients.
	const extra = "UPDATE main.soins_sante SET ss00065_qual = '999' WHERE ss00065 = 5"
	const all, most = "SELECT count(*) FROM soins_sante", "SELECT count(*) FROM soins_sante WHERE ss00065_qual <> '999'"
	by := func(key, where string) string {
		return "SELECT " + key + ", count(*) FROM soins_sante JOIN population ON ss00010 = pp0010" + where + " GROUP BY 1"
	}
	// Provider 1 has all patients of this municipality, and no others.
	const others = " WHERE pp0025 <> '11001'"
	for _, c := range []struct{ name, channel, first, second, want string }{
		{"the rows of all providers but one", "exhaustive", all, most, "-"},
		{"their amounts", "exhaustive", "SELECT sum(ss00060) FROM soins_sante", "SELECT sum(ss00060) FROM soins_sante WHERE ss00065_qual <> '999'", "-"},
		{"their patients", "exhaustive", "SELECT count(DISTINCT ss00010) FROM soins_sante", "SELECT count(DISTINCT ss00010) FROM soins_sante WHERE ss00065_qual <> '999'", "-"},
		{"a condition inside an aggregate", "exhaustive", all, "SELECT count(*) FILTER (WHERE ss00065_qual <> '999') FROM soins_sante", "-"},
		{"the same again", "exhaustive", all, all, "360"},
		{"a channel that does not protect providers", "eps", all, most, "336"},
		{"the same providers behind both, with other patients", "exhaustive", all, "SELECT count(*) FROM soins_sante WHERE ss00015 < DATE '2008-03-01'", "216"},
		{"the same providers behind cells of different patients", "exhaustive", by("pp0020", ""), by("pp0030", ""), "110 240, 111 120"},
		{"all in parts, less the parts that other providers have", "exhaustive", by("pp0020", others), by("pp0030", ""), "110 -, 111 -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := guardOf(t, world(t, "eps", extra), c.channel)
			released(t, g, c.first)
			if got := released(t, g, c.second); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
