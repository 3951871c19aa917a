package sasdata

// The two compressions of SAS7BDAT rows. Both fill row, which has the length of
// a plain row, and tell whether packed filled it exactly.

// packed is a row being unpacked.
type packed struct {
	in, out []byte
	at, n   int // read from in, written to out
	bad     bool
}

func (p *packed) byte() byte {
	if p.at >= len(p.in) {
		p.bad = true
		return 0
	}
	p.at++
	return p.in[p.at-1]
}

// copy takes the next n bytes as they are.
func (p *packed) copy(n int) {
	if p.at+n > len(p.in) || p.n+n > len(p.out) {
		p.bad = true
		return
	}
	copy(p.out[p.n:], p.in[p.at:p.at+n])
	p.at, p.n = p.at+n, p.n+n
}

// repeat writes a byte n times.
func (p *packed) repeat(b byte, n int) {
	if p.n+n > len(p.out) {
		p.bad = true
		return
	}
	for i := range n {
		p.out[p.n+i] = b
	}
	p.n += n
}

// again writes n bytes that were written offset bytes before.
func (p *packed) again(offset, n int) {
	if offset > p.n || p.n+n > len(p.out) {
		p.bad = true
		return
	}
	for range n {
		p.out[p.n] = p.out[p.n-offset]
		p.n++
	}
}

func (p *packed) done() bool { return !p.bad && p.n == len(p.out) }

// runLengths undoes "SASYZCRL": the high half of a byte is a command, the low
// half a length or part of one.
func runLengths(row, in []byte) bool {
	p := &packed{in: in, out: row}
	for p.at < len(p.in) && !p.bad {
		control := p.byte()
		command, low := control>>4, int(control&0x0F)
		switch command {
		case 0x0, 0x1:
			p.copy(int(p.byte()) + 64 + low*256 + int(command)*4096)
		case 0x2:
			p.copy(low + 96)
		case 0x4:
			n := int(p.byte()) + 18 + low*256
			p.repeat(p.byte(), n)
		case 0x5:
			p.repeat('@', int(p.byte())+17+low*256)
		case 0x6:
			p.repeat(' ', int(p.byte())+17+low*256)
		case 0x7:
			p.repeat(0, int(p.byte())+17+low*256)
		case 0x8, 0x9, 0xA, 0xB:
			p.copy(low + 1 + int(command-0x8)*16)
		case 0xC:
			p.repeat(p.byte(), low+3)
		case 0xD:
			p.repeat('@', low+2)
		case 0xE:
			p.repeat(' ', low+2)
		case 0xF:
			p.repeat(0, low+2)
		default:
			p.bad = true
		}
	}
	return p.done()
}

// ross undoes "SASYZCR2": sixteen bits tell which of the next items are bytes as
// they are and which are commands.
func ross(row, in []byte) bool {
	p := &packed{in: in, out: row}
	var bits, mask uint16
	for p.at < len(p.in) && !p.bad {
		if mask >>= 1; mask == 0 {
			bits = uint16(p.byte())<<8 | uint16(p.byte())
			mask = 0x8000
		}
		if bits&mask == 0 {
			p.copy(1)
			continue
		}
		control := p.byte()
		command, n := int(control>>4), int(control&0x0F)
		switch command {
		case 0:
			p.repeat(p.byte(), n+3)
		case 1:
			n += int(p.byte())<<4 + 19
			p.repeat(p.byte(), n)
		case 2:
			offset := n + 3 + int(p.byte())<<4
			p.again(offset, int(p.byte())+16)
		default:
			p.again(n+3+int(p.byte())<<4, command)
		}
	}
	return p.done()
}
