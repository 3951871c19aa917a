package extract

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/store"
)

// wanted notes that another extract compares with a column of this one.
func (r *relation) wanted(column string) {
	if !slices.Contains(r.keyed, column) {
		r.keyed = append(r.keyed, column)
	}
}

// keys names the table of the session that holds the values of a column.
func (r *relation) keys(column string) string { return "keys_" + r.Name + "_" + column }

// codes is the table of the session that holds the codes of a unit or a coding.
func codes(domain string) string { return temp("codes_" + domain) }

// values is the table of the session that holds what is to be coded.
func values(domain string) string { return temp("values_" + domain) }

// from is the FROM and WHERE of a relation, with further joins, before anything
// is coded.
func (r *relation) from(kept map[string]string, joins ...string) string {
	var b strings.Builder
	b.WriteString("FROM " + r.at(kept) + " AS " + alias(0))
	for i, s := range r.joined {
		a := alias(i + 1)
		b.WriteString(" LEFT JOIN " + s.at(kept) + " AS " + a + " ON " + col(a, s.owner) + " = " + col(alias(0), r.owner))
	}
	b.WriteString(strings.Join(joins, ""))
	if len(r.where) > 0 {
		b.WriteString(" WHERE " + strings.Join(r.where, " AND "))
	}
	return b.String()
}

// at is where the rows of a source stand.
func (s source) at(kept map[string]string) string {
	if s.table != nil {
		return "main." + store.Quote(s.table.Name)
	}
	return kept[s.name]
}

// codedAs is the unit or the coding of a column; "" when it is not coded.
func (c column) codedAs() string {
	if c.unit != "" {
		return c.unit
	}
	return c.coding
}

// session is one connection with the tables that coding needs; they end with it.
type session struct {
	*Design
	cfg   Config
	conn  *sql.Conn
	count map[string]int64 // codes of a domain
	made  []string         // tables of the session
}

// temp names a table of the session.
func temp(name string) string { return "temp.main." + store.Quote(name) }

// create makes a table of the session; what is its columns, or AS and a SELECT.
func (s *session) create(ctx context.Context, name, what string) error {
	s.made = append(s.made, name)
	return s.exec(ctx, "CREATE TEMP TABLE "+store.Quote(name)+" "+what)
}

// close drops the tables of the session: its connection goes back to a pool.
func (s *session) close() {
	for _, name := range s.made {
		_, _ = s.conn.ExecContext(context.Background(), "DROP TABLE IF EXISTS "+temp(name)) // it ends with the workspace, at the latest
	}
	_ = s.conn.Close()
}

func (s *session) exec(ctx context.Context, query string) error {
	_, err := s.conn.ExecContext(ctx, query)
	return engine(err)
}

func (s *session) number(ctx context.Context, query string) (n int64, err error) {
	err = s.conn.QueryRowContext(ctx, query).Scan(&n)
	return n, engine(err)
}

// engine replaces an error of the database, which may quote values.
func engine(err error) error {
	if err == nil {
		return nil
	}
	return store.Fault(err, "extraction", "the extraction failed in the database")
}

