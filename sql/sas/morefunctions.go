package sas

import "fmt"

// Functions that claims programs call now and then.

// rangeOf is the largest less the smallest of what is there.
func rangeOf(r *renderer, c call) (val, error) {
	most, err := extreme("greatest")(r, c)
	if err != nil {
		return null, err
	}
	least, err := extreme("least")(r, c)
	out := made(numberKind, []val{most, least}, "%s - %s", most.sql, least.sql)
	out.prec = precSum
	return out, err
}

// charOf is one letter of a text.
func charOf(r *renderer, c call) (val, error) {
	if len(c.args) != 2 {
		return null, fmt.Errorf("char has two arguments")
	}
	v, err := substr(r, call{name: "substr", args: append(c.args[:2:2], numberLit{1, "1"})})
	v.room = 1
	return v, err
}

// anyOf is the place of the first letter of a class, or 0.
func anyOf(class string) function {
	return func(r *renderer, c call) (val, error) {
		args, err := r.texts(c, 1, 1)
		if err != nil {
			return null, err
		}
		v := made(numberKind, args, "coalesce(strpos(%[1]s, nullif(regexp_extract(%[1]s, '[%[2]s]'), '')), 0)", args[0].sql, class)
		v.sure = true
		return v, nil
	}
}

// clock is a part of a time: of a moment, or of seconds as SAS counts them.
func clock(part string, seconds, most int) function {
	return func(r *renderer, c call) (val, error) {
		if len(c.args) != 1 {
			return null, fmt.Errorf("%s has one argument", c.name)
		}
		v, err := r.value(c.args[0])
		if err != nil {
			return v, err
		}
		if v.kind == stampKind {
			return made(numberKind, []val{v}, "%s(%s)", part, v.sql), nil
		}
		v = r.toNumber(v)
		if part == "second" { // with its decimals
			return made(numberKind, []val{v}, "(%[1]s - 60 * floor(%[1]s / 60))", in(v, precProduct)), nil
		}
		return made(numberKind, []val{v}, "(floor(%s / %d) %% %d)", in(v, precProduct), seconds, most), nil
	}
}
