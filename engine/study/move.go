package study

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"epsql/catalog"
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
// plan's files rewritten as far as a program can: population and channel, and
// names of libraries. What must be written by hand, such as the join with the
// macro that creates a flag, is only told.
func Move(plan *study.Plan, cat *catalog.Catalog, target string) ([]Change, map[string]string, error) {
	from, to := cat.Population(plan.Population), cat.Population(target)
	if from == nil || to == nil {
		var known []string
		for _, p := range cat.Populations {
			known = append(known, p.ID)
		}
		return nil, nil, diag.New(diag.Usage, "study-population", "the catalogue has no population %s", target).
			WithHint("%s", diag.DidYouMean(target, known, "one of: "+strings.Join(known, ", ")))
	}
	m := &move{cat: cat, from: from, to: to, files: maps.Clone(plan.Files)}
	if from.ID != to.ID {
		m.rewrite("population", from.ID, to.ID)
	}
	channel := plan.Channel
	if !slices.Contains(to.Channels, channel) {
		channel = to.Channels[0]
		m.rewrite("channel", plan.Channel, channel)
	}
	m.stricter(cat.Channel(plan.Channel), cat.Channel(channel))
	for _, name := range slices.Sorted(maps.Keys(plan.Files)) {
		if name != study.File {
			m.words(plan, name)
		}
	}
	return m.changes, m.files, nil
}

// move is a move under way.
type move struct {
	cat      *catalog.Catalog
	from, to *catalog.Population
	files    map[string]string
	changes  []Change
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

// words looks for flags and libraries of the population in a SQL file.
func (m *move) words(plan *study.Plan, name string) {
	text := plan.Files[name]
	words := parse.Words(text)
	var cut [][2]int
	for i, w := range words {
		if w.Literal {
			continue
		}
		at := diag.PosOf(name, text, w.Start)
		if m.from.Library != "" && m.from.Library != m.to.Library && strings.EqualFold(w.Text, m.from.Library) && m.isLibrary(words, i) {
			m.changes = append(m.changes, Change{
				Pos: at, What: fmt.Sprintf("%s is the library of population %s: tables have no library here", w.Text, m.from.ID), Done: true,
			})
			rest := text[words[i+1].End:]
			cut = append(cut, [2]int{w.Start, words[i+1].End + len(rest) - len(strings.TrimLeft(rest, " "))})
		}
		if f := m.flag(w.Text); f != nil {
			advice := "join it, and take its flag in place of the column: epsql macros show " + f.Macro
			if !study.Pinned(plan.Macros, f.Macro) {
				advice = "add it to macros in " + study.File + ", " + advice
			}
			m.changes = append(m.changes, Change{
				Pos: at, What: fmt.Sprintf("population %s has no column %s: %s creates it", m.to.ID, f.Name, f.Macro), Advice: advice,
			})
		}
	}
	slices.Reverse(cut)
	for _, c := range cut {
		m.files[name] = m.files[name][:c[0]] + m.files[name][c[1]:]
	}
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
