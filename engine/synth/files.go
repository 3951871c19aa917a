package synth

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"epsql/sql/diag"
)

// create makes the files, each new.
func (p *plan) create() error {
	for _, f := range p.files {
		if f.format == "parquet" {
			f.path += ".partial"
		}
		out, err := os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			if errors.Is(err, os.ErrExist) {
				return diag.New(diag.Usage, "file-exists", "%s is there already", f.Name).WithHint("choose an empty folder").Wrap(err)
			}
			return unwritable(err)
		}
		f.f, f.w = out, bufio.NewWriterSize(out, 1<<16)
	}
	return p.headers()
}

// headers writes the first lines of delimited text.
func (p *plan) headers() error {
	write := func(file, record int) error {
		f := p.files[file]
		if f.Bytes > 0 {
			return nil
		}
		n, err := f.w.Write(p.records[record].header())
		f.Bytes += int64(n)
		return err
	}
	for _, k := range p.once {
		if err := write(k.file, k.record); err != nil {
			return unwritable(err)
		}
	}
	for _, r := range append(flat(p.claims), p.photos...) {
		for _, versions := range r.files {
			for _, f := range versions {
				if err := write(f, r.record); err != nil {
					return unwritable(err)
				}
			}
		}
	}
	return nil
}

func flat(routes [][]route) (out []route) {
	for _, r := range routes {
		out = append(out, r...)
	}
	return out
}

// write appends a batch to the files.
func (p *plan) write(b *batch) error {
	for i := range b.rows {
		rows, f := &b.rows[i], p.files[i]
		if rows.n == 0 {
			continue
		}
		n, err := f.w.Write(rows.text)
		if err != nil {
			return unwritable(err)
		}
		f.Rows += rows.n
		f.Bytes += int64(n)
		f.Defects += rows.defects
	}
	return nil
}

// finish closes the files, takes away the empty ones (an insurer with nothing
// to tell sends nothing), and converts those that are to be Parquet.
func (w *world) finish(ctx context.Context, p *plan, report Report) (Report, error) {
	for _, f := range p.files {
		if err := errors.Join(f.w.Flush(), f.f.Close()); err != nil {
			return Report{}, unwritable(err)
		}
		if f.Rows == 0 {
			if err := os.Remove(f.path); err != nil {
				return Report{}, unwritable(err)
			}
		}
	}
	p.files = slices.DeleteFunc(p.files, func(f *file) bool { return f.Rows == 0 })
	if err := p.convert(ctx, w.opts.Out); err != nil {
		return Report{}, err
	}
	for _, f := range p.files {
		report.Files = append(report.Files, f.File)
	}
	return report, nil
}

// remove takes away what was made so far.
func (p *plan) remove() {
	for _, f := range p.files {
		if f.f == nil {
			continue
		}
		_ = f.f.Close()
		_ = os.Remove(f.path)
		_ = os.Remove(filepath.Join(filepath.Dir(f.path), f.Name))
	}
}
