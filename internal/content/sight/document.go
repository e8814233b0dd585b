package sight

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Mark is the attribute by which a page tells where in the source an element began, in bytes.
const Mark = "data-keruen-at"

// element is one element of a page.
type element struct {
	page     *document
	node     *html.Node
	parent   *element
	kids     []kid
	elements []*element // the kids that are elements
	index    int        // among the elements of the parent
	order    int        // in the page
	tag, id  string
	classes  []string
	place    int // in the source, -1 when it is not known
	inline   []declaration
	matched  []match // what rules say, weakest first
	pseudo   string  // before, after: not in the page, made by a rule

	style style
	box   rect
}

// kid is an element or a text.
type kid struct {
	el   *element
	text string
}

type match struct {
	rule   *rule
	weight int
}

// document is a page with its styles.
type document struct {
	root  *element
	all   []*element
	sheet sheet
	way   string // the address where one leaves
	plain style
	// linked is what links look like without a style: blue, or as the body says.
	linked colour
	said   [4][]declaration // about the element that is being computed
	tried  map[string]bool  // sets of rules that were looked at
	steps  int              // of comparing elements with selectors
}

// Bounds of the work on a page that was made to be heavy. A page beyond them is refused; no letter that people wrote comes near.
const (
	maxElements = 20000
	maxDepth    = 400
	maxSteps    = 20_000_000
	maxSelector = 4000 // bytes
	maxWays     = 100  // the rest is not looked at
)

// parse reads a page as browsers do.
func parse(page, way string) (*document, bool) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, false
	}
	d := &document{way: way, plain: plain(), linked: linked, tried: map[string]bool{}, sheet: sheet{keyframes: map[string][]declaration{}}}
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.ElementNode {
			d.root = d.build(n, nil, 0)
			break
		}
	}
	return d, d.root != nil && len(d.all) < maxElements
}

func (d *document) build(n *html.Node, parent *element, depth int) *element {
	n.Attr = firstOnly(n.Attr)
	e := &element{page: d, node: n, parent: parent, tag: n.Data, order: len(d.all), place: -1}
	d.all = append(d.all, e)
	e.id, _ = attr(n, "id")
	if class, ok := attr(n, "class"); ok {
		e.classes = strings.Fields(class)
	}
	if at, ok := attr(n, Mark); ok {
		e.place, _ = strconv.Atoi(at)
	} else if parent != nil {
		e.place = parent.place
	}
	if css, ok := attr(n, "style"); ok {
		e.inline, _ = parseBlock(withoutComments(css))
	}
	switch e.tag {
	case "style":
		d.styleElement(n)
	case "body":
		if c, ok := parseColour(e.attr("link")); ok {
			d.linked = c
		}
	}
	if depth >= maxDepth {
		return e
	}
	for c := n.FirstChild; c != nil && len(d.all) < maxElements; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			e.kids = append(e.kids, kid{text: c.Data})
		case html.ElementNode:
			child := d.build(c, e, depth+1)
			child.index = len(e.elements)
			e.kids = append(e.kids, kid{el: child})
			e.elements = append(e.elements, child)
		default:
		}
	}
	return e
}

// firstOnly drops repeated attributes, of which browsers read the first.
func firstOnly(list []html.Attribute) []html.Attribute {
	out := list[:0]
	for _, a := range list {
		repeated := false
		for _, b := range out {
			repeated = repeated || a.Key == b.Key
		}
		if !repeated {
			out = append(out, a)
		}
	}
	return out
}

func (d *document) styleElement(n *html.Node) {
	if kind, ok := attr(n, "type"); ok && kind != "" && !strings.EqualFold(strings.TrimSpace(kind), "text/css") {
		return
	}
	var when []condition
	if media, ok := attr(n, "media"); ok {
		media = strings.ToLower(media)
		d.sheet.queries = append(d.sheet.queries, media)
		when = append(when, condition{media: media})
	}
	if n.FirstChild != nil {
		d.sheet.add(n.FirstChild.Data, when)
	}
}

