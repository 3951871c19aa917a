package extract

import (
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// conditions turns where into SQL, and wants every table that comes in
// deliveries to be cut to years that the dossier asks for.
func (d *Design) conditions(r *relation) error {
	var years []int
	for _, v := range r.Where {
		f := r.column(v.Name)
		if f == nil {
			var names []string
			for _, x := range r.source.columns {
				names = append(names, x.name)
			}
			return fault("study-extract", "%s has no column %s", r.name, v.Name).At(v.Pos).
				WithHint("%s", diag.DidYouMean(v.Name, names, "its columns: "+strings.Join(names, ", ")))
		}
		text := d.plan.Resolved(v)
		condition, year, ok := equals(*f, text)
		if !ok {
			return fault("study-extract", "column %s is compared with something else than it holds", v.Name).At(v.Pos).
				WithHint("write a year for a date or a month, a whole number for a number")
		}
		r.where = append(r.where, condition)
		if year > 0 {
			years = append(years, year)
		}
	}
	if r.table == nil || r.table.Delivery == nil {
		return nil
	}
	asked := d.dossier.YearsOf(r.table.Name)
	if len(years) == 0 || slices.ContainsFunc(years, func(y int) bool { return !slices.Contains(asked, y) }) {
		return refuse("not-asked", "the extract %s is not cut to years of %s that the dossier asks for", r.Name, r.table.Name).At(r.Pos).
			WithHint("write where: {a date or month: a year of the dossier}")
	}
	return nil
}

// equals is the condition that a column has a value; a date or a month is
// compared by its year, which it gives.
func equals(f field, text string) (condition string, year int, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	whole := err == nil
	c := col(alias(0), f.name)
	number := strconv.FormatInt(n, 10)
	kind := catalog.Type("")
	if f.zone != nil && f.part == nil {
		kind = f.zone.Type
	}
	switch {
	case f.sqlType == "DATE":
		return "year(" + c + ") = " + number, int(n), whole && n > 0
	case kind == catalog.TypeMonth:
		return c + " // 100 = " + number, int(n), whole && n > 0
	case kind == catalog.TypeYear:
		return c + " = " + number, int(n), whole && n > 0
	case f.unit != "" || kind == catalog.TypeID:
		return "", 0, false // identifiers are never compared with values
	case f.sqlType == "VARCHAR":
		return c + " = " + quoted(text), 0, true
	}
	return c + " = " + number, 0, whole
}

// stepYears wants what a step reads, and the years that it was asked for, to be
// in the dossier. An argument that reads as a year is one.
func (d *Design) stepYears(s source, step study.Step) error {
	var asked []int
	for _, ref := range s.macro.Zones {
		name, _, _ := strings.Cut(ref, ".")
		table := d.cat.Table(name)
		if table == nil || table.Delivery == nil {
			continue
		}
		years := d.dossier.YearsOf(name)
		if len(years) == 0 {
			return refuse("not-asked", "the step %s reads %s, of which the dossier asks for no year", s.name, name).At(step.Pos).
				WithHint("add the table to the dossier's years")
		}
		asked = append(asked, years...)
	}
	for _, v := range step.With {
		n, err := strconv.Atoi(d.plan.Resolved(v))
		if err == nil && n >= 1900 && n <= 2100 && !slices.Contains(asked, n) {
			return refuse("not-asked", "the step %s is of the year %d, which the dossier does not ask for", s.name, n).At(v.Pos).
				WithHint("add the year to the dossier, or take another one")
		}
	}
	return nil
}

// selected makes the condition that a row belongs to an extract above.
func (d *Design) selected(r *relation) error {
	if r.Of == "" {
		return nil
	}
	name, column := r.Extract.Source()
	i := slices.IndexFunc(d.relations, func(x *relation) bool { return x.Name == name })
	other := d.relations[i]
	if column == "" {
		column = other.owner
	}
	own := r.By
	if own == "" {
		own = r.owner
	}
	a, b := r.column(own), other.column(column)
	if a == nil || b == nil {
		return fault("study-extract", "the rows of %s cannot be compared with those of %s", r.Name, name).At(r.Pos).
			WithHint("write of: EXTRACT.COLUMN and by: COLUMN")
	}
	unit := d.unitOf(r.source, a.name)
	if unit != d.unitOf(other.source, b.name) || unit == "" && (a.coding == "" || a.coding != b.coding) {
		return fault("study-extract", "%s of %s and %s of %s are not numbers of the same", a.name, r.Name, b.name, name).At(r.Pos).
			WithHint("compare identifiers of one unit, or zones of one coding")
	}
	r.where = append(r.where, col(alias(0), a.name)+" IN (SELECT k FROM "+temp(other.keys(b.name))+")")
	other.wanted(b.name)
	return nil
}
