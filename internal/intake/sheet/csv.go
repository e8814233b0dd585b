package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// csvRows reads a text with delimiters.
type csvRows struct {
	scan *scanner
	file io.Closer
}

// told finds the delimiter that the first line tells to Excel: "sep=;".
func told(text string) (delim string, ok bool) {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.TrimRight(line, "\r")
	if len(line) != 5 || !strings.EqualFold(line[:4], "sep=") || bytes.IndexByte(delimiters, line[4]) < 0 {
		return "", false
	}
	return line[4:], true
}

func (b *Book) csvRows(o Options) (Rows, error) {
	f, err := b.src.open()
	if err != nil {
		return nil, err
	}
	r := &csvRows{newScanner(o.Encoding.reader(f), o.Delimiter[0]), f}
	if b.told {
		r.scan.next()
	}
	return r, nil
}

func (r *csvRows) Next() (Record, bool, error) {
	rec, ok := r.scan.next()
	for i, c := range rec.Cells {
		rec.Cells[i] = asShown(c)
	}
	return rec, ok, r.scan.err
}

// asShown takes away what programs put around a cell for the sake of spreadsheets: our apostrophe before formulas, and ="0123" around digits
// that must stay as they are.
func asShown(c string) string {
	if len(c) > 2 && strings.HasPrefix(c, `="`) && strings.IndexByte(c[2:], '"') == len(c)-3 {
		return c[2 : len(c)-1]
	}
	return unharm(c)
}

func (r *csvRows) Close() error { return r.file.Close() }

// scanner reads CSV (RFC 4180) as it comes out of spreadsheets and accounting programs: any of four delimiters, lines ended by
// CR LF, LF or CR, quotes inside plain cells. A row that is broken is returned with a code, and reading goes on
// with the next line. Memory stays below a few MaxLine whatever the file holds.
type scanner struct {
	r     *bufio.Reader
	delim byte
	buf   []byte // unread bytes begin at pos
	pos   int
	eof   bool
	err   error
	line  int64 // of the byte at pos
	cell  []byte
	ends  []int
}

// newScanner reads UTF-8 from r.
func newScanner(r io.Reader, delim byte) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 64<<10), delim: delim, line: 1}
}

// next returns the next row that is not empty; ok is false at the end or when reading failed.
func (s *scanner) next() (rec Record, ok bool) {
	for {
		rec, ok = s.read()
		if !ok || rec.Trouble != "" || len(rec.Cells) > 1 || rec.Cells[0] != "" {
			return rec, ok
		}
	}
}

func (s *scanner) read() (Record, bool) {
	for {
		rest := s.buf[s.pos:]
		if len(rest) > 0 || s.eof {
			if len(rest) == 0 {
				return Record{}, false
			}
			n, verdict := s.parse(rest)
			switch {
			case verdict == parsed:
				return s.take(n, ""), true
			case verdict == broken, verdict == unfinished && s.eof, verdict == unfinished && len(rest) > MaxLine && s.quoted(rest):
				return s.raw()
			case verdict == unfinished && len(rest) > MaxLine:
				return s.passOver(), true
			}
		}
		if !s.fill() && s.err != nil {
			return Record{}, false
		}
	}
}

type verdict uint8

const (
	parsed     verdict = iota
	unfinished         // the row does not end in what was read so far
	broken             // text after a closing quote
)

// parse reads one row from the start of b into s.cell and s.ends and returns how many bytes it takes, the line end included.
func (s *scanner) parse(b []byte) (int, verdict) {
	s.cell, s.ends = s.cell[:0], s.ends[:0]
	i := 0
	for {
		if i < len(b) && b[i] == '"' {
			end, v := s.quotedCell(b, i+1)
			if v != parsed {
				return 0, v
			}
			i = end
		} else {
			j := i
			for j < len(b) && b[j] != s.delim && b[j] != '\n' && b[j] != '\r' {
				j++
			}
			s.cell = append(s.cell, b[i:j]...)
			i = j
		}
		s.ends = append(s.ends, len(s.cell))
		if i == len(b) {
			if s.eof {
				return i, parsed
			}
			return 0, unfinished
		}
		if b[i] != s.delim {
			return s.lineEnd(b, i)
		}
		i++
	}
}

// quotedCell reads a cell after its opening quote and returns where the delimiter or the line end stands.
func (s *scanner) quotedCell(b []byte, i int) (int, verdict) {
	for {
		q := bytes.IndexByte(b[i:], '"')
		if q < 0 {
			return 0, unfinished
		}
		s.cell = append(s.cell, b[i:i+q]...)
		i += q + 1
		if i == len(b) && !s.eof {
			return 0, unfinished
		}
		if i < len(b) && b[i] == '"' {
			s.cell = append(s.cell, '"')
			i++
			continue
		}
		for i < len(b) && b[i] == ' ' && s.delim != ' ' { // "a" ,"b"
			i++
		}
		if i < len(b) && b[i] != s.delim && b[i] != '\n' && b[i] != '\r' {
			return 0, broken
		}
		return i, parsed
	}
}

