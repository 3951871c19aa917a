package load

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"epsql/sql/diag"
)

// job loads one file: four stages joined by channels, which keep the order of
// the file.
type job struct {
	loader *loader
	source *source
	plans  []*plan
	pass   int // index of the plan whose rows are being loaded
	reader reader
	report *Report
	ledger *ledger

	batches *batchPool
	free    chan *block // blocks to be filled
	filled  chan *block
	work    chan *task // to the converters
	order   chan *task // the same tasks, to the table

	rejects  []stored
	reasons  map[Count]int64
	unknown  map[Count]int64
	early    int64   // rejects from before the first delivery was seen
	others   []int64 // by plan, lines that the first pass left to a later one
	warnings []string
	shown    time.Time
}

// stored is a reject on its way into the workspace.
type stored struct {
	reject
	id int64 // of its delivery
}

// blocksInFlight are enough to keep every stage busy.
const blocksInFlight = 2

// enoughLines of a file tell whether it fits its layout: a hopeless one is not
// read to its end.
const enoughLines = 100_000

// maxRejects are held in memory before they are stored.
const maxRejects = 50_000

// task is rows of a block for the table, or, when it has no batch, the end of
// the block.
type task struct {
	block   *block
	rows    []uint64 // lines of the block in the order of storage, in the low half
	batch   *batch
	done    chan struct{}
	stored  []int64 // rows by delivery
	unknown []int64 // rows with an unknown code, by column
	rejects []reject
}

func (l *loader) newJob(ctx context.Context, s *source, report *Report) (*job, error) {
	j := &job{
		loader: l, source: s, plans: l.plans(s), report: report, free: make(chan *block, blocksInFlight),
		reasons: map[Count]int64{}, unknown: map[Count]int64{},
	}
	j.others = make([]int64, len(j.plans))
	for len(l.spare) < blocksInFlight {
		l.spare = append(l.spare, &block{})
	}
	for _, b := range l.spare {
		j.free <- b
	}
	l.spare = l.spare[:0]
	var err error
	j.ledger, err = newLedger(ctx, l.conn)
	return j, err
}

// close gives the blocks back.
func (j *job) close() {
	for len(j.free) > 0 {
		j.loader.spare = append(j.loader.spare, <-j.free)
	}
}

// run reads the file once for each table that it has rows of: one statement
// fills one table.
func (j *job) run(ctx context.Context) error {
	for i := range j.plans {
		if i > 0 && j.others[i] == 0 {
			continue
		}
		j.pass = i
		if err := j.load(ctx); err != nil {
			return err
		}
	}
	return nil
}

// load is one pass over the file.
func (j *job) load(ctx context.Context) (err error) {
	if j.reader, err = j.loader.reader(ctx, j.source); err != nil {
		return err
	}
	defer j.reader.close()
	// Every thread of the engine may hold a batch while it asks for the next.
	inFlight := j.loader.threads + 1
	j.batches = newBatchPool(j.plan().formats(), inFlight)
	defer j.batches.free()
	j.filled = make(chan *block)
	j.work, j.order = make(chan *task, inFlight), make(chan *task, inFlight)
	if err := j.stages(ctx); err != nil {
		return err
	}
	hash, err := j.reader.hash()
	if err != nil {
		return err
	}
	if j.report.Hash != "" && j.report.Hash != hash {
		return diag.New(diag.Data, "file-changed", "the file changed while it was read").
			WithHint("wait until it is complete, and load it again")
	}
	j.report.Hash, j.warnings = hash, j.reader.warnings()
	return nil
}

func (j *job) plan() *plan { return j.plans[j.pass] }

// stages moves the file through the stages.
func (j *job) stages(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer close(j.filled); return j.read(ctx) })
	group.Go(func() error { defer close(j.work); defer close(j.order); return j.prepareAll(ctx) })
	for range j.loader.opts.Workers {
		group.Go(func() error { return j.convertAll(ctx) })
	}
	group.Go(func() error { return j.storeAll(ctx) })
	return group.Wait()
}

func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func receive[T any](ctx context.Context, from <-chan T) (v T, ok bool, err error) {
	select {
	case v, ok = <-from:
		return v, ok, nil
	case <-ctx.Done():
		return v, false, ctx.Err()
	}
}

// read is the first stage: blocks of lines.
func (j *job) read(ctx context.Context) error {
	for {
		b, _, err := receive(ctx, j.free)
		if err != nil {
			return err
		}
		err = j.reader.next(b)
		if errors.Is(err, io.EOF) {
			j.free <- b
			return nil
		}
		if err != nil {
			return err
		}
		if j.pass > 0 {
			b.rejects = nil // of records: the first pass has told
		}
		if err := send(ctx, j.filled, b); err != nil {
			return err
		}
	}
}

