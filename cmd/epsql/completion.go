package main

import (
	_ "embed"
	"fmt"

	"github.com/urfave/cli/v2"

	"epsql/sql/diag"
)

//go:embed completion/epsql.bash
var bashCompletion string

//go:embed completion/epsql.zsh
var zshCompletion string

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:         "completion",
		Usage:        "print a completion script for bash, zsh or fish",
		ArgsUsage:    "bash|zsh|fish",
		Description:  describe("completion"),
		BashComplete: func(c *cli.Context) { fmt.Fprint(c.App.Writer, "bash\nzsh\nfish\n") },
		Action:       printCompletion,
	}
}

func printCompletion(c *cli.Context) error {
	if err := wantArgs(c, 1, 1); err != nil {
		return err
	}
	var script string
	switch shell := c.Args().First(); shell {
	case "bash":
		script = bashCompletion
	case "zsh":
		script = zshCompletion
	case "fish":
		var err error
		if script, err = c.App.ToFishCompletion(); err != nil {
			return err
		}
	default:
		return diag.New(diag.Usage, "unknown-shell", "unknown shell %q", shell).
			WithHint("%s", diag.DidYouMean(shell, []string{"bash", "zsh", "fish"}, "one of: bash, zsh, fish"))
	}
	_, err := fmt.Fprint(c.App.Writer, script)
	return err
}
