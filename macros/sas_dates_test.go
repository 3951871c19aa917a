package macros_test

import (
	"math/rand/v2"
	"strings"
	"time"
)

// day is a date.
type day struct{ time.Time }

func (d day) String() string { return d.Format(time.DateOnly) }

func dayOf(year, month, d int) day {
	return day{time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)}
}

func (d day) plus(days int) day    { return day{d.AddDate(0, 0, days)} }
func (d day) minus(o day) int      { return int(d.Sub(o.Time).Hours() / 24) }
func (d day) before(o day) bool    { return d.Time.Before(o.Time) }
func (d day) lastOfMonth() bool    { return d.plus(1).Day() == 1 }
func (d day) lastOfFebruary() bool { return d.lastOfMonth() && d.Month() == time.February }

// someDays are near each other and at the turns of months, quarters and years.
var someDays = draw{"DATE", func(r *rand.Rand) any {
	if r.IntN(12) == 0 {
		return nil
	}
	year := pick(r, 1959, 1960, 1999, 2000, 2006, 2007, 2008, 2008)
	if r.IntN(2) == 0 {
		return dayOf(year, 1+r.IntN(12), 1+r.IntN(31))
	}
	return dayOf(year, pick(r, 1, 2, 3, 3, 7, 12), pick(r, 1, 0, -1, 28, 29, 30, 31))
}}

var intervals = oneOf("VARCHAR", "day", "WEEK", "month", "qtr", "Semiyear", "year", "decade", nil)

// dateOracles answer the functions of SAS on dates.
var dateOracles = []oracle{
	drawn("sas.mdy_v1", 400, []draw{
		oneOf("DOUBLE", nil, 0.0, 1.0, 2.0, 2.0, 2.5, 12.0, 13.0, -1.0), oneOf("DOUBLE", nil, 0.0, 1.0, 28.0, 29.0, 30.0, 31.0, 1.5),
		oneOf("DOUBLE", nil, 0.0, 25.0, 26.0, 99.0, 100.0, 1581.0, 1582.0, 1900.0, 2000.0, 2007.0, 2008.0),
	}, calendarDay),
	drawn("sas.weekday_v1", 200, []draw{someDays}, onDay(func(d day) any { return int(d.Weekday()) + 1 })),
	drawn("sas.to_date_v1", 200, []draw{oneOf("DOUBLE", nil, 0.0, -1.0, 0.9, -0.9, 59.0, 60.0, 366.0, 17532.0, -138061.0, -138062.0, 6552530.0, 1e12)}, func(a []any) any {
		x, ok := a[0].(float64)
		if !ok || x < -138061 || x > 1e7 {
			return nil
		}
		if d := dayOf(1960, 1, 1).plus(int(x)); d.Year() > 9999 {
			return d.Format("2006-01-02")
		}
		return dayOf(1960, 1, 1).plus(int(x))
	}),
	drawn("sas.from_date_v1", 200, []draw{someDays}, onDay(func(d day) any { return float64(d.minus(dayOf(1960, 1, 1))) })),
	drawn("sas.datepart_v1", 200, []draw{oneOf("DOUBLE", nil, 0.0, 1.0, -1.0, 86399.5, 86400.0, -86400.0, -86401.0, 1514764800.0)}, func(a []any) any {
		x, ok := a[0].(float64)
		if !ok {
			return nil
		}
		return day{time.Date(1960, 1, 1, 0, 0, 0, int(x*1000)*1_000_000, time.UTC).Truncate(24 * time.Hour)}
	}),
	drawn("sas.intmonths_v1", 100, []draw{intervals}, func(a []any) any {
		if n := monthsOf(a[0]); n > 0 {
			return n
		}
		return nil
	}),
	drawn("sas.intbegin_v1", 400, []draw{intervals, someDays, oneOf("DOUBLE", nil, 0.0, 1.0, -1.0, 2.0, -5.0, 1.9, -1.9)}, func(a []any) any {
		return stepped(append(a, "b"))
	}),
	drawn("sas.intnx_v1", 900, []draw{
		intervals, someDays, oneOf("DOUBLE", nil, 0.0, 1.0, -1.0, 2.0, -5.0, 0.9, -0.9, 13.0),
		oneOf("VARCHAR", "B", "beginning", "m", "E", "end", "s", "SAME", "x", nil),
	}, stepped),
	drawn("sas.intck_v1", 900, []draw{intervals, someDays, someDays, oneOf("VARCHAR", "D", "discrete", "c", "CONTINUOUS", "x", nil)}, counted),
	drawn("sas.birthday_v1", 200, []draw{someDays}, onDay(func(d day) any { return birthday(d, d.Year()) })),
	drawn("sas.age_v1", 400, []draw{someDays, someDays}, age),
	drawn("sas.datdif_v1", 400, []draw{someDays, someDays, oneOf("VARCHAR", "30/360", "act/act", "ACTUAL", "360", "x", nil)}, func(a []any) any {
		basis, _ := a[2].(string)
		switch strings.ToUpper(basis) {
		case "30/360", "360":
			return onDays(a, days360)
		case "ACT/ACT", "ACTUAL":
			return onDays(a, func(from, to day) any { return to.minus(from) })
		}
		return nil
	}),
	rounded(drawn("sas.yrdif_v1", 400, []draw{someDays, someDays, oneOf("VARCHAR", "ACT/ACT", "Act/360", "act/365", "30/360", "age", "x")}, years), 9),
}

func onDay(f func(d day) any) func(a []any) any {
	return func(a []any) any {
		if d, ok := a[0].(day); ok {
			return f(d)
		}
		return nil
	}
}

