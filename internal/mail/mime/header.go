package mime

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	foldAt  = 76  // where a line is folded when a space allows it
	maxLine = 998 // RFC 5322 §2.1.1, without CRLF
)

// writer collects header fields; after the first error it does nothing.
type writer struct {
	buf   []byte
	start int
	err   error
}

// text writes an unstructured field, folded at spaces.
func (w *writer) text(name, value string) {
	if !w.check(name, value) {
		return
	}
	w.field(name, words(value))
}

func (w *writer) messageID(id string) {
	if !ascii(id) || strings.ContainsAny(id, " \t<>") || !strings.Contains(id, "@") {
		w.fail(ErrAddress.With("value", "Message-ID"))
		return
	}
	w.text("Message-ID", "<"+id+">")
}

func (w *writer) addresses(name string, list ...Address) {
	var out []string
	for i, a := range list {
		if !w.check(name, a.Name) || !w.check(name, a.Email) {
			return
		}
		mailbox, err := WireAddress(a.Email)
		if err != nil {
			w.fail(err)
			return
		}
		if i < len(list)-1 {
			mailbox += ","
		}
		if a.Name == "" {
			out = append(out, mailbox)
			continue
		}
		mailbox = strings.Replace("<"+mailbox+">", ",>", ">,", 1)
		out = append(append(out, phrase(a.Name)...), mailbox)
	}
	w.field(name, out)
}

// field writes the words with a space between them, or a fold where the line grows too long.
func (w *writer) field(name string, list []string) {
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, ':')
	col := len(name) + 1
	for i, word := range list {
		if len(word)+1 > maxLine-len(name) {
			w.fail(ErrLineTooLong.With("field", name))
			return
		}
		// An empty word is a doubled space of the value; a line of spaces alone would be
		// obsolete syntax, so a fold comes only before a visible word.
		if i > 0 && word != "" && col+1+len(word) > foldAt {
			w.buf = append(w.buf, "\r\n"...)
			col = 0
		}
		w.buf = append(w.buf, ' ')
		w.buf = append(w.buf, word...)
		col += 1 + len(word)
	}
	w.buf = append(w.buf, "\r\n"...)
}

func (w *writer) check(name, value string) bool {
	if w.err != nil {
		return false
	}
	if strings.ContainsAny(value, "\r\n\x00") || strings.ContainsAny(name, "\r\n\x00") {
		w.fail(ErrInjection.With("field", strings.Map(printable, name)))
		return false
	}
	if name == "" {
		w.fail(ErrFieldName)
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] >= 0x7f || name[i] == ':' {
			w.fail(ErrFieldName.With("field", strings.Map(printable, name)))
			return false
		}
	}
	return true
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// words splits an unstructured value. ASCII stays readable, unless it could be taken for an
// encoded word; anything else is encoded as a whole, so spaces inside survive.
func words(value string) []string {
	value = strings.ReplaceAll(strings.Trim(value, " \t"), "\t", " ")
	if ascii(value) && !strings.Contains(value, "=?") && clean(value) {
		return strings.Split(value, " ")
	}
	return encodedWords(value)
}

// phrase is a display name: atoms, a quoted string, or encoded words (RFC 5322 §3.2.5).
func phrase(name string) []string {
	if !ascii(name) || strings.Contains(name, "=?") || !clean(name) {
		return encodedWords(name)
	}
	if atoms(name) {
		return strings.Fields(name)
	}
	return []string{`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`}
}

func atoms(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != ' ' && !atext(s[i]) {
			return false
		}
	}
	return strings.TrimSpace(s) != ""
}

func atext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// encodedWords encodes value in base64 pieces of at most 75 characters, never cutting a
// character in two (RFC 2047 §2 and §5). Readers drop the space between two of them.
func encodedWords(value string) []string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	const prefix, suffix, room = "=?utf-8?b?", "?=", 39 // 39 bytes become 52 characters: 64 with the frame
	var out []string
	for len(value) > 0 {
		n := min(room, len(value))
		for n < len(value) && !utf8.RuneStart(value[n]) {
			n--
		}
		out = append(out, prefix+base64.StdEncoding.EncodeToString([]byte(value[:n]))+suffix)
		value = value[n:]
	}
	return out
}

// WireAddress checks an address and returns it as it goes over the wire: the local part as
// typed, the domain as lower-case A-labels (UTS 46). Quoted local parts, comments and
// address literals are refused.
func WireAddress(email string) (string, error) {
	at := strings.LastIndexByte(email, '@')
	if at < 1 || at > 64 {
		return "", ErrAddress
	}
	local := email[:at]
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") || !utf8.ValidString(local) {
		return "", ErrAddress
	}
	for i := 0; i < len(local); i++ {
		if c := local[i]; c < 0x80 && c != '.' && !atext(c) {
			return "", ErrAddress
		}
	}
	domain, err := ASCIIDomain(email[at+1:])
	if err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > 254 {
		return "", ErrAddress
	}
	return local + "@" + domain, nil
}

// ASCIIDomain returns the domain as lower-case A-labels without a dot at the end.
func ASCIIDomain(domain string) (string, error) {
	domain = strings.TrimSuffix(domain, ".")
	if plainDomain(domain) {
		return domain, nil
	}
	a, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", ErrAddress.Because(err)
	}
	if !plainDomain(a) {
		return "", ErrAddress
	}
	return a, nil
}

// plainDomain tells whether s already is a lower-case host name; most are, and skip IDNA.
func plainDomain(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	label := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if label == 0 || s[i-1] == '-' {
				return false
			}
			label = 0
			continue
		case c == '-' && label == 0:
			return false
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	return label > 0 && s[len(s)-1] != '-'
}

func localPart(email string) string { return email[:max(0, strings.LastIndexByte(email, '@'))] }

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// clean tells that there are no control characters.
func clean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}
