package guard

import (
	"slices"
	"strconv"
	"strings"

	"epsql/sql/ast"
)

// An average is over the rows that have a value, so whether all have one is a
// message too, wherever the query decides who has. nulls tells from the text
// alone who decides.

// nulls is where the missing values of an expression come from; a later one
// rules an earlier one.
type nulls int

const (
	never  nulls = iota // it has a value on every row
	stored              // a stored column has none
	chosen              // the query may have chosen who has one
)

// nullsOf tells where the missing values of e come from. Arithmetic counts only
// where no value can be too large for it, because that would choose rows.
func nullsOf(e ast.Expr) nulls {
	switch e := e.(type) {
	case *ast.Const:
		if e.Null {
			return chosen
		}
		return never
	case *ast.Column:
		return stored
	case *ast.Coalesce:
		return least(e.Args)
	case *ast.Case:
		return caseNulls(e)
	case *ast.Func:
		return functionNulls(e)
	}
	return chosen
}

// functionNulls: these have a value wherever their arguments have.
func functionNulls(f *ast.Func) nulls {
	if f.Schema != "" && f.Schema != "main" {
		return chosen
	}
	switch f.Name {
	case "+", "-":
		if slices.ContainsFunc(f.Args, func(a ast.Expr) bool { return isConst(a) && !moderateConst(a) }) {
			return chosen
		}
		return most(f.Args)
	case "/":
		if moderateConst(f.Args[1]) {
			return nullsOf(f.Args[0])
		}
	case "year", "quarter", "month", "day", "date_diff", "datediff", "round", "abs":
		return most(f.Args)
	case "greatest", "least":
		return least(f.Args)
	}
	return chosen
}

// caseNulls: with an ELSE and values everywhere, no row is left out.
func caseNulls(c *ast.Case) nulls {
	if c.Else == nil || nullsOf(c.Else) != never {
		return chosen
	}
	for _, w := range c.Whens {
		if nullsOf(w.Then) != never {
			return chosen
		}
	}
	return never
}

func most(es []ast.Expr) nulls {
	out := never
	for _, e := range es {
		out = max(out, nullsOf(e))
	}
	return out
}

// least: one argument that always has a value is enough; otherwise the query
// chose among them.
func least(es []ast.Expr) nulls {
	if slices.ContainsFunc(es, func(e ast.Expr) bool { return nullsOf(e) == never }) {
		return never
	}
	return chosen
}

// moderateConst tells whether e is a number other than zero that no amount or
// date is too large to be added to or divided by.
func moderateConst(e ast.Expr) bool {
	c, ok := e.(*ast.Const)
	if !ok || c.Null || c.Type == "VARCHAR" {
		return false
	}
	n, err := strconv.ParseFloat(strings.TrimPrefix(c.Text, "-"), 64)
	return err == nil && n >= 0.001 && n <= 1_000_000
}
