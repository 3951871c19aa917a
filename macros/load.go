package macros

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
)

//go:embed checksums.txt */*.sql */*.sas */audits/*.sql */testdata/*/*.txtar
var embedded embed.FS

// Embedded is the house's own macros for the catalogue: those whose header
// names it. Another catalogue has none of them.
func Embedded(cat *catalog.Catalog) (*Registry, error) { return Load(embedded, cat) }

// Load reads the macros of a folder strictly and compares them with the
// catalogue. Its errors name the file and the line.
func Load(files fs.FS, cat *catalog.Catalog) (*Registry, error) {
	paths, err := fs.Glob(files, "*/*.sql")
	if err != nil {
		return nil, diag.New(diag.Data, "macro-folder", "the macro folder cannot be listed").Wrap(err)
	}
	r := &Registry{cat: cat, files: files}
	for _, file := range paths {
		m, err := readMacro(files, file)
		if err != nil {
			return nil, err
		}
		if m.Catalog != cat.Name {
			continue
		}
		if err := m.resolve(cat); err != nil {
			return nil, err
		}
		r.All = append(r.All, m)
	}
	slices.SortFunc(r.All, func(a, b *Macro) int {
		return cmp.Or(strings.Compare(a.Family, b.Family), strings.Compare(a.Base, b.Base), a.Version-b.Version)
	})
	return r, r.link()
}

// readMacro reads a macro file and what stands beside it.
func readMacro(files fs.FS, file string) (*Macro, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, unreadable(file, err)
	}
	m, err := parseFile(file, string(text))
	if err != nil {
		return nil, err
	}
	m.Hash = sha(text)
	sasFile := strings.TrimSuffix(file, ".sql") + ".sas"
	sas, err := fs.ReadFile(files, sasFile)
	if err != nil {
		return nil, unreadable(sasFile, err).WithHint("write the SAS program that %s is equivalent to", m.Name)
	}
	if m.SAS = string(sas); sha(sas) != m.SASHash {
		return nil, diag.New(diag.Data, "macro-sas", "the SAS program is not the one that the header names").
			At(diag.Pos{File: sasFile}).WithHint("undo the change; in a draft write `-- @sas sha256:%s`", sha(sas))
	}
	m.Audits, err = readAudits(files, path.Join(m.Family, "audits", path.Base(file)))
	return m, err
}

// unreadable is the error for a file that must be there.
func unreadable(file string, err error) *diag.Error {
	return diag.New(diag.Data, "macro-file", "the file cannot be read").At(diag.Pos{File: file}).Wrap(err)
}

// readAudits reads queries that are each headed by `-- @audit sentence`.
func readAudits(files fs.FS, file string) ([]Audit, error) {
	text, err := fs.ReadFile(files, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(file, err)
	}
	var audits []Audit
	for i, line := range strings.Split(string(text), "\n") {
		title, isTitle := strings.CutPrefix(line, "-- @audit ")
		switch {
		case isTitle:
			audits = append(audits, Audit{Title: strings.TrimSpace(title)})
		case len(audits) > 0:
			last := &audits[len(audits)-1]
			last.SQL = strings.TrimSpace(last.SQL + "\n" + line)
		case strings.TrimSpace(line) != "":
			return nil, diag.New(diag.Data, "macro-audit", "a query without a sentence").
				At(diag.Pos{File: file, Line: i + 1, Col: 1}).WithHint("start with `-- @audit what must hold`")
		}
	}
	return audits, nil
}

// resolve compares the header with the catalogue and fills in domains that are
// code lists.
func (m *Macro) resolve(cat *catalog.Catalog) error {
	for _, z := range m.Zones {
		if err := m.checkZone(cat, z); err != nil {
			return err
		}
	}
	for _, l := range m.Lists {
		if err := m.checkList(cat, l); err != nil {
			return err
		}
	}
	for _, u := range m.IDs {
		if unit := cat.Unit(u); unit == nil || unit.Numbering != "" {
			return m.refuse("macro-ids", "@ids "+u, "the catalogue gives no numbers of its own to a unit %s", u).
				WithHint("name a unit of the catalogue that has its own numbering")
		}
	}
	for i := range m.Params {
		if err := m.resolveParam(cat, &m.Params[i]); err != nil {
			return err
		}
	}
	for i := range m.Columns {
		if err := m.resolveColumn(cat, &m.Columns[i]); err != nil {
			return err
		}
	}
	return nil
}

// resolveParam finds the versions of the list that a parameter chooses from.
func (m *Macro) resolveParam(cat *catalog.Catalog, p *Param) error {
	if p.VersionOf == "" {
		return nil
	}
	for _, l := range cat.Lists {
		if l.Name == p.VersionOf {
			p.Choices = append(p.Choices, l.Version)
		}
	}
	if p.Choices == nil {
		return m.refuse("macro-param", "version of "+p.VersionOf+" ", "the catalogue has no list %s", p.VersionOf).
			WithHint("name a list of the catalogue")
	}
	if p.Default != "" && !p.chooses(p.Default) {
		return m.refuse("macro-param", "version of "+p.VersionOf+" ", "the default of %s is no version of the list %s", p.Name, p.VersionOf).
			WithHint("the versions are %s", strings.Join(p.Choices, ", "))
	}
	return nil
}

