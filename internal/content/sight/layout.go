package sight

import (
	"math"
	"strings"
	"unicode"
)

// rect is a place on the page in px; y grows downwards.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) area() float64 { return max(0, r.x1-r.x0) * max(0, r.y1-r.y0) }

func (r rect) moved(dx, dy float64) rect { return rect{r.x0 + dx, r.y0 + dy, r.x1 + dx, r.y1 + dy} }

// turned is the box of a rectangle after a turn by degrees around the middle of another one.
func (r rect) turned(degrees float64, around rect) rect {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	mx, my := (around.x0+around.x1)/2, (around.y0+around.y1)/2
	x, y := (r.x0+r.x1)/2-mx, (r.y0+r.y1)/2-my
	w, h := (r.x1-r.x0)/2, (r.y1-r.y0)/2
	wide, high := math.Abs(w*cos)+math.Abs(h*sin), math.Abs(w*sin)+math.Abs(h*cos)
	cx, cy := mx+x*cos-y*sin, my+x*sin+y*cos
	return rect{cx - wide, cy - high, cx + wide, cy + high}
}

func (r rect) meet(o rect) rect {
	return rect{max(r.x0, o.x0), max(r.y0, o.y0), min(r.x1, o.x1), min(r.y1, o.y1)}
}

func (r rect) join(o rect) rect {
	if r == (rect{}) {
		return o
	}
	return rect{min(r.x0, o.x0), min(r.y0, o.y0), max(r.x1, o.x1), max(r.y1, o.y1)}
}

// piece is a text or a picture with its place.
type piece struct {
	el   *element
	text string // "" for a picture
	at   rect
}

// layout gives every element a place. It is what a browser does, roughly: blocks below each other, words in lines, cells beside each other.
// It is exact enough to tell what is far off, cut off, or laid over; it is not exact enough for anything less.
type layout struct {
	width  float64
	pieces []piece
	later  []placed // positioned elements that wait for the size of what contains them
	covers []*element
}

type placed struct {
	el   *element
	x, y float64 // where it would have been
}

func (d *document) lay(v view) *layout {
	l := &layout{width: v.width}
	for _, e := range d.all {
		e.box = rect{}
	}
	h := l.block(d.root, 0, 0, v.width)
	d.root.box = rect{0, 0, v.width, max(h, 600)}
	for i := 0; i < len(l.later); i++ {
		l.absolute(l.later[i])
	}
	return l
}

func (s *style) gone() bool { return s.display == "none" }

func (s *style) out() bool { return s.position == "absolute" || s.position == "fixed" }

// inline tells elements that flow in lines as words do.
func (e *element) flows() bool {
	return (e.style.display == "inline" || e.style.display == "contents") && (e.style.float == "" || e.style.float == "none") && e.tag != "img"
}

// atom tells elements that stand in a line as one block.
func (e *element) atom() bool {
	s := &e.style
	return strings.HasPrefix(s.display, "inline-") || s.float == "left" || s.float == "right" || e.tag == "img" && s.display == "inline"
}

func (s *style) room() (left, right, top, bottom float64) {
	return s.padding[3].in(0) + s.border[3], s.padding[1].in(0) + s.border[1], s.padding[0].in(0) + s.border[0], s.padding[2].in(0) + s.border[2]
}

// block lays an element out at x, y with w to spare, and returns how high it is with its margins.
func (l *layout) block(e *element, x, y, w float64) float64 {
	s := &e.style
	ml, mr, mt, mb := s.margin[3].in(w), s.margin[1].in(w), s.margin[0].in(w), s.margin[2].in(w)
	pl, pr, pt, pb := s.room()
	extra := pl + pr
	if s.borderBox {
		extra = 0
	}
	width := s.width.or(w, w-ml-mr-extra) + extra
	if !s.width.set && (s.display == "table" || e.atom() || s.out()) {
		width = min(width, l.natural(e, 0)+pl+pr)
	}
	if e.tag == "img" {
		width = s.width.or(w, 100)
	}
	width = max(0, max(min(width, s.maxW.or(w, width)+limitExtra(s.maxW, extra)), s.minW.or(w, 0)))
	if free := w - width; free > 0 && (s.autoMargin || e.parent != nil && e.parent.style.align == "center" && s.display == "table") {
		ml = free / 2
	}
	left, top := x+ml, y+mt
	mark := len(l.pieces)
	inside := l.inside(e, left+pl, top+pt, max(0, width-pl-pr))
	high := l.height(e, inside+pt+pb, pt+pb)
	e.box = rect{left, top, left + width, top + high}
	if free := high - inside - pt - pb; free > 0 && s.display == "table-cell" && s.valign != "top" {
		if s.valign != "bottom" {
			free /= 2
		}
		l.sink(e, mark, free)
	}
	if e.tag == "img" && !s.gone() {
		l.pieces = append(l.pieces, piece{el: e, at: e.box})
	}
	l.shift(e, mark)
	return mt + high + mb
}

