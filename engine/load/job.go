package load

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// job loads one file: four stages joined by channels, which keep the order of
// the file.
type job struct {
	loader *loader
	source *source
	plans  []*plan
	reader reader
	report *Report
	ledger *ledger

	tables  []*appender // one a plan
	chunks  []*chunkPool
	rejects *rejectWriter

	free   chan *block // blocks to be filled
	filled chan *block
	work   chan *task // to the converters
	order  chan *task // the same tasks, to the appender

	reasons map[Count]int64
	unknown map[Count]int64
	early   int64 // rejects from before the first delivery was seen
	shown   time.Time
}

// blocks and chunks in flight: enough to keep every stage busy.
const (
	blocksInFlight = 3
	chunksInFlight = 8
)

// enoughLines of a file tell whether it fits its layout: a hopeless one is not
// read to its end.
const enoughLines = 100_000

// task is up to a vector of rows of one table, or, when it has no chunk, the
// end of a block.
type task struct {
	block   *block
	plan    int
	rows    []uint64 // lines of the block in the order of storage, in the low half
	chunk   *chunk
	done    chan struct{}
	stored  []int64 // rows by delivery
	unknown []int64 // rows with an unknown code, by column
	rejects []reject
}

func (l *loader) newJob(ctx context.Context, s *source, report *Report) (*job, error) {
	j := &job{
		loader: l, source: s, plans: l.plans(s), report: report,
		free: make(chan *block, blocksInFlight), filled: make(chan *block),
		work: make(chan *task, chunksInFlight), order: make(chan *task, chunksInFlight),
		reasons: map[Count]int64{}, unknown: map[Count]int64{},
	}
	for len(l.spare) < blocksInFlight {
		l.spare = append(l.spare, &block{})
	}
	for _, b := range l.spare {
		j.free <- b
	}
	l.spare = l.spare[:0]
	if err := j.open(ctx); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *job) open(ctx context.Context) (err error) {
	if j.ledger, err = newLedger(ctx, j.loader.conn); err != nil {
		return err
	}
	if j.reader, err = j.loader.reader(ctx, j.source); err != nil {
		return err
	}
	for _, p := range j.plans {
		a, err := newAppender(j.loader.native, "main", p.table.Name)
		if err != nil {
			return err
		}
		j.tables = append(j.tables, a)
		j.chunks = append(j.chunks, newChunkPool(a))
	}
	j.rejects, err = newRejectWriter(j.loader.native)
	return err
}

// close frees what DuckDB holds for the job; the transaction is not its business.
func (j *job) close() {
	for len(j.free) > 0 {
		j.loader.spare = append(j.loader.spare, <-j.free)
	}
	if j.reader != nil {
		j.reader.close()
	}
	for i, a := range j.tables {
		a.close()
		j.chunks[i].destroy()
	}
	if j.rejects != nil {
		j.rejects.close()
	}
}

// run moves the file through the stages.
func (j *job) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer close(j.filled); return j.read(ctx) })
	group.Go(func() error { defer close(j.work); defer close(j.order); return j.prepareAll(ctx) })
	for range j.loader.opts.Workers {
		group.Go(func() error { return j.convertAll(ctx) })
	}
	group.Go(func() error { return j.appendAll(ctx) })
	return group.Wait()
}

// chunkPool holds the chunks of one table, made as they are needed.
type chunkPool struct {
	table *appender
	made  []*chunk
	free  chan *chunk
}

func newChunkPool(a *appender) *chunkPool {
	return &chunkPool{table: a, free: make(chan *chunk, chunksInFlight)}
}

func (p *chunkPool) take(ctx context.Context) (*chunk, error) {
	if len(p.free) == 0 && len(p.made) < chunksInFlight {
		c := newChunk(p.table.types)
		p.made = append(p.made, c)
		return c, nil
	}
	c, _, err := receive(ctx, p.free)
	return c, err
}

func (p *chunkPool) destroy() {
	for _, c := range p.made {
		c.destroy()
	}
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
			return nil
		}
		if err != nil {
			return err
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
		for i, rows := range b.orders {
			for part := range slices.Chunk(rows, vectorSize) {
				if err := j.dispatch(ctx, b, i, part); err != nil {
					return err
				}
			}
		}
		if err := send(ctx, j.order, &task{block: b}); err != nil {
			return err
		}
	}
}

// dispatch hands a task out with the chunk it fills. Chunks are taken in the
// order of the tasks, so that the oldest task never waits for a younger one.
func (j *job) dispatch(ctx context.Context, b *block, plan int, rows []uint64) error {
	c, err := j.chunks[plan].take(ctx)
	if err != nil {
		return err
	}
	t := &task{
		block: b, plan: plan, rows: rows, chunk: c, done: make(chan struct{}),
		stored: make([]int64, len(b.deliveries)), unknown: make([]int64, len(j.plans[plan].columns)),
	}
	if err := send(ctx, j.work, t); err != nil {
		return err
	}
	return send(ctx, j.order, t)
}

// convertAll is the third stage: lines become vectors. It gives way after each
// task: the appender, which returns from a call into DuckDB, must not wait, for
// it is what the others are waiting for in the end.
func (j *job) convertAll(ctx context.Context) error {
	conv := converter{splitter: splitter{source: j.source}}
	for {
		t, ok, err := receive(ctx, j.work)
		if err != nil || !ok {
			return err
		}
		conv.fill(t, j.plans[t.plan], j.ledger.next)
		close(t.done)
		runtime.Gosched()
	}
}

// appendAll is the last stage: vectors go to the tables in the order of the
// file. Only this stage uses the connection while the others run.
func (j *job) appendAll(ctx context.Context) error {
	for {
		t, ok, err := receive(ctx, j.order)
		if err != nil || !ok {
			return err
		}
		if t.chunk == nil {
			err = j.endBlock(ctx, t.block)
		} else {
			err = j.endTask(ctx, t)
		}
		if err != nil {
			return err
		}
	}
}

func (j *job) endTask(ctx context.Context, t *task) error {
	if _, _, err := receive(ctx, t.done); err != nil {
		return err
	}
	if err := j.account(t); err != nil {
		return err
	}
	if t.chunk.n > 0 {
		if err := j.tables[t.plan].append(t.chunk); err != nil {
			return err
		}
	}
	t.chunk.reset()
	j.chunks[t.plan].free <- t.chunk
	j.show(t.block, false)
	return j.reject(t.block, t.rejects)
}

// account counts a task's rows, and checks deliveries that have their first.
func (j *job) account(t *task) error {
	p := j.plans[t.plan]
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
			j.unknown[Count{Table: p.table.Name, Zone: p.columns[i].Name, Reason: "code outside its list"}] += n
		}
	}
	return nil
}

func (j *job) endBlock(ctx context.Context, b *block) error {
	if err := j.reject(b, b.rejects); err != nil {
		return err
	}
	j.show(b, true)
	if j.report.Lines >= enoughLines {
		if err := j.accept(); err != nil {
			return err
		}
	}
	return send(ctx, j.free, b)
}

// reject stores rejects. Those that do not tell their delivery go to the first.
func (j *job) reject(b *block, rejects []reject) error {
	for i := range rejects {
		r := &rejects[i]
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
		if err := j.rejects.write(id, r); err != nil {
			return err
		}
	}
	return nil
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

// flush hands the rows over to the transaction.
func (j *job) flush() error {
	for _, a := range j.tables {
		if err := a.flush(); err != nil {
			return err
		}
	}
	return j.rejects.flush()
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
