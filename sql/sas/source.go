package sas

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The statements SET, MERGE and UPDATE.

// sourceOptions are those of the statement, not of a data set.
type sourceOptions struct {
	end, nobs string
	unchecked bool // UPDATEMODE=NOMISSINGCHECK: missing values overwrite too
}

func (p *parser) sourceOptions() (o sourceOptions) {
	for p.err == nil && !p.done() {
		option := p.name()
		p.want("=")
		switch option {
		case "end":
			o.end = p.name()
		case "nobs":
			o.nobs = p.name()
		case "updatemode":
			mode := p.name()
			if o.unchecked = mode == "nomissingcheck"; !o.unchecked && mode != "missingcheck" {
				p.fail("updatemode=%s is not understood", mode)
			}
		default:
			p.fail("the option %s= is not understood here", option)
		}
	}
	return o
}

func (d *dataStep) readSource(op string, p *parser) error {
	refs := p.setRefs()
	options := p.sourceOptions()
	if p.err != nil {
		return p.err
	}
	inputs, err := d.openAll(refs)
	if err != nil {
		return err
	}
	first := len(d.src.inputs) == 0
	switch {
	case len(inputs) == 0:
		return fmt.Errorf("%s without a data set is not understood", op)
	case !first && (op != "set" || len(d.by) > 0 || len(inputs) > 1 || len(d.src.inputs) > 1):
		return fmt.Errorf("a second %s in a step is understood for single data sets without by alone", op)
	case options.unchecked && op != "update":
		return fmt.Errorf("updatemode= is an option of update")
	case !first:
		inputs = append(slices.Clone(d.src.inputs), inputs...)
		d.byPlace(inputs, "JOIN")
	case op == "update":
		if err := d.byKeys(op, inputs, options); err != nil {
			return err
		}
	case len(inputs) == 1:
		d.single(inputs[0])
	case op == "set":
		d.concatenate(inputs)
		d.risk(d.src.columns, func(c *column) bool {
			return !slices.ContainsFunc(inputs, func(in *input) bool { return in.sql[c.name] == "" })
		})
	case len(d.by) == 0:
		d.byPlace(inputs, "FULL JOIN")
		d.risk(d.src.columns, func(*column) bool { return false })
	default:
		if err := d.byKeys(op, inputs, options); err != nil {
			return err
		}
	}
	for _, in := range inputs {
		d.src.inputs = append(d.src.inputs, in)
		if !in.rel.known && len(inputs) > 1 {
			return fmt.Errorf("the columns of %s must be known here: say what they are in the mapping file", in.ref.name)
		}
	}
	d.adopt()
	for _, in := range inputs {
		if in.ref.in != "" {
			d.flags = append(d.flags, in.ref.in)
			d.inFlag(in, len(inputs) == 1)
		}
	}
	d.sourceFlags(options, inputs)
	return nil
}

// byKeys puts the rows of data sets together by their keys: MERGE and UPDATE.
func (d *dataStep) byKeys(op string, inputs []*input, options sourceOptions) error {
	if err := d.whereEach(inputs); err != nil {
		return err
	}
	for _, b := range d.by {
		for _, in := range inputs {
			if _, ok := in.sql[b]; !ok {
				return fmt.Errorf("%s has no variable %s, or its columns are not known", in.ref.name, b)
			}
		}
	}
	if op == "update" {
		return d.updateBy(inputs, !options.unchecked)
	}
	d.mergeBy(inputs)
	return nil
}

// whereEach applies the statements WHERE to each data set of a merge as it is read.
func (d *dataStep) whereEach(inputs []*input) error {
	for i := d.from; i < d.to; i++ {
		s := &d.p.statements[i]
		if s.first() != "where" || s.assigns() {
			continue
		}
		for _, in := range inputs {
			if err := d.restrict(in, s.tokens[1:]); err != nil {
				return err
			}
		}
		d.filtered = true
	}
	return nil
}

// assigns tells whether a statement is an assignment to its first word.
func (s *statement) assigns() bool {
	return len(s.tokens) > 1 && s.tokens[1].kind == opToken && s.tokens[1].text == "="
}

// openAll opens the data sets that a statement names; one that ends in : is all
// whose names begin so.
func (d *dataStep) openAll(refs []setRef) (inputs []*input, err error) {
	for _, ref := range refs {
		names := []string{ref.name}
		if stem, ok := strings.CutSuffix(setName(ref.name), ":"); ok {
			names = slices.DeleteFunc(slices.Sorted(maps.Keys(d.p.sets)), func(n string) bool { return !strings.HasPrefix(n, stem) })
			if len(names) == 0 {
				return nil, fmt.Errorf("no data set is known that begins with %s", stem)
			}
		}
		for _, n := range names {
			ref.name = n
			in, err := d.open(ref)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, in)
		}
	}
	return inputs, nil
}

