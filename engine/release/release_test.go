package release

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"epsql/catalog"
	"epsql/engine/export"
	"epsql/engine/guard"
	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

// The tests run this test binary again as the process that is killed between two
// steps; EPSQL_RELEASE_STEP tells it after which.
func TestMain(m *testing.M) {
	if step := os.Getenv("EPSQL_RELEASE_STEP"); step != "" {
		os.Exit(child(step, os.Args[1], os.Args[2]))
	}
	os.Exit(m.Run())
}

const question = "SELECT pp0020 AS sexe, count(*) AS personnes FROM population GROUP BY 1 ORDER BY 1"

// child releases the question's answer, and waits to be killed after a step.
func child(step, workspace, path string) int {
	ctx := context.Background()
	g, closing, err := openGuard(ctx, workspace)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer closing()
	p, err := g.Plan(ctx, guard.Query{Text: question})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	w := writer{targets: []Target{{Path: path, Format: csv()}}, done: func(done string) {
		if done == step {
			fmt.Println("reached", step)
			time.Sleep(time.Minute)
		}
	}}
	if _, err := w.write(ctx, g, p); err != nil {
		fmt.Println(err)
	}
	return 1
}

func csv() export.Format { return export.Formats()[1] }

func openGuard(ctx context.Context, path string) (*guard.Guard, func(), error) {
	cat, err := catalog.Embedded()
	if err != nil {
		return nil, nil, err
	}
	ws, err := store.Open(ctx, path, cat, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	g, err := guard.New(ctx, guard.Config{Workspace: ws, Catalog: cat, Macros: &macros.Registry{}, Channel: cat.Channel("eps")})
	if err != nil {
		return nil, nil, err
	}
	return g, func() { _, _ = g.Close(), ws.Close() }, nil
}

// workspace holds ten men and ten women.
func workspace(t *testing.T) string {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := store.Create(t.Context(), path, "eps", cat, &macros.Registry{}); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	_, err = ws.DB.Exec("INSERT INTO main.population (pp0010, pp0020, livraison) SELECT n, 1 + n % 2, 1 FROM range(1, 21) AS t(n)")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func entries(t *testing.T, path string) []ledger.Entry {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	out, err := ledger.List(t.Context(), ws.DB)
	if err != nil {
		t.Fatal(err)
	}
	if err := ledger.Verify(t.Context(), ws.DB, out); err != nil {
		t.Error(err)
	}
	return out
}

func write(t *testing.T, workspace string, targets ...Target) error {
	t.Helper()
	g, closing, err := openGuard(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	p, err := g.Plan(t.Context(), guard.Query{Text: question})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Write(t.Context(), g, p, targets...)
	return err
}

func TestNothingIsReleasedWithoutARecord(t *testing.T) {
	for _, row := range []struct {
		name, step    string
		records       int
		receipt, file bool
	}{
		{"killed when the file is written, there is nothing", "written", 0, false, false},
		{"killed when it is recorded, there is a record of nothing", "recorded", 1, false, false},
		{"killed when the receipt is there, the file is not", "receipt", 1, true, false},
		{"killed at the end, everything is there", "placed", 1, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := workspace(t)
			file := filepath.Join(t.TempDir(), "a.csv")
			cmd := exec.Command(os.Args[0], path, file)
			cmd.Env = append(os.Environ(), "EPSQL_RELEASE_STEP="+row.step)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := make([]byte, 200)
			n, _ := out.Read(said)
			if !strings.HasPrefix(string(said[:n]), "reached") {
				t.Fatalf("the child says %q", said[:n])
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if got := len(entries(t, path)); got != row.records {
				t.Errorf("%d records, want %d", got, row.records)
			}
			if there(file) != row.file || there(ReceiptPath(file)) != row.receipt {
				t.Errorf("file there: %v, receipt there: %v", there(file), there(ReceiptPath(file)))
			}
			// What was half done does not stand in the way.
			if err := write(t, path, Target{Path: file, Format: csv(), Overwrite: true}); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestOneAnswerInSeveralFilesIsOneEntry(t *testing.T) {
	path, dir := workspace(t), t.TempDir()
	a, b := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.json")
	json, err := export.ParseFormat("json")
	if err != nil {
		t.Fatal(err)
	}
	if err := write(t, path, Target{Path: a, Format: csv()}, Target{Path: b, Format: json}); err != nil {
		t.Fatal(err)
	}
	all := entries(t, path)
	if len(all) != 1 || len(all[0].Release.Files) != 2 {
		t.Fatalf("entries %+v", all)
	}
	for _, file := range []string{a, b} {
		if beside, err := Verify(ReceiptPath(file), all); err != nil || !beside {
			t.Errorf("%s: %v, %v", file, beside, err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 4 {
		t.Errorf("files %v, want two with their receipts", files)
	}
}

func TestAnExistingFileOrReceiptIsKept(t *testing.T) {
	path := workspace(t)
	for _, kept := range []string{"a.csv", "a.csv.receipt.json"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, kept), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := write(t, path, Target{Path: filepath.Join(dir, "a.csv"), Format: csv()})
		if e, ok := err.(*diag.Error); !ok || e.Code != "output-exists" {
			t.Errorf("%s: %v", kept, err)
		}
		if text, _ := os.ReadFile(filepath.Join(dir, kept)); string(text) != "mine" {
			t.Errorf("%s was changed", kept)
		}
	}
	if n := len(entries(t, path)); n != 0 {
		t.Errorf("%d entries for what was not released", n)
	}
}

func TestAReceiptShowsWhatWasChanged(t *testing.T) {
	path, file := workspace(t), filepath.Join(t.TempDir(), "a.csv")
	if err := write(t, path, Target{Path: file, Format: csv()}); err != nil {
		t.Fatal(err)
	}
	all := entries(t, path)
	receipt := ReceiptPath(file)
	text, err := os.ReadFile(receipt)
	if err != nil {
		t.Fatal(err)
	}
	change := func(path string, content []byte) func() {
		return func() {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range []struct {
		name    string
		change  func()
		entries []ledger.Entry
		want    string
	}{
		{"a ledger that lost its entries", func() {}, nil, "the ledger has no entry 1"},
		{"a ledger written anew", func() {}, []ledger.Entry{{Number: 1, Hash: "0"}}, "ledger entry 1 is another one"},
		{"another count in the receipt", change(receipt, bytes.Replace(text, []byte(`"masked": 0`), []byte(`"masked": 1`), 1)), all, "says something else"},
		{"another file", func() { change(receipt, text)(); change(file, []byte("sexe,personnes\n"))() }, all, "a.csv was changed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.change()
			_, err := Verify(receipt, row.entries)
			if err == nil || !strings.Contains(err.Error(), row.want) || diag.ExitCode(err) != 5 {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if beside, err := Verify(receipt, all); err != nil || beside {
		t.Errorf("a receipt alone: %v, %v", beside, err)
	}
}
