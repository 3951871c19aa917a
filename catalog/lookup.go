package catalog

import "strings"

// Table finds a table by name, case ignored; nil when there is none.
func (c *Catalog) Table(name string) *Table {
	for _, t := range c.Tables {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

// Unit finds a protected unit by id; nil when there is none.
func (c *Catalog) Unit(id string) *Unit {
	for _, u := range c.Units {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// Channel finds a channel by id; nil when there is none.
func (c *Catalog) Channel(id string) *Channel {
	for _, ch := range c.Channels {
		if ch.ID == id {
			return ch
		}
	}
	return nil
}

// Population finds a population by id; nil when there is none.
func (c *Catalog) Population(id string) *Population {
	for _, p := range c.Populations {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// List finds the newest version of a code list (versions compared as text);
// nil when there is none.
func (c *Catalog) List(name string) *CodeList {
	var found *CodeList
	for _, l := range c.Lists {
		if strings.EqualFold(l.Name, name) && (found == nil || l.Version > found.Version) {
			found = l
		}
	}
	return found
}

// Zone finds a zone of the table by id, case ignored; nil when there is none.
func (t *Table) Zone(id string) *Zone {
	for _, z := range t.Zones {
		if strings.EqualFold(z.ID, id) {
			return z
		}
	}
	return nil
}

// Columns are the stored columns of the table in zone order: a composite zone
// gives one column per part, a refused zone none.
func (t *Table) Columns() []Column {
	var out []Column
	for _, z := range t.Zones {
		if z.Role == RoleRefused {
			continue
		}
		if len(z.Parts) == 0 {
			out = append(out, Column{Name: strings.ToLower(z.ID), Zone: z, Type: z.Type, Role: z.Role, Protects: z.Protects})
			continue
		}
		for _, p := range z.Parts {
			out = append(out, Column{Name: p.Column, Zone: z, Part: p, Type: p.Type, Role: p.Role, Protects: p.Protects})
		}
	}
	return out
}

// ColumnByName finds a stored column, case ignored; false when there is none.
func (t *Table) ColumnByName(name string) (Column, bool) {
	for _, c := range t.Columns() {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Column{}, false
}

// CodesFrom names the code list of the column's values; "" when there is none.
func (c Column) CodesFrom() string {
	if c.Part != nil {
		return c.Part.CodesFrom
	}
	return c.Zone.CodesFrom
}

// Domain gives the complete public list of the values a column may have, and
// false when the list is open or unknown. The guard completes tables over it,
// so that the presence of a row tells nothing.
func (c *Catalog) Domain(col Column) ([]string, bool) {
	if col.Part == nil && col.Zone.Open {
		return nil, false
	}
	if list := c.List(col.CodesFrom()); list != nil && list.Open {
		return nil, false
	}
	return c.Known(col)
}

// Known gives the values of a column that the catalogue has a meaning for, open
// list or not, special values included: others are worth a report. False when
// it knows none.
func (c *Catalog) Known(col Column) ([]string, bool) {
	if col.Part != nil {
		return c.ListCodes(col.CodesFrom())
	}
	values, ok := c.ListCodes(col.CodesFrom())
	for _, code := range col.Zone.Codes {
		values, ok = append(values, code.Code), true
	}
	if !ok {
		return nil, false
	}
	for _, special := range col.Zone.Specials {
		if !special.Null {
			values = append(values, special.Value)
		}
	}
	return values, true
}

// ListCodes are the codes of the newest version of a list.
func (c *Catalog) ListCodes(name string) ([]string, bool) {
	list := c.List(name)
	if name == "" || list == nil {
		return nil, false
	}
	values := make([]string, len(list.Rows))
	for i, row := range list.Rows {
		values[i] = row[0]
	}
	return values, true
}
