package ast

import (
	"reflect"
	"slices"
)

// Children are the direct subexpressions of e. The query of a Subquery is not
// among them.
func Children(e Expr) []Expr {
	var out []Expr
	add := func(es ...Expr) {
		for _, x := range es {
			if x != nil && !reflect.ValueOf(x).IsNil() {
				out = append(out, x)
			}
		}
	}
	switch e := e.(type) {
	case *Func:
		add(e.Args...)
		add(e.Filter)
		add(orderExprs(e.Order)...)
	case *Compare:
		add(e.Left, e.Right)
	case *Logic:
		add(e.Args...)
	case *Unary:
		add(e.Arg)
	case *In:
		add(e.Arg)
		add(e.List...)
	case *Coalesce:
		add(e.Args...)
	case *Between:
		add(e.Arg, e.Low, e.High)
	case *Case:
		for _, w := range e.Whens {
			add(w.Cond, w.Then)
		}
		add(e.Else)
	case *Cast:
		add(e.Arg)
	case *Window:
		add(e.Args...)
		add(e.Filter)
		add(e.Partition...)
		add(orderExprs(e.Order)...)
	case *Subquery:
		add(e.Arg)
	case *Star:
		for _, x := range e.Replace {
			add(x)
		}
	}
	return out
}

func orderExprs(order []Order) []Expr {
	out := make([]Expr, len(order))
	for i, o := range order {
		out[i] = o.Expr
	}
	return out
}

// Any tells whether f holds for e or an expression below it.
func Any(e Expr, f func(Expr) bool) bool {
	if e == nil || reflect.ValueOf(e).IsNil() {
		return false
	}
	return f(e) || slices.ContainsFunc(Children(e), func(c Expr) bool { return Any(c, f) })
}

// Conjuncts splits e at its top-level ANDs.
func Conjuncts(e Expr) []Expr {
	if e == nil {
		return nil
	}
	if l, ok := e.(*Logic); ok && l.Op == "AND" {
		var out []Expr
		for _, a := range l.Args {
			out = append(out, Conjuncts(a)...)
		}
		return out
	}
	return []Expr{e}
}

// Walk calls f with every node of a query, outer ones first: queries, tables,
// expressions, and the named steps.
func Walk(q Query, f func(node any)) { walk(reflect.ValueOf(q), f) }

func walk(v reflect.Value, f func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		walk(v.Elem(), f)
	case reflect.Pointer:
		if !v.IsNil() {
			f(v.Interface())
			walk(v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), f)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			walk(v.MapIndex(key), f)
		}
	default: // a word or a number
	}
}
