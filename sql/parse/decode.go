package parse

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"epsql/sql/ast"
)

// decoder turns DuckDB's JSON into the tree. The first refusal stays in err;
// after it the methods return harmless nodes.
type decoder struct {
	text Text
	err  error
}

// object is one JSON node. Its keys are taken one by one; what is left over in
// the end must be empty.
type object struct {
	d    *decoder
	keys map[string]any
	off  int
	kind string
}

// harmless are keys that say nothing when they have these values.
var harmless = map[string][]any{
	"aggregate_handling": {"STANDARD_HANDLING"},
	"exclude_clause":     {"NO_OTHER"},
	"with_ordinality":    {"WITHOUT_ORDINALITY"},
	"materialized":       {"CTE_MATERIALIZE_DEFAULT", "CTE_MATERIALIZE_ALWAYS", "CTE_MATERIALIZE_NEVER"},
	"catalog_name":       {""},
}

func (d *decoder) object(v any) *object {
	m, ok := v.(map[string]any)
	o := &object{d: d, keys: m, off: -1}
	if !ok {
		o.keys = map[string]any{}
		d.refuse("this syntax", -1)
		return o
	}
	if n, ok := o.take("query_location").(json.Number); ok {
		if i, err := strconv.ParseInt(string(n), 10, 63); err == nil {
			o.off = d.text.Start + int(i)
		}
	}
	o.kind = o.str("type")
	return o
}

func (d *decoder) refuse(what string, off int) {
	if d.err != nil {
		return
	}
	if off >= 0 {
		off -= d.text.Start
	}
	d.err = Unsupported(what, d.text.At(off))
}

func (o *object) take(key string) any {
	v := o.keys[key]
	delete(o.keys, key)
	return v
}

func (o *object) str(key string) string {
	s, _ := o.take(key).(string)
	return s
}

func (o *object) flag(key string) bool {
	b, _ := o.take(key).(bool)
	return b
}

func (o *object) list(key string) []any {
	l, _ := o.take(key).([]any)
	return l
}

func (o *object) strings(key string) []string {
	var out []string
	for _, v := range o.list(key) {
		s, ok := v.(string)
		if !ok {
			o.d.refuse("this list of names", o.off)
		}
		out = append(out, s)
	}
	return out
}

// done refuses whatever was not taken and is not empty.
func (o *object) done() {
	for k, v := range o.keys {
		if !isEmpty(v) && !slices.Contains(harmless[k], v) {
			o.d.refuse(strings.ToLower(strings.ReplaceAll(o.kind+" with "+k, "_", " ")), o.off)
		}
	}
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for k, x := range v {
			if k != "type" && !isEmpty(x) {
				return false
			}
		}
		return true
	}
	return false
}

func (d *decoder) query(v any) ast.Query {
	o := d.object(v)
	defer o.done()
	switch o.kind {
	case "SELECT_NODE":
		return d.selectNode(o)
	case "SET_OPERATION_NODE":
		s := &ast.SetOp{Op: o.str("setop_type"), All: o.flag("setop_all")}
		d.clauses(o, &s.Clauses)
		s.Left, s.Right = d.query(o.take("left")), d.query(o.take("right"))
		if s.Op != "UNION" && s.Op != "INTERSECT" && s.Op != "EXCEPT" {
			d.refuse(words(s.Op), o.off)
		}
		return s
	}
	d.refuse(words(o.kind), o.off)
	o.keys = nil
	return &ast.Select{From: &ast.Empty{}}
}

// words makes a DuckDB node name readable.
func words(kind string) string { return strings.ToLower(strings.ReplaceAll(kind, "_", " ")) }

func (d *decoder) selectNode(o *object) ast.Query {
	s := &ast.Select{}
	d.clauses(o, &s.Clauses)
	s.Items = d.exprs(o.list("select_list"))
	s.From = d.table(o.take("from_table"))
	s.Where = d.optional(o.take("where_clause"))
	s.GroupBy = d.exprs(o.list("group_expressions"))
	s.GroupSets = d.sets(o.list("group_sets"), len(s.GroupBy))
	if h := o.str("aggregate_handling"); h == "FORCE_AGGREGATES" {
		s.GroupAll = true
	} else if h != "STANDARD_HANDLING" {
		d.refuse(words(h), o.off)
	}
	s.Having = d.optional(o.take("having"))
	s.Qualify = d.optional(o.take("qualify"))
	s.Off = o.off
	if s.Off < 0 && len(s.Items) > 0 {
		s.Off = s.Items[0].At()
	}
	return s
}

