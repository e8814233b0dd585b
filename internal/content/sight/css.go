package sight

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// declaration is one "name: value" of a style, both without comments and escapes; the name in lower case.
type declaration struct {
	name, value string
	important   bool
}

// rule is one style rule with one selector and the conditions under which it counts.
type rule struct {
	selector selector
	list     []declaration
	when     []condition // of the @media, @supports … around it; all must hold
	order    int         // later ones win
	layered  bool        // in a @layer: weaker than all rules outside
	on       bool        // it counts in the view that is looked at
}

// sheet is what all style elements of a letter say together.
type sheet struct {
	rules     []rule
	keyframes map[string][]declaration // how each animation ends
	queries   []string                 // every media query, for choosing what to try
	heavy     bool                     // a selector is too long to be read
	doubtful  bool                     // some conditions depend on the program: @supports, @container, unknown features
}

// Declarations reads a style attribute: the last of equal names counts, unless an earlier one is important.
func Declarations(css string) map[string]string {
	out, important := map[string]string{}, map[string]bool{}
	list, _ := parseBlock(withoutComments(css))
	for _, d := range list {
		if d.important || !important[d.name] {
			out[d.name], important[d.name] = strings.ToLower(d.value), d.important
		}
	}
	return out
}

// withoutComments drops comments outside strings (CSS Syntax 3 §4.3.2); an open one reaches to the end.
func withoutComments(css string) string {
	if !strings.Contains(css, "/*") {
		return css
	}
	var b strings.Builder
	for i := 0; i < len(css); {
		switch {
		case css[i] == '"' || css[i] == '\'':
			end := stringEnd(css, i)
			b.WriteString(css[i:end])
			i = end
		case strings.HasPrefix(css[i:], "/*"):
			n := strings.Index(css[i+2:], "*/")
			if n < 0 {
				return b.String()
			}
			b.WriteByte(' ')
			i += n + 4
		default:
			b.WriteByte(css[i])
			i++
		}
	}
	return b.String()
}

// stringEnd returns the end of the string that begins at i; a line break ends a broken one.
func stringEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		case '\n':
			return i
		}
	}
	return len(s)
}

// until returns where one of stops stands outside strings, brackets and escapes, len(s) when it does not.
func until(s string, i int, stops string) int {
	depth := 0
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			i++
		case c == '"' || c == '\'':
			i = stringEnd(s, i) - 1
		case depth == 0 && strings.IndexByte(stops, c) >= 0:
			return i
		case c == '(' || c == '[' || c == '{':
			depth++
		case (c == ')' || c == ']' || c == '}') && depth > 0:
			depth--
		}
	}
	return min(i, len(s))
}

// pieces cuts s at a separator outside strings and brackets.
func pieces(s string, separator byte) []string {
	var out []string
	for i := 0; i <= len(s); {
		end := until(s, i, string(separator))
		out = append(out, strings.TrimSpace(s[i:end]))
		i = end + 1
	}
	return out
}

// words cuts a value at spaces outside strings and brackets.
func words(value string) []string {
	var out []string
	for i := 0; i < len(value); {
		if isSpace(value[i]) {
			i++
			continue
		}
		end := until(value, i, " \t\r\n\f")
		out = append(out, value[i:end])
		i = end
	}
	return out
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// unescape resolves the escapes of identifiers: d\69splay is display (CSS Syntax 3 §4.3.7).
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		j := i + 1
		for j < len(s) && j < i+7 && strings.IndexByte("0123456789abcdefABCDEF", s[j]) >= 0 {
			j++
		}
		if j == i+1 {
			_, size := utf8.DecodeRuneInString(s[j:])
			b.WriteString(s[j : j+size])
			i = j + size - 1
			continue
		}
		n, _ := strconv.ParseUint(s[i+1:j], 16, 32)
		b.WriteRune(rune(n))
		if j < len(s) && isSpace(s[j]) {
			j++
		}
		i = j - 1
	}
	return b.String()
}

// nested is a rule inside the block of another one.
type nested struct{ prelude, body string }

// parseBlock reads the inside of braces: declarations, and rules nested in them (CSS Nesting 1).
func parseBlock(body string) (list []declaration, inside []nested) {
	for i := 0; i < len(body); {
		end := until(body, i, ";{}")
		head := body[i:end]
		if end < len(body) && body[end] == '{' && !strings.HasPrefix(strings.TrimSpace(head), "--") {
			stop := until(body, end+1, "}")
			inside = append(inside, nested{strings.TrimSpace(head), body[end+1 : stop]})
			i = stop + 1
			continue
		}
		if d, ok := parseDeclaration(head); ok {
			list = append(list, d)
		}
		i = end + 1
	}
	return list, inside
}

