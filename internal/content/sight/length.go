package sight

import (
	"math"
	"strconv"
	"strings"
)

// dim is a length that may depend on the size of what is around: px + share of it.
type dim struct {
	px, share float64
	set       bool
}

func (d dim) in(whole float64) float64 { return d.px + d.share*whole }

// or is the length, or what is usual when none was said.
func (d dim) or(whole, usual float64) float64 {
	if !d.set {
		return usual
	}
	return d.in(whole)
}

var units = map[string]float64{"px": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945}

// parseLength reads a length with the size of the type for em; calc(), min(), max() and clamp() are worked out.
// ok is false for words like auto.
func parseLength(s string, size float64) (dim, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 200 {
		return dim{}, false
	}
	if open := strings.IndexByte(s, '('); open >= 0 && strings.HasSuffix(s, ")") {
		return lengthFunction(s[:open], s[open+1:len(s)-1], size)
	}
	i := 0
	for i < len(s) && strings.IndexByte("+-.0123456789", s[i]) >= 0 {
		i++
	}
	if i > 0 && i+1 < len(s) && s[i] == 'e' && strings.IndexByte("+-0123456789", s[i+1]) >= 0 {
		for i++; i < len(s) && strings.IndexByte("+-0123456789", s[i]) >= 0; {
			i++
		}
	}
	n, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return dim{}, false
	}
	n = max(-1e7, min(1e7, n))
	switch unit := s[i:]; unit {
	case "":
		return dim{px: n, set: true}, true // lengths without a unit count in mail (quirks mode), and so does 0
	case "%":
		return dim{share: n / 100, set: true}, true
	case "em":
		return dim{px: n * size, set: true}, true
	case "rem":
		return dim{px: n * 16, set: true}, true
	case "ex", "ch":
		return dim{px: n * size / 2, set: true}, true
	case "lh", "rlh":
		return dim{px: n * size * 1.2, set: true}, true
	case "vw", "vh", "vmin", "vmax", "dvw", "dvh", "svw", "svh", "lvw", "lvh":
		return dim{px: n * 6, set: true}, true
	default:
		f, ok := units[unit]
		return dim{px: n * f, set: ok}, ok
	}
}

func lengthFunction(name, args string, size float64) (dim, bool) {
	switch name {
	case "calc", "-webkit-calc", "":
		return calc(args, size)
	case "min", "max", "clamp":
		var best dim
		for i, p := range pieces(args, ',') {
			d, ok := calc(p, size)
			if !ok {
				return dim{}, false
			}
			smaller := d.in(400) < best.in(400)
			if i == 0 || name == "min" && smaller || name == "max" && !smaller || name == "clamp" && i == 1 && !smaller || name == "clamp" && i == 2 && smaller {
				best = d
			}
		}
		return best, best.set
	default:
		return dim{}, false
	}
}

// calc works a sum of products out.
func calc(s string, size float64) (dim, bool) {
	total, sign, any := dim{}, 1.0, false
	for _, w := range words(strings.NewReplacer("*", " * ", "/", " / ").Replace(s)) {
		switch w {
		case "+":
			sign = 1
			continue
		case "-":
			sign = -1
			continue
		case "*", "/":
			sign = 0
			continue
		}
		d, ok := parseLength(w, size)
		if !ok {
			return dim{}, false
		}
		if sign == 0 { // a factor of what came before
			if strings.Contains(s, "/") && d.px != 0 {
				d.px = 1 / d.px
			}
			total.px, total.share, sign = total.px*d.px, total.share*d.px, 1
			continue
		}
		total.px, total.share, any = total.px+sign*d.px, total.share+sign*d.share, true
		sign = 1
	}
	total.set = any
	return total, any
}

// ratio reads a number or a percentage.
func ratio(value string) (float64, bool) {
	value = strings.TrimSpace(value)
	if inner, ok := strings.CutPrefix(value, "calc("); ok {
		d, ok := calc(strings.TrimSuffix(inner, ")"), 16)
		return d.px + d.share, ok
	}
	v, percent := strings.CutSuffix(value, "%")
	n, err := strconv.ParseFloat(v, 64)
	if percent {
		n /= 100
	}
	return n, err == nil && !math.IsNaN(n)
}

// call is one function of a value such as transform or filter.
type call struct {
	name string
	args []string
}

func calls(value string) (out []call) {
	for _, w := range words(value) {
		open := strings.IndexByte(w, '(')
		if open <= 0 {
			continue
		}
		out = append(out, call{strings.ToLower(w[:open]), pieces(strings.TrimSuffix(w[open+1:], ")"), ',')})
	}
	return out
}

func (c call) number(i int, otherwise float64) float64 {
	if i >= len(c.args) {
		return otherwise
	}
	if n, ok := ratio(c.args[i]); ok {
		return n
	}
	return otherwise
}

func (c call) length(i int, size float64) dim {
	if i >= len(c.args) {
		return dim{}
	}
	d, _ := parseLength(c.args[i], size)
	return d
}

// angle reads degrees.
func angle(s string) float64 {
	for unit, f := range map[string]float64{"deg": 1, "grad": 0.9, "turn": 360} {
		if v, ok := strings.CutSuffix(s, unit); ok && !(unit == "rad" && strings.HasSuffix(s, "grad")) {
			n, _ := strconv.ParseFloat(v, 64)
			return n * f
		}
	}
	v, _ := strings.CutSuffix(s, "rad")
	n, _ := strconv.ParseFloat(v, 64)
	return n * 180 / math.Pi
}
