package quality

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"epsql/catalog"
	"epsql/engine/load"
	"epsql/engine/store"
)

// shop is a catalogue of purchases: four buyers must stand behind a count.
func shop() *catalog.Catalog {
	zone := func(id string, t catalog.Type, role catalog.Role) *catalog.Zone {
		return &catalog.Zone{ID: id, Type: t, Role: role}
	}
	buyer := zone("BUYER", catalog.TypeID, catalog.RoleIdentifier)
	buyer.Protects = "buyer"
	kind := zone("KIND", catalog.TypeCode, catalog.RoleAttribute)
	kind.Codes = []catalog.Code{{Code: "A"}, {Code: "B'"}}
	return &catalog.Catalog{
		Name: "shop", Version: "1", Hash: "x",
		Units:       []*catalog.Unit{{ID: "buyer"}},
		Populations: []*catalog.Population{{ID: "all", Channels: []string{"open"}}},
		Channels:    []*catalog.Channel{{ID: "open", Threshold: 4, Mask: "few"}},
		Tables: []*catalog.Table{
			{
				Name: "sales", Owner: "buyer",
				Zones: []*catalog.Zone{
					zone("SENT", catalog.TypeText, catalog.RoleAttribute), buyer, kind, zone("DAY", catalog.TypeDate, catalog.RoleAttribute),
					zone("PIECES", catalog.TypeInt, catalog.RoleCount), zone("PRICE", catalog.TypeCents, catalog.RoleAmount),
				},
				Delivery: &catalog.DeliveryRule{
					Key:     []catalog.Slice{{Zone: "SENT", Start: 1, Length: 6}},
					Version: catalog.Slice{Zone: "SENT", Start: 7, Length: 1},
					Insurer: catalog.Slice{Zone: "SENT", Start: 1, Length: 1},
					Period:  []catalog.Slice{{Zone: "SENT", Start: 2, Length: 4}, {Zone: "SENT", Start: 6, Length: 1}},
				},
			},
			{Name: "colours", Zones: []*catalog.Zone{zone("COLOUR", catalog.TypeText, ""), zone("SHADE", catalog.TypeText, "")}},
		},
	}
}

