// Package synth makes up deliveries: files that look like the insurers' own,
// for demonstrations, tests and measurements.
//
// It knows concepts only (households with a holder, insurers, claims, stays,
// providers with numbers and qualifications, quarters booked late, versions).
// The recipe, data files in the catalogue's folder, says how frequent and how
// dear they are and which concept fills which zone of which table; see [Recipe]
// and [Expr].
//
// Households are independent: each draws from its own dice, seeded by the seed
// and its number. So the same seed gives the same bytes on any number of cores,
// and memory does not grow with the number of persons.
package synth

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Options say what to make.
type Options struct {
	Persons    int
	FromYear   int
	ToYear     int
	Seed       uint64
	Population string  // one of the recipe's
	Format     string  // "fixed", "csv" or "parquet"
	Defects    float64 // share of claim and population rows with a defect
	Out        string  // folder; made when absent
	Progress   func(done, total int)

	workers int // 0: one for each core
}

// Report says what was made.
type Report struct {
	Persons    int
	Households int
	Files      []File
}

// File is one file made.
type File struct {
	Name       string
	Tables     []string
	Insurer    string // empty for reference files
	Year       int
	Quarter    int // of a quarterly delivery
	Month      int // of a photo
	Version    int
	Superseded bool // a later version is there too
	Rows       int64
	Bytes      int64
	Defects    [defectKinds]int64 // by kind, see DefectNames

	format string
}

// Rows counts the rows of a table's files that no later version replaces;
// files of several tables count for each.
func (r Report) Rows(table string) (n int64) {
	for _, f := range r.Files {
		for _, t := range f.Tables {
			if t == table && !f.Superseded {
				n += f.Rows
			}
		}
	}
	return n
}

// Defects counts the rows with a defect.
func (r Report) Defects() (n int64) {
	for _, f := range r.Files {
		for _, d := range f.Defects {
			n += d
		}
	}
	return n
}

// Generate makes deliveries in opts.Out. It overwrites nothing, and leaves
// nothing behind when it fails.
func Generate(ctx context.Context, cat *catalog.Catalog, opts Options) (Report, error) {
	if err := opts.check(); err != nil {
		return Report{}, err
	}
	files := cat.Files()
	if files == nil {
		return Report{}, noRecipe()
	}
	recipe, err := Read(files)
	if err != nil {
		return Report{}, err
	}
	return generate(ctx, cat, recipe, opts)
}

func generate(ctx context.Context, cat *catalog.Catalog, recipe *Recipe, opts Options) (Report, error) {
	w, err := compile(cat, recipe, opts)
	if err != nil {
		return Report{}, err
	}
	p, err := w.plan()
	if err != nil {
		return Report{}, err
	}
	if err := os.MkdirAll(opts.Out, 0o755); err != nil {
		return Report{}, unwritable(err)
	}
	report, err := w.run(ctx, p)
	if err != nil {
		p.remove()
		if errors.Is(err, context.Canceled) {
			err = diag.New(diag.Cancel, "cancelled", "stopped; no files were left behind").Wrap(err)
		}
		return Report{}, err
	}
	return report, nil
}

func (o Options) check() error {
	bad := func(format string, args ...any) error {
		return diag.New(diag.Usage, "bad-option", format, args...)
	}
	switch _, known := formats[o.Format]; {
	case o.Persons < 1:
		return bad("at least one person is needed")
	case o.FromYear < 1950 || o.ToYear > 2100 || o.FromYear > o.ToYear:
		return bad("the years must grow and lie between 1950 and 2100")
	case !known:
		return diag.New(diag.Usage, "bad-option", "no format %q", o.Format).WithHint("one of fixed, csv, parquet")
	case o.Defects < 0 || o.Defects > 1:
		return bad("the rate of defects is a share between 0 and 1")
	case o.Out == "":
		return bad("no folder to write to")
	}
	return nil
}

// asDiag unwraps one of our errors.
func asDiag(err error) (*diag.Error, bool) { return errors.AsType[*diag.Error](err) }

func unwritable(err error) error {
	return diag.New(diag.Usage, "unwritable", "the deliveries cannot be written").
		WithHint("check the folder, its rights and the space left").Wrap(err)
}

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
	defects [defectKinds]int64
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
	var kind int
	out.text, kind = rec.spoil(&s.flaw, out.text, s.plan.files[f].format != "parquet")
	out.defects[kind]++
}

