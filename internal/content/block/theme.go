package block

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
