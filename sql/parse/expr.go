package parse

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// comparisons are DuckDB's names of the comparison operators.
var comparisons = map[string]string{
	"COMPARE_EQUAL":                "=",
	"COMPARE_NOTEQUAL":             "<>",
	"COMPARE_LESSTHAN":             "<",
	"COMPARE_GREATERTHAN":          ">",
	"COMPARE_LESSTHANOREQUALTO":    "<=",
	"COMPARE_GREATERTHANOREQUALTO": ">=",
	"COMPARE_DISTINCT_FROM":        "IS DISTINCT FROM",
	"COMPARE_NOT_DISTINCT_FROM":    "IS NOT DISTINCT FROM",
}

func (d *decoder) expr(v any) ast.Expr {
	o := d.object(v)
	defer o.done()
	base := ast.Base{Off: o.off, Alias: o.str("alias")}
	switch class := o.str("class"); class {
	case "COLUMN_REF":
		return &ast.Column{Base: base, Parts: o.strings("column_names")}
	case "CONSTANT":
		c := d.constant(o.take("value"), o.off)
		c.Base = base
		return c
	case "PARAMETER":
		return &ast.Param{Base: base, Name: o.str("identifier")}
	case "FUNCTION":
		return d.function(o, base)
	case "COMPARISON":
		op, ok := comparisons[o.kind]
		if !ok {
			d.refuse(words(o.kind), o.off)
		}
		return &ast.Compare{Base: base, Op: op, Left: d.expr(o.take("left")), Right: d.expr(o.take("right"))}
	case "CONJUNCTION":
		return &ast.Logic{Base: base, Op: strings.TrimPrefix(o.kind, "CONJUNCTION_"), Args: d.exprs(o.list("children"))}
	case "OPERATOR":
		return d.operator(o, base)
	case "BETWEEN":
		return &ast.Between{Base: base, Arg: d.expr(o.take("input")), Low: d.expr(o.take("lower")), High: d.expr(o.take("upper"))}
	case "CASE":
		return d.caseExpr(o, base)
	case "CAST":
		return &ast.Cast{Base: base, Arg: d.expr(o.take("child")), Type: d.typeName(o.take("cast_type"), o.off), Try: o.flag("try_cast")}
	case "WINDOW":
		return d.window(o, base)
	case "SUBQUERY":
		return d.subquery(o, base)
	case "STAR":
		return d.star(o, base)
	default:
		d.refuse(words(class), o.off)
		o.keys = nil
		return &ast.Const{Base: base, Type: "NULL", Null: true}
	}
}

func (d *decoder) function(o *object, base ast.Base) ast.Expr {
	f := &ast.Func{
		Base: base, Schema: o.str("schema"), Name: strings.ToLower(o.str("function_name")),
		Distinct: o.flag("distinct"), Operator: o.flag("is_operator"), Filter: d.optional(o.take("filter")),
	}
	for i, child := range o.list("children") {
		arg := d.expr(child)
		if name := arg.Label(); name != "" {
			if f.Named == nil {
				f.Named = map[int]string{}
			}
			f.Named[i] = name
			ast.SetAlias(arg, "")
		}
		f.Args = append(f.Args, arg)
	}
	if by := o.take("order_bys"); by != nil {
		orders := d.object(by)
		var all bool
		if f.Order, all = d.orders(orders); all {
			d.refuse("order by all in a function", o.off)
		}
		orders.done()
	}
	return f
}

func (d *decoder) operator(o *object, base ast.Base) ast.Expr {
	args := d.exprs(o.list("children"))
	one := len(args) == 1
	switch {
	case o.kind == "OPERATOR_NOT" && one:
		return &ast.Unary{Base: base, Op: "NOT", Arg: args[0]}
	case o.kind == "OPERATOR_IS_NULL" && one:
		return &ast.Unary{Base: base, Op: "IS NULL", Arg: args[0]}
	case o.kind == "OPERATOR_IS_NOT_NULL" && one:
		return &ast.Unary{Base: base, Op: "IS NOT NULL", Arg: args[0]}
	case (o.kind == "COMPARE_IN" || o.kind == "COMPARE_NOT_IN") && len(args) > 1:
		return &ast.In{Base: base, Not: o.kind == "COMPARE_NOT_IN", Arg: args[0], List: args[1:]}
	case o.kind == "GROUPING_FUNCTION":
		return &ast.Func{Base: base, Name: "grouping", Args: args}
	case o.kind == "OPERATOR_COALESCE" && len(args) > 0:
		return &ast.Coalesce{Base: base, Args: args}
	}
	d.refuse(words(strings.TrimPrefix(o.kind, "OPERATOR_")), o.off)
	return &ast.Const{Base: base, Type: "NULL", Null: true}
}

