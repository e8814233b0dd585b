package sight

import (
	"math"
	"strconv"
	"strings"
)

// colour has parts and opacity from 0 to 1.
type colour struct{ r, g, b, a float64 }

var (
	black  = colour{0, 0, 0, 1}
	white  = colour{1, 1, 1, 1}
	linked = colour{0, 0, 238.0 / 255, 1} // what programs give a link
)

var colours = func() map[string]colour {
	m := map[string]colour{"transparent": {}}
	f := strings.Fields(colourNames)
	for i := 0; i+1 < len(f); i += 2 {
		m[f[i]], _ = parseHex(f[i+1])
	}
	return m
}()

// parseColour reads a colour of CSS; "#" may lack, as in old attributes. ok is false for what is no colour.
func parseColour(s string) (colour, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if c, ok := colours[s]; ok {
		return c, true
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		return parseHex(hex)
	}
	open := strings.IndexByte(s, '(')
	if open < 0 {
		if len(s) == 6 || len(s) == 3 {
			return parseHex(s)
		}
		return colour{}, false
	}
	switch s[:open] {
	case "color-mix":
		return mixed(pieces(strings.TrimSuffix(s[open+1:], ")"), ','))
	case "light-dark":
		return parseColour(pieces(strings.TrimSuffix(s[open+1:], ")"), ',')[0])
	}
	args := strings.FieldsFunc(strings.TrimSuffix(s[open+1:], ")"), func(r rune) bool { return r == ',' || r == ' ' || r == '/' || r == '\t' || r == '\n' })
	return colourFunction(s[:open], args)
}

