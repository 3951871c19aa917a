package guard

import (
	"strings"

	"epsql/sql/ast"
)

// offsets are the window functions that take the value of one other row.
var offsets = []string{"lag", "lead", "first_value", "last_value", "nth_value"}

// window binds a window above the wall.
func (s *scope) window(w *ast.Window) (value, error) {
	if s.place != 'g' || !s.windows {
		return value{}, s.p.refuse(w, "window-place", "a window cannot stand here").WithHint("windows run over grouped results: group first")
	}
	place := byte('g')
	if !isAggregate(w.Name) {
		place = 'w'
	}
	def, refusal := allowed(w.Name, place)
	if refusal != nil {
		return value{}, s.p.place(w, refusal)
	}
	inner := *s
	inner.windows = false
	vs, err := inner.list(w.Args)
	if err != nil {
		return value{}, err
	}
	over, keyMask, partition, err := inner.over(w)
	if err != nil {
		return value{}, err
	}
	name, args := w.Name, sqlOf(vs)
	if name == "count_star" {
		name, args = "count", []string{"*"}
	}
	out := combine(def.kind, "", vs...)
	if def.same && len(vs) > 0 {
		out.kind = vs[0].kind
	}
	out.constant = false
	nulls, filter := "", ""
	if w.IgnoreNulls {
		nulls = " IGNORE NULLS"
	}
	if w.Filter != nil {
		v, err := inner.plain(w.Filter)
		if err != nil {
			return value{}, err
		}
		filter, keyMask = " FILTER (WHERE "+v.sql+")", orMasks(keyMask, v.mask)
	}
	if w.Distinct {
		args[0] = "DISTINCT " + args[0]
	}
	out.sql = name + "(" + strings.Join(args, ", ") + nulls + ")" + filter + " OVER " + over
	out.mask = windowMask(w, vs, over, keyMask, partition)
	return out, nil
}

// windowMask: a value taken from another row is masked as that row is; anything
// computed over rows is masked when one of the partition's is.
func windowMask(w *ast.Window, vs []value, over, keyMask, partition string) string {
	all := keyMask
	for i, v := range vs {
		if i == 0 && containsFold(offsets, w.Name) && v.mask != "" {
			continue
		}
		all = orMasks(all, v.mask)
	}
	mask := ""
	if all != "" {
		mask = "coalesce(bit_or(" + all + ") OVER (" + partition + "), " + noMask + ")"
	}
	if containsFold(offsets, w.Name) && len(vs) > 0 && vs[0].mask != "" {
		args := sqlOf(vs[1:min(2, len(vs))])
		mask = orMasks(mask, "coalesce("+w.Name+"("+strings.Join(append([]string{vs[0].mask}, args...), ", ")+") OVER "+over+", "+noMask+")")
	}
	return mask
}

// over prints the window and gives the mask of its keys.
func (s *scope) over(w *ast.Window) (over, mask, partition string, err error) {
	parts, err := s.list(w.Partition)
	if err != nil {
		return "", "", "", err
	}
	for _, v := range parts {
		mask = orMasks(mask, v.mask)
	}
	partition = clause("PARTITION BY ", ", ", sqlOf(parts))
	var keys []string
	for _, o := range w.Order {
		v, err := s.plain(o.Expr)
		if err != nil {
			return "", "", "", err
		}
		mask = orMasks(mask, v.mask)
		keys = append(keys, v.sql+direction(o))
	}
	over = "(" + partition + clause(" ORDER BY ", ", ", keys)
	if w.Frame != "" {
		over += " " + w.Frame
	}
	return over + ")", mask, partition, nil
}
