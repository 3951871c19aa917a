package guard

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/tools/txtar"

	"epsql/catalog"
	"epsql/engine/ledger"
	"epsql/engine/store"
	"epsql/macros"
	"epsql/sql/diag"
)

// The attack corpus: testdata/attacks/README.md tells its language and how an
// attack is judged.

var onlyAttack = flag.String("attack", "", "run only the attacks whose class or name holds this text")

// attack is one way to learn what a masked cell hides.
type attack struct {
	class, name string
	section     string
	hope        string
	secret      string
	pending     string
	alone       string // why it is not compared with plain DuckDB
	latest      bool
	tolerance   float64
	expect      []string
	params      map[string]string
	steps       []step
}

// step is what the attacker does: ask, release, or work something out.
type step struct{ verb, channel, text string }

var sections = []string{"emission", "inflation", "singling-out", "inference", "engine"}

// solves tells whether the attack is judged by what can be worked out.
func (a attack) solves() bool {
	return slices.ContainsFunc(a.steps, func(s step) bool { return s.verb == "solve" })
}

// readAttacks reads the corpus.
func readAttacks(t testing.TB) []attack {
	t.Helper()
	files, err := filepath.Glob("../../testdata/attacks/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no attacks", err)
	}
	var out []attack
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		class := strings.TrimSuffix(filepath.Base(file), ".txtar")
		section, _, ok := strings.Cut(class, "_")
		if !ok || !slices.Contains(sections, section) || len(strings.TrimSpace(string(ar.Comment))) == 0 {
			t.Errorf("%s: a class is named <section>_<class>.txtar and begins with what it is about", file)
		}
		for _, f := range ar.Files {
			a, err := parseAttack(f.Name, string(f.Data))
			if err != nil {
				t.Errorf("%s: %s: %v", file, f.Name, err)
				continue
			}
			a.class, a.section = class, section
			if *onlyAttack == "" || strings.Contains(class+"/"+a.name, *onlyAttack) {
				out = append(out, a)
			}
		}
	}
	return out
}

// parseAttack reads a header of key: value lines, an empty line, and the steps.
func parseAttack(name, data string) (attack, error) {
	a := attack{name: name, params: map[string]string{}}
	header, body, _ := strings.Cut(data, "\n\n")
	for line := range strings.Lines(header) {
		key, v, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return a, fmt.Errorf("the header line %q is not key: value", line)
		}
		if err := a.set(key, v); err != nil {
			return a, err
		}
	}
	if !strings.HasPrefix(body, ">>> ") {
		body = ">>> ask\n" + body
	}
	for _, part := range strings.Split("\n"+body, "\n>>> ")[1:] {
		head, text, _ := strings.Cut(part, "\n")
		words := strings.Fields(head)
		s := step{verb: words[0], text: strings.TrimRight(text, "\n")}
		if len(words) > 1 {
			s.channel = words[1]
		}
		if !slices.Contains([]string{"ask", "release", "data", "solve", "truth"}, s.verb) || strings.TrimSpace(s.text) == "" {
			return a, fmt.Errorf("the step %q is not known or empty", head)
		}
		a.steps = append(a.steps, s)
	}
	if a.hope == "" || a.secret == "" {
		return a, errors.New("hope and secret are missing")
	}
	return a, nil
}

func (a *attack) set(key, v string) (err error) {
	switch key {
	case "hope":
		a.hope = v
	case "secret":
		a.secret = v
	case "pending":
		a.pending = v
	case "alone":
		a.alone = v
	case "expect":
		a.expect = append(a.expect, v)
	case "shell":
		a.latest = v == "yes"
	case "tolerance":
		a.tolerance, err = strconv.ParseFloat(v, 64)
	case "param":
		name, value, _ := strings.Cut(v, "=")
		a.params[name] = value
	default:
		err = fmt.Errorf("the header %s is not known", key)
	}
	return err
}

// secret is what the variants of the data differ in.
type secret struct {
	name     string
	variants []string
}

// readSecrets gives the variants of every secret and the data they change.
func readSecrets(t testing.TB) (base string, out []secret) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/attacks/data/base.sql")
	if err != nil {
		t.Fatal(err)
	}
	ar, err := txtar.ParseFile("../../testdata/attacks/data/secrets.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		name, _, _ := strings.Cut(f.Name, " ")
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, secret{name: name})
		}
		last := &out[len(out)-1]
		last.variants = append(last.variants, string(f.Data))
	}
	return string(text), out
}

