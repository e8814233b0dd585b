package frame

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Palette is an account's colour made fit for reading: every pair below has the contrast that WCAG 2.2 asks for (§1.4.3: 4.5 for
// text, §1.4.11: 3 for the outline of a control), whatever colour was chosen.
type Palette struct {
	Button string `json:"button"` // the colour itself
	OnIt   string `json:"on_it"`  // of the words of a button: black or white
	Light  string `json:"light"`  // of links and outlines on a light page
	Dark   string `json:"dark"`   // the same on a dark page
}

// The backgrounds that colours of links are held against: of all that stand in style.css, those with the least contrast.
const (
	lightPage = "#eef3f5"
	darkPage  = "#1f2c34"
	textRatio = 4.5
)

// DefaultColour is the product's own.
const DefaultColour = "#08768b"

type rgb [3]uint8

// parseColour reads #rrggbb or #rgb.
func parseColour(s string) (rgb, bool) {
	s, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(s)), "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if !ok || err != nil || len(s) != 6 {
		return rgb{}, false
	}
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// ParseColour returns a colour as it is kept, #rrggbb in lower case; ok is false for what is none.
func ParseColour(s string) (colour string, ok bool) {
	c, ok := parseColour(s)
	if !ok {
		return "", false
	}
	return c.String(), true
}

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// luminance is the relative luminance of WCAG 2.2, 0 for black, 1 for white.
func (c rgb) luminance() float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c[0]) + 0.7152*part(c[1]) + 0.0722*part(c[2])
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Contrast is the ratio of two colours (WCAG 2.2), from 1 to 21; 0 when one of them is none.
func Contrast(a, b string) float64 {
	x, ok := parseColour(a)
	y, too := parseColour(b)
	if !ok || !too {
		return 0
	}
	return contrast(x, y)
}

// toward moves a colour towards another, by a share from 0 to 1.
func (c rgb) toward(to rgb, share float64) rgb {
	var out rgb
	for i := range c {
		out[i] = uint8(math.Round(float64(c[i]) + (float64(to[i])-float64(c[i]))*share))
	}
	return out
}

// readable moves a colour towards the end that differs from the background until words in it can be read there.
func (c rgb) readable(on rgb) rgb {
	end := rgb{}
	if contrast(rgb{255, 255, 255}, on) > contrast(rgb{}, on) {
		end = rgb{255, 255, 255}
	}
	for share := 0.0; share < 1; share += 0.05 {
		if out := c.toward(end, share); contrast(out, on) >= textRatio {
			return out
		}
	}
	return end
}

// PaletteOf makes a colour fit for the page. What is no colour gives the product's own.
func PaletteOf(colour string) Palette {
	c, ok := parseColour(colour)
	if !ok {
		c, _ = parseColour(DefaultColour)
	}
	light, _ := parseColour(lightPage)
	dark, _ := parseColour(darkPage)
	on := rgb{}
	if contrast(rgb{255, 255, 255}, c) >= contrast(rgb{}, c) {
		on = rgb{255, 255, 255}
	}
	return Palette{Button: c.String(), OnIt: on.String(), Light: c.readable(light).String(), Dark: c.readable(dark).String()}
}

// css puts the palette over the product's colours; the zero palette has none.
func (p Palette) css() string {
	if p == (Palette{}) {
		return ""
	}
	return ":root{--button:" + p.Button + ";--on:" + p.OnIt + ";--light:" + p.Light + ";--dark:" + p.Dark + "}"
}
