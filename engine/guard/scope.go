package guard

import (
	"strconv"
	"strings"

	"epsql/macros"
	"epsql/sql/ast"
	"epsql/sql/diag"
)

// scope is where the names of an expression are looked up and on which side of
// the wall it is printed.
type scope struct {
	p       *planner
	place   byte // 'r' on the person engine, 'g' above the wall
	members []*relation
	merged  map[string]value    // columns of USING, lower case
	same    map[string]string   // of identifiers that are always equal, the one that stands for both
	aliases map[string]ast.Expr // names given in the select list, lower case
	env     *environment
	units   []unitRef // whose the rows are
	// from gives FROM on the person engine, which tells types.
	from  func() string
	outer *scope // of a subquery, the query that it stands in
	// hook may answer an expression in place of the scope: keys and aggregates
	// of a leaf are found by it.
	hook func(ast.Expr) (value, bool, error)
	// aggregates and windows say whether such functions may stand here.
	aggregates, windows bool
	// hidden is the mask of rows that a condition could not decide: aggregates
	// over them are masked.
	hidden string
	// decided are the UNIONs whose sides the grouping keys tell apart.
	decided map[int]bool
	// absent: an aggregate over no row is masked, since rows of few are not listed.
	absent bool
	depth  int
}

// bind gives the SQL of e.
func (s *scope) bind(e ast.Expr) (value, error) {
	if s.depth++; s.depth > 400 {
		return value{}, s.p.refuse(e, "too-deep", "the expression is nested too deeply").WithHint("split it into steps")
	}
	defer func() { s.depth-- }()
	if s.hook != nil {
		if v, ok, err := s.hook(e); ok || err != nil {
			return v, err
		}
	}
	switch e := e.(type) {
	case *ast.Column:
		return s.column(e)
	case *ast.Const:
		return constant(e), nil
	case *ast.Param:
		return s.param(e)
	case *ast.Func:
		return s.function(e)
	case *ast.Compare:
		return s.compare(e)
	case *ast.Logic:
		return s.logic(e)
	case *ast.Unary:
		return s.unary(e)
	case *ast.In:
		return s.in(e)
	case *ast.Between:
		return s.between(e)
	case *ast.Coalesce:
		return s.coalesce(e)
	case *ast.Case:
		return s.caseExpr(e)
	case *ast.Cast:
		return s.cast(e)
	case *ast.Window:
		return s.window(e)
	case *ast.Subquery:
		return s.subquery(e)
	}
	return value{}, s.p.refuse(e, "unsupported", "this expression is not supported here").WithHint("name the columns one by one")
}

// plain binds e and refuses an identifier: those are only joined, grouped by
// and counted.
func (s *scope) plain(e ast.Expr) (value, error) {
	v, err := s.bind(e)
	if err == nil && v.ident != "" {
		err = s.p.refuse(e, "identifier", "an identifier of a %s cannot be used in an expression", v.ident).
			WithHint("identifiers are joined, grouped by and counted: count(DISTINCT %s)", nameOf(e))
	}
	return v, err
}

func nameOf(e ast.Expr) string {
	if c, ok := e.(*ast.Column); ok {
		return strings.Join(c.Parts, ".")
	}
	return "id"
}

