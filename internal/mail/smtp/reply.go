package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of one reply. A server that goes on for ever is cut off by the first,
// and by the deadline of the stage.
const (
	maxReply = 64 << 10 // bytes of all its lines together
	maxText  = 1 << 10  // bytes of text that we keep
)

// ErrReply is the cause of a Result whose server did not speak SMTP.
var ErrReply = errors.New("the server's answer is not SMTP")

// Reply is an answer of a server. A zero Code means that there was none.
type Reply struct {
	Code     int
	Enhanced string // "5.1.1" (RFC 2034); empty when the server gave none
	Text     string // its lines joined by a space, without codes, valid UTF-8, at most 1 KB
	lines    []string
}

// readReply reads one whole reply. When the codes of its lines differ the last one counts
// (RFC 5321 §4.2.1 wants them equal; some servers err).
func readReply(r *bufio.Reader) (Reply, error) {
	var p Reply
	for size := 0; ; {
		line, err := readLine(r, maxReply-size)
		if err != nil {
			return Reply{}, err
		}
		size += len(line) + 1
		code, rest, more, err := splitLine(line)
		if err != nil {
			return Reply{}, err
		}
		p.Code = code
		if !more && p.lines == nil {
			return p.ofLine(rest), nil // what almost every reply is
		}
		p.lines = append(p.lines, rest)
		if !more {
			return p.finish(), nil
		}
	}
}

// readLine reads up to LF and returns the line without its end. A bare LF is accepted.
func readLine(r *bufio.Reader, limit int) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if err == nil && line == nil && len(part) <= limit {
			return string(bytes.TrimRight(part, "\r\n")), nil
		}
		line = append(line, part...)
		if len(line) > limit {
			return "", fmt.Errorf("%w: longer than %d bytes", ErrReply, maxReply)
		}
		if err == nil {
			return strings.TrimRight(string(line), "\r\n"), nil
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return "", err
	}
}

// splitLine takes "250-text", "250 text" and "250".
func splitLine(line string) (code int, rest string, more bool, err error) {
	if len(line) < 3 {
		return 0, "", false, fmt.Errorf("%w: no code", ErrReply)
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, "", false, fmt.Errorf("%w: no code", ErrReply)
		}
		code = code*10 + int(line[i]-'0')
	}
	if code < 200 || code > 599 {
		return 0, "", false, fmt.Errorf("%w: code %d", ErrReply, code)
	}
	if len(line) == 3 {
		return code, "", false, nil
	}
	switch line[3] {
	case ' ':
		return code, line[4:], false, nil
	case '-':
		return code, line[4:], true, nil
	}
	return 0, "", false, fmt.Errorf("%w: no space after the code", ErrReply)
}

// ofLine is finish for the only line of a reply.
func (p Reply) ofLine(line string) Reply {
	p.Enhanced, p.Text = cutEnhanced(line, p.Code)
	if !tidy(p.Text) {
		p.Text = cleanText(p.Text)
	}
	return p
}

// tidy tells that cleanText would change nothing.
func tidy(s string) bool {
	if len(s) > maxText {
		return false
	}
	blank := true // no space at the beginning, at the end, or twice
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && blank {
			return false
		}
		blank = s[i] == ' '
	}
	return s == "" || !blank
}

// finish takes the enhanced code out of the lines and makes the text.
func (p Reply) finish() Reply {
	texts := make([]string, 0, len(p.lines))
	for _, l := range p.lines {
		code, rest := cutEnhanced(l, p.Code)
		if code != "" {
			p.Enhanced, l = code, rest
		}
		texts = append(texts, l)
	}
	p.Text = cleanText(strings.Join(texts, " "))
	return p
}

// cutEnhanced cuts "5.1.1 " off a line. The class must agree with the code (RFC 2034 §4).
func cutEnhanced(line string, code int) (enhanced, rest string) {
	word, rest, _ := strings.Cut(line, " ")
	if len(word) < 5 || len(word) > 9 || int(word[0]-'0') != code/100 || strings.Count(word, ".") != 2 {
		return "", line
	}
	for part := range strings.SplitSeq(word, ".") {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return "", line
		}
	}
	return word, strings.TrimLeft(rest, " ")
}

// cleanText makes what a stranger sent fit for storing: UTF-8, without control characters, short.
func cleanText(s string) string {
	s = decode(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// decode guesses the charset of a text that is not UTF-8. Servers of the region use KOI8-R
// and Windows-1251. In a text most letters are small, and where the one has small letters the
// other has capitals.
func decode(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	small1251, smallKOI := 0, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] >= 0xE0:
			small1251++
		case s[i] >= 0xC0:
			smallKOI++
		}
	}
	from := charmap.Windows1251
	if smallKOI > small1251 {
		from = charmap.KOI8R
	}
	out, err := from.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return out
}
