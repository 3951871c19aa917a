package study

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
	"epsql/sql/parse"
	"epsql/sql/study"
)

// Change is what a plan needs to run on another population. Done says that the
// rewritten plan has it; otherwise somebody must do what Advice tells.
type Change struct {
	Pos    diag.Pos
	What   string
	Advice string
	Done   bool
}

// Move tells what changes when a plan runs on another population, and gives the
// plan's files rewritten as far as a program can: population and channel, names
// of libraries, and columns that the other population lacks. For these the plan
// gets a step in the place of the table, which joins what house macros compute
// with each row, and in which every row weighs 1. What somebody must do by hand
// is only told.
func Move(ctx context.Context, plan *study.Plan, cat *catalog.Catalog, reg *macros.Registry, target string) ([]Change, map[string]string, error) {
	from, to := cat.Population(plan.Population), cat.Population(target)
	if from == nil || to == nil {
		var known []string
		for _, p := range cat.Populations {
			known = append(known, p.ID)
		}
		return nil, nil, diag.New(diag.Usage, "study-population", "the catalogue has no population %s", target).
			WithHint("%s", diag.DidYouMean(target, known, "one of: "+strings.Join(known, ", ")))
	}
	parser, err := parse.New()
	if err != nil {
		return nil, nil, err
	}
	defer parser.Close() //nolint:errcheck // nothing is in it
	m := &move{
		plan: plan, cat: cat, reg: reg, parser: parser, from: from, to: to, files: maps.Clone(plan.Files),
		named: map[string]int{}, renamed: map[string]bool{}, taken: map[string]bool{},
	}
	if from.ID != to.ID {
		m.rewrite("population", from.ID, to.ID)
	}
	channel := plan.Channel
	if !slices.Contains(to.Channels, channel) {
		channel = to.Channels[0]
		m.rewrite("channel", plan.Channel, channel)
	}
	m.stricter(cat.Channel(plan.Channel), cat.Channel(channel))
	m.scan()
	whyNot := m.makeColumns()
	for _, name := range slices.Sorted(maps.Keys(plan.Files)) {
		if name != study.File {
			m.moveFile(ctx, name, whyNot)
		}
	}
	m.addMade()
	return m.changes, m.files, nil
}

// move is a move under way. Names are in small letters.
type move struct {
	plan     *study.Plan
	cat      *catalog.Catalog
	reg      *macros.Registry
	parser   *parse.Parser
	from, to *catalog.Population
	files    map[string]string
	changes  []Change

	named   map[string]int  // how often the plan names a column that the other population lacks
	renamed map[string]bool // names that the plan gives to something of its own
	taken   map[string]bool // names of steps
	made    []*made
}

// scan finds the names in the plan's SQL.
func (m *move) scan() {
	for _, s := range m.plan.Steps {
		m.taken[s.Name] = true
	}
	for name, text := range m.plan.Files {
		if name == study.File {
			continue
		}
		words := parse.Words(text)
		for i, w := range words {
			word := strings.ToLower(w.Text)
			switch {
			case w.Literal:
			case i+2 < len(words) && strings.EqualFold(words[i+1].Text, "as") && words[i+2].Text == "(":
				m.taken[word] = true
			case i > 0 && strings.EqualFold(words[i-1].Text, "as"):
				m.renamed[word] = true
			default:
				m.named[word]++
			}
		}
	}
}

// rewrite replaces the value of a key of study.yaml.
func (m *move) rewrite(key, old, new string) {
	text := m.files[study.File]
	value := regexp.MustCompile(`(?m)^` + key + `:[ \t]*("?` + regexp.QuoteMeta(old) + `"?)`).FindStringSubmatchIndex(text)
	if value == nil {
		return
	}
	m.changes = append(m.changes, Change{
		Pos: diag.PosOf(study.File, text, value[2]), What: fmt.Sprintf("%s %s becomes %s", key, old, new), Done: true,
	})
	m.files[study.File] = text[:value[2]] + new + text[value[3]:]
}

// stricter tells which rules of the channel become stricter.
func (m *move) stricter(a, b *catalog.Channel) {
	if a == nil || b == nil || a.ID == b.ID {
		return
	}
	tell := func(format string, args ...any) {
		m.changes = append(m.changes, Change{Pos: diag.Pos{File: study.File}, What: fmt.Sprintf(format, args...), Done: true})
	}
	if b.Threshold > a.Threshold {
		tell("a cell needs %d of each protected unit, not %d", b.Threshold, a.Threshold)
	}
	for _, unit := range b.Protect {
		if !slices.Contains(a.Protect, unit) {
			tell("a cell needs %d of the unit %s too, where one of them is behind it", b.Threshold, unit)
		}
	}
	if b.Dominance != nil && a.Dominance == nil {
		tell("a cell may not be made up by one contributor for the most part")
	}
	if b.History != a.History {
		tell("what is compared with earlier releases: %s, not %s", b.History, a.History)
	}
}

