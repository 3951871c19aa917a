package sas

import (
	"fmt"
	"strconv"
	"strings"
)

// PROC SURVEYSELECT with simple random sampling. How SAS draws is not published:
// here the rows of a stratum are put in the order of a stream of RANUNI, and the
// first are drawn. As many are drawn as in SAS, but others.

// sample is a PROC SURVEYSELECT under way.
type sample struct {
	c      *procCall
	strata []string
	seed   string
	size   string // how many rows a stratum gives, as SQL with _size for its rows
	all    bool   // rows that are not drawn stay
	stats  bool   // probabilities and weights
}

func (p *program) procSurveySelect(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		s := &sample{c: c}
		if err := s.read(); err != nil {
			return err
		}
		p.noteAt(from, "as many rows are drawn as in SAS, but others: how SAS draws is not published; the rows with the smallest numbers of RANUNI(%s) are", s.seed)
		if c.data.rel.base {
			p.noteAt(from, "the guard draws no sample of persons: select them in a published macro, as selection.echantillon_v1 does")
		}
		return s.write()
	})
}

func (s *sample) read() (err error) {
	c := s.c
	if err := c.known("strata", "id"); err != nil {
		return err
	}
	c.allows("method", "m", "n", "sampsize", "samprate", "rate", "seed", "outall", "stats", "selectall", "ranuni")
	method := c.values["method"] + c.values["m"]
	if method != "" && method != "srs" {
		return fmt.Errorf("the method %s is not understood: srs is", method)
	}
	if s.strata, err = c.variables("strata"); err != nil {
		return err
	}
	if st, _ := c.statement("strata"); st != nil && strings.Contains(st.text, "/") {
		return fmt.Errorf("options of strata are not understood")
	}
	s.all, s.stats = c.flags["outall"], c.flags["stats"] || len(s.strata) > 0
	if s.seed = c.values["seed"]; atoi(s.seed) < 1 {
		c.p.noteAt(c.from, "without a seed above 0 SAS draws by the clock: the seed is 1 here")
		s.seed = "1"
	}
	return s.sizes()
}

// sizes reads n= and samprate=, one for all strata or one for each.
func (s *sample) sizes() error {
	for _, option := range []string{"n", "sampsize", "samprate", "rate"} {
		list := []string{s.c.values[option]}
		if tokens, ok := s.c.lists[option]; ok {
			list = nil
			for _, t := range tokens {
				if t.text != "," {
					list = append(list, t.text)
				}
			}
		} else if list[0] == "" {
			continue
		}
		for i, text := range list {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil || x <= 0 {
				return fmt.Errorf("%s=%s is not understood", option, text)
			}
			if list[i] = formatNumber(x); option == "n" || option == "sampsize" {
				continue
			}
			if x > 1 { // in percent
				list[i] = formatNumber(x) + " / 100"
			}
			list[i] = "ceil(_size * " + list[i] + ")"
		}
		s.size = s.byStratum(list)
		return nil
	}
	return fmt.Errorf("surveyselect needs n= or samprate=")
}

func (s *sample) byStratum(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	out := "CASE _stratum"
	for i, size := range list {
		out += fmt.Sprintf(" WHEN %d THEN %s", i+1, size)
	}
	return out + " END"
}

func (s *sample) write() error {
	c := s.c
	keep, err := c.variables("id")
	if err != nil {
		return err
	}
	var columns []*column
	var list []string
	for _, col := range c.data.list {
		if keep != nil && !contains(keep, col.name) && !contains(s.strata, col.name) {
			continue
		}
		copied := *col
		columns, list = append(columns, &copied), append(list, as(c.data.sql[col.name], col.name))
	}
	if len(columns) == 0 {
		return fmt.Errorf("the columns of %s must be known: say what they are in the mapping file", c.data.ref.name)
	}
	if s.all {
		columns, list = append(columns, &column{name: "selected", kind: numberKind}), append(list, "CASE WHEN _place <= _drawn THEN 1 ELSE 0 END AS selected")
	}
	if s.stats {
		columns = append(columns, &column{name: "selectionprob", kind: numberKind}, &column{name: "samplingweight", kind: numberKind})
		list = append(list, "_drawn / _size AS selectionprob", "_size / _drawn AS samplingweight")
	}
	return c.emit(c.out, derived{columns: columns, order: c.rows, core: func(row bool) string { return s.query(list, row) }})
}

func (s *sample) query(list []string, row bool) string {
	strata := s.c.sqlOf(s.strata)
	partition, stratum := "", ""
	if len(strata) > 0 {
		partition = "PARTITION BY " + strings.Join(strata, ", ")
		stratum = ", dense_rank() OVER (ORDER BY " + strings.Join(strata, " NULLS FIRST, ") + " NULLS FIRST) AS _stratum"
	}
	text := "WITH shuffled AS (\n  SELECT *, row_number() OVER (" + strings.TrimSpace(partition+" ORDER BY sas.ranuni_v1("+s.seed+", _row)") + ") AS _place, count(*) OVER (" + partition + ") AS _size" +
		stratum + "\n  FROM " + s.c.data.rel.ref() + strings.ReplaceAll(s.c.filter(), "\n", "\n  ") +
		"\n), sized AS (\n  SELECT *, least(" + s.size + ", _size) AS _drawn\n  FROM shuffled\n)\n"
	if row {
		list = append(list[:len(list):len(list)], "_row")
	}
	text += "SELECT " + wrap(list) + "\nFROM sized"
	if !s.all {
		text += "\nWHERE _place <= _drawn"
	}
	return text
}
