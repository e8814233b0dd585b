package content

import (
	"strings"

	"golang.org/x/net/html"
)

// page compiles the HTML of one letter in a single walk over its tokens. The source is copied piece by piece, so that what
// the author wrote stays as it was; only links, placeholders and what mail programs may not get are changed.
type page struct {
	splitter
	out     segments
	t       *Compiled
	index   map[string]int // of tracked links by target
	open    []element
	skip    string // name of a dropped element being skipped
	depth   int    // how many of that name are open
	skipped int    // where it began
	letter  Letter
	opts    Options
	ways    int    // unsubscribe links of the author's
	lost    []lost // those in what no reader gets

	linkPlace string // of the tag that is written: block:index
	body      bool   // the body has begun
	ended     bool   // the footer and the pixel are written
	whole     bool   // the source has <html> or <body> itself
}

type element struct {
	name   string
	offset int
}

// lost is an unsubscribe link in a comment or in an element that is removed.
type lost struct {
	offset int
	reason string // comment or removed
	in     string // the element
}

func (p *page) compile() {
	p.opened, p.reopen = func() []element { return p.open }, func(held []element) { p.open = p.open[:len(held)] }
	low := strings.ToLower(p.src)
	p.whole = strings.Contains(low, "<html") || strings.Contains(low, "<body")
	if !p.whole {
		p.out.text(`<!doctype html><html lang="` + string(p.opts.Lang) + `"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"></head><body>`)
		p.begin()
	}
	p.tokens(func(kind html.TokenType, raw string, offset int) { p.token(kind, raw, offset) })
	if p.skip != "" {
		p.found.add(p.path, p.src, p.skipped, "html.unclosed", "element", p.skip)
	}
	broken := len(p.stack) > 0
	p.unended(&p.out)
	if !p.ended {
		p.end()
		p.closeOpen()
		p.out.text("</body></html>")
	}
	p.out.seal()
	if !broken { // where the author meant the last condition to end nobody knows
		p.checkWays()
	}
	p.out.settle()
}

// tokens calls f with the source of every token.
func (p *page) tokens(f func(html.TokenType, string, int)) {
	z := html.NewTokenizer(strings.NewReader(p.src))
	for offset := 0; ; {
		kind := z.Next()
		size := len(z.Raw())
		if kind == html.ErrorToken {
			return
		}
		f(kind, p.src[offset:offset+size], offset)
		offset += size
	}
}

func (p *page) token(kind html.TokenType, raw string, offset int) {
	if p.skip != "" {
		p.skipping(kind, raw, offset)
		return
	}
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		p.start(raw, offset)
	case html.EndTagToken:
		p.endTag(raw)
	case html.TextToken:
		p.textToken(raw, offset)
	case html.CommentToken:
		p.comment(raw, offset)
	default:
		p.out.text(raw) // the doctype
	}
}

func (p *page) skipping(kind html.TokenType, raw string, offset int) {
	if strings.Contains(raw, "unsubscribe_url") {
		p.lost = append(p.lost, lost{offset, "removed", p.skip})
	}
	if kind != html.StartTagToken && kind != html.EndTagToken {
		return
	}
	name, _ := tagName(raw)
	if name != p.skip {
		return
	}
	if kind == html.StartTagToken {
		p.depth++
		return
	}
	if p.depth--; p.depth == 0 {
		p.skip = ""
	}
}

func tagName(raw string) (name string, end bool) {
	if strings.HasPrefix(raw, "</") {
		name, _ = attributes("<" + raw[2:])
		return name, true
	}
	name, _ = attributes(raw)
	return name, false
}

func (p *page) start(raw string, offset int) {
	name, attrs := attributes(raw)
	switch {
	case dropped[name]:
		p.found.add(p.path, p.src, offset, "html.removed", "element", name)
		p.skip, p.depth, p.skipped = name, 1, offset
		return
	case unwrapped[name], name == "meta" && has(attrs, "http-equiv", "refresh"):
		p.found.add(p.path, p.src, offset, "html.removed", "element", name)
		return
	}
	if name == "style" && len(p.stack) > 0 {
		p.found.add(p.path, p.src, offset, "block.style")
	}
	if !void[name] {
		p.open = append(p.open, element{name, offset})
	}
	p.writeTag(name, raw, attrs, offset)
	if name == "body" && !p.body {
		p.begin()
	}
}

