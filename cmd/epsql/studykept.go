package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"epsql/engine/study"
)

// keptCommands show and drop what studies keep in the workspace.
func keptCommands() []*cli.Command {
	return []*cli.Command{
		{
			Name: "steps", Usage: "list the steps that the workspace keeps", Description: describe("study_steps"),
			Flags: []cli.Flag{jsonFlag()}, Action: listSteps,
		},
		{
			Name: "clean", Usage: "drop kept steps that nothing can ask for any more", Description: describe("study_clean"),
			Flags: []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "drop every kept step"}}, Action: cleanSteps,
		},
	}
}

func listSteps(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	ws, reg, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // only read
	kept, err := study.Kept(c.Context, ws, reg)
	if err != nil {
		return err
	}
	l := newListing("step", "kept", "last used", "state")
	for _, k := range kept {
		state := "in force"
		if k.Stale {
			state = "stale"
		}
		l.add(k.Call, k.Kept, k.Used, state)
	}
	return l.print(c)
}

func cleanSteps(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	ws, reg, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // all was dropped in one transaction
	drop := study.Stale
	if c.Bool("all") {
		drop = func(study.KeptStep) bool { return true }
	}
	n, err := study.Clean(c.Context, ws, reg, drop)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "dropped %s\n", count(n, "kept step"))
	return nil
}

// showCommand shows what a run found.
func showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show the tables of a run", ArgsUsage: "RUN [OUTPUT]", Description: describe("study_show"), Action: showStudy,
	}
}

func showStudy(c *cli.Context) error {
	if err := wantArgs(c, 1, 2); err != nil {
		return err
	}
	tables, err := study.Show(c.Args().First(), c.Args().Get(1))
	if err != nil {
		return err
	}
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(c.App.Writer)
		}
		fmt.Fprintf(c.App.Writer, "%s: %s (%s), %d of %d cells masked\n", t.Name, t.Title.Fr, t.Title.En, t.Record.Masked, t.Record.Cells)
		l := newListing(t.Columns...)
		for _, row := range t.Rows {
			l.add(rightward(t.Rows, row)...)
		}
		if err := l.draw(c.App.Writer); err != nil {
			return err
		}
	}
	return nil
}

// rightward makes the cells of columns that hold a number stand right.
func rightward(all [][]string, row []string) []any {
	cells := make([]any, len(row))
	for i, text := range row {
		cells[i] = text
		if slices.ContainsFunc(all, func(r []string) bool { _, err := strconv.ParseFloat(r[i], 64); return err == nil }) {
			cells[i] = number(text)
		}
	}
	return cells
}

// studyMeter tells on a terminal what a run is doing and how much time is left,
// on one line below the journal. Elsewhere it tells the journal only.
type studyMeter struct {
	w      io.Writer
	live   bool
	lock   sync.Mutex
	now    study.Progress
	closed chan struct{}
}

func newStudyMeter(w io.Writer) *studyMeter {
	m := &studyMeter{w: w, live: isTerminal(w), closed: make(chan struct{})}
	if m.live {
		go m.tick()
	}
	return m
}

// tick draws the line anew while time passes.
func (m *studyMeter) tick() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-m.closed:
			return
		case <-ticker.C:
			m.lock.Lock()
			m.draw()
			m.lock.Unlock()
		}
	}
}

// part begins a part of the run.
func (m *studyMeter) part(p study.Progress) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.now = p
	m.draw()
}

// tell writes a line of the journal.
func (m *studyMeter) tell(line string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.wipe()
	fmt.Fprintln(m.w, line)
	m.draw()
}

// end takes the line away.
func (m *studyMeter) end() {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.wipe()
	m.live = false
	close(m.closed)
}

func (m *studyMeter) draw() {
	if m.live && m.now.Part != "" {
		now := time.Now()
		m.wipe()
		fmt.Fprintf(m.w, "%d/%d %s, %s so far, %s", m.now.Number, m.now.Parts, m.now.Part,
			now.Sub(m.now.Began).Round(time.Second), m.now.Left(now))
	}
}

// wipe clears the line.
func (m *studyMeter) wipe() {
	if m.live {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
}