// selectRows keeps the values that extracts are compared with.
func (s *session) selectRows(ctx context.Context) error {
	for _, r := range s.relations {
		if err := s.checkJoined(ctx, r); err != nil {
			return err
		}
		for _, k := range r.keyed {
			if err := s.create(ctx, r.keys(k), "AS SELECT DISTINCT "+col(alias(0), k)+" AS k "+r.from(s.cfg.Kept)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkJoined wants joined steps to have one row for each owner: no row may be doubled.
func (s *session) checkJoined(ctx context.Context, r *relation) error {
	for _, j := range r.joined {
		n, err := s.number(ctx, "SELECT count(*) - count(DISTINCT "+store.Quote(j.owner)+") FROM "+j.at(s.cfg.Kept))
		if err != nil {
			return err
		}
		if n != 0 {
			return fault("study-extract", "the step %s has several rows for an owner", j.name).At(r.Pos).WithHint("make an extract of it")
		}
	}
	return nil
}

// code gives every identifier that leaves its code.
func (s *session) code(ctx context.Context) error {
	for _, u := range s.cat.Units {
		if owner, table := store.IDTable(s.cat, u.ID); owner == u.ID {
			if err := s.checkLookalikes(ctx, table, "id", u.ID); err != nil {
				return err
			}
		}
	}
	byDomain := map[string][]string{} // the SELECT of every column
	var order []string
	for _, r := range s.relations {
		for _, c := range r.columns {
			d := c.codedAs()
			if d == "" {
				continue
			}
			if byDomain[d] == nil {
				order = append(order, d)
			}
			value := col(c.from, c.name)
			query := "SELECT DISTINCT " + value + " AS v " + r.from(s.cfg.Kept)
			if len(c.specials) > 0 {
				query = "SELECT v FROM (" + query + ") WHERE v NOT IN (" + list(c.specials) + ")"
			}
			byDomain[d] = append(byDomain[d], query)
		}
	}
	for _, d := range order {
		all := "AS SELECT DISTINCT v FROM (" + strings.Join(byDomain[d], " UNION ALL ") + ") WHERE v IS NOT NULL"
		if err := s.create(ctx, "values_"+d, all); err != nil {
			return err
		}
	}
	if err := s.checkTables(ctx); err != nil {
		return err
	}
	for _, d := range order {
		if err := s.codeDomain(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// checkLookalikes refuses identifiers that are made as codes are: one of them
// could stand in a code and not be seen.
func (s *session) checkLookalikes(ctx context.Context, table, column, domain string) error {
	n, err := s.number(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE regexp_full_match(%s, %s)", table, store.Quote(column), quoted(coding.Lookalike)))
	if err != nil || n == 0 {
		return err
	}
	return refuse("lookalike", "%d identifiers of %s are made of the letters of codes", n, domain).
		WithHint("they cannot be told from codes, so nothing can be checked: ask the maintainers")
}

// batch is how many identifiers are coded at a time.
const batch = 200_000

// codeDomain fills the table of codes of a unit or a coding.
func (s *session) codeDomain(ctx context.Context, domain string) error {
	unit := s.cat.Unit(domain)
	keyType := "VARCHAR"
	if unit != nil {
		keyType = "INTEGER"
	} else if err := s.checkLookalikes(ctx, values(domain), "v", domain); err != nil {
		return err
	}
	if err := s.create(ctx, "codes_"+domain, "(v "+keyType+" NOT NULL, original VARCHAR NOT NULL, code VARCHAR NOT NULL)"); err != nil {
		return err
	}
	wanted, err := s.number(ctx, "SELECT count(*) FROM "+values(domain))
	if err != nil {
		return err
	}
	query := "SELECT v, v AS original FROM " + values(domain) + " AS w"
	if unit != nil {
		_, ids := store.IDTable(s.cat, domain)
		query = "SELECT v, id FROM " + values(domain) + " AS w JOIN " + ids + " ON num = v"
	}
	for from := int64(0); from < wanted; from += batch {
		part := fmt.Sprintf("%s WHERE w.rowid >= %d AND w.rowid < %d", query, from, from+batch)
		if err := s.codeBatch(ctx, domain, part); err != nil {
			return err
		}
	}
	return s.checkCodes(ctx, domain, wanted)
}

// checkCodes wants every value to have one code, and every code one value.
func (s *session) checkCodes(ctx context.Context, domain string, wanted int64) error {
	for _, question := range []string{"count(*)", "count(DISTINCT v)", "count(DISTINCT code)"} {
		n, err := s.number(ctx, "SELECT "+question+" FROM "+codes(domain))
		if err != nil {
			return err
		}
		if n != wanted {
			return refuse("no-code", "%d values of %s have no code of their own", max(wanted-n, n-wanted), domain).
				WithHint("%s", s.adviceOn(domain))
		}
	}
	s.count[domain] = wanted
	return nil
}

func (s *session) adviceOn(domain string) string {
	if k := s.cat.Coding(domain); k != nil && k.By == "table" {
		return "ask the holder for a table that has all values: " + k.Holder
	}
	return "load the deliveries again: an identifier has lost its number"
}

// codeBatch codes some values.
func (s *session) codeBatch(ctx context.Context, domain, query string) error {
	rows, err := s.conn.QueryContext(ctx, query)
	if err != nil {
		return engine(err)
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	type coded struct {
		v              any
		original, code string
	}
	var out []coded
	for rows.Next() {
		var c coded
		if err := rows.Scan(&c.v, &c.original); err != nil {
			return engine(err)
		}
		if c.code = s.codeOf(domain, c.original); c.code != "" {
			out = append(out, c)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return engine(err)
	}
	return engine(s.conn.Raw(func(c any) error {
		appender, err := duckdb.NewAppender(c.(driver.Conn), "temp", "main", "codes_"+domain)
		if err != nil {
			return err
		}
		for _, x := range out {
			if err := appender.AppendRow(x.v, x.original, x.code); err != nil {
				return errors.Join(err, appender.Close())
			}
		}
		return appender.Close()
	}))
}

// codeOf is the code of an original: by the key, or by the table that its holder
// made; "" when the table has none.
func (s *session) codeOf(domain, original string) string {
	if k := s.cat.Coding(domain); k != nil && k.By == "table" {
		return s.cfg.Tables[domain][original]
	}
	return s.cfg.Key.Code(domain, s.legible(domain, original), original)
}

func (s *session) legible(domain, original string) string {
	if u := s.cat.Unit(domain); u != nil {
		return u.Legible(original)
	}
	return ""
}

// form is the regular expression of the codes of a domain.
func form(cat *catalog.Catalog, domain string) string {
	if u := cat.Unit(domain); u != nil && u.Kept != nil {
		return coding.Form(u.Kept.Length)
	}
	return coding.Form(0)
}

// coded is the SELECT of a relation as it leaves: every identifier is its code.
// One without a code ends the statement.
func (r *relation) coded(kept map[string]string) string {
	var out, joins []string
	for i, c := range r.columns {
		value := col(c.from, c.name)
		if d := c.codedAs(); d != "" {
			k := fmt.Sprintf("k%d", i)
			joins = append(joins, fmt.Sprintf(" LEFT JOIN %s AS %s ON %s.v = %s", codes(d), k, k, value))
			special := ""
			if len(c.specials) > 0 {
				special = fmt.Sprintf(" WHEN %s IN (%s) THEN %s", value, list(c.specials), value)
			}
			value = fmt.Sprintf("CASE WHEN %s IS NULL THEN NULL%s WHEN %s.code IS NULL THEN error('a value has no code') ELSE %s.code END", value, special, k, k)
		}
		out = append(out, value+" AS "+store.Quote(c.name))
	}
	return "SELECT " + strings.Join(out, ", ") + " " + r.from(kept, joins...)
}
