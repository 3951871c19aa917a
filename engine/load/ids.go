package load

import (
	"math/bits"
	"slices"

	"epsql/catalog"
)

// numbering gives dense numbers to the identifiers of one unit: 1, 2, 3 … to
// natural persons and -1, -2, -3 … to the others.
//
// Most identifiers are digits: those of up to 17 are packed into a word and
// kept in an open-addressing table of 12 bytes a slot, so that eleven million
// fit in some 200 MB. The others are kept as text.
type numbering struct {
	unit    string
	natural *catalog.NaturalRule
	keys    []uint64 // 0 is free; the length is a power of two
	nums    []int32
	used    int
	text    map[string]int32
	last    [2]int32 // last number given to natural persons, and to others
	fresh   []fresh  // given since the last commit
}

type fresh struct {
	id  ident
	num int32
}

// ident is an identifier: packed digits, or text.
type ident struct {
	key  uint64
	text string
}

func newNumbering(unit *catalog.Unit) *numbering {
	return &numbering{
		unit: unit.ID, natural: unit.Natural,
		keys: make([]uint64, 1024), nums: make([]int32, 1024), text: map[string]int32{},
	}
}

const maxPacked = 17 // 10^17 < 2^57: five bits are left for the length

// pack makes a key of up to 17 digits, as if zeros stood in front up to length.
// The key is 0 when all digits are zero; ok is false when it is no short number.
func pack(id []byte, length int) (key uint64, ok bool) {
	if len(id) > maxPacked || length > maxPacked {
		return 0, false
	}
	var v uint64
	for _, c := range id {
		d := uint64(c - '0')
		if d > 9 {
			return 0, false
		}
		v = v*10 + d
	}
	if v == 0 {
		return 0, true
	}
	return uint64(max(len(id), length))<<57 | v, true
}

// unpack gives the text of a key, zeros in front included.
func unpack(key uint64) string {
	length, v := int(key>>57), key&(1<<57-1)
	out := slices.Repeat([]byte{'0'}, length)
	for i := length - 1; v > 0; i-- {
		out[i] = byte('0' + v%10)
		v /= 10
	}
	return string(out)
}

func (id ident) String() string {
	if id.key != 0 {
		return unpack(id.key)
	}
	return id.text
}

func (n *numbering) slot(key uint64) int {
	return int(key * 0x9E3779B97F4A7C15 >> (64 - bits.TrailingZeros(uint(len(n.keys)))))
}

// find gives the number of a packed identifier, 0 when it has none.
func (n *numbering) find(key uint64) int32 {
	mask := len(n.keys) - 1
	for i := n.slot(key); ; i = (i + 1) & mask {
		switch n.keys[i] {
		case key:
			return n.nums[i]
		case 0:
			return 0
		}
	}
}

// number gives the identifier's number, a new one when it has none.
func (n *numbering) number(id ident) int32 {
	if num := n.known(id); num != 0 {
		return num
	}
	num := n.next(id)
	n.put(id, num)
	n.fresh = append(n.fresh, fresh{id, num})
	return num
}

func (n *numbering) known(id ident) int32 {
	if id.key != 0 {
		return n.find(id.key)
	}
	return n.text[id.text]
}

func (n *numbering) next(id ident) int32 {
	if n.natural == nil || isNatural(n.natural, id.String()) {
		n.last[0]++
		return n.last[0]
	}
	n.last[1]--
	return n.last[1]
}

func isNatural(rule *catalog.NaturalRule, id string) bool {
	from, to := rule.Start-1, rule.Start-1+rule.Length
	return from >= 0 && to <= len(id) && slices.Contains(rule.Codes, id[from:to])
}

// put records a number; it keeps the table at most three quarters full.
func (n *numbering) put(id ident, num int32) {
	n.last[0] = max(n.last[0], num)
	n.last[1] = min(n.last[1], num)
	if id.key == 0 {
		n.text[id.text] = num
		return
	}
	if n.used++; n.used*4 > len(n.keys)*3 {
		n.grow()
	}
	n.insert(id.key, num)
}

func (n *numbering) insert(key uint64, num int32) {
	mask := len(n.keys) - 1
	i := n.slot(key)
	for n.keys[i] != 0 {
		i = (i + 1) & mask
	}
	n.keys[i], n.nums[i] = key, num
}

func (n *numbering) grow() {
	keys, nums := n.keys, n.nums
	n.keys, n.nums = make([]uint64, 2*len(keys)), make([]int32, 2*len(keys))
	for i, key := range keys {
		if key != 0 {
			n.insert(key, nums[i])
		}
	}
}
