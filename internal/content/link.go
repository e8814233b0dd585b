package content

import (
	"strings"

	"golang.org/x/net/html"

	"keruen/internal/content/block"
)

// writeTag copies a start tag. Handlers of events go, addresses are checked, links become tracked, placeholders become fields.
func (p *page) writeTag(name, raw string, attrs []attribute, offset int) {
	at := nameEnd(raw)
	p.linkPlace = ""
	if k, ok := find(attrs, block.LinkMark); ok && p.letter.ofBlocks() {
		p.linkPlace = k.text()
	}
	p.out.text(raw[:at])
	p.out.add(segment{op: opPlace, link: offset})
	for i, a := range attrs {
		written := p.attribute(name, a, offset)
		if _, repeated := find(attrs[:i], a.name); repeated {
			written = nothing // browsers read the first
		}
		if written == nil {
			continue // as it is
		}
		p.out.text(raw[at:a.start])
		written()
		at = a.end
	}
	p.out.text(raw[at:])
}

// attribute returns how to write an attribute that must change, nil for one that stays.
func (p *page) attribute(tag string, a attribute, offset int) func() {
	place := offset + a.start
	switch {
	case p.letter.ofBlocks() && !p.opts.marks && (a.name == block.BlockMark || a.name == block.LinkMark):
		return nothing
	case strings.Contains(a.name, "{{"), looks[a.name] && strings.Contains(a.value, "{{"):
		p.found.add(p.path, p.src, place, "placeholder.place")
		return nothing
	case strings.HasPrefix(a.name, "on"), a.name == "srcdoc", a.name == "formaction", a.name == "action", a.name == "ping":
		p.found.add(p.path, p.src, place, "html.removed", "element", a.name)
		return nothing
	case a.name == "href" && (tag == "a" || tag == "area"):
		return p.href(a, offset)
	case a.name == "src", a.name == "background", a.name == "poster", a.name == "href", a.name == "data", a.name == "xlink:href":
		return p.source(a, offset)
	case a.name == "srcset":
		if dangerous(strings.ToLower(a.text())) {
			return nothing
		}
		return nil
	case a.name == "style":
		return p.inline(a, offset)
	case strings.Contains(a.value, "{{"):
		return p.quoted(a, func() { p.split(&p.out, a.value, offset+a.valueStart, escHTML, true, requote) })
	default:
		return nil
	}
}

func nothing() {}

// looks are attributes by which an element looks this way or another: what stands there must be the same for everybody, so that the
// judge of the way out sees what readers see. Styles have a rule of their own.
var looks = set("class id hidden width height align valign bgcolor color face size dir")

// quoted writes an attribute anew, in double quotes.
func (p *page) quoted(a attribute, value func()) func() {
	return func() {
		p.out.text(a.name + `="`)
		p.inner(&p.out, value)
		p.out.text(`"`)
	}
}

// requote makes the source of a value fit for double quotes, whatever it stood in.
func requote(s string) string { return html.EscapeString(html.UnescapeString(s)) }

func (p *page) inline(a attribute, offset int) func() {
	css := strings.ToLower(a.text())
	if strings.Contains(css, "{{") {
		p.found.add(p.path, p.src, offset+a.start, "placeholder.place")
		return nothing
	}
	if dangerous(css) || strings.Contains(css, "-moz-binding") {
		p.found.add(p.path, p.src, offset+a.start, "html.removed", "element", "style")
		return nothing
	}
	return nil
}

// Schemes of links. Those of messengers open a program on the reader's own device, as mailto does.
var (
	tracked   = set("http https")
	untracked = set("mailto tel sms viber whatsapp tg skype")
)

// clean takes out what browsers ignore in an address (WHATWG URL §4.4), which would otherwise hide a scheme.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
}

func scheme(s string) string {
	s, _, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(s, "/?#{") {
		return ""
	}
	return strings.ToLower(s)
}

