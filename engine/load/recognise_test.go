package load

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"epsql/engine/store"
	"epsql/sql/diag"
)

const header = "SENT;READER;BRANCH;DUE;FINE;DESK;TITLE;KIND\n"

// loan is a line of the fixed-width layout.
func loan(sent, reader, rest string) string {
	const blank = "N20080105   -250100107novel       L    "
	return sent + reader + rest + blank[utf8.RuneCountInString(rest):]
}

func zip(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

// one loads one file and gives its report.
func one(t testing.TB, path string, opts Options) Report {
	t.Helper()
	reports, _ := Files(t.Context(), workspace(t), []string{path}, opts)
	if len(reports) != 1 {
		t.Fatalf("%d reports for one file", len(reports))
	}
	return reports[0]
}

func TestRecognises(t *testing.T) {
	row := "N0811;12;N;20080105;250;100107;novel;L\n"
	for _, test := range []struct {
		sentence, name, text string
		opts                 Options
		format, tables       string
		code                 string // of the refusal
	}{
		{"a header of zone ids makes a delimited file", "any.txt", header + row, Options{}, "delimited", "loans", ""},
		{"case and order of the header do not matter", "any.txt", "kind;Reader;sent\nL;12;N0811\n", Options{}, "delimited", "loans", ""},
		{"commas separate as well", "any.txt", strings.ReplaceAll(header+row, ";", ","), Options{}, "delimited", "loans", ""},
		{"so do tabs", "any.txt", strings.ReplaceAll(header+row, ";", "\t"), Options{}, "delimited", "loans", ""},
		{"and bars", "any.txt", strings.ReplaceAll(header+row, ";", "|"), Options{}, "delimited", "loans", ""},
		{"names and values may be quoted", "any.txt", `"SENT","READER","KIND","TITLE"` + "\n" + `"N0811","12","L","a ""b"", c"` + "\n", Options{}, "delimited", "loans", ""},
		{"a byte order mark is no part of the first name", "any.txt", "\xEF\xBB\xBF" + header + row, Options{}, "delimited", "loans", ""},
		{"lines may end as on Windows", "any.txt", strings.ReplaceAll(header+row, "\n", "\r\n"), Options{}, "delimited", "loans", ""},
		{"a file may be zipped", "any.csv.gz", zip(header + row), Options{}, "delimited", "loans", ""},
		{"a line of the layout's length makes a fixed-width file", "any.txt", loan("N0811", "000012", "") + "\n", Options{}, "fixed", "loans", ""},
		{"a file of two tables is split", "any.txt", header + row + "N0811;12;;;;;;V\n", Options{}, "delimited", "loans sales", ""},
		{"a table without deliveries is known by its header", "any.csv", "SHELF,WIDTH\n001,12.5\n", Options{}, "delimited", "shelves", ""},

		{"an empty file is refused", "any.txt", "", Options{}, "", "", "empty-file"},
		{"a header alone is refused", "any.txt", header, Options{}, "delimited", "", "empty-file"},
		{"zero bytes are no text", "any.txt", "MZ\x00\x00\x01", Options{}, "", "", "binary-file"},
		{"random bytes fit no layout", "any.txt", "\x93\xfa\x01\x07\n\xff\xfe", Options{}, "", "", "unknown-file"},
		{"text that names no zone and fits no layout is refused", "any.txt", "hello\nworld\n", Options{}, "", "", "unknown-file"},
		{"a cut Parquet file is refused", "any.parquet", "PAR1junk", Options{}, "", "", "damaged-file"},
		{"a cut zipped file is refused", "any.csv.gz", zip(header + strings.Repeat(row, 100))[:60], Options{}, "", "", "damaged-file"},
		{"a file without its owners is refused", "any.txt", "SENT;FINE;KIND;BRANCH\nN0811;1;L;N\n", Options{}, "delimited", "", "no-owner"},
		{"a zone named twice is refused", "any.txt", "SENT;READER;KIND;FINE;fine\n", Options{}, "delimited", "", "duplicate-column"},
		{"a file that may be two tables is refused", "any.txt", "SENT;READER\nN0811;12\n", Options{}, "delimited", "", "ambiguous-file"},
		{"unless the caller says which", "any.txt", "SENT;READER\nN0811;12\n", Options{As: "sales"}, "delimited", "sales", ""},
		{"or its name does", "loans_1.txt", "SENT;READER\nN0811;12\n", Options{}, "delimited", "loans", ""},
		{"an unknown table is refused", "any.txt", header + row, Options{As: "lones"}, "", "", "unknown-table"},
		{"an unknown encoding is refused", "any.txt", header + row, Options{Encoding: "koi8-r"}, "", "", "unknown-encoding"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			r := one(t, file(t, test.name, test.text), test.opts)
			code, tables := "", []string{}
			if r.Err != nil {
				code = r.Err.Code
				if r.Err.Hint == "" {
					t.Error("a refusal must say what to do")
				}
			}
			for _, d := range r.Deliveries {
				tables = append(tables, d.Table)
			}
			if code != test.code || r.Format != test.format || strings.Join(tables, " ") != test.tables {
				t.Errorf("got format %q, tables %v, refusal %q: %v", r.Format, tables, code, r.Err)
			}
		})
	}
}

