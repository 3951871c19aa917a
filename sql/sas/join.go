package sas

import (
	"fmt"
	"slices"
	"strings"
)

// mergeBy pairs the rows of each key: the first with the first, the second with
// the second; a data set that has no more keeps giving its last. Where at most one
// data set has several rows of a key, that is a join.
func (d *dataStep) mergeBy(inputs []*input) {
	alias(inputs)
	many := 0
	for _, in := range inputs {
		if !in.unique {
			many++
		}
	}
	columns := keysFirst(d.union(inputs), d.by)
	shared := len(d.shared(inputs)) > 0
	d.src = rowSource{columns: columns, sql: plainNames(columns)}
	if many == 0 {
		d.src.unique = append(d.src.unique, slices.Clone(d.by))
	}
	for _, b := range d.by {
		if same(inputs, b) == " = " {
			d.p.noteAt(d.at, meeting)
		}
	}
	paired := many > 1 || many == 1 && shared
	if many > 0 {
		d.risk(columns, func(c *column) bool {
			return slices.Contains(d.by, c.name) || !paired && slices.ContainsFunc(inputs, func(in *input) bool { return !in.unique && in.sql[c.name] != "" })
		})
	}
	if !paired {
		d.keyed(columns)
	}
	d.src.from = func(n numbering) ([]string, string) {
		if !covers(d.by, n.within) {
			n.within = nil
		}
		if paired {
			return d.pairs(inputs, columns, n)
		}
		return d.join(inputs, columns, n)
	}
	d.src.needs = func(n numbering) {
		for _, in := range inputs { // the keys give the order of everything but the rows of a key
			need := numbering{row: paired || n.row && !in.unique, within: d.by}
			in.need(need.and(in.places()))
		}
	}
}

