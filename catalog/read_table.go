package catalog

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"epsql/sql/strict"
)

var (
	allTypes = []Type{TypeText, TypeCode, TypeID, TypeInt, TypeCents, TypeDate, TypeMonth, TypeYear, TypeNum}
	allRoles = []Role{RoleIdentifier, RoleQuasi, RoleAmount, RoleCount, RoleAttribute, RoleRefused}
	allUses  = []Use{UseDelivered, UseRecoded, UseFlag, UseNever}
)

func (l *loader) readTable(r *reader, n *yaml.Node) {
	t := &Table{}
	l.cat.Tables = append(l.cat.Tables, t)
	r.Mark(t, n)
	r.Object(n, "a table", labelled(r, &t.Label, strict.Fields{
		"name":     r.Text(&t.Name),
		"owner":    r.Text(&t.Owner),
		"source":   r.source(&t.Source),
		"select":   r.rowRule(&t.Select),
		"delivery": r.deliveryRule(&t.Delivery),
		"files":    r.Texts(&t.Files),
		"zones":    strict.Pointers(r.Reader, &t.Zones, r.zone),
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

func (r *reader) rowRule(into **RowRule) strict.Field {
	return func(n *yaml.Node) {
		*into = &RowRule{}
		r.Object(n, "the row rule", strict.Fields{
			"zone": r.Text(&(*into).Zone), "codes": r.Texts(&(*into).Codes),
		}, "zone", "codes")
	}
}

func (r *reader) deliveryRule(into **DeliveryRule) strict.Field {
	return func(n *yaml.Node) {
		d := &DeliveryRule{}
		*into = d
		r.Object(n, "the delivery rule", strict.Fields{
			"key":     strict.Sequence(r.Reader, &d.Key, r.slice),
			"version": func(n *yaml.Node) { r.slice(&d.Version, n) },
			"insurer": func(n *yaml.Node) { r.slice(&d.Insurer, n) },
			"period":  strict.Sequence(r.Reader, &d.Period, r.slice),
		}, "key", "version", "insurer", "period")
	}
}

func (r *reader) slice(s *Slice, n *yaml.Node) {
	r.Mark(s, n)
	r.Object(n, "a slice", strict.Fields{
		"zone": r.Text(&s.Zone), "start": r.Integer(&s.Start), "length": r.Integer(&s.Length),
	}, "zone")
}

func (r *reader) zone(z *Zone, n *yaml.Node) {
	r.Mark(z, n)
	r.Object(n, "a zone", labelled(r, &z.Label, strict.Fields{
		"id":         r.Text(&z.ID),
		"explain":    r.label(&z.Explain),
		"type":       strict.Enum(r.Reader, &z.Type, "type", allTypes...),
		"length":     r.Integer(&z.Length),
		"unit":       r.Text(&z.Unit),
		"format":     r.Text(&z.Format),
		"role":       strict.Enum(r.Reader, &z.Role, "role", allRoles...),
		"protects":   r.Text(&z.Protects),
		"codes":      strict.Sequence(r.Reader, &z.Codes, r.code),
		"open":       r.Boolean(&z.Open),
		"codes_from": r.Text(&z.CodesFrom),
		"specials":   strict.Sequence(r.Reader, &z.Specials, r.special),
		"validity":   strict.Sequence(r.Reader, &z.Validity, r.validity),
		"parts":      strict.Pointers(r.Reader, &z.Parts, r.part),
		"use":        r.uses(&z.Use),
		"coding":     r.Text(&z.Coding),
		"source":     r.source(&z.Source),
	}), "id", "en", "type", "role")
}

func (r *reader) code(c *Code, n *yaml.Node) {
	r.Object(n, "a code", labelled(r, &c.Label, strict.Fields{
		"code": r.Text(&c.Code), "from": r.Text(&c.From), "until": r.Text(&c.Until), "note": r.Text(&c.Note),
	}), "code", "en")
}

func (r *reader) special(s *Special, n *yaml.Node) {
	r.Object(n, "a special value", labelled(r, &s.Label, strict.Fields{
		"value": r.Text(&s.Value), "missing": r.Boolean(&s.Null),
	}), "value", "en")
}

func (r *reader) validity(v *Validity, n *yaml.Node) {
	r.Object(n, "a validity period", strict.Fields{
		"from": r.Text(&v.From), "until": r.Text(&v.Until), "usable": r.Boolean(&v.Usable), "note": r.Text(&v.Note),
	}, "usable", "note")
}

func (r *reader) part(p *Part, n *yaml.Node) {
	r.Mark(p, n)
	r.Object(n, "a part", labelled(r, &p.Label, strict.Fields{
		"column":     r.Text(&p.Column),
		"start":      r.Integer(&p.Start),
		"length":     r.Integer(&p.Length),
		"type":       strict.Enum(r.Reader, &p.Type, "type", allTypes...),
		"role":       strict.Enum(r.Reader, &p.Role, "role", slices.DeleteFunc(slices.Clone(allRoles), isRefused)...),
		"protects":   r.Text(&p.Protects),
		"codes_from": r.Text(&p.CodesFrom),
	}), "column", "en", "start", "length", "type", "role")
}

func isRefused(role Role) bool { return role == RoleRefused }

// uses reads {channel: use}.
func (r *reader) uses(into *map[string]Use) strict.Field {
	return func(n *yaml.Node) {
		*into = map[string]Use{}
		if n.Kind != yaml.MappingNode {
			r.Fail(n, fault("yaml", "uses must be keys with values").WithHint("write channel: use lines"))
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			channel := n.Content[i]
			r.Mark(useOf{into, channel.Value}, channel)
			var use Use
			strict.Enum(r.Reader, &use, "use", allUses...)(n.Content[i+1])
			if _, twice := (*into)[channel.Value]; twice {
				r.Fail(channel, fault("duplicate-key", "uses have the key %q twice", channel.Value).WithHint("keep one of them"))
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
