package letter

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Link is an anchor of a letter or a page.
type Link struct {
	URL  string `json:"url"`
	Text string `json:"text"`
}

// Form is a form of a page that is sent by POST.
type Form struct {
	Action string
	Values url.Values // what a press on its first button would send
}

// Links lists the anchors of the HTML, or the web addresses of the text when there is no HTML.
func (c Content) Links() []Link {
	if c.HTML == "" {
		return linksOfText(c.Text)
	}
	return LinksOf(c.HTML)
}

// LinksOf lists the anchors of a page.
func LinksOf(page string) []Link {
	var links []Link
	each(page, func(n *html.Node) {
		if n.Data == "a" && attr(n, "href") != "" {
			links = append(links, Link{URL: attr(n, "href"), Text: textOf(n)})
		}
	})
	return links
}

// Images lists the addresses of the pictures that a mail program would load.
func (c Content) Images() []string {
	var urls []string
	each(c.HTML, func(n *html.Node) {
		if n.Data == "img" && attr(n, "src") != "" {
			urls = append(urls, attr(n, "src"))
		}
	})
	return urls
}

// FindForm returns the first POST form of a page.
func FindForm(page string) (f Form, ok bool) {
	each(page, func(n *html.Node) {
		if ok || n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") {
			return
		}
		f, ok = Form{Action: attr(n, "action"), Values: valuesOf(n)}, true
	})
	return f, ok
}

// IsUnsubscribe tells whether a link lets the reader leave rather than visit something.
func (c Content) IsUnsubscribe(l Link) bool {
	if u := c.UnsubscribeURL(); u != "" && l.URL == u {
		return true
	}
	marks := []string{"unsub", "отпис", "бас тарт", "preferences", "настройк"}
	all := strings.ToLower(l.Text + " " + l.URL)
	return slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(all, m) })
}

// valuesOf collects what a browser would send: hidden and filled fields, checked boxes,
// and the first named button, which is the one that Enter presses.
func valuesOf(form *html.Node) url.Values {
	v := url.Values{}
	pressed := false
	walk(form, func(n *html.Node) {
		name, kind := attr(n, "name"), strings.ToLower(attr(n, "type"))
		isButton := n.Data == "button" && kind != "button" && kind != "reset" || n.Data == "input" && kind == "submit"
		switch {
		case isButton:
			if !pressed && name != "" {
				v.Add(name, attr(n, "value"))
			}
			pressed = true
		case name == "":
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if has(n, "checked") {
				v.Add(name, orDefault(attr(n, "value"), "on"))
			}
		case n.Data == "input":
			v.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			v.Add(name, textOf(n))
		}
	})
	return v
}

func linksOfText(text string) []Link {
	var links []Link
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "<>()[]\"'.,;")
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			links = append(links, Link{URL: word})
		}
	}
	return links
}

func each(page string, visit func(*html.Node)) {
	if page == "" {
		return
	}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return // the reader of a string does not fail; too deep a page has no links for us
	}
	walk(root, visit)
}

// walk visits elements in the order of the page. The parser bounds how deeply they nest.
func walk(root *html.Node, visit func(*html.Node)) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() < 1000 {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
