package dossier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
)

// Check compares a dossier with the catalogue and the macros. A name that nothing
// bears, and a zone that never leaves, are errors at their place; papers that are
// missing are one refusal that lists them all. today is the day it is looked at:
// no paper is younger.
func (d *Dossier) Check(cat *catalog.Catalog, reg *macros.Registry, today time.Time) error {
	c := &check{Dossier: d, cat: cat, reg: reg}
	channel, request, err := c.findRequest()
	if err != nil {
		return err
	}
	for _, rule := range []func() error{
		func() error { return c.checkPapers(request, today) },
		func() error { return c.checkRetention(channel) },
		c.checkYears,
		func() error { return c.checkZones(channel) },
	} {
		if err := rule(); err != nil {
			return err
		}
	}
	return c.missing(channel, request)
}

type check struct {
	*Dossier
	cat *catalog.Catalog
	reg *macros.Registry
}

// request finds the kind of request among those of the channel.
func (c *check) findRequest() (*catalog.Channel, *catalog.Request, error) {
	var channels, requests []string
	for _, ch := range c.cat.Channels {
		if ch.Rows {
			channels = append(channels, ch.ID)
		}
	}
	channel := c.cat.Channel(c.Channel)
	if channel == nil || !channel.Rows {
		return nil, nil, fault("dossier-channel", "%s is no channel by which rows leave", c.Channel).At(c.at[&c.Dossier.Channel]).
			WithHint("%s", diag.DidYouMean(c.Channel, channels, "one of: "+strings.Join(channels, ", ")))
	}
	request := channel.Request(c.Request)
	if request == nil {
		for _, q := range channel.Requests {
			requests = append(requests, q.ID)
		}
		return nil, nil, fault("dossier-request", "channel %s knows no request %s", channel.ID, c.Request).At(c.at[&c.Dossier.Request]).
			WithHint("%s", diag.DidYouMean(c.Request, requests, "one of: "+strings.Join(requests, ", ")))
	}
	return channel, request, nil
}

// papers looks at those that are there.
func (c *check) checkPapers(request *catalog.Request, today time.Time) error {
	var known []string
	for _, p := range request.Papers {
		known = append(known, p.ID)
	}
	for _, p := range c.Papers {
		if !slices.Contains(known, p.ID) {
			return fault("dossier-paper", "a request %s knows no paper %s", request.ID, p.ID).At(p.Pos).
				WithHint("%s", diag.DidYouMean(p.ID, known, "its papers: "+strings.Join(known, ", ")))
		}
		if p.Date > today.Format(time.DateOnly) {
			return fault("dossier-paper", "the paper %s is of a day to come", p.ID).At(p.Pos).WithHint("correct its date, or wait for the paper")
		}
	}
	for _, x := range c.Circumstances {
		if names := request.Circumstances(); !slices.Contains(names, x.Name) {
			return fault("dossier-circumstance", "a request %s depends on no circumstance %s", request.ID, x.Name).At(x.Pos).
				WithHint("%s", diag.DidYouMean(x.Name, names, "it depends on: "+strings.Join(names, ", ")))
		}
	}
	return nil
}

func (c *check) checkRetention(channel *catalog.Channel) error {
	if c.Retention > channel.Retention.Rows {
		return diag.New(diag.Guard, "dossier-retention", "rows of channel %s are kept for %d months at most", channel.ID, channel.Retention.Rows).
			At(c.at[&c.Dossier.Retention]).WithHint("write retention: %d, or leave it out", channel.Retention.Rows)
	}
	return nil
}

func (c *check) checkYears() error {
	var known []string
	for _, t := range c.cat.Tables {
		if t.Delivery != nil {
			known = append(known, t.Name)
		}
	}
	for _, y := range c.Years {
		if !slices.Contains(known, y.Table) {
			return fault("dossier-years", "no table %s comes in deliveries of periods", y.Table).At(y.Pos).
				WithHint("%s", diag.DidYouMean(y.Table, known, "one of: "+strings.Join(known, ", ")))
		}
	}
	return nil
}