// examined loads texts and gives the summary.
func examined(t *testing.T, texts ...string) *Summary {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "w.duckdb")
	if err := store.Create(t.Context(), path, "all", shop(), nil); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), path, shop(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	for i, text := range texts {
		file := filepath.Join(folder, fmt.Sprint(i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := load.Files(t.Context(), ws, []string{file}, load.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Report(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sales writes rows for buyers from..to.
func sales(sent string, from, to int, rest string) string {
	var out strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&out, "%s;%d;%s\n", sent, i, rest)
	}
	return out.String()
}

const header = "SENT;BUYER;KIND;DAY;PIECES;PRICE\n"

func TestZones(t *testing.T) {
	good := "A;20080115;1;100"
	s := examined(t, header+
		sales("1200811", 1, 40, good)+
		sales("1200811", 1, 5, "B';20080115;-1;-100")+ // signs agree
		sales("1200811", 1, 5, "X;20080115;1;100")+ // five outside the list
		sales("1200811", 1, 3, ";20080115;1;100")+ // three missing
		sales("1200811", 1, 4, "A;20071231;1;100")+ // four before
		sales("1200811", 1, 3, "A;20080401;1;100")+ // three after
		sales("1200811", 7, 7, "A;20080115;-1;100")+strings.Repeat("1200811;7;A;20080115;1;-100\n", 9)) // ten signs of one buyer
	zones := s.Tables[0].Zones
	at := func(name string) Zone {
		return zones[slices.IndexFunc(zones, func(z Zone) bool { return z.Column == name })]
	}
	for _, test := range []struct {
		sentence string
		got      *Count
		want     string
	}{
		{"codes outside the list of five buyers are told", at("kind").Outside, "5"},
		{"three buyers without a code are few", &[]Count{at("kind").Missing}[0], "few"},
		{"days before the period of four buyers are told", at("day").Before, "4"},
		{"days after the period of three buyers are few", at("day").After, "few"},
		{"ten rows of one buyer are few", at("price").Sign, "few"},
		{"none is told", &[]Count{at("price").Missing}[0], "0"},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			if test.got == nil || test.got.String() != test.want {
				t.Errorf("got %v", test.got)
			}
		})
	}
	if at("buyer").Outside != nil || at("kind").Before != nil || at("pieces").Sign != nil {
		t.Error("what does not apply to a zone must be left out")
	}
}

func TestTheComplementIsMaskedToo(t *testing.T) {
	s := examined(t, header+sales("1200811", 1, 40, ";20080115;1;100")+sales("1200811", 1, 2, "A;20080115;1;100"))
	if got := s.Tables[0].Zones[2].Missing; got.String() != "few" {
		t.Errorf("40 missing of 42 tell of the two others: %s", got)
	}
}

func TestSeries(t *testing.T) {
	good := "A;20080115;1;100"
	s := examined(t,
		header+sales("1200811", 1, 10, good)+sales("2200811", 11, 20, good)+sales("1200841", 1, 10, good)+sales("2200841", 11, 12, good),
		header+sales("1200812", 1, 9, good))
	var got []string
	for _, c := range s.Tables[0].Series {
		got = append(got, c.Insurer+" "+c.Period+" "+c.Rows.String())
	}
	if text := strings.Join(got, ", "); text != "1 2008-1 few, 1 2008-4 10, 2 2008-1 10, 2 2008-4 few" {
		t.Errorf("the smallest part must hide the one that is too small: %s", text)
	}
	if rows := s.Tables[0].Rows.String(); rows != "31" {
		t.Errorf("the total: %s", rows)
	}
	got = nil
	for _, h := range s.Tables[0].Holes {
		got = append(got, h.Insurer+" "+h.Period)
	}
	if text := strings.Join(got, ", "); text != "1 2008-2, 1 2008-3, 2 2008-2, 2 2008-3" {
		t.Errorf("holes: %s", text)
	}
}

func TestASeriesThatIsAllSmallHasNoTotal(t *testing.T) {
	s := examined(t, header+sales("1200811", 1, 2, "A;20080115;1;100")+sales("1200821", 3, 3, "A;20080415;1;100"))
	table := s.Tables[0]
	if table.Rows.String() != "few" || table.Series[0].Rows.String() != "few" || table.Series[1].Rows.String() != "few" {
		t.Errorf("got %+v", table)
	}
}

func TestAHoleOfOneInsurer(t *testing.T) {
	good := "A;20080115;1;100"
	s := examined(t, header+sales("1200811", 1, 10, good)+sales("1200821", 1, 10, good)+sales("2200821", 1, 10, good))
	if h := s.Tables[0].Holes; len(h) != 1 || h[0] != (Hole{"2", "2008-1"}) {
		t.Errorf("got %v", h)
	}
}

func TestPublicTablesAreNotMasked(t *testing.T) {
	s := examined(t, "COLOUR;SHADE\nred;\nblue;dark\n")
	table := s.Tables[0]
	if table.Name != "colours" || table.Rows.String() != "2" || table.Zones[1].Missing.String() != "1" || table.Series != nil {
		t.Errorf("got %+v", table)
	}
}

func TestMaskedCountsHoldNothing(t *testing.T) {
	x := examiner{table: &catalog.Table{Owner: "buyer"}, threshold: 4, mask: "few"}
	masked, shown := x.count(1234, 3), x.count(1234, 4)
	if text := fmt.Sprintf("%+v", masked); strings.Contains(text, "1234") {
		t.Errorf("%s", text)
	}
	if _, ok := masked.Value(); ok {
		t.Error("a masked count has no value")
	}
	out, err := json.Marshal([]Count{masked, shown})
	if err != nil || string(out) != `["few",1234]` {
		t.Errorf("%s %v", out, err)
	}
}

func TestPeriods(t *testing.T) {
	for _, test := range []struct{ period, first, last string }{
		{"2008", "2008-01-01", "2008-12-31"},
		{"2008-1", "2008-01-01", "2008-03-31"},
		{"20084", "2008-10-01", "2008-12-31"},
		{"200802", "2008-02-01", "2008-02-29"},
		{"200813", "", ""},
		{"2008-5", "", ""},
		{"spring", "", ""},
		{"", "", ""},
	} {
		if first, last := days(test.period); first != test.first || last != test.last {
			t.Errorf("%s: %s to %s", test.period, first, last)
		}
	}
}
