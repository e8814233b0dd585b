package sheet

import (
	"archive/zip"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"sync"
)

// Bounds of the strings that the cells of a workbook share.
const (
	maxStrings   = 1 << 30  // bytes of them, unpacked to the disk when they do not fit the memory
	inMemory     = 32 << 20 // bytes kept in memory
	blockSize    = 64 << 10
	cachedBlocks = 128
)

// sharedStrings are the texts of a workbook, which cells name by number. They are read at first need.
type sharedStrings struct {
	part *zip.File // nil when the workbook has none
	once sync.Once
	err  error
	mu   sync.Mutex
	text spool
	ends spool // 8 bytes a string: where it ends in text
	n    int64
}

// get returns string number i; a number that there is none of is damage of one cell and gives "".
func (s *sharedStrings) get(i int64) (string, error) {
	s.once.Do(func() { s.err = s.load() })
	if s.err != nil || i < 0 || i >= s.n {
		return "", s.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var b [16]byte
	from := max(i-1, 0) * 8
	if err := s.ends.readAt(b[:min(i, 1)*8+8], from); err != nil {
		return "", err
	}
	start, end := uint64(0), binary.LittleEndian.Uint64(b[:])
	if i > 0 {
		start, end = end, binary.LittleEndian.Uint64(b[8:])
	}
	out := make([]byte, end-start)
	err := s.text.readAt(out, int64(start))
	return string(out), err
}

func (s *sharedStrings) load() error {
	if s.part == nil {
		return nil
	}
	x, err := openXML(s.part, MaxUnpacked)
	if err != nil {
		return err
	}
	defer x.Close()
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); !ok || e.Name.Local != "si" {
			continue
		}
		v, _, err := x.text("si")
		if err != nil {
			return err
		}
		if err := s.add(v); err != nil {
			return err
		}
	}
}

func (s *sharedStrings) add(v string) error {
	if s.text.size+int64(len(v)) > maxStrings {
		return ErrBomb
	}
	if err := s.text.write([]byte(v)); err != nil {
		return err
	}
	s.n++
	var end [8]byte
	binary.LittleEndian.PutUint64(end[:], uint64(s.text.size))
	return s.ends.write(end[:])
}

func (s *sharedStrings) Close() error {
	return oneError(s.text.close(), s.ends.close())
}

// text reads up to the end of the element and joins its runs (§18.4.8). Phonetic hints are left out. long tells that it was cut at MaxLine.
func (x *xmlReader) text(element string) (text string, long bool, err error) {
	var b strings.Builder
	phonetic, inText := 0, false
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			return "", false, ErrDamaged
		}
		if err != nil {
			return "", false, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if t.Name.Local == "rPh" {
				phonetic++
			}
		case xml.EndElement:
			switch t.Name.Local {
			case element:
				return unescape(b.String()), long, nil
			case "rPh":
				phonetic--
			}
			inText = false
		case xml.CharData:
			if inText && phonetic == 0 && b.Len()+len(t) <= MaxLine {
				b.Write(t)
			} else if inText && phonetic == 0 {
				long = true
			}
		}
	}
}

// unescape reads _xHHHH_, which stands for a character that XML cannot hold (§22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || len(s) < i+7 {
			return b.String() + s
		}
		b.WriteString(s[:i])
		r, ok := hex4(s[i+2 : i+6])
		if !ok || s[i+6] != '_' {
			b.WriteString("_x")
			s = s[i+2:]
			continue
		}
		b.WriteRune(r)
		s = s[i+7:]
	}
}

func hex4(s string) (rune, bool) {
	var r rune
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// spool holds bytes in memory while they are few and on the disk when they are many. Reading goes through blocks, because cells name
// strings mostly in their order.
type spool struct {
	mem    []byte
	disk   temp
	size   int64
	blocks [cachedBlocks]block
}

type block struct {
	no    int64 // from 1; 0 = holds nothing
	bytes []byte
}

// write appends. All of it comes before the first read.
func (s *spool) write(b []byte) error {
	s.size += int64(len(b))
	s.mem = append(s.mem, b...)
	if len(s.mem) < inMemory {
		return nil
	}
	if s.disk.File == nil {
		f, err := tempFile()
		if err != nil {
			return err
		}
		s.disk = f
	}
	_, err := s.disk.Write(s.mem)
	s.mem = s.mem[:0]
	return err
}

func (s *spool) readAt(p []byte, at int64) error {
	onDisk := s.size - int64(len(s.mem))
	for len(p) > 0 && at < onDisk {
		b, err := s.block(at/blockSize, onDisk)
		if err != nil {
			return err
		}
		n := copy(p, b[at%blockSize:])
		p, at = p[n:], at+int64(n)
	}
	if len(p) > 0 {
		copy(p, s.mem[at-onDisk:])
	}
	return nil
}

func (s *spool) block(no, onDisk int64) ([]byte, error) {
	b := &s.blocks[no%cachedBlocks]
	if b.no == no+1 {
		return b.bytes, nil
	}
	if b.bytes == nil {
		b.bytes = make([]byte, 0, blockSize)
	}
	b.no, b.bytes = no+1, b.bytes[:min(blockSize, onDisk-no*blockSize)]
	_, err := s.disk.ReadAt(b.bytes, no*blockSize)
	if err != nil {
		b.no = 0
	}
	return b.bytes, err
}

func (s *spool) close() error {
	s.mem = nil
	if s.disk.File == nil {
		return nil
	}
	return s.disk.Close()
}
