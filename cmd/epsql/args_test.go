package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestArrange(t *testing.T) {
	app := newApp(strings.NewReader(""), io.Discard, io.Discard)
	app.Commands = []*cli.Command{
		{Name: "ask", Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}},
			&cli.BoolFlag{Name: "dry-run"},
		}},
		{Name: "zones", Subcommands: []*cli.Command{{Name: "show"}}},
	}
	for _, row := range []struct{ name, given, want string }{
		{"what is in order stays", "epsql ask --format csv SELECT", "epsql ask --format csv -- SELECT"},
		{"options may follow the arguments", "epsql ask SELECT --format csv", "epsql ask --format csv -- SELECT"},
		{"a boolean option takes no value", "epsql ask --dry-run SELECT", "epsql ask --dry-run -- SELECT"},
		{"a short option takes its value along", "epsql ask SELECT -f csv", "epsql ask -f csv -- SELECT"},
		{"a value after = stays with its option", "epsql ask SELECT --format=csv", "epsql ask --format=csv -- SELECT"},
		{"global options move before the command", "epsql ask SELECT --db x", "epsql --db x ask -- SELECT"},
		{"subcommands keep their place", "epsql zones show --db x ss1", "epsql --db x zones show -- ss1"},
		{"one dash is an argument", "epsql ask -", "epsql ask -- -"},
		{"behind two dashes all are arguments", "epsql ask -- --format", "epsql ask -- --format"},
		{"an argument that looks like a command is none", "epsql ask SELECT zones", "epsql ask -- SELECT zones"},
		{"an unknown option stays for the parser to refuse", "epsql ask --forma csv", "epsql ask --forma -- csv"},
		{"help before a command stays", "epsql --help", "epsql --help"},
		{"an unknown command stays for the program to refuse", "epsql aks", "epsql aks"},
		{"completion is not touched", "epsql ask x --db --generate-bash-completion", "epsql ask x --db --generate-bash-completion"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := arrange(app, strings.Fields(row.given))
			if want := strings.Fields(row.want); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestSQLThatBeginsWithACommentIsAnArgument(t *testing.T) {
	app := newApp(strings.NewReader(""), io.Discard, io.Discard)
	sql := "-- how many?\nSELECT 1"
	got := arrange(app, []string{"epsql", "version", sql})
	if want := []string{"epsql", "version", "--", sql}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
