package guard

import (
	_ "embed"
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"sync"

	"epsql/sql/diag"
)

// The functions that may be used, and where: r row by row on the person engine,
// l in a leaf (an aggregate over persons), p in an aggregate within one person,
// g above the wall, w as a window above the wall, v as a window within one
// person, t in FROM. What is not on the
// list is refused; a row without a place is there for its hint.
//
//go:embed functions.csv
var functionsCSV string

type function struct {
	name  string
	where string
	kind  kind
	same  bool // the kind is that of the first argument
	hint  string
}

var functions = sync.OnceValue(func() map[string]function {
	rows, err := csv.NewReader(strings.NewReader(functionsCSV)).ReadAll()
	if err != nil {
		panic(err) // embedded with the program: cannot happen to a user
	}
	out := map[string]function{}
	for _, r := range rows[1:] {
		out[r[0]] = function{name: r[0], where: r[1], kind: kind(r[2]), same: r[2] == "same", hint: r[3]}
	}
	return out
})

// Functions are the names of the functions an analyst may use, sorted.
func Functions() []string { return functionsAt(string(slices.Sorted(maps.Keys(places)))) }

// functionsAt are the names of the functions that may be used at one of the
// places, sorted.
func functionsAt(where string) []string {
	var out []string
	for name, f := range functions() {
		if strings.ContainsAny(f.where, where) && name[0] >= 'a' {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// allowed finds a function that may be used at a place; otherwise it says what
// to write instead.
func allowed(name string, place byte) (function, *diag.Error) {
	f, known := functions()[name]
	switch {
	case known && strings.IndexByte(f.where, place) >= 0:
		return f, nil
	case known:
		e := diag.New(diag.Guard, "function-place", "%s is not answered %s", name, places[place])
		if f.hint != "" {
			return f, e.WithHint("%s", f.hint)
		}
		return f, e.WithHint("%s", placeHints[place])
	}
	return f, diag.New(diag.Guard, "function", "the function %s is not on the list of functions", name).
		WithHint("%s", diag.DidYouMean(name, functionsAt("rl"+string(place)), "`epsql shell` completes the names of functions with Tab"))
}

var places = map[byte]string{
	'r': "row by row",
	'l': "over persons",
	'p': "within one person",
	'g': "above the masked cells",
	'w': "as a window",
	'v': "as a window within one person",
	't': "in FROM",
}

var placeHints = map[byte]string{
	'r': "aggregate it with GROUP BY, or use it above a grouped query",
	'l': "over persons: count, sum, avg, median, quantile_cont, stddev, variance, corr, covar and regr are answered",
	'p': "within one person: count, sum, avg, min, max, median, arg_min, arg_max, first are answered",
	'g': "use it below, inside the grouped query",
	'w': "use it without OVER",
	'v': "use it above a grouped query",
	't': "name a table, a macro, or range(start, stop)",
}

// isAggregate tells whether a name is an aggregate function, allowed or not.
func isAggregate(name string) bool {
	f, ok := functions()[name]
	return ok && (strings.ContainsAny(f.where, "lp") || f.where == "" && !slices.Contains(notAggregates, name))
}

var notAggregates = []string{"random", "error", "query", "query_table", "now", "current_date", "today", "read_csv", "read_parquet", "hash", "md5"}
