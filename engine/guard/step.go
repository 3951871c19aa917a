package guard

import (
	"strings"

	"epsql/sql/ast"
)

// Step is a name in FROM for the rows of a published table macro: those that a
// study keeps in the workspace, or a call of the macro where it keeps none yet.
// Whose rows they are is what the macro's header says, wherever they stand.
type Step struct {
	Name  string
	Macro string // "family.name_vN"
	// From is what stands in FROM. It is house code, as the macro is: no text of
	// an analyst may be in it.
	From string
}

// keptStep binds a name in FROM to a step of the study; nil when there is none.
func (p *planner) keptStep(t *ast.BaseTable) (*relation, error) {
	for _, s := range p.steps {
		if !strings.EqualFold(s.Name, t.Name) || t.Schema != "" {
			continue
		}
		m, err := p.macroNamed(s.Macro, t)
		if err != nil {
			return nil, err
		}
		r, err := p.macroRows(m, s.From, t)
		if err != nil {
			return nil, err
		}
		r.alias = t.Name
		return r, nil
	}
	return nil, nil //nolint:nilnil // no step of that name is no error
}

// Macros are the names of the macros that the question uses, steps included.
func (p *Plan) Macros() []string { return p.macros }
