package macros

import (
	"regexp"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
)

// header reads the "-- @key value" lines of one file into a macro.
type header struct {
	file  string
	macro *Macro
	seen  map[string]int // key -> line of its first use
}

// key is how one header key is read.
type key struct {
	name  string
	many  bool // may occur several times
	must  bool // must occur
	store func(h *header, e entry) error
}

// entry is one header line with its continuation lines.
type entry struct {
	key, value string
	line       int
}

// keys are all keys of a header, in the order in which they are written.
var keys = []key{
	{"title.fr", false, true, func(h *header, e entry) error { h.macro.Title.Fr = e.value; return nil }},
	{"title.nl", false, true, func(h *header, e entry) error { h.macro.Title.Nl = e.value; return nil }},
	{"title.en", false, true, func(h *header, e entry) error { h.macro.Title.En = e.value; return nil }},
	{"status", false, true, (*header).status},
	{"catalog", false, true, func(h *header, e entry) error { h.macro.Catalog = e.value; return nil }},
	{"valid", false, true, (*header).valid},
	{"basis", false, true, func(h *header, e entry) error { h.macro.Basis = e.value; return nil }},
	{"param", true, false, (*header).param},
	{"column", true, false, (*header).column},
	{"returns", false, false, (*header).returns},
	{"zones", true, false, (*header).zones},
	{"list", true, false, (*header).list},
	{"ids", true, false, func(h *header, e entry) error { h.macro.IDs = append(h.macro.IDs, e.value); return nil }},
	{"uses", true, false, func(h *header, e entry) error { h.macro.Uses = append(h.macro.Uses, e.value); return nil }},
	{"sas", false, true, (*header).sas},
	{"replaces", false, false, (*header).replaces},
	{"note", true, false, func(h *header, e entry) error { h.macro.Notes = append(h.macro.Notes, e.value); return nil }},
}

