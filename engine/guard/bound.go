package guard

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"epsql/catalog"
	"epsql/engine/columnar"
	"epsql/engine/exact"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

// Before a statement runs on the person engine, DuckDB says what it understood:
// the bound plan, in which names are resolved and macros and views unfolded. Every
// operator, every table and every function in it must be on a list. The planner
// writes nothing else; should it err, or DuckDB read a text otherwise than its own
// parser did, the statement does not run.

// What a bound plan may hold besides the functions of functions.csv: operators of
// the plan, classes of expressions, and functions that the guard itself writes.
//
//go:embed bound.csv
var boundCSV string

// boundLists are the names of boundCSV by what they are.
var boundLists = sync.OnceValue(func() map[string][]string {
	rows, err := csv.NewReader(strings.NewReader(boundCSV)).ReadAll()
	if err != nil {
		panic(err) // embedded with the program: cannot happen to a user
	}
	out := map[string][]string{}
	for _, r := range rows[1:] {
		out[r[0]] = append(out[r[0]], r[1])
	}
	return out
})

// boundCheck knows what one request may run, and which of its statements were
// found to run nothing else.
type boundCheck struct {
	tables []string // schema.name, lower case
	code   []string // SQL of the macros that are used, lower case
	passed sync.Map // statements
}

// query runs a statement of a leaf on the person engine, once its bound plan is
// found to hold nothing but what is on the lists.
func (l *leaf) query(ctx context.Context, conn *sql.Conn, statement string) (*columnar.Scan, error) {
	if err := l.bound.allow(ctx, conn, statement); err != nil {
		return nil, err
	}
	scan, err := columnar.Query(ctx, conn, statement)
	if err != nil {
		return nil, personFault(ctx, err)
	}
	return scan, nil
}

// newBoundCheck lists what a request that uses some macros may read: the tables
// of the catalogue, its code lists, the rows that a study keeps, and the delivered
// identifiers that a macro says it needs.
func newBoundCheck(c *catalog.Catalog, reg *macros.Registry, used []string, steps []Step) *boundCheck {
	b := &boundCheck{}
	for _, t := range c.Tables {
		b.tables = append(b.tables, "main."+strings.ToLower(t.Name))
	}
	for _, l := range c.Lists {
		b.tables = append(b.tables, "ref."+strings.ToLower(l.Name))
	}
	for _, s := range steps {
		b.tables = append(b.tables, strings.ToLower(strings.ReplaceAll(s.From, `"`, "")))
	}
	b.unfold(c, reg, used)
	return b
}

// unfold adds what macros, and the macros that they use, may read and call.
func (b *boundCheck) unfold(c *catalog.Catalog, reg *macros.Registry, used []string) {
	for _, name := range used {
		m := reg.Lookup(name)
		if m == nil || slices.Contains(b.code, strings.ToLower(m.SQL)) {
			continue
		}
		b.code = append(b.code, strings.ToLower(m.SQL))
		for _, unit := range m.IDs {
			_, table := store.IDTable(c, unit)
			b.tables = append(b.tables, strings.ToLower(strings.ReplaceAll(table, `"`, "")))
		}
		b.unfold(c, reg, m.Uses)
	}
}

// boundReply is DuckDB's answer about a statement.
type boundReply struct {
	Error bool   `json:"error"`
	Type  string `json:"error_type"`
	Plans []any  `json:"plans"`
}

// allow refuses a statement that would run something that is not on the lists. A
// statement that DuckDB cannot bind passes: it does not run, and its error is told
// where it is run.
func (b *boundCheck) allow(ctx context.Context, conn *sql.Conn, statement string) error {
	if b == nil {
		return notBound("a statement that nobody looked at")
	}
	if _, passed := b.passed.Load(statement); passed {
		return nil
	}
	var text string
	err := conn.QueryRowContext(ctx, "SELECT json_serialize_plan($1::VARCHAR, skip_null := true, skip_empty := true)::VARCHAR", statement).Scan(&text)
	if err != nil {
		return personFault(ctx, err)
	}
	var reply boundReply
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&reply); err != nil {
		return notBound("a plan that cannot be read")
	}
	if reply.Error && slices.Contains(boundLists()["error"], strings.ToLower(reply.Type)) {
		return nil
	}
	if reply.Error || len(reply.Plans) != 1 {
		return notBound("a plan that cannot be shown")
	}
	if err := b.node(reply.Plans[0]); err != nil {
		return err
	}
	b.passed.Store(statement, true)
	return nil
}

