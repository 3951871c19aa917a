package guard

import (
	"errors"
	"slices"
	"strings"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// An aggregate over an expression is as many cells as the expression has parts:
// sum(1000 + flag) tells count(*) and sum(flag). terms takes an expression apart
// into parts whose supports (who makes the part differ from nothing) must each
// stand on enough persons.

// term is a part: the conditions under which it is not zero. No condition means
// a part that every row has.
type term struct {
	when []string
	// twoSided: the rows outside are a cell too; full: and having none tells.
	twoSided, full bool
	// spare: having none of them is no message.
	spare bool
	// attribute marks a number that is neither an amount nor a condition.
	attribute bool
	bits      []unitBits
}

// maxTerms bounds the parts of one expression.
const maxTerms = 64

func (t term) condition() string { return strings.Join(t.when, " AND ") }

func times(a, b term) term {
	return term{
		when: append(slices.Clone(a.when), b.when...), twoSided: a.twoSided || b.twoSided,
		full: a.full || b.full, spare: a.spare || b.spare, attribute: a.attribute || b.attribute, bits: append(slices.Clone(a.bits), b.bits...),
	}
}

func isTrue(v value) string { return "coalesce(" + v.guarded() + ", FALSE)" }

func condTerm(sql string) term { return term{when: []string{sql}, twoSided: true, full: true} }

// terms takes e apart.
func (s *scope) terms(e ast.Expr) ([]term, error) {
	out, err := s.split(e)
	if err == nil && len(out) > maxTerms {
		err = s.p.refuse(e, "too-complex", "the expression has too many parts to check").WithHint("split it into several columns")
	}
	return out, err
}

func (s *scope) split(e ast.Expr) ([]term, error) {
	if s.hook != nil {
		if v, ok, err := s.hook(e); ok || err != nil {
			return s.valueTerms(e, v, err)
		}
	}
	switch e := e.(type) {
	case *ast.Const:
		if e.Null || strings.Trim(e.Text, "-0.") == "" && e.Type != "VARCHAR" {
			return nil, nil
		}
		return []term{{}}, nil
	case *ast.Param:
		return []term{{}}, nil
	case *ast.Column:
		return s.columnTerms(e)
	case *ast.Case, *ast.Coalesce:
		return s.branchTerms(e)
	case *ast.Cast:
		return s.castTerms(e)
	case *ast.Func:
		return s.functionTerms(e)
	}
	v, err := s.plain(e)
	if err != nil {
		return nil, err
	}
	if v.constant && v.kind != boolean {
		return []term{{}}, nil
	}
	return []term{condTerm(isTrue(v))}, nil
}

func (s *scope) columnTerms(c *ast.Column) ([]term, error) {
	v, err := s.plain(c)
	return s.valueTerms(c, v, err)
}

// valueTerms are the parts of a stored or derived value.
func (s *scope) valueTerms(e ast.Expr, v value, err error) ([]term, error) {
	if err != nil {
		return nil, err
	}
	if v.encoded {
		return nil, s.encoding(e)
	}
	if v.invented && v.kind != boolean {
		return nil, s.inventing(e)
	}
	var out []term
	switch {
	case v.kind == boolean:
		out = append(out, condTerm(isTrue(v)))
	case v.kind == number && v.measure:
		out = append(out, term{when: []string{nonZero(v)}})
	case v.kind == number && v.domain != nil:
		if out, err = s.valuesTerms(e, v); err != nil {
			return nil, err
		}
	case v.kind == number:
		out = append(out, term{when: []string{nonZero(v)}, attribute: true})
	default:
		out = append(out, term{when: []string{"(" + v.guarded() + " IS NOT NULL)"}})
	}
	for _, sp := range v.supports {
		when := sp.within(s.decided)
		if when == "" {
			continue
		}
		out = append(out, term{when: []string{when}, twoSided: sp.twoSided, full: sp.full, spare: sp.spare, bits: sp.bits})
	}
	return out, nil
}

func nonZero(v value) string { return "coalesce(" + v.guarded() + " <> 0, FALSE)" }

// branch is one of the values that an expression may take, and when: a term
// without conditions is always looked at.
type branch struct {
	term
	value ast.Expr
}

// branches takes CASE and coalesce apart; anything else has none.
func (s *scope) branches(e ast.Expr) ([]branch, error) {
	switch e := e.(type) {
	case *ast.Case:
		return s.caseBranches(e)
	case *ast.Coalesce:
		return s.coalesceBranches(e)
	}
	return nil, nil
}

func (s *scope) caseBranches(e *ast.Case) ([]branch, error) {
	var out []branch
	var before []string
	for _, w := range e.Whens {
		c, err := s.plain(w.Cond)
		if err != nil {
			return nil, err
		}
		out = append(out, branch{term{when: append(slices.Clone(before), isTrue(c)), twoSided: true, full: true}, w.Then})
		before = append(before, "NOT "+isTrue(c))
	}
	if e.Else != nil {
		out = append(out, branch{term{when: before, twoSided: true, full: true}, e.Else})
	}
	return out, nil
}

// coalesceBranches: a later argument counts where the earlier ones are NULL; that
// it does so for everybody tells when the query chose where they are.
func (s *scope) coalesceBranches(e *ast.Coalesce) ([]branch, error) {
	var out []branch
	var missing []string
	asked := never
	for i, a := range e.Args {
		out = append(out, branch{term{when: slices.Clone(missing), twoSided: i > 0, full: asked == chosen}, a})
		asked = max(asked, nullsOf(a))
		v, err := s.plain(a)
		if err != nil {
			return nil, err
		}
		missing = append(missing, "("+v.guarded()+" IS NULL)")
	}
	return out, nil
}

// branchTerms: each branch is its condition times its value.
func (s *scope) branchTerms(e ast.Expr) ([]term, error) {
	branches, err := s.branches(e)
	if err != nil {
		return nil, err
	}
	var out []term
	for _, b := range branches {
		ts, err := s.split(b.value)
		if err != nil {
			return nil, err
		}
		for _, t := range ts {
			out = append(out, times(b.term, t))
		}
	}
	return out, nil
}

// castTerms: a number cast to a number keeps its parts; a text code becomes a
// number per value.
func (s *scope) castTerms(e *ast.Cast) ([]term, error) {
	arg, err := s.plain(e.Arg)
	if err != nil {
		return nil, err
	}
	if arg.invented {
		return nil, s.inventing(e)
	}
	if arg.kind == number || arg.kind == boolean || kindOfSQL(e.Type) != number {
		return s.split(e.Arg)
	}
	if arg.kind == text && arg.domain != nil {
		return s.valuesTerms(e, arg)
	}
	return nil, s.encoding(e)
}

// maxValues bounds the values of a code that may be added up as a number.
const maxValues = 20

// valuesTerms are the parts of a number that has a closed list of values: who
// has each of them, since their sum could carry the counts of all.
func (s *scope) valuesTerms(e ast.Expr, v value) ([]term, error) {
	if len(v.domain) > maxValues {
		return nil, s.encoding(e)
	}
	var out []term
	for _, d := range v.domain {
		if strings.Trim(d, "-0.") != "" {
			out = append(out, condTerm("coalesce("+v.guarded()+" = "+literal(d)+", FALSE)"))
		}
	}
	if len(out) == 1 && v.kind == number {
		return []term{condTerm(nonZero(v))}, nil
	}
	return out, nil
}

// inventing refuses values of the query's own tables inside an aggregate over
// persons, for the same reason.
func (s *scope) inventing(e ast.Expr) error {
	return s.p.refuse(e, "encoding", "a value that the query made up is aggregated over persons").
		WithHint("group by it, and compute with it above the grouped query")
}

// encoding refuses numbers made from text inside an aggregate: one sum could
// carry the counts of many values.
func (s *scope) encoding(e ast.Expr) error {
	return s.p.refuse(e, "encoding", "a number made from text or codes is aggregated").
		WithHint("group by the text, or count rows with count(*) FILTER (WHERE condition)")
}

func (s *scope) functionTerms(f *ast.Func) ([]term, error) {
	switch operands := arithmetic(f); {
	case operands == nil:
		return s.otherTerms(f)
	case len(operands) == 1:
		return s.split(operands[0])
	case f.Name == "*":
		return s.productTerms(f)
	}
	return s.sumTerms(f)
}

// arithmetic gives the operands of a function whose parts are those of its
// operands; of others none.
func arithmetic(f *ast.Func) []ast.Expr {
	switch {
	case f.Schema != "" && f.Schema != "main":
		return nil
	case f.Name == "+", f.Name == "-", f.Name == "*", f.Name == "abs":
		return f.Args
	case f.Name == "/" && isConst(f.Args[1]):
		return f.Args[:1]
	}
	return nil
}

func isConst(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Const, *ast.Param:
		return true
	}
	return false
}

