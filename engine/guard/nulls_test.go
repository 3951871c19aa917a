package guard

import (
	"strings"
	"testing"
)

// TestWhoDecidesWhichValuesAreMissing: an average over an expression that every
// row has a value of is shown, one whose values the query gives to all but a few
// is not.
func TestWhoDecidesWhichValuesAreMissing(t *testing.T) {
	g := guardOf(t, world(t, "eps", ""), "")
	for _, c := range []struct {
		name, aggregate string
		shown           bool
	}{
		{"a stored column", "avg(pp0015)", true},
		{"an age", "avg(2008 - pp0015)", true},
		{"an age, rounded and halved", "stddev(round((2008 - pp0015) / 2))", true},
		{"a missing value replaced", "avg(coalesce(pp0015, 0))", true},
		{"a condition with two sides", "avg(CASE WHEN pp0020 = '1' THEN 1.0 ELSE 0.0 END)", true},
		{"a pair of stored columns", "regr_slope(2008 - pp0015, pp0050)", true},
		{"a value that all have, but the query says who", "avg(CASE WHEN pp0015 > 1900 THEN pp0015 END)", false},
		{"a value that nobody has who is born after a year", "avg(nullif(pp0015, 1900))", false},
		{"a number so large that only early years have a sum", "avg(pp0015 + 9223372036854773788)", false},
		{"a division by what the query chose", "avg(pp0015 / (pp0015 - 1900))", false},
	} {
		got, err := ask(t, g, "SELECT "+c.aggregate+" AS a FROM population")
		if err != nil || strings.Contains(got, "*") == c.shown {
			t.Errorf("%s: %s gives %s%v", c.name, c.aggregate, got, err)
		}
	}
}
