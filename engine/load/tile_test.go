package load

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"epsql/engine/store"
)

// Random lines, mostly good and now and then bad in any place, become the same
// rows and the same rejects whether they are converted by tiles or line by line.
func TestTilesGiveWhatLinesGive(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 7))
		j := &job{loader: &loader{ws: &store.Workspace{Catalog: library()}, opts: Options{}.withDefaults()}}
		for _, u := range j.loader.ws.Catalog.Units {
			j.loader.units = append(j.loader.units, newNumbering(u))
		}
		path := filepath.Join(t.TempDir(), "a.txt")
		if err := os.WriteFile(path, []byte(randomLines(random, 3*tileRows)), 0o600); err != nil {
			t.Fatal(err)
		}
		s := newSource(path, must(os.Stat(path)), false)
		if err := j.loader.recognise(s); err != nil {
			t.Fatal(err)
		}
		j.source, j.plans = s, j.loader.plans(s)
		j.ledger, j.others = &ledger{byName: map[string]int32{}}, make([]int64, len(j.plans))
		for j.pass = range j.plans {
			b := j.block(t)
			tiles := j.outcome(b, func(c *converter, t *task) { c.fill(t, j.plan(), 1) })
			lines := j.outcome(b, func(c *converter, t *task) { c.lines(t, j.plan(), t.rows, 1) })
			if tiles != lines {
				t.Fatalf("seed %d, table %s: tiles give\n%s\nlines give\n%s", seed, j.plan().table.Name, tiles, lines)
			}
		}
	}
}

func randomLines(random *rand.Rand, n int) string {
	const alphabet = " 0123456789+-aZ"
	var out strings.Builder
	for range n {
		line := []byte(loan("N0811", fmt.Sprintf("%06d", 1+random.IntN(50)), ""))
		if random.IntN(3) == 0 {
			line[45] = 'V'
		}
		dates := []string{"20080131", "20080229", "20080230", "20090229", "20081301", "00000000", "99999999", "        ", "20080105", "00010101"}
		if random.IntN(40) == 0 {
			copy(line[12:20], dates[random.IntN(len(dates))])
		}
		for range random.IntN(4) * random.IntN(2) {
			line[5+random.IntN(45)] = alphabet[random.IntN(len(alphabet))]
		}
		fmt.Fprintf(&out, "%s\n", line)
	}
	return out.String()
}

// block reads and prepares the file, which is one block.
func (j *job) block(t *testing.T) *block {
	t.Helper()
	r, err := j.loader.textReader(j.source)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	b := &block{}
	if err := r.next(b); err != nil {
		t.Fatal(err)
	}
	j.prepare(b)
	return b
}

// outcome is everything that converting a block gives, as text.
func (j *job) outcome(b *block, convert func(*converter, *task)) string {
	p := j.plan()
	to := newBatch(p.formats(), len(b.order), nil)
	defer to.free()
	x := &task{block: b, rows: b.order, batch: to, stored: make([]int64, len(b.deliveries)), unknown: make([]int64, len(p.columns))}
	convert(&converter{splitter: splitter{source: j.source}}, x)
	var out strings.Builder
	for i := range to.n {
		for k := range to.vectors {
			switch v := &to.vectors[k]; {
			case v.null(i):
				out.WriteString("NULL;")
			case v.format == formatText:
				fmt.Fprintf(&out, "%q;", v.text(i))
			case v.format == formatInt64:
				fmt.Fprint(&out, v.int64(i), ";")
			default:
				fmt.Fprint(&out, v.int32(i), ";")
			}
		}
		out.WriteByte('\n')
	}
	fmt.Fprint(&out, x.stored, x.unknown, x.rejects)
	return out.String()
}
