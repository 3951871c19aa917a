package catalog

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"epsql/sql/diag"
)

// changed is the foreign catalogue with one text replaced in one file; an old
// text of "" replaces the whole file, a new text of "-" removes it.
func changed(t testing.TB, file, old, new string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	src := os.DirFS("testdata/vetcare")
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(src, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case old == "" && new == "-":
		delete(out, file)
	case old == "":
		out[file] = &fstest.MapFile{Data: []byte(new)}
	default:
		text := string(out[file].Data)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", file, old)
		}
		out[file].Data = []byte(strings.Replace(text, old, new, 1))
	}
	return out
}

// Every test spoils one place of a good catalogue and states the whole refusal.
func TestLoadRefusesWhatIsNotWholeAndConsistent(t *testing.T) {
	for _, test := range []struct{ says, file, old, new, want string }{
		// Files.
		{"the main file must be there", "catalog.yaml", "", "-", `there is no catalog.yaml in the catalogue folder (give the folder that holds it)`},
		{"a file without a place", "zones/visits.yml", "", "name: a", `zones/visits.yml: the file has no place in a catalogue (a catalogue holds catalog.yaml, zones/*.yaml, layouts/*.yaml, copybooks/*, lists/*.yaml and lists/*.csv)`},
		{"rows without a description", "lists/species_1.yaml", "", "-", `lists/species_1.csv: the rows have no description (write lists/species_1.yaml with name, version, validity, source, owner and columns)`},
		{"a description without rows", "lists/species_1.csv", "", "-", `lists/species_1.yaml:1:1: the code list has no rows (write lists/species_1.csv beside it)`},
		{"an empty file", "layouts/herd_fixed.yaml", "", "# nothing\n", `layouts/herd_fixed.yaml:1:1: the file is not one YAML document (a file holds one YAML document: keys with values)`},
		{"broken YAML", "layouts/herd_fixed.yaml", "fields:", "fields: [", `layouts/herd_fixed.yaml:7:3: the file is not one YAML document (did not find expected node content)`},
		{"two documents in a file", "layouts/herd_fixed.yaml", "id: herd_fixed", "id: a\n---\nid: b", `layouts/herd_fixed.yaml:1:1: the file is not one YAML document (a file holds one YAML document: keys with values)`},
		// Keys and values.
		{"an unknown key near a known one", "zones/visits.yaml", "codes_from: treatments", "code_from: treatments", `zones/visits.yaml:21:92: a zone has no key "code_from" (did you mean codes_from?)`},
		{"an unknown key near none", "layouts/herd_fixed.yaml", "record_length: 73", "zzzzzzzzzzzz: 73", `layouts/herd_fixed.yaml:5:1: a layout has no key "zzzzzzzzzzzz" (its keys are fields, format, id, record_length, records, source, tables, version)`},
		{"a key twice", "zones/herd.yaml", "en: Animals insured", "en: Animals insured\nen: again", `zones/herd.yaml:3:1: a table has the key "en" twice (keep one of them)`},
		{"a key that lacks", "zones/herd.yaml", "id: BORN, ", "", `zones/herd.yaml:21:5: a zone lacks the key "id" (add id: …)`},
		{"a key without a value", "zones/herd.yaml", "en: Animals insured", "en:", `zones/herd.yaml:2:4: the value is missing (give a value or leave the key out)`},
		{"a list where a value belongs", "zones/herd.yaml", "length: 30", "length: [30]", `zones/herd.yaml:24:76: one value is expected here, not a list, keys or an alias (write a single value)`},
		{"a value where a list belongs", "zones/herd.yaml", `files: ["herd*"]`, "files: herd*", `zones/herd.yaml:5:8: a list is expected here (write - before each element, or [a, b])`},
		{"a value where keys belong", "zones/visits.yaml", "source: {doc: handbook, annex: A}", "source: handbook", `zones/visits.yaml:4:9: a source must be keys with values (write key: value lines)`},
		{"an alias", "zones/herd.yaml", "en: Animals insured", "fr: &a Animaux\nen: *a", `zones/herd.yaml:3:5: one value is expected here, not a list, keys or an alias (write a single value)`},
		{"a length in words", "zones/herd.yaml", "length: 30", "length: thirty", `zones/herd.yaml:24:76: "thirty" is not a whole number up to 1000000 (write digits only)`},
		{"a negative length", "zones/herd.yaml", "length: 30", "length: -30", `zones/herd.yaml:24:76: "-30" is not a whole number up to 1000000 (write digits only)`},
		{"a length beyond all records", "zones/herd.yaml", "length: 30", "length: 9000000000000000000", `zones/herd.yaml:24:76: "9000000000000000000" is not a whole number up to 1000000 (write digits only)`},
		{"yes is not true", "lists/treatments_1.yaml", "open: true", "open: yes", `lists/treatments_1.yaml:7:7: "yes" is neither true nor false (write true or false)`},
		{"a percentage over 100", "catalog.yaml", "k: 85", "k: 850", `catalog.yaml:38:26: "850" is not a percentage (write a number from 0 to 100)`},
		// Units, channels, populations.
		{"a unit twice", "catalog.yaml", "{id: animal, en: animal}", "{id: keeper, en: animal}", `catalog.yaml:7:10: unit keeper is there twice (keep one of them, or rename it)`},
		{"numbers of an unknown unit", "catalog.yaml", "numbering: keeper", "numbering: keper", `catalog.yaml:8:57: there is no unit "keper" (did you mean keeper?)`},
		{"numbers of a unit without its own", "catalog.yaml", "{id: animal, en: animal}", "{id: animal, en: animal, numbering: farm}", `catalog.yaml:7:41: unit farm has no numbers of its own to share (name the unit that has them)`},
		{"natural persons by codes of another length", "catalog.yaml", "codes: [V]", "codes: [VE]", `catalog.yaml:11:14: the rule for natural persons does not fit itself (give start and length from 1 on, and codes of that length)`},
		{"an unknown protected unit", "catalog.yaml", "protect: [keeper, practice]", "protect: [keeper, practise]", `catalog.yaml:34:23: there is no unit "practise" (did you mean practice?)`},
		{"a threshold that contradicts its wording", "catalog.yaml", "threshold: 3", "threshold: 2", `catalog.yaml:21:13: channel open hides cells "<= 2", which is not threshold 2 ("<= 3" goes with threshold 4, "< 5" with threshold 5)`},
		{"merged rows that amounts could dominate", "catalog.yaml", "history: answers", "others: rest", `catalog.yaml:39:13: channel sealed merges small rows (others goes with secondary: true and without dominance, and is another word than mask)`},
		{"a wording that is no rule", "catalog.yaml", `strict: "<= 2"`, `strict: "few"`, `catalog.yaml:21:13: channel open hides cells "few", which is not threshold 3 ("<= 3" goes with threshold 4, "< 5" with threshold 5)`},
		{"a channel without a mask word", "catalog.yaml", "    mask: few\n", "", `catalog.yaml:18:9: channel open has no mask word (add mask: small cell)`},
		{"zero published without a reason", "catalog.yaml", "    zero_why: the handbook says that zero tells nothing\n", "", `catalog.yaml:23:11: channel open publishes zero without a reason (add zero_why: …)`},
		{"half a dominance rule", "catalog.yaml", "{n: 2, k: 85, p: 10}", "{n: 2, p: 10}", `catalog.yaml:29:9: the dominance rule of channel sealed is not whole (the n largest hold at most k percent: n and k; what remains without the two largest is at least p percent of the largest: p)`},
		{"an empty dominance rule", "catalog.yaml", "{n: 2, k: 85, p: 10}", "{}", `catalog.yaml:29:9: the dominance rule of channel sealed is not whole (the n largest hold at most k percent: n and k; what remains without the two largest is at least p percent of the largest: p)`},
		{"an unknown zero rule", "catalog.yaml", "zero: publish", "zero: show", `catalog.yaml:23:11: "show" is not a zero rule (one of mask, publish)`},
		{"an unknown channel of a population", "catalog.yaml", "channels: [open, sealed]", "channels: [open, seal]", `catalog.yaml:14:55: there is no channel "seal" (did you mean sealed?)`},
		{"a flag of no table", "catalog.yaml", "channels: [open, sealed]", "channels: [open, sealed], flags: [{name: f, table: herds, macro: a.b_v1, column: c}]", `catalog.yaml:14:89: there is no table "herds" (did you mean herd?)`},
		{"a weight of no table", "catalog.yaml", "channels: [open, sealed]", "channels: [open, sealed], weights: [{name: w, table: herds}]", `catalog.yaml:14:91: there is no table "herds" (did you mean herd?)`},
		{"a population without a channel", "catalog.yaml", "channels: [sealed, coded]", "channels: []", `catalog.yaml:15:44: population country has no channel (name one, the default first)`},
		// Channels for rows and codings.
		{"rows without papers", "catalog.yaml", "rows: true\n    requests:", "rows: false\n    requests:", `catalog.yaml:48:11: channel coded lets no rows leave (leave requests and retention out, or say rows: true)`},
		{"rows without end", "catalog.yaml", "    retention: {rows: 6, tables: 5}\n", "", `catalog.yaml:48:11: channel coded lets rows leave without papers or without end (add requests: with their papers, and retention: {rows: months, tables: years})`},
		{"a table that nobody makes", "catalog.yaml", ", holder: registrar", "", `catalog.yaml:60:5: a table has a holder, a key has none (add holder: who makes the table, or write by: key)`},
		{"a coding called like a unit", "catalog.yaml", "{id: stable,", "{id: animal,", `catalog.yaml:59:10: animal is a unit (give the coding another name)`},
		{"an identifier that leaves as it is", "zones/herd.yaml", "role: identifier, protects: keeper", "role: identifier, protects: keeper, use: {coded: delivered}", `zones/herd.yaml:18:5: zone KEEPER identifies somebody and would leave as it is (write recoded, or never)`},
		{"a zone coded nobody knows how", "zones/herd.yaml", "codes_from: species", "codes_from: species, use: {coded: recoded}", `zones/herd.yaml:22:5: zone SPECIES leaves coded, without saying how (add coding: with one of the catalogue's codings)`},
		{"an unknown coding", "zones/herd.yaml", "codes_from: species", "codes_from: species, use: {coded: recoded}, coding: stables", `zones/herd.yaml:22:132: there is no coding "stables" (did you mean stable?)`},
		{"a coding of an identifier", "zones/herd.yaml", "protects: keeper", "protects: keeper, use: {coded: recoded}, coding: stable", `zones/herd.yaml:18:133: zone KEEPER has a coding that it cannot use (a coding is for a zone without parts, no identifier, of use recoded)`},
		// Zones.
		{"a zone twice", "zones/herd.yaml", "{id: MONTH,", "{id: insurer,", `zones/herd.yaml:16:10: zone insurer is there twice (keep one of them, or rename it)`},
		{"a zone that SQL cannot name", "zones/herd.yaml", "{id: MONTH,", "{id: MONTH-1,", `zones/herd.yaml:16:10: "MONTH-1" cannot name a zone (use letters, digits and _, a letter first)`},
		{"an unknown role", "zones/visits.yaml", "role: amount", "role: amounts", `zones/visits.yaml:22:54: "amounts" is not a role (did you mean amount?)`},
		{"an unknown type", "zones/visits.yaml", "type: cents", "type: cent", `zones/visits.yaml:22:30: "cent" is not a type (did you mean cents?)`},
		{"an identifier of an unknown unit", "zones/visits.yaml", "role: identifier, protects: animal", "role: identifier, protects: animals", `zones/visits.yaml:19:92: there is no unit "animals" (did you mean animal?)`},
		{"an identifier of nobody", "zones/visits.yaml", "role: identifier, protects: animal", "role: identifier", `zones/visits.yaml:19:70: an identifier of nobody (add protects: with a unit)`},
		{"an identifier that is text", "zones/visits.yaml", "type: id, length: 10", "type: text, length: 10", `zones/visits.yaml:19:48: an identifier is stored as a number, not as text (write type: id)`},
		{"a number of somebody that is no identifier", "zones/visits.yaml", "role: identifier, protects: animal", "role: quasi", `zones/visits.yaml:19:70: type id is for identifiers, not for role quasi (write role: identifier)`},
		{"an attribute that protects", "zones/herd.yaml", "type: year, length: 4, role: quasi", "type: year, length: 4, role: quasi, protects: keeper", `zones/herd.yaml:21:96: only an identifier protects a unit (write role: identifier, or leave protects out)`},
		{"a composite zone with the role of its part", "zones/visits.yaml", "role: attribute\n    parts", "role: identifier\n    parts", `zones/visits.yaml:29:11: zone PRACTICE has parts: the role of identifier is theirs (say attribute here, and give each part its role)`},
		{"a format of another type", "zones/herd.yaml", "type: month,", "type: month, format: AAAAMMJJ,", `zones/herd.yaml:16:59: there is no format "AAAAMMJJ" (did you mean AAAAMM?)`},
		{"a format where there is none", "zones/herd.yaml", "type: code, length: 2, role: attribute", "type: code, format: AAAA, length: 2, role: attribute", `zones/herd.yaml:15:66: a zone of type code has no format (leave format out)`},
		{"a code longer than its zone", "zones/herd.yaml", "{code: NO,", "{code: NORTH,", `zones/herd.yaml:23:93: "NORTH" has 5 characters, zone REGION only 2 (correct the value or the length)`},
		{"a code twice", "zones/herd.yaml", "{code: SO,", "{code: NO,", `zones/herd.yaml:23:116: the code "NO" is there twice (keep one of them)`},
		{"a month that is none", "zones/herd.yaml", `from: "202001"`, `from: "202013"`, `zones/herd.yaml:23:162: "202013" is not a month or a day (write 200612 or 20061231)`},
		{"a code that ends before it starts", "zones/herd.yaml", `from: "202001"`, `from: "202001", until: "201901"`, `zones/herd.yaml:23:179: the period ends before it starts (exchange from and until)`},
		{"a special value longer than its zone", "zones/visits.yaml", `value: "00000000"`, `value: "000000000"`, `zones/visits.yaml:20:89: "000000000" has 9 characters, zone DAY only 8 (correct the value or the length)`},
		{"codes of its own and of a list", "zones/herd.yaml", "codes_from: species", "codes_from: species, codes: [{code: C, en: cat}]", `zones/herd.yaml:22:92: zone SPECIES has codes of its own and those of a list (keep one of them)`},
		{"an unknown code list", "zones/herd.yaml", "codes_from: species", "codes_from: specie", `zones/herd.yaml:22:92: there is no code list "specie" (did you mean species?)`},
		{"a list whose codes do not fit the zone", "zones/herd.yaml", "codes_from: species", "codes_from: treatments", `zones/herd.yaml:22:92: "T001" has 4 characters, zone SPECIES only 1 (correct the value or the length)`},
		{"a use under an unknown channel", "zones/visits.yaml", "use: {open: never,", "use: {opne: never,", `zones/visits.yaml:18:108: there is no channel "opne" (did you mean open?)`},
		{"an unknown use", "zones/visits.yaml", "use: {open: never,", "use: {open: nevr,", `zones/visits.yaml:18:114: "nevr" is not a use (did you mean never?)`},
		{"a part outside its zone", "zones/visits.yaml", "start: 7, length: 3", "start: 7, length: 4", `zones/visits.yaml:32:9: part practice_kind stands at 7-10, outside the 9 characters of zone PRACTICE (correct start or length)`},
		{"parts that overlap", "zones/visits.yaml", "start: 7, length: 3", "start: 6, length: 3", `zones/visits.yaml:32:9: part practice_kind overlaps part practice at position 6 (correct start or length of one of them)`},
		{"a part with the name of a zone", "zones/visits.yaml", "column: practice_kind", "column: fee", `zones/visits.yaml:32:18: column fee is there twice (keep one of them, or rename it)`},
		{"a part with capitals", "zones/visits.yaml", "column: practice_kind", "column: Practice_kind", `zones/visits.yaml:32:18: column "Practice_kind" has capitals (write practice_kind)`},
		// Tables.
		{"a table twice", "zones/drugs.yaml", "name: drugs", "name: Visits", `zones/visits.yaml:1:7: table visits is there twice (keep one of them, or rename it)`},
		{"an owner that is no identifier", "zones/visits.yaml", "owner: keeper", "owner: fee", `zones/visits.yaml:3:8: there is no identifier "fee" (known are: keeper, animal, practice)`},
		{"rows picked by an unknown zone", "zones/visits.yaml", "select: {zone: KIND", "select: {zone: KINDS", `zones/visits.yaml:6:16: there is no zone "KINDS" (did you mean KIND?)`},
		{"rows picked by an unknown code", "zones/visits.yaml", "codes: [V]}", "codes: [W]}", `zones/visits.yaml:6:30: there is no code "W" (did you mean V?)`},
		{"a delivery of an unknown zone", "zones/herd.yaml", "- {zone: INSURER}", "- {zone: INSURERS}", `zones/herd.yaml:8:14: there is no zone "INSURERS" (did you mean INSURER?)`},
		{"a slice outside its zone", "zones/visits.yaml", "version: {zone: BATCH, start: 7, length: 2}", "version: {zone: BATCH, start: 7, length: 3}", `zones/visits.yaml:11:12: the slice stands at 7-9, outside the 8 characters of zone BATCH (correct start or length)`},
		{"a period that the key lacks", "zones/herd.yaml", "period:\n    - {zone: MONTH}", "period:\n    - {zone: ISSUE}", `zones/herd.yaml:13:7: a slice of zone ISSUE that the key does not have (insurer and period repeat slices of the key)`},
		{"a file pattern that cannot match", "zones/herd.yaml", `files: ["herd*"]`, `files: ["herd["]`, `zones/herd.yaml:5:9: "herd[" is not a file name pattern (use * for any characters, ? for one, [abc] for one of some)`},
		// Layouts.
		{"a layout twice", "layouts/herd_delimited.yaml", "id: herd_delimited", "id: herd_fixed", `layouts/herd_fixed.yaml:1:5: layout herd_fixed is there twice (keep one of them, or rename it)`},
		{"a layout of an unknown table", "layouts/herd_fixed.yaml", "tables: [herd]", "tables: [herds]", `layouts/herd_fixed.yaml:4:10: there is no table "herds" (did you mean herd?)`},
		{"a layout of no table", "layouts/herd_delimited.yaml", "tables: [herd]", "tables: []", `layouts/herd_delimited.yaml:4:9: layout herd_delimited is of no table (name the tables whose rows it may hold)`},
		{"a mixed file whose rows cannot be told apart", "layouts/claims_delimited.yaml", "tables: [visits, drugs]", "tables: [visits, herd]", `layouts/claims_delimited.yaml:4:18: a file of several tables cannot tell the rows of table herd (give the table a select rule)`},
		{"an unknown format", "layouts/herd_fixed.yaml", "format: fixed", "format: fix", `layouts/herd_fixed.yaml:3:9: "fix" is not a format (did you mean fixed?)`},
		{"a position of an unknown zone", "layouts/herd_fixed.yaml", "{zone: SPECIES,", "{zone: SPECIE,", `layouts/herd_fixed.yaml:14:12: there is no zone "SPECIE" (did you mean SPECIES?)`},
		{"a zone at two positions", "layouts/herd_fixed.yaml", "{zone: REGION,", "{zone: SPECIES,", `layouts/herd_fixed.yaml:15:12: zone SPECIES is there twice (keep one of them)`},
		{"positions that overlap", "layouts/herd_fixed.yaml", "{zone: REGION, start: 42", "{zone: REGION, start: 41", `layouts/herd_fixed.yaml:15:5: zone REGION overlaps zone SPECIES at position 41 (correct start or length of one of them)`},
		{"a position outside the record", "layouts/herd_fixed.yaml", "record_length: 73", "record_length: 72", `layouts/herd_fixed.yaml:16:5: zone KEEPER_NAME stands at 44-73, outside the record of 72 characters (correct start, length or record_length)`},
		{"a position before the record", "layouts/herd_fixed.yaml", "{zone: INSURER, start: 1", "{zone: INSURER, start: 0", `layouts/herd_fixed.yaml:7:5: zone INSURER stands at 0-1, outside the record of 73 characters (correct start, length or record_length)`},
		{"a position too narrow for its zone", "layouts/herd_fixed.yaml", "{zone: BORN, start: 37, length: 4}", "{zone: BORN, start: 37, length: 3}", `layouts/herd_fixed.yaml:13:37: zone BORN has 4 characters, its position only 3 (correct the length here or in the table)`},
		// Records.
		{"a copybook that is not there", "layouts/herd_cobol.yaml", "copybook: herd.cpy", "copybook: herds.cpy", `layouts/herd_cobol.yaml:6:13: there is no copybook "herds.cpy" (did you mean herd.cpy?)`},
		{"a record that is not in the copybook", "layouts/herd_cobol.yaml", "record: BIRTH-RECORD", "record: BIRTH", `layouts/herd_cobol.yaml:22:19: there is no record "BIRTH" (known are: ANIMAL-RECORD, BIRTH-RECORD, STABLES-RECORD, WEIGHT-RECORD)`},
		{"a field that is not in the record", "layouts/herd_cobol.yaml", "- {zone: BORN}", "- {zone: BORN, from: [BORNE]}", `layouts/herd_cobol.yaml:25:15: the record BIRTH-RECORD has not one field BORNE (did you mean BORN?)`},
		{"a field that is a group", "layouts/herd_cobol.yaml", "- {zone: MONTH}", "- {zone: MONTH, from: [SENDING]}", `layouts/herd_cobol.yaml:17:15: SENDING is a group (name its fields)`},
		{"a field that repeats, with nothing to say which one", "layouts/herd_cobol.yaml", "          each: STABLE\n", "", `layouts/herd_cobol.yaml:31:15: REGION repeats (say each: with the table whose elements count as records)`},
		{"a table of records that is none", "layouts/herd_cobol.yaml", "each: STABLE", "each: HOW-MANY", `layouts/herd_cobol.yaml:29:17: HOW-MANY is no table of STABLES-RECORD that stands for itself (name an item with OCCURS that is in no other table)`},
		{"a type twice", "layouts/herd_cobol.yaml", "code: B", "code: A", `layouts/herd_cobol.yaml:21:17: type "A" is there twice, or has not 1 characters (give each type of record once)`},
		{"a type that is too long", "layouts/herd_cobol.yaml", "code: B", "code: BB", `layouts/herd_cobol.yaml:21:17: type "BB" is there twice, or has not 1 characters (give each type of record once)`},
		{"a type beyond a record", "layouts/herd_cobol.yaml", "type: {start: 1, length: 1}", "type: {start: 20, length: 1}", `layouts/herd_cobol.yaml:7:9: the type stands outside the record BIRTH-RECORD (correct start and length)`},
		{"a record that does not tell its row", "layouts/herd_cobol.yaml", "            - {zone: ANIMAL}\n            - {zone: BORN}", "            - {zone: BORN}", `layouts/herd_cobol.yaml:21:11: record BIRTH-RECORD does not tell which rows it is of (fill the zones of per, from the first one on, and without conditions)`},
		{"a record whose row hangs on a condition", "layouts/herd_cobol.yaml", "            - {zone: ANIMAL}\n            - {zone: BORN}", "            - {zone: ANIMAL, when: {field: SPECIES, codes: [D]}}\n            - {zone: BORN}", `layouts/herd_cobol.yaml:21:11: record BIRTH-RECORD does not tell which rows it is of (fill the zones of per, from the first one on, and without conditions)`},
		{"the latest of something that is not filled", "layouts/herd_cobol.yaml", "each: STABLE", "latest: BORN\n          each: STABLE", `layouts/herd_cobol.yaml:29:19: record STABLES-RECORD does not fill BORN (name one of its zones)`},
		{"a condition on what is not there", "layouts/herd_cobol.yaml", "{field: INSURER, codes", "{field: INSURERS, codes", `layouts/herd_cobol.yaml:20:44: the record ANIMAL-RECORD has not one field INSURERS (did you mean INSURER?)`},
		{"positions beside a copybook", "layouts/herd_cobol.yaml", "format: cobol", "format: cobol\nrecord_length: 30", `layouts/herd_cobol.yaml:1:1: the copybook says where the fields are (leave out fields and record_length)`},
		{"a copybook for a fixed layout", "layouts/herd_cobol.yaml", "format: cobol", "format: fixed", `layouts/herd_cobol.yaml:1:1: records are for the format cobol, and it needs them (correct format, or the records)`},
		{"a zone of another table", "layouts/herd_cobol.yaml", "- {zone: SPECIES}", "- {zone: SPECIESES}", `layouts/herd_cobol.yaml:26:22: there is no zone "SPECIESES" (did you mean SPECIES?)`},
		{"a copybook that is not understood", "copybooks/herd.cpy", "PIC S9(3)V9", "PIC ZZ9", `copybooks/herd.cpy:27:39: the picture is not known (use X, A, 9, S and V, such as X(06) or S9(5)V99)`},
		// Lists.
		{"a list version twice", "lists/species_1.yaml", "name: species", "name: treatments", `lists/treatments_1.yaml:2:10: version 1 of code list treatments is there twice (give the new one another version)`},
		{"a list that ends before it starts", "lists/treatments_1.yaml", "from: 2020-01-01", "from: 2020-01-01\nuntil: 2019-12-31", `lists/treatments_1.yaml:5:8: the list ends before it starts (exchange from and until)`},
		{"a day that is none", "lists/treatments_1.yaml", "from: 2020-01-01", "from: 2020-13-01", `lists/treatments_1.yaml:4:7: "2020-13-01" is not a date (write it as 2016-01-31)`},
		{"a list that does not begin with its code", "lists/species_1.yaml", "{name: code, type: code", "{name: code, type: text", `lists/species_1.yaml:7:3: the first column of code list species is not of type code (put the code first)`},
		{"a column with the name of another", "lists/species_1.yaml", "{name: en, type: text", "{name: code, type: text", `lists/species_1.csv:1:1: the first line does not name the list's columns (write code;code)`},
		{"a header of other columns", "lists/species_1.csv", "code;en", "code,en", `lists/species_1.csv:1:1: the first line does not name the list's columns (write code;en)`},
		{"rows without a header", "lists/species_1.csv", "", "", `lists/species_1.csv:1:1: the rows cannot be read (the first line names the columns, separated by semicolons)`},
		{"a row of too few values", "lists/treatments_1.csv", "T003;house call;;0.25", "T003;house call", `lists/treatments_1.csv:4:1: the line has 2 values, the list 4 columns (write a value or nothing between semicolons, for each column)`},
		{"a row without a code", "lists/species_1.csv", "H;horse", ";horse", `lists/species_1.csv:4:1: the code is missing (the first column is the code)`},
		{"a row twice", "lists/species_1.csv", "H;horse", "D;hound", `lists/species_1.csv:4:1: the code "D" is there twice (keep one of them)`},
		{"an amount that is no number", "lists/treatments_1.csv", "4500", "45.00", `lists/treatments_1.csv:2:18: "45.00" is not of type cents, as column usual_fee asks (write a whole number)`},
		{"a number with a comma", "lists/treatments_1.csv", "1.5", `"1,5"`, `lists/treatments_1.csv:2:23: "1,5" is not of type num, as column weight asks (write digits with a point and at most four decimals, as 0.27)`},
		{"a stray quote", "lists/species_1.csv", "H;horse", `H;"ho"rse`, `lists/species_1.csv:4:6: the rows cannot be read (separate values with semicolons and double a quote inside quotes)`},
		{"rows that are not UTF-8", "lists/species_1.csv", "horse", "chev\xe9", `lists/species_1.csv:4:7: the rows are not UTF-8 (save the file as UTF-8 without a byte order mark)`},
	} {
		t.Run(test.says, func(t *testing.T) {
			_, err := Load(changed(t, test.file, test.old, test.new))
			if got := told(t, err); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// told is a refusal as the user reads it.
func told(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*diag.Error](err)
	if !ok {
		t.Fatalf("%v is not a diagnostic", err)
	}
	if e.Kind != diag.Data || e.Code == "" || e.Hint == "" {
		t.Errorf("kind %d, code %q, hint %q: all three must be there", e.Kind, e.Code, e.Hint)
	}
	return e.Error() + " (" + e.Hint + ")"
}
