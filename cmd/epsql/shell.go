package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/engine/export"
	"epsql/engine/guard"
	"epsql/sql/diag"
	"epsql/sql/parse"
)

func shellCommand() *cli.Command {
	return &cli.Command{
		Name:        "shell",
		Usage:       "ask questions one after the other",
		Description: describe("shell"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "table", Usage: "`FORMAT` of the answers: table, csv, json"},
			&cli.StringFlag{Name: "channel", Usage: "`CHANNEL` whose rule masks the answers (default: the population's first)"},
		},
		Action: runShell,
	}
}

func runShell(c *cli.Context) error {
	if err := wantArgs(c, 0, 0); err != nil {
		return err
	}
	s := &shell{ctx: c.Context}
	if err := s.setFormat(c.String("format")); err != nil {
		return err
	}
	ws, reg, err := openWorkspace(c, storeOptions(c))
	if err != nil {
		return err
	}
	defer ws.Close() //nolint:errcheck // nothing is pending between answers
	s.ws, s.reg, s.latest, s.out, s.err = ws, reg, true, c.App.Writer, c.App.ErrWriter
	if err := s.use(c.Context, c.String("channel")); err != nil {
		return err
	}
	defer s.close() //nolint:errcheck // an in-memory database

	if !isTerminal(c.App.Reader) || !isTerminal(c.App.Writer) {
		return s.batch(newPipe(c.App.Reader))
	}
	s.ctx = context.WithoutCancel(c.Context) // Ctrl-C stops a query, not the shell
	term, err := newTerminal(s.words())
	if err != nil {
		return err
	}
	defer term.close()
	fmt.Fprintf(s.err, "%s, population %s, channel %s. End a question with \";\"; .help helps, .quit leaves.\n",
		c.String("db"), ws.Population.ID, s.channel.ID)
	return s.interact(term)
}

// shell is a runner that reads its statements from lines.
type shell struct {
	runner
	ctx    context.Context
	buffer string // what was typed and not yet run
	last   string // the last question, for .explain
}

// input gives lines without their ends, and io.EOF at the end.
type input interface {
	line(prompt string) (string, error)
}

// errQuit leaves the shell.
var errQuit = errors.New("quit")

// batch runs everything from a pipe and stops at the first error.
func (s *shell) batch(in input) error {
	for {
		line, err := in.line("")
		if errors.Is(err, io.EOF) {
			return s.end()
		}
		if err != nil {
			return err
		}
		if err := s.feed(s.ctx, line); errors.Is(err, errQuit) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// end runs what stands last, which may lack its ";".
func (s *shell) end() error {
	if err := s.feed(s.ctx, ";"); err != nil || strings.TrimSpace(s.buffer) == "" {
		return err
	}
	return s.answer(s.ctx, guard.Query{File: "shell", Text: s.buffer})
}

// interact runs what is typed; errors are told and the shell goes on.
func (s *shell) interact(in input) error {
	for {
		line, err := in.line(s.prompt())
		switch {
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.err)
			return nil
		case errors.Is(err, errDropped):
			s.buffer = ""
			continue
		case err != nil:
			return err
		}
		if err := s.interruptible(line); errors.Is(err, errQuit) {
			return nil
		} else if err != nil {
			report(s.err, err)
		}
	}
}

// interruptible feeds a line; Ctrl-C stops the query that it starts.
func (s *shell) interruptible(line string) error {
	ctx, stop := signal.NotifyContext(s.ctx, os.Interrupt)
	defer stop()
	err := s.feed(ctx, line)
	if err != nil && ctx.Err() != nil {
		return diag.New(diag.Cancel, "stopped", "stopped").Wrap(err)
	}
	return err
}

func (s *shell) prompt() string {
	if s.buffer != "" {
		return "   ...> "
	}
	return "epsql> "
}

// feed takes one line: a dot command, or a piece of what is being typed.
func (s *shell) feed(ctx context.Context, line string) error {
	if trimmed := strings.TrimSpace(line); s.buffer == "" && strings.HasPrefix(trimmed, ".") {
		return s.dot(ctx, trimmed)
	}
	s.buffer += line + "\n"
	return s.flush(ctx)
}

// flush runs the scripts that the buffer ends: each is any number of steps and
// the SELECT that they wait for. What is not ended yet stays; after an error
// nothing does.
func (s *shell) flush(ctx context.Context) error {
	text, start := s.buffer, 0
	s.buffer = ""
	statements, complete := parse.Statements(text)
	waiting := !complete
	if !complete {
		statements = statements[:len(statements)-1]
	}
	for _, at := range statements {
		if isStep(text[at[0]:at[1]]) {
			waiting = true
			continue
		}
		waiting = !complete
		s.last = strings.TrimSpace(text[start:at[1]])
		if err := s.answer(ctx, guard.Query{File: "shell", Text: s.last}); err != nil {
			return err
		}
		start = at[1] + 1 // behind the semicolon
	}
	if waiting {
		s.buffer = text[start:]
	}
	return nil
}

// isStep tells a CREATE VIEW step from the SELECT that ends a script.
func isStep(statement string) bool {
	words := strings.Fields(statement)
	return len(words) > 0 && strings.EqualFold(words[0], "create")
}

func (s *shell) setFormat(name string) error {
	f, err := export.ParseFormat(name)
	if err != nil {
		return err
	}
	if f.Binary {
		return diag.New(diag.Usage, "binary-output", "the shell does not write %s", name).
			WithHint(`use epsql query --format %s -o FILE "SELECT ..."`, name)
	}
	s.format = f
	return nil
}
