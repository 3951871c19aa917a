package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/duckdb/duckdb-go/v2"

	"epsql/engine/columnar"
	"epsql/engine/history"
)

// digest names a set by its content: how it is compressed makes no difference.
func digest(s history.Set) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d\n", s.Unit, s.Members.GetCardinality())
	block, bytes := make([]uint32, 4096), make([]byte, 4*4096)
	for it := s.Members.ManyIterator(); ; {
		n := it.NextMany(block)
		if n == 0 {
			h.Write(encode(s.Values))
			return hex.EncodeToString(h.Sum(nil))
		}
		for i, x := range block[:n] {
			binary.LittleEndian.PutUint32(bytes[4*i:], x)
		}
		h.Write(bytes[:4*n])
	}
}

// releasedSet is a row of epsql.released: what the chain seals of a set.
type releasedSet struct {
	hash      string
	threshold int
}

// seal is the hash over the sets of an entry, in whatever order.
func sealSets(sets []releasedSet) string {
	slices.SortFunc(sets, func(x, y releasedSet) int {
		return cmp.Or(strings.Compare(x.hash, y.hash), cmp.Compare(x.threshold, y.threshold))
	})
	h := sha256.New()
	for _, s := range sets {
		fmt.Fprintf(h, "%s %d\n", s.hash, s.threshold)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// distinct names the sets of a release, each once.
func distinct(sets []history.Set) (named map[string]history.Set, rows []releasedSet) {
	named = make(map[string]history.Set, len(sets))
	for _, s := range sets {
		hash := digest(s)
		if _, known := named[hash]; !known {
			rows = append(rows, releasedSet{hash, s.Threshold})
		}
		named[hash] = s
	}
	return named, rows
}

// storeSets appends the sets of entry on a connection with an open transaction.
func storeSets(ctx context.Context, conn *sql.Conn, entry int64, named map[string]history.Set, rows []releasedSet) error {
	known, err := knownSets(ctx, conn)
	if err != nil {
		return err
	}
	return conn.Raw(func(dc any) error {
		fresh := func(app *duckdb.Appender) error {
			for _, r := range rows {
				s := named[r.hash]
				if known[r.hash] {
					continue
				}
				s.Members.RunOptimize()
				members, err := s.Members.ToBytes()
				if err != nil {
					return err
				}
				if err := app.AppendRow(r.hash, s.Unit, members, encode(s.Values)); err != nil {
					return err
				}
			}
			return nil
		}
		if err := appendTo(dc.(driver.Conn), "contributors", fresh); err != nil {
			return err
		}
		return appendTo(dc.(driver.Conn), "released", func(app *duckdb.Appender) error {
			for _, r := range rows {
				if err := app.AppendRow(entry, r.hash, int32(r.threshold)); err != nil { //nolint:gosec // a small number
					return err
				}
			}
			return nil
		})
	})
}

func appendTo(conn driver.Conn, table string, fill func(*duckdb.Appender) error) error {
	app, err := duckdb.NewAppenderFromConn(conn, "epsql", table)
	if err != nil {
		return err
	}
	if err := fill(app); err != nil {
		_ = app.Close()
		return err
	}
	return app.Close()
}

func knownSets(ctx context.Context, conn *sql.Conn) (map[string]bool, error) {
	rows, err := conn.QueryContext(ctx, "SELECT hash FROM epsql.contributors")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	out := map[string]bool{}
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return nil, err
		}
		out[hash] = true
	}
	return out, rows.Err()
}

// Released gives the persons behind everything that was released after an entry,
// in the order of the entries; 0 is before the first. They are for comparison
// alone: [Past] reads them once.
func Released(ctx context.Context, db *sql.DB, after int64) ([]history.Set, error) {
	if there, err := exists(ctx, db, "released"); err != nil || !there {
		return nil, err
	}
	first, err := firstReleases(ctx, db, after)
	if err != nil || len(first) == 0 {
		return nil, fault(err)
	}
	query := "SELECT hash, unit, members, amounts FROM epsql.contributors"
	if after > 0 { // to read all takes less time without
		query += fmt.Sprintf(" WHERE hash IN (SELECT hash FROM epsql.released WHERE entry > %d)", after)
	}
	type named struct {
		history.Set
		hash string
	}
	var found []named
	var bytes arena
	err = scan(ctx, db, query, func(s *columnar.Scan, n int) error {
		hash, unit, members, amounts := s.Column(0), s.Column(1), s.Column(2), s.Column(3)
		for i := range n {
			at, known := first[string(hash.Text(i))]
			if !known {
				continue
			}
			set := named{history.Set{Unit: at.unit(unit.Text(i)), Threshold: at.threshold, Entry: at.entry}, at.hash}
			var varints []byte
			if !amounts.Null(i) {
				varints = amounts.Text(i)
			}
			if err := decode(&set.Set, bytes.keep(members.Text(i)), varints); err != nil {
				return broken(at.entry)
			}
			found = append(found, set)
		}
		return nil
	})
	if err != nil {
		return nil, fault(err)
	}
	slices.SortFunc(found, func(x, y named) int {
		return cmp.Or(cmp.Compare(x.Entry, y.Entry), strings.Compare(x.hash, y.hash))
	})
	out := make([]history.Set, len(found))
	for i, s := range found {
		out[i] = s.Set
	}
	return out, nil
}

