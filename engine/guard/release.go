package guard

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"epsql/catalog"
	"epsql/engine/columnar"
	"epsql/engine/field"
	past "epsql/engine/history"
	"epsql/engine/ledger"
	"epsql/sql/diag"
	"epsql/sql/parse"
)

// A release is an answer that is compared with what left before: what is written
// to a file, and every answer where the channel says so. Besides the cells the
// person engine is asked for the persons behind them, one row per group and
// person, with the conditions that the person meets there and what the person
// contributes; package history compares, and the ledger keeps the sets.
//
// Units besides the owner of the rows, such as providers, are compared by how many
// rows each has behind a cell and by what these add up to, in a system of their
// own: an answer less another may be about one provider and many persons. They are
// compared where the leaf reads their numbers. They are not where a subquery left
// but a mask of 64 bits of them: there two releases may differ by the rows of one
// provider, if by those of enough persons. Neither does anything say which
// providers were behind what left in a channel that does not protect them.
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
	e := g.entry(g.cfg.Channel.ID, p.text, p.hash, p.macros, deliveries)
	e.Cells, e.Masked = res.summary.Cells, res.summary.Masked
	if c == nil || !c.earlier {
		return g.note(ctx, e)
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

// entry is what the ledger keeps of anything that was asked.
func (g *Guard) entry(channel, text, plan string, used []string, deliveries string) ledger.Entry {
	var hashed []string
	for _, name := range used {
		if m := g.cfg.Macros.Lookup(name); m != nil {
			hashed = append(hashed, name+"@"+m.Hash)
		}
	}
	slices.Sort(hashed)
	return ledger.Entry{
		User: g.cfg.User, Channel: channel, Query: parse.Redact(text), PlanHash: plan,
		Catalogue: g.cfg.Catalog.Name + "@" + g.cfg.Catalog.Hash, Macros: hashed, Deliveries: deliveries,
	}
}

// note appends an entry that counts for no comparison.
func (g *Guard) note(ctx context.Context, e ledger.Entry) (ledger.Entry, error) {
	g.cfg.Workspace.Recording.Lock()
	defer g.cfg.Workspace.Recording.Unlock()
	return ledger.Append(ctx, g.cfg.Workspace.DB, e, nil)
}

// comparison holds the persons behind the cells of a request.
type comparison struct {
	rules rules
	// earlier: with earlier releases, and all leaves; otherwise these leaves with
	// each other, or the cells of each row of the only one.
	earlier  bool
	leaves   []*leaf
	byRow    bool
	row      int // that is compared, from 1
	released past.History
	behind   []*contributors
	collides []int64 // ledger entries
	hidden   bool
	sets     []past.Set // behind what is shown in the end
}

// contributors are the persons behind the rows of a leaf.
type contributors struct {
	table *table
	// order are the rows by their keys: which of two cells that collide with each
	// other is hidden must not depend on the order in which rows came.
	order []int
	sides [][]side // by owner
}

// side are the persons of each row of a leaf that cells stand on.
type side struct {
	cells  []int // of the leaf
	amount bool
	rows   []past.Set // by row; rows that are listed for their public keys alone have none
}

// comparing loads what was released when the answer must be compared with it.
// Nothing else is recorded until done is called. Of other answers the cells may
// have to be compared with each other; nil when they need not.
func (g *Guard) comparing(ctx context.Context, p *Plan, writes bool) (c *comparison, done func(), err error) {
	if !writes && p.channel.History != "answers" {
		return p.within(), func() {}, nil
	}
	g.cfg.Workspace.Recording.Lock()
	done = g.cfg.Workspace.Recording.Unlock
	released, err := g.past.History(ctx, g.cfg.Workspace.DB)
	if err != nil {
		return nil, done, err
	}
	return &comparison{rules: p.rules, earlier: true, released: released}, done, nil
}

// collect asks for the persons behind the rows of a leaf, in the snapshot in
// which these were read.
func (c *comparison) collect(ctx context.Context, conn *sql.Conn, t *table) (*contributors, error) {
	rows := t.rows()
	out := &contributors{table: t, order: inOrder(rows)}
	for _, u := range c.owners(t.leaf) {
		sides, err := t.leaf.contributors(ctx, conn, u, rows, c.sides(t.leaf), c.alike())
		if err != nil {
			return nil, err
		}
		for i := range sides {
			sides[i].unite(t)
		}
		out.sides = append(out.sides, sides)
	}
	return out, nil
}

// owners are the units whose members are compared.
func (c *comparison) owners(l *leaf) []unitRef {
	return slices.DeleteFunc(slices.Clone(l.units), func(u unitRef) bool {
		_, mask := u.counted()
		return mask || u.bits && !c.earlier
	})
}

// groupsOf are the persons behind the rows of a leaf of which nothing but the
// groups is compared, where they are those of another.
func (t *table) groupsOf(other *contributors) *contributors {
	rows, others := t.rows(), other.table.rows()
	out := &contributors{table: t, order: inOrder(rows)}
	for _, sides := range other.sides {
		s := side{cells: numbers(len(t.cells)), rows: make([]past.Set, t.n)}
		for key, row := range rows {
			s.rows[row] = sides[0].rows[others[key]]
		}
		out.sides = append(out.sides, []side{s})
	}
	return out
}

// rows finds the rows of a table by their keys.
func (t *table) rows() map[string]int {
	out := make(map[string]int, t.n)
	for i := range t.n {
		out[t.identity(i)] = i
	}
	return out
}

func inOrder(rows map[string]int) []int {
	var out []int
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		out = append(out, rows[key])
	}
	return out
}

