package catalog

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"epsql/sql/diag"
)

func (l *loader) checkTables() *diag.Error {
	tables := map[string]bool{}
	for _, t := range l.cat.Tables {
		if err := l.named(&t.Name, "table", tables); err != nil {
			return err
		}
		zones := map[string]bool{}
		for _, z := range t.Zones {
			if err := l.named(&z.ID, "zone", zones); err != nil {
				return err
			}
		}
		for _, z := range t.Zones {
			if err := l.checkZone(z); err != nil {
				return err
			}
		}
		for _, rule := range []func(*Table) *diag.Error{
			l.checkColumns, l.checkOwner, l.checkSelect, l.checkDelivery, l.checkFiles,
		} {
			if err := rule(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) checkZone(z *Zone) *diag.Error {
	for _, rule := range []func(*Zone) *diag.Error{
		l.checkFormat, l.checkZoneRole, l.checkCodes, l.checkSpecials, l.checkValidity, l.checkUse, l.checkCoding, l.checkParts,
	} {
		if err := rule(z); err != nil {
			return err
		}
	}
	return nil
}

// formats are the ways a type can be written in a delivery, the default first.
var formats = map[Type][]string{
	TypeDate:  {"AAAAMMJJ"},
	TypeMonth: {"AAAAMM", "00AAAAMM"},
	TypeYear:  {"AAAA", "AAAA00"},
}

func (l *loader) checkFormat(z *Zone) *diag.Error {
	allowed := formats[z.Type]
	if z.Format == "" {
		if len(allowed) > 0 {
			z.Format = allowed[0]
		}
		return nil
	}
	if len(allowed) == 0 {
		return l.fail(&z.Format, fault("format", "a zone of type %s has no format", z.Type).WithHint("leave format out"))
	}
	return l.known(&z.Format, "format", allowed)
}

func (l *loader) checkZoneRole(z *Zone) *diag.Error {
	if len(z.Parts) > 0 {
		if z.Role == RoleRefused || z.Role == RoleIdentifier {
			return l.fail(&z.Role, fault("role", "zone %s has parts: the role of identifier is theirs", z.ID).
				WithHint("say attribute here, and give each part its role"))
		}
		return nil
	}
	if z.Role == RoleRefused {
		return nil
	}
	return l.checkRole(&z.Type, &z.Role, &z.Protects)
}

// checkRole checks that type, role and unit of a column agree: an identifier
// names somebody, is stored as a number and is marked as one.
func (l *loader) checkRole(t *Type, role *Role, protects *string) *diag.Error {
	switch {
	case *role == RoleIdentifier && *protects == "":
		return l.fail(role, fault("role", "an identifier of nobody").WithHint("add protects: with a unit"))
	case *role == RoleIdentifier && *t != TypeID:
		return l.fail(t, fault("role", "an identifier is stored as a number, not as %s", *t).WithHint("write type: id"))
	case *role != RoleIdentifier && *t == TypeID:
		return l.fail(role, fault("role", "type id is for identifiers, not for role %s", *role).WithHint("write role: identifier"))
	case *role != RoleIdentifier && *protects != "":
		return l.fail(protects, fault("role", "only an identifier protects a unit").WithHint("write role: identifier, or leave protects out"))
	case *protects == "":
		return nil
	}
	return l.known(protects, "unit", l.unitIDs())
}

func (l *loader) checkCodes(z *Zone) *diag.Error {
	if len(z.Codes) > 0 && z.CodesFrom != "" {
		return l.fail(&z.CodesFrom, fault("codes", "zone %s has codes of its own and those of a list", z.ID).WithHint("keep one of them"))
	}
	seen := map[string]bool{}
	for i := range z.Codes {
		c := &z.Codes[i]
		if seen[c.Code] {
			return l.fail(&c.Code, fault("duplicate-code", "the code %q is there twice", c.Code).WithHint("keep one of them"))
		}
		seen[c.Code] = true
		if err := l.fits(&c.Code, c.Code, z.Length, "zone "+z.ID); err != nil {
			return err
		}
		if err := l.checkPeriod(&c.From, &c.Until); err != nil {
			return err
		}
	}
	return l.checkCodesFrom(&z.CodesFrom, z.Length, "zone "+z.ID)
}

// fits checks that a value is not longer than its place; place is its address.
func (l *loader) fits(place any, value string, length int, what string) *diag.Error {
	if n := utf8.RuneCountInString(value); length > 0 && n > length {
		return l.fail(place, fault("too-long", "%q has %d characters, %s only %d", value, n, what, length).
			WithHint("correct the value or the length"))
	}
	return nil
}

// checkCodesFrom checks that the list exists and its codes fit.
func (l *loader) checkCodesFrom(name *string, length int, what string) *diag.Error {
	if *name == "" {
		return nil
	}
	lists := ids(l.cat.Lists, func(c *CodeList) string { return c.Name })
	slices.Sort(lists)
	if err := l.known(name, "code list", slices.Compact(lists)); err != nil {
		return err
	}
	codes, _ := l.cat.ListCodes(*name)
	for _, code := range codes {
		if err := l.fits(name, code, length, what); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) checkSpecials(z *Zone) *diag.Error {
	for i := range z.Specials {
		if err := l.fits(&z.Specials[i].Value, z.Specials[i].Value, z.Length, "zone "+z.ID); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) checkValidity(z *Zone) *diag.Error {
	for i := range z.Validity {
		if err := l.checkPeriod(&z.Validity[i].From, &z.Validity[i].Until); err != nil {
			return err
		}
	}
	return nil
}

// checkPeriod checks two inclusive bounds, AAAAMM or AAAAMMJJ, empty when open.
func (l *loader) checkPeriod(from, until *string) *diag.Error {
	for _, bound := range []*string{from, until} {
		if b := *bound; b != "" && !isMonth(b) && !(len(b) == 8 && isDigits(b) && isMonth(b[:6])) {
			return l.fail(bound, fault("validity", "%q is not a month or a day", b).WithHint("write 200612 or 20061231"))
		}
	}
	if *from != "" && *until != "" && *from > *until {
		return l.fail(until, fault("validity", "the period ends before it starts").WithHint("exchange from and until"))
	}
	return nil
}

func (l *loader) checkUse(z *Zone) *diag.Error {
	channels := l.channelIDs()
	for _, channel := range slices.Sorted(maps.Keys(z.Use)) {
		if !slices.Contains(channels, channel) {
			return l.fail(useOf{&z.Use, channel}, fault("unknown-channel", "there is no channel %q", channel).
				WithHint("%s", diag.DidYouMean(channel, channels, "known are: "+strings.Join(channels, ", "))))
		}
	}
	return nil
}

func (l *loader) checkParts(z *Zone) *diag.Error {
	var used []span
	for _, p := range z.Parts {
		s := span{name: p.Column, first: p.Start, last: p.Start + p.Length - 1}
		if p.Start < 1 || p.Length < 1 || s.last > z.Length {
			return l.fail(p, fault("position", "part %s stands at %d-%d, outside the %d characters of zone %s",
				p.Column, s.first, s.last, z.Length, z.ID).WithHint("correct start or length"))
		}
		if other, at := s.overlaps(used); at > 0 {
			return l.fail(p, fault("overlap", "part %s overlaps part %s at position %d", p.Column, other, at).
				WithHint("correct start or length of one of them"))
		}
		used = append(used, s)
		if err := l.checkRole(&p.Type, &p.Role, &p.Protects); err != nil {
			return err
		}
		if err := l.checkCodesFrom(&p.CodesFrom, p.Length, "part "+p.Column); err != nil {
			return err
		}
	}
	return nil
}

// checkColumns checks that no two columns of a table have the same name.
func (l *loader) checkColumns(t *Table) *diag.Error {
	seen := map[string]bool{}
	for _, z := range t.Zones {
		if len(z.Parts) == 0 && z.Role != RoleRefused {
			seen[strings.ToLower(z.ID)] = true
		}
	}
	for _, z := range t.Zones {
		for _, p := range z.Parts {
			if p.Column != strings.ToLower(p.Column) {
				return l.fail(&p.Column, fault("bad-name", "column %q has capitals", p.Column).WithHint("write %s", strings.ToLower(p.Column)))
			}
			if err := l.named(&p.Column, "column", seen); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) checkOwner(t *Table) *diag.Error {
	if t.Owner == "" {
		return nil
	}
	var identifiers []string
	for _, c := range t.Columns() {
		if c.Role == RoleIdentifier {
			identifiers = append(identifiers, c.Name)
		}
	}
	return l.known(&t.Owner, "identifier", identifiers)
}

func zoneIDs(t *Table) []string { return ids(t.Zones, func(z *Zone) string { return z.ID }) }

func (l *loader) checkSelect(t *Table) *diag.Error {
	if t.Select == nil {
		return nil
	}
	if err := l.known(&t.Select.Zone, "zone", zoneIDs(t)); err != nil {
		return err
	}
	codes, listed := l.cat.Known(Column{Zone: t.Zone(t.Select.Zone)})
	for i := range t.Select.Codes {
		if err := l.known(&t.Select.Codes[i], "code", codes); listed && err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) checkDelivery(t *Table) *diag.Error {
	d := t.Delivery
	if d == nil {
		return nil
	}
	named := []*Slice{&d.Version, &d.Insurer}
	for i := range d.Key {
		named = append(named, &d.Key[i])
	}
	for i := range d.Period {
		named = append(named, &d.Period[i])
	}
	for _, s := range named {
		if err := l.checkSlice(t, s); err != nil {
			return err
		}
	}
	return l.checkReported(d)
}

func (l *loader) checkSlice(t *Table, s *Slice) *diag.Error {
	if err := l.known(&s.Zone, "zone", zoneIDs(t)); err != nil {
		return err
	}
	length := t.Zone(s.Zone).Length
	if s.Length > 0 && (s.Start < 1 || s.Start+s.Length-1 > length) {
		return l.fail(s, fault("position", "the slice stands at %d-%d, outside the %d characters of zone %s",
			s.Start, s.Start+s.Length-1, length, s.Zone).WithHint("correct start or length"))
	}
	return nil
}

// checkReported checks that insurer and period are parts of the delivery's name.
func (l *loader) checkReported(d *DeliveryRule) *diag.Error {
	reported := []*Slice{&d.Insurer}
	for i := range d.Period {
		reported = append(reported, &d.Period[i])
	}
	for _, s := range reported {
		if !slices.Contains(d.Key, *s) {
			return l.fail(s, fault("delivery", "a slice of zone %s that the key does not have", s.Zone).
				WithHint("insurer and period repeat slices of the key"))
		}
	}
	return nil
}
