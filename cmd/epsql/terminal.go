package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peterh/liner"

	"epsql/engine/guard"
)

// errDropped tells that Ctrl-C dropped what was being typed.
var errDropped = errors.New("dropped")

// pipe reads lines that nobody types.
type pipe struct{ in *bufio.Reader }

func newPipe(r io.Reader) pipe { return pipe{bufio.NewReader(r)} }

func (p pipe) line(string) (string, error) {
	text, err := p.in.ReadString('\n')
	if err != nil && text != "" {
		err = nil // the last line may lack its end
	}
	return strings.TrimRight(text, "\r\n"), err
}

// terminal reads lines with editing, history and completion.
type terminal struct {
	editor  *liner.State
	history string
}

// newTerminal takes over the terminal; words are what Tab completes.
func newTerminal(words []string) (*terminal, error) {
	t := &terminal{editor: liner.NewLiner()}
	t.editor.SetCtrlCAborts(true)
	t.editor.SetMultiLineMode(true)
	t.editor.SetTabCompletionStyle(liner.TabPrints)
	t.editor.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		return completeWord(words, line, pos)
	})
	if home, err := os.UserHomeDir(); err == nil {
		t.history = filepath.Join(home, ".epsql_history")
		if file, err := os.Open(t.history); err == nil {
			defer file.Close()         //nolint:errcheck // only read
			t.editor.ReadHistory(file) //nolint:errcheck // a broken history is no reason to stay out
		}
	}
	return t, nil
}

func (t *terminal) line(prompt string) (string, error) {
	line, err := t.editor.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errDropped
	}
	if err == nil && strings.TrimSpace(line) != "" {
		t.editor.AppendHistory(line)
	}
	return line, err
}

// close keeps the history, for its owner only: questions may tell what a study
// looks for.
func (t *terminal) close() {
	if file, err := os.OpenFile(t.history, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err == nil {
		t.editor.WriteHistory(file) //nolint:errcheck // a lost history is no error
		file.Close()                //nolint:errcheck // likewise
	}
	t.editor.Close() //nolint:errcheck // the terminal is given back as well as can be
}

// completeWord completes the word that ends at pos: names of the catalogue and
// macros hold letters, digits, "_" and ".".
func completeWord(words []string, line string, pos int) (head string, completions []string, tail string) {
	runes := []rune(line)
	start := pos
	for start > 0 && isNameRune(runes[start-1]) {
		start--
	}
	word := strings.ToLower(string(runes[start:pos]))
	for _, w := range words {
		if word != "" && strings.HasPrefix(strings.ToLower(w), word) {
			completions = append(completions, w)
		}
	}
	return string(runes[:start]), completions, string(runes[pos:])
}

func isNameRune(r rune) bool {
	return r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// words are the names that the shell completes.
func (s *shell) words() []string {
	out := dotCommands()
	for _, t := range s.ws.Catalog.Tables {
		out = append(out, t.Name)
		for _, c := range t.Columns() {
			out = append(out, c.Name)
		}
	}
	for _, l := range s.ws.Catalog.Lists {
		out = append(out, "ref."+l.Name)
	}
	for _, m := range s.reg.All {
		out = append(out, m.Name, m.Family+"."+m.Base)
	}
	out = append(out, guard.Functions()...)
	slices.Sort(out)
	return slices.Compact(out)
}
