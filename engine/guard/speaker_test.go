package guard

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// dice are the choices of a random text, one byte each; when they are used up
// every choice is the first, the simplest. So a shorter or smaller string of
// bytes is a simpler text, and shrinking needs to know no SQL.
type dice struct {
	bytes []byte
	at    int
}

func throw(r *rand.Rand, n int) *dice {
	d := &dice{bytes: make([]byte, n)}
	for i := range d.bytes {
		d.bytes[i] = byte(r.IntN(256))
	}
	return d
}

func (d *dice) n(k int) int {
	if d.at >= len(d.bytes) {
		return 0
	}
	d.at++
	return int(d.bytes[d.at-1]) % k
}

func (d *dice) pick(options ...string) string { return options[d.n(len(options))] }

// speaker makes random queries, realistic and hostile, about rows whose columns
// are
//
//	id  the person          g  a code with a closed list
//	m   the secret place    b  a year
//	x   a number            d  a date
//	c   a condition         t  a text
//	y   another number      p  the provider
//
// Of a place where few live everything may be asked as long as each cell is about
// one place (keyed, or the place alone). Where a few persons among many are hidden
// by a condition, x and c are what only they have, and conditions that join them
// by OR to something that many meet are left out: there only the difference with
// another answer tells, which one answer cannot stop.
type speaker struct {
	*dice
	setting *setting
}

// free tells whether every column may be used in every way.
func (s speaker) free() bool { return s.setting.keyed || s.setting.alone }

// number is a numeric expression.
func (s speaker) number(depth int) string {
	if depth == 0 {
		if s.free() && s.n(3) == 2 {
			return s.pick("b", "2008 - b", "year(d)", "length(t)", "TRY_CAST(t AS INTEGER)", "CAST(t AS BIGINT)", "date_diff('day', DATE '2008-01-01', d)", "month(d)", "strpos(t, 'a')")
		}
		return s.pick("x", "y", "1", "1000", "0", "CAST(c AS INTEGER)", "NULL", "0.5", "9223372036854775807")
	}
	a, b := s.number(depth-1), s.number(depth-1)
	return s.pick(
		a, "("+a+" + "+b+")", "("+a+" - "+b+")", "("+a+" * "+b+")", "(-"+a+")", "abs("+a+")", "round("+a+")",
		"("+a+" / 7)", "coalesce("+a+", "+b+")", "nullif("+a+", "+b+")", "greatest("+a+", "+b+")", "least("+a+", "+b+")",
		"CASE WHEN "+s.condition(depth-1)+" THEN "+a+" ELSE "+b+" END", "CASE WHEN "+s.condition(depth-1)+" THEN "+a+" END",
		"CASE WHEN "+s.condition(depth-1)+" THEN 0 ELSE "+b+" END", "CAST("+s.condition(depth-1)+" AS INTEGER)",
		"CAST("+a+" AS DOUBLE)", "CAST("+a+" AS SMALLINT)", "sign("+a+")", "("+a+" % 10)", "("+a+" // "+b+")",
	)
}

func (s speaker) condition(depth int) string {
	if depth <= 0 {
		if s.free() && s.n(2) == 1 {
			return s.pick("b > 1950", "t LIKE '%a%'", "d < DATE '2008-07-01'", "g = '1'", "m = '62063'", "m <> '62063'", "t IS NULL", "d IS NOT NULL",
				"regexp_matches(t, '[0-9]')", "TRY_CAST(t AS INTEGER) > 5", "CAST(t AS DATE) IS NOT NULL", "lower(t) = 'x'", "b IN (1930, 1999, 9999)", "population.province_v1(m) = 60000")
		}
		return s.pick("c", "NOT c", "x > 0", "x IS NOT NULL", "x = 500", "x BETWEEN 1 AND 900", "x IN (500, 700)")
	}
	if s.free() && s.n(3) == 2 {
		return s.pick("("+s.condition(depth-1)+" OR "+s.condition(depth-1)+")", "NOT ("+s.condition(depth-1)+")", s.inSet(),
			"b > (SELECT avg(pp0015) FROM population WHERE pp0025 = '62063')", "m IN (SELECT pp0025 FROM population WHERE pp0020 = '1' GROUP BY 1 HAVING count(*) > 10)")
	}
	return s.pick(
		s.condition(depth-1)+" AND y > 100", "("+s.number(depth-1)+") > 3",
		"coalesce("+s.condition(depth-1)+", FALSE)", "("+s.number(depth-1)+") IS NULL", s.condition(0),
	)
}

