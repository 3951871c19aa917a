package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"epsql/catalog"
	"epsql/engine/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// compiled are the files that a COBOL compiler wrote, see testdata/cobol.
const compiled = "../../testdata/cobol"

// inami is an empty workspace of the program's own catalogue, of its provider
// tables only: made once, copied for each test.
var inami = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "epsql")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "w.duckdb")
	cat, err := providerCatalog()
	if err != nil {
		return nil, err
	}
	if err := store.Create(context.Background(), path, cat.Populations[0].ID, cat, nil); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// providerCatalog is the program's own catalogue without the rows of its lists,
// which take a while to store.
func providerCatalog() (*catalog.Catalog, error) {
	cat, err := catalog.Embedded()
	if err != nil {
		return nil, err
	}
	for _, list := range cat.Lists {
		list.Rows = nil
	}
	return cat, nil
}

// belgium is a new workspace of the program's own catalogue, and its file.
func belgium(t testing.TB) (ws *store.Workspace, path string) {
	t.Helper()
	data, err := inami()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := providerCatalog()
	if err != nil {
		t.Fatal(err)
	}
	path = file(t, "w.duckdb", string(data))
	ws, err = store.Open(context.Background(), path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws, path
}

// unzipped reads a file of the compiler.
func unzipped(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(compiled, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// loadOne loads a file into a workspace, and wants it loaded.
func loadOne(t testing.TB, ws *store.Workspace, path string, opts Options) Report {
	t.Helper()
	reports, err := Files(context.Background(), ws, []string{path}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return reports[0]
}

const providers = `SELECT (SELECT id FROM epsql.ids_provider i WHERE i.num = d.fszvpnro) AS number, fgrnfrdna, fszvprol, fgrnfrsex,
	fszvlins11, fszvpsit, fszvpdsi, fszvpfsi, fszvppro, fszvpqua, fszvpact, fszvpkde, fszvpkfn, fszvpdag, fszvpbma, fszvcdde, fszvpdad,
	fszvlins16, fszvldsi16, (SELECT id FROM epsql.ids_provider i WHERE i.num = d.fszvpnro10) AS new_number, fszvppro17, fszvpqua17
	FROM dispensateurs d ORDER BY number, fszvpqua`

const houses = `SELECT fszvlnro, fszvltyp, fszvlins21, fszvlrol21, fszvlstt, fszvldsi, fszvlfsi, fszvlqua, fszvldag FROM etablissements ORDER BY 1`

// A COBOL compiler wrote the same records in six ways; they are the same rows.
func TestRecordsOfARealCompiler(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(compiled, "rows.golden"))
	if err != nil && !*update {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, encoding string }{
		{"inami_ascii_variable", "latin-1"},
		{"inami_ascii_fixed", "latin-1"},
		{"inami_ascii_lines", "latin-1"},
		{"inami_ebcdic_variable", "cp500"},
		{"inami_ebcdic_fixed", "cp500"},
		{"inami_ebcdic_lines", "cp500"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ws, _ := belgium(t)
			r := loadOne(t, ws, filepath.Join(compiled, test.name+".dat.gz"), Options{})
			if r.Format != "cobol" || r.Encoding != test.encoding || r.Layout != "inami_cobol 2007" || r.Rejected != 0 || r.Stored != 7 {
				t.Errorf("format %s, encoding %s, layout %s, %d rows, %d rejects %v", r.Format, r.Encoding, r.Layout, r.Stored, r.Rejected, r.Rejects)
			}
			if got := strings.Join(r.Warnings, "; "); got != "1 records of type 15 were not read, as the layout says" {
				t.Errorf("warnings: %s", got)
			}
			got := query(t, ws, providers) + query(t, ws, houses)
			if *update {
				if err := os.WriteFile(filepath.Join(compiled, "rows.golden"), []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Hosts count a descriptor's own bytes, the compiler here does not.
func TestDescriptorsMayCountThemselves(t *testing.T) {
	data := unzipped(t, "inami_ebcdic_variable.dat.gz")
	for at := 0; at < len(data); {
		n := int(binary.BigEndian.Uint16(data[at:]))
		binary.BigEndian.PutUint16(data[at:], uint16(n+4))
		at += 4 + n
	}
	ws, _ := belgium(t)
	if r := loadOne(t, ws, file(t, "inami.dat", string(data)), Options{Encoding: "cp1148"}); r.Stored != 7 || r.Encoding != "cp1148" {
		t.Errorf("%d rows, encoding %s", r.Stored, r.Encoding)
	}
}

// What the annex strikes out is in the files, marked; nothing of it may be found
// in the workspace, neither in a table nor anywhere in the file.
func TestRefusedFieldsAreNeverStored(t *testing.T) {
	good := unzipped(t, "inami_ascii_variable.dat.gz")
	spoiled := bytes.ReplaceAll(good, []byte("19920101"), []byte("1992AB01")) // a row that is a reject
	spoiled = append(spoiled, good[:200]...)                                  // a record that is cut off
	put(spoiled, 4, "99")                                                     // a record of no known type
	for name, data := range map[string][]byte{"good": good, "spoiled": spoiled} {
		t.Run(name, func(t *testing.T) {
			ws, path := belgium(t)
			r := loadOne(t, ws, file(t, "inami.dat", string(data)), Options{MaxRejects: 0.9})
			if (r.Rejected > 0) != (name == "spoiled") {
				t.Fatalf("%d rejects: %v", r.Rejected, r.Rejects)
			}
			if len(r.NotKept) < 20 {
				t.Errorf("only %d zones are told not to be kept", len(r.NotKept))
			}
			if err := ws.Close(); err != nil {
				t.Fatal(err)
			}
			stored, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, planted := range []string{"PLANTED", "990101999", "990201999", "99020299999", "99998", "B9999", "PL99"} {
				if bytes.Contains(stored, []byte(planted)) {
					t.Errorf("%s is in the workspace", planted)
				}
			}
			if !bytes.Contains(stored, []byte("21010")) {
				t.Error("what is kept cannot be found: the search does not work")
			}
		})
	}
}

func TestBadRecordsAreRejectsOrRefused(t *testing.T) {
	variable := unzipped(t, "inami_ascii_variable.dat.gz")
	// starts gives where record n begins, its descriptor before it.
	starts := func(n int) int {
		at := 0
		for range n - 1 {
			at += 4 + int(binary.BigEndian.Uint16(variable[at:]))
		}
		return at + 4
	}
	const qualification, convention, addresses = 4, 6, 8 // records 4, 6 and 8 are of types 13, 14 and 16
	for _, test := range []struct {
		name   string
		damage func(data []byte) []byte
		want   string
	}{
		{"a file cut off within a record", func(d []byte) []byte { return d[:len(d)-10] }, "line 28:  cut off by the end of the file"},
		{"a file cut off within a descriptor", func(d []byte) []byte { return append(d, 0, 1) }, "line 29:  cut off by the end of the file"},
		{"a type that is not known", func(d []byte) []byte { return put(d, starts(2), "99") }, "line 2:  of no known type of record"},
		{"a counter above fifty", func(d []byte) []byte { return put(d, starts(convention)+105, "\x00\x33") }, "line 6:  a counter outside its bounds"},
		{"a negative counter", func(d []byte) []byte { return put(d, starts(addresses)+75, "\xff\xff") }, "line 8:  a counter outside its bounds"},
		{"a counter that promises more than there is", func(d []byte) []byte { return put(d, starts(addresses)+75, "\x00\x04") }, "line 8:  shorter than its type of record"},
		{"a counter that promises less than there is", func(d []byte) []byte { return put(d, starts(addresses)+75, "\x00\x01") }, "line 8:  longer than its type of record"},
		{"a packed digit above nine", func(d []byte) []byte { return put(d, starts(qualification)+80, "\x02\x0A\x50\x1F") }, "line 4: FSZVPKDE not a packed number"},
		{"a packed number without a sign", func(d []byte) []byte { return put(d, starts(qualification)+80, "\x02\x00\x50\x10") }, "line 4: FSZVPKDE not a packed number"},
		{"a packed number with a minus", func(d []byte) []byte { return put(d, starts(qualification)+80, "\x02\x00\x50\x1D") }, "line 4: FSZVPKDE not a packed number"},
		{"control characters in a text", func(d []byte) []byte { return put(d, starts(2)+60, "\x01\x02") }, "line 2: FSZVPSIT bytes that are no text"},
		{"a record of nobody", func(d []byte) []byte { return put(put(d, starts(2)+54, "      "), starts(2)+8, "  ") }, "line 2: FSZVPNRO does not say whose row it is"},
		{"a length that is too long for any record", func(d []byte) []byte { return put(d, starts(3)-4, "\x7f\xff") }, "record 3, at byte 335, begins with no length that a record can have"},
		{"a length of nothing", func(d []byte) []byte { return put(d, starts(3)-4, "\x00\x00") }, "record 3, at byte 335, begins with no length that a record can have"},
		{"a segment of a record", func(d []byte) []byte { return put(d, starts(3)-2, "\x01\x00") }, "record 3, at byte 335, begins with no length that a record can have"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ws, _ := belgium(t)
			path := file(t, "inami.dat", string(test.damage(bytes.Clone(variable))))
			reports, err := Files(context.Background(), ws, []string{path}, Options{})
			got := ""
			if err != nil {
				got = reports[0].Err.Msg
			} else {
				rows, err := ws.DB.Query("SELECT line, coalesce(zone, ''), reason, coalesce(value, '') FROM epsql.rejects ORDER BY line")
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = rows.Close() }()
				for rows.Next() {
					var line int64
					var zone, reason, value string
					if err := rows.Scan(&line, &zone, &reason, &value); err != nil {
						t.Fatal(err)
					}
					got += fmt.Sprintf("line %d: %s %s", line, zone, reason)
					if value != "" {
						t.Errorf("the text of a bad record is stored: %q", value)
					}
				}
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A row that cannot be stored is told by the number of its record, and with no
// more than the value at fault.
func TestARowIsToldByItsRecord(t *testing.T) {
	data := bytes.ReplaceAll(unzipped(t, "inami_ascii_variable.dat.gz"), []byte("19990701"), []byte("1999AB31"))
	ws, _ := belgium(t)
	loadOne(t, ws, file(t, "inami.dat", string(data)), Options{})
	if got := query(t, ws, "SELECT line, zone, reason, value FROM epsql.rejects"); got != "5|FSZVPDAG|not a date|1999AB31" {
		t.Errorf("got %s", got)
	}
}

// A line that is refused whole is kept for those who mend the file, unless it
// has columns that must not be stored.
func TestBadLinesDoNotKeepWhatIsRefused(t *testing.T) {
	for _, test := range []struct{ header, want string }{
		{"FSZVPNRO;FSZVPQUA;FCRNFRNOM", "fewer fields than the header|"},
		{"FSZVPNRO;FSZVPQUA;FSZVPACT", "fewer fields than the header|12345678;PLANTED"},
		{"FSZVPNRO;FSZVPQUA;OTHER", "fewer fields than the header|"},
	} {
		ws, _ := belgium(t)
		loadOne(t, ws, file(t, "dispensateurs.csv", test.header+"\n12345678;000;X\n12345678;PLANTED\n"), Options{MaxRejects: 0.9})
		if got := query(t, ws, "SELECT reason, coalesce(value, '') FROM epsql.rejects"); got != test.want {
			t.Errorf("%s: got %s", test.header, got)
		}
	}
}

// put writes text over data.
func put(data []byte, at int, text string) []byte {
	copy(data[at:], text)
	return data
}
