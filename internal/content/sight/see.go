package sight

import (
	"math"
	"strings"
)

// Bounds below which readers cannot be expected to see a link.
const (
	minOpacity  = 0.3
	minFontSize = 8.0 // px
	minContrast = 1.5
	faint       = 1.9    // contrast that is warned of
	maxGap      = 1200.0 // px of nothing before the way out: about two windows
	farAside    = 1500.0 // px to the right of the page
)

// trouble is why something cannot be seen.
type trouble struct {
	reason     string
	by         *element
	properties []string
	doubt      bool
}

func (t trouble) ok() bool { return t.reason == "" }

type verdict struct {
	seen    bool
	finding Finding
	doubt   *Finding
}

// wayOut judges one way out in one view.
func (d *document) wayOut(w *element, l *layout, v view) verdict {
	var worst, doubt trouble
	var shown, all strings.Builder
	look := func(text string, t trouble) {
		all.WriteString(text)
		switch {
		case t.ok():
			shown.WriteString(text)
		case t.doubt:
			shown.WriteString(text)
			doubt = t
		case worst.ok():
			worst = t
		}
	}
	switch w.tag {
	case "area":
		d.area(w, l, v, look)
	default:
		d.inside(w, l, v, look)
	}
	f := func(t trouble, kind Kind) Finding {
		out := Finding{Kind: kind, Reason: t.reason, Place: w.place, Element: w.describe(), View: v.name, Quote: short(all.String())}
		if t.by != nil {
			by, rule := t.by.origin(t.properties)
			out.Element, out.Rule = by.describe(), rule
		}
		return out
	}
	around := w.around()
	switch problem := meaning(shown.String(), around); {
	case problem == "" && doubt.ok():
		return verdict{seen: true}
	case problem == "":
		unsure := f(doubt, Doubt)
		return verdict{seen: true, doubt: &unsure}
	case !worst.ok():
		return verdict{finding: f(worst, Hidden)}
	case problem == "no_text":
		return verdict{finding: f(trouble{reason: problem}, Hidden)}
	default:
		return verdict{finding: f(trouble{reason: problem}, Misleading)}
	}
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// inside looks at every text and picture of a link.
func (d *document) inside(w *element, l *layout, v view, look func(string, trouble)) {
	pieces := map[*element][]piece{}
	for _, p := range l.pieces {
		if p.el.within(w) {
			pieces[p.el] = append(pieces[p.el], p)
		}
	}
	var walk func(e *element)
	walk = func(e *element) {
		if e.tag == "img" {
			look(e.attr("alt"), d.picture(e, pieces[e], l, v))
			return
		}
		if e.pseudo != "" {
			return
		}
		for _, k := range e.kids {
			if k.el != nil {
				walk(k.el)
				continue
			}
			if strings.TrimSpace(k.text) == "" {
				look(k.text, trouble{})
				continue
			}
			t := d.text(e, v)
			if t.ok() || t.doubt {
				if at := d.place(e, k.text, pieces[e], l); !at.ok() {
					t = at
				}
			}
			if reversed(k.text, e.style.override && e.style.rtl) {
				t = trouble{reason: "reversed", by: e}
			}
			look(k.text, t)
		}
	}
	walk(w)
}

func (d *document) place(e *element, text string, pieces []piece, l *layout) trouble {
	for _, p := range pieces {
		if p.text == text {
			return d.position(e, p, l)
		}
	}
	return trouble{}
}

// picture judges a picture inside a link: it must be as large as a word, and say in words what it is.
func (d *document) picture(e *element, pieces []piece, l *layout, v view) trouble {
	s := &e.style
	for _, side := range []dim{s.width, s.height, s.maxW, s.maxH} {
		if side.set && side.share == 0 && side.px < minFontSize {
			return trouble{reason: "size", by: e, properties: []string{"width", "height", "max-width", "max-height"}}
		}
	}
	if t := d.chain(e, v); !t.ok() {
		return t
	}
	if s.invisible {
		return trouble{reason: "visibility", by: e, properties: []string{"visibility"}}
	}
	if s.untouched {
		return trouble{reason: "not_clickable", by: e, properties: []string{"pointer-events"}}
	}
	if src := e.attr("src"); strings.TrimSpace(src) == "" {
		return trouble{reason: "no_picture", by: e}
	}
	if letters(e.attr("alt")) == 0 && e.tag == "img" && e.attr("usemap") == "" {
		return trouble{reason: "no_alt", by: e}
	}
	if len(pieces) > 0 {
		return d.position(e, pieces[0], l)
	}
	return trouble{}
}

// area judges a part of a picture that is a link.
func (d *document) area(w *element, l *layout, v view, look func(string, trouble)) {
	name := ""
	if w.parent != nil {
		name = w.parent.attr("name")
	}
	for _, e := range d.all {
		if e.tag != "img" || name == "" || strings.TrimPrefix(e.attr("usemap"), "#") != name {
			continue
		}
		look(w.attr("alt")+w.attr("title"), d.areaOf(w, e, l, v))
		return
	}
	look(w.attr("alt"), trouble{reason: "no_picture", by: w})
}

func (d *document) areaOf(w, picture *element, l *layout, v view) trouble {
	coords := pieces(w.attr("coords"), ',')
	if strings.HasPrefix(w.attr("shape"), "rect") || w.attr("shape") == "" {
		if len(coords) == 4 {
			n := [4]float64{}
			for i := range n {
				n[i], _ = ratio(coords[i])
			}
			if math.Abs(n[2]-n[0]) < minFontSize || math.Abs(n[3]-n[1]) < minFontSize {
				return trouble{reason: "size", by: w}
			}
		}
	}
	return d.picture(picture, nil, l, v)
}

func (e *element) within(w *element) bool {
	for p := e; p != nil; p = p.parent {
		if p == w {
			return true
		}
	}
	return false
}

// shown tells whether anything in an element is displayed at all.
func (e *element) shown() bool {
	for p := e; p != nil; p = p.parent {
		if p.style.display == "none" {
			return false
		}
	}
	return true
}

// text judges the letters of an element by its styles and those around it.
func (d *document) text(e *element, v view) trouble {
	if t := d.chain(e, v); !t.ok() {
		return t
	}
	s := &e.style
	scale := 1.0
	for p := e; p != nil; p = p.parent {
		scale *= p.style.scale()
	}
	switch {
	case s.invisible:
		return trouble{reason: "visibility", by: e, properties: []string{"visibility"}}
	case scale*s.size < minFontSize/4 && scale < 0.5:
		return trouble{reason: "size", by: e, properties: []string{"transform", "scale", "zoom"}}
	case s.size*scale < minFontSize:
		return trouble{reason: "font_size", by: e, properties: []string{"font-size", "font", "zoom", "transform"}}
	case s.size*0.52+s.spacing < s.size*0.15:
		return trouble{reason: "squeezed", by: e, properties: []string{"letter-spacing"}}
	case s.secured, strings.Contains(s.font, "webdings"), strings.Contains(s.font, "wingdings"), strings.Contains(s.font, "blank"):
		return trouble{reason: "font", by: e, properties: []string{"font-family", "font", "-webkit-text-security"}}
	case s.untouched:
		return trouble{reason: "not_clickable", by: e, properties: []string{"pointer-events"}}
	case v.hover:
		return trouble{}
	default:
		return e.colours(v)
	}
}

// chain judges what hides everything inside an element, from the element outwards.
func (d *document) chain(e *element, v view) trouble {
	opacity := 1.0
	for p := e; p != nil; p = p.parent {
		if t := p.hides(v); !t.ok() {
			return t
		}
		own := p.style.opacity
		for _, f := range calls(p.style.filter) {
			if f.name == "opacity" {
				own *= f.number(0, 1)
			}
		}
		if opacity *= own; opacity < minOpacity && !v.hover {
			return trouble{reason: "opacity", by: p, properties: []string{"opacity", "filter"}}
		}
	}
	return trouble{}
}

// hides tells why nothing in an element can be seen.
func (e *element) hides(v view) trouble {
	s := &e.style
	by := func(reason string, properties ...string) trouble {
		return trouble{reason: reason, by: e, properties: properties}
	}
	switch {
	case s.display == "none":
		if _, ok := attr(e.node, "hidden"); ok && e.blame("display") == "" {
			return by("hidden")
		}
		return by("display", "display")
	case s.skipped && s.display != "inline":
		return by("display", "content-visibility")
	case s.outlookHides && v.outlook:
		return by("display", "mso-hide")
	case e.parent != nil && e.parent.tag == "details" && e.closed():
		return by("details")
	case e.tag == "marquee":
		return by("off_screen")
	case e.parent != nil && replaced[e.parent.tag]:
		return by("display")
	case e.quoted():
		return by("quoted")
	case s.clip != "" && s.out() && clipped(s.clip, s.size):
		return by("clip", "clip")
	case cutAway(s.clipPath, s.size):
		return by("clip", "clip-path", "-webkit-clip-path")
	case masked(s.mask):
		return by("clip", "mask", "-webkit-mask")
	case blurred(s.filter, s.size):
		return by("filter", "filter")
	case s.scale() < 0.05:
		return by("size", "transform", "scale")
	}
	if _, ok := attr(e.node, "inert"); ok {
		return by("not_clickable")
	}
	return trouble{}
}

// replaced elements show what they are for; what stands inside is for programs that do not know them.
var replaced = map[string]bool{"video": true, "audio": true, "canvas": true, "object": true, "iframe": true, "progress": true, "meter": true}

// quoted tells of what mail programs take for the quoted letter of an answer, and fold away.
func (e *element) quoted() bool {
	for _, c := range e.classes {
		if c == "gmail_quote" || c == "gmail_extra" || c == "yahoo_quoted" {
			return true
		}
	}
	return e.tag == "blockquote" && strings.EqualFold(e.attr("type"), "cite")
}

// closed tells of what a <details> shows only when it is opened.
func (e *element) closed() bool {
	if _, open := attr(e.parent.node, "open"); open {
		return false
	}
	for _, c := range e.parent.elements {
		if c.tag == "summary" {
			return c != e
		}
	}
	return true
}
