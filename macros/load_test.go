package macros_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/catalog"
	"epsql/macros"
	"epsql/sql/diag"
)

// library is a catalogue that has nothing to do with health care.
func library() *catalog.Catalog {
	return &catalog.Catalog{
		Name:  "library",
		Units: []*catalog.Unit{{ID: "reader"}},
		Tables: []*catalog.Table{{Name: "loans", Owner: "reader", Zones: []*catalog.Zone{
			{ID: "READER", Type: catalog.TypeID, Role: catalog.RoleIdentifier, Protects: "reader"},
			{ID: "DAY", Type: catalog.TypeDate, Role: catalog.RoleQuasi},
			{ID: "GENRE", Type: catalog.TypeCode, Role: catalog.RoleAttribute, CodesFrom: "genres"},
			{ID: "NAME", Type: catalog.TypeText, Role: catalog.RoleRefused},
		}}},
		Lists: []*catalog.CodeList{
			{Name: "genres", Version: "1", Columns: []catalog.ListColumn{{Name: "code", Type: catalog.TypeCode}}, Rows: [][]string{{"novel"}, {"poetry"}}},
			{Name: "branches", Version: "1", Open: true, Columns: []catalog.ListColumn{{Name: "code", Type: catalog.TypeCode}}, Rows: [][]string{{"north"}}},
		},
	}
}

const sasProgram = "/* nothing */\n"

// goodMacro is a macro of the library without a fault.
const goodMacro = `-- @title.fr Qui a lu de la poésie
-- @title.nl Lezers van poëzie
-- @title.en Readers of poetry
-- @status published
-- @catalog library
-- @valid 2000-01-01..2020-12-31
-- @basis the rules
--   of the house
-- @param depuis DATE : the first day
-- @param genre VARCHAR = 'poetry' : the genre
-- @column reader INTEGER identifier of reader, owner : the reader
-- @column genre VARCHAR attribute, nullable, in loans.genre : the genre
-- @column flag INTEGER attribute, in (0, 1) : has read some
-- @zones loans reader day genre
-- @list genres@1
-- @sas sha256:SAS
-- @note one row per reader
CREATE OR REPLACE MACRO readers.poetry_v1(depuis DATE, genre VARCHAR := 'poetry') AS TABLE
SELECT reader, any_value(l.genre) AS genre, max(CASE WHEN l.genre = genre THEN 1 ELSE 0 END)::INTEGER AS flag
FROM main.loans AS l
WHERE day >= depuis AND l.genre IN (SELECT code FROM ref.genres WHERE version = '1')
GROUP BY reader;
`

// folder is a macro folder with the good macro changed: old text for new.
func folder(changes ...string) fstest.MapFS {
	text := strings.NewReplacer(changes...).Replace(goodMacro)
	return fstest.MapFS{
		"readers/poetry_v1.sql": {Data: []byte(withSAS(text))},
		"readers/poetry_v1.sas": {Data: []byte(sasProgram)},
		"checksums.txt":         {Data: nil},
	}
}

