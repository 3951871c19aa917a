package guard

import (
	"fmt"
	"slices"
	"strings"

	"epsql/macros"
	"epsql/sql/ast"
	"epsql/sql/diag"
)

// Explain tells the leaves, the SQL for the person engine, the rule of every
// cell and what will be masked.
func (p *Plan) Explain() string {
	var b strings.Builder
	zero := "none is masked too"
	if p.rules.zeroSafe {
		zero = "none is published: " + p.channel.ZeroWhy
	}
	fmt.Fprintf(&b, "channel %s: a cell needs at least %d of each protected unit (%s); masked cells read %q\n",
		p.channel.ID, p.rules.threshold, zero, p.channel.Mask)
	if d := describeDominance(p.rules.dominance); d != "" {
		fmt.Fprintf(&b, "%s\n", d)
	}
	if p.channel.Round > 1 {
		fmt.Fprintf(&b, "counts are shown as multiples of %d\n", p.channel.Round)
	}
	for _, l := range p.leaves {
		l.explain(&b)
		if p.merges(l) {
			fmt.Fprintf(&b, "  with a text among the keys, rows under the threshold become one, %s, masked unless enough stand behind all of it\n", p.channel.Others)
		}
	}
	for _, f := range p.families {
		f.explain(&b)
	}
	p.explainOverlap(&b)
	fmt.Fprintf(&b, "\nabove the wall, on masked cells only:\n  %s\n", p.sql)
	for _, w := range p.warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	return b.String()
}

func (l *leaf) explain(b *strings.Builder) {
	if l.public {
		fmt.Fprintf(b, "\n%s: public data, not masked\n  %s\n", l.table(), l.sql)
		return
	}
	if l.shadow {
		fmt.Fprintf(b, "\n%s: counted to know what others have in common, never shown\n  %s\n", l.table(), l.sql)
		return
	}
	fmt.Fprintf(b, "\n%s: cells over persons\n  %s\n", l.table(), l.sql)
	for _, k := range l.keys {
		domain := "open list: rows under the threshold are not listed"
		if k.domain != nil {
			domain = fmt.Sprintf("closed list of %d values", len(k.domain))
		}
		fmt.Fprintf(b, "  key %s: %s\n", k.label, domain)
	}
	if len(l.keys) > 0 && l.complete() {
		b.WriteString("  every combination of the keys is listed, masked where few stand behind it\n")
	}
	for _, u := range l.units {
		fmt.Fprintf(b, "  every cell: %s\n", l.unitRule(u))
	}
	for i, c := range l.cells {
		fmt.Fprintf(b, "  cell a%d, %s:", i, c.label)
		if len(c.checks) == 0 {
			b.WriteString(" the rule of the group")
		}
		for _, k := range c.checks {
			b.WriteString("\n    " + l.checks[k].explain())
		}
		b.WriteString("\n")
	}
}

// explain tells which leaves are protected together.
func (f *family) explain(b *strings.Builder) {
	if len(f.members) < 2 {
		return
	}
	var names []string
	for _, m := range f.members {
		names = append(names, m.leaf.table())
	}
	fmt.Fprintf(b, "\n%s hold totals and parts of each other:\n  where a masked cell could be worked out from them, further cells are masked, small or not\n", strings.Join(names, ", "))
}

// explainOverlap tells which leaves are compared by the persons behind them.
func (p *Plan) explainOverlap(b *strings.Builder) {
	leaves := p.unlike()
	if len(leaves) == 1 {
		fmt.Fprintf(b, "\n%s has several conditions:\n  of cells of a row of which a combination is about few, the last is masked, small or not\n", leaves[0].table())
	}
	if len(leaves) > 1 {
		var names []string
		for _, l := range leaves {
			names = append(names, l.table())
		}
		fmt.Fprintf(b, "\n%s are over unlike rows, so who stands behind them is compared:\n  of cells of which a combination is about few, the last is masked, small or not; totals come before parts\n", strings.Join(names, ", "))
	}
}

