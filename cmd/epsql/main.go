// Command epsql turns raw deliveries into masked tables: it loads them into a
// workspace, describes them with a catalogue, and answers SQL through a guard.
//
// Each command has one file here and no logic of its own: it reads the command
// line, calls the engine and prints. Data go to stdout, everything told about
// them to stderr.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"epsql/sql/diag"
)

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }

// run is the program: it gives the exit code. The first Ctrl-C asks the
// command to stop; a second one ends the process.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	app := newApp(stdin, stdout, stderr)
	err := app.RunContext(ctx, arrange(app, args))
	if err != nil && ctx.Err() != nil && diag.ExitCode(err) != int(diag.Cancel) {
		err = diag.New(diag.Cancel, "stopped", "stopped; nothing was changed by the interrupted step").Wrap(err)
	}
	report(stderr, err)
	return diag.ExitCode(err)
}
