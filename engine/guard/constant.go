package guard

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"epsql/sql/ast"
	"epsql/sql/diag"
)

// A grouped result may be used on rows of persons: as one value, or as a set of
// keys. It is answered first, as a question of its own, masked and recorded, and
// what may be shown of it stands as literals in the rest. Where it is masked, so
// is every cell of whatever uses it.

// hiddenMark stands in SQL for a value that may not be known: leaves that hold it
// are masked altogether.
const hiddenMark = "NULL /* masked */"

// hides tells whether a leaf's SQL uses a masked value.
func hides(sql string) bool { return strings.Contains(sql, hiddenMark) }

// maxSet bounds the values of a grouped result that is used as a set.
const maxSet = 10_000

// published answers a subquery once.
func (p *planner) published(e *ast.Subquery, env *environment) (*Result, error) {
	if r, ok := p.answered[e]; ok {
		return r, nil
	}
	sub := &planner{
		ctx: p.ctx, cfg: p.cfg, guard: p.guard, file: p.file, text: p.text, params: p.params, steps: p.steps, depth: p.depth + 1,
		picking: p.picking,
	}
	if sub.depth > maxDepth {
		return nil, p.refuse(e, "too-deep", "subqueries are nested too deeply").WithHint("split the query into steps")
	}
	plan, err := p.guard.planned(sub, e.Query, env.fresh())
	if err != nil {
		return nil, err
	}
	r, err := p.guard.Run(p.ctx, plan)
	if err != nil {
		if d, ok := errors.AsType[*diag.Error](err); ok && d.Pos.Line == 0 {
			return nil, p.place(e, d)
		}
		return nil, err
	}
	for _, m := range sub.macros {
		if !slices.Contains(p.macros, m) {
			p.macros = append(p.macros, m)
		}
	}
	if len(r.columns) != 1 {
		return nil, p.fail(e, "subquery-columns", "the subquery gives %d columns, not one", len(r.columns)).WithHint("select one column")
	}
	if p.answered == nil {
		p.answered = map[*ast.Subquery]*Result{}
	}
	p.answered[e] = r
	return r, nil
}

// maxDepth bounds how deep grouped results are used below the wall.
const maxDepth = 8

// fresh is the environment with nothing planned yet: the steps belong to another
// question.
func (e *environment) fresh() *environment {
	if e == nil {
		return nil
	}
	return &environment{outer: e.outer.fresh(), cte: e.cte}
}

// scalarBelow binds a single value computed by a query, on the person engine.
func (s *scope) scalarBelow(e *ast.Subquery) (value, error) {
	r, err := s.p.published(e, s.env)
	if err != nil {
		return value{}, err
	}
	if r.Len() > 1 {
		return value{}, s.p.fail(e, "subquery-rows", "the subquery gives %d rows, not one", r.Len()).WithHint("aggregate it: SELECT avg(x) …")
	}
	c := Cell{}
	if r.Len() == 1 {
		c = r.rows[0][0]
	}
	sql, k := literalOf(r.columns[0], c)
	return value{sql: sql, kind: k, constant: true, wide: k == number && len(sql) > 17}, nil
}

// setBelow binds x IN (grouped or public query) on the person engine.
func (s *scope) setBelow(e *ast.Subquery, arg value) (value, error) {
	r, err := s.p.published(e, s.env)
	if err != nil {
		return value{}, err
	}
	if r.Len() > maxSet {
		return value{}, s.p.refuse(e, "set-size", "the set of the subquery has more than %d values", maxSet).WithHint("filter it, or join below")
	}
	list := []string{}
	_, k := literalOf(r.columns[0], Cell{})
	for _, row := range r.rows {
		sql, _ := literalOf(r.columns[0], row[0])
		list = append(list, sql)
	}
	out := arg
	out.domain, out.kind, out.ident, out.measure, out.labels, out.decides = []string{"true", "false"}, boolean, "", false, nil, nil
	out.risky = out.risky || k != arg.kind
	if out.sql = "FALSE"; len(list) > 0 {
		out.sql = "(" + arg.sql + " IN (" + strings.Join(list, ", ") + "))"
	}
	return out, nil
}

// literalOf writes a published value as SQL of its type.
func literalOf(c Column, cell Cell) (sql string, k kind) {
	name := map[string]string{"bool": "BOOLEAN", "int": "HUGEINT", "float": "DOUBLE", "decimal": "DECIMAL(38,4)", "text": "VARCHAR", "date": "DATE", "timestamp": "TIMESTAMP"}[c.Kind]
	k = kindOfSQL(name)
	text := ""
	switch v := cell.Value.(type) {
	case bool:
		text = strconv.FormatBool(v)
	case int64:
		// A plain number takes the type that it is compared with.
		return "(" + strconv.FormatInt(v, 10) + ")", k
	case *big.Int:
		text = v.String()
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		if c.Kind == "decimal" {
			return "(" + v + ")", k
		}
		text = v
	case time.Time:
		text = v.Format("2006-01-02 15:04:05")
	default:
		null := "NULL"
		if cell.Masked {
			null = hiddenMark
		}
		return "CAST(" + null + " AS " + name + ")", k
	}
	return "CAST(" + literal(text) + " AS " + name + ")", k
}
