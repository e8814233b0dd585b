package sight

import (
	"strconv"
	"strings"
)

var sides = map[string]int{"top": 0, "right": 1, "bottom": 2, "left": 3, "inset-block-start": 0, "inset-inline-end": 1, "inset-block-end": 2, "inset-inline-start": 3,
	"block-start": 0, "inline-end": 1, "block-end": 2, "inline-start": 3}

// declare applies one declaration. Values that browsers would not accept change nothing.
func (s *style) declare(name, value string, parent *style) {
	switch value {
	case "inherit":
		s.inherit(name, parent)
		return
	case "initial", "unset", "revert", "revert-layer":
		s.initial(name, value, parent)
		return
	}
	if !valid(name, value) {
		return
	}
	switch name {
	case "display":
		s.display = strings.TrimPrefix(value, "block ")
	case "visibility":
		s.invisible = value == "hidden" || value == "collapse"
	case "opacity", "-moz-opacity":
		if n, ok := ratio(value); ok {
			s.opacity = clamp(n)
		}
	case "font-size":
		s.fontSize(value, parent.size)
	case "font":
		s.fontShorthand(value, parent.size)
	case "font-family":
		s.font = value
	case "line-height":
		s.lineHeight(value)
	case "letter-spacing":
		if d, ok := parseLength(value, s.size); ok {
			s.spacing = d.px
		}
	case "text-indent":
		if d, ok := parseLength(value, s.size); ok {
			s.indent = d.in(600)
		}
	case "position":
		s.position = value
	case "float":
		s.float = value
	case "z-index":
		if n, err := strconv.Atoi(value); err == nil {
			s.z, s.zSet = n, true
		}
	case "overflow", "overflow-x", "overflow-y", "overflow-block", "overflow-inline":
		s.visible = strings.HasPrefix(value, "visible")
	case "contain":
		s.visible = s.visible && !strings.Contains(value, "paint") && value != "strict" && value != "content"
	case "content-visibility":
		s.skipped = value == "hidden"
	case "clip":
		s.clip = value
	case "pointer-events":
		s.untouched = value == "none"
	case "mso-hide":
		s.outlookHides = value == "all"
	case "zoom":
		if n, ok := ratio(value); ok {
			s.zoom = n
		}
	case "content":
		s.content = value
	case "table-layout":
		s.fixedTable = value == "fixed"
	case "flex-direction", "flex-flow":
		s.flexColumn = strings.HasPrefix(value, "column")
	case "unicode-bidi":
		s.override = strings.Contains(value, "override")
	case "direction":
		s.rtl = value == "rtl"
	case "text-align":
		s.align = value
	case "white-space", "text-wrap", "white-space-collapse":
		s.oneLine = value == "nowrap" || value == "pre"
	case "box-sizing":
		s.borderBox = value == "border-box"
	default:
		s.declareMore(name, value, parent)
	}
}

func (s *style) declareMore(name, value string, parent *style) {
	name = strings.TrimPrefix(name, "-webkit-")
	switch name {
	case "color":
		if c, ok := s.parse(value, parent.color); ok {
			s.color = c
		}
	case "text-fill-color":
		if c, ok := s.parse(value, s.color); ok {
			s.fill, s.filled = c, true
		}
	case "background", "background-color", "background-image":
		s.background(name, value)
	case "background-clip":
		s.clipText = value == "text"
	case "text-shadow", "text-stroke", "text-stroke-width":
		s.shadowed = value != "none" && value != "0"
	case "text-security":
		s.secured = value != "none"
	case "clip-path":
		s.clipPath = value
	case "outline", "outline-width", "box-shadow":
		s.spreads(name, value)
	case "line-clamp":
		s.clamp, _ = ratio(value)
	case "vertical-align":
		s.valign = value
	case "border", "border-width", "border-top", "border-right", "border-bottom", "border-left", "border-top-width", "border-right-width", "border-bottom-width", "border-left-width":
		s.borders(name, value)
	case "mask", "mask-image":
		s.mask = value
	case "filter":
		s.filter = strings.ToLower(value)
	case "mix-blend-mode":
		s.blend = value
	case "transform", "-ms-transform":
		s.transform = calls(value)
	case "scale", "rotate", "translate":
		s.transform = append(s.transform, call{name, words(value)})
	default:
		s.boxes(name, value)
	}
}

