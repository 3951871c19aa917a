package macros

import (
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

// Audit runs the audits of every macro on loaded data. A query is given those
// of the params that it names with a dollar: $annee.
func (r *Registry) Audit(ctx context.Context, db *sql.DB, params map[string]any) ([]AuditResult, error) {
	var results []AuditResult
	for _, m := range r.All {
		for _, a := range m.Audits {
			held, err := a.run(ctx, db, params)
			if err != nil {
				return nil, diag.New(diag.Data, "macro-audit", "the audit of %s cannot be run: %s", m.Name, a.Title).
					WithHint("check that the macros are installed").Wrap(err)
			}
			results = append(results, AuditResult{m, a.Title, held})
		}
	}
	return results, nil
}

// run looks for a counterexample.
func (a Audit) run(ctx context.Context, db *sql.DB, params map[string]any) (bool, error) {
	query := "SELECT count(*) = 0 FROM (SELECT 1 FROM (" + strings.TrimSuffix(a.SQL, ";") + "\n) LIMIT 1)"
	var args []any
	for name, value := range params {
		if regexp.MustCompile(`\$` + regexp.QuoteMeta(name) + `\b`).MatchString(a.SQL) {
			args = append(args, sql.Named(name, value))
		}
	}
	var held bool
	err := db.QueryRowContext(ctx, query, args...).Scan(&held)
	return held, err
}
