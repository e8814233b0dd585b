package sight

import "strings"

// flow lays words and blocks out in lines.
type flow struct {
	l     *layout
	x, w  float64
	cx, y float64
	high  float64 // of the open line
	align string
	line  int // the first piece of the open line
	atoms []*element
	below float64 // margin under the last block, which the next one shares
}

func (f *flow) run(e *element) {
	for _, k := range e.kids {
		if k.el == nil {
			f.words(e, k.text)
			continue
		}
		c := k.el
		switch s := &c.style; {
		case s.gone():
		case s.out():
			f.l.later = append(f.l.later, placed{c, f.cx, f.y})
		case c.tag == "br":
			f.high = max(f.high, e.style.lineHigh)
			f.end()
		case c.atom():
			f.atom(c)
		case c.flows():
			f.inline(c)
		default:
			f.end()
			// Margins of neighbours overlap: the larger one counts (CSS 2.2 §8.3.1).
			top := s.margin[0].in(f.w)
			shared := 0.0
			if top > 0 && f.below > 0 {
				shared = min(top, f.below)
			}
			f.y += f.l.block(c, f.x, f.y-shared, f.w) - shared
			f.below = s.margin[2].in(f.w)
			f.cx, f.line = f.x, len(f.l.pieces)
		}
	}
}

func (f *flow) inline(c *element) {
	s := &c.style
	mark := len(f.l.pieces)
	if s.position != "static" || s.margin[3].px < 0 { // margins of words matter only when they hide
		f.cx += s.margin[3].in(f.w)
	} else {
		f.cx += min(s.margin[3].in(f.w), 40)
	}
	f.cx += min(s.padding[3].in(0), 40)
	start := rect{f.cx, f.y, f.cx, f.y + s.lineHigh}
	f.run(c)
	for _, p := range f.l.pieces[mark:] {
		c.box = c.box.join(p.at)
	}
	if c.box == (rect{}) {
		c.box = start
	}
	f.l.shift(c, mark)
}

// words puts a text into lines.
func (f *flow) words(e *element, text string) {
	wide := e.style.wide(text)
	if wide == 0 && strings.TrimSpace(text) == "" && !strings.Contains(text, "\u00a0") {
		if e.style.oneLine && strings.Contains(text, "\n") && (e.tag == "pre") {
			f.y += float64(strings.Count(text, "\n")) * e.style.lineHigh
		}
		return
	}
	f.below = 0
	f.high = max(f.high, e.style.lineHigh)
	if f.cx+wide > f.x+f.w && f.cx > f.x && !e.style.oneLine {
		if wide <= f.w {
			f.end()
			f.high = e.style.lineHigh
		}
	}
	at := rect{f.cx, f.y, f.cx + wide, f.y + max(f.high, e.style.size)}
	if over := f.cx + wide - (f.x + f.w); over > 0 && !e.style.oneLine && f.w > 1 {
		lines := float64(int(over/f.w) + 1)
		f.y += lines * f.high
		f.cx = f.x + over - float64(int(over/f.w))*f.w
		at = rect{f.x, at.y0, f.x + f.w, f.y + f.high}
	} else {
		f.cx += wide
	}
	if lead := (f.high - e.style.size*1.2) / 2; lead > 0 { // letters stand in the middle of their line
		at.y0, at.y1 = at.y0+lead, at.y1-lead
	}
	f.l.pieces = append(f.l.pieces, piece{el: e, text: text, at: at})
}

func (f *flow) atom(c *element) {
	f.below = 0
	s := &c.style
	natural := f.w
	if s.width.set {
		natural = s.width.in(f.w)
	} else {
		pl, pr, _, _ := s.room()
		natural = min(f.w, f.l.natural(c, 0)+pl+pr)
	}
	if f.cx+natural > f.x+f.w+1 && f.cx > f.x {
		f.end()
	}
	high := f.l.block(c, f.cx, f.y, max(f.w, natural))
	f.cx += (c.box.x1 - c.box.x0) + s.margin[1].in(f.w) + s.margin[3].in(f.w)
	f.high = max(f.high, high)
	f.atoms = append(f.atoms, c)
}

// end closes the line: centred ones move to the middle.
func (f *flow) end() {
	if free := f.x + f.w - f.cx; free > 0 && f.cx > f.x && (f.align == "center" || f.align == "right" || f.align == "-webkit-center") {
		if f.align != "right" {
			free /= 2
		}
		for i := f.line; i < len(f.l.pieces); i++ {
			f.l.pieces[i].at = f.l.pieces[i].at.moved(free, 0)
		}
		for _, a := range f.atoms {
			a.move(free, 0)
		}
	}
	f.atoms = nil
	f.y += f.high
	f.cx, f.high, f.line = f.x, 0, len(f.l.pieces)
}
