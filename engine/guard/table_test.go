package guard

import (
	"testing"

	"epsql/engine/columnar"
)

// TestValuesPassTheWallUnchanged: every type that a key or cell can have comes
// out of a table as DuckDB wrote it, NULLs and long texts included.
func TestValuesPassTheWallUnchanged(t *testing.T) {
	ws := world(t, "eps", "")
	bound := newBoundCheck(ws.Catalog, nil, nil, nil)
	for _, c := range []struct{ sql, want string }{
		{"true", "true"},
		{"(-7)::TINYINT", "-7"},
		{"200::UTINYINT", "200"},
		{"(-300)::SMALLINT", "-300"},
		{"-70000", "-70000"},
		{"18446744073709551615::UBIGINT", "18446744073709551615"},
		{"(-9223372036854775808)::BIGINT", "-9223372036854775808"},
		{"(-170141183460469231731687303715884105727)::HUGEINT", "-170141183460469231731687303715884105727"},
		{"(-3)::HUGEINT", "-3"},
		{"1.25::DECIMAL(4,2)", "1.25"},
		{"(-1234567.8900)::DECIMAL(18,4)", "-1234567.8900"},
		{"1.5::DECIMAL(38,1)", "1.5"},
		{"0.1::DOUBLE", "0.1"},
		{"0.5::FLOAT", "0.5"},
		{"DATE '1899-12-31'", "1899-12-31"},
		{"TIMESTAMP '2008-02-29 12:30:00'", "2008-02-29 12:30:00"},
		{"INTERVAL 3 DAY", "0 months 3 days"},
		{"'short'", "short"},
		{"'longer than twelve bytes, é'", "longer than twelve bytes, é"},
		{"''", ""},
		{"NULL", "NULL"},
		{"NULL::VARCHAR", "NULL"},
	} {
		l := &leaf{bound: bound, public: true, keys: []leafKey{{}}, sql: "SELECT x FROM (SELECT " + c.sql + " AS x UNION ALL SELECT NULL) ORDER BY x IS NULL"}
		conn, err := ws.DB.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tab, err := collect(t.Context(), conn, l, rules{})
		if err != nil {
			t.Fatalf("%s: %v", c.sql, err)
		}
		if got := tab.keys[0].label(0); got != c.want || !tab.keys[0].null(1) {
			t.Errorf("%s is read as %s, want %s", c.sql, got, c.want)
		}
		g, err := openGlass()
		if err != nil {
			t.Fatal(err)
		}
		if err := g.fill(t.Context(), tab); err != nil {
			t.Fatalf("%s: %v", c.sql, err)
		}
		var same bool
		if err := g.db.QueryRow("SELECT (SELECT k0 FROM leaf_0 LIMIT 1) IS NOT DISTINCT FROM (" + c.sql + ") AND count(*) = 2 FROM leaf_0").Scan(&same); err != nil || !same {
			t.Errorf("%s did not pass the wall unchanged (%v)", c.sql, err)
		}
		_ = g.db.Close()
		_ = conn.Close()
	}
}

// TestRowsOfAnotherTableAreFound: equal keys have equal identities, different
// ones have not, whatever the order in which the texts were met.
func TestRowsOfAnotherTableAreFound(t *testing.T) {
	texts := func(values ...string) vector {
		v := vector{typ: columnar.Type{Name: "VARCHAR"}}
		for _, s := range values {
			if s == "NULL" {
				v.appendNull()
			} else {
				v.appendText([]byte(s))
			}
		}
		return v
	}
	a := []vector{texts("x", "xy", "NULL", ""), texts("yz", "z", "z", "z")}
	b := []vector{texts("xy", "", "x", "NULL"), texts("z", "z", "yz", "z")}
	for i := range 4 {
		for j := range 4 {
			same := string(rowKey(nil, a, i)) == string(rowKey(nil, b, j))
			if want := [4]int{2, 0, 3, 1}[i] == j; same != want {
				t.Errorf("rows %d and %d: same %v, want %v", i, j, same, want)
			}
		}
	}
}