// chooses tells whether an SQL text is one of the choices.
func (p Param) chooses(value string) bool {
	return slices.ContainsFunc(p.Choices, func(v string) bool { return quote(v) == value })
}

func (m *Macro) checkZone(cat *catalog.Catalog, zone string) error {
	name, column, _ := strings.Cut(zone, ".")
	table := cat.Table(name)
	if table == nil {
		names := make([]string, len(cat.Tables))
		for i, t := range cat.Tables {
			names[i] = t.Name
		}
		return m.refuse("macro-zone", " "+name+" ", "the catalogue has no table %s", name).
			WithHint("%s", diag.DidYouMean(name, names, "the tables are "+strings.Join(names, ", ")))
	}
	if _, ok := table.ColumnByName(column); ok {
		return nil
	}
	var names []string
	for _, c := range table.Columns() {
		names = append(names, c.Name)
	}
	return m.refuse("macro-zone", column, "the catalogue has no column %s in %s", column, name).
		WithHint("%s", diag.DidYouMean(column, names, "see the zones of "+name))
}

func (m *Macro) checkList(cat *catalog.Catalog, ref string) error {
	name, version, _ := strings.Cut(ref, "@")
	var names []string
	for _, l := range cat.Lists {
		if l.Name == name && l.Version == version {
			return nil
		}
		names = append(names, l.Name+"@"+l.Version)
	}
	return m.refuse("macro-list", ref, "the catalogue has no list %s", ref).
		WithHint("%s", diag.DidYouMean(ref, names, "the lists are "+strings.Join(names, ", ")))
}

func (m *Macro) resolveColumn(cat *catalog.Catalog, c *Column) error {
	if c.Role == catalog.RoleIdentifier && cat.Unit(c.Protects) == nil {
		return m.refuse("macro-column", " of "+c.Protects, "the catalogue has no unit %s", c.Protects).
			WithHint("name a unit of the catalogue")
	}
	if len(c.Domain) != 1 || !strings.HasPrefix(c.Domain[0], listMark) {
		return nil
	}
	name := strings.TrimPrefix(c.Domain[0], listMark)
	var ok bool
	if c.Domain, ok = closedList(cat, name); !ok {
		return m.refuse("macro-column", " in "+name+" ", "the catalogue has no closed list of values for %s", name).
			WithHint("name a list or a table.column of the catalogue, or write the values as (a, b)")
	}
	return nil
}

// closedList is the values of a list, or of a table's column.
func closedList(cat *catalog.Catalog, name string) ([]string, bool) {
	table, column, isColumn := strings.Cut(name, ".")
	if !isColumn {
		list := cat.List(name)
		if list == nil || list.Open {
			return nil, false
		}
		return cat.ListCodes(name)
	}
	if t := cat.Table(table); t != nil {
		if col, ok := t.ColumnByName(column); ok {
			return cat.Domain(col)
		}
	}
	return nil, false
}

// refuse is an error at the first header line that holds what.
func (m *Macro) refuse(code, what, format string, args ...any) *diag.Error {
	at := diag.Pos{File: m.File}
	for i, line := range strings.Split(m.Header, "\n") {
		if strings.Contains(line+" ", what) && at.Line == 0 {
			at.Line, at.Col = i+1, 1
		}
	}
	return diag.New(diag.Data, code, format, args...).At(at)
}

// link checks what macros say about each other.
func (r *Registry) link() error {
	for _, m := range r.All {
		for _, name := range m.Uses {
			used := r.Lookup(name)
			if used == nil || (m.Status == "published" && used.Status == "draft") {
				return m.refuse("macro-uses", "@uses "+name, "it uses %s, which is not published", name).
					WithHint("name a published macro with its version")
			}
		}
		if m.Replaces == "" {
			continue
		}
		old := r.Lookup(m.Replaces)
		if old == nil || old == m {
			return m.refuse("macro-replaces", "@replaces", "it replaces %s, which does not exist", m.Replaces).
				WithHint("name the macro that it replaces with its version")
		}
		if m.Status == "published" && old.Status == "published" {
			old.Status = "deprecated"
		}
	}
	_, err := r.ordered()
	return err
}

// ordered gives the macros with used ones before their users.
func (r *Registry) ordered() ([]*Macro, error) {
	var out []*Macro
	state := map[*Macro]int{} // 1: being placed, 2: placed
	var place func(m *Macro) error
	place = func(m *Macro) error {
		if state[m] == 1 {
			return m.refuse("macro-uses", "@uses", "it uses itself, in a circle").WithHint("break the circle")
		}
		if state[m] == 2 {
			return nil
		}
		state[m] = 1
		for _, name := range m.Uses {
			if err := place(r.Lookup(name)); err != nil {
				return err
			}
		}
		state[m] = 2
		out = append(out, m)
		return nil
	}
	for _, m := range r.All {
		if err := place(m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sha is the hex SHA-256.
func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
