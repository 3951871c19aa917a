package synth

import (
	"slices"
	"strconv"
	"strings"
)

// concept is something the world knows about a row: who, when, how much.
type concept struct {
	level level
	needs subject
	op    op
}

// subject is what a row is about: some concepts are known of some rows only.
type subject int

const (
	aPerson subject = 1 << iota
	aClaim
	aProvider
)

// concepts are all of them but the providers and the items' own attributes.
var concepts = map[string]concept{
	"person.id": {perPerson, aPerson, func(s *scene, out []byte) []byte { return s.appendID(out, s.p) }},
	"person.birth_year": {perPerson, aPerson, func(s *scene, out []byte) []byte {
		return strconv.AppendInt(out, int64(s.p.bornYear), 10)
	}},
	"person.sex": {perPerson, aPerson, func(s *scene, out []byte) []byte {
		if s.p.male {
			return append(out, "male"...)
		}
		return append(out, "female"...)
	}},
	"person.role": {perPerson, aPerson, func(s *scene, out []byte) []byte {
		if s.holder(s.p) == s.p {
			return append(out, roleNames[holder]...)
		}
		return append(out, roleNames[s.p.role]...)
	}},
	"person.death_month": {perPerson, aPerson, func(s *scene, out []byte) []byte {
		if s.p.died == never || s.p.died > s.to {
			return out
		}
		return s.w.cal.appendMonth(out, s.w.cal.days[s.p.died].month)
	}},
	"household.holder": {perPerson, aPerson, func(s *scene, out []byte) []byte { return s.appendID(out, s.holder(s.p)) }},
	"household.head":   {perPerson, aPerson, func(s *scene, out []byte) []byte { return s.appendID(out, &s.h.members[0]) }},
	"place.code":       {perPerson, 0, func(s *scene, out []byte) []byte { return append(out, s.w.places[s.place].code...) }},
	"sector.suffix":    {perPerson, 0, func(s *scene, out []byte) []byte { return append(out, s.w.suffixes[s.sector]...) }},

	"delivery.insurer": {perPerson, aPerson, func(s *scene, out []byte) []byte {
		return append(out, s.w.recipe.Insurers[s.insurer].Code...)
	}},
	"delivery.year":    {perRow, 0, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, int64(s.delivery.year), 10) }},
	"delivery.quarter": {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, int64(s.delivery.quarter), 10) }},
	"delivery.version": {perRow, 0, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, int64(s.delivery.version), 10) }},
	"delivery.month":   {perRow, 0, func(s *scene, out []byte) []byte { return s.w.cal.appendMonth(out, s.delivery.month) }},

	"claim.date":       {perRow, aClaim, func(s *scene, out []byte) []byte { return s.appendDay(out, s.claim.date) }},
	"claim.end":        {perRow, aClaim, func(s *scene, out []byte) []byte { return s.appendDay(out, s.claim.end) }},
	"claim.admitted":   {perRow, aClaim, func(s *scene, out []byte) []byte { return s.appendDay(out, s.claim.admitted) }},
	"claim.left":       {perRow, aClaim, func(s *scene, out []byte) []byte { return s.appendDay(out, s.claim.left) }},
	"claim.prescribed": {perRow, aClaim, func(s *scene, out []byte) []byte { return s.appendDay(out, s.claim.prescribed) }},
	"claim.month": {perRow, aClaim, func(s *scene, out []byte) []byte {
		return s.w.cal.appendMonth(out, s.w.cal.days[s.claim.date].month)
	}},
	"claim.booked":     {perRow, aClaim, func(s *scene, out []byte) []byte { return s.w.cal.appendMonth(out, s.claim.booked) }},
	"claim.code":       {perRow, aClaim, func(s *scene, out []byte) []byte { return append(out, s.claim.item.Code...) }},
	"claim.count":      {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, int64(s.claim.count), 10) }},
	"claim.days":       {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, int64(s.claim.days), 10) }},
	"claim.paid":       {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, s.claim.paid, 10) }},
	"claim.copay":      {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, s.claim.copay, 10) }},
	"claim.supplement": {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, s.claim.supplement, 10) }},
	"claim.reduction":  {perRow, aClaim, func(s *scene, out []byte) []byte { return strconv.AppendInt(out, s.claim.reduction, 10) }},
	"claim.net": {perRow, aClaim, func(s *scene, out []byte) []byte {
		return strconv.AppendInt(out, s.claim.paid-s.claim.reduction, 10)
	}},

	"provider.group": {perRow, aProvider, func(s *scene, out []byte) []byte { return append(out, s.w.groups[s.prov.group].Name...) }},
	"provider.place": {perRow, aProvider, func(s *scene, out []byte) []byte {
		return append(out, s.w.places[s.w.home(s.prov)].code...)
	}},
}