func (s *scope) column(c *ast.Column) (value, error) {
	name := c.Parts[len(c.Parts)-1]
	if len(c.Parts) == 1 {
		if v, ok := s.merged[strings.ToLower(name)]; ok {
			return v, nil
		}
	}
	members := s.members
	if len(c.Parts) > 1 {
		table := c.Parts[len(c.Parts)-2]
		members = nil
		for _, m := range s.members {
			if strings.EqualFold(m.alias, table) {
				members = append(members, m)
			}
		}
		if len(members) == 0 {
			if v, ok := s.beyond(c); ok {
				return v, nil
			}
			return value{}, s.p.fail(c, "unknown-table", "there is no table %s in FROM", table).
				WithHint("%s", diag.DidYouMean(table, aliasesOf(s.members), "name it in FROM"))
		}
	}
	var found []*column
	for _, m := range members {
		found = append(found, m.find(name)...)
	}
	if len(found) == 1 {
		v := found[0].value
		if same, ok := s.same[v.sql]; ok && v.ident != "" {
			v.sql = same
		}
		return v, nil
	}
	if len(found) > 1 {
		return value{}, s.p.fail(c, "ambiguous", "the column %s is in several tables", name).WithHint("write table.%s", name)
	}
	if e, ok := s.aliases[strings.ToLower(name)]; ok && len(c.Parts) == 1 {
		// A name cannot mean itself.
		delete(s.aliases, strings.ToLower(name))
		defer func() { s.aliases[strings.ToLower(name)] = e }()
		return s.bind(e)
	}
	if v, ok := s.beyond(c); ok {
		return v, nil
	}
	return value{}, s.p.fail(c, "unknown-column", "there is no column %s here", name).
		WithHint("%s", diag.DidYouMean(name, s.columnNames(), "see the zones with `epsql catalog`"))
}

func aliasesOf(members []*relation) []string {
	var out []string
	for _, m := range members {
		out = append(out, m.alias)
	}
	return out
}

func (s *scope) columnNames() []string {
	var out []string
	for _, m := range s.members {
		for _, c := range m.columns {
			out = append(out, c.name)
		}
	}
	for a := range s.aliases {
		out = append(out, a)
	}
	return out
}

func constant(c *ast.Const) value {
	v := value{constant: true, kind: kindOfSQL(c.Type)}
	switch {
	case c.Null:
		v.sql = "NULL"
	case c.Type == "VARCHAR":
		v.sql, v.domain = literal(c.Text), []string{c.Text}
	case c.Type == "DOUBLE":
		v.sql = "CAST(" + literal(c.Text) + " AS DOUBLE)"
	default:
		v.sql, v.domain, v.wide = c.Text, []string{c.Text}, len(c.Text) > 15
	}
	return v
}

func (s *scope) param(e *ast.Param) (value, error) {
	text, ok := s.p.params[e.Name]
	if !ok {
		return value{}, s.p.fail(e, "parameter", "the parameter $%s has no value", e.Name).WithHint("add --param %s=VALUE", e.Name)
	}
	c := &ast.Const{Type: "VARCHAR", Text: text}
	if _, err := strconv.ParseInt(text, 10, 64); err == nil && (text == "0" || !strings.HasPrefix(strings.TrimPrefix(text, "-"), "0")) {
		c.Type = "BIGINT"
	}
	return constant(c), nil
}

// function binds a function, an operator, an aggregate or a scalar macro.
func (s *scope) function(f *ast.Func) (value, error) {
	if f.Schema != "" && f.Schema != "main" {
		return s.macro(f)
	}
	if isAggregate(f.Name) {
		if !s.aggregates {
			return value{}, s.p.refuse(f, "aggregate-place", "the aggregate %s cannot stand here", f.Name).
				WithHint("filter on it with HAVING, or use it above a grouped query")
		}
		return s.glassAggregate(f)
	}
	def, refusal := allowed(f.Name, s.place)
	if refusal != nil {
		return value{}, s.p.place(f, refusal)
	}
	if f.Distinct || f.Filter != nil || len(f.Order) > 0 {
		return value{}, s.p.refuse(f, "unsupported", "DISTINCT, FILTER and ORDER BY belong to aggregates").WithHint("remove them")
	}
	out := value{kind: def.kind, constant: true, risky: true}
	args := make([]string, len(f.Args))
	var masks []string
	dates := 0
	for i, a := range f.Args {
		v, err := s.plain(a)
		if err != nil {
			return value{}, err
		}
		if i == 0 && def.same {
			out.kind = v.kind
		}
		if v.kind == date {
			dates++
		}
		args[i] = v.sql
		masks = append(masks, v.mask)
		out.supports = append(out.supports, v.supports...)
		out.constant = out.constant && v.constant
		out.query = out.query || v.query
		out.wide = out.wide || v.wide && def.kind != boolean
		out.invented = out.invented || v.invented && def.kind != boolean
	}
	if err := s.failing(f, out); err != nil {
		return value{}, err
	}
	out.wide = out.wide || f.Name == "*"
	if (f.Name == "lpad" || f.Name == "rpad") && (len(f.Args) < 2 || !smallNumber(f.Args[1])) {
		return value{}, s.p.refuse(f, "function", "%s needs a constant length of at most 200", f.Name).WithHint("write lpad(x, 8, '0')")
	}
	if f.Operator && (f.Name == "+" || f.Name == "-") && def.same && len(f.Args) == 2 && out.kind == text {
		out.kind = number
	}
	if f.Operator && f.Name == "-" && dates == 2 {
		out.kind = number // of days
	}
	out.mask = orMasks(masks...)
	out.sql = call(f, args)
	return out, nil
}

