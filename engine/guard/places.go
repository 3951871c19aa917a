package guard

import (
	"slices"
	"strings"

	"epsql/sql/ast"
)

// Aggregates and windows within one person take rows by an order, and rows may tie.
// Which of them the database takes depends on how its threads meet, and is not the
// same in two windows. So ties are broken: by where the rows stand in the
// workspace, which for one person is the order of the delivery, as SAS has it; and
// by their values where they are not stored rows.

// Aggregates that take one of the rows of a person, and windows that number rows or
// take one whatever the frame.
var (
	taking   = []string{"arg_min", "arg_max", "min_by", "max_by", "first", "last"}
	stepping = []string{"row_number", "ntile", "lag", "lead", "first_value"}
)

// rowByRow tells whether a window looks at its rows one by one: its ties may be
// broken, those of others are equals.
func rowByRow(w *ast.Window) bool {
	return slices.Contains(stepping, w.Name) || strings.HasPrefix(w.Frame, "ROWS")
}

// takesRows tells whether a query has such an aggregate or window.
func takesRows(q ast.Query) (found bool) {
	ast.Walk(q, func(node any) {
		switch n := node.(type) {
		case *ast.Func:
			found = found || slices.Contains(taking, n.Name)
		case *ast.Window:
			found = found || rowByRow(n)
		}
	})
	return found
}

// places are those of the rows of FROM, when all have one and they are asked for.
func (b *block) places() []string {
	if !b.p.picking {
		return nil
	}
	var out []string
	for _, m := range b.f.members {
		if m.zone == person && m.places == nil {
			return nil
		}
		out = append(out, m.places...)
	}
	return out
}

// ties are the further keys by which the rows of FROM are ordered: their places, or
// the columns behind which no condition stands.
func (s *scope) ties() (keys []string, stored bool) {
	stored = true
	for _, m := range s.members {
		switch {
		case m.zone != person:
		case m.places != nil:
			keys = append(keys, m.places...)
		default:
			stored = false
			for _, c := range m.columns {
				if c.stored && len(c.supports) == 0 {
					keys = append(keys, c.sql)
				}
			}
		}
	}
	return keys, stored
}

// breakTies adds keys to an aggregate that takes one of a person's rows. Where the
// rows have no place the value itself is one: whichever is taken has the same.
func (s *scope) breakTies(name string, args []string, tail *[2]string) {
	if !slices.Contains(taking, name) {
		return
	}
	keys, stored := s.ties()
	if !stored {
		keys = append(keys, args[0])
	}
	switch {
	case len(keys) == 0:
	case len(args) == 1:
		tail[0] += ", " + strings.Join(keys, ", ")
	default:
		if stored && strings.Contains(name, "max") { // the largest key, and of these the first row
			for i, k := range keys {
				keys[i] = "-" + k
			}
		}
		// Rows without a key are never taken.
		args[1] = "CASE WHEN (" + args[1] + ") IS NOT NULL THEN row(" + args[1] + ", " + strings.Join(keys, ", ") + ") END"
	}
}

// ties are the further keys of a window that looks at its rows one by one.
func (x *personWindow) ties() []string {
	switch {
	case !rowByRow(x.w):
		return nil
	case x.l.places != nil:
		return x.l.places
	case x.l.s.hook != nil:
		return nil // grouped by what has conditions
	}
	keys, _ := x.l.s.ties()
	return keys
}