func TestDidYouMean(t *testing.T) {
	r := one(t, file(t, "any.txt", header), Options{As: "lones"})
	if r.Err.Hint != "did you mean loans?" {
		t.Errorf("hint: %q", r.Err.Hint)
	}
}

func TestTellsWhatAFileLacksAndHasTooMuch(t *testing.T) {
	r := one(t, file(t, "loans.txt", "SENT;READER;KIND;CARD;COLOUR\nN0811;12;L;99;red\n"), Options{})
	if got := strings.Join(r.Missing, " "); got != "BRANCH DUE FINE DESK TITLE" {
		t.Errorf("missing: %s", got)
	}
	if got := strings.Join(r.Extra, " "); got != "COLOUR" {
		t.Errorf("unknown columns: %s", got)
	}
	if got := strings.Join(r.NotKept, " "); got != "CARD" {
		t.Errorf("refused zones: %s", got)
	}
}

func TestFolders(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"loans_b.txt":     header + "N0811;12;N;20080105;250;100107;novel;L\n",
		"loans_a.txt":     header + "N0812;12;N;20080105;250;100107;novel;L\n",
		"README.md":       "read me\n",
		".hidden":         "nothing\n",
		"loans_empty.txt": "",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reports, err := Files(t.Context(), workspace(t), []string{folder}, Options{})
	got := map[string]Status{}
	order := []string{}
	for _, r := range reports {
		got[filepath.Base(r.File)] = r.Status
		if r.Status == Loaded {
			order = append(order, filepath.Base(r.File))
		}
	}
	if len(got) != 4 || got["README.md"] != Skipped || got["loans_empty.txt"] != Refused {
		t.Errorf("statuses: %v", got)
	}
	if strings.Join(order, " ") != "loans_b.txt loans_a.txt" {
		t.Errorf("version 1 must be loaded before version 2, got %v", order)
	}
	if diag.ExitCode(err) != int(diag.Data) {
		t.Errorf("a refusal is an error of the data, got %v", err)
	}
}

func TestNoSuchPath(t *testing.T) {
	if _, err := Files(t.Context(), workspace(t), []string{"/no/such"}, Options{}); diag.ExitCode(err) != int(diag.Usage) {
		t.Errorf("got %v", err)
	}
	if _, err := Files(t.Context(), workspace(t), []string{t.TempDir()}, Options{}); diag.ExitCode(err) != int(diag.Usage) {
		t.Errorf("an empty folder: got %v", err)
	}
}