func onDays(a []any, f func(from, to day) any) any {
	from, ok1 := a[0].(day)
	to, ok2 := a[1].(day)
	if !ok1 || !ok2 {
		return nil
	}
	return f(from, to)
}

// calendarDay looks the day up in the calendar.
func calendarDay(a []any) any {
	m, ok1 := a[0].(float64)
	d, ok2 := a[1].(float64)
	y, ok3 := a[2].(float64)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	for year := 1926; y < 100 && year <= 2025; year++ {
		if year%100 == int(y) {
			y = float64(year)
		}
	}
	for c := dayOf(int(y), 1, 1); c.Year() == int(y) && y >= 1582; c = c.plus(1) {
		if float64(c.Month()) == m && float64(c.Day()) == d {
			return c
		}
	}
	return nil
}

func monthsOf(interval any) int {
	name, _ := interval.(string)
	return map[string]int{"month": 1, "qtr": 3, "semiyear": 6, "year": 12}[strings.ToLower(name)]
}

// begins tells whether an interval begins on a day.
func begins(interval string, d day) bool {
	switch interval {
	case "day":
		return true
	case "week":
		return d.Weekday() == time.Sunday
	}
	return d.Day() == 1 && (int(d.Month())-1)%monthsOf(interval) == 0
}

// sameDay is the same day n intervals on, the last of a month that has it not.
func sameDay(interval string, d day, n int) day {
	switch interval {
	case "day":
		return d.plus(n)
	case "week":
		return d.plus(7 * n)
	}
	moved := dayOf(d.Year(), int(d.Month())+n*monthsOf(interval), d.Day())
	for moved.Day() != d.Day() && moved.Day() < 4 {
		moved = moved.plus(-1)
	}
	return moved
}

// stepped walks to the day, one day after the other.
func stepped(a []any) any {
	interval, _ := a[0].(string)
	d, ok := a[1].(day)
	n, there := a[2].(float64)
	align, _ := a[3].(string)
	interval = strings.ToLower(interval)
	if !ok || !there || align == "" || interval != "day" && interval != "week" && monthsOf(interval) == 0 {
		return nil
	}
	if align[0]|0x20 == 's' {
		return sameDay(interval, d, int(n))
	}
	for !begins(interval, d) {
		d = d.plus(-1)
	}
	next := func(step int) {
		for d = d.plus(step); !begins(interval, d); {
			d = d.plus(step)
		}
	}
	for range int(n) {
		next(1)
	}
	for range -int(n) {
		next(-1)
	}
	first := d
	next(1)
	switch align[0] | 0x20 {
	case 'b':
		return first
	case 'e':
		return d.plus(-1)
	case 'm':
		return first.plus((d.minus(first) - 1) / 2)
	}
	return nil
}

// counted counts, day by day, or interval by interval.
func counted(a []any) any {
	interval, _ := a[0].(string)
	interval = strings.ToLower(interval)
	method, _ := a[3].(string)
	if interval != "day" && interval != "week" && monthsOf(interval) == 0 {
		return nil
	}
	return onDays(a[1:], func(from, to day) any {
		switch {
		case interval == "day":
			return to.minus(from)
		case method == "":
			return nil
		case method[0]|0x20 == 'd':
			n := 0
			for d := from; d.before(to); n += ternary(begins(interval, d), 1, 0) {
				d = d.plus(1)
			}
			for d := from; to.before(d); d = d.plus(-1) {
				n -= ternary(begins(interval, d), 1, 0)
			}
			return n
		case method[0]|0x20 == 'c':
			n := 0
			for ; !to.before(sameDay(interval, from, n+1)); n++ {
			}
			for ; to.before(from) && !sameDay(interval, from, n-1).before(to); n-- {
			}
			return n
		}
		return nil
	})
}

// birthday is that of a year.
func birthday(birth day, year int) day {
	if birth.Month() == time.February && birth.Day() == 29 {
		return dayOf(year, 2, 28)
	}
	return dayOf(year, int(birth.Month()), birth.Day())
}

// age counts birthdays.
func age(a []any) any {
	return onDays(a, func(birth, at day) any {
		if at.before(birth) {
			return nil
		}
		years := 0
		for !at.before(birthday(birth, birth.Year()+years+1)) {
			years++
		}
		last := birthday(birth, birth.Year()+years)
		next := birthday(birth, birth.Year()+years+1)
		return float64(years) + float64(at.minus(last))/float64(next.minus(last))
	})
}

// days360 follows the four rules in their order.
func days360(from, to day) any {
	d1, d2 := from.Day(), to.Day()
	if from.lastOfFebruary() && to.lastOfFebruary() {
		d2 = 30
	}
	if from.lastOfFebruary() {
		d1 = 30
	}
	if d2 == 31 && d1 >= 30 {
		d2 = 30
	}
	if d1 == 31 {
		d1 = 30
	}
	return 360*(to.Year()-from.Year()) + 30*int(to.Month()-from.Month()) + d2 - d1
}

// years adds up days as parts of their years.
func years(a []any) any {
	basis := strings.ToUpper(a[2].(string))
	if basis == "AGE" {
		return age(a)
	}
	return onDays(a, func(from, to day) any {
		switch basis {
		case "ACT/360":
			return float64(to.minus(from)) / 360
		case "ACT/365":
			return float64(to.minus(from)) / 365
		case "30/360":
			return float64(days360(from, to).(int)) / 360
		case "ACT/ACT":
			total := 0.0
			for y := 1959; y <= 2010; y++ {
				first, after := dayOf(y, 1, 1), dayOf(y+1, 1, 1)
				inYear := func(d day) int { return min(max(d.minus(first), 0), after.minus(first)) }
				total += float64(inYear(to)-inYear(from)) / float64(after.minus(first))
			}
			return total
		}
		return nil
	})
}