// writeOnce writes the reference files.
func (w *world) writeOnce(p *plan) error {
	for _, k := range p.once {
		s := w.newScene(p)
		s.dice.Seed(w.seed, text(k.each))
		s.out = &batch{rows: make([]rows, len(p.files))}
		row := func() error {
			s.stamp++
			s.rec[k.record].fill(s)
			out := &s.out.rows[k.file]
			out.n++
			out.text = s.rec[k.record].append(out.text)
			if len(out.text) < 1<<16 {
				return nil
			}
			return p.flush(s.out)
		}
		if err := s.reference(k.each, row); err != nil {
			return err
		}
		if err := p.flush(s.out); err != nil {
			return err
		}
	}
	return nil
}

// flush writes a batch and empties it.
func (p *plan) flush(b *batch) error {
	err := p.write(b)
	for i := range b.rows {
		b.rows[i] = rows{text: b.rows[i].text[:0]}
	}
	return err
}

// reference calls row for every provider and qualification, establishment or
// sector.
func (s *scene) reference(each string, row func() error) error {
	if each == "sector" {
		return s.everySector(row)
	}
	for g := range s.w.groups {
		if s.w.groups[g].Natural != (each == "provider") {
			continue
		}
		for i := range s.w.groups[g].n {
			s.prov = provider{group: g, index: i}
			s.place = s.w.home(s.prov)
			err := row()
			if s.w.twice(s.prov) && err == nil {
				s.prov.changed = true
				err = row()
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scene) everySector(row func() error) error {
	for i, pl := range s.w.places {
		for j := range pl.sectors {
			s.place, s.sector = i, j
			if err := row(); err != nil {
				return err
			}
		}
	}
	return nil
}

// create makes the files, each new.
func (p *plan) create() error {
	for _, f := range p.files {
		if f.format == "parquet" {
			f.path += ".partial"
		}
		out, err := os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			if errors.Is(err, os.ErrExist) {
				return diag.New(diag.Usage, "file-exists", "%s is there already", f.Name).WithHint("choose an empty folder").Wrap(err)
			}
			return unwritable(err)
		}
		f.f, f.w = out, bufio.NewWriterSize(out, 1<<16)
	}
	return p.headers()
}

// headers writes the first lines of delimited text.
func (p *plan) headers() error {
	write := func(file, record int) error {
		f := p.files[file]
		if f.Bytes > 0 || p.records[record].fixed {
			return nil
		}
		n, err := f.w.Write(p.records[record].header())
		f.Bytes += int64(n)
		return err
	}
	for _, k := range p.once {
		if err := write(k.file, k.record); err != nil {
			return unwritable(err)
		}
	}
	for _, r := range append(flat(p.claims), p.photos...) {
		for _, versions := range r.files {
			for _, f := range versions {
				if err := write(f, r.record); err != nil {
					return unwritable(err)
				}
			}
		}
	}
	return nil
}

func flat(routes [][]route) (out []route) {
	for _, r := range routes {
		out = append(out, r...)
	}
	return out
}

// write appends a batch to the files.
func (p *plan) write(b *batch) error {
	for i := range b.rows {
		rows, f := &b.rows[i], p.files[i]
		if rows.n == 0 {
			continue
		}
		n, err := f.w.Write(rows.text)
		if err != nil {
			return unwritable(err)
		}
		f.Rows += rows.n
		f.Bytes += int64(n)
		for k, d := range rows.defects {
			f.Defects[k] += d
		}
	}
	return nil
}

// finish closes the files, takes away the empty ones (an insurer with nothing
// to tell sends nothing), and converts those that are to be Parquet.
func (w *world) finish(ctx context.Context, p *plan, report Report) (Report, error) {
	for _, f := range p.files {
		if err := errors.Join(f.w.Flush(), f.f.Close()); err != nil {
			return Report{}, unwritable(err)
		}
		if f.Rows == 0 {
			if err := os.Remove(f.path); err != nil {
				return Report{}, unwritable(err)
			}
		}
	}
	p.files = slices.DeleteFunc(p.files, func(f *file) bool { return f.Rows == 0 })
	if err := p.convert(ctx, w.opts.Out); err != nil {
		return Report{}, err
	}
	for _, f := range p.files {
		report.Files = append(report.Files, f.File)
	}
	return report, nil
}

// remove takes away what was made so far.
func (p *plan) remove() {
	for _, f := range p.files {
		if f.f == nil {
			continue
		}
		f.f.Close()
		os.Remove(f.path)
		os.Remove(filepath.Join(filepath.Dir(f.path), f.Name))
	}
}

func noRecipe() error {
	return diag.New(diag.Data, "no-recipe", "this catalogue has no recipe for synthetic deliveries").
		WithHint("add %s/*.yaml to the catalogue folder", Folder)
}
