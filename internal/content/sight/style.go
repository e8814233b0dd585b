package sight

import (
	"slices"
	"strconv"
	"strings"
)

// style is what is known about an element in one view: what it inherited and what was said about it.
type style struct {
	// Inherited.
	size      float64 // of the type, px
	lineHigh  float64 // px
	spacing   float64 // between letters, px
	indent    float64 // of the first line, px
	color     colour
	fill      colour // of letters where it differs from color
	filled    bool
	invisible bool // visibility
	untouched bool // pointer-events: none
	oneLine   bool // no wrapping
	align     string
	rtl       bool
	font      string
	shadowed  bool // letters have a shadow or an outline that may make them readable
	secured   bool // letters are drawn as dots
	vars      map[string]string

	// Own.
	display, position, float, blend, contents string
	visible                                   bool // overflow
	clip, clipPath, mask, filter, content     string
	transform                                 []call
	opacity                                   float64
	z                                         int
	zSet                                      bool
	width, height, minW, minH, maxW, maxH     dim
	margin, padding, inset                    [4]dim // top, right, bottom, left
	autoMargin                                bool
	borderBox, flexColumn, fixedTable         bool
	bg                                        colour
	image                                     string // background-image
	clipText                                  bool   // the background shows through letters only
	override                                  bool   // unicode-bidi turns letters round
	skipped                                   bool   // content-visibility
	outlookHides                              bool   // mso-hide
	zoom                                      float64
	border                                    [4]float64
	spread                                    float64 // how far an outline or a shadow paints beyond the box
	clamp                                     float64 // lines that are shown
	valign                                    string
}

// plain is a letter without any styles: black on white, 16 px.
func plain() style {
	s := style{size: 16, lineHigh: 19, color: black}
	s.reset()
	return s
}

// reset gives everything that is not inherited its initial value.
func (s *style) reset() {
	*s = style{size: s.size, lineHigh: s.lineHigh, spacing: s.spacing, indent: s.indent, color: s.color, fill: s.fill, filled: s.filled, invisible: s.invisible,
		untouched: s.untouched, oneLine: s.oneLine, align: s.align, rtl: s.rtl, font: s.font, shadowed: s.shadowed, secured: s.secured, vars: s.vars,
		display: "inline", position: "static", visible: true, opacity: 1, zoom: 1}
}

var displays = func() map[string]string {
	m := map[string]string{}
	for display, tags := range map[string]string{
		"block": "html body div p h1 h2 h3 h4 h5 h6 ul ol dl dd dt li center blockquote pre section article header footer main nav aside address figure figcaption hr fieldset form details summary dir menu search hgroup optgroup option",
		"none":  "head style title script meta link base template noscript datalist param rp dialog area source track noembed noframes colgroup col", "table": "table",
		"table-row-group": "tbody thead tfoot", "table-row": "tr", "table-cell": "td th", "table-caption": "caption", "inline-block": "button input select textarea img video",
	} {
		for _, t := range strings.Fields(tags) {
			m[t] = display
		}
	}
	return m
}()

var headings = map[string]float64{"h1": 2, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83, "big": 1.2, "sub": 0.83, "sup": 0.83}

// usual applies what browsers do by themselves, and the old attributes of presentation.
func (s *style) usual(e *element) {
	if d, ok := displays[e.tag]; ok {
		s.display = d
	}
	if f, ok := headings[e.tag]; ok {
		s.size *= f
		s.lineHigh *= f
	}
	switch e.tag {
	case "a":
		if _, ok := attr(e.node, "href"); ok {
			s.color = e.page.linked
		}
	case "body":
		s.margin = [4]dim{{px: 8, set: true}, {px: 8, set: true}, {px: 8, set: true}, {px: 8, set: true}}
	case "p", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "blockquote":
		s.margin[0], s.margin[2] = dim{px: s.size, set: true}, dim{px: s.size, set: true}
	case "center":
		s.align = "center"
	case "table":
		s.indent, s.oneLine, s.borderBox = 0, false, true
		if a, ok := attr(e.node, "align"); ok && a != "center" {
			s.float = "left"
		}
	case "td", "th":
		s.padding = [4]dim{{px: 1}, {px: 1}, {px: 1}, {px: 1}}
	case "bdo":
		s.override = true
	}
	s.attributes(e)
}

func (s *style) attributes(e *element) {
	for i := range e.node.Attr {
		key, value := e.node.Attr[i].Key, e.node.Attr[i].Val
		switch key {
		case "bgcolor":
			if c, ok := parseColour(value); ok {
				s.bg = c
			}
		case "background":
			s.image = "url(" + value + ")"
		case "color", "text":
			if c, ok := parseColour(value); ok && (e.tag == "font" || e.tag == "body") {
				s.color = c
			}
		case "size":
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && e.tag == "font" {
				if value = strings.TrimSpace(value); value[0] == '+' || value[0] == '-' {
					n += 3
				}
				s.setSize([...]float64{10, 13, 16, 18, 24, 32, 48}[max(1, min(7, n))-1])
			}
		case "width", "height":
			s.sizeAttribute(e.tag, key, value)
		case "hidden", "popover":
			s.display = "none"
		case "dir":
			s.rtl = strings.EqualFold(value, "rtl")
		case "align":
			s.align = strings.ToLower(value)
		case "nowrap":
			s.oneLine = true
		case "valign":
			s.valign = strings.ToLower(value)
		}
	}
}

