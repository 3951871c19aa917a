package load

import (
	"bytes"
	"slices"

	"epsql/catalog"
)

// preparer checks a range of a block's lines. Several work side by side, so
// they only read the numberings and the ledger; what is new is kept aside and
// added afterwards in the order of the lines: the same file always gets the
// same numbers.
type preparer struct {
	job      *job
	block    *block
	rejects  []reject
	misses   []miss
	names    map[string]int32 // deliveries of this range, by plan and raw name
	found    []named
	last     []byte // name of the last line's delivery ...
	lastAt   int32  // ... and its index in found
	scratch  []byte
	others   []int64 // by plan, lines left to another pass
	from, to int
}

// miss is an identifier without a number yet.
type miss struct {
	at   int // index in block.ids
	unit int
	id   ident
}

type named struct {
	name string
	delivery
}

// prepare checks a block's lines, numbers identifiers and deliveries, and puts
// the lines of the pass in the order of storage.
func (j *job) prepare(b *block) {
	fields := len(j.source.zones)
	if j.source.format == "fixed" {
		fields = 0
	}
	b.size(fields, len(j.plan().idents))
	ranges := make([]*preparer, j.loader.opts.Workers)
	j.parallel(len(b.lines), func(worker, from, to int) {
		p := &preparer{job: j, block: b, names: map[string]int32{}, others: make([]int64, len(j.plans)), from: from, to: to, lastAt: -1}
		ranges[worker] = p
		p.run()
	})
	for _, p := range ranges {
		if p != nil {
			p.settle()
		}
	}
	b.deliveries = j.ledger.found
	j.sort(b)
}

func (p *preparer) run() {
	sp := splitter{source: p.job.source}
	var r record
	for i := p.from; i < p.to; i++ {
		p.block.taken[i] = false
		if len(p.block.text(i)) == 0 && p.job.source.lined() {
			continue
		}
		if bad := p.line(&sp, &r, i); bad.reason != "" {
			bad.line = p.block.number(i)
			p.rejects = append(p.rejects, bad)
		}
	}
}

// line checks one line; the reason of the reject it gives is "" when it is good
// or another pass will tell or has told.
func (p *preparer) line(sp *splitter, r *record, i int) reject {
	bad, t := p.place(sp, r, i)
	switch {
	case bad.reason == "" && t == p.job.pass:
		return p.row(r, i, t, p.job.plan())
	case bad.reason == "":
		p.others[t]++
	case p.job.pass == 0:
		return bad
	}
	return reject{}
}

// place finds the plan that a line is of.
func (p *preparer) place(sp *splitter, r *record, i int) (bad reject, plan int) {
	text := p.block.text(i)
	if p.block.clean[i] = printable(text); !p.block.clean[i] {
		if at := strayByte(text, p.job.source.latin1); at >= 0 {
			return reject{delivery: -1, zone: p.job.zoneAt(p.block, i, at), value: p.job.source.evidence(text), reason: strayBytes}, 0
		}
	}
	if reason := sp.split(p.block, i, r); reason != "" {
		return reject{delivery: -1, value: p.job.source.evidence(text), reason: reason}, 0
	}
	for t, plan := range p.job.plans {
		if plan.takes(r) {
			return reject{}, t
		}
	}
	choice := p.job.plans[0].choice
	raw, _ := r.get(choice)
	return reject{delivery: -1, zone: choice.zone, value: readable(raw), reason: noTable}, 0
}

// row finds the delivery and the identifiers of a line.
func (p *preparer) row(r *record, i, t int, plan *plan) reject {
	d, ok := p.delivery(r, t, plan)
	if !ok {
		raw, _ := r.get(&plan.version)
		return reject{delivery: -1, zone: plan.version.zone, value: readable(raw), reason: noDelivery}
	}
	for k := range plan.idents {
		c := &plan.idents[k]
		at := i*p.block.width + k
		p.block.ids[at] = 0
		if c.at.field < 0 {
			continue
		}
		raw, long := r.get(&c.at)
		id, reason := identOf(raw, c.length)
		if long {
			reason = tooLongFor
		}
		if reason == "" && k == plan.owner && id == (ident{}) {
			reason = noOwner
		}
		if reason != "" {
			return reject{delivery: d, zone: c.at.zone, value: readable(raw), reason: reason}
		}
		p.number(at, c.unit, id)
	}
	p.block.taken[i], p.block.delivery[i] = true, d
	return reject{}
}

func (p *preparer) number(at, unit int, id ident) {
	if id == (ident{}) {
		return
	}
	if n := p.job.loader.units[unit].known(id); n != 0 {
		p.block.ids[at] = n
		return
	}
	p.misses = append(p.misses, miss{at, unit, id})
}

