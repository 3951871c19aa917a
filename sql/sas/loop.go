package sas

import (
	"fmt"
)

// Loops over values: they are written out.

// loop writes a loop out; where its bounds depend on the data, it becomes rows.
func (d *dataStep) loop(s *dataStmt) error {
	var values []val
	after := null
	d.variable(s.variable)
	for _, item := range s.items {
		from, err := d.r.value(item.from)
		if err != nil {
			return err
		}
		if item.to == nil && item.by != nil {
			return fmt.Errorf("a loop without an end is understood around set alone, until last")
		}
		if item.to == nil {
			values, after = append(values, from), from
			continue
		}
		to, by, err := d.bounds(item)
		if err != nil {
			return err
		}
		if from.number == nil || to.number == nil {
			return d.openLoop(s, from, to, by)
		}
		list, last, err := span(*from.number, *to.number, by)
		if err != nil {
			return err
		}
		values, after = append(values, list...), last
	}
	d.turns(s.body, len(values), d.setting(s.variable, values), func() { d.env[s.variable] = d.fit(s.variable, after) })
	return nil
}

// setting gives the variable of a loop its values, one after the other.
func (d *dataStep) setting(variable string, values []val) func(i int) {
	return func(i int) { d.env[variable] = d.fit(variable, values[i]) }
}

// openLoop is a loop whose bounds depend on the data.
func (d *dataStep) openLoop(s *dataStmt, from, to val, by float64) error {
	switch {
	case len(s.items) > 1:
		return errBounds
	case from.number != nil && !d.explicit(s.body):
		return d.boundedLoop(s, *from.number, to, by)
	}
	return d.spreadLoop(s, from, to, by)
}

// bounds are the end and the step of a span.
func (d *dataStep) bounds(item loopItem) (to val, by float64, err error) {
	if to, err = d.r.value(item.to); err != nil || item.by == nil {
		return to, 1, err
	}
	step, err := d.r.value(item.by)
	if err == nil && (step.number == nil || *step.number == 0) {
		err = fmt.Errorf("the step of the loop depends on the data")
	}
	if err != nil {
		return to, 0, err
	}
	return to, *step.number, nil
}

// span are the values from..to, and the one behind them.
func span(from, to, by float64) (out []val, after val, err error) {
	x := from
	for ; by > 0 && x <= to || by < 0 && x >= to; x += by {
		if out = append(out, constant(x)); len(out) > maxWork {
			return nil, null, fmt.Errorf("the loop turns too often to be written out")
		}
	}
	return out, constant(x), nil
}
