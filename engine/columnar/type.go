package columnar

import (
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Type is the type of a result's column.
type Type struct {
	// Name is its SQL name; "" for a type that is not read in place.
	Name string
	// Width of a value in bytes; 0 for text.
	Width int
	// Decimal numbers have Scale digits behind the point.
	Decimal bool
	Scale   uint8
}

// types are those whose values have a fixed width, and text.
var types = map[mapping.Type]Type{
	mapping.TypeBoolean: {Name: "BOOLEAN", Width: 1},
	mapping.TypeTinyInt: {Name: "TINYINT", Width: 1}, mapping.TypeUTinyInt: {Name: "UTINYINT", Width: 1},
	mapping.TypeSmallInt: {Name: "SMALLINT", Width: 2}, mapping.TypeUSmallInt: {Name: "USMALLINT", Width: 2},
	mapping.TypeInteger: {Name: "INTEGER", Width: 4}, mapping.TypeUInteger: {Name: "UINTEGER", Width: 4},
	mapping.TypeBigInt: {Name: "BIGINT", Width: 8}, mapping.TypeUBigInt: {Name: "UBIGINT", Width: 8},
	mapping.TypeHugeInt: {Name: "HUGEINT", Width: 16},
	mapping.TypeFloat:   {Name: "FLOAT", Width: 4}, mapping.TypeDouble: {Name: "DOUBLE", Width: 8},
	mapping.TypeDate: {Name: "DATE", Width: 4}, mapping.TypeTimestamp: {Name: "TIMESTAMP", Width: 8},
	mapping.TypeTime: {Name: "TIME", Width: 8}, mapping.TypeInterval: {Name: "INTERVAL", Width: 16},
	mapping.TypeVarchar: {Name: "VARCHAR"},
	// NULL alone has no type: DuckDB keeps it as an INTEGER.
	mapping.TypeSQLNull: {Name: "INTEGER", Width: 4},
}

// decimalWidths are those of a DECIMAL's digits, by the type that holds them.
var decimalWidths = map[mapping.Type]int{
	mapping.TypeSmallInt: 2, mapping.TypeInteger: 4, mapping.TypeBigInt: 8, mapping.TypeHugeInt: 16,
}

func typeOf(result *mapping.Result, column mapping.IdxT) Type {
	logical := mapping.ColumnLogicalType(result, column)
	defer mapping.DestroyLogicalType(&logical)
	id := mapping.GetTypeId(logical)
	if id != mapping.TypeDecimal {
		return types[id]
	}
	scale := mapping.DecimalScale(logical)
	return Type{
		Name:  fmt.Sprintf("DECIMAL(%d,%d)", mapping.DecimalWidth(logical), scale),
		Width: decimalWidths[mapping.DecimalInternalType(logical)], Decimal: true, Scale: scale,
	}
}

// prepareTypes are the beginnings of the messages that tell errors of a
// statement apart: of a failed preparation the engine gives the text alone.
var prepareTypes = map[string]duckdb.ErrorType{
	"Binder Error": duckdb.ErrorTypeBinder, "Catalog Error": duckdb.ErrorTypeCatalog, "Parser Error": duckdb.ErrorTypeParser,
	"Out of Memory Error": duckdb.ErrorTypeOutOfMemory,
}

func prepareFault(message string) error {
	prefix, _, _ := strings.Cut(message, ":")
	kind, ok := prepareTypes[prefix]
	if !ok {
		kind = duckdb.ErrorTypeInvalidInput
	}
	return &duckdb.Error{Type: kind, Msg: message}
}
