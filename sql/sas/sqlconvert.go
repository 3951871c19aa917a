package sas

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xwb1989/sqlparser"
)

// convert turns an expression of the parser into one of SAS.
func (q *selection) convert(e sqlparser.Expr) (expr, error) {
	switch e := e.(type) {
	case *sqlparser.ParenExpr:
		x, err := q.convert(e.Expr)
		return grouped{x}, err
	case *sqlparser.AndExpr:
		return q.pair("and", e.Left, e.Right)
	case *sqlparser.OrExpr:
		return q.pair("or", e.Left, e.Right)
	case *sqlparser.NotExpr:
		x, err := q.convert(e.Expr)
		return unary{"not", x}, err
	case *sqlparser.NullVal:
		return noValue{}, nil
	case *sqlparser.SQLVal:
		return literalOf(e)
	case *sqlparser.ColName:
		return q.columnName(e)
	case *sqlparser.UnaryExpr:
		x, err := q.convert(e.Expr)
		if e.Operator == "+" {
			return x, err
		}
		return unary{e.Operator, x}, err
	case *sqlparser.BinaryExpr:
		op := map[string]string{"|": "||", "^": "**"}[e.Operator]
		if op == "" {
			op = e.Operator
		}
		return q.pair(op, e.Left, e.Right)
	case *sqlparser.ComparisonExpr:
		return q.comparison(e)
	case *sqlparser.RangeCond:
		x, err := q.convertAll(e.Left, e.From, e.To)
		if err != nil {
			return nil, err
		}
		return between{x[0], x[1], x[2], e.Operator == sqlparser.NotBetweenStr}, nil
	case *sqlparser.IsExpr:
		x, err := q.convert(e.Expr)
		return isMissing{x, e.Operator == sqlparser.IsNotNullStr}, err
	case *sqlparser.ExistsExpr:
		sub, _, err := q.subquery(e.Subquery)
		return raw{"EXISTS (" + sub + ")", numberKind, true}, err
	case *sqlparser.Subquery:
		sub, columns, err := q.subquery(e)
		if err != nil || len(columns) != 1 {
			return nil, orElse(err, fmt.Errorf("a query in an expression has one column"))
		}
		return raw{"(" + sub + ")", columns[0].kind, false}, nil
	case *sqlparser.FuncExpr:
		return q.function(e)
	case *sqlparser.CaseExpr:
		return q.caseOf(e)
	}
	return nil, fmt.Errorf("this expression is not understood")
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (q *selection) convertAll(list ...sqlparser.Expr) ([]expr, error) {
	out := make([]expr, len(list))
	for i, e := range list {
		x, err := q.convert(e)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

func (q *selection) pair(op string, x, y sqlparser.Expr) (expr, error) {
	list, err := q.convertAll(x, y)
	if err != nil {
		return nil, err
	}
	return binary{op, list[0], list[1]}, nil
}

func literalOf(e *sqlparser.SQLVal) (expr, error) {
	text := string(e.Val)
	if e.Type == sqlparser.StrVal {
		return textLit{text}, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("%s is no number", text)
	}
	return numberLit{v, text}, nil
}

// columnName is a column, or the expression that it stands for.
func (q *selection) columnName(e *sqlparser.ColName) (expr, error) {
	n := name{plainName(e.Qualifier.Name.String()), plainName(e.Name.String())}
	if n.qualifier != "calculated" {
		return n, nil
	}
	if x, ok := q.aliases[n.name]; ok {
		return grouped{x}, nil
	}
	return nil, fmt.Errorf("nothing is calculated as %s", n.name)
}

func (q *selection) comparison(e *sqlparser.ComparisonExpr) (expr, error) {
	x, err := q.convert(e.Left)
	if err != nil {
		return nil, err
	}
	switch e.Operator {
	case sqlparser.InStr, sqlparser.NotInStr:
		return q.membership(x, e)
	}
	y, err := q.convert(e.Right)
	if err != nil {
		return nil, err
	}
	op, not := strings.CutPrefix(e.Operator, "not ")
	if op == "!=" {
		op = "<>"
	}
	if op == "regexp" {
		op = "contains"
	}
	var out expr = binary{op, x, y}
	if not {
		out = unary{"not", grouped{out}}
	}
	return out, nil
}

func (q *selection) membership(x expr, e *sqlparser.ComparisonExpr) (expr, error) {
	not := e.Operator == sqlparser.NotInStr
	if sub, ok := e.Right.(*sqlparser.Subquery); ok {
		return q.inQuery(x, sub, not)
	}
	tuple, ok := e.Right.(sqlparser.ValTuple)
	if !ok {
		return nil, fmt.Errorf("a list or a query is expected after in")
	}
	out := inList{x: x, not: not}
	for _, item := range tuple {
		v, err := q.convert(item)
		if err != nil {
			return nil, err
		}
		if c, ok := v.(call); ok && c.name == "span" {
			v = binary{":", c.args[0], c.args[1]}
		}
		out.list = append(out.list, v)
	}
	return out, nil
}

// inQuery is x in (select …). SQL's NOT IN is never true when a value is NULL;
// SAS compares missing values like others.
func (q *selection) inQuery(x expr, sub *sqlparser.Subquery, not bool) (expr, error) {
	text, columns, err := q.subquery(sub)
	if err != nil {
		return nil, err
	}
	v, err := q.r.value(x)
	if err != nil {
		return nil, err
	}
	if len(columns) != 1 {
		return nil, fmt.Errorf("a query after in has one column")
	}
	c := raw{"EXISTS (FROM (" + text + ") AS listed(value) WHERE listed.value IS NOT DISTINCT FROM " + in(v, precConcat) + ")", numberKind, true}
	if not {
		return unary{"not", c}, nil
	}
	return c, nil
}

func (q *selection) function(e *sqlparser.FuncExpr) (expr, error) {
	out := call{name: strings.TrimPrefix(e.Name.Lowered(), "f_"), distinct: e.Distinct}
	for _, a := range e.Exprs {
		switch a := a.(type) {
		case *sqlparser.StarExpr:
			out.args = append(out.args, star{})
		case *sqlparser.AliasedExpr:
			x, err := q.convert(a.Expr)
			if err != nil {
				return nil, err
			}
			out.args = append(out.args, x)
		}
	}
	return special(out)
}

// special are the functions that stand for something else.
func special(c call) (expr, error) {
	text := func(i int) string {
		if i < len(c.args) {
			if t, ok := c.args[i].(textLit); ok {
				return t.value
			}
		}
		return ""
	}
	switch c.name {
	case "sas_d":
		y, m, d, ok := parseDate(text(0))
		if !ok {
			return nil, fmt.Errorf("%q is no date", text(0))
		}
		return dateLit{y, m, d}, nil
	case "sas_dt", "sas_t":
		seconds, ok := parseStamp(text(0), c.name == "sas_t")
		if !ok {
			return nil, fmt.Errorf("%q is no time", text(0))
		}
		return stampLit{seconds}, nil
	case "put", "input":
		f, ok := parseFormat(text(1))
		if !ok {
			return nil, fmt.Errorf("%s needs a format", c.name)
		}
		c.args[1] = f
	}
	return c, nil
}

func (q *selection) caseOf(e *sqlparser.CaseExpr) (expr, error) {
	var out caseExpr
	for _, w := range e.Whens {
		list, err := q.convertAll(w.Cond, w.Val)
		if err != nil {
			return nil, err
		}
		if e.Expr != nil {
			subject, err := q.convert(e.Expr)
			if err != nil {
				return nil, err
			}
			list[0] = binary{"=", subject, list[0]}
		}
		out.whens = append(out.whens, whenExpr{list[0], list[1]})
	}
	if e.Else == nil {
		return out, nil
	}
	x, err := q.convert(e.Else)
	out.otherwise = x
	return out, err
}