// moveFile rewrites a file of SQL.
func (m *move) moveFile(ctx context.Context, name string, whyNot map[string]string) {
	text := m.plan.Files[name]
	words := parse.Words(text)
	told := len(m.changes)
	edits, err := m.useMade(ctx, name, words)
	readable := err == nil
	for i, w := range words {
		if w.Literal {
			continue
		}
		if m.from.Library != "" && m.from.Library != m.to.Library && strings.EqualFold(w.Text, m.from.Library) && m.isLibrary(words, i) {
			m.tell(name, w.Start, "", "%s is the library of population %s: tables have no library here", w.Text, m.from.ID)
			rest := text[words[i+1].End:]
			edits = append(edits, edit{w.Start, words[i+1].End + len(rest) - len(strings.TrimLeft(rest, " ")), ""})
		}
		if i > 0 && strings.EqualFold(words[i-1].Text, "as") {
			continue // a name of the plan's own
		}
		if f := m.flag(w.Text); f != nil {
			m.tellFlag(name, w.Start, f, whyNot[f.Name], readable)
		}
		if m.weight(w.Text) {
			advice := ""
			if !readable {
				advice = "take it out: the file cannot be read as SQL"
			}
			m.tell(name, w.Start, advice, "%s is a weight of population %s: every row weighs 1 here", w.Text, m.from.ID)
		}
	}
	slices.SortStableFunc(m.changes[told:], func(a, b Change) int { return cmp.Or(a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col) })
	slices.SortFunc(edits, func(a, b edit) int { return b.start - a.start })
	for _, e := range edits {
		m.files[name] = m.files[name][:e.start] + e.text + m.files[name][e.end:]
	}
}

// tell notes a change at a place of a file; without advice it is done.
func (m *move) tell(file string, at int, advice, format string, args ...any) {
	m.changes = append(m.changes, Change{
		Pos: diag.PosOf(file, m.plan.Files[file], at), What: fmt.Sprintf(format, args...), Advice: advice, Done: advice == "",
	})
}

// tellFlag tells of a flag that the other population lacks.
func (m *move) tellFlag(file string, at int, f *catalog.Flag, whyNot string, readable bool) {
	advice := ""
	switch {
	case !readable:
		advice = "the file cannot be read as SQL: "
	case whyNot != "":
		advice = whyNot + " "
	}
	if advice != "" {
		advice += "join the macro, and take its " + f.Column + " in place of the column: epsql macros show " + f.Macro
		if !study.Pinned(m.plan.Macros, f.Macro) {
			advice += ", and add it to macros in " + study.File
		}
	}
	m.tell(file, at, advice, "population %s has no column %s: %s creates it", m.to.ID, f.Name, f.Macro)
}

// isLibrary tells whether a word stands before a dot, and not behind one, and
// what it qualifies is no column: then it would be another name of a table.
func (m *move) isLibrary(words []parse.Word, i int) bool {
	if i+2 >= len(words) || words[i+1].Text != "." || i > 0 && words[i-1].Text == "." {
		return false
	}
	name := words[i+2].Text
	for _, t := range m.cat.Tables {
		if strings.EqualFold(t.Name, name) {
			return true
		}
	}
	return !slices.ContainsFunc(m.cat.Tables, func(t *catalog.Table) bool {
		_, column := t.ColumnByName(name)
		return column
	})
}

// flag is the flag of that name which only the population moved from has.
func (m *move) flag(name string) *catalog.Flag {
	has := func(p *catalog.Population) int {
		return slices.IndexFunc(p.Flags, func(f catalog.Flag) bool { return strings.EqualFold(f.Name, name) })
	}
	if i := has(m.from); i >= 0 && has(m.to) < 0 {
		return &m.from.Flags[i]
	}
	return nil
}

// weight tells whether a name is a weight that only the population moved from has.
func (m *move) weight(name string) bool {
	has := func(p *catalog.Population) bool {
		return slices.ContainsFunc(p.Weights, func(w catalog.Weight) bool { return strings.EqualFold(w.Name, name) })
	}
	return has(m.from) && !has(m.to)
}