func has(attrs []attribute, name, value string) bool {
	a, ok := find(attrs, name)
	return ok && strings.EqualFold(strings.TrimSpace(a.text()), value)
}

func (p *page) endTag(raw string) {
	name, _ := tagName(raw)
	if unwrapped[name] || dropped[name] {
		return
	}
	if (name == "body" || name == "html") && !p.ended {
		p.end()
		p.closeOpen()
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i].name == name {
			p.open = p.open[:i]
			break
		}
	}
	p.out.text(raw)
}

func (p *page) textToken(raw string, offset int) {
	in := ""
	if n := len(p.open); n > 0 {
		in = p.open[n-1].name
	}
	if in == "style" {
		p.css(raw, offset)
		return
	}
	p.split(&p.out, raw, offset, escHTML, true, same)
}

func same(s string) string { return s }

// css copies a style sheet without what it loads from elsewhere.
func (p *page) css(raw string, offset int) {
	low := strings.ToLower(raw)
	if i := strings.Index(low, "{{"); i >= 0 {
		p.found.add(p.path, p.src, offset+i, "placeholder.place")
		return
	}
	if i := strings.Index(low, "@import"); i >= 0 {
		p.found.add(p.path, p.src, offset+i, "html.import")
		return
	}
	if i := max(strings.Index(low, "expression("), strings.Index(low, "javascript:"), strings.Index(low, "-moz-binding")); i >= 0 {
		p.found.add(p.path, p.src, offset+i, "html.removed", "element", "style")
		return
	}
	p.out.text(raw)
}

// comment keeps the conditional comments of Outlook and drops all others.
func (p *page) comment(raw string, offset int) {
	low := strings.ToLower(raw)
	conditional := strings.HasPrefix(low, "<!--[if") || strings.HasPrefix(low, "<![if") || strings.HasPrefix(low, "<![endif]") || strings.HasPrefix(low, "<!--<![endif]")
	if conditional && !dangerous(low) {
		p.inner(&p.out, func() { p.conditional(raw, offset) })
		return
	}
	if conditional {
		p.found.add(p.path, p.src, offset, "html.removed", "element", "comment")
	}
	if strings.Contains(low, "unsubscribe_url") {
		p.lost = append(p.lost, lost{offset, "comment", "comment"})
	}
}

// conditional copies a comment of Outlook, whose links keep their places.
func (p *page) conditional(raw string, offset int) {
	for {
		i := strings.Index(raw, "<a ")
		if i < 0 {
			p.split(&p.out, raw, offset, escHTML, true, same)
			return
		}
		i += len("<a")
		p.split(&p.out, raw[:i], offset, escHTML, true, same)
		p.out.add(segment{op: opPlace, link: offset + i - len("<a")})
		raw, offset = raw[i:], offset+i
	}
}

func dangerous(low string) bool {
	for _, bad := range []string{"<script", "<iframe", "<object", "<embed", "<form", "javascript:", "vbscript:", "expression("} {
		if strings.Contains(low, bad) {
			return true
		}
	}
	return false
}

// begin writes what stands at the start of the body: the preheader and its filler, which keeps the text of the letter out of the preview.
func (p *page) begin() {
	p.body = true
	if strings.TrimSpace(p.letter.Preheader) == "" {
		return
	}
	p.out.text(`<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:1px;line-height:1px;opacity:0">`)
	pre := splitter{found: p.found, known: p.known, path: "preheader", src: p.letter.Preheader}
	pre.inner(&p.out, func() { pre.split(&p.out, p.letter.Preheader, 0, escHTML, false, html.EscapeString) })
	p.out.text(strings.Repeat("&#847;&zwnj;&nbsp;", 30) + `</div>`)
}

// end writes what stands at the end of the body: the footer when the author has no way out, and the pixel.
func (p *page) end() {
	p.ended = true
	if p.opts.Purpose.Advertises() && p.ways+len(p.lost) == 0 {
		p.closeOpen()
		writeFooter(&p.out, p.opts)
		p.found.add(p.path, "", 0, "unsubscribe.added")
		p.t.Leaves = true
	}
	p.out.add(segment{op: opPixel})
}

// closeOpen closes what the author left open, so that nothing of theirs lies around the footer.
func (p *page) closeOpen() {
	for i := len(p.open) - 1; i >= 0; i-- {
		name := p.open[i].name
		if name == "html" || name == "body" {
			break
		}
		p.open = p.open[:i]
		if !implied[name] {
			p.out.text("</" + name + ">")
		}
	}
}
