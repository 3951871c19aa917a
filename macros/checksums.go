package macros

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"epsql/sql/diag"
)

// checksumFile lists the hash of every published file, as sha256sum prints it.
const checksumFile = "checksums.txt"

var checksumLine = regexp.MustCompile(`^([0-9a-f]{64})  ([a-z0-9_]+/[a-z0-9_]+\.(?:sql|sas))$`)

// checksum is one line of the checksum file.
type checksum struct{ hash, file string }

// Verify proves that no published file changed, vanished or was slipped in:
// the files and checksums.txt tell the same.
func (r *Registry) Verify() error {
	listed, err := r.checksums()
	if err != nil {
		return err
	}
	if err := r.unchanged(listed); err != nil {
		return err
	}
	for _, sum := range r.published() {
		if !slices.Contains(listed, sum) {
			return diag.New(diag.Ledger, "macro-checksum", "a published macro file has no checksum").
				At(diag.Pos{File: sum.file}).WithHint("append it with `go test ./macros -run Checksum -update`")
		}
	}
	return nil
}

// unchanged refuses a listed file that changed or vanished.
func (r *Registry) unchanged(listed []checksum) error {
	for _, sum := range listed {
		data, err := fs.ReadFile(r.files, sum.file)
		if err != nil {
			return diag.New(diag.Ledger, "macro-checksum", "a published macro file is gone").
				At(diag.Pos{File: sum.file}).WithHint("bring it back: results were made with it").Wrap(err)
		}
		if sha(data) != sum.hash {
			return diag.New(diag.Ledger, "macro-checksum", "a published macro file changed").
				At(diag.Pos{File: sum.file}).WithHint("undo the change and write a new version beside it")
		}
	}
	return nil
}

// ChecksumsWithNew is the checksum file with new files appended; it refuses when a
// published one changed.
func (r *Registry) ChecksumsWithNew() (string, error) {
	listed, err := r.checksums()
	if err != nil {
		return "", err
	}
	if err := r.unchanged(listed); err != nil {
		return "", err
	}
	for _, sum := range r.published() {
		if !slices.Contains(listed, sum) {
			listed = append(listed, sum)
		}
	}
	var b strings.Builder
	for _, sum := range listed {
		b.WriteString(sum.hash + "  " + sum.file + "\n")
	}
	return b.String(), nil
}

// checksums reads the checksum file; none is an empty one.
func (r *Registry) checksums() ([]checksum, error) {
	text, err := fs.ReadFile(r.files, checksumFile)
	if err != nil {
		return nil, unreadable(checksumFile, err)
	}
	var listed []checksum
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		part := checksumLine.FindStringSubmatch(line)
		if part == nil && text != nil && len(text) > 0 {
			return nil, diag.New(diag.Ledger, "macro-checksum", "not a checksum line").
				At(diag.Pos{File: checksumFile, Line: i + 1, Col: 1}).WithHint("undo the change to this file")
		}
		if part != nil {
			listed = append(listed, checksum{part[1], part[2]})
		}
	}
	return listed, nil
}

// published are the files that must never change: the SQL and the SAS of every
// macro that is not a draft.
func (r *Registry) published() []checksum {
	var sums []checksum
	for _, m := range r.All {
		if m.Status != "draft" {
			sums = append(sums,
				checksum{m.Hash, m.File},
				checksum{m.SASHash, strings.TrimSuffix(m.File, ".sql") + ".sas"})
		}
	}
	return sums
}
