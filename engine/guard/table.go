package guard

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/columnar"
)

// table is a leaf with its raw rows, judged: the only place where raw values
// are held. Between judging and filling the glass engine, bits may be added to
// the masks, never taken away.
//
// Besides the rows that will be listed it holds those that will not, with their
// true values: they are cells of the system too, since a total counts them.
type table struct {
	leaf  *leaf
	n     int
	keys  []vector // by key of the leaf
	cells []vector // by cell of the leaf
	// units are the units behind each row, by unit of the leaf, counted up to the
	// threshold.
	units [][]int64
	// masks are the reasons why a cell is hidden, by cell; 0 is shown.
	masks [][]uint8
	// listed rows are seen above the wall.
	listed []bool
	// why cells were masked to protect others.
	why []reason
	// others is the merged row of all small ones, from 1, parts are these.
	others int
	parts  []int
}

func newTable(l *leaf, types []columnar.Type) *table {
	t := &table{leaf: l, masks: make([][]uint8, len(l.cells))}
	for i := range l.keys {
		t.keys = append(t.keys, vector{typ: types[i]})
	}
	for i := range l.cells {
		t.cells = append(t.cells, vector{typ: types[len(l.keys)+i]})
	}
	if !l.public {
		t.units = make([][]int64, len(l.units))
	}
	return t
}

// hide adds a reason to the mask of a cell that is shown. A cell has one reason,
// the first found: a second one could tell of what the first hides.
func (t *table) hide(row, cell int, reason uint8) {
	if t.masks[cell][row] == 0 {
		t.masks[cell][row] = reason
	}
}

// shown tells whether a cell's value goes above the wall.
func (t *table) shown(row, cell int) bool { return t.listed[row] && t.masks[cell][row] == 0 }

// vector is a column in Go memory: values of a fixed width as DuckDB keeps
// them, texts as numbers of a dictionary.
type vector struct {
	typ   columnar.Type
	n     int
	fixed []byte
	nulls []bool // nil while nothing is NULL
	codes []uint32
	texts []string
	index map[string]uint32
}

// text tells whether the values are texts.
func (v *vector) text() bool { return v.typ.Width == 0 }

// appendAll adds n values of a chunk.
func (v *vector) appendAll(from columnar.Values, n int) {
	if v.text() {
		for i := range n {
			if from.Null(i) {
				v.appendNull()
			} else {
				v.appendText(from.Text(i))
			}
		}
		return
	}
	v.fixed = append(v.fixed, from.Bytes(v.typ.Width, n)...)
	start := v.n
	v.n += n
	if v.nulls != nil {
		v.nulls = append(v.nulls, make([]bool, n)...)
	}
	if from.AnyNull() {
		for i := range n {
			if from.Null(i) {
				v.setNull(start + i)
			}
		}
	}
}

func (v *vector) appendText(b []byte) {
	code, known := v.index[string(b)]
	if !known {
		if v.index == nil {
			v.index = map[string]uint32{}
		}
		code = uint32(len(v.texts)) //nolint:gosec // fewer texts than rows, fewer rows than 2^32
		v.texts = append(v.texts, string(b))
		v.index[v.texts[code]] = code
	}
	v.codes = append(v.codes, code)
	v.n++
	if v.nulls != nil {
		v.nulls = append(v.nulls, false)
	}
}

func (v *vector) setNull(i int) {
	if v.nulls == nil {
		v.nulls = make([]bool, v.n, max(v.n, cap(v.fixed)/max(v.typ.Width, 1)))
	}
	v.nulls[i] = true
}

// appendZero adds a zero, or an empty text.
func (v *vector) appendZero() {
	if v.text() {
		v.appendText(nil)
		return
	}
	v.fixed = append(v.fixed, make([]byte, v.typ.Width)...)
	v.n++
	if v.nulls != nil {
		v.nulls = append(v.nulls, false)
	}
}

func (v *vector) appendNull() {
	v.appendZero()
	v.setNull(v.n - 1)
}

// appendFrom adds a value of another vector of the same type.
func (v *vector) appendFrom(o *vector, i int) {
	switch {
	case o.null(i):
		v.appendNull()
	case v.text():
		v.appendText([]byte(o.texts[o.codes[i]]))
	default:
		v.appendZero()
		copy(v.bytes(v.n-1), o.bytes(i))
	}
}

