package mime

import (
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789ABCDEF"

// softAt is the last column that may hold a character before the "=" of a soft break
// (RFC 2045 §6.7 rule 5: 76 with the "=").
const softAt = 75

// What a byte is to quoted-printable.
const (
	plain   = iota // stands for itself
	blank          // stands for itself unless a line ends behind it
	newline        // ends a line
	coded          // is written as =XX
)

var kinds, coded3 = tables()

func tables() (kinds [256]byte, codes [256][3]byte) {
	for c := range 256 {
		codes[c] = [3]byte{'=', hexDigits[c>>4], hexDigits[c&15]}
		switch {
		case c == ' ' || c == '\t':
			kinds[c] = blank
		case c == '\r' || c == '\n':
			kinds[c] = newline
		case c < ' ' || c > '~' || c == '=':
			kinds[c] = coded
		}
	}
	return kinds, codes
}

// quotedLen is about how many bytes AppendQuoted adds: little less for most letters, so that one piece of memory does.
func quotedLen(text string) int {
	step, n := len(text)/512+1, 0
	for i := 0; i < len(text); i += step {
		if kinds[text[i]] == coded {
			n += step
		}
	}
	size := len(text) + 2*n
	return size + size/16 + 64 // soft breaks and a margin
}

// AppendQuoted adds text in quoted-printable. Any of CRLF, LF and CR ends a line. The result
// has no line over 76 characters, no space before a line end, and ends with CRLF.
func AppendQuoted(dst []byte, text string) []byte {
	dst = slices.Grow(dst, quotedLen(text))
	col := 0
	for i := 0; i < len(text); {
		c := text[i]
		switch kinds[c] {
		case newline:
			if c == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			i++
			dst = append(dst, '\r', '\n')
			col = 0
		case plain:
			n := run(text[i:], softAt-col)
			if n == 0 {
				dst, col = append(dst, '=', '\r', '\n'), 0
				continue
			}
			dst = append(dst, text[i:i+n]...)
			i, col = i+n, col+n
		case blank:
			if col >= softAt {
				dst, col = append(dst, '=', '\r', '\n'), 0
			}
			if endsLine(text, i) {
				dst, col = quote(dst, text[i:i+1], col)
			} else {
				dst, col = append(dst, c), col+1
			}
			i++
		default:
			n := charLen(text[i:])
			dst, col = quote(dst, text[i:i+n], col)
			i += n
		}
	}
	if col > 0 || text == "" {
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// run is how many bytes at the beginning stand for themselves, at most limit.
func run(s string, limit int) int {
	n := 0
	for n < len(s) && n < limit && kinds[s[n]] == plain {
		n++
	}
	return n
}

// quote writes one character in codes. All its bytes stay on one line; some readers decode line by line.
func quote(dst []byte, char string, col int) ([]byte, int) {
	if col+3*len(char) > softAt {
		dst, col = append(dst, '=', '\r', '\n'), 0
	}
	if len(char) == 2 { // Cyrillic, the most of all letters here: both bytes in one step
		a, b := &coded3[char[0]], &coded3[char[1]]
		return append(dst, a[0], a[1], a[2], b[0], b[1], b[2]), col + 6
	}
	for i := range len(char) {
		code := &coded3[char[i]]
		dst = append(dst, code[0], code[1], code[2])
	}
	return dst, col + 3*len(char)
}

// endsLine tells whether the byte at i is white space before a line end.
func endsLine(s string, i int) bool {
	return i+1 == len(s) || kinds[s[i+1]] == newline
}

// charLen is the length of the character at the beginning, one for a byte that begins none.
func charLen(s string) int {
	if len(s) > 1 && s[0]&0xE0 == 0xC0 && s[1]&0xC0 == 0x80 {
		return 2
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}
