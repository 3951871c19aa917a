package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Open opens a workspace. Its errors: no such file, not a workspace, in use by
// another process, made with another catalogue (its hash differs).
func Open(ctx context.Context, path string, cat *catalog.Catalog, opts Options) (*Workspace, error) {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return nil, diag.New(diag.Data, "no-workspace", "there is no workspace %s", path).
			WithHint("make one with epsql init, or name it with --db")
	}
	db, err := open(path, opts)
	if err != nil {
		return nil, err
	}
	w := &Workspace{DB: db, Path: path, Catalog: cat}
	if err := w.check(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return w, nil
}

// check compares the stamp with the catalogue at hand.
func (w *Workspace) check(ctx context.Context) error {
	stamp, err := w.Stamp(ctx)
	if err != nil {
		return err
	}
	if stamp.Hash != w.Catalog.Hash {
		return diag.New(diag.Data, "other-catalogue",
			"%s was made with the catalogue %s %s, whose files differ from those of %s %s",
			w.Path, stamp.Catalog, stamp.Version, w.Catalog.Name, w.Catalog.Version).
			WithHint("open it with the program or --catalog it was made with, or make a new workspace and load its deliveries again")
	}
	w.Rows = stamp.Rows
	w.Population = w.Catalog.Population(stamp.Population)
	if w.Population == nil {
		return notWorkspace(w.Path, nil)
	}
	return nil
}

// alias is the name of the workspace inside the engine. Left to itself the
// engine takes the file's, and a file called like one of the schemas
// ("epsql.duckdb") would make every name in it ambiguous.
const alias = "workspace file"

// open opens the database file with every door shut.
func open(path string, opts Options) (*sql.DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, diag.New(diag.Usage, "bad-path", "the workspace's path cannot be used").
			WithHint("name a file in a folder that exists").Wrap(err)
	}
	connector, err := duckdb.NewConnector(dsn(full, opts), func(c driver.ExecerContext) error { return attach(c, full) })
	if err != nil {
		return nil, openFault(path, err)
	}
	db := sql.OpenDB(connector)
	if err := lock(db, opts); err != nil {
		_ = db.Close()
		return nil, openFault(path, err)
	}
	if opts.Temp == "" {
		sweep(full)
	}
	return db, nil
}

// sweep removes what a killed process left in the workspace's own temp folder:
// rows of persons that no longer fitted into memory. The file is locked by now, so
// nobody else works there.
func sweep(path string) {
	for _, name := range []string{"duckdb_temp_*", scratch + "*"} {
		left, _ := filepath.Glob(filepath.Join(path+".tmp", name)) // the pattern is well formed
		for _, file := range left {
			_ = os.RemoveAll(file) // the engine removes its own when it next needs the folder
		}
	}
	_ = os.Remove(path + ".tmp") // unless something else is in it
}

// scratch begins the names of folders that others may have beside the workspace.
const scratch = "scratch_"

// Scratch makes a folder beside the workspace for rows of persons that must not
// outlive this process. Remove removes it; what is left by a process that was
// killed goes when the workspace is next opened.
func (w *Workspace) Scratch() (dir string, remove func(), err error) {
	parent := w.Path + ".tmp"
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", nil, cannotScratch(err)
	}
	dir, err = os.MkdirTemp(parent, scratch)
	if err != nil {
		return "", nil, cannotScratch(err)
	}
	return dir, func() {
		_ = os.RemoveAll(dir) // what cannot be removed now goes later
		_ = os.Remove(parent) // unless something else is in it
	}, nil
}

func cannotScratch(err error) error {
	return diag.New(diag.Data, "no-scratch", "no folder can be made beside the workspace").
		WithHint("check that its folder is writable, and the space on its disk").Wrap(err)
}

// attach makes a new connection see the file under its alias.
func attach(c driver.ExecerContext, path string) error {
	for _, statement := range []string{
		fmt.Sprintf("ATTACH IF NOT EXISTS '%s' AS %s (STORAGE_VERSION 'v1.5.0')", strings.ReplaceAll(path, "'", "''"), Quote(alias)),
		"USE " + Quote(alias),
	} {
		if _, err := c.ExecContext(context.Background(), statement, nil); err != nil {
			return err
		}
	}
	return nil
}

