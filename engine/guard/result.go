package guard

import (
	"context"
	"math/big"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// answer runs the query above the wall.
func (g *glassEngine) answer(ctx context.Context, p *Plan) (*Result, error) {
	ctx, cancel := context.WithTimeout(ctx, glassTime)
	defer cancel()
	rows, err := g.db.QueryContext(ctx, p.sql)
	if err != nil {
		return nil, g.fault(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, g.fault(ctx, err)
	}
	res := &Result{}
	i := 0
	for _, c := range p.columns {
		res.columns = append(res.columns, Column{Name: c.name, Kind: resultKind(types[i].DatabaseTypeName()), Maskable: c.mask != ""})
		res.masks = append(res.masks, c.mask != "")
		i++
		if c.mask != "" {
			i++
		}
	}
	raw, ptr := make([]any, len(types)), make([]any, len(types))
	for i := range raw {
		ptr[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptr...); err != nil {
			return nil, g.fault(ctx, err)
		}
		res.rows = append(res.rows, p.row(raw))
	}
	if err := rows.Err(); err != nil {
		return nil, g.fault(ctx, err)
	}
	res.wideInts()
	return res, nil
}

// row makes the cells of one row of the answer.
func (p *Plan) row(raw []any) []Cell {
	row := make([]Cell, len(p.columns))
	i := 0
	for j, c := range p.columns {
		row[j].Value = plainValue(raw[i])
		i++
		if c.mask != "" {
			// A mask that is NULL is one that nobody computed: it hides.
			row[j].Masked = raw[i] == nil || asInt(raw[i]) != 0
			if row[j].Masked {
				row[j].Value, row[j].rules = nil, uint8(asInt(raw[i])) //nolint:gosec // a mask has 8 bits
			}
			i++
		}
	}
	return row
}

// plainValue reduces the driver's types to those of a Cell.
func plainValue(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, time.Time:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return new(big.Int).SetUint64(v)
	case float32:
		return float64(v)
	case duckdb.Decimal:
		return decimalText(v)
	case *big.Int:
		return v
	case duckdb.Interval:
		return intervalText(v)
	}
	return nil
}

// decimalText keeps the zeros behind the point: 12.50 is an amount in cents.
func decimalText(v duckdb.Decimal) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil)
	return new(big.Rat).SetFrac(v.Value, unit).FloatString(int(v.Scale))
}

func intervalText(v duckdb.Interval) string {
	return itoa(int(v.Months)) + " months " + itoa(int(v.Days)) + " days"
}

// wideInts turns columns of 128-bit integers into int64 when all values fit,
// else into decimals.
func (r *Result) wideInts() {
	for i := range r.columns {
		fits := true
		for _, row := range r.rows {
			if b, ok := row[i].Value.(*big.Int); ok && !b.IsInt64() {
				fits = false
			}
		}
		if !fits {
			r.columns[i].Kind = "decimal"
		}
		for _, row := range r.rows {
			if b, ok := row[i].Value.(*big.Int); ok && fits {
				row[i].Value = b.Int64()
			} else if ok {
				row[i].Value = b.String()
			}
		}
	}
}

func resultKind(sqlType string) string {
	name, _, _ := strings.Cut(sqlType, "(")
	switch name {
	case "BOOLEAN":
		return "bool"
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return "int"
	case "FLOAT", "DOUBLE":
		return "float"
	case "DECIMAL":
		return "decimal"
	case "DATE":
		return "date"
	case "TIMESTAMP":
		return "timestamp"
	}
	return "text"
}
