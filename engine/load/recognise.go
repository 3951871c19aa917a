package load

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"epsql/catalog"
	"epsql/sql/diag"
)

// separators of delimited text, in order of preference.
var separators = []byte{';', ',', '\t', '|'}

// delimited recognises a header: ok is false when the first line has no known zone.
func (l *loader) delimited(s *source, head []byte, candidates []*catalog.Table) (ok bool, err error) {
	first := string(firstLine(head))
	var best []string
	bestHits := 0
	for _, sep := range separators {
		names := headerNames(first, sep)
		if n := l.hits(names, candidates); n > bestHits {
			best, bestHits, s.sep = names, n, sep
		}
	}
	if bestHits == 0 {
		return false, nil
	}
	s.format = "delimited"
	if err := l.columns(s, best, candidates); err != nil {
		return true, err
	}
	l.peek(s, head)
	return true, nil
}

func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

func headerNames(line string, sep byte) []string {
	names := strings.Split(line, string(rune(sep)))
	for i, name := range names {
		names[i] = strings.Trim(strings.TrimSpace(name), `"`)
	}
	return names
}

// hits is the largest number of names that are zones of one candidate.
func (l *loader) hits(names []string, candidates []*catalog.Table) int {
	most := 0
	for _, t := range candidates {
		most = max(most, l.score(names, t))
	}
	return most
}

func (l *loader) score(names []string, t *catalog.Table) (n int) {
	for _, name := range names {
		if l.zone(t, name) != nil {
			n++
		}
	}
	return n
}

// zone finds the zone that a header names: by its id, or by the name that a
// layout gives it.
func (l *loader) zone(t *catalog.Table, name string) *catalog.Zone {
	if name == "" {
		return nil
	}
	if z := t.Zone(name); z != nil {
		return z
	}
	for _, layout := range l.ws.Catalog.Layouts {
		if layout.Format == "fixed" || !slices.Contains(layout.Tables, t.Name) {
			continue
		}
		for _, f := range layout.Fields {
			if f.Name != "" && strings.EqualFold(f.Name, name) {
				return t.Zone(f.Zone)
			}
		}
	}
	return nil
}

// columns decides which tables a file with named columns holds, and which zone
// each column is.
func (l *loader) columns(s *source, names []string, candidates []*catalog.Table) error {
	tables, err := l.choose(names, candidates)
	if err != nil {
		return err
	}
	s.tables = tables
	seen := map[string]bool{}
	for _, name := range names {
		zone := l.zoneOfAny(tables, name)
		if zone == nil {
			s.zones = append(s.zones, "")
			s.extra = append(s.extra, name)
			continue
		}
		if seen[zone.ID] {
			return diag.New(diag.Data, "duplicate-column", "the header names %s twice", zone.ID).
				WithHint("keep one of the columns")
		}
		seen[zone.ID] = true
		if zone.Role == catalog.RoleRefused {
			s.zones = append(s.zones, "")
			s.notKept = append(s.notKept, zone.ID)
			continue
		}
		s.zones = append(s.zones, zone.ID)
	}
	return l.checkZones(s)
}

func (l *loader) zoneOfAny(tables []*catalog.Table, name string) *catalog.Zone {
	for _, t := range tables {
		if z := l.zone(t, name); z != nil {
			return z
		}
	}
	return nil
}

// choose picks the tables of a file with named columns: the one whose zones it
// has most of, and those that share the file with it by a code in each row.
func (l *loader) choose(names []string, candidates []*catalog.Table) ([]*catalog.Table, error) {
	most := l.hits(names, candidates)
	var best []*catalog.Table
	for _, t := range candidates {
		if l.score(names, t) == most {
			best = append(best, t)
		}
	}
	if l.opts.As != "" {
		return best, nil
	}
	if shared := l.sharing(best, names); len(shared) > 0 {
		return shared, nil
	}
	if len(best) > 1 {
		return nil, ambiguous(best)
	}
	return best, nil
}

// sharing gives the tables that split a file by a zone in its header: the best
// ones, those that know as many of its columns, whatever the file is called, and
// those that find half of their zones there. None when the best have no such rule
// or the header lacks the zone.
func (l *loader) sharing(best []*catalog.Table, names []string) []*catalog.Table {
	rule := best[0].Select
	if rule == nil || !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, rule.Zone) }) {
		return nil
	}
	most := l.score(names, best[0])
	var out []*catalog.Table
	for _, t := range l.ws.Catalog.Tables {
		n := l.score(names, t)
		if t.Select != nil && t.Select.Zone == rule.Zone && (n >= most || 2*n >= len(t.Zones)) {
			out = append(out, t)
		}
	}
	return out
}

