package guard

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"epsql/engine/field"
	past "epsql/engine/history"
)

// A channel may ask that small rows are not left out or masked one by one, but
// merged into one row that bears a word of the channel ("autres"). The row is
// counted on the person engine like any other, over the rows of all small groups
// together, and judged like any other: it is there in any case, and masked as a
// whole unless enough stand behind it and behind every condition, and unless the
// number of persons leaves open how many are in each of its parts (two groups of
// at most three that make six are three and three).
//
// Merged are the rows of a request that is one table of persons, with a text among
// its keys. Elsewhere totals or other tables stand beside it, of which the merged
// row would be the difference; there small rows stay as they are.

// merges tells whether small rows of the plan's leaf are merged.
func (p *Plan) merges(l *leaf) bool {
	asked := 0
	for _, x := range p.leaves {
		if !x.public {
			asked++
		}
	}
	return p.channel.Others != "" && asked == 1 && !l.public && !l.hidden && !l.ranked && len(l.keys) > 0
}

// merge adds the row of all small groups together.
func (t *table) merge(ctx context.Context, conn *sql.Conn, p *Plan) error {
	word := p.channel.Others
	if !p.merges(t.leaf) || !t.textual() || t.bears(word) {
		return nil
	}
	var small []int
	for row, listed := range t.listed {
		if !listed {
			small = append(small, row)
		}
	}
	m := *t.leaf
	m.keys = nil
	list := m.selectList()
	for _, u := range m.units {
		if !u.bits {
			list = append(list, "count(DISTINCT "+u.contributor()+")")
		}
	}
	scan, err := t.leaf.query(ctx, conn, "SELECT "+strings.Join(list, ", ")+t.leaf.only(t.among(small)))
	if err != nil {
		return err
	}
	defer scan.Close()
	one := newTable(&m, scan.Types)
	j := newJudge(one, p.rules, scan.Types)
	n, err := scan.Next()
	if err != nil || n != 1 {
		return personFault(ctx, err)
	}
	one.appendAll(scan, n)
	j.rows(scan, n)
	enough := !slices.ContainsFunc(one.masks, func(m []uint8) bool { return m[0] != 0 }) && t.leaf.judged(p.rules, one) &&
		t.open(small, j.raw[len(m.tallies):], p)
	t.appendOthers(one, word, enough, p.rules)
	t.parts = small
	return nil
}

// judged tells whether enough units stand behind the only row of a table.
func (l *leaf) judged(r rules, one *table) bool {
	for i, u := range l.units {
		if r.inside(u, one.units[i][0]) != 0 {
			return false
		}
	}
	return true
}

// textual tells whether the keys are of types of which the text tells the value,
// and one is a text.
func (t *table) textual() bool {
	text := false
	for i := range t.keys {
		switch k := &t.keys[i]; {
		case k.text():
			text = true
		case !slices.Contains([]string{"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DATE"}, k.typ.Name):
			return false
		}
	}
	return text
}

// bears tells whether a key has the word already.
func (t *table) bears(word string) bool {
	for i := range t.keys {
		if t.keys[i].text() && slices.Contains(t.keys[i].texts, word) {
			return true
		}
	}
	return false
}

// among is a condition that rows of some groups meet: their keys one after the
// other, each after its length, are among those of the groups.
func (t *table) among(rows []int) string {
	if len(rows) == 0 {
		return "FALSE"
	}
	var keys []string
	for _, k := range t.leaf.keys {
		s := "CAST(" + k.sql + " AS VARCHAR)"
		keys = append(keys, "coalesce(strlen("+s+") || ':' || "+s+", '-')")
	}
	var wanted []string
	for _, row := range rows {
		var b strings.Builder
		for i := range t.keys {
			if t.keys[i].null(row) {
				b.WriteByte('-')
				continue
			}
			s := t.keys[i].label(row)
			b.WriteString(itoa(len(s)) + ":" + s)
		}
		wanted = append(wanted, literal(b.String()))
	}
	return strings.Join(keys, " || ") + " IN (" + strings.Join(wanted, ", ") + ")"
}

// only is FROM and WHERE of the leaf with one more condition.
func (l *leaf) only(condition string) string {
	at := outside(l.tail, " WHERE ")
	if len(at) == 0 {
		return l.tail + " WHERE " + condition
	}
	i := at[len(at)-1]
	return l.tail[:i] + " WHERE (" + l.tail[i+len(" WHERE "):] + ") AND " + condition
}

// open tells whether the number of each unit in the merged row leaves open how
// many are in every small part.
func (t *table) open(small []int, counts []int64, p *Plan) bool {
	for i, u := range t.leaf.units {
		if u.bits {
			continue
		}
		n := counts[0]
		counts = counts[1:]
		bounded := !slices.ContainsFunc(small, func(row int) bool { return t.units[i][row] >= p.rules.threshold })
		if bounded && n > int64(len(small))*(p.rules.threshold-1)-1-int64(p.channel.Width) {
			return false
		}
	}
	return true
}

// appendOthers adds the merged row, masked where not enough stand behind it.
func (t *table) appendOthers(one *table, word string, enough bool, r rules) {
	for i := range t.keys {
		if t.keys[i].text() {
			t.keys[i].appendText([]byte(word))
		} else {
			t.keys[i].appendNull()
		}
	}
	mask := uint8(0)
	if !enough {
		mask = t.leaf.worst(r)
	}
	for c := range t.cells {
		t.cells[c].appendFrom(&one.cells[c], 0)
		t.masks[c] = append(t.masks[c], mask)
	}
	for u := range t.units {
		t.units[u] = append(t.units[u], one.units[u][0])
	}
	t.listed = append(t.listed, true)
	t.n++
	t.others = t.n
}

// unite makes what stands behind the merged row of what stands behind its parts.
func (s *side) unite(t *table) {
	if t.others == 0 {
		return
	}
	all := past.Set{Members: roaring.New()}
	amounts := map[uint32]uint64{}
	for _, row := range t.parts {
		part := s.rows[row]
		if part.Members == nil {
			continue
		}
		all.Unit = part.Unit
		all.Members.Or(part.Members)
		for i, person := range part.Members.ToArray() {
			v := uint64(1)
			if part.Values != nil {
				v = part.Values[i]
			}
			amounts[person] = field.Add(amounts[person], v)
		}
	}
	if all.Members.IsEmpty() {
		return
	}
	if s.amount {
		all.Members, all.Values = roaring.New(), nil
		for _, person := range slices.Sorted(maps.Keys(amounts)) {
			if v := amounts[person]; v != 0 {
				all.Members.Add(person)
				all.Values = append(all.Values, v)
			}
		}
	}
	s.rows[t.others-1] = all
}
