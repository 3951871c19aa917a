package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts a command line into the order that the flag parser wants: global
// options, command, the command's options, arguments. Users may then write an
// option wherever they like ("epsql query 'SELECT 1' --db x").
func arrange(app *cli.App, args []string) []string {
	if len(args) < 2 || args[len(args)-1] == "--generate-bash-completion" {
		return args
	}
	l := line{level: app.Commands, globals: app.Flags}
	for rest := args[1:]; len(rest) > 0; {
		rest = l.take(rest)
	}
	out := append([]string{args[0]}, l.global...)
	out = append(out, l.path...)
	out = append(out, l.options...)
	if len(l.arguments) == 0 {
		return out
	}
	if len(l.path) > 0 {
		out = append(out, "--")
	}
	return append(out, l.arguments...)
}

// line is a command line being sorted.
type line struct {
	globals []cli.Flag
	flags   []cli.Flag     // of the command found so far
	level   []*cli.Command // what the next command name may be

	global, path, options, arguments []string
}

// take sorts the first word, with its value if it is an option that has one.
func (l *line) take(words []string) (rest []string) {
	word := words[0]
	if word == "--" {
		l.arguments = append(l.arguments, words[1:]...)
		return nil
	}
	if isOption(word) {
		return l.takeOption(words)
	}
	i := slices.IndexFunc(l.level, func(c *cli.Command) bool { return c.HasName(word) })
	if i < 0 || len(l.arguments) > 0 {
		l.arguments = append(l.arguments, word)
		return words[1:]
	}
	l.path = append(l.path, word)
	l.flags, l.level = l.level[i].Flags, l.level[i].Subcommands
	return words[1:]
}

func (l *line) takeOption(words []string) (rest []string) {
	name, _, hasValue := strings.Cut(strings.TrimLeft(words[0], "-"), "=")
	n, to := 1, &l.options
	flag := find(l.flags, name)
	if flag == nil {
		if flag = find(l.globals, name); flag != nil {
			to = &l.global
		}
	}
	if _, isBool := flag.(*cli.BoolFlag); flag != nil && !isBool && !hasValue && len(words) > 1 {
		n = 2
	}
	if len(l.path) == 0 {
		to = &l.global
	}
	*to = append(*to, words[:n]...)
	return words[n:]
}

// isOption tells an option from an argument: "-" is stdin, and a text with a
// blank before any "=" is SQL that begins with a comment.
func isOption(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	return len(word) > 1 && word[0] == '-' && !strings.ContainsAny(name, " \t\n")
}

func find(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}
