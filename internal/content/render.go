package content

import (
	"html"
	"net/url"
	"strings"
	"time"
	"unicode"

	"keruen/internal/content/when"
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
	opIf       // goes on when the condition holds, else after jump
	opElse     // ends what came before it: goes on after jump
	opEach     // begins a loop over a list of at most link items; goes on after jump when there are none
	opNext     // goes back to jump while there are items
	opEnd      // ends a condition or a loop
)

// segment is one piece of a compiled letter.
type segment struct {
	op      op
	literal string
	field   field
	key     string
	esc     escape
	link    int
	jump    int            // index in the list
	chained bool           // of a condition: it is an "else if"
	place   int            // of a condition or a loop: where it stands in the source
	when    when.Condition // of a condition
	form    *form          // of a value; nil: as it stands
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
	s.seal()
}

// Compiled is a letter made ready for sending. It is immutable and safe for concurrent use.
type Compiled struct {
	subject, html, text segments
	links               []segments // addresses by index; values in them percent-encoded
	needs               Needs
	tidy                bool      // the text was made from the HTML and has conditions: what they leave out leaves no gap
	targets             []string  // the same as the author wrote them
	places              []string  // where each stands in a letter of blocks: block:index, "" elsewhere
	tenant              id.Tenant // whose revision it is, when it is one
	Leaves              bool      // the letter has a way out of its own or the footer
}

// Links returns the distinct targets of tracked links as they were written, in order of their indexes.
func (t *Compiled) Links() []string { return t.targets }

// Places returns where the links stand, by index: "b1:0" is the first link of the block b1. They are empty in letters that are no blocks.
func (t *Compiled) Places() []string { return t.places }

// Needs says what a letter asks about its recipient beyond plain values; the caller looks up no more than that.
type Needs struct {
	Tags, Lists []int64 // which of these the recipient has
	Items       bool    // of fields that are lists
	Today       bool    // what day it is in the account
}

// Needs returns what Values must hold besides plain ones.
func (t *Compiled) Needs() Needs { return t.needs }

// Rendered is a letter for one recipient.
type Rendered struct{ Subject, HTML, Text string }

// Render makes the letter for one recipient. links turns the target of a tracked link into the address to write, nil leaves targets as
// they are; pixel is the address of the picture that tells of openings, "" for none. Values are escaped by where they stand.
func (t *Compiled) Render(v *Values, links func(index int, target string) string, pixel string) Rendered {
	r := renderer{v: v, t: t, links: links, pixel: pixel}
	out := Rendered{Subject: strings.TrimSpace(r.run(&t.subject)), HTML: r.run(&t.html), Text: r.run(&t.text)}
	if t.tidy {
		out.Text = withoutGaps(out.Text)
	}
	return out
}

// withoutGaps leaves at most one empty line between two lines, and none at the ends.
func withoutGaps(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	empty := 0
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:min(empty, 1)+1])
		}
		b.WriteString(strings.TrimLeft(line, " "))
		empty = 0
	}
	return b.String()
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
	loops []loop // those that run, innermost last
}

// loop is a loop that runs.
type loop struct {
	items []string
	at    int
}

func (r *renderer) run(s *segments) string {
	if len(s.list) == 1 && s.list[0].op == opText {
		return s.list[0].literal
	}
	var b strings.Builder
	b.Grow(s.size + s.size/4 + 64*len(s.list))
	for i := 0; i < len(s.list); i++ {
		g := &s.list[i]
		if g.op < opIf {
			r.write(&b, g)
			continue
		}
		i = r.step(g, i)
	}
	return b.String()
}

// step decides where a condition or a loop goes on: after the index it returns.
func (r *renderer) step(g *segment, i int) int {
	switch g.op {
	case opIf:
		if !g.when.Holds(r) {
			return g.jump
		}
	case opElse:
		return g.jump
	case opEach:
		items := r.v.Items[g.key]
		if len(items) == 0 {
			return g.jump
		}
		r.loops = append(r.loops, loop{items: items[:min(len(items), g.link)]})
	case opNext:
		last := &r.loops[len(r.loops)-1]
		if last.at++; last.at < len(last.items) {
			return g.jump
		}
		r.loops = r.loops[:len(r.loops)-1]
	}
	return i
}

// value is a value of the recipient, or the item of the innermost loop.
func (r *renderer) value(f field, key string) string {
	if f != fieldThis {
		return r.v.get(f, key)
	}
	if len(r.loops) == 0 {
		return ""
	}
	l := r.loops[len(r.loops)-1]
	return l.items[l.at]
}

// Value, Items, Tagged, Member and Today tell conditions about the recipient (when.Person).
func (r *renderer) Value(ref when.Ref) string { return r.value(field(ref.Field), ref.Key) }

// Items are those of a list.
func (r *renderer) Items(ref when.Ref) []string { return r.v.Items[ref.Key] }

// Tagged tells whether the recipient has a tag.
func (r *renderer) Tagged(tag int64) bool { return r.v.Tags[tag] }

// Member tells whether the recipient is on a list.
func (r *renderer) Member(list int64) bool { return r.v.Lists[list] }

// Today is the account's day.
func (r *renderer) Today() time.Time { return r.v.Today }

func (r *renderer) write(b *strings.Builder, g *segment) {
	switch g.op {
	case opText:
		b.WriteString(g.literal)
	case opField:
		value := r.value(g.field, g.key)
		if g.form != nil && value != "" {
			value = g.form.write(value)
		}
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
