// Package guard is the one door: it takes an analyst's SQL, runs only SQL of
// its own on the person data, masks, and hands out a [Result] that nobody else
// can make.
//
// The text is parsed by DuckDB's own parser and planned in three zones. Public
// tables are free. Rows of persons stay on the person engine, the workspace's
// DuckDB file, which runs only SQL that this package wrote: names resolved,
// functions on a list, no row able to fail. The first aggregation that gives up
// the person is a leaf: it comes back with the number of distinct persons (and
// providers, where the channel protects them) behind every group and behind
// every condition inside an aggregate, on both of its sides. Cells under the
// channel's threshold are masked in Go, and only what may be shown enters the
// glass engine, a second DuckDB in memory, where the rest of the query runs.
//
// Rows of a leaf whose keys have a closed public list of values are always all
// there, masked where few stand behind them; of other keys, only rows that may
// be shown are listed. So the presence of a row tells nothing.
//
// Within one person nearly all of SQL is free: windows that are partitioned by the
// person, grouping by the person with HAVING, the first row of each, EXISTS and
// operations on sets of persons. Where a person's rows tie, their places in the
// delivery decide (places.go). What these carry of a row's conditions is kept
// beside every value and counted at the leaf (stage.go, within.go, setop.go).
// Grouping sets are a leaf each; a quantile is shown where enough persons share
// it and smoothed elsewhere (quantile.go); a grouped result that is used on rows
// of persons is answered first, and masks what uses it where it is masked
// (constant.go). How many rows of a person there are is not a cell of its own:
// count(*) beside count(DISTINCT id) tells how many rows there are beyond one
// for each person, whoever has them.
//
// What leaves as a file is compared with what left before (see [Guard.Release]
// and package history).
//
// Cells of one request are protected together. All leaves are one linear system:
// totals and their parts, what is not listed, sums within a row, and whom a leaf
// leaves out that has conditions more than another. Further cells are masked until
// nothing linear can be learnt of a small cell from what is shown, and no masked
// count is known within its bounds (secondary.go; package suppress says what is
// promised and what the choice depends on). Not looked at are sets of persons that
// only several unlike conditions together isolate, and values that a question uses
// below the wall: those are answers of their own.
//
// What is promised: for two databases that differ only in persons hidden behind
// masked cells, everything that leaves (values, order, column names, presence of
// rows, notes, errors, exit codes) is the same to the byte. interference_test.go
// tries it on random queries. Not hidden are that a stored column has no missing
// value at all, how many different values a column has, rare ones included, and
// whether an amount is too large for a published macro's arithmetic. Timing is not
// protected.
//
// Sums of floating-point numbers, and means, spreads and regressions made of them,
// are exact before they are rounded once (package exact), so their last digit does
// not depend on the order in which persons are stored.
package guard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/ast"
	"epsql/sql/diag"
	"epsql/sql/parse"
)

// Config is what a guard works with.
type Config struct {
	Workspace *store.Workspace
	Catalog   *catalog.Catalog
	Macros    *macros.Registry
	Channel   *catalog.Channel
	// User is recorded in the ledger.
	User string
	// Latest lets an unversioned macro name mean its newest published version;
	// for the shell only.
	Latest bool
}

// Guard answers queries of one workspace under one channel.
type Guard struct {
	cfg    Config
	parser *parse.Parser
	// glasses are engines that wait for the next question.
	glasses chan *glassEngine
	// past is read and kept under the workspace's Recording lock.
	past ledger.Past
}

// New makes a guard. A channel that gives out no tables, or that the workspace's
// population may not use, is refused.
func New(ctx context.Context, cfg Config) (*Guard, error) {
	if !cfg.Channel.Tables {
		return nil, diag.New(diag.Guard, "channel", "the channel %s gives out no tables", cfg.Channel.ID).
			WithHint("choose another channel with --channel")
	}
	if !slices.Contains(cfg.Workspace.Population.Channels, cfg.Channel.ID) {
		return nil, diag.New(diag.Guard, "looser-channel", "channel %s is not allowed: this workspace holds population %s", cfg.Channel.ID, cfg.Workspace.Population.ID).
			WithHint("use %s", strings.Join(cfg.Workspace.Population.Channels, " or "))
	}
	if err := install(ctx, cfg); err != nil {
		return nil, err
	}
	p, err := parse.New()
	if err != nil {
		return nil, err
	}
	return &Guard{cfg: cfg, parser: p, glasses: make(chan *glassEngine, glassesKept)}, nil
}

// Close releases the guard; the workspace stays open.
func (g *Guard) Close() error {
	for {
		select {
		case glass := <-g.glasses:
			_ = glass.db.Close() // in memory, nothing to lose
		default:
			return g.parser.Close()
		}
	}
}

