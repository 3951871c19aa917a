package catalog

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"epsql/sql/diag"
)

// check sees whether the files agree with each other. The first disagreement,
// in the order catalogue, lists, tables, layouts, is the error.
func (l *loader) check() error {
	for _, rule := range []func() *diag.Error{
		l.checkUnits, l.checkCodings, l.checkChannels, l.checkPopulations, l.checkLists, l.checkTables, l.checkOwnColumns, l.checkLayouts,
	} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

// fail is an error at the place of the value at address v.
func (l *loader) fail(v any, e *diag.Error) *diag.Error { return e.At(l.at[v]) }

// identifier is how tables, columns and lists are named, so that no query needs quotes.
var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// named checks that a name can be used without quotes and was not used before.
func (l *loader) named(name *string, what string, seen map[string]bool) *diag.Error {
	key := strings.ToLower(*name)
	if !identifier.MatchString(*name) {
		return l.fail(name, fault("bad-name", "%q cannot name a %s", *name, what).
			WithHint("use letters, digits and _, a letter first"))
	}
	if seen[key] {
		return l.fail(name, fault("duplicate", "%s %s is there twice", what, *name).WithHint("keep one of them, or rename it"))
	}
	seen[key] = true
	return nil
}

// known checks a reference: *name must be one of names.
func (l *loader) known(name *string, what string, names []string) *diag.Error {
	if slices.Contains(names, *name) {
		return nil
	}
	return l.fail(name, fault("unknown-"+what, "there is no %s %q", what, *name).
		WithHint("%s", diag.DidYouMean(*name, names, "known are: "+strings.Join(names, ", "))))
}

func ids[T any](all []*T, id func(*T) string) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = id(v)
	}
	return out
}

func (l *loader) unitIDs() []string { return ids(l.cat.Units, func(u *Unit) string { return u.ID }) }

func (l *loader) channelIDs() []string {
	return ids(l.cat.Channels, func(c *Channel) string { return c.ID })
}

func (l *loader) checkUnits() *diag.Error {
	seen := map[string]bool{}
	for _, u := range l.cat.Units {
		if err := l.named(&u.ID, "unit", seen); err != nil {
			return err
		}
	}
	for _, u := range l.cat.Units {
		if u.Numbering == "" {
			continue
		}
		if err := l.known(&u.Numbering, "unit", l.unitIDs()); err != nil {
			return err
		}
		if l.cat.Unit(u.Numbering).Numbering != "" {
			return l.fail(&u.Numbering, fault("numbering", "unit %s has no numbers of its own to share", u.Numbering).
				WithHint("name the unit that has them"))
		}
	}
	for _, u := range l.cat.Units {
		if n := u.Natural; n != nil && (n.Start < 1 || n.Length < 1 || !allOfLength(n.Codes, n.Length)) {
			return l.fail(n, fault("natural", "the rule for natural persons does not fit itself").
				WithHint("give start and length from 1 on, and codes of that length"))
		}
	}
	return nil
}

func allOfLength(codes []string, length int) bool {
	return len(codes) > 0 && !slices.ContainsFunc(codes, func(c string) bool { return utf8.RuneCountInString(c) != length })
}

