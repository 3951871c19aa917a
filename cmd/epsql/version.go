package main

import (
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the versions of the program and its database",
		Description: describe("version"),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0); err != nil {
				return err
			}
			db, err := sql.Open("duckdb", "")
			if err != nil {
				return err
			}
			defer db.Close()
			var engine string
			if err := db.QueryRowContext(c.Context, "SELECT version()").Scan(&engine); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.App.Writer, "epsql %s\nDuckDB %s\n%s %s/%s\n",
				programVersion(), engine, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is set by the build: see the Makefile.
var version string

// programVersion is what the build was told, or the module's version.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(unknown)"
}
