package guard

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"epsql/catalog"
	"epsql/engine/columnar"
	past "epsql/engine/history"
	"epsql/engine/ledger"
	"epsql/sql/diag"
	"epsql/sql/parse"
)

// A release is an answer that is compared with what left before: what is written
// to a file, and every answer where the channel says so. Besides the cells the
// person engine is asked for the persons behind them, one row per group and
// person, with the conditions that the person meets there; package history
// compares, and the ledger keeps the sets.
//
// All shown cells of the leaves are compared and kept, also those that the query
// above the wall leaves out: whatever it computes is made of them.

// Release answers a plan, compares it with earlier releases and records it. Write
// is given the answer before it is recorded, and says what it wrote; what it
// wrote may be put into place only when Release succeeds. The answer's summary
// has no ledger number yet when it is written: the entry has it.
func (g *Guard) Release(ctx context.Context, p *Plan, write func(*Result) ([]ledger.File, error)) (*Result, ledger.Entry, error) {
	return g.run(ctx, p, write)
}

type writeFunc = func(*Result) ([]ledger.File, error)

// record appends the answer to the ledger, once write has it.
func (g *Guard) record(ctx context.Context, p *Plan, res *Result, deliveries string, c *comparison, write writeFunc) (ledger.Entry, error) {
	var used []string
	for _, name := range p.macros {
		if m := g.cfg.Macros.Lookup(name); m != nil {
			used = append(used, name+"@"+m.Hash)
		}
	}
	slices.Sort(used)
	e := ledger.Entry{
		User: g.cfg.User, Channel: g.cfg.Channel.ID, Query: parse.Redact(p.text), PlanHash: p.hash,
		Catalogue: g.cfg.Catalog.Name + "@" + g.cfg.Catalog.Hash, Macros: used, Deliveries: deliveries,
		Cells: res.summary.Cells, Masked: res.summary.Masked,
	}
	if c == nil {
		return ledger.Append(ctx, g.cfg.Workspace.DB, e, nil)
	}
	res.summary.Notes = append(res.summary.Notes, c.notes()...)
	e.Release = &ledger.Release{Rules: ruleTexts(p.channel), ByRule: res.summary.ByRule, Collides: c.collides}
	if write != nil {
		files, err := write(res)
		if err != nil {
			return e, err
		}
		e.Release.Files = files
	}
	return ledger.Append(ctx, g.cfg.Workspace.DB, e, c.sets)
}

// comparison holds the persons behind the cells of a request.
type comparison struct {
	rules    rules
	released past.History
	behind   []*contributors
	collides []int64 // ledger entries
	hidden   bool
	sets     []past.Set // behind what is shown in the end
}

// contributors are the persons behind the rows of a leaf.
type contributors struct {
	table *table
	// sides are by owner, then by condition: the first is the whole group, the
	// others are those who meet a check.
	sides [][]side
	owner []unitRef
}

// side are the persons of each row, by row; nil when there are none.
type side struct {
	check   int // of the leaf; -1 is the whole group
	persons []*roaring.Bitmap
}

// comparing loads what was released when the answer must be compared; nil when
// it need not.
func (g *Guard) comparing(ctx context.Context, p *Plan, writes bool) (*comparison, error) {
	if !writes && p.channel.History != "answers" {
		return nil, nil //nolint:nilnil // nothing to compare is no error
	}
	sets, err := ledger.Released(ctx, g.cfg.Workspace.DB)
	if err != nil {
		return nil, err
	}
	c := &comparison{rules: p.rules}
	for _, s := range sets {
		c.released.Add(s)
	}
	return c, nil
}

// collect asks for the persons behind the rows of a leaf, in the snapshot in
// which these were read.
func (c *comparison) collect(ctx context.Context, conn *sql.Conn, t *table) error {
	if c == nil || t.leaf.public {
		return nil
	}
	out := &contributors{table: t}
	rows := map[string]int{}
	for i := range t.n {
		rows[t.identity(i)] = i
	}
	for _, u := range t.leaf.units {
		if u.bits {
			continue
		}
		sides, err := t.leaf.contributors(ctx, conn, u, rows)
		if err != nil {
			return err
		}
		out.owner, out.sides = append(out.owner, u), append(out.sides, sides)
	}
	c.behind = append(c.behind, out)
	return nil
}

