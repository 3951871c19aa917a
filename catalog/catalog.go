// Package catalog describes the data: zones, layouts, code lists, protected
// units and channels, read strictly from data files. Nothing of a domain is in
// Go: another catalogue folder describes another country's claims.
//
// A [Catalog] is immutable once loaded. The rest of the program asks it which
// tables exist, what their columns mean, whom a row belongs to, how a delivery
// is laid out and which rule a channel has.
package catalog

import "io/fs"

// Catalog is everything that the data files say.
type Catalog struct {
	Name    string // e.g. "be-aim"
	Version string
	Title   Text
	Hash    string // hex SHA-256 over all files, names and bytes, in name order

	Units       []*Unit
	Populations []*Population
	Channels    []*Channel
	Tables      []*Table
	Layouts     []*Layout
	Lists       []*CodeList
	Codings     []*Coding

	files fs.FS
}

// Text is a label in the languages known; Fr as in the source.
type Text struct{ Fr, En, Nl string }

// Unit is something a number identifies: person, provider, household. A
// household identifier is a person's number used for a group.
type Unit struct {
	ID    string
	Label Text
	// Numbering names the unit whose numbers this unit shares (a household is
	// numbered by a person); empty when it has its own dense numbers.
	Numbering string
	// Natural tells natural persons among the unit's identifiers; nil: all are.
	Natural *NaturalRule
	// Kept is what a code leaves legible of an identifier; nil: nothing.
	Kept *Kept
}

// NaturalRule says that an identifier is a natural person's when its
// characters Start..Start+Length-1 (1-based) are one of Codes. Numbers given to
// natural persons are positive, the others negative: the guard counts the
// positive ones only.
type NaturalRule struct {
	Start, Length int
	Codes         []string
	Source        Source
}

// Population is what a workspace holds: a sample or everybody. The population
// sets the loosest channel.
type Population struct {
	ID       string
	Label    Text
	Channels []string // allowed, the default first
	// Library is how programs call the place of this population's tables.
	Library string
	// Flags and Weights are columns that the owners of the data keep for this
	// population, and that a study written on it may name.
	Flags   []Flag
	Weights []Weight
}

// Flag is a column of a table that only some populations have, and the macro that
// computes it, in one of its own columns, from what they all have.
type Flag struct {
	Name, Table, Macro, Column string
	Source                     Source
}

// Weight is a column of a table that says for how many a row of a sample stands,
// one of the values.
type Weight struct {
	Name, Table string
	Values      []string
	Source      Source
}

// Channel is a way out of the house with its rule.
type Channel struct {
	ID        string
	Label     Text
	Threshold int      // the smallest number of units that may be shown: 4 for "<= 3 never", 5 for "< 5 never"
	Strict    string   // the rule as the source words it: "<= 3", "< 5"
	Mask      string   // what is printed in place of a masked cell
	Zero      string   // "mask" or "publish"
	ZeroWhy   string   // the written reason, required when Zero is "publish"
	Protect   []string // units checked for every cell; the owner of the rows always is
	Tables    bool     // aggregates may leave
	Rows      bool     // coded person-level rows may leave (never by a query)
	Secondary bool     // secondary suppression wanted
	// Width: the interval in which a masked count must lie, for all that is shown
	// beside it, is wider than this; 0: it has at least two values.
	Width int
	// Round: counts are shown as multiples of this; 0 and 1: as they are.
	Round int
	// Others is the word under which small rows of a table are merged into one, as
	// far as the merged row may be shown; "": they stay apart.
	Others    string
	Dominance *Dominance
	// History says what a release is compared with: "exports", what was written
	// to files, or "answers", what was shown on a screen too.
	History string
	// Collision says what becomes of a cell that would tell of few together with
	// an earlier release: "mask", or "refuse" the whole request.
	Collision string
	// Requests are the kinds of request for rows, each with its papers; Retention
	// says how long what left is kept. Both go with Rows.
	Requests  []*Request
	Retention *Retention
	Source    Source
}

// Dominance is the (n,k) rule and the p% rule for sums and means: either, or
// both; zero values are off.
type Dominance struct {
	N int     // the N largest contributors ...
	K float64 // ... must not hold more than K percent of the total
	P float64 // what remains without the two largest must be P percent of the largest
}

// Source is where something is told: a document, an annex, a page. Ours marks
// what the sources leave open and we decided.
type Source struct {
	Doc   string
	Annex string
	Page  string
	Ours  bool
	Note  string
}

// Table is one kind of record: its zones and to whom a row belongs.
type Table struct {
	Name  string
	Label Text
	// Owner is the column whose unit the row belongs to (the person of a claim,
	// the provider of a provider record); empty for a public reference table.
	Owner string
	Zones []*Zone
	// Delivery says how a file of this table tells which delivery it is; nil
	// for files that replace the whole table at each load.
	Delivery *DeliveryRule
	// Select, when set, says which rows of a mixed file belong to this table:
	// those whose zone Select.Zone has one of Select.Codes.
	Select *RowRule
	// Files are globs of file names that this table's deliveries have.
	Files []string
	// Source is where the table is told; its zones inherit document, annex and page.
	Source Source
}

// RowRule picks rows by a code.
type RowRule struct {
	Zone  string
	Codes []string
}

// DeliveryRule says which zones name a delivery and which give its version:
// version n+1 replaces version n of the same key.
type DeliveryRule struct {
	// Key are the parts of the delivery's name, in order; each is a slice of a
	// zone's raw text. The same Key and a higher Version replaces.
	Key     []Slice
	Version Slice
	// Insurer and Period are the parts for reports (rows per insurer and
	// period, holes in the series); each also occurs in Key.
	Insurer Slice
	Period  []Slice
}

