package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/place"
	"epsql/engine/store"
	"epsql/engine/study"
	"epsql/macros"
	"epsql/sql/diag"
	plans "epsql/sql/study"
)

func studyCommand() *cli.Command {
	folder := &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FOLDER` of the run (default: one of its own under " + study.Folder + ")"}
	channel := &cli.StringFlag{Name: "channel", Usage: "`CHANNEL` whose rule masks the tables (default: the plan's)"}
	return &cli.Command{
		Name:        "study",
		Usage:       "run a study plan: selection, flags, tables, and the record of what they came from",
		Description: describe("study"),
		Action:      group(nil),
		Subcommands: append([]*cli.Command{
			{
				Name: "check", Usage: "check a plan without data", ArgsUsage: "FOLDER", Description: describe("study_check"),
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "population", Usage: "tell what changes on another `POPULATION`"},
					&cli.BoolFlag{Name: "fix", Usage: "with --population: rewrite the plan as far as it goes"},
					&cli.StringFlag{Name: "channel", Usage: "check the dossier too when rows leave by that `CHANNEL`"},
					&cli.StringFlag{Name: "dossier", Usage: "the `FILE` of the dossier (default: beside the plan)"},
				},
				Action: checkStudy,
			},
			{
				Name: "run", Usage: "run a plan, or go on with a run of it", ArgsUsage: "FOLDER", Description: describe("study_run"),
				Flags: append([]cli.Flag{folder, channel}, individualFlags()...), Action: runStudy,
			},
			{
				Name: "resume", Usage: "go on with a run that was stopped", ArgsUsage: "RUN", Description: describe("study_resume"),
				Flags: individualFlags(), Action: resumeStudy,
			},
			{
				Name: "rerun", Usage: "run again from nothing, and compare", ArgsUsage: "RUN", Description: describe("study_rerun"),
				Flags: append([]cli.Flag{
					&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FOLDER` of the second run", Required: true},
				}, individualFlags()...),
				Action: rerunStudy,
			},
			{
				Name: "diff", Usage: "explain why two runs differ", ArgsUsage: "RUN RUN", Description: describe("study_diff"),
				Flags: []cli.Flag{jsonFlag()}, Action: diffStudies,
			},
			{
				Name: "list", Usage: "list the runs in a folder", ArgsUsage: "[FOLDER]", Description: describe("study_list"),
				Flags: []cli.Flag{jsonFlag()}, Action: listStudies,
			},
		}, append(append(keptCommands(), showCommand()), expireCommands()...)...),
	}
}

// readPlan reads the plan in the folder that the command names. Its errors point
// at files of that folder.
func readPlan(c *cli.Context) (*plans.Plan, string, error) {
	if err := wantArgs(c, 1, 1); err != nil {
		return nil, "", err
	}
	folder := c.Args().First()
	p, err := plans.Read(os.DirFS(folder))
	return p, folder, inFolder(err, folder)
}

// inFolder makes the place of an error one that can be opened.
func inFolder(err error, folder string) error {
	if e, ok := errors.AsType[*diag.Error](err); ok && e.Pos.File != "" && filepath.Dir(e.Pos.File) == "." {
		e.Pos.File = filepath.Join(folder, e.Pos.File)
	}
	return err
}

func checkStudy(c *cli.Context) error {
	plan, folder, err := readPlan(c)
	if err != nil {
		return err
	}
	cat, reg, err := loadDefinitions(c)
	if err != nil {
		return err
	}
	if population := c.String("population"); population != "" {
		if plan, err = movePlan(c, plan, folder, cat, reg, population); err != nil {
			return err
		}
	} else if c.Bool("fix") {
		return diag.New(diag.Usage, "study-fix", "--fix rewrites a plan for another population").WithHint("add --population")
	}
	if channelForRows(cat, c.String("channel")) || channelForRows(cat, plan.Channel) {
		if err := checkDossier(c, plan, folder); err != nil {
			return err
		}
	}
	return checkPlan(c, plan, folder, cat, reg)
}

