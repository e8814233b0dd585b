package content

import (
	"html"
	"net/url"
	"strings"
	"unicode"

	"keruen/internal/id"
)

type op uint8

const (
	opText  op = iota
	opField    // a value, or the literal when it is empty
	opMaybe    // the literal before a value, both only when there is a value
	opLink     // the address of a tracked link
	opPixel    // the picture that tells of an opening
	opPlace    // where in the source the element began, in link; only while compiling
)

// segment is one piece of a compiled letter.
type segment struct {
	op      op
	literal string
	field   field
	key     string
	esc     escape
	link    int
}

type segments struct {
	list    []segment
	size    int    // bytes of literals
	pending []byte // literal text that is not a segment yet
}

func (s *segments) add(g segment) {
	s.flush()
	s.list = append(s.list, g)
	s.size += len(g.literal)
}

// text appends a literal; neighbours become one segment.
func (s *segments) text(t string) {
	s.pending = append(s.pending, t...)
	s.size += len(t)
}

// flush ends the building; without it the last literal is missing.
func (s *segments) flush() {
	if len(s.pending) > 0 {
		s.list = append(s.list, segment{op: opText, literal: string(s.pending)})
		s.pending = nil
	}
}

// settle drops the places, which nobody needs after compiling, and makes neighbours one again.
func (s *segments) settle() {
	list := s.list
	s.list, s.size = nil, 0
	for _, g := range list {
		switch g.op {
		case opPlace:
		case opText:
			s.text(g.literal)
		default:
			s.add(g)
		}
	}
	s.flush()
}

// Compiled is a letter made ready for sending. It is immutable and safe for concurrent use.
type Compiled struct {
	subject, html, text segments
	links               []segments // addresses by index; values in them percent-encoded
	targets             []string   // the same as the author wrote them
	tenant              id.Tenant  // whose revision it is, when it is one
	Leaves              bool       // the letter has a way out of its own or the footer
}

// Links returns the distinct targets of tracked links as they were written, in order of their indexes.
func (t *Compiled) Links() []string { return t.targets }

// Rendered is a letter for one recipient.
type Rendered struct{ Subject, HTML, Text string }

// Render makes the letter for one recipient. links turns the target of a tracked link into the address to write, nil leaves targets as
// they are; pixel is the address of the picture that tells of openings, "" for none. Values are escaped by where they stand.
func (t *Compiled) Render(v *Values, links func(index int, target string) string, pixel string) Rendered {
	r := renderer{v: v, t: t, links: links, pixel: pixel}
	return Rendered{Subject: strings.TrimSpace(r.run(&t.subject)), HTML: r.run(&t.html), Text: r.run(&t.text)}
}

// Target returns where a tracked link leads for one recipient; ok is false when there is no link of this index.
func (t *Compiled) Target(index int, v *Values) (target string, ok bool) {
	if index < 0 || index >= len(t.links) {
		return "", false
	}
	r := renderer{v: v, t: t}
	return r.run(&t.links[index]), true
}

type renderer struct {
	v     *Values
	t     *Compiled
	links func(int, string) string
	pixel string
}

func (r *renderer) run(s *segments) string {
	if len(s.list) == 1 && s.list[0].op == opText {
		return s.list[0].literal
	}
	var b strings.Builder
	b.Grow(s.size + s.size/4 + 64*len(s.list))
	for i := range s.list {
		r.write(&b, &s.list[i])
	}
	return b.String()
}

func (r *renderer) write(b *strings.Builder, g *segment) {
	switch g.op {
	case opText:
		b.WriteString(g.literal)
	case opField:
		value := r.v.get(g.field, g.key)
		if value == "" {
			value = g.literal
		}
		writeEscaped(b, value, g.esc)
	case opMaybe:
		if value := r.v.get(g.field, g.key); value != "" {
			b.WriteString(g.literal)
			writeEscaped(b, value, g.esc)
		}
	case opLink:
		target, _ := r.t.Target(g.link, r.v)
		if r.links != nil {
			target = r.links(g.link, target)
		}
		writeEscaped(b, target, escHTML)
	case opPixel:
		if r.pixel != "" {
			b.WriteString(`<img src="`)
			writeEscaped(b, r.pixel, escHTML)
			b.WriteString(`" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">`)
		}
	}
}

func writeEscaped(b *strings.Builder, s string, esc escape) {
	switch esc {
	case escHTML:
		if strings.ContainsAny(s, `&<>"'`) {
			s = html.EscapeString(s)
		}
		b.WriteString(s)
	case escURL, escHTMLURL:
		b.WriteString(strings.ReplaceAll(url.QueryEscape(s), "+", "%20"))
	default:
		b.WriteString(oneLine(s))
	}
}

func writeEscapedText(b *strings.Builder, s string) { b.WriteString(html.EscapeString(s)) }

// oneLine takes line breaks and control characters out of a value, so that it can neither end a header (RFC 5322 §2.2)
// nor break the lines of a text.
func oneLine(s string) string {
	if strings.IndexFunc(s, unicode.IsControl) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
