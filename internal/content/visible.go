package content

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// style is what the check for hidden links knows about an element: what it inherited and what it says.
type style struct {
	hidden     string // why nothing inside can be seen; "" = it can
	size       float64
	color      rgb
	alpha      float64
	background rgb
	pictured   bool // a picture lies behind, so the colour behind is not known
}

// invisible tells why text in this element cannot be read; "" when it can. Size and colour count here and not for
// what is inside, because an inner element may set its own: columns of tables have font-size:0 around them.
func (s style) invisible() string {
	switch {
	case s.hidden != "":
		return s.hidden
	case s.size < minFontSize:
		return "font_size"
	case s.alpha < minOpacity, !s.pictured && contrast(s.color, s.background) < minContrast:
		return "colour"
	default:
		return ""
	}
}

// plainStyle is a letter without any styles: black on white, 16 px.
var plainStyle = style{size: 16, alpha: 1, color: rgb{0, 0, 0}, background: rgb{255, 255, 255}}

// Bounds below which readers cannot be expected to see a link (AUD-2).
const (
	minOpacity  = 0.3
	minFontSize = 8 // px
	minContrast = 1.3
	farAway     = -100 // px
)

// rule is one rule of a style sheet, reduced to the last part of one selector.
type rule struct {
	tag, id      string
	classes      []string
	declarations string
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssRule    = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	selector   = regexp.MustCompile(`^([a-z0-9*]*)((?:[.#][\w-]+)*)`)
)

