package macros_test

import (
	"os"
	"strings"
	"testing"
)

func TestShowPutsHeaderSQLAndSASOnOnePage(t *testing.T) {
	for _, name := range []string{"flags.maison_repos_v1", "population.tarif_preferentiel_v1"} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(house(t).Lookup(name).Show(), "\n") + "\n"
			golden := "testdata/show/" + name + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the page differs from %s:\n%s", golden, got)
			}
		})
	}
}
