package macros_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"epsql/catalog"
)

// The functions of SAS are asked about rows drawn at random, with the values at
// which they turn, and answered again here as SAS describes them: with texts and
// whole numbers where the macro has binary fractions, step by step where it has
// a formula.

// draw is one argument of a call: an SQL type and a value for each row, as what
// the oracle gets and as SQL.
type draw struct {
	sqlType string
	value   func(r *rand.Rand) any // float64, string, day, []any, or nil for NULL
}

// drawn makes the oracle of a function from draws of its arguments.
func drawn(macro string, rows int, args []draw, answer func(args []any) any) oracle {
	r := rand.New(rand.NewPCG(uint64(len(macro)), uint64(rows)))
	var tuples, want []string
	for n := range rows {
		values, texts := make([]any, len(args)), []string{strconv.Itoa(n)}
		for i, a := range args {
			values[i] = a.value(r)
			texts = append(texts, "CAST("+sqlText(values[i])+" AS "+a.sqlType+")")
		}
		tuples = append(tuples, "("+strings.Join(texts, ", ")+")")
		want = append(want, line(n, shown(answer(values))))
	}
	names := make([]string, len(args))
	for i := range args {
		names[i] = fmt.Sprintf("a%d", i)
	}
	list := strings.Join(names, ", ")
	call := fmt.Sprintf("SELECT n, %s(%s) FROM (VALUES %s) AS t(n, %s)", macro, list, strings.Join(tuples, ", "), list)
	return oracle{macro: macro, call: call, want: func(*world, int64) []string { return slices.Clone(want) }}
}

// sqlText is a value as SQL.
func sqlText(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []any:
		list := make([]string, len(v))
		for i, x := range v {
			list[i] = sqlText(x)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case day:
		return "'" + v.String() + "'"
	}
	return strconv.FormatFloat(v.(float64), 'g', -1, 64)
}

// shown is an answer as the database writes it.
func shown(v any) any {
	x, ok := v.(float64)
	if !ok {
		return v
	}
	if x == 0 {
		return "0.0"
	}
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if abs := math.Abs(x); abs >= 1e-4 && abs < 1e16 {
		text = strconv.FormatFloat(x, 'f', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// oneOf draws one of some values.
func oneOf(sqlType string, values ...any) draw {
	return draw{sqlType, func(r *rand.Rand) any { return pick(r, values...) }}
}

// listOf draws lists of up to five values.
func listOf(of draw) draw {
	return draw{of.sqlType + "[]", func(r *rand.Rand) any {
		list := make([]any, r.IntN(6))
		for i := range list {
			list[i] = of.value(r)
		}
		return list
	}}
}

// smallNumbers have a few decimals, few values, and are missing now and then.
var smallNumbers = draw{"DOUBLE", func(r *rand.Rand) any {
	if r.IntN(6) == 0 {
		return nil
	}
	return float64(r.IntN(41)-20) / pick(r, 1.0, 1.0, 2.0, 4.0)
}}

// rounded compares after so many decimals: the oracle is exact, the macro has
// binary fractions.
func rounded(o oracle, decimals int) oracle {
	before, after, _ := strings.Cut(o.call, ", ")
	call, rows, _ := strings.Cut(after, " FROM (VALUES")
	o.call = fmt.Sprintf("%s, round(%s, %d) FROM (VALUES%s", before, call, decimals, rows)
	lines := o.want(nil, 0)
	for i, l := range lines {
		n, text, _ := strings.Cut(l, "|")
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'f', decimals, 64), 64)
			lines[i] = line(n, shown(x))
		}
	}
	o.want = func(*world, int64) []string { return slices.Clone(lines) }
	return o
}

// drawnOracles are those of the functions of SAS that are asked about drawn rows.
var drawnOracles = slices.Concat(numberOracles, dateOracles, formatOracles, textOracles)

func TestEveryFunctionOfSASAnswersAsItsOracle(t *testing.T) {
	reg := house(t)
	cat, _ := catalog.Embedded()
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	for _, o := range drawnOracles {
		want := o.want(nil, 0)
		slices.Sort(want)
		if got := ask(t, tx, o.call); !slices.Equal(got, want) {
			t.Errorf("%s: %s", o.macro, firstDifference(got, want))
		}
		for claim, counterexample := range claims(cat, reg.Lookup(o.macro).Columns[0], "answer") {
			if lines := ask(t, tx, strings.ReplaceAll(counterexample, "FROM it", "FROM ("+o.call+") AS t(n, answer)")); len(lines) > 0 {
				t.Errorf("%s is not %s: %s", o.macro, claim, lines[0])
			}
		}
	}
}

// No call may fail on a row: that it does would tell that there is such a row.
func TestNoFunctionOfSASFailsOnAnyValue(t *testing.T) {
	values := map[string][]string{
		"DOUBLE":    {"NULL", "0", "-1", "0.5", "3", "1e15", "-1e300", "1e300", "'nan'", "'inf'", "'-inf'"},
		"BIGINT":    {"NULL", "0", "-1", "2", "12", "32", "9223372036854775807", "-9223372036854775808"},
		"VARCHAR":   {"NULL", "''", "'   '", "'a'", "' A;b,,c '", "'é€'", "chr(0)", "'31DEC2008'", "'20081399'", "'%s'", "'[a-'", "repeat('9', 400)", "'1E999'", "'-.'", "'month'", "'e'", "'age'"},
		"DATE":      {"NULL", "'2008-02-29'", "'1582-01-01'", "'0001-01-01'", "'290000-12-31'", "'infinity'", "'-infinity'", "'5877642-06-25 (BC)'"},
		"DOUBLE[]":  {"NULL", "[]", "[NULL]", "[1, NULL, CAST('nan' AS DOUBLE)]", "[1e308, 1e308]"},
		"VARCHAR[]": {"NULL", "[]", "[NULL]", "['a', ' ', NULL]"},
	}
	reg := house(t)
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, m := range reg.All {
		if m.Family != "sas" {
			continue
		}
		var from, names []string
		for i, p := range m.Params {
			name := fmt.Sprintf("a%d", i)
			var column []string
			for _, v := range values[p.Type] {
				column = append(column, "(CAST("+v+" AS "+p.Type+"))")
			}
			if len(column) == 0 {
				t.Fatalf("%s: no values for a %s", m.Name, p.Type)
			}
			names, from = append(names, name), append(from, "(VALUES "+strings.Join(column, ", ")+") AS t"+name+"("+name+")")
		}
		query := fmt.Sprintf("SELECT count(%s(%s)) FROM %s", m.Name, strings.Join(names, ", "), strings.Join(from, ", "))
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}
