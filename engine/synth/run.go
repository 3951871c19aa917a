package synth

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// batchSize is the number of households that a worker makes at a time: small, so
// that the batches under way stay small, large enough to write in stretches.
const batchSize = 64

// batch is the rows of some households, by file.
type batch struct {
	number     int
	first      uint64 // household
	households int
	last       int // members kept of the last household
	persons    int

	rows []rows
}

// rows are lines of one file.
type rows struct {
	text    []byte
	n       int64
	defects int64
}

// run writes all files: households are handed out in batches, made by workers,
// and written in order.
func (w *world) run(ctx context.Context, p *plan) (Report, error) {
	if err := p.create(); err != nil {
		return Report{}, err
	}
	if err := w.writeOnce(p); err != nil {
		return Report{}, err
	}
	workers := w.opts.workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	todo := make(chan *batch)
	done := make(chan *batch, workers)
	free := make(chan *batch, 2*workers+1) // bounds the batches under way
	for range cap(free) {
		free <- &batch{rows: make([]rows, len(p.files))}
	}
	var report Report
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(todo)
		return w.handOut(groupCtx, free, todo)
	})
	var makers sync.WaitGroup
	for range workers {
		makers.Go(func() {
			s := w.newScene(p)
			for b := range todo {
				s.make(b)
				done <- b
			}
		})
	}
	group.Go(func() error {
		defer close(done)
		makers.Wait()
		return nil
	})
	group.Go(func() error { return w.collect(p, free, done, &report) })
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	return w.finish(ctx, p, report)
}

// handOut cuts the persons into batches of households.
func (w *world) handOut(ctx context.Context, free <-chan *batch, todo chan<- *batch) error {
	var d dice
	household, persons := uint64(0), 0
	for number := 0; persons < w.opts.Persons; number++ {
		var b *batch
		select {
		case b = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.number, b.first, b.households, b.persons = number, household, 0, 0
		for b.households < batchSize && persons < w.opts.Persons {
			d.Seed(w.seed, household)
			kind, _, children, withParent := w.shape(&d)
			b.last = min(size(kind, children, withParent), w.opts.Persons-persons)
			persons += b.last
			b.persons += b.last
			b.households++
			household++
		}
		todo <- b
	}
	return nil
}

// collect writes the batches in their order. After an error it goes on taking
// them, so that nobody waits for it.
func (w *world) collect(p *plan, free chan<- *batch, done <-chan *batch, report *Report) error {
	waiting := map[int]*batch{}
	var failed error
	for next := 0; ; {
		b, ok := <-done
		if !ok {
			return failed
		}
		waiting[b.number] = b
		for b, ok := waiting[next]; ok; b, ok = waiting[next] {
			delete(waiting, next)
			next++
			if failed == nil {
				failed = p.write(b)
			}
			report.Persons += b.persons
			report.Households += b.households
			if w.opts.Progress != nil {
				w.opts.Progress(report.Persons, w.opts.Persons)
			}
			free <- b
		}
	}
}

// newScene is the state of a worker.
func (w *world) newScene(p *plan) *scene {
	s := &scene{w: w, plan: p, prov: noProvider}
	for _, r := range p.records {
		s.rec = append(s.rec, r.clone())
	}
	return s
}

// make makes the households of a batch.
func (s *scene) make(b *batch) {
	s.out = b
	for i := range b.rows {
		b.rows[i] = rows{text: b.rows[i].text[:0]}
	}
	for i := range b.households {
		keep := maxMembers
		if i == b.households-1 {
			keep = b.last
		}
		n := b.first + uint64(i)
		s.flaw.Seed(mix(s.w.seed, 1), n)
		s.lost.Seed(mix(s.w.seed, 2), n)
		s.build(n, keep)
		s.care()
		s.photos()
	}
}

// photos writes everybody who is there, in the file of each photo: the living,
// and those who died since the one before.
func (s *scene) photos() {
	for i, month := range s.plan.months {
		s.year, s.from, s.to = s.w.cal.first+month/12, s.w.cal.months[month-5], s.w.cal.months[month+1]-1
		s.live(s.h.in(s.year))
		route := s.plan.photos[s.insurer]
		if route.record == nobody {
			continue
		}
		for j := range s.h.members {
			if p := &s.h.members[j]; p.alive(s.from, s.to) {
				s.p = p
				s.stamp++
				s.delivery = delivery{year: s.year, month: month}
				s.deliver(route.record, route.files[i])
			}
		}
	}
}

// put writes the claim in the files of a quarter.
func (s *scene) put(claim, quarter int) {
	r := &s.plan.claims[claim][s.insurer]
	s.deliver(r.record, r.files[quarter])
}

// missingBefore is the share of rows that the superseded first version of a
// delivery did not have yet.
const missingBefore = 0.03

// deliver writes the row in the newest version of a delivery and, but for a
// few, in the version before, where it draws the same.
func (s *scene) deliver(record int, files []int) {
	before := s.dice
	for i, f := range files {
		s.delivery.version, s.delivery.superseded = len(files)-i, i > 0
		if i > 0 && s.lost.chance(missingBefore) {
			continue
		}
		after := s.dice
		s.dice = before
		s.rec[record].fill(s)
		if i > 0 {
			s.dice = after
		}
		s.line(s.rec[record], f)
	}
}

// line writes the row at hand in a file, now and then with a defect.
func (s *scene) line(rec *record, f int) {
	out := &s.out.rows[f]
	out.n++
	if !s.flaw.chance(s.w.opts.Defects) {
		out.text = rec.append(out.text)
		return
	}
	out.text = rec.spoil(&s.flaw, out.text, s.plan.files[f].format != "parquet")
	out.defects++
}
