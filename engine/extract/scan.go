package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/engine/store"
)

// The scan reads the files as they were written, before they get their names (a
// CSV file beside a Parquet file is compared with it, row by row), and looks for
// identifiers: those of every unit that the workspace knows, whether
// they are in the extraction or not. A column is scanned as what it is:
//
//   - A coded column holds codes of this extraction and nothing else, the special
//     values of its zone apart. A code has another form than any identifier, and
//     no identifier can stand in one: [session.checkLookalikes] refuses those that
//     could.
//   - A text is compared whole; word by word; without leading zeros; where it is as
//     long as a composite zone of the catalogue, at the place where that has its
//     identifier; and, for identifiers of ten characters or more, at every place.
//     Values of a closed list of codes are public, and cannot be told from a short
//     identifier: they pass.
//   - A number or a day is compared as a number: an identifier that lost its zeros.
//     Of identifiers with fewer than seven digits left nothing can be said, since
//     any count may equal one. An amount may equal a longer one by chance. Such a
//     column stops the extraction all the same, until somebody who looked at it
//     says in the dossier (coincidences) why it holds none; the receipt repeats it.
//   - A column of numbers or texts that repeats, in most rows, the number of those
//     whose rows they are, in the delivery or in the workspace, is a copy of it,
//     short or not.
//
// What is found is told by file and column, never by value.

// kind is how a column is scanned.
type kind int

const (
	text kind = iota
	number
	day
	code
)

func (c column) kind() kind {
	switch {
	case c.codedAs() != "":
		return code
	case c.sqlType == "DATE":
		return day
	case c.sqlType == "VARCHAR":
		return text
	}
	return number
}

// few is the number of digits below which a number is no identifier to the scan;
// long the number of characters from which an identifier is looked for inside of
// other texts.
const few, long = 7, 10

// prepareScan makes the tables of all identifiers: as delivered, and as numbers.
func (s *session) prepareScan(ctx context.Context) error {
	var all []string
	for _, u := range s.cat.Units {
		if owner, table := store.IDTable(s.cat, u.ID); owner == u.ID {
			all = append(all, "SELECT id FROM "+table)
		}
	}
	if err := s.create(ctx, "scan_ids", "AS SELECT DISTINCT id FROM ("+strings.Join(all, " UNION ALL ")+")"); err != nil {
		return err
	}
	return s.create(ctx, "scan_numbers", fmt.Sprintf(`AS SELECT DISTINCT ltrim(id, '0') AS id FROM scan_ids
		WHERE regexp_full_match(id, '[0-9]+') AND length(ltrim(id, '0')) >= %d`, few))
}

// scan looks at every value of a file of a relation; file is SQL that reads it.
func (s *session) scan(ctx context.Context, r *relation, file string) error {
	for _, c := range r.columns {
		var found int64
		var err error
		switch {
		case c.kind() == code:
			found, err = s.number(ctx, s.notCodes(c, file))
		case c.kind() == text:
			found, err = s.number(ctx, s.inTexts(c, file))
		case !s.excused(r, c):
			found, err = s.number(ctx, inNumbers(c, file))
		}
		if err != nil {
			return err
		}
		if found > 0 {
			return s.found(r, c)
		}
	}
	return s.copies(ctx, r, file)
}

// same wants a file to say, row by row, what a file says that was scanned: to
// read CSV once for all columns is cheaper than once for each.
func (s *session) same(scanned string) func(context.Context, *relation, string) error {
	return func(ctx context.Context, r *relation, file string) error {
		columns := make([]string, len(r.columns))
		for i, c := range r.columns {
			columns[i] = "CAST(" + store.Quote(c.name) + " AS VARCHAR)"
		}
		sum := "SELECT (count(*), sum(CAST(hash(" + strings.Join(columns, ", ") + ") AS HUGEINT))) FROM "
		n, err := s.number(ctx, fmt.Sprintf("SELECT CAST((%s %s) IS DISTINCT FROM (%s %s) AS INTEGER)", sum, scanned, sum, file))
		if err == nil && n != 0 {
			err = refuse("files-differ", "the files of the extract %s do not say the same: nothing was handed over", r.Name).At(r.Pos).
				WithHint("tell the maintainers")
		}
		return err
	}
}

// found is the refusal of a column.
func (s *session) found(r *relation, c column) error {
	e := refuse("identifier-found", "column %s of the extract %s holds what may be an identifier: nothing was handed over", c.name, r.Name).At(r.Pos)
	switch c.kind() {
	case code:
		return e.WithHint("every value of it must be a code of this extraction: tell the maintainers")
	case text:
		return e.WithHint("look at the column in the deliveries; until it is clean, take it out of the dossier's zones")
	}
	return e.WithHint("when somebody looked and it is chance, say why in the dossier: coincidences: {%s.%s: …}", r.Name, c.name)
}

