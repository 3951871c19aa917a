package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"epsql/engine/export"
	"epsql/engine/guard"
	"epsql/engine/release"
	"epsql/sql/diag"
)

func queryCommand() *cli.Command {
	return &cli.Command{
		Name:        "query",
		Usage:       "answer one SELECT through the guard",
		ArgsUsage:   "[SELECT | -]",
		Description: describe("query"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Usage: "read the query from `FILE`"},
			&cli.StringSliceFlag{Name: "param", Aliases: []string{"p"}, Usage: "`NAME=VALUE` for $NAME in the query; may be repeated"},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: " + strings.Join(export.FormatNames(), ", ") + " (default: table, or what the output file's name ends in)"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "release the answer to `FILE`, with a receipt beside it"},
			&cli.BoolFlag{Name: "force", Usage: "replace the output file when it exists"},
			&cli.StringFlag{Name: "channel", Usage: "`CHANNEL` whose rule masks the answer (default: the population's first)"},
			&cli.DurationFlag{Name: "timeout", Usage: "stop after `TIME`, such as 30s or 10m", DefaultText: "no limit"},
			&cli.BoolFlag{Name: "explain", Usage: "tell what would run and be masked, without running it"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only check the query"},
		},
		Action: runQuery,
	}
}

func runQuery(c *cli.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	if c.IsSet("output") && (c.Bool("explain") || c.Bool("dry-run")) {
		return diag.New(diag.Usage, "no-answer", "--explain and --dry-run give no answer to write").
			WithHint("leave --output out, or ask for the answer")
	}
	format, err := chooseFormat(c)
	if err != nil {
		return err
	}
	ws, reg, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // nothing is pending after an answer
	r := &runner{
		ws: ws, reg: reg, format: format,
		out: c.App.Writer, err: c.App.ErrWriter, output: c.String("output"), force: c.Bool("force"),
	}
	if err := r.use(c.Context, c.String("channel")); err != nil {
		return err
	}
	defer r.close() //nolint:errcheck // an in-memory database
	ctx, cancel := limit(c.Context, c.Duration("timeout"))
	defer cancel()
	return overtime(ctx, r.run(ctx, c, q))
}

// run does with a query what the command line asks for.
func (r *runner) run(ctx context.Context, c *cli.Context, q guard.Query) error {
	switch {
	case c.Bool("explain"):
		return r.explain(ctx, q)
	case c.Bool("dry-run"):
		if _, err := r.check(ctx, q); err != nil {
			return err
		}
		fmt.Fprintf(r.err, "the query is allowed under channel %s; it was not run\n", r.channel.ID)
		return nil
	}
	return r.answer(ctx, q)
}

// limit bounds the time of a query; none when d is not positive.
func limit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// overtime says of a query that was stopped by its time limit that it was.
func overtime(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	return diag.New(diag.Cancel, "timeout", "stopped: the time given by --timeout is over").Wrap(err).
		WithHint("give more, or ask for larger classes")
}

// readQuery takes the text from --file, stdin or the argument.
func readQuery(c *cli.Context) (q guard.Query, err error) {
	if q.Params, err = parseParams(c.StringSlice("param")); err != nil {
		return q, err
	}
	if file := c.String("file"); file != "" {
		if err := wantArgs(c, 0, 0); err != nil {
			return q, err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return q, diag.New(diag.Usage, "no-query-file", "cannot read the query: %s", foreign(err)).Wrap(err).
				WithHint("check the path given to --file")
		}
		q.File, q.Text = file, string(text)
		return q, nil
	}
	if err := wantArgs(c, 1, 1); err != nil {
		return q, err
	}
	q.File, q.Text = "query", c.Args().First()
	if q.Text == "-" {
		text, err := io.ReadAll(c.App.Reader)
		if err != nil {
			return q, err
		}
		q.File, q.Text = "stdin", string(text)
	}
	return q, nil
}

func parseParams(pairs []string) (map[string]string, error) {
	params := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, diag.New(diag.Usage, "bad-param", "--param %s is not NAME=VALUE", pair).
				WithHint("write --param name=value")
		}
		if _, twice := params[name]; twice {
			return nil, diag.New(diag.Usage, "bad-param", "parameter %s is given twice", name).WithHint("give it once")
		}
		params[name] = value
	}
	return params, nil
}

// chooseFormat is the format asked for, else the one that the output file's
// name ends in, else a table. It refuses what could only spoil a terminal, and
// a target that cannot be written, before anything runs.
func chooseFormat(c *cli.Context) (export.Format, error) {
	output := c.String("output")
	if output == "-" {
		return export.Format{}, diag.New(diag.Usage, "no-file", "--output - names no file, and a release is one").
			WithHint("leave --output out: the answer then comes on stdout")
	}
	if output != "" {
		if err := (release.Target{Path: output, Overwrite: c.Bool("force")}).Check(); err != nil {
			return export.Format{}, err
		}
	}
	name := c.String("format")
	if name == "" {
		if f, ok := export.FormatOf(output); ok {
			return f, nil
		}
		name = "table"
	}
	f, err := export.ParseFormat(name)
	if err == nil && f.Binary && output == "" && isTerminal(c.App.Writer) {
		err = diag.New(diag.Usage, "binary-output", "%s is not for a terminal", f.Name).
			WithHint("add -o FILE.%s, or redirect stdout", f.Name)
	}
	return f, err
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
