package catalog

import (
	"bytes"
	"encoding/json"
	"strings"

	"epsql/sql/diag"
)

// dataPackage is a Frictionless Data Package, as far as a catalogue fills one.
type dataPackage struct {
	Profile   string     `json:"profile"`
	Name      string     `json:"name"`
	Version   string     `json:"version"`
	Title     string     `json:"title"`
	Hash      string     `json:"catalog_sha256"`
	Resources []resource `json:"resources"`
}

type resource struct {
	Name    string      `json:"name"`
	Title   string      `json:"title"`
	Version string      `json:"version,omitempty"`
	Data    [][]string  `json:"data,omitempty"`
	Path    string      `json:"path,omitempty"`
	Schema  tableSchema `json:"schema"`
}

// tableSchema is a Frictionless Table Schema. What the standard has no word for
// (roles, units) stands in fields of our own, which readers must ignore.
type tableSchema struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Fields      []schema     `json:"fields"`
	ForeignKeys []foreignKey `json:"foreignKeys,omitempty"`
}

type schema struct {
	Name        string         `json:"name"`
	Title       string         `json:"title,omitempty"`
	Description string         `json:"description,omitempty"`
	Type        string         `json:"type"`
	Constraints map[string]any `json:"constraints,omitempty"`
	Zone        string         `json:"zone,omitempty"`
	Role        Role           `json:"role,omitempty"`
	Protects    string         `json:"protects,omitempty"`
	Unit        string         `json:"unit,omitempty"`
}

type foreignKey struct {
	Fields    string    `json:"fields"`
	Reference reference `json:"reference"`
}

type reference struct {
	Resource string `json:"resource"`
	Fields   string `json:"fields"`
}

// frictionless are the standard's names of the types.
var frictionless = map[Type]string{
	TypeText: "string", TypeCode: "string", TypeID: "integer", TypeInt: "integer", TypeCents: "integer",
	TypeDate: "date", TypeMonth: "integer", TypeYear: "year", TypeNum: "number",
}

// TableSchema is the Frictionless Table Schema of a table's stored columns, as
// JSON. Refused zones are not part of it.
func (c *Catalog) TableSchema(table string) ([]byte, error) {
	t := c.Table(table)
	if t == nil {
		names := ids(c.Tables, func(t *Table) string { return t.Name })
		return nil, diag.New(diag.Usage, "unknown-table", "there is no table %q", table).
			WithHint("%s", diag.DidYouMean(table, names, "known are: "+strings.Join(names, ", ")))
	}
	return encode(c.schemaOf(t))
}

// Export is the whole catalogue as a Frictionless Data Package, as JSON: a
// resource with its schema for every table, and every code list with its rows.
func (c *Catalog) Export() ([]byte, error) {
	p := dataPackage{Profile: "data-package", Name: c.Name, Version: c.Version, Title: c.Title.String(), Hash: c.Hash}
	for _, t := range c.Tables {
		p.Resources = append(p.Resources, resource{Name: t.Name, Title: t.Label.String(), Path: t.Name + ".csv", Schema: c.schemaOf(t)})
	}
	for _, l := range c.Lists {
		r := l.resource()
		if c.List(l.Name) != l {
			r.Name += "-" + l.Version // names are unique, and the newest keeps the short one
		}
		p.Resources = append(p.Resources, r)
	}
	return encode(p)
}

func (c *Catalog) schemaOf(t *Table) tableSchema {
	s := tableSchema{Name: t.Name, Title: t.Label.String()}
	for _, col := range t.Columns() {
		s.Fields = append(s.Fields, c.fieldOf(col))
		if list := c.List(col.CodesFrom()); list != nil {
			s.ForeignKeys = append(s.ForeignKeys, foreignKey{
				Fields: col.Name, Reference: reference{Resource: list.Name, Fields: list.Columns[0].Name},
			})
		}
	}
	return s
}

func (c *Catalog) fieldOf(col Column) schema {
	z := col.Zone
	f := schema{
		Name: col.Name, Title: z.Label.String(), Description: z.Explain.String(), Type: frictionless[col.Type],
		Zone: z.ID, Role: col.Role, Protects: col.Protects, Unit: z.Unit, Constraints: map[string]any{},
	}
	length := z.Length
	if col.Part != nil {
		f.Title, length = col.Part.Label.String(), col.Part.Length
	}
	if f.Type == "string" && length > 0 {
		f.Constraints["maxLength"] = length
	}
	if values, closed := c.Domain(col); closed && col.CodesFrom() == "" {
		f.Constraints["enum"] = values
	}
	return f
}

func (l *CodeList) resource() resource {
	r := resource{Name: l.Name, Title: l.Title.String(), Version: l.Version, Schema: tableSchema{Name: l.Name, Title: l.Title.String()}}
	header := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		header[i] = c.Name
		r.Schema.Fields = append(r.Schema.Fields, schema{Name: c.Name, Title: c.Label.String(), Type: frictionless[c.Type]})
	}
	r.Data = append([][]string{header}, l.Rows...)
	return r
}

// String is the label in the source's language, or in another one.
func (t Text) String() string {
	for _, s := range []string{t.Fr, t.En, t.Nl} {
		if s != "" {
			return s
		}
	}
	return ""
}

// encode writes JSON for people to read.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
