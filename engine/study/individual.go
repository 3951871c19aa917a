package study

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"epsql/catalog"
	"epsql/engine/coding"
	"epsql/engine/dossier"
	"epsql/engine/extract"
	"epsql/engine/place"
	"epsql/sql/diag"
)

// Individual is what a run in a channel for rows works with besides: the dossier
// always, the rest when the plan has extracts.
type Individual struct {
	Dossier *dossier.Dossier
	Key     *coding.Key
	Tables  map[string]coding.Table // conversion tables that others made, by coding
	// Conversion is the folder for the tables that turn codes back.
	Conversion string
	Today      time.Time
}

// underDossier wants a channel for rows to be used under a complete dossier, and
// designs the extraction. What it depends on becomes part of the inputs.
func (r *run) underDossier() error {
	if !r.cfg.Channel.Rows {
		return nil
	}
	in := r.cfg.Individual
	if in == nil {
		return diag.New(diag.Guard, "no-dossier", "channel %s is used under a dossier only", r.cfg.Channel.ID).
			WithHint("name it with --dossier FILE, or write %s beside the plan", dossier.File)
	}
	if err := in.Dossier.Check(r.cat, r.reg, in.Today); err != nil {
		return err
	}
	design, err := extract.New(r.Plan, r.cat, r.reg, r.cfg.Channel, in.Dossier)
	if err != nil {
		return err
	}
	r.design = design
	r.inputs.Coding = map[string]string{"dossier": in.Dossier.Hash()}
	if len(r.Plan.Extracts) == 0 {
		return nil
	}
	if in.Key == nil || in.Conversion == "" {
		return diag.New(diag.Usage, "no-key", "rows leave coded, and the conversion tables apart").
			WithHint("name the project's key with --key FILE, and a folder for the tables with --conversion FOLDER")
	}
	r.inputs.Coding["key"] = in.Key.Fingerprint()
	// Tables are no inputs: who makes one does so from the values of this very run.
	for name := range in.Tables {
		if !slices.ContainsFunc(design.Tables(), func(k *catalog.Coding) bool { return k.ID == name }) {
			return diag.New(diag.Usage, "unknown-table", "nothing that leaves is coded by a table %s", name).WithHint("leave --table %s out", name)
		}
	}
	return nil
}

// keepDossier keeps the dossier with the plan that the run goes by.
func (r *run) keepDossier(context.Context) error {
	if r.design == nil {
		return nil
	}
	return place.File(filepath.Join(r.folder, PlanFolder, dossier.File), r.cfg.Individual.Dossier.Text)
}

// extractionPart is before the names of the parts of the extraction.
const extractionPart = "extraction, "

// extractionParts are those that take time of an extraction that is not there.
func (r *run) extractionParts() []timed {
	if r.design == nil || len(r.Plan.Extracts) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(r.folder, extract.Folder, extract.ReceiptFile)); err == nil {
		return nil
	}
	var parts []timed
	for _, part := range r.design.Parts() {
		parts = append(parts, timed{extractionPart + part, "extraction", r.Plan.Name + "/" + extractionPart + part, rowsOf(r.inputs.Deliveries)})
	}
	return parts
}

// extract writes the coded rows, unless they are there.
func (r *run) extract(ctx context.Context) error {
	if r.design == nil || len(r.Plan.Extracts) == 0 {
		return nil
	}
	receipt, err := extract.ReadReceipt(r.folder)
	if err == nil {
		r.tell("the extraction is there")
		r.extraction = receipt.Hashes()
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	began := time.Now()
	var macros []string
	for name, hash := range r.inputs.Macros {
		macros = append(macros, name+"@"+hash)
	}
	slices.Sort(macros)
	in := r.cfg.Individual
	receipt, err = extract.Run(ctx, r.design, extract.Config{
		Workspace: r.cfg.Workspace, Kept: r.kept, Key: in.Key, Tables: in.Tables, Run: r.folder, Conversion: in.Conversion,
		Name: r.Plan.Name + "-" + r.inputs.Key()[:12], User: r.cfg.User, Macros: macros, Deliveries: hashOf(r.inputs.Deliveries),
		Today: in.Today, Tell: r.tell,
		Timed: func(ctx context.Context, part string, do func() error) error {
			return r.timed(ctx, extractionPart+part, func() (int64, error) { return 0, do() })
		},
	})
	if err != nil {
		return err
	}
	r.times.Entries = append(r.times.Entries, entry{"extraction", time.Since(began).Seconds(), receipt.Ledger.Number})
	r.extraction = receipt.Hashes()
	return nil
}

// verifyExtraction checks that the rows are those of the manifest, unless they
// were destroyed in their time.
func verifyExtraction(folder string, m *Manifest) error {
	if len(m.Extraction) == 0 {
		return nil
	}
	all, err := extract.Retentions(folder)
	if err != nil || len(all) == 1 && all[0].Destroyed != "" {
		return err
	}
	_, err = extract.ReadReceipt(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return diag.New(diag.Ledger, "study-changed", "the extraction of %s is gone, and nobody recorded it", folder).
			WithHint("compare the folder with a backup")
	}
	return err
}
