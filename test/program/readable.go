package program

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// Readable is a letter as it came over the wire with its header and the decoded parts one after the other. What is no letter comes back as it is.
func Readable(letter string) string {
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		return letter
	}
	head, _, _ := strings.Cut(letter, "\r\n\r\n")
	return head + "\r\n\r\n" + readablePart(textproto.MIMEHeader(m.Header), m.Body)
}

func readablePart(h textproto.MIMEHeader, body io.Reader) string {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		var out bytes.Buffer
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err != nil {
				return out.String()
			}
			out.WriteString("Content-Type: " + p.Header.Get("Content-Type") + "\r\n\r\n" + readablePart(p.Header, p) + "\r\n")
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, _ := io.ReadAll(body) // a letter cut short is shown as far as it goes
	return string(data)
}
