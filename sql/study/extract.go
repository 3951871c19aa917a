package study

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"epsql/sql/diag"
	"epsql/sql/strict"
)

// Extract is a file of coded rows. It has no SQL: which rows and columns may be
// in it is decided by the catalogue and the dossier, and can be read off the plan.
//
//	extracts:
//	  - name: patients
//	    title: {fr: …, en: …}
//	    step: patients               # the rows of a step that is a house macro ...
//	    with: [dmg, couts]           # ... and columns of others with a row for each owner
//	  - name: pharmanet
//	    title: {fr: …, en: …}
//	    table: pharmanet             # or the rows of a table of the catalogue
//	    where: {ss00015: $annee}     # a date or a month is compared by its year
//	    of: patients                 # whose owner is in an extract above
//	  - name: secteurs
//	    title: {fr: …, en: …}
//	    table: secteurs
//	    of: population.pp0055        # or whose column "by" is in another's column
//	    by: secteur
type Extract struct {
	Name        string
	Title       Text
	Table, Step string
	With        []Pin
	Where       []Value
	Of, By      string
	Formats     []string
	Pos         diag.Pos
}

// Source splits what an extract is of: the name of another extract, and a column
// of it, "" for its owner.
func (e Extract) Source() (extract, column string) {
	extract, column, _ = strings.Cut(e.Of, ".")
	return extract, column
}

func (r *reader) extract(e *Extract, n *yaml.Node) {
	e.Pos, e.Formats = r.Pos(n), []string{"parquet", "csv"}
	r.Object(n, "an extract", strict.Fields{
		"name": r.name(&e.Name), "title": r.title(&e.Title), "table": r.Text(&e.Table), "step": r.Text(&e.Step),
		"with": r.pins(&e.With), "where": r.values(&e.Where, "the conditions"), "of": r.Text(&e.Of), "by": r.Text(&e.By),
		"formats": r.Texts(&e.Formats),
	}, "name", "title")
}

// checkExtracts wants every extract to be of one source, and to name only what
// stands above it.
func (r *reader) checkExtracts(p *Plan) {
	var steps, above []string
	for _, s := range p.Steps {
		if s.Macro != "" {
			steps = append(steps, s.Name)
		}
	}
	for _, e := range p.Extracts {
		source, _ := e.Source()
		switch {
		case slices.Contains(above, e.Name):
			r.FailAt(e.Pos, fault("study-extract", "the extract %s is defined twice", e.Name).WithHint("give each extract its own name"))
		case (e.Table == "") == (e.Step == ""):
			r.FailAt(e.Pos, fault("study-extract", "the extract %s is neither of a table nor of a step, or of both", e.Name).
				WithHint("write table: or step:"))
		case e.Table != "" && len(e.With) > 0:
			r.FailAt(e.With[0].Pos, fault("study-extract", "columns of steps stand beside those of a step, not of a table").
				WithHint("make an extract of the steps"))
		case e.Of != "" && !slices.Contains(above, source):
			r.FailAt(e.Pos, fault("study-extract", "no extract %s stands above %s", source, e.Name).
				WithHint("%s", diag.DidYouMean(source, above, "write the extracts in the order in which they follow from each other")))
		case e.By != "" && e.Of == "":
			r.FailAt(e.Pos, fault("study-extract", "the extract %s has a column to compare, and nothing to compare it with", e.Name).
				WithHint("add of: EXTRACT"))
		case len(e.Formats) == 0 || slices.ContainsFunc(e.Formats, func(f string) bool { return f != "parquet" && f != "csv" }):
			r.FailAt(e.Pos, fault("study-extract", "coded rows leave as parquet and csv").WithHint("write formats: [parquet, csv], or one of them"))
		}
		for _, s := range append([]Pin{{e.Step, e.Pos}}, e.With...) {
			if s.Name != "" && !slices.Contains(steps, s.Name) {
				r.FailAt(s.Pos, fault("study-extract", "no step %s is a macro", s.Name).
					WithHint("%s", diag.DidYouMean(s.Name, steps, "steps of SQL are questions, and give tables only")))
			}
		}
		for _, v := range e.Where {
			r.checkParameter(p, v)
		}
		above = append(above, e.Name)
	}
}

// checkParameter wants a parameter that the plan has.
func (r *reader) checkParameter(p *Plan, v Value) {
	if _, ok := p.Parameter(v.Parameter); v.Parameter != "" && !ok {
		r.FailAt(v.Pos, fault("study-parameter", "the plan has no parameter %s", v.Parameter).
			WithHint("%s", diag.DidYouMean(v.Parameter, p.parameterNames(), "add it to parameters")))
	}
}