// zones wants every zone and column to exist, and no zone that never leaves.
func (c *check) checkZones(channel *catalog.Channel) error {
	for _, a := range c.Zones {
		if table := c.cat.Table(a.Source); table != nil {
			for _, name := range a.Names {
				if err := c.zone(channel, table, name); err != nil {
					return err
				}
			}
			continue
		}
		m := c.reg.Lookup(a.Source)
		if m == nil {
			return fault("dossier-zones", "%s is neither a table nor a macro", a.Source).At(a.Pos).
				WithHint("%s", diag.DidYouMean(a.Source, c.sources(), "see epsql catalog list and epsql macros list"))
		}
		var columns []string
		for _, col := range m.Columns {
			columns = append(columns, col.Name)
		}
		for _, name := range a.Names {
			if !slices.Contains(columns, name.Name) {
				return fault("dossier-zones", "%s returns no column %s", m.Name, name.Name).At(name.Pos).
					WithHint("%s", diag.DidYouMean(name.Name, columns, "its columns: "+strings.Join(columns, ", ")))
			}
		}
	}
	return nil
}

func (c *check) sources() []string {
	var out []string
	for _, t := range c.cat.Tables {
		out = append(out, t.Name)
	}
	for _, m := range c.reg.All {
		out = append(out, m.Name)
	}
	return out
}

func (c *check) zone(channel *catalog.Channel, table *catalog.Table, name Name) error {
	z := table.Zone(name.Name)
	if z == nil {
		var known []string
		for _, x := range table.Zones {
			known = append(known, x.ID)
		}
		return fault("dossier-zones", "table %s has no zone %s", table.Name, name.Name).At(name.Pos).
			WithHint("%s", diag.DidYouMean(name.Name, known, "see epsql catalog list "+table.Name))
	}
	switch z.Use[channel.ID] {
	case catalog.UseDelivered, catalog.UseRecoded:
		return nil
	case catalog.UseFlag:
		return diag.New(diag.Guard, "flag-only", "zone %s leaves channel %s as a flag only", z.ID, channel.ID).At(name.Pos).
			WithHint("ask for the column of a macro that makes a flag of it")
	}
	return diag.New(diag.Guard, "never-leaves", "zone %s of %s never leaves by channel %s", z.ID, table.Name, channel.ID).At(name.Pos).
		WithHint("take it out: what the catalogue does not allow, no dossier can")
}

// missing lists all that the request wants and the dossier does not have.
func (c *check) missing(channel *catalog.Channel, request *catalog.Request) error {
	var lacking []string
	for _, name := range request.Circumstances() {
		if c.circumstance(name) == nil {
			lacking = append(lacking, fmt.Sprintf("whether %s holds (circumstances)", name))
		}
	}
	for _, p := range request.Papers {
		there := slices.ContainsFunc(c.Papers, func(x Paper) bool { return x.ID == p.ID })
		// Until the dossier says that a circumstance does not hold, its paper is wanted.
		if x := c.circumstance(p.When); !there && (p.When == "" || x == nil || x.Holds) {
			lacking = append(lacking, p.ID+" ("+p.Label.String()+")")
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return diag.New(diag.Guard, "missing-papers", "the dossier lacks what channel %s wants for a request %s:\n  - %s",
		channel.ID, request.ID, strings.Join(lacking, "\n  - ")).At(diag.Pos{File: c.file}).
		WithHint("add each paper with reference and date; nothing leaves before all are there")
}

func (c *check) circumstance(name string) *Circumstance {
	for i := range c.Circumstances {
		if c.Circumstances[i].Name == name {
			return &c.Circumstances[i]
		}
	}
	return nil
}

// Asks tells whether the dossier asks for a zone of a table, or a column of a macro.
func (d *Dossier) Asks(source, name string) bool {
	for _, a := range d.Zones {
		if strings.EqualFold(a.Source, source) && slices.ContainsFunc(a.Names, func(n Name) bool { return strings.EqualFold(n.Name, name) }) {
			return true
		}
	}
	return false
}

// YearsOf are the years of a table that the dossier asks for.
func (d *Dossier) YearsOf(table string) []int {
	for _, y := range d.Years {
		if y.Table == table {
			return y.Years
		}
	}
	return nil
}

// AsksList tells whether the dossier asks for a version of a list ("dmg@2016.1").
func (d *Dossier) AsksList(list string) bool {
	return slices.ContainsFunc(d.Lists, func(n Name) bool { return n.Name == list })
}
