package guard

import (
	"slices"
	"strconv"
	"strings"

	"epsql/sql/ast"
)

// combine is the value of an operator over parts.
func combine(k kind, sql string, parts ...value) value {
	out := value{kind: k, sql: sql, constant: true}
	var masks []string
	for _, v := range parts {
		masks = append(masks, v.mask)
		out.supports = append(out.supports, v.supports...)
		out.constant = out.constant && v.constant
		out.risky = out.risky || v.risky
		out.query = out.query || v.query
		out.wide = out.wide || v.wide && k != boolean
		out.invented = out.invented || v.invented && k != boolean
	}
	out.mask = orMasks(masks...)
	return out
}

func (s *scope) compare(e *ast.Compare) (value, error) {
	l, err := s.bind(e.Left)
	if err != nil {
		return value{}, err
	}
	r, err := s.bind(e.Right)
	if err != nil {
		return value{}, err
	}
	if l.ident != "" || r.ident != "" {
		same := l.ident == r.ident && (e.Op == "=" || e.Op == "<>" || strings.HasPrefix(e.Op, "IS"))
		if !same {
			return value{}, s.p.refuse(e, "identifier", "an identifier of a %s is compared with something else than another such identifier", firstOf(l.ident, r.ident)).
				WithHint("join on it, group by it or count it: nobody can be picked by number")
		}
	}
	vs := settle([]value{l, r})
	l, r = vs[0], vs[1]
	out := combine(boolean, "("+l.sql+" "+e.Op+" "+r.sql+")", l, r)
	out.domain = []string{"true", "false"}
	if l.kind != r.kind {
		out.risky = true // an implicit cast may fail on some row
	}
	return out, s.failing(e, out)
}

// failing refuses on the person engine what may fail on some row and cannot be
// guarded against it.
func (s *scope) failing(e ast.Expr, v value) error {
	if s.place != 'r' || !v.risky || !v.query {
		return nil
	}
	return s.p.refuse(e, "subquery-arithmetic", "a subquery stands inside a computation that may fail").
		WithHint("name the condition in a step first: SELECT id, id IN (SELECT …) AS c …")
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *scope) list(es []ast.Expr) ([]value, error) {
	out := make([]value, len(es))
	for i, e := range es {
		v, err := s.plain(e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	if s.place == 'r' {
		out = settle(out)
	}
	return out, nil
}

func sqlOf(vs []value) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.sql
	}
	return out
}

func (s *scope) logic(e *ast.Logic) (value, error) {
	vs, err := s.list(e.Args)
	if err != nil {
		return value{}, err
	}
	out := combine(boolean, "("+strings.Join(sqlOf(vs), " "+e.Op+" ")+")", vs...)
	out.domain = []string{"true", "false"}
	return out, nil
}

func (s *scope) unary(e *ast.Unary) (value, error) {
	v, err := s.bind(e.Arg)
	if err != nil {
		return value{}, err
	}
	if e.Op == "NOT" {
		if v.ident != "" {
			return s.plain(e.Arg)
		}
		v = combine(boolean, "(NOT "+v.sql+")", v)
	} else {
		v = combine(boolean, "("+v.sql+" "+e.Op+")", v)
	}
	v.domain = []string{"true", "false"}
	return v, nil
}

func (s *scope) in(e *ast.In) (value, error) {
	vs, err := s.list(append([]ast.Expr{e.Arg}, e.List...))
	if err != nil {
		return value{}, err
	}
	op := " IN ("
	if e.Not {
		op = " NOT IN ("
	}
	out := combine(boolean, "("+vs[0].sql+op+strings.Join(sqlOf(vs[1:]), ", ")+"))", vs...)
	out.domain = []string{"true", "false"}
	for _, v := range vs[1:] {
		out.risky = out.risky || v.kind != vs[0].kind
	}
	return out, s.failing(e, out)
}

func (s *scope) between(e *ast.Between) (value, error) {
	vs, err := s.list([]ast.Expr{e.Arg, e.Low, e.High})
	if err != nil {
		return value{}, err
	}
	out := combine(boolean, "("+vs[0].sql+" BETWEEN "+vs[1].sql+" AND "+vs[2].sql+")", vs...)
	out.domain = []string{"true", "false"}
	out.risky = out.risky || vs[1].kind != vs[0].kind || vs[2].kind != vs[0].kind
	return out, s.failing(e, out)
}

func (s *scope) coalesce(e *ast.Coalesce) (value, error) {
	vs, err := s.list(e.Args)
	if err != nil {
		return value{}, err
	}
	out := combine(vs[0].kind, "coalesce("+strings.Join(sqlOf(vs), ", ")+")", vs...)
	out.domain = unionDomain(vs)
	return out, nil
}

// unionDomain is the closed list of values that any of vs may give.
func unionDomain(vs []value) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range vs {
		if v.sql == "NULL" {
			continue
		}
		if v.domain == nil {
			return nil
		}
		for _, d := range v.domain {
			if !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	return out
}

func (s *scope) caseExpr(e *ast.Case) (value, error) {
	var es []ast.Expr
	for _, w := range e.Whens {
		es = append(es, w.Cond, w.Then)
	}
	if e.Else != nil {
		es = append(es, e.Else)
	}
	parts, err := s.list(es)
	if err != nil {
		return value{}, err
	}
	var b strings.Builder
	var results []value
	b.WriteString("CASE")
	for i := range e.Whens {
		b.WriteString(" WHEN " + parts[2*i].sql + " THEN " + parts[2*i+1].sql)
		results = append(results, parts[2*i+1])
	}
	if e.Else != nil {
		last := parts[len(parts)-1]
		b.WriteString(" ELSE " + last.sql)
		results = append(results, last)
	}
	b.WriteString(" END")
	out := combine(unknown, "("+b.String()+")", parts...)
	out.domain = unionDomain(results)
	for _, r := range results {
		if r.sql != "NULL" {
			out.kind = r.kind
			break
		}
	}
	return out, nil
}

func (s *scope) cast(e *ast.Cast) (value, error) {
	v, err := s.plain(e.Arg)
	if err != nil {
		return value{}, err
	}
	if s.place == 'r' && (e.Type == "HUGEINT" || tooWide(e.Type)) {
		return value{}, s.p.refuse(e, "cast", "a cast to %s is not answered on persons", e.Type).WithHint("use BIGINT, DOUBLE or DECIMAL(18,4)")
	}
	out := combine(kindOfSQL(e.Type), "TRY_CAST("+v.sql+" AS "+e.Type+")", v)
	out.domain = castDomain(v, out.kind)
	return out, nil
}

// castDomain is the closed list of values that a cast may give.
func castDomain(v value, to kind) []string {
	switch {
	case v.domain == nil || v.kind == to:
		return v.domain
	case v.kind == boolean && to == number:
		return []string{"0", "1"}
	case v.kind == text && to == number:
		numeric := func(s string) bool { _, err := strconv.ParseFloat(s, 64); return err == nil }
		if slices.ContainsFunc(v.domain, func(s string) bool { return !numeric(s) }) {
			return nil
		}
		return v.domain
	case to == text:
		return v.domain
	}
	return nil
}

// tooWide tells whether a decimal type is so wide that a sum may overflow.
func tooWide(typ string) bool {
	digits, ok := strings.CutPrefix(typ, "DECIMAL(")
	if !ok {
		return false
	}
	width, _, _ := strings.Cut(digits, ",")
	n, err := strconv.Atoi(width)
	return err != nil || n > 18
}
