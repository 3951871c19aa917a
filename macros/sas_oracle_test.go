package macros_test

import (
	"strconv"
)

// sasOracles draw the numbers one after the other, as SAS does.
var sasOracles = []oracle{
	{"sas.ranuni_etat_v1", "SELECT n, sas.ranuni_etat_v1(%d, n) FROM range(0, 3000) AS t(n)", seeds, 0},
	{"sas.ranuni_v1", "SELECT n, sas.ranuni_v1(%d, n) FROM range(1, 3000) AS t(n)", uniforms, 0},
}

func seeds(_ *world, seed int64) []string {
	lines := make([]string, 3000)
	for n := range lines {
		lines[n] = line(int64(n), seed)
		seed = seed * 397204094 % 2147483647
	}
	return lines
}

func uniforms(_ *world, seed int64) []string {
	var lines []string
	for n := int64(1); n < 3000; n++ {
		seed = seed * 397204094 % 2147483647
		lines = append(lines, line(n, strconv.FormatFloat(float64(seed)/2147483647, 'g', -1, 64)))
	}
	return lines
}
