package synth

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/catalog"
	"epsql/sql/diag"
)

// Folder is where a catalogue keeps its recipe, beside its own files.
const Folder = catalog.Recipes

// Recipe says how to make up deliveries for one catalogue: who lives where, who
// treats whom, what is claimed at which price, and which of these concepts
// fills which zone. It is data; everything in it is checked by [compile].
type Recipe struct {
	Year        int                   `yaml:"year"`  // prices are of this year
	Index       float64               `yaml:"index"` // yearly growth of prices
	Frailty     float64               `yaml:"frailty"`
	Identifiers Identifiers           `yaml:"identifiers"`
	Insurers    []Weighted            `yaml:"insurers"`
	Places      Places                `yaml:"places"`
	Populations map[string]Oversample `yaml:"populations"`
	Households  []HouseholdKind       `yaml:"households"`
	Children    Children              `yaml:"children"`
	Moves       Moves                 `yaml:"moves"`
	Mortality   Curve                 `yaml:"mortality"`
	Dying       float64               `yaml:"dying"` // care in the year of death, times the usual
	States      []State               `yaml:"states"`
	Reduced     Ref                   `yaml:"reduced"` // the state that lowers co-payments
	Providers   []Group               `yaml:"providers"`
	Stays       []StayKind            `yaml:"stays"`
	Claims      []ClaimKind           `yaml:"claims"`
	Corrections Corrections           `yaml:"corrections"`
	Deliveries  []DeliveryKind        `yaml:"deliveries"`
	Values      ZoneMap               `yaml:"values"` // named, for several zones
	Zones       map[string]ZoneMap    `yaml:"zones"`  // by table

	files map[string]string // top-level key -> the file that has it
}

// Identifiers says what a person's number looks like.
type Identifiers struct {
	Digits int `yaml:"digits"`
}

// Weighted is a code with its share.
type Weighted struct {
	Code   string  `yaml:"code"`
	Weight float64 `yaml:"weight"`
}

// Places names the code list of municipalities and how they are divided in
// sectors: one for every SectorSize inhabitants, suffixed by counting in Sectors.
type Places struct {
	List       Ref     `yaml:"list"`
	Code       Ref     `yaml:"code"`
	Weight     Ref     `yaml:"weight"`
	Sectors    string  `yaml:"sectors"`
	SectorSize float64 `yaml:"sector_size"`
}

// Oversample draws persons of an age and over so many times as often.
type Oversample struct {
	From  int     `yaml:"from"`
	Times float64 `yaml:"times"`
}

// HouseholdKind is a kind of household with its share and the ages of its holder.
type HouseholdKind struct {
	Name     string    `yaml:"name"`
	Weight   float64   `yaml:"weight"`
	Ages     Curve     `yaml:"ages"`
	Women    float64   `yaml:"women"` // share of holders
	Partner  bool      `yaml:"partner"`
	Second   float64   `yaml:"second"`   // share of partners who are holders themselves
	Children []float64 `yaml:"children"` // weights of 0, 1, 2 ... children
	Parent   float64   `yaml:"parent"`   // share with a dependent parent
}

// Children says until which age a child depends on a holder, the mothers' and
// fathers' youngest age, and the share of families in which one is born later on.
type Children struct {
	Until int     `yaml:"until"`
	After int     `yaml:"after"`
	Later float64 `yaml:"later"`
}

// Moves are the shares of households that change each year: to another insurer,
// to another municipality.
type Moves struct {
	Insurer float64 `yaml:"insurer"`
	Place   float64 `yaml:"place"`
}

// State is something that is so or not so, of a person or of a household (by
// its holder's age): a rate by age and the conditions.
type State struct {
	Name   string `yaml:"name"`
	Of     string `yaml:"of"` // "person" or "household"
	Rate   Curve  `yaml:"rate"`
	If     []Ref  `yaml:"if"`
	Unless []Ref  `yaml:"unless"`
}