func smallNumber(e ast.Expr) bool {
	c, ok := e.(*ast.Const)
	if !ok {
		return false
	}
	n, err := strconv.Atoi(c.Text)
	return err == nil && n >= 0 && n <= 200
}

// call prints a function or an operator; the name is on the list of functions.
func call(f *ast.Func, args []string) string {
	switch {
	case f.Operator && len(args) == 2:
		return "(" + args[0] + " " + f.Name + " " + args[1] + ")"
	case f.Operator && len(args) == 1:
		return "(" + f.Name + " " + args[0] + ")"
	case !isWord(f.Name) && len(args) == 2: // LIKE, which DuckDB does not mark as an operator
		return "(" + args[0] + " " + f.Name + " " + args[1] + ")"
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

func isWord(name string) bool { return name[0] >= 'a' && name[0] <= 'z' }

// macro binds a published scalar macro.
func (s *scope) macro(f *ast.Func) (value, error) {
	m, err := s.p.macroNamed(f.Schema+"."+f.Name, f)
	if err != nil {
		return value{}, err
	}
	if m.Table {
		return value{}, s.p.fail(f, "macro-place", "%s is a table macro", m.Name).WithHint("use it in FROM")
	}
	if s.place != 'r' {
		return value{}, s.p.refuse(f, "macro-place", "%s is not answered above the masked cells", m.Name).
			WithHint("use it inside the grouped query and group by it")
	}
	out := value{risky: false}
	if len(m.Columns) > 0 {
		out.kind, out.domain = kindOfSQL(m.Columns[0].Type), m.Columns[0].Domain
	}
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		values, text, err := s.macroArgument(m, f, i, a)
		if err != nil {
			return value{}, err
		}
		args[i] = text
		for _, v := range values {
			out.supports = append(out.supports, v.supports...)
			out.query = out.query || v.query
			out.invented = out.invented || v.invented
		}
	}
	// A number without a closed list of values could be anything that the query
	// chose the arguments for: one sum could carry many counts.
	out.encoded = out.kind == number && out.domain == nil
	out.sql = quote(m.Family) + "." + quote(m.Base+"_v"+strconv.Itoa(m.Version)) + "(" + strings.Join(args, ", ") + ")"
	return out, nil
}

// macroArgument binds one argument of a macro. Where the parameter is a list,
// [a, b, c] is one argument of several values; nowhere else is there a list.
func (s *scope) macroArgument(m *macros.Macro, f *ast.Func, i int, a ast.Expr) ([]value, string, error) {
	name, named := f.Named[i]
	elements, list := []ast.Expr{a}, false
	brackets, ok := a.(*ast.Func)
	for j, p := range m.Params {
		meant := named && p.Name == name || !named && i == j
		if meant && strings.HasSuffix(p.Type, "[]") && ok && (brackets.Schema == "" || brackets.Schema == "main") && brackets.Name == "list_value" {
			elements, list = brackets.Args, true
		}
	}
	values, texts := make([]value, len(elements)), make([]string, len(elements))
	for j, e := range elements {
		v, err := s.plain(e)
		if err != nil {
			return nil, "", err
		}
		values[j], texts[j] = v, v.guarded()
	}
	text := strings.Join(texts, ", ")
	if list {
		text = "list_value(" + text + ")"
	}
	if named {
		text = quote(name) + " := " + text
	}
	return values, text, nil
}