func (v *vector) null(i int) bool { return v.nulls != nil && v.nulls[i] }

func (v *vector) bytes(i int) []byte { return v.fixed[i*v.typ.Width : (i+1)*v.typ.Width] }

// write puts a value into row i of a chunk's vector.
func (v *vector) write(to *columnar.Vector, row, i int) {
	switch {
	case v.null(row):
		to.SetNull(i)
	case v.text():
		to.SetText(i, []byte(v.texts[v.codes[row]]))
	default:
		to.SetBytes(i, v.bytes(row))
	}
}

// appendKey adds the value to a row's identity: equal for equal values only.
func (v *vector) appendKey(key []byte, i int) []byte {
	switch {
	case v.null(i):
		return append(key, 0)
	case v.text():
		s := v.texts[v.codes[i]]
		return append(binary.AppendUvarint(append(key, 1), uint64(len(s))), s...)
	}
	return append(append(key, 1), v.bytes(i)...)
}

// integer is the value as a whole number, of a DECIMAL its digits; false for
// NULL and what is no such number.
func (v *vector) integer(i int) (*big.Int, bool) {
	if v.null(i) || v.text() {
		return nil, false
	}
	b := v.bytes(i)
	switch v.typ.Name {
	case "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return new(big.Int).SetUint64(little(b)), true
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT":
		return signed(b), true
	}
	if v.typ.Decimal {
		return signed(b), true
	}
	return nil, false
}

// setInteger replaces a whole number that is not negative.
func (v *vector) setInteger(i int, n *big.Int) {
	b := v.bytes(i)
	n.FillBytes(b)
	slices.Reverse(b)
}

// little reads up to eight bytes, the lowest first.
func little(b []byte) (n uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | uint64(b[i])
	}
	return n
}

func signed(b []byte) *big.Int {
	if len(b) <= 8 {
		shift := 64 - 8*len(b)
		return big.NewInt(int64(little(b)<<shift) >> shift) //nolint:gosec // the bits of a signed number
	}
	high := big.NewInt(int64(little(b[8:]))) //nolint:gosec // the bits of a signed number
	return high.Add(high.Lsh(high, 64), new(big.Int).SetUint64(little(b[:8])))
}

// value is the value as the driver would give it; nil for NULL.
func (v *vector) value(i int) any {
	if v.null(i) {
		return nil
	}
	if v.text() {
		return v.texts[v.codes[i]]
	}
	b := v.bytes(i)
	switch v.typ.Name {
	case "BOOLEAN":
		return b[0] != 0
	case "FLOAT":
		return math.Float32frombits(uint32(little(b))) //nolint:gosec // four bytes
	case "DOUBLE":
		return math.Float64frombits(little(b))
	case "DATE":
		return time.Unix(signed(b).Int64()*86400, 0).UTC()
	case "TIMESTAMP":
		return time.UnixMicro(signed(b).Int64()).UTC()
	case "TIME":
		return time.UnixMicro(signed(b).Int64()).UTC().Format("15:04:05.999999")
	case "INTERVAL":
		return duckdb.Interval{Months: int32(little(b[:4])), Days: int32(little(b[4:8])), Micros: int64(little(b[8:]))} //nolint:gosec // the bits of signed numbers
	}
	n, _ := v.integer(i)
	if v.typ.Decimal {
		return duckdb.Decimal{Scale: v.typ.Scale, Value: n}
	}
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

// label is the value as text, for messages that name a row by its public keys.
func (v *vector) label(i int) string {
	switch x := v.value(i).(type) {
	case nil:
		return "NULL"
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float32:
		return strconv.FormatFloat(float64(x), 'g', -1, 32)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case *big.Int:
		return x.String()
	case duckdb.Decimal:
		return decimalText(x)
	case duckdb.Interval:
		return intervalText(x)
	case time.Time:
		if v.typ.Name == "DATE" {
			return x.Format(time.DateOnly)
		}
		return x.Format("2006-01-02 15:04:05.999999")
	}
	return ""
}
