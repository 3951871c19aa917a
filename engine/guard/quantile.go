package guard

import (
	"slices"
	"strconv"
	"strings"

	"epsql/sql/ast"
)

// A quantile is a value of one person, or lies between the values of two. It is
// answered where as many persons as the threshold asks for have that value, or
// each of the two. Elsewhere the mean of the values around the place is answered:
// those next to it, and all that are the same as the one or two at it. Either way
// as many persons must stand behind these, below them and above. The places are
// multiples of a twentieth, so that no two means differ by one person's value.

// quantiles are the aggregates that ask for a place in the order of values.
var quantiles = []string{"median", "quantile_cont"}

// asksQuantile tells whether a block asks for a quantile.
func (b *block) asksQuantile() bool {
	is := func(e ast.Expr) bool {
		f, ok := e.(*ast.Func)
		return ok && slices.Contains(quantiles, f.Name)
	}
	es := append(slices.Clone(b.items), b.q.Having, b.q.Qualify)
	for _, o := range b.q.Order {
		es = append(es, o.Expr)
	}
	return slices.ContainsFunc(es, func(e ast.Expr) bool { return ast.Any(e, is) })
}

// quantile makes a quantile a cell of the leaves that rank values.
func (x *summit) quantile(f *ast.Func) (value, error) {
	if f.Distinct {
		return value{}, x.b.p.refuse(f, "unsupported", "%s with DISTINCT is not answered", f.Name).WithHint("group by the column first")
	}
	n := slices.Index(x.ranked, f)
	if n < 0 {
		n = len(x.ranked)
		x.ranked = append(x.ranked, f)
	}
	x.b.p.warn("a median or quantile_cont that fewer persons share is the mean of the %d or more values around it, so that no person's value is shown", 2*x.reach()+1)
	i := itoa(n)
	return value{sql: x.alias + ".q" + i, mask: "coalesce(" + x.alias + ".n" + i + ", 1::UTINYINT)", kind: number}, nil
}

// reach is how many values on each side of the place are averaged.
func (x *summit) reach() int { return x.b.p.cfg.Channel.Threshold / 2 }

// place reads the argument and the place of a quantile.
func (x *summit) place(f *ast.Func) (*ast.Func, float64, error) {
	out := *f
	out.Order = nil
	at := "0.5"
	switch {
	case f.Name == "median" && len(f.Args) == 1 && len(f.Order) == 0:
	case f.Name == "quantile_cont" && len(f.Args) == 2 && len(f.Order) == 0 && isConst(f.Args[1]):
		out.Args = f.Args[:1]
		at = constText(f.Args[1])
	case f.Name == "quantile_cont" && len(f.Args) == 1 && len(f.Order) == 1 && !f.Order[0].Descending && isConst(f.Args[0]):
		out.Args = []ast.Expr{f.Order[0].Expr} // WITHIN GROUP
		at = constText(f.Args[0])
	default:
		at = ""
	}
	q, err := strconv.ParseFloat(at, 64)
	if twentieths := q * 20; err != nil || twentieths < 1 || twentieths > 19 || twentieths != float64(int(twentieths+0.5)) {
		return nil, 0, x.b.p.refuse(f, "quantile", "a quantile of persons takes one value and a place of 0.05, 0.10 … 0.95").
			WithHint("write quantile_cont(x, 0.25), and one column for each place")
	}
	return &out, q, nil
}

func constText(e ast.Expr) string {
	if c, ok := e.(*ast.Const); ok && !c.Null {
		return c.Text
	}
	return ""
}

// rankLeaves makes the leaves of the quantiles.
func (x *summit) rankLeaves() error {
	if len(x.ranked) == 0 {
		return nil
	}
	x.places = make([]int, len(x.ranked))
	for i, l := range x.leaves {
		r, err := x.rankLeaf(l, x.sets[i])
		if err != nil {
			return err
		}
		x.ranks = append(x.ranks, r)
	}
	return nil
}

// onlyRanked tells whether a leaf gives nothing that the leaf of its quantiles
// does not give.
func (x *summit) onlyRanked(l *leaf) bool { return len(x.ranked) > 0 && len(l.cells) == 0 }

// rankLeaf is the leaf of the quantiles beside another leaf: over the same rows,
// by the same keys, with the rank of every value within its group.
func (x *summit) rankLeaf(l *leaf, set []int) (*leaf, error) {
	ground, err := x.b.ground()
	if err != nil {
		return nil, err
	}
	st, up := x.b.p.stage(ground.units, ground.supports)
	bare := *ground.s
	bare.aliases = nil
	look := func(e ast.Expr) (value, bool, error) {
		if !isColumn(e) {
			return value{}, false, nil
		}
		v, err := bare.bind(e)
		return v, err == nil, nil
	}
	if up, err = x.b.raised(st, up, look, nil, ground.tail); err != nil {
		return nil, err
	}
	up.s.decided = x.engine.decided
	out := x.leafOf(set)
	out.units, out.grid, out.ranked, out.beside = up.units, l.grid, true, l
	var keys []string
	for i, k := range set {
		v, err := up.s.bind(x.keys[k])
		if err != nil {
			return nil, err
		}
		out.keys[i].sql = v.guarded()
		keys = append(keys, v.guarded())
	}
	var ranks []string
	ranked := map[string]int{}
	for i, f := range x.ranked {
		columns, a, err := x.rank(up, st.alias, keys, i, f, ranked)
		if err != nil {
			return nil, err
		}
		ranks = append(ranks, columns...)
		x.places[i] = out.cell(a, itemName(f, 0))
	}
	out.supported(up.supports, x.engine.decided)
	out.finish(x.b.p.overlapped(" FROM (SELECT "+st.alias+".*, "+strings.Join(ranks, ", ")+up.tail()+") AS "+st.alias, x.asked()))
	return out, nil
}