// prepareAll is the second stage: lines are checked, numbered and sorted.
func (j *job) prepareAll(ctx context.Context) error {
	for {
		b, ok, err := receive(ctx, j.filled)
		if err != nil || !ok {
			return err
		}
		j.prepare(b)
		for rows := range slices.Chunk(b.order, largeBatch) {
			if err := j.dispatch(ctx, b, rows); err != nil {
				return err
			}
		}
		if err := send(ctx, j.order, &task{block: b}); err != nil {
			return err
		}
	}
}

// dispatch hands a task out with the batch it fills. Batches are taken in the
// order of the tasks, so that the oldest task never waits for a younger one.
func (j *job) dispatch(ctx context.Context, b *block, rows []uint64) error {
	to, err := j.batches.take(ctx, len(rows))
	if err != nil {
		return err
	}
	t := &task{
		block: b, rows: rows, batch: to, done: make(chan struct{}),
		stored: make([]int64, len(b.deliveries)), unknown: make([]int64, len(j.plan().columns)),
	}
	if err := send(ctx, j.work, t); err != nil {
		return err
	}
	return send(ctx, j.order, t)
}

// convertAll is the third stage: lines become vectors.
func (j *job) convertAll(ctx context.Context) error {
	conv := converter{splitter: splitter{source: j.source}}
	for {
		t, ok, err := receive(ctx, j.work)
		if err != nil || !ok {
			return err
		}
		conv.fill(t, j.plan(), j.ledger.next)
		close(t.done)
	}
}

// storeAll is the last stage: batches go into the table in the order of the
// file, rejects after them. Only this stage uses the connection while the
// others run.
func (j *job) storeAll(ctx context.Context) error {
	for {
		ended := false
		err := j.loader.insert(ctx, j.plan().quoted(), j.plan().formats(), func() (*batch, error) {
			if len(j.rejects) >= maxRejects {
				return nil, io.EOF // the next statement goes on
			}
			b, err := j.next(ctx)
			ended = err != nil
			return b, err
		})
		if err != nil {
			return err
		}
		if err := j.storeRejects(ctx); err != nil {
			return err
		}
		if ended {
			return nil
		}
	}
}

// next gives the next batch with rows, io.EOF at the end of the file. The
// engine calls it from any of its threads, one at a time.
func (j *job) next(ctx context.Context) (*batch, error) {
	for {
		t, ok, err := receive(ctx, j.order)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, io.EOF
		}
		if t.batch == nil {
			if err := j.endBlock(ctx, t.block); err != nil {
				return nil, err
			}
			continue
		}
		if err := j.endTask(ctx, t); err != nil {
			return nil, err
		}
		if t.batch.n > 0 {
			return t.batch, nil
		}
		t.batch.giveBack()
	}
}

func (j *job) endTask(ctx context.Context, t *task) error {
	if _, _, err := receive(ctx, t.done); err != nil {
		return err
	}
	if err := j.account(t); err != nil {
		return err
	}
	j.show(t.block, false)
	j.reject(t.block, t.rejects)
	return nil
}

// account counts a task's rows, and checks deliveries that have their first.
func (j *job) account(t *task) error {
	for i, n := range t.stored {
		d := t.block.deliveries[i]
		if n > 0 && d.rows == 0 {
			if err := j.ledger.confirm(d); err != nil {
				return err
			}
		}
		d.rows += n
		j.report.Stored += n
		j.report.Lines += n
	}
	for i, n := range t.unknown {
		if n > 0 {
			j.unknown[Count{Table: j.plan().table.Name, Zone: j.plan().columns[i].Name, Reason: "code outside its list"}] += n
		}
	}
	return nil
}

func (j *job) endBlock(ctx context.Context, b *block) error {
	j.reject(b, b.rejects)
	j.show(b, true)
	if j.report.Lines >= enoughLines {
		if err := j.accept(); err != nil {
			return err
		}
	}
	return send(ctx, j.free, b)
}

// reject keeps rejects to be stored. Those that do not tell their delivery go
// to the first.
func (j *job) reject(b *block, rejects []reject) {
	for _, r := range rejects {
		j.reasons[Count{Zone: r.zone, Reason: r.reason}]++
		j.report.Rejected++
		j.report.Lines++
		id := j.ledger.next
		if len(b.deliveries) == 0 {
			j.early++
		} else {
			d := b.deliveries[max(r.delivery, 0)]
			d.rejects++
			id = d.id
		}
		j.rejects = append(j.rejects, stored{r, id})
	}
}

// show reports progress, not more than ten times a second.
func (j *job) show(b *block, end bool) {
	f := j.loader.opts.Progress
	if f == nil || !end && time.Since(j.shown) < 100*time.Millisecond {
		return
	}
	j.shown = time.Now()
	p := j.loader.progress
	p.Bytes, p.Rows = b.bytes, j.report.Stored
	f(p)
}

// parallel runs f over n items in as many ranges as there are workers.
func (j *job) parallel(n int, f func(worker, from, to int)) {
	workers := min(j.loader.opts.Workers, max(n/1024, 1))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { f(w, n*w/workers, n*(w+1)/workers) })
	}
	wait.Wait()
}