// sourceFlags are the variables of end= and nobs=.
func (d *dataStep) sourceFlags(o sourceOptions, inputs []*input) {
	if o.end != "" {
		d.hidden[o.end] = true
		d.variable(o.end)
		d.ends = o.end
	}
	if o.nobs != "" {
		d.hidden[o.nobs] = true
		var parts []string
		for _, in := range inputs {
			parts = append(parts, "(SELECT count(*) FROM "+in.rel.name+")")
		}
		d.variable(o.nobs)
		d.env[o.nobs] = val{sql: strings.Join(parts, " + "), kind: numberKind, prec: precSum, sure: true}
	}
}

// lastRow is the variable of end=: the row is the last that is read.
func (d *dataStep) lastRow() val {
	return d.column("last_row", val{sql: "row_number() OVER (" + d.across() + " DESC) = 1", cond: true, sure: true, window: true})
}

// byPlace pairs rows by their places: the first with the first. An inner join ends
// with the shortest data set, as several SETs do; a full one with the longest.
func (d *dataStep) byPlace(inputs []*input, join string) {
	columns := d.union(inputs)
	number := func(in *input) string { return in.alias + "._i" }
	alias(inputs)
	d.src = rowSource{columns: columns, sql: plainNames(columns), needs: func(numbering) {
		for _, in := range inputs {
			in.need(numbering{row: true})
		}
	}}
	d.src.from = func(n numbering) ([]string, string) {
		var ctes, places []string
		from := ""
		for i, in := range inputs {
			ctes = append(ctes, in.subquery(d, columns, "row_number() OVER (ORDER BY _row) AS _i"))
			if i == 0 {
				from = in.alias
			} else {
				from += "\n    " + join + " " + in.alias + " ON " + number(in) + " = " + coalesce(places)
			}
			places = append(places, number(in))
		}
		var list []string
		for _, c := range columns {
			list = append(list, d.last(inputs, c, func(in *input) string { return number(in) + " IS NOT NULL" })+" AS "+sqlName(c.name))
		}
		for _, in := range inputs {
			if in.ref.in != "" {
				list = append(list, number(in)+" IS NOT NULL AS "+sqlName("in_"+in.ref.in))
			}
		}
		if n.row {
			list = append(list, coalesce(places)+" AS _row")
		}
		return append(ctes, "side_by_side AS (\n  SELECT "+strings.Join(list, ",\n    ")+"\n  FROM "+from+"\n)"), "side_by_side"
	}
}

// coalesce is the first of several columns that is there.
func coalesce(columns []string) string {
	if len(columns) == 1 {
		return columns[0]
	}
	return "coalesce(" + strings.Join(columns, ", ") + ")"
}

// firstRowSet tells whether a statement is if _n_ = 1 then set ...
func firstRowSet(tokens []token) bool {
	want := []string{"if", "_n_", "=", "1", "then", "set"}
	if len(tokens) <= len(want) {
		return false
	}
	for i, w := range want {
		if text := tokens[i].text; text != w && !(w == "=" && text == "eq") {
			return false
		}
	}
	return true
}

// once reads the first row of a data set before all others: if _n_ = 1 then set x.
// Its variables keep their values.
func (d *dataStep) once(p *parser) error {
	refs := p.setRefs()
	if p.err == nil && !p.done() {
		p.fail("the option %s is not understood here", p.peek().original)
	}
	if p.err != nil {
		return p.err
	}
	inputs, err := d.openAll(refs)
	if err != nil {
		return err
	}
	if len(inputs) != 1 || inputs[0].ref.in != "" || inputs[0].placed() {
		return fmt.Errorf("this way to read a single row is not understood")
	}
	in := inputs[0]
	if !in.rel.known {
		return fmt.Errorf("the columns of %s must be known here: say what they are in the mapping file", in.ref.name)
	}
	from := " FROM " + in.rel.name + in.condition(" ") + " LIMIT 1)"
	if !in.rel.uniqueBy(nil) {
		in.ref.obs = 1
		from = " FROM " + (&relation{name: in.rel.name, base: in.rel.base, numbering: numbering{row: true}}).ref() + in.condition(" ") + " ORDER BY _row LIMIT 1)"
	}
	d.singles = append(d.singles, in)
	for _, c := range in.list {
		if _, taken := d.env[c.name]; taken {
			return fmt.Errorf("%s is read from two data sets, once for all and in every row", c.name)
		}
		d.variable(c.name)
		d.risky[c.name], d.steady[c.name] = true, true
		d.kinds[c.name], d.lengths[c.name], d.formats[c.name] = c.kind, c.length, c.format
		d.env[c.name] = val{sql: "(SELECT " + in.sql[c.name] + from, kind: c.kind, prec: precAtom, length: c.length}
	}
	return nil
}