func limitExtra(d dim, extra float64) float64 {
	if d.set {
		return extra
	}
	return 0
}

// height is how high an element is whose content takes so much.
func (l *layout) height(e *element, content, padding float64) float64 {
	s := &e.style
	high := content
	if s.borderBox {
		padding = 0
	}
	if s.height.set && s.height.share == 0 {
		high = s.height.px + padding
		if strings.HasPrefix(s.display, "table") {
			high = max(high, content)
		}
	} else if s.height.share != 0 && s.out() {
		high = s.height.in(600)
	}
	if e.tag == "img" && !s.height.set {
		high = 40
	}
	if s.maxH.set && s.maxH.share == 0 && !strings.HasPrefix(s.display, "table") {
		high = min(high, s.maxH.px+padding)
	}
	return max(0, max(high, s.minH.in(0)))
}

// sink moves the content of a cell down, as its vertical alignment says.
func (l *layout) sink(e *element, mark int, dy float64) {
	for i := mark; i < len(l.pieces); i++ {
		l.pieces[i].at = l.pieces[i].at.moved(0, dy)
	}
	for _, k := range e.kids {
		if k.el != nil {
			k.el.move(0, dy)
		}
	}
}

// shift moves what was laid out in an element by its relative position and its transform.
func (l *layout) shift(e *element, mark int) {
	s := &e.style
	dx, dy := 0.0, 0.0
	if s.position == "relative" {
		if s.inset[3].set {
			dx += s.inset[3].in(e.box.x1 - e.box.x0)
		} else {
			dx -= s.inset[1].in(e.box.x1 - e.box.x0)
		}
		if s.inset[0].set {
			dy += s.inset[0].in(0)
		} else {
			dy -= s.inset[2].in(0)
		}
	}
	if right := s.margin[1].in(0); s.float == "right" && right < -200 {
		dx -= right
	}
	for _, t := range s.transform {
		mx, my := t.moves(s.size, e.box)
		dx, dy = dx+mx, dy+my
	}
	for _, t := range s.transform {
		if (t.name == "rotate" || t.name == "rotatez") && len(t.args) > 0 {
			for i := mark; i < len(l.pieces); i++ {
				l.pieces[i].at = l.pieces[i].at.turned(angle(t.args[0]), e.box)
			}
		}
	}
	if dx == 0 && dy == 0 {
		return
	}
	for i := mark; i < len(l.pieces); i++ {
		l.pieces[i].at = l.pieces[i].at.moved(dx, dy)
	}
	e.move(dx, dy)
}

func (e *element) move(dx, dy float64) {
	if e.box != (rect{}) {
		e.box = e.box.moved(dx, dy)
	}
	for _, k := range e.kids {
		if k.el != nil {
			k.el.move(dx, dy)
		}
	}
}

// moves tells how far a function of transform moves a box.
func (c call) moves(size float64, box rect) (dx, dy float64) {
	w, h := box.x1-box.x0, box.y1-box.y0
	switch c.name {
	case "translate", "translate3d":
		return c.length(0, size).in(w), c.length(1, size).in(h)
	case "translatex":
		return c.length(0, size).in(w), 0
	case "translatey":
		return 0, c.length(0, size).in(h)
	case "matrix":
		return c.number(4, 0), c.number(5, 0)
	default:
		return 0, 0
	}
}

// inside lays the content of an element out and returns how high it is.
func (l *layout) inside(e *element, x, y, w float64) float64 {
	switch s := &e.style; {
	case s.gone(), e.tag == "img":
		return 0
	case s.display == "table-row":
		return l.beside(e, x, y, w)
	case (s.display == "flex" || s.display == "inline-flex") && !s.flexColumn:
		return l.beside(e, x, y, w)
	}
	f := &flow{l: l, x: x, w: w, cx: x + e.style.indent, y: y, align: e.style.align, line: len(l.pieces)}
	f.run(e)
	f.end()
	return f.y - y
}

