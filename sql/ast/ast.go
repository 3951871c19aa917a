// Package ast is the tree of a SELECT as DuckDB's own parser sees it.
//
// Every node knows its byte offset in the text it came from, so that a refusal
// can point at the place. Only what the program understands has a node: the
// parser refuses the rest.
package ast

// Query is a *Select or a *SetOp.
type Query interface{ Common() *Clauses }

// Clauses are the parts that a select and a set operation share.
type Clauses struct {
	With     []*CTE
	Distinct bool
	Order    []Order
	OrderAll bool // ORDER BY ALL
	Limit    Expr
	Offset   Expr
	Off      int
}

// CTE is a named step: WITH name(columns) AS (query).
type CTE struct {
	Name    string
	Columns []string
	Query   Query
}

// Select is one SELECT block.
type Select struct {
	Clauses
	Items     []Expr
	From      Table
	Where     Expr
	GroupBy   []Expr
	GroupAll  bool    // GROUP BY ALL
	GroupSets [][]int // ROLLUP, CUBE or GROUPING SETS: positions in GroupBy; nil without
	Having    Expr
	Qualify   Expr
	Pivoted   bool // made of PIVOT: its filters pick the rows of one column
}

// SetOp combines two queries.
type SetOp struct {
	Clauses
	Op          string // UNION, INTERSECT, EXCEPT
	All         bool
	Left, Right Query
}

// Common gives the shared clauses.
func (s *Select) Common() *Clauses { return &s.Clauses }

// Common gives the shared clauses.
func (s *SetOp) Common() *Clauses { return &s.Clauses }

// Order is one ORDER BY key.
type Order struct {
	Expr       Expr
	Descending bool
	Nulls      string // "", "FIRST" or "LAST"
}

// Table is what stands in FROM.
type Table interface{ At() int }

// BaseTable is a name in FROM.
type BaseTable struct {
	Schema, Name string
	Alias        string
	Columns      []string
	Off          int
}

// DerivedTable is a subquery in FROM.
type DerivedTable struct {
	Query   Query
	Alias   string
	Columns []string
	Off     int
}

// Join joins two tables. Kind is INNER, LEFT, RIGHT, FULL, SEMI, ANTI or CROSS.
type Join struct {
	Kind        string
	Left, Right Table
	On          Expr
	Using       []string
	Natural     bool
	Off         int
}

// TableFunc is a function in FROM.
type TableFunc struct {
	Call    *Func
	Alias   string
	Columns []string
	Off     int
}

// Values is a list of constant rows.
type Values struct {
	Rows    [][]Expr
	Alias   string
	Columns []string
	Off     int
}

// Pivot turns values of keys into columns, or back when it unpivots: then Using
// and Groups are empty, and On has one entry per column that becomes a row.
type Pivot struct {
	Source  Table
	Using   []Expr // aggregates
	On      []PivotKey
	Groups  []string
	Unpivot bool
	// Name and Value are the new columns of UNPIVOT; Nulls keeps empty rows.
	Name, Value string
	Nulls       bool
	Alias       string
	Columns     []string
	Off         int
}

// PivotKey is one key of PIVOT with the values that become columns.
type PivotKey struct {
	Keys    []Expr
	Entries []PivotEntry
}

// PivotEntry are the values of the keys for one column, and its name when given.
type PivotEntry struct {
	Values []*Const
	Alias  string
}

// Empty is the absence of FROM.
type Empty struct{}

// At gives the byte offset.
func (t *BaseTable) At() int { return t.Off }

// At gives the byte offset.
func (t *DerivedTable) At() int { return t.Off }

// At gives the byte offset.
func (t *Join) At() int { return t.Off }

// At gives the byte offset.
func (t *TableFunc) At() int { return t.Off }

// At gives the byte offset.
func (t *Values) At() int { return t.Off }

// At gives the byte offset.
func (t *Pivot) At() int { return t.Off }

// At gives -1: there is nothing to point at.
func (t *Empty) At() int { return -1 }

// Expr is an expression.
type Expr interface {
	At() int       // byte offset, -1 when unknown
	Label() string // the alias given with AS, "" when none
	setLabel(string)
}

// Base is the offset and alias that every expression has.
type Base struct {
	Off   int
	Alias string
}

// At gives the byte offset.
func (b *Base) At() int { return b.Off }

// Label gives the alias.
func (b *Base) Label() string { return b.Alias }

func (b *Base) setLabel(s string) { b.Alias = s }

// Column is a name: one to three parts, the last is the column.
type Column struct {
	Base
	Parts []string
}

// Const is a literal. Type is DuckDB's name of its type; Text its value in
// plain notation.
type Const struct {
	Base
	Type string
	Null bool
	Text string
}

// Param is $name.
type Param struct {
	Base
	Name string
}

// Func is a function or operator call.
type Func struct {
	Base
	Schema   string
	Name     string // lower case
	Args     []Expr
	Named    map[int]string // names of arguments given as name := value, by position
	Distinct bool
	Filter   Expr
	Order    []Order
	Operator bool
}

// Compare is a comparison: =, <>, <, >, <=, >=, IS DISTINCT FROM, IS NOT DISTINCT FROM.
type Compare struct {
	Base
	Op          string
	Left, Right Expr
}

// Logic is AND or OR over two or more.
type Logic struct {
	Base
	Op   string
	Args []Expr
}

// Unary is NOT, IS NULL or IS NOT NULL.
type Unary struct {
	Base
	Op  string
	Arg Expr
}

// In is x IN (list) or NOT IN.
type In struct {
	Base
	Not  bool
	Arg  Expr
	List []Expr
}

// Coalesce is COALESCE or IFNULL.
type Coalesce struct {
	Base
	Args []Expr
}

// Between is x BETWEEN low AND high.
type Between struct {
	Base
	Arg, Low, High Expr
}

// When is one branch of a Case.
type When struct{ Cond, Then Expr }

// Case is CASE; Else is nil or NULL when absent.
type Case struct {
	Base
	Whens []When
	Else  Expr
}

// Cast is CAST or TRY_CAST to an SQL type.
type Cast struct {
	Base
	Arg  Expr
	Type string
	Try  bool
}

// Window is a window function.
type Window struct {
	Base
	Name        string // lower case
	Args        []Expr
	Distinct    bool
	Filter      Expr
	IgnoreNulls bool
	Partition   []Expr
	Order       []Order
	Frame       string // "" for the default frame, else its SQL
}

// Subquery is a query in an expression. Kind is SCALAR, EXISTS or IN; Arg is
// the left side of IN.
type Subquery struct {
	Base
	Kind  string
	Arg   Expr
	Query Query
}

// Star is *, t.*, with EXCLUDE and REPLACE.
type Star struct {
	Base
	Table   string
	Exclude []string
	Replace map[string]Expr
}

// SetAlias names an expression.
func SetAlias(e Expr, alias string) { e.setLabel(alias) }
