package sas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What depends on its own value in the row before is no window. Then the rows are
// numbered within what is kept, and a recursive query goes from each row to the
// next with the values of all retained variables.

// walk is that query.
type walk struct {
	keys  []string // SQL of the groups that it stays in
	names []string // of its columns: a variable after the row, and before it, in turn
	first []string // their values in front of the first row
	next  []string
}

// settleByWalk makes the columns of the retained variables.
func (d *dataStep) settleByWalk(names []string, final map[string]*tree) error {
	w := &walk{}
	if d.confined > 0 {
		for _, b := range d.by[:d.confined] {
			w.keys = append(w.keys, d.keyOf(b))
		}
	}
	d.demand(d.confined)
	after, before := map[string]string{}, map[string]string{}
	for _, n := range names {
		after[n], before[n] = d.fresh(n), d.fresh(n+"_before")
	}
	inside := &filling{d: d, settled: func(*tree) string { return "" }, previous: func(n string) string { return "walk." + sqlName(after[n]) }}
	for _, n := range names {
		k := d.kinds[n]
		if k == unknownKind {
			k = d.env[n].kind
		}
		text, err := d.inlined(inside.text(final[n], 0), inside, 0)
		if err != nil {
			return err
		}
		w.names = append(w.names, after[n], before[n])
		w.first = append(w.first, "CAST("+d.retained[n].initial.sql+" AS "+typeOf(k)+")", "CAST(NULL AS "+typeOf(k)+")")
		w.next = append(w.next, text, "walk."+sqlName(after[n]))
	}
	outside := &filling{d: d, previous: func(n string) string { return sqlName(before[n]) }}
	outside.settled = func(t *tree) string {
		if t == final[t.name] {
			return sqlName(after[t.name])
		}
		return ""
	}
	if err := d.fillWith(outside); err != nil {
		return err
	}
	d.columns = append(d.columns, computed{name: after[names[0]], relay: w})
	_, err := d.layers()
	return err
}

// fresh is a name for a column that no other has.
func (d *dataStep) fresh(wanted string) string {
	unique := wanted
	for i := 2; d.taken[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", wanted, i)
	}
	d.taken[unique] = true
	return unique
}

// inlined writes the columns that depend on retained variables into an expression.
func (d *dataStep) inlined(sql string, f *filling, depth int) (string, error) {
	sql = f.replace(sql)
	if depth > 50 || len(sql) > maxSQL {
		return "", fmt.Errorf("what is retained is too long to be written out")
	}
	var out strings.Builder
	done := 0
	for _, at := range sqlWord.FindAllStringIndex(sql, -1) {
		word, function := sql[at[0]:at[1]], at[1] < len(sql) && sql[at[1]] == '('
		i := slices.IndexFunc(d.columns, func(c computed) bool { return c.in(map[string]bool{word: true}) })
		if i < 0 || function || !d.reads(d.columns[i].text(), 0) {
			continue
		}
		if d.columns[i].window || d.columns[i].relay != nil {
			return "", fmt.Errorf("a value of the rows before is computed from what is retained, and retained again")
		}
		text, err := d.inlined(d.columns[i].sql, f, depth+1)
		if err != nil {
			return "", err
		}
		out.WriteString(sql[done:at[0]] + "(" + text + ")")
		done = at[1]
	}
	return out.String() + sql[done:], nil
}

// reads tells whether SQL depends on a retained variable.
func (d *dataStep) reads(sql string, depth int) bool {
	if depth > 50 || strings.Contains(sql, "\x01") {
		return true
	}
	words := map[string]bool{}
	gather(words, sql)
	return slices.ContainsFunc(d.columns, func(c computed) bool { return c.in(words) && d.reads(c.text(), depth+1) })
}

func (w *walk) columns() []string { return w.names }

func (w *walk) text() string { return strings.Join(slices.Concat(w.keys, w.next), " ") }

// ctes writes the walk over the rows of a query, and gives the query that has its
// columns beside theirs.
func (w *walk) ctes(from string) ([]string, string) {
	var keys, first, meet, again, next []string
	for i, k := range w.keys {
		key := "_key" + strconv.Itoa(i+1)
		keys = append(keys, k)
		first = append(first, k+" AS "+key)
		next = append(next, k)
		meet = append(meet, k+" IS NOT DISTINCT FROM walk."+key)
		again = append(again, k+" IS NOT DISTINCT FROM walk."+key)
	}
	columns := sqlNames(w.names)
	for i, v := range w.first {
		first = append(first, v+" AS "+columns[i])
	}
	meet = append(meet, "_at = walk._step + 1")
	again = append(again, "_at = walk._step")
	return []string{
		"numbered AS MATERIALIZED (\n  SELECT *, row_number() OVER (" + partition(keys) + "ORDER BY _row) AS _at\n  FROM " + from + "\n)",
		"walk AS (\n  SELECT DISTINCT " + strings.Join(append(first, "0 AS _step"), ", ") + "\n  FROM numbered\n  UNION ALL\n  SELECT " +
			strings.Join(slices.Concat(next, w.next, []string{"_at"}), ",\n    ") + "\n  FROM walk\n    JOIN numbered ON " + strings.Join(meet, " AND ") + "\n)",
		"walked AS (\n  SELECT numbered.*, " + strings.Join(columns, ", ") + "\n  FROM numbered\n    JOIN walk ON " + strings.Join(again, " AND ") + "\n)",
	}, "walked"
}
