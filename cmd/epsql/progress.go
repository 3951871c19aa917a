package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter draws how far a command is, on a terminal only. A nil meter draws nothing.
type meter struct {
	w    io.Writer
	unit string // of what is counted; "" for bytes
	bar  *progressbar.ProgressBar
	size int64
	now  string
}

func newMeter(w io.Writer, unit string) *meter {
	if !isTerminal(w) {
		return nil
	}
	return &meter{w: w, unit: unit}
}

// show tells that done of size is done, of the thing called what.
func (m *meter) show(what string, done, size int64) {
	if m == nil {
		return
	}
	if m.bar == nil || size != m.size {
		m.end()
		m.size = size
		m.bar = progressbar.NewOptions64(size,
			progressbar.OptionSetWriter(m.w),
			progressbar.OptionShowCount(),
			m.rate(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(20),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish())
	}
	if what != m.now {
		m.now = what
		m.bar.Describe(what)
	}
	m.bar.Set64(done) //nolint:errcheck // a bar that cannot be drawn is no trouble
}

// rate is what the bar says of the speed.
func (m *meter) rate() progressbar.Option {
	if m.unit == "" {
		return progressbar.OptionShowBytes(true)
	}
	return func(p *progressbar.ProgressBar) {
		progressbar.OptionShowIts()(p)
		progressbar.OptionSetItsString(m.unit)(p)
	}
}

// end takes the bar away.
func (m *meter) end() {
	if m != nil && m.bar != nil {
		m.bar.Finish() //nolint:errcheck // as above
		m.bar = nil
	}
}