func (l *leaf) unitRule(u unitRef) string {
	how := "distinct " + u.unit + "s, counted exactly"
	if u.bits {
		how = u.unit + "s, counted at least (hashed to 64 bits)"
	}
	if !u.must {
		return "none or enough " + how
	}
	return "enough " + how
}

func (c check) explain() string {
	switch {
	case c.only != nil:
		return "enough members counted"
	case c.twoSided && c.full:
		return "enough with and enough without: " + c.condition
	case c.twoSided:
		return "enough with, and none or enough without: " + c.condition
	}
	if c.spare {
		return "none or enough with: " + c.condition
	}
	return "enough with: " + c.condition
}

// exceptional is the share of masked cells up to which masking is normal.
const exceptional = 0.2

// summary says what was masked. Everything in it follows from the answer itself
// and from the plan.
func (g *Guard) summary(p *Plan, res *Result, r rules) Summary {
	s := Summary{Channel: p.channel.ID, Mask: p.channel.Mask, ByRule: map[string]int{}, Notes: slices.Clone(p.warnings)}
	collide := 0 // masked for what left before: larger classes would not help
	for _, row := range res.rows {
		for i, c := range row {
			if res.masks[i] {
				s.Cells++
			}
			if c.Masked {
				s.Masked++
				if c.rules == history {
					collide++
				}
				for _, d := range r.describe(c.rules) {
					s.ByRule[d]++
				}
			}
		}
	}
	if s.Cells > 0 && float64(s.Masked-collide) > exceptional*float64(s.Cells) {
		note := "masking is not exceptional here: over a fifth of the cells are masked"
		if k := p.finestKey(); k != "" {
			note += "; coarsen " + k + " (fewer, larger classes)"
		}
		s.Notes = append(s.Notes, note)
	}
	return s
}

// finestKey is the key with the most possible values.
func (p *Plan) finestKey() string {
	best, label := 0, ""
	for _, l := range p.leaves {
		for _, k := range l.keys {
			n := len(k.domain)
			if k.domain == nil {
				n = maxGrid + 1
			}
			if !l.public && n > best {
				best, label = n, k.label
			}
		}
	}
	return label
}

// checkChoice compares an argument with the values that its parameter takes.
func (p *planner) checkChoice(param macros.Param, a ast.Expr, name string) error {
	c, ok := a.(*ast.Const)
	if !ok || len(param.Choices) == 0 || slices.Contains(param.Choices, c.Text) {
		return nil
	}
	return p.fail(a, "argument", "%s does not take this value for %s", name, param.Name).
		WithHint("%s", diag.DidYouMean(c.Text, param.Choices, "one of: "+strings.Join(param.Choices, ", ")))
}

// checkArguments compares the arguments of a macro call with its parameters.
func (p *planner) checkArguments(params []macros.Param, call *ast.Func, name string) error {
	given := map[string]bool{}
	var names []string
	for _, x := range params {
		names = append(names, x.Name)
	}
	for i, a := range call.Args {
		n, named := call.Named[i]
		switch {
		case named && !slices.Contains(names, n):
			return p.fail(a, "argument", "%s has no parameter %s", name, n).WithHint("%s", diag.DidYouMean(n, names, "its parameters: "+strings.Join(names, ", ")))
		case !named && i >= len(params):
			return p.fail(a, "argument", "%s takes %d arguments", name, len(params)).WithHint("its parameters: %s", strings.Join(names, ", "))
		case !named:
			n = params[i].Name
		}
		given[n] = true
		if err := p.checkChoice(params[slices.Index(names, n)], a, name); err != nil {
			return err
		}
	}
	for _, x := range params {
		if x.Default == "" && !given[x.Name] {
			return p.fail(call, "argument", "%s needs the argument %s", name, x.Name).WithHint("write %s(%s)", name, strings.Join(names, ", "))
		}
	}
	return nil
}
