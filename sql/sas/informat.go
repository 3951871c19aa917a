package sas

import (
	"fmt"
	"slices"
	"strings"
)

// Informats of PROC FORMAT, and formats whose ranges stand in a data set.

// invalueStatement reads INVALUE: texts, or ranges of numbers, that input() reads
// as numbers. Informats have names of their own, here with @ in front.
func (p *program) invalueStatement(s *statement) error {
	ps := &parser{tokens: s.tokens, at: 1}
	if ps.accept("$") {
		return fmt.Errorf("an informat that gives texts is not understood: write a format, and put for input")
	}
	key := ps.name()
	if ps.is("(") {
		ps.parens()
	}
	f := &userFormat{}
	for ps.err == nil && !ps.done() {
		f.read(ps)
	}
	if ps.err == nil {
		p.formats["@"+key] = f
	}
	return ps.err
}

// reads is a value as this informat reads it: what no range holds is read as it is.
func (f *userFormat) reads(r *renderer, x val) (val, error) {
	number := func(label string) (string, error) {
		switch label = strings.TrimSpace(label); strings.ToLower(label) {
		case "_same_":
			return r.toNumber(r.toText(x)).sql, nil
		case "_error_", ".":
			return "NULL", nil
		}
		n, err := (&parser{tokens: []token{{kind: numberToken, text: strings.TrimPrefix(label, "-")}}}).parse()
		v, ok := n.(numberLit)
		if err != nil || !ok {
			return "", fmt.Errorf("%s is no number that an informat gives", label)
		}
		return label[:len(label)-len(strings.TrimPrefix(label, "-"))] + v.text, nil
	}
	text := r.toText(x)
	var b strings.Builder
	for _, rg := range f.ranges {
		of := text
		if rg.low.kind == numberKind || rg.high.kind == numberKind {
			of = r.toNumber(text)
		}
		label, err := number(rg.label)
		if err != nil {
			return null, err
		}
		fmt.Fprintf(&b, " WHEN %s THEN %s", rg.test(of).sql, label)
	}
	otherwise := "_same_"
	if f.otherwise != nil {
		otherwise = *f.otherwise
	}
	last, err := number(otherwise)
	if err != nil || b.Len() == 0 {
		return val{sql: last, kind: numberKind, prec: precAtom, window: x.window}, err
	}
	return val{sql: "CASE" + b.String() + " ELSE " + last + " END", kind: numberKind, prec: precAtom, window: x.window}, nil
}

// formatTable is a data set of ranges, as CNTLIN= takes it.
type formatTable struct {
	from  string // its rows of this format, with the columns _start, _end, _label and _other
	start kind
}

// controlled makes the formats of a data set. Their names must stand in the program.
func (p *program) controlled(ref setRef) error {
	d := &dataStep{p: p, r: &renderer{formats: p.formats, note: p.note, into: p.into}, desc: map[string]bool{}}
	in, err := d.read(ref)
	if err != nil {
		return err
	}
	named := func(n string) *column {
		i := slices.IndexFunc(in.list, func(c *column) bool { return c.name == n })
		if i < 0 {
			return nil
		}
		return in.list[i]
	}
	format, start := named("fmtname"), named("start")
	if format == nil || start == nil || named("label") == nil {
		return fmt.Errorf("a data set of formats has fmtname, start and label")
	}
	if format.values == nil {
		return fmt.Errorf("the names of the formats depend on the data: give fmtname a constant, or join with %s", ref.name)
	}
	for _, value := range format.values {
		key := strings.ToLower(strings.TrimSpace(plainText(value)))
		if t := named("type"); t != nil && len(t.values) == 1 && strings.EqualFold(plainText(t.values[0]), "c") && !strings.HasPrefix(key, "$") {
			key = "$" + key
		}
		end, other := "NULL", "false"
		if named("end") != nil {
			end = in.sql["end"]
		}
		if named("hlo") != nil {
			other = "coalesce(contains(upper(" + in.sql["hlo"] + "), 'O'), false)"
		}
		t := &formatTable{start: start.kind}
		t.from = "(SELECT " + in.sql["start"] + " AS _start, coalesce(" + end + ", " + in.sql["start"] + ") AS _end, " + in.sql["label"] + " AS _label, " + other + " AS _other FROM " +
			in.rel.ref() + " WHERE " + in.sql["fmtname"] + " = " + value + ")"
		if label := named("label"); label.kind != textKind {
			t.from = strings.Replace(t.from, in.sql["label"]+" AS _label", d.r.toText(val{sql: in.sql["label"], kind: label.kind, prec: precAtom}).sql+" AS _label", 1)
		}
		p.formats[key] = &userFormat{text: strings.HasPrefix(key, "$"), width: named("label").length, table: t}
	}
	return nil
}

// put is a value in a format whose ranges stand in a data set.
func (t *formatTable) put(r *renderer, f *userFormat, x val) val {
	start, end := "_start", "_end"
	if !f.text && t.start == textKind {
		start, end = "try_cast(_start AS DOUBLE)", "try_cast(_end AS DOUBLE)"
	}
	label := "(SELECT max(_label) FROM " + t.from + " WHERE NOT _other AND " + in(x, precConcat) + " BETWEEN " + start + " AND " + end + ")"
	other := "(SELECT max(_label) FROM " + t.from + " WHERE _other)"
	if strings.Contains(t.from, "false AS _other") {
		return val{sql: "coalesce(" + label + ", " + r.toText(x).sql + ")", kind: textKind, prec: precAtom, length: f.width, window: x.window}
	}
	return val{sql: "coalesce(" + label + ", " + other + ", " + r.toText(x).sql + ")", kind: textKind, prec: precAtom, length: f.width, window: x.window}
}
