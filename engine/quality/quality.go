// Package quality tells how good loaded data are, zone by zone: what is
// missing, codes outside their list, dates outside the period of their
// delivery, amounts whose sign is not that of the count, rows per insurer and
// period, and holes in that series.
//
// The report leaves the person zone, so every count follows the rule of the
// workspace's default channel: one behind which stand fewer persons than the
// threshold is masked, and so is one that the table's total would give away. A
// masked [Count] does not hold its number.
package quality

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/engine/store"
)

// Summary is the quality of a workspace's data.
type Summary struct {
	Channel   string  `json:"channel"`
	Threshold int     `json:"threshold"`
	Mask      string  `json:"mask"`
	Tables    []Table `json:"tables"`
}

// Table is the quality of one table.
type Table struct {
	Name   string `json:"name"`
	Rows   Count  `json:"rows"`
	Zones  []Zone `json:"zones"`
	Series []Cell `json:"series"`
	Holes  []Hole `json:"holes"`
}

// Zone is the quality of one column. What does not apply to it is nil.
type Zone struct {
	Column  string `json:"column"`
	Zone    string `json:"zone"`
	Missing Count  `json:"missing"`
	Outside *Count `json:"outside_list,omitempty"`  // codes outside their list
	Before  *Count `json:"before_period,omitempty"` // dates before the period of their delivery: late bookings, or errors
	After   *Count `json:"after_period,omitempty"`  // dates after it
	Sign    *Count `json:"sign,omitempty"`          // amounts whose sign is not that of the table's count
}

// Cell is the rows of one insurer and period.
type Cell struct {
	Insurer string `json:"insurer"`
	Period  string `json:"period"`
	Rows    Count  `json:"rows"`
}

// Hole is a period that others delivered and an insurer did not.
type Hole struct {
	Insurer string `json:"insurer"`
	Period  string `json:"period"`
}

// Count is a number of rows, or the mask word.
type Count struct {
	n    int64
	mask string // not empty when masked; n is 0 then
}

// Value is the number; false when it is masked.
func (c Count) Value() (int64, bool) { return c.n, c.mask == "" }

// String is the number or the mask word.
func (c Count) String() string {
	if c.mask != "" {
		return c.mask
	}
	return strconv.FormatInt(c.n, 10)
}

// MarshalJSON gives a number, or the mask word as a string.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.mask != "" {
		return json.Marshal(c.mask)
	}
	return json.Marshal(c.n)
}

// Report examines the tables that hold rows: the named ones, or all.
func Report(ctx context.Context, ws *store.Workspace, tables ...string) (*Summary, error) {
	channel, err := ws.Channel("")
	if err != nil {
		return nil, err
	}
	out := &Summary{Channel: channel.ID, Threshold: channel.Threshold, Mask: channel.Mask}
	for _, t := range ws.Catalog.Tables {
		named := func(name string) bool { return strings.EqualFold(name, t.Name) }
		if len(tables) > 0 && !slices.ContainsFunc(tables, named) {
			continue
		}
		x := &examiner{ws: ws, table: t, threshold: int64(channel.Threshold), mask: channel.Mask}
		table, err := x.examine(ctx)
		if err != nil {
			return nil, store.Fault(err, "cannot-read", "the table %s cannot be examined", t.Name)
		}
		if table != nil {
			out.Tables = append(out.Tables, *table)
		}
	}
	return out, nil
}

// examiner examines one table.
type examiner struct {
	ws        *store.Workspace
	table     *catalog.Table
	threshold int64
	mask      string
	periods   []delivered
	total     int64
}

// examine is nil when the table is empty.
func (x *examiner) examine(ctx context.Context) (*Table, error) {
	if err := x.ws.DB.QueryRowContext(ctx, "SELECT count(*) FROM "+x.from()).Scan(&x.total); err != nil || x.total == 0 {
		return nil, err
	}
	var err error
	if x.periods, err = x.delivered(ctx); err != nil {
		return nil, err
	}
	var persons int64
	for _, d := range x.periods {
		persons = max(persons, d.units)
	}
	out := &Table{Name: x.table.Name, Rows: x.count(x.total, persons)}
	if out.Zones, err = x.zones(ctx); err != nil {
		return nil, err
	}
	if x.table.Delivery == nil {
		return out, nil
	}
	out.Series = x.series()
	out.Holes = holes(x.periods)
	return out, nil
}

func (x *examiner) from() string { return "main." + store.Quote(x.table.Name) }

// series sums the deliveries by insurer and period. The table's total is shown,
// so that a masked part must not be what is left of it: further parts, the
// smallest first, are masked until two are, with enough persons in them.
func (x *examiner) series() []Cell {
	var out []Cell
	var units []int64
	for i, d := range x.periods {
		if i > 0 && d.insurer == x.periods[i-1].insurer && d.period == x.periods[i-1].period {
			last := len(out) - 1
			out[last].Rows.n += d.rows
			units[last] = max(units[last], d.units)
			continue
		}
		out = append(out, Cell{d.insurer, d.period, Count{n: d.rows}})
		units = append(units, d.units)
	}
	smallest := make([]int, len(out))
	for i := range out {
		smallest[i] = i
	}
	slices.SortStableFunc(smallest, func(a, b int) int { return cmp.Compare(units[a], units[b]) })
	var masked, persons int64
	for _, i := range smallest {
		single := x.count(out[i].Rows.n, units[i])
		if single.mask == "" && (masked == 0 || masked > 1 && persons >= x.threshold) {
			break
		}
		masked, persons = masked+1, persons+units[i]
		out[i].Rows = Count{mask: x.mask}
	}
	return out
}

// count masks a number of rows by the number of persons behind it. Tables that
// belong to nobody are public.
func (x *examiner) count(n, units int64) Count {
	if x.table.Owner != "" && n > 0 && units < x.threshold {
		return Count{mask: x.mask}
	}
	return Count{n: n}
}

// scanAll runs a query and scans every row into the places that next gives.
func scanAll(ctx context.Context, db *sql.DB, query string, next func() []any) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(next()...); err != nil {
			return err
		}
	}
	return rows.Err()
}
