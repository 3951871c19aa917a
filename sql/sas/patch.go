package sas

import (
	"fmt"
	"strings"
)

// patch is what SUBSTR on the left side of an assignment makes of a variable: some
// of its characters are replaced. Count is nil where all behind From are.
type patch struct {
	of, from, count, with expr
}

// newPatch is the patch of substr(x, from, count) = with.
func newPatch(args []expr, with expr) (target, value expr, err error) {
	if len(args) < 2 || len(args) > 3 {
		return nil, nil, fmt.Errorf("substr has two or three arguments")
	}
	p := patch{of: args[0], from: args[1], with: with}
	if len(args) == 3 {
		p.count = args[2]
	}
	if c, ok := p.of.(call); ok { // an element of an array in round brackets
		p.of = element{c.name, c.args}
	}
	return p.of, p, nil
}

// undeclaredLength is that of a text which SAS meets on the left side first.
const undeclaredLength = 8

// patched is a variable with some characters replaced. What replaces them is filled
// with blanks, or cut, to their number.
func (d *dataStep) patched(n string, p patch) (val, error) {
	_, read := d.src.sql[n]
	if d.kinds[n] == unknownKind && !read {
		d.kinds[n], d.lengths[n] = textKind, undeclaredLength
	}
	size := d.lengths[n]
	switch {
	case d.kinds[n] != textKind && d.kinds[n] != unknownKind:
		return null, fmt.Errorf("substr replaces characters of a text, and %s is a number", n)
	case size == 0:
		return null, fmt.Errorf("substr replaces characters of %s, whose length is not known: say it in the mapping file, or in LENGTH in front of SET", n)
	}
	old, err := d.lookup(name{"", n})
	if err != nil {
		return null, err
	}
	with, err := d.r.value(p.with)
	if err != nil {
		return null, err
	}
	if with.cond || with.kind != textKind && with.kind != unknownKind {
		return null, fmt.Errorf("%s is a text, and is given a number: write put()", n)
	}
	from, err := d.r.numeric(p.from)
	if err != nil {
		return null, err
	}
	count := val{}
	if p.count != nil {
		if count, err = d.r.numeric(p.count); err != nil {
			return null, err
		}
		if count.number == nil {
			return null, fmt.Errorf("how many characters substr replaces depends on the data: write substr(%[1]s, 1, n) || text || substr(%[1]s, m)", n)
		}
	}
	out := val{kind: textKind, prec: precAtom, length: size, window: old.window || with.window || from.window}
	if from.number == nil {
		out.sql = d.patchedSomewhere(old, with, from, count, size)
		return out, nil
	}
	first, last := int(*from.number), size
	if count.number != nil {
		last = first + int(*count.number) - 1
	}
	if first < 1 || last < first || last > size {
		return null, fmt.Errorf("substr replaces the characters %d to %d of %s, which has %d", first, last, n, size)
	}
	out.sql, out.sure = splice(old, with, first, last, size)
	return out, nil
}

// splice replaces the characters first..last of a text of some size; sure tells that
// what comes out is not blank.
func splice(old, with val, first, last, size int) (sql string, sure bool) {
	var parts []string
	switch {
	case first > 1 && old.isNull():
		parts = append(parts, quoteText(strings.Repeat(" ", first-1)))
	case first > 1:
		parts = append(parts, fmt.Sprintf("rpad(%s, %d, ' ')", notNull(old), first-1))
	}
	middle := padded(with, last-first+1)
	parts = append(parts, middle)
	rest := last < size && !old.isNull()
	if rest {
		parts = append(parts, fmt.Sprintf("substring(%s, %d)", notNull(old), last+1))
	}
	sql = strings.Join(parts, " || ")
	known := with.text != nil
	if !known || rest || strings.HasSuffix(middle, " '") {
		sql = "rtrim(" + sql + ")"
	}
	if sure = known && with.sure && strings.Trim(middle, "' ") != ""; !sure {
		sql = "nullif(" + sql + ", '')"
	}
	return sql, sure
}

// patchedSomewhere is splice where the data say where the characters begin.
func (d *dataStep) patchedSomewhere(old, with, from, count val, size int) string {
	d.p.noteAt(d.at, "where the position of substr lies outside of the text SAS tells an error: here the text stays as it is")
	at := d.column("position", val{sql: "CAST(trunc(" + from.sql + ") AS INTEGER)", kind: numberKind, prec: precAtom, window: from.window}).sql
	parts := []string{fmt.Sprintf("rpad(%s, %s - 1, ' ')", notNull(old), at)}
	if count.number == nil {
		parts = append(parts, notNull(with))
	} else {
		n := int(*count.number)
		parts = append(parts, padded(with, n), fmt.Sprintf("substring(%s, %s + %d)", notNull(old), at, n))
	}
	return fmt.Sprintf("CASE WHEN %s BETWEEN 1 AND %d THEN nullif(rtrim(left(%s, %d)), '') ELSE %s END", at, size, strings.Join(parts, " || "), size, old.sql)
}

// notNull is a text that is not NULL where it is blank.
func notNull(v val) string {
	switch {
	case v.isNull():
		return "''"
	case v.sure:
		return v.sql
	}
	return "coalesce(" + v.sql + ", '')"
}

// padded is a text with so many characters: cut, or with blanks behind.
func padded(v val, n int) string {
	if v.text == nil && !v.isNull() {
		return fmt.Sprintf("rpad(%s, %d, ' ')", notNull(v), n)
	}
	text := ""
	if v.text != nil {
		text = *v.text
	}
	return quoteText(string([]rune(text + strings.Repeat(" ", n))[:n]))
}