// rank gives the columns that rank the values of a quantile, and its cell. Places
// among the same values share their columns: ranked tells whose they are.
func (x *summit) rank(up *level, alias string, keys []string, i int, f *ast.Func, ranked map[string]int) ([]string, aggregate, error) {
	f, q, err := x.place(f)
	if err != nil {
		return nil, aggregate{}, err
	}
	v, err := up.s.plain(f.Args[0])
	if err == nil && v.kind != number {
		err = x.b.p.refuse(f, "quantile", "a quantile is taken of numbers").WithHint("write median(date_diff('day', DATE '2008-01-01', x))")
	}
	if err != nil {
		return nil, aggregate{}, err
	}
	mean := *f
	mean.Name = "avg"
	a, err := up.s.aggregate(&mean, 'l')
	if err != nil {
		return nil, aggregate{}, err
	}
	y := v.bounded()
	if f.Filter != nil {
		c, err := up.s.plain(f.Filter)
		if err != nil {
			return nil, aggregate{}, err
		}
		y = "CASE WHEN " + c.guarded() + " THEN " + y + " END"
	}
	first, known := ranked[y]
	if !known {
		first, ranked[y] = i, i
	}
	n, group := "q"+itoa(first), strings.Join(append(slices.Clone(keys), "("+y+") IS NULL"), ", ")
	owner := ownersAmong(up.units)[0].sql
	columns := []string{
		y + " AS " + n + "y",
		"row_number() OVER (PARTITION BY " + group + " ORDER BY (" + y + "), " + owner + ") AS " + n + "r",
		"count(*) OVER (PARTITION BY " + group + ") AS " + n + "n",
		// The first and the last of the rows with this value.
		"rank() OVER (PARTITION BY " + group + " ORDER BY (" + y + ")) AS " + n + "f",
		"count(*) OVER (PARTITION BY " + group + " ORDER BY (" + y + ")) AS " + n + "l",
	}
	if known {
		columns = nil
	}
	k := ranking{columns: alias + "." + n, threshold: x.b.p.cfg.Channel.Threshold}
	k.at = strconv.FormatFloat(q, 'f', -1, 64) + "::DOUBLE * (" + k.columns + "n - 1)"
	return columns, k.cell(a, up.units, x.reach()), nil
}

// ranking is the place of a quantile among ranked values.
type ranking struct {
	columns   string // what the names of the ranks begin with
	at        string // SQL of the place, counted from 0; not always whole
	threshold int
}

// has tells of a row whether it has the value at one end of the place, floor or
// ceil.
func (k ranking) has(end string) string {
	return end + "(" + k.at + ") + 1 BETWEEN " + k.columns + "f AND " + k.columns + "l"
}

// present begins a condition on the rows that have a value.
func (k ranking) present() string { return "(" + k.columns + "y IS NOT NULL) AND " }

// cell makes a quantile of the mean of its values.
func (k ranking) cell(a aggregate, units []unitRef, reach int) aggregate {
	n, low, high := k.columns, "floor("+k.at+") + 1 - "+itoa(reach), "ceil("+k.at+") + 1 + "+itoa(reach)
	around := k.present() + "(" + n + "r BETWEEN " + low + " AND " + high + " OR " + k.has("floor") + " OR " + k.has("ceil") + ")"
	value := func(of, end string) string { return "min(" + of + ") FILTER (WHERE " + k.present() + k.has(end) + ")" }
	floor, ceil := value(n+"y", "floor"), value(n+"y", "ceil")
	a.sql = "CASE WHEN " + k.shared(units, "floor") + " AND " + k.shared(units, "ceil") +
		" THEN " + floor + " + (" + ceil + " - " + floor + ") * " + value(k.at+" - floor("+k.at+")", "floor") +
		" ELSE " + exactly("avg("+n+"y)", a.floating) + " FILTER (WHERE " + around + ") END"
	a.amount, a.floating = "", false
	for _, c := range []string{around, k.present() + n + "r < " + low, k.present() + n + "r > " + high} {
		a.parts = append(a.parts, term{when: []string{"(" + c + ")"}})
	}
	return a
}

// shared tells of a group whether enough units have the value at one end.
func (k ranking) shared(units []unitRef, end string) string {
	var enough []string
	for _, u := range units {
		enough = append(enough, u.enough(k.threshold, k.present()+k.has(end)))
	}
	return strings.Join(enough, " AND ")
}
