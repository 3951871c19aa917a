package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// Windows on the person engine never leave the person: PARTITION BY names all
// the owners of the rows. So what they give is one more attribute of the row,
// and only its parts need watching.

// windows is the level of the windows within one person. QUALIFY filters the
// rows of every person for itself.
func (b *block) windows(l *level) (*level, error) {
	st, up := b.p.stage(l.units, l.supports)
	up.unique = l.unique
	for _, place := range l.places {
		up.places = append(up.places, st.alias+"."+st.out.hide(place))
	}
	bare := *l.s
	bare.aliases = nil
	look := func(e ast.Expr) (value, bool, error) {
		switch e := e.(type) {
		case *ast.Window:
			v, err := b.windowWithin(l, e)
			return v, err == nil, err
		case *ast.Column:
			if l.s.hook == nil {
				v, err := bare.bind(e)
				return v, err == nil, nil
			}
		}
		if l.s.hook != nil {
			return l.s.hook(e)
		}
		return value{}, false, nil
	}
	return b.raised(st, up, look, b.q.Qualify, l.tail)
}

// windowWithin binds a window over rows of one person.
func (b *block) windowWithin(l *level, w *ast.Window) (value, error) {
	place := byte('p')
	if !isAggregate(w.Name) {
		place = 'v'
	}
	def, refusal := allowed(w.Name, place)
	if refusal != nil {
		return value{}, b.p.place(w, refusal)
	}
	if slices.Contains(picks, w.Name) && w.Name != "min" && w.Name != "max" {
		return value{}, b.p.refuse(w, "function-place", "%s is not answered as a window", w.Name).WithHint("use first_value or last_value")
	}
	win := &personWindow{b: b, l: l, w: w, def: def}
	if err := win.bindOver(); err != nil {
		return value{}, err
	}
	if err := win.bindArgs(); err != nil {
		return value{}, err
	}
	var err error
	win.floating, err = l.s.floating(w.Name, sqlArgs(win.args))
	return win.value(), err
}

// personWindow is a window within one person being bound.
type personWindow struct {
	b   *block
	l   *level
	w   *ast.Window
	def function
	// over is the window, whole the partition without order and frame.
	over, whole string
	args        []value
	parts       []term // of the argument, on the rows that the window looks at
	order       []term // of the order and of further partition keys
	filter      string
	encoded     bool
	floating    bool // see exactly
}

// bindOver binds PARTITION BY, ORDER BY and the frame.
func (x *personWindow) bindOver() error {
	var partition, keys, owners []string
	for _, e := range x.w.Partition {
		v, err := x.l.s.bind(e)
		if err != nil {
			return err
		}
		if v.ident != "" && owned(x.l.units, v.sql) {
			owners = append(owners, v.sql)
		} else {
			_, ts, err := x.l.s.orderTerms(ast.Order{Expr: e})
			if v.ident == "" && err != nil {
				return err
			}
			x.order = append(x.order, ts...)
		}
		partition = append(partition, v.guarded())
	}
	for _, u := range ownersAmong(x.l.units) {
		if !slices.Contains(owners, u.sql) {
			return x.b.p.refuse(x.w, "window-persons", "a window runs over rows of several persons").
				WithHint("write PARTITION BY the identifier of the %s, or use the window above a grouped query", u.unit)
		}
	}
	for _, o := range x.w.Order {
		key, ts, err := x.l.s.orderTerms(o)
		if err != nil {
			return err
		}
		x.order = append(x.order, ts...)
		keys = append(keys, key)
	}
	if strings.HasPrefix(x.w.Frame, "RANGE") && strings.ContainsAny(x.w.Frame, "0123456789") {
		return x.b.p.refuse(x.w, "window-range", "a frame over a range of values is not answered within one person").
			WithHint("write ROWS BETWEEN …, or join the rows of the person to each other: a.id = b.id AND b.date BETWEEN …")
	}
	keys = append(keys, x.ties()...)
	x.whole = "(PARTITION BY " + strings.Join(owners, ", ") + ")"
	x.over = "(PARTITION BY " + strings.Join(partition, ", ") + clause(" ORDER BY ", ", ", keys)
	if x.w.Frame != "" {
		x.over += " " + x.w.Frame
	}
	x.over += ")"
	return nil
}

// offset tells whether the window gives the value of one other row.
func (x *personWindow) offset() bool { return slices.Contains(offsets, x.w.Name) }