// movePlan tells what changes on another population, and gives the plan as it
// would be there. With --fix it is written.
func movePlan(c *cli.Context, plan *plans.Plan, folder string, cat *catalog.Catalog, reg *macros.Registry, population string) (*plans.Plan, error) {
	changes, files, err := study.Move(c.Context, plan, cat, reg, population)
	if err != nil {
		return nil, err
	}
	if err := printChanges(c, changes); err != nil {
		return nil, err
	}
	moved, err := plans.Parse([]byte(files[plans.File]))
	if err != nil {
		return nil, inFolder(err, folder)
	}
	moved.Files = files
	if !c.Bool("fix") {
		return moved, nil
	}
	return moved, writePlan(c, plan, moved, folder)
}

// printChanges tells what changes, and who does it.
func printChanges(c *cli.Context, changes []study.Change) error {
	l := newListing("place", "what changes", "what to do")
	left := 0
	for _, change := range changes {
		todo := "nothing: --fix does it"
		switch {
		case !change.Done:
			todo = change.Advice
			left++
		case change.Pos.Line == 0:
			todo = "nothing: the guard does it"
		case c.Bool("fix"):
			todo = "nothing: rewritten"
		}
		l.add(change.Pos.String(), change.What, todo)
	}
	if err := l.draw(c.App.Writer); err != nil || left == 0 {
		return err
	}
	_, err := fmt.Fprintf(c.App.ErrWriter, "left to do by hand: %d of %s\n", left, count(len(changes), "change"))
	return err
}

// writePlan puts the files of a rewritten plan in the place of the plan's.
func writePlan(c *cli.Context, plan, moved *plans.Plan, folder string) error {
	for name := range moved.Files {
		_, err := os.Stat(filepath.Join(folder, name))
		if _, old := plan.Files[name]; !old && err == nil {
			return diag.New(diag.Usage, "study-fix", "%s is there, and no part of the plan", filepath.Join(folder, name)).
				WithHint("give it another name; nothing was rewritten")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(moved.Files)) {
		if moved.Files[name] == plan.Files[name] {
			continue
		}
		if err := place.File(filepath.Join(folder, name), []byte(moved.Files[name])); err != nil {
			return err
		}
		fmt.Fprintln(c.App.ErrWriter, "rewrote", filepath.Join(folder, name))
	}
	return nil
}

// checkPlan has the guard check every question, and tells its notes.
func checkPlan(c *cli.Context, plan *plans.Plan, folder string, cat *catalog.Catalog, reg *macros.Registry) error {
	notes, err := study.Check(c.Context, plan, cat, reg)
	if err != nil {
		return inFolder(err, folder)
	}
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		for _, note := range notes[name] {
			fmt.Fprintf(c.App.ErrWriter, "note: %s: %s\n", name, note)
		}
	}
	fmt.Fprintf(c.App.Writer, "%s is in order: %s, %s, population %s, channel %s\n", plan.Name,
		count(len(plan.Steps), "step"), count(len(plan.Outputs), "output"), plan.Population, plan.Channel)
	return nil
}

func runStudy(c *cli.Context) error {
	plan, folder, err := readPlan(c)
	if err != nil {
		return err
	}
	_, err = runPlan(c, plan, folder, c.String("output"), c.String("channel"), false)
	return inFolder(err, folder)
}

func resumeStudy(c *cli.Context) error {
	plan, folder, channel, err := runOf(c)
	if err != nil {
		return err
	}
	_, err = runPlan(c, plan, filepath.Join(folder, study.PlanFolder), folder, channel, false)
	return inFolder(err, folder)
}

// runOf is the plan, the folder and the channel of a run that the command names.
func runOf(c *cli.Context) (*plans.Plan, string, string, error) {
	if err := wantArgs(c, 1, 1); err != nil {
		return nil, "", "", err
	}
	folder := c.Args().First()
	plan, err := study.PlanOf(folder)
	if err != nil {
		return nil, "", "", err
	}
	channel, err := study.ChannelOf(folder)
	return plan, folder, channel, err
}