func parseHex(hex string) (colour, bool) {
	if len(hex) == 3 || len(hex) == 4 {
		var b strings.Builder
		for i := range len(hex) {
			b.WriteByte(hex[i])
			b.WriteByte(hex[i])
		}
		hex = b.String()
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	n, err := strconv.ParseUint(hex, 16, 64)
	if err != nil || len(hex) != 8 {
		return colour{}, false
	}
	part := func(shift int) float64 { return float64(n>>shift&255) / 255 }
	return colour{part(24), part(16), part(8), part(0)}, true
}

func colourFunction(name string, args []string) (colour, bool) {
	if len(args) < 3 {
		return colour{}, false
	}
	alpha := func(i int) float64 {
		if len(args) <= i {
			return 1
		}
		a, ok := ratio(args[i])
		if !ok {
			return 1
		}
		return clamp(a)
	}
	n := func(i int, whole float64) float64 {
		v, ok := ratio(args[i])
		if ok && !strings.HasSuffix(args[i], "%") {
			v /= whole
		}
		return v
	}
	switch name {
	case "rgb", "rgba":
		return colour{clamp(n(0, 255)), clamp(n(1, 255)), clamp(n(2, 255)), alpha(3)}, true
	case "hsl", "hsla":
		h, err := strconv.ParseFloat(strings.TrimSuffix(args[0], "deg"), 64)
		c := hsl(h, clamp(n(1, 100)), clamp(n(2, 100)))
		c.a = alpha(3)
		return c, err == nil
	case "hwb":
		w, k := clamp(n(1, 100)), clamp(n(2, 100))
		grey := w + (1-w-k)/2
		return colour{grey, grey, grey, alpha(3)}, true
	case "lab", "lch": // only how light it is matters here
		l := clamp(n(0, 100))
		return colour{l, l, l, alpha(3)}, true
	case "oklab", "oklch":
		l := clamp(n(0, 1))
		return colour{l, l, l, alpha(3)}, true
	case "color":
		if len(args) < 4 {
			return colour{}, false
		}
		return colour{clamp(n(1, 1)), clamp(n(2, 1)), clamp(n(3, 1)), alpha(4)}, true
	default:
		return colour{}, false
	}
}

// mixed reads color-mix(in srgb, white 90%, black).
func mixed(args []string) (colour, bool) {
	if len(args) != 3 {
		return colour{}, false
	}
	var c [2]colour
	share := [2]float64{-1, -1}
	for i, a := range args[1:] {
		for _, w := range words(a) {
			if n, ok := ratio(w); ok && strings.HasSuffix(w, "%") {
				share[i] = clamp(n)
				continue
			}
			col, ok := parseColour(w)
			if !ok {
				return colour{}, false
			}
			c[i] = col
		}
	}
	first := 0.5
	switch {
	case share[0] >= 0:
		first = share[0]
	case share[1] >= 0:
		first = 1 - share[1]
	}
	part := func(x, y float64) float64 { return x*first + y*(1-first) }
	return colour{part(c[0].r, c[1].r), part(c[0].g, c[1].g), part(c[0].b, c[1].b), part(c[0].a, c[1].a)}, true
}

func clamp(v float64) float64 { return max(0, min(1, v)) }

func hsl(h, s, l float64) colour {
	f := func(n float64) float64 {
		k := math.Mod(n+h/30+1200, 12)
		return l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
	}
	return colour{f(0), f(8), f(4), 1}
}

// over lays c on top of what is behind.
func (c colour) over(behind colour) colour {
	a := c.a + behind.a*(1-c.a)
	if a == 0 {
		return colour{}
	}
	mix := func(x, y float64) float64 { return (x*c.a + y*behind.a*(1-c.a)) / a }
	return colour{mix(c.r, behind.r), mix(c.g, behind.g), mix(c.b, behind.b), a}
}

func (c colour) each(f func(float64) float64) colour {
	return colour{clamp(f(c.r)), clamp(f(c.g)), clamp(f(c.b)), c.a}
}

func (c colour) grey() float64 { return 0.2126*c.r + 0.7152*c.g + 0.0722*c.b }

// blend mixes c with what is behind (Compositing 1 §9); modes that are not known leave c as it is.
func (c colour) blend(mode string, behind colour) colour {
	var f func(b, s float64) float64
	switch mode {
	case "multiply":
		f = func(b, s float64) float64 { return b * s }
	case "screen":
		f = func(b, s float64) float64 { return b + s - b*s }
	case "darken":
		f = func(b, s float64) float64 { return min(b, s) }
	case "lighten":
		f = func(b, s float64) float64 { return max(b, s) }
	case "plus-lighter":
		f = func(b, s float64) float64 { return min(1, b+s) }
	case "difference":
		f = func(b, s float64) float64 { return math.Abs(b - s) }
	case "exclusion":
		f = func(b, s float64) float64 { return b + s - 2*b*s }
	case "overlay":
		f = func(b, s float64) float64 { return hardLight(s, b) }
	case "hard-light":
		f = hardLight
	case "color-dodge":
		f = func(b, s float64) float64 { return min(1, b/max(1-s, 1e-6)) }
	case "color-burn":
		f = func(b, s float64) float64 { return 1 - min(1, (1-b)/max(s, 1e-6)) }
	default:
		return c
	}
	return colour{f(behind.r, c.r), f(behind.g, c.g), f(behind.b, c.b), c.a}
}

func hardLight(b, s float64) float64 {
	if s <= 0.5 {
		return b * 2 * s
	}
	return b + (2*s - 1) - b*(2*s-1)
}

// contrast is the ratio of WCAG 2.2 between two opaque colours, 1 for equal ones.
func contrast(x, y colour) float64 {
	a, b := luminance(x), luminance(y)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func luminance(c colour) float64 {
	part := func(f float64) float64 {
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.r) + 0.7152*part(c.g) + 0.0722*part(c.b)
}

// filtered is what a filter makes of a colour.
func (c colour) filtered(filter string) colour {
	for _, f := range calls(filter) {
		n := f.number(0, 1)
		switch f.name {
		case "brightness":
			c = c.each(func(v float64) float64 { return v * n })
		case "contrast":
			c = c.each(func(v float64) float64 { return (v-0.5)*n + 0.5 })
		case "invert":
			c = c.each(func(v float64) float64 { return v*(1-n) + (1-v)*n })
		case "grayscale":
			g := c.grey()
			c = c.each(func(v float64) float64 { return v*(1-n) + g*n })
		case "opacity":
			c.a *= n
		}
	}
	return c
}
