package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"epsql/catalog"
)

// printExplanation prints all that the catalogue says of one zone of one table.
func printExplanation(w io.Writer, e catalog.Explanation) {
	z := e.Zone
	fmt.Fprintf(w, "%s.%s\n", e.Table.Name, strings.ToLower(z.ID))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-11s %s\n", name, value)
		}
	}
	field("fr", labelled(z.Label.Fr, z.Explain.Fr))
	field("en", labelled(z.Label.En, z.Explain.En))
	field("nl", labelled(z.Label.Nl, z.Explain.Nl))
	field("type", typeText(z))
	field("role", roleText(z.Role, z.Protects))
	if len(z.Parts) > 0 {
		for _, c := range e.Columns {
			field("column", fmt.Sprintf("%s: %s (%s)", c.Name, wording(c.Part.Label), roleText(c.Role, c.Protects)))
		}
	}
	for _, c := range z.Codes {
		field("code", codeText(c))
	}
	for _, l := range e.Lists {
		field("codes in", fmt.Sprintf("ref.%s %s (%s)", l.Name, l.Version, count(len(l.Rows), "code")))
	}
	for _, s := range z.Specials {
		field("special", s.Value+": "+wording(s.Label))
	}
	for _, v := range z.Validity {
		field("validity", validityText(v))
	}
	for _, channel := range slices.Sorted(maps.Keys(z.Use)) {
		field("may leave", fmt.Sprintf("%s: %s", channel, z.Use[channel]))
	}
	for _, p := range e.Positions {
		field("layout", positionText(p))
	}
	field("told in", sourceText(z.Source))
}

func labelled(label, explain string) string {
	if explain == "" {
		return label
	}
	return label + ". " + explain
}

func typeText(z *catalog.Zone) string {
	text := string(z.Type)
	if z.Length > 0 {
		text += fmt.Sprintf(", %s", count(z.Length, "position"))
	}
	for _, more := range []string{z.Format, z.Unit} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func roleText(role catalog.Role, protects string) string {
	if protects == "" {
		return string(role)
	}
	return fmt.Sprintf("%s of %s", role, protects)
}

func codeText(c catalog.Code) string {
	text := c.Code + ": " + wording(c.Label)
	if c.Label.Fr != "" && c.Label.En != "" {
		text += " / " + c.Label.En
	}
	if c.From != "" || c.Until != "" {
		text += fmt.Sprintf(" [%s..%s]", c.From, c.Until)
	}
	if c.Note != "" {
		text += " (" + c.Note + ")"
	}
	return text
}

func validityText(v catalog.Validity) string {
	use := "cannot be used"
	if v.Usable {
		use = "means something else"
	}
	return strings.TrimRight(fmt.Sprintf("deliveries %s..%s: %s. %s", v.From, v.Until, use, v.Note), ". ")
}

// positionText is where a layout has the zone; "" for a column that simply has
// the zone's id as its header.
func positionText(p catalog.Position) string {
	layout := p.Layout.ID + " " + p.Layout.Version
	if p.Record != nil {
		layout += fmt.Sprintf(": record %s, %s", p.Record.Code, p.Field.Name)
	}
	if p.Record == nil && p.Layout.Format != "fixed" {
		if p.Field.Name == "" || strings.EqualFold(p.Field.Name, p.Field.Zone) {
			return ""
		}
		return layout + ": column " + p.Field.Name
	}
	text := fmt.Sprintf("%s: positions %d-%d", layout, p.Field.Start, p.Field.Start+p.Field.Length-1)
	if p.Field.Ours {
		text += " (ours)"
	}
	return text
}

// sourceText is where something is told.
func sourceText(s catalog.Source) string {
	text := s.Doc
	if s.Annex != "" {
		text += ", annex " + s.Annex
	}
	if s.Page != "" {
		text += ", " + s.Page
	}
	if s.Ours {
		text += " (ours)"
	}
	if s.Note != "" {
		text += ". " + s.Note
	}
	return strings.TrimLeft(text, ",. ")
}
