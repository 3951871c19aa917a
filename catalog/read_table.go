package catalog

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

var (
	allTypes = []Type{TypeText, TypeCode, TypeID, TypeInt, TypeCents, TypeDate, TypeMonth, TypeYear, TypeNum}
	allRoles = []Role{RoleIdentifier, RoleQuasi, RoleAmount, RoleCount, RoleAttribute, RoleRefused}
	allUses  = []Use{UseDelivered, UseRecoded, UseFlag, UseNever}
)

func (l *loader) readTable(r *reader, n *yaml.Node) {
	t := &Table{}
	l.cat.Tables = append(l.cat.Tables, t)
	r.mark(t, n)
	r.object(n, "a table", labelled(r, &t.Label, fields{
		"name":     r.text(&t.Name),
		"owner":    r.text(&t.Owner),
		"source":   r.source(&t.Source),
		"select":   r.rowRule(&t.Select),
		"delivery": r.deliveryRule(&t.Delivery),
		"files":    r.texts(&t.Files),
		"zones":    pointers(r, &t.Zones, r.zone),
	}), "name", "en", "files", "zones")
	for _, z := range t.Zones {
		z.inherit(t.Source)
	}
}

// inherit takes document, annex and page of the table where the zone names none.
func (z *Zone) inherit(s Source) {
	if z.Source.Doc == "" {
		z.Source.Doc = s.Doc
	}
	if z.Source.Annex == "" && !z.Source.Ours {
		z.Source.Annex = s.Annex
	}
	if z.Source.Page == "" && !z.Source.Ours {
		z.Source.Page = s.Page
	}
}

func (r *reader) rowRule(into **RowRule) field {
	return func(n *yaml.Node) {
		*into = &RowRule{}
		r.object(n, "the row rule", fields{
			"zone": r.text(&(*into).Zone), "codes": r.texts(&(*into).Codes),
		}, "zone", "codes")
	}
}

func (r *reader) deliveryRule(into **DeliveryRule) field {
	return func(n *yaml.Node) {
		d := &DeliveryRule{}
		*into = d
		r.object(n, "the delivery rule", fields{
			"key":     sequence(r, &d.Key, r.slice),
			"version": func(n *yaml.Node) { r.slice(&d.Version, n) },
			"insurer": func(n *yaml.Node) { r.slice(&d.Insurer, n) },
			"period":  sequence(r, &d.Period, r.slice),
		}, "key", "version", "insurer", "period")
	}
}

func (r *reader) slice(s *Slice, n *yaml.Node) {
	r.mark(s, n)
	r.object(n, "a slice", fields{
		"zone": r.text(&s.Zone), "start": r.integer(&s.Start), "length": r.integer(&s.Length),
	}, "zone")
}

func (r *reader) zone(z *Zone, n *yaml.Node) {
	r.mark(z, n)
	r.object(n, "a zone", labelled(r, &z.Label, fields{
		"id":         r.text(&z.ID),
		"explain":    r.label(&z.Explain),
		"type":       enum(r, &z.Type, "type", allTypes...),
		"length":     r.integer(&z.Length),
		"unit":       r.text(&z.Unit),
		"format":     r.text(&z.Format),
		"role":       enum(r, &z.Role, "role", allRoles...),
		"protects":   r.text(&z.Protects),
		"codes":      sequence(r, &z.Codes, r.code),
		"open":       r.boolean(&z.Open),
		"codes_from": r.text(&z.CodesFrom),
		"specials":   sequence(r, &z.Specials, r.special),
		"validity":   sequence(r, &z.Validity, r.validity),
		"parts":      pointers(r, &z.Parts, r.part),
		"use":        r.uses(&z.Use),
		"source":     r.source(&z.Source),
	}), "id", "en", "type", "role")
}

func (r *reader) code(c *Code, n *yaml.Node) {
	r.object(n, "a code", labelled(r, &c.Label, fields{
		"code": r.text(&c.Code), "from": r.text(&c.From), "until": r.text(&c.Until), "note": r.text(&c.Note),
	}), "code", "en")
}

func (r *reader) special(s *Special, n *yaml.Node) {
	r.object(n, "a special value", labelled(r, &s.Label, fields{
		"value": r.text(&s.Value), "missing": r.boolean(&s.Null),
	}), "value", "en")
}

func (r *reader) validity(v *Validity, n *yaml.Node) {
	r.object(n, "a validity period", fields{
		"from": r.text(&v.From), "until": r.text(&v.Until), "usable": r.boolean(&v.Usable), "note": r.text(&v.Note),
	}, "usable", "note")
}

func (r *reader) part(p *Part, n *yaml.Node) {
	r.mark(p, n)
	r.object(n, "a part", labelled(r, &p.Label, fields{
		"column":     r.text(&p.Column),
		"start":      r.integer(&p.Start),
		"length":     r.integer(&p.Length),
		"type":       enum(r, &p.Type, "type", allTypes...),
		"role":       enum(r, &p.Role, "role", slices.DeleteFunc(slices.Clone(allRoles), isRefused)...),
		"protects":   r.text(&p.Protects),
		"codes_from": r.text(&p.CodesFrom),
	}), "column", "en", "start", "length", "type", "role")
}

func isRefused(role Role) bool { return role == RoleRefused }

// uses reads {channel: use}.
func (r *reader) uses(into *map[string]Use) field {
	return func(n *yaml.Node) {
		*into = map[string]Use{}
		if n.Kind != yaml.MappingNode {
			r.fail(n, fault("yaml", "uses must be keys with values").WithHint("write channel: use lines"))
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			channel := n.Content[i]
			r.mark(useOf{into, channel.Value}, channel)
			var use Use
			enum(r, &use, "use", allUses...)(n.Content[i+1])
			if _, twice := (*into)[channel.Value]; twice {
				r.fail(channel, fault("duplicate-key", "uses have the key %q twice", channel.Value).WithHint("keep one of them"))
			}
			(*into)[channel.Value] = use
		}
	}
}

// useOf is the place of one channel in a zone's uses.
type useOf struct {
	uses    *map[string]Use
	channel string
}
