package load

import (
	"context"

	"epsql/engine/columnar"
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
	rows, err := columnar.Open(ctx, l.ws.DB, "SELECT num, id FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		n, err := rows.Next()
		if err != nil || n == 0 {
			return err
		}
		nums, ids := rows.Column(0), rows.Column(1)
		for i := range n {
			u.put(identText(ids.Text(i)), nums.Int32(i))
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

// idFormats are the columns of a table of numbers: number, identifier.
var idFormats = []format{formatInt32, formatText}

// saveNumbers stores the numbers that the file brought.
func (l *loader) saveNumbers(ctx context.Context) error {
	for _, u := range l.units {
		rest := u.fresh
		if len(rest) == 0 {
			continue
		}
		_, table := store.IDTable(l.ws.Catalog, u.unit)
		err := l.insertAll(ctx, table, idFormats, func(b *batch) bool {
			b.vectors[0].setInt32(b.n, rest[0].num)
			b.vectors[1].setText(b.n, []byte(rest[0].id.String()))
			b.n++
			rest = rest[1:]
			return len(rest) > 0
		})
		if err != nil {
			return err
		}
	}
	return nil
}
