package macros

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"epsql/sql/diag"
)

// Check compares every header with a database in which the macros stand:
// kind, parameters, columns and types, and the columns and lists that the body
// really reads. The first difference is an error at the macro's file.
func (r *Registry) Check(ctx context.Context, db *sql.DB) error {
	for _, m := range r.All {
		installed, err := m.installed(ctx, db)
		if err != nil {
			return err
		}
		if installed == nil && m.Status == "draft" {
			continue
		}
		if installed == nil {
			return m.refuse("macro-check", "", "%s is not installed", m.Name).WithHint("install the macros again")
		}
		for _, check := range []func(context.Context, *sql.DB) error{installed.check, m.checkColumns, m.checkReads} {
			if err := check(ctx, db); err != nil {
				return err
			}
		}
	}
	return nil
}

// installed is a macro as the database knows it.
type installed struct {
	m            *Macro
	kind         string
	names, types []string
}

// installed asks the database for the macro; nil when it is not there.
func (m *Macro) installed(ctx context.Context, db *sql.DB) (*installed, error) {
	rows, err := db.QueryContext(ctx, `SELECT function_type, to_json(parameters)::VARCHAR, to_json(parameter_types)::VARCHAR
		FROM duckdb_functions() WHERE schema_name = ? AND function_name = ? AND NOT internal`,
		m.Family, strings.TrimPrefix(m.Name, m.Family+"."))
	if err != nil {
		return nil, m.unanswered(err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	in := &installed{m: m}
	var names, types string
	if err := rows.Scan(&in.kind, &names, &types); err != nil {
		return nil, m.unanswered(err)
	}
	if json.Unmarshal([]byte(names), &in.names) != nil || json.Unmarshal([]byte(types), &in.types) != nil {
		return nil, m.unanswered(nil)
	}
	return in, nil
}

// unanswered is the error for a check that the database does not answer.
func (m *Macro) unanswered(err error) *diag.Error {
	return m.refuse("macro-check", "", "the database does not describe %s", m.Name).
		WithHint("call it by hand to see why").Wrap(err)
}

// check compares kind and parameters.
func (in *installed) check(context.Context, *sql.DB) error {
	m := in.m
	if (in.kind == "table_macro") != m.Table {
		return m.refuse("macro-check", "", "the header describes another kind of macro than the statement creates").
			WithHint("use @column lines for AS TABLE, one @returns line otherwise")
	}
	var want, got []string
	for _, p := range m.Params {
		want = append(want, p.Name+" "+p.Type)
	}
	for i, name := range in.names {
		typ := ""
		if i < len(in.types) {
			typ = in.types[i]
		}
		got = append(got, name+" "+typ)
	}
	return m.compare("@param", "parameters", want, got)
}

// compare refuses a header whose list differs from the database's.
func (m *Macro) compare(key, what string, want, got []string) error {
	if slices.Equal(want, got) {
		return nil
	}
	return m.refuse("macro-check", key, "the header's %s are not the statement's", what).
		WithHint("the header says [%s], the statement has [%s]", strings.Join(want, ", "), strings.Join(got, ", "))
}

// sample is a call with typed NULLs, or defaults, for parameters.
func (m *Macro) sample() string {
	args := make([]string, len(m.Params))
	for i, p := range m.Params {
		args[i] = "CAST(NULL AS " + p.Type + ")"
		if p.Default != "" {
			args[i] = p.Name + " := " + p.Default
		}
	}
	call := m.Name + "(" + strings.Join(args, ", ") + ")"
	if m.Table {
		return "SELECT * FROM " + call
	}
	return "SELECT " + call
}

// checkColumns compares names and types of what is returned.
func (m *Macro) checkColumns(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+m.sample()+")")
	if err != nil {
		return m.unanswered(err)
	}
	defer rows.Close()
	var want, got []string
	for _, c := range m.Columns {
		want = append(want, strings.TrimSpace(c.Name+" "+c.Type))
	}
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return m.unanswered(err)
		}
		if !m.Table {
			name = ""
		}
		got = append(got, strings.TrimSpace(name+" "+typ))
	}
	if err := rows.Err(); err != nil {
		return m.unanswered(err)
	}
	return m.compare("@column", "columns", want, got)
}

// checkReads compares the zones and lists of the header with those in the
// bound plan, in which everything that the body calls is expanded.
func (m *Macro) checkReads(ctx context.Context, db *sql.DB) error {
	var text string
	if err := db.QueryRowContext(ctx, "SELECT json_serialize_plan(?::VARCHAR)::VARCHAR", m.sample()).Scan(&text); err != nil {
		return m.unanswered(err)
	}
	var plan any
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		return m.unanswered(err)
	}
	if top, ok := plan.(map[string]any); !ok || top["error"] == true {
		return m.unanswered(fmt.Errorf("no plan"))
	}
	reads := map[string]bool{}
	scans(plan, reads)
	var zones, lists, ids []string
	for read := range reads {
		schema, rest, _ := strings.Cut(read, ".")
		table, _, _ := strings.Cut(rest, ".")
		switch {
		case schema == "main":
			zones = append(zones, rest)
		case schema == "ref" && !slices.Contains(lists, table):
			lists = append(lists, table)
		case schema == "epsql":
			ids = append(ids, strings.TrimPrefix(table, "ids_"))
		}
	}
	if err := m.compare("@zones", "zones", sortedUnique(m.Zones), sortedUnique(zones)); err != nil {
		return err
	}
	if err := m.compare("@ids", "units whose identifiers it reads", sortedUnique(m.IDs), sortedUnique(ids)); err != nil {
		return err
	}
	return m.checkLists(sortedUnique(lists))
}

// checkLists compares the lists read, and wants each pinned version in the text.
func (m *Macro) checkLists(got []string) error {
	var want []string
	for _, ref := range m.Lists {
		name, version, _ := strings.Cut(ref, "@")
		want = append(want, name)
		if !strings.Contains(m.SQL, quote(version)) {
			return m.refuse("macro-check", "@list "+ref, "the statement does not pin the version of the list %s", name).
				WithHint("filter on version = %s", quote(version))
		}
	}
	return m.compare("@list", "lists", sortedUnique(want), got)
}

// scans collects "schema.table.column" of every table scan in a plan.
func scans(node any, reads map[string]bool) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			scans(child, reads)
		}
	case map[string]any:
		if n["type"] == "LOGICAL_GET" {
			scan(n, reads)
		}
		for _, child := range n {
			scans(child, reads)
		}
	}
}

// scan collects the columns of one table scan.
func scan(get map[string]any, reads map[string]bool) {
	data, _ := get["function_data"].(map[string]any)
	names, _ := get["names"].([]any)
	indexes, _ := get["column_indexes"].([]any)
	for _, entry := range indexes {
		index, _ := entry.(map[string]any)
		// Row numbers are virtual columns, past the last.
		if i, ok := index["index"].(float64); ok && i >= 0 && i < float64(len(names)) {
			reads[fmt.Sprintf("%v.%v.%v", data["schema"], data["table"], names[int(i)])] = true
		}
	}
}

// sortedUnique is the set of names in order.
func sortedUnique(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return slices.Compact(out)
}
