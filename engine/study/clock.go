package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"epsql/engine/store"
)

// Progress is how far a run is when one of its parts begins.
type Progress struct {
	Part      string    // what is under way: "step photo"
	Number    int       // of that part, from 1
	Parts     int       // of the run
	Began     time.Time // the part
	now, rest guess
}

// guess is how long something will take.
type guess struct {
	seconds float64
	// rough says that something in it was guessed from other parts, partial that
	// there is something in it of which nothing is known.
	rough, partial bool
}

func (g guess) plus(other guess) guess {
	return guess{g.seconds + other.seconds, g.rough || other.rough, g.partial || other.partial}
}

// Left tells, in words, how much time is left of the run: no more than is known.
// What took long before in this workspace, scaled to the rows delivered since, is
// taken to take as long again; what never ran is taken for an average of its kind,
// and the words say so. A part that takes longer than was thought adds to it.
func (p Progress) Left(at time.Time) string {
	spent := at.Sub(p.Began).Seconds()
	all := guess{max(p.now.seconds-spent, 0), p.now.rough || spent > p.now.seconds, p.now.partial}.plus(p.rest)
	switch {
	case all.partial && (all.rough || all.seconds < 1):
		return "time left not known yet"
	case all.partial:
		return "at least " + about(all.seconds) + " left"
	case all.rough:
		return "very roughly " + about(all.seconds) + " left"
	}
	return "about " + about(all.seconds) + " left"
}

// about rounds seconds to what can be promised.
func about(seconds float64) string {
	switch {
	case seconds < 1:
		return "a second"
	case seconds < 20:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 100:
		return fmt.Sprintf("%.0f s", 5*math.Round(seconds/5))
	case seconds < 90*60:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// clock knows how long the parts of a run take.
type clock struct {
	parts []timed
	paces map[string]pace
}

// timed is a part of a run that takes time.
type timed struct {
	name string // "step photo"
	kind string // parts of a kind are compared with each other
	pace string // what its pace is noted under
	rows int64  // of the deliveries that it depends on
}

// pace is how long a part took the last time, and on how many rows.
type pace struct {
	rows    int64
	seconds float64
}

// begin tells how far the run is when a part begins; nothing for a part that the
// clock does not know.
func (c *clock) begin(name string, at time.Time) (Progress, bool) {
	i := slices.IndexFunc(c.parts, func(p timed) bool { return p.name == name })
	if i < 0 {
		return Progress{}, false
	}
	p := Progress{Part: name, Number: i + 1, Parts: len(c.parts), Began: at, now: c.guess(c.parts[i])}
	for _, later := range c.parts[i+1:] {
		p.rest = p.rest.plus(c.guess(later))
	}
	return p, true
}

// end notes how long a part took.
func (c *clock) end(name string, took time.Duration) (timed, bool) {
	i := slices.IndexFunc(c.parts, func(p timed) bool { return p.name == name })
	if i < 0 {
		return timed{}, false
	}
	c.paces[c.parts[i].pace] = pace{c.parts[i].rows, took.Seconds()}
	return c.parts[i], true
}

// guess is how long a part will take: as long as the last time, on as many rows
// more; else as long as parts of its kind do on average.
func (c *clock) guess(p timed) guess {
	if known, ok := c.paces[p.pace]; ok && known.rows > 0 {
		return guess{seconds: known.seconds * float64(p.rows) / float64(known.rows)}
	}
	sum, n := 0.0, 0
	for _, other := range c.parts {
		if known, ok := c.paces[other.pace]; ok && other.kind == p.kind && known.rows > 0 {
			sum += known.seconds * float64(other.rows) / float64(known.rows)
			n++
		}
	}
	if n == 0 {
		return guess{partial: true}
	}
	return guess{seconds: sum / float64(n), rough: true}
}

// newClock reads how long the parts took before in this workspace.
func newClock(ctx context.Context, ws *store.Workspace, parts []timed) (*clock, error) {
	c := &clock{parts: parts, paces: map[string]pace{}}
	rows, err := ws.DB.QueryContext(ctx, "SELECT part, rows, seconds FROM epsql.study_times")
	if err != nil {
		return nil, store.Fault(err, "study-times", "the times of earlier runs cannot be read")
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	for rows.Next() {
		var part string
		var p pace
		if err := rows.Scan(&part, &p.rows, &p.seconds); err != nil {
			return nil, store.Fault(err, "study-times", "the times of earlier runs cannot be read")
		}
		c.paces[part] = p
	}
	return c, rows.Err()
}
