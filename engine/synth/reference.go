package synth

import "epsql/sql/diag"

// writeOnce writes the reference files.
func (w *world) writeOnce(p *plan) error {
	for _, k := range p.once {
		s := w.newScene(p)
		s.dice.Seed(w.seed, text(k.each))
		s.out = &batch{rows: make([]rows, len(p.files))}
		row := func() error {
			s.stamp++
			s.rec[k.record].fill(s)
			out := &s.out.rows[k.file]
			out.n++
			out.text = s.rec[k.record].append(out.text)
			if err := s.rec[k.record].err; err != nil {
				return diag.New(diag.Data, "bad-recipe", "a value does not fit the copybook: %s", err)
			}
			if len(out.text) < 1<<16 {
				return nil
			}
			return p.flush(s.out)
		}
		if err := s.reference(k.each, row); err != nil {
			return err
		}
		if err := p.flush(s.out); err != nil {
			return err
		}
	}
	return nil
}

// flush writes a batch and empties it.
func (p *plan) flush(b *batch) error {
	err := p.write(b)
	for i := range b.rows {
		b.rows[i] = rows{text: b.rows[i].text[:0]}
	}
	return err
}

// reference calls row for every provider and qualification, establishment or
// sector.
func (s *scene) reference(each string, row func() error) error {
	if each == "sector" {
		return s.everySector(row)
	}
	for g := range s.w.groups {
		if s.w.groups[g].Natural != (each == "provider") {
			continue
		}
		for i := range s.w.groups[g].n {
			s.prov = provider{group: g, index: i}
			s.place = s.w.home(s.prov)
			err := row()
			if s.w.twice(s.prov) && err == nil {
				s.prov.changed = true
				err = row()
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scene) everySector(row func() error) error {
	for i, pl := range s.w.places {
		for j := range pl.sectors {
			s.place, s.sector = i, j
			if err := row(); err != nil {
				return err
			}
		}
	}
	return nil
}
