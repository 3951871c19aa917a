package guard

import (
	"slices"
	"strings"
)

// Leaves over the same rows hold totals and parts of each other. Which leaves
// those are is told by their SQL alone, before anything runs.

// family is the leaves over the same rows.
type family struct{ members []member }

// member is a leaf of a family: by the SQL that the family has in common, its
// keys and its cells.
type member struct {
	leaf        *leaf
	keys, cells []string
}

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

// families groups leaves by the rows that they are over. Two leaves whose keys
// are not nested get a shadow under both: so is known what they have in common,
// as that districts are parts of provinces.
func families(leaves []*leaf, next func() int) []family {
	at := map[string]int{}
	var out []family
	for _, l := range leaves {
		if l.public {
			continue
		}
		rename := renaming(l.tail)
		m := member{leaf: l}
		for _, k := range l.keys {
			m.keys = append(m.keys, rename(k.sql))
		}
		for _, c := range l.cells {
			m.cells = append(m.cells, rename(c.sql))
		}
		tail := rename(l.tail)
		if _, ok := at[tail]; !ok {
			at[tail] = len(out)
			out = append(out, family{})
		}
		f := &out[at[tail]]
		f.members = append(f.members, m)
	}
	for i := range out {
		out[i].shadows(next)
	}
	return out
}

// maxShadows bounds the leaves that are counted and not shown.
const maxShadows = 4

// shadows adds a leaf under every two whose keys are not nested, until there is
// one under all.
func (f *family) shadows(next func() int) {
	asked := len(f.members)
	for i := range asked {
		for j := range i {
			a, b := f.members[i], f.members[j]
			if subset(a.keys, b.keys) || subset(b.keys, a.keys) || len(f.members) == asked+maxShadows {
				continue
			}
			keys := union(a.keys, b.keys)
			if !slices.ContainsFunc(f.members, func(m member) bool { return subset(keys, m.keys) }) {
				f.members = append(f.members, f.under(a, b, next()))
			}
		}
	}
}

// under is a leaf by the keys of two others and with their cells.
func (f *family) under(a, b member, id int) member {
	l := &leaf{id: id, shadow: true, bound: a.leaf.bound, units: a.leaf.units, limit: a.leaf.limit}
	m := member{leaf: l}
	back := renamingBack(a.leaf.tail)
	for _, from := range []member{a, b} {
		for i, k := range from.keys {
			if !slices.Contains(m.keys, k) {
				m.keys = append(m.keys, k)
				l.keys = append(l.keys, leafKey{sql: back(k), label: from.leaf.keys[i].label, domain: from.leaf.keys[i].domain})
			}
		}
		for i, c := range from.cells {
			if !slices.Contains(m.cells, c) {
				m.cells = append(m.cells, c)
				l.cells = append(l.cells, leafCell{sql: back(c), label: from.leaf.cells[i].label})
			}
		}
	}
	l.finish(a.leaf.tail)
	return m
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