// inSet is a condition that other rows of the same person decide.
func (s speaker) inSet() string {
	rows := s.pick("SELECT ss00010 FROM soins_sante WHERE ss00165 > 0", "SELECT ss00010 FROM pharmanet WHERE ss00050 < 0", "SELECT ss00010 FROM pharmanet", "SELECT pp0010 FROM population WHERE pp0020 = '1'")
	return s.pick("id IN ("+rows+")", "id NOT IN ("+rows+")", "EXISTS (SELECT 1 FROM pharmanet AS e WHERE e.ss00010 = id AND e.ss00060 > 0)", "NOT EXISTS (SELECT 1 FROM pharmanet AS e WHERE e.ss00010 = id)")
}

func (s speaker) aggregate() string {
	x := s.number(1 + s.n(2))
	if s.free() && s.n(3) == 2 {
		return s.pick("median("+x+")", "quantile_cont("+x+", 0.9)", "count(DISTINCT t)", "count(DISTINCT id)", "count(DISTINCT p)", "regr_slope("+x+", y)", "corr("+x+", y)",
			"count(DISTINCT d)", "regr_count("+x+", y)", "count(DISTINCT id) FILTER (WHERE "+s.condition(1)+")")
	}
	return s.pick(
		"count(*)", "sum("+x+")", "avg("+x+")", "count("+x+")", "count(DISTINCT "+x+")", "stddev("+x+")", "var_pop("+x+")",
		"covar_samp("+x+", y)", "count_if("+s.condition(1)+")", "count(*) FILTER (WHERE "+s.condition(1)+")",
		"sum(y) FILTER (WHERE "+s.condition(0)+")", "sum("+x+") / count(*)", "round(100.0 * count("+x+") / count(*), 3)",
	)
}

// query is a script: steps over the setting's rows, then one SELECT.
func (s speaker) query() string {
	steps := "CREATE VIEW r AS " + s.pick(s.setting.sources...) + ";\n"
	for i := range s.n(3) {
		steps += fmt.Sprintf("CREATE VIEW s%d AS %s;\n", i+1, s.step(i))
	}
	from := fmt.Sprintf("s%d", strings.Count(steps, "CREATE VIEW")-1)
	if from == "s0" {
		from = "r"
	}
	return steps + s.above(s.leaf(from), from)
}

// step derives rows from those of the step before.
func (s speaker) step(before int) string {
	from := " FROM r"
	if before > 0 {
		from = fmt.Sprintf(" FROM s%d", before)
	}
	const same = "id, m, g, b, d, t"
	switch k := s.n(13); {
	case k == 0:
		return "SELECT *" + from
	case k == 1:
		return "SELECT " + same + ", " + s.number(1) + " AS x, " + s.condition(0) + " AS c, y" + from
	case k == 2:
		return "SELECT id, m, g, min(b) AS b, max(d) AS d, min(t) AS t, " + s.pick("sum", "max", "min", "avg", "count") + "(" + s.number(1) + ") AS x, bool_or(c) AS c, sum(y) AS y" + from + " GROUP BY id, m, g"
	case k == 3 && s.free():
		return "SELECT *" + from + " WHERE " + s.condition(1)
	case k == 3 && before == 0:
		return "SELECT *" + from + " WHERE " + s.pick("c", "x > 0", "y > 100", "g = '1'")
	case k == 3: // a step may have made x or c what all but the few have
		return "SELECT *" + from + " WHERE " + s.pick("y > 100", "g = '1'")
	case k == 4:
		return "SELECT " + same + ", c, y, " + s.pick("lag(x)", "lead(x)", "sum(x)", "row_number()", "count(x)") + " OVER (PARTITION BY id ORDER BY d, y, x) AS x" + from
	case k == 5 && s.free():
		return "SELECT *" + from + " WHERE " + s.inSet()
	case k == 6 && s.free():
		return "SELECT " + same + ", x, c, y" + from + " " + s.pick("UNION ALL", "UNION", "EXCEPT", "INTERSECT") + " SELECT " + same + ", x, c, y" + from + " WHERE " + s.condition(0)
	}
	gathered := "SELECT id, m, g, min(b) AS b, max(d) AS d, min(t) AS t, "
	switch k := s.n(5); {
	case k == 0:
		pick := s.pick("arg_min("+s.number(1)+", d)", "arg_max("+s.number(1)+", y)", "first("+s.number(1)+" ORDER BY d, y, x)", "any_value(x)", "median("+s.number(1)+")")
		return gathered + pick + " AS x, bool_and(c) AS c, sum(y) AS y" + from + " GROUP BY id, m, g"
	case k == 1:
		having := s.pick("count(*) > 1", "sum(y) > 100", "max(d) > DATE '2008-06-01'")
		if s.free() {
			having = s.pick(having, "bool_or("+s.condition(0)+")", "sum("+s.number(1)+") > 10", "count(DISTINCT p0) > 1")
			having = strings.ReplaceAll(having, "p0", "t")
		}
		return gathered + "sum(x) AS x, bool_or(c) AS c, count(*) AS y" + from + " GROUP BY id, m, g HAVING " + having
	case k == 2:
		return "SELECT *" + from + " QUALIFY rank() OVER (PARTITION BY id ORDER BY " + s.pick("d", "d DESC", "y") + ") = 1"
	case k == 3 && s.free():
		return "SELECT " + same + ", v AS x, c, v AS y FROM (UNPIVOT (SELECT " + same + ", c, x AS u1, y AS u2" + from + ") ON u1, u2 INTO NAME quoi VALUE v)"
	case k == 4:
		return "SELECT " + same + ", " + s.pick("first_value", "last_value", "min", "max", "avg") + "(" + s.number(1) + ") OVER (PARTITION BY id ORDER BY d, y, x" + s.pick("", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING") + ") AS x, c, y" + from
	}
	return "SELECT " + same + ", c, x, y" + from + " LEFT JOIN (SELECT ss00010 AS i2, sum(ss00060) AS z FROM pharmanet GROUP BY 1) ON i2 = id"
}

