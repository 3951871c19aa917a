package store

import (
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Channel is the channel of that name if the workspace's population may use
// it; "" is the population's default. A looser channel than the population
// allows is refused.
func (w *Workspace) Channel(name string) (*catalog.Channel, error) {
	allowed := w.Population.Channels
	if name == "" {
		name = allowed[0]
	}
	channel := w.Catalog.Channel(name)
	if channel == nil {
		return nil, diag.New(diag.Usage, "unknown-channel", "unknown channel %q", name).
			WithHint("%s", diag.DidYouMean(name, allowed, "one of: "+strings.Join(allowed, ", ")))
	}
	if !slices.Contains(allowed, name) {
		return nil, diag.New(diag.Guard, "looser-channel",
			"channel %s is not allowed: this workspace holds population %s", name, w.Population.ID).
			WithHint("use --channel %s", strings.Join(allowed, " or --channel "))
	}
	return channel, nil
}