// target is a database under attack: guarded, or plain DuckDB.
type target interface {
	// set changes the data.
	set(t testing.TB, script string)
	// forget makes as if nothing had been asked before.
	forget(t testing.TB)
	// ask gives all that leaves for one question.
	ask(t testing.TB, a attack, s step) response
}

// response is all that leaves: text to compare, and the rows to work with.
type response struct {
	text    string
	columns []Column
	rows    [][]Cell
	err     error
	masked  int
	cells   int
}

// played is one attack on one variant.
type played struct {
	responses []response
	text      string
	guess     string // "" when nothing could be worked out
	truth     string
}

// play runs an attack against a target. Truth is asked of plain.
func play(t testing.TB, a attack, on target, plain *plainTarget) played {
	t.Helper()
	var out played
	var all strings.Builder
	if a.releases() {
		on.forget(t)
	}
	for _, s := range a.steps {
		switch s.verb {
		case "ask", "release":
			r := on.ask(t, a, s)
			all.WriteString(r.text)
			out.responses = append(out.responses, r)
		case "data":
			on.set(t, s.text)
			if on != target(plain) {
				plain.set(t, s.text)
			}
		case "solve":
			out.guess = solve(t, a, s.text, out.responses)
		case "truth":
			out.truth = plain.value(t, s.text)
		}
	}
	out.text = all.String()
	return out
}

// releases tells whether the attack depends on what left before.
func (a attack) releases() bool {
	return slices.ContainsFunc(a.steps, func(s step) bool { return s.verb == "release" || strings.Contains(s.channel, "+answers") })
}

// changesData tells whether the data must be made anew after the attack.
func (a attack) changesData() bool {
	return slices.ContainsFunc(a.steps, func(s step) bool { return s.verb == "data" })
}

// campaign plays attacks on every variant of their secrets.
func campaign(t *testing.T, attacks []attack, on target, plain *plainTarget) map[string][]played {
	t.Helper()
	base, secrets := readSecrets(t)
	out := map[string][]played{}
	known := map[string]bool{}
	for _, s := range secrets {
		known[s.name] = true
		for _, variant := range s.variants[:variants(len(s.variants))] {
			fresh := func() {
				on.set(t, wipe+base+variant)
				if on != target(plain) {
					plain.set(t, wipe+base+variant)
				}
			}
			fresh()
			for _, a := range attacks {
				if a.secret != s.name {
					continue
				}
				out[a.class+"/"+a.name] = append(out[a.class+"/"+a.name], play(t, a, on, plain))
				if a.changesData() {
					fresh()
				}
			}
		}
	}
	for _, a := range attacks {
		if !known[a.secret] {
			t.Errorf("%s/%s: there is no secret %s", a.class, a.name, a.secret)
		}
	}
	return out
}

// thorough tells whether everything is to be played: all variants, and all attacks
// on plain DuckDB too.
func thorough() bool { return os.Getenv("EPSQL_PROVE") != "" }

// variants is how many of n are played.
func variants(n int) int {
	if thorough() {
		return n
	}
	return min(n, 2)
}

const wipe = "DELETE FROM main.population; DELETE FROM main.soins_sante; DELETE FROM main.pharmanet;\n"

// learnt says what the attacker learnt; "" when nothing.
func (a attack) learnt(ps []played) string {
	if a.solves() {
		for i, p := range ps {
			if p.guess != "" && a.near(p.guess, p.truth) {
				return fmt.Sprintf("in variant %d the secret %s was worked out", i+1, p.truth)
			}
		}
		return ""
	}
	for i, p := range ps {
		if p.text != ps[0].text {
			return fmt.Sprintf("variants 1 and %d give\n%s\nand\n%s", i+1, ps[0].text, p.text)
		}
	}
	return ""
}

func (a attack) near(guess, truth string) bool {
	g, err1 := strconv.ParseFloat(guess, 64)
	w, err2 := strconv.ParseFloat(truth, 64)
	if err1 != nil || err2 != nil {
		return guess == truth
	}
	return math.Abs(g-w) <= max(a.tolerance, 1e-6)*math.Abs(w)
}