func (s *style) sizeAttribute(tag, key, value string) {
	switch tag {
	case "table", "td", "th", "tr", "img", "hr", "col", "video", "canvas":
	default:
		return
	}
	d, ok := parseLength(strings.TrimSuffix(strings.TrimSpace(value), ";"), 16)
	if !ok || d.px < 0 {
		return
	}
	if key == "width" {
		s.width = d
	} else {
		s.height = d
	}
}

// compute works out the styles of an element and of everything inside for one view.
func (d *document) compute(e *element, v view) {
	if e.parent == nil {
		e.style = plain()
	} else {
		e.style = e.parent.style
		e.style.reset()
	}
	s := &e.style
	if e.pseudo == "" {
		s.usual(e)
	}
	parent := &d.plain
	if e.parent != nil {
		parent = &e.parent.style
	}
	d.say(e, v)
	for _, first := range [2]bool{true, false} { // the size of the type comes first: em depends on it
		for i := range d.said {
			for _, one := range d.said[i] {
				if early(one.name) == first {
					s.declare(one.name, s.resolve(one.value), parent)
				}
			}
		}
	}
	s.size *= max(0, s.zoom)
	if s.clamp > 0 && !s.visible {
		s.maxH = dim{px: s.clamp * s.lineHigh, set: true}
	}
	if e.pseudo != "" && (s.content == "" || s.content == "none" || s.content == "normal") {
		s.display = "none"
	}
	for _, k := range e.kids {
		if k.el != nil {
			d.compute(k.el, v)
		}
	}
}

func early(name string) bool {
	return name == "font-size" || name == "font" || name == "color" || name == "all" || strings.HasPrefix(name, "--")
}

// say lists the declarations about an element in the order in which they win (CSS Cascade 5 §6): rules, the element's own, then the
// important ones of both.
func (d *document) say(e *element, v view) {
	for i := range d.said {
		d.said[i] = d.said[i][:0]
	}
	for _, m := range e.matched {
		if m.rule.on {
			d.pick(m.rule.list, 0)
		}
	}
	d.pick(e.inline, 1)
	if v.animated {
		d.said[1] = append(d.said[1], ended(d.said, &d.sheet)...) // over what is said plainly, under what is important (CSS Cascade 5 §6.2)
	}
}

func (d *document) pick(list []declaration, to int) {
	for _, one := range list {
		if one.important {
			d.said[to+2] = append(d.said[to+2], one)
		} else {
			d.said[to] = append(d.said[to], one)
		}
	}
}

// ended returns how the animation of an element leaves it.
func ended(said [4][]declaration, sheet *sheet) []declaration {
	name := ""
	for _, list := range said {
		for _, d := range list {
			if d.name == "animation" || d.name == "animation-name" || d.name == "-webkit-animation" || d.name == "-webkit-animation-name" {
				for _, w := range words(strings.ToLower(d.value)) {
					if _, ok := sheet.keyframes[w]; ok {
						name = w
					}
				}
			}
		}
	}
	return sheet.keyframes[name]
}

// resolve puts the values of custom properties in.
func (s *style) resolve(value string) string {
	for range 8 {
		i := strings.Index(value, "var(")
		if i < 0 || len(value) > 1000 {
			return value
		}
		end := until(value, i+4, ")")
		name, otherwise, _ := strings.Cut(value[i+4:end], ",")
		with, ok := s.vars[strings.TrimSpace(name)]
		if !ok {
			with = strings.TrimSpace(otherwise)
		}
		value = value[:i] + with + value[min(end+1, len(value)):]
	}
	return value
}

// origin finds where one of the properties was said: by the element, by a rule about it, or by what it inherits from.
func (e *element) origin(properties []string) (by *element, rule string) {
	for p := e; p != nil; p = p.parent {
		for i := range properties {
			one := properties[i : i+1]
			if slices.ContainsFunc(p.inline, func(d declaration) bool { return about(d.name, one) }) {
				return p, ""
			}
			if rule := p.blame(one...); rule != "" {
				return p, rule
			}
		}
	}
	return e, ""
}

func about(name string, properties []string) bool {
	for _, p := range properties {
		if name == p || strings.HasPrefix(name, p+"-") {
			return true
		}
	}
	return false
}

// blame tells which rule last spoke about one of the properties, "" when it was the element itself.
func (e *element) blame(properties ...string) string {
	for i := len(e.matched) - 1; i >= 0; i-- {
		r := e.matched[i].rule
		if !r.on {
			continue
		}
		for _, d := range r.list {
			if about(d.name, properties) {
				return r.selector.text
			}
		}
	}
	return ""
}