// keys are the grouping keys; of keyed rows the place is always one of them, in
// every grouping set.
func (s speaker) keys() []string {
	var out []string
	if s.setting.keyed {
		out = append(out, s.pick("m", "m", "population.province_v1(m)"))
	}
	if s.setting.placed && s.n(4) > 0 {
		out = append(out, s.pick("m", "population.province_v1(m)"))
	}
	if s.n(2) == 1 {
		out = append(out, "g")
	}
	if s.n(4) == 3 && s.free() {
		out = append(out, s.pick("b // 10", "t", "year(d)", "c", "x > 100", "population.classe_age_v1(b, 2008)", "left(t, 1)"))
	}
	return out
}

// leaf is the query that gives up the person.
func (s speaker) leaf(from string) string {
	keys := s.keys()
	var list []string
	for i, k := range keys {
		list = append(list, fmt.Sprintf("%s AS k%d", k, i))
	}
	list = append(list, s.aggregate()+" AS a", s.aggregate()+" AS b1")
	q := "SELECT " + strings.Join(list, ", ") + " FROM " + from
	if len(keys) == 0 {
		return q
	}
	by := strings.Join(keys, ", ")
	if len(keys) > 1 && s.n(4) == 3 {
		by = "GROUPING SETS ((" + by + "), (" + keys[0] + "))"
	} else if !s.setting.keyed && s.n(3) > 0 {
		by = s.pick("ROLLUP", "CUBE") + " (" + by + ")"
	}
	return q + " GROUP BY " + by + s.pick("", " HAVING a > 10", " HAVING count(*) < 5", " HAVING b1 IS NOT NULL")
}

// above is what is done with the leaf's rows.
func (s speaker) above(leaf, from string) string {
	keyed := strings.Contains(leaf, "k0")
	switch s.n(10) {
	case 9:
		if strings.Contains(leaf, "g AS k1") {
			return "PIVOT (" + leaf + ") ON k1 IN ('1', '2') USING sum(a)"
		}
	case 1:
		return leaf + " ORDER BY a, b1 DESC LIMIT " + s.pick("1", "3", "10")
	case 2:
		return "SELECT *, sum(a) OVER () AS s, rank() OVER (ORDER BY a) AS r, lag(b1) OVER (ORDER BY a) AS l FROM (" + leaf + ")"
	case 3:
		return "SELECT sum(a) AS a, count(*) AS n, max(b1) AS b FROM (" + leaf + ")" + s.pick("", " WHERE a > 20", " WHERE b1 IS NOT NULL")
	case 4:
		if keyed {
			return "WITH l AS (" + leaf + ") SELECT u.k0, u.a, v.b1, u.a / nullif(v.b1, 0) AS q FROM l AS u " + s.pick("JOIN", "LEFT JOIN", "FULL JOIN") + " l AS v ON u.k0 = v.k0 ORDER BY ALL"
		}
	case 5:
		return "SELECT a FROM (" + leaf + ") UNION ALL SELECT " + s.pick("1", "NULL") + " ORDER BY 1"
	case 6:
		if !s.setting.keyed {
			return "SELECT *, a > (SELECT " + s.aggregate() + " FROM " + from + ") AS more FROM (" + leaf + ")"
		}
	case 7:
		return "SELECT * FROM (" + leaf + ") QUALIFY row_number() OVER (ORDER BY b1 DESC, a) <= 2"
	case 8:
		return "SELECT CAST(a AS " + s.pick("INTEGER", "VARCHAR", "DATE") + ") AS z, count(*) FROM (" + leaf + ") GROUP BY 1 ORDER BY 2, 1"
	}
	return leaf
}
