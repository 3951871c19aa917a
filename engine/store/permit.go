package store

import (
	"strings"

	"epsql/sql/diag"
)

// Permit is what a workspace says about rows of persons: whether they may be seen
// inside the house, beside rows that are expected, and why. It is given when the
// workspace is made, and for good. The zero value gives none.
type Permit struct{ why string }

// PermitFor permits it for a reason, which is kept: that the persons are made up,
// or who decided it.
func PermitFor(reason string) (Permit, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return Permit{}, diag.New(diag.Usage, "no-reason", "rows of persons are shown for no reason").
			WithHint("write why they may be seen: 'made-up persons', or who decided it")
	}
	return Permit{why: reason}, nil
}

// Given tells whether rows may be seen.
func (p Permit) Given() bool { return p.why != "" }

// Why is the reason that was written down.
func (p Permit) Why() string { return p.why }

// Check refuses where nothing is permitted.
func (p Permit) Check() error {
	if p.Given() {
		return nil
	}
	return diag.New(diag.Guard, "no-permit", "this workspace lets nobody see rows of persons").
		WithHint("compare counts and sums: SELECT key, count(*) … GROUP BY key; a workspace of made-up persons may be made with epsql init --allow-rows REASON")
}
