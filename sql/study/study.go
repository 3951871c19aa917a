// Package study reads study plans: a folder with a study.yaml and the SQL that
// it names. A plan says everything a study depends on, so that the same plan on
// the same deliveries gives the same tables.
//
//	study: kce_2008_08
//	title: {fr: …, nl: …, en: …}
//	population: eps           # what it is written for
//	channel: eps              # the rule that masks its tables
//	dossier: {reference: …, applicant: …, date: …}
//	parameters: {annee: 2008, seuil: 200}
//	macros: [selection.prescripteurs_v1]
//	lists: [medicaments@0.synthetique]
//	steps:
//	  - name: prescripteurs   # a house macro, kept in the workspace while it is true
//	    macro: selection.prescripteurs_v1
//	    with: {annee: $annee, seuil: $seuil}
//	  - name: achats          # the analyst's own SQL, part of every question that names it
//	    sql: achats.sql
//	outputs:
//	  - name: strates
//	    title: {fr: …, nl: …, en: …}
//	    sql: strates.sql
//	    formats: [csv, xlsx]
//	    plot: {kind: bars, label: categorie, value: prescripteurs}
//
// In a channel for rows a plan may also name extracts, files of coded rows: see
// [Extract].
//
// This package knows texts only. Whether macros, lists and zones exist is for
// those who run a plan.
package study

import (
	"slices"
	"strings"

	"epsql/sql/diag"
)

// Plan is a study plan as its folder says.
type Plan struct {
	Name       string
	Title      Text
	Population string
	Channel    string
	Dossier    Dossier
	Parameters []Value
	Macros     []Pin
	Lists      []Pin
	Steps      []Step
	Outputs    []Output
	Extracts   []Extract // in a channel for rows
	// Files are the texts of the plan's files, by name: study.yaml and the SQL.
	Files map[string]string
}

// Text is a text in the languages of the house.
type Text struct{ Fr, Nl, En string }

// Dossier is what the request is known by.
type Dossier struct{ Reference, Applicant, Date string }

// Value is a named value: a parameter of the plan, or an argument of a step.
// Text is what stands in the plan; Parameter is the name of the plan's parameter
// that it takes its value from, without the dollar.
type Value struct {
	Name, Text, Parameter string
	Pos                   diag.Pos
}

// Pin is a macro ("selection.prescripteurs_v1") or a version of a code list
// ("dmg@2016.1") that the study uses and no other.
type Pin struct {
	Name string
	Pos  diag.Pos
}

// Step is a named table of the study: a house macro with its arguments, or a
// file with one SELECT.
type Step struct {
	Name, Macro, SQL string
	With             []Value
	Pos              diag.Pos
}

// Output is a table that leaves: one question, in a file of its own.
type Output struct {
	Name    string
	Title   Text
	SQL     string
	Formats []string
	Plot    *Plot
	Pos     diag.Pos
}

// Plot says how a table is drawn: a bar for each row, named by the column Label
// and as long as the column Value, in one panel for each value of By.
type Plot struct{ Kind, Label, Value, By string }

// Parameter is the text of a parameter of the plan.
func (p *Plan) Parameter(name string) (string, bool) {
	i := slices.IndexFunc(p.Parameters, func(v Value) bool { return v.Name == name })
	if i < 0 {
		return "", false
	}
	return p.Parameters[i].Text, true
}

// Resolved is what an argument stands for.
func (p *Plan) Resolved(v Value) string {
	if v.Parameter == "" {
		return v.Text
	}
	text, _ := p.Parameter(v.Parameter)
	return text
}

// Pinned tells whether the plan pins a macro or a list, case ignored.
func Pinned(pins []Pin, name string) bool {
	return slices.ContainsFunc(pins, func(p Pin) bool { return strings.EqualFold(p.Name, name) })
}

// Output finds an output.
func (p *Plan) Output(name string) *Output {
	for i := range p.Outputs {
		if p.Outputs[i].Name == name {
			return &p.Outputs[i]
		}
	}
	return nil
}
