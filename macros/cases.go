package macros

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"epsql/catalog"
	"epsql/sql/diag"
)

// CaseResult is how one golden case went. Problem is "" when it passed;
// otherwise it tells what differed, quoting the case's own rows, which are made
// up.
type CaseResult struct {
	Macro   *Macro
	Name    string // the case's file name without its ending
	Title   string // the sentence at its top
	File    string
	Problem string
}

// goldenCase is one txtar file: a sentence, then
//
//	-- <table>.csv --    given rows: a line of column names, then rows; blank is NULL
//	-- ref.<list>.csv -- rows added to a code list, their version among the columns
//	-- ids.<unit>.csv -- num, id: the delivered identifiers behind the numbers
//	-- call.sql --       one SELECT
//	-- expected.csv --   the rows it returns, in any order; blanks around values do not count
//	-- error.txt --      instead of expected.csv: words of the error it stops with
type goldenCase struct {
	title    string
	given    []given
	call     string
	expected [][]string
	failure  string
}

// given are the lines for one table, the first with the names of the columns.
type given struct {
	name  string // as the part of the file is called, without its ending
	table string // as SQL
	lines [][]string
}

// RunCases runs every golden case of every macro on an in-memory database.
func (r *Registry) RunCases(ctx context.Context) ([]CaseResult, error) {
	db, err := r.Memory(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var results []CaseResult
	for _, m := range r.All {
		files, err := fs.Glob(r.files, path.Join(m.Family, "testdata", path.Base(strings.TrimSuffix(m.File, ".sql")), "*.txtar"))
		if err != nil {
			return nil, unreadable(m.File, err)
		}
		for _, file := range files {
			result, err := r.runCase(ctx, db, m, file)
			if err != nil {
				return nil, err
			}
			results = append(results, result)
		}
	}
	return results, nil
}

// runCase reads and runs one case.
func (r *Registry) runCase(ctx context.Context, db *sql.DB, m *Macro, file string) (CaseResult, error) {
	data, err := fs.ReadFile(r.files, file)
	if err != nil {
		return CaseResult{}, unreadable(file, err)
	}
	c, err := parseCase(file, data, r.cat)
	if err != nil {
		return CaseResult{}, err
	}
	result := CaseResult{Macro: m, Name: strings.TrimSuffix(path.Base(file), ".txtar"), Title: c.title, File: file}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return result, diag.New(diag.Data, "macro-case", "the case cannot be run").At(diag.Pos{File: file}).Wrap(err)
	}
	defer tx.Rollback() //nolint:errcheck // what a case gives is always taken back
	for _, g := range c.given {
		if err := g.insert(ctx, tx); err != nil {
			return result, diag.New(diag.Data, "macro-case", "the rows of %s do not fit its columns", g.name).
				At(diag.Pos{File: file}).WithHint("write dates as AAAA-MM-JJ and amounts in hundredths").Wrap(err)
		}
	}
	got, err := query(ctx, tx, c.call)
	if result.Problem = c.judge(got, err); result.Problem == "" {
		result.Problem = m.unlisted(got)
	}
	return result, ctx.Err()
}

// parseCase reads a case.
func parseCase(file string, data []byte, cat *catalog.Catalog) (*goldenCase, error) {
	archive := txtar.Parse(data)
	c := &goldenCase{title: strings.Join(strings.Fields(string(archive.Comment)), " ")}
	for _, f := range archive.Files {
		var err error
		target, known := tableOf(f.Name, cat)
		switch {
		case f.Name == "call.sql":
			c.call = strings.TrimSpace(string(f.Data))
		case f.Name == "error.txt":
			c.failure = strings.TrimSpace(string(f.Data))
		case f.Name == "expected.csv":
			c.expected, err = readLines(f.Data)
		case known:
			target.lines, err = readLines(f.Data)
			c.given = append(c.given, target)
		default:
			return nil, caseFault(file, "no such part: "+f.Name)
		}
		if err != nil {
			return nil, caseFault(file, f.Name+" is not a table").Wrap(err)
		}
	}
	if c.title == "" || c.call == "" || (c.expected == nil) == (c.failure == "") {
		return nil, caseFault(file, "the case is not whole")
	}
	return c, nil
}