// delivery gives the index in p.found of a line's delivery. Neighbours nearly
// always share it.
func (p *preparer) delivery(r *record, t int, plan *plan) (int32, bool) {
	name := append(p.scratch[:0], byte(t))
	if plan.byZone {
		name = plan.name(name, r)
	}
	p.scratch = name
	if p.lastAt >= 0 && string(name) == string(p.last) {
		return p.lastAt, true
	}
	at, ok := p.names[string(name)]
	if !ok {
		d := delivery{plan: plan}
		if plan.byZone {
			if d, ok = plan.delivery(r); !ok {
				return -1, false
			}
		}
		at = int32(len(p.found))
		p.found = append(p.found, named{string(name), d})
		p.names[string(name)] = at
	}
	p.last, p.lastAt = append(p.last[:0], name...), at
	return at, true
}

// settle adds what a range found, and turns its own indexes into the file's.
func (p *preparer) settle() {
	index := make([]int32, len(p.found))
	for i, f := range p.found {
		index[i] = p.job.ledger.add(f.name, f.delivery)
	}
	for i := p.from; i < p.to; i++ {
		if p.block.taken[i] {
			p.block.delivery[i] = index[p.block.delivery[i]]
		}
	}
	for i := range p.rejects {
		if d := p.rejects[i].delivery; d >= 0 {
			p.rejects[i].delivery = index[d]
		}
	}
	if p.job.pass == 0 {
		for t, n := range p.others {
			p.job.others[t] += n
		}
	}
	for _, m := range p.misses {
		p.block.ids[m.at] = p.job.loader.units[m.unit].number(m.id)
	}
	p.block.rejects = append(p.block.rejects, p.rejects...)
}

// sort orders the lines by owner, then line: the low half of each word is the
// line, the high half the owner's number.
func (j *job) sort(b *block) {
	b.order = b.order[:0]
	k := j.plan().owner
	for i, taken := range b.taken {
		if !taken {
			continue
		}
		var owner uint32
		if k >= 0 {
			owner = uint32(b.ids[i*b.width+k]) ^ 1<<31 // negative numbers first
		}
		b.order = append(b.order, uint64(owner)<<32|uint64(i))
	}
	if k >= 0 {
		slices.Sort(b.order)
	}
}

// zoneAt names the zone in which byte at of line i stands.
func (j *job) zoneAt(b *block, i, at int) string {
	field := 0
	switch j.source.format {
	case "fixed":
		field = slices.IndexFunc(j.source.fixed, func(f catalog.Field) bool { return at >= f.Start-1 && at < f.Start-1+f.Length })
	case "delimited":
		field = bytes.Count(b.text(i)[:at], []byte{j.source.sep})
	default:
		field = slices.IndexFunc(b.fields(i, len(j.source.zones)), func(end uint16) bool { return at <= int(end) })
	}
	if field < 0 || field >= len(j.source.zones) {
		return ""
	}
	return j.source.zones[field]
}

// converter turns lines into vectors.
type converter struct {
	splitter splitter
	tile     tile
	record   record
	encoding encoding
}

// fill converts the lines of a task, tile by tile.
func (c *converter) fill(t *task, p *plan, firstID int64) {
	last := &t.batch.vectors[len(p.columns)]
	for lines := range slices.Chunk(t.rows, tileRows) {
		if !c.tile.convert(c, t, p, lines) {
			c.lines(t, p, lines, firstID)
			continue
		}
		for k, n := range c.tile.unknown {
			t.unknown[k] += n
		}
		for _, word := range lines {
			d := t.block.delivery[int(uint32(word))]
			last.setInt32(t.batch.n, int32(firstID)+d)
			t.stored[d]++
			t.batch.n++
		}
	}
}

// lines converts line by line. A bad line leaves no row: the next one takes its
// place.
func (c *converter) lines(t *task, p *plan, lines []uint64, firstID int64) {
	b := t.block
	last := &t.batch.vectors[len(p.columns)]
	for _, word := range lines {
		i := int(uint32(word))
		c.splitter.again(b, i, &c.record)
		c.encoding = c.splitter.source.encodingOf(c.record.line)
		n := t.batch.n
		if bad := c.row(t, p, b.ids[i*b.width:], n); bad.reason != "" {
			bad.line, bad.delivery = b.number(i), b.delivery[i]
			t.rejects = append(t.rejects, bad)
			t.batch.forget(1)
			continue
		}
		last.setInt32(n, int32(firstID)+b.delivery[i])
		t.stored[b.delivery[i]]++
		t.batch.n++
	}
}

// row converts one line into row n of the batch.
func (c *converter) row(t *task, p *plan, ids []int32, n int) reject {
	for k := range p.columns {
		col, v := &p.columns[k], &t.batch.vectors[k]
		if col.Type == catalog.TypeID {
			if num := ids[col.id]; num != 0 {
				v.setInt32(n, num)
			} else {
				v.setNull(n)
			}
			continue
		}
		if col.at.field < 0 {
			v.setNull(n)
			continue
		}
		raw, long := c.record.get(&col.at)
		reason, known := tooLongFor, true
		if !long {
			reason, known = col.convert(v, n, raw, c.encoding)
		}
		if reason != "" {
			return reject{zone: col.at.zone, value: readable(raw), reason: reason}
		}
		if !known {
			t.unknown[k]++
		}
	}
	return reject{}
}