// Group is a kind of provider.
type Group struct {
	Name           string     `yaml:"name"`
	Per1000        float64    `yaml:"per1000"`
	Max            int        `yaml:"max"`
	Numbers        [2]int     `yaml:"numbers"` // first and last number, before the check digits
	Digits         int        `yaml:"digits"`
	Qualifications []Weighted `yaml:"qualifications"`
	Second         float64    `yaml:"second"` // share with a second qualification
	Choice         string     `yaml:"choice"` // "near": mostly one in the household's place; "any": mostly one of all
	Stray          float64    `yaml:"stray"`  // share of contacts elsewhere than usual
	Skew           float64    `yaml:"skew"`   // above 1: few providers see most
	Natural        bool       `yaml:"natural"`
}

// StayKind is a kind of stay in an institution.
type StayKind struct {
	Name   string  `yaml:"name"`
	Rate   Curve   `yaml:"rate"`
	Days   float64 `yaml:"days"` // mean length
	At     Ref     `yaml:"at"`
	If     []Ref   `yaml:"if"`
	Unless []Ref   `yaml:"unless"`
}

// ClaimKind is what may be claimed in one table.
type ClaimKind struct {
	Table Ref       `yaml:"table"`
	Lags  []float64 `yaml:"lags"` // weights of booking 0, 1, 2 ... quarters late
	Items []Item    `yaml:"items"`
}

// Item is one thing that is claimed: a code, how often, what it costs, by whom.
type Item struct {
	Code       string             `yaml:"code"`
	Holds      Curve              `yaml:"holds"` // share of persons who ever get it; all when absent
	Rate       Curve              `yaml:"rate"`  // a year, or a stay
	Every      string             `yaml:"every"` // "month" or "year", instead of a rate
	During     Ref                `yaml:"during"`
	Steady     bool               `yaml:"steady"` // frailty does not matter
	If         []Ref              `yaml:"if"`
	Unless     []Ref              `yaml:"unless"`
	Fee        float64            `yaml:"fee"` // cents a case
	Spread     float64            `yaml:"spread"`
	Copay      [2]float64         `yaml:"copay"`      // share of the fee: usual, reduced
	Supplement [2]float64         `yaml:"supplement"` // chance, share of the fee
	Reduction  float64            `yaml:"reduction"`  // share of the reimbursement taken off
	Count      [2]int             `yaml:"count"`
	Days       bool               `yaml:"days"` // one case a day
	By         map[string]float64 `yaml:"by"`
	Asked      map[string]float64 `yaml:"asked"`
	At         map[string]float64 `yaml:"at"`
	Payee      map[string]float64 `yaml:"payee"`
	Attrs      map[string]string  `yaml:"attrs"`
}

// Corrections says how often a claim is taken back, whether in part, and
// whether it is claimed again.
type Corrections struct {
	Rate    float64 `yaml:"rate"`
	Partial float64 `yaml:"partial"`
	Again   float64 `yaml:"again"`
}

// DeliveryKind names the files: Tables in one file, for some insurers or all,
// each quarter, each year, each photo or once. Resend is the share with a second version.
type DeliveryKind struct {
	Name     string   `yaml:"name"`
	Tables   []Ref    `yaml:"tables"`
	Each     string   `yaml:"each"` // "quarter", "year", "photo", "provider" (natural ones), "establishment" or "sector"
	Insurers []string `yaml:"insurers"`
	Resend   float64  `yaml:"resend"`
}

// Ref is a name that must exist elsewhere, with its place in the file.
type Ref struct {
	Name      string
	Line, Col int
}

// UnmarshalYAML keeps the place.
func (r *Ref) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return wrong(n, "a name is wanted")
	}
	*r = Ref{n.Value, n.Line, n.Column}
	return nil
}

// Curve is a step function of age: the value from an age on.
type Curve []Step

// Step is the value of a curve from an age on.
type Step struct {
	From  int
	Value float64
}

