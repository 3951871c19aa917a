package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"epsql/engine/store"
	"epsql/sql/diag"
)

// loans writes n loans of a delivery: readers 1..n, in the order of the seed.
func loans(sent string, n int, seed uint64) string {
	var out strings.Builder
	out.WriteString(header)
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(n) {
		fmt.Fprintf(&out, "%s;%d;N;20080105;%d;10010%d;novel;L\n", sent, i+1, i, i%10)
	}
	return out.String()
}

func TestDeliveriesReplaceEachOther(t *testing.T) {
	type step struct {
		name, text string
		status     Status
		code       string
	}
	for _, test := range []struct {
		sentence string
		steps    []step
		want     string // rows of each delivery: version, rows, replaced by
		stored   string // rows in the table
	}{
		{
			"the same content twice is a no-op",
			[]step{{"a", loans("N0811", 30, 1), Loaded, ""}, {"copy_of_a", loans("N0811", 30, 1), Unchanged, ""}},
			"N081|1|30|-", "30",
		},
		{
			"version 2 replaces version 1 of the same delivery only",
			[]step{{"a", loans("N0811", 30, 1), Loaded, ""}, {"b", loans("N0821", 5, 1), Loaded, ""}, {"c", loans("N0812", 31, 1), Loaded, ""}},
			"N081|1|30|3\nN082|1|5|-\nN081|2|31|-", "36",
		},
		{
			"version 1 after version 2 is refused",
			[]step{{"a", loans("N0812", 30, 1), Loaded, ""}, {"b", loans("N0811", 31, 1), Refused, "older-version"}},
			"N081|2|30|-", "30",
		},
		{
			"a content that was replaced since is a no-op too",
			[]step{{"a", loans("N0811", 30, 1), Loaded, ""}, {"b", loans("N0812", 31, 1), Loaded, ""}, {"a", loans("N0811", 30, 1), Unchanged, ""}},
			"N081|1|30|2\nN081|2|31|-", "31",
		},
		{
			"the same version with another content is refused",
			[]step{{"a", loans("N0811", 30, 1), Loaded, ""}, {"b", loans("N0811", 30, 2), Refused, "same-version"}},
			"N081|1|30|-", "30",
		},
		{
			"a correction that lost nine tenths of the rows is refused",
			[]step{{"a", loans("N0811", 30, 1), Loaded, ""}, {"b", loans("N0812", 2, 1), Refused, "shrunk-delivery"}},
			"N081|1|30|-", "30",
		},
		{
			"a file of several deliveries is several deliveries",
			[]step{{"a", loans("N0811", 30, 1) + strings.TrimPrefix(loans("S0811", 10, 1), header), Loaded, ""}, {"b", loans("S0812", 9, 1), Loaded, ""}},
			"N081|1|30|-\nS081|1|10|3\nS081|2|9|-", "39",
		},
		{
			"a file that names no delivery stands for itself",
			[]step{{"a", "READER;KIND\n1;L\n2;L\n", Loaded, ""}, {"b", "READER;KIND\n1;L\n", Loaded, ""}, {"c", "READER;KIND\n1;L\n2;L\n", Unchanged, ""}},
			"file|1|2|-\nfile|1|1|-", "3",
		},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			ws := workspace(t)
			for _, step := range test.steps {
				reports, _ := Files(t.Context(), ws, []string{file(t, step.name, step.text)}, Options{})
				r, code := reports[0], ""
				if r.Err != nil {
					code = r.Err.Code
				}
				if r.Status != step.status || code != step.code {
					t.Fatalf("%s: %s %v", step.name, r.Status, r.Err)
				}
			}
			got := query(t, ws, "SELECT key.split(' ')[1], version, rows, replaced_by FROM epsql.deliveries ORDER BY id")
			got = renumber(got, query(t, ws, "SELECT id FROM epsql.deliveries ORDER BY id"))
			if got != test.want || query(t, ws, "SELECT count(*) FROM loans") != test.stored {
				t.Errorf("got\n%s\n%s rows", got, query(t, ws, "SELECT count(*) FROM loans"))
			}
			if n := query(t, ws, "SELECT count(*) FROM loans ANTI JOIN (FROM epsql.deliveries WHERE replaced_by IS NULL) d ON d.id = livraison"); n != "0" {
				t.Errorf("%s rows of no current delivery", n)
			}
		})
	}
}

