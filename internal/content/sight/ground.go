package sight

import "strings"

// colours judges the colour of letters against what lies behind them.
func (e *element) colours(v view) trouble {
	s := &e.style
	letters := s.color
	if s.filled {
		letters = s.fill
	}
	t := trouble{reason: "colour", by: e, properties: []string{"-webkit-text-fill-color", "color", "background", "filter", "mix-blend-mode"}}
	if letters.a < 0.5 && e.paintedThrough() {
		t.doubt = true
		return t
	}
	if v.client == "outlook_dark" && letters.a >= minOpacity {
		return trouble{} // it chooses backgrounds itself
	}
	grounds, sure := e.grounds(letters, v)
	best := 0.0
	for _, g := range grounds {
		best = max(best, g.contrast())
	}
	switch {
	case best >= faint:
		return trouble{}
	case best >= minContrast:
		t.reason, t.doubt = "faint", true
	case !sure || s.shadowed:
		t.reason, t.doubt = "unsure", true
	}
	return t
}

// paintedThrough tells of letters through which a background shows.
func (e *element) paintedThrough() bool {
	for p := e; p != nil; p = p.parent {
		if p.style.clipText && p.style.image != "" {
			return true
		}
		if p.style.display != "inline" {
			return false
		}
	}
	return false
}

// ground is one colour that may lie behind letters, with the colour that the letters then have.
type ground struct{ letters, behind colour }

func (g ground) contrast() float64 {
	behind := g.behind.over(white)
	return contrast(g.letters.over(behind), behind)
}

// grounds walks outwards and lays the backgrounds over each other. sure is false when a picture or the program's own dark page lies behind.
func (e *element) grounds(letters colour, v view) (out []ground, sure bool) {
	out, sure = []ground{{letters: letters}}, true
	for p := e; p != nil; p = p.parent {
		s := &p.style
		if !s.clipText {
			out, sure = lay(out, s, sure)
		}
		for i := range out {
			g := &out[i]
			if s.filter != "" {
				g.letters, g.behind = g.letters.filtered(s.filter), g.behind.filtered(s.filter)
			}
			g.letters.a *= s.opacity
			g.behind.a *= s.opacity
			if s.blend != "" && s.blend != "normal" && p.parent != nil {
				g.mix(s.blend, p.parent, v)
			}
		}
	}
	for _, g := range out {
		if v.dark && g.behind.a < 0.5 {
			sure = false
		}
	}
	return out, sure
}

// mix blends an element with what is behind it.
func (g *ground) mix(mode string, behind *element, v view) {
	back, _ := behind.grounds(colour{}, v)
	page := back[0].behind.over(white)
	painted := g.letters.over(g.behind)
	g.letters = painted.blend(mode, page)
	if g.behind.a > 0 {
		g.behind = g.behind.blend(mode, page)
	}
}

// lay puts the background of an element under what was gathered.
func lay(out []ground, s *style, sure bool) ([]ground, bool) {
	stops, known := stopsOf(s.image)
	if s.image != "" && !known {
		for _, g := range out {
			if g.behind.a < 0.9 {
				sure = false
			}
		}
	}
	if known {
		var more []ground
		for _, g := range out {
			for _, stop := range stops {
				more = append(more, ground{g.letters, g.behind.over(stop.over(s.bg))})
			}
		}
		if len(more) <= 16 {
			return more, sure
		}
	}
	for i := range out {
		out[i].behind = out[i].behind.over(s.bg)
	}
	return out, sure
}

// stopsOf returns the colours of a background that is one gradient.
func stopsOf(image string) ([]colour, bool) {
	if image == "" || strings.Contains(image, "url(") {
		return nil, false
	}
	for _, c := range calls(strings.ToLower(image)) {
		if strings.HasSuffix(c.name, "gradient") {
			return gradient(c)
		}
	}
	return nil, false
}
