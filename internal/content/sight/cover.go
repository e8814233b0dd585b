package sight

import (
	"strings"
)

// position judges where a text or a picture lies: off the page, cut off, under something, or below a void.
func (d *document) position(e *element, p piece, l *layout) trouble {
	switch {
	case p.at.x0+p.at.x1 <= 2 || p.at.y0+p.at.y1 <= 2 || p.at.x0 > l.width+farAside:
		return trouble{reason: "off_screen", by: e.shifted(), properties: []string{"transform", "translate", "left", "top", "right", "bottom", "text-indent", "margin", "position"}}
	}
	if t := e.cut(p.at); !t.ok() {
		return t
	}
	if t := d.covered(e, p, l); !t.ok() {
		return t
	}
	if l.gap(p) > maxGap {
		return trouble{reason: "far_below", by: e}
	}
	return trouble{}
}

// shifted names the element that was moved.
func (e *element) shifted() *element {
	for p := e; p != nil; p = p.parent {
		s := &p.style
		if s.position != "static" || len(s.transform) > 0 || s.margin[3].px < 0 || s.margin[0].px < 0 || s.margin[2].px < 0 {
			return p
		}
	}
	return e
}

// cut tells whether an element around cuts off what does not fit in it.
func (e *element) cut(at rect) trouble {
	free := at.area()
	for p := e; p != nil && p.parent != nil; p = p.parent {
		if p.clips() && p.tag != "body" && p.cuts(at, free) {
			return trouble{reason: "size", by: p, properties: []string{"height", "max-height", "width", "max-width", "overflow"}}
		}
		if p.style.out() {
			if c := p.container(); c != nil && c.parent != nil {
				p = firstBelow(p, c)
			} else {
				return trouble{}
			}
		}
	}
	return trouble{}
}

// firstBelow is the last element on the way up to c.
func firstBelow(p, c *element) *element {
	for p.parent != nil && p.parent != c {
		p = p.parent
	}
	return p
}

func (e *element) cuts(at rect, free float64) bool {
	s := &e.style
	box := e.box
	if strings.HasPrefix(s.display, "table") { // grows with what is inside, but Outlook and others keep to tiny ones
		tiny := func(d dim) bool { return d.set && d.share == 0 && d.px < minFontSize }
		return tiny(s.height) && s.oneLine || tiny(s.maxH) || tiny(s.maxW) || tiny(s.height) && s.height.px < 6 || tiny(s.width) && s.oneLine
	}
	if limit := s.height.set || s.maxH.set || s.out(); limit {
		high := min(at.y1, box.y1) - max(at.y0, box.y0)
		if high < 0.3*(at.y1-at.y0) && high < 6 {
			return true
		}
	}
	if box.y1-box.y0 < 4 && at.y1-at.y0 >= 8 {
		return true
	}
	wide := box.x1 - box.x0
	return wide < 12 || at.x1 <= box.x0 || at.x0 >= box.x1+200 || free > 0 && wide < 24 && at.meet(box).area() < 0.3*free
}

// gap is how much empty page lies between a piece and the last thing before it that is worth looking at.
func (l *layout) gap(p piece) float64 {
	last := 0.0
	for _, o := range l.pieces {
		if o == p {
			break
		}
		if o.at.y0 <= p.at.y0 && o.worth() {
			last = max(last, o.at.y1)
		}
	}
	return p.at.y0 - last
}

func (p piece) worth() bool {
	if p.el.style.invisible || p.el.style.opacity < minOpacity || p.at.y1 < 0 {
		return false
	}
	if p.text == "" {
		return p.at.x1-p.at.x0 > 16 && p.at.y1-p.at.y0 > 8 && p.at.y1-p.at.y0 < 4000
	}
	return letters(p.text) >= minLetters && p.el.style.size >= 5
}

// covered tells whether something lies over a piece or takes the clicks that are meant for it.
func (d *document) covered(e *element, p piece, l *layout) trouble {
	for k := e; k != nil; k = k.parent {
		if s := &k.style; s.position != "static" && s.zSet && s.z < 0 { // under the page itself
			return trouble{reason: "covered", by: k, properties: []string{"z-index"}}
		}
	}
	for _, o := range l.covers {
		if o.within(e) || e.within(o) {
			continue
		}
		grown := rect{o.box.x0 - o.style.spread, o.box.y0 - o.style.spread, o.box.x1 + o.style.spread, o.box.y1 + o.style.spread}
		if grown.meet(p.at).area() < 0.7*p.at.area() || p.at.area() == 0 {
			continue
		}
		if o.above(e) {
			return trouble{reason: "covered", by: o, properties: []string{"position", "margin", "z-index", "inset", "top"}}
		}
	}
	for _, o := range l.pieces { // a picture pulled over it
		if o.text == "" && o.el.order > e.order && !o.el.within(e) && o.at.meet(p.at).area() > 0.7*p.at.area() && p.at.area() > 0 && o.el.pulled() && !o.el.style.invisible {
			return trouble{reason: "covered", by: o.el, properties: []string{"margin", "position", "top"}}
		}
	}
	return trouble{}
}

// couldCover tells of elements that may lie over others: positioned, moved, or pulled up over what is before them.
func (e *element) couldCover() bool {
	return e.style.position != "static" || len(e.style.transform) > 0 || e.style.spread > 8 || e.style.bg.a > 0 && e.pulled()
}

// pulled tells of a negative margin on the element, or on a neighbour before it.
func (e *element) pulled() bool {
	for p := e; p != nil; p = p.parent {
		s := &p.style
		if s.margin[0].px < -8 || s.margin[3].px < -8 || s.position == "relative" && (s.inset[0].px < -8 || s.inset[2].px > 8) || len(s.transform) > 0 {
			return true
		}
		if b := p.previous(); b != nil && (b.style.margin[2].px < -8 || b.style.margin[1].px < -8) {
			return true
		}
	}
	return false
}

// blocks tells whether an element that lies over a link hides it or takes its clicks.
func (e *element) blocks() bool {
	s := &e.style
	if s.display == "inline" && !s.out() {
		return false
	}
	opaque := !s.invisible && s.opacity > 0.5 && (s.bg.a > 0.5 || s.image != "" || s.spread > 8 || e.tag == "img")
	positioned := s.position != "static" || len(s.transform) > 0
	return opaque || positioned && !s.untouched && !s.invisible
}

// above tells whether e is painted over the link in o: by its layer, and by the order in the page within one layer.
func (e *element) above(o *element) bool {
	a, b := e, o
	for !o.within(a) && a.parent != nil && !o.within(a.parent) {
		a = a.parent
	}
	for !e.within(b) && b.parent != nil && !e.within(b.parent) {
		b = b.parent
	}
	x, y := e.layer(a), o.layer(b)
	return x > y || x == y && (e.order > o.order || e.style.spread > 8)
}

// layer is the layer of an element inside top: negative under everything, 0 in the flow, 1 and more above it.
func (e *element) layer(top *element) int {
	level := 0
	for p := e; p != nil; p = p.parent {
		s := &p.style
		if s.position != "static" {
			level = 1
			if s.zSet {
				level = s.z
				if s.z >= 0 {
					level++
				}
			}
		} else if len(s.transform) > 0 || s.opacity < 1 {
			level = 1
		}
		if p == top {
			break
		}
	}
	return level
}