func (t *table) identity(row int) string {
	var key []byte
	for i := range t.keys {
		key = t.keys[i].appendKey(key, row)
	}
	return string(key)
}

// sideSQL is a side as SQL over the rows of one person in one group: a condition
// that the person meets, or what the person contributes. The whole group is "".
type sideSQL struct {
	sql       string
	condition string // that the sql is about; "" is none
	amount    bool
	// apart: compared only with others that are.
	apart bool
	cells []int
}

// unit is the unit whose sets those of a side are compared with.
func (s sideSQL) unit(owner string) string {
	if s.apart {
		return owner + counted
	}
	return owner
}

// sidesSQL are the sides of a leaf: the group, every condition that is counted,
// and what is added up. Of an average the sum is compared. What does not add up
// (a spread, a quantile) is compared by the persons alone.
func (l *leaf) sidesSQL() []sideSQL {
	group := sideSQL{}
	for i := range l.cells {
		group.cells = append(group.cells, i)
	}
	out := []sideSQL{group}
	for k, c := range l.checks {
		if c.condition == "" {
			continue
		}
		s := sideSQL{sql: "coalesce(bool_or(" + c.condition + "), FALSE)", condition: c.condition}
		for i, cell := range l.cells {
			if slices.Contains(cell.checks, k) {
				s.cells = append(s.cells, i)
			}
		}
		out = append(out, s)
	}
	for i, c := range l.cells {
		if sql := additive(c.sql); sql != "" {
			out = append(out, sideSQL{sql: exactly(sql, c.floating), amount: true, cells: []int{i}})
		}
	}
	return out
}

// rowSidesSQL are the sides of a leaf for units besides the owner of its rows: how
// many rows there are of each, in the group, which comes again after the group
// itself, and under every condition; then what is added up. Who they are is not
// compared: the same many providers stand behind most cells of a table, and cells
// of different persons tell nothing of the one whom they do not share.
func (l *leaf) rowSidesSQL() []sideSQL {
	sides := l.sidesSQL()
	out := []sideSQL{sides[0], {sql: "count(*)", amount: true, cells: sides[0].cells}}
	for _, s := range sides[1:] {
		if s.condition != "" {
			s.sql, s.amount = "count_if("+s.condition+")", true
		}
		out = append(out, s)
	}
	return out
}

