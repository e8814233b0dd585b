// Package dkim signs letters by RFC 6376: relaxed/relaxed, rsa-sha256 and, where a domain wants it, ed25519-sha256 beside it
// (RFC 8463); never with l=, which would let others append to a letter.
//
// The arithmetic of RSA is the dearest thing that is done for a letter, so it is apart (Backend): Go's own is always there, and
// OpenSSL's takes its place where the machine has it.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"

	"keruen/internal/errs"
)

// ErrMessage is returned for bytes that are not a letter with a From field and CRLF line ends.
var ErrMessage = errs.New(errs.Invalid, "dkim.message", "The letter cannot be signed: its header is malformed or has no From.")

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
	{"Feedback-ID", false}, {"CFBL-Address", false}, {"X-Keruen-Msg", false},
}

// Key is one signature that letters get.
type Key struct {
	Domain, Selector string        // d= and s=
	Private          crypto.Signer // *rsa.PrivateKey or ed25519.PrivateKey
}

// Signer signs letters with its keys. It is safe for concurrent use.
type Signer struct {
	backend *Backend
	keys    []readyKey
}

type readyKey struct {
	digester
	// before stands before the time; all but the header list, the hashes and the signature is the same in every letter.
	before []byte
}

// NewSigner makes a signer whose signatures stand in the order of the keys. nil as a backend is Go's own. The first key should be RSA
// of From's domain: some look at the first signature only, and not all know Ed25519.
func NewSigner(b *Backend, keys ...Key) (*Signer, error) {
	if b == nil {
		b = Go()
	}
	s := &Signer{backend: b}
	for _, k := range keys {
		if k.Private == nil || k.Domain == "" || k.Selector == "" || strings.ContainsAny(k.Domain+k.Selector, " ;=\r\n\t") {
			return nil, ErrKey
		}
		d, err := b.digesterOf(k.Private)
		if err != nil {
			return nil, err
		}
		algorithm := "rsa-sha256"
		if _, ok := k.Private.(ed25519.PrivateKey); ok {
			algorithm = "ed25519-sha256"
		}
		s.keys = append(s.keys, readyKey{d, []byte("DKIM-Signature: v=1; a=" + algorithm + "; c=relaxed/relaxed;\r\n d=" + k.Domain + "; s=" + k.Selector + "; t=")})
	}
	if len(s.keys) == 0 {
		return nil, ErrKey
	}
	return s, nil
}

// work is the memory of one signing, used again and again.
type work struct {
	hash   hash.Hash
	canon  []byte   // the covered fields in the relaxed form; body lines before
	list   []byte   // "h=…"
	fields [][]byte // of the letter
	field  []byte   // a DKIM-Signature in the making
	sum    [sha256.Size]byte
}

var works = sync.Pool{New: func() any { return &work{hash: sha256.New()} }}

// Sign returns the DKIM-Signature fields with their CRLF, to be put before message, which must then be sent exactly as it was
// given. The same message and time give the same fields.
func (s *Signer) Sign(message []byte, at time.Time) ([]byte, error) {
	head, body, ok := bytes.Cut(message, []byte("\r\n\r\n"))
	if !ok {
		return nil, ErrMessage
	}
	w := works.Get().(*work)
	defer works.Put(w)
	if err := w.split(message[:len(head)+2]); err != nil {
		return nil, err
	}
	bodySum := w.bodyHash(body)
	w.cover()
	out := make([]byte, 0, len(s.keys)*1100)
	for _, k := range s.keys {
		begun := len(out)
		out = append(out, k.before...)
		out = strconv.AppendInt(out, at.Unix(), 10)
		out = append(out, ";\r\n "...)
		out = append(out, w.list...)
		out = append(out, ";\r\n bh="...)
		out = base64.StdEncoding.AppendEncode(out, bodySum)
		out = append(out, ";\r\n b="...)
		// The field itself is hashed last, with an empty b= and without its CRLF (RFC 6376 §3.7).
		w.field = relaxedField(w.field[:0], out[begun:], false)
		w.hash.Reset()
		w.hash.Write(w.canon)
		w.hash.Write(w.field)
		sig, err := s.backend.sign(k.digester, w.hash.Sum(w.sum[:0]))
		if err != nil {
			return nil, err
		}
		out = append(fold(out, base64.StdEncoding.EncodeToString(sig)), "\r\n"...)
	}
	return out, nil
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

// split cuts a header into fields, each with its folds and final CRLF. One must be From.
func (w *work) split(head []byte) error {
	w.fields = w.fields[:0]
	from := false
	for len(head) > 0 {
		end := 0
		for {
			i := bytes.Index(head[end:], []byte("\r\n"))
			if i < 0 {
				return ErrMessage
			}
			end += i + 2
			if end == len(head) || head[end] != ' ' && head[end] != '\t' {
				break
			}
		}
		if bytes.IndexByte(head[:end], ':') < 1 {
			return ErrMessage
		}
		w.fields = append(w.fields, head[:end])
		from = from || named(head[:end], "From")
		head = head[end:]
	}
	if !from {
		return ErrMessage
	}
	return nil
}

// cover collects every covered field, several of one name from the bottom up (RFC 6376 §5.4.2), and the names for h=. A name
// without a field adds nothing to what is hashed.
func (w *work) cover() {
	w.canon, w.list = w.canon[:0], append(w.list[:0], "h="...)
	col := 3
	add := func(name string) {
		if len(w.list) > 2 {
			w.list = append(w.list, ':')
			col++
		}
		if col+len(name) > 74 {
			w.list = append(w.list, "\r\n "...)
			col = 1
		}
		w.list = append(w.list, name...)
		col += len(name)
	}
	for _, want := range signed {
		for i := len(w.fields) - 1; i >= 0; i-- {
			if named(w.fields[i], want.name) {
				w.canon = relaxedField(w.canon, w.fields[i], true)
				add(want.name)
			}
		}
		if want.over {
			add(want.name)
		}
	}
}

func named(field []byte, name string) bool {
	n := bytes.TrimRight(field[:bytes.IndexByte(field, ':')], " \t")
	return len(n) == len(name) && strings.EqualFold(string(n), name)
}

// relaxedField appends the field in the relaxed form (RFC 6376 §3.4.2): the name in lower
// case, no folds, one space for a run of them, none at the ends.
func relaxedField(dst, field []byte, crlf bool) []byte {
	name, value, _ := bytes.Cut(field, []byte{':'})
	for _, c := range bytes.TrimRight(name, " \t") {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
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
func (w *work) bodyHash(body []byte) []byte {
	h, buf := w.hash, w.canon[:0]
	h.Reset()
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
	w.canon = buf // keep what it has grown to
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
