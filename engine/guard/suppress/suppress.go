// Package suppress chooses which further cells of a set of tables to mask, so
// that what is masked because few stand behind it cannot be worked out from
// what is shown.
//
// The cells of all tables form one linear system: a total less its parts is
// zero. [System.Protect] looks for shown cells that must be masked too. It knows
// no database, no person and no catalogue.
//
// # What is promised
//
// Call a cell small when it is masked for what stands behind it. After
// [System.Protect], whatever values the small cells had instead of their own,
// as far as the equations among small cells alone allow, there are values of the
// other masked cells with which all shown cells stay as they are. So no
// combination of shown cells tells anything of a small cell, nor of a sum or
// difference of small cells: not even somebody who knows one of them exactly (a
// person alone in a cell) learns of another one. A masked cell that is not small
// is needed for such a change, so it is not solved either.
//
// Counts are also bounded: a small cell holds at most so many, a cell that is not
// small at least so many, none is negative, all are whole. Every small count must
// have room to change within these bounds, by more than [Limits.Width]; where it
// has not, more is masked.
//
// # What the choice depends on
//
// The choice is made from the equations, the ranks and which cells are small: no
// value is looked at. So two sets of tables that differ only behind masked cells
// get the same masks, and who knows this program learns nothing from what it
// chose. That is why ranks must be public: a rank made from the count of a cell
// that ends up masked would tell of it. Only where the bounds leave too little
// room, which needs a masked cell of hardly more than the threshold, do values
// decide that more is masked; then nothing that was masked is shown in exchange.
//
// # How
//
// A change of the small cells that leaves all shown cells as they are is a
// combination of columns of the system that is zero. Columns are inserted into a
// basis in the order in which they are best masked: cells that are never shown,
// then shown ones by rank. The first basis in which a small cell's column can be
// expressed tells which cells to mask. This is the Gaussian elimination of
// Langsrud's GaussSuppression (2024), with the roles of rows and columns
// exchanged and small cells kept apart from each other. Numbers are residues
// modulo a prime of 61 bits: coefficients of tables are tiny, and a wrong zero
// would need a minor of the system that the prime divides.
package suppress

// State is what is known of a cell before further masking.
type State uint8

// The states.
const (
	// Shown cells leave unless they must be masked to protect others.
	Shown State = iota
	// Small cells are masked and must not be worked out.
	Small
	// Hidden cells are never published and need no protection: the rest of a
	// total on which enough stand.
	Hidden
	// Fixed cells are shown whatever happens.
	Fixed
)

// Cell is one number.
type Cell struct {
	State State
	// Rank is the order in which cells are masked, the lowest first; of equal
	// ranks the lower index first. It must be made of public facts.
	Rank int64
	// Count marks a whole number whose bounds are known: it has Value and lies
	// between Low and High (High < 0: no upper bound).
	Count            bool
	Value, Low, High int64
}

// Term is a cell in an equation.
type Term struct {
	Cell int
	Coef int64
}

// Equation says that a sum of cells is zero. The first term is the total, if one
// of the cells is the total of the others.
type Equation []Term

// System is the cells of one request and what is known between them.
type System struct {
	Cells     []Cell
	Equations []Equation
}

// Limits bound the work and the result.
type Limits struct {
	// Width: the interval in which a small count is known to lie must be wider.
	Width int64
	// Steps bounds the elimination, in products of numbers; beyond it the totals
	// of what is connected are masked. 0: [DefaultSteps].
	Steps int
}

// DefaultSteps is about a second of work.
const DefaultSteps = 20_000_000

// Extra is a cell that must be masked too.
type Extra struct {
	Cell int
	// Protects is the small cell that it protects, Equation the one by which it
	// would have told of it.
	Protects, Equation int
}

// Protect gives the cells to mask besides the small ones, in the order of cells.
func (s *System) Protect(l Limits) []Extra {
	if l.Steps == 0 {
		l.Steps = DefaultSteps
	}
	out := make(map[int]Extra)
	for _, part := range s.parts() {
		c := newComponent(s, part, l)
		c.protect()
		for _, e := range c.extras {
			out[e.Cell] = e
		}
	}
	return inOrder(out)
}

// Determined are the small and hidden cells that the equations give as soon as
// all other cells are known.
func (s *System) Determined() map[int]bool {
	out := map[int]bool{}
	for _, p := range s.parts() {
		c := newComponent(s, p, Limits{Steps: DefaultSteps})
		for _, i := range append(c.small, c.hidden...) {
			out[c.cells[i]] = true
		}
		changes, ok := c.freedom()
		for _, d := range changes {
			for i := range d.moves {
				if ok {
					delete(out, c.cells[i])
				}
			}
		}
	}
	return out
}