func (l *loader) checkPopulations() *diag.Error {
	seen := map[string]bool{}
	for _, p := range l.cat.Populations {
		if err := l.named(&p.ID, "population", seen); err != nil {
			return err
		}
		if len(p.Channels) == 0 {
			return l.fail(&p.Channels, fault("no-channel", "population %s has no channel", p.ID).WithHint("name one, the default first"))
		}
		for i := range p.Channels {
			if err := l.known(&p.Channels[i], "channel", l.channelIDs()); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOwnColumns wants the columns that only some populations have to be of tables.
func (l *loader) checkOwnColumns() *diag.Error {
	tables := ids(l.cat.Tables, func(t *Table) string { return t.Name })
	for _, p := range l.cat.Populations {
		for i := range p.Flags {
			if err := l.known(&p.Flags[i].Table, "table", tables); err != nil {
				return err
			}
		}
		for i := range p.Weights {
			if err := l.known(&p.Weights[i].Table, "table", tables); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) checkChannels() *diag.Error {
	seen := map[string]bool{}
	for _, c := range l.cat.Channels {
		if err := l.named(&c.ID, "channel", seen); err != nil {
			return err
		}
		for i := range c.Protect {
			if err := l.known(&c.Protect[i], "unit", l.unitIDs()); err != nil {
				return err
			}
		}
		if err := l.checkRule(c); err != nil {
			return err
		}
		if err := l.checkRows(c); err != nil {
			return err
		}
	}
	return nil
}

// checkRule checks that a channel's threshold says the same as its wording.
func (l *loader) checkRule(c *Channel) *diag.Error {
	if !c.Tables {
		return nil
	}
	if threshold, ok := thresholdOf(c.Strict); !ok || threshold != c.Threshold {
		return l.fail(&c.Strict, fault("threshold", "channel %s hides cells %q, which is not threshold %d", c.ID, c.Strict, c.Threshold).
			WithHint(`"<= 3" goes with threshold 4, "< 5" with threshold 5`))
	}
	if c.Mask == "" {
		return l.fail(&c.ID, fault("mask", "channel %s has no mask word", c.ID).WithHint("add mask: small cell"))
	}
	if c.Zero == "publish" && c.ZeroWhy == "" {
		return l.fail(&c.Zero, fault("zero", "channel %s publishes zero without a reason", c.ID).WithHint("add zero_why: …"))
	}
	if c.Width < 0 || c.Width >= c.Threshold || c.Width > 0 && !c.Secondary {
		return l.fail(&c.ID, fault("width", "channel %s asks that masked counts have an interval wider than %d", c.ID, c.Width).
			WithHint("width is below the threshold, and goes with secondary: true"))
	}
	if c.Round < 0 {
		return l.fail(&c.ID, fault("round", "channel %s rounds counts to %d", c.ID, c.Round).WithHint("write round: 5, or leave it out"))
	}
	if c.Others != "" && (!c.Secondary || c.Dominance != nil || c.Others == c.Mask) {
		return l.fail(&c.Others, fault("others", "channel %s merges small rows", c.ID).
			WithHint("others goes with secondary: true and without dominance, and is another word than mask"))
	}
	return l.checkDominance(c)
}

// checkDominance checks that the rule for amounts says something, and whole.
func (l *loader) checkDominance(c *Channel) *diag.Error {
	if d := c.Dominance; d != nil && (d.N > 0) != (d.K > 0) || d != nil && d.N == 0 && d.P == 0 {
		return l.fail(&c.ID, fault("dominance", "the dominance rule of channel %s is not whole", c.ID).
			WithHint("the n largest hold at most k percent: n and k; what remains without the two largest is at least p percent of the largest: p"))
	}
	return nil
}

// thresholdOf is the smallest number that a rule such as "<= 3" or "< 5" lets pass.
func thresholdOf(rule string) (int, bool) {
	sign, bound, _ := strings.Cut(rule, " ")
	n, err := strconv.Atoi(bound)
	if err != nil || n < 1 {
		return 0, false
	}
	switch sign {
	case "<=":
		return n + 1, true
	case "<":
		return n, true
	}
	return 0, false
}

func (l *loader) checkLists() *diag.Error {
	versions := map[string]bool{}
	for _, c := range l.cat.Lists {
		if err := l.named(&c.Name, "code list", map[string]bool{}); err != nil {
			return err
		}
		key := strings.ToLower(c.Name) + "@" + c.Version
		if versions[key] {
			return l.fail(&c.Version, fault("duplicate", "version %s of code list %s is there twice", c.Version, c.Name).
				WithHint("give the new one another version"))
		}
		versions[key] = true
		if c.From != "" && c.Until != "" && c.From > c.Until {
			return l.fail(&c.Until, fault("validity", "the list ends before it starts").WithHint("exchange from and until"))
		}
		if err := l.checkListColumns(c); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) checkListColumns(c *CodeList) *diag.Error {
	seen := map[string]bool{"version": true} // the store adds the version to every row
	for i := range c.Columns {
		if err := l.named(&c.Columns[i].Name, "column", seen); err != nil {
			return err
		}
	}
	if len(c.Columns) == 0 || c.Columns[0].Type != TypeCode {
		return l.fail(&c.Columns, fault("columns", "the first column of code list %s is not of type code", c.Name).
			WithHint("put the code first"))
	}
	return nil
}

func (l *loader) checkLayouts() *diag.Error {
	tables := ids(l.cat.Tables, func(t *Table) string { return t.Name })
	seen := map[string]bool{}
	for _, y := range l.cat.Layouts {
		if err := l.named(&y.ID, "layout", seen); err != nil {
			return err
		}
		if len(y.Tables) == 0 {
			return l.fail(&y.Tables, fault("no-table", "layout %s is of no table", y.ID).WithHint("name the tables whose rows it may hold"))
		}
		for i := range y.Tables {
			if err := l.known(&y.Tables[i], "table", tables); err != nil {
				return err
			}
		}
		if len(y.Tables) > 1 && y.Records == nil {
			if err := l.checkMixed(y); err != nil {
				return err
			}
		}
		if err := l.checkFields(y); err != nil {
			return err
		}
	}
	return nil
}

// checkMixed checks that the rows of a mixed file can be told apart.
func (l *loader) checkMixed(y *Layout) *diag.Error {
	for i := range y.Tables {
		if l.cat.Table(y.Tables[i]).Select == nil {
			return l.fail(&y.Tables[i], fault("select", "a file of several tables cannot tell the rows of table %s", y.Tables[i]).
				WithHint("give the table a select rule"))
		}
	}
	return nil
}

// layoutZones are the ids of all zones that a layout's tables have, each once.
func (l *loader) layoutZones(y *Layout) []string {
	var all []string
	for _, name := range y.Tables {
		for _, z := range l.cat.Table(name).Zones {
			if !slices.Contains(all, z.ID) {
				all = append(all, z.ID)
			}
		}
	}
	return all
}

func (l *loader) checkFields(y *Layout) *diag.Error {
	zones := l.layoutZones(y)
	seen := map[string]bool{}
	for i := range y.Fields {
		f := &y.Fields[i]
		if err := l.known(&f.Zone, "zone", zones); err != nil {
			return err
		}
		if seen[f.Zone] {
			return l.fail(&f.Zone, fault("duplicate", "zone %s is there twice", f.Zone).WithHint("keep one of them"))
		}
		seen[f.Zone] = true
	}
	if (y.Format == "cobol") != (y.Records != nil) {
		return l.fail(y, fault("records", "records are for the format cobol, and it needs them").WithHint("correct format, or the records"))
	}
	switch y.Format {
	case "fixed":
		return l.checkPositions(y)
	case "cobol":
		return l.checkRecords(y)
	}
	for _, zone := range zones {
		if !seen[zone] {
			y.Fields = append(y.Fields, Field{Zone: zone})
		}
	}
	return nil
}

// checkPositions checks that fixed positions lie in the record, apart from each
// other, and are wide enough for their zone.
func (l *loader) checkPositions(y *Layout) *diag.Error {
	var used []span
	for i := range y.Fields {
		f := &y.Fields[i]
		s := span{name: f.Zone, first: f.Start, last: f.Start + f.Length - 1}
		if f.Start < 1 || f.Length < 1 || s.last > y.RecordLength {
			return l.fail(&y.Fields[i], fault("position", "zone %s stands at %d-%d, outside the record of %d characters",
				f.Zone, s.first, s.last, y.RecordLength).WithHint("correct start, length or record_length"))
		}
		if need := l.zoneLength(y, f.Zone); f.Length < need {
			return l.fail(&f.Length, fault("position", "zone %s has %d characters, its position only %d", f.Zone, need, f.Length).
				WithHint("correct the length here or in the table"))
		}
		if other, at := s.overlaps(used); at > 0 {
			return l.fail(&y.Fields[i], fault("overlap", "zone %s overlaps zone %s at position %d", f.Zone, other, at).
				WithHint("correct start or length of one of them"))
		}
		used = append(used, s)
	}
	return nil
}

// span is the characters first..last that name takes.
type span struct {
	name        string
	first, last int
}

// overlaps gives a span that shares characters with s and the first of these;
// 0 when there is none.
func (s span) overlaps(others []span) (string, int) {
	for _, o := range others {
		if s.first <= o.last && o.first <= s.last {
			return o.name, max(s.first, o.first)
		}
	}
	return "", 0
}

// zoneLength is the longest that the zone is in the layout's tables.
func (l *loader) zoneLength(y *Layout, id string) int {
	longest := 0
	for _, name := range y.Tables {
		if z := l.cat.Table(name).Zone(id); z != nil {
			longest = max(longest, z.Length)
		}
	}
	return longest
}

// checkFiles checks that a table's globs can be matched.
func (l *loader) checkFiles(t *Table) *diag.Error {
	for i := range t.Files {
		if _, err := path.Match(t.Files[i], ""); err != nil {
			return l.fail(&t.Files[i], fault("glob", "%q is not a file name pattern", t.Files[i]).
				WithHint("use * for any characters, ? for one, [abc] for one of some"))
		}
	}
	return nil
}
