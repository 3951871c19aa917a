package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"epsql/engine/ledger"
)

func ledgerCommand() *cli.Command {
	return &cli.Command{
		Name:        "ledger",
		Usage:       "list what was answered, and check that nobody changed the list",
		Description: describe("ledger"),
		Flags:       []cli.Flag{jsonFlag()},
		Action:      group(listLedger),
		Subcommands: []*cli.Command{{
			Name:        "list",
			Usage:       "list what was answered",
			Description: describe("ledger_list"),
			Flags:       []cli.Flag{jsonFlag()},
			Action:      listLedger,
		}},
	}
}

func listLedger(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	ws, _, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // only read
	entries, err := ledger.List(c.Context, ws.DB)
	if err != nil {
		return err
	}
	return errors.Join(ledger.Verify(entries), printLedger(c, entries))
}

func printLedger(c *cli.Context, entries []ledger.Entry) error {
	if c.Bool("json") {
		return printJSON(c.App.Writer, entries)
	}
	l := newListing("number", "at", "user", "channel", "cells", "masked", "query")
	for _, e := range entries {
		l.add(e.Number, e.At, e.User, e.Channel, e.Cells, e.Masked, shorten(e.Query, 80))
	}
	return l.draw(c.App.Writer)
}

// shorten cuts a text for a table, and shows that it did; --json has it whole.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
