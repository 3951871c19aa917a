package coding

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"epsql/sql/diag"
)

// CheckSecret refuses a file of secrets (what names it) that others than its
// owner may read.
func CheckSecret(path, what string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return diag.New(diag.Usage, "no-"+what, "there is no %s %s", what, path).WithHint("name its file").Wrap(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return refuse("open-secret", "the %s %s can be read by others", what, path).
			WithHint("take it from them: chmod 600 %s; and when they may have read it, make another one", path)
	}
	return nil
}

// CheckApart refuses a path that lies in or below one of the folders, links
// followed. An empty folder is none.
func CheckApart(path, what string, folders ...string) error {
	full, err := realPath(path)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		base, err := realPath(folder)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(base, full)
		if err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator)) {
			return refuse("not-apart", "the %s lies in %s, with what it would decode", what, folder).
				WithHint("keep it in a folder of its own, away from the workspace, the plan and the run")
		}
	}
	return nil
}

// realPath is a path without links; what is not there yet is taken below the
// nearest folder that is.
func realPath(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fault("bad-path", "the path %s cannot be used", path).WithHint("name a file in a folder that exists").Wrap(err)
	}
	rest := ""
	for {
		found, err := filepath.EvalSymlinks(full)
		if err == nil {
			return filepath.Join(found, rest), nil
		}
		parent := filepath.Dir(full)
		if !errors.Is(err, fs.ErrNotExist) || parent == full {
			return "", fault("bad-path", "the path %s cannot be used", path).WithHint("name a file in a folder that exists").Wrap(err)
		}
		full, rest = parent, filepath.Join(filepath.Base(full), rest)
	}
}

// WriteSecret writes a file that only its owner may read, whole or not at all,
// and keeps one that is there.
func WriteSecret(path string, write func(*bufio.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return diag.New(diag.Usage, "output-exists", "%s exists and was kept", path).WithHint("choose another name")
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return diag.New(diag.Usage, "no-output-folder", "nothing can be written into %s", filepath.Dir(path)).
			WithHint("make the folder first: mkdir -m 700 -p %s", filepath.Dir(path)).Wrap(err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // gone when it got its name
	w := bufio.NewWriter(file)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	// A link, unlike a renaming, never takes the place of a file that came meanwhile.
	if err := os.Link(file.Name(), path); err != nil {
		return fault("not-placed", "%s cannot be put into place", path).WithHint("check the folder and try again").Wrap(err)
	}
	return nil
}