// withSAS writes the hash of the SAS program into a header.
func withSAS(text string) string {
	return strings.ReplaceAll(text, "sha256:SAS", "sha256:"+sum(sasProgram))
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func TestAHeaderSaysAllThereIsToKnow(t *testing.T) {
	reg, err := macros.Load(folder(), library())
	if err != nil {
		t.Fatal(err)
	}
	m := reg.Lookup("READERS.poetry_v1")
	if m == nil || m != reg.Latest("readers.poetry") {
		t.Fatal("the macro is not found by its names")
	}
	for what, pair := range map[string][2]string{
		"basis, continued":  {m.Basis, "the rules of the house"},
		"end of validity":   {m.Until, "2020-12-31"},
		"default":           {m.Params[1].Default, "'poetry'"},
		"grain":             {m.Columns[0].Protects, "reader"},
		"domain of a zone":  {strings.Join(m.Columns[1].Domain, " "), "novel poetry"},
		"domain in place":   {strings.Join(m.Columns[2].Domain, " "), "0 1"},
		"zones":             {strings.Join(m.Zones, " "), "loans.reader loans.day loans.genre"},
		"lists":             {strings.Join(m.Lists, " "), "genres@1"},
		"SAS program":       {m.SAS, sasProgram},
		"call":              {m.Call(), "FROM readers.poetry_v1(depuis, genre := 'poetry')"},
		"end of the SQL":    {m.SQL[len(m.SQL)-15:], "GROUP BY reader"},
		"properties, owner": {m.Columns[0].Properties(), "identifier of reader, one row each"},
		"properties, code":  {m.Columns[1].Properties(), "attribute, one of novel poetry, or NULL"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, want %q", what, pair[0], pair[1])
		}
	}
	db, err := reg.Memory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := reg.Check(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

func TestAMacroOfAnotherCatalogueIsLeftAlone(t *testing.T) {
	reg, err := macros.Load(folder("@catalog library", "@catalog museum"), library())
	if err != nil || len(reg.All) != 0 {
		t.Fatalf("got %d macros, error %v", len(reg.All), err)
	}
	house, err := macros.Embedded(library())
	if err != nil || len(house.All) != 0 {
		t.Fatalf("the house's macros: got %d, error %v", len(house.All), err)
	}
}

func TestAFaultyHeaderIsRefusedAtItsLine(t *testing.T) {
	for _, c := range []struct {
		sentence, old, new string
		code, pos, says    string
	}{
		{"an unknown key has a did-you-mean", "@basis", "@bassis", "macro-unknown-key", "7:1", "basis"},
		{"a missing title", "-- @title.nl Lezers van poëzie\n", "", "macro-header", "1", "@title.nl"},
		{"a missing SAS hash", "-- @sas sha256:SAS\n", "", "macro-header", "1", "@sas"},
		{"a key that says nothing", "@status published", "@status", "macro-header", "4:1", "@status"},
		{"a key written twice", "-- @status published\n", "-- @status published\n-- @status draft\n", "macro-header", "5:1", "line 4"},
		{"a status of one's own", "@status published", "@status final", "macro-header", "4:1", "status"},
		{"nobody writes deprecated", "@status published", "@status deprecated", "macro-header", "4:1", "status"},
		{"a period that ends before it starts", "2020-12-31", "1999-12-31", "macro-header", "6:1", "period"},
		{"a period without dots", "2000-01-01..2020-12-31", "2000", "macro-header", "6:1", "period"},
		{"a parameter without help", "depuis DATE : the first day", "depuis DATE", "macro-param", "9:1", "parameter"},
		{"a parameter without type", "depuis DATE :", "depuis :", "macro-param", "9:1", "parameter"},
		{"a parameter that is a version of an unknown list", "VARCHAR = 'poetry'", "VARCHAR = 'poetry', version of genre", "macro-param", "10:1", "genre"},
		{"a default that is no version of the list", "VARCHAR = 'poetry'", "VARCHAR = 'poetry', version of genres", "macro-param", "10:1", "the versions are 1"},
		{"two parameters of one name", "@param genre", "@param depuis", "macro-param", "10:1", "depuis"},
		{"two columns of one name", "@column flag", "@column genre", "macro-column", "13:1", "genre"},
		{"a column name in capitals", "@column flag", "@column FLAG", "macro-column", "13:1", "name"},
		{"a column without help", " : has read some", "", "macro-column", "13:1", "column"},
		{"a column without type", "INTEGER attribute, in", "attribute, in", "macro-column", "13:1", "column"},
		{"an unknown role", "attribute, in (", "secret, in (", "macro-column", "13:1", "role"},
		{"a role that must not be stored", "attribute, in (", "refused, in (", "macro-column", "13:1", "role"},
		{"an unknown property of a column", ", nullable,", ", sometimes,", "macro-column", "12:1", "property"},
		{"an identifier of nothing", "identifier of reader, owner", "identifier, owner", "macro-column", "11:1", "identifier"},
		{"an attribute of a unit", "attribute, in (", "attribute of reader, in (", "macro-column", "13:1", "identifier"},
		{"no owner", ", owner", "", "macro-grain", "11", "owner"},
		{"an owner that is no identifier", "attribute, in (", "attribute, owner, in (", "macro-column", "13:1", "identifier"},
		{"columns and a returned value", "-- @zones", "-- @returns INTEGER attribute : a\n-- @zones", "macro-header", "1", "either"},
		{"a scalar that returns an identifier", "-- @zones", "-- @returns INTEGER identifier of reader : a\n-- @zones", "macro-column", "14:1", "identifier"},
		{"zones without a zone", "@zones loans reader day genre", "@zones loans", "macro-zone", "14:1", "zones"},
		{"a list without a version", "genres@1", "genres", "macro-list", "15:1", "version"},
		{"a hash that is none", "sha256:SAS", "md5:SAS", "macro-sas", "16:1", "hash"},
		{"replaced without a reason", "-- @note", "-- @replaces readers.poetry_v0\n-- @note", "macro-replaces", "17:1", "reason"},
		{"a comment that is no header line", "-- @note", "-- note", "macro-header", "17:1", "header line"},
		{"an unknown table", "@zones loans", "@zones loan", "macro-zone", "14:1", "did you mean loans?"},
		{"an unknown zone", "reader day genre", "reader days genre", "macro-zone", "14:1", "did you mean day?"},
		{"a zone that is not stored", "reader day genre", "reader name genre", "macro-zone", "14:1", "name"},
		{"an unknown list version", "genres@1", "genres@2", "macro-list", "15:1", "did you mean genres@1?"},
		{"an unknown unit", "of reader, owner", "of book, owner", "macro-column", "11:1", "book"},
		{"a domain that is no list", "in loans.genre", "in genre", "macro-column", "12:1", "genre"},
		{"a domain that is open", "in loans.genre", "in branches", "macro-column", "12:1", "closed"},
		{"a domain of a zone without codes", "in loans.genre", "in loans.day", "macro-column", "12:1", "loans.day"},
		{"another SAS program", "sha256:SAS", "sha256:" + strings.Repeat("0", 64), "macro-sas", "", "sha256:" + sum(sasProgram)},
		{"another name in the statement", "MACRO readers.poetry_v1", "MACRO readers.poetry_v2", "macro-name", "18:1", "readers.poetry_v2"},
		{"another statement", "CREATE OR REPLACE MACRO readers.poetry_v1(", "DROP MACRO readers.poetry_v1(", "macro-body", "18:1", "create"},
		{"two statements", "GROUP BY reader;", "GROUP BY reader; DROP TABLE main.loans;", "macro-body", "22:16", "semicolon"},
		{"an unknown macro is used", "-- @sas", "-- @uses readers.prose_v1\n-- @sas", "macro-uses", "16:1", "readers.prose_v1"},
		{"a macro that uses itself", "-- @sas", "-- @uses readers.poetry_v1\n-- @sas", "macro-uses", "16:1", "circle"},
		{"an unknown macro is replaced", "-- @note", "-- @replaces readers.prose_v1 : better\n-- @note", "macro-replaces", "17:1", "readers.prose_v1"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if !strings.Contains(goodMacro, c.old) {
				t.Fatalf("the good macro has no %q", c.old)
			}
			_, err := macros.Load(folder(c.old, c.new), library())
			wantFault(t, err, c.code, c.pos, c.says)
		})
	}
}

func TestAFolderIsReadStrictly(t *testing.T) {
	for _, c := range []struct {
		sentence   string
		file, text string // "" removes the file
		code, says string
	}{
		{"a file without a version", "readers/prose.sql", goodMacro, "macro-file-name", "not a macro file name"},
		{"a version with leading zeros is another spelling of one file", "readers/poetry_v01.sql", goodMacro, "macro-file-name", "not a macro file name"},
		{"a file in capitals", "readers/Poetry_v1.sql", goodMacro, "macro-file-name", "not a macro file name"},
		{"an empty file", "readers/poetry_v1.sql", "", "macro-header", "does not start with a header"},
		{"a file without a header", "readers/poetry_v1.sql", "SELECT 1", "macro-header", "does not start with a header"},
		{"a file without a statement", "readers/poetry_v1.sql", "-- @title.fr a", "macro-body", "no statement"},
		{"no SAS program", "readers/poetry_v1.sas", "", "macro-file", "cannot be read"},
		{"an audit without a sentence", "readers/audits/poetry_v1.sql", "SELECT 1", "macro-audit", "without a sentence"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			files := folder()
			files[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			if c.text == "" && strings.HasSuffix(c.file, ".sas") {
				delete(files, c.file)
			}
			_, err := macros.Load(files, library())
			wantFault(t, err, c.code, "", c.says)
		})
	}
}

func TestALaterVersionDeprecatesWhatItReplaces(t *testing.T) {
	files := folder()
	second := strings.NewReplacer("poetry_v1(", "poetry_v2(", "-- @note", "-- @replaces readers.poetry_v1 : counts better\n-- @note").Replace(goodMacro)
	files["readers/poetry_v2.sql"] = &fstest.MapFile{Data: []byte(withSAS(second))}
	files["readers/poetry_v2.sas"] = &fstest.MapFile{Data: []byte(sasProgram)}
	reg, err := macros.Load(files, library())
	if err != nil {
		t.Fatal(err)
	}
	if got := reg.Lookup("readers.poetry_v1").Status; got != "deprecated" {
		t.Errorf("version 1 is %s", got)
	}
	if got := reg.Latest("readers.poetry").Name; got != "readers.poetry_v2" {
		t.Errorf("the unversioned name means %s", got)
	}
}

func TestADraftIsNotInstalledAndMeansNothingUnversioned(t *testing.T) {
	reg, err := macros.Load(folder("@status published", "@status draft"), library())
	if err != nil {
		t.Fatal(err)
	}
	if reg.Latest("readers.poetry") != nil {
		t.Error("an unversioned name means a draft")
	}
	recorder := &statements{}
	if err := reg.Install(t.Context(), recorder); err != nil || len(recorder.texts) != 0 {
		t.Errorf("installed %v, error %v", recorder.texts, err)
	}
}

// wantFault refuses an error that is not the one expected.
func wantFault(t *testing.T, err error, code, pos, says string) {
	t.Helper()
	var fault *diag.Error
	if !errors.As(err, &fault) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if fault.Code != code {
		t.Errorf("code %s, want %s", fault.Code, code)
	}
	if got := strings.TrimPrefix(fault.Pos.String(), fault.Pos.File+":"); pos != "" && got != pos {
		t.Errorf("place %s, want %s", got, pos)
	}
	if fault.Pos.File == "" {
		t.Error("no file is named")
	}
	if !strings.Contains(fault.Msg+" "+fault.Hint, says) {
		t.Errorf("it says %q (%s), want %q", fault.Msg, fault.Hint, says)
	}
	if fault.Hint == "" {
		t.Error("no hint")
	}
}
