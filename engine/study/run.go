package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/engine/extract"
	"epsql/engine/guard"
	"epsql/engine/place"
	"epsql/engine/release"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// Folder is where runs without a folder of their own go.
const Folder = "runs"

// Config is what a run works with.
type Config struct {
	Workspace *store.Workspace
	Macros    *macros.Registry
	// Channel masks the tables; nil is the plan's own.
	Channel *catalog.Channel
	// Version is the program's, User who runs it.
	Version, User string
	// Again computes every step anew, kept or not.
	Again bool
	// Individual goes with a channel by which rows leave; nil for the others.
	Individual *Individual
	// Tell is called with each line of the journal.
	Tell func(line string)
	// Progress is called when a part begins that takes time.
	Progress func(Progress)
}

// run is one run under way.
type run struct {
	*Study
	cfg    Config
	folder string
	guard  *guard.Guard
	inputs Inputs
	state  state
	times  times
	clock  *clock
	kept   map[string]string // step: table

	design     *extract.Design   // of the coded rows, in a channel for them
	extraction map[string]string // file: hash
}

// state is what is done of a run; it is on disk after every output.
type state struct {
	Key     string         `json:"key"`
	Inputs  Inputs         `json:"inputs"`
	Steps   []StepRecord   `json:"steps"`
	Outputs []OutputRecord `json:"outputs"`
	Counts  OutputRecord   `json:"counts"`
}

// countsName is the table of how many rows the steps have.
const countsName = "steps"

// times is what is never the same twice.
type times struct {
	User    string    `json:"user"`
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended"`
	Entries []entry   `json:"entries"`
}

type entry struct {
	What    string  `json:"what"`
	Seconds float64 `json:"seconds"`
	Ledger  int64   `json:"ledger,omitempty"`
}

// Run runs a study into a folder, or goes on with the run that the folder holds.
// A run that is complete is only checked. A folder that holds a run of anything
// else is refused, with what differs. Without a folder the run gets one of its
// own under runs, named after the study and what it depends on.
func Run(ctx context.Context, cfg Config, plan *study.Plan, folder string) (string, *Manifest, error) {
	r, err := open(ctx, cfg, plan, folder)
	if err != nil {
		return folder, nil, err
	}
	defer r.guard.Close() //nolint:errcheck // in memory, nothing to lose
	m, err := r.finished()
	if m == nil && err == nil {
		m, err = r.all(ctx)
	}
	return r.folder, m, err
}

// all does what is left to do.
func (r *run) all(ctx context.Context) (*Manifest, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context) error{r.keepDossier, r.cleanSteps, r.setClock, r.keepSteps, r.writeOutputs, r.countSteps, r.extract} {
		if err := part(ctx); err != nil {
			r.tell("stopped: %s", reason(err))
			return nil, err
		}
	}
	return r.finish()
}

// open finds what the plan names and what it depends on.
func open(ctx context.Context, cfg Config, plan *study.Plan, folder string) (*run, error) {
	s, err := Resolve(plan, cfg.Workspace.Catalog, cfg.Macros)
	if err != nil {
		return nil, err
	}
	r := &run{Study: s, cfg: cfg, folder: folder, kept: map[string]string{}}
	if cfg.Channel == nil {
		if r.cfg.Channel, err = cfg.Workspace.Channel(plan.Channel); err != nil {
			return nil, err
		}
	}
	if r.inputs, err = r.dependsOn(ctx); err != nil {
		return nil, err
	}
	if err := r.underDossier(); err != nil {
		return nil, err
	}
	if r.folder == "" {
		r.folder = filepath.Join(Folder, plan.Name, r.inputs.Key()[:12])
	}
	r.guard, err = guard.New(ctx, guard.Config{
		Workspace: cfg.Workspace, Catalog: s.cat, Macros: s.reg, Channel: r.cfg.Channel, User: cfg.User,
	})
	return r, err
}