func (s *scanner) lineEnd(b []byte, i int) (int, verdict) {
	if b[i] == '\n' {
		return i + 1, parsed
	}
	if i+1 == len(b) && !s.eof {
		return 0, unfinished
	}
	if i+1 < len(b) && b[i+1] == '\n' {
		return i + 2, parsed
	}
	return i + 1, parsed // CR alone, as old Macs write
}

// take makes the row that parse has read and moves past it.
func (s *scanner) take(n int, code string) Record {
	rec := Record{Line: s.line, Trouble: code}
	text := string(s.cell)
	if code == "" && !utf8.ValidString(text) {
		rec.Trouble, text = Encoded, strings.ToValidUTF8(text, "\uFFFD")
		rec.Cells = strings.Split(text, string(s.delim)) // only shown
	} else {
		rec.Cells = make([]string, len(s.ends))
		start := 0
		for i, end := range s.ends {
			rec.Cells[i] = text[start:end]
			start = end
		}
	}
	if len(rec.Cells) > MaxCells {
		rec.Trouble, rec.Cells = TooWide, rec.Cells[:MaxCells]
	}
	s.advance(n)
	return rec
}

// advance moves past n bytes and counts their lines.
func (s *scanner) advance(n int) {
	done := s.buf[s.pos : s.pos+n]
	s.line += int64(bytes.Count(done, []byte{'\n'}))
	for i, c := range done {
		if c == '\r' && (i+1 < len(done) && done[i+1] != '\n' || i+1 == len(done) && n > 0) {
			s.line++
		}
	}
	s.pos += n
}

// raw returns the line at hand as it stands, its quotes meaning nothing, with the code of broken quotes.
func (s *scanner) raw() (Record, bool) {
	end, size := s.wholeLine()
	if s.err != nil {
		return Record{}, false
	}
	if size == 0 {
		return s.passOver(), true
	}
	s.cell, s.ends = append(s.cell[:0], s.buf[s.pos:s.pos+end]...), append(s.ends[:0], end)
	rec := s.take(size, Quotes)
	rec.Cells = strings.Split(strings.ToValidUTF8(rec.Cells[0], "\uFFFD"), string(s.delim))
	if len(rec.Cells) > MaxCells {
		rec.Cells = rec.Cells[:MaxCells]
	}
	return rec, true
}

// wholeLine reads until the line at hand ends, whatever quotes it has. It returns its length without and with the line
// end; size 0 means longer than MaxLine.
func (s *scanner) wholeLine() (end, size int) {
	for {
		rest := s.buf[s.pos:]
		end = bytes.IndexAny(rest, "\r\n")
		if end >= 0 {
			if n, v := s.lineEnd(rest, end); v == parsed {
				return end, n
			}
		}
		if s.eof {
			return len(rest), len(rest)
		}
		if end < 0 && len(rest) > MaxLine {
			return 0, 0
		}
		if !s.fill() && s.err != nil {
			return 0, 0
		}
	}
}

// quoted tells whether the row at hand is long because of a quote: then its first line by itself is short.
func (s *scanner) quoted(b []byte) bool { return bytes.IndexAny(b, "\r\n") >= 0 }

// passOver drops a row that is too long up to the end of its line, reading piece by piece.
func (s *scanner) passOver() Record {
	rec := Record{Line: s.line, Trouble: TooLong, Cells: []string{strings.ToValidUTF8(string(s.buf[s.pos:s.pos+100]), "\uFFFD") + "…"}}
	for {
		rest := s.buf[s.pos:]
		if end := bytes.IndexAny(rest, "\r\n"); end >= 0 {
			n, v := s.lineEnd(rest, end)
			if v == unfinished {
				n = end + 1
			}
			s.advance(n)
			return rec
		}
		s.pos = len(s.buf)
		if !s.fill() {
			return rec
		}
	}
}

// fill reads more; false at the end of the file or on an error.
func (s *scanner) fill() bool {
	if s.eof || s.err != nil {
		return false
	}
	if s.pos > 0 {
		s.buf = append(s.buf[:0], s.buf[s.pos:]...)
		s.pos = 0
	}
	grow := max(64<<10, len(s.buf)) // doubling, so that a long row is parsed again only a few times
	old := len(s.buf)
	s.buf = append(s.buf, make([]byte, grow)...)
	n, err := s.r.Read(s.buf[old:])
	s.buf = s.buf[:old+n]
	if errors.Is(err, io.EOF) {
		s.eof = true
		return n > 0
	}
	s.err = err
	return err == nil
}
