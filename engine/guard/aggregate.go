package guard

import (
	"errors"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/exact"
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
	// persons marks a count of those to whom rows belong.
	persons bool
	// domain, ident and encoded are those of the value that the aggregate picks.
	domain  []string
	ident   string
	encoded bool
	measure bool
	// amount is SQL of what some rows contribute to an aggregate of amounts.
	amount string
	// adds marks sums and counts: of several persons they add up.
	adds bool
	// floating marks what would depend on the order of rows: see exactly.
	floating bool
	// pick asks a condition of the row that the aggregate picks; nil when any row
	// of the person counts. order are the parts of what the rows are ordered by.
	pick  func(condition string) string
	order []term
}

// spread are the aggregates that reckon in floating-point numbers.
var spread = []string{
	"stddev", "stddev_samp", "stddev_pop", "var_samp", "var_pop", "variance", "corr", "covar_pop", "covar_samp",
	"regr_slope", "regr_intercept", "regr_r2", "regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy",
}

// pairs are the aggregates over pairs of numbers.
var pairs = []string{
	"corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2", "regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy", "regr_count",
}

// picks are the aggregates that give the value of one row.
var picks = []string{"arg_min", "arg_max", "min_by", "max_by", "first", "last", "any_value", "min", "max"}

// aggregate binds f; place is 'l' in a leaf and 'p' within one person.
func (s *scope) aggregate(f *ast.Func, place byte) (aggregate, error) {
	def, refusal := allowed(f.Name, place)
	if refusal != nil {
		return aggregate{}, s.p.place(f, refusal)
	}
	ordered := f.Name == "first" || f.Name == "last"
	if ordered != (len(f.Order) > 0) || f.Distinct && f.Name != "count" {
		if ordered {
			return aggregate{}, s.p.refuse(f, "unordered", "%s without ORDER BY may give any row", f.Name).
				WithHint("write %s(x ORDER BY y), or arg_min(x, y)", f.Name)
		}
		return aggregate{}, s.p.refuse(f, "unsupported", "%s with DISTINCT or ORDER BY is not answered", f.Name).
			WithHint("group by the column first, or count(DISTINCT x)")
	}
	inner := *s
	inner.aggregates = false
	f = inner.countedIf(f)
	out := aggregate{kind: def.kind}
	args, err := inner.aggregateArgs(f, &out)
	if err != nil {
		return aggregate{}, err
	}
	if f.Distinct {
		args[0] = "DISTINCT " + args[0]
	}
	tail, err := inner.aggregateTail(f, &out)
	if err != nil {
		return aggregate{}, err
	}
	if place == 'p' {
		s.breakTies(f.Name, args, &tail)
	}
	out.print(f.Name, args, tail)
	if out.floating, err = inner.floating(f.Name, args); err != nil {
		return aggregate{}, err
	}
	out.amount = amountOf(f.Name, args, tail[1], out.floating)
	out.adds = !f.Distinct && (f.Name == "sum" || strings.HasPrefix(f.Name, "count"))
	return out, nil
}

// exactly is SQL of an aggregate as it runs: of floating-point numbers the sums are
// exact (package exact), since what the engine makes of them depends on the order
// in which all rows are met, those of hidden persons too.
func exactly(sql string, floating bool) string {
	if floating {
		return exact.Name(sql)
	}
	return sql
}

// floating tells whether an aggregate adds up floating-point numbers. What cannot
// be told is taken for such.
func (s *scope) floating(name string, args []string) (bool, error) {
	switch {
	case slices.Contains(spread, name):
		return true, nil
	case !exact.Has(name):
		return false, nil
	}
	amount := func(c column) bool { return c.sql == args[0] && c.stored && c.measure }
	if slices.ContainsFunc(s.members, func(m *relation) bool { return slices.ContainsFunc(m.columns, amount) }) {
		return false, nil // the catalogue has no floating-point amounts
	}
	return s.p.floating(args[0], s.from)
}

