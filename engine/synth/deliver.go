package synth

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"epsql/catalog"
	"epsql/sql/diag"
)

// file is one file being written.
type file struct {
	File
	path string // where it is written; Parquet is converted from text afterwards
	f    *os.File
	w    *bufio.Writer
}

// plan is which files there are and which row goes where. It is only read once made.
type plan struct {
	files   []*file
	records []*record
	// claims[claim][insurer] and photos[insurer] are the routes of rows.
	claims [][]route
	photos []route
	once   []onceKind
	months []int // of the photos
}

// route is where rows of one table and insurer go: a record, and for each
// quarter (or photo) the files, the newest version first.
type route struct {
	record int
	files  [][]int
}

// onceKind is a reference file with its rows.
type onceKind struct {
	each   string
	record int
	file   int
}

// formats are the formats of Options and what the catalogue calls them.
var formats = map[string]struct{ layout, ext string }{
	"fixed":   {"fixed", ".txt"},
	"csv":     {"delimited", ".csv"},
	"parquet": {"parquet", ".parquet"},
	"cobol":   {"cobol", ".dat"}, // only what the catalogue has a copybook for
}

// plan lays out the files.
func (w *world) plan() (*plan, error) {
	p := &plan{claims: make([][]route, len(w.claims)), photos: make([]route, len(w.recipe.Insurers))}
	for i := range p.claims {
		p.claims[i] = make([]route, len(w.recipe.Insurers))
	}
	for i := range p.photos {
		p.photos[i].record = nobody
	}
	for c := range p.claims {
		for i := range p.claims[c] {
			p.claims[c][i].record = nobody
		}
	}
	for y := w.opts.FromYear; y <= w.opts.ToYear; y++ {
		month := (y - w.cal.first) * 12
		p.months = append(p.months, month+5, month+11)
	}
	for i := range w.recipe.Deliveries {
		if err := w.planKind(p, &w.recipe.Deliveries[i]); err != nil {
			return nil, err
		}
	}
	for c := range p.claims {
		for i, r := range p.claims[c] {
			if r.record == nobody {
				return nil, diag.New(diag.Data, "bad-recipe", "no delivery takes %s of insurer %s", w.claims[c].table, w.recipe.Insurers[i].Code).
					At(diag.Pos{File: w.recipe.files["deliveries"]})
			}
		}
	}
	return p, nil
}

