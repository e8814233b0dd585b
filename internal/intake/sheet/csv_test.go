package sheet

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rows reads everything; a broken row is written as its code.
func rows(t *testing.T, text string, delim byte) (out []string) {
	s := newScanner(strings.NewReader(text), delim)
	for {
		r, ok := s.next()
		if !ok {
			require.NoError(t, s.err)
			return out
		}
		v := strings.Join(r.Cells, "|")
		if r.Trouble != "" {
			v = r.Trouble
		}
		out = append(out, fmt.Sprintf("%d:%s", r.Line, v))
	}
}

func TestRowsAreReadAsSpreadsheetsWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"a,b\nc,d\n":                  {"1:a|b", "2:c|d"},
		"a,b\r\nc,d":                  {"1:a|b", "2:c|d"},
		"a,b\rc,d\r":                  {"1:a|b", "2:c|d"},
		"\n\na,b\n\n\nc,d\n\n":        {"3:a|b", "6:c|d"},
		`"a, b","say ""hi""",` + "\n": {`1:a, b|say "hi"|`},
		"\"two\nlines\",x\nnext,y":    {"1:two\nlines|x", "3:next|y"},
		"\"a\" ,b":                    {"1:a|b"},
		"5\" pipe,b\nc,d":             {"1:5\" pipe|b", "2:c|d"},
		"a,\"":                        {"1:row.quotes"},
		"\"\"":                        nil,
		"a,b\n\"x\"y,z\nc,d":          {"1:a|b", "2:row.quotes", "3:c|d"},
		"a,b\n\"open,z\nc,d\ne,f":     {"1:a|b", "2:row.quotes", "3:c|d", "4:e|f"},
		"a\xff,b\nc,d":                {"1:row.encoding", "2:c|d"},
		"":                            nil,
	} {
		require.Equal(t, want, rows(t, text, ','), "%q", text)
	}
}

// endless gives n bytes of one line.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	k := min(e.n, int64(len(p)))
	for i := range k {
		p[i] = 'x'
	}
	e.n -= k
	return int(k), nil
}

func TestALineOfTwoGigabytesCostsItselfOnlyAndNoMemory(t *testing.T) {
	s := newScanner(io.MultiReader(strings.NewReader("a,b\n"), &endless{2 << 30}, strings.NewReader("\nc,d\n")), ',')
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var got []string
	for {
		r, ok := s.next()
		if !ok {
			break
		}
		got = append(got, fmt.Sprint(r.Line, r.Trouble))
	}
	runtime.ReadMemStats(&after)
	require.NoError(t, s.err)
	require.Equal(t, []string{"1", "2row.too_long", "3"}, got)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "bytes allocated")
}

func TestALostQuoteCostsOneRowOfAMegabyte(t *testing.T) {
	t.Parallel()
	text := "a,\"lost\n" + strings.Repeat("c,d\n", 400_000)
	s := newScanner(strings.NewReader(text), ',')
	n, bad := 0, 0
	for {
		r, ok := s.next()
		if !ok {
			break
		}
		n++
		if r.Trouble != "" {
			bad++
		}
	}
	require.Equal(t, []int{400_001, 1}, []int{n, bad})
}

func FuzzScanner(f *testing.F) {
	for _, s := range []string{"a,b\nc,d", `"a""b",c` + "\r\n", "\"open", "\xff\xfe", "a\r\rb", "\"x\"y\n\"z\n", ",,,\n"} {
		f.Add(s, byte(','))
	}
	f.Fuzz(func(t *testing.T, text string, delim byte) {
		if delim != ',' && delim != ';' && delim != '\t' && delim != '|' {
			return
		}
		s := newScanner(strings.NewReader(text), delim)
		last, n := int64(0), 0
		for {
			r, ok := s.next()
			if !ok {
				break
			}
			if n++; r.Line <= last || len(r.Cells) == 0 || n > len(text)+1 {
				t.Fatalf("row %d at line %d after %d with %d cells", n, r.Line, last, len(r.Cells))
			}
			last = r.Line
		}
		if s.err != nil {
			t.Fatal(s.err)
		}
		// Reading piece by piece gives the same rows as reading at once.
		a, b := collect(newScanner(strings.NewReader(text), delim)), collect(newScanner(&drip{text: text}, delim))
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("%q\n%q", a, b)
		}
	})
}

func collect(s *scanner) (out []string) {
	for {
		r, ok := s.next()
		if !ok {
			return out
		}
		out = append(out, fmt.Sprintf("%d %s %q", r.Line, r.Trouble, r.Cells))
	}
}

// drip gives one byte at a time.
type drip struct{ text string }

func (d *drip) Read(p []byte) (int, error) {
	if d.text == "" {
		return 0, io.EOF
	}
	p[0], d.text = d.text[0], d.text[1:]
	return 1, nil
}
