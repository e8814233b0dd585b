package block

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"keruen/internal/lang"
)

// Options are what the renderer is told by content.
type Options struct {
	Subject, Preheader string                   // of the letter itself, in its own language; the document has those of the others
	Ways               []Way                    // of leaving, for the footer; none for letters that are no mailing
	Lead               lang.Text                // words of a footer that says nothing: why the letter came and from whom; the name follows
	Text               func(html string) string // plain text of the author's own HTML; nil leaves it out of the text part
}

// Way is a link of the footer to a page of ours.
type Way struct {
	Words lang.Text
	Link  string // {{unsubscribe_url}}
}

// Attributes of the HTML that name the block of an element (data-b) and the place of a link (data-k, block:index). Content takes them out of
// what is sent.
const (
	BlockMark = "data-b"
	LinkMark  = "data-k"
)

// Result is a letter made from a document.
type Result struct {
	Subject, Preheader, HTML, Text string
	Problems                       []Problem
}

// Problem is something that is wrong with a block. Content has the words and the severity of each code.
type Problem struct {
	Block  string // id of the block or the row; "" for the letter
	Code   string
	Params map[string]any
}

// wayOut is the address where one leaves, as letters write it.
const wayOut = "{{unsubscribe_url}}"

// Render makes the letter. The same document and options give the same bytes. Texts in several languages become conditions on the language
// of the contact, in the language of package when; everything else about one contact is left to content, too.
func Render(d *Doc, o Options) Result {
	w := &writer{doc: d, t: &d.Theme, opts: o, lang: d.Meta.DefaultLang}
	if len(d.Rows) == 0 {
		w.problem("", "block.empty")
	}
	w.letter()
	out := Result{HTML: w.h.String(), Text: tidy(w.p.String()), Problems: w.problems}
	out.Subject = w.line(d.Meta.Subject, o.Subject)
	out.Preheader = w.line(d.Meta.Preheader, o.Preheader)
	return out
}

// writer writes HTML and text side by side.
type writer struct {
	doc  *Doc
	t    *Theme
	opts Options
	h, p strings.Builder

	lang     lang.Lang // that is written now
	mixed    bool      // what is written now is for all languages
	own      bool      // the ground has a colour of its own, which stays in the dark
	row      *Row
	block    *Block
	links    int // of the block
	width    int // of the content of the column, in pixels
	problems []Problem
}

func (w *writer) w(parts ...string) {
	for _, s := range parts {
		w.h.WriteString(s)
	}
}

// line joins the letter's own line and the words of other languages into one line with conditions. The words of the document stand for the
// letter's own only where it has none: a campaign changes its line without the document (another subject, variants, the mark of a test).
func (w *writer) line(words Words, own string) string {
	main := own
	if strings.TrimSpace(main) == "" {
		main = words[w.doc.Meta.DefaultLang]
	}
	if len(w.doc.Meta.Langs) == 1 {
		return main
	}
	var b strings.Builder
	for _, l := range w.doc.Meta.Langs {
		if l == w.doc.Meta.DefaultLang || strings.TrimSpace(words[l]) == "" {
			continue
		}
		b.WriteString(opening(b.Len() == 0) + `lang is "` + string(l) + `"}}` + words[l])
	}
	if b.Len() == 0 {
		return main
	}
	return b.String() + "{{else}}" + main + "{{/if}}"
}

func opening(first bool) string {
	if first {
		return "{{#if "
	}
	return "{{else if "
}

// each runs do once per language, under conditions when there are several. What do writes must be whole elements.
func (w *writer) each(do func()) {
	langs, main := w.doc.Meta.Langs, w.doc.Meta.DefaultLang
	if len(langs) == 1 || !w.mixed {
		do()
		return
	}
	w.mixed = false
	first := true
	for _, l := range langs {
		if l == main {
			continue
		}
		w.say(opening(first) + `lang is "` + string(l) + `"}}`)
		w.lang, first = l, false
		do()
	}
	w.say("{{else}}")
	w.lang = main
	do()
	w.say("{{/if}}")
	w.mixed = true
}

