package sas

import (
	"fmt"
)

// Assignments.

func (d *dataStep) target(e expr) (string, error) {
	switch e := e.(type) {
	case name:
		if element, ok := d.over[e.name]; ok {
			return element, nil
		}
		return e.name, nil
	case element:
		return d.r.variableOf(e)
	}
	return "", fmt.Errorf("this cannot be assigned to")
}

func (d *dataStep) assign(s *dataStmt) error {
	if done, err := d.elementTarget(s); done || err != nil {
		return err
	}
	n, err := d.target(s.target)
	if err != nil {
		return err
	}
	d.variable(n)
	d.r.guarded = d.guard > 0 || d.alive.sql != "true"
	v, carried, err := d.accumulate(n, s.value)
	if p, ok := s.value.(patch); ok {
		v, err = d.patched(n, p)
	} else if err == nil && !carried {
		v, err = d.r.value(s.value)
	}
	switch {
	case err != nil:
		return err
	case s.op == "sum" && d.retained[n] == nil:
		old, err := d.lookup(name{"", n})
		if err != nil {
			return err
		}
		v = sumOfValues([]val{d.r.toNumber(old), constant(0), d.r.toNumber(v)})
	case s.op == "sum":
		v = d.add(n, d.r.toNumber(v))
	case d.kinds[n] == textKind && v.kind != textKind && v.kind != unknownKind && !v.isNull():
		return fmt.Errorf("%s is a text, and is given a number: write put()", n)
	case v.cond && v.split != nil && d.retained[n] == nil: // the answer of a hash object
		d.kinds[n] = numberKind
	case !carried:
		v = d.fit(n, v)
	}
	if d.retained[n] != nil {
		v = d.keepTree(n, v)
	}
	v.window = v.window && v.tree == nil
	if len(v.sql) > maxSQL {
		return fmt.Errorf("the value of %s is too long to be written out", n)
	}
	d.env[n] = v
	return nil
}

// fit gives a value the type and the length of its variable, which are those of
// the first value that it is given.
func (d *dataStep) fit(n string, v val) val {
	if v.cond {
		v = d.r.toNumber(v)
	}
	k, ok := d.kinds[n]
	if !ok || k == unknownKind {
		if v.kind != unknownKind {
			d.kinds[n] = v.kind
		}
		if v.kind == textKind {
			d.lengths[n] = v.declares()
			if v.length > 0 && v.text == nil { // blanks fill the variable
				v.length = max(v.length, d.lengths[n])
			}
		}
		return v
	}
	switch {
	case k == textKind && v.kind != textKind:
		v = d.r.toText(v)
	case k != textKind && v.kind == textKind && !v.isNull():
		v = d.r.toNumber(v)
	}
	if k == textKind && d.lengths[n] > 0 {
		v = cutTo(v, d.lengths[n])
	}
	return v
}

// cutTo cuts a text to the length of a variable.
func cutTo(v val, length int) val {
	switch {
	case v.text != nil && len([]rune(*v.text)) > length:
		return constantText(string([]rune(*v.text)[:length]))
	case v.text != nil || v.length > 0 && v.length <= length || v.isNull():
	default:
		window := v.window
		v = atom(textKind, "nullif(rtrim(left(%s, %d)), '')", v.sql, length)
		v.window = window
	}
	v.length = length
	return v
}