func parseDeclaration(s string) (declaration, bool) {
	name, value, ok := strings.Cut(s, ":")
	if !ok {
		return declaration{}, false
	}
	d := declaration{name: strings.ToLower(unescape(strings.TrimSpace(name))), value: strings.TrimSpace(value)}
	if i := strings.LastIndexByte(d.value, '!'); i >= 0 && strings.EqualFold(strings.TrimSpace(unescape(d.value[i+1:])), "important") {
		d.value, d.important = strings.TrimSpace(d.value[:i]), true
	}
	if !strings.ContainsAny(d.value, "\"'") && !strings.Contains(strings.ToLower(d.value), "url(") {
		d.value = strings.ToLower(unescape(d.value))
	}
	return d, d.name != "" && d.value != ""
}

// add reads one style element; when holds the conditions around it.
func (s *sheet) add(css string, when []condition) {
	s.rulesOf(strings.NewReplacer("<!--", "", "-->", "").Replace(withoutComments(css)), when, "", false)
}

// rulesOf reads the rules of a block. parent is the selector that "&" stands for.
func (s *sheet) rulesOf(css string, when []condition, parent string, layered bool) {
	for i := 0; i < len(css); {
		if isSpace(css[i]) || css[i] == '}' || css[i] == ';' {
			i++
			continue
		}
		end := until(css, i, "{;}")
		prelude := strings.TrimSpace(css[i:end])
		if end >= len(css) || css[end] != '{' {
			i = end + 1
			continue
		}
		stop := until(css, end+1, "}")
		s.block(prelude, css[end+1:stop], when, parent, layered)
		i = stop + 1
	}
}

func (s *sheet) block(prelude, body string, when []condition, parent string, layered bool) {
	if strings.HasPrefix(prelude, "@") {
		s.atRule(prelude, body, when, parent, layered)
		return
	}
	if parent != "" {
		if len(parent) > maxSelector {
			s.heavy = true
			return
		}
		prelude = nest(prelude, parent)
	}
	list, inside := parseBlock(body)
	if len(list) > 0 {
		s.addRules(prelude, list, when, layered)
	}
	for _, n := range inside {
		s.block(n.prelude, n.body, when, prelude, layered)
	}
}

func (s *sheet) addRules(prelude string, list []declaration, when []condition, layered bool) {
	if len(prelude) > maxSelector {
		s.heavy = true
		return
	}
	parsed, ok := parseSelectors(prelude)
	if !ok {
		return // one wrong selector makes the whole rule wrong (Selectors 4 §4.1)
	}
	for _, sel := range parsed {
		s.rules = append(s.rules, rule{selector: sel, list: list, when: when, order: len(s.rules), layered: layered})
	}
}

// nest writes the selector of a nested rule out in full.
func nest(prelude, parent string) string {
	var out []string
	for _, p := range pieces(prelude, ',') {
		if !strings.Contains(p, "&") {
			p = "& " + p
		}
		out = append(out, strings.ReplaceAll(p, "&", ":is("+parent+")"))
	}
	return strings.Join(out, ",")
}

func (s *sheet) atRule(prelude, body string, when []condition, parent string, layered bool) {
	name, rest, _ := strings.Cut(prelude+" ", " ")
	if i := strings.IndexByte(name, '('); i > 0 {
		name, rest = name[:i], name[i:]+" "+rest
	}
	rest = strings.ToLower(strings.TrimSpace(rest))
	inner := when[:len(when):len(when)]
	switch strings.ToLower(name) {
	case "@media":
		s.queries = append(s.queries, rest)
		inner = append(inner, condition{media: rest})
	case "@supports", "@container", "@document", "@-moz-document", "@scope", "@starting-style":
		s.doubtful = true
		inner = append(inner, condition{doubtful: true, negative: strings.HasPrefix(rest, "not")})
	case "@layer":
		layered = true
	case "@keyframes", "@-webkit-keyframes":
		s.addKeyframes(rest, body)
		return
	default:
		return
	}
	list, inside := parseBlock(body)
	if parent != "" && len(list) > 0 {
		s.addRules(parent, list, inner, layered)
	}
	for _, n := range inside {
		s.block(n.prelude, n.body, inner, parent, layered)
	}
}

func (s *sheet) addKeyframes(name, body string) {
	_, frames := parseBlock(body)
	for _, f := range frames {
		for _, at := range pieces(strings.ToLower(f.prelude), ',') {
			if at == "to" || at == "100%" {
				list, _ := parseBlock(f.body)
				s.keyframes[name] = append(s.keyframes[name], list...)
			}
		}
	}
}
