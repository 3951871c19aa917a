package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/engine/export"
	"epsql/engine/guard"
	"epsql/engine/release"
	"epsql/engine/store"
	"epsql/macros"
)

// runner answers queries on one workspace: the answer on stdout or in a file,
// what was masked on stderr. The query command and the shell share it.
type runner struct {
	ws      *store.Workspace
	reg     *macros.Registry
	guard   *guard.Guard
	channel *catalog.Channel
	latest  bool // unversioned macro names are allowed
	out     io.Writer
	err     io.Writer
	format  export.Format
	output  string // file; stdout when empty
	force   bool
}

// use puts the runner under a channel; "" is the population's first.
func (r *runner) use(ctx context.Context, channel string) error {
	ch, err := r.ws.Channel(channel)
	if err != nil {
		return err
	}
	g, err := guard.New(ctx, guard.Config{
		Workspace: r.ws, Catalog: r.ws.Catalog, Macros: r.reg, Channel: ch, Latest: r.latest, User: userName(),
	})
	if err != nil {
		return err
	}
	if err := r.close(); err != nil {
		return err
	}
	r.guard, r.channel = g, ch
	return nil
}

func (r *runner) close() error {
	if r.guard == nil {
		return nil
	}
	return r.guard.Close()
}

// check plans a query that will not run, and tells its warnings.
func (r *runner) check(ctx context.Context, q guard.Query) (*guard.Plan, error) {
	p, err := r.guard.Plan(ctx, q)
	if err != nil {
		return nil, quote(err, q.Text)
	}
	for _, w := range p.Warnings() {
		fmt.Fprintln(r.err, "note:", w)
	}
	return p, nil
}

// explain prints what would run and be masked.
func (r *runner) explain(ctx context.Context, q guard.Query) error {
	p, err := r.check(ctx, q)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.out, strings.TrimRight(p.Explain(), "\n"))
	return err
}

// answer runs a query, writes the masked result and tells what was masked.
func (r *runner) answer(ctx context.Context, q guard.Query) error {
	p, err := r.guard.Plan(ctx, q)
	if err != nil {
		return quote(err, q.Text)
	}
	result, err := r.write(ctx, p)
	if err != nil {
		return quote(err, q.Text)
	}
	r.narrate(result)
	return nil
}

// write shows the answer, or releases it to the output file.
func (r *runner) write(ctx context.Context, p *guard.Plan) (*guard.Result, error) {
	if r.output != "" {
		return release.Write(ctx, r.guard, p, release.Target{Path: r.output, Format: r.format, Overwrite: r.force})
	}
	result, err := r.guard.Run(ctx, p)
	if err != nil {
		return nil, err
	}
	return result, export.Write(ctx, r.out, result, r.format)
}

// narrate tells on stderr what the answer's reader must know.
func (r *runner) narrate(result *guard.Result) {
	s := result.Summary()
	fmt.Fprintf(r.err, "channel %s: %s; %d of %d cells masked", s.Channel, count(result.Len(), "row"), s.Masked, s.Cells)
	if s.Masked > 0 {
		rules := make([]string, 0, len(s.ByRule))
		for _, rule := range slices.Sorted(maps.Keys(s.ByRule)) {
			rules = append(rules, fmt.Sprintf("%s: %d", rule, s.ByRule[rule]))
		}
		fmt.Fprintf(r.err, " as %q (%s)", s.Mask, strings.Join(rules, "; "))
	}
	fmt.Fprintf(r.err, "; ledger entry %d\n", s.Ledger)
	if r.output != "" {
		fmt.Fprintf(r.err, "written to %s, receipt in %s\n", r.output, release.ReceiptPath(r.output))
	}
	for _, note := range s.Notes {
		fmt.Fprintln(r.err, "note:", note)
	}
}