// href judges the target of a link and returns how to write it.
func (p *page) href(a attribute, offset int) func() {
	target, place := clean(a.text()), offset+a.start
	switch {
	case p.wayOut(target):
		if !strings.HasSuffix(target, "}}") {
			p.found.add(p.path, p.src, place, "unsubscribe.hidden", "reason", "link_changed", "element", shorten(target))
			return nothing
		}
		if len(p.stack) > 0 {
			p.lost = append(p.lost, lost{place, "conditional", "a"})
			return nothing
		}
		p.ways++
		return p.quoted(a, func() { p.split(&p.out, a.value, offset+a.valueStart, escHTML, true, requote) })
	case ownPage(target):
		return p.quoted(a, func() { p.split(&p.out, a.value, offset+a.valueStart, escHTML, true, requote) })
	case target == "":
		p.found.add(p.path, p.src, place, "link.empty")
		return nil
	case target[0] == '#':
		return nil
	case tracked[scheme(target)]:
		return p.tracked(a, target, offset)
	case untracked[scheme(target)]:
		return p.quoted(a, func() { p.split(&p.out, a.value, offset+a.valueStart, escHTMLURL, true, requote) })
	case strings.HasPrefix(target, "{{"):
		p.found.add(p.path, p.src, place, "link.host")
	case scheme(target) != "" && !strings.Contains(scheme(target), "."):
		p.found.add(p.path, p.src, place, "link.scheme", "scheme", shorten(scheme(target)))
	default:
		p.found.add(p.path, p.src, place, "link.relative", "link", shorten(target))
	}
	return nothing
}

// wayOut tells whether a target is the address where one unsubscribes.
func (p *page) wayOut(target string) bool { return begins(target) == fieldUnsubscribe }

// ownPage tells whether a target is another page of ours about the message: the preferences, or why it came. They are no
// way out — leaving takes more than one press there — and are not tracked, as the way out is not.
func ownPage(target string) bool {
	f := begins(target)
	return f == fieldPreferences || f == fieldWhy
}

// begins returns the field that a target begins with, 0 when it begins with none that every letter knows.
func begins(target string) field {
	if !strings.HasPrefix(target, "{{") {
		return 0
	}
	n := closing(target[2:])
	if n < 0 {
		return 0
	}
	ph, ok := parsePlaceholder(target[2 : 2+n])
	if !ok || ph.how != "" {
		return 0
	}
	return names[ph.name]
}

func (p *page) tracked(a attribute, target string, offset int) func() {
	if host := authority(target); strings.Contains(host, "{{") || host == "" {
		p.found.add(p.path, p.src, offset+a.start, "link.host")
		return nothing
	}
	return p.quoted(a, func() {
		i, ok := p.index[p.linkPlace+" "+target]
		if !ok {
			i = len(p.t.targets)
			p.index[p.linkPlace+" "+target] = i
			var parts segments
			before := p.named
			p.inner(&parts, func() {
				p.split(&parts, a.value, offset+a.valueStart, escURL, true, func(s string) string { return clean(html.UnescapeString(s)) })
			})
			parts.seal()
			if p.named > before { // a click names the link, not the round
				p.found.add(p.path, p.src, offset+a.start, "loop.link")
			}
			p.t.targets, p.t.places = append(p.t.targets, target), append(p.t.places, p.linkPlace)
			p.t.links = append(p.t.links, parts)
		}
		p.out.add(segment{op: opLink, link: i})
	})
}

// authority returns the host part of an http address. A backslash ends it as it does in browsers.
func authority(target string) string {
	_, rest, _ := strings.Cut(target, ":")
	rest = strings.TrimLeft(rest, `/\`)
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// source judges the address of a picture.
func (p *page) source(a attribute, offset int) func() {
	target, place := clean(a.text()), offset+a.start
	s := scheme(target)
	switch {
	case s == "http", s == "https", s == "cid":
	case s == "data" && strings.HasPrefix(strings.ToLower(target), "data:image/") && !strings.HasPrefix(strings.ToLower(target), "data:image/svg"):
	case s == "" || strings.Contains(s, "."):
		p.found.add(p.path, p.src, place, "source.relative", "source", shorten(target))
	default:
		p.found.add(p.path, p.src, place, "source.scheme", "scheme", shorten(s))
		return nothing
	}
	if !strings.Contains(a.value, "{{") {
		return nil
	}
	if strings.Contains(authority(target), "{{") {
		p.found.add(p.path, p.src, place, "link.host")
		return nothing
	}
	return p.quoted(a, func() { p.split(&p.out, a.value, offset+a.valueStart, escHTMLURL, true, requote) })
}
