package guard

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	past "epsql/engine/history"
)

// To compare cells of a request by their persons takes longer than to answer it.
// That cells collide is rare, and that they do not can mostly be shown by the few
// persons whose rows lie together in the file (probe.go): see [past.Proof]. What
// they show holds of all persons, so that nothing is decided otherwise.

const (
	// maxSampled bounds the sets that are proven together, maxSampledRows the rows
	// of a leaf of which each has sets of its own: of more, few persons prove little.
	maxSampled     = 64
	maxSampledRows = 1000
	// atFirst and everywhere say which persons are read: those at the beginning, and where
	// these are of one insurer or place, some of everywhere: that takes longer.
	atFirst    = " BETWEEN 1 AND 4096"
	everywhere = " & 63 = 0"
	// fewest is how many persons would mostly prove it of a row.
	fewest = 64
)

// fewPersons is what few persons contribute to the sets that are compared.
type fewPersons struct {
	c       *comparison
	systems map[systemOf]*sampled
	// kinds are the kinds of rows that all persons have; nil when they were not asked
	// for.
	kinds *fewPersons
}

// systemOf are the sets that combine: of a unit, and of a row where only cells of
// the same row are compared, from 1.
type systemOf struct {
	unit string
	row  int
}

// sampled are sets that combine, and what persons contribute to them; or kinds of
// rows, each with the number of persons who have such.
type sampled struct {
	sets    map[setOf]int
	persons map[int64][]share
	having  map[int64]int64
}

type setOf struct {
	leaf      *leaf
	row, side int
}

type share struct {
	set    int
	amount uint64
}

// free tells whether few persons prove that no cells collide.
func (c *comparison) free(ctx context.Context, conn *sql.Conn, compared []*table) (bool, error) {
	if c.earlier {
		return false, nil
	}
	s := &fewPersons{c: c, systems: map[systemOf]*sampled{}}
	for _, t := range compared {
		if !c.sampleable(t) {
			return false, nil
		}
	}
	var read []*table
	for _, t := range compared {
		if l := c.twin(t, compared); l != nil {
			s.twin(t, l)
		} else if strings.Contains(t.leaf.tail, " OVER ") {
			return false, nil // few persons cannot be ranked apart
		} else {
			read = append(read, t)
		}
	}
	return s.shows(ctx, conn, read)
}

// shows reads more and more of leaves until it is proven, or nothing is left to read.
func (s *fewPersons) shows(ctx context.Context, conn *sql.Conn, leaves []*table) (bool, error) {
	for _, which := range []string{atFirst, everywhere} {
		for _, t := range leaves {
			few := *t.leaf
			owner := s.c.owners(&few)[0]
			number, _ := owner.counted()
			few.tail = also(few.tail, "("+number+which+")")
			if ok, err := s.read(ctx, conn, t, few.contributorSQL(owner, s.c.sides(t.leaf)), false); err != nil || !ok {
				return false, err
			}
		}
		if s.proven() || !s.c.byRow {
			return s.proven(), nil
		}
		if !s.thin() {
			break
		}
	}
	if s.unproven(func(key systemOf) bool { return !key.counts() }) {
		return false, nil
	}
	l, kinds := leaves[0].leaf, &fewPersons{c: s.c, systems: map[systemOf]*sampled{}}
	if ok, err := kinds.read(ctx, conn, leaves[0], l.kindsSQL(s.c.owners(l)[0], s.c.sides(l)), true); err != nil || !ok {
		return false, err
	}
	s.kinds = kinds
	return s.proven(), nil
}

// also adds a condition to a tail.
func also(tail, condition string) string {
	from, where := conditions(tail)
	if len(where) == 0 {
		return from + " WHERE " + condition
	}
	return from + " WHERE (" + strings.Join(where, " AND ") + ") AND " + condition
}

// thin tells whether few of the persons who were read are behind some row.
func (s *fewPersons) thin() bool {
	for _, system := range s.systems {
		if len(system.persons) < fewest {
			return true
		}
	}
	return false
}

