package load

import (
	"context"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"epsql/engine/store"
)

// numbers reads the numbers given so far, once.
func (l *loader) numbers(ctx context.Context) error {
	if l.known {
		return nil
	}
	for _, u := range l.units {
		if err := l.readNumbers(ctx, u); err != nil {
			return err
		}
	}
	l.known = true
	return nil
}

func (l *loader) readNumbers(ctx context.Context, u *numbering) error {
	_, table := store.IDTable(l.ws.Catalog, u.unit)
	rows, err := newScan(ctx, l.ws.DB, "SELECT num, id FROM "+table)
	if err != nil {
		return err
	}
	defer rows.close()
	for {
		n, err := rows.next()
		if err != nil || n == 0 {
			return err
		}
		nums, ids := rows.column(0), rows.column(1)
		for i := range n {
			u.put(identText(ids.text(i)), nums.int32(i))
		}
	}
}

// identText is the identifier of a stored text.
func identText(id []byte) ident {
	if key, ok := pack(id, len(id)); ok && key != 0 {
		return ident{key: key}
	}
	return ident{text: string(id)}
}

// saveNumbers stores the numbers that the file brought.
func (l *loader) saveNumbers() error {
	for _, u := range l.units {
		if err := saveNumbers(l.native, u); err != nil {
			return err
		}
	}
	return nil
}

func saveNumbers(conn mapping.Connection, u *numbering) error {
	if len(u.fresh) == 0 {
		return nil
	}
	a, err := newAppender(conn, "epsql", "ids_"+u.unit)
	if err != nil {
		return err
	}
	defer a.close()
	c := newChunk(a.types)
	defer c.destroy()
	for i, f := range u.fresh {
		c.vectors[0].setInt32(c.n, f.num)
		c.vectors[1].setText(c.n, []byte(f.id.String()))
		c.n++
		if c.n == vectorSize || i == len(u.fresh)-1 {
			if err := a.append(c); err != nil {
				return err
			}
			c.reset()
		}
	}
	return a.flush()
}
