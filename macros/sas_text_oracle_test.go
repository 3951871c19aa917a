package macros_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The oracles of the macros on texts and formats compute them again on made-up
// values; the year only makes the values other ones.
func init() {
	oracles = append(oracles, []oracle{
		{"sas.substr_v1", "SELECT p, sas.substr_v1(printf('kidnap %%d', %d), p, p %% 5) FROM range(-2, 14) AS t(p)", substrTexts, 0},
		{"sas.scan_v1", "SELECT n, sas.scan_v1(printf(',un, deux,,%%d ', %d), n, ' ,') FROM range(-5, 6) AS t(n)", scanTexts, 0},
		{"sas.countw_v1", "SELECT n, sas.countw_v1(repeat('a- b,', n::BIGINT) || %d, ' ,') FROM range(0, 9) AS t(n)", wordCounts, 0},
		{"sas.best_v1", "SELECT n, sas.best_v1((n - 40) * %d / 64) FROM range(0, 90) AS t(n)", bestTexts, 0},
		{"sas.put_z_v1", "SELECT n, sas.put_z_v1((n - 40) * %d, 6) FROM range(0, 90) AS t(n)", zeroTexts, 0},
		{"sas.put_f_v1", "SELECT n, sas.put_f_v1((n - 40) * %d / 64, 9, 6) FROM range(0, 90) AS t(n)", decimalTexts, 0},
		{"sas.input_date_v1", "SELECT n, sas.input_date_v1(printf('%%02d/%%02d/%%d', n, n %% 14, %d), 'DMY') FROM range(0, 40) AS t(n)", readDates, 0},
	}...)
}

// numbered makes a line of each n.
func numbered(from, to int64, f func(n int64) any) []string {
	var out []string
	for n := from; n < to; n++ {
		out = append(out, line(n, f(n)))
	}
	return out
}

// blank is nil for a text of blanks.
func blank(text string) any {
	if text = strings.TrimRight(text, " "); text == "" {
		return nil
	}
	return text
}

func substrTexts(_ *world, annee int64) []string {
	text := fmt.Sprintf("kidnap %d", annee)
	return numbered(-2, 14, func(p int64) any {
		length := p % 5
		if p < 1 {
			return nil
		}
		var b strings.Builder
		for i := p; i <= int64(len(text)) && (length < 1 || i < p+length); i++ {
			b.WriteByte(text[i-1])
		}
		return blank(b.String())
	})
}

func scanTexts(_ *world, annee int64) []string {
	list := []string{"un", "deux", strconv.FormatInt(annee, 10)}
	return numbered(-5, 6, func(n int64) any {
		if n < 0 {
			n += 4
		}
		if n < 1 || n > 3 {
			return nil
		}
		return list[n-1]
	})
}

func wordCounts(*world, int64) []string {
	return numbered(0, 9, func(n int64) any { return 2*n + 1 })
}

func bestTexts(_ *world, annee int64) []string {
	return numbered(0, 90, func(n int64) any {
		x := float64((n-40)*annee) / 64
		for decimals := 11; ; decimals-- {
			text := strconv.FormatFloat(x, 'f', decimals, 64)
			if strings.Contains(text, ".") {
				text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
			}
			if len(text) <= 12 {
				return text
			}
		}
	})
}

func zeroTexts(_ *world, annee int64) []string {
	return numbered(0, 90, func(n int64) any {
		text := fmt.Sprintf("%06d", (n-40)*annee) // the sign counts, as in SAS
		if len(text) > 6 {
			return "******"
		}
		return text
	})
}

func decimalTexts(_ *world, annee int64) []string {
	return numbered(0, 90, func(n int64) any {
		x := float64((n-40)*annee) / 64 // six decimals are exact
		text := fmt.Sprintf("%9s", strconv.FormatFloat(x, 'f', 6, 64))
		if len(text) > 9 || math.IsNaN(x) {
			return "*********"
		}
		return text
	})
}

func readDates(_ *world, annee int64) []string {
	return numbered(0, 40, func(n int64) any {
		day := time.Date(int(annee), time.Month(n%14), int(n), 0, 0, 0, 0, time.UTC)
		if day.Day() != int(n) || int64(day.Month()) != n%14 {
			return nil
		}
		return day.Format(time.DateOnly)
	})
}
