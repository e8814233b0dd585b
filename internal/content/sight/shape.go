package sight

import (
	"math"
	"slices"
	"strings"
)

// scale is how much a transform makes an element smaller, by its smaller side.
func (s *style) scale() float64 {
	x, y := 1.0, 1.0
	for _, t := range s.transform {
		switch t.name {
		case "scale", "scale3d":
			n := t.number(0, 1)
			x, y = x*n, y*t.number(1, n)
		case "scalex":
			x *= t.number(0, 1)
		case "scaley":
			y *= t.number(0, 1)
		case "matrix":
			x, y = x*math.Hypot(t.number(0, 1), t.number(1, 0)), y*math.Hypot(t.number(2, 0), t.number(3, 1))
		case "rotatex", "rotatey":
			if len(t.args) > 0 {
				x *= math.Abs(math.Cos(angle(t.args[0]) * math.Pi / 180))
			}
		case "rotate3d":
			if len(t.args) == 4 && t.number(2, 0) == 0 {
				x *= math.Abs(math.Cos(angle(t.args[3]) * math.Pi / 180))
			}
		case "skew", "skewx", "skewy":
			if len(t.args) > 0 && math.Abs(math.Cos(angle(t.args[0])*math.Pi/180)) < 0.2 {
				x = 0
			}
		}
	}
	return min(math.Abs(x), math.Abs(y))
}

// clipped reads clip: rect(top, right, bottom, left).
func clipped(value string, size float64) bool {
	c := calls(value)
	if len(c) == 0 || c[0].name != "rect" {
		return false
	}
	args := c[0].args
	if len(args) == 1 {
		args = words(args[0])
	}
	if len(args) != 4 {
		return false
	}
	n := [4]float64{0, 1e6, 1e6, 0}
	for i := range n {
		if d, ok := parseLength(args[i], size); ok {
			n[i] = d.px
		}
	}
	return n[2]-n[0] < minFontSize || n[1]-n[3] < minFontSize
}

// cutAway reads clip-path for shapes that leave nothing.
func cutAway(value string, size float64) bool {
	for _, c := range calls(value) {
		switch c.name {
		case "inset":
			return insetLeaves(words(strings.Join(c.args, " ")), size)
		case "circle", "ellipse":
			if len(c.args) > 0 {
				if w := words(c.args[0]); len(w) > 0 && w[0] != "at" {
					d, ok := parseLength(w[0], size)
					return ok && d.in(60) < 4
				}
			}
		case "polygon":
			return flat(c.args, size)
		case "rect":
			return clipped("rect("+strings.Join(c.args, ",")+")", size)
		}
	}
	return false
}

func insetLeaves(w []string, size float64) bool {
	if i := slices.Index(w, "round"); i >= 0 {
		w = w[:i]
	}
	if len(w) == 0 || len(w) > 4 {
		return false
	}
	from := [4][4]int{{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}}[len(w)-1]
	n := [4]float64{}
	for i := range n {
		d, _ := parseLength(w[from[i]], size)
		n[i] = d.in(100) // a link is about as high as 20 px and as wide as 100
		if d.share == 0 && i%2 == 0 {
			n[i] *= 5
		}
	}
	return n[0]+n[2] > 85 || n[1]+n[3] > 85
}

// flat tells of a polygon without an inside.
func flat(points []string, size float64) bool {
	var x, y []float64
	for _, p := range points {
		w := words(p)
		if len(w) != 2 {
			continue
		}
		dx, _ := parseLength(w[0], size)
		dy, _ := parseLength(w[1], size)
		x, y = append(x, dx.in(100)), append(y, dy.in(100))
	}
	area := 0.0
	for i := range x {
		k := (i + 1) % len(x)
		area += x[i]*y[k] - x[k]*y[i]
	}
	return math.Abs(area)/2 < 300
}

// masked tells of a mask in which everything is transparent.
func masked(value string) bool {
	for _, c := range calls(value) {
		if !strings.HasSuffix(c.name, "gradient") {
			continue
		}
		stops, sure := gradient(c)
		return sure && !slices.ContainsFunc(stops, func(s colour) bool { return s.a > minOpacity })
	}
	return false
}

func blurred(filter string, size float64) bool {
	for _, f := range calls(filter) {
		switch f.name {
		case "blur":
			if f.length(0, size).px >= 3 {
				return true
			}
		case "contrast":
			if f.number(0, 1) < 0.1 {
				return true
			}
		}
	}
	return false
}

// gradient returns the colours of a gradient; sure is false when one of them is not known.
func gradient(c call) (stops []colour, sure bool) {
	for i, a := range c.args {
		w := words(a)
		if len(w) == 0 {
			continue
		}
		col, ok := parseColour(w[0])
		if !ok {
			if i == 0 {
				continue // the direction
			}
			return nil, false
		}
		stops = append(stops, col)
	}
	return stops, len(stops) > 0
}
