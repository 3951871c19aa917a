package sas

import (
	"fmt"
	"slices"
	"strings"
)

func (p *program) procRank(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("var", "ranks"); err != nil {
			return err
		}
		for _, option := range []string{"normal", "savage"} {
			if c.flags[option] || c.values[option] != "" {
				return fmt.Errorf("the option %s of rank is not understood", option)
			}
		}
		c.allows("ties", "groups", "descending", "percent", "p", "fraction", "f", "nplus1", "n1")
		vars, err := c.variables("var")
		if err != nil {
			return err
		}
		if vars == nil {
			vars = c.numericExcept(c.by)
		}
		names := vars
		if s, _ := c.statement("ranks"); s != nil {
			names = nil
			for _, t := range s.tokens[1:] {
				names = append(names, t.text)
			}
		}
		if !c.data.rel.known {
			return fmt.Errorf("the columns of %s must be known: say what they are in the mapping file", c.data.ref.name)
		}
		if len(vars) == 0 || len(names) != len(vars) {
			return fmt.Errorf("ranks has another number of variables than var")
		}
		columns := copyColumns(c.data.list)
		for _, n := range names {
			if !slices.ContainsFunc(columns, func(col *column) bool { return col.name == n }) {
				columns = append(columns, &column{name: n, kind: numberKind})
			}
		}
		return c.emit(c.out, derived{columns: columns, order: c.same, core: func(row bool) string { return c.ranked(vars, names, row) }})
	})
}

// rank is the rank of a value: ties have their mean rank unless told otherwise,
// and a missing value has none.
func (c *procCall) rank(x string) string {
	direction := ""
	if c.flags["descending"] {
		direction = " DESC"
	}
	parts := strings.Join(append(c.sqlOf(c.by), "("+x+" IS NULL)"), ", ")
	over := "OVER (PARTITION BY " + parts + " ORDER BY " + x + direction + ")"
	tied := "OVER (PARTITION BY " + strings.Join(append(c.sqlOf(c.by), x), ", ") + ")"
	total := "count(" + x + ") OVER (PARTITION BY " + parts + ")"
	fraction, percent := c.flags["fraction"] || c.flags["f"], c.flags["percent"] || c.flags["p"]
	nplus1 := c.flags["nplus1"] || c.flags["n1"]
	ties := c.values["ties"]
	if ties == "" && (fraction || percent || nplus1) {
		ties = "high"
	}
	rank := ""
	switch ties {
	case "low":
		rank = "rank() " + over
	case "high":
		rank = "(rank() " + over + " + count(*) " + tied + " - 1)"
	case "dense":
		rank = "dense_rank() " + over
	default:
		rank = "(rank() " + over + " + (count(*) " + tied + " - 1) / 2)"
	}
	switch k := c.values["groups"]; {
	case k != "":
		rank = fmt.Sprintf("floor(%s * %s / (%s + 1))", rank, k, total)
	case fraction:
		rank += " / " + total
	case percent:
		rank = "100 * " + rank + " / " + total
	case nplus1:
		rank += " / (" + total + " + 1)"
	}
	return "CASE WHEN " + x + " IS NOT NULL THEN " + rank + " END"
}

// ranked is the query of PROC RANK.
func (c *procCall) ranked(vars, names []string, row bool) string {
	ranks := map[string]string{}
	for i, v := range vars {
		ranks[names[i]] = c.rank(c.data.sql[v])
	}
	var list []string
	for _, col := range c.data.list {
		if r, ok := ranks[col.name]; ok {
			list = append(list, r+" AS "+sqlName(col.name))
			delete(ranks, col.name)
		} else {
			list = append(list, as(c.data.sql[col.name], col.name))
		}
	}
	for _, n := range names {
		if r, ok := ranks[n]; ok {
			list = append(list, r+" AS "+sqlName(n))
		}
	}
	if row {
		list = append(list, "_row")
	}
	return "SELECT " + wrap(list) + "\nFROM " + c.data.rel.ref() + c.filter()
}
