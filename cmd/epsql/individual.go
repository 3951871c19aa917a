package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/dossier"
	"epsql/engine/extract"
	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/engine/study"
	"epsql/sql/diag"
	plans "epsql/sql/study"
)

// individualFlags are the options of a run in a channel for rows.
func individualFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "dossier", Usage: "the `FILE` under which coded rows leave (default: " + dossier.File + " beside the plan)"},
		&cli.StringFlag{Name: "key", Usage: "the project's key `FILE`"},
		&cli.StringFlag{Name: "conversion", Usage: "`FOLDER` for the tables that turn codes back, for the trusted third party"},
		&cli.StringSliceFlag{Name: "table", Usage: "`CODING=FILE`: a conversion table that somebody else made; may be repeated"},
	}
}

// individual is what a run in a channel for rows needs besides, and opens its
// folders in opts; nil for the other channels. planFolder is where the plan stands.
func individual(c *cli.Context, plan *plans.Plan, planFolder, run, channel string, opts *store.Options) (*study.Individual, error) {
	cat, _, err := loadDefinitions(c)
	if err != nil {
		return nil, err
	}
	if channel == "" {
		channel = plan.Channel
	}
	if ch := cat.Channel(channel); ch == nil || !ch.Rows {
		return nil, nil //nolint:nilnil // no such channel is for others to tell
	}
	in := &study.Individual{Today: time.Now(), Conversion: c.String("conversion")}
	if in.Dossier, err = readDossier(c, planFolder); err != nil {
		return nil, err
	}
	if len(plan.Extracts) == 0 || c.String("key") == "" || in.Conversion == "" {
		return in, nil // the run tells what is missing, after what is missing in the dossier
	}
	return in, openSecrets(c, in, planFolder, run, opts)
}

// readDossier reads the dossier that the command names, or that stands beside the
// plan.
func readDossier(c *cli.Context, planFolder string) (*dossier.Dossier, error) {
	path := c.String("dossier")
	if path == "" {
		path = filepath.Join(planFolder, dossier.File)
	}
	return dossier.Read(path)
}

// openSecrets reads the key and the tables, which lie apart, and makes the
// folders that the run may write into.
func openSecrets(c *cli.Context, in *study.Individual, planFolder, run string, opts *store.Options) error {
	if run == "" {
		run = study.Folder
	}
	tables := map[string]string{}
	secrets := []string{c.String("key")}
	for _, given := range c.StringSlice("table") {
		name, path, ok := strings.Cut(given, "=")
		if !ok || tables[name] != "" {
			return diag.New(diag.Usage, "bad-table", "--table %s names no coding, or one twice", given).WithHint("write --table CODING=FILE")
		}
		tables[name] = path
		secrets = append(secrets, path)
	}
	if err := extract.CheckPlaces(c.String("db"), planFolder, run, in.Conversion, secrets...); err != nil {
		return err
	}
	var err error
	if in.Key, err = coding.ReadKey(c.String("key")); err != nil {
		return err
	}
	in.Tables = map[string]coding.Table{}
	for name, path := range tables {
		if in.Tables[name], err = coding.ReadTable(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(run, 0o777); err != nil {
		return err
	}
	if err := os.MkdirAll(in.Conversion, 0o700); err != nil {
		return err
	}
	opts.Folders = []string{run, in.Conversion}
	return nil
}

// checkDossier tells what becomes of every column of a plan's extracts, when the
// dossier and the catalogue agree.
func checkDossier(c *cli.Context, plan *plans.Plan, planFolder string) error {
	cat, reg, err := loadDefinitions(c)
	if err != nil {
		return err
	}
	d, err := readDossier(c, planFolder)
	if err != nil {
		return err
	}
	if err := d.Check(cat, reg, time.Now()); err != nil {
		return err
	}
	design, err := extract.New(plan, cat, reg, cat.Channel(d.Channel), d)
	if err != nil {
		return inFolder(err, planFolder)
	}
	l := newListing("extract", "column", "what becomes of it")
	leaving := 0
	for _, f := range design.Fates() {
		l.add(f.Extract, f.Column, f.Why)
		if f.Leaves {
			leaving++
		}
	}
	if err := l.draw(c.App.Writer); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "the dossier is complete: %s, %s, %s of %d leave\n", d.Request, count(len(plan.Extracts), "extract"),
		count(leaving, "column"), len(design.Fates()))
	return nil
}

// expireCommands are the commands about rows that left.
func expireCommands() []*cli.Command {
	return []*cli.Command{
		{
			Name: "expire", Usage: "list the rows that left and until when they may be kept; destroy those past it", ArgsUsage: "[FOLDER]",
			Description: describe("study_expire"),
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "destroy", Usage: "destroy the rows that are past their date; tables stay"},
				&cli.StringFlag{Name: "on", Usage: "as if it were that `DAY`", DefaultText: "today"},
				jsonFlag(),
			},
			Action: expireStudies,
		},
		{
			Name: "received", Usage: "note the day on which the rows of a run were received whole", ArgsUsage: "RUN",
			Description: describe("study_received"),
			Flags:       []cli.Flag{&cli.StringFlag{Name: "on", Usage: "the `DAY`", DefaultText: "today"}},
			Action:      receiveStudy,
		},
	}
}

