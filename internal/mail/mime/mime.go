// Package mime builds letters: header fields by RFC 5322, encoded words by RFC 2047,
// bodies in quoted-printable by RFC 2045.
//
// The same Letter always becomes the same bytes, so a repeated attempt sends what the first
// one sent. Bodies are 7-bit safe; header fields are too, except an address whose local
// part is not ASCII (RFC 6532), which NeedsUTF8 tells.
//
//	raw, err := mime.Letter{From: …, To: …, Subject: "Салем", Text: "…", HTML: "…"}.Append(nil)
package mime

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"keruen/internal/errs"
)

// MaxHeader is the most that all header fields together may take, in bytes.
const MaxHeader = 32 << 10

// Errors of a letter that cannot be built. None of them is worth a retry.
var (
	ErrInjection   = errs.New(errs.Invalid, "mime.injection", "A header value contains a line break or a zero byte. Remove it.")
	ErrAddress     = errs.New(errs.Invalid, "mime.address", "The e-mail address is not valid.")
	ErrFieldName   = errs.New(errs.Invalid, "mime.field_name", "The name of the header field is not valid.")
	ErrLineTooLong = errs.New(errs.Invalid, "mime.line_too_long", "A header value has more than 998 characters without a space. Shorten it.")
	ErrHeaderSize  = errs.New(errs.TooLarge, "mime.header_too_large", "The header of the letter is larger than 32 KB. Shorten its values.")
	ErrNoBody      = errs.New(errs.Invalid, "mime.no_body", "The letter has neither text nor HTML.")
	ErrIncomplete  = errs.New(errs.Invalid, "mime.incomplete", "The letter needs a sender, a recipient, a date and a Message-ID.")
)

// Address is a mailbox with an optional display name.
type Address struct {
	Name  string // any script; empty is allowed
	Email string // local@domain; the domain may be in any script, it is sent as A-labels
}

// Header is one further field. A value that is not ASCII becomes encoded words.
type Header struct {
	Name, Value string
}

// Letter is all that goes into a message. Text or HTML may be empty, not both.
type Letter struct {
	From      Address
	To        []Address
	ReplyTo   Address // zero: no such field
	Subject   string
	Date      time.Time
	MessageID string   // without angle brackets: token@domain
	Headers   []Header // in this order, after the fields above
	Text      string   // plain text, any line ends
	HTML      string
}

// NeedsUTF8 tells whether the letter can travel only to a server with SMTPUTF8 (RFC 6531).
func (l Letter) NeedsUTF8() bool {
	if !ascii(localPart(l.From.Email)) || !ascii(localPart(l.ReplyTo.Email)) {
		return true
	}
	for _, a := range l.To {
		if !ascii(localPart(a.Email)) {
			return true
		}
	}
	return false
}

// Append adds the letter to dst with CRLF line ends, and returns the longer slice.
// On an error dst is returned as it was.
func (l Letter) Append(dst []byte) ([]byte, error) {
	if l.From.Email == "" || len(l.To) == 0 || l.Date.IsZero() || l.MessageID == "" {
		return dst, ErrIncomplete
	}
	if l.Text == "" && l.HTML == "" {
		return dst, ErrNoBody
	}
	w := writer{buf: dst, start: len(dst)}
	w.addresses("From", l.From)
	w.addresses("To", l.To...)
	if l.ReplyTo.Email != "" {
		w.addresses("Reply-To", l.ReplyTo)
	}
	w.text("Subject", l.Subject)
	w.text("Date", l.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	w.messageID(l.MessageID)
	for _, h := range l.Headers {
		w.text(h.Name, h.Value)
	}
	w.text("MIME-Version", "1.0")
	if w.err == nil && len(w.buf)-w.start > MaxHeader {
		w.err = ErrHeaderSize
	}
	if w.err != nil {
		return dst, w.err
	}
	return l.appendBody(w.buf), nil
}

// appendBody writes the content fields and the body. Of two alternatives the better
// one comes last (RFC 2046 §5.1.4).
func (l Letter) appendBody(b []byte) []byte {
	switch {
	case l.HTML == "":
		return appendPart(b, "text/plain", l.Text)
	case l.Text == "":
		return appendPart(b, "text/html", l.HTML)
	}
	edge := boundary(l.MessageID)
	b = append(b, "Content-Type: multipart/alternative;\r\n boundary=\""+edge+"\"\r\n\r\n"...)
	b = append(b, "--"+edge+"\r\n"...)
	b = appendPart(b, "text/plain", l.Text)
	b = append(b, "\r\n--"+edge+"\r\n"...)
	b = appendPart(b, "text/html", l.HTML)
	return append(b, "\r\n--"+edge+"--\r\n"...)
}

// appendPart takes the encoding that is the shorter one: base64 as soon as a sixth of the text is not Latin.
// 8bit would be shorter still, but a server on the way that does not offer 8BITMIME had to rewrite the letter, which breaks its signature.
func appendPart(b []byte, kind, body string) []byte {
	b = append(b, "Content-Type: "...)
	b = append(b, kind...)
	if base64Len(body) < quotedLen(body) {
		b = append(b, "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"...)
		return AppendBase64(b, body)
	}
	b = append(b, "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"...)
	return AppendQuoted(b, body)
}

// EncodedLen is about how long the two bodies of a letter become, so that one piece of memory holds it.
func EncodedLen(text, html string) int {
	return min(base64Len(text), quotedLen(text)) + min(base64Len(html), quotedLen(html))
}

// boundary is made from the Message-ID, so it is the same at every attempt. It begins with
// "=_", which quoted-printable never produces, so it cannot occur in a part.
func boundary(seed string) string {
	sum := sha256.Sum256([]byte("keruen boundary " + seed))
	return "=_" + hex.EncodeToString(sum[:12])
}