// missed says which expectation does not hold; "" when all do.
func (a attack) missed(p played) string {
	for _, e := range a.expect {
		verb, arg, _ := strings.Cut(e, " ")
		switch verb {
		case "refused":
			if last := p.responses[len(p.responses)-1]; !refusedWith(last.err, arg) {
				return fmt.Sprintf("not %s: %v\n%s", e, last.err, last.text)
			}
		case "masked":
			for _, r := range p.responses {
				if r.err != nil || r.masked != r.cells {
					return "not masked:\n" + r.text
				}
			}
		case "not-learnt":
			if strings.Contains(p.text, arg) {
				return "it is told that " + arg + ":\n" + p.text
			}
		default:
			return "the expectation " + e + " is not known"
		}
	}
	return ""
}

func refusedWith(err error, code string) bool {
	e, ok := errors.AsType[*diag.Error](err)
	return ok && e.Kind != diag.Cancel && (code == "" || e.Code == code)
}

// guarded is a workspace behind the guard.
type guarded struct {
	ws     *store.Workspace
	guards map[string]*Guard
}

func (g *guarded) set(t testing.TB, script string) {
	t.Helper()
	if _, err := g.ws.DB.Exec(script); err != nil {
		t.Fatal(err)
	}
}

func (g *guarded) forget(t testing.TB) {
	t.Helper()
	g.set(t, "DROP TABLE IF EXISTS epsql.ledger; DROP TABLE IF EXISTS epsql.contributors; DROP TABLE IF EXISTS epsql.released")
}

func (g *guarded) ask(t testing.TB, a attack, s step) response {
	t.Helper()
	guard := g.guards[s.channel]
	if guard == nil {
		guard = g.strict(t, s.channel)
		g.guards[s.channel] = guard
	}
	guard.cfg.Latest = a.latest
	defer func() { guard.cfg.Latest = false }()
	p, err := guard.Plan(t.Context(), Query{Text: s.text, Params: a.params})
	if err != nil {
		return failed(err)
	}
	r, err := answer(t, guard, p, s.verb)
	if err != nil {
		return failed(err)
	}
	sum := r.Summary()
	sum.Ledger = 0
	return response{
		text: p.Explain() + draw(r) + fmt.Sprintf("%+v\n", sum), columns: r.columns, rows: r.rows,
		masked: sum.Masked, cells: sum.Cells,
	}
}

// strict is a guard of a channel, which may have options of its own:
// "eps+dominance", "exhaustive+answers".
func (g *guarded) strict(t testing.TB, channel string) *Guard {
	t.Helper()
	name, options, _ := strings.Cut(channel, "+")
	out := guardOf(t, g.ws, name)
	ch := *out.cfg.Channel
	for option := range strings.SplitSeq(options, "+") {
		switch option {
		case "":
		case "dominance":
			ch.Dominance = &catalog.Dominance{P: 10}
		case "answers":
			ch.History = "answers"
		default:
			t.Fatalf("the option %s of a channel is not known", option)
		}
	}
	out.cfg.Channel = &ch
	return out
}

// answer runs a plan, as a release where the attack says so.
func answer(t testing.TB, g *Guard, p *Plan, verb string) (*Result, error) {
	t.Helper()
	if verb != "release" {
		return g.Run(t.Context(), p)
	}
	r, _, err := g.Release(t.Context(), p, func(*Result) ([]ledger.File, error) { return nil, nil })
	return r, err
}

func failed(err error) response {
	text := err.Error() + " exit " + strconv.Itoa(diag.ExitCode(err))
	if e, ok := errors.AsType[*diag.Error](err); ok {
		text += " hint " + e.Hint
	}
	return response{text: text + "\n", err: err}
}

// plainTarget is DuckDB without a guard over the same tables.
type plainTarget struct{ db *sql.DB }