// dayOf is the day that --on gives, or today.
func dayOf(c *cli.Context) (time.Time, error) {
	if c.String("on") == "" {
		return time.Now(), nil
	}
	day, err := time.Parse(time.DateOnly, c.String("on"))
	if err != nil {
		return day, diag.New(diag.Usage, "bad-day", "--on %s is no day", c.String("on")).WithHint("write it as 2009-06-09")
	}
	return day, nil
}

func expireStudies(c *cli.Context) error {
	if err := wantArgs(c, 0, 1); err != nil {
		return err
	}
	folder := study.Folder
	if c.NArg() == 1 {
		folder = c.Args().First()
	}
	today, err := dayOf(c)
	if err != nil {
		return err
	}
	all, err := extract.Retentions(folder)
	if err != nil {
		return err
	}
	if c.Bool("destroy") && slices.ContainsFunc(all, func(r extract.Retention) bool { return r.Due(today) }) {
		if err := destroy(c, all, today); err != nil {
			return err
		}
	}
	entries, err := entriesAbout(c, all)
	if err != nil {
		return err
	}
	var changed error
	l := newListing("run", "study", "extracted", "received", "destroy by", "state", "tables until")
	for _, r := range all {
		err := r.Check(entries)
		changed = cmp.Or(changed, err)
		l.add(r.Run, r.Study, r.Extracted, r.Received, r.DestroyBy, stateOf(r, err, today), r.TablesUntil)
	}
	return errors.Join(changed, l.print(c))
}

// stateOf tells how it stands with rows on a day; wrong is what the ledger has
// against their retention.
func stateOf(r extract.Retention, wrong error, today time.Time) string {
	e, _ := errors.AsType[*diag.Error](wrong)
	switch {
	case e != nil && e.Code == "other-ledger":
		return "of another ledger"
	case wrong != nil:
		return "not as recorded"
	case r.Destroyed != "":
		return "destroyed on " + r.Destroyed
	case r.Due(today):
		return "overdue"
	}
	return "kept"
}

// entriesAbout are the entries of the ledger, when there is something to compare
// with them.
func entriesAbout(c *cli.Context, all []extract.Retention) ([]ledger.Entry, error) {
	if len(all) == 0 {
		return nil, nil
	}
	return readLedger(c)
}

// destroy destroys the rows that are due, and tells of what lies elsewhere.
func destroy(c *cli.Context, all []extract.Retention, today time.Time) error {
	ws, _, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // the ledger is committed
	for i, r := range all {
		if !r.Due(today) {
			continue
		}
		if all[i], err = extract.Destroy(c.Context, ws, r.Run, today, userName()); err != nil {
			return err
		}
		fmt.Fprintf(c.App.ErrWriter, "destroyed the rows of %s; its tables stay until %s. Not here: copies that were handed over, the key, the conversion tables\n",
			r.Run, r.TablesUntil)
	}
	return nil
}

func receiveStudy(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	day, err := dayOf(c)
	if err != nil {
		return err
	}
	if day.After(time.Now()) {
		return diag.New(diag.Usage, "bad-day", "--on is a day to come").WithHint("note it when the rows are there")
	}
	ws, _, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // the ledger is committed
	r, err := extract.Received(c.Context, ws, c.Args().First(), day, userName())
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "received on %s; to be destroyed by %s\n", r.Received, r.DestroyBy)
	return nil
}

// channelForRows tells whether a plan would run in a channel for rows.
func channelForRows(cat *catalog.Catalog, name string) bool {
	ch := cat.Channel(name)
	return ch != nil && ch.Rows
}
