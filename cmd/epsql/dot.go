package main

import (
	"context"
	"fmt"
	"strings"

	"epsql/engine/guard"
	"epsql/sql/diag"
)

const shellHelp = `Type a SELECT and end it with ";". Steps named by CREATE VIEW may stand before it.
  .help                  this text
  .catalog               the tables; .catalog NAME a table, a zone or a code list
  .macros [NAME]         the macros, or one of them
  .explain [QUERY]       what would run and be masked: of QUERY, or of the last question
  .format [FORMAT]       show or choose how answers are written: table, csv, json
  .channel [CHANNEL]     show or choose the channel whose rule masks the answers
  .quit                  leave (Ctrl-D does too; Ctrl-C drops what was typed or stops a query)
`

// dotCommands are the shell's own commands.
func dotCommands() []string {
	return []string{".help", ".catalog", ".macros", ".explain", ".format", ".channel", ".quit"}
}

// dot runs one of the shell's own commands.
func (s *shell) dot(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSuffix(strings.TrimSpace(arg), ";")
	switch name {
	case ".help":
		fmt.Fprint(s.out, shellHelp)
		return nil
	case ".catalog":
		return printCatalog(s.out, s.ws.Catalog, arg)
	case ".macros":
		return printMacros(s.out, s.reg, arg)
	case ".explain":
		return s.dotExplain(ctx, arg)
	case ".format":
		if arg == "" {
			fmt.Fprintln(s.out, s.format.Name)
			return nil
		}
		return s.setFormat(arg)
	case ".channel":
		if arg == "" {
			fmt.Fprintf(s.out, "%s (of %s)\n", s.channel.ID, strings.Join(s.ws.Population.Channels, ", "))
			return nil
		}
		return s.use(ctx, arg)
	case ".quit", ".exit":
		return errQuit
	}
	return diag.New(diag.Usage, "unknown-command", "unknown shell command %s", name).
		WithHint("%s", diag.DidYouMean(name, dotCommands(), ".help lists them"))
}

func (s *shell) dotExplain(ctx context.Context, text string) error {
	if text == "" {
		text = s.last
	}
	if text == "" {
		return diag.New(diag.Usage, "nothing-to-explain", "there is no question to explain yet").
			WithHint("write .explain SELECT ..., or ask first")
	}
	return s.explain(ctx, guard.Query{File: "shell", Text: text})
}
