package main

import (
	"context"
	"fmt"
	"strings"

	"epsql/engine/guard"
	"epsql/sql/diag"
)

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
		fmt.Fprintln(s.out, describe("shell_commands"))
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