// additive is the aggregate whose values of single persons add up to the cell, or
// tell it together with a count; "" when there is none.
func additive(sql string) string {
	name, rest, _ := strings.Cut(sql, "(")
	switch name {
	case "count", "count_if", "countif", "sum":
		if strings.HasPrefix(rest, "DISTINCT ") {
			return ""
		}
		return sql
	case "avg", "mean":
		return "sum(" + rest
	}
	return ""
}

// contributorSQL asks for the persons of every group, one row each: the keys, the
// person, then the sides besides the group.
func (l *leaf) contributorSQL(u unitRef, sides []sideSQL) string {
	var list, ordinals []string
	for i, k := range l.keys {
		list, ordinals = append(list, k.sql), append(ordinals, itoa(i+1))
	}
	number, _ := u.counted()
	list = append(list, number)
	ordinals = append(ordinals, itoa(len(list)))
	for _, s := range sides[1:] {
		list = append(list, s.sql)
	}
	for i := range list {
		list[i] += " AS r" + itoa(i)
	}
	return "SELECT " + strings.Join(list, ", ") + l.tail + " GROUP BY " + strings.Join(ordinals, ", ")
}

// contributors reads the persons of the unit u behind the rows of a leaf; alike
// bounds how many of those who are alike in a row are read, 0 for all as they are.
func (l *leaf) contributors(ctx context.Context, conn *sql.Conn, u unitRef, rows map[string]int, sides []sideSQL, alike int64) ([]side, error) {
	if u.bits {
		sides = l.rowSidesSQL()
	}
	statement := l.contributorSQL(u, sides)
	if alike > 0 {
		statement = l.alikeSQL(statement, len(sides)-1)
	} else {
		statement += " ORDER BY " + itoa(len(l.keys)+1)
	}
	scan, err := l.query(ctx, conn, statement)
	if err != nil {
		return nil, err
	}
	defer scan.Close()
	r := &contributorReader{leaf: l, scan: scan, rows: rows, asked: sides, found: make([][]contribution, len(sides)), alike: alike}
	for i := range sides {
		r.found[i] = make([]contribution, len(rows))
	}
	for {
		n, err := scan.Next()
		if err != nil {
			return nil, personFault(ctx, err)
		}
		if n == 0 && u.bits {
			return r.sides(u.unit)[1:], nil
		}
		if n == 0 {
			return r.sides(u.unit), nil
		}
		if err := r.chunk(n); err != nil {
			return nil, err
		}
	}
}

type contributorReader struct {
	leaf  *leaf
	scan  *columnar.Scan
	rows  map[string]int
	asked []sideSQL
	found [][]contribution // by side and row
	alike int64
}

// contribution are the persons of a row, in order, and what each contributes.
type contribution struct {
	numbers []uint32
	amounts []uint64
	// inexact: an amount is no whole number, so that they are not compared.
	inexact bool
}

func (r *contributorReader) chunk(n int) error {
	columns := make([]vector, len(r.scan.Types))
	for i := range columns {
		columns[i] = vector{typ: r.scan.Types[i]}
		columns[i].appendAll(r.scan.Column(i), n)
	}
	keys := columns[:len(r.leaf.keys)]
	person, sides := r.scan.Column(len(keys)), columns[len(keys)+1:]
	var key []byte
	for i := range n {
		number := count(person, r.scan.Types[len(keys)], i)
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
		if r.alike == 0 {
			r.one(row, uint32(number), sides, i) //nolint:gosec // dense from 1
			continue
		}
		for range min(number, r.alike) {
			r.one(row, uint32(len(r.found[0][row].numbers)+1), sides, i) //nolint:gosec // few
		}
	}
	return nil
}

// one takes in a person of a row: the i-th values of its sides.
func (r *contributorReader) one(row int, number uint32, sides []vector, i int) {
	r.found[0][row].add(number, 1)
	for k := range sides {
		c := &r.found[1+k][row]
		amount, exact := sides[k].residue(i)
		c.inexact = c.inexact || !exact
		if amount != 0 {
			c.add(number, amount)
		}
	}
}

