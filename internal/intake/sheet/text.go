package sheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding of a text file.
type Encoding string

// Encodings that are recognised.
const (
	UTF8        Encoding = "utf-8"
	Windows1251 Encoding = "windows-1251"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
)

// Known tells whether files can be read in this encoding.
func (e Encoding) Known() bool {
	return e == UTF8 || e == Windows1251 || e == UTF16LE || e == UTF16BE
}

// reader turns a file into UTF-8 without a byte order mark.
func (e Encoding) reader(r io.Reader) io.Reader {
	switch e {
	case Windows1251:
		return charmap.Windows1251.NewDecoder().Reader(r)
	case UTF16LE:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	default:
		return &bomless{r: r}
	}
}

// decode is reader for the beginning of a file; a cut last character is no matter.
func (e Encoding) decode(head []byte) string {
	b, _ := io.ReadAll(e.reader(bytes.NewReader(head)))
	return string(b)
}

// bomless drops the byte order mark of UTF-8 and nothing else.
type bomless struct {
	r       io.Reader
	started bool
}

func (b *bomless) Read(p []byte) (int, error) {
	if b.started {
		return b.r.Read(p)
	}
	b.started = true
	var head [3]byte
	n, err := io.ReadFull(b.r, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	if string(head[:n]) == bom {
		return b.r.Read(p)
	}
	b.r = io.MultiReader(bytes.NewReader(append([]byte(nil), head[:n]...)), b.r)
	return b.r.Read(p)
}

// bom is the byte order mark of UTF-8.
const bom = "\xEF\xBB\xBF"

// profile watches a text go by: the beginning is kept, the rest only counted.
type profile struct {
	head     []byte
	size     int64
	lines    int64 // line ends
	last     byte  // the last byte that is not zero: in UTF-16 half of a line end is
	nuls     int64
	good     int64 // characters of several bytes that are whole
	bad      int64 // bytes that are not UTF-8
	leftover []byte
}

// headSize is how much of a file is looked at to recognise it.
const headSize = MaxLine + 64<<10

// Write counts. It never fails.
func (p *profile) Write(b []byte) (int, error) {
	if room := headSize - len(p.head); room > 0 {
		p.head = append(p.head, b[:min(room, len(b))]...)
	}
	p.size += int64(len(b))
	p.lines += int64(bytes.Count(b, []byte{'\n'}))
	p.nuls += int64(bytes.Count(b, []byte{0}))
	if text := bytes.TrimRight(b, "\x00"); len(text) > 0 {
		p.last = text[len(text)-1]
	}
	p.count(b)
	return len(b), nil
}

func (p *profile) count(b []byte) {
	if len(p.leftover) > 0 {
		b = append(p.leftover, b...)
		p.leftover = nil
	}
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !utf8.FullRune(b) {
			p.leftover = append([]byte(nil), b...)
			return
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			p.bad++
		} else {
			p.good++
		}
		b = b[n:]
	}
}

// rows is about how many rows there are; line ends inside cells count.
func (p *profile) rows() int64 {
	if p.last != '\n' {
		return p.lines + 1
	}
	return p.lines
}

func (p *profile) empty() bool {
	return p.size == 0 || p.size <= headSize && len(bytes.TrimSpace(bytes.TrimPrefix(p.head, []byte(bom)))) == 0
}

func (p *profile) encoding() Encoding {
	h := p.head
	switch {
	case bytes.HasPrefix(h, []byte(bom)):
		return UTF8
	case bytes.HasPrefix(h, []byte("\xFF\xFE")):
		return UTF16LE
	case bytes.HasPrefix(h, []byte("\xFE\xFF")):
		return UTF16BE
	}
	even, odd := 0, 0 // zero bytes: the upper halves of Latin letters and delimiters
	for i, c := range h {
		if c == 0 && i%2 == 0 {
			even++
		}
		if c == 0 && i%2 == 1 {
			odd++
		}
	}
	switch {
	case odd > len(h)/20 && even == 0:
		return UTF16LE
	case even > len(h)/20 && odd == 0:
		return UTF16BE
	case p.bad+int64(len(p.leftover)) > 0 && p.bad*10 > p.good:
		return Windows1251
	default:
		return UTF8 // a few broken characters are reported row by row
	}
}

// openText recognises the encoding of a text and what is written in it.
func (b *Book) openText() error {
	r, err := b.src.open()
	if err != nil {
		return err
	}
	defer r.Close()
	p := &profile{}
	if _, err := io.CopyBuffer(p, struct{ io.Reader }{r}, make([]byte, 256<<10)); err != nil {
		return err
	}
	if p.empty() {
		return ErrEmpty
	}
	b.Encoding = p.encoding()
	if p.nuls > 0 && b.Encoding != UTF16LE && b.Encoding != UTF16BE {
		return ErrBinary
	}
	text := b.Encoding.decode(p.head)
	if isCard(text) {
		return b.openCards()
	}
	if isPage(text) {
		return ErrWebPage
	}
	if len(p.head) > MaxLine && strings.IndexAny(text, "\r\n") < 0 {
		return ErrNotTable
	}
	b.Format, b.Sheets = CSV, []Sheet{{Rows: p.rows()}}
	if b.Delimiter, b.told = told(text); b.told {
		b.Sheets[0].Rows--
		return nil
	}
	b.Delimiter = string(delimiter(text))
	return nil
}

// isPage recognises HTML and the XML of spreadsheets, which some accounting programs save under the name of .xls.
func isPage(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text[:min(len(text), 1000)]))
	return strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<table") || strings.HasPrefix(text, "<meta")
}

// delimiters in the order of preference.
var delimiters = []byte{',', ';', '\t', '|'}

// delimiter chooses the one by which most of the first rows have the same number of columns, two or more.
func delimiter(head string) byte {
	best, most := byte(','), 0
	for _, d := range delimiters {
		s := newScanner(strings.NewReader(head), d)
		counts := map[int]int{}
		for rows := 0; rows < 50; rows++ {
			rec, ok := s.next()
			if !ok {
				break
			}
			if rec.Trouble == "" && len(rec.Cells) > 1 {
				counts[len(rec.Cells)]++
			}
		}
		for cells, rows := range counts {
			if score := rows*1000 + min(cells, 999); score > most {
				best, most = d, score
			}
		}
	}
	return best
}