func (d *decoder) caseExpr(o *object, base ast.Base) ast.Expr {
	c := &ast.Case{Base: base, Else: d.optional(o.take("else_expr"))}
	for _, v := range o.list("case_checks") {
		m, _ := v.(map[string]any)
		c.Whens = append(c.Whens, ast.When{Cond: d.expr(m["when_expr"]), Then: d.expr(m["then_expr"])})
	}
	return c
}

// types are the SQL types that a cast may name.
var types = []string{
	"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE",
	"VARCHAR", "DATE", "TIMESTAMP", "INTERVAL",
}

func (d *decoder) typeName(v any, off int) string {
	m, _ := v.(map[string]any)
	id, _ := m["id"].(string)
	if id == "DECIMAL" {
		info, _ := m["type_info"].(map[string]any)
		return "DECIMAL(" + jsonText(info["width"]) + "," + jsonText(info["scale"]) + ")"
	}
	if !slices.Contains(types, id) || m["type_info"] != nil {
		name := strings.ToLower(id)
		if info, _ := m["type_info"].(map[string]any); id == "UNBOUND" && info != nil {
			name = "this name"
		}
		d.refuse("a cast to type "+name, off)
	}
	return id
}

func (d *decoder) subquery(o *object, base ast.Base) ast.Expr {
	s := &ast.Subquery{Base: base, Kind: o.str("subquery_type"), Arg: d.optional(o.take("child"))}
	inner := d.object(o.take("subquery"))
	s.Query = d.query(inner.take("node"))
	inner.done()
	op := o.str("comparison_type")
	switch {
	case s.Kind == "SCALAR" || s.Kind == "EXISTS":
	case s.Kind == "ANY" && op == "COMPARE_EQUAL":
		s.Kind = "IN"
	default:
		d.refuse("a comparison with ANY or ALL of a subquery", o.off)
	}
	return s
}

func (d *decoder) star(o *object, base ast.Base) ast.Expr {
	s := &ast.Star{Base: base, Table: o.str("relation_name"), Exclude: o.strings("exclude_list")}
	if o.flag("columns") {
		d.refuse("columns()", o.off)
	}
	for _, v := range o.list("replace_list") {
		m, _ := v.(map[string]any)
		name, _ := m["key"].(string)
		if s.Replace == nil {
			s.Replace = map[string]ast.Expr{}
		}
		s.Replace[strings.ToLower(name)] = d.expr(m["value"])
	}
	return s
}

func (d *decoder) window(o *object, base ast.Base) ast.Expr {
	w := &ast.Window{
		Base: base, Name: strings.ToLower(o.str("function_name")), Args: d.exprs(o.list("children")),
		Distinct: o.flag("distinct"), Filter: d.optional(o.take("filter_expr")),
		IgnoreNulls: o.flag("ignore_nulls"), Partition: d.exprs(o.list("partitions")),
	}
	if w.Name == "count" && len(w.Args) == 0 {
		w.Name = "count_star"
	}
	var all bool
	if w.Order, all = d.orders(o); all {
		d.refuse("order by all in a window", o.off)
	}
	for _, key := range []string{"offset_expr", "default_expr"} {
		if e := d.optional(o.take(key)); e != nil {
			w.Args = append(w.Args, e)
		}
	}
	w.Frame = d.frame(o)
	return w
}

// frame writes a window frame, "" for the default one. Its bounds are numbers.
func (d *decoder) frame(o *object) string {
	start, end := o.str("start"), o.str("end")
	from, to := d.optional(o.take("start_expr")), d.optional(o.take("end_expr"))
	if start == "UNBOUNDED_PRECEDING" && end == "CURRENT_ROW_RANGE" {
		return ""
	}
	mode := "ROWS"
	for _, m := range []string{"RANGE", "GROUPS"} {
		if strings.HasSuffix(start, m) || strings.HasSuffix(end, m) {
			mode = m
		}
	}
	return mode + " BETWEEN " + d.bound(start, from, o.off) + " AND " + d.bound(end, to, o.off)
}

func (d *decoder) bound(kind string, e ast.Expr, off int) string {
	kind = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(kind, "_ROWS"), "_RANGE"), "_GROUPS")
	if !strings.HasPrefix(kind, "EXPR_") {
		return strings.ReplaceAll(kind, "_", " ")
	}
	c, ok := e.(*ast.Const)
	if !ok || c.Type != "INTEGER" {
		d.refuse("a window frame whose bound is not a whole number", off)
		return "CURRENT ROW"
	}
	return c.Text + " " + strings.TrimPrefix(kind, "EXPR_")
}