// floating tells whether x is a floating-point number over the rows of FROM. The
// database knows; it is asked what type x has, not for a value.
func (p *planner) floating(x string, from func() string) (bool, error) {
	if from == nil {
		return true, nil
	}
	query := p.overlapped("SELECT column_type FROM (DESCRIBE SELECT "+x+from()+")", nil)
	rows, err := p.cfg.Workspace.DB.QueryContext(p.ctx, query)
	if e, ok := errors.AsType[*duckdb.Error](err); ok && (e.Type == duckdb.ErrorTypeBinder || e.Type == duckdb.ErrorTypeCatalog) {
		return true, nil // it speaks of rows further out
	}
	if err != nil {
		return false, personFault(p.ctx, err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	var typ string
	for rows.Next() && err == nil {
		err = rows.Scan(&typ)
	}
	if err = errors.Join(err, rows.Err()); err != nil {
		return false, personFault(p.ctx, err)
	}
	return floats(typ) || typ == "", nil
}

func floats(typ string) bool { return typ == "DOUBLE" || typ == "FLOAT" }

// amountOf is what some rows contribute to an aggregate of amounts: of a spread
// the squares, which the largest dominate sooner than the sum.
func amountOf(name string, args []string, filter string, floating bool) string {
	switch {
	case name == "sum" || name == "avg" || name == "mean":
		return exactly("sum("+args[0]+")"+filter, floating)
	case strings.HasPrefix(name, "var") || strings.HasPrefix(name, "stddev"):
		x := "CAST(" + args[0] + " AS DOUBLE)"
		return exactly("sum(TRY("+x+" * "+x+"))"+filter, true)
	case slices.Contains(pairs, name) && name != "regr_count":
		return unjudged
	}
	return ""
}

// unjudged is the amount of an aggregate for which no dominance rule is known: it
// is hidden where there is one.
const unjudged = "unjudged"

// countedIf writes count(DISTINCT CASE WHEN c THEN id END) as what it means:
// count(DISTINCT id) FILTER (WHERE c).
func (s *scope) countedIf(f *ast.Func) *ast.Func {
	if f.Name != "count" || len(f.Args) != 1 {
		return f
	}
	c, ok := f.Args[0].(*ast.Case)
	if !ok || len(c.Whens) != 1 || !isColumn(c.Whens[0].Then) {
		return f
	}
	if none, ok := c.Else.(*ast.Const); c.Else != nil && (!ok || !none.Null) {
		return f
	}
	if v, err := s.bind(c.Whens[0].Then); err != nil || v.ident == "" {
		return f
	}
	out := *f
	out.Args = []ast.Expr{c.Whens[0].Then}
	out.Filter = c.Whens[0].Cond
	if f.Filter != nil {
		out.Filter = &ast.Logic{Base: ast.Base{Off: f.Off}, Op: "AND", Args: []ast.Expr{out.Filter, f.Filter}}
	}
	return &out
}

// aggregateTail binds ORDER BY and FILTER of an aggregate.
func (s *scope) aggregateTail(f *ast.Func, out *aggregate) (tail [2]string, err error) {
	var keys []string
	for _, o := range f.Order {
		v, ts, err := s.orderTerms(o)
		if err != nil {
			return tail, err
		}
		out.order = append(out.order, ts...)
		keys = append(keys, v)
	}
	tail[0] = clause(" ORDER BY ", ", ", keys)
	if f.Filter == nil {
		return tail, nil
	}
	v, err := s.plain(f.Filter)
	if err != nil {
		return tail, err
	}
	tail[1] = " FILTER (WHERE " + v.guarded() + ")"
	filter := condTerm(isTrue(v))
	for i, t := range out.parts {
		out.parts[i] = times(filter, t)
	}
	out.parts = append(out.parts, filter)
	return tail, nil
}

// orderTerms binds an order key and gives the conditions in it: by them it could
// tell whom they hold for.
func (s *scope) orderTerms(o ast.Order) (string, []term, error) {
	v, err := s.plain(o.Expr)
	if err != nil {
		return "", nil, err
	}
	ts, err := s.terms(o.Expr)
	if err != nil && !refused(err, "encoding") {
		return "", nil, err
	}
	ts = slices.DeleteFunc(ts, func(t term) bool { return !t.twoSided })
	return v.guarded() + direction(o), ts, nil
}

// print writes the aggregate; tail is its ORDER BY and FILTER.
func (a *aggregate) print(name string, args []string, tail [2]string) {
	switch name {
	case "count_star":
		name, args = "count", []string{"*"}
	case "any_value":
		name = "min" // any will do, so always the same
	}
	write := func(args []string) string { return name + "(" + strings.Join(args, ", ") + tail[0] + ")" + tail[1] }
	a.sql = write(args)
	switch name {
	case "arg_min", "arg_max", "min_by", "max_by":
		a.pick = func(c string) string {
			return write([]string{"CASE WHEN (" + args[0] + ") IS NOT NULL THEN " + c + " END", args[1]})
		}
	case "first", "last":
		a.pick = func(c string) string { return write([]string{c}) }
	}
}

// arity is how many arguments an aggregate takes.
func arity(name string) int {
	switch {
	case name == "count_star":
		return 0
	case slices.Contains(pairs, name), strings.HasPrefix(name, "arg_"), strings.HasSuffix(name, "_by"):
		return 2
	}
	return 1
}

func (s *scope) aggregateArgs(f *ast.Func, out *aggregate) ([]string, error) {
	if want := arity(f.Name); len(f.Args) != want {
		return nil, s.p.fail(f, "arguments", "%s takes %d arguments, not %d", f.Name, want, len(f.Args)).WithHint("see the documentation of %s", f.Name)
	}
	args := make([]string, len(f.Args))
	var both []string
	missing := never
	for i, a := range f.Args {
		missing = max(missing, nullsOf(a))
		v, err := s.aggregateArg(f, a, i, out)
		if err != nil {
			return nil, err
		}
		args[i] = v.bounded()
		both = append(both, "("+v.guarded()+" IS NOT NULL)")
	}
	if slices.Contains(pairs, f.Name) {
		// Only pairs count: many may have either number and few both.
		out.parts = append(out.parts, term{when: both, twoSided: true, full: missing == chosen})
	}
	out.measure = out.measure || f.Name == "count" || f.Name == "count_star" || f.Name == "count_if" || f.Name == "countif"
	return args, nil
}

// aggregateArg binds the i-th argument of f and notes its parts.
func (s *scope) aggregateArg(f *ast.Func, a ast.Expr, i int, out *aggregate) (value, error) {
	v, err := s.bind(a)
	if err != nil {
		return value{}, err
	}
	picked := i == 0 && slices.Contains(picks, f.Name)
	if v.ident != "" {
		switch {
		case f.Name == "count":
			u := s.p.unit(v.ident, v.sql)
			u.must = true
			out.counted, out.persons = &u, v.owner
		case picked && f.Name != "min" && f.Name != "max" && f.Name != "any_value":
			out.ident = v.ident
			return v, nil
		default:
			_, err := s.plain(a)
			return value{}, err
		}
	}
	if i == 1 && arity(f.Name) == 2 && !slices.Contains(pairs, f.Name) {
		_, out.order, err = s.orderTerms(ast.Order{Expr: a})
		return v, err
	}
	ts, err := s.argumentTerms(f, a, v)
	if picked && refused(err, "encoding") {
		out.encoded, ts, err = true, nil, nil
	}
	if err != nil {
		return value{}, err
	}
	out.parts = append(out.parts, ts...)
	if picked {
		out.domain, out.kind = v.domain, v.kind
	}
	out.measure = (f.Name == "sum" || picked && v.measure) && allOneSided(ts)
	return v, nil
}

func allOneSided(ts []term) bool {
	return !slices.ContainsFunc(ts, func(t term) bool { return t.attribute || t.twoSided })
}

// argumentTerms are the parts of one argument.
func (s *scope) argumentTerms(f *ast.Func, a ast.Expr, v value) ([]term, error) {
	_, bare := a.(*ast.Column)
	missing := nullsOf(a)
	present := term{when: []string{"(" + v.guarded() + " IS NOT NULL)"}, twoSided: true, full: missing == chosen}
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
		// Whom a part is not nothing for is one more value to count.
		ts = slices.DeleteFunc(ts, func(t term) bool { return !f.Distinct && !t.twoSided || len(t.when) == 0 })
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
	if missing == never {
		return ts, err
	}
	return append(ts, present), err
}
