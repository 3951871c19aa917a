package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/sql/diag"
)

func testCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// testWorld compiles the catalogue's own recipe.
func testWorld(t testing.TB, opts Options) *world {
	t.Helper()
	cat := testCatalog(t)
	recipe, err := Read(cat.Files())
	if err != nil {
		t.Fatal(err)
	}
	w, err := compile(cat, recipe, opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// hash makes deliveries and gives the hash of all names and bytes.
func hash(t *testing.T, opts Options) string {
	t.Helper()
	opts.Out = t.TempDir()
	if _, err := Generate(context.Background(), testCatalog(t), opts); err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	files, err := os.ReadDir(opts.Out)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(opts.Out, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum.Write([]byte(f.Name()))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func TestTheSameSeedGivesTheSameBytesOnAnyNumberOfCores(t *testing.T) {
	for _, format := range []string{"fixed", "csv", "parquet"} {
		t.Run(format, func(t *testing.T) {
			opts := Options{Persons: 500, FromYear: 2008, ToYear: 2008, Seed: 7, Population: "eps", Format: format, Defects: 0.01}
			if format == "parquet" {
				opts.Persons = 60
			}
			one, three := opts, opts
			one.workers, three.workers = 1, 3
			first := hash(t, one)
			if hash(t, three) != first {
				t.Error("one worker and three give other bytes")
			}
			opts.Seed = 8
			if hash(t, opts) == first {
				t.Error("another seed gives the same bytes")
			}
		})
	}
}

func TestDefectsChangeNothingButTheirOwnRows(t *testing.T) {
	lines := func(defects float64) (out []string, n int64) {
		dir := t.TempDir()
		r, err := Generate(context.Background(), testCatalog(t), Options{
			Persons: 200, FromYear: 2008, ToYear: 2008, Seed: 1, Population: "eps", Format: "fixed", Defects: defects, Out: dir,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Files {
			data, err := os.ReadFile(filepath.Join(dir, f.Name))
			if err != nil {
				t.Fatal(err)
			}
			if f.Insurer == "" {
				continue // reference files have no defects
			}
			out = append(out, strings.Split(string(data), "\n")...)
			n += f.Defects
		}
		return out, n
	}
	clean, _ := lines(0)
	spoilt, n := lines(0.05)
	if len(clean) != len(spoilt) {
		t.Fatalf("%d lines without defects, %d with", len(clean), len(spoilt))
	}
	differ := int64(0)
	for i := range clean {
		if clean[i] != spoilt[i] {
			differ++
		}
	}
	if differ > n || differ < n*9/10 {
		t.Errorf("%d lines differ; %d defects were reported", differ, n)
	}
	if share := float64(n) / float64(len(clean)); share < 0.04 || share > 0.06 {
		t.Errorf("%.3f of the lines have a defect, want 0.05", share)
	}
}

// TestMemoryDoesNotGrowWithThePersons looks at what is alive while deliveries
// of 1 500 and of 15 000 persons are made.
func TestMemoryDoesNotGrowWithThePersons(t *testing.T) {
	peak := func(persons int) (most uint64) {
		calls, every := 0, max(1, persons/1200) // some ten samples
		_, err := Generate(context.Background(), testCatalog(t), Options{
			Persons: persons, FromYear: 2008, ToYear: 2008, Seed: 1, Population: "eps", Format: "fixed", Out: t.TempDir(),
			Progress: func(int, int) {
				if calls++; calls%every == 0 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return most
	}
	small, large := peak(1500), peak(15000)
	t.Logf("%d MB alive at 1 500 persons, %d MB at 15 000", small>>20, large>>20)
	if large > small*3/2+(8<<20) {
		t.Errorf("%d bytes alive at 1 500 persons, %d at 15 000", small, large)
	}
}

func TestGenerateRefuses(t *testing.T) {
	good := Options{Persons: 10, FromYear: 2008, ToYear: 2008, Population: "eps", Format: "csv"}
	change := func(f func(*Options)) Options {
		o := good
		f(&o)
		return o
	}
	for _, c := range []struct {
		name string
		opts Options
		cat  *catalog.Catalog
		kind diag.Kind
		want string
	}{
		{name: "nobody", opts: change(func(o *Options) { o.Persons = 0 }), kind: diag.Usage, want: "at least one person"},
		{name: "years that run backwards", opts: change(func(o *Options) { o.ToYear = 2007 }), kind: diag.Usage, want: "years must grow"},
		{name: "a format nobody reads", opts: change(func(o *Options) { o.Format = "punched" }), kind: diag.Usage, want: `no format "punched"`},
		{name: "more defects than rows", opts: change(func(o *Options) { o.Defects = 2 }), kind: diag.Usage, want: "rate of defects"},
		{name: "a population the recipe does not know", opts: change(func(o *Options) { o.Population = "epps" }), kind: diag.Usage, want: `no population "epps"`},
		{name: "a catalogue without a recipe", opts: good, cat: &catalog.Catalog{}, kind: diag.Data, want: "no recipe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.cat == nil {
				c.cat = testCatalog(t)
			}
			c.opts.Out = t.TempDir()
			_, err := Generate(context.Background(), c.cat, c.opts)
			e, ok := asDiag(err)
			if !ok || e.Kind != c.kind || !strings.Contains(e.Msg, c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if left, _ := os.ReadDir(c.opts.Out); len(left) > 0 {
				t.Errorf("%d files were left behind", len(left))
			}
		})
	}
}

// TestHeadersFollowTheYear makes text of two layouts: the delivery's zone has
// another name from 2018 on.
func TestHeadersFollowTheYear(t *testing.T) {
	for year, want := range map[int]string{2008: "SS00004;SS00005;SS00010;", 2019: "SS00001;SS00005;SS00010;"} {
		dir := t.TempDir()
		if _, err := Generate(context.Background(), testCatalog(t), Options{
			Persons: 30, FromYear: year, ToYear: year, Population: "eps", Format: "csv", Out: dir,
		}); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "pharmanet_*.csv"))
		if len(files) == 0 {
			t.Fatal("no files")
		}
		data, err := os.ReadFile(files[0])
		if err != nil || !strings.HasPrefix(string(data), want) {
			t.Errorf("%d: the header begins with %q", year, data[:min(len(data), 30)])
		}
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	opts := Options{Persons: 10, FromYear: 2008, ToYear: 2008, Population: "eps", Format: "csv", Out: t.TempDir()}
	mine := filepath.Join(opts.Out, "secteurs.csv")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(context.Background(), testCatalog(t), opts); err == nil {
		t.Error("an existing file was no error")
	}
	left, _ := os.ReadDir(opts.Out)
	data, err := os.ReadFile(mine)
	if err != nil || !bytes.Equal(data, []byte("mine")) || len(left) != 1 {
		t.Errorf("the file is not as it was, or not alone: %q, %d files", data, len(left))
	}
}

func TestACancelLeavesNothingBehind(t *testing.T) {
	for _, format := range []string{"fixed", "parquet"} {
		t.Run(format, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			dir := filepath.Join(t.TempDir(), "out")
			_, err := Generate(ctx, testCatalog(t), Options{
				Persons: 5000, FromYear: 2008, ToYear: 2008, Population: "eps", Format: format, Out: dir,
				Progress: func(int, int) { cancel() },
			})
			if e, ok := asDiag(err); !ok || e.Kind != diag.Cancel || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%d files were left behind", len(left))
			}
		})
	}
}

// TestNoDomainInGo holds the sources of the package against the names of the
// catalogue: tables and zones are the recipe's business.
func TestNoDomainInGo(t *testing.T) {
	cat := testCatalog(t)
	var names []string
	for _, table := range cat.Tables {
		names = append(names, table.Name)
		for _, z := range table.Zones {
			names = append(names, z.ID)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if bytes.Contains(bytes.ToLower(source), []byte(`"`+strings.ToLower(name)+`"`)) {
				t.Errorf("%s names %s", file, name)
			}
		}
	}
}

// BenchmarkGenerate reports rows a second, all files written.
func BenchmarkGenerate(b *testing.B) {
	for _, format := range []string{"fixed", "csv"} {
		b.Run(format, func(b *testing.B) {
			cat, rows := testCatalog(b), int64(0)
			for b.Loop() {
				r, err := Generate(context.Background(), cat, Options{
					Persons: 10000, FromYear: 2008, ToYear: 2008, Seed: 1, Population: "eps", Format: format, Out: b.TempDir(),
				})
				if err != nil {
					b.Fatal(err)
				}
				for _, f := range r.Files {
					rows += f.Rows
				}
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