// beside lays the children of a row out.
func (l *layout) beside(e *element, x, y, w float64) float64 {
	var cells []*element
	fixed, free := 0.0, 0
	for _, k := range e.kids {
		c := k.el
		if c == nil || c.style.gone() {
			continue
		}
		if c.style.out() {
			l.later = append(l.later, placed{c, x, y})
			continue
		}
		cells = append(cells, c)
		if c.style.width.set {
			fixed += c.style.width.in(w)
		} else {
			free++
		}
	}
	if free == 0 && fixed > w && fixed > 0 || len(cells) == 1 {
		free = max(free, 1)
	}
	high := 0.0
	for _, c := range cells {
		own := max(0, w-fixed) / float64(max(free, 1))
		if c.style.width.set && len(cells) > 1 {
			own = c.style.width.in(w)
		}
		if len(cells) > 1 && c.style.display == "table-cell" && !c.clips() {
			own = max(own, min(w, l.natural(c, 0)/3))
		}
		keep := c.style.width
		if c.style.display == "table-cell" {
			c.style.width = dim{}
		}
		high = max(high, l.block(c, x, y, own))
		c.style.width = keep
		x += own
	}
	return high
}

// natural is how wide the content of an element would be in one line.
func (l *layout) natural(e *element, depth int) float64 {
	if depth > 60 {
		return 0
	}
	line, widest := 0.0, 0.0
	for _, k := range e.kids {
		switch {
		case k.el == nil:
			line += e.style.wide(k.text)
		case k.el.style.gone() || k.el.style.out():
		case k.el.tag == "br":
			widest, line = max(widest, line), 0
		default:
			n := k.el.style.width.or(0, 0)
			if n == 0 {
				n = l.natural(k.el, depth+1)
			}
			if k.el.flows() || k.el.atom() || k.el.style.display == "table-cell" {
				line += n
			} else {
				widest, line = max(widest, line, n), 0
			}
		}
	}
	return max(widest, line)
}

// wide is about how wide a text is.
func (s *style) wide(text string) float64 {
	n, space := 0, true
	for _, r := range text {
		if isGap(r) {
			if !space {
				n++
			}
			space = true
			continue
		}
		space = false
		if unicode.IsPrint(r) || r == 0xA0 {
			n++
		}
	}
	return max(0, float64(n)*(s.size*0.52+s.spacing))
}

func isGap(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

// absolute places a positioned element by its offsets.
func (l *layout) absolute(p placed) {
	s := &p.el.style
	around := p.el.container()
	box := rect{0, 0, l.width, 600}
	if around != nil && s.position == "absolute" {
		box = around.box
	}
	w, h := box.x1-box.x0, box.y1-box.y0
	x, y, room := p.x, p.y, w
	if s.inset[3].set {
		x = box.x0 + s.inset[3].in(w)
	}
	if s.inset[0].set {
		y = box.y0 + s.inset[0].in(h)
	}
	if s.inset[3].set && s.inset[1].set && !s.width.set {
		s.width = dim{px: max(0, w-s.inset[3].in(w)-s.inset[1].in(w)), set: true}
		s.borderBox = true
	}
	if s.inset[0].set && s.inset[2].set && !s.height.set {
		s.height = dim{px: max(0, h-s.inset[0].in(h)-s.inset[2].in(h)), set: true}
		s.borderBox = true
	}
	if s.height.set && s.height.share != 0 {
		s.height = dim{px: s.height.in(h), set: true}
	}
	mark := len(l.pieces)
	high := l.block(p.el, x, y, room)
	dx, dy := 0.0, 0.0
	if !s.inset[3].set && s.inset[1].set {
		dx = box.x1 - s.inset[1].in(w) - p.el.box.x1
	}
	if !s.inset[0].set && s.inset[2].set {
		dy = box.y1 - s.inset[2].in(h) - high - y
	}
	for i := mark; i < len(l.pieces); i++ {
		l.pieces[i].at = l.pieces[i].at.moved(dx, dy)
	}
	p.el.move(dx, dy)
}

// container is the element by which a positioned one is placed.
func (e *element) container() *element {
	for p := e.parent; p != nil; p = p.parent {
		if p.style.position != "static" || len(p.style.transform) > 0 || p.style.filter != "" && p.style.filter != "none" {
			return p
		}
	}
	return nil
}

// clips tells whether what is larger than the element is cut off.
func (e *element) clips() bool {
	return !e.style.visible && e.style.display != "inline" && e.style.display != "contents"
}
