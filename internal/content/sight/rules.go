package sight

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// match finds which rules speak about each element, weakest first.
func (d *document) match(hover bool) {
	byKey := map[string][]*rule{}
	for i := range d.sheet.rules {
		r := &d.sheet.rules[i]
		k := key(&r.selector.compounds[len(r.selector.compounds)-1])
		byKey[k] = append(byKey[k], r)
	}
	for _, e := range d.all {
		if e.pseudo != "" {
			continue
		}
		e.matched = e.matched[:0]
		d.matchOne(e, byKey[""], hover)
		d.matchOne(e, byKey[e.tag], hover)
		d.matchOne(e, byKey["#"+strings.ToLower(e.id)], hover)
		for i, c := range e.classes {
			if !slices.Contains(e.classes[:i], c) {
				d.matchOne(e, byKey["."+strings.ToLower(c)], hover)
			}
		}
		slices.SortStableFunc(e.matched, func(a, b match) int {
			if a.rule.layered != b.rule.layered {
				if a.rule.layered {
					return -1
				}
				return 1
			}
			if a.weight != b.weight {
				return a.weight - b.weight
			}
			return a.rule.order - b.rule.order
		})
	}
}

func key(c *compound) string {
	switch {
	case len(c.ids) > 0:
		return "#" + strings.ToLower(c.ids[0])
	case len(c.classes) > 0:
		return "." + strings.ToLower(c.classes[0])
	default:
		return c.tag
	}
}

func (d *document) matchOne(e *element, rules []*rule, hover bool) {
	for _, r := range rules {
		if r.selector.pseudo == "none" || !r.selector.matches(e, hover) {
			continue
		}
		to := e
		if r.selector.pseudo != "" {
			to = d.pseudoOf(e, r.selector.pseudo)
		}
		to.matched = append(to.matched, match{r, r.selector.weight})
	}
}

// pseudoOf returns the ::before or ::after of an element, made when a rule speaks of it.
func (d *document) pseudoOf(e *element, which string) *element {
	for _, k := range e.kids {
		if k.el != nil && k.el.pseudo == which {
			return k.el
		}
	}
	p := &element{page: d, node: &html.Node{Type: html.ElementNode, Data: "span"}, parent: e, tag: "span", pseudo: which, place: e.place, order: e.order}
	if which == "before" {
		e.kids = append([]kid{{el: p}}, e.kids...)
	} else {
		p.order = e.order + 1<<20
		e.kids = append(e.kids, kid{el: p})
	}
	return p
}
