package intake

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"keruen/internal/errs"
)

// Encoding of a file.
type Encoding string

// Encodings that are recognised.
const (
	UTF8        Encoding = "utf-8"
	Windows1251 Encoding = "windows-1251"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
)

// Format is how a file is written.
type Format struct {
	Encoding  Encoding `json:"encoding"`
	Delimiter string   `json:"delimiter"` // one of , ; tab |
	HasHeader bool     `json:"has_header"`
}

// Errors of files.
var (
	ErrEmpty    = errs.New(errs.Invalid, "import.empty", "The file is empty. Choose another.")
	ErrNoRows   = errs.New(errs.Invalid, "import.no_rows", "The file has a heading and no contacts under it. Add them, one on each line, or choose another file.")
	ErrSheet    = errs.New(errs.Invalid, "import.spreadsheet", "This is a spreadsheet or an archive. Open it in its program and save it as CSV, then choose that file.")
	ErrBinary   = errs.New(errs.Invalid, "import.binary", "This is not a text file. Save the table as CSV and choose that file.")
	ErrNotTable = errs.New(errs.Invalid, "import.not_table", "No table was found: the first line is longer than 1 MB. A CSV file has one contact per line.")
	ErrTooBig   = errs.New(errs.TooLarge, "import.too_large", "The file is larger than this installation takes at once. Cut it into several files and import them one after another.")
)

// profile watches a file go by while it is stored: the beginning is kept, the rest only counted.
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

// rows is about how many rows there are below the heading; line ends inside cells count.
func (p *profile) rows(hasHeader bool) int64 {
	n := p.lines
	if p.last != '\n' {
		n++
	}
	if hasHeader {
		n--
	}
	return max(n, 0)
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

// format recognises how the file is written, or says why it cannot be a table.
func (p *profile) format() (Format, error) {
	switch {
	case p.size == 0 || len(bytes.TrimSpace(bytes.TrimPrefix(p.head, []byte("\xEF\xBB\xBF")))) == 0 && p.size <= headSize:
		return Format{}, ErrEmpty
	case bytes.HasPrefix(p.head, []byte("PK\x03\x04")), bytes.HasPrefix(p.head, []byte("\xD0\xCF\x11\xE0")):
		return Format{}, ErrSheet
	}
	f := Format{Encoding: p.encoding()}
	if p.nuls > 0 && f.Encoding != UTF16LE && f.Encoding != UTF16BE {
		return Format{}, ErrBinary
	}
	text := f.decode(p.head)
	if len(p.head) > MaxLine && strings.IndexAny(text, "\r\n") < 0 {
		return Format{}, ErrNotTable
	}
	f.Delimiter = string(delimiter(text))
	return f, nil
}

func (p *profile) encoding() Encoding {
	h := p.head
	switch {
	case bytes.HasPrefix(h, []byte("\xEF\xBB\xBF")):
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

// reader turns a file into UTF-8 without a byte order mark.
func (f Format) reader(r io.Reader) io.Reader {
	switch f.Encoding {
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
	if n == 3 && string(head[:]) == "\xEF\xBB\xBF" {
		return b.r.Read(p)
	}
	b.r = io.MultiReader(bytes.NewReader(append([]byte(nil), head[:n]...)), b.r)
	if err != nil && n == 0 {
		return 0, io.EOF
	}
	return b.r.Read(p)
}

func (f Format) decode(head []byte) string {
	b, _ := io.ReadAll(f.reader(bytes.NewReader(head))) // a cut last character is no matter
	return string(b)
}

func (f Format) scan(r io.Reader) *scanner { return newScanner(f.reader(r), f.Delimiter[0]) }

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
			if rec.code == "" && len(rec.cells) > 1 {
				counts[len(rec.cells)]++
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
