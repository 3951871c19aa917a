package study

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"epsql/engine/export"
	"epsql/sql/diag"
	"epsql/sql/study"
)

// Listed is a run that a folder holds.
type Listed struct {
	Folder   string
	Study    string
	Channel  string
	Complete bool
	Outputs  int // written
	Ended    time.Time
}

// List finds the runs below a folder, by name.
func List(folder string) ([]Listed, error) {
	var out []Listed
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		found, ok, err := listed(path)
		if ok {
			out = append(out, found)
			return fs.SkipDir
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return out, err
}

// listed reads the run in a folder, if it holds one.
func listed(path string) (Listed, bool, error) {
	l := Listed{Folder: path}
	var m Manifest
	err := readJSON(filepath.Join(path, manifestFile), &m)
	if err == nil {
		var t times
		if err := readJSON(filepath.Join(path, timesFile), &t); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return l, false, err
		}
		l.Study, l.Channel, l.Complete, l.Outputs, l.Ended = m.Study, m.Channel, true, len(m.Outputs), t.Ended
		return l, true, nil
	}
	var s state
	if err := readJSON(filepath.Join(path, stateFile), &s); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return l, false, err
	}
	l.Study, l.Channel, l.Outputs = s.Inputs.Study, s.Inputs.Channel, len(s.Outputs)
	return l, true, nil
}

// PlanOf reads the plan that a run goes by.
func PlanOf(folder string) (*study.Plan, error) {
	if _, err := os.Stat(filepath.Join(folder, PlanFolder)); err != nil {
		return nil, fault("study-folder", "%s holds no run", folder).WithHint("name the folder of a run: epsql study list").Wrap(err)
	}
	return study.Read(os.DirFS(filepath.Join(folder, PlanFolder)))
}

// ChannelOf is the channel that a run goes by.
func ChannelOf(folder string) (string, error) {
	l, ok, err := listed(folder)
	if err == nil && !ok {
		err = fault("study-folder", "%s holds no run", folder).WithHint("name the folder of a run: epsql study list")
	}
	return l.Channel, err
}

// fileFormat finds a format that makes a file.
func fileFormat(name string) (export.Format, *diag.Error) {
	format, err := export.ParseFormat(name)
	if err != nil || name == "table" {
		var names []string
		for _, n := range export.FormatNames() {
			if n != "table" {
				names = append(names, n)
			}
		}
		return format, fault("study-format", "no file has the format %s", name).
			WithHint("%s", diag.DidYouMean(name, names, "formats are csv, json, parquet and xlsx"))
	}
	return format, nil
}