func attr(n *html.Node, key string) (string, bool) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

func (e *element) attr(key string) string { v, _ := attr(e.node, key); return v }

func (e *element) previous() *element {
	if e.parent == nil || e.index == 0 {
		return nil
	}
	return e.parent.elements[e.index-1]
}

func (e *element) siblings() []*element {
	if e.parent == nil {
		return []*element{e}
	}
	return e.parent.elements
}

func (e *element) fromEnd() int { return len(e.siblings()) - 1 - e.index }

func (e *element) ofType() (n int) {
	for _, s := range e.siblings()[:e.index] {
		if s.tag == e.tag {
			n++
		}
	}
	return n
}

func (e *element) ofTypeFromEnd() (n int) {
	for _, s := range e.siblings()[e.index+1:] {
		if s.tag == e.tag {
			n++
		}
	}
	return n
}

// has evaluates :has() for descendants, and for children and siblings when the selector begins with their sign.
func (e *element) has(list []selector, hover bool) bool {
	for i := range list {
		join := list[i].compounds[0].join
		if join == '+' || join == '~' {
			for _, s := range e.siblings()[e.index+1:] {
				if list[i].matches(s, hover) {
					return true
				}
			}
			continue
		}
		if e.hasInside(&list[i], hover) {
			return true
		}
	}
	return false
}

func (e *element) hasInside(s *selector, hover bool) bool {
	for _, c := range e.elements {
		if s.matches(c, hover) || c.hasInside(s, hover) {
			return true
		}
	}
	return false
}

func (e *element) inLanguage(lang string) bool {
	for p := e; p != nil; p = p.parent {
		if have, ok := attr(p.node, "lang"); ok {
			have = strings.ToLower(have)
			return have == lang || strings.HasPrefix(have, lang+"-")
		}
	}
	return false
}

// describe names an element for people: a.link, td#foot.
func (e *element) describe() string {
	s := e.tag
	if e.pseudo != "" {
		return e.parent.describe() + "::" + e.pseudo
	}
	if e.id != "" {
		s += "#" + e.id
	}
	if len(e.classes) > 0 {
		s += "." + e.classes[0]
	}
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return s
}

var (
	conditional = regexp.MustCompile(`(?is)<!(?:--)?\[if([^\]]*)\]>(.*?)<!(?:--)?\[endif\](?:--)?>`)
	outlookSays = regexp.MustCompile(`(?i)[\s()]*(!?)[\s()]*(.*)`)
)

// forOutlook rewrites a page as Outlook for Windows reads it: its conditional comments count, the others' do not.
// differs is false when there are none, so that the page need not be judged twice.
func forOutlook(page string) (out string, differs bool) {
	if !strings.Contains(page, "[if") && !strings.Contains(page, "[IF") {
		return page, false
	}
	out = conditional.ReplaceAllStringFunc(page, func(all string) string {
		m := conditional.FindStringSubmatch(all)
		if !outlookHolds(m[1]) {
			return ""
		}
		body := strings.TrimSuffix(strings.TrimSpace(m[2]), "<!--")
		for _, opener := range []string{"<!-->", "-->", "<!-- -->"} {
			body = strings.TrimPrefix(strings.TrimSpace(body), opener)
		}
		return body
	})
	return out, out != page
}

// outlookHolds evaluates a condition for Outlook 2007 to 2024.
func outlookHolds(condition string) bool {
	for _, or := range strings.Split(condition, "|") {
		all := true
		for _, and := range strings.Split(or, "&") {
			m := outlookSays.FindStringSubmatch(and)
			word := strings.ToLower(strings.Trim(m[2], " ()"))
			holds := strings.Contains(word, "mso") || word == "vml"
			if strings.HasPrefix(word, "lt") || strings.Contains(word, " lt") {
				holds = false
			}
			all = all && holds != (m[1] == "!")
		}
		if all {
			return true
		}
	}
	return false
}
