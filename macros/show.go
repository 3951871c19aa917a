package macros

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"epsql/catalog"
)

// Show describes a macro for reading: what it is, its parameters and columns,
// what it reads, its notes, then its SQL and its SAS side by side. Prose is
// wrapped; programs are not cut, the left half is as wide as the longest line of
// SQL.
func (m *Macro) Show() []string {
	lines := []string{m.Name, ""}
	item := func(name, value string) {
		for i, l := range wrap(value, pageWidth-utf8.RuneCountInString(name)) {
			if i > 0 {
				name = pad("", utf8.RuneCountInString(name))
			}
			lines = append(lines, name+l)
		}
	}
	field := func(name, value string) { item(pad(name, 10), value) }
	field("fr", m.Title.Fr)
	field("nl", m.Title.Nl)
	field("en", m.Title.En)
	field("status", m.Status)
	field("valid", strings.TrimSpace(m.From+" .. "+m.Until))
	field("basis", m.Basis)
	field("reads", strings.Join(append(append([]string{}, m.Zones...), m.Lists...), ", "))
	field("identifiers", strings.Join(m.IDs, ", "))
	field("uses", strings.Join(m.Uses, ", "))
	if m.Replaces != "" {
		field("replaces", m.Replaces+": "+m.Why)
	}
	lines = append(lines, "", "Call: "+m.Call(), "")
	for _, p := range m.Params {
		item("  "+pad(p.Name, 22)+pad(p.Type, 10), p.Help+defaulted(p))
	}
	lines = append(lines, "", "Returns:", "")
	for _, c := range m.Columns {
		item("  "+pad(cmp.Or(c.Name, "(value)"), 22)+pad(c.Type, 10), c.Help+" ("+c.Properties()+")")
	}
	if len(m.Notes) > 0 {
		lines = append(lines, "", "Notes:", "")
	}
	for _, n := range m.Notes {
		item("  - ", n)
	}
	return append(append(lines, ""), m.SideBySide()...)
}

// Call is how the macro is called, with the names of its parameters and what
// those that may be left out are by default.
func (m *Macro) Call() string {
	var args []string
	for _, p := range m.Params {
		if p.Default != "" {
			args = append(args, p.Name+" := "+p.Default)
		} else {
			args = append(args, p.Name)
		}
	}
	return m.callWith(args)
}

// ShortCall is Call with an ellipsis for all that may be left out.
func (m *Macro) ShortCall() string {
	var args []string
	for _, p := range m.Params {
		if p.Default != "" {
			args = append(args, "…")
			break // SQL wants these last
		}
		args = append(args, p.Name)
	}
	return m.callWith(args)
}

func (m *Macro) callWith(args []string) string {
	call := m.Name + "(" + strings.Join(args, ", ") + ")"
	if m.Table {
		return "FROM " + call
	}
	return call
}

// Properties tells what the guard knows of a column.
func (c Column) Properties() string {
	words := []string{string(c.Role)}
	if c.Role == catalog.RoleIdentifier {
		words[0] += " of " + c.Protects
	}
	if c.Owner {
		words = append(words, "one row each")
	}
	if len(c.Domain) > 0 {
		words = append(words, "one of "+strings.Join(c.Domain, " "))
	}
	if c.Nullable {
		words = append(words, "or NULL")
	}
	return strings.Join(words, ", ")
}

// SideBySide is the SQL at the left and the SAS at the right.
func (m *Macro) SideBySide() []string {
	left := append([]string{"SQL", ""}, textLines(m.SQL)...)
	right := append([]string{"SAS", ""}, textLines(m.SAS)...)
	width := 0
	for _, l := range left {
		width = max(width, utf8.RuneCountInString(l))
	}
	var lines []string
	for i := range max(len(left), len(right)) {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines = append(lines, strings.TrimRight(pad(l, width)+" | "+r, " "))
	}
	return lines
}

// textLines cuts a text into lines, tabs made blanks.
func textLines(text string) []string {
	return strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\t", "    "), "\n"), "\n")
}

// defaulted tells a parameter's default and what it chooses from.
func defaulted(p Param) string {
	var words []string
	if p.Default != "" {
		words = append(words, "default "+p.Default)
	}
	if p.Choices != nil {
		label := "one of "
		if p.VersionOf != "" {
			label = "versions: "
		}
		words = append(words, label+strings.Join(p.Choices, ", "))
	}
	if words == nil {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}

// pageWidth is where prose is wrapped.
const pageWidth = 118

// wrap cuts prose into lines of at most width, between words; no text, no line.
func wrap(text string, width int) []string {
	var lines []string
	for _, w := range strings.Fields(text) {
		last := len(lines) - 1
		if last < 0 || utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(w) > width {
			lines = append(lines, w)
			continue
		}
		lines[last] += " " + w
	}
	return lines
}

// pad fills text with blanks to a width.
func pad(text string, width int) string {
	if n := width - utf8.RuneCountInString(text); n > 0 {
		return text + strings.Repeat(" ", n)
	}
	return text
}
