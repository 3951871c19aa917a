package compare_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/engine/compare"
	"epsql/sql/sas"
)

// A port goes wrong in the same ways again and again. Each of these mistakes is
// put into the SQL of a program of the corpus, and must be found.
func TestComparingFindsWrongPorts(t *testing.T) {
	db, programs := memory(t), corpus(t)
	for _, c := range []struct {
		mistake, program, set, right, wrong string
	}{
		{"missing is forgotten in a comparison", "missing_below", "b", " OR x IS NULL", ""},
		{"a missing value differs from nothing", "missing_ne", "b", "IS DISTINCT FROM", "<>"},
		{"two missing values are not equal", "missing_columns", "b", "IS NOT DISTINCT FROM", "="},
		{"missing values sort last", "sort_missing", "w", "NULLS FIRST", "NULLS LAST"},
		{"a merge of many with many becomes a join", "merge_many_to_many", "c", "a_n._i = least(places._i, a_n._of)", "true"},
		{"a missing value does not win in a merge", "merge_unique", "c", "CASE WHEN b_2_n._in THEN b_2_n.v ELSE a_2_n.v END", "coalesce(b_2_n.v, a_2_n.v)"},
		{"the right side of a merge wins in every row", "merge_shared_many", "c", "coalesce(b_n._i, 0) >= coalesce(a_n._i, 0)", "b_n._of IS NOT NULL"},
		{"a merge loses the keys of one side", "merge_unique", "c", "FULL JOIN", "LEFT JOIN"},
		{"missing keys do not meet in a merge", "merge_missing_key", "c", "IS NOT DISTINCT FROM", "="},
		{"blanks behind a text are lost", "concat_blanks", "b", "rpad(coalesce(c, ''), 4, ' ')", "coalesce(c, '')"},
		{"a text is longer than its variable", "length_truncates", "b", "'YE'", "'YES'"},
		{"the function sum becomes +", "sum_function", "b", "coalesce(x, 0) + 1", "x + 1"},
		{"another row of a key is the first", "nodupkey_first", "w", "ORDER BY _row) = 1", "ORDER BY x) = 1"},
		{"last. is first.", "first_last", "b", "ORDER BY _row DESC) = 1", "ORDER BY _row) = 1"},
		{"a sum runs on into the next group", "sum_statement", "b", "sum(coalesce(cout, 0)) OVER (PARTITION BY id ", "sum(coalesce(cout, 0)) OVER ("},
		{"missing values count in percentages", "freq_one", "t", " FILTER (NOT (s IS NULL))", ""},
		{"halves are rounded up", "numbers", "b", "sas.round_v1(x, 1)", "floor(x + 0.5)"},
		{"the week begins on Monday", "dates", "b", "dayofweek(d) + 1", "isodow(d)"},
		{"ties share the lowest rank", "rank", "r", "(count(*) OVER (PARTITION BY x) - 1) / 2", "0"},
		{"lag looks ahead", "lag", "b", "lag(cout)", "lead(cout)"},
		{"statistics are merged back over all rows", "sql_remerge", "t", "OVER (PARTITION BY sexe)", "OVER ()"},
		{"the total row is lost", "means_types", "t", "GROUP BY CUBE (sexe)", "GROUP BY sexe"},
		{"repeated rows are lost", "sql_sets", "o", "UNION ALL BY NAME", "UNION BY NAME"},
	} {
		t.Run(c.mistake, func(t *testing.T) {
			archive := programs[c.program]
			out := sas.Port(part(archive, "program.sas"), sas.Options{})
			if !strings.Contains(out.SQL, c.right) {
				t.Fatalf("the SQL has no %q\n%s", c.right, out.SQL)
			}
			view := ""
			for _, v := range out.Views {
				if v.SAS == c.set {
					view = v.SQL
				}
			}
			expected := filepath.Join(t.TempDir(), "expected.csv")
			if err := os.WriteFile(expected, []byte(part(archive, c.set+".csv")), 0o600); err != nil {
				t.Fatal(err)
			}
			actual := result(t, db, strings.ReplaceAll(out.SQL, c.right, c.wrong), view)
			r, err := compare.Run(t.Context(), compare.Side{Name: "expected", Path: expected}, actual, compare.Options{By: key(archive), Relative: 1e-9})
			if err != nil {
				t.Fatal(err)
			}
			if r.Equal {
				t.Error("the mistake is not found")
			}
		})
	}
}