// spreads notes how far an outline or a shadow paints beyond the box, when it is not a small one.
func (s *style) spreads(name, value string) {
	s.spread = 0
	if strings.Contains(value, "inset") || value == "none" {
		return
	}
	var n []float64
	for _, w := range words(pieces(value, ',')[0]) {
		if d, ok := parseLength(w, s.size); ok {
			n = append(n, d.px)
		} else if c, ok := parseColour(w); ok && c.a < 0.5 {
			return
		}
	}
	switch {
	case strings.HasPrefix(name, "outline") && len(n) > 0:
		s.spread = n[0]
	case len(n) == 4:
		s.spread = n[3]
	}
}

func (s *style) borders(name, value string) {
	var n float64
	for _, w := range words(value) {
		if w == "none" || w == "hidden" {
			n = 0
			break
		}
		if d, ok := parseLength(w, s.size); ok {
			n = d.px
		}
	}
	for side, i := range map[string]int{"top": 0, "right": 1, "bottom": 2, "left": 3} {
		if !strings.Contains(name, "top") && !strings.Contains(name, "right") && !strings.Contains(name, "bottom") && !strings.Contains(name, "left") || strings.Contains(name, side) {
			s.border[i] = n
		}
	}
}

// boxes applies what gives an element its size and place.
func (s *style) boxes(name, value string) {
	switch name {
	case "width", "inline-size":
		s.set(&s.width, value)
	case "height", "block-size":
		s.set(&s.height, value)
	case "min-width", "min-inline-size":
		s.set(&s.minW, value)
	case "min-height", "min-block-size":
		s.set(&s.minH, value)
	case "max-width", "max-inline-size":
		s.set(&s.maxW, value)
	case "max-height", "max-block-size":
		s.set(&s.maxH, value)
	case "margin":
		s.four(&s.margin, value)
		s.autoMargin = strings.Contains(value, "auto")
	case "padding":
		s.four(&s.padding, value)
	case "inset":
		s.four(&s.inset, value)
	default:
		if side, ok := sides[name]; ok {
			s.set(&s.inset[side], value)
			return
		}
		kind, rest, _ := strings.Cut(name, "-")
		side, ok := sides[rest]
		if !ok {
			if strings.HasPrefix(name, "--") {
				s.custom(name, value)
			}
			return
		}
		switch kind {
		case "margin":
			s.set(&s.margin[side], value)
			s.autoMargin = s.autoMargin || value == "auto"
		case "padding":
			s.set(&s.padding[side], value)
		}
	}
}

func (s *style) custom(name, value string) {
	vars := make(map[string]string, len(s.vars)+1)
	for k, v := range s.vars {
		vars[k] = v
	}
	vars[name] = value
	s.vars = vars
}

func (s *style) set(d *dim, value string) {
	if n, ok := parseLength(value, s.size); ok {
		*d = n
		return
	}
	switch value {
	case "auto", "none", "max-content", "min-content", "fit-content":
		*d = dim{}
	}
}

func (s *style) four(d *[4]dim, value string) {
	w := words(value)
	if len(w) == 0 || len(w) > 4 {
		return
	}
	from := [4][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}[len(w)-1]
	for i := range d {
		s.set(&d[i], w[from[i]])
	}
}

func (s *style) parse(value string, current colour) (colour, bool) {
	if value == "currentcolor" {
		return current, true
	}
	return parseColour(value)
}

func (s *style) background(name, value string) {
	if name == "background" {
		s.bg, s.image, s.clipText = colour{}, "", strings.HasSuffix(value, " text")
	}
	low := strings.ToLower(value)
	if strings.Contains(low, "url(") || strings.Contains(low, "gradient(") || strings.Contains(low, "image-set(") {
		s.image = value
	} else if name == "background-image" {
		s.image = ""
	}
	for _, layer := range pieces(value, ',') {
		for _, w := range words(layer) {
			if c, ok := s.parse(w, s.color); ok && !(w[0] >= '0' && w[0] <= '9' && len(w) < 6) {
				s.bg = c
			}
		}
	}
}

