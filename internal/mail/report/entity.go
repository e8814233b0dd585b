package report

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// Bounds of what is looked at. Reports come from strangers.
const (
	// MaxSize is how much of a letter is read, in bytes. What identifies a message stands at its beginning; the rest is a copy of our own letter.
	MaxSize  = 512 << 10
	maxDepth = 6
	maxParts = 64
)

// fields are header fields, or those of a report: names in lower case, values unfolded.
type fields map[string][]string

func (f fields) get(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// entity is one part of a letter.
type entity struct {
	head  fields
	kind  string            // "text/plain", in lower case
	param map[string]string // of Content-Type
	body  []byte            // decoded
	parts []*entity
}

// parse reads a letter as leniently as mail programs do: wrong line ends, missing blank lines and boundaries, unknown encodings.
func parse(raw []byte) *entity {
	left := maxParts
	return parseAt(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), 0, &left)
}

func parseAt(raw []byte, depth int, left *int) *entity {
	*left--
	head, body := readFields(raw, false)
	e := &entity{head: head, kind: "text/plain"}
	if kind, param, err := mime.ParseMediaType(head.get("content-type")); err == nil || kind != "" {
		e.kind, e.param = strings.ToLower(kind), param
	}
	e.body = decode(body, head.get("content-transfer-encoding"))
	if depth >= maxDepth || !strings.HasPrefix(e.kind, "multipart/") || e.param["boundary"] == "" {
		return e
	}
	for _, part := range split(e.body, e.param["boundary"]) {
		if *left <= 0 {
			break
		}
		e.parts = append(e.parts, parseAt(part, depth+1, left))
	}
	return e
}

// split cuts a body at the lines of its boundary. What follows the last boundary is left out when it was the closing one.
func split(body []byte, boundary string) [][]byte {
	var out [][]byte
	start := -1
	for at := 0; at < len(body) && len(out) < maxParts; {
		end := bytes.IndexByte(body[at:], '\n')
		next := at + end + 1
		if end < 0 {
			end, next = len(body)-at, len(body)
		}
		line := strings.TrimRight(string(body[at:at+min(end, 200)]), " \t\r")
		if line == "--"+boundary || line == "--"+boundary+"--" {
			if start >= 0 {
				out = append(out, bytes.TrimSuffix(body[start:at], []byte("\n")))
			}
			start = next
			if strings.HasSuffix(line, boundary+"--") {
				return out
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) {
		out = append(out, body[start:])
	}
	return out
}

// maxField bounds one value; a folded field of a hostile letter can have megabytes.
const maxField = 8 << 10

// readFields reads fields up to a blank line, or up to the first line that is none when strict is false: some servers forget the blank line.
// It returns what follows.
func readFields(raw []byte, onlyFields bool) (fields, []byte) {
	f := make(fields)
	last := ""
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		text := strings.TrimRight(string(line), "\r \t")
		switch {
		case text == "":
			return f, rest
		case (line[0] == ' ' || line[0] == '\t') && last != "":
			if v := f[last]; len(v[len(v)-1]) < maxField {
				v[len(v)-1] = strings.TrimSpace(v[len(v)-1] + " " + strings.TrimSpace(text))
			}
		default:
			name, value, ok := strings.Cut(text, ":")
			name = strings.ToLower(strings.TrimSpace(name))
			if !ok || !isName(name) {
				if onlyFields {
					break // a stray line among fields
				}
				if len(f) > 0 && strings.HasPrefix(text, "From ") || strings.HasPrefix(text, ">From ") {
					break
				}
				return f, raw
			}
			last = name
			if len(f) < 500 {
				f[name] = append(f[name], strings.TrimSpace(value[:min(len(value), maxField)]))
			} else {
				last = ""
			}
		}
		raw = rest
	}
	return f, nil
}

func isName(s string) bool {
	if s == "" || len(s) > 76 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// decode undoes the transfer encoding; what is broken stays as far as it could be read.
func decode(body []byte, encoding string) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		clean := bytes.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/' {
				return r
			}
			return -1
		}, body)
		out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
		n, _ := base64.RawStdEncoding.Decode(out, clean)
		return bytes.ReplaceAll(out[:n], []byte("\r\n"), []byte("\n"))
	case "quoted-printable":
		out, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		return bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
	}
	return body
}

// words returns the text of a part in UTF-8: by its charset, else UTF-8, else what is usual in the region (KOI8-R, Windows-1251).
func (e *entity) words() string {
	if enc, err := htmlindex.Get(e.param["charset"]); err == nil && e.param["charset"] != "" && !strings.EqualFold(e.param["charset"], "us-ascii") {
		if out, err := enc.NewDecoder().Bytes(e.body); err == nil {
			return string(out)
		}
	}
	return guess(e.body)
}

// guess reads 8-bit text without a charset. In KOI8-R small Cyrillic letters lie below the capital ones, in Windows-1251 above.
func guess(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	low, high := 0, 0
	for _, c := range b {
		switch {
		case c >= 0xE0:
			high++
		case c >= 0xC0:
			low++
		}
	}
	table := charmap.Windows1251
	if low > high {
		table = charmap.KOI8R
	}
	out, _ := table.NewDecoder().Bytes(b)
	return string(out)
}

// plain makes encoded words of a header field readable.
func plain(value string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
		enc, err := htmlindex.Get(charset)
		if err != nil {
			return in, nil
		}
		return enc.NewDecoder().Reader(in), nil
	}}
	out, err := d.DecodeHeader(value)
	if err != nil {
		return guess([]byte(value))
	}
	return guess([]byte(out))
}
