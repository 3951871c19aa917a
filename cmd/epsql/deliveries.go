package main

import (
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"epsql/engine/load"
)

func deliveriesCommand() *cli.Command {
	return &cli.Command{
		Name:        "deliveries",
		Usage:       "list what is loaded, and from which file",
		Description: describe("deliveries"),
		Flags:       []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0); err != nil {
				return err
			}
			ws, _, err := openWorkspace(c, storeOptions(c))
			if err != nil {
				return err
			}
			defer ws.Close() //nolint:errcheck // only read
			list, err := load.Deliveries(c.Context, ws)
			if err != nil {
				return err
			}
			return deliveryListing(list, c.Bool("json")).print(c)
		},
	}
}

// deliveryListing shortens files and hashes for reading, not for programs.
func deliveryListing(list []load.Delivery, whole bool) *listing {
	l := newListing("id", "table", "delivery", "version", "insurer", "period", "file", "hash", "rows", "rejects", "loaded", "replaced by")
	for _, d := range list {
		var replacedBy any
		if d.ReplacedBy != 0 {
			replacedBy = d.ReplacedBy
		}
		file, hash := d.File, d.Hash
		if !whole {
			file, hash = filepath.Base(file), strings.ToLower(hash[:min(12, len(hash))])
		}
		l.add(d.ID, d.Table, d.Key, d.Version, d.Insurer, d.Period, file, hash, d.Rows, d.Rejects, d.LoadedAt, replacedBy)
	}
	return l
}