// node walks a plan.
func (b *boundCheck) node(n any) error {
	switch n := n.(type) {
	case []any:
		for _, x := range n {
			if err := b.node(x); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := b.object(n); err != nil {
			return err
		}
		for key, x := range n {
			var err error
			switch key {
			case "value": // a constant
			case "aggr_expr":
				err = b.ofList(x)
			default:
				err = b.node(x)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// ofList checks the aggregate of a list. A list is of one row and has its order.
func (b *boundCheck) ofList(n any) error {
	aggregate, _ := n.(map[string]any)
	if name, _ := aggregate["name"].(string); !b.function(name) {
		return notBound("the function " + name)
	}
	return nil
}

// object checks an operator or an expression.
func (b *boundCheck) object(n map[string]any) error {
	typ, _ := n["type"].(string)
	name, _ := n["name"].(string)
	class, expression := n["expression_class"].(string)
	switch {
	case strings.HasPrefix(typ, "LOGICAL_"):
		if !slices.Contains(boundLists()["operator"], typ) {
			return notBound("the operator " + typ)
		}
		if typ == "LOGICAL_GET" {
			return b.get(name, n)
		}
	case expression:
		if !slices.Contains(boundLists()["expression"], class) {
			return notBound("the expression " + class)
		}
		if name != "" && !b.function(name) {
			return notBound("the function " + name)
		}
		if exact.Has(name) && !b.macro(name) && addsFloats(n) {
			return notBound("the function " + name + " over floating-point numbers")
		}
	}
	return nil
}

// get checks what a plan reads: a table, or a series.
func (b *boundCheck) get(name string, n map[string]any) error {
	if name != "seq_scan" {
		if f, known := functions()[name]; known && strings.Contains(f.where, "t") {
			return nil
		}
		return notBound("the table function " + name)
	}
	data, _ := n["function_data"].(map[string]any)
	schema, _ := data["schema"].(string)
	table, _ := data["table"].(string)
	if full := strings.ToLower(schema + "." + table); !slices.Contains(b.tables, full) {
		return notBound("the table " + full)
	}
	return nil
}

// addsFloats tells whether an aggregate takes floating-point numbers.
func addsFloats(n map[string]any) bool {
	arguments, _ := n["arguments"].([]any)
	return slices.ContainsFunc(arguments, func(a any) bool {
		typ, _ := a.(map[string]any)
		id, _ := typ["id"].(string)
		return floats(id)
	})
}

// function tells whether a function may run: an analyst may use it, the guard
// writes it, or a macro that is used names it.
func (b *boundCheck) function(name string) bool {
	if f, known := functions()[name]; known && strings.ContainsAny(f.where, "rlpw") {
		return true
	}
	if of, found := strings.CutPrefix(name, exact.Name("")); found && exact.Has(of) {
		return true
	}
	return slices.Contains(boundLists()["function"], name) || strings.HasPrefix(name, "units_to_") || strings.HasPrefix(name, "sides_to_") || b.macro(name)
}

// macro tells whether a macro that is used names a function.
func (b *boundCheck) macro(name string) bool {
	return slices.ContainsFunc(b.code, func(sql string) bool { return strings.Contains(sql, name+"(") })
}

// notBound is the refusal of a statement of our own: what it says is about SQL,
// never about data.
func notBound(what string) *diag.Error {
	return diag.New(diag.Guard, "bound-plan", "the query would run %s, which is not on the list", what).
		WithHint("report the query: it was taken apart wrongly; write it in simpler steps meanwhile")
}
