package main

import (
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/sql/diag"
)

// newApp is the program's command tree.
func newApp(stdin io.Reader, stdout, stderr io.Writer) *cli.App {
	app := &cli.App{
		Name:                      "epsql",
		Usage:                     "health-insurance deliveries in, masked tables out",
		Description:               describe("epsql"),
		Flags:                     globalFlags(),
		Commands:                  commands(),
		Before:                    checkGlobals,
		Action:                    group(nil),
		Reader:                    stdin,
		Writer:                    stdout,
		ErrWriter:                 stderr,
		HideVersion:               true,
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {}, // run reports and exits
	}
	app.OnUsageError = usageError(app.Flags)
	for _, c := range app.Commands {
		finish(c, app.Flags)
	}
	return app
}

// commands are the commands in the order in which a newcomer meets them.
func commands() []*cli.Command {
	return []*cli.Command{
		initCommand(),
		loadCommand(),
		deliveriesCommand(),
		qualityCommand(),
		catalogCommand(),
		macrosCommand(),
		queryCommand(),
		shellCommand(),
		portCommand(),
		compareCommand(),
		studyCommand(),
		codeCommand(),
		synthCommand(),
		ledgerCommand(),
		doctorCommand(),
		versionCommand(),
		completionCommand(),
	}
}

// globalFlags hold for every command and may stand before or after its name.
func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "db", Usage: "workspace `FILE`", Value: "./epsql.duckdb", EnvVars: []string{"EPSQL_DB"}},
		&cli.StringFlag{Name: "catalog", Usage: "catalogue `DIR` in place of the built-in one", EnvVars: []string{"EPSQL_CATALOG"}},
		&cli.StringFlag{Name: "memory", Usage: "memory `LIMIT` of the database, such as 4GB", DefaultText: "two thirds of the machine's"},
		&cli.IntFlag{Name: "threads", Usage: "at most `N` threads", DefaultText: "all cores"},
	}
}

func checkGlobals(c *cli.Context) error {
	if c.Int("threads") < 0 {
		return diag.New(diag.Usage, "bad-threads", "--threads is negative").WithHint("write how many threads at most, or leave it out")
	}
	return nil
}

// finish gives a command, and those below it, what all commands share.
func finish(c *cli.Command, globals []cli.Flag) {
	c.HideHelpCommand = true
	c.OnUsageError = usageError(append(c.Flags[:len(c.Flags):len(c.Flags)], globals...))
	for _, sub := range c.Subcommands {
		finish(sub, globals)
	}
}

// group is the action of a command that has subcommands: without arguments it
// does what bare does (nil: shows help), and refuses a subcommand it does not know.
func group(bare cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		if name := c.Args().First(); name != "" {
			return unknownCommand(name, c.Command.Subcommands)
		}
		if bare != nil {
			return bare(c)
		}
		return cli.ShowAppHelp(c)
	}
}

func unknownCommand(name string, known []*cli.Command) error {
	var names []string
	for _, k := range known {
		if !k.Hidden {
			names = append(names, k.Name)
		}
	}
	return diag.New(diag.Usage, "unknown-command", "unknown command %q", name).
		WithHint("%s", diag.DidYouMean(name, names, "one of: "+strings.Join(names, ", ")))
}

// usageError words a refusal of the flag parser, with the nearest known flag.
func usageError(flags []cli.Flag) cli.OnUsageErrorFunc {
	return func(c *cli.Context, err error, _ bool) error {
		name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
		if !unknown {
			return diag.New(diag.Usage, "bad-flag", "%s", err).WithHint("see %s --help", helpName(c))
		}
		name = strings.TrimLeft(name, "-")
		var names []string
		for _, f := range flags {
			for _, n := range f.Names() {
				if len(n) > 1 {
					names = append(names, n)
				}
			}
		}
		hint := "see " + helpName(c) + " --help"
		if n := diag.Nearest(name, names); n != "" {
			hint = "did you mean --" + n + "?"
		}
		return diag.New(diag.Usage, "unknown-flag", "unknown option --%s", name).WithHint("%s", hint)
	}
}

func helpName(c *cli.Context) string {
	if c.Command != nil && c.Command.HelpName != "" {
		return c.Command.HelpName
	}
	return c.App.Name
}

// wantArgs refuses a number of arguments outside least..most (most < 0: no limit).
func wantArgs(c *cli.Context, least, most int) error {
	n := c.NArg()
	if n >= least && (most < 0 || n <= most) {
		return nil
	}
	msg := "missing argument"
	if n > least {
		msg = "unexpected argument " + c.Args().Get(max(most, 0))
	}
	usage := strings.TrimSpace(helpName(c) + " [options] " + c.Command.ArgsUsage)
	return diag.New(diag.Usage, "arguments", "%s", msg).WithHint("usage: %s", usage)
}
