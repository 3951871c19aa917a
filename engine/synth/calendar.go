package synth

import (
	"strconv"
	"time"
)

// calendar numbers the days from 1 January of its first year.
type calendar struct {
	first  int
	days   []date
	months []int // the first day of each month
}

// date is a day as it is written.
type date struct {
	text  [8]byte
	month int // months since January of the first year
}

func newCalendar(first, end int) calendar {
	c := calendar{first: first}
	for d := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < end; d = d.AddDate(0, 0, 1) {
		month := (d.Year()-first)*12 + int(d.Month()) - 1
		if d.Day() == 1 {
			c.months = append(c.months, len(c.days))
		}
		c.days = append(c.days, date{[8]byte([]byte(d.Format("20060102"))), month})
	}
	return c
}

// day is the first day of a month.
func (c *calendar) day(year, month int) int { return c.months[(year-c.first)*12+month-1] }

// appendMonth writes AAAAMM.
func (c *calendar) appendMonth(out []byte, month int) []byte {
	y, m := c.first+month/12, month%12+1
	out = strconv.AppendInt(out, int64(y), 10)
	return append(out, byte('0'+m/10), byte('0'+m%10))
}