// excused tells whether the dossier says of a column of numbers that it holds no identifier.
func (s *session) excused(r *relation, c column) bool {
	for _, x := range s.dossier.Coincidences {
		if x.Column == r.Name+"."+c.name {
			return true
		}
	}
	return false
}

func (s *session) notCodes(c column, file string) string {
	v := store.Quote(c.name)
	special := ""
	if len(c.specials) > 0 {
		special = " AND " + v + " NOT IN (" + list(c.specials) + ")"
	}
	return fmt.Sprintf(`SELECT count(*) FROM (SELECT DISTINCT %s AS v FROM %s WHERE %s IS NOT NULL%s)
		WHERE NOT regexp_full_match(v, %s) OR v NOT IN (SELECT code FROM %s)`,
		v, file, v, special, quoted(form(s.cat, c.codedAs())), codes(c.codedAs()))
}

// inTexts counts the identifiers in a column of texts.
func (s *session) inTexts(c column, file string) string {
	v := store.Quote(c.name)
	listed := ""
	if c.closed && len(c.domain) > 0 {
		listed = " AND " + v + " NOT IN (" + list(c.domain) + ")"
	}
	parts := []string{
		"SELECT v AS p FROM v",
		"SELECT unnest(regexp_extract_all(v, '[0-9A-Za-z]+')) FROM v",
		fmt.Sprintf(`SELECT substr(v, place, size) FROM v, (SELECT DISTINCT length(id) AS size FROM scan_ids WHERE length(id) >= %d) AS sizes,
			range(1, length(v) - size + 2) AS places(place) WHERE length(v) > size`, long),
	}
	for _, shape := range composites(s.cat) {
		parts = append(parts, fmt.Sprintf("SELECT substr(v, %d, %d) FROM v WHERE length(v) = %d", shape.start, shape.length, shape.whole))
	}
	return fmt.Sprintf(`WITH v AS MATERIALIZED (SELECT DISTINCT %s AS v FROM %s WHERE %s IS NOT NULL%s),
		p AS MATERIALIZED (SELECT DISTINCT p FROM (%s))
		SELECT (SELECT count(*) FROM p WHERE p IN (SELECT id FROM scan_ids))
			+ (SELECT count(*) FROM p WHERE regexp_full_match(p, '[0-9]+') AND ltrim(p, '0') IN (SELECT id FROM scan_numbers))`,
		v, file, v, listed, strings.Join(parts, " UNION ALL "))
}

// composite is where a composite zone has an identifier.
type composite struct{ whole, start, length int }

func composites(cat *catalog.Catalog) []composite {
	var out []composite
	for _, t := range cat.Tables {
		for _, z := range t.Zones {
			for _, p := range z.Parts {
				c := composite{z.Length, p.Start, p.Length}
				if p.Role == catalog.RoleIdentifier && !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
	}
	return out
}

// inNumbers counts the identifiers in a column of numbers or days.
func inNumbers(c column, file string) string {
	v := "regexp_extract(CAST(" + store.Quote(c.name) + " AS VARCHAR), '^-?0*([0-9]+)([.]0*)?$', 1)"
	if c.kind() == day {
		v = "replace(CAST(" + store.Quote(c.name) + " AS VARCHAR), '-', '')"
	}
	return fmt.Sprintf("SELECT count(*) FROM (SELECT DISTINCT %s AS v FROM %s) WHERE v IN (SELECT id FROM scan_numbers)", v, file)
}

// copies looks for columns that repeat the number of those whose rows they are.
func (s *session) copies(ctx context.Context, r *relation, file string) error {
	for _, unit := range r.columns {
		if unit.unit == "" {
			continue
		}
		var free []column
		var counts []string
		for _, c := range r.columns {
			if c.kind() == code || c.kind() == day || c.closed {
				continue
			}
			v := "CAST(f." + store.Quote(c.name) + " AS VARCHAR)"
			free = append(free, c)
			counts = append(counts, fmt.Sprintf(`2 * count(*) FILTER (%[1]s = CAST(k.v AS VARCHAR) OR
				%[1]s = k.original OR %[1]s = ltrim(k.original, '0')) > count(%[1]s)`, v))
		}
		if len(free) == 0 {
			continue
		}
		query := fmt.Sprintf("SELECT [%s] FROM %s AS f JOIN %s AS k ON k.code = f.%s",
			strings.Join(counts, ", "), file, codes(unit.unit), store.Quote(unit.name))
		var found []any
		if err := s.conn.QueryRowContext(ctx, query).Scan(&found); err != nil {
			return engine(err)
		}
		for i, copied := range found {
			if copied != true {
				continue
			}
			// One value in most rows is a number that somebody happens to have too.
			n, err := s.number(ctx, "SELECT count(DISTINCT "+store.Quote(free[i].name)+") FROM "+file)
			if err != nil {
				return err
			}
			if n >= 10 {
				return s.found(r, free[i])
			}
		}
	}
	return nil
}
