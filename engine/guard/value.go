package guard

import (
	"slices"
	"strings"

	"epsql/catalog"
)

// kind is the coarse type of a value: enough to tell a condition from a number.
type kind string

const (
	number   kind = "number"
	boolean  kind = "boolean"
	text     kind = "text"
	date     kind = "date"
	interval kind = "interval"
	unknown  kind = ""
)

// kindOf is the kind of a stored type.
func kindOf(t catalog.Type) kind {
	switch t {
	case catalog.TypeText, catalog.TypeCode:
		return text
	case catalog.TypeDate:
		return date
	default:
		return number
	}
}

// kindOfSQL is the kind of an SQL type name.
func kindOfSQL(name string) kind {
	name, _, _ = strings.Cut(strings.ToUpper(name), "(")
	switch name {
	case "VARCHAR":
		return text
	case "BOOLEAN":
		return boolean
	case "DATE", "TIMESTAMP":
		return date
	case "INTERVAL":
		return interval
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UINTEGER", "FLOAT", "DOUBLE", "DECIMAL":
		return number
	}
	return unknown
}

// value is a bound expression: its SQL and what the guard knows of it.
type value struct {
	sql  string
	mask string // above the wall: SQL of the mask bits, "" when never masked
	kind kind
	// ident is the unit whose numbers this value holds, for a bare identifier.
	ident string
	// owner marks the identifier of whom the row belongs to.
	owner bool
	// domain is the complete public list of values, nil when open.
	domain []string
	// measure marks a stored amount or count, or a sum of such.
	measure bool
	// stored marks a column as delivered or published, not computed by the
	// analyst; invented marks what the analyst wrote down or computed without
	// persons: numbers of it, joined to persons, could carry their attributes.
	stored, invented bool
	// encoded marks a number made from text: it may be grouped by and compared,
	// but not aggregated.
	encoded bool
	// labels are the literals that this column holds, when it holds nothing else;
	// decides lists the UNIONs in which it tells the side that a row comes from.
	labels  []string
	decides []int
	// supports are the hidden conditions on which this value depends.
	supports []support
	constant bool
	// risky marks SQL that may fail at run time on some row.
	risky bool
	// query marks SQL that holds a subquery: it cannot stand inside TRY.
	query bool
	// wide marks a product, or a number of many digits: a sum of such may exceed
	// every type.
	wide bool
}

// guarded is the SQL of v such that no row can make it fail: an error in one
// person's row would tell that the row is there.
func (v value) guarded() string {
	if v.risky && !v.query {
		return "TRY(" + v.sql + ")"
	}
	return v.sql
}

// bounded is the SQL of v as an argument of a sum: no number is so large that
// the sum can fail, which would tell that somebody has it.
func (v value) bounded() string {
	if !v.wide {
		return v.guarded()
	}
	return "CASE WHEN " + v.guarded() + " BETWEEN -1e15 AND 1e15 THEN " + v.guarded() + " END"
}

// settle makes the risky ones of vs safe one by one when one of them holds a
// subquery: together they could not be guarded any more.
func settle(vs []value) []value {
	if !slices.ContainsFunc(vs, func(v value) bool { return v.query }) {
		return vs
	}
	out := slices.Clone(vs)
	for i, v := range out {
		out[i].sql, out[i].risky = v.guarded(), v.risky && v.query
	}
	return out
}

// support is a condition whose two sides are cells of their own: an aggregate
// that depends on it can be shown only when enough persons meet it and, when it
// is two-sided, enough do not.
type support struct {
	sql string
	// twoSided: few persons on the false side are as bad as few on the true one.
	twoSided bool
	// full: nobody on the false side tells something too (strict zero rule).
	full bool
	// spare: nobody on the true side tells nothing.
	spare bool
	// branch is the UNION of which the condition is a side, 0 for none; with side
	// it is a condition on the rows of one side, those where side is true.
	branch int
	side   string
	// bits are the units besides the owner behind the rows that met the
	// condition, kept apart once those rows are gathered by person.
	bits []unitBits
}

