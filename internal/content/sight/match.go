package sight

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// matches tells whether e is what the selector names.
func (sel *selector) matches(e *element, hover bool) bool {
	return sel.from(len(sel.compounds)-1, e, hover)
}

func (sel *selector) from(i int, e *element, hover bool) bool {
	c := &sel.compounds[i]
	if e.page.steps++; e.page.steps > maxSteps || !c.matches(e, hover) {
		return false
	}
	if i == 0 {
		return true
	}
	switch c.join {
	case '>':
		return e.parent != nil && sel.from(i-1, e.parent, hover)
	case '+':
		return e.previous() != nil && sel.from(i-1, e.previous(), hover)
	case '~':
		for p := e.previous(); p != nil; p = p.previous() {
			if sel.from(i-1, p, hover) {
				return true
			}
		}
		return false
	default:
		for p := e.parent; p != nil; p = p.parent {
			if sel.from(i-1, p, hover) {
				return true
			}
		}
		return false
	}
}

func (c *compound) matches(e *element, hover bool) bool {
	if c.tag != "" && c.tag != e.tag {
		return false
	}
	for _, id := range c.ids {
		if !strings.EqualFold(id, e.id) {
			return false
		}
	}
	for _, class := range c.classes {
		if !slices.ContainsFunc(e.classes, func(have string) bool { return strings.EqualFold(have, class) }) {
			return false
		}
	}
	for i := range c.attrs {
		if !c.attrs[i].matches(e.node) {
			return false
		}
	}
	for i := range c.tests {
		if !c.tests[i].matches(e, hover) {
			return false
		}
	}
	return true
}

func (t *attrTest) matches(n *html.Node) bool {
	have, ok := attr(n, t.name)
	want := t.value
	if t.fold || t.name == "type" || t.name == "dir" || t.name == "align" || t.name == "bgcolor" || t.name == "lang" {
		have, want = strings.ToLower(have), strings.ToLower(want)
	}
	switch t.op {
	case "":
		return ok
	case "=":
		return ok && have == want
	case "~=":
		return slices.Contains(strings.Fields(have), want)
	case "|=":
		return ok && (have == want || strings.HasPrefix(have, want+"-"))
	case "^=":
		return want != "" && strings.HasPrefix(have, want)
	case "$=":
		return want != "" && strings.HasSuffix(have, want)
	default:
		return want != "" && strings.Contains(have, want)
	}
}

func (p *pseudoClass) matches(e *element, hover bool) bool {
	switch p.name {
	case "hover":
		return hover
	case "link":
		_, ok := attr(e.node, "href")
		return ok && (e.tag == "a" || e.tag == "area")
	case "root":
		return e.parent == nil
	case "empty":
		return e.node.FirstChild == nil
	case "not":
		return !matchesAny(p.list, e, hover)
	case "is":
		return matchesAny(p.list, e, hover)
	case "has":
		return e.has(p.list, hover)
	case "lang":
		return e.inLanguage(p.list[0].text)
	case "first-child":
		return e.index == 0
	case "last-child":
		return e.fromEnd() == 0
	case "only-child":
		return e.index == 0 && e.fromEnd() == 0
	case "first-of-type":
		return e.ofType() == 0
	case "last-of-type":
		return e.ofTypeFromEnd() == 0
	case "only-of-type":
		return e.ofType() == 0 && e.ofTypeFromEnd() == 0
	case "nth-child":
		return p.nth(e.index + 1)
	case "nth-last-child":
		return p.nth(e.fromEnd() + 1)
	case "nth-of-type":
		return p.nth(e.ofType() + 1)
	case "nth-last-of-type":
		return p.nth(e.ofTypeFromEnd() + 1)
	default:
		return false
	}
}

func (p *pseudoClass) nth(n int) bool {
	if p.a == 0 {
		return n == p.b
	}
	return (n-p.b)%p.a == 0 && (n-p.b)/p.a >= 0
}

func matchesAny(list []selector, e *element, hover bool) bool {
	for i := range list {
		if list[i].matches(e, hover) {
			return true
		}
	}
	return false
}