// firstRelease is the entry that released a set first of those that are read, and
// the strictest threshold under which one did.
type firstRelease struct {
	hash      string
	entry     int64
	threshold int
	units     map[string]string
}

// unit is a name, as one string for all sets.
func (f firstRelease) unit(name []byte) string {
	u, known := f.units[string(name)]
	if !known {
		u = string(name)
		f.units[u] = u
	}
	return u
}

func firstReleases(ctx context.Context, db *sql.DB, after int64) (map[string]firstRelease, error) {
	out, units := map[string]firstRelease{}, map[string]string{}
	err := scan(ctx, db, fmt.Sprintf("SELECT entry, hash, threshold FROM epsql.released WHERE entry > %d", after), func(s *columnar.Scan, n int) error {
		entry, hash, threshold := s.Column(0), s.Column(1), s.Column(2)
		for i := range n {
			name, e, k := hash.Text(i), entry.Int64(i), int(threshold.Int32(i))
			if f, known := out[string(name)]; known {
				f.entry, f.threshold = min(f.entry, e), max(f.threshold, k)
				out[f.hash] = f
			} else {
				h := string(name)
				out[h] = firstRelease{h, e, k, units}
			}
		}
		return nil
	})
	return out, err
}

// scan runs a query and sees its result chunk by chunk.
func scan(ctx context.Context, db *sql.DB, query string, see func(s *columnar.Scan, n int) error) error {
	s, err := columnar.Open(ctx, db, query)
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		n, err := s.Next()
		if n == 0 || err != nil {
			return err
		}
		if err := see(s, n); err != nil {
			return err
		}
	}
}

// arena keeps copies of bytes, many in one piece, aligned for what reads them in
// place.
type arena []byte

const arenaPiece = 1 << 20

func (a *arena) keep(b []byte) []byte {
	room := (len(b) + 7) &^ 7
	if cap(*a)-len(*a) < room {
		*a = make([]byte, 0, max(room, arenaPiece))
	}
	from := len(*a)
	*a = append(*a, b...)[:from+room]
	return (*a)[from : from+len(b) : from+len(b)]
}

// encode writes amounts as varints; nil when there are none.
func encode(amounts []uint64) []byte {
	var out []byte
	for _, a := range amounts {
		out = binary.AppendUvarint(out, a)
	}
	return out
}

// decode fills a set from its stored form, which must not change any more.
func decode(s *history.Set, members, amounts []byte) error {
	s.Members = roaring.New()
	if _, err := s.Members.FromBuffer(members); err != nil {
		return err
	}
	for len(amounts) > 0 {
		a, n := binary.Uvarint(amounts)
		if n <= 0 {
			return errors.New("no varint")
		}
		s.Values, amounts = append(s.Values, a), amounts[n:]
	}
	if s.Values != nil && uint64(len(s.Values)) != s.Members.GetCardinality() {
		return errors.New("not one amount for each person")
	}
	return nil
}

// verifySets checks that the sets of every entry are those that it sealed, and
// that every set is what its name says.
func verifySets(ctx context.Context, db *sql.DB, entries []Entry) error {
	there, err := exists(ctx, db, "released")
	if err != nil {
		return err
	}
	byEntry := map[int64][]releasedSet{}
	if there {
		if byEntry, err = releasedRows(ctx, db); err != nil {
			return err
		}
		if err := verifyContents(ctx, db, byEntry); err != nil {
			return err
		}
	}
	for _, e := range entries {
		sets := byEntry[e.Number]
		delete(byEntry, e.Number)
		if e.Release == nil && len(sets) > 0 || e.Release != nil && e.Release.Sets != sealSets(sets) {
			return broken(e.Number)
		}
	}
	for number := range byEntry {
		return broken(number)
	}
	return nil
}

func releasedRows(ctx context.Context, db *sql.DB) (map[int64][]releasedSet, error) {
	rows, err := db.QueryContext(ctx, "SELECT entry, hash, threshold FROM epsql.released")
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	out := map[int64][]releasedSet{}
	for rows.Next() {
		var entry int64
		var s releasedSet
		if err := rows.Scan(&entry, &s.hash, &s.threshold); err != nil {
			return nil, fault(err)
		}
		out[entry] = append(out[entry], s)
	}
	return out, fault(rows.Err())
}

// verifyContents checks that every released set is there and unchanged.
func verifyContents(ctx context.Context, db *sql.DB, byEntry map[int64][]releasedSet) error {
	rows, err := db.QueryContext(ctx, "SELECT hash, unit, members, amounts FROM epsql.contributors")
	if err != nil {
		return fault(err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	good := map[string]bool{}
	for rows.Next() {
		var hash string
		var members, amounts []byte
		var s history.Set
		if err := rows.Scan(&hash, &s.Unit, &members, &amounts); err != nil {
			return fault(err)
		}
		if decode(&s, members, amounts) == nil && s.Members.Validate() == nil && digest(s) == hash {
			good[hash] = true
		}
	}
	if err := rows.Err(); err != nil {
		return fault(err)
	}
	first := int64(0)
	for entry, sets := range byEntry {
		for _, s := range sets {
			if !good[s.hash] && (first == 0 || entry < first) {
				first = entry
			}
		}
	}
	if first != 0 {
		return broken(first)
	}
	return nil
}