func (s *scope) sumTerms(f *ast.Func) ([]term, error) {
	var out []term
	for _, a := range f.Args {
		ts, err := s.split(a)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}

func (s *scope) productTerms(f *ast.Func) ([]term, error) {
	left, err := s.split(f.Args[0])
	if err != nil {
		return nil, err
	}
	right, err := s.split(f.Args[1])
	if err != nil {
		return nil, err
	}
	if len(left)*len(right) > maxTerms {
		return nil, s.p.refuse(f, "too-complex", "the expression has too many parts to check").WithHint("split it into several columns")
	}
	var out []term
	for _, a := range left {
		for _, b := range right {
			if a.attribute && b.attribute {
				return nil, s.p.refuse(f, "encoding", "two numbers that are no amounts are multiplied in an aggregate").
					WithHint("use avg, stddev, corr or covar_samp of the numbers themselves")
			}
			out = append(out, times(a, b))
		}
	}
	return out, nil
}

// otherTerms treats any other function: itself, and everything it is made of.
func (s *scope) otherTerms(f *ast.Func) ([]term, error) {
	v, err := s.plain(f)
	if err != nil {
		return nil, err
	}
	if v.kind == boolean {
		return []term{condTerm(isTrue(v))}, nil
	}
	if v.encoded {
		return nil, s.encoding(f)
	}
	if v.invented {
		return nil, s.inventing(f)
	}
	var out []term
	if v.kind == number {
		if v.domain != nil {
			if out, err = s.valuesTerms(f, v); err != nil {
				return nil, err
			}
		} else {
			out = append(out, term{when: []string{nonZero(v)}, attribute: true})
		}
	}
	for _, a := range f.Args {
		av, err := s.plain(a)
		if err != nil {
			return nil, err
		}
		if av.constant {
			continue
		}
		if v.kind == number && av.kind == text && v.domain == nil {
			return nil, s.encoding(f)
		}
		ts, err := s.split(a)
		if err != nil {
			return nil, err
		}
		for _, t := range ts {
			t.attribute = true
			if len(t.when) > 0 {
				out = append(out, t)
			}
		}
		forks, err := s.forks(a)
		if err != nil {
			return nil, err
		}
		out = append(out, forks...)
		if f.Name == "least" || f.Name == "greatest" {
			// These pass over NULL: that there is one tells as a zero does not.
			out = append(out, term{when: []string{"(" + av.guarded() + " IS NOT NULL)"}, twoSided: true})
		}
	}
	return out, nil
}

// forks are the conditions on which an expression takes one value or another.
// In a sum a branch of zero or NULL adds nothing; to any other function it is a
// value like all others, and so is it to what may yet be done with a column. Those
// inside a function that is no arithmetic are among its own parts.
func (s *scope) forks(e ast.Expr) ([]term, error) {
	if s.hook != nil {
		if _, ok, err := s.hook(e); ok || err != nil {
			return nil, err // its supports are known
		}
	}
	branches, err := s.branches(e)
	if err != nil {
		return nil, err
	}
	var out []term
	var inside []ast.Expr
	for _, b := range branches {
		if len(b.when) > 0 {
			out = append(out, b.term)
		}
		inside = append(inside, b.value)
	}
	switch e := e.(type) {
	case *ast.Cast:
		inside = []ast.Expr{e.Arg}
	case *ast.Func:
		inside = arithmetic(e)
	}
	for _, x := range inside {
		more, err := s.forks(x)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// refused tells whether err is the refusal with a code.
func refused(err error, code string) bool {
	e, ok := errors.AsType[*diag.Error](err)
	return ok && e.Code == code
}

// derive hands on what a projected expression depends on: a bare column keeps
// what it is, anything else gets its parts as hidden supports.
func (s *scope) derive(e ast.Expr, v value) (value, error) {
	_, bare := e.(*ast.Column)
	if s.hook != nil {
		// A key or an aggregate already knows its parts.
		if _, ok, err := s.hook(e); ok && err == nil {
			bare = true
		}
	}
	if bare || v.constant || v.ident != "" || v.kind == boolean || s.place != 'r' {
		return v, nil
	}
	ts, err := s.terms(e)
	if refused(err, "encoding") {
		v.encoded, v.supports = true, nil
		return v, nil
	}
	if err != nil {
		return v, err
	}
	forks, err := s.forks(e)
	if err != nil {
		return v, err
	}
	ts = append(ts, forks...)
	v.supports, v.measure = nil, len(ts) > 0
	for _, t := range ts {
		v.measure = v.measure && !t.attribute && !t.twoSided
		if len(t.when) > 0 && (t.twoSided || len(ts) > 1) {
			v.supports = append(v.supports, support{sql: "(" + t.condition() + ")", twoSided: t.twoSided, full: t.full, spare: t.spare, bits: t.bits})
		}
	}
	return v, nil
}
