package catalog

import "testing"

func TestEmbeddedCatalogueLoads(t *testing.T) {
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range c.Tables {
		t.Log(table.Name, len(table.Zones), len(table.Columns()))
	}
}