// tableOf finds the table or the code list that a part of a case fills.
func tableOf(part string, cat *catalog.Catalog) (given, bool) {
	name, isCSV := strings.CutSuffix(part, ".csv")
	if list, isList := strings.CutPrefix(name, "ref."); isList {
		return given{name: name, table: "ref." + ident(list)}, isCSV && cat.List(list) != nil
	}
	if unit, isIDs := strings.CutPrefix(name, "ids."); isIDs {
		return given{name: name, table: idTable(unit)}, isCSV && cat.Unit(unit) != nil
	}
	return given{name: name, table: "main." + ident(name)}, isCSV && cat.Table(name) != nil
}

// caseFault is an error in a case file.
func caseFault(file, what string) *diag.Error {
	return diag.New(diag.Data, "macro-case", "%s", what).At(diag.Pos{File: file}).
		WithHint("a case has a sentence, <table>.csv parts, call.sql, and expected.csv or error.txt")
}

// readLines reads comma-separated lines, blanks around values cut.
func readLines(data []byte) ([][]string, error) {
	in := csv.NewReader(strings.NewReader(string(data)))
	in.TrimLeadingSpace = true
	in.Comment = '#'
	lines, err := in.ReadAll()
	for _, line := range lines {
		for i := range line {
			line[i] = strings.TrimSpace(line[i])
		}
	}
	return lines, err
}

// insert puts the given lines into their table.
func (g given) insert(ctx context.Context, db Execer) error {
	lines := g.lines
	if len(lines) < 2 {
		return nil
	}
	cols, tuples := make([]string, len(lines[0])), make([]string, len(lines)-1)
	for i, name := range lines[0] {
		cols[i] = ident(name)
	}
	for i, line := range lines[1:] {
		values := make([]string, len(line))
		for j, v := range line {
			values[j] = literal(v)
		}
		tuples[i] = "(" + strings.Join(values, ", ") + ")"
	}
	_, err := db.ExecContext(ctx, "INSERT INTO "+g.table+" ("+strings.Join(cols, ", ")+") VALUES "+strings.Join(tuples, ", "))
	return err
}

// queryer is what a case asks of its transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// query gives the answer as text: a line of names, then rows, "" for NULL.
func query(ctx context.Context, db queryer, call string) ([][]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("+call+"\n)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	lines := [][]string{names}
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		line := make([]string, len(names))
		for i, v := range values {
			line[i] = strings.TrimSpace(v.String)
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

// judge tells how an answer differs from what is expected, "" when it does not.
func (c *goldenCase) judge(got [][]string, err error) string {
	switch {
	case c.failure != "" && err == nil:
		return "it answered; expected the error: " + c.failure
	case c.failure != "" && strings.Contains(err.Error(), c.failure):
		return ""
	case err != nil:
		return "it failed: " + err.Error()
	}
	want := sorted(c.expected)
	got = sorted(got)
	if slices.EqualFunc(want, got, slices.Equal) {
		return ""
	}
	return "expected\n" + format(want) + "got\n" + format(got)
}

// unlisted tells of a column that gave a value which its header does not list: the
// guard takes the list for all there is. It is "" when all are listed.
func (m *Macro) unlisted(got [][]string) string {
	if len(got) == 0 {
		return "" // the case wants an error
	}
	for i, name := range got[0] {
		for _, c := range m.Columns {
			if c.Name != name || c.Domain == nil {
				continue
			}
			for _, line := range got[1:] {
				if line[i] != "" && !slices.Contains(c.Domain, line[i]) {
					return fmt.Sprintf("%s is %s, which the header does not list: it has %s", name, line[i], strings.Join(c.Domain, ", "))
				}
			}
		}
	}
	return ""
}

// sorted is lines with the rows below the names in text order.
func sorted(lines [][]string) [][]string {
	out := slices.Clone(lines)
	if len(out) > 1 {
		slices.SortFunc(out[1:], slices.Compare[[]string])
	}
	return out
}

// format prints lines for people.
func format(lines [][]string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("  " + strings.Join(line, ", ") + "\n")
	}
	return b.String()
}
