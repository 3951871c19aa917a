package load

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"epsql/catalog"
	"epsql/engine/sasdata"
)

// sas recognises a SAS data set by its first bytes and the names of its columns.
func (l *loader) sas(s *source, head []byte, candidates []*catalog.Table) (ok bool, err error) {
	if s.format = sasdata.Kind(head); s.format == "" {
		return false, nil
	}
	columns, err := l.sasColumns(s)
	if err == nil {
		s.special = slices.ContainsFunc(columns, func(c sasdata.Column) bool {
			return !c.Text && l.zoneOfAny(candidates, c.Name+sasdata.SpecialSuffix) != nil
		})
	}
	if s.special {
		columns, err = l.sasColumns(s)
	}
	if err != nil {
		return true, err
	}
	var names, made []string
	for _, c := range columns {
		if names = append(names, c.Name); c.Special {
			made = append(made, c.Name)
		}
	}
	if l.hits(names, candidates) == 0 {
		return true, unknownColumns("SAS data set")
	}
	err = l.columns(s, names, candidates)
	s.extra = slices.DeleteFunc(s.extra, func(name string) bool { return slices.Contains(made, name) })
	return true, err
}

// sasColumns are the columns of a SAS data set.
func (l *loader) sasColumns(s *source) ([]sasdata.Column, error) {
	r, err := l.sasReader(s)
	if err != nil {
		return nil, err
	}
	defer r.close()
	return r.data.Columns, nil
}

// sasReader writes the values of a SAS data set as text, which then goes the way
// of delimited text. A zone named as another with _missing behind takes the letter
// of the other's special missing values.
type sasReader struct {
	source  *source
	stream  *stream
	data    *sasdata.Reader
	row     []sasdata.Value
	size    int
	rows    int64
	special int64 // special missing values, of which only the absence is kept
}

func (l *loader) sasReader(s *source) (*sasReader, error) {
	st, err := s.open()
	if err != nil {
		return nil, err
	}
	s.sep = ' '
	r := &sasReader{source: s, stream: st, size: l.opts.Block}
	if r.data, err = sasdata.New(st.text, sasdata.Options{Charset: sasCharset(l.opts.Encoding), Special: s.special}); err != nil {
		st.close()
		return nil, err
	}
	r.row = make([]sasdata.Value, len(r.data.Columns))
	return r, nil
}

// sasCharset is SAS's name of an encoding.
func sasCharset(encoding string) string {
	switch strings.ToLower(encoding) {
	case "latin-1", "iso-8859-1":
		return "latin1"
	case "windows-1252":
		return "wlatin1"
	}
	return encoding
}

func (r *sasReader) next(b *block) error {
	b.reset()
	b.first = r.rows + 1
	for len(b.data) < r.size && len(b.lines) < largeBatch {
		err := r.data.Next(r.row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		r.take(b)
		r.rows++
	}
	if len(b.lines) == 0 {
		return io.EOF
	}
	b.bytes = r.stream.read.Load()
	return nil
}

// take writes a row into the block, a byte between two fields.
func (r *sasReader) take(b *block) {
	start := len(b.data)
	for i, v := range r.row {
		if i > 0 {
			b.data = append(b.data, r.source.sep)
		}
		if r.source.zones[i] != "" {
			b.data = r.value(b.data, v, &r.data.Columns[i])
			r.lose(i, v)
		}
		b.ends = append(b.ends, uint16(min(len(b.data)-start, maxLineSize)))
	}
	b.lines = append(b.lines, span{uint32(start), uint32(len(b.data) - start)})
}

// lose counts a special missing value for whose letter there is no zone.
func (r *sasReader) lose(i int, v sasdata.Value) {
	kept := i+1 < len(r.data.Columns) && r.data.Columns[i+1].Special && r.source.zones[i+1] != ""
	if v.Missing != 0 && v.Missing != '.' && !kept {
		r.special++
	}
}

// value writes a value as a delivery does: dates as AAAAMMJJ, and nothing for a
// missing value.
func (r *sasReader) value(to []byte, v sasdata.Value, c *sasdata.Column) []byte {
	switch {
	case v.Missing != 0:
		return to
	case c.Text:
		return append(to, v.Text...)
	}
	if layout, perDay := dateLayout(c.Format); layout != "" && math.Abs(v.Number/perDay) < maxDays {
		day := sasdata.Epoch.AddDate(0, 0, int(math.Floor(v.Number/perDay)))
		return day.AppendFormat(to, layout)
	}
	return strconv.AppendFloat(to, v.Number, 'f', -1, 64)
}

// maxDays is beyond what SAS counts: the year 20 000.
const maxDays = 6_589_336

// dateLayout is how a value with one of SAS's formats of dates is written, and
// how many units of the value a day has; "" for any other format.
func dateLayout(format string) (layout string, perDay float64) {
	name := strings.ToUpper(strings.TrimRight(format, "0123456789."))
	switch {
	case strings.HasPrefix(name, "DATETIME"), strings.HasPrefix(name, "E8601DT"), strings.HasPrefix(name, "DTDATE"):
		return "20060102", 24 * time.Hour.Seconds()
	case name == "YEAR":
		return "2006", 1
	case strings.HasPrefix(name, "YYMMN"), name == "MONYY", name == "MMYYN", name == "MMYY", name == "YYMM":
		return "200601", 1
	}
	for _, date := range []string{"DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "B8601DA", "JULIAN", "WEEKDATE", "WORDDATE", "EURDFDD", "NLDATE", "EURDFDE"} {
		if strings.HasPrefix(name, date) {
			return "20060102", 1
		}
	}
	return "", 0
}

func (r *sasReader) hash() (string, error) { return r.stream.hash() }

func (r *sasReader) warnings() []string {
	if r.special > 0 {
		return []string{strconv.FormatInt(r.special, 10) + " special missing values (.A to .Z) were stored as missing"}
	}
	return nil
}

func (r *sasReader) close() { r.stream.close() }
