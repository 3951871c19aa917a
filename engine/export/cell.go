package export

import (
	"math"
	"strconv"
	"time"

	"epsql/engine/guard"
)

// text is a cell as people and spreadsheets read it: NULL is empty, a masked
// cell is the mask word.
func text(c guard.Cell, col guard.Column, mask string) string {
	if c.Masked {
		return mask
	}
	switch v := c.Value.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(timeLayout(col))
	case string:
		return v
	}
	panic("guard.Cell holds an unknown type") // its documentation lists them all
}

func timeLayout(col guard.Column) string {
	if col.Kind == "date" {
		return time.DateOnly
	}
	return time.DateTime
}

// numeric tells columns whose values are numbers.
func numeric(col guard.Column) bool {
	return col.Kind == "int" || col.Kind == "float" || col.Kind == "decimal"
}

// finite tells numbers that formats without NaN and infinity can write.
func finite(v any) bool {
	f, isFloat := v.(float64)
	return !isFloat || !math.IsNaN(f) && !math.IsInf(f, 0)
}
