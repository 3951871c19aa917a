package history

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// population are persons with attributes of some values each; a release shows
// the cells of a few attributes crossed.
type population struct {
	people     int
	attributes [][]uint8
}

func people(n int, values ...int) population {
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a benchmark
	p := population{people: n}
	for _, v := range values {
		a := make([]uint8, n)
		for i := range a {
			a[i] = uint8(rnd.IntN(v)) //nolint:gosec // fewer than 256 values
		}
		p.attributes = append(p.attributes, a)
	}
	return p
}

// cells are the sets of a table over attributes, with threshold 4 and more.
func (p population) cells(attributes ...int) []*roaring.Bitmap {
	groups := map[string][]uint32{}
	key := make([]byte, len(attributes))
	for i := range p.people {
		for j, a := range attributes {
			key[j] = p.attributes[a][i]
		}
		groups[string(key)] = append(groups[string(key)], uint32(i+1)) //nolint:gosec // fewer than 2^32
	}
	var out []*roaring.Bitmap
	for _, g := range groups {
		if len(g) >= 4 {
			m := roaring.BitmapOf(g...)
			m.RunOptimize()
			out = append(out, m)
		}
	}
	return out
}

// released fills a history with tables until it has n cells.
func released(p population, n int, tables ...[]int) []Set {
	var out []Set
	for entry := int64(1); ; entry++ {
		for _, m := range p.cells(tables[int(entry-1)%len(tables)]...) {
			if len(out) == n {
				return out
			}
			out = append(out, Set{Unit: "person", Members: m, Threshold: 4, Entry: entry})
		}
	}
}

// BenchmarkDecision is how long a release of a hundred cells is compared with
// ten thousand cells of 300 000 persons: by a process that decides the first time,
// reading them from their stored form, and by one that decided before.
func BenchmarkDecision(b *testing.B) {
	p := people(300_000, 11, 18, 2, 40, 20, 20, 20, 20, 20, 25, 25, 25, 25, 10, 9)
	one := [][]int{{0, 1, 2, 3}, {0, 1}, {0, 2}, {0}, {1}}
	var many [][]int // twenty tables of everybody, five hundred cells each
	for i := 4; i < 9; i++ {
		for j := 9; j < 13; j++ {
			many = append(many, []int{i, j})
		}
	}
	margins := append([][]int{{4}, {9}, {2}}, many...)
	for _, c := range []struct {
		name   string
		tables [][]int
		next   []int
	}{
		{"one fine table and its totals/another attribute", one, []int{13, 14}},
		{"one fine table and its totals/a coarser table", one, []int{1, 2}},
		{"twenty tables/other attributes", many, []int{13, 14}},
		{"twenty tables/a coarser table", many, []int{4}},
		{"twenty tables and margins/a table between", margins, []int{2, 4}},
		{"twenty tables and margins/a finer table", margins, []int{4, 13}},
	} {
		b.Run(c.name, func(b *testing.B) {
			past := released(p, 10_000, c.tables...)
			stored, size := make([][]byte, len(past)), 0
			for i, s := range past {
				stored[i], _ = s.Members.ToBytes()
				size += len(stored[i])
			}
			next := p.cells(c.next...)
			next = next[:min(len(next), 100)]
			measured(b, "first", func() int {
				h := read(b, past, stored)
				return decide(&h, next)
			})
			kept := read(b, past, stored)
			kept.Clone()
			measured(b, "next", func() int {
				h := kept.Clone()
				return decide(&h, next)
			})
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(size)/1e6, "MB")
			b.ReportMetric(float64(len(past)), "released")
		})
	}
}

// measured tells how long work took, in time and in processor time, and how many
// collisions it found.
func measured(b *testing.B, name string, work func() int) {
	const times = 5
	var took, cpu []time.Duration
	for range times {
		start, cpuStart := time.Now(), processTime()
		b.ReportMetric(float64(work()), "collisions")
		took, cpu = append(took, time.Since(start)), append(cpu, processTime()-cpuStart)
	}
	slices.Sort(took)
	slices.Sort(cpu)
	b.ReportMetric(float64(took[times/2].Milliseconds()), name+"-p50-ms")
	b.ReportMetric(float64(cpu[0].Milliseconds()), name+"-cpu-min-ms")
	b.ReportMetric(float64(cpu[times/2].Milliseconds()), name+"-cpu-p50-ms")
}

// read makes a history of sets in their stored form.
func read(b *testing.B, past []Set, stored [][]byte) (h History) {
	for i, s := range past {
		s.Members = roaring.New()
		if _, err := s.Members.FromBuffer(stored[i]); err != nil {
			b.Fatal(err)
		}
		h.Add(s)
	}
	return h
}

// decide compares sets with a history, and counts the collisions.
func decide(h *History, next []*roaring.Bitmap) (bad int) {
	for _, m := range next {
		s := Set{Unit: "person", Members: m, Threshold: 4}
		if _, is := h.Compare(s); is {
			bad++
		} else {
			h.Add(s)
		}
	}
	return bad
}

// processTime is the time that the process had a processor, which other work on
// the machine does not lengthen.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
