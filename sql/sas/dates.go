package sas

import (
	"strconv"
	"strings"
	"time"
)

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// parseDate reads 01JAN2008, with or without hyphens; two digits are a year from
// 1926 to 2025, as SAS is delivered since 9.4.
func parseDate(text string) (year, month, day int, ok bool) {
	text = strings.ToLower(strings.NewReplacer("-", "", " ", "", "/", "").Replace(text))
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	if n == 0 || n > 2 || len(text) < n+5 {
		return 0, 0, 0, false
	}
	day, _ = strconv.Atoi(text[:n])
	for i, m := range monthNames {
		if text[n:n+3] == m {
			month = i + 1
		}
	}
	year, err := strconv.Atoi(text[n+3:])
	if err != nil || year < 0 {
		return 0, 0, 0, false
	}
	if len(text[n+3:]) == 2 {
		if year += 1900; year < 1926 {
			year += 100
		}
	}
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return year, month, day, month > 0 && d.Day() == day && year >= 1582 && year < 20000
}

// readDate reads a date with an informat: the order of its parts, with or without
// something between them, or that of parseDate.
func readDate(text, informat string) (year, month, day int, ok bool) {
	order := map[string]string{"yymmdd": "ymd", "ddmmyy": "dmy", "mmddyy": "mdy"}[informat]
	if order == "" {
		return parseDate(text)
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) == 1 { // two digits each, and those of the year
		rest := parts[0]
		parts = parts[:0]
		for _, part := range order {
			n := 2
			if part == 'y' {
				n = len(text) - 4
			}
			if n < 2 || len(rest) < n {
				return 0, 0, 0, false
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
	}
	if len(parts) != len(order) {
		return 0, 0, 0, false
	}
	months := parts[strings.IndexByte(order, 'm')]
	month, err := strconv.Atoi(months)
	if err != nil || month < 1 || month > len(monthNames) {
		return 0, 0, 0, false
	}
	return parseDate(parts[strings.IndexByte(order, 'd')] + monthNames[month-1] + parts[strings.IndexByte(order, 'y')])
}

// parseStamp reads 01JAN2008:12:30:00, or 12:30 alone, as seconds.
func parseStamp(text string, timeOnly bool) (float64, bool) {
	var seconds float64
	if !timeOnly {
		date, rest, ok := strings.Cut(text, ":")
		y, m, d, good := parseDate(date)
		if !ok || !good {
			return 0, false
		}
		seconds = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Sub(time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)).Seconds()
		text = rest
	}
	unit := 3600.0
	for _, part := range strings.Split(text, ":") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || unit < 1 {
			return 0, false
		}
		seconds += v * unit
		unit /= 60
	}
	return seconds, true
}
