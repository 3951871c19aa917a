package guard

import (
	"slices"
	"strings"
)

// Leaves over the same rows hold totals and parts of each other. Which leaves
// those are is told by their SQL alone, before anything runs.

// family is leaves over the same rows, or over some of the rows of another.
type family struct {
	members []member
	splits  []split
}

// member is a leaf of a family: by the SQL that the family has in common, its
// keys, its cells and its rows.
type member struct {
	leaf        *leaf
	keys, cells []string
	rows        string
}

// split is a shadow that takes the rows of a leaf apart by a condition, its last
// key: those where it holds are the rows of another leaf.
type split struct{ shadow, inner int }

// relate finds the families of the plan's leaves and adds their shadows to them.
func (p *Plan) relate(next func() int) {
	p.families = families(p.leaves, next)
	for _, f := range p.families {
		for _, m := range f.members {
			if m.leaf.shadow {
				p.leaves = append(p.leaves, m.leaf)
			}
		}
	}
}

// families groups leaves by the rows that they are over.
//
// Two leaves of the same rows whose keys are not nested get a shadow under both:
// so is known what they have in common, as that districts are parts of provinces.
// Where one has conditions more than the other, a shadow counts whom they leave
// out.
func families(leaves []*leaf, next func() int) []family {
	var out []family
	for _, l := range leaves {
		if l.public {
			continue
		}
		m := memberOf(l)
		var f family
		// The new member joins all families that it is related to.
		out = slices.DeleteFunc(out, func(x family) bool {
			related := slices.ContainsFunc(x.members, func(o member) bool {
				return o.rows == m.rows || len(more(o.rows, m.rows)) > 0 || len(more(m.rows, o.rows)) > 0
			})
			if related {
				f.members = append(f.members, x.members...)
			}
			return related
		})
		f.members = append(f.members, m)
		out = append(out, f)
	}
	for i := range out {
		out[i].shadows(next)
		out[i].split(next)
	}
	return out
}

func memberOf(l *leaf) member {
	rename := renaming(l.tail)
	m := member{leaf: l, rows: rename(l.tail)}
	for _, k := range l.keys {
		m.keys = append(m.keys, rename(k.sql))
	}
	for _, c := range l.cells {
		m.cells = append(m.cells, rename(c.sql))
	}
	return m
}

// more are the conditions that the rows of b have besides those of a, of the same
// FROM; nil when a has others.
func more(a, b string) []string {
	fromA, whereA := conditions(a)
	fromB, whereB := conditions(b)
	if fromA != fromB || !subset(whereA, whereB) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(whereB), func(c string) bool { return slices.Contains(whereA, c) })
}

// conditions takes FROM and WHERE apart.
func conditions(rows string) (from string, where []string) {
	from, rest := rows, ""
	if at := outside(rows, " WHERE "); len(at) > 0 {
		i := at[len(at)-1]
		from, rest = rows[:i], rows[i+len(" WHERE "):]
	}
	if rest == "" {
		return from, nil
	}
	start := 0
	for _, i := range outside(rest, " AND ") {
		where = append(where, rest[start:i])
		start = i + len(" AND ")
	}
	return from, append(where, rest[start:])
}

// outside is where a word stands outside parentheses and quotes.
func outside(sql, word string) []int {
	var out []int
	depth := 0
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; c {
		case '(':
			depth++
		case ')':
			depth--
		case '\'', '"':
			if j := strings.IndexByte(sql[i+1:], c); j >= 0 {
				i += j + 1
			}
		case ' ':
			if depth == 0 && strings.HasPrefix(sql[i:], word) {
				out = append(out, i)
			}
		}
	}
	return out
}

// maxShadows and maxSplits bound the leaves that are counted and not shown.
const (
	maxShadows = 4
	maxSplits  = 8
)

// maxShadow bounds the rows of a shadow. Keys of which one is a function of the
// other have few; of others with more rows only the total is common.
const maxShadow = 200_000

// shadows adds a leaf under every two whose keys are not nested, until there is
// one under all.
func (f *family) shadows(next func() int) {
	asked := len(f.members)
	for i := range asked {
		for j := range i {
			a, b := f.members[i], f.members[j]
			if a.rows != b.rows || subset(a.keys, b.keys) || subset(b.keys, a.keys) || len(f.members) == asked+maxShadows {
				continue
			}
			keys := union(a.keys, b.keys)
			if !slices.ContainsFunc(f.members, func(m member) bool { return m.rows == a.rows && subset(keys, m.keys) }) {
				f.members = append(f.members, f.under(a, b, next()))
			}
		}
	}
}