// sets reads grouping sets; nil when there is one with all the keys.
func (d *decoder) sets(raw []any, keys int) [][]int {
	var out [][]int
	for _, r := range raw {
		members, _ := r.([]any)
		set := make([]int, len(members))
		for i, m := range members {
			n, err := strconv.Atoi(jsonText(m))
			if err != nil || n < 0 || n >= keys {
				d.refuse("this grouping set", -1)
				return nil
			}
			set[i] = n
		}
		out = append(out, set)
	}
	if len(out) == 1 && len(out[0]) == keys {
		return nil
	}
	return out
}

func (d *decoder) clauses(o *object, c *ast.Clauses) {
	if m, ok := o.take("cte_map").(map[string]any); ok {
		entries, _ := m["map"].([]any)
		for _, e := range entries {
			c.With = append(c.With, d.cte(e))
		}
	}
	for _, v := range o.list("modifiers") {
		d.modifier(v, c)
	}
}

func (d *decoder) cte(v any) *ast.CTE {
	entry := d.object(v)
	value := d.object(entry.take("value"))
	cte := &ast.CTE{Name: entry.str("key"), Columns: value.strings("aliases")}
	query := d.object(value.take("query"))
	cte.Query = d.query(query.take("node"))
	query.done()
	value.done()
	entry.done()
	return cte
}

func (d *decoder) modifier(v any, c *ast.Clauses) {
	o := d.object(v)
	defer o.done()
	switch o.kind {
	case "ORDER_MODIFIER":
		c.Order, c.OrderAll = d.orders(o)
	case "LIMIT_MODIFIER":
		c.Limit, c.Offset = d.optional(o.take("limit")), d.optional(o.take("offset"))
	case "DISTINCT_MODIFIER":
		c.Distinct = true
		if len(o.list("distinct_on_targets")) > 0 {
			d.refuse("distinct on", o.off)
		}
	default:
		d.refuse(words(o.kind), o.off)
		o.keys = nil
	}
}

func (d *decoder) orders(o *object) (orders []ast.Order, all bool) {
	for _, v := range o.list("orders") {
		e := d.object(v)
		raw, _ := e.take("expression").(map[string]any)
		if raw["class"] == "STAR" {
			return nil, true
		}
		order := ast.Order{Expr: d.expr(raw), Descending: e.kind == "DESCENDING"}
		switch n := e.str("null_order"); n {
		case "NULLS FIRST", "NULLS LAST":
			order.Nulls = strings.TrimPrefix(n, "NULLS ")
		case "NULLS_FIRST", "NULLS_LAST":
			order.Nulls = strings.TrimPrefix(n, "NULLS_")
		}
		orders = append(orders, order)
		e.done()
	}
	return orders, false
}

func (d *decoder) table(v any) ast.Table {
	o := d.object(v)
	defer o.done()
	alias, columns := o.str("alias"), o.strings("column_name_alias")
	switch o.kind {
	case "EMPTY":
		return &ast.Empty{}
	case "BASE_TABLE":
		return &ast.BaseTable{Schema: o.str("schema_name"), Name: o.str("table_name"), Alias: alias, Columns: columns, Off: o.off}
	case "SUBQUERY":
		sub := d.object(o.take("subquery"))
		defer sub.done()
		return &ast.DerivedTable{Query: d.query(sub.take("node")), Alias: alias, Columns: columns, Off: o.off}
	case "TABLE_FUNCTION":
		f, ok := d.expr(o.take("function")).(*ast.Func)
		if !ok {
			f = &ast.Func{}
			d.refuse("this table function", o.off)
		}
		return &ast.TableFunc{Call: f, Alias: alias, Columns: columns, Off: o.off}
	case "EXPRESSION_LIST":
		t := &ast.Values{Alias: alias, Columns: columns, Off: o.off}
		if names := o.strings("expected_names"); len(names) > 0 && len(columns) == 0 {
			t.Columns = names
		}
		for _, row := range o.list("values") {
			cells, _ := row.([]any)
			t.Rows = append(t.Rows, d.exprs(cells))
		}
		return t
	case "JOIN":
		return d.join(o)
	case "PIVOT":
		return d.pivot(o, alias, columns)
	}
	d.refuse(words(o.kind), o.off)
	o.keys = nil
	return &ast.Empty{}
}