// renumber replaces the ids of deliveries, which may have gaps, by their rank.
func renumber(rows, ids string) string {
	lines := strings.Split(rows, "\n")
	for i, line := range lines {
		for rank, id := range strings.Split(ids, "\n") {
			if rest, ok := strings.CutSuffix(line, "|"+id); ok && strings.Count(rest, "|") == 2 {
				lines[i] = fmt.Sprintf("%s|%d", rest, rank+1)
				break
			}
		}
	}
	return strings.Join(lines, "\n")
}

func TestReferenceTablesAreReplacedWhole(t *testing.T) {
	ws := workspace(t)
	first, second := "SHELF;WIDTH\n001;1.5\n002;2\n", "SHELF;WIDTH\n003;0,0001\n"
	for _, text := range []string{second, first, first, second} { // back to what it was

		if _, err := Files(t.Context(), ws, []string{file(t, "s.csv", text)}, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := query(t, ws, "SELECT shelf, width::VARCHAR FROM shelves"); got != "003|0.0001" {
		t.Errorf("got %s", got)
	}
	if got := query(t, ws, "SELECT version, rows, replaced_by FROM epsql.deliveries ORDER BY id"); got != "1|1|2\n2|2|3\n3|1|-" {
		t.Errorf("got %s", got)
	}
}

func TestEveryLineIsARowOrAReject(t *testing.T) {
	ws := workspace(t)
	lines := []string{
		loan("N0811", "000012", ""),
		loan("N0811", "000012", "N20080231"),               // no such day
		loan("N0811", "000000", ""),                        // nobody's
		loan("N0811", "      ", ""),                        // nobody's
		loan("N0811", "000013", "")[:30],                   // cut
		loan("N0811", "000014", "") + "x",                  // too long
		loan("N0811", "000015", "N20080105   2,50"),        // no whole cents
		loan("N0811", "000016", "N20080105 12x  "),         // no number
		loan("N081 ", "000017", ""),                        // no version
		loan("     ", "000017", ""),                        // no delivery
		loan("N0811", "0\x8100017", ""),                    // not text
		"",                                                 // blank: no line
		loan("N0811", "000018", "Q00000000    250      "),  // unknown branch: kept
		loan("N0811", "000019", "N99999999    250200208x"), // due never: NULL
		loan("N0811", "000020", "N20080105    250100107novel       V  12"),
		loan("N0811", "000020", "N20080105    250100107novel       Z  12"),
		loan("N0811", "000021", "")[:20],
	}
	text := strings.Join(lines, "\n")
	reports, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, Options{MaxRejects: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	r := reports[0]
	if r.Lines != 16 || r.Stored != 4 || r.Rejected != 12 {
		t.Errorf("%d lines, %d stored, %d rejected", r.Lines, r.Stored, r.Rejected)
	}
	if got := query(t, ws, "SELECT (SELECT count(*) FROM loans) + (SELECT count(*) FROM sales), count(*) FROM epsql.rejects"); got != "4|12" {
		t.Errorf("the workspace holds %s", got)
	}
	want := `2|DUE|not a date
3|READER|does not say whose row it is
4|READER|does not say whose row it is
5|-|line too short
6|-|line too long
7|FINE|not a number
8|FINE|not a number
9|SENT|does not say which delivery it is
10|SENT|does not say which delivery it is
11|READER|bytes that are no text
16|KIND|of no table this file may hold
17|-|line too short`
	if got := query(t, ws, "SELECT line, zone, reason FROM epsql.rejects ORDER BY line"); got != want {
		t.Errorf("rejects:\n%s", got)
	}
	if len(r.Unknown) != 1 || r.Unknown[0].Zone != "branch" || r.Unknown[0].Rows != 1 {
		t.Errorf("unknown codes: %v", r.Unknown)
	}
	if len(r.Warnings) != 1 {
		t.Errorf("a file that ends inside a line must be told: %v", r.Warnings)
	}
	var sum int64
	for _, c := range r.Rejects {
		sum += c.Rows
	}
	if sum != r.Rejected {
		t.Errorf("the reasons add up to %d", sum)
	}
	if got := query(t, ws, "SELECT sum(rows)::BIGINT, sum(rejects)::BIGINT FROM epsql.deliveries"); got != "4|12" {
		t.Errorf("the deliveries say %s", got)
	}
}

// A delimited file may hold any number; one with more digits than its zone is
// not taken, for sums of such numbers could overflow.
func TestNumbersFitTheirZone(t *testing.T) {
	ws := workspace(t)
	row := func(fine string) string { return "N0811;1;N;20080105;" + fine + ";100107;novel;L\n" }
	text := header + row("9999999") + row("-9999999") + row("10000000") + row("-10000000") + row("000000001")
	if _, err := Files(t.Context(), ws, []string{file(t, "a.csv", text)}, Options{MaxRejects: 0.5}); err != nil {
		t.Fatal(err)
	}
	if got := query(t, ws, "SELECT line, zone, reason FROM epsql.rejects ORDER BY line"); got != "4|FINE|number too large\n5|FINE|number too large" {
		t.Errorf("rejects:\n%s", got)
	}
	if got := query(t, ws, "SELECT count(*), max(fine), min(fine) FROM loans"); got != "3|9999999|-9999999" {
		t.Errorf("loans: %s", got)
	}
}

func TestValuesStayOutOfMessages(t *testing.T) {
	secret := "4711000"
	r := one(t, file(t, "a.txt", header+strings.Repeat("N0811;"+secret+";N;"+secret+";"+secret+"x;100107;"+secret+";L\n", 3)), Options{})
	if r.Err == nil || r.Err.Code != "bad-file" {
		t.Fatalf("got %v", r.Err)
	}
	if text := fmt.Sprintf("%s %s %v", r.Err, r.Err.Hint, r.Rejects); strings.Contains(text, secret) {
		t.Errorf("the message quotes a value: %s", text)
	}
}

func TestBadFilesAreRefusedWhole(t *testing.T) {
	ws := workspace(t)
	text := loans("N0811", 7, 1) + "N0811;x y;N\n" + "N0811;;N;;;;;L\n"
	reports, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, Options{})
	if diag.ExitCode(err) != int(diag.Data) || reports[0].Err.Code != "bad-file" {
		t.Fatalf("2 of 9 bad lines: %v", err)
	}
	if got := query(t, ws, "SELECT (SELECT count(*) FROM loans), (SELECT count(*) FROM epsql.rejects), (SELECT count(*) FROM epsql.deliveries), (SELECT count(*) FROM epsql.ids_reader)"); got != "0|0|0|0" {
		t.Errorf("something stayed: %s", got)
	}
	if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, Options{MaxRejects: 0.25}); err != nil {
		t.Errorf("the caller may be more patient: %v", err)
	}
	if got := query(t, ws, "SELECT count(*), min(num), max(num) FROM epsql.ids_reader"); got != "7|1|7" {
		t.Errorf("numbers must be given anew after a refusal: %s", got)
	}
}

func TestNumbersAreDenseAndShared(t *testing.T) {
	ws := workspace(t)
	for i, text := range []string{
		header + "N0811;12;N;;;100107;;L\nN0811;AB-1;N;;;200207;;L\nN0811;000013;N;;;000000;;L\n",
		header + "N0821;000012;N;;;100207;;L\nN0821;AB-1;N;;;200207;;L\nN0821;14;N;;;7;;V\n",
	} {
		if _, err := Files(t.Context(), ws, []string{file(t, "a", text)}, Options{}); err != nil {
			t.Fatal(i, err)
		}
	}
	if got := query(t, ws, "SELECT num, id FROM epsql.ids_reader ORDER BY num"); got != "1|000012\n2|AB-1\n3|000013\n4|000014" {
		t.Errorf("readers:\n%s", got)
	}
	if got := query(t, ws, "SELECT num, id FROM epsql.ids_clerk ORDER BY num DESC"); got != "2|1002\n1|1001\n-1|2002" {
		t.Errorf("clerks, natural persons positive:\n%s", got)
	}
	if got := query(t, ws, "SELECT reader, desk_clerk, desk_grade FROM loans ORDER BY livraison, reader"); got != "1|1|07\n2|-1|07\n3|-|00\n1|2|07\n2|-1|07" {
		t.Errorf("loans:\n%s", got)
	}
}

func TestRowsAreInReaderOrderAndAlwaysTheSame(t *testing.T) {
	var first string
	for _, opts := range []Options{{Workers: 1}, {Workers: 4}, {Workers: 3, Block: 1 << 20}} {
		ws := workspace(t)
		text := loans("N0811", 20_000, 7) + strings.TrimPrefix(loans("N0811", 20_000, 8), header)
		if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, opts); err != nil {
			t.Fatal(err)
		}
		if got := query(t, ws, "SELECT count(*) FROM (SELECT reader < lag(reader) OVER (ORDER BY rowid) AS falls FROM loans) WHERE falls"); got > "2" {
			t.Errorf("%+v: the order breaks %s times", opts, got)
		}
		if opts.Block > 0 {
			continue
		}
		got := query(t, ws, "SELECT md5(string_agg(concat_ws('|', reader, fine, desk_clerk, desk_grade), ',' ORDER BY rowid)) FROM loans")
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%+v: the same file gives other rows or numbers", opts)
		}
	}
}