// dependsOn is all that the run depends on.
func (r *run) dependsOn(ctx context.Context) (Inputs, error) {
	all, err := deliveries(ctx, r.cfg.Workspace)
	if err != nil {
		return Inputs{}, err
	}
	in := Inputs{
		Study: r.Plan.Name, Version: r.cfg.Version, Population: r.cfg.Workspace.Population.ID, Channel: r.cfg.Channel.ID,
		Catalogue: r.cat.Name + "@" + r.cat.Version + " " + r.cat.Hash,
		Plan:      map[string]string{}, Parameters: r.params(), Macros: map[string]string{}, Lists: map[string]string{}, Deliveries: all,
	}
	for name, text := range r.Plan.Files {
		in.Plan[name] = sha([]byte(text))
	}
	for _, pin := range r.Plan.Macros {
		r.macroHashes(pin.Name, in.Macros)
	}
	var lists []string
	for _, pin := range r.Plan.Lists {
		name, _, _ := strings.Cut(pin.Name, "@")
		lists = append(lists, name)
	}
	for name, hash := range r.listHashes(lists) {
		if study.Pinned(r.Plan.Lists, name) {
			in.Lists[name] = hash
		}
	}
	return in, nil
}

// finished gives the manifest of a run that is complete, its files unchanged.
func (r *run) finished() (*Manifest, error) {
	m := &Manifest{}
	err := readJSON(filepath.Join(r.folder, manifestFile), m)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no manifest is no error
	}
	if err != nil {
		return nil, err
	}
	if m.Key() != r.inputs.Key() {
		return nil, r.otherRun(m.Inputs)
	}
	if err := os.Remove(filepath.Join(r.folder, stateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err // it was stopped between the manifest and the end
	}
	return m, Verify(r.folder, m)
}

// Verify checks that the tables of a run are those of its manifest.
func Verify(folder string, m *Manifest) error {
	for _, o := range m.Outputs {
		if !intact(folder, o) {
			return diag.New(diag.Ledger, "study-changed", "the output %s is not as it was written", o.Name).
				WithHint("run the study again into another folder")
		}
	}
	return verifyExtraction(folder, m)
}

// intact tells whether the files of an output are there, unchanged.
func intact(folder string, o OutputRecord) bool {
	for name, hash := range o.Files {
		text, err := os.ReadFile(filepath.Join(folder, tableFolder, name))
		if err != nil || sha(text) != hash {
			return false
		}
	}
	return len(o.Files) > 0
}

// otherRun refuses a folder that holds another run, and tells what differs.
func (r *run) otherRun(other Inputs) error {
	differs := Diff(&Manifest{Inputs: other}, &Manifest{Inputs: r.inputs})
	words := make([]string, 0, 3)
	for _, d := range differs[:min(len(differs), 3)] {
		words = append(words, d.String())
	}
	if more := len(differs) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return diag.New(diag.Data, "study-folder", "%s holds a run of something else: %s", r.folder, strings.Join(words, "; ")).
		WithHint("name a new folder with -o")
}