func (t *table) identity(row int) string {
	var key []byte
	for i := range t.keys {
		key = t.keys[i].appendKey(key, row)
	}
	return string(key)
}

// contributorSQL asks for the persons of every group: the keys, the person, and
// which checks the person meets there.
func (l *leaf) contributorSQL(u unitRef, checks []int) string {
	var list, ordinals []string
	for i, k := range l.keys {
		list, ordinals = append(list, k.sql), append(ordinals, itoa(i+1))
	}
	list = append(list, u.contributor())
	ordinals = append(ordinals, itoa(len(list)))
	for _, k := range checks {
		list = append(list, "coalesce(bool_or("+l.checks[k].condition+"), FALSE)")
	}
	for i := range list {
		list[i] += " AS r" + itoa(i)
	}
	return "SELECT " + strings.Join(list, ", ") + l.tail + " GROUP BY " + strings.Join(ordinals, ", ")
}

// contributors reads the persons of the unit u behind the rows of a leaf.
func (l *leaf) contributors(ctx context.Context, conn *sql.Conn, u unitRef, rows map[string]int) ([]side, error) {
	var checks []int
	for i, c := range l.checks {
		if c.condition != "" {
			checks = append(checks, i)
		}
	}
	scan, err := l.query(ctx, conn, l.contributorSQL(u, checks))
	if err != nil {
		return nil, err
	}
	defer scan.Close()
	r := &contributorReader{leaf: l, scan: scan, rows: rows, numbers: make([][][]uint32, 1+len(checks))}
	for i := range r.numbers {
		r.numbers[i] = make([][]uint32, len(rows))
	}
	for {
		n, err := scan.Next()
		if err != nil {
			return nil, personFault(ctx, err)
		}
		if n == 0 {
			return r.sides(checks), nil
		}
		if err := r.chunk(n); err != nil {
			return nil, err
		}
	}
}

type contributorReader struct {
	leaf    *leaf
	scan    *columnar.Scan
	rows    map[string]int
	numbers [][][]uint32 // by side and row
}

func (r *contributorReader) chunk(n int) error {
	keys := make([]vector, len(r.leaf.keys))
	for i := range keys {
		keys[i] = vector{typ: r.scan.Types[i]}
		keys[i].appendAll(r.scan.Column(i), n)
	}
	person, typ := r.scan.Column(len(keys)), r.scan.Types[len(keys)]
	meets := make([]columnar.Values, len(r.numbers)-1)
	for i := range meets {
		meets[i] = r.scan.Column(len(keys) + 1 + i)
	}
	var key []byte
	for i := range n {
		number := count(person, typ, i)
		if number <= 0 {
			continue // nobody, or nobody protected
		}
		key = key[:0]
		for k := range keys {
			key = keys[k].appendKey(key, i)
		}
		row, known := r.rows[string(key)]
		if !known {
			return diag.New(diag.Query, "contributors", "the persons behind the cells cannot be told").
				WithHint("ask without writing to a file, and report this query")
		}
		r.numbers[0][row] = append(r.numbers[0][row], uint32(number)) //nolint:gosec // dense from 1
		for m := range meets {
			if meets[m].Bytes(1, n)[i] != 0 {
				r.numbers[1+m][row] = append(r.numbers[1+m][row], uint32(number)) //nolint:gosec // dense from 1
			}
		}
	}
	return nil
}

// sides compresses what was read.
func (r *contributorReader) sides(checks []int) []side {
	out := make([]side, len(r.numbers))
	for i, rows := range r.numbers {
		out[i] = side{check: -1, persons: make([]*roaring.Bitmap, len(rows))}
		if i > 0 {
			out[i].check = checks[i-1]
		}
		for row, numbers := range rows {
			if len(numbers) == 0 {
				continue
			}
			slices.Sort(numbers)
			out[i].persons[row] = roaring.BitmapOf(numbers...)
			rows[row] = nil
		}
	}
	return out
}

