package sas

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A translated program as a study plan: its views are the steps, and what it
// prints or exports are the outputs.

// Plan is what a plan says that no program tells.
type Plan struct {
	Name, Population, Channel string
	Program                   string // the name of its file
}

// Study writes the plan's files, by name, and tells what of the program is not in
// it.
func (o *Output) Study(plan Plan) (files map[string]string, left []string, err error) {
	files = map[string]string{}
	doc := planFile{
		Study: plan.Name, Title: title("Port de "+plan.Program, "Port of "+plan.Program), Population: plan.Population, Channel: plan.Channel,
		Dossier: planDossier{Reference: "à compléter", Applicant: "à compléter"},
	}
	views := o.inline(&left)
	var all strings.Builder
	for i, s := range views {
		file := fmt.Sprintf("%02d_%s.sql", i+1, s.Name)
		files[file] = s.Remarks + s.Query + "\n"
		doc.Steps = append(doc.Steps, planStep{Name: s.Name, SQL: file})
		all.WriteString(s.Query + "\n")
	}
	for _, t := range o.outputs(&left) {
		file := t.Name + ".sql"
		files[file] = fmt.Sprintf("-- line %d of %s\n%s\n", t.Line, plan.Program, t.SQL)
		heading := t.Title
		if heading == "" {
			heading = t.Name
		}
		doc.Outputs = append(doc.Outputs, planOutput{Name: t.Name, Title: title(heading, heading), SQL: file})
		all.WriteString(t.SQL + "\n")
	}
	doc.Macros = usedMacros(all.String())
	var text strings.Builder
	text.WriteString("# From " + plan.Program + ": complete the dossier, name the outputs.\n")
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	err = errors.Join(e.Encode(doc), e.Close())
	files["study.yaml"] = text.String()
	return files, left, err
}

// planFile is a study.yaml.
type planFile struct {
	Study      string       `yaml:"study"`
	Title      planTitle    `yaml:"title"`
	Population string       `yaml:"population"`
	Channel    string       `yaml:"channel"`
	Dossier    planDossier  `yaml:"dossier"`
	Macros     []string     `yaml:"macros,omitempty"`
	Steps      []planStep   `yaml:"steps,omitempty"`
	Outputs    []planOutput `yaml:"outputs"`
}

type (
	planTitle struct {
		Fr string `yaml:"fr"`
		En string `yaml:"en"`
	}
	planDossier struct {
		Reference string `yaml:"reference"`
		Applicant string `yaml:"applicant"`
	}
	planStep struct {
		Name string `yaml:"name"`
		SQL  string `yaml:"sql"`
	}
	planOutput struct {
		Name  string    `yaml:"name"`
		Title planTitle `yaml:"title"`
		SQL   string    `yaml:"sql"`
	}
)

func title(fr, en string) planTitle { return planTitle{fr, en} }

// inline are the steps that a plan can have: views. The remarks between them stand
// in front of the next one.
func (o *Output) inline(left *[]string) (views []Step) {
	remarks := ""
	for _, s := range o.Steps {
		switch {
		case s.Name == "":
			remarks += s.Remarks + "\n"
		case s.Table:
			*left = append(*left, fmt.Sprintf("the step %s: its columns come from the data", s.Name))
		default:
			s.Remarks, remarks = remarks+s.Remarks, ""
			views = append(views, s)
		}
	}
	return views
}

// outputs are what the program shows but rows of persons, or else its last data
// set; each under a name of its own.
func (o *Output) outputs(left *[]string) (out []Shown) {
	shown := o.Shown
	if len(shown) == 0 && o.last != nil {
		shown = []Shown{*o.last}
	}
	var taken []string
	for _, t := range shown {
		if t.Rows {
			*left = append(*left, fmt.Sprintf("what line %d shows: rows of persons", t.Line))
			continue
		}
		base := t.Name
		for i := 2; slices.Contains(taken, t.Name); i++ {
			t.Name = fmt.Sprintf("%s_%d", base, i)
		}
		taken, out = append(taken, t.Name), append(out, t)
	}
	return out
}

var macroCall = regexp.MustCompile(`\bsas\.[a-z0-9_]+_v[0-9]+\b`)

// usedMacros are the macros that queries name.
func usedMacros(text string) []string {
	names := macroCall.FindAllString(text, -1)
	slices.Sort(names)
	return slices.Compact(names)
}
