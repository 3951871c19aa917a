package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/engine/extract"
	"epsql/engine/ledger"
	"epsql/engine/release"
	"epsql/sql/diag"
)

func ledgerCommand() *cli.Command {
	return &cli.Command{
		Name:        "ledger",
		Usage:       "list what was answered and released, and check that nobody changed the list",
		Description: describe("ledger"),
		Flags:       []cli.Flag{jsonFlag()},
		Action:      group(listLedger),
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "list what was answered",
				Description: describe("ledger_list"),
				Flags:       []cli.Flag{jsonFlag()},
				Action:      listLedger,
			},
			{
				Name:        "show",
				Usage:       "tell all of one entry",
				ArgsUsage:   "NUMBER",
				Description: describe("ledger_show"),
				Flags:       []cli.Flag{jsonFlag()},
				Action:      showLedger,
			},
			{
				Name:        "verify",
				Usage:       "check the chain, the sets beside it, receipts and days of retention",
				ArgsUsage:   "[FILE...]",
				Description: describe("ledger_verify"),
				Action:      verifyLedger,
			},
			{
				Name:        "export",
				Usage:       "give everything as JSON, without the sets of persons",
				Description: describe("ledger_export"),
				Action:      exportLedger,
			},
		},
	}
}

// readLedger gives the entries, and the error of a broken chain beside them.
func readLedger(c *cli.Context) ([]ledger.Entry, error) {
	ws, _, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return nil, err
	}
	defer ws.Close() //nolint:errcheck // only read
	entries, err := ledger.List(c.Context, ws.DB)
	if err != nil {
		return nil, err
	}
	return entries, ledger.Verify(c.Context, ws.DB, entries)
}

func listLedger(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	entries, err := readLedger(c)
	if err != nil && entries == nil {
		return err
	}
	return errors.Join(err, printLedger(c, entries))
}

func printLedger(c *cli.Context, entries []ledger.Entry) error {
	if c.Bool("json") {
		return printJSON(c.App.Writer, entries)
	}
	l := newListing("number", "at", "user", "channel", "cells", "masked", "file", "query")
	for _, e := range entries {
		l.add(e.Number, e.At, e.User, e.Channel, e.Cells, e.Masked, filesOf(e), shorten(e.Query, 80))
	}
	return l.draw(c.App.Writer)
}

func filesOf(e ledger.Entry) string {
	if e.Release == nil {
		return ""
	}
	var names []string
	for _, f := range e.Release.Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func showLedger(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	entries, broken := readLedger(c)
	number, err := strconv.Atoi(c.Args().First())
	if err != nil || number < 1 || number > len(entries) {
		if broken != nil {
			return broken
		}
		return diag.New(diag.Usage, "no-entry", "the ledger has no entry %s", c.Args().First()).
			WithHint("see the numbers with epsql ledger list")
	}
	if e := entries[number-1]; c.Bool("json") {
		err = printJSON(c.App.Writer, e)
	} else {
		showEntry(c.App.Writer, e)
	}
	return errors.Join(broken, err)
}

func showEntry(w io.Writer, e ledger.Entry) {
	tell := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-12s%s\n", name, fmt.Sprintf(format, args...))
	}
	tell("entry", "%d", e.Number)
	tell("at", "%s", e.At.Format("2006-01-02 15:04:05"))
	tell("user", "%s", e.User)
	tell("channel", "%s", e.Channel)
	tell("cells", "%d, %d masked", e.Cells, e.Masked)
	if r := e.Release; r != nil {
		showRelease(tell, r)
	}
	tell("catalogue", "%s", e.Catalogue)
	for _, m := range e.Macros {
		tell("macro", "%s", m)
	}
	tell("deliveries", "%s", e.Deliveries)
	tell("plan", "%s", e.PlanHash)
	tell("hash", "%s", e.Hash)
	fmt.Fprintf(w, "\n%s\n", e.Query)
}

func showRelease(tell func(string, string, ...any), r *ledger.Release) {
	for _, f := range r.Files {
		tell("file", "%s (%s, %s)", f.Name, f.Format, sizeText(f.Bytes))
		tell("sha256", "%s", f.SHA256)
	}
	for _, rule := range r.Rules {
		tell("rule", "%s", rule)
	}
	for _, rule := range slices.Sorted(maps.Keys(r.ByRule)) {
		tell("masked", "%d: %s", r.ByRule[rule], rule)
	}
	if len(r.Collides) > 0 {
		tell("collides", "with %s", strings.Trim(fmt.Sprint(r.Collides), "[]"))
	}
}

func verifyLedger(c *cli.Context) error {
	entries, err := readLedger(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s, chain unbroken\n", count(len(entries), "answered query"))
	for _, path := range c.Args().Slice() {
		if filepath.Base(path) == extract.RetentionFile {
			if err := verifyRetention(c, path, entries); err != nil {
				return err
			}
			continue
		}
		beside, err := release.Verify(path, entries)
		switch {
		case err != nil:
			return err
		case beside:
			fmt.Fprintf(c.App.Writer, "%s: the receipt and the file are as they were released\n", path)
		default:
			fmt.Fprintf(c.App.Writer, "%s: the receipt is as it was released; its file is not beside it\n", path)
		}
	}
	return nil
}

func verifyRetention(c *cli.Context, path string, entries []ledger.Entry) error {
	r, err := extract.ReadRetention(path)
	if err != nil {
		return err
	}
	if err := r.Check(entries); err != nil {
		return err
	}
	fmt.Fprintf(c.App.Writer, "%s: the days are those that were recorded\n", path)
	return nil
}

// ledgerExport is what a data-protection officer gets.
type ledgerExport struct {
	Unbroken bool           `json:"unbroken"`
	Entries  []ledger.Entry `json:"entries"`
}

func exportLedger(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	entries, err := readLedger(c)
	if err != nil && entries == nil { // not read: it says nothing of the chain
		return err
	}
	return errors.Join(err, printJSON(c.App.Writer, ledgerExport{Unbroken: err == nil, Entries: entries}))
}

// shorten cuts a text for a table, and shows that it did; --json has it whole.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
