package block

import (
	"math"
	"strconv"
)

// fonts that every mail program has, by their names in the theme.
var fonts = map[string]string{
	"arial": "Arial,Helvetica,sans-serif", "verdana": "Verdana,Geneva,sans-serif", "tahoma": "Tahoma,Verdana,sans-serif",
	"trebuchet": "'Trebuchet MS',Tahoma,sans-serif", "georgia": "Georgia,serif", "times": "'Times New Roman',Times,serif",
}

var colorNames = map[Color]func(*Theme) string{
	"bg": func(t *Theme) string { return t.Bg }, "surface": func(t *Theme) string { return t.Surface }, "text": func(t *Theme) string { return t.Text },
	"muted": func(t *Theme) string { return t.Muted }, "link": func(t *Theme) string { return t.Link },
	"primary": func(t *Theme) string { return t.Primary }, "on_primary": func(t *Theme) string { return t.OnPrimary },
}

// dark are the colours of the dark scheme by the names they stand for. Primary, what lies on it, and colours written out stay.
var dark = map[Color]string{"bg": "#101619", "surface": "#182024", "text": "#E8EEF1", "muted": "#A9B7BF"}

// color gives #RRGGBB for a name of the theme or a colour written out; other when there is none.
func (t *Theme) color(c, other Color) string {
	if c == "" {
		c = other
	}
	if of, ok := colorNames[c]; ok {
		return of(t)
	}
	return string(c)
}

// darkClass is the class that gives a text or a ground its colour in the dark scheme.
func darkClass(c, other Color) string {
	if c == "" {
		c = other
	}
	switch c {
	case "text":
		return "kt"
	case "muted":
		return "km"
	case "link":
		return "kl"
	case "surface":
		return "ks"
	case "bg":
		return "kb"
	}
	return ""
}

// contrast is the ratio of WCAG 2.2 between two colours #RRGGBB, from 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(color string) float64 {
	if len(color) != 7 {
		return 0
	}
	part := func(at int) float64 {
		n, err := strconv.ParseUint(color[at:at+2], 16, 8)
		if err != nil {
			return 0
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}
