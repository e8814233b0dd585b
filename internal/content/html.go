package content

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"keruen/internal/channel"
)

// page compiles the HTML of one letter in a single walk over its tokens. The source is copied piece by piece, so that what
// the author wrote stays as it was; only links, placeholders and what mail programs may not get are changed.
type page struct {
	splitter
	out     segments
	t       *Compiled
	index   map[string]int // of tracked links by target
	rules   []rule
	open    []element
	skip    string // name of a dropped element being skipped
	depth   int    // how many of that name are open
	skipped int    // where it began
	letter  Letter
	opts    Options
	ways    []*way
	link    *way // the unsubscribe link that is open now
	body    bool // the body has begun
	ended   bool // the footer and the pixel are written
	whole   bool // the source has <html> or <body> itself
}

type element struct {
	name   string
	offset int
	style  style
}

// way is one unsubscribe link of the author's.
type way struct {
	offset int
	words  int    // letters and digits that can be seen in it
	seen   bool   // a picture, or enough words
	masked string // why what is in it cannot be seen
}

// minWords is the shortest text of an unsubscribe link: a dot or a dash would be a mask.
const minWords = 3

func (p *page) compile() {
	p.rules = p.styles()
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
	if !p.ended {
		p.end()
		p.closeOpen()
		p.out.text("</body></html>")
	}
	p.checkWays()
	p.out.flush()
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

// styles collects the rules of all style sheets, before anything is judged by them.
func (p *page) styles() []rule {
	var css strings.Builder
	in := false
	p.tokens(func(kind html.TokenType, raw string, _ int) {
		switch kind {
		case html.StartTagToken:
			name, _ := attributes(raw)
			in = name == "style"
		case html.TextToken:
			if in {
				css.WriteString(raw)
			}
		default:
			in = false
		}
	})
	return sheet(css.String())
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
		p.ways = append(p.ways, &way{offset: offset, masked: p.skip})
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
	parent := plainStyle
	if n := len(p.open); n > 0 {
		parent = p.open[n-1].style
	}
	own := parent.child(name, attrs, p.rules)
	if !void[name] {
		p.open = append(p.open, element{name, offset, own})
	}
	if name == "img" {
		p.picture(own, attrs)
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
	if name == "a" {
		p.link = nil
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
	p.seeText(raw, offset)
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
		p.split(&p.out, raw, offset, escHTML, true, same)
		return
	}
	if conditional {
		p.found.add(p.path, p.src, offset, "html.removed", "element", "comment")
	}
	if strings.Contains(low, "unsubscribe_url") {
		p.ways = append(p.ways, &way{offset: offset, masked: "comment"})
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
	pre.split(&p.out, p.letter.Preheader, 0, escHTML, false, html.EscapeString)
	p.out.text(strings.Repeat("&#847;&zwnj;&nbsp;", 30) + `</div>`)
}

// end writes what stands at the end of the body: the footer when the author has no way out, and the pixel.
func (p *page) end() {
	p.ended = true
	if p.opts.Purpose == channel.Advertising && len(p.ways) == 0 {
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

// seeText notes what of a text can be read inside an unsubscribe link.
func (p *page) seeText(raw string, _ int) {
	if p.link == nil {
		return
	}
	n := 0
	for _, r := range html.UnescapeString(raw) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	if n == 0 {
		return
	}
	if why := p.open[len(p.open)-1].style.invisible(); why != "" {
		p.link.masked = why
		return
	}
	if p.link.words += n; p.link.words >= minWords {
		p.link.seen = true
	}
}

// picture counts a picture with a description and a real size as something that can be seen in an unsubscribe link.
func (p *page) picture(own style, attrs []attribute) {
	if p.link == nil {
		return
	}
	alt, _ := find(attrs, "alt")
	for _, side := range []string{"width", "height"} {
		if a, ok := find(attrs, side); ok {
			if n, ok := length(a.text(), 16); ok && n < minFontSize {
				p.link.masked = "size"
				return
			}
		}
	}
	if own.hidden == "" && strings.TrimSpace(alt.text()) != "" {
		p.link.seen = true
	}
}

// checkWays refuses a letter whose own ways out cannot be seen (AUD-2).
func (p *page) checkWays() {
	for _, w := range p.ways {
		if w.seen {
			p.t.Leaves = true
			return
		}
	}
	for _, w := range p.ways {
		why := w.masked
		if why == "" {
			why = "no_text"
		}
		p.found.add(p.path, p.src, w.offset, "unsubscribe.hidden", "reason", why)
	}
}