// Batches are inserted by all threads of the engine, and stand in the order of
// the file all the same.
func TestThreadsDoNotChangeTheOrder(t *testing.T) {
	text := file(t, "a.txt", loans("N0811", 60_000, 7))
	var first string
	for _, threads := range []int{1, 2, 8} {
		ws, err := store.Open(t.Context(), newWorkspace(t), library(), store.Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ws.Close() }()
		if _, err := Files(t.Context(), ws, []string{text}, Options{Block: 64 << 10}); err != nil {
			t.Fatal(err)
		}
		got := query(t, ws, "SELECT count(*), md5(string_agg(concat_ws('|', reader, fine), ',' ORDER BY rowid)) FROM loans")
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%d threads give another order", threads)
		}
	}
}

func TestCancelLeavesTheWorkspaceAsItWas(t *testing.T) {
	ws := workspace(t)
	ctx, cancel := context.WithCancel(t.Context())
	long := loans("N0811", 60_000, 1)
	reports, err := Files(ctx, ws, []string{file(t, "a.txt", long), file(t, "b.txt", long)}, Options{
		Block:    64 << 10,
		Progress: func(Progress) { cancel() },
	})
	if diag.ExitCode(err) != int(diag.Cancel) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if len(reports) != 1 {
		t.Errorf("a cancel stops at once: %d reports", len(reports))
	}
	if got := query(t, ws, "SELECT (SELECT count(*) FROM loans), (SELECT count(*) FROM epsql.deliveries), (SELECT count(*) FROM epsql.ids_reader)"); got != "0|0|0" {
		t.Errorf("something stayed: %s", got)
	}
	if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", loans("N0811", 600, 1))}, Options{}); err != nil {
		t.Errorf("the next load: %v", err)
	}
}

func TestProgressReachesTheEnd(t *testing.T) {
	var last Progress
	text := loans("N0811", 5000, 1)
	if _, err := Files(t.Context(), workspace(t), []string{file(t, "a.txt", text)}, Options{Progress: func(p Progress) { last = p }}); err != nil {
		t.Fatal(err)
	}
	if last.Bytes != int64(len(text)) || last.Size != last.Bytes || last.Rows != 5000 || last.Number != 1 || last.Files != 1 {
		t.Errorf("got %+v", last)
	}
}

func TestDeliveriesAreListed(t *testing.T) {
	ws := workspace(t)
	for _, text := range []string{loans("N0811", 10, 1), loans("N0812", 11, 1)} {
		if _, err := Files(t.Context(), ws, []string{file(t, "a.txt", text)}, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := Deliveries(t.Context(), ws)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	first, second := list[0], list[1]
	if first.ReplacedBy != second.ID || second.Replaces != first.ID || second.Insurer != "N" || second.Period != "081" ||
		second.File != "a.txt" || second.Rows != 11 || len(second.Hash) != 64 || second.LoadedAt.IsZero() {
		t.Errorf("got %+v\n%+v", first, second)
	}
}
