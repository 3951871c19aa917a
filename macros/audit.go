package macros

import (
	"cmp"
	"context"
	"database/sql"
	"regexp"
	"strings"

	"epsql/sql/diag"
)

// AuditResult says whether an audit held. It counts nothing and quotes
// nothing, because audits run on real data.
type AuditResult struct {
	Macro *Macro
	Title string
	Held  bool
}

// paramName is a parameter in an audit: $annee.
var paramName = regexp.MustCompile(`\$([a-z][a-z0-9_]*)`)

// Audit runs the audits of every macro on loaded data, with params, as SQL
// text, in place of the names that the queries give with a dollar: $annee.
func (r *Registry) Audit(ctx context.Context, db *sql.DB, params map[string]string) ([]AuditResult, error) {
	var results []AuditResult
	for _, m := range r.All {
		for _, a := range m.Audits {
			query := paramName.ReplaceAllStringFunc(strings.TrimSuffix(a.SQL, ";"), func(name string) string {
				return cmp.Or(params[name[1:]], name)
			})
			var held bool
			query = "SELECT count(*) = 0 FROM (SELECT 1 FROM (" + query + "\n) LIMIT 1)"
			if err := db.QueryRowContext(ctx, query).Scan(&held); err != nil {
				return nil, diag.New(diag.Data, "macro-audit", "the audit of %s cannot be run: %s", m.Name, a.Title).
					At(diag.Pos{File: m.File}).WithHint("check that the macros are installed and all parameters given").Wrap(err)
			}
			results = append(results, AuditResult{m, a.Title, held})
		}
	}
	return results, nil
}
