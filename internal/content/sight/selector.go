package sight

import (
	"slices"
	"strconv"
	"strings"
)

// selector is one complex selector (Selectors 4): compounds from left to right with what joins each to the one before.
type selector struct {
	text      string
	compounds []compound
	weight    int    // specificity
	pseudo    string // before, after; others never match
	hovers    bool   // asks where the mouse is
	client    string // counts in one mail program only
}

type compound struct {
	join    byte // ' ', '>', '+', '~'; 0 for the first
	tag     string
	ids     []string
	classes []string
	attrs   []attrTest
	tests   []pseudoClass
}

type attrTest struct {
	name, op, value string
	fold            bool
}

type pseudoClass struct {
	name string
	list []selector // of :not, :is, :has
	a, b int        // of :nth-…
}

// parseSelectors reads a list; ok is false when any of it is wrong, as browsers drop the whole rule then.
func parseSelectors(s string) (out []selector, ok bool) {
	for _, p := range pieces(s, ',') {
		sel, ok := parseSelector(p)
		if !ok {
			return nil, false
		}
		out = append(out, sel)
	}
	return out, len(out) > 0
}

func parseSelector(s string) (selector, bool) {
	sel := selector{text: strings.Join(strings.Fields(s), " ")}
	join := byte(0)
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case isSpace(c):
			if join == 0 && len(sel.compounds) > 0 {
				join = ' '
			}
			i++
			continue
		case c == '>' || c == '+' || c == '~':
			join = c
			i++
			continue
		}
		end, c, ok := sel.compound(s, i)
		if !ok {
			return sel, false
		}
		c.join = join
		sel.compounds = append(sel.compounds, c)
		i, join = end, 0
	}
	sel.private()
	return sel, len(sel.compounds) > 0 && (join == 0 || join == ' ')
}

// identEnd returns the end of the identifier that begins at i.
func identEnd(s string, i int) int {
	for i < len(s) {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i = escapeEnd(s, i)
		case c >= 0x80, c == '-', c == '_', c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
			i++
		default:
			return i
		}
	}
	return i
}

// escapeEnd returns the end of an escape: six digits at the most, and the space that may end them.
func escapeEnd(s string, i int) int {
	end := i + 1
	for end < len(s) && end < i+7 && strings.IndexByte("0123456789abcdefABCDEF", s[end]) >= 0 {
		end++
	}
	if end == i+1 {
		return i + 2
	}
	if end < len(s) && isSpace(s[end]) {
		end++
	}
	return end
}

func (sel *selector) compound(s string, i int) (int, compound, bool) {
	var c compound
	begin := i
	for i < len(s) && !isSpace(s[i]) && s[i] != '>' && s[i] != '+' && s[i] != '~' {
		switch s[i] {
		case '*':
			i++
		case '|':
			i++
		case '#', '.':
			end := identEnd(s, i+1)
			if end == i+1 {
				return i, c, false
			}
			word := unescape(s[i+1 : end])
			if s[i] == '#' {
				c.ids = append(c.ids, word)
				sel.weight += 1 << 20
			} else {
				c.classes = append(c.classes, word)
				sel.weight += 1 << 10
			}
			i = end
		case '[':
			end := until(s, i+1, "]")
			t, ok := parseAttr(s[i+1 : end])
			if !ok || end >= len(s) {
				return i, c, false
			}
			c.attrs = append(c.attrs, t)
			sel.weight += 1 << 10
			i = end + 1
		case ':':
			end, ok := sel.pseudoOf(&c, s, i)
			if !ok {
				return i, c, false
			}
			i = end
		default:
			end := identEnd(s, i)
			if end == i || i != begin && s[i-1] != '|' {
				return i, c, false
			}
			c.tag = strings.ToLower(unescape(s[i:end]))
			sel.weight++
			i = end
		}
	}
	return i, c, i > begin
}

func parseAttr(s string) (attrTest, bool) {
	s = strings.TrimSpace(s)
	i := strings.IndexByte(s, '=')
	if i < 0 {
		return attrTest{name: strings.ToLower(unescape(s))}, s != ""
	}
	t := attrTest{op: "="}
	head := s[:i]
	if n := len(head); n > 0 && strings.IndexByte("~|^$*", head[n-1]) >= 0 {
		t.op, head = head[n-1:]+"=", head[:n-1]
	}
	t.name = strings.ToLower(unescape(strings.TrimSpace(head)))
	value := strings.TrimSpace(s[i+1:])
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		end := stringEnd(value, 0)
		t.fold = strings.EqualFold(strings.TrimSpace(value[end:]), "i")
		t.value = unescape(strings.Trim(value[:end], value[:1]))
		return t, t.name != ""
	}
	value, flag, _ := strings.Cut(value, " ")
	t.fold = strings.EqualFold(strings.TrimSpace(flag), "i")
	t.value = unescape(value)
	return t, t.name != "" && t.value != ""
}