// say writes a condition, its middle or its end.
func (w *writer) say(s string) {
	w.h.WriteString(html.EscapeString(s))
	w.p.WriteString(s)
}

func (w *writer) letter() {
	w.mixed = true
	w.head()
	rows := w.doc.Rows
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r Row) bool { return w.leads(&r) })
		if n == 0 {
			w.writeRow(&rows[0])
			rows = rows[1:]
			continue
		}
		if n < 0 {
			n = len(rows)
		}
		w.each(func() {
			for i := range rows[:n] {
				w.writeRow(&rows[i])
			}
		})
		rows = rows[n:]
	}
	w.foot()
}

// leads tells whether a row holds a way out, which may stand in no condition: then its languages are parted inside of it.
func (w *writer) leads(r *Row) bool {
	return len(w.doc.Meta.Langs) > 1 && r.any(func(b *Block) bool { return b.Type == "footer" })
}

func (r *Row) any(ok func(*Block) bool) bool {
	for i := range r.Cols {
		for k := range r.Cols[i].Blocks {
			if ok(&r.Cols[i].Blocks[k]) {
				return true
			}
		}
	}
	return false
}

const table = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"`

// shown opens what only some see, and returns how to close it; ok is false when nobody does in this language.
func (w *writer) shown(s *Show, id string) (class, style string, end func(), ok bool) {
	end = func() {}
	if s == nil {
		return "", "", end, true
	}
	if len(s.Langs) > 0 {
		if !w.mixed && !slices.Contains(s.Langs, w.lang) {
			return "", "", end, false
		}
		if c := w.doc.Meta.speaks(s.Langs); w.mixed && c != "" {
			w.say("{{#if " + c + "}}")
			end = func() { w.say("{{/if}}") }
		}
	}
	if len(s.When) > 0 && string(s.When) != "null" {
		c, ok := when(s.When)
		if !ok {
			w.problem(id, "show.condition")
			return "", "", end, false
		}
		before := end
		w.say("{{#if " + c + "}}")
		end = func() { w.say("{{/if}}"); before() }
	}
	switch s.Device {
	case "desktop":
		class = "kd"
	case "phone":
		class, style = "kp", "display:none;mso-hide:all"
	}
	return class, style, end, true
}

func (w *writer) problem(block, code string, params ...any) {
	p := Problem{Block: block, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]any{}
		}
		p.Params[params[i].(string)] = params[i+1]
	}
	if !slices.ContainsFunc(w.problems, func(q Problem) bool { return q.Block == p.Block && q.Code == p.Code }) {
		w.problems = append(w.problems, p)
	}
}

func (w *writer) writeRow(r *Row) {
	class, style, end, ok := w.shown(r.Show, r.ID)
	if !ok {
		end()
		return
	}
	pad := Pad{}
	if r.Pad != nil {
		pad = *r.Pad
	}
	w.row = r
	w.own = r.Bg != nil && darkClass(*r.Bg, "surface") == ""
	w.w(table, attr("class", class), attr(BlockMark, r.ID), attr("style", style), `><tr><td`)
	classes := "kr"
	ground := ""
	if r.Bg != nil {
		ground = w.t.color(*r.Bg, "surface")
		classes = strings.TrimSpace(classes + " " + darkClass(*r.Bg, "surface"))
		w.w(attr("bgcolor", ground))
		ground = ";background-color:" + ground
	}
	w.w(attr("class", classes), ` style="padding:`, pad.css(), ground, `">`)
	w.columns(r, w.t.Width-pad[1]-pad[3])
	w.w("</td></tr></table>")
	w.p.WriteString("\n\n")
	end()
	w.row, w.own = nil, false
}

func (p Pad) css() string {
	return strconv.Itoa(p[0]) + "px " + strconv.Itoa(p[1]) + "px " + strconv.Itoa(p[2]) + "px " + strconv.Itoa(p[3]) + "px"
}

func attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + html.EscapeString(value) + `"`
}

// widths divides the inner width of a row by spans, so that the parts add up to it.
func widths(inner int, cols []Col) []int {
	out := make([]int, len(cols))
	span, before := 0, 0
	for i, c := range cols {
		span += c.Span
		end := (inner*span + 6) / 12
		out[i], before = end-before, end
	}
	return out
}