// bindArgs binds the arguments and the filter.
func (x *personWindow) bindArgs() error {
	s := x.l.s
	for i, e := range x.w.Args {
		v, err := s.bind(e)
		switch {
		case err != nil:
			return err
		case i > 0 && !v.constant || x.w.Name == "ntile" && !v.constant || i == 1 && !wholeNumber(e):
			return x.b.p.refuse(e, "window-argument", "this argument of %s must be a constant", x.w.Name).WithHint("write a whole number")
		case i == 2 && v.sql != "NULL" && v.kind != x.args[0].kind:
			return x.b.p.refuse(e, "window-argument", "the default of %s has another type than its value", x.w.Name).WithHint("write a constant of the same type")
		case v.ident != "" && (i > 0 || !x.offset() && x.w.Name != "count"):
			_, err = s.plain(e)
			return err
		}
		x.args = append(x.args, v)
		if i > 0 || x.w.Name == "ntile" || v.ident != "" {
			continue
		}
		ts, err := s.argumentTerms(&ast.Func{Base: x.w.Base, Name: x.w.Name, Args: x.w.Args, Distinct: x.w.Distinct}, e, v)
		if err != nil && refused(err, "encoding") && (x.offset() || slices.Contains(picks, x.w.Name)) {
			x.encoded, ts, err = true, nil, nil
		}
		if err != nil {
			return err
		}
		x.parts = append(x.parts, ts...)
	}
	if want := windowArity(x.w.Name); len(x.args) < want[0] || len(x.args) > want[1] {
		return x.b.p.fail(x.w, "arguments", "%s takes %d to %d arguments, not %d", x.w.Name, want[0], want[1], len(x.args)).WithHint("see the documentation of %s", x.w.Name)
	}
	if x.w.Filter == nil {
		return nil
	}
	v, err := s.plain(x.w.Filter)
	if err != nil {
		return err
	}
	x.filter = " FILTER (WHERE " + v.guarded() + ")"
	filter := condTerm(isTrue(v))
	for i, t := range x.parts {
		x.parts[i] = times(filter, t)
	}
	x.parts = append(x.parts, filter)
	return nil
}

func wholeNumber(e ast.Expr) bool {
	c, ok := e.(*ast.Const)
	return ok && c.Type == "INTEGER" && !c.Null
}

// windowArity is the least and the largest number of arguments.
func windowArity(name string) [2]int {
	switch name {
	case "row_number", "rank", "dense_rank", "count_star":
		return [2]int{0, 0}
	case "lag", "lead":
		return [2]int{1, 3}
	case "nth_value":
		return [2]int{2, 2}
	}
	return [2]int{1, 1}
}

// value is the bound window with the conditions that it depends on.
func (x *personWindow) value() value {
	v := value{kind: x.def.kind, encoded: x.encoded}
	args := sqlArgs(x.args)
	if len(x.args) > 0 {
		first := x.args[0]
		if x.def.same {
			v.kind, v.ident = first.kind, first.ident
			v.domain = unionDomain(append(slices.Clone(x.args[:1]), x.args[min(2, len(x.args)):]...))
			v.measure = first.measure && allOneSided(x.parts)
		}
		v.encoded, v.invented = v.encoded || first.encoded, first.invented
	}
	v.measure = v.measure || strings.HasPrefix(x.w.Name, "count") || x.w.Name == "sum" && allOneSided(x.parts)
	if x.w.Distinct {
		args[0] = "DISTINCT " + args[0]
	}
	v.sql = x.print(args, x.filter)
	for _, t := range x.parts {
		if len(t.when) == 0 {
			continue
		}
		sp := support{sql: x.condition(t), twoSided: t.twoSided, full: t.full, bits: x.bits(t)}
		if t.twoSided || len(x.parts) > 1 || len(sp.bits) > 0 {
			v.supports = append(v.supports, sp)
		}
	}
	for _, t := range x.order {
		v.supports = append(v.supports, support{sql: "bool_or(" + t.condition() + ") OVER " + x.whole, twoSided: t.twoSided, full: t.full})
	}
	return v
}

func sqlArgs(vs []value) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.bounded()
	}
	return out
}

func (x *personWindow) print(args []string, filter string) string {
	name := x.w.Name
	switch name {
	case "count_star":
		name, args = "count", []string{"*"}
	case "any_value":
		name = "min"
	}
	nulls := ""
	if x.w.IgnoreNulls {
		nulls = " IGNORE NULLS"
	}
	return exactly(name, x.floating) + "(" + strings.Join(args, ", ") + nulls + ")" + filter + " OVER " + x.over
}

// condition asks whether a part holds on the row that the window picks, or on
// any that it looks at.
func (x *personWindow) condition(t term) string {
	if !x.offset() {
		return "bool_or(" + t.condition() + ") OVER " + x.over
	}
	c := t.condition()
	if x.w.IgnoreNulls {
		c = "CASE WHEN (" + x.args[0].guarded() + ") IS NOT NULL THEN " + c + " END"
	}
	return x.print(append([]string{c}, sqlArgs(x.args[1:min(2, len(x.args))])...), "")
}

// bits are the units besides the owner behind the rows that the window looks at.
func (x *personWindow) bits(t term) []unitBits {
	var out []unitBits
	for _, u := range x.l.units {
		if !u.bits {
			continue
		}
		sql := "CASE WHEN " + t.condition() + " THEN " + u.sql + " END"
		if x.offset() {
			sql = x.print(append([]string{sql}, sqlArgs(x.args[1:min(2, len(x.args))])...), "")
		} else {
			sql = "bit_or(" + sql + ") OVER " + x.over
		}
		out = append(out, unitBits{u.name, sql})
	}
	return out
}
