package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// aggregate is an aggregate function bound on the person engine: its SQL and
// the parts that must stand on enough units.
type aggregate struct {
	sql   string
	kind  kind
	parts []term
	// counted is the unit whose members the aggregate counts, when it counts
	// identifiers.
	counted *unitRef
	// constant domain of a minimum or maximum
	domain  []string
	measure bool
}

// spread are the aggregates that fail on infinite numbers.
var spread = []string{"stddev", "stddev_samp", "stddev_pop", "var_samp", "var_pop", "variance", "corr", "covar_pop", "covar_samp"}

// aggregate binds f; place is 'l' in a leaf and 'p' within one person.
func (s *scope) aggregate(f *ast.Func, place byte) (aggregate, error) {
	def, refusal := allowed(f.Name, place)
	if refusal != nil {
		return aggregate{}, s.p.place(f, refusal)
	}
	if len(f.Order) > 0 || f.Distinct && f.Name != "count" {
		return aggregate{}, s.p.refuse(f, "unsupported", "%s with DISTINCT or ORDER BY is not answered", f.Name).
			WithHint("group by the column first, or count(DISTINCT x)")
	}
	inner := *s
	inner.aggregates = false
	out := aggregate{kind: def.kind}
	args, err := inner.aggregateArgs(f, &out)
	if err != nil {
		return aggregate{}, err
	}
	if f.Name == "count_star" {
		args = []string{"*"}
	}
	name := f.Name
	if name == "count_star" {
		name = "count"
	}
	if f.Distinct {
		args[0] = "DISTINCT " + args[0]
	}
	out.sql = name + "(" + strings.Join(args, ", ") + ")"
	if f.Filter != nil {
		v, err := inner.plain(f.Filter)
		if err != nil {
			return aggregate{}, err
		}
		out.sql += " FILTER (WHERE " + v.guarded() + ")"
		filter := condTerm(isTrue(v))
		for i, t := range out.parts {
			out.parts[i] = times(filter, t)
		}
		out.parts = append(out.parts, filter)
	}
	return out, nil
}

func (s *scope) aggregateArgs(f *ast.Func, out *aggregate) ([]string, error) {
	want := 1
	switch f.Name {
	case "count_star":
		want = 0
	case "corr", "covar_pop", "covar_samp":
		want = 2
	}
	if len(f.Args) != want {
		return nil, s.p.fail(f, "arguments", "%s takes %d arguments, not %d", f.Name, want, len(f.Args)).WithHint("see the documentation of %s", f.Name)
	}
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		v, err := s.bind(a)
		if err != nil {
			return nil, err
		}
		if v.ident != "" {
			if f.Name != "count" {
				_, err := s.plain(a)
				return nil, err
			}
			u := s.p.unit(v.ident, v.sql)
			u.must = true
			out.counted = &u
		}
		args[i] = v.guarded()
		if slices.Contains(spread, f.Name) {
			args[i] = "CASE WHEN isfinite(CAST(" + v.guarded() + " AS DOUBLE)) THEN " + v.guarded() + " END"
		}
		ts, err := s.argumentTerms(f, a, v)
		if err != nil {
			return nil, err
		}
		out.parts = append(out.parts, ts...)
		if f.Name == "min" || f.Name == "max" {
			out.domain, out.kind = v.domain, v.kind
		}
		out.measure = f.Name == "sum" && allOneSided(ts)
	}
	out.measure = out.measure || f.Name == "count" || f.Name == "count_star" || f.Name == "count_if" || f.Name == "countif"
	return args, nil
}

func allOneSided(ts []term) bool {
	return !slices.ContainsFunc(ts, func(t term) bool { return t.attribute || t.twoSided })
}

// argumentTerms are the parts of one argument.
func (s *scope) argumentTerms(f *ast.Func, a ast.Expr, v value) ([]term, error) {
	_, bare := a.(*ast.Column)
	present := term{when: []string{"(" + v.guarded() + " IS NOT NULL)"}, twoSided: true, full: !bare}
	switch f.Name {
	case "count_if", "countif":
		return []term{condTerm(isTrue(v))}, nil
	case "bool_or", "bool_and":
		return []term{condTerm(isTrue(v))}, nil
	case "count":
		if v.ident != "" || !f.Distinct && bare && len(v.supports) == 0 {
			return []term{present}, nil
		}
		ts, err := s.terms(a)
		if err != nil && (!refused(err, "encoding") || v.invented) {
			return nil, err
		}
		// Of a distinct count the parts matter that conditions make.
		ts = slices.DeleteFunc(ts, func(t term) bool { return !t.twoSided })
		return append(ts, present), nil
	case "sum":
		ts, err := s.terms(a)
		if len(ts) == 0 {
			// Nothing adds up to zero: whether there is a row still tells.
			ts = append(ts, present)
		}
		return ts, err
	}
	ts, err := s.terms(a)
	return append(ts, present), err
}
