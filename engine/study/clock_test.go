package study

import (
	"testing"
	"time"
)

// TestTheTimeLeftIsToldAsFarAsItIsKnown: two steps and two outputs on a thousand
// rows, of which some ran before.
func TestTheTimeLeftIsToldAsFarAsItIsKnown(t *testing.T) {
	parts := []timed{
		{"step a", "step", "m.a_v1", 1000},
		{"step b", "step", "m.b_v1", 1000},
		{"output c", "output", "s/c", 1000},
		{"output d", "output", "s/d", 1000},
	}
	all := map[string]pace{"m.a_v1": {1000, 10}, "m.b_v1": {1000, 20}, "s/c": {1000, 3}, "s/d": {1000, 4}}
	without := func(names ...string) map[string]pace {
		out := map[string]pace{}
		for name, p := range all {
			out[name] = p
		}
		for _, name := range names {
			delete(out, name)
		}
		return out
	}
	for _, c := range []struct {
		sentence string
		paces    map[string]pace
		part     string
		after    time.Duration
		want     string
	}{
		{"nothing ran before", nil, "step a", 0, "time left not known yet"},
		{"everything ran before", all, "step a", 0, "about 35 s left"},
		{"the part has run for a while", all, "step a", 8 * time.Second, "about 30 s left"},
		{"the part takes longer than before", all, "step a", 25 * time.Second, "very roughly 25 s left"},
		{"the first part is over", all, "step b", 0, "about 25 s left"},
		{"the last part", all, "output d", 3500 * time.Millisecond, "about a second left"},
		{"a step is guessed from another", without("m.b_v1"), "step a", 0, "very roughly 25 s left"},
		{"a step is guessed and no output ran before", without("m.b_v1", "s/c", "s/d"), "step a", 0, "time left not known yet"},
		{"no output ran before", without("s/c", "s/d"), "step a", 0, "at least 30 s left"},
		{"ten times the rows were delivered since", map[string]pace{"m.a_v1": {100, 10}, "m.b_v1": {100, 20}, "s/c": {100, 3}, "s/d": {100, 4}}, "step a", 0, "about 6 min left"},
		{"hours", map[string]pace{"m.a_v1": {1000, 7200}, "m.b_v1": {1000, 1800}, "s/c": {1000, 3}, "s/d": {1000, 4}}, "step a", 0, "about 2.5 h left"},
	} {
		began := time.Now()
		p, ok := (&clock{parts: parts, paces: c.paces}).begin(c.part, began)
		if got := p.Left(began.Add(c.after)); !ok || got != c.want {
			t.Errorf("%s: %s, want %s", c.sentence, got, c.want)
		}
	}
}

func TestTheClockLearnsFromThePartsThatEnd(t *testing.T) {
	c := &clock{parts: []timed{{"step a", "step", "m.a_v1", 1000}, {"step b", "step", "m.b_v1", 1000}}, paces: map[string]pace{}}
	if part, ok := c.end("step a", 4*time.Second); !ok || part.pace != "m.a_v1" {
		t.Errorf("the end of a step gives %v", part)
	}
	if _, ok := c.end("step z", time.Second); ok {
		t.Error("a part that is not one ended")
	}
	began := time.Now()
	p, _ := c.begin("step b", began)
	if got := p.Left(began); got != "very roughly 4 s left" || p.Number != 2 || p.Parts != 2 {
		t.Errorf("part %d of %d, %s", p.Number, p.Parts, got)
	}
}