func (d *decoder) pivot(o *object, alias string, columns []string) ast.Table {
	t := &ast.Pivot{
		Source: d.table(o.take("source")), Using: d.exprs(o.list("aggregates")), Groups: o.strings("groups"),
		Nulls: o.flag("include_nulls"), Alias: alias, Columns: columns, Off: o.off,
	}
	values := o.strings("unpivot_names")
	for _, v := range o.list("pivots") {
		p := d.object(v)
		key := ast.PivotKey{Keys: d.exprs(p.list("pivot_expressions"))}
		names := p.strings("unpivot_names")
		for _, e := range p.list("entries") {
			entry := d.object(e)
			one := ast.PivotEntry{Alias: entry.str("alias")}
			for _, c := range entry.list("values") {
				one.Values = append(one.Values, d.constant(c, o.off))
			}
			key.Entries = append(key.Entries, one)
			entry.done()
		}
		t.On = append(t.On, key)
		if len(values) == 1 && len(names) == 1 && len(t.On) == 1 {
			t.Unpivot, t.Name, t.Value = true, names[0], values[0]
		} else if len(values)+len(names) > 0 {
			d.refuse("unpivot into several columns", o.off)
		}
		p.done()
	}
	return t
}

func (d *decoder) join(o *object) ast.Table {
	j := &ast.Join{Kind: o.str("join_type"), Using: o.strings("using_columns"), Off: o.off}
	j.Left, j.Right = d.table(o.take("left")), d.table(o.take("right"))
	j.On = d.optional(o.take("condition"))
	switch ref := o.str("ref_type"); ref {
	case "REGULAR":
	case "CROSS":
		j.Kind = "CROSS"
	case "NATURAL":
		j.Natural = true
	default:
		d.refuse(words(ref)+" join", o.off)
	}
	if j.Kind == "OUTER" {
		j.Kind = "FULL"
	}
	if !slices.Contains([]string{"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "CROSS"}, j.Kind) {
		d.refuse(words(j.Kind)+" join", o.off)
	}
	return j
}

func (d *decoder) exprs(vs []any) []ast.Expr {
	out := make([]ast.Expr, 0, len(vs))
	for _, v := range vs {
		out = append(out, d.expr(v))
	}
	return out
}

func (d *decoder) optional(v any) ast.Expr {
	if v == nil {
		return nil
	}
	return d.expr(v)
}

// constant reads a literal's value into plain notation.
func (d *decoder) constant(v any, off int) *ast.Const {
	m, _ := v.(map[string]any)
	typ, _ := m["type"].(map[string]any)
	c := &ast.Const{Type: "NULL", Null: true}
	c.Off = off
	if id, _ := typ["id"].(string); id != "" {
		c.Type = id
	}
	if null, _ := m["is_null"].(bool); null {
		return c
	}
	c.Null = false
	switch c.Type {
	case "INTEGER", "BIGINT", "HUGEINT", "DOUBLE":
		c.Text = d.number(m["value"], off)
	case "DECIMAL":
		info, _ := typ["type_info"].(map[string]any)
		scale, _ := info["scale"].(json.Number)
		c.Text = decimal(d.number(m["value"], off), string(scale))
	case "VARCHAR":
		c.Text, _ = m["value"].(string)
	default:
		d.refuse("a literal of type "+strings.ToLower(c.Type), off)
	}
	return c
}

func (d *decoder) number(v any, off int) string {
	switch v := v.(type) {
	case json.Number:
		return string(v)
	case map[string]any: // HUGEINT: upper and lower 64 bits
		upper, ok1 := new(big.Int).SetString(jsonText(v["upper"]), 10)
		lower, ok2 := new(big.Int).SetString(jsonText(v["lower"]), 10)
		if ok1 && ok2 {
			return upper.Lsh(upper, 64).Add(upper, lower).String()
		}
	}
	d.refuse("this number", off)
	return "0"
}

func jsonText(v any) string {
	n, _ := v.(json.Number)
	return string(n)
}

// decimal puts the point into an integer with scale digits behind it.
func decimal(digits, scale string) string {
	n, _ := strconv.Atoi(scale)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if n == 0 {
		return sign + digits
	}
	if len(digits) <= n {
		digits = strings.Repeat("0", n-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-n] + "." + digits[len(digits)-n:]
}
