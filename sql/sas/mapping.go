package sas

import (
	"strconv"
	"strings"

	"epsql/sql/diag"
)

// ParseMapping reads a mapping file, which says what the data sets of a program
// are here. Every line is one of
//
//	# a remark
//	eps = *
//	eps.soins = soins_sante
//	eps.extra = extra: ident number, code text 7, jour date
//
// The first gives every table of known a name in the library eps; the second names
// one of them; the third describes a table that known does not hold.
func ParseMapping(file, text string, known []Table) ([]Table, error) {
	var out []Table
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		more, err := mappingLine(line, known)
		if err != nil {
			return nil, err.At(diag.Pos{File: file, Line: i + 1, Col: 1})
		}
		out = append(out, more...)
	}
	return out, nil
}

func mappingLine(line string, known []Table) ([]Table, *diag.Error) {
	left, right, ok := strings.Cut(line, "=")
	left, right = strings.ToLower(strings.TrimSpace(left)), strings.TrimSpace(right)
	if !ok || left == "" || right == "" {
		return nil, diag.New(diag.Data, "mapping", "not a line of a mapping").WithHint("write library.name = table")
	}
	if right == "*" {
		var out []Table
		for _, t := range known {
			out = append(out, Table{SAS: left + "." + t.SQL, SQL: t.SQL, Columns: t.Columns})
		}
		return out, nil
	}
	name, list, described := strings.Cut(right, ":")
	name = strings.TrimSpace(name)
	if described {
		columns, err := mappingColumns(list)
		return []Table{{SAS: left, SQL: name, Columns: columns}}, err
	}
	var names []string
	for _, t := range known {
		if t.SQL == name {
			return []Table{{SAS: left, SQL: name, Columns: t.Columns}}, nil
		}
		names = append(names, t.SQL)
	}
	return nil, diag.New(diag.Data, "mapping", "there is no table %s", name).
		WithHint("%s", diag.DidYouMean(name, names, "describe it: "+left+" = "+name+": column type, column type"))
}

func mappingColumns(list string) (columns []Column, _ *diag.Error) {
	for _, part := range strings.Split(list, ",") {
		word := strings.Fields(part)
		c := Column{}
		if len(word) == 3 {
			c.Length, _ = strconv.Atoi(word[2])
		}
		if len(word) < 2 || len(word) > 3 || len(word) == 3 && c.Length < 1 || !contains([]string{"number", "text", "date", "timestamp"}, word[1]) {
			return nil, diag.New(diag.Data, "mapping", "not a column of a mapping").
				WithHint("write a name and number, text, date or timestamp; a text may have its length behind it")
		}
		c.Name, c.Type = strings.ToLower(word[0]), word[1]
		columns = append(columns, c)
	}
	return columns, nil
}