// under is a leaf by the keys of two others and with their cells.
func (f *family) under(a, b member, id int) member {
	m := a.shadow(id)
	m.take(a, nil)
	m.take(b, nil)
	m.leaf.finish(a.leaf.tail)
	m.leaf.sql += " LIMIT " + itoa(maxShadow+1)
	return m
}

// shadow begins a leaf over the rows of another.
func (m member) shadow(id int) member {
	return member{leaf: &leaf{id: id, shadow: true, units: m.leaf.units, limit: m.leaf.limit}, rows: m.rows}
}

// take adds the keys and cells of another leaf, as the SQL of m's rows; of cells
// only those in only, unless it is nil.
func (m *member) take(o member, only []string) {
	back := renamingBack(m.tailOf(o))
	for i, k := range o.keys {
		if !slices.Contains(m.keys, k) {
			m.keys = append(m.keys, k)
			m.leaf.keys = append(m.leaf.keys, leafKey{sql: back(k), label: o.leaf.keys[i].label, domain: o.leaf.keys[i].domain})
		}
	}
	for i, c := range o.cells {
		if !slices.Contains(m.cells, c) && (only == nil || slices.Contains(only, c)) {
			m.cells = append(m.cells, c)
			m.leaf.cells = append(m.leaf.cells, leafCell{sql: back(c), label: o.leaf.cells[i].label, floating: o.leaf.cells[i].floating, persons: o.leaf.cells[i].persons})
		}
	}
}

// tailOf is the tail by whose aliases m is written: the first that was taken.
func (m *member) tailOf(o member) string {
	if m.leaf.tail == "" {
		m.leaf.tail = o.leaf.tail
	}
	return m.leaf.tail
}

// split adds, for every leaf that has conditions more than another, a shadow that
// takes the rows of the other apart by them.
func (f *family) split(next func() int) {
	asked := len(f.members)
	for i := range asked {
		for j := range asked {
			whole, inner := f.members[i], f.members[j]
			extra := more(whole.rows, inner.rows)
			if whole.rows == inner.rows || len(extra) == 0 || whole.leaf.shadow || inner.leaf.shadow || len(f.splits) == maxSplits {
				continue
			}
			if !subset(whole.keys, inner.keys) && !subset(inner.keys, whole.keys) {
				continue
			}
			m := whole.shadow(next())
			m.take(whole, inner.cells)
			condition := "coalesce((" + strings.Join(extra, " AND ") + "), FALSE)"
			m.keys = append(m.keys, condition)
			m.leaf.keys = append(m.leaf.keys, leafKey{sql: renamingBack(whole.leaf.tail)(condition)})
			m.leaf.finish(whole.leaf.tail)
			f.splits = append(f.splits, split{len(f.members), j})
			f.members = append(f.members, m)
		}
	}
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// renaming gives a function that writes the aliases t7, t9 of a leaf's SQL as
// r0, r1 in the order in which its tail has them: two blocks over the same rows
// differ in nothing else.
func renaming(tail string) func(string) string {
	names := aliasesIn(tail)
	to := make(map[string]string, len(names))
	for i, n := range names {
		to[n] = "r" + itoa(i)
	}
	return func(sql string) string { return rewrite(sql, 't', to) }
}

// renamingBack undoes [renaming].
func renamingBack(tail string) func(string) string {
	to := map[string]string{}
	for i, n := range aliasesIn(tail) {
		to["r"+itoa(i)] = n
	}
	return func(sql string) string { return rewrite(sql, 'r', to) }
}

func aliasesIn(sql string) []string {
	var out []string
	words(sql, func(w string) string {
		if isAlias(w, 't') && !slices.Contains(out, w) {
			out = append(out, w)
		}
		return w
	})
	return out
}

func rewrite(sql string, letter byte, to map[string]string) string {
	return words(sql, func(w string) string {
		if new, ok := to[w]; ok && isAlias(w, letter) {
			return new
		}
		return w
	})
}

// isAlias tells whether w is a letter and a number, as generated aliases are.
func isAlias(w string, letter byte) bool {
	return len(w) > 1 && w[0] == letter && strings.Trim(w[1:], "0123456789") == ""
}

// words rewrites the words of SQL outside quotes.
func words(sql string, f func(string) string) string {
	var out strings.Builder
	for i := 0; i < len(sql); {
		c := sql[i]
		j := i + 1
		switch {
		case c == '\'' || c == '"':
			// A doubled quote ends one text and begins the next.
			for j < len(sql) && sql[j] != c {
				j++
			}
			j = min(j+1, len(sql))
			out.WriteString(sql[i:j])
		case letter(c):
			for j < len(sql) && letter(sql[j]) {
				j++
			}
			out.WriteString(f(sql[i:j]))
		default:
			out.WriteByte(c)
		}
		i = j
	}
	return out.String()
}

func letter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