// sheet reads the rules of a <style>, those inside @media too: what is hidden on phones only is hidden.
func sheet(css string) []rule {
	css = cssComment.ReplaceAllString(css, "")
	var out []rule
	for _, m := range cssRule.FindAllStringSubmatch(css, -1) {
		for sel := range strings.SplitSeq(m[1], ",") {
			if r, ok := ruleOf(sel, m[2]); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

func ruleOf(sel, declarations string) (rule, bool) {
	parts := strings.FieldsFunc(sel, func(r rune) bool { return strings.ContainsRune(" \t\r\n\f>+~", r) })
	if len(parts) == 0 {
		return rule{}, false
	}
	m := selector.FindStringSubmatch(strings.ToLower(parts[len(parts)-1]))
	if m == nil || m[0] == "" {
		return rule{}, false
	}
	r := rule{tag: m[1], declarations: declarations}
	rest := m[2]
	for rest != "" {
		end := strings.IndexAny(rest[1:], ".#") + 1
		if end == 0 {
			end = len(rest)
		}
		if rest[0] == '#' {
			r.id = rest[1:end]
		} else {
			r.classes = append(r.classes, rest[1:end])
		}
		rest = rest[end:]
	}
	return r, true
}

func (r rule) matches(tag string, attrs []attribute) bool {
	if r.tag != "" && r.tag != "*" && r.tag != tag {
		return false
	}
	if r.id != "" {
		if a, ok := find(attrs, "id"); !ok || strings.ToLower(a.text()) != r.id {
			return false
		}
	}
	class, _ := find(attrs, "class")
	have := set(strings.ToLower(class.text()))
	for _, c := range r.classes {
		if !have[c] {
			return false
		}
	}
	return true
}

// child returns the style of an element inside s.
func (s style) child(tag string, attrs []attribute, rules []rule) style {
	out := s
	if tag == "a" {
		out.color, out.alpha = rgb{0, 0, 238}, 1
	}
	if _, ok := find(attrs, "background"); ok {
		out.pictured = true
	}
	if a, ok := find(attrs, "bgcolor"); ok {
		out.setBackground(a.text())
	}
	if a, ok := find(attrs, "color"); ok && tag == "font" {
		out.setColor(a.text())
	}
	if _, ok := find(attrs, "hidden"); ok {
		out.hide("hidden")
	}
	for _, r := range rules {
		if r.matches(tag, attrs) {
			out.declare(r.declarations)
		}
	}
	if a, ok := find(attrs, "style"); ok {
		out.declare(a.text())
	}
	return out
}

func (s *style) hide(why string) {
	if s.hidden == "" {
		s.hidden = why
	}
}

// declare applies the declarations that can hide something.
func (s *style) declare(css string) {
	d := declarations(css)
	for name, value := range d {
		s.one(name, value)
	}
	clipped := d["overflow"] == "hidden" || d["overflow-y"] == "hidden" || d["overflow-x"] == "hidden"
	for _, dim := range []string{"height", "max-height", "width", "max-width"} {
		if n, ok := length(d[dim], s.size); ok && n < 2 && clipped {
			s.hide("size")
		}
	}
	if d["position"] == "absolute" || d["position"] == "fixed" || d["position"] == "relative" {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			if n, ok := length(d[side], s.size); ok && n <= farAway {
				s.hide("off_screen")
			}
		}
	}
}

func (s *style) one(name, value string) {
	switch name {
	case "display":
		s.hideIf(value == "none", "display")
	case "visibility":
		s.hideIf(value == "hidden" || value == "collapse", "visibility")
	case "mso-hide":
		s.hideIf(value == "all", "mso-hide")
	case "opacity":
		n, ok := ratio(value)
		s.hideIf(ok && n < minOpacity, "opacity")
	case "font-size":
		s.setSize(value)
	case "font":
		for word := range strings.FieldsSeq(value) {
			size, _, _ := strings.Cut(word, "/")
			if size != "" && (size[0] >= '0' && size[0] <= '9' || size[0] == '.') && strings.Trim(size, "0123456789") != "" {
				s.setSize(size)
			}
		}
	case "color":
		s.setColor(value)
	case "background", "background-color", "background-image":
		s.setBackground(value)
	case "text-indent", "margin-left", "margin-top", "margin-right", "margin-bottom":
		n, ok := length(value, s.size)
		s.hideIf(ok && n <= farAway, "off_screen")
	case "clip":
		s.hideIf(strings.HasPrefix(value, "rect("), "clip")
	case "clip-path":
		s.hideIf(value != "none" && value != "", "clip")
	case "transform":
		s.hideIf(strings.Contains(value, "scale(0") || strings.Contains(value, "translate(-"), "off_screen")
	}
}

func (s *style) hideIf(yes bool, why string) {
	if yes {
		s.hide(why)
	}
}

func (s *style) setSize(value string) {
	if n, ok := length(value, s.size); ok {
		s.size = n
	}
}

func (s *style) setColor(value string) {
	if c, alpha, ok := parseColor(value); ok {
		s.color, s.alpha = c, alpha
	}
}

func (s *style) setBackground(value string) {
	if strings.Contains(value, "url(") || strings.Contains(value, "gradient(") {
		s.pictured = true
		return
	}
	for word := range strings.FieldsSeq(strings.ReplaceAll(value, ", ", ",")) {
		if c, alpha, ok := parseColor(word); ok && alpha > 0.5 {
			s.background, s.pictured = c, false
			return
		}
	}
}

// declarations splits a style attribute; names and values in lower case, without !important.
func declarations(css string) map[string]string {
	out := map[string]string{}
	for d := range strings.SplitSeq(cssComment.ReplaceAllString(css, ""), ";") {
		name, value, ok := strings.Cut(d, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(strings.Replace(strings.ToLower(value), "!important", "", 1))
		out[strings.ToLower(strings.TrimSpace(name))] = value
	}
	return out
}

var units = map[string]float64{"px": 1, "": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78}

// length reads a CSS length in px; em, rem, ex and % are taken of the size of the type.
func length(value string, size float64) (float64, bool) {
	value = strings.TrimSpace(value)
	i := 0
	for i < len(value) && (value[i] >= '0' && value[i] <= '9' || value[i] == '.' || value[i] == '-' || value[i] == '+') {
		i++
	}
	n, err := strconv.ParseFloat(value[:i], 64)
	if err != nil {
		return 0, false
	}
	switch unit := strings.TrimSpace(value[i:]); unit {
	case "em", "rem":
		return n * size, true
	case "ex", "ch":
		return n * size / 2, true
	case "%":
		return n * size / 100, true
	case "vw", "vh":
		return n * 4, true
	default:
		f, ok := units[unit]
		return n * f, ok
	}
}

func ratio(value string) (float64, bool) {
	v, percent := strings.CutSuffix(value, "%")
	n, err := strconv.ParseFloat(v, 64)
	if percent {
		n /= 100
	}
	return n, err == nil
}

type rgb [3]uint8

var named = map[string]rgb{"black": {0, 0, 0}, "white": {255, 255, 255}, "red": {255, 0, 0}, "green": {0, 128, 0}, "blue": {0, 0, 255}, "gray": {128, 128, 128},
	"grey": {128, 128, 128}, "silver": {192, 192, 192}, "lightgray": {211, 211, 211}, "lightgrey": {211, 211, 211}, "whitesmoke": {245, 245, 245}, "snow": {255, 250, 250},
	"ivory": {255, 255, 240}, "gainsboro": {220, 220, 220}, "yellow": {255, 255, 0}, "navy": {0, 0, 128}, "orange": {255, 165, 0}, "ghostwhite": {248, 248, 255}}

// parseColor reads #rgb, #rrggbb, #rrggbbaa, rgb(), rgba(), transparent and the usual names.
func parseColor(s string) (c rgb, alpha float64, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "transparent" {
		return rgb{}, 0, true
	}
	if c, ok := named[s]; ok {
		return c, 1, true
	}
	if hex, isHex := strings.CutPrefix(s, "#"); isHex {
		return parseHex(hex)
	}
	if args, isFunc := strings.CutPrefix(strings.Replace(s, "rgba(", "rgb(", 1), "rgb("); isFunc {
		return parseRGB(strings.TrimSuffix(args, ")"))
	}
	return rgb{}, 0, false
}

func parseHex(hex string) (c rgb, alpha float64, ok bool) {
	if len(hex) == 3 || len(hex) == 4 {
		var b strings.Builder
		for i := range len(hex) {
			b.WriteByte(hex[i])
			b.WriteByte(hex[i])
		}
		hex = b.String()
	}
	n, err := strconv.ParseUint(hex, 16, 64)
	switch {
	case err != nil:
		return rgb{}, 0, false
	case len(hex) == 6:
		return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, 1, true
	case len(hex) == 8:
		return rgb{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8)}, float64(uint8(n)) / 255, true
	default:
		return rgb{}, 0, false
	}
}

func parseRGB(args string) (c rgb, alpha float64, ok bool) {
	parts := strings.FieldsFunc(args, func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if len(parts) < 3 {
		return rgb{}, 0, false
	}
	for i := range c {
		n, ok := ratio(parts[i])
		if !ok {
			return rgb{}, 0, false
		}
		if strings.HasSuffix(parts[i], "%") {
			n *= 255
		}
		c[i] = uint8(math.Max(0, math.Min(255, n)))
	}
	alpha = 1
	if len(parts) > 3 {
		alpha, _ = ratio(parts[3])
	}
	return c, alpha, true
}

// contrast is the ratio of WCAG 2.2 between two colours, 1 for equal ones.
func contrast(a, b rgb) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c rgb) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c[0]) + 0.7152*part(c[1]) + 0.0722*part(c[2])
}
