package quality

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"epsql/engine/store"
)

// delivered is a current delivery of the table: its rows and its persons.
type delivered struct {
	id              int64
	insurer, period string
	first, last     string // days of the period, AAAA-MM-JJ; "" when it cannot be read
	rows, units     int64
}

// delivered lists the current deliveries by insurer and period.
func (x *examiner) delivered(ctx context.Context) ([]delivered, error) {
	units := "0"
	if x.table.Owner != "" {
		units = "count(DISTINCT t." + store.Quote(x.table.Owner) + ")"
	}
	query := fmt.Sprintf(`SELECT d.id, coalesce(d.insurer, ''), coalesce(d.period, ''), count(*), %s
		FROM %s t JOIN epsql.deliveries d ON d.id = t.%s GROUP BY ALL ORDER BY 2, 3, 1`,
		units, x.from(), store.Quote(store.DeliveryColumn))
	var out []delivered
	err := scanAll(ctx, x.ws.DB, query, func() []any {
		out = append(out, delivered{})
		d := &out[len(out)-1]
		return []any{&d.id, &d.insurer, &d.period, &d.rows, &d.units}
	})
	for i := range out {
		out[i].first, out[i].last = days(out[i].period)
	}
	return out, err
}

// calendar gives the first and last day of each delivery's period as a relation.
func (x *examiner) calendar() string {
	rows := []string{"(NULL::INTEGER, NULL::DATE, NULL::DATE)"}
	for _, d := range x.periods {
		if d.first != "" {
			rows = append(rows, fmt.Sprintf("(%d, DATE '%s', DATE '%s')", d.id, d.first, d.last))
		}
	}
	return "FROM (VALUES " + strings.Join(rows, ", ") + ") v(id, first_day, last_day)"
}

// days gives the first and last day of a period written as a year, a year and
// a quarter, or a year and a month; "" for anything else.
func days(period string) (first, last string) {
	y, months, start, ok := parse(period)
	if !ok {
		return "", ""
	}
	from := time.Date(y, time.Month(start), 1, 0, 0, 0, 0, time.UTC)
	return from.Format(time.DateOnly), from.AddDate(0, months, -1).Format(time.DateOnly)
}

// parse reads a period: its year, its length and its first month.
func parse(period string) (year, months, start int, ok bool) {
	text := strings.ReplaceAll(period, "-", "")
	if len(text) < 4 || len(text) > 6 {
		return 0, 0, 0, false
	}
	year, err := strconv.Atoi(text[:4])
	rest := 0
	if err == nil && len(text) > 4 {
		rest, err = strconv.Atoi(text[4:])
	}
	switch {
	case err != nil || year < 1:
		return 0, 0, 0, false
	case len(text) == 4:
		return year, 12, 1, true
	case len(text) == 5 && rest >= 1 && rest <= 4:
		return year, 3, 3*rest - 2, true
	case len(text) == 6 && rest >= 1 && rest <= 12:
		return year, 1, rest, true
	}
	return 0, 0, 0, false
}

// holes finds, for every insurer, the periods that it lacks among those that
// anybody delivered.
func holes(ds []delivered) []Hole {
	var periods, insurers []string
	have := map[Hole]bool{}
	for _, d := range ds {
		if d.period == "" {
			continue
		}
		periods, insurers = append(periods, d.period), append(insurers, d.insurer)
		have[Hole{d.insurer, d.period}] = true
	}
	slices.Sort(periods)
	slices.Sort(insurers)
	var out []Hole
	for _, insurer := range slices.Compact(insurers) {
		for _, period := range between(slices.Compact(slices.Clone(periods))) {
			if h := (Hole{insurer, period}); !have[h] {
				out = append(out, h)
			}
		}
	}
	return out
}

// between fills in the years or quarters that nobody delivered between the
// first and the last period; months are taken as they come, for deliveries that
// name a month are rarely monthly.
func between(periods []string) []string {
	var out []string
	for i, period := range periods {
		year, months, start, ok := parse(period)
		for ok && i > 0 && months > 1 {
			y, m, s, known := parse(out[len(out)-1])
			if !known || m != months || y*12+s+m >= year*12+start {
				break
			}
			out = append(out, following(out[len(out)-1], y, m, s))
		}
		out = append(out, period)
	}
	return out
}

// following is the period after one, written the same way.
func following(period string, year, months, start int) string {
	start += months
	if start > 12 {
		year, start = year+1, start-12
	}
	if months == 12 {
		return fmt.Sprintf("%04d", year)
	}
	separator := ""
	if strings.Contains(period, "-") {
		separator = "-"
	}
	return fmt.Sprintf("%04d%s%d", year, separator, (start+2)/3)
}
