package mime

const hexDigits = "0123456789ABCDEF"

// softAt is the last column that may hold a character before the "=" of a soft break
// (RFC 2045 §6.7 rule 5: 76 with the "=").
const softAt = 75

// AppendQuoted adds text in quoted-printable. Any of CRLF, LF and CR ends a line. The result
// has no line over 76 characters, no space before a line end, and ends with CRLF.
func AppendQuoted(dst []byte, text string) []byte {
	col := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\r' || c == '\n':
			if c == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			dst = append(dst, '\r', '\n')
			col = 0
		case literal(c) && !endsLine(text, i):
			if col >= softAt {
				dst = append(dst, '=', '\r', '\n')
				col = 0
			}
			dst = append(dst, c)
			col++
		default:
			// All bytes of one character stay on one line; some readers decode line by line.
			if need := 3 * runeLen(c); col+need > softAt {
				dst = append(dst, '=', '\r', '\n')
				col = 0
			}
			dst = append(dst, '=', hexDigits[c>>4], hexDigits[c&15])
			col += 3
		}
	}
	if col > 0 || text == "" {
		dst = append(dst, '\r', '\n')
	}
	return dst
}

func literal(c byte) bool { return c >= ' ' && c <= '~' && c != '=' || c == '\t' }

// endsLine tells whether the byte at i is white space before a line end.
func endsLine(s string, i int) bool {
	if s[i] != ' ' && s[i] != '\t' {
		return false
	}
	return i+1 == len(s) || s[i+1] == '\r' || s[i+1] == '\n'
}

// runeLen is the length of the character that a leading byte begins; one for all others.
func runeLen(c byte) int {
	switch {
	case c >= 0xF0:
		return 4
	case c >= 0xE0:
		return 3
	case c >= 0xC0:
		return 2
	}
	return 1
}
