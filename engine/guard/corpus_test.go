package guard

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// question is one entry of the utility corpus; testdata/utility/README.md tells
// how they are written.
type question struct {
	file    string
	title   string
	params  map[string]string
	sql     string
	pending string // why it is refused today, though it should be answered
	refused string // why it is refused for good
	differs string // why a shown value is another than DuckDB's by design
	rewrite string // what to ask instead
}

const utilityFolder = "../../testdata/utility"

// readCorpus reads every question of the utility corpus.
func readCorpus(t testing.TB) []question {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(utilityFolder, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus in %s: %v", utilityFolder, err)
	}
	var out []question
	titles := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range parseCorpus(t, filepath.Base(file), string(text)) {
			if where, twice := titles[q.title]; twice {
				t.Errorf("%s: %q is asked in %s too", q.file, q.title, where)
			}
			titles[q.title] = q.file
			out = append(out, q)
		}
	}
	return out
}

// parseCorpus reads one file: "-- @key value" lines and the SQL that follows.
func parseCorpus(t testing.TB, file, text string) []question {
	t.Helper()
	var out []question
	var body *string
	for n, line := range strings.Split(text, "\n") {
		key, value, marked := strings.Cut(strings.TrimPrefix(line, "-- @"), " ")
		if !strings.HasPrefix(line, "-- @") {
			if body != nil {
				*body += line + "\n"
			}
			continue
		}
		if !marked && key != "rewrite" || key != "question" && len(out) == 0 {
			t.Fatalf("%s:%d: %q needs a value and a @question before it", file, n+1, line)
		}
		if key == "question" {
			out = append(out, question{file: file, title: value, params: map[string]string{}})
		}
		q := &out[len(out)-1]
		switch key {
		case "question":
			body = &q.sql
		case "param":
			name, v, _ := strings.Cut(value, " = ")
			q.params[name] = v
		case "pending":
			q.pending = value
		case "refused":
			q.refused = value
		case "differs":
			q.differs = value
		case "rewrite":
			body = &q.rewrite
		default:
			t.Fatalf("%s:%d: there is no @%s", file, n+1, key)
		}
	}
	for i := range out {
		out[i].sql, out[i].rewrite = strings.TrimSpace(out[i].sql), strings.TrimSpace(out[i].rewrite)
	}
	return out
}

// dropPending takes the marks of questions that are answered now out of the
// corpus files.
func dropPending(t *testing.T, answered map[string]bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(utilityFolder, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		title := ""
		for _, line := range strings.Split(string(text), "\n") {
			if s, ok := strings.CutPrefix(line, "-- @question "); ok {
				title = s
			}
			if !strings.HasPrefix(line, "-- @pending ") || !answered[title] {
				kept = append(kept, line)
			}
		}
		if err := os.WriteFile(file, []byte(strings.Join(kept, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// plainScript is the text for plain DuckDB: parameters in place, steps as
// temporary views.
func (q question) plainScript(text string) []string {
	for name, v := range q.params {
		if !regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`).MatchString(v) {
			v = literal(v)
		}
		text = regexp.MustCompile(`\$`+name+`\b`).ReplaceAllLiteralString(text, v)
	}
	var out []string
	for _, s := range strings.Split(strings.TrimSuffix(strings.TrimSpace(text), ";"), ";\n") {
		out = append(out, regexp.MustCompile(`(?i)^\s*((--[^\n]*)?\n)*CREATE VIEW`).ReplaceAllLiteralString(s, "CREATE TEMP VIEW"))
	}
	return out
}
