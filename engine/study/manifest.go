package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"epsql/sql/diag"
)

// Manifest is everything that the tables of a run depend on, and what came out.
// It holds no time and no name of a machine: the same manifest gives the same
// tables, byte for byte.
type Manifest struct {
	Inputs
	Steps   []StepRecord   `json:"steps"`
	Outputs []OutputRecord `json:"outputs"`
	// Extraction are the files of coded rows and their hashes, in a channel for them.
	Extraction map[string]string `json:"extraction,omitempty"`
}

// Inputs are what a run depends on. Hashes are hex SHA-256.
type Inputs struct {
	Study      string            `json:"study"`
	Version    string            `json:"version"` // of the program
	Population string            `json:"population"`
	Channel    string            `json:"channel"`
	Catalogue  string            `json:"catalogue"` // name@version hash
	Plan       map[string]string `json:"plan"`      // file: hash
	Parameters map[string]string `json:"parameters"`
	Macros     map[string]string `json:"macros"`
	Lists      map[string]string `json:"lists"`
	Deliveries []Delivery        `json:"deliveries"`
	// Coding are the dossier, the key (by a fingerprint) and the tables of coded rows.
	Coding map[string]string `json:"coding,omitempty"`
}

// StepRecord is a step that was kept. Rows is their number as the guard tells it,
// masked when it is small.
type StepRecord struct {
	Name  string `json:"name"`
	Macro string `json:"macro"`
	Key   string `json:"key"`
	Rows  string `json:"rows"`
}

// OutputRecord is a table that was written.
type OutputRecord struct {
	Name   string            `json:"name"`
	Rows   int               `json:"rows"`
	Cells  int               `json:"cells"`
	Masked int               `json:"masked"`
	ByRule map[string]int    `json:"masked_by_rule,omitempty"`
	Files  map[string]string `json:"files"` // name in outputs/: hash
}

// Key is a short name of a run's inputs.
func (i Inputs) Key() string { return hashOf(i) }

const (
	manifestFile = "manifest.json"
	stateFile    = "state.json"
	timesFile    = "times.json"
	journalFile  = "journal.txt"
	pageFile     = "report.html"
	// PlanFolder holds, in the folder of a run, the plan that it goes by.
	PlanFolder  = "plan"
	tableFolder = "outputs"
)

// ReadManifest reads the manifest of a complete run.
func ReadManifest(folder string) (*Manifest, error) {
	m := &Manifest{}
	err := readJSON(filepath.Join(folder, manifestFile), m)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault("study-incomplete", "%s holds no complete run", folder).
			WithHint("name the folder of a run, or finish it with epsql study resume").Wrap(err)
	}
	return m, err
}

// readJSON reads one of a run's own files; a file that is not there is fs.ErrNotExist.
func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fault("study-file", "%s is damaged", filepath.Base(path)).At(diag.Pos{File: path}).
			WithHint("run the study again into another folder").Wrap(err)
	}
	return nil
}

// Difference is one reason why two runs differ.
type Difference struct {
	What string // "delivery", "macro", "list", "plan", ...
	Name string
	How  string // "changed", "only in the first", "only in the second", "1 -> 2"
}

func (d Difference) String() string {
	return strings.TrimSpace(d.What+" "+d.Name) + ": " + d.How
}

// Diff explains why two runs differ: first what went in, then what came out.
// There is none when the manifests are the same.
func Diff(a, b *Manifest) []Difference {
	var out []Difference
	word := func(what, x, y string) {
		if x != y {
			out = append(out, Difference{what, "", x + " -> " + y})
		}
	}
	word("study", a.Study, b.Study)
	word("program", a.Version, b.Version)
	word("population", a.Population, b.Population)
	word("channel", a.Channel, b.Channel)
	word("catalogue", shortHash(a.Catalogue), shortHash(b.Catalogue))
	out = append(out, diffMaps("plan file", a.Plan, b.Plan, false)...)
	out = append(out, diffMaps("parameter", a.Parameters, b.Parameters, true)...)
	out = append(out, diffMaps("macro", a.Macros, b.Macros, false)...)
	out = append(out, diffMaps("list", a.Lists, b.Lists, false)...)
	out = append(out, diffMaps("delivery", deliveryMap(a.Deliveries), deliveryMap(b.Deliveries), false)...)
	out = append(out, diffMaps("coding", a.Coding, b.Coding, false)...)
	out = append(out, diffMaps("extraction", a.Extraction, b.Extraction, false)...)
	out = append(out, diffMaps("rows of step", stepMap(a.Steps), stepMap(b.Steps), true)...)
	return append(out, diffMaps("output", outputMap(a.Outputs), outputMap(b.Outputs), false)...)
}

// shortHash cuts a hash after a blank to what people compare.
func shortHash(text string) string {
	name, hash, ok := strings.Cut(text, " ")
	if !ok || len(hash) < 12 {
		return text
	}
	return name + " " + hash[:12]
}

// diffMaps compares two maps; values are told when they are for reading.
func diffMaps(what string, a, b map[string]string, tell bool) []Difference {
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []Difference
	for _, name := range names {
		x, inA := a[name]
		y, inB := b[name]
		how := "changed"
		switch {
		case !inB:
			how = "only in the first"
		case !inA:
			how = "only in the second"
		case x == y:
			continue
		case tell:
			how = x + " -> " + y
		}
		out = append(out, Difference{what, name, how})
	}
	return out
}

func deliveryMap(all []Delivery) map[string]string {
	out := map[string]string{}
	for _, d := range all {
		name := strings.TrimSpace(d.Table + " " + d.Key)
		out[name] += fmt.Sprintf("%d %s\n", d.Version, d.SHA256)
	}
	return out
}

func stepMap(steps []StepRecord) map[string]string {
	out := map[string]string{}
	for _, s := range steps {
		out[s.Name] = s.Rows
	}
	return out
}

func outputMap(outputs []OutputRecord) map[string]string {
	out := map[string]string{}
	for _, o := range outputs {
		for file, hash := range o.Files {
			out[file] = hash
		}
	}
	return out
}