func (w *world) planKind(p *plan, k *DeliveryKind) error {
	var tables []*catalog.Table
	for _, ref := range k.Tables {
		t := w.cat.Table(ref.Name)
		if t == nil {
			return w.unknownIn("deliveries", ref, "table", w.tableNames())
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 {
		return w.badIn("deliveries", Ref{}, "delivery %s has no tables", k.Name)
	}
	layout, format, err := w.layout(tables)
	if err != nil {
		return err
	}
	kind, ok := eachKinds[k.Each]
	if !ok {
		return w.badIn("deliveries", Ref{}, "delivery %s: each is quarter, year, photo, provider, establishment or sector", k.Name)
	}
	first := len(p.records)
	w.rowsHave, w.valuesSeen = kind, len(w.recipe.Values)
	for _, t := range tables {
		r, err := w.blueprint(t, layout, tables)
		if err != nil {
			return err
		}
		p.records = append(p.records, r)
	}
	switch k.Each {
	case "quarter":
		return w.planClaims(p, k, tables, format, first, 1)
	case "year":
		return w.planClaims(p, k, tables, format, first, 4)
	case "photo":
		w.planPhotos(p, k, tables, format, first)
		return nil
	}
	name := k.Name + formats[format].ext
	p.files = append(p.files, w.file(File{Name: name, Tables: tableNames(tables), format: format}))
	p.once = append(p.once, onceKind{k.Each, first, len(p.files) - 1})
	return nil
}

// eachKinds are the kinds of files and what their rows are about.
var eachKinds = map[string]subject{
	"quarter": aPerson | aClaim, "year": aPerson | aClaim, "photo": aPerson, "provider": aProvider, "establishment": aProvider, "sector": 0,
}

// layout finds the layout of a file that holds these tables in the wanted
// format, as text when there is none: the last version that is not newer than
// the first year.
func (w *world) layout(tables []*catalog.Table) (*catalog.Layout, string, error) {
	for _, format := range []string{w.opts.Format, "csv", "fixed"} {
		var found *catalog.Layout
		for _, l := range w.cat.Layouts {
			if l.Format != formats[format].layout || !holds(l, tables) {
				continue
			}
			if found == nil || l.Version > found.Version && l.Version <= strconv.Itoa(w.opts.FromYear) {
				found = l
			}
		}
		if found != nil {
			return found, format, nil
		}
	}
	return nil, "", diag.New(diag.Data, "no-layout", "the catalogue has no layout for %s", strings.Join(tableNames(tables), " with ")).
		WithHint("add one to layouts/")
}

func holds(l *catalog.Layout, tables []*catalog.Table) bool {
	for _, t := range tables {
		if !slices.Contains(l.Tables, t.Name) {
			return false
		}
	}
	return true
}

func tableNames(tables []*catalog.Table) []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return names
}

// takes says whether a kind of delivery is an insurer's.
func (k *DeliveryKind) takes(insurer string) bool {
	return len(k.Insurers) == 0 || slices.Contains(k.Insurers, insurer)
}

// planClaims lays out files of claims, each of span quarters.
func (w *world) planClaims(p *plan, k *DeliveryKind, tables []*catalog.Table, format string, record, span int) error {
	var claims []int
	for _, t := range tables {
		c := slices.IndexFunc(w.claims, func(r claimRule) bool { return r.table == t.Name })
		if c < 0 {
			return w.badIn("deliveries", Ref{}, "delivery %s: nothing is claimed in %s", k.Name, t.Name)
		}
		claims = append(claims, c)
	}
	again := w.resent(k, w.quarters/span)
	for i, insurer := range w.recipe.Insurers {
		if !k.takes(insurer.Code) || p.claims[claims[0]][i].record != nobody {
			continue
		}
		files := make([][]int, w.quarters)
		for q := range w.quarters {
			if q%span > 0 {
				files[q] = files[q-1]
				continue
			}
			f := File{Tables: tableNames(tables), Insurer: insurer.Code, Year: w.opts.FromYear + q/4}
			if span == 1 {
				f.Quarter = q%4 + 1
			}
			files[q] = p.versions(w, k, format, f, again[[2]int{i, q / span}])
		}
		for j, c := range claims {
			p.claims[c][i] = route{record + j, files}
		}
	}
	return nil
}

func (w *world) planPhotos(p *plan, k *DeliveryKind, tables []*catalog.Table, format string, record int) {
	again := w.resent(k, len(p.months))
	for i, insurer := range w.recipe.Insurers {
		if !k.takes(insurer.Code) || p.photos[i].record != nobody {
			continue
		}
		files := make([][]int, len(p.months))
		for j, m := range p.months {
			files[j] = p.versions(w, k, format, File{
				Tables: tableNames(tables), Insurer: insurer.Code, Year: w.cal.first + m/12, Month: m%12 + 1,
			}, again[[2]int{i, j}])
		}
		p.photos[i] = route{record, files}
	}
}

// versions adds the file of a delivery, and its superseded first version when
// it was sent again; the newest comes first.
func (p *plan) versions(w *world, k *DeliveryKind, format string, f File, again bool) []int {
	f.format = format
	var out []int
	for v := 1; v == 1 || v == 2 && again; v++ {
		f.Version = v
		f.Name = fileName(k.Name, f) + formats[format].ext
		f.Superseded = again && v == 1
		p.files = append(p.files, w.file(f))
		out = append([]int{len(p.files) - 1}, out...)
	}
	return out
}

func (w *world) file(f File) *file { return &file{File: f, path: filepath.Join(w.opts.Out, f.Name)} }

// fileName fills in {insurer}, {year}, {quarter}, {month} and {version}.
func fileName(pattern string, f File) string {
	month := strconv.Itoa(f.Month)
	if len(month) < 2 {
		month = "0" + month
	}
	return strings.NewReplacer(
		"{insurer}", f.Insurer, "{year}", strconv.Itoa(f.Year), "{quarter}", strconv.Itoa(f.Quarter),
		"{month}", month, "{version}", strconv.Itoa(f.Version),
	).Replace(pattern)
}

// resent draws the deliveries of a kind that are sent twice: the given share of
// them, and one at least.
func (w *world) resent(k *DeliveryKind, periods int) map[[2]int]bool {
	again := map[[2]int]bool{}
	if k.Resend <= 0 {
		return again
	}
	var all [][2]int
	for i, insurer := range w.recipe.Insurers {
		for q := range periods {
			if k.takes(insurer.Code) {
				all = append(all, [2]int{i, q})
			}
		}
	}
	rank := func(key [2]int) uint64 { return mix(w.seed, text(k.Name), uint64(key[0]), uint64(key[1])) }
	slices.SortFunc(all, func(a, b [2]int) int {
		if rank(a) < rank(b) {
			return -1
		}
		return 1
	})
	n := max(1, int(k.Resend*float64(len(all))+0.5))
	for _, key := range all[:min(n, len(all))] {
		again[key] = true
	}
	return again
}