func TestEncodings(t *testing.T) {
	row := "N0811;12;N;20080105;250;100107;%s;L\n"
	line := func(title string) string { return strings.Replace(row, "%s", title, 1) }
	for _, test := range []struct {
		sentence, text, encoding string
		titles, used             string
		rejected                 int64
	}{
		{"UTF-8 is kept", line("Ésope"), "", "Ésope", "utf-8", 0},
		{"latin-1 is found out", line("\xC9sope"), "", "Ésope", "latin-1", 0},
		{"latin-1 may be forced", line("\xC9sope"), "latin-1", "Ésope", "latin-1", 0},
		{"a stray byte in UTF-8 text refuses its line", line("Ésope") + line("Émile") + line("x\xC9"), "", "Ésope\nÉmile", "utf-8", 1},
		{"forced UTF-8 refuses latin-1 lines", line("Esope") + line("\xC9sope"), "utf-8", "Esope", "utf-8", 1},
		{"latin-1 has no letters below 0xA0", line("Esope") + line("\x85"), "latin-1", "Esope", "latin-1", 1},
		{"control characters are no text", line("Esope") + line("a\x07"), "", "Esope", "utf-8", 1},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			ws := workspace(t)
			reports, err := Files(t.Context(), ws, []string{file(t, "a.txt", header+test.text)}, Options{Encoding: test.encoding, MaxRejects: 0.6})
			if err != nil {
				t.Fatal(err)
			}
			if got := query(t, ws, "SELECT title FROM loans"); got != test.titles || reports[0].Encoding != test.used || reports[0].Rejected != test.rejected {
				t.Errorf("got %q as %s with %d rejects", got, reports[0].Encoding, reports[0].Rejected)
			}
		})
	}
}

func TestFixedWidthCountsCharacters(t *testing.T) {
	ws := workspace(t)
	rest := "N20080105   -250100107"
	text := loan("N0811", "000012", rest+"Émile       L    ") + "\n" + loan("N0811", "000013", rest+"à Ésope     L    ") + "\n"
	if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := query(t, ws, "SELECT title, kind FROM loans"); got != "Émile|L\nà Ésope|L" {
		t.Errorf("got %s", got)
	}
}

func TestParquet(t *testing.T) {
	ws := workspace(t)
	path := filepath.Join(t.TempDir(), "loans.parquet")
	writeParquet(t, path, `SELECT 'N0811' AS sent, 12 AS reader, 'N' AS branch, DATE '2008-01-05' AS due, -250 AS fine,
		'100107' AS desk, 'Émile' AS title, 'L' AS kind, 1 AS colour
		UNION ALL SELECT 'N0811', 7, NULL, NULL, 3.5, NULL, NULL, 'L', 2
		UNION ALL SELECT 'N0811', 8, NULL, NULL, 3, NULL, NULL, 'L', 2`)
	r, err := Files(t.Context(), ws, []string{path}, Options{MaxRejects: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	want := "N0811|1|N|2008-01-05|-250|1|07|Émile|L|1\nN0811|3|-|-|3|-|-|-|L|1"
	if got := query(t, ws, "SELECT * REPLACE (due::VARCHAR AS due) FROM loans"); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := query(t, ws, "SELECT line, zone, reason FROM epsql.rejects"); got != "2|FINE|not a whole number" {
		t.Errorf("rejects: %s", got)
	}
	if r[0].Lines != 3 || strings.Join(r[0].Extra, "") != "colour" {
		t.Errorf("report: %+v", r[0])
	}
}

func TestParquetNeedsAccessToFiles(t *testing.T) {
	ws, err := store.Open(t.Context(), newWorkspace(t), library(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	path := filepath.Join(t.TempDir(), "loans.parquet")
	writeParquet(t, path, "SELECT 'N0811' AS sent, 12 AS reader, 'L' AS kind")
	reports, _ := Files(t.Context(), ws, []string{path}, Options{})
	if r := reports[0]; r.Err == nil || r.Err.Code != "no-file-access" {
		t.Errorf("got %+v", r)
	}
}