// pseudoOf reads a pseudo-class or pseudo-element that begins at i.
func (sel *selector) pseudoOf(c *compound, s string, i int) (int, bool) {
	element := strings.HasPrefix(s[i:], "::")
	begin := i + 1
	if element {
		begin++
	}
	end := identEnd(s, begin)
	word := strings.ToLower(s[begin:end])
	args := ""
	if end < len(s) && s[end] == '(' {
		stop := until(s, end+1, ")")
		args, end = s[end+1:stop], min(stop+1, len(s))
	}
	switch word {
	case "before", "after":
		sel.pseudo = word
		sel.weight++
		return end, true
	case "first-line":
		sel.weight++ // a link is short: its line is the first one
		return end, true
	}
	if element || word == "first-letter" {
		sel.pseudo = "none"
		return end, word != ""
	}
	p, weight, ok := parsePseudo(word, args)
	for _, inner := range p.list {
		sel.hovers = sel.hovers || inner.hovers
	}
	sel.hovers = sel.hovers || p.name == "hover"
	sel.weight += weight
	c.tests = append(c.tests, p)
	return end, ok
}

func parsePseudo(word, args string) (p pseudoClass, weight int, ok bool) {
	p = pseudoClass{name: word}
	weight = 1 << 10
	switch word {
	case "hover", "active", "focus", "focus-within", "focus-visible":
		p.name = "hover"
	case "link", "any-link", "-webkit-any-link":
		p.name = "link"
	case "visited", "target", "checked", "disabled", "enabled", "invalid", "valid", "required", "optional", "read-only", "read-write", "fullscreen", "indeterminate", "default":
		p.name = "never"
	case "root", "empty", "first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type":
	case "not", "is", "where", "matches", "-webkit-any", "-moz-any", "has":
		list, fine := parseSelectors(args)
		if word == "has" && !fine {
			return p, 0, false
		}
		if !fine && word == "not" {
			return p, 0, false
		}
		p.list, weight = list, 0
		for _, l := range list {
			weight = max(weight, l.weight)
		}
		if word == "where" {
			weight = 0
		}
		if word != "not" && word != "has" {
			p.name = "is"
		}
	case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
		of, _, _ := strings.Cut(strings.ToLower(args), " of ")
		p.a, p.b, ok = parseNth(of)
		return p, weight, ok
	case "lang":
		p.list = []selector{{text: strings.ToLower(strings.Trim(args, ` "'`))}}
	default:
		return p, 0, false
	}
	return p, weight, true
}

// parseNth reads an+b.
func parseNth(s string) (a, b int, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	switch s {
	case "odd":
		return 2, 1, true
	case "even":
		return 2, 0, true
	}
	head, tail, hasN := strings.Cut(s, "n")
	if !hasN {
		b, err := strconv.Atoi(s)
		return 0, b, err == nil
	}
	switch head {
	case "", "+":
		a = 1
	case "-":
		a = -1
	default:
		n, err := strconv.Atoi(head)
		if err != nil {
			return 0, 0, false
		}
		a = n
	}
	if tail == "" {
		return a, 0, true
	}
	b, err := strconv.Atoi(tail)
	return a, b, err == nil
}

// private finds the selectors by which senders reach one mail program only, and takes their private part off:
// "u + .body .x" matches .x in Gmail, "[data-ogsc] .x" in Outlook on the web and phones when it is dark.
func (sel *selector) private() {
	for len(sel.compounds) > 1 {
		first, second := sel.compounds[0], sel.compounds[1]
		switch {
		case first.tag == "u" && len(first.classes)+len(first.ids) == 0 && (second.join == '+' || second.join == '~'):
			sel.client = "gmail"
		case slices.ContainsFunc(first.attrs, func(a attrTest) bool { return strings.HasPrefix(a.name, "data-ogs") }):
			sel.client = "outlook_dark"
		case slices.ContainsFunc(first.attrs, func(a attrTest) bool {
			return a.name == "owa" || a.name == "office365" || a.name == "data-outlook-cycle"
		}):
			sel.client = "outlook_web"
		case slices.ContainsFunc(first.classes, foreignWrapper) || slices.ContainsFunc(first.ids, foreignWrapper):
			sel.client = "mail_program"
		default:
			return
		}
		sel.compounds = sel.compounds[1:]
		sel.compounds[0].join = 0
	}
}

func foreignWrapper(s string) bool {
	switch strings.ToLower(s) {
	case "externalclass", "readmsgbody", "outlook", "messageviewbody", "messagewebviewdiv", "moz-text-html", "moz-text-plain", "yshortcuts":
		return true
	default:
		return false
	}
}