func openPlain(t testing.TB, cat *catalog.Catalog, reg *macros.Registry) *plainTarget {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plain.duckdb")
	if err := store.Create(context.Background(), path, cat.Populations[0].ID, cat, reg); err != nil {
		t.Fatal(err)
	}
	c, err := duckdb.NewConnector(path+"?threads=1&autoinstall_known_extensions=false", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	t.Cleanup(func() { _ = db.Close() })
	return &plainTarget{db: db}
}

func (p *plainTarget) set(t testing.TB, script string) {
	t.Helper()
	if _, err := p.db.Exec(script); err != nil {
		t.Fatal(err)
	}
}

// forget does nothing: plain DuckDB keeps no account.
func (p *plainTarget) forget(testing.TB) {}

func (p *plainTarget) ask(t testing.TB, a attack, s step) response {
	t.Helper()
	text := s.text
	for name, value := range a.params {
		if _, err := strconv.Atoi(value); err != nil {
			value = literal(value)
		}
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	return p.query(t, text)
}

// query runs a text in a transaction that leaves nothing behind.
func (p *plainTarget) query(t testing.TB, text string) response {
	t.Helper()
	tx, err := p.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is to stay
	return read(tx.QueryContext(t.Context(), text))
}

// read draws the rows of plain DuckDB, in an order of their own where none was
// asked for.
func read(rows *sql.Rows, err error) response {
	if err != nil {
		return response{text: err.Error() + "\n", err: err}
	}
	defer rows.Close() //nolint:errcheck // its errors come from rows.Err
	types, err := rows.ColumnTypes()
	if err != nil {
		return response{text: err.Error(), err: err}
	}
	var out response
	for _, c := range types {
		out.columns = append(out.columns, Column{Name: c.Name(), Kind: resultKind(c.DatabaseTypeName())})
	}
	raw, ptr := make([]any, len(types)), make([]any, len(types))
	for i := range raw {
		ptr[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptr...); err != nil {
			return response{text: err.Error(), err: err}
		}
		row := make([]Cell, len(raw))
		for i, v := range raw {
			if row[i].Value = plainValue(v); row[i].Value == nil && v != nil {
				row[i].Value = fmt.Sprint(v)
			}
		}
		out.rows = append(out.rows, row)
	}
	if err := rows.Err(); err != nil {
		return response{text: err.Error(), err: err}
	}
	out.text = draw(&Result{columns: out.columns, rows: out.rows})
	return out
}

func (p *plainTarget) value(t testing.TB, query string) string {
	t.Helper()
	r := p.query(t, query)
	if r.err != nil || len(r.rows) != 1 || len(r.columns) != 1 {
		t.Fatalf("the truth is not one value: %v\n%s", r.err, query)
	}
	return drawCell(r.rows[0][0])
}

// solve works with the answers a1, a2 … in a database of its own; a masked cell
// is NULL there. It gives "" when an answer is missing or the formula gives NULL.
func solve(t testing.TB, a attack, formula string, answers []response) string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // in memory
	for i, r := range answers {
		if r.err != nil {
			return ""
		}
		if _, err := db.Exec(answerTable(i+1, r)); err != nil {
			t.Fatalf("%s/%s: %v", a.class, a.name, err)
		}
	}
	r := read(db.Query(formula))
	if r.err != nil {
		t.Fatalf("%s/%s: the formula cannot be computed: %v", a.class, a.name, r.err)
	}
	if len(r.rows) != 1 || r.rows[0][0].Value == nil {
		return ""
	}
	return drawCell(r.rows[0][0])
}

// answerTable is SQL that makes the table of an answer.
func answerTable(n int, r response) string {
	types := map[string]string{"int": "HUGEINT", "float": "DOUBLE", "decimal": "DOUBLE", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
	var cols []string
	for _, c := range r.columns {
		typ := types[c.Kind]
		if typ == "" {
			typ = "VARCHAR"
		}
		cols = append(cols, quote(c.Name)+" "+typ)
	}
	table := "a" + strconv.Itoa(n)
	text := "CREATE TABLE " + table + " (" + strings.Join(cols, ", ") + ");\n"
	for _, row := range r.rows {
		var vs []string
		for _, c := range row {
			switch v := c.Value.(type) {
			case nil:
				vs = append(vs, "NULL")
			case time.Time:
				vs = append(vs, literal(v.Format(time.DateTime)))
			default:
				vs = append(vs, literal(fmt.Sprint(v)))
			}
		}
		text += "INSERT INTO " + table + " VALUES (" + strings.Join(vs, ", ") + ");\n"
	}
	return text
}

func battlefield(t *testing.T) (*guarded, *plainTarget) {
	t.Helper()
	ws := emptyWorld(t, "eps")
	reg, err := macros.Embedded(ws.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	return &guarded{ws: ws, guards: map[string]*Guard{}}, openPlain(t, ws.Catalog, reg)
}

// emptyWorld is a workspace without data, on one thread: the tables are small.
func emptyWorld(t testing.TB, population string) *store.Workspace {
	t.Helper()
	cat, err := catalog.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := macros.Embedded(cat)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	if err := store.Create(t.Context(), path, population, cat, reg); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, cat, store.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// TestAttacksAreRepelled plays every attack on databases that differ in a secret
// and wants nothing of it to leave. An attack that is pending must still succeed:
// once it is repelled its header goes.
func TestAttacksAreRepelled(t *testing.T) {
	attacks := readAttacks(t)
	on, plain := battlefield(t)
	results := campaign(t, attacks, on, plain)
	pending := 0
	for _, a := range attacks {
		ps := results[a.class+"/"+a.name]
		if len(ps) == 0 {
			continue
		}
		failure := a.learnt(ps)
		for _, p := range ps {
			if failure == "" {
				failure = a.missed(p)
			}
		}
		switch {
		case a.pending != "" && failure == "":
			t.Errorf("%s/%s is repelled: take its header pending away", a.class, a.name)
		case a.pending != "":
			pending++
			t.Logf("pending: %s/%s: %s", a.class, a.name, a.pending)
		case failure != "":
			t.Errorf("%s/%s\nhope: %s\n%s", a.class, a.name, a.hope, failure)
		}
	}
	t.Logf("%d attacks, of which %d pending", len(attacks), pending)
}

// TestAttacksWorkWithoutTheGuard plays the same attacks on plain DuckDB: all
// must learn the secret there, or they would prove nothing. In short every fourth
// is played.
func TestAttacksWorkWithoutTheGuard(t *testing.T) {
	n := 0
	attacks := slices.DeleteFunc(readAttacks(t), func(a attack) bool {
		n++
		return a.alone != "" || !thorough() && *onlyAttack == "" && n%4 != 0
	})
	_, plain := battlefield(t)
	results := campaign(t, attacks, plain, plain)
	for _, a := range attacks {
		ps := results[a.class+"/"+a.name]
		if len(ps) > 0 && a.learnt(sorted(a, ps)) == "" {
			t.Errorf("%s/%s learns nothing even of plain DuckDB:\n%s guess %q truth %q", a.class, a.name, ps[0].text, ps[0].guess, ps[0].truth)
		}
	}
}

// sorted puts the lines of answers whose order means nothing into one order.
func sorted(a attack, ps []played) []played {
	for _, s := range a.steps {
		if strings.Contains(strings.ToLower(s.text), "order by") {
			return ps
		}
	}
	out := slices.Clone(ps)
	for i := range out {
		lines := strings.Split(out[i].text, "\n")
		slices.Sort(lines)
		out[i].text = strings.Join(lines, "\n")
	}
	return out
}

// TestTheCorpusIsLarge counts attacks, classes and those that plain DuckDB does
// not confirm.
func TestTheCorpusIsLarge(t *testing.T) {
	if *onlyAttack != "" {
		t.Skip("only some attacks are read")
	}
	attacks := readAttacks(t)
	classes, alone := map[string]int{}, 0
	names := map[string]string{}
	texts := map[string]string{}
	perSection := map[string]int{}
	for _, a := range attacks {
		classes[a.class]++
		perSection[a.section]++
		if a.alone != "" {
			alone++
		}
		id := a.class + "/" + a.name
		if names[id] != "" {
			t.Errorf("%s is there twice", id)
		}
		names[id] = id
		text := a.secret
		for _, s := range a.steps {
			text += "\n" + s.verb + s.channel + strings.Join(strings.Fields(s.text), " ")
		}
		if texts[text] != "" {
			t.Errorf("%s and %s are the same attack", texts[text], id)
		}
		texts[text] = id
	}
	t.Logf("%d attacks in %d classes: %v; %d not compared with plain DuckDB", len(attacks), len(classes), perSection, alone)
	if len(attacks) < 300 || len(classes) < 70 {
		t.Errorf("%d attacks in %d classes, want 300 in 70", len(attacks), len(classes))
	}
	if alone*10 > len(attacks) {
		t.Errorf("%d of %d attacks are not confirmed by plain DuckDB", alone, len(attacks))
	}
}