// kindsSQL asks for the kinds of rows that there are, by the conditions under which
// rows are counted, and how many persons have rows of each, up to the threshold.
func (l *leaf) kindsSQL(u unitRef, sides []sideSQL) string {
	var list, outer []string
	for _, k := range l.keys {
		list = append(list, k.sql)
	}
	number, _ := u.counted()
	list = append(list, "CASE WHEN "+number+" > 0 THEN "+number+" END")
	for _, s := range sides[1:] {
		switch {
		case !s.apart:
			list = append(list, "FALSE")
		case s.condition == "":
			list = append(list, "TRUE")
		default:
			list = append(list, s.condition)
		}
	}
	for i := range list {
		r := "r" + itoa(i)
		list[i] += " AS " + r
		if i == len(l.keys) {
			r = countColumn{x: r}.sql(l.limit) + " AS " + r
		}
		outer = append(outer, r)
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(list, ", ") + l.tail + ") GROUP BY ALL"
}

// sampleable tells whether the rows of few persons can be read apart, and enough
// of them are to be expected behind every set.
func (c *comparison) sampleable(t *table) bool {
	most := maxSampled
	if c.byRow {
		most = maxSampledRows
	}
	return len(c.owners(t.leaf)) == 1 && t.others == 0 && t.n <= most
}

// twin is the table of the leaf beside which a leaf ranks values, when nothing but
// its groups are compared: the same persons are behind them. nil when there is none.
func (c *comparison) twin(t *table, compared []*table) *table {
	i := slices.IndexFunc(compared, func(o *table) bool { return o.leaf == t.leaf.beside })
	if i < 0 || c.earlier || len(c.sides(t.leaf)) > 1 || t.others+compared[i].others > 0 {
		return nil
	}
	rows := compared[i].rows()
	for row := range t.n {
		if _, known := rows[t.identity(row)]; !known {
			return nil
		}
	}
	return compared[i]
}

// system is where the sets of a row combine with others.
func (s *fewPersons) system(unit string, row int) *sampled {
	key := systemOf{unit: unit}
	if s.c.byRow {
		key.row = row + 1
	}
	if s.systems[key] == nil {
		s.systems[key] = &sampled{sets: map[setOf]int{}, persons: map[int64][]share{}, having: map[int64]int64{}}
	}
	return s.systems[key]
}

func (s *sampled) add(of setOf) {
	if _, known := s.sets[of]; !known {
		s.sets[of] = len(s.sets)
	}
}

// twin adds the groups of a leaf whose persons are those of another.
func (s *fewPersons) twin(t, of *table) {
	rows := of.rows()
	for row := range t.n {
		if t.showsAny(row, numbers(len(t.cells))) {
			s.system(s.c.owners(of.leaf)[0].unit, row).add(setOf{of.leaf, rows[t.identity(row)], 0})
		}
	}
}

// read takes in what few persons contribute to the sets of a leaf.
func (s *fewPersons) read(ctx context.Context, conn *sql.Conn, t *table, statement string, kinds bool) (bool, error) {
	scan, err := t.leaf.query(ctx, conn, statement)
	if err != nil {
		return false, err
	}
	defer scan.Close()
	columns, n, err := columnsOf(scan)
	if err != nil {
		return false, personFault(ctx, err)
	}
	return s.take(t, columns, n, kinds), nil
}

// take takes in n persons in single rows: keys, their number, and what they have on
// the sides besides the group. Of kinds of rows it is how many have them.
func (s *fewPersons) take(t *table, columns []vector, n int, kinds bool) bool {
	keys, number, values := columns[:len(t.keys)], &columns[len(t.keys)], columns[len(t.keys)+1:]
	asked, owner := s.c.sides(t.leaf), s.c.owners(t.leaf)[0].unit
	for i, side := range asked {
		if i == 0 || values[i-1].whole() { // others are not compared
			s.side(t, i, side, owner)
		}
	}
	rows := t.rows()
	for i := range n {
		row, known := rows[string(rowKey(nil, keys, i))]
		if !known {
			return false
		}
		n := number.count(i)
		if n <= 0 && !kinds {
			continue // nobody, or nobody protected
		}
		for k, side := range asked {
			amount := uint64(1)
			if k > 0 {
				amount, _ = values[k-1].residue(i)
			}
			system, set := s.system(side.unit(owner), row), setOf{t.leaf, row, k}
			if kinds {
				system.share(int64(i), set, amount)
				system.having[int64(i)] = n
			} else {
				system.share(n, set, amount)
			}
		}
	}
	return true
}

func (s *sampled) share(person int64, of setOf, amount uint64) {
	if set, wanted := s.sets[of]; wanted && amount != 0 {
		s.persons[person] = append(s.persons[person], share{set, amount})
	}
}

// side adds the sets of a side of a leaf, one for each row where it is shown.
func (s *fewPersons) side(t *table, i int, side sideSQL, owner string) {
	for row := range t.n {
		if t.showsAny(row, side.cells) {
			s.system(side.unit(owner), row).add(setOf{t.leaf, row, i})
		}
	}
}

// counts tells whether the sets count rows.
func (s systemOf) counts() bool { return strings.HasSuffix(s.unit, counted) }

// proven tells whether every system is.
func (s *fewPersons) proven() bool {
	return !s.unproven(func(systemOf) bool { return true })
}

// unproven tells whether some of the systems asked for are not.
func (s *fewPersons) unproven(asked func(systemOf) bool) bool {
	k := max(s.c.rules.threshold, 1)
	for key, system := range s.systems {
		if !asked(key) {
			continue
		}
		if len(system.sets) > maxSampled {
			return true
		}
		proof := past.NewProof(len(system.sets), int(k))
		for _, person := range slices.Sorted(maps.Keys(system.persons)) {
			if proof.Add(system.vector(person)); proof.Holds() {
				break
			}
		}
		if !proof.Holds() && (s.kinds == nil || !key.counts() || !proof.HoldsFor(s.kinds.systems[key].kinds(k))) {
			return true
		}
	}
	return false
}

// vector is what a person contributes to each set.
func (s *sampled) vector(person int64) []uint64 {
	values := make([]uint64, len(s.sets))
	for _, p := range s.persons[person] {
		values[p.set] = p.amount
	}
	return values
}

func (s *sampled) kinds(k int64) []past.Kind {
	var out []past.Kind
	for i := range s.persons {
		out = append(out, past.Kind{Values: s.vector(i), Enough: s.having[i] >= k})
	}
	return out
}

// count is a whole number, 0 for NULL.
func (v *vector) count(i int) int64 {
	n, known := v.integer(i)
	if !known {
		return 0
	}
	return n.Int64()
}
