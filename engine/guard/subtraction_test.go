package guard

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// An analyst with paper and pencil: from the rows of a CUBE over two keys, and
// from nothing else, he works out masked cells as totals less parts.

const cubeQuery = `SELECT GROUPING(a, b) AS g, a, b, count(*) AS n FROM (
	SELECT population.province_v1(pp0025) AS a, pp0020 AS b FROM population) GROUP BY CUBE (a, b)`

// subtracted are the masked cells of the answer that the equations of the cube
// give, as the numbers of their rows.
func subtracted(r *Result) []int {
	type place struct{ g, a, b string }
	at := map[place]int{}
	var rows [][]Cell
	for row := range r.Rows() {
		at[place{drawCell(row[0]), drawCell(row[1]), drawCell(row[2])}] = len(rows)
		rows = append(rows, row)
	}
	var m [][]*big.Rat // a column for each row, the last one is the constant
	equation := func(total place, parts []place) {
		e := make([]*big.Rat, len(rows)+1)
		for i := range e {
			e[i] = new(big.Rat)
		}
		for k, p := range append([]place{total}, parts...) {
			sign := int64(-1)
			if k == 0 {
				sign = 1
			}
			i := at[p]
			if n, shown := rows[i][3].Value.(int64); shown {
				e[len(rows)].Add(e[len(rows)], big.NewRat(-sign*n, 1))
			} else {
				e[i].SetInt64(sign)
			}
		}
		m = append(m, e)
	}
	parts := map[place][]place{}
	for p := range at {
		switch p.g {
		case "0":
			parts[place{"1", p.a, "NULL"}] = append(parts[place{"1", p.a, "NULL"}], p)
			parts[place{"2", "NULL", p.b}] = append(parts[place{"2", "NULL", p.b}], p)
		case "1":
			parts[place{"3", "NULL", "NULL"}] = append(parts[place{"3", "NULL", "NULL"}], p)
		}
	}
	for total, list := range parts {
		equation(total, list)
	}
	return solvedAlone(m)
}

// solvedAlone brings a system into its reduced form; a row with one unknown
// solves it.
func solvedAlone(m [][]*big.Rat) []int {
	var out []int
	r := 0
	width := len(m[0]) - 1
	for j := 0; j < width && r < len(m); j++ {
		p := r
		for p < len(m) && m[p][j].Sign() == 0 {
			p++
		}
		if p == len(m) {
			continue
		}
		m[r], m[p] = m[p], m[r]
		lead := new(big.Rat).Set(m[r][j])
		for k := range m[r] {
			m[r][k].Quo(m[r][k], lead)
		}
		for i := range m {
			if f := new(big.Rat).Set(m[i][j]); i != r && f.Sign() != 0 {
				for k := range m[i] {
					m[i][k].Sub(m[i][k], new(big.Rat).Mul(f, m[r][k]))
				}
			}
		}
		r++
	}
	for _, row := range m[:r] {
		last, n := 0, 0
		for j := range width {
			if row[j].Sign() != 0 {
				last, n = j, n+1
			}
		}
		if n == 1 {
			out = append(out, last)
		}
	}
	return out
}

func TestNobodySubtractsFromTotals(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	ws := world(t, "eps", "")
	g := guardOf(t, ws, "")
	open := guardOf(t, ws, "")
	bare := *open.cfg.Channel
	bare.Secondary = false
	open.cfg.Channel = &bare
	gains := 0
	for range 6 {
		data, _ := randomWorld(r)
		if _, err := ws.DB.Exec(data); err != nil {
			t.Fatal(err)
		}
		if found := subtracted(answerOf(t, g, cubeQuery)); len(found) > 0 {
			t.Fatalf("rows %v are had back from\n%s", found, draw(answerOf(t, g, cubeQuery)))
		}
		gains += len(subtracted(answerOf(t, open, cubeQuery)))
	}
	if gains == 0 {
		t.Fatal("with small cells masked alone nothing was had back: the attack does not work")
	}
}

func answerOf(t *testing.T, g *Guard, query string) *Result {
	t.Helper()
	p, err := g.Plan(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