// UnmarshalYAML reads {0: 0.1, 65: 0.4}, or a number that holds at any age.
func (c *Curve) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		v, err := number(n)
		*c = Curve{{0, v}}
		return err
	}
	if n.Kind != yaml.MappingNode {
		return wrong(n, "a curve is a number, or {age: value, ...}")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		age, err := strconv.Atoi(n.Content[i].Value)
		if err != nil || age < 0 || age > maxAge || (len(*c) > 0 && age <= (*c)[len(*c)-1].From) {
			return wrong(n.Content[i], "ages of a curve are whole, up to %d, and grow", maxAge)
		}
		v, err := number(n.Content[i+1])
		if err != nil {
			return err
		}
		*c = append(*c, Step{age, v})
	}
	return nil
}

func number(n *yaml.Node) (float64, error) {
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || v < 0 || v > 1e12 {
		return 0, wrong(n, "a number of 0 or more is wanted")
	}
	return v, nil
}

// table spreads the curve over all ages.
func (c Curve) table() (t [maxAge + 1]float64) {
	for i, s := range c {
		end := maxAge + 1
		if i+1 < len(c) {
			end = c[i+1].From
		}
		for a := s.From; a < end; a++ {
			t[a] = s.Value
		}
	}
	return t
}

// ZoneMap fills the zones of a table, in the order of the file.
type ZoneMap []ZoneValue

// ZoneValue is a zone and what fills it.
type ZoneValue struct {
	Zone  Ref
	Value Expr
}

// UnmarshalYAML keeps the order.
func (z *ZoneMap) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return wrong(n, "zones are {zone: value, ...}")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		v := ZoneValue{Zone: Ref{n.Content[i].Value, n.Content[i].Line, n.Content[i].Column}}
		if err := v.Value.UnmarshalYAML(n.Content[i+1]); err != nil {
			return err
		}
		*z = append(*z, v)
	}
	return nil
}

// fills says whether a zone has a value.
func (z ZoneMap) fills(zone string) bool {
	return slices.ContainsFunc(z, func(v ZoneValue) bool { return strings.EqualFold(v.Zone.Name, zone) })
}

// wrong is a refusal at a node; the file is added by [Read].
func wrong(n *yaml.Node, format string, args ...any) *diag.Error {
	return diag.New(diag.Data, "bad-recipe", format, args...).At(diag.Pos{Line: n.Line, Col: n.Column})
}

// Read reads the recipe of a catalogue folder: every YAML file in its synth
// folder, each top-level key in one of them only.
func Read(fsys fs.FS) (*Recipe, error) {
	names, err := fs.Glob(fsys, Folder+"/*.yaml")
	if err != nil || len(names) == 0 {
		return nil, noRecipe()
	}
	r := &Recipe{files: map[string]string{}}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, diag.New(diag.Data, "unreadable", "%s cannot be read", name).Wrap(err)
		}
		if err := r.add(path.Base(name), data); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add reads one more file into the recipe.
func (r *Recipe) add(file string, data []byte) error {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return located(file, err)
	}
	top := &doc
	if top.Kind == yaml.DocumentNode && len(top.Content) > 0 {
		top = top.Content[0]
	}
	for i := 0; top.Kind == yaml.MappingNode && i+1 < len(top.Content); i += 2 {
		key := top.Content[i]
		if other, twice := r.files[key.Value]; twice {
			return wrong(key, "%s stands in %s already", key.Value, other).At(diag.Pos{File: file, Line: key.Line, Col: key.Column})
		}
		r.files[key.Value] = file
	}
	if err := yaml.Load(data, r, yaml.WithKnownFields()); err != nil {
		return located(file, err)
	}
	return nil
}

// located turns a reader's error into one of ours, with the file.
func located(file string, err error) error {
	if e, ok := asDiag(err); ok {
		e.Pos.File = file
		return e
	}
	msg, line := strings.TrimSpace(err.Error()), 0
	if _, rest, ok := strings.Cut(msg, "line "); ok {
		digits := rest
		if i := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' }); i >= 0 {
			digits = rest[:i]
		}
		line, _ = strconv.Atoi(digits)
	}
	return diag.New(diag.Data, "bad-recipe", "the recipe cannot be read: %s", strings.ReplaceAll(msg, "\n", "; ")).
		At(diag.Pos{File: file, Line: line}).Wrap(err)
}
