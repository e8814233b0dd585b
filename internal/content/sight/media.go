package sight

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// condition is one thing that must hold for a rule to count.
type condition struct {
	media    string // a media query list in lower case; "" for the others
	doubtful bool   // depends on what the program can do
	negative bool   // … and holds where it cannot
}

// view is one way in which readers meet a letter.
type view struct {
	name     string  // "", phone, dark, outlook, hover …; told in findings
	width    float64 // px
	dark     bool
	doubt    bool   // doubtful conditions: true everywhere, or everywhere else
	hover    bool   // the mouse is over everything
	animated bool   // animations have ended
	client   string // whose private selectors count
	bare     bool   // style sheets are not read at all
	outlook  bool   // Outlook for Windows: no media queries, mso-… counts
}

const (
	desktop = 800 // px, a letter in a window
	phone   = 375 // px
)

var pixels = regexp.MustCompile(`(-?[0-9.]+)\s*(px|em|rem)?`)

// views chooses what to try: each width at which a style sheet changes something, light and dark, and whatever else it asks about.
func (s *sheet) views() []view {
	out := []view{{width: desktop, doubt: true}, {name: "phone", width: phone, doubt: true}}
	all := strings.Join(s.queries, "\n")
	for _, w := range s.widths() {
		out = append(out, view{name: "width_" + strconv.Itoa(int(w)), width: w, doubt: true})
	}
	if strings.Contains(all, "prefers-color-scheme") {
		for _, v := range slices.Clone(out) {
			v.dark, v.name = true, strings.TrimPrefix(v.name+"_dark", "_")
			out = append(out, v)
		}
	}
	if s.doubtful || odd(all) {
		out = append(out, view{name: "other_program", width: desktop}, view{name: "other_program", width: phone})
	}
	if len(s.keyframes) > 0 {
		out = append(out, view{name: "animation", width: desktop, doubt: true, animated: true}, view{name: "animation", width: phone, doubt: true, animated: true})
	}
	hovers, clients := s.asks()
	for _, c := range clients {
		out = append(out, view{name: c, width: desktop, doubt: true, client: c}, view{name: c, width: phone, doubt: true, client: c})
	}
	if hovers {
		out = append(out, view{name: "hover", width: desktop, doubt: true, hover: true})
	}
	return out
}

// widths returns up to eight widths beside the usual ones that the queries tell apart.
func (s *sheet) widths() (out []float64) {
	for _, q := range s.queries {
		for _, part := range strings.Split(q, "(")[1:] {
			part, _, _ = strings.Cut(part, ")")
			if !strings.Contains(part, "width") {
				continue
			}
			for _, m := range pixels.FindAllStringSubmatch(part, -1) {
				n, err := strconv.ParseFloat(m[1], 64)
				if err != nil {
					continue
				}
				if m[2] != "px" && m[2] != "" {
					n *= 16
				}
				for _, w := range []float64{n - 1, n, n + 1} {
					if w >= 280 && w <= 2000 && w != desktop && w != phone && !slices.Contains(out, w) && len(out) < 8 {
						out = append(out, w)
					}
				}
			}
		}
	}
	return out
}

// odd tells of queries about things that views do not vary by themselves.
func odd(queries string) bool {
	for _, part := range strings.Split(queries, "(")[1:] {
		part, _, _ = strings.Cut(part, ")")
		name, _, _ := strings.Cut(part, ":")
		if !strings.Contains(name, "width") && !strings.Contains(name, "prefers-color-scheme") {
			return true
		}
	}
	return strings.Contains(queries, "yahoo") || strings.Contains(queries, "not ")
}

// asks tells what the selectors want to know of the program and the mouse.
func (s *sheet) asks() (hovers bool, clients []string) {
	for _, r := range s.rules {
		hovers = hovers || r.selector.hovers
		if c := r.selector.client; c != "" && !slices.Contains(clients, c) {
			clients = append(clients, c)
		}
	}
	return hovers, clients
}

func (v view) holds(list []condition) bool {
	for _, c := range list {
		if v.outlook || c.doubtful && v.doubt == c.negative || c.media != "" && !v.media(c.media) {
			return false
		}
	}
	return true
}

// media evaluates a media query list (Media Queries 4).
func (v view) media(list string) bool {
	for _, q := range pieces(list, ',') {
		if v.query(q) {
			return true
		}
	}
	return strings.TrimSpace(list) == ""
}

func (v view) query(q string) bool {
	parts := words(strings.NewReplacer("and(", "and (", ")and", ") and").Replace(q))
	if len(parts) > 0 && parts[0] == "only" {
		parts = parts[1:]
	}
	if len(parts) > 1 && parts[0] == "not" {
		return !v.query(strings.Join(parts[1:], " "))
	}
	holds, anyOf := true, slices.Contains(parts, "or")
	if anyOf {
		holds = false
	}
	negate := false
	for _, p := range parts {
		if p == "and" || p == "or" {
			continue
		}
		if p == "not" {
			negate = true
			continue
		}
		this := v.feature(p) != negate
		negate = false
		if anyOf {
			holds = holds || this
		} else {
			holds = holds && this
		}
	}
	return holds
}

func (v view) feature(p string) bool {
	switch p {
	case "all", "screen":
		return true
	case "yahoo":
		return !v.doubt
	}
	if !strings.HasPrefix(p, "(") {
		return false // print, speech, tv …
	}
	inner := strings.TrimSpace(strings.TrimSuffix(p[1:], ")"))
	if strings.HasPrefix(inner, "(") || strings.HasPrefix(inner, "not ") {
		return v.query(inner)
	}
	name, value, ok := strings.Cut(inner, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok && strings.ContainsAny(inner, "<>=") {
		return v.inRange(inner)
	}
	switch name {
	case "min-width", "min-device-width":
		return v.width >= mediaLength(value)
	case "max-width", "max-device-width":
		return v.width <= mediaLength(value)
	case "width", "device-width":
		return !ok || v.width == mediaLength(value)
	case "prefers-color-scheme":
		return v.dark == (value == "dark")
	case "orientation":
		return (value == "landscape") == (v.width > 500)
	default:
		return v.doubt
	}
}

// inRange evaluates (400px <= width < 600px).
func (v view) inRange(s string) bool {
	if !strings.Contains(s, "width") {
		return v.doubt
	}
	left, right, _ := strings.Cut(strings.Replace(s, "device-", "", 1), "width")
	holds := true
	if f := strings.Fields(strings.NewReplacer("<=", " <= ", ">=", " >= ").Replace(right)); len(f) == 2 {
		holds = compare(v.width, f[0], mediaLength(f[1]))
	}
	if f := strings.Fields(strings.NewReplacer("<=", " <= ", ">=", " >= ").Replace(left)); len(f) == 2 {
		holds = holds && compare(mediaLength(f[0]), f[1], v.width)
	}
	return holds
}

func compare(a float64, op string, b float64) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	default:
		return a == b
	}
}

func mediaLength(s string) float64 {
	n, _ := parseLength(s, 16)
	return n.px
}
