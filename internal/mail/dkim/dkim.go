// Package dkim signs letters by RFC 6376: rsa-sha256, relaxed/relaxed, no l= tag.
//
// Signer is an interface because the signature is the dearest thing that is done for a letter
// (about a millisecond of RSA); a faster implementation may take the place of NewSigner's.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"keruen/internal/errs"
)

// ErrMessage is returned for bytes that are not a letter with a From field and CRLF line ends.
var ErrMessage = errs.New(errs.Invalid, "dkim.message", "The letter cannot be signed: its header is malformed or has no From.")

// Signer signs a letter.
type Signer interface {
	// Sign returns the whole DKIM-Signature field with its CRLF, to be put before message,
	// which must then be sent exactly as it was given. The same message and time give the same field.
	Sign(message []byte, at time.Time) ([]byte, error)
}

// signed are the fields covered when they are present (RFC 6376 §5.4.1 and the advice of
// RFC 8058 §4). Of those marked true one more than present is listed, so that nobody can add
// a second From or Subject to a signed letter and replay it.
var signed = []struct {
	name string
	over bool
}{
	{"From", true}, {"To", true}, {"Cc", true}, {"Subject", true}, {"Date", true},
	{"Reply-To", true}, {"Message-ID", true}, {"MIME-Version", true}, {"Content-Type", true},
	{"Content-Transfer-Encoding", false}, {"In-Reply-To", false}, {"References", false},
	{"List-Id", false}, {"List-Unsubscribe", true}, {"List-Unsubscribe-Post", true},
	{"Feedback-ID", false}, {"X-Keruen-Msg", false},
}

type rsaSigner struct {
	key              *rsa.PrivateKey
	domain, selector string
}

// NewSigner returns a signer for d=domain, s=selector, in pure Go. Safe for concurrent use.
func NewSigner(key *rsa.PrivateKey, domain, selector string) (Signer, error) {
	if key == nil || domain == "" || selector == "" || strings.ContainsAny(domain+selector, " ;=\r\n\t") {
		return nil, ErrKey
	}
	return &rsaSigner{key: key, domain: domain, selector: selector}, nil
}

func (s *rsaSigner) Sign(message []byte, at time.Time) ([]byte, error) {
	head, body, ok := bytes.Cut(message, []byte("\r\n\r\n"))
	if !ok {
		return nil, ErrMessage
	}
	fields, err := splitFields(message[:len(head)+2])
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	names := hashFields(h, fields)
	field := s.template(names, bodyHash(body), at)
	// The field itself is hashed last, with an empty b= and without its CRLF (RFC 6376 §3.7).
	h.Write(relaxedField(nil, field, false))
	sig, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, h.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("dkim sign: %w", err)
	}
	return append(fold(field, base64.StdEncoding.EncodeToString(sig)), "\r\n"...), nil
}

// template is the field up to and including "b=".
func (s *rsaSigner) template(names []string, body []byte, at time.Time) []byte {
	b := make([]byte, 0, 1024)
	b = append(b, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d="...)
	b = append(b, s.domain...)
	b = append(b, "; s="...)
	b = append(b, s.selector...)
	b = append(b, "; t="...)
	b = strconv.AppendInt(b, at.Unix(), 10)
	b = append(b, ";\r\n h="...)
	col := 3
	for i, n := range names {
		if i > 0 {
			b = append(b, ':')
			col++
		}
		if col+len(n) > 74 {
			b = append(b, "\r\n "...)
			col = 1
		}
		b = append(b, n...)
		col += len(n)
	}
	b = append(b, ";\r\n bh="...)
	b = append(b, base64.StdEncoding.EncodeToString(body)...)
	return append(b, ";\r\n b="...)
}

func fold(b []byte, sig string) []byte {
	const width = 72
	for i := 0; i < len(sig); i += width {
		if i > 0 {
			b = append(b, "\r\n "...)
		}
		b = append(b, sig[i:min(i+width, len(sig))]...)
	}
	return b
}

// splitFields cuts a header into fields, each with its folds and final CRLF. One must be From.
func splitFields(head []byte) ([][]byte, error) {
	var out [][]byte
	from := false
	for len(head) > 0 {
		end := 0
		for {
			i := bytes.Index(head[end:], []byte("\r\n"))
			if i < 0 {
				return nil, ErrMessage
			}
			end += i + 2
			if end == len(head) || head[end] != ' ' && head[end] != '\t' {
				break
			}
		}
		if bytes.IndexByte(head[:end], ':') < 1 {
			return nil, ErrMessage
		}
		out = append(out, head[:end])
		from = from || named(head[:end], "From")
		head = head[end:]
	}
	if !from {
		return nil, ErrMessage
	}
	return out, nil
}

// hashFields hashes every covered field, several of one name from the bottom up
// (RFC 6376 §5.4.2), and returns the names for h=. A name without a field hashes nothing.
func hashFields(h hash.Hash, fields [][]byte) []string {
	names := make([]string, 0, 2*len(signed))
	var buf []byte
	for _, want := range signed {
		for i := len(fields) - 1; i >= 0; i-- {
			if !named(fields[i], want.name) {
				continue
			}
			buf = relaxedField(buf[:0], fields[i], true)
			h.Write(buf)
			names = append(names, want.name)
		}
		if want.over {
			names = append(names, want.name)
		}
	}
	return names
}

func named(field []byte, name string) bool {
	n, _, _ := bytes.Cut(field, []byte{':'})
	return strings.EqualFold(string(bytes.TrimRight(n, " \t")), name)
}

// relaxedField appends the field in the relaxed form (RFC 6376 §3.4.2): the name in lower
// case, no folds, one space for a run of them, none at the ends.
func relaxedField(dst, field []byte, crlf bool) []byte {
	name, value, _ := bytes.Cut(field, []byte{':'})
	dst = append(dst, bytes.ToLower(bytes.TrimRight(name, " \t"))...)
	dst = append(dst, ':')
	space, begun := false, false
	for _, c := range value {
		switch c {
		case ' ', '\t', '\r', '\n':
			space = true
			continue
		}
		if space && begun {
			dst = append(dst, ' ')
		}
		space, begun = false, true
		dst = append(dst, c)
	}
	if crlf {
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// bodyHash is the SHA-256 of the body in the relaxed form (RFC 6376 §3.4.4): no white space
// at the ends of lines, one space for a run, no empty lines at the end. An empty body hashes nothing.
func bodyHash(body []byte) []byte {
	h := sha256.New()
	buf := make([]byte, 0, 16<<10)
	empty := 0 // lines held back, because they may be the last
	for len(body) > 0 {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		line = bytes.TrimRight(bytes.TrimSuffix(line, []byte{'\r'}), " \t")
		if len(line) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			buf = append(buf, "\r\n"...)
		}
		buf = append(appendRelaxed(buf, line), "\r\n"...)
		if len(buf) > 12<<10 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	return h.Sum(nil)
}

func appendRelaxed(dst, line []byte) []byte {
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			dst = append(dst, ' ')
			for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
				i++
			}
			continue
		}
		n := i
		for n < len(line) && line[n] != ' ' && line[n] != '\t' {
			n++
		}
		dst = append(dst, line[i:n]...)
		i = n
	}
	return dst
}
