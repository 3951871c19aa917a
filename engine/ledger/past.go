package ledger

import (
	"context"
	"database/sql"

	"epsql/engine/history"
)

// Past is what was released, kept from one comparison to the next: a process reads
// every set once. Its zero value has read nothing. It is used by one comparison at
// a time.
type Past struct {
	history history.History
	number  int64 // the last entry that was read, and its hash
	hash    string
}

// History is everything that was released so far; the caller may add to it.
func (p *Past) History(ctx context.Context, db *sql.DB) (history.History, error) {
	there, err := exists(ctx, db, "ledger")
	if err != nil {
		return history.History{}, err
	}
	last, same := Past{}, ""
	if there {
		const find = "SELECT coalesce(max(number), 0), coalesce(arg_max(hash, number), ''), coalesce(max(hash) FILTER (number = ?), '') FROM epsql.ledger"
		if err := db.QueryRowContext(ctx, find, p.number).Scan(&last.number, &last.hash, &same); err != nil {
			return history.History{}, fault(err)
		}
	}
	if same != p.hash { // another ledger
		*p = Past{}
	}
	if last.number > p.number {
		sets, err := Released(ctx, db, p.number)
		if err != nil {
			return history.History{}, err
		}
		for _, s := range sets {
			p.history.Add(s)
		}
		p.number, p.hash = last.number, last.hash
	}
	return p.history.Clone(), nil
}