func ambiguous(tables []*catalog.Table) error {
	var names []string
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return diag.New(diag.Data, "ambiguous-file", "the file may hold %s", strings.Join(names, " or ")).
		WithHint("say which with --as %s", names[0])
}

// checkZones makes sure that the file says whose rows it holds.
func (l *loader) checkZones(s *source) error {
	for _, t := range s.tables {
		owner, ok := t.ColumnByName(t.Owner)
		if ok && s.field(owner.Zone.ID) < 0 {
			return diag.New(diag.Data, "no-owner", "the file lacks %s, which says whose row it is", owner.Zone.ID).
				WithHint("add the column, or check the separator and the header")
		}
	}
	return nil
}

// fixed recognises a fixed-width file by the length of its lines.
func (l *loader) fixed(s *source, head []byte, candidates []*catalog.Table) error {
	lines := sampleLines(head)
	var found []*catalog.Layout
	most := 0
	for _, layout := range l.ws.Catalog.Layouts {
		if layout.Format != "fixed" || !holds(layout, candidates) {
			continue
		}
		n := fitting(lines, layout.RecordLength, s.latin1)
		if n > most {
			found, most = nil, n
		}
		if n > 0 && n == most {
			found = append(found, layout)
		}
	}
	if most == 0 {
		return l.unknown(lines, candidates)
	}
	layout := newest(found)
	if layout == nil {
		return ambiguousLayouts(found)
	}
	return l.useLayout(s, layout, head)
}

func (l *loader) useLayout(s *source, layout *catalog.Layout, head []byte) error {
	s.format, s.layout = "fixed", layout
	for _, name := range layout.Tables {
		t := l.ws.Catalog.Table(name)
		if t != nil && (l.opts.As == "" || strings.EqualFold(l.opts.As, name)) {
			s.tables = append(s.tables, t)
		}
	}
	for _, f := range layout.Fields {
		zone := l.zoneOfAny(s.tables, f.Zone)
		switch {
		case zone != nil && zone.Role == catalog.RoleRefused:
			s.notKept = append(s.notKept, f.Zone)
		case zone != nil:
			s.zones = append(s.zones, f.Zone)
			s.fixed = append(s.fixed, f)
		}
	}
	if err := l.checkZones(s); err != nil {
		return err
	}
	l.peek(s, head)
	return nil
}

func holds(layout *catalog.Layout, tables []*catalog.Table) bool {
	return slices.ContainsFunc(tables, func(t *catalog.Table) bool { return slices.Contains(layout.Tables, t.Name) })
}

// sampleLines are the whole lines at the beginning of a text.
func sampleLines(head []byte) [][]byte {
	lines := bytes.Split(head, []byte("\n"))
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // the last one is cut by the sample, or empty
	}
	for i, line := range lines {
		lines[i] = bytes.TrimSuffix(line, []byte("\r"))
	}
	return lines
}

func fitting(lines [][]byte, length int, latin1 bool) (n int) {
	for _, line := range lines {
		if len(line) == length || !latin1 && utf8.RuneCount(line) == length {
			n++
		}
	}
	return n
}

// newest is the layout of the highest version; nil when they are layouts of
// different tables.
func newest(layouts []*catalog.Layout) *catalog.Layout {
	best := layouts[0]
	for _, layout := range layouts[1:] {
		if !slices.Equal(layout.Tables, best.Tables) {
			return nil
		}
		if layout.Version > best.Version {
			best = layout
		}
	}
	return best
}

func ambiguousLayouts(layouts []*catalog.Layout) error {
	return diag.New(diag.Data, "ambiguous-file", "the lines fit the layouts %s and %s alike", layouts[0].ID, layouts[1].ID).
		WithHint("say which table it is with --as %s", layouts[0].Tables[0])
}

// unknown tells what was looked for and not found.
func (l *loader) unknown(lines [][]byte, candidates []*catalog.Table) error {
	var lengths []string
	for _, layout := range l.ws.Catalog.Layouts {
		if layout.Format == "fixed" && holds(layout, candidates) {
			lengths = append(lengths, layout.ID+" "+strconv.Itoa(layout.RecordLength))
		}
	}
	e := diag.New(diag.Data, "unknown-file", "the first line names no known zone, and no layout has lines of %d characters", len(lines[0]))
	if len(lengths) == 0 {
		return e.WithHint("begin the file with a line of zone ids")
	}
	return e.WithHint("begin the file with a line of zone ids, or use a layout (%s)", strings.Join(lengths, ", "))
}
