package sas

import (
	"fmt"
	"strconv"
	"strings"
)

// procUnivariate writes the statistics of OUTPUT; what PROC UNIVARIATE prints is
// not translated.
func (p *program) procUnivariate(from, to int) {
	p.guardProc(from, to, func(c *procCall) error {
		if err := c.known("class", "var", "output", "weight", "format", "histogram", "qqplot", "probplot", "inset"); err != nil {
			return err
		}
		c.allows("noprint", "missing", "pctldef", "normal", "plot", "plots", "freq")
		if d := c.values["pctldef"]; d != "" && d != "5" {
			p.noteAt(from, "percentiles are those of definition 5, not of %s", d)
		}
		s := &summary{c: c}
		if err := s.read(); err != nil {
			return err
		}
		c.flags["nway"] = true
		outputs := 0
		for i := from + 1; i < to; i++ {
			switch st := &p.statements[i]; st.first() {
			case "histogram", "qqplot", "probplot", "inset":
				p.inert(i) // graphs
			case "output":
				outputs++
				if err := s.univariate(i); err != nil {
					return err
				}
			}
		}
		if outputs == 0 {
			return fmt.Errorf("what univariate prints is not translated: write an output with the statistics that are wanted")
		}
		return nil
	})
}

// univariate makes the data set of an OUTPUT of PROC UNIVARIATE.
func (s *summary) univariate(at int) error {
	tokens, more, err := s.percentiles(s.c.p.statements[at].tokens)
	if err != nil {
		return err
	}
	target, list, err := s.asked(tokens, at)
	if err != nil {
		return err
	}
	if len(list)+len(more) == 0 {
		return fmt.Errorf("an output without statistics is not understood")
	}
	return s.view(target, append(list, more...), viewOf{})
}

// percentiles reads PCTLPTS=, PCTLPRE= and PCTLNAME=, and gives the other tokens.
func (s *summary) percentiles(tokens []token) (rest []token, list []statistic, err error) {
	var points []float64
	var prefixes, suffixes []string
	p := &parser{tokens: tokens}
	for p.err == nil && !p.done() {
		word := p.peek()
		if !contains([]string{"pctlpts", "pctlpre", "pctlname"}, word.text) || p.ahead(1).text != "=" {
			rest = append(rest, word)
			p.at++
			continue
		}
		p.at += 2
		for p.err == nil && !p.done() && p.ahead(1).text != "=" {
			switch {
			case word.text == "pctlpts":
				points = append(points, p.points()...)
			case word.text == "pctlpre":
				prefixes = append(prefixes, p.name())
			default:
				suffixes = append(suffixes, p.name())
			}
		}
	}
	if p.err != nil || points == nil {
		return rest, nil, p.err
	}
	if len(prefixes) != len(s.vars) {
		return nil, nil, fmt.Errorf("pctlpre has another number of names than there are variables")
	}
	for i, v := range s.vars {
		for j, x := range points {
			suffix := strings.ReplaceAll(formatNumber(x), ".", "_")
			if j < len(suffixes) {
				suffix = suffixes[j]
			}
			list = append(list, statistic{percentilePrefix + formatNumber(x), v, prefixes[i] + suffix})
		}
	}
	return rest, list, nil
}

// percentilePrefix begins the name of a statistic that is any percentile.
const percentilePrefix = "percentile "

// points reads 10, or 20 to 80 by 20.
func (p *parser) points() (points []float64) {
	number := func() float64 {
		x, err := strconv.ParseFloat(p.peek().text, 64)
		if err != nil || x < 0 || x > 100 {
			p.fail("%q is no percentage", p.peek().original)
		}
		p.at++
		return x
	}
	p.accept(",")
	from := number()
	if !p.accept("to") {
		return []float64{from}
	}
	to, by := number(), 1.0
	if p.accept("by") {
		by = number()
	}
	if by < 0.1 {
		p.fail("percentages closer than 0.1 are not understood")
	}
	for x := from; p.err == nil && x <= to; x += by {
		points = append(points, x)
	}
	return points
}

// formOf is a statistic as SQL, with x for the value and w for the weight.
func (s *summary) formOf(stat string) (string, error) {
	if percent, ok := strings.CutPrefix(stat, percentilePrefix); ok {
		x, _ := strconv.ParseFloat(percent, 64)
		switch {
		case s.weight != "":
			return "", fmt.Errorf("percentiles with weights are not understood")
		case x == 0:
			return "min(x)", nil
		case x == 100:
			return "max(x)", nil
		}
		return percentile(x), nil
	}
	form := statistics[stat].plain
	if s.weight != "" {
		if form = statistics[stat].weighted; form == "" {
			return "", fmt.Errorf("%s with weights is not understood", stat)
		}
	}
	return form, nil
}