// Query is an analyst's text: one SELECT, or a script of CREATE VIEW steps and
// one SELECT. File is for messages only. Params replace $name. Steps are the
// tables of a study that the text may name.
type Query struct {
	File   string
	Text   string
	Params map[string]string
	Steps  []Step
}

// Plan is a checked query that may run.
type Plan struct {
	text     string
	leaves   []*leaf
	families []family // leaves that hold totals and parts of each other
	sql      string   // above the wall
	columns  []column
	warnings []string
	macros   []string
	hash     string
	rules    rules
	channel  *catalog.Channel
}

// Plan parses and checks q without running it; only what it uses of grouped
// results on rows of persons is answered first, and recorded. A refusal is a [*diag.Error]
// with its place in q.Text.
func (g *Guard) Plan(ctx context.Context, q Query) (*Plan, error) {
	tree, err := g.parser.Script(ctx, q.File, q.Text)
	if err != nil {
		return nil, err
	}
	return g.planned(g.planner(ctx, q, tree), tree, nil)
}

func (g *Guard) planner(ctx context.Context, q Query, tree ast.Query) *planner {
	return &planner{
		ctx: ctx, cfg: g.cfg, guard: g, file: q.File, text: q.Text, params: q.Params, steps: q.Steps, picking: takesRows(tree),
	}
}

// planned plans a parsed query.
func (g *Guard) planned(p *planner, tree ast.Query, env *environment) (*Plan, error) {
	r, err := p.query(tree, env)
	if err != nil {
		return nil, err
	}
	return g.finish(p, tree, r)
}

// finish makes a plan of what a query gives.
func (g *Guard) finish(p *planner, tree ast.Query, r *relation) (*Plan, error) {
	switch r.zone {
	case person:
		return nil, p.refuse(offset(tree.Common().Off), "rows", "the query gives rows of persons").
			WithHint("count or sum them: SELECT key, count(*) … GROUP BY key")
	case public:
		r = p.raise(r)
	}
	if r.open {
		p.warn("rows under the threshold are not listed where a label has no closed list; totals over the listed rows leave them out")
	}
	plan := &Plan{
		text: p.text, leaves: p.leaves, sql: r.sql, columns: r.columns, warnings: p.warnings, macros: p.macros,
		rules: rulesOf(g.cfg.Catalog, g.cfg.Channel), channel: g.cfg.Channel,
	}
	if g.cfg.Channel.Secondary {
		plan.relate(p.nextLeaf)
	}
	check := newBoundCheck(g.cfg.Catalog, g.cfg.Macros, p.macros, p.steps)
	for _, l := range plan.leaves {
		l.bound = check
	}
	plan.hash = plan.sum()
	return plan, nil
}

// sum is a hash of all that will run.
func (p *Plan) sum() string {
	parts := []string{p.channel.ID, p.sql}
	for _, l := range p.leaves {
		parts = append(parts, l.sql)
	}
	return hashOf(parts...)
}

func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:])
}

// Warnings are notes that do not depend on the data: zones outside their
// validity, rows that will not be listed.
func (p *Plan) Warnings() []string { return p.warnings }

// Result is a masked table: the only thing that may be printed or exported.
// Only this package can fill one.
type Result struct {
	columns []Column
	masks   []bool // which columns may be masked
	rows    [][]Cell
	summary Summary
}

// Column is an output column. Kind is "bool", "int", "float", "decimal",
// "text", "date" or "timestamp".
type Column struct {
	Name string
	Kind string
	// Maskable: its cells depend on persons and may be masked.
	Maskable bool
}

// Cell is a value or a masked cell. Value is nil (SQL NULL), bool, int64,
// float64, string (text, and decimals in plain notation), or time.Time.
type Cell struct {
	Value  any
	Masked bool
	rules  uint8 // why it is masked
}

// Summary says what was masked and why. It holds nothing that a masked cell hides.
type Summary struct {
	Channel string
	Mask    string         // the mask word: "small cell"
	Cells   int            // cells in value columns of the answer
	Masked  int            // of these masked
	ByRule  map[string]int // "fewer than 4 persons": 12
	Notes   []string       // warnings, advice on which key to coarsen
	Ledger  int64          // number of the ledger entry
}

// Columns are the output columns.
func (r *Result) Columns() []Column { return r.columns }

// Len is the number of rows.
func (r *Result) Len() int { return len(r.rows) }

// Rows iterates over the rows.
func (r *Result) Rows() iter.Seq[[]Cell] {
	return func(yield func([]Cell) bool) {
		for _, row := range r.rows {
			if !yield(row) {
				return
			}
		}
	}
}

// Summary says what was masked.
func (r *Result) Summary() Summary { return r.summary }