// shared are the variables beside the keys that several data sets have.
func (d *dataStep) shared(inputs []*input) (names []string) {
	for _, c := range d.union(inputs) {
		n := 0
		for _, in := range inputs {
			if _, ok := in.sql[c.name]; ok {
				n++
			}
		}
		if n > 1 && !slices.Contains(d.by, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// alias names the inputs of a join.
func alias(inputs []*input) {
	seen := map[string]bool{}
	for i, in := range inputs {
		in.alias = strings.Trim(in.rel.name, `"`) + "_n"
		if seen[in.alias] {
			in.alias = fmt.Sprintf("%s%d", in.alias, i+1)
		}
		seen[in.alias] = true
	}
}

// keysFirst are columns with those of BY in front.
func keysFirst(columns []*column, by []string) []*column {
	slices.SortStableFunc(columns, func(a, b *column) int { return rankOf(by, a.name) - rankOf(by, b.name) })
	return columns
}

func rankOf(by []string, n string) int {
	if i := slices.Index(by, n); i >= 0 {
		return i
	}
	return len(by)
}

// subquery reads an input of a join under the names of SAS.
func (in *input) subquery(d *dataStep, columns []*column, more ...string) string {
	var list []string
	for _, c := range columns {
		if _, ok := in.sql[c.name]; ok {
			list = append(list, as(d.typed(in, c, ""), c.name))
		}
	}
	text := "  SELECT " + strings.Join(append(list, more...), ", ") + "\n  FROM " + in.rel.ref() + in.filter("  ")
	return in.alias + " AS (\n" + text + "\n)"
}

// join is a merge in which every key has several rows in one data set at most.
func (d *dataStep) join(inputs []*input, columns []*column, n numbering) ([]string, string) {
	var ctes []string
	inner := "" // the order of the rows of a key
	for _, in := range inputs {
		more := []string{"true AS _in"}
		if n.row && !in.unique {
			more, inner = append(more, "_row"), in.alias+"._row"
		}
		ctes = append(ctes, in.subquery(d, columns, more...))
	}
	wanted := func(in *input) bool { return in.ref.in != "" && slices.Contains(d.wantedSides, in.ref.in) }
	more, from, key := d.meet(inputs, d.by, wanted)
	ctes = append(ctes, more...)
	var list []string
	for _, c := range columns {
		if slices.Contains(d.by, c.name) {
			list = append(list, as(key(c.name), c.name))
			continue
		}
		list = append(list, d.last(inputs, c, func(in *input) string { return in.alias + "._in" })+" AS "+sqlName(c.name))
	}
	for _, in := range inputs {
		if in.ref.in != "" && wanted(in) {
			list = append(list, "true AS "+sqlName("in_"+in.ref.in))
		} else if in.ref.in != "" {
			list = append(list, "coalesce("+in.alias+"._in, false) AS "+sqlName("in_"+in.ref.in))
		}
	}
	if n.row {
		terms := d.orderTerms(key)
		if inner != "" {
			terms = append(terms, inner)
		}
		list = append(list, n.numberAs(key, terms))
	}
	ctes = append(ctes, "merged AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)")
	return ctes, "merged"
}

// meet joins data sets by their keys, those without which no row is written first.
// Key gives a key of the joined rows.
func (d *dataStep) meet(inputs []*input, keys []string, wanted func(in *input) bool) (ctes []string, from string, key func(k string) string) {
	joined := slices.Clone(inputs)
	slices.SortStableFunc(joined, func(a, b *input) int {
		return map[bool]int{true: -1}[wanted(a)] - map[bool]int{true: -1}[wanted(b)]
	})
	on := func(in *input, key func(k string) string) string {
		var parts []string
		for _, k := range keys {
			parts = append(parts, in.alias+"."+sqlName(k)+same(inputs, k)+key(k))
		}
		return " ON " + strings.Join(parts, " AND ")
	}
	first := joined[0]
	from = first.alias
	if wanted(first) {
		key = func(k string) string { return first.alias + "." + sqlName(k) }
		for _, in := range joined[1:] {
			from += "\n    " + map[bool]string{true: "JOIN ", false: "LEFT JOIN "}[wanted(in)] + in.alias + on(in, key)
		}
		return nil, from, key
	}
	ids := 0
	for _, k := range keys {
		if same(inputs, k) == " = " {
			ids++
		}
	}
	switch ids {
	case len(keys):
		using := " USING (" + strings.Join(sqlNames(keys), ", ") + ")"
		for _, in := range joined[1:] {
			from += "\n    FULL JOIN " + in.alias + using
		}
		return nil, from, sqlName
	case 0:
		for i, in := range joined[1:] {
			from += "\n    FULL JOIN " + in.alias + on(in, coalesced(joined[:i+1]))
		}
		return nil, from, coalesced(joined)
	}
	// An identifier is never computed: the keys are gathered first.
	var spine []string
	for _, in := range inputs {
		spine = append(spine, "SELECT "+strings.Join(sqlNames(keys), ", ")+" FROM "+in.alias)
	}
	key = func(k string) string { return "keys." + sqlName(k) }
	from = "keys"
	for _, in := range joined {
		from += "\n    LEFT JOIN " + in.alias + on(in, key)
	}
	return []string{"keys AS (\n  " + strings.Join(spine, "\n  UNION\n  ") + "\n)"}, from, key
}

// coalesced gives a key of rows that at least one data set has.
func coalesced(inputs []*input) func(k string) string {
	return func(k string) string {
		var list []string
		for _, in := range inputs {
			list = append(list, in.alias+"."+sqlName(k))
		}
		return coalesce(list)
	}
}

// same is how the keys of a join meet.
func same(inputs []*input, key string) string {
	for _, in := range inputs {
		for _, c := range in.list {
			if c.name == key && !c.id {
				return " IS NOT DISTINCT FROM "
			}
		}
	}
	return " = "
}

// last is the value of a column that several data sets have: that of the last
// one that has the key.
func (d *dataStep) last(inputs []*input, c *column, present func(in *input) string) string {
	var have []*input
	for _, in := range inputs {
		if _, ok := in.sql[c.name]; ok {
			have = append(have, in)
		}
	}
	out := have[0].alias + "." + sqlName(c.name)
	if len(have) == 1 {
		return out
	}
	text := "CASE"
	for i := len(have) - 1; i > 0; i-- {
		text += " WHEN " + present(have[i]) + " THEN " + have[i].alias + "." + sqlName(c.name)
	}
	return text + " ELSE " + out + " END"
}

// pairs is the general merge.
func (d *dataStep) pairs(inputs []*input, columns []*column, n numbering) ([]string, string) {
	keys := strings.Join(sqlNames(d.by), ", ")
	over := " OVER (" + partition(sqlNames(d.by))
	var ctes, spine []string
	for _, in := range inputs {
		ctes = append(ctes, in.subquery(d, columns,
			"row_number()"+over+"ORDER BY _row) AS _i", "count(*)"+strings.TrimSpace(over)+") AS _of"))
		spine = append(spine, "SELECT "+keys+", _i FROM "+in.alias)
	}
	ctes = append(ctes, "places AS (\n  "+strings.Join(spine, "\n  UNION\n  ")+"\n)")
	place := func(k string) string { return "places." + sqlName(k) }
	from := "places"
	for _, in := range inputs {
		var on []string
		for _, k := range d.by {
			on = append(on, in.alias+"."+sqlName(k)+same(inputs, k)+place(k))
		}
		on = append(on, in.alias+"._i = least(places._i, "+in.alias+"._of)")
		from += "\n    LEFT JOIN " + in.alias + " ON " + strings.Join(on, " AND ")
	}
	var list []string
	for _, c := range columns {
		if slices.Contains(d.by, c.name) {
			list = append(list, place(c.name))
			continue
		}
		list = append(list, d.lastRead(inputs, c)+" AS "+sqlName(c.name))
	}
	for _, in := range inputs {
		if in.ref.in != "" {
			list = append(list, in.alias+"._of IS NOT NULL AS "+sqlName("in_"+in.ref.in))
		}
	}
	if n.row {
		list = append(list, n.numberAs(place, append(d.orderTerms(place), "places._i")))
	}
	ctes = append(ctes, "merged AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)")
	return ctes, "merged"
}

// lastRead is the value of a column that several data sets have: that of the one
// that was read last, the rightmost of those that were read together.
func (d *dataStep) lastRead(inputs []*input, c *column) string {
	var have []*input
	for _, in := range inputs {
		if _, ok := in.sql[c.name]; ok {
			have = append(have, in)
		}
	}
	out := have[0].alias + "." + sqlName(c.name)
	reads := func(in *input) string { return "coalesce(" + in.alias + "._i, 0)" }
	best := reads(have[0])
	for _, in := range have[1:] {
		out = fmt.Sprintf("CASE WHEN %s >= %s THEN %s ELSE %s END", reads(in), best, in.alias+"."+sqlName(c.name), out)
		best = "greatest(" + best + ", " + reads(in) + ")"
	}
	return out
}
