package main

import (
	"errors"
	"os"
	"os/user"

	"github.com/urfave/cli/v2"

	"epsql/catalog"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

// loadCatalog reads the catalogue that the command line names, or the built-in one.
func loadCatalog(c *cli.Context) (*catalog.Catalog, error) {
	dir := c.String("catalog")
	if dir == "" {
		return catalog.Embedded()
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, diag.New(diag.Usage, "no-catalog", "there is no catalogue folder %s", dir).
			WithHint("give the folder that holds the catalogue's files, or leave --catalog out for the built-in one")
	}
	return catalog.Load(os.DirFS(dir))
}

// loadDefinitions reads the catalogue and the macros that it can serve.
func loadDefinitions(c *cli.Context) (*catalog.Catalog, *macros.Registry, error) {
	cat, err := loadCatalog(c)
	if err != nil {
		return nil, nil, err
	}
	reg, err := macros.Embedded(cat)
	return cat, reg, err
}

// storeOptions are the limits that the command line sets.
func storeOptions(c *cli.Context) store.Options {
	return store.Options{Memory: c.String("memory"), Threads: c.Int("threads")}
}

// openWorkspace opens the workspace that the command line names, with the macros
// of this program.
func openWorkspace(c *cli.Context, opts store.Options) (*store.Workspace, *macros.Registry, error) {
	cat, reg, err := loadDefinitions(c)
	if err != nil {
		return nil, nil, err
	}
	ws, err := store.Open(c.Context, c.String("db"), cat, opts)
	if err != nil {
		return nil, nil, err
	}
	if err := ws.InstallMacros(c.Context, reg); err != nil {
		return nil, nil, errors.Join(err, ws.Close())
	}
	return ws, reg, nil
}

// userName is who asks, for the ledger; empty when the system does not know.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
