package quality

import (
	"context"
	"fmt"
	"strings"

	"epsql/catalog"
	"epsql/engine/store"
)

// measure is one count: the rows for which a condition holds.
type measure struct {
	condition string // SQL, never NULL
	into      *Count

	rows, with, without int64 // rows, and bounds of the persons with and without the condition
}

// zones measures every column in one pass over the table. Persons are bounded
// from below by hashing them to 64 bits, which costs little; only where that
// bound is under the threshold are they counted.
func (x *examiner) zones(ctx context.Context) ([]Zone, error) {
	zones := make([]Zone, 0, len(x.table.Columns()))
	var measures []*measure
	add := func(condition string) *Count {
		m := &measure{condition: "coalesce(" + condition + ", false)", into: &Count{}}
		measures = append(measures, m)
		return m.into
	}
	missing := make([]*Count, 0, cap(zones))
	for _, c := range x.table.Columns() {
		name := "t." + store.Quote(c.Name)
		z := Zone{Column: c.Name, Zone: c.Zone.ID}
		missing = append(missing, add(name+" IS NULL"))
		if condition := x.outside(c, name); condition != "" {
			z.Outside = add(condition)
		}
		if start, end := bounds(c.Type); start != "" && x.bounded() {
			z.Before, z.After = add(name+" < "+start), add(name+" > "+end)
		}
		if count := x.signOf(c); count != "" {
			z.Sign = add(fmt.Sprintf("sign(%s) * sign(t.%s) < 0", name, store.Quote(count)))
		}
		zones = append(zones, z)
	}
	if err := x.measure(ctx, measures); err != nil {
		return nil, err
	}
	for i, m := range missing {
		zones[i].Missing = *m
	}
	return zones, nil
}

// outside is the condition of a code outside its list, "" when the list is unknown.
func (x *examiner) outside(c catalog.Column, name string) string {
	codes, ok := x.ws.Catalog.Known(c)
	if !ok || c.Type != catalog.TypeCode {
		return ""
	}
	quoted := make([]string, len(codes))
	for i, code := range codes {
		quoted[i] = "'" + strings.ReplaceAll(code, "'", "''") + "'"
	}
	return name + " NOT IN (" + strings.Join(quoted, ", ") + ")"
}

// bounds are the expressions of a period's first and last day or month.
func bounds(t catalog.Type) (start, end string) {
	switch t {
	case catalog.TypeDate:
		return "p.first_day", "p.last_day"
	case catalog.TypeMonth:
		return "(year(p.first_day) * 100 + month(p.first_day))", "(year(p.last_day) * 100 + month(p.last_day))"
	}
	return "", ""
}

// bounded tells whether the deliveries have periods that can be read.
func (x *examiner) bounded() bool {
	for _, d := range x.periods {
		if d.first != "" {
			return true
		}
	}
	return false
}

// signOf names the count whose sign an amount must have: the table's first one.
func (x *examiner) signOf(c catalog.Column) string {
	if c.Role != catalog.RoleAmount {
		return ""
	}
	for _, other := range x.table.Columns() {
		if other.Role == catalog.RoleCount {
			return other.Name
		}
	}
	return ""
}

func (x *examiner) measure(ctx context.Context, measures []*measure) error {
	var columns []string
	var into []any
	for _, m := range measures {
		columns = append(columns, fmt.Sprintf("count(*) FILTER (%s)", m.condition))
		into = append(into, &m.rows)
		if x.table.Owner != "" {
			columns = append(columns, x.bound(m.condition), x.bound("NOT "+m.condition))
			into = append(into, &m.with, &m.without)
		}
	}
	query := fmt.Sprintf("SELECT %s FROM %s t LEFT JOIN (%s) p ON p.id = t.%s",
		strings.Join(columns, ", "), x.from(), x.calendar(), store.Quote(store.DeliveryColumn))
	if err := scanAll(ctx, x.ws.DB, query, func() []any { return into }); err != nil {
		return err
	}
	for _, m := range measures {
		if err := x.settle(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// bound is a lower bound of the distinct persons for whom a condition holds.
func (x *examiner) bound(condition string) string {
	return fmt.Sprintf("coalesce(bit_count(bit_or(1::UBIGINT << (t.%s & 63)) FILTER (%s)), 0)", store.Quote(x.table.Owner), condition)
}

// settle decides a measure, counting its persons when the bound does not.
func (x *examiner) settle(ctx context.Context, m *measure) error {
	rest := x.total - m.rows
	if x.table.Owner != "" && (m.rows > 0 && m.with < x.threshold || rest > 0 && m.without < x.threshold) {
		owner := "t." + store.Quote(x.table.Owner)
		query := fmt.Sprintf("SELECT count(DISTINCT %s) FILTER (%s), count(DISTINCT %s) FILTER (NOT %s) FROM %s t LEFT JOIN (%s) p ON p.id = t.%s",
			owner, m.condition, owner, m.condition, x.from(), x.calendar(), store.Quote(store.DeliveryColumn))
		if err := scanAll(ctx, x.ws.DB, query, func() []any { return []any{&m.with, &m.without} }); err != nil {
			return err
		}
	}
	*m.into = x.count(m.rows, m.with)
	if m.rows > 0 && x.count(rest, m.without).mask != "" {
		*m.into = Count{mask: x.mask}
	}
	return nil
}
