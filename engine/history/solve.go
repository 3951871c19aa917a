package history

import (
	"cmp"
	"slices"
	"unsafe"
)

// equation says that the values of some persons in the earlier sets, times the
// coefficients, add up to their value in the new set. Its weight is how many
// persons say so: they remain in the combination when it does not hold.
type equation struct {
	sets   []term
	value  uint64
	weight int
}

// term is the value of the persons in a set, by the place of its coefficient.
type term struct {
	place int32
	value uint64
}

// system asks for coefficients under which equations of little weight fail.
type system struct {
	unknowns  int
	equations []equation
}

// answer is what a search found.
type answer int

const (
	none  answer = iota // no coefficients will do
	some                // these will
	doubt               // the search was given up

	maxSteps = 2000    // branches of a search
	maxWork  = 1 << 23 // multiplications of a search
)

// solve looks for coefficients under which equations of at most budget persons
// fail.
func (s *system) solve(budget int) ([]uint64, answer) {
	z := &search{}
	rows := make([]weighted, len(s.equations))
	for i, e := range s.equations {
		r := make(row, s.unknowns+1)
		for _, t := range e.sets {
			r[t.place] = t.value
		}
		r[s.unknowns] = e.value
		rows[i] = weighted{r, e.weight}
	}
	found := z.run(make(basis, s.unknowns), rows, budget)
	if found != some {
		return nil, found
	}
	return z.found.solution(), some
}

type weighted struct {
	row    row
	weight int
}

type search struct {
	steps, work int
	found       basis
}

// run decides one branch: the equations of b hold, of rows those may fail that
// weigh at most budget together.
func (z *search) run(b basis, rows []weighted, budget int) answer {
	if z.steps++; z.steps > maxSteps {
		return doubt
	}
	for {
		rows, budget = z.merge(b, rows, budget)
		if budget < 0 {
			return none
		}
		n := len(rows)
		if rows = z.force(b, rows, budget); len(rows) == n {
			break
		}
		if z.work > maxWork {
			return doubt
		}
	}
	failures, held := z.pack(b, rows, budget)
	switch {
	case failures > budget:
		return none
	case z.work > maxWork:
		return doubt
	case failures == 0:
		z.found = held
		return some
	}
	// Either the heaviest equation holds or it is among those that fail.
	with := slices.Clone(b)
	z.include(with, rows[0].row)
	if out := z.run(with, clone(rows[1:]), budget); out != none {
		return out
	}
	return z.run(b, rows[1:], budget-rows[0].weight)
}

func clone(rows []weighted) []weighted {
	out := make([]weighted, len(rows))
	for i, w := range rows {
		out[i] = weighted{slices.Clone(w.row), w.weight}
	}
	return out
}

// include holds an equation, reduced first; false when it contradicts.
func (z *search) include(b basis, r row) bool {
	r = slices.Clone(r)
	z.work += b.reduce(r)
	first := r.first()
	if first < 0 {
		return !r.wrong()
	}
	b.hold(r, first)
	return true
}

// merge reduces the equations and makes those that say the same one, the
// heaviest first. Of those without coefficients it takes the weight of the
// wrong ones from the budget.
func (z *search) merge(b basis, rows []weighted, budget int) ([]weighted, int) {
	seen := make(map[string]int, len(rows))
	out := rows[:0]
	for _, w := range rows {
		z.work += b.reduce(w.row)
		first := w.row.first()
		if first < 0 {
			if w.row.wrong() {
				budget -= w.weight
			}
			continue
		}
		w.row.normal(first)
		if i, ok := seen[w.row.key()]; ok {
			out[i].weight += w.weight
			continue
		}
		seen[w.row.key()] = len(out)
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(x, y weighted) int { return cmp.Compare(y.weight, x.weight) })
	return out, budget
}

// key is the row's bytes, which do not change while it is a key.
func (r row) key() string { return unsafe.String((*byte)(unsafe.Pointer(&r[0])), 8*len(r)) }

// force holds the equations that weigh more than may fail, and gives the others.
// It stops at the first that contradicts, for merge to count.
func (z *search) force(b basis, rows []weighted, budget int) []weighted {
	for i, w := range rows {
		if w.weight <= budget || !z.include(b, w.row) {
			return rows[i:]
		}
	}
	return nil
}

// pack counts failures that cannot be avoided: it collects equations until they
// contradict, takes the lightest of them, and begins anew with the rest. Zero
// means that all hold together, as held does.
func (z *search) pack(b basis, rows []weighted, budget int) (failures int, held basis) {
	lightest := 0
	held = slices.Clone(b)
	var r row // anew once one is held
	for _, w := range rows {
		r = append(r[:0], w.row...)
		if z.work += held.reduce(r); z.work > maxWork {
			return failures, nil
		}
		if lightest == 0 || w.weight < lightest {
			lightest = w.weight
		}
		first := r.first()
		if first >= 0 {
			held.hold(r, first)
			r = nil
			continue
		}
		if !r.wrong() {
			continue
		}
		if failures += lightest; failures > budget {
			return failures, nil
		}
		held, lightest = slices.Clone(b), 0
	}
	return failures, held
}