var (
	fileName   = regexp.MustCompile(`^([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*)_v([1-9][0-9]{0,3})\.sql$`)
	createLine = regexp.MustCompile(`^CREATE OR REPLACE MACRO ([a-z0-9_.]+)\(`)
	word       = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	sqlType    = regexp.MustCompile(`^[A-Z][A-Z0-9]*(\([0-9, ]+\))?(\[\])?$`)
	validity   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})?\.\.(\d{4}-\d{2}-\d{2})?$`)
	listRef    = regexp.MustCompile(`^([a-z][a-z0-9_]*)@([^\s@]+)$`)
	sasHash    = regexp.MustCompile(`^sha256:([0-9a-f]{64})$`)
)

// parseFile reads one macro file: its header, then one CREATE statement. It
// knows the text only; [Load] compares it with the catalogue and the SAS file.
func parseFile(file, text string) (*Macro, error) {
	m, err := nameOf(file)
	if err != nil {
		return nil, err
	}
	entries, bodyLine, err := split(file, text)
	if err != nil {
		return nil, err
	}
	h := &header{file: file, macro: m, seen: map[string]int{}}
	for _, e := range entries {
		if err := h.read(e); err != nil {
			return nil, err
		}
	}
	if err := h.complete(); err != nil {
		return nil, err
	}
	lines := strings.Split(text, "\n")
	m.Header = strings.Join(lines[:bodyLine-1], "\n") + "\n"
	m.SQL = strings.TrimSpace(strings.Join(lines[bodyLine-1:], "\n"))
	return m, checkBody(m, text, bodyLine)
}

// nameOf takes family, name and version from the file's path.
func nameOf(file string) (*Macro, error) {
	part := fileName.FindStringSubmatch(file)
	if part == nil {
		return nil, diag.New(diag.Data, "macro-file-name", "not a macro file name").
			At(diag.Pos{File: file}).WithHint("name it <family>/<name>_v<N>.sql in lower case, versions from 1")
	}
	version, _ := strconv.Atoi(part[3])
	return &Macro{
		Family: part[1], Base: part[2], Version: version, File: file,
		Name: part[1] + "." + part[2] + "_v" + part[3],
	}, nil
}

// split cuts a file into header entries and the line where the statement starts.
func split(file, text string) ([]entry, int, error) {
	var entries []entry
	for i, line := range strings.Split(text, "\n") {
		at := diag.Pos{File: file, Line: i + 1, Col: 1}
		value, isKey := strings.CutPrefix(line, "-- @")
		more, isMore := strings.CutPrefix(line, "--   ")
		switch {
		case isKey:
			name, value, _ := strings.Cut(value, " ")
			entries = append(entries, entry{name, strings.TrimSpace(value), i + 1})
		case isMore && len(entries) > 0:
			last := &entries[len(entries)-1]
			last.value = strings.TrimSpace(last.value + " " + strings.TrimSpace(more))
		case strings.HasPrefix(line, "--"):
			return nil, 0, diag.New(diag.Data, "macro-header", "not a header line").At(at).
				WithHint("write `-- @key value`, or `--   more` to continue the line above")
		case len(entries) == 0:
			return nil, 0, diag.New(diag.Data, "macro-header", "the file does not start with a header").At(at).
				WithHint("start with `-- @title.fr ...`")
		default:
			return entries, i + 1, nil
		}
	}
	return nil, 0, diag.New(diag.Data, "macro-body", "no statement after the header").
		At(diag.Pos{File: file}).WithHint("add CREATE OR REPLACE MACRO <family>.<name>_v<N>(...) AS ...")
}

// read stores one entry.
func (h *header) read(e entry) error {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
		if k.name != e.key {
			continue
		}
		if e.value == "" {
			return h.refuse(e, "macro-header", "@%s says nothing", e.key).WithHint("write its value, or leave the line out")
		}
		if first := h.seen[e.key]; first > 0 && !k.many {
			return h.refuse(e, "macro-header", "@%s occurs twice, first on line %d", e.key, first).WithHint("keep one of the two")
		}
		if h.seen[e.key] == 0 {
			h.seen[e.key] = e.line
		}
		return k.store(h, e)
	}
	return h.refuse(e, "macro-unknown-key", "unknown header key @%s", e.key).
		WithHint("%s", diag.DidYouMean(e.key, names, "the keys are "+strings.Join(names, ", ")))
}

// complete refuses a header that lacks what every header must say.
func (h *header) complete() error {
	for _, k := range keys {
		if k.must && h.seen[k.name] == 0 {
			return diag.New(diag.Data, "macro-header", "@%s is missing", k.name).
				At(diag.Pos{File: h.file, Line: 1}).WithHint("add `-- @%s ...` to the header", k.name)
		}
	}
	m := h.macro
	m.Table = h.seen["column"] > 0
	if m.Table == (h.seen["returns"] > 0) {
		return diag.New(diag.Data, "macro-header", "a macro has either @column lines or one @returns line").
			At(diag.Pos{File: h.file, Line: 1}).WithHint("describe each column of a table macro, or the value of a scalar one")
	}
	if m.Table && m.owners() != 1 {
		return diag.New(diag.Data, "macro-grain", "a table macro has exactly one owner column").
			At(diag.Pos{File: h.file, Line: h.seen["column"]}).
			WithHint("mark the identifier whose unit a row belongs to: `identifier of <unit>, owner`")
	}
	return nil
}

// owners counts the owner columns.
func (m *Macro) owners() int {
	n := 0
	for _, c := range m.Columns {
		if c.Owner {
			n++
		}
	}
	return n
}

// checkBody refuses a statement that is not the one CREATE of this macro.
func checkBody(m *Macro, text string, line int) error {
	at := diag.Pos{File: m.File, Line: line, Col: 1}
	name := createLine.FindStringSubmatch(m.SQL)
	if name == nil {
		return diag.New(diag.Data, "macro-body", "the statement does not create a macro").At(at).
			WithHint("start with CREATE OR REPLACE MACRO %s(", m.Name)
	}
	if name[1] != m.Name {
		return diag.New(diag.Data, "macro-name", "the file creates %s", name[1]).At(at).
			WithHint("create %s, the name of the file", m.Name)
	}
	m.SQL = strings.TrimSuffix(m.SQL, ";")
	// Exec runs everything up to the last semicolon, so one is never let through
	// inside, not even in a comment.
	if i := strings.IndexByte(m.SQL, ';'); i >= 0 {
		return diag.New(diag.Data, "macro-body", "a semicolon inside the statement").
			At(diag.PosOf(m.File, text, strings.Index(text, m.SQL)+i)).WithHint("one file holds one statement")
	}
	return nil
}

func (h *header) status(e entry) error {
	if e.value != "draft" && e.value != "published" {
		return h.refuse(e, "macro-header", "unknown status").
			WithHint("write draft or published; a macro becomes deprecated when another says `@replaces` it")
	}
	h.macro.Status = e.value
	return nil
}

func (h *header) valid(e entry) error {
	part := validity.FindStringSubmatch(e.value)
	if part == nil || (part[1] != "" && part[2] != "" && part[1] > part[2]) {
		return h.refuse(e, "macro-header", "not a period").WithHint("write AAAA-MM-JJ..AAAA-MM-JJ; either side may be left open")
	}
	h.macro.From, h.macro.Until = part[1], part[2]
	return nil
}

// param reads `name TYPE [= default][, version of list | , in (a, b)] : help`.
func (h *header) param(e entry) error {
	spec, help, ok := strings.Cut(e.value, " : ")
	spec, list, _ := strings.Cut(spec, ", version of ")
	spec, choices, closed := strings.Cut(spec, ", in (")
	left, value, _ := strings.Cut(spec, "=")
	field := strings.Fields(left)
	if !ok || len(field) != 2 || !word.MatchString(field[0]) || !sqlType.MatchString(field[1]) {
		return h.refuse(e, "macro-param", "not a parameter").
			WithHint("write `name TYPE : help`, `name TYPE = default : help`, `name TYPE = default, version of list : help` or `name TYPE = default, in (a, b) : help`")
	}
	for _, p := range h.macro.Params {
		if p.Name == field[0] {
			return h.refuse(e, "macro-param", "the parameter %s occurs twice", p.Name).WithHint("keep one of the two")
		}
	}
	p := Param{Name: field[0], Type: field[1], Default: strings.TrimSpace(value), Help: strings.TrimSpace(help), VersionOf: strings.TrimSpace(list)}
	if closed {
		p.Choices = domainOf("(" + choices)
	}
	if closed && p.Default != "" && !p.chooses(p.Default) {
		return h.refuse(e, "macro-param", "the default of %s is none of its choices", p.Name).WithHint("one of: %s", strings.Join(p.Choices, ", "))
	}
	h.macro.Params = append(h.macro.Params, p)
	return nil
}

// column reads `name TYPE role [of unit][, owner][, nullable][, in (a, b)] : help`.
func (h *header) column(e entry) error {
	name, rest, _ := strings.Cut(e.value, " ")
	if !word.MatchString(name) {
		return h.refuse(e, "macro-column", "not a column name").WithHint(columnForm)
	}
	for _, c := range h.macro.Columns {
		if c.Name == name {
			return h.refuse(e, "macro-column", "the column %s occurs twice", name).WithHint("keep one of the two")
		}
	}
	c, err := h.returned(e, rest)
	if err != nil {
		return err
	}
	c.Name = name
	h.macro.Columns = append(h.macro.Columns, c)
	return nil
}

const columnForm = "write `name TYPE role [of unit][, owner][, nullable][, in (a, b) | in list | in table.column] : help`"

// returns reads `TYPE role [, nullable][, in (a, b)] : help`.
func (h *header) returns(e entry) error {
	c, err := h.returned(e, e.value)
	if err == nil && (c.Role == catalog.RoleIdentifier || c.Owner) {
		err = h.refuse(e, "macro-column", "a scalar macro cannot return an identifier").WithHint("return a derived attribute")
	}
	h.macro.Columns = append(h.macro.Columns, c)
	return err
}

// returned reads what @column and @returns share.
func (h *header) returned(e entry, text string) (Column, error) {
	spec, help, ok := strings.Cut(text, " : ")
	typ, spec, _ := strings.Cut(spec, " ")
	if !ok || strings.TrimSpace(help) == "" || !sqlType.MatchString(typ) {
		return Column{}, h.refuse(e, "macro-column", "not a column").WithHint(columnForm)
	}
	c := Column{Type: typ, Help: strings.TrimSpace(help)}
	spec, domain, closed := strings.Cut(spec, ", in ")
	for i, clause := range strings.Split(spec, ", ") {
		clause = strings.TrimSpace(clause)
		switch {
		case i == 0:
			role, unit, _ := strings.Cut(clause, " of ")
			c.Role, c.Protects = catalog.Role(role), unit
		case clause == "owner":
			c.Owner = true
		case clause == "nullable":
			c.Nullable = true
		default:
			return c, h.refuse(e, "macro-column", "unknown property of a column").WithHint(columnForm)
		}
	}
	if closed {
		c.Domain = domainOf(domain)
	}
	return c, h.checkRole(e, c)
}

// domainOf reads `(a, b)` as its values, anything else as the one name of a
// list or of a table.column, whose values [Load] puts in its place.
func domainOf(text string) []string {
	text = strings.TrimSpace(text)
	inner, ok := strings.CutPrefix(text, "(")
	if !ok {
		return []string{listMark + text}
	}
	values := strings.Split(strings.TrimSuffix(inner, ")"), ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

// listMark tells the name of a list from a value; no value starts with it.
const listMark = "\x00"

// checkRole refuses a role that the guard does not know or that lacks its unit.
func (h *header) checkRole(e entry, c Column) error {
	switch c.Role {
	case catalog.RoleQuasi, catalog.RoleAmount, catalog.RoleCount, catalog.RoleAttribute:
		if c.Protects != "" || c.Owner {
			return h.refuse(e, "macro-column", "only an identifier names a unit").WithHint("write `identifier of <unit>`, or leave the unit out")
		}
	case catalog.RoleIdentifier:
		if c.Protects == "" {
			return h.refuse(e, "macro-column", "an identifier of nothing").WithHint("write `identifier of <unit>`")
		}
	default:
		return h.refuse(e, "macro-column", "unknown role").
			WithHint("the roles are identifier, quasi, amount, count and attribute")
	}
	return nil
}

// zones reads `table column column ...`.
func (h *header) zones(e entry) error {
	field := strings.Fields(e.value)
	if len(field) < 2 {
		return h.refuse(e, "macro-zone", "no zones").WithHint("write `table zone zone ...`")
	}
	for _, z := range field[1:] {
		h.macro.Zones = append(h.macro.Zones, field[0]+"."+z)
	}
	return nil
}

func (h *header) list(e entry) error {
	if !listRef.MatchString(e.value) {
		return h.refuse(e, "macro-list", "not a list with its version").WithHint("write `name@version`")
	}
	h.macro.Lists = append(h.macro.Lists, e.value)
	return nil
}

func (h *header) sas(e entry) error {
	part := sasHash.FindStringSubmatch(e.value)
	if part == nil {
		return h.refuse(e, "macro-sas", "not a hash").WithHint("write `sha256:` and 64 hexadecimal digits")
	}
	h.macro.SASHash = part[1]
	return nil
}

// replaces reads `family.name_vN : why`.
func (h *header) replaces(e entry) error {
	old, why, ok := strings.Cut(e.value, " : ")
	if !ok || strings.TrimSpace(why) == "" {
		return h.refuse(e, "macro-replaces", "replaced without a reason").WithHint("write `family.name_vN : why`")
	}
	h.macro.Replaces, h.macro.Why = strings.TrimSpace(old), strings.TrimSpace(why)
	return nil
}

// refuse is an error at an entry.
func (h *header) refuse(e entry, code, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, code, format, args...).At(diag.Pos{File: h.file, Line: e.line, Col: 1})
}