// gaps are the paddings left and right of a column: half a gap on each side that has a neighbour.
func (w *writer) gaps(i, n int) (left, right int) {
	if i > 0 {
		left = w.t.Gap / 2
	}
	if i < n-1 {
		right = w.t.Gap - w.t.Gap/2
	}
	return left, right
}

func (w *writer) columns(r *Row, inner int) {
	inner = max(inner, 40)
	if len(r.Cols) == 1 {
		w.column(&r.Cols[0], inner)
		return
	}
	sizes := widths(inner, r.Cols)
	if r.Stack == "keep" {
		w.w(table, "><tr>")
		for i := range r.Cols {
			left, right := w.gaps(i, len(r.Cols))
			w.w(`<td width="`, strconv.Itoa(sizes[i]), `" valign="`, valign(r.Cols[i]), `" style="width:`, strconv.Itoa(sizes[i]), `px;padding:0 `, strconv.Itoa(right), "px 0 ", strconv.Itoa(left), `px">`)
			w.column(&r.Cols[i], sizes[i]-left-right)
			w.w("</td>")
		}
		w.w("</tr></table>")
		return
	}
	w.stacking(r, inner, sizes)
}

func valign(c Col) string {
	if c.VAlign == "" {
		return "top"
	}
	return c.VAlign
}

// stacking writes columns that go below each other on a phone: blocks in a line, and for Word cells of the same width. With reverse the last
// stands first in the source, and the direction of writing puts it at the end on wide screens.
func (w *writer) stacking(r *Row, inner int, sizes []int) {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	dir := ""
	if r.Stack == "reverse" {
		slices.Reverse(order)
		dir = ` dir="rtl"`
	}
	w.w(`<div`, dir, ` style="font-size:0;line-height:0;text-align:left"><!--[if mso]><table role="presentation" width="`, strconv.Itoa(inner), `" cellpadding="0" cellspacing="0" border="0"`, dir, `><tr><![endif]-->`)
	for n, i := range order {
		left, right := w.gaps(i, len(sizes))
		size := strconv.Itoa(sizes[i])
		class := "kc"
		if n > 0 {
			class += " kn"
		}
		w.w(`<!--[if mso]><td dir="ltr" width="`, size, `" valign="`, valign(r.Cols[i]), `" style="width:`, size, `px"><![endif]-->`)
		w.w(`<div dir="ltr" class="`, class, `" style="display:inline-block;width:100%;max-width:`, size, `px;vertical-align:`, valign(r.Cols[i]), `">`)
		w.w(table, `><tr><td class="kg" style="padding:0 `, strconv.Itoa(right), `px 0 `, strconv.Itoa(left), `px">`)
		w.column(&r.Cols[i], sizes[i]-left-right)
		w.w(`</td></tr></table></div><!--[if mso]></td><![endif]-->`)
		w.p.WriteString("\n\n")
	}
	w.w(`<!--[if mso]></tr></table><![endif]--></div>`)
}

func (w *writer) column(c *Col, width int) {
	if len(c.Blocks) == 0 {
		w.w("&nbsp;")
	}
	for i := range c.Blocks {
		b := &c.Blocks[i]
		class, style, end, ok := w.shown(b.Show, b.ID)
		if ok {
			w.block, w.links, w.width = b, 0, max(width-b.Pad[1]-b.Pad[3], 16)
			before := w.p.Len()
			w.writeBlock(b, class, style)
			if w.p.Len() > before {
				w.p.WriteString("\n\n")
			}
		}
		end()
	}
	w.block = nil
}

// cell opens the table of a block; the HTML of its content follows, and cellEnd.
func (w *writer) cell(b *Block, class, style, align, more string) {
	w.w(table, attr("class", class), attr(BlockMark, b.ID), attr("style", style), `><tr><td`, attr("align", align), ` style="padding:`, b.Pad.css(), more, `">`)
}

func (w *writer) cellEnd() { w.w("</td></tr></table>") }