var sizeWords = map[string]float64{"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32, "xxx-large": 48}

func (s *style) fontSize(value string, parent float64) {
	if n, ok := sizeWords[value]; ok {
		s.setSize(n)
		return
	}
	switch value {
	case "smaller":
		s.setSize(parent * 0.83)
	case "larger":
		s.setSize(parent * 1.2)
	default:
		if d, ok := parseLength(value, parent); ok && d.in(parent) >= 0 {
			s.setSize(d.in(parent))
		}
	}
}

// setSize changes the size of the type; what was said about the height of lines goes with it when nothing else is said.
func (s *style) setSize(size float64) {
	s.size = size
	s.lineHigh = max(s.lineHigh, size*1.2)
}

func (s *style) fontShorthand(value string, parent float64) {
	for _, w := range words(value) {
		size, high, _ := strings.Cut(w, "/")
		if _, word := sizeWords[size]; !word {
			if size == "" || !(size[0] >= '0' && size[0] <= '9' || size[0] == '.') || strings.Trim(size, "0123456789") == "" && size != "0" {
				continue
			}
		}
		s.fontSize(size, parent)
		if high != "" {
			s.lineHeight(high)
		}
		_, s.font, _ = strings.Cut(value, w)
		return
	}
}

func (s *style) lineHeight(value string) {
	if value == "normal" {
		s.lineHigh = s.size * 1.2
		return
	}
	d, ok := parseLength(value, s.size)
	if !ok || d.in(s.size) < 0 {
		return
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		s.lineHigh = n * s.size
		return
	}
	s.lineHigh = d.in(s.size)
}

// inherit takes the value of the parent.
func (s *style) inherit(name string, parent *style) {
	switch strings.TrimPrefix(name, "-webkit-") {
	case "display":
		s.display = parent.display
	case "visibility":
		s.invisible = parent.invisible
	case "color":
		s.color = parent.color
	case "text-fill-color":
		s.fill, s.filled = parent.fill, parent.filled
	case "font-size", "font":
		s.size, s.lineHigh = parent.size, parent.lineHigh
	case "line-height":
		s.lineHigh = parent.lineHigh
	case "opacity":
		s.opacity = parent.opacity
	case "background", "background-color":
		s.bg = parent.bg
	case "pointer-events":
		s.untouched = parent.untouched
	case "width":
		s.width = parent.width
	case "height":
		s.height = parent.height
	}
}

// initial takes a value back, to what the element has by itself or to the first one of the property.
func (s *style) initial(name, word string, parent *style) {
	first := plain()
	switch strings.TrimPrefix(name, "-webkit-") {
	case "all":
		if word == "initial" {
			vars := s.vars
			*s = first
			s.vars = vars
			return
		}
		*s = *parent // what is inherited stays
		s.reset()
	case "display":
		if word == "revert" || word == "revert-layer" {
			s.display = "block"
			return
		}
		s.display = "inline"
	case "visibility":
		s.invisible = word == "unset" && parent.invisible
	case "color":
		s.color = first.color
		if word == "unset" {
			s.color = parent.color
		}
	case "text-fill-color":
		s.filled = false
	case "font-size", "font":
		s.setSize(16)
	case "opacity":
		s.opacity = 1
	case "position":
		s.position = "static"
	case "overflow", "overflow-x", "overflow-y":
		s.visible = true
	case "background", "background-color":
		s.bg, s.image = colour{}, ""
	case "pointer-events":
		s.untouched = false
	case "transform":
		s.transform = nil
	case "filter":
		s.filter = ""
	case "clip-path":
		s.clipPath = ""
	case "height":
		s.height = dim{}
	case "max-height":
		s.maxH = dim{}
	case "width":
		s.width = dim{}
	case "max-width":
		s.maxW = dim{}
	}
}
