package guard

import (
	"context"
	"database/sql"
	"strings"

	"epsql/engine/store"
)

// Rows of persons do not leave, and no [Result] is made of them. They may be
// compared inside the house with rows that are expected, where the workspace permits
// it (see [store.Permit]); that they were read is recorded.

// InsideChannel stands in the ledger in place of a channel for rows of persons
// that were read to be compared.
const InsideChannel = "rows of persons"

// Rows are a checked query that gives rows of persons.
type Rows struct {
	guard   *Guard
	text    string
	sql     string
	columns []string
	macros  []string
	bound   *boundCheck
}

// PersonRows checks a query for a comparison inside the house. A query whose rows
// belong to nobody gives a plan instead, as [Guard.Plan] does.
func (g *Guard) PersonRows(ctx context.Context, q Query) (*Rows, *Plan, error) {
	if err := g.cfg.Workspace.Rows.Check(); err != nil {
		return nil, nil, err
	}
	tree, err := g.parser.Script(ctx, q.File, q.Text)
	if err != nil {
		return nil, nil, err
	}
	p := g.planner(ctx, q, tree)
	r, err := p.query(tree, nil)
	if err != nil {
		return nil, nil, err
	}
	if r.zone != person {
		plan, err := g.finish(p, tree, r)
		return nil, plan, err
	}
	rows := &Rows{guard: g, text: q.Text, macros: p.macros, bound: newBoundCheck(g.cfg.Catalog, g.cfg.Macros, p.macros, p.steps)}
	rows.compile(p, p.member(r, ""))
	return rows, nil, nil
}

// compile writes the statement: columns by number, identifiers as delivered.
func (r *Rows) compile(p *planner, from *relation) {
	var list, joins []string
	for i, c := range from.columns {
		sql := c.guarded()
		if c.ident != "" {
			_, ids := store.IDTable(p.cfg.Catalog, c.ident)
			a := p.alias()
			r.bound.tables = append(r.bound.tables, strings.ToLower(strings.ReplaceAll(ids, `"`, "")))
			joins = append(joins, " LEFT JOIN "+ids+" AS "+a+" ON "+a+".num = "+sql)
			sql = a + ".id"
		}
		list = append(list, sql+" AS c"+itoa(i))
		r.columns = append(r.columns, c.name)
	}
	r.sql = "SELECT " + strings.Join(list, ", ") + " FROM " + from.sql + strings.Join(joins, "")
}

// Columns are the names of the columns.
func (r *Rows) Columns() []string { return r.columns }

// Read records that the rows are seen, and gives them to see.
func (r *Rows) Read(ctx context.Context, see func(*sql.Rows) error) error {
	g := r.guard
	return g.snapshot(ctx, func(conn *sql.Conn) error {
		if err := r.bound.allow(ctx, conn, r.sql); err != nil {
			return err
		}
		deliveries, err := deliveriesOf(ctx, conn)
		if err != nil {
			return err
		}
		e := g.entry(InsideChannel, r.text, hashOf(InsideChannel, r.sql), r.macros, deliveries)
		if _, err := g.note(ctx, e); err != nil {
			return err
		}
		rows, err := conn.QueryContext(ctx, r.sql)
		if err != nil {
			return personFault(ctx, err)
		}
		defer rows.Close() //nolint:errcheck // its errors come from rows.Err
		if err := see(rows); err != nil {
			return err
		}
		if err := rows.Err(); err != nil {
			return personFault(ctx, err)
		}
		return nil
	})
}
