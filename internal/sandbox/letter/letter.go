// Package letter reads letters the way a mail program does: headers decoded, the text and the
// HTML found, links and images listed. It never fails: whatever is broken is noted, and the
// rest is shown. It is written against the standards alone and shares nothing with the
// builder of letters that it checks.
package letter

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// Bounds of what is read from one letter; the rest is left out with a note.
const (
	maxDepth  = 10      // nesting of multiparts
	maxParts  = 200     // parts in all
	maxText   = 2 << 20 // bytes of one decoded part
	maxHeader = 500     // header fields
)

// Header is one field as it came, decoded for reading.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Attachment is a part that is neither the text nor the HTML.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"` // bytes, decoded; counted up to 2 MiB
}

// Content is a letter that has been read.
type Content struct {
	Headers     []Header     `json:"headers"`
	Text        string       `json:"text"`
	HTML        string       `json:"html"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Problems    []string     `json:"problems,omitempty"` // what was broken, in English
	parts       int
}

// Parse reads a letter.
func Parse(raw []byte) Content {
	var c Content
	head, body := Split(raw)
	c.Headers = headers(head)
	if len(c.Headers) == 0 {
		c.note("the letter has no header fields")
	}
	kind := c.Get("Content-Type")
	c.part(textproto.MIMEHeader{
		"Content-Type":              {kind},
		"Content-Transfer-Encoding": {c.Get("Content-Transfer-Encoding")},
		"Content-Disposition":       {c.Get("Content-Disposition")},
	}, bytes.NewReader(body), 0)
	return c
}

// Get returns the first value of a header field, "" when there is none.
func (c Content) Get(name string) string {
	for _, h := range c.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// From returns the address of the From field, in lower case; "" when it cannot be read.
func (c Content) From() string {
	a, err := mail.ParseAddress(c.Get("From"))
	if err != nil {
		return ""
	}
	return strings.ToLower(a.Address)
}

// Bulk tells whether the letter calls itself one of many. A Feedback-ID alone does not: it labels codes and notices too.
func (c Content) Bulk() bool {
	return strings.EqualFold(c.Get("Precedence"), "bulk") || c.Get("List-Id") != ""
}

// OneClick returns the URL for unsubscribing with one POST (RFC 8058 §3.1), "" when the letter
// does not offer it.
func (c Content) OneClick() string {
	if !strings.EqualFold(strings.ReplaceAll(c.Get("List-Unsubscribe-Post"), " ", ""), "List-Unsubscribe=One-Click") {
		return ""
	}
	return c.UnsubscribeURL()
}

// UnsubscribeURL returns the first web address of List-Unsubscribe (RFC 2369 §3.2).
func (c Content) UnsubscribeURL() string {
	for item := range strings.SplitSeq(c.Get("List-Unsubscribe"), ",") {
		u := strings.Trim(strings.TrimSpace(item), "<>")
		if strings.HasPrefix(strings.ToLower(u), "http") {
			return u
		}
	}
	return ""
}

func (c *Content) note(format string, args ...any) {
	if len(c.Problems) < 20 {
		c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	}
}

// part takes one leaf or walks one multipart.
func (c *Content) part(h textproto.MIMEHeader, body io.Reader, depth int) {
	c.parts++
	kind, params, err := mime.ParseMediaType(orDefault(h.Get("Content-Type"), "text/plain"))
	if err != nil {
		c.note("the Content-Type cannot be read: %v", err)
		kind, params = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		c.multipart(params["boundary"], body, depth)
		return
	}
	data := c.decode(h.Get("Content-Transfer-Encoding"), body)
	disposition, fileParams, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	switch {
	case disposition != "attachment" && kind == "text/html" && c.HTML == "":
		c.HTML = c.text(data, params["charset"])
	case disposition != "attachment" && kind == "text/plain" && c.Text == "":
		c.Text = c.text(data, params["charset"])
	default:
		name := decodeWord(orDefault(fileParams["filename"], params["name"]))
		c.Attachments = append(c.Attachments, Attachment{Name: name, Type: kind, Size: len(data)})
	}
}

func (c *Content) multipart(boundary string, body io.Reader, depth int) {
	if depth >= maxDepth {
		c.note("parts are nested deeper than %d; the rest is left out", maxDepth)
		return
	}
	r := multipart.NewReader(body, boundary)
	for c.parts < maxParts {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			c.note("the multipart is broken: %v", err)
			return
		}
		c.part(p.Header, p, depth+1)
	}
	c.note("more than %d parts; the rest is left out", maxParts)
}

// decode undoes the transfer encoding, as far as it goes.
func (c *Content) decode(encoding string, body io.Reader) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "", "7bit", "8bit", "binary":
	default:
		c.note("unknown Content-Transfer-Encoding %.40q", encoding)
	}
	data, err := io.ReadAll(io.LimitReader(body, maxText+1))
	if err != nil {
		c.note("a part breaks off: %v", err)
	}
	if len(data) > maxText {
		c.note("a part is longer than %d bytes; it is cut", maxText)
		data = data[:maxText]
	}
	return data
}

// text turns bytes of a charset into UTF-8.
func (c *Content) text(data []byte, charset string) string {
	if charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "us-ascii") {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		c.note("unknown charset %.40q", charset)
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		c.note("the text is not %s: %v", charset, err)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// Split cuts a letter at the empty line between the header and the body.
func Split(raw []byte) (head, body []byte) {
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		return raw[:i+2], raw[i+4:]
	}
	if i := bytes.Index(raw, []byte("\n\n")); i >= 0 {
		return raw[:i+1], raw[i+2:]
	}
	return raw, nil
}

// headers reads the fields leniently: a line that is none belongs to the field above,
// before the first field it is skipped.
func headers(head []byte) []Header {
	var out []Header
	for line := range bytes.Lines(head) {
		text := strings.TrimRight(string(line), "\r\n")
		if text == "" {
			continue
		}
		name, value, isField := strings.Cut(text, ":")
		folded := text[0] == ' ' || text[0] == '\t'
		switch {
		case isField && !folded && validName(name):
			if len(out) == maxHeader {
				return finish(out)
			}
			out = append(out, Header{Name: name, Value: strings.TrimSpace(value)})
		case len(out) > 0:
			out[len(out)-1].Value += " " + strings.TrimSpace(text)
		}
	}
	return finish(out)
}

func finish(hs []Header) []Header {
	for i := range hs {
		hs[i].Value = decodeWord(strings.TrimSpace(hs[i].Value))
	}
	return hs
}

func validName(name string) bool {
	name = strings.TrimRight(name, " \t")
	return name != "" && !slices.ContainsFunc([]byte(name), func(b byte) bool { return b <= ' ' || b >= 0x7f })
}

var words = mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(r), nil
}}

// decodeWord undoes RFC 2047, and leaves a text alone that it cannot read.
func decodeWord(s string) string {
	out, err := words.DecodeHeader(s)
	if err != nil || !utf8.ValidString(out) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return out
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