func rerunStudy(c *cli.Context) error {
	plan, folder, channel, err := runOf(c)
	if err != nil {
		return err
	}
	first, err := study.ReadManifest(folder)
	if err != nil {
		return err
	}
	second, err := runPlan(c, plan, filepath.Join(folder, study.PlanFolder), c.String("output"), channel, true)
	if err != nil {
		return inFolder(err, folder)
	}
	differences := study.Diff(first, second)
	if len(differences) == 0 {
		fmt.Fprintln(c.App.Writer, "both runs gave the same tables, byte for byte")
		return nil
	}
	if err := printDifferences(c, differences); err != nil {
		return err
	}
	return diag.New(diag.Ledger, "study-rerun", "the second run differs from the first").
		WithHint("when nothing that went in differs, keep both folders and tell the maintainers")
}

// runPlan runs a plan, which stands in home, into a folder, telling how it goes.
func runPlan(c *cli.Context, plan *plans.Plan, home, folder, channel string, again bool) (*study.Manifest, error) {
	opts := storeOptions(c)
	rows, err := individual(c, plan, home, folder, channel, &opts)
	if err != nil {
		return nil, err
	}
	ws, reg, err := openWorkspace(c, opts)
	if err != nil {
		return nil, err
	}
	defer ws.Close() //nolint:errcheck // every step is committed
	meter := newStudyMeter(c.App.ErrWriter)
	defer meter.end()
	cfg := study.Config{
		Workspace: ws, Macros: reg, Version: programVersion(), User: userName(), Again: again, Individual: rows,
		Tell: meter.tell, Progress: meter.part,
	}
	if cfg.Channel, err = studyChannel(ws, plan, channel); err != nil {
		return nil, err
	}
	folder, m, err := study.Run(c.Context, cfg, plan, folder)
	if err != nil && c.Context.Err() != nil {
		return nil, diag.New(diag.Cancel, "study-stopped", "stopped; what was done so far is kept").
			WithHint("go on with epsql study resume %s", folder).Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(c.App.Writer, folder)
	return m, nil
}

// studyChannel is the channel asked for, else the plan's. A plan of another
// population, whose own channel is too loose for this one, goes by the channel
// that this population has by default.
func studyChannel(ws *store.Workspace, plan *plans.Plan, channel string) (*catalog.Channel, error) {
	if channel == "" {
		channel = plan.Channel
		if allowed := ws.Population.Channels; plan.Population != ws.Population.ID && !slices.Contains(allowed, channel) {
			channel = allowed[0]
		}
	}
	return ws.Channel(channel)
}

func diffStudies(c *cli.Context) error {
	if err := wantArgs(c, 2, 2); err != nil {
		return err
	}
	var both [2]*study.Manifest
	for i := range both {
		var err error
		if both[i], err = study.ReadManifest(c.Args().Get(i)); err != nil {
			return err
		}
	}
	differences := study.Diff(both[0], both[1])
	if len(differences) == 0 && !c.Bool("json") {
		fmt.Fprintln(c.App.Writer, "nothing differs")
		return nil
	}
	return printDifferences(c, differences)
}

func printDifferences(c *cli.Context, differences []study.Difference) error {
	l := newListing("what", "name", "how")
	for _, d := range differences {
		l.add(d.What, d.Name, d.How)
	}
	return l.print(c)
}

func listStudies(c *cli.Context) error {
	if err := wantArgs(c, 0, 1); err != nil {
		return err
	}
	folder := study.Folder
	if c.NArg() == 1 {
		folder = c.Args().First()
	}
	runs, err := study.List(folder)
	if err != nil {
		return err
	}
	l := newListing("folder", "study", "channel", "state", "outputs", "ended")
	for _, r := range runs {
		state, ended := "stopped", any(nil)
		if r.Complete {
			state, ended = "complete", r.Ended
		}
		l.add(r.Folder, r.Study, r.Channel, state, r.Outputs, ended)
	}
	return l.print(c)
}