// compare hides the cells that collide with what was released. It comes when it
// is known what is hidden for the request's own sake, since hidden cells need no
// comparison. What it hides is then protected like any other hidden cell; that
// can only hide more, and so needs no second comparison.
func (g *Guard) compare(p *Plan, c *comparison) error {
	if c == nil || !c.hide() || p.channel.Collision != "refuse" {
		return nil
	}
	return diag.New(diag.Guard, "collision", "the request has a small cell together with %s", c.others()).
		WithHint("ask for the same cells as before, or for coarser ones")
}

// settle keeps the persons behind what is shown in the end, and forgets the rest.
func (c *comparison) settle() {
	if c == nil {
		return
	}
	for _, b := range c.behind {
		b.visit(func(owner unitRef, s side, row int, _ []int) {
			if m := s.at(row); !m.IsEmpty() {
				c.sets = append(c.sets, past.Set{Unit: owner.unit, Members: m, Threshold: int(c.rules.threshold)})
			}
		})
	}
	c.behind = nil
}

// hide hides the cells that collide, and tells whether there are any.
func (c *comparison) hide() bool {
	hidden := false
	for _, b := range c.behind {
		b.visit(func(owner unitRef, s side, row int, cells []int) {
			if c.safe(owner, s.at(row)) {
				return
			}
			hidden = true
			for _, cell := range cells {
				b.table.hide(row, cell, history)
			}
		})
	}
	slices.Sort(c.collides)
	c.collides = slices.Compact(c.collides)
	c.hidden = hidden
	return hidden
}

// others names the entries that cells collide with.
func (c *comparison) others() string {
	if len(c.collides) == 0 {
		return "earlier releases"
	}
	names := make([]string, len(c.collides))
	for i, n := range c.collides {
		names[i] = strconv.FormatInt(n, 10)
	}
	if len(names) == 1 {
		return "ledger entry " + names[0]
	}
	return "ledger entries " + strings.Join(names, ", ")
}

// notes tell the reader of the answer what collided.
func (c *comparison) notes() []string {
	if !c.hidden {
		return nil
	}
	return []string{"cells are masked that would make a small cell together with " + c.others() + ": epsql ledger show tells what was asked then"}
}

// safe compares the persons of one side of a row, and counts them as released
// when they do not collide.
func (c *comparison) safe(owner unitRef, m *roaring.Bitmap) bool {
	s := past.Set{Unit: owner.unit, Members: m, Threshold: int(c.rules.threshold)}
	collision, bad := c.released.Compare(s)
	if bad || m.IsEmpty() && owner.must && !c.rules.zeroSafe {
		c.collides = append(c.collides, collision.Entries...)
		return false
	}
	c.released.Add(s)
	return true
}

// visit gives every side of a row on which a shown cell stands, with these cells.
func (b *contributors) visit(see func(owner unitRef, s side, row int, cells []int)) {
	t := b.table
	for row := range t.n {
		for i, sides := range b.sides {
			for _, s := range sides {
				var cells []int
				for j, cell := range t.leaf.cells {
					if t.shown(row, j) && (s.check < 0 || slices.Contains(cell.checks, s.check)) {
						cells = append(cells, j)
					}
				}
				if len(cells) > 0 {
					see(b.owner[i], s, row, cells)
				}
			}
		}
	}
}

// at are the persons of a row; rows listed for their public keys alone have none.
func (s side) at(row int) *roaring.Bitmap {
	if row < len(s.persons) && s.persons[row] != nil {
		return s.persons[row]
	}
	return roaring.New()
}

// ruleTexts are the rules of a channel in words, for the receipt of a release.
func ruleTexts(ch *catalog.Channel) []string {
	out := []string{fmt.Sprintf("a cell is shown from %d of: %s", ch.Threshold, strings.Join(ch.Protect, ", "))}
	if ch.Strict != "" {
		out[0] += " (" + ch.Strict + " never)"
	}
	out = append(out, "zero: "+ch.Zero)
	if ch.Secondary {
		out = append(out, "cells from which a masked one could be worked out are masked")
	}
	if d := ch.Dominance; d != nil {
		out = append(out, fmt.Sprintf("dominance: n = %d, k = %g %%, p = %g %%", d.N, d.K, d.P))
	}
	return append(out, "compared with earlier "+ch.History+": "+ch.Collision)
}