// lock shuts the doors that attaching needed, once for all connections.
func lock(db *sql.DB, opts Options) error {
	var locked bool
	if err := db.QueryRow("SELECT current_setting('lock_configuration')").Scan(&locked); err != nil || locked {
		return err
	}
	// Given when the engine is opened, this limit is shown but not kept.
	if opts.TempLimit != "" {
		if _, err := db.Exec("SET max_temp_directory_size = '" + strings.ReplaceAll(opts.TempLimit, "'", "''") + "'"); err != nil {
			return err
		}
	}
	if err := allow(db, opts.Folders); err != nil {
		return err
	}
	if !opts.Files {
		if _, err := db.Exec("SET enable_external_access = false"); err != nil {
			return err
		}
	}
	_, err := db.Exec("SET lock_configuration = true")
	return err
}

// allow names the folders that stay open when all others are shut.
func allow(db *sql.DB, folders []string) error {
	if len(folders) == 0 {
		return nil
	}
	list := make([]string, len(folders))
	for i, folder := range folders {
		real, err := filepath.EvalSymlinks(folder)
		if err != nil {
			return err
		}
		full, err := filepath.Abs(real)
		if err != nil {
			return err
		}
		list[i] = "'" + strings.ReplaceAll(full+string(filepath.Separator), "'", "''") + "'"
	}
	_, err := db.Exec("SET allowed_directories = [" + strings.Join(list, ", ") + "]")
	return err
}

// dsn opens an engine with nothing in it.
func dsn(path string, opts Options) string {
	set := url.Values{}
	for key, value := range map[string]string{
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"memory_limit":                 orElse(opts.Memory, defaultMemory()),
		"temp_directory":               orElse(opts.Temp, path+".tmp"),
		"checkpoint_threshold":         opts.Log,
		// This optimizer takes what two TRY have in common out of them, where one
		// row's error ends the query: an error would tell that the row is there.
		"disabled_optimizers": "common_subexpressions",
	} {
		if value != "" {
			set.Set(key, value)
		}
	}
	if opts.Threads > 0 {
		set.Set("threads", strconv.Itoa(opts.Threads))
	}
	return "?" + set.Encode()
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// openFault tells the ways apart in which a file cannot be opened. DuckDB has
// no code for them, only its text.
func openFault(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "Could not set lock"), strings.Contains(text, "being used by another process"):
		return diag.New(diag.Data, "in-use", "%s is in use by another process%s", path, holder(text)).
			WithHint("wait until that process ends, or end it").Wrap(err)
	case strings.Contains(text, "not a valid DuckDB database"), strings.Contains(text, "version number"), strings.Contains(text, "too small"):
		return notWorkspace(path, err)
	case strings.Contains(text, "could not set invalid"), strings.Contains(text, "parse"):
		return diag.New(diag.Usage, "bad-setting", "a limit on memory, threads or temporary space is not understood").
			WithHint("write sizes as 4GB or 512MB").Wrap(err)
	}
	return Fault(err, "cannot-open", "%s cannot be opened", path)
}

// holder is " (PID 123)" when the database engine names the process.
func holder(text string) string {
	_, rest, found := strings.Cut(text, "(PID ")
	pid, _, closed := strings.Cut(rest, ")")
	if !found || !closed {
		return ""
	}
	return " (process " + pid + ")"
}

func notWorkspace(path string, err error) error {
	return diag.New(diag.Data, "not-a-workspace", "%s is not a workspace of this program", path).
		WithHint("name the right file with --db, or make a workspace with epsql init").Wrap(err)
}

// Fault turns an error of the database engine into a message of ours. The
// engine's own text is kept out: it may quote values.
func Fault(err error, code, format string, args ...any) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return diag.New(diag.Cancel, "cancelled", "stopped").Wrap(err)
	}
	if e, ok := errors.AsType[*diag.Error](err); ok {
		return e
	}
	out := diag.New(diag.Data, code, "%s", fmt.Sprintf(format, args...)).Wrap(err)
	return out.WithHint("%s", advice(err))
}

// advice is what to do about an engine error, told by its type alone.
func advice(err error) string {
	engine, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return "run epsql doctor"
	}
	switch {
	case strings.Contains(engine.Msg, "No space left"), strings.Contains(engine.Msg, "max_temp_directory_size"):
		return "the disk is full: free some space and try again"
	case strings.Contains(engine.Msg, "Could not write"):
		return "the disk is full, or files may not be this large: free some space and try again"
	case engine.Type == duckdb.ErrorTypeOutOfMemory:
		return "give the program more memory, or free space on the disk"
	case engine.Type == duckdb.ErrorTypeIO:
		return "the disk is full or cannot be read or written: check it with epsql doctor"
	}
	return "run epsql doctor"
}

// Quote writes a name as a SQL identifier.
func Quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