// actors are the providers that a format can write.
var actors = map[string]struct {
	needs subject
	of    func(s *scene) provider
}{
	"claim.provider":    {aClaim, func(s *scene) provider { return s.claim.provider }},
	"claim.prescriber":  {aClaim, func(s *scene) provider { return s.claim.prescriber }},
	"claim.institution": {aClaim, func(s *scene) provider { return s.claim.institution }},
	"claim.payee":       {aClaim, func(s *scene) provider { return s.claim.payee }},
	"provider":          {aProvider, func(s *scene) provider { return s.prov }},
}

func (s *scene) appendID(out []byte, p *person) []byte {
	return appendPadded(out, int(p.id), s.w.ids.digits)
}

func (s *scene) appendDay(out []byte, day int) []byte {
	if day == never {
		return out
	}
	return append(out, s.w.cal.days[day].text[:]...)
}

// appendPadded writes a number with leading zeros.
func appendPadded(out []byte, n, digits int) []byte {
	start := len(out)
	for range digits {
		out = append(out, '0')
	}
	for i := len(out) - 1; i >= start && n > 0; i-- {
		out[i] = byte('0' + n%10)
		n /= 10
	}
	return out
}

// concept compiles {of: …}.
func (w *world) concept(e *Expr) (op, level, error) {
	at := Ref{e.Of, e.Line, e.Col}
	run, lv, needs := op(nil), perRow, subject(0)
	if actor, ok := actors[e.Of]; ok {
		needs = actor.needs
		write, err := w.format(at, e.Format)
		if err != nil {
			return nil, 0, err
		}
		run = func(s *scene, out []byte) []byte {
			if p := actor.of(s); p.group != nobody {
				return write(s, p, out)
			}
			return out
		}
	} else if name, ok := strings.CutPrefix(e.Of, "item."); ok {
		needs = aClaim
		run = func(s *scene, out []byte) []byte { return append(out, s.claim.item.Attrs[name]...) }
	} else if c, ok := concepts[e.Of]; ok {
		run, lv, needs = c.op, c.level, c.needs
	} else if i := w.namedValue(e.Of); i >= 0 {
		return w.value(i)
	} else {
		return nil, 0, w.unknown(at, "concept", w.conceptNames())
	}
	if err := w.known(at, needs); err != nil {
		return nil, 0, err
	}
	if e.Map != nil {
		return mapped(run, e.Map), lv, nil
	}
	return run, lv, nil
}

// known refuses what rows of the kind at hand know nothing of.
func (w *world) known(at Ref, needs subject) error {
	if needs&^w.rowsHave == 0 {
		return nil
	}
	return w.bad(at, "%s is not known in these rows", at.Name)
}

// namedValue finds a named value among those that may be used here; -1 when
// there is none.
func (w *world) namedValue(name string) int {
	return slices.IndexFunc(w.recipe.Values[:w.valuesSeen], func(v ZoneValue) bool { return v.Zone.Name == name })
}

// value compiles a named value, which may use the ones before it.
func (w *world) value(i int) (op, level, error) {
	seen := w.valuesSeen
	defer func() { w.valuesSeen = seen }()
	w.valuesSeen = i
	run, lv, err := w.expr(&w.recipe.Values[i].Value)
	return run, lv, w.inFile("values", err)
}

// mapped replaces what run writes by its code; nothing when it has none.
func mapped(run op, codes map[string]string) op {
	return func(s *scene, out []byte) []byte {
		n := len(out)
		out = run(s, out)
		code := codes[string(out[n:])]
		return append(out[:n], code...)
	}
}

func (w *world) conceptNames() []string {
	var names []string
	for i := range w.recipe.Values[:w.valuesSeen] {
		names = append(names, w.recipe.Values[i].Zone.Name)
	}
	for n := range concepts {
		names = append(names, n)
	}
	for n := range actors {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// format compiles how a provider's number is written: text with {number},
// {check} (97 less the number modulo 97) and {qualification} in it.
func (w *world) format(at Ref, pattern string) (func(*scene, provider, []byte) []byte, error) {
	type part struct {
		text, field string
	}
	var parts []part
	for rest := pattern; rest != ""; {
		before, after, ok := strings.Cut(rest, "{")
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !ok {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if known := []string{"number", "check", "qualification"}; !closed || !slices.Contains(known, name) {
			return nil, w.unknown(Ref{name, at.Line, at.Col}, "part of a number", known)
		}
		parts, rest = append(parts, part{field: name}), tail
	}
	if len(parts) == 0 {
		return nil, w.bad(at, "%s lacks a format", at.Name).WithHint(`write format: "0{number}{check}{qualification}"`)
	}
	return func(_ *scene, p provider, out []byte) []byte {
		for _, pt := range parts {
			switch pt.field {
			case "number":
				out = appendPadded(out, w.number(p), w.groups[p.group].Digits)
			case "check":
				out = appendPadded(out, 97-w.number(p)%97, 2)
			case "qualification":
				out = append(out, w.qualification(p)...)
			default:
				out = append(out, pt.text...)
			}
		}
		return out
	}, nil
}