// begin makes the folder, or takes up what is in it, and has every question
// checked before anything is computed.
func (r *run) begin(ctx context.Context) error {
	err := readJSON(filepath.Join(r.folder, stateFile), &r.state)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.state = state{Key: r.inputs.Key(), Inputs: r.inputs}
	case err != nil:
		return err
	case r.state.Key != r.inputs.Key():
		return r.otherRun(r.state.Inputs)
	}
	// A macro may be younger than the workspace.
	if err := r.cfg.Workspace.InstallMacros(ctx, r.reg); err != nil {
		return err
	}
	if _, err := r.PlanOutputs(ctx, r.guard); err != nil {
		return err
	}
	for name, text := range r.Plan.Files {
		path := filepath.Join(r.folder, PlanFolder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := place.File(path, []byte(text)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(r.folder, tableFolder), 0o777); err != nil {
		return err
	}
	if err := r.sweep(); err != nil {
		return err
	}
	r.times = times{User: r.cfg.User, Began: time.Now().UTC().Truncate(time.Second)}
	verb := "begins"
	if len(r.state.Steps)+len(r.state.Outputs) > 0 {
		verb = "goes on"
	}
	r.tell("study %s %s: population %s, channel %s, %d steps, %d outputs", r.Plan.Name, verb,
		r.inputs.Population, r.inputs.Channel, len(r.steps), len(r.Plan.Outputs))
	if r.Plan.Population != r.inputs.Population {
		r.tell("note: the plan was written for population %s", r.Plan.Population)
	}
	return r.save()
}

// sweep removes what a killed process left half written: files, and the folder of
// an extraction.
func (r *run) sweep() error {
	for _, folder := range []string{"", PlanFolder, tableFolder} {
		parts, err := filepath.Glob(filepath.Join(r.folder, folder, "*.part"))
		if err != nil {
			return err
		}
		for _, part := range parts {
			if err := os.RemoveAll(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// save puts down what is done so far.
func (r *run) save() error { return place.JSON(filepath.Join(r.folder, stateFile), r.state) }

// cleanSteps drops the kept steps that no plan can ask for any more.
func (r *run) cleanSteps(ctx context.Context) error {
	n, err := Clean(ctx, r.cfg.Workspace, r.reg, Stale)
	if n > 0 {
		r.tell("steps dropped that came of other deliveries, lists or macros: %d", n)
	}
	return err
}

// setClock lists the parts that take time: steps that are not kept yet, outputs
// and coded rows that are not there.
func (r *run) setClock(ctx context.Context) error {
	have, err := r.have(ctx)
	if err != nil {
		return err
	}
	var parts []timed
	var sources []Delivery
	for _, st := range r.steps {
		sources = append(sources, sourcesOf(st.macro, r.inputs.Deliveries)...)
		if !have[r.stepKey(st)] || r.cfg.Again {
			parts = append(parts, timed{"step " + st.Name, "step", st.macro.Name, rowsOf(sourcesOf(st.macro, r.inputs.Deliveries))})
		}
	}
	for _, o := range r.Plan.Outputs {
		if !r.written(o) {
			parts = append(parts, timed{"output " + o.Name, "output", r.Plan.Name + "/" + o.Name, rowsOf(sources)})
		}
	}
	if len(r.steps) > 0 && !intact(r.folder, r.state.Counts) {
		parts = append(parts, timed{"output " + countsName, "output", r.Plan.Name + "/" + countsName, rowsOf(sources)})
	}
	r.clock, err = newClock(ctx, r.cfg.Workspace, append(parts, r.extractionParts()...))
	return err
}

// have are the keys of the steps that the workspace keeps.
func (r *run) have(ctx context.Context) (map[string]bool, error) {
	kept, err := Kept(ctx, r.cfg.Workspace, r.reg)
	have := map[string]bool{}
	for _, k := range kept {
		have[k.Key] = true
	}
	return have, err
}

func (r *run) stepKey(st step) string { return r.key(st.macro, st.call, r.inputs.Deliveries) }

// timed does a part that takes time, and notes how long it took.
func (r *run) timed(ctx context.Context, name string, do func() (ledger int64, err error)) error {
	began := time.Now()
	if p, ok := r.clock.begin(name, began); ok && r.cfg.Progress != nil {
		r.cfg.Progress(p)
	}
	number, err := do()
	if err != nil {
		return err
	}
	r.times.Entries = append(r.times.Entries, entry{name, time.Since(began).Seconds(), number})
	part, ok := r.clock.end(name, time.Since(began))
	if !ok {
		return nil
	}
	_, err = r.cfg.Workspace.DB.ExecContext(ctx, "INSERT OR REPLACE INTO epsql.study_times VALUES (?, ?, ?)",
		part.pace, part.rows, time.Since(began).Seconds())
	if err != nil {
		return store.Fault(err, "study-times", "the time of a part cannot be noted")
	}
	return nil
}

// keepSteps has every step kept in the workspace.
func (r *run) keepSteps(ctx context.Context) error {
	have, err := r.have(ctx)
	if err != nil {
		return err
	}
	for _, st := range r.steps {
		key := r.stepKey(st)
		if have[key] && !r.cfg.Again {
			err = r.useStep(ctx, st, key)
		} else {
			err = r.computeStep(ctx, st, key)
			have[key] = true
		}
		if err != nil {
			return err
		}
		r.kept[st.Name] = tableOf(key)
		if !slices.ContainsFunc(r.state.Steps, func(s StepRecord) bool { return s.Name == st.Name }) {
			r.state.Steps = append(r.state.Steps, StepRecord{Name: st.Name, Macro: st.macro.Name, Key: key})
		}
	}
	return r.save()
}

// computeStep computes a step and keeps it.
func (r *run) computeStep(ctx context.Context, st step, key string) error {
	began := time.Now()
	err := r.timed(ctx, "step "+st.Name, func() (int64, error) { return 0, keep(ctx, r.cfg.Workspace, st, key) })
	if err == nil {
		r.tell("step %s: %s computed in %s", st.Name, st.macro.Name, seconds(began))
	}
	return err
}

// useStep takes a step as it is kept.
func (r *run) useStep(ctx context.Context, st step, key string) error {
	if _, err := r.cfg.Workspace.DB.ExecContext(ctx, "UPDATE epsql.study_kept SET used_at = now()::TIMESTAMP WHERE key = ?", key); err != nil {
		return store.Fault(err, "study-keep", "the use of the step %s cannot be noted", st.Name)
	}
	r.tell("step %s: %s has not changed and was not computed again", st.Name, st.macro.Name)
	return nil
}

// countSteps releases how many rows every step has, as a table like the others:
// a small number is masked, and what would tell about few together with another
// release too. It comes after the outputs, so that it never costs them a cell.
func (r *run) countSteps(ctx context.Context) error {
	if len(r.steps) == 0 || intact(r.folder, r.state.Counts) {
		return nil
	}
	var parts []string
	for _, st := range r.steps {
		parts = append(parts, "SELECT '"+st.Name+"' AS step, count(*) AS n FROM "+st.Name)
	}
	q := guard.Query{File: countsName, Text: strings.Join(parts, " UNION ALL ") + " ORDER BY step", Steps: r.guardSteps(r.kept)}
	p, err := r.guard.Plan(ctx, q)
	if err != nil {
		return err
	}
	var result *guard.Result
	var record OutputRecord
	err = r.timed(ctx, "output "+countsName, func() (int64, error) {
		result, record, err = r.release(ctx, p, study.Output{Name: countsName, Formats: []string{"csv"}})
		if err != nil {
			return 0, err
		}
		return result.Summary().Ledger, nil
	})
	if err != nil {
		return err
	}
	for row := range result.Rows() {
		n := result.Summary().Mask
		if !row[1].Masked {
			n = fmt.Sprint(row[1].Value)
		}
		for i := range r.state.Steps {
			if r.state.Steps[i].Name == row[0].Value {
				r.state.Steps[i].Rows = n
				r.tell("step %s has %s rows", r.state.Steps[i].Name, n)
			}
		}
	}
	r.state.Counts = record
	return r.save()
}

// writeOutputs answers and writes every output that is not there yet.
func (r *run) writeOutputs(ctx context.Context) error {
	for _, o := range r.Plan.Outputs {
		if r.written(o) {
			r.tell("output %s is there", o.Name)
			continue
		}
		record, err := r.writeOutput(ctx, o)
		if err != nil {
			return err
		}
		r.state.Outputs = append(slices.DeleteFunc(r.state.Outputs, func(x OutputRecord) bool { return x.Name == o.Name }), record)
		if err := r.save(); err != nil {
			return err
		}
	}
	return nil
}

// written tells whether an output is there, as it was written.
func (r *run) written(o study.Output) bool {
	i := slices.IndexFunc(r.state.Outputs, func(x OutputRecord) bool { return x.Name == o.Name })
	return i >= 0 && intact(r.folder, r.state.Outputs[i])
}

// writeOutput answers one question and writes its files.
func (r *run) writeOutput(ctx context.Context, o study.Output) (OutputRecord, error) {
	began := time.Now()
	var summary guard.Summary
	var record OutputRecord
	err := r.timed(ctx, "output "+o.Name, func() (int64, error) {
		p, err := r.plan(ctx, r.guard, o, r.kept)
		if err != nil {
			return 0, err
		}
		result, written, err := r.release(ctx, p, o)
		if err != nil {
			return 0, err
		}
		summary, record = result.Summary(), written
		return summary.Ledger, nil
	})
	if err != nil {
		return OutputRecord{}, err
	}
	r.tell("output %s: %d rows, %d of %d cells masked, written in %s (%s)", o.Name, record.Rows, record.Masked, record.Cells,
		seconds(began), strings.Join(formatsOf(o), ", "))
	for _, note := range summary.Notes {
		r.tell("note on %s: %s", o.Name, note)
	}
	return record, nil
}

// release answers a question into the files of an output.
func (r *run) release(ctx context.Context, p *guard.Plan, o study.Output) (*guard.Result, OutputRecord, error) {
	targets, err := r.targets(o)
	if err != nil {
		return nil, OutputRecord{}, err
	}
	result, err := release.Write(ctx, r.guard, p, targets...)
	if err != nil {
		return nil, OutputRecord{}, err
	}
	s := result.Summary()
	record := OutputRecord{Name: o.Name, Rows: result.Len(), Cells: s.Cells, Masked: s.Masked, ByRule: s.ByRule, Files: map[string]string{}}
	for _, t := range targets {
		text, err := os.ReadFile(t.Path)
		if err != nil {
			return nil, OutputRecord{}, err
		}
		record.Files[filepath.Base(t.Path)] = sha(text)
	}
	return result, record, nil
}

// targets are the files of an output.
func (r *run) targets(o study.Output) ([]release.Target, error) {
	var out []release.Target
	for _, name := range formatsOf(o) {
		format, refusal := fileFormat(name)
		if refusal != nil {
			return nil, refusal
		}
		out = append(out, release.Target{Path: filepath.Join(r.folder, tableFolder, o.Name+"."+name), Format: format, Overwrite: true})
	}
	return out, nil
}

// formatsOf are the formats of an output. CSV is always one: the report is made
// of it.
func formatsOf(o study.Output) []string {
	if slices.Contains(o.Formats, "csv") {
		return o.Formats
	}
	return append([]string{"csv"}, o.Formats...)
}

// finish writes the report and the manifest, in the order of the plan.
func (r *run) finish() (*Manifest, error) {
	m := &Manifest{Inputs: r.inputs, Steps: r.state.Steps, Extraction: r.extraction}
	for _, o := range r.Plan.Outputs {
		for _, record := range r.state.Outputs {
			if record.Name == o.Name {
				m.Outputs = append(m.Outputs, record)
			}
		}
	}
	if len(r.steps) > 0 {
		m.Outputs = append(m.Outputs, r.state.Counts)
	}
	page, err := r.page(m)
	if err != nil {
		return nil, err
	}
	if err := place.File(filepath.Join(r.folder, pageFile), page); err != nil {
		return nil, err
	}
	r.times.Ended = time.Now().UTC().Truncate(time.Second)
	if err := place.JSON(filepath.Join(r.folder, timesFile), r.times); err != nil {
		return nil, err
	}
	if err := place.JSON(filepath.Join(r.folder, manifestFile), m); err != nil {
		return nil, err
	}
	r.tell("study %s is complete", r.Plan.Name)
	return m, os.Remove(filepath.Join(r.folder, stateFile))
}

// tell adds a line to the journal. A journal that cannot be written does not
// stop the run: it is for reading, and everything in it stands elsewhere too.
func (r *run) tell(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if r.cfg.Tell != nil {
		r.cfg.Tell(line)
	}
	file, err := os.OpenFile(filepath.Join(r.folder, journalFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintln(file, time.Now().UTC().Format(time.DateTime), line)
	_ = file.Close()
}

func seconds(began time.Time) string { return fmt.Sprintf("%.1f s", time.Since(began).Seconds()) }

// reason is an error's own words, which hold no value of a row.
func reason(err error) string {
	if e, ok := asDiag(err); ok {
		return e.Error()
	}
	return "the run failed"
}

func asDiag(err error) (*diag.Error, bool) { return errors.AsType[*diag.Error](err) }