// within is SQL of the condition where a key tells the sides of some UNIONs
// apart: then the rows of other sides say nothing. It is "" when nothing is left.
func (sp support) within(decided map[int]bool) string {
	switch {
	case sp.branch == 0 || !decided[sp.branch]:
		return "coalesce(" + sp.sql + ", FALSE)"
	case sp.side == "":
		return ""
	}
	return "(coalesce(" + sp.sql + ", FALSE) OR NOT coalesce(" + sp.side + ", FALSE))"
}

// unitBits is SQL of the members of a unit, by its column, as bits of 64.
type unitBits struct{ name, sql string }

// column is a visible column of a relation.
type column struct {
	name string
	value
}

// unitRef is a hidden column that tells whom a row belongs to.
type unitRef struct {
	unit string
	// name tells the columns of one unit apart: performer and prescriber.
	name string
	sql  string
	// natural: organisations share the numbering with negative numbers and are
	// not counted.
	natural bool
	// bits marks a 64-bit mask of hashed numbers in place of the number itself:
	// the bits set are a lower bound of the distinct units behind.
	bits bool
	// number is SQL of the number itself as long as sql is still the mask that
	// was made of it, which is marked.
	number, marked string
	// must: at least the threshold is needed; otherwise none is safe too.
	must bool
}

// contributor is SQL of the number to count, NULL for who is not protected.
func (u unitRef) contributor() string {
	if u.natural && !u.bits {
		return "CASE WHEN " + u.sql + " > 0 THEN " + u.sql + " END"
	}
	return u.sql
}

// asBits is SQL of the unit as one bit of 64.
func (u unitRef) asBits() string {
	if u.bits {
		return u.sql
	}
	bit := "(1::UBIGINT << (abs(" + u.sql + ") & 63))"
	if u.natural {
		return "CASE WHEN " + u.sql + " > 0 THEN " + bit + " END"
	}
	return bit
}

// counted is SQL of what is counted: a number, or a mask when the numbers are
// not at hand any more.
func (u unitRef) counted() (sql string, mask bool) {
	switch {
	case !u.bits:
		return u.contributor(), false
	case u.number != "" && u.sql == u.marked:
		return u.number, false
	}
	return u.sql, true
}

// zone says on which side of the wall a relation is.
type zone int

const (
	public zone = iota // reference data, free, on the person engine
	person             // rows of persons, on the person engine
	glass              // masked leaves and what is made of them
)

// relation is a bound table or query. As the result of a query, sql is a
// complete SELECT and columns name its outputs; as a member of FROM, sql is what
// stands there and columns are prefixed with its alias.
type relation struct {
	zone    zone
	sql     string
	alias   string // the analyst's name for it
	columns []column
	units   []unitRef
	// unique: at most one row per owner.
	unique bool
	// supports are conditions on which the number of rows depends: they hold for
	// every aggregate over them.
	supports []support
	// open: rows under the threshold are left out, so totals over the listed
	// rows leave them out too.
	open bool
	// places tell the rows of a person apart, in the order of the deliveries: one
	// for each stored table of which the rows are. nil: nothing but their values does.
	places []string
}

// find gives the columns with a name, case ignored.
func (r *relation) find(name string) []*column {
	var out []*column
	for i := range r.columns {
		if strings.EqualFold(r.columns[i].name, name) {
			out = append(out, &r.columns[i])
		}
	}
	return out
}

// quote writes an SQL name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal writes an SQL string.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// orMasks joins mask expressions; "" when none can be masked.
func orMasks(masks ...string) string {
	var out []string
	for _, m := range masks {
		if m != "" && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	switch len(out) {
	case 0:
		return ""
	case 1:
		return out[0]
	}
	return "(" + strings.Join(out, " | ") + ")"
}

// enough is SQL that tells of a group whether enough units, or none where that is
// safe, are behind its rows that meet a condition.
func (u unitRef) enough(threshold int, condition string) string {
	count := countColumn{x: "CASE WHEN " + condition + " THEN " + u.contributor() + " END", mask: u.bits}.sql(threshold)
	if u.must {
		return count + " >= " + itoa(threshold)
	}
	return count + " NOT BETWEEN 1 AND " + itoa(threshold-1)
}