func (c *contribution) add(number uint32, amount uint64) {
	c.numbers = append(c.numbers, number)
	if amount == 1 && c.amounts == nil {
		return
	}
	for len(c.amounts) < len(c.numbers)-1 {
		c.amounts = append(c.amounts, 1)
	}
	c.amounts = append(c.amounts, amount)
}

// residue is a whole number, or a truth as 0 or 1, as package history takes it;
// false when it is neither. NULL is nothing.
func (v *vector) residue(i int) (amount uint64, exact bool) {
	if v.null(i) {
		return 0, true
	}
	if !v.whole() {
		return 0, false
	}
	b := v.bytes(i)
	switch v.typ.Name {
	case "BOOLEAN", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return field.Wide(0, little(b)), true
	}
	if len(b) == 16 {
		return field.Wide(int64(little(b[8:])), little(b[:8])), true //nolint:gosec // the bits of a signed number
	}
	shift := 64 - 8*len(b)
	low := int64(little(b)<<shift) >> shift       //nolint:gosec // the bits of a signed number
	return field.Wide(low>>63, uint64(low)), true //nolint:gosec // the bits of a signed number
}

// whole tells whether the values are whole numbers or truths.
func (v *vector) whole() bool {
	switch v.typ.Name {
	case "BOOLEAN", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT":
		return true
	}
	return v.typ.Decimal
}

// sides compresses what was read.
func (r *contributorReader) sides(owner string) []side {
	var out []side
	for i, asked := range r.asked {
		unit := asked.unit(owner)
		s := side{cells: asked.cells, amount: asked.amount, rows: make([]past.Set, len(r.rows))}
		for row, c := range r.found[i] {
			if len(c.numbers) > 0 && !(asked.amount && c.inexact) {
				s.rows[row] = past.Set{Unit: unit, Members: roaring.BitmapOf(c.numbers...), Values: c.amounts}
			}
		}
		r.found[i] = nil
		out = append(out, s)
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
	if c == nil || !c.earlier {
		return
	}
	for _, b := range c.behind {
		b.visit(func(s past.Set, _ int, _ []int, _ side) {
			s.Threshold = int(c.rules.threshold)
			c.sets = append(c.sets, s)
		})
	}
	c.behind = nil
}

// hide hides the cells that collide, and tells whether any do with an earlier
// release.
func (c *comparison) hide() bool {
	hidden := false
	for _, b := range c.behind {
		b.visit(func(s past.Set, row int, cells []int, of side) {
			if c.byRow && c.row != row+1 {
				c.released, c.row = past.History{}, row+1
			}
			collision, bad := c.collision(s)
			if !bad {
				return
			}
			if len(collision.Entries) == 0 {
				b.mask(row, cells, of.amount)
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
		return "other cells of the request"
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
	if len(c.collides) == 0 {
		return []string{"cells are masked that would make a small cell together with other cells of the request: ask for them one at a time, or for coarser ones"}
	}
	return []string{"cells are masked that would make a small cell together with " + c.others() + ": ask for the same cells as before, or for other classes; epsql ledger show tells what was asked then"}
}

// collision compares the persons of one side of a row, and counts them as
// released when they do not collide.
func (c *comparison) collision(s past.Set) (past.Collision, bool) {
	s.Threshold = int(c.rules.threshold)
	collision, bad := c.released.Compare(s)
	if bad {
		c.collides = append(c.collides, collision.Entries...)
		return collision, true
	}
	c.released.Add(s)
	return collision, false
}

// visit gives the persons of every side of a row on which shown cells stand, with
// these cells.
func (b *contributors) visit(see func(s past.Set, row int, cells []int, of side)) {
	for _, row := range b.order {
		for _, sides := range b.sides {
			for _, s := range sides {
				if s.rows[row].Members == nil {
					continue
				}
				var cells []int
				for _, cell := range s.cells {
					if b.table.shown(row, cell) {
						cells = append(cells, cell)
					}
				}
				if len(cells) > 0 {
					see(s.rows[row], row, cells, s)
				}
			}
		}
	}
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