// Slice is characters Start..Start+Length-1 (1-based) of a zone's raw text;
// Length 0 means all of it.
type Slice struct {
	Zone          string
	Start, Length int
}

// Type is how a zone is stored.
type Type string

// The types. Each is stored as SQL gives.
const (
	TypeText  Type = "text"  // VARCHAR, trailing blanks cut, blank = NULL
	TypeCode  Type = "code"  // VARCHAR, leading zeros kept; see Zone.Codes
	TypeID    Type = "id"    // INTEGER: the dense number of an identifier; NULL when blank or zero
	TypeInt   Type = "int"   // BIGINT, signed
	TypeCents Type = "cents" // BIGINT, signed, hundredths of the currency
	TypeDate  Type = "date"  // DATE from AAAAMMJJ
	TypeMonth Type = "month" // INTEGER AAAAMM
	TypeYear  Type = "year"  // INTEGER AAAA, from AAAA or AAAAMM with MM = 00
	TypeNum   Type = "num"   // DECIMAL(18,4), for reference tables only
)

// SQL is the DuckDB column type.
func (t Type) SQL() string {
	switch t {
	case TypeID, TypeMonth, TypeYear:
		return "INTEGER"
	case TypeInt, TypeCents:
		return "BIGINT"
	case TypeDate:
		return "DATE"
	case TypeNum:
		return "DECIMAL(18,4)"
	default:
		return "VARCHAR"
	}
}

// Role is what a column is for the guard.
type Role string

// The roles.
const (
	RoleIdentifier Role = "identifier" // of Column.Unit: joined, grouped by and counted only
	RoleQuasi      Role = "quasi"      // helps to recognise somebody (birth year, municipality)
	RoleAmount     Role = "amount"     // money
	RoleCount      Role = "count"      // a number of things
	RoleAttribute  Role = "attribute"  // free
	RoleRefused    Role = "refused"    // must never be stored
)

// Use is what may be done with a zone under a channel (Annex 5).
type Use string

// The uses.
const (
	UseDelivered Use = "delivered"
	UseRecoded   Use = "recoded"
	UseFlag      Use = "flag"
	UseNever     Use = "never"
)

// Zone is one field of a delivery. The key is (table, id): the same id can mean
// another thing in another table.
type Zone struct {
	ID       string // as in the source: SS00165
	Label    Text
	Explain  Text // the longer explanation
	Type     Type
	Length   int    // in characters of a delivery; 0 when free
	Unit     string // the unit of a quantity: "eurocent", "package", "day"
	Format   string // "AAAAMMJJ", "AAAAMM", "00AAAAMM", "AAAA00"
	Role     Role
	Protects string // the Unit.ID an identifier names
	// Codes are the allowed values (unknown ones are reported, never rejected).
	Codes []Code
	// Open marks Codes as examples, not the whole list.
	Open bool
	// CodesFrom names a code list whose codes are the allowed values.
	CodesFrom string
	Specials  []Special
	Validity  []Validity
	Parts     []*Part
	Use       map[string]Use // by channel id
	Coding    string         // how it is coded when it leaves recoded and is no identifier
	Source    Source
}

// Code is an allowed value; From and Until (AAAAMM or AAAAMMJJ, inclusive) bound
// the deliveries in which it occurs, empty when unbounded.
type Code struct {
	Code        string
	Label       Text
	From, Until string
	Note        string
}

// Special is a value that does not mean what it says: 00000000, 9001.
type Special struct {
	Value string
	Label Text
	// Null stores the value as NULL.
	Null bool
}

// Validity marks deliveries From..Until (AAAAMM, inclusive) in which the zone
// cannot be used or means something else.
type Validity struct {
	From, Until string
	Usable      bool
	Note        string
}

// Part is a slice of a composite zone that is stored as a column of its own.
type Part struct {
	Column        string // column name, lower case
	Label         Text
	Start, Length int // 1-based, in the raw text
	Type          Type
	Role          Role
	Protects      string
	CodesFrom     string
}

// Column is what the database holds: a zone, or one part of a composite zone.
type Column struct {
	Name     string // lower case
	Zone     *Zone
	Part     *Part // nil for a whole zone
	Type     Type
	Role     Role
	Protects string // unit of an identifier
}

// Layout says where the zones of a table stand in a file.
type Layout struct {
	ID      string
	Version string
	// Format is "fixed", "delimited", "parquet" or "cobol".
	Format string
	// Tables are the tables whose rows the file may hold: one, or several when
	// Table.Select tells them apart.
	Tables []string
	// RecordLength is the length of a fixed-width line without its end.
	RecordLength int
	// Fields are the positions of a fixed-width layout. Of the others they are
	// all zones of the tables: a file of theirs names those it has.
	Fields []Field
	// Records say how the records of a COBOL file become rows; nil for the others.
	Records *Records
	Source  Source
}

// Field is one position of a fixed-width layout, or one header of a delimited one.
type Field struct {
	Zone          string // the zone id
	Name          string // header of a delimited or Parquet file when it differs from the id
	Start, Length int    // 1-based; fixed width only
	Ours          bool   // position not sourced
}

// CodeList is a dated list of codes, kept as a public table ref.<name>.
type CodeList struct {
	Name    string
	Version string // one file is one version; the same Name may occur several times
	Title   Text
	From    string // validity, AAAA-MM-JJ, empty when unbounded
	Until   string
	Owner   string
	Source  Source
	// Synthetic marks a list made for demonstration data.
	Synthetic bool
	// Open marks the rows as known codes, not all that occur.
	Open    bool
	Columns []ListColumn // the first is the code
	Rows    [][]string   // as text, one value per column, "" = NULL
	Hash    string       // hex SHA-256 of the file
}

// ListColumn is a column of a code list.
type ListColumn struct {
	Name  string
	Type  Type
	Label Text
}
